//! A workbook that asks somebody for figures: cells to fill in are open, everything else is locked, and a hidden sheet says whose it is.
//!
//! Owns the look and the hidden sheet. Leaves which cells there are and what is done with the answers to the caller. The lock has no
//! password: it keeps from mistakes, not from intent, and what was changed all the same is found when the file is read back.
//!
//! Start reading at [`request`].

use quanyu_core::text::Language;
use rust_xlsxwriter::{
    Color, DataValidation, DataValidationErrorStyle, Format, FormatAlign, Note, Workbook, Worksheet,
};

use super::{
    Book, Field, Kind, WriteError,
    look::{self, column_number},
    xlsx_file::put,
};
use crate::workbook::Cell;

/// The name of the hidden sheet.
pub const HIDDEN: &str = "quanyu";
/// The ground of cells to fill in.
const OPEN: Color = Color::RGB(0xFFF7DB);
/// The ground of what a register holds.
const HELD: Color = Color::RGB(0xEEF1F4);

/// What is asked.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Request {
    /// The id by which the answers are known again.
    pub id: String,
    /// Lines above the table.
    pub lines: Vec<String>,
    /// Columns: head, kind and hint.
    pub columns: Vec<Field>,
    /// Rows, a cell for each column.
    pub rows: Vec<Vec<Asked>>,
}

/// A cell.
#[derive(Clone, Debug, PartialEq)]
pub enum Asked {
    /// Stands there.
    Fixed(Cell),
    /// Is known already.
    Held(Cell),
    /// Is to be filled in.
    Open(Cell),
}

/// Writes the workbook.
///
/// # Errors
/// When it cannot be put together.
pub fn request(book: &Book, asked: &Request) -> Result<Vec<u8>, WriteError> {
    let mut workbook = look::workbook(book)?;
    let sheet = workbook.add_worksheet();
    sheet.set_name(look::sheet_name(&book.title, 1))?;
    let head = fill(sheet, book, asked)?;
    sheet.set_freeze_panes(head + 1, 0)?;
    sheet.set_repeat_rows(head, head)?;
    sheet
        .set_landscape()
        .set_paper_size(9)
        .set_print_fit_to_pages(1, 0)
        .set_footer("&C&P / &N");
    sheet.protect();
    hidden(&mut workbook, asked)?;
    Ok(workbook.save_to_buffer()?)
}

/// Titles, head and rows; the row of the head.
fn fill(sheet: &mut Worksheet, book: &Book, asked: &Request) -> Result<u32, WriteError> {
    let last = column_number(asked.columns.len().saturating_sub(1))?;
    let mut row = 0;
    for (number, line) in asked.lines.iter().enumerate() {
        let format = match number {
            0 => Format::new()
                .set_bold()
                .set_font_size(14)
                .set_align(FormatAlign::Center),
            _ => Format::new().set_text_wrap().set_align(FormatAlign::Top),
        };
        if last > 0 {
            sheet.merge_range(row, 0, row, last, line, &format)?;
        } else {
            sheet.write_string_with_format(row, 0, line, &format)?;
        }
        row += 1;
    }
    let head = row;
    let reach = head + u32::try_from(asked.rows.len()).unwrap_or(u32::MAX).max(1);
    for (at, field) in asked.columns.iter().enumerate() {
        let column = column_number(at)?;
        let wide: usize = field
            .header
            .chars()
            .map(|c| if c.is_ascii() { 1 } else { 2 })
            .sum();
        let wide = u32::try_from(wide.clamp(10, 36)).unwrap_or(36);
        sheet.set_column_width(column, f64::from(wide + 4))?;
        sheet.write_string_with_format(head, column, &field.header, &look::head(field.required))?;
        if let Some(hint) = &field.hint {
            let note = Note::new(hint)
                .set_width(240)
                .set_height(90)
                .add_author_prefix(false);
            sheet.insert_note(head, column, &note)?;
        }
        choices(sheet, book, field, (head + 1, reach, column))?;
    }
    for cells in &asked.rows {
        row += 1;
        for (at, cell) in cells.iter().enumerate() {
            let kind = asked.columns.get(at).map_or(Kind::Text, |it| it.kind);
            // Numbers are shown as they are typed: a money column of 万元 has no fen.
            let base = match kind {
                Kind::Date => look::body(Kind::Date),
                Kind::Text | Kind::LongText => look::body(kind),
                _ => look::body(Kind::YesNo)
                    .set_num_format("General")
                    .set_align(FormatAlign::Right),
            };
            let (cell, format) = match cell {
                Asked::Fixed(cell) => (cell, base),
                Asked::Held(cell) => (cell, base.set_background_color(HELD)),
                Asked::Open(cell) => (cell, base.set_background_color(OPEN).set_unlocked()),
            };
            let column = column_number(at)?;
            match cell {
                Cell::Empty => {
                    sheet.write_blank(row, column, &format)?;
                }
                cell => put(sheet, row, column, cell, &format, book.language)?,
            }
        }
    }
    Ok(head)
}

/// A list to choose from, where a column has one that fits a cell's rule.
fn choices(
    sheet: &mut Worksheet,
    book: &Book,
    field: &Field,
    (first, last, column): (u32, u32, u16),
) -> Result<(), WriteError> {
    let length: usize = field.choices.iter().map(|it| it.chars().count() + 1).sum();
    if field.choices.is_empty() || length > 255 || field.choices.iter().any(|it| it.contains(',')) {
        return Ok(());
    }
    let message = match book.language {
        Language::Zh => "请从列表中选择",
        Language::En => "Choose from the list",
    };
    let rule = DataValidation::new()
        .allow_list_strings(&field.choices)?
        .set_error_style(DataValidationErrorStyle::Stop)
        .set_error_message(message)?;
    sheet.add_data_validation(first, column, last, column, &rule)?;
    Ok(())
}

fn hidden(workbook: &mut Workbook, asked: &Request) -> Result<(), WriteError> {
    let sheet = workbook.add_worksheet();
    sheet.set_name(HIDDEN)?;
    for (row, (key, value)) in [("key", "value"), ("id", asked.id.as_str())]
        .into_iter()
        .enumerate()
    {
        let row = u32::try_from(row).unwrap_or_default();
        sheet.write_string(row, 0, key)?;
        sheet.write_string(row, 1, value)?;
    }
    sheet.set_very_hidden(true);
    sheet.protect();
    Ok(())
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use rust_decimal::Decimal;

    use super::*;
    use crate::workbook::{Row, Wish, open_bytes};

    #[test]
    fn a_request_is_read_back_with_the_id_it_was_made_under() {
        let book = Book {
            title: "报送表".into(),
            made_at: date(2024, 1, 2).at(0, 0, 0, 0),
            language: Language::Zh,
        };
        let number = |it: i64| Cell::Number(Decimal::from(it));
        let asked = Request {
            id: "0123abcd".into(),
            lines: vec!["报送表".into(), "请于5日前报".into()],
            columns: vec![
                Field::new("序号", Kind::Integer),
                Field::new("指标", Kind::Text),
                Field {
                    hint: Some("填数字".into()),
                    ..Field::new("本期（家）", Kind::Text)
                },
            ],
            rows: vec![
                vec![
                    Asked::Fixed(number(1)),
                    Asked::Fixed(Cell::Text("甲".into())),
                    Asked::Open(Cell::Empty),
                ],
                vec![
                    Asked::Fixed(number(2)),
                    Asked::Fixed(Cell::Text("乙".into())),
                    Asked::Held(number(7)),
                ],
            ],
        };
        let bytes = request(&book, &asked).unwrap();
        let known: Vec<String> = asked.columns.iter().map(|it| it.header.clone()).collect();
        let mut sheet = open_bytes(
            bytes.clone(),
            "a.xlsx",
            &Wish {
                sheet: None,
                known: known.clone(),
            },
        )
        .unwrap();
        let heads: Vec<&str> = sheet
            .columns()
            .iter()
            .map(|it| it.header.as_str())
            .collect();
        assert_eq!(heads, known);
        let mut row = Row::default();
        assert!(sheet.read_row(&mut row).unwrap());
        assert_eq!(row.cells[1], Cell::Text("甲".into()));
        assert!(sheet.read_row(&mut row).unwrap());
        assert_eq!(row.cells[2], number(7));
        assert!(!sheet.read_row(&mut row).unwrap());
        let wish = Wish {
            sheet: Some(HIDDEN.into()),
            known: vec!["key".into(), "value".into()],
        };
        let mut sheet = open_bytes(bytes, "a.xlsx", &wish).unwrap();
        assert!(sheet.read_row(&mut row).unwrap());
        assert_eq!(row.cells[1], Cell::Text("0123abcd".into()));
    }
}
