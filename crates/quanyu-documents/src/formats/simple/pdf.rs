//! A minimal PDF in the font that every reader of Chinese PDFs brings along (STSong-Light), not embedded.

use std::fmt::Write;

use super::SimpleBlock;

/// A4 in points, and the margins.
const PAGE: (f32, f32) = (595.0, 842.0);
const LEFT: f32 = 79.0;
const RIGHT: f32 = 74.0;
const TOP: f32 = 90.0;
const BOTTOM: f32 = 90.0;

/// The blocks as the bytes of a PDF: characters of the Basic Multilingual Plane, others as `？`.
#[must_use]
pub fn write_pdf_simple(blocks: &[SimpleBlock]) -> Vec<u8> {
    let mut paper = Paper::default();
    for block in blocks {
        match block {
            SimpleBlock::Title(text) => paper.lines(text, 22.0, 34.0, Indent::Centre),
            SimpleBlock::Heading(_, text) => paper.lines(text, 16.0, 28.0, Indent::First),
            SimpleBlock::Paragraph(text) => paper.lines(text, 16.0, 28.0, Indent::First),
            SimpleBlock::Table(rows) => paper.table(rows),
        }
    }
    paper.finish()
}

#[derive(Clone, Copy, PartialEq)]
enum Indent {
    Centre,
    First,
}

#[derive(Default)]
struct Paper {
    pages: Vec<String>,
    /// Height left on the page.
    left: f32,
}

impl Paper {
    fn lines(&mut self, text: &str, size: f32, lead: f32, indent: Indent) {
        let width = PAGE.0 - LEFT - RIGHT;
        let first = if indent == Indent::First {
            size * 2.0
        } else {
            0.0
        };
        for (at, line) in wrapped(text, size, width, first).iter().enumerate() {
            let y = self.room(lead);
            let x = match indent {
                Indent::Centre => LEFT + (width - width_of(line, size)) / 2.0,
                Indent::First if at == 0 => LEFT + first,
                Indent::First => LEFT,
            };
            self.show(line, x, y, size);
        }
    }

    fn table(&mut self, rows: &[Vec<String>]) {
        let columns = rows.iter().map(Vec::len).max().unwrap_or(0).max(1);
        let width = (PAGE.0 - LEFT - RIGHT) / columns as f32;
        for row in rows {
            let cells: Vec<Vec<String>> = (0..columns)
                .map(|it| {
                    wrapped(
                        row.get(it).map_or("", String::as_str),
                        12.0,
                        width - 8.0,
                        0.0,
                    )
                })
                .collect();
            let lines = cells.iter().map(Vec::len).max().unwrap_or(1).max(1);
            let height = lines as f32 * 18.0 + 6.0;
            let bottom = self.room(height) - 6.0;
            for (column, cell) in cells.iter().enumerate() {
                let x = LEFT + column as f32 * width;
                let _ = writeln!(
                    self.page(),
                    "{x:.2} {bottom:.2} {width:.2} {height:.2} re S"
                );
                for (at, line) in cell.iter().enumerate() {
                    let inner = x + (width - width_of(line, 12.0)) / 2.0;
                    self.show(line, inner, bottom + height - 16.0 - at as f32 * 18.0, 12.0);
                }
            }
        }
        let _ = self.room(10.0);
    }

    /// Takes height from the page, from a new one when it is full; the baseline of what stands there.
    fn room(&mut self, height: f32) -> f32 {
        if self.pages.is_empty() || self.left < height {
            self.pages.push(String::new());
            self.left = PAGE.1 - TOP - BOTTOM;
        }
        self.left -= height;
        BOTTOM + self.left + 6.0
    }

    fn page(&mut self) -> &mut String {
        if self.pages.is_empty() {
            self.pages.push(String::new());
        }
        self.pages.last_mut().expect("one was just made")
    }

    fn show(&mut self, text: &str, x: f32, y: f32, size: f32) {
        let hex: String = text
            .chars()
            .map(|c| format!("{:04X}", u16::try_from(u32::from(c)).unwrap_or(0xFF1F)))
            .collect();
        let _ = writeln!(
            self.page(),
            "BT /F1 {size} Tf {x:.2} {y:.2} Td <{hex}> Tj ET"
        );
    }

    fn finish(mut self) -> Vec<u8> {
        self.page();
        let count = self.pages.len();
        // 1 catalogue, 2 pages, 3 font, 4 its descendant, 5 descriptor, then a page and its content each.
        let kids: String = (0..count)
            .map(|it| format!("{} 0 R ", 6 + it * 2))
            .collect();
        let mut objects = vec![
            "<< /Type /Catalog /Pages 2 0 R /Lang (zh-CN) >>".to_owned(),
            format!("<< /Type /Pages /Kids [{kids}] /Count {count} >>"),
            "<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UCS2-H /DescendantFonts [4 0 R] >>".to_owned(),
            "<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 4 >> /FontDescriptor 5 0 R /DW 1000 /W [1 95 500 814 939 500] >>".to_owned(),
            "<< /Type /FontDescriptor /FontName /STSong-Light /Flags 6 /FontBBox [-25 -254 1000 880] /ItalicAngle 0 /Ascent 880 /Descent -120 /CapHeight 880 /StemV 93 >>".to_owned(),
        ];
        for (at, content) in self.pages.iter().enumerate() {
            objects.push(format!(
                "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {} {}] /Resources << /Font << /F1 3 0 R >> >> /Contents {} 0 R >>",
                PAGE.0,
                PAGE.1,
                7 + at * 2
            ));
            objects.push(format!(
                "<< /Length {} >>\nstream\n{content}endstream",
                content.len()
            ));
        }
        let mut out = String::from("%PDF-1.4\n");
        let mut places = Vec::new();
        for (at, object) in objects.iter().enumerate() {
            places.push(out.len());
            let _ = write!(out, "{} 0 obj\n{object}\nendobj\n", at + 1);
        }
        let start = out.len();
        let _ = write!(out, "xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1);
        for place in places {
            let _ = writeln!(out, "{place:010} 00000 n ");
        }
        let _ = write!(
            out,
            "trailer\n<< /Size {} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n",
            objects.len() + 1
        );
        out.into_bytes()
    }
}

/// Width of a text: ASCII half, everything else whole.
fn width_of(text: &str, size: f32) -> f32 {
    text.chars()
        .map(|c| if c.is_ascii() { size / 2.0 } else { size })
        .sum()
}

/// Lines no wider than `width`; none begins with a mark that ends a clause, no number is broken.
fn wrapped(text: &str, size: f32, width: f32, first: f32) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in words(text) {
        let room = if lines.is_empty() {
            width - first
        } else {
            width
        };
        let clings = word.starts_with(['，', '。', '、', '；', '：', '）', '”', '》', '%']);
        if !line.is_empty() && !clings && width_of(&line, size) + width_of(word, size) > room {
            lines.push(std::mem::take(&mut line));
        }
        line.push_str(word);
    }
    lines.push(line);
    lines
}

/// Runs of ASCII letters and digits whole, every other character alone.
fn words(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let first = rest.chars().next()?;
        let joined = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | ',' | '%' | '-');
        let end = if joined(first) {
            rest.find(|c| !joined(c)).unwrap_or(rest.len()).min(40)
        } else {
            first.len_utf8()
        };
        let (word, after) = rest.split_at(end);
        rest = after;
        Some(word)
    })
}
