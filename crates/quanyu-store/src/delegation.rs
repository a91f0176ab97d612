//! Delegations (委托): from a day to a day somebody does what another may do.
//!
//! Owns their table. What a role may do, and whether the person still holds it, is the application's to ask.
//!
//! Invariant: a delegation is never changed; ending one early is an act of its own.
//!
//! Start reading at [`give`].

use jiff::civil::Date;

use crate::{
    act::Act,
    body::Body,
    door::{Bind, Row, Tx},
    error::StoreError,
};

/// What the change entry of a delegation is called.
pub(crate) const ACT: &str = "delegation.give";
/// What the entry of its end is called.
const END: &str = "delegation.end";

/// A delegation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Delegation {
    /// The change that noted it; 0 for a new one.
    pub seq: i64,
    /// Who is stood in for.
    pub person: String,
    /// Who stands in.
    pub deputy: String,
    /// Roles with their reach, in the application's own form.
    pub grants: String,
    /// First day, ISO.
    pub from: String,
    /// Last day, ISO.
    pub to: String,
    /// Why.
    pub note: Option<String>,
    /// Who noted it.
    pub actor: String,
    /// When, UTC.
    pub at: String,
    /// The change that ended it early.
    pub ended: Option<i64>,
}

const COLUMNS: &str = "seq, person, deputy, grants, from_day, to_day, note, actor, at, ended_seq";

/// Gives a delegation; its number.
///
/// # Errors
/// The database's.
pub async fn give(act: &mut Act, it: &Delegation) -> Result<i64, StoreError> {
    let given = Delegation {
        seq: act.next_seq(),
        actor: act.actor.as_str().to_owned(),
        at: act.at.clone(),
        ended: None,
        ..it.clone()
    };
    let values = [
        Bind::from(given.seq),
        Bind::from(given.person.as_str()),
        Bind::from(given.deputy.as_str()),
        Bind::from(given.grants.as_str()),
        Bind::from(given.from.as_str()),
        Bind::from(given.to.as_str()),
        Bind::from(given.note.clone()),
        Bind::from(given.actor.as_str()),
        Bind::from(given.at.as_str()),
    ];
    let sql = "
        insert into delegation (seq, person, deputy, grants, from_day, to_day, note, actor, at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    act.tx.run(sql, &values).await?;
    act.log(ACT, Some(told(&given).text())).await
}

/// Ends one early. Nothing happens to one that was ended before.
///
/// # Errors
/// The database's.
pub async fn end(act: &mut Act, delegation: i64) -> Result<(), StoreError> {
    let values = [Bind::from(act.next_seq()), Bind::from(delegation)];
    let sql = "update delegation set ended_seq = $1 where seq = $2 and ended_seq is null";
    if act.tx.run(sql, &values).await? > 0 {
        let mut body = Body::default();
        body.set("delegation", Some(delegation.to_string()));
        act.log(END, Some(body.text())).await?;
    }
    Ok(())
}

/// Delegations to a person that hold on a day.
///
/// # Errors
/// The database's.
pub async fn held(tx: &mut Tx, deputy: &str, day: Date) -> Result<Vec<Delegation>, StoreError> {
    let sql = format!(
        "select {COLUMNS} from delegation
          where deputy = $1 and from_day <= $2 and to_day >= $2 and ended_seq is null order by seq"
    );
    let values = [Bind::from(deputy), Bind::from(day.to_string())];
    let rows = tx.rows_built(sql, &values).await?;
    rows.iter().map(from_row).collect()
}

/// Delegations from or to a person that are not over on a day.
///
/// # Errors
/// The database's.
pub async fn of_person(
    tx: &mut Tx,
    person: &str,
    day: Date,
) -> Result<Vec<Delegation>, StoreError> {
    let sql = format!(
        "select {COLUMNS} from delegation
          where (person = $1 or deputy = $1) and to_day >= $2 and ended_seq is null order by from_day, seq"
    );
    let values = [Bind::from(person), Bind::from(day.to_string())];
    let rows = tx.rows_built(sql, &values).await?;
    rows.iter().map(from_row).collect()
}

pub(crate) async fn sealed(tx: &mut Tx) -> Result<Vec<(i64, String)>, StoreError> {
    let sql = format!("select {COLUMNS} from delegation order by seq");
    let rows = tx.rows_built(sql, &[]).await?;
    let each = rows.iter().map(|row| {
        let it = from_row(row)?;
        Ok((it.seq, told(&it).text()))
    });
    each.collect()
}

fn told(it: &Delegation) -> Body {
    let mut body = Body::default();
    body.set("person", Some(it.person.clone()));
    body.set("deputy", Some(it.deputy.clone()));
    body.set("grants", Some(it.grants.clone()));
    body.set("from", Some(it.from.clone()));
    body.set("to", Some(it.to.clone()));
    body.set("note", it.note.clone());
    body.set("actor", Some(it.actor.clone()));
    body.set("at", Some(it.at.clone()));
    body
}

fn from_row(row: &Row) -> Result<Delegation, StoreError> {
    Ok(Delegation {
        seq: row.int(0)?,
        person: row.text(1)?,
        deputy: row.text(2)?,
        grants: row.text(3)?,
        from: row.text(4)?,
        to: row.text(5)?,
        note: row.opt_text(6)?,
        actor: row.text(7)?,
        at: row.text(8)?,
        ended: row.opt_int(9)?,
    })
}
