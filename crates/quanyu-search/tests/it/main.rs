//! The index as the application uses it: filled, asked, damaged.

mod common;
mod finding;
mod folder;
mod scope;
