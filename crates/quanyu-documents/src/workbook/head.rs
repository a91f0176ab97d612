//! The head of a table: which row it is, how its rows join, and which rows of the body are no data.
//!
//! Owns the marks by which people tell a title from a head and a note from a record. Leaves the units to [`super::unit`].
//!
//! Start reading at [`find`].

use std::collections::BTreeSet;

use super::{
    Cell,
    sheet::{Merge, RawRow},
    unit,
};

/// Rows that a head may have.
const MAX_HEAD_ROWS: usize = 5;

/// A column of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Place in the sheet, from 0 (A).
    pub index: usize,
    /// The head as it stands, several rows joined by `/`; empty where there is none.
    pub header: String,
    /// The head without its unit.
    pub name: String,
    /// The unit in the head.
    pub unit: Option<String>,
    /// Whether the column is hidden in the sheet.
    pub hidden: bool,
}

impl Column {
    /// The letters of the column in the sheet: A, B … AA.
    #[must_use]
    pub fn letters(&self) -> String {
        let (mut out, mut rest) = (Vec::new(), self.index + 1);
        while rest > 0 {
            out.push(b'A' + ((rest - 1) % 26) as u8);
            rest = (rest - 1) / 26;
        }
        out.iter().rev().map(|it| char::from(*it)).collect()
    }
}

/// The head that was found.
pub(super) struct Found {
    /// First and last row of it among the rows looked at.
    pub(super) first: usize,
    pub(super) last: usize,
    pub(super) columns: Vec<Column>,
    /// The lowest text of each column, to know the head again.
    pub(super) texts: Vec<String>,
    pub(super) titles: Vec<String>,
    pub(super) unit: Option<String>,
}

/// Finds the head among the first rows that hold something. `known` are names that columns may have: where they are
/// given and met, the row that has most of them is the head; else the first row as wide as the table, of texts.
pub(super) fn find(
    rows: &[RawRow],
    merges: &[Merge],
    hidden: &BTreeSet<u32>,
    known: &[String],
) -> Option<Found> {
    let first = by_names(rows, known).or_else(|| by_shape(rows, merges))?;
    let (first, last) = extent(rows, merges, first);
    let parts = join(rows, merges, first, last);
    let left = parts.iter().position(|it| !it.is_empty())?;
    let right = parts.iter().rposition(|it| !it.is_empty())?;
    let columns: Vec<Column> = parts[left..=right]
        .iter()
        .enumerate()
        .map(|(at, it)| column(left + at, it, hidden))
        .collect();
    let texts = parts[left..=right]
        .iter()
        .map(|it| it.last().cloned().unwrap_or_default())
        .collect();
    let titles: Vec<String> = rows[..first]
        .iter()
        .map(|row| {
            row.cells
                .iter()
                .filter(|it| !it.is_empty())
                .map(|it| it.said().trim().to_owned())
                .collect::<Vec<_>>()
                .join(" ")
        })
        .collect();
    let unit = titles.iter().find_map(|it| unit::declared(it));
    Some(Found {
        first,
        last,
        columns,
        texts,
        titles,
        unit,
    })
}

/// A text without blanks between Han characters and line breaks, as heads are compared.
pub(super) fn flat(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::new();
    for (at, c) in chars.iter().enumerate() {
        if !c.is_whitespace() {
            out.push(*c);
            continue;
        }
        let next = chars[at..].iter().find(|it| !it.is_whitespace());
        let latin = |it: Option<char>| it.is_some_and(|it| it.is_ascii_alphanumeric());
        if latin(out.chars().last()) && latin(next.copied()) {
            out.push(' ');
        }
    }
    out
}

/// Whether a first cell says that its row adds up others.
pub(super) fn is_total(text: &str) -> bool {
    let text: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let text = text.trim_end_matches(['：', ':']);
    let whole = [
        "合计",
        "总计",
        "小计",
        "共计",
        "累计",
        "总合计",
        "合计数",
        "本页合计",
        "本页小计",
        "平均",
        "平均值",
        "总和",
    ];
    whole.contains(&text)
        || text.chars().count() <= 8
            && ["合计", "小计", "总计"].iter().any(|it| text.ends_with(it))
            && !text.starts_with("会计")
}

/// Whether a cell begins a note, a source or a line for signatures.
pub(super) fn is_note(text: &str) -> bool {
    let text = text.trim_start();
    let starts = [
        "注",
        "备注",
        "说明",
        "附注",
        "填表说明",
        "填报说明",
        "数据来源",
        "资料来源",
        "来源",
        "填表人",
        "填报人",
        "制表人",
        "制表",
        "审核人",
        "审核",
        "负责人",
        "单位负责人",
        "统计负责人",
        "联系人",
        "联系电话",
        "填报日期",
        "填报时间",
        "填表日期",
        "报送日期",
        "报出日期",
        "制表日期",
        "打印日期",
        "填报单位",
        "单位",
    ];
    let numbered = |rest: &str| {
        rest.trim_start_matches(|c: char| {
            c.is_ascii_digit() || c == ' ' || "一二三四五六七八九十（()）".contains(c)
        })
        .starts_with(['：', ':', '.', '、', '．'])
    };
    starts.iter().any(|it| {
        text.strip_prefix(it).is_some_and(|rest| {
            rest.trim_start().starts_with(['：', ':']) || *it == "注" && numbered(rest)
        })
    }) || text.starts_with('※')
        || text.starts_with("（盖章）")
}

/// Whether the cells number the columns: 1 2 3 …, (1) (2) (3) …, 甲 乙 1 2 ….
pub(super) fn are_column_numbers(cells: &[Cell]) -> bool {
    let filled: Vec<String> = cells
        .iter()
        .filter(|it| !it.is_empty())
        .map(Cell::said)
        .collect();
    if filled.len() < 3 {
        return false;
    }
    let mut texts = filled
        .iter()
        .map(|it| it.trim().trim_matches(['(', ')', '（', '）', '<', '>']))
        .peekable();
    for stem in ["甲", "乙", "丙", "丁"] {
        if texts.peek() == Some(&stem) {
            texts.next();
        }
    }
    let numbers: Option<Vec<u32>> = texts.map(|it| it.parse().ok()).collect();
    numbers.is_some_and(|it| {
        !it.is_empty() && it[0] == 1 && it.windows(2).all(|pair| pair[1] == pair[0] + 1)
    })
}

fn by_names(rows: &[RawRow], known: &[String]) -> Option<usize> {
    let known: BTreeSet<String> = known.iter().map(|it| flat(it).to_lowercase()).collect();
    let met = |row: &RawRow| {
        row.cells.iter().filter(|it| matches!(it, Cell::Text(text) if known.contains(&flat(&unit::split_header(text).0).to_lowercase()) || known.contains(&flat(text).to_lowercase()))).count()
    };
    let (count, at) = rows
        .iter()
        .enumerate()
        .map(|(at, row)| (met(row), at))
        .max_by_key(|(count, at)| (*count, std::cmp::Reverse(*at)))?;
    (count >= 2 || count == 1 && rows[at].cells.iter().filter(|it| !it.is_empty()).count() <= 2)
        .then_some(at)
}

fn by_shape(rows: &[RawRow], merges: &[Merge]) -> Option<usize> {
    let width = rows.iter().map(|row| covered(row, merges)).max()?;
    if width == 1 {
        let short = |row: &RawRow| {
            row.cells.iter().all(|it| it.is_empty() || matches!(it, Cell::Text(text) if text.trim().chars().count() <= 10 && !text.contains(|c: char| c.is_ascii_digit() || matches!(c, '：' | ':'))))
        };
        return rows.iter().take(4).position(short).or(Some(0));
    }
    let enough = if width == 2 {
        2
    } else {
        (width * 6).div_ceil(10).max(2)
    };
    rows.iter()
        .position(|row| covered(row, merges) >= enough && is_headlike(row))
}

/// Cells that hold something, those merged with them to the right counted too; a line that is one merged cell is one.
fn covered(row: &RawRow, merges: &[Merge]) -> usize {
    let filled = row.cells.iter().filter(|it| !it.is_empty()).count();
    if filled <= 1 {
        return filled;
    }
    let more: u32 = merges_of(row, merges)
        .filter(|it| {
            row.cells
                .get(it.left as usize)
                .is_some_and(|cell| !cell.is_empty())
        })
        .map(|it| it.right - it.left)
        .sum();
    filled + more as usize
}

fn merges_of<'a>(row: &'a RawRow, merges: &'a [Merge]) -> impl Iterator<Item = &'a Merge> {
    merges.iter().filter(|it| it.top == row.number)
}

/// Texts for the most part, none of them a line of its own like `填报单位：…`.
fn is_headlike(row: &RawRow) -> bool {
    let filled: Vec<&Cell> = row.cells.iter().filter(|it| !it.is_empty()).collect();
    let texts = filled
        .iter()
        .filter(|it| matches!(it, Cell::Text(_)))
        .count();
    let years = filled.iter().filter(|it| matches!(it, Cell::Number(value) if value.is_integer() && (rust_decimal::Decimal::from(1990)..rust_decimal::Decimal::from(2100)).contains(value))).count();
    let lines = filled
        .iter()
        .filter(|it| matches!(it, Cell::Text(text) if is_note(text)))
        .count();
    let values = filled
        .iter()
        .filter(|it| matches!(it, Cell::Text(text) if quanyu_core::typed::number(text).is_ok()))
        .count();
    texts > 0
        && (texts + years) * 10 >= filled.len() * 7
        && lines * 2 < filled.len()
        && values * 3 <= filled.len()
}

/// First and last row of the head that `at` belongs to.
fn extent(rows: &[RawRow], merges: &[Merge], at: usize) -> (usize, usize) {
    let mut first = at;
    // A row above that is merged downwards into this one, or across its columns, is part of the head.
    while first > 0 && at - first < MAX_HEAD_ROWS - 1 {
        let above = &rows[first - 1];
        let joins = merges_of(above, merges).any(|it| it.bottom >= rows[first].number);
        let groups = above.cells.iter().filter(|it| !it.is_empty()).count() >= 2
            && is_headlike(above)
            && (merges_of(above, merges).any(|it| it.right > it.left)
                || fills_gaps(above, &rows[first]));
        if !joins && !groups {
            break;
        }
        first -= 1;
    }
    let mut last = at;
    let mut look = first;
    while look <= last && last - first < MAX_HEAD_ROWS - 1 {
        let row = &rows[look];
        let down = merges_of(row, merges)
            .map(|it| it.bottom)
            .filter(|it| *it < row.number + MAX_HEAD_ROWS as u32)
            .max()
            .unwrap_or(row.number);
        while last + 1 < rows.len() && rows[last + 1].number <= down {
            last += 1;
        }
        let across = merges_of(row, merges).any(|it| it.right > it.left)
            || merges.is_empty()
                && look == at
                && rows
                    .get(look + 1)
                    .is_some_and(|below| fills_gaps(row, below));
        if across
            && look == last
            && rows
                .get(last + 1)
                .is_some_and(|below| is_headlike(below) && only_under_groups(row, below, merges))
        {
            last += 1;
        }
        look += 1;
    }
    (first, last)
}

/// Whether the row below stands only where the row above is merged across, or open: names of sub-columns, not data.
fn only_under_groups(row: &RawRow, below: &RawRow, merges: &[Merge]) -> bool {
    below.cells.iter().enumerate().all(|(at, cell)| {
        let own = row.cells.get(at).is_some_and(|it| !it.is_empty());
        let grouped = merges_of(row, merges)
            .any(|it| it.right > it.left && (it.left as usize..=it.right as usize).contains(&at));
        cell.is_empty() || matches!(cell, Cell::Text(_)) && (grouped || !own || merges.is_empty())
    })
}

/// Whether `above` is a row of groups with gaps and `below` names the columns in them (a csv has no merged cells).
fn fills_gaps(above: &RawRow, below: &RawRow) -> bool {
    let has = |row: &RawRow, at: usize| row.cells.get(at).is_some_and(|it| !it.is_empty());
    let width = above.cells.len().max(below.cells.len());
    let gaps = (0..width)
        .filter(|at| !has(above, *at) && has(below, *at))
        .count();
    let alone = (0..width)
        .filter(|at| has(above, *at) && !has(below, *at))
        .count();
    let open = (0..width)
        .filter(|at| !has(above, *at) && !has(below, *at))
        .count();
    gaps > 0
        && alone > 0
        && open == 0
        && is_headlike(below)
        && below
            .cells
            .iter()
            .all(|it| it.is_empty() || matches!(it, Cell::Text(_)))
}

/// The texts over each column, from above, each once.
fn join(rows: &[RawRow], merges: &[Merge], first: usize, last: usize) -> Vec<Vec<String>> {
    let width = rows[first..=last]
        .iter()
        .map(|it| it.cells.len())
        .max()
        .unwrap_or(0);
    let merged_to = merges
        .iter()
        .filter(|it| (rows[first].number..=rows[last].number).contains(&it.top))
        .map(|it| it.right as usize + 1)
        .max()
        .unwrap_or(0);
    let mut parts: Vec<Vec<String>> =
        vec![Vec::new(); width.max(merged_to).min(super::sheet::MAX_COLUMNS)];
    for at in first..=last {
        let row = &rows[at];
        let mut group: Option<String> = None;
        for (column, part) in parts.iter_mut().enumerate() {
            let own = row
                .cells
                .get(column)
                .filter(|it| !it.is_empty())
                .map(|it| flat(&it.said()));
            let from_merge = merges
                .iter()
                .find(|it| {
                    it.top == row.number && (it.left as usize..=it.right as usize).contains(&column)
                })
                .and_then(|it| row.cells.get(it.left as usize))
                .filter(|it| !it.is_empty())
                .map(|it| flat(&it.said()));
            if own.is_some() {
                group.clone_from(&own);
            }
            // In a csv a group stands once, over the first of its columns.
            let from_group = if merges.is_empty()
                && at < last
                && own.is_none()
                && rows[at + 1]
                    .cells
                    .get(column)
                    .is_some_and(|it| !it.is_empty())
            {
                group.clone()
            } else {
                None
            };
            if let Some(text) = own.or(from_merge).or(from_group)
                && part.last() != Some(&text)
            {
                part.push(text);
            }
        }
    }
    parts
}

fn column(index: usize, parts: &[String], hidden: &BTreeSet<u32>) -> Column {
    let split: Vec<(String, Option<String>)> =
        parts.iter().map(|it| unit::split_header(it)).collect();
    Column {
        index,
        header: parts.join("/"),
        name: split
            .iter()
            .map(|it| it.0.as_str())
            .collect::<Vec<_>>()
            .join("/"),
        unit: split.into_iter().rev().find_map(|it| it.1),
        hidden: hidden.contains(&(index as u32)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows written as text: cells separated by `|`, digits are numbers.
    fn rows(text: &str) -> Vec<RawRow> {
        let cell = |it: &str| match it.trim() {
            "" => Cell::Empty,
            it => it
                .parse()
                .map_or_else(|_| Cell::Text(it.to_owned()), Cell::Number),
        };
        let row = |(at, line): (usize, &str)| RawRow {
            number: at as u32 + 1,
            cells: line.split('|').map(cell).collect(),
            ..RawRow::default()
        };
        text.lines()
            .enumerate()
            .map(row)
            .filter(|it| !it.is_blank())
            .collect()
    }

    fn told(text: &str, merges: &[(u32, u32, u32, u32)]) -> String {
        let merges: Vec<Merge> = merges
            .iter()
            .map(|&(top, left, bottom, right)| Merge {
                top,
                left,
                bottom,
                right,
            })
            .collect();
        let rows = rows(text);
        let Some(found) = find(&rows, &merges, &BTreeSet::new(), &[]) else {
            return "none".to_owned();
        };
        let columns: Vec<String> = found
            .columns
            .iter()
            .map(|it| {
                format!(
                    "{}{}",
                    it.name,
                    it.unit
                        .as_ref()
                        .map(|it| format!("[{it}]"))
                        .unwrap_or_default()
                )
            })
            .collect();
        let of_table = found.unit.map(|it| format!(" in {it}")).unwrap_or_default();
        format!(
            "{}-{}: {}{of_table}",
            rows[found.first].number,
            rows[found.last].number,
            columns.join(" ")
        )
    }

    /// Sheet, merged cells (top, left, bottom, right), head found.
    type Case<'a> = (&'a str, &'a [(u32, u32, u32, u32)], &'a str);

    #[test]
    fn heads_are_found_under_titles_and_flattened() {
        #[rustfmt::skip]
        let cases: [Case; 9] = [
            ("名称|街道|合同额（万元）\n甲|一|12\n乙|二|13", &[], "1-1: 名称 街道 合同额[万元]"),
            ("示例街道企业情况表||\n填报单位：示例街道||单位：万元\n名称|街道|合同额\n甲|一|12", &[(1, 0, 1, 2)], "3-3: 名称 街道 合同额 in 万元"),
            ("名称|营业收入（万元）||备注\n|2022年|2023年|\n甲|1|2|无", &[(1, 0, 2, 0), (1, 1, 1, 2), (1, 3, 2, 3)], "1-2: 名称 营业收入/2022年[万元] 营业收入/2023年[万元] 备注"),
            ("名称|经济指标||联系方式|\n|营收（万元）|利润（万元）|电话|邮箱\n甲|1|2|3|a", &[], "1-2: 名称 经济指标/营收[万元] 经济指标/利润[万元] 联系方式/电话 联系方式/邮箱"),
            ("名单\n企业名称\n示例一有限公司\n示例二有限公司", &[], "1-1: 名单"),
            ("2023年度示例名单（第一批）\n企业名称\n示例一有限公司", &[], "2-2: 企业名称"),
            ("||\n\n|名称|金额\n|甲|1", &[], "3-3: 名称 金额"),
            ("指标|2022|2023\n专利|1|2", &[], "1-1: 指标 2022 2023"),
            ("1|2|3\n4|5|6", &[], "none"),
        ];
        for (text, merges, wanted) in cases {
            assert_eq!(told(text, merges), wanted, "{text}");
        }
    }

    #[test]
    fn known_names_find_the_head_among_rows_alike() {
        let rows = rows("说明|甲|乙\n单位名称|信用代码|地址\n示例一|X|Y");
        let found = find(
            &rows,
            &[],
            &BTreeSet::new(),
            &["信用代码".to_owned(), "单位名称".to_owned()],
        )
        .unwrap();
        assert_eq!(found.first, 1);
    }

    #[test]
    fn totals_and_notes_are_told_from_records() {
        for text in ["合计", "合 计", "总计：", "示例街道小计"] {
            assert!(is_total(text), "{text}");
        }
        for text in ["示例统计", "合计划", "示例会计师事务所", "累计投资示例公司"]
        {
            assert!(!is_total(text), "{text}");
        }
        for text in [
            "注：数据截至年底",
            "注1：略",
            "备注：略",
            "填表人：",
            "数据来源: 示例局",
        ] {
            assert!(is_note(text), "{text}");
        }
        for text in ["注塑机厂", "单位名称", "说明书", "备注"] {
            assert!(!is_note(text), "{text}");
        }
    }

    #[test]
    fn columns_have_the_letters_of_the_sheet() {
        let letters = |index| column(index, &[], &BTreeSet::new()).letters();
        assert_eq!(
            [0, 25, 26, 701, 702].map(letters),
            ["A", "Z", "AA", "ZZ", "AAA"]
        );
    }
}
