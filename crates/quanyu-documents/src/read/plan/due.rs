//! Days by which something is due: 年底前, 9月底前, 上半年, 二季度, 6月30日前, 2025年底.
//!
//! Owns the words of a deadline and the last day each means. A year alone dates and sets no deadline unless it
//! is said to end (2024年底); what recurs (每月) sets none. Invariant: a day before the plan's year is a base, not
//! a deadline.

use super::{Due, span};
use crate::read::date::{self, When};
use crate::read::text::{Class, Text};
use jiff::civil::Date;

/// The last day of a period as mentions write it: `2024`, `2024H1`, `2024Q3`, `2024-09`, `2024-01/2024-09`, `2021-2025`.
pub(super) fn last_day(period: &str) -> Option<Date> {
    let last = period.rsplit('/').next()?;
    let year: i16 = last.get(..4)?.parse().ok()?;
    match last.get(4..)? {
        "" => month_end(year, 12),
        "H1" => month_end(year, 6),
        "H2" => month_end(year, 12),
        rest if rest.starts_with('Q') => month_end(year, rest.get(1..)?.parse::<i8>().ok()? * 3),
        rest if rest.len() == 5 => month_end(rest.get(1..)?.parse().ok()?, 12),
        rest => month_end(year, rest.get(1..)?.parse().ok()?),
    }
}

fn month_end(year: i16, month: i8) -> Option<Date> {
    (1..=12).contains(&month).then_some(())?;
    Some(Date::new(year, month, 1).ok()?.last_of_month())
}

/// All deadlines in `from..to`, in order.
pub(super) fn all(text: &Text, from: usize, to: usize, year: Option<i32>) -> Vec<Due> {
    let mut found = Vec::new();
    let mut at = from;
    while at < to {
        match read(text, at, year).filter(|&(_, end)| end <= to) {
            Some((day, end)) => {
                if year.is_none_or(|year| i32::from(day.year()) >= year) {
                    found.push(Due {
                        day,
                        stated: Some(span(text, at, end)),
                        text: text.slice(at, end),
                    });
                }
                at = end;
            }
            None => at += 1,
        }
    }
    found
}

/// The last deadline of the clauses before a figure.
pub(super) fn before(text: &Text, from: usize, at: usize, year: Option<i32>) -> Option<Due> {
    all(text, from, at, year).pop()
}

/// The deadline of a stretch: the last day it names.
pub(super) fn last(text: &Text, from: usize, to: usize, year: Option<i32>) -> Option<Due> {
    all(text, from, to, year)
        .into_iter()
        .max_by_key(|due| due.day)
}

fn read(text: &Text, at: usize, year: Option<i32>) -> Option<(Date, usize)> {
    let own = || year.and_then(|year| i16::try_from(year).ok());
    match text.ch(at) {
        '年' => {
            // 2024年底 begins at its year.
            if matches!(text.class_before(at), Class::Digit | Class::Han)
                || "每去上前明来往历".contains(text.before(at))
            {
                return None;
            }
            let end = at + 2;
            if !matches!(text.ch(at + 1), '底' | '末' | '内' | '终')
                || text.ch(at + 1) == '内' && text.has(end, "容")
            {
                return None;
            }
            Some((month_end(own()?, 12)?, tail(text, end)))
        }
        '明' if text.has(at, "明年底") => {
            Some((month_end(own()? + 1, 12)?, tail(text, at + 3)))
        }
        '上' | '下' | '前' | '第' => dated(text, at, own()),
        _ if matches!(text.class(at), Class::Digit | Class::Han) => {
            if matches!(
                text.class_before(at),
                Class::Digit | Class::Han | Class::Latin
            ) && !text.gap(at)
            {
                return None;
            }
            dated(text, at, own())
        }
        _ => None,
    }
}

fn dated(text: &Text, at: usize, own: Option<i16>) -> Option<(Date, usize)> {
    if matches!(text.before(at), '每' | '较' | '比' | '自' | '从' | '由') {
        return None;
    }
    let (when, end) = date::date(text, at)?;
    let year = |own_year: Option<i32>| own_year.and_then(|year| i16::try_from(year).ok()).or(own);
    let day = match when {
        When::Year(stated) => {
            let shut = matches!(text.before(end), '底' | '末')
                || text.ch(end) == '底'
                || text.ch(end) == '前'
                || text.has(end, "以前");
            if !shut {
                return None;
            }
            month_end(i16::try_from(stated).ok()?, 12)?
        }
        When::Years(..) | When::Span(_) | When::Bad => return None,
        When::Months(stated, _, month) => {
            let month = i8::try_from(month).ok()?;
            let whole = month_end(year(stated)?, month)?;
            return Some(match (text.ch(end), text.ch(end + 1)) {
                ('上', '旬') => (whole.with().day(10).build().ok()?, tail(text, end + 2)),
                ('中', '旬') => (whole.with().day(20).build().ok()?, tail(text, end + 2)),
                ('下', '旬') => (whole, tail(text, end + 2)),
                ('初', _) => (whole.with().day(10).build().ok()?, tail(text, end + 1)),
                _ => (whole, tail(text, end)),
            });
        }
        When::Half(stated, half) => month_end(year(stated)?, if half == 1 { 6 } else { 12 })?,
        When::Quarter(stated, quarter) => {
            month_end(year(stated)?, i8::try_from(quarter).ok()? * 3)?
        }
        When::Day(stated, month) => {
            let number = day_of_month(text, at, end)?;
            Date::new(year(stated)?, i8::try_from(month).ok()?, number).ok()?
        }
    };
    Some((day, tail(text, end)))
}

/// The day in a date that ends at `end`: the last run of digits in it.
fn day_of_month(text: &Text, at: usize, end: usize) -> Option<i8> {
    let mut last = end;
    while last > at && text.class(last - 1) != Class::Digit {
        last -= 1;
    }
    let mut first = last;
    while first > at && text.class(first - 1) == Class::Digit {
        first -= 1;
    }
    text.slice(first, last)
        .parse()
        .ok()
        .filter(|day| (1..=31).contains(day))
}

/// Past 底, 末, 前, 之前 behind a date.
fn tail(text: &Text, mut end: usize) -> usize {
    while matches!(text.ch(end), '底' | '末' | '内') {
        end += 1;
    }
    for word in ["之前", "以前", "前"] {
        if text.has(end, word) && !text.has(end, "前三") && !text.has(end, "前往") {
            return end + word.chars().count();
        }
    }
    end
}
