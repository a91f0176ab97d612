//! Names by which browsers know the kinds of files that are handed out.

/// A workbook.
pub const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
/// A document.
pub const DOCX: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
