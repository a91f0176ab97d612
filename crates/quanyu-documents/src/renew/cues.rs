//! Words that were true once: first, record, years in a row. No number makes them true again; somebody has to look.

use std::ops::Range;

/// What a word says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cue {
    /// 首次, 首家: it happens once.
    First,
    /// 突破, 新高: a mark is passed once.
    Record,
    /// 连续三年: one more by now, or none.
    Streak,
    /// 第1, 首位, 唯一: it may be another's by now.
    Top,
}

/// A word that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cued {
    /// What it says.
    pub cue: Cue,
    /// Its characters.
    pub range: Range<usize>,
}

const WORDS: [(&str, Cue); 20] = [
    ("首次", Cue::First),
    ("首个", Cue::First),
    ("首家", Cue::First),
    ("首批", Cue::First),
    ("首创", Cue::First),
    ("首支", Cue::First),
    ("首届", Cue::First),
    ("第一次", Cue::First),
    ("突破", Cue::Record),
    ("新高", Cue::Record),
    ("翻番", Cue::Record),
    ("翻一番", Cue::Record),
    ("连续", Cue::Streak),
    ("首位", Cue::Top),
    ("榜首", Cue::Top),
    ("唯一", Cue::Top),
    ("第一位", Cue::Top),
    ("第一名", Cue::Top),
    ("第1", Cue::Top),
    ("第１", Cue::Top),
];

/// The words in a text, in order; a word within a longer one counts once.
#[must_use]
pub fn cues(text: &str) -> Vec<Cued> {
    let chars: Vec<char> = text.chars().collect();
    let (mut found, mut at) = (Vec::new(), 0);
    while at < chars.len() {
        let here = |word: &str| {
            let length = word.chars().count();
            let same = chars[at..].iter().copied().take(length).eq(word.chars());
            // 第1 of 第12, 第1季度 is no first place.
            let digit = chars
                .get(at + length)
                .is_some_and(|c| c.is_ascii_digit() || ('０'..='９').contains(c) || *c == '季');
            // 关键技术突破, 突破口: no number is passed.
            let named = word == "突破" && matches!(chars.get(at + length), Some('口' | '性'));
            (same && !(word.starts_with("第") && digit) && !named).then_some(length)
        };
        let hit = WORDS
            .iter()
            .filter_map(|(word, cue)| Some((here(word)?, *cue)))
            .max_by_key(|it| it.0);
        match hit {
            Some((length, cue)) => {
                found.push(Cued {
                    cue,
                    range: at..at + length,
                });
                at += length;
            }
            None => at += 1,
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_hold_once_are_found() {
        let cases: [(&str, &[Cue]); 8] = [
            ("认定数量首次突破100家", &[Cue::First, Cue::Record]),
            ("连续三年居全市第1", &[Cue::Streak, Cue::Top]),
            ("居全市第12位，第1季度", &[]),
            ("位居榜首，再创新高", &[Cue::Top, Cue::Record]),
            ("找准突破口", &[]),
            ("在示例技术领域突破100项", &[Cue::Record]),
            ("全国唯一", &[Cue::Top]),
            ("全年完成12家", &[]),
        ];
        for (text, wanted) in cases {
            let got: Vec<Cue> = cues(text).iter().map(|it| it.cue).collect();
            assert_eq!(got, wanted, "{text}");
        }
    }
}
