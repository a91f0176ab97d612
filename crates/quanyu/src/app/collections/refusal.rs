//! Why a request is not made, answered or confirmed.

use quanyu_core::text::{Language, Text};

/// Why a request is not made, answered or confirmed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CollectionRefusal {
    /// Nothing is asked.
    #[error("nothing is asked")]
    NoItems,
    /// Nobody is asked.
    #[error("nobody is asked")]
    NoParties,
    /// A day that cannot be told because the calendar ends before it.
    #[error("the calendar does not reach {within} working days from {day}")]
    NoCalendar {
        /// Working days.
        within: u32,
        /// From when.
        day: String,
    },
    /// Indicators are of regions, not of firms.
    #[error("indicators cannot be asked of organizations")]
    FirmsHaveRows,
    /// Fields without which a new record cannot be told from others.
    #[error("new rows need {}", names(fields, Language::En))]
    KeyMissing {
        /// The fields.
        fields: Vec<Text>,
    },
    /// Everything that is asked is known.
    #[error("the registers hold all {cells} cells")]
    AllHeld {
        /// How many.
        cells: usize,
    },
    /// More rows than are asked of one party.
    #[error("`{party}` would be asked for {rows} rows, more than {most}")]
    TooLong {
        /// The party.
        party: String,
        /// Rows.
        rows: usize,
        /// How many there may be.
        most: usize,
    },
    /// A request or part that takes no answers any more.
    #[error("`{title}` takes no answers any more")]
    Closed {
        /// The request.
        title: String,
    },
    /// A part that has not been reported.
    #[error("`{party}` has not reported")]
    NotReported {
        /// The party.
        party: String,
    },
    /// A workbook that was not made for a request.
    #[error("`{file}` was not made for a request")]
    NoId {
        /// The file.
        file: String,
    },
    /// A workbook of another request.
    #[error("`{file}` belongs to `{title}`")]
    OtherRequest {
        /// The file.
        file: String,
        /// The request that it belongs to.
        title: String,
    },
    /// A workbook whose columns were changed.
    #[error("`{file}` lacks the column `{column}`")]
    HeadChanged {
        /// The file.
        file: String,
        /// The column.
        column: String,
    },
    /// A field that got a value while it was asked for.
    #[error("`{label}` holds `{field}` meanwhile")]
    Moved {
        /// The record.
        label: String,
        /// The field.
        field: Text,
    },
    /// A reason for sending back that is missing.
    #[error("no reason for sending back")]
    NoRemark,
}

fn names(fields: &[Text], language: Language) -> String {
    let names: Vec<&str> = fields.iter().map(|it| it.get(language)).collect();
    names.join(if language == Language::Zh {
        "、"
    } else {
        ", "
    })
}

impl CollectionRefusal {
    /// The key in `messages.toml`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoItems => "collection_no_items",
            Self::NoParties => "collection_no_parties",
            Self::NoCalendar { .. } => "collection_no_calendar",
            Self::FirmsHaveRows => "collection_firms_have_rows",
            Self::KeyMissing { .. } => "collection_key_missing",
            Self::AllHeld { .. } => "collection_all_held",
            Self::TooLong { .. } => "collection_too_long",
            Self::Closed { .. } => "collection_closed",
            Self::NotReported { .. } => "collection_not_reported",
            Self::NoId { .. } => "collection_no_id",
            Self::OtherRequest { .. } => "collection_other_request",
            Self::HeadChanged { .. } => "collection_head_changed",
            Self::Moved { .. } => "collection_moved",
            Self::NoRemark => "collection_no_remark",
        }
    }

    /// The facts that the message names.
    #[must_use]
    pub fn facts(&self, language: Language) -> Vec<(&'static str, String)> {
        match self {
            Self::NoItems | Self::NoParties | Self::FirmsHaveRows | Self::NoRemark => Vec::new(),
            Self::NoCalendar { within, day } => {
                vec![("within", within.to_string()), ("day", day.clone())]
            }
            Self::KeyMissing { fields } => vec![("fields", names(fields, language))],
            Self::AllHeld { cells } => vec![("cells", cells.to_string())],
            Self::TooLong { party, rows, most } => vec![
                ("party", party.clone()),
                ("rows", rows.to_string()),
                ("most", most.to_string()),
            ],
            Self::Closed { title } => vec![("title", title.clone())],
            Self::NotReported { party } => vec![("party", party.clone())],
            Self::NoId { file } => vec![("file", file.clone())],
            Self::OtherRequest { file, title } => {
                vec![("file", file.clone()), ("title", title.clone())]
            }
            Self::HeadChanged { file, column } => {
                vec![("file", file.clone()), ("column", column.clone())]
            }
            Self::Moved { label, field } => vec![
                ("label", label.clone()),
                ("field", field.get(language).to_owned()),
            ],
        }
    }
}
