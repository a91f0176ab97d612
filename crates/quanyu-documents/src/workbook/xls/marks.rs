//! What calamine leaves out of an xls: cells shown as percent, hidden rows and columns, from the records of the sheet.

use std::{
    collections::{BTreeSet, HashSet},
    io::{Cursor, Read},
};

use super::super::xlsx::{Shown, built_in, shown_by};

/// Marks of one sheet; rows and columns from 0.
#[derive(Default)]
pub(super) struct Marks {
    pub(super) percent: HashSet<(u32, u32)>,
    pub(super) hidden_rows: BTreeSet<u32>,
    pub(super) hidden_columns: BTreeSet<u32>,
}

const BOF: u16 = 0x0809;
const EOF: u16 = 0x000A;

/// Whether all cells lie in the columns that the format has. Where the records cannot be walked the reader says so.
pub(super) fn columns_fit(bytes: &[u8]) -> bool {
    // Cells of every kind begin with row and column.
    let is_cell = |kind| {
        matches!(
            kind,
            0x0006 | 0x00BD | 0x00BE | 0x00D6 | 0x00FD | 0x0201..=0x0205 | 0x027E
        )
    };
    workbook_stream(bytes).is_none_or(|stream| {
        records(&stream, 0)
            .all(|(kind, data)| !is_cell(kind) || short(data, 2).is_none_or(|it| it < 256))
    })
}

fn workbook_stream(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut file = cfb::CompoundFile::open(Cursor::new(bytes)).ok()?;
    let name = ["/Workbook", "/Book"]
        .into_iter()
        .find(|it| file.is_stream(it))?;
    let mut stream = Vec::new();
    // A chain of sectors that turns in a circle would never end.
    let most = bytes.len() as u64 + 1;
    file.open_stream(name)
        .ok()?
        .take(most)
        .read_to_end(&mut stream)
        .ok()?;
    Some(stream)
}

/// Reads the marks of a sheet. `None` where the records are not as expected: values do not hang on it.
pub(super) fn read(bytes: &[u8], sheet: &str) -> Option<Marks> {
    let stream = workbook_stream(bytes)?;
    let (mut formats, mut shown, mut start) = (Vec::new(), Vec::new(), None);
    for (kind, data) in records(&stream, 0) {
        match kind {
            0x041E => formats.push((short(data, 0)?, shown_by(&format_text(data)))),
            0x00E0 => {
                let format = short(data, 2)?;
                let own = formats.iter().find(|it| it.0 == format).map(|it| it.1);
                shown.push(own.unwrap_or_else(|| built_in(format.into())));
            }
            0x0085 if sheet_name(data).as_deref() == Some(sheet) => {
                start = Some(u32::from_le_bytes(data.get(..4)?.try_into().ok()?))
            }
            EOF => break,
            _ => {}
        }
    }
    let is_percent = |style: u16| shown.get(usize::from(style)) == Some(&Shown::Percent);
    let mut marks = Marks::default();
    for (kind, data) in records(&stream, start? as usize) {
        match kind {
            // NUMBER, RK, FORMULA: row, column, style.
            0x0203 | 0x027E | 0x0006 => {
                let (row, column) = (short(data, 0)?, short(data, 2)?);
                if is_percent(short(data, 4)?) {
                    marks.percent.insert((row.into(), column.into()));
                }
            }
            // MULRK: row, first column, then style and value of each.
            0x00BD => {
                let (row, first) = (short(data, 0)?, short(data, 2)?);
                for (at, one) in data
                    .get(4..data.len().saturating_sub(2))?
                    .chunks_exact(6)
                    .enumerate()
                {
                    if is_percent(short(one, 0)?) {
                        marks
                            .percent
                            .insert((row.into(), u32::from(first) + at as u32));
                    }
                }
            }
            // ROW: bit 5 of the options is "height zero".
            0x0208 if short(data, 12)? & 0x20 != 0 => {
                marks.hidden_rows.extend([u32::from(short(data, 0)?)])
            }
            // COLINFO: bit 0 of the options is "hidden".
            0x007D if short(data, 8)? & 1 != 0 => marks
                .hidden_columns
                .extend(u32::from(short(data, 0)?)..=u32::from(short(data, 2)?.min(255))),
            EOF => break,
            _ => {}
        }
    }
    Some(marks)
}

/// Kind and data of each record from a place on.
fn records(stream: &[u8], start: usize) -> impl Iterator<Item = (u16, &[u8])> {
    let mut at = start;
    let mut depth = 0;
    std::iter::from_fn(move || {
        let kind = short(stream, at)?;
        let length = usize::from(short(stream, at + 2)?);
        let data = stream.get(at + 4..at + 4 + length)?;
        at += 4 + length;
        depth += i32::from(kind == BOF);
        // A chart inside the sheet has its own end.
        if kind == EOF && depth > 1 {
            depth -= 1;
            return Some((0, data));
        }
        Some((kind, data))
    })
}

fn short(data: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(data.get(at..at + 2)?.try_into().ok()?))
}

/// The code of a FORMAT record: number, length, then one or two bytes a character.
fn format_text(data: &[u8]) -> String {
    text(data.get(2..).unwrap_or_default(), 2).unwrap_or_default()
}

fn sheet_name(data: &[u8]) -> Option<String> {
    text(data.get(6..)?, 1)
}

fn text(data: &[u8], length_bytes: usize) -> Option<String> {
    let length = if length_bytes == 2 {
        usize::from(short(data, 0)?)
    } else {
        usize::from(*data.first()?)
    };
    let wide = data.get(length_bytes)? & 1 != 0;
    let body = data.get(length_bytes + 1..)?;
    Some(match wide {
        true => char::decode_utf16(
            body.chunks_exact(2)
                .take(length)
                .map(|it| u16::from_le_bytes([it[0], it[1]])),
        )
        .map(|it| it.unwrap_or('\u{fffd}'))
        .collect(),
        false => body.iter().take(length).map(|it| char::from(*it)).collect(),
    })
}
