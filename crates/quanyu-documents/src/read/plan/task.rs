//! From items to tasks: the deepest items are tasks, those above them their headings.
//!
//! Owns which items are tasks, their title and their measures. What only opens a plan or states its aims in
//! general (总体要求) is none; its figures are targets all the same.

use super::outline::{self, Item, LISTED, PARAGRAPH};
use super::{Due, Measure, Owner, PlanTask, due, owner, span};
use crate::read::text::{Class, Text};

/// Headings under which nothing is to be done by anybody.
const GENERAL: [&str; 12] = [
    "总体要求",
    "指导思想",
    "总体思路",
    "总体目标",
    "工作目标",
    "主要目标",
    "预期目标",
    "发展目标",
    "奋斗目标",
    "基本原则",
    "主要指标",
    "名词解释",
];

/// Adds the tasks of the items.
pub(super) fn tasks(text: &Text, items: &[Item], year: Option<i32>, out: &mut Vec<PlanTask>) {
    let paths = outline::paths(text, items);
    let (mut closed, mut begun) = (false, false);
    // What the labels of the headings above say, for the tasks that say nothing themselves.
    let mut above: Vec<(u8, Vec<Owner>, Option<Due>)> = Vec::new();
    for (nth, item) in items.iter().enumerate() {
        closed = closed || begun && ends_plan(text, *item);
        begun = begun || item.level < PARAGRAPH && !item.heading;
        let path = &paths[nth];
        let (first, last) = outline::title(text, *item);
        let title = text.slice(first, last);
        let general = |title: &String| {
            GENERAL.iter().any(|word| title.contains(word)) && title.chars().count() <= 24
        };
        if closed || path.iter().any(general) || general(&title) && item.level < PARAGRAPH {
            continue;
        }
        // Deeper items make it a heading; a paragraph goes on with an enumeration after it.
        above.retain(|(level, ..)| *level < item.level);
        let next = items.get(nth + 1);
        let parent = next.is_some_and(|next| {
            next.level > item.level
                || item.level == PARAGRAPH && (LISTED - 1..=LISTED).contains(&next.level)
        });
        let end = outline::trimmed(text, item.text, item.end);
        // A line without a number and without a sentence is a heading or belongs to the page.
        let unnumbered = item.start == item.text;
        if unnumbered && !(item.text..end).any(|at| text.class(at) == Class::Stop) {
            continue;
        }
        if parent && item.level < PARAGRAPH {
            let (owners, _) = owner::owners(text, item.text, end);
            above.push((item.level, owners, labelled(text, *item, end, year)));
        }
        if end <= item.text + 3 || parent && introduces(text, *item, last, end) {
            continue;
        }
        let first_of_part = !items[..nth]
            .iter()
            .any(|it| it.level < PARAGRAPH && !it.heading);
        if item.level == PARAGRAPH && opening(text, *item, end, path)
            || first_of_part
                && next.is_some_and(|next| {
                    next.level < PARAGRAPH && (item.level == PARAGRAPH || next.level > item.level)
                })
        {
            continue;
        }
        if let Some(mut task) = task(text, *item, (first, last), end, path, year, parent) {
            if task.owners.is_empty() {
                let said = above.iter().rev().find(|(_, owners, _)| !owners.is_empty());
                task.owners = said.map_or_else(Vec::new, |(_, owners, _)| owners.clone());
            }
            task.due = task
                .due
                .or_else(|| above.iter().rev().find_map(|(.., due)| due.clone()));
            out.push(task);
        }
    }
}

/// Whether a heading says no more than its title and what introduces the list below it.
fn introduces(text: &Text, item: Item, title: usize, end: usize) -> bool {
    // Labels are read elsewhere.
    let end = (title..end)
        .find(|&at| owner::labelled(text, at, end))
        .unwrap_or(end);
    let rest = (title..end)
        .find(|&at| !matches!(text.class(at), Class::Stop | Class::Break | Class::Comma));
    let Some(rest) = rest.filter(|_| !item.heading) else {
        return true;
    };
    end - rest < 12 || !matches!(text.class(end - 1), Class::Stop | Class::Semi)
}

/// 2024年，我局将……，重点做好以下工作：and its likes before the first item.
fn opening(text: &Text, item: Item, end: usize, path: &[String]) -> bool {
    if text.ch(end - 1) == ':' {
        return true;
    }
    let general = [
        "以下工作",
        "以下几",
        "如下",
        "总体要求",
        "总体思路",
        "指导思想",
        "为指导",
        "深入贯彻",
        "全面贯彻",
    ];
    let said = (item.text..end).any(|at| general.iter().any(|word| text.has(at, word)));
    path.len() <= 1 && said
}

/// A line that ends the plan: a copyright line, an editor's mark, a signature.
fn ends_plan(text: &Text, item: Item) -> bool {
    let marks = [
        "[编辑",
        "【编辑",
        "责任编辑",
        "版权",
        "Copyright",
        "附件:",
        "(此件",
        "抄送",
    ];
    matches!(item.level, 1 | PARAGRAPH) && marks.iter().any(|mark| text.has(item.start, mark))
}

fn task(
    text: &Text,
    item: Item,
    (first, last): (usize, usize),
    end: usize,
    path: &[String],
    year: Option<i32>,
    parent: bool,
) -> Option<PlanTask> {
    let (owners, spent) = owner::owners(text, item.text, end);
    let sentences = sentences(text, item.text, end);
    let labelled = labelled(text, item, end, year);
    let mut measures: Vec<Measure> = Vec::new();
    for &(from, to) in &sentences {
        // The title as a sentence of its own is no measure where others follow.
        if item.level < PARAGRAPH && to <= last + 1 && sentences.len() > 1 {
            continue;
        }
        let Some((from, to)) = less(&spent, from, to) else {
            continue;
        };
        measures.push(Measure {
            at: span(text, from, to),
            text: text.slice(from, to).trim().to_owned(),
            due: due::last(text, from, to, year),
        });
    }
    if measures.is_empty() && parent {
        return None;
    }
    let due = labelled.or_else(|| {
        let days = measures.iter().filter_map(|measure| measure.due.clone());
        days.max_by_key(|due| due.day)
    });
    // A paragraph alone under its heading is that heading's task.
    let (first, last) = less(&spent, first, last).unwrap_or((first, last));
    Some(PlanTask {
        at: span(text, item.start, end),
        title: text.slice(first, last).trim().to_owned(),
        title_at: span(text, first, last),
        measures,
        path: path.to_vec(),
        owners,
        due,
        targets: Vec::new(),
    })
}

/// The day that a label of the item gives.
fn labelled(text: &Text, item: Item, end: usize, year: Option<i32>) -> Option<Due> {
    owner::dated(text, item.text, end).and_then(|(from, to)| due::last(text, from, to, year))
}

/// The sentences of `from..to`.
fn sentences(text: &Text, from: usize, to: usize) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let mut start = from;
    for at in from..to {
        if text.class(at) == Class::Break && at == start {
            start = at + 1;
        } else if matches!(text.class(at), Class::Stop | Class::Break) {
            found.push((start, at + usize::from(text.class(at) == Class::Stop)));
            start = at + 1;
        }
    }
    if start < to {
        found.push((start, to));
    }
    found.retain(|&(start, end)| end > start + 2);
    found
}

/// A stretch without the labels and brackets at its end; none where nothing is left.
fn less(spent: &[(usize, usize)], from: usize, to: usize) -> Option<(usize, usize)> {
    let mut end = to;
    for &(start, stop) in spent.iter().rev() {
        if start < end && stop + 2 >= end && start >= from {
            end = start;
        }
    }
    if let Some(&(start, stop)) = spent.first()
        && start <= from
        && stop >= end
    {
        return None;
    }
    (end > from + 1).then_some((from, end))
}
