//! Tests of the figures, in one binary since each links the query engine.

mod check;
mod cited;
mod examples;
mod oracle;
mod support;
