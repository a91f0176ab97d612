//! Figures: what the records of a district add up to, and which records those are.
//!
//! Owns the columnar snapshot of registers, datasets, indicators with growth, rank and share, cited observations and
//! evidence; it is the only crate that sees DataFusion. Leaves rows to `quanyu-store` (they come through
//! [`source::Source`], which the application implements) and declarations to `quanyu-pack`.
//!
//! Invariant: an answer is computed at one change sequence and says which; a figure and its evidence are one
//! definition; there is no floating point in any plan.
//!
//! Start reading at [`figures::Figures::query`]; what a pack may write is in [`language`].

mod arrays;
mod cited;
mod compute;
mod cube;
mod declared;
mod error;
mod evidence;
pub mod figures;
mod functions;
mod gone;
mod guard;
pub mod language;
pub mod number;
pub mod parquet;
pub mod parts;
mod reach;
mod rows;
mod scan;
mod snapshot;
pub mod source;
mod table;

pub use declared::{Fault, check};
pub use error::FiguresError;
pub use evidence::{Combine, Definition, Evidence, Part, PartRole, Row};
pub use figures::{Answer, By, Citation, Figure, Figures, Origin, Rank, Request};
pub use reach::Reaches;
pub use rows::{Rows, RowsColumn};
