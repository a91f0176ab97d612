//! What is put into the index.
//!
//! Owns the shape of an entry. Leaves to the application which records become entries; personal data never do.

use quanyu_core::{access::Place, region::RegionCode};

/// What an entry is, and the group it is shown in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// A record of the register that plays `organization`.
    Organization,
    /// A record of any other register.
    Record,
    /// A record that has a text as a file.
    Document,
    /// An indicator of the pack.
    Indicator,
    /// A register of the pack.
    Register,
}

impl Kind {
    /// All of them, in the order in which they are shown.
    pub const ALL: [Self; 5] = [
        Self::Organization,
        Self::Record,
        Self::Document,
        Self::Indicator,
        Self::Register,
    ];

    /// The word that programs read.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Organization => "organization",
            Self::Record => "record",
            Self::Document => "document",
            Self::Indicator => "indicator",
            Self::Register => "register",
        }
    }

    /// The kind of a word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.word() == word)
    }

    /// The letter that the terms of this kind begin with, so that a list of one kind holds no other.
    pub(crate) fn letter(self) -> char {
        match self {
            Self::Organization => 'o',
            Self::Record => 'r',
            Self::Document => 'd',
            Self::Indicator => 'i',
            Self::Register => 'l',
        }
    }

    /// Whether its entries are records, which have a place that decides who sees them.
    #[must_use]
    pub fn is_record(self) -> bool {
        matches!(self, Self::Organization | Self::Record | Self::Document)
    }
}

/// Something that can be found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// What it is.
    pub kind: Kind,
    /// The record's number; 0 for what a pack declares.
    pub record: i64,
    /// Register of the record; of an indicator or register, its own id.
    pub register: String,
    /// What it is called.
    pub title: String,
    /// Other names: former ones, short ones, aliases.
    pub names: Vec<String>,
    /// Its credit code.
    pub code: Option<String>,
    /// Running text; its words are found.
    pub text: String,
    /// What decides who may see it.
    pub standing: Standing,
}

impl Entry {
    /// An entry with a title, and nothing else.
    #[must_use]
    pub fn new(kind: Kind, register: &str, record: i64, title: &str) -> Self {
        Self {
            kind,
            record,
            register: register.to_owned(),
            title: title.to_owned(),
            names: Vec::new(),
            code: None,
            text: String::new(),
            standing: Standing::default(),
        }
    }
}

/// Where a record stands: what a scope asks of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// The record's region.
    pub region: Option<RegionCode>,
    /// The organization it belongs to; of an organization, its own id.
    pub organization: Option<i64>,
    /// The account that entered it.
    pub owner: Option<String>,
}

impl Standing {
    /// As a scope asks.
    #[must_use]
    pub fn place(&self) -> Place<'_> {
        Place {
            region: self.region.as_ref(),
            organization: self.organization,
            owner: self.owner.as_deref(),
        }
    }
}
