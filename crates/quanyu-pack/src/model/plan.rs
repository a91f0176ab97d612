//! Plans: targets and tasks of a year.

use jiff::civil::Date;
use quanyu_core::{period::Period, text::Text};
use rust_decimal::Decimal;

use super::{At, Split};

/// A work plan.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// Identifier.
    pub id: String,
    /// What it is called.
    pub title: Text,
    /// The period it is for.
    pub period: Period,
    /// Its targets in order.
    pub targets: Vec<PlanTarget>,
    /// Its tasks in order.
    pub tasks: Vec<PlanTask>,
    /// Where it was declared.
    pub at: At,
}

/// A target: indicator, comparator, value, date.
#[derive(Clone, Debug, PartialEq)]
pub struct PlanTarget {
    /// Identifier inside the plan.
    pub id: String,
    /// The indicator.
    pub indicator: String,
    /// How the value is to be read.
    pub comparator: Comparator,
    /// `level`, or `growth` against the year before.
    pub growth: bool,
    /// In base units.
    pub value: Decimal,
    /// Until when; else the end of the plan's period.
    pub by: Option<Date>,
    /// 下达, 自定 or 分解.
    pub level: TargetLevel,
    /// As the plan says it, in our own words.
    pub text: Text,
    /// The target by parts and months.
    pub split: Split,
    /// Where it was declared.
    pub at: At,
}

/// How a number is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparator {
    /// Exactly.
    Eq,
    /// More than.
    Gt,
    /// At least.
    Ge,
    /// Less than.
    Lt,
    /// At most.
    Le,
}

impl Comparator {
    /// `eq`, `gt`, `ge`, `lt`, `le`.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Eq => "eq",
            Self::Gt => "gt",
            Self::Ge => "ge",
            Self::Lt => "lt",
            Self::Le => "le",
        }
    }

    /// Whether `found` meets `asked`.
    #[must_use]
    pub fn met(self, found: Decimal, asked: Decimal) -> bool {
        match self {
            Self::Eq => found == asked,
            Self::Gt => found > asked,
            Self::Ge => found >= asked,
            Self::Lt => found < asked,
            Self::Le => found <= asked,
        }
    }
}

/// Where a target comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TargetLevel {
    /// 下达: set from above.
    Assigned,
    /// 自定: the bureau's own.
    Own,
    /// 分解: split over streets, parks or months.
    Split,
}

impl TargetLevel {
    /// `assigned`, `own`, `split`.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Assigned => "assigned",
            Self::Own => "own",
            Self::Split => "split",
        }
    }
}

/// A task (重点任务).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlanTask {
    /// Identifier inside the plan.
    pub id: String,
    /// What is to be done.
    pub title: Text,
    /// The section that answers for it.
    pub owner: Text,
    /// Until when.
    pub due: Option<Date>,
    /// Where it was declared.
    pub at: At,
}

/// How tasks are supervised (督办).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Supervision {
    /// Working days before its day from which a task is told as near.
    pub remind: u32,
}

impl Default for Supervision {
    /// A week of work; a pack may say otherwise.
    fn default() -> Self {
        Self { remind: 5 }
    }
}
