//! Names as they are spelt: whole syllables (`shilidianzi`) and first letters (`sldz`).
//!
//! Owns the terms of how a name sounds, how typed letters are cut into syllables, and whether a name sounds as typed. A character
//! with several readings has the terms of each (重 is chong and zhong). Leaves readings to the table of `pinyin`.
//!
//! Start reading at [`push`] and [`cuts`].

use std::{collections::BTreeSet, ops::Range, sync::OnceLock};

use pinyin::ToPinyinMulti as _;

use crate::{
    grams::LONGEST_NAME,
    terms::{Class, Terms},
    text::is_han,
};

/// Readings of a character that are looked at; what comes later in the table is hardly ever said.
const READINGS: usize = 3;
/// Ways of cutting letters into syllables that are tried: `xian` is one syllable or two.
const CUTS: usize = 4;
/// Steps until looking for a match is given up: letters of a hostile client must not keep anybody waiting.
const STEPS: usize = 4_096;

/// The terms of how a name sounds.
pub(crate) fn push(terms: &mut Terms, chars: &[char]) {
    let chars = &chars[..chars.len().min(LONGEST_NAME)];
    let syllables = units(chars);
    for (at, readings) in syllables.iter().enumerate() {
        for reading in readings {
            terms.push(Class::Sound, reading);
            for next in syllables.get(at + 1).into_iter().flatten() {
                terms.push(Class::Sound, &format!("{reading} {next}"));
            }
        }
    }
    let letters: Vec<Vec<char>> = chars.iter().map(|it| initials(*it)).collect();
    for (at, first) in letters.iter().enumerate() {
        for a in first {
            for b in letters.get(at + 1).into_iter().flatten() {
                terms.push_chars(Class::Initials, &[*a, *b]);
                for c in letters.get(at + 2).into_iter().flatten() {
                    terms.push_chars(Class::Initials, &[*a, *b, *c]);
                }
            }
        }
    }
}

/// What a name must have whose syllables begin with these letters; none where they are too few to ask.
pub(crate) fn wanted_initials(letters: &[char]) -> Vec<(Class, String)> {
    let mut all: Vec<String> = match letters.len() {
        0 | 1 => Vec::new(),
        2 => vec![letters.iter().collect()],
        _ => letters.windows(3).map(|it| it.iter().collect()).collect(),
    };
    all.sort();
    all.dedup();
    all.into_iter().map(|it| (Class::Initials, it)).collect()
}

/// Letters cut into syllables; the last may have only begun.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cut {
    /// Whole syllables.
    pub whole: Vec<&'static str>,
    /// The beginning of one more.
    pub begun: Option<String>,
}

/// The ways of cutting letters into syllables, those with long syllables first.
pub(crate) fn cuts(letters: &str) -> Vec<Cut> {
    let mut found = Vec::new();
    if letters.is_ascii() && letters.len() <= LONGEST_NAME {
        let mut steps = STEPS;
        cut(letters, &mut Vec::new(), &mut found, &mut steps);
    }
    found
}

fn cut(rest: &str, whole: &mut Vec<&'static str>, found: &mut Vec<Cut>, steps: &mut usize) {
    if found.len() >= CUTS || *steps == 0 {
        return;
    }
    *steps -= 1;
    if rest.is_empty() {
        if !whole.is_empty() {
            found.push(Cut {
                whole: whole.clone(),
                begun: None,
            });
        }
        return;
    }
    let all = syllables();
    // The longest syllable has six letters: zhuang, shuang, chuang.
    for length in (1..=rest.len().min(6)).rev() {
        if let Some(syllable) = all.get(&rest[..length]) {
            whole.push(syllable);
            cut(&rest[length..], whole, found, steps);
            whole.pop();
        }
    }
    let begins = all
        .range(rest..)
        .next()
        .is_some_and(|it| it.starts_with(rest) && *it != rest);
    if begins && !whole.is_empty() && found.len() < CUTS {
        found.push(Cut {
            whole: whole.clone(),
            begun: Some(rest.to_owned()),
        });
    }
}

/// Where in a name the syllables are spelt as typed: whole, by their first letters, or mixed; the last may have only begun.
pub(crate) fn sounds(chars: &[char], letters: &str) -> Option<Range<usize>> {
    let mut steps = STEPS;
    // One letter alone says nothing.
    letters.chars().nth(1)?;
    (0..chars.len()).find_map(|start| {
        // What begins within a foreign word is chance.
        let within = start > 0 && !is_han(chars[start]) && !is_han(chars[start - 1]);
        if within {
            return None;
        }
        let end = spelt(chars, start, letters, false, &mut steps)?;
        chars[start..end]
            .iter()
            .any(|it| is_han(*it))
            .then_some(start..end)
    })
}

/// Where a spelling that begins at a character ends. Of a first letter the reading is guessed: one guess (`rare`) may be unusual, as
/// in `cq` for 重庆, two are chance.
fn spelt(chars: &[char], at: usize, letters: &str, rare: bool, steps: &mut usize) -> Option<usize> {
    let Some(first) = letters.chars().next() else {
        return Some(at);
    };
    if *steps == 0 {
        return None;
    }
    *steps -= 1;
    let char = *chars.get(at)?;
    let rest = &letters[first.len_utf8()..];
    if char == first {
        return spelt(chars, at + 1, rest, rare, steps);
    }
    for (place, reading) in readings(char).into_iter().enumerate() {
        if let Some(rest) = letters.strip_prefix(reading)
            && let Some(end) = spelt(chars, at + 1, rest, rare, steps)
        {
            return Some(end);
        }
        let guessed = place == 0 || !rare;
        if letters.len() > 1 && reading.starts_with(letters) {
            return Some(at + 1);
        }
        if guessed
            && reading.len() > 1
            && reading.starts_with(first)
            && let Some(end) = spelt(chars, at + 1, rest, rare || place > 0, steps)
        {
            return Some(end);
        }
    }
    None
}

/// Readings of what is said at once: of a character, or letters and digits that stand together.
fn units(chars: &[char]) -> Vec<Vec<String>> {
    let mut units: Vec<Vec<String>> = Vec::new();
    let mut run = String::new();
    for char in chars {
        if is_han(*char) {
            if !run.is_empty() {
                units.push(vec![std::mem::take(&mut run)]);
            }
            units.push(readings(*char).into_iter().map(str::to_owned).collect());
        } else {
            run.push(*char);
        }
    }
    if !run.is_empty() {
        units.push(vec![run]);
    }
    units
}

fn initials(char: char) -> Vec<char> {
    let mut all: Vec<char> = if is_han(char) {
        readings(char)
            .iter()
            .filter_map(|it| it.chars().next())
            .collect()
    } else {
        vec![char]
    };
    all.sort_unstable();
    all.dedup();
    all
}

/// The readings of a character without tones, the usual one first.
fn readings(char: char) -> Vec<&'static str> {
    let mut all: Vec<&'static str> = Vec::new();
    for reading in char.to_pinyin_multi().into_iter().flatten() {
        let plain = typed(reading.plain());
        if !all.contains(&plain) {
            all.push(plain);
            if all.len() == READINGS {
                break;
            }
        }
    }
    all
}

/// A syllable as keyboards have it: they have no ü.
fn typed(syllable: &'static str) -> &'static str {
    match syllable {
        "lü" => "lv",
        "nü" => "nv",
        "lüe" => "lve",
        "nüe" => "nve",
        other => other,
    }
}

/// Every syllable that a character of the common block is read as.
fn syllables() -> &'static BTreeSet<&'static str> {
    static ALL: OnceLock<BTreeSet<&'static str>> = OnceLock::new();
    ALL.get_or_init(|| {
        let chars = '\u{4e00}'..='\u{9fff}';
        let readings = chars.filter_map(|it| it.to_pinyin_multi());
        let all = readings.flat_map(|it| it.into_iter().take(READINGS).map(|it| typed(it.plain())));
        // A bare m, n or ng is an interjection; as a syllable it would cut everything in pieces.
        all.filter(|it| it.contains(['a', 'e', 'i', 'o', 'u', 'v']))
            .collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Folded;

    #[test]
    fn letters_are_cut_into_syllables_the_last_may_have_begun() {
        let cases = [
            ("shilidianzi", Some("shi li dian zi")),
            ("shilidianz", Some("shi li dian (z)")),
            ("xian", Some("xian")),
            ("zhongguancun", Some("zhong guan cun")),
            ("lvse", Some("lv se")),
            ("q", None),
            ("vvv", None),
            ("", None),
        ];
        for (letters, want) in cases {
            let first = cuts(letters).into_iter().next().map(|it| {
                let begun = it.begun.map(|it| format!(" ({it})")).unwrap_or_default();
                format!("{}{begun}", it.whole.join(" "))
            });
            assert_eq!(first.as_deref(), want, "{letters}");
        }
        let both: Vec<Vec<&str>> = cuts("xian").into_iter().map(|it| it.whole).collect();
        assert!(both.contains(&vec!["xi", "an"]), "{both:?}");
    }

    #[test]
    fn a_name_sounds_as_typed_by_syllables_by_first_letters_and_mixed() {
        let name = "青岛示例电子AI重工有限公司";
        let cases = [
            ("shilidianzi", Some("示例电子")),
            ("sldz", Some("示例电子")),
            ("shildz", Some("示例电子")),
            ("shilidi", Some("示例电")),
            ("dzai", Some("电子AI")),
            ("zhonggong", Some("重工")),
            ("chonggong", Some("重工")),
            ("sldx", None),
            ("ai", None),
            ("dzi", Some("电子")),
            ("s", None),
            ("", None),
        ];
        let folded = Folded::new(name);
        for (letters, want) in cases {
            let found = sounds(&folded.chars, letters).map(|it| &name[folded.bytes(it)]);
            assert_eq!(found, want, "{letters}");
        }
    }

    #[test]
    fn of_first_letters_one_reading_may_be_unusual() {
        let cases = [
            ("重庆路", "cq", true),
            ("重庆路", "zq", true),
            ("成员单位", "sl", false),
        ];
        for (name, letters, want) in cases {
            assert_eq!(
                sounds(&Folded::new(name).chars, letters).is_some(),
                want,
                "{name} {letters}"
            );
        }
    }

    #[test]
    fn many_letters_that_fit_in_many_ways_take_no_longer() {
        let name: Vec<char> = "安那".chars().cycle().take(200).collect();
        let letters = "an".repeat(99) + "x";
        assert_eq!(sounds(&name, &letters), None);
        assert!(cuts(&letters).len() <= CUTS);
    }
}
