//! Shared texts of a workbook, in one block of memory.

use quick_xml::{Reader, events::Event};

use super::{super::WorkbookError, unescape_excel, xml_fault};
use crate::{package::Package, secrecy};

/// Bytes of shared text that are held. 400,000 rows with ten texts of their own are about 150 MB.
const MAX_TEXT: usize = 512 << 20;

/// All shared texts: one block and where each ends.
#[derive(Default)]
pub(super) struct Strings {
    text: String,
    ends: Vec<u32>,
}

impl Strings {
    pub(super) fn get(&self, index: usize) -> Option<&str> {
        let end = *self.ends.get(index)? as usize;
        let start = index.checked_sub(1).map_or(0, |it| self.ends[it] as usize);
        Some(&self.text[start..end])
    }

    pub(super) fn read(package: &Package, part: &str) -> Result<Self, WorkbookError> {
        let mut reader = Reader::from_reader(package.part(part)?);
        let mut buffer = Vec::new();
        let mut all = Self::default();
        let (mut in_text, mut phonetic, mut start) = (false, 0_u32, 0);
        loop {
            match reader
                .read_event_into(&mut buffer)
                .map_err(|it| xml_fault(part, it))?
            {
                Event::Start(tag) => match tag.local_name().as_ref() {
                    "si" => start = all.text.len(),
                    "t" => in_text = phonetic == 0,
                    "rPh" => phonetic += 1,
                    _ => {}
                },
                Event::Empty(tag) if tag.local_name().as_ref() == "si" => {
                    all.ends.push(all.text.len() as u32)
                }
                Event::End(tag) => match tag.local_name().as_ref() {
                    "si" => {
                        if all.text[start..].contains("_x")
                            && let Some(fixed) = unescape_excel(&all.text[start..])
                        {
                            all.text.truncate(start);
                            all.text.push_str(&fixed);
                        }
                        // Shared by all sheets, so this looks at those too that nobody asked for.
                        if let Some(mark) = secrecy::in_cell(&all.text[start..]) {
                            return Err(WorkbookError::Secret(mark));
                        }
                        all.ends.push(all.text.len() as u32);
                    }
                    "t" => in_text = false,
                    "rPh" => phonetic = phonetic.saturating_sub(1),
                    _ => {}
                },
                Event::Text(text) if in_text => all.text.push_str(&text),
                Event::CData(text) if in_text => all.text.push_str(&text),
                Event::GeneralRef(entity) if in_text => push_entity(&mut all.text, &entity),
                Event::Eof => break,
                _ => {}
            }
            if all.text.len() > MAX_TEXT {
                return Err(WorkbookError::TooLarge {
                    what: "bytes of text",
                    found: all.text.len() as u64,
                    limit: MAX_TEXT as u64,
                });
            }
            buffer.clear();
        }
        all.text.shrink_to_fit();
        all.ends.shrink_to_fit();
        Ok(all)
    }
}

/// The character behind `&amp;` or `&#20;`; an unknown entity stays as it is written, none is ever expanded.
pub(super) fn push_entity(out: &mut String, entity: &quick_xml::events::BytesRef<'_>) {
    if let Ok(Some(c)) = entity.resolve_char_ref() {
        out.push(c);
        return;
    }
    match quick_xml::escape::resolve_predefined_entity(entity) {
        Some(text) => out.push_str(text),
        None => {
            out.push('&');
            out.push_str(entity);
            out.push(';');
        }
    }
}
