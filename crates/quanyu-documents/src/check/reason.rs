//! Reasons in words, Chinese and English.
//!
//! Owns the sentences of verdicts. Invariant: a reason names the value found, its period and where it is from; it never
//! says more than was compared.

use quanyu_core::{period::Period, text::Text};
use rust_decimal::Decimal;

use super::{
    derive::Way,
    draft::Draft,
    known::{Measure, Origin, Sort, Target},
    problem::both,
    verdict::{Judged, Look},
    why::Fault,
    words,
};
use crate::claim::{Claim, Printed};
use crate::read::{Comparator, Mention, Value};

pub(super) fn agrees(look: &Look<'_>, judged: &Judged, through: Option<Period>) -> Text {
    let mut text = on_record(look, judged);
    lag(&mut text, look, judged);
    if let Some(through) =
        through.filter(|it| look.subject.sort == Sort::Flow && unfinished(look, *it))
    {
        let end = through.last_day();
        add(
            &mut text,
            &format!(
                "；台账数据截至{}年{}月，全年数须更新",
                end.year(),
                end.month()
            ),
            &format!("; records reach to {through}, to be brought up to date"),
        );
    }
    text
}

/// Whether records that reach to `through` leave a part of the period open.
pub(super) fn unfinished(look: &Look<'_>, through: Period) -> bool {
    look.period.contains(through) && through.last_day() < look.period.last_day()
}

pub(super) fn loose(
    look: &Look<'_>,
    judged: &Judged,
    mention: &Mention,
    printed: &Printed,
    claim: Claim,
) -> Text {
    let mut text = on_record(look, judged);
    add(
        &mut text,
        "，说法成立但偏保守",
        ": true, but it could say more",
    );
    if let Some(closer) = judged
        .found
        .and_then(|it| closer(claim, mention, printed, it))
    {
        add(
            &mut text,
            &format!("，可写“{closer}”"),
            &format!("; “{closer}” would hold"),
        );
    }
    lag(&mut text, look, judged);
    text
}

/// The same words with the nearest number of the same size of step that holds.
fn closer(claim: Claim, mention: &Mention, printed: &Printed, value: Decimal) -> Option<String> {
    let down = match claim {
        Claim::Exceeds => {
            let floor = (value / printed.step).floor() * printed.step;
            if floor < value {
                floor
            } else {
                floor - printed.step
            }
        }
        Claim::Odd => (value / printed.step).floor() * printed.step,
        Claim::Reaches => (value / printed.unit).floor() * printed.unit,
        _ => return None,
    };
    if down <= printed.value {
        return None;
    }
    let said = words::like(down, mention, &Printed::exact(down, printed.unit));
    Some(match mention.idiom {
        Some(idiom @ ("多" | "余")) => {
            let number: String = said
                .chars()
                .take_while(|it| it.is_ascii_digit() || *it == '.')
                .collect();
            format!("{number}{idiom}{}", &said[number.len()..])
        }
        Some(idiom) => format!("{idiom}{said}"),
        None => said,
    })
}

pub(super) fn differs(
    look: &Look<'_>,
    judged: &Judged,
    mention: &Mention,
    printed: &Printed,
    fault: &Fault,
) -> Text {
    let mut text = both(
        format!("文中“{}”", mention.text),
        format!("the text says “{}”", mention.text),
    );
    let found = on_record(look, judged);
    add(
        &mut text,
        &format!("；{}", found.zh),
        &format!("; {}", found.en.unwrap_or_default()),
    );
    if let Some(value) = judged.found {
        let apart = apart(mention, printed, value);
        add(&mut text, &apart.zh, &apart.en.unwrap_or_default());
    }
    let (zh, en) = match fault {
        Fault::Period { period, .. } if Some(*period) == look.period.shift_years(-1) => (
            format!("；与{}数一致，可能用了上年数", period.name_zh()),
            format!("; it is the value of {period}: last year's number"),
        ),
        Fault::Period { period, .. } => (
            format!("；与{}数一致，可能用错期间", period.name_zh()),
            format!("; it is the value of {period}: another period"),
        ),
        Fault::WrongYear { period } => (
            format!("；这是{}数，年份写错", period.name_zh()),
            format!("; it is the value of {period}: the year is wrong"),
        ),
        Fault::Caliber { indicator } => (
            format!("；与另一指标（{indicator}）的数一致，可能用错口径"),
            format!("; it is the value of `{indicator}`: another caliber"),
        ),
        Fault::Status { status } => (
            format!("；与{status}数一致，应使用最新的数"),
            format!("; it is the {status} value, not the latest"),
        ),
        Fault::Swapped => (
            "；相邻数字颠倒".to_owned(),
            "; two digits changed places".to_owned(),
        ),
        Fault::Unit => (
            "；数字相同而量级不同，疑似单位写错".to_owned(),
            "; same digits, other magnitude: the unit looks wrong".to_owned(),
        ),
        Fault::Bound => bound(mention, printed, judged.found),
        Fault::NotFirst { period } => (
            format!("；{}已经达到，不是首次突破", period.name_zh()),
            format!("; already reached in {period}, not for the first time"),
        ),
        Fault::Plain => (String::new(), String::new()),
    };
    add(&mut text, &zh, &en);
    lag(&mut text, look, judged);
    text
}

fn bound(mention: &Mention, printed: &Printed, found: Option<Decimal>) -> (String, String) {
    let idiom = mention.idiom.unwrap_or_default();
    match found {
        Some(found) if found < printed.value => (
            format!("；未达到，“{idiom}”不成立"),
            "; not reached, the claim does not hold".to_owned(),
        ),
        _ => (
            format!("；已经超出，“{idiom}”不成立"),
            "; passed already, the claim does not hold".to_owned(),
        ),
    }
}

/// By how much the text and the record are apart.
fn apart(mention: &Mention, printed: &Printed, found: Decimal) -> Text {
    let difference = (printed.value - found).abs();
    if difference.is_zero() {
        return Text::default();
    }
    let said = match mention.unit.as_deref() {
        Some("rank") => format!("{}位", difference.normalize()),
        Some("1") => format!(
            "{}个百分点",
            (difference * Decimal::ONE_HUNDRED).round_dp(2).normalize()
        ),
        Some(unit) => words::plain(difference, unit),
        None => difference.normalize().to_string(),
    };
    both(format!("，相差{said}"), format!(", {said} apart"))
}

pub(super) fn wrong_year(look: &Look<'_>, judged: &Judged, period: Period) -> Text {
    let said = judged.said.clone().unwrap_or_default();
    both(
        format!(
            "{}没有“{}”的数（统计滞后{}年）；{said}是{}数，年份写错",
            look.period.name_zh(),
            look.subject.title,
            look.subject.lag,
            period.name_zh()
        ),
        format!(
            "no value of “{}” for {} (its statistics lag by {}); {said} is of {period}: the year is wrong",
            look.subject.title, look.period, look.subject.lag
        ),
    )
}

pub(super) fn unsure(look: &Look<'_>, judged: &Judged, reference: bool) -> Text {
    let said = judged.said.clone().unwrap_or_default();
    if reference {
        both(
            format!(
                "参照数，台账中没有相同的数（{}：{said}）",
                look.subject.title
            ),
            format!(
                "a figure for comparison; no such value on record ({}: {said})",
                look.subject.title
            ),
        )
    } else {
        both(
            format!(
                "可能是“{}”，但台账数为{said}，请人工确认",
                look.subject.title
            ),
            format!(
                "perhaps “{}”, of which {said} is on record: please look",
                look.subject.title
            ),
        )
    }
}

pub(super) fn unknown(look: &Look<'_>) -> Text {
    let mut text = both(
        format!(
            "“{}”没有{}的数，可登记为引用数并附来源",
            look.subject.title,
            look.period.name_zh()
        ),
        format!(
            "no value of “{}” for {} on record",
            look.subject.title, look.period
        ),
    );
    if look.lagged {
        add(
            &mut text,
            &format!("（统计滞后{}年）", look.subject.lag),
            &format!(" (its statistics lag by {})", look.subject.lag),
        );
    }
    text
}

pub(super) fn no_indicator(mention: &Mention) -> Text {
    match mention.metric.as_deref().filter(|it| !it.is_empty()) {
        Some(metric) => both(
            format!("“{metric}”没有对应指标，可登记为引用数并附来源"),
            format!("no indicator for “{metric}”; it may be recorded as a cited figure"),
        ),
        None => both(
            "没有对应指标，可登记为引用数并附来源",
            "no indicator; it may be recorded as a cited figure",
        ),
    }
}

pub(super) fn no_number() -> Text {
    both("没有可核对的数值", "there is no number to check")
}

pub(super) fn no_target() -> Text {
    both(
        "工作计划中没有登记这项目标",
        "the plan holds no such target",
    )
}

pub(super) fn target(target: &Target, mention: &Mention, printed: &Printed, same: bool) -> Text {
    let asked = format!(
        "{}{}",
        match target.comparator {
            Comparator::Eq | Comparator::Approx => "",
            Comparator::Gt => "超过",
            Comparator::Ge => "不少于",
            Comparator::Lt => "低于",
            Comparator::Le => "不超过",
        },
        words::like(target.value, mention, printed)
    );
    if same {
        both(
            format!("《{}》：{asked}", target.plan),
            format!("“{}”: {asked}", target.plan),
        )
    } else {
        both(
            format!("文中目标“{}”；《{}》为{asked}", mention.text, target.plan),
            format!(
                "the text aims at “{}”; “{}” says {asked}",
                mention.text, target.plan
            ),
        )
    }
}

pub(super) fn derived(draft: &Draft<'_>, way: &Way) -> Text {
    let said = |nth: &usize| draft.reading.mentions[*nth].text.clone();
    match way {
        Way::Sum(parts) => {
            let parts: Vec<String> = parts.iter().map(said).collect();
            let sum = parts.join("＋");
            both(format!("等于文中 {sum}"), format!("the sum of {sum}"))
        }
        Way::Growth(now, before) => both(
            format!("由文中 {} 与 {} 推算", said(now), said(before)),
            format!("the growth from {} to {}", said(before), said(now)),
        ),
        Way::Difference(a, b) => both(
            format!("等于文中 {} 与 {} 之差", said(a), said(b)),
            format!("the difference of {} and {}", said(a), said(b)),
        ),
        Way::Share(part, whole) => both(
            format!("由文中 {} 与 {} 推算", said(part), said(whole)),
            format!("{} of {}", said(part), said(whole)),
        ),
    }
}

pub(super) fn release(id: &str, value: &str, now: Option<&str>) -> Text {
    match now {
        None => both(
            format!("数据定版 {id}：{value}"),
            format!("release {id}: {value}"),
        ),
        Some(now) => both(
            format!("数据定版 {id}：{value}；台账现为{now}，定版后有变动"),
            format!("release {id}: {value}; the record says {now} by now"),
        ),
    }
}

pub(super) fn release_differs(id: &str, mention: &Mention, value: &str) -> Text {
    both(
        format!(
            "文中“{}”；数据定版 {id} 为{value}，定版后被改动",
            mention.text
        ),
        format!(
            "the text says “{}”; release {id} is {value}: changed after it",
            mention.text
        ),
    )
}

/// `技术合同成交额2023年为68.31亿元（台账2986条）`.
fn on_record(look: &Look<'_>, judged: &Judged) -> Text {
    let said = judged.said.clone().unwrap_or_default();
    let period = judged.period.unwrap_or(look.period);
    let (zh, en) = measure(judged.measure);
    let from = judged.origin.as_ref().map(origin).unwrap_or_default();
    both(
        format!(
            "“{}”{}{zh}为{said}{}",
            look.subject.title,
            period.name_zh(),
            from.zh
        ),
        format!(
            "“{}” {}{en}: {said}{}",
            look.subject.title,
            words::period_en(period),
            from.en.unwrap_or_default()
        ),
    )
}

fn measure(measure: Option<Measure>) -> (&'static str, &'static str) {
    match measure {
        Some(Measure::Growth) => ("增速", " growth"),
        Some(Measure::Sequential) => ("环比", " on the period before"),
        Some(Measure::SinceYearEnd) => ("较上年末", " since the year's end"),
        Some(Measure::Average(_)) => ("年均增速", " yearly growth"),
        Some(Measure::Change) => ("较上年", " change on the year"),
        Some(Measure::Share) => ("占比", " share"),
        Some(Measure::Completion) => ("完成率", " of its target"),
        Some(Measure::Rank) => ("位次", " rank"),
        Some(Measure::GrowthRank) => ("增速位次", " rank by growth"),
        Some(Measure::Value) | None => ("", ""),
    }
}

fn origin(origin: &Origin) -> Text {
    if origin.cited {
        let status = origin.status.clone().unwrap_or_default();
        match &origin.source {
            Some(source) => both(
                format!("（引用数，{source}）"),
                format!(" (cited, {source})"),
            ),
            None => both(format!("（引用数{status}）"), format!(" (cited {status})")),
        }
    } else if origin.records > 0 {
        both(
            format!("（台账{}条记录）", origin.records),
            format!(" ({} records)", origin.records),
        )
    } else {
        Text::default()
    }
}

fn lag(text: &mut Text, look: &Look<'_>, judged: &Judged) {
    if look.lagged && judged.period == Some(look.period) {
        let year = look.period.name_zh();
        add(
            text,
            &format!(
                "；统计滞后{}年，文中未写明年份，按{year}数核对",
                look.subject.lag
            ),
            &format!(
                "; its statistics lag by {}, no year is stated: read as of {}",
                look.subject.lag, look.period
            ),
        );
    }
}

fn add(text: &mut Text, zh: &str, en: &str) {
    text.zh.push_str(zh);
    if let Some(it) = &mut text.en {
        it.push_str(en);
    }
}

/// A mention's value as plain words, for problems.
pub(super) fn value(mention: &Mention) -> String {
    match mention.value {
        Value::One(value) => words::plain(value, mention.unit.as_deref().unwrap_or_default()),
        Value::Range(low, high) => {
            let unit = mention.unit.as_deref().unwrap_or_default();
            format!("{}—{}", words::plain(low, unit), words::plain(high, unit))
        }
        Value::None => mention.text.clone(),
    }
}
