//! Why nothing is done with a list.

use quanyu_core::text::Language;

/// Why nothing is done with a list.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ListRefusal {
    /// The pack declares no register for what is to be done.
    #[error("no register plays `{part}`")]
    NoPart {
        /// The part.
        part: &'static str,
    },
    /// Nothing in the file or text is a name.
    #[error("`{source_name}` holds no names")]
    NoNames {
        /// The file, or what was pasted.
        source_name: String,
    },
    /// More rows than a list may have.
    #[error("{rows} rows, more than {most}")]
    TooLong {
        /// How many there are.
        rows: usize,
        /// How many there may be.
        most: usize,
    },
    /// A name typed for an organization that nobody or several bear.
    #[error("{found} organizations are called `{name}`")]
    NotOne {
        /// What was typed.
        name: String,
        /// How many bear it.
        found: usize,
    },
    /// Rows that have to be settled before something is written of all of them.
    #[error("no row of the list is matched")]
    NothingMatched,
    /// An import that was not written from the list.
    #[error("batch {batch} was not written from this list")]
    OtherBatch {
        /// The batch.
        batch: i64,
    },
}

impl ListRefusal {
    /// The key in `messages.toml`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoPart { .. } => "list_no_part",
            Self::NoNames { .. } => "list_no_names",
            Self::TooLong { .. } => "list_too_long",
            Self::NotOne { found: 0, .. } => "list_nobody",
            Self::NotOne { .. } => "list_several",
            Self::NothingMatched => "list_nothing_matched",
            Self::OtherBatch { .. } => "list_other_batch",
        }
    }

    /// The facts that the message names.
    #[must_use]
    pub fn facts(&self, _: Language) -> Vec<(&'static str, String)> {
        match self {
            Self::NoPart { part } => vec![("part", (*part).to_owned())],
            Self::NoNames { source_name } => vec![("source", source_name.clone())],
            Self::TooLong { rows, most } => {
                vec![("rows", rows.to_string()), ("most", most.to_string())]
            }
            Self::NotOne { name, found } => {
                vec![("name", name.clone()), ("found", found.to_string())]
            }
            Self::NothingMatched => Vec::new(),
            Self::OtherBatch { batch } => vec![("batch", batch.to_string())],
        }
    }
}
