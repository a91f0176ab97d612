//! The look of a sheet: one for all that we write.

use rust_xlsxwriter::{
    Color, DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Workbook, Worksheet,
};

use super::{Book, Field, Kind, WriteError};

/// A4 in the numbering of spreadsheets.
const A4: u8 = 9;
const LINES: Color = Color::RGB(0xBFC5CC);

/// A workbook with the properties of `book`.
pub(super) fn workbook(book: &Book) -> Result<Workbook, WriteError> {
    let mut workbook = Workbook::new();
    let (date, time) = (book.made_at.date(), book.made_at.time());
    let made = ExcelDateTime::from_ymd(date.year() as u16, date.month() as u8, date.day() as u8)?
        .and_hms(
        time.hour() as u16,
        time.minute() as u8,
        f64::from(time.second()),
    )?;
    workbook.set_properties(
        &DocProperties::new()
            .set_title(&book.title)
            .set_creation_datetime(&made),
    );
    Ok(workbook)
}

/// A name that a sheet may have: at most 31 characters, none of `[]:*?/\`.
pub(super) fn sheet_name(title: &str, part: u32) -> String {
    let end = if part > 1 {
        format!(" ({part})")
    } else {
        String::new()
    };
    let fine: String = title
        .chars()
        .map(|c| if "[]:*?/\\'".contains(c) { ' ' } else { c })
        .collect();
    let fine: String = fine.trim().chars().take(31 - end.chars().count()).collect();
    if fine.is_empty() {
        format!("Sheet{part}")
    } else {
        fine + &end
    }
}

/// The format of a cell of each kind.
pub(super) fn body(kind: Kind) -> Format {
    let base = Format::new()
        .set_border(FormatBorder::Thin)
        .set_border_color(LINES)
        .set_align(FormatAlign::VerticalCenter);
    match kind {
        Kind::Text => base.set_num_format("@"),
        Kind::LongText => base.set_num_format("@").set_text_wrap(),
        Kind::Integer => base.set_num_format("#,##0"),
        Kind::Decimal(0) => base.set_num_format("#,##0"),
        Kind::Decimal(scale) => {
            base.set_num_format(format!("#,##0.{}", "0".repeat(usize::from(scale.min(15)))))
        }
        Kind::Money => base.set_num_format("#,##0.00"),
        Kind::Percent => base.set_num_format("0.0#%"),
        Kind::Date => base
            .set_num_format("yyyy-mm-dd")
            .set_align(FormatAlign::Center),
        Kind::DateTime => base
            .set_num_format("yyyy-mm-dd hh:mm:ss")
            .set_align(FormatAlign::Center),
        Kind::YesNo => base.set_align(FormatAlign::Center),
    }
}

/// The format of the head.
pub(super) fn head(required: bool) -> Format {
    let base = Format::new()
        .set_bold()
        .set_background_color(Color::RGB(0xE8EEF5))
        .set_border(FormatBorder::Thin)
        .set_border_color(LINES)
        .set_align(FormatAlign::Center)
        .set_align(FormatAlign::VerticalCenter)
        .set_text_wrap();
    if required {
        base.set_font_color(Color::RGB(0xB42318))
    } else {
        base
    }
}

/// Head row, widths and printing: A4 across, all columns on one page, the head on each.
pub(super) fn set_up(sheet: &mut Worksheet, fields: &[Field]) -> Result<(), WriteError> {
    for (column, field) in fields.iter().enumerate() {
        let column = column_number(column)?;
        sheet.set_column_width(column, width(field))?;
        sheet.write_string_with_format(0, column, &field.header, &head(field.required))?;
    }
    sheet.set_row_height(0, 30)?;
    sheet.set_freeze_panes(1, 0)?;
    sheet.set_repeat_rows(0, 0)?;
    sheet
        .set_landscape()
        .set_paper_size(A4)
        .set_print_fit_to_pages(1, 0);
    sheet
        .set_margins(0.4, 0.4, 0.6, 0.6, 0.3, 0.3)
        .set_footer("&C&P / &N");
    Ok(())
}

/// The range that is printed and filtered, known at the end.
pub(super) fn close(sheet: &mut Worksheet, rows: u32, columns: usize) -> Result<(), WriteError> {
    let Some(last) = columns.checked_sub(1) else {
        return Ok(());
    };
    let last = column_number(last)?;
    sheet.set_print_area(0, 0, rows, last)?;
    sheet.autofilter(0, 0, rows, last)?;
    Ok(())
}

pub(super) fn column_number(column: usize) -> Result<u16, WriteError> {
    u16::try_from(column)
        .map_err(|_| WriteError::Workbook(rust_xlsxwriter::XlsxError::RowColumnLimitError))
}

/// Wide enough for the head on two lines and a usual value; a Han character is two wide.
fn width(field: &Field) -> f64 {
    let of_head: usize = field
        .header
        .chars()
        .map(|c| if c.is_ascii() { 1 } else { 2 })
        .sum();
    let of_kind = match field.kind {
        Kind::Text => 20,
        Kind::LongText => 40,
        Kind::Integer | Kind::Percent | Kind::YesNo => 10,
        Kind::Decimal(_) | Kind::Date => 13,
        Kind::Money => 18,
        Kind::DateTime => 20,
    };
    (of_head.div_ceil(2) + 4).max(of_kind).min(60) as f64
}
