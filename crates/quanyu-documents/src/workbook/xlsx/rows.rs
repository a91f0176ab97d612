//! The stream of rows of a sheet.

use std::{collections::BTreeSet, sync::Arc};

use jiff::civil::Time;
use quanyu_core::typed::excel_date_time;
use quick_xml::{Reader, events::Event};

use super::{
    super::{
        Cell, FormulaError, WorkbookError,
        cell::decimal,
        sheet::{MAX_COLUMNS, MAX_ROWS, RawRow, RawRows},
    },
    attribute,
    strings::{Strings, push_entity},
    styles::{Shown, Styles},
    truth, unescape_excel, xml_fault,
};
use crate::package::{Package, PartReader};

/// Rows of one sheet in order.
pub(super) struct Rows {
    reader: Reader<PartReader>,
    part: String,
    buffer: Vec<u8>,
    value: String,
    strings: Arc<Strings>,
    styles: Arc<Styles>,
    from_1904: bool,
    last_row: u32,
    hidden_columns: BTreeSet<u32>,
    done: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Number,
    Shared,
    Text,
    Bool,
    Error,
    Iso,
}

/// The tag of a cell, read.
struct Tag {
    column: u32,
    style: usize,
    kind: Kind,
}

impl Rows {
    pub(super) fn open(
        package: &Package,
        part: &str,
        strings: Arc<Strings>,
        styles: Arc<Styles>,
        from_1904: bool,
    ) -> Result<Self, WorkbookError> {
        let reader = Reader::from_reader(package.part(part)?);
        Ok(Self {
            reader,
            part: part.to_owned(),
            buffer: Vec::with_capacity(1024),
            value: String::new(),
            strings,
            styles,
            from_1904,
            last_row: 0,
            hidden_columns: BTreeSet::new(),
            done: false,
        })
    }

    fn cells(&mut self, row: &mut RawRow, width: usize) -> Result<(), WorkbookError> {
        let mut next = 0;
        loop {
            self.buffer.clear();
            let event = self
                .reader
                .read_event_into(&mut self.buffer)
                .map_err(|it| xml_fault(&self.part, it))?;
            let (tag, empty) = match &event {
                Event::Start(tag) if tag.local_name().as_ref() == "c" => {
                    (cell_tag(tag, next), false)
                }
                Event::Empty(tag) if tag.local_name().as_ref() == "c" => {
                    (cell_tag(tag, next), true)
                }
                Event::End(tag) if tag.local_name().as_ref() == "row" => return Ok(()),
                Event::Eof => return Err(WorkbookError::Truncated(self.part.clone())),
                _ => continue,
            };
            next = tag.column.saturating_add(1);
            if empty {
                continue;
            }
            let cell = self.cell(&tag)?;
            if matches!(cell, Cell::Empty) {
                continue;
            }
            let at = tag.column as usize;
            if at >= MAX_COLUMNS {
                return Err(WorkbookError::TooLarge {
                    what: "columns",
                    found: at as u64 + 1,
                    limit: MAX_COLUMNS as u64,
                });
            }
            if at >= width {
                row.stray += 1;
                continue;
            }
            if row.cells.len() <= at {
                row.cells.resize(at + 1, Cell::Empty);
            }
            row.cells[at] = cell;
        }
    }

    /// Reads to the end of a cell that has begun.
    fn cell(&mut self, tag: &Tag) -> Result<Cell, WorkbookError> {
        self.value.clear();
        let (mut in_value, mut formula, mut phonetic, mut seen) = (false, false, false, false);
        loop {
            self.buffer.clear();
            match self
                .reader
                .read_event_into(&mut self.buffer)
                .map_err(|it| xml_fault(&self.part, it))?
            {
                Event::Text(text) if in_value => self.value.push_str(&text),
                Event::CData(text) if in_value => self.value.push_str(&text),
                Event::GeneralRef(entity) if in_value => push_entity(&mut self.value, &entity),
                Event::Start(tag) => match tag.local_name().as_ref() {
                    "v" => (in_value, seen) = (true, true),
                    "t" => (in_value, seen) = (!phonetic, true),
                    "rPh" => phonetic = true,
                    "f" => formula = true,
                    _ => {}
                },
                Event::Empty(tag) if tag.local_name().as_ref() == "f" => formula = true,
                Event::End(tag) => match tag.local_name().as_ref() {
                    "v" | "t" => in_value = false,
                    "rPh" => phonetic = false,
                    "c" => break,
                    _ => {}
                },
                Event::Eof => return Err(WorkbookError::Truncated(self.part.clone())),
                _ => {}
            }
        }
        if !seen || self.value.is_empty() {
            let no_result = formula && tag.kind != Kind::Text;
            return Ok(if no_result {
                Cell::Error(FormulaError::NotCalculated)
            } else {
                Cell::Empty
            });
        }
        Ok(self.understood(tag))
    }

    fn understood(&self, tag: &Tag) -> Cell {
        let text = self.value.as_str();
        match tag.kind {
            Kind::Shared => {
                let shared = text
                    .trim()
                    .parse()
                    .ok()
                    .and_then(|index| self.strings.get(index));
                shared.map_or(Cell::Error(FormulaError::Other), |it| {
                    if it.is_empty() {
                        Cell::Empty
                    } else {
                        Cell::Text(it.to_owned())
                    }
                })
            }
            Kind::Text => {
                let fixed = if text.contains("_x") {
                    unescape_excel(text)
                } else {
                    None
                };
                Cell::Text(fixed.unwrap_or_else(|| text.to_owned()))
            }
            Kind::Bool => Cell::Bool(truth(text.trim())),
            Kind::Error => Cell::Error(FormulaError::shown_as(text)),
            Kind::Iso => match text.trim().trim_end_matches('Z').parse() {
                Ok(at) => Cell::Date(at),
                Err(_) => Cell::Text(text.to_owned()),
            },
            Kind::Number => shown_number(text, self.styles.get(tag.style), self.from_1904),
        }
    }
}

/// A number as its format means it.
pub(in super::super) fn shown_number(text: &str, shown: Shown, from_1904: bool) -> Cell {
    let text = text.trim();
    let serial = || text.parse::<f64>().ok();
    match shown {
        Shown::Date => {
            if let Some(at) = serial().and_then(|it| excel_date_time(it, from_1904)) {
                return Cell::Date(at);
            }
        }
        Shown::Time => {
            // A time without a day: said as a time, there is no date in it.
            if let Some(at) = serial()
                .filter(|it| (0.0..1.0).contains(it))
                .and_then(|it| excel_date_time(it + 1.0, false))
            {
                let time: Time = at.time();
                return Cell::Text(time.strftime("%H:%M:%S").to_string());
            }
        }
        Shown::Percent => {
            if let Some(value) = decimal(text) {
                return Cell::Percent(value);
            }
        }
        Shown::Plain => {}
    }
    decimal(text).map_or_else(|| Cell::Text(text.to_owned()), Cell::Number)
}

impl RawRows for Rows {
    fn next(&mut self, row: &mut RawRow, width: usize) -> Result<bool, WorkbookError> {
        row.clear();
        while !self.done {
            self.buffer.clear();
            match self
                .reader
                .read_event_into(&mut self.buffer)
                .map_err(|it| xml_fault(&self.part, it))?
            {
                Event::Start(tag) if tag.local_name().as_ref() == "row" => {
                    row.number = attribute(&tag, "r")
                        .and_then(|it| it.parse().ok())
                        .unwrap_or(self.last_row.saturating_add(1));
                    row.hidden = attribute(&tag, "hidden").is_some_and(|it| truth(&it));
                    if row.number > MAX_ROWS {
                        return Err(WorkbookError::TooLarge {
                            what: "rows",
                            found: row.number.into(),
                            limit: MAX_ROWS.into(),
                        });
                    }
                    self.last_row = row.number;
                    self.cells(row, width)?;
                    return Ok(true);
                }
                Event::Empty(tag) => match tag.local_name().as_ref() {
                    "row" => self.last_row = self.last_row.saturating_add(1),
                    "col" if attribute(&tag, "hidden").is_some_and(|it| truth(&it)) => {
                        let number =
                            |name| attribute(&tag, name).and_then(|it| it.parse::<u32>().ok());
                        if let (Some(first @ 1..), Some(last)) = (number("min"), number("max")) {
                            self.hidden_columns
                                .extend(first - 1..last.min(MAX_COLUMNS as u32));
                        }
                    }
                    "sheetData" => self.done = true,
                    _ => {}
                },
                Event::End(tag) if tag.local_name().as_ref() == "sheetData" => self.done = true,
                Event::Eof => return Err(WorkbookError::Truncated(self.part.clone())),
                _ => {}
            }
        }
        Ok(false)
    }

    fn hidden_columns(&self) -> &BTreeSet<u32> {
        &self.hidden_columns
    }
}

fn cell_tag(tag: &quick_xml::events::BytesStart<'_>, next: u32) -> Tag {
    let mut read = Tag {
        column: next,
        style: 0,
        kind: Kind::Number,
    };
    for attribute in tag.attributes().with_checks(false).flatten() {
        match attribute.key.as_ref() {
            "r" => read.column = place(&attribute.value).map_or(next, |(column, _)| column),
            "s" => read.style = attribute.value.parse().unwrap_or(0),
            "t" => {
                read.kind = match attribute.value.as_ref() {
                    "s" => Kind::Shared,
                    "str" | "inlineStr" => Kind::Text,
                    "b" => Kind::Bool,
                    "e" => Kind::Error,
                    "d" => Kind::Iso,
                    _ => Kind::Number,
                }
            }
            _ => {}
        }
    }
    read
}

/// Column (from 0) and row (from 1) of `AB12`.
pub(super) fn place(name: &str) -> Option<(u32, u32)> {
    let (mut column, mut row) = (0_u32, 0_u32);
    for byte in name.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' if row == 0 => {
                column = column
                    .checked_mul(26)?
                    .checked_add(u32::from(byte.to_ascii_uppercase() - b'A') + 1)?
            }
            b'0'..=b'9' if column > 0 => {
                row = row.checked_mul(10)?.checked_add(u32::from(byte - b'0'))?
            }
            b'$' => {}
            _ => return None,
        }
    }
    Some((column.checked_sub(1)?, row))
}
