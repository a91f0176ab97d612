//! What a sentence is read into before anything is decided about its sense.

use super::date::When;
use super::mention::{Comparator, Flag};
use super::numeral::scale;
use super::unit::{Sort, Unit};
use rust_decimal::Decimal;

/// A number with its unit and the words that bind it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Figure {
    /// The number, without multiplier.
    pub low: Decimal,
    /// Upper end of a range.
    pub high: Option<Decimal>,
    /// Power of ten of the multiplier.
    pub power: u32,
    /// The unit, if one follows.
    pub unit: Option<Unit>,
    /// How it is bound.
    pub bound: Option<Comparator>,
    /// By which word.
    pub idiom: Option<&'static str>,
    /// A fraction by its form, already divided: 2/3, 百分之五.
    pub fraction: bool,
    /// A multiplier without a digit.
    pub bare: bool,
    /// Written in Han numerals.
    pub han: bool,
}

impl Figure {
    /// The sort of its unit, if it has one.
    pub fn sort(&self) -> Option<Sort> {
        self.unit.map(|unit| unit.sort)
    }

    /// A value multiplied out into the base unit.
    pub fn base(&self, value: Decimal) -> Decimal {
        let value = scale(value, self.power);
        if self.fraction {
            return value;
        }
        match self.unit {
            Some(Unit {
                base: "‰" | "千分点" | "个千分点",
                ..
            }) => value / Decimal::ONE_THOUSAND,
            Some(Unit {
                sort: Sort::Ratio | Sort::Points,
                ..
            }) => value / Decimal::ONE_HUNDRED,
            Some(Unit {
                sort: Sort::Tenths, ..
            }) => value / Decimal::TEN,
            _ => value,
        }
    }
}

/// What an item is.
#[derive(Clone, Copy, Debug)]
pub(crate) enum What {
    /// A number that may become a figure.
    Figure(Figure),
    /// 持平, 翻番: a growth without a numeral.
    Growth(Decimal, Comparator, &'static str),
    /// 全市第2, 首位, 前六, 唯一.
    Rank {
        /// The place.
        value: Option<Decimal>,
        /// At most (前六) or exactly.
        bound: Comparator,
        /// The word that claims it.
        idiom: Option<&'static str>,
    },
    /// An explicit time.
    Date(When),
    /// First or n-th without merit.
    Ordinal {
        /// Which.
        value: Option<Decimal>,
        /// Counter: 届 批 个 家 次.
        unit: Option<&'static str>,
        /// First of its kind: 首家.
        first: bool,
    },
    /// A numeral in a name.
    Name,
}

/// A stretch of a sentence that holds a numeral or its like.
#[derive(Clone, Debug)]
pub(crate) struct Item {
    /// First character with its binding words.
    pub start: usize,
    /// One past the last character.
    pub end: usize,
    /// First character of the number itself.
    pub core: usize,
    /// One past the number itself.
    pub core_end: usize,
    /// What it is.
    pub what: What,
    /// Why to look twice.
    pub flag: Option<Flag>,
}

impl Item {
    /// The figure, if it is one.
    pub fn figure(&self) -> Option<&Figure> {
        match &self.what {
            What::Figure(figure) => Some(figure),
            _ => None,
        }
    }
}
