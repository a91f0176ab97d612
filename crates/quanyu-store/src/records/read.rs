//! Reading records from their rows.
//!
//! Owns what a row of [`tables::select`] means. Leaves lists to [`crate::list`].

use std::{collections::BTreeMap, sync::Arc};

use jiff::civil::Date;
use quanyu_core::value::Value;

use super::{Line, Record, known, register_table};
use crate::{
    door::{Bind, Row, Tx},
    error::StoreError,
    schema::Table,
    tables,
    value::{decode, encode},
};

/// Ids looked up with one statement.
const IDS: usize = 500;

/// A record with its lines; `None` where there is none, it was removed, or the reader does not reach it.
///
/// # Errors
/// The database's.
pub async fn get(tx: &mut Tx, register: &str, id: i64) -> Result<Option<Record>, StoreError> {
    let table = register_table(&tx.schema, register)?;
    let record = load(tx, &table, id, false).await?;
    Ok(record.filter(|it| tx.reaches(it)))
}

/// A record that another one refers to, whoever reads: for its name alone, since who sees a record sees what it names.
///
/// # Errors
/// The database's.
pub async fn referred(tx: &mut Tx, register: &str, id: i64) -> Result<Option<Record>, StoreError> {
    let table = register_table(&tx.schema, register)?;
    load(tx, &table, id, false).await
}

/// [`get`], also of a record that was removed: then without the lines that went with it.
///
/// # Errors
/// The database's.
pub async fn get_with_removed(
    tx: &mut Tx,
    register: &str,
    id: i64,
) -> Result<Option<Record>, StoreError> {
    let table = register_table(&tx.schema, register)?;
    let record = load(tx, &table, id, true).await?;
    Ok(record.filter(|it| tx.reaches(it)))
}

/// [`get`] as the record was on a day: dated fields say what held then.
///
/// # Errors
/// The database's.
pub async fn get_on(
    tx: &mut Tx,
    register: &str,
    id: i64,
    day: Date,
) -> Result<Option<Record>, StoreError> {
    Ok(get(tx, register, id).await?.map(|it| it.on(day)))
}

/// The record of a natural key, with its lines, where the reader reaches it.
///
/// # Errors
/// The database's, or a value that its field cannot hold.
pub async fn by_key(
    tx: &mut Tx,
    register: &str,
    key: &[Value],
) -> Result<Option<Record>, StoreError> {
    let table = register_table(&tx.schema, register)?;
    let mut sql = String::new();
    let mut values = Vec::new();
    for (field, value) in table.key.iter().zip(key) {
        let column = known(&table, field)?;
        values.push(encode(register, column, value)?);
        sql.push_str(&format!(
            "and t.{} = ${} ",
            tables::quoted(field),
            values.len()
        ));
    }
    if values.is_empty() || values.len() != table.key.len() {
        return Ok(None);
    }
    let found = tx.rows_built(tables::select(&table, &sql), &values).await?;
    match found.into_iter().next() {
        Some(row) => {
            let mut record = from_row(&table, row)?;
            read_lines(tx, &table, &mut record).await?;
            Ok(Some(record).filter(|it| tx.reaches(it)))
        }
        None => Ok(None),
    }
}

/// Ids of the records that have one of these natural keys, whoever reads: a key is taken also where its record is not seen.
///
/// # Errors
/// The database's, or a value that its field cannot hold.
pub async fn ids_by_key(
    tx: &mut Tx,
    register: &str,
    keys: &[Vec<Value>],
) -> Result<Vec<i64>, StoreError> {
    let table = register_table(&tx.schema, register)?;
    let mut ids = Vec::with_capacity(keys.len());
    if table.key.is_empty() {
        return Ok(ids);
    }
    let names: Vec<String> = table.key.iter().map(|it| tables::quoted(it)).collect();
    for part in keys.chunks(IDS / names.len()) {
        let mut values = Vec::with_capacity(part.len() * names.len());
        let mut rows = Vec::with_capacity(part.len());
        for key in part {
            let mut places = Vec::with_capacity(names.len());
            for (field, value) in table.key.iter().zip(key) {
                values.push(encode(register, known(&table, field)?, value)?);
                places.push(format!("${}", values.len()));
            }
            rows.push(format!("({})", places.join(",")));
        }
        let sql = format!(
            "select t.id from ({}) t where (t.{}) in (values {})",
            tables::select(&table, ""),
            names.join(", t."),
            rows.join(",")
        );
        for row in tx.rows_built(sql, &values).await? {
            ids.push(row.int(0)?);
        }
    }
    Ok(ids)
}

/// Which records have these texts in a field: for references typed by key or name in an import. Values that several
/// records have come several times.
///
/// # Errors
/// The database's.
pub async fn find(
    tx: &mut Tx,
    register: &str,
    field: &str,
    texts: &[String],
) -> Result<Vec<(String, i64)>, StoreError> {
    let table = register_table(&tx.schema, register)?;
    known(&table, field)?;
    let mut found = Vec::new();
    for part in texts.chunks(IDS) {
        let places: Vec<String> = (1..=part.len()).map(|it| format!("${it}")).collect();
        let field = tables::quoted(field);
        let rest = format!("and t.{field} in ({})", places.join(","));
        let sql = format!(
            "select t.{field}, t.id from ({}) t",
            tables::select(&table, &rest)
        );
        let values: Vec<Bind> = part.iter().map(|it| Bind::from(it.as_str())).collect();
        for row in tx.rows_built(sql, &values).await? {
            found.push((row.text(0)?, row.int(1)?));
        }
    }
    Ok(found)
}

/// Reads a record with its lines.
pub(crate) async fn load(
    tx: &mut Tx,
    table: &Table,
    id: i64,
    removed: bool,
) -> Result<Option<Record>, StoreError> {
    let sql = if removed {
        tables::select_all(table, "and t.id = $1")
    } else {
        tables::select(table, "and t.id = $1")
    };
    let found = tx.rows_built(sql, &[Bind::from(id)]).await?;
    let Some(row) = found.into_iter().next() else {
        return Ok(None);
    };
    let mut record = from_row(table, row)?;
    read_lines(tx, table, &mut record).await?;
    Ok(Some(record))
}

/// Reads many records with their lines; ids of records that are not there are left out.
pub(crate) async fn load_many(
    tx: &mut Tx,
    table: &Table,
    ids: &[i64],
) -> Result<BTreeMap<i64, Record>, StoreError> {
    let mut found = BTreeMap::new();
    for part in ids.chunks(IDS) {
        let places: Vec<String> = (1..=part.len()).map(|it| format!("${it}")).collect();
        let rest = format!("and t.id in ({})", places.join(","));
        let values: Vec<Bind> = part.iter().map(|it| Bind::from(*it)).collect();
        for row in tx.rows_built(tables::select(table, &rest), &values).await? {
            let record = from_row(table, row)?;
            found.insert(record.id, record);
        }
        let schema = Arc::clone(&tx.schema);
        for child in table.lines.iter().filter_map(|it| schema.tables.get(it)) {
            let rest = format!(
                "and t.parent in ({}) order by t.parent, t.line_no, t.id",
                places.join(",")
            );
            for row in tx.rows_built(tables::select(child, &rest), &values).await? {
                let (parent, line) = line_from_row(child, row)?;
                if let Some(record) = found.get_mut(&parent) {
                    let lines = record.lines.entry(child.line_name().to_owned());
                    lines.or_default().push(line);
                }
            }
        }
    }
    Ok(found)
}

pub(crate) async fn read_lines(
    tx: &mut Tx,
    table: &Table,
    record: &mut Record,
) -> Result<(), StoreError> {
    let schema = Arc::clone(&tx.schema);
    for child in table.lines.iter().filter_map(|it| schema.tables.get(it)) {
        let sql = tables::select(child, "and t.parent = $1 order by t.line_no, t.id");
        let mut lines = Vec::new();
        for row in tx.rows_built(sql, &[Bind::from(record.id)]).await? {
            lines.push(line_from_row(child, row)?.1);
        }
        if !lines.is_empty() {
            record.lines.insert(child.line_name().to_owned(), lines);
        }
    }
    Ok(())
}

/// A record from a row of [`tables::select`], without lines.
pub(crate) fn from_row(table: &Table, row: Row) -> Result<Record, StoreError> {
    let mut record = Record {
        register: table.id.clone(),
        id: row.int(0)?,
        version: row.int(1)?,
        region: row.opt_text(2)?.unwrap_or_default(),
        owner_org: row.opt_int(3)?,
        owner_user: row.opt_text(4)?,
        state: row.opt_text(5)?,
        batch: row.opt_int(6)?,
        created_seq: row.opt_int(7)?.unwrap_or(0),
        changed_seq: row.opt_int(8)?.unwrap_or(0),
        removed_seq: row.opt_int(9)?,
        ..Record::default()
    };
    (record.values, record.hidden) = values_of(table, row, 10)?;
    Ok(record)
}

/// A line from a row of [`tables::select`], with its record's id.
pub(crate) fn line_from_row(table: &Table, row: Row) -> Result<(i64, Line), StoreError> {
    let (id, parent) = (row.int(0)?, row.int(1)?);
    let (values, hidden) = values_of(table, row, 3)?;
    let line = Line {
        id: Some(id),
        values,
        hidden,
    };
    Ok((parent, line))
}

type Values = BTreeMap<String, Value>;

fn values_of(table: &Table, row: Row, skip: usize) -> Result<(Values, Values), StoreError> {
    let (mut shown, mut hidden) = (Values::new(), Values::new());
    for (column, cell) in table.columns.iter().zip(row.0.into_iter().skip(skip)) {
        let value = decode(column, cell)?;
        let values = if column.hidden {
            &mut hidden
        } else {
            &mut shown
        };
        values.insert(column.field.clone(), value);
    }
    Ok((shown, hidden))
}
