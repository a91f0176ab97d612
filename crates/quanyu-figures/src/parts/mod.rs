//! Sealed parts: a register's columns in Parquet files, so that neither memory nor a start has to hold all rows.
//!
//! Owns the folder `columns/<register>/<from>-<sequence>.parquet`, who may write in it, and which parts make a table: a chain
//! in which each part begins at the sequence at which the one before ends, the first at 0. Leaves what is in memory beside
//! them to [`crate::table`] and when they are written to [`crate::snapshot`].
//!
//! A part is a cache, the store is the truth: what is damaged, of another pack or of another history is thrown away, and its
//! rows are read from the store again.
//!
//! Invariant: only the process that holds the folder's lock writes or removes anything in it.
//!
//! Start reading at [`Folder::chain`].

mod checksum;
mod file;
mod read;

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
};

use datafusion::arrow::datatypes::SchemaRef;

use crate::source::{Source, SourceError};

pub(crate) use file::{Head, Part, PartError, PartWriter};
pub(crate) use read::Reader;

/// Rows that are sealed at least: fewer are read from the store faster than a file is opened.
const LEAST: usize = 8_192;

/// Where the columns of a district are kept, and by which declarations they were made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    folder: PathBuf,
    revision: String,
    least: usize,
}

impl Place {
    /// A folder that is ours alone, and the revision of the pack.
    #[must_use]
    pub fn new(folder: impl Into<PathBuf>, revision: impl Into<String>) -> Self {
        Self {
            folder: folder.into(),
            revision: revision.into(),
            least: LEAST,
        }
    }

    /// Seals from this many rows on. For tests: a district with few rows is as fast without parts.
    #[must_use]
    pub fn sealing_from(self, rows: usize) -> Self {
        Self {
            least: rows.max(1),
            ..self
        }
    }
}

/// The folder of parts.
#[derive(Debug)]
pub(crate) struct Folder {
    place: Place,
    /// Held while this process may write.
    lock: Option<File>,
}

impl Folder {
    /// Takes the folder, for writing where nobody else has it. A folder that cannot be used is no reason not to start.
    pub(crate) fn open(place: Place) -> Self {
        let lock = || -> std::io::Result<Option<File>> {
            fs::create_dir_all(&place.folder)?;
            let file = File::create(place.folder.join("lock"))?;
            Ok(file.try_lock().is_ok().then_some(file))
        };
        let lock = lock().unwrap_or_else(|error| {
            tracing::warn!(%error, folder = %place.folder.display(), "columns cannot be kept");
            None
        });
        Self { place, lock }
    }

    /// Whether parts may be written.
    pub(crate) fn writes(&self) -> bool {
        self.lock.is_some()
    }

    /// Rows that are sealed at least.
    pub(crate) fn least(&self) -> usize {
        self.place.least
    }

    /// The parts of a table that can be believed, oldest first; what cannot be is removed.
    pub(crate) async fn chain(
        &self,
        table: &str,
        schema: &SchemaRef,
        source: &dyn Source,
    ) -> Result<Vec<Part>, SourceError> {
        let mut chain: Vec<Part> = Vec::new();
        let mut names = self.names(table);
        loop {
            let from = chain.last().map_or(0, |it| it.head.sequence);
            // Of two that begin at the same place the longer one is the younger: the other was about to be removed.
            let next = names
                .iter()
                .filter(|(it, _)| it.0 == from && it.1 > from)
                .max_by_key(|(it, _)| it.1)
                .cloned();
            let Some((span, path)) = next else { break };
            names.retain(|(it, _)| *it != span);
            match self.believed(&path, span, table, schema, source).await? {
                Ok(part) => chain.push(part),
                Err(error) => {
                    let file = path.display();
                    tracing::warn!(%error, %file, "a part is thrown away and read again");
                    self.remove(&path);
                }
            }
        }
        for (_, path) in names {
            self.remove(&path);
        }
        Ok(chain)
    }

    async fn believed(
        &self,
        path: &Path,
        span: (i64, i64),
        table: &str,
        schema: &SchemaRef,
        source: &dyn Source,
    ) -> Result<Result<Part, PartError>, SourceError> {
        let (owned, columns) = (path.to_owned(), SchemaRef::clone(schema));
        let part = tokio::task::spawn_blocking(move || Part::open(owned, &columns))
            .await
            .map_err(|error| SourceError(Box::new(error)))?;
        let part = match part {
            Ok(part) => part,
            Err(error) => return Ok(Err(error)),
        };
        let head = &part.head;
        let foreign = if head.pack != self.place.revision {
            Some("another revision of the pack")
        } else if head.table != table || (head.from, head.sequence) != span {
            Some("another table, or renamed")
        } else if source.seal(head.sequence).await?.as_ref() != Some(&head.seal) {
            Some("another history")
        } else {
            None
        };
        Ok(match foreign {
            Some(what) => Err(PartError::Foreign(what)),
            None => Ok(part),
        })
    }

    /// Begins a part.
    pub(crate) fn create(&self, table: &str, schema: &SchemaRef) -> Result<PartWriter, PartError> {
        let folder = self.place.folder.join(table);
        fs::create_dir_all(&folder)?;
        let path = folder.join("part.tmp");
        PartWriter::create(path, &self.place.revision, table, schema)
    }

    /// Removes a part's name; who reads it goes on reading.
    pub(crate) fn remove(&self, path: &Path) {
        if self.writes()
            && let Err(error) = fs::remove_file(path)
        {
            tracing::warn!(%error, file = %path.display(), "a part that is not needed stays");
        }
    }

    /// Spans and paths of the parts of a table; what was left half written is removed.
    fn names(&self, table: &str) -> Vec<((i64, i64), PathBuf)> {
        let Ok(entries) = fs::read_dir(self.place.folder.join(table)) else {
            return Vec::new();
        };
        let mut names = Vec::new();
        for path in entries.flatten().map(|it| it.path()) {
            match span(&path) {
                Some(span) => names.push((span, path)),
                None => self.remove(&path),
            }
        }
        names.sort();
        names
    }
}

/// A part's file name.
fn name(from: i64, sequence: i64) -> String {
    format!("{from}-{sequence}.parquet")
}

fn span(path: &Path) -> Option<(i64, i64)> {
    let stem = path.file_name()?.to_str()?.strip_suffix(".parquet")?;
    let (from, sequence) = stem.split_once('-')?;
    Some((from.parse().ok()?, sequence.parse().ok()?))
}
