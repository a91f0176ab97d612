//! The snapshot: the registers' rows at one change sequence.
//!
//! Owns when rows are read: a table when a query first needs it, afterwards only what changed. Leaves the rows to
//! [`crate::table`].
//!
//! Invariant: all tables of a [`Snapshot`] are at its sequence; a snapshot never changes, a newer one replaces it.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use quanyu_core::columns::ColumnSpec;
use tokio::sync::Mutex;

use crate::{
    source::{Piece, Source, SourceError, Want},
    table::{self, TableData},
};

/// Rows at one change sequence.
#[derive(Debug, Default)]
pub(crate) struct Snapshot {
    pub(crate) sequence: i64,
    pub(crate) tables: BTreeMap<String, Arc<TableData>>,
}

impl Snapshot {
    /// The latest change of any of these tables: figures that depend on them alone are the same since then.
    pub(crate) fn stamp<'a>(&self, tables: impl IntoIterator<Item = &'a String>) -> i64 {
        tables
            .into_iter()
            .filter_map(|it| self.tables.get(it))
            .map(|it| it.changed)
            .max()
            .unwrap_or(0)
    }
}

/// Keeps the latest snapshot.
pub(crate) struct Keeper {
    source: Arc<dyn Source>,
    /// The columns that are used, by table.
    columns: BTreeMap<String, Vec<ColumnSpec>>,
    held: Mutex<Arc<Snapshot>>,
}

impl Keeper {
    pub(crate) fn new(source: Arc<dyn Source>, columns: BTreeMap<String, Vec<ColumnSpec>>) -> Self {
        Self {
            source,
            columns,
            held: Mutex::default(),
        }
    }

    /// A snapshot at the head that holds at least `tables`.
    pub(crate) async fn at_head(
        &self,
        tables: &BTreeSet<String>,
    ) -> Result<Arc<Snapshot>, SourceError> {
        let mut held = self.held.lock().await;
        let head = self.source.head().await?;
        let complete = tables.iter().all(|it| held.tables.contains_key(it));
        if complete && head == held.sequence {
            return Ok(Arc::clone(&held));
        }
        let next = Arc::new(self.read(&held, tables).await?);
        *held = Arc::clone(&next);
        Ok(next)
    }

    async fn read(
        &self,
        held: &Snapshot,
        tables: &BTreeSet<String>,
    ) -> Result<Snapshot, SourceError> {
        let names: BTreeSet<&String> = held.tables.keys().chain(tables).collect();
        let mut wants = Vec::with_capacity(names.len());
        let mut before = Vec::with_capacity(names.len());
        for name in names {
            let data = held.tables.get(name).cloned();
            let columns = self.columns.get(name).cloned().unwrap_or_default();
            wants.push(Want {
                table: name.clone(),
                columns: columns.clone(),
                since: data.as_ref().map(|_| held.sequence),
            });
            before.push(data.unwrap_or_else(|| Arc::new(TableData::empty(columns))));
        }
        let mut fresh = vec![(Vec::new(), Vec::new()); wants.len()];
        let schemas: Vec<_> = before
            .iter()
            .map(|it| table::schema(it.columns()))
            .collect();
        let sequence = self
            .source
            .read(&wants, &mut |at, piece| {
                let (rows, removed): &mut (Vec<_>, Vec<i64>) = &mut fresh[at];
                match piece {
                    Piece::Rows(batch) => {
                        let arrow = TableData::arrow(&wants[at].columns, &schemas[at], batch)?;
                        rows.push(arrow);
                    }
                    Piece::Removed(ids) => removed.extend(ids),
                }
                Ok(())
            })
            .await?;
        let mut next = BTreeMap::new();
        for ((want, data), (rows, removed)) in wants.into_iter().zip(before).zip(fresh) {
            let same = want.since.is_some() && rows.is_empty() && removed.is_empty();
            let data = if same {
                data
            } else {
                Arc::new(data.apply(rows, &removed, sequence)?)
            };
            next.insert(want.table, data);
        }
        tracing::debug!(sequence, tables = next.len(), "snapshot read");
        Ok(Snapshot {
            sequence,
            tables: next,
        })
    }
}
