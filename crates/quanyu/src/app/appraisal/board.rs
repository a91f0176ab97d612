//! Leaderboards (晾晒): the regions below by the points of a scheme.
//!
//! Invariant: a region is measured by what was asked of it: points of points, so that one with fewer items is not behind
//! for that. Equal points share a place.
//!
//! Start reading at [`board`].

use std::collections::BTreeMap;

use jiff::civil::Date;
use quanyu_core::{
    appraisal::{Direction, places},
    period::Period,
    region::RegionCode,
    text::Text,
};
use quanyu_pack::model::{AppraisalItem, Whom};
use rust_decimal::Decimal;

use super::{ItemView, Totals, When, declared, facts, judge, totals, when};
use crate::app::{AppError, Product};

/// The regions below by points.
#[derive(Clone, Debug)]
pub struct Board {
    /// Scheme.
    pub id: String,
    /// What it is called.
    pub title: Text,
    /// Whether the scheme is for parts; else it is the whole's, whose targets are split.
    pub for_parts: bool,
    /// The time it is for.
    pub when: When,
    /// Whose parts.
    pub region: RegionCode,
    /// Its name.
    pub region_name: String,
    /// Items that ask something of a part: id, title, weight.
    pub items: Vec<(String, Text, Decimal)>,
    /// The parts, the best first.
    pub rows: Vec<BoardRow>,
    /// The change sequence that it was read at.
    pub sequence: i64,
}

/// A region on the board.
#[derive(Clone, Debug)]
pub struct BoardRow {
    /// Region.
    pub region: RegionCode,
    /// Its name.
    pub name: String,
    /// Its place.
    pub place: Option<u32>,
    /// Points.
    pub totals: Totals,
    /// Points earned of points asked.
    pub rate: Option<Decimal>,
    /// Its items, as [`Board::items`]; `None` where one asks nothing of it.
    pub cells: Vec<Option<ItemView>>,
}

/// The leaderboard of the parts of the reporting region.
///
/// # Errors
/// As [`super::scheme`].
pub async fn board(
    product: &Product,
    id: &str,
    period: Period,
    today: Date,
) -> Result<Board, AppError> {
    let scheme = declared(product, id)?;
    let when = when(scheme, period, today)?;
    let region = &product.pack.region;
    let split = |it: &&AppraisalItem| match &it.measure {
        _ if scheme.whom == Whom::Parts => true,
        // An appraisal of the whole shows how its split targets go.
        Some(measure) => !measure.split.parts.is_empty(),
        None => false,
    };
    let items: Vec<&AppraisalItem> = scheme.items.iter().filter(split).collect();
    let facts = facts::gather(product, scheme, &items, region, true, &when).await?;
    let mut rows: Vec<BoardRow> = Vec::new();
    for (part, name) in product.regions().into_iter().filter(|(it, _)| it != region) {
        let cells: Vec<Option<ItemView>> = items
            .iter()
            .map(|it| judge::item(product, it, &part, &when, &facts))
            .collect();
        let known: Vec<ItemView> = cells.iter().flatten().cloned().collect();
        if known.is_empty() {
            continue;
        }
        let totals = totals(&known);
        rows.push(BoardRow {
            region: part,
            name,
            place: None,
            rate: totals.now.checked_div(totals.full).map(|it| it.round_dp(6)),
            totals,
            cells,
        });
    }
    let rates: Vec<Option<Decimal>> = rows.iter().map(|it| it.rate).collect();
    for (row, place) in rows.iter_mut().zip(places(&rates, Direction::Up)) {
        row.place = place;
    }
    rows.sort_by_key(|it| (it.place.unwrap_or(u32::MAX), it.region.clone()));
    Ok(Board {
        id: scheme.id.clone(),
        title: scheme.title.clone(),
        for_parts: scheme.whom == Whom::Parts,
        region: region.clone(),
        region_name: product.region_name(region),
        items: items
            .iter()
            .map(|it| (it.id.clone(), it.title.clone(), it.scoring.weight))
            .collect(),
        rows,
        sequence: facts.sequence,
        when,
    })
}

/// What the parts of one item are compared by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Measured {
    /// Share of the own target: how well each does what was asked of it.
    Share,
    /// The value itself: how much each brings.
    Value,
    /// The value over another indicator of the same part: how much for each of its enterprises or people.
    Per(String),
}

impl Measured {
    /// From the word of an address: `share`, `value`, else an indicator.
    #[must_use]
    pub fn from_word(word: &str) -> Self {
        match word {
            "share" => Self::Share,
            "value" => Self::Value,
            per => Self::Per(per.to_owned()),
        }
    }

    /// Its word.
    #[must_use]
    pub fn word(&self) -> &str {
        match self {
            Self::Share => "share",
            Self::Value => "value",
            Self::Per(per) => per,
        }
    }
}

/// The parts of one item.
#[derive(Clone, Debug)]
pub struct Parts {
    /// What they are compared by.
    pub by: Measured,
    /// What they could be compared by: word and, of a denominator, its title.
    pub choices: Vec<(Measured, Option<Text>)>,
    /// The best first.
    pub rows: Vec<PartRow>,
}

/// A part's share of an item.
#[derive(Clone, Debug)]
pub struct PartRow {
    /// Region.
    pub region: RegionCode,
    /// Its name.
    pub name: String,
    /// Its item; `None` where it asks nothing of it, but it has a value.
    pub item: Option<ItemView>,
    /// Its value as people say it.
    pub found_said: Option<String>,
    /// Value over each denominator, as [`Parts::choices`] has them after share and value: number and unit.
    pub per: Vec<Option<String>>,
    /// Its place by [`Parts::by`].
    pub place: Option<u32>,
}

/// The parts of one item, by places.
pub(super) async fn parts(
    product: &Product,
    scheme: &quanyu_pack::model::Appraisal,
    item: &AppraisalItem,
    when: &When,
    by: Option<Measured>,
) -> Result<Option<Parts>, AppError> {
    let Some(measure) = &item.measure else {
        return Ok(None);
    };
    let Some(indicator) = product.pack.indicators.get(&measure.indicator.value) else {
        return Ok(None);
    };
    if matches!(indicator.kind, quanyu_pack::model::IndicatorKind::Cited) {
        return Ok(None);
    }
    let region = &product.pack.region;
    let facts = facts::gather(product, scheme, &[item], region, true, when).await?;
    let own = facts::own_period(indicator, when);
    let direction = indicator.direction().unwrap_or(Direction::Up);
    let per: Vec<&quanyu_pack::model::Indicator> = item
        .per
        .iter()
        .filter_map(|it| product.pack.indicators.get(&it.value))
        .collect();
    let split = !measure.split.parts.is_empty();
    let mut choices = Vec::new();
    if split {
        choices.push((Measured::Share, None));
    }
    choices.push((Measured::Value, None));
    choices.extend(
        per.iter()
            .map(|it| (Measured::Per(it.id.clone()), Some(it.title.clone()))),
    );
    let by = by
        .filter(|by| choices.iter().any(|(it, _)| it == by))
        .unwrap_or_else(|| choices[0].0.clone());
    let words = judge::words(indicator, measure.growth);
    let mut values: Vec<Option<Decimal>> = Vec::new();
    let mut rows = Vec::new();
    for (part, name) in product.regions().into_iter().filter(|(it, _)| it != region) {
        let found = facts.found(measure, &part, own);
        let view = match item.scoring.method {
            quanyu_core::appraisal::Method::Rank(_) => None,
            _ => judge::item(product, item, &part, when, &facts),
        };
        let over = |below: &quanyu_pack::model::Indicator| -> Option<Decimal> {
            let period = facts::own_period(below, when);
            let below = facts.figure(&below.id, &part, period)?.value?;
            found?.checked_div(below)
        };
        let ratios: BTreeMap<&str, Option<Decimal>> =
            per.iter().map(|it| (it.id.as_str(), over(it))).collect();
        values.push(match &by {
            Measured::Share => view.as_ref().and_then(|it| it.share),
            Measured::Value => found,
            Measured::Per(id) => ratios.get(id.as_str()).copied().flatten(),
        });
        let said = |below: &&quanyu_pack::model::Indicator| {
            let ratio = ratios.get(below.id.as_str()).copied().flatten()?;
            Some(over_said(ratio, &indicator.unit, &below.unit))
        };
        rows.push(PartRow {
            found_said: found.map(|it| words.said(it)),
            per: per.iter().map(said).collect(),
            region: part,
            name,
            item: view,
            place: None,
        });
    }
    for (row, place) in rows.iter_mut().zip(places(&values, direction)) {
        row.place = place;
    }
    rows.sort_by_key(|it| (it.place.unwrap_or(u32::MAX), it.region.clone()));
    Ok(Some(Parts { by, choices, rows }))
}

/// A value over another as people say it: `469.2万元/家`, `19.4家/百家`: what is counted is said for a hundred.
fn over_said(ratio: Decimal, above: &str, below: &str) -> String {
    let counted = above != "元" && above != "1";
    let (ratio, each) = if counted {
        (ratio * Decimal::ONE_HUNDRED, format!("百{below}"))
    } else {
        (ratio, below.to_owned())
    };
    let (unit, digits) = quanyu_core::measure::handy(ratio, above);
    let (number, unit) = quanyu_core::measure::say(ratio, &unit, digits.max(1));
    format!("{number}{unit}/{each}")
}
