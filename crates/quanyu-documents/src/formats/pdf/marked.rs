//! Marked content: what a tagged PDF says of a stretch of its glyphs.
//!
//! `ActualText` is what the glyphs stand for (a ligature, a hyphen that only breaks a line, a number drawn in pieces); what
//! a page repeats (head, foot, page number, watermark) is an artifact, not text.

use encoding_rs::{UTF_8, UTF_16BE, WINDOWS_1252};
use hayro_syntax::{
    object::{Dict, Name, Object, String as PdfString},
    page::Resources,
};

use super::{Page, content::Placed, fonts::Mapped};

/// What a stretch of glyphs is, from the first of them on.
pub(super) enum Mark {
    Plain,
    /// The glyphs stand for this text.
    Actual {
        from: usize,
        text: String,
    },
    /// The glyphs belong to the page, not to the text.
    Furniture {
        from: usize,
    },
}

impl Mark {
    /// The mark that an operator `BDC` sets before the glyph number `from`.
    pub(super) fn read(operands: &[&Object<'_>], resources: &Resources<'_>, from: usize) -> Self {
        let properties = match operands.get(1) {
            Some(Object::Dict(dict)) => Some(dict.clone()),
            Some(Object::Name(name)) => resources.properties.get::<Dict<'_>>(name),
            _ => None,
        };
        let Some(properties) = properties else {
            return Self::Plain;
        };
        if let Some(text) = properties.get::<PdfString<'_>>("ActualText") {
            let text = decoded(text.as_bytes());
            return Self::Actual { from, text };
        }
        let named = |key: &str, wanted: &[&[u8]]| {
            let name = properties.get::<Name<'_>>(key);
            name.is_some_and(|it| wanted.contains(&&*it))
        };
        let artifact = matches!(operands.first(), Some(Object::Name(tag)) if &**tag == b"Artifact");
        match artifact && named("Type", &[b"Pagination"]) {
            true => Self::Furniture { from },
            false => Self::Plain,
        }
    }

    pub(super) fn is_actual(&self) -> bool {
        matches!(self, Self::Actual { .. })
    }

    /// Ends the stretch.
    pub(super) fn end(self, page: &mut Page, placed: &mut Vec<Placed>) {
        match self {
            Self::Plain => {}
            Self::Furniture { from } => {
                for it in placed.drain(from.min(placed.len())..) {
                    it.glyph.text.push_to(&mut page.furniture);
                }
                page.furniture.push('\n');
            }
            Self::Actual { from, text } => actual(placed, from, text),
        }
    }
}

/// Puts a text in place of glyphs, where they stand on one line; a text for whole lines would lose their order.
fn actual(placed: &mut Vec<Placed>, from: usize, text: String) {
    let Some((first, rest)) = placed.get_mut(from..).and_then(<[Placed]>::split_first_mut) else {
        return;
    };
    let size = first.glyph.size;
    let (mut left, mut right) = (first.glyph.x, first.glyph.x + first.glyph.width);
    for it in rest.iter() {
        if (it.glyph.y - first.glyph.y).abs() > size * 0.5 || it.turn != first.turn {
            return;
        }
        left = left.min(it.glyph.x);
        right = right.max(it.glyph.x + it.glyph.width);
    }
    if text.trim_matches('\u{ad}').is_empty() {
        placed.truncate(from);
        return;
    }
    first.glyph.text = Mapped::Many(text);
    if first.turn == Some(0) {
        (first.glyph.x, first.glyph.width) = (left, right - left);
    }
    placed.truncate(from + 1);
}

/// A text string: UTF-16 or UTF-8 by its mark, else Latin.
fn decoded(bytes: &[u8]) -> String {
    let text = match bytes {
        [0xFE, 0xFF, rest @ ..] => UTF_16BE.decode_without_bom_handling(rest).0,
        [0xEF, 0xBB, 0xBF, rest @ ..] => UTF_8.decode_without_bom_handling(rest).0,
        _ => WINDOWS_1252.decode_without_bom_handling(bytes).0,
    };
    text.chars().filter(|c| !c.is_control()).collect()
}
