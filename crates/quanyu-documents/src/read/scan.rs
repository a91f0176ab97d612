//! From the characters of one sentence to its items: numbers with units, ranks, dates, names.
//!
//! Owns the walk over a sentence and the choice of reader at each character; the readers are in
//! `quantity` (numbers), `rank` (第, 前, 首, 唯一) and `date`. Invariant: items are in order and
//! do not overlap; every step moves forward, so the walk is linear.

use super::date;
use super::item::{Item, What};
use super::mention::Flag;
use super::quantity;
use super::rank;
use super::text::{Class, Text, any_of};

/// The classes that begin an item.
const WORTH: u32 = any_of(&[
    Class::Digit,
    Class::Han,
    Class::Trigger,
    Class::Quote,
    Class::Book,
    Class::Open,
]);

/// Reads `from..to` into `items`. In a heading, round numbers are slogans.
pub(crate) fn scan(text: &Text, from: usize, to: usize, heading: bool, items: &mut Vec<Item>) {
    let mut at = from;
    while let Some(found) = text.find(WORTH, at, to) {
        at = found;
        let next = match text.class(at) {
            Class::Digit | Class::Han => numeric(text, from, at, to, heading, items),
            Class::Trigger => rank::trigger(text, from, at, to, items),
            Class::Quote => quoted(text, at, to, items),
            Class::Book => title(text, at, to, items),
            Class::Open if text.ch(at) == '〔' || text.ch(at) == '[' => {
                number_of_document(text, at, to, items)
            }
            _ => None,
        };
        at = next.filter(|&next| next > at).unwrap_or(at + 1);
        settle(items);
    }
}

/// Keeps items apart: a phrase may reach back over the words that the one before ended with.
fn settle(items: &mut Vec<Item>) {
    if let [.., before, last] = items.as_mut_slice()
        && last.start < before.end
    {
        last.start = before.end.max(last.start);
        last.core = last.core.max(last.start);
        if last.end <= last.start {
            items.pop();
        }
    }
}

/// Pushes a name.
pub(crate) fn name(
    items: &mut Vec<Item>,
    start: usize,
    end: usize,
    flag: Option<Flag>,
) -> Option<usize> {
    items.push(Item {
        start,
        end,
        core: start,
        core_end: end,
        what: What::Name,
        flag,
    });
    Some(end)
}

fn numeric(
    text: &Text,
    floor: usize,
    at: usize,
    to: usize,
    heading: bool,
    items: &mut Vec<Item>,
) -> Option<usize> {
    if let Some((when, end)) = dated(text, at) {
        let flag = (when == date::When::Bad).then_some(Flag::BadDate);
        items.push(Item {
            start: at,
            end,
            core: at,
            core_end: end,
            what: What::Date(when),
            flag,
        });
        return Some(end);
    }
    quantity::read(text, floor, at, to, heading, items)
}

/// A date, unless a Latin letter or a sign before it makes it part of a code.
fn dated(text: &Text, at: usize) -> Option<(date::When, usize)> {
    if text.class_before(at) == Class::Latin && !text.gap(at) {
        return None;
    }
    if !date::possible(text, at) {
        return None;
    }
    if let Some((years, end)) = date::span(text, at) {
        return Some((date::When::Span(years), end));
    }
    date::date(text, at)
}

/// “…”: a numeral inside a short quotation is part of a name or slogan.
fn quoted(text: &Text, at: usize, to: usize, items: &mut Vec<Item>) -> Option<usize> {
    let limit = to.min(at + 26);
    let mut end = at + 1;
    let mut numerals = false;
    let mut strong = 0;
    while end < limit && text.class(end) != Class::Unquote {
        match text.class(end) {
            Class::Digit | Class::Han => numerals = true,
            Class::Percent => strong += 1,
            Class::Quote | Class::Stop | Class::Break => return Some(at + 1),
            Class::Comma | Class::Semi => strong += 1,
            _ => {}
        }
        end += 1;
    }
    if end >= limit || text.class(end) != Class::Unquote || strong >= 2 {
        return Some(at + 1);
    }
    if numerals {
        name(items, at + 1, end, None).map(|end| end + 1)
    } else {
        Some(end + 1)
    }
}

/// 《…》: only dates are seen inside a cited title; other numerals are part of it.
fn title(text: &Text, at: usize, to: usize, items: &mut Vec<Item>) -> Option<usize> {
    let limit = to.min(at + 80);
    let end = (at + 1..limit).find(|&at| text.class(at) == Class::Unbook)?;
    let mut inside = at + 1;
    while inside < end {
        if text.class(inside) == Class::Digit {
            if let Some((when, after)) = dated(text, inside).filter(|found| found.1 <= end) {
                // A date in a title dates the title; it is marked as a bad one for no figure to use.
                items.push(Item {
                    start: inside,
                    end: after,
                    core: inside,
                    core_end: after,
                    what: What::Date(when),
                    flag: None,
                });
                inside = after;
                continue;
            }
            let mut after = inside;
            while after < end
                && matches!(
                    text.class(after),
                    Class::Digit | Class::Latin | Class::Percent
                )
            {
                after += 1;
            }
            name(items, inside, after, None);
            inside = after;
            continue;
        }
        inside += 1;
    }
    Some(end + 1)
}

/// 〔2023〕18号.
fn number_of_document(text: &Text, at: usize, to: usize, items: &mut Vec<Item>) -> Option<usize> {
    let mut end = at + 1;
    while end < to && text.class(end) == Class::Digit {
        end += 1;
    }
    if end != at + 5 || text.class(end) != Class::Close {
        return None;
    }
    let mut last = end + 1;
    while last < to && text.class(last) == Class::Digit {
        last += 1;
    }
    if text.ch(last) != '号' {
        return None;
    }
    name(items, at, last + 1, None)
}
