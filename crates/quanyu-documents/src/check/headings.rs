//! The order of headings: 一、（一）1.（1）, and 一是 二是 三是 inside paragraphs.
//!
//! Owns finding the marks and counting them. Invariant: a lower list begins anew under each higher heading; a mark that
//! does not follow the one before is told once, and counting goes on from it.

use super::{
    draft::Draft,
    problem::{Code, Problem, both},
};
use crate::read::BlockKind;

/// A mark: level 1 to 4, 5 for 一是, its number, where it stands.
#[derive(Clone, Copy, Debug)]
struct Mark {
    level: usize,
    number: u32,
    start: usize,
    end: usize,
}

const LEVELS: usize = 5;

pub(super) fn find(draft: &Draft<'_>, out: &mut Vec<Problem>) {
    let mut last = [0u32; LEVELS + 1];
    let mut plain: Vec<usize> = draft
        .reading
        .blocks
        .iter()
        .filter(|it| it.kind == BlockKind::Heading(5) || it.kind == BlockKind::Title)
        .map(|it| it.start)
        .rev()
        .collect();
    let marks = marks(draft);
    let second = marks.iter().any(|it| it.level == 2);
    let (mut previous, mut running) = (0, 0);
    for mark in marks {
        // A heading without a number, or an attachment, opens a new count below the first level.
        while plain.last().is_some_and(|&at| at < mark.start) {
            plain.pop();
            last[2..].fill(0);
        }
        let Mark { level, number, .. } = mark;
        let before = last[level];
        // 1. may begin anew under each heading or run on through the text.
        let restarts = number == 1 && (before == 0 || level != 2);
        let runs_on = level == 3 && number == running + 1;
        // A text without line ends runs the heading into its first point: 支撑一是….
        let hidden = level == LEVELS && before == 0 && draft.any(previous, mark.start, &["一是"]);
        if !restarts && !runs_on && !hidden && number != before + 1 {
            out.push(out_of_order(draft, mark, before));
        }
        if level == 3 && second && last[2] == 0 && last[1] > 0 && number == 1 {
            out.push(skipped(draft, mark));
        }
        last[level] = number;
        last[level + 1..].fill(0);
        previous = mark.end;
        if level == 3 {
            running = number;
        }
    }
    comma_behind_brackets(draft, out);
}

fn out_of_order(draft: &Draft<'_>, mark: Mark, before: u32) -> Problem {
    let said = draft.slice(mark.start, mark.end);
    let wanted = label(mark.level, before + 1);
    let (zh, en) = match mark.number {
        it if it == before => ("序号重复", "the number stands twice"),
        it if it > before => ("序号跳号", "a number is skipped"),
        _ => ("序号颠倒", "numbers are out of order"),
    };
    Problem::new(
        Code::Heading,
        mark.start,
        mark.end,
        both(format!("{zh}：“{said}”"), format!("{en}: “{said}”")),
        both(
            format!("层次序数依次为一、（一）1.（1），此处应为“{wanted}”"),
            format!("“{wanted}” comes here"),
        ),
    )
    .suggest(both(wanted.clone(), wanted))
}

fn skipped(draft: &Draft<'_>, mark: Mark) -> Problem {
    let said = draft.slice(mark.start, mark.end);
    Problem::new(
        Code::Heading,
        mark.start,
        mark.end,
        both(
            format!("越级：“{said}”前没有（一）级标题"),
            format!("“{said}” skips a level"),
        ),
        both(
            "文中其他部分有（一）级标题",
            "other parts of the text have headings of the level above",
        ),
    )
    .noted()
}

/// （一）、: brackets take no comma.
fn comma_behind_brackets(draft: &Draft<'_>, out: &mut Vec<Problem>) {
    for at in 0..draft.chars.len() {
        if draft.ch(at) == '('
            && let Some((_, end)) = han(draft, at + 1)
            && draft.ch(end) == ')'
            && draft.ch(end + 1) == '、'
        {
            let said = draft.slice(at, end + 2);
            out.push(
                Problem::new(
                    Code::NumberStyle,
                    at,
                    end + 2,
                    both(
                        format!("“{said}”：括号后不加顿号"),
                        format!("“{said}”: no comma behind brackets"),
                    ),
                    both("GB/T 15834：带括号的序次语后不用点号", "GB/T 15834"),
                )
                .suggest(both(draft.slice(at, end + 1), draft.slice(at, end + 1))),
            );
        }
    }
}

fn marks(draft: &Draft<'_>) -> Vec<Mark> {
    let lines = draft.chars.iter().filter(|it| **it == '\n').count();
    // A text that lost its line ends has headings inside its lines.
    let flat = lines < 6 && draft.chars.len() > 600;
    let mut all = Vec::new();
    let mut at = 0;
    while at < draft.chars.len() {
        let opens = opens(draft, at);
        let found = match draft.ch(at) {
            '(' => bracketed(draft, at, opens || flat),
            '0'..='9' if opens => numbered(draft, at),
            ch if opens && digit(ch).is_some() => listed(draft, at, flat),
            _ => None,
        };
        match found {
            Some(mark) => {
                at = mark.end;
                all.push(mark);
            }
            None => at += 1,
        }
    }
    all
}

/// Whether a line, a sentence or a clause begins here.
fn opens(draft: &Draft<'_>, at: usize) -> bool {
    let mut back = at;
    while back > 0 && draft.ch(back - 1) == ' ' {
        back -= 1;
    }
    back == 0
        || matches!(
            draft.ch(back - 1),
            '\n' | '\r' | '\t' | '。' | '；' | ';' | '！' | '？' | ':' | ',' | '”'
        )
}

/// Whether a line begins here.
fn line(draft: &Draft<'_>, at: usize) -> bool {
    let mut back = at;
    while back > 0 && draft.ch(back - 1) == ' ' {
        back -= 1;
    }
    back == 0 || matches!(draft.ch(back - 1), '\n' | '\r')
}

/// （一） or （1）.
fn bracketed(draft: &Draft<'_>, at: usize, open: bool) -> Option<Mark> {
    if !open || matches!(draft.ch(at.wrapping_sub(1)), '第' | ',') {
        return None;
    }
    let (level, number, end) = match han(draft, at + 1) {
        Some((number, end)) => (2, number, end),
        None => {
            let (number, end) = arabic(draft, at + 1)?;
            (4, number, end)
        }
    };
    if draft.ch(end) != ')' || level == 4 && !line(draft, at) {
        return None;
    }
    // （一）项, （一）至（三）, （四）款: references, no headings.
    let next = draft.ch(end + 1);
    let refers = matches!(
        next,
        '项' | '款' | '至' | '、' | '和' | '目' | ')' | ',' | '。' | '\n' | '\0' | '(' | '/'
    );
    (!refers).then_some(Mark {
        level,
        number,
        start: at,
        end: end + 1,
    })
}

/// 1. at the beginning of a line.
fn numbered(draft: &Draft<'_>, at: usize) -> Option<Mark> {
    if !line(draft, at) {
        return None;
    }
    let (number, end) = arabic(draft, at)?;
    let dot = matches!(draft.ch(end), '.' | '、' | '．');
    (dot && !draft.digit(end + 1) && !matches!(draft.ch(end + 1), '\n' | '\0')).then_some(Mark {
        level: 3,
        number,
        start: at,
        end: end + 1,
    })
}

/// 一、 and 一是.
fn listed(draft: &Draft<'_>, at: usize, flat: bool) -> Option<Mark> {
    let (number, end) = han(draft, at)?;
    let mark = |level| {
        Some(Mark {
            level,
            number,
            start: at,
            end: end + 1,
        })
    };
    match draft.ch(end) {
        '、' => {
            // 一、二、三产业; a list of words behind a comma.
            let list = digit(draft.ch(end + 1)).is_some()
                || matches!(draft.ch(at.wrapping_sub(1)), ',' | ':' | '”' | ';' | '；');
            ((line(draft, at) || flat) && !list)
                .then(|| mark(1))
                .flatten()
        }
        '是' if number <= 10 && !draft.has(end, "是否") && !draft.has(end, "是一") => mark(5),
        _ => None,
    }
}

fn digit(ch: char) -> Option<u32> {
    "一二三四五六七八九十"
        .chars()
        .position(|it| it == ch)
        .map(|it| it as u32 + 1)
}

/// A number in characters up to 九十九.
fn han(draft: &Draft<'_>, at: usize) -> Option<(u32, usize)> {
    let first = digit(draft.ch(at))?;
    let (mut value, mut end) = (first, at + 1);
    if first < 10 && draft.ch(end) == '十' {
        value = first * 10;
        end += 1;
    }
    if value % 10 == 0
        && let Some(ones) = digit(draft.ch(end)).filter(|it| *it < 10)
    {
        value += ones;
        end += 1;
    }
    Some((value, end))
}

fn arabic(draft: &Draft<'_>, at: usize) -> Option<(u32, usize)> {
    let mut end = at;
    while draft.digit(end) {
        end += 1;
    }
    if end == at || end - at > 2 {
        return None;
    }
    Some((draft.slice(at, end).parse().ok()?, end))
}

/// How a mark of a level is written.
fn label(level: usize, number: u32) -> String {
    let digits: Vec<char> = "一二三四五六七八九十".chars().collect();
    let ones = |it: u32| digits[(it as usize + 9) % 10];
    let han = match number {
        1..=10 => ones(number).to_string(),
        11..=19 => format!("十{}", ones(number - 10)),
        20..=99 if number.is_multiple_of(10) => format!("{}十", ones(number / 10)),
        20..=99 => format!("{}十{}", ones(number / 10), ones(number % 10)),
        _ => number.to_string(),
    };
    match level {
        1 => format!("{han}、"),
        2 => format!("（{han}）"),
        3 => format!("{number}."),
        4 => format!("（{number}）"),
        _ => format!("{han}是"),
    }
}
