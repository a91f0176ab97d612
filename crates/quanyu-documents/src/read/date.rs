//! Dates and periods as written: years, months, quarters, halves, ranges of them, spans of years.
//!
//! Owns the forms of a date and the text of a period. Whether a date sets the period of the
//! figures after it is decided in `sentence`. Invariant: a date never becomes a figure.

use super::numeral::{arabic, digit, numeral};
use super::text::{Class, Text};
use rust_decimal::prelude::ToPrimitive;

/// A stretch of time as the text states it; a year that is not written is taken from the section.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum When {
    /// 2023年.
    Year(i32),
    /// 2021—2025年.
    Years(i32, i32),
    /// 1—9月, 2023年9月, 前三季度, 截至10月底.
    Months(Option<i32>, u32, u32),
    /// 上半年.
    Half(Option<i32>, u32),
    /// 一季度.
    Quarter(Option<i32>, u32),
    /// A single day; says nothing of a period unless it closes one.
    Day(Option<i32>, u32),
    /// 五年内, 三年来: a number of years whose start is not written.
    Span(u32),
    /// Digits lost or masked: 204年.
    Bad,
}

impl When {
    /// The period, where a year is written or can be taken from the section.
    pub fn period(self, year: Option<i32>) -> Option<String> {
        Some(match self {
            When::Year(year) => format!("{year}"),
            When::Years(from, to) => format!("{from}-{to}"),
            When::Months(own, from, to) => {
                let year = own.or(year)?;
                if from == to {
                    format!("{year}-{from:02}")
                } else {
                    format!("{year}-{from:02}/{year}-{to:02}")
                }
            }
            When::Half(own, half) => format!("{}H{half}", own.or(year)?),
            When::Quarter(own, quarter) => format!("{}Q{quarter}", own.or(year)?),
            When::Day(own, month) => format!("{}-{month:02}", own.or(year)?),
            When::Span(_) | When::Bad => return None,
        })
    }

    /// The year it ends in, if written.
    pub fn year(self) -> Option<i32> {
        match self {
            When::Year(year) | When::Years(_, year) => Some(year),
            When::Months(year, ..)
            | When::Half(year, _)
            | When::Quarter(year, _)
            | When::Day(year, _) => year,
            When::Span(_) | When::Bad => None,
        }
    }
}

/// Whether four digits can be a year that a report speaks of.
fn plausible(year: i64) -> bool {
    (1949..=2060).contains(&year)
}

/// Digits only, at most eight: value, count, end.
fn digits(text: &Text, at: usize) -> Option<(i64, usize, usize)> {
    let mut end = at;
    let mut value = 0i64;
    while let ch @ '0'..='9' = text.ch(end) {
        value = value * 10 + i64::from(ch as u32 - '0' as u32);
        end += 1;
        if end - at > 8 {
            return None;
        }
    }
    (end > at).then_some((value, end - at, end))
}

/// A calendar year at `at`: Arabic or spelled Han digits, four of them.
fn year(text: &Text, at: usize) -> Option<(i32, usize)> {
    if let Some((value, 4, end)) = digits(text, at) {
        return plausible(value).then_some((value as i32, end));
    }
    let mut value = 0i64;
    for nth in 0..4 {
        let ch = text.ch(at + nth);
        let ch = if ch == '○' || ch == 'O' || ch == 'o' {
            '〇'
        } else {
            ch
        };
        value = value * 10 + i64::from(digit(ch)?);
    }
    plausible(value).then_some((value as i32, at + 4))
}

fn dash(text: &Text, at: usize) -> Option<usize> {
    let mut end = at;
    while text.class(end) == Class::Dash && end < at + 2 {
        end += 1;
    }
    if end == at && matches!(text.ch(at), '至' | '到') {
        end += 1;
    }
    (end > at).then_some(end)
}

fn month(text: &Text, at: usize) -> Option<(u32, usize)> {
    let (value, end) = match digits(text, at) {
        Some((value, 1 | 2, end)) => (value, end),
        Some(_) => return None,
        None => {
            let found = numeral(text, at)?;
            (found.value.to_i64()?, found.end)
        }
    };
    (1..=12).contains(&value).then_some((value as u32, end))
}

/// 1—9月份, 9月, 9月底, 3月5日, after a year or alone.
fn months(text: &Text, at: usize, year: Option<i32>) -> Option<(When, usize)> {
    let (from, mut end) = month(text, at)?;
    let mut to = from;
    if let Some(next) = dash(text, if text.ch(end) == '月' { end + 1 } else { end })
        && let Some((last, after)) = month(text, next)
        && text.ch(after) == '月'
        && last >= from
    {
        to = last;
        end = after;
    }
    if text.ch(end) != '月' {
        return None;
    }
    end += 1;
    if from == to
        && let Some((value, 1 | 2, after)) = digits(text, end)
        && (1..=31).contains(&value)
    {
        // 3月5日, 3月5-7日.
        let mut last = after;
        if let Some(next) = dash(text, after)
            && let Some((_, 1 | 2, after)) = digits(text, next)
        {
            last = after;
        }
        if matches!(text.ch(last), '日' | '号') {
            return Some((When::Day(year, from), last + 1));
        }
    }
    if text.ch(end) == '份' {
        end += 1;
    }
    if text.ch(end) == '底' || text.ch(end) == '末' {
        end += 1;
    }
    Some((When::Months(year, from, to), end))
}

/// 一季度, 前三季度, 上半年 after a year or alone.
fn part(text: &Text, at: usize, year: Option<i32>) -> Option<(When, usize)> {
    if !matches!(
        text.ch(at),
        '上' | '下' | '前' | '第' | '一' | '二' | '三' | '四' | '1'..='4'
    ) {
        return None;
    }
    if matches!(text.ch(at), '上' | '下' | '前' | '三') {
        for (word, when) in [
            ("上半年", When::Half(year, 1)),
            ("下半年", When::Half(year, 2)),
            ("前三季度", When::Months(year, 1, 9)),
            ("前3季度", When::Months(year, 1, 9)),
            ("三季度末", When::Months(year, 1, 9)),
            ("前两季度", When::Half(year, 1)),
        ] {
            if text.has(at, word) {
                return Some((when, at + word.chars().count()));
            }
        }
    }
    let start = at + usize::from(text.ch(at) == '第');
    let quarter = match text.ch(start) {
        ch @ '1'..='4' => ch as u32 - '0' as u32,
        ch => digit(ch).filter(|value| (1..=4).contains(value))?,
    };
    text.has(start + 1, "季度")
        .then_some((When::Quarter(year, quarter), start + 3))
}

/// Whether what follows a run of numerals lets it be a date: most numbers end with a unit that does not.
pub(crate) fn possible(text: &Text, at: usize) -> bool {
    let class = text.class(at);
    let mut end = at + 1;
    while text.class(end) == class {
        end += 1;
        if end > at + 24 {
            return true;
        }
    }
    match text.class(end) {
        Class::Word => matches!(
            text.ch(end),
            '年' | '月' | '日' | '个' | '天' | '周' | '小' | '季' | '至' | '到'
        ),
        Class::Percent | Class::Stop | Class::Semi | Class::List => false,
        _ => true,
    }
}

/// A date at `at`, with its end.
pub(crate) fn date(text: &Text, at: usize) -> Option<(When, usize)> {
    if let Some(found) = part(text, at, None) {
        return Some(found);
    }
    if text.ch(at) == '前' {
        // 前9个月.
        let (last, end) = month(text, at + 1)?;
        return text
            .has(end, "个月")
            .then_some((When::Months(None, 1, last), end + 2));
    }
    if let Some((own, end)) = year(text, at) {
        return after_year(text, own, end);
    }
    if let Some(found) = months(text, at, None) {
        return Some(found);
    }
    damaged(text, at)
}

fn after_year(text: &Text, own: i32, end: usize) -> Option<(When, usize)> {
    // 2021—2025年, 2021年—2025年.
    let bare = if text.ch(end) == '年' { end + 1 } else { end };
    if let Some(next) = dash(text, bare) {
        if let Some((last, after)) = year(text, next)
            && last > own
        {
            let after = if text.ch(after) == '年' {
                after + 1
            } else {
                after
            };
            let after = if text.ch(after) == '度' {
                after + 1
            } else {
                after
            };
            return Some((When::Years(own, last), after));
        }
        // 2022-09-01 and 2023-24.
        if bare == end
            && let Some((first, 1 | 2, after)) = digits(text, next)
            && (1..=12).contains(&first)
            && text.class(after) == Class::Dash
            && let Some((_, 1 | 2, last)) = digits(text, after + 1)
        {
            return Some((When::Day(Some(own), first as u32), last));
        }
    }
    if text.ch(end) != '年' {
        for sign in ['.', '/'] {
            if text.ch(end) == sign
                && let Some((first, 1 | 2, after)) = digits(text, end + 1)
                && (1..=12).contains(&first)
            {
                if text.ch(after) == sign
                    && let Some((day, 1 | 2, last)) = digits(text, after + 1)
                    && (1..=31).contains(&day)
                {
                    return Some((When::Day(Some(own), first as u32), last));
                }
                return Some((When::Months(Some(own), first as u32, first as u32), after));
            }
        }
        return None;
    }
    let mut end = end + 1;
    if text.ch(end) == '度' {
        end += 1;
    }
    if text.has(end, "的") {
        return Some((When::Year(own), end));
    }
    if let Some(found) = months(text, end, Some(own)).or_else(|| part(text, end, Some(own))) {
        return Some(found);
    }
    if matches!(text.ch(end), '底' | '末' | '初') {
        end += 1;
    }
    Some((When::Year(own), end))
}

/// Digits lost by a site: 204年 for 2014年, 202329日 for 2023年2月9日.
fn damaged(text: &Text, at: usize) -> Option<(When, usize)> {
    let (value, count, end) = digits(text, at)?;
    let bad = match text.ch(end) {
        '年' => {
            (count == 3 && value >= 190)
                || count > 4
                || (count == 4 && !plausible(value) && value > 1000)
        }
        '日' => count >= 5 || (count > 2 && text.class_before(at) != Class::Word),
        '月' => count >= 5,
        _ => false,
    };
    bad.then_some((When::Bad, end + 1))
}

/// Words that tell what came about in the years before them.
pub(super) fn sums_up(text: &Text, at: usize) -> bool {
    ["翻", "增长", "增加", "累计", "净增", "新增", "实现翻"]
        .iter()
        .any(|word| text.has(at, word))
}

/// A span of years: 五年内, 近三年, 未来5年, 三年来. Returns the end with its word.
pub(crate) fn span(text: &Text, at: usize) -> Option<(u32, usize)> {
    let (years, end) = if text.class(at) == Class::Digit {
        let (value, end) = arabic(text, at)?;
        (value.to_u32()?, end)
    } else {
        let found = numeral(text, at)?;
        if found.spelled || found.bare {
            return None;
        }
        (found.value.to_u32()?, found.end)
    };
    if years == 0 || years > 100 {
        return None;
    }
    if !"年个天日周小".contains(text.ch(end)) {
        return None;
    }
    let unit = ["年", "个月", "天", "日", "周", "个季度", "小时", "个工作日"]
        .into_iter()
        .find(|unit| text.has(end, unit))?;
    let after = end + unit.chars().count();
    let tail = [
        "以内", "之内", "以来", "内", "来", "间", "期间", "前", "后", "之后", "以后",
    ]
    .into_iter()
    .find(|tail| text.has(after, tail));
    if let Some(tail) = tail {
        // 3年来 but not 3年来自, 5年内 but not 3天前往.
        let last = after + tail.chars().count();
        let wrong = matches!(
            (tail, text.ch(last)),
            ("来", '自' | '到' | '访') | ("前", '往' | '来') | ("内", '涵') | ("后", '备')
        );
        if !wrong {
            return Some((if unit == "年" { years } else { 0 }, last));
        }
    }
    // 五年翻两番, 三年累计投入; 连续五年增长 is counted.
    if unit == "年" && sums_up(text, after) && !text.ends(at, "连续") {
        return Some((years, after));
    }
    let headed = [
        "近",
        "未来",
        "过去",
        "最近",
        "今后",
        "前",
        "这",
        "头",
        "后",
        "下一个",
        "上一个",
        "连",
        "为期",
        "历时",
        "每",
    ]
    .into_iter()
    .any(|head| text.ends(at, head) && !text.ends(at, "提前") && !text.ends(at, "附近"));
    headed.then_some((if unit == "年" { years } else { 0 }, after))
}
