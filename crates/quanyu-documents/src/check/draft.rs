//! The text under check: characters, sentences, clauses, and which mention stands where.
//!
//! Owns looking around a mention. Invariant: offsets are characters of the text as given; full-width letters, digits and
//! signs are compared as their narrow twins.

use crate::claim::narrow;
use crate::read::{Kind, Mention, Reading};

/// A text with what was read from it.
pub(super) struct Draft<'a> {
    /// Characters, narrowed.
    pub chars: Vec<char>,
    /// What was read.
    pub reading: &'a Reading,
}

impl<'a> Draft<'a> {
    pub fn new(text: &str, reading: &'a Reading) -> Self {
        Self {
            chars: text.chars().map(narrow).collect(),
            reading,
        }
    }

    /// The sentence that a character stands in.
    pub fn sentence(&self, at: usize) -> (usize, usize) {
        let all = &self.reading.sentences;
        let nth = all.partition_point(|(_, end)| *end <= at);
        match all.get(nth) {
            Some(&(start, end)) if start <= at => (start, end),
            _ => (at, at),
        }
    }

    /// Where the clause of a character begins: behind the last comma, colon or stop of its sentence.
    pub fn clause_start(&self, at: usize) -> usize {
        let (floor, _) = self.sentence(at);
        let mut from = at.min(self.chars.len());
        while from > floor && !self.is_clause_end(from - 1) {
            from -= 1;
        }
        from
    }

    /// One past the clause of a character.
    pub fn clause_end(&self, at: usize) -> usize {
        let (_, ceiling) = self.sentence(at);
        let mut to = at;
        while to < ceiling && !self.is_clause_end(to) {
            to += 1;
        }
        to
    }

    fn is_clause_end(&self, at: usize) -> bool {
        match self.chars.get(at) {
            Some(',') => !(self.digit(at.wrapping_sub(1)) && self.digit(at + 1)),
            Some('；' | ';' | '。' | ':' | '！' | '？' | '!' | '?' | '\n') => true,
            _ => false,
        }
    }

    pub fn digit(&self, at: usize) -> bool {
        self.chars.get(at).is_some_and(char::is_ascii_digit)
    }

    pub fn ch(&self, at: usize) -> char {
        self.chars.get(at).copied().unwrap_or('\0')
    }

    /// The text from a character to another.
    pub fn slice(&self, from: usize, to: usize) -> String {
        let to = to.min(self.chars.len());
        self.chars[from.min(to)..to].iter().collect()
    }

    /// Whether `word` stands at a character.
    pub fn has(&self, at: usize, word: &str) -> bool {
        word.chars()
            .enumerate()
            .all(|(nth, ch)| self.chars.get(at + nth) == Some(&ch))
    }

    /// Where the first of some words stands between two characters.
    pub fn find<'w>(&self, from: usize, to: usize, words: &[&'w str]) -> Option<(usize, &'w str)> {
        (from..to.min(self.chars.len())).find_map(|at| {
            words
                .iter()
                .find(|word| at + word.chars().count() <= to && self.has(at, word))
                .map(|word| (at, *word))
        })
    }

    /// Whether one of some words stands between two characters.
    pub fn any(&self, from: usize, to: usize, words: &[&str]) -> bool {
        self.find(from, to, words).is_some()
    }

    /// The figures of a sentence, with their numbers.
    pub fn figures_in(&self, from: usize, to: usize) -> impl Iterator<Item = (usize, &'a Mention)> {
        let all = &self.reading.mentions;
        let first = all.partition_point(|it| it.start < from);
        all[first..]
            .iter()
            .enumerate()
            .take_while(move |(_, it)| it.end <= to)
            .filter(|(_, it)| it.kind.is_figure())
            .map(move |(nth, it)| (first + nth, it))
    }

    /// Whether the sentence itself names the period of a mention before it, and whether nothing but its own clause stands
    /// between.
    pub fn names_period(&self, mention: &Mention) -> Named {
        let (from, _) = self.sentence(mention.start);
        let all = &self.reading.mentions;
        let first = all.partition_point(|it| it.start < from);
        let named = all[first..]
            .iter()
            .take_while(|it| it.end <= mention.start)
            .filter(|it| {
                it.kind == Kind::Date && it.period.is_some() && it.period == mention.period
            })
            .last();
        let Some(date) = named else {
            return Named::No;
        };
        // A comma right behind the date does not part it from what it dates.
        let behind = date.end + usize::from(self.ch(date.end) == ',');
        if (behind..mention.start).any(|at| self.is_clause_end(at)) {
            Named::Far
        } else {
            Named::Near
        }
    }
}

/// How a sentence names the period of a mention.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Named {
    /// It does not; the section does.
    No,
    /// In an earlier clause.
    Far,
    /// In the clause of the mention.
    Near,
}
