//! Footnotes, endnotes and heads of pages, which are parts of their own.

use quick_xml::{Reader, events::Event};

use super::{
    super::{
        FormatError,
        traced::{Origin, Part, Traced},
    },
    attribute, fault, push_entity,
};
use crate::{
    package::Package,
    secrecy::{self, Mark},
};

/// Heads and feet of pages that are looked at; Word numbers them from 1, three a section.
const HEADS: usize = 24;

/// The mark of secrecy in the heads and feet of the pages.
pub(super) fn head_mark(package: &Package) -> Result<Option<Mark>, FormatError> {
    for number in 1..=HEADS {
        for kind in ["header", "footer"] {
            let name = format!("word/{kind}{number}.xml");
            if package.has(&name) {
                let lines = paragraphs(&name, &package.text(&name)?)?;
                let found = secrecy::find(lines.iter().map(String::as_str));
                if found.is_some() {
                    return Ok(found);
                }
            }
        }
    }
    Ok(None)
}

/// The texts of the paragraphs of a part.
fn paragraphs(part: &str, xml: &str) -> Result<Vec<String>, FormatError> {
    let mut reader = Reader::from_str(xml);
    let (mut all, mut text, mut in_text) = (Vec::new(), String::new(), false);
    loop {
        match reader.read_event().map_err(|it| fault(part, &it))? {
            Event::Start(tag) if tag.local_name().as_ref() == "t" => in_text = true,
            Event::End(tag) => match tag.local_name().as_ref() {
                "t" => in_text = false,
                "p" => all.push(std::mem::take(&mut text)),
                _ => {}
            },
            Event::Text(piece) if in_text => text.push_str(&piece),
            Event::Eof => return Ok(all),
            _ => {}
        }
    }
}

/// Texts of the notes, separators left out.
pub(super) fn read(part: Part, xml: &str) -> Result<Vec<Traced>, FormatError> {
    let mut reader = Reader::from_str(xml);
    let (mut notes, mut text) = (Vec::new(), Traced::default());
    let (mut in_text, mut kept, mut start) = (false, false, 0);
    loop {
        let event = reader.read_event().map_err(|it| fault(part.name(), &it))?;
        let end = reader.buffer_position() as u32;
        let origin = Origin::Text { part, start };
        match event {
            Event::Start(tag) => match tag.local_name().as_ref() {
                "footnote" | "endnote" => {
                    kept = attribute(&tag, "type").is_none_or(|it| it == "normal");
                    text = Traced::default();
                }
                "t" => in_text = true,
                _ => {}
            },
            Event::End(tag) => match tag.local_name().as_ref() {
                "footnote" | "endnote" if kept && !text.trim().is_empty() => {
                    notes.push(std::mem::take(&mut text).trimmed());
                }
                "t" => in_text = false,
                _ => {}
            },
            Event::Text(piece) if in_text => text.push(&piece, origin),
            Event::GeneralRef(entity) if in_text => {
                let mut one = String::new();
                push_entity(&mut one, &entity);
                text.push(&one, Origin::Mark { part, start, end });
            }
            Event::Eof => return Ok(notes),
            _ => {}
        }
        start = end;
    }
}
