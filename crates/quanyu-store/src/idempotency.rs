//! What programs asked for under a key of their own, so that asking again does nothing twice.
//!
//! Owns the table of keys: a key is taken before the work, answered after it, and kept for a day. Leaves what a key stands for to
//! whoever takes it. Keys are no data of the district and have no entry in the change chain.
//!
//! Invariant: of two who take the same key at once one gets it; the one writer decides.
//!
//! Start reading at [`take`].

use jiff::{SignedDuration, Timestamp};

use crate::{act::Act, clock::stamp, door::Bind, error::StoreError};

/// Hours that an answer is kept.
pub const HOURS: i64 = 24;

/// How a key was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Taken {
    /// It is ours now.
    New,
    /// The same was asked and is being worked on, or was never answered.
    Pending,
    /// The same was asked and answered: status and body.
    Answered(i64, String),
    /// Something else was asked under it.
    Other,
}

/// Takes a key of the act's actor for a question with this digest.
///
/// # Errors
/// The database's.
pub async fn take(act: &mut Act, key: &str, digest: &str) -> Result<Taken, StoreError> {
    let now: Timestamp = act.at.parse().unwrap_or(Timestamp::UNIX_EPOCH);
    let old = now - SignedDuration::from_hours(HOURS);
    let actor = act.actor.as_str().to_owned();
    let sql = "delete from idempotency where at < $1";
    act.tx.run(sql, &[Bind::from(stamp(old))]).await?;
    let sql = "select digest, status, answer from idempotency where actor = $1 and name = $2";
    let own = [Bind::from(actor.as_str()), Bind::from(key)];
    if let Some(row) = act.tx.row(sql, &own).await? {
        return Ok(match (row.text(0)? == digest, row.int(1)?) {
            (false, _) => Taken::Other,
            (true, 0) => Taken::Pending,
            (true, status) => Taken::Answered(status, row.text(2)?),
        });
    }
    let sql = "
        insert into idempotency (actor, name, digest, status, answer, at)
        values ($1, $2, $3, 0, '', $4)";
    let values = [
        Bind::from(actor.as_str()),
        Bind::from(key),
        Bind::from(digest),
        Bind::from(stamp(now)),
    ];
    act.tx.run(sql, &values).await?;
    Ok(Taken::New)
}

/// Keeps what was answered under a key.
///
/// # Errors
/// The database's.
pub async fn answer(act: &mut Act, key: &str, status: i64, body: &str) -> Result<(), StoreError> {
    let sql = "update idempotency set status = $3, answer = $4 where actor = $1 and name = $2";
    let values = [
        Bind::from(act.actor.as_str()),
        Bind::from(key),
        Bind::from(status),
        Bind::from(body),
    ];
    act.tx.run(sql, &values).await?;
    Ok(())
}

/// Gives a key back: nothing was done under it.
///
/// # Errors
/// The database's.
pub async fn give_back(act: &mut Act, key: &str) -> Result<(), StoreError> {
    let sql = "delete from idempotency where actor = $1 and name = $2 and status = 0";
    let values = [Bind::from(act.actor.as_str()), Bind::from(key)];
    act.tx.run(sql, &values).await?;
    Ok(())
}
