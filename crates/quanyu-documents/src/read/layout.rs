//! The shape of a report: title, headings, which part tells of the past and which of the plan, and
//! of which year.
//!
//! Owns blocks and sections. Leaves sentences to `sentence`. Invariant: a section changes only at
//! a heading or at words that open a plan (下一步, 新的一年); everything else inherits.

use super::date::{self, When};
use super::text::{Class, Text, any_of};
use super::words::Words;
use std::sync::LazyLock;

const BREAK: u32 = any_of(&[Class::Break]);
const CELL: u32 = any_of(&[Class::Cell]);

/// What a block is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BlockKind {
    /// The document's title.
    Title,
    /// A heading; 1 for 一、, 2 for （一）, 3 for 1., 4 for （1）, 5 without a number.
    Heading(u8),
    /// Running text.
    Paragraph,
    /// A line of cells.
    Row,
}

/// A line of the text that is a unit of layout, in raw character offsets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Block {
    /// What it is.
    pub kind: BlockKind,
    /// First character.
    pub start: usize,
    /// One past the last character.
    pub end: usize,
}

/// What a part of a report does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// Tells what was reached.
    Done,
    /// Says what is aimed at.
    Plan,
    /// Explains words; its numbers are definitions.
    Glossary,
}

/// The section a sentence stands in.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Section {
    /// What it does.
    pub part: Part,
    /// The year it speaks of.
    pub year: Option<i32>,
    /// A five-year retrospect: first and last year.
    pub years: Option<(i32, i32)>,
}

/// What the head of a text says of the whole.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct About {
    /// Span of the title.
    pub title: Option<(usize, usize)>,
    /// Year reported on.
    pub report: Option<i32>,
    /// Year planned for.
    pub plan: Option<i32>,
    /// The text only plans.
    pub plan_only: bool,
    /// The first half of the year only.
    pub half: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Sign {
    Done,
    Plan,
}

static SIGNS: LazyLock<Words<Sign>> = LazyLock::new(|| {
    let mut rows = Vec::new();
    for (sign, words) in [
        (
            Sign::Done,
            "总结 回顾 完成情况 工作情况 开展情况 进展情况 落实情况 执行情况 推进情况 主要成效 工作成效 取得成效 取得的成效 工作成绩 主要成绩 主要做法 工作亮点 \
             特色亮点 存在问题 存在的问题 存在不足 存在的不足 主要问题 述职 工作开展 工作进展 工作成果 主要成果 发展成就 情况汇报 情况报告 实施情况 工作实绩",
        ),
        (
            Sign::Plan,
            "计划 思路 打算 安排 下一步 下步 下阶段 下一阶段 明年 来年 今后 目标任务 预期目标 主要目标 奋斗目标 总体要求 工作要点 谋划 展望 部署 工作目标 \
             工作重点 重点工作任务 下半年工作 努力方向 工作建议 主要任务",
        ),
    ] {
        rows.extend(words.split_whitespace().map(|word| (word, sign)));
    }
    Words::forwards(&rows)
});

/// Which sign a heading gives, if any.
fn sign(text: &Text, from: usize, to: usize) -> Option<Sign> {
    let mut found: Option<(Sign, usize)> = None;
    let mut at = from;
    while let Some((start, end, sign)) = SIGNS.first_in(&text.c, at, to) {
        match found {
            None => found = Some((sign, end)),
            // 计划完成情况 tells what was done of a plan.
            Some((Sign::Plan, last)) if sign == Sign::Done && start <= last + 6 => {
                return Some(Sign::Done);
            }
            Some(_) => break,
        }
        at = end;
    }
    found.map(|(sign, _)| sign)
}

/// The first year written in a span.
fn year_in(text: &Text, from: usize, to: usize) -> Option<(When, usize, usize)> {
    let mut at = from;
    while at < to {
        let numeral = match text.class(at) {
            Class::Digit => true,
            Class::Han => matches!(text.ch(at), '二' | '一'),
            _ => false,
        };
        if numeral {
            if let Some((when, end)) = date::date(text, at)
                && let When::Year(_)
                | When::Years(..)
                | When::Half(Some(_), _)
                | When::Months(Some(_), ..) = when
            {
                return Some((when, at, end));
            }
            while text.class(at) == Class::Digit {
                at += 1;
            }
        }
        at += 1;
    }
    None
}

/// The end of a title whose first line ends at `end`: a title is broken by sense, and 和2024年工作计划 goes on in the next line.
fn title_end(text: &Text, end: usize) -> usize {
    let next = end + 1;
    let goes_on = matches!(text.ch(next), '和' | '及' | '暨' | '与');
    let last = line_end(text, next);
    let closed = (next..last).any(|at| matches!(text.class(at), Class::Comma | Class::Stop));
    if goes_on && !closed && last <= next + 40 {
        last
    } else {
        end
    }
}

/// Where a title begins whose telling words stand in the line that begins at `from`: 关于各街道, or a body's name, may fill the line before.
fn title_begin(text: &Text, from: usize) -> usize {
    let Some(end) = from.checked_sub(1) else {
        return from;
    };
    let begin = (end.saturating_sub(40)..end)
        .rev()
        .find(|&at| text.class(at) == Class::Break)
        .map_or(if end <= 40 { 0 } else { end }, |at| at + 1);
    let line = begin..end;
    let signs = [
        Class::Comma,
        Class::Stop,
        Class::Semi,
        Class::Cell,
        Class::Open,
    ];
    let plain = line.len() >= 4 && !line.clone().any(|at| signs.contains(&text.class(at)));
    let body = [
        "局",
        "政府",
        "委员会",
        "办公室",
        "厅",
        "协会",
        "院",
        "中心",
        "大学",
    ];
    let opens = text.has(begin, "关于") || body.iter().any(|word| text.ends(end, word));
    if plain && opens && item_at(text, begin).is_none() {
        begin
    } else {
        from
    }
}

impl About {
    /// Reads the head of a text.
    pub fn of(text: &Text) -> About {
        let mut about = About::default();
        let mut line = 0;
        let mut seen = 0;
        while line < text.len().min(3000) && seen < 24 && about.title.is_none() {
            let end = line_end(text, line);
            if end > line + 3 {
                seen += 1;
                about.title_in(text, line, title_end(text, end));
            }
            line = end + 1;
        }
        about.years_from_body(text);
        about
    }

    fn title_in(&mut self, text: &Text, from: usize, end: usize) {
        static TITLES: LazyLock<Words<Sign>> = LazyLock::new(|| {
            Words::forwards(&[
                ("总结", Sign::Done),
                ("报告", Sign::Done),
                ("汇报", Sign::Done),
                ("述职", Sign::Done),
                ("回顾", Sign::Done),
                ("自评", Sign::Done),
                ("公报", Sign::Done),
                ("通报", Sign::Done),
                ("专报", Sign::Done),
                ("情况", Sign::Done),
                ("计划", Sign::Plan),
                ("要点", Sign::Plan),
                ("思路", Sign::Plan),
                ("打算", Sign::Plan),
                ("安排", Sign::Plan),
                ("方案", Sign::Plan),
                ("规划", Sign::Plan),
                ("任务分解", Sign::Plan),
                ("目标分解", Sign::Plan),
                ("责任分解", Sign::Plan),
            ])
        });
        // The body may be glued to the title; only its first part can be one.
        let to = end.min(from + 70);
        if (from..to).any(|at| text.class(at) == Class::Cell) {
            return;
        }
        let Some((_, mut last, first)) = TITLES.first_in(&text.c, from, to) else {
            return;
        };
        if (from..last).any(|at| matches!(text.class(at), Class::Comma | Class::Stop | Class::Semi))
        {
            return;
        }
        let glued = end > from + 70;
        let dated = year_in(text, from, to).is_some();
        if glued && !dated {
            return;
        }
        let mut years: Vec<(i32, Option<Sign>)> = Vec::new();
        let mut at = from;
        while let Some((when, _, after)) = year_in(text, at, to) {
            let next = year_in(text, after, to).map_or(to, |(_, start, _)| start);
            let kind = TITLES
                .first_in(&text.c, after, next)
                .map(|(_, _, sign)| sign);
            if let When::Half(..) = when {
                self.half = true;
            }
            if let Some(year) = when.year() {
                years.push((year, kind));
            }
            at = after;
        }
        while let Some((_, after, _)) = TITLES.first_in(&text.c, last, to.min(last + 16)) {
            last = after;
        }
        self.title = Some((from, last));
        let government = (from..last).any(|at| text.has(at, "政府工作报告"));
        if (from..last).any(|at| text.has(at, "上半年") || text.has(at, "半年工作")) {
            self.half = true;
        }
        for (year, kind) in &years {
            match kind {
                Some(Sign::Done) | None if government => {
                    self.plan.get_or_insert(*year);
                    self.report.get_or_insert(*year - 1);
                }
                Some(Sign::Done) | None => {
                    self.report.get_or_insert(*year);
                }
                Some(Sign::Plan) => {
                    self.plan.get_or_insert(*year);
                }
            }
        }
        let tells = (from..last).any(|at| {
            ["总结", "报告", "汇报", "述职", "回顾", "自评"]
                .iter()
                .any(|word| text.has(at, word))
        });
        self.plan_only = first == Sign::Plan && !tells;
    }

    /// Where the title is silent: the first year that a heading or sentence reports on.
    fn years_from_body(&mut self, text: &Text) {
        if self.report.is_none() && !self.plan_only {
            let mut at = self.title.map_or(0, |(_, end)| end);
            let to = text.len().min(8000);
            while let Some((when, start, end)) = year_in(text, at, to) {
                at = end;
                let When::Year(year) = when else { continue };
                let opens = !matches!(
                    text.class_before(start),
                    Class::Word | Class::Cell | Class::Book | Class::Digit | Class::Dash
                );
                let told = text.ch(end) == ','
                    || text.has(end, "以来")
                    || SIGNS
                        .first_in(&text.c, end, end + 14)
                        .is_some_and(|(.., sign)| sign == Sign::Done);
                if opens && told {
                    self.report = Some(year);
                    break;
                }
            }
        }
        if self.plan.is_none() {
            // A report of half a year plans the rest of it.
            self.plan = self.report.map(|year| year + i32::from(!self.half));
        }
        if self.report.is_none() {
            self.report = self.plan.map(|year| year - 1);
        }
    }

    /// The section before the first heading.
    pub fn opening(&self, fallback: Option<i32>) -> Section {
        if self.plan_only {
            return Section {
                part: Part::Plan,
                year: self.plan.or(fallback),
                years: None,
            };
        }
        Section {
            part: Part::Done,
            year: self.report.or(fallback),
            years: None,
        }
    }
}

/// One past the last character of the line at `from`.
pub(crate) fn line_end(text: &Text, from: usize) -> usize {
    text.find(BREAK, from, text.len()).unwrap_or(text.len())
}

/// The level of the item that starts at `at` and where its own text begins.
pub(crate) fn item_at(text: &Text, at: usize) -> Option<(u8, usize)> {
    let run = |mut at: usize, class: Class| {
        let start = at;
        while text.class(at) == class && at - start < 4 {
            at += 1;
        }
        at
    };
    match text.class(at) {
        Class::Han => {
            let end = run(at, Class::Han);
            (text.ch(end) == '、' || text.ch(end) == '.').then_some((1, end + 1))
        }
        Class::Open if text.ch(at) == '(' => {
            let han = run(at + 1, Class::Han);
            if han > at + 1 {
                return (text.ch(han) == ')').then_some((2, han + 1));
            }
            let end = run(at + 1, Class::Digit);
            (end > at + 1 && end <= at + 3 && text.ch(end) == ')').then_some((4, end + 1))
        }
        Class::Digit => {
            let end = run(at, Class::Digit);
            let dotted = text.ch(end) == '.' && text.class(end + 1) != Class::Digit
                || text.ch(end) == '、' && text.class(end + 1) != Class::Digit;
            (dotted && end <= at + 2).then_some((3, end + 1))
        }
        Class::Trigger if text.ch(at) == '第' => {
            let end = run(at + 1, Class::Han);
            (end > at + 1 && (text.ch(end) == '章' || text.has(end, "部分")))
                .then_some((1, end + 1))
        }
        _ => None,
    }
}

/// The section after a heading whose text is `from..to`, or the old one where it gives no sign.
pub(crate) fn after_heading(
    text: &Text,
    about: &About,
    old: Section,
    level: u8,
    from: usize,
    to: usize,
) -> Section {
    let to = to.min(from + 36);
    if ["名词解释", "名词注释", "名词说明", "注释", "附注"]
        .into_iter()
        .any(|word| text.has(from, word))
    {
        return Section {
            part: Part::Glossary,
            ..old
        };
    }
    // A heading below the first level turns the tide only with a year or a plain word for it.
    let dated = year_in(text, from, to);
    let sign = sign(text, from, to);
    if level > 1
        && dated.is_none()
        && !["下一步", "下步", "下阶段", "工作总结", "存在"]
            .into_iter()
            .any(|word| (from..to.min(from + 8)).any(|at| text.has(at, word)))
    {
        return old;
    }
    let Some(sign) = sign else {
        // 2024年重点工作: a year that is the plan's says enough, where the heading begins with it.
        let Some((when, start, end)) = dated else {
            return old;
        };
        let closes = matches!(text.before(end), '底' | '末' | '前') || text.ch(end) == '前';
        if level > 1 && (start > from + 1 || closes) {
            return old;
        }
        let Some(year) = when.year() else { return old };
        return match (about.report, about.plan) {
            (Some(report), _) if year > report => Section {
                part: Part::Plan,
                year: Some(year),
                years: None,
            },
            (Some(report), _) if year == report && !about.plan_only => Section {
                part: Part::Done,
                year: Some(year),
                years: None,
            },
            _ => old,
        };
    };
    let five = (from..to).any(|at| {
        text.has(at, "五年") || text.has(at, "5年") && text.class_before(at) != Class::Digit
    });
    match sign {
        Sign::Done => {
            let year = dated
                .and_then(|(when, ..)| when.year())
                .or(about.report)
                .or(old.year);
            let years = match dated {
                Some((When::Years(first, last), ..)) => Some((first, last)),
                _ if five => year.map(|year| (year - 4, year)),
                _ => None,
            };
            Section {
                part: Part::Done,
                year,
                years,
            }
        }
        Sign::Plan => {
            let year = dated
                .and_then(|(when, ..)| when.year())
                .or(about.plan)
                .or(old.year);
            Section {
                part: Part::Plan,
                year,
                years: None,
            }
        }
    }
}

/// Words at the start of a sentence that open a plan without a heading.
pub(crate) fn opens_plan(text: &Text, about: &About, from: usize) -> Option<Option<i32>> {
    if !matches!(text.class(from), Class::Digit | Class::Han)
        && !matches!(text.ch(from), '下' | '新' | '明' | '来')
    {
        return None;
    }
    for word in [
        "下一步",
        "下步",
        "下一阶段",
        "下阶段",
        "新的一年",
        "明年,",
        "来年,",
    ] {
        if text.has(from, word) {
            return Some(about.plan);
        }
    }
    if matches!(text.class(from), Class::Digit | Class::Han)
        && let Some((When::Year(year), end)) = date::date(text, from)
        && about.report.is_some_and(|report| year > report)
        && text.ch(end) == ','
        && (end..end + 24)
            .any(|at| text.ch(at) == '将' || text.has(at, "要") || text.has(at, "力争"))
    {
        return Some(Some(year));
    }
    None
}

/// The blocks of a text.
pub(crate) fn blocks(text: &Text, about: &About) -> Vec<Block> {
    let mut blocks = Vec::new();
    let title = about
        .title
        .map(|(from, last)| (title_begin(text, from), last));
    let mut from = 0;
    while from < text.len() {
        let end = line_end(text, from);
        if end > from {
            let (start, stop) = text.span(from, end);
            // Two borders make a row.
            let cells = text
                .find(CELL, from, end)
                .is_some_and(|at| text.find(CELL, at + 1, end).is_some());
            let closed = matches!(
                text.class(end - 1),
                Class::Stop | Class::Semi | Class::Comma
            );
            let kind = if title
                .is_some_and(|(title, last)| title <= from && from < last && end <= last + 12)
            {
                BlockKind::Title
            } else if cells {
                BlockKind::Row
            } else if end - from <= 45 && !closed {
                item_at(text, from).map_or(
                    if end - from <= 24 {
                        BlockKind::Heading(5)
                    } else {
                        BlockKind::Paragraph
                    },
                    |(level, _)| BlockKind::Heading(level),
                )
            } else {
                BlockKind::Paragraph
            };
            blocks.push(Block {
                kind,
                start,
                end: stop,
            });
        }
        from = end + 1;
    }
    blocks
}
