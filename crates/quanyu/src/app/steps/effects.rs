//! What happens with a step: fields of the record, records of other registers, people who are told.
//!
//! Owns the values that a declaration names, and running all of it inside the act of the step. What people would type is
//! read before the act, so that nothing is looked up in it.
//!
//! Start reading at [`Prepared::of`].

use std::collections::BTreeMap;

use quanyu_core::{text::Text, value::Value};
use quanyu_pack::model::{EffectKind, Given, Pack, Register, Transition};
use quanyu_store::{
    Act,
    records::{self, Draft, Record},
};

use super::typed;
use crate::app::{
    AppError, Product, duties,
    notices::{self, About, Told, outgoing::Outgoing},
    publications::effect::Planned,
    registers,
};

/// The effects of a step with everything that was typed read.
#[derive(Clone, Default)]
pub(super) struct Prepared {
    set: Vec<(String, Source)>,
    create: Vec<(Register, Vec<(String, Source)>)>,
    notify: Vec<(Vec<String>, Text)>,
    /// What is shown to the public, or ends.
    pub(super) publication: Vec<Planned>,
}

/// Where a value comes from once typed texts are read.
#[derive(Clone, Debug)]
enum Source {
    Today,
    Note,
    Label,
    Record,
    Minutes,
    Field(String),
    Known(Value),
}

/// What of the step its effects speak of.
pub(super) struct Facts<'a> {
    pub record: &'a Record,
    pub register: &'a Register,
    pub note: Option<&'a str>,
    pub minutes: Option<&'a str>,
    /// Who entered the record, and who took the step before.
    pub people: (&'a str, Option<&'a str>),
}

impl Prepared {
    pub(super) async fn of(
        product: &Product,
        register: &Register,
        step: &Transition,
        (record, note): (i64, Option<&str>),
    ) -> Result<Self, AppError> {
        let mut prepared = Self::default();
        for effect in &step.effects {
            match &effect.what {
                EffectKind::Set(values) => {
                    prepared
                        .set
                        .extend(sources(product, register, values).await?);
                }
                EffectKind::Create {
                    register: other,
                    values,
                } => {
                    let other = registers::declared(product, other)?;
                    let values = sources(product, other, values).await?;
                    prepared.create.push((other.clone(), values));
                }
                EffectKind::Publication(what) => {
                    let planned = Planned::of(product, register, record, *what, note).await?;
                    let window = planned.set.iter().cloned();
                    prepared
                        .set
                        .extend(window.map(|(field, value)| (field, Source::Known(value))));
                    prepared.publication.push(planned);
                }
                EffectKind::Notify { whom, text } => {
                    prepared.notify.push((whom.clone(), text.clone()));
                }
            }
        }
        Ok(prepared)
    }

    /// Fields of the record itself.
    pub(super) fn set(&self, act: &Act, facts: &Facts<'_>) -> BTreeMap<String, Value> {
        let each = self.set.iter();
        each.map(|(field, source)| (field.clone(), source.value(act, facts)))
            .collect()
    }

    /// Records of other registers, and people who are told.
    pub(super) async fn run(
        &self,
        act: &mut Act,
        (pack, outgoing): (&Pack, &Outgoing),
        facts: &Facts<'_>,
    ) -> Result<(), AppError> {
        for (register, values) in &self.create {
            let values = values
                .iter()
                .map(|(field, source)| (field.clone(), source.value(act, facts)));
            let mut draft = Draft::new(values);
            draft.owner_user = Some(act.actor.as_str().to_owned());
            draft.owner_org = facts.record.owner_org;
            let id = records::create(act, &register.id, &draft).await?;
            if register.lifecycle.is_some() {
                duties::refresh(act, pack, register, &[id]).await?;
            }
        }
        for (whom, text) in &self.notify {
            let label = registers::label(facts.register, facts.record);
            let note = facts.note.unwrap_or_default();
            let said = |text: &str| {
                let values = [("label", label.clone()), ("note", note.to_owned())];
                crate::messages::fill(text, &values)
            };
            let mut whom: Vec<String> = whom
                .iter()
                .filter_map(|it| match it.as_str() {
                    "@entered" => Some(format!("person:{}", facts.people.0)),
                    "@last" => facts.people.1.map(|it| format!("person:{it}")),
                    role => Some(format!("role:{role}")),
                })
                .collect();
            whom.sort();
            whom.dedup();
            let told = Told {
                kind: "effect",
                whom,
                about: Some(About::of(facts.register, facts.record)),
                zh: said(&text.zh),
                en: said(text.en.as_deref().unwrap_or(&text.zh)),
            };
            notices::tell(act, outgoing, &told).await?;
        }
        Ok(())
    }
}

impl Source {
    fn value(&self, act: &Act, facts: &Facts<'_>) -> Value {
        let text = |it: Option<&str>| it.map_or(Value::Null, Value::text);
        match self {
            Self::Today => Value::Date(act.day()),
            Self::Note => text(facts.note),
            Self::Minutes => text(facts.minutes),
            Self::Label => Value::text(registers::label(facts.register, facts.record)),
            Self::Record => Value::Int(facts.record.id),
            Self::Field(field) => facts.record.value(field).clone(),
            Self::Known(value) => value.clone(),
        }
    }
}

async fn sources(
    product: &Product,
    register: &Register,
    values: &[(String, String)],
) -> Result<Vec<(String, Source)>, AppError> {
    let mut all = Vec::new();
    for (field, text) in values {
        let source = match Given::read(text) {
            Some(Given::Today) => Source::Today,
            Some(Given::Note) => Source::Note,
            Some(Given::Label) => Source::Label,
            Some(Given::Record) => Source::Record,
            Some(Given::Minutes) => Source::Minutes,
            Some(Given::Field(other)) => Source::Field(other.to_owned()),
            Some(Given::Typed(_)) | None => {
                let texts = [(field.clone(), text.clone())].into();
                let read = typed::values(product, register, &texts).await?;
                Source::Known(read.get(field).cloned().unwrap_or(Value::Null))
            }
        };
        all.push((field.clone(), source));
    }
    Ok(all)
}
