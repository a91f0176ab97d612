//! Why the index cannot be read or written.

/// What went wrong with the index; nothing is lost by it, the store has everything.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SearchError {
    /// Another process writes into the folder.
    #[error("another process writes into the search index")]
    Busy,
    /// The folder cannot be used.
    #[error("the folder of the search index: {0}")]
    Folder(#[from] std::io::Error),
    /// The index cannot be read or written.
    #[error("the search index: {0}")]
    Engine(tantivy::TantivyError),
}

impl SearchError {
    /// The key in `messages.toml`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Busy => "search_busy",
            Self::Folder(_) => "search_folder",
            Self::Engine(_) => "search_engine",
        }
    }
}

impl From<tantivy::TantivyError> for SearchError {
    fn from(error: tantivy::TantivyError) -> Self {
        use tantivy::{TantivyError, directory::error::LockError};
        match error {
            TantivyError::LockFailure(LockError::LockBusy, _) => Self::Busy,
            other => Self::Engine(other),
        }
    }
}
