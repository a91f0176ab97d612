//! Lifecycles: every state can be reached, and led on from unless it is a last one.

use super::{Check, known};
use crate::{
    diagnostic::Diagnostic,
    faults,
    model::{FieldType, Lifecycle, Register},
};

pub(super) fn check(cx: &Check<'_>, faults: &mut Vec<Diagnostic>) {
    for register in cx.pack.registers.values() {
        if let Some(lifecycle) = &register.lifecycle {
            names(cx, register, lifecycle, faults);
            ways(lifecycle, faults);
        }
    }
}

fn names(cx: &Check<'_>, register: &Register, lifecycle: &Lifecycle, faults: &mut Vec<Diagnostic>) {
    let states = lifecycle.states.iter().map(|it| it.id.as_str());
    for step in &lifecycle.transitions {
        for (number, from) in step.from.iter().enumerate() {
            let at = cx.reading.item_place(step.at, "from", number);
            known(at, faults::STATE, from, states.clone(), faults);
        }
        known(
            cx.place(step.at, "to"),
            faults::STATE,
            &step.to,
            states.clone(),
            faults,
        );
        for (number, role) in step.role.iter().enumerate() {
            let at = cx.reading.item_place(step.at, "role", number);
            known(
                at,
                faults::ROLE,
                role,
                cx.pack.roles.keys().map(String::as_str),
                faults,
            );
        }
        for (number, field) in step.requires.iter().enumerate() {
            let at = cx.reading.item_place(step.at, "requires", number);
            known(
                at,
                faults::FIELD,
                field,
                register.fields.iter().map(|it| it.id.as_str()),
                faults,
            );
        }
        if let Some(number) = &step.number {
            for (key, name) in [
                ("number.field", &number.field),
                ("number.series", &number.series),
            ] {
                // A key that is missing was told where the shape was checked.
                if name.is_empty() {
                    continue;
                }
                let at = cx.place(step.at, key);
                let fields = register.fields.iter().map(|it| it.id.as_str());
                let text = register
                    .field(name)
                    .is_none_or(|it| it.kind == FieldType::Text && !it.many);
                if known(at, faults::FIELD, name, fields, faults) && !text {
                    let kind = register.field(name).map_or("", |it| it.kind.word());
                    faults.push(faults::field_of_type(at, name, kind, "text"));
                }
            }
        }
    }
}

fn ways(lifecycle: &Lifecycle, faults: &mut Vec<Diagnostic>) {
    let Some(first) = lifecycle.states.first() else {
        return;
    };
    let mut reached = vec![first.id.as_str()];
    let mut next = 0;
    while let Some(state) = reached.get(next).copied() {
        next += 1;
        for step in lifecycle
            .transitions
            .iter()
            .filter(|it| it.from.iter().any(|it| it == state))
        {
            if !reached.contains(&step.to.as_str()) {
                reached.push(&step.to);
            }
        }
    }
    for state in &lifecycle.states {
        if !reached.contains(&state.id.as_str()) {
            faults.push(faults::unreachable_state(state.at, &state.id));
        }
        let leads_on = lifecycle
            .transitions
            .iter()
            .any(|it| it.from.contains(&state.id));
        match (leads_on, state.last) {
            (false, false) => faults.push(faults::dead_end(state.at, &state.id)),
            (true, true) => faults.push(faults::last_leads_on(state.at, &state.id)),
            _ => {}
        }
    }
}
