//! The figures of a docx found again: what each content control of ours says, and where it stands in the text.
//!
//! Owns the tag `quanyu:fig:RELEASE:N` of a control, and the bookmark `quanyu_fig_RELEASE_N` around it, which office programs
//! keep that know no tags. Leaves the text to [`crate::formats`]: a range is of the text as our docx reader
//! gives it, whatever Word, WPS or LibreOffice made of the runs, and wherever the control was moved to.

use std::ops::Range;

use crate::formats::{FormatError, extract_marked};

/// A figure found in a docx.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    /// The release that its tag names.
    pub release: String,
    /// The figure's number in the document it was composed in, from 1. A copied control keeps it.
    pub number: u32,
    /// Where it stands, in characters of the text.
    pub range: Range<usize>,
    /// What stands there now.
    pub text: String,
}

/// Word takes no longer name of a bookmark.
const LONGEST_BOOKMARK: usize = 40;

/// Release and number of a tag or a bookmark of ours.
#[must_use]
pub fn parse_tag(tag: &str) -> Option<(&str, u32)> {
    let tagged = tag
        .strip_prefix("quanyu:fig:")
        .and_then(|it| it.rsplit_once(':'));
    let marked = || {
        tag.strip_prefix("quanyu_fig_")
            .and_then(|it| it.rsplit_once('_'))
    };
    let (release, number) = tagged.or_else(marked)?;
    Some((release, number.parse().ok()?))
}

/// The bookmark of a figure, N from 0; `None` where the release cannot stand in a name.
pub(super) fn bookmark(release: &str, index: usize) -> Option<String> {
    let name = format!("quanyu_fig_{release}_{}", index + 1);
    let fine = name
        .bytes()
        .all(|it| it.is_ascii_alphanumeric() || it == b'_');
    (fine && name.len() <= LONGEST_BOOKMARK).then_some(name)
}

/// The figures of a docx in text order; those whose control was emptied are left out.
///
/// # Errors
/// As [`crate::formats::extract`]; a file that is no docx has no marks.
pub fn read_marks(docx: &[u8]) -> Result<Vec<Mark>, FormatError> {
    let (text, tags) = extract_marked(docx)?;
    let chars: Vec<char> = text.chars().collect();
    let mut marks: Vec<Mark> = Vec::new();
    for (tag, range) in tags {
        let Some((release, number)) = parse_tag(&tag) else {
            continue;
        };
        marks.push(Mark {
            release: release.to_owned(),
            number,
            text: chars[range.clone()].iter().collect(),
            range,
        });
    }
    Ok(marks)
}
