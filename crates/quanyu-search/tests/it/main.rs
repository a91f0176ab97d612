//! The index as the application uses it: filled, asked, damaged.

#![allow(clippy::unwrap_used)]

mod common;
mod finding;
mod folder;
mod scope;
