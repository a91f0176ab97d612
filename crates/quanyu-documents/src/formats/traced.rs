//! Text that knows where in its file it stands.
//!
//! Owns [`Traced`], which the reader of docx fills, and [`Trace`], which says for a range of characters of the text that
//! was read which bytes of which part they are. Leaves what to do with the bytes to [`crate::edit`].
//!
//! Invariant: the stretches of a text count exactly its characters; what the reader made itself (numbers of lists, blanks
//! between the paragraphs of a cell, ends of lines) is [`Origin::Made`].

use std::ops::{Deref, Range};

/// A part of the package that holds text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Part {
    Document,
    Footnotes,
    Endnotes,
}

impl Part {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Document => "word/document.xml",
            Self::Footnotes => "word/footnotes.xml",
            Self::Endnotes => "word/endnotes.xml",
        }
    }
}

/// Where characters come from; bytes are counted in the text of the part, without the mark of its encoding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// The reader made them.
    Made,
    /// They stand there as they are, one after the other.
    Text { part: Part, start: u32 },
    /// One character that is written otherwise: a reference, an element such as a tab.
    Mark { part: Part, start: u32, end: u32 },
}

/// So many characters of one origin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stretch {
    pub(crate) chars: usize,
    pub(crate) origin: Origin,
}

/// A text with its stretches.
#[derive(Clone, Debug, Default)]
pub(crate) struct Traced {
    text: String,
    stretches: Vec<Stretch>,
}

impl Deref for Traced {
    type Target = str;

    fn deref(&self) -> &str {
        &self.text
    }
}

impl Traced {
    /// A text of the reader's own.
    pub(crate) fn made(text: &str) -> Self {
        let mut traced = Self::default();
        traced.push(text, Origin::Made);
        traced
    }

    pub(crate) fn stretches(&self) -> &[Stretch] {
        &self.stretches
    }

    pub(crate) fn push(&mut self, text: &str, origin: Origin) {
        if !text.is_empty() {
            self.text.push_str(text);
            let chars = text.chars().count();
            self.stretches.push(Stretch { chars, origin });
        }
    }

    pub(crate) fn append(&mut self, more: &Self) {
        self.text.push_str(&more.text);
        self.stretches.extend_from_slice(&more.stretches);
    }

    /// Adds `more` behind a blank, where both are something.
    pub(crate) fn join(&mut self, more: &Self) {
        if !self.is_empty() && !more.is_empty() {
            self.push(" ", Origin::Made);
        }
        self.append(more);
    }

    /// Without white space at the end.
    pub(crate) fn trimmed_end(mut self) -> Self {
        let kept = self.text.trim_end().len();
        let mut gone = self.text[kept..].chars().count();
        self.text.truncate(kept);
        while let Some(last) = self.stretches.last_mut().filter(|_| gone > 0) {
            let taken = gone.min(last.chars);
            last.chars -= taken;
            gone -= taken;
            if last.chars == 0 {
                self.stretches.pop();
            }
        }
        self
    }

    /// Without white space at either end.
    pub(crate) fn trimmed(self) -> Self {
        let mut left = self.trimmed_end();
        let cut = left.text.len() - left.text.trim_start().len();
        let (mut gone, mut bytes) = (left.text[..cut].chars().count(), 0_usize);
        let mut whole = 0;
        for stretch in &mut left.stretches {
            let taken = gone.min(stretch.chars);
            let length: usize = left.text[bytes..]
                .chars()
                .take(taken)
                .map(char::len_utf8)
                .sum();
            if let Origin::Text { start, .. } = &mut stretch.origin {
                *start += u32::try_from(length).unwrap_or(u32::MAX);
            }
            (stretch.chars, gone, bytes) = (stretch.chars - taken, gone - taken, bytes + length);
            if stretch.chars > 0 {
                break;
            }
            whole += 1;
        }
        left.stretches.drain(..whole);
        left.text.drain(..cut);
        left
    }
}

/// Characters that stand together in a part: their bytes there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Piece {
    pub(crate) part: Part,
    pub(crate) start: u32,
    pub(crate) end: u32,
}

/// Where the characters of a text that was read come from.
#[derive(Clone, Debug, Default)]
pub(crate) struct Trace {
    /// First character of each stretch, its origin.
    starts: Vec<(usize, Origin)>,
    chars: usize,
}

impl Trace {
    pub(crate) fn new(stretches: &[Stretch]) -> Self {
        let mut trace = Self::default();
        for stretch in stretches {
            trace.starts.push((trace.chars, stretch.origin));
            trace.chars += stretch.chars;
        }
        trace
    }

    /// How many characters the text has.
    pub(crate) fn chars(&self) -> usize {
        self.chars
    }

    /// Every stretch of the text: its characters, and where they come from.
    pub(crate) fn stretches(&self) -> impl Iterator<Item = (Range<usize>, Origin)> {
        let ends = self.starts.iter().skip(1).map(|it| it.0);
        let ends = ends.chain(std::iter::once(self.chars));
        self.starts
            .iter()
            .zip(ends)
            .map(|(it, end)| (it.0..end, it.1))
    }

    /// The pieces of a range in order of the text; `None` for what the reader made. `offsets` are the bytes at which the
    /// characters of the text begin, and its end.
    pub(crate) fn pieces(&self, range: Range<usize>, offsets: &[usize]) -> Vec<Option<Piece>> {
        let mut at = self.starts.partition_point(|it| it.0 <= range.start);
        at = at.saturating_sub(1);
        let mut pieces = Vec::new();
        for (place, (first, origin)) in self.starts.iter().enumerate().skip(at) {
            let next = self.starts.get(place + 1).map_or(self.chars, |it| it.0);
            if *first >= range.end {
                break;
            }
            let (from, to) = (range.start.max(*first), range.end.min(next));
            if from >= to {
                continue;
            }
            pieces.push(match *origin {
                Origin::Made => None,
                Origin::Mark { part, start, end } => Some(Piece { part, start, end }),
                Origin::Text { part, start } => {
                    let byte = |it: usize| start + (offsets[it] - offsets[*first]) as u32;
                    Some(Piece {
                        part,
                        start: byte(from),
                        end: byte(to),
                    })
                }
            });
        }
        pieces
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOCUMENT: Part = Part::Document;

    fn text(start: u32) -> Origin {
        Origin::Text {
            part: DOCUMENT,
            start,
        }
    }

    #[test]
    fn trimming_keeps_what_is_left_where_it_stands() {
        let mut traced = Traced::made(" ");
        traced.push("\u{3000}全域 ", text(100));
        traced.push(" ", text(200));
        let traced = traced.trimmed();
        assert_eq!(&*traced, "全域");
        let stretch = Stretch {
            chars: 2,
            origin: text(103),
        };
        assert_eq!(traced.stretches(), [stretch]);
    }

    #[test]
    fn a_range_is_cut_into_the_pieces_of_its_stretches() {
        let mut traced = Traced::made("一、");
        traced.push("合同额", text(10));
        let (start, end) = (40, 45);
        traced.push(
            "&",
            Origin::Mark {
                part: DOCUMENT,
                start,
                end,
            },
        );
        let trace = Trace::new(traced.stretches());
        let mut offsets: Vec<usize> = traced.char_indices().map(|it| it.0).collect();
        offsets.push(traced.len());
        let piece = |start, end| {
            Some(Piece {
                part: DOCUMENT,
                start,
                end,
            })
        };
        assert_eq!(trace.chars(), 6);
        assert_eq!(
            trace.pieces(1..6, &offsets),
            [None, piece(10, 19), piece(40, 45)]
        );
        assert_eq!(trace.pieces(3..4, &offsets), [piece(13, 16)]);
        assert_eq!(trace.pieces(4..4, &offsets), []);
    }
}
