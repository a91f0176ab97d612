//! The history of records, read from the change chain.
//!
//! Owns [`history`] and [`as_of`]. An import has one entry in the chain for all its rows; here each of its records shows
//! it as a change of its own. Leaves sealing to `quanyu-core`, appending to [`crate::act`], checking to [`crate::audit`].

use std::collections::BTreeSet;

use crate::{
    body::Body,
    door::{Bind, Tx},
    error::StoreError,
    schema::Schema,
};

/// A change of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Its number.
    pub seq: i64,
    /// Who.
    pub actor: String,
    /// When, UTC.
    pub at: String,
    /// What was done: `record.create`, `record.update`, `record.remove`, `import.apply`, `import.undo`.
    pub act: String,
    /// The register as it is called today; empty for acts on none.
    pub register: String,
    /// The record; 0 for acts on none.
    pub record: i64,
    /// What it said before, under today's field names.
    pub before: Option<Body>,
    /// What it said after.
    pub after: Option<Body>,
    /// The pack revision that applied.
    pub pack: i64,
}

/// All changes of a record in order.
///
/// # Errors
/// The database's.
pub async fn history(tx: &mut Tx, record: i64) -> Result<Vec<Change>, StoreError> {
    let sql = "
        select seq, actor, at, act, register, before, after, pack
          from change where record = $1 and record > 0
        union all
        select e.seq, e.actor, e.at, e.act, e.register, r.before, r.after, e.pack
          from batch_row r join import_batch b on b.id = r.batch join change e on e.seq = b.seq
         where r.record = $1
        union all
        select e.seq, e.actor, e.at, e.act, e.register, r.after, r.before, e.pack
          from batch_row r join import_batch b on b.id = r.batch join change e on e.seq = b.undo_seq
         where r.record = $1
         order by 1";
    let mut all = Vec::new();
    for row in tx.rows(sql, &[Bind::from(record)]).await? {
        let seq = row.int(0)?;
        let register = row.text(4)?;
        let mut before = body(&tx.schema, &register, seq, row.opt_text(5)?)?;
        let mut after = body(&tx.schema, &register, seq, row.opt_text(6)?)?;
        let act = row.text(3)?;
        if act == "import.undo" {
            undone(&mut before, &mut after);
        }
        all.push(Change {
            seq,
            actor: row.text(1)?,
            at: row.text(2)?,
            act,
            register: tx.schema.register_now(&register, seq),
            record,
            before,
            after,
            pack: row.int(7)?,
        });
    }
    Ok(all)
}

/// What a record said when `seq` was the last change; `None` where it was not there.
///
/// # Errors
/// The database's.
pub async fn as_of(tx: &mut Tx, record: i64, seq: i64) -> Result<Option<Body>, StoreError> {
    let all = history(tx, record).await?;
    let last = all.into_iter().rev().find(|it| it.seq <= seq);
    Ok(last.and_then(|it| it.after))
}

/// The number of the last change that somebody made; 0 where there is none.
///
/// # Errors
/// The database's.
pub async fn last_by(tx: &mut Tx, actor: &str) -> Result<i64, StoreError> {
    let sql = "select coalesce(max(seq), 0) from change where actor = $1";
    let row = tx.row(sql, &[Bind::from(actor)]).await?;
    row.map_or(Ok(0), |it| it.int(0))
}

/// The last changes of all registers, newest first, for the audit page: `before` a number, at most `limit`.
///
/// # Errors
/// The database's.
pub async fn latest(tx: &mut Tx, before: i64, limit: u32) -> Result<Vec<Change>, StoreError> {
    let sql = "
        select seq, actor, at, act, register, before, after, pack, record
          from change where seq < $1 order by seq desc limit $2";
    let values = [Bind::from(before), Bind::from(i64::from(limit))];
    let mut all = Vec::new();
    for row in tx.rows(sql, &values).await? {
        let seq = row.int(0)?;
        let register = row.text(4)?;
        all.push(Change {
            seq,
            actor: row.text(1)?,
            at: row.text(2)?,
            act: row.text(3)?,
            before: body(&tx.schema, &register, seq, row.opt_text(5)?)?,
            after: body(&tx.schema, &register, seq, row.opt_text(6)?)?,
            register: tx.schema.register_now(&register, seq),
            record: row.int(8)?,
            pack: row.int(7)?,
        });
    }
    Ok(all)
}

/// What of the chain is looked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sought {
    /// Entries before this number; 0 for all.
    pub before: i64,
    /// By this actor alone.
    pub actor: Option<String>,
    /// Acts that begin so, such as `sign_in` or `record.`.
    pub act: Option<String>,
    /// Not before this time, UTC.
    pub from: Option<String>,
    /// Before this time, UTC.
    pub to: Option<String>,
    /// Entries at most.
    pub limit: u32,
}

/// Entries of the chain, newest first: for the log that an auditor reads. What a record said is not in it.
///
/// # Errors
/// The database's.
pub async fn sought(tx: &mut Tx, sought: &Sought) -> Result<Vec<Logged>, StoreError> {
    let mut values = Vec::new();
    let mut put = |value: Bind| {
        values.push(value);
        values.len()
    };
    let mut conditions = Vec::new();
    if sought.before > 0 {
        conditions.push(format!("seq < ${}", put(Bind::from(sought.before))));
    }
    if let Some(actor) = &sought.actor {
        conditions.push(format!("actor = ${}", put(Bind::from(actor.as_str()))));
    }
    if let Some(act) = &sought.act {
        let first = put(Bind::from(act.as_str()));
        let last = put(Bind::from(format!("{act}\u{10ffff}")));
        conditions.push(format!("act >= ${first} and act <= ${last}"));
    }
    if let Some(from) = &sought.from {
        conditions.push(format!("at >= ${}", put(Bind::from(from.as_str()))));
    }
    if let Some(to) = &sought.to {
        conditions.push(format!("at < ${}", put(Bind::from(to.as_str()))));
    }
    if conditions.is_empty() {
        conditions.push("seq > 0".to_owned());
    }
    let limit = put(Bind::from(i64::from(sought.limit)));
    let sql = format!(
        "select seq, actor, at, act, register, record, case when record = 0 then after end from change \
         where {} order by seq desc limit ${limit}",
        conditions.join(" and ")
    );
    let mut all = Vec::new();
    for row in tx.rows_built(sql, &values).await? {
        all.push(Logged {
            seq: row.int(0)?,
            actor: row.text(1)?,
            at: row.text(2)?,
            act: row.text(3)?,
            register: row.text(4)?,
            record: row.int(5)?,
            note: row.opt_text(6)?,
        });
    }
    Ok(all)
}

/// An entry of the chain, as an auditor reads it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Logged {
    /// Its number.
    pub seq: i64,
    /// Who.
    pub actor: String,
    /// When, UTC.
    pub at: String,
    /// What was done.
    pub act: String,
    /// The register; empty for acts on none.
    pub register: String,
    /// The record; 0 for acts on none.
    pub record: i64,
    /// What an act on no record says of itself.
    pub note: Option<String>,
}

/// Registers, as they are called today, whose records changed after `since`.
///
/// # Errors
/// The database's.
pub async fn registers_since(tx: &mut Tx, since: i64) -> Result<BTreeSet<String>, StoreError> {
    let sql = "
        select register, max(seq) from change where seq > $1 and register <> '' group by register";
    let mut all = BTreeSet::new();
    for row in tx.rows(sql, &[Bind::from(since)]).await? {
        all.insert(tx.schema.register_now(&row.text(0)?, row.int(1)?));
    }
    Ok(all)
}

/// What an undone import left: the version goes on, so that an edit begun in between is a conflict.
pub(crate) fn undone(before: &mut Option<Body>, after: &mut Option<Body>) {
    if let (Some(before), Some(after)) = (before, after) {
        let version: i64 = before
            .fields
            .get("@version")
            .and_then(|it| it.parse().ok())
            .unwrap_or(0);
        after.set("@version", Some((version + 1).to_string()));
    }
}

/// A body under today's names.
pub(crate) fn body(
    schema: &Schema,
    register: &str,
    seq: i64,
    text: Option<String>,
) -> Result<Option<Body>, StoreError> {
    let Some(text) = text else { return Ok(None) };
    let mut body = Body::parse(&text)?;
    let mut name = register.to_owned();
    for rename in schema.renames.iter().filter(|it| it.seq > seq) {
        if rename.field.is_empty() {
            if rename.was == name {
                name.clone_from(&rename.register);
            } else if let (Some((was, old)), Some((now, new))) =
                (rename.was.split_once('.'), rename.register.split_once('.'))
                && (was == name || now == name)
                && let Some(rows) = body.lines.remove(old)
            {
                body.lines.insert(new.to_owned(), rows);
            }
        } else if rename.register == name {
            if let Some(value) = body.fields.remove(&rename.was) {
                body.fields.insert(rename.field.clone(), value);
            }
        } else if let Some(lines) = rename
            .register
            .strip_prefix(&name)
            .and_then(|it| it.strip_prefix('.'))
        {
            for row in body.lines.get_mut(lines).into_iter().flatten() {
                if let Some(value) = row.remove(&rename.was) {
                    row.insert(rename.field.clone(), value);
                }
            }
        }
    }
    Ok(Some(body))
}
