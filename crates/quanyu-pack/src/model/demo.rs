//! Demonstration data: how synthetic records are drawn, so that declared figures come out exactly.
//!
//! Owns the declarations; the drawing is an act of the application. All records are plainly made up (示例…).
//!
//! A block makes `count` records of a register. Fields are drawn independently unless they name another field.

use quanyu_core::{period::Period, text::Text};
use rust_decimal::Decimal;

use super::{At, Declared};

/// All demonstration data of a pack.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Demo {
    /// Seed of the random numbers: same seed, same district.
    pub seed: u64,
    /// Blocks in order of making; later ones may refer to records of earlier ones.
    pub rows: Vec<DemoRows>,
    /// Files as staff get them, made from the records.
    pub files: Vec<DemoFile>,
    /// The guided path: what a newcomer tries, in order.
    pub steps: Vec<DemoStep>,
    /// Who may sign in to the demonstration.
    pub accounts: Vec<DemoAccount>,
    /// The password of all of them: no secret, and no such account is served beyond one machine.
    pub password: Option<String>,
}

/// Somebody made up who may sign in to the demonstration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DemoAccount {
    /// The name that is typed.
    pub name: String,
    /// The name that people read.
    pub title: String,
    /// The role.
    pub role: String,
    /// The region, for a role whose scope is one.
    pub region: Option<String>,
    /// The organization by name or code, for a role whose scope is one; else the first there is.
    pub organization: Option<String>,
    /// Where it was declared.
    pub at: At,
}

/// A step of the guided path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DemoStep {
    /// What is done.
    pub title: Text,
    /// What there is to see, and why it matters.
    pub text: Text,
    /// Where it is done: `cockpit`, `indicator`, `register`, `read`, `check`, `compare`, `appraisal`, `tasks`, `renew` or `writing`.
    pub room: String,
    /// The indicator or register that is opened, where the room is one.
    pub of: Option<String>,
    /// The file that is dropped there, one of [`Demo::files`].
    pub file: Option<String>,
    /// The period shown; without one, the reader's.
    pub period: Option<Period>,
    /// Where it was declared.
    pub at: At,
}

/// A block of records.
#[derive(Clone, Debug, PartialEq)]
pub struct DemoRows {
    /// The register.
    pub register: String,
    /// A name for the block, so that later ones can draw from just these records.
    pub name: Option<String>,
    /// How many.
    pub count: u32,
    /// How each field is made; a field not named stays empty.
    pub fields: Vec<DemoField>,
    /// Sums that must come out exactly.
    pub totals: Vec<DemoTotal>,
    /// Where it was declared.
    pub at: At,
}

/// How a field is made.
#[derive(Clone, Debug, PartialEq)]
pub struct DemoField {
    /// The field.
    pub field: String,
    /// The drawing.
    pub draw: DemoDraw,
    /// Where it was declared.
    pub at: At,
}

/// A way to make values.
#[derive(Clone, Debug, PartialEq)]
pub enum DemoDraw {
    /// `set = …`: the same for all, parsed as a workbook cell would be.
    Set(String),
    /// `list = […]`: in turn; must hold `count` values (for small, hand-written blocks), or be used cyclically with `cycle = true`.
    List {
        /// The values.
        values: Vec<String>,
        /// Start again at the end.
        cycle: bool,
    },
    /// `pattern = "示例{a}{b}有限公司"` with `words.a = […]`; `{n}` is the record's number in its block from 1, `{n:04}` padded.
    Pattern {
        /// The text with braces.
        pattern: String,
        /// Words by brace.
        words: Vec<(String, Vec<String>)>,
    },
    /// `choice = { a = 3, b = 1 }`: by weight; with `exact = true` the counts follow the weights exactly (largest remainder), shuffled.
    Choice {
        /// Values and weights.
        weights: Vec<(String, Decimal)>,
        /// Exact proportions instead of chance.
        exact: bool,
    },
    /// `spread = { min, median, max }`: a right-skewed number (log-normal, clipped), rounded to `digits`.
    Spread {
        /// Smallest.
        min: Decimal,
        /// Half of the values are below.
        median: Decimal,
        /// Largest.
        max: Decimal,
        /// Decimals.
        digits: u32,
    },
    /// `between = [low, high]`: an even whole number.
    Between(i64, i64),
    /// `day = { from, to, months = [12 weights] }`: a working day.
    Day {
        /// First day, ISO.
        from: String,
        /// Last day, ISO.
        to: String,
        /// Weight of each month of the span's years; empty: even.
        months: Vec<Decimal>,
    },
    /// `ago = [low, high]`: a working day so many days before the day on which the data are made; below zero after it. For
    /// what is late or near only as seen from today.
    Ago(i64, i64),
    /// `after = { field, days = [low, high] }`: a day after another field's day.
    After {
        /// The field with the day.
        field: String,
        /// Least and most days.
        days: (i64, i64),
    },
    /// `record = { of = "register or block", distinct = true }`: a record made before.
    Record {
        /// Register or block name.
        of: String,
        /// No record twice within the block.
        distinct: bool,
    },
    /// `copy = { from = "field with a reference", field = "region" }`: a value of the record referred to.
    Copy {
        /// The reference field.
        from: String,
        /// The field of that record.
        field: String,
    },
    /// `uscc = true`: a credit code with a right check digit in the synthetic region 990000.
    Uscc,
}

/// A sum that must come out exactly: the drawn values are scaled, the remainder goes to the largest.
#[derive(Clone, Debug, PartialEq)]
pub struct DemoTotal {
    /// The number or money field.
    pub field: String,
    /// The sum, as a workbook cell would hold it.
    pub total: Declared<String>,
}

/// A file as staff get it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DemoFile {
    /// File name.
    pub name: String,
    /// `names_docx`, `street_xlsx`, `bulletin_pdf`, `draft_docx`, `summary_docx`.
    pub kind: String,
    /// The text of a document: a template with `{indicator@period}` places, one paragraph a line.
    pub text: String,
    /// Register the rows come from (`names_docx`, `street_xlsx`).
    pub register: Option<String>,
    /// Most rows.
    pub limit: u32,
    /// Errors planted: text to find, text instead.
    pub errors: Vec<DemoCorrection>,
    /// Where it was declared.
    pub at: At,
}

/// A planted error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DemoCorrection {
    /// What the text would say.
    pub right: String,
    /// What it says instead.
    pub wrong: String,
}
