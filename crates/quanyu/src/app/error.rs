//! Why an act was refused or could not be done.

use quanyu_core::text::Language;

/// A refusal or failure, with facts. People read it by [`AppError::code`] from `messages.toml`.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AppError {
    /// No such register, indicator, record, document or region.
    #[error("no {kind} `{id}`")]
    NotFound {
        /// What kind of thing.
        kind: &'static str,
        /// What was asked for.
        id: String,
    },
}

impl AppError {
    /// The key in `messages.toml`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotFound { .. } => "not_found",
        }
    }

    /// The facts that the message names.
    #[must_use]
    pub fn facts(&self, _language: Language) -> Vec<(&'static str, String)> {
        match self {
            Self::NotFound { kind, id } => vec![("kind", (*kind).to_owned()), ("id", id.clone())],
        }
    }
}
