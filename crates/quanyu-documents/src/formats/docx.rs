//! docx: the body of the document part, with automatic numbers written out.
//!
//! Owns paragraphs, tables cell by cell, text boxes, foot- and endnotes. Leaves numbering and styles to [`numbering`].
//!
//! Invariant: what was deleted with changes tracked is left out, what was inserted is in; a fallback copy of a text box
//! is not read a second time; paragraphs are counted as they begin in the document part, nested ones too.

mod controls;
mod numbering;

use std::ops::Range;

use quick_xml::{
    Reader,
    events::{BytesStart, Event},
};

use super::{
    BlockKind, DocText, DocWarning, FormatError,
    builder::{Builder, Place, heading_level},
    txt::is_title,
};
use crate::package::{Package, Source};
use controls::Controls;
use numbering::Numbering;

/// Paragraphs and tables that may lie in each other.
const MAX_DEPTH: usize = 64;

pub(super) fn extract(bytes: &[u8]) -> Result<DocText, FormatError> {
    read(bytes, None).map(|(doc, _)| doc)
}

/// The text of a docx, and what the content controls with a tag hold: tag and characters of the text, in text order.
pub(super) fn extract_marked(
    bytes: &[u8],
) -> Result<(String, Vec<(String, Range<usize>)>), FormatError> {
    let (doc, controls) = read(bytes, Some(Controls::default()))?;
    Ok(controls.unwrap_or_default().places(&doc.text))
}

fn read(
    bytes: &[u8],
    controls: Option<Controls>,
) -> Result<(DocText, Option<Controls>), FormatError> {
    let package = Package::open(Source::Bytes(bytes.into()))?;
    let main = "word/document.xml";
    let numbering = Numbering::read(&package)?;
    let mut body = Body {
        numbering,
        controls,
        ..Body::default()
    };
    body.read(main, &package.text(main)?)?;
    let notes = std::mem::take(&mut body.notes);
    let controls = body.controls.take();
    let mut builder = body.finish();
    for part in ["word/footnotes.xml", "word/endnotes.xml"] {
        if package.has(part) && !notes.is_empty() {
            for text in read_notes(part, &package.text(part)?)? {
                builder.block(BlockKind::Footnote, 0, &text, Place::default());
            }
        }
    }
    Ok((builder.finish(), controls))
}

/// Texts of the notes, separators left out.
fn read_notes(part: &str, xml: &str) -> Result<Vec<String>, FormatError> {
    let mut reader = Reader::from_str(xml);
    let (mut notes, mut text, mut in_text, mut kept) = (Vec::new(), String::new(), false, false);
    loop {
        match reader.read_event().map_err(|it| fault(part, &it))? {
            Event::Start(tag) => match tag.local_name().as_ref() {
                "footnote" | "endnote" => {
                    kept = attribute(&tag, "type").is_none_or(|it| it == "normal");
                    text.clear();
                }
                "t" => in_text = true,
                _ => {}
            },
            Event::End(tag) => match tag.local_name().as_ref() {
                "footnote" | "endnote" if kept && !text.trim().is_empty() => {
                    notes.push(text.trim().to_owned())
                }
                "t" => in_text = false,
                _ => {}
            },
            Event::Text(piece) if in_text => text.push_str(&piece),
            Event::GeneralRef(entity) if in_text => push_entity(&mut text, &entity),
            Event::Eof => return Ok(notes),
            _ => {}
        }
    }
}

#[derive(Default)]
struct Paragraph {
    index: u32,
    text: String,
    style: Option<String>,
    number: Option<(String, u8)>,
    outline: Option<u8>,
    /// Text boxes anchored in it, put after it.
    boxes: Vec<(u32, String)>,
}

#[derive(Default)]
struct Table {
    number: u32,
    rows: u32,
    cells: Vec<(String, Place)>,
    cell: Option<(String, Place)>,
}

#[derive(Default)]
struct Body {
    numbering: Numbering,
    builder: Builder,
    paragraphs: Vec<Paragraph>,
    tables: Vec<Table>,
    /// How many tables were open where each text box began: its paragraphs belong to no cell.
    boxes: Vec<usize>,
    count: u32,
    table_count: u32,
    deleted: bool,
    notes: Vec<String>,
    in_text: bool,
    hidden_run: bool,
    titles: Vec<String>,
    /// Where the places of content controls are wanted.
    controls: Option<Controls>,
}

impl Body {
    fn read(&mut self, part: &str, xml: &str) -> Result<(), FormatError> {
        let mut reader = Reader::from_str(xml);
        let (mut skipped, mut seen_body) = (0_usize, false);
        loop {
            match reader.read_event().map_err(|it| fault(part, &it))? {
                Event::Start(tag) => {
                    let name = tag.local_name();
                    if skipped > 0 || is_left_out(name.as_ref()) {
                        self.deleted |= skipped == 0 && matches!(name.as_ref(), "del" | "moveFrom");
                        skipped += 1;
                        continue;
                    }
                    seen_body |= name.as_ref() == "body";
                    self.start(&tag)?;
                }
                Event::Empty(tag) if skipped == 0 => self.empty(&tag),
                Event::End(_) if skipped > 0 => skipped -= 1,
                Event::End(tag) => self.end(tag.local_name().as_ref()),
                Event::Text(text) if self.in_text && skipped == 0 => self.push(&text),
                Event::CData(text) if self.in_text && skipped == 0 => self.push(&text),
                Event::GeneralRef(entity) if self.in_text && skipped == 0 => {
                    let mut text = String::new();
                    push_entity(&mut text, &entity);
                    self.push(&text);
                }
                Event::Eof if seen_body && self.paragraphs.is_empty() => return Ok(()),
                Event::Eof => {
                    return Err(FormatError::Damaged {
                        part: part.to_owned(),
                        reason: "it ends within the body".to_owned(),
                    });
                }
                _ => {}
            }
        }
    }

    fn start(&mut self, tag: &BytesStart<'_>) -> Result<(), FormatError> {
        if self.paragraphs.len() + self.tables.len() > MAX_DEPTH {
            return Err(FormatError::TooLarge {
                what: "the nesting of tables and text boxes".to_owned(),
            });
        }
        match tag.local_name().as_ref() {
            "p" => {
                self.paragraphs.push(Paragraph {
                    index: self.count,
                    ..Paragraph::default()
                });
                self.count += 1;
            }
            "tbl" => {
                self.tables.push(Table {
                    number: self.table_count,
                    ..Table::default()
                });
                self.table_count += 1;
            }
            "tc" => {
                let paragraph = Some(self.count);
                if let Some(table) = self.tables.last_mut() {
                    table.cell = Some((
                        String::new(),
                        Place {
                            page: None,
                            paragraph,
                        },
                    ));
                }
            }
            "txbxContent" => self.boxes.push(self.tables.len()),
            "sdt" => self.controls.iter_mut().for_each(Controls::open),
            "t" => self.in_text = true,
            "r" => self.hidden_run = false,
            _ => self.empty(tag),
        }
        Ok(())
    }

    fn empty(&mut self, tag: &BytesStart<'_>) {
        let value = || attribute(tag, "val");
        match tag.local_name().as_ref() {
            "p" => self.count += 1,
            "tab" | "ptab" => self.push_mark('\t'),
            "br" | "cr" if attribute(tag, "type").is_none_or(|it| it == "textWrapping") => {
                self.push_mark('\n')
            }
            "noBreakHyphen" => self.push_mark('-'),
            "vanish" if value().is_none_or(|it| it != "0" && it != "false") => {
                self.hidden_run = true
            }
            "tag" => {
                if let (Some(controls), Some(tag)) = (&mut self.controls, value()) {
                    controls.tag(tag);
                }
            }
            "bookmarkStart" => {
                if let Some(controls) = &mut self.controls {
                    controls.bookmark(attribute(tag, "id"), attribute(tag, "name"));
                }
            }
            "bookmarkEnd" => {
                if let Some(controls) = &mut self.controls {
                    controls.end_bookmark(attribute(tag, "id"));
                }
            }
            "pStyle" => self.with(|it| it.style = value()),
            "outlineLvl" => self.with(|it| {
                it.outline = value().and_then(|it| it.parse().ok()).filter(|it| *it < 9)
            }),
            "numId" => self.with(|it| {
                it.number = value().map(|id| (id, it.number.take().map_or(0, |it| it.1)))
            }),
            "ilvl" => self.with(|it| {
                it.number = Some((
                    it.number.take().map_or_else(String::new, |it| it.0),
                    value().and_then(|it| it.parse().ok()).unwrap_or(0),
                ))
            }),
            "footnoteReference" | "endnoteReference" => self.notes.extend(attribute(tag, "id")),
            "sym" => {
                let symbol = attribute(tag, "char")
                    .and_then(|it| u32::from_str_radix(&it, 16).ok())
                    .and_then(char::from_u32);
                self.push_mark(
                    symbol
                        .filter(|it| !('\u{e000}'..='\u{f8ff}').contains(it))
                        .unwrap_or('•'),
                );
            }
            _ => {}
        }
    }

    fn end(&mut self, name: &str) {
        match name {
            "t" => self.in_text = false,
            "r" => self.hidden_run = false,
            "p" => {
                if let Some(paragraph) = self.paragraphs.pop() {
                    self.paragraph(paragraph);
                }
            }
            "tc" => {
                if let Some(table) = self.tables.last_mut()
                    && let Some(cell) = table.cell.take()
                {
                    table.cells.push((cell.0.trim().to_owned(), cell.1));
                }
            }
            "tr" => self.row(),
            "tbl" => drop(self.tables.pop()),
            "txbxContent" => drop(self.boxes.pop()),
            "sdt" => self.controls.iter_mut().for_each(Controls::close),
            _ => {}
        }
    }

    fn row(&mut self) {
        let nested = self.tables.len() > 1 || !self.boxes.is_empty();
        let Some(table) = self.tables.last_mut() else {
            return;
        };
        let cells = std::mem::take(&mut table.cells);
        let row = table.rows;
        table.rows += 1;
        if !nested {
            if cells.iter().any(|it| !it.0.is_empty()) {
                self.builder.row(table.number, row, &cells);
            }
            return;
        }
        // A table within a cell or a text box is text of it.
        let text = cells
            .iter()
            .map(|it| it.0.as_str())
            .filter(|it| !it.is_empty())
            .collect::<Vec<_>>()
            .join(" ");
        let outer = self.tables.len() - 1;
        match outer
            .checked_sub(1)
            .and_then(|it| self.tables[it].cell.as_mut())
            .filter(|_| self.boxes.last().is_none_or(|it| *it < outer))
        {
            Some(cell) => join(&mut cell.0, &text),
            None => self
                .paragraphs
                .last_mut()
                .into_iter()
                .for_each(|it| it.boxes.push((it.index, text.clone()))),
        }
    }

    fn paragraph(&mut self, paragraph: Paragraph) {
        let style = self.numbering.style(paragraph.style.as_deref());
        let number = paragraph
            .number
            .clone()
            .filter(|it| !it.0.is_empty())
            .or_else(|| {
                let level = paragraph.number.as_ref().map_or(style.level, |it| it.1);
                style.list.clone().map(|it| (it, level))
            });
        let mark = match (&number, paragraph.text.trim().is_empty()) {
            (Some((list, level)), false) => self.numbering.next(list, *level),
            _ => String::new(),
        };
        let text = format!("{mark}{}", paragraph.text.trim_end());
        let place = Place {
            page: None,
            paragraph: Some(paragraph.index),
        };
        let in_box = self.boxes.last().is_some();
        // A paragraph of a text box belongs to a cell only if the table began within the box.
        let own_table = self.boxes.last().is_none_or(|it| *it < self.tables.len());
        let cell = self
            .tables
            .last_mut()
            .filter(|_| own_table)
            .and_then(|it| it.cell.as_mut());
        if let Some(cell) = cell {
            join(&mut cell.0, text.trim());
            for (_, text) in &paragraph.boxes {
                join(&mut cell.0, text);
            }
            return;
        }
        if in_box {
            if let Some(outer) = self.paragraphs.last_mut() {
                if !text.trim().is_empty() {
                    outer.boxes.push((paragraph.index, text));
                }
                outer.boxes.extend(paragraph.boxes);
            }
            return;
        }
        let outline = paragraph.outline.or(style.outline).map(|it| it + 1);
        let level = heading_level(&text).or(outline.filter(|_| text.chars().count() <= 60));
        let kind = match level {
            _ if style.is_title => BlockKind::Title,
            Some(_) => BlockKind::Heading,
            None => BlockKind::Paragraph,
        };
        if kind == BlockKind::Title {
            self.titles.push(text.trim().to_owned());
        } else if self.builder.title.is_none() && self.titles.is_empty() && !text.trim().is_empty()
        {
            // Without a title style the first line is the title if it looks like one.
            self.builder.title = Some(if is_title(text.trim()) {
                text.trim().to_owned()
            } else {
                String::new()
            });
        }
        self.builder.block(
            kind,
            if kind == BlockKind::Heading {
                level.unwrap_or(0)
            } else {
                0
            },
            &text,
            place,
        );
        for (index, text) in paragraph.boxes {
            self.builder.block(
                BlockKind::Paragraph,
                0,
                &text,
                Place {
                    page: None,
                    paragraph: Some(index),
                },
            );
        }
    }

    fn push(&mut self, text: &str) {
        if !self.hidden_run
            && let Some(paragraph) = self.paragraphs.last_mut()
        {
            match &self.controls {
                Some(controls) => controls.push(text, &mut paragraph.text),
                None => paragraph.text.push_str(text),
            }
        }
    }

    fn push_mark(&mut self, mark: char) {
        // Tab stops stand in the properties of a paragraph too; before any text a tab means nothing.
        if let Some(paragraph) = self
            .paragraphs
            .last_mut()
            .filter(|it| !it.text.is_empty() || !mark.is_whitespace())
        {
            paragraph.text.push(mark);
        }
    }

    fn with(&mut self, change: impl FnOnce(&mut Paragraph)) {
        if let Some(paragraph) = self.paragraphs.last_mut() {
            change(paragraph);
        }
    }

    fn finish(self) -> Builder {
        let mut builder = self.builder;
        if !self.titles.is_empty() {
            builder.title = Some(self.titles.concat());
        }
        builder.title = builder.title.filter(|it| !it.is_empty());
        if self.deleted {
            builder.warnings.push(DocWarning::TrackedDeletions);
        }
        builder
    }
}

/// Elements whose content is not the text as it reads now.
fn is_left_out(name: &str) -> bool {
    matches!(
        name,
        "del"
            | "moveFrom"
            | "Fallback"
            | "instrText"
            | "delText"
            | "delInstrText"
            | "rubyPr"
            | "rt"
            | "pPrChange"
            | "rPrChange"
            | "tblPrChange"
            | "sectPr"
            | "tabs"
    )
}

fn join(text: &mut String, more: &str) {
    if !text.is_empty() && !more.is_empty() {
        text.push(' ');
    }
    text.push_str(more);
}

/// An attribute by local name.
fn attribute(tag: &BytesStart<'_>, name: &str) -> Option<String> {
    let mut all = tag.attributes();
    let found = all
        .with_checks(false)
        .flatten()
        .find(|it| it.key.local_name().as_ref() == name)?;
    Some(
        quick_xml::escape::unescape(&found.value)
            .map_or_else(|_| found.value.to_string(), |it| it.into_owned()),
    )
}

fn push_entity(out: &mut String, entity: &quick_xml::events::BytesRef<'_>) {
    match entity.resolve_char_ref() {
        Ok(Some(c)) => out.push(c),
        _ => out.push_str(quick_xml::escape::resolve_predefined_entity(entity).unwrap_or_default()),
    }
}

fn fault(part: &str, error: &quick_xml::Error) -> FormatError {
    FormatError::Damaged {
        part: part.to_owned(),
        reason: error.to_string(),
    }
}
