//! Databases kept from releases: their PostgreSQL part as text, and what their records said.
//!
//! Owns [`listing`], which shows two databases to be the same to a reader, and [`Database::dump`] and
//! [`Database::load`]. Which databases are kept, and how they were made, is `quanyu-store`'s affair.

use std::fmt::Write as _;

use quanyu_store::{
    Location, Store, StoreError, audit,
    list::{self, Query},
};

use crate::{Database, postgres};

impl Database {
    /// What `pg_dump` says of a PostgreSQL database; nothing for another engine.
    ///
    /// # Panics
    /// When `pg_dump` fails.
    #[must_use]
    pub fn dump(&self) -> Option<String> {
        let Location::Postgres { url, .. } = &self.location else {
            return None;
        };
        let server = postgres::server().expect("the database is on it");
        // Settings that older servers do not know, and tokens that are new with each dump.
        let told = server.dump(url);
        let passing = ["\\restrict", "\\unrestrict", "SET transaction_timeout"];
        let lines = told
            .lines()
            .filter(|it| !passing.iter().any(|word| it.starts_with(word)));
        Some(lines.map(|it| format!("{it}\n")).collect())
    }

    /// Fills an empty PostgreSQL database with what [`Self::dump`] said.
    ///
    /// # Panics
    /// When `psql` fails, and for another engine.
    pub fn load(&self, dump: &str) {
        let Location::Postgres { url, .. } = &self.location else {
            panic!("{} takes no dump", self.name);
        };
        let server = postgres::server().expect("the database is on it");
        server.load(url, dump);
    }
}

/// Every record with its lines as the change chain says it, and the head of the chain: equal for equal databases.
///
/// # Panics
/// When the store cannot be read.
pub async fn listing(store: &Store) -> String {
    list_all(store).await.expect("the records can be read")
}

async fn list_all(store: &Store) -> Result<String, StoreError> {
    let mut told = format!("head {}\n", audit::export_head(store).await?);
    let mut tx = store.read().await?;
    let registers: Vec<String> = tx
        .schema()
        .tables
        .values()
        .filter(|it| it.parent.is_none() && !it.hidden)
        .map(|it| it.id.clone())
        .collect();
    for register in registers {
        let mut query = Query {
            limit: 1_000,
            ..Query::default()
        };
        loop {
            let page = list::list(&mut tx, &register, &query).await?;
            let ids: Vec<i64> = page.records.iter().map(|it| it.id).collect();
            for record in list::by_ids(&mut tx, &register, &ids).await? {
                let body = record.body().text();
                let _ = writeln!(told, "{register} {} {body}", record.id);
            }
            match page.next {
                Some(next) => query.after = Some(next),
                None => break,
            }
        }
    }
    Ok(told)
}
