//! What is published, opened and exchanged: names, masks, states, and the registers that keep it.

use super::{Check, known};
use crate::{
    diagnostic::Diagnostic,
    faults,
    model::{
        EffectKind, Field, FieldType, Flow, OpenData, Publication, PublicationAct, Register,
        StepKind, Transition,
    },
};

pub(super) fn check(cx: &Check<'_>, faults: &mut Vec<Diagnostic>) {
    for it in cx.pack.publications.values() {
        publication(cx, it, faults);
    }
    for it in cx.pack.open_data.values() {
        open_data(cx, it, faults);
    }
    for it in cx.pack.flows.values() {
        flow(cx, it, faults);
    }
    parts(cx, faults);
}

/// A step that does something to what is published is one of the register that plays it.
pub(super) fn effect(
    register: &Register,
    effect: &crate::model::Effect,
    faults: &mut Vec<Diagnostic>,
) {
    if register.plays.as_deref() != Some("publication") {
        let (zh, en) = (
            "不担任 publication 的台账",
            "a register that does not play `publication`",
        );
        faults.push(faults::does_not_belong(effect.at, "publication", zh, en));
    }
}

fn publication(cx: &Check<'_>, it: &Publication, faults: &mut Vec<Diagnostic>) {
    let at = |key: &str| cx.place(it.at, key);
    if cx.pack.playing("publication").is_none() {
        faults.push(faults::nobody_plays(it.at, "publication"));
    }
    if it.window.is_some() && cx.pack.playing("objection").is_none() {
        faults.push(faults::nobody_plays(at("window"), "objection"));
    }
    let Some(register) = of(cx, it.at, &it.register, faults) else {
        return;
    };
    for (number, shown) in it.columns.iter().enumerate() {
        let at = cx.reading.item_place(it.at, "columns", number);
        let Some(field) = field(register, at, &shown.field, faults) else {
            continue;
        };
        let person = field.kind == FieldType::Person;
        if person && shown.mask.is_none() {
            faults.push(faults::not_masked(at, &field.id, field.at));
        }
        public(at, register, field, faults);
        if field.kind == FieldType::File {
            let (zh, en) = ("公示的列", "a published column");
            faults.push(faults::does_not_belong(at, &field.id, zh, en));
        }
    }
    states(cx, it.at, register, &it.states, faults);
    if let Some(then) = &it.then {
        let at = at("then");
        let steps = steps(register);
        let names = steps.iter().map(|it| it.id.as_str());
        if known(at, faults::TRANSITION, then, names, faults)
            && let Some(step) = steps.iter().find(|it| it.id == *then)
        {
            if step.kind != StepKind::Forward {
                let (zh, en) = ("不是 forward 的步骤", "a step that is not `forward`");
                faults.push(faults::does_not_belong(at, "then", zh, en));
            }
            if let Some(state) = it.states.iter().find(|it| {
                let states = register.lifecycle.iter().flat_map(|it| &it.states);
                let known = states.map(|it| &it.id).any(|id| id == *it);
                known && !step.from.contains(it)
            }) {
                faults.push(faults::step_not_from(at, then, state, step.at));
            }
        }
    }
}

fn open_data(cx: &Check<'_>, it: &OpenData, faults: &mut Vec<Diagnostic>) {
    let at = |key: &str| cx.place(it.at, key);
    if cx.pack.datasets.contains_key(&it.of) {
        if !it.states.is_empty() {
            let (zh, en) = ("数据集", "a dataset");
            faults.push(faults::does_not_belong(at("states"), "states", zh, en));
        }
        // Which columns a query has is known when it is planned.
    } else {
        let names = cx.pack.registers.keys().chain(cx.pack.datasets.keys());
        if !known(
            at("of"),
            faults::TABLE,
            &it.of,
            names.map(String::as_str),
            faults,
        ) {
            return;
        }
        let Some(register) = cx.pack.registers.get(&it.of) else {
            return;
        };
        for (number, name) in it.columns.iter().enumerate() {
            let at = cx.reading.item_place(it.at, "columns", number);
            let Some(field) = field(register, at, name, faults) else {
                continue;
            };
            if matches!(field.kind, FieldType::Person | FieldType::File) {
                let (zh, en) = ("开放数据", "open data");
                faults.push(faults::does_not_belong(at, name, zh, en));
            }
            public(at, register, field, faults);
        }
        if register.lifecycle.is_some() && it.states.is_empty() {
            faults.push(faults::missing_key(it.at, "states"));
        }
        states(cx, it.at, register, &it.states, faults);
    }
    if let Some(small) = &it.small {
        let names = || it.columns.iter().map(String::as_str);
        known(
            at("small.count"),
            faults::COLUMN,
            &small.count,
            names(),
            faults,
        );
        for name in &small.hide {
            known(at("small.hide"), faults::COLUMN, name, names(), faults);
        }
    }
}

fn flow(cx: &Check<'_>, it: &Flow, faults: &mut Vec<Diagnostic>) {
    let Some(register) = of(cx, it.at, &it.register, faults) else {
        return;
    };
    for (key, names, wanted) in [
        ("fields", &it.fields, None),
        ("person", &it.person, Some(FieldType::Person)),
        ("files", &it.files, Some(FieldType::File)),
    ] {
        for (number, name) in names.iter().enumerate() {
            let at = cx.reading.item_place(it.at, key, number);
            let Some(field) = field(register, at, name, faults) else {
                continue;
            };
            match wanted {
                Some(ref kind) if field.kind != *kind => {
                    let found = field.kind.word();
                    faults.push(faults::field_of_type(at, name, found, kind.word()));
                }
                None if matches!(field.kind, FieldType::Person | FieldType::File) => {
                    let other = match field.kind {
                        FieldType::Person => "person",
                        _ => "files",
                    };
                    faults.push(faults::flows_elsewhere(at, name, other));
                }
                _ => {}
            }
        }
    }
    states(cx, it.at, register, &it.states, faults);
    if it.state && register.lifecycle.is_none() {
        let (zh, en) = ("没有办理流程的台账", "a register without a lifecycle");
        let at = cx.place(it.at, "state");
        faults.push(faults::does_not_belong(at, "state", zh, en));
    }
    let names = cx.pack.roles.keys().map(String::as_str);
    for (number, role) in it.notices.iter().enumerate() {
        let at = cx.reading.item_place(it.at, "notices", number);
        known(at, faults::ROLE, role, names.clone(), faults);
    }
}

/// The registers that keep publications and objections have steps, and an objection is one against a publication.
fn parts(cx: &Check<'_>, faults: &mut Vec<Diagnostic>) {
    for part in ["publication", "objection"] {
        if let Some(register) = cx.pack.playing(part)
            && register.lifecycle.is_none()
        {
            faults.push(faults::missing_key(register.at, "lifecycle"));
        }
    }
    let against = cx.pack.playing("objection");
    if let Some(field) = against.and_then(|it| it.slot("publication"))
        && let FieldType::Reference { to } = &field.kind
        && let Some(keeper) = cx.pack.playing("publication")
        && *to != keeper.id
    {
        let names = [keeper.id.as_str()];
        faults.push(faults::unknown_name(field.at, faults::REGISTER, to, &names));
    }
    let Some(register) = cx.pack.playing("publication") else {
        return;
    };
    let does = |wanted| {
        let effects = steps(register).iter().flat_map(|it| &it.effects);
        let mut acts = effects.filter_map(|it| match it.what {
            EffectKind::Publication(act) => Some(act),
            _ => None,
        });
        acts.any(|it| it == wanted)
    };
    for (act, word) in [
        (PublicationAct::Publish, "publish"),
        (PublicationAct::Settle, "settle"),
    ] {
        if !does(act) {
            faults.push(faults::no_step_does(register.at, word));
        }
    }
}

fn steps(register: &Register) -> &[Transition] {
    register
        .lifecycle
        .as_ref()
        .map_or(&[], |it| &it.transitions)
}

fn of<'a>(
    cx: &'a Check<'_>,
    owner: crate::model::At,
    name: &str,
    faults: &mut Vec<Diagnostic>,
) -> Option<&'a Register> {
    let names = cx.pack.registers.keys().map(String::as_str);
    let at = cx.place(owner, "register");
    if !known(at, faults::REGISTER, name, names, faults) {
        return None;
    }
    cx.pack.registers.get(name)
}

fn field<'a>(
    register: &'a Register,
    at: crate::model::At,
    name: &str,
    faults: &mut Vec<Diagnostic>,
) -> Option<&'a Field> {
    let names = register.fields.iter().map(|it| it.id.as_str());
    if !known(at, faults::FIELD, name, names, faults) {
        return None;
    }
    register.field(name)
}

/// What was had from statistics about single ones is never shown of them.
fn public(at: crate::model::At, register: &Register, field: &Field, faults: &mut Vec<Diagnostic>) {
    let source = field.source.as_ref().or(register.source.as_ref());
    if source.is_some_and(|it| it == "统计") {
        faults.push(faults::statistics_shown(at, &field.id, field.at));
    }
}

fn states(
    cx: &Check<'_>,
    owner: crate::model::At,
    register: &Register,
    names: &[String],
    faults: &mut Vec<Diagnostic>,
) {
    let states = register.lifecycle.iter().flat_map(|it| &it.states);
    let states = states.map(|it| it.id.as_str());
    for (number, state) in names.iter().enumerate() {
        let at = cx.reading.item_place(owner, "states", number);
        known(at, faults::STATE, state, states.clone(), faults);
    }
}
