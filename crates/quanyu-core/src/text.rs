//! Texts that people read, in Chinese and English.
//!
//! Owns [`Text`] and [`Language`]. Where a declaration gives a bare string it is Chinese.

use std::fmt;

/// The language of a page or a message.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Language {
    /// Simplified Chinese, the default.
    #[default]
    Zh,
    /// English.
    En,
}

impl Language {
    /// The tag for `lang=` and `Accept-Language`: `zh-CN` or `en`.
    #[must_use]
    pub fn tag(self) -> &'static str {
        match self {
            Self::Zh => "zh-CN",
            Self::En => "en",
        }
    }
}

/// A text in Chinese with an optional English form.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Text {
    /// Chinese; always there.
    pub zh: String,
    /// English, where the declaration gives it.
    pub en: Option<String>,
}

impl Text {
    /// A text that is only given in Chinese.
    pub fn zh(zh: impl Into<String>) -> Self {
        Self {
            zh: zh.into(),
            en: None,
        }
    }

    /// The text in `language`; Chinese where no English is given.
    #[must_use]
    pub fn get(&self, language: Language) -> &str {
        match (language, &self.en) {
            (Language::En, Some(en)) => en,
            _ => &self.zh,
        }
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.zh)
    }
}
