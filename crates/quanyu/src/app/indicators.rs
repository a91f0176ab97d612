//! 数据指标: every indicator's value, and the evidence behind it.

use rust_decimal::Decimal;

use quanyu_core::{period::Period, region::RegionCode, text::Text};

/// A figure as pages and commands show it.
#[derive(Clone, Debug)]
pub struct FigureView {
    /// Indicator id.
    pub indicator: String,
    /// Its title.
    pub title: Text,
    /// Region.
    pub region: RegionCode,
    /// Period the value is of (for an indicator with lag, still the period asked for).
    pub period: Period,
    /// Value in base units; `None` where unknown.
    pub value: Option<Decimal>,
    /// Base unit.
    pub unit: String,
    /// Value as people say it (`68.31`), "—" where unknown.
    pub said: String,
    /// Unit that goes with `said` (`亿元`).
    pub said_unit: String,
    /// Growth against the same period a year before; 0.25 is 25%.
    pub growth: Option<Decimal>,
    /// Rank and the number of units ranked.
    pub rank: Option<RankView>,
    /// `computed` or `cited`.
    pub source: &'static str,
    /// What it was cited from.
    pub citation: Option<CitationView>,
    /// How many records make it.
    pub records: u64,
    /// What more means: `higher`, `lower`, `neither`.
    pub better: &'static str,
    /// Years by which its statistics lag.
    pub lag: u8,
    /// Group on the pages.
    pub group: Option<Text>,
}

/// A rank.
#[derive(Clone, Debug)]
pub struct RankView {
    /// 1 is first.
    pub rank: u32,
    /// Among how many, where known.
    pub of: Option<u32>,
    /// Within what region, as named (全市).
    pub scope: String,
    /// Of the value or of its growth.
    pub of_growth: bool,
}

/// Where a cited value is from.
#[derive(Clone, Debug)]
pub struct CitationView {
    /// Issuing body.
    pub body: String,
    /// Document title.
    pub document: String,
    /// Document number.
    pub number: Option<String>,
    /// Its date, ISO.
    pub date: Option<String>,
    /// Page.
    pub page: Option<String>,
    /// 预计, 快报, 初步核算, 年报, 修订.
    pub status: Option<String>,
    /// The record that holds it (register, id).
    pub record: Option<(String, i64)>,
}

/// Everything about one indicator for a region and period.
#[derive(Clone, Debug)]
pub struct IndicatorPage {
    /// The figure.
    pub figure: FigureView,
    /// Definition in words (from the declaration).
    pub definition: Vec<(Text, String)>,
    /// Source of the definition.
    pub basis: Option<String>,
    /// The last years' values, oldest first.
    pub years: Vec<FigureView>,
    /// The months of the period's year.
    pub months: Vec<FigureView>,
    /// Sub-regions with values, best first.
    pub parts: Vec<(String, FigureView)>,
    /// The records behind the figure.
    pub evidence: EvidencePage,
    /// The change sequence all of this was read at.
    pub sequence: i64,
}

/// A page of the records behind a figure.
#[derive(Clone, Debug)]
pub struct EvidencePage {
    /// Register of the records.
    pub register: String,
    /// Its title.
    pub register_title: Text,
    /// The query that gives them, as SQL.
    pub sql: String,
    /// Heads of the columns shown.
    pub heads: Vec<Text>,
    /// Rows: record id, cells as shown, contribution to the value.
    pub rows: Vec<EvidenceRow>,
    /// How many in all.
    pub total: u64,
    /// What all rows add up to, in base units (for sums and counts).
    pub sum: Option<Decimal>,
    /// Start of the next page: pass as `after`.
    pub next: Option<String>,
}

/// A record behind a figure.
#[derive(Clone, Debug)]
pub struct EvidenceRow {
    /// Record id.
    pub id: i64,
    /// Cells as shown.
    pub cells: Vec<String>,
    /// Contribution, as shown.
    pub contribution: String,
}
