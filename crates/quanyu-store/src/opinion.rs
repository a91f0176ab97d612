//! Opinions (会签): what a role thinks of a step that is to be taken.
//!
//! Owns their table. Which roles are asked is declared by a pack and held by the application.
//!
//! Invariant: an opinion counts for the stay of the record in the state that it was given in, and is never changed; a later
//! one of the same role goes before it.
//!
//! Start reading at [`give`].

use crate::{
    act::Act,
    body::Body,
    door::{Bind, Row, Tx},
    error::StoreError,
};

/// What the change entry of an opinion is called.
pub(crate) const ACT: &str = "opinion.give";

/// An opinion to be given.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewOpinion {
    /// The record.
    pub record: i64,
    /// Its register.
    pub register: String,
    /// The step it is about.
    pub step: String,
    /// The change with which the record came into its state.
    pub entered_seq: i64,
    /// The role.
    pub role: String,
    /// For or against.
    pub agrees: bool,
    /// In words.
    pub note: Option<String>,
    /// A file, `hash:name`.
    pub file: Option<String>,
    /// Given on paper and noted here.
    pub offline: bool,
    /// Whom the actor stood in for.
    pub behalf: Option<String>,
}

/// An opinion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opinion {
    /// The change that noted it.
    pub seq: i64,
    /// What was said.
    pub said: NewOpinion,
    /// Who noted it.
    pub actor: String,
    /// When, UTC.
    pub at: String,
}

const COLUMNS: &str = "seq, record, register, step, entered_seq, role, agrees, note, file, offline, behalf, actor, at";

/// Gives an opinion.
///
/// # Errors
/// The database's.
pub async fn give(act: &mut Act, said: &NewOpinion) -> Result<i64, StoreError> {
    let opinion = Opinion {
        seq: act.next_seq(),
        said: said.clone(),
        actor: act.actor.as_str().to_owned(),
        at: act.at.clone(),
    };
    let values = [
        Bind::from(opinion.seq),
        Bind::from(said.record),
        Bind::from(said.register.as_str()),
        Bind::from(said.step.as_str()),
        Bind::from(said.entered_seq),
        Bind::from(said.role.as_str()),
        Bind::from(i64::from(said.agrees)),
        Bind::from(said.note.clone()),
        Bind::from(said.file.clone()),
        Bind::from(i64::from(said.offline)),
        Bind::from(said.behalf.clone()),
        Bind::from(opinion.actor.as_str()),
        Bind::from(opinion.at.as_str()),
    ];
    let sql = "
        insert into opinion
               (seq, record, register, step, entered_seq, role, agrees, note, file, offline, behalf, actor, at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";
    act.tx.run(sql, &values).await?;
    act.log(ACT, Some(told(&opinion).text())).await
}

/// Opinions on a record in order.
///
/// # Errors
/// The database's.
pub async fn of_record(tx: &mut Tx, record: i64) -> Result<Vec<Opinion>, StoreError> {
    let sql = format!("select {COLUMNS} from opinion where record = $1 order by seq");
    let rows = tx.rows_built(sql, &[Bind::from(record)]).await?;
    rows.iter().map(from_row).collect()
}

pub(crate) async fn sealed(tx: &mut Tx) -> Result<Vec<(i64, String)>, StoreError> {
    let sql = format!("select {COLUMNS} from opinion order by seq");
    let rows = tx.rows_built(sql, &[]).await?;
    let each = rows.iter().map(|row| {
        let it = from_row(row)?;
        Ok((it.seq, told(&it).text()))
    });
    each.collect()
}

fn told(it: &Opinion) -> Body {
    let mut body = Body::default();
    body.set("record", Some(it.said.record.to_string()));
    body.set("register", Some(it.said.register.clone()));
    body.set("step", Some(it.said.step.clone()));
    body.set("entered_seq", Some(it.said.entered_seq.to_string()));
    body.set("role", Some(it.said.role.clone()));
    body.set("agrees", Some(u8::from(it.said.agrees).to_string()));
    body.set("note", it.said.note.clone());
    body.set("file", it.said.file.clone());
    body.set("offline", Some(u8::from(it.said.offline).to_string()));
    body.set("behalf", it.said.behalf.clone());
    body.set("actor", Some(it.actor.clone()));
    body.set("at", Some(it.at.clone()));
    body
}

fn from_row(row: &Row) -> Result<Opinion, StoreError> {
    Ok(Opinion {
        seq: row.int(0)?,
        said: NewOpinion {
            record: row.int(1)?,
            register: row.text(2)?,
            step: row.text(3)?,
            entered_seq: row.int(4)?,
            role: row.text(5)?,
            agrees: row.int(6)? != 0,
            note: row.opt_text(7)?,
            file: row.opt_text(8)?,
            offline: row.int(9)? != 0,
            behalf: row.opt_text(10)?,
        },
        actor: row.text(11)?,
        at: row.text(12)?,
    })
}
