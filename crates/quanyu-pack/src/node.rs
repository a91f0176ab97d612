//! A TOML value with the place where it stands.
//!
//! Owns reading of values out of the spanned tree, and the range of a string's content inside its quotes. Leaves the
//! telling of faults to [`crate::grammar`]: what is read here was checked there, so a wrong shape is simply `None`.

use std::{borrow::Cow, str::FromStr};

use jiff::civil::Date;
use quanyu_core::{text::Text, typed};
use rust_decimal::Decimal;
use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use crate::model::{At, Declared};

/// A value, its name's place and its file.
#[derive(Clone, Copy)]
pub(crate) struct Node<'a> {
    /// Index of the file.
    pub file: u32,
    /// The file's text.
    pub source: &'a str,
    /// The key that names it; the value itself where it has none.
    pub name: At,
    /// The value.
    pub value: &'a Spanned<DeValue<'a>>,
}

impl<'a> Node<'a> {
    /// The whole of a file.
    pub(crate) fn root(file: u32, source: &'a str, value: &'a Spanned<DeValue<'a>>) -> Self {
        Self {
            file,
            source,
            name: At {
                file,
                start: 0,
                end: 0,
            },
            value,
        }
    }

    fn child(&self, name: std::ops::Range<usize>, value: &'a Spanned<DeValue<'a>>) -> Self {
        Self {
            name: place(self.file, name),
            value,
            ..*self
        }
    }

    /// Where the value stands.
    pub(crate) fn at(&self) -> At {
        place(self.file, self.value.span())
    }

    /// The table, if it is one.
    pub(crate) fn table(&self) -> Option<&'a DeTable<'a>> {
        self.value.get_ref().as_table()
    }

    /// The value of a key.
    pub(crate) fn get(&self, key: &str) -> Option<Self> {
        let (name, value) = self
            .table()?
            .iter()
            .find(|(name, _)| name.get_ref() == key)?;
        Some(self.child(name.span(), value))
    }

    /// Keys and values in the order in which they stand in the file.
    pub(crate) fn entries(&self) -> Vec<(&'a str, Self)> {
        let mut all: Vec<_> = self
            .table()
            .into_iter()
            .flatten()
            .map(|(name, value)| (name.get_ref().as_ref(), self.child(name.span(), value)))
            .collect();
        all.sort_by_key(|(_, node)| node.name.start);
        all
    }

    /// Keys and values of the table under `key`.
    pub(crate) fn entries_of(&self, key: &str) -> Vec<(&'a str, Self)> {
        self.get(key).map(|it| it.entries()).unwrap_or_default()
    }

    /// The elements of an array; a value that is none stands for itself.
    pub(crate) fn items(&self) -> Vec<Self> {
        match self.value.get_ref() {
            DeValue::Array(array) => array.iter().map(|it| self.child(it.span(), it)).collect(),
            _ => vec![*self],
        }
    }

    /// The elements of the array under `key`.
    pub(crate) fn items_of(&self, key: &str) -> Vec<Self> {
        self.get(key).map(|it| it.items()).unwrap_or_default()
    }

    /// A string.
    pub(crate) fn str(&self) -> Option<&'a str> {
        self.value.get_ref().as_str()
    }

    /// A string with the range of its content.
    pub(crate) fn declared(&self) -> Option<Declared<String>> {
        Some(Declared {
            value: self.str()?.to_owned(),
            at: self.content(),
        })
    }

    /// The place of a string's content without its quotes, where the content stands in the file as it is (no escapes);
    /// else of the whole value.
    pub(crate) fn content(&self) -> At {
        let at = self.at();
        let (Some(value), Some(raw)) = (self.str(), self.source.get(self.value.span())) else {
            return at;
        };
        let quotes = if raw.starts_with("'''") || raw.starts_with("\"\"\"") {
            3
        } else {
            1
        };
        let Some(inside) = raw.get(quotes..) else {
            return at;
        };
        let inside = if quotes == 3 {
            inside
                .strip_prefix("\r\n")
                .or_else(|| inside.strip_prefix('\n'))
                .unwrap_or(inside)
        } else {
            inside
        };
        if !inside.starts_with(value) {
            return at;
        }
        let start = at.start + u32::try_from(raw.len() - inside.len()).unwrap_or_default();
        At {
            start,
            end: start + u32::try_from(value.len()).unwrap_or_default(),
            ..at
        }
    }

    /// A text for people: a string, or a table of languages.
    pub(crate) fn as_text(&self) -> Option<Text> {
        if let Some(zh) = self.str() {
            return Some(Text::zh(zh));
        }
        Some(Text {
            zh: self.get("zh")?.str()?.to_owned(),
            en: self.word("en"),
        })
    }

    /// A number: TOML's, or as people type it (`12.5万`, `25%`).
    pub(crate) fn as_number(&self) -> Option<Decimal> {
        match self.value.get_ref() {
            DeValue::String(text) => typed::number(text).ok().flatten().map(|it| it.value),
            DeValue::Integer(_) | DeValue::Float(_) => Decimal::from_str(&self.cell()?).ok(),
            _ => None,
        }
    }

    /// A whole number.
    pub(crate) fn as_whole(&self) -> Option<i64> {
        let number = self.value.get_ref().as_integer()?;
        i64::from_str_radix(number.as_str(), number.radix()).ok()
    }

    /// A day: TOML's or as a string.
    pub(crate) fn as_day(&self) -> Option<Date> {
        let text: Cow<'_, str> = match self.value.get_ref() {
            DeValue::String(text) => Cow::Borrowed(text.as_ref()),
            DeValue::Datetime(day) if day.time.is_none() => Cow::Owned(day.to_string()),
            _ => return None,
        };
        // Ten characters: jiff would also read times, which are no days.
        if text.len() == 10 {
            text.parse().ok()
        } else {
            None
        }
    }

    /// A value as a workbook cell holds it.
    pub(crate) fn cell(&self) -> Option<String> {
        Some(match self.value.get_ref() {
            DeValue::String(text) => text.to_string(),
            DeValue::Integer(_) => self.as_whole()?.to_string(),
            // Exponents are floats that no cell of a register has.
            DeValue::Float(number) => Decimal::from_str(number.as_str()).ok()?.to_string(),
            DeValue::Boolean(yes) => yes.to_string(),
            DeValue::Datetime(day) => day.to_string(),
            DeValue::Array(_) | DeValue::Table(_) => return None,
        })
    }

    /// The string under `key`.
    pub(crate) fn word(&self, key: &str) -> Option<String> {
        self.get(key)?.str().map(str::to_owned)
    }

    /// The string under `key` and where it stands.
    pub(crate) fn declared_of(&self, key: &str) -> Option<Declared<String>> {
        self.get(key)?.declared()
    }

    /// The strings under `key`, one or a list.
    pub(crate) fn words(&self, key: &str) -> Option<Vec<String>> {
        let words = self.get(key)?.items();
        Some(
            words
                .iter()
                .filter_map(|it| it.str().map(str::to_owned))
                .collect(),
        )
    }

    /// The text for people under `key`.
    pub(crate) fn text(&self, key: &str) -> Option<Text> {
        self.get(key)?.as_text()
    }

    /// The flag under `key`.
    pub(crate) fn flag(&self, key: &str) -> Option<bool> {
        self.get(key)?.value.get_ref().as_bool()
    }

    /// The number under `key`.
    pub(crate) fn number(&self, key: &str) -> Option<Decimal> {
        self.get(key)?.as_number()
    }

    /// The whole number under `key`, where it fits.
    pub(crate) fn whole<T: TryFrom<i64>>(&self, key: &str) -> Option<T> {
        T::try_from(self.get(key)?.as_whole()?).ok()
    }

    /// The day under `key`.
    pub(crate) fn day(&self, key: &str) -> Option<Date> {
        self.get(key)?.as_day()
    }
}

/// A byte range of a file. Files are far below 4 GB; what is past that points to the end.
pub(crate) fn place(file: u32, range: std::ops::Range<usize>) -> At {
    let fit = |it: usize| u32::try_from(it).unwrap_or(u32::MAX);
    At {
        file,
        start: fit(range.start),
        end: fit(range.end),
    }
}
