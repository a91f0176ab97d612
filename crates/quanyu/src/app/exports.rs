//! A register or a dataset into a file: every record, as people read it; every row, as the query gives it.
//!
//! Owns which columns are written and what they are called. Leaves the files to [`out`], names of what is referred to to
//! [`labels`]. Personal data are in neither: they leave the house only with a right that comes with sign-in, and no dataset
//! sees them.
//!
//! Invariant: rows are written as they are read; what is held does not grow with their number. All rows are of one
//! change sequence.
//!
//! Start reading at [`export`].

mod labels;
mod listed;
mod out;

use std::path::Path;

use futures::stream::{self, Stream};
use jiff::civil::Time;
use quanyu_core::{
    access::{Right, Scope},
    columns::ColumnKind,
    text::Text,
    value::Value,
};
use quanyu_documents::workbook::{
    Cell,
    write::{Field as Head, Kind},
};
use quanyu_figures::parquet::ParquetColumn;
use quanyu_pack::model::{Dataset, Field, FieldType, Pack, Register};
use quanyu_store::list::{self, Query};
use rust_decimal::Decimal;
use tokio::io::AsyncReadExt as _;

use super::{AppError, Product};
pub(super) use labels::Labels;
pub(super) use out::Out;

pub use listed::{Made, listed};

/// Records read together.
const PAGE: u32 = 5_000;

/// A column, for a sheet and for a Parquet file.
#[derive(Clone)]
pub(super) struct Column {
    pub(super) head: Head,
    typed: ParquetColumn,
}

/// Writes a register or a dataset into an xlsx, csv or parquet file; how many rows.
///
/// # Errors
/// Neither a register nor a dataset of that name, an ending that is none of the three, a file that cannot be written.
pub async fn export(product: &Product, id: &str, target: &Path) -> Result<u64, AppError> {
    let pack = &product.pack;
    match (pack.registers.get(id), pack.datasets.get(id)) {
        (Some(register), _) => records(product, register, target).await,
        (None, Some(dataset)) => rows(product, dataset, target).await,
        (None, None) => {
            let valid = pack.registers.keys().chain(pack.datasets.keys());
            Err(AppError::not_found(
                "register",
                id,
                valid.map(String::as_str),
            ))
        }
    }
}

/// A register as a file that is gone once it was read.
pub struct AsFile {
    file: tokio::fs::File,
    folder: tempfile::TempDir,
}

/// Bytes of a file that are read at once.
const CHUNK: usize = 64 * 1024;

impl AsFile {
    /// The file piece by piece.
    pub fn chunks(self) -> impl Stream<Item = std::io::Result<Vec<u8>>> + Send {
        stream::try_unfold((self.file, self.folder), |(mut file, folder)| async move {
            let mut chunk = vec![0; CHUNK];
            let read = file.read(&mut chunk).await?;
            chunk.truncate(read);
            Ok((read > 0).then_some((chunk, (file, folder))))
        })
    }
}

/// A register as a file of this ending, for who may take records out.
///
/// # Errors
/// As [`export`], and a right that is missing.
pub async fn as_file(product: &Product, register: &str, ending: &str) -> Result<AsFile, AppError> {
    let declared = super::registers::declared(product, register)?;
    let reach = product.may(Right::Export, declared)?;
    // What is written is all that is seen, so taking out has to reach as far as seeing.
    if reach != Scope::All && reach != product.scope(Right::Read, declared) {
        return Err(AppError::NotAllowed {
            right: Right::Export.word(),
            register: declared.title.clone(),
        });
    }
    let trouble = |error: std::io::Error| AppError::file(Path::new(register), &error);
    let folder = tempfile::tempdir().map_err(trouble)?;
    let target = folder.path().join(format!("records.{ending}"));
    export(product, register, &target).await?;
    let file = tokio::fs::File::open(&target).await.map_err(trouble)?;
    Ok(AsFile { file, folder })
}

async fn records(product: &Product, register: &Register, target: &Path) -> Result<u64, AppError> {
    let pack = &product.pack;
    let scope = product.may(Right::Export, register)?;
    let fields: Vec<&Field> = register
        .fields
        .iter()
        .filter(|it| it.kind != FieldType::Person)
        .collect();
    let columns = fields.iter().map(|it| field_column(it)).collect();
    let mut out = Out::create(target, &register.title.zh, columns)?;
    let mut tx = product.store.read().await?;
    let mut query = Query {
        limit: PAGE,
        ..Query::default()
    };
    let mut rows = 0;
    loop {
        let page = list::list(&mut tx, &register.id, &query).await?;
        let labels = Labels::of(&mut tx, pack, &fields, &page.records).await?;
        for record in &page.records {
            if !Product::holds(&scope, register, record) {
                continue;
            }
            let value = |field: &&Field| {
                let value = record.value(&field.id);
                let cell = labels.cell(pack, field, value);
                (cell, value)
            };
            let cells = fields.iter().map(value);
            if out.is_typed() {
                let typed = cells
                    .zip(&fields)
                    .map(|((cell, value), it)| typed(it, cell, value));
                out.write_values(typed.collect())?;
            } else {
                out.write_cells(&cells.map(|(cell, _)| cell).collect::<Vec<_>>())?;
            }
            rows += 1;
        }
        match page.next {
            Some(next) => query.after = Some(next),
            None => break,
        }
    }
    out.finish()?;
    Ok(rows)
}

async fn rows(product: &Product, dataset: &Dataset, target: &Path) -> Result<u64, AppError> {
    product.need_whole(&dataset.title)?;
    let mut rows = product.figures.rows(&dataset.id).await?;
    let columns = rows.columns.iter().map(|it| {
        let title = title(&product.pack, &it.name);
        plain_column(&it.name, title.as_ref(), it.kind)
    });
    let mut out = Out::create(target, &dataset.title.zh, columns.collect())?;
    let mut written = 0;
    while let Some(batch) = rows.next().await? {
        for row in batch {
            written += 1;
            if out.is_typed() {
                out.write_values(row)?;
                continue;
            }
            let cells = rows.columns.iter().zip(row);
            let cells = cells.map(|(column, value)| cell(column.kind, value));
            out.write_cells(&cells.collect::<Vec<_>>())?;
        }
    }
    out.finish()?;
    Ok(written)
}

/// The column of a query.
pub(super) fn plain_column(name: &str, title: Option<&Text>, held: ColumnKind) -> Column {
    let header = title.map_or(name, |it| &it.zh);
    Column {
        head: Head::new(header.to_owned(), kind(held)),
        typed: ParquetColumn {
            name: name.to_owned(),
            title: title.cloned(),
            unit: None,
            kind: held,
        },
    }
}

/// What a column of a query holds, as a pack would write it.
pub(super) fn word(kind: ColumnKind) -> &'static str {
    match kind {
        ColumnKind::Text => "text",
        ColumnKind::YesNo => "yes_no",
        ColumnKind::Int => "integer",
        ColumnKind::Money => "money",
        ColumnKind::Decimal(_) => "decimal",
        ColumnKind::Date => "date",
    }
}

/// The head of a column: a money column says its unit, so that the file can be imported again.
pub(super) fn field_column(field: &Field) -> Column {
    let unit = match &field.kind {
        FieldType::Money => Some("元"),
        FieldType::Decimal { .. } => field.unit.as_deref().filter(|it| *it != "1"),
        _ => None,
    };
    let header = unit.map_or_else(
        || field.title.zh.clone(),
        |it| format!("{}（{it}）", field.title.zh),
    );
    let kind = match &field.kind {
        FieldType::LongText => Kind::LongText,
        FieldType::Integer => Kind::Integer,
        FieldType::Decimal { scale } => Kind::Decimal(*scale),
        FieldType::Money => Kind::Money,
        FieldType::Date => Kind::Date,
        _ => Kind::Text,
    };
    let held = match &field.kind {
        _ if field.many => ColumnKind::Text,
        FieldType::Integer
        | FieldType::Decimal { .. }
        | FieldType::Money
        | FieldType::Date
        | FieldType::YesNo => field.kind.column(),
        _ => ColumnKind::Text,
    };
    Column {
        head: Head::new(header, kind),
        typed: ParquetColumn {
            name: field.id.clone(),
            title: Some(field.title.clone()),
            unit: unit.map(str::to_owned),
            kind: held,
        },
    }
}

/// A record's value for a typed column: itself, or what people call it where it is a code or a reference.
fn typed(field: &Field, cell: Cell, value: &Value) -> Value {
    let plain = matches!(
        field.kind,
        FieldType::Integer
            | FieldType::Decimal { .. }
            | FieldType::Money
            | FieldType::Date
            | FieldType::YesNo
    );
    match cell {
        _ if plain && !field.many => value.clone(),
        Cell::Text(text) => Value::text(text),
        _ => Value::Null,
    }
}

pub(super) fn cell(kind: ColumnKind, value: Value) -> Cell {
    match (kind, value) {
        (_, Value::Null) => Cell::Empty,
        (ColumnKind::YesNo, Value::Int(yes)) => {
            Cell::Text(if yes == 0 { "否" } else { "是" }.to_owned())
        }
        (_, Value::Text(text)) => Cell::Text(text),
        (_, Value::Int(int)) => Cell::Number(Decimal::from(int)),
        (_, Value::Decimal(decimal)) => Cell::Number(decimal),
        (_, Value::Money(money)) => Cell::Number(money.yuan()),
        (_, Value::Date(day)) => Cell::Date(day.to_datetime(Time::midnight())),
    }
}

fn kind(kind: ColumnKind) -> Kind {
    match kind {
        ColumnKind::Text | ColumnKind::YesNo => Kind::Text,
        ColumnKind::Int => Kind::Integer,
        ColumnKind::Money => Kind::Money,
        ColumnKind::Decimal(scale) => Kind::Decimal(scale),
        ColumnKind::Date => Kind::Date,
    }
}

/// What people call a column of a query: as all fields of that name are called, where they are called alike.
pub(super) fn title(pack: &Pack, name: &str) -> Option<Text> {
    let fields = pack.registers.values().flat_map(|it| &it.fields);
    let mut titles = fields.filter(|it| it.id == name).map(|it| &it.title);
    let first = titles.next()?;
    titles.all(|it| it == first).then(|| first.clone())
}
