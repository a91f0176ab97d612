//! Why a package is not made or not taken in.

use quanyu_core::text::Language;

/// Why something cannot be done with exchange packages.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ExchangeRefusal {
    /// It was never said which side this is.
    #[error("which side this is was never said")]
    NoSide,
    /// It was said already.
    #[error("this is the {side} side")]
    Side {
        /// Which it is.
        side: String,
    },
    /// Not the bytes of a whole package.
    #[error("not a whole package: {why}")]
    Damaged {
        /// What is wrong.
        why: String,
    },
    /// A signature that no trusted key made.
    #[error("signed by no key that is trusted: {key}")]
    Foreign {
        /// The key that it names.
        key: String,
    },
    /// A package for the other side, or of another district.
    #[error("the package goes from {from} to {to} of `{pack}`")]
    Elsewhere {
        /// Its sender.
        from: String,
        /// Its receiver.
        to: String,
        /// The pack.
        pack: String,
    },
    /// A package that comes too early.
    #[error("packages {missing} are missing")]
    Gap {
        /// The numbers.
        missing: String,
    },
    /// A package of a number that was taken in with other content, or on another one.
    #[error("package {number} is not the one that belongs here")]
    Fork {
        /// Its number.
        number: i64,
    },
    /// Something that no flow declares.
    #[error("`{what}` flows nowhere")]
    Undeclared {
        /// What.
        what: String,
    },
    /// Somebody else made the package at the same time.
    #[error("another package was made meanwhile")]
    Meanwhile,
    /// No key of the other side.
    #[error("no key of the other side is trusted")]
    NoKey,
}

impl ExchangeRefusal {
    /// The key in `messages.toml`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoSide => "exchange_no_side",
            Self::Side { .. } => "exchange_side",
            Self::Damaged { .. } => "exchange_damaged",
            Self::Foreign { .. } => "exchange_foreign",
            Self::Elsewhere { .. } => "exchange_elsewhere",
            Self::Gap { .. } => "exchange_gap",
            Self::Fork { .. } => "exchange_fork",
            Self::Undeclared { .. } => "exchange_undeclared",
            Self::Meanwhile => "exchange_meanwhile",
            Self::NoKey => "exchange_no_key",
        }
    }

    /// The facts that the message names.
    #[must_use]
    pub fn facts(&self, language: Language) -> Vec<(&'static str, String)> {
        let zh = language == Language::Zh;
        let said = |side: &str| match side {
            "inner" if zh => "内网".to_owned(),
            "outer" if zh => "外网".to_owned(),
            other => other.to_owned(),
        };
        match self {
            Self::NoSide | Self::Meanwhile | Self::NoKey => Vec::new(),
            Self::Side { side } => vec![("side", said(side))],
            Self::Damaged { why } => vec![("why", why.clone())],
            Self::Foreign { key } => vec![("key", key.clone())],
            Self::Elsewhere { from, to, pack } => vec![
                ("from", said(from)),
                ("to", said(to)),
                ("pack", pack.clone()),
            ],
            Self::Gap { missing } => vec![("missing", missing.clone())],
            Self::Fork { number } => vec![("number", number.to_string())],
            Self::Undeclared { what } => vec![("what", what.clone())],
        }
    }
}
