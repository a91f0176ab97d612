//! Targets that were passed before they were set, and figures of a part of the year.
//!
//! Owns holding what is aimed at against what is reached already, in the text or on record. Invariant: only floors are
//! passed, and only by the year before the target's; what has to be refreshed is listed once a figure.

use quanyu_core::period::Period;
use rust_decimal::Decimal;

use super::{
    known::Sort,
    problem::{Code, Problem, both},
    reason,
    verdict::{Against, Judged, Verdict, claim_of},
};
use crate::claim::{Claim, Printed};
use crate::read::{Kind, Mention, Nature, Value};

pub(super) fn find(against: &Against<'_>, judged: &[Judged], out: &mut Vec<Problem>) {
    for (nth, mention) in against.draft.reading.mentions.iter().enumerate() {
        if mention.nature == Some(Nature::Target) && mention.kind == Kind::Level {
            passed(against, mention, out);
        } else if mention.kind.is_figure() {
            refresh(against, mention, &judged[nth], out);
        }
    }
}

fn passed(against: &Against<'_>, mention: &Mention, out: &mut Vec<Problem>) {
    let Some(printed) = Printed::of(mention).filter(|it| it.high.is_none()) else {
        return;
    };
    let floor = matches!(
        claim_of(mention),
        Claim::Exact
            | Claim::Reaches
            | Claim::AtLeast
            | Claim::Exceeds
            | Claim::Breaks
            | Claim::Doubles
    );
    let target: Option<Period> = mention.period.as_deref().and_then(|it| it.parse().ok());
    // A range of years adds up; a year's target is asked of one year.
    let Some(target) = target.filter(|it| it.len_months() == 12 && floor) else {
        return;
    };
    let reached = in_text(against, mention, target).or_else(|| on_record(against, mention, target));
    let Some((value, from)) = reached else { return };
    if value < printed.value {
        return;
    }
    let said = super::words::like(value, mention, &printed);
    out.push(
        Problem::new(
            Code::TargetPassed,
            mention.start,
            mention.end,
            both(
                format!("目标“{}”已经达到：{from}{said}", mention.text),
                format!("the target “{}” was reached already: {said}", mention.text),
            ),
            both(
                "目标不高于上年实绩",
                "the target is not above what the year before reached",
            ),
        )
        .suggest(both(
            "核对目标值，或说明持平、下调的理由",
            "check the target, or say why it does not rise",
        ))
        .noted(),
    );
}

/// What the text itself says was reached, of the same measure, the year before.
fn in_text(against: &Against<'_>, target: &Mention, period: Period) -> Option<(Decimal, String)> {
    let before = period.shift_years(-1)?.to_string();
    let same = |it: &&Mention| {
        it.kind == Kind::Level
            && it.nature == Some(Nature::Actual)
            && it.unit == target.unit
            && it.scope == target.scope
            && it.period.as_deref() == Some(before.as_str())
            && match (&it.indicator, &target.indicator) {
                (Some(a), Some(b)) => a == b && it.confidence >= 0.8 && target.confidence >= 0.8,
                _ => {
                    it.metric.is_some()
                        && it.metric == target.metric
                        && it
                            .metric
                            .as_deref()
                            .is_some_and(|it| it.chars().count() >= 4)
                }
            }
    };
    let found = against.draft.reading.mentions.iter().find(same)?;
    match found.value {
        Value::One(value) => Some((value, "文中上年".to_owned())),
        _ => None,
    }
}

fn on_record(against: &Against<'_>, target: &Mention, period: Period) -> Option<(Decimal, String)> {
    let known = against.known;
    let id = target
        .indicator
        .as_deref()
        .filter(|_| target.confidence >= 0.8)?;
    let subject = known.subjects.get(id)?;
    let back = 1 + i32::from(subject.lag);
    let region = known.region_of(target.scope.as_deref())?;
    let value = known.value(id, region, period.shift_years(-back)?)?;
    Some((value, "台账上年".to_owned()))
}

/// 1—10月 in a report of the whole year, and whole years of which records are not complete.
fn refresh(against: &Against<'_>, mention: &Mention, judged: &Judged, out: &mut Vec<Problem>) {
    let Some(reported) = against.period.filter(|it| it.len_months() == 12) else {
        return;
    };
    if mention.nature != Some(Nature::Actual) {
        return;
    }
    let stated: Option<Period> = mention.period.as_deref().and_then(|it| it.parse().ok());
    let part = stated.filter(|it| {
        reported.contains(*it)
            && it.len_months() < 12
            && it.len_months() > 1
            && it.first_day() == reported.first_day()
    });
    let open = against.known.through.filter(|through| {
        let flow = judged
            .indicator
            .as_deref()
            .and_then(|id| against.known.subjects.get(id))
            .is_some_and(|it| it.sort == Sort::Flow);
        flow && judged.verdict.is_some_and(|it| it != Verdict::NoSource)
            && judged.period == Some(reported)
            && reported.contains(*through)
            && through.last_day() < reported.last_day()
    });
    let (zh, en) = if let Some(part) = part {
        (
            format!("{}数，定稿前换为全年数", part.name_zh()),
            format!("a figure of {part}, to be replaced by the whole year's"),
        )
    } else if let Some(through) = open {
        let end = through.last_day();
        (
            format!(
                "台账数据截至{}年{}月，全年数待更新",
                end.year(),
                end.month()
            ),
            format!("records reach to {through}; the whole year's value is still to come"),
        )
    } else {
        return;
    };
    out.push(
        Problem::new(
            Code::Refresh,
            mention.start,
            mention.end,
            both(
                format!("“{}”须更新", reason::value(mention)),
                format!("“{}” is to be refreshed", mention.text),
            ),
            both(zh, en),
        )
        .noted(),
    );
}
