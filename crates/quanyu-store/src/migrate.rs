//! Applying a pack: its registers become tables, or change the tables that are there.
//!
//! Owns what may change and what is refused: what would lose data is refused with what to do instead; what a pack no
//! longer declares stays, hidden. The pack is stored whole, so that an old figure can be asked again under its own
//! declarations.
//!
//! Invariant: a refused pack changes nothing.
//!
//! Start reading at [`apply`]. What a pack wants is in [`declared`], what becomes of the tables there are in [`plan`].

mod declared;
mod fault;
mod keep;
mod plan;

use std::sync::Arc;

use quanyu_pack::model::Pack;
use sha2::{Digest as _, Sha256};

pub use self::fault::Fault;
use self::{declared::declared, plan::Plan};
use crate::{
    act::Act,
    body::Body,
    door::{Bind, Tx},
    error::StoreError,
    schema::{self, Schema},
    views,
};

/// A pack as it was applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackRevision {
    /// Its number, from 1.
    pub number: i64,
    /// The pack.
    pub id: String,
    /// SHA-256 of all its files, in hexadecimal.
    pub hash: String,
    /// When it was applied, UTC.
    pub at: String,
    /// The change that applied it.
    pub seq: i64,
}

/// SHA-256 of everything that a pack's files say.
#[must_use]
pub fn hash(pack: &Pack) -> String {
    let mut hash = Sha256::new();
    for text in
        std::iter::once(&pack.id).chain(pack.files.iter().flat_map(|it| [&it.name, &it.text]))
    {
        hash.update((text.len() as u64).to_be_bytes());
        hash.update(text.as_bytes());
    }
    quanyu_core::change::seal_text(&hash.finalize().into())
}

/// The packs applied so far, the last one first.
///
/// # Errors
/// The database's.
pub async fn revisions(tx: &mut Tx) -> Result<Vec<PackRevision>, StoreError> {
    let sql = "select number, id, hash, at, seq from pack_revision order by number desc limit 1000";
    let rows = tx.rows(sql, &[]).await?;
    rows.iter()
        .map(|row| {
            Ok(PackRevision {
                number: row.int(0)?,
                id: row.text(1)?,
                hash: row.text(2)?,
                at: row.text(3)?,
                seq: row.int(4)?,
            })
        })
        .collect()
}

/// The files of an applied pack in order: name and text.
///
/// # Errors
/// The database's.
pub async fn files(tx: &mut Tx, revision: i64) -> Result<Vec<(String, String)>, StoreError> {
    let sql = "select name, content from pack_file where revision = $1 order by place";
    let rows = tx.rows(sql, &[Bind::from(revision)]).await?;
    rows.iter()
        .map(|row| Ok((row.text(0)?, row.text(1)?)))
        .collect()
}

/// Whether the tables and views are what this version makes of the pack that was applied last. They are not where an
/// earlier version applied it, and after a restore.
///
/// # Errors
/// The database's.
pub async fn is_current(tx: &mut Tx, pack: &Pack) -> Result<bool, StoreError> {
    let schema = Arc::clone(&tx.schema);
    Ok(tables_are_current(&schema, pack) && views::are_current(tx, &schema, pack).await?)
}

fn tables_are_current(schema: &Schema, pack: &Pack) -> bool {
    declared(pack, &mut Vec::new()).iter().all(|it| {
        let there = schema.tables.get(&it.table.id);
        there.is_some_and(|there| {
            !there.hidden && it.table.columns.iter().all(|it| there.columns.contains(it))
        })
    })
}

/// Applies a pack inside an act.
///
/// # Errors
/// [`StoreError::PackRefused`] with all that stands in the way.
pub async fn apply(act: &mut Act, pack: &Pack) -> Result<PackRevision, StoreError> {
    let hash = hash(pack);
    if let Some(last) = revisions(&mut act.tx).await?.into_iter().next()
        && last.hash == hash
        && is_current(&mut act.tx, pack).await?
    {
        return Ok(last);
    }
    let old = Arc::clone(act.schema());
    let revision = PackRevision {
        number: act.head.pack + 1,
        id: pack.id.clone(),
        hash,
        at: act.at.clone(),
        seq: act.next_seq(),
    };
    act.head.pack = revision.number;
    // Columns that a view shows can neither go nor change their type.
    let granted = views::drop_all(&mut act.tx).await?;
    let mut faults = Vec::new();
    let wanted = declared(pack, &mut faults);
    let mut plan = Plan::new(revision.seq, faults);
    for table in wanted {
        plan.table(act, &old, table, pack).await?;
    }
    plan.hide_the_rest(&old);
    if !plan.faults.is_empty() {
        return Err(StoreError::PackRefused(plan.faults));
    }
    keep::keep(act, &plan, &revision, pack).await?;
    let mut body = Body::default();
    body.set("pack", Some(pack.id.clone()));
    body.set("number", Some(revision.number.to_string()));
    body.set("hash", Some(revision.hash.clone()));
    act.log("pack.apply", Some(body.text())).await?;
    let schema = Arc::new(schema::load(&mut act.tx, revision.number).await?);
    act.tx.schema = Arc::clone(&schema);
    views::make_all(&mut act.tx, &schema, pack, &granted).await?;
    Ok(revision)
}
