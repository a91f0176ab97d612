//! Composing, from template to file: one binary, a module for each promise.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests too")]

mod idioms;
mod kit;
mod marks;
mod page;
mod templates;
