//! Money: whole fen in an `i64`.
//!
//! Owns parsing and printing of yuan. Leaves transfers and balances to the ledger.
//!
//! Invariant: no floating point; a sum that does not fit is refused, never wrapped.

use std::{fmt, iter::Sum, str::FromStr};

use rust_decimal::{Decimal, RoundingStrategy, prelude::ToPrimitive};

/// An amount in fen (1/100 yuan). Negative amounts are corrections.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Money(i64);

/// Why a text or number is not an amount of money.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    /// Not a decimal number.
    #[error("`{0}` is not an amount")]
    NotANumber(String),
    /// More than two decimals: a part of a fen does not exist.
    #[error("`{0}` has parts of a fen")]
    PartsOfAFen(String),
    /// Beyond ±92,233,720,368,547,758.07 yuan.
    #[error("`{0}` is too large")]
    TooLarge(String),
}

impl Money {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// An amount of whole fen.
    #[must_use]
    pub const fn from_fen(fen: i64) -> Self {
        Self(fen)
    }

    /// Whole fen.
    #[must_use]
    pub const fn fen(self) -> i64 {
        self.0
    }

    /// Yuan with two decimals.
    #[must_use]
    pub fn yuan(self) -> Decimal {
        Decimal::new(self.0, 2)
    }

    /// From yuan; parts of a fen are refused.
    ///
    /// # Errors
    /// [`MoneyError::PartsOfAFen`], [`MoneyError::TooLarge`].
    pub fn from_yuan(yuan: Decimal) -> Result<Self, MoneyError> {
        let fen = yuan
            .checked_mul(Decimal::ONE_HUNDRED)
            .ok_or_else(|| MoneyError::TooLarge(yuan.to_string()))?;
        if fen.fract() != Decimal::ZERO {
            return Err(MoneyError::PartsOfAFen(yuan.to_string()));
        }
        fen.to_i64()
            .map(Self)
            .ok_or_else(|| MoneyError::TooLarge(yuan.to_string()))
    }

    /// From yuan, rounded half away from zero to the fen: for shares and simulations, where parts
    /// of a fen are expected.
    ///
    /// # Errors
    /// [`MoneyError::TooLarge`].
    pub fn round_yuan(yuan: Decimal) -> Result<Self, MoneyError> {
        Self::from_yuan(yuan.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero))
    }

    /// The sum, `None` where it does not fit.
    #[must_use]
    pub fn checked_add(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).map(Self)
    }

    /// The difference, `None` where it does not fit.
    #[must_use]
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        self.0.checked_sub(other.0).map(Self)
    }
}

impl Sum for Money {
    /// # Panics
    /// When the sum does not fit; more yuan than the economy of the world.
    fn sum<I: Iterator<Item = Self>>(iter: I) -> Self {
        iter.fold(Self::ZERO, |a, b| {
            a.checked_add(b)
                .expect("a sum of money fits 92 quadrillion yuan")
        })
    }
}

impl FromStr for Money {
    type Err = MoneyError;

    /// Parses plain yuan such as `1234.50`; what people type is parsed in `typed`.
    fn from_str(text: &str) -> Result<Self, MoneyError> {
        let yuan =
            Decimal::from_str_exact(text).map_err(|_| MoneyError::NotANumber(text.to_owned()))?;
        Self::from_yuan(yuan)
    }
}

impl fmt::Display for Money {
    /// Yuan with two decimals: `1234.50`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.yuan())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn yuan_are_read_to_the_fen() {
        let cases = [
            ("0", Ok(0)),
            ("1234.5", Ok(123_450)),
            ("-0.01", Ok(-1)),
            ("0.001", Err(MoneyError::PartsOfAFen("0.001".into()))),
            ("十元", Err(MoneyError::NotANumber("十元".into()))),
            (
                "92233720368547758.08",
                Err(MoneyError::TooLarge("92233720368547758.08".into())),
            ),
        ];
        for (text, want) in cases {
            assert_eq!(text.parse::<Money>().map(Money::fen), want, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn what_is_printed_is_read_back(fen in proptest::num::i64::ANY) {
            let money = Money::from_fen(fen);
            proptest::prop_assert_eq!(money.to_string().parse::<Money>(), Ok(money));
        }
    }
}
