//! What a figure measures, in the text's own words, and the indicator that means it.
//!
//! Owns the metric phrase: the noun before the number, or the one it counts behind it, or that of
//! the figure before where a growth, share or rank says none of its own.

use super::item::Item;
use super::lexicon::Link;
use super::mention::{Kind, Mention};
use super::sentence::{Place, REACH, Reader, Said};
use super::text::{Class, Text};
use super::words::Words;
use std::sync::LazyLock;

/// Words that open a clause without naming what is measured.
static OPENING: LazyLock<Words<()>> = LazyLock::new(|| {
    let words = "共 共计 累计 已 其中 实现 完成 力争 确保 争取 全年 今年 今年以来 今年来 一是 二是 三是 四是 五是 六是 七是 八是 目前 截至目前 预计 估计 全区 全市 全省 全县 \
        我区 我市 我县 我省 达到 为 由 从 、 的 了 并 且 和 与 及 以及 还 又 年内 期间 将 分别 仅 有 , : ; ” ’ 同时 此外 另外 另有 同比 较上年 比上年 较去年 比去年 \
        去年 上年 全口径 总计 合计 成功 先后 陆续 现有 以来 计划 起";
    let rows: Vec<(&str, ())> = words.split_whitespace().map(|word| (word, ())).collect();
    Words::forwards(&rows)
});

/// Words that close a metric without being part of it.
static CLOSING: LazyLock<Words<()>> = LazyLock::new(|| {
    let words = "同比 环比 比上年 较上年 较去年 比去年 比上年同期 较上年同期 上年同期 增长 提高 提升 下降 增加 减少 上升 回落 降低 达到 达 为 是 共 共计 累计 合计 分别 均 各 已 约 近 仅 有 力争 \
        实现 完成 实现了 突破 超 超过 首次 占 占全市 占全省 占全国 占比 排名 居 位居 位列 名列 至 到 由 从 了 、 的 , 净增 总计 年均增长 年均 增速 增幅 达成 总量达 并 且 又 再 还 也 稳居 跃居 \
        力争达到 全市 全省 全国 全区 ( 争取 较 比 较上 较年初 控制在 保持在 稳定在 保持 稳定 预计 新 多 少 高于 低于 扩大 缩短 压缩 在";
    let rows: Vec<(&str, ())> = words.split_whitespace().map(|word| (word, ())).collect();
    Words::backwards(&rows)
});

/// Words that end the noun behind a number.
static VERBS: LazyLock<Words<()>> = LazyLock::new(|| {
    let words = "获 入选 达 为 增 占 落 签 成 被 通过 进入 列入 参 完成 开展 实现 同比 申报 创建 提供 分别 其 均 已 在 等 并 和 与 及 发放 总数 累计 共 全面 顺利 正式";
    let rows: Vec<(&str, ())> = words.split_whitespace().map(|word| (word, ())).collect();
    Words::forwards(&rows)
});

/// What a clause names, without the words that open and close it.
pub(crate) fn noun(text: &Text, from: usize, to: usize) -> String {
    let (start, end) = trimmed(text, from, to);
    text.slice(start, end)
}

fn trimmed(text: &Text, from: usize, to: usize) -> (usize, usize) {
    let (mut start, mut end) = (from, to);
    // 6月底前完成…: what closes a date is no part of the noun.
    if matches!(text.before(start), '底' | '末' | '月' | '日' | '年')
        && text.ch(start) == '前'
        && !text.has(start, "前三")
    {
        start = (start + 1).min(end);
    }
    while let Some((next, ())) = OPENING.starts(&text.c, start, end) {
        // 有效 is a word of its own.
        if text.has(start, "有效") {
            break;
        }
        start = next;
    }
    while let Some((next, ())) = CLOSING.ends(&text.c, start, end) {
        end = next;
    }
    (start, end)
}

/// Fills `metric`, `indicator` and `confidence`.
pub(super) fn fill(
    reader: &mut Reader<'_>,
    said: &mut Said,
    place: Place,
    item: &Item,
    mention: &mut Mention,
) {
    let text = reader.text;
    let (from, to, arrived) = (place.from, place.to, said.source);
    let subject = said.subject.take();
    said.link = None;
    let (last, linked) = (said.metric.as_deref(), said.indicator);
    // What changed stands before 从, with its year perhaps between.
    let came = if place.source {
        (from..=item.start)
            .rev()
            .take(16)
            .find(|&at| matches!(text.ch(at), '从' | '由'))
    } else {
        None
    };
    let stop = came.unwrap_or(item.start);
    let floor = if came.is_some() { from } else { place.floor };
    let mut clause = reader.clause(floor, stop);
    let mut stop = stop.max(clause);
    // 专家工作站(专家创新中心)1家: the noun stands before its bracket.
    if text.class_before(stop) == Class::Close {
        let low = floor.max(stop.saturating_sub(30));
        if let Some(open) = (low..stop).rev().find(|&at| text.class(at) == Class::Open) {
            clause = reader.clause(floor, open);
            stop = open;
        }
    }
    let (start, end) = if arrived {
        (stop, stop)
    } else {
        trimmed(text, clause, stop)
    };
    let before = start..end;
    let counted =
        matches!(mention.kind, Kind::Level | Kind::Delta) && mention.unit.as_deref() != Some("1");
    let mut after = item.end;
    if counted
        && VERBS.starts(&text.c, after, to).is_none()
        && matches!(
            text.class(after),
            Class::Word | Class::Latin | Class::Quote | Class::Han | Class::Trigger
        )
    {
        let limit = to.min(item.end + 18);
        while after < limit
            && matches!(
                text.class(after),
                Class::Word
                    | Class::Latin
                    | Class::Quote
                    | Class::Unquote
                    | Class::Han
                    | Class::Trigger
                    | Class::List
            )
            && (after < item.end + 2 || VERBS.starts(&text.c, after, limit).is_none())
        {
            after += 1;
        }
    }
    let behind = item.end..after;
    let own = match subject {
        Some(subject) => subject,
        None if behind.len() >= 2 && before.len() <= 8 => text.joined(&[before, behind.clone()]),
        None if before.len() >= 2 => text.slice(before.start, before.end),
        None => text.slice(behind.start, behind.end),
    };
    let derived = arrived
        || matches!(
            mention.kind,
            Kind::Growth | Kind::Share | Kind::Rank | Kind::Delta
        );
    let own = match own.as_str() {
        // 总数达363家 after 新增研发机构84家.
        "总数" | "总量" | "总额" | "数量" | "总规模" | "金额" => match last {
            Some(last) => format!(
                "{}{own}",
                last.trim_start_matches("新增").trim_start_matches("新")
            ),
            None => own,
        },
        _ => own,
    };
    let length = own.chars().take(3).count();
    let inherits = length < 2 || derived && length < 3;
    mention.metric = if inherits {
        last.map(str::to_owned)
            .or_else(|| (!own.is_empty()).then_some(own))
    } else {
        Some(own)
    };
    let unit = mention.unit.as_deref().unwrap_or("");
    if inherits
        && derived
        && let Some(link) = linked
    {
        said.link = Some(link.entry);
        mention.indicator = Some(reader.lexicon.indicator(link).to_owned());
        mention.confidence = link.sure * 0.97;
        return;
    }
    if reader.lexicon.is_empty() {
        return;
    }
    let wide = clause..item.start.max(clause);
    let behind_none = behind.is_empty();
    let metric = mention.metric.as_deref().unwrap_or("");
    let (kind, scratch) = (mention.kind, &mut reader.scratch);
    let lexicon = reader.lexicon;
    let link = lexicon.link(&text.c[wide], &text.c[behind], metric, kind, unit, scratch);
    // 4人入选产业领军人才: where nothing before the number names it, the rest of its clause may.
    let link = link.or_else(|| {
        let ahead = item.end..rest_of_clause(&text.c, item.end, to);
        let found = lexicon.link(&[], &text.c[ahead], "", kind, unit, scratch)?;
        Some(Link {
            sure: found.sure * 0.9,
            ..found
        })
    });
    // 支持区级科技项目,聚焦…立项41个: a verb without its object has it in a clause before.
    let link = link.or_else(|| {
        let bare = behind_none && VERBS_OF.iter().any(|verb| text.ends(item.start, verb));
        let earlier = floor.max(item.start.saturating_sub(REACH))..clause.saturating_sub(1);
        if !bare || earlier.is_empty() {
            return None;
        }
        let found = lexicon.link(&text.c[earlier], &[], "", kind, unit, scratch)?;
        Some(Link {
            sure: found.sure * 0.85,
            ..found
        })
    });
    // 13家单位29项成果获得奖励: one clause, two figures of one thing.
    let link = link.or_else(|| {
        let ahead = item.end..clause_end(text, item.end, to);
        if text.class(after) != Class::Digit || after == item.end {
            return None;
        }
        let found = lexicon.link(&[], &text.c[ahead], "", kind, unit, scratch)?;
        Some(Link {
            sure: found.sure * 0.8,
            ..found
        })
    });
    if let Some(link) = link {
        said.link = Some(link.entry);
        mention.indicator = Some(lexicon.indicator(link).to_owned());
        mention.confidence = link.sure;
    }
}

/// Verbs that say what became of a thing named before.
const VERBS_OF: [&str; 12] = [
    "立项", "获批", "入选", "认定", "备案", "签约", "落地", "入库", "授权", "登记", "获奖", "新增",
];

/// Where the clause ends, figures or not.
fn clause_end(text: &Text, from: usize, limit: usize) -> usize {
    let end = limit.min(from + 32);
    (from..end)
        .find(|&at| {
            matches!(
                text.class(at),
                Class::Comma | Class::Semi | Class::Stop | Class::Break
            )
        })
        .unwrap_or(end.max(from))
}

/// Where the clause ends that goes on at `from`: at a mark, at the next number, or after as many characters as a long
/// name has.
fn rest_of_clause(chars: &[char], from: usize, limit: usize) -> usize {
    const LONGEST: usize = 24;
    let end = limit.min(from + LONGEST).min(chars.len());
    let stop = |c: &char| {
        c.is_ascii_digit() || matches!(c, ',' | '.' | '。' | ';' | '、' | ':' | '!' | '?')
    };
    chars
        .get(from..end)
        .and_then(|it| it.iter().position(stop))
        .map_or(end.max(from), |it| from + it)
}
