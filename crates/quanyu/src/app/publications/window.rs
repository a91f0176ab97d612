//! 公示期: which days an objection is taken on.
//!
//! Owns counting them. Invariant: first and last day are working days, and so many of them lie in between as declared.

use jiff::civil::{Date, Weekday};
use quanyu_pack::model::{Pack, Window};

use super::PublicationRefusal;

/// First and last day of a window that is opened on a day.
///
/// # Errors
/// A year without a calendar.
pub(in crate::app) fn days(
    pack: &Pack,
    window: &Window,
    opened: Date,
) -> Result<(Date, Date), PublicationRefusal> {
    let worked = |day: Date| {
        pack.is_working_day(day)
            .ok_or(PublicationRefusal::Calendar { year: day.year() })
    };
    let next = |day: Date| {
        day.tomorrow()
            .map_err(|_| PublicationRefusal::Calendar { year: day.year() })
    };
    let mut first = opened;
    if !window.same_day {
        first = next(first)?;
    }
    while !worked(first)? {
        first = next(first)?;
    }
    let (mut last, mut left) = (first, window.days.saturating_sub(1));
    while left > 0 {
        last = next(last)?;
        left -= u32::from(worked(last)?);
    }
    Ok((first, last))
}

/// The day that lies so many working days after another. Where a year has no calendar yet weekdays count: nobody is turned away
/// because it is not out.
pub(in crate::app) fn after(pack: &Pack, day: Date, count: u32) -> Date {
    let (mut day, mut left) = (day, count);
    while left > 0 {
        let Ok(next) = day.tomorrow() else { break };
        day = next;
        let weekend = matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday);
        left -= u32::from(pack.is_working_day(day).unwrap_or(!weekend));
    }
    day
}

/// Working days left from one day to another, counting the last; `None` where a year has no calendar.
pub(in crate::app) fn left(pack: &Pack, today: Date, last: Date) -> Option<i64> {
    let (mut day, mut left) = (today, 0);
    while day <= last {
        left += i64::from(pack.is_working_day(day)?);
        day = day.tomorrow().ok()?;
    }
    Some(left)
}

#[cfg(test)]
mod tests {
    use quanyu_pack::model::CalendarYear;

    use super::*;

    #[test]
    fn a_window_has_the_working_days_that_are_declared() {
        let mut pack = Pack::default();
        let year = CalendarYear {
            holidays: [
                "2024-02-12",
                "2024-02-13",
                "2024-02-14",
                "2024-02-15",
                "2024-02-16",
            ]
            .iter()
            .map(|it| it.parse().unwrap())
            .collect(),
            workdays: vec!["2024-02-18".parse().unwrap()],
            source: "试验用".into(),
        };
        pack.calendar.insert(2024, year);
        #[rustfmt::skip]
        let cases = [
            // opened,       days, same day, first,                last
            ("2024-01-08", 5, true,  Some(("2024-01-08", "2024-01-12"))),
            ("2024-01-08", 5, false, Some(("2024-01-09", "2024-01-15"))),
            ("2024-01-12", 5, false, Some(("2024-01-15", "2024-01-19"))),
            ("2024-01-13", 1, true,  Some(("2024-01-15", "2024-01-15"))),
            // Over the holidays, with a Sunday that is worked.
            ("2024-02-09", 3, true,  Some(("2024-02-09", "2024-02-19"))),
            ("2024-12-30", 5, false, None),
        ];
        for (opened, count, same_day, want) in cases {
            let window = Window {
                days: count,
                same_day,
                ..Window::default()
            };
            let got = days(&pack, &window, opened.parse().unwrap());
            let got = got.map(|(a, b)| (a.to_string(), b.to_string()));
            match want {
                Some((first, last)) => {
                    assert_eq!(got, Ok((first.into(), last.into())), "{opened} {count}");
                }
                None => assert_eq!(got.unwrap_err().code(), "publication_calendar", "{opened}"),
            }
        }
        let day = |it: &str| it.parse::<Date>().unwrap();
        assert_eq!(after(&pack, day("2024-02-09"), 2), day("2024-02-19"));
        assert_eq!(after(&pack, day("2024-12-31"), 3), day("2025-01-03"));
        assert_eq!(left(&pack, day("2024-02-09"), day("2024-02-19")), Some(3));
        assert_eq!(left(&pack, day("2024-01-13"), day("2024-01-12")), Some(0));
    }
}
