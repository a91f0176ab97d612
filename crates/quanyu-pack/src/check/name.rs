//! Standard names: a form cannot be right and wrong, and belongs to one name.

use std::collections::BTreeMap;

use super::Check;
use crate::{diagnostic::Diagnostic, faults};

pub(super) fn check(cx: &Check<'_>, faults: &mut Vec<Diagnostic>) {
    let mut right: BTreeMap<&str, &str> = BTreeMap::new();
    for (id, name) in &cx.pack.names {
        for form in [&name.standard].into_iter().chain(&name.short) {
            if let Some(other) = right.insert(&form.value, id)
                && other != id
            {
                faults.push(faults::form_of_two_names(form.at, &form.value, other));
            }
        }
    }
    for name in cx.pack.names.values() {
        for form in &name.wrong {
            if let Some(of) = right.get(form.value.as_str()) {
                faults.push(faults::wrong_form_is_right(form.at, &form.value, of));
            }
            if form.value.chars().count() < 2 {
                faults.push(faults::form_too_short(form.at, &form.value));
            }
        }
        for form in &name.unless {
            if !name.wrong.iter().any(|it| form.value.contains(&it.value)) {
                faults.push(faults::holds_no_wrong_form(form.at, &form.value));
            }
        }
    }
}
