//! Indicators: what they are made of, circles, units of people, places on the cockpit, names.

use std::collections::BTreeMap;

use quanyu_core::measure::split_unit;

use super::{Check, known};
use crate::{
    diagnostic::Diagnostic,
    faults,
    model::{At, Declared, Indicator, IndicatorKind},
};

pub(super) fn check(cx: &Check<'_>, faults: &mut Vec<Diagnostic>) {
    let mut cockpit: BTreeMap<u32, At> = BTreeMap::new();
    let mut names: BTreeMap<&str, &Indicator> = BTreeMap::new();
    for indicator in cx.pack.indicators.values() {
        references(cx, indicator, faults);
        if let Some(number) = indicator.cockpit {
            let at = cx.place(indicator.at, "cockpit");
            if let Some(first) = cockpit.insert(number, at) {
                faults.push(faults::cockpit_twice(at, number, first));
            }
        }
        for name in std::iter::once(&indicator.title.zh)
            .chain(&indicator.aliases)
            .filter(|it| !it.is_empty())
        {
            let first = *names.entry(name).or_insert(indicator);
            if first.id != indicator.id {
                faults.push(faults::alias_twice(indicator.at, name, &first.id, first.at));
            }
        }
        // 元/项 is also said in 万元: the name tells of what.
        let above = indicator.unit.split('/').next().unwrap_or_default();
        if let Some(unit) = &indicator.display.unit
            && ![split_unit(&indicator.unit).1, above].contains(&split_unit(unit).1)
        {
            let at = cx.place(indicator.at, "display.unit");
            let (zh, en) = (
                format!("指标以 {} 为单位", indicator.unit),
                format!("the indicator is in {}", indicator.unit),
            );
            faults.push(faults::wrong_unit(at, unit, &indicator.unit, &zh, &en));
        }
        let base = split_unit(&indicator.unit).1;
        if base != indicator.unit {
            let (zh, en) = (
                "这里写基本单位，不带万、亿".to_owned(),
                "a base unit has no 万 or 亿".to_owned(),
            );
            faults.push(faults::wrong_unit(
                cx.place(indicator.at, "unit"),
                &indicator.unit,
                base,
                &zh,
                &en,
            ));
        }
    }
    circles(cx, faults);
}

fn references(cx: &Check<'_>, indicator: &Indicator, faults: &mut Vec<Diagnostic>) {
    let mut named = |other: &Declared<String>| {
        // Empty: the key is missing, which was told.
        if !other.value.is_empty() {
            let names = cx.pack.indicators.keys().map(String::as_str);
            known(other.at, faults::INDICATOR, &other.value, names, faults);
        }
    };
    match &indicator.kind {
        IndicatorKind::Ratio {
            numerator,
            denominator,
        } => {
            named(numerator);
            named(denominator);
            ratio_unit(cx, indicator, numerator, denominator, faults);
        }
        IndicatorKind::Growth { of } => {
            named(of);
            if indicator.unit != "1" {
                let at = cx.place(indicator.at, "unit");
                faults.push(faults::wrong_unit(
                    at,
                    &indicator.unit,
                    "1",
                    "增速没有单位",
                    "growth has no unit",
                ));
            }
        }
        IndicatorKind::Cited if cx.reading.given(indicator.at, "cited", 0).is_some() => {
            if cx.pack.playing("observation").is_none() {
                faults.push(faults::nobody_plays(
                    cx.place(indicator.at, "cited"),
                    "observation",
                ));
            }
        }
        IndicatorKind::Cited | IndicatorKind::Flow { .. } | IndicatorKind::Stock { .. } => {}
    }
}

fn ratio_unit(
    cx: &Check<'_>,
    indicator: &Indicator,
    numerator: &Declared<String>,
    denominator: &Declared<String>,
    faults: &mut Vec<Diagnostic>,
) {
    let unit = |it: &Declared<String>| cx.pack.indicators.get(&it.value).map(|it| it.unit.as_str());
    let (Some(above), Some(below)) = (unit(numerator), unit(denominator)) else {
        return;
    };
    let wanted = match (above, below) {
        _ if above == below => "1".to_owned(),
        (above, "1") => above.to_owned(),
        (above, below) => format!("{above}/{below}"),
    };
    if indicator.unit != wanted {
        let at = cx.place(indicator.at, "unit");
        let (zh, en) = (
            format!("{above} 除以 {below}"),
            format!("it is {above} over {below}"),
        );
        faults.push(faults::wrong_unit(at, &indicator.unit, &wanted, &zh, &en));
    }
}

/// Ratios and growths that come back to themselves.
fn circles(cx: &Check<'_>, faults: &mut Vec<Diagnostic>) {
    let mut done: Vec<&str> = Vec::new();
    for id in cx.pack.indicators.keys() {
        walk(cx, id, &mut Vec::new(), &mut done, faults);
    }
}

fn walk<'a>(
    cx: &Check<'a>,
    id: &'a str,
    path: &mut Vec<&'a str>,
    done: &mut Vec<&'a str>,
    faults: &mut Vec<Diagnostic>,
) {
    if done.contains(&id) {
        return;
    }
    let Some(indicator) = cx.pack.indicators.get(id) else {
        return;
    };
    if let Some(first) = path.iter().position(|it| *it == id) {
        let circle = path[first..]
            .iter()
            .chain([&id])
            .copied()
            .collect::<Vec<_>>()
            .join(" → ");
        faults.push(faults::cycle(indicator.at, &circle));
        return;
    }
    path.push(id);
    match &indicator.kind {
        IndicatorKind::Ratio {
            numerator,
            denominator,
        } => {
            walk(cx, &numerator.value, path, done, faults);
            walk(cx, &denominator.value, path, done, faults);
        }
        IndicatorKind::Growth { of } => walk(cx, &of.value, path, done, faults),
        IndicatorKind::Flow { .. } | IndicatorKind::Stock { .. } | IndicatorKind::Cited => {}
    }
    path.pop();
    done.push(id);
}
