//! PDF with text: the body of the pages as paragraphs, without page numbers and running heads.
//!
//! Objects and streams come from hayro-syntax, the predefined Chinese CMaps from hayro-cmap; text state, mapping to
//! Unicode and the order of lines are here. pdf-extract and lopdf do not know the predefined CMaps, hayro-interpret maps
//! an embedded font with a predefined CMap to nothing and draws far more than text needs.
//!
//! Invariant: a page of pictures is told, never empty; characters whose fonts carry no mapping are told, never guessed.
//!
//! Start reading at [`extract`]; then [`content`] (glyphs), [`fonts`] (their characters), [`marked`] (what tags say of them),
//! [`columns`] and [`lines`] (their order).

mod columns;
mod content;
mod fonts;
mod lines;
mod marked;

use std::{
    collections::BTreeMap,
    panic::{AssertUnwindSafe, catch_unwind},
};

use hayro_syntax::{DecryptionError, LoadPdfError, Pdf};
use memchr::memmem;

use super::{DocText, DocWarning, FormatError};

/// Glyphs that are read; a document of 2,000 full pages has about two million.
const MAX_GLYPHS: usize = 8_000_000;
/// Percent of unmapped characters up to which they are marked one by one; past it the document is refused.
const MAX_UNMAPPED: usize = 2;

/// A glyph on its page, as a reader sees it: y grows downwards.
#[derive(Clone, Debug)]
struct Glyph {
    x: f32,
    y: f32,
    width: f32,
    size: f32,
    /// Its character or characters; `\u{fffd}` where they cannot be told.
    text: fonts::Mapped,
}

/// What stands on a page.
#[derive(Default)]
struct Page {
    width: f32,
    height: f32,
    glyphs: Vec<Glyph>,
    pictures: usize,
    invisible: usize,
    slanted: usize,
    vertical: usize,
    /// Text of page heads and feet that tags tell as such.
    furniture: String,
    unmapped: BTreeMap<String, usize>,
}

pub(super) fn extract(bytes: &[u8]) -> Result<DocText, FormatError> {
    fenced(|| read(bytes))
}

/// A library that stops over a file made to stop it is damage of that file, not the end of the process.
fn fenced<T>(read: impl FnOnce() -> Result<T, FormatError>) -> Result<T, FormatError> {
    // Nothing outlives a reading that the panic could have left half done.
    catch_unwind(AssertUnwindSafe(read)).unwrap_or_else(|panic| {
        let said = panic
            .downcast_ref::<String>()
            .map(String::as_str)
            .or_else(|| panic.downcast_ref::<&str>().copied());
        Err(FormatError::Damaged {
            part: "file".to_owned(),
            reason: format!("reading it stopped: {}", said.unwrap_or("no reason given")),
        })
    })
}

fn read(bytes: &[u8]) -> Result<DocText, FormatError> {
    let pdf = Pdf::new(bytes.to_vec()).map_err(|error| match error {
        LoadPdfError::Decryption(DecryptionError::PasswordProtected) => {
            FormatError::PasswordProtected
        }
        LoadPdfError::Decryption(other) => FormatError::Damaged {
            part: "encryption".to_owned(),
            reason: format!("{other:?}"),
        },
        LoadPdfError::Invalid if !has_end(bytes) => FormatError::Truncated,
        LoadPdfError::Invalid => FormatError::Damaged {
            part: "file".to_owned(),
            reason: "no pages can be found".to_owned(),
        },
    })?;
    // What is left of a file cut off may still open; half a report is not the report.
    if !has_end(bytes) {
        return Err(FormatError::Truncated);
    }
    let mut reader = content::Reader::default();
    let mut pages = Vec::new();
    let mut glyphs = 0;
    for page in pdf.pages().iter() {
        let read = reader.page(page);
        glyphs += read.glyphs.len();
        if glyphs > MAX_GLYPHS || reader.exhausted() {
            return Err(FormatError::TooLarge {
                what: "the text of the pages".to_owned(),
            });
        }
        pages.push(read);
    }
    let warnings = judge(&pages)?;
    let mut doc = lines::assemble(&pages);
    doc.warnings = warnings;
    Ok(doc)
}

/// The mark at the end, which some programs follow by other bytes.
fn has_end(bytes: &[u8]) -> bool {
    memmem::rfind(&bytes[bytes.len().saturating_sub(4096)..], b"%%EOF").is_some()
}

/// Whether the text can be trusted, and what should be known of it.
fn judge(pages: &[Page]) -> Result<Vec<DocWarning>, FormatError> {
    let seen = |page: &Page| page.glyphs.iter().filter(|it| !it.text.is_blank()).count();
    let all: usize = pages.iter().map(seen).sum();
    let vertical: usize = pages.iter().map(|it| it.vertical).sum();
    if vertical > all {
        return Err(FormatError::Vertical);
    }
    if all == 0 {
        return Err(match pages.iter().any(|it| it.pictures > 0) {
            true => FormatError::Scan { pages: pages.len() },
            false => FormatError::Empty,
        });
    }
    let mut fonts: BTreeMap<&str, usize> = BTreeMap::new();
    for (font, count) in pages.iter().flat_map(|it| &it.unmapped) {
        *fonts.entry(font).or_default() += count;
    }
    let unmapped: usize = fonts.values().sum();
    if unmapped * 100 > all * MAX_UNMAPPED {
        return Err(FormatError::Unmappable {
            share: unmapped * 100 / all,
            fonts: fonts.keys().take(5).map(|it| (*it).to_owned()).collect(),
        });
    }
    let mut warnings = Vec::new();
    if unmapped > 0 {
        warnings.push(DocWarning::UnmappedCharacters(unmapped));
    }
    let bare: Vec<u32> = (1..)
        .zip(pages)
        .filter(|(_, page)| seen(page) == 0 && page.pictures > 0)
        .map(|(number, _)| number)
        .collect();
    if !bare.is_empty() {
        warnings.push(DocWarning::PagesWithoutText(bare));
    }
    if pages.iter().map(|it| it.invisible).sum::<usize>() * 2 > all {
        warnings.push(DocWarning::RecognisedText);
    }
    if vertical > 0 || pages.iter().any(|it| it.slanted > 0) {
        warnings.push(DocWarning::SlantedText);
    }
    Ok(warnings)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_library_that_panics_is_a_damaged_file() {
        let odd = 7;
        let got: Result<(), _> = fenced(|| panic!("object {odd} has no end"));
        assert_eq!(
            got,
            Err(FormatError::Damaged {
                part: "file".to_owned(),
                reason: "reading it stopped: object 7 has no end".to_owned()
            })
        );
        assert_eq!(fenced(|| Ok(1)), Ok(1));
    }
}
