//! Filings: their register can be filled and handed in by organizations, and what they are filled from is there and of the same type.

use quanyu_core::access::Belongs;

use super::{Check, known};
use crate::{
    diagnostic::Diagnostic,
    faults,
    model::{At, Condition, FieldType, Filing, FilingKind, Register},
};

pub(super) fn check(cx: &Check<'_>, faults: &mut Vec<Diagnostic>) {
    for filing in cx.pack.filings.values() {
        one(cx, filing, faults);
    }
}

fn one(cx: &Check<'_>, filing: &Filing, faults: &mut Vec<Diagnostic>) {
    let registers = cx.pack.registers.keys().map(String::as_str);
    let at = cx.place(filing.at, "register");
    if !known(at, faults::REGISTER, &filing.register, registers, faults) {
        return;
    }
    let register = &cx.pack.registers[&filing.register];
    if !matches!(register.belongs(), Belongs::Field(_)) {
        faults.push(faults::belongs_to_nobody(at, &register.id));
    }
    let yearly = register.key.iter().filter_map(|it| register.field(it));
    if filing.kind == FilingKind::Yearly && !yearly.clone().any(|it| it.kind == FieldType::Period) {
        faults.push(faults::no_period_in_key(at, &register.id));
    }
    submit(cx, filing, register, faults);
    for (field, places) in &filing.prefill {
        let at = cx.place(filing.at, &format!("prefill.{field}"));
        let Some(kind) = field_of(at, register, field, faults) else {
            continue;
        };
        for place in places {
            let registers = cx.pack.registers.keys().map(String::as_str);
            if !known(
                place.at,
                faults::REGISTER,
                &place.register,
                registers,
                faults,
            ) {
                continue;
            }
            let other = &cx.pack.registers[&place.register];
            if other.belongs() == Belongs::Owner {
                faults.push(faults::belongs_to_nobody(place.at, &other.id));
            }
            let taken = other.field(&place.field);
            let source = taken.and_then(|it| it.source.as_ref().or(other.source.as_ref()));
            if let (Some(field), Some("统计")) = (taken, source.map(String::as_str)) {
                faults.push(faults::statistics(place.at, &field.id, field.at));
            }
            if let Some(found) = field_of(place.at, other, &place.field, faults)
                && found.word() != kind.word()
            {
                faults.push(faults::field_of_type(
                    place.at,
                    &place.field,
                    found.word(),
                    kind.word(),
                ));
            }
        }
    }
    if let Some(jump) = &filing.jump {
        let at = cx.place(filing.at, "jump.reason");
        if let Some(kind) = field_of(at, register, &jump.reason, faults)
            && !matches!(kind, FieldType::Text | FieldType::LongText)
        {
            faults.push(faults::field_of_type(at, &jump.reason, kind.word(), "text"));
        }
    }
    for condition in &filing.conditions {
        looked_at(cx, condition, faults);
    }
}

/// The step is there, and somebody of an organization may take it.
fn submit(cx: &Check<'_>, filing: &Filing, register: &Register, faults: &mut Vec<Diagnostic>) {
    let steps = register.lifecycle.iter().flat_map(|it| &it.transitions);
    let names = steps.clone().map(|it| it.id.as_str());
    // A key that is missing was told where the shape was checked.
    if filing.submit.is_empty() {
        return;
    }
    let at = cx.place(filing.at, "submit");
    if !known(at, faults::TRANSITION, &filing.submit, names, faults) {
        return;
    }
    let mut step = steps.filter(|it| it.id == filing.submit);
    let firms = |role: &String| cx.pack.roles.get(role).is_some_and(|it| it.firm);
    let taken = step.any(|it| it.role.is_empty() || it.role.iter().any(firms));
    let entered = register.enter.is_empty() || register.enter.iter().any(firms);
    if !taken || !entered {
        faults.push(faults::no_firm_files(at, &register.id));
    }
}

fn looked_at(cx: &Check<'_>, condition: &Condition, faults: &mut Vec<Diagnostic>) {
    let of = match &condition.of {
        Some(of) => {
            let at = cx.place(condition.at, "of");
            let registers = cx.pack.registers.keys().map(String::as_str);
            if !known(at, faults::REGISTER, of, registers, faults) {
                return;
            }
            cx.pack.registers.get(of)
        }
        None => cx.pack.playing("organization"),
    };
    let Some(register) = of else { return };
    if register.belongs() == Belongs::Owner {
        let at = cx.place(condition.at, "of");
        faults.push(faults::belongs_to_nobody(at, &register.id));
    }
    for (key, field) in [("from", &condition.from), ("to", &condition.to)] {
        let Some(field) = field else { continue };
        let at = cx.place(condition.at, key);
        if let Some(kind) = field_of(at, register, field, faults)
            && *kind != FieldType::Date
        {
            faults.push(faults::field_of_type(at, field, kind.word(), "date"));
        }
    }
}

/// The type of a field that must be there.
fn field_of<'a>(
    at: At,
    register: &'a Register,
    field: &str,
    faults: &mut Vec<Diagnostic>,
) -> Option<&'a FieldType> {
    let names = register.fields.iter().map(|it| it.id.as_str());
    known(at, faults::FIELD, field, names, faults);
    register.field(field).map(|it| &it.kind)
}
