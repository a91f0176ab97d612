//! A chart as SVG.

use std::fmt::Write;

use quick_xml::escape::escape;

use super::{Chart, SIZE, Shape, shapes};

/// The chart as an SVG document, its texts in the font of that family.
#[must_use]
pub fn svg(chart: &Chart, font: &str) -> String {
    let (width, height) = SIZE;
    let mut out = format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" aria-label="{}" font-family="{}">"#,
        escape(chart.words()),
        escape(font)
    );
    for shape in shapes(chart) {
        let written = match shape {
            Shape::Bar(x, y, w, h) => write!(
                out,
                r##"<rect x="{x}" y="{y}" width="{w}" height="{h}" fill="#33557d"/>"##
            ),
            Shape::Line(x, y, to_x, to_y) => {
                write!(
                    out,
                    r##"<path d="M{x} {y}L{to_x} {to_y}" stroke="#333333" stroke-width="15" fill="none"/>"##
                )
            }
            Shape::Text(x, y, size, text) => write!(
                out,
                r##"<text x="{x}" y="{y}" font-size="{size}" text-anchor="middle" fill="#111111">{}</text>"##,
                escape(text)
            ),
        };
        written.expect("a string takes any text");
    }
    out.push_str("</svg>");
    out
}
