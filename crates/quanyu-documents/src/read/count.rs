//! Han numerals are words more often than counts: this asks for evidence that one counts.
//!
//! Owns the evidence. A bare multiplier (百家) counts where it is bound or stands with a common
//! counter outside headings; 一 counts only behind its noun; small numerals not before nouns that
//! sum up the text (四大机制).

use super::cues::{BEFORE, CUES, Cue, ENUMERATED};
use super::item::Item;
use super::mention::{Comparator, Flag};
use super::numeral::Numeral;
use super::scan::name;
use super::text::{Class, Text};
use super::unit::{Sort, Unit, named_before};
use rust_decimal::Decimal;

/// Han numerals are words more often than counts; this asks for evidence that they count.
#[allow(clippy::too_many_arguments)]
pub(super) fn counts(
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
        if heading || unit.sort == Sort::Money {
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
            // 由四成提升到六成.
            let source = matches!(text.before(start), '由' | '从')
                && (end..end + 8).any(|at| matches!(text.ch(at), '到' | '至' | '为'));
            source || bound || part && rest || after && (closed || rest || part)
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
pub(super) fn counter(
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
pub(super) fn unsaid(
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
