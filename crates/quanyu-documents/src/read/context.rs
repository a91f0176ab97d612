//! The words around figures that tell aim, estimate, rule or comparison: found once a sentence,
//! asked for any stretch of it.
//!
//! Invariant: building is one pass over the sentence; a question costs the few words found.

use super::fold;
use super::text::Text;
use super::words::Words;
use std::sync::LazyLock;

/// 去年, 上年.
pub(crate) const LAST_YEAR: u32 = 1;
/// 预计.
pub(crate) const ESTIMATE: u32 = 1 << 1;
/// 力争, 目标为.
pub(crate) const AIM: u32 = 1 << 2;
/// 目标任务: a task set, not an aim stated.
pub(crate) const TASK: u32 = 1 << 3;
/// 给予.
pub(crate) const GIVE: u32 = 1 << 4;
/// 按, 按照.
pub(crate) const BY: u32 = 1 << 5;
/// 补助, 奖励.
pub(crate) const GRANT: u32 = 1 << 6;
/// 已, 目前, 截至.
pub(crate) const PAST: u32 = 1 << 7;
/// 现有.
pub(crate) const HELD: u32 = 1 << 8;
/// Verbs that reach or make something.
pub(crate) const DOES: u32 = 1 << 9;
/// 同比, 环比.
pub(crate) const AGAINST: u32 = 1 << 10;
/// 环比.
pub(crate) const SEQUENT: u32 = 1 << 11;
/// 比重, 占比.
pub(crate) const RATIO: u32 = 1 << 12;
/// 比例.
pub(crate) const PART: u32 = 1 << 13;
/// 放缓, 慢于, 落后.
pub(crate) const SLOW: u32 = 1 << 14;
/// 年均.
pub(crate) const YEARLY: u32 = 1 << 15;
/// 较年初.
pub(crate) const YEAR_START: u32 = 1 << 16;
/// 完成, 超额.
pub(crate) const DONE: u32 = 1 << 17;
/// 完成率.
pub(crate) const DONE_RATE: u32 = 1 << 18;
/// 目标, 任务, 年度.
pub(crate) const AIMED: u32 = 1 << 19;
/// 投入强度.
pub(crate) const INTENSE: u32 = 1 << 20;
/// 合格.
pub(crate) const PASSED: u32 = 1 << 21;

static TABLE: LazyLock<Words<u32>> = LazyLock::new(|| {
    let mut rows: Vec<(&str, u32)> = Vec::new();
    for (bits, words) in [
        (LAST_YEAR | PAST, "去年 上年"),
        (ESTIMATE, "预计 估计 预估"),
        (AIM | DOES, "力争"),
        (AIM | AIMED, "目标为 目标是 计划新 计划完成 计划实现 计划投"),
        (AIM, "预期目标 预期增长 预期达 拟新 有望 确保实现 确保完成"),
        (TASK | AIMED, "目标任务"),
        (GIVE, "给予"),
        (BY, "按 按照"),
        (GRANT, "补助 奖励 补贴 资助"),
        (PAST, "已 目前 截至"),
        (PAST | HELD, "现有"),
        (
            DOES,
            "新增 培育 建设 引进 打造 达到 实现 培养 建成 开展 组织 举办 推动 突破",
        ),
        (AGAINST, "同比"),
        (AGAINST | SEQUENT, "环比"),
        (RATIO, "比重 占比"),
        (PART, "比例"),
        (SLOW, "放缓 慢于 落后 低"),
        (YEARLY, "年均"),
        (YEAR_START, "较年初 比年初"),
        (DONE | DOES, "完成"),
        (DONE | DOES | DONE_RATE, "完成率"),
        (DONE, "达成 超额 兑现 进度 达标"),
        (DONE | DONE_RATE, "达成率 超计划"),
        (AIMED, "目标 任务 计划 考核 年度 全年 序时"),
        (INTENSE, "投入强度 经费强度 研发强度"),
        (PASSED, "合格"),
    ] {
        rows.extend(words.split_whitespace().map(|word| (word, bits)));
    }
    Words::forwards(&rows)
});

/// The characters that begin a word of the table.
pub(crate) fn begins() -> Vec<char> {
    TABLE.keys()
}

/// The words found in one sentence.
#[derive(Default)]
pub(crate) struct Context {
    found: Vec<(usize, usize, u32)>,
}

impl Context {
    /// Looks through `from..to`.
    pub fn fill(&mut self, text: &Text, from: usize, to: usize) {
        self.found.clear();
        let table = &*TABLE;
        text.each(fold::CONTEXT, from, to, |at| {
            if let Some((end, bits)) = table.starts(&text.c, at, to) {
                self.found.push((at, end, bits));
            }
        });
    }

    /// Whether a word of this sort stands in `from..to`.
    pub fn has(&self, bits: u32, from: usize, to: usize) -> bool {
        self.found
            .iter()
            .any(|&(start, end, found)| found & bits != 0 && start >= from && end <= to)
    }

    /// The words of a sort in `from..to`.
    pub fn all(&self, bits: u32, from: usize, to: usize) -> impl Iterator<Item = usize> + '_ {
        self.found
            .iter()
            .filter(move |&&(start, end, found)| found & bits != 0 && start >= from && end <= to)
            .map(|&(start, ..)| start)
    }
}
