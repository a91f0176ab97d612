//! Composing: a template and figures become an official document as docx, PDF, HTML or Markdown.
//!
//! Owns the template language ([`template`]), the idioms in which figures are printed and their exact tests ([`idiom`]), the
//! one block model ([`model`]), and its writers. Leaves where figures come from, and freezing them, to the caller, who
//! hands them in round by round ([`Known`]).
//!
//! Invariant: a figure gets into a text only as a [`FigureRun`]; what is printed of it is true of its value, or composing
//! is refused with the reason. Equal input gives equal bytes.
//!
//! Start reading at [`Template::render`].

mod blocks;
pub mod chart;
mod docx;
mod error;
mod figure;
mod html;
pub mod idiom;
mod inline;
mod markdown;
pub mod marks;
pub mod model;
pub mod pdf;
mod place;
pub mod template;

pub use docx::write as write_docx;
pub use error::ComposeError;
pub use figure::{Also, Answer, Ask, Figure, Known, MOST_YEARS, Measure, Part, Parts};
pub use html::write as write_html;
pub use markdown::write as write_markdown;
pub use model::{Doc, FigureRun};
pub use pdf::{Fonts, PdfError};
pub use template::{Facts, Rendered, Template};
