//! Datasets and indicators.

use quanyu_core::text::Text;

use super::{At, Declared};

/// A named SQL view over registers and other datasets. It has a column `id` if indicators are to show evidence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dataset {
    /// Identifier, usable where a register is.
    pub id: String,
    /// What it is called.
    pub title: Text,
    /// The query.
    pub sql: Declared<String>,
    /// Where it was declared.
    pub at: At,
}

/// A declared measure (指标).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Indicator {
    /// Identifier.
    pub id: String,
    /// What it is called.
    pub title: Text,
    /// Base unit: 元, 家, 项, `1` for shares and ratios.
    pub unit: String,
    /// How it comes about.
    pub kind: IndicatorKind,
    /// Years by which its statistics lag: 1 means that the report of 2023 holds the value of 2022.
    pub lag: u8,
    /// Month of the following year in which it is published, where it is.
    pub published: Option<u8>,
    /// Comparable basis: 现价, 可比价, 上年核实数.
    pub basis: Option<String>,
    /// Whether "no records" is 0 (`zero`, the default for counts) or unknown (`none`, the default for everything else).
    pub empty_is_zero: bool,
    /// What more means: good or bad.
    pub better: Better,
    /// How people say it.
    pub display: Display,
    /// Other names texts use; the title is always one.
    pub aliases: Vec<String>,
    /// Group on the pages, a free word.
    pub group: Option<Text>,
    /// Shown on the cockpit, in this order (1 first).
    pub cockpit: Option<u32>,
    /// Definition in words, and what the caliber is from.
    pub source: Option<String>,
    /// Where it was declared.
    pub at: At,
}

/// How an indicator comes about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IndicatorKind {
    /// Counted in the period that its date falls in.
    Flow {
        /// Register or dataset.
        of: Declared<String>,
        /// An aggregate: `count(*)`, `sum(amount)`, `count(distinct firm)`, `avg(…)`, `max(…)`.
        value: Declared<String>,
        /// Boolean expression on its rows.
        filter: Option<Declared<String>>,
        /// The date column (or a `period` column).
        date: Declared<String>,
        /// The region column; else the system column `region`.
        region: Option<Declared<String>>,
    },
    /// Held on the last day of the period.
    Stock {
        /// Register or dataset.
        of: Declared<String>,
        /// An aggregate.
        value: Declared<String>,
        /// Boolean expression on its rows.
        filter: Option<Declared<String>>,
        /// Column of the first day of validity.
        from: Declared<String>,
        /// Column of the last day of validity; NULL is still valid.
        to: Option<Declared<String>>,
        /// The region column; else the system column `region`.
        region: Option<Declared<String>>,
    },
    /// One indicator over another, both of the same period and region. NULL where the lower is zero.
    Ratio {
        /// Above.
        numerator: Declared<String>,
        /// Below.
        denominator: Declared<String>,
    },
    /// Growth of another indicator against the same period a year before.
    Growth {
        /// Of which.
        of: Declared<String>,
    },
    /// Given by others: read from the register that plays `observation`.
    Cited,
}

/// What more of an indicator means.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Better {
    /// More is better.
    #[default]
    Higher,
    /// Less is better.
    Lower,
    /// Neither.
    Neither,
}

/// How people say a value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Display {
    /// Unit, such as 亿元; empty: chosen by size.
    pub unit: Option<String>,
    /// Decimals.
    pub digits: Option<u8>,
}
