//! A minimal docx, in the fonts and sizes of official documents (GB/T 9704).

use std::io::{Cursor, Write};

use quick_xml::escape::escape;
use zip::{CompressionMethod, DateTime, ZipWriter, write::SimpleFileOptions};

use super::SimpleBlock;

const TYPES: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/><Override PartName="/word/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.styles+xml"/></Types>"#;
const RELATIONS: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>"#;
const DOCUMENT_RELATIONS: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/></Relationships>"#;
const NAMESPACE: &str = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";

/// The blocks as the bytes of a docx.
///
/// # Panics
/// Never: the package is written to memory.
#[must_use]
pub fn write_docx_simple(blocks: &[SimpleBlock]) -> Vec<u8> {
    let parts = [
        ("[Content_Types].xml", TYPES.to_owned()),
        ("_rels/.rels", RELATIONS.to_owned()),
        (
            "word/_rels/document.xml.rels",
            DOCUMENT_RELATIONS.to_owned(),
        ),
        ("word/styles.xml", styles()),
        ("word/document.xml", document(blocks)),
    ];
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(DateTime::default());
    for (name, text) in parts {
        writer
            .start_file(name, options)
            .and_then(|()| Ok(writer.write_all(text.as_bytes())?))
            .expect("memory takes any bytes");
    }
    writer
        .finish()
        .expect("memory takes any bytes")
        .into_inner()
}

fn document(blocks: &[SimpleBlock]) -> String {
    let body: String = blocks.iter().map(block).collect();
    // A4; margins of GB/T 9704: 37 mm above, 35 below, 28 left, 26 right.
    format!(
        r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<w:document xmlns:w="{NAMESPACE}"><w:body>{body}<w:sectPr><w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="2098" w:right="1474" w:bottom="1985" w:left="1588" w:header="851" w:footer="992" w:gutter="0"/></w:sectPr></w:body></w:document>"#
    )
}

fn block(block: &SimpleBlock) -> String {
    match block {
        SimpleBlock::Title(text) => paragraph("Title", text),
        SimpleBlock::Heading(level, text) => {
            paragraph(&format!("Heading{}", level.clamp(&1, &4)), text)
        }
        SimpleBlock::Paragraph(text) => paragraph("Normal", text),
        SimpleBlock::Table(rows) => table(rows),
    }
}

fn paragraph(style: &str, text: &str) -> String {
    format!(
        r#"<w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr><w:r><w:t xml:space="preserve">{}</w:t></w:r></w:p>"#,
        escape(text)
    )
}

fn table(rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0).max(1);
    let width = 8844 / columns;
    let grid = format!(r#"<w:gridCol w:w="{width}"/>"#).repeat(columns);
    let border =
        |side: &str| format!(r#"<w:{side} w:val="single" w:sz="4" w:space="0" w:color="000000"/>"#);
    let borders: String = ["top", "left", "bottom", "right", "insideH", "insideV"]
        .map(border)
        .concat();
    let cell = |text: &str| {
        format!(
            r#"<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/></w:tcPr>{}</w:tc>"#,
            paragraph("TableText", text)
        )
    };
    let row = |(at, row): (usize, &Vec<String>)| {
        let head = if at == 0 {
            "<w:trPr><w:tblHeader/></w:trPr>"
        } else {
            ""
        };
        let cells: String = (0..columns)
            .map(|it| cell(row.get(it).map_or("", String::as_str)))
            .collect();
        format!("<w:tr>{head}{cells}</w:tr>")
    };
    let rows: String = rows.iter().enumerate().map(row).collect();
    format!(
        r#"<w:tbl><w:tblPr><w:tblW w:w="8844" w:type="dxa"/><w:tblBorders>{borders}</w:tblBorders></w:tblPr><w:tblGrid>{grid}</w:tblGrid>{rows}</w:tbl>{}"#,
        paragraph("Normal", "")
    )
}

fn styles() -> String {
    let style = |id: &str, name: &str, font: &str, size: u32, properties: &str, bold: bool| {
        let default = if id == "Normal" {
            r#" w:default="1""#
        } else {
            ""
        };
        let based = if id == "Normal" {
            ""
        } else {
            r#"<w:basedOn w:val="Normal"/>"#
        };
        let bold = if bold { "<w:b/>" } else { "" };
        format!(
            r#"<w:style w:type="paragraph"{default} w:styleId="{id}"><w:name w:val="{name}"/>{based}<w:pPr>{properties}</w:pPr><w:rPr><w:rFonts w:ascii="Times New Roman" w:hAnsi="Times New Roman" w:eastAsia="{font}"/>{bold}<w:sz w:val="{size}"/></w:rPr></w:style>"#
        )
    };
    let indent = r#"<w:ind w:firstLineChars="200" w:firstLine="640"/>"#;
    let line = r#"<w:spacing w:line="560" w:lineRule="exact"/>"#;
    let none = r#"<w:ind w:firstLineChars="0" w:firstLine="0"/>"#;
    let heading = |level: u32| format!(r#"{line}{indent}<w:outlineLvl w:val="{level}"/>"#);
    let all = [
        style(
            "Normal",
            "Normal",
            "仿宋",
            32,
            &format!("{line}{indent}<w:jc w:val=\"both\"/>"),
            false,
        ),
        style(
            "Title",
            "Title",
            "方正小标宋简体",
            44,
            &format!("{none}<w:jc w:val=\"center\"/>"),
            false,
        ),
        style("Heading1", "heading 1", "黑体", 32, &heading(0), false),
        style("Heading2", "heading 2", "楷体", 32, &heading(1), false),
        style("Heading3", "heading 3", "仿宋", 32, &heading(2), true),
        style("Heading4", "heading 4", "仿宋", 32, &heading(3), false),
        style(
            "TableText",
            "Table Text",
            "仿宋",
            24,
            &format!(r#"<w:spacing w:line="360" w:lineRule="exact"/>{none}<w:jc w:val="center"/>"#),
            false,
        ),
    ];
    format!(
        r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<w:styles xmlns:w="{NAMESPACE}">{}</w:styles>"#,
        all.concat()
    )
}
