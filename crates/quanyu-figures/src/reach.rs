//! Reach: figures of the records that somebody may see, and of no others.
//!
//! Owns the scope as an expression over a table's rows, and the [`Sight`] that a snapshot carries: whatever runs on such a
//! snapshot (sums, evidence, datasets, observations) meets only rows within reach, so that values, ranks and records agree.
//! Leaves whose sight reaches how far to the application.
//!
//! Invariant: the expression lets through exactly the rows whose place [`Scope::holds`]; a table that is not named has no rows;
//! lines are seen with their record.
//!
//! Start reading at [`Sight::plan`].

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use datafusion::{
    arrow::{
        array::{AsArray, BooleanArray},
        compute::filter_record_batch,
        datatypes::Int64Type,
        record_batch::RecordBatch,
    },
    common::{Column, DFSchema, DataFusionError, Result as EngineResult, ScalarValue},
    execution::context::ExecutionProps,
    logical_expr::{Expr, lit, physical_planning_context::PhysicalPlanningContext},
    physical_expr::{PhysicalExpr, create_physical_expr},
    physical_plan::{ExecutionPlan, filter::FilterExecBuilder},
};
use quanyu_core::{
    access::{Belongs, Part, Reach, Scope},
    columns::{ColumnKind, ColumnSpec},
};
use quanyu_pack::model::Pack;

use crate::{gone::Gone, scan, snapshot::Snapshot, table::TableData};

/// How far somebody reaches, by register.
pub type Reaches = BTreeMap<String, Reach>;

/// How far somebody reaches, by table.
#[derive(Debug)]
pub(crate) struct Sight {
    reaches: Reaches,
    /// The register of each table of lines.
    parents: BTreeMap<String, String>,
}

impl Sight {
    pub(crate) fn new(pack: &Pack, reaches: Reaches) -> Self {
        Self {
            reaches,
            parents: parents(pack),
        }
    }

    /// These tables, and those that say whether their rows are seen.
    pub(crate) fn with_parents(&self, tables: &BTreeSet<String>) -> BTreeSet<String> {
        let parents = tables.iter().filter_map(|it| self.parents.get(it));
        tables.iter().chain(parents).cloned().collect()
    }

    /// The register of a table of lines.
    pub(crate) fn parent(&self, table: &str) -> Option<&String> {
        self.parents.get(table)
    }

    /// A plan that reads the rows within reach: these columns of them.
    pub(crate) async fn plan(
        &self,
        snapshot: &Snapshot,
        table: &str,
        data: &TableData,
        columns: &[usize],
        predicate: Option<&Arc<dyn PhysicalExpr>>,
        ways: usize,
    ) -> EngineResult<Arc<dyn ExecutionPlan>> {
        let Some(condition) = self.condition(snapshot, table, data).await? else {
            return data.plan(Some(columns), predicate, ways);
        };
        let rows = data.plan(None, predicate, ways)?;
        let seen =
            FilterExecBuilder::new(condition, rows).apply_projection(Some(columns.to_vec()))?;
        Ok(Arc::new(seen.build()?))
    }

    /// The condition over all columns of a table; `None` where every row is within reach.
    async fn condition(
        &self,
        snapshot: &Snapshot,
        table: &str,
        data: &TableData,
    ) -> EngineResult<Option<Arc<dyn PhysicalExpr>>> {
        let Some(register) = self.parents.get(table) else {
            return self.of_register(table, data);
        };
        let missing = || DataFusionError::Internal(format!("`{register}` is not in the snapshot"));
        let parent = snapshot.tables.get(register).ok_or_else(missing)?;
        let Some(condition) = self.of_register(register, parent)? else {
            return Ok(None);
        };
        let rows = parent.plan(None, None, 1)?;
        let seen = FilterExecBuilder::new(condition, rows).apply_projection(Some(vec![0]))?;
        let mut ids = Vec::new();
        scan::run(Arc::new(seen.build()?), |batch| {
            ids.extend(batch.column(0).as_primitive::<Int64Type>().values());
            Ok(())
        })
        .await
        .map_err(|it| DataFusionError::External(Box::new(it)))?;
        let at = data.schema.index_of("parent")?;
        let among = Gone::default().with(ids);
        among.condition(at, &data.schema, true).map(Some)
    }

    fn of_register(
        &self,
        register: &str,
        data: &TableData,
    ) -> EngineResult<Option<Arc<dyn PhysicalExpr>>> {
        let nothing = || Reach {
            scope: Scope::nothing(),
            belongs: Belongs::Owner,
        };
        let reach = self.reaches.get(register).cloned().unwrap_or_else(nothing);
        let Some(expr) = expression(&reach) else {
            return Ok(None);
        };
        let schema = DFSchema::try_from(data.schema.as_ref().clone())?;
        let (props, context) = (ExecutionProps::new(), PhysicalPlanningContext::default());
        create_physical_expr(&expr, &schema, &props, &context).map(Some)
    }

    /// The rows of a batch of a register that are within reach.
    pub(crate) fn seen(
        &self,
        register: &str,
        data: &TableData,
        batch: &RecordBatch,
    ) -> EngineResult<RecordBatch> {
        let Some(condition) = self.of_register(register, data)? else {
            return Ok(batch.clone());
        };
        let found = condition.evaluate(batch)?.into_array(batch.num_rows())?;
        let found: &BooleanArray = found.as_boolean();
        Ok(filter_record_batch(batch, found)?)
    }
}

/// A scope as an expression over the columns of a register; `None` for everything.
fn expression(reach: &Reach) -> Option<Expr> {
    let Scope::Parts(parts) = &reach.scope else {
        return None;
    };
    let column = |name: &str| Expr::Column(Column::from_name(name));
    let text = |text: String| lit(ScalarValue::Utf8View(Some(text)));
    let any = parts.iter().map(|part| match part {
        // What lies below a region is a span of the order of code points.
        Part::Region(code) => column("region")
            .gt_eq(text(code.to_string()))
            .and(column("region").lt_eq(text(format!("{code}\u{10ffff}")))),
        Part::Organization(id) => {
            let of = match &reach.belongs {
                Belongs::Itself => "id",
                Belongs::Owner => "owner_org",
                Belongs::Field(field) => field,
            };
            column(of).eq(lit(*id))
        }
        Part::Owner(name) => column("owner_user").eq(text(name.clone())),
    });
    Some(any.reduce(Expr::or).unwrap_or_else(|| lit(false)))
}

/// The register of each table of lines.
fn parents(pack: &Pack) -> BTreeMap<String, String> {
    let registers = pack.registers.values();
    let lines = registers.flat_map(|register| {
        let name = |lines: &str| format!("{}_{lines}", register.id);
        register
            .lines
            .iter()
            .map(move |it| (name(&it.id), register.id.clone()))
    });
    lines.collect()
}

/// The columns that are used, with those that say whether a row is within reach.
pub(crate) fn columns(
    pack: &Pack,
    used: &BTreeMap<String, Vec<ColumnSpec>>,
) -> BTreeMap<String, Vec<ColumnSpec>> {
    let mut all = used.clone();
    for (lines, register) in parents(pack) {
        if let Some(columns) = all.get_mut(&lines) {
            put(columns, "parent", ColumnKind::Int);
            all.entry(register).or_default();
        }
    }
    for (name, columns) in &mut all {
        if let Some(register) = pack.registers.get(name) {
            put(columns, "region", ColumnKind::Text);
            put(columns, "owner_user", ColumnKind::Text);
            match register.belongs() {
                Belongs::Itself => {}
                Belongs::Owner => put(columns, "owner_org", ColumnKind::Int),
                Belongs::Field(field) => put(columns, &field, ColumnKind::Int),
            }
        }
    }
    all
}

fn put(columns: &mut Vec<ColumnSpec>, name: &str, kind: ColumnKind) {
    if columns.iter().all(|it| it.name != name) {
        columns.push(ColumnSpec {
            name: name.to_owned(),
            kind,
        });
    }
}
