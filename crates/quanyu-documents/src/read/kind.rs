//! Which kind a number is by the words before it: growth, change, share, multiple, or plain level.
//!
//! Owns the cue that governs a number and what it makes of it, lists of numbers with one unit, and
//! the base of a change (从A到B). Invariant: only words of the same clause govern.

use super::context;
use super::cues::{CUES, Cue};
use super::date;
use super::fold;
use super::item::{Figure, Item, What};
use super::mention::Kind;
use super::sentence::{Place, REACH, Reader, Said};
use super::text::{Class, Text};
use super::unit::{Sort, named_before};
use rust_decimal::Decimal;

impl Reader<'_> {
    /// The rightmost cue before a number: its end and what it makes of the number.
    pub(super) fn cue(&self, floor: usize, at: usize) -> Option<(usize, usize, Cue)> {
        let text = self.text;
        let cues = &*CUES;
        let mut end = at;
        while let Some(last) = text.last_marked(fold::CUE, floor, end) {
            let Some((start, cue)) = cues.ends(&text.c, floor, last) else {
                end = last - 1;
                continue;
            };
            let single = last - start == 1 && !matches!(text.ch(start), '占' | '率');
            if last < at && (single || cue == Cue::Level) {
                end = start;
                continue;
            }
            return Some((start, last, cue));
        }
        None
    }

    /// What a percentage is.
    pub(super) fn ratio(&self, said: &Said, place: Place, item: &Item) -> (Kind, bool) {
        let text = self.text;
        let (clause, listed) = (place.clause, place.listed);
        // 1258.6亿元(+5.8%).
        if text.before(item.core) == '+' {
            return (Kind::Growth, false);
        }
        let Some((start, end, cue)) = self.cue(clause, item.start) else {
            // 增长6%左右、力争6.5%: the aim goes on with what was said.
            if let Some((Kind::Growth, negative)) = said.kind
                && self.strives(clause, item.start)
            {
                return (Kind::Growth, negative);
            }
            let bracketed = text.class_before(item.start) == Class::Open;
            if (listed || bracketed)
                && let Some((kind @ (Kind::Share | Kind::Growth), negative)) = said.kind
            {
                return (kind, negative);
            }
            if self.context.has(context::AGAINST, clause, item.start) {
                return (Kind::Growth, false);
            }
            return (Kind::Share, false);
        };
        let to = matches!(text.ch(end), '到' | '至') || text.has(end, "为") && end < item.core;
        let rate_left = || {
            let left = self.cue(clause, start);
            left.is_some_and(|(begin, last, _)| {
                ["增速", "增幅", "增长率", "降幅", "涨幅"]
                    .into_iter()
                    .any(|word| text.has(begin, word) && begin + word.chars().count() == last)
            })
        };
        match cue {
            Cue::Grow | Cue::Fall if to && said.source => {
                (said.kind.map_or(Kind::Share, |(kind, _)| kind), false)
            }
            Cue::Grow | Cue::Fall
                if to && !matches!(text.ch(end - 1), '速' | '幅' | '率' | 'R') =>
            {
                (
                    if rate_left() {
                        Kind::Growth
                    } else {
                        Kind::Share
                    },
                    false,
                )
            }
            Cue::Grow => {
                // A ratio said to grow to a value.
                let ratio = self.context.has(context::RATIO, clause, start);
                if ratio
                    && matches!(
                        item.figure().and_then(|figure| figure.idiom),
                        Some("达到" | "达")
                    )
                {
                    (Kind::Share, false)
                } else {
                    (Kind::Growth, false)
                }
            }
            Cue::Fall => (Kind::Growth, true),
            Cue::Share | Cue::Rate | Cue::Level => (Kind::Share, false),
        }
    }

    /// Whether nothing but words of striving stands in a clause.
    fn strives(&self, clause: usize, end: usize) -> bool {
        let words = [
            "力争",
            "争取",
            "确保",
            "奋斗目标",
            "目标",
            "努力",
            "达到",
            "实现",
            "冲刺",
            "并",
            "并且",
        ];
        let mut at = clause;
        while matches!(
            self.text.class(at),
            Class::Comma | Class::List | Class::Open
        ) {
            at += 1;
        }
        let from = at;
        while at < end {
            let word = words.iter().find(|word| self.text.has(at, word));
            let Some(word) = word else { return false };
            at += word.chars().count();
        }
        at > from
    }

    /// Whether points or places are lost.
    pub(super) fn falls(&self, said: &Said, place: Place, item: &Item) -> bool {
        let low = place.from.max(item.start.saturating_sub(REACH));
        let clause = self.clause(low, item.start);
        let slow = self.context.has(context::SLOW, clause, item.start);
        let listed = place.listed;
        match self.cue(clause, item.start) {
            Some((.., Cue::Fall)) => true,
            // 增速比上月末低0.3个百分点.
            Some((_, end, Cue::Grow)) => self.context.has(context::SLOW, end, item.start),
            _ if listed => said.kind.is_some_and(|(_, negative)| negative),
            _ => slow,
        }
    }

    /// 增长N倍 grows; …的N倍 is a multiple of something.
    pub(super) fn times(&self, place: Place, item: &Item) -> (Kind, Option<String>) {
        let text = self.text;
        let clause = place.clause;
        if let Some(begin) = text.ends(item.start, "的").then(|| item.start - 1) {
            let verbs = ["相当于", "达到", "是", "为", "达", "到", "至", "超过", "超"];
            let from = (clause..begin).rev().find_map(|at| {
                verbs
                    .iter()
                    .find(|verb| text.has(at, verb))
                    .map(|verb| at + verb.chars().count())
            });
            let whole = from
                // 2020年的3倍 says when, not of what.
                .filter(|&from| begin > from && begin - from <= 16)
                .filter(|&from| date::date(text, from).is_none())
                .map(|from| text.slice(from, begin));
            return (Kind::Share, whole);
        }
        match self.cue(clause, item.start) {
            Some((_, end, Cue::Grow)) if !matches!(text.ch(end), '到' | '至') => {
                (Kind::Growth, None)
            }
            _ => (Kind::Share, None),
        }
    }

    /// Whether a counted number is a change of a stock, and if so whether downwards.
    pub(super) fn changes(&self, said: &Said, place: Place, item: &Item) -> Option<bool> {
        let text = self.text;
        let (clause, listed) = (place.clause, place.listed);
        let end = item.start;
        let end = if text.ends(end, "了") { end - 1 } else { end };
        let Some((start, last, cue)) = self.cue(clause, end) else {
            return (listed && said.kind.is_some_and(|(kind, _)| kind == Kind::Delta))
                .then(|| said.kind.is_some_and(|(_, negative)| negative));
        };
        // 净增市场主体3200户: the noun stands between.
        if text.has(start, "净增") && !listed {
            return Some(false);
        }
        if last != end || matches!(text.ch(end), '到' | '至') {
            return None;
        }
        let is = |words: &[&str]| {
            words
                .iter()
                .any(|word| text.has(start, word) && start + word.chars().count() == last)
        };
        let down = match cue {
            Cue::Fall => true,
            Cue::Grow => false,
            _ => return None,
        };
        if is(&["增速", "增幅", "涨幅", "降幅", "加快", "翻", "拉动", "扩大"]) {
            return None;
        }
        // 多12家, 少3项 only against something.
        if is(&["多", "多出", "少", "低于"]) {
            let against = (clause..start).any(|at| matches!(text.ch(at), '比' | '较'));
            return against.then_some(down);
        }
        let unit = item.figure().and_then(|figure| figure.unit);
        let people = unit.is_some_and(|unit| matches!(unit.base, "人次" | "场" | "次" | "场次"));
        if people && is(&["提升", "提高", "降", "减"]) {
            return None;
        }
        Some(down)
    }

    /// A number without a unit: taken only where the words before name what is counted.
    pub(super) fn unsaid_unit(&self, place: Place, item: &Item, figure: &Figure) -> Option<String> {
        let text = self.text;
        let (from, clause) = (place.from, place.clause);
        let bounded = item.end > item.core_end;
        let closed = bounded
            || !matches!(
                text.class(item.end),
                Class::Word | Class::Latin | Class::Han | Class::Digit | Class::Trigger
            );
        if let Some(named) = named_before(text, clause.max(from), item.start) {
            let sized =
                figure.power > 0 || figure.idiom.is_some() || figure.low > Decimal::ONE_HUNDRED;
            return (closed && (sized || text.ends(item.start, "数"))).then(|| named.to_owned());
        }
        if !closed || figure.han && !figure.bare {
            return None;
        }
        // 价格指数(CPI)为100.3.
        let noun = before_bracket(text, item.start);
        if noun < item.start && text.ends(noun, "指数") {
            return Some("1".to_owned());
        }
        if figure.power >= 7 && (bounded || figure.idiom.is_some()) {
            // 营收3亿元以上…,5千万以上…: sums of this size are money.
            return Some("元".to_owned());
        }
        if figure.power >= 4 && !bounded {
            // 总收入1.6万亿: money by its noun.
            let sums = [
                "收入",
                "产值",
                "投资",
                "规模",
                "贷款",
                "存款",
                "营收",
                "销售",
                "税收",
                "总量",
                "生产总值",
                "成交",
                "交易",
                "余额",
                "经费",
                "增加值",
            ];
            let money = sums
                .into_iter()
                .any(|word| (clause.max(from)..item.start).any(|at| text.has(at, word)));
            return Some(if money { "元" } else { "1" }.to_owned());
        }
        let words = [
            "指数", "得分", "分值", "数量", "总数", "系数", "总量", "数", "评分",
        ];
        words
            .into_iter()
            .any(|word| text.ends(item.start, word))
            .then(|| "1".to_owned())
    }

    /// How a growth is said, where no bound says more.
    pub(super) fn growth_idiom(&self, from: usize, to: usize, negative: bool) -> &'static str {
        let has = |bits| self.context.has(bits, from, to);
        if has(context::YEARLY) {
            "年均增长"
        } else if has(context::SEQUENT) {
            "环比增长"
        } else if has(context::YEAR_START) {
            "较年初"
        } else if negative {
            "同比下降"
        } else {
            "同比增长"
        }
    }
}

/// Where the words end that a bracket directly before `at` follows; `at` itself where there is none.
pub(super) fn before_bracket(text: &Text, at: usize) -> usize {
    if text.class_before(at) != Class::Close {
        return at;
    }
    let low = at.saturating_sub(14);
    let open = (low..at).rev().find(|&at| text.class(at) == Class::Open);
    open.unwrap_or(at)
}

/// Whether only a list sign stands between two items: 、 和 与 及, or nothing.
pub(super) fn listed(text: &Text, end: usize, start: usize) -> bool {
    if start <= end {
        return start == end;
    }
    match start - end {
        1 => matches!(text.ch(end), '、' | '和' | '与' | '及' | '或' | '至'),
        2 => text.has(end, "以及"),
        _ => false,
    }
}

/// Gives a number without a unit that of the next in its list: 提高15、22个百分点; N1、N2、N3亿元.
pub(super) fn share_units(text: &Text, items: &mut [Item]) {
    for nth in (0..items.len().saturating_sub(1)).rev() {
        let (left, right) = items.split_at_mut(nth + 1);
        let (Some(item), Some(next)) = (left.last_mut(), right.first()) else {
            continue;
        };
        let (end, start) = (item.end, next.start);
        if !listed(text, end, start) || start == end {
            continue;
        }
        let (What::Figure(own), What::Figure(other)) = (&mut item.what, &next.what) else {
            // 1、2号线: the last names, so do the others.
            if matches!(next.what, What::Name | What::Date(_))
                && item.figure().is_some_and(|own| own.unit.is_none())
            {
                item.what = What::Name;
            }
            continue;
        };
        let points = other.unit.is_some_and(|it| it.sort == Sort::Points);
        // 12.3个和8.4个百分点.
        let halved = points && own.unit.is_some_and(|it| it.base == "个");
        if (own.unit.is_none() || halved) && other.unit.is_some() {
            own.unit = other.unit;
            if own.power == 0 {
                own.power = other.power;
            }
        }
    }
}

/// 从A…到B, 由A增至B: A is where it came from.
pub(super) fn is_source(text: &Text, item: &Item) -> bool {
    let low = item.start.saturating_sub(12);
    // 至12.6%: where it arrived.
    if matches!(text.ch(item.start), '到' | '至') {
        return false;
    }
    let mut at = item.start;
    let begun = loop {
        if matches!(text.class(at), Class::Comma | Class::Stop | Class::Semi) {
            break false;
        }
        if matches!(text.before(at), '从' | '由')
            && (at == item.start
                || at == item.core
                || matches!(text.class(at), Class::Digit | Class::Trigger)
                || text.has(at, "上年")
                || text.has(at, "去年")
                || text.has(at, "全")
                || text.has(at, "年初")
                || text.has(at, "原来"))
        {
            break true;
        }
        // 由A至B: B is where it arrived.
        if at == low || at < item.start && matches!(text.before(at), '到' | '至') {
            break false;
        }
        at -= 1;
    };
    if !begun {
        return false;
    }
    // The target of the change follows, with its verb of arrival.
    (item.end..item.end + 14)
        .take_while(|&at| !matches!(text.class(at), Class::Stop | Class::Semi | Class::Break))
        .any(|at| matches!(text.ch(at), '到' | '至' | '为') || text.has(at, "跃居"))
}
