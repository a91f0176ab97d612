//! Taking a whole import back.
//!
//! Owns what stands in the way: records changed since, and references from outside to what the import made.

use std::{collections::BTreeMap, sync::Arc};

use quanyu_core::actor::Actor;

use super::{
    PAGE,
    changes::{self, Way},
    in_state,
};
use crate::{
    Store,
    act::Act,
    body::Body,
    door::Bind,
    error::StoreError,
    import::Batch,
    records::register_table,
    schema::{Column, Table},
    tables,
};

/// Ids looked up with one statement.
const IDS: usize = 500;

/// Takes a whole batch back: its new records are removed, its changes reversed; its change number. What the records said
/// before is laid out in acts of its own, so that the one that takes them back is short.
///
/// # Errors
/// [`StoreError::ChangedSince`] where one of its records was changed after it; [`StoreError::ReferredTo`] where another
/// record refers to one that it made.
pub async fn undo(store: &Store, actor: &Actor, batch: i64) -> Result<i64, StoreError> {
    let mut after = 0;
    loop {
        let next = store
            .act::<_, Option<i64>, StoreError>(actor, move |act| {
                Box::pin(async move {
                    let applied = in_state(&mut act.tx, batch, "applied").await?;
                    let table = own_table(act, &applied)?;
                    if after == 0 {
                        unchanged_since(act, &table, &applied).await?;
                        unreferred(act, &table, batch).await?;
                    }
                    changes::lay_out_before(act, &table, &applied, after).await
                })
            })
            .await?;
        match next {
            Some(next) => after = next,
            None => break,
        }
    }
    let seq = store
        .act(actor, move |act| {
            Box::pin(async move { take_back(act, batch).await })
        })
        .await?;
    changes::clear(store, actor, batch).await?;
    Ok(seq)
}

/// The register's table, as it is called today.
fn own_table(act: &Act, batch: &Batch) -> Result<Arc<Table>, StoreError> {
    let schema = act.schema();
    let register = schema.register_now(&batch.register, batch.seq.unwrap_or(0));
    register_table(schema, &register)
}

async fn take_back(act: &mut Act, batch: i64) -> Result<i64, StoreError> {
    let applied = in_state(&mut act.tx, batch, "applied").await?;
    let table = own_table(act, &applied)?;
    // Once more: others went on writing while the changes were laid out.
    unchanged_since(act, &table, &applied).await?;
    unreferred(act, &table, batch).await?;
    let seq = act.next_seq();
    changes::turn(act, &table, &applied, Way::Undo, seq).await?;
    let schema = Arc::clone(act.schema());
    for child in table.lines.iter().filter_map(|it| schema.tables.get(it)) {
        let sql = format!(
            "update {} set removed_seq = $1, changed_seq = $1 where batch = $2 and created_seq = 0",
            tables::quoted(&child.name)
        );
        act.tx
            .run_built(sql, &[Bind::from(seq), Bind::from(batch)])
            .await?;
    }
    let sql = format!(
        "update {} set removed_seq = $1, changed_seq = $1, version = version + 1 where batch = $2 and created_seq = 0",
        tables::quoted(&table.name)
    );
    act.tx
        .run_built(sql, &[Bind::from(seq), Bind::from(batch)])
        .await?;
    let mut body = Body::default();
    body.set("batch", Some(batch.to_string()));
    body.set("rows", Some(applied.rows.to_string()));
    act.append("import.undo", &applied.register, 0, None, Some(body.text()))
        .await?;
    let sql = "update import_batch set state = 'undone', undo_seq = $1 where id = $2";
    act.tx
        .run(sql, &[Bind::from(seq), Bind::from(batch)])
        .await?;
    Ok(seq)
}

async fn unchanged_since(act: &mut Act, table: &Table, batch: &Batch) -> Result<(), StoreError> {
    let sql = format!(
        "select count(*), coalesce(min(id), 0) from {} where batch = $1 and created_seq = 0 and changed_seq > 0",
        tables::quoted(&table.name)
    );
    let rows = act.tx.rows_built(sql, &[Bind::from(batch.id)]).await?;
    let (mut count, mut record) = match rows.first() {
        Some(row) => (row.int(0)?, row.int(1)?),
        None => (0, 0),
    };
    if batch.updates > 0 {
        let sql = format!(
            "select count(*), coalesce(min(t.id), 0) from batch_row r join {} t on t.id = r.record
              where r.batch = $1 and r.before is not null
                and (t.changed_seq <> $2 or t.removed_seq is not null)",
            tables::quoted(&table.name)
        );
        let values = [Bind::from(batch.id), Bind::from(batch.seq)];
        if let Some(row) = act.tx.rows_built(sql, &values).await?.first()
            && row.int(0)? > 0
        {
            count += row.int(0)?;
            record = row.int(1)?;
        }
    }
    if count > 0 {
        return Err(StoreError::ChangedSince {
            batch: batch.id,
            count,
            record,
        });
    }
    Ok(())
}

/// Refuses where a record outside the batch refers to one that the batch made.
async fn unreferred(act: &mut Act, table: &Table, batch: i64) -> Result<(), StoreError> {
    let schema = Arc::clone(act.schema());
    for other in schema.tables.values().filter(|it| !it.hidden) {
        let columns = other
            .shown()
            .filter(|it| it.target.as_deref() == Some(&table.id));
        for column in columns {
            if column.many {
                unlisted(act, table, other, column, batch).await?;
                continue;
            }
            let by = if other.parent.is_some() {
                "parent"
            } else {
                "id"
            };
            let sql = format!(
                "select o.{by}, o.{field} from {other} o join {made} m on m.id = o.{field}
                  where m.batch = $1 and m.created_seq = 0 and m.removed_seq is null
                    and o.removed_seq is null and (o.batch is null or o.batch <> $1) limit 1",
                field = tables::quoted(&column.field),
                other = tables::quoted(&other.name),
                made = tables::quoted(&table.name),
            );
            if let Some(row) = act.tx.rows_built(sql, &[Bind::from(batch)]).await?.first() {
                return Err(StoreError::ReferredTo {
                    register: table.id.clone(),
                    record: row.int(1)?,
                    by_register: other.parent.clone().unwrap_or_else(|| other.id.clone()),
                    by: row.int(0)?,
                });
            }
        }
    }
    Ok(())
}

/// The same for a field of several values. They are compared as sets: what is listed outside is collected first, then
/// looked up among what the batch made.
async fn unlisted(
    act: &mut Act,
    table: &Table,
    other: &Table,
    column: &Column,
    batch: i64,
) -> Result<(), StoreError> {
    let by = if other.parent.is_some() {
        "parent"
    } else {
        "id"
    };
    let field = tables::quoted(&column.field);
    let (other_name, made) = (tables::quoted(&other.name), tables::quoted(&table.name));
    let mut after = 0;
    loop {
        let sql = format!(
            "select o.id, o.{by}, o.{field} from {other_name} o
              where o.id > $1 and o.removed_seq is null and o.{field} is not null
                and (o.batch is null or o.batch <> $2) order by o.id limit {PAGE}"
        );
        let rows = act
            .tx
            .rows_built(sql, &[Bind::from(after), Bind::from(batch)])
            .await?;
        let Some(last) = rows.last() else {
            return Ok(());
        };
        after = last.int(0)?;
        let mut listed: BTreeMap<i64, i64> = BTreeMap::new();
        for row in &rows {
            let (by, many) = (row.int(1)?, row.text(2)?);
            listed.extend(
                many.split(';')
                    .filter_map(|it| Some((it.parse().ok()?, by))),
            );
        }
        let ids: Vec<i64> = listed.keys().copied().collect();
        for part in ids.chunks(IDS) {
            let places: Vec<String> = (2..part.len() + 2).map(|it| format!("${it}")).collect();
            let sql = format!(
                "select id from {made} where batch = $1 and created_seq = 0 and removed_seq is null
                    and id in ({}) limit 1",
                places.join(",")
            );
            let values: Vec<Bind> = std::iter::once(batch)
                .chain(part.iter().copied())
                .map(Bind::from)
                .collect();
            if let Some(row) = act.tx.rows_built(sql, &values).await?.first() {
                let record = row.int(0)?;
                return Err(StoreError::ReferredTo {
                    register: table.id.clone(),
                    record,
                    by_register: other.parent.clone().unwrap_or_else(|| other.id.clone()),
                    by: listed.get(&record).copied().unwrap_or(0),
                });
            }
        }
    }
}
