//! Targets: what a text aims at, against the plan.
//!
//! Owns which target of the plan a mention means. Invariant: a target is judged by its value and its direction; that the
//! plan names none is no error of the text.

use quanyu_core::period::Period;

use super::{
    known::{Measure, Target},
    reason,
    verdict::{Against, Judged, Verdict, claim_of, no_source},
};
use crate::claim::{Claim, Printed};
use crate::read::{Comparator, Kind, Mention};

/// Whether a share is of a target: a rate of completion.
pub(super) fn of_target(mention: &Mention) -> bool {
    mention.of.as_deref().is_some_and(|of| {
        ["目标", "计划", "任务", "指标"]
            .iter()
            .any(|it| of.contains(it))
    })
}

pub(super) fn judge(against: &Against<'_>, mention: &Mention, printed: &Printed) -> Judged {
    let known = against.known;
    let Some(id) = mention.indicator.as_deref() else {
        return no_source(reason::no_indicator(mention));
    };
    let stated: Option<Period> = mention.period.as_deref().and_then(|it| it.parse().ok());
    let fits = |it: &&Target| {
        it.indicator == id
            && it.growth == (mention.kind == Kind::Growth)
            && stated.is_none_or(|stated| it.period == stated || it.period.contains(stated))
    };
    let mut candidates: Vec<&Target> = known.targets.iter().filter(fits).collect();
    // Without a stated period the plan of the year reported on or the next one is meant.
    if stated.is_none()
        && let Some(year) = against.period.map(Period::last_year)
    {
        candidates.retain(|it| (year..=year + 1).contains(&it.period.last_year()));
    }
    let Some(target) = candidates.last() else {
        return Judged {
            indicator: Some(id.to_owned()),
            ..no_source(reason::no_target())
        };
    };
    let same =
        printed.round(target.value) == printed.value && agree(claim_of(mention), target.comparator);
    Judged {
        verdict: Some(if same {
            Verdict::Agrees
        } else {
            Verdict::Differs
        }),
        found: Some(target.value),
        said: Some(super::words::like(target.value, mention, printed)),
        indicator: Some(id.to_owned()),
        measure: Some(if target.growth {
            Measure::Growth
        } else {
            Measure::Value
        }),
        region: Some(known.region.clone()),
        period: Some(target.period),
        reason: reason::target(target, mention, printed, same),
        ..Judged::default()
    }
}

/// Whether a claim binds in the direction of the plan: 达到, 完成 and bare numbers fit a floor as well as an exact value.
fn agree(claim: Claim, planned: Comparator) -> bool {
    let upward = matches!(planned, Comparator::Ge | Comparator::Gt);
    let downward = matches!(planned, Comparator::Le | Comparator::Lt);
    match claim {
        Claim::Exact | Claim::Reaches | Claim::About => true,
        Claim::Exceeds | Claim::Breaks | Claim::AtLeast | Claim::Odd | Claim::Doubles => !downward,
        Claim::AtMost | Claim::NotFull | Claim::Nearly => !upward,
    }
}
