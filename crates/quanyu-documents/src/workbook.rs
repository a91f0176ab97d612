//! Workbooks: xlsx, xls and csv into rows, rows into xlsx and csv.
//!
//! Owns cells, rows, heads of tables and the units in them, and what is wrong with a file. Leaves the meaning of a column
//! to whoever imports it, and the reading of typed text (`12.5万`) to `quanyu_core::typed`.
//!
//! Invariant: rows are streamed; what is held does not grow with their number, save the shared texts of an xlsx.
//!
//! Start reading at [`open`]: it finds the table in a sheet, and the [`Sheet`] it returns yields the rows of data.

mod cell;
mod error;
mod head;
mod open;
mod sheet;
mod text;
mod unit;
pub mod write;
mod xls;
mod xlsx;

pub use cell::{Cell, FormulaError};
pub use error::WorkbookError;
pub use head::Column;
pub use open::{Wish, open, open_bytes};
pub use sheet::{Aside, AsideKind, Report, Row, Sheet};
pub use unit::split_header;
