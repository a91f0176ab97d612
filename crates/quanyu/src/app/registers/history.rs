//! How a change of a record is shown: fields, state, lines, before and after, and why.
//!
//! Leaves the chain to `quanyu-store`. Start reading at [`changed`].

use std::collections::BTreeMap;

use quanyu_core::{
    text::{Language, Text},
    value::Value,
};
use quanyu_pack::model::{Field, Register};
use quanyu_store::{Tx, body::Body, change::Change};

use super::{cell, from_canonical};
use crate::app::{AppError, Product, say};

/// One change of a record.
#[derive(Clone, Debug)]
pub struct ChangeView {
    /// Its number in the chain.
    pub sequence: i64,
    /// Who.
    pub actor: String,
    /// When, as shown in Asia/Shanghai.
    pub at: String,
    /// What was done, as a message code such as `record.create`.
    pub act: String,
    /// Why, where somebody said so.
    pub why: Option<String>,
    /// Field, before, after, as shown.
    pub fields: Vec<(Text, String, String)>,
}

/// A change as shown. `gone` is what the record said when it was removed: bringing it back is a change of that.
pub(super) async fn changed(
    tx: &mut Tx,
    product: &Product,
    register: &Register,
    change: &Change,
    gone: Option<&Body>,
    language: Language,
) -> Result<ChangeView, AppError> {
    let mut fields = Vec::new();
    // A removed record says what it said; that it is gone is told by the act.
    let same = Body::default();
    let (before, after) = match (&change.before, &change.after) {
        (Some(_), None) => (&same, &same),
        (None, Some(after)) => (gone.unwrap_or(&same), after),
        (before, after) => (
            before.as_ref().unwrap_or(&same),
            after.as_ref().unwrap_or(&same),
        ),
    };
    if let Some(states) = register.lifecycle.as_ref().map(|it| &it.states) {
        let title = |body: &Body| {
            let id = body.fields.get("@state")?;
            let state = states.iter().find(|it| it.id == *id);
            Some(state.map_or_else(|| id.clone(), |it| it.title.get(language).to_owned()))
        };
        let (was, now) = (title(before), title(after));
        if was != now {
            let dash = |it: Option<String>| it.unwrap_or_else(|| "—".to_owned());
            let name = Text {
                zh: "状态".to_owned(),
                en: Some("State".to_owned()),
            };
            fields.push((name, dash(was), dash(now)));
        }
    }
    for field in &register.fields {
        let (was, now) = (before.fields.get(&field.id), after.fields.get(&field.id));
        if was != now {
            let was = shown(tx, product, field, was, language).await?;
            let now = shown(tx, product, field, now, language).await?;
            fields.push((field.title.clone(), was, now));
        }
    }
    for lines in &register.lines {
        let rows = |body: &Body| -> BTreeMap<String, BTreeMap<String, String>> {
            let rows = body.lines.get(&lines.id).into_iter().flatten();
            rows.map(|row| (row.get("@id").cloned().unwrap_or_default(), row.clone()))
                .collect()
        };
        let (was, now) = (rows(before), rows(after));
        let mut ids: Vec<&String> = was.keys().chain(now.keys()).collect();
        ids.sort_by_key(|it| (it.len(), it.as_str()));
        ids.dedup();
        for (number, id) in ids.into_iter().enumerate() {
            let (was, now) = (was.get(id), now.get(id));
            if was == now {
                continue;
            }
            for field in &lines.fields {
                let (was, now) = (
                    was.and_then(|it| it.get(&field.id)),
                    now.and_then(|it| it.get(&field.id)),
                );
                if was != now {
                    let was = shown(tx, product, field, was, language).await?;
                    let now = shown(tx, product, field, now, language).await?;
                    let name = |it: Language| {
                        format!(
                            "{} {} · {}",
                            lines.title.get(it),
                            number + 1,
                            field.title.get(it)
                        )
                    };
                    let name = Text {
                        zh: name(Language::Zh),
                        en: Some(name(Language::En)),
                    };
                    fields.push((name, was, now));
                }
            }
        }
    }
    Ok(ChangeView {
        sequence: change.seq,
        actor: change.actor.clone(),
        at: say::shanghai(&change.at),
        act: change.act.clone(),
        why: None,
        fields,
    })
}

async fn shown(
    tx: &mut Tx,
    product: &Product,
    field: &Field,
    text: Option<&String>,
    language: Language,
) -> Result<String, AppError> {
    let value = text.and_then(|it| from_canonical(field, it));
    let value = value.unwrap_or(Value::Null);
    Ok(cell(tx, product, field, &value, language).await?.said)
}
