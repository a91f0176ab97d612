//! An export of exactly what a list shows: its conditions, its columns, its order, its day.
//!
//! Owns who may take it out, personal data in it, and the note in the chain. Leaves conditions to `registers`, cells to the export.
//!
//! Invariant: a file that holds personal data says in itself who took it and when; every file that leaves is noted.

use std::path::PathBuf;

use futures::FutureExt as _;
use quanyu_core::{access::Right, text::Language};
use quanyu_pack::model::{Field, FieldType, Register};
use quanyu_store::{body::Body, list};

use super::{Labels, Out, PAGE, field_column};
use crate::app::{
    AppError, Product, Why, entries,
    registers::{self, ListWish},
};

/// A file that was made for somebody; it goes with its folder.
#[derive(Debug)]
pub struct Made {
    /// What it is called.
    pub name: String,
    /// Where it stands until it was sent.
    pub path: PathBuf,
    /// Rows in it.
    pub rows: u64,
    /// Keeps the folder.
    pub folder: tempfile::TempDir,
}

/// Writes what a list shows into an `xlsx` or `csv`.
///
/// # Errors
/// An unknown register or column, a right that is missing, another ending.
pub async fn listed(
    product: &Product,
    register: &str,
    wish: &ListWish,
    ending: &str,
) -> Result<Made, AppError> {
    let declared = registers::declared(product, register)?;
    let scope = product.may(Right::Export, declared)?;
    if !matches!(ending, "xlsx" | "csv") {
        return Err(AppError::BadValue {
            kind: "file",
            value: ending.to_owned(),
            why: Why::written("xlsx, csv"),
        });
    }
    let sees = !product.scope(Right::SeePerson, declared).is_nothing();
    let mut tx = product.store.read().await?;
    let (mut query, _) =
        registers::query_of(product, &mut tx, declared, wish, Language::Zh).await?;
    query.after = None;
    query.limit = PAGE;
    let fields = registers::shown_of(declared, wish)?;
    let person = sees && fields.iter().any(|it| it.kind == FieldType::Person);
    let fields: Vec<&Field> = fields
        .into_iter()
        .filter(|it| sees || it.kind != FieldType::Person)
        .collect();
    let folder = tempfile::tempdir().map_err(|it| AppError::Output(it.to_string()))?;
    let path = folder.path().join(format!("export.{ending}"));
    let columns = fields.iter().map(|it| field_column(it)).collect();
    let mut out = Out::create(&path, &declared.title.zh, columns)?;
    let mut rows = 0;
    loop {
        let page = list::list(&mut tx, &declared.id, &query).await?;
        let mut records = page.records;
        records.retain(|it| entries::within(product, &scope, declared, it));
        if person {
            let schema = std::sync::Arc::clone(tx.schema());
            for record in &mut records {
                product.store.keys().reveal(&schema, record)?;
            }
        }
        let labels = Labels::of(&mut tx, &product.pack, &fields, &records).await?;
        for record in &records {
            let cells = fields
                .iter()
                .map(|field| labels.cell(&product.pack, field, record.value(&field.id)));
            out.write_cells(&cells.collect::<Vec<_>>())?;
            rows += 1;
        }
        match page.next {
            Some(next) => query.after = Some(next),
            None => break,
        }
    }
    drop(tx);
    let mark = mark(product, declared);
    if person {
        out.write_cells(&[quanyu_documents::workbook::Cell::Text(mark.clone())])?;
    }
    out.finish()?;
    note(product, declared, rows, person, ending).await?;
    let whose = if person {
        format!("（含个人信息，{}）", product.who().name)
    } else {
        String::new()
    };
    Ok(Made {
        name: format!("{}{}{whose}.{ending}", declared.title.zh, product.today()),
        path,
        rows,
        folder,
    })
}

/// Who took it and when.
fn mark(product: &Product, register: &Register) -> String {
    let who = product.who();
    let name = if who.name.is_empty() {
        who.actor.as_str()
    } else {
        &who.name
    };
    let now = crate::app::say::shanghai(&jiff::Timestamp::now().to_string());
    format!(
        "含个人信息，仅限工作使用。{}，导出人：{name}，导出时间：{now}",
        register.title.zh
    )
}

/// Notes that a file left.
async fn note(
    product: &Product,
    register: &Register,
    rows: u64,
    person: bool,
    ending: &str,
) -> Result<(), AppError> {
    let mut body = Body::default();
    body.set("register", Some(register.id.clone()));
    body.set("rows", Some(rows.to_string()));
    body.set("person", Some(u8::from(person).to_string()));
    body.set("form", Some(ending.to_owned()));
    let text = body.text();
    product
        .store
        .act::<_, i64, AppError>(&product.actor(), move |act| {
            let text = text.clone();
            async move { Ok(act.log("register.export", Some(text)).await?) }.boxed()
        })
        .await?;
    Ok(())
}
