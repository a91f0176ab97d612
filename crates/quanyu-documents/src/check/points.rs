//! 百分点 against %, and places that cannot be.
//!
//! Owns telling a change of a ratio from a growth. Invariant: only what the words around it prove is told; 率 and 占比 that
//! grow by per cent without their two values get a note.

use rust_decimal::Decimal;

use super::{
    draft::Draft,
    problem::{Code, Problem, both},
};
use crate::claim::Printed;
use crate::read::{Kind, Mention, Value};

/// Words for ratios, whose change is told in points.
const RATIOS: [&str; 12] = [
    "占比",
    "比重",
    "比例",
    "覆盖率",
    "办结率",
    "完成率",
    "转化率",
    "满意率",
    "合格率",
    "通过率",
    "占有率",
    "达标率",
];
/// Words after which a growth itself changes: its change is in points, too.
const RATES: [&str; 9] = [
    "增速",
    "增幅",
    "增长率",
    "高于",
    "快于",
    "低于",
    "慢于",
    "回落",
    "加快",
];
const CHANGES: [&str; 10] = [
    "提高", "提升", "上升", "下降", "增加", "增长", "降低", "回落", "扩大", "缩小",
];

pub(super) fn find(draft: &Draft<'_>, out: &mut Vec<Problem>) {
    for &(from, to) in &draft.reading.sentences {
        let figures: Vec<&Mention> = draft.figures_in(from, to).map(|it| it.1).collect();
        for (nth, it) in figures.iter().enumerate() {
            if it.kind == Kind::Rank {
                place(draft, it, out);
            } else if it.unit.as_deref() == Some("1") {
                changed(draft, &figures[..nth], it, out);
                grown_by_points(draft, it, out);
            }
        }
    }
}

/// 比重由35.13%提高到35.39%，提高0.26%: the difference of two per cents is in points.
fn changed(draft: &Draft<'_>, earlier: &[&Mention], it: &Mention, out: &mut Vec<Problem>) {
    if !it.text.ends_with(['%', '％']) || it.text.contains("百分点") {
        return;
    }
    let clause = draft.clause_start(it.start);
    let Some((at, word)) = draft.find(clause, it.start + it.text.chars().count(), &CHANGES) else {
        return;
    };
    // 提高到35%, 提升至: a level.
    let after = at + word.chars().count();
    if draft.any(after, it.end, &["到", "至", "为", "达"]) {
        return;
    }
    let percent = |it: &&&Mention| it.unit.as_deref() == Some("1") && it.kind == Kind::Share;
    let mut shares = earlier.iter().rev().filter(percent);
    if let (Some(now), Some(before)) = (shares.next(), shares.next())
        && let (Value::One(now), Value::One(before), Some(printed)) =
            (now.value, before.value, Printed::of(it))
        && now != before
        && printed.round((now - before).abs()) == printed.value.abs()
    {
        out.push(points(it, false));
        return;
    }
    let low = draft.sentence(it.start).0.max(clause.saturating_sub(16));
    if draft.any(low, at, &RATIOS)
        && !draft.any(low, it.end, &RATES)
        && draft.any(clause, at, &RATIOS)
    {
        out.push(points(it, true));
    }
}

fn points(it: &Mention, note: bool) -> Problem {
    let number: String = it
        .text
        .chars()
        .filter(|ch| ch.is_ascii_digit() || *ch == '.')
        .collect();
    let problem = Problem::new(
        Code::Points,
        it.start,
        it.end,
        both(
            format!("比率的变化“{}”应写百分点", it.text),
            format!(
                "the change of a ratio, “{}”, is told in percentage points",
                it.text
            ),
        ),
        both(
            "比率之差用百分点，不用%（如2.58%到2.69%是提高0.11个百分点）",
            "the difference of two per cents is points, never per cent",
        ),
    )
    .suggest(both(
        format!("{number}个百分点"),
        format!("{number} percentage points"),
    ));
    if note { problem.noted() } else { problem }
}

/// 成交额增长25个百分点: what is no ratio does not grow by points.
fn grown_by_points(draft: &Draft<'_>, it: &Mention, out: &mut Vec<Problem>) {
    if !it.text.contains("百分点") {
        return;
    }
    let clause = draft.clause_start(it.start);
    if !draft.any(clause, it.end, &["增长", "同比下降", "增加"]) {
        return;
    }
    let sentence = draft.sentence(it.start).0;
    let low = sentence.max(clause.saturating_sub(24));
    let ratio = RATIOS
        .iter()
        .chain(&RATES)
        .copied()
        .chain(["率", "强度", "%"])
        .collect::<Vec<_>>();
    let amount = [
        "额",
        "收入",
        "产值",
        "投入",
        "经费",
        "数量",
        "总量",
        "增加值",
        "人数",
        "家数",
    ];
    if draft.any(low, it.start, &ratio) || !draft.any(low, it.start, &amount) {
        return;
    }
    let number: String = it
        .text
        .chars()
        .filter(|ch| ch.is_ascii_digit() || *ch == '.')
        .collect();
    out.push(
        Problem::new(
            Code::Points,
            it.start,
            it.end,
            both(
                format!("总量的增长“{}”应写%", it.text),
                format!(
                    "the growth of an amount, “{}”, is told in per cent",
                    it.text
                ),
            ),
            both(
                "百分点只用于比率和增速之间的差",
                "points are for the difference of ratios or rates",
            ),
        )
        .suggest(both(format!("{number}%"), format!("{number}%"))),
    );
}

/// 在全市10个区市中居第12位; 第0位.
fn place(draft: &Draft<'_>, it: &Mention, out: &mut Vec<Problem>) {
    let Value::One(rank) = it.value else { return };
    let (from, to) = draft.sentence(it.start);
    let units = among(draft, from.max(it.start.saturating_sub(24)), it.start)
        .or_else(|| among(draft, it.end, to.min(it.end + 16)));
    let beyond = units.is_some_and(|units| rank > units);
    if rank >= Decimal::ONE && !beyond {
        return;
    }
    let (zh, en) = match units {
        Some(units) if beyond => (
            format!("共{units}个单位，不可能第{rank}"),
            format!("there are {units} units: no place {rank}"),
        ),
        _ => ("名次从第1起".to_owned(), "places begin with 1".to_owned()),
    };
    out.push(Problem::new(
        Code::RankRange,
        it.start,
        it.end,
        both(
            format!("名次“{}”超出范围", it.text),
            format!("the place “{}” cannot be", it.text),
        ),
        both(zh, en),
    ));
}

/// The number of units ranked, where the text says so: 10个区市中, 百强区, 20强.
fn among(draft: &Draft<'_>, from: usize, to: usize) -> Option<Decimal> {
    let units = [
        "个区市",
        "个区县",
        "个县区",
        "个区",
        "个县",
        "个市",
        "个城市",
        "个单位",
        "家单位",
        "个街道",
        "个地市",
        "个设区市",
        "个开发区",
        "个高新区",
        "强",
    ];
    let mut at = from;
    let mut found = None;
    while at < to {
        if draft.digit(at)
            && (at == 0
                || !draft.digit(at - 1) && draft.ch(at - 1) != '第' && draft.ch(at - 1) != '.')
        {
            let mut end = at;
            while draft.digit(end) {
                end += 1;
            }
            if units.iter().any(|unit| draft.has(end, unit)) && end - at <= 4 {
                found = draft.slice(at, end).parse().ok();
            }
            at = end;
        } else if draft.has(at, "百强") {
            found = Some(Decimal::ONE_HUNDRED);
            at += 2;
        } else {
            at += 1;
        }
    }
    found
}
