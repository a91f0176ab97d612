//! The figures of a docx found again: what each content control of ours says, and where it stands in the text.
//!
//! Owns the tag `quanyu:fig:RELEASE:N` of a control, and the bookmark `quanyu_fig_RELEASE_N` around it, which office programs
//! keep that know no tags. Leaves the text to [`crate::formats`]: a range is of the text as our docx reader gives it,
//! whatever Word, WPS or LibreOffice made of the runs, and wherever the control was moved to.
//!
//! Start reading at [`read_marks`].

use std::ops::Range;

use quick_xml::{
    Reader,
    events::{BytesStart, Event},
};

use crate::{
    formats::{
        FormatError,
        docx::extract_traced,
        traced::{Origin, Part},
    },
    package::{Package, Source},
};

/// Word takes no longer name of a bookmark.
const LONGEST_BOOKMARK: usize = 40;

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

/// The figures of a docx in text order; those whose control was emptied are left out.
///
/// # Errors
/// As [`crate::formats::extract`] of a docx.
pub fn read_marks(docx: &[u8]) -> Result<Vec<Mark>, FormatError> {
    let package = Package::open(Source::Bytes(docx.into()))?;
    let (doc, trace) = extract_traced(&package)?;
    let owners = Owners::read(&package.text(Part::Document.name())?)?;
    let chars: Vec<char> = doc.text.chars().collect();
    let blank = |range: Range<usize>| chars[range].iter().all(|it| it.is_whitespace());
    let mut found: Vec<(usize, Range<usize>)> = Vec::new();
    for (range, origin) in trace.stretches() {
        let (Origin::Text { part, start } | Origin::Mark { part, start, .. }) = origin else {
            continue;
        };
        let owner = owners.at(start).filter(|_| part == Part::Document);
        let Some(owner) = owner.filter(|_| !blank(range.clone())) else {
            continue;
        };
        match found.last_mut() {
            // Runs of one control belong together, also where it holds several paragraphs.
            Some((last, so_far)) if *last == owner && blank(so_far.end..range.start) => {
                so_far.end = range.end;
            }
            _ => found.push((owner, range)),
        }
    }
    let mark = |(owner, range): (usize, Range<usize>)| {
        let (release, number) = parse_tag(&owners.names[owner])?;
        Some(Mark {
            release: release.to_owned(),
            number,
            text: chars[range.clone()].iter().collect(),
            range,
        })
    };
    Ok(found.into_iter().filter_map(mark).collect())
}

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

/// Which control, else which bookmark, each byte of the document part lies in.
struct Owners {
    /// Tags and names, as they were met.
    names: Vec<String>,
    /// From which byte on who owns.
    changes: Vec<(u32, Option<usize>)>,
}

impl Owners {
    fn read(xml: &str) -> Result<Self, FormatError> {
        let mut owners = Self {
            names: Vec::new(),
            changes: Vec::new(),
        };
        // Controls that are open, with what they are called if it is one of ours; bookmarks likewise, by their ids.
        let mut controls: Vec<Option<usize>> = Vec::new();
        let mut bookmarks: Vec<(String, usize)> = Vec::new();
        let mut reader = Reader::from_str(xml);
        loop {
            let event = reader.read_event().map_err(|it| FormatError::Damaged {
                part: Part::Document.name().to_owned(),
                reason: it.to_string(),
            })?;
            match &event {
                Event::Start(tag) | Event::Empty(tag) => match tag.local_name().as_ref() {
                    "sdt" if matches!(event, Event::Start(_)) => controls.push(None),
                    "tag" => {
                        if let (Some(open), Some(name)) = (controls.last_mut(), ours(tag, "val")) {
                            *open = Some(owners.names.len());
                            owners.names.push(name);
                        }
                    }
                    "bookmarkStart" => {
                        if let (Some(name), Some(id)) = (ours(tag, "name"), attribute(tag, "id")) {
                            bookmarks.push((id, owners.names.len()));
                            owners.names.push(name);
                        }
                    }
                    "bookmarkEnd" => {
                        let id = attribute(tag, "id");
                        bookmarks.retain(|it| Some(&it.0) != id.as_ref());
                    }
                    _ => continue,
                },
                Event::End(tag) if tag.local_name().as_ref() == "sdt" => {
                    controls.pop();
                }
                Event::Eof => return Ok(owners),
                _ => continue,
            }
            let bookmark = || bookmarks.last().map(|it| it.1);
            let owner = controls.iter().rev().find_map(|it| *it).or_else(bookmark);
            // A part holds less than 4 GiB: the package sees to it.
            owners
                .changes
                .push((reader.buffer_position() as u32, owner));
        }
    }

    fn at(&self, byte: u32) -> Option<usize> {
        let after = self.changes.partition_point(|it| it.0 <= byte);
        self.changes[..after].last().and_then(|it| it.1)
    }
}

/// An attribute that names a figure of ours; other names are somebody else's.
fn ours(tag: &BytesStart<'_>, name: &str) -> Option<String> {
    attribute(tag, name).filter(|it| parse_tag(it).is_some())
}

fn attribute(tag: &BytesStart<'_>, name: &str) -> Option<String> {
    let mut all = tag.attributes();
    let found = all
        .with_checks(false)
        .flatten()
        .find(|it| it.key.local_name().as_ref() == name)?;
    let value = quick_xml::escape::unescape(&found.value).ok()?;
    Some(value.into_owned())
}
