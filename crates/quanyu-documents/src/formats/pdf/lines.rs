//! From glyphs to lines, from lines to paragraphs.
//!
//! Owns the order of reading, blanks between words, columns of tables, running heads and page numbers, and where a
//! paragraph ends: a line that does not reach the margin, or one that is indented, begins a new one.

use std::collections::BTreeMap;

use super::{
    super::{
        BlockKind, DocText,
        builder::{Builder, Place, heading_level},
    },
    Glyph, Page, columns,
};
use crate::secrecy;

/// A line of a page.
#[derive(Clone, Debug)]
struct Line {
    page: u32,
    left: f32,
    right: f32,
    y: f32,
    size: f32,
    /// The part of the page that it belongs to; a column of text has margins of its own.
    region: usize,
    is_column: bool,
    /// Its parts, more than one when columns of a table stand in it.
    parts: Vec<String>,
}

impl Line {
    fn text(&self) -> String {
        self.parts.join("\t")
    }
}

pub(super) fn assemble(pages: &[Page]) -> DocText {
    let mut all: Vec<Vec<Line>> = (1..)
        .zip(pages)
        .map(|(number, page)| lines(number, page))
        .collect();
    // Heads of pages bear the mark too, and are not part of the text.
    let heads: Vec<String> = pages
        .iter()
        .map(|it| it.furniture.clone())
        .chain(all.iter().flatten().map(Line::text))
        .collect();
    let secrecy = secrecy::find(heads.iter().flat_map(|it| it.lines()));
    drop_running(&mut all, pages);
    let mut builder = Builder::default();
    builder.secrecy = secrecy;
    let body = body_size(&all);
    builder.title = title(&all, body);
    let mut open: Option<Open> = None;
    let mut table = (0_u32, 0_u32, false);
    for (page, lines) in all.iter().enumerate() {
        let mut margins = Margins::of(&[], body, 0.0);
        let mut region = None;
        for (at, line) in lines.iter().enumerate() {
            if region.replace(line.region) != Some(line.region) {
                let same: Vec<&Line> = lines.iter().filter(|it| it.region == line.region).collect();
                let width = if line.is_column {
                    0.0
                } else {
                    pages[page].width
                };
                margins = Margins::of(&same, body, width);
            }
            let in_table = line.parts.len() > 1
                && [at.checked_sub(1), Some(at + 1)]
                    .into_iter()
                    .flatten()
                    .any(|it| lines.get(it).is_some_and(|it| it.parts.len() > 1));
            if in_table {
                close(&mut builder, open.take());
                if !table.2 {
                    table = (table.0, 0, true);
                }
                let place = Place {
                    page: Some(line.page),
                    paragraph: None,
                };
                let cells: Vec<(String, Place)> =
                    line.parts.iter().map(|it| (it.clone(), place)).collect();
                builder.row(table.0, table.1, &cells);
                table.1 += 1;
                continue;
            }
            if table.2 {
                table = (table.0 + 1, 0, false);
            }
            match &mut open {
                Some(it) if goes_on(&it.last, line, &it.margins, &margins, body) => {
                    append(&mut it.text, &line.text());
                    it.last = line.clone();
                    it.margins = margins;
                }
                _ => {
                    close(&mut builder, open.take());
                    open = Some(Open {
                        page: line.page,
                        text: line.text(),
                        last: line.clone(),
                        margins,
                    });
                }
            }
        }
    }
    close(&mut builder, open);
    builder.finish()
}

/// A paragraph that may go on: the page it began on, and its last line with the margins of that one's page.
struct Open {
    page: u32,
    text: String,
    last: Line,
    margins: Margins,
}

#[derive(Clone, Copy, Debug)]
struct Margins {
    left: f32,
    right: f32,
}

impl Margins {
    /// The margins of the body text of a page: where most lines begin, and where the longest end.
    fn of(lines: &[&Line], body: f32, width: f32) -> Self {
        let text: Vec<&&Line> = lines
            .iter()
            .filter(|it| it.parts.len() == 1 && (it.size - body).abs() < body * 0.2)
            .collect();
        let left = text.iter().map(|it| it.left).fold(f32::INFINITY, f32::min);
        let right = text.iter().map(|it| it.right).fold(0.0, f32::max);
        // A page with one short line has no margin of its own: take that of the paper.
        Self {
            left: if left.is_finite() { left } else { 0.0 },
            right: right.max(width * 0.6),
        }
    }
}

fn goes_on(last: &Line, line: &Line, before: &Margins, margins: &Margins, body: f32) -> bool {
    let size = last.size.max(1.0);
    let same_size = (last.size - line.size).abs() < size * 0.15;
    // A line may end early because the number or word that begins the next one did not fit.
    let word = line
        .parts
        .first()
        .map_or(0, |it| it.bytes().take_while(u8::is_ascii_graphic).count());
    let reached = last.right + size * (0.6 + (word as f32 * 0.55).max(1.0)) > before.right;
    let indented = line.left > margins.left + size * 0.8;
    // A title over several lines is centred: its lines go on although none begins at the margin.
    let centred = last.size > body * 1.2
        && same_size
        && last.page == line.page
        && line.y - last.y < size * 2.2;
    if centred && heading_level(&line.text()).is_none() {
        return true;
    }
    let near = line.page != last.page || line.y - last.y < size * 2.6;
    same_size && reached && !indented && near && line.page <= last.page + 1 && last.parts.len() == 1
}

fn append(text: &mut String, more: &str) {
    let latin = |c: Option<char>| c.is_some_and(|it| it.is_ascii_alphanumeric());
    let (end, start) = (text.chars().last(), more.chars().next());
    // A number broken by the end of a line is one number; words are two.
    if latin(end)
        && latin(start)
        && !(end.is_some_and(|it| it.is_ascii_digit())
            && start.is_some_and(|it| it.is_ascii_digit()))
    {
        text.push(' ');
    }
    text.push_str(more);
}

fn close(builder: &mut Builder, open: Option<Open>) {
    let Some(Open { page, text, .. }) = open else {
        return;
    };
    let text = text.trim();
    let is_title = builder.title.as_deref() == Some(text);
    let level = heading_level(text).filter(|_| !is_title);
    let kind = match level {
        _ if is_title => BlockKind::Title,
        Some(_) => BlockKind::Heading,
        None => BlockKind::Paragraph,
    };
    builder.block(
        kind,
        level.unwrap_or(0),
        text,
        Place {
            page: Some(page),
            paragraph: None,
        },
    );
}

/// Glyphs of a page as lines in the order of reading.
fn lines(number: u32, page: &Page) -> Vec<Line> {
    let glyphs: Vec<&Glyph> = page
        .glyphs
        .iter()
        .filter(|it| it.x.is_finite() && it.y.is_finite())
        .collect();
    let mut all = Vec::new();
    for (region, part) in columns::regions(columns::rows(glyphs), page.width)
        .into_iter()
        .enumerate()
    {
        for row in part.rows {
            all.extend(line(number, row.y, row.glyphs).map(|it| Line {
                region,
                is_column: part.is_column,
                ..it
            }));
        }
    }
    all
}

fn line(page: u32, y: f32, mut row: Vec<&Glyph>) -> Option<Line> {
    row.sort_by(|a, b| a.x.total_cmp(&b.x));
    let size = {
        let mut sizes: Vec<f32> = row
            .iter()
            .filter(|it| !it.text.is_blank())
            .map(|it| it.size)
            .collect();
        sizes.sort_by(f32::total_cmp);
        *sizes.get(sizes.len() / 2)?
    };
    let (mut parts, mut part) = (Vec::new(), String::new());
    let mut last: Option<&Glyph> = None;
    let (mut left, mut right) = (f32::INFINITY, 0.0_f32);
    for glyph in row {
        if glyph.text.is_blank() {
            let blank_wanted = part.chars().last().is_some_and(|c| c.is_ascii_graphic());
            if blank_wanted {
                part.push(' ');
            }
            continue;
        }
        if let Some(last) = last {
            // Bold made by printing twice.
            if last.text == glyph.text
                && (glyph.x - last.x).abs() < size * 0.2
                && (glyph.y - last.y).abs() < size * 0.2
            {
                continue;
            }
            let gap = glyph.x - (last.x + last.width);
            if gap > size * 2.0 {
                parts.push(std::mem::take(&mut part).trim().to_owned());
            } else if gap > size * 0.22
                && part
                    .chars()
                    .last()
                    .is_some_and(|c| c.is_ascii_alphanumeric())
                && starts_latin(glyph)
            {
                part.push(' ');
            }
        }
        left = left.min(glyph.x);
        right = right.max(glyph.x + glyph.width);
        glyph.text.push_to(&mut part);
        last = Some(glyph);
    }
    parts.push(part.trim().to_owned());
    parts = parts
        .into_iter()
        .map(|it| tight(&it))
        .filter(|it| !it.is_empty())
        .collect();
    (!parts.is_empty()).then_some(Line {
        page,
        left,
        right,
        y,
        size,
        region: 0,
        is_column: false,
        parts,
    })
}

fn starts_latin(glyph: &Glyph) -> bool {
    let mut text = String::new();
    glyph.text.push_to(&mut text);
    text.starts_with(|c: char| c.is_ascii_alphabetic())
}

/// Without blanks beside Han characters, which stand there for looks.
fn tight(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let keeps = |at: usize| {
        let near = |it: Option<&char>| it.is_some_and(|c| c.is_ascii_graphic());
        near(at.checked_sub(1).and_then(|it| chars.get(it))) && near(chars.get(at + 1))
    };
    chars
        .iter()
        .enumerate()
        .filter(|(at, c)| **c != ' ' || keeps(*at))
        .map(|(_, c)| *c)
        .collect()
}

/// Takes out page numbers, and lines at the edge that come again on other pages.
fn drop_running(all: &mut [Vec<Line>], pages: &[Page]) {
    let at_edge =
        |line: &Line, page: &Page| line.y < page.height * 0.12 || line.y > page.height * 0.87;
    let shape = |line: &Line| {
        line.text()
            .chars()
            .map(|c| if c.is_ascii_digit() { '0' } else { c })
            .collect::<String>()
    };
    let mut seen: BTreeMap<(String, i32), usize> = BTreeMap::new();
    let place = |line: &Line| (line.y / 8.0).round() as i32;
    for (lines, page) in all.iter().zip(pages) {
        for line in lines.iter().filter(|it| at_edge(it, page)) {
            *seen.entry((shape(line), place(line))).or_default() += 1;
        }
    }
    let enough = (pages.len() / 2).max(2);
    for (lines, page) in all.iter_mut().zip(pages) {
        lines.retain(|line| {
            let again = (-1..=1)
                .map(|it| {
                    seen.get(&(shape(line), place(line) + it))
                        .copied()
                        .unwrap_or(0)
                })
                .sum::<usize>()
                >= enough
                && pages.len() > 1;
            !(at_edge(line, page) && (is_page_number(&line.text()) || again))
        });
    }
}

/// `3`, `- 3 -`, `— 3 —`, `第3页`, `第 3 页 共 9 页`, `3 / 9`.
fn is_page_number(text: &str) -> bool {
    let bare: String = text
        .chars()
        .filter(|c| {
            !c.is_whitespace()
                && !matches!(
                    c,
                    '-' | '—' | '–' | '―' | '－' | '·' | '/' | '第' | '页' | '共' | '，' | '|'
                )
        })
        .collect();
    !bare.is_empty() && bare.len() <= 8 && bare.bytes().all(|b| b.is_ascii_digit())
}

/// The size that most characters have.
fn body_size(all: &[Vec<Line>]) -> f32 {
    let mut counts: BTreeMap<i32, usize> = BTreeMap::new();
    for line in all.iter().flatten() {
        *counts.entry((line.size * 2.0).round() as i32).or_default() += line
            .parts
            .iter()
            .map(|it| it.chars().count())
            .sum::<usize>();
    }
    counts
        .iter()
        .max_by_key(|(_, count)| **count)
        .map_or(12.0, |(size, _)| *size as f32 / 2.0)
}

/// The lines of the first page that are clearly larger than the body.
fn title(all: &[Vec<Line>], body: f32) -> Option<String> {
    let first = all.iter().find(|it| !it.is_empty())?;
    let largest = first.iter().map(|it| it.size).fold(0.0, f32::max);
    if largest < body * 1.15 {
        return None;
    }
    let mut text = String::new();
    for line in first
        .iter()
        .skip_while(|it| it.size < largest * 0.95)
        .take_while(|it| it.size >= largest * 0.95)
        .take(4)
    {
        append(&mut text, &line.text());
    }
    Some(text)
}
