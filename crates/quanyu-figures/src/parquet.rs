//! Rows as people export them into a Parquet file.
//!
//! Owns [`ParquetFile`], [`read`] and the type of each column: text is utf8, whole numbers int64, money decimal128(20,2), decimals
//! decimal128 with their places, dates date32, yes and no boolean. The title of a column stands in its metadata. Leaves which
//! rows to the application.
//!
//! Invariant: a value that does not fit its column is refused, never rounded.

use std::{collections::HashMap, fs::File, io::BufWriter, path::Path, sync::Arc};

use datafusion::{
    arrow::{
        array::{ArrayRef, BooleanArray, Date32Array, Decimal128Array, Int64Array, StringArray},
        datatypes::{DataType, Field, Schema, SchemaRef},
        record_batch::RecordBatch,
    },
    parquet::arrow::{ArrowWriter, arrow_reader::ParquetRecordBatchReaderBuilder},
};
use quanyu_core::{
    columns::{BATCH_ROWS, ColumnKind},
    text::Text,
    value::Value,
};
use rust_decimal::Decimal;

use crate::{error::FiguresError, functions::epoch_day, rows};

/// Digits of a decimal: as many as there are.
const DIGITS: u8 = 38;

/// A column of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParquetColumn {
    /// Its name.
    pub name: String,
    /// What people call it, where that is known.
    pub title: Option<Text>,
    /// Base unit of a number, where it has one.
    pub unit: Option<String>,
    /// What it holds.
    pub kind: ColumnKind,
}

/// A Parquet file that is being written.
pub struct ParquetFile {
    columns: Vec<ParquetColumn>,
    schema: SchemaRef,
    writer: ArrowWriter<BufWriter<File>>,
    rows: Vec<Vec<Value>>,
}

impl ParquetFile {
    /// Begins a file.
    ///
    /// # Errors
    /// [`FiguresError::File`].
    pub fn create(path: &Path, columns: Vec<ParquetColumn>) -> Result<Self, FiguresError> {
        let fields: Vec<Field> = columns.iter().map(ParquetColumn::field).collect();
        let schema = Arc::new(Schema::new(fields));
        let file = File::create(path).map_err(failed)?;
        let writer = ArrowWriter::try_new(BufWriter::new(file), Arc::clone(&schema), None);
        Ok(Self {
            columns,
            schema,
            writer: writer.map_err(failed)?,
            rows: Vec::with_capacity(BATCH_ROWS),
        })
    }

    /// Writes a row: a value for each column.
    ///
    /// # Errors
    /// [`FiguresError::File`], also for a value that does not fit its column.
    pub fn write(&mut self, row: Vec<Value>) -> Result<(), FiguresError> {
        self.rows.push(row);
        if self.rows.len() < BATCH_ROWS {
            return Ok(());
        }
        self.flush()
    }

    /// Ends the file.
    ///
    /// # Errors
    /// [`FiguresError::File`].
    pub fn finish(mut self) -> Result<(), FiguresError> {
        self.flush()?;
        self.writer.close().map_err(failed)?;
        Ok(())
    }

    fn flush(&mut self) -> Result<(), FiguresError> {
        let rows = std::mem::take(&mut self.rows);
        let columns = self.columns.iter().enumerate();
        let arrays = columns
            .map(|(at, column)| {
                column.array(rows.iter().map(|row| row.get(at).unwrap_or(&Value::Null)))
            })
            .collect::<Result<Vec<_>, _>>()?;
        if !rows.is_empty() {
            let batch = RecordBatch::try_new(Arc::clone(&self.schema), arrays)?;
            self.writer.write(&batch).map_err(failed)?;
        }
        Ok(())
    }
}

/// What a file holds that [`ParquetFile`] could have written: its columns, and its rows.
///
/// # Errors
/// [`FiguresError::File`].
pub fn read(path: &Path) -> Result<(Vec<ParquetColumn>, Vec<Vec<Value>>), FiguresError> {
    let file = File::open(path).map_err(failed)?;
    let reader = ParquetRecordBatchReaderBuilder::try_new(file).map_err(failed)?;
    let columns = reader.schema().fields().iter().map(|field| {
        let about = |key: &str| field.metadata().get(key).cloned();
        let title = about("title").map(|zh| Text {
            zh,
            en: about("title_en"),
        });
        let kind = match field.data_type() {
            DataType::Decimal128(20, 2) => ColumnKind::Money,
            other => {
                rows::kind(other).ok_or_else(|| failed(format!("`{}` is {other}", field.name())))?
            }
        };
        Ok(ParquetColumn {
            name: field.name().clone(),
            title,
            unit: about("unit"),
            kind,
        })
    });
    let columns = columns.collect::<Result<Vec<_>, FiguresError>>()?;
    let mut found = Vec::new();
    for batch in reader.build().map_err(failed)? {
        let batch = batch?;
        let values = columns.iter().zip(batch.columns());
        let values = values
            .map(|(column, array)| rows::values(array, column.kind, &column.name))
            .collect::<Result<Vec<_>, _>>()?;
        let row = |at: usize| values.iter().map(|it| it[at].clone()).collect();
        found.extend((0..batch.num_rows()).map(row));
    }
    Ok((columns, found))
}

impl ParquetColumn {
    fn field(&self) -> Field {
        let mut about = HashMap::new();
        let title = self.title.as_ref();
        let english = title.and_then(|it| it.en.clone());
        for (key, value) in [
            ("title", title.map(|it| it.zh.clone())),
            ("title_en", english),
            ("unit", self.unit.clone()),
        ] {
            about.extend(value.map(|it| (key.to_owned(), it)));
        }
        Field::new(&self.name, self.data_type(), true).with_metadata(about)
    }

    fn data_type(&self) -> DataType {
        match self.kind {
            ColumnKind::Text => DataType::Utf8,
            ColumnKind::Int => DataType::Int64,
            ColumnKind::Money => DataType::Decimal128(20, 2),
            ColumnKind::Decimal(places) => {
                DataType::Decimal128(DIGITS, i8::try_from(places).unwrap_or(i8::MAX))
            }
            ColumnKind::Date => DataType::Date32,
            ColumnKind::YesNo => DataType::Boolean,
        }
    }

    fn array<'a>(&self, values: impl Iterator<Item = &'a Value>) -> Result<ArrayRef, FiguresError> {
        let odd = |value: &Value| {
            FiguresError::File(format!("{value:?} is no value of column `{}`", self.name))
        };
        let int = |value: &Value| match value {
            Value::Null => Ok(None),
            Value::Int(it) => Ok(Some(*it)),
            value => Err(odd(value)),
        };
        Ok(match self.kind {
            ColumnKind::Text => {
                let text = |value: &'a Value| match value {
                    Value::Null => Ok(None),
                    Value::Text(it) => Ok(Some(it.as_str())),
                    value => Err(odd(value)),
                };
                Arc::new(values.map(text).collect::<Result<StringArray, _>>()?)
            }
            ColumnKind::Int => Arc::new(values.map(int).collect::<Result<Int64Array, _>>()?),
            ColumnKind::YesNo => {
                let yes = |value| int(value).map(|it| it.map(|it| it != 0));
                Arc::new(values.map(yes).collect::<Result<BooleanArray, _>>()?)
            }
            ColumnKind::Date => {
                let day = |value: &Value| match value {
                    Value::Null => Ok(None),
                    Value::Date(it) => Ok(Some(epoch_day(*it))),
                    value => Err(odd(value)),
                };
                Arc::new(values.map(day).collect::<Result<Date32Array, _>>()?)
            }
            ColumnKind::Money => self.decimals(values, 2)?,
            ColumnKind::Decimal(places) => self.decimals(values, places)?,
        })
    }

    fn decimals<'a>(
        &self,
        values: impl Iterator<Item = &'a Value>,
        places: u8,
    ) -> Result<ArrayRef, FiguresError> {
        let most = match self.kind {
            ColumnKind::Money => 10_i128.pow(20),
            _ => 10_i128.pow(DIGITS.into()),
        };
        let fits = |value: Decimal| {
            let up = u32::from(places).checked_sub(value.scale());
            let scaled = match up {
                Some(up) => value.mantissa().checked_mul(10_i128.checked_pow(up)?)?,
                None => {
                    let down = 10_i128.checked_pow(value.scale() - u32::from(places))?;
                    (value.mantissa() % down == 0).then(|| value.mantissa() / down)?
                }
            };
            (scaled.abs() < most).then_some(scaled)
        };
        let number = |value: &Value| {
            let decimal = match value {
                Value::Null => return Ok(None),
                Value::Decimal(it) => *it,
                Value::Money(it) => it.yuan(),
                Value::Int(it) => Decimal::from(*it),
                value => {
                    let what = format!("{value:?} is no number, in column `{}`", self.name);
                    return Err(FiguresError::File(what));
                }
            };
            let what = || format!("{decimal} does not fit {places} places, in `{}`", self.name);
            let scaled = fits(decimal).ok_or_else(|| FiguresError::File(what()))?;
            Ok(Some(scaled))
        };
        let array: Decimal128Array = values.map(number).collect::<Result<_, FiguresError>>()?;
        Ok(Arc::new(array.with_data_type(self.data_type())))
    }
}

fn failed(error: impl std::fmt::Display) -> FiguresError {
    FiguresError::File(error.to_string())
}
