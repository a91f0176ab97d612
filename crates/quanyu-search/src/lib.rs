//! Finding what an officer has in mind from a few letters: names, codes, words, pinyin, with one character wrong.
//!
//! Owns the index: how names and texts become terms, how words become a question, who is shown what, and that the folder can be
//! believed. The only crate that sees tantivy, the segmenter and the table of pinyin. Leaves to the application what is put in
//! and when; knows no register and no pack.
//!
//! Invariants: the index is a cache, the store is the truth; a folder that is damaged or of another version, pack or history
//! is thrown away and filled again. Nobody finds what [`quanyu_core::access::Scope::holds`] does not give.
//!
//! Start reading at [`Index`], then [`entry`], then `find`.

mod bearing;
pub mod entry;
mod error;
mod find;
mod grams;
mod index;
mod mark;
mod near;
mod pinyin;
mod query;
mod reach;
mod schema;
mod stamp;
mod terms;
mod text;
mod words;

pub use entry::{Entry, Kind, Standing};
pub use error::SearchError;
pub use find::{Group, Hit, Way, Wish};
pub use index::{Index, Opening, Writing};
pub use mark::Marked;
pub use reach::Reach;
pub use stamp::Stamp;
