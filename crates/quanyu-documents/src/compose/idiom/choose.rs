//! The number that makes an idiom true: as round as may be, never past the claim.

use rust_decimal::{Decimal, RoundingStrategy};

use super::{Bound, NEAR, Scaled, Wish, holds};
use crate::rounding::rounded;

/// 多 and 余 may lie further off than 超: 120多家 is said of 137.
const ODD: Decimal = Decimal::from_parts(2, 0, 0, false, 1);

/// The number to print, in the unit printed; `None`: no number makes the idiom true.
pub(super) fn number(
    bound: Bound,
    scaled: &Scaled<'_>,
    wish: &Wish,
    earlier: &[Decimal],
) -> Option<Decimal> {
    let value = scaled.number;
    let digits = wish.digits.unwrap_or(scaled.digits);
    let last = step(-i32::try_from(digits).ok()?);
    if let Some(wanted) = wish.to {
        let unit = if bound == Bound::Odd {
            round_unit(wanted)
        } else {
            step(-i32::try_from(wanted.scale()).ok()?)
        };
        return holds(bound, value, wanted, unit, earlier).then_some(wanted);
    }
    if bound == Bound::Exact {
        let number = value.round_dp_with_strategy(digits, RoundingStrategy::MidpointAwayFromZero);
        return Some(trim(number, wish));
    }
    if value <= Decimal::ZERO {
        return None;
    }
    if bound == Bound::Reach {
        let number = floor(value, last);
        return (!number.is_zero()).then(|| trim(number, wish));
    }
    // From the roundest number down to the last digit that may be printed.
    let finest = -i32::try_from(digits).ok()?;
    let coarsest = if wish.digits.is_some() {
        finest
    } else {
        magnitude(value)
    };
    (finest..=coarsest).rev().find_map(|power| {
        let unit = step(power);
        let number = match bound {
            Bound::Over | Bound::Odd => below(value, unit),
            Bound::Near | Bound::Under => above(value, unit),
            Bound::About => rounded(value, unit),
            _ => floor(value, unit),
        };
        // One too few is not 多: 多 needs a digit that is left out.
        let odd = bound != Bound::Odd || power > 0 || power > finest;
        let near = match bound {
            Bound::Odd => value - number <= ODD * number,
            Bound::Under | Bound::Least => (value - number).abs() <= NEAR * number,
            _ => true,
        };
        let fine =
            number > Decimal::ZERO && odd && near && holds(bound, value, number, unit, earlier);
        fine.then(|| trim(number, wish))
    })
}

fn trim(number: Decimal, wish: &Wish) -> Decimal {
    if wish.fixed {
        number
    } else {
        number.normalize()
    }
}

/// Ten to the power.
fn step(power: i32) -> Decimal {
    let size = power.unsigned_abs().min(20);
    let ten: Decimal = (0..size).fold(Decimal::ONE, |all, _| all * Decimal::TEN);
    if power < 0 { Decimal::ONE / ten } else { ten }
}

/// The power of ten of the first digit.
fn magnitude(value: Decimal) -> i32 {
    let whole = value.trunc();
    if whole.is_zero() {
        return 0;
    }
    i32::try_from(whole.to_string().len()).unwrap_or(1) - 1
}

/// One of the last digit that is not zero.
fn round_unit(number: Decimal) -> Decimal {
    let mut unit = step(-i32::try_from(number.normalize().scale()).unwrap_or_default());
    while unit < number && (number / (unit * Decimal::TEN)).fract().is_zero() {
        unit *= Decimal::TEN;
    }
    unit
}

fn floor(value: Decimal, unit: Decimal) -> Decimal {
    (value / unit).floor() * unit
}

fn below(value: Decimal, unit: Decimal) -> Decimal {
    let number = floor(value, unit);
    if number == value {
        number - unit
    } else {
        number
    }
}

fn above(value: Decimal, unit: Decimal) -> Decimal {
    floor(value, unit) + unit
}
