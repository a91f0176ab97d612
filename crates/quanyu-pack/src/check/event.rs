//! What may happen to a record, and how it is entered and told from others: every field that is named there is one.

use super::{Check, known};
use crate::{
    diagnostic::Diagnostic,
    faults,
    model::{At, Event, FieldType, Register},
};

pub(super) fn check(cx: &Check<'_>, register: &Register, faults: &mut Vec<Diagnostic>) {
    for (number, field) in register.quick.iter().enumerate() {
        let at = cx.reading.item_place(register.at, "quick", number);
        named(register, at, field, faults);
    }
    for (number, group) in register.same.iter().enumerate() {
        let at = cx.reading.item_place(register.at, "same", number);
        for field in group {
            named(register, at, field, faults);
        }
    }
    for event in &register.events {
        one(cx, register, event, faults);
    }
}

fn one(cx: &Check<'_>, register: &Register, event: &Event, faults: &mut Vec<Diagnostic>) {
    if let Some(date) = &event.date {
        let at = cx.place(event.at, "date");
        if named(register, at, date, faults)
            && let Some(field) = register.field(date)
            && field.kind != FieldType::Date
        {
            faults.push(faults::field_of_type(at, date, field.kind.word(), "date"));
        }
    }
    for (key, fields) in [("ask", &event.ask), ("clear", &event.clear)] {
        for (number, field) in fields.iter().enumerate() {
            let at = cx.reading.item_place(event.at, key, number);
            named(register, at, field, faults);
        }
    }
    for (field, value) in &event.set {
        let at = cx.place(event.at, &format!("set.{field}"));
        if !named(register, at, field, faults) {
            continue;
        }
        let declared = register.field(field).map(|it| &it.kind);
        if let Some(FieldType::Code { list }) = declared
            && let Some(list) = cx.pack.codes.get(list)
        {
            let codes = list.items.iter().map(|it| it.code.as_str());
            known(at, faults::CODE, value, codes, faults);
        }
    }
    for (field, into) in &event.keep {
        let at = cx.place(event.at, &format!("keep.{field}"));
        if named(register, at, field, faults)
            && named(register, at, into, faults)
            && let Some(kind) = register.field(into).map(|it| &it.kind)
            && !matches!(kind, FieldType::Text | FieldType::LongText)
        {
            faults.push(faults::field_of_type(at, into, kind.word(), "text"));
        }
    }
}

fn named(register: &Register, at: At, field: &str, faults: &mut Vec<Diagnostic>) -> bool {
    let names = register.fields.iter().map(|it| it.id.as_str());
    known(at, faults::FIELD, field, names, faults)
}
