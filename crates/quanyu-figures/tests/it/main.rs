//! Tests of the figures, in one binary since each links the query engine.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests too")]

mod check;
mod cited;
mod examples;
mod export;
mod oracle;
mod parts;
mod support;
