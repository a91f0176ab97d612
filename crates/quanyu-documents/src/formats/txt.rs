//! Plain text: UTF-8, GB18030 or UTF-16, told by mark or by whether all of it decodes.
//!
//! Invariant: the text is the file's own, line ends included, so that offsets are those of the file.

use encoding_rs::{Encoding, GB18030, UTF_8, UTF_16BE, UTF_16LE};

use super::{BlockKind, BlockSpan, DocText, FormatError, builder::heading_level};

pub(super) fn extract(bytes: &[u8]) -> Result<DocText, FormatError> {
    let text = decode(bytes)?;
    let mut blocks = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let length = line.chars().count();
        let body = line.trim_end_matches(['\n', '\r']);
        if !body.trim().is_empty() {
            let level = heading_level(body);
            let kind = if level.is_some() {
                BlockKind::Heading
            } else {
                BlockKind::Paragraph
            };
            let end_char = start + body.chars().count();
            blocks.push(BlockSpan {
                kind,
                level: level.unwrap_or(0),
                start_char: start,
                end_char,
                page: None,
                paragraph: None,
            });
        }
        start += length;
    }
    let title = text
        .lines()
        .map(str::trim)
        .find(|it| !it.is_empty())
        .filter(|it| is_title(it))
        .map(str::to_owned);
    Ok(DocText {
        title,
        blocks,
        text,
        warnings: Vec::new(),
        secrecy: None,
    })
}

/// Whether a first line can be the title: short, no sentence, no numbered heading.
pub(super) fn is_title(line: &str) -> bool {
    line.chars().count() <= 60
        && !line.ends_with(['。', '；', '，', '：'])
        && heading_level(line).is_none()
}

/// Bytes as text.
pub(super) fn decode(bytes: &[u8]) -> Result<String, FormatError> {
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        return strict(encoding, &bytes[mark..]).ok_or(FormatError::Encoding);
    }
    if bytes.contains(&0) {
        let zeros = |from: usize| {
            bytes
                .iter()
                .skip(from)
                .step_by(2)
                .filter(|it| **it == 0)
                .count()
        };
        let wide = match (zeros(1), zeros(0)) {
            (low, high) if low > high * 4 => UTF_16LE,
            (low, high) if high > low * 4 => UTF_16BE,
            _ => {
                return Err(FormatError::NotADocument {
                    found: "binary data",
                });
            }
        };
        return strict(wide, bytes).filter(|it| !it.contains('\0')).ok_or(
            FormatError::NotADocument {
                found: "binary data",
            },
        );
    }
    strict(UTF_8, bytes)
        .or_else(|| strict(GB18030, bytes))
        .ok_or(FormatError::Encoding)
}

fn strict(encoding: &'static Encoding, bytes: &[u8]) -> Option<String> {
    encoding
        .decode_without_bom_handling_and_without_replacement(bytes)
        .map(|it| it.into_owned())
}
