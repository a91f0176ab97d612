//! The whole of a share and the field of a rank, in the text's own words.
//!
//! Owns `of`. Invariant: gives words that stand in the sentence, save for completion rates, whose
//! whole is 目标, and research intensity, whose whole is GDP by definition.

use super::context;
use super::cues::AREA_ENDS;
use super::item::Item;
use super::kind::before_bracket;
use super::mention::Kind;
use super::sentence::{Place, REACH, Reader, Said};
use super::text::Class;

/// The whole of a completion rate.
pub(crate) const TARGET: &str = "目标";
/// Words that name a target.
const AIMS: [&str; 7] = ["目标", "任务", "计划", "考核", "年度", "全年", "序时"];

/// The whole of a share.
pub(super) fn of_share(
    reader: &Reader<'_>,
    place: Place,
    item: &Item,
    said: &Said,
) -> Option<String> {
    let text = reader.text;
    let (from, low, last) = (place.from, place.clause, said.of.as_deref());
    let has = |bits| reader.context.has(bits, low, item.start);
    if let Some(at) = (low..item.core).rev().find(|&at| {
        text.ch(at) == '占'
            && (!matches!(text.ch(at + 1), '地' | '用' | '据' | '有' | '领')
                || text.has(at + 1, "地区"))
    }) {
        let begin = at + 1 + usize::from(text.ch(at + 1) == '了');
        let mut end = item.start.max(begin);
        for word in [
            "比重", "比例", "份额", "比率", "总比", "比达", "比为", "比约", "比超",
        ] {
            if let Some(found) = (begin..item.core).find(|&at| text.has(at, word)) {
                end = end.min(found);
            }
        }
        let compact = text.ch(begin) == '比';
        if compact {
            // Its own noun before 占比 has nothing to do with the whole of the figure before.
            let bare = at <= low + 1;
            return within(reader, from, at)
                .or_else(|| last.filter(|_| bare).map(str::to_owned))
                .or_else(|| {
                    said.scope
                        .filter(|_| bare)
                        .map(|(start, end)| text.slice(start, end))
                });
        }
        while end > begin
            && matches!(
                text.before(end),
                '的' | '约' | '近' | '超' | '达' | '总' | '之' | '过'
            )
            && !(text.before(end) == '总' && end == begin + 1)
        {
            end -= 1;
        }
        if end > begin {
            let whole = text.slice(begin, end.min(begin + 24));
            let aimed = AIMS.iter().any(|aim| whole.contains(aim));
            return Some(if aimed { TARGET.to_owned() } else { whole });
        }
    }
    // 为年度计划的112%.
    if text.ends(item.start, "的") {
        let near = low.max(item.start.saturating_sub(9));
        if reader.context.has(context::AIMED, near, item.start - 1) {
            return Some(TARGET.to_owned());
        }
    }
    // 完成全年目标(1000家)的126.8%.
    if text.ends(item.start, "的") && text.class_before(item.start - 1) == Class::Close {
        let back = from.max(item.start.saturating_sub(18));
        let open = (back..item.start)
            .rev()
            .find(|&at| text.class(at) == Class::Open);
        if let Some(open) = open
            && reader
                .context
                .has(context::AIMED, from.max(open.saturating_sub(9)), open)
        {
            return Some(TARGET.to_owned());
        }
    }
    // 与生产总值之比为3.16%.
    if let Some(ratio) = (low..item.start).find(|&at| text.has(at, "之比"))
        && let Some(with) = (low..ratio)
            .rev()
            .find(|&at| matches!(text.ch(at), '与' | '和' | '同'))
        && ratio > with + 1
    {
        return Some(text.slice(with + 1, ratio));
    }
    if (has(context::DONE_RATE) || has(context::DONE) && has(context::AIMED))
        && !has(context::PASSED)
    {
        return Some(TARGET.to_owned());
    }
    if has(context::RATIO | context::PART) {
        return within(reader, from, item.start);
    }
    let wide = reader.clause(from, item.start);
    if reader.context.has(context::INTENSE, wide, item.start) {
        return Some("GDP".to_owned());
    }
    if let Some(at) = (low..item.start).rev().find(|&at| text.has(at, "贡献了")) {
        let begin = at + 3;
        let end = item.start;
        return (end > begin).then(|| text.slice(begin, end).trim_end_matches('的').to_owned());
    }
    // A bracket or a list goes on with the share before it.
    if text.class_before(item.start) == Class::Open
        || text.class_before(item.start) == Class::List && low + 3 > item.start
    {
        return last.map(str::to_owned);
    }
    None
}

/// 在全市占比, 在苏北五市中占比.
fn within(reader: &Reader<'_>, from: usize, at: usize) -> Option<String> {
    let text = reader.text;
    let low = from.max(at.saturating_sub(20));
    let begin = (low..at)
        .rev()
        .take_while(|&at| !matches!(text.class(at), Class::Comma | Class::Semi | Class::Stop))
        .find(|&at| text.ch(at) == '在')?;
    let mut end = at;
    while end > begin + 1 && matches!(text.before(end), '中' | '内' | '的' | '里') {
        end -= 1;
    }
    if let Some(middle) = (begin + 3..end).find(|&at| text.ch(at) == '中') {
        end = middle;
    }
    let whole = text.slice(begin + 1, end);
    (!whole.is_empty() && whole.chars().count() <= 14).then_some(whole)
}

/// The whole of a change in points, where it is a share that changes.
pub(super) fn of_delta(
    reader: &Reader<'_>,
    place: Place,
    item: &Item,
    said: &Said,
) -> Option<String> {
    let text = reader.text;
    let (from, before, last) = (place.from, said.kind, said.of.as_deref());
    let low = reader.clause(from.max(item.start.saturating_sub(REACH)), item.start);
    if let Some(at) = (low..item.start).rev().find(|&at| text.ch(at) == '占')
        && text.ch(at + 1) != '比'
    {
        let end = ["比重", "比例", "份额", "比"]
            .into_iter()
            .find_map(|word| (at + 1..item.start).find(|&at| text.has(at, word)));
        let end = end.unwrap_or(item.start);
        let whole = text.slice(at + 1, end).trim_end_matches('的').to_owned();
        return (!whole.is_empty()).then_some(whole);
    }
    // 高于全省平均水平2.1个百分点: against whom.
    for word in [
        "高于", "低于", "高出", "快于", "超出", "好于", "领先", "超过", "超",
    ] {
        if let Some(at) = (low..item.start).rev().find(|&at| text.has(at, word)) {
            let begin = at + word.chars().count();
            // 高于全国、全省1.1、0.6个百分点: the words end where the numbers begin.
            let end = (begin..item.start)
                .find(|&at| text.class(at) == Class::Digit)
                .unwrap_or(item.start);
            if end > begin && end - begin <= 14 {
                return Some(text.slice(begin, end));
            }
        }
    }
    // 占GDP比重达2.5%,提高0.2个百分点.
    (before.is_some_and(|(kind, _)| kind == Kind::Share) && last != Some(TARGET))
        .then(|| last.map(str::to_owned))
        .flatten()
}

/// The field of a rank.
pub(super) fn of_rank(
    reader: &Reader<'_>,
    place: Place,
    item: &Item,
    last: Option<&str>,
) -> Option<String> {
    let (from, floor) = (place.from, place.floor);
    let text = reader.text;
    let mut at = item.core;
    while at > item.start && matches!(text.before(at), '第' | '前') {
        at -= 1;
    }
    if text.before(at) == '第' || text.before(at) == '前' {
        at -= 1;
    }
    let low = floor.max(from).max(at.saturating_sub(20)).min(at);
    // 居全省136个县(市、区)第23位.
    let bracket = before_bracket(text, at);
    if bracket < at
        && let Some(verb) = (from.max(bracket.saturating_sub(16))..bracket)
            .rev()
            .take_while(|&at| !matches!(text.class(at), Class::Comma | Class::Semi))
            .find(|&at| matches!(text.ch(at), '居' | '列'))
    {
        return Some(text.slice(verb + 1, at));
    }
    // “全国百强区”第25位.
    if text.class_before(at) == Class::Unquote {
        let open = (from.max(at.saturating_sub(24))..at - 1)
            .rev()
            .find(|&at| text.class(at) == Class::Quote)?;
        return Some(text.slice(open + 1, at - 1));
    }
    let mut begin = at;
    let adjacent = super::cues::RANKED.ends(&text.c, low, at).is_some();
    while !adjacent
        && begin > low
        && matches!(
            text.class(begin - 1),
            Class::Word | Class::Han | Class::Trigger | Class::Open | Class::Close | Class::List
        )
    {
        begin -= 1;
        if let Some((start, ())) = super::cues::RANKED.ends(&text.c, low, begin)
            && begin < at
        {
            let _ = start;
            break;
        }
        if matches!(text.class(begin), Class::Open | Class::List)
            && !text.slice(begin, at).contains(')')
            && text.class(begin) == Class::Open
        {
            begin += 1;
            break;
        }
    }
    let stripped = |from: usize, to: usize| {
        let mut to = to;
        while to > from
            && matches!(
                text.before(to),
                '中' | '内' | '的' | '里' | '位' | '名' | '列' | '居'
            )
            && to - from > 2
            && !text.ends(to, "国内")
            && !text.ends(to, "省内")
            && !text.ends(to, "市内")
        {
            to -= 1;
        }
        text.slice(from, to)
    };
    // 全市排名第一: the area stands before the verb.
    if begin == at
        && let Some((verb, ())) =
            super::cues::RANKED.ends(&text.c, low.min(at.saturating_sub(8)).max(from), at)
        && let Some((start, ())) = AREA_ENDS.ends(&text.c, from, verb)
    {
        return Some(text.slice(start, verb));
    }
    // A general area word begins the field: 全省, 全国同类城市, 全市县区.
    if let Some(start) = (begin..at).find(|&start| {
        (start + 2..=at).any(|end| {
            AREA_ENDS
                .ends(&text.c, start, end)
                .is_some_and(|(found, ())| found == start)
        })
    }) {
        // 副省级城市 is one word.
        let start = start - usize::from(start > begin && text.before(start) == '副');
        let mut end = at;
        for word in [
            "排名", "排在", "位列", "位居", "名列", "排", "居", "列", "考核", "稳居", "均居",
        ] {
            if let Some(found) = (start + 2..at).find(|&at| text.has(at, word)) {
                end = end.min(found);
            }
        }
        return Some(stripped(start, end));
    }
    // 居苏北第二, 列计划单列市首位: what stands between the claim and the place.
    if begin < at && item.start <= begin {
        let named = matches!(
            text.before(at),
            '市' | '省'
                | '区'
                | '县'
                | '州'
                | '国'
                | '北'
                | '南'
                | '部'
                | '城'
                | '类'
                | '群'
                | '盟'
        );
        let strong = ["居", "列", "排名", "均为", "排"]
            .into_iter()
            .any(|verb| text.ends(begin, verb));
        if (named || strong)
            && at - begin <= 12
            && super::cues::RANKED.ends(&text.c, low, begin).is_some()
        {
            return Some(stripped(begin, at));
        }
    }
    within(reader, from, item.start.max(low)).or_else(|| {
        last.filter(|last| *last != TARGET && *last != "GDP")
            .map(str::to_owned)
    })
}
