//! What a number that differs most likely comes from: last year's value, another caliber, swapped digits, a wrong unit.
//!
//! Owns the order in which causes are tried. Invariant: a cause is named only where it explains the printed number
//! exactly; else the difference alone is told.

use quanyu_core::period::Period;
use rust_decimal::Decimal;

use super::{
    known::Measure,
    verdict::{Against, Found, Look, claim_of, is_ratio, value},
};
use crate::claim::{Claim, Printed, Truth};
use crate::read::{Kind, Mention};

/// The likeliest cause of a number that differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It is the value of another period.
    Period {
        /// Which.
        period: Period,
        /// What of the indicator.
        measure: Measure,
    },
    /// The year written beside it is not that of the value.
    WrongYear {
        /// The year of the value.
        period: Period,
    },
    /// It is the value of another indicator.
    Caliber {
        /// Which.
        indicator: String,
    },
    /// It is an earlier published value, or one of another status.
    Status {
        /// 快报, 预计 …
        status: String,
    },
    /// Two neighbouring digits changed places.
    Swapped,
    /// The unit is wrong by a power of ten.
    Unit,
    /// The bound is not reached, or already passed.
    Bound,
    /// It had been passed before.
    NotFirst {
        /// When.
        period: Period,
    },
    /// None of these.
    Plain,
}

impl Fault {
    /// The word for programs.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Period { .. } => "other_period",
            Self::WrongYear { .. } => "wrong_year",
            Self::Caliber { .. } => "other_caliber",
            Self::Status { .. } => "other_status",
            Self::Swapped => "swapped",
            Self::Unit => "unit",
            Self::Bound => "bound",
            Self::NotFirst { .. } => "not_first",
            Self::Plain => "plain",
        }
    }
}

pub(super) fn fault(
    against: &Against<'_>,
    look: &Look<'_>,
    mention: &Mention,
    printed: &Printed,
    found: Found<'_>,
    claim: Claim,
) -> Fault {
    if claim == Claim::Breaks && found.value >= printed.value {
        let before = against
            .known
            .periods(look.id, look.region)
            .into_iter()
            .find(|it| {
                it.last_day() < look.period.first_day()
                    && against
                        .known
                        .value(look.id, look.region, *it)
                        .is_some_and(|it| it >= printed.value)
            });
        if let Some(period) = before {
            return Fault::NotFirst { period };
        }
    }
    let fits = |value: Decimal| claim.test(printed, value, None, is_ratio(mention)) == Truth::Holds;
    let status = found.fact.and_then(|fact| {
        fact.others
            .iter()
            .find(|it| it.measure == found.measure && fits(it.value))
    });
    if let Some(other) = status {
        return Fault::Status {
            status: other.status.clone(),
        };
    }
    let year = other_year(against, look, mention, printed);
    let whole = |it: &Fault| matches!(it, Fault::Period { period, .. } if period.len_months() == look.period.len_months());
    if let Some(fault) = year.clone().filter(whole) {
        return fault;
    }
    if let Some(indicator) = kin(against, look, found.measure, &fits) {
        return Fault::Caliber { indicator };
    }
    if let Some(fault) = year {
        return fault;
    }
    if wrong_unit(printed, found.value) {
        return Fault::Unit;
    }
    if swapped(printed, found.value) {
        return Fault::Swapped;
    }
    if !matches!(claim, Claim::Exact) {
        return Fault::Bound;
    }
    Fault::Plain
}

/// A period whose value the mention states exactly: the nearest years first, then parts of years. Numbers below ten are
/// found everywhere by chance; they are only sought in the year before.
pub(super) fn other_year(
    against: &Against<'_>,
    look: &Look<'_>,
    mention: &Mention,
    printed: &Printed,
) -> Option<Fault> {
    let (claim, ratio) = (claim_of(mention), is_ratio(mention));
    if matches!(claim, Claim::AtLeast | Claim::AtMost | Claim::NotFull) {
        return None;
    }
    let mut periods = against.known.periods(look.id, look.region);
    periods.retain(|it| *it != look.period);
    let year = look.period.last_year();
    periods.sort_by_key(|it| {
        (
            it.len_months() != look.period.len_months(),
            (it.last_year() - year).abs(),
            it.last_year() > year,
        )
    });
    if mention.kind == Kind::Rank || printed.value.abs() < Decimal::TEN && !ratio {
        periods.retain(|it| Some(*it) == look.period.shift_years(-1));
    }
    periods.into_iter().find_map(|period| {
        let found = look
            .measures
            .iter()
            .find_map(|&it| value(against.known, look, period, it))?;
        (claim.test(printed, found.value, None, ratio) == Truth::Holds).then_some(Fault::Period {
            period,
            measure: found.measure,
        })
    })
}

/// Another indicator of the same unit and group that holds the printed value.
fn kin(
    against: &Against<'_>,
    look: &Look<'_>,
    measure: Measure,
    fits: &dyn Fn(Decimal) -> bool,
) -> Option<String> {
    look.subject
        .kin
        .iter()
        .find(|id| {
            let Some(subject) = against.known.subjects.get(*id) else {
                return false;
            };
            let beside = Look {
                id,
                subject,
                region: look.region,
                period: look.period,
                named: look.named,
                lagged: false,
                measures: Vec::new(),
            };
            value(against.known, &beside, look.period, measure)
                .is_some_and(|it| it.value >= Decimal::TEN && fits(it.value))
        })
        .cloned()
}

/// Another indicator whose name stands right before the number, longer than any name of the one that was linked, and whose
/// value bears the number out: the link was too short.
pub(super) fn meant<'a>(
    against: &Against<'a>,
    look: &Look<'a>,
    mention: &Mention,
    printed: &Printed,
    measure: Measure,
) -> Option<(Look<'a>, Found<'a>)> {
    let named = |subject: &super::known::Subject| {
        let fits = |name: &&String| {
            let length = name.chars().count();
            (0..4).any(|gap| {
                mention.start >= length + gap
                    && against.draft.has(mention.start - length - gap, name)
            })
        };
        subject
            .names
            .iter()
            .filter(fits)
            .map(|it| it.chars().count())
            .max()
    };
    let own = named(look.subject).unwrap_or_default();
    look.subject.kin.iter().find_map(|id| {
        let (id, subject) = against.known.subjects.get_key_value(id)?;
        named(subject).filter(|it| *it > own)?;
        let beside = Look {
            id,
            subject,
            region: look.region,
            period: look.period,
            named: look.named,
            lagged: look.lagged,
            measures: vec![measure],
        };
        let found = value(against.known, &beside, look.period, measure)?;
        let truth = claim_of(mention).test(printed, found.value, None, is_ratio(mention));
        (truth == Truth::Holds).then_some((beside, found))
    })
}

/// Whether the numbers are the same but for a power of ten that a unit makes: 亿 for 万, 万 for none, % for ‰.
fn wrong_unit(printed: &Printed, found: Decimal) -> bool {
    if found.is_zero() || printed.value.is_zero() {
        return false;
    }
    [10u64, 100, 1_000, 10_000, 100_000_000]
        .iter()
        .any(|&power| {
            let power = Decimal::from(power);
            let scaled = |by: Decimal| {
                let shrunk = Printed::exact(printed.value * by, printed.unit * by);
                shrunk.round(found) == shrunk.value
            };
            scaled(Decimal::ONE / power) || scaled(power)
        })
}

/// Whether two neighbouring digits changed places.
fn swapped(printed: &Printed, found: Decimal) -> bool {
    let digits = |value: Decimal| -> Vec<char> {
        let units = crate::rounding::rounded(value, printed.unit) / printed.unit;
        units.normalize().to_string().chars().collect()
    };
    let (one, other) = (digits(printed.value), digits(found));
    if one.len() != other.len() {
        return false;
    }
    let apart: Vec<usize> = (0..one.len()).filter(|&at| one[at] != other[at]).collect();
    matches!(apart[..], [first, second]
        if second == first + 1 && one[first] == other[second] && one[second] == other[first])
}
