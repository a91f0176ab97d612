//! What takes other records to check: keys, unique values, references.
//!
//! The one writer runs one act after another, so that what is found free here stays free until the row is written.

use std::sync::Arc;

use quanyu_core::value::Value;

use super::{NOTHING, Record};
use crate::{
    act::Act,
    door::{Bind, Tx},
    error::StoreError,
    import,
    schema::{Column, Table},
    tables,
    value::encode,
};

/// What takes other records to check: keys, unique values, references.
pub(super) async fn check_shared(
    act: &mut Act,
    table: &Table,
    old: Option<&Record>,
    new: &Record,
) -> Result<(), StoreError> {
    let mut groups: Vec<Vec<&Column>> = Vec::new();
    if !table.key.is_empty() {
        groups.push(table.key.iter().filter_map(|it| table.column(it)).collect());
    }
    groups.extend(table.shown().filter(|it| it.unique).map(|it| vec![it]));
    for columns in groups {
        let same = old.is_some_and(|old| {
            columns
                .iter()
                .all(|it| old.value(&it.field) == new.value(&it.field))
        });
        if !same {
            free(act, table, &columns, new).await?;
        }
    }
    for column in table.shown() {
        let value = new.value(&column.field);
        if old.is_none_or(|it| it.value(&column.field) != value) {
            check_reference(&mut act.tx, table, column, value).await?;
        }
    }
    let schema = Arc::clone(act.schema());
    for (name, lines) in &new.lines {
        let Some(child) = schema.tables.get(&format!("{}.{name}", table.id)) else {
            continue;
        };
        for line in lines {
            for column in child.shown().filter(|it| it.target.is_some()) {
                let value = line.values.get(&column.field).unwrap_or(&NOTHING);
                check_reference(&mut act.tx, child, column, value).await?;
            }
        }
    }
    Ok(())
}

/// Refuses values that another record has, also one of an import that is not applied yet.
async fn free(
    act: &mut Act,
    table: &Table,
    columns: &[&Column],
    new: &Record,
) -> Result<(), StoreError> {
    let mut sql = String::new();
    let mut values = Vec::new();
    let mut told = Vec::new();
    for column in columns {
        let value = new.value(&column.field);
        let Some(text) = value.canonical() else {
            return Ok(());
        };
        told.push(text);
        values.push(encode(&table.id, column, value)?);
        let field = tables::quoted(&column.field);
        sql.push_str(&format!("and {field} = ${} ", values.len()));
    }
    values.push(Bind::from(new.id));
    let sql = format!(
        "select id, batch, created_seq from {} where removed_seq is null {sql} and id <> ${} limit 1",
        tables::quoted(&table.name),
        values.len()
    );
    // A second look after a dead import was cleared away.
    for look in 0..2 {
        let found = act.tx.rows_built(sql.clone(), &values).await?;
        let Some(row) = found.first() else {
            return Ok(());
        };
        let batch = match (row.int(2)?, row.opt_int(1)?) {
            (0, Some(batch)) => import::pending(&mut act.tx, batch).await?,
            _ => None,
        };
        if look == 0 && batch.is_some() && import::sweep(act).await? > 0 {
            continue;
        }
        let fields: Vec<&str> = columns.iter().map(|it| it.field.as_str()).collect();
        return Err(StoreError::Taken {
            register: table.id.clone(),
            fields: fields.join(","),
            value: told.join(","),
            record: row.int(0)?,
            batch,
        });
    }
    Ok(())
}

async fn check_reference(
    tx: &mut Tx,
    table: &Table,
    column: &Column,
    value: &Value,
) -> Result<(), StoreError> {
    let Some(target) = &column.target else {
        return Ok(());
    };
    let ids: Vec<i64> = match value {
        Value::Int(id) => vec![*id],
        Value::Text(many) => many.split(';').filter_map(|it| it.parse().ok()).collect(),
        _ => return Ok(()),
    };
    let schema = Arc::clone(&tx.schema);
    let target = schema.table(target)?;
    for id in ids {
        let sql = tables::count(target, "and t.id = $1");
        let found = tx.rows_built(sql, &[Bind::from(id)]).await?;
        if found.first().map_or(Ok(0), |it| it.int(0))? == 0 {
            return Err(StoreError::WrongValue {
                register: table.id.clone(),
                field: column.field.clone(),
                value: id.to_string(),
                reason: "no such record",
            });
        }
    }
    Ok(())
}

/// A record that refers to this one.
pub(super) async fn referrer(
    tx: &mut Tx,
    register: &str,
    id: i64,
) -> Result<Option<(String, i64)>, StoreError> {
    let schema = Arc::clone(&tx.schema);
    for table in schema.tables.values().filter(|it| !it.hidden) {
        for column in table.shown() {
            if column.target.as_deref() != Some(register) {
                continue;
            }
            let value = if column.many {
                Bind::from(id.to_string())
            } else {
                Bind::from(id)
            };
            let found = tx
                .rows_built(tables::referring(table, column), &[value])
                .await?;
            let Some(row) = found.first() else { continue };
            let by = row.int(0)?;
            let register = table.parent.as_ref().unwrap_or(&table.id);
            // A record may refer to itself.
            if by != id {
                return Ok(Some((register.clone(), by)));
            }
        }
    }
    Ok(None)
}
