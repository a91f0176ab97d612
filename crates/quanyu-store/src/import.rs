//! The import area: many records at once, all or none.
//!
//! Owns batches. Rows are written in chunks, each a short act of its own: new records into the register's table itself,
//! where nobody sees them (a record of a batch is visible once its batch has a number in the change chain), changes of
//! records that were there into a table of the batch. Applying a batch is therefore one short act of a few large
//! statements, however many records it makes and changes; its one entry in the chain carries the digest over all rows.
//!
//! Invariant: a batch is seen whole or not at all, also when the process is killed at any moment.
//!
//! Start reading at [`append`], then [`apply`], then [`undo()`]. How changes wait is in [`changes`].

mod apart;
mod changes;
mod chunk;
mod undo;

use std::sync::Arc;

use futures::future::BoxFuture;
use jiff::ToSpan as _;
use quanyu_core::{
    actor::Actor,
    change::{self, Entry, Seal},
};

use self::{
    changes::Way,
    chunk::{chunk, taken},
};
pub use self::{changes::clear, undo::undo};
use crate::{
    Store,
    act::Act,
    body::Body,
    clock::stamp,
    door::{Bind, Tx},
    error::StoreError,
    records::{Draft, Record, register_table},
    schema, tables,
};

/// How long a batch may stand without a further chunk before another may clear it away.
const LEASE_SECONDS: i64 = 30;
/// Rows read or removed at a time.
const PAGE: i64 = 5_000;

/// A row of an import.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ImportRow {
    /// A new record.
    Create(Draft),
    /// A change of one that the caller read at `version`. Rows that change nothing are left out.
    Update {
        /// The record.
        record: i64,
        /// The version that was read.
        version: i64,
        /// What changes.
        draft: Draft,
    },
}

/// A batch as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch {
    /// Its number.
    pub id: i64,
    /// The register.
    pub register: String,
    /// `open`, `applied`, `undone` or `discarded`.
    pub state: String,
    /// What it is, such as the file's name.
    pub title: String,
    /// Who imports.
    pub actor: String,
    /// When it was begun, UTC.
    pub at: String,
    /// Records made and changed.
    pub rows: i64,
    /// Of these, records changed.
    pub updates: i64,
    /// The change that applied it.
    pub seq: Option<i64>,
    /// The change that undid it.
    pub undo_seq: Option<i64>,
    pack: i64,
    digest: String,
    /// Columns that its changes differ in; they wait in the table of the batch.
    changed: Vec<String>,
    /// Records changed whose lines differ: they are written one by one.
    apart: i64,
}

/// Begins a batch; its number.
///
/// # Errors
/// [`StoreError::NoRegister`], or the database's.
pub async fn begin(
    store: &Store,
    actor: &Actor,
    register: &str,
    title: &str,
) -> Result<i64, StoreError> {
    let (register, title) = (register.to_owned(), title.to_owned());
    store
        .act(actor, move |act| {
            let (register, title) = (register.clone(), title.clone());
            Box::pin(async move {
                sweep(act).await?;
                register_table(act.schema(), &register)?;
                let sql = "select coalesce(max(id), 0) + 1 from import_batch";
                let row = act.tx.row(sql, &[]).await?;
                let id = row.map_or(Ok(1), |it| it.int(0))?;
                let values = [
                    Bind::from(id),
                    Bind::from(register),
                    Bind::from(title),
                    Bind::from(act.actor.as_str()),
                    Bind::from(act.at.as_str()),
                    Bind::from(act.head.pack),
                    Bind::from(lease(act)),
                    Bind::from(change::seal_text(&change::GENESIS)),
                ];
                let sql = "
                    insert into import_batch
                           (id, register, state, title, actor, at, pack, lease_until, row_count, updates, digest)
                    values ($1, $2, 'open', $3, $4, $5, $6, $7, 0, 0, $8)";
                act.tx.run(sql, &values).await?;
                Ok(id)
            })
        })
        .await
}

/// Writes a chunk of rows into a batch; some thousands at a time keep other writers' waiting short. When a row is
/// refused, the chunk leaves nothing behind and the batch stays as it was.
///
/// # Errors
/// What the fields refuse; [`StoreError::Taken`] where a key is another record's.
pub async fn append(
    store: &Store,
    actor: &Actor,
    batch: i64,
    rows: Vec<ImportRow>,
) -> Result<(), StoreError> {
    let rows = Arc::new(rows);
    let shared = Arc::clone(&rows);
    let done = store
        .act(actor, move |act| {
            let rows = Arc::clone(&shared);
            Box::pin(async move { chunk(act, batch, &rows).await })
        })
        .await;
    match done {
        // Which row it was is looked up only now, so that the many chunks without a fault stay fast.
        Err(error) if error.unique() => Err(taken(store, batch, &rows).await?.unwrap_or(error)),
        other => other,
    }
}

/// Makes the batch's records visible, in one short act; its change number.
///
/// # Errors
/// [`StoreError::BatchState`] unless it is open; [`StoreError::Conflict`] where a record that it changes was changed by
/// someone else since.
pub async fn apply(act: &mut Act, batch: i64) -> Result<i64, StoreError> {
    let open = in_state(&mut act.tx, batch, "open").await?;
    if open.pack != act.head.pack {
        return Err(StoreError::BatchState {
            batch,
            state: "made under another pack",
        });
    }
    let table = register_table(act.schema(), &open.register)?;
    let seq = act.next_seq();
    changes::turn(act, &table, &open, Way::Apply, seq).await?;
    let mut body = Body::default();
    body.set("batch", Some(batch.to_string()));
    body.set("rows", Some(open.rows.to_string()));
    body.set("digest", Some(open.digest));
    act.append("import.apply", &open.register, 0, None, Some(body.text()))
        .await?;
    let sql = "update import_batch set state = 'applied', seq = $1 where id = $2";
    act.tx
        .run(sql, &[Bind::from(seq), Bind::from(batch)])
        .await?;
    Ok(seq)
}

/// Gives a batch up that was not applied: a dry run, or one with faults.
///
/// # Errors
/// [`StoreError::BatchState`] unless it is open.
pub async fn discard(store: &Store, actor: &Actor, batch: i64) -> Result<(), StoreError> {
    loop {
        let more = store
            .act(
                actor,
                move |act| -> BoxFuture<'_, Result<bool, StoreError>> {
                    Box::pin(async move { discard_some(act, batch).await })
                },
            )
            .await?;
        if !more {
            return Ok(());
        }
    }
}

/// A batch.
///
/// # Errors
/// The database's.
pub async fn get(tx: &mut Tx, batch: i64) -> Result<Option<Batch>, StoreError> {
    let sql = "
        select id, register, state, title, actor, at, row_count, updates, seq, undo_seq, pack, digest,
               changed, apart
          from import_batch where id = $1";
    let row = tx.row(sql, &[Bind::from(batch)]).await?;
    row.as_ref().map(batch_from_row).transpose()
}

/// The batches begun last.
///
/// # Errors
/// The database's.
pub async fn latest(tx: &mut Tx, limit: u32) -> Result<Vec<Batch>, StoreError> {
    let sql = "
        select id, register, state, title, actor, at, row_count, updates, seq, undo_seq, pack, digest,
               changed, apart
          from import_batch order by id desc limit $1";
    let rows = tx.rows(sql, &[Bind::from(i64::from(limit))]).await?;
    rows.iter().map(batch_from_row).collect()
}

/// The batch's number where it is not visible yet.
pub(crate) async fn pending(tx: &mut Tx, batch: i64) -> Result<Option<i64>, StoreError> {
    let sql = "select id from import_batch where id = $1 and seq is null";
    let row = tx.row(sql, &[Bind::from(batch)]).await?;
    row.map(|it| it.int(0)).transpose()
}

/// Clears away the batches whose process died; how many.
pub(crate) async fn sweep(act: &mut Act) -> Result<u64, StoreError> {
    let sql = "select id from import_batch where state = 'open' and lease_until < $1";
    let dead = act.tx.rows(sql, &[Bind::from(act.at.as_str())]).await?;
    let mut cleared = 0;
    for row in dead {
        let batch = row.int(0)?;
        tracing::warn!(batch, "an import that was broken off is cleared away");
        while discard_some(act, batch).await? {}
        cleared += 1;
    }
    changes::sweep(act).await?;
    Ok(cleared)
}

fn batch_from_row(row: &crate::Row) -> Result<Batch, StoreError> {
    Ok(Batch {
        id: row.int(0)?,
        register: row.text(1)?,
        state: row.text(2)?,
        title: row.text(3)?,
        actor: row.text(4)?,
        at: row.text(5)?,
        rows: row.int(6)?,
        updates: row.int(7)?,
        seq: row.opt_int(8)?,
        undo_seq: row.opt_int(9)?,
        pack: row.int(10)?,
        digest: row.text(11)?,
        changed: schema::list(&row.opt_text(12)?.unwrap_or_default()),
        apart: row.opt_int(13)?.unwrap_or(0),
    })
}

async fn in_state(tx: &mut Tx, batch: i64, state: &str) -> Result<Batch, StoreError> {
    let found = get(tx, batch).await?;
    match found {
        Some(found) if found.state == state => Ok(found),
        other => Err(StoreError::BatchState {
            batch,
            state: match other.as_ref().map(|it| it.state.as_str()) {
                Some("open") => "open",
                Some("applied") => "applied",
                Some("undone") => "undone",
                Some("discarded") => "discarded",
                _ => "unknown",
            },
        }),
    }
}

fn lease(act: &Act) -> String {
    let now = act.store().clock.now();
    stamp(now.checked_add(LEASE_SECONDS.seconds()).unwrap_or(now))
}

/// The digest with one more row.
pub(crate) fn step(
    digest: &Seal,
    batch: &Batch,
    n: i64,
    record: i64,
    before: Option<&str>,
    after: &str,
) -> Seal {
    Entry {
        seq: n,
        actor: String::new(),
        at: String::new(),
        act: "import.row".to_owned(),
        register: batch.register.clone(),
        record,
        before: before.map(str::to_owned),
        after: Some(after.to_owned()),
        pack: batch.pack,
    }
    .seal(digest)
}

impl Batch {
    /// The digest over its rows, in hexadecimal.
    #[must_use]
    pub fn digest(&self) -> &str {
        &self.digest
    }
}

async fn conflict(act: &mut Act, old: &Record, expected: i64) -> Result<StoreError, StoreError> {
    let sql = "select actor, at from change where seq = $1";
    let last = act.tx.row(sql, &[Bind::from(old.changed_seq)]).await?;
    let (by, at) = match last {
        Some(row) => (row.text(0)?, row.text(1)?),
        None => Default::default(),
    };
    Ok(StoreError::Conflict {
        register: old.register.clone(),
        record: old.id,
        expected,
        version: old.version,
        by,
        at,
    })
}

/// Deletes some rows of an open batch; whether there are more. These rows were never visible and are in no change.
async fn discard_some(act: &mut Act, batch: i64) -> Result<bool, StoreError> {
    let open = in_state(&mut act.tx, batch, "open").await?;
    let schema = Arc::clone(act.schema());
    let Some(table) = schema.tables.get(&open.register) else {
        return Err(StoreError::NoRegister(open.register));
    };
    let mut deleted = 0;
    let children = table.lines.iter().filter_map(|it| schema.tables.get(it));
    for table in children.chain([table]) {
        let name = tables::quoted(&table.name);
        let sql = format!(
            "delete from {name} where id in
             (select id from {name} where batch = $1 and created_seq = 0 limit {PAGE})"
        );
        deleted += act.tx.run_built(sql, &[Bind::from(batch)]).await?;
    }
    let sql = "
        delete from batch_row where batch = $1 and n in
        (select n from batch_row where batch = $1 limit 5000)";
    deleted += act.tx.run(sql, &[Bind::from(batch)]).await?;
    if deleted == 0 {
        changes::drop_table(act, batch).await?;
        let sql = "update import_batch set state = 'discarded' where id = $1";
        act.tx.run(sql, &[Bind::from(batch)]).await?;
    }
    Ok(deleted > 0)
}
