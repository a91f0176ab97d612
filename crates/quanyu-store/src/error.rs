//! Why the store refuses or fails.
//!
//! Owns [`StoreError`] and its codes. What people read is in the application's `messages.toml`, by [`StoreError::code`].

use crate::migrate::Fault;

/// A refusal or a failure of the store.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The database failed.
    #[error("database: {0}")]
    Database(#[source] Box<sqlx::Error>),
    /// The disk failed.
    #[error("{path}: {error}")]
    File {
        /// Which file.
        path: String,
        /// What the system said.
        #[source]
        error: std::io::Error,
    },
    /// Someone else changed the record since it was read.
    #[error(
        "`{register}` {record} is at version {version}, expected {expected}; changed by {by} at {at}"
    )]
    Conflict {
        /// Register.
        register: String,
        /// Record.
        record: i64,
        /// The version that the caller had read.
        expected: i64,
        /// The version there is.
        version: i64,
        /// Who changed it last.
        by: String,
        /// When, UTC.
        at: String,
    },
    /// There is no such record, or it was removed.
    #[error("`{register}` has no record {record}")]
    NoRecord {
        /// Register.
        register: String,
        /// Record.
        record: i64,
    },
    /// The person who acts may not make or change such records of this register.
    #[error("no right to change such records of `{0}`")]
    NoReach(String),
    /// Another record has the key or the unique value.
    #[error("`{register}` has `{fields}` = `{value}` in record {record}{}", batch.map(|it| format!(", being imported by batch {it}")).unwrap_or_default())]
    Taken {
        /// Register.
        register: String,
        /// The fields that must differ, with commas.
        fields: String,
        /// The value that is taken.
        value: String,
        /// The record that has it.
        record: i64,
        /// The batch that is importing that record right now, where it is not visible yet.
        batch: Option<i64>,
    },
    /// Another record refers to this one.
    #[error("`{register}` {record} is referred to by `{by_register}` {by}")]
    ReferredTo {
        /// Register.
        register: String,
        /// Record.
        record: i64,
        /// Register of the record that refers to it.
        by_register: String,
        /// That record.
        by: i64,
    },
    /// No applied pack declares that register (or lines, as `register.lines`).
    #[error("no register `{0}`")]
    NoRegister(String),
    /// The register has no such field.
    #[error("`{register}` has no field `{field}`")]
    NoField {
        /// Register.
        register: String,
        /// Field.
        field: String,
    },
    /// A value that the field cannot hold.
    #[error("`{register}.{field}` cannot hold `{value}`: {reason}")]
    WrongValue {
        /// Register.
        register: String,
        /// Field.
        field: String,
        /// The value.
        value: String,
        /// Why not.
        reason: &'static str,
    },
    /// A field that must be known is not.
    #[error("`{register}.{field}` must be known")]
    Missing {
        /// Register.
        register: String,
        /// Field.
        field: String,
    },
    /// A new pack would lose data.
    #[error("the pack cannot be applied: {}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    PackRefused(Vec<Fault>),
    /// The database was made by a later version of this program.
    #[error("the database is at schema {found}, this program knows {known}")]
    TooNew {
        /// Number of the last migration in the database.
        found: i64,
        /// Number of the last migration this program has.
        known: i64,
    },
    /// A row does not hold what its table promises.
    #[error("unreadable value in the database: {0}")]
    Unreadable(String),
    /// A batch that does not exist, or is not in the state that the step needs.
    #[error("import batch {batch} is {state}")]
    BatchState {
        /// Batch.
        batch: i64,
        /// `unknown`, `open`, `applied`, `undone` or `discarded`.
        state: &'static str,
    },
    /// Records of the batch were changed after it.
    #[error("{count} records changed since import batch {batch}, such as {record}")]
    ChangedSince {
        /// Batch.
        batch: i64,
        /// How many.
        count: i64,
        /// One of them.
        record: i64,
    },
    /// A record that a merge touched was changed after it.
    #[error("`{register}` {record} was changed since")]
    ChangedAfter {
        /// Register.
        register: String,
        /// Record.
        record: i64,
    },
    /// An official number that is taken or would leave a gap.
    #[error("`{number}` is not the next number, that is `{next}`")]
    NotNext {
        /// The number asked for.
        number: String,
        /// The next one.
        next: String,
    },
    /// A restore into a district that has records.
    #[error("{0} is not empty")]
    NotEmpty(String),
    /// A backup whose content does not hold together.
    #[error("{path} does not verify: {fault}")]
    BackupUnsound {
        /// The file.
        path: String,
        /// The first fault.
        fault: String,
    },
    /// The key that the personal data were encrypted under was destroyed.
    #[error("the key of record {0} is not there")]
    NoKey(i64),
    /// A lease was lost to another worker or ran out.
    #[error("job {0} is no longer leased by this worker")]
    LeaseLost(i64),
    /// The connection broke while a commit was on its way, and whether it was kept cannot be told. Look before doing it
    /// again.
    #[error("the connection broke during a commit: {0}")]
    CommitUnclear(String),
    /// The group of acts that this one was part of could not be committed.
    #[error("not committed: {0}")]
    NotCommitted(String),
    /// The writer has stopped.
    #[error("the writer has stopped")]
    WriterGone,
    /// The act panicked; nothing of it was kept.
    #[error("an act panicked: {0}")]
    Panicked(String),
}

impl StoreError {
    /// The name under which `messages.toml` explains it.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Database(_) => "store_database",
            Self::File { .. } => "store_file",
            Self::Conflict { .. } => "store_conflict",
            Self::NoRecord { .. } => "store_no_record",
            Self::NoReach(_) => "store_no_reach",
            Self::Taken { .. } => "store_taken",
            Self::ReferredTo { .. } => "store_referred_to",
            Self::NoRegister(_) => "store_no_register",
            Self::NoField { .. } => "store_no_field",
            Self::WrongValue { .. } => "store_wrong_value",
            Self::Missing { .. } => "store_missing",
            Self::PackRefused(_) => "store_pack_refused",
            Self::TooNew { .. } => "store_too_new",
            Self::Unreadable(_) => "store_unreadable",
            Self::BatchState { .. } => "store_batch_state",
            Self::ChangedSince { .. } => "store_changed_since",
            Self::ChangedAfter { .. } => "store_changed_after",
            Self::NotNext { .. } => "store_not_next",
            Self::NotEmpty(_) => "store_not_empty",
            Self::BackupUnsound { .. } => "store_backup_unsound",
            Self::NoKey(_) => "store_no_key",
            Self::LeaseLost(_) => "store_lease_lost",
            Self::CommitUnclear(_) => "store_commit_unclear",
            Self::NotCommitted(_) => "store_not_committed",
            Self::WriterGone => "store_writer_gone",
            Self::Panicked(_) => "store_panicked",
        }
    }

    /// Whether the same work may succeed when it is simply done again: the connection broke, or another server was
    /// in the way.
    #[must_use]
    pub(crate) fn passing(&self) -> bool {
        let Self::Database(error) = self else {
            return false;
        };
        match error.as_ref() {
            sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut | sqlx::Error::WorkerCrashed => true,
            sqlx::Error::Database(error) => error.code().is_some_and(|code| {
                // PostgreSQL: serialization failure, deadlock, server going away. SQLite: busy, busy snapshot, locked.
                matches!(
                    code.as_ref(),
                    "40001" | "40P01" | "57P01" | "57P02" | "57P03" | "5" | "517" | "6"
                ) || code.starts_with("08")
            }),
            _ => false,
        }
    }

    /// Whether a unique index refused the row.
    #[must_use]
    pub(crate) fn unique(&self) -> bool {
        matches!(self, Self::Database(error)
            if matches!(error.as_ref(), sqlx::Error::Database(it) if it.is_unique_violation()))
    }

    pub(crate) fn file(path: &std::path::Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.display().to_string();
        move |error| Self::File { path, error }
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        Self::Database(Box::new(error))
    }
}
