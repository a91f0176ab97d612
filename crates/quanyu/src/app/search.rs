//! Search over names: registers, indicators, organizations.
//!
//! Owns what is searched before there is an index: titles of the pack, and the label and credit code of organizations.
//!
//! Start reading at [`search`].

use quanyu_core::text::Text;
use quanyu_store::list::{self, Query};

use super::{AppError, Product, registers};

/// Something found.
#[derive(Clone, Debug)]
pub struct Hit {
    /// `register`, `indicator`, `record`.
    pub kind: &'static str,
    /// Register of a record; else empty.
    pub register: String,
    /// Id of the register or indicator, or the record's number.
    pub id: String,
    /// What it is called.
    pub title: Text,
    /// A second line.
    pub note: String,
}

/// What bears the text in its name: indicators and registers first, then organizations.
///
/// # Errors
/// The database's.
pub async fn search(product: &Product, text: &str, limit: u32) -> Result<Vec<Hit>, AppError> {
    let wanted = text.trim().to_lowercase();
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    let pack = &product.pack;
    let bears = |title: &Text| {
        title.zh.to_lowercase().contains(&wanted)
            || title
                .en
                .as_ref()
                .is_some_and(|it| it.to_lowercase().contains(&wanted))
    };
    let mut hits = Vec::new();
    for it in pack.indicators.values() {
        if bears(&it.title)
            || it
                .aliases
                .iter()
                .any(|alias| alias.to_lowercase().contains(&wanted))
        {
            hits.push(Hit {
                kind: "indicator",
                register: String::new(),
                id: it.id.clone(),
                title: it.title.clone(),
                note: it.aliases.join("、"),
            });
        }
    }
    for it in pack.registers.values().filter(|it| bears(&it.title)) {
        hits.push(Hit {
            kind: "register",
            register: it.id.clone(),
            id: it.id.clone(),
            title: it.title.clone(),
            note: it.source.clone().unwrap_or_default(),
        });
    }
    let limit = limit.clamp(1, 100);
    if let Some(register) = pack.playing("organization") {
        let mut tx = product.store.read().await?;
        let query = Query {
            search: Some(wanted),
            limit,
            ..Query::default()
        };
        for record in list::list(&mut tx, &register.id, &query).await?.records {
            let code = register
                .slot("uscc")
                .and_then(|it| record.value(&it.id).canonical());
            hits.push(Hit {
                kind: "record",
                register: register.id.clone(),
                id: record.id.to_string(),
                title: Text::zh(registers::label(register, &record)),
                note: code.unwrap_or_default(),
            });
        }
    }
    hits.truncate(limit as usize);
    Ok(hits)
}
