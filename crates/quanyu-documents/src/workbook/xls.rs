//! xls (BIFF), through calamine; the format holds at most 65,536 rows, so a sheet is read whole.
//!
//! calamine gives values and merged cells. Which numbers are shown as percent and which rows are hidden is read from the
//! records beside it, in [`marks`].

mod marks;

use std::{
    collections::BTreeSet,
    io::Cursor,
    panic::{self, AssertUnwindSafe},
    sync::Arc,
};

use calamine::{Data, Range, Reader, SheetVisible, Xls};

use super::{
    Cell, FormulaError, WorkbookError,
    cell::from_float,
    sheet::{MAX_COLUMNS, Merge, RawRow, RawRows, Table},
};
use marks::Marks;
use quanyu_core::typed::excel_date_time;

/// The workbook, its bytes held.
pub(super) struct Workbook {
    book: Xls<Cursor<Arc<[u8]>>>,
    bytes: Arc<[u8]>,
}

impl Workbook {
    pub(super) fn open(bytes: Arc<[u8]>) -> Result<Self, WorkbookError> {
        // calamine makes a dense table as wide as the widest cell says, in every sheet.
        if !marks::columns_fit(&bytes) {
            return Err(WorkbookError::Damaged {
                part: "xls".to_owned(),
                reason: "a cell lies outside the 256 columns".to_owned(),
            });
        }
        let book = fenced(|| Xls::new(Cursor::new(Arc::clone(&bytes))))?;
        Ok(Self { book, bytes })
    }

    pub(super) fn sheets(&self) -> Vec<(String, bool)> {
        self.book
            .sheets_metadata()
            .iter()
            .map(|it| (it.name.clone(), it.visible != SheetVisible::Visible))
            .collect()
    }

    pub(super) fn table(&mut self, index: usize) -> Result<Table, WorkbookError> {
        let name = self.sheets()[index].0.clone();
        let range = fenced(|| self.book.worksheet_range(&name))?;
        let merges = self.book.merge_cells_by_sheet_name(&name).map_err(fault)?;
        let merges = merges
            .into_iter()
            .map(|it| Merge {
                top: it.start.0 + 1,
                left: it.start.1,
                bottom: it.end.0 + 1,
                right: it.end.1,
            })
            .collect();
        let marks = marks::read(&self.bytes, &name).unwrap_or_default();
        let rows = Rows {
            range,
            marks,
            next: 0,
        };
        Ok(Table {
            name,
            merges,
            rows: Box::new(rows),
        })
    }
}

/// calamine panics on some damaged files; here that is damage.
fn fenced<T>(read: impl FnOnce() -> Result<T, calamine::XlsError>) -> Result<T, WorkbookError> {
    match panic::catch_unwind(AssertUnwindSafe(read)) {
        Ok(read) => read.map_err(fault),
        Err(_) => Err(WorkbookError::Damaged {
            part: "xls".to_owned(),
            reason: "its records contradict each other".to_owned(),
        }),
    }
}

fn fault(error: calamine::XlsError) -> WorkbookError {
    match error {
        calamine::XlsError::Password => WorkbookError::PasswordProtected,
        other => WorkbookError::Damaged {
            part: "xls".to_owned(),
            reason: other.to_string(),
        },
    }
}

struct Rows {
    range: Range<Data>,
    marks: Marks,
    next: u32,
}

impl RawRows for Rows {
    fn next(&mut self, row: &mut RawRow, width: usize) -> Result<bool, WorkbookError> {
        row.clear();
        let Some((top, left)) = self.range.start() else {
            return Ok(false);
        };
        if self.next as usize >= self.range.height() {
            return Ok(false);
        }
        let (at_row, number) = (self.next as usize, top + self.next);
        self.next += 1;
        row.number = number + 1;
        row.hidden = self.marks.hidden_rows.contains(&number);
        for at in 0..self.range.width() {
            let Some(data) = self.range.get((at_row, at)) else {
                continue;
            };
            let column = left as usize + at;
            let cell = cell(data, self.marks.percent.contains(&(number, column as u32)));
            if cell == Cell::Empty {
                continue;
            }
            if column >= width.min(MAX_COLUMNS) {
                row.stray += 1;
                continue;
            }
            row.cells.resize(column, Cell::Empty);
            row.cells.push(cell);
        }
        Ok(true)
    }

    fn hidden_columns(&self) -> &BTreeSet<u32> {
        &self.marks.hidden_columns
    }
}

fn cell(data: &Data, percent: bool) -> Cell {
    match data {
        Data::Empty => Cell::Empty,
        Data::String(text) if text.is_empty() => Cell::Empty,
        Data::String(text) | Data::DateTimeIso(text) | Data::DurationIso(text) => {
            Cell::Text(text.clone())
        }
        Data::Bool(truth) => Cell::Bool(*truth),
        Data::Int(value) => Cell::Number((*value).into()),
        Data::Float(value) => match (from_float(*value), percent) {
            (Some(value), true) => Cell::Percent(value),
            (Some(value), false) => Cell::Number(value),
            (None, _) => Cell::Text(value.to_string()),
        },
        // calamine has moved 1904 workbooks to the 1900 system by its own flag; a time without a day has no date.
        Data::DateTime(at) => match at.as_f64() {
            serial if serial < 1.0 => excel_date_time(serial + 1.0, false)
                .map_or(Cell::Empty, |it| {
                    Cell::Text(it.time().strftime("%H:%M:%S").to_string())
                }),
            serial => excel_date_time(serial, self::is_1904(at))
                .map_or_else(|| Cell::Text(serial.to_string()), Cell::Date),
        },
        Data::Error(error) => Cell::Error(FormulaError::shown_as(&error.to_string())),
    }
}

/// Whether a serial counts from 1904: calamine keeps the flag to itself, its conversion tells.
fn is_1904(at: &calamine::ExcelDateTime) -> bool {
    let (year, month, day, ..) = at.to_ymd_hms_milli();
    excel_date_time(at.as_f64(), false).is_some_and(|it| {
        let date = it.date();
        (date.year() as u16, date.month() as u8, date.day() as u8) != (year, month, day)
            && year >= 1904
            && date.year() + 3 <= year as i16
    })
}
