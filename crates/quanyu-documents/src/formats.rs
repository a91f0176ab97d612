//! Documents into text and blocks: txt, html, docx, pdf; doc and wps through LibreOffice where it is installed.
//!
//! Owns finding the kind of a file, its text, and where its headings, paragraphs and table cells stand in the text.
//! Leaves what the text says to [`crate::read`].
//!
//! Invariant: the text of a document is all of its body, or the document is refused with the reason; a scan is never
//! empty text, a font that cannot be mapped never nonsense. Offsets count characters of [`DocText::text`].
//!
//! Start reading at [`extract`].

mod builder;
pub(crate) mod docx;
mod html;
mod pdf;
mod simple;
pub(crate) mod traced;
mod txt;

use memchr::memmem;

pub use simple::{SimpleBlock, write_docx_simple, write_pdf_simple};

use crate::{
    OfficeError, PackageError, office,
    package::{Package, Source},
    secrecy::{self, Mark},
};

/// Largest document that is read.
const MAX_BYTES: usize = 200 << 20;

/// The text of a document and its parts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DocText {
    /// The text. Of a txt it is the file itself, without the mark of its encoding; else blocks are lines, and the cells
    /// of a table row are separated by tabs.
    pub text: String,
    /// Headings, paragraphs, cells in order of the text.
    pub blocks: Vec<BlockSpan>,
    /// The title, where one can be told.
    pub title: Option<String>,
    /// What the reader of the text should know.
    pub warnings: Vec<DocWarning>,
    /// The mark of secrecy that the file bears, in its text or at the head of its pages.
    pub secrecy: Option<Mark>,
}

/// A block of the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlockSpan {
    /// What it is.
    pub kind: BlockKind,
    /// Of a heading: 1 for 一、, 2 for （一）, 3 for 1., 4 for （1）; else 0.
    pub level: u8,
    /// First character.
    pub start_char: usize,
    /// After the last character.
    pub end_char: usize,
    /// Page from 1, where the format has pages.
    pub page: Option<u32>,
    /// Of a docx: the number of its (first) paragraph in the document part, from 0, nested ones counted.
    pub paragraph: Option<u32>,
}

/// What a block is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum BlockKind {
    /// The title of the document.
    Title,
    /// A heading.
    Heading,
    /// A paragraph.
    Paragraph,
    /// A cell of a table: which table of the document, row and column, from 0.
    Cell {
        /// The table.
        table: u32,
        /// The row.
        row: u32,
        /// The column.
        column: u32,
    },
    /// A footnote or endnote.
    Footnote,
}

/// What was met that the reader of the text should know.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DocWarning {
    /// Text that was deleted with changes tracked was left out.
    TrackedDeletions,
    /// Pages that hold only pictures, among pages with text.
    PagesWithoutText(Vec<u32>),
    /// Characters that could not be mapped; they stand as `\u{fffd}` in the text.
    UnmappedCharacters(usize),
    /// The text lies invisible over pictures: it was recognised by a machine and may have faults.
    RecognisedText,
    /// Text written slantwise or upside down was left out.
    SlantedText,
}

/// Why a document could not be read. The texts for people are found by [`FormatError::code`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FormatError {
    /// No bytes, or no text in them.
    #[error("there is no text in the document")]
    Empty,
    /// Another kind of file.
    #[error("not a document but {found}")]
    NotADocument {
        /// What it seems to be.
        found: &'static str,
    },
    /// Locked with a password.
    #[error("the document is locked with a password")]
    PasswordProtected,
    /// The end is missing.
    #[error("the file is cut off")]
    Truncated,
    /// The bytes contradict themselves.
    #[error("`{part}` is damaged: {reason}")]
    Damaged {
        /// The part of the file.
        part: String,
        /// What is wrong with it.
        reason: String,
    },
    /// Unpacks to more than any honest file, or is larger than is read.
    #[error("{what} is larger than is read")]
    TooLarge {
        /// What is too large.
        what: String,
    },
    /// Only pictures of pages.
    #[error("the document is a scan: {pages} pages of pictures, no text")]
    Scan {
        /// How many pages.
        pages: usize,
    },
    /// Glyphs without their characters.
    #[error("{share}% of the characters cannot be told, their fonts ({}) carry no mapping", fonts.join(", "))]
    Unmappable {
        /// Percent of the characters.
        share: usize,
        /// The fonts.
        fonts: Vec<String>,
    },
    /// The lines run from above to below.
    #[error("the text is written from above to below, which is not read")]
    Vertical,
    /// The bytes are text in no encoding that is read.
    #[error("the text is neither UTF-8 nor GB18030 nor UTF-16")]
    Encoding,
    /// Needs LibreOffice, or it failed.
    #[error(transparent)]
    Office(#[from] OfficeError),
}

impl FormatError {
    /// The key of the texts for people.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Empty => "document_empty",
            Self::NotADocument { .. } => "document_not_a_document",
            Self::PasswordProtected => "document_password",
            Self::Truncated => "document_truncated",
            Self::Damaged { .. } => "document_damaged",
            Self::TooLarge { .. } => "document_too_large",
            Self::Scan { .. } => "document_scan",
            Self::Unmappable { .. } => "document_unmappable",
            Self::Vertical => "document_vertical",
            Self::Encoding => "document_encoding",
            Self::Office(OfficeError::NotInstalled { .. }) => "document_office_missing",
            Self::Office(_) => "document_office_failed",
        }
    }
}

impl From<PackageError> for FormatError {
    fn from(error: PackageError) -> Self {
        match error {
            PackageError::NoDirectory(_) => Self::Truncated,
            PackageError::Encrypted(_) => Self::PasswordProtected,
            PackageError::Missing(part) => Self::Damaged {
                part,
                reason: "missing".to_owned(),
            },
            PackageError::Bomb { part, .. } => Self::TooLarge { what: part },
            PackageError::TooManyParts(_) => Self::TooLarge {
                what: "the list of parts".to_owned(),
            },
            PackageError::Damaged { part, reason } => Self::Damaged { part, reason },
            PackageError::Io(reason) => Self::Damaged {
                part: "file".to_owned(),
                reason,
            },
        }
    }
}

/// Reads a document; `file_name` settles only what the bytes leave open.
///
/// # Errors
/// Each way in which a file is no document that can be read; see [`FormatError`].
pub fn extract(bytes: &[u8], file_name: &str) -> Result<DocText, FormatError> {
    if bytes.len() > MAX_BYTES {
        return Err(FormatError::TooLarge {
            what: "the file".to_owned(),
        });
    }
    let extension = file_name
        .rsplit_once('.')
        .map(|it| it.1.to_ascii_lowercase())
        .unwrap_or_default();
    let not = |found| Err(FormatError::NotADocument { found });
    let mut read = match bytes {
        [] => return Err(FormatError::Empty),
        [b'P', b'K', 3, 4, ..] => package(bytes)?,
        [0xD0, 0xCF, 0x11, 0xE0, ..] => compound(bytes, &extension)?,
        [b'{', b'\\', b'r', b't', b'f', ..] => {
            docx::extract(&office::convert(bytes, "rtf", "docx")?)?
        }
        [0x89, b'P', b'N', b'G', ..] | [0xFF, 0xD8, 0xFF, ..] => return not("a picture"),
        _ if memmem::find(&bytes[..bytes.len().min(1024)], b"%PDF-").is_some() => {
            pdf::extract(bytes)?
        }
        _ if html::is_html(bytes, &extension) => html::extract(bytes)?,
        _ => txt::extract(bytes)?,
    };
    match read.text.chars().all(char::is_whitespace) {
        true => Err(FormatError::Empty),
        false => {
            read.secrecy = read.secrecy.or_else(|| secrecy::find(read.text.lines()));
            Ok(read)
        }
    }
}

fn package(bytes: &[u8]) -> Result<DocText, FormatError> {
    let package = Package::open(Source::Bytes(bytes.into()))?;
    if package.has("word/document.xml") {
        return docx::extract(bytes);
    }
    if package.has("content.xml") && package.has("mimetype") {
        return docx::extract(&office::convert(bytes, "odt", "docx")?);
    }
    let found = match () {
        () if package.has("xl/workbook.xml") || package.has("xl/workbook.bin") => "a workbook",
        () if package.has("ppt/presentation.xml") => "slides",
        () if package.has("OFD.xml") => "an OFD (save it as PDF or docx)",
        () => "an archive",
    };
    Err(FormatError::NotADocument { found })
}

/// The old container: doc and wps inside, or a locked docx, or another document.
fn compound(bytes: &[u8], extension: &str) -> Result<DocText, FormatError> {
    let has = |name: &str| {
        let wide: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        memmem::find(bytes, &wide).is_some()
    };
    if has("EncryptedPackage") {
        return Err(FormatError::PasswordProtected);
    }
    if !has("WordDocument") && extension != "wps" {
        let found = if has("Workbook") || has("Book") {
            "a workbook"
        } else {
            "another compound file"
        };
        return Err(FormatError::NotADocument { found });
    }
    docx::extract(&office::convert(bytes, "doc", "docx")?)
}
