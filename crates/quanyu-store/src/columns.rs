//! Columns for computing: how registers travel to the figures.
//!
//! Owns reading typed vectors of a register or its lines, whole or what changed since a sequence, and the ids that were
//! removed. Leaves turning them into Arrow to `quanyu-figures`.
//!
//! Invariant: ids ascend; money is fen, decimals are scaled integers, dates are days since 1970-01-01; all is right as of
//! [`Tx::head`] of the transaction.

use std::str::FromStr as _;

use jiff::civil::{Date, date};
use quanyu_core::columns::{BATCH_ROWS, Column, ColumnBatch, ColumnKind, ColumnSpec};

use crate::{
    door::{Bind, Cell, Tx},
    error::StoreError,
    schema::Table,
    tables,
};

/// Every column that computing may read: system columns that it needs, then the declared fields. Personal data are
/// left out.
///
/// # Errors
/// [`StoreError::NoRegister`].
pub fn specs(tx: &Tx, table: &str) -> Result<Vec<ColumnSpec>, StoreError> {
    let table = tx.schema.table(table)?;
    let system: &[(&str, ColumnKind)] = if table.parent.is_some() {
        &[("id", ColumnKind::Int), ("parent", ColumnKind::Int)]
    } else {
        &[
            ("id", ColumnKind::Int),
            ("region", ColumnKind::Text),
            ("owner_org", ColumnKind::Int),
            ("state", ColumnKind::Text),
            ("batch", ColumnKind::Int),
            ("version", ColumnKind::Int),
        ]
    };
    let mut all: Vec<ColumnSpec> = system
        .iter()
        .map(|(name, kind)| ColumnSpec {
            name: (*name).to_owned(),
            kind: *kind,
        })
        .collect();
    for column in table.shown() {
        if !column.is_person() && !table.is_system(&column.field) {
            all.push(ColumnSpec {
                name: column.field.clone(),
                kind: column.kind(),
            });
        }
    }
    Ok(all)
}

/// The next rows that were made or changed after `since`, with ids after `after`; an empty batch is the end. `since` 0
/// reads the whole table. A register (`contract`) or its lines (`contract.items`).
///
/// # Errors
/// [`StoreError::NoRegister`], [`StoreError::NoField`], or the database's.
pub async fn next(
    tx: &mut Tx,
    table: &str,
    specs: &[ColumnSpec],
    since: i64,
    after: i64,
) -> Result<ColumnBatch, StoreError> {
    next_on(tx, table, specs, since, after, None).await
}

/// [`next`] with the values that dated fields had on a day; else those of today.
///
/// # Errors
/// As [`next`].
pub async fn next_on(
    tx: &mut Tx,
    table: &str,
    specs: &[ColumnSpec],
    since: i64,
    after: i64,
    day: Option<Date>,
) -> Result<ColumnBatch, StoreError> {
    let table = std::sync::Arc::clone(tx.schema.table(table)?);
    let kinds = kinds(&table, specs)?;
    let names: Vec<&str> = specs.iter().map(|it| it.name.as_str()).collect();
    let spans = tx.schema.spans_of(&table).map(std::sync::Arc::as_ref);
    let from = tables::on_day(&table, spans, day);
    let sql = tables::columns(&table.name, &from, &names, since == 0);
    let values = [
        Bind::from(since),
        Bind::from(after),
        Bind::from(BATCH_ROWS as i64),
    ];
    let mut batch = ColumnBatch {
        ids: Vec::with_capacity(BATCH_ROWS),
        columns: kinds
            .iter()
            .map(|kind| match kind {
                ColumnKind::Text => Column::Text(Vec::with_capacity(BATCH_ROWS)),
                _ => Column::Int(Vec::with_capacity(BATCH_ROWS)),
            })
            .collect(),
    };
    tx.each(sql, &values, |row| {
        let mut cells = row.0.into_iter();
        match cells.next() {
            Some(Cell::Int(id)) => batch.ids.push(id),
            other => return Err(StoreError::Unreadable(format!("an id is {other:?}"))),
        }
        for ((column, kind), cell) in batch.columns.iter_mut().zip(&kinds).zip(cells) {
            put(column, *kind, cell)?;
        }
        Ok(())
    })
    .await?;
    Ok(batch)
}

/// Ids of rows that were removed after `since`, ascending.
///
/// # Errors
/// [`StoreError::NoRegister`], or the database's.
pub async fn removed(tx: &mut Tx, table: &str, since: i64) -> Result<Vec<i64>, StoreError> {
    let table = std::sync::Arc::clone(tx.schema.table(table)?);
    let mut ids = Vec::new();
    loop {
        let values = [
            Bind::from(since),
            Bind::from(ids.last().copied().unwrap_or(0)),
            Bind::from(BATCH_ROWS as i64),
        ];
        let rows = tx.rows_built(tables::removed(&table), &values).await?;
        for row in &rows {
            ids.push(row.int(0)?);
        }
        if rows.len() < BATCH_ROWS {
            return Ok(ids);
        }
    }
}

/// The seal of a change, which tells this history from any other; `None` where there is no such change.
///
/// # Errors
/// The database's.
pub async fn seal(tx: &mut Tx, seq: i64) -> Result<Option<String>, StoreError> {
    let sql = "select seal from change where seq = $1";
    let row = tx.row(sql, &[Bind::from(seq)]).await?;
    row.map(|it| it.text(0)).transpose()
}

fn kinds(table: &Table, specs: &[ColumnSpec]) -> Result<Vec<ColumnKind>, StoreError> {
    specs
        .iter()
        .map(|spec| {
            if table.is_system(&spec.name) {
                return Ok(match spec.name.as_str() {
                    "region" | "state" | "owner_user" => ColumnKind::Text,
                    _ => ColumnKind::Int,
                });
            }
            table
                .column(&spec.name)
                .map(crate::schema::Column::kind)
                .ok_or_else(|| StoreError::NoField {
                    register: table.id.clone(),
                    field: spec.name.clone(),
                })
        })
        .collect()
}

fn put(column: &mut Column, kind: ColumnKind, cell: Cell) -> Result<(), StoreError> {
    match (column, kind, cell) {
        (Column::Text(values), _, Cell::Null) => values.push(None),
        (Column::Int(values), _, Cell::Null) => values.push(None),
        (Column::Text(values), _, Cell::Text(text)) => values.push(Some(text)),
        (Column::Int(values), ColumnKind::Date, Cell::Text(text)) => {
            values.push(Some(days(&text)?));
        }
        (Column::Int(values), _, Cell::Int(int)) => values.push(Some(int)),
        (_, kind, cell) => {
            return Err(StoreError::Unreadable(format!(
                "{cell:?} where {kind:?} is"
            )));
        }
    }
    Ok(())
}

pub(crate) fn days(text: &str) -> Result<i64, StoreError> {
    let bad = |_| StoreError::Unreadable(format!("`{text}` is no day"));
    let day = Date::from_str(text).map_err(bad)?;
    let span = date(1970, 1, 1).until(day).map_err(bad)?;
    Ok(i64::from(span.get_days()))
}
