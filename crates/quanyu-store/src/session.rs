//! Sessions: who is signed in from where, and since when.
//!
//! Owns the rows. Of what a browser holds only the hash is kept, so that a copy of the database signs nobody in. Leaves how
//! long a session may last to the application.
//!
//! Invariant: a session that is ended is gone.

use crate::{
    account::{self, Account, note},
    act::Act,
    door::{Bind, Row, Tx},
    error::StoreError,
};

/// A session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// Hash of what the browser holds.
    pub hash: String,
    /// The account.
    pub account: i64,
    /// When it began, UTC.
    pub made_at: String,
    /// When it was last used, UTC, within a minute.
    pub seen_at: String,
    /// What the browser calls itself.
    pub agent: String,
    /// From where.
    pub address: String,
}

/// Begins a session.
///
/// # Errors
/// The database's.
pub async fn begin(
    act: &mut Act,
    account: i64,
    hash: &str,
    agent: &str,
    address: &str,
) -> Result<(), StoreError> {
    let values = [
        Bind::from(hash),
        Bind::from(account),
        Bind::from(act.at.as_str()),
        Bind::from(agent),
        Bind::from(address),
    ];
    let sql = "
        insert into session (hash, account, made_at, seen_at, agent, address)
        values ($1, $2, $3, $3, $4, $5)";
    act.tx.run(sql, &values).await?;
    Ok(())
}

/// A session and its account.
///
/// # Errors
/// The database's.
pub async fn find(tx: &mut Tx, hash: &str) -> Result<Option<(Session, Account)>, StoreError> {
    let sql = "select hash, account, made_at, seen_at, agent, address from session where hash = $1";
    let Some(row) = tx.row(sql, &[Bind::from(hash)]).await? else {
        return Ok(None);
    };
    let session = session(&row)?;
    let account = account::by_id(tx, session.account).await?;
    Ok(account.map(|it| (session, it)))
}

/// The sessions of an account, the last used first.
///
/// # Errors
/// The database's.
pub async fn of(tx: &mut Tx, account: i64) -> Result<Vec<Session>, StoreError> {
    let sql = "
        select hash, account, made_at, seen_at, agent, address from session
         where account = $1 order by seen_at desc, hash limit 200";
    let rows = tx.rows(sql, &[Bind::from(account)]).await?;
    rows.iter().map(session).collect()
}

fn session(row: &Row) -> Result<Session, StoreError> {
    Ok(Session {
        hash: row.text(0)?,
        account: row.int(1)?,
        made_at: row.text(2)?,
        seen_at: row.text(3)?,
        agent: row.text(4)?,
        address: row.text(5)?,
    })
}

/// Notes that a session was used just now.
///
/// # Errors
/// The database's.
pub async fn touch(act: &mut Act, hash: &str) -> Result<(), StoreError> {
    let values = [Bind::from(act.at.as_str()), Bind::from(hash)];
    act.tx
        .run("update session set seen_at = $1 where hash = $2", &values)
        .await?;
    Ok(())
}

/// Gives a session another hash: what the browser held before opens nothing any more.
///
/// # Errors
/// The database's.
pub async fn rotate(act: &mut Act, was: &str, now: &str) -> Result<(), StoreError> {
    let values = [Bind::from(now), Bind::from(was)];
    act.tx
        .run("update session set hash = $1 where hash = $2", &values)
        .await?;
    Ok(())
}

/// Ends a session of an account, noting it.
///
/// # Errors
/// The database's.
pub async fn end(act: &mut Act, account: &Account, hash: &str) -> Result<(), StoreError> {
    let values = [Bind::from(hash), Bind::from(account.id)];
    let sql = "delete from session where hash = $1 and account = $2";
    if act.tx.run(sql, &values).await? > 0 {
        note(act, "sign_out", &account.name, "").await?;
    }
    Ok(())
}

/// Ends all sessions of an account but one.
///
/// # Errors
/// The database's.
pub async fn end_others(act: &mut Act, account: i64, but: Option<&str>) -> Result<u64, StoreError> {
    let values = [Bind::from(account), Bind::from(but.unwrap_or_default())];
    let sql = "delete from session where account = $1 and hash <> $2";
    act.tx.run(sql, &values).await
}

/// Forgets sessions last used before one time or begun before another.
///
/// # Errors
/// The database's.
pub async fn sweep(act: &mut Act, used: &str, begun: &str) -> Result<u64, StoreError> {
    let values = [Bind::from(used), Bind::from(begun)];
    let sql = "delete from session where seen_at < $1 or made_at < $2";
    act.tx.run(sql, &values).await
}
