//! Tables of tasks: 任务 | 责任单位 | 完成时限, row by row under a head that says what each column is.
//!
//! Owns such heads and rows. Invariant: a row has as many cells as its head; an empty cell of a merged column has
//! what stood above it.

use super::owner::{self};
use super::{Measure, Owner, PlanTask, Role, due, span};
use crate::read::layout;
use crate::read::text::{Class, Text};
use crate::read::words::Words;
use std::sync::LazyLock;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Column {
    /// What is to be done.
    Task,
    /// How.
    Measure,
    /// The field or group of tasks.
    Group,
    /// Somebody.
    Who(Role),
    /// By when.
    When,
    Other,
}

static HEADS: LazyLock<Words<Column>> = LazyLock::new(|| {
    let mut rows = Vec::new();
    for (column, words) in [
        (
            Column::Task,
            "任务 重点任务 工作任务 主要任务 任务内容 任务名称 目标任务 工作内容 重点工作 重点工作任务 工作事项 事项 项目名称 任务事项 主要工作",
        ),
        (
            Column::Measure,
            "工作举措 具体举措 工作措施 主要措施 具体措施 推进措施 措施 举措 工作要求 任务分解 具体内容 具体任务 工作目标 年度目标 目标要求 完成标准",
        ),
        (
            Column::Group,
            "类别 任务类别 工作类别 领域 板块 任务来源 一级任务 工作大类",
        ),
        (
            Column::Who(Role::Lead),
            "牵头单位 牵头科室 牵头部门 牵头处室 主办单位 主办科室",
        ),
        (
            Column::Who(Role::Responsible),
            "责任单位 责任科室 责任部门 责任处室 承办单位 承办科室 落实单位 实施单位 负责科室 科室 单位",
        ),
        (
            Column::Who(Role::Support),
            "配合单位 配合科室 配合部门 协办单位 协办科室 参与单位",
        ),
        (
            Column::Who(Role::Person),
            "责任人 责任领导 牵头领导 分管领导 负责人 联系领导",
        ),
        (
            Column::When,
            "完成时限 时间节点 完成时间 时限 时限要求 时间要求 进度安排 时间安排 时间进度 完成期限 办结时限 推进计划",
        ),
        (Column::Other, "序号 备注 编号 进展 进展情况 完成情况"),
    ] {
        rows.extend(words.split_whitespace().map(|word| (word, column)));
    }
    Words::forwards(&rows)
});

/// The tasks of the tables in `from..to`.
pub(super) fn read(text: &Text, from: usize, to: usize, year: Option<i32>) -> Vec<PlanTask> {
    let mut out = Vec::new();
    let mut head: Option<Vec<Column>> = None;
    let mut above: Vec<(usize, usize)> = Vec::new();
    let mut at = from;
    while at < to {
        let end = layout::line_end(text, at).min(to);
        let cells = cells(text, at, end);
        if cells.len() < 3 {
            // A line of text ends the table; an empty line does not.
            if end > at {
                head = None;
            }
        } else if let Some(found) = head_of(text, &cells) {
            head = Some(found);
            above.clear();
        } else if let Some(columns) = head.as_ref().filter(|head| head.len() == cells.len()) {
            let cells: Vec<(usize, usize)> = cells
                .iter()
                .enumerate()
                .map(|(nth, &(from, to))| {
                    let merged =
                        from == to && !matches!(columns[nth], Column::Other | Column::Measure);
                    above
                        .get(nth)
                        .copied()
                        .filter(|_| merged)
                        .unwrap_or((from, to))
                })
                .collect();
            out.extend(task(text, columns, &cells, (at, end), year));
            above = cells;
        }
        at = end + 1;
    }
    out
}

/// The cells of a line without the blanks around them.
fn cells(text: &Text, from: usize, to: usize) -> Vec<(usize, usize)> {
    let mut cells = Vec::new();
    let mut start = from;
    for at in from..=to {
        if at < to && text.class(at) != Class::Cell {
            continue;
        }
        // A border at the end of the line closes the last cell.
        if at < to || start < to {
            cells.push((start, at));
        }
        start = at + 1;
    }
    cells
}

/// A head names a task, and who or when.
fn head_of(text: &Text, cells: &[(usize, usize)]) -> Option<Vec<Column>> {
    let column = |&(from, to): &(usize, usize)| match HEADS.starts(&text.c, from, to) {
        Some((end, column)) if end == to || text.class(end) == Class::Open => column,
        _ => Column::Other,
    };
    let columns: Vec<Column> = cells.iter().map(column).collect();
    let task = columns
        .iter()
        .any(|it| matches!(it, Column::Task | Column::Measure));
    let whose = columns
        .iter()
        .any(|it| matches!(it, Column::Who(_) | Column::When));
    (task && whose).then_some(columns)
}

fn task(
    text: &Text,
    columns: &[Column],
    cells: &[(usize, usize)],
    (start, end): (usize, usize),
    year: Option<i32>,
) -> Option<PlanTask> {
    let of = |wanted: Column| {
        columns
            .iter()
            .zip(cells)
            .filter(move |&(column, &(from, to))| *column == wanted && to > from)
            .map(|(_, &cell)| cell)
    };
    let named = of(Column::Task)
        .next()
        .or_else(|| of(Column::Measure).next())?;
    let mut owners: Vec<Owner> = Vec::new();
    for (column, &(from, to)) in columns.iter().zip(cells) {
        if let Column::Who(role) = column {
            owner::names(text, from, to, *role, &mut owners);
        }
    }
    let measure = |(from, to): (usize, usize)| Measure {
        at: span(text, from, to),
        text: text.slice(from, to).trim().to_owned(),
        due: due::last(text, from, to, year),
    };
    let mut measures: Vec<Measure> = of(Column::Measure).map(measure).collect();
    if measures.is_empty() {
        measures.push(measure(named));
    }
    let days = of(Column::When).filter_map(|(from, to)| due::last(text, from, to, year));
    let said = days.max_by_key(|due| due.day);
    let due = said.or_else(|| {
        measures
            .iter()
            .filter_map(|it| it.due.clone())
            .max_by_key(|due| due.day)
    });
    let mut title_end = named.1;
    if title_end > named.0 + 60 {
        title_end = (named.0 + 4..title_end)
            .find(|&at| matches!(text.class(at), Class::Stop | Class::Semi | Class::Comma))
            .unwrap_or(title_end)
            .min(named.0 + 60);
    }
    Some(PlanTask {
        at: span(text, start, end),
        title: text.slice(named.0, title_end).trim().to_owned(),
        title_at: span(text, named.0, title_end),
        measures,
        path: of(Column::Group)
            .map(|(from, to)| text.slice(from, to).trim().to_owned())
            .collect(),
        owners,
        due,
        targets: Vec::new(),
    })
}
