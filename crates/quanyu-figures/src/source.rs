//! Where rows come from: the door that the application opens to the store.
//!
//! Owns [`Source`] and what passes through it. Leaves SQL to the store and Arrow to [`crate::table`].
//!
//! Invariant: everything that one [`Source::read`] delivers is at one change sequence, the one it returns.

use async_trait::async_trait;
use quanyu_core::columns::{ColumnBatch, ColumnSpec};

/// Rows of registers as of the last change.
#[async_trait]
pub trait Source: Send + Sync {
    /// The sequence of the last change.
    async fn head(&self) -> Result<i64, SourceError>;

    /// Delivers what each of `wants` asks for, in any order and in batches of any size, all read in one transaction.
    /// The return is the change sequence at which they were read.
    async fn read(&self, wants: &[Want], sink: &mut Sink<'_>) -> Result<i64, SourceError>;

    /// What tells this history from any other at a sequence: two sources with the same seal had the same rows then. `None`
    /// where nothing does: then no rows are kept from one start to the next.
    async fn seal(&self, _sequence: i64) -> Result<Option<String>, SourceError> {
        Ok(None)
    }
}

/// Takes the pieces of a reading; the number is an index into the wants.
pub type Sink<'a> = dyn FnMut(usize, Piece) -> Result<(), SourceError> + Send + 'a;

/// What is asked of one table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Want {
    /// A register's id, or `register_lines` for its lines: the table's name in the store without `r_`.
    pub table: String,
    /// The columns besides `id`, in the order in which the batches are to hold them.
    pub columns: Vec<ColumnSpec>,
    /// Only records changed after this sequence, with the ids of those removed since; `None`: all that are not removed.
    pub since: Option<i64>,
}

/// A piece of what was asked for.
#[derive(Clone, Debug, PartialEq)]
pub enum Piece {
    /// Records as they are now.
    Rows(ColumnBatch),
    /// Ids of records that are no longer there.
    Removed(Vec<i64>),
}

/// The store could not deliver.
#[derive(Debug, thiserror::Error)]
#[error("rows could not be read: {0}")]
pub struct SourceError(#[from] pub Box<dyn std::error::Error + Send + Sync>);

impl SourceError {
    /// From a sentence.
    #[must_use]
    pub fn told(text: impl Into<String>) -> Self {
        Self(text.into().into())
    }
}
