//! Tables: the columns of a register as Arrow, and how the query engine reads them.
//!
//! Owns the Arrow type of each column kind, [`TableData`] (immutable, with `apply` for changes) and [`Live`], the provider
//! that finds its rows in the snapshot a query runs on. Leaves which sequence that is to [`crate::snapshot`].
//!
//! Invariant: a record's id stands in exactly one row of a [`TableData`].

use std::{collections::HashSet, sync::Arc};

use async_trait::async_trait;
use datafusion::{
    arrow::{
        array::{
            ArrayRef, AsArray, BooleanArray, Date32Array, Decimal128Array, Int64Array,
            StringViewArray,
        },
        compute::{concat_batches, filter_record_batch},
        datatypes::{DataType, Field, Int64Type, Schema, SchemaRef},
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

/// The rows of one register at one sequence.
#[derive(Debug)]
pub(crate) struct TableData {
    columns: Vec<ColumnSpec>,
    schema: SchemaRef,
    batches: Vec<RecordBatch>,
    /// The sequence of the last reading that changed anything.
    pub(crate) changed: i64,
}

impl TableData {
    pub(crate) fn empty(columns: Vec<ColumnSpec>) -> Self {
        Self {
            schema: schema(&columns),
            columns,
            batches: Vec::new(),
            changed: 0,
        }
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
        let mut gone: HashSet<i64> = removed.iter().copied().collect();
        for batch in &fresh {
            gone.extend(ids(batch).values().iter());
        }
        let mut batches = Vec::with_capacity(self.batches.len() + fresh.len());
        if let Some(span) = span(gone.iter().copied()) {
            for batch in &self.batches {
                let kept = without(batch, &gone, span).map_err(told)?;
                if kept.num_rows() > 0 {
                    batches.push(kept);
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
        Ok(Self {
            columns: self.columns.clone(),
            schema: Arc::clone(&self.schema),
            batches,
            changed: sequence,
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

fn without(
    batch: &RecordBatch,
    gone: &HashSet<i64>,
    (low, high): (i64, i64),
) -> Result<RecordBatch, datafusion::arrow::error::ArrowError> {
    let ids = ids(batch);
    let stays = |id: i64| id < low || id > high || !gone.contains(&id);
    if ids.values().iter().all(|id| stays(*id)) {
        return Ok(batch.clone());
    }
    let keep: BooleanArray = ids.values().iter().map(|id| Some(stays(*id))).collect();
    filter_record_batch(batch, &keep)
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
        let partitions = data.partitions(state.config().target_partitions());
        let exec =
            MemorySourceConfig::try_new_exec(&partitions, Arc::clone(&data.schema), Some(held))?;
        Ok(exec)
    }
}
