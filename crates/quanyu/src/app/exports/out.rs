//! The file of an export, by its ending.
//!
//! Owns [`Out`]. Sheets hold cells as people read them, a Parquet file values of their types.

use std::{
    fs::File,
    io::BufWriter,
    path::{Path, PathBuf},
};

use jiff::civil::Time;
use quanyu_core::{text::Language, value::Value};
use quanyu_documents::workbook::{
    Cell,
    write::{Book, CsvWriter, Field as Head, XlsxWriter},
};
use quanyu_figures::parquet::ParquetFile;

use super::{
    super::{AppError, Why},
    Column,
};

/// Where rows go.
pub(in crate::app) struct Out {
    target: PathBuf,
    file: Kind,
}

enum Kind {
    Xlsx(Box<XlsxWriter>),
    Csv(Box<CsvWriter<BufWriter<File>>>),
    Parquet(Box<ParquetFile>),
}

impl Out {
    /// Begins a file of the kind that its ending says.
    pub(in crate::app) fn create(
        target: &Path,
        title: &str,
        columns: Vec<Column>,
    ) -> Result<Self, AppError> {
        let heads = || {
            columns
                .iter()
                .map(|it| it.head.clone())
                .collect::<Vec<Head>>()
        };
        let file = match target.extension().and_then(|it| it.to_str()) {
            Some("xlsx") => {
                let book = Book {
                    title: title.to_owned(),
                    made_at: jiff::Zoned::now().date().to_datetime(Time::midnight()),
                    language: Language::Zh,
                };
                let writer = XlsxWriter::new(&book, &heads());
                Kind::Xlsx(Box::new(writer.map_err(|it| AppError::file(target, &it))?))
            }
            Some("csv") => {
                let file = File::create(target).map_err(|it| AppError::file(target, &it))?;
                let writer = CsvWriter::new(BufWriter::new(file), &heads(), Language::Zh);
                Kind::Csv(Box::new(writer.map_err(|it| AppError::file(target, &it))?))
            }
            Some("parquet") => {
                let columns = columns.into_iter().map(|it| it.typed).collect();
                let writer = ParquetFile::create(target, columns);
                Kind::Parquet(Box::new(writer.map_err(|it| AppError::file(target, &it))?))
            }
            other => {
                return Err(AppError::BadValue {
                    kind: "ending",
                    value: other.unwrap_or_default().to_owned(),
                    why: Why::new(
                        "可写 .xlsx、.csv、.parquet",
                        "write .xlsx, .csv or .parquet",
                    ),
                });
            }
        };
        Ok(Self {
            target: target.to_owned(),
            file,
        })
    }

    /// Whether rows are values of their types, not cells.
    pub(in crate::app) fn is_typed(&self) -> bool {
        matches!(self.file, Kind::Parquet(_))
    }

    pub(in crate::app) fn write_cells(&mut self, cells: &[Cell]) -> Result<(), AppError> {
        match &mut self.file {
            Kind::Xlsx(it) => it
                .write_row(cells)
                .map_err(|it| AppError::file(&self.target, &it)),
            Kind::Csv(it) => it
                .write_row(cells)
                .map_err(|it| AppError::file(&self.target, &it)),
            Kind::Parquet(_) => unreachable!("a Parquet file is given values"),
        }
    }

    pub(in crate::app) fn write_values(&mut self, values: Vec<Value>) -> Result<(), AppError> {
        match &mut self.file {
            Kind::Parquet(it) => it
                .write(values)
                .map_err(|it| AppError::file(&self.target, &it)),
            Kind::Xlsx(_) | Kind::Csv(_) => unreachable!("a sheet is given cells"),
        }
    }

    pub(in crate::app) fn finish(self) -> Result<(), AppError> {
        let target = &self.target;
        match self.file {
            Kind::Xlsx(it) => it.finish(target).map_err(|it| AppError::file(target, &it)),
            Kind::Csv(it) => it
                .finish()
                .map(drop)
                .map_err(|it| AppError::file(target, &it)),
            Kind::Parquet(it) => it.finish().map_err(|it| AppError::file(target, &it)),
        }
    }
}
