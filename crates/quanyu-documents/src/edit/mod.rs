//! A user's docx with comments and tracked changes put in, in place.
//!
//! Owns where in the XML a range of characters begins and ends, splitting runs there, the part of the comments, and writing
//! the package again. Leaves the text and its offsets to [`crate::formats`]: an edit is said in characters of the text that
//! [`crate::formats::extract`] gives for the same file.
//!
//! Invariant: parts that are not edited stay byte for byte; in an edited part every byte that no edit touches stays. An
//! edit that has no place in the file is refused with its range, and then nothing is written.
//!
//! Start reading at [`edit`]; then [`place`] (from characters to bytes), [`weave`] (what is written there).

mod ids;
mod nodes;
mod package;
mod place;
mod remarks;
mod weave;

use std::{collections::BTreeMap, ops::Range};

use jiff::civil::DateTime;

use crate::{
    formats::{
        FormatError, docx,
        traced::{Part, Trace},
    },
    package::{Package, PackageError, Source},
};
use nodes::Nodes;
use weave::Weave;

/// Edits of one file; a report of a hundred pages has a few thousand figures.
const MAX_EDITS: usize = 50_000;

/// A remark on a range of the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comment {
    /// Characters of the text as it is read.
    pub range: Range<usize>,
    /// Who says it.
    pub author: String,
    /// When, by the clock on the wall: the format knows no time zone.
    pub time: DateTime,
    /// What is said; its lines become paragraphs.
    pub text: String,
}

/// A range of the text replaced, as a tracked change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revision {
    /// Characters of the text as it is read; an empty range inserts before its character.
    pub range: Range<usize>,
    /// What stands there instead; empty deletes.
    pub new_text: String,
    /// Who changes it.
    pub author: String,
    /// When, by the clock on the wall.
    pub time: DateTime,
}

/// Why a docx was not edited. The texts for people are found by [`EditError::code`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EditError {
    /// The file cannot be read at all.
    #[error(transparent)]
    Format(#[from] FormatError),
    /// Another kind of document: only docx is edited.
    #[error("only a docx can be edited; save the file as docx first")]
    NotDocx,
    /// The file is written in a way that is not edited.
    #[error("`{part}` cannot be edited: {reason}")]
    Unusual {
        /// The part.
        part: String,
        /// What is unusual about it.
        reason: &'static str,
    },
    /// A range that the text does not have.
    #[error("characters {start} to {end} are not in a text of {chars}")]
    OutOfText {
        /// First character.
        start: usize,
        /// After the last.
        end: usize,
        /// How many the text has.
        chars: usize,
    },
    /// Characters that cannot be edited where they stand.
    #[error("characters {start} to {end} cannot be edited: {reason}")]
    NoPlace {
        /// First character.
        start: usize,
        /// After the last.
        end: usize,
        /// Why not.
        reason: &'static str,
    },
    /// The new text is the old one, or a remark says nothing.
    #[error("the edit of characters {start} to {end} changes nothing")]
    Nothing {
        /// First character.
        start: usize,
        /// After the last.
        end: usize,
    },
    /// Two revisions of the same characters.
    #[error("two revisions overlap at character {at}")]
    Overlap {
        /// Where the second begins.
        at: usize,
    },
    /// More edits than any honest caller has.
    #[error("{0} edits in one file")]
    TooMany(usize),
}

impl EditError {
    /// The key of the texts for people.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Format(error) => error.code(),
            Self::NotDocx => "edit_not_docx",
            Self::Unusual { .. } => "edit_unusual",
            Self::OutOfText { .. } => "edit_out_of_text",
            Self::NoPlace { .. } => "edit_no_place",
            Self::Nothing { .. } => "edit_nothing",
            Self::Overlap { .. } => "edit_overlap",
            Self::TooMany(_) => "edit_too_many",
        }
    }
}

impl From<PackageError> for EditError {
    fn from(error: PackageError) -> Self {
        Self::Format(error.into())
    }
}

/// The docx with remarks at ranges of its text.
///
/// # Errors
/// [`EditError`]; nothing is written then.
pub fn comment(docx: &[u8], comments: &[Comment]) -> Result<Vec<u8>, EditError> {
    edit(docx, comments, &[])
}

/// The docx with ranges of its text replaced as tracked changes, in the properties of what they replace.
///
/// # Errors
/// [`EditError`]; nothing is written then.
pub fn revise(docx: &[u8], revisions: &[Revision]) -> Result<Vec<u8>, EditError> {
    edit(docx, &[], revisions)
}

/// [`comment`] and [`revise`] at once; all ranges count characters of the text before the edit.
///
/// # Errors
/// [`EditError`]; nothing is written then.
pub fn edit(
    docx: &[u8],
    comments: &[Comment],
    revisions: &[Revision],
) -> Result<Vec<u8>, EditError> {
    let count = comments.len() + revisions.len();
    if count > MAX_EDITS {
        return Err(EditError::TooMany(count));
    }
    if !docx.starts_with(b"PK\x03\x04") {
        return Err(EditError::NotDocx);
    }
    let package = Package::open(Source::Bytes(docx.into()))?;
    if !package.has(Part::Document.name()) {
        return Err(EditError::NotDocx);
    }
    let (read, trace) = docx::extract_traced(&package)?;
    check(comments, revisions, &read.text, &trace)?;
    if count == 0 {
        return Ok(docx.to_vec());
    }
    let mut parts = BTreeMap::new();
    for part in [Part::Document, Part::Footnotes, Part::Endnotes] {
        if package.has(part.name()) {
            parts.insert(part, package::text(&package, part.name())?);
        }
    }
    let mut nodes = BTreeMap::new();
    for (part, text) in &parts {
        nodes.insert(*part, Nodes::scan(part.name(), &text.xml)?);
    }
    let offsets = offsets(&read.text);
    let finder = place::Finder {
        nodes: &nodes,
        trace: &trace,
        offsets: &offsets,
        blocks: &read.blocks,
    };
    let mut ids = ids::Ids::default();
    parts.values().for_each(|it| ids.note(&it.xml));
    let mut remarks = remarks::Remarks::open(&package, &nodes[&Part::Document], &mut ids)?;
    let mut weaves: BTreeMap<Part, Weave<'_>> = nodes
        .iter()
        .map(|(part, nodes)| (*part, Weave::new(nodes)))
        .collect();
    let weave =
        |part: Part, weaves: &mut BTreeMap<Part, Weave<'_>>, put: &dyn Fn(&mut Weave<'_>)| {
            weaves.get_mut(&part).into_iter().for_each(put);
        };
    for it in comments {
        let (from, to) = finder.anchor(&it.range)?;
        let id = remarks.add(it, &mut ids);
        weave(Part::Document, &mut weaves, &|weave| {
            weave.remark(from, to, id)
        });
    }
    for it in revisions {
        let spot = finder.spot(&it.range)?;
        weave(spot.part, &mut weaves, &|weave| weave.revise(&spot, it));
    }
    let mut edited = remarks.finish()?;
    for (part, weave) in weaves {
        if let Some(xml) = weave.finish(&mut ids) {
            edited.insert(part.name().to_owned(), parts[&part].bytes_of(&xml));
        }
    }
    package::rewrite(docx, edited)
}

/// The bytes at which the characters of a text begin, and its end.
fn offsets(text: &str) -> Vec<usize> {
    let mut offsets: Vec<usize> = text.char_indices().map(|it| it.0).collect();
    offsets.push(text.len());
    offsets
}

/// Ranges that the text has, edits that change something, revisions that do not overlap.
fn check(
    comments: &[Comment],
    revisions: &[Revision],
    text: &str,
    trace: &Trace,
) -> Result<(), EditError> {
    let chars = trace.chars();
    let within = |range: &Range<usize>| match range.start <= range.end && range.end <= chars {
        true => Ok(()),
        false => Err(EditError::OutOfText {
            start: range.start,
            end: range.end,
            chars,
        }),
    };
    let nothing = |range: &Range<usize>| EditError::Nothing {
        start: range.start,
        end: range.end,
    };
    for it in comments {
        within(&it.range)?;
        if it.range.is_empty() || it.text.trim().is_empty() {
            return Err(nothing(&it.range));
        }
    }
    let mut ranges: Vec<&Range<usize>> = Vec::with_capacity(revisions.len());
    for it in revisions {
        within(&it.range)?;
        let same = text
            .chars()
            .skip(it.range.start)
            .take(it.range.len())
            .eq(it.new_text.chars());
        if same {
            return Err(nothing(&it.range));
        }
        ranges.push(&it.range);
    }
    ranges.sort_by_key(|it| (it.start, it.end));
    match ranges
        .windows(2)
        .find(|it| it[1].start < it[0].end || it[0] == it[1])
    {
        Some(pair) => Err(EditError::Overlap { at: pair[1].start }),
        None => Ok(()),
    }
}
