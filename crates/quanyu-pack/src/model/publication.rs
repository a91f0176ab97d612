//! What the bureau shows to the public: lists published for objections (公示), notices, open data.
//!
//! Owns the declarations. Leaves publishing to the application.

use quanyu_core::{person::Mask, text::Text};

use super::At;

/// A kind of publication, made from records of a register.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Publication {
    /// Identifier.
    pub id: String,
    /// The title of what is published.
    pub title: Text,
    /// The register whose records are published.
    pub register: String,
    /// States in which a record may be chosen; empty: any.
    pub states: Vec<String>,
    /// What of each record is published, in order.
    pub columns: Vec<Shown>,
    /// Paragraphs above the list.
    pub text: Vec<Text>,
    /// What the list is called.
    pub annex: Text,
    /// Who signs; left out: the district.
    pub issuer: Option<Text>,
    /// Where objections go, beside the public page: office, address, telephone.
    pub contact: Text,
    /// How long objections are taken; `None`: a notice to which nobody objects.
    pub window: Option<Window>,
    /// The step that the records take once the window passed without open objections.
    pub then: Option<String>,
    /// Where it was declared.
    pub at: At,
}

/// A column of what is published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// The field.
    pub field: String,
    /// How it is masked.
    pub mask: Option<Mask>,
}

/// The days in which objections are taken (公示期), and how.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Window {
    /// Working days.
    pub days: u32,
    /// Whether the day of publication is the first of them, where it is a working day; else the next working day is.
    pub same_day: bool,
    /// Working days in which an objection is answered.
    pub answer: u32,
    /// Whether who objects gives name and telephone.
    pub real_name: bool,
    /// What says so.
    pub source: String,
}

/// What a step does to what is published.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PublicationAct {
    /// Freezes and shows it; the window begins.
    Publish,
    /// Shows a new version; the window begins anew.
    Correct,
    /// Ends it once the window passed without open objections; the records go on.
    Settle,
    /// Takes it down; the records stay where they are.
    Withdraw,
}

impl PublicationAct {
    /// All words that a pack writes.
    pub const WORDS: [&'static str; 4] = ["publish", "correct", "settle", "withdraw"];

    /// The act that a pack writes so.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        let acts = [Self::Publish, Self::Correct, Self::Settle, Self::Withdraw];
        let place = Self::WORDS.iter().position(|it| *it == word)?;
        acts.get(place).copied()
    }
}

/// Records or rows that anybody may have as files (数据开放).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OpenData {
    /// Identifier.
    pub id: String,
    /// What it is called.
    pub title: Text,
    /// What it holds, for people who do not know the bureau.
    pub about: Text,
    /// The register or dataset it is taken from.
    pub of: String,
    /// Only records in these states.
    pub states: Vec<String>,
    /// Fields or columns, in order.
    pub columns: Vec<String>,
    /// The licence.
    pub licence: Text,
    /// How often it comes out: `year`, `half`, `quarter`, `month`, `once`.
    pub every: String,
    /// Counts too small to be told.
    pub small: Option<Small>,
    /// Where it was declared.
    pub at: At,
}

/// Cells that would point at single ones.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Small {
    /// The column that counts.
    pub count: String,
    /// Counts from 1 to below this are not told.
    pub below: u32,
    /// Columns that are left empty with them.
    pub hide: Vec<String>,
}
