//! Columns for computing: how rows travel from the store to the figures.
//!
//! Owns the shape of a batch: typed vectors of at most [`BATCH_ROWS`] rows. The application fills it from the store, the
//! figures turn it into Arrow.
//!
//! Invariant: every column of a batch has as many values as the batch has rows.

/// Rows in a batch at most: small enough for the cache, large enough to amortise a call.
pub const BATCH_ROWS: usize = 8_192;

/// One column's values, missing ones as `None`.
#[derive(Clone, Debug, PartialEq)]
pub enum Column {
    /// Texts, codes, regions, periods.
    Text(Vec<Option<String>>),
    /// Integers, references, yes/no, money in fen, decimals scaled to integers, days since 1970-01-01.
    Int(Vec<Option<i64>>),
}

impl Column {
    /// How many values.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::Text(values) => values.len(),
            Self::Int(values) => values.len(),
        }
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// How the integers of a column are to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ColumnKind {
    /// Text.
    Text,
    /// A plain integer.
    Int,
    /// Fen: decimal(20,2) in yuan to rules and indicators.
    Money,
    /// A decimal of this scale, stored times ten to the scale.
    Decimal(u8),
    /// Days since 1970-01-01.
    Date,
    /// 1 or 0.
    YesNo,
}

/// A named column and how it is read.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ColumnSpec {
    /// The column's name in the table.
    pub name: String,
    /// How it is read.
    pub kind: ColumnKind,
}

/// Some rows of a register.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ColumnBatch {
    /// The records' ids, ascending.
    pub ids: Vec<i64>,
    /// One column for each that was asked for, in that order.
    pub columns: Vec<Column>,
}
