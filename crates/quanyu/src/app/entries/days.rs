//! Days as people say them when they enter what has just happened: 今天, 昨天, 5月12日, 5.12.
//!
//! Owns the year that nobody types. Leaves days with a year to `quanyu_core::typed`.
//!
//! Invariant: a day without a year is the one nearest to today, and never more than a season ahead: what is entered has
//! mostly happened.

use jiff::{ToSpan as _, civil::Date};
use quanyu_core::typed;

/// Days ahead that a day without a year may lie.
const AHEAD: i32 = 92;

/// A day without its year, or by name; `None` where it is said in another way.
#[must_use]
pub fn near(text: &str, today: Date) -> Option<Date> {
    let plain = typed::plain(text);
    let back = match plain.as_str() {
        "今天" | "今日" | "today" => Some(0),
        "昨天" | "昨日" | "yesterday" => Some(1),
        "前天" => Some(2),
        _ => None,
    };
    if let Some(back) = back {
        return today.checked_sub(back.days()).ok();
    }
    let (month, day) = split(&plain)?;
    let in_year = |year: i16| Date::new(year, month, day).ok();
    let this = in_year(today.year());
    let fits = |it: &Date| today.until(*it).is_ok_and(|span| span.get_days() <= AHEAD);
    this.filter(fits)
        .or_else(|| in_year(today.year().checked_sub(1)?))
}

/// `5月12日`, `5月12号`, `5.12`, `5-12`, `5/12`.
fn split(plain: &str) -> Option<(i8, i8)> {
    let (month, rest) = plain.split_once(['月', '.', '-', '/'])?;
    let day = rest.trim_end_matches(['日', '号']).trim();
    let part = |it: &str| {
        let it = it.trim();
        let digits = !it.is_empty() && it.len() <= 2 && it.bytes().all(|b| b.is_ascii_digit());
        digits.then(|| it.parse::<i8>().ok()).flatten()
    };
    Some((part(month)?, part(day)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_without_a_year_is_the_nearest_one_that_has_mostly_happened() {
        let today: Date = "2026-05-20".parse().unwrap();
        #[rustfmt::skip]
        let cases = [
            ("今天",      Some("2026-05-20")),
            ("昨天",      Some("2026-05-19")),
            ("5月12日",   Some("2026-05-12")),
            ("５月１２号", Some("2026-05-12")),
            ("5.12",     Some("2026-05-12")),
            ("8月1日",    Some("2026-08-01")),
            ("12月30日",  Some("2025-12-30")),
            ("2月29日",   None),
            ("13.5",     None),
            ("2026.5.12", None),
            ("约5月",     None),
        ];
        for (text, wanted) in cases {
            let got = near(text, today).map(|it| it.to_string());
            assert_eq!(got.as_deref(), wanted, "{text}");
        }
    }
}
