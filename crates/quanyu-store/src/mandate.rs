//! Mandates (授权委托): from a day to a day an agency acts for an organization, in the matters that the organization names.
//!
//! Owns their table, and the note of every change that was made under one. Which registers a matter opens, and who may give a
//! mandate, is the application's to say.
//!
//! Invariant: a mandate is never changed; ending one early is an act of its own. A change of a record made under a mandate has its
//! note in the chain right behind it: by whom is the entry's actor, for whom the mandate says.
//!
//! Start reading at [`give`].

use jiff::civil::Date;

use crate::{
    act::Act,
    body::Body,
    door::{Bind, Row, Tx},
    error::StoreError,
};

/// What the change entry of a mandate is called.
pub(crate) const ACT: &str = "mandate.give";
/// What the entry of its end is called.
const END: &str = "mandate.end";
/// What the note of a change under one is called.
pub(crate) const USE: &str = "mandate.use";

/// A mandate.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mandate {
    /// The change that noted it; 0 for a new one.
    pub seq: i64,
    /// Who gave it: the record of an organization.
    pub organization: i64,
    /// Who acts: the record of another.
    pub agency: i64,
    /// The matters, by id.
    pub matters: Vec<String>,
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

const COLUMNS: &str =
    "seq, organization, agency, matters, from_day, to_day, note, actor, at, ended_seq";

/// Gives a mandate; its number.
///
/// # Errors
/// The database's.
pub async fn give(act: &mut Act, it: &Mandate) -> Result<i64, StoreError> {
    let given = Mandate {
        seq: act.next_seq(),
        actor: act.actor.as_str().to_owned(),
        at: act.at.clone(),
        ended: None,
        ..it.clone()
    };
    let values = [
        Bind::from(given.seq),
        Bind::from(given.organization),
        Bind::from(given.agency),
        Bind::from(listed(&given.matters)),
        Bind::from(given.from.as_str()),
        Bind::from(given.to.as_str()),
        Bind::from(given.note.clone()),
        Bind::from(given.actor.as_str()),
        Bind::from(given.at.as_str()),
    ];
    let sql = "
        insert into mandate (seq, organization, agency, matters, from_day, to_day, note, actor, at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
    act.tx.run(sql, &values).await?;
    act.log(ACT, Some(told(&given).text())).await
}

/// Ends one early. Nothing happens to one that was ended before.
///
/// # Errors
/// The database's.
pub async fn end(act: &mut Act, mandate: i64) -> Result<(), StoreError> {
    let values = [Bind::from(act.next_seq()), Bind::from(mandate)];
    let sql = "update mandate set ended_seq = $1 where seq = $2 and ended_seq is null";
    if act.tx.run(sql, &values).await? > 0 {
        let mut body = Body::default();
        body.set("mandate", Some(mandate.to_string()));
        act.log(END, Some(body.text())).await?;
    }
    Ok(())
}

/// Mandates to an agency that hold on a day.
///
/// # Errors
/// The database's.
pub async fn held(tx: &mut Tx, agency: i64, day: Date) -> Result<Vec<Mandate>, StoreError> {
    let sql = format!(
        "select {COLUMNS} from mandate
          where agency = $1 and from_day <= $2 and to_day >= $2 and ended_seq is null order by seq limit 500"
    );
    let values = [Bind::from(agency), Bind::from(day.to_string())];
    let rows = tx.rows_built(sql, &values).await?;
    rows.iter().map(from_row).collect()
}

/// Mandates of an organization, the last given first.
///
/// # Errors
/// The database's.
pub async fn of_organization(tx: &mut Tx, organization: i64) -> Result<Vec<Mandate>, StoreError> {
    let sql = format!(
        "select {COLUMNS} from mandate where organization = $1 order by seq desc limit 200"
    );
    let rows = tx.rows_built(sql, &[Bind::from(organization)]).await?;
    rows.iter().map(from_row).collect()
}

/// The mandate of a number.
///
/// # Errors
/// The database's.
pub async fn get(tx: &mut Tx, mandate: i64) -> Result<Option<Mandate>, StoreError> {
    let sql = format!("select {COLUMNS} from mandate where seq = $1");
    let rows = tx.rows_built(sql, &[Bind::from(mandate)]).await?;
    rows.first().map(from_row).transpose()
}

/// Changes of a record that were made under a mandate: the change's number and the organization that it was made for.
///
/// # Errors
/// The database's.
pub async fn uses_of(tx: &mut Tx, record: i64) -> Result<Vec<(i64, i64)>, StoreError> {
    let sql = "
        select u.seq, m.organization from mandate_use u join mandate m on m.seq = u.mandate
         where u.record = $1 order by u.seq";
    let rows = tx.rows(sql, &[Bind::from(record)]).await?;
    rows.iter().map(|it| Ok((it.int(0)?, it.int(1)?))).collect()
}

/// Notes a change under a mandate; what the chain says of it.
pub(crate) async fn note_use(
    act: &mut Act,
    (seq, noted): (i64, i64),
    mandate: i64,
    record: i64,
) -> Result<String, StoreError> {
    let values = [
        Bind::from(seq),
        Bind::from(noted),
        Bind::from(mandate),
        Bind::from(record),
    ];
    let sql = "insert into mandate_use (seq, noted, mandate, record) values ($1, $2, $3, $4)";
    act.tx.run(sql, &values).await?;
    Ok(used(seq, mandate, record).text())
}

pub(crate) async fn sealed(tx: &mut Tx) -> Result<Vec<(i64, String)>, StoreError> {
    let sql = format!("select {COLUMNS} from mandate order by seq");
    let rows = tx.rows_built(sql, &[]).await?;
    let each = rows.iter().map(|row| {
        let it = from_row(row)?;
        Ok((it.seq, told(&it).text()))
    });
    each.collect()
}

pub(crate) async fn uses_sealed(tx: &mut Tx) -> Result<Vec<(i64, String)>, StoreError> {
    let sql = "select seq, noted, mandate, record from mandate_use order by noted";
    let rows = tx.rows(sql, &[]).await?;
    let each = rows.iter().map(|row| {
        let said = used(row.int(0)?, row.int(2)?, row.int(3)?);
        Ok((row.int(1)?, said.text()))
    });
    each.collect()
}

fn used(seq: i64, mandate: i64, record: i64) -> Body {
    let mut body = Body::default();
    body.set("change", Some(seq.to_string()));
    body.set("mandate", Some(mandate.to_string()));
    body.set("record", Some(record.to_string()));
    body
}

fn told(it: &Mandate) -> Body {
    let mut body = Body::default();
    body.set("organization", Some(it.organization.to_string()));
    body.set("agency", Some(it.agency.to_string()));
    body.set("matters", Some(listed(&it.matters)));
    body.set("from", Some(it.from.clone()));
    body.set("to", Some(it.to.clone()));
    body.set("note", it.note.clone());
    body.set("actor", Some(it.actor.clone()));
    body.set("at", Some(it.at.clone()));
    body
}

fn listed(matters: &[String]) -> String {
    format!(";{};", matters.join(";"))
}

fn from_row(row: &Row) -> Result<Mandate, StoreError> {
    let matters = row.text(3)?;
    let matters = matters.split(';').filter(|it| !it.is_empty());
    Ok(Mandate {
        seq: row.int(0)?,
        organization: row.int(1)?,
        agency: row.int(2)?,
        matters: matters.map(str::to_owned).collect(),
        from: row.text(4)?,
        to: row.text(5)?,
        note: row.opt_text(6)?,
        actor: row.text(7)?,
        at: row.text(8)?,
        ended: row.opt_int(9)?,
    })
}
