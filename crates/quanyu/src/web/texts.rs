//! Fixed texts of the pages, in Chinese and English.
//!
//! Owns `templates/texts.toml`: a table of `key = { zh = "…", en = "…" }`, in groups. Leaves names of registers and indicators to
//! packs, refusals to `messages.toml`.
//!
//! Invariant: every text is there in both languages; a key that is not there is an error of the template, never an empty place.

use std::collections::BTreeMap;

use quanyu_core::text::Language;
use serde::Deserialize;

use crate::messages::fill;

/// Texts by dotted key.
pub(super) struct Texts {
    by_key: BTreeMap<String, Pair>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Pair {
    zh: String,
    en: String,
}

impl Texts {
    /// Reads `texts.toml`.
    ///
    /// # Errors
    /// When it is not TOML, or an entry lacks a language.
    pub fn read(toml: &str) -> Result<Self, toml::de::Error> {
        let groups: BTreeMap<String, BTreeMap<String, Pair>> = toml::from_str(toml)?;
        let by_key = groups
            .into_iter()
            .flat_map(|(group, texts)| {
                texts
                    .into_iter()
                    .map(move |(key, pair)| (format!("{group}.{key}"), pair))
            })
            .collect();
        Ok(Self { by_key })
    }

    /// The text of a key.
    pub fn get(&self, key: &str, language: Language) -> Option<&str> {
        self.by_key.get(key).map(|pair| match language {
            Language::Zh => pair.zh.as_str(),
            Language::En => pair.en.as_str(),
        })
    }

    /// The text of a key with `{name}` replaced by each value. Values are not read again, so that a value with braces stays as it is.
    pub fn fill(&self, key: &str, language: Language, values: &[(&str, String)]) -> Option<String> {
        Some(fill(self.get(key, language)?, values))
    }

    /// All keys in order.
    #[cfg(test)]
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.by_key.keys().map(String::as_str)
    }
}
