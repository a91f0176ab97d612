//! Names of organizations as people write them: which organization a name on somebody's list means.
//!
//! Owns when two written names mean the same one, when they only may, and finding candidates among a million names. Leaves
//! where the names come from, credit codes and who may see whom to the application.
//!
//! Invariant: a name is matched only where nothing but its writing differs (brackets, blanks, width, traditional characters,
//! 有限公司 for 有限责任公司, a former name) and one organization alone bears it. Everything else a person decides.
//!
//! Start reading at [`Index::find`], then [`form::Form`].

pub mod form;
mod index;
pub mod shape;
mod variants;

pub use form::{Form, Home};
pub use index::{Index, Named};

/// What a name led to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// This one and nobody else.
    Matched(Hit),
    /// These may be meant, the likeliest first; a person decides.
    Doubtful(Vec<Hit>),
    /// Nobody.
    Unmatched,
}

impl Verdict {
    /// All organizations that it speaks of, the likeliest first.
    #[must_use]
    pub fn hits(&self) -> &[Hit] {
        match self {
            Self::Matched(hit) => std::slice::from_ref(hit),
            Self::Doubtful(hits) => hits,
            Self::Unmatched => &[],
        }
    }
}

/// An organization that a name may mean.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    /// The organization.
    pub id: i64,
    /// The name of it that is like the one asked for.
    pub name: String,
    /// Whether that is a name it once had.
    pub former: bool,
    /// How the two differ.
    pub why: Why,
}

/// How a written name differs from one that an organization bears, the smallest difference first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Why {
    /// Not at all, or by brackets, blanks, width, traditional characters.
    Same,
    /// By the way a limited company is written: 有限公司, 有限责任公司.
    Form,
    /// By its legal form: 股份有限公司 for 有限公司, none at all.
    Legal,
    /// By the region before or within it.
    Region,
    /// By being a branch of it.
    Branch,
    /// By one character: wrong, missing, too many, or two that changed places.
    OneOff,
}

impl Why {
    /// All of them with the words that are stored and looked up in texts.
    pub const WORDS: [(&'static str, Self); 6] = [
        ("same", Self::Same),
        ("form", Self::Form),
        ("legal", Self::Legal),
        ("region", Self::Region),
        ("branch", Self::Branch),
        ("one_off", Self::OneOff),
    ];

    /// The word.
    #[must_use]
    pub fn word(self) -> &'static str {
        let found = Self::WORDS.iter().find(|(_, why)| *why == self);
        found.map_or("", |(word, _)| word)
    }

    /// Whether nothing but the writing differs.
    #[must_use]
    pub fn certain(self) -> bool {
        matches!(self, Self::Same | Self::Form)
    }
}
