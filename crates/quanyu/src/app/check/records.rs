//! What is on record, gathered for the check.
//!
//! Owns turning figures, plans and regions into what the check compares with. Invariant: the number of queries depends on
//! the regions a draft speaks of, not on its mentions.

use std::collections::{BTreeMap, BTreeSet};

use quanyu_core::{
    period::Period,
    region::{RegionCode, RegionLevel},
};
use quanyu_documents::{
    check::{
        self as engine, Checked, Fact, Known, Measure, Origin, Other, Place, Released, Sort,
        Subject, Tag, Target,
    },
    read::{Comparator, Reading},
};
use quanyu_figures::{By, Citation, Figure, Request};
use quanyu_pack::model::{self, IndicatorKind, Pack};

use crate::app::{AppError, Product, documents::Parts, plans, releases, say};

/// Others of the same group that a writer may have meant, at most.
const KIN: usize = 8;

/// What is on record of all that a text speaks of.
pub(super) async fn known(
    product: &Product,
    parts: &Parts,
    period: Period,
) -> Result<Known, AppError> {
    let reading = &parts.reading;
    let pack = &product.pack;
    let mut known = Known {
        region: pack.region.clone(),
        scopes: scopes(pack),
        subjects: subjects(pack),
        targets: targets(product).await?,
        ..Known::default()
    };
    for (region, (indicators, periods)) in
        engine::asks(&parts.document.text, reading, &known, Some(period))
    {
        add(product, &mut known, &region, &indicators, &periods).await?;
    }
    known.through = through(product, reading, period).await?;
    Ok(known)
}

/// The releases that a document carries, each with its value then and, where it is another, now.
pub(super) async fn released(
    product: &Product,
    known: &mut Known,
    tags: &[Tag],
) -> Result<(), AppError> {
    let ids: Vec<String> = tags
        .iter()
        .map(|it| it.release.clone())
        .collect::<BTreeSet<_>>()
        .into_iter()
        .collect();
    if ids.is_empty() {
        return Ok(());
    }
    let found = releases::find(product, &ids).await?;
    let mut wanted: BTreeMap<RegionCode, (BTreeSet<String>, BTreeSet<Period>)> = BTreeMap::new();
    for it in found
        .values()
        .filter(|it| product.pack.indicators.contains_key(&it.indicator))
    {
        let (indicators, periods) = wanted.entry(it.region.clone()).or_default();
        indicators.insert(it.indicator.clone());
        periods.insert(it.period);
        periods.extend(it.measure.base(it.period));
    }
    for (region, (indicators, periods)) in &wanted {
        add(product, known, region, indicators, periods).await?;
    }
    for (id, it) in found {
        let Some(value) = it.value else { continue };
        let fact = known.fact(&it.indicator, &it.region, it.period);
        let (measure, now) = match it.measure {
            releases::Measure::Value => (Measure::Value, fact.and_then(|it| it.value)),
            releases::Measure::Growth => (Measure::Growth, fact.and_then(|it| it.growth)),
            releases::Measure::Share => (Measure::Share, fact.and_then(|it| it.share)),
            releases::Measure::Rank => {
                let place = fact.and_then(|it| it.rank);
                (Measure::Rank, place.map(|it| it.place.into()))
            }
            made => {
                let before = made.base(it.period);
                let before = before.and_then(|at| known.value(&it.indicator, &it.region, at));
                let both = fact.and_then(|it| it.value).zip(before);
                let now = both.and_then(|(now, before)| releases::against(made, now, before));
                (measured(made), now.map(|it| it.normalize()))
            }
        };
        known.releases.insert(
            id,
            Released {
                indicator: it.indicator,
                period: it.period,
                measure,
                value,
                now: now.filter(|now| *now != value),
            },
        );
    }
    Ok(())
}

/// What is judged of a measure that is made of two values.
fn measured(of: releases::Measure) -> Measure {
    match of {
        releases::Measure::Sequential => Measure::Sequential,
        releases::Measure::Average(years) => Measure::Average(years),
        _ => Measure::Change,
    }
}

/// The same with more of what differs: parts of years, other calibers, other statuses. `None` where nothing differs for a
/// reason that these could give.
pub(super) async fn more(
    product: &Product,
    known: &Known,
    checked: &Checked,
    period: Period,
) -> Result<Option<Known>, AppError> {
    let differing = checked.unexplained();
    if differing.is_empty() {
        return Ok(None);
    }
    let mut known = known.clone();
    let year = period.last_year();
    let mut periods: BTreeSet<Period> = BTreeSet::from([period]);
    for year in [year, year - 1] {
        periods.extend(Period::year(year));
        let parts = [(1, 3), (1, 6), (1, 9), (1, 10), (1, 11), (7, 12)];
        periods.extend(
            parts
                .into_iter()
                .filter_map(|(from, to)| Period::months(year, from, year, to)),
        );
    }
    let mut wanted = differing.clone();
    for id in &differing {
        wanted.extend(
            known
                .subjects
                .get(id)
                .into_iter()
                .flat_map(|it| it.kin.iter().cloned()),
        );
    }
    let region = known.region.clone();
    add(product, &mut known, &region, &wanted, &periods).await?;
    for id in &differing {
        for period in known.periods(id, &region) {
            statuses(product, &mut known, id, &region, period).await?;
        }
    }
    Ok(Some(known))
}

/// Adds the figures of indicators, regions and periods.
async fn add(
    product: &Product,
    known: &mut Known,
    region: &RegionCode,
    indicators: &BTreeSet<String>,
    periods: &BTreeSet<Period>,
) -> Result<(), AppError> {
    let pack = &product.pack;
    let mut wanted: BTreeSet<String> = indicators.clone();
    // A rank by growth stands with the growth.
    for id in indicators {
        wanted.extend(growths(pack, id).map(str::to_owned));
    }
    let request = Request {
        indicators: Some(wanted.into_iter().collect()),
        region: region.clone(),
        periods: periods.iter().copied().collect(),
        by: None,
    };
    let answer = product.figures.query(&request).await?;
    for figure in &answer.rows {
        let key = (figure.indicator.clone(), region.clone(), figure.period);
        known.facts.insert(key, fact(pack, figure));
    }
    for id in indicators {
        for growth in growths(pack, id) {
            for period in periods {
                let at = |id: &str| (id.to_owned(), region.clone(), *period);
                let rank = known.facts.get(&at(growth)).and_then(|it| it.rank);
                if let Some(fact) = known.facts.get_mut(&at(id)) {
                    fact.growth_rank = rank;
                }
            }
        }
    }
    Ok(())
}

/// The indicators that are growths of this one.
fn growths<'a>(pack: &'a Pack, id: &str) -> impl Iterator<Item = &'a str> {
    let id = id.to_owned();
    pack.indicators
        .values()
        .filter_map(move |it| match &it.kind {
            IndicatorKind::Growth { of } if of.value == id => Some(it.id.as_str()),
            _ => None,
        })
}

fn fact(pack: &Pack, figure: &Figure) -> Fact {
    let origin = match &figure.source {
        quanyu_figures::Origin::Computed => Origin {
            records: figure.records,
            ..Origin::default()
        },
        quanyu_figures::Origin::Cited(citation) => cited(pack, citation),
    };
    // Ranks of a figure that has no value of its own come from a bulletin.
    let origin = match (
        &figure.value,
        figure.rank.as_ref().and_then(|it| it.cited.as_ref()),
    ) {
        (None, Some(citation)) => cited(pack, citation),
        _ => origin,
    };
    let published = figure.published.as_ref().map(|(value, citation)| Other {
        measure: Measure::Value,
        value: *value,
        status: status(pack, citation).unwrap_or_else(|| "引用".to_owned()),
        estimate: estimate(pack, citation),
        source: Some(said(pack, citation)),
    });
    Fact {
        value: figure.value,
        growth: figure.growth,
        share: figure.share,
        rank: figure.rank.as_ref().map(|it| Place {
            place: it.place,
            of: it.of,
        }),
        growth_rank: None,
        origin,
        others: published.into_iter().collect(),
    }
}

fn cited(pack: &Pack, citation: &Citation) -> Origin {
    Origin {
        cited: true,
        status: status(pack, citation),
        records: 0,
        source: Some(said(pack, citation)),
        record: pack
            .playing("observation")
            .map(|register| (register.id.clone(), citation.record)),
    }
}

/// The status of an observation as people say it.
fn status(pack: &Pack, citation: &Citation) -> Option<String> {
    let status = citation.status.as_ref()?;
    Some(say::slot_code(
        pack,
        pack.playing("observation"),
        "status",
        status,
    ))
}

fn estimate(pack: &Pack, citation: &Citation) -> bool {
    status(pack, citation).is_some_and(|it| it.contains("预计"))
}

fn said(pack: &Pack, citation: &Citation) -> String {
    let mut parts = vec![format!(
        "{}《{}》",
        citation.body.clone().unwrap_or_default(),
        citation.document.clone().unwrap_or_default()
    )];
    parts.extend(citation.number.clone());
    parts.extend(citation.date.map(|it| it.to_string()));
    parts.extend(citation.page.as_ref().map(|it| format!("第{it}页")));
    parts.extend(status(pack, citation));
    parts.join("，")
}

/// Values of other statuses that the register of observations holds for a cell.
async fn statuses(
    product: &Product,
    known: &mut Known,
    id: &str,
    region: &RegionCode,
    period: Period,
) -> Result<(), AppError> {
    let key = (id.to_owned(), region.clone(), period);
    let is_cited = known.facts.get(&key).is_some_and(|it| it.origin.cited);
    let Some(kind) = product.pack.indicators.get(id).map(|it| &it.kind) else {
        return Ok(());
    };
    if !is_cited {
        return Ok(());
    }
    let measure = match kind {
        IndicatorKind::Growth { .. } => Measure::Growth,
        _ => Measure::Value,
    };
    let evidence = product.figures.evidence(id, region, period).await?;
    let Some(fact) = known.facts.get_mut(&key) else {
        return Ok(());
    };
    for row in evidence.rows {
        let (Some(value), Some(citation)) = (row.value, row.citation) else {
            continue;
        };
        if Some(value) != fact.value {
            fact.others.push(Other {
                measure,
                value,
                status: status(&product.pack, &citation).unwrap_or_default(),
                estimate: estimate(&product.pack, &citation),
                source: Some(said(&product.pack, &citation)),
            });
        }
    }
    Ok(())
}

/// The last month in which a flow of the cockpit, or one the text speaks of, holds a record, where the year is not full.
async fn through(
    product: &Product,
    reading: &Reading,
    period: Period,
) -> Result<Option<Period>, AppError> {
    if period.len_months() != 12 {
        return Ok(None);
    }
    let spoken: BTreeSet<&str> = reading
        .mentions
        .iter()
        .filter_map(|it| it.indicator.as_deref())
        .collect();
    let flows: Vec<String> = product
        .pack
        .indicators
        .values()
        .filter(|it| matches!(it.kind, IndicatorKind::Flow { .. }))
        .filter(|it| it.cockpit.is_some() && spoken.contains(it.id.as_str()))
        .map(|it| it.id.clone())
        .collect();
    if flows.is_empty() {
        return Ok(None);
    }
    let answer = product
        .figures
        .query(&Request {
            indicators: Some(flows),
            region: product.pack.region.clone(),
            periods: vec![period],
            by: Some(By::Months),
        })
        .await?;
    let last = answer
        .rows
        .iter()
        .filter(|it| it.records > 0)
        .map(|it| it.period)
        .max();
    Ok(last.filter(|it| it.last_day() < period.last_day()))
}

/// The regions that general words mean in a text of this district.
fn scopes(pack: &Pack) -> BTreeMap<String, RegionCode> {
    let mut scopes = BTreeMap::new();
    let mut at = Some(pack.region.clone());
    while let Some(region) = at {
        let words: &[&str] = match region.level() {
            RegionLevel::Nation => &["全国", "我国"],
            RegionLevel::Province => &["全省", "我省", "本省", "全自治区"],
            RegionLevel::City => &["全市", "我市", "本市", "全州", "全盟"],
            RegionLevel::District => &["全区", "我区", "本区", "全县", "我县", "本县", "全旗"],
            RegionLevel::Street => &["全街道", "全镇"],
            RegionLevel::Community => &[],
        };
        for word in words {
            scopes.insert((*word).to_owned(), region.clone());
        }
        // A county-level city says 全市 of itself.
        if region == pack.region
            && region.level() == RegionLevel::District
            && pack
                .regions
                .get(&region)
                .is_some_and(|it| it.name.ends_with('市'))
        {
            for word in ["全市", "我市", "本市"] {
                scopes.insert(word.to_owned(), region.clone());
            }
            at = region.parent().and_then(|it| it.parent());
            continue;
        }
        at = region.parent();
    }
    scopes
}

fn subjects(pack: &Pack) -> BTreeMap<String, Subject> {
    let kin = |of: &model::Indicator| -> Vec<String> {
        pack.indicators
            .values()
            .filter(|it| {
                it.id != of.id && it.unit == of.unit && it.group.is_some() && it.group == of.group
            })
            .map(|it| it.id.clone())
            .take(KIN)
            .collect()
    };
    let subject = |it: &model::Indicator| Subject {
        title: it.title.zh.clone(),
        names: std::iter::once(&it.title.zh)
            .chain(&it.aliases)
            .cloned()
            .collect(),
        unit: it.unit.clone(),
        sort: match it.kind {
            IndicatorKind::Flow { .. } => Sort::Flow,
            IndicatorKind::Stock { .. } => Sort::Stock,
            IndicatorKind::Ratio { .. } => Sort::Ratio,
            IndicatorKind::Growth { .. } => Sort::Growth,
            IndicatorKind::Cited => Sort::Cited,
        },
        lag: it.lag,
        kin: kin(it),
    };
    pack.indicators
        .values()
        .map(|it| (it.id.clone(), subject(it)))
        .collect()
}

/// What plans aim at: targets that somebody confirmed before those that the pack declares.
async fn targets(product: &Product) -> Result<Vec<Target>, AppError> {
    let target = |it: plans::Aim| Target {
        plan: it.plan_title.zh,
        indicator: it.indicator,
        period: it.period,
        growth: it.growth,
        comparator: match it.comparator {
            model::Comparator::Eq => Comparator::Eq,
            model::Comparator::Gt => Comparator::Gt,
            model::Comparator::Ge => Comparator::Ge,
            model::Comparator::Lt => Comparator::Lt,
            model::Comparator::Le => Comparator::Le,
        },
        value: it.value,
    };
    let aims = plans::aims(product).await?;
    Ok(aims.into_iter().map(target).collect())
}
