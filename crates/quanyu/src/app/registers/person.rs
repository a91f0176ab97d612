//! Personal data of a record: masked for all, in clear for whoever may see them and says why; each sight is noted.
//!
//! Owns the masking of a record that is shown and the sight itself. Leaves the masks to `quanyu-core`, the keys to the store.
//!
//! Invariant: nothing is in clear before the sight is in the change chain.
//!
//! Start reading at [`see`].

use futures::FutureExt as _;
use quanyu_core::{access::Right, person, text::Text, value::Value};
use quanyu_pack::model::{FieldType, Register};
use quanyu_store::{
    body::Body,
    records::{self, Record},
};

use super::{label, readable};
use crate::app::{AppError, Product, Why};

/// Personal data in clear.
#[derive(Clone, Debug)]
pub struct PersonView {
    /// What the record is called.
    pub label: String,
    /// What it is.
    pub register: Text,
    /// Field and value.
    pub fields: Vec<(Text, String)>,
}

/// Whether a register holds personal data.
#[must_use]
pub fn holds_any(register: &Register) -> bool {
    let lines = register.lines.iter().flat_map(|it| &it.fields);
    let mut fields = register.fields.iter().chain(lines);
    fields.any(|it| it.kind == FieldType::Person)
}

/// A record as it is shown: its personal data masked.
pub(super) fn masked(
    product: &Product,
    register: &Register,
    record: &Record,
) -> Result<Record, AppError> {
    let mut record = record.clone();
    if !holds_any(register) {
        return Ok(record);
    }
    for field in register
        .fields
        .iter()
        .filter(|it| it.kind == FieldType::Person)
    {
        if let Some(value) = record.values.get_mut(&field.id)
            && let Value::Text(sealed) = value
        {
            let plain = product.store.keys().open(record.id, sealed)?;
            *value = plain.map_or(Value::Null, |it| Value::Text(person::mask(&it)));
        }
    }
    Ok(record)
}

/// Whether this person may see the personal data of a record.
#[must_use]
pub fn may_see(product: &Product, register: &Register, record: &Record) -> bool {
    let scope = product.scope(Right::SeePerson, register);
    holds_any(register) && Product::holds(&scope, register, record)
}

/// Shows the personal data of a record in clear, to whoever may see them and says why.
///
/// # Errors
/// A right that is missing, no such record, no reason.
pub async fn see(
    product: &Product,
    id: &str,
    record: i64,
    reason: &str,
) -> Result<PersonView, AppError> {
    let register = readable(product, id)?;
    product.may(Right::SeePerson, register)?;
    let missing = || AppError::not_found("record", &format!("{id}/{record}"), []);
    let mut tx = product.store.read().await?;
    let mut found = records::get(&mut tx, id, record)
        .await?
        .filter(|it| may_see(product, register, it))
        .ok_or_else(missing)?;
    let reason: String = reason.trim().chars().take(200).collect();
    if reason.is_empty() {
        return Err(AppError::BadValue {
            kind: "reason",
            value: String::new(),
            why: Why::new("请写明为什么查看", "say why these data are looked at"),
        });
    }
    let mut body = Body::default();
    body.set("register", Some(id.to_owned()));
    body.set("record", Some(record.to_string()));
    body.set("reason", Some(reason));
    let noted = body.text();
    product
        .store
        .act(&product.actor(), move |act| {
            let noted = noted.clone();
            async move { Ok::<_, AppError>(act.log("see_person", Some(noted)).await?) }.boxed()
        })
        .await?;
    let label = label(register, &found);
    product.store.keys().reveal(tx.schema(), &mut found)?;
    let mut fields = Vec::new();
    for field in register
        .fields
        .iter()
        .filter(|it| it.kind == FieldType::Person)
    {
        let value = found.value(&field.id).as_text().unwrap_or("—");
        fields.push((field.title.clone(), value.to_owned()));
    }
    for lines in &register.lines {
        for (line, number) in found.lines.get(&lines.id).into_iter().flatten().zip(1..) {
            for field in lines
                .fields
                .iter()
                .filter(|it| it.kind == FieldType::Person)
            {
                let value = line.values.get(&field.id).and_then(Value::as_text);
                let title = format!("{} {number} · {}", lines.title.zh, field.title.zh);
                fields.push((Text::zh(title), value.unwrap_or("—").to_owned()));
            }
        }
    }
    Ok(PersonView {
        label,
        register: register.title.clone(),
        fields,
    })
}
