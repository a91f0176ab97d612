//! A plan cut into items: headings, enumerations, paragraphs, with their depth.
//!
//! Owns where an item begins: 一、（一）1.（1）① at the start of a line or sentence, 一是 at the start of a clause
//! or glued to a heading, a line without a number. Invariant: items follow one another and cover the part; time
//! is linear.

use super::{owner, span};
use crate::read::layout;
use crate::read::text::{Class, Text};

/// Depth of 一是.
pub(super) const LISTED: u8 = 6;
/// Depth of a paragraph without a number.
pub(super) const PARAGRAPH: u8 = 9;

/// An item with its own text, up to the next item.
#[derive(Clone, Copy, Debug)]
pub(super) struct Item {
    /// 1 for 一、, 2 for （一）, 3 for 1., 4 for （1）, 5 for ①, [`LISTED`], [`PARAGRAPH`].
    pub level: u8,
    /// Its marker.
    pub start: usize,
    /// Its text.
    pub text: usize,
    /// One past it.
    pub end: usize,
    /// A line alone that is no sentence.
    pub heading: bool,
}

/// Cuts `from..to` into items. Rows of tables are left to `grid`.
pub(super) fn cut(text: &Text, from: usize, to: usize) -> Vec<Item> {
    let mut items: Vec<Item> = Vec::new();
    let mut at = from;
    while at < to {
        let line = at == from || text.class(at - 1) == Class::Break;
        if line {
            let end = layout::line_end(text, at).min(to);
            if end == at {
                at += 1;
                continue;
            }
            if row(text, at, end) {
                close(&mut items, at);
                at = end;
                continue;
            }
        }
        if let Some((level, begin)) = marker(text, at, from, to, line) {
            close(&mut items, at);
            items.push(Item {
                level,
                start: at,
                text: begin,
                end: to,
                heading: false,
            });
            at = begin.max(at + 1);
            continue;
        }
        // 责任单位：… on a line of its own belongs to the item above it.
        if line && (items.is_empty() || !owner::labelled(text, at, to)) {
            close(&mut items, at);
            items.push(Item {
                level: PARAGRAPH,
                start: at,
                text: at,
                end: to,
                heading: false,
            });
        }
        at += 1;
    }
    close(&mut items, to);
    for item in &mut items {
        item.heading = alone(text, *item);
        if item.heading && item.level == PARAGRAPH {
            item.level = 1;
        }
    }
    items
}

fn close(items: &mut [Item], at: usize) {
    if let Some(last) = items.last_mut() {
        last.end = last.end.min(at);
    }
}

/// A line of cells: two of them at least hold words, and none a whole report.
fn row(text: &Text, from: usize, to: usize) -> bool {
    let (mut words, mut start) = (0, from);
    for at in from..=to {
        if at == to || text.class(at) == Class::Cell {
            if at > start + 600 {
                return false;
            }
            words += usize::from(at > start);
            start = at + 1;
        }
    }
    words >= 2 && start > from && text.class(to.min(start) - 1) == Class::Cell || words >= 3
}

/// A line that is a heading: short, and not closed as a sentence is.
fn alone(text: &Text, item: Item) -> bool {
    let end = trimmed(text, item.text, item.end);
    let broken = item.end > 0 && text.class(item.end - 1) == Class::Break || item.end == text.len();
    let open = end > item.text
        && !matches!(
            text.class(end - 1),
            Class::Stop | Class::Semi | Class::Comma
        );
    let longest = if item.level == PARAGRAPH { 24 } else { 45 };
    broken
        && open
        && end - item.text <= longest
        && !(item.text..end).any(|at| {
            matches!(text.class(at), Class::Stop | Class::Break)
                || item.level == PARAGRAPH && text.ch(at) == ':'
        })
        && (item.level != PARAGRAPH || text.class(item.text) != Class::Digit)
}

/// Before the line ends and blanks at the end.
pub(super) fn trimmed(text: &Text, from: usize, mut to: usize) -> usize {
    while to > from && matches!(text.class(to - 1), Class::Break | Class::Cell) {
        to -= 1;
    }
    to
}

/// The item that begins at `at`: its level and where its text begins.
fn marker(text: &Text, at: usize, from: usize, to: usize, line: bool) -> Option<(u8, usize)> {
    let before = if at == from {
        Class::Break
    } else {
        text.class(at - 1)
    };
    let opens = line || matches!(before, Class::Stop | Class::Semi | Class::Break);
    match text.class(at) {
        Class::Han | Class::Digit | Class::Open | Class::Trigger => {}
        Class::Sign if ('①'..='⑳').contains(&text.ch(at)) => return Some((5, at + 1)),
        Class::Dash if line && text.ch(at) == '—' => {
            let end = at + 1 + usize::from(text.ch(at + 1) == '—');
            return Some((LISTED, end));
        }
        _ => return None,
    }
    if text.class(at) == Class::Han && text.ch(at + 1) == '是' {
        return listed(text, at, to, opens || before == Class::Comma).then_some((LISTED, at + 2));
    }
    let (level, begin) = layout::item_at(text, at)?;
    let placed = match level {
        // （一） begins an item wherever it stands, as in `sentence_end`.
        2 => opens || !matches!(before, Class::Trigger | Class::Latin),
        1 => opens || text.gap(at),
        _ => opens,
    };
    (placed && begin < to).then_some((level, begin))
}

/// 一是, 二是 …: at the start of a clause, or 一是 glued to the heading before where 二是 follows.
fn listed(text: &Text, at: usize, to: usize, opens: bool) -> bool {
    if !matches!(
        text.ch(at),
        '一' | '二' | '三' | '四' | '五' | '六' | '七' | '八' | '九' | '十'
    ) {
        return false;
    }
    if opens {
        return true;
    }
    text.ch(at) == '一'
        && text.class_before(at) == Class::Word
        && !matches!(
            text.before(at),
            '统' | '第' | '之' | '唯' | '万' | '单' | '专' | '合' | '同' | '其' | '进'
        )
        && (at + 4..to.min(at + 900)).any(|next| {
            text.ch(next) == '二'
                && text.ch(next + 1) == '是'
                && matches!(
                    text.class_before(next),
                    Class::Stop | Class::Semi | Class::Comma
                )
        })
}

/// The title of an item: its first sentence, or the first clause of it where that is long; and where it ends.
pub(super) fn title(text: &Text, item: Item) -> (usize, usize) {
    let limit = trimmed(text, item.text, item.end);
    if item.level == 1 {
        // 二、2024年工作计划2024年是…之年: the text glued to the heading of the plan.
        let near = limit.min(item.text + 24);
        let ends = ["工作计划", "工作思路", "工作打算", "工作安排", "工作要点"];
        let word = (item.text..near).find(|&at| ends.iter().any(|word| text.has(at, word)));
        if let Some(at) = word {
            return (item.text, (at + 4).min(limit));
        }
    }
    let sentence = (item.text..limit)
        .find(|&at| matches!(text.class(at), Class::Stop | Class::Break))
        .unwrap_or(limit);
    if sentence <= item.text + 40 && item.level < LISTED {
        return (item.text, sentence);
    }
    let clause = (item.text + 4..sentence.min(item.text + 60)).find(|&at| {
        matches!(text.class(at), Class::Semi)
            || text.class(at) == Class::Comma && text.class(at + 1) != Class::Digit
    });
    (item.text, clause.unwrap_or(sentence).min(item.text + 60))
}

/// The titles above each item, from the outermost; an item is above those that are deeper until one as deep.
pub(super) fn paths(text: &Text, items: &[Item]) -> Vec<Vec<String>> {
    let mut open: Vec<(u8, String)> = Vec::new();
    let mut paths = Vec::with_capacity(items.len());
    for item in items {
        while open.last().is_some_and(|(level, _)| *level >= item.level) {
            open.pop();
        }
        paths.push(open.iter().map(|(_, title)| title.clone()).collect());
        if item.level < PARAGRAPH {
            let (from, to) = title(text, *item);
            open.push((item.level, text.slice(from, to).trim().to_owned()));
        }
    }
    paths
}

/// The titles above a place, where it stands in no task.
pub(super) fn path_to(text: &Text, from: usize, at: usize) -> Vec<String> {
    let items = cut(text, from, at);
    let mut paths = paths(text, &items);
    let (Some(mut path), Some(item)) = (paths.pop(), items.last()) else {
        return Vec::new();
    };
    let (start, end) = title(text, *item);
    if item.level < PARAGRAPH && end < at && span(text, start, end).end > 0 {
        path.push(text.slice(start, end).trim().to_owned());
    }
    path
}
