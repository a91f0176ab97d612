//! Faults of what is published, opened and exchanged.

use crate::{diagnostic::Diagnostic, model::At};

pub(crate) fn not_masked(at: At, field: &str, declared: At) -> Diagnostic {
    Diagnostic::new(
        "not_masked",
        at,
        format!("`{field}` 是个人信息，公示时要写明怎样遮盖"),
        format!("`{field}` is personal data: say how it is masked when it is published"),
    )
    .hint(
        "写 mask = { 字段 = \"name\" }，可用 name、phone、id_number、hide",
        "give `mask = { field = \"name\" }`; there is: name, phone, id_number, hide",
    )
    .also(declared, "字段在这里声明", "the field is declared here")
}

pub(crate) fn statistics_shown(at: At, field: &str, declared: At) -> Diagnostic {
    Diagnostic::new(
        "statistics_shown",
        at,
        format!("`{field}` 是从统计部门取得的单户数据，不能公示或开放"),
        format!("`{field}` holds statistics of single ones: they are never published"),
    )
    .also(declared, "字段在这里声明", "the field is declared here")
}

pub(crate) fn step_not_from(at: At, step: &str, state: &str, declared: At) -> Diagnostic {
    Diagnostic::new(
        "step_not_from",
        at,
        format!("步骤 `{step}` 不能从状态 `{state}` 走"),
        format!("step `{step}` does not lead from state `{state}`"),
    )
    .also(declared, "步骤在这里声明", "the step is declared here")
}

pub(crate) fn flows_elsewhere(at: At, field: &str, key: &str) -> Diagnostic {
    Diagnostic::new(
        "flows_elsewhere",
        at,
        format!("`{field}` 要写在 `{key}` 里，才看得出它会出本网"),
        format!("`{field}` goes into `{key}`, so that everybody sees that it leaves"),
    )
}

pub(crate) fn no_step_does(at: At, act: &str) -> Diagnostic {
    Diagnostic::new(
        "no_step_does",
        at,
        format!("担任 publication 的台账没有步骤做 `{act}`"),
        format!("the register that plays `publication` has no step that does `{act}`"),
    )
    .hint(
        format!("给一个步骤写 effects = [{{ publication = \"{act}\" }}]"),
        format!("give a step `effects = [{{ publication = \"{act}\" }}]`"),
    )
}
