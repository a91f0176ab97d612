//! Steps: a record goes from one state of its lifecycle to another.
//!
//! Owns the table of steps taken and the change entries of a step. Which steps there are, who may take them and what they
//! require is declared by a pack and held by the application.
//!
//! Invariant: the step, the record's new state and their entries in the chain are written together or not at all.
//!
//! Start reading at [`take`].

use crate::{
    act::Act,
    audit::ChainFault,
    body::Body,
    door::{Bind, Row, Tx},
    error::StoreError,
    records::{self, Draft},
    tables,
};

/// What the change entry of a step is called.
pub(crate) const ACT: &str = "step.take";

/// A step to be taken.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewStep {
    /// The transition, as the pack calls it.
    pub step: String,
    /// The state it leads from.
    pub from: String,
    /// The state it leads to.
    pub to: String,
    /// The role that it was taken in.
    pub role: Option<String>,
    /// What was said with it.
    pub note: Option<String>,
    /// A file that goes with it, `hash:name`, such as the scan of a signed paper.
    pub file: Option<String>,
    /// Taken on paper and noted here.
    pub offline: bool,
    /// Number of the minutes that it rests on.
    pub minutes: Option<String>,
    /// The day of that meeting, ISO.
    pub met_on: Option<String>,
    /// Whom the actor stood in for.
    pub behalf: Option<String>,
}

/// A step that was taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// The change that noted it.
    pub seq: i64,
    /// The record.
    pub record: i64,
    /// Its register, as it was called then.
    pub register: String,
    /// What was done.
    pub step: NewStep,
    /// Who noted it.
    pub actor: String,
    /// When, UTC.
    pub at: String,
}

/// Takes a step with a record that the caller read at `version`; its new version. `draft` holds what the step fills in.
///
/// # Errors
/// As [`records::update`].
pub async fn take(
    act: &mut Act,
    register: &str,
    record: i64,
    version: i64,
    draft: &Draft,
    step: &NewStep,
) -> Result<i64, StoreError> {
    let draft = Draft {
        state: Some(step.to.clone()),
        ..draft.clone()
    };
    let version = records::update_as(act, "record.step", register, record, version, &draft).await?;
    let taken = Step {
        seq: act.next_seq(),
        record,
        register: register.to_owned(),
        step: step.clone(),
        actor: act.actor.as_str().to_owned(),
        at: act.at.clone(),
    };
    let values = [
        Bind::from(taken.seq),
        Bind::from(record),
        Bind::from(register),
        Bind::from(step.step.as_str()),
        Bind::from(step.from.as_str()),
        Bind::from(step.to.as_str()),
        Bind::from(step.role.clone()),
        Bind::from(step.note.clone()),
        Bind::from(step.file.clone()),
        Bind::from(i64::from(step.offline)),
        Bind::from(taken.actor.as_str()),
        Bind::from(taken.at.as_str()),
        Bind::from(step.minutes.clone()),
        Bind::from(step.met_on.clone()),
        Bind::from(step.behalf.clone()),
    ];
    let sql = "
        insert into step
               (seq, record, register, step, from_state, to_state, role, note, file, offline, actor, at,
                minutes, met_on, behalf)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)";
    act.tx.run(sql, &values).await?;
    act.log(ACT, Some(told(&taken).text())).await?;
    Ok(version)
}

/// The steps taken with a record in order.
///
/// # Errors
/// The database's.
pub async fn of_record(tx: &mut Tx, record: i64) -> Result<Vec<Step>, StoreError> {
    let sql = "
        select seq, record, register, step, from_state, to_state, role, note, file, offline, actor, at,
               minutes, met_on, behalf
          from step where record = $1 order by seq";
    let rows = tx.rows(sql, &[Bind::from(record)]).await?;
    rows.iter().map(from_row).collect()
}

/// The last step of each of these records, in order of record.
///
/// # Errors
/// The database's.
pub(crate) async fn last_of(tx: &mut Tx, records: &[i64]) -> Result<Vec<Step>, StoreError> {
    if records.is_empty() {
        return Ok(Vec::new());
    }
    let places = tables::places(1, records.len());
    let sql = format!(
        "select seq, record, register, step, from_state, to_state, role, note, file, offline, actor, at,
                minutes, met_on, behalf
           from step where seq in (select max(seq) from step where record in ({places}) group by record)
          order by record"
    );
    let values: Vec<Bind> = records.iter().map(|it| Bind::from(*it)).collect();
    let rows = tx.rows_built(sql, &values).await?;
    rows.iter().map(from_row).collect()
}

/// Compares every step with what the chain sealed.
pub(crate) async fn verify(tx: &mut Tx) -> Result<Option<ChainFault>, StoreError> {
    let sql = "
        select seq, record, register, step, from_state, to_state, role, note, file, offline, actor, at,
               minutes, met_on, behalf
          from step order by seq";
    let mut rows = tx.rows(sql, &[]).await?.into_iter();
    let sql = "select seq, after from change where act = $1 order by seq";
    let entries = tx.rows(sql, &[Bind::from(ACT)]).await?;
    let fault = |seq| {
        Ok(Some(ChainFault::Kept {
            table: "step",
            id: String::new(),
            seq,
        }))
    };
    for entry in entries {
        let seq = entry.int(0)?;
        let row = rows.next().map(|it| from_row(&it)).transpose()?;
        let right = row.is_some_and(|it| {
            it.seq == seq && entry.opt_text(1).ok().flatten() == Some(told(&it).text())
        });
        if !right {
            return fault(seq);
        }
    }
    match rows.next() {
        Some(row) => fault(row.int(0)?),
        None => Ok(None),
    }
}

/// What the chain keeps of a step.
fn told(it: &Step) -> Body {
    let mut body = Body::default();
    body.set("register", Some(it.register.clone()));
    body.set("record", Some(it.record.to_string()));
    body.set("step", Some(it.step.step.clone()));
    body.set("from", Some(it.step.from.clone()));
    body.set("to", Some(it.step.to.clone()));
    body.set("role", it.step.role.clone());
    body.set("note", it.step.note.clone());
    body.set("file", it.step.file.clone());
    body.set("offline", Some(u8::from(it.step.offline).to_string()));
    body.set("minutes", it.step.minutes.clone());
    body.set("met_on", it.step.met_on.clone());
    body.set("behalf", it.step.behalf.clone());
    body.set("actor", Some(it.actor.clone()));
    body.set("at", Some(it.at.clone()));
    body
}

fn from_row(row: &Row) -> Result<Step, StoreError> {
    Ok(Step {
        seq: row.int(0)?,
        record: row.int(1)?,
        register: row.text(2)?,
        step: NewStep {
            step: row.text(3)?,
            from: row.text(4)?,
            to: row.text(5)?,
            role: row.opt_text(6)?,
            note: row.opt_text(7)?,
            file: row.opt_text(8)?,
            offline: row.int(9)? != 0,
            minutes: row.opt_text(12)?,
            met_on: row.opt_text(13)?,
            behalf: row.opt_text(14)?,
        },
        actor: row.text(10)?,
        at: row.text(11)?,
    })
}
