//! Code lists, written out or from a CSV file; and the rows of CSV files.

use quanyu_core::text::Text;

use super::{Reading, set};
use crate::{
    diagnostic::Diagnostic,
    faults,
    model::{At, Code, CodeList},
    node::{Node, place},
};

const HEADS: [&str; 5] = ["code", "zh", "en", "parent", "synonyms"];

impl Reading {
    pub(super) fn codes(&mut self, id: &str, node: Node<'_>) {
        self.declare(faults::CODES, id, node.name);
        let mut list = CodeList::default();
        if node.flag("extend") == Some(true) {
            match self.pack.codes.get(id) {
                Some(earlier) => list = earlier.clone(),
                None => {
                    let valid: Vec<_> = self.pack.codes.keys().map(String::as_str).collect();
                    self.faults.push(faults::nothing_to_extend(
                        node.name,
                        faults::CODES,
                        id,
                        &valid,
                    ));
                }
            }
        }
        list.at = node.name;
        set(&mut list.title, node.text("title"));
        if let Some(source) = node.word("source") {
            list.source = Some(source);
        }
        if let Some(csv) = node.get("csv") {
            self.codes_csv(&mut list, csv);
        }
        for (code, item) in node.entries_of("items") {
            let title = item.as_text().unwrap_or_default();
            let code = Code {
                code: code.to_owned(),
                title,
                parent: item.word("parent"),
                synonyms: item.words("synonyms").unwrap_or_default(),
                retired: item.flag("retired").unwrap_or_default(),
            };
            self.code_places
                .insert((id.to_owned(), code.code.clone()), item.name);
            put(&mut list, code);
        }
        self.pack.codes.insert(id.to_owned(), list);
    }

    fn codes_csv(&mut self, list: &mut CodeList, node: Node<'_>) {
        let Some(name) = node.str() else { return };
        let here = &self.pack.files[node.file as usize].name;
        let folder = here.rsplit_once('/').map_or("", |(folder, _)| folder);
        let wanted = format!("{folder}/{name}");
        let Some(file) = self.pack.files.iter().position(|it| it.name == wanted) else {
            let valid: Vec<_> = self
                .pack
                .files
                .iter()
                .filter_map(|it| it.name.strip_prefix(folder)?.strip_prefix('/'))
                .filter(|it| it.ends_with(".csv"))
                .collect();
            self.faults
                .push(faults::file_missing(node.at(), name, &valid));
            return;
        };
        let number = u32::try_from(file).unwrap_or(u32::MAX);
        self.csv.push(number);
        let text = std::mem::take(&mut self.pack.files[file].text);
        let rows = Rows::read(number, &text, &HEADS, 2, &mut self.faults);
        self.pack.files[file].text = text;
        // Lists of a thousand codes: a set finds a repeated one without going through all of them.
        let mut seen = std::collections::BTreeMap::new();
        let fresh = list.items.is_empty();
        for (at, row) in rows.list {
            let code = cell(&row, 0).to_owned();
            if code.is_empty() || cell(&row, 1).is_empty() {
                self.faults.push(faults::missing_key(
                    at,
                    if code.is_empty() { "code" } else { "zh" },
                ));
                continue;
            }
            if let Some(first) = seen.insert(code.clone(), at) {
                self.faults
                    .push(faults::duplicate(at, faults::CODE, &code, first));
                continue;
            }
            let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
            let item = Code {
                code,
                title: Text {
                    zh: cell(&row, 1).to_owned(),
                    en: some(cell(&row, 2)),
                },
                parent: some(cell(&row, 3)),
                synonyms: split(cell(&row, 4)),
                retired: false,
            };
            if fresh {
                list.items.push(item);
            } else {
                put(list, item);
            }
        }
    }
}

fn put(list: &mut CodeList, code: Code) {
    match list.items.iter_mut().find(|it| it.code == code.code) {
        Some(earlier) => *earlier = code,
        None => list.items.push(code),
    }
}

/// The cell of a column of [`Rows`], empty where the file has no such column.
pub(super) fn cell(row: &[String], column: usize) -> &str {
    row.get(column).map_or("", String::as_str)
}

/// Several values in a cell: `a|b`.
pub(super) fn split(text: &str) -> Vec<String> {
    text.split('|')
        .map(str::trim)
        .filter(|it| !it.is_empty())
        .map(str::to_owned)
        .collect()
}

/// Rows of a CSV file with known heads, cells in the order of those heads.
pub(super) struct Rows {
    /// Place and cells of each row.
    pub list: Vec<(At, Vec<String>)>,
}

impl Rows {
    /// Reads a file; its first line names the columns, of which the first `needed` of `heads` must be there.
    pub(super) fn read(
        file: u32,
        text: &str,
        heads: &[&str],
        needed: usize,
        faults: &mut Vec<Diagnostic>,
    ) -> Self {
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .from_reader(text.as_bytes());
        let mut record = csv::StringRecord::new();
        let mut columns: Option<Vec<Option<usize>>> = None;
        let mut list = Vec::new();
        loop {
            let start = reader.position().byte();
            let more = reader.read_record(&mut record);
            let at = trimmed(file, text, start, reader.position().byte());
            match more {
                Ok(true) => {}
                Ok(false) => break,
                Err(error) => {
                    faults.push(faults::unreadable(at, &error.to_string()));
                    break;
                }
            }
            let Some(columns) = &columns else {
                let found = record.iter().map(|head| {
                    let known = heads.iter().position(|it| *it == head.trim());
                    if known.is_none() {
                        faults.push(faults::unknown_key(at, head, heads));
                    }
                    known
                });
                let found: Vec<_> = found.collect();
                for (place, head) in heads.iter().enumerate().take(needed) {
                    if !found.contains(&Some(place)) {
                        faults.push(faults::missing_key(at, head));
                    }
                }
                columns = Some(found);
                continue;
            };
            if record.len() > columns.len() {
                faults.push(faults::csv_row(
                    at,
                    "这一行的列比表头多",
                    "this row has more columns than the first line",
                ));
                continue;
            }
            let mut cells = vec![String::new(); heads.len()];
            for (value, column) in record.iter().zip(columns) {
                if let Some(place) = column {
                    cells[*place] = value.trim().to_owned();
                }
            }
            list.push((at, cells));
        }
        Self { list }
    }
}

/// The place of a row without the line breaks around it.
fn trimmed(file: u32, text: &str, start: u64, end: u64) -> At {
    let fit = |it: u64| usize::try_from(it).unwrap_or(usize::MAX).min(text.len());
    let (start, end) = (fit(start), fit(end));
    let row = text.get(start..end).unwrap_or_default();
    let skip = row.len() - row.trim_start().len();
    place(file, start + skip..start + skip + row.trim().len())
}
