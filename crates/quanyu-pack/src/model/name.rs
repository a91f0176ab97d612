//! Names as documents have to write them.

use quanyu_core::text::Text;

use super::{At, Declared};

/// A standard name (标准名称): of a meeting, a plan, a body, or a term of the trade.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StandardName {
    /// Identifier.
    pub id: String,
    /// What is named.
    pub kind: NameKind,
    /// How it is written in full.
    pub standard: Declared<String>,
    /// Short forms that may stand as well.
    pub short: Vec<Declared<String>>,
    /// Forms that are wrong.
    pub wrong: Vec<Declared<String>>,
    /// Words that hold a wrong form and are right.
    pub unless: Vec<Declared<String>>,
    /// Whether the wrong forms are damage of texts (讨论院 for 研究院) rather than other names.
    pub damage: bool,
    /// Where the standard form is from.
    pub source: Text,
    /// Where it was declared.
    pub at: At,
}

/// What a standard name names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum NameKind {
    /// A meeting or congress.
    Meeting,
    /// A plan or strategy.
    Plan,
    /// A body, an office, an institution.
    Body,
    /// A term.
    #[default]
    Term,
}
