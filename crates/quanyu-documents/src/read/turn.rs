//! Growth without a numeral (持平, 翻番), the base of a rate (每万人), halves.
//!
//! Owns these words. Invariant: n doublings are a growth of 2^n - 1; flat is a growth of zero.

use super::cues::AFTER;
use super::date;
use super::fraction;
use super::item::{Item, What};
use super::mention::{Comparator, Flag};
use super::numeral::{self, numeral};
use super::rank::push;
use super::scan::name;
use super::text::{Class, Text};
use rust_decimal::Decimal;

pub(super) fn flat(text: &Text, floor: usize, at: usize, items: &mut Vec<Item>) -> Option<usize> {
    if text.ch(at + 1) != '平'
        || text.class(at + 2) == Class::Word && matches!(text.ch(at + 2), '稳' | '衡' | '台' | '安')
        || text.before(at) == '保' && text.ch(at + 2) == '均'
    {
        return None;
    }
    let about = ["基本", "大体", "总体", "大致"]
        .into_iter()
        .find(|word| text.ends(at, word));
    let start = about
        .map_or(at, |word| at - word.chars().count())
        .max(floor);
    let bound = if about.is_some() {
        Comparator::Approx
    } else {
        Comparator::Eq
    };
    push(
        items,
        start,
        at + 2,
        (at, at + 2),
        What::Growth(Decimal::ZERO, bound, "持平"),
        None,
    )
}

/// 翻番, 翻一番, 翻了两番: n doublings are a growth of 2^n - 1.
pub(super) fn doubled(
    text: &Text,
    floor: usize,
    at: usize,
    items: &mut Vec<Item>,
) -> Option<usize> {
    let mut end = at + 1;
    if text.ch(end) == '了' {
        end += 1;
    }
    let about = ["将近", "近", "约"]
        .into_iter()
        .find(|word| text.has(end, word));
    end += about.map_or(0, |word| word.chars().count());
    let mut times = 1u32;
    if matches!(text.class(end), Class::Han | Class::Digit) {
        let found = numeral(text, end)?;
        times = u32::try_from(found.value.mantissa())
            .ok()
            .filter(|times| (1..=6).contains(times))?;
        end = found.end;
    }
    if text.ch(end) != '番' {
        return None;
    }
    let growth = Decimal::from((1u32 << times) - 1);
    let start = at.max(floor);
    let (last, bound) = match AFTER.starts(&text.c, end + 1, end + 4) {
        Some((last, (bound, _))) => (last, bound),
        None if about.is_some() => (end + 1, Comparator::Approx),
        None => (end + 1, Comparator::Eq),
    };
    push(
        items,
        start,
        last,
        (start, end + 1),
        What::Growth(growth, bound, "翻番"),
        None,
    )
}

/// 每万人, 每千人, 每10万人: the base of a rate.
pub(super) fn per(text: &Text, at: usize, items: &mut Vec<Item>) -> Option<usize> {
    if !matches!(text.class(at + 1), Class::Han | Class::Digit)
        || matches!(text.ch(at + 1), '一' | '两') && !matches!(text.ch(at + 2), '万' | '千')
    {
        return None;
    }
    let found = numeral(text, at + 1)?;
    let end = match text.class(found.end) {
        Class::Word => found.end + 1,
        _ => found.end,
    };
    name(items, at, end, Some(Flag::Denominator))
}

/// 占比过半, 超一半, 近半; and the years that 上 and 下 halve.
pub(super) fn half(
    text: &Text,
    floor: usize,
    at: usize,
    to: usize,
    items: &mut Vec<Item>,
) -> Option<usize> {
    if text.ch(at + 1) == '年' && matches!(text.before(at), '上' | '下') {
        let half = if text.before(at) == '上' { 1 } else { 2 };
        let when = date::When::Half(None, half);
        return push(
            items,
            at - 1,
            at + 2,
            (at - 1, at + 2),
            What::Date(when),
            None,
        );
    }
    if numeral::digit(text.before(at)).is_some() && text.before(at) != '一' {
        return None;
    }
    fraction::half(text, floor, at, to, items)
}
