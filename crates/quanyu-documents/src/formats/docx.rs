//! docx: the body of the document part, with automatic numbers written out.
//!
//! Owns paragraphs, tables cell by cell, text boxes, foot- and endnotes. Leaves numbering and styles to [`numbering`].
//!
//! Invariant: what was deleted with changes tracked is left out, what was inserted is in; a fallback copy of a text box
//! is not read a second time; paragraphs are counted as they begin in the document part, nested ones too.

mod notes;
mod numbering;

use quick_xml::{
    Reader,
    events::{BytesStart, Event},
};

use super::{
    BlockKind, DocText, DocWarning, FormatError,
    builder::{Builder, Place, heading_level},
    traced::{Origin, Part, Trace, Traced},
    txt::is_title,
};
use crate::package::{Package, Source};
use numbering::Numbering;

/// Paragraphs and tables that may lie in each other.
const MAX_DEPTH: usize = 64;

pub(super) fn extract(bytes: &[u8]) -> Result<DocText, FormatError> {
    extract_traced(&Package::open(Source::Bytes(bytes.into()))?).map(|it| it.0)
}

/// The text, and where in the parts its characters stand.
pub(crate) fn extract_traced(package: &Package) -> Result<(DocText, Trace), FormatError> {
    let main = Part::Document.name();
    let numbering = Numbering::read(package)?;
    let mut body = Body {
        numbering,
        ..Body::default()
    };
    body.read(main, &package.text(main)?)?;
    let notes = std::mem::take(&mut body.notes);
    let mut builder = body.finish();
    builder.secrecy = notes::head_mark(package)?;
    for part in [Part::Footnotes, Part::Endnotes] {
        if package.has(part.name()) && !notes.is_empty() {
            for text in notes::read(part, &package.text(part.name())?)? {
                builder.block_of(BlockKind::Footnote, 0, &text, Place::default());
            }
        }
    }
    Ok(builder.finish_traced())
}

#[derive(Default)]
struct Paragraph {
    index: u32,
    text: Traced,
    style: Option<String>,
    number: Option<(String, u8)>,
    outline: Option<u8>,
    /// Text boxes anchored in it, put after it.
    boxes: Vec<(u32, Traced)>,
}

#[derive(Default)]
struct Table {
    number: u32,
    rows: u32,
    cells: Vec<(Traced, Place)>,
    cell: Option<(Traced, Place)>,
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
    /// Bytes of the element or text that is being read.
    here: (u32, u32),
    in_text: bool,
    hidden_run: bool,
    titles: Vec<String>,
}

impl Body {
    fn read(&mut self, part: &str, xml: &str) -> Result<(), FormatError> {
        let mut reader = Reader::from_str(xml);
        let (mut skipped, mut seen_body) = (0_usize, false);
        loop {
            let event = reader.read_event().map_err(|it| fault(part, &it))?;
            // A part holds less than 4 GiB: the package sees to it.
            self.here = (self.here.1, reader.buffer_position() as u32);
            match event {
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
                Event::Text(text) if self.in_text && skipped == 0 => {
                    self.push(&text, self.text_at(0));
                }
                Event::CData(text) if self.in_text && skipped == 0 => {
                    self.push(&text, self.text_at("<![CDATA[".len() as u32));
                }
                Event::GeneralRef(entity) if self.in_text && skipped == 0 => {
                    let mut text = String::new();
                    push_entity(&mut text, &entity);
                    self.push(&text, self.mark());
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
                        Traced::default(),
                        Place {
                            page: None,
                            paragraph,
                        },
                    ));
                }
            }
            "txbxContent" => self.boxes.push(self.tables.len()),
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
                    table.cells.push((cell.0.trimmed(), cell.1));
                }
            }
            "tr" => self.row(),
            "tbl" => drop(self.tables.pop()),
            "txbxContent" => drop(self.boxes.pop()),
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
                self.builder.row_of(table.number, row, &cells);
            }
            return;
        }
        // A table within a cell or a text box is text of it.
        let mut text = Traced::default();
        for (cell, _) in &cells {
            text.join(cell);
        }
        let outer = self.tables.len() - 1;
        match outer
            .checked_sub(1)
            .and_then(|it| self.tables[it].cell.as_mut())
            .filter(|_| self.boxes.last().is_none_or(|it| *it < outer))
        {
            Some(cell) => cell.0.join(&text),
            None => self
                .paragraphs
                .last_mut()
                .into_iter()
                .for_each(|it| it.boxes.push((it.index, text.clone()))),
        }
    }

    fn paragraph(&mut self, mut paragraph: Paragraph) {
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
        let mut text = Traced::made(&mark);
        text.append(&std::mem::take(&mut paragraph.text).trimmed_end());
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
            cell.0.join(&text.trimmed());
            for (_, text) in &paragraph.boxes {
                cell.0.join(text);
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
        self.builder.block_of(
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
            self.builder.block_of(
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

    fn push(&mut self, text: &str, origin: Origin) {
        if !self.hidden_run
            && let Some(paragraph) = self.paragraphs.last_mut()
        {
            paragraph.text.push(text, origin);
        }
    }

    fn push_mark(&mut self, mark: char) {
        let origin = self.mark();
        // Tab stops stand in the properties of a paragraph too; before any text a tab means nothing.
        if let Some(paragraph) = self
            .paragraphs
            .last_mut()
            .filter(|it| !it.text.is_empty() || !mark.is_whitespace())
        {
            paragraph.text.push(mark.encode_utf8(&mut [0; 4]), origin);
        }
    }

    /// The origin of the text being read, behind `skip` bytes of its own mark-up.
    fn text_at(&self, skip: u32) -> Origin {
        Origin::Text {
            part: Part::Document,
            start: self.here.0 + skip,
        }
    }

    fn mark(&self) -> Origin {
        Origin::Mark {
            part: Part::Document,
            start: self.here.0,
            end: self.here.1,
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
