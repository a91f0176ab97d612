//! How a printed number is rounded, and how near it has to be: one rule for checking, composing and renewing.

use rust_decimal::{Decimal, RoundingStrategy};

/// How far a round number may lie from the value that 超, 近 and 约 say of it: 5% of the number.
pub const NEAR: Decimal = Decimal::from_parts(5, 0, 0, false, 2);

/// `value` rounded to whole `unit`s, half away from zero.
pub(crate) fn rounded(value: Decimal, unit: Decimal) -> Decimal {
    (value / unit).round_dp_with_strategy(0, RoundingStrategy::MidpointAwayFromZero) * unit
}
