//! What a template asks for, and what it is answered: the one door between composing and the figures of a district.
//!
//! Owns the questions and answers. Leaves answering to the caller: a template is rendered with what is known so far and says
//! what it missed, the caller fetches all of that at once, and it is rendered again. So a document costs few queries,
//! and a condition may ask for what is only needed when it holds.

use std::collections::{BTreeMap, BTreeSet};

use quanyu_core::{period::Period, region::RegionCode};
use rust_decimal::Decimal;

/// A question.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ask {
    /// An indicator of a region and a period.
    Figure {
        /// The indicator.
        indicator: String,
        /// The region.
        region: RegionCode,
        /// The period.
        period: Period,
        /// Which other values of it are needed too.
        also: Also,
    },
    /// An indicator of the regions right below one.
    Parts {
        /// The indicator.
        indicator: String,
        /// The region above them.
        region: RegionCode,
        /// The period.
        period: Period,
    },
}

/// Values besides that of the period and of the year before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Also {
    /// None.
    #[default]
    Nothing,
    /// Those of earlier years.
    Earlier,
    /// That of the period of the same length right before.
    Preceding,
}

/// An answer.
#[derive(Clone, Debug, PartialEq)]
#[expect(
    clippy::large_enum_variant,
    reason = "a few hundred live at once, while a document is rendered"
)]
pub enum Answer {
    /// A figure.
    Figure(Figure),
    /// The regions below, best first.
    Parts(Parts),
    /// There is no such indicator; the nearest names.
    Unknown(Vec<String>),
}

/// Which measure of an indicator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Measure {
    /// The value itself.
    Value,
    /// Growth against the same period a year before.
    Growth,
    /// Place among its likes.
    Rank,
    /// Share of the region above.
    Share,
    /// Difference from the same period a year before.
    Change,
    /// Growth against the period right before (环比).
    Sequential,
    /// Growth of a year, averaged over that many (年均), at most [`MOST_YEARS`].
    Average(u8),
}

/// Years that an average may go back.
pub const MOST_YEARS: u8 = 10;

/// Words of averages, by their years.
const AVERAGES: [&str; MOST_YEARS as usize + 1] = [
    "average",
    "average1",
    "average2",
    "average3",
    "average4",
    "average5",
    "average6",
    "average7",
    "average8",
    "average9",
    "average10",
];

impl Measure {
    /// All that a template may ask for by their words; an average is asked for by its idiom.
    pub const ALL: [(&'static str, Self); 6] = [
        ("value", Self::Value),
        ("growth", Self::Growth),
        ("rank", Self::Rank),
        ("share", Self::Share),
        ("change", Self::Change),
        ("sequential", Self::Sequential),
    ];

    /// `value`, `growth`, `rank`, `share`, `change`, `sequential`, `average3`.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Value => "value",
            Self::Growth => "growth",
            Self::Rank => "rank",
            Self::Share => "share",
            Self::Change => "change",
            Self::Sequential => "sequential",
            Self::Average(years) => AVERAGES[usize::from(years.min(MOST_YEARS))],
        }
    }

    /// The measure of a word.
    #[must_use]
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .find(|(it, _)| *it == word)
            .map(|(_, measure)| *measure)
    }
}

/// What is known of an indicator for a region and a period. Values are in base units.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Figure {
    /// What the indicator is called.
    pub title: String,
    /// Base unit: 元, 家; `1` for shares and ratios.
    pub unit: String,
    /// The unit in which people say it, such as 亿元; empty: none (an index).
    pub said_unit: String,
    /// Decimals in that unit.
    pub digits: u32,
    /// The value.
    pub value: Option<Decimal>,
    /// The value of the same period a year before.
    pub before: Option<Decimal>,
    /// Growth, 0.25 for 25%.
    pub growth: Option<Decimal>,
    /// Place, and among how many where that is known.
    pub rank: Option<(u32, Option<u32>)>,
    /// Among which the place is, such as 全市.
    pub scope: Option<String>,
    /// Share of the region above.
    pub share: Option<Decimal>,
    /// The values of earlier years that are known, by how many years before: 突破 claims that none reached the number, 年均
    /// starts from one of them.
    pub earlier: BTreeMap<u8, Decimal>,
    /// The value of the period of the same length right before.
    pub preceding: Option<Decimal>,
}

/// The regions below one, best first; regions without a value are left out.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Parts {
    /// The regions.
    pub list: Vec<Part>,
}

/// A region below another.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    /// Its code.
    pub region: RegionCode,
    /// Its name.
    pub name: String,
    /// Its place; equal values share one.
    pub place: u32,
    /// Its value.
    pub value: Decimal,
}

/// What is known so far.
#[derive(Clone, Debug, Default)]
pub struct Known {
    answers: BTreeMap<Ask, Answer>,
}

impl Known {
    /// Adds an answer.
    pub fn insert(&mut self, ask: Ask, answer: Answer) {
        self.answers.insert(ask, answer);
    }

    /// The answer to a question, if there is one yet.
    #[must_use]
    pub fn get(&self, ask: &Ask) -> Option<&Answer> {
        self.answers.get(ask)
    }

    /// Those of `asked` that have no answer yet.
    #[must_use]
    pub fn missing(&self, asked: BTreeSet<Ask>) -> BTreeSet<Ask> {
        asked
            .into_iter()
            .filter(|it| !self.answers.contains_key(it))
            .collect()
    }
}
