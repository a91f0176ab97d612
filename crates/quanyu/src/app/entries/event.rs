//! What happens to a record on a day: 迁入, 迁出, 更名, 注销, as the pack declares it. One action, one change.
//!
//! Owns what an event asks for and what it sets. Start reading at [`happen`].

use futures::FutureExt as _;
use jiff::civil::Date;
use quanyu_core::{access::Right, text::Text, value::Value};
use quanyu_pack::model::{Event, Register};
use quanyu_store::{
    reason,
    records::{self, Draft, Record},
};

use super::{
    Control, ControlKind, Fault, FormView, Outcome, Typed, days, fits, form, held, no_record, read,
    within,
};
use crate::app::{
    AppError, Product,
    cells::{self, CellFault, Input},
    names::NameMap,
    registers,
};

/// The path of the day in a form of an event.
pub const DAY: &str = "@day";
/// What parts earlier values that are kept in one text.
const BETWEEN: char = '；';

/// What may happen to records of a register: id and title.
#[must_use]
pub fn events(product: &Product, register: &str) -> Vec<(String, Text)> {
    let declared = product.pack.registers.get(register);
    let events = declared.into_iter().flat_map(|it| &it.events);
    events.map(|it| (it.id.clone(), it.title.clone())).collect()
}

fn declared<'a>(register: &'a Register, id: &str) -> Result<&'a Event, AppError> {
    let events = &register.events;
    events
        .iter()
        .find(|it| it.id == id)
        .ok_or_else(|| AppError::not_found("event", id, events.iter().map(|it| it.id.as_str())))
}

/// The form of an event, with what was typed into it.
///
/// # Errors
/// An unknown register, record or event; a right that is missing.
pub async fn event_form(
    product: &Product,
    register: &str,
    id: i64,
    event: &str,
    typed: Option<&Typed>,
    faults: &[Fault],
) -> Result<(Text, FormView), AppError> {
    let of = registers::declared(product, register)?;
    let event = declared(of, event)?;
    let mut view = form::filled(product, register, Some(id), typed, faults).await?;
    view.lines.clear();
    view.controls.retain(|it| event.ask.contains(&it.path));
    let place = |path: &str| event.ask.iter().position(|it| it == path);
    view.controls.sort_by_key(|it| place(&it.path));
    for control in &mut view.controls {
        // The day of the event is the day from which they hold.
        control.from = None;
    }
    if asks_day(of, event) {
        let text = typed.and_then(|it| it.own.texts.get(DAY)).cloned();
        view.controls.insert(
            0,
            Control {
                path: DAY.to_owned(),
                title: Text {
                    zh: format!("{}日期", event.title.zh),
                    en: event.title.en.as_ref().map(|it| format!("{it} on")),
                },
                kind: ControlKind::Date,
                unit: None,
                required: true,
                many: false,
                help: None,
                example: Some("2026-05-12"),
                most: None,
                text: text.unwrap_or_else(|| product.today().to_string()),
                chosen: String::new(),
                options: Vec::new(),
                from: None,
                masked: false,
                file: None,
                fault: faults.iter().find(|it| it.path == DAY).cloned(),
            },
        );
    }
    Ok((event.title.clone(), view))
}

/// Whether a day has anywhere to go.
fn asks_day(register: &Register, event: &Event) -> bool {
    let dated = |id: &String| register.field(id).is_some_and(|it| it.dated);
    event.date.is_some() || event.ask.iter().any(dated) || event.set.iter().any(|it| dated(&it.0))
}

/// Notes that something happened to a record.
///
/// # Errors
/// An unknown register, record or event; a right that is missing. What does not fit is an [`Outcome`].
pub async fn happen(
    product: &Product,
    register: &str,
    id: i64,
    event: &str,
    note: &str,
    mut typed: Typed,
) -> Result<Outcome, AppError> {
    let of = registers::declared(product, register)?.clone();
    let scope = product.may(Right::Enter, &of)?;
    let event = declared(&of, event)?.clone();
    let old = held(product, &of, &scope, id).await?;
    let day = typed.own.texts.remove(DAY);
    typed.own.texts.retain(|it, _| event.ask.contains(it));
    typed.lines.clear();
    typed.from.clear();
    let mut checked = read::check(product, &of, Some(&old), &typed).await?;
    let day = match day_of(product, &of, &event, day.as_deref()) {
        Ok(day) => day,
        Err(fault) => {
            checked.faults.push(Fault {
                path: DAY.to_owned(),
                fault,
                record: None,
            });
            None
        }
    };
    let again = |mut typed: Typed, faults| {
        if let Some(day) = day {
            typed.own.texts.insert(DAY.to_owned(), day.to_string());
        }
        Ok(Outcome::Faulty(Box::new(typed), faults))
    };
    if !checked.faults.is_empty() {
        return again(typed, checked.faults);
    }
    let mut draft = checked.draft;
    draft.from = day;
    set(product, &of, &event, day, &mut draft)?;
    if !fits(product, &scope, &of, Some(&old), &draft) {
        return Err(AppError::NotAllowed {
            right: Right::Enter.word(),
            register: of.title.clone(),
        });
    }
    let why = match note.trim() {
        "" => event.title.zh.clone(),
        note => format!("{}：{note}", event.title.zh),
    };
    let (inner, order) = (product.clone(), (of.clone(), event, draft, why, scope));
    let order = std::sync::Arc::new(order);
    let written = product
        .store
        .act::<_, (i64, bool), AppError>(&product.actor(), move |act| {
            let (product, order) = (inner.clone(), order.clone());
            async move {
                let (register, event, draft, why, scope) = &*order;
                let now = records::get(&mut act.tx, &register.id, id).await?;
                let now = now.filter(|it| within(&product, scope, register, it));
                let now = now.ok_or_else(|| no_record(&register.id, id))?;
                let mut draft = draft.clone();
                keep(event, &now, &mut draft);
                let version = records::update(act, &register.id, id, now.version, &draft).await?;
                if version != now.version {
                    reason::give(act, id, why).await?;
                }
                Ok((version, version != now.version))
            }
            .boxed()
        })
        .await;
    match written {
        Ok((version, changed)) => Ok(Outcome::Saved {
            id,
            version,
            changed,
        }),
        Err(AppError::Store(error)) => match read::placed(&of, &error) {
            Some(fault) => again(typed, vec![fault]),
            None => Err(error.into()),
        },
        Err(error) => Err(error),
    }
}

fn day_of(
    product: &Product,
    register: &Register,
    event: &Event,
    text: Option<&str>,
) -> Result<Option<Date>, CellFault> {
    if !asks_day(register, event) {
        return Ok(None);
    }
    let text = text.unwrap_or_default().trim();
    let today = product.today();
    let day = match days::near(text, today) {
        Some(day) => Some(day),
        None => quanyu_core::typed::day(text)?,
    };
    let fault = |code| CellFault {
        code,
        facts: vec![("text", text.to_owned())],
    };
    match day {
        None => Err(fault("cell_required")),
        Some(day) if day > today => Err(fault("entry_begins_later")),
        day => Ok(day),
    }
}

/// What the event itself says.
fn set(
    product: &Product,
    register: &Register,
    event: &Event,
    day: Option<Date>,
    draft: &mut Draft,
) -> Result<(), AppError> {
    if let (Some(date), Some(day)) = (&event.date, day) {
        draft.values.insert(date.clone(), Value::Date(day));
    }
    for field in &event.clear {
        draft.values.insert(field.clone(), Value::Null);
    }
    for (id, text) in &event.set {
        let Some(field) = register.field(id) else {
            continue;
        };
        let input = Input::Text(text.clone());
        let read = cells::read(&product.pack, field, &input, None, &NameMap::default());
        let value = read.map_err(|fault| {
            let told = |language| crate::messages::text(language, fault.code, &fault.facts).0;
            AppError::BadCell {
                field: field.title.clone(),
                text: text.clone(),
                zh: told(quanyu_core::text::Language::Zh),
                en: told(quanyu_core::text::Language::En),
            }
        })?;
        draft.values.insert(id.clone(), value);
    }
    Ok(())
}

/// Earlier values that go to the end of another field.
fn keep(event: &Event, now: &Record, draft: &mut Draft) {
    for (field, into) in &event.keep {
        let was = now.value(field).canonical();
        let will = draft.values.get(field).and_then(Value::canonical);
        let Some(was) = was.filter(|was| will.as_ref().is_some_and(|it| it != was)) else {
            continue;
        };
        let kept = now.value(into).canonical().unwrap_or_default();
        if kept.split([BETWEEN, ';']).any(|it| it.trim() == was) {
            continue;
        }
        let text = if kept.is_empty() {
            was
        } else {
            format!("{kept}{BETWEEN}{was}")
        };
        draft.values.insert(into.clone(), Value::Text(text));
    }
}
