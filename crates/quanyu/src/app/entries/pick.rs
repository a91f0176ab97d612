//! Suggestions while somebody types a name, a code, a place.
//!
//! Owns what is suggested and the words beside it. Leaves which text is taken to [`super::read`].

use quanyu_core::{access::Right, typed};
use quanyu_pack::model::{FieldType, Register};
use quanyu_store::{
    Tx,
    list::{self, Filter, Op, Query},
    records::Record,
};

use super::{read, within};
use crate::app::{
    AppError, Product,
    registers::{self, target},
    search,
};

/// Suggestions at most.
const MOST: u32 = 8;

/// Something that a field may say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suggestion {
    /// What it is chosen as: a record's id, a region's or list's code.
    pub chosen: String,
    /// What it is called.
    pub title: String,
    /// What tells it from others of that name.
    pub note: String,
}

/// What a field of a register may say that is called like `text`.
///
/// # Errors
/// An unknown register or field; the database's.
pub async fn pick(
    product: &Product,
    register: &str,
    path: &str,
    text: &str,
) -> Result<Vec<Suggestion>, AppError> {
    let declared = registers::declared(product, register)?;
    product.may(Right::Enter, declared)?;
    let field = read::field_at(declared, path)?;
    // Of several the last is being typed.
    let text = if field.many {
        text.rsplit(super::super::cells::PARTING)
            .next()
            .unwrap_or_default()
    } else {
        text
    };
    let Some(text) = typed::text(text) else {
        return Ok(Vec::new());
    };
    let plain = typed::plain(&text).to_uppercase();
    match &field.kind {
        FieldType::Region => {
            let own = &product.pack.region;
            let mut found: Vec<_> = product
                .pack
                .regions
                .values()
                .filter(|it| {
                    it.name.contains(&text)
                        || it.aliases.iter().any(|alias| alias.contains(&text))
                        || it.code.as_str().starts_with(&plain)
                })
                .collect();
            found.sort_by_key(|it| {
                (
                    !own.contains(&it.code),
                    it.code.as_str().len(),
                    it.code.clone(),
                )
            });
            let found = found.into_iter().take(MOST as usize);
            Ok(found
                .map(|it| Suggestion {
                    chosen: it.code.to_string(),
                    title: it.name.clone(),
                    note: it.code.to_string(),
                })
                .collect())
        }
        FieldType::Code { list } => {
            let items = product
                .pack
                .codes
                .get(list)
                .into_iter()
                .flat_map(|it| &it.items);
            let found = items.filter(|it| {
                !it.retired
                    && (it.title.zh.contains(&text)
                        || it.code.to_uppercase().starts_with(&plain)
                        || it.synonyms.iter().any(|it| it.contains(&text)))
            });
            Ok(found
                .take(MOST as usize)
                .map(|it| Suggestion {
                    chosen: it.code.clone(),
                    title: it.title.zh.clone(),
                    note: it.code.clone(),
                })
                .collect())
        }
        _ => match target(&product.pack, field) {
            Some(target) => {
                let mut tx = product.store.read().await?;
                records(&mut tx, product, target, &text).await
            }
            None => Ok(Vec::new()),
        },
    }
}

/// Records whose label has the text in it, and those whose key begins with it.
async fn records(
    tx: &mut Tx,
    product: &Product,
    target: &Register,
    text: &str,
) -> Result<Vec<Suggestion>, AppError> {
    let scope = product.scope(Right::Read, target);
    // The index knows names by their parts, sounds and codes, however many there are; a single character is of too many.
    if text.chars().nth(1).is_some()
        && let Some(ids) = search::named(product, target, text, MOST as usize).await?
    {
        let known = list::by_ids(tx, &target.id, &ids).await?;
        let known = ids
            .iter()
            .filter_map(|id| known.iter().find(|it| it.id == *id));
        let seen = known.filter(|it| within(product, &scope, target, it));
        return Ok(seen.map(|it| suggestion(product, target, it)).collect());
    }
    let plain = typed::plain(text).to_uppercase();
    let mut asked = vec![Filter::new(
        target.label.clone(),
        Op::Contains(text.to_owned()),
    )];
    if let [key] = target.key.as_slice()
        && *key != target.label
        && target
            .field(key)
            .is_some_and(|it| it.kind == FieldType::Text)
        && plain.is_ascii()
    {
        asked.insert(0, Filter::new(key.clone(), Op::Starts(plain)));
    }
    let mut found: Vec<Suggestion> = Vec::new();
    for filter in asked {
        let query = Query {
            filters: vec![filter],
            limit: MOST,
            ..Query::default()
        };
        for record in list::list(tx, &target.id, &query).await?.records {
            let chosen = record.id.to_string();
            if found.len() < MOST as usize
                && found.iter().all(|it| it.chosen != chosen)
                && within(product, &scope, target, &record)
            {
                found.push(suggestion(product, target, &record));
            }
        }
    }
    Ok(found)
}

fn suggestion(product: &Product, target: &Register, record: &Record) -> Suggestion {
    Suggestion {
        chosen: record.id.to_string(),
        title: registers::label(target, record),
        note: note(product, target, record),
    }
}

/// What tells a record from others of its name: the rest of its key, and its place.
pub(super) fn note(product: &Product, register: &Register, record: &Record) -> String {
    let mut parts: Vec<String> = register
        .key
        .iter()
        .filter(|it| **it != register.label)
        .filter_map(|id| {
            let field = register.field(id)?;
            let plain = target(&product.pack, field).is_none();
            plain.then(|| record.value(id).canonical()).flatten()
        })
        .collect();
    let region = record.region.parse().ok();
    if let Some(region) = region.filter(|it| *it != product.pack.region) {
        parts.push(product.region_name(&region));
    }
    parts.push(format!("#{}", record.id));
    parts.truncate(2);
    parts.join(" · ")
}
