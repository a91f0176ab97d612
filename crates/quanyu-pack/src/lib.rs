//! Packs: a folder of declarations becomes one checked [`model::Pack`] and diagnostics with source spans.
//!
//! Owns the files' grammar, the checks that need no database and no query engine, and the messages for those who
//! write packs. Leaves planning of SQL texts to `quanyu-figures` and tables to `quanyu-store`.
//!
//! Invariant: a [`model::Pack`] is only handed out when nothing in it is wrong; every fault names file, line, what
//! is wrong and the nearest valid name.
//!
//! Start reading at [`model`], then [`load()`].
#![doc = ""]
#![doc = include_str!("grammar.md")]

mod check;
mod dependencies;
pub mod diagnostic;
mod diff;
mod faults;
mod grammar;
mod load;
pub mod model;
mod nearest;
mod node;
mod packs;
pub mod pattern;
mod read;
pub mod schema;
mod sql;

pub use dependencies::{Dependencies, Reads};
pub use diagnostic::{Diagnostic, Diagnostics};
pub use diff::{Change, ChangeKind, diff};
pub use load::load;
pub use nearest::nearest;
pub use packs::{PackFile, Packs};
