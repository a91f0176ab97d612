//! 录入: a record made, changed, removed and brought back by somebody who types.
//!
//! Owns what a form says ([`Typed`]), saving it, and what is told where it cannot be saved: faults in their places, or the
//! other person's change beside one's own. Leaves the reading of cells to [`read`], how a form looks to [`form`], suggestions
//! to [`pick`], single cells to [`super::cells`].
//!
//! Invariant: what somebody typed comes back to them until it is saved; nothing of it is saved unless all of it fits.
//!
//! Start reading at [`save`].

mod conflict;
pub mod days;
mod event;
mod form;
mod pick;
mod read;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use futures::FutureExt as _;
use quanyu_core::{
    access::{Place, Right, Scope},
    region::RegionCode,
    text::{Language, Text},
};
use quanyu_pack::model::{FieldType, Register};
use quanyu_store::{
    StoreError, files, reason,
    records::{self, Draft, Record},
    upload,
};

use super::{AppError, Product, cells::CellFault, files::accept, registers, who::organization_of};
use crate::messages;

pub use conflict::{Conflict, Differing};
pub use event::{event_form, events, happen};
pub(super) use form::sheet;
pub(super) use form::text_of;
pub use form::{Control, ControlKind, FormView, LinesForm, blank, filled};
pub use pick::{Suggestion, pick};
pub use read::{Checked, Understood, check_field};
pub(super) use read::{check, placed};

/// Characters of a reason.
const LONGEST_REASON: usize = 500;

/// Cells of a record or of one of its lines, as typed.
#[derive(Clone, Debug, Default)]
pub struct Cells {
    /// Text by field; a field that is not named stays as it is. Of a file: what the record holds, or what was sent before.
    pub texts: BTreeMap<String, String>,
    /// What a text was chosen as from suggestions: record ids, a region's or list's code.
    pub chosen: BTreeMap<String, String>,
    /// Files that come with the form: name and content.
    pub files: BTreeMap<String, (String, Vec<u8>)>,
}

/// A line as typed.
#[derive(Clone, Debug, Default)]
pub struct TypedLine {
    /// The line that is there.
    pub id: Option<i64>,
    /// Its cells.
    pub cells: Cells,
}

/// A form as typed.
#[derive(Clone, Debug, Default)]
pub struct Typed {
    /// Cells of the record itself.
    pub own: Cells,
    /// Since when the values of dated fields hold, where that was typed.
    pub from: BTreeMap<String, String>,
    /// Personal data that shall be emptied; an empty text leaves them as they are.
    pub clear: BTreeSet<String>,
    /// Lines by name; lines that are not named stay as they are.
    pub lines: BTreeMap<String, Vec<TypedLine>>,
}

impl Typed {
    /// A form with these texts and nothing else.
    pub fn of<K: Into<String>, V: Into<String>>(texts: impl IntoIterator<Item = (K, V)>) -> Self {
        let texts = texts.into_iter().map(|(k, v)| (k.into(), v.into()));
        Self {
            own: Cells {
                texts: texts.collect(),
                ..Cells::default()
            },
            ..Self::default()
        }
    }
}

/// What does not fit, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The field, or `lines.number.field`.
    pub path: String,
    /// What is wrong.
    pub fault: CellFault,
    /// The record that has the value already.
    pub record: Option<i64>,
}

impl Fault {
    /// In words.
    #[must_use]
    pub fn said(&self, language: Language) -> String {
        messages::text(language, self.fault.code, &self.fault.facts).0
    }
}

/// What came of a form.
#[derive(Debug)]
pub enum Outcome {
    /// It was saved.
    Saved {
        /// The record.
        id: i64,
        /// Its version.
        version: i64,
        /// Whether anything was changed.
        changed: bool,
    },
    /// Nothing was saved: the form with its faults.
    Faulty(Box<Typed>, Vec<Fault>),
    /// Nothing was saved: somebody else changed the record.
    Conflict(Box<Conflict>),
}

/// Saves a form as a new record, or over the record that was read at a version.
///
/// # Errors
/// An unknown register or record; a right that is missing; a file that is not taken. What does not fit is an [`Outcome`].
pub async fn save(
    product: &Product,
    register: &str,
    at: Option<(i64, i64)>,
    mut typed: Typed,
) -> Result<Outcome, AppError> {
    let declared = registers::declared(product, register)?.clone();
    let scope = product.may(Right::Enter, &declared)?;
    let old = match at {
        Some((id, _)) => Some(held(product, &declared, &scope, id).await?),
        None => None,
    };
    if let Some(old) = &old {
        still_theirs(product, &declared, old)?;
    }
    let mut faults = keep_files(product, &declared, &mut typed).await?;
    let checked = read::check(product, &declared, old.as_ref(), &typed).await?;
    faults.extend(checked.faults);
    if !faults.is_empty() {
        return Ok(Outcome::Faulty(Box::new(typed), faults));
    }
    let draft = owned(product, &declared, old.as_ref(), checked.draft, &scope);
    if !fits(product, &scope, &declared, old.as_ref(), &draft) {
        return Err(AppError::NotAllowed {
            right: Right::Enter.word(),
            register: declared.title.clone(),
        });
    }
    let written = write(product, &declared, at, draft, &typed).await;
    match written {
        Ok((id, version)) => Ok(Outcome::Saved {
            id,
            version,
            changed: at.is_none_or(|(_, was)| was != version),
        }),
        Err(AppError::Store(StoreError::Conflict { by, at: when, .. })) => {
            let (id, version) = at.unwrap_or_default();
            let found = conflict::of(product, &declared, (id, version), typed, (by, when)).await?;
            Ok(Outcome::Conflict(Box::new(found)))
        }
        Err(AppError::Store(error)) => match read::placed(&declared, &error) {
            Some(fault) => Ok(Outcome::Faulty(Box::new(typed), vec![fault])),
            None => Err(error.into()),
        },
        Err(error) => Err(error),
    }
}

/// Removes a record, with the reason. Its row and its history stay.
///
/// # Errors
/// No reason; a record that is referred to; a version that is no longer there.
pub async fn remove(
    product: &Product,
    register: &str,
    id: i64,
    version: i64,
    why: &str,
) -> Result<(), AppError> {
    let declared = registers::declared(product, register)?;
    let scope = product.may(Right::Enter, declared)?;
    let record = held(product, declared, &scope, id).await?;
    still_theirs(product, declared, &record)?;
    let (register, why) = (register.to_owned(), reason_of(why)?);
    product
        .store
        .act(&product.actor(), move |act| {
            let (register, why) = (register.clone(), why.clone());
            async move {
                records::remove(act, &register, id, version).await?;
                reason::give(act, id, &why).await?;
                Ok(())
            }
            .boxed()
        })
        .await
}

/// Brings a removed record back, with the reason; its version.
///
/// # Errors
/// No reason; a record that was not removed, or whose key is another's by now.
pub async fn restore(
    product: &Product,
    register: &str,
    id: i64,
    why: &str,
) -> Result<i64, AppError> {
    let declared = registers::declared(product, register)?.clone();
    let scope = product.may(Right::Enter, &declared)?;
    let why = reason_of(why)?;
    let product_in = product.clone();
    product
        .store
        .act(&product.actor(), move |act| {
            let (product, declared) = (product_in.clone(), declared.clone());
            let (scope, why) = (scope.clone(), why.clone());
            async move {
                let version = records::restore(act, &declared.id, id).await?;
                let found = records::get(&mut act.tx, &declared.id, id).await?;
                if !found.is_some_and(|it| within(&product, &scope, &declared, &it)) {
                    return Err(no_record(&declared.id, id));
                }
                reason::give(act, id, &why).await?;
                Ok(version)
            }
            .boxed()
        })
        .await
}

/// A record that a scope holds.
///
/// # Errors
/// Where there is none, or the scope does not hold it: the two are not told apart.
pub async fn held(
    product: &Product,
    register: &Register,
    scope: &Scope,
    id: i64,
) -> Result<Record, AppError> {
    let mut tx = product.store.read().await?;
    let found = records::get(&mut tx, &register.id, id).await?;
    found
        .filter(|it| within(product, scope, register, it))
        .ok_or_else(|| no_record(&register.id, id))
}

/// People of the firms' side change a record only while a step with it is theirs: what was handed in is no longer.
pub(super) fn still_theirs(
    product: &Product,
    register: &Register,
    record: &Record,
) -> Result<(), AppError> {
    let (Some(lifecycle), true) = (&register.lifecycle, product.of_firms()) else {
        return Ok(());
    };
    let state = record.state.as_deref().unwrap_or_default();
    let roles = &product.pack.roles;
    let firm = |it: &String| roles.get(it).is_some_and(|role| role.firm);
    let theirs = lifecycle
        .expected(state)
        .any(|it| it.role.is_empty() || it.role.iter().any(firm));
    if theirs {
        return Ok(());
    }
    Err(AppError::NotAllowed {
        right: Right::Enter.word(),
        register: register.title.clone(),
    })
}

/// Whether a scope holds a record.
#[must_use]
pub fn within(product: &Product, scope: &Scope, register: &Register, record: &Record) -> bool {
    let region: Option<RegionCode> = record.region.parse().ok();
    scope.holds(Place {
        region: region.as_ref().or(Some(&product.pack.region)),
        organization: organization_of(register, record),
        owner: record.owner_user.as_deref(),
    })
}

/// A reason that says something.
pub(super) fn reason_of(why: &str) -> Result<String, AppError> {
    let why = why.trim();
    if why.is_empty() {
        return Err(AppError::BadCell {
            field: Text {
                zh: "原因".to_owned(),
                en: Some("Reason".to_owned()),
            },
            text: String::new(),
            zh: messages::text(Language::Zh, "cell_required", &[]).0,
            en: messages::text(Language::En, "cell_required", &[]).0,
        });
    }
    Ok(why.chars().take(LONGEST_REASON).collect())
}

pub(super) fn no_record(register: &str, id: i64) -> AppError {
    AppError::NotFound {
        kind: "record",
        id: format!("{register}/{id}"),
        near: None,
    }
}

/// Whose a record is: of the one who makes it, and of the organization that it names first. Whoever may enter everything
/// owns nothing by it, so that a workbook says the same whoever imports it.
pub(super) fn owned(
    product: &Product,
    register: &Register,
    old: Option<&Record>,
    mut draft: Draft,
    scope: &Scope,
) -> Draft {
    if *scope == Scope::All {
        return draft;
    }
    let first = register
        .fields
        .iter()
        .find(|it| it.kind == FieldType::Organization && !it.many);
    if let Some(quanyu_core::value::Value::Int(id)) = first.and_then(|it| draft.values.get(&it.id))
    {
        draft.owner_org = Some(*id);
    }
    if old.is_none() {
        draft.owner_user = Some(product.actor().as_str().to_owned());
    }
    draft
}

/// Whether a scope holds the record as the draft leaves it.
pub(super) fn fits(
    product: &Product,
    scope: &Scope,
    register: &Register,
    old: Option<&Record>,
    draft: &Draft,
) -> bool {
    let mut after = old.cloned().unwrap_or_default();
    if old.is_none() {
        after.region = product.pack.region.to_string();
    }
    if let Some(value) = register.region.as_ref().and_then(|it| draft.values.get(it)) {
        let region = value.as_text().map(str::to_owned);
        after.region = region.unwrap_or_else(|| product.pack.region.to_string());
    }
    after.values.extend(draft.values.clone());
    after.owner_org = draft.owner_org.or(after.owner_org);
    after.owner_user = draft.owner_user.clone().or(after.owner_user);
    within(product, scope, register, &after)
}

/// Looks at the files of a form and keeps them; each then stands as a text like one that was there.
async fn keep_files(
    product: &Product,
    register: &Register,
    typed: &mut Typed,
) -> Result<Vec<Fault>, AppError> {
    let mut faults = Vec::new();
    let is_file = |fields: &[quanyu_pack::model::Field], id: &str| {
        let mut fields = fields.iter();
        fields.any(|it| it.id == id && it.kind == FieldType::File)
    };
    let mut parts: Vec<(String, &mut Cells)> = vec![(String::new(), &mut typed.own)];
    for (name, lines) in &mut typed.lines {
        for (number, line) in lines.iter_mut().enumerate() {
            parts.push((format!("{name}.{number}."), &mut line.cells));
        }
    }
    for (prefix, cells) in parts {
        let lines = prefix.split('.').next().unwrap_or_default();
        let fields = match register.lines.iter().find(|it| it.id == lines) {
            Some(lines) => &lines.fields,
            None => &register.fields,
        };
        for (field, (name, bytes)) in std::mem::take(&mut cells.files) {
            if !is_file(fields, &field) {
                continue;
            }
            let looked = {
                let (name, bytes) = (name.clone(), bytes);
                tokio::task::spawn_blocking(move || accept(&name, &bytes).map(|()| bytes)).await
            };
            let looked = looked.map_err(|error| AppError::Output(error.to_string()))?;
            match looked {
                Ok(bytes) => {
                    let value = note(product, &name, bytes).await?;
                    cells.texts.insert(field, value);
                }
                Err(error) => faults.push(Fault {
                    path: format!("{prefix}{field}"),
                    fault: CellFault {
                        code: error.code(),
                        facts: error.facts(Language::Zh),
                    },
                    record: None,
                }),
            }
        }
    }
    Ok(faults)
}

/// Keeps a file and notes who sent it; what a field says of it.
async fn note(product: &Product, name: &str, bytes: Vec<u8>) -> Result<String, AppError> {
    let stored = files::put(&product.store, bytes).await?;
    let value = stored.value(name);
    let name = name.to_owned();
    product
        .store
        .act::<_, (), AppError>(&product.actor(), move |act| {
            let (stored, name) = (stored.clone(), name.clone());
            async move {
                upload::note(act, &stored, &name).await?;
                Ok(files::name(act, &stored, &name, "application/octet-stream").await?)
            }
            .boxed()
        })
        .await?;
    Ok(value)
}

async fn write(
    product: &Product,
    register: &Register,
    at: Option<(i64, i64)>,
    draft: Draft,
    typed: &Typed,
) -> Result<(i64, i64), AppError> {
    tracing::debug!(register = %register.id, lines = typed.lines.len(), "a form is saved");
    let (id, draft) = (register.id.clone(), Arc::new(draft));
    product
        .store
        .act(&product.actor(), move |act| {
            let (register, draft) = (id.clone(), Arc::clone(&draft));
            async move {
                match at {
                    None => Ok((records::create(act, &register, &draft).await?, 1)),
                    Some((id, version)) => {
                        let version = records::update(act, &register, id, version, &draft).await?;
                        Ok((id, version))
                    }
                }
            }
            .boxed()
        })
        .await
}
