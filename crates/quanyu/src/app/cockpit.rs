//! 驾驶舱: the key figures of a region and period, the trend of the first, the map, the targets.
//!
//! Owns what stands on it. Leaves values to `quanyu-figures`, targets and their lights to [`super::plans`].
//!
//! Invariant: an indicator whose statistics lag shows the year that its value is of, never the report's year.
//!
//! Start reading at [`cockpit`].

use std::collections::BTreeMap;

use quanyu_core::{measure, period::Period, region::RegionCode, text::Text};
use quanyu_figures::{By, Figure, Request};
use quanyu_pack::model::{Display, Indicator, IndicatorKind};
use rust_decimal::Decimal;

use super::{
    AppError, Product,
    indicators::{self, FigureView},
    say,
};

/// What a leader sees first.
#[derive(Clone, Debug)]
pub struct Cockpit {
    /// Region shown.
    pub region: RegionCode,
    /// Its name.
    pub region_name: String,
    /// Period shown.
    pub period: Period,
    /// The key figures in the pack's order, each with the months of its period (for the sparkline).
    pub cards: Vec<Card>,
    /// The first card's indicator cumulated by month, this year and the year before.
    pub trend: Option<Trend>,
    /// The tile map of the region's parts for the indicator asked for.
    pub map: Option<TileMap>,
    /// Targets of the plan of the period's year, with what is reached.
    pub targets: Vec<TargetView>,
    /// The change sequence all of this was read at.
    pub sequence: i64,
    /// Whether the records are demonstration data.
    pub demo: bool,
}

/// A key figure.
#[derive(Clone, Debug)]
pub struct Card {
    /// Value, growth, rank.
    pub figure: FigureView,
    /// Target of the period, where the plan has one.
    pub target: Option<TargetView>,
    /// Value by month of the period's year; `None` where unknown.
    pub months: Vec<Option<Decimal>>,
}

/// Cumulated values by month.
#[derive(Clone, Debug)]
pub struct Trend {
    /// Indicator.
    pub indicator: String,
    /// Its title.
    pub title: Text,
    /// Unit that the values are given in (already scaled), such as 亿元.
    pub unit: String,
    /// This year, twelve at most.
    pub this_year: Vec<Option<Decimal>>,
    /// The year before.
    pub last_year: Vec<Option<Decimal>>,
    /// The year's target in the same unit.
    pub target: Option<Decimal>,
}

/// Regions as tiles.
#[derive(Clone, Debug)]
pub struct TileMap {
    /// Indicator.
    pub indicator: String,
    /// Its title.
    pub title: Text,
    /// Unit of the values.
    pub unit: String,
    /// Tiles.
    pub tiles: Vec<Tile>,
}

/// One tile.
#[derive(Clone, Debug)]
pub struct Tile {
    /// Region.
    pub region: RegionCode,
    /// Name.
    pub name: String,
    /// Row, column from 0.
    pub at: (u32, u32),
    /// Value in base units.
    pub value: Option<Decimal>,
    /// As people say it, without the unit.
    pub said: String,
    /// 0 (least) to 4 (most), for the colour.
    pub step: u8,
}

/// A target and what is reached.
#[derive(Clone, Debug)]
pub struct TargetView {
    /// Plan id and target id.
    pub plan: String,
    /// Target id.
    pub id: String,
    /// As the plan says it.
    pub text: Text,
    /// Indicator.
    pub indicator: String,
    /// Its title.
    pub title: Text,
    /// `assigned`, `own` or `split`, where it is told.
    pub level: Option<String>,
    /// `eq`, `gt`, `ge`, `lt`, `le`.
    pub comparator: &'static str,
    /// Asked, as people say it with unit.
    pub asked: String,
    /// Reached, as people say it with unit; `None` where unknown.
    pub reached: Option<String>,
    /// Reached over asked, where that makes sense; 1 is 100%.
    pub share: Option<Decimal>,
    /// 已完成 `done`, 达序时 `on_pace`, 滞后 `behind`, 待统计 `waiting`.
    pub light: &'static str,
    /// By when.
    pub by: String,
}

/// Steps of colour on the map.
const STEPS: usize = 5;

/// What a leader sees first. `map` names the indicator of the map; else the first of the cockpit that is counted from
/// records.
///
/// # Errors
/// An unknown indicator; what the figures refuse.
pub async fn cockpit(
    product: &Product,
    region: &RegionCode,
    period: Period,
    map: Option<&str>,
) -> Result<Cockpit, AppError> {
    let pack = &product.pack;
    let mut chosen: Vec<&Indicator> = pack
        .indicators
        .values()
        .filter(|it| it.cockpit.is_some())
        .collect();
    chosen.sort_by_key(|it| (it.cockpit, it.id.clone()));
    let targets = targets(product, region, period).await?;
    let mut cards = Vec::new();
    let mut sequence = 0;
    for indicator in &chosen {
        let own = period
            .shift_years(-i32::from(indicator.lag))
            .unwrap_or(period);
        let answer = product
            .figures
            .series(&indicator.id, region, &[own])
            .await?;
        sequence = answer.sequence;
        let Some(figure) = answer.rows.first() else {
            continue;
        };
        let months = months(product, &indicator.id, region, own.last_year()).await?;
        cards.push(Card {
            figure: indicators::view(pack, figure),
            target: targets
                .iter()
                .find(|it| it.indicator == indicator.id)
                .cloned(),
            months: months.iter().map(|it| it.value).collect(),
        });
    }
    let counted = |it: &&&Indicator| matches!(it.kind, IndicatorKind::Flow { .. });
    let trend = match chosen.iter().find(counted) {
        Some(indicator) => Some(trend(product, indicator, region, period, &targets).await?),
        None => None,
    };
    let mapped = match map {
        Some(id) => Some(indicators::indicator(product, id)?),
        None => chosen
            .iter()
            .find(|it| {
                matches!(
                    it.kind,
                    IndicatorKind::Flow { .. } | IndicatorKind::Stock { .. }
                )
            })
            .copied(),
    };
    let map = match mapped {
        Some(indicator) => tiles(product, indicator, region, period).await?,
        None => None,
    };
    Ok(Cockpit {
        region: region.clone(),
        region_name: product.region_name(region),
        period,
        cards,
        trend,
        map,
        targets,
        sequence,
        demo: product.demo(),
    })
}

async fn months(
    product: &Product,
    id: &str,
    region: &RegionCode,
    year: i32,
) -> Result<Vec<Figure>, AppError> {
    let Some(year) = Period::year(year) else {
        return Ok(Vec::new());
    };
    let request = Request {
        indicators: Some(vec![id.to_owned()]),
        region: region.clone(),
        periods: vec![year],
        by: Some(By::Months),
    };
    Ok(product.figures.query(&request).await?.rows)
}

async fn trend(
    product: &Product,
    indicator: &Indicator,
    region: &RegionCode,
    period: Period,
    targets: &[TargetView],
) -> Result<Trend, AppError> {
    let year = period.last_year();
    let now = months(product, &indicator.id, region, year).await?;
    let before = months(product, &indicator.id, region, year - 1).await?;
    let most = now
        .iter()
        .chain(&before)
        .filter_map(|it| it.value)
        .sum::<Decimal>();
    let (handy, _) = measure::handy(most, &indicator.unit);
    let unit = indicator.display.unit.clone().unwrap_or(handy);
    let (factor, _) = measure::split_unit(&unit);
    // Months without records add nothing, but a year without any has no line.
    let cumulated = |months: &[Figure]| -> Vec<Option<Decimal>> {
        let mut sum = Decimal::ZERO;
        let known = months
            .iter()
            .rposition(|it| it.records > 0)
            .map_or(0, |it| it + 1);
        let line = months.iter().take(known).map(|it| {
            sum += it.value.unwrap_or_default();
            Some((sum / factor).round_dp(4))
        });
        line.collect()
    };
    let plan = product
        .pack
        .plans
        .values()
        .find(|it| it.period.last_year() == year);
    let target = plan.and_then(|plan| {
        let own = plan
            .targets
            .iter()
            .find(|it| it.indicator == indicator.id && !it.growth)?;
        targets
            .iter()
            .any(|it| it.id == own.id)
            .then(|| (own.value / factor).round_dp(4))
    });
    Ok(Trend {
        indicator: indicator.id.clone(),
        title: indicator.title.clone(),
        unit,
        this_year: cumulated(&now),
        last_year: cumulated(&before),
        target,
    })
}

async fn tiles(
    product: &Product,
    indicator: &Indicator,
    region: &RegionCode,
    period: Period,
) -> Result<Option<TileMap>, AppError> {
    let pack = &product.pack;
    if !pack
        .tiles
        .keys()
        .any(|it| region.contains(it) && it != region)
    {
        return Ok(None);
    }
    let answer = product
        .figures
        .children(&indicator.id, region, period)
        .await?;
    let values: BTreeMap<&RegionCode, Option<Decimal>> = answer
        .rows
        .iter()
        .map(|it| (&it.region, it.value))
        .collect();
    let most = values.values().flatten().max().copied().unwrap_or_default();
    let (_, unit) = say::value(Some(most), &indicator.unit, &indicator.display);
    let display = Display {
        unit: Some(unit.clone()),
        digits: indicator.display.digits,
    };
    let inside = pack.tiles.iter().filter(|(it, _)| values.contains_key(it));
    let tiles = inside.map(|(code, at)| {
        let value = values.get(code).copied().flatten();
        Tile {
            region: code.clone(),
            name: product.region_name(code),
            at: *at,
            value,
            said: say::value(value, &indicator.unit, &display).0,
            step: step(value, most),
        }
    });
    Ok(Some(TileMap {
        indicator: indicator.id.clone(),
        title: indicator.title.clone(),
        unit,
        tiles: tiles.collect(),
    }))
}

/// The colour of a value: equal steps from nothing to the largest.
fn step(value: Option<Decimal>, most: Decimal) -> u8 {
    let Some(value) = value.filter(|it| *it > Decimal::ZERO && most > Decimal::ZERO) else {
        return 0;
    };
    let share = value / most * Decimal::from(STEPS);
    u8::try_from(share.ceil())
        .unwrap_or(1)
        .clamp(1, STEPS as u8)
        - 1
}

/// The targets of the plans that the period lies in, with what is reached.
///
/// # Errors
/// As [`super::plans::targets`].
pub async fn targets(
    product: &Product,
    region: &RegionCode,
    period: Period,
) -> Result<Vec<TargetView>, AppError> {
    super::plans::targets(product, region, period, product.today()).await
}
