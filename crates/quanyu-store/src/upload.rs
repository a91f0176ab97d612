//! Files that were sent with a form that had a fault elsewhere: safe on the disk, named by no record yet.
//!
//! Owns who sent what, so that a form may name a file again that its sender sent before, and no other one.

use crate::{
    act::Act,
    door::{Bind, Tx},
    error::StoreError,
    files::Stored,
};

/// Notes that the actor sent a file.
///
/// # Errors
/// The database's.
pub async fn note(act: &mut Act, file: &Stored, name: &str) -> Result<(), StoreError> {
    let values = [
        Bind::from(file.hash.as_str()),
        Bind::from(act.actor.as_str()),
        Bind::from(name),
        Bind::from(act.at.as_str()),
    ];
    let sql = "
        insert into upload (hash, actor, name, at) values ($1, $2, $3, $4)
            on conflict (hash, actor) do update set name = excluded.name, at = excluded.at";
    act.tx.run(sql, &values).await?;
    Ok(())
}

/// Whether `actor` sent a file of this content.
///
/// # Errors
/// The database's.
pub async fn sent(tx: &mut Tx, hash: &str, actor: &str) -> Result<bool, StoreError> {
    let sql = "select name from upload where hash = $1 and actor = $2";
    let row = tx.row(sql, &[Bind::from(hash), Bind::from(actor)]).await?;
    Ok(row.is_some())
}
