//! Text and blocks, put together piece by piece.

use super::{
    BlockKind, BlockSpan, DocText, DocWarning,
    traced::{Origin, Stretch, Trace, Traced},
};
use crate::secrecy::Mark;

/// Puts a text together and counts its characters.
#[derive(Default)]
pub(super) struct Builder {
    text: String,
    chars: usize,
    blocks: Vec<BlockSpan>,
    stretches: Vec<Stretch>,
    pub(super) title: Option<String>,
    pub(super) warnings: Vec<DocWarning>,
    /// A mark found where the text does not reach: heads of pages.
    pub(super) secrecy: Option<Mark>,
}

/// Where a block comes from.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Place {
    pub(super) page: Option<u32>,
    pub(super) paragraph: Option<u32>,
}

impl Builder {
    /// Adds a block on a line of its own; blank ones are left out.
    pub(super) fn block(&mut self, kind: BlockKind, level: u8, text: &str, place: Place) {
        self.block_of(kind, level, &Traced::made(text), place);
    }

    /// [`Self::block`] of a text that knows where it stands.
    pub(super) fn block_of(&mut self, kind: BlockKind, level: u8, text: &Traced, place: Place) {
        if text.chars().all(char::is_whitespace) {
            return;
        }
        self.span(kind, level, text, place);
        self.made("\n");
    }

    /// Adds a row of a table: its cells separated by tabs, a block each.
    pub(super) fn row(&mut self, table: u32, row: u32, cells: &[(String, Place)]) {
        let cells: Vec<(Traced, Place)> = cells
            .iter()
            .map(|(text, place)| (Traced::made(text), *place))
            .collect();
        self.row_of(table, row, &cells);
    }

    /// [`Self::row`] of texts that know where they stand.
    pub(super) fn row_of(&mut self, table: u32, row: u32, cells: &[(Traced, Place)]) {
        for (column, (text, place)) in (0_u32..).zip(cells) {
            if column > 0 {
                self.made("\t");
            }
            self.span(BlockKind::Cell { table, row, column }, 0, text, *place);
        }
        self.made("\n");
    }

    pub(super) fn finish(self) -> DocText {
        self.finish_traced().0
    }

    /// The text and where it comes from.
    pub(super) fn finish_traced(self) -> (DocText, Trace) {
        let trace = Trace::new(&self.stretches);
        let text = DocText {
            text: self.text,
            blocks: self.blocks,
            title: self.title,
            warnings: self.warnings,
            secrecy: self.secrecy,
        };
        (text, trace)
    }

    fn span(&mut self, kind: BlockKind, level: u8, text: &Traced, place: Place) {
        let start = self.chars;
        self.push(text, text.stretches());
        self.blocks.push(BlockSpan {
            kind,
            level,
            start_char: start,
            end_char: self.chars,
            page: place.page,
            paragraph: place.paragraph,
        });
    }

    fn made(&mut self, text: &str) {
        let chars = text.chars().count();
        let origin = Origin::Made;
        self.push(text, &[Stretch { chars, origin }]);
    }

    fn push(&mut self, text: &str, stretches: &[Stretch]) {
        self.text.push_str(text);
        for stretch in stretches {
            self.chars += stretch.chars;
            match self.stretches.last_mut() {
                Some(last) if last.origin == Origin::Made && stretch.origin == Origin::Made => {
                    last.chars += stretch.chars;
                }
                _ => self.stretches.push(*stretch),
            }
        }
    }
}

/// The level of a heading by its number, as official documents write them: 一、 （一） 1. （1）; `None` for a paragraph.
/// A heading is short and does not end a sentence, so that a paragraph that begins with its heading stays one.
pub(super) fn heading_level(text: &str) -> Option<u8> {
    let text = text.trim();
    if text.chars().count() > 40 || text.ends_with(['。', '；', ';', '，', ',', '：', ':']) {
        return None;
    }
    let han = |it: &str| !it.is_empty() && it.chars().all(|c| "一二三四五六七八九十百".contains(c));
    let digits =
        |it: &str| !it.is_empty() && it.len() <= 2 && it.bytes().all(|b| b.is_ascii_digit());
    if let Some((number, rest)) = text.split_once('、')
        && !rest.is_empty()
    {
        if han(number) {
            return Some(1);
        }
        if digits(number) {
            return Some(3);
        }
    }
    for (open, close) in [('（', '）'), ('(', ')')] {
        if let Some((number, rest)) = text.strip_prefix(open).and_then(|it| it.split_once(close))
            && !rest.is_empty()
        {
            return if han(number) {
                Some(2)
            } else {
                digits(number).then_some(4)
            };
        }
    }
    let (number, rest) = text.split_once(['.', '．'])?;
    (digits(number) && rest.starts_with(|c: char| !c.is_ascii_digit())).then_some(3)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_are_told_by_number_and_length() {
        let cases = [
            ("一、工作开展情况", Some(1)),
            ("（二）平台建设、人才引育", Some(2)),
            ("(二)平台建设", Some(2)),
            ("1.强化主体培育", Some(3)),
            ("3、强化主体培育", Some(3)),
            ("（3）强化主体培育", Some(4)),
            ("1.5亿元", None),
            ("一、二季度共完成。", None),
            ("全年完成技术合同成交额", None),
            ("一是强化主体培育", None),
        ];
        for (text, level) in cases {
            assert_eq!(heading_level(text), level, "{text}");
        }
    }

    #[test]
    fn offsets_count_characters() {
        let mut builder = Builder::default();
        builder.block(BlockKind::Paragraph, 0, "全域", Place::default());
        builder.row(
            0,
            0,
            &[
                ("甲".to_owned(), Place::default()),
                ("乙丙".to_owned(), Place::default()),
            ],
        );
        let doc = builder.finish();
        let chars: Vec<char> = doc.text.chars().collect();
        let texts: Vec<String> = doc
            .blocks
            .iter()
            .map(|it| chars[it.start_char..it.end_char].iter().collect())
            .collect();
        assert_eq!(texts, ["全域", "甲", "乙丙"]);
    }
}
