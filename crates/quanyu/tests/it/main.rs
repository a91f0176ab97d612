//! The product as its users meet it: the real binary and the real pages, on small districts.
//!
//! One binary, because each links the query engine. Start reading at [`commands`].

// Helpers of tests unwrap too: a panic there is a failure with a line number.
#![allow(clippy::unwrap_used)]

mod account;
mod api;
mod appraisal;
mod check;
mod collections;
mod columns;
mod commands;
mod compose;
mod desk;
mod entries;
mod exchange;
mod exchange_processes;
mod exports;
mod firms;
mod hostile;
mod imports;
mod large;
mod lines;
mod lists;
mod looks;
mod notices;
mod oidc;
mod publications;
mod quick;
mod releases;
mod renew;
mod rights;
mod search;
mod step_pages;
mod steps;
mod web;
mod writing;
mod writing_pages;
