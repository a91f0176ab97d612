//! Files as staff get them, made from the demonstration records.
//!
//! Owns filling the declared texts with figures and planting the declared errors. Leaves formats to `quanyu-documents`.
//!
//! Invariant: a place in braces is filled from the registers or the file is refused; an error is planted exactly where
//! it is declared.
//!
//! Start reading at [`write`].

use std::{fs, path::Path};

use jiff::civil::date;
use quanyu_core::text::Language;
use quanyu_documents::{
    formats::{SimpleBlock, write_docx_simple, write_pdf_simple},
    workbook::{
        Cell,
        write::{Book, Group, form},
    },
};
use quanyu_pack::model::{Demo, DemoFile, Field, FieldType, Register};
use quanyu_store::list::{self, Query};
use rust_decimal::Decimal;

use crate::app::{AppError, Product, indicators, registers};

/// Writes the files of a demonstration district; their names.
///
/// # Errors
/// A text that names no indicator or plants an error that does not fit; a folder that cannot be written.
pub async fn write(product: &Product, demo: &Demo, folder: &Path) -> Result<Vec<String>, AppError> {
    fs::create_dir_all(folder).map_err(|error| AppError::file(folder, &error))?;
    let mut names = Vec::new();
    for file in &demo.files {
        let bytes = made(product, demo, file).await?;
        let path = folder.join(&file.name);
        fs::write(&path, bytes).map_err(|error| AppError::file(&path, &error))?;
        names.push(file.name.clone());
    }
    Ok(names)
}

/// One of the files, as the records make it now.
///
/// # Errors
/// A name that is not declared; as [`write`].
pub async fn file(product: &Product, name: &str) -> Result<Vec<u8>, AppError> {
    let declared = product.pack.demo.as_ref();
    let found =
        declared.and_then(|demo| Some((demo, demo.files.iter().find(|it| it.name == name)?)));
    match found {
        Some((demo, file)) => made(product, demo, file).await,
        None => {
            let names = declared.into_iter().flat_map(|it| &it.files);
            Err(AppError::not_found(
                "file",
                name,
                names.map(|it| it.name.as_str()),
            ))
        }
    }
}

async fn made(product: &Product, demo: &Demo, file: &DemoFile) -> Result<Vec<u8>, AppError> {
    let number = demo
        .files
        .iter()
        .position(|it| it.name == file.name)
        .unwrap_or_default();
    let wrong = |why: String| AppError::Demo {
        block: number + 1,
        register: file.name.clone(),
        why,
    };
    let text = filled(product, file).await?.map_err(wrong)?;
    Ok(match file.kind.as_str() {
        "names_docx" => {
            let mut blocks = blocks(&text);
            blocks.push(SimpleBlock::Table(names_table(product, file).await?));
            write_docx_simple(&blocks)
        }
        "street_xlsx" => street_form(product, file, &text).await?,
        "bulletin_pdf" => write_pdf_simple(&blocks(&text)),
        "draft_docx" | "summary_docx" => write_docx_simple(&blocks(&text)),
        other => return Err(wrong(format!("no such kind of file: `{other}`"))),
    })
}

/// The text with its places filled and its errors planted.
async fn filled(product: &Product, file: &DemoFile) -> Result<Result<String, String>, AppError> {
    let mut out = String::new();
    let mut rest = file.text.as_str();
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        let Some((place, behind)) = after.split_once('}') else {
            return Ok(Err("a brace is not closed".to_owned()));
        };
        let Some((id, period)) = place.split_once('@') else {
            return Ok(Err(format!("`{place}` has no @period")));
        };
        let period = product.period(Some(period)).await?;
        let figures = indicators::figures(
            product,
            Some(&[id.to_owned()]),
            &product.pack.region,
            period,
        )
        .await?;
        match figures.first() {
            Some(figure) if figure.value.is_some() => {
                out.push_str(&figure.said.replace(',', ""));
                out.push_str(&figure.said_unit);
            }
            _ => return Ok(Err(format!("nothing is known of `{place}`"))),
        }
        rest = behind;
    }
    out.push_str(rest);
    for error in &file.errors {
        if out.matches(&error.right).count() != 1 {
            return Ok(Err(format!(
                "`{}` does not stand exactly once in the text",
                error.right
            )));
        }
        out = out.replacen(&error.right, &error.wrong, 1);
    }
    Ok(Ok(out))
}

/// One block a line: the first is the title, 一、 and （一） are headings.
fn blocks(text: &str) -> Vec<SimpleBlock> {
    let lines = text.lines().map(str::trim).filter(|it| !it.is_empty());
    lines
        .enumerate()
        .map(|(place, line)| match level(line) {
            _ if place == 0 => SimpleBlock::Title(line.to_owned()),
            Some(level) => SimpleBlock::Heading(level, line.to_owned()),
            None => SimpleBlock::Paragraph(line.to_owned()),
        })
        .collect()
}

/// The level of a heading: short lines that begin with 一、 or （一） and do not end as a sentence.
fn level(line: &str) -> Option<u8> {
    const NUMERALS: &str = "一二三四五六七八九十";
    if line.ends_with('。') || line.chars().count() > 40 {
        return None;
    }
    let numeral = |it: &str| !it.is_empty() && it.chars().all(|c| NUMERALS.contains(c));
    if line.split_once('、').is_some_and(|(it, _)| numeral(it)) {
        return Some(1);
    }
    line.strip_prefix('（')
        .and_then(|it| it.split_once('）'))
        .is_some_and(|(it, _)| numeral(it))
        .then_some(2)
}

fn declared<'a>(product: &'a Product, file: &DemoFile) -> Result<&'a Register, AppError> {
    registers::declared(product, file.register.as_deref().unwrap_or_default())
}

async fn records(
    product: &Product,
    file: &DemoFile,
) -> Result<Vec<quanyu_store::records::Record>, AppError> {
    let register = declared(product, file)?;
    let mut tx = product.store.read().await?;
    let query = Query {
        limit: file.limit.max(1),
        ..Query::default()
    };
    Ok(list::list(&mut tx, &register.id, &query).await?.records)
}

async fn names_table(product: &Product, file: &DemoFile) -> Result<Vec<Vec<String>>, AppError> {
    let register = declared(product, file)?;
    let title = register
        .field(&register.label)
        .map(|it| it.title.zh.clone())
        .unwrap_or_default();
    let mut rows = vec![vec!["序号".to_owned(), title]];
    for (number, record) in records(product, file).await?.iter().enumerate() {
        rows.push(vec![
            (number + 1).to_string(),
            registers::label(register, record),
        ]);
    }
    Ok(rows)
}

/// A street's table: merged heads, and money typed in 万元 by some and in 元 by others.
async fn street_form(product: &Product, file: &DemoFile, text: &str) -> Result<Vec<u8>, AppError> {
    let register = declared(product, file)?;
    let first = registers::first_fields(register);
    let wanted = |it: &&Field| it.required || first.iter().any(|first| first.id == it.id);
    let (money, plain): (Vec<&Field>, Vec<&Field>) = register
        .fields
        .iter()
        .filter(wanted)
        .partition(|it| it.kind == FieldType::Money);
    let heads = |fields: &[&Field]| {
        fields
            .iter()
            .map(|it| it.title.zh.clone())
            .collect::<Vec<_>>()
    };
    let mut groups = vec![
        Group {
            over: String::new(),
            heads: vec!["序号".to_owned()],
        },
        Group {
            over: register.title.zh.clone(),
            heads: heads(&plain),
        },
    ];
    if !money.is_empty() {
        groups.push(Group {
            over: "金额（万元）".to_owned(),
            heads: heads(&money),
        });
    }
    let mut rows = Vec::new();
    let mut tx = product.store.read().await?;
    for (number, record) in records(product, file).await?.iter().enumerate() {
        let mut cells = vec![Cell::Number(Decimal::from(number + 1))];
        for field in &plain {
            let said = registers::cell(
                &mut tx,
                product,
                field,
                record.value(&field.id),
                Language::Zh,
            )
            .await?
            .said;
            cells.push(if said == "—" {
                Cell::Empty
            } else {
                Cell::Text(said)
            });
        }
        for field in &money {
            cells.push(match record.value(&field.id) {
                quanyu_core::value::Value::Money(yuan) if number % 3 == 2 => {
                    Cell::Text(format!("{}元", yuan.yuan()))
                }
                quanyu_core::value::Value::Money(yuan) => {
                    Cell::Number(yuan.yuan() / Decimal::from(10_000))
                }
                _ => Cell::Empty,
            });
        }
        rows.push(cells);
    }
    let lines: Vec<String> = text
        .lines()
        .map(str::trim)
        .filter(|it| !it.is_empty())
        .map(str::to_owned)
        .collect();
    // Equal records give equal bytes, so the day in the properties is fixed.
    let book = Book {
        title: "报送表".to_owned(),
        made_at: date(2024, 1, 2).at(0, 0, 0, 0),
        language: Language::Zh,
    };
    form(&book, &lines, &groups, &rows).map_err(|error| AppError::File {
        file: file.name.clone(),
        why: error.to_string(),
    })
}
