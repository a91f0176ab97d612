//! Columns of the store as Arrow.
//!
//! Owns the Arrow type of each column kind, the schema of a table and the turning of a batch. Leaves what becomes of the rows
//! to [`crate::table`].

use std::sync::Arc;

use datafusion::arrow::{
    array::{ArrayRef, BooleanArray, Date32Array, Decimal128Array, Int64Array, StringViewArray},
    datatypes::{DataType, Field, Schema, SchemaRef},
    record_batch::RecordBatch,
};
use quanyu_core::columns::{Column, ColumnBatch, ColumnKind, ColumnSpec};

use crate::source::SourceError;

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
    RecordBatch::try_new(Arc::clone(schema), arrays).map_err(|error| SourceError(Box::new(error)))
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
