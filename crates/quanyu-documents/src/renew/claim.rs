//! Which number may stand beside a word: above 超, below 近, never again after 突破.
//!
//! Owns the choice. Leaves what a word claims, and its exact test, to [`crate::claim`].

use rust_decimal::Decimal;

use super::{Untrue, style::Style};
use crate::{
    claim::{Claim, NEAR, Printed, Truth},
    read::Comparator,
    rounding::rounded,
};

/// What the words around a number claim.
pub(super) fn of(idiom: Option<&str>, comparator: Option<&str>) -> Claim {
    let comparator = comparator.and_then(|word| {
        let found = COMPARATORS.iter().find(|it| it.as_str() == word);
        found.copied()
    });
    Claim::of(idiom, comparator)
}

const COMPARATORS: [Comparator; 6] = [
    Comparator::Eq,
    Comparator::Gt,
    Comparator::Ge,
    Comparator::Lt,
    Comparator::Le,
    Comparator::Approx,
];

/// Whether a claim is true of `value`, in units of the printed number. Quotients have endless digits, so that what is reached
/// is asked of them rounded one digit finer.
pub(super) fn holds(claim: Claim, value: Decimal, style: &Style) -> bool {
    let printed = Printed::exact(style.printed, unit(style));
    claim.test(&printed, value, None, true) != Truth::False
}

/// The number to print for `value`: as round as the old one while it is near, then finer.
pub(super) fn number(
    claim: Claim,
    value: Decimal,
    style: &Style,
    earlier: Option<Decimal>,
) -> Result<Decimal, Untrue> {
    let unit = unit(style);
    let floor = |step: Decimal| (value / step).floor() * step;
    let under = |step: Decimal| (value / step).ceil() * step - step;
    let steps = steps(style);
    let near = |x: Decimal| x > Decimal::ZERO && (value - x).abs() <= x * NEAR;
    // The roundest that is near; where none is, the finest that still says something.
    let roundest = |of: &dyn Fn(Decimal) -> Decimal| {
        let all: Vec<Decimal> = steps.iter().map(|it| of(*it)).collect();
        let found = all.iter().copied().find(|it| near(*it));
        found.or(all.last().copied().filter(|it| *it > Decimal::ZERO))
    };
    match claim {
        Claim::Exact => Ok(rounded(value, unit)),
        Claim::Reaches => Ok((rounded(value, unit / Decimal::TEN) / unit).floor() * unit),
        Claim::Exceeds | Claim::Odd if near(style.printed) && value > style.printed => {
            Ok(style.printed)
        }
        Claim::Exceeds | Claim::Odd => roundest(&under).ok_or(Untrue::NotNear),
        Claim::AtLeast => roundest(&floor).ok_or(Untrue::NotNear),
        Claim::Breaks => {
            let x = floor(steps[0]);
            match x > Decimal::ZERO && earlier.is_none_or(|it| it < x) {
                true => Ok(x),
                false => Err(Untrue::NotFirst),
            }
        }
        Claim::Nearly if holds(claim, value, style) => Ok(style.printed),
        Claim::Nearly => roundest(&|step| floor(step) + step)
            .filter(|it| near(*it))
            .ok_or(Untrue::NotNear),
        Claim::About => roundest(&|step| rounded(value, step))
            .filter(|it| near(*it))
            .ok_or(Untrue::NotNear),
        Claim::NotFull => roundest(&|step| floor(step) + step).ok_or(Untrue::NotNear),
        Claim::AtMost => Ok((value / unit).ceil() * unit),
        // Another number would be another word.
        Claim::Doubles if holds(claim, value, style) => Ok(style.printed),
        Claim::Doubles => Err(Untrue::NotNear),
    }
}

/// One of the last digit.
fn unit(style: &Style) -> Decimal {
    Decimal::new(1, style.places)
}

/// Steps from that of the old number's last digit that is not zero to one of its last digit.
fn steps(style: &Style) -> Vec<Decimal> {
    let mut steps = vec![unit(style)];
    let mut step = unit(style) * Decimal::TEN;
    while style.places == 0 && (style.printed % step).is_zero() && step <= style.printed {
        steps.insert(0, step);
        step *= Decimal::TEN;
    }
    steps
}
