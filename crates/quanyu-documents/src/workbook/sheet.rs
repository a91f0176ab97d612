//! A sheet as a table: its head, and its rows of data one after another.
//!
//! Owns which rows are data and which stand aside: blank rows, totals, notes, heads repeated on each page. Leaves finding
//! the head to [`super::head`], reading cells to the formats.
//!
//! Invariant: every row of the sheet is yielded, or counted in the [`Report`]; cells of a row are as many as columns.

use std::collections::{BTreeSet, VecDeque};

use crate::secrecy;

use super::{
    Cell, WorkbookError,
    head::{self, Column},
};

/// Rows of a sheet; the limit of xlsx itself, and of ours for csv.
pub(super) const MAX_ROWS: u32 = 1_048_576;
/// Columns that are read. Far past any register; a sheet with more is a matrix.
pub(super) const MAX_COLUMNS: usize = 2_000;
/// Rows looked at to find the head.
const LOOK_AHEAD: usize = 40;
/// Rows set aside that are told one by one; of more only the number is kept.
const MAX_ASIDE: usize = 1_000;
/// Merged cells that may lie over one row.
const MAX_OPEN_MERGES: usize = MAX_COLUMNS;

/// A row as a format gives it: cells up to the last one that holds something.
#[derive(Clone, Debug, Default)]
pub(super) struct RawRow {
    /// Number in the sheet, from 1.
    pub(super) number: u32,
    pub(super) hidden: bool,
    pub(super) cells: Vec<Cell>,
    /// Cells with something in them past the width asked for.
    pub(super) stray: u32,
}

impl RawRow {
    pub(super) fn clear(&mut self) {
        (self.number, self.hidden, self.stray) = (0, false, 0);
        self.cells.clear();
    }

    pub(super) fn is_blank(&self) -> bool {
        self.cells.iter().all(Cell::is_empty)
    }
}

/// Where rows come from.
pub(super) trait RawRows: Send {
    /// The next row into `row`, its first `width` cells; `false` at the end.
    fn next(&mut self, row: &mut RawRow, width: usize) -> Result<bool, WorkbookError>;

    /// Columns (from 0) that are hidden, known once the first row was read.
    fn hidden_columns(&self) -> &BTreeSet<u32>;
}

/// Cells merged into one: rows from 1, columns from 0, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Merge {
    pub(super) top: u32,
    pub(super) left: u32,
    pub(super) bottom: u32,
    pub(super) right: u32,
}

/// The rows of a sheet before its head is found.
pub(super) struct Table {
    pub(super) name: String,
    pub(super) merges: Vec<Merge>,
    pub(super) rows: Box<dyn RawRows>,
}

/// A row of data.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Row {
    /// Number in the sheet, from 1, as a person sees it at the margin.
    pub number: u32,
    /// Whether the row is hidden in the sheet (it is read all the same).
    pub hidden: bool,
    /// One cell for each column of [`Sheet::columns`].
    pub cells: Vec<Cell>,
}

/// Why a row is no data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum AsideKind {
    /// 合计, 小计 and the like.
    Total,
    /// A note, a source, a line for signatures.
    Note,
    /// The head again, as on each printed page.
    RepeatedHead,
    /// Numbers of columns under the head (1 2 3 …, 甲 乙 1 2 …).
    ColumnNumbers,
}

/// A row set aside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Aside {
    /// Number in the sheet.
    pub number: u32,
    /// Why.
    pub kind: AsideKind,
    /// What stands in it, its cells joined.
    pub text: String,
}

/// What was met besides the data; complete once all rows were read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Rows of data read.
    pub rows: u32,
    /// Rows set aside, the first thousand.
    pub aside: Vec<Aside>,
    /// Rows set aside, all.
    pub aside_count: u32,
    /// Rows of data that are hidden in the sheet.
    pub hidden_rows: u32,
    /// Cells filled because they are merged with one above.
    pub filled_cells: u32,
    /// Cells that hold something in no column of the head.
    pub stray_cells: u32,
}

/// A table in a sheet, open for reading.
pub struct Sheet {
    name: String,
    sheets: Vec<String>,
    columns: Vec<Column>,
    head_texts: Vec<String>,
    first_head_row: u32,
    last_head_row: u32,
    titles: Vec<String>,
    unit: Option<String>,
    rows: Box<dyn RawRows>,
    waiting: VecDeque<RawRow>,
    merges: VecDeque<Merge>,
    open: Vec<(Merge, Cell)>,
    raw: RawRow,
    first_column: usize,
    width: usize,
    at_start: bool,
    ended: bool,
    report: Report,
}

impl std::fmt::Debug for Sheet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sheet")
            .field("name", &self.name)
            .field("columns", &self.columns)
            .finish_non_exhaustive()
    }
}

impl Sheet {
    /// Finds the head. `Empty` when the sheet holds nothing.
    pub(super) fn find(
        mut table: Table,
        sheets: Vec<String>,
        known: &[String],
    ) -> Result<Self, WorkbookError> {
        let mut waiting = VecDeque::new();
        let mut raw = RawRow::default();
        while waiting.len() < LOOK_AHEAD && table.rows.next(&mut raw, MAX_COLUMNS)? {
            if !raw.is_blank() {
                waiting.push_back(std::mem::take(&mut raw));
            }
        }
        if waiting.is_empty() {
            return Err(WorkbookError::Empty);
        }
        let found = head::find(
            waiting.make_contiguous(),
            &table.merges,
            table.rows.hidden_columns(),
            known,
        )
        .ok_or_else(|| WorkbookError::NoHead {
            sheet: table.name.clone(),
        })?;
        let last_head_row = waiting[found.last].number;
        let first_head_row = waiting[found.first].number;
        waiting.drain(..=found.last);
        let mut merges: Vec<Merge> = table
            .merges
            .into_iter()
            .filter(|it| it.top > last_head_row && it.bottom > it.top)
            .collect();
        merges.sort_by_key(|it| (it.top, it.left));
        let first_column = found.columns.first().map_or(0, |it| it.index);
        Ok(Self {
            name: table.name,
            sheets,
            width: found.columns.len(),
            first_column,
            head_texts: found.texts,
            columns: found.columns,
            first_head_row,
            last_head_row,
            titles: found.titles,
            unit: found.unit,
            rows: table.rows,
            waiting,
            merges: merges.into(),
            open: Vec::new(),
            raw,
            at_start: true,
            ended: false,
            report: Report::default(),
        })
    }

    /// Name of the sheet.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Names of all sheets of the workbook, hidden ones included.
    #[must_use]
    pub fn sheets(&self) -> &[String] {
        &self.sheets
    }

    /// The columns of the table, one after another; a column without a head in between has an empty name.
    #[must_use]
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// First and last row of the head, numbered as in the sheet.
    #[must_use]
    pub fn head_rows(&self) -> (u32, u32) {
        (self.first_head_row, self.last_head_row)
    }

    /// The lines over the head: title, who reports, date.
    #[must_use]
    pub fn titles(&self) -> &[String] {
        &self.titles
    }

    /// The unit that a line over the head declares for the table (`单位：万元`); a unit of a column goes before it.
    #[must_use]
    pub fn unit(&self) -> Option<&str> {
        self.unit.as_deref()
    }

    /// What was met besides the data so far.
    #[must_use]
    pub fn report(&self) -> &Report {
        &self.report
    }

    /// The next row of data into `row`, whose memory is used again; `false` at the end.
    ///
    /// # Errors
    /// What is wrong with the file from here on; no row follows after it.
    pub fn read_row(&mut self, row: &mut Row) -> Result<bool, WorkbookError> {
        loop {
            if let Some(waiting) = self.waiting.pop_front() {
                self.raw = waiting;
            } else if !self
                .rows
                .next(&mut self.raw, self.first_column + self.width)?
            {
                return Ok(false);
            }
            let past = self
                .raw
                .cells
                .iter()
                .skip(self.first_column + self.width)
                .filter(|it| !it.is_empty())
                .count();
            let before = self
                .raw
                .cells
                .iter()
                .take(self.first_column)
                .filter(|it| !it.is_empty())
                .count();
            self.report.stray_cells += self.raw.stray + past as u32 + before as u32;
            row.number = self.raw.number;
            row.hidden = self.raw.hidden;
            row.cells.clear();
            row.cells.extend(
                self.raw
                    .cells
                    .drain(..)
                    .skip(self.first_column)
                    .take(self.width),
            );
            if row.cells.iter().all(Cell::is_empty)
                && self.open.is_empty()
                && self.merges.front().is_none_or(|it| it.top > row.number)
            {
                continue;
            }
            row.cells.resize(self.width, Cell::Empty);
            let texts = row.cells.iter().filter_map(|it| match it {
                Cell::Text(text) => secrecy::in_cell(text),
                _ => None,
            });
            if let Some(mark) = texts.into_iter().next() {
                return Err(WorkbookError::Secret(mark));
            }
            let kind = self.kind_of(row);
            self.at_start = false;
            if let Some(kind) = kind {
                self.set_aside(row, kind);
                continue;
            }
            let blank = row.cells.iter().all(Cell::is_empty);
            self.fill_merged(row, blank);
            if blank {
                continue;
            }
            self.report.rows += 1;
            self.report.hidden_rows += u32::from(row.hidden);
            return Ok(true);
        }
    }

    fn kind_of(&self, row: &Row) -> Option<AsideKind> {
        let filled = || row.cells.iter().filter(|it| !it.is_empty());
        if self.at_start && head::are_column_numbers(&row.cells) {
            return Some(AsideKind::ColumnNumbers);
        }
        if filled()
            .take(2)
            .any(|it| matches!(it, Cell::Text(text) if head::is_total(text)))
        {
            return Some(AsideKind::Total);
        }
        let count = filled().count();
        if count == 0 {
            return None;
        }
        let notes = filled()
            .filter(|it| matches!(it, Cell::Text(text) if head::is_note(text)))
            .count();
        let first_is_note = filled()
            .next()
            .is_some_and(|it| matches!(it, Cell::Text(text) if head::is_note(text)));
        if first_is_note && (notes * 2 >= count || count <= 2 && self.width > 2) {
            return Some(AsideKind::Note);
        }
        let same = row
            .cells
            .iter()
            .zip(&self.head_texts)
            .filter(|(cell, head)| !head.is_empty() && head::flat(&cell.said()) == **head)
            .count();
        let heads = self.head_texts.iter().filter(|it| !it.is_empty()).count();
        (same >= 2 && same * 10 >= heads * 6 || same == 1 && heads == 1 && count == 1)
            .then_some(AsideKind::RepeatedHead)
    }

    fn set_aside(&mut self, row: &Row, kind: AsideKind) {
        self.report.aside_count += 1;
        if self.report.aside.len() < MAX_ASIDE {
            let said: Vec<String> = row
                .cells
                .iter()
                .filter(|it| !it.is_empty())
                .map(Cell::said)
                .collect();
            self.report.aside.push(Aside {
                number: row.number,
                kind,
                text: said.join(" "),
            });
        }
    }

    /// Gives a cell that is merged with one above the value that people see in it.
    fn fill_merged(&mut self, row: &mut Row, blank: bool) {
        self.open.retain(|(merge, _)| merge.bottom >= row.number);
        if !blank {
            for (merge, value) in &self.open {
                let at = (merge.left as usize).checked_sub(self.first_column);
                if let Some(cell) = at
                    .and_then(|it| row.cells.get_mut(it))
                    .filter(|it| it.is_empty())
                {
                    *cell = value.clone();
                    self.report.filled_cells += 1;
                }
            }
        }
        while let Some(merge) = self
            .merges
            .front()
            .copied()
            .filter(|it| it.top <= row.number)
        {
            self.merges.pop_front();
            let at = (merge.left as usize).checked_sub(self.first_column);
            if let (Some(cell), true) = (
                at.and_then(|it| row.cells.get(it)),
                merge.top == row.number && self.open.len() < MAX_OPEN_MERGES,
            ) {
                self.open.push((merge, cell.clone()));
            }
        }
    }
}

impl Iterator for Sheet {
    type Item = Result<Row, WorkbookError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let mut row = Row::default();
        match self.read_row(&mut row) {
            Ok(true) => return Some(Ok(row)),
            Ok(false) => self.ended = true,
            Err(error) => {
                self.ended = true;
                return Some(Err(error));
            }
        }
        None
    }
}
