//! Lifecycles: every state can be reached, and led on from unless it is a last one; a step names what there is, and is
//! waited for only where somebody can take it.

use super::{Check, effects, known};
use crate::{
    diagnostic::Diagnostic,
    faults,
    model::{At, FieldType, Lifecycle, Register, StepKind, Transition},
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
    for state in &lifecycle.states {
        if let Some(field) = &state.since {
            day_field(cx.place(state.at, "since"), register, field, faults);
        }
    }
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
        roles(cx, step.at, "role", &step.role, faults);
        roles(cx, step.at, "opinions", &step.opinions, faults);
        if let Some(escalate) = &step.escalate {
            roles(cx, step.at, "escalate.to", &escalate.to, faults);
        }
        days(cx, register, step, faults);
        effects::check(cx, register, step, faults);
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

fn roles(cx: &Check<'_>, owner: At, key: &str, roles: &[String], faults: &mut Vec<Diagnostic>) {
    let names = cx.pack.roles.keys().map(String::as_str);
    for (number, role) in roles.iter().enumerate() {
        let at = cx.reading.item_place(owner, key, number);
        known(at, faults::ROLE, role, names.clone(), faults);
    }
}

fn day_field(at: At, register: &Register, name: &str, faults: &mut Vec<Diagnostic>) {
    let fields = register.fields.iter().map(|it| it.id.as_str());
    if known(at, faults::FIELD, name, fields, faults)
        && let Some(field) = register.field(name)
        && field.kind != FieldType::Date
    {
        faults.push(faults::field_of_type(at, name, field.kind.word(), "date"));
    }
}

/// When a step is due, and what goes only with a day or with somebody who is waited for.
fn days(cx: &Check<'_>, register: &Register, step: &Transition, faults: &mut Vec<Diagnostic>) {
    if let Some(field) = &step.by {
        day_field(cx.place(step.at, "by"), register, field, faults);
    }
    let due = step.by.is_some() || step.within.is_some();
    let belongs = [
        ("remind", step.remind.is_some(), due),
        ("escalate", step.escalate.is_some(), due),
        ("within", step.within.is_some(), step.is_expected()),
        ("by", step.by.is_some(), step.is_expected()),
        (
            "opinions",
            !step.opinions.is_empty(),
            step.kind != StepKind::Withdraw,
        ),
    ];
    for (key, given, fits) in belongs {
        if given && !fits {
            let at = cx.place(step.at, key);
            let (zh, en) = match key {
                "remind" | "escalate" => ("没有期限的步骤", "a step that is never due"),
                _ => (
                    "没人等着办的步骤",
                    "a step that nobody is waited for to take",
                ),
            };
            faults.push(faults::does_not_belong(at, key, zh, en));
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
