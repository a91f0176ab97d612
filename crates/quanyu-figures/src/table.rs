//! Tables: the columns of a register as Arrow, and how the query engine reads them.
//!
//! Owns the Arrow type of each column kind, [`TableData`] (immutable, with `apply` for changes) and [`Live`], the provider
//! that finds its rows in the snapshot a query runs on. Leaves which sequence that is to [`crate::snapshot`].
//!
//! Invariant: a record's id stands in exactly one row of a [`TableData`].

use std::{
    collections::HashSet,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use async_trait::async_trait;
use datafusion::{
    arrow::{
        array::{
            ArrayRef, AsArray, BooleanArray, Date32Array, Decimal128Array, Int64Array,
            StringViewArray,
        },
        compute::{concat_batches, filter_record_batch, not},
        datatypes::{DataType, Field, Int64Type, Schema, SchemaRef},
        error::ArrowError,
        record_batch::RecordBatch,
    },
    catalog::{Session, TableProvider},
    common::{DataFusionError, Result as EngineResult},
    datasource::memory::MemorySourceConfig,
    logical_expr::{Expr, TableType},
    physical_plan::ExecutionPlan,
};
use quanyu_core::columns::{BATCH_ROWS, Column, ColumnBatch, ColumnKind, ColumnSpec};

use crate::{snapshot::Snapshot, source::SourceError};

/// Digits of money and decimals: what an `i64` holds, and one to spare.
const PRECISION: u8 = 20;

/// The Arrow type of a column kind.
pub(crate) fn arrow_type(kind: ColumnKind) -> DataType {
    match kind {
        ColumnKind::Text => DataType::Utf8View,
        ColumnKind::Int => DataType::Int64,
        ColumnKind::Money => DataType::Decimal128(PRECISION, 2),
        ColumnKind::Decimal(scale) => {
            DataType::Decimal128(PRECISION, i8::try_from(scale).unwrap_or(i8::MAX))
        }
        ColumnKind::Date => DataType::Date32,
        ColumnKind::YesNo => DataType::Boolean,
    }
}

/// The schema of a table with these columns; `id` first.
pub(crate) fn schema(columns: &[ColumnSpec]) -> SchemaRef {
    let id = Field::new("id", DataType::Int64, false);
    let rest = columns
        .iter()
        .map(|it| Field::new(&it.name, arrow_type(it.kind), true));
    Arc::new(Schema::new(
        std::iter::once(id).chain(rest).collect::<Vec<_>>(),
    ))
}

/// Changed rows that a table remembers at most, so that what was computed can be moved on instead of computed anew.
const REMEMBERED: usize = 8 * BATCH_ROWS;

/// What one reading changed: rows as they were and rows as they are.
#[derive(Debug)]
struct Change {
    from: i64,
    gone: Vec<RecordBatch>,
    fresh: Vec<RecordBatch>,
}

/// The rows of one register at one sequence.
#[derive(Debug)]
pub(crate) struct TableData {
    columns: Vec<ColumnSpec>,
    schema: SchemaRef,
    batches: Vec<RecordBatch>,
    /// The sequence of the last reading that changed anything.
    pub(crate) changed: i64,
    /// The last changes, oldest first, each beginning where the one before ended.
    changes: Vec<Arc<Change>>,
}

impl TableData {
    pub(crate) fn empty(columns: Vec<ColumnSpec>) -> Self {
        Self {
            schema: schema(&columns),
            columns,
            batches: Vec::new(),
            changed: 0,
            changes: Vec::new(),
        }
    }

    /// How many rows.
    pub(crate) fn rows(&self) -> usize {
        rows(&self.batches)
    }

    /// Rows that went and rows that came since a sequence at which this table changed; `None` where that is forgotten.
    pub(crate) fn since(&self, from: i64) -> Option<(Self, Self)> {
        let (mut gone, mut fresh) = (Vec::new(), Vec::new());
        if from != self.changed {
            let first = self.changes.iter().position(|it| it.from == from)?;
            for change in &self.changes[first..] {
                gone.extend(change.gone.iter().cloned());
                fresh.extend(change.fresh.iter().cloned());
            }
        }
        let table = |batches| Self {
            columns: self.columns.clone(),
            schema: Arc::clone(&self.schema),
            batches,
            changed: self.changed,
            changes: Vec::new(),
        };
        Some((table(gone), table(fresh)))
    }

    pub(crate) fn columns(&self) -> &[ColumnSpec] {
        &self.columns
    }

    pub(crate) fn batches(&self) -> &[RecordBatch] {
        &self.batches
    }

    /// A batch from the store as Arrow.
    pub(crate) fn arrow(
        columns: &[ColumnSpec],
        schema: &SchemaRef,
        batch: ColumnBatch,
    ) -> Result<RecordBatch, SourceError> {
        if batch.columns.len() != columns.len() {
            return Err(SourceError::told(format!(
                "{} columns were asked for, {} came",
                columns.len(),
                batch.columns.len()
            )));
        }
        let mut arrays: Vec<ArrayRef> = vec![Arc::new(Int64Array::from(batch.ids))];
        for (spec, column) in columns.iter().zip(batch.columns) {
            arrays.push(array(spec, column)?);
        }
        RecordBatch::try_new(Arc::clone(schema), arrays)
            .map_err(|error| SourceError(Box::new(error)))
    }

    /// The table after a reading: `fresh` rows replace those of the same id, `removed` ones go.
    pub(crate) fn apply(
        &self,
        fresh: Vec<RecordBatch>,
        removed: &[i64],
        sequence: i64,
    ) -> Result<Self, SourceError> {
        let told = |error| SourceError(Box::new(error));
        let came = fresh.clone();
        let mut went = Vec::new();
        let mut gone: HashSet<i64> = removed.iter().copied().collect();
        for batch in &fresh {
            gone.extend(ids(batch).values().iter());
        }
        let mut batches = Vec::with_capacity(self.batches.len() + fresh.len());
        if let Some(span) = span(gone.iter().copied()) {
            for batch in &self.batches {
                match without(batch, &gone, span).map_err(told)? {
                    None => batches.push(batch.clone()),
                    Some((kept, lost)) => {
                        if kept.num_rows() > 0 {
                            batches.push(kept);
                        }
                        went.push(lost);
                    }
                }
            }
        } else {
            batches.clone_from(&self.batches);
        }
        for batch in fresh {
            // Small readings would leave thousands of tiny batches: the last one is filled up first.
            match batches.last_mut() {
                Some(last) if last.num_rows() + batch.num_rows() <= BATCH_ROWS => {
                    *last = concat_batches(&self.schema, [&*last, &batch]).map_err(told)?;
                }
                _ if batch.num_rows() > 0 => batches.push(batch),
                _ => {}
            }
        }
        let change = Change {
            from: self.changed,
            gone: went,
            fresh: came,
        };
        Ok(Self {
            columns: self.columns.clone(),
            schema: Arc::clone(&self.schema),
            batches,
            changed: sequence,
            changes: remembered(&self.changes, change),
        })
    }

    /// The rows dealt out over at most `ways` partitions; a small table is not split, since that costs more than it saves.
    fn partitions(&self, ways: usize) -> Vec<Vec<RecordBatch>> {
        let ways = ways.min(self.batches.len() / 4).max(1);
        let share = self.batches.len().div_ceil(ways).max(1);
        if self.batches.is_empty() {
            return vec![Vec::new()];
        }
        self.batches.chunks(share).map(<[_]>::to_vec).collect()
    }
}

fn ids(batch: &RecordBatch) -> &Int64Array {
    batch.column(0).as_primitive::<Int64Type>()
}

fn span(values: impl Iterator<Item = i64>) -> Option<(i64, i64)> {
    values.fold(None, |span, it| match span {
        None => Some((it, it)),
        Some((low, high)) => Some((low.min(it), high.max(it))),
    })
}

/// The batch without those rows, and those rows; `None` where it has none of them.
fn without(
    batch: &RecordBatch,
    gone: &HashSet<i64>,
    (low, high): (i64, i64),
) -> Result<Option<(RecordBatch, RecordBatch)>, ArrowError> {
    let goes = |id: i64| id >= low && id <= high && gone.contains(&id);
    let lost: BooleanArray = ids(batch)
        .values()
        .iter()
        .map(|id| Some(goes(*id)))
        .collect();
    if lost.true_count() == 0 {
        return Ok(None);
    }
    let kept = filter_record_batch(batch, &not(&lost)?)?;
    Ok(Some((kept, filter_record_batch(batch, &lost)?)))
}

fn rows(batches: &[RecordBatch]) -> usize {
    batches.iter().map(RecordBatch::num_rows).sum()
}

/// The changes to remember: the newest, and as many before it as are small enough together.
fn remembered(before: &[Arc<Change>], newest: Change) -> Vec<Arc<Change>> {
    let mut room = REMEMBERED;
    // The first reading is no change: nothing was computed before it.
    let first = newest.from == 0;
    let all = before.iter().cloned().chain([Arc::new(newest)]);
    let mut kept: Vec<_> = all
        .collect::<Vec<_>>()
        .into_iter()
        .rev()
        .take_while(|it| {
            // An empty change takes room too, so that the list stays short.
            let size = 64 + rows(&it.gone) + rows(&it.fresh);
            let fits = !first && size <= room;
            room = room.saturating_sub(size);
            fits
        })
        .collect();
    kept.reverse();
    kept
}

fn array(spec: &ColumnSpec, column: Column) -> Result<ArrayRef, SourceError> {
    let odd = |what: &str| SourceError::told(format!("column `{}` {what}", spec.name));
    Ok(match (spec.kind, column) {
        (ColumnKind::Text, Column::Text(values)) => Arc::new(StringViewArray::from_iter(values)),
        (ColumnKind::Int, Column::Int(values)) => Arc::new(Int64Array::from(values)),
        (ColumnKind::Money | ColumnKind::Decimal(_), Column::Int(values)) => Arc::new(
            values
                .into_iter()
                .map(|it| it.map(i128::from))
                .collect::<Decimal128Array>()
                .with_data_type(arrow_type(spec.kind)),
        ),
        (ColumnKind::Date, Column::Int(values)) => Arc::new(
            values
                .into_iter()
                .map(|it| {
                    it.map(|day| i32::try_from(day).map_err(|_| odd("has a day beyond 32 bits")))
                        .transpose()
                })
                .collect::<Result<Date32Array, _>>()?,
        ),
        (ColumnKind::YesNo, Column::Int(values)) => Arc::new(
            values
                .into_iter()
                .map(|it| it.map(|yes| yes != 0))
                .collect::<BooleanArray>(),
        ),
        (ColumnKind::Text, Column::Int(_)) => return Err(odd("came as numbers, not as text")),
        (_, Column::Text(_)) => return Err(odd("came as text, not as numbers")),
    })
}

/// A table whose rows are those of the snapshot that the session carries, so that a plan made once runs on any snapshot.
#[derive(Debug)]
pub(crate) struct Live {
    /// The register's id.
    pub(crate) table: String,
    /// All columns it may be asked for; the snapshot holds those that are used.
    pub(crate) schema: SchemaRef,
    /// Rows handed to queries so far, over all tables.
    pub(crate) scanned: Arc<AtomicU64>,
}

#[async_trait]
impl TableProvider for Live {
    fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    async fn scan(
        &self,
        state: &dyn Session,
        projection: Option<&Vec<usize>>,
        _filters: &[Expr],
        _limit: Option<usize>,
    ) -> EngineResult<Arc<dyn ExecutionPlan>> {
        let missing = |what: &str| DataFusionError::Internal(format!("`{}` {what}", self.table));
        let snapshot = state
            .config()
            .get_extension::<Snapshot>()
            .ok_or_else(|| missing("is read outside a snapshot"))?;
        let data = snapshot
            .tables
            .get(&self.table)
            .ok_or_else(|| missing("is not in the snapshot"))?;
        let all: Vec<usize> = (0..self.schema.fields().len()).collect();
        let held = projection
            .unwrap_or(&all)
            .iter()
            .map(|at| data.schema.index_of(self.schema.field(*at).name()))
            .collect::<Result<Vec<_>, _>>()?;
        let rows = u64::try_from(data.rows()).unwrap_or(u64::MAX);
        self.scanned.fetch_add(rows, Ordering::Relaxed);
        let partitions = data.partitions(state.config().target_partitions());
        let exec =
            MemorySourceConfig::try_new_exec(&partitions, Arc::clone(&data.schema), Some(held))?;
        Ok(exec)
    }
}
