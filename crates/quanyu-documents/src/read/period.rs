//! The period and the scope that a sentence states, carried to the figures after it.
//!
//! Owns which dates count: not those compared with (较2022年), not those inside names and titles.
//! Invariant: what a sentence states ends with it; a semicolon ends a scope.

use super::context;
use super::cues::SCOPES;
use super::date::{self, When};
use super::fold;
use super::item::Item;
use super::layout::Part;
use super::mention::{Kind, Mention};
use super::sentence::{Place, Reader, Said};
use super::text::{Class, any_of};
use super::unit::Sort;

const SEMI: u32 = any_of(&[Class::Semi]);

impl Reader<'_> {
    /// 全区, 我市 … where the sentence states it as what the figures hold for.
    pub(super) fn note_scope(&self, said: &mut Said, from: usize, to: usize, sentence: usize) {
        let text = self.text;
        if text.find(SEMI, from, to).is_some() {
            said.scope = None;
            if self.section.part == Part::Plan {
                said.period = None;
            }
        }
        let mut at = from.max(to.saturating_sub(160));
        while let Some(start) = text.next_marked(fold::SCOPE, at, to) {
            let Some((end, ())) = SCOPES.starts(&text.c, start, to) else {
                at = start + 1;
                continue;
            };
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
            // 高于全国、全省、全市1.1、0.6、0.4个百分点: all three are compared with.
            let against = text.class_before(start) == Class::List
                && (from.max(start.saturating_sub(12))..start)
                    .rev()
                    .take_while(|&at| text.class(at) != Class::Comma)
                    .any(|at| {
                        ["高于", "低于", "快于", "好于", "超过"]
                            .iter()
                            .any(|word| text.has(at, word))
                    });
            let compared = against
                || matches!(
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
    pub(super) fn note_date(&self, said: &mut Said, from: usize, item: &Item, when: When) {
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
        // 恢复到2019年的112% compares.
        let base = text.ch(item.end) == '的'
            && text.class_before(at) == Class::Word
            && (!matches!(text.before(at), '到' | '至')
                || ["恢复到", "恢复至"].iter().any(|word| text.ends(at, word)));
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
                    || text.ends(at, "过去")
                    || self.section.part == Part::Done && date::sums_up(text, item.end))
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

    /// “十四五”期间.
    pub(super) fn note_plan_period(&self, said: &mut Said, item: &Item) {
        let text = self.text;
        if item.end != item.start + 3
            || text.ch(item.start) != '十'
            || text.ch(item.start + 2) != '五'
        {
            return;
        }
        let opens = item.start - usize::from(text.class_before(item.start) == Class::Quote);
        if ["较", "比", "与", "相比", "超过"]
            .iter()
            .any(|word| text.ends(opens, word))
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

    /// The period of a figure: as stated, else of the section.
    pub(super) fn period(
        &self,
        said: &Said,
        place: Place,
        item: &Item,
        near: usize,
    ) -> Option<String> {
        if place.source {
            return self.year_of_source(place, item);
        }
        if let Some(period) = self.running(place, item) {
            return Some(period);
        }
        let year = self.section.year;
        // 去年, 上年 as a statement, not as a base of comparison.
        let last = self
            .context
            .all(context::LAST_YEAR, near, item.start)
            .any(|at| {
                // 去年同期为45.2亿元 tells; 较去年同期 compares.
                let same =
                    self.text.has(at + 2, "同期") && !matches!(self.text.ch(at + 4), '为' | '是');
                // 是上年的2.1倍.
                let base =
                    self.text.ch(at + 2) == '的' && matches!(self.text.before(at), '是' | '为');
                !"较比于同与和按".contains(self.text.before(at)) && !same && !base
            });
        if last && let Some(year) = year {
            return Some((year - 1).to_string());
        }
        // 上半年完成摸底,年底前培育30家: the year's end overrules a part of it.
        let whole = matches!(
            said.period,
            Some(Some(When::Half(..) | When::Quarter(..) | When::Months(..)))
        ) && (near..item.start).any(|at| {
            matches!(self.text.ch(at), '年' | '全')
                && !matches!(self.text.class_before(at), Class::Digit | Class::Han)
                && !matches!(self.text.before(at), '去' | '上' | '前')
                && ["年底", "年内", "年末", "全年"]
                    .iter()
                    .any(|word| self.text.has(at, word))
        });
        match said.period.filter(|_| !whole) {
            Some(Some(when)) => when.period(year),
            Some(None) => None,
            None => match self.section.years {
                Some((first, last)) => Some(format!("{first}-{last}")),
                None if self.about.half && self.section.part == Part::Done => {
                    year.map(|year| format!("{year}H1"))
                }
                None => year.map(|year| year.to_string()),
            },
        }
    }

    /// 从2020年的3.2%: the base has the year written with it, or none.
    fn year_of_source(&self, place: Place, item: &Item) -> Option<String> {
        let low = item.start.saturating_sub(14).max(place.from);
        let stated = (low..item.start).find_map(|at| match date::date(self.text, at) {
            Some((When::Year(year), _)) if self.text.class_before(at) != Class::Digit => Some(year),
            _ => None,
        });
        stated.map(|year| year.to_string())
    }

    /// 连续4年 runs up to the year of the section, or on from the year it starts with.
    fn running(&self, place: Place, item: &Item) -> Option<String> {
        let text = self.text;
        let figure = item
            .figure()
            .filter(|figure| figure.sort() == Some(Sort::Time))?;
        if !text.ends(item.core, "连续") || !text.ends(item.core_end, "年") {
            return None;
        }
        let years = i32::try_from(figure.low.mantissa())
            .ok()
            .filter(|years| (2..60).contains(years))?;
        let year = self.section.year?;
        let low = place.from.max(item.start.saturating_sub(20));
        let since = (low..item.core).find_map(|at| {
            let (when, end) = date::date(text, at)?;
            (text.ch(end) == '起' && text.class_before(at) != Class::Digit).then(|| when.year())?
        });
        Some(match since {
            Some(first) => format!("{first}-{}", first + years - 1),
            None => format!("{}-{year}", year - years + 1),
        })
    }

    /// The area a figure holds for, where its sentence states one.
    pub(super) fn scope(&self, said: &Said, item: &Item, mention: &Mention) -> Option<String> {
        if mention.kind == Kind::Rank {
            return None;
        }
        let text = self.text;
        let near = |end: usize| {
            said.scope_stays
                || !(end.max(item.start.saturating_sub(160))..item.start)
                    .any(|at| text.class(at) == Class::Comma)
        };
        if let Some((start, end)) = said.scope.filter(|&(_, end)| near(end)) {
            return Some(text.slice(start, end));
        }
        if mention.kind != Kind::Share {
            return None;
        }
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
        let alone = |area: &&str| {
            text.ends(item.start, area)
                && !matches!(
                    text.class_before(item.start - area.chars().count()),
                    Class::Word | Class::Han
                )
        };
        kinds.into_iter().find(alone).map(str::to_owned)
    }
}
