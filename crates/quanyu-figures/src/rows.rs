//! The rows of a dataset, batch by batch.
//!
//! Owns [`Rows`]: what `quanyu export` writes into a file. Leaves the query to the pack, the file to the application (or to
//! [`crate::parquet`]).
//!
//! Invariant: all rows are of one sequence; at most a batch of them is held.

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, AsArray},
        compute::cast,
        datatypes::{DataType, Date32Type, Int64Type},
    },
    execution::SendableRecordBatchStream,
    physical_plan,
};
use futures::StreamExt;
use jiff::{ToSpan, civil::date};
use quanyu_core::{columns::ColumnKind, value::Value};

use crate::{compute::on_snapshot, error::FiguresError, figures::Figures, number};

/// A column of a dataset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowsColumn {
    /// Its name in the query.
    pub name: String,
    /// What it holds. Money is a decimal with two places, as it is to the query.
    pub kind: ColumnKind,
}

/// The rows of a dataset at one change sequence.
pub struct Rows {
    /// The columns, in the order of the query.
    pub columns: Vec<RowsColumn>,
    /// The change sequence.
    pub sequence: i64,
    dataset: String,
    stream: SendableRecordBatchStream,
}

impl Figures {
    /// The rows of a dataset at the head, as they are read: those of sealed parts first. A dataset has no order of its own.
    ///
    /// # Errors
    /// [`FiguresError::UnknownDataset`]; when the source cannot be read or a record cannot be computed with.
    pub async fn rows(&self, dataset: &str) -> Result<Rows, FiguresError> {
        let relation = self.plans.relations.get(dataset);
        let Some(relation) = relation.filter(|_| self.pack.datasets.contains_key(dataset)) else {
            return Err(FiguresError::UnknownDataset {
                asked: dataset.to_owned(),
            });
        };
        let snapshot = self.snapshot(&relation.tables).await?;
        let mut state = on_snapshot(&self.plans.state, &snapshot);
        // One partition, so that rows come in the same order each time.
        state.config_mut().options_mut().execution.target_partitions = 1;
        let plan = self.plans.scan(dataset)?.build()?;
        let plan = state.create_physical_plan(&plan).await?;
        let schema = plan.schema();
        let columns = schema.fields().iter().map(|field| {
            Ok(RowsColumn {
                name: field.name().clone(),
                kind: kind(field.data_type()).ok_or_else(|| FiguresError::NoColumn {
                    of: dataset.to_owned(),
                    column: field.name().clone(),
                })?,
            })
        });
        Ok(Rows {
            columns: columns.collect::<Result<_, FiguresError>>()?,
            sequence: snapshot.sequence,
            dataset: dataset.to_owned(),
            stream: physical_plan::execute_stream(plan, state.task_ctx())?,
        })
    }
}

impl Rows {
    /// The next rows; `None` after the last.
    ///
    /// # Errors
    /// When a record cannot be computed with.
    pub async fn next(&mut self) -> Result<Option<Vec<Vec<Value>>>, FiguresError> {
        let Some(batch) = self.stream.next().await else {
            return Ok(None);
        };
        let batch = batch?;
        let columns = self.columns.iter().enumerate();
        let columns = columns.map(|(at, it)| values(batch.column(at), it.kind, &self.dataset));
        let mut columns: Vec<_> = columns
            .map(|it| it.map(Vec::into_iter))
            .collect::<Result<_, FiguresError>>()?;
        let row = |_| {
            let cells = columns.iter_mut();
            cells.map(|it| it.next().unwrap_or(Value::Null)).collect()
        };
        Ok(Some((0..batch.num_rows()).map(row).collect()))
    }
}

/// A column's values.
pub(crate) fn values(
    column: &ArrayRef,
    kind: ColumnKind,
    of: &str,
) -> Result<Vec<Value>, FiguresError> {
    let too_large = |_| FiguresError::TooLarge(of.to_owned());
    Ok(match kind {
        ColumnKind::Text => {
            let texts = cast(column, &DataType::Utf8)?;
            let texts = texts.as_string::<i32>().iter();
            texts
                .map(|it| it.map_or(Value::Null, Value::text))
                .collect()
        }
        ColumnKind::Int => {
            let whole = cast(column, &DataType::Int64)?;
            let whole = whole.as_primitive::<Int64Type>().iter();
            whole.map(|it| it.map_or(Value::Null, Value::Int)).collect()
        }
        ColumnKind::YesNo => {
            let yes = column.as_boolean().iter();
            yes.map(|it| it.map_or(Value::Null, |yes| Value::Int(yes.into())))
                .collect()
        }
        ColumnKind::Date => {
            let days = column.as_primitive::<Date32Type>().iter();
            let day = |days: i32| date(1970, 1, 1).checked_add(days.days()).ok();
            days.map(|it| it.and_then(day).map_or(Value::Null, Value::Date))
                .collect()
        }
        ColumnKind::Money | ColumnKind::Decimal(_) => (0..column.len())
            .map(|row| number::number(column, row))
            .map(|it| it.map(|it| it.map_or(Value::Null, Value::Decimal)))
            .collect::<Result<_, _>>()
            .map_err(too_large)?,
    })
}

/// What a type holds; `None` for one that no file takes.
pub(crate) fn kind(kind: &DataType) -> Option<ColumnKind> {
    Some(match kind {
        DataType::Utf8 | DataType::Utf8View | DataType::LargeUtf8 | DataType::Null => {
            ColumnKind::Text
        }
        DataType::Boolean => ColumnKind::YesNo,
        DataType::Date32 => ColumnKind::Date,
        DataType::Decimal128(_, scale) => ColumnKind::Decimal(u8::try_from(*scale).ok()?),
        kind if kind.is_integer() => ColumnKind::Int,
        _ => return None,
    })
}
