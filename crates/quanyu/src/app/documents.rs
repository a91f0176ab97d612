//! 文稿材料: a document read, with everything that was understood in place.

use quanyu_core::text::Text;
use rust_decimal::Decimal;

/// A document read.
#[derive(Clone, Debug)]
pub struct ReadDocument {
    /// File name.
    pub name: String,
    /// Title, where one was found.
    pub title: Option<String>,
    /// The district the text names, where it names one.
    pub district: Option<String>,
    /// Reporting year, where the text says.
    pub year: Option<i32>,
    /// Paragraphs and headings in order: level (0 text, 1–4 headings), pieces.
    pub blocks: Vec<BlockView>,
    /// All mentions in text order.
    pub mentions: Vec<MentionView>,
    /// Notes on damaged text and the like.
    pub warnings: Vec<String>,
}

/// A paragraph or heading as pieces of text, some of them mentions.
#[derive(Clone, Debug)]
pub struct BlockView {
    /// 0 is a paragraph, 1–4 a heading.
    pub level: u8,
    /// Text pieces in order; a piece that is a mention carries its index in [`ReadDocument::mentions`].
    pub pieces: Vec<(String, Option<usize>)>,
}

/// A mention as shown.
#[derive(Clone, Debug)]
pub struct MentionView {
    /// Characters from the start of the text.
    pub start: usize,
    /// End, exclusive.
    pub end: usize,
    /// As it stands in the text.
    pub text: String,
    /// `level`, `growth`, `delta`, `share`, `rank`, `ordinal_event`, `name`, `date`.
    pub kind: String,
    /// What is measured.
    pub metric: Option<String>,
    /// Low and high in base units (equal for one value).
    pub value: Option<(Decimal, Decimal)>,
    /// As people say it.
    pub said: String,
    /// Base unit.
    pub unit: Option<String>,
    /// `eq`, `gt`, `ge`, `lt`, `le`, `approx`.
    pub comparator: Option<String>,
    /// Period.
    pub period: Option<String>,
    /// `actual`, `target`, `reference`.
    pub nature: Option<String>,
    /// Area, where the sentence states one.
    pub scope: Option<String>,
    /// Of what whole or within what field.
    pub of: Option<String>,
    /// The idiom (超, 近 …).
    pub idiom: Option<String>,
    /// Indicator it was linked to: id and title.
    pub indicator: Option<(String, Text)>,
    /// How sure the link is, 0 to 1.
    pub confidence: f64,
    /// Notes, such as damaged text.
    pub flags: Vec<String>,
}

impl MentionView {
    /// Whether it is a figure (level, growth, delta, share, rank).
    #[must_use]
    pub fn is_figure(&self) -> bool {
        matches!(self.kind.as_str(), "level" | "growth" | "delta" | "share" | "rank")
    }
}
