//! What can be wrong with a workbook.

use crate::{OfficeError, PackageError, secrecy::Mark};

/// Why a workbook could not be read. The texts for people are found by [`WorkbookError::code`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WorkbookError {
    /// The file could not be opened or read.
    #[error("cannot read the file: {0}")]
    Unreadable(String),
    /// Another kind of file.
    #[error("not a workbook but {found}")]
    NotAWorkbook {
        /// What it seems to be.
        found: &'static str,
    },
    /// Locked with a password.
    #[error("the workbook is locked with a password")]
    PasswordProtected,
    /// The end is missing.
    #[error("the file is cut off: {0}")]
    Truncated(String),
    /// The bytes contradict themselves.
    #[error("`{part}` is damaged: {reason}")]
    Damaged {
        /// The part of the file.
        part: String,
        /// What is wrong with it.
        reason: String,
    },
    /// Unpacks to more than any honest file.
    #[error("`{part}` unpacks to an absurd size")]
    Bomb {
        /// The part of the file.
        part: String,
    },
    /// More than is read.
    #[error("{found} {what}, more than the {limit} that are read")]
    TooLarge {
        /// Rows, columns, merged cells, bytes of text.
        what: &'static str,
        /// How many were found, at least.
        found: u64,
        /// How many are read.
        limit: u64,
    },
    /// No sheet of that name.
    #[error("no sheet `{asked}`; there are {}", sheets.join(", "))]
    NoSheet {
        /// The name asked for.
        asked: String,
        /// The names there are.
        sheets: Vec<String>,
    },
    /// No visible sheet holds anything.
    #[error("there is nothing in the workbook")]
    Empty,
    /// Rows, and none of them looks like a head.
    #[error("sheet `{sheet}` has no row that could be a head")]
    NoHead {
        /// The sheet.
        sheet: String,
    },
    /// The bytes are text in no encoding that is read.
    #[error("the text is neither UTF-8 nor GB18030 nor UTF-16")]
    Encoding,
    /// A cell or a page head bears a mark of secrecy.
    #[error("the workbook is marked {}", .0.text)]
    Secret(Mark),
    /// Needs LibreOffice, or it failed.
    #[error(transparent)]
    Office(#[from] OfficeError),
}

impl WorkbookError {
    /// The key of the texts for people.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unreadable(_) => "workbook_unreadable",
            Self::NotAWorkbook { .. } => "workbook_not_a_workbook",
            Self::PasswordProtected => "workbook_password",
            Self::Truncated(_) => "workbook_truncated",
            Self::Damaged { .. } => "workbook_damaged",
            Self::Bomb { .. } => "workbook_bomb",
            Self::TooLarge { .. } => "workbook_too_large",
            Self::NoSheet { .. } => "workbook_no_sheet",
            Self::Empty => "workbook_empty",
            Self::NoHead { .. } => "workbook_no_head",
            Self::Encoding => "workbook_encoding",
            Self::Secret(_) => "secret_file",
            Self::Office(OfficeError::NotInstalled { .. }) => "workbook_office_missing",
            Self::Office(_) => "workbook_office_failed",
        }
    }
}

impl From<PackageError> for WorkbookError {
    fn from(error: PackageError) -> Self {
        match error {
            PackageError::NoDirectory(reason) => Self::Truncated(reason),
            PackageError::Encrypted(_) => Self::PasswordProtected,
            PackageError::Missing(part) => Self::Damaged {
                part,
                reason: "missing".to_owned(),
            },
            PackageError::Bomb { part, .. } => Self::Bomb { part },
            PackageError::TooManyParts(found) => Self::TooLarge {
                what: "parts",
                found: found as u64,
                limit: 20_000,
            },
            PackageError::Damaged { part, reason } => Self::Damaged { part, reason },
            PackageError::Io(reason) => Self::Unreadable(reason),
        }
    }
}
