//! Appraisal schemes (考核) and the splitting of targets.

use jiff::civil::Date;
use quanyu_core::{
    appraisal::{Course, Direction, Scoring},
    period::Period,
    region::RegionCode,
    text::Text,
};
use rust_decimal::Decimal;

use super::{At, Better, Declared, Indicator, IndicatorKind, Pack};

/// A scheme: weighted items set from above, or set for streets and parks.
#[derive(Clone, Debug, PartialEq)]
pub struct Appraisal {
    /// Identifier.
    pub id: String,
    /// What it is called.
    pub title: Text,
    /// The period it is for.
    pub period: Period,
    /// Who set it.
    pub set_by: Text,
    /// Whom it is for.
    pub whom: Whom,
    /// Points in all; the weights of the items add up to it.
    pub points: Decimal,
    /// What it is from.
    pub source: Option<String>,
    /// Its items in order.
    pub items: Vec<AppraisalItem>,
    /// Where it was declared.
    pub at: At,
}

/// Whom a scheme is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Whom {
    /// The reporting region as a whole.
    #[default]
    Whole,
    /// Each region right below it: streets and parks.
    Parts,
}

/// An item of a scheme.
#[derive(Clone, Debug, PartialEq)]
pub struct AppraisalItem {
    /// Identifier inside the scheme.
    pub id: String,
    /// What it is called.
    pub title: Text,
    /// Group in the table.
    pub group: Option<Text>,
    /// The section (科室) that leads.
    pub section: Text,
    /// What is measured; `None`: points that people give, in the register that plays `score`.
    pub measure: Option<Measure>,
    /// How points are earned.
    pub scoring: Scoring,
    /// The day by which the statistics are out, where the indicator does not say.
    pub ready: Option<Date>,
    /// Points of the year before.
    pub last_year: Option<Decimal>,
    /// Indicators that a leaderboard divides by, so that the large and the small compare.
    pub per: Vec<Declared<String>>,
    /// Where it was declared.
    pub at: At,
}

/// What an item measures.
#[derive(Clone, Debug, PartialEq)]
pub struct Measure {
    /// The indicator.
    pub indicator: Declared<String>,
    /// Its growth against the year before, not its value.
    pub growth: bool,
    /// In base units; of a rank the last place that earns all.
    pub target: Decimal,
    /// The target by parts and months.
    pub split: Split,
}

/// A target taken apart (分解). What adds up does so: that is checked.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Split {
    /// By region below, in order of declaration.
    pub parts: Vec<(RegionCode, Decimal)>,
    /// By month from the first on; empty: evenly by days.
    pub months: Vec<Decimal>,
}

impl Split {
    /// The share of a region.
    #[must_use]
    pub fn part(&self, region: &RegionCode) -> Option<Decimal> {
        self.parts
            .iter()
            .find(|(it, _)| it == region)
            .map(|(_, value)| *value)
    }
}

impl Appraisal {
    /// The item of that id.
    #[must_use]
    pub fn item(&self, id: &str) -> Option<&AppraisalItem> {
        self.items.iter().find(|it| it.id == id)
    }
}

impl Indicator {
    /// How its values move through a year; `growth`: how its growth does. A cited share or ratio moves either way, other
    /// cited values add up.
    #[must_use]
    pub fn course(&self, growth: bool) -> Course {
        match &self.kind {
            _ if growth => Course::Rate,
            IndicatorKind::Flow { .. } => Course::Flow,
            IndicatorKind::Stock { .. } => Course::Stock,
            IndicatorKind::Ratio { .. } | IndicatorKind::Growth { .. } => Course::Rate,
            IndicatorKind::Cited if self.unit == "1" => Course::Rate,
            IndicatorKind::Cited => Course::Flow,
        }
    }

    /// Which way is better; `None` where neither is.
    #[must_use]
    pub fn direction(&self) -> Option<Direction> {
        match self.better {
            Better::Higher => Some(Direction::Up),
            Better::Lower => Some(Direction::Down),
            Better::Neither => None,
        }
    }

    /// Whether values of parts add up to the value of the whole.
    #[must_use]
    pub fn adds_up(&self, growth: bool) -> bool {
        self.course(growth) != Course::Rate
    }

    /// The day by which the value of `period` is published; `None` where that is not said.
    #[must_use]
    pub fn published_by(&self, period: Period) -> Option<Date> {
        let month = i32::from(self.published?);
        Some(Period::month(period.last_year() + 1, month)?.last_day())
    }
}

impl Pack {
    /// Whether a region is one of the parts right below the reporting region.
    #[must_use]
    pub fn is_part(&self, region: &RegionCode) -> bool {
        region.parent().as_ref() == Some(&self.region)
    }
}
