//! The text as the grammar sees it: one character for each that counts, full-width forms folded,
//! soft blanks and soft line breaks gone, with the way back to the raw text.
//!
//! Owns folding and squeezing. Invariant: the offset, in Unicode characters, of the raw character that was
//! folded into a character of `c` grows strictly with it; so any span of the squeezed text has a span of
//! the raw text. Folding is one character to one, never more.
//!
//! Start reading at [`Text::new`].

pub(crate) use super::fold::Class;
use super::fold::{self, BLANK, GAP, MARKS, Mark, class_at, class_in, folded, marked};
use std::cell::Cell;

/// The squeezed text.
pub(crate) struct Text {
    /// The characters.
    pub c: Vec<char>,
    marks: Vec<Mark>,
    /// Where raw characters were left out: the first index behind, and how far ahead the raw text is from there on.
    jumps: Vec<(u32, u32)>,
    /// How far ahead the raw text is at the end.
    ahead: u32,
    /// Where in `jumps` the last answer was.
    hint: Cell<usize>,
    /// Number of raw characters.
    pub raw: usize,
}

/// A set of classes for [`Text::find`].
pub(crate) const fn any_of(classes: &[Class]) -> u32 {
    let mut bits = 0;
    let mut nth = 0;
    while nth < classes.len() {
        bits |= 1 << classes[nth] as u32;
        nth += 1;
    }
    bits
}

impl Text {
    /// Folds and squeezes.
    pub fn new(raw: &str) -> Text {
        let table = MARKS.as_slice();
        let wrap = Wrapping::of(raw);
        // Han text has three bytes a character; what is longer grows.
        let room = raw.len() * 2 / 5 + 8;
        let mut text = Text {
            c: Vec::with_capacity(room),
            marks: Vec::with_capacity(room),
            jumps: Vec::new(),
            ahead: 0,
            hint: Cell::new(0),
            raw: 0,
        };
        let mut count = 0u32;
        let mut blanks = 0u32;
        let mut tabbed = false;
        let mut chars = raw.chars();
        // Characters of the line so far, and whether its break is soft.
        let mut line = 0usize;
        while let Some(ch) = chars.next() {
            let here = count;
            count += 1;
            let (folded, mark) = marked(table, ch);
            if mark & BLANK == 0 && blanks == 0 && !tabbed {
                line += if ch.is_ascii() { 1 } else { 2 };
                text.put(folded, mark, here);
                continue;
            }
            match folded {
                ' ' => {
                    blanks += 1;
                    line += 1;
                    continue;
                }
                '\t' => {
                    tabbed = true;
                    line += 1;
                    continue;
                }
                '\u{200b}' => continue,
                '\n' => {
                    let soft = line > 0 && text.soft_break(&wrap, line, chars.as_str());
                    line = 0;
                    if soft {
                        blanks += 1;
                    } else {
                        tabbed = false;
                        blanks = 0;
                        if text.last_class() != Some(Class::Break) {
                            text.push('\n', Class::Break, here);
                        }
                    }
                    continue;
                }
                _ => {}
            }
            line += if ch.is_ascii() { 1 } else { 2 };
            let class = class_in(mark);
            if tabbed || (blanks >= 3 && !wrap.spaced) {
                if !matches!(text.last_class(), None | Some(Class::Break | Class::Cell)) {
                    text.push('\t', Class::Cell, here - 1);
                }
            } else if text.blank_matters(&wrap, class, chars.as_str()) {
                text.push(' ', Class::Sign, here - 1);
            }
            blanks = 0;
            tabbed = false;
            text.put(folded, mark | GAP, here);
        }
        text.raw = count as usize;
        text
    }

    fn push(&mut self, ch: char, class: Class, at: u32) {
        self.put(ch, class as Mark, at);
    }

    #[inline]
    fn put(&mut self, ch: char, mark: Mark, at: u32) {
        let nth = self.c.len() as u32;
        let ahead = at - nth;
        if ahead != self.ahead {
            self.ahead = ahead;
            self.jumps.push((nth, ahead));
        }
        self.c.push(ch);
        self.marks.push(mark);
    }

    fn last_class(&self) -> Option<Class> {
        self.len().checked_sub(1).map(|last| self.class(last))
    }

    /// Whether the blank before a character of this class must stay: between two runs of digits
    /// or two Latin words. Everywhere else a blank says nothing in Chinese.
    fn blank_matters(&self, wrap: &Wrapping, class: Class, rest: &str) -> bool {
        let Some(before) = self.last_class() else {
            return false;
        };
        match before {
            // In a text that is spaced throughout, a blank beside the point is no border.
            Class::Digit if class == Class::Digit => {
                !self.grouped(wrap, rest) && !self.spaced_here(rest)
            }
            Class::Digit | Class::Latin => matches!(class, Class::Digit | Class::Latin),
            _ => false,
        }
    }

    /// Whether blanks stand between all characters just here (成 交 额 6 8 . 5): two words before the digit and what
    /// follows are set apart as well.
    fn spaced_here(&self, rest: &str) -> bool {
        let end = self.len();
        let digits = self
            .c
            .iter()
            .rev()
            .take(4)
            .take_while(|ch| ch.is_ascii_digit())
            .count();
        let first = end - digits;
        first >= 2
            && (first - 2..=first).all(|at| self.gap(at))
            && (first - 2..first).all(|at| self.class(at) == Class::Word)
            && rest.starts_with(' ')
    }

    /// Whether the digits before are the head of a number and what follows its group of three
    /// (`12 345人次`): the head is at most three digits and a word follows the group at once.
    fn grouped(&self, wrap: &Wrapping, rest: &str) -> bool {
        let head = self
            .c
            .iter()
            .rev()
            .take_while(|ch| ch.is_ascii_digit())
            .count();
        let tail = rest
            .chars()
            .take(4)
            .take_while(|&ch| class_at(ch) == Class::Digit)
            .count();
        let next = rest.chars().nth(tail).map(class_at);
        let alone = self
            .c
            .len()
            .checked_sub(head + 1)
            .is_none_or(|at| !matches!(self.c[at], ' ' | '.' | ',' | '-' | '年'));
        let word = matches!(next, Some(Class::Word | Class::Han));
        (1..=3).contains(&head) && tail == 2 && (word && alone || wrap.spaced)
    }

    fn soft_break(&self, wrap: &Wrapping, line: usize, rest: &str) -> bool {
        let (Some(&last), Some(class)) = (self.c.last(), self.last_class()) else {
            return false;
        };
        let next = rest.trim_start_matches([' ', '\u{3000}', '\t']);
        let Some(first) = next.chars().next().map(folded) else {
            return false;
        };
        if matches!(first, '\n' | '\u{200b}' | '|')
            || matches!(
                class,
                Class::Break | Class::Stop | Class::Semi | Class::Cell
            )
        {
            return false;
        }
        if starts_item(next) {
            return false;
        }
        if matches!(class, Class::List | Class::Open) {
            return true;
        }
        // A number torn from its unit.
        if class == Class::Digit
            && ["亿", "万", "%", "％", "个百分点", "元"]
                .into_iter()
                .any(|unit| next.starts_with(unit))
        {
            return true;
        }
        // A subscript set apart: PM / 2.5 / 年平均浓度.
        if last == 'M'
            && first.is_ascii_digit()
            && self.c.len() >= 2
            && self.c[self.c.len() - 2] == 'P'
        {
            return true;
        }
        if self.c.len() >= 5 && self.c.ends_with(&['P', 'M', '2', '.', '5']) && line <= 4 {
            return true;
        }
        wrap.width
            .is_some_and(|width| line + 6 >= width && line <= width + 6)
    }

    /// Number of characters.
    pub fn len(&self) -> usize {
        self.c.len()
    }

    /// The character, or a line end outside the text.
    #[inline]
    pub fn ch(&self, at: usize) -> char {
        self.c.get(at).copied().unwrap_or('\n')
    }

    /// The class, or a break outside the text.
    #[inline]
    pub fn class(&self, at: usize) -> Class {
        self.marks
            .get(at)
            .map_or(Class::Break, |&mark| class_in(mark))
    }

    /// The character before, or a line end.
    pub fn before(&self, at: usize) -> char {
        if at == 0 { '\n' } else { self.ch(at - 1) }
    }

    /// The class before, or a break.
    pub fn class_before(&self, at: usize) -> Class {
        if at == 0 {
            Class::Break
        } else {
            self.class(at - 1)
        }
    }

    /// Whether blanks or a soft line break stood before this character.
    pub fn gap(&self, at: usize) -> bool {
        self.marks.get(at).is_some_and(|mark| mark & GAP != 0)
    }

    /// Calls for each place in `from..to` that bears this mark.
    #[inline]
    pub fn each(&self, mark: Mark, from: usize, to: usize, mut call: impl FnMut(usize)) {
        let marks = self.marks.get(from..to).unwrap_or_default();
        for (nth, own) in marks.iter().enumerate() {
            if own & mark != 0 {
                call(from + nth);
            }
        }
    }

    /// The first place in `from..to` of one of these classes ([`any_of`]).
    #[inline]
    pub fn find(&self, classes: u32, from: usize, to: usize) -> Option<usize> {
        let marks = self.marks.get(from..to)?;
        marks
            .iter()
            .position(|&own| classes >> (own & fold::CLASS) & 1 == 1)
            .map(|nth| from + nth)
    }

    /// The same, or the first place with a gap before it.
    #[inline]
    pub fn find_or_gap(&self, classes: u32, from: usize, to: usize) -> Option<usize> {
        let marks = self.marks.get(from..to)?;
        marks
            .iter()
            .position(|&own| classes >> (own & fold::CLASS) & 1 == 1 || own & GAP != 0)
            .map(|nth| from + nth)
    }

    /// One past the last place in `from..to` of one of these classes.
    #[inline]
    pub fn find_back(&self, classes: u32, from: usize, to: usize) -> Option<usize> {
        let marks = self.marks.get(from..to)?;
        marks
            .iter()
            .rposition(|&own| classes >> (own & fold::CLASS) & 1 == 1)
            .map(|nth| from + nth + 1)
    }

    /// The first place in `from..to` that bears this mark.
    #[inline]
    pub fn next_marked(&self, mark: Mark, from: usize, to: usize) -> Option<usize> {
        let marks = self.marks.get(from..to)?;
        marks
            .iter()
            .position(|own| own & mark != 0)
            .map(|nth| from + nth)
    }

    /// One past the last place in `from..to` that bears this mark.
    #[inline]
    pub fn last_marked(&self, mark: Mark, from: usize, to: usize) -> Option<usize> {
        let marks = self.marks.get(from..to)?;
        marks
            .iter()
            .rposition(|own| own & mark != 0)
            .map(|nth| from + nth + 1)
    }

    /// Whether the text goes on with this word.
    #[inline(always)]
    pub fn has(&self, at: usize, word: &str) -> bool {
        // Mostly it does not, and of a word that stands in the code the first character is known.
        word.starts_with(self.ch(at)) && self.has_all(at, word)
    }

    #[inline(never)]
    fn has_all(&self, at: usize, word: &str) -> bool {
        for (at, ch) in (at..).zip(word.chars()) {
            if self.c.get(at) != Some(&ch) {
                return false;
            }
        }
        true
    }

    /// Whether this word ends just before `end`.
    #[inline(always)]
    pub fn ends(&self, end: usize, word: &str) -> bool {
        end > 0 && word.ends_with(self.ch(end - 1)) && self.ends_all(end, word)
    }

    #[inline(never)]
    fn ends_all(&self, end: usize, word: &str) -> bool {
        let mut at = end;
        for ch in word.chars().rev() {
            if at == 0 || self.c[at - 1] != ch {
                return false;
            }
            at -= 1;
        }
        true
    }

    /// The characters of a span as they were folded.
    pub fn slice(&self, from: usize, to: usize) -> String {
        let part = self.c.get(from..to.min(self.len())).unwrap_or_default();
        let mut words = String::with_capacity(part.len() * 3);
        words.extend(part);
        words
    }

    /// Where the squeezed text stands at an offset of the raw text, or behind what was left out there.
    pub fn index_of(&self, raw: usize) -> usize {
        let next = self
            .jumps
            .partition_point(|&(nth, ahead)| (nth + ahead) as usize <= raw);
        let (from, ahead) = next.checked_sub(1).map_or((0, 0), |nth| self.jumps[nth]);
        let at = raw.saturating_sub(ahead as usize).max(from as usize);
        // Inside what was left out before the next piece.
        let limit = self
            .jumps
            .get(next)
            .map_or(self.c.len(), |&(nth, _)| nth as usize);
        at.min(limit)
    }

    /// The characters of several spans, one after the other.
    pub fn joined(&self, spans: &[std::ops::Range<usize>]) -> String {
        let length: usize = spans.iter().map(|span| span.len()).sum();
        let mut words = String::with_capacity(length * 3);
        for span in spans {
            words.extend(&self.c[span.clone()]);
        }
        words
    }

    /// The raw span, in characters, of a span of the squeezed text.
    pub fn span(&self, from: usize, to: usize) -> (usize, usize) {
        let start = self.raw_at(from).unwrap_or(self.raw);
        let end = if to > from {
            self.raw_at(to - 1).map_or(self.raw, |at| at + 1)
        } else {
            start
        };
        (start, end)
    }

    fn raw_at(&self, at: usize) -> Option<usize> {
        if at >= self.c.len() {
            return None;
        }
        // Asked nearly in order: from where the last answer was it is a few steps.
        let mut next = self.hint.get();
        while next > 0 && self.jumps[next - 1].0 as usize > at {
            next -= 1;
        }
        while self
            .jumps
            .get(next)
            .is_some_and(|jump| jump.0 as usize <= at)
        {
            next += 1;
        }
        self.hint.set(next);
        let ahead = next.checked_sub(1).map_or(0, |nth| self.jumps[nth].1);
        Some(at + ahead as usize)
    }
}

/// How the lines of a text end: at a fixed width as in text taken from PDF, or with the paragraph.
struct Wrapping {
    width: Option<usize>,
    /// Blanks stand between nearly all characters: 分 别 为.
    spaced: bool,
}

impl Wrapping {
    fn of(raw: &str) -> Wrapping {
        let mut lengths: Vec<usize> = Vec::new();
        for line in raw.split('\n') {
            // As wide as it looks: a Han character takes two columns. A piece's sum fits a byte.
            let length: usize = line
                .as_bytes()
                .chunks(120)
                .map(|piece| {
                    let wide = |&byte: &u8| u8::from(byte < 0x80) + 2 * u8::from(byte >= 0xE0);
                    usize::from(piece.iter().map(wide).fold(0u8, u8::wrapping_add))
                })
                .sum();
            if length > 2 {
                lengths.push(length);
            }
        }
        let lead: Vec<char> = raw.chars().take(4000).collect();
        let han = |ch: char| ('\u{4e00}'..='\u{9fff}').contains(&ch);
        let total = lead.iter().filter(|&&ch| han(ch)).count();
        let parted = lead
            .windows(3)
            .filter(|three| three[1] == ' ' && han(three[0]) && han(three[2]))
            .count();
        let spaced = total > 20 && parted * 4 > total;
        if lengths.len() < 6 {
            return Wrapping {
                width: None,
                spaced,
            };
        }
        let mut sorted = lengths.clone();
        sorted.sort_unstable();
        let width = sorted[sorted.len() * 17 / 20];
        let full = lengths
            .iter()
            .filter(|&&length| length + 6 >= width && length <= width + 6)
            .count();
        let wrapped = (30..=180).contains(&width) && full * 5 >= lengths.len() * 2;
        Wrapping {
            width: wrapped.then_some(width),
            spaced,
        }
    }
}

/// Whether a line starts an item of its own: 一、 （一） 1. ① —— or 第一章.
pub(crate) fn starts_item(line: &str) -> bool {
    let mut chars = line.chars().take(8).map(folded).peekable();
    let Some(first) = chars.next() else {
        return false;
    };
    let numeral = |ch: char| "一二三四五六七八九十".contains(ch);
    if numeral(first) {
        let next = chars.find(|&ch| !numeral(ch));
        return matches!(next, Some('、' | '是' | '.'));
    }
    if first == '(' {
        let next = chars.find(|&ch| !numeral(ch) && !ch.is_ascii_digit());
        return next == Some(')');
    }
    if first.is_ascii_digit() {
        let next = chars.find(|ch| !ch.is_ascii_digit());
        return matches!(next, Some('.' | '、')) && !chars.peek().is_some_and(char::is_ascii_digit);
    }
    ('①'..='⑳').contains(&first) || line.starts_with("——")
}

impl std::ops::Index<usize> for Text {
    type Output = char;
    fn index(&self, at: usize) -> &char {
        &self.c[at]
    }
}
