//! Records, their history and everything else that is kept, on SQLite or PostgreSQL.
//!
//! Owns tables, the one writer, versions, the change chain, imports, jobs, files, backups. The only crate that sees
//! sqlx. Leaves rights and the checking of what people typed to the application, declarations to `quanyu-pack`, computing
//! to `quanyu-figures`.
//!
//! Invariants: nothing is overwritten, every write has its entry in the change chain, in the same transaction; money is
//! fen, a decimal a scaled integer, a date ISO text; one SQL text serves both engines.
//!
//! Start reading at [`Store`], then [`records`], then [`writer`].

pub mod account;
pub mod act;
pub mod asof;
pub mod audit;
pub mod backup;
pub mod bindings;
pub mod body;
pub mod change;
pub mod clock;
pub mod collections;
pub mod columns;
pub mod delegation;
pub mod document;
mod door;
pub mod duty;
mod error;
pub mod exchange;
pub mod files;
pub mod handover;
pub mod idempotency;
pub mod import;
pub mod jobs;
pub mod keys;
pub mod list;
pub mod list_view;
pub mod lists;
mod location;
pub mod mandate;
pub mod merge;
pub mod migrate;
pub mod notice;
pub mod oidc;
pub mod opinion;
pub mod publication;
pub mod reach;
pub mod reason;
pub mod records;
pub mod release;
pub mod schema;
pub mod session;
pub mod step;
mod tables;
pub mod token;
pub mod upload;
mod value;
mod views;
pub mod writer;

use std::{
    path::{Path, PathBuf},
    sync::{Arc, PoisonError, RwLock},
};

use futures::future::BoxFuture;
use quanyu_core::actor::Actor;
use quanyu_pack::model::Pack;
use tokio::sync::mpsc;

pub use act::Act;
pub use clock::Clock;
pub use door::{Bind, Cell, Engine, Row, Tx};
pub use error::StoreError;
pub use location::Location;
pub use migrate::PackRevision;

use crate::{
    door::Pools,
    keys::Keys,
    reach::Sight,
    schema::Schema,
    writer::{Order, Waiting},
};

/// Acts that may wait before callers have to.
const QUEUE: usize = 1024;

/// A district's records. Cheap to clone; the last clone closes the database.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
    queue: mpsc::Sender<Box<dyn Waiting>>,
    /// Through whose eyes; `None` sees everything.
    sight: Option<Arc<Sight>>,
}

pub(crate) struct Inner {
    pub pools: Pools,
    pub folder: PathBuf,
    pub clock: Clock,
    pub keys: Keys,
    schema: RwLock<Arc<Schema>>,
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Store")
            .field("engine", &self.engine())
            .field("folder", &self.inner.folder)
            .finish_non_exhaustive()
    }
}

impl Inner {
    pub(crate) fn schema(&self) -> Arc<Schema> {
        Arc::clone(&self.schema.read().unwrap_or_else(PoisonError::into_inner))
    }

    pub(crate) fn keep_schema(&self, schema: Arc<Schema>) {
        let mut kept = self.schema.write().unwrap_or_else(PoisonError::into_inner);
        if schema.revision > kept.revision {
            *kept = schema;
        }
    }

    /// Gives the transaction the tables of the pack revision that it sees, which another process may have applied.
    pub(crate) async fn current(&self, tx: &mut Tx, revision: i64) -> Result<(), StoreError> {
        if tx.schema.revision != revision {
            tx.schema = Arc::new(schema::load(tx, revision).await?);
            self.keep_schema(Arc::clone(&tx.schema));
        }
        Ok(())
    }
}

impl Store {
    /// The time, by the clock that its acts are stamped with.
    #[must_use]
    pub fn now(&self) -> jiff::Timestamp {
        self.inner.clock.now()
    }

    /// Opens a district's records, making what is not there yet.
    ///
    /// # Errors
    /// The disk's or the database's; [`StoreError::TooNew`] for a database of a later version.
    pub async fn open(location: &Location) -> Result<Self, StoreError> {
        Self::open_at(location, Clock::System).await
    }

    /// [`Self::open`] with a clock of the caller's.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub async fn open_at(location: &Location, clock: Clock) -> Result<Self, StoreError> {
        let folder = location.folder().to_owned();
        tokio::fs::create_dir_all(&folder)
            .await
            .map_err(StoreError::file(&folder))?;
        let pools = match location {
            Location::Sqlite(folder) => Pools::sqlite(&folder.join("quanyu.db")).await?,
            Location::Postgres { url, .. } => Pools::postgres(url).await?,
        };
        let mut tx = Tx::new(pools.write().await?, Arc::default(), 0);
        schema::bring_up(&mut tx, &clock).await?;
        tx.commit().await?;
        let inner = Arc::new(Inner {
            pools,
            keys: Keys::new(&folder),
            folder,
            clock,
            schema: RwLock::default(),
        });
        let (queue, waiting) = mpsc::channel(QUEUE);
        tokio::spawn(writer::run(Arc::clone(&inner), waiting));
        let store = Self {
            inner,
            queue,
            sight: None,
        };
        store.read().await?;
        Ok(store)
    }

    /// A consistent snapshot: all that is read through it is of one change sequence, [`Tx::head`].
    ///
    /// # Errors
    /// The database's.
    pub async fn read(&self) -> Result<Tx, StoreError> {
        let mut tx = Tx::new(self.inner.pools.read().await?, self.inner.schema(), 0);
        tx.sight.clone_from(&self.sight);
        let sql = "select seq, pack from change_head";
        if let Some(row) = tx.row(sql, &[]).await? {
            tx.seen = row.int(0)?;
            let revision = row.int(1)?;
            self.inner.current(&mut tx, revision).await?;
        }
        Ok(tx)
    }

    /// Runs an act in the one writer and answers after its commit. The act may run again, so that it changes nothing
    /// but through its transaction; when it fails, nothing of it is kept.
    ///
    /// ```ignore
    /// store.act(&actor, move |act| {
    ///     let draft = draft.clone();
    ///     Box::pin(async move { records::create(act, "contract", &draft).await })
    /// }).await?;
    /// ```
    ///
    /// # Errors
    /// The act's own, or the store's by way of `From`.
    pub async fn act<F, T, E>(&self, actor: &Actor, run: F) -> Result<T, E>
    where
        F: for<'a> Fn(&'a mut Act) -> BoxFuture<'a, Result<T, E>> + Send + Sync + 'static,
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let (order, answer) = Order::new(actor.clone(), self.sight.clone(), run);
        self.queue
            .send(order)
            .await
            .map_err(|_| E::from(StoreError::WriterGone))?;
        answer
            .await
            .unwrap_or_else(|_| Err(E::from(StoreError::WriterGone)))
    }

    /// Applies a pack: stores it whole with hash and number, makes and alters the register tables. Nothing is done where
    /// it is the one that applies already.
    ///
    /// # Errors
    /// [`StoreError::PackRefused`] where data could be lost; nothing is changed then.
    pub async fn apply_pack(&self, pack: &Pack, actor: &Actor) -> Result<PackRevision, StoreError> {
        let pack = Arc::new(pack.clone());
        self.act(actor, move |act| {
            let pack = Arc::clone(&pack);
            Box::pin(async move { migrate::apply(act, &pack).await })
        })
        .await
    }

    /// The last change there is.
    ///
    /// # Errors
    /// The database's.
    pub async fn head(&self) -> Result<i64, StoreError> {
        Ok(self.read().await?.head())
    }

    /// Closes the database once the acts that wait are done; other clones can do nothing more.
    pub async fn close(self) {
        let Self { inner, queue, .. } = self;
        drop(queue);
        // The writer holds the connections until its last act; the pools wait for what is out.
        inner.pools.close().await;
    }

    /// Which engine holds the records.
    #[must_use]
    pub fn engine(&self) -> Engine {
        self.inner.pools.engine()
    }

    /// The keys of personal data.
    #[must_use]
    pub fn keys(&self) -> &Keys {
        &self.inner.keys
    }

    /// The clock.
    #[must_use]
    pub fn clock(&self) -> &Clock {
        &self.inner.clock
    }

    /// The folder that holds files and keys.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.inner.folder
    }
}
