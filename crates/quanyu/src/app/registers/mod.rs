//! 业务台账: lists and records, for reading. Writing is `app::entries`.
//!
//! Owns which registers there are, which columns come first, and how a cell is said. Leaves a page of records to
//! [`list`], everything about one to [`record`], rows to `quanyu-store`.
//!
//! Invariant: a list never counts or sums other rows than it shows.
//!
//! Start reading at [`list()`].

mod conditions;
mod history;
mod list;
pub mod person;
mod record;
pub(in crate::app) mod tally;

use futures::future::BoxFuture;
use jiff::civil::Date;
use quanyu_core::{
    access::Right,
    money::Money,
    text::{Language, Text},
    typed,
    value::Value,
};
use quanyu_pack::model::{Field, FieldType, Pack, Register};
use quanyu_store::{
    Tx,
    list::{self as rows, Query},
    records::{self, Record},
};
use rust_decimal::Decimal;

use super::{AppError, Product, cells};

pub use history::ChangeView;

pub use list::{ListPage, ListRow, ListWish, list};
use tally::Wait;

pub(in crate::app) use list::{cursor_text, query_of, shown_of};
pub use record::{RecordPage, Related, record};

/// Columns of a list that nobody chose: enough to know a record by, few enough for a screen.
const FIRST_COLUMNS: usize = 7;

/// A register in the list of registers.
#[derive(Clone, Debug)]
pub struct RegisterView {
    /// Identifier.
    pub id: String,
    /// What it is called.
    pub title: Text,
    /// Room it stands in (id and title).
    pub module: (String, Text),
    /// Records, not counting removed ones; `None` while they are being counted.
    pub count: Option<u64>,
    /// Where the data come from.
    pub source: Option<String>,
}

/// A column's head.
#[derive(Clone, Debug)]
pub struct FieldHead {
    /// Field id.
    pub id: String,
    /// What it is called.
    pub title: Text,
    /// Unit in the head, such as 万元.
    pub unit: Option<String>,
    /// Type word of the pack (`money`, `date` …).
    pub kind: &'static str,
    /// Whether it is among the columns shown.
    pub shown: bool,
    /// Right-aligned.
    pub number: bool,
    /// Choices of a code field: code and title.
    pub choices: Vec<(String, Text)>,
}

/// A cell as shown.
#[derive(Clone, Debug, Default)]
pub struct Cell {
    /// As people read it; "—" where unknown.
    pub said: String,
    /// The record it refers to.
    pub link: Option<(String, i64)>,
}

/// Every register that this person reads with its number of records, in order of the menu.
///
/// # Errors
/// The database's.
pub async fn all(product: &Product) -> Result<Vec<RegisterView>, AppError> {
    let mut tx = product.store.read().await?;
    let mut views = Vec::new();
    for register in product.pack.registers.values() {
        if product.scope(Right::Read, register).is_nothing() {
            continue;
        }
        let whole = Query::default();
        let tally = tally::of(product, &mut tx, register, &whole, &[], Wait::Moment).await?;
        views.push(view(&product.pack, register, tally.map(|it| it.count)));
    }
    let place = |it: &RegisterView| {
        product
            .pack
            .modules
            .iter()
            .position(|module| module.id == it.module.0)
    };
    views.sort_by_key(|it| (place(it), it.id.clone()));
    Ok(views)
}

pub(in crate::app) fn view(pack: &Pack, register: &Register, count: Option<u64>) -> RegisterView {
    let module = pack.modules.iter().find(|it| it.id == register.module);
    RegisterView {
        id: register.id.clone(),
        title: register.title.clone(),
        module: (
            register.module.clone(),
            module.map(|it| it.title.clone()).unwrap_or_default(),
        ),
        count,
        source: register.source.clone(),
    }
}

/// What a register is called and where it stands; of one that is not there, its id.
#[must_use]
pub fn about(product: &Product, id: &str) -> RegisterView {
    match product.pack.registers.get(id) {
        Some(register) => view(&product.pack, register, None),
        None => RegisterView {
            id: id.to_owned(),
            title: Text::zh(id),
            module: Default::default(),
            count: None,
            source: None,
        },
    }
}

/// A day as people type it.
///
/// # Errors
/// A text that is no day.
pub fn day(text: Option<&str>) -> Result<Option<Date>, AppError> {
    let Some(text) = text.map(str::trim).filter(|it| !it.is_empty()) else {
        return Ok(None);
    };
    typed::day(text).map_err(|error| AppError::BadValue {
        kind: "day",
        value: text.to_owned(),
        why: error.into(),
    })
}

/// The register of that id.
///
/// # Errors
/// When there is none, with the nearest name.
pub fn declared<'a>(product: &'a Product, id: &str) -> Result<&'a Register, AppError> {
    let all = &product.pack.registers;
    all.get(id)
        .ok_or_else(|| AppError::not_found("register", id, all.keys().map(String::as_str)))
}

/// The register of that id, where this person reads any of it.
///
/// # Errors
/// When there is none, or none for this person.
pub fn readable<'a>(product: &'a Product, id: &str) -> Result<&'a Register, AppError> {
    let register = declared(product, id)?;
    product.may(Right::Read, register)?;
    Ok(register)
}

/// The fields shown where nobody chose, in order of declaration: the key and the label, the first of each kind that
/// people look for (whom, what sort, how much, when, where), then what there is room for. Long texts and personal data
/// are left out.
#[must_use]
pub fn first_fields(register: &Register) -> Vec<&Field> {
    let plain = |it: &&Field| {
        !matches!(
            it.kind,
            FieldType::LongText
                | FieldType::Person
                | FieldType::File
                | FieldType::Url
                | FieldType::Location
        )
    };
    let mut chosen: Vec<&str> = register.key.iter().map(String::as_str).collect();
    chosen.push(&register.label);
    let first = |wanted: fn(&FieldType) -> bool| {
        register
            .fields
            .iter()
            .filter(plain)
            .find(|it| wanted(&it.kind))
    };
    let sorts: [fn(&FieldType) -> bool; 5] = [
        |it| matches!(it, FieldType::Organization | FieldType::Reference { .. }),
        |it| matches!(it, FieldType::Code { .. }),
        |it| {
            matches!(
                it,
                FieldType::Money | FieldType::Decimal { .. } | FieldType::Integer
            )
        },
        |it| matches!(it, FieldType::Date | FieldType::Period),
        |it| matches!(it, FieldType::Region),
    ];
    chosen.extend(sorts.into_iter().filter_map(first).map(|it| it.id.as_str()));
    chosen.extend(
        register
            .fields
            .iter()
            .filter(plain)
            .map(|it| it.id.as_str()),
    );
    let mut kept: Vec<&str> = Vec::new();
    for id in chosen {
        if kept.len() < FIRST_COLUMNS && !kept.contains(&id) {
            kept.push(id);
        }
    }
    register
        .fields
        .iter()
        .filter(|it| kept.contains(&it.id.as_str()))
        .collect()
}

pub(in crate::app) fn head(pack: &Pack, field: &Field, shown: bool) -> FieldHead {
    let choices = match &field.kind {
        FieldType::Code { list } => pack
            .codes
            .get(list)
            .map(|it| it.items.as_slice())
            .unwrap_or_default(),
        _ => &[],
    };
    FieldHead {
        id: field.id.clone(),
        title: field.title.clone(),
        unit: match field.kind {
            FieldType::Money => Some("元".to_owned()),
            _ => field.unit.clone(),
        },
        kind: field.kind.word(),
        shown,
        number: matches!(
            field.kind,
            FieldType::Integer | FieldType::Decimal { .. } | FieldType::Money
        ),
        choices: choices
            .iter()
            .map(|it| (it.code.clone(), it.title.clone()))
            .collect(),
    }
}

/// The register that a field refers to, where it does.
pub fn target<'a>(pack: &'a Pack, field: &Field) -> Option<&'a Register> {
    match &field.kind {
        FieldType::Organization => pack.playing("organization"),
        FieldType::Reference { to } => pack.registers.get(to),
        _ => None,
    }
}

/// A value from its canonical text, as the change chain and cursors hold it.
pub(in crate::app) fn from_canonical(field: &Field, text: &str) -> Option<Value> {
    if field.many {
        return Some(Value::Text(text.to_owned()));
    }
    Some(match &field.kind {
        FieldType::Integer
        | FieldType::YesNo
        | FieldType::Reference { .. }
        | FieldType::Organization => Value::Int(text.parse().ok()?),
        FieldType::Decimal { .. } => Value::Decimal(text.parse::<Decimal>().ok()?),
        FieldType::Money => Value::Money(text.parse::<Money>().ok()?),
        FieldType::Date => Value::Date(text.parse().ok()?),
        _ => Value::Text(text.to_owned()),
    })
}

/// Whether a text is sealed personal data.
fn is_sealed(text: &str) -> bool {
    quanyu_store::keys::is_sealed(text)
}

/// What a record is called: its label, else its number.
#[must_use]
pub fn label(register: &Register, record: &Record) -> String {
    record
        .value(&register.label)
        .canonical()
        .filter(|it| !is_sealed(it))
        .unwrap_or_else(|| format!("#{}", record.id))
}

/// A value as shown; references by the label of their record.
pub fn cell<'a>(
    tx: &'a mut Tx,
    product: &'a Product,
    field: &'a Field,
    value: &'a Value,
    language: Language,
) -> BoxFuture<'a, Result<Cell, AppError>> {
    Box::pin(async move {
        let target = target(&product.pack, field);
        match (target, value) {
            (Some(register), Value::Int(id)) => {
                // What is out of reach has its name where a record within reach names it, and no more.
                let record = records::get(tx, &register.id, *id).await?;
                let link = record.as_ref().map(|_| (register.id.clone(), *id));
                let record = match record {
                    None => records::referred(tx, &register.id, *id).await?,
                    reached => reached,
                };
                let said = record.map_or_else(|| format!("#{id}"), |it| label(register, &it));
                Ok(Cell { said, link })
            }
            (Some(register), Value::Text(many)) => {
                let ids: Vec<i64> = many.split(';').filter_map(|it| it.parse().ok()).collect();
                let found = rows::by_ids(tx, &register.id, &ids).await?;
                let said: Vec<String> = found.iter().map(|it| label(register, it)).collect();
                Ok(Cell {
                    said: said.join("、"),
                    link: None,
                })
            }
            // What was not masked with its record is not shown at all.
            (_, Value::Text(text)) if field.kind == FieldType::Person && is_sealed(text) => {
                Ok(Cell {
                    said: "•••".to_owned(),
                    link: None,
                })
            }
            (_, value) => Ok(Cell {
                said: cells::say(&product.pack, field, value, language),
                link: None,
            }),
        }
    })
}
