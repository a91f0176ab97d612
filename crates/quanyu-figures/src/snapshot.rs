//! The snapshot: the registers' rows at one change sequence.
//!
//! Owns when rows are read (a table when a query first needs it: from its parts and what changed since, or whole; afterwards
//! only what changed) and when they are sealed into parts, which goes on beside the queries. Leaves the rows to
//! [`crate::table`], files to [`crate::parts`].
//!
//! Invariant: all tables of a [`Snapshot`] are at its sequence; a snapshot never changes, a newer one replaces it. Sealing
//! changes where rows are, never which.
//!
//! Start reading at [`Keeper::at_head`].

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
    sync::Arc,
};

use datafusion::arrow::{datatypes::SchemaRef, record_batch::RecordBatch};
use quanyu_core::columns::{ColumnBatch, ColumnSpec};
use tokio::sync::Mutex;

use crate::{
    arrays,
    parts::{Folder, Head, Part, PartError, PartWriter},
    reach::Sight,
    source::{Piece, Source, SourceError, Want},
    table::{Arrival, REMEMBERED, Sealed, TableData},
};

/// Rows at one change sequence.
#[derive(Debug, Default)]
pub(crate) struct Snapshot {
    pub(crate) sequence: i64,
    pub(crate) tables: BTreeMap<String, Arc<TableData>>,
    /// Through whose eyes; `None` sees every row.
    pub(crate) sight: Option<Arc<Sight>>,
}

impl Snapshot {
    /// The same rows as somebody may see them.
    pub(crate) fn seen_as(&self, sight: &Arc<Sight>) -> Self {
        Self {
            sequence: self.sequence,
            tables: self.tables.clone(),
            sight: Some(Arc::clone(sight)),
        }
    }

    /// The latest change of any of these tables: figures that depend on them alone are the same since then.
    pub(crate) fn stamp<'a>(&self, tables: impl IntoIterator<Item = &'a String>) -> i64 {
        // Whether lines are seen goes by their record.
        let parent = |it: &String| self.sight.as_ref()?.parent(it);
        tables
            .into_iter()
            .flat_map(|it| [Some(it), parent(it)])
            .flatten()
            .filter_map(|it| self.tables.get(it))
            .map(|it| it.changed)
            .max()
            .unwrap_or(0)
    }

    fn with(&self, table: String, data: TableData) -> Self {
        let mut tables = self.tables.clone();
        tables.insert(table, Arc::new(data));
        Self {
            sequence: self.sequence,
            tables,
            sight: self.sight.clone(),
        }
    }
}

/// Keeps the latest snapshot.
#[derive(Clone)]
pub(crate) struct Keeper(Arc<Inner>);

struct Inner {
    source: Arc<dyn Source>,
    /// The columns that are used, by table.
    columns: BTreeMap<String, Vec<ColumnSpec>>,
    /// A table that stays in memory: every answer looks into it.
    resident: Option<String>,
    folder: Option<Folder>,
    held: Mutex<Held>,
}

#[derive(Default)]
struct Held {
    snapshot: Arc<Snapshot>,
    /// Tables that are being sealed, with what came since that began.
    sealing: BTreeMap<String, Vec<Arrival>>,
}

/// A part to be written: a table as it was, from which of its parts on, and at which sequence.
struct Job {
    table: String,
    data: Arc<TableData>,
    first: usize,
    sequence: i64,
}

impl Keeper {
    pub(crate) fn new(
        source: Arc<dyn Source>,
        columns: BTreeMap<String, Vec<ColumnSpec>>,
        resident: Option<String>,
        folder: Option<Folder>,
    ) -> Self {
        Self(Arc::new(Inner {
            source,
            columns,
            resident,
            folder,
            held: Mutex::default(),
        }))
    }

    /// A snapshot at the head that holds at least `tables`.
    pub(crate) async fn at_head(
        &self,
        tables: &BTreeSet<String>,
    ) -> Result<Arc<Snapshot>, SourceError> {
        let inner = &self.0;
        let mut held = inner.held.lock().await;
        let head = inner.source.head().await?;
        let known = &held.snapshot.tables;
        let complete = tables.iter().all(|it| known.contains_key(it));
        if !complete || head != held.snapshot.sequence {
            let next = inner.read(&mut held, tables).await?;
            held.snapshot = Arc::new(next);
            for job in inner.jobs(&mut held, TableData::ripe) {
                let inner = Arc::clone(inner);
                tokio::spawn(async move { inner.seal(job).await });
            }
        }
        Ok(Arc::clone(&held.snapshot))
    }

    /// Seals all that is in memory, as far as it is not being sealed already; returns when it is done.
    pub(crate) async fn seal(&self) {
        let jobs = {
            let mut held = self.0.held.lock().await;
            let all = |it: &TableData, _| (it.delta() > 0).then(|| it.swallowed());
            self.0.jobs(&mut held, all)
        };
        for job in jobs {
            self.0.seal(job).await;
        }
    }
}

impl Inner {
    /// Tables that may be written to parts.
    fn folder_of(&self, table: &str) -> Option<&Folder> {
        let resident = self.resident.as_deref() == Some(table);
        self.folder.as_ref().filter(|it| it.writes() && !resident)
    }

    /// Notes which tables are to be sealed, and from which part on.
    fn jobs(&self, held: &mut Held, ripe: impl Fn(&TableData, usize) -> Option<usize>) -> Vec<Job> {
        let mut jobs = Vec::new();
        for (table, data) in &held.snapshot.tables {
            let Some(folder) = self.folder_of(table) else {
                continue;
            };
            if held.sealing.contains_key(table) {
                continue;
            }
            if let Some(first) = ripe(data, folder.least()) {
                held.sealing.insert(table.clone(), Vec::new());
                jobs.push(Job {
                    table: table.clone(),
                    data: Arc::clone(data),
                    first,
                    sequence: held.snapshot.sequence,
                });
            }
        }
        jobs
    }

    async fn seal(&self, job: Job) {
        let part = self.write(&job).await;
        let mut held = self.held.lock().await;
        let arrivals = held.sealing.remove(&job.table).unwrap_or_default();
        let current = held.snapshot.tables.get(&job.table);
        let sealed = match (part, current) {
            (Ok(part), Some(current)) => current.resealed(job.first, part, &arrivals),
            (Err(error), _) => Err(error),
            (_, None) => return,
        };
        match sealed {
            Ok(data) => {
                held.snapshot = Arc::new(held.snapshot.with(job.table.clone(), data));
                drop(held);
                // Queries that still read these have them open.
                if let Some(folder) = self.folder_of(&job.table) {
                    for old in &job.data.parts[job.first..] {
                        folder.remove(&old.part.path);
                    }
                }
            }
            Err(error) => tracing::warn!(%error, table = job.table, "rows stay in memory"),
        }
    }

    async fn write(&self, job: &Job) -> Result<Part, SourceError> {
        let data = &job.data;
        let folder = self
            .folder_of(&job.table)
            .ok_or_else(|| SourceError::told("the folder of parts is not ours"))?;
        let seal = self.source.seal(job.sequence).await?.unwrap_or_default();
        let mut writer = folder.create(&job.table, &data.schema).map_err(failed)?;
        let tail = data.tail(job.first);
        tail.each(|batch| writer.write(&batch).map_err(failed))
            .await?;
        let head = Head {
            from: data.parts[..job.first]
                .last()
                .map_or(0, |it| it.part.head.sequence),
            sequence: job.sequence,
            changed: data.changed,
            seal,
            removed: data.removed_before(job.first),
            ..Head::default()
        };
        let part = writer.finish(head).map_err(failed)?;
        tracing::debug!(table = job.table, sequence = job.sequence, "rows sealed");
        Ok(part)
    }

    async fn read(
        &self,
        held: &mut Held,
        tables: &BTreeSet<String>,
    ) -> Result<Snapshot, SourceError> {
        let mut trouble = None;
        match self.read_into(held, tables, true, &mut trouble).await {
            Err(error) if trouble.is_some() => {
                tracing::warn!(%error, "rows stay in memory");
                self.read_into(held, tables, false, &mut None).await
            }
            result => result,
        }
    }

    /// Reads what is not held yet and what changed; rows of tables that are read whole go to parts as they come.
    async fn read_into(
        &self,
        held: &mut Held,
        tables: &BTreeSet<String>,
        sealing: bool,
        trouble: &mut Option<PathBuf>,
    ) -> Result<Snapshot, SourceError> {
        let names: BTreeSet<&String> = held.snapshot.tables.keys().chain(tables).collect();
        let mut readings = Vec::with_capacity(names.len());
        for name in names {
            let (data, since) = match held.snapshot.tables.get(name) {
                Some(data) => (Arc::clone(data), Some(held.snapshot.sequence)),
                None => self.opened(name).await?,
            };
            let folder = self.folder_of(name).filter(|_| sealing && since.is_none());
            readings.push(Reading {
                folder,
                table: name.clone(),
                data,
                since,
                arrival: Arrival {
                    fresh: Vec::new(),
                    removed: Vec::new(),
                },
                writer: None,
            });
        }
        let wants: Vec<Want> = readings.iter().map(Reading::want).collect();
        let sequence = self
            .source
            .read(&wants, &mut |at, piece| {
                let reading = &mut readings[at];
                match piece {
                    Piece::Rows(batch) => {
                        let arrow = reading.arrow(batch)?;
                        reading.take(arrow).map_err(|error| {
                            *trouble = Some(PathBuf::from(&reading.table));
                            failed(error)
                        })?;
                    }
                    Piece::Removed(ids) => reading.arrival.removed.extend(ids),
                }
                Ok(())
            })
            .await?;
        let mut next = BTreeMap::new();
        for reading in readings {
            let table = reading.table.clone();
            if reading.writer.is_some() {
                let seal = self.source.seal(sequence).await?.unwrap_or_default();
                let data = reading.sealed(sequence, seal).inspect_err(|_| {
                    *trouble = Some(PathBuf::from(&table));
                })?;
                next.insert(table, Arc::new(data));
                continue;
            }
            if reading.since.is_some() && reading.arrival.is_empty() {
                next.insert(table, reading.data);
                continue;
            }
            let data = applied(&reading.data, &reading.arrival, sequence).await?;
            if let Some(arrivals) = held.sealing.get_mut(&table) {
                arrivals.push(reading.arrival);
            }
            next.insert(table, Arc::new(data));
        }
        tracing::debug!(sequence, tables = next.len(), "snapshot read");
        Ok(Snapshot {
            sequence,
            tables: next,
            sight: None,
        })
    }

    /// A table as its parts hold it, and the sequence from which on changes are missing; without parts an empty table.
    async fn opened(&self, name: &str) -> Result<(Arc<TableData>, Option<i64>), SourceError> {
        let columns = self.columns.get(name).cloned().unwrap_or_default();
        let empty = TableData::empty(columns.clone());
        let resident = self.resident.as_deref() == Some(name);
        let Some(folder) = self.folder.as_ref().filter(|_| !resident) else {
            return Ok((Arc::new(empty), None));
        };
        let chain = folder
            .chain(name, &empty.schema, self.source.as_ref())
            .await?;
        if chain.is_empty() {
            return Ok((Arc::new(empty), None));
        }
        let mut parts = Vec::with_capacity(chain.len());
        for part in chain {
            let sealed = Sealed::new(part);
            let ids = match parts.is_empty() {
                true => Vec::new(),
                false => TableData::ids_of(&sealed, &empty.schema).await?,
            };
            parts.push((sealed, ids));
        }
        let data = TableData::sealed(columns, parts);
        let since = data.sealed_to();
        Ok((Arc::new(data), Some(since)))
    }
}

/// The reading of one table.
struct Reading<'a> {
    /// Where its rows go, when it is read whole.
    folder: Option<&'a Folder>,
    table: String,
    data: Arc<TableData>,
    since: Option<i64>,
    arrival: Arrival,
    writer: Option<PartWriter>,
}

impl Reading<'_> {
    fn want(&self) -> Want {
        Want {
            table: self.table.clone(),
            columns: self.data.columns().to_vec(),
            since: self.since,
        }
    }

    fn schema(&self) -> &SchemaRef {
        &self.data.schema
    }

    fn arrow(&self, batch: ColumnBatch) -> Result<RecordBatch, SourceError> {
        arrays::arrow(self.data.columns(), self.schema(), batch)
    }

    /// Keeps a batch; from the rows that are sealed at least on, everything goes to a part.
    fn take(&mut self, batch: RecordBatch) -> Result<(), PartError> {
        if let Some(writer) = &mut self.writer {
            return writer.write(&batch);
        }
        let fresh = &mut self.arrival.fresh;
        fresh.push(batch);
        let Some(folder) = self.folder else {
            return Ok(());
        };
        let rows: usize = fresh.iter().map(RecordBatch::num_rows).sum();
        if rows < folder.least() {
            return Ok(());
        }
        let mut writer = folder.create(&self.table, &self.data.schema)?;
        for batch in std::mem::take(fresh) {
            writer.write(&batch)?;
        }
        self.writer = Some(writer);
        Ok(())
    }

    /// The table, all of it in the part that was written.
    fn sealed(self, sequence: i64, seal: String) -> Result<TableData, SourceError> {
        let writer = self.writer.expect("asked only where a part is written");
        let head = Head {
            sequence,
            changed: sequence,
            seal,
            ..Head::default()
        };
        let part = writer.finish(head).map_err(failed)?;
        let parts = vec![(Sealed::new(part), Vec::new())];
        Ok(TableData::sealed(self.data.columns().to_vec(), parts))
    }
}

/// A table with what came.
async fn applied(
    data: &TableData,
    arrival: &Arrival,
    sequence: i64,
) -> Result<TableData, SourceError> {
    let hits = data.hits(arrival);
    let size: usize = hits.iter().map(Vec::len).sum();
    // A table that was empty has nothing computed from it that could be moved on.
    let before = match data.changed == 0 || size > REMEMBERED {
        true => None,
        false => Some(data.of_ids(&hits).await?),
    };
    data.apply(arrival, before, sequence)
}

fn failed(error: PartError) -> SourceError {
    SourceError(Box::new(error))
}
