//! Two people changed a record at once: what was read, what the other one made of it, what this one typed.
//!
//! Owns the comparison. What only the other one changed is taken over into the form; where both did, the form keeps what was
//! typed here and says what the other one wrote.

use quanyu_core::{text::Language, value::Value};
use quanyu_pack::model::{Field, Register};
use quanyu_store::{Tx, change, records};

use super::{Typed, form, no_record, read};
use crate::app::{AppError, Product, registers, say};

/// What stands against what.
#[derive(Debug)]
pub struct Conflict {
    /// The record.
    pub id: i64,
    /// Its version now.
    pub version: i64,
    /// Who changed it.
    pub by: String,
    /// When, as shown in Asia/Shanghai.
    pub at: String,
    /// The form: the other one's values where only they changed, else what was typed.
    pub typed: Typed,
    /// Fields that either changed.
    pub fields: Vec<Differing>,
}

/// A field that either of the two changed.
#[derive(Clone, Debug)]
pub struct Differing {
    /// The field.
    pub path: String,
    /// What it is called.
    pub title: quanyu_core::text::Text,
    /// What stood there when the form was opened.
    pub before: String,
    /// What stands there now.
    pub theirs: String,
    /// What was typed.
    pub mine: String,
    /// Whether both changed it, to different values.
    pub both: bool,
}

/// Compares a form with the record as it is now.
pub(super) async fn of(
    product: &Product,
    register: &Register,
    (id, read_at): (i64, i64),
    mut typed: Typed,
    (by, when): (String, String),
) -> Result<Conflict, AppError> {
    let mut tx = product.store.read().await?;
    let now = records::get(&mut tx, &register.id, id).await?;
    let now = now.ok_or_else(|| no_record(&register.id, id))?;
    let history = change::history(&mut tx, id).await?;
    let text = read_at.to_string();
    let before = history
        .into_iter()
        .filter_map(|it| it.after)
        .find(|it| it.fields.get("@version") == Some(&text))
        .unwrap_or_default();
    let mine = read::check(product, register, Some(&now), &typed)
        .await?
        .draft;
    let mut fields = Vec::new();
    for field in register.fields.iter().filter(|it| it.computed.is_none()) {
        let Some(mine) = mine.values.get(&field.id) else {
            continue;
        };
        let before = before.fields.get(&field.id);
        let before = before.and_then(|it| registers::from_canonical(field, it));
        let before = before.unwrap_or(Value::Null);
        let theirs = now.value(&field.id);
        let (here, there) = (*mine != before, *theirs != before);
        if !here && !there {
            continue;
        }
        if !here {
            let (text, chosen) = form::text_of(&mut tx, product, field, theirs).await?;
            typed.own.texts.insert(field.id.clone(), text);
            typed.own.chosen.insert(field.id.clone(), chosen);
        }
        fields.push(Differing {
            path: field.id.clone(),
            title: field.title.clone(),
            before: said(&mut tx, product, field, &before).await?,
            theirs: said(&mut tx, product, field, theirs).await?,
            mine: said(&mut tx, product, field, mine).await?,
            both: here && there && mine != theirs,
        });
    }
    // Lines have no part that is one person's: both are shown on the record's page, what was typed stays in the form. A
    // line that the other one took away is a new one here.
    for (name, lines) in &mut typed.lines {
        let there = now.lines.get(name).map_or(&[][..], Vec::as_slice);
        for line in lines {
            if !there.iter().any(|it| it.id == line.id) {
                line.id = None;
            }
        }
    }
    Ok(Conflict {
        id,
        version: now.version,
        by,
        at: say::shanghai(&when),
        typed,
        fields,
    })
}

async fn said(
    tx: &mut Tx,
    product: &Product,
    field: &Field,
    value: &Value,
) -> Result<String, AppError> {
    let cell = registers::cell(tx, product, field, value, Language::Zh).await?;
    Ok(cell.said)
}
