//! What goes from one network to the other in exchange packages (两网交换).
//!
//! Owns the declarations. Leaves packages to the application.

use quanyu_core::text::Text;

use super::At;

/// Which of the two installations one is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Side {
    /// Where staff work (内网).
    Inner,
    /// Where firms and the public come (外网).
    Outer,
}

impl Side {
    /// All words that a pack writes.
    pub const WORDS: [&'static str; 2] = ["inner", "outer"];

    /// The side that a pack writes so.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        match word {
            "inner" => Some(Self::Inner),
            "outer" => Some(Self::Outer),
            _ => None,
        }
    }

    /// The word that a pack writes.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Inner => "inner",
            Self::Outer => "outer",
        }
    }

    /// The other one.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::Inner => Self::Outer,
            Self::Outer => Self::Inner,
        }
    }
}

/// Records of a register that go to the other side.
#[derive(Clone, Debug, PartialEq)]
pub struct Flow {
    /// Identifier.
    pub id: String,
    /// What goes.
    pub title: Text,
    /// The register.
    pub register: String,
    /// The side that it goes to.
    pub to: Side,
    /// Fields that go; empty: all that hold neither persons nor files.
    pub fields: Vec<String>,
    /// Personal data that go all the same, and nothing else of that kind.
    pub person: Vec<String>,
    /// Files that go.
    pub files: Vec<String>,
    /// Only records in these states; empty: any.
    pub states: Vec<String>,
    /// Whether the record's state goes too.
    pub state: bool,
    /// Roles of the other side whose notices about these records go along.
    pub notices: Vec<String>,
    /// Where it was declared.
    pub at: At,
}
