//! Faults of filings.

use crate::{diagnostic::Diagnostic, model::At};

pub(crate) fn belongs_to_nobody(at: At, register: &str) -> Diagnostic {
    Diagnostic::new(
        "belongs_to_nobody",
        at,
        format!("台账 `{register}` 没有 organization 字段，分不出是哪个单位的"),
        format!("register `{register}` has no organization field, so its records are nobody's"),
    )
}

pub(crate) fn no_period_in_key(at: At, register: &str) -> Diagnostic {
    Diagnostic::new(
        "no_period_in_key",
        at,
        format!("年度填报要一家一年一条：台账 `{register}` 的 key 里要有 period 字段"),
        format!("yearly facts are one record a year: the key of `{register}` needs a period field"),
    )
}

pub(crate) fn no_firm_files(at: At, register: &str) -> Diagnostic {
    Diagnostic::new(
        "no_firm_files",
        at,
        format!("没有企业侧角色（side = \"firm\"）可以填 `{register}` 并办理这一步"),
        format!("no role with side = \"firm\" enters `{register}` and takes this step"),
    )
}
