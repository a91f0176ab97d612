//! An xlsx written row by row.

use std::{io::Write, path::Path};

use jiff::civil::Time;
use quanyu_core::text::Language;
use rust_decimal::prelude::ToPrimitive;
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook, Worksheet};

use super::{
    super::{Cell, sheet::MAX_ROWS},
    Book, Field, WriteError, look,
};

/// An export: head, then rows as they come. Past the rows that a sheet can hold it goes on in a second one.
pub struct XlsxWriter {
    workbook: Workbook,
    book: Book,
    fields: Vec<Field>,
    formats: Vec<Format>,
    row: u32,
    part: u32,
}

impl XlsxWriter {
    /// Begins a workbook with one sheet.
    ///
    /// # Errors
    /// When there is no room for the temporary file that holds the rows.
    pub fn new(book: &Book, fields: &[Field]) -> Result<Self, WriteError> {
        let mut writer = Self {
            workbook: look::workbook(book)?,
            book: book.clone(),
            fields: fields.to_vec(),
            formats: fields.iter().map(|it| look::body(it.kind)).collect(),
            row: 0,
            part: 0,
        };
        writer.next_sheet()?;
        Ok(writer)
    }

    /// Writes a row; cells past the columns are dropped, missing ones are empty.
    ///
    /// # Errors
    /// When the temporary file cannot be written.
    pub fn write_row(&mut self, cells: &[Cell]) -> Result<(), WriteError> {
        if self.row + 1 >= MAX_ROWS {
            self.close_sheet()?;
            self.next_sheet()?;
        }
        self.row += 1;
        let sheet = self.workbook.worksheet_from_index(self.part as usize - 1)?;
        for (column, (cell, format)) in cells.iter().zip(&self.formats).enumerate() {
            put(
                sheet,
                self.row,
                look::column_number(column)?,
                cell,
                format,
                self.book.language,
            )?;
        }
        Ok(())
    }

    /// Writes the file.
    ///
    /// # Errors
    /// When the disk gives out.
    pub fn finish(mut self, path: &Path) -> Result<(), WriteError> {
        self.close_sheet()?;
        Ok(self.workbook.save(path)?)
    }

    /// Writes into anything that takes bytes, a response for one.
    ///
    /// # Errors
    /// When `out` does not take them.
    pub fn finish_into(mut self, out: impl Write + Send) -> Result<(), WriteError> {
        self.close_sheet()?;
        Ok(self.workbook.save_to_writer(out)?)
    }

    fn next_sheet(&mut self) -> Result<(), WriteError> {
        self.part += 1;
        self.row = 0;
        let sheet = self.workbook.add_worksheet_with_constant_memory()?;
        sheet.set_name(look::sheet_name(&self.book.title, self.part))?;
        look::set_up(sheet, &self.fields)
    }

    fn close_sheet(&mut self) -> Result<(), WriteError> {
        let sheet = self.workbook.worksheet_from_index(self.part as usize - 1)?;
        look::close(sheet, self.row, self.fields.len())
    }
}

/// Writes one cell. A number of more than 15 digits goes in as text: a spreadsheet would round it.
pub(super) fn put(
    sheet: &mut Worksheet,
    row: u32,
    column: u16,
    cell: &Cell,
    format: &Format,
    language: Language,
) -> Result<(), WriteError> {
    match cell {
        Cell::Empty => sheet.write_blank(row, column, format)?,
        Cell::Text(text) => sheet.write_string_with_format(row, column, clipped(text), format)?,
        Cell::Number(value) | Cell::Percent(value) => match value.to_f64() {
            Some(number) if value.normalize().mantissa().unsigned_abs() < 10_u128.pow(15) => {
                sheet.write_number_with_format(row, column, number, format)?
            }
            _ => sheet.write_string_with_format(row, column, value.to_string(), format)?,
        },
        Cell::Date(at) => {
            let date = at.date();
            let day = u16::try_from(date.year())
                .ok()
                .filter(|it| *it >= 1900)
                .and_then(|year| {
                    ExcelDateTime::from_ymd(year, date.month() as u8, date.day() as u8).ok()
                });
            let time = at.time();
            let moment = match day {
                Some(day) if time == Time::midnight() => Some(day),
                Some(day) => day
                    .and_hms(
                        time.hour() as u16,
                        time.minute() as u8,
                        f64::from(time.second()),
                    )
                    .ok(),
                None => None,
            };
            match moment {
                Some(moment) => sheet.write_datetime_with_format(row, column, moment, format)?,
                None => sheet.write_string_with_format(row, column, cell.said(), format)?,
            }
        }
        Cell::Bool(truth) => {
            sheet.write_string_with_format(row, column, yes_no(*truth, language), format)?
        }
        Cell::Error(error) => {
            sheet.write_string_with_format(row, column, error.to_string(), format)?
        }
    };
    Ok(())
}

pub(super) fn yes_no(truth: bool, language: Language) -> &'static str {
    match (truth, language) {
        (true, Language::Zh) => "是",
        (false, Language::Zh) => "否",
        (true, Language::En) => "yes",
        (false, Language::En) => "no",
    }
}

/// A cell holds 32,767 characters; a longer text is cut and says so.
pub(super) fn clipped(text: &str) -> std::borrow::Cow<'_, str> {
    if text.len() <= 32_767 || text.chars().count() <= 32_767 {
        return text.into();
    }
    let mut cut: String = text.chars().take(32_760).collect();
    cut.push('…');
    cut.into()
}
