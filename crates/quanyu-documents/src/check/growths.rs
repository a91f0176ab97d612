//! Growth against the two levels it is said of: 由33家增至41家，增长24.2%.
//!
//! Owns finding the two levels. Invariant: the growth is held against all values that print as the two levels; a text that
//! speaks of a comparable basis gets a note, since that growth is not that of the levels.

use rust_decimal::Decimal;

use super::{
    draft::Draft,
    problem::{Code, Problem, both},
    verdict::claim_of,
};
use crate::claim::{Claim, Printed, Truth};
use crate::read::{Comparator, Kind, Mention, Nature, Value};

const COMPARABLE: [&str; 7] = [
    "可比价",
    "可比口径",
    "同口径",
    "不变价",
    "扣除价格",
    "按可比",
    "名义",
];

pub(super) fn find(draft: &Draft<'_>, out: &mut Vec<Problem>) {
    for &(from, to) in &draft.reading.sentences {
        let figures: Vec<&Mention> = draft.figures_in(from, to).map(|it| it.1).collect();
        for (nth, growth) in figures.iter().enumerate() {
            if growth.kind != Kind::Growth || growth.unit.as_deref() != Some("1") {
                continue;
            }
            let Some((now, before)) = levels(draft, &figures[..nth], growth) else {
                continue;
            };
            held(draft, (from, to), now, before, growth, out);
        }
    }
}

/// The levels right before a growth: the present one, and the one that it is said to come from.
fn levels<'m>(
    draft: &Draft<'_>,
    earlier: &[&'m Mention],
    growth: &Mention,
) -> Option<(&'m Mention, &'m Mention)> {
    let mut back = earlier
        .iter()
        .rev()
        .copied()
        .filter(|it| it.kind == Kind::Level);
    let (last, other) = (back.next()?, back.next()?);
    // Nothing but the two may stand between: another number would be what grows.
    let between = earlier
        .iter()
        .filter(|it| it.start > other.start && it.start != last.start)
        .count();
    let near = growth.start - last.end <= 14 && last.start - other.end <= 16;
    if last.unit != other.unit
        || between > 0
        || !near
        || draft.any(last.end, growth.start, &["。", "；", ";"])
    {
        return None;
    }
    let lead = |it: &Mention| draft.slice(it.start.saturating_sub(8), it.start + 2);
    let is_base = |it: &Mention| {
        let lead = lead(it);
        ["上年", "去年", "同期", "从", "由", "上一年"]
            .iter()
            .any(|word| lead.contains(word))
            || it.nature == Some(Nature::Reference)
    };
    let rises = draft.any(
        other.end,
        last.end,
        &[
            "增至",
            "增加到",
            "增长到",
            "提高到",
            "提升到",
            "升至",
            "上升到",
            "扩大到",
            "增长至",
            "提高至",
            "增加至",
            "降至",
            "下降到",
            "减少到",
            "减至",
        ],
    );
    if rises
        && draft.any(
            other.start.saturating_sub(6),
            other.start + 1,
            &["从", "由"],
        )
    {
        Some((last, other))
    } else if is_base(last)
        && !is_base(other)
        && draft.any(other.end, last.end, &["上年", "去年", "同期", "上一年"])
    {
        Some((other, last))
    } else {
        None
    }
}

fn held(
    draft: &Draft<'_>,
    (from, to): (usize, usize),
    now: &Mention,
    before: &Mention,
    growth: &Mention,
    out: &mut Vec<Problem>,
) {
    let exact = |it: &Mention| {
        matches!(it.comparator, None | Some(Comparator::Eq)) && matches!(it.value, Value::One(_))
    };
    if !exact(now) || !exact(before) {
        return;
    }
    let (Some(high), Some(low), Some(said)) =
        (Printed::of(now), Printed::of(before), Printed::of(growth))
    else {
        return;
    };
    if low.value <= Decimal::ZERO || high.value <= Decimal::ZERO {
        return;
    }
    let rounded = |it: &Printed| {
        // Counts are exact; only what is printed with a multiplier or decimals was rounded.
        if it.unit == Decimal::ONE {
            (it.value, it.value)
        } else {
            it.span()
        }
    };
    let ((now_low, now_high), (before_low, before_high)) = (rounded(&high), rounded(&low));
    if before_low <= Decimal::ZERO {
        return;
    }
    let (least, most) = (
        now_low / before_high - Decimal::ONE,
        now_high / before_low - Decimal::ONE,
    );
    let middle = high.value / low.value - Decimal::ONE;
    let holds = match claim_of(growth) {
        Claim::Exact | Claim::Reaches => {
            let half = said.unit / Decimal::TWO;
            said.value + half >= least && said.value - half <= most
        }
        claim => [least, middle, most]
            .iter()
            .any(|it| claim.test(&said, *it, None, true) != Truth::False),
    };
    if holds {
        return;
    }
    let right = super::words::like(middle, growth, &said);
    let problem = Problem::new(
        Code::GrowthLevels,
        growth.start,
        growth.end,
        both(
            format!(
                "由{}到{}应增长{right}，文中为{}",
                before.text, now.text, growth.text
            ),
            format!(
                "from {} to {} it grew by {right}, the text says {}",
                before.text, now.text, growth.text
            ),
        ),
        both(
            "增速与前后两个数对不上",
            "the growth does not follow from the two levels",
        ),
    );
    let comparable = draft.any(from, to, &COMPARABLE);
    out.push(if comparable {
        problem
            .suggest(both(
                "按可比口径计算，请注明口径",
                "a comparable basis: say which",
            ))
            .noted()
    } else {
        problem.suggest(both(
            format!("改为{right}，或核对两个数"),
            format!("write {right}, or check the two levels"),
        ))
    });
}
