//! Whether a figure was reached, is aimed at, or only stands for comparison.
//!
//! Owns nature. The section decides; words of the clause overrule it: 力争 aims in a retrospect,
//! 已 and 目前 tell in a plan, a rule or a class by size does neither.

use super::context::{self as word};
use super::date::When;
use super::item::Item;
use super::layout::Part;
use super::mention::{Comparator, Kind, Mention, Nature};
use super::sentence::{Place, REACH, Reader, Said};
use super::text::Class;
use super::unit::Sort;
use super::words::Words;
use std::sync::LazyLock;

/// What is classed by size: 营收3亿元以上企业, 投资5亿元以上项目.
static CLASSED: LazyLock<Words<()>> = LazyLock::new(|| {
    let words = "企业 项目 楼宇 规上 工业 单位 产业 集群 园区 规模 的企业 的项目 的重大 的工业 的规上 重大项目 市场主体 高新 技改 设备 合同 产业项目";
    let rows: Vec<(&str, ())> = words.split_whitespace().map(|word| (word, ())).collect();
    Words::forwards(&rows)
});

impl Reader<'_> {
    /// The nature of a figure.
    pub(super) fn nature(
        &self,
        said: &Said,
        place: Place,
        item: &Item,
        mention: &Mention,
    ) -> Nature {
        let at = item.start;
        let clause = self.clause(place.from.max(at.saturating_sub(REACH)), at);
        if self.section.part == Part::Glossary
            || self.classed(item)
            || self.bracketed(item)
            || self.ruled(place, clause, item)
            || self.compared(item)
        {
            return Nature::Reference;
        }
        let stated = said.period.flatten();
        let year = stated.and_then(When::year);
        let now = self.section.year;
        // 完成全年目标(1000家)的126.8%.
        if self.text.class_before(at) == Class::Open
            && mention.kind == Kind::Level
            && ["目标", "任务", "计划", "目标数", "任务数", "计划数"]
                .iter()
                .any(|word| self.text.ends(at - 1, word))
        {
            return Nature::Target;
        }
        let aimed = self
            .context
            .has(word::AIM, place.from.max(at.saturating_sub(REACH)), at);
        if self.section.part == Part::Done {
            let begins = match stated {
                Some(When::Years(first, _)) => Some(first),
                _ => year,
            };
            let later = matches!((begins, now), (Some(year), Some(now)) if year > now);
            let low = place.from.max(at.saturating_sub(REACH));
            let last = |bits| self.context.all(bits, low, at).last();
            // 力争全年完成60亿元,目前已完成45亿元: what was said last counts.
            let told = matches!((last(word::AIM), last(word::PAST)), (Some(aim), Some(past)) if past > aim);
            // 年度计划投资126亿元,1—11月完成118.5亿元.
            let partly = matches!(
                stated,
                Some(When::Months(..) | When::Quarter(..) | When::Half(..) | When::Day(..))
            );
            let told = told
                || partly
                    && self.context.has(word::DONE, clause, at)
                    && !self.context.has(word::AIM, clause, at);
            let named = mention.kind == Kind::Level
                && !self.context.has(word::DONE, clause, at)
                && ["目标", "目标值", "目标数", "任务数", "计划数"]
                    .iter()
                    .any(|word| self.text.ends(at, word));
            let aims =
                later || named || aimed && !told && !self.context.has(word::TASK, clause, at);
            return if aims { Nature::Target } else { Nature::Actual };
        }
        let bounded = matches!(mention.comparator, Some(Comparator::Ge | Comparator::Gt));
        let earlier =
            matches!((year, now), (Some(year), Some(now)) if year < now) && !aimed && !bounded;
        // 比上年提高5个百分点 compares.
        let past = self
            .context
            .all(word::PAST, clause, at)
            .any(|at| !matches!(self.text.before(at), '较' | '比' | '同' | '与'));
        if earlier || !aimed && past {
            let held = self.context.has(word::HELD, clause, at);
            return if held {
                Nature::Reference
            } else {
                Nature::Actual
            };
        }
        let about = ["针对", "围绕", "聚焦", "依托", "面向", "发挥"]
            .into_iter()
            .any(|word| self.text.has(clause, word));
        let counted = item.figure().is_some() && mention.kind == Kind::Level;
        if about && counted && !self.context.has(word::DOES, clause, at) {
            return Nature::Reference;
        }
        Nature::Target
    }

    /// 营收3亿元以上规上工业企业: a class by size.
    fn classed(&self, item: &Item) -> bool {
        let Some(figure) = item.figure() else {
            return false;
        };
        let sized = matches!(figure.sort(), Some(Sort::Money | Sort::Measure) | None);
        let bounded = matches!(figure.bound, Some(Comparator::Ge | Comparator::Gt));
        sized
            && bounded
            && CLASSED
                .starts(&self.text.c, item.end, item.end + 6)
                .is_some()
    }

    /// 企业(年收入2000万元及以上): a class by size in a bracket behind its noun.
    fn bracketed(&self, item: &Item) -> bool {
        let text = self.text;
        let bounded = item.figure().is_some_and(|figure| {
            matches!(figure.bound, Some(Comparator::Ge | Comparator::Gt))
                && matches!(figure.sort(), Some(Sort::Money | Sort::Measure))
        });
        if !bounded || text.class(item.end) != Class::Close {
            return false;
        }
        let open = (item.start.saturating_sub(16)..item.start)
            .rev()
            .find(|&at| text.class(at) == Class::Open);
        open.is_some_and(|open| {
            ["企业", "单位", "项目"]
                .iter()
                .any(|noun| text.ends(open, noun))
        })
    }

    /// A rule: 按20%补助, 最高不超过30万元, 给予50万元奖励.
    fn ruled(&self, place: Place, clause: usize, item: &Item) -> bool {
        let context = &self.context;
        let given = context.has(word::GIVE | word::BY, clause, item.start);
        let granted = || {
            context.has(
                word::GRANT | word::PART,
                item.end,
                place.to.min(item.end + 16),
            )
        };
        let capped = item
            .figure()
            .is_some_and(|figure| matches!(figure.idiom, Some("最高" | "不超过" | "至多")));
        let once = self.section.part == Part::Plan
            && ["一次性奖励", "一次性补助", "一次性补贴"]
                .iter()
                .any(|word| self.text.ends(item.start, word));
        once || given && granted()
            || capped && context.has(word::GIVE | word::GRANT, place.from, item.start)
    }

    /// 超过全省平均水平(8.2%): what it is compared with.
    fn compared(&self, item: &Item) -> bool {
        let text = self.text;
        text.class_before(item.start) == Class::Open
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
            .any(|word| text.ends(item.start - 1, word))
    }
}
