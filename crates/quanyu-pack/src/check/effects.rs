//! What happens with a step: the fields that it fills, the records that it makes, the people that it tells.

use super::{Check, known, publication};
use crate::{
    diagnostic::Diagnostic,
    faults,
    model::{Effect, EffectKind, Field, FieldType, Given, PEOPLE, Register, Transition},
};

pub(super) fn check(
    cx: &Check<'_>,
    register: &Register,
    step: &Transition,
    faults: &mut Vec<Diagnostic>,
) {
    for effect in &step.effects {
        match &effect.what {
            EffectKind::Set(values) => {
                for (field, source) in values {
                    value(
                        cx,
                        (register, register),
                        effect,
                        ("set", field, source),
                        faults,
                    );
                }
            }
            EffectKind::Create {
                register: name,
                values,
            } => {
                let at = cx.place(effect.at, "create");
                let names = cx.pack.registers.keys().map(String::as_str);
                if !known(at, faults::REGISTER, name, names, faults) {
                    continue;
                }
                let Some(made) = cx.pack.registers.get(name) else {
                    continue;
                };
                for (field, source) in values {
                    value(
                        cx,
                        (register, made),
                        effect,
                        ("values", field, source),
                        faults,
                    );
                }
                needed(made, effect, values, faults);
            }
            EffectKind::Publication(_) => publication::effect(register, effect, faults),
            EffectKind::Notify { whom, text } => {
                let names = cx.pack.roles.keys().map(String::as_str).chain(PEOPLE);
                for (number, name) in whom.iter().enumerate() {
                    let at = cx.reading.item_place(effect.at, "notify", number);
                    known(at, faults::ROLE, name, names.clone(), faults);
                }
                if text.zh.is_empty() {
                    faults.push(faults::missing_key(effect.at, "text"));
                }
            }
        }
    }
}

/// A record that is made says all that its register needs.
fn needed(
    made: &Register,
    effect: &Effect,
    values: &[(String, String)],
    faults: &mut Vec<Diagnostic>,
) {
    let asked = made
        .fields
        .iter()
        .filter(|it| it.required && it.computed.is_none());
    for field in asked {
        if !values.iter().any(|(it, _)| *it == field.id) {
            let key = format!("values.{}", field.id);
            faults.push(faults::missing_key(effect.at, &key).also(
                field.at,
                "字段在这里声明",
                "the field is declared here",
            ));
        }
    }
}

/// A value goes into a field that takes it. `from` is the record of the step, `to` the one that gets the value.
fn value(
    cx: &Check<'_>,
    (from, to): (&Register, &Register),
    effect: &Effect,
    (key, name, source): (&str, &str, &str),
    faults: &mut Vec<Diagnostic>,
) {
    let at = cx.place(effect.at, &format!("{key}.{name}"));
    let fields = to.fields.iter().map(|it| it.id.as_str());
    if !known(at, faults::FIELD, name, fields, faults) {
        return;
    }
    let Some(field) = to.field(name) else { return };
    if field.computed.is_some() {
        let (zh, en) = ("算出来的字段", "a computed field");
        faults.push(faults::does_not_belong(at, key, zh, en));
        return;
    }
    let fits = match Given::read(source) {
        None => {
            faults.push(faults::unknown_name(
                at,
                faults::SOURCE,
                source,
                &Given::WORDS,
            ));
            return;
        }
        Some(Given::Today) => field.kind == FieldType::Date,
        Some(Given::Note | Given::Label | Given::Minutes) => is_text(field),
        Some(Given::Record) => refers(cx, field, from),
        Some(Given::Field(other)) => {
            let names = from.fields.iter().map(|it| it.id.as_str());
            if !known(at, faults::FIELD, other, names, faults) {
                return;
            }
            let other = from.field(other).map(|it| (&it.kind, it.many));
            other.is_none_or(|(kind, many)| {
                (*kind == field.kind && many == field.many)
                    || (is_text(field) && matches!(kind, FieldType::Text | FieldType::LongText))
            })
        }
        Some(Given::Typed(text)) => {
            code(cx, at, field, text, faults);
            true
        }
    };
    if !fits {
        faults.push(faults::field_of_type(at, name, field.kind.word(), source));
    }
}

fn is_text(field: &Field) -> bool {
    matches!(field.kind, FieldType::Text | FieldType::LongText)
}

/// Whether a field can hold the record of a register.
fn refers(cx: &Check<'_>, field: &Field, register: &Register) -> bool {
    match &field.kind {
        FieldType::Reference { to } => *to == register.id,
        FieldType::Organization => cx
            .pack
            .playing("organization")
            .is_some_and(|it| it.id == register.id),
        _ => false,
    }
}

/// A code that is written out must be one.
fn code(
    cx: &Check<'_>,
    at: crate::model::At,
    field: &Field,
    text: &str,
    faults: &mut Vec<Diagnostic>,
) {
    let FieldType::Code { list } = &field.kind else {
        return;
    };
    let Some(list) = cx.pack.codes.get(list).filter(|it| !it.items.is_empty()) else {
        return;
    };
    let means = list.items.iter().any(|it| {
        it.code == text || it.title.zh == text || it.synonyms.iter().any(|it| it == text)
    });
    if !means {
        let valid: Vec<_> = list.items.iter().map(|it| it.code.as_str()).collect();
        faults.push(faults::unknown_name(at, faults::CODE, text, &valid));
    }
}
