//! Time: what share of a year is gone (序时进度), and where a value ends at today's pace.
//!
//! Invariant: shares are 0 to 1; a forecast on the last day is the value itself.

use jiff::civil::Date;
use rust_decimal::Decimal;

use super::{Course, rounded};

/// Places of a share of the year: a ten-thousandth is less than an hour.
const PLACES: u32 = 6;

/// Share of the days from `first` to `last` that are gone at the end of `today`.
#[must_use]
pub fn elapsed(first: Date, last: Date, today: Date) -> Decimal {
    if today < first {
        return Decimal::ZERO;
    }
    if today >= last {
        return Decimal::ONE;
    }
    rounded(days(first, today) / days(first, last), PLACES)
}

/// Share of a target split over months (`months` from the month of `first` on) that should be there at the end of
/// `today`; within a month by days. `None` where the months add up to nothing.
#[must_use]
pub fn planned(first: Date, months: &[Decimal], today: Date) -> Option<Decimal> {
    let whole: Decimal = months.iter().sum();
    if whole <= Decimal::ZERO {
        return None;
    }
    let mut begun = first.first_of_month();
    let mut sum = Decimal::ZERO;
    for month in months {
        if today < begun {
            break;
        }
        sum += month * elapsed(begun, begun.last_of_month(), today);
        begun = begun.last_of_month().tomorrow().ok()?;
    }
    Some(rounded(
        (sum / whole).clamp(Decimal::ZERO, Decimal::ONE),
        PLACES,
    ))
}

/// What last year had, for its shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Season {
    /// At the end of the month before today's (nothing in January).
    pub month_before: Decimal,
    /// At the end of today's month.
    pub month: Decimal,
    /// At the end of the year.
    pub year: Decimal,
    /// Share of today's month that is gone.
    pub gone: Decimal,
}

impl Season {
    fn by_today(&self) -> Decimal {
        self.month_before + (self.month - self.month_before) * self.gone
    }

    /// Whether all of last year's value came after today.
    fn comes_later(&self) -> bool {
        self.by_today() <= Decimal::ZERO && self.year > Decimal::ZERO
    }

    /// Share of last year's value that was there by today; `None` where nothing was, or nothing at all.
    #[must_use]
    pub fn share(&self) -> Option<Decimal> {
        let by_today = self.by_today();
        if by_today <= Decimal::ZERO || self.year < by_today {
            return None;
        }
        by_today.checked_div(self.year)
    }
}

/// Where a value ends, and what that rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Forecast {
    /// At the end of the time.
    pub value: Decimal,
    /// What it rests on.
    pub basis: Basis,
}

/// What a forecast rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Basis {
    /// The time is over: the value itself.
    Final,
    /// Last year's shape: the same share of the year's value by today.
    Season,
    /// As many a day as until today.
    Linear,
    /// As it stands.
    Standing,
}

impl Basis {
    /// `final`, `season`, `linear`, `standing`.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Final => "final",
            Self::Season => "season",
            Self::Linear => "linear",
            Self::Standing => "standing",
        }
    }
}

/// Where a value ends at today's pace. `gone` is the share of the days; before the first day there is no pace, nor where
/// nothing is there yet and nothing was by today a year before: it comes late in the year.
#[must_use]
pub fn forecast(
    course: Course,
    found: Decimal,
    gone: Decimal,
    season: Option<Season>,
) -> Option<Forecast> {
    if gone >= Decimal::ONE {
        return Some(Forecast {
            value: found,
            basis: Basis::Final,
        });
    }
    if course != Course::Flow {
        return Some(Forecast {
            value: found,
            basis: Basis::Standing,
        });
    }
    let (share, basis) = match season.and_then(|it| it.share()) {
        Some(share) => (share, Basis::Season),
        None if found.is_zero() && season.is_some_and(|it| it.comes_later()) => return None,
        None => (gone, Basis::Linear),
    };
    let value = found.checked_div(share).map(|it| rounded(it, 2))?;
    Some(Forecast { value, basis })
}

fn days(first: Date, last: Date) -> Decimal {
    Decimal::from(first.until(last).map_or(0, |it| it.get_days()) + 1)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    fn dec(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    #[test]
    fn a_year_goes_by_days() {
        let (first, last) = (date(2024, 1, 1), date(2024, 12, 31));
        #[rustfmt::skip]
        let cases = [
            (date(2023, 12, 31), "0"),
            (date(2024, 1, 1),   "0.002732"),
            (date(2024, 6, 30),  "0.497268"),
            (date(2024, 12, 30), "0.997268"),
            (date(2024, 12, 31), "1"),
            (date(2026, 1, 1),   "1"),
        ];
        for (today, want) in cases {
            assert_eq!(elapsed(first, last, today), dec(want), "{today}");
        }
    }

    #[test]
    fn a_split_over_months_says_what_should_be_there() {
        let months: Vec<Decimal> = [1, 1, 2, 2, 2, 4, 1, 1, 2, 1, 1, 2]
            .map(Decimal::from)
            .into();
        #[rustfmt::skip]
        let cases = [
            (date(2022, 12, 31), Some("0")),
            (date(2023, 1, 31),  Some("0.05")),
            (date(2023, 6, 30),  Some("0.6")),
            (date(2023, 7, 31),  Some("0.65")),
            (date(2023, 6, 15),  Some("0.5")),
            (date(2024, 3, 1),   Some("1")),
        ];
        for (today, want) in cases {
            assert_eq!(
                planned(date(2023, 1, 1), &months, today),
                want.map(dec),
                "{today}"
            );
        }
        assert_eq!(
            planned(date(2023, 1, 1), &[Decimal::ZERO; 12], date(2023, 6, 30)),
            None
        );
    }

    #[test]
    fn a_flow_ends_by_last_years_shape_or_by_days_and_a_stock_where_it_stands() {
        let season = |before: &str, month: &str, year: &str, gone: &str| {
            Some(Season {
                month_before: dec(before),
                month: dec(month),
                year: dec(year),
                gone: dec(gone),
            })
        };
        #[rustfmt::skip]
        let cases = [
            // moves,         found, gone,   last year,                       ends,           rests on
            (Course::Flow,  "40", "0.5",  None,                             Some("80"),     Basis::Linear),
            (Course::Flow,  "40", "0.5",  season("20", "25", "100", "1"),   Some("160"),    Basis::Season),
            (Course::Flow,  "40", "0.5",  season("15", "25", "100", "0.5"), Some("200"),    Basis::Season),
            // Nothing by today last year says nothing of this one.
            (Course::Flow,  "40", "0.5",  season("0", "0", "100", "1"),     Some("80"),     Basis::Linear),
            (Course::Flow,  "40", "1",    season("20", "25", "100", "1"),   Some("40"),     Basis::Final),
            (Course::Stock, "40", "0.5",  season("20", "25", "100", "1"),   Some("40"),     Basis::Standing),
            (Course::Rate,  "40", "0.5",  None,                             Some("40"),     Basis::Standing),
            (Course::Flow,  "0",  "0.5",  None,                             Some("0"),      Basis::Linear),
        ];
        for (course, found, gone, season, value, basis) in cases {
            let got = forecast(course, dec(found), dec(gone), season);
            let want = value.map(|it| Forecast {
                value: dec(it),
                basis,
            });
            assert_eq!(got, want, "{course:?} {found} at {gone} with {season:?}");
        }
        assert_eq!(
            forecast(
                Course::Flow,
                dec("0"),
                dec("0.5"),
                season("0", "0", "100", "1")
            ),
            None,
            "it comes late in the year"
        );
        assert_eq!(
            forecast(Course::Flow, dec("0"), Decimal::ZERO, None),
            None,
            "no pace before the first day"
        );
    }

    proptest! {
        #[test]
        fn time_only_goes_on(day in 0..364i64) {
            let (first, last) = (date(2023, 1, 1), date(2023, 12, 31));
            let on = |day: i64| first.checked_add(jiff::Span::new().days(day)).unwrap();
            let (a, b) = (elapsed(first, last, on(day)), elapsed(first, last, on(day + 1)));
            prop_assert!(a < b && b <= Decimal::ONE);
        }

        #[test]
        fn equal_months_go_nearly_by_days(day in 0..365i64) {
            let (first, last) = (date(2023, 1, 1), date(2023, 12, 31));
            let today = first.checked_add(jiff::Span::new().days(day)).unwrap();
            let planned = planned(first, &[Decimal::ONE; 12], today).unwrap();
            prop_assert!((planned - elapsed(first, last, today)).abs() < dec("0.01"));
        }

        #[test]
        fn a_flow_never_ends_below_what_is_there(found in 0..1_000_000i64, gone in 1..=100i64, a in 0..1000i64, b in 0..1000i64, c in 0..1000i64) {
            let season = Season {
                month_before: Decimal::from(a),
                month: Decimal::from(a + b),
                year: Decimal::from(a + b + c),
                gone: Decimal::new(5, 1),
            };
            let found = Decimal::from(found);
            let got = forecast(Course::Flow, found, Decimal::new(gone, 2), Some(season)).unwrap();
            prop_assert!(got.value >= found);
        }
    }
}
