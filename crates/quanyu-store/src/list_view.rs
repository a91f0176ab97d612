//! Views of lists that people keep: conditions, columns and order as the address says them.
//!
//! Owns the table. Views are no records: they are not in the chain, and are really deleted. Whose a view is decides who may
//! change it; a shared one is seen by all who see the register.

use crate::{
    act::Act,
    door::{Bind, Row, Tx},
    error::StoreError,
};

/// Views of one register at most, of all people together.
const MOST: i64 = 1_000;

/// A view.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListView {
    /// Its number.
    pub id: i64,
    /// The register.
    pub register: String,
    /// Who keeps it.
    pub owner: String,
    /// What it is called.
    pub title: String,
    /// Whether others see it.
    pub shared: bool,
    /// The query of its address.
    pub query: String,
}

/// Keeps a view; one of the same owner and title is replaced. Its number.
///
/// # Errors
/// The database's.
pub async fn keep(
    act: &mut Act,
    register: &str,
    title: &str,
    shared: bool,
    query: &str,
) -> Result<i64, StoreError> {
    let same = [
        Bind::from(register),
        Bind::from(act.actor.as_str()),
        Bind::from(title),
    ];
    let sql = "delete from list_view where register = $1 and owner = $2 and title = $3";
    act.tx.run(sql, &same).await?;
    let row = act
        .tx
        .row("select coalesce(max(id), 0) + 1 from list_view", &[])
        .await?;
    let id = row.map_or(Ok(1), |it| it.int(0))?;
    let values = [
        Bind::from(id),
        Bind::from(register),
        Bind::from(act.actor.as_str()),
        Bind::from(title),
        Bind::from(i64::from(shared)),
        Bind::from(query),
        Bind::from(act.at.as_str()),
    ];
    let sql = "
        insert into list_view (id, register, owner, title, shared, query, at)
        values ($1, $2, $3, $4, $5, $6, $7)";
    act.tx.run(sql, &values).await?;
    Ok(id)
}

/// Deletes a view of the actor's own; whether there was one.
///
/// # Errors
/// The database's.
pub async fn drop(act: &mut Act, id: i64) -> Result<bool, StoreError> {
    let values = [Bind::from(id), Bind::from(act.actor.as_str())];
    let sql = "delete from list_view where id = $1 and owner = $2";
    Ok(act.tx.run(sql, &values).await? > 0)
}

/// The views of a register that `owner` sees: own ones first, then shared ones.
///
/// # Errors
/// The database's.
pub async fn of_register(
    tx: &mut Tx,
    register: &str,
    owner: &str,
) -> Result<Vec<ListView>, StoreError> {
    let sql = "
        select id, register, owner, title, shared, query from list_view
         where register = $1 and (owner = $2 or shared = 1)
         order by case when owner = $2 then 0 else 1 end, title, id limit $3";
    let values = [Bind::from(register), Bind::from(owner), Bind::from(MOST)];
    let rows = tx.rows(sql, &values).await?;
    rows.iter().map(from_row).collect()
}

fn from_row(row: &Row) -> Result<ListView, StoreError> {
    Ok(ListView {
        id: row.int(0)?,
        register: row.text(1)?,
        owner: row.text(2)?,
        title: row.text(3)?,
        shared: row.int(4)? != 0,
        query: row.text(5)?,
    })
}
