//! Values and rules of the domain, pure: no clock, file, network, database or async.
//!
//! Owns the types that every other crate speaks in: money in fen, periods, region codes, credit
//! codes, field values, columns for computing, the change chain. Leaves reading files to
//! `quanyu-documents`, declarations to `quanyu-pack`, rows to `quanyu-store`.
//!
//! Invariant: nothing here knows a district, a policy or a register by name.
//!
//! Start reading at [`value::Value`], then [`period::Period`].

pub mod access;
pub mod actor;
pub mod appraisal;
pub mod change;
pub mod columns;
pub mod growth;
pub mod lists;
pub mod measure;
pub mod money;
pub mod period;
pub mod person;
pub mod region;
pub mod text;
pub mod typed;
pub mod uscc;
pub mod value;
