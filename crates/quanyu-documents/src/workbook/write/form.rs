//! A form as people make it by hand: title lines across the table, a head of two rows with merged cells, then rows.
//!
//! Owns the look of such a sheet, for samples and for requests that are passed on by hand. Leaves what stands in it to
//! the caller.

use rust_xlsxwriter::{Format, FormatAlign};

use super::{
    Book, Kind, WriteError,
    look::{self, column_number},
    xlsx_file::put,
};
use crate::workbook::Cell;

/// Columns under one upper head; an empty upper head means that the lower ones reach over both rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// The upper head.
    pub over: String,
    /// The lower heads.
    pub heads: Vec<String>,
}

/// Writes a form.
///
/// # Errors
/// When the workbook cannot be put together.
pub fn form(
    book: &Book,
    titles: &[String],
    groups: &[Group],
    rows: &[Vec<Cell>],
) -> Result<Vec<u8>, WriteError> {
    let mut workbook = look::workbook(book)?;
    let sheet = workbook.add_worksheet();
    sheet.set_name(look::sheet_name(&book.title, 1))?;
    let last = column_number(
        groups
            .iter()
            .map(|it| it.heads.len())
            .sum::<usize>()
            .saturating_sub(1),
    )?;
    let line = Format::new().set_bold().set_align(FormatAlign::Center);
    let mut row = 0;
    for title in titles {
        if last > 0 {
            sheet.merge_range(row, 0, row, last, title, &line)?;
        } else {
            sheet.write_string_with_format(row, 0, title, &line)?;
        }
        row += 1;
    }
    let head = look::head(false);
    let mut first = 0;
    for group in groups {
        let end = first + group.heads.len();
        for (place, text) in (first..end).zip(&group.heads) {
            let column = column_number(place)?;
            sheet.set_column_width(column, 18)?;
            if group.over.is_empty() {
                sheet.merge_range(row, column, row + 1, column, text, &head)?;
            } else {
                sheet.write_string_with_format(row + 1, column, text, &head)?;
            }
        }
        let (from, to) = (column_number(first)?, column_number(end.saturating_sub(1))?);
        if !group.over.is_empty() && to > from {
            sheet.merge_range(row, from, row, to, &group.over, &head)?;
        } else if !group.over.is_empty() {
            sheet.write_string_with_format(row, from, &group.over, &head)?;
        }
        first = end;
    }
    row += 2;
    let (plain, day) = (look::body(Kind::Text), look::body(Kind::Date));
    let number = look::body(Kind::Text).set_num_format("General");
    for cells in rows {
        for (place, cell) in cells.iter().enumerate() {
            let format = match cell {
                Cell::Date(_) => &day,
                Cell::Number(_) => &number,
                _ => &plain,
            };
            put(
                sheet,
                row,
                column_number(place)?,
                cell,
                format,
                book.language,
            )?;
        }
        row += 1;
    }
    Ok(workbook.save_to_buffer()?)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use quanyu_core::text::Language;
    use rust_decimal::Decimal;

    use super::*;
    use crate::workbook::{Row, Wish, open_bytes};

    #[test]
    fn a_form_is_read_back_under_its_merged_heads() {
        let book = Book {
            title: "报送表".into(),
            made_at: date(2024, 1, 2).at(0, 0, 0, 0),
            language: Language::Zh,
        };
        let groups = [
            Group {
                over: String::new(),
                heads: vec!["序号".into()],
            },
            Group {
                over: "合同".into(),
                heads: vec!["合同编号".into(), "签订日期".into()],
            },
            Group {
                over: "金额（万元）".into(),
                heads: vec!["成交额".into()],
            },
        ];
        let rows = [
            vec![
                Cell::Number(Decimal::ONE),
                Cell::Text("A-1".into()),
                Cell::Date(date(2023, 5, 1).at(0, 0, 0, 0)),
                Cell::Text("8000元".into()),
            ],
            vec![
                Cell::Number(Decimal::TWO),
                Cell::Text("A-2".into()),
                Cell::Empty,
                Cell::Number(Decimal::new(125, 1)),
            ],
        ];
        let titles = ["报送表（示例）".to_owned(), "填报单位：示例街道".to_owned()];
        let bytes = form(&book, &titles, &groups, &rows).unwrap();
        let mut sheet = open_bytes(bytes, "form.xlsx", &Wish::default()).unwrap();
        let heads: Vec<&str> = sheet
            .columns()
            .iter()
            .map(|it| it.header.as_str())
            .collect();
        assert_eq!(
            heads,
            [
                "序号",
                "合同/合同编号",
                "合同/签订日期",
                "金额（万元）/成交额"
            ]
        );
        let mut row = Row::default();
        assert!(sheet.read_row(&mut row).unwrap());
        assert_eq!(row.cells[3], Cell::Text("8000元".into()));
        assert!(sheet.read_row(&mut row).unwrap());
        assert_eq!(row.cells[3], Cell::Number(Decimal::new(125, 1)));
        assert!(!sheet.read_row(&mut row).unwrap());
    }
}
