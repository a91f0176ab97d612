//! Numbers with a unit that only name: 30强, 15号线, 8英寸产线, 24小时在线, 三年行动.
//!
//! Owns the units that make names and those that do so before a noun.

use super::bound::bound_before;
use super::cues::{AFTER, CUES, Cue};
use super::item::{Item, What};
use super::mention::Comparator;
use super::numeral::Numeral;
use super::scan::name;
use super::text::{Class, Text};
use super::unit::Sort;
use rust_decimal::Decimal;

/// Numbers that only name: 30强, 15号线, 8英寸产线, 24小时在线, 13所 of a research group.
pub(super) fn designation(
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
pub(super) fn time(
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
