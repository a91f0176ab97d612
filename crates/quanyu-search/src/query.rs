//! From what somebody typed to what the index is asked.
//!
//! Owns words and the conditions they make: characters of a name, its sound, its code, words of a text. Leaves who may see what
//! to [`crate::reach`], the order of asking to [`crate::find`].
//!
//! Start reading at [`Word`] and [`Asker`].

use std::ops::Bound;

use tantivy::{
    Searcher, Term,
    query::{
        BooleanQuery, EmptyQuery, InvertedIndexRangeQuery, Occur, Query, RangeQuery, TermQuery,
    },
    schema::IndexRecordOption,
};

use crate::{
    SearchError,
    entry::Kind,
    grams, near, pinyin,
    schema::{Fields, code_range, fold_code},
    terms::{Class, of_kind},
    text::{Folded, is_han},
};

/// Words of a question that are looked at.
const WORDS: usize = 6;
/// Characters of a word.
const LONGEST: usize = 40;
/// Characters of a credit code.
const CODE: usize = 18;
/// Characters from which on a number is taken for the beginning of a code.
const LEAST_CODE: usize = 4;
/// Terms that begin alike and are looked at.
const BEGINNINGS: u64 = 256;
/// Characters of a word of the dictionary.
const LONGEST_WORD: usize = 8;

/// A word of a question.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Word {
    /// Its characters, folded.
    pub chars: Vec<char>,
    /// The same as a text, where it has letters that may spell Chinese.
    pub letters: String,
    /// The same as the beginning of a credit code, where it may be one.
    pub code: Option<String>,
    /// The words it has in texts of the index.
    pub parts: Vec<Vec<char>>,
}

/// The words of a question.
pub(crate) fn words(text: &str) -> Vec<Word> {
    let parts = text
        .split_whitespace()
        .map(|it| it.chars().take(LONGEST).collect::<String>());
    let words = parts
        .map(|part| word(&part))
        .filter(|it| !it.chars.is_empty());
    words.take(WORDS).collect()
}

fn word(text: &str) -> Word {
    let chars = Folded::new(text).chars;
    let spelt = chars.iter().any(char::is_ascii_lowercase);
    let code = fold_code(text);
    let is_code = (LEAST_CODE..=CODE).contains(&code.len())
        && code.bytes().all(|it| it.is_ascii_alphanumeric())
        && code.bytes().any(|it| it.is_ascii_digit());
    Word {
        letters: if spelt {
            chars.iter().collect()
        } else {
            String::new()
        },
        code: is_code.then_some(code),
        parts: Vec::new(),
        chars,
    }
}

/// Makes conditions for the entries of one kind.
pub(crate) struct Asker<'a> {
    pub searcher: &'a Searcher,
    pub fields: Fields,
    pub kind: Kind,
    /// Whether rights leave entries out.
    pub narrow: bool,
}

type Ask = Box<dyn Query>;

impl Asker<'_> {
    /// Entries called so, or with such a code.
    pub fn by_name(&self, words: &[Word]) -> Ask {
        all(words
            .iter()
            .map(|it| any(vec![self.characters(&it.chars), self.code(it)])))
    }

    /// Entries that sound so; `None` where nothing was spelt.
    pub fn by_sound(&self, words: &[Word]) -> Option<Ask> {
        let spelt = words.iter().any(|it| !it.letters.is_empty());
        spelt.then(|| all(words.iter().map(|it| self.sound(it))))
    }

    /// Entries that have the words in their names or texts; `None` where no text has them.
    pub fn by_text(&self, words: &mut [Word]) -> Result<Option<Ask>, SearchError> {
        let mut found = false;
        for word in &mut *words {
            word.parts = self.parts(&word.chars)?;
            found |= !word.parts.is_empty();
        }
        let one = |it: &Word| {
            let text = it
                .parts
                .iter()
                .map(|part| self.term(Class::Word, &part.iter().collect::<String>()));
            let text = if it.parts.is_empty() {
                none()
            } else {
                all(text)
            };
            any(vec![self.characters(&it.chars), text])
        };
        Ok(found.then(|| all(words.iter().map(one))))
    }

    /// Entries called nearly so.
    pub fn by_mistake(&self, words: &[Word]) -> Option<Ask> {
        let one = |wrong: usize| {
            let patterns = near::patterns(&words[wrong].chars);
            let patterns: Vec<Ask> = patterns.iter().map(|it| self.having(it.wanted())).collect();
            if patterns.is_empty() {
                return None;
            }
            let others = words
                .iter()
                .enumerate()
                .filter(|(place, _)| *place != wrong);
            let others = others.map(|(_, it)| self.characters(&it.chars));
            Some(all(others.chain([any(patterns)])))
        };
        let asks: Vec<Ask> = (0..words.len()).filter_map(one).collect();
        (!asks.is_empty()).then(|| any(asks))
    }

    fn term(&self, class: Class, value: &str) -> Ask {
        term(self.fields, &of_kind(self.kind, class, value))
    }

    fn having(&self, wanted: Vec<(Class, String)>) -> Ask {
        if wanted.is_empty() {
            return none();
        }
        all(wanted.iter().map(|(class, value)| self.term(*class, value)))
    }

    fn characters(&self, chars: &[char]) -> Ask {
        self.having(grams::wanted(chars))
    }

    fn code(&self, word: &Word) -> Ask {
        let Some(code) = word
            .code
            .as_deref()
            .filter(|_| self.kind == Kind::Organization)
        else {
            return none();
        };
        if code.len() == CODE {
            return self.term(Class::Code, code);
        }
        // The first codes in order will do for who sees everything. For the others they may all be somebody else's.
        if !self.narrow {
            return self.beginning(Class::Code, code);
        }
        let (low, high) = code_range(code);
        let bound = |it| Bound::Included(Term::from_field_u64(self.fields.code, it));
        Box::new(RangeQuery::new(bound(low), bound(high)))
    }

    /// Entries with any of the first terms that begin so.
    fn beginning(&self, class: Class, value: &str) -> Ask {
        let first = of_kind(self.kind, class, value);
        let last = format!("{first}\u{10ffff}");
        let bound = |it: &str| Bound::Included(Term::from_field_text(self.fields.terms, it));
        let mut range = InvertedIndexRangeQuery::new(bound(&first), bound(&last));
        range.limit(BEGINNINGS);
        Box::new(range)
    }

    fn sound(&self, word: &Word) -> Ask {
        let mut asks = Vec::new();
        for run in word
            .chars
            .chunk_by(|a, b| a.is_ascii_lowercase() == b.is_ascii_lowercase())
        {
            if !run[0].is_ascii_lowercase() {
                asks.push(self.characters(run));
                continue;
            }
            let mut ways = vec![
                self.characters(run),
                self.having(pinyin::wanted_initials(run)),
            ];
            for cut in pinyin::cuts(&run.iter().collect::<String>()) {
                ways.push(self.syllables(&cut));
            }
            asks.push(any(ways));
        }
        all(asks)
    }

    fn syllables(&self, cut: &pinyin::Cut) -> Ask {
        let mut asks: Vec<Ask> = match cut.whole.as_slice() {
            [one] => vec![self.term(Class::Sound, one)],
            more => {
                let pairs = more.windows(2);
                pairs
                    .map(|it| self.term(Class::Sound, &it.join(" ")))
                    .collect()
            }
        };
        if let (Some(begun), Some(last)) = (&cut.begun, cut.whole.last()) {
            asks.push(self.beginning(Class::Sound, &format!("{last} {begun}")));
        }
        all(asks)
    }

    /// A word cut into as few words as possible that texts of the index have; none where that cannot be done. The dictionary
    /// that the texts were cut with is not needed for it: what no text has cannot be found.
    fn parts(&self, chars: &[char]) -> Result<Vec<Vec<char>>, SearchError> {
        // For each place: how few words lead there, and where the last begins.
        let mut best: Vec<Option<(usize, usize)>> = vec![None; chars.len() + 1];
        best[0] = Some((0, 0));
        for end in 1..=chars.len() {
            let earliest = end.saturating_sub(if is_han(chars[end - 1]) {
                LONGEST_WORD
            } else {
                LONGEST
            });
            for start in earliest..end {
                let Some((count, _)) = best[start] else {
                    continue;
                };
                if best[end].is_some_and(|(fewest, _)| fewest <= count + 1) {
                    continue;
                }
                if self.has_word(&chars[start..end])? {
                    best[end] = Some((count + 1, start));
                }
            }
        }
        let mut parts = Vec::new();
        let mut end = chars.len();
        while let Some((count, start)) = best[end].filter(|it| it.0 > 0) {
            debug_assert!(count > 0 && start < end);
            parts.push(chars[start..end].to_vec());
            end = start;
        }
        parts.reverse();
        Ok(parts)
    }

    fn has_word(&self, chars: &[char]) -> Result<bool, SearchError> {
        let word: String = chars.iter().collect();
        let term = of_kind(self.kind, Class::Word, &word);
        for segment in self.searcher.segment_readers() {
            let index = segment.inverted_index(self.fields.terms)?;
            if index.terms().term_ord(term.as_bytes())?.is_some() {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// Documents with a term.
pub(crate) fn term(fields: Fields, text: &str) -> Ask {
    let term = Term::from_field_text(fields.terms, text);
    Box::new(TermQuery::new(term, IndexRecordOption::Basic))
}

/// Documents that answer all; of none, every document must answer something, so there is none.
pub(crate) fn all(asks: impl IntoIterator<Item = Ask>) -> Ask {
    let mut asks: Vec<Ask> = asks.into_iter().collect();
    match asks.len() {
        0 => none(),
        1 => asks.remove(0),
        _ => Box::new(BooleanQuery::new(
            asks.into_iter().map(|it| (Occur::Must, it)).collect(),
        )),
    }
}

/// Documents that answer any.
pub(crate) fn any(asks: Vec<Ask>) -> Ask {
    let mut asks: Vec<Ask> = asks
        .into_iter()
        .filter(|it| !it.is::<EmptyQuery>())
        .collect();
    match asks.len() {
        0 => none(),
        1 => asks.remove(0),
        _ => Box::new(BooleanQuery::new(
            asks.into_iter().map(|it| (Occur::Should, it)).collect(),
        )),
    }
}

/// No document.
pub(crate) fn none() -> Ask {
    Box::new(EmptyQuery)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_say_whether_they_may_be_spelt_or_a_code() {
        let cases = [
            ("示例 电子", vec![("示例", "", None), ("电子", "", None)]),
            ("ShiLi电子", vec![("shili电子", "shili电子", None)]),
            ("9137-0202", vec![("91370202", "", Some("91370202"))]),
            (
                "91370202ma3abcde1x",
                vec![(
                    "91370202ma3abcde1x",
                    "91370202ma3abcde1x",
                    Some("91370202MA3ABCDE1X"),
                )],
            ),
            ("2023", vec![("2023", "", Some("2023"))]),
            ("（）  ", vec![]),
        ];
        for (text, want) in cases {
            let words = words(text);
            let got: Vec<(String, &str, Option<&str>)> = words
                .iter()
                .map(|it| {
                    (
                        it.chars.iter().collect(),
                        it.letters.as_str(),
                        it.code.as_deref(),
                    )
                })
                .collect();
            let want: Vec<_> = want
                .into_iter()
                .map(|(a, b, c)| (a.to_owned(), b, c))
                .collect();
            assert_eq!(got, want, "{text}");
        }
        assert_eq!(words(&"字 ".repeat(100)).len(), WORDS);
        assert_eq!(words(&"字".repeat(1000))[0].chars.len(), LONGEST);
    }
}
