//! A register into a file: every record, as people read it.
//!
//! Owns which columns are written and how references are named. Leaves files to `quanyu-documents`.
//!
//! Invariant: rows are written as they are read; what is held does not grow with their number. All rows are of one
//! change sequence.
//!
//! Start reading at [`export`].

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    fs::File,
    io::BufWriter,
    path::Path,
};

use jiff::civil::Time;
use quanyu_core::{text::Language, value::Value};
use quanyu_documents::workbook::{
    Cell,
    write::{Book, CsvWriter, Field as Head, Kind, XlsxWriter},
};
use quanyu_pack::model::{Field, FieldType, Pack, Register};
use quanyu_store::{
    Tx,
    list::{self, Query},
    records::Record,
};
use rust_decimal::Decimal;

use super::{AppError, Product, cells, registers};

/// Records read together.
const PAGE: u32 = 5_000;

/// Where rows go.
enum Out {
    Xlsx(Box<XlsxWriter>),
    Csv(Box<CsvWriter<BufWriter<File>>>),
}

/// Writes a register into an xlsx or csv file; how many rows.
///
/// # Errors
/// An unknown register, an ending that is neither, a file that cannot be written.
pub async fn export(product: &Product, id: &str, target: &Path) -> Result<u64, AppError> {
    let register = registers::declared(product, id)?;
    // Personal data leave the house only with a right that comes with sign-in.
    let fields: Vec<&Field> = register
        .fields
        .iter()
        .filter(|it| it.kind != FieldType::Person)
        .collect();
    let heads: Vec<Head> = fields.iter().map(|it| head(it)).collect();
    let trouble = |error: &dyn std::fmt::Display| AppError::File {
        file: target.display().to_string(),
        why: error.to_string(),
    };
    let mut out = match target.extension().and_then(|it| it.to_str()) {
        Some("xlsx") => {
            let book = Book {
                title: register.title.zh.clone(),
                made_at: jiff::Zoned::now().date().to_datetime(Time::midnight()),
                language: Language::Zh,
            };
            Out::Xlsx(Box::new(
                XlsxWriter::new(&book, &heads).map_err(|error| trouble(&error))?,
            ))
        }
        Some("csv") => {
            let file = File::create(target).map_err(|error| trouble(&error))?;
            let csv = CsvWriter::new(BufWriter::new(file), &heads, Language::Zh)
                .map_err(|error| trouble(&error))?;
            Out::Csv(Box::new(csv))
        }
        other => {
            return Err(AppError::BadValue {
                kind: "ending",
                value: other.unwrap_or_default().to_owned(),
                why: "write .xlsx or .csv".to_owned(),
            });
        }
    };
    let mut tx = product.store.read().await?;
    let mut query = Query {
        limit: PAGE,
        ..Query::default()
    };
    let mut rows = 0;
    loop {
        let page = list::list(&mut tx, id, &query).await?;
        let labels = Labels::of(&mut tx, &product.pack, &fields, &page.records).await?;
        for record in &page.records {
            let cells: Vec<Cell> = fields
                .iter()
                .map(|it| labels.cell(&product.pack, it, record.value(&it.id)))
                .collect();
            match &mut out {
                Out::Xlsx(writer) => writer.write_row(&cells).map_err(|error| trouble(&error))?,
                Out::Csv(writer) => writer.write_row(&cells).map_err(|error| trouble(&error))?,
            }
            rows += 1;
        }
        match page.next {
            Some(next) => query.after = Some(next),
            None => break,
        }
    }
    match out {
        Out::Xlsx(writer) => writer.finish(target).map_err(|error| trouble(&error))?,
        Out::Csv(writer) => writer.finish().map_err(|error| trouble(&error))?,
    }
    Ok(rows)
}

/// The head of a column: a money column says its unit, so that the file can be imported again.
fn head(field: &Field) -> Head {
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
    Head::new(header, kind)
}

/// What the records are called that a page refers to.
struct Labels {
    said: HashMap<(String, i64), String>,
}

impl Labels {
    async fn of(
        tx: &mut Tx,
        pack: &Pack,
        fields: &[&Field],
        records: &[Record],
    ) -> Result<Self, AppError> {
        let mut wanted: BTreeMap<&str, BTreeSet<i64>> = BTreeMap::new();
        for field in fields {
            let Some(target) = registers::target(pack, field) else {
                continue;
            };
            let ids = wanted.entry(target.id.as_str()).or_default();
            for record in records {
                ids.extend(referred(record.value(&field.id)));
            }
        }
        let mut said = HashMap::new();
        for (register, ids) in wanted {
            let Some(declared) = pack.registers.get(register) else {
                continue;
            };
            let ids: Vec<i64> = ids.into_iter().collect();
            for record in list::by_ids(tx, register, &ids).await? {
                said.insert((register.to_owned(), record.id), name(declared, &record));
            }
        }
        Ok(Self { said })
    }

    fn cell(&self, pack: &Pack, field: &Field, value: &Value) -> Cell {
        if let Some(target) = registers::target(pack, field) {
            let names =
                referred(value).filter_map(|id| self.said.get(&(target.id.clone(), id)).cloned());
            let names: Vec<String> = names.collect();
            return if names.is_empty() {
                Cell::Empty
            } else {
                Cell::Text(names.join("、"))
            };
        }
        match value {
            Value::Null => Cell::Empty,
            Value::Int(int) if field.kind == FieldType::Integer => {
                Cell::Number(Decimal::from(*int))
            }
            Value::Decimal(decimal) => Cell::Number(*decimal),
            Value::Money(money) => Cell::Number(money.yuan()),
            Value::Date(date) => Cell::Date(date.to_datetime(Time::midnight())),
            Value::Text(text) if field.kind == FieldType::Period => Cell::Text(text.clone()),
            value => Cell::Text(cells::say(pack, field, value, Language::Zh)),
        }
    }
}

fn referred(value: &Value) -> impl Iterator<Item = i64> {
    let ids: Vec<i64> = match value {
        Value::Int(id) => vec![*id],
        Value::Text(many) => many.split(';').filter_map(|it| it.parse().ok()).collect(),
        _ => Vec::new(),
    };
    ids.into_iter()
}

/// By what a record can be found again: its natural key where that is one text (a name may be borne twice).
fn name(register: &Register, record: &Record) -> String {
    match register.key.as_slice() {
        [key] => record
            .value(key)
            .canonical()
            .unwrap_or_else(|| registers::label(register, record)),
        _ => registers::label(register, record),
    }
}
