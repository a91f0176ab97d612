//! Tokens: what programs sign in with.
//!
//! Owns the rows; of a token only the hash is kept. Leaves which rights a token may carry to the application.
//!
//! Invariant: making and ending a token has its entry in the chain.

use crate::{
    account::{self, Account, note},
    act::Act,
    door::{Bind, Row, Tx},
    error::StoreError,
};

/// A token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// Its number.
    pub id: i64,
    /// The account in whose name it acts.
    pub account: i64,
    /// What it is for.
    pub title: String,
    /// Rights with commas.
    pub rights: String,
    /// When it was made, UTC.
    pub made_at: String,
    /// The last day it may be used.
    pub expires: String,
    /// When it was last used, UTC, within a minute.
    pub seen_at: Option<String>,
}

const COLUMNS: &str = "id, account, title, rights, made_at, expires, seen_at";

/// Makes a token; its number.
///
/// # Errors
/// The database's.
pub async fn create(
    act: &mut Act,
    account: &Account,
    hash: &str,
    title: &str,
    rights: &str,
    expires: &str,
) -> Result<i64, StoreError> {
    let id = act.next_ids(1);
    let values = [
        Bind::from(id),
        Bind::from(hash),
        Bind::from(account.id),
        Bind::from(title),
        Bind::from(rights),
        Bind::from(act.at.as_str()),
        Bind::from(expires),
    ];
    let sql = "
        insert into token (id, hash, account, title, rights, made_at, expires)
        values ($1, $2, $3, $4, $5, $6, $7)";
    act.tx.run(sql, &values).await?;
    let more = format!("{id} {rights} {expires}");
    note(act, "token.create", &account.name, &more).await?;
    Ok(id)
}

/// A token and its account, by the hash of what the program sent.
///
/// # Errors
/// The database's.
pub async fn find(tx: &mut Tx, hash: &str) -> Result<Option<(Token, Account)>, StoreError> {
    let sql = format!("select {COLUMNS} from token where hash = $1");
    let rows = tx.rows_built(sql, &[Bind::from(hash)]).await?;
    let Some(row) = rows.first() else {
        return Ok(None);
    };
    let token = token(row)?;
    let account = account::by_id(tx, token.account).await?;
    Ok(account.map(|it| (token, it)))
}

/// The tokens of an account, the last made first.
///
/// # Errors
/// The database's.
pub async fn of(tx: &mut Tx, account: i64) -> Result<Vec<Token>, StoreError> {
    let sql = format!("select {COLUMNS} from token where account = $1 order by id desc limit 200");
    let rows = tx.rows_built(sql, &[Bind::from(account)]).await?;
    rows.iter().map(token).collect()
}

fn token(row: &Row) -> Result<Token, StoreError> {
    Ok(Token {
        id: row.int(0)?,
        account: row.int(1)?,
        title: row.text(2)?,
        rights: row.text(3)?,
        made_at: row.text(4)?,
        expires: row.text(5)?,
        seen_at: row.opt_text(6)?,
    })
}

/// Notes that a token was used just now.
///
/// # Errors
/// The database's.
pub async fn touch(act: &mut Act, id: i64) -> Result<(), StoreError> {
    let values = [Bind::from(act.at.as_str()), Bind::from(id)];
    act.tx
        .run("update token set seen_at = $1 where id = $2", &values)
        .await?;
    Ok(())
}

/// Ends a token of an account; whether there was one.
///
/// # Errors
/// The database's.
pub async fn end(act: &mut Act, account: &Account, id: i64) -> Result<bool, StoreError> {
    let values = [Bind::from(id), Bind::from(account.id)];
    let sql = "delete from token where id = $1 and account = $2";
    let ended = act.tx.run(sql, &values).await? > 0;
    if ended {
        note(act, "token.end", &account.name, &id.to_string()).await?;
    }
    Ok(ended)
}
