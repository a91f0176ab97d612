//! The text of a paper with its frozen figures in place.
//!
//! Owns where each figure stands and which release is behind it. A docx that was composed here says so itself, at each figure;
//! elsewhere it is told by the words. Leaves reading to `documents`.
//!
//! Invariant: a figure that carries a release is that release's, whatever the words around it say.
//!
//! Start reading at [`text`].

use std::{collections::BTreeSet, ops::Range};

use quanyu_documents::compose::marks::{Mark, read_marks};
use quanyu_store::files;

use super::Paper;
use crate::app::{
    AppError, Product,
    documents::{MentionView, ReadDocument},
    releases::{self, Release},
};

/// The text of a paper with its frozen figures in place.
#[derive(Clone, Debug)]
pub struct PaperText {
    /// Paragraphs, headings and rows of tables in order.
    pub blocks: Vec<Line>,
    /// Figures of the text that no release stands behind.
    pub loose: usize,
    /// The releases that the file itself names; `None` where it names none.
    pub carried: Option<BTreeSet<String>>,
}

/// A paragraph, a heading or a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// 0 is text, 1–4 a heading.
    pub level: u8,
    /// A row of a table, its cells apart by tabs.
    pub row: bool,
    /// What it says.
    pub pieces: Vec<Piece>,
}

/// A piece of text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// What it says.
    pub text: String,
    /// Whether it is a figure.
    pub figure: bool,
    /// The release behind it.
    pub release: Option<String>,
}

/// A figure in the text: its characters and its release.
struct Figure {
    range: Range<usize>,
    release: Option<String>,
}

/// The text of a paper; `None` where it has none, or one that cannot be read.
///
/// # Errors
/// The disk's and the database's.
pub async fn text(
    product: &Product,
    paper: &Paper,
    frozen: &[Release],
) -> Result<Option<PaperText>, AppError> {
    let Some((hash, name)) = &paper.draft else {
        return Ok(None);
    };
    let bytes = files::read(&product.store, hash).await?;
    let (reader, name) = (product.reader(), name.clone());
    // A long report takes its time, aside from the threads that answer requests.
    let work = tokio::task::spawn_blocking(move || {
        let read = reader.read(&name, &bytes);
        (read, marks(&bytes))
    });
    let (read, marks) = match work.await {
        Ok(done) => done,
        Err(error) => std::panic::resume_unwind(error.into_panic()),
    };
    let Ok(read) = read else {
        return Ok(None);
    };
    let names: Vec<String> = marks.iter().map(|it| it.release.clone()).collect();
    let known = releases::find(product, &names).await?;
    let mut figures: Vec<Figure> = marks
        .into_iter()
        .map(|it| Figure {
            release: Some(it.release).filter(|it| known.contains_key(it)),
            range: it.range,
        })
        .collect();
    let carried: BTreeSet<String> = figures.iter().filter_map(|it| it.release.clone()).collect();
    // What is aimed at stands in a plan, not in the records: nothing of it can be frozen.
    let told = |it: &&MentionView| it.is_figure() && it.nature.as_deref() != Some("target");
    for mention in read.mentions.iter().filter(told) {
        let tagged = |it: &Figure| it.range.start < mention.end && mention.start < it.range.end;
        if !figures.iter().any(tagged) {
            figures.push(Figure {
                range: mention.start..mention.end,
                release: behind(mention, frozen).map(|it| it.id.clone()),
            });
        }
    }
    figures.sort_by_key(|it| it.range.start);
    Ok(Some(PaperText {
        blocks: cut(&read, &figures),
        loose: figures.iter().filter(|it| it.release.is_none()).count(),
        carried: (!carried.is_empty()).then_some(carried),
    }))
}

/// The releases that a docx of ours carries at its figures, in order of the text; another file carries none.
pub(super) fn marks(bytes: &[u8]) -> Vec<Mark> {
    if !bytes.starts_with(b"PK\x03\x04") {
        return Vec::new();
    }
    read_marks(bytes).unwrap_or_default()
}

/// The blocks of a text, cut where figures begin and end.
fn cut(read: &ReadDocument, figures: &[Figure]) -> Vec<Line> {
    let chars: Vec<char> = read.text.chars().collect();
    let words = |range: Range<usize>| -> String { chars[range].iter().collect() };
    let mut blocks = Vec::with_capacity(read.blocks.len());
    for block in &read.blocks {
        let length: usize = block.pieces.iter().map(|it| it.0.chars().count()).sum();
        let (mut at, end) = (block.start, (block.start + length).min(chars.len()));
        let mut pieces = Vec::new();
        let plain = |range: Range<usize>| Piece {
            text: words(range),
            figure: false,
            release: None,
        };
        for it in figures {
            let (from, to) = (it.range.start.max(at), it.range.end.min(end));
            if from >= to {
                continue;
            }
            if from > at {
                pieces.push(plain(at..from));
            }
            pieces.push(Piece {
                text: words(from..to),
                figure: true,
                release: it.release.clone(),
            });
            at = to;
        }
        if at < end {
            pieces.push(plain(at..end));
        }
        blocks.push(Line {
            level: block.level,
            row: block.row,
            pieces,
        });
    }
    blocks
}

/// The release that prints what a mention says: of the same indicator where the reader linked it, else of the same words.
fn behind<'a>(mention: &MentionView, frozen: &'a [Release]) -> Option<&'a Release> {
    let linked = mention.indicator.as_ref().map(|it| it.0.as_str());
    let same = |it: &&Release| it.said == mention.text || it.said == mention.said;
    let measure = match mention.kind.as_str() {
        "growth" => "growth",
        "rank" => "rank",
        "share" => "share",
        _ => "value",
    };
    let fits = |it: &&Release| {
        it.measure.as_str() == measure && linked.is_none_or(|id| it.indicator == id)
    };
    // The newest counts where a figure was frozen anew.
    frozen.iter().rev().filter(same).find(fits)
}
