//! Small packages made by hand, and what was read from them as text.

use std::io::{Cursor, Write};

use quanyu_documents::workbook::{Cell, Sheet, Wish, WorkbookError, open_bytes};
use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

/// A zip of named parts.
pub fn zip(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    for (name, bytes) in parts {
        writer.start_file(*name, options).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// A workbook with one sheet: `rows` is the inside of sheetData, `after` what follows it, `strings` the shared texts.
pub fn xlsx_of(rows: &str, after: &str, strings: &[&str]) -> Vec<u8> {
    let sheet = format!(
        r#"<?xml version="1.0" encoding="UTF-8"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{rows}</sheetData>{after}</worksheet>"#
    );
    xlsx_with_sheet(sheet.as_bytes(), strings)
}

pub fn xlsx_with_sheet(sheet: &[u8], strings: &[&str]) -> Vec<u8> {
    let shared: String = strings
        .iter()
        .map(|it| format!("<si><t>{it}</t></si>"))
        .collect();
    let shared = format!(
        r#"<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">{shared}</sst>"#
    );
    zip(&[
        ("_rels/.rels", br#"<Relationships><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#),
        ("xl/workbook.xml", r#"<workbook xmlns:r="r"><workbookPr/><sheets><sheet name="台账" sheetId="1" r:id="rId1"/><sheet name="隐藏" sheetId="2" state="hidden" r:id="rId9"/></sheets></workbook>"#.as_bytes()),
        ("xl/_rels/workbook.xml.rels", br#"<Relationships><Relationship Id="rId1" Type="x/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId9" Type="x/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="x/sharedStrings" Target="sharedStrings.xml"/><Relationship Id="rId3" Type="x/styles" Target="/xl/styles.xml"/></Relationships>"#),
        // Styles: 0 general, 1 date, 2 percent, 3 time.
        ("xl/styles.xml", r#"<styleSheet><numFmts><numFmt numFmtId="176" formatCode="yyyy&quot;年&quot;m&quot;月&quot;d&quot;日&quot;"/></numFmts><cellStyleXfs><xf numFmtId="9"/></cellStyleXfs><cellXfs><xf numFmtId="0"/><xf numFmtId="176"/><xf numFmtId="10"/><xf numFmtId="20"/></cellXfs></styleSheet>"#.as_bytes()),
        ("xl/sharedStrings.xml", shared.as_bytes()),
        ("xl/worksheets/sheet1.xml", sheet),
    ])
}

/// A row of inline texts and numbers, separated by `|`.
pub fn row(number: u32, cells: &str) -> String {
    let cells: String = cells
        .split('|')
        .enumerate()
        .filter(|(_, it)| !it.is_empty())
        .map(|(at, it)| {
            let place = format!("{}{number}", char::from(b'A' + at as u8));
            match it.parse::<f64>() {
                Ok(_) => format!(r#"<c r="{place}"><v>{it}</v></c>"#),
                Err(_) => format!(r#"<c r="{place}" t="inlineStr"><is><t>{it}</t></is></c>"#),
            }
        })
        .collect();
    format!(r#"<row r="{number}">{cells}</row>"#)
}

pub fn opened(bytes: Vec<u8>, name: &str) -> Result<Sheet, WorkbookError> {
    open_bytes(bytes, name, &Wish::default())
}

/// Head, rows and what was set aside, a line each.
pub fn told(bytes: Vec<u8>, name: &str) -> String {
    let mut sheet = match opened(bytes, name) {
        Ok(sheet) => sheet,
        Err(error) => return format!("{}: {error}", error.code()),
    };
    let mut lines = Vec::new();
    let heads: Vec<String> = sheet
        .columns()
        .iter()
        .map(|it| {
            it.unit
                .as_ref()
                .map_or_else(|| it.name.clone(), |unit| format!("{}[{unit}]", it.name))
        })
        .collect();
    lines.push(format!("head: {}", heads.join(" | ")));
    for row in sheet.by_ref() {
        match row {
            Ok(row) => lines.push(format!(
                "{}{}: {}",
                row.number,
                if row.hidden { " hidden" } else { "" },
                row.cells
                    .iter()
                    .map(kind_and_text)
                    .collect::<Vec<_>>()
                    .join(" | ")
            )),
            Err(error) => lines.push(format!("{}: {error}", error.code())),
        }
    }
    for aside in &sheet.report().aside {
        lines.push(format!("{:?} {}: {}", aside.kind, aside.number, aside.text));
    }
    lines.join("\n")
}

fn kind_and_text(cell: &Cell) -> String {
    let kind = match cell {
        Cell::Empty => return String::new(),
        Cell::Text(_) => "",
        Cell::Number(_) => "n",
        Cell::Percent(_) => "p",
        Cell::Date(_) => "d",
        Cell::Bool(_) => "b",
        Cell::Error(_) => "e",
    };
    if kind.is_empty() {
        cell.said()
    } else {
        format!("{kind}:{}", cell.said())
    }
}
