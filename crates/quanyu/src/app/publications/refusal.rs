//! Why something cannot be published, objected to, or end.

use quanyu_core::text::{Language, Text};

/// Why something cannot be done with a publication.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PublicationRefusal {
    /// No record to be shown.
    #[error("no record is chosen")]
    Empty,
    /// More records than people read.
    #[error("more than {most} records")]
    TooMany {
        /// The bound.
        most: usize,
    },
    /// A record in a state that is not published.
    #[error("`{record}` is at `{}`", state.get(Language::En))]
    State {
        /// The record.
        record: String,
        /// Its state.
        state: Text,
    },
    /// A record that stands in another publication.
    #[error("`{record}` stands in publication {publication}")]
    Elsewhere {
        /// The record.
        record: String,
        /// The other one.
        publication: i64,
    },
    /// A publication that is somewhere else.
    #[error("the publication is {standing}")]
    Standing {
        /// Where it is.
        standing: &'static str,
    },
    /// A year without a calendar of working days.
    #[error("no calendar for {year}")]
    Calendar {
        /// The year.
        year: i16,
    },
    /// A record that changed while the text was made.
    #[error("`{record}` was changed meanwhile")]
    Changed {
        /// The record.
        record: String,
    },
    /// A window that has not passed.
    #[error("the window runs until {until}")]
    Running {
        /// Its last day.
        until: String,
    },
    /// Objections that are not answered.
    #[error("{count} objections are open")]
    Objections {
        /// How many.
        count: i64,
    },
    /// A record that cannot take the step it goes on with.
    #[error("`{record}` does not go on: {why}")]
    NotOn {
        /// The record.
        record: String,
        /// Why, in Chinese.
        zh: String,
        /// Why, in English.
        why: String,
    },
    /// A step that waits for a publication.
    #[error("`{}` waits for a publication", step.get(Language::En))]
    Unpublished {
        /// The step.
        step: Text,
    },
    /// An objection outside the days in which they are taken.
    #[error("objections are taken from {from} to {to}")]
    Closed {
        /// First day.
        from: String,
        /// Last day.
        to: String,
    },
    /// An objection that lacks something.
    #[error("the objection lacks {what}")]
    Lacks {
        /// What.
        what: &'static str,
    },
    /// More objections than anybody reads on a page.
    #[error("too many objections")]
    Full,
}

impl PublicationRefusal {
    /// The key in `messages.toml`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Empty => "publication_empty",
            Self::TooMany { .. } => "publication_too_many",
            Self::State { .. } => "publication_state",
            Self::Elsewhere { .. } => "publication_elsewhere",
            Self::Standing { .. } => "publication_standing",
            Self::Calendar { .. } => "publication_calendar",
            Self::Changed { .. } => "publication_changed",
            Self::Running { .. } => "publication_running",
            Self::Objections { .. } => "publication_objections",
            Self::NotOn { .. } => "publication_not_on",
            Self::Unpublished { .. } => "publication_unpublished",
            Self::Closed { .. } => "objection_closed",
            Self::Lacks { .. } => "objection_lacks",
            Self::Full => "objection_full",
        }
    }

    /// The facts that the message names.
    #[must_use]
    pub fn facts(&self, language: Language) -> Vec<(&'static str, String)> {
        let zh = language == Language::Zh;
        match self {
            Self::Empty | Self::Full => Vec::new(),
            Self::TooMany { most } => vec![("most", most.to_string())],
            Self::State { record, state } => vec![
                ("record", record.clone()),
                ("state", state.get(language).to_owned()),
            ],
            Self::Elsewhere {
                record,
                publication,
            } => vec![
                ("record", record.clone()),
                ("publication", publication.to_string()),
            ],
            Self::Standing { standing } => vec![("standing", said(standing, zh).to_owned())],
            Self::Calendar { year } => vec![("year", year.to_string())],
            Self::Changed { record } => vec![("record", record.clone())],
            Self::Running { until } => vec![("until", until.clone())],
            Self::Objections { count } => vec![("count", count.to_string())],
            Self::NotOn { record, zh: a, why } => vec![
                ("record", record.clone()),
                ("why", if zh { a.clone() } else { why.clone() }),
            ],
            Self::Unpublished { step } => vec![("step", step.get(language).to_owned())],
            Self::Closed { from, to } => vec![("from", from.clone()), ("to", to.clone())],
            Self::Lacks { what } => vec![("what", said(what, zh).to_owned())],
        }
    }
}

/// Words of ours as people say them.
fn said(word: &'static str, zh: bool) -> &'static str {
    match (word, zh) {
        ("draft", true) => "草稿",
        ("running", true) => "公示中",
        ("settled", true) => "已办结",
        ("withdrawn", true) => "已撤下",
        ("name", true) => "姓名或单位名称",
        ("phone", true) => "联系电话",
        ("content", true) => "异议内容（10至2000字）",
        ("content", false) => "what is objected, 10 to 2,000 characters",
        ("phone", false) => "a telephone number",
        (word, _) => word,
    }
}
