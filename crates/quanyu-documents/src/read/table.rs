//! Tables of targets and results: rows of cells under a head that says what each column is.
//!
//! Owns the reading of a head and of the rows under it. A row without a known head is read like a
//! sentence. Invariant: a number is taken only from a column whose head says what it is, with a
//! unit from the cell, the head or the unit column; scores and serial numbers are never figures.

use super::item::{Item, What};
use super::mention::{Comparator, Flag, Kind, Nature, Value};
use super::scan::scan;
use super::sentence::{Place, Reader, Said};
use super::text::{Class, Text};
use super::unit::{Sort, Unit, unit};
use super::words::Words;
use rust_decimal::Decimal;
use std::sync::LazyLock;

/// What a column holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Column {
    Name,
    Unit,
    Target,
    Done,
    Growth,
    Rate,
    Rank,
    /// The value of a year.
    Year(i32),
    /// What its head calls it, of the row's name: 成交额 of each street.
    Measure,
    Other,
}

/// The head of a table.
#[derive(Clone, Debug)]
pub(super) struct Head {
    columns: Vec<Column>,
    /// Where the words of each stand.
    words: Vec<(usize, usize)>,
    /// Unit and multiplier in the head of each column.
    units: Vec<Option<(Unit, u32)>>,
}

static HEADS: LazyLock<Words<Column>> = LazyLock::new(|| {
    let mut rows = Vec::new();
    for (column, words) in [
        (
            Column::Name,
            "指标 指标名称 项目 目标任务 任务 工作任务 重点工作 名称 三级指标 考核指标 主要指标 内容",
        ),
        (Column::Unit, "单位 计量单位 指标单位"),
        (
            Column::Target,
            "目标 目标值 年度目标 全年目标 目标数 任务数 计划 计划数 年度计划 指标值 年初目标 预期目标 预期值 年度指标值 全年任务",
        ),
        (
            Column::Done,
            "完成 完成值 完成数 完成情况 实际 实际完成 实际完成值 实际值 进展 累计完成 实绩 完成量 实现值 当前值 本年 本期 累计 数值 总量 绝对值",
        ),
        (
            Column::Growth,
            "增速 增长 同比 同比增长 增幅 同比增速 增长率",
        ),
        (
            Column::Rate,
            "完成率 完成比例 完成进度 任务完成率 进度 达成率",
        ),
        (Column::Rank, "排名 位次 名次 全市排名 全省排名"),
        (
            Column::Other,
            "分值 得分 权重 序号 备注 责任单位 自评分 牵头单位 扣分 考核单位 满分 权数 完成时限 完成时间 完成期限 完成标准 进度安排 计划安排 责任科室 牵头科室",
        ),
    ] {
        rows.extend(words.split_whitespace().map(|word| (word, column)));
    }
    Words::forwards(&rows)
});

/// The cells of a line, without the blanks around them.
fn cells(text: &Text, from: usize, to: usize) -> Vec<(usize, usize)> {
    let mut cells = Vec::new();
    let mut start = from;
    for at in from..=to {
        if at == to || text.class(at) == Class::Cell || text.class(at) == Class::Break {
            if at > start || at < to && start > from {
                cells.push((start, at));
            }
            start = at + 1;
        }
    }
    cells
}

/// A multiplier and a unit standing alone: 万元, 亿元, %, 家.
fn lone_unit(text: &Text, from: usize, to: usize) -> Option<(Unit, u32)> {
    let mut at = from;
    let mut power = 0;
    while let '万' | '亿' = text.ch(at) {
        power += if text.ch(at) == '万' { 4 } else { 8 };
        at += 1;
    }
    let (end, found) = unit(text, at)?;
    (end <= to && !matches!(found.sort, Sort::Name | Sort::Serial)).then_some((found, power))
}

/// Reads a line as the head of a table, where at least two columns say what they hold and one of
/// them holds values.
fn head(text: &Text, cells: &[(usize, usize)]) -> Option<Head> {
    let mut columns = Vec::with_capacity(cells.len());
    let mut units = Vec::with_capacity(cells.len());
    for &(from, to) in cells {
        let year = super::date::date(text, from)
            .and_then(|(when, end)| when.year().map(|year| (year, end)));
        let after = year.map_or(from, |(_, end)| end.min(to));
        let named = HEADS.starts(&text.c, after, to).map(|(_, column)| column);
        let column = match (named, year) {
            (Some(column), _) => column,
            (None, Some((year, _))) => Column::Year(year),
            (None, None) => HEADS
                .first_in(&text.c, from, to)
                .map_or(Column::Measure, |(.., column)| column),
        };
        columns.push(if to > from + 16 {
            Column::Other
        } else {
            column
        });
        let bracket = (from..to).find(|&at| text.class(at) == Class::Open);
        units.push(bracket.and_then(|open| lone_unit(text, open + 1, to)));
    }
    let said = columns
        .iter()
        .filter(|column| !matches!(column, Column::Other | Column::Measure))
        .count();
    let valued = columns.iter().any(|column| {
        matches!(
            column,
            Column::Target | Column::Done | Column::Year(_) | Column::Rate | Column::Growth
        )
    });
    (said >= 2 && valued).then(|| Head {
        columns,
        words: cells.to_vec(),
        units,
    })
}

/// Whether a row's name is that of an area.
fn is_place(name: &str) -> bool {
    const ENDS: [&str; 9] = ["街道", "镇", "乡", "区", "县", "市", "旗", "省", "州"];
    name.chars().count() >= 2 && ENDS.iter().any(|it| name.ends_with(it))
}

impl Reader<'_> {
    /// Reads a line of cells. Says whether it was part of a table with a head.
    pub(super) fn row(&mut self, from: usize, to: usize) -> bool {
        let text = self.text;
        let cells = cells(text, from, to);
        if cells.len() < 3 {
            self.head = None;
            return false;
        }
        if let Some(found) = head(text, &cells).filter(|_| {
            !cells.iter().any(|&(from, _)| {
                text.class(from) == Class::Digit && super::date::date(text, from).is_none()
            })
        }) {
            self.head = Some(found);
            return false;
        }
        let Some(head) = self
            .head
            .take()
            .filter(|head| head.columns.len() == cells.len())
        else {
            return false;
        };
        self.values(&head, &cells);
        self.head = Some(head);
        true
    }

    fn values(&mut self, head: &Head, cells: &[(usize, usize)]) {
        let text = self.text;
        let wordy = |&(from, to): &(usize, usize)| {
            to > from + 1
                && match text.class(from) {
                    Class::Word | Class::Latin | Class::Quote | Class::Trigger => true,
                    // 八一街道 is a name, 八个 a number.
                    Class::Han => is_place(&text.slice(from, to)),
                    _ => false,
                }
        };
        let named = head
            .columns
            .iter()
            .position(|column| *column == Column::Name)
            .filter(|&nth| wordy(&cells[nth]));
        let Some(name) = named.or_else(|| cells.iter().position(wordy)) else {
            return;
        };
        let (first, last) = cells[name];
        let bracket = (first..last).find(|&at| text.class(at) == Class::Open);
        let words = text.slice(
            first,
            bracket
                .filter(|&open| lone_unit(text, open + 1, last).is_some())
                .unwrap_or(last)
                .min(first + 40),
        );
        let own = head
            .columns
            .iter()
            .position(|column| *column == Column::Unit)
            .and_then(|nth| lone_unit(text, cells[nth].0, cells[nth].1));
        let own = own.or_else(|| bracket.and_then(|open| lone_unit(text, open + 1, last)));
        for (nth, &(from, to)) in cells.iter().enumerate() {
            let column = head.columns[nth];
            if nth == name
                || from >= to
                || matches!(column, Column::Other | Column::Unit | Column::Name)
            {
                continue;
            }
            if column == Column::Measure {
                let (start, end) = head.words[nth];
                let bracket = (start..end).find(|&at| text.class(at) == Class::Open);
                let measure = text.slice(start, bracket.unwrap_or(end));
                let before = self.out.len();
                // The unit column is that of the row's own figure.
                self.cell(column, head.units[nth], measure.trim(), from, to);
                for mention in &mut self.out[before..] {
                    mention.scope = is_place(&words).then(|| words.clone());
                }
                continue;
            }
            self.cell(column, head.units[nth].or(own), &words, from, to);
        }
    }

    fn cell(
        &mut self,
        column: Column,
        given: Option<(Unit, u32)>,
        name: &str,
        from: usize,
        to: usize,
    ) {
        let mut items = Vec::new();
        scan(self.text, from, to, false, &mut items);
        for mut item in items {
            let percent = Unit {
                base: "%",
                sort: Sort::Ratio,
            };
            let What::Figure(figure) = &mut item.what else {
                continue;
            };
            let mut rank = false;
            if figure.unit.is_none() {
                match (column, given) {
                    (Column::Rank, _) => rank = true,
                    (Column::Growth | Column::Rate, _) => figure.unit = Some(percent),
                    (_, Some((unit, power))) => {
                        figure.unit = Some(unit);
                        figure.power += power;
                    }
                    (_, None) => continue,
                }
            }
            if self.text.class_before(item.core) == Class::Dash && item.core == from + 1 {
                figure.low = -figure.low;
                item.start = from;
            }
            let figure = *figure;
            if rank {
                item.what = What::Rank {
                    value: Some(figure.low),
                    bound: Comparator::Eq,
                    idiom: None,
                };
            }
            self.tell(column, name, from, to, &item);
        }
    }

    /// A cell's figure, with what its column says of it.
    fn tell(&mut self, column: Column, name: &str, from: usize, to: usize, item: &Item) {
        let mut said = Said {
            metric: Some(name.to_owned()),
            subject: Some(name.to_owned()),
            ..Said::default()
        };
        let place = Place {
            from,
            to,
            floor: from,
            clause: from,
            listed: false,
            source: false,
        };
        self.context.fill(self.text, from, from);
        match item.what {
            What::Figure(figure) => self.figure(&mut said, place, item, figure),
            What::Rank {
                value: Some(value), ..
            } => self.placed(&mut said, place, item, value),
            _ => return,
        }
        let link: Vec<char> = name.chars().collect();
        let Some(mut mention) = self.out.pop() else {
            return;
        };
        let ratio = mention.unit.as_deref() == Some("1");
        match column {
            Column::Growth => mention.kind = Kind::Growth,
            Column::Rate => {
                mention.kind = Kind::Share;
                mention.of = Some(super::whole::TARGET.to_owned());
            }
            Column::Year(year) => mention.period = Some(year.to_string()),
            _ => {}
        }
        if ratio && matches!(column, Column::Target | Column::Done | Column::Year(_)) {
            let grows = ["增速", "增长", "增幅", "同比"]
                .into_iter()
                .any(|word| name.contains(word));
            mention.kind = if grows { Kind::Growth } else { Kind::Share };
        }
        mention.nature = Some(if column == Column::Target {
            Nature::Target
        } else {
            Nature::Actual
        });
        mention.metric = Some(name.to_owned());
        // Judged before its column was known: 3 planned and 3 reached are two facts.
        mention.flags.retain(|flag| *flag != Flag::Repeat);
        let unit = mention.unit.clone().unwrap_or_default();
        let found = self
            .lexicon
            .link(&link, &[], name, mention.kind, &unit, &mut self.scratch);
        if let Some(link) = found {
            mention.indicator = Some(self.lexicon.indicator(link).to_owned());
            mention.confidence = link.sure;
        }
        self.out.push(mention);
    }

    /// A bare number in a column of ranks.
    fn placed(&mut self, said: &mut Said, place: Place, item: &Item, value: Decimal) {
        let mut mention = self.blank(item, Kind::Rank, Value::One(value));
        mention.unit = Some("rank".to_owned());
        mention.comparator = Some(Comparator::Eq);
        self.complete(said, place, item, &mut mention);
        self.push(said, mention);
    }
}
