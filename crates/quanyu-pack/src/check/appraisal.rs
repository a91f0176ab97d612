//! Appraisal schemes and splits: indicators, regions, and everything that has to add up.

use std::collections::BTreeSet;

use quanyu_core::{appraisal::Method, period::Period};
use rust_decimal::Decimal;

use super::{Check, known};
use crate::{
    diagnostic::Diagnostic,
    faults,
    model::{Appraisal, AppraisalItem, At, Indicator, Measure, Split, Whom},
};

pub(super) fn check(cx: &Check<'_>, faults: &mut Vec<Diagnostic>) {
    for scheme in cx.pack.appraisals.values() {
        let weights: Decimal = scheme.items.iter().map(|it| it.scoring.weight).sum();
        if weights != scheme.points {
            faults.push(faults::weights(
                cx.place(scheme.at, "points"),
                &weights.normalize().to_string(),
                &scheme.points.normalize().to_string(),
            ));
        }
        for item in &scheme.items {
            one(cx, scheme, item, faults);
        }
    }
    for plan in cx.pack.plans.values() {
        for target in &plan.targets {
            if let Some(indicator) = cx.pack.indicators.get(&target.indicator) {
                let asked = Asked {
                    owner: target.at,
                    growth: target.growth,
                    value: target.value,
                    period: plan.period,
                };
                split(cx, indicator, &asked, &target.split, faults);
            }
        }
    }
}

fn one(cx: &Check<'_>, scheme: &Appraisal, item: &AppraisalItem, faults: &mut Vec<Diagnostic>) {
    let at = |key: &str| cx.place(item.at, key);
    let scoring = &item.scoring;
    let told = |it: Decimal| it.normalize().to_string();
    if scoring.weight <= Decimal::ZERO {
        faults.push(faults::out_of_range(
            at("weight"),
            &told(scoring.weight),
            "0",
            "…",
        ));
    }
    if !(Decimal::ZERO..=Decimal::ONE).contains(&scoring.floor) {
        faults.push(faults::out_of_range(
            at("floor"),
            &told(scoring.floor),
            "0",
            "1",
        ));
    }
    if scoring.cap < Decimal::ONE {
        faults.push(faults::out_of_range(
            at("cap"),
            &told(scoring.cap),
            "1",
            "…",
        ));
    }
    let most = scoring.weight * scoring.cap;
    if let Some(points) = item
        .last_year
        .filter(|it| *it > most || *it < Decimal::ZERO)
    {
        faults.push(faults::out_of_range(
            at("last_year"),
            &told(points),
            "0",
            &told(most),
        ));
    }
    match &scoring.method {
        Method::Banded(bands) => {
            rising(at("bands"), bands.iter().map(|it| it.from), faults);
            rising(at("bands"), bands.iter().map(|it| it.share), faults);
        }
        Method::Rank(steps) => {
            rising(
                at("ranks"),
                steps.iter().map(|it| Decimal::from(it.to)),
                faults,
            );
            rising(at("ranks"), steps.iter().map(|it| -it.share), faults);
        }
        Method::Given if cx.pack.playing("score").is_none() => {
            faults.push(faults::nobody_plays(at("method"), "score"));
        }
        _ => {}
    }
    let indicators = cx.pack.indicators.keys().map(String::as_str);
    for per in &item.per {
        known(
            per.at,
            faults::INDICATOR,
            &per.value,
            indicators.clone(),
            faults,
        );
    }
    if let Some(measure) = &item.measure {
        let named = &measure.indicator;
        if known(
            named.at,
            faults::INDICATOR,
            &named.value,
            indicators,
            faults,
        ) {
            measured(cx, scheme, item, measure, faults);
        }
    }
}

fn measured(
    cx: &Check<'_>,
    scheme: &Appraisal,
    item: &AppraisalItem,
    measure: &Measure,
    faults: &mut Vec<Diagnostic>,
) {
    let indicator = &cx.pack.indicators[&measure.indicator.value];
    let ranked = matches!(item.scoring.method, Method::Rank(_));
    if !ranked && indicator.direction().is_none() {
        faults.push(faults::no_direction(
            measure.indicator.at,
            &indicator.id,
            indicator.at,
        ));
    }
    let asked = Asked {
        owner: item.at,
        growth: measure.growth,
        value: measure.target,
        period: scheme.period,
    };
    split(cx, indicator, &asked, &measure.split, faults);
    let apart = ranked || !indicator.adds_up(measure.growth);
    if scheme.whom == Whom::Parts && !apart && measure.split.parts.is_empty() {
        faults.push(faults::not_split(item.at, &indicator.id));
    }
}

/// A target that is split.
struct Asked {
    /// The declaration that holds the split.
    owner: At,
    growth: bool,
    value: Decimal,
    period: Period,
}

fn split(
    cx: &Check<'_>,
    indicator: &Indicator,
    asked: &Asked,
    split: &Split,
    faults: &mut Vec<Diagnostic>,
) {
    let mut seen = BTreeSet::new();
    let names: Vec<_> = cx.pack.regions.keys().map(|it| it.as_str()).collect();
    let at = cx.place(asked.owner, "parts");
    for (code, _) in &split.parts {
        let place = cx.place(asked.owner, &format!("parts.{code}"));
        let place = if place == asked.owner { at } else { place };
        if !cx.pack.regions.contains_key(code) {
            faults.push(faults::unknown_name(
                place,
                faults::REGION,
                code.as_str(),
                &names,
            ));
        } else if !cx.pack.is_part(code) {
            faults.push(faults::outside_region(
                place,
                code.as_str(),
                cx.pack.region.as_str(),
            ));
        }
        seen.insert(code);
    }
    let adds_up = indicator.adds_up(asked.growth);
    if adds_up && !split.parts.is_empty() {
        sum(
            at,
            split.parts.iter().map(|(_, it)| *it),
            asked.value,
            faults,
        );
    }
    let at = cx.place(asked.owner, "months");
    if split.months.is_empty() {
        return;
    }
    if !adds_up || indicator.course(asked.growth) != quanyu_core::appraisal::Course::Flow {
        faults.push(faults::does_not_belong(
            at,
            "months",
            "不按月累加的指标",
            "what does not add up by months",
        ));
        return;
    }
    let (given, wanted) = (split.months.len(), asked.period.len_months());
    if i32::try_from(given) != Ok(wanted) {
        let wanted = wanted.to_string();
        faults.push(faults::out_of_range(
            at,
            &given.to_string(),
            &wanted,
            &wanted,
        ));
    }
    sum(at, split.months.iter().copied(), asked.value, faults);
}

fn sum(at: At, parts: impl Iterator<Item = Decimal>, whole: Decimal, faults: &mut Vec<Diagnostic>) {
    let sum: Decimal = parts.sum();
    if sum != whole {
        let told = |it: Decimal| it.normalize().to_string();
        faults.push(faults::does_not_add_up(
            at,
            &told(sum),
            &told(whole),
            &told(whole - sum),
        ));
    }
}

/// Each must be more than the one before.
fn rising(at: At, values: impl Iterator<Item = Decimal>, faults: &mut Vec<Diagnostic>) {
    let values: Vec<_> = values.collect();
    if values.is_empty() || values.windows(2).any(|it| it[0] >= it[1]) {
        faults.push(faults::not_rising(at));
    }
}
