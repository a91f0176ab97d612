//! Growth: what a value is against another, and what makes one out of the other year by year.
//!
//! Owns the two quotients that reports print (同比 and 环比, 年均). Leaves which two values are compared to whoever knows the periods.
//!
//! Invariant: there is no growth from nothing: against zero or less there is none, never an endless one.

use rust_decimal::{Decimal, RoundingStrategy};

/// Places that a growth is kept to: as many as the figures keep of a quotient.
const PLACES: u32 = 12;

/// Growth of a value against another, 0.25 for 25%.
#[must_use]
pub fn growth(now: Decimal, before: Decimal) -> Option<Decimal> {
    if before <= Decimal::ZERO {
        return None;
    }
    let grown = now.checked_div(before)?.checked_sub(Decimal::ONE)?;
    Some(grown.round_dp_with_strategy(PLACES, RoundingStrategy::MidpointAwayFromZero))
}

/// The growth of one year that, year after year, makes a value out of that of so many years before.
#[must_use]
pub fn yearly(now: Decimal, before: Decimal, years: u8) -> Option<Decimal> {
    if before <= Decimal::ZERO || now < Decimal::ZERO || years == 0 {
        return None;
    }
    // A root of nothing is nothing; searching for it would end where its power is too small to be told.
    if now.is_zero() {
        return Some(-Decimal::ONE);
    }
    let wanted = now.checked_div(before)?;
    let (mut low, mut high) = (Decimal::ZERO, wanted.max(Decimal::ONE));
    // Halving 60 times leaves less than any digit that is printed.
    for _ in 0..60 {
        let middle = ((low + high) / Decimal::TWO).round_dp(18);
        let power = (0..years).try_fold(Decimal::ONE, |all, _| {
            Some(all.checked_mul(middle)?.round_dp(18))
        });
        if power.is_none_or(|it| it > wanted) {
            high = middle;
        } else {
            low = middle;
        }
    }
    Some(
        (low - Decimal::ONE).round_dp_with_strategy(PLACES, RoundingStrategy::MidpointAwayFromZero),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_growth_is_that_of_one_value_or_of_a_year() {
        #[rustfmt::skip]
        let cases = [
            // now,  before, years, at once,  a year
            ("125",  "100",  1,     Some("0.25"),  Some("0.25")),
            ("121",  "100",  2,     Some("0.21"),  Some("0.1")),
            ("80",   "100",  1,     Some("-0.2"),  Some("-0.2")),
            ("0",    "100",  3,     Some("-1"),    Some("-1")),
            ("5",    "0",    2,     None,          None),
            ("5",    "-1",   2,     None,          None),
        ];
        for (now, before, years, once, each) in cases {
            let number = |it: &str| it.parse::<Decimal>().unwrap();
            let said = |it: Option<Decimal>| it.map(|it| it.round_dp(6).normalize().to_string());
            let (now, before) = (number(now), number(before));
            assert_eq!(
                said(growth(now, before)).as_deref(),
                once,
                "{now} from {before}"
            );
            assert_eq!(
                said(yearly(now, before, years)).as_deref(),
                each,
                "{now} from {before}"
            );
        }
        assert_eq!(yearly(Decimal::ONE, Decimal::ONE, 0), None);
    }
}
