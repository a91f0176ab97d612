//! How a text is folded before it is compared: width, case, brackets and spaces make no difference.
//!
//! Owns what counts as the same character. Invariant: every folded character knows where it stood, so that it can be marked.
//!
//! Start reading at [`Folded`].

use std::ops::Range;

/// The letters, digits and characters of a text, folded, without what stands between them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Folded {
    /// Folded characters.
    pub chars: Vec<char>,
    /// Where each stood in the text, in bytes.
    spans: Vec<(u32, u8)>,
}

impl Folded {
    /// A text folded.
    pub fn new(text: &str) -> Self {
        let mut folded = Self::default();
        for (at, original) in text.char_indices() {
            let char = fold(original);
            if char.is_alphanumeric() {
                folded.chars.push(char);
                // A title of 4 GB is none; a character has at most four bytes.
                let at = u32::try_from(at).unwrap_or(u32::MAX);
                folded.spans.push((at, original.len_utf8() as u8));
            }
        }
        folded
    }

    /// Where folded characters stood in the text, in bytes.
    pub fn bytes(&self, range: Range<usize>) -> Range<usize> {
        let (Some(first), Some(last)) = (
            self.spans.get(range.start),
            range.end.checked_sub(1).and_then(|it| self.spans.get(it)),
        ) else {
            return 0..0;
        };
        first.0 as usize..last.0 as usize + usize::from(last.1)
    }

    /// Where some characters stand for the first time, all in a row. Letters alone must begin a word: nobody means the `sl` of
    /// "enterprises landed".
    pub fn find(&self, wanted: &[char]) -> Option<Range<usize>> {
        if wanted.is_empty() || wanted.len() > self.chars.len() {
            return None;
        }
        let spelt = wanted.iter().all(char::is_ascii_lowercase);
        let found = (0..=self.chars.len() - wanted.len())
            .find(|at| self.chars[*at..].starts_with(wanted) && !(spelt && self.inside_word(*at)));
        found.map(|at| at..at + wanted.len())
    }

    /// Whether a letter stands right before.
    fn inside_word(&self, at: usize) -> bool {
        let Some(before) = at.checked_sub(1) else {
            return false;
        };
        let (place, length) = self.spans[before];
        let adjoins = place + u32::from(length) == self.spans[at].0;
        adjoins && self.chars[before].is_ascii_lowercase()
    }
}

/// A character as it is compared: of half width and small.
pub(crate) fn fold(char: char) -> char {
    let narrow = match char {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(char) - 0xfee0).unwrap_or(char),
        '\u{3000}' => ' ',
        other => other,
    };
    let mut lower = narrow.to_lowercase();
    match (lower.next(), lower.next()) {
        // What becomes two letters in small stays as it is: places must not move.
        (Some(one), None) => one,
        _ => narrow,
    }
}

/// Whether a character is written, not spelt: it has no case and more strokes than a letter.
pub(crate) fn is_han(char: char) -> bool {
    matches!(char, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3134f}' | '〇')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn width_case_brackets_and_spaces_make_no_difference() {
        let cases = [
            ("示例（青岛）ＡＩ 科技", "示例青岛ai科技"),
            ("Example & Co., Ltd.", "examplecoltd"),
            ("  ", ""),
            ("№５·İ", "5İ"),
        ];
        for (text, want) in cases {
            assert_eq!(
                Folded::new(text).chars.iter().collect::<String>(),
                want,
                "{text}"
            );
        }
    }

    #[test]
    fn letters_alone_begin_a_word() {
        let cases = [
            ("Enterprises landed", "land", true),
            ("Enterprises landed", "sl", false),
            ("Enterprises landed", "prises", false),
            ("示例AI科技", "ai", true),
            ("HT2023-015", "t2023", true),
        ];
        for (text, wanted, want) in cases {
            let wanted: Vec<char> = wanted.chars().collect();
            assert_eq!(Folded::new(text).find(&wanted).is_some(), want, "{text}");
        }
    }

    #[test]
    fn what_is_found_is_marked_where_it_stands() {
        let text = "示例（青岛）ＡＩ科技";
        let folded = Folded::new(text);
        let wanted: Vec<char> = "岛ai".chars().collect();
        let range = folded.find(&wanted).unwrap();
        assert_eq!(&text[folded.bytes(range)], "岛）ＡＩ");
        assert_eq!(folded.find(&['x']), None);
        assert_eq!(folded.bytes(0..0), 0..0);
    }
}
