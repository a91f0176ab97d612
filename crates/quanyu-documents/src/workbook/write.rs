//! Rows into workbooks: exports, templates to fill in, reports of what is wrong with an import.
//!
//! Owns how a sheet looks: formats by type, widths, frozen head, printing on A4. Leaves which columns there are and what
//! they are called to the caller.
//!
//! Invariant: rows are written as they come, not held; no digit is lost (what a spreadsheet cannot hold is text).
//!
//! Start reading at [`XlsxWriter`].

mod csv_file;
mod form;
mod look;
mod problems;
mod request;
mod template;
mod xlsx_file;

use jiff::civil::DateTime;
use quanyu_core::text::Language;

pub use csv_file::CsvWriter;
pub use form::{Group, form};
pub use problems::{Fault, ProblemBook};
pub use request::{Asked, HIDDEN, Request, request};
pub use template::template;
pub use xlsx_file::XlsxWriter;

/// What a column holds, which decides its format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Kind {
    /// Text and codes; digits stay as they are, zeros in front too.
    Text,
    /// Long text, wrapped.
    LongText,
    /// Whole numbers.
    Integer,
    /// Numbers with so many decimals.
    Decimal(u8),
    /// Money in yuan, two decimals.
    Money,
    /// A share; the value is the fraction.
    Percent,
    /// A day.
    Date,
    /// A moment.
    DateTime,
    /// 是 or 否.
    YesNo,
}

/// A column to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// The head, its unit included where it has one: `合同额（万元）`.
    pub header: String,
    /// What it holds.
    pub kind: Kind,
    /// What to type, for the template.
    pub hint: Option<String>,
    /// The values allowed, for the template; empty means any.
    pub choices: Vec<String>,
    /// Whether it must be filled in.
    pub required: bool,
}

impl Field {
    /// An optional column without hint or choices.
    #[must_use]
    pub fn new(header: impl Into<String>, kind: Kind) -> Self {
        Self {
            header: header.into(),
            kind,
            hint: None,
            choices: Vec::new(),
            required: false,
        }
    }
}

/// What is true of a whole workbook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Book {
    /// Name of the sheet; characters that a sheet name cannot have are replaced.
    pub title: String,
    /// When it was made: stands in the properties, so that equal input gives equal bytes.
    pub made_at: DateTime,
    /// The language of what we add ourselves (是/否, 填报说明).
    pub language: Language,
}

/// Why a workbook could not be written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WriteError {
    /// The workbook could not be put together.
    #[error("cannot write the workbook: {0}")]
    Workbook(#[from] rust_xlsxwriter::XlsxError),
    /// The csv could not be put together.
    #[error("cannot write the csv: {0}")]
    Csv(#[from] csv::Error),
    /// The disk or the connection gave out.
    #[error("cannot write: {0}")]
    Io(#[from] std::io::Error),
}

impl WriteError {
    /// The key of the texts for people.
    #[must_use]
    pub fn code(&self) -> &'static str {
        "workbook_not_written"
    }
}
