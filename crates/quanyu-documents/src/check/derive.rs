//! Figures that follow from others of the text: sums, growths, shares.
//!
//! Owns what may be derived from what. Invariant: parts stand in the same sentence or the one before, in one unit; a sum
//! has at least two parts, each smaller than it.

use rust_decimal::Decimal;

use super::{
    draft::Draft,
    reason,
    verdict::{Against, Judged, Verdict, claim_of, is_ratio},
};
use crate::claim::{Claim, Printed, Truth};
use crate::read::{Kind, Mention, Nature, Value};

/// Most parts of a sum.
const PARTS: usize = 8;

/// How a figure follows from others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// The sum of these mentions.
    Sum(Vec<usize>),
    /// The growth from the second to the first.
    Growth(usize, usize),
    /// The difference of the two.
    Difference(usize, usize),
    /// The first over the second.
    Share(usize, usize),
}

pub(super) fn judge(against: &Against<'_>, nth: usize, printed: &Printed) -> Option<Judged> {
    let draft = against.draft;
    let mention = &draft.reading.mentions[nth];
    let (way, value) = way(draft, nth, printed)?;
    Some(Judged {
        verdict: Some(Verdict::Derivable),
        found: Some(value),
        said: Some(super::words::like(value, mention, printed)),
        reason: reason::derived(draft, &way),
        ..Judged::default()
    })
}

fn way(draft: &Draft<'_>, nth: usize, printed: &Printed) -> Option<(Way, Decimal)> {
    let mention = &draft.reading.mentions[nth];
    let claim = claim_of(mention);
    let near = levels(draft, nth);
    let holds =
        |value: Decimal| claim.test(printed, value, None, is_ratio(mention)) == Truth::Holds;
    match mention.kind {
        Kind::Level if claim == Claim::Exact || claim == Claim::Reaches => {
            sum(draft, nth, printed, &near)
        }
        Kind::Growth => pairs(&near).find_map(|(a, b)| {
            let (now, before) = (one(draft, a)?, one(draft, b)?);
            if before <= Decimal::ZERO {
                return None;
            }
            let growth = now / before - Decimal::ONE;
            holds(growth).then_some((Way::Growth(a, b), growth))
        }),
        Kind::Delta => {
            let shares = matching(draft, nth, |it| {
                it.unit == mention.unit && matches!(it.kind, Kind::Share | Kind::Level)
            });
            pairs(&shares).find_map(|(a, b)| {
                let difference = one(draft, a)? - one(draft, b)?;
                holds(difference).then_some((Way::Difference(a, b), difference))
            })
        }
        Kind::Share => pairs(&near).find_map(|(a, b)| {
            let (part, whole) = (one(draft, a)?, one(draft, b)?);
            if part >= whole || part <= Decimal::ZERO {
                return None;
            }
            // Quotients of small numbers fit something everywhere.
            let share = part / whole;
            (whole >= Decimal::TEN && holds(share)).then_some((Way::Share(a, b), share))
        }),
        _ => None,
    }
}

/// A run of neighbouring levels of the unit that adds up.
fn sum(draft: &Draft<'_>, nth: usize, printed: &Printed, near: &[usize]) -> Option<(Way, Decimal)> {
    let unit = &draft.reading.mentions[nth].unit;
    let like: Vec<usize> = near
        .iter()
        .copied()
        .filter(|&it| draft.reading.mentions[it].unit == *unit)
        .collect();
    for from in 0..like.len() {
        let mut total = Decimal::ZERO;
        for (count, &part) in like[from..].iter().take(PARTS).enumerate() {
            let Some(value) = one(draft, part) else { break };
            if value >= printed.value || value <= Decimal::ZERO {
                break;
            }
            total += value;
            if count >= 1 && printed.round(total) == printed.value {
                let parts = like[from..=from + count].to_vec();
                return Some((Way::Sum(parts), total));
            }
        }
    }
    None
}

/// Other levels of the sentence and the one before it.
fn levels(draft: &Draft<'_>, nth: usize) -> Vec<usize> {
    matching(draft, nth, |it| {
        it.kind == Kind::Level && it.nature != Some(Nature::Target)
    })
}

fn matching(draft: &Draft<'_>, nth: usize, keep: impl Fn(&Mention) -> bool) -> Vec<usize> {
    let mention = &draft.reading.mentions[nth];
    let (from, to) = draft.sentence(mention.start);
    let before = if from > 0 {
        draft.sentence(from - 1).0
    } else {
        from
    };
    draft
        .figures_in(before, to)
        .filter(|&(other, it)| other != nth && keep(it))
        .map(|(other, _)| other)
        .take(24)
        .collect()
}

/// Pairs of one unit.
fn pairs(all: &[usize]) -> impl Iterator<Item = (usize, usize)> {
    all.iter()
        .flat_map(move |&a| all.iter().map(move |&b| (a, b)))
        .filter(|(a, b)| a != b)
}

fn one(draft: &Draft<'_>, nth: usize) -> Option<Decimal> {
    match draft.reading.mentions[nth].value {
        Value::One(value) => Some(value),
        _ => None,
    }
}
