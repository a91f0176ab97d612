//! What is wrong with templates, in their places, as a pack is checked.

use std::collections::BTreeSet;

use quanyu_documents::compose::template::{FaultKind, check};
use quanyu_pack::{Diagnostic, model::Pack};

/// What is wrong with the templates of a pack that can be told without figures.
#[must_use]
pub fn faults(pack: &Pack) -> Vec<Diagnostic> {
    let templates: BTreeSet<&str> = pack
        .documents
        .values()
        .filter_map(|it| it.template.as_ref().map(|it| it.value.as_str()))
        .collect();
    let mut all = Vec::new();
    for (place, file) in templates.into_iter().filter_map(|it| pack.file(it)) {
        let known = |id: &str| pack.indicators.contains_key(id);
        for fault in check(&file.text, known) {
            let number = |it: usize| u32::try_from(it).unwrap_or(u32::MAX);
            let at = quanyu_pack::model::At {
                file: place,
                start: number(fault.range.start),
                end: number(fault.range.end),
            };
            all.push(match fault.kind {
                FaultKind::Syntax(reason) => Diagnostic::new(
                    "template_syntax",
                    at,
                    format!("模板写法有误：{reason}"),
                    format!("the template cannot be read: {reason}"),
                ),
                FaultKind::Indicator(id) => {
                    let fault = Diagnostic::new(
                        "template_indicator",
                        at,
                        format!("没有指标 `{id}`"),
                        format!("there is no indicator `{id}`"),
                    );
                    let all = pack.indicators.keys().map(String::as_str);
                    match quanyu_pack::nearest(&id, all) {
                        Some(near) => fault.hint(
                            format!("是不是要写 `{near}`？"),
                            format!("did you mean `{near}`?"),
                        ),
                        None => fault,
                    }
                }
                FaultKind::Punctuation(c) => Diagnostic::new(
                    "template_punctuation",
                    at,
                    format!("中文里用了半角标点 `{c}`"),
                    format!("half-width `{c}` in Chinese text"),
                )
                .hint("改成全角标点", "write it full-width"),
            });
        }
    }
    all
}
