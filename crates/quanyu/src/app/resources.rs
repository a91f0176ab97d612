//! Records for programs: values as they are, not as people read them.
//!
//! Owns how a record is handed out and taken in over the HTTP interface. Leaves JSON to `web::api`, conditions and cursors to
//! `registers`, saving to `entries`: a program and a form make a record by the same act.
//!
//! Invariant: personal data are never handed out here; a program may write them.
//!
//! Start reading at [`list`] and [`save`].

use std::collections::BTreeMap;

use futures::FutureExt as _;
use quanyu_core::{access::Right, text::Language, value::Value};
use quanyu_pack::model::{Field, FieldType, Lines, Register};
use quanyu_store::{idempotency, list as rows, records::Record};

use super::{
    AppError, Product, Why,
    entries::{self, Cells, Outcome, Typed, TypedLine},
    registers::{self, ListWish, declared, label, target},
};
use crate::messages;

pub use quanyu_store::idempotency::Taken;

/// A value as programs read it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shown {
    /// Nothing is known, or nothing is told.
    Nothing,
    /// Text, code, region, period, day, money and decimals.
    Text(String),
    /// An integer, or the number of a record.
    Int(i64),
    /// Yes or no.
    Truth(bool),
    /// Several codes or records.
    Many(Vec<Shown>),
}

/// A record as programs read it.
#[derive(Clone, Debug)]
pub struct Resource {
    /// Its number.
    pub id: i64,
    /// Its version, which an edit names.
    pub version: i64,
    /// What it is called.
    pub label: String,
    /// Its region's code.
    pub region: String,
    /// Its state, where the register has a lifecycle.
    pub state: Option<String>,
    /// Values by field.
    pub fields: Vec<(String, Shown)>,
    /// Lines by name; empty in a list.
    pub lines: Vec<(String, Vec<LineShown>)>,
}

/// A line as programs read it.
#[derive(Clone, Debug)]
pub struct LineShown {
    /// Its number.
    pub id: Option<i64>,
    /// Values by field.
    pub fields: Vec<(String, Shown)>,
}

/// A page of records.
#[derive(Clone, Debug)]
pub struct Page {
    /// The records.
    pub records: Vec<Resource>,
    /// How many the conditions let through; `None` while a large register is being counted.
    pub count: Option<u64>,
    /// Where the next page begins.
    pub next: Option<String>,
}

/// A value as a program gives it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Given {
    /// To be emptied.
    Nothing,
    /// Text as people type it, and as [`Shown::Text`] hands it out.
    Text(String),
    /// A number as it was written.
    Number(String),
    /// Yes or no.
    Truth(bool),
    /// Several.
    Many(Vec<Given>),
}

/// A record as a program gives it; what is not named stays.
#[derive(Clone, Debug, Default)]
pub struct GivenRecord {
    /// Values by field.
    pub fields: BTreeMap<String, Given>,
    /// Lines by name; lines of a name are given whole.
    pub lines: BTreeMap<String, Vec<GivenLine>>,
}

/// A line as a program gives it.
#[derive(Clone, Debug, Default)]
pub struct GivenLine {
    /// The line that is there; `None` for a new one.
    pub id: Option<i64>,
    /// Values by field.
    pub fields: BTreeMap<String, Given>,
}

/// What came of a record that was given.
#[derive(Debug)]
pub enum Saved {
    /// It is kept.
    Kept(Box<Resource>),
    /// Nothing is: what does not fit, by place, in words.
    Faulty(Vec<(String, String)>),
    /// Nothing is: somebody else changed the record.
    Stale,
}

/// A page of a register.
///
/// # Errors
/// An unknown register or field, a condition that makes no sense, a cursor that is none.
pub async fn list(
    product: &Product,
    register: &str,
    wish: &ListWish,
    language: Language,
) -> Result<Page, AppError> {
    let register = declared(product, register)?;
    product.may(Right::Read, register)?;
    let mut tx = product.store.read().await?;
    let (query, faults) = registers::query_of(product, &mut tx, register, wish, language).await?;
    if let Some((field, why)) = faults.into_iter().next() {
        return Err(AppError::BadValue {
            kind: "field",
            value: field,
            why: Why::same(why),
        });
    }
    let fields: Vec<&Field> = if wish.columns.is_empty() {
        register.fields.iter().collect()
    } else {
        registers::shown_of(register, wish)?
    };
    let page = rows::list(&mut tx, &register.id, &query).await?;
    let wait = registers::tally::Wait::Moment;
    let tally = registers::tally::of(product, &mut tx, register, &query, &[], wait).await?;
    let records = page.records.iter();
    Ok(Page {
        records: records
            .map(|it| resource(register, it, &fields, false))
            .collect(),
        count: tally.map(|it| it.count),
        next: page.next.as_ref().map(registers::cursor_text),
    })
}

/// A record with its lines.
///
/// # Errors
/// Where there is none that is seen.
pub async fn get(product: &Product, register: &str, id: i64) -> Result<Resource, AppError> {
    let register = declared(product, register)?;
    let scope = product.may(Right::Read, register)?;
    let record = entries::held(product, register, &scope, id).await?;
    Ok(resource(
        register,
        &record,
        &register.fields.iter().collect::<Vec<_>>(),
        true,
    ))
}

/// Keeps a record that was given: a new one, or over the one that was read at a version.
///
/// # Errors
/// An unknown register or record, a right that is missing.
pub async fn save(
    product: &Product,
    register: &str,
    at: Option<(i64, i64)>,
    given: &GivenRecord,
    language: Language,
) -> Result<Saved, AppError> {
    let declared = declared(product, register)?;
    product.may(Right::Enter, declared)?;
    let mut reading = Reading {
        product,
        language,
        faults: Vec::new(),
    };
    let typed = reading.typed(declared, given).await?;
    if !reading.faults.is_empty() {
        return Ok(Saved::Faulty(reading.faults));
    }
    match entries::save(product, register, at, typed).await? {
        Outcome::Saved { id, .. } => Ok(Saved::Kept(Box::new(get(product, register, id).await?))),
        Outcome::Faulty(_, faults) => {
            let faults = faults.iter().map(|it| (it.path.clone(), it.said(language)));
            Ok(Saved::Faulty(faults.collect()))
        }
        Outcome::Conflict(_) => Ok(Saved::Stale),
    }
}

/// Takes a key for a question, see [`idempotency::take`].
///
/// # Errors
/// The database's.
pub async fn take_key(product: &Product, key: &str, digest: &str) -> Result<Taken, AppError> {
    let (key, digest) = (key.to_owned(), digest.to_owned());
    product
        .store
        .act(&product.actor(), move |act| {
            let (key, digest) = (key.clone(), digest.clone());
            async move { Ok(idempotency::take(act, &key, &digest).await?) }.boxed()
        })
        .await
}

/// Ends what was begun under a key: with an answer that is kept, or with none, so that it may be asked again.
///
/// # Errors
/// The database's.
pub async fn end_key(
    product: &Product,
    key: &str,
    answer: Option<(u16, String)>,
) -> Result<(), AppError> {
    let key = key.to_owned();
    product
        .store
        .act(&product.actor(), move |act| {
            let (key, answer) = (key.clone(), answer.clone());
            async move {
                match answer {
                    Some((status, body)) => {
                        idempotency::answer(act, &key, i64::from(status), &body).await?;
                    }
                    None => idempotency::give_back(act, &key).await?,
                }
                Ok::<(), AppError>(())
            }
            .boxed()
        })
        .await
}

fn resource(register: &Register, record: &Record, fields: &[&Field], whole: bool) -> Resource {
    let values = |fields: &mut dyn Iterator<Item = &Field>, of: &BTreeMap<String, Value>| {
        fields
            .map(|it| {
                (
                    it.id.clone(),
                    shown(it, of.get(&it.id).unwrap_or(&Value::Null)),
                )
            })
            .collect::<Vec<_>>()
    };
    let lines = register.lines.iter().filter(|_| whole).map(|lines| {
        let rows = record.lines.get(&lines.id).into_iter().flatten();
        let rows = rows.map(|line| LineShown {
            id: line.id,
            fields: values(&mut lines.fields.iter(), &line.values),
        });
        (lines.id.clone(), rows.collect())
    });
    let personal = register
        .field(&register.label)
        .is_some_and(|it| it.kind == FieldType::Person);
    Resource {
        id: record.id,
        version: record.version,
        label: if personal {
            format!("#{}", record.id)
        } else {
            label(register, record)
        },
        region: record.region.clone(),
        state: record.state.clone(),
        fields: values(&mut fields.iter().copied(), &record.values),
        lines: lines.collect(),
    }
}

fn shown(field: &Field, value: &Value) -> Shown {
    let refers = matches!(
        field.kind,
        FieldType::Organization | FieldType::Reference { .. }
    );
    match (&field.kind, value) {
        (FieldType::Person, _) => Shown::Nothing,
        (_, Value::Null) if field.many => Shown::Many(Vec::new()),
        (_, Value::Null) => Shown::Nothing,
        (_, Value::Text(text)) if field.many => {
            let parts = text.split(';').filter(|it| !it.is_empty());
            Shown::Many(
                parts
                    .map(|it| match it.parse() {
                        Ok(id) if refers => Shown::Int(id),
                        _ => Shown::Text(it.to_owned()),
                    })
                    .collect(),
            )
        }
        (FieldType::YesNo, Value::Int(it)) => Shown::Truth(*it != 0),
        (_, Value::Int(it)) => Shown::Int(*it),
        (_, value) => value.canonical().map_or(Shown::Nothing, Shown::Text),
    }
}

/// Reads what was given into what a form would say.
struct Reading<'a> {
    product: &'a Product,
    language: Language,
    faults: Vec<(String, String)>,
}

impl Reading<'_> {
    async fn typed(&mut self, register: &Register, given: &GivenRecord) -> Result<Typed, AppError> {
        let mut typed = Typed {
            own: self.cells(&register.fields, &given.fields, "").await?,
            ..Typed::default()
        };
        for field in register
            .fields
            .iter()
            .filter(|it| it.kind == FieldType::Person)
        {
            if given.fields.get(&field.id) == Some(&Given::Nothing) {
                typed.clear.insert(field.id.clone());
            }
        }
        for (name, rows) in &given.lines {
            let Some(lines) = register.lines.iter().find(|it| it.id == *name) else {
                self.fault(name, "api_unknown_field", Vec::new());
                continue;
            };
            let read = self.rows(lines, rows).await?;
            typed.lines.insert(name.clone(), read);
        }
        Ok(typed)
    }

    async fn rows(
        &mut self,
        lines: &Lines,
        rows: &[GivenLine],
    ) -> Result<Vec<TypedLine>, AppError> {
        let mut read = Vec::with_capacity(rows.len());
        for (number, row) in rows.iter().enumerate() {
            let prefix = format!("{}.{number}.", lines.id);
            let cells = self.cells(&lines.fields, &row.fields, &prefix).await?;
            read.push(TypedLine { id: row.id, cells });
        }
        Ok(read)
    }

    async fn cells(
        &mut self,
        fields: &[Field],
        given: &BTreeMap<String, Given>,
        prefix: &str,
    ) -> Result<Cells, AppError> {
        let mut cells = Cells::default();
        for (id, value) in given {
            let path = format!("{prefix}{id}");
            let Some(field) = fields.iter().find(|it| it.id == *id) else {
                self.fault(&path, "api_unknown_field", Vec::new());
                continue;
            };
            if field.computed.is_some() {
                self.fault(&path, "api_computed_field", Vec::new());
                continue;
            }
            let parts = match value {
                Given::Nothing => Vec::new(),
                Given::Many(parts) if field.many => parts.iter().collect(),
                Given::Many(_) => {
                    self.fault(&path, "api_wrong_kind", Vec::new());
                    continue;
                }
                one => vec![one],
            };
            let (mut texts, mut chosen) = (Vec::new(), Vec::new());
            for part in parts {
                match self.text(field, part).await? {
                    Some((text, choice)) => {
                        texts.push(text);
                        chosen.extend(choice);
                    }
                    None => self.fault(&path, "api_wrong_kind", Vec::new()),
                }
            }
            cells.texts.insert(id.clone(), texts.join(";"));
            cells.chosen.insert(id.clone(), chosen.join(";"));
        }
        Ok(cells)
    }

    /// What a form would say: the text, and what it was chosen as.
    async fn text(
        &self,
        field: &Field,
        value: &Given,
    ) -> Result<Option<(String, Option<String>)>, AppError> {
        let target = target(&self.product.pack, field);
        Ok(match (target, value) {
            (Some(target), Given::Number(number)) => {
                let Ok(id) = number.parse::<i64>() else {
                    return Ok(None);
                };
                let mut tx = self.product.store.read().await?;
                let found = rows::by_ids(&mut tx, &target.id, &[id]).await?;
                found
                    .first()
                    .map(|it| (label(target, it), Some(id.to_string())))
            }
            (_, Given::Text(text)) => Some((text.clone(), None)),
            (None, Given::Number(number)) => matches!(
                field.kind,
                FieldType::Integer | FieldType::Decimal { .. } | FieldType::Money
            )
            .then(|| (number.clone(), None)),
            (None, Given::Truth(truth)) => (field.kind == FieldType::YesNo)
                .then(|| (if *truth { "是" } else { "否" }.to_owned(), None)),
            _ => None,
        })
    }

    fn fault(&mut self, path: &str, code: &'static str, facts: Vec<(&'static str, String)>) {
        let said = messages::text(self.language, code, &facts).0;
        self.faults.push((path.to_owned(), said));
    }
}
