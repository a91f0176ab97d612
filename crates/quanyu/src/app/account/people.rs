//! The names by which people know each other: the name of an account, and the name that people read.
//!
//! Owns holding them ready, so that a page tells who did something without asking for each. A name that people read is given when an
//! account is made and never changes, so only accounts made since are read.
//!
//! Start reading at [`People::follow`].

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use quanyu_store::account as rows;

use crate::app::{AppError, Product};

/// How long names are taken as they are.
const FRESH: Duration = Duration::from_secs(2);

/// Names by account.
#[derive(Debug, Default)]
pub struct People {
    held: Mutex<Held>,
}

#[derive(Debug, Default)]
struct Held {
    names: BTreeMap<String, String>,
    /// The last account that was read.
    last: i64,
    at: Option<Instant>,
}

impl People {
    /// Reads the names of accounts made since the last time.
    ///
    /// # Errors
    /// The database's.
    pub async fn follow(&self, product: &Product) -> Result<(), AppError> {
        let last = {
            let held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
            if held.at.is_some_and(|it| it.elapsed() < FRESH) {
                return Ok(());
            }
            held.last
        };
        let mut tx = product.store.read().await?;
        let new = rows::names_after(&mut tx, last).await?;
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        held.at = Some(Instant::now());
        for (id, name, title) in new {
            held.last = held.last.max(id);
            held.names.insert(name, title);
        }
        Ok(())
    }

    /// The name that people read; `None` for what is no account.
    #[must_use]
    pub fn name(&self, account: &str) -> Option<String> {
        let held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        held.names.get(account).cloned()
    }
}
