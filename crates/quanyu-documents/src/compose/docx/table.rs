//! Tables: as wide as the type area, columns by what they hold, the head again on every page.

use super::{WIDTH, body::Writer};
use crate::compose::{
    model::{Align, Run, Table},
    place::shares,
};

pub(super) fn write(writer: &mut Writer<'_>, table: &Table) {
    if !table.caption.is_empty() {
        writer.paragraph("Caption", "", &table.caption, None);
    }
    let widths = widths(table);
    let border =
        |side: &str| format!(r#"<w:{side} w:val="single" w:sz="4" w:space="0" w:color="000000"/>"#);
    let borders = ["top", "left", "bottom", "right", "insideH", "insideV"]
        .map(border)
        .concat();
    let grid: String = widths
        .iter()
        .map(|it| format!(r#"<w:gridCol w:w="{it}"/>"#))
        .collect();
    writer.out.push_str(&format!(
        r#"<w:tbl><w:tblPr><w:tblW w:w="{WIDTH}" w:type="dxa"/><w:jc w:val="center"/><w:tblBorders>{borders}</w:tblBorders><w:tblLayout w:type="fixed"/></w:tblPr><w:tblGrid>{grid}</w:tblGrid>"#
    ));
    writer
        .out
        .push_str("<w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>");
    for (cell, width) in table.head.iter().zip(&widths) {
        write_cell(writer, cell, *width, "TableHead", "");
    }
    writer.out.push_str("</w:tr>");
    let aligns: Vec<String> = table.align.iter().map(|it| align(*it)).collect();
    for row in &table.rows {
        writer.out.push_str("<w:tr><w:trPr><w:cantSplit/></w:trPr>");
        for ((cell, width), align) in row.iter().zip(&widths).zip(&aligns) {
            write_cell(writer, cell, *width, "TableText", align);
        }
        writer.out.push_str("</w:tr>");
    }
    writer.out.push_str("</w:tbl>");
    // A table that touches the next one would become one with it.
    writer.paragraph("TableText", "", &[], None);
}

fn write_cell(writer: &mut Writer<'_>, cell: &[Run], width: u32, style: &str, align: &str) {
    writer.out.push_str(&format!(
        r#"<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/><w:vAlign w:val="center"/></w:tcPr>"#
    ));
    writer.paragraph(style, align, cell, None);
    writer.out.push_str("</w:tc>");
}

fn align(align: Align) -> String {
    let word = match align {
        Align::Left => "left",
        Align::Centre => "center",
        Align::Right => "right",
    };
    format!(r#"<w:jc w:val="{word}"/>"#)
}

/// Widths of the columns in twentieths of a point: in proportion to the longest cell, within bounds.
fn widths(table: &Table) -> Vec<u32> {
    let shares = shares(table);
    let all: u32 = shares.iter().sum::<u32>().max(1);
    let mut widths: Vec<u32> = shares.iter().map(|it| it * WIDTH / all).collect();
    // What rounding left over belongs to the last column.
    let used: u32 = widths.iter().sum();
    if let Some(last) = widths.last_mut() {
        *last += WIDTH - used;
    }
    widths
}
