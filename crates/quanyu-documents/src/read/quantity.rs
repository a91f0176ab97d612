//! Numbers with units: which numerals count something, and which belong to a name or a code.
//!
//! Owns the phrase from the binding words before a number to those after its unit, ranges and
//! fractions included. Leaves kind, period and nature to `sentence`. Invariant: look-behind and
//! look-ahead are bounded, whatever the text.
//!
//! Start reading at [`read`].

use super::cues::{self, AFTER, BEFORE, CUES, Cue, ENUMERATED};
use super::item::{Figure, Item, What};
use super::mention::{Comparator, Flag};
use super::numeral::{self, Numeral, numeral};
use super::scan::name;
use super::text::{Class, Text};
use super::unit::{Sort, Unit, named_before, unit};
use rust_decimal::Decimal;

const PERCENT: Unit = Unit {
    base: "%",
    sort: Sort::Ratio,
};

/// Reads a number at `at`, between `floor` and `to`.
pub(crate) fn read(
    text: &Text,
    floor: usize,
    at: usize,
    to: usize,
    heading: bool,
    items: &mut Vec<Item>,
) -> Option<usize> {
    let floor = items.last().map_or(floor, |item| item.end.max(floor));
    if let Some(next) = marker(text, at, floor) {
        return Some(next);
    }
    if let Some(next) = code(text, at, items) {
        return Some(next);
    }
    if let Some(next) = parted(text, floor, at, items) {
        return Some(next);
    }
    let found = numeral(text, at)?;
    if masked(text, at, found.end) {
        return name(items, at, found.end, Some(Flag::Damaged));
    }
    if let Some(next) = damaged_percent(text, floor, at, &found, items) {
        return Some(next);
    }
    let measured = unit(text, found.end).or_else(|| scored(text, found.end));
    let range = range(text, floor, at, &found, measured);
    let (measured, low, high, power, end) = match range {
        Some(range) => (
            range.unit,
            range.low,
            Some(range.high),
            range.power,
            range.end,
        ),
        None => {
            let end = measured.map_or(found.end, |(end, _)| end);
            (
                measured.map(|(_, unit)| unit),
                found.value,
                found.pair,
                found.power,
                end,
            )
        }
    };
    let sort = measured.map(|unit| unit.sort);
    if let Some(next) = designation(text, floor, at, &found, sort, end, items) {
        return Some(next);
    }
    let (start, bound) = bound_before(text, floor, at, &found);
    let (last, after) = bound_after(text, end, to, measured);
    if found.han
        && !counts(
            text,
            floor,
            at,
            start,
            end,
            heading,
            &found,
            measured,
            bound.is_some(),
            after.is_some(),
        )
    {
        return unsaid(text, at, end, &found, measured, items);
    }
    let (bound, idiom) = joined(bound, after, found.odd, found.pair.is_some() || found.bare);
    let figure = Figure {
        low,
        high,
        power,
        unit: measured,
        bound,
        idiom,
        fraction: false,
        bare: found.bare,
        han: found.han,
    };
    items.push(Item {
        start,
        end: last,
        core: at,
        core_end: end,
        what: What::Figure(figure),
        flag: None,
    });
    Some(last)
}

/// A list marker: `1.` or `1、` at the start of a clause, `(1)`, `(一)`.
fn marker(text: &Text, at: usize, floor: usize) -> Option<usize> {
    let opens = matches!(
        text.class_before(at),
        Class::Break | Class::Stop | Class::Semi | Class::Cell | Class::Comma
    ) || at == floor && text.gap(at)
        || at == 0;
    let mut end = at;
    while matches!(text.class(end), Class::Digit | Class::Han) && end - at < 4 {
        end += 1;
    }
    if text.class_before(at) == Class::Open
        && text.class(end) == Class::Close
        && text.ch(end) == ')'
        && end - at <= 3
    {
        return Some(end + 1);
    }
    let dotted = text.ch(end) == '.' && text.class(end + 1) != Class::Digit || text.ch(end) == '、';
    if opens && dotted && end - at <= 2 {
        // 1、2号线 is a list of numbers, 1、加强 is an item.
        if text.ch(end) == '、' && text.class(end + 1) == Class::Digit {
            return None;
        }
        return Some(end + 1);
    }
    None
}

/// Codes: 0532-85911333, 1+2+N, 7×24, 1:1, V2.0, 5G, 2018-02-11 16:51, long runs of digits.
fn code(text: &Text, at: usize, items: &mut Vec<Item>) -> Option<usize> {
    let arabic = text.class(at) == Class::Digit;
    let mut end = at;
    let (mut joints, mut latin, mut digits) = (0u32, 0u32, 0usize);
    while end - at < 64 {
        match text.class(end) {
            Class::Digit => digits += 1,
            Class::Latin if arabic => {
                if end > at && text.gap(end) {
                    break;
                }
                latin += 1;
            }
            _ => match text.ch(end) {
                '-' | ':' | '/' | '_' | '@' | '#' | '+' | '×' | '*' | '=' | '&' | '\\'
                    if arabic =>
                {
                    if !matches!(text.class(end + 1), Class::Digit | Class::Latin) {
                        break;
                    }
                    joints += 1;
                }
                '.' if arabic && text.class(end + 1) == Class::Digit => {}
                _ => break,
            },
        }
        end += 1;
    }
    if !arabic {
        return sum_of_han(text, at, items);
    }
    let plain = digits == end - at;
    let zero = text.ch(at) == '0' && text.class(at + 1) == Class::Digit;
    if zero && text.class(end) != Class::Percent {
        return name(items, at, end, None);
    }
    if text.class_before(at) == Class::Sign
        && matches!(text.before(at), '+' | '×' | '*' | '=' | '#' | '_' | '№')
    {
        return name(items, at, end, None);
    }
    if text.class_before(at) == Class::Dash && at >= 2 && matches!(text.class(at - 2), Class::Latin)
    {
        return name(items, at, end, None);
    }
    let joint = text.ch(at
        + text.c[at..end]
            .iter()
            .take_while(|ch| ch.is_ascii_digit() || **ch == '.')
            .count());
    let single = joints == 1 && matches!(joint, '-' | '/');
    if joints >= 1 && !single {
        return name(items, at, end, None);
    }
    if matches!(text.ch(end), ':' | '+' | '×' | '*')
        && matches!(text.class(end + 1), Class::Digit | Class::Han)
    {
        let mut last = end + 1;
        while matches!(text.class(last), Class::Digit | Class::Han | Class::Latin)
            || matches!(text.ch(last), '+' | '.' | ':')
        {
            last += 1;
        }
        return name(items, at, last, None);
    }
    let measured = unit(text, at + digits_end(text, at));
    if plain
        && digits >= 7
        && measured.is_none()
        && !matches!(text.ch(end), '万' | '亿' | '余' | '多' | '.' | ',')
    {
        return name(items, at, end, None);
    }
    // Latin directly before: part of a designation unless what follows measures.
    if text.class_before(at) == Class::Latin && !text.gap(at) {
        let number = numeral(text, at)?;
        let measures = unit(text, number.end).is_some_and(|(_, unit)| {
            matches!(
                unit.sort,
                Sort::Ratio | Sort::Points | Sort::Money | Sort::Times
            )
        });
        let word = at >= 2 && text.class(at - 2) == Class::Latin;
        let counts = word
            && unit(text, number.end).is_some_and(|(_, unit)| matches!(unit.sort, Sort::Counter));
        if !measures && !counts {
            return name(items, at, end, None);
        }
    }
    // Latin directly after: 5G, 3A, unless it is a unit.
    if latin > 0 && joints == 0 {
        let number = numeral(text, at)?;
        if text.class(number.end) == Class::Latin && !text.gap(number.end) {
            let measures =
                unit(text, number.end).is_some_and(|(_, unit)| matches!(unit.sort, Sort::Measure));
            let read_as_stop = matches!(text.ch(number.end), 'o' | 'O')
                && text.class(number.end + 1) != Class::Latin;
            if !measures && !read_as_stop {
                return name(items, at, end, None);
            }
        }
    }
    None
}

fn digits_end(text: &Text, at: usize) -> usize {
    let mut end = at;
    while text.class(end) == Class::Digit
        || text.ch(end) == '.' && text.class(end + 1) == Class::Digit
    {
        end += 1;
    }
    end - at
}

/// 一+二+N.
fn sum_of_han(text: &Text, at: usize, items: &mut Vec<Item>) -> Option<usize> {
    if text.ch(at + 1) != '+'
        || !matches!(text.class(at + 2), Class::Han | Class::Latin | Class::Digit)
    {
        return None;
    }
    let mut end = at;
    while matches!(text.class(end), Class::Han | Class::Latin | Class::Digit) || text.ch(end) == '+'
    {
        end += 1;
    }
    name(items, at, end, None)
}

/// Parts of a whole by their form: 百分之五, 三分之二, 2/3.
fn parted(text: &Text, floor: usize, at: usize, items: &mut Vec<Item>) -> Option<usize> {
    let (whole, after) = if text.has(at, "百分之") {
        (Decimal::ONE_HUNDRED, at + 3)
    } else if text.has(at, "千分之") {
        (Decimal::ONE_THOUSAND, at + 3)
    } else if text.has(at, "万分之") {
        (Decimal::from(10_000), at + 3)
    } else if text.class(at) == Class::Digit {
        let (value, end) = numeral::arabic(text, at)?;
        if text.ch(end) == '/' && text.class(end + 1) == Class::Digit {
            let (below, last) = numeral::arabic(text, end + 1)?;
            return slashed(text, floor, at, (value, below, last), items);
        }
        if !text.has(end, "分之") {
            return None;
        }
        (value, end + 2)
    } else {
        let found = numeral(text, at)?;
        if found.spelled || !text.has(found.end, "分之") {
            return None;
        }
        (found.value, found.end + 2)
    };
    if whole.is_zero() {
        return None;
    }
    let found = numeral(text, after)?;
    let mut value = found.scaled(found.value);
    let mut end = found.end;
    if found.spelled {
        return None;
    }
    // 百分之五点三.
    if text.ch(end) == '点' {
        let mut place = Decimal::new(1, 1);
        let mut at = end + 1;
        while let Some(digit) = numeral::digit(text.ch(at)).filter(|_| at < end + 5) {
            value += Decimal::from(digit) * place;
            place /= Decimal::TEN;
            at += 1;
        }
        if at > end + 1 {
            end = at;
        }
    }
    push_part(text, floor, at, end, (value / whole).round_dp(4), items)
}

fn slashed(
    text: &Text,
    floor: usize,
    at: usize,
    (value, below, end): (Decimal, Decimal, usize),
    items: &mut Vec<Item>,
) -> Option<usize> {
    let after = bound_after(text, end, text.len(), None).1.is_some();
    let before = bound_before(text, floor, at, &plain(value, end))
        .1
        .is_some()
        || matches!(text.before(at), '占' | '的' | '成')
        || CUES
            .last_in(&text.c, floor.max(at.saturating_sub(8)), at)
            .is_some_and(|(.., cue)| cue == Cue::Share);
    let closed =
        !matches!(text.class(end), Class::Word | Class::Latin | Class::Han) || text.ch(end) == '的';
    if value < below
        && below <= Decimal::from(20)
        && !below.is_zero()
        && (before || after)
        && (closed || before)
        && !text.ch(end).is_ascii_alphabetic()
    {
        return push_part(text, floor, at, end, (value / below).round_dp(4), items);
    }
    // Two years in one cell, a date without a year, 24/7.
    name(items, at, end, None)
}

fn plain(value: Decimal, end: usize) -> Numeral {
    Numeral {
        value,
        power: 0,
        end,
        han: false,
        bare: false,
        pair: None,
        spelled: false,
        odd: None,
    }
}

fn push_part(
    text: &Text,
    floor: usize,
    at: usize,
    end: usize,
    value: Decimal,
    items: &mut Vec<Item>,
) -> Option<usize> {
    let (start, before) = bound_before(text, floor, at, &plain(value, end));
    let (last, after) = bound_after(text, end, text.len(), Some(PERCENT));
    let (bound, idiom) = joined(before, after, None, false);
    let figure = Figure {
        low: value,
        high: None,
        power: 0,
        unit: Some(PERCENT),
        bound,
        idiom,
        fraction: true,
        bare: false,
        han: false,
    };
    items.push(Item {
        start,
        end: last,
        core: at,
        core_end: end,
        what: What::Figure(figure),
        flag: None,
    });
    Some(last)
}

/// 过半, 近半, 超一半, 占比达一半以上.
pub(crate) fn half(
    text: &Text,
    floor: usize,
    at: usize,
    to: usize,
    items: &mut Vec<Item>,
) -> Option<usize> {
    let core = at - usize::from(text.before(at) == '一' && at > floor);
    let end = at + 1 + usize::from(text.ch(at + 1) == '数');
    let (last, after) = bound_after(text, end, to, Some(PERCENT));
    let open = text.class(last) == Class::Word
        && !matches!(
            text.ch(last),
            '的' | '在' | '为' | '来' | '由' | '以' | '是'
        );
    let bare = Numeral {
        bare: true,
        ..plain(Decimal::ONE, end)
    };
    let (start, before) = bound_before(text, floor, core, &bare);
    let part = text.before(start) == '占'
        || text.ends(start, "比重")
        || text.ends(start, "占比")
        || text.before(core) == '占'
        || text.ends(core, "比重")
        || text.ends(core, "占比");
    let passed =
        before.is_some_and(|(bound, idiom)| bound != Comparator::Eq && idiom != "上" || part);
    if open
        || !(passed || part)
        || text.ends(start, "时间")
        || text.ends(start, "任务")
        || text.ends(start, "夜")
        || text.ends(start, "季")
    {
        return None;
    }
    let (bound, idiom) = joined(before, after, None, false);
    let figure = Figure {
        low: Decimal::new(5, 1),
        high: None,
        power: 0,
        unit: Some(PERCENT),
        bound,
        idiom,
        fraction: true,
        bare: false,
        han: false,
    };
    items.push(Item {
        start,
        end: last,
        core,
        core_end: end,
        what: What::Figure(figure),
        flag: None,
    });
    Some(last)
}

/// Signs of a number taken out: 1*家, x.5亿元, 2X项.
fn masked(text: &Text, at: usize, end: usize) -> bool {
    let mask = |ch: char| {
        matches!(
            ch,
            '*' | 'x' | 'X' | '×' | '□' | '○' | '■' | '●' | '＊' | '?' | '_' | '…'
        )
    };
    mask(text.ch(end))
        && !text.gap(end)
        && text.class(end + 1) != Class::Latin
        && text.class(end + 1) != Class::Digit
        || at > 0
            && mask(text.before(at))
            && text.before(at) != '?'
            && text.before(at) != '…'
            && text.class_before(at.saturating_sub(1)) != Class::Latin
        || text.ends(at, "x.")
        || text.ends(at, "X.")
        || text.ends(at, "*.")
}

/// 25机, 30乐: a percent sign misread, sure only where the words before ask for one.
fn damaged_percent(
    text: &Text,
    floor: usize,
    at: usize,
    found: &Numeral,
    items: &mut Vec<Item>,
) -> Option<usize> {
    if found.han
        || found.power > 0
        || !matches!(
            text.ch(found.end),
            '机' | '乐' | '殊' | '呢' | '％' | '祝' | '哈'
        )
    {
        return None;
    }
    let (start, before) = bound_before(text, floor, at, found);
    let low = floor.max(start.saturating_sub(4));
    let asked = CUES
        .ends(&text.c, low, start)
        .is_some_and(|(_, cue)| matches!(cue, Cue::Grow | Cue::Fall | Cue::Share));
    if !asked || found.value > Decimal::from(1000) {
        return None;
    }
    let (bound, idiom) = joined(before, None, None, false);
    let figure = Figure {
        low: found.value,
        high: None,
        power: 0,
        unit: Some(PERCENT),
        bound,
        idiom,
        fraction: false,
        bare: false,
        han: false,
    };
    let end = found.end + 1;
    items.push(Item {
        start,
        end,
        core: at,
        core_end: found.end,
        what: What::Figure(figure),
        flag: Some(Flag::Damaged),
    });
    Some(end)
}

/// 98分 as a score: 分 is a unit only where the phrase ends with it.
fn scored(text: &Text, at: usize) -> Option<(usize, Unit)> {
    let closed = !matches!(
        text.class(at + 1),
        Class::Word | Class::Latin | Class::Han | Class::Digit
    ) || AFTER.starts(&text.c, at + 1, at + 4).is_some()
        || text.ch(at + 1) == '的';
    (text.ch(at) == '分' && closed).then_some((
        at + 1,
        Unit {
            base: "分",
            sort: Sort::Counter,
        },
    ))
}

struct Range {
    unit: Option<Unit>,
    low: Decimal,
    high: Decimal,
    power: u32,
    end: usize,
}

/// 3—5个, 3%~5%, 3至5个, 3万—5万元: one unit and one multiplier for both ends.
fn range(
    text: &Text,
    floor: usize,
    at: usize,
    found: &Numeral,
    first: Option<(usize, Unit)>,
) -> Option<Range> {
    let mut next = first.map_or(found.end, |(end, _)| end);
    let mut dashes = 0;
    while text.class(next) == Class::Dash && dashes < 2 {
        next += 1;
        dashes += 1;
    }
    if dashes == 0 {
        if !matches!(text.ch(next), '至' | '到')
            || at > floor && matches!(text.before(at), '从' | '由')
        {
            return None;
        }
        next += 1;
    }
    if !matches!(text.class(next), Class::Digit | Class::Han)
        || text.class(next) == Class::Han && !found.han
    {
        return None;
    }
    let last = numeral(text, next)?;
    if last.spelled || last.han != found.han {
        return None;
    }
    let second = unit(text, last.end);
    let (end, unit) = second?;
    if matches!(unit.sort, Sort::Name | Sort::Serial) {
        return None;
    }
    if let Some((_, first)) = first
        && first.base != unit.base
    {
        return None;
    }
    let low = if found.power == last.power || found.power > 0 {
        numeral::scale(found.value, found.power)
    } else {
        numeral::scale(found.value, last.power)
    };
    let high = numeral::scale(last.value, last.power);
    (low < high).then_some(Range {
        unit: Some(unit),
        low,
        high,
        power: 0,
        end,
    })
}

/// Numbers that only name: 30强, 15号线, 8英寸产线, 24小时在线, 13所 of a research group.
fn designation(
    text: &Text,
    floor: usize,
    at: usize,
    found: &Numeral,
    sort: Option<Sort>,
    end: usize,
    items: &mut Vec<Item>,
) -> Option<usize> {
    let next = text.class(end);
    let noun =
        matches!(next, Class::Word | Class::Latin) && AFTER.starts(&text.c, end, end + 3).is_none();
    match sort? {
        Sort::Name => return name(items, at, end, None),
        Sort::Spec if noun && !matches!(text.ch(end), '的' | '增' | '提' | '下' | '降') => {
            return name(items, at, end, None);
        }
        Sort::Time => return time(text, floor, at, found, end, items),
        Sort::Serial => {
            let low = floor.max(at.saturating_sub(12));
            let said = [
                "举办", "开展", "刊发", "编发", "印发", "组织", "培训", "推出", "编印", "报送",
                "制作", "播出", "出版", "共", "累计", "连续", "办班", "讲座", "简报", "信息",
                "专刊", "达", "分",
            ];
            let counted = said
                .into_iter()
                .any(|word| (low..at).any(|from| text.has(from, word)));
            if found.han || !counted || noun && text.ch(end) != '次' {
                return name(items, at, end, None);
            }
        }
        Sort::Measure => {
            // 200兆瓦光伏项目, 360度: what is measured names the thing.
            let energy = [
                "兆瓦",
                "吉瓦",
                "兆瓦时",
                "吉瓦时",
                "千瓦",
                "MW",
                "GW",
                "GWh",
                "MWh",
                "km",
                "mm",
                "cm",
            ]
            .into_iter()
            .any(|word| text.ends(end, word));
            let plain = ["度", "环", "里", "转", "方", "升", "米", "页", "步"]
                .into_iter()
                .any(|word| text.ends(end, word) && end - found.end == 1);
            if energy
                && noun
                && found.power == 0
                && !matches!(text.ch(end), '的' | '增' | '提' | '，')
            {
                return name(items, at, end, None);
            }
            if plain && found.power == 0 && noun && text.ends(end, "度") {
                return name(items, at, end, None);
            }
        }
        Sort::Counter if text.ends(end, "所") && !found.han => {
            // 航天13所, 中电54所: institutes are numbered.
            let group = [
                "航天",
                "电科",
                "船舶",
                "中电",
                "中船",
                "兵器",
                "航空",
                "核工业",
                "中航",
                "中核",
                "兵装",
                "重工",
            ];
            if group.into_iter().any(|word| text.ends(at, word)) {
                return name(items, at, end, None);
            }
        }
        _ => {}
    }
    None
}

/// 连续2年 counts, 3年 alone is a span of time, 24小时服务 a manner of speaking.
fn time(
    text: &Text,
    floor: usize,
    at: usize,
    found: &Numeral,
    end: usize,
    items: &mut Vec<Item>,
) -> Option<usize> {
    let low = floor.max(at.saturating_sub(6));
    let (start, bound) = bound_before(text, floor, at, found);
    let cued = CUES
        .ends(&text.c, low, start)
        .is_some_and(|(_, cue)| matches!(cue, Cue::Grow | Cue::Fall | Cue::Share | Cue::Rate));
    let running = text.ends(at, "连续") || text.ends(at, "连续第");
    if running {
        return None;
    }
    let year = text.ends(end, "年");
    let day = text.ends(end, "日") && !text.ends(end, "工作日") && !text.ends(end, "交易日");
    let clock = text.ends(end, "小时")
        && (found.value == Decimal::from(24) || found.value == Decimal::from(12))
        && text.class(end) == Class::Word;
    if clock || found.han && !cued && bound.is_none() {
        return name(items, at, end, None);
    }
    if (year || day) && !cued && bound.is_none_or(|(bound, _)| bound == Comparator::Eq) {
        let years = u32::try_from(found.value.mantissa()).unwrap_or(0);
        let what = What::Date(super::date::When::Span(if year { years } else { 0 }));
        items.push(Item {
            start: at,
            end,
            core: at,
            core_end: end,
            what,
            flag: None,
        });
        return Some(end);
    }
    None
}

/// The words before a number that bind it, and where they begin.
fn bound_before(
    text: &Text,
    floor: usize,
    at: usize,
    found: &Numeral,
) -> (usize, Option<(Comparator, &'static str)>) {
    let mut start = at;
    let mut chosen: Option<(Comparator, &'static str)> = None;
    for _ in 0..3 {
        let Some((next, (bound, idiom))) = BEFORE.ends(&text.c, floor, start) else {
            break;
        };
        if cues::binder_is_word(idiom, text.before(next)) && start - next == 1 {
            break;
        }
        if matches!(idiom, "上" | "过" | "破")
            && !(found.bare || text.ends(start, "超过"))
            && !(idiom == "破")
        {
            break;
        }
        if matches!(idiom, "至" | "到" | "是") && chosen.is_some() {
            break;
        }
        let stronger = match chosen {
            None => true,
            Some((Comparator::Eq, _)) => bound != Comparator::Eq,
            Some(_) => false,
        };
        if stronger {
            chosen = Some((bound, idiom));
        }
        start = next;
    }
    if text.ends(start, "连续") && start >= floor + 2 {
        start -= 2;
    }
    (start, chosen)
}

/// The words after a number and its unit that bind it, and where they end.
fn bound_after(
    text: &Text,
    end: usize,
    to: usize,
    unit: Option<Unit>,
) -> (usize, Option<(Comparator, &'static str)>) {
    let Some((last, (bound, idiom))) = AFTER.starts(&text.c, end, to.max(end).min(end + 5)) else {
        return (end, None);
    };
    let wrong = match idiom {
        "起" => {
            text.class(last) == Class::Word
                || unit.is_none_or(|unit| !matches!(unit.sort, Sort::Money))
        }
        "多" => {
            text.class(last) == Class::Word && !matches!(text.ch(last), '的')
                || unit.is_none_or(|unit| matches!(unit.sort, Sort::Counter | Sort::Weak))
        }
        "余" => text.class(last) == Class::Word,
        "超" => text.class(last) == Class::Digit || text.class(last) == Class::Latin,
        _ => false,
    };
    if wrong {
        (end, None)
    } else {
        (last, Some((bound, idiom)))
    }
}

/// One bound out of what stands before, after and inside the number.
fn joined(
    before: Option<(Comparator, &'static str)>,
    after: Option<(Comparator, &'static str)>,
    odd: Option<char>,
    round: bool,
) -> (Option<Comparator>, Option<&'static str>) {
    if let Some((bound, idiom)) = after.filter(|(bound, _)| *bound != Comparator::Eq) {
        return (Some(bound), Some(idiom));
    }
    if let Some((bound, idiom)) = before.filter(|(bound, _)| *bound != Comparator::Eq) {
        return (Some(bound), Some(idiom));
    }
    match odd {
        Some('多') => return (Some(Comparator::Gt), Some("多")),
        Some(_) => return (Some(Comparator::Approx), Some("余")),
        None => {}
    }
    if round {
        return (Some(Comparator::Approx), before.map(|(_, idiom)| idiom));
    }
    (None, before.map(|(_, idiom)| idiom))
}

/// Han numerals are words more often than counts; this asks for evidence that they count.
#[allow(clippy::too_many_arguments)]
fn counts(
    text: &Text,
    floor: usize,
    at: usize,
    start: usize,
    end: usize,
    heading: bool,
    found: &Numeral,
    measured: Option<Unit>,
    before: bool,
    after: bool,
) -> bool {
    let Some(unit) = measured else {
        // 超千亿, 近万 without a unit: only bound and at the end of a phrase.
        return found.bare && before && named_before(text, floor, start).is_some();
    };
    let next = text.class(end);
    let closed = !matches!(
        next,
        Class::Word
            | Class::Latin
            | Class::Han
            | Class::Trigger
            | Class::Digit
            | Class::Quote
            | Class::Book
    );
    let bound = before || after;
    if found.spelled && found.pair.is_none() {
        return false;
    }
    // A mask or a letter in the place of the digits: xx亿元, **万元.
    if found.bare
        && matches!(
            text.class_before(at),
            Class::Latin | Class::Sign | Class::Digit
        )
    {
        return false;
    }
    if found.bare {
        let firm = before
            && (start < at)
            && BEFORE
                .ends(&text.c, floor, at)
                .is_some_and(|(_, (bound, _))| bound != Comparator::Eq)
            || found.odd.is_some();
        if text.ends(end, "级") || matches!(text.ch(end), '级') {
            return false;
        }
        if firm {
            // 超千亿元企业 is a class of firms, not a sum.
            let class = unit.sort == Sort::Money
                && [
                    "企业", "项目", "产业", "集群", "园区", "县", "市", "镇", "村", "板块", "级",
                    "平台", "工程", "单位",
                ]
                .into_iter()
                .any(|word| text.has(end, word));
            return !class;
        }
        if heading || unit.sort == Sort::Money || after && unit.sort == Sort::Money {
            return false;
        }
        let noun = [
            "计划", "工程", "行动", "大会", "大讲", "争", "号", "万", "千", "百", "帮", "联", "进",
            "助", "企帮", "村", "有效",
        ]
        .into_iter()
        .any(|word| text.has(end, word));
        let head = text.ch(at);
        let people = unit.base == "人"
            && matches!(text.class_before(at), Class::Word)
            && matches!(text.before(at), '均' | '每' | '于' | '和' | '、');
        if noun || people || head == '万' && !closed && !after {
            return false;
        }
        let common = [
            "家", "名", "人", "场", "次", "人次", "件", "项", "个", "份", "户", "台", "支", "篇",
            "辆", "座", "所", "亩",
        ];
        return common.contains(&unit.base)
            && (after || matches!(text.class_before(at), Class::Word));
    }
    let small = found.power == 0 && found.value < Decimal::from(100) && !found.spelled;
    match unit.sort {
        Sort::Ratio | Sort::Points | Sort::Times => true,
        Sort::Tenths => {
            let part = text.before(start) == '占'
                || CUES
                    .last_in(&text.c, floor.max(start.saturating_sub(10)), start)
                    .is_some_and(|(.., cue)| {
                        matches!(cue, Cue::Share | Cue::Rate | Cue::Grow | Cue::Fall)
                    });
            let rest = closed || matches!(text.ch(end), '的' | '来' | '由' | '在' | '为');
            bound || part && rest || after && (closed || rest || part)
        }
        Sort::Name | Sort::Serial | Sort::Doublings => false,
        Sort::Steps => true,
        Sort::Time => true,
        Sort::Money => !small || closed && before,
        Sort::Measure => {
            !small
                || bound
                || closed
                    && matches!(
                        unit.base,
                        "吨" | "公里" | "千米" | "公顷" | "平方公里" | "m2"
                    )
        }
        Sort::Spec => false,
        Sort::Counter | Sort::Weak => counter(
            text, floor, at, start, end, found, unit, closed, bound, after,
        ),
    }
}

#[allow(clippy::too_many_arguments)]
fn counter(
    text: &Text,
    floor: usize,
    at: usize,
    start: usize,
    end: usize,
    found: &Numeral,
    unit: Unit,
    closed: bool,
    bound: bool,
    after: bool,
) -> bool {
    let prior = text.before(start);
    if matches!(
        prior,
        '每' | '同'
            | '某'
            | '任'
            | '这'
            | '那'
            | '哪'
            | '第'
            | '又'
            | '另'
            | '统'
            | '单'
            | '逐'
            | '之'
            | '其'
            | '不'
            | '十'
            | '百'
            | '万'
            | '唯'
    ) && !bound
    {
        return false;
    }
    let people = matches!(
        unit.base,
        "家" | "名"
            | "所"
            | "座"
            | "台"
            | "支"
            | "件"
            | "辆"
            | "户"
            | "笔"
            | "份"
            | "篇"
            | "场"
            | "人次"
            | "场次"
            | "席"
            | "栋"
            | "幢"
            | "处"
            | "家次"
            | "套"
            | "款"
            | "艘"
            | "架"
            | "例"
            | "株"
            | "册"
            | "张床位"
    );
    if found.value == Decimal::ONE && found.power == 0 && found.pair.is_none() {
        // 一 counts only behind what it counts: 获批省级孵化器一家。
        let countable = people && !matches!(unit.base, "处" | "台" | "场" | "份" | "套")
            || matches!(unit.base, "个" | "项");
        return countable
            && (closed || after)
            && matches!(
                text.class_before(at),
                Class::Word | Class::Close | Class::Unquote
            )
            && at > floor
            && !matches!(
                text.before(at),
                '成' | '是' | '为' | '了' | '的' | '于' | '有' | '另' | '合' | '如'
            );
    }
    if closed || after {
        // 三人目, “四个” and the like stand alone only in names.
        return (people
            || bound
            || matches!(
                unit.base,
                "个" | "人" | "项" | "次" | "条" | "种" | "方面" | "位"
            ) && at > floor)
            && text.class_before(at) != Class::Comma
            || people;
    }
    if ENUMERATED.starts(&text.c, end, end + 5).is_some() {
        return false;
    }
    if people || bound && matches!(unit.base, "个" | "人" | "项" | "次" | "条" | "种") {
        return true;
    }
    match unit.base {
        "人" => matches!(
            text.ch(end),
            '入' | '获' | '被' | '当' | '荣' | '参' | '列' | '晋' | '成' | '申' | '取' | '通'
        ),
        // 两个万亿元台阶 measures by a step and counts nothing.
        "个" => {
            text.class(end) != Class::Han && ENUMERATED.first_in(&text.c, end, end + 7).is_none()
        }
        "项" | "条" => {
            ENUMERATED.first_in(&text.c, end, end + 7).is_none() && found.value < Decimal::from(100)
        }
        "次" => !matches!(
            text.ch(end),
            '创' | '分' | '能' | '元' | '开' | '供' | '曲' | '会' | '函' | '方' | '产' | '污'
        ),
        _ => false,
    }
}

/// What a Han numeral that counts nothing leaves behind: a name where it has the form of one.
fn unsaid(
    text: &Text,
    at: usize,
    end: usize,
    found: &Numeral,
    measured: Option<Unit>,
    items: &mut Vec<Item>,
) -> Option<usize> {
    if found.value == Decimal::ONE && !found.bare && found.power == 0 {
        return Some(found.end);
    }
    if text.ch(found.end) == '大' && !matches!(text.ch(found.end + 1), '学' | '桥' | '厦' | '道')
    {
        return name(items, at, found.end + 1, Some(Flag::Enumeration));
    }
    if measured.is_some() {
        let flag = ENUMERATED
            .starts(&text.c, end, end + 5)
            .map(|_| Flag::Enumeration);
        return name(items, at, end, flag);
    }
    if found.spelled {
        name(items, at, found.end, None)
    } else {
        Some(found.end)
    }
}
