//! Why a figure could not be had.

use datafusion::error::DataFusionError;

use crate::{declared::Fault, source::SourceError};

/// Why a figure could not be had.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FiguresError {
    /// No indicator of that name.
    #[error("there is no indicator `{asked}`")]
    UnknownIndicator {
        /// What was asked for.
        asked: String,
    },
    /// No dataset of that name.
    #[error("there is no dataset `{asked}`")]
    UnknownDataset {
        /// What was asked for.
        asked: String,
    },
    /// A column of a dataset is of a type that no file takes.
    #[error("column `{column}` of `{of}` is neither text, number, date nor yes and no")]
    NoColumn {
        /// The dataset.
        of: String,
        /// The column.
        column: String,
    },
    /// A file could not be written.
    #[error("the file could not be written: {0}")]
    File(String),
    /// The pack's SQL does not plan.
    #[error("the pack has {} faults, the first: {}", .0.len(), .0.first().map_or("", |it| it.message.as_str()))]
    Pack(Vec<Fault>),
    /// A dataset without a column `id` cannot show its records.
    #[error("`{indicator}` is counted over `{of}`, which has no column `id`")]
    NoEvidence {
        /// The indicator.
        indicator: String,
        /// Its dataset.
        of: String,
    },
    /// The store could not deliver.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// The query engine gave up, for example at a division by zero in a record.
    #[error("computing failed: {0}")]
    Engine(#[from] DataFusionError),
    /// A result has more than 28 digits.
    #[error("a result of `{0}` is too large")]
    TooLarge(String),
}

impl FiguresError {
    /// The key of what people read.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::UnknownIndicator { .. } => "figures_unknown_indicator",
            Self::UnknownDataset { .. } => "figures_unknown_dataset",
            Self::NoColumn { .. } => "figures_no_column",
            Self::File(_) => "figures_file",
            Self::Pack(_) => "figures_pack",
            Self::NoEvidence { .. } => "figures_no_evidence",
            Self::Source(_) => "figures_source",
            Self::Engine(_) => "figures_engine",
            Self::TooLarge(_) => "figures_too_large",
        }
    }
}

impl From<datafusion::arrow::error::ArrowError> for FiguresError {
    fn from(error: datafusion::arrow::error::ArrowError) -> Self {
        Self::Engine(error.into())
    }
}
