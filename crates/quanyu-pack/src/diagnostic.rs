//! What is wrong with a pack, where, and how it is shown.
//!
//! Owns [`Diagnostic`], the collection that a load hands back, and its rendering with the line marked. The wordings are
//! in [`crate::faults`].
//!
//! Invariant: a diagnostic always has a message in both languages and a place; [`Diagnostics`] holds the files that its
//! places point into.

use std::fmt;

use miette::{
    GraphicalReportHandler, GraphicalTheme, LabeledSpan, NamedSource, Severity, SourceCode,
};
use quanyu_core::text::Language;

use crate::model::{At, SourceFile};

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Stable name of the kind of fault, such as `unknown_key`.
    pub code: &'static str,
    /// What is wrong, in Chinese.
    pub zh: String,
    /// What is wrong, in English.
    pub en: String,
    /// What to do, in Chinese.
    pub hint_zh: Option<String>,
    /// What to do, in English.
    pub hint_en: Option<String>,
    /// Where.
    pub at: At,
    /// Other places that have to do with it, and why.
    pub also: Vec<Also>,
}

/// Another place that has to do with a fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Also {
    /// Where.
    pub at: At,
    /// Why, in Chinese.
    pub zh: String,
    /// Why, in English.
    pub en: String,
}

impl Diagnostic {
    /// A fault with its message; place, hint and further places are added by the methods below.
    #[must_use]
    pub fn new(code: &'static str, at: At, zh: String, en: String) -> Self {
        Self {
            code,
            zh,
            en,
            hint_zh: None,
            hint_en: None,
            at,
            also: Vec::new(),
        }
    }

    /// Adds what to do.
    #[must_use]
    pub fn hint(mut self, zh: impl Into<String>, en: impl Into<String>) -> Self {
        self.hint_zh = Some(zh.into());
        self.hint_en = Some(en.into());
        self
    }

    /// Adds another place.
    #[must_use]
    pub fn also(mut self, at: At, zh: impl Into<String>, en: impl Into<String>) -> Self {
        self.also.push(Also {
            at,
            zh: zh.into(),
            en: en.into(),
        });
        self
    }

    /// What is wrong, in `language`.
    #[must_use]
    pub fn message(&self, language: Language) -> &str {
        match language {
            Language::Zh => &self.zh,
            Language::En => &self.en,
        }
    }

    /// What to do, in `language`.
    #[must_use]
    pub fn advice(&self, language: Language) -> Option<&str> {
        match language {
            Language::Zh => self.hint_zh.as_deref(),
            Language::En => self.hint_en.as_deref(),
        }
    }
}

/// Everything that is wrong with a pack, and the files it was read from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diagnostics {
    /// All source files, as in [`crate::model::Pack::files`].
    pub files: Vec<SourceFile>,
    /// The faults in order of file and place.
    pub list: Vec<Diagnostic>,
}

impl Diagnostics {
    /// Faults and their files, put in order; the same fault at the same place is told once.
    #[must_use]
    pub fn new(files: Vec<SourceFile>, mut list: Vec<Diagnostic>) -> Self {
        list.sort_by(|a, b| (a.at, a.code, &a.en).cmp(&(b.at, b.code, &b.en)));
        list.dedup();
        Self { files, list }
    }

    /// The file's name, line and column (both from 1, columns in characters) of a place.
    #[must_use]
    pub fn place(&self, at: At) -> (&str, usize, usize) {
        let Some(file) = self.files.get(at.file as usize) else {
            return ("", 1, 1);
        };
        let (line, column) = line_and_column(&file.text, at.start as usize);
        (&file.name, line, column)
    }

    fn elsewhere(&self, fault: &Diagnostic, language: Language) -> Vec<String> {
        let others = fault.also.iter().filter(|it| it.at.file != fault.at.file);
        others
            .map(|it| {
                let (file, line, column) = self.place(it.at);
                let why = if language == Language::Zh {
                    &it.zh
                } else {
                    &it.en
                };
                format!("{why}: {file}:{line}:{column}")
            })
            .collect()
    }

    /// All faults as people read them, each with its line marked. `color` is for terminals.
    #[must_use]
    pub fn render(&self, language: Language, color: bool) -> String {
        let theme = if color {
            GraphicalTheme::unicode()
        } else {
            GraphicalTheme::unicode_nocolor()
        };
        // Chinese has no blanks to break at: a wrapped message could not be searched for.
        let handler = GraphicalReportHandler::new_themed(theme)
            .with_width(160)
            .with_wrap_lines(false)
            .with_context_lines(1);
        let mut out = String::new();
        for it in &self.list {
            let report = Report {
                diagnostic: it,
                elsewhere: self.elsewhere(it, language),
                language,
                file: self
                    .files
                    .get(it.at.file as usize)
                    .map(|it| NamedSource::new(&it.name, it.text.clone())),
            };
            if handler.render_report(&mut out, &report).is_err() {
                out.push_str(it.message(language));
            }
            out.push('\n');
        }
        out
    }
}

impl fmt::Display for Diagnostics {
    /// One line a fault: `file:line:column: message`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, it) in self.list.iter().enumerate() {
            let (file, line, column) = self.place(it.at);
            let end = if place + 1 == self.list.len() {
                ""
            } else {
                "\n"
            };
            write!(f, "{file}:{line}:{column}: {}{end}", it.en)?;
        }
        Ok(())
    }
}

impl std::error::Error for Diagnostics {}

/// Line and column of a byte offset, both from 1.
fn line_and_column(text: &str, offset: usize) -> (usize, usize) {
    let before = text.get(..offset).unwrap_or(text);
    let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
    let start = before.rfind('\n').map_or(0, |it| it + 1);
    (line, before[start..].chars().count() + 1)
}

/// One fault as miette shows it.
struct Report<'a> {
    diagnostic: &'a Diagnostic,
    /// Places in other files, in words: they cannot be marked in this file's text.
    elsewhere: Vec<String>,
    language: Language,
    file: Option<NamedSource<String>>,
}

impl fmt::Debug for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.diagnostic, f)
    }
}

impl fmt::Display for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.diagnostic.message(self.language))
    }
}

impl std::error::Error for Report<'_> {}

impl miette::Diagnostic for Report<'_> {
    fn severity(&self) -> Option<Severity> {
        Some(Severity::Error)
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        let hint = self.diagnostic.advice(self.language).map(str::to_owned);
        let lines: Vec<_> = hint
            .into_iter()
            .chain(self.elsewhere.iter().cloned())
            .collect();
        if lines.is_empty() {
            return None;
        }
        Some(Box::new(lines.join("\n")))
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.file.as_ref().map(|it| it as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let main = std::iter::once(LabeledSpan::new(
            None,
            self.diagnostic.at.start as usize,
            length(self.diagnostic.at),
        ));
        let also = self
            .diagnostic
            .also
            .iter()
            .filter(|it| it.at.file == self.diagnostic.at.file)
            .map(|it| {
                let why = match self.language {
                    Language::Zh => it.zh.clone(),
                    Language::En => it.en.clone(),
                };
                LabeledSpan::new(Some(why), it.at.start as usize, length(it.at))
            });
        Some(Box::new(main.chain(also)))
    }
}

fn length(at: At) -> usize {
    at.end.saturating_sub(at.start) as usize
}
