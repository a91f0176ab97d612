//! Audit: whether the history is whole and the tables say what it says.
//!
//! Owns [`verify`] and the exported head. The chain alone proves that nothing in it was edited; the comparison with the
//! tables, that no row was; a head kept elsewhere, that the tail was not cut off.
//!
//! Invariant: the first fault is named; nothing is put right silently.
//!
//! Start reading at [`verify`].

mod kept;
mod rows;

use std::{collections::BTreeMap, fmt, sync::Arc};

use quanyu_core::change::{self, Entry, GENESIS, Seal};

use self::rows::rows;
use crate::{
    Store, account,
    body::Body,
    document,
    door::{Bind, Tx},
    error::StoreError,
    import::{self, Batch},
    reason, release, step,
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
    /// A frozen figure, a step or an official number that is not what its change says.
    #[error("`{table}` {id} is not what change {seq} says")]
    Kept {
        /// The table.
        table: &'static str,
        /// Its name, where it has one.
        id: String,
        /// The change; 0 where there is none.
        seq: i64,
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
            Self::Kept { .. } => "audit_kept",
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
        report.fault = release::verify(&mut tx).await?;
    }
    if report.fault.is_none() {
        report.fault = step::verify(&mut tx).await?;
    }
    if report.fault.is_none() {
        report.fault = document::verify(&mut tx).await?;
    }
    if report.fault.is_none() {
        report.fault = kept::all(&mut tx).await?;
    }
    if report.fault.is_none() {
        report.fault = reason::verify(&mut tx).await?;
    }
    if report.fault.is_none() {
        report.fault = account::verify(&mut tx).await?;
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
        let id = said
            .fields
            .get("batch")
            .and_then(|it| it.parse::<i64>().ok());
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
    let sql =
        "select id, seq, undo_seq from import_batch where seq is not null or undo_seq is not null";
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

/// Runs SQL past the store, as a person with a database tool would: for tests of [`verify`] only.
///
/// # Errors
/// The database's.
#[doc(hidden)]
pub async fn tamper_for_tests(store: &Store, sql: &'static str) -> Result<(), StoreError> {
    let conn = store.inner.pools.write().await?;
    let mut tx = Tx::new(conn, store.inner.schema(), 0);
    tx.script(sql.to_owned()).await?;
    tx.commit().await
}

/// What a person with a database tool reads, columns parted by `|`: for tests of the views only.
///
/// # Errors
/// The database's.
#[doc(hidden)]
pub async fn query_for_tests(store: &Store, sql: &'static str) -> Result<Vec<String>, StoreError> {
    let mut tx = store.read().await?;
    let rows = tx.rows(sql, &[]).await?;
    let said = |cell: &crate::Cell| match cell {
        crate::Cell::Null => String::new(),
        crate::Cell::Int(int) => int.to_string(),
        crate::Cell::Text(text) => text.clone(),
        crate::Cell::Bytes(bytes) => format!("{bytes:?}"),
    };
    Ok(rows
        .iter()
        .map(|row| row.0.iter().map(said).collect::<Vec<_>>().join("|"))
        .collect())
}
