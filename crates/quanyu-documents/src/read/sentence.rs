//! From the items of a sentence to mentions: kind, sign, period, nature, scope and base.
//!
//! Owns what a sentence carries from one figure to the next: unit (提高15、22个百分点), kind, period,
//! scope, the whole of a share. Leaves finding items to `scan`, the metric's words to `metric`.
//! Invariant: looks back at most [`REACH`] characters from any number.
//!
//! Start reading at [`Reader::sentence`].

use super::cues::{CUES, Cue, SCOPES};
use super::date::When;
use super::item::{Figure, Item, What};
use super::layout::{About, Part, Section};
use super::lexicon::Lexicon;
use super::mention::{Comparator, Flag, Kind, Mention, Nature, Value};
use super::scan::scan;
use super::text::{Class, Text};
use super::unit::{Sort, named_before};
use super::{metric, whole};
use rust_decimal::Decimal;
use std::collections::HashSet;

/// How far back the words of a figure are looked for.
pub(crate) const REACH: usize = 48;

/// Reads sentence after sentence.
pub(crate) struct Reader<'a> {
    pub text: &'a Text,
    pub raw: RawText<'a>,
    pub lexicon: &'a Lexicon,
    pub about: About,
    pub section: Section,
    pub out: Vec<Mention>,
    pub items: Vec<Item>,
    pub scratch: Vec<u16>,
    pub seen: HashSet<u64>,
}

/// The raw text walked forwards once: mentions come in order, so offsets need no index.
pub(crate) struct RawText<'a> {
    rest: &'a str,
    at: usize,
}

impl<'a> RawText<'a> {
    /// A walk over the text from its start.
    pub fn new(text: &'a str) -> RawText<'a> {
        RawText { rest: text, at: 0 }
    }

    /// The text between two character offsets; never asked backwards.
    fn take(&mut self, start: usize, end: usize) -> &'a str {
        self.skip(start.saturating_sub(self.at));
        let length = bytes(self.rest, end.saturating_sub(start.max(self.at)));
        &self.rest[..length]
    }

    fn skip(&mut self, count: usize) {
        let length = bytes(self.rest, count);
        self.rest = &self.rest[length..];
        self.at += count;
    }
}

/// Bytes of the first `count` characters.
fn bytes(text: &str, count: usize) -> usize {
    let mut left = count;
    for (at, byte) in text.bytes().enumerate() {
        if byte & 0xC0 != 0x80 {
            if left == 0 {
                return at;
            }
            left -= 1;
        }
    }
    text.len()
}

/// What a sentence has said so far.
#[derive(Default)]
struct Said {
    /// The stated period; the outer `None` where only the section tells.
    period: Option<Option<When>>,
    /// The area stated, and whether it holds beyond its clause.
    scope: Option<(usize, usize)>,
    scope_stays: bool,
    kind: Option<(Kind, bool)>,
    /// The whole of the last share or the field of the last rank.
    of: Option<String>,
    metric: Option<String>,
    indicator: Option<(String, f32)>,
    /// Which of the subjects of a list this figure belongs to.
    subject: Option<String>,
    /// The figure before is where a change came from (从A…).
    source: bool,
}

impl Reader<'_> {
    /// Reads `from..to`, one sentence.
    pub fn sentence(&mut self, from: usize, to: usize, heading: bool) {
        let mut items = std::mem::take(&mut self.items);
        items.clear();
        scan(self.text, from, to, heading, &mut items);
        if !items.is_empty() {
            share_units(self.text, &mut items);
            self.resolve(from, to, &items);
        }
        self.items = items;
    }

    fn resolve(&mut self, from: usize, to: usize, items: &[Item]) {
        let mut said = Said::default();
        let subjects = self.subjects(from, items);
        for nth in 0..items.len() {
            said.subject = subjects.get(nth).cloned().flatten();
            let item = &items[nth];
            let floor = if nth == 0 { from } else { items[nth - 1].end };
            self.note_scope(&mut said, floor, item.start, from);
            match item.what {
                What::Date(when) => {
                    self.note_date(&mut said, from, item, when);
                    self.plain(item, Kind::Date, Value::None, None);
                }
                What::Name => {
                    self.note_plan_period(&mut said, item);
                    self.note_masked(&mut said, floor, item);
                    self.plain(item, Kind::Name, Value::None, None);
                }
                What::Ordinal { value, unit, .. } => {
                    self.plain(
                        item,
                        Kind::OrdinalEvent,
                        value.map_or(Value::None, Value::One),
                        unit,
                    );
                }
                What::Growth(value, bound, idiom) => {
                    self.growth(&mut said, from, to, floor, item, value, bound, idiom)
                }
                What::Rank {
                    value,
                    bound,
                    idiom,
                } => self.rank(&mut said, from, to, floor, items, nth, value, bound, idiom),
                What::Figure(figure) => self.figure(&mut said, from, to, floor, items, nth, figure),
            }
        }
    }

    /// 甲、乙达N1家、N2家,分别增长P1、P2: a list of figures takes its subjects from the list of
    /// nouns before it, or from the list of figures of the same length before that.
    fn subjects(&self, from: usize, items: &[Item]) -> Vec<Option<String>> {
        let text = self.text;
        let mut subjects: Vec<Option<String>> = Vec::new();
        let mut named: Vec<String> = Vec::new();
        let mut first = 0;
        while first < items.len() {
            let mut last = first;
            while last + 1 < items.len()
                && counts(&items[last])
                && counts(&items[last + 1])
                && items[last].end < items[last + 1].start
                && listed(text, items[last].end, items[last + 1].start)
            {
                last += 1;
            }
            let length = last - first + 1;
            if length >= 2 {
                let floor = if first == 0 {
                    from
                } else {
                    items[first - 1].end
                };
                let clause = self.clause(floor, items[first].start);
                let noun = metric::noun(text, clause, items[first].start);
                let parts: Vec<&str> = noun
                    .split(['、', '和', '与', '及'])
                    .filter(|part| !part.is_empty())
                    .collect();
                if parts.len() == length {
                    named = parts.into_iter().map(str::to_owned).collect();
                } else if noun.chars().count() >= 2 {
                    named.clear();
                }
                if named.len() == length {
                    subjects.resize(items.len(), None);
                    for (nth, name) in named.iter().enumerate() {
                        subjects[first + nth] = Some(name.clone());
                    }
                }
            }
            first = last + 1;
        }
        subjects
    }

    /// 全区, 我市 … where the sentence states it as what the figures hold for.
    fn note_scope(&self, said: &mut Said, from: usize, to: usize, sentence: usize) {
        let text = self.text;
        if (from..to).any(|at| text.class(at) == Class::Semi) {
            said.scope = None;
            if self.section.part == Part::Plan {
                said.period = None;
            }
        }
        let mut at = from.max(to.saturating_sub(160));
        while let Some((start, end, ())) = SCOPES.first_in(&text.c, at, to) {
            at = end;
            let barred = matches!(
                text.before(start),
                '占' | '居'
                    | '列'
                    | '于'
                    | '较'
                    | '比'
                    | '名'
                    | '位'
                    | '超'
                    | '为'
                    | '向'
                    | '过'
                    | '开'
                    | '在'
                    | '送'
                    | '获'
                    | '由'
                    | '和'
                    | '与'
                    | '从'
                    | '被'
                    | '省'
            ) || [
                "面向",
                "扩大至",
                "入选",
                "召开",
                "参加",
                "举办",
                "作为",
                "辐射",
                "覆盖",
                "纳入",
                "推动",
                "服务",
            ]
            .iter()
            .any(|word| text.ends(start, word))
                && !text.ends(start, "推动");
            let compared = matches!(
                text.ch(end),
                '第' | '首'
                    | '前'
                    | '最'
                    | '唯'
                    | '平'
                    | '均'
                    | '上'
                    | '各'
                    | '率'
                    | '排'
                    | '领'
                    | '推'
                    | '复'
                    | '占'
                    | '通'
                    | '范'
            );
            if !barred && !compared && start >= sentence {
                said.scope = Some((start, end));
                said.scope_stays = !matches!(
                    text.class_before(start),
                    Class::Word | Class::Han | Class::Trigger
                );
            }
        }
        // 苏北五市仅2家: an area directly before the number.
        if text.ends(to, "仅") || self.text.ch(to) == '仅' {
            let end = if text.ends(to, "仅") { to - 1 } else { to };
            let mut start = end;
            while start > sentence
                && end - start < 10
                && matches!(text.class(start - 1), Class::Word | Class::Han)
            {
                start -= 1;
            }
            let area = matches!(
                text.before(end),
                '市' | '省' | '区' | '县' | '国' | '州' | '内' | '盟' | '旗'
            ) && end > start + 1;
            let opened = !matches!(text.class_before(start), Class::Word | Class::Han);
            if area && opened {
                said.scope = Some((start, end));
                said.scope_stays = false;
            }
        }
    }

    /// A date sets the period of what follows unless it is compared with or part of a name.
    fn note_date(&self, said: &mut Said, from: usize, item: &Item, when: When) {
        let text = self.text;
        let at = item.start;
        if item.flag.is_some() || text.class_before(at) == Class::Book {
            return;
        }
        // The years of the document's own title say nothing of what follows it at once.
        if self
            .about
            .title
            .is_some_and(|(first, last)| (first..last + 8).contains(&at))
        {
            return;
        }
        // Inside a cited title.
        let low = from.max(at.saturating_sub(40));
        let open = (low..at)
            .rev()
            .find(|&at| matches!(text.class(at), Class::Book | Class::Unbook));
        if open.is_some_and(|at| text.class(at) == Class::Book) {
            return;
        }
        let compared = [
            "较", "比", "同", "与", "相比", "高于", "低于", "超", "对比", "对照", "相较", "较之",
            "比照",
        ]
        .into_iter()
        .any(|word| text.ends(at, word));
        let since = (text.ends(at, "自") || text.ends(at, "从") || text.ends(at, "由"))
            || text.ch(item.end) == '起';
        // 是2020年的3倍 and 从2020年的…: a base; 提高到2023年的… states where it arrived.
        let base = text.ch(item.end) == '的'
            && text.class_before(at) == Class::Word
            && !matches!(text.before(at), '到' | '至');
        if compared || since || base {
            return;
        }
        let named = [
            "获批",
            "入选",
            "列入",
            "获得",
            "荣获",
            "申报",
            "获评",
            "纳入",
            "举办",
            "制定",
            "出台",
            "印发",
            "发布",
            "召开",
            "参加",
            "推荐",
            "公布",
            "修订",
            "上榜",
            "关于",
            "启动",
            "做好",
            "国家",
            "被评为",
            "获",
            "创建",
            "第",
            "下达",
            "参评",
            "推动",
            "落实",
            "围绕",
            "立项",
            "认定",
            "组织",
            "完成了",
            "省级",
            "省",
            "通过",
            "评为",
            "编制",
        ];
        // 围绕2025年…的目标 does date its figures.
        if named.into_iter().any(|word| text.ends(at, word))
            && !text.ends(at, "围绕")
            && !text.ends(at, "全省")
            && !text.ends(at, "我省")
        {
            return;
        }
        match when {
            When::Bad => {}
            When::Span(0) => {}
            When::Span(years) => {
                if text.ends(item.end, "内")
                    || text.ends(at, "未来")
                    || text.ends(at, "今后")
                    || text.has(item.start, "未来")
                {
                    said.period = Some(None);
                } else if (text.ends(item.end, "来")
                    || text.ends(at, "近")
                    || text.ends(at, "过去"))
                    && let Some(year) = self.section.year
                {
                    said.period = Some(Some(When::Years(year - years as i32 + 1, year)));
                }
            }
            When::Day(..) => {
                if ["截至", "截止", "至", "截止到", "截至到", "到"]
                    .into_iter()
                    .any(|word| text.ends(at, word))
                {
                    said.period = Some(Some(when));
                }
            }
            when => said.period = Some(Some(when)),
        }
    }

    /// 产业投资XX亿元,增长5%: what was masked is still what grew.
    fn note_masked(&self, said: &mut Said, floor: usize, item: &Item) {
        let text = self.text;
        if !matches!(text.before(item.start), 'x' | 'X' | '*' | '×' | '□' | '○') {
            return;
        }
        let mut end = item.start;
        while end > floor && matches!(text.before(end), 'x' | 'X' | '*' | '×' | '□' | '○' | '.')
        {
            end -= 1;
        }
        let clause = self.clause(floor, end);
        let noun = metric::noun(text, clause, end);
        if !noun.is_empty() {
            said.metric = Some(noun);
            said.indicator = None;
        }
    }

    /// “十四五”期间.
    fn note_plan_period(&self, said: &mut Said, item: &Item) {
        let text = self.text;
        if item.end != item.start + 3
            || text.ch(item.start) != '十'
            || text.ch(item.start + 2) != '五'
        {
            return;
        }
        let Some(nth) = super::numeral::digit(text.ch(item.start + 1)) else {
            return;
        };
        let at = item.end + usize::from(text.class(item.end) == Class::Unquote);
        let first = 2021 + (nth as i32 - 4) * 5;
        if text.has(at, "期间") || text.has(at, "时期") || text.has(at, "五年") {
            said.period = Some(Some(When::Years(first, first + 4)));
        } else if text.has(at, "以来") {
            let last = self
                .section
                .year
                .unwrap_or(first + 4)
                .clamp(first, first + 4);
            said.period = Some(Some(if last > first {
                When::Years(first, last)
            } else {
                When::Year(first)
            }));
        } else if text.has(at, "末") {
            said.period = Some(Some(When::Year(first + 4)));
        }
    }

    /// The clause that ends at `at`, not before `floor`.
    pub fn clause(&self, floor: usize, at: usize) -> usize {
        let low = floor.max(at.saturating_sub(REACH));
        let mut start = at;
        while start > low
            && !matches!(
                self.text.class(start - 1),
                Class::Comma
                    | Class::Semi
                    | Class::Stop
                    | Class::Break
                    | Class::Open
                    | Class::Cell
                    | Class::Close
            )
        {
            start -= 1;
        }
        start
    }

    /// The rightmost cue before a number: its end and what it makes of the number.
    fn cue(&self, floor: usize, at: usize) -> Option<(usize, usize, Cue)> {
        let mut end = at;
        while let Some((start, last, cue)) = CUES.last_in(&self.text.c, floor, end) {
            let single = last - start == 1 && !matches!(self.text.ch(start), '占' | '率');
            if single && last < at || cue == Cue::Level && last < at {
                end = start;
                continue;
            }
            return Some((start, last, cue));
        }
        None
    }

    #[allow(clippy::too_many_arguments)]
    fn figure(
        &mut self,
        said: &mut Said,
        from: usize,
        to: usize,
        floor: usize,
        items: &[Item],
        nth: usize,
        figure: Figure,
    ) {
        let text = self.text;
        let item = &items[nth];
        let clause = self.clause(floor, item.start);
        let mut unit: String;
        let (mut kind, mut negative) = (Kind::Level, false);
        let mut of: Option<String> = None;
        let listed = nth > 0 && listed(text, items[nth - 1].end, item.start);
        match figure.sort() {
            None => {
                let Some(named) = self.unsaid_unit(from, clause, item, &figure) else {
                    self.plain(item, Kind::Name, Value::None, None);
                    return;
                };
                unit = named;
            }
            Some(Sort::Ratio | Sort::Tenths) => {
                (kind, negative) = self.ratio(said, clause, item, listed);
                unit = "1".to_owned();
            }
            Some(Sort::Points) => {
                kind = Kind::Delta;
                negative = self.falls(said, from, item, listed);
                unit = "1".to_owned();
            }
            Some(Sort::Times) => {
                (kind, of) = self.times(clause, item);
                unit = "1".to_owned();
            }
            Some(Sort::Steps) => {
                kind = Kind::Delta;
                negative = self.falls(said, from, item, listed);
                unit = "rank".to_owned();
            }
            Some(_) => {
                unit = figure
                    .unit
                    .map_or_else(String::new, |unit| unit.base.to_owned());
                if let Some(down) = self.changes(said, clause, item, listed) {
                    kind = Kind::Delta;
                    negative = down;
                    if unit == "位" {
                        unit = "rank".to_owned();
                    }
                }
            }
        }
        let source = is_source(text, item);
        if source && kind == Kind::Delta && unit != "1" && unit != "rank" {
            kind = Kind::Level;
        }
        if kind == Kind::Share && of.is_none() {
            of = whole::of_share(self, from, floor, item, said.of.as_deref(), said.scope);
        } else if kind == Kind::Delta && unit == "1" {
            of = whole::of_delta(self, from, item, said.kind, said.of.as_deref());
        }
        if kind == Kind::Share
            && of.is_none()
            && (listed || said.source)
            && said.kind.is_some_and(|(kind, _)| kind == Kind::Share)
        {
            of.clone_from(&said.of);
        }
        let sign = |value: Decimal| if negative { -value } else { value };
        let low = sign(figure.base(figure.low));
        let value = match figure.high.map(|high| sign(figure.base(high))) {
            Some(high) if high < low => Value::Range(high, low),
            Some(high) => Value::Range(low, high),
            None => Value::One(low),
        };
        let mut comparator = figure.bound.unwrap_or(Comparator::Eq);
        // 完成任务56个,超8个百分点: 超 is the verb, not a bound.
        if figure.sort() == Some(Sort::Points)
            && clause == item.start
            && comparator == Comparator::Gt
        {
            comparator = Comparator::Eq;
            of = Some(whole::TARGET.to_owned());
        }
        let mut mention = self.blank(item, kind, value);
        mention.unit = Some(unit);
        mention.comparator = Some(comparator);
        mention.idiom = figure.idiom.or_else(|| {
            (kind == Kind::Growth).then(|| self.growth_idiom(clause, item.start, negative))
        });
        mention.of = of.clone();
        self.complete(said, from, to, floor, items, nth, &mut mention, source);
        let added = |metric: &str| {
            let mut chars = metric.chars();
            chars.next() == Some('新')
                && chars
                    .next()
                    .is_some_and(|ch| !"能材型兴一质产媒基农".contains(ch))
        };
        if kind == Kind::Level && mention.metric.as_deref().is_some_and(added) {
            mention.flags.push(Flag::New);
        }
        said.kind = Some((kind, negative));
        said.source = source;
        if of.is_some() {
            said.of = of;
        }
        self.push(said, mention);
    }

    /// A number without a unit: taken only where the words before name what is counted.
    fn unsaid_unit(
        &self,
        from: usize,
        clause: usize,
        item: &Item,
        figure: &Figure,
    ) -> Option<String> {
        let text = self.text;
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

    /// What a percentage is.
    fn ratio(&self, said: &Said, clause: usize, item: &Item, listed: bool) -> (Kind, bool) {
        let text = self.text;
        let Some((start, end, cue)) = self.cue(clause, item.start) else {
            let bracketed = text.class_before(item.start) == Class::Open;
            if (listed || bracketed)
                && let Some((kind @ (Kind::Share | Kind::Growth), negative)) = said.kind
            {
                return (kind, negative);
            }
            let mut at = clause;
            while at + 1 < item.start {
                if text.has(at, "同比") || text.has(at, "环比") {
                    return (Kind::Growth, false);
                }
                at += 1;
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
            Cue::Grow | Cue::Fall if to && !matches!(text.ch(end - 1), '速' | '幅') => (
                if rate_left() {
                    Kind::Growth
                } else {
                    Kind::Share
                },
                false,
            ),
            Cue::Grow => {
                // A ratio said to grow to a value.
                let ratio = ["比重", "占比"]
                    .into_iter()
                    .any(|word| (clause..start).any(|at| text.has(at, word)));
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

    /// Whether points or places are lost.
    fn falls(&self, said: &Said, from: usize, item: &Item, listed: bool) -> bool {
        let text = self.text;
        let low = from.max(item.start.saturating_sub(REACH));
        let clause = self.clause(low, item.start);
        let slow = ["放缓", "慢于", "落后", "低"].into_iter().any(|word| {
            (clause..item.start).any(|at| text.has(at, word)) && !text.ends(item.start, "提高")
        });
        match self.cue(clause, item.start) {
            Some((.., Cue::Fall)) => true,
            Some((.., Cue::Grow)) => false,
            _ if listed => said.kind.is_some_and(|(_, negative)| negative),
            _ => slow,
        }
    }

    /// 增长N倍 grows; …的N倍 is a multiple of something.
    fn times(&self, clause: usize, item: &Item) -> (Kind, Option<String>) {
        let text = self.text;
        if let Some(begin) = text.ends(item.start, "的").then(|| item.start - 1) {
            let verbs = ["相当于", "达到", "是", "为", "达", "到", "至", "超过", "超"];
            let from = (clause..begin).rev().find_map(|at| {
                verbs
                    .iter()
                    .find(|verb| text.has(at, verb))
                    .map(|verb| at + verb.chars().count())
            });
            let whole = from
                .filter(|&from| begin > from && begin - from <= 16)
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
    fn changes(&self, said: &Said, clause: usize, item: &Item, listed: bool) -> Option<bool> {
        let text = self.text;
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
        let word = text.slice(start, last);
        let down = match cue {
            Cue::Fall => true,
            Cue::Grow => false,
            _ => return None,
        };
        if matches!(
            word.as_str(),
            "增速" | "增幅" | "涨幅" | "降幅" | "加快" | "翻" | "拉动" | "扩大"
        ) {
            return None;
        }
        // 多12家, 少3项 only against something.
        if matches!(word.as_str(), "多" | "少" | "低于") {
            let against = (clause..start).any(|at| matches!(text.ch(at), '比' | '较'));
            return against.then_some(down);
        }
        let unit = item.figure().and_then(|figure| figure.unit);
        let people = unit.is_some_and(|unit| matches!(unit.base, "人次" | "场" | "次" | "场次"));
        if people && matches!(word.as_str(), "提升" | "提高" | "降" | "减") {
            return None;
        }
        Some(down)
    }

    /// How a growth is said, where no bound says more.
    fn growth_idiom(&self, from: usize, to: usize, negative: bool) -> &'static str {
        let has = |word: &str| (from..to).any(|at| self.text.has(at, word));
        if has("年均") {
            "年均增长"
        } else if has("环比") {
            "环比增长"
        } else if has("较年初") || has("比年初") {
            "较年初"
        } else if negative {
            "同比下降"
        } else {
            "同比增长"
        }
    }

    #[allow(clippy::too_many_arguments)]
    fn growth(
        &mut self,
        said: &mut Said,
        from: usize,
        to: usize,
        floor: usize,
        item: &Item,
        value: Decimal,
        bound: Comparator,
        idiom: &'static str,
    ) {
        let mut mention = self.blank(item, Kind::Growth, Value::One(value));
        mention.unit = Some("1".to_owned());
        mention.comparator = Some(bound);
        mention.idiom = Some(idiom);
        let only = [item.clone()];
        self.complete(said, from, to, floor, &only, 0, &mut mention, false);
        said.kind = Some((Kind::Growth, false));
        self.push(said, mention);
    }

    #[allow(clippy::too_many_arguments)]
    fn rank(
        &mut self,
        said: &mut Said,
        from: usize,
        to: usize,
        floor: usize,
        items: &[Item],
        nth: usize,
        value: Option<Decimal>,
        bound: Comparator,
        idiom: Option<&'static str>,
    ) {
        let item = &items[nth];
        let mut mention = self.blank(item, Kind::Rank, value.map_or(Value::None, Value::One));
        mention.unit = Some("rank".to_owned());
        mention.comparator = Some(bound);
        mention.idiom = idiom;
        mention.of = whole::of_rank(self, from, floor, item, said.of.as_deref());
        let source = is_source(self.text, item);
        self.complete(said, from, to, floor, items, nth, &mut mention, source);
        mention.scope = None;
        said.kind = Some((Kind::Rank, false));
        if mention.of.is_some() {
            said.of.clone_from(&mention.of);
        }
        self.push(said, mention);
    }

    /// Fills what every figure has: metric, link, period, nature, scope.
    #[allow(clippy::too_many_arguments)]
    fn complete(
        &mut self,
        said: &mut Said,
        from: usize,
        to: usize,
        floor: usize,
        items: &[Item],
        nth: usize,
        mention: &mut Mention,
        source: bool,
    ) {
        let item = &items[nth];
        let text = self.text;
        let came = source
            .then(|| {
                (from..=item.start)
                    .rev()
                    .take(16)
                    .find(|&at| matches!(text.ch(at), '从' | '由'))
            })
            .flatten();
        metric::fill(
            self,
            from,
            to,
            floor,
            item,
            said.metric.as_deref(),
            said.indicator.as_ref(),
            came,
            said.source,
            said.subject.take(),
            mention,
        );
        let low = self.clause(from.max(floor.saturating_sub(1)), item.start);
        // 去年, 上年 as a statement, not as a base of comparison.
        let mut period = said.period;
        let mut last_year = false;
        for at in low..item.start {
            if (text.has(at, "去年") || text.has(at, "上年"))
                && !matches!(
                    text.before(at),
                    '较' | '比' | '于' | '同' | '与' | '和' | '按'
                )
                && !text.has(at + 2, "同期")
            {
                last_year = true;
            }
        }
        if last_year && let Some(year) = self.section.year {
            let base = if self.section.part == Part::Plan {
                year
            } else {
                year
            };
            period = Some(Some(When::Year(base - 1)));
        }
        mention.period = match period {
            Some(Some(when)) => when.period(self.section.year),
            Some(None) => None,
            None => match self.section.years {
                Some((first, last)) => Some(format!("{first}-{last}")),
                None if self.about.half && self.section.part == Part::Done => {
                    self.section.year.map(|year| format!("{year}H1"))
                }
                None => self.section.year.map(|year| year.to_string()),
            },
        };
        if let Some(figure) = item.figure()
            && figure.sort() == Some(Sort::Time)
            && text.ends(item.core, "连续")
            && text.ends(item.core_end, "年")
            && let Some(years) = i32::try_from(figure.low.mantissa())
                .ok()
                .filter(|years| (2..60).contains(years))
            && let Some(year) = self.section.year
        {
            let since = (low.saturating_sub(8).max(from)..item.core).find_map(|at| {
                let (when, end) = super::date::date(text, at)?;
                (text.ch(end) == '起' && text.class_before(at) != Class::Digit)
                    .then(|| when.year())?
            });
            mention.period = Some(match since {
                Some(first) => format!("{first}-{}", first + years - 1),
                None => format!("{}-{year}", year - years + 1),
            });
        }
        if source {
            // 从2020年的3.2%: the base has the year written with it, or none.
            let stated = (item.start.saturating_sub(14).max(from)..item.start).find_map(|at| {
                match super::date::date(text, at) {
                    Some((When::Year(year), _)) if text.class_before(at) != Class::Digit => {
                        Some(year)
                    }
                    _ => None,
                }
            });
            mention.period = stated.map(|year| year.to_string());
        }
        mention.nature = Some(if source {
            Nature::Reference
        } else {
            self.nature(said, from, to, low, item, mention)
        });
        if mention.kind != Kind::Rank {
            let near = |end: usize| {
                said.scope_stays
                    || !(end.max(item.start.saturating_sub(160))..item.start)
                        .any(|at| text.class(at) == Class::Comma)
            };
            mention.scope = said
                .scope
                .filter(|&(_, end)| near(end))
                .map(|(start, end)| text.slice(start, end));
        }
        if mention.scope.is_none()
            && mention.kind == Kind::Share
            && mention.unit.as_deref() == Some("1")
        {
            // 乡镇50%以上: a kind of area directly before the number, alone in its clause.
            let kinds = [
                "乡镇",
                "园区",
                "街道",
                "农村",
                "城镇",
                "城市",
                "开发区",
                "高新区",
                "市区",
                "县域",
            ];
            mention.scope = kinds
                .into_iter()
                .find(|area| {
                    text.ends(item.start, area)
                        && !matches!(
                            text.class_before(item.start - area.chars().count()),
                            Class::Word | Class::Han
                        )
                })
                .map(str::to_owned);
        }
        for word in ["预计", "估计", "预估"] {
            if (low..item.start).any(|at| text.has(at, word)) || text.has(item.end, "(预计") {
                mention.flags.push(Flag::Estimate);
                break;
            }
        }
    }

    /// Reached, aimed at, or for comparison.
    fn nature(
        &self,
        said: &Said,
        from: usize,
        to: usize,
        low: usize,
        item: &Item,
        mention: &Mention,
    ) -> Nature {
        let text = self.text;
        let clause = self.clause(from.max(item.start.saturating_sub(REACH)), item.start);
        let has = |word: &str, from: usize| (from..item.start).any(|at| text.has(at, word));
        let figure = item.figure();
        // 营收3亿元以上规上工业企业, 投资5亿元以上项目: a class by size.
        if let Some(figure) = figure
            && matches!(figure.sort(), Some(Sort::Money | Sort::Measure))
            && matches!(figure.bound, Some(Comparator::Ge | Comparator::Gt))
            && text.class(item.end) == Class::Word
            && [
                "企业",
                "项目",
                "规上",
                "工业",
                "单位",
                "产业",
                "集群",
                "园区",
                "规模",
                "的企业",
                "的项目",
                "重大项目",
                "市场主体",
                "高新",
                "技改",
                "设备",
                "合同",
            ]
            .into_iter()
            .any(|word| text.has(item.end, word))
        {
            return Nature::Reference;
        }
        // A rule: 按20%补助, 最高不超过30万元, 给予50万元奖励.
        let ruled = (has("给予", clause) || has("按照", clause) || has("按", clause))
            && (item.end..to.min(item.end + 14)).any(|at| {
                ["奖励", "补助", "补贴", "资助", "支持", "比例", "标准"]
                    .into_iter()
                    .any(|word| text.has(at, word))
            })
            || figure
                .is_some_and(|figure| matches!(figure.idiom, Some("最高" | "不超过" | "至多")))
                && (has("给予", from)
                    || has("补助", from)
                    || has("奖励", from)
                    || has("补贴", from)
                    || has("资助", from));
        // 超过全省平均水平(8.2%): what it is compared with.
        let compared = text.class_before(item.start) == Class::Open
            && [
                "平均水平",
                "平均",
                "均值",
                "平均数",
                "去年同期",
                "上年同期",
                "目标值",
                "基期",
            ]
            .into_iter()
            .any(|word| text.ends(item.start - 1, word));
        if ruled || compared || self.section.part == Part::Glossary {
            return Nature::Reference;
        }
        let year = said.period.flatten().and_then(When::year);
        let aims = [
            "力争",
            "目标为",
            "目标是",
            "预期目标",
            "预期增长",
            "预期达",
            "拟新",
            "计划新",
            "计划完成",
            "计划实现",
            "有望",
            "确保实现",
            "确保完成",
            "计划投",
        ];
        let aimed = aims
            .into_iter()
            .any(|word| has(word, from.max(item.start.saturating_sub(REACH))));
        match self.section.part {
            Part::Done => {
                let begins = match said.period.flatten() {
                    Some(When::Years(first, _)) => Some(first),
                    _ => year,
                };
                let later =
                    matches!((begins, self.section.year), (Some(year), Some(now)) if year > now);
                if later || aimed && !has("目标任务", clause) {
                    Nature::Target
                } else {
                    Nature::Actual
                }
            }
            Part::Plan => {
                let past = ["已", "目前", "截至", "去年", "上年", "现有"]
                    .into_iter()
                    .any(|word| has(word, clause));
                let earlier = matches!((year, self.section.year), (Some(year), Some(now)) if year < now)
                    && !aimed
                    && !matches!(mention.comparator, Some(Comparator::Ge | Comparator::Gt));
                if past && !aimed || earlier {
                    return if has("现有", clause) {
                        Nature::Reference
                    } else {
                        Nature::Actual
                    };
                }
                let about = ["针对", "围绕", "聚焦", "依托", "面向", "发挥"]
                    .into_iter()
                    .any(|word| text.has(clause, word));
                let verbs = [
                    "新增", "培育", "建设", "引进", "打造", "达到", "实现", "力争", "培养", "建成",
                    "开展", "组织", "举办", "推动", "完成", "突破",
                ];
                if about
                    && figure.is_some()
                    && mention.kind == Kind::Level
                    && !verbs.into_iter().any(|word| has(word, low))
                {
                    return Nature::Reference;
                }
                Nature::Target
            }
            Part::Glossary => Nature::Reference,
        }
    }

    fn blank(&mut self, item: &Item, kind: Kind, value: Value) -> Mention {
        let (start, end) = self.text.span(item.start, item.end);
        let text = self.raw.take(start, end).to_owned();
        Mention {
            start,
            end,
            text,
            kind,
            metric: None,
            value,
            unit: None,
            comparator: None,
            period: None,
            nature: None,
            scope: None,
            of: None,
            idiom: None,
            indicator: None,
            confidence: 0.9,
            flags: item.flag.into_iter().collect(),
        }
    }

    /// A date, a name, an ordinal: no figure, so little is said of it.
    fn plain(&mut self, item: &Item, kind: Kind, value: Value, unit: Option<&str>) {
        let mut mention = self.blank(item, kind, value);
        mention.unit = unit.map(str::to_owned);
        if let (Kind::Date, What::Date(when)) = (kind, item.what) {
            mention.period = when.period(self.section.year);
            if let Some(year) = when.year() {
                mention.value = Value::One(Decimal::from(year));
                mention.unit = Some("年".to_owned());
            }
        }
        if kind == Kind::OrdinalEvent {
            let first = matches!(item.what, What::Ordinal { first: true, .. });
            if first {
                mention.nature = Some(if self.section.part == Part::Plan {
                    Nature::Target
                } else {
                    Nature::Actual
                });
                mention.period = self.section.year.map(|year| year.to_string());
                if item.core > item.start {
                    mention.scope = Some(self.text.slice(item.start, item.core));
                }
            }
        }
        self.out.push(mention);
    }

    fn push(&mut self, said: &mut Said, mut mention: Mention) {
        use std::hash::{DefaultHasher, Hash, Hasher};
        if mention.metric.is_some() {
            said.metric.clone_from(&mention.metric);
        }
        if let Some(indicator) = &mention.indicator {
            said.indicator = Some((indicator.clone(), mention.confidence));
        } else if mention.kind == Kind::Level {
            said.indicator = None;
        }
        if let (Some(metric), Value::One(value)) = (
            mention
                .metric
                .as_deref()
                .filter(|metric| metric.chars().count() >= 4),
            mention.value,
        ) {
            let mut hasher = DefaultHasher::new();
            (
                metric,
                value.normalize(),
                mention.kind,
                mention.unit.as_deref(),
                mention.period.as_deref(),
                mention.nature.map(Nature::as_str),
            )
                .hash(&mut hasher);
            if !self.seen.insert(hasher.finish()) {
                mention.flags.push(Flag::Repeat);
            }
        }
        if mention.flags.contains(&Flag::Damaged) {
            mention.confidence *= 0.8;
        }
        self.out.push(mention);
    }
}

fn counts(item: &Item) -> bool {
    matches!(item.what, What::Figure(_) | What::Rank { .. })
}

/// Whether only a list sign stands between two items: 、 和 与 及, or nothing.
fn listed(text: &Text, end: usize, start: usize) -> bool {
    if start <= end {
        return start == end;
    }
    if start - end > 2 {
        return false;
    }
    matches!(
        text.slice(end, start).as_str(),
        "、" | "和" | "与" | "及" | "以及" | "或" | "至"
    )
}

/// Gives a number without a unit that of the next in its list: 提高15、22个百分点; N1、N2、N3亿元.
fn share_units(text: &Text, items: &mut [Item]) {
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
        if own.unit.is_none() && other.unit.is_some() {
            own.unit = other.unit;
            if own.power == 0 {
                own.power = other.power;
            }
        }
    }
}

/// 从A…到B, 由A增至B: A is where it came from.
fn is_source(text: &Text, item: &Item) -> bool {
    let low = item.start.saturating_sub(12);
    let begun = (low..=item.start)
        .rev()
        .take_while(|&at| !matches!(text.class(at), Class::Comma | Class::Stop | Class::Semi))
        .any(|at| {
            matches!(text.before(at), '从' | '由')
                && (at == item.start
                    || at == item.core
                    || text.class(at) == Class::Digit
                    || text.class(at) == Class::Trigger
                    || text.has(at, "上年")
                    || text.has(at, "去年")
                    || text.has(at, "全")
                    || text.has(at, "年初")
                    || text.has(at, "原来"))
        });
    if !begun {
        return false;
    }
    // The target of the change follows, with its verb of arrival.
    (item.end..item.end + 14)
        .take_while(|&at| !matches!(text.class(at), Class::Stop | Class::Semi | Class::Break))
        .any(|at| matches!(text.ch(at), '到' | '至' | '为'))
}
