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
        /// The condition as the pack writes it.
        guard: String,
    },
    /// A role that may not take the step.
    #[error("`{role}` may not take `{step}`")]
    Role {
        /// The step.
        step: Text,
        /// The role.
        role: String,
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
            Self::Guard { step, guard } => vec![("step", said(step)), ("guard", guard.clone())],
            Self::Role { step, role } => vec![("step", said(step)), ("role", role.clone())],
            Self::NoScan { step } => vec![("step", said(step))],
            Self::BadNumber { number, series } => {
                vec![("number", number.clone()), ("series", series.clone())]
            }
        }
    }
}
