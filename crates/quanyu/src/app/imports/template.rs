//! The workbook that people fill in for an import.
//!
//! Owns which columns it has, what they are told, and which choices a cell offers. A register with lines (明细) gets a
//! sheet for each kind of them, which names the parent by its key. What it holds is read back by [`super::columns`].

use std::path::Path;

use quanyu_core::text::Language;
use quanyu_documents::workbook::write::{self, Book, Kind};
use quanyu_pack::model::{Field, FieldType, Pack, Register};

use crate::app::{AppError, Product, registers};

/// The template of a register: its file name and content.
///
/// # Errors
/// An unknown register, a workbook that cannot be put together.
pub async fn template_bytes(
    product: &Product,
    register: &str,
) -> Result<(String, Vec<u8>), AppError> {
    let declared = registers::declared(product, register)?;
    product.may(quanyu_core::access::Right::Enter, declared)?;
    let (pack, declared) = (product.pack.clone(), declared.clone());
    let made = tokio::task::spawn_blocking(move || {
        bytes(&pack, &declared)
            .map(|it| (format!("{}填报模板.xlsx", declared.title.zh), it))
            .map_err(|error| AppError::Output(error.to_string()))
    });
    made.await
        .map_err(|error| AppError::Output(error.to_string()))?
}

/// Writes the template of a register.
///
/// # Errors
/// An unknown register, a file that cannot be written.
pub fn template(product: &Product, register: &str, out: &Path) -> Result<(), AppError> {
    let register = registers::declared(product, register)?;
    let bytes = bytes(&product.pack, register).map_err(|error| AppError::file(out, &error))?;
    std::fs::write(out, bytes).map_err(|error| AppError::file(out, &error))
}

fn bytes(pack: &Pack, register: &Register) -> Result<Vec<u8>, write::WriteError> {
    let book = Book {
        title: register.title.zh.clone(),
        made_at: jiff::Zoned::now().datetime(),
        language: Language::Zh,
    };
    write::template(
        &book,
        &columns(pack, &register.fields),
        &sheets(pack, register),
    )
}

/// A sheet for each kind of lines: the parent's key, then the lines' fields.
fn sheets(pack: &Pack, register: &Register) -> Vec<(String, Vec<write::Field>)> {
    let lines = register.lines.iter();
    lines
        .map(|it| {
            let key = register
                .key
                .iter()
                .filter_map(|it| register.field(it))
                .cloned();
            let own = it.fields.iter().map(|field| {
                let mut field = field.clone();
                // A head that the parent has as well says whose it is.
                if register
                    .fields
                    .iter()
                    .any(|it| it.title.zh == field.title.zh)
                {
                    field.title.zh = format!("{}{}", it.title.zh, field.title.zh);
                }
                field
            });
            let fields: Vec<Field> = key.chain(own).collect();
            (it.title.zh.clone(), columns(pack, &fields))
        })
        .collect()
}

fn columns(pack: &Pack, fields: &[Field]) -> Vec<write::Field> {
    let typed = fields.iter().filter(|it| it.computed.is_none());
    typed.map(|it| column(pack, it)).collect()
}

fn column(pack: &Pack, field: &Field) -> write::Field {
    let (kind, unit) = match &field.kind {
        FieldType::LongText => (Kind::LongText, None),
        FieldType::Integer => (Kind::Integer, field.unit.as_deref()),
        FieldType::Decimal { scale } => (Kind::Decimal(*scale), field.unit.as_deref()),
        FieldType::Money => (Kind::Money, Some("元")),
        FieldType::Date => (Kind::Date, None),
        FieldType::YesNo => (Kind::YesNo, None),
        _ => (Kind::Text, None),
    };
    let title = &field.title.zh;
    let header = match unit.filter(|it| *it != "1") {
        Some(unit) => format!("{title}（{unit}）"),
        None => title.clone(),
    };
    let mut hints: Vec<String> = field.help.iter().map(|it| it.zh.clone()).collect();
    match &field.kind {
        FieldType::Organization => hints.push("填统一社会信用代码或单位全称".to_owned()),
        FieldType::Reference { to } => {
            let target = pack.registers.get(to).map_or(to, |it| &it.title.zh);
            hints.push(format!("填“{target}”中已有记录的编号或名称"));
        }
        FieldType::Region => hints.push("填行政区划名称或代码".to_owned()),
        FieldType::Period => hints.push("如 2023、2023年上半年、2023年9月".to_owned()),
        _ => {}
    }
    if field.many {
        hints.push("有多个时用顿号分开".to_owned());
    }
    if field.dated {
        hints.push(format!("可另加一列“{title}起始日期”，填该值自哪一天起有效"));
    }
    let choices = match &field.kind {
        FieldType::Code { list } if !field.many => {
            let list = pack.codes.get(list).into_iter().flat_map(|it| &it.items);
            let current = list.filter(|it| !it.retired);
            current.map(|it| it.title.zh.clone()).collect()
        }
        _ => Vec::new(),
    };
    write::Field {
        required: field.required,
        hint: (!hints.is_empty()).then(|| hints.join("；")),
        choices,
        ..write::Field::new(header, kind)
    }
}
