//! What people read when something is refused or fails.
//!
//! Owns `messages.toml`: by code, in Chinese and English, message and hint apart. Leaves the facts to the errors themselves.
//!
//! Invariant: every code has four texts; a code without an entry is told as a fault of ours, with the code, never as nothing.

use std::{collections::BTreeMap, sync::OnceLock};

use quanyu_core::text::Language;
use serde::Deserialize;

use crate::app::AppError;

/// A refusal as the command line prints it: message and hint, in Chinese unless the terminal's language is English.
#[must_use]
pub fn told(error: &AppError) -> String {
    let names = ["LC_ALL", "LC_MESSAGES", "LANG"];
    let locale = names
        .iter()
        .find_map(|it| std::env::var(it).ok().filter(|it| !it.is_empty()));
    let language = match locale {
        Some(locale) if locale.starts_with("en") => Language::En,
        _ => Language::Zh,
    };
    let said = Messages::shared().say(error.code(), language, &error.facts(language));
    format!("quanyu: {}\n  {}", said.message, said.hint)
}

/// Message and hint of a code in a language.
#[must_use]
pub fn text(language: Language, code: &str, facts: &[(&str, String)]) -> (String, String) {
    let said = Messages::shared().say(code, language, facts);
    (said.message, said.hint)
}

/// All messages.
pub struct Messages {
    by_code: BTreeMap<String, Entry>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    zh: String,
    zh_hint: String,
    en: String,
    en_hint: String,
}

/// A message with its facts filled in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// What happened.
    pub message: String,
    /// What was kept, what to do.
    pub hint: String,
}

impl Messages {
    /// The messages that are built in.
    #[must_use]
    pub fn built_in() -> Self {
        Self::read(include_str!("../messages.toml")).expect("a test reads messages.toml")
    }

    /// The messages that are built in, read once.
    pub fn shared() -> &'static Self {
        static MESSAGES: OnceLock<Messages> = OnceLock::new();
        MESSAGES.get_or_init(Self::built_in)
    }

    fn read(text: &str) -> Result<Self, toml::de::Error> {
        toml::from_str(text).map(|by_code| Self { by_code })
    }

    /// The message of a code with its facts, in a language.
    #[must_use]
    pub fn say(&self, code: &str, language: Language, facts: &[(&str, String)]) -> Said {
        let Some(entry) = self.by_code.get(code) else {
            debug_assert!(self.by_code.contains_key("unknown_fault"));
            debug_assert!(code != "unknown_fault");
            return self.say("unknown_fault", language, &[("code", code.to_owned())]);
        };
        let (message, hint) = match language {
            Language::Zh => (&entry.zh, &entry.zh_hint),
            Language::En => (&entry.en, &entry.en_hint),
        };
        Said {
            message: fill(message, facts),
            hint: fill(hint, facts),
        }
    }

    /// Whether there is a message for a code.
    #[must_use]
    pub fn has(&self, code: &str) -> bool {
        self.by_code.contains_key(code)
    }
}

/// Replaces `{name}` by its value, once, from left to right, so that a value with braces stays as it is; an unknown name stays too.
pub(crate) fn fill(text: &str, values: &[(&str, String)]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        let hit = after.split_once('}').and_then(|(name, tail)| {
            let value = values.iter().find(|(it, _)| *it == name)?;
            Some((&value.1, tail))
        });
        match hit {
            Some((value, tail)) => {
                out.push_str(value);
                rest = tail;
            }
            None => {
                out.push('{');
                rest = after;
            }
        }
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_braces_are_replaced_once() {
        let values = [("a", "{b}".to_owned()), ("b", "2".to_owned())];
        let cases = [
            ("", ""),
            ("共 {b} 条", "共 2 条"),
            ("{a} {b}", "{b} 2"),
            ("{c} {b} {", "{c} 2 {"),
        ];
        for (text, want) in cases {
            assert_eq!(fill(text, &values), want, "{text}");
        }
    }

    #[test]
    fn every_message_says_what_happened_and_what_to_do_in_both_languages() {
        let messages = Messages::built_in();
        assert!(messages.has("unknown_fault"));
        for (code, entry) in &messages.by_code {
            for text in [&entry.zh, &entry.zh_hint, &entry.en, &entry.en_hint] {
                assert!(!text.trim().is_empty(), "{code}");
            }
            let names = |text: &str| -> Vec<String> {
                let mut names: Vec<_> = text
                    .split('{')
                    .skip(1)
                    .filter_map(|it| Some(it.split_once('}')?.0.to_owned()))
                    .collect();
                names.sort();
                names.dedup();
                names
            };
            assert_eq!(
                names(&format!("{}{}", entry.zh, entry.zh_hint)),
                names(&format!("{}{}", entry.en, entry.en_hint)),
                "{code}: the languages name other facts"
            );
        }
    }

    /// Codes are written as literals in the crates that own the errors; each such literal has its message.
    #[test]
    fn every_code_of_the_crates_below_has_a_message() {
        let crates = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let sources = [
            "quanyu-core/src/typed.rs",
            "quanyu-documents/src/edit/mod.rs",
            "quanyu-documents/src/formats.rs",
            "quanyu-documents/src/workbook/error.rs",
            "quanyu-documents/src/workbook/write.rs",
            "quanyu-figures/src/error.rs",
            "quanyu-store/src/error.rs",
            "quanyu/src/app/cells.rs",
            "quanyu/src/app/error.rs",
            "quanyu/src/app/imports/rows.rs",
        ];
        let prefixes = [
            "cell_",
            "typed_",
            "import_",
            "workbook_",
            "document_",
            "edit_",
            "figures_",
            "store_",
        ];
        let mut seen = 0;
        for source in sources {
            let text = std::fs::read_to_string(crates.join(source)).unwrap();
            for literal in text.split('"').skip(1).step_by(2) {
                let code = literal
                    .bytes()
                    .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
                if code && prefixes.iter().any(|it| literal.starts_with(it)) {
                    seen += 1;
                    assert!(Messages::shared().has(literal), "{source}: {literal}");
                }
            }
        }
        assert!(seen > 60, "only {seen} codes were found: has a file moved?");
    }

    #[test]
    fn a_code_without_a_message_is_told_with_its_code() {
        let said = Messages::built_in().say("no_such_code", Language::En, &[]);
        assert!(said.message.contains("no_such_code"), "{said:?}");
    }
}
