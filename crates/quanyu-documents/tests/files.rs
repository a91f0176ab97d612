//! Workbooks and documents as strangers make them: read rightly or refused with the reason.

// Helpers of tests unwrap too: a panic there is a failure with a line number.
#![allow(clippy::unwrap_used)]

#[path = "files/documents.rs"]
mod documents;
#[path = "files/hostile.rs"]
mod hostile;
#[path = "files/kit.rs"]
mod kit;
#[path = "files/pdf.rs"]
mod pdf;
#[path = "files/written.rs"]
mod written;
#[path = "files/xlsx.rs"]
mod xlsx;
