//! 批量处理: one thing done with many records of a list: a field set, a step taken, removed.
//!
//! Owns which records are meant and what became of each. Every record is changed by the act that changes it alone, so that rights,
//! rules and history are the same; what one of them refuses is told, the others are done.
//!
//! Start reading at [`run`].

use std::collections::BTreeMap;

use futures::{StreamExt as _, stream};
use quanyu_core::{
    access::Right,
    text::{Language, Text},
};
use quanyu_store::{list, records};

use super::{
    AppError, Product, Why,
    entries::{self, Cells, Control, Outcome, Typed},
    registers::{self, ListWish},
    steps::{self, Taking},
};

/// Records of one bulk action.
pub const MOST: usize = 5_000;
/// Acts that wait at once: enough to fill a group of the writer, few enough to leave it to others.
const TOGETHER: usize = 32;
/// Refusals that are told.
const MOST_TOLD: usize = 100;

/// What is done with each record.
#[derive(Clone, Debug)]
pub enum Action {
    /// A field gets a value.
    Set {
        /// The field.
        field: String,
        /// Its cell as typed.
        cells: Cells,
    },
    /// A step is taken.
    Step {
        /// The transition.
        step: String,
        /// What is said with it.
        note: String,
    },
    /// It is removed.
    Remove {
        /// Why.
        why: String,
    },
}

/// What became of the records.
#[derive(Clone, Debug, Default)]
pub struct Done {
    /// Records changed.
    pub changed: usize,
    /// Records that say so already.
    pub unchanged: usize,
    /// Records refused: id, what it is called, why.
    pub refused: Vec<(i64, String, String)>,
    /// All that were refused, counted.
    pub refused_count: usize,
}

/// What a bulk action can do with a register.
#[derive(Clone, Debug)]
pub struct Offer {
    /// Records that are meant.
    pub count: usize,
    /// The first of them: id and what it is called.
    pub first: Vec<(i64, String)>,
    /// Fields that can be set.
    pub fields: Vec<Control>,
    /// Steps of the lifecycle: id and title.
    pub steps: Vec<(String, Text)>,
}

/// The records that are meant: those chosen, or all that the conditions let through.
///
/// # Errors
/// An unknown register; more than [`MOST`].
pub async fn meant(
    product: &Product,
    register: &str,
    chosen: &[i64],
    all: Option<&ListWish>,
) -> Result<Vec<(i64, String)>, AppError> {
    let declared = registers::declared(product, register)?;
    let scope = product.may(Right::Enter, declared)?;
    let mut tx = product.store.read().await?;
    let mut found = Vec::new();
    match all {
        None => {
            for record in list::by_ids(&mut tx, &declared.id, chosen).await? {
                found.push(record);
            }
        }
        Some(wish) => {
            let (mut query, faults) =
                registers::query_of(product, &mut tx, declared, wish, Language::Zh).await?;
            // A condition that was not understood must not widen what is changed.
            if let Some((field, why)) = faults.into_iter().next() {
                let said = registers::query_of(product, &mut tx, declared, wish, Language::En);
                let said = said.await?.1.into_iter().next();
                let en = said.map_or_else(|| why.clone(), |it| it.1);
                return Err(AppError::BadValue {
                    kind: "condition",
                    value: field,
                    why: Why::new(why, en),
                });
            }
            query.after = None;
            query.limit = MOST as u32 + 1;
            found = list::list(&mut tx, &declared.id, &query).await?.records;
        }
    }
    found.retain(|it| entries::within(product, &scope, declared, it));
    if found.len() > MOST {
        return Err(AppError::BadValue {
            kind: "records",
            value: found.len().to_string(),
            why: Why::at_most(MOST),
        });
    }
    let named = found
        .iter()
        .map(|it| (it.id, registers::label(declared, it)));
    Ok(named.collect())
}

/// What can be done with these records.
///
/// # Errors
/// As [`meant`].
pub async fn offer(
    product: &Product,
    register: &str,
    meant: &[(i64, String)],
) -> Result<Offer, AppError> {
    let declared = registers::declared(product, register)?;
    let form = entries::blank(product, register, &[]).await?;
    let plain = |it: &Control| {
        let field = declared.field(&it.path);
        field.is_some_and(|it| {
            !it.unique
                && !declared.key.contains(&it.id)
                && !matches!(
                    it.kind,
                    quanyu_pack::model::FieldType::File | quanyu_pack::model::FieldType::Person
                )
        })
    };
    let steps = declared.lifecycle.iter().flat_map(|it| &it.transitions);
    Ok(Offer {
        count: meant.len(),
        first: meant.iter().take(10).cloned().collect(),
        fields: form.controls.into_iter().filter(plain).collect(),
        steps: steps.map(|it| (it.id.clone(), it.title.clone())).collect(),
    })
}

/// Does one thing with every record that is meant.
///
/// # Errors
/// An unknown register or field. What a record refuses is in what became of it.
pub async fn run(
    product: &Product,
    register: &str,
    meant: &[(i64, String)],
    action: &Action,
    language: Language,
) -> Result<Done, AppError> {
    let declared = registers::declared(product, register)?;
    product.may(Right::Enter, declared)?;
    if let Action::Set { field, .. } = action
        && declared.field(field).is_none()
    {
        let valid = declared.fields.iter().map(|it| it.id.as_str());
        return Err(AppError::not_found("field", field, valid));
    }
    let each = stream::iter(meant.iter().cloned()).map(|(id, name)| async move {
        (id, name, one(product, register, id, action, language).await)
    });
    let mut all: Vec<_> = each.buffer_unordered(TOGETHER).collect().await;
    all.sort_by_key(|it| it.0);
    let mut done = Done::default();
    for (id, name, became) in all {
        match became {
            Ok(true) => done.changed += 1,
            Ok(false) => done.unchanged += 1,
            Err(why) => {
                done.refused_count += 1;
                if done.refused.len() < MOST_TOLD {
                    done.refused.push((id, name, why));
                }
            }
        }
    }
    Ok(done)
}

/// Does it with one record; whether that changed it, or why not.
async fn one(
    product: &Product,
    register: &str,
    id: i64,
    action: &Action,
    language: Language,
) -> Result<bool, String> {
    let told =
        |error: &AppError| crate::messages::text(language, error.code(), &error.facts(language)).0;
    let version = async {
        let mut tx = product.store.read().await?;
        let found = records::get(&mut tx, register, id).await?;
        found
            .map(|it| it.version)
            .ok_or_else(|| entries::no_record(register, id))
    };
    let version = version.await.map_err(|error| told(&error))?;
    match action {
        Action::Set { field, cells } => {
            let typed = Typed {
                own: Cells {
                    texts: one_of(&cells.texts, field),
                    chosen: one_of(&cells.chosen, field),
                    files: BTreeMap::new(),
                },
                ..Typed::default()
            };
            let saved = entries::save(product, register, Some((id, version)), typed).await;
            match saved.map_err(|error| told(&error))? {
                Outcome::Saved { changed, .. } => Ok(changed),
                Outcome::Faulty(_, faults) => {
                    let said: Vec<String> = faults.iter().map(|it| it.said(language)).collect();
                    Err(said.join("；"))
                }
                Outcome::Conflict(found) => Err(format!("{} {}", found.by, found.at)),
            }
        }
        Action::Step { step, note } => {
            let taking = Taking {
                register: register.to_owned(),
                record: id,
                version: Some(version),
                step: step.clone(),
                note: Some(note.clone()),
                ..Taking::default()
            };
            let done = steps::take(product, &taking).await;
            done.map(|_| true).map_err(|error| told(&error))
        }
        Action::Remove { why } => {
            let done = entries::remove(product, register, id, version, why).await;
            done.map(|()| true).map_err(|error| told(&error))
        }
    }
}

fn one_of(all: &BTreeMap<String, String>, field: &str) -> BTreeMap<String, String> {
    let text = all.get(field).cloned().unwrap_or_default();
    BTreeMap::from([(field.to_owned(), text)])
}
