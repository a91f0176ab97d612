//! How the query engine reads a table: parts with what no longer counts left out, and the rows in memory.
//!
//! Owns [`Live`], the provider that finds its rows in the snapshot that a query runs on, and the plan of a table's reading:
//! only the columns asked for, and of a part only the row groups and pages in which a condition can hold. Leaves the rows to
//! [`crate::table`].
//!
//! Invariant: a reading gives each row of [`TableData`] once.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use async_trait::async_trait;
use datafusion::{
    arrow::{
        array::AsArray,
        datatypes::{Int64Type, Schema, SchemaRef},
        record_batch::RecordBatch,
    },
    catalog::{Session, TableProvider},
    common::{DFSchema, DataFusionError, Result as EngineResult},
    datasource::{
        listing::PartitionedFile,
        memory::MemorySourceConfig,
        physical_plan::{FileScanConfigBuilder, ParquetSource},
        source::DataSourceExec,
    },
    execution::{TaskContext, object_store::ObjectStoreUrl},
    logical_expr::{Expr, TableProviderFilterPushDown, TableType, utils::conjunction},
    physical_expr::PhysicalExpr,
    physical_plan::{
        ExecutionPlan, ExecutionPlanProperties,
        filter::{FilterExec, FilterExecBuilder},
        union::UnionExec,
    },
};
use futures::StreamExt;

use crate::{
    gone::Gone,
    parts::Reader,
    snapshot::Snapshot,
    source::SourceError,
    table::{Sealed, TableData},
};

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

    fn supports_filters_pushdown(
        &self,
        filters: &[&Expr],
    ) -> EngineResult<Vec<TableProviderFilterPushDown>> {
        // They choose what is read of parts; the engine looks at each row all the same.
        Ok(vec![TableProviderFilterPushDown::Inexact; filters.len()])
    }

    async fn scan(
        &self,
        state: &dyn Session,
        projection: Option<&Vec<usize>>,
        filters: &[Expr],
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
        let predicate = match conjunction(filters.iter().cloned()) {
            Some(filter) if !data.parts.is_empty() => {
                let filter = unqualified(filter)?;
                let schema = DFSchema::try_from(Schema::clone(&data.schema))?;
                Some(state.create_physical_expr(filter, &schema)?)
            }
            _ => None,
        };
        let ways = state.config().target_partitions();
        if let Some(sight) = &snapshot.sight {
            let plan = sight.plan(
                &snapshot,
                &self.table,
                data,
                &held,
                predicate.as_ref(),
                ways,
            );
            return plan.await;
        }
        data.plan(Some(&held), predicate.as_ref(), ways)
    }
}

/// A condition over a table that stands alone.
fn unqualified(filter: Expr) -> EngineResult<Expr> {
    use datafusion::common::tree_node::{Transformed, TreeNode};
    let bare = filter.transform(|it| {
        Ok(match it {
            Expr::Column(column) => Transformed::yes(Expr::Column(
                datafusion::common::Column::from_name(column.name),
            )),
            other => Transformed::no(other),
        })
    })?;
    Ok(bare.data)
}

impl TableData {
    /// A plan that reads all rows: some columns of them, at least those for which the condition holds.
    pub(crate) fn plan(
        &self,
        projection: Option<&[usize]>,
        predicate: Option<&Arc<dyn PhysicalExpr>>,
        ways: usize,
    ) -> EngineResult<Arc<dyn ExecutionPlan>> {
        let all: Vec<usize> = (0..self.schema.fields().len()).collect();
        let columns = projection.unwrap_or(&all);
        let mut inputs = Vec::with_capacity(self.parts.len() + 1);
        for part in &self.parts {
            inputs.push(part.plan(&self.schema, columns, predicate)?);
        }
        if inputs.is_empty() || !self.batches.is_empty() {
            let memory: Arc<dyn ExecutionPlan> = MemorySourceConfig::try_new_exec(
                &self.partitions(ways),
                Arc::clone(&self.schema),
                Some(columns.to_vec()),
            )?;
            inputs.push(memory);
        }
        UnionExec::try_new(inputs)
    }

    /// The rows in memory dealt out over at most `ways` partitions; a small table is not split, since that costs more than it
    /// saves.
    fn partitions(&self, ways: usize) -> Vec<Vec<RecordBatch>> {
        let ways = ways.min(self.batches.len() / 4).max(1);
        let share = self.batches.len().div_ceil(ways).max(1);
        if self.batches.is_empty() {
            return vec![Vec::new()];
        }
        self.batches.chunks(share).map(<[_]>::to_vec).collect()
    }

    /// All rows, batch by batch.
    pub(crate) async fn each(
        &self,
        take: impl FnMut(RecordBatch) -> Result<(), SourceError>,
    ) -> Result<(), SourceError> {
        let plan = self.plan(None, None, 1).map_err(failed)?;
        run(plan, take).await
    }

    /// The rows of parts that count under these ids; one list for each part.
    pub(crate) async fn of_ids(&self, ids: &[Vec<i64>]) -> Result<Vec<RecordBatch>, SourceError> {
        let mut found = Vec::new();
        for (sealed, ids) in self.parts.iter().zip(ids) {
            if ids.is_empty() {
                continue;
            }
            let wanted = Gone::default().with(ids.iter().copied());
            let plan = sealed.of_ids(&self.schema, ids, &wanted).map_err(failed)?;
            run(plan, |batch| {
                found.push(batch);
                Ok(())
            })
            .await?;
        }
        Ok(found)
    }

    /// The ids in a part.
    pub(crate) async fn ids_of(part: &Sealed, schema: &SchemaRef) -> Result<Vec<i64>, SourceError> {
        let mut ids = Vec::with_capacity(part.part.rows());
        run(part.plan(schema, &[0], None).map_err(failed)?, |batch| {
            ids.extend(batch.column(0).as_primitive::<Int64Type>().values());
            Ok(())
        })
        .await?;
        Ok(ids)
    }
}

impl Sealed {
    fn plan(
        &self,
        schema: &SchemaRef,
        columns: &[usize],
        predicate: Option<&Arc<dyn PhysicalExpr>>,
    ) -> EngineResult<Arc<dyn ExecutionPlan>> {
        let mut columns = columns.to_vec();
        let wanted: Vec<usize> = (0..columns.len()).collect();
        if !self.gone.is_empty() && !columns.contains(&0) {
            columns.push(0);
        }
        let id = columns.iter().position(|it| *it == 0);
        let rows = self.rows_of(schema, columns, predicate, false)?;
        let Some(id) = id.filter(|_| !self.gone.is_empty()) else {
            return Ok(rows);
        };
        let counts = self.gone.condition(id, &rows.schema(), false)?;
        let filter = FilterExecBuilder::new(counts, rows).apply_projection(Some(wanted))?;
        Ok(Arc::new(filter.build()?))
    }

    /// The rows of these ids: the column of ids is read first, of the others only the pages that hold one.
    fn of_ids(
        &self,
        schema: &SchemaRef,
        ids: &[i64],
        wanted: &Gone,
    ) -> EngineResult<Arc<dyn ExecutionPlan>> {
        use datafusion::{
            logical_expr::Operator,
            physical_expr::expressions::{BinaryExpr, Column, lit},
        };
        let id: Arc<dyn PhysicalExpr> = Arc::new(Column::new("id", 0));
        let bound = |op, to: Option<&i64>| -> Arc<dyn PhysicalExpr> {
            let to = lit(to.copied().unwrap_or_default());
            Arc::new(BinaryExpr::new(Arc::clone(&id), op, to))
        };
        let and =
            |a, b| -> Arc<dyn PhysicalExpr> { Arc::new(BinaryExpr::new(a, Operator::And, b)) };
        let within = and(
            bound(Operator::GtEq, ids.iter().min()),
            bound(Operator::LtEq, ids.iter().max()),
        );
        let among = wanted.condition(0, schema, true)?;
        let condition = and(within, Arc::clone(&among));
        let all = (0..schema.fields().len()).collect();
        let rows = self.rows_of(schema, all, Some(&condition), true)?;
        // A reader may leave conditions out; this one is needed.
        Ok(Arc::new(FilterExec::try_new(among, rows)?))
    }

    /// Reads the file; `first` looks at the condition row by row before the other columns are read.
    fn rows_of(
        &self,
        schema: &SchemaRef,
        columns: Vec<usize>,
        predicate: Option<&Arc<dyn PhysicalExpr>>,
        first: bool,
    ) -> EngineResult<Arc<dyn ExecutionPlan>> {
        let mut source = ParquetSource::new(Arc::clone(schema))
            .with_parquet_file_reader_factory(Arc::new(Reader(Arc::clone(&self.part))))
            .with_pushdown_filters(first);
        if let Some(predicate) = predicate {
            source = source.with_predicate(Arc::clone(predicate));
        }
        // The name is for people who read plans: the reader has the file open.
        let file = PartitionedFile::new(self.part.path.to_string_lossy(), self.part.size);
        let config = FileScanConfigBuilder::new(ObjectStoreUrl::local_filesystem(), source.into())
            .with_file(file)
            .with_projection_indices(Some(columns))?
            .build();
        Ok(DataSourceExec::from_data_source(config))
    }
}

/// Runs a plan that reads a table.
pub(crate) async fn run(
    plan: Arc<dyn ExecutionPlan>,
    mut take: impl FnMut(RecordBatch) -> Result<(), SourceError>,
) -> Result<(), SourceError> {
    let context = Arc::new(TaskContext::default());
    for partition in 0..plan.output_partitioning().partition_count() {
        let mut stream = plan
            .execute(partition, Arc::clone(&context))
            .map_err(failed)?;
        while let Some(batch) = stream.next().await {
            take(batch.map_err(failed)?)?;
            // Reading a file never waits: others get their turn here.
            tokio::task::yield_now().await;
        }
    }
    Ok(())
}

fn failed(error: DataFusionError) -> SourceError {
    SourceError(Box::new(error))
}
