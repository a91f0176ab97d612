//! A workbook to fill in: head, hints, lists to choose from, and a sheet that explains the columns.

use quanyu_core::text::Language;
use rust_xlsxwriter::{
    DataValidation, DataValidationErrorStyle, Format, FormatAlign, FormatBorder, Formula, Note,
    Workbook,
};

use super::{Book, Field, Kind, WriteError, look};

/// Rows prepared for typing: formats and lists reach so far.
const ROWS: u32 = 2_000;
/// Characters that a list inside a cell's rule may have; a longer one stands on a sheet of its own.
const MAX_INLINE: usize = 255;

/// The template as the bytes of an xlsx: a sheet of these columns, then `further` sheets by name.
///
/// # Errors
/// When a column cannot be set up.
pub fn template(
    book: &Book,
    fields: &[Field],
    further: &[(String, Vec<Field>)],
) -> Result<Vec<u8>, WriteError> {
    let zh = book.language == Language::Zh;
    let mut workbook = look::workbook(book)?;
    let lists = if zh { "选项" } else { "Choices" };
    let mut long_lists = Vec::new();
    fill_in(
        &mut workbook,
        &look::sheet_name(&book.title, 1),
        fields,
        zh,
        &mut long_lists,
    )?;
    for (name, fields) in further {
        fill_in(
            &mut workbook,
            &look::sheet_name(name, 1),
            fields,
            zh,
            &mut long_lists,
        )?;
    }
    explain(&mut workbook, fields, further, zh)?;
    if !long_lists.is_empty() {
        let sheet = workbook.add_worksheet();
        sheet.set_name(lists)?.set_hidden(true);
        for (column, choices) in long_lists.iter().enumerate() {
            for (row, choice) in (0..).zip(choices) {
                sheet.write_string(row, look::column_number(column)?, choice)?;
            }
        }
    }
    Ok(workbook.save_to_buffer()?)
}

/// A sheet to type into. Lists too long for a cell's rule are put aside.
fn fill_in(
    workbook: &mut Workbook,
    name: &str,
    fields: &[Field],
    zh: bool,
    long_lists: &mut Vec<Vec<String>>,
) -> Result<(), WriteError> {
    let lists = if zh { "选项" } else { "Choices" };
    let sheet = workbook.add_worksheet();
    sheet.set_name(name)?;
    look::set_up(sheet, fields)?;
    for (at, field) in fields.iter().enumerate() {
        let column = look::column_number(at)?;
        sheet.set_column_format(
            column,
            &look::body(field.kind).set_border(FormatBorder::None),
        )?;
        if let Some(hint) = &field.hint {
            sheet.insert_note(
                0,
                column,
                &Note::new(hint)
                    .set_width(240)
                    .set_height(90)
                    .add_author_prefix(false),
            )?;
        }
        let choices = if field.choices.is_empty() && field.kind == Kind::YesNo {
            yes_no(zh)
        } else {
            field.choices.clone()
        };
        if choices.is_empty() {
            continue;
        }
        let inline = choices
            .iter()
            .map(|it| it.chars().count() + 1)
            .sum::<usize>()
            <= MAX_INLINE
            && choices.iter().all(|it| !it.contains(','));
        let rule = if inline {
            DataValidation::new().allow_list_strings(&choices)?
        } else {
            let place = long_lists.len();
            let letters = super::super::head::Column {
                index: place,
                header: String::new(),
                name: String::new(),
                unit: None,
                hidden: false,
            }
            .letters();
            let range = format!("={lists}!${letters}$1:${letters}${}", choices.len());
            long_lists.push(choices);
            DataValidation::new().allow_list_formula(Formula::new(range))
        };
        let message = if zh {
            "请从列表中选择"
        } else {
            "Choose from the list"
        };
        let rule = rule
            .set_error_style(DataValidationErrorStyle::Stop)
            .set_error_message(message)?;
        sheet.add_data_validation(1, column, ROWS, column, &rule)?;
    }
    Ok(())
}

fn explain(
    workbook: &mut Workbook,
    fields: &[Field],
    further: &[(String, Vec<Field>)],
    zh: bool,
) -> Result<(), WriteError> {
    let sheet = workbook.add_worksheet();
    sheet.set_name(if zh { "填报说明" } else { "Notes" })?;
    let heads = if zh {
        ["栏目", "必填", "类型", "填写要求", "可选值"]
    } else {
        ["Column", "Required", "Type", "What to type", "Choices"]
    };
    for (column, (head, width)) in
        (0_u16..).zip(heads.into_iter().zip([24.0, 8.0, 12.0, 48.0, 48.0]))
    {
        sheet.set_column_width(column, width)?;
        sheet.write_string_with_format(0, column, head, &look::head(false))?;
    }
    let format = look::body(Kind::LongText);
    let center: Format = look::body(Kind::YesNo).set_align(FormatAlign::Center);
    let own = fields.iter().map(|it| (it.header.clone(), it));
    let others = further.iter().flat_map(|(sheet, fields)| {
        let fields = fields.iter();
        fields.map(move |it| (format!("{sheet}：{}", it.header), it))
    });
    for (row, (header, field)) in (1_u32..).zip(own.chain(others)) {
        sheet.write_string_with_format(row, 0, header, &format)?;
        sheet.write_string_with_format(row, 1, if field.required { "✓" } else { "" }, &center)?;
        sheet.write_string_with_format(row, 2, kind_name(field.kind, zh), &center)?;
        sheet.write_string_with_format(
            row,
            3,
            field.hint.as_deref().unwrap_or_default(),
            &format,
        )?;
        let mut choices = field
            .choices
            .iter()
            .take(30)
            .cloned()
            .collect::<Vec<_>>()
            .join(if zh { "、" } else { ", " });
        if field.choices.len() > 30 {
            choices.push('…');
        }
        sheet.write_string_with_format(row, 4, choices, &format)?;
    }
    sheet.set_freeze_panes(1, 0)?;
    Ok(())
}

fn yes_no(zh: bool) -> Vec<String> {
    if zh { ["是", "否"] } else { ["yes", "no"] }
        .map(str::to_owned)
        .to_vec()
}

fn kind_name(kind: Kind, zh: bool) -> &'static str {
    let (chinese, english) = match kind {
        Kind::Text => ("文本", "text"),
        Kind::LongText => ("长文本", "long text"),
        Kind::Integer => ("整数", "whole number"),
        Kind::Decimal(_) => ("小数", "number"),
        Kind::Money => ("金额", "money"),
        Kind::Percent => ("百分比", "percent"),
        Kind::Date => ("日期", "date"),
        Kind::DateTime => ("时间", "date and time"),
        Kind::YesNo => ("是/否", "yes or no"),
    };
    if zh { chinese } else { english }
}
