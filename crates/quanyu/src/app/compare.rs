//! 比对: the same indicators in several documents.
//!
//! Owns the table indicators × documents. Leaves reading to `documents`. Invariant: each cell knows its sentence; a
//! document whose text names no district goes by its file name.
//!
//! Start reading at [`compare`].

use std::collections::BTreeMap;

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

/// Puts what the documents say of one indicator side by side. Figures alone: names, dates and firsts are left out.
#[must_use]
pub fn compare(documents: Vec<ReadDocument>) -> Comparison {
    let mut rows: BTreeMap<(String, String), CompareRow> = BTreeMap::new();
    for (place, document) in documents.iter().enumerate() {
        let chars: Vec<char> = document.text.chars().collect();
        for mention in document.mentions.iter().filter(|it| it.is_figure()) {
            let (id, title) = match (&mention.indicator, &mention.metric) {
                (Some((id, title)), _) => (id.clone(), title.clone()),
                (None, Some(metric)) => (String::new(), Text::zh(metric.clone())),
                (None, None) => continue,
            };
            let row = rows
                .entry((id.clone(), title.zh.clone()))
                .or_insert_with(|| CompareRow {
                    indicator: id,
                    title,
                    cells: vec![Vec::new(); documents.len()],
                });
            row.cells[place].push(CompareCell {
                mention: mention.clone(),
                sentence: sentence(document, &chars, mention),
            });
        }
    }
    let mut rows: Vec<CompareRow> = rows.into_values().collect();
    let filled = |row: &CompareRow| row.cells.iter().filter(|it| !it.is_empty()).count();
    // Indicators first, those in most documents on top; the map has already put equals in order of their names.
    rows.sort_by_key(|row| (row.indicator.is_empty(), std::cmp::Reverse(filled(row))));
    let named = documents
        .into_iter()
        .map(|it| (it.district.clone().unwrap_or_else(|| it.name.clone()), it));
    Comparison {
        documents: named.collect(),
        rows,
    }
}

/// What a cell says in one line: `超68亿元`, `+25%`, `第2`, with the period where it is known and a mark for targets.
#[must_use]
pub fn said(it: &MentionView) -> String {
    let bound = match it.comparator.as_deref() {
        Some("gt") => "＞",
        Some("ge") => "≥",
        Some("lt") => "＜",
        Some("le") => "≤",
        Some("approx") => "≈",
        _ => "",
    };
    let kind = match it.kind.as_str() {
        "growth" => "增长",
        "delta" => "变动",
        "share" => "占比",
        _ => "",
    };
    let nature = match it.nature.as_deref() {
        Some("target") => "目标 ",
        Some("reference") => "参考 ",
        _ => "",
    };
    let period = it
        .period
        .as_deref()
        .map(|it| format!(" ({it})"))
        .unwrap_or_default();
    format!("{nature}{kind}{bound}{}{period}", it.said)
}

/// The sentence that a mention stands in.
#[must_use]
pub fn sentence(document: &ReadDocument, chars: &[char], mention: &MentionView) -> String {
    let place = document
        .sentences
        .partition_point(|(_, end)| *end <= mention.start);
    let (start, end) = match document.sentences.get(place) {
        Some((start, end)) if *start <= mention.start => (*start, (*end).max(mention.end)),
        _ => (mention.start, mention.end),
    };
    chars[start.min(chars.len())..end.min(chars.len())]
        .iter()
        .collect::<String>()
        .trim()
        .to_owned()
}
