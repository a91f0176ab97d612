//! Numbers of Arrow as decimals, and division as every figure does it.
//!
//! Invariant: quotients are rounded half away from zero to [`QUOTIENT_PLACES`] places; nothing passes through floats.

use datafusion::arrow::{
    array::{Array, AsArray},
    datatypes::{DataType, Decimal128Type, Int32Type, Int64Type, UInt64Type},
};
use rust_decimal::{Decimal, RoundingStrategy};

use crate::functions::divide;

/// Places of a quotient: a share of a national sum in fen is still exact to a millionth of a per mille.
pub const QUOTIENT_PLACES: u32 = 12;

/// `a / b`; `None` where `b` is zero or the result does not fit.
#[must_use]
pub fn quotient(a: Decimal, b: Decimal) -> Option<Decimal> {
    if b.is_zero() {
        return None;
    }
    // Whole numbers divide faster than decimals do, and round once.
    let places = QUOTIENT_PLACES as i32 + b.scale() as i32 - a.scale() as i32;
    let whole = divide(a.mantissa(), b.mantissa(), places);
    if let Some(Ok(value)) = whole.map(|it| decimal(it, QUOTIENT_PLACES as i8)) {
        return Some(value);
    }
    // More than 28 digits with all places: those that there is room for.
    let exact = a.checked_div(b)?;
    let rounded =
        exact.round_dp_with_strategy(QUOTIENT_PLACES, RoundingStrategy::MidpointAwayFromZero);
    Some(rounded.normalize())
}

/// Growth from `before` to `now`: `None` where there was nothing, or less, to grow from.
#[must_use]
pub fn growth(now: Decimal, before: Decimal) -> Option<Decimal> {
    if before <= Decimal::ZERO {
        return None;
    }
    quotient(now.checked_sub(before)?, before)
}

/// A value too large for 28 digits.
#[derive(Debug)]
pub(crate) struct TooLarge;

/// The number in a row of a numeric column, `None` for NULL.
pub(crate) fn number(array: &dyn Array, row: usize) -> Result<Option<Decimal>, TooLarge> {
    if array.is_null(row) {
        return Ok(None);
    }
    let value = match array.data_type() {
        DataType::Int64 => Decimal::from(array.as_primitive::<Int64Type>().value(row)),
        DataType::Int32 => Decimal::from(array.as_primitive::<Int32Type>().value(row)),
        DataType::UInt64 => Decimal::from(array.as_primitive::<UInt64Type>().value(row)),
        DataType::Decimal128(_, scale) => {
            let mantissa = array.as_primitive::<Decimal128Type>().value(row);
            return decimal(mantissa, *scale).map(Some);
        }
        _ => return Err(TooLarge),
    };
    Ok(Some(value))
}

/// A decimal without trailing zeros after the point.
pub(crate) fn decimal(mut mantissa: i128, scale: i8) -> Result<Decimal, TooLarge> {
    let mut places = u32::try_from(scale).map_err(|_| TooLarge)?;
    // Nearly all fit into a machine's word, where dividing is many times as fast.
    if let Ok(mut short) = i64::try_from(mantissa) {
        while places > 0 && short % 10 == 0 {
            short /= 10;
            places -= 1;
        }
        return Decimal::try_new(short, places).map_err(|_| TooLarge);
    }
    while places > 0 && mantissa % 10 == 0 {
        mantissa /= 10;
        places -= 1;
    }
    Decimal::try_from_i128_with_scale(mantissa, places).map_err(|_| TooLarge)
}

/// Whether a figure can be made of this type.
pub(crate) fn is_number(kind: &DataType) -> bool {
    matches!(
        kind,
        DataType::Int64 | DataType::Int32 | DataType::UInt64 | DataType::Decimal128(_, _)
    )
}
