//! 业务台账: lists and records, for reading.

use quanyu_core::text::Text;

/// A register in the list of registers.
#[derive(Clone, Debug)]
pub struct RegisterView {
    /// Identifier.
    pub id: String,
    /// What it is called.
    pub title: Text,
    /// Room it stands in (id and title).
    pub module: (String, Text),
    /// Records, not counting removed ones.
    pub count: u64,
    /// Where the data come from.
    pub source: Option<String>,
}

/// What a list is asked for.
#[derive(Clone, Debug, Default)]
pub struct ListWish {
    /// Columns by field id; empty: the pack's first ones.
    pub columns: Vec<String>,
    /// Conditions: field, operator (`is`, `has`, `from`, `to`), text as people type it.
    pub filters: Vec<(String, String, String)>,
    /// Field to sort by; `None` is by id.
    pub sort: Option<String>,
    /// From the largest down.
    pub descending: bool,
    /// The cursor of the page before.
    pub after: Option<String>,
    /// Rows a page, at most 500.
    pub limit: u32,
}

/// A page of a register.
#[derive(Clone, Debug)]
pub struct ListPage {
    /// The register.
    pub register: RegisterView,
    /// All fields that could be shown: id, title, whether it is shown, type word.
    pub fields: Vec<FieldHead>,
    /// Rows.
    pub rows: Vec<ListRow>,
    /// Sums of the number columns shown, over all rows that the filters let through, as shown; `None` for other columns.
    pub totals: Vec<Option<String>>,
    /// Rows that the filters let through.
    pub count: u64,
    /// Start of the next page.
    pub next: Option<String>,
    /// Conditions that could not be understood: field and why, in words.
    pub faults: Vec<(String, String)>,
}

/// A column's head.
#[derive(Clone, Debug)]
pub struct FieldHead {
    /// Field id.
    pub id: String,
    /// What it is called.
    pub title: Text,
    /// Unit in the head, such as 万元.
    pub unit: Option<String>,
    /// Type word of the pack (`money`, `date` …).
    pub kind: &'static str,
    /// Whether it is among the columns shown.
    pub shown: bool,
    /// Right-aligned.
    pub number: bool,
    /// Choices of a code field: code and title.
    pub choices: Vec<(String, Text)>,
}

/// A row of a list.
#[derive(Clone, Debug)]
pub struct ListRow {
    /// Record id.
    pub id: i64,
    /// Cells in the order of the columns shown.
    pub cells: Vec<Cell>,
}

/// A cell as shown.
#[derive(Clone, Debug, Default)]
pub struct Cell {
    /// As people read it; "—" where unknown.
    pub said: String,
    /// The record it refers to.
    pub link: Option<(String, i64)>,
}

/// A record with everything about it.
#[derive(Clone, Debug)]
pub struct RecordPage {
    /// The register.
    pub register: RegisterView,
    /// Record id.
    pub id: i64,
    /// What it is called.
    pub label: String,
    /// Version, 1 for the first.
    pub version: i64,
    /// State and its title, where the register has a lifecycle.
    pub state: Option<(String, Text)>,
    /// Fields and cells.
    pub fields: Vec<(FieldHead, Cell)>,
    /// Lines: title, heads, rows.
    pub lines: Vec<(Text, Vec<FieldHead>, Vec<Vec<Cell>>)>,
    /// Every change, newest first.
    pub history: Vec<ChangeView>,
    /// Records that refer to this one: register, title, count, and the first few (id, label).
    pub related: Vec<Related>,
    /// Whether it was removed.
    pub removed: bool,
}

/// Records of one register that refer to a record.
#[derive(Clone, Debug)]
pub struct Related {
    /// Register id.
    pub register: String,
    /// Its title.
    pub title: Text,
    /// The field that refers.
    pub field: String,
    /// How many.
    pub count: u64,
    /// The first few.
    pub first: Vec<(i64, String)>,
}

/// One change of a record.
#[derive(Clone, Debug)]
pub struct ChangeView {
    /// Its number in the chain.
    pub sequence: i64,
    /// Who.
    pub actor: String,
    /// When, as shown in Asia/Shanghai.
    pub at: String,
    /// What was done, as a message code such as `record.create`.
    pub act: String,
    /// Field, before, after, as shown.
    pub fields: Vec<(Text, String, String)>,
}
