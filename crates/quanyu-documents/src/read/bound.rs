//! The words that bind a number: before it (超, 近, 不少于), behind its unit (以上, 左右), inside (多, 余).
//!
//! Owns which of several wins: behind before before, before before inside.

use super::cues::{self, AFTER, BEFORE};
use super::mention::Comparator;
use super::numeral::Numeral;
use super::text::{Class, Text};
use super::unit::{Sort, Unit};

/// The words before a number that bind it, and where they begin.
pub(super) fn bound_before(
    text: &Text,
    floor: usize,
    at: usize,
    found: &Numeral,
) -> (usize, Option<(Comparator, &'static str)>) {
    let mut start = at;
    let mut chosen: Option<(Comparator, &'static str)> = None;
    for _ in 0..3 {
        let Some((next, (bound, idiom))) = BEFORE.ends(&text.c, floor, start) else {
            break;
        };
        if cues::binder_is_word(idiom, text.before(next)) && start - next == 1 {
            break;
        }
        if matches!(idiom, "上" | "过" | "破")
            && !(found.bare || text.ends(start, "超过"))
            && idiom != "破"
        {
            break;
        }
        if matches!(idiom, "至" | "到" | "是") && chosen.is_some() {
            break;
        }
        let stronger = match chosen {
            None => true,
            Some((Comparator::Eq, _)) => bound != Comparator::Eq,
            Some(_) => false,
        };
        if stronger {
            chosen = Some((bound, idiom));
        }
        start = next;
    }
    if text.ends(start, "连续") && start >= floor + 2 {
        start -= 2;
    }
    (start, chosen)
}

/// The words after a number and its unit that bind it, and where they end.
pub(super) fn bound_after(
    text: &Text,
    end: usize,
    to: usize,
    unit: Option<Unit>,
) -> (usize, Option<(Comparator, &'static str)>) {
    let Some((last, (bound, idiom))) = AFTER.starts(&text.c, end, to.max(end).min(end + 5)) else {
        return (end, None);
    };
    let wrong = match idiom {
        "起" => {
            text.class(last) == Class::Word
                || unit.is_none_or(|unit| !matches!(unit.sort, Sort::Money))
        }
        "多" => {
            text.class(last) == Class::Word && !matches!(text.ch(last), '的')
                || unit.is_none_or(|unit| matches!(unit.sort, Sort::Counter | Sort::Weak))
        }
        "余" => text.class(last) == Class::Word,
        "超" => text.class(last) == Class::Digit || text.class(last) == Class::Latin,
        _ => false,
    };
    if wrong {
        (end, None)
    } else {
        (last, Some((bound, idiom)))
    }
}

/// One bound out of what stands before, after and inside the number.
pub(super) fn joined(
    before: Option<(Comparator, &'static str)>,
    after: Option<(Comparator, &'static str)>,
    odd: Option<char>,
    round: bool,
) -> (Option<Comparator>, Option<&'static str>) {
    if let Some((bound, idiom)) = after.filter(|(bound, _)| *bound != Comparator::Eq) {
        return (Some(bound), Some(idiom));
    }
    if let Some((bound, idiom)) = before.filter(|(bound, _)| *bound != Comparator::Eq) {
        return (Some(bound), Some(idiom));
    }
    match odd {
        Some('多') => return (Some(Comparator::Gt), Some("多")),
        Some(_) => return (Some(Comparator::Approx), Some("余")),
        None => {}
    }
    if round {
        return (Some(Comparator::Approx), before.map(|(_, idiom)| idiom));
    }
    (None, before.map(|(_, idiom)| idiom))
}
