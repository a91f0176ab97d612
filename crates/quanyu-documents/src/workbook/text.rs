//! csv and other tables of plain text: encoding and separator are found, fields stay text.

use std::{
    collections::BTreeSet,
    io::{self, BufReader, Read},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use encoding_rs::{Decoder, DecoderResult, Encoding, GB18030, UTF_8, UTF_16BE, UTF_16LE};

use super::{
    Cell, WorkbookError,
    sheet::{MAX_COLUMNS, MAX_ROWS, RawRow, RawRows, Table},
};
use crate::package::Source;

/// Bytes of one record. A quote that is never closed would else take the rest of the file.
const MAX_RECORD: u64 = 16 << 20;

/// Opens text as a table.
pub(super) fn table(source: &Source, name: &str) -> Result<Table, WorkbookError> {
    let unreadable = |it: io::Error| WorkbookError::Unreadable(it.to_string());
    let encoding = encoding_of(source)?;
    let since_record = Arc::new(AtomicU64::new(0));
    let bytes = BufReader::with_capacity(64 << 10, source.open().map_err(unreadable)?);
    let mut text = Utf8 {
        bytes,
        decoder: encoding.new_decoder_with_bom_removal(),
        ready: Vec::new(),
        at: 0,
        ended: false,
        last: b'\n',
        since_record: Arc::clone(&since_record),
    };
    let mut start = vec![0; 16 << 10];
    let mut filled = 0;
    while filled < start.len() {
        match text.read(&mut start[filled..]).map_err(unreadable)? {
            0 => break,
            count => filled += count,
        }
    }
    start.truncate(filled);
    let delimiter = delimiter(&start);
    let all = io::Cursor::new(start).chain(text);
    let reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter)
        .from_reader(all);
    Ok(Table {
        name: name.to_owned(),
        merges: Vec::new(),
        rows: Box::new(Rows {
            reader,
            record: csv::StringRecord::new(),
            since_record,
            none: BTreeSet::new(),
            count: 0,
        }),
    })
}

struct Rows<R> {
    reader: csv::Reader<R>,
    record: csv::StringRecord,
    since_record: Arc<AtomicU64>,
    none: BTreeSet<u32>,
    count: u32,
}

impl<R: Read + Send> RawRows for Rows<R> {
    fn next(&mut self, row: &mut RawRow, width: usize) -> Result<bool, WorkbookError> {
        row.clear();
        self.since_record.store(0, Ordering::Relaxed);
        let more =
            self.reader
                .read_record(&mut self.record)
                .map_err(|it| match it.into_kind() {
                    csv::ErrorKind::Io(io) if io.kind() == io::ErrorKind::FileTooLarge => {
                        WorkbookError::TooLarge {
                            what: "bytes in one row",
                            found: MAX_RECORD,
                            limit: MAX_RECORD,
                        }
                    }
                    csv::ErrorKind::Io(io) => WorkbookError::Unreadable(io.to_string()),
                    other => WorkbookError::Damaged {
                        part: "csv".to_owned(),
                        reason: format!("{other:?}"),
                    },
                })?;
        if !more {
            return Ok(false);
        }
        // The line a person sees in an editor: blank lines and quoted line breaks count. The reader stands behind the
        // record, every line of which ended with one line feed (see `Utf8`).
        let quoted = self
            .record
            .iter()
            .map(|it| it.matches('\n').count() as u64)
            .sum::<u64>();
        let line = self.reader.position().line().saturating_sub(1 + quoted);
        row.number = u32::try_from(line).unwrap_or(u32::MAX);
        self.count += 1;
        if self.count > MAX_ROWS {
            return Err(WorkbookError::TooLarge {
                what: "rows",
                found: self.count.into(),
                limit: MAX_ROWS.into(),
            });
        }
        for (at, field) in self.record.iter().enumerate() {
            let field = formula_text(field);
            if field.is_empty() {
                continue;
            }
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
            row.cells.resize(at, Cell::Empty);
            row.cells.push(Cell::Text(field.to_owned()));
        }
        Ok(true)
    }

    fn hidden_columns(&self) -> &BTreeSet<u32> {
        &self.none
    }
}

/// `="0012"`, by which programs keep a spreadsheet from taking a code for a number.
fn formula_text(field: &str) -> &str {
    field
        .strip_prefix("=\"")
        .and_then(|it| it.strip_suffix('"'))
        .unwrap_or(field)
        .trim_end_matches('\t')
}

/// The separator that the first lines have most evenly.
fn delimiter(start: &[u8]) -> u8 {
    let lines = || {
        start
            .split(|it| *it == b'\n')
            .take(20)
            .filter(|it| !it.is_empty())
    };
    let of = |mark: u8| {
        lines()
            .map(|line| line.iter().filter(|it| **it == mark).count())
            .filter(|it| *it > 0)
            .count()
    };
    [b',', b'\t', b';', b'|']
        .into_iter()
        .rev()
        .max_by_key(|mark| of(*mark))
        .unwrap_or(b',')
}

/// The encoding of a text: by its mark, else UTF-8 if all of it is, else GB18030 if all of it is.
pub(super) fn encoding_of(source: &Source) -> Result<&'static Encoding, WorkbookError> {
    let unreadable = |it: io::Error| WorkbookError::Unreadable(it.to_string());
    let start = source.start(4096).map_err(unreadable)?;
    if let Some((encoding, _)) = Encoding::for_bom(&start) {
        return Ok(encoding);
    }
    if start.contains(&0) {
        return wide(&start).ok_or(WorkbookError::NotAWorkbook {
            found: "binary data",
        });
    }
    for encoding in [UTF_8, GB18030] {
        if decodes(source, encoding).map_err(unreadable)? {
            return Ok(encoding);
        }
    }
    Err(WorkbookError::Encoding)
}

/// UTF-16 without a mark: every second byte of ASCII is zero.
fn wide(start: &[u8]) -> Option<&'static Encoding> {
    let zeros = |from: usize| {
        start
            .iter()
            .skip(from)
            .step_by(2)
            .filter(|it| **it == 0)
            .count()
            * 8
            > start.len()
    };
    match (zeros(1), zeros(0)) {
        (true, false) => Some(UTF_16LE),
        (false, true) => Some(UTF_16BE),
        _ => None,
    }
}

fn decodes(source: &Source, encoding: &'static Encoding) -> io::Result<bool> {
    let mut file = source.open()?;
    let mut decoder = encoding.new_decoder_without_bom_handling();
    let (mut block, mut out) = (vec![0_u8; 64 << 10], vec![0_u8; 256 << 10]);
    loop {
        let count = file.read(&mut block)?;
        let (result, _, _) =
            decoder.decode_to_utf8_without_replacement(&block[..count], &mut out, count == 0);
        if matches!(result, DecoderResult::Malformed(..)) {
            return Ok(false);
        }
        if count == 0 {
            return Ok(true);
        }
    }
}

/// Bytes of any encoding as UTF-8, every line ended by one line feed, the last one too.
struct Utf8<R> {
    bytes: R,
    decoder: Decoder,
    ready: Vec<u8>,
    at: usize,
    ended: bool,
    last: u8,
    since_record: Arc<AtomicU64>,
}

impl<R: Read> Read for Utf8<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while self.at == self.ready.len() && !self.ended {
            let mut block = [0_u8; 16 << 10];
            let count = self.bytes.read(&mut block)?;
            self.ended = count == 0;
            self.ready.resize(64 << 10, 0);
            let (_, _, written, _) =
                self.decoder
                    .decode_to_utf8(&block[..count], &mut self.ready, self.ended);
            self.ready.truncate(written);
            self.at = 0;
            self.one_line_feed();
            if self.since_record.fetch_add(count as u64, Ordering::Relaxed) > MAX_RECORD {
                return Err(io::ErrorKind::FileTooLarge.into());
            }
        }
        let count = into.len().min(self.ready.len() - self.at);
        into[..count].copy_from_slice(&self.ready[self.at..self.at + count]);
        self.at += count;
        Ok(count)
    }
}

impl<R> Utf8<R> {
    fn one_line_feed(&mut self) {
        // A carriage return that ends a block waits for what follows it.
        let mut kept = Vec::new();
        if self.last == b'\r' {
            kept.push(b'\r');
        }
        kept.append(&mut self.ready);
        if kept.last() == Some(&b'\r') && !self.ended {
            kept.pop();
            self.last = b'\r';
        } else {
            self.last = kept.last().copied().unwrap_or(self.last);
        }
        if memchr::memchr(b'\r', &kept).is_some() {
            let mut next = kept
                .iter()
                .skip(1)
                .copied()
                .chain([0])
                .collect::<Vec<u8>>()
                .into_iter();
            kept.retain(|it| !(next.next() == Some(b'\n') && *it == b'\r'));
        }
        if self.ended && self.last != b'\n' {
            kept.push(b'\n');
        }
        self.ready = kept;
    }
}
