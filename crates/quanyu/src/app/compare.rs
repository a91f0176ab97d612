//! 比对: the same indicators in several documents.

use quanyu_core::text::Text;

use super::documents::{MentionView, ReadDocument};

/// Indicators × documents.
#[derive(Clone, Debug)]
pub struct Comparison {
    /// The documents in the order given: district or file name, and what was read.
    pub documents: Vec<(String, ReadDocument)>,
    /// One row an indicator, those found in most documents first.
    pub rows: Vec<CompareRow>,
}

/// One indicator across the documents.
#[derive(Clone, Debug)]
pub struct CompareRow {
    /// Indicator id; a metric phrase that no indicator fits is its own row with an empty id.
    pub indicator: String,
    /// Its title.
    pub title: Text,
    /// For each document what it says.
    pub cells: Vec<Vec<CompareCell>>,
}

/// One thing a document says of an indicator.
#[derive(Clone, Debug)]
pub struct CompareCell {
    /// The mention.
    pub mention: MentionView,
    /// The sentence it stands in.
    pub sentence: String,
}
