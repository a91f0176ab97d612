//! Who answers for a task: labels (牵头单位：…), brackets at the end of a sentence (（创新科、财务科）), 由…牵头.
//!
//! Owns the labels and what ends a list of names. Invariant: a name is taken as it stands; a bracket without a
//! label is one only where each of its parts ends as the name of a unit does.

use super::{Owner, Role, span};
use crate::read::text::{Class, Text};
use crate::read::words::Words;
use std::sync::LazyLock;

/// What a label announces.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Label {
    /// Somebody.
    Who(Role),
    /// A day.
    When,
}

pub(super) static LABELS: LazyLock<Words<Label>> = LazyLock::new(|| {
    let mut rows = Vec::new();
    for (label, words) in [
        (
            Label::Who(Role::Lead),
            "牵头单位 牵头科室 牵头部门 牵头处室 主办单位 主办科室 牵头",
        ),
        (
            Label::Who(Role::Responsible),
            "责任单位 责任科室 责任部门 责任处室 承办单位 承办科室 承办部门 责任主体 落实单位 实施单位 负责科室 负责单位 负责部门",
        ),
        (
            Label::Who(Role::Support),
            "配合单位 配合科室 配合部门 协办单位 协办科室 参与单位 参加单位 协同单位 协助单位",
        ),
        (
            Label::Who(Role::Person),
            "责任人 责任领导 牵头领导 分管领导 负责人 包抓领导 联系领导 牵头人 责任局领导 分管局领导",
        ),
        (
            Label::When,
            "完成时限 时间节点 完成时间 时限要求 时间要求 工作时限 办结时限 时限 完成期限 时间安排 进度安排 时间进度",
        ),
    ] {
        rows.extend(words.split_whitespace().map(|word| (word, label)));
    }
    Words::forwards(&rows)
});

/// How names of units end.
static UNITS: LazyLock<Words<()>> = LazyLock::new(|| {
    let words = "科 处 室 办 局 部 委 所 院 站 队 组 中心 办公室 街道 街道办 镇 乡 管委会 公司 协会 联盟 学会 政府 开发区 园区 高新区 集团 科协 科室 处室 单位 支部 党委";
    let rows: Vec<(&str, ())> = words.split_whitespace().map(|word| (word, ())).collect();
    Words::backwards(&rows)
});

/// What is named in `from..to`: owners in order, and the stretches that hold the labels and brackets, which are
/// no part of what is to be done.
pub(super) fn owners(text: &Text, from: usize, to: usize) -> (Vec<Owner>, Vec<(usize, usize)>) {
    let mut owners = Vec::new();
    let mut spent = Vec::new();
    let mut at = from;
    while at < to {
        let label = LABELS
            .starts(&text.c, at, to)
            .filter(|&(end, _)| text.ch(end) == ':');
        if let Some((end, label)) = label {
            let stop = value_end(text, end + 1, to);
            if let Label::Who(role) = label {
                names(text, end + 1, stop, role, &mut owners);
            }
            spent.push((at, stop));
            at = stop;
            continue;
        }
        if text.class(at) == Class::Open
            && let Some(close) = close_of(text, at, to)
            && closes_sentence(text, close, to)
            && units(text, at + 1, close)
        {
            names(text, at + 1, close, Role::Responsible, &mut owners);
            spent.push((at, close + 1));
            at = close + 1;
            continue;
        }
        if text.ch(at) == '由'
            && let Some(verb) = (at + 2..to.min(at + 20))
                .find(|&verb| text.has(verb, "牵头") || text.has(verb, "负责"))
            && units(text, at + 1, verb)
        {
            let role = if text.has(verb, "牵头") {
                Role::Lead
            } else {
                Role::Responsible
            };
            names(text, at + 1, verb, role, &mut owners);
            at = verb;
        }
        at += 1;
    }
    (owners, spent)
}

/// Whether a label begins at `at`.
pub(super) fn labelled(text: &Text, at: usize, to: usize) -> bool {
    let label = LABELS.starts(&text.c, at, to);
    label.is_some_and(|(end, _)| text.ch(end) == ':')
}

/// The day that a label gives: its stretch.
pub(super) fn dated(text: &Text, from: usize, to: usize) -> Option<(usize, usize)> {
    (from..to).find_map(|at| match LABELS.starts(&text.c, at, to) {
        Some((end, Label::When)) if text.ch(end) == ':' => {
            Some((end + 1, value_end(text, end + 1, to)))
        }
        _ => None,
    })
}

/// Names parted by 、 or commas.
pub(super) fn names(text: &Text, from: usize, to: usize, role: Role, owners: &mut Vec<Owner>) {
    let mut start = from;
    for at in from..=to {
        let parts = at == to
            || matches!(
                text.class(at),
                Class::List | Class::Comma | Class::Semi | Class::Break | Class::Stop | Class::Cell
            )
            || text.ch(at) == '/'
            || at > start && text.gap(at) && text.class(at) == Class::Word;
        if !parts {
            continue;
        }
        let (mut first, mut last) = (start, at);
        while first < last && matches!(text.class(first), Class::Open | Class::Sign) {
            first += 1;
        }
        while last > first && matches!(text.class(last - 1), Class::Close | Class::Sign) {
            last -= 1;
        }
        if last > first && last - first <= 24 {
            owners.push(Owner {
                name: text.slice(first, last),
                role,
                at: span(text, first, last),
            });
        }
        start = if at < to && text.class(at) == Class::Word {
            at
        } else {
            at + 1
        };
    }
}

/// Where the value of a label ends: at the next label, a semicolon, a stop, a closing bracket, the line's end.
fn value_end(text: &Text, from: usize, to: usize) -> usize {
    let mut open = 0;
    for at in from..to {
        match text.class(at) {
            Class::Semi | Class::Stop | Class::Break | Class::Cell => return at,
            Class::Open => open += 1,
            Class::Close if open == 0 => return at,
            Class::Close => open -= 1,
            _ => {}
        }
        let label = LABELS.starts(&text.c, at, to);
        if at > from && label.is_some_and(|(end, _)| text.ch(end) == ':') {
            return at;
        }
    }
    to
}

fn close_of(text: &Text, open: usize, to: usize) -> Option<usize> {
    (open + 2..to.min(open + 40)).find(|&at| text.class(at) == Class::Close)
}

fn closes_sentence(text: &Text, close: usize, to: usize) -> bool {
    close + 1 >= to
        || matches!(
            text.class(close + 1),
            Class::Stop | Class::Break | Class::Semi
        )
}

/// Whether each part of `from..to` ends as a unit's name does.
fn units(text: &Text, from: usize, to: usize) -> bool {
    let mut start = from;
    let mut count = 0;
    for at in from..=to {
        if at < to && !matches!(text.class(at), Class::List | Class::Comma) {
            continue;
        }
        if at < start + 2 || at > start + 20 || UNITS.ends(&text.c, start, at).is_none() {
            return false;
        }
        count += 1;
        start = at + 1;
    }
    count > 0
}
