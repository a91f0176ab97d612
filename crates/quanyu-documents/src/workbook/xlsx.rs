//! xlsx: the package of XML parts, read as a stream.
//!
//! Owns the list of sheets, shared texts, number formats and the stream of rows. It reads the XML itself rather than
//! through calamine, because an import needs what calamine does not give: hidden rows, percent formats, the digits of
//! a number as the file has them, texts held in one block, a bound on what is unpacked, and rows that own their reader.
//!
//! Start reading at [`Workbook::open`].

mod rows;
mod scan;
mod strings;
mod styles;

use std::{collections::BTreeMap, io::BufRead, sync::Arc};

use quick_xml::{
    Reader,
    events::{BytesStart, Event},
};

use super::{WorkbookError, sheet::Table};
use crate::package::Package;
use strings::Strings;
use styles::Styles;
pub(super) use styles::{Shown, built_in, shown_by};

/// The workbook part and what all sheets share.
pub(super) struct Workbook {
    package: Package,
    sheets: Vec<SheetEntry>,
    from_1904: bool,
    strings_part: Option<String>,
    styles_part: Option<String>,
}

struct SheetEntry {
    name: String,
    part: String,
    hidden: bool,
}

impl Workbook {
    /// Reads the list of sheets. `None` when the package is no workbook of this kind.
    pub(super) fn open(package: Package) -> Result<Option<Self>, WorkbookError> {
        let main = relations(&package, "_rels/.rels", "")?
            .into_values()
            .find(|it| it.kind == "officeDocument")
            .map_or_else(|| "xl/workbook.xml".to_owned(), |it| it.target);
        if !package.has(&main)
            || !main.ends_with(".xml")
            || !main.to_ascii_lowercase().contains("workbook")
        {
            return Ok(None);
        }
        let (folder, file) = main.rsplit_once('/').unwrap_or(("", &main));
        let related = relations(&package, &format!("{folder}/_rels/{file}.rels"), folder)?;
        let of_kind = |kind: &str| {
            related
                .values()
                .find(|it| it.kind == kind)
                .map(|it| it.target.clone())
        };
        let text = package.text(&main)?;
        let mut book = Self {
            sheets: Vec::new(),
            from_1904: false,
            strings_part: of_kind("sharedStrings").filter(|it| package.has(it)),
            styles_part: of_kind("styles").filter(|it| package.has(it)),
            package,
        };
        each_start(&main, text.as_bytes(), |tag| {
            match tag.local_name().as_ref() {
                "workbookPr" => {
                    book.from_1904 = attribute(tag, "date1904").is_some_and(|it| truth(&it))
                }
                "sheet" => {
                    let id = attribute(tag, "id").unwrap_or_default();
                    // Chart and macro sheets hold no cells.
                    if let Some(target) = related.get(&id).filter(|it| it.kind == "worksheet") {
                        book.sheets.push(SheetEntry {
                            name: attribute(tag, "name").unwrap_or_default(),
                            part: target.target.clone(),
                            hidden: attribute(tag, "state").is_some_and(|it| it != "visible"),
                        });
                    }
                }
                _ => {}
            }
        })?;
        Ok(Some(book))
    }

    pub(super) fn sheets(&self) -> impl Iterator<Item = (&str, bool)> {
        self.sheets.iter().map(|it| (it.name.as_str(), it.hidden))
    }

    /// The tables of the sheets asked for, in order; shared texts and formats are read once.
    pub(super) fn tables(
        self,
        wanted: Vec<usize>,
    ) -> impl Iterator<Item = Result<Table, WorkbookError>> {
        let mut shared: Option<(Arc<Strings>, Arc<Styles>)> = None;
        wanted.into_iter().map(move |index| {
            if shared.is_none() {
                let strings = self.strings_part.as_deref().map_or_else(
                    || Ok(Strings::default()),
                    |part| Strings::read(&self.package, part),
                )?;
                let styles = self.styles_part.as_deref().map_or_else(
                    || Ok(Styles::default()),
                    |part| Styles::read(&self.package, part),
                )?;
                shared = Some((Arc::new(strings), Arc::new(styles)));
            }
            let (strings, styles) = shared
                .as_ref()
                .map(|(a, b)| (Arc::clone(a), Arc::clone(b)))
                .expect("set above");
            let entry = &self.sheets[index];
            let merges = scan::merges(&self.package, &entry.part)?;
            let rows =
                rows::Rows::open(&self.package, &entry.part, strings, styles, self.from_1904)?;
            Ok(Table {
                name: entry.name.clone(),
                merges,
                rows: Box::new(rows),
            })
        })
    }
}

struct Relation {
    kind: String,
    target: String,
}

/// Relations of a part by id; a missing list is an empty one.
fn relations(
    package: &Package,
    part: &str,
    folder: &str,
) -> Result<BTreeMap<String, Relation>, WorkbookError> {
    let mut found = BTreeMap::new();
    if !package.has(part) {
        return Ok(found);
    }
    let text = package.text(part)?;
    each_start(part, text.as_bytes(), |tag| {
        if tag.local_name().as_ref() == "Relationship"
            && let (Some(id), Some(kind), Some(target)) = (
                attribute(tag, "Id"),
                attribute(tag, "Type"),
                attribute(tag, "Target"),
            )
        {
            let kind = kind.rsplit('/').next().unwrap_or_default().to_owned();
            found.insert(
                id,
                Relation {
                    kind,
                    target: join(folder, &target),
                },
            );
        }
    })?;
    Ok(found)
}

/// A target of a relation, as a path from the root of the package.
fn join(folder: &str, target: &str) -> String {
    if let Some(absolute) = target.strip_prefix('/') {
        return absolute.to_owned();
    }
    let mut path: Vec<&str> = folder.split('/').filter(|it| !it.is_empty()).collect();
    for step in target.split('/') {
        match step {
            "." | "" => {}
            ".." => drop(path.pop()),
            step => path.push(step),
        }
    }
    path.join("/")
}

fn each_start(
    part: &str,
    xml: impl BufRead,
    mut see: impl FnMut(&BytesStart<'_>),
) -> Result<(), WorkbookError> {
    let mut reader = Reader::from_reader(xml);
    let mut buffer = Vec::new();
    loop {
        match reader
            .read_event_into(&mut buffer)
            .map_err(|it| xml_fault(part, it))?
        {
            Event::Start(tag) | Event::Empty(tag) => see(&tag),
            Event::Eof => return Ok(()),
            _ => {}
        }
        buffer.clear();
    }
}

/// An attribute by local name, entities resolved.
fn attribute(tag: &BytesStart<'_>, name: &str) -> Option<String> {
    let mut all = tag.attributes();
    let found = all
        .with_checks(false)
        .flatten()
        .find(|it| it.key.local_name().as_ref() == name)?;
    Some(
        quick_xml::escape::unescape(&found.value)
            .map_or_else(|_| found.value.to_string(), |it| it.into_owned()),
    )
}

fn truth(text: &str) -> bool {
    matches!(text, "1" | "true" | "on")
}

fn xml_fault(part: &str, error: quick_xml::Error) -> WorkbookError {
    match error {
        quick_xml::Error::Io(io) => crate::package::fault(part, &io).into(),
        other => WorkbookError::Damaged {
            part: part.to_owned(),
            reason: other.to_string(),
        },
    }
}

/// `_x000D_` and its like: characters that XML cannot hold, as Excel writes them.
fn unescape_excel(text: &str) -> Option<String> {
    let mut rest = text;
    let mut out = String::new();
    while let Some(at) = rest.find("_x") {
        let code = rest
            .get(at + 2..at + 7)
            .filter(|it| it.ends_with('_'))
            .and_then(|it| u32::from_str_radix(&it[..4], 16).ok());
        match code.and_then(char::from_u32) {
            Some(c) => {
                out.push_str(&rest[..at]);
                if c != '\r' {
                    out.push(c);
                }
                rest = &rest[at + 7..];
            }
            None => {
                out.push_str(&rest[..at + 2]);
                rest = &rest[at + 2..];
            }
        }
    }
    (rest.len() != text.len()).then(|| out + rest)
}
