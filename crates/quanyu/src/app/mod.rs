//! Acts: what can be done with a district, once, for pages, commands and jobs alike.
//!
//! Owns permission, transaction and audit of every act, and the shapes that edges show. Leaves HTTP to `web`, arguments to
//! `cli`, rows to `quanyu-store`, values to `quanyu-figures`, formats to `quanyu-documents`.
//!
//! Invariant: edges call this module and nothing below it.
//!
//! Start reading at [`product::Product`].

pub mod account;
pub mod appraisal;
pub mod asof;
pub mod audit;
pub mod backup;
pub mod boards;
pub mod bulk;
mod by_reach;
pub mod calendar;
pub mod cells;
pub mod check;
pub mod cockpit;
pub mod collections;
pub mod compare;
pub mod compose;
pub mod deadlines;
pub mod delegations;
pub mod demo;
pub mod desk;
pub mod documents;
pub mod dossier;
pub mod duplicates;
pub mod duties;
pub mod entries;
pub mod error;
pub mod exchange;
pub mod exports;
pub mod files;
pub mod filings;
pub mod firms;
pub mod handover;
pub mod imports;
pub mod indicators;
pub mod interface;
pub mod lists;
pub mod mandates;
pub mod media;
pub mod names;
pub mod notices;
pub mod oidc;
pub mod open_data;
pub mod packs;
pub mod plans;
pub mod product;
pub mod public;
pub mod publications;
pub mod quick;
pub mod registers;
pub mod releases;
pub mod renew;
pub mod reports;
pub mod resources;
pub mod say;
pub mod search;
pub mod sheets;
mod source;
pub mod steps;
pub mod views;
pub mod who;
pub mod why;
pub mod writing;

pub use error::AppError;
pub use product::Product;
pub use who::Who;
pub use why::Why;
