//! From characters of the text to places in the XML where something can be put.
//!
//! A run can be cut before and after each of its characters. Where it is not wise to cut (formulas, small letters over
//! others, drawings, content controls that hold bare text) a remark takes the whole element, and a revision is refused.
//! Remarks on text boxes and notes stand at the run that holds them: Word has none within.

use std::{collections::BTreeMap, ops::Range};

use super::{
    EditError,
    nodes::{Kind, NONE, Node, Nodes, attribute},
};
use crate::formats::{
    BlockSpan,
    traced::{Part, Piece, Trace},
};

/// Bytes of `<![CDATA[` and `]]>`.
const CDATA: (u32, u32) = (9, 3);

/// Where something can be put, in order of the part: at one byte what ends stands before what begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Cut {
    pub(super) byte: u32,
    pub(super) begins: bool,
    pub(super) how: How,
}

/// What has to be closed and opened again there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum How {
    /// Nothing: the edge of an element.
    Edge,
    /// A run, between two of its elements.
    Between { run: u32 },
    /// A run and the text within.
    Inside { run: u32, text: u32 },
}

/// Where a revision goes.
#[derive(Debug)]
pub(super) struct Spot {
    pub(super) part: Part,
    /// What is deleted, run by run.
    pub(super) segments: Vec<Segment>,
    /// Where the new text goes, and the run whose properties it takes.
    pub(super) insert: (Cut, u32),
}

/// Characters of one run that stand together.
#[derive(Clone, Copy, Debug)]
pub(super) struct Segment {
    pub(super) run: u32,
    pub(super) from: Cut,
    pub(super) to: Cut,
}

/// A character's run and the element of the run that holds it.
#[derive(Clone, Copy)]
struct Held {
    run: u32,
    child: Node,
    /// The element that holds the character is a text, or is the character.
    simple: bool,
}

pub(super) struct Finder<'a, 'x> {
    pub(super) nodes: &'a BTreeMap<Part, Nodes<'x>>,
    pub(super) trace: &'a Trace,
    pub(super) offsets: &'a [usize],
    pub(super) blocks: &'a [BlockSpan],
}

impl Finder<'_, '_> {
    /// Where a remark on a range begins and ends, in the document part.
    pub(super) fn anchor(&self, range: &Range<usize>) -> Result<(Cut, Cut), EditError> {
        let mut edges: Option<(Cut, Cut)> = None;
        for piece in self.pieces_near(range) {
            if let Some((from, to)) = self.edges(&piece) {
                edges = Some(edges.map_or((from, to), |it| (it.0.min(from), it.1.max(to))));
            }
        }
        edges.ok_or(EditError::NoPlace {
            start: range.start,
            end: range.end,
            reason: "nothing of the file stands there",
        })
    }

    /// The pieces of a range; where all of it was made by the reader, the nearest of the same block.
    fn pieces_near(&self, range: &Range<usize>) -> Vec<Piece> {
        let pieces = |range| -> Vec<Piece> {
            let all = self.trace.pieces(range, self.offsets);
            all.into_iter().flatten().collect()
        };
        let own = pieces(range.clone());
        if !own.is_empty() {
            return own;
        }
        let block = self
            .blocks
            .iter()
            .find(|it| it.start_char < range.end && range.start < it.end_char);
        let Some(block) = block else {
            return Vec::new();
        };
        let behind = pieces(range.end.min(block.end_char)..block.end_char);
        if let Some(piece) = behind.first() {
            return vec![*piece];
        }
        pieces(block.start_char..range.start.max(block.start_char))
            .pop()
            .into_iter()
            .collect()
    }

    fn edges(&self, piece: &Piece) -> Option<(Cut, Cut)> {
        let nodes = &self.nodes[&Part::Document];
        let piece = match piece.part {
            Part::Document => *piece,
            note => self.reference(note, piece)?,
        };
        let at = nodes.innermost(piece.start)?;
        let (outer, outer_node) = nodes
            .chain(at)
            .filter(|it| matches!(it.1.kind, Kind::Run | Kind::Whole))
            .last()?;
        let control = nodes
            .chain(outer)
            .take_while(|it| it.1.kind != Kind::Paragraph)
            .filter(|it| it.1.kind == Kind::PlainControl)
            .last();
        if let Some((_, control)) = control {
            return Some(edges_of(&control));
        }
        match held(nodes, at) {
            Some(held) if held.simple && held.run == outer => Some((
                before(nodes, &held, piece.start),
                after(nodes, &held, piece.end),
            )),
            _ => Some(edges_of(&outer_node)),
        }
    }

    /// The mark in the document of the note that holds a piece.
    fn reference(&self, part: Part, piece: &Piece) -> Option<Piece> {
        let notes = self.nodes.get(&part)?;
        let at = notes.innermost(piece.start)?;
        let note = notes.chain(at).find(|it| it.1.kind == Kind::Note)?.1;
        let id = |nodes: &Nodes<'_>, node: Node| {
            let tag = nodes.open_tag(node).to_owned();
            attribute(&tag, &format!("{}id", nodes.prefix)).map(|it| tag[it].to_owned())
        };
        let wanted = id(notes, note)?;
        let document = &self.nodes[&Part::Document];
        let ending = match part {
            Part::Endnotes => "endnoteReference",
            _ => "footnoteReference",
        };
        let (_, found) = document
            .of_kind(Kind::NoteReference)
            .filter(|it| document.name(it.1).ends_with(ending))
            .find(|it| id(document, it.1).as_ref() == Some(&wanted))?;
        Some(Piece {
            part: Part::Document,
            start: found.start,
            end: found.end,
        })
    }

    /// Where a revision of a range goes.
    pub(super) fn spot(&self, range: &Range<usize>) -> Result<Spot, EditError> {
        let refused = |reason| EditError::NoPlace {
            start: range.start,
            end: range.end,
            reason,
        };
        if range.is_empty() {
            return self.point(range.start).ok_or(refused("no run is there"));
        }
        let mut part = None;
        let mut segments: Vec<Segment> = Vec::new();
        let mut last: Option<(u32, Node)> = None;
        for piece in self.trace.pieces(range.clone(), self.offsets) {
            let piece = piece.ok_or(refused("it holds the number of a list or ends a line"))?;
            if *part.get_or_insert(piece.part) != piece.part {
                return Err(refused("it goes over from one part to another"));
            }
            let nodes = &self.nodes[&piece.part];
            let held = self
                .held(&piece)
                .ok_or(refused("it is in a drawing or a formula"))?;
            let to = after(nodes, &held, piece.end);
            let joined = |it: &(u32, Node)| {
                it.0 == held.run && (it.1.start == held.child.start || it.1.end == held.child.start)
            };
            match segments
                .last_mut()
                .filter(|_| last.as_ref().is_some_and(joined))
            {
                Some(segment) => segment.to = to,
                None => segments.push(Segment {
                    run: held.run,
                    from: before(nodes, &held, piece.start),
                    to,
                }),
            }
            last = Some((held.run, held.child));
        }
        let (Some(part), Some(first)) = (part, segments.first().copied()) else {
            return Err(refused("nothing of the file stands there"));
        };
        // Behind all that is deleted, as long as it lies in the same link or control as the first of it.
        let nodes = &self.nodes[&part];
        let home = nodes.get(first.run).parent;
        let together = segments
            .iter()
            .take_while(|it| nodes.get(it.run).parent == home)
            .last()
            .unwrap_or(&first);
        Ok(Spot {
            part,
            insert: (together.to, first.run),
            segments,
        })
    }

    /// Where text goes that is put before a character: behind the one before it, in whose properties people type on.
    fn point(&self, at: usize) -> Option<Spot> {
        let one = |range: Range<usize>| {
            let inside = range.end <= self.trace.chars();
            let pieces = inside.then(|| self.trace.pieces(range, self.offsets))?;
            pieces.first().copied().flatten()
        };
        let (piece, behind) = match at.checked_sub(1).and_then(|it| one(it..at)) {
            Some(piece) => (piece, true),
            None => (one(at..at + 1)?, false),
        };
        let held = self.held(&piece)?;
        let nodes = &self.nodes[&piece.part];
        let cut = match behind {
            true => after(nodes, &held, piece.end),
            false => before(nodes, &held, piece.start),
        };
        Some(Spot {
            part: piece.part,
            segments: Vec::new(),
            insert: (cut, held.run),
        })
    }

    /// The run of a piece, where it can be cut.
    fn held(&self, piece: &Piece) -> Option<Held> {
        let nodes = self.nodes.get(&piece.part)?;
        let at = nodes.innermost(piece.start)?;
        let whole = nodes.chain(at).any(|it| it.1.kind == Kind::Whole);
        held(nodes, at).filter(|it| it.simple && !whole)
    }
}

fn held(nodes: &Nodes<'_>, at: u32) -> Option<Held> {
    let (child, node) = nodes
        .chain(at)
        .find(|(_, it)| it.parent != NONE && nodes.get(it.parent).kind == Kind::Run)?;
    Some(Held {
        run: node.parent,
        child: node,
        simple: child == at,
    })
}

fn edges_of(node: &Node) -> (Cut, Cut) {
    let edge = |byte, begins| Cut {
        byte,
        begins,
        how: How::Edge,
    };
    (edge(node.start, true), edge(node.end, false))
}

/// The cut before a character at `byte`.
fn before(nodes: &Nodes<'_>, held: &Held, byte: u32) -> Cut {
    let (run, child) = (nodes.get(held.run), held.child);
    if child.kind == Kind::Text {
        let byte = match nodes.cdata(byte) {
            Some((first, _)) if first == byte => byte - CDATA.0,
            _ => byte,
        };
        if byte > child.open_end {
            return inside(nodes, held, byte);
        }
    }
    let content = match run.properties {
        NONE => run.open_end,
        at => nodes.get(at).end,
    };
    match nodes.slice(content, child.start).trim().is_empty() {
        true => edges_of(&run).0,
        false => between(held, child.start),
    }
}

/// The cut behind a character that ends at `byte`.
fn after(nodes: &Nodes<'_>, held: &Held, byte: u32) -> Cut {
    let (run, child) = (nodes.get(held.run), held.child);
    if child.kind == Kind::Text {
        let byte = match nodes.cdata(byte) {
            Some((_, last)) if last == byte => byte + CDATA.1,
            _ => byte,
        };
        if byte < child.close {
            return inside(nodes, held, byte);
        }
    }
    match nodes.slice(child.end, run.close).trim().is_empty() {
        true => edges_of(&run).1,
        false => between(held, child.end),
    }
}

fn between(held: &Held, byte: u32) -> Cut {
    Cut {
        byte,
        begins: true,
        how: How::Between { run: held.run },
    }
}

fn inside(nodes: &Nodes<'_>, held: &Held, byte: u32) -> Cut {
    let text = nodes.innermost(held.child.start).unwrap_or(NONE);
    Cut {
        byte,
        begins: true,
        how: How::Inside {
            run: held.run,
            text,
        },
    }
}
