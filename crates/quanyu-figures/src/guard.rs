//! Guards: whether a condition that a pack declares holds for one row of a register.
//!
//! Owns putting one row before the expression language. Leaves which row, and what follows from the answer, to the
//! application.
//!
//! Invariant: a guard means what the same words mean in a filter of an indicator.

use std::sync::Arc;

use datafusion::{
    arrow::{
        array::{Array, AsArray},
        datatypes::DataType,
    },
    logical_expr::LogicalPlanBuilder,
};
use quanyu_core::columns::{ColumnBatch, ColumnSpec};

use crate::{
    arrays, compute::run, declared::register_columns, error::FiguresError, figures::Figures,
    snapshot::Snapshot, source::SourceError, table::TableData,
};

impl Figures {
    /// The columns that a guard of a register may name, besides `id`; `None` for a register that the pack lacks.
    #[must_use]
    pub fn guard_columns(&self, register: &str) -> Option<Vec<ColumnSpec>> {
        self.pack.registers.get(register).map(register_columns)
    }

    /// Whether a condition holds for the one row of `row`, whose columns are those of [`Self::guard_columns`]. Unknown is
    /// `None`, as SQL has it.
    ///
    /// # Errors
    /// [`FiguresError::Source`] where the row does not have the columns; [`FiguresError::Engine`] where the condition
    /// cannot be planned or computed.
    pub async fn holds(
        &self,
        register: &str,
        condition: &str,
        row: ColumnBatch,
    ) -> Result<Option<bool>, FiguresError> {
        let columns = self
            .guard_columns(register)
            .ok_or_else(|| SourceError::told(format!("there is no register `{register}`")))?;
        let schema = arrays::schema(&columns);
        let batch = arrays::arrow(&columns, &schema, row)?;
        let data = TableData::empty(columns).holding(vec![batch]);
        let snapshot = Arc::new(Snapshot {
            sequence: 1,
            tables: [(register.to_owned(), Arc::new(data))].into(),
            sight: None,
        });
        let rows = self.plans.scan(register)?.build()?;
        let expr = self
            .plans
            .state
            .create_logical_expr(condition, rows.schema())?;
        let plan = LogicalPlanBuilder::from(rows)
            .project([expr.alias("holds")])?
            .build()?;
        for batch in run(&self.plans, &snapshot, &plan).await? {
            let column = batch.column(0);
            if batch.num_rows() > 0 && column.data_type() == &DataType::Boolean {
                return Ok(column.is_valid(0).then(|| column.as_boolean().value(0)));
            }
        }
        Ok(None)
    }
}
