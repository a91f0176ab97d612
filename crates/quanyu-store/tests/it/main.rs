//! The store on both engines: one body for each test, run on SQLite and on PostgreSQL.

mod audit;
mod backup;
mod common;
mod files;
mod import;
mod jobs;
mod kill;
mod migrate;
mod records;
mod writer;
