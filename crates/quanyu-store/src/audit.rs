//! Audit: whether the history is whole and the tables say what it says.
//!
//! Owns [`verify`] and the exported head. The chain alone proves that nothing in it was edited; the comparison with the
//! tables, that no row was; a head kept elsewhere, that the tail was not cut off.
//!
//! Invariant: the first fault is named; nothing is put right silently.
//!
//! Start reading at [`verify`].

use std::{collections::BTreeMap, fmt, sync::Arc};

use quanyu_core::change::{self, Entry, GENESIS, Seal};

use crate::{
    Store,
    body::Body,
    change::{body, undone},
    door::{Bind, Tx},
    error::StoreError,
    import::{self, Batch},
    records,
    schema::{Schema, Table},
    tables,
};

/// Entries or rows looked at together.
const PAGE: i64 = 2_000;

/// The end of the chain, as people keep it elsewhere: `seq:seal`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChainHead {
    /// Number of the last entry.
    pub seq: i64,
    /// Its seal.
    pub seal: Seal,
}

impl ChainHead {
    /// Reads `seq:seal`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (seq, seal) = text.trim().split_once(':')?;
        Some(Self {
            seq: seq.parse().ok()?,
            seal: change::seal_from_text(seal)?,
        })
    }
}

impl fmt::Display for ChainHead {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.seq, change::seal_text(&self.seal))
    }
}

/// What was looked at, and the first fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifyReport {
    /// Entries of the chain.
    pub changes: i64,
    /// Rows of registers compared, with removed ones.
    pub rows: i64,
    /// The end of the chain.
    pub head: ChainHead,
    /// The first thing that is wrong.
    pub fault: Option<ChainFault>,
}

/// What is wrong.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ChainFault {
    /// A number is missing.
    #[error("change {0} is missing")]
    Gap(i64),
    /// An entry is not what was sealed.
    #[error("change {0} was edited")]
    Edited(i64),
    /// The head names another end than the chain has.
    #[error("the chain ends at change {found}, its head says {said}")]
    Head {
        /// The head's number.
        said: i64,
        /// The last entry there is.
        found: i64,
    },
    /// The exported head names an entry that is not there, or another one.
    #[error("change {0} is not what the exported head says")]
    Exported(i64),
    /// Rows of an import are not what was sealed.
    #[error("import batch {0} was edited")]
    Batch(i64),
    /// A record says something else than its last change.
    #[error("`{register}` {record} is not what change {seq} says: {field}")]
    Row {
        /// Register.
        register: String,
        /// Record.
        record: i64,
        /// Its last change.
        seq: i64,
        /// The first field that differs.
        field: String,
    },
    /// A record that no change made.
    #[error("`{register}` {record} was made by no change")]
    Unmade {
        /// Register.
        register: String,
        /// Record.
        record: i64,
    },
    /// A record that is gone.
    #[error("`{register}` {record}, last changed by {seq}, is gone")]
    Gone {
        /// Register.
        register: String,
        /// Record.
        record: i64,
        /// Its last change.
        seq: i64,
    },
}

impl ChainFault {
    /// The name under which `messages.toml` explains it.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Gap(_) => "audit_gap",
            Self::Edited(_) => "audit_edited",
            Self::Head { .. } => "audit_head",
            Self::Exported(_) => "audit_exported",
            Self::Batch(_) => "audit_batch",
            Self::Row { .. } => "audit_row",
            Self::Unmade { .. } => "audit_unmade",
            Self::Gone { .. } => "audit_gone",
        }
    }
}

/// The end of the chain now, to be kept elsewhere.
///
/// # Errors
/// The database's.
pub async fn export_head(store: &Store) -> Result<ChainHead, StoreError> {
    let mut tx = store.read().await?;
    head(&mut tx).await
}

/// Recomputes every seal, compares every row with its last change, and the chain with an exported head.
///
/// # Errors
/// The database's; what is wrong with the content is in the report.
pub async fn verify(
    store: &Store,
    exported: Option<&ChainHead>,
) -> Result<VerifyReport, StoreError> {
    let mut tx = store.read().await?;
    let mut report = VerifyReport {
        changes: 0,
        rows: 0,
        head: head(&mut tx).await?,
        fault: None,
    };
    report.fault = chain(&mut tx, &mut report, exported).await?;
    if report.fault.is_none() {
        report.fault = batches(&mut tx).await?;
    }
    if report.fault.is_none() {
        let schema = Arc::clone(&tx.schema);
        for table in schema.tables.values().filter(|it| it.parent.is_none()) {
            report.fault = rows(&mut tx, &schema, table, &mut report.rows).await?;
            if report.fault.is_some() {
                break;
            }
        }
    }
    Ok(report)
}

async fn head(tx: &mut Tx) -> Result<ChainHead, StoreError> {
    let bad = || StoreError::Unreadable("the head of the chain".into());
    let row = tx.row("select seq, seal from change_head", &[]).await?;
    let row = row.ok_or_else(bad)?;
    Ok(ChainHead {
        seq: row.int(0)?,
        seal: change::seal_from_text(&row.text(1)?).ok_or_else(bad)?,
    })
}

async fn chain(
    tx: &mut Tx,
    report: &mut VerifyReport,
    exported: Option<&ChainHead>,
) -> Result<Option<ChainFault>, StoreError> {
    let (mut seq, mut seal) = (0, GENESIS);
    let mut found = exported.is_none_or(|it| it.seq == 0 && it.seal == GENESIS);
    loop {
        let sql = "
            select seq, actor, at, act, register, record, before, after, pack, seal
              from change where seq > $1 order by seq limit $2";
        let rows = tx.rows(sql, &[Bind::from(seq), Bind::from(PAGE)]).await?;
        for row in &rows {
            let entry = Entry {
                seq: row.int(0)?,
                actor: row.text(1)?,
                at: row.text(2)?,
                act: row.text(3)?,
                register: row.text(4)?,
                record: row.int(5)?,
                before: row.opt_text(6)?,
                after: row.opt_text(7)?,
                pack: row.int(8)?,
            };
            if entry.seq != seq + 1 {
                return Ok(Some(ChainFault::Gap(seq + 1)));
            }
            seal = entry.seal(&seal);
            seq = entry.seq;
            if change::seal_text(&seal) != row.text(9)? {
                return Ok(Some(ChainFault::Edited(seq)));
            }
            if exported.is_some_and(|it| it.seq == seq) {
                found = exported.is_some_and(|it| it.seal == seal);
            }
            report.changes += 1;
        }
        if rows.is_empty() {
            break;
        }
    }
    if seq != report.head.seq || seal != report.head.seal {
        return Ok(Some(ChainFault::Head {
            said: report.head.seq,
            found: seq,
        }));
    }
    Ok((!found).then(|| ChainFault::Exported(exported.map_or(0, |it| it.seq))))
}

/// The digest over the rows of every import that the chain names.
async fn batches(tx: &mut Tx) -> Result<Option<ChainFault>, StoreError> {
    let sql = "
        select seq, act, register, after from change
         where act in ('import.apply', 'import.undo') order by seq";
    let mut named = BTreeMap::new();
    for row in tx.rows(sql, &[]).await? {
        let said = Body::parse(&row.text(3)?)?;
        let id = said.fields.get("batch").and_then(|it| it.parse::<i64>().ok());
        let id = id.unwrap_or(0);
        let Some(batch) = import::get(tx, id).await? else {
            return Ok(Some(ChainFault::Batch(id)));
        };
        let (seq, apply) = (row.int(0)?, row.text(1)? == "import.apply");
        let at = if apply { batch.seq } else { batch.undo_seq };
        if at != Some(seq) || batch.register != row.text(2)? {
            return Ok(Some(ChainFault::Batch(id)));
        }
        if apply {
            let (count, digest) = digest(tx, &batch).await?;
            let same = said.fields.get("digest") == Some(&digest)
                && said.fields.get("rows") == Some(&count.to_string());
            if !same {
                return Ok(Some(ChainFault::Batch(id)));
            }
        }
        named.insert((id, apply), ());
    }
    let sql = "select id, seq, undo_seq from import_batch where seq is not null or undo_seq is not null";
    for row in tx.rows(sql, &[]).await? {
        let id = row.int(0)?;
        let applied = row.opt_int(1)?.is_none() || named.contains_key(&(id, true));
        let undone = row.opt_int(2)?.is_none() || named.contains_key(&(id, false));
        if !applied || !undone {
            return Ok(Some(ChainFault::Batch(id)));
        }
    }
    Ok(None)
}

async fn digest(tx: &mut Tx, batch: &Batch) -> Result<(i64, String), StoreError> {
    let (mut n, mut digest) = (0, GENESIS);
    loop {
        let sql = "
            select n, record, before, after from batch_row
             where batch = $1 and n > $2 order by n limit $3";
        let values = [Bind::from(batch.id), Bind::from(n), Bind::from(PAGE)];
        let rows = tx.rows(sql, &values).await?;
        for row in &rows {
            n = row.int(0)?;
            let before = row.opt_text(2)?;
            digest = import::step(
                &digest,
                batch,
                n,
                row.int(1)?,
                before.as_deref(),
                &row.text(3)?,
            );
        }
        if rows.is_empty() {
            return Ok((n, change::seal_text(&digest)));
        }
    }
}

/// The last thing that the history says of a record.
struct Last {
    seq: i64,
    after: Option<Body>,
}

/// Compares the rows of a register with their last changes, window by window of ids.
async fn rows(
    tx: &mut Tx,
    schema: &Schema,
    table: &Table,
    compared: &mut i64,
) -> Result<Option<ChainFault>, StoreError> {
    let mut low = 0;
    loop {
        let rest = format!("and t.id > $1 order by t.id limit {PAGE}");
        let found = tx
            .rows_built(tables::select_all(table, &rest), &[Bind::from(low)])
            .await?;
        let end = found.len() < PAGE as usize;
        let mut there = BTreeMap::new();
        for row in found {
            let record = records::from_row(table, row)?;
            there.insert(record.id, record);
        }
        let high = match there.last_key_value() {
            Some((id, _)) if !end => *id,
            _ => i64::MAX,
        };
        let mut said = last_changes(tx, schema, table, low, high).await?;
        if !table.lines.is_empty() {
            lines(tx, schema, table, &mut there, low, high).await?;
        }
        for (id, record) in there {
            *compared += 1;
            let Some(last) = said.remove(&id) else {
                return Ok(Some(ChainFault::Unmade {
                    register: table.id.clone(),
                    record: id,
                }));
            };
            if let Some(field) = differs(&record, &last) {
                return Ok(Some(ChainFault::Row {
                    register: table.id.clone(),
                    record: id,
                    seq: last.seq,
                    field,
                }));
            }
        }
        if let Some((id, last)) = said.first_key_value() {
            return Ok(Some(ChainFault::Gone {
                register: table.id.clone(),
                record: *id,
                seq: last.seq,
            }));
        }
        if end {
            return Ok(None);
        }
        low = high;
    }
}

/// The first field of a record that is not what its last change says.
fn differs(record: &records::Record, last: &Last) -> Option<String> {
    if record.changed_seq != last.seq {
        return Some("@changed_seq".into());
    }
    let Some(after) = &last.after else {
        return (record.removed_seq != Some(last.seq)).then(|| "@removed_seq".into());
    };
    if record.removed_seq.is_some() {
        return Some("@removed_seq".into());
    }
    let body = record.body();
    let names = body.fields.keys().chain(after.fields.keys());
    let mut names: Vec<&String> = names.collect();
    names.sort();
    for name in names {
        if body.fields.get(name) != after.fields.get(name) {
            return Some(name.clone());
        }
    }
    let names = body.lines.keys().chain(after.lines.keys());
    names
        .into_iter()
        .find(|it| body.lines.get(*it) != after.lines.get(*it))
        .cloned()
}

async fn last_changes(
    tx: &mut Tx,
    schema: &Schema,
    table: &Table,
    low: i64,
    high: i64,
) -> Result<BTreeMap<i64, Last>, StoreError> {
    let sql = "
        select c.record, c.seq, c.act, c.register, null, c.after
          from change c where c.record > $1 and c.record <= $2
        union all
        select r.record, b.seq, 'import.apply', b.register, r.before, r.after
          from batch_row r join import_batch b on b.id = r.batch
         where r.record > $1 and r.record <= $2 and b.seq is not null
        union all
        select r.record, b.undo_seq, 'import.undo', b.register, r.after, r.before
          from batch_row r join import_batch b on b.id = r.batch
         where r.record > $1 and r.record <= $2 and b.undo_seq is not null
         order by 1, 2";
    let mut said: BTreeMap<i64, (i64, String, String, Option<String>, Option<String>)> =
        BTreeMap::new();
    let values = [Bind::from(low), Bind::from(high)];
    tx.each(sql.to_owned(), &values, |row| {
        // In order of the change, so that the last one stays.
        said.insert(
            row.int(0)?,
            (
                row.int(1)?,
                row.text(2)?,
                row.text(3)?,
                row.opt_text(4)?,
                row.opt_text(5)?,
            ),
        );
        Ok(())
    })
    .await?;
    let mut last = BTreeMap::new();
    for (record, (seq, act, register, before, after)) in said {
        if schema.register_now(&register, seq) != table.id {
            continue;
        }
        let mut before = body(schema, &register, seq, before)?;
        let mut after = body(schema, &register, seq, after)?;
        if act == "import.undo" {
            undone(&mut before, &mut after);
        }
        last.insert(record, Last { seq, after });
    }
    Ok(last)
}

/// Gives the records of a window their lines.
async fn lines(
    tx: &mut Tx,
    schema: &Schema,
    table: &Table,
    there: &mut BTreeMap<i64, records::Record>,
    low: i64,
    high: i64,
) -> Result<(), StoreError> {
    for child in table.lines.iter().filter_map(|it| schema.tables.get(it)) {
        let rest = "and t.parent > $1 and t.parent <= $2 order by t.parent, t.line_no, t.id";
        let values = [Bind::from(low), Bind::from(high)];
        let found = tx
            .rows_built(tables::select(child, rest), &values)
            .await?;
        for row in found {
            let (parent, line) = records::line_from_row(child, row)?;
            if let Some(record) = there.get_mut(&parent) {
                record
                    .lines
                    .entry(child.line_name().to_owned())
                    .or_default()
                    .push(line);
            }
        }
    }
    Ok(())
}

/// Runs SQL past the store, as a person with a database tool would: for tests of [`verify`] only.
///
/// # Errors
/// The database's.
#[doc(hidden)]
pub async fn tamper_for_tests(store: &Store, sql: &'static str) -> Result<(), StoreError> {
    store
        .act(&quanyu_core::actor::Actor::local(), move |act| {
            Box::pin(async move { act.tx.script(sql.to_owned()).await })
        })
        .await
}
