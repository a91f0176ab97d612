//! A document as docx, as GB/T 9704-2012 wants it.
//!
//! Owns the package and its parts: page and grid here, fonts in [`styles`], the text in [`body`]. The parts are written as
//! text, so that every byte is chosen: a writer library would bring a model and a layout of its own, and its own ids.
//!
//! Invariant: equal documents give equal bytes (fixed order, fixed times, no random ids). Each figure stands in an inline
//! content control whose tag is [`Doc::tag`]; the words around it belong to nobody.

mod body;
mod frame;
mod styles;
mod table;

use std::io::{Cursor, Write};

use quick_xml::escape::escape;
use zip::{CompressionMethod, DateTime, ZipWriter, write::SimpleFileOptions};

use super::{
    chart::emf,
    model::{Block, Doc},
};

/// Twentieths of a point: the type area of 156 × 225 mm takes 28 characters and 22 lines.
const WIDTH: u32 = 8844;
/// One line: 225 mm / 22.
const LINE: u32 = 579;
/// One character of size 3 in the grid: 156 mm / 28.
const CHARACTER: u32 = 316;

const HEAD: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
"#;
const W: &str = r#"xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main""#;
const OFFICE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

/// The document as the bytes of a docx.
///
/// # Panics
/// Never: the package is written to memory.
#[must_use]
pub fn write(doc: &Doc) -> Vec<u8> {
    let pictures: Vec<Vec<u8>> = doc
        .blocks()
        .filter_map(|it| match it {
            Block::Chart(chart) => Some(emf(chart, styles::HEI)),
            _ => None,
        })
        .collect();
    let mut parts = vec![
        ("[Content_Types].xml".to_owned(), types().into_bytes()),
        ("_rels/.rels".to_owned(), package_relations().into_bytes()),
        ("docProps/core.xml".to_owned(), core(doc).into_bytes()),
        ("word/document.xml".to_owned(), document(doc).into_bytes()),
        (
            "word/_rels/document.xml.rels".to_owned(),
            relations(pictures.len()).into_bytes(),
        ),
        ("word/styles.xml".to_owned(), styles::part().into_bytes()),
        ("word/settings.xml".to_owned(), settings().into_bytes()),
        (
            "word/footer1.xml".to_owned(),
            frame::footer(true).into_bytes(),
        ),
        (
            "word/footer2.xml".to_owned(),
            frame::footer(false).into_bytes(),
        ),
    ];
    for (number, picture) in (1..).zip(pictures) {
        parts.push((format!("word/media/chart{number}.emf"), picture));
    }
    package(&parts)
}

fn package(parts: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(DateTime::default());
    for (name, bytes) in parts {
        writer
            .start_file(name.as_str(), options)
            .and_then(|()| Ok(writer.write_all(bytes)?))
            .expect("memory takes any bytes");
    }
    writer
        .finish()
        .expect("memory takes any bytes")
        .into_inner()
}

fn document(doc: &Doc) -> String {
    let body = body::body(doc);
    // 22 lines are the grid's; 28 characters come from the spacing of the text (see `styles::TIGHT`), since LibreOffice makes of a
    // grid of characters cells that are wider than Word's. A4; 37 mm above, 35 below, 28 left, 26 right. The number's dash lies 7 mm under the type area, so the line of
    // size 4 that holds it ends 25.5 mm above the edge.
    format!(
        r#"{HEAD}<w:document {W} xmlns:r="{OFFICE}" xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture" xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"><w:body>{body}<w:sectPr><w:footerReference w:type="default" r:id="rId3"/><w:footerReference w:type="even" r:id="rId4"/><w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="2098" w:right="1474" w:bottom="1984" w:left="1588" w:header="851" w:footer="1447" w:gutter="0"/><w:docGrid w:type="lines" w:linePitch="{LINE}"/></w:sectPr></w:body></w:document>"#
    )
}

fn types() -> String {
    let part = |name: &str, kind: &str| {
        format!(
            r#"<Override PartName="/{name}" ContentType="application/vnd.openxmlformats-{kind}+xml"/>"#
        )
    };
    let word = |name: &str, kind: &str| {
        part(
            &format!("word/{name}.xml"),
            &format!("officedocument.wordprocessingml.{kind}"),
        )
    };
    let parts = [
        word("document", "document.main"),
        word("styles", "styles"),
        word("settings", "settings"),
        word("footer1", "footer"),
        word("footer2", "footer"),
        part("docProps/core.xml", "package.core-properties"),
    ];
    format!(
        r#"{HEAD}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Default Extension="emf" ContentType="image/x-emf"/>{}</Types>"#,
        parts.concat()
    )
}

fn relation(id: usize, kind: &str, target: &str) -> String {
    format!(r#"<Relationship Id="rId{id}" Type="{kind}" Target="{target}"/>"#)
}

fn related(relations: &str) -> String {
    format!(
        r#"{HEAD}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{relations}</Relationships>"#
    )
}

fn package_relations() -> String {
    let core =
        "http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties";
    related(&format!(
        "{}{}",
        relation(1, &format!("{OFFICE}/officeDocument"), "word/document.xml"),
        relation(2, core, "docProps/core.xml"),
    ))
}

/// Relations of the document part; pictures come from [`PICTURES`] on.
fn relations(pictures: usize) -> String {
    let kind = |name: &str| format!("{OFFICE}/{name}");
    let mut all = vec![
        relation(1, &kind("styles"), "styles.xml"),
        relation(2, &kind("settings"), "settings.xml"),
        relation(3, &kind("footer"), "footer1.xml"),
        relation(4, &kind("footer"), "footer2.xml"),
    ];
    for number in 0..pictures {
        let target = format!("media/chart{}.emf", number + 1);
        all.push(relation(PICTURES + number, &kind("image"), &target));
    }
    related(&all.concat())
}

/// The number of the first picture's relation.
const PICTURES: usize = 5;

/// Title alone: neither author nor times, which would differ from run to run.
fn core(doc: &Doc) -> String {
    format!(
        r#"{HEAD}<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>{}</dc:title></cp:coreProperties>"#,
        escape(doc.title.concat())
    )
}

/// Numbers differ on odd and even pages; marks are not squeezed, or lines would hold more than 28 characters.
fn settings() -> String {
    format!(
        r#"{HEAD}<w:settings {W}><w:evenAndOddHeaders/><w:characterSpacingControl w:val="doNotCompress"/><w:compat><w:compatSetting w:name="compatibilityMode" w:uri="http://schemas.microsoft.com/office/word" w:val="15"/></w:compat></w:settings>"#
    )
}
