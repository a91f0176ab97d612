//! What is on record, as the check is handed it: indicators, their values, targets, frozen figures.
//!
//! Owns the shapes only. Who fills them knows packs and registers; this crate does not. Invariant: a value that is not
//! known is absent, never zero.

use std::collections::{BTreeMap, HashMap};

use quanyu_core::{period::Period, region::RegionCode};
use rust_decimal::Decimal;

use crate::read::Comparator;

/// Everything that a text is judged against.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// The reporting region.
    pub region: RegionCode,
    /// Regions by the words that texts use for them: 全区, 全市.
    pub scopes: BTreeMap<String, RegionCode>,
    /// Indicators by id.
    pub subjects: BTreeMap<String, Subject>,
    /// Values by indicator, region and period.
    pub facts: HashMap<(String, RegionCode, Period), Fact>,
    /// Targets of plans.
    pub targets: Vec<Target>,
    /// Frozen figures by release id.
    pub releases: BTreeMap<String, Released>,
    /// The last month of which records are known, where the records of the period are not complete.
    pub through: Option<Period>,
}

/// An indicator as the check needs it.
#[derive(Clone, Debug, Default)]
pub struct Subject {
    /// What it is called.
    pub title: String,
    /// Title and other names.
    pub names: Vec<String>,
    /// Base unit: 元, 家, `1`.
    pub unit: String,
    /// What its value is.
    pub sort: Sort,
    /// Years by which its statistics lag.
    pub lag: u8,
    /// Others of the same unit and group that a writer may have meant.
    pub kin: Vec<String>,
}

/// What the value of an indicator is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sort {
    /// Counted in a period.
    Flow,
    /// Held at the end of a period.
    Stock,
    /// Given by others; flow or stock is not told.
    #[default]
    Cited,
    /// A quotient.
    Ratio,
    /// A growth.
    Growth,
}

/// A value of an indicator for a region and a period.
#[derive(Clone, Debug, Default)]
pub struct Fact {
    /// The value in base units.
    pub value: Option<Decimal>,
    /// Against the same period a year before.
    pub growth: Option<Decimal>,
    /// Of the region above.
    pub share: Option<Decimal>,
    /// By value.
    pub rank: Option<Place>,
    /// By growth.
    pub growth_rank: Option<Place>,
    /// Where it is from.
    pub origin: Origin,
    /// Other values on record for the same cell: earlier statuses, a published value beside a computed one.
    pub others: Vec<Other>,
}

/// A place among others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// 1 is first.
    pub place: u32,
    /// Among how many.
    pub of: Option<u32>,
}

/// Where a value is from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    /// Whether it was cited rather than computed.
    pub cited: bool,
    /// 预计, 快报, 年报 … as people say it.
    pub status: Option<String>,
    /// Records it is made of.
    pub records: u64,
    /// In one line: issuing body, document, date, page.
    pub source: Option<String>,
    /// The record that holds a cited value: register and id.
    pub record: Option<(String, i64)>,
}

/// Another value on record for the same cell.
#[derive(Clone, Debug, PartialEq)]
pub struct Other {
    /// What it is of.
    pub measure: Measure,
    /// The value.
    pub value: Decimal,
    /// 预计, 快报 …, or what sort of value it is.
    pub status: String,
    /// Whether the status is that of an estimate.
    pub estimate: bool,
    /// In one line.
    pub source: Option<String>,
}

/// What of an indicator a mention speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Measure {
    /// Its value.
    Value,
    /// Growth on the year before.
    Growth,
    /// Growth on the period right before.
    Sequential,
    /// Growth since the end of the year before.
    SinceYearEnd,
    /// Growth of a year, averaged over that many.
    Average(u8),
    /// Difference to the year before.
    Change,
    /// Share of the region above.
    Share,
    /// Share of a target.
    Completion,
    /// Place by value.
    Rank,
    /// Place by growth.
    GrowthRank,
}

/// A target of a plan.
#[derive(Clone, Debug)]
pub struct Target {
    /// The plan, as people call it.
    pub plan: String,
    /// The indicator.
    pub indicator: String,
    /// The period of the plan.
    pub period: Period,
    /// Whether growth is meant.
    pub growth: bool,
    /// How the value binds.
    pub comparator: Comparator,
    /// In base units.
    pub value: Decimal,
}

/// A figure frozen for a document.
#[derive(Clone, Debug)]
pub struct Released {
    /// The indicator.
    pub indicator: String,
    /// The period.
    pub period: Period,
    /// What of the indicator was frozen.
    pub measure: Measure,
    /// The value then.
    pub value: Decimal,
    /// The value now, where it is another.
    pub now: Option<Decimal>,
}

impl Known {
    /// The region that a mention's scope means; `None` for one that is not known.
    #[must_use]
    pub fn region_of(&self, scope: Option<&str>) -> Option<&RegionCode> {
        match scope {
            None => Some(&self.region),
            Some(word) => self.scopes.get(word),
        }
    }

    /// What is known of a cell.
    #[must_use]
    pub fn fact(&self, indicator: &str, region: &RegionCode, period: Period) -> Option<&Fact> {
        self.facts
            .get(&(indicator.to_owned(), region.clone(), period))
    }

    /// The value of a cell.
    #[must_use]
    pub fn value(&self, indicator: &str, region: &RegionCode, period: Period) -> Option<Decimal> {
        self.fact(indicator, region, period)?.value
    }

    /// All periods in which something is known of an indicator, in order.
    #[must_use]
    pub fn periods(&self, indicator: &str, region: &RegionCode) -> Vec<Period> {
        let mut all: Vec<Period> = self
            .facts
            .keys()
            .filter(|(id, at, _)| id == indicator && at == region)
            .map(|(.., period)| *period)
            .collect();
        all.sort_unstable();
        all
    }
}
