//! Where content controls stand in the text of a docx.
//!
//! Text of a control is put between two private characters while paragraphs are put together, and these are taken out of the
//! finished text. So a range is right whatever was trimmed, numbered or joined on the way.
//!
//! Invariant: the text without these characters is the text as it is read without looking at controls.

use std::ops::Range;

/// First of the characters that begin a piece; the number of the control is added.
const BEGIN: [(u32, usize); 2] = [(0xF_0000, 0xFFFE), (0x10_0000, 0xFFF0)];
/// Tags and names that begin otherwise are somebody else's.
const OURS: &str = "quanyu";
/// Ends a piece.
const END: char = '\u{10fffd}';

/// The controls met so far, and bookmarks, which office programs keep that drop tags.
#[derive(Default)]
pub(super) struct Controls {
    /// Tags of controls and names of bookmarks.
    tags: Vec<String>,
    open: Vec<Option<usize>>,
    /// Bookmarks that are open: their ids and places in `tags`.
    bookmarks: Vec<(String, usize)>,
}

impl Controls {
    pub(super) fn open(&mut self) {
        self.open.push(None);
    }

    pub(super) fn close(&mut self) {
        self.open.pop();
    }

    /// The innermost open control has this tag.
    pub(super) fn tag(&mut self, tag: String) {
        if let Some(open) = self.open.last_mut()
            && tag.starts_with(OURS)
        {
            *open = Some(self.tags.len());
            self.tags.push(tag);
        }
    }

    pub(super) fn bookmark(&mut self, id: Option<String>, name: Option<String>) {
        if let (Some(id), Some(name)) = (id, name)
            && name.starts_with(OURS)
        {
            self.bookmarks.push((id, self.tags.len()));
            self.tags.push(name);
        }
    }

    pub(super) fn end_bookmark(&mut self, id: Option<String>) {
        self.bookmarks.retain(|it| Some(&it.0) != id.as_ref());
    }

    /// Adds text, between marks where a control is open. White space at its ends stays outside, since it may be trimmed.
    pub(super) fn push(&self, text: &str, out: &mut String) {
        let bookmark = || self.bookmarks.last().map(|it| it.1);
        let control = self.open.iter().rev().find_map(|it| *it).or_else(bookmark);
        let Some(begin) = control.and_then(begin).filter(|_| !text.trim().is_empty()) else {
            out.extend(text.chars().map(harmless));
            return;
        };
        let core = text.trim();
        let from = text.len() - text.trim_start().len();
        out.push_str(&text[..from]);
        out.push(begin);
        out.extend(core.chars().map(harmless));
        out.push(END);
        out.push_str(&text[from + core.len()..]);
    }

    /// Takes the marks out of the finished text: the text, and tag and range of each control that says something.
    pub(super) fn places(self, marked: &str) -> (String, Vec<(String, Range<usize>)>) {
        let mut text = String::with_capacity(marked.len());
        let mut places: Vec<(usize, Range<usize>)> = Vec::new();
        let (mut at, mut open) = (0, None);
        // Pieces of one control belong together if only white space stands between them.
        let mut said = false;
        for c in marked.chars() {
            if let Some(control) = control(c) {
                open = Some(control);
                match places.last() {
                    Some((last, _)) if *last == control && !said => {}
                    _ => places.push((control, at..at)),
                }
            } else if c == END {
                if let (Some(_), Some((_, range))) = (open.take(), places.last_mut()) {
                    range.end = at;
                }
                said = false;
            } else {
                said |= open.is_none() && !c.is_whitespace();
                text.push(c);
                at += 1;
            }
        }
        let tag = |(control, range)| Some((self.tags.get::<usize>(control)?.clone(), range));
        (text, places.into_iter().filter_map(tag).collect())
    }
}

fn begin(control: usize) -> Option<char> {
    let mut rest = control;
    for (first, count) in BEGIN {
        if rest < count {
            return char::from_u32(first + u32::try_from(rest).ok()?);
        }
        rest -= count;
    }
    None
}

fn control(c: char) -> Option<usize> {
    let mut before = 0;
    for (first, count) in BEGIN {
        let at = (c as u32).checked_sub(first).map(|it| it as usize);
        if let Some(at) = at.filter(|it| *it < count) {
            return Some(before + at);
        }
        before += count;
    }
    None
}

/// A character that we would take for a mark of ours is only a character of no meaning.
fn harmless(c: char) -> char {
    if c == END || control(c).is_some() {
        '\u{fffd}'
    } else {
        c
    }
}
