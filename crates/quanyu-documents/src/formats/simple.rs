//! Plain docx and PDF files: a title, headings, paragraphs, tables. Made for samples and short notices.
//!
//! Invariant: equal blocks give equal bytes.

mod docx;
mod pdf;

pub use docx::write_docx_simple;
pub use pdf::write_pdf_simple;

/// A block of a simple document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SimpleBlock {
    /// The title, centred.
    Title(String),
    /// A heading of level 1 to 4; its number stands in the text.
    Heading(u8, String),
    /// A paragraph, first line indented.
    Paragraph(String),
    /// A table; the first row is its head.
    Table(Vec<Vec<String>>),
}
