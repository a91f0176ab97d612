//! The wording of faults of appraisal schemes and split targets.

use crate::{diagnostic::Diagnostic, model::At};

pub(crate) fn weights(at: At, sum: &str, points: &str) -> Diagnostic {
    Diagnostic::new(
        "weights",
        at,
        format!("各项分值合计 {sum}，不是总分 {points}"),
        format!("the weights add up to {sum}, not to {points} points"),
    )
    .hint(
        "改各项的 weight，或用 points 写明总分",
        "change the weights, or say with `points` how many there are",
    )
}

pub(crate) fn does_not_add_up(at: At, sum: &str, whole: &str, missing: &str) -> Diagnostic {
    Diagnostic::new(
        "does_not_add_up",
        at,
        format!("分解合计 {sum}，目标是 {whole}，差 {missing}"),
        format!("the parts add up to {sum}, the target is {whole}: {missing} is missing"),
    )
}

pub(crate) fn not_rising(at: At) -> Diagnostic {
    Diagnostic::new(
        "not_rising",
        at,
        "各档要由低到高写，越好的得分越多，不能重复，也不能空着".into(),
        "steps come with the first first, the better earning more, none twice and at least one"
            .into(),
    )
}

pub(crate) fn no_direction(at: At, indicator: &str, declared: At) -> Diagnostic {
    Diagnostic::new(
        "no_direction",
        at,
        format!("指标 `{indicator}` 没有越高越好还是越低越好之分，不能按完成情况计分"),
        format!("indicator `{indicator}` is neither better higher nor lower, so a target of it earns no points"),
    )
    .hint(
        "在指标上写 better = \"higher\" 或 \"lower\"，或用 method = \"rank\"",
        "say `better = \"higher\"` or `\"lower\"` on the indicator, or use `method = \"rank\"`",
    )
    .also(declared, "指标在这里声明", "the indicator is declared here")
}

pub(crate) fn not_split(at: At, indicator: &str) -> Diagnostic {
    Diagnostic::new(
        "not_split",
        at,
        format!("考核对象是街道、园区，指标 `{indicator}` 的目标要用 parts 分解到各地"),
        format!(
            "the scheme is for parts, so the target of `{indicator}` has to be split over them"
        ),
    )
    .hint(
        "写 parts = { \"区划代码\" = 数, … }",
        "give parts = { \"region code\" = number, … }",
    )
}
