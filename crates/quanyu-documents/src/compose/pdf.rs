//! A document as PDF, laid out by Typst in the measures of GB/T 9704-2012.
//!
//! Owns the layout program ([`source`], `pdf/gb9704.typ`), the world that it runs in, and finding fonts ([`fonts`]). Leaves line
//! breaking, fonts in the file and the file itself to Typst.
//!
//! Invariant: a character that no font has is refused, never a box; without fonts nothing is made, and it is said so. The
//! program sees no file, no clock and no network.

mod fonts;
mod source;

use std::sync::OnceLock;

use typst::{
    Library, LibraryExt, World,
    diag::{FileError, FileResult},
    foundations::{Bytes, Datetime, Duration, Label, Smart},
    introspection::Introspector,
    syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot},
    text::{Font, FontBook},
    utils::{LazyHash, PicoStr},
};
use typst_layout::PagedDocument;
use typst_pdf::PdfOptions;

pub use fonts::{Fonts, Role};

use super::{
    chart::svg,
    model::{Block, Doc, Run},
};

/// Why no PDF was made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PdfError {
    /// Fonts are missing.
    #[error("no fonts for {}: looked in {}", missing.join(", "), looked.join(", "))]
    NoFonts {
        /// The fonts of the standard that nothing was found for.
        missing: Vec<&'static str>,
        /// Folders that were looked in.
        looked: Vec<String>,
    },
    /// No font has these characters.
    #[error("no font has the characters {0}")]
    NoCharacters(String),
    /// The layout failed; a fault of ours.
    #[error("the layout failed: {0}")]
    Layout(String),
}

impl PdfError {
    /// The key of the texts for people.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoFonts { .. } => "pdf_no_fonts",
            Self::NoCharacters(_) => "pdf_no_characters",
            Self::Layout(_) => "pdf_layout",
        }
    }

    /// The facts that the texts for people name.
    #[must_use]
    pub fn facts(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::NoFonts { missing, looked } => {
                vec![
                    ("missing", missing.join("、")),
                    ("looked", looked.join("、")),
                ]
            }
            Self::NoCharacters(characters) => vec![("characters", characters.clone())],
            Self::Layout(reason) => vec![("reason", reason.clone())],
        }
    }
}

/// The document as the bytes of a PDF, its fonts embedded.
///
/// # Errors
/// [`PdfError`]: fonts or characters that are missing.
pub fn write(doc: &Doc, fonts: &Fonts) -> Result<Vec<u8>, PdfError> {
    fonts.complete()?;
    let missing = fonts.without(characters(doc));
    if !missing.is_empty() {
        return Err(PdfError::NoCharacters(missing));
    }
    let hei = fonts.family(Role::Hei).unwrap_or_default();
    let charts = doc.blocks().filter_map(|it| match it {
        Block::Chart(chart) => Some(Bytes::from_string(svg(chart, hei))),
        _ => None,
    });
    let place = place();
    let mut world = Page {
        fonts,
        main: place,
        source: Source::new(place, source::source(doc, fonts, LINES[0])),
        charts: charts.collect(),
    };
    let told = |errors: &[typst::diag::SourceDiagnostic]| {
        let all: Vec<String> = errors.iter().map(|it| it.message.to_string()).collect();
        PdfError::Layout(all.join("; "))
    };
    let mut pages = typst::compile::<PagedDocument>(&world)
        .output
        .map_err(|it| told(&it))?;
    for lines in &LINES[1..] {
        if !is_alone(doc, &pages) {
            break;
        }
        world.source = Source::new(place, source::source(doc, fonts, *lines));
        let other = typst::compile::<PagedDocument>(&world).output;
        pages = other.map_err(|it| told(&it))?;
    }
    let options = PdfOptions {
        // No times and no chance: equal documents give equal bytes.
        ident: Smart::Custom(doc.title.concat()),
        creator: Smart::Custom(Some("quanyu".to_owned())),
        ..PdfOptions::default()
    };
    let bytes = typst_pdf::pdf(&pages, &options).map_err(|it| told(&it))?;
    // What the last few documents did not use again is let go.
    comemo::evict(8);
    Ok(bytes)
}

/// Lines of a page: the standard's; others that are tried where the signature would stand alone.
const LINES: [u32; 4] = [22, 21, 23, 20];

/// Whether issuer and date stand on a page that holds nothing of the body (此页无正文): above them is only the empty line.
fn is_alone(doc: &Doc, pages: &PagedDocument) -> bool {
    let Some(sign) = doc.sign.as_ref().filter(|_| doc.annexes.is_empty()) else {
        return false;
    };
    let seen = pages.introspector();
    let label = Label::new(PicoStr::intern(source::SIGNED));
    let at = label
        .and_then(|it| seen.query_label(it).ok()?.location())
        .and_then(|it| seen.position(it));
    let Some(at) = at.filter(|it| it.page.get() > 1) else {
        return false;
    };
    // The type area begins 37 mm down. A line is 28.95 points; the date is the second of the signature, or the first.
    let lines = if sign.issuer.is_empty() { 1.0 } else { 2.0 };
    let below = at.point.y.to_pt() - 37.0 * 72.0 / 25.4;
    below < (lines + 0.8) * 28.95
}

/// Every character that is printed.
fn characters(doc: &Doc) -> impl Iterator<Item = char> {
    let mut text = String::from("附件：12345。签发人抄送印发—（） ");
    let mut add = |it: &str| text.push_str(it);
    let head = &doc.head;
    for it in [
        &head.copy,
        &head.urgency,
        &head.issuer,
        &head.number,
        &head.signer,
        &doc.to,
        &doc.note,
    ] {
        add(it.as_deref().unwrap_or_default());
    }
    doc.title.iter().for_each(|it| add(it));
    doc.annexes.iter().for_each(|it| add(&it.title));
    if let Some(sign) = &doc.sign {
        add(&sign.issuer);
        add(&sign.date);
    }
    if let Some(imprint) = &doc.imprint {
        add(imprint.copies.as_deref().unwrap_or_default());
        add(&imprint.printer);
        add(&imprint.date);
    }
    let mut runs = |runs: &[Run]| runs.iter().for_each(|it| add(&it.text));
    for block in doc.blocks() {
        match block {
            Block::Heading {
                number, text, rest, ..
            } => {
                runs(&[Run::plain(number.as_str())]);
                runs(text);
                runs(rest);
            }
            Block::Paragraph(text) => runs(text),
            Block::Table(table) => {
                runs(&table.caption);
                let cells = table.head.iter().chain(table.rows.iter().flatten());
                cells.for_each(|it| runs(it));
            }
            Block::Chart(chart) => runs(&[Run::plain(chart.words())]),
        }
    }
    let all: std::collections::BTreeSet<char> =
        text.chars().filter(|it| !it.is_whitespace()).collect();
    all.into_iter()
}

/// The name of the program; one for all documents, since Typst keeps names for ever.
fn place() -> FileId {
    static PLACE: OnceLock<FileId> = OnceLock::new();
    *PLACE.get_or_init(|| {
        let path = VirtualPath::new("main.typ").expect("a plain name is a path");
        RootedPath::new(VirtualRoot::Project, path).intern()
    })
}

/// What the layout program sees: itself, fonts, the charts of the document.
struct Page<'a> {
    fonts: &'a Fonts,
    main: FileId,
    source: Source,
    charts: Vec<Bytes>,
}

impl World for Page<'_> {
    fn library(&self) -> &LazyHash<Library> {
        static LIBRARY: OnceLock<LazyHash<Library>> = OnceLock::new();
        LIBRARY.get_or_init(|| LazyHash::new(<Library as LibraryExt>::default()))
    }

    fn book(&self) -> &LazyHash<FontBook> {
        self.fonts.book()
    }

    fn main(&self) -> FileId {
        self.main
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        if id == self.main {
            Ok(self.source.clone())
        } else {
            Err(FileError::NotSource)
        }
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        let path = id.vpath().get_with_slash().to_owned();
        let number = path
            .strip_prefix("/chart")
            .and_then(|it| it.strip_suffix(".svg"));
        let chart = number
            .and_then(|it| it.parse::<usize>().ok())
            .and_then(|it| self.charts.get(it));
        chart
            .cloned()
            .ok_or_else(|| FileError::NotFound(path.into()))
    }

    fn font(&self, index: usize) -> Option<Font> {
        self.fonts.font(index)
    }

    fn today(&self, _: Option<Duration>) -> Option<Datetime> {
        None
    }
}
