//! Reading: from the text of a report to its mentions.
//!
//! Owns the grammar of quantities in Chinese reports: numbers with unit, bound, kind, period,
//! nature, scope and base, and what looks like a number and is none. Leaves file formats to
//! `formats` and judging a mention to the check. Knows no district and no indicator by itself:
//! names come in a [`Lexicon`].
//!
//! Invariant: time is linear in the text; every offset counts Unicode characters of the text as
//! given; mentions are in order and do not overlap; nothing panics on any text.
//!
//! Start reading at [`read_text`]: `text` folds and squeezes, `layout` finds sections, `scan` finds
//! items in a sentence (`quantity`, `rank`, `date`), `sentence` makes mentions of them.

mod bound;
mod code;
mod context;
mod count;
mod cues;
mod date;
mod designation;
mod fold;
mod fraction;
mod item;
mod kind;
mod layout;
mod lexicon;
mod mention;
mod metric;
mod nature;
mod numeral;
mod period;
pub mod plan;
mod quantity;
mod rank;
mod raw;
mod scan;
mod sentence;
mod subject;
mod table;
mod text;
mod turn;
mod unit;
mod whole;
mod words;

pub use layout::{Block, BlockKind};
pub use lexicon::{LexEntry, Lexicon};
pub use mention::{Comparator, Flag, Kind, Mention, Nature, Value};

use context::Context;
use layout::About;
use raw::RawText;
use sentence::Reader;
use std::collections::HashSet;
use text::{Class, Text, any_of};

/// What the caller knows of a text.
#[derive(Clone, Debug, Default)]
pub struct Hints {
    /// Name of the document, printed with every mention.
    pub doc: String,
    /// Year reported on, where the text is silent.
    pub year: Option<i32>,
}

/// A text read.
#[derive(Clone, Debug, Default)]
pub struct Reading {
    /// The document's title, where one is found.
    pub title: Option<String>,
    /// The district the title or the signature names.
    pub district: Option<String>,
    /// Year reported on.
    pub year: Option<i32>,
    /// Year planned for.
    pub plan_year: Option<i32>,
    /// All mentions, in order.
    pub mentions: Vec<Mention>,
    /// The text's layout.
    pub blocks: Vec<Block>,
    /// Spans of the sentences, in raw characters.
    pub sentences: Vec<(usize, usize)>,
    /// The parts of the text that plan, with the year they plan for.
    pub plans: Vec<PlanPart>,
    /// What is wrong with the text as a whole.
    pub flags: Vec<Flag>,
}

/// What may end a sentence, or a clause where a run is cut.
const PARTS: u32 = any_of(&[
    Class::Stop,
    Class::Break,
    Class::Comma,
    Class::Semi,
    Class::Cell,
    Class::Open,
]);
const CELL: u32 = any_of(&[Class::Cell]);

/// A part of a text that says what is aimed at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlanPart {
    /// Where it stands.
    pub at: plan::Span,
    /// The year it speaks of.
    pub year: Option<i32>,
}

/// No sentence is longer than this; a longer run is cut at a clause, so that time stays linear.
const LONGEST: usize = 480;

/// Reads a text.
pub fn read_text(raw: &str, lexicon: &Lexicon, hints: &Hints) -> Reading {
    let text = Text::new(raw);
    let about = About::of(&text);
    let mut reader = Reader {
        text: &text,
        raw: RawText::new(raw),
        lexicon,
        about,
        section: about.opening(hints.year),
        out: Vec::with_capacity(text.len() / 24),
        items: Vec::new(),
        context: Context::default(),
        scratch: lexicon::Scratch::default(),
        seen: HashSet::default(),
        head: None,
    };
    let mut sentences = Vec::new();
    let mut plans: Vec<PlanPart> = Vec::new();
    let mut planning = false;
    let mut from = 0;
    while from < text.len() {
        let to = sentence_end(&text, from);
        let begin = skip(&text, from, to);
        if begin < to {
            sentences.push(text.span(begin, to));
            // A line that holds cells is a row of a table, where a head has been seen.
            let cells = whole_line(&text, from, to) && text.find(CELL, begin, to).is_some();
            if !cells || !reader.row(begin, to) {
                if !cells {
                    reader.head = None;
                }
                let heading = step(&mut reader, begin, to);
                reader.sentence(begin, to, heading);
            }
            let plans_now = reader.section.part == layout::Part::Plan;
            if plans_now {
                let (start, end) = text.span(begin, to);
                let year = reader.section.year;
                match plans
                    .last_mut()
                    .filter(|last| planning && last.year == year)
                {
                    Some(last) => last.at.end = end,
                    None => plans.push(PlanPart {
                        at: plan::Span { start, end },
                        year,
                    }),
                }
            }
            planning = plans_now;
        }
        // A number that a cut went through was read to its end.
        let read = reader.items.last().map_or(0, |item| item.end);
        from = to.max(from + 1).max(read);
    }
    let mentions = std::mem::take(&mut reader.out);
    let mut flags = Vec::new();
    for flag in [Flag::Damaged, Flag::BadDate] {
        if mentions.iter().any(|mention| mention.flags.contains(&flag)) {
            flags.push(flag);
        }
    }
    Reading {
        title: about.title.map(|(from, to)| text.slice(from, to)),
        district: district(&text, &about),
        year: about.report.or(hints.year),
        plan_year: about.plan,
        mentions,
        blocks: layout::blocks(&text, &about),
        sentences,
        plans,
        flags,
    }
}

/// Whether `from..to` begins and ends with its line.
fn whole_line(text: &Text, from: usize, to: usize) -> bool {
    text.class_before(from) == Class::Break
        && (to == text.len() || text.class(to - 1) == Class::Break)
}

/// Past line ends and cell borders.
fn skip(text: &Text, from: usize, to: usize) -> usize {
    (from..to)
        .find(|&at| !matches!(text.class(at), Class::Break | Class::Cell))
        .unwrap_or(to)
}

/// One past the sentence that begins at `from`.
fn sentence_end(text: &Text, from: usize) -> usize {
    let mut clause = None;
    let mut at = from;
    // Up to the length where a run is cut only these matter.
    let near = text.len().min(from + LONGEST);
    while at < text.len() {
        if at < near {
            match text.find_or_gap(PARTS, at, near) {
                Some(found) => at = found,
                None if near == text.len() => break,
                None => at = near,
            }
        }
        match text.class(at) {
            Class::Stop => {
                let mut end = at + 1;
                while matches!(text.class(end), Class::Unquote | Class::Close)
                    && end < at + 3
                    && end < text.len()
                {
                    end += 1;
                }
                return end;
            }
            Class::Break => return at + 1,
            Class::Comma if text.class(at + 1) == Class::Digit => {}
            Class::Comma | Class::Semi | Class::Cell => clause = Some(at + 1),
            // （一） begins a heading wherever it stands.
            Class::Open
                if at > from + 1
                    && layout::item_at(text, at).is_some_and(|(level, _)| level == 2) =>
            {
                return at;
            }
            // 一、 behind a blank.
            Class::Han if at > from + 1 && text.gap(at) && layout::item_at(text, at).is_some() => {
                return at;
            }
            _ => {}
        }
        if at - from >= LONGEST {
            // Not inside a number.
            if let Some(cut) = clause.filter(|&cut| cut > from + LONGEST / 4) {
                return cut;
            }
            if !matches!(text.class(at), Class::Digit | Class::Han | Class::Percent)
                || at - from >= LONGEST + 40
            {
                return at.max(from + 1);
            }
        }
        at += 1;
    }
    text.len()
}

/// Moves to the section that this sentence opens. Says whether it is a heading.
fn step(reader: &mut Reader<'_>, from: usize, to: usize) -> bool {
    let text = reader.text;
    let closed = text.class(to - 1) == Class::Stop;
    let broken = text.class(to - 1) == Class::Break;
    let length = to - from - usize::from(broken);
    let end = || {
        let head = to.min(from + 40);
        (from + 2..head)
            .find(|&at| matches!(text.class(at), Class::Break | Class::Stop))
            .unwrap_or(head)
    };
    if let Some((level, begin)) = layout::item_at(text, from) {
        reader.section =
            layout::after_heading(text, &reader.about, reader.section, level, begin, end());
        return length <= 34;
    }
    let alone = !closed && length <= 40 && broken && text.class_before(from) == Class::Break;
    if alone && !(from..to).any(|at| matches!(text.class(at), Class::Comma | Class::Cell)) {
        let titled = reader
            .about
            .title
            .is_some_and(|(title, last)| from <= last && to >= title);
        if !titled {
            reader.section =
                layout::after_heading(text, &reader.about, reader.section, 2, from, end());
        }
        return true;
    }
    if reader.section.part == layout::Part::Done
        && let Some(year) = layout::opens_plan(text, &reader.about, from)
    {
        reader.section = layout::Section {
            part: layout::Part::Plan,
            year: year.or(reader.section.year),
            years: None,
        };
    }
    false
}

/// The district that the title names: the words before 科技局 and its kin, up to 区, 县, 市.
fn district(text: &Text, about: &About) -> Option<String> {
    let (from, to) = about.title?;
    let name: Vec<char> = text.c[from..to.min(from + 40)].to_vec();
    let end = name
        .iter()
        .position(|&ch| matches!(ch, '区' | '县' | '旗'))
        .or_else(|| name.iter().position(|&ch| matches!(ch, '市' | '省' | '州')))?;
    let found: String = name[..=end].iter().collect();
    (end >= 1
        && !found.starts_with('全')
        && found.chars().all(|ch| !ch.is_ascii_digit())
        && end < 14)
        .then_some(found)
}
