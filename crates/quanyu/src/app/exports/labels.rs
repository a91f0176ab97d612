//! What a record refers to, as people call it.
//!
//! Owns [`Labels`]: the names of all records that a page of an export refers to, looked up at once.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::civil::Time;
use quanyu_core::{text::Language, value::Value};
use quanyu_documents::workbook::Cell;
use quanyu_pack::model::{Field, FieldType, Pack, Register};
use quanyu_store::{Tx, list, records::Record};
use rust_decimal::Decimal;

use super::super::{AppError, cells, registers};

/// What the records are called that a page refers to.
pub(in crate::app) struct Labels {
    said: HashMap<(String, i64), String>,
}

impl Labels {
    pub(in crate::app) async fn of(
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

    /// A value as a sheet shows it.
    pub(in crate::app) fn cell(&self, pack: &Pack, field: &Field, value: &Value) -> Cell {
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
