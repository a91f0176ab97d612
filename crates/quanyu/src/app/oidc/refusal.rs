//! Why somebody is not signed in by a provider. What exactly was wrong with a token is for the log: it tells a forger what to mend.

use quanyu_core::text::{Language, Text};

/// Why somebody is not signed in by a provider.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OidcRefusal {
    /// The file that names providers has a fault.
    #[error("the providers of sign-in cannot be read: {why}")]
    File {
        /// What is wrong.
        why: String,
    },
    /// The provider does not answer as one.
    #[error("the provider cannot be reached: {why}")]
    Away {
        /// The provider.
        provider: Text,
        /// What went wrong.
        why: String,
    },
    /// Nobody began this, or somebody else, or long ago, or it was used.
    #[error("no such trip")]
    Trip,
    /// The provider says no.
    #[error("the provider refused: {why}")]
    Denied {
        /// What it says.
        why: String,
    },
    /// A token that is not for us, not from the provider, not now or not for this trip.
    #[error("the provider's token does not hold: {why}")]
    Token {
        /// Which check.
        why: String,
    },
    /// A person without the credit code of an organization, or with one whose check digit does not fit.
    #[error("no credit code that holds")]
    NoCode,
}

impl OidcRefusal {
    /// The key in `messages.toml`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::File { .. } => "oidc_file",
            Self::Away { .. } => "oidc_away",
            Self::Trip => "oidc_trip",
            Self::Denied { .. } => "oidc_denied",
            Self::Token { .. } => "oidc_token",
            Self::NoCode => "oidc_no_code",
        }
    }

    /// The facts that the message names.
    #[must_use]
    pub fn facts(&self, language: Language) -> Vec<(&'static str, String)> {
        match self {
            Self::File { why } => vec![("why", why.clone())],
            Self::Away { provider, .. } => {
                vec![("provider", provider.get(language).to_owned())]
            }
            Self::Denied { why } => vec![("why", why.chars().take(80).collect())],
            Self::Trip | Self::Token { .. } | Self::NoCode => Vec::new(),
        }
    }
}
