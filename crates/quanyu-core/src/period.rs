//! Periods of figures: year, half, quarter, month, a span of months, a span of years.
//!
//! Owns their text form (`2023`, `2023H1`, `2023Q3`, `2023-09`, `2023-01/2023-09`, `2022-2023`), their first and
//! last day, and the same period a year before. Leaves the periods of sentences to the reader.
//!
//! Invariant: a period is whole months, its first month is not after its last.

use std::{fmt, str::FromStr};

use jiff::civil::{Date, date};

/// Whole months from `first` to `last`, both counted as `year * 12 + (month - 1)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Period {
    first: i32,
    last: i32,
}

/// Why a text is not a period.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PeriodError {
    /// None of the six forms.
    #[error(
        "`{0}` is not a period; write 2023, 2023H1, 2023Q3, 2023-09, 2023-01/2023-09 or 2022-2023"
    )]
    Form(String),
    /// The end is before the beginning.
    #[error("`{0}` ends before it begins")]
    Backwards(String),
}

/// Years a period may lie in. Before 1949 there are no such statistics; a year past 2200 is a slip of the hand.
const YEARS: std::ops::RangeInclusive<i32> = 1949..=2200;

impl Period {
    /// A calendar year; `None` outside 1949–2200.
    #[must_use]
    pub fn year(year: i32) -> Option<Self> {
        Self::months(year, 1, year, 12)
    }

    /// A month (1–12).
    #[must_use]
    pub fn month(year: i32, month: i32) -> Option<Self> {
        Self::months(year, month, year, month)
    }

    /// From a month to a month, both included.
    #[must_use]
    pub fn months(year: i32, month: i32, last_year: i32, last_month: i32) -> Option<Self> {
        let fine = |y: i32, m: i32| YEARS.contains(&y) && (1..=12).contains(&m);
        let (first, last) = (year * 12 + month - 1, last_year * 12 + last_month - 1);
        (fine(year, month) && fine(last_year, last_month) && first <= last)
            .then_some(Self { first, last })
    }

    /// The first day.
    #[must_use]
    pub fn first_day(self) -> Date {
        day_one(self.first)
    }

    /// The last day.
    #[must_use]
    pub fn last_day(self) -> Date {
        day_one(self.last).last_of_month()
    }

    /// The year of the last month: the year that a report of this period carries.
    #[must_use]
    pub fn last_year(self) -> i32 {
        self.last.div_euclid(12)
    }

    /// The same months `years` later (negative: earlier). `None` outside the years a period may lie in.
    #[must_use]
    pub fn shift_years(self, years: i32) -> Option<Self> {
        let moved = Self {
            first: self.first + years * 12,
            last: self.last + years * 12,
        };
        (YEARS.contains(&moved.first.div_euclid(12)) && YEARS.contains(&moved.last.div_euclid(12)))
            .then_some(moved)
    }

    /// The period of the same length right before. `None` outside the years a period may lie in.
    #[must_use]
    pub fn before(self) -> Option<Self> {
        let length = self.len_months();
        let moved = Self {
            first: self.first - length,
            last: self.last - length,
        };
        YEARS.contains(&moved.first.div_euclid(12)).then_some(moved)
    }

    /// Each month of the period in order.
    pub fn each_month(self) -> impl Iterator<Item = Self> {
        (self.first..=self.last).map(|m| Self { first: m, last: m })
    }

    /// How many months.
    #[must_use]
    pub fn len_months(self) -> i32 {
        self.last - self.first + 1
    }

    /// Whether `other` lies within this period.
    #[must_use]
    pub fn contains(self, other: Self) -> bool {
        self.first <= other.first && other.last <= self.last
    }

    /// What people call it: `2023年`, `2023年上半年`, `2023年三季度`, `2023年9月`, `2023年1—9月`, `2022—2023年`.
    #[must_use]
    pub fn name_zh(self) -> String {
        let (y, m, ly, lm) = self.parts();
        match (self.len_months(), m) {
            (12, 1) => format!("{y}年"),
            (6, 1) => format!("{y}年上半年"),
            (6, 7) => format!("{y}年下半年"),
            (3, 1 | 4 | 7 | 10) => {
                format!(
                    "{y}年{}季度",
                    ["一", "二", "三", "四"][(m as usize - 1) / 3]
                )
            }
            (1, _) => format!("{y}年{m}月"),
            _ if m == 1 && lm == 12 => format!("{y}—{ly}年"),
            _ if y == ly => format!("{y}年{m}—{lm}月"),
            _ => format!("{y}年{m}月—{ly}年{lm}月"),
        }
    }

    fn parts(self) -> (i32, i32, i32, i32) {
        let split = |m: i32| (m.div_euclid(12), m.rem_euclid(12) + 1);
        let ((y, m), (ly, lm)) = (split(self.first), split(self.last));
        (y, m, ly, lm)
    }
}

fn day_one(month: i32) -> Date {
    let year = i16::try_from(month.div_euclid(12)).expect("a period lies in 1949-2200");
    let month = i8::try_from(month.rem_euclid(12) + 1).expect("a month is 1-12");
    date(year, month, 1)
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (y, m, ly, lm) = self.parts();
        match (self.len_months(), m) {
            (12, 1) => write!(f, "{y}"),
            (6, 1 | 7) => write!(f, "{y}H{}", m / 6 + 1),
            (3, 1 | 4 | 7 | 10) => write!(f, "{y}Q{}", m / 3 + 1),
            (1, _) => write!(f, "{y}-{m:02}"),
            _ if m == 1 && lm == 12 => write!(f, "{y}-{ly}"),
            _ => write!(f, "{y}-{m:02}/{ly}-{lm:02}"),
        }
    }
}

impl FromStr for Period {
    type Err = PeriodError;

    fn from_str(text: &str) -> Result<Self, PeriodError> {
        let form = || PeriodError::Form(text.to_owned());
        let year = |t: &str| -> Option<i32> {
            (t.len() == 4 && t.bytes().all(|b| b.is_ascii_digit()))
                .then(|| t.parse().ok())
                .flatten()
        };
        let month = |t: &str| -> Option<(i32, i32)> {
            let (y, m) = t.split_once('-')?;
            let fine = m.len() == 2 && m.bytes().all(|b| b.is_ascii_digit());
            let m: i32 = m.parse().ok()?;
            Some((year(y)?, (fine && (1..=12).contains(&m)).then_some(m)?))
        };
        if let Some((a, b)) = text.split_once('/') {
            let ((y, m), (ly, lm)) = month(a).zip(month(b)).ok_or_else(form)?;
            if (y, m) > (ly, lm) {
                return Err(PeriodError::Backwards(text.to_owned()));
            }
            return Self::months(y, m, ly, lm).ok_or_else(form);
        }
        if let Some(y) = year(text) {
            return Self::year(y).ok_or_else(form);
        }
        if let Some((y, m)) = month(text) {
            return Self::month(y, m).ok_or_else(form);
        }
        if let Some((a, b)) = text.split_once('-') {
            let (y, ly) = year(a).zip(year(b)).ok_or_else(form)?;
            if y > ly {
                return Err(PeriodError::Backwards(text.to_owned()));
            }
            return Self::months(y, 1, ly, 12).ok_or_else(form);
        }
        let part = |mark: char, months: i32| -> Option<Self> {
            let (y, n) = text.split_once(mark)?;
            let (y, n) = (year(y)?, n.parse::<i32>().ok().filter(|_| n.len() == 1)?);
            (1..=12 / months).contains(&n).then_some(())?;
            Self::months(y, (n - 1) * months + 1, y, n * months)
        };
        part('H', 6).or_else(|| part('Q', 3)).ok_or_else(form)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_six_forms_are_read_printed_and_dated() {
        let cases = [
            ("2023", "2023年", "2023-01-01", "2023-12-31"),
            ("2023H2", "2023年下半年", "2023-07-01", "2023-12-31"),
            ("2024Q1", "2024年一季度", "2024-01-01", "2024-03-31"),
            ("2024-02", "2024年2月", "2024-02-01", "2024-02-29"),
            ("2023-01/2023-09", "2023年1—9月", "2023-01-01", "2023-09-30"),
            ("2022-2023", "2022—2023年", "2022-01-01", "2023-12-31"),
            (
                "2022-11/2023-02",
                "2022年11月—2023年2月",
                "2022-11-01",
                "2023-02-28",
            ),
        ];
        for (text, name, first, last) in cases {
            let period: Period = text.parse().unwrap();
            assert_eq!(period.to_string(), text);
            assert_eq!(period.name_zh(), name);
            assert_eq!(period.first_day().to_string(), first);
            assert_eq!(period.last_day().to_string(), last);
        }
    }

    #[test]
    fn a_period_follows_the_one_right_before() {
        let cases = [
            ("2023", "2022"),
            ("2023H1", "2022H2"),
            ("2023Q1", "2022Q4"),
            ("2023-03", "2023-02"),
            ("2022-2023", "2020-2021"),
        ];
        for (text, want) in cases {
            let period: Period = text.parse().unwrap();
            assert_eq!(period.before().unwrap().to_string(), want, "{text}");
        }
        assert_eq!(Period::year(1949).and_then(Period::before), None);
    }

    #[test]
    fn what_is_no_period_is_refused() {
        for text in [
            "", "23", "2023H3", "2023Q0", "2023-13", "2023-9", "0204", "2023H12", "2023-01/",
            "2023年",
        ] {
            assert_eq!(
                text.parse::<Period>(),
                Err(PeriodError::Form(text.into())),
                "{text}"
            );
        }
        assert_eq!(
            "2023-2022".parse::<Period>(),
            Err(PeriodError::Backwards("2023-2022".into()))
        );
    }

    proptest::proptest! {
        #[test]
        fn every_period_is_read_back(y in 1950..2190i32, m in 1..=12i32, n in 0..40i32) {
            let last = y * 12 + m - 1 + n;
            let period = Period::months(y, m, last / 12, last % 12 + 1).unwrap();
            proptest::prop_assert_eq!(period.to_string().parse::<Period>(), Ok(period));
            proptest::prop_assert_eq!(period.shift_years(1).and_then(|p| p.shift_years(-1)), Some(period));
        }
    }
}
