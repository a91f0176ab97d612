//! Documents and workbooks: the only crate that sees their formats.
//!
//! Owns reading workbooks into rows ([`workbook`]), documents into text and blocks ([`formats`]), text into mentions
//! ([`read`]), holding mentions against records ([`check`]) by what their words claim ([`claim`]), blocks into documents ([`compose`]), edits of a user's docx
//! ([`edit`]), and writing back. Leaves what a row or a figure means to packs, and registers to the store.
//!
//! Invariant: a file is read rightly or refused with the reason; never empty, never nonsense, never without bound.
//!
//! Start reading at [`workbook::open`] and [`formats::extract`].

pub mod archive;
pub mod check;
pub mod claim;
pub mod compose;
pub mod edit;
pub mod formats;
pub mod macros;
mod office;
mod package;
pub mod read;
pub mod renew;
mod rounding;
pub mod secrecy;
pub mod workbook;

pub use office::OfficeError;
pub use package::PackageError;
