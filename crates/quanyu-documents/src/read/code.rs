//! Digits that are no numbers: list markers, codes, telephone numbers, sums of slogans, masks.
//!
//! Owns what is set aside before a numeral is read at all. Invariant: looks at most 64 characters
//! ahead.

use super::item::Item;
use super::numeral::numeral;
use super::scan::name;
use super::text::{Class, Text};
use super::unit::{Sort, unit};

/// A list marker: `1.` or `1、` at the start of a clause, `(1)`, `(一)`.
pub(super) fn marker(text: &Text, at: usize, floor: usize) -> Option<usize> {
    let opens = matches!(
        text.class_before(at),
        Class::Break | Class::Stop | Class::Semi | Class::Cell | Class::Comma
    ) || at == floor && text.gap(at)
        || at == 0;
    let mut end = at;
    while matches!(text.class(end), Class::Digit | Class::Han) && end - at < 4 {
        end += 1;
    }
    if text.class_before(at) == Class::Open
        && text.class(end) == Class::Close
        && text.ch(end) == ')'
        && end - at <= 3
    {
        return Some(end + 1);
    }
    let dotted = text.ch(end) == '.' && text.class(end + 1) != Class::Digit || text.ch(end) == '、';
    if opens && dotted && end - at <= 2 {
        // 1、2号线 is a list of numbers, 1、加强 is an item.
        if text.ch(end) == '、' && text.class(end + 1) == Class::Digit {
            return None;
        }
        return Some(end + 1);
    }
    None
}

/// Codes: 0532-85911333, 1+2+N, 7×24, 1:1, V2.0, 5G, 2018-02-11 16:51, long runs of digits.
pub(super) fn code(text: &Text, at: usize, items: &mut Vec<Item>) -> Option<usize> {
    let arabic = text.class(at) == Class::Digit;
    let mut end = at;
    let (mut joints, mut latin, mut digits) = (0u32, 0u32, 0usize);
    while end - at < 64 {
        match text.class(end) {
            Class::Digit => digits += 1,
            Class::Latin if arabic => {
                if end > at && text.gap(end) {
                    break;
                }
                latin += 1;
            }
            _ => match text.ch(end) {
                '-' | ':' | '/' | '_' | '@' | '#' | '+' | '×' | '*' | '=' | '&' | '\\'
                    if arabic =>
                {
                    if !matches!(text.class(end + 1), Class::Digit | Class::Latin) {
                        break;
                    }
                    joints += 1;
                }
                '.' if arabic && text.class(end + 1) == Class::Digit => {}
                _ => break,
            },
        }
        end += 1;
    }
    if !arabic {
        return sum_of_han(text, at, items);
    }
    let plain = digits == end - at;
    let zero = text.ch(at) == '0' && text.class(at + 1) == Class::Digit;
    if zero && text.class(end) != Class::Percent {
        return name(items, at, end, None);
    }
    // 同比+12.3%.
    let raised = text.before(at) == '+'
        && at >= 2
        && matches!(text.class(at - 2), Class::Word | Class::Open)
        && (text.class(at + digits_end(text, at)) == Class::Percent
            || unit(text, at + digits_end(text, at))
                .is_some_and(|(_, unit)| unit.sort == Sort::Points));
    if !raised
        && text.class_before(at) == Class::Sign
        && matches!(text.before(at), '+' | '×' | '*' | '=' | '#' | '_' | '№')
    {
        return name(items, at, end, None);
    }
    if text.class_before(at) == Class::Dash && at >= 2 && matches!(text.class(at - 2), Class::Latin)
    {
        return name(items, at, end, None);
    }
    if joints >= 1 {
        let joint = text.ch(at
            + text.c[at..end]
                .iter()
                .take_while(|ch| ch.is_ascii_digit() || **ch == '.')
                .count());
        if joints > 1 || !matches!(joint, '-' | '/') {
            return name(items, at, end, None);
        }
    }
    if matches!(text.ch(end), ':' | '+' | '×' | '*')
        && matches!(text.class(end + 1), Class::Digit | Class::Han)
    {
        let mut last = end + 1;
        while matches!(text.class(last), Class::Digit | Class::Han | Class::Latin)
            || matches!(text.ch(last), '+' | '.' | ':')
        {
            last += 1;
        }
        return name(items, at, last, None);
    }
    if plain
        && digits >= 7
        && unit(text, at + digits_end(text, at)).is_none()
        && !matches!(text.ch(end), '万' | '亿' | '余' | '多' | '.' | ',')
    {
        return name(items, at, end, None);
    }
    // Latin directly before: part of a designation unless what follows measures.
    if text.class_before(at) == Class::Latin && !text.gap(at) {
        let number = numeral(text, at)?;
        let measures = unit(text, number.end).is_some_and(|(_, unit)| {
            matches!(
                unit.sort,
                Sort::Ratio | Sort::Points | Sort::Money | Sort::Times
            )
        });
        let word = at >= 2 && text.class(at - 2) == Class::Latin;
        let counts = word
            && unit(text, number.end).is_some_and(|(_, unit)| matches!(unit.sort, Sort::Counter));
        if !measures && !counts {
            return name(items, at, end, None);
        }
    }
    // Latin directly after: 5G, 3A, unless it is a unit.
    if latin > 0 && joints == 0 {
        let number = numeral(text, at)?;
        if text.class(number.end) == Class::Latin && !text.gap(number.end) {
            let measures = unit(text, number.end)
                .is_some_and(|(_, unit)| matches!(unit.sort, Sort::Measure | Sort::Points));
            let read_as_stop = matches!(text.ch(number.end), 'o' | 'O')
                && text.class(number.end + 1) != Class::Latin;
            if !measures && !read_as_stop {
                return name(items, at, end, None);
            }
        }
    }
    None
}

pub(super) fn digits_end(text: &Text, at: usize) -> usize {
    let mut end = at;
    while text.class(end) == Class::Digit
        || text.ch(end) == '.' && text.class(end + 1) == Class::Digit
    {
        end += 1;
    }
    end - at
}

/// 一+二+N.
pub(super) fn sum_of_han(text: &Text, at: usize, items: &mut Vec<Item>) -> Option<usize> {
    if text.ch(at + 1) != '+'
        || !matches!(text.class(at + 2), Class::Han | Class::Latin | Class::Digit)
    {
        return None;
    }
    let mut end = at;
    while matches!(text.class(end), Class::Han | Class::Latin | Class::Digit) || text.ch(end) == '+'
    {
        end += 1;
    }
    name(items, at, end, None)
}

/// Signs of a number taken out: 1*家, x.5亿元, 2X项.
pub(super) fn masked(text: &Text, at: usize, end: usize) -> bool {
    let mask = |ch: char| {
        matches!(
            ch,
            '*' | 'x' | 'X' | '×' | '□' | '○' | '■' | '●' | '＊' | '?' | '_' | '…'
        )
    };
    mask(text.ch(end))
        && !text.gap(end)
        && text.class(end + 1) != Class::Latin
        && text.class(end + 1) != Class::Digit
        || at > 0
            && mask(text.before(at))
            && text.before(at) != '?'
            && text.before(at) != '…'
            && text.class_before(at.saturating_sub(1)) != Class::Latin
        || text.ends(at, "x.")
        || text.ends(at, "X.")
        || text.ends(at, "*.")
}
