//! Changes that are made one by one: those whose lines differ, so that several tables are concerned.
//!
//! Owns turning a record into what a body says. The records were read when the batch was written; what was changed
//! since is a conflict.

use std::sync::Arc;

use quanyu_core::value::Value;

use super::{Batch, PAGE, changes::Way, conflict};
use crate::{
    act::Act,
    body::Body,
    change::{body, undone},
    door::Bind,
    error::StoreError,
    records::{self, Line, Record},
    schema::Table,
    value::from_canonical,
};

/// Makes the batch's changes that wait in no table, or takes them back.
pub(super) async fn turn(
    act: &mut Act,
    table: &Table,
    batch: &Batch,
    way: Way,
    seq: i64,
) -> Result<(), StoreError> {
    let schema = Arc::clone(act.schema());
    let at = batch.seq.unwrap_or(seq);
    let said = |text| {
        let body = body(&schema, &batch.register, at, Some(text))?;
        Ok::<_, StoreError>(body.unwrap_or_default())
    };
    let mut after = 0;
    loop {
        let sql = "
            select n, record, before, after from batch_row
             where batch = $1 and n > $2 and before is not null and apart = 1 order by n limit $3";
        let values = [Bind::from(batch.id), Bind::from(after), Bind::from(PAGE)];
        let rows = act.tx.rows(sql, &values).await?;
        let Some(last) = rows.last() else {
            return Ok(());
        };
        after = last.int(0)?;
        for row in &rows {
            let (record, before, after) = (row.int(1)?, said(row.text(2)?)?, said(row.text(3)?)?);
            let (there, wanted) = match way {
                Way::Apply => (before, after),
                Way::Undo => {
                    let (mut now, mut wanted) = (Some(after.clone()), Some(before));
                    undone(&mut now, &mut wanted);
                    (after, wanted.unwrap_or_default())
                }
            };
            let old = expect(act, table, record, &there).await?;
            let new = from_body(act, table, &old, &wanted, seq)?;
            records::write(act, table, &old, &new).await?;
        }
    }
}

/// The record as it is, which must be what `body` says.
async fn expect(act: &mut Act, table: &Table, id: i64, body: &Body) -> Result<Record, StoreError> {
    let Some(now) = records::load(&mut act.tx, table, id, false).await? else {
        return Err(StoreError::NoRecord {
            register: table.id.clone(),
            record: id,
        });
    };
    if now.body() == *body {
        return Ok(now);
    }
    let version = body.fields.get("@version").and_then(|it| it.parse().ok());
    Err(conflict(act, &now, version.unwrap_or(0)).await?)
}

/// The record that a body describes.
fn from_body(
    act: &mut Act,
    table: &Table,
    now: &Record,
    body: &Body,
    seq: i64,
) -> Result<Record, StoreError> {
    let mut new = now.clone();
    let text = |name: &str| body.fields.get(name).cloned();
    new.version = text("@version")
        .and_then(|it| it.parse().ok())
        .unwrap_or(now.version + 1);
    new.region = text("@region").unwrap_or_default();
    new.owner_org = text("@owner_org").and_then(|it| it.parse().ok());
    new.owner_user = text("@owner_user");
    new.state = text("@state");
    new.changed_seq = seq;
    for column in table.shown() {
        let value = text(&column.field)
            .map(|it| from_canonical(column, &it))
            .transpose()?;
        new.values
            .insert(column.field.clone(), value.unwrap_or(Value::Null));
    }
    let schema = Arc::clone(act.schema());
    new.lines.clear();
    for child in schema.lines_of(table) {
        let name = child.line_name();
        let mut lines = Vec::new();
        for row in body.lines.get(name).into_iter().flatten() {
            let id = row.get("@id").and_then(|it| it.parse::<i64>().ok());
            let mut line = Line {
                id: Some(id.unwrap_or_else(|| act.next_ids(1))),
                ..Line::default()
            };
            for column in child.shown() {
                let value = row
                    .get(&column.field)
                    .map(|it| from_canonical(column, it))
                    .transpose()?;
                line.values
                    .insert(column.field.clone(), value.unwrap_or(Value::Null));
            }
            lines.push(line);
        }
        if !lines.is_empty() {
            new.lines.insert(name.to_owned(), lines);
        }
    }
    Ok(new)
}
