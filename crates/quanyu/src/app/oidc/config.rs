//! Providers of sign-in, as the operator of the machine sets them up in a file.
//!
//! Owns the file's form and what of it is refused. Which claim holds what is a parameter of each provider with its source: no two
//! provinces name them alike.
//!
//! Start reading at [`Providers::read`].

use std::{collections::BTreeMap, path::Path};

use quanyu_core::text::Text;
use quanyu_pack::model::Pack;
use serde::Deserialize;

use super::OidcRefusal;

/// Whom a first sign-in makes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Approve {
    /// An account without a role, until an administrator gives it one.
    #[default]
    Administrator,
    /// An account with the provider's role over the organization of its credit code, where the registers hold that one.
    Automatic,
}

/// What is read from a token.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Claims {
    /// The claim that holds the unified social credit code.
    pub uscc: String,
    /// The claim that holds the name of the legal person.
    pub name: String,
}

/// A provider.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Provider {
    /// What the button says.
    pub title: Title,
    /// Its address; everything else it tells itself.
    pub issuer: String,
    /// What it calls us.
    pub client_id: String,
    /// The environment variable that holds our secret; none for a public client.
    #[serde(default)]
    pub secret_env: Option<String>,
    /// What is asked for besides `openid`.
    #[serde(default)]
    pub scopes: Vec<String>,
    /// Which claims hold what.
    pub claims: Claims,
    /// Where the names of the claims are from.
    pub source: String,
    /// The role that a first sign-in gets.
    pub role: String,
    /// Whom a first sign-in makes.
    #[serde(default)]
    pub approve: Approve,
}

/// A title in the file.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum Title {
    /// Chinese alone.
    Zh(String),
    /// Both.
    Both {
        /// Chinese.
        zh: String,
        /// English.
        en: String,
    },
}

impl Provider {
    /// What it is called.
    #[must_use]
    pub fn titled(&self) -> Text {
        match &self.title {
            Title::Zh(zh) => Text::zh(zh.clone()),
            Title::Both { zh, en } => Text {
                zh: zh.clone(),
                en: Some(en.clone()),
            },
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    provider: BTreeMap<String, Provider>,
}

/// All providers by id.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Providers(pub BTreeMap<String, Provider>);

impl Providers {
    /// Reads the file.
    ///
    /// # Errors
    /// A file that cannot be read, a key that is none, an address without https, a role that is not one over organizations.
    pub fn read(path: &Path, pack: &Pack) -> Result<Self, OidcRefusal> {
        let fault = |why: String| OidcRefusal::File { why };
        let text = std::fs::read_to_string(path);
        let text = text.map_err(|error| fault(format!("{}: {error}", path.display())))?;
        Self::parse(&text, pack)
    }

    /// Reads the text of the file.
    ///
    /// # Errors
    /// As [`Self::read`].
    pub fn parse(text: &str, pack: &Pack) -> Result<Self, OidcRefusal> {
        let fault = |why: String| OidcRefusal::File { why };
        let file: File = toml::from_str(text).map_err(|error| fault(error.to_string()))?;
        for (id, it) in &file.provider {
            let word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
            if id.is_empty() || !id.chars().all(word) {
                return Err(fault(format!("provider.{id}: a-z, 0-9, _")));
            }
            // On this machine alone a provider may speak plainly: tests, and a proxy beside us.
            let here = ["http://localhost", "http://127.0.0.1", "http://[::1]"];
            let plain = here.iter().any(|head| {
                let rest = it.issuer.strip_prefix(head);
                rest.is_some_and(|it| it.is_empty() || it.starts_with([':', '/']))
            });
            if !it.issuer.starts_with("https://") && !plain {
                return Err(fault(format!("provider.{id}.issuer: https://…")));
            }
            let role = pack.roles.get(&it.role);
            if role.is_none_or(|role| role.scope != "organization" || role.office.is_some()) {
                return Err(fault(format!(
                    "provider.{id}.role: `{}` is no role of the pack over an organization",
                    it.role
                )));
            }
        }
        Ok(Self(file.provider))
    }
}
