//! The same figure twice, with values that exclude each other.
//!
//! Owns which two mentions are the same figure: indicator or metric, kind, period, scope, nature and unit agree. Invariant:
//! two bounded statements contradict only where no value satisfies both.

use std::collections::BTreeMap;

use super::{
    draft::Draft,
    problem::{Code, Problem, both},
    reason,
    verdict::{Judged, claim_of},
};
use crate::claim::Printed;
use crate::read::{Flag, Kind, Mention, Nature};

/// What two mentions of one figure share.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Same {
    metric: String,
    kind: &'static str,
    period: Option<String>,
    nature: Option<&'static str>,
    scope: Option<String>,
    unit: Option<String>,
    of: Option<String>,
}

/// Links surer than this mean the same figure, whatever the words.
const SURE: f32 = 0.9;

pub(super) fn find(draft: &Draft<'_>, judged: &[Judged], out: &mut Vec<Problem>) {
    // A figure that carries a release says itself what it is, whatever the words beside it.
    let named = |nth: usize| {
        let it = judged.get(nth).filter(|it| it.release.is_some())?;
        Some((it.indicator.as_deref(), it.measure, it.period))
    };
    let mut seen: BTreeMap<Same, usize> = BTreeMap::new();
    for (nth, it) in draft.reading.mentions.iter().enumerate() {
        if !countable(it) || local(draft, it) {
            continue;
        }
        for key in keys(it) {
            let Some(&first) = seen.get(&key) else {
                seen.insert(key, nth);
                continue;
            };
            if named(first) != named(nth) {
                continue;
            }
            let other = &draft.reading.mentions[first];
            // Two in one sentence are a list: 分别为12家、9家.
            if draft.sentence(other.start) == draft.sentence(it.start) || compatible(other, it) {
                continue;
            }
            out.push(told(other, it));
            break;
        }
    }
}

fn countable(it: &Mention) -> bool {
    let figure = matches!(
        it.kind,
        Kind::Level | Kind::Growth | Kind::Share | Kind::Rank
    );
    let odd = [Flag::Enumeration, Flag::Denominator, Flag::Damaged];
    figure
        && it.nature != Some(Nature::Reference)
        && !it.text.starts_with("连续")
        && !it.flags.iter().any(|flag| odd.contains(flag))
}

/// Whether the words before speak of a part of the area or of one body, not of the whole.
fn local(draft: &Draft<'_>, it: &Mention) -> bool {
    let from = draft.clause_start(it.start);
    let (sentence, _) = draft.sentence(it.start);
    draft.any(
        from.saturating_sub(12).max(sentence),
        it.start,
        &[
            "街道",
            "乡镇",
            "园区",
            "开发区",
            "公司",
            "其中",
            "每家",
            "每个",
            "单个",
            "平均每",
        ],
    )
}

fn keys(it: &Mention) -> Vec<Same> {
    let same = |metric: String| Same {
        metric,
        kind: it.kind.as_str(),
        period: it.period.clone(),
        nature: it.nature.map(Nature::as_str),
        scope: it.scope.clone(),
        unit: it.unit.clone(),
        of: it.of.clone(),
    };
    let mut keys = Vec::new();
    if let Some(id) = it.indicator.as_deref().filter(|_| it.confidence >= SURE) {
        keys.push(same(format!("#{id}")));
    }
    if let Some(metric) = it.metric.as_deref() {
        let metric = plain(metric);
        if metric.chars().count() >= 4 {
            keys.push(same(metric));
        }
    }
    keys
}

/// A metric without the words that do not change it.
fn plain(metric: &str) -> String {
    let mut metric = metric.trim();
    for word in [
        "全年",
        "今年",
        "全区",
        "全市",
        "全县",
        "累计",
        "共",
        "实现",
        "完成",
        "全社会",
    ] {
        metric = metric.strip_prefix(word).unwrap_or(metric);
    }
    metric.to_owned()
}

/// Whether one value may satisfy both.
fn compatible(one: &Mention, other: &Mention) -> bool {
    let (Some(a), Some(b)) = (Printed::of(one), Printed::of(other)) else {
        return true;
    };
    let (low_a, high_a) = claim_of(one).allows(&a);
    let (low_b, high_b) = claim_of(other).allows(&b);
    let apart = |low: Option<rust_decimal::Decimal>, high: Option<rust_decimal::Decimal>| {
        low.zip(high).is_some_and(|(low, high)| low > high)
    };
    // Spans that only touch are of two different whole numbers.
    let touch = a.unit == b.unit
        && a.value != b.value
        && low_a.is_some()
        && high_a.is_some()
        && low_b.is_some()
        && high_b.is_some()
        && (high_a == low_b || high_b == low_a);
    !(apart(low_a, high_b) || apart(low_b, high_a) || touch)
}

fn told(first: &Mention, again: &Mention) -> Problem {
    let target = again.nature == Some(Nature::Target);
    let (zh, en) = if target {
        ("同一目标前后不一致", "one target stated twice, differently")
    } else {
        ("同一数字前后不一致", "one figure stated twice, differently")
    };
    Problem::new(
        Code::Twice,
        again.start,
        again.end,
        both(
            format!("{zh}：前文{}，此处{}", first.text, again.text),
            format!("{en}: {} before, {} here", first.text, again.text),
        ),
        both(
            format!(
                "“{}”在全文中应同一口径、同一数值",
                again.metric.as_deref().unwrap_or_default()
            ),
            "one indicator has one value and caliber in a text",
        ),
    )
    .suggest(both(
        format!("统一为{}或{}", reason::value(first), reason::value(again)),
        format!("keep {} or {}", reason::value(first), reason::value(again)),
    ))
}
