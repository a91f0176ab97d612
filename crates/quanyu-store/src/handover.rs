//! Handovers (工作交接): what one person had open went to another.
//!
//! Owns their table, with the list as it was printed. What goes over is the application's to say.
//!
//! Start reading at [`note`].

use crate::{
    act::Act,
    body::Body,
    door::{Bind, Row, Tx},
    error::StoreError,
};

/// What the change entry of a handover is called.
pub(crate) const ACT: &str = "handover.note";

/// A handover.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Handover {
    /// The change that noted it; 0 for a new one.
    pub seq: i64,
    /// Who hands over.
    pub person: String,
    /// Who takes over.
    pub successor: String,
    /// Why.
    pub note: Option<String>,
    /// The list, in the application's own form.
    pub content: String,
    /// Who noted it.
    pub actor: String,
    /// When, UTC.
    pub at: String,
}

const COLUMNS: &str = "seq, person, successor, note, content, actor, at";

/// Notes a handover; its number.
///
/// # Errors
/// The database's.
pub async fn note(act: &mut Act, it: &Handover) -> Result<i64, StoreError> {
    let noted = Handover {
        seq: act.next_seq(),
        actor: act.actor.as_str().to_owned(),
        at: act.at.clone(),
        ..it.clone()
    };
    let values = [
        Bind::from(noted.seq),
        Bind::from(noted.person.as_str()),
        Bind::from(noted.successor.as_str()),
        Bind::from(noted.note.clone()),
        Bind::from(noted.content.as_str()),
        Bind::from(noted.actor.as_str()),
        Bind::from(noted.at.as_str()),
    ];
    let sql = "
        insert into handover (seq, person, successor, note, content, actor, at)
        values ($1, $2, $3, $4, $5, $6, $7)";
    act.tx.run(sql, &values).await?;
    act.log(ACT, Some(told(&noted).text())).await
}

/// A handover.
///
/// # Errors
/// The database's.
pub async fn get(tx: &mut Tx, seq: i64) -> Result<Option<Handover>, StoreError> {
    let sql = format!("select {COLUMNS} from handover where seq = $1");
    let rows = tx.rows_built(sql, &[Bind::from(seq)]).await?;
    rows.first().map(from_row).transpose()
}

/// The last handovers, the newest first.
///
/// # Errors
/// The database's.
pub async fn latest(tx: &mut Tx, limit: u32) -> Result<Vec<Handover>, StoreError> {
    let sql = format!("select {COLUMNS} from handover order by seq desc limit $1");
    let rows = tx.rows_built(sql, &[Bind::from(i64::from(limit))]).await?;
    rows.iter().map(from_row).collect()
}

pub(crate) async fn sealed(tx: &mut Tx) -> Result<Vec<(i64, String)>, StoreError> {
    let sql = format!("select {COLUMNS} from handover order by seq");
    let rows = tx.rows_built(sql, &[]).await?;
    let each = rows.iter().map(|row| {
        let it = from_row(row)?;
        Ok((it.seq, told(&it).text()))
    });
    each.collect()
}

fn told(it: &Handover) -> Body {
    let mut body = Body::default();
    body.set("person", Some(it.person.clone()));
    body.set("successor", Some(it.successor.clone()));
    body.set("note", it.note.clone());
    body.set("content", Some(it.content.clone()));
    body.set("actor", Some(it.actor.clone()));
    body.set("at", Some(it.at.clone()));
    body
}

fn from_row(row: &Row) -> Result<Handover, StoreError> {
    Ok(Handover {
        seq: row.int(0)?,
        person: row.text(1)?,
        successor: row.text(2)?,
        note: row.opt_text(3)?,
        content: row.text(4)?,
        actor: row.text(5)?,
        at: row.text(6)?,
    })
}
