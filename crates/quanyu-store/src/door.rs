//! The one door to both databases: the only file that names an engine's driver.
//!
//! Owns connections, transactions, and the reading of rows into [`Row`]. Leaves SQL to the functions that run it:
//! texts use `$1` and types `bigint`, `text` and `bytea`, which both engines take.
//!
//! Invariant: a [`Tx`] that is dropped changes nothing; a reading one sees a single snapshot.

use std::{path::Path, sync::Arc, time::Duration};

use futures::TryStreamExt;
use sqlx::{
    Arguments as _, AssertSqlSafe, Column as _, Executor as _, PgPool, Postgres, Row as _, Sqlite,
    SqlitePool, Transaction, TypeInfo as _, ValueRef as _,
    postgres::{PgArguments, PgConnectOptions, PgPoolOptions, PgRow},
    sqlite::{
        SqliteArguments, SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteRow,
        SqliteSynchronous,
    },
};

use crate::{error::StoreError, reach::Sight, schema::Schema};

/// Readers at once on one process.
const READERS: u32 = 8;
/// How long a SQLite connection waits for another process that is writing.
const BUSY: Duration = Duration::from_secs(30);

/// Which engine a statement is for, where the text has to differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// SQLite.
    Sqlite,
    /// PostgreSQL and what speaks its language.
    Postgres,
}

/// Connections for reading and the one for writing.
#[derive(Clone, Debug)]
pub(crate) enum Pools {
    Sqlite { read: SqlitePool, write: SqlitePool },
    Postgres { read: PgPool, write: PgPool },
}

impl Pools {
    pub(crate) async fn sqlite(file: &Path) -> Result<Self, StoreError> {
        let options = SqliteConnectOptions::new()
            .filename(file)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            // A write that was answered survives a power cut.
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(BUSY)
            .pragma("cache_size", "-32000")
            .pragma("temp_store", "memory");
        let write = SqlitePoolOptions::new()
            .max_connections(1)
            .idle_timeout(None)
            .max_lifetime(None)
            .connect_with(options.clone())
            .await?;
        let read = SqlitePoolOptions::new()
            .max_connections(READERS)
            .connect_lazy_with(
                options
                    .pragma("query_only", "on")
                    .pragma("cache_size", "-8000"),
            );
        Ok(Self::Sqlite { read, write })
    }

    pub(crate) async fn postgres(url: &str) -> Result<Self, StoreError> {
        let options: PgConnectOptions = url.parse()?;
        let options = options.application_name("quanyu");
        let write = PgPoolOptions::new()
            .max_connections(1)
            .connect_with(options.clone())
            .await?;
        let read = PgPoolOptions::new()
            .max_connections(READERS)
            .connect_lazy_with(options);
        Ok(Self::Postgres { read, write })
    }

    pub(crate) fn engine(&self) -> Engine {
        match self {
            Self::Sqlite { .. } => Engine::Sqlite,
            Self::Postgres { .. } => Engine::Postgres,
        }
    }

    /// A snapshot for reading.
    pub(crate) async fn read(&self) -> Result<Conn, StoreError> {
        Ok(match self {
            Self::Sqlite { read, .. } => Conn::Sqlite(read.begin().await?),
            Self::Postgres { read, .. } => Conn::Postgres(
                read.begin_with("begin isolation level repeatable read read only")
                    .await?,
            ),
        })
    }

    /// A transaction for the writer, holding the change head against every other server.
    pub(crate) async fn write(&self) -> Result<Conn, StoreError> {
        Ok(match self {
            Self::Sqlite { write, .. } => {
                let begun = write.begin_with("begin immediate").await;
                Conn::Sqlite(match begun {
                    // A failing disk makes SQLite give a transaction up by itself, and the driver still counts it: the
                    // connection is of no use any more.
                    Err(sqlx::Error::InvalidSavePointStatement) => {
                        write.acquire().await?.close().await?;
                        write.begin_with("begin immediate").await?
                    }
                    begun => begun?,
                })
            }
            Self::Postgres { write, .. } => {
                let mut tx = write.begin().await?;
                // The table is missing only while the very first migration makes it; the advisory lock covers that.
                tx.execute("select pg_advisory_xact_lock(7011820161)")
                    .await?;
                tx.execute(
                    "do $$ begin if to_regclass('change_head') is not null then
                       lock table change_head in exclusive mode; end if; end $$",
                )
                .await?;
                Conn::Postgres(tx)
            }
        })
    }

    pub(crate) async fn close(&self) {
        match self {
            Self::Sqlite { read, write } => {
                read.close().await;
                write.close().await;
            }
            Self::Postgres { read, write } => {
                read.close().await;
                write.close().await;
            }
        }
    }
}

#[derive(Debug)]
pub(crate) enum Conn {
    Sqlite(Transaction<'static, Sqlite>),
    Postgres(Transaction<'static, Postgres>),
}

/// A transaction: a snapshot to read from, or what an act writes through.
#[derive(Debug)]
pub struct Tx {
    conn: Conn,
    /// The tables of the pack that applied when the transaction began.
    pub(crate) schema: Arc<Schema>,
    /// The last change that the transaction sees.
    pub(crate) seen: i64,
    /// A passing failure was met: the whole transaction has to be done again.
    pub(crate) broken: bool,
    /// How far the reader reaches; `None` is everywhere.
    pub(crate) sight: Option<Arc<Sight>>,
}

/// A value bound to a statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Bind {
    /// An integer.
    Int(Option<i64>),
    /// A text.
    Text(Option<String>),
    /// Bytes.
    Bytes(Option<Vec<u8>>),
}

impl From<i64> for Bind {
    fn from(int: i64) -> Self {
        Self::Int(Some(int))
    }
}
impl From<Option<i64>> for Bind {
    fn from(int: Option<i64>) -> Self {
        Self::Int(int)
    }
}
impl From<&str> for Bind {
    fn from(text: &str) -> Self {
        Self::Text(Some(text.to_owned()))
    }
}
impl From<String> for Bind {
    fn from(text: String) -> Self {
        Self::Text(Some(text))
    }
}
impl From<Option<String>> for Bind {
    fn from(text: Option<String>) -> Self {
        Self::Text(text)
    }
}

/// A value read from a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell {
    /// Nothing.
    Null,
    /// An integer.
    Int(i64),
    /// A text.
    Text(String),
    /// Bytes.
    Bytes(Vec<u8>),
}

/// A row that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row(pub Vec<Cell>);

impl Row {
    /// The integer at `place`.
    ///
    /// # Errors
    /// [`StoreError::Unreadable`] where it is none.
    pub fn int(&self, place: usize) -> Result<i64, StoreError> {
        self.opt_int(place)?.ok_or_else(|| unreadable(place, self))
    }

    /// The integer at `place`, where there is one.
    ///
    /// # Errors
    /// [`StoreError::Unreadable`] where it is something else.
    pub fn opt_int(&self, place: usize) -> Result<Option<i64>, StoreError> {
        match self.0.get(place) {
            Some(Cell::Null) => Ok(None),
            Some(Cell::Int(int)) => Ok(Some(*int)),
            _ => Err(unreadable(place, self)),
        }
    }

    /// The text at `place`.
    ///
    /// # Errors
    /// [`StoreError::Unreadable`] where it is none.
    pub fn text(&self, place: usize) -> Result<String, StoreError> {
        self.opt_text(place)?.ok_or_else(|| unreadable(place, self))
    }

    /// The text at `place`, where there is one.
    ///
    /// # Errors
    /// [`StoreError::Unreadable`] where it is something else.
    pub fn opt_text(&self, place: usize) -> Result<Option<String>, StoreError> {
        match self.0.get(place) {
            Some(Cell::Null) => Ok(None),
            Some(Cell::Text(text)) => Ok(Some(text.clone())),
            _ => Err(unreadable(place, self)),
        }
    }

    /// The bytes at `place`.
    ///
    /// # Errors
    /// [`StoreError::Unreadable`] where there are none.
    pub fn bytes(&self, place: usize) -> Result<&[u8], StoreError> {
        match self.0.get(place) {
            Some(Cell::Bytes(bytes)) => Ok(bytes),
            _ => Err(unreadable(place, self)),
        }
    }
}

fn unreadable(place: usize, row: &Row) -> StoreError {
    StoreError::Unreadable(format!("column {place} holds {:?}", row.0.get(place)))
}

impl Tx {
    pub(crate) fn new(conn: Conn, schema: Arc<Schema>, seen: i64) -> Self {
        Self {
            conn,
            schema,
            seen,
            broken: false,
            sight: None,
        }
    }

    /// The last change that this transaction sees: what it reads is right as of that sequence.
    #[must_use]
    pub fn head(&self) -> i64 {
        self.seen
    }

    /// The tables of the pack that applied when the transaction began.
    #[must_use]
    pub fn schema(&self) -> &Arc<Schema> {
        &self.schema
    }

    pub(crate) fn engine(&self) -> Engine {
        match self.conn {
            Conn::Sqlite(_) => Engine::Sqlite,
            Conn::Postgres(_) => Engine::Postgres,
        }
    }

    /// All rows of a query whose text is fixed.
    ///
    /// # Errors
    /// The database's.
    pub(crate) async fn rows(
        &mut self,
        sql: &'static str,
        values: &[Bind],
    ) -> Result<Vec<Row>, StoreError> {
        self.rows_built(sql.to_owned(), values).await
    }

    /// The first row of a query, where there is one.
    pub(crate) async fn row(
        &mut self,
        sql: &'static str,
        values: &[Bind],
    ) -> Result<Option<Row>, StoreError> {
        Ok(self.rows(sql, values).await?.into_iter().next())
    }

    /// Runs a statement; how many rows it changed.
    pub(crate) async fn run(
        &mut self,
        sql: &'static str,
        values: &[Bind],
    ) -> Result<u64, StoreError> {
        self.run_built(sql.to_owned(), values).await
    }

    /// All rows of a query that [`crate::tables`] built.
    pub(crate) async fn rows_built(
        &mut self,
        sql: String,
        values: &[Bind],
    ) -> Result<Vec<Row>, StoreError> {
        let mut rows = Vec::new();
        self.each(sql, values, |row| {
            rows.push(row);
            Ok(())
        })
        .await?;
        Ok(rows)
    }

    /// Hands every row of a query to `take` as it arrives.
    pub(crate) async fn each(
        &mut self,
        sql: String,
        values: &[Bind],
        mut take: impl FnMut(Row) -> Result<(), StoreError> + Send,
    ) -> Result<(), StoreError> {
        let done = match &mut self.conn {
            Conn::Sqlite(tx) => {
                let query = sqlx::query_with(AssertSqlSafe(sql), sqlite_arguments(values)?);
                let mut stream = tx.fetch(query);
                loop {
                    match stream.try_next().await {
                        Ok(Some(row)) => take(sqlite_row(&row)?)?,
                        Ok(None) => break Ok(()),
                        Err(error) => break Err(StoreError::from(error)),
                    }
                }
            }
            Conn::Postgres(tx) => {
                let query = sqlx::query_with(AssertSqlSafe(sql), postgres_arguments(values)?);
                let mut stream = tx.fetch(query);
                loop {
                    match stream.try_next().await {
                        Ok(Some(row)) => take(postgres_row(&row)?)?,
                        Ok(None) => break Ok(()),
                        Err(error) => break Err(StoreError::from(error)),
                    }
                }
            }
        };
        self.note(done)
    }

    pub(crate) async fn run_built(
        &mut self,
        sql: String,
        values: &[Bind],
    ) -> Result<u64, StoreError> {
        let done = match &mut self.conn {
            Conn::Sqlite(tx) => {
                let query = sqlx::query_with(AssertSqlSafe(sql), sqlite_arguments(values)?);
                tx.execute(query).await.map(|it| it.rows_affected())
            }
            Conn::Postgres(tx) => {
                let query = sqlx::query_with(AssertSqlSafe(sql), postgres_arguments(values)?);
                tx.execute(query).await.map(|it| it.rows_affected())
            }
        };
        self.note(done.map_err(StoreError::from))
    }

    /// Runs statements without values, several at once: for making tables.
    pub(crate) async fn script(&mut self, sql: String) -> Result<(), StoreError> {
        let query = sqlx::raw_sql(AssertSqlSafe(sql));
        let done = match &mut self.conn {
            Conn::Sqlite(tx) => {
                tx.execute_many(query)
                    .try_for_each(|_| async { Ok(()) })
                    .await
            }
            Conn::Postgres(tx) => {
                tx.execute_many(query)
                    .try_for_each(|_| async { Ok(()) })
                    .await
            }
        };
        self.note(done.map_err(StoreError::from))
    }

    fn note<T>(&mut self, done: Result<T, StoreError>) -> Result<T, StoreError> {
        if done.as_ref().is_err_and(StoreError::passing) {
            self.broken = true;
        }
        done
    }

    pub(crate) async fn commit(self) -> Result<(), StoreError> {
        match self.conn {
            Conn::Sqlite(tx) => tx.commit().await?,
            Conn::Postgres(tx) => tx.commit().await?,
        }
        Ok(())
    }
}

fn sqlite_arguments(values: &[Bind]) -> Result<SqliteArguments, StoreError> {
    let mut arguments = SqliteArguments::default();
    arguments.reserve(values.len(), 0);
    for value in values {
        match value {
            Bind::Int(int) => arguments.add(*int),
            Bind::Text(text) => arguments.add(text.clone()),
            Bind::Bytes(bytes) => arguments.add(bytes.clone()),
        }
        .map_err(sqlx::Error::Encode)?;
    }
    Ok(arguments)
}

fn postgres_arguments(values: &[Bind]) -> Result<PgArguments, StoreError> {
    let mut arguments = PgArguments::default();
    arguments.reserve(values.len(), values.len() * 16);
    for value in values {
        match value {
            Bind::Int(int) => arguments.add(*int),
            Bind::Text(text) => arguments.add(text.as_deref()),
            Bind::Bytes(bytes) => arguments.add(bytes.as_deref()),
        }
        .map_err(sqlx::Error::Encode)?;
    }
    Ok(arguments)
}

fn sqlite_row(row: &SqliteRow) -> Result<Row, StoreError> {
    let mut cells = Vec::with_capacity(row.len());
    for place in 0..row.len() {
        let raw = row.try_get_raw(place)?;
        let kind = raw.type_info();
        cells.push(if raw.is_null() {
            Cell::Null
        } else {
            match kind.name() {
                "INTEGER" | "BOOLEAN" => Cell::Int(row.try_get_unchecked(place)?),
                "TEXT" => Cell::Text(row.try_get_unchecked(place)?),
                "BLOB" => Cell::Bytes(row.try_get_unchecked(place)?),
                other => return Err(strange(other, row.column(place).name())),
            }
        });
    }
    Ok(Row(cells))
}

fn postgres_row(row: &PgRow) -> Result<Row, StoreError> {
    let mut cells = Vec::with_capacity(row.len());
    for place in 0..row.len() {
        let raw = row.try_get_raw(place)?;
        let null = raw.is_null();
        let kind = raw.type_info();
        cells.push(if null {
            Cell::Null
        } else {
            match kind.name() {
                "INT8" => Cell::Int(row.try_get(place)?),
                "INT4" => Cell::Int(i64::from(row.try_get::<i32, _>(place)?)),
                "BOOL" => Cell::Int(i64::from(row.try_get::<bool, _>(place)?)),
                "TEXT" | "VARCHAR" | "NAME" => Cell::Text(row.try_get(place)?),
                "BYTEA" => Cell::Bytes(row.try_get(place)?),
                other => return Err(strange(other, row.column(place).name())),
            }
        });
    }
    Ok(Row(cells))
}

fn strange(kind: &str, column: &str) -> StoreError {
    StoreError::Unreadable(format!("column `{column}` is of type {kind}"))
}
