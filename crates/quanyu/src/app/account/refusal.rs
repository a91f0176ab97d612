//! Why an act on an account was refused.

use quanyu_core::{access::Office, text::Language};

/// A refusal.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AccountRefusal {
    /// Another account has the name.
    #[error("account `{name}` exists")]
    NameTaken {
        /// The name.
        name: String,
    },
    /// No name to sign in with.
    #[error("`{name}` is no name for an account")]
    BadName {
        /// What was given.
        name: String,
    },
    /// A role without what its scope asks for, or with what it does not.
    #[error("role `{role}` takes {what}")]
    Scope {
        /// The role.
        role: String,
        /// `region`, `organization` or `nothing`.
        what: &'static str,
    },
    /// Roles that one person must not hold together.
    #[error("`{first}` and `{second}` are kept apart")]
    TwoOffices {
        /// An administrator's.
        first: String,
        /// Another.
        second: String,
    },
    /// A password that the rules refuse.
    #[error("weak password: {why}")]
    Weak {
        /// `length`, `long`, `classes`, `name` or `common`.
        why: &'static str,
        /// What the rules ask for.
        asked: i64,
    },
    /// A password that was used before.
    #[error("the password was used before")]
    Reused {
        /// How many are remembered.
        last: i64,
    },
    /// The password that was to prove who it is.
    #[error("the present password is another")]
    WrongPassword,
    /// A code of the second factor.
    #[error("the code is another")]
    BadCode,
    /// Name, password or code: which one is not said.
    #[error("nobody signs in so")]
    SignIn {
        /// Failures before an account is locked.
        fails: i64,
        /// Minutes it is locked then.
        minutes: i64,
    },
    /// Too many attempts from one place.
    #[error("too many attempts")]
    TooFast,
    /// An administrator's own account.
    #[error("not one's own account")]
    Own,
    /// Somebody who has no such office.
    #[error("no {} administrator", office.word())]
    NoOffice {
        /// The office.
        office: Office,
    },
    /// A right or day that a token cannot have.
    #[error("no such token: {what}")]
    BadToken {
        /// `rights` or `expires`.
        what: &'static str,
    },
    /// The value of a rule that is out of its bounds.
    #[error("`{rule}` is from {least} to {most}")]
    BadRule {
        /// The rule.
        rule: String,
        /// Least.
        least: i64,
        /// Most.
        most: i64,
    },
}

impl AccountRefusal {
    /// The key in `messages.toml`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NameTaken { .. } => "account_name_taken",
            Self::BadName { .. } => "account_bad_name",
            Self::Scope { what: "region", .. } => "account_scope_region",
            Self::Scope {
                what: "organization",
                ..
            } => "account_scope_organization",
            Self::Scope { .. } => "account_scope_none",
            Self::TwoOffices { .. } => "account_two_offices",
            Self::Weak { why: "length", .. } => "account_weak_length",
            Self::Weak { why: "long", .. } => "account_weak_long",
            Self::Weak { why: "classes", .. } => "account_weak_classes",
            Self::Weak { why: "name", .. } => "account_weak_name",
            Self::Weak { .. } => "account_weak_common",
            Self::Reused { .. } => "account_reused",
            Self::WrongPassword => "account_wrong_password",
            Self::BadCode => "account_bad_code",
            Self::SignIn { .. } => "account_sign_in",
            Self::TooFast => "account_too_fast",
            Self::Own => "account_own",
            Self::NoOffice { .. } => "account_no_office",
            Self::BadToken { what: "rights" } => "account_token_rights",
            Self::BadToken { .. } => "account_token_expires",
            Self::BadRule { .. } => "account_bad_rule",
        }
    }

    /// The facts that the message names.
    #[must_use]
    pub fn facts(&self, language: Language) -> Vec<(&'static str, String)> {
        match self {
            Self::NameTaken { name } | Self::BadName { name } => vec![("name", name.clone())],
            Self::Scope { role, .. } => vec![("role", role.clone())],
            Self::TwoOffices { first, second } => {
                vec![("first", first.clone()), ("second", second.clone())]
            }
            Self::Weak { asked, .. } => vec![("asked", asked.to_string())],
            Self::Reused { last } => vec![("last", last.to_string())],
            Self::SignIn { fails, minutes } => vec![
                ("fails", fails.to_string()),
                ("minutes", minutes.to_string()),
            ],
            Self::NoOffice { office } => {
                let zh = match office {
                    Office::System => "系统管理员",
                    Office::Security => "安全管理员",
                    Office::Audit => "审计管理员",
                };
                let said = match language {
                    Language::Zh => zh,
                    Language::En => office.word(),
                };
                vec![("office", said.to_owned())]
            }
            Self::BadRule { rule, least, most } => vec![
                ("rule", rule.clone()),
                ("least", least.to_string()),
                ("most", most.to_string()),
            ],
            Self::WrongPassword
            | Self::BadCode
            | Self::TooFast
            | Self::Own
            | Self::BadToken { .. } => Vec::new(),
        }
    }
}
