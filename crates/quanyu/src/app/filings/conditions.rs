//! Conditions of a filing: what the registers know of a firm, held against what the pack asks.
//!
//! Owns finding the firm's own rows and saying which of them meets a condition. It informs; what binds is the guard of a step.
//!
//! Start reading at [`looked_up`].

use quanyu_core::{
    text::{Language, Text},
    value::Value,
};
use quanyu_pack::model::Condition;
use quanyu_store::records::Record;

use super::{declared, of_firm};
use crate::app::{AppError, Product, firms::Firm, registers, steps::guard};

/// Rows of a firm that are looked at.
const MOST: u32 = 100;

/// A condition, and what was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// In words.
    pub title: Text,
    /// Whether it is met.
    pub met: bool,
    /// The register that was looked at.
    pub register: Text,
    /// What meets it, else what there is.
    pub by: Vec<String>,
}

/// What a filing asks, and what is found of a firm.
///
/// # Errors
/// An unknown filing; the database's.
pub async fn looked_up(
    product: &Product,
    firm: &Firm,
    filing: &str,
    language: Language,
) -> Result<Vec<Found>, AppError> {
    let filing = declared(product, filing)?;
    let mut all = Vec::with_capacity(filing.conditions.len());
    for it in &filing.conditions {
        all.extend(one(product, firm, it, language).await?);
    }
    Ok(all)
}

async fn one(
    product: &Product,
    firm: &Firm,
    it: &Condition,
    language: Language,
) -> Result<Option<Found>, AppError> {
    let register = match &it.of {
        Some(of) => product.pack.registers.get(of),
        None => product.pack.playing("organization"),
    };
    let Some(register) = register else {
        return Ok(None);
    };
    let today = product.today();
    let day = |record: &Record, field: &Option<String>| match field {
        Some(field) => match record.value(field) {
            Value::Date(day) => Some(*day),
            _ => None,
        },
        None => None,
    };
    let mut tx = product.store.read().await?;
    let rows = of_firm(&mut tx, register, firm.id, MOST).await?;
    drop(tx);
    let mut found = Found {
        title: it.title.clone(),
        met: false,
        register: register.title.clone(),
        by: Vec::new(),
    };
    for record in &rows {
        let holds = day(record, &it.from).is_none_or(|day| day <= today)
            && day(record, &it.to).is_none_or(|day| day >= today);
        if holds && guard::holds(&product.figures, register, record, &it.filter.value).await? {
            found.met = true;
            found.by.push(said(product, register, record, it, language));
        }
    }
    Ok(Some(found))
}

/// A record that meets a condition, with the day until which it does.
fn said(
    product: &Product,
    register: &quanyu_pack::model::Register,
    record: &Record,
    it: &Condition,
    language: Language,
) -> String {
    // A register of many kinds is told by its code, else by its label.
    let kind = register.fields.iter().find(|field| {
        matches!(field.kind, quanyu_pack::model::FieldType::Code { .. })
            && it.filter.value.contains(field.id.as_str())
            && it.of.is_some()
    });
    let mut said = match kind {
        Some(field) => {
            crate::app::cells::say(&product.pack, field, record.value(&field.id), language)
        }
        None => registers::label(register, record),
    };
    if let Some(Value::Date(day)) = it.to.as_ref().map(|field| record.value(field)) {
        said.push_str(&format!(" → {day}"));
    }
    said
}
