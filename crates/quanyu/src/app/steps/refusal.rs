//! Why a step is not taken.

use quanyu_core::text::{Language, Text};

/// Why a step is not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StepRefusal {
    /// The record is in a state that the step does not lead from.
    #[error("`{step}` does not lead from `{state}`")]
    WrongState {
        /// The step.
        step: Text,
        /// The record's state.
        state: Text,
    },
    /// Fields that must be known are not.
    #[error("`{step}` needs {}", names(fields, Language::Zh))]
    Missing {
        /// The step.
        step: Text,
        /// The fields.
        fields: Vec<Text>,
    },
    /// The step's condition does not hold.
    #[error("`{step}` needs `{guard}`")]
    Guard {
        /// The step.
        step: Text,
        /// The condition, with titles for the names of fields.
        guard: Text,
    },
    /// A role that may not take the step.
    #[error("`{role}` may not take `{step}`")]
    Role {
        /// The step.
        step: Text,
        /// The role.
        role: String,
    },
    /// Somebody who may not take the step with this record.
    #[error("`{step}` is taken by {}", names(roles, Language::Zh))]
    NotYours {
        /// The step.
        step: Text,
        /// Roles that may.
        roles: Vec<Text>,
    },
    /// Roles that are asked and have not answered.
    #[error("`{step}` waits for the opinion of {}", names(roles, Language::Zh))]
    Opinions {
        /// The step.
        step: Text,
        /// The roles.
        roles: Vec<Text>,
    },
    /// A step that needs words: one that sends back, or that goes against an opinion.
    #[error("`{step}` needs a reason")]
    NoReason {
        /// The step.
        step: Text,
    },
    /// A meeting's decision without its minutes.
    #[error("`{step}` needs number and day of the minutes")]
    NoMinutes {
        /// The step.
        step: Text,
    },
    /// A step on paper without the paper.
    #[error("`{step}` was taken on paper and has no scan")]
    NoScan {
        /// The step.
        step: Text,
    },
    /// A number that is not of the series.
    #[error("`{number}` is no number of `{series}`")]
    BadNumber {
        /// The number.
        number: String,
        /// The series.
        series: String,
    },
}

fn names(fields: &[Text], language: Language) -> String {
    let names: Vec<&str> = fields.iter().map(|it| it.get(language)).collect();
    names.join(match language {
        Language::Zh => "、",
        Language::En => ", ",
    })
}

impl StepRefusal {
    /// The key in `messages.toml`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::WrongState { .. } => "step_wrong_state",
            Self::Missing { .. } => "step_missing",
            Self::Guard { .. } => "step_guard",
            Self::Role { .. } => "step_role",
            Self::NotYours { .. } => "step_not_yours",
            Self::Opinions { .. } => "step_opinions",
            Self::NoReason { .. } => "step_no_reason",
            Self::NoMinutes { .. } => "step_no_minutes",
            Self::NoScan { .. } => "step_no_scan",
            Self::BadNumber { .. } => "step_bad_number",
        }
    }

    /// The facts that the message names.
    #[must_use]
    pub fn facts(&self, language: Language) -> Vec<(&'static str, String)> {
        let said = |it: &Text| it.get(language).to_owned();
        match self {
            Self::WrongState { step, state } => vec![("step", said(step)), ("state", said(state))],
            Self::Missing { step, fields } => {
                vec![("step", said(step)), ("fields", names(fields, language))]
            }
            Self::Guard { step, guard } => vec![("step", said(step)), ("guard", said(guard))],
            Self::Role { step, role } => vec![("step", said(step)), ("role", role.clone())],
            Self::NotYours { step, roles } | Self::Opinions { step, roles } => {
                vec![("step", said(step)), ("roles", names(roles, language))]
            }
            Self::NoScan { step } | Self::NoReason { step } | Self::NoMinutes { step } => {
                vec![("step", said(step))]
            }
            Self::BadNumber { number, series } => {
                vec![("number", number.clone()), ("series", series.clone())]
            }
        }
    }
}
