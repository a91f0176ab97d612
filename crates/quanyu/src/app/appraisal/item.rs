//! One item of a scheme: its curve by month against what should be there, the year before, and its parts.
//!
//! Start reading at [`item`].

use jiff::civil::Date;
use quanyu_core::{appraisal::Gone, period::Period, region::RegionCode, text::Text};
use quanyu_figures::Request;
use quanyu_pack::model::{AppraisalItem, Measure};
use rust_decimal::Decimal;

use super::{
    ItemView, When,
    board::{self, Measured, Parts},
    declared, facts, judge, when,
};
use crate::app::{AppError, Product};

/// An item with everything about it.
#[derive(Clone, Debug)]
pub struct ItemPage {
    /// Scheme and its title.
    pub scheme: (String, Text),
    /// The time it is for.
    pub when: When,
    /// Its region's name.
    pub region_name: String,
    /// The item.
    pub item: ItemView,
    /// The rule by which points are earned.
    pub scoring: quanyu_core::appraisal::Scoring,
    /// What each month should have and has, cumulated; `None` where the value does not come by month.
    pub curve: Option<Curve>,
    /// The parts below, where the region is the whole.
    pub parts: Option<Parts>,
    /// The change sequence that it was read at.
    pub sequence: i64,
}

/// A year by months, in base units.
#[derive(Clone, Debug, PartialEq)]
pub struct Curve {
    /// Unit that the values are said in, and the factor to it.
    pub unit: (String, Decimal),
    /// This year to today; a stock at the end of each month.
    pub this_year: Vec<Option<Decimal>>,
    /// The year before.
    pub last_year: Vec<Option<Decimal>>,
    /// What should be there.
    pub line: Vec<Option<Decimal>>,
    /// What is asked at the end.
    pub target: Decimal,
}

/// An item with everything about it. `by` is what its parts are compared by.
///
/// # Errors
/// An unknown scheme or item, one that asks nothing of the region, what the figures refuse.
pub async fn item(
    product: &Product,
    (scheme, item): (&str, &str),
    region: &RegionCode,
    period: Period,
    today: Date,
    by: Option<Measured>,
) -> Result<ItemPage, AppError> {
    let scheme = declared(product, scheme)?;
    let names = scheme.items.iter().map(|it| it.id.as_str());
    let declared = scheme
        .item(item)
        .ok_or_else(|| AppError::not_found("appraisal_item", item, names))?;
    let when = when(scheme, period, today)?;
    let facts = facts::gather(product, scheme, &[declared], region, false, &when).await?;
    let nothing = || AppError::NotFound {
        kind: "appraisal_item",
        id: format!("{item} · {}", product.region_name(region)),
        near: None,
    };
    let view = judge::item(product, declared, region, &when, &facts).ok_or_else(nothing)?;
    let asked = judge::asked(product, declared, region, &when, &facts).ok_or_else(nothing)?;
    let curve = match &declared.measure {
        Some(measure) => curve(product, declared, measure, &asked, region, &when).await?,
        None => None,
    };
    let parts = if *region == product.pack.region {
        board::parts(product, scheme, declared, &when, by).await?
    } else {
        None
    };
    Ok(ItemPage {
        scheme: (scheme.id.clone(), scheme.title.clone()),
        region_name: product.region_name(region),
        scoring: declared.scoring.clone(),
        item: view,
        curve,
        parts,
        sequence: facts.sequence,
        when,
    })
}

/// Months of a curve at most: longer times are not drawn.
const MOST_MONTHS: i32 = 24;

async fn curve(
    product: &Product,
    item: &AppraisalItem,
    measure: &Measure,
    asked: &judge::Asked,
    region: &RegionCode,
    when: &When,
) -> Result<Option<Curve>, AppError> {
    let Some(indicator) = product.pack.indicators.get(&measure.indicator.value) else {
        return Ok(None);
    };
    let ranked = matches!(item.scoring.method, quanyu_core::appraisal::Method::Rank(_));
    if facts::comes_late(indicator) || ranked || when.whole.len_months() > MOST_MONTHS {
        return Ok(None);
    }
    let cumulated: Vec<Period> = when
        .whole
        .each_month()
        .filter_map(|it| {
            let (first, last) = (when.whole.first_day(), it.last_day());
            Period::months(
                i32::from(first.year()),
                i32::from(first.month()),
                i32::from(last.year()),
                i32::from(last.month()),
            )
        })
        .collect();
    let before: Vec<Period> = cumulated
        .iter()
        .filter_map(|it| it.shift_years(-1))
        .collect();
    let request = Request {
        indicators: Some(vec![indicator.id.clone()]),
        region: region.clone(),
        periods: cumulated.iter().chain(&before).copied().collect(),
        by: None,
    };
    let answer = product.figures.query(&request).await?;
    let value = |period: &Period| {
        let figure = answer.rows.iter().find(|it| it.period == *period)?;
        if measure.growth {
            figure.growth
        } else {
            figure.value
        }
    };
    let begun = |it: &&Period| it.last_day().first_of_month() <= when.day;
    let this_year: Vec<_> = cumulated.iter().take_while(begun).map(value).collect();
    let last_year: Vec<_> = before.iter().map(value).collect();
    let line = cumulated.iter().map(|it| {
        let at = When::new(when.whole, *it, it.last_day())?;
        let Gone { share, .. } = at.gone(&measure.split.months);
        Some(asked.goal.line(Gone { share, over: false }))
    });
    let line: Vec<_> = line.collect();
    let known = this_year.iter().chain(&last_year).chain(&line).flatten();
    let most = known.map(Decimal::abs).max().unwrap_or_default();
    let handy = quanyu_core::measure::handy(most.max(asked.goal.target), &asked.words.unit).0;
    let unit = asked.words.display.unit.clone().unwrap_or(handy);
    let factor = quanyu_core::measure::split_unit(&unit).0;
    Ok(Some(Curve {
        unit: (unit, factor),
        this_year,
        last_year,
        line,
        target: asked.goal.target,
    }))
}
