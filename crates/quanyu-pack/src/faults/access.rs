//! Faults of roles and rights.

use crate::{diagnostic::Diagnostic, model::At};

pub(crate) fn office_with_right(at: At, role: &str, right: &str) -> Diagnostic {
    Diagnostic::new(
        "office_with_right",
        at,
        format!("管理员角色 `{role}` 不能有业务权限 `{right}`，三员分立只留 `administer`"),
        format!(
            "the administrator's role `{role}` cannot have `{right}`: an office leaves only `administer`"
        ),
    )
}

pub(crate) fn account_needs_region(at: At, role: &str) -> Diagnostic {
    Diagnostic::new(
        "account_needs_region",
        at,
        format!("角色 `{role}` 按区域授权，演示账号要写 region"),
        format!("role `{role}` reaches over a region: this account needs `region`"),
    )
}

pub(crate) fn mandate_needs_organization(at: At, role: &str) -> Diagnostic {
    Diagnostic::new(
        "mandate_needs_organization",
        at,
        format!("角色 `{role}` 受托办理，要写 scope = \"organization\" 和 side = \"firm\""),
        format!(
            "role `{role}` acts by mandate: it needs scope = \"organization\" and side = \"firm\""
        ),
    )
}
