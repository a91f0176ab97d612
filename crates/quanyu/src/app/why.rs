//! Why a value makes no sense, in both languages.
//!
//! Owns the reason inside [`AppError::BadValue`](super::AppError::BadValue). Leaves the sentence around it to `messages.toml`.
//!
//! Invariant: a reason is there in both languages, or is the same in both: a number, an example.

use std::fmt;

use quanyu_core::{
    period::PeriodError,
    text::{Language, Text},
    typed::TypedError,
};

use super::cells::CellFault;
use crate::messages;

/// A reason in Chinese and English.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Why {
    zh: String,
    en: String,
}

impl Why {
    /// A reason in both languages.
    pub fn new(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self {
            zh: zh.into(),
            en: en.into(),
        }
    }

    /// What is the same in both: titles as the pack gives them, numbers, what somebody wrote.
    pub fn same(text: impl Into<String>) -> Self {
        let text = text.into();
        Self::new(text.clone(), text)
    }

    /// How it is to be written instead.
    #[must_use]
    pub fn written(example: &str) -> Self {
        Self::new(format!("请写成 {example}"), format!("write {example}"))
    }

    /// There are more than may be.
    #[must_use]
    pub fn at_most(most: usize) -> Self {
        Self::new(format!("最多 {most}"), format!("at most {most}"))
    }

    /// The value of a choice or a hidden field that no form of ours sends.
    #[must_use]
    pub fn unknown() -> Self {
        Self::new("不在可选的范围里", "it is none of those offered")
    }

    /// The reason in a language.
    #[must_use]
    pub fn get(&self, language: Language) -> &str {
        match language {
            Language::Zh => &self.zh,
            Language::En => &self.en,
        }
    }
}

impl fmt::Display for Why {
    /// English, for logs.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.en)
    }
}

impl From<&Text> for Why {
    fn from(text: &Text) -> Self {
        Self::new(text.get(Language::Zh), text.get(Language::En))
    }
}

impl From<PeriodError> for Why {
    fn from(error: PeriodError) -> Self {
        match error {
            PeriodError::Form(_) => {
                Self::written("2023, 2023H1, 2023Q3, 2023-09, 2023-01/2023-09, 2022-2023")
            }
            PeriodError::Backwards(_) => Self::new("结束早于开始", "it ends before it begins"),
        }
    }
}

impl From<TypedError> for Why {
    fn from(error: TypedError) -> Self {
        let fault = CellFault::from(error);
        let said = |language| messages::text(language, fault.code, &fault.facts).0;
        Self::new(said(Language::Zh), said(Language::En))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_come_in_the_language_of_the_page() {
        let cases: [(Why, &str, &str); 4] = [
            (
                "2023-2022"
                    .parse::<quanyu_core::period::Period>()
                    .unwrap_err()
                    .into(),
                "结束早于开始",
                "it ends before it begins",
            ),
            (
                Why::written("2023-01-31"),
                "请写成 2023-01-31",
                "write 2023-01-31",
            ),
            (Why::at_most(20), "最多 20", "at most 20"),
            (Why::same("甲"), "甲", "甲"),
        ];
        for (why, zh, en) in cases {
            assert_eq!((why.get(Language::Zh), why.get(Language::En)), (zh, en));
        }
        let typed: Why = quanyu_core::typed::day("二月三十").unwrap_err().into();
        assert!(
            typed.get(Language::Zh) != typed.get(Language::En),
            "{typed:?}"
        );
    }
}
