//! Notices: somebody is told of something.
//!
//! Owns their table and who has read what. Like jobs they are work, not history: they are not in the change chain.
//!
//! Invariant: a notice to a role is seen by whoever holds it and reaches the record that it is about.
//!
//! Start reading at [`tell`].

use quanyu_core::access::Scope;

use crate::{
    act::Act,
    door::{Bind, Row, Tx},
    duty::reaches,
    error::StoreError,
};

/// A notice.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Notice {
    /// Its number; 0 for a new one.
    pub id: i64,
    /// When, UTC.
    pub at: String,
    /// What it is about, such as `todo`, `returned`, `due`.
    pub kind: String,
    /// `person:NAME` or `role:ID`.
    pub whom: String,
    /// The record: register and id.
    pub about: Option<(String, i64)>,
    /// Chinese.
    pub zh: String,
    /// English.
    pub en: String,
    /// Where the record belongs.
    pub region: String,
    /// The organization that owns it.
    pub owner_org: Option<i64>,
    /// The user who owns it.
    pub owner_user: Option<String>,
    /// Read by who asks.
    pub read: bool,
}

/// Whose notices are asked for.
#[derive(Clone, Debug, Default)]
pub struct Reader {
    /// The person.
    pub person: String,
    /// Roles held with their reach; `None`: every role.
    pub roles: Option<Vec<(String, Scope)>>,
}

/// Tells somebody; the notice's number.
///
/// # Errors
/// The database's.
pub async fn tell(act: &mut Act, it: &Notice) -> Result<i64, StoreError> {
    let sql = "select coalesce(max(id), 0) + 1 from notice";
    let id = act.tx.row(sql, &[]).await?.map_or(Ok(1), |it| it.int(0))?;
    let (register, record) = it.about.clone().unzip();
    let values = [
        Bind::from(id),
        Bind::from(act.at.as_str()),
        Bind::from(it.kind.as_str()),
        Bind::from(it.whom.as_str()),
        Bind::from(register),
        Bind::from(record),
        Bind::from(it.zh.as_str()),
        Bind::from(it.en.as_str()),
        Bind::from(it.region.as_str()),
        Bind::from(it.owner_org),
        Bind::from(it.owner_user.clone()),
    ];
    let sql = "
        insert into notice (id, at, kind, whom, register, record, zh, en, region, owner_org, owner_user)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
    act.tx.run(sql, &values).await?;
    Ok(id)
}

/// Notices for somebody, the newest first.
///
/// # Errors
/// The database's.
pub async fn list(tx: &mut Tx, reader: &Reader, limit: u32) -> Result<Vec<Notice>, StoreError> {
    let mut values = vec![Bind::from(reader.person.as_str())];
    let whom = whom(reader, &mut values);
    values.push(Bind::from(i64::from(limit)));
    let sql = format!(
        "select n.id, n.at, n.kind, n.whom, n.register, n.record, n.zh, n.en, n.region, n.owner_org, n.owner_user,
                (select count(*) from notice_read r where r.person = $1 and r.notice = n.id)
           from notice n where {whom} order by n.id desc limit ${}",
        values.len()
    );
    let rows = tx.rows_built(sql, &values).await?;
    rows.iter().map(from_row).collect()
}

/// How many of the last notices nobody of this name has read, at most `most`.
///
/// # Errors
/// The database's.
pub async fn unread(tx: &mut Tx, reader: &Reader, most: u32) -> Result<i64, StoreError> {
    let mut values = vec![Bind::from(reader.person.as_str())];
    let whom = whom(reader, &mut values);
    values.push(Bind::from(i64::from(most)));
    let sql = format!(
        "select count(*) from (
            select n.id from notice n where {whom}
               and not exists (select 1 from notice_read r where r.person = $1 and r.notice = n.id)
             order by n.id desc limit ${}) recent",
        values.len()
    );
    let rows = tx.rows_built(sql, &values).await?;
    rows.first().map_or(Ok(0), |it| it.int(0))
}

/// Notes that somebody has read these.
///
/// # Errors
/// The database's.
pub async fn read(act: &mut Act, person: &str, notices: &[i64]) -> Result<(), StoreError> {
    for id in notices {
        let values = [Bind::from(person), Bind::from(*id)];
        let sql = "insert into notice_read (person, notice) values ($1, $2) on conflict do nothing";
        act.tx.run(sql, &values).await?;
    }
    Ok(())
}

/// The condition that a notice is for the reader.
fn whom(reader: &Reader, values: &mut Vec<Bind>) -> String {
    values.push(Bind::from(format!("person:{}", reader.person)));
    let mut ways = vec![format!("n.whom = ${}", values.len())];
    match &reader.roles {
        None => ways.push("n.whom like 'role:%'".to_owned()),
        Some(roles) => {
            for (role, scope) in roles {
                values.push(Bind::from(format!("role:{role}")));
                let place = values.len();
                let reach = reaches("n", scope, values);
                ways.push(format!(
                    "(n.whom = ${place} and (n.register is null or {reach}))"
                ));
            }
        }
    }
    format!("({})", ways.join(" or "))
}

fn from_row(row: &Row) -> Result<Notice, StoreError> {
    Ok(Notice {
        id: row.int(0)?,
        at: row.text(1)?,
        kind: row.text(2)?,
        whom: row.text(3)?,
        about: row.opt_text(4)?.zip(row.opt_int(5)?),
        zh: row.text(6)?,
        en: row.text(7)?,
        region: row.text(8)?,
        owner_org: row.opt_int(9)?,
        owner_user: row.opt_text(10)?,
        read: row.int(11)? != 0,
    })
}
