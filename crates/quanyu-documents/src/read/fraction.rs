//! Parts of a whole by their form: 百分之五, 三分之二, 2/3, 过半, and percent signs misread.
//!
//! Owns fractions. Invariant: a fraction carries its value divided already, four places at most.

use super::bound::{bound_after, bound_before, joined};
use super::cues::{CUES, Cue};
use super::item::{Figure, Item, What};
use super::mention::{Comparator, Flag};
use super::numeral::{self, Numeral, numeral};
use super::scan::name;
use super::text::{Class, Text};
use super::unit::{Sort, Unit};
use rust_decimal::Decimal;

/// A longer run of numerals is looked at in full.
const LONGEST: usize = 32;

const PERCENT: Unit = Unit {
    base: "%",
    sort: Sort::Ratio,
};

/// 收入比1.78∶1, 师生比1∶16: one number to another, where the words before say that it is a ratio.
pub(super) fn to_one(text: &Text, floor: usize, at: usize, items: &mut Vec<Item>) -> Option<usize> {
    let (first, colon) = numeral::arabic(text, at)?;
    if text.ch(colon) != ':' {
        return None;
    }
    let (second, end) = numeral::arabic(text, colon + 1)?;
    let goes_on = matches!(text.class(end), Class::Digit | Class::Latin) || text.ch(end) == ':';
    if goes_on || second.is_zero() || matches!(text.class_before(at), Class::Digit | Class::Latin) {
        return None;
    }
    let low = floor.max(at.saturating_sub(12));
    let said = (low..at).rev().take_while(|&at| {
        !matches!(
            text.class(at),
            Class::Comma | Class::Semi | Class::Stop | Class::Digit
        )
    });
    let ratio = |at: usize| {
        text.ch(at) == '比'
            && !matches!(text.before(at), '同' | '环' | '相' | '对' | '占')
            && !matches!(text.ch(at + 1), '上' | '重' | '去' | '赛')
    };
    if !said.into_iter().any(ratio) {
        return None;
    }
    push_part(text, floor, at, end, (first / second).round_dp(4), items)
}

/// Parts of a whole by their form: 百分之五, 三分之二, 2/3.
pub(super) fn parted(text: &Text, floor: usize, at: usize, items: &mut Vec<Item>) -> Option<usize> {
    // What follows the run of numerals tells most numbers apart from parts.
    let class = text.class(at);
    let mut end = at + 1;
    while (text.class(end) == class || text.ch(end) == '.') && end < at + LONGEST {
        end += 1;
    }
    if !matches!(text.ch(end), '分' | '/' | ',') && end < at + LONGEST {
        return None;
    }
    let (whole, after) = if text.has(at, "百分之") {
        (Decimal::ONE_HUNDRED, at + 3)
    } else if text.has(at, "千分之") {
        (Decimal::ONE_THOUSAND, at + 3)
    } else if text.has(at, "万分之") {
        (Decimal::from(10_000), at + 3)
    } else if text.class(at) == Class::Digit {
        let (value, end) = numeral::arabic(text, at)?;
        if text.ch(end) == '/' && text.class(end + 1) == Class::Digit {
            let (below, last) = numeral::arabic(text, end + 1)?;
            return slashed(text, floor, at, (value, below, last), items);
        }
        if !text.has(end, "分之") {
            return None;
        }
        (value, end + 2)
    } else {
        let found = numeral(text, at)?;
        if found.spelled || !text.has(found.end, "分之") {
            return None;
        }
        (found.value, found.end + 2)
    };
    if whole.is_zero() {
        return None;
    }
    let found = numeral(text, after)?;
    let mut value = found.scaled(found.value);
    let mut end = found.end;
    if found.spelled {
        return None;
    }
    // 百分之五点三.
    if text.ch(end) == '点' {
        let mut place = Decimal::new(1, 1);
        let mut at = end + 1;
        while let Some(digit) = numeral::digit(text.ch(at)).filter(|_| at < end + 5) {
            value += Decimal::from(digit) * place;
            place /= Decimal::TEN;
            at += 1;
        }
        if at > end + 1 {
            end = at;
        }
    }
    push_part(text, floor, at, end, (value / whole).round_dp(4), items)
}

pub(super) fn slashed(
    text: &Text,
    floor: usize,
    at: usize,
    (value, below, end): (Decimal, Decimal, usize),
    items: &mut Vec<Item>,
) -> Option<usize> {
    let after = bound_after(text, end, text.len(), None).1.is_some();
    let before = bound_before(text, floor, at, &plain(value, end))
        .1
        .is_some()
        || matches!(text.before(at), '占' | '的' | '成')
        || CUES
            .last_in(&text.c, floor.max(at.saturating_sub(8)), at)
            .is_some_and(|(.., cue)| cue == Cue::Share);
    let closed =
        !matches!(text.class(end), Class::Word | Class::Latin | Class::Han) || text.ch(end) == '的';
    if value < below
        && below <= Decimal::from(20)
        && !below.is_zero()
        && (before || after)
        && (closed || before)
        && !text.ch(end).is_ascii_alphabetic()
    {
        return push_part(text, floor, at, end, (value / below).round_dp(4), items);
    }
    // Two years in one cell, a date without a year, 24/7.
    name(items, at, end, None)
}

pub(super) fn plain(value: Decimal, end: usize) -> Numeral {
    Numeral {
        value,
        power: 0,
        end,
        han: false,
        bare: false,
        pair: None,
        spelled: false,
        odd: None,
    }
}

pub(super) fn push_part(
    text: &Text,
    floor: usize,
    at: usize,
    end: usize,
    value: Decimal,
    items: &mut Vec<Item>,
) -> Option<usize> {
    let (start, before) = bound_before(text, floor, at, &plain(value, end));
    let (last, after) = bound_after(text, end, text.len(), Some(PERCENT));
    let (bound, idiom) = joined(before, after, None, false);
    let figure = Figure {
        low: value,
        high: None,
        power: 0,
        unit: Some(PERCENT),
        bound,
        idiom,
        fraction: true,
        bare: false,
        han: false,
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

/// 过半, 近半, 超一半, 占比达一半以上.
pub(crate) fn half(
    text: &Text,
    floor: usize,
    at: usize,
    to: usize,
    items: &mut Vec<Item>,
) -> Option<usize> {
    let core = at - usize::from(text.before(at) == '一' && at > floor);
    let end = at + 1 + usize::from(text.ch(at + 1) == '数');
    let (last, after) = bound_after(text, end, to, Some(PERCENT));
    let open = text.class(last) == Class::Word
        && !matches!(
            text.ch(last),
            '的' | '在' | '为' | '来' | '由' | '以' | '是'
        );
    let bare = Numeral {
        bare: true,
        ..plain(Decimal::ONE, end)
    };
    let (start, before) = bound_before(text, floor, core, &bare);
    let part = text.before(start) == '占'
        || text.ends(start, "比重")
        || text.ends(start, "占比")
        || text.before(core) == '占'
        || text.ends(core, "比重")
        || text.ends(core, "占比");
    let passed =
        before.is_some_and(|(bound, idiom)| bound != Comparator::Eq && idiom != "上" || part);
    if open
        || !(passed || part)
        || text.ends(start, "时间")
        || text.ends(start, "任务")
        || text.ends(start, "夜")
        || text.ends(start, "季")
    {
        return None;
    }
    let (bound, idiom) = joined(before, after, None, false);
    let figure = Figure {
        low: Decimal::new(5, 1),
        high: None,
        power: 0,
        unit: Some(PERCENT),
        bound,
        idiom,
        fraction: true,
        bare: false,
        han: false,
    };
    items.push(Item {
        start,
        end: last,
        core,
        core_end: end,
        what: What::Figure(figure),
        flag: None,
    });
    Some(last)
}

/// 25机, 30乐: a percent sign misread, sure only where the words before ask for one.
pub(super) fn damaged_percent(
    text: &Text,
    floor: usize,
    at: usize,
    found: &Numeral,
    items: &mut Vec<Item>,
) -> Option<usize> {
    if found.han
        || found.power > 0
        || !matches!(
            text.ch(found.end),
            '机' | '乐' | '殊' | '呢' | '％' | '祝' | '哈'
        )
    {
        return None;
    }
    let (start, before) = bound_before(text, floor, at, found);
    let low = floor.max(start.saturating_sub(4));
    let asked = CUES
        .ends(&text.c, low, start)
        .is_some_and(|(_, cue)| matches!(cue, Cue::Grow | Cue::Fall | Cue::Share));
    if !asked || found.value > Decimal::from(1000) {
        return None;
    }
    let (bound, idiom) = joined(before, None, None, false);
    let figure = Figure {
        low: found.value,
        high: None,
        power: 0,
        unit: Some(PERCENT),
        bound,
        idiom,
        fraction: false,
        bare: false,
        han: false,
    };
    let end = found.end + 1;
    items.push(Item {
        start,
        end,
        core: at,
        core_end: found.end,
        what: What::Figure(figure),
        flag: Some(Flag::Damaged),
    });
    Some(end)
}
