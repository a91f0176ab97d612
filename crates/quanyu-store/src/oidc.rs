//! Trips to a provider of sign-in: what has to come back the way it went out.
//!
//! Owns the rows between the way out and the way back. Leaves what a provider says to the application.
//!
//! Invariant: a trip is taken at most once, by whoever began it: taking it deletes it, and only the hashes of its state and of what
//! the browser holds are kept.

use crate::{act::Act, door::Bind, error::StoreError};

/// A trip.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trip {
    /// Hash of the state that the provider sends back.
    pub state: String,
    /// Hash of what the browser holds.
    pub browser: String,
    /// The provider.
    pub provider: String,
    /// What its token has to name.
    pub nonce: String,
    /// What proves that the code is ours.
    pub verifier: String,
    /// Where it leads on to.
    pub next: String,
    /// When it began, UTC.
    pub at: String,
}

/// Begins a trip; those begun before `old` are forgotten.
///
/// # Errors
/// The database's.
pub async fn begin(act: &mut Act, it: &Trip, old: &str) -> Result<(), StoreError> {
    let sql = "delete from oidc_trip where at < $1";
    act.tx.run(sql, &[Bind::from(old)]).await?;
    let values = [
        Bind::from(it.state.as_str()),
        Bind::from(it.browser.as_str()),
        Bind::from(it.provider.as_str()),
        Bind::from(it.nonce.as_str()),
        Bind::from(it.verifier.as_str()),
        Bind::from(it.next.as_str()),
        Bind::from(act.at.as_str()),
    ];
    let sql = "
        insert into oidc_trip (state, browser, provider, nonce, verifier, next, at)
        values ($1, $2, $3, $4, $5, $6, $7)";
    act.tx.run(sql, &values).await?;
    Ok(())
}

/// Takes a trip by the hash of its state: it is gone afterwards, whatever comes of it.
///
/// # Errors
/// The database's.
pub async fn take(act: &mut Act, state: &str) -> Result<Option<Trip>, StoreError> {
    let sql = "
        select state, browser, provider, nonce, verifier, next, at from oidc_trip where state = $1";
    let Some(row) = act.tx.row(sql, &[Bind::from(state)]).await? else {
        return Ok(None);
    };
    let sql = "delete from oidc_trip where state = $1";
    act.tx.run(sql, &[Bind::from(state)]).await?;
    Ok(Some(Trip {
        state: row.text(0)?,
        browser: row.text(1)?,
        provider: row.text(2)?,
        nonce: row.text(3)?,
        verifier: row.text(4)?,
        next: row.text(5)?,
        at: row.text(6)?,
    }))
}
