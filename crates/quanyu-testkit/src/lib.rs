//! What tests need: fresh databases of both engines, a clock that stands still, a small pack.
//!
//! Owns no product code; only tests depend on it. It panics where a test cannot go on.
//!
//! Start reading at [`databases`].

mod kept;
mod pack;
mod postgres;

use std::sync::atomic::{AtomicU32, Ordering};

use jiff::Timestamp;
use quanyu_store::{Clock, Location, Store};
use tempfile::TempDir;

pub use kept::listing;
pub use pack::{field, lines, pack, register};

/// A fresh, empty database, gone when it is dropped.
#[derive(Debug)]
pub struct Database {
    /// `sqlite` or `postgres`, for messages.
    pub name: &'static str,
    /// Where it is.
    pub location: Location,
    _folder: TempDir,
}

impl Database {
    /// Opens it under the machine's clock.
    ///
    /// # Panics
    /// When it does not open.
    pub async fn open(&self) -> Store {
        self.open_at(Clock::System).await
    }

    /// Opens it under this clock.
    ///
    /// # Panics
    /// When it does not open.
    pub async fn open_at(&self, clock: Clock) -> Store {
        match Store::open_at(&self.location, clock).await {
            Ok(store) => store,
            Err(error) => panic!("{}: {error}", self.name),
        }
    }
}

/// A fresh database of each engine. A missing PostgreSQL fails the test where `CI` is set, else it is left out and said
/// so.
#[must_use]
pub fn databases() -> Vec<Database> {
    let mut all = vec![sqlite()];
    all.extend(postgres());
    all
}

/// A fresh SQLite database.
///
/// # Panics
/// When the disk refuses.
#[must_use]
pub fn sqlite() -> Database {
    let folder = folder();
    Database {
        name: "sqlite",
        location: Location::Sqlite(folder.path().join("data")),
        _folder: folder,
    }
}

/// A fresh database on this process's own PostgreSQL server.
///
/// # Panics
/// When there is no PostgreSQL and `CI` is set.
#[must_use]
pub fn postgres() -> Option<Database> {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    let server = match postgres::server() {
        Ok(server) => server,
        Err(why) if std::env::var_os("CI").is_some() => panic!("PostgreSQL: {why}"),
        Err(why) => {
            eprintln!("\n*** SKIPPED ON POSTGRESQL: {why}\n*** install the package `postgresql`\n");
            return None;
        }
    };
    let name = format!("t{}", NEXT.fetch_add(1, Ordering::Relaxed));
    let url = server.create_database(&name);
    let folder = folder();
    Some(Database {
        name: "postgres",
        location: Location::Postgres {
            url,
            files: folder.path().join("data"),
        },
        _folder: folder,
    })
}

/// A PostgreSQL server that a test may crash, with a fresh database on it.
pub struct Crashing {
    /// The database.
    pub database: Database,
    server: postgres::Server,
}

impl Crashing {
    /// Stops the server in the middle of whatever it does.
    pub fn crash(&self) {
        self.server.crash();
    }

    /// Starts it again.
    pub fn start_again(&self) {
        self.server.start_again();
    }
}

/// A server of the test's own, on which what was answered outlives a crash.
///
/// # Panics
/// When there is no PostgreSQL and `CI` is set.
#[must_use]
pub fn crashing_postgres() -> Option<Crashing> {
    let server = match postgres::start(postgres::SAFE) {
        Ok(server) => server,
        Err(why) if std::env::var_os("CI").is_some() => panic!("PostgreSQL: {why}"),
        Err(why) => {
            eprintln!("\n*** SKIPPED ON POSTGRESQL: {why}\n");
            return None;
        }
    };
    let folder = folder();
    let database = Database {
        name: "postgres",
        location: Location::Postgres {
            url: server.create_database("t"),
            files: folder.path().join("data"),
        },
        _folder: folder,
    };
    Some(Crashing { database, server })
}

/// A clock that stands at noon of 1 June 2023, UTC, until it is moved.
///
/// # Panics
/// Never: the time is right.
#[must_use]
pub fn fixed_clock() -> Clock {
    let noon: Timestamp = "2023-06-01T12:00:00Z".parse().expect("a right time");
    Clock::fixed(noon)
}

fn folder() -> TempDir {
    tempfile::Builder::new()
        .prefix("quanyu-test-")
        .tempdir()
        .expect("a folder for temporary files")
}
