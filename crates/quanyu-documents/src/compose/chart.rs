//! Charts: one drawing of bars, as SVG for HTML and PDF, as EMF for docx.
//!
//! Owns the drawing ([`shapes`]). EMF is a list of the same shapes: it needs no fonts and no rasteriser here, stays sharp in
//! print, and Word, WPS and LibreOffice have drawn it for decades.
//!
//! Invariant: both pictures hold the same shapes; a label prints the number as a figure of the text would.

mod emf;
mod svg;

use rust_decimal::{Decimal, prelude::ToPrimitive};

pub use emf::emf;
pub use svg::svg;

/// Width and height, in twentieths of a point: as wide as the type area.
pub const SIZE: (i32, i32) = (8800, 4000);

/// A chart of bars.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Chart {
    /// What stands above it.
    pub title: String,
    /// Unit of all numbers.
    pub unit: String,
    /// The bars, left to right.
    pub bars: Vec<Bar>,
}

/// A bar.
#[derive(Clone, Debug, PartialEq)]
pub struct Bar {
    /// Below it.
    pub label: String,
    /// Above it, as printed.
    pub number: String,
    /// Its height.
    pub value: Decimal,
}

/// A shape; lengths are twentieths of a point from the upper left corner.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Shape {
    /// A filled rectangle: left, top, width, height.
    Bar(i32, i32, i32, i32),
    /// A thin line.
    Line(i32, i32, i32, i32),
    /// A text centred at x on the base line y, of a size.
    Text(i32, i32, i32, String),
}

impl Chart {
    /// What the chart says, for those who do not see it.
    #[must_use]
    pub fn words(&self) -> String {
        let bars: Vec<String> = self
            .bars
            .iter()
            .map(|it| format!("{} {}{}", it.label, it.number, self.unit))
            .collect();
        match self.title.as_str() {
            "" => bars.join("，"),
            title => format!("{title}：{}", bars.join("，")),
        }
    }
}

/// The drawing.
fn shapes(chart: &Chart) -> Vec<Shape> {
    let (width, height) = SIZE;
    let (left, top, bottom) = (200, 700, height - 560);
    let mut out = Vec::new();
    let title = match (chart.title.as_str(), chart.unit.as_str()) {
        (title, "") => title.to_owned(),
        ("", unit) => format!("单位：{unit}"),
        (title, unit) => format!("{title}（{unit}）"),
    };
    out.push(Shape::Text(width / 2, 300, 240, title));
    out.push(Shape::Line(left, bottom, width - left, bottom));
    let most = chart
        .bars
        .iter()
        .map(|it| it.value)
        .max()
        .unwrap_or_default();
    let count = i32::try_from(chart.bars.len()).unwrap_or(i32::MAX).max(1);
    let slot = (width - 2 * left) / count;
    let bar = (slot * 3 / 5).min(900);
    // Labels shrink before they would touch.
    let longest = chart
        .bars
        .iter()
        .map(|it| length(&it.label))
        .max()
        .unwrap_or(1)
        .max(1);
    let size = (slot * 2 / longest).clamp(120, 220);
    for (at, it) in (0..).zip(&chart.bars) {
        let middle = left + slot * at + slot / 2;
        let tall = match most > Decimal::ZERO && it.value > Decimal::ZERO {
            true => (it.value / most * Decimal::from(bottom - top))
                .round()
                .to_i32()
                .unwrap_or(0),
            false => 0,
        };
        out.push(Shape::Bar(middle - bar / 2, bottom - tall, bar, tall));
        out.push(Shape::Text(
            middle,
            bottom - tall - 80,
            220,
            it.number.clone(),
        ));
        out.push(Shape::Text(middle, bottom + 300, size, it.label.clone()));
    }
    out
}

/// Width of a text in half characters.
fn length(text: &str) -> i32 {
    text.chars()
        .map(|it| if it.is_ascii() { 1 } else { 2 })
        .sum()
}
