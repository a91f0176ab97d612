//! The store on both engines: one body for each test, run on SQLite and on PostgreSQL.

// Helpers of tests unwrap too: a panic there is a failure with a line number.
#![allow(clippy::unwrap_used)]

mod asof;
mod audit;
mod backup;
mod bindings;
mod common;
mod dated;
mod faults;
mod files;
mod import;
mod jobs;
mod kept;
mod kill;
mod merge;
mod migrate;
mod reach;
mod records;
mod releases;
mod views;
mod writer;
