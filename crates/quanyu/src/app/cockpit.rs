//! 驾驶舱: the key figures of a region and period, the trend of the first, the map, the targets.

use rust_decimal::Decimal;

use quanyu_core::{period::Period, region::RegionCode, text::Text};

use super::indicators::FigureView;

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
