//! Changes of records that were there, until their import is applied or taken back.
//!
//! Owns the table of a batch, `import_<batch>`: for each record its id, the version that was read, and the columns in
//! which any of the batch's changes differ. Because it holds values as the register's table does, one statement makes
//! all the changes, and other writers wait for that statement alone.
//!
//! Invariant: a row of it holds the value of every column that it has, whether or not that record changes there.

use std::{collections::BTreeSet, sync::Arc};

use quanyu_core::{actor::Actor, value::Value};

use super::{Batch, apart, conflict, lease};
use crate::{
    Store,
    act::Act,
    body::Body,
    change::body,
    door::{Bind, Engine},
    error::StoreError,
    records::{self, Record, row_of},
    schema::Table,
    tables,
    value::{encode, from_canonical},
};

/// Rows laid out in one act.
const PAGE: i64 = 2_000;
/// Columns that a change sets by itself.
const OWN: [&str; 5] = ["id", "version", "batch", "created_seq", "changed_seq"];

/// Whether changes are made or taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    Apply,
    Undo,
}

/// A record that shall change.
#[derive(Debug)]
pub(super) struct Waiting {
    record: i64,
    /// The version that the change stands on.
    version: i64,
    /// Columns and values of the whole row.
    row: Vec<(String, Bind)>,
    /// Columns in which it differs.
    changed: Vec<String>,
}

impl Waiting {
    /// The change from one state to another; `None` where lines differ, so that it has to be made apart.
    pub fn new(table: &Table, old: &Record, new: &Record) -> Result<Option<Self>, StoreError> {
        if old.lines != new.lines {
            return Ok(None);
        }
        let (names, was) = row_of(table, old)?;
        let (_, now) = row_of(table, new)?;
        let mut waiting = Self {
            record: new.id,
            version: old.version,
            row: Vec::with_capacity(names.len()),
            changed: Vec::new(),
        };
        for ((name, was), now) in names.into_iter().zip(was).zip(now) {
            if OWN.contains(&name.as_str()) {
                continue;
            }
            if was != now {
                waiting.changed.push(name.clone());
            }
            waiting.row.push((name, now));
        }
        Ok((!waiting.changed.is_empty()).then_some(waiting))
    }
}

fn name_of(batch: i64) -> String {
    format!("import_{batch}")
}

/// Puts changes into the table of the batch, which is made, or gets further columns, as they need.
pub(super) async fn put(
    act: &mut Act,
    table: &Table,
    batch: &mut Batch,
    waiting: &[Waiting],
) -> Result<(), StoreError> {
    if waiting.is_empty() {
        return Ok(());
    }
    let name = name_of(batch.id);
    let engine = act.tx.engine();
    if batch.changed.is_empty() {
        act.tx.script(tables::create_waiting(&name, engine)).await?;
    }
    let wanted: BTreeSet<&String> = waiting.iter().flat_map(|it| &it.changed).collect();
    for column in wanted {
        if batch.changed.contains(column) {
            continue;
        }
        for sql in tables::add_waiting(&name, table, column, engine) {
            act.tx.script(sql).await?;
        }
        batch.changed.push(column.clone());
    }
    let mut names = vec!["id", "version"];
    names.extend(batch.changed.iter().map(String::as_str));
    let mut values = Vec::with_capacity(waiting.len() * names.len());
    for it in waiting {
        values.extend([Bind::from(it.record), Bind::from(it.version)]);
        for column in &batch.changed {
            let value = it.row.iter().find(|(name, _)| name == column);
            let (_, value) = value.expect("every row has every column of its table");
            values.push(value.clone());
        }
    }
    super::chunk::write_many(act, &name, &names, &values).await
}

/// Makes all changes of a batch, or takes them back.
pub(super) async fn turn(
    act: &mut Act,
    table: &Table,
    batch: &Batch,
    way: Way,
    seq: i64,
) -> Result<(), StoreError> {
    if batch.updates == 0 {
        return Ok(());
    }
    let name = tables::quoted(&name_of(batch.id));
    let mut found = batch.apart;
    if !batch.changed.is_empty() {
        let sql = format!("select count(*) from {name}");
        let rows = act.tx.rows_built(sql, &[]).await?;
        found += rows.first().map_or(Ok(0), |it| it.int(0))?;
        stale(act, table, &name).await?;
        let sql = tables::update_from(table, &name, &batch.changed);
        act.tx.run_built(sql, &[Bind::from(seq)]).await?;
    }
    if found != batch.updates {
        return Err(StoreError::BatchState {
            batch: batch.id,
            state: "not whole",
        });
    }
    if batch.apart > 0 {
        apart::turn(act, table, batch, way, seq).await?;
    }
    Ok(())
}

/// Refuses where a record is no longer what its change stands on.
async fn stale(act: &mut Act, table: &Table, name: &str) -> Result<(), StoreError> {
    let sql = format!(
        "select s.id, s.version from {name} s left join {} t on t.id = s.id
          where t.id is null or t.removed_seq is not null or t.version <> s.version
          order by s.id limit 1",
        tables::quoted(&table.name)
    );
    let rows = act.tx.rows_built(sql, &[]).await?;
    let Some(row) = rows.first() else {
        return Ok(());
    };
    let (id, version) = (row.int(0)?, row.int(1)?);
    match records::load(&mut act.tx, table, id, false).await? {
        Some(now) => Err(conflict(act, &now, version).await?),
        None => Err(StoreError::NoRecord {
            register: table.id.clone(),
            record: id,
        }),
    }
}

/// Lays out what the next records said before the batch; where to go on, or nothing at the end.
pub(super) async fn lay_out_before(
    act: &mut Act,
    table: &Table,
    batch: &Batch,
    after: i64,
) -> Result<Option<i64>, StoreError> {
    if batch.updates == 0 {
        return Ok(None);
    }
    let mut batch = batch.clone();
    if after == 0 {
        drop_table(act, batch.id).await?;
        batch.changed.clear();
        if batch.apart > 0 {
            let sql = "update batch_row set apart = null where batch = $1 and apart = 1";
            act.tx.run(sql, &[Bind::from(batch.id)]).await?;
        }
        batch.apart = 0;
    }
    let sql = "
        select n, record, before, after from batch_row
         where batch = $1 and n > $2 and before is not null order by n limit $3";
    let values = [Bind::from(batch.id), Bind::from(after), Bind::from(PAGE)];
    let rows = act.tx.rows(sql, &values).await?;
    let schema = Arc::clone(act.schema());
    let seq = batch.seq.unwrap_or(0);
    let mut waiting = Vec::with_capacity(rows.len());
    for row in &rows {
        let said = |text| body(&schema, &batch.register, seq, Some(text));
        let before = said(row.text(2)?)?.unwrap_or_default();
        let now = said(row.text(3)?)?.unwrap_or_default();
        match reversed(table, row.int(1)?, &before, &now)? {
            Some(it) => waiting.push(it),
            None => {
                let sql = "update batch_row set apart = 1 where batch = $1 and n = $2";
                act.tx
                    .run(sql, &[Bind::from(batch.id), Bind::from(row.int(0)?)])
                    .await?;
                batch.apart += 1;
            }
        }
    }
    put(act, table, &mut batch, &waiting).await?;
    keep(act, &batch).await?;
    rows.last().map(|it| it.int(0)).transpose()
}

/// What takes a record back to what it said before.
fn reversed(
    table: &Table,
    record: i64,
    before: &Body,
    now: &Body,
) -> Result<Option<Waiting>, StoreError> {
    if before.lines != now.lines {
        return Ok(None);
    }
    let version = now.fields.get("@version").and_then(|it| it.parse().ok());
    let mut waiting = Waiting {
        record,
        version: version.unwrap_or(0),
        row: Vec::new(),
        changed: Vec::new(),
    };
    let mut put = |name: &str, was: Option<&String>, is: Option<&String>, value: Bind| {
        if was != is {
            waiting.changed.push(name.to_owned());
        }
        waiting.row.push((name.to_owned(), value));
    };
    for name in ["region", "owner_org", "owner_user", "state"] {
        let key = format!("@{name}");
        let (was, is) = (before.fields.get(&key), now.fields.get(&key));
        let value = match name {
            "owner_org" => Bind::Int(was.and_then(|it| it.parse().ok())),
            _ => Bind::Text(was.cloned()),
        };
        put(name, was, is, value);
    }
    for column in table.shown().filter(|it| !table.is_system(&it.field)) {
        let (was, is) = (
            before.fields.get(&column.field),
            now.fields.get(&column.field),
        );
        let value = was.map(|it| from_canonical(column, it)).transpose()?;
        let value = encode(&table.id, column, &value.unwrap_or(Value::Null))?;
        put(&column.field, was, is, value);
    }
    Ok((!waiting.changed.is_empty()).then_some(waiting))
}

/// Notes what waits where.
pub(super) async fn keep(act: &mut Act, batch: &Batch) -> Result<(), StoreError> {
    let values = [
        Bind::from(batch.changed.join(",")),
        Bind::from(batch.apart),
        Bind::from(lease(act)),
        Bind::from(batch.id),
    ];
    let sql = "update import_batch set changed = $1, apart = $2, lease_until = $3 where id = $4";
    act.tx.run(sql, &values).await?;
    Ok(())
}

/// Drops the table of a batch that was applied or taken back. Nothing is lost where this is left out: the next import
/// does it.
///
/// # Errors
/// The database's.
pub async fn clear(store: &Store, actor: &Actor, batch: i64) -> Result<(), StoreError> {
    store
        .act(actor, move |act| {
            Box::pin(async move { drop_table(act, batch).await })
        })
        .await
}

pub(super) async fn drop_table(act: &mut Act, batch: i64) -> Result<(), StoreError> {
    let name = tables::quoted(&name_of(batch));
    act.tx.script(format!("drop table if exists {name}")).await
}

/// Drops the tables that a process left behind.
pub(super) async fn sweep(act: &mut Act) -> Result<(), StoreError> {
    let sql = match act.tx.engine() {
        Engine::Sqlite => {
            "select name from sqlite_master where type = 'table' and name like 'import%'"
        }
        Engine::Postgres => {
            "select tablename from pg_tables where schemaname = current_schema() and tablename like 'import%'"
        }
    };
    for row in act.tx.rows(sql, &[]).await? {
        let name = row.text(0)?;
        let Some(batch) = name.strip_prefix("import_").and_then(|it| it.parse().ok()) else {
            continue;
        };
        let sql = "select id from import_batch where id = $1 and lease_until >= $2";
        let values = [Bind::from(batch), Bind::from(act.at.as_str())];
        if act.tx.row(sql, &values).await?.is_none() {
            drop_table(act, batch).await?;
        }
    }
    Ok(())
}
