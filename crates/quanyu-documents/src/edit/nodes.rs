//! The elements of a part: where each begins and ends in its bytes, and what lies in what.
//!
//! Invariant: elements stand in the order in which they begin; their number and depth are bounded, however the part is
//! made.

use quick_xml::{Reader, events::Event};

use super::EditError;
use crate::formats::FormatError;

/// Elements of a part; a report of a hundred pages has some hundred thousand.
const MAX_NODES: usize = 4_000_000;
/// Elements in each other; tables in tables in text boxes come to about sixty.
const MAX_DEPTH: usize = 512;

/// No element.
pub(super) const NONE: u32 = u32::MAX;

/// What an element is to an edit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Paragraph,
    Run,
    RunProperties,
    Text,
    /// Text inserted with changes tracked, or moved here.
    Inserted,
    /// A content control; `PlainControl` where it holds no mark-up of its own, such as a date to choose.
    Control,
    ControlProperties,
    PlainControl,
    /// Small letters over others, or a formula: its runs are not cut.
    Whole,
    Note,
    NoteReference,
    Other,
}

/// An element. `start..open_end` is its start tag, `close..end` its end tag; an empty one has `open_end == close == end`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Node {
    pub(super) kind: Kind,
    pub(super) parent: u32,
    pub(super) start: u32,
    pub(super) open_end: u32,
    pub(super) close: u32,
    pub(super) end: u32,
    /// Of a run: its properties.
    pub(super) properties: u32,
}

/// All elements of a part.
pub(super) struct Nodes<'x> {
    pub(super) xml: &'x str,
    /// The prefix of the main namespace with its colon: `w:`.
    pub(super) prefix: &'x str,
    nodes: Vec<Node>,
    /// Inside of the sections of character data.
    cdata: Vec<(u32, u32)>,
}

impl<'x> Nodes<'x> {
    pub(super) fn scan(part: &str, xml: &'x str) -> Result<Self, EditError> {
        let too_large = |what: &str| {
            EditError::Format(FormatError::TooLarge {
                what: format!("{what} of `{part}`"),
            })
        };
        let mut found = Self {
            xml,
            prefix: "",
            nodes: Vec::new(),
            cdata: Vec::new(),
        };
        let mut reader = Reader::from_str(xml);
        let (mut open, mut start): (Vec<u32>, u32) = (Vec::new(), 0);
        loop {
            let event = reader.read_event().map_err(|it| {
                EditError::Format(FormatError::Damaged {
                    part: part.to_owned(),
                    reason: it.to_string(),
                })
            })?;
            let end = reader.buffer_position() as u32;
            match event {
                Event::Start(_) | Event::Empty(_) => {
                    if found.nodes.len() >= MAX_NODES {
                        return Err(too_large("the number of elements"));
                    }
                    if open.len() >= MAX_DEPTH {
                        return Err(too_large("the nesting"));
                    }
                    let at = found.add(open.last().copied().unwrap_or(NONE), start, end);
                    if at == 0 && found.prefix.is_empty() {
                        return Err(EditError::Unusual {
                            part: part.to_owned(),
                            reason: "its elements have no prefix",
                        });
                    }
                    if matches!(event, Event::Start(_)) {
                        open.push(at);
                    }
                }
                Event::End(_) => {
                    if let Some(at) = open.pop() {
                        let node = &mut found.nodes[at as usize];
                        (node.close, node.end) = (start, end);
                    }
                }
                Event::CData(_) => found.cdata.push((start + 9, end - 3)),
                Event::Eof if open.is_empty() && !found.nodes.is_empty() => return Ok(found),
                Event::Eof => {
                    return Err(EditError::Format(FormatError::Damaged {
                        part: part.to_owned(),
                        reason: "it ends within an element".to_owned(),
                    }));
                }
                _ => {}
            }
            start = end;
        }
    }

    fn add(&mut self, parent: u32, start: u32, end: u32) -> u32 {
        let at = self.nodes.len() as u32;
        let name = name(&self.xml[start as usize..end as usize]);
        if at == 0 {
            self.prefix = name.find(':').map_or("", |it| &name[..=it]);
        }
        let within = |kind: Kind| parent != NONE && self.get(parent).kind == kind;
        let kind = match name.strip_prefix(self.prefix) {
            Some("p") => Kind::Paragraph,
            Some("r") => Kind::Run,
            Some("rPr") if within(Kind::Run) => Kind::RunProperties,
            Some("t") => Kind::Text,
            Some("ins" | "moveTo") => Kind::Inserted,
            Some("sdt") => Kind::Control,
            Some("sdtPr") => Kind::ControlProperties,
            Some("ruby") => Kind::Whole,
            Some("footnote" | "endnote") => Kind::Note,
            Some("footnoteReference" | "endnoteReference") => Kind::NoteReference,
            None if matches!(name.rsplit(':').next(), Some("oMath" | "oMathPara")) => Kind::Whole,
            _ => Kind::Other,
        };
        if within(Kind::ControlProperties)
            && matches!(
                name.strip_prefix(self.prefix),
                Some("text" | "date" | "comboBox" | "dropDownList" | "dataBinding")
            )
        {
            let control = self.get(parent).parent;
            if control != NONE && self.get(control).kind == Kind::Control {
                self.nodes[control as usize].kind = Kind::PlainControl;
            }
        }
        if kind == Kind::RunProperties && self.get(parent).properties == NONE {
            self.nodes[parent as usize].properties = at;
        }
        self.nodes.push(Node {
            kind,
            parent,
            start,
            open_end: end,
            close: end,
            end,
            properties: NONE,
        });
        at
    }

    pub(super) fn get(&self, at: u32) -> Node {
        self.nodes[at as usize]
    }

    /// The innermost element that holds a byte.
    pub(super) fn innermost(&self, byte: u32) -> Option<u32> {
        let mut at = (self.nodes.partition_point(|it| it.start <= byte) as u32).checked_sub(1)?;
        while self.get(at).end <= byte {
            at = self.get(at).parent;
            if at == NONE {
                return None;
            }
        }
        Some(at)
    }

    /// An element and those that it lies in, from the inside.
    pub(super) fn chain(&self, at: u32) -> impl Iterator<Item = (u32, Node)> {
        std::iter::successors(Some(at), |it| {
            Some(self.get(*it).parent).filter(|it| *it != NONE)
        })
        .map(|it| (it, self.get(it)))
    }

    /// The children of an element that begin before `until`.
    pub(super) fn children(&self, of: u32, until: u32) -> impl Iterator<Item = Node> {
        let end = self.get(of).end.min(until);
        (of + 1..self.nodes.len() as u32)
            .map(|it| self.get(it))
            .take_while(move |it| it.start < end)
            .filter(move |it| it.parent == of)
    }

    /// All elements of a kind.
    pub(super) fn of_kind(&self, kind: Kind) -> impl Iterator<Item = (u32, Node)> {
        (0..self.nodes.len() as u32)
            .map(|it| (it, self.get(it)))
            .filter(move |it| it.1.kind == kind)
    }

    /// Whether a byte lies between the marks of a section of character data: 1 at its first byte, 2 past its last.
    pub(super) fn cdata(&self, byte: u32) -> Option<(u32, u32)> {
        let at = self.cdata.partition_point(|it| it.1 < byte);
        self.cdata.get(at).copied().filter(|it| it.0 <= byte)
    }

    pub(super) fn slice(&self, from: u32, to: u32) -> &'x str {
        &self.xml[from as usize..to as usize]
    }

    /// The start tag of an element.
    pub(super) fn open_tag(&self, node: Node) -> &'x str {
        self.slice(node.start, node.open_end)
    }

    /// The name of an element with its prefix.
    pub(super) fn name(&self, node: Node) -> &'x str {
        name(self.open_tag(node))
    }
}

/// The name in a start tag.
pub(super) fn name(tag: &str) -> &str {
    let rest = tag.strip_prefix('<').unwrap_or(tag);
    let end = rest
        .find(|c: char| c.is_ascii_whitespace() || matches!(c, '>' | '/'))
        .unwrap_or(rest.len());
    &rest[..end]
}

/// Where in a start tag the value of an attribute stands.
pub(super) fn attribute(tag: &str, wanted: &str) -> Option<std::ops::Range<usize>> {
    let mut at = name(tag).len() + 1;
    loop {
        let rest = &tag[at..];
        let begin = at + rest.find(|c: char| !c.is_ascii_whitespace())?;
        let equals = begin + tag[begin..].find('=')?;
        let quote = equals + tag[equals..].find(['"', '\''])?;
        let close = quote + 1 + tag[quote + 1..].find(tag[quote..].chars().next()?)?;
        if tag[begin..equals].trim_end() == wanted {
            return Some(quote + 1..close);
        }
        at = close + 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_are_found_where_they_stand() {
        let tag = r#"<w:ins  w:author='a "b" c' w:id = "7"/>"#;
        let found = |name| attribute(tag, name).map(|it| &tag[it]);
        assert_eq!(found("w:id"), Some("7"));
        assert_eq!(found("w:author"), Some(r#"a "b" c"#));
        assert_eq!(found("w:date"), None);
    }

    #[test]
    fn the_innermost_element_of_a_byte_is_found_behind_siblings_too() {
        let xml = "<w:d><w:r><w:t>a</w:t><w:x><w:y/></w:x>!</w:r></w:d>";
        let nodes = Nodes::scan("x", xml).unwrap();
        let name = |byte: usize| {
            nodes
                .innermost(byte as u32)
                .map(|it| nodes.name(nodes.get(it)))
        };
        assert_eq!(name(xml.find('a').unwrap()), Some("w:t"));
        assert_eq!(name(xml.find('!').unwrap()), Some("w:r"));
        assert_eq!(name(xml.len()), None);
    }

    #[test]
    fn depth_and_prefix_are_bounded_and_told() {
        let deep = format!("<w:d>{}{}</w:d>", "<w:x>".repeat(600), "</w:x>".repeat(600));
        let code = |xml: &str| Nodes::scan("x", xml).err().map(|it| it.code());
        assert_eq!(code(&deep), Some("document_too_large"));
        assert_eq!(code("<document/>"), Some("edit_unusual"));
        assert_eq!(code("<w:d><w:p>"), Some("document_damaged"));
    }
}
