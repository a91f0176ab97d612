//! 文稿材料: what the bureau writes, from the draft to the registered number.
//!
//! Owns how records of the register that plays `document` are read as papers, which of them were sent, and putting a
//! paper together with its releases, steps and text. Leaves steps to `steps`, frozen figures to `releases`.
//!
//! Invariant: a paper is sent once it is in the state to which registering its number leads; what its releases say is what
//! was sent, whatever the records say now.
//!
//! Start reading at [`list()`]; the text with its figures is [`text`], sent papers whose figures moved [`superseded`].

mod superseded;
mod text;

use std::collections::BTreeMap;

use jiff::civil::Date;
use quanyu_core::{access::Right, period::Period, text::Text, value::Value};
use quanyu_pack::model::Register;
use quanyu_store::{
    Tx, files,
    list::{self as rows, Filter, Op, Query},
    records::{self, Draft, Record},
    release as kept,
};

use super::{
    AppError, Product, files as kept_files,
    steps::{self, typed},
};

pub use superseded::{Superseded, superseded};
pub use text::{Line, PaperText, Piece, text};

/// Papers of a list.
const MOST: u32 = 2_000;

/// A document as a paper on its way.
#[derive(Clone, Debug)]
pub struct Paper {
    /// Its register.
    pub register: String,
    /// Its record.
    pub record: i64,
    /// The record's version.
    pub version: i64,
    /// The key that releases know it by.
    pub code: String,
    /// Its title.
    pub title: String,
    /// The document of the pack that it is: id and title.
    pub kind: Option<(String, Text)>,
    /// Its period.
    pub period: Option<Period>,
    /// Its state: id and title.
    pub state: (String, Text),
    /// Whether it was sent.
    pub sent: bool,
    /// Whether nothing leads on from its state.
    pub ended: bool,
    /// Its official number.
    pub number: Option<String>,
    /// Its day.
    pub date: Option<Date>,
    /// To whom.
    pub to: Option<String>,
    /// The text as a file: hash and name.
    pub draft: Option<(String, String)>,
    /// The signed sheet: hash and name.
    pub scan: Option<(String, String)>,
    /// How many figures are frozen for it.
    pub releases: u64,
}

/// Whether who looks may enter papers.
#[must_use]
pub fn enters(product: &Product) -> bool {
    let register = product.pack.playing("document");
    register.is_some_and(|it| !product.scope(Right::Enter, it).is_nothing())
}

/// States of papers in the order of the lifecycle: id and title.
#[must_use]
pub fn states(product: &Product) -> Vec<(String, Text)> {
    let lifecycle = product
        .pack
        .playing("document")
        .and_then(|it| it.lifecycle.as_ref());
    let states = lifecycle.map_or(&[][..], |it| it.states.as_slice());
    states
        .iter()
        .map(|it| (it.id.clone(), it.title.clone()))
        .collect()
}

/// Papers, the newest first; of a state, or of a period and the periods within it.
///
/// # Errors
/// The database's. A pack in which no register plays `document` has none.
pub async fn list(
    product: &Product,
    state: Option<&str>,
    period: Option<Period>,
) -> Result<Vec<Paper>, AppError> {
    let Some(register) = product.pack.playing("document") else {
        return Ok(Vec::new());
    };
    let mut tx = product.store.read().await?;
    let mut query = Query {
        descending: true,
        limit: MOST,
        ..Query::default()
    };
    if let Some(state) = state {
        let op = Op::Eq(Value::text(state));
        query.filters.push(Filter::new("@state", op));
    }
    let page = rows::list(&mut tx, &register.id, &query).await?;
    let counts: BTreeMap<String, i64> = kept::documents(&mut tx)
        .await?
        .into_iter()
        .map(|(code, count, _)| (code, count))
        .collect();
    let mut papers: Vec<Paper> = page
        .records
        .iter()
        .map(|it| paper(product, register, it, &counts))
        .collect();
    if let Some(period) = period {
        papers.retain(|it| it.period.is_none_or(|it| period.contains(it)));
    }
    Ok(papers)
}

/// A paper.
///
/// # Errors
/// When there is no such record.
pub async fn get(product: &Product, record: i64) -> Result<Paper, AppError> {
    let register = declared(product)?;
    let mut tx = product.store.read().await?;
    let found = records::get(&mut tx, &register.id, record).await?;
    let found = found.ok_or_else(|| AppError::NotFound {
        kind: "document",
        id: record.to_string(),
        near: None,
    })?;
    counted(&mut tx, product, register, &found).await
}

/// The paper that releases know by a key.
pub(super) async fn by_code(
    tx: &mut Tx,
    product: &Product,
    code: &str,
) -> Result<Option<Paper>, AppError> {
    let Some(register) = product.pack.playing("document") else {
        return Ok(None);
    };
    let Some(field) = register.slot("code") else {
        return Ok(None);
    };
    let query = Query {
        filters: vec![Filter::new(field.id.clone(), Op::Eq(Value::text(code)))],
        limit: 1,
        ..Query::default()
    };
    let page = rows::list(tx, &register.id, &query).await?;
    match page.records.first() {
        Some(record) => counted(tx, product, register, record).await.map(Some),
        None => Ok(None),
    }
}

/// The paper of a key, where there is one.
///
/// # Errors
/// The database's.
pub async fn coded(product: &Product, code: &str) -> Result<Option<Paper>, AppError> {
    let mut tx = product.store.read().await?;
    by_code(&mut tx, product, code).await
}

/// Asks whether a paper is still being drafted.
///
/// # Errors
/// [`AppError::PaperClosed`] where it is past that.
pub fn open(product: &Product, paper: &Paper) -> Result<(), AppError> {
    let states = states(product);
    match states.first() {
        Some((first, _)) if *first != paper.state.0 => Err(AppError::PaperClosed {
            title: paper.title.clone(),
            state: paper.state.1.clone(),
        }),
        _ => Ok(()),
    }
}

async fn counted(
    tx: &mut Tx,
    product: &Product,
    register: &Register,
    record: &Record,
) -> Result<Paper, AppError> {
    let mut paper = paper(product, register, record, &BTreeMap::new());
    paper.releases = kept::of_document(tx, &paper.code).await?.len() as u64;
    Ok(paper)
}

fn declared(product: &Product) -> Result<&Register, AppError> {
    product
        .pack
        .playing("document")
        .ok_or_else(|| AppError::not_found("register", "document", []))
}

fn paper(
    product: &Product,
    register: &Register,
    it: &Record,
    counts: &BTreeMap<String, i64>,
) -> Paper {
    let value = |slot: &str| register.slot(slot).map(|field| it.value(&field.id));
    let text = |slot: &str| value(slot).and_then(Value::as_text).map(str::to_owned);
    let code = text("code").unwrap_or_default();
    let state = it.state.clone().unwrap_or_default();
    let lifecycle = register.lifecycle.as_ref();
    let declared = lifecycle.and_then(|life| life.states.iter().find(|it| it.id == state));
    let title = declared.map_or_else(|| Text::zh(&state), |it| it.title.clone());
    let kind = text("kind").map(|id| {
        let document = product.pack.documents.get(&id);
        let title = document.map_or_else(|| Text::zh(&id), |it| it.title.clone());
        (id, title)
    });
    let date = match value("date") {
        Some(Value::Date(day)) => Some(*day),
        _ => None,
    };
    // Registering the number is what sends a paper; where nothing does, its day does.
    let sent = match lifecycle {
        Some(life) if life.transitions.iter().any(|it| it.number.is_some()) => life
            .transitions
            .iter()
            .any(|it| it.number.is_some() && it.to == state),
        _ => date.is_some(),
    };
    Paper {
        register: register.id.clone(),
        record: it.id,
        version: it.version,
        releases: counts
            .get(&code)
            .and_then(|it| u64::try_from(*it).ok())
            .unwrap_or(0),
        code,
        title: text("title").unwrap_or_else(|| format!("#{}", it.id)),
        kind,
        period: text("period").and_then(|it| it.parse().ok()),
        ended: declared.is_some_and(|it| it.last),
        state: (state, title),
        sent,
        number: text("number"),
        date,
        to: text("to"),
        draft: text("draft").as_deref().and_then(steps::file_of),
        scan: text("scan").as_deref().and_then(steps::file_of),
    }
}

/// A paper to be made: values by slot of the part `document`, as people type them, and its text as a file.
#[derive(Clone, Debug, Default)]
pub struct NewPaper {
    /// The key that releases know it by.
    pub code: String,
    /// Values by slot.
    pub slots: BTreeMap<String, String>,
    /// Further fields, by their names.
    pub fields: BTreeMap<String, String>,
    /// Its text: name and content.
    pub draft: Option<(String, Vec<u8>)>,
}

/// Makes a paper, or gives the one of that key another text while it is being drafted. Its record.
///
/// # Errors
/// A value that its field does not take; [`AppError::PaperClosed`] where the paper of that key is past drafting.
pub async fn keep(product: &Product, paper: &NewPaper) -> Result<i64, AppError> {
    let register = declared(product)?;
    product.may(Right::Enter, register)?;
    let mut texts = paper.fields.clone();
    let mut slots = paper.slots.clone();
    slots.insert("code".to_owned(), paper.code.clone());
    for (slot, text) in slots {
        let field = register
            .slot(&slot)
            .ok_or_else(|| AppError::not_found("field", &slot, []))?;
        texts.insert(field.id.clone(), text);
    }
    let mut values = typed::values(product, register, &texts).await?;
    let mut stored = None;
    if let (Some((name, bytes)), Some(field)) = (&paper.draft, register.slot("draft")) {
        kept_files::accept(name, bytes)?;
        let file = files::put(&product.store, bytes.clone()).await?;
        values.insert(field.id.clone(), Value::Text(file.value(name)));
        stored = Some((file, name.clone()));
    }
    let found = coded(product, &paper.code).await?;
    if let Some(found) = &found {
        open(product, found)?;
    }
    let (id, draft) = (register.id.clone(), Draft::new(values));
    let there = found.map(|it| (it.record, it.version));
    product
        .store
        .act::<_, i64, AppError>(&product.actor(), move |act| {
            let (id, draft, stored) = (id.clone(), draft.clone(), stored.clone());
            Box::pin(async move {
                if let Some((file, name)) = &stored {
                    files::name(act, file, name, "application/octet-stream").await?;
                }
                match there {
                    Some((record, version)) => {
                        records::update(act, &id, record, version, &draft).await?;
                        Ok(record)
                    }
                    None => Ok(records::create(act, &id, &draft).await?),
                }
            })
        })
        .await
}

/// A file that a record or a step of a paper names: its name and content.
///
/// # Errors
/// When the paper names no such file; the disk's.
pub async fn file(
    product: &Product,
    record: i64,
    hash: &str,
) -> Result<(String, Vec<u8>), AppError> {
    let paper = get(product, record).await?;
    let steps = steps::taken(product, &paper.register, record).await?;
    let named = paper
        .draft
        .iter()
        .chain(&paper.scan)
        .chain(steps.iter().filter_map(|it| it.file.as_ref()))
        .find(|it| it.0 == hash);
    let (hash, name) = named.ok_or_else(|| AppError::not_found("file", hash, []))?;
    let bytes = files::read(&product.store, hash).await?;
    Ok((name.clone(), bytes))
}
