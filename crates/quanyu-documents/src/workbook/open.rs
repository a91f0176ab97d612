//! From a file to a table: what kind of file it is, which sheet, where the head.
//!
//! The kind is told from the bytes, the ending of the name only settles what bytes leave open.

use std::{path::Path, sync::Arc};

use memchr::memmem;

use super::{
    WorkbookError,
    sheet::{Sheet, Table},
    text, xls, xlsx,
};
use crate::{
    office,
    package::{Package, Source},
};

/// Largest file of a kind that is held whole (xls, and what LibreOffice converts).
const MAX_HELD: u64 = 256 << 20;

/// What to look for in a workbook.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wish {
    /// The sheet; without it the first visible one that holds a table.
    pub sheet: Option<String>,
    /// Names that columns may have (titles and synonyms of fields): the head is the row that has most of them.
    pub known: Vec<String>,
}

/// Opens a workbook on disk.
///
/// # Errors
/// Each way in which a file is no workbook that can be read; see [`WorkbookError`].
pub fn open(path: &Path, wish: &Wish) -> Result<Sheet, WorkbookError> {
    let name = path
        .file_name()
        .map(|it| it.to_string_lossy().into_owned())
        .unwrap_or_default();
    open_source(&Source::File(Arc::from(path)), &name, wish)
}

/// Opens a workbook in memory; `file_name` is what the user calls it.
///
/// # Errors
/// As [`open`].
pub fn open_bytes(
    bytes: impl Into<Arc<[u8]>>,
    file_name: &str,
    wish: &Wish,
) -> Result<Sheet, WorkbookError> {
    open_source(&Source::Bytes(bytes.into()), file_name, wish)
}

fn open_source(source: &Source, name: &str, wish: &Wish) -> Result<Sheet, WorkbookError> {
    let start = source
        .start(8192)
        .map_err(|it| WorkbookError::Unreadable(it.to_string()))?;
    let extension = name
        .rsplit_once('.')
        .map(|it| it.1.to_ascii_lowercase())
        .unwrap_or_default();
    let not = |found| Err(WorkbookError::NotAWorkbook { found });
    match start.as_slice() {
        [] => Err(WorkbookError::Empty),
        [b'P', b'K', 3, 4, ..] => open_package(source, &extension, wish),
        [b'P', b'K', 5, 6, ..] => not("an empty archive"),
        [0xD0, 0xCF, 0x11, 0xE0, ..] => open_compound(source, &extension, wish),
        [b'%', b'P', b'D', b'F', ..] => not("a PDF"),
        [0x89, b'P', b'N', b'G', ..] | [0xFF, 0xD8, 0xFF, ..] => not("a picture"),
        [b'R', b'a', b'r', b'!', ..] | [b'7', b'z', 0xBC, ..] => not("an archive"),
        [b'{', b'\\', b'r', b't', b'f', ..] => not("a text document"),
        text if is_markup(text) => open_xlsx(&through_office(source, "xls")?, wish),
        _ if matches!(extension.as_str(), "xlsx" | "xlsm") => {
            not("something else under this ending")
        }
        _ => pick(std::iter::once((0, name.to_owned(), false)), wish, |_| {
            vec![text::table(source, stem(name))]
        }),
    }
}

fn stem(name: &str) -> &str {
    name.rsplit_once('.').map_or(name, |it| it.0)
}

/// A table saved as a web page or as XML under the ending xls, as many systems export.
fn is_markup(start: &[u8]) -> bool {
    let text = String::from_utf8_lossy(&start[..start.len().min(2048)]).to_ascii_lowercase();
    let text = text.trim_start_matches('\u{feff}').trim_start();
    text.starts_with('<')
        && [
            "<html",
            "<table",
            "<!doctype html",
            "<meta",
            "urn:schemas-microsoft-com:office",
        ]
        .iter()
        .any(|it| text.contains(it))
}

fn open_package(source: &Source, extension: &str, wish: &Wish) -> Result<Sheet, WorkbookError> {
    let package = Package::open(source.clone())?;
    if package.has("xl/workbook.bin") || package.has("content.xml") && package.has("mimetype") {
        let known = if package.has("content.xml") {
            "ods"
        } else {
            "xlsb"
        };
        if known == "ods" && matches!(extension, "odt" | "odp" | "docx") {
            return Err(WorkbookError::NotAWorkbook {
                found: "a text document",
            });
        }
        return open_xlsx(&through_office(source, known)?, wish);
    }
    if package.has("word/document.xml") {
        return Err(WorkbookError::NotAWorkbook {
            found: "a text document",
        });
    }
    if package.has("ppt/presentation.xml") {
        return Err(WorkbookError::NotAWorkbook { found: "slides" });
    }
    open_xlsx(source, wish)
}

fn open_xlsx(source: &Source, wish: &Wish) -> Result<Sheet, WorkbookError> {
    let Some(book) = xlsx::Workbook::open(Package::open(source.clone())?)? else {
        return Err(WorkbookError::NotAWorkbook {
            found: "an archive",
        });
    };
    let sheets: Vec<(usize, String, bool)> = book
        .sheets()
        .enumerate()
        .map(|(at, (name, hidden))| (at, name.to_owned(), hidden))
        .collect();
    let mut book = Some(book);
    pick(sheets.into_iter(), wish, |wanted| {
        book.take()
            .map(|it| it.tables(wanted))
            .into_iter()
            .flatten()
    })
}

/// The old container: xls and .et inside, or a locked xlsx, or another document.
fn open_compound(source: &Source, extension: &str, wish: &Wish) -> Result<Sheet, WorkbookError> {
    let bytes = hold(source)?;
    let has = |name: &str| {
        let wide: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        memmem::find(&bytes, &wide).is_some()
    };
    if has("EncryptedPackage") {
        return Err(WorkbookError::PasswordProtected);
    }
    if has("WordDocument") || has("PowerPoint Document") {
        return Err(WorkbookError::NotAWorkbook {
            found: "a text document",
        });
    }
    if !has("Workbook") && !has("Book") {
        if extension == "et" {
            return open_xlsx(&through_office(source, "et")?, wish);
        }
        return Err(WorkbookError::NotAWorkbook {
            found: "another compound file",
        });
    }
    let mut book = xls::Workbook::open(bytes)?;
    let sheets: Vec<(usize, String, bool)> = book
        .sheets()
        .into_iter()
        .enumerate()
        .map(|(at, (name, hidden))| (at, name, hidden))
        .collect();
    pick(sheets.into_iter(), wish, |wanted| {
        wanted
            .into_iter()
            .map(|index| book.table(index))
            .collect::<Vec<_>>()
    })
}

/// The table asked for, or the first of the visible sheets that holds one.
fn pick<I>(
    sheets: impl Iterator<Item = (usize, String, bool)>,
    wish: &Wish,
    tables: impl FnOnce(Vec<usize>) -> I,
) -> Result<Sheet, WorkbookError>
where
    I: IntoIterator<Item = Result<Table, WorkbookError>>,
{
    let sheets: Vec<(usize, String, bool)> = sheets.collect();
    let names: Vec<String> = sheets.iter().map(|it| it.1.clone()).collect();
    let wanted: Vec<usize> = match &wish.sheet {
        Some(asked) => match sheets.iter().find(|it| it.1.trim() == asked.trim()) {
            Some((index, ..)) => vec![*index],
            None => {
                return Err(WorkbookError::NoSheet {
                    asked: asked.clone(),
                    sheets: names,
                });
            }
        },
        None => sheets.iter().filter(|it| !it.2).map(|it| it.0).collect(),
    };
    let mut first_error = None;
    for table in tables(wanted) {
        match table.and_then(|it| Sheet::find(it, names.clone(), &wish.known)) {
            Ok(sheet) => return Ok(sheet),
            // A cover or an empty sheet is passed over, damage is not.
            Err(error @ (WorkbookError::Empty | WorkbookError::NoHead { .. })) => {
                if !matches!(first_error, Some(WorkbookError::NoHead { .. })) {
                    first_error = Some(error);
                }
            }
            Err(error) => return Err(error),
        }
    }
    Err(first_error.unwrap_or(WorkbookError::Empty))
}

fn hold(source: &Source) -> Result<Arc<[u8]>, WorkbookError> {
    if let Source::Bytes(bytes) = source {
        return Ok(Arc::clone(bytes));
    }
    let bytes = source
        .start(MAX_HELD + 1)
        .map_err(|it| WorkbookError::Unreadable(it.to_string()))?;
    if bytes.len() as u64 > MAX_HELD {
        return Err(WorkbookError::TooLarge {
            what: "bytes",
            found: bytes.len() as u64,
            limit: MAX_HELD,
        });
    }
    Ok(bytes.into())
}

fn through_office(source: &Source, extension: &str) -> Result<Source, WorkbookError> {
    Ok(Source::Bytes(
        office::convert(&hold(source)?, extension, "xlsx")?.into(),
    ))
}
