//! What a template is answered: names and plans it sees, and the figures it asks for.
//!
//! Owns one query for each region and period of a round. Invariant: a figure that is not known is absent, never zero.

use std::collections::{BTreeMap, BTreeSet};

use quanyu_core::{measure, period::Period, region::RegionCode};
use quanyu_documents::compose::{Also, Answer, Ask, Facts, Figure, MOST_YEARS, Part, Parts};
use quanyu_figures::{By, Figure as Found, Request};
use quanyu_pack::model::{Better, Indicator, Pack};

use super::Order;
use crate::app::{AppError, Product, plans};

/// What a template sees besides figures: names, the day, targets and tasks of the plans.
pub(super) async fn facts(product: &Product, order: &Order) -> Result<Facts, AppError> {
    let pack = &product.pack;
    let mut lists: BTreeMap<String, Vec<BTreeMap<String, String>>> = BTreeMap::new();
    let year = order.period.last_year();
    let aims = plans::aims(product).await?;
    let texts = |pairs: [(&str, &str); 2]| {
        BTreeMap::from(pairs.map(|(name, text)| (name.to_owned(), text.to_owned())))
    };
    for (name, year) in [("", year), ("next_", year + 1)] {
        let of_year = aims.iter().filter(|it| it.period.last_year() == year);
        let targets = of_year.map(|it| texts([("id", &it.id), ("text", sentence(&it.text.zh))]));
        let plans = pack.plans.values();
        let tasks = plans
            .filter(|it| it.period.last_year() == year)
            .flat_map(|it| &it.tasks)
            .map(|it| texts([("title", &it.title.zh), ("owner", &it.owner.zh)]));
        lists.insert(format!("{name}targets"), targets.collect());
        lists.insert(format!("{name}tasks"), tasks.collect());
    }
    Ok(Facts {
        period: order.period,
        region: pack.region.clone(),
        region_name: product.region_name(&pack.region),
        date: order.date,
        texts: BTreeMap::from([
            (
                "number".to_owned(),
                order.number.clone().unwrap_or_default(),
            ),
            ("pack".to_owned(), pack.title.zh.clone()),
        ]),
        lists,
    })
}

/// A sentence without its full stop: the template sets its own.
fn sentence(text: &str) -> &str {
    text.trim().trim_end_matches(['。', '；', '.', ';'])
}

/// Answers all questions of a round: one query for each region and period.
pub(super) async fn answers(
    product: &Product,
    asked: BTreeSet<Ask>,
) -> Result<Vec<(Ask, Answer)>, AppError> {
    let pack = &product.pack;
    let mut out = Vec::with_capacity(asked.len());
    // Earlier years are asked apart: they are ten times the work.
    let mut groups: BTreeMap<(RegionCode, Period, Also), Vec<Ask>> = BTreeMap::new();
    for ask in asked {
        let (Ask::Figure { indicator, .. } | Ask::Parts { indicator, .. }) = &ask;
        if !pack.indicators.contains_key(indicator) {
            let all = pack.indicators.keys().map(String::as_str);
            let near = quanyu_pack::nearest(indicator, all);
            let near = near.map(str::to_owned).into_iter().collect();
            out.push((ask, Answer::Unknown(near)));
            continue;
        }
        match &ask {
            Ask::Figure {
                region,
                period,
                also,
                ..
            } => {
                let key = (region.clone(), *period, *also);
                groups.entry(key).or_default().push(ask);
            }
            Ask::Parts {
                indicator,
                region,
                period,
            } => {
                let parts = parts(product, indicator, region, *period).await?;
                out.push((ask, Answer::Parts(parts)));
            }
        }
    }
    for ((region, period, also), asks) in groups {
        let back = if also == Also::Earlier {
            i32::from(MOST_YEARS)
        } else {
            1
        };
        let mut periods: Vec<Period> = (-back..=0)
            .filter_map(|it| period.shift_years(it))
            .collect();
        if also == Also::Preceding {
            periods.extend(period.before().filter(|it| !periods.contains(it)));
        }
        let indicators: Vec<String> = asks.iter().map(|it| indicator_of(it).to_owned()).collect();
        let request = Request {
            indicators: Some(indicators),
            region,
            periods: periods.clone(),
            by: None,
        };
        let answer = product.figures.query(&request).await?;
        // Rows come by indicator, then period, in the order asked.
        for (ask, rows) in asks.into_iter().zip(answer.rows.chunks(periods.len())) {
            let figure = figure(pack, period, rows);
            out.push((ask, Answer::Figure(figure)));
        }
    }
    Ok(out)
}

fn indicator_of(ask: &Ask) -> &str {
    let (Ask::Figure { indicator, .. } | Ask::Parts { indicator, .. }) = ask;
    indicator
}

/// The rows of one indicator over its periods.
fn figure(pack: &Pack, period: Period, rows: &[Found]) -> Figure {
    let at = |wanted: Option<Period>| rows.iter().find(|it| Some(it.period) == wanted);
    let value = |wanted: Option<Period>| at(wanted).and_then(|it| it.value);
    let Some(now) = at(Some(period)) else {
        return Figure::default();
    };
    let indicator = pack.indicators.get(&now.indicator);
    let (said_unit, digits) = display(indicator, now);
    let earlier = (1..=MOST_YEARS).filter_map(|years| {
        let value = value(period.shift_years(-i32::from(years)))?;
        Some((years, value))
    });
    Figure {
        title: now.name.zh.clone(),
        unit: now.unit.clone(),
        said_unit,
        digits,
        value: now.value,
        before: value(period.shift_years(-1)),
        growth: now.growth,
        rank: now.rank.as_ref().map(|it| (it.place, it.of)),
        scope: now.rank.as_ref().and_then(|it| it.scope.clone()),
        share: now.share,
        earlier: earlier.collect(),
        preceding: value(period.before()),
    }
}

/// Unit and decimals as the pages say them.
fn display(indicator: Option<&Indicator>, figure: &Found) -> (String, u32) {
    let display = indicator.map(|it| it.display.clone()).unwrap_or_default();
    let handy = measure::handy(figure.value.unwrap_or_default(), &figure.unit);
    (
        display.unit.unwrap_or(handy.0),
        display.digits.map_or(handy.1, u32::from),
    )
}

async fn parts(
    product: &Product,
    indicator: &str,
    region: &RegionCode,
    period: Period,
) -> Result<Parts, AppError> {
    let request = Request {
        indicators: Some(vec![indicator.to_owned()]),
        region: region.clone(),
        periods: vec![period],
        by: Some(By::Children),
    };
    let answer = product.figures.query(&request).await?;
    let mut rows: Vec<_> = answer
        .rows
        .iter()
        .filter_map(|it| Some((it.value?, it.region.clone())))
        .collect();
    let lower = product
        .pack
        .indicators
        .get(indicator)
        .is_some_and(|it| it.better == Better::Lower);
    rows.sort_by(|a, b| {
        let by_value = if lower { a.0.cmp(&b.0) } else { b.0.cmp(&a.0) };
        by_value.then_with(|| a.1.cmp(&b.1))
    });
    let mut list: Vec<Part> = Vec::with_capacity(rows.len());
    for (number, (value, region)) in (1..).zip(rows) {
        let place = match list.last() {
            Some(last) if last.value == value => last.place,
            _ => number,
        };
        list.push(Part {
            name: product.region_name(&region),
            region,
            place,
            value,
        });
    }
    Ok(Parts { list })
}
