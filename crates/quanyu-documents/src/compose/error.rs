//! Why a document could not be composed.

/// Why a document could not be composed. Where a template is at fault, `line` is its line, from 1.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ComposeError {
    /// The template cannot be read, or does something that is not possible.
    #[error("{template}:{line}: {reason}")]
    Template {
        /// The template.
        template: String,
        /// Its line.
        line: usize,
        /// What the template engine said.
        reason: String,
    },
    /// No indicator of that name.
    #[error("{template}:{line}: no indicator `{indicator}`; nearest: {}", near.join(", "))]
    UnknownIndicator {
        /// The template.
        template: String,
        /// Its line.
        line: usize,
        /// What was asked for.
        indicator: String,
        /// Names like it.
        near: Vec<String>,
    },
    /// Nothing is known to print.
    #[error("{template}:{line}: no {measure} of `{indicator}` ({title}) for {period}")]
    NoValue {
        /// The template.
        template: String,
        /// Its line.
        line: usize,
        /// The indicator.
        indicator: String,
        /// What it is called.
        title: String,
        /// The measure.
        measure: &'static str,
        /// The period, as people say it.
        period: String,
    },
    /// Whatever number were printed, the idiom would claim something false.
    #[error(
        "{template}:{line}: `{idiom}` is not true of `{indicator}` ({title}), which is {found}"
    )]
    NotTrue {
        /// The template.
        template: String,
        /// Its line.
        line: usize,
        /// The indicator.
        indicator: String,
        /// What it is called.
        title: String,
        /// The idiom.
        idiom: String,
        /// What is true instead.
        found: String,
    },
    /// The text that came out breaks a rule of the document.
    #[error("{template}: {rule}: {found}")]
    Rule {
        /// The template.
        template: String,
        /// The rule's code.
        rule: &'static str,
        /// What was found.
        found: String,
    },
    /// Answers lead to ever new questions.
    #[error("{template}: after {rounds} rounds figures are still asked for")]
    Endless {
        /// The template.
        template: String,
        /// How many rounds.
        rounds: usize,
    },
}

impl ComposeError {
    /// The key of the texts for people.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Template { .. } => "compose_template",
            Self::UnknownIndicator { .. } => "compose_unknown_indicator",
            Self::NoValue { .. } => "compose_no_value",
            Self::NotTrue { .. } => "compose_not_true",
            Self::Rule { .. } => "compose_rule",
            Self::Endless { .. } => "compose_endless",
        }
    }

    /// The facts that the texts for people name.
    #[must_use]
    pub fn facts(&self) -> Vec<(&'static str, String)> {
        let near = |near: &[String]| match near {
            [] => String::new(),
            _ => near.join("、"),
        };
        match self {
            Self::Template {
                template,
                line,
                reason,
            } => vec![
                ("template", template.clone()),
                ("line", line.to_string()),
                ("reason", reason.clone()),
            ],
            Self::UnknownIndicator {
                template,
                line,
                indicator,
                near: names,
            } => vec![
                ("template", template.clone()),
                ("line", line.to_string()),
                ("indicator", indicator.clone()),
                ("near", near(names)),
            ],
            Self::NoValue {
                template,
                line,
                indicator,
                title,
                measure,
                period,
            } => vec![
                ("template", template.clone()),
                ("line", line.to_string()),
                ("indicator", indicator.clone()),
                ("title", title.clone()),
                ("measure", (*measure).to_owned()),
                ("period", period.clone()),
            ],
            Self::NotTrue {
                template,
                line,
                indicator,
                title,
                idiom,
                found,
            } => vec![
                ("template", template.clone()),
                ("line", line.to_string()),
                ("indicator", indicator.clone()),
                ("title", title.clone()),
                ("idiom", idiom.clone()),
                ("found", found.clone()),
            ],
            Self::Rule {
                template,
                rule,
                found,
            } => vec![
                ("template", template.clone()),
                ("rule", (*rule).to_owned()),
                ("found", found.clone()),
            ],
            Self::Endless { template, rounds } => vec![
                ("template", template.clone()),
                ("rounds", rounds.to_string()),
            ],
        }
    }
}
