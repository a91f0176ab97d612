//! What is wrong with a text by itself: a place, what, why, and what to do.
//!
//! Owns the shape and the codes. Each check that finds problems is a file beside this one.

use quanyu_core::text::Text;

/// A finding that needs no records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Which check found it.
    pub code: Code,
    /// First character.
    pub start: usize,
    /// One past the last.
    pub end: usize,
    /// Whether it is to be looked at rather than wrong.
    pub note: bool,
    /// What is wrong.
    pub what: Text,
    /// Why.
    pub why: Text,
    /// What to write or do.
    pub suggestion: Option<Text>,
}

/// The checks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Code {
    /// Parts do not add up to their total.
    Parts,
    /// A growth does not follow from its two levels.
    GrowthLevels,
    /// One figure stands twice with different values.
    Twice,
    /// Per cent where points are meant, or the other way.
    Points,
    /// A place that cannot be.
    RankRange,
    /// A target that was already passed.
    TargetPassed,
    /// Headings out of order.
    Heading,
    /// A number not written as GB/T 15835 asks.
    NumberStyle,
    /// A name not written as it stands in the list of standard names.
    Name,
    /// Damaged text.
    Damaged,
    /// A blank that was left to be filled.
    Placeholder,
    /// A figure of a part of the year, to be brought up to date.
    Refresh,
}

impl Code {
    /// The word for programs.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Parts => "parts",
            Self::GrowthLevels => "growth_levels",
            Self::Twice => "twice",
            Self::Points => "points",
            Self::RankRange => "rank_range",
            Self::TargetPassed => "target_passed",
            Self::Heading => "heading",
            Self::NumberStyle => "number_style",
            Self::Name => "name",
            Self::Damaged => "damaged",
            Self::Placeholder => "placeholder",
            Self::Refresh => "refresh",
        }
    }
}

impl Problem {
    pub(super) fn new(code: Code, start: usize, end: usize, what: Text, why: Text) -> Self {
        Self {
            code,
            start,
            end,
            note: false,
            what,
            why,
            suggestion: None,
        }
    }

    pub(super) fn suggest(mut self, suggestion: Text) -> Self {
        self.suggestion = Some(suggestion);
        self
    }

    pub(super) fn noted(mut self) -> Self {
        self.note = true;
        self
    }
}

/// A text in both languages.
pub(super) fn both(zh: impl Into<String>, en: impl Into<String>) -> Text {
    Text {
        zh: zh.into(),
        en: Some(en.into()),
    }
}
