//! Parts against their total: N家，其中A、B；A、B、C，合计N.
//!
//! Owns what counts as parts of a total. Invariant: parts after 其中 need not add up, they may only not be more than the
//! total; parts that are said to make the total up (分别, 包括, 合计) have to.

use rust_decimal::Decimal;

use super::{
    draft::Draft,
    problem::{Code, Problem, both},
    reason,
};
use crate::claim::Printed;
use crate::read::{Comparator, Flag, Kind, Mention, Value};

/// Words by which the numbers before make up the number after.
const TOTALS: [&str; 6] = ["合计", "共计", "总计", "总共", "累计共", "一共"];
/// Words by which the numbers after make up the number before.
const SPLITS: [&str; 4] = ["分别为", "分别是", "包括", "由"];

pub(super) fn find(draft: &Draft<'_>, out: &mut Vec<Problem>) {
    for &(from, to) in &draft.reading.sentences {
        let levels: Vec<(usize, &Mention)> = draft
            .figures_in(from, to)
            .filter(|(_, it)| it.kind == Kind::Level && matches!(it.value, Value::One(_)))
            .filter(|(_, it)| {
                !it.flags.contains(&Flag::Enumeration) && !it.flags.contains(&Flag::Denominator)
            })
            .collect();
        if levels.len() < 2 {
            continue;
        }
        among(draft, &levels, to, out);
        summed(draft, &levels, from, out);
        split(draft, &levels, to, out);
    }
}

fn number(it: &Mention) -> Decimal {
    match it.value {
        Value::One(value) => value,
        _ => Decimal::ZERO,
    }
}

/// A part after 其中 that is larger than the whole before it.
fn among(draft: &Draft<'_>, levels: &[(usize, &Mention)], to: usize, out: &mut Vec<Problem>) {
    for pair in 0..levels.len() - 1 {
        let (whole, first) = (levels[pair].1, levels[pair + 1].1);
        let Some((at, word)) = draft.find(whole.end, first.start, &["其中"]) else {
            continue;
        };
        // Only what the whole's own clause is followed by.
        if draft.any(whole.end, at, &["。", "；", ";"]) || at > whole.end + 30 {
            continue;
        }
        let end = draft.find(at, to, &["；", ";", "。"]).map_or(to, |it| it.0);
        let parts: Vec<&Mention> = levels[pair + 1..]
            .iter()
            .map(|it| it.1)
            .take_while(|it| it.end <= end && it.unit == whole.unit)
            .take_while(|it| it.nature == whole.nature)
            .collect();
        for part in parts {
            if number(part) > number(whole) && bounds_above(whole) {
                out.push(Problem::new(
                    Code::Parts,
                    part.start,
                    part.end,
                    both(
                        format!("“{word}”的{}大于总数{}", part.text, whole.text),
                        format!(
                            "the part {} is more than the whole {}",
                            part.text, whole.text
                        ),
                    ),
                    both("部分不可能大于总体", "a part cannot exceed its whole"),
                ));
            }
        }
    }
}

/// Whether a larger part contradicts the whole: 超100家 may well hold 104.
fn bounds_above(whole: &Mention) -> bool {
    !matches!(
        whole.comparator,
        Some(Comparator::Gt | Comparator::Ge | Comparator::Approx)
    )
}

/// A、B、C，合计N.
fn summed(draft: &Draft<'_>, levels: &[(usize, &Mention)], from: usize, out: &mut Vec<Problem>) {
    for nth in 2..levels.len() {
        let total = levels[nth].1;
        let clause = draft.clause_start(total.start).max(from);
        if !draft.any(clause, total.start, &TOTALS) {
            continue;
        }
        let parts: Vec<&Mention> = levels[..nth]
            .iter()
            .rev()
            .map(|it| it.1)
            .take_while(|it| {
                it.unit == total.unit && it.nature == total.nature && it.period == total.period
            })
            .collect();
        // A total before them is no part of it.
        if parts.len() < 2
            || draft.any(from, parts[parts.len() - 1].start, &["其中"])
            || draft.any(parts[parts.len() - 1].start, clause, &["其中"])
        {
            continue;
        }
        told(draft, total, &parts, out);
    }
}

/// N家，分别为A、B、C.
fn split(draft: &Draft<'_>, levels: &[(usize, &Mention)], to: usize, out: &mut Vec<Problem>) {
    for nth in 0..levels.len() - 1 {
        let (total, first) = (levels[nth].1, levels[nth + 1].1);
        let Some((at, word)) = draft.find(total.end, first.start, &SPLITS) else {
            continue;
        };
        if at > total.end + 12 || draft.any(total.end, at, &["其中", "；", ";"]) {
            continue;
        }
        // 由…组成 makes it up; 由 alone begins all sorts of clauses.
        if word == "由" && !draft.any(first.end, to, &["组成", "构成"]) {
            continue;
        }
        let end = draft.find(at, to, &["；", ";", "。"]).map_or(to, |it| it.0);
        let parts: Vec<&Mention> = levels[nth + 1..]
            .iter()
            .map(|it| it.1)
            .take_while(|it| it.end <= end && it.unit == total.unit && it.nature == total.nature)
            .collect();
        if parts.len() >= 2 && !draft.any(at, end, &["等"]) {
            told(draft, total, &parts, out);
        }
    }
}

fn told(_draft: &Draft<'_>, total: &Mention, parts: &[&Mention], out: &mut Vec<Problem>) {
    let sum: Decimal = parts.iter().map(|it| number(it)).sum();
    let exact = |it: &&Mention| matches!(it.comparator, None | Some(Comparator::Eq));
    if !parts.iter().all(exact) || !exact(&total) {
        return;
    }
    let Some(printed) = Printed::of(total) else {
        return;
    };
    // Each part was rounded by itself.
    let loose: Decimal = parts
        .iter()
        .filter_map(|it| Printed::of(it))
        .map(|it| {
            if it.unit != Decimal::ONE {
                it.unit / Decimal::TWO
            } else {
                Decimal::ZERO
            }
        })
        .sum();
    if (sum - printed.value).abs()
        <= loose
            + if loose.is_zero() {
                Decimal::ZERO
            } else {
                printed.unit / Decimal::TWO
            }
    {
        return;
    }
    let said = super::words::like(sum, total, &printed);
    let parts: Vec<String> = parts.iter().map(|it| it.text.clone()).collect();
    out.push(
        Problem::new(
            Code::Parts,
            total.start,
            total.end,
            both(
                format!("各部分之和为{said}，文中总数为{}", reason::value(total)),
                format!(
                    "the parts make {said}, the text says {}",
                    reason::value(total)
                ),
            ),
            both(parts.join("＋"), parts.join(" + ")),
        )
        .suggest(both("核对各部分和总数", "check the parts and the total")),
    );
}
