//! Why something on the firms' side is not taken.

use quanyu_core::text::{Language, Text};

/// Why something on the firms' side is not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FilingRefusal {
    /// Somebody who acts for no such organization.
    #[error("acts for no such organization")]
    NoFirm,
    /// No call for it is open today.
    #[error("no call for `{}` is open", .filing.get(Language::En))]
    NotOpen {
        /// The filing.
        filing: Text,
    },
    /// Numbers that differ much from the year before, without a reason.
    #[error("`{}` moved by more than {percent}% without a reason", names(.fields, Language::En))]
    Jump {
        /// The fields.
        fields: Vec<Text>,
        /// Percent.
        percent: i64,
        /// The field that takes the reason.
        reason: Text,
    },
    /// An agency that is nobody, or the firm itself.
    #[error("`{name}` is no agency")]
    NoAgency {
        /// What was typed.
        name: String,
    },
    /// A mandate for nothing.
    #[error("a mandate names what it is for")]
    NoMatter,
    /// Days of a mandate that do not fit.
    #[error("a mandate ends after it begins, within {days} days")]
    BadTerm {
        /// Days at most.
        days: i64,
    },
    /// What an agency cannot do for a firm.
    #[error("an agency cannot do this for a firm")]
    Mandated,
}

impl FilingRefusal {
    /// The key in `messages.toml`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoFirm => "filing_no_firm",
            Self::NotOpen { .. } => "filing_not_open",
            Self::Jump { .. } => "filing_jump",
            Self::NoAgency { .. } => "mandate_no_agency",
            Self::NoMatter => "mandate_no_matter",
            Self::BadTerm { .. } => "mandate_bad_term",
            Self::Mandated => "mandate_not_for_agencies",
        }
    }

    /// The facts that the message names.
    #[must_use]
    pub fn facts(&self, language: Language) -> Vec<(&'static str, String)> {
        match self {
            Self::NotOpen { filing } => vec![("filing", filing.get(language).to_owned())],
            Self::Jump {
                fields,
                percent,
                reason,
            } => vec![
                ("fields", names(fields, language)),
                ("percent", percent.to_string()),
                ("reason", reason.get(language).to_owned()),
            ],
            Self::NoAgency { name } => vec![("name", name.clone())],
            Self::BadTerm { days } => vec![("days", days.to_string())],
            Self::NoFirm | Self::NoMatter | Self::Mandated => Vec::new(),
        }
    }
}

fn names(fields: &[Text], language: Language) -> String {
    let names: Vec<&str> = fields.iter().map(|it| it.get(language)).collect();
    match language {
        Language::Zh => names.join("、"),
        Language::En => names.join(", "),
    }
}
