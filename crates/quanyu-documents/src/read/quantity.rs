//! Numbers with units: the phrase from the binding words before a number to those behind its unit,
//! ranges included.
//!
//! Owns the order in which a number is tried: marker, code, fraction, then number with unit. Leaves
//! kind, period and nature to `sentence`. Invariant: look-behind and look-ahead are bounded,
//! whatever the text.
//!
//! Start reading at [`read`].

use super::bound::{bound_after, bound_before, joined};
use super::code::{code, marker, masked};
use super::count::{counts, unsaid};
use super::cues::AFTER;
use super::designation::designation;
use super::fraction::{damaged_percent, parted, to_one};
use super::item::{Figure, Item, What};
use super::mention::Flag;
use super::numeral::{self, Numeral, numeral};
use super::scan::name;
use super::text::{Class, Text};
use super::unit::{Sort, Unit, unit};
use rust_decimal::Decimal;

/// Reads a number at `at`, between `floor` and `to`.
pub(crate) fn read(
    text: &Text,
    floor: usize,
    at: usize,
    to: usize,
    heading: bool,
    items: &mut Vec<Item>,
) -> Option<usize> {
    let floor = items.last().map_or(floor, |item| item.end.max(floor));
    if let Some(next) = marker(text, at, floor) {
        return Some(next);
    }
    if text.class(at) == Class::Digit
        && let Some(next) = to_one(text, floor, at, items)
    {
        return Some(next);
    }
    if let Some(next) = code(text, at, items) {
        return Some(next);
    }
    if let Some(next) = parted(text, floor, at, items) {
        return Some(next);
    }
    let mut found = numeral(text, at)?;
    // 50+场, 1万+人次.
    if text.ch(found.end) == '+'
        && found.odd.is_none()
        && unit(text, found.end + 1).is_some_and(|(_, unit)| {
            matches!(
                unit.sort,
                Sort::Counter | Sort::Weak | Sort::Money | Sort::Measure
            )
        })
    {
        found.odd = Some('多');
        found.end += 1;
    }
    if masked(text, at, found.end) {
        return name(items, at, found.end, Some(Flag::Damaged));
    }
    if let Some(next) = damaged_percent(text, floor, at, &found, items) {
        return Some(next);
    }
    let measured = unit(text, found.end).or_else(|| scored(text, found.end));
    let measured = measured.map(|(end, unit)| match tenth(text, end) {
        // 一成五.
        Some(tenth) if unit.sort == Sort::Tenths && found.value < Decimal::TEN => {
            found.value += tenth;
            (end + 1, unit)
        }
        _ => (end, unit),
    });
    let range = range(text, floor, at, &found, measured);
    let (measured, low, high, power, end) = match range {
        Some(range) => (
            range.unit,
            range.low,
            Some(range.high),
            range.power,
            range.end,
        ),
        None => {
            let end = measured.map_or(found.end, |(end, _)| end);
            (
                measured.map(|(_, unit)| unit),
                found.value,
                found.pair,
                found.power,
                end,
            )
        }
    };
    let sort = measured.map(|unit| unit.sort);
    if let Some(next) = designation(text, floor, at, &found, sort, end, items) {
        return Some(next);
    }
    let (start, bound) = bound_before(text, floor, at, &found);
    let (last, after) = bound_after(text, end, to, measured);
    if found.han
        && !counts(
            text,
            floor,
            at,
            start,
            end,
            heading,
            &found,
            measured,
            bound.is_some(),
            after.is_some(),
        )
    {
        return unsaid(text, at, end, &found, measured, items);
    }
    let (bound, idiom) = joined(bound, after, found.odd, found.pair.is_some() || found.bare);
    let (start, low) = if below_zero(text, floor, at, sort) && high.is_none() {
        (start.min(at - 1), -low)
    } else {
        (start, low)
    };
    let figure = Figure {
        low,
        high,
        power,
        unit: measured,
        bound,
        idiom,
        fraction: false,
        bare: found.bare,
        han: found.han,
    };
    items.push(Item {
        start,
        end: last,
        core: at,
        core_end: end,
        what: What::Figure(figure),
        flag: None,
    });
    Some(last)
}

/// 增速为-3.2%: a minus sign before a percentage, behind a word.
fn below_zero(text: &Text, floor: usize, at: usize, sort: Option<Sort>) -> bool {
    sort == Some(Sort::Ratio)
        && at > floor + 1
        && text.before(at) == '-'
        && matches!(
            text.class(at - 2),
            Class::Word | Class::Open | Class::Comma | Class::Trigger
        )
}

/// The digit behind 成 that counts hundredths, where it stands alone.
fn tenth(text: &Text, at: usize) -> Option<Decimal> {
    // 六成半.
    let digit = match text.ch(at) {
        '半' => 5,
        ch => numeral::digit(ch).filter(|&digit| digit > 0)?,
    };
    let alone =
        !matches!(text.class(at + 1), Class::Han | Class::Digit) && unit(text, at + 1).is_none();
    alone.then(|| Decimal::new(i64::from(digit), 1))
}

/// 98分 as a score: 分 is a unit only where the phrase ends with it.
fn scored(text: &Text, at: usize) -> Option<(usize, Unit)> {
    let closed = !matches!(
        text.class(at + 1),
        Class::Word | Class::Latin | Class::Han | Class::Digit
    ) || AFTER.starts(&text.c, at + 1, at + 4).is_some()
        || text.ch(at + 1) == '的';
    (text.ch(at) == '分' && closed).then_some((
        at + 1,
        Unit {
            base: "分",
            sort: Sort::Counter,
        },
    ))
}

struct Range {
    unit: Option<Unit>,
    low: Decimal,
    high: Decimal,
    power: u32,
    end: usize,
}

/// 3—5个, 3%~5%, 3至5个, 3万—5万元: one unit and one multiplier for both ends.
fn range(
    text: &Text,
    floor: usize,
    at: usize,
    found: &Numeral,
    first: Option<(usize, Unit)>,
) -> Option<Range> {
    let mut next = first.map_or(found.end, |(end, _)| end);
    let mut dashes = 0;
    while text.class(next) == Class::Dash && dashes < 2 {
        next += 1;
        dashes += 1;
    }
    if dashes == 0 {
        if !matches!(text.ch(next), '至' | '到')
            || at > floor && matches!(text.before(at), '从' | '由')
        {
            return None;
        }
        next += 1;
    }
    if !matches!(text.class(next), Class::Digit | Class::Han)
        || text.class(next) == Class::Han && !found.han
    {
        return None;
    }
    let last = numeral(text, next)?;
    if last.spelled || last.han != found.han {
        return None;
    }
    let second = unit(text, last.end);
    let (end, unit) = second?;
    if matches!(unit.sort, Sort::Name | Sort::Serial) {
        return None;
    }
    if let Some((_, first)) = first
        && first.base != unit.base
    {
        return None;
    }
    let low = if found.power == last.power || found.power > 0 {
        numeral::scale(found.value, found.power)
    } else {
        numeral::scale(found.value, last.power)
    };
    let high = numeral::scale(last.value, last.power);
    (low < high).then_some(Range {
        unit: Some(unit),
        low,
        high,
        power: 0,
        end,
    })
}
