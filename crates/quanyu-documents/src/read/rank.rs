//! Places in an order and their likes that are none: 第N, 前N, 首位, 首家, 唯一.
//!
//! Owns the words that begin with a trigger character. Leaves the field of a rank to `sentence`.
//! Invariant: 第N is a rank only with a word that claims it or an area that bounds it.

use super::cues::{AREA_ENDS, RANKED};
use super::date;
use super::item::{Item, What};
use super::kind::before_bracket;
use super::mention::{Comparator, Flag};
use super::numeral::numeral;
use super::scan::name;
use super::text::{Class, Text};
use super::turn::{doubled, flat, half, per};
use super::words::Words;
use rust_decimal::Decimal;
use std::sync::LazyLock;

/// Reads what begins with a trigger character.
pub(crate) fn trigger(
    text: &Text,
    floor: usize,
    at: usize,
    to: usize,
    items: &mut Vec<Item>,
) -> Option<usize> {
    match text.ch(at) {
        '第' => ordinal(text, floor, at, items),
        '前' => leading(text, floor, at, items),
        '首' => first(text, floor, at, items),
        '唯' => only(text, floor, at, items),
        '榜' => top(text, floor, at, items),
        '仅' => next_to(text, at, items),
        '持' => flat(text, floor, at, items),
        '翻' => doubled(text, floor, at, items),
        '每' => per(text, at, items),
        '半' => half(text, floor, at, to, items),
        _ => None,
    }
}

pub(super) fn push(
    items: &mut Vec<Item>,
    start: usize,
    end: usize,
    core: (usize, usize),
    what: What,
    flag: Option<Flag>,
) -> Option<usize> {
    items.push(Item {
        start,
        end,
        core: core.0,
        core_end: core.1,
        what,
        flag,
    });
    Some(end)
}

/// Whether what stands before `at` claims a rank: a verb of ranking or an area. Gives where the
/// claim begins.
fn claimed(text: &Text, floor: usize, at: usize) -> Option<usize> {
    // 居全市各区(市)首位.
    let bracket = before_bracket(text, at);
    if bracket < at && bracket > floor {
        return claimed(text, floor, bracket);
    }
    if let Some((start, ())) = AREA_ENDS.ends(&text.c, floor, at) {
        return Some(start);
    }
    if let Some((start, ())) = RANKED.ends(&text.c, floor, at) {
        return Some(start);
    }
    // 排名:第3.
    if text.before(at) == ':'
        && let Some((start, ())) = RANKED.ends(&text.c, floor, at - 1)
    {
        return Some(start);
    }
    // 居全省同类城市第二, 全省县区第5: a claim a little before, with nothing between but words.
    let low = at.saturating_sub(16).max(floor);
    let mut back = at;
    while back > low
        && matches!(
            text.class(back - 1),
            Class::Word
                | Class::Han
                | Class::Trigger
                | Class::Digit
                | Class::Quote
                | Class::Unquote
        )
    {
        back -= 1;
    }
    // 居苏北第2, 均为省会第一: a plain verb of ranking with a name of a few characters.
    let strong = ["居", "列", "位居", "位列", "名列", "排名", "均为", "排"];
    for near in back.max(at.saturating_sub(7))..at {
        if let Some(verb) = strong.into_iter().find(|verb| text.has(near, verb)) {
            let end = near + verb.chars().count();
            if end <= at && at - end <= 6 && (end..at).all(|at| text.class(at) == Class::Word) {
                return Some(near);
            }
        }
    }
    let suffix = matches!(
        text.before(at),
        '市' | '区'
            | '县'
            | '省'
            | '内'
            | '国'
            | '州'
            | '类'
            | '城'
            | '位'
            | '名'
            | '盟'
            | '地'
            | '群'
            | '中'
            | '”'
            | '部'
            | '业'
    );
    let mut near = at;
    while near > back {
        if let Some((start, ())) = AREA_ENDS.ends(&text.c, back, near)
            && suffix
        {
            return Some(start);
        }
        if let Some((start, ())) = RANKED.ends(&text.c, back, near)
            && (suffix || near == at)
        {
            return Some(start);
        }
        near -= 1;
    }
    None
}

/// The idiom of a claim, for the check.
fn idiom_of(text: &Text, start: usize, at: usize) -> Option<&'static str> {
    let words = ["居", "列", "排名", "排", "跃居", "升至", "获"];
    words
        .into_iter()
        .find(|word| text.has(start, word) || text.ends(at, word))
}

fn ordinal(text: &Text, floor: usize, at: usize, items: &mut Vec<Item>) -> Option<usize> {
    if let Some((when, end)) = date::date(text, at) {
        return push(items, at, end, (at, end), What::Date(when), None);
    }
    let mut found = numeral(text, at + 1)?;
    if found.spelled || found.bare {
        return Some(found.end);
    }
    // A power would be taken from a following word: 第一百货 is a name.
    let value = found.scaled(found.value);
    let mut flag = None;
    // 第2o: the full stop read as a letter.
    if matches!(text.ch(found.end), 'o' | 'O') && text.class(found.end + 1) != Class::Latin {
        found.end += 1;
        flag = Some(Flag::Damaged);
    }
    let end = found.end;
    let next = text.ch(end);
    match next {
        '家' | '个' | '例' | '座' | '台' | '支' | '款' | '所' | '只' | '条' | '颗' | '艘'
        | '项' => {
            let unit = [
                "家", "个", "例", "座", "台", "支", "款", "所", "只", "条", "颗", "艘", "项",
            ]
            .into_iter()
            .find(|unit| text.has(end, unit));
            let start = AREA_ENDS
                .ends(&text.c, floor, at)
                .map_or(at, |(start, ())| start);
            return push(
                items,
                start,
                end + 1,
                (at, end),
                What::Ordinal {
                    value: Some(value),
                    unit,
                    first: false,
                },
                None,
            );
        }
        '届' | '批' | '次' | '期' | '轮' | '季' | '场' | '站' | '代' | '版' => {
            let unit = ["届", "批", "次", "期", "轮", "季", "场", "站", "代", "版"]
                .into_iter()
                .find(|unit| text.has(end, unit));
            return push(
                items,
                at,
                end + 1,
                (at, end),
                What::Ordinal {
                    value: Some(value),
                    unit,
                    first: false,
                },
                None,
            );
        }
        '号' | '章' | '节' | '大' | '产' | '线' | '类' | '等' | '页' | '方' | '时' | '责'
        | '要' | '书' | '议' | '动' | '资' | '课' | '梯' | '阵' | '现' | '中' | '小' | '人'
        | '医' | '实' | '附' | '曲' | '粒' | '步' | '道' | '关' | '手' | '把' | '生' | '视'
        | '党' | '种' | '行' | '车' | '桶' | '标'
            if next != '大' || claimed(text, floor, at).is_none() =>
        {
            return name(items, at, end, None);
        }
        _ => {}
    }
    let claim = claimed(text, floor, at);
    let placed = matches!(next, '位' | '名');
    let mut last = end;
    if placed {
        last += 1;
        // 第一名额 and 第3名单 are no places.
        if matches!(text.ch(last), '额' | '单') {
            return name(items, at, end, None);
        }
    }
    let closed = !matches!(
        text.class(last),
        Class::Word | Class::Han | Class::Trigger | Class::Latin | Class::Digit
    ) || matches!(
        text.ch(last),
        '的' | '并'
            | '且'
            | '和'
            | '与'
            | '及'
            | '在'
            | '较'
            | '比'
            | '为'
            | '连'
            | '至'
            | '到'
            | '上'
            | '升'
            | '提'
            | '跃'
            | '前'
            | '增'
            | '第'
            | '、'
    );
    let follows = items.last().is_some_and(|prior| {
        matches!(prior.what, What::Rank { .. })
            && at <= prior.end + 1
            && (at == prior.end
                || matches!(text.ch(prior.end), '、' | '和' | '与' | '及' | '至' | ','))
    });
    let from = matches!(text.before(at), '从' | '由') && (placed || closed);
    let claim = claim.map(|start| {
        if text.class(start) == Class::Unquote {
            at
        } else {
            start
        }
    });
    if claim.is_some() && (placed || closed || !found.han)
        || follows
        || from
        || placed && closed && !found.han
    {
        let start = claim.unwrap_or(at);
        // 居全市十个区县第一: the count belongs to the field.
        if let Some(prior) = items.last()
            && prior.start > start
            && at <= prior.end + 6
            && prior.figure().is_some_and(|figure| figure.idiom.is_none())
            && AREA_ENDS.ends(&text.c, start, prior.start).is_some()
        {
            items.pop();
        }
        let start = items.last().map_or(start, |prior| start.max(prior.end));
        let what = What::Rank {
            value: Some(value),
            bound: Comparator::Eq,
            idiom: idiom_of(text, start, at),
        };
        return push(items, start, last, (at + 1, end), what, flag);
    }
    if placed && !text.ends(at, "之") {
        let what = What::Rank {
            value: Some(value),
            bound: Comparator::Eq,
            idiom: None,
        };
        return push(items, at, last, (at + 1, end), what, flag);
    }
    name(items, at, end, None)
}

/// 前六, 前10位, 前三甲, 前三季度, 前9个月.
fn leading(text: &Text, floor: usize, at: usize, items: &mut Vec<Item>) -> Option<usize> {
    if let Some((when, end)) = date::date(text, at) {
        return push(items, at, end, (at, end), What::Date(when), None);
    }
    if !matches!(text.class(at + 1), Class::Digit | Class::Han)
        || matches!(
            text.before(at),
            '提' | '目' | '之' | '以' | '先' | '向' | '跟' | '面'
        )
    {
        return None;
    }
    if let Some((years, end)) = date::span(text, at + 1) {
        return push(
            items,
            at,
            end,
            (at + 1, end),
            What::Date(date::When::Span(years)),
            None,
        );
    }
    let found = numeral(text, at + 1)?;
    if found.spelled || found.power > 0 {
        return None;
    }
    let mut end = found.end;
    if matches!(text.ch(end), '位' | '名' | '强' | '甲') {
        end += 1;
    }
    if text.class(end) == Class::Percent {
        // 前10% bounds a field; it is a place only where one is claimed.
        claimed(text, floor, at)?;
        return None;
    }
    let claim = claimed(text, floor, at);
    let of_things = text.ch(end) == '的'
        || (text.class(end) == Class::Word
            && !matches!(
                text.ch(end),
                '(' | '以' | '之' | '行' | '并' | '和' | '且' | '位'
            ));
    let Some(start) = claim.filter(|_| !of_things) else {
        return name(items, at, end, None);
    };
    if matches!(text.ch(end), '以' | '之') && text.ch(end + 1) == '内' {
        end += 2;
    }
    let start = items.last().map_or(start, |prior| start.max(prior.end));
    push(
        items,
        start,
        end,
        (at + 1, found.end),
        What::Rank {
            value: Some(found.value),
            bound: Comparator::Le,
            idiom: Some("前"),
        },
        None,
    )
}

/// 首位 is a rank where it is held, 首家, 首个 … are first in time.
fn first(text: &Text, floor: usize, at: usize, items: &mut Vec<Item>) -> Option<usize> {
    static COUNTED: LazyLock<Words<&'static str>> = LazyLock::new(|| {
        let words = "家 个 支 次 批 台 套 座 条 届 例 款 张 单 本 部 项 艘 架 只 场 所 颗 店 辆 笔 宗 幅 列 件 份 枚 片 组 期 轮 站 间 处 对 名 户 度 创 种 类 发";
        let rows: Vec<(&str, &'static str)> =
            words.split_whitespace().map(|word| (word, word)).collect();
        Words::forwards(&rows)
    });
    let (end, unit) = if text.ch(at + 1) == '位' {
        let held = RANKED.ends(&text.c, floor, at).is_some()
            || AREA_ENDS.ends(&text.c, floor, at).is_some()
            || text.ends(at, "之")
            || text.ends(at, "区")
            || text.ends(at, "市")
            || claimed(text, floor, before_bracket(text, at)).is_some()
                && text.class_before(at) == Class::Close;
        let placed = [
            "放在", "摆在", "置于", "摆到", "作为", "放到", "列为", "摆上", "立于",
        ]
        .into_iter()
        .any(|word| text.ends(at, word));
        if placed {
            return name(items, at, at + 2, None);
        }
        if !held {
            return None;
        }
        let start = claimed(text, floor, at).unwrap_or(at);
        let start = items.last().map_or(start, |prior| start.max(prior.end));
        let what = What::Rank {
            value: Some(Decimal::ONE),
            bound: Comparator::Eq,
            idiom: Some("首位"),
        };
        return push(items, start, at + 2, (at, at + 2), what, None);
    } else {
        COUNTED.starts(&text.c, at + 1, at + 3)?
    };
    // 首发, 首创 are verbs; 首部 and 首席 are other words.
    let unit = match unit {
        "创" | "发" | "度" => None,
        unit => Some(unit),
    };
    if text.ch(at + 1) == '发'
        && text.class(at + 2) == Class::Word
        && matches!(text.ch(at + 2), '言' | '站')
    {
        return None;
    }
    let start = area_before(text, floor, at).unwrap_or(at);
    let start = items.last().map_or(start, |prior| start.max(prior.end));
    push(
        items,
        start,
        end,
        (at, end),
        What::Ordinal {
            value: Some(Decimal::ONE),
            unit,
            first: true,
        },
        None,
    )
}

/// The area whose name ends at `at`: 全市, or a proper name in 市, 区, 县 … at the start of its clause.
pub(crate) fn area_before(text: &Text, floor: usize, at: usize) -> Option<usize> {
    AREA_ENDS.ends(&text.c, floor, at).map(|(start, ())| start)
}

fn only(text: &Text, floor: usize, at: usize, items: &mut Vec<Item>) -> Option<usize> {
    if text.ch(at + 1) != '一'
        || matches!(
            text.ch(at + 2),
            '性' | '标' | '编' | '码' | '来' | '途' | '办'
        )
    {
        return Some(at + 2);
    }
    let area = AREA_ENDS.ends(&text.c, floor, at).map(|(start, ())| start);
    let named = matches!(
        text.before(at),
        '市' | '区' | '县' | '省' | '国' | '北' | '南' | '内'
    );
    let counted = [
        "入选",
        "获批",
        "获评",
        "上榜",
        "一家",
        "一个",
        "获得",
        "代表",
        "的国家",
        "的省",
        "连续",
    ]
    .into_iter()
    .any(|word| text.has(at + 2, word));
    if area.is_none() && !named && !counted {
        return name(items, at, at + 2, None);
    }
    let end = if text.has(at + 2, "一家") || text.has(at + 2, "一个") {
        at + 4
    } else {
        at + 2
    };
    let start = area.unwrap_or(at);
    let start = items.last().map_or(start, |prior| start.max(prior.end));
    let what = What::Rank {
        value: Some(Decimal::ONE),
        bound: Comparator::Eq,
        idiom: Some("唯一"),
    };
    push(items, start, end, (at, at + 2), what, None)
}

fn top(text: &Text, floor: usize, at: usize, items: &mut Vec<Item>) -> Option<usize> {
    if text.ch(at + 1) != '首' {
        return None;
    }
    let start = claimed(text, floor, at)?;
    let start = items.last().map_or(start, |prior| start.max(prior.end));
    let what = What::Rank {
        value: Some(Decimal::ONE),
        bound: Comparator::Eq,
        idiom: Some("榜首"),
    };
    push(items, start, at + 2, (at, at + 2), what, None)
}

/// 仅次于甲: a rank without a number.
fn next_to(text: &Text, at: usize, items: &mut Vec<Item>) -> Option<usize> {
    if !text.has(at, "仅次于") {
        return None;
    }
    let what = What::Rank {
        value: None,
        bound: Comparator::Eq,
        idiom: Some("仅次于"),
    };
    push(items, at, at + 3, (at, at + 3), what, None)
}
