//! A list as people have it: a workbook, a table in a docx or PDF, lines of text.
//!
//! Owns finding the rows, the column of names and that of credit codes. Leaves formats to `quanyu-documents`, what a name looks
//! like to `quanyu_core::lists::shape`.
//!
//! Start reading at [`file`].

use std::{collections::BTreeMap, str::FromStr as _};

use quanyu_core::{
    lists::shape::{is_name, names_in},
    typed,
    uscc::Uscc,
};
use quanyu_documents::{
    formats::{self, BlockKind, DocText},
    secrecy,
    workbook::{self, WorkbookError},
};
use quanyu_pack::model::Register;

use super::{AppError, ListRefusal, Product, find::Asked, organizations};

/// Rows that a list may have.
pub const MOST_ROWS: usize = 50_000;
/// Columns that are kept.
const MOST_COLUMNS: usize = 40;
/// Rows that are looked at to tell the columns.
const SAMPLE: usize = 300;

/// A list as it came.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sheet {
    /// Heads of its columns.
    pub heads: Vec<String>,
    /// Its rows.
    pub rows: Vec<Vec<String>>,
    /// Which column holds names.
    pub name_column: usize,
    /// Which one holds credit codes, where one does.
    pub code_column: Option<usize>,
}

impl Sheet {
    /// What its rows ask.
    pub fn asked(&self) -> impl Iterator<Item = Asked> {
        let rows = self.rows.iter();
        rows.map(|it| Asked::of(it, self.name_column, self.code_column))
    }
}

/// Reads a file.
///
/// # Errors
/// A file that cannot be read, that bears a mark of secrecy, or holds no names.
pub fn file(product: &Product, name: &str, bytes: &[u8]) -> Result<Sheet, AppError> {
    let register = organizations(product)?;
    let ending = name.rsplit_once('.').map(|it| it.1.to_ascii_lowercase());
    let is_table = !matches!(
        ending.as_deref(),
        Some("docx" | "doc" | "wps" | "pdf" | "txt" | "html" | "htm" | "rtf" | "md" | "odt")
    );
    let sheet = if is_table {
        table_of(workbook_rows(register, name, bytes)?, register)
    } else {
        let document = formats::extract(bytes, name).map_err(|it| AppError::format(name, &it))?;
        AppError::unless_secret(name, document.secrecy.as_ref())?;
        document_rows(&document, register)
    };
    checked(sheet, name)
}

/// Reads what was pasted: cells parted by tabs, or a name on each line.
///
/// # Errors
/// A mark of secrecy; no names.
pub fn text(product: &Product, text: &str) -> Result<Sheet, AppError> {
    let register = organizations(product)?;
    let name: String = text.trim().chars().take(20).collect();
    AppError::unless_secret(&name, secrecy::find(text.lines()).as_ref())?;
    let lines: Vec<&str> = text.lines().filter(|it| !it.trim().is_empty()).collect();
    let tabbed = lines.iter().filter(|it| it.contains('\t')).count();
    let sheet = if tabbed * 2 > lines.len() {
        let rows = lines
            .iter()
            .map(|line| line.split('\t').map(|it| it.trim().to_owned()).collect());
        table_of(rows.collect(), register)
    } else {
        lines_of(&lines, true, register)
    };
    checked(sheet, &name)
}

fn checked(sheet: Sheet, name: &str) -> Result<Sheet, AppError> {
    if sheet.rows.is_empty() {
        return Err(AppError::List(ListRefusal::NoNames {
            source_name: name.to_owned(),
        }));
    }
    if sheet.rows.len() > MOST_ROWS {
        return Err(AppError::List(ListRefusal::TooLong {
            rows: sheet.rows.len(),
            most: MOST_ROWS,
        }));
    }
    Ok(sheet)
}

/// The rows of a workbook, its head the first of them.
fn workbook_rows(
    register: &Register,
    name: &str,
    bytes: &[u8],
) -> Result<Vec<Vec<String>>, AppError> {
    let format = |error: &WorkbookError| AppError::workbook(name, error);
    let wish = workbook::Wish {
        sheet: None,
        known: [names_of(register, "name"), names_of(register, "uscc")].concat(),
    };
    let mut sheet = workbook::open_bytes(bytes, name, &wish).map_err(|it| format(&it))?;
    let mark = secrecy::find(sheet.titles().iter().map(String::as_str));
    AppError::unless_secret(name, mark.as_ref())?;
    let mut rows = vec![sheet.columns().iter().map(|it| it.header.clone()).collect()];
    let mut row = workbook::Row::default();
    while sheet.read_row(&mut row).map_err(|it| format(&it))? {
        rows.push(
            row.cells
                .iter()
                .map(|it| it.said().trim().to_owned())
                .collect(),
        );
        if rows.len() > MOST_ROWS + 1 {
            return Err(AppError::List(ListRefusal::TooLong {
                rows: rows.len(),
                most: MOST_ROWS,
            }));
        }
    }
    Ok(rows)
}

/// The tables of a document that hold names, one below the other where they have as many columns; else its lines.
fn document_rows(document: &DocText, register: &Register) -> Sheet {
    let text: Vec<char> = document.text.chars().collect();
    let mut tables: BTreeMap<u32, BTreeMap<(u32, u32), String>> = BTreeMap::new();
    for block in &document.blocks {
        if let BlockKind::Cell { table, row, column } = block.kind {
            let said: String = text[block.start_char..block.end_char].iter().collect();
            tables
                .entry(table)
                .or_default()
                .insert((row, column), said.trim().to_owned());
        }
    }
    let mut best: Option<Sheet> = None;
    for cells in tables.values() {
        let mut rows: BTreeMap<u32, Vec<String>> = BTreeMap::new();
        for ((row, column), said) in cells {
            let row = rows.entry(*row).or_default();
            row.resize(*column as usize, String::new());
            row.push(said.clone());
        }
        let sheet = table_of(rows.into_values().collect(), register);
        let names = sheet.asked().filter(|it| is_name(&it.name)).count();
        if names == 0 {
            continue;
        }
        match &mut best {
            // A table that goes on on the next page is another one to the file.
            Some(known)
                if known.heads.len() == sheet.heads.len()
                    && known.name_column == sheet.name_column =>
            {
                known.rows.extend(sheet.rows);
            }
            Some(known) if known.rows.len() >= sheet.rows.len() => {}
            _ => best = Some(sheet),
        }
    }
    best.unwrap_or_else(|| {
        let lines: Vec<&str> = document.text.lines().collect();
        // Plain text is a list where most of its lines are names: then the others are names as well, wrongly typed.
        let names = lines
            .iter()
            .filter(|it| !names_in(it, false).is_empty())
            .count();
        let plain = document
            .blocks
            .iter()
            .all(|it| it.paragraph.is_none() && it.page.is_none());
        lines_of(&lines, plain && names * 2 >= lines.len(), register)
    })
}

fn lines_of(lines: &[&str], whole: bool, register: &Register) -> Sheet {
    let mut rows: Vec<Vec<String>> = Vec::new();
    let mut code_column = None;
    for line in lines {
        let names = names_in(line, whole);
        let codes = line.split(|c: char| c.is_whitespace() || "、，,；;|".contains(c));
        let mut codes = codes.filter_map(|it| Uscc::from_str(&typed::plain(it)).ok());
        // A code beside the one name of a line is that name's.
        let code = codes
            .next()
            .filter(|_| names.len() == 1 && codes.next().is_none());
        code_column = code_column.or(code.as_ref().map(|_| 1));
        let code = code.map(|it| it.as_str().to_owned());
        rows.extend(
            names
                .into_iter()
                .map(|it| vec![it, code.clone().unwrap_or_default()]),
        );
    }
    let title = |slot: &str| {
        register
            .slot(slot)
            .map(|it| it.title.zh.clone())
            .unwrap_or_default()
    };
    let mut heads = vec![title("name"), title("uscc")];
    if code_column.is_none() {
        heads.truncate(1);
        rows.iter_mut().for_each(|it| it.truncate(1));
    }
    // The head of a column that was pasted with it.
    let known = names_of(register, "name");
    rows.retain(|it| !known.contains(&it[0]));
    Sheet {
        heads,
        rows,
        name_column: 0,
        code_column,
    }
}

/// A table: the column of names by what stands in it, else by its head; rows above the first name are its head.
fn table_of(mut rows: Vec<Vec<String>>, register: &Register) -> Sheet {
    let width = rows
        .iter()
        .map(Vec::len)
        .max()
        .unwrap_or_default()
        .min(MOST_COLUMNS);
    if width == 0 {
        return Sheet::default();
    }
    rows.iter_mut()
        .for_each(|it| it.resize(width, String::new()));
    let (names, codes) = (names_of(register, "name"), names_of(register, "uscc"));
    let heads = |column: usize, known: &[String]| {
        let first = rows.iter().take(8);
        first
            .filter(|it| known.contains(&bare(&it[column])))
            .count()
            > 0
    };
    let share = |column: usize, fits: fn(&str) -> bool| {
        let filled = rows
            .iter()
            .take(SAMPLE)
            .map(|it| it[column].as_str())
            .filter(|it| !it.is_empty());
        let (all, fitting) = filled.fold((0, 0), |(all, fitting), it| {
            (all + 1, fitting + usize::from(fits(it)))
        });
        fitting * 100 / std::cmp::max(all, 1)
    };
    let score = |column: usize| share(column, is_name) + 30 * usize::from(heads(column, &names));
    // The first of equals: a list names its subject before anything else.
    let name_column = (0..width)
        .rev()
        .max_by_key(|it| score(*it))
        .unwrap_or_default();
    let code = |it: &str| Uscc::from_str(&typed::plain(it)).is_ok();
    let code_column = (0..width)
        .filter(|it| *it != name_column)
        .find(|it| share(*it, code) >= 50 || (heads(*it, &codes) && share(*it, code) > 0));
    let by_head = heads(name_column, &names);
    let first = if by_head {
        rows.iter()
            .position(|it| names.contains(&bare(&it[name_column])))
            .map(|it| it + 1)
    } else {
        rows.iter().position(|it| is_name(&it[name_column]))
    };
    let first = first.unwrap_or_default();
    let data = rows.split_off(first);
    let mut heads: Vec<String> = rows.pop().unwrap_or_default();
    heads.resize(width, String::new());
    for (place, head) in heads.iter_mut().enumerate().filter(|it| it.1.is_empty()) {
        *head = format!("{}", place + 1);
    }
    let data = data.into_iter().filter(|it| {
        let name = &it[name_column];
        let coded = code_column.is_some_and(|column| !it[column].is_empty());
        // The head again on the next page, a line for the sum.
        (!name.is_empty() || coded) && !names.contains(&bare(name)) && !is_sum(name)
    });
    Sheet {
        rows: data.collect(),
        heads,
        name_column,
        code_column,
    }
}

fn is_sum(text: &str) -> bool {
    matches!(
        bare(text).as_str(),
        "合计" | "总计" | "小计" | "共计" | "TOTAL" | "Total"
    )
}

/// What the column of a slot may be called.
fn names_of(register: &Register, slot: &str) -> Vec<String> {
    let Some(field) = register.slot(slot) else {
        return Vec::new();
    };
    let own = [Some(field.title.zh.as_str()), field.title.en.as_deref()];
    let names = own
        .into_iter()
        .flatten()
        .chain(field.synonyms.iter().map(String::as_str));
    names.map(bare).filter(|it| !it.is_empty()).collect()
}

fn bare(text: &str) -> String {
    text.chars().filter(|it| !it.is_whitespace()).collect()
}
