//! Where the values of a form come from: what registers already know of a firm is filled in, and each cell says from where.
//!
//! Owns the places that a pack names for a field, else the firm's own record of the period before; and who gave a value when.
//!
//! Invariant: only the firm's own records are looked at, and only those that the person before us reads.
//!
//! Start reading at [`origins`].

use std::collections::BTreeMap;

use jiff::civil::Date;
use quanyu_core::{
    access::Right,
    period::Period,
    text::{Language, Text},
    value::Value,
};
use quanyu_pack::model::{Field, FieldType, Filing, FilingKind, Register};
use quanyu_store::{Tx, account, change, records::Record};

use super::{of_firm, period_of};
use crate::app::{AppError, Product, cells, entries, say};

/// Records of a firm that are looked at in one register.
const MOST: u32 = 30;

/// Where a value comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The register.
    pub register: Text,
    /// Its field.
    pub field: Text,
    /// The period that it says it of.
    pub period: Option<String>,
    /// Where the register has it from, as the pack says.
    pub source: Option<String>,
    /// Who gave it: the name that people read.
    pub by: String,
    /// When.
    pub on: Option<Date>,
    /// The value.
    pub value: Value,
    /// As people read it.
    pub said: String,
    /// As it stands in a control, and what it was chosen as.
    pub text: (String, String),
    /// Whether it is of a period before the one that is filed.
    pub before: bool,
}

/// Where the values of a filing come from, by field.
///
/// # Errors
/// The database's.
pub async fn origins(
    product: &Product,
    firm: i64,
    filing: &Filing,
    register: &Register,
    period: Option<&str>,
    but: Option<i64>,
    language: Language,
) -> Result<BTreeMap<String, Origin>, AppError> {
    let mut found = BTreeMap::new();
    let mut tx = product.store.read().await?;
    for field in register.fields.iter().filter(|it| fills(it)) {
        let named = filing.prefill.iter().find(|(it, _)| *it == field.id);
        let places: Vec<(String, String)> = match named {
            Some((_, places)) => places
                .iter()
                .map(|it| (it.register.clone(), it.field.clone()))
                .collect(),
            // What nobody names is as it was in the period before.
            None if filing.kind == FilingKind::Yearly => {
                vec![(register.id.clone(), field.id.clone())]
            }
            None => continue,
        };
        for (of, id) in places {
            let Some(other) = product.pack.registers.get(&of) else {
                continue;
            };
            let Some(taken) = other.field(&id) else {
                continue;
            };
            if product.scope(Right::Read, other).is_nothing() {
                continue;
            }
            let own = other.id == register.id;
            let record = latest(&mut tx, other, taken, firm, (period, own), but).await?;
            if let Some(record) = record {
                let context = (product, period, language);
                let origin = origin(&mut tx, context, other, taken, field, &record).await?;
                found.insert(field.id.clone(), origin);
                break;
            }
        }
    }
    Ok(found)
}

/// Whether a field may be filled from elsewhere: not what says whose and of when a record is, nor people and papers.
fn fills(field: &Field) -> bool {
    field.computed.is_none()
        && !matches!(
            field.kind,
            FieldType::Organization | FieldType::Period | FieldType::Person | FieldType::File
        )
}

/// The latest record of a firm that knows a field: of the same register of a period before, of another up to the one filed.
async fn latest(
    tx: &mut Tx,
    register: &Register,
    field: &Field,
    firm: i64,
    (period, own): (Option<&str>, bool),
    but: Option<i64>,
) -> Result<Option<Record>, AppError> {
    let mut rows = of_firm(tx, register, firm, MOST).await?;
    let key = period_of(register);
    let asked = period.and_then(first_day);
    let day = |it: &Record| {
        let text = key.and_then(|field| it.value(&field.id).canonical());
        text.as_deref().and_then(first_day)
    };
    rows.retain(|it| {
        let fits = match (day(it), asked) {
            (Some(day), Some(asked)) if own => day < asked,
            (Some(day), Some(asked)) => day <= asked,
            _ => true,
        };
        fits && Some(it.id) != but && !it.value(&field.id).is_null()
    });
    // The last of equal ones wins, and the last entered comes first.
    Ok(rows.into_iter().rev().max_by_key(|it| day(it)))
}

fn first_day(period: &str) -> Option<Date> {
    let period: Period = period.parse().ok()?;
    Some(period.first_day())
}

async fn origin(
    tx: &mut Tx,
    (product, period, language): (&Product, Option<&str>, Language),
    register: &Register,
    field: &Field,
    into: &Field,
    record: &Record,
) -> Result<Origin, AppError> {
    let value = record.value(&field.id).clone();
    let of = period_of(register).and_then(|it| record.value(&it.id).canonical());
    let text = entries::text_of(tx, product, into, &value).await?;
    // The change that gave the value: the last one after which it stands and before which it did not.
    let said = value.canonical();
    let history = change::history(tx, record.id).await?;
    let has = |body: &Option<quanyu_store::body::Body>| {
        let body = body.as_ref();
        body.and_then(|it| it.fields.get(&field.id).cloned()) == said
    };
    let given = history
        .iter()
        .rev()
        .find(|it| has(&it.after) && !has(&it.before));
    let actor = given.map(|it| it.actor.clone()).unwrap_or_default();
    let person = account::by_name(tx, &actor).await?;
    let earlier = |of: &str| first_day(of) < period.and_then(first_day);
    Ok(Origin {
        register: register.title.clone(),
        field: field.title.clone(),
        before: period.is_some() && of.as_deref().is_some_and(earlier),
        source: field.source.clone().or_else(|| register.source.clone()),
        by: person.map_or(actor, |it| it.title),
        on: given.and_then(|it| say::shanghai_day(&it.at)),
        said: match into.kind {
            FieldType::Region => text.0.clone(),
            _ => cells::say(&product.pack, field, &value, language),
        },
        period: of,
        value,
        text,
    })
}
