//! Filings: what organizations hand in themselves, each year or when they apply for something.

use quanyu_core::text::Text;

use super::{At, Declared};

/// A filing (填报事项): a register in which organizations make records of their own, and hand them in by a step.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Filing {
    /// Identifier, named by calls.
    pub id: String,
    /// What it is called.
    pub title: Text,
    /// The register of its records.
    pub register: String,
    /// Facts of a year, or an application.
    pub kind: FilingKind,
    /// The step by which it is handed in.
    pub submit: String,
    /// It can be made only while a call for it is open; else at any time.
    pub called: bool,
    /// Fields that are filled from other registers: field, and the places looked at in order.
    pub prefill: Vec<(String, Vec<Prefill>)>,
    /// From which change against the period before a reason is asked for.
    pub jump: Option<Jump>,
    /// Whom it is for.
    pub who: Option<Text>,
    /// What has to be handed in.
    pub materials: Vec<Text>,
    /// A note for those who file.
    pub note: Option<Text>,
    /// What is asked of whoever files.
    pub conditions: Vec<Condition>,
    /// Where it was declared.
    pub at: At,
}

/// What a filing is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FilingKind {
    /// Facts of a year: one record for each organization and period.
    Yearly,
    /// An application for something.
    #[default]
    Application,
}

impl FilingKind {
    /// The words a pack writes.
    pub const WORDS: [&'static str; 2] = ["yearly", "application"];

    /// The kind that a pack writes so.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        match word {
            "yearly" => Some(Self::Yearly),
            "application" => Some(Self::Application),
            _ => None,
        }
    }

    /// The word a pack writes.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Yearly => Self::WORDS[0],
            Self::Application => Self::WORDS[1],
        }
    }
}

/// A place from which a field is filled.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Prefill {
    /// A register with records of the organization, or that of organizations itself.
    pub register: String,
    /// Its field.
    pub field: String,
    /// Where it was declared.
    pub at: At,
}

/// From which change against the period before a reason is asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Jump {
    /// Percent.
    pub percent: i64,
    /// The field that takes the reason.
    pub reason: String,
}

/// Something that is asked of whoever files, and looked up in what the registers know of the organization. It informs; what binds is
/// the guard of a step.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Condition {
    /// Identifier.
    pub id: String,
    /// In words.
    pub title: Text,
    /// The register whose records of the organization are looked at; `None`: the organization's own record.
    pub of: Option<String>,
    /// What one of them has to meet.
    pub filter: Declared<String>,
    /// The date field from which a record holds.
    pub from: Option<String>,
    /// The date field until which it holds.
    pub to: Option<String>,
    /// Where it was declared.
    pub at: At,
}
