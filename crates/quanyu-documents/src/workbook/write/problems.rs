//! What is wrong with an import, as a workbook: the rows as they came, each bad cell coloured with the reason as its
//! comment, and a sheet that counts the reasons.
//!
//! Invariant: comments are bounded ([`MAX_NOTES`]); every reason also stands at the end of its row.

use std::{collections::BTreeMap, path::Path};

use quanyu_core::text::Language;
use rust_xlsxwriter::{Color, Format, Note, Workbook};

use super::{
    super::Cell,
    Book, Field, Kind, WriteError, look,
    xlsx_file::{clipped, put},
};

/// Cells that get a comment: spreadsheets grow slow past this, and the reason stands in the row all the same.
const MAX_NOTES: u32 = 10_000;
/// Different reasons that are counted apart.
const MAX_REASONS: usize = 5_000;

/// What is wrong with a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The column, from 0 among those of the report; `None` when it is about the whole row.
    pub column: Option<usize>,
    /// Why, and what is allowed, in the language of the reader.
    pub reason: String,
}

/// The report, written row by row.
pub struct ProblemBook {
    workbook: Workbook,
    book: Book,
    fields: Vec<Field>,
    plain: Format,
    bad: Format,
    /// The sheet that is being written, from 0.
    sheet: usize,
    row: u32,
    notes: u32,
    /// Rows and first row of each reason, by head of the column.
    counts: BTreeMap<(String, String), (u64, u32)>,
}

impl ProblemBook {
    /// Begins a report with the columns of the file that was imported.
    ///
    /// # Errors
    /// When there is no room for the temporary file.
    pub fn new(book: &Book, headers: &[String]) -> Result<Self, WriteError> {
        let mut workbook = look::workbook(book)?;
        let fields = begin(&mut workbook, book, &book.title, headers)?;
        let plain = look::body(Kind::Text).set_num_format("General");
        let bad = look::body(Kind::Text)
            .set_num_format("General")
            .set_background_color(Color::RGB(0xFDE2DF))
            .set_font_color(Color::RGB(0x912018));
        Ok(Self {
            workbook,
            book: book.clone(),
            fields,
            plain,
            bad,
            sheet: 0,
            row: 0,
            notes: 0,
            counts: BTreeMap::new(),
        })
    }

    /// Goes on with another sheet of the file.
    ///
    /// # Errors
    /// When there is no room for the temporary file.
    pub fn next_sheet(mut self, title: &str, headers: &[String]) -> Result<Self, WriteError> {
        self.close()?;
        self.fields = begin(&mut self.workbook, &self.book, title, headers)?;
        self.sheet += 1;
        self.row = 0;
        Ok(self)
    }

    fn close(&mut self) -> Result<(), WriteError> {
        let sheet = self.workbook.worksheet_from_index(self.sheet)?;
        look::close(sheet, self.row, self.fields.len())
    }

    /// Writes a row as it came, with what is wrong with it (nothing, for a row that is shown for its neighbours).
    ///
    /// # Errors
    /// When the temporary file cannot be written.
    pub fn write_row(
        &mut self,
        number: u32,
        cells: &[Cell],
        faults: &[Fault],
    ) -> Result<(), WriteError> {
        self.row += 1;
        let (row, columns) = (self.row, self.fields.len() - 2);
        let sheet = self.workbook.worksheet_from_index(self.sheet)?;
        let date = look::body(Kind::Date);
        for column in 0..columns {
            let here: Vec<&str> = faults
                .iter()
                .filter(|it| it.column == Some(column))
                .map(|it| it.reason.as_str())
                .collect();
            let cell = cells.get(column).unwrap_or(&Cell::Empty);
            let place = look::column_number(column)?;
            let format = match (here.is_empty(), cell) {
                (false, _) => &self.bad,
                (true, Cell::Date(_)) => &date,
                _ => &self.plain,
            };
            // A bad date or number is shown as it was understood, so that the reason fits what is seen.
            match (here.is_empty(), cell) {
                (false, Cell::Date(_) | Cell::Percent(_)) => {
                    sheet.write_string_with_format(row, place, cell.said(), format)?;
                }
                (true, Cell::Percent(_)) => put(
                    sheet,
                    row,
                    place,
                    cell,
                    &look::body(Kind::Percent),
                    self.book.language,
                )?,
                _ => put(sheet, row, place, cell, format, self.book.language)?,
            }
            if !here.is_empty() && self.notes < MAX_NOTES {
                self.notes += 1;
                sheet.insert_note(
                    row,
                    place,
                    &Note::new(here.join("\n"))
                        .set_width(260)
                        .set_height(80)
                        .add_author_prefix(false),
                )?;
            }
        }
        let said: Vec<String> = faults
            .iter()
            .map(|it| match it.column.and_then(|at| self.fields.get(at)) {
                Some(field) => format!("{}：{}", field.header, it.reason),
                None => it.reason.clone(),
            })
            .collect();
        let format = if faults.is_empty() {
            &self.plain
        } else {
            &self.bad
        };
        sheet.write_string_with_format(
            row,
            look::column_number(columns)?,
            clipped(&said.join("；")),
            format,
        )?;
        sheet.write_number_with_format(
            row,
            look::column_number(columns + 1)?,
            f64::from(number),
            &self.plain,
        )?;
        for fault in faults {
            let field = fault.column.and_then(|it| self.fields.get(it));
            let header = field.map(|it| it.header.clone()).unwrap_or_default();
            let key = (header, fault.reason.clone());
            if self.counts.len() < MAX_REASONS || self.counts.contains_key(&key) {
                let count = self.counts.entry(key).or_insert((0, number));
                count.0 += 1;
            }
        }
        Ok(())
    }

    /// Adds the summary and writes the file. `lines` stand over the table: how many rows were read, what was set aside.
    ///
    /// # Errors
    /// When the disk gives out.
    pub fn finish(mut self, path: &Path, lines: &[String]) -> Result<(), WriteError> {
        let zh = self.book.language == Language::Zh;
        self.close()?;
        let sheet = self.workbook.add_worksheet();
        sheet.set_name(if zh { "汇总" } else { "Summary" })?;
        let mut row = 0;
        for line in lines {
            sheet.write_string(row, 0, line)?;
            row += 1;
        }
        row += u32::from(row > 0);
        let heads = if zh {
            ["栏目", "问题", "行数", "首次出现的行"]
        } else {
            ["Column", "Problem", "Rows", "First row"]
        };
        for (column, (head, width)) in
            (0_u16..).zip(heads.into_iter().zip([24.0, 80.0, 10.0, 16.0]))
        {
            sheet.set_column_width(column, width)?;
            sheet.write_string_with_format(row, column, head, &look::head(false))?;
        }
        let mut counts: Vec<_> = self.counts.into_iter().collect();
        counts.sort_by_key(|(_, (count, first))| (std::cmp::Reverse(*count), *first));
        for ((header, reason), (count, first)) in counts {
            row += 1;
            sheet.write_string_with_format(row, 0, header, &look::body(Kind::Text))?;
            sheet.write_string_with_format(
                row,
                1,
                clipped(&reason),
                &look::body(Kind::LongText),
            )?;
            sheet.write_number_with_format(row, 2, count as f64, &look::body(Kind::Integer))?;
            sheet.write_number_with_format(row, 3, f64::from(first), &look::body(Kind::Integer))?;
        }
        Ok(self.workbook.save(path)?)
    }
}

/// Begins a sheet with the columns of the file, and those for what is wrong.
fn begin(
    workbook: &mut Workbook,
    book: &Book,
    title: &str,
    headers: &[String],
) -> Result<Vec<Field>, WriteError> {
    let zh = book.language == Language::Zh;
    let mut fields: Vec<Field> = headers
        .iter()
        .map(|it| Field::new(it, Kind::Text))
        .collect();
    fields.push(Field::new(
        if zh { "问题" } else { "Problem" },
        Kind::LongText,
    ));
    fields.push(Field::new(if zh { "原行号" } else { "Row" }, Kind::Integer));
    let sheet = workbook.add_worksheet_with_constant_memory()?;
    sheet.set_name(look::sheet_name(title, 1))?;
    look::set_up(sheet, &fields)?;
    Ok(fields)
}
