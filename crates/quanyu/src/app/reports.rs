//! 报送记录: which value of an indicator was given to whom, when, by which document.
//!
//! Owns putting releases of documents and entries by hand side by side, and which of them say different things. Leaves
//! releases to `releases`, records to the register that plays `report`.
//!
//! Invariant: two values of the same indicator, measure, region and period stand out wherever people say them differently;
//! a value that was only drafted is shown, but never counted as given.
//!
//! Start reading at [`history`].

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use quanyu_core::{period::Period, region::RegionCode, text::Text, value::Value};
use quanyu_pack::model::Register;
use quanyu_store::{
    Tx,
    list::{self, Filter, Op, Query},
    records::{self, Draft, Record},
    release as kept,
};
use rust_decimal::Decimal;

use super::{
    AppError, Product, registers,
    releases::{self, Measure},
    steps::typed,
    writing,
};

/// Releases and records looked at for one history.
const MOST: u32 = 10_000;

/// All that was said of one thing.
#[derive(Clone, Debug)]
pub struct Subject {
    /// The indicator.
    pub indicator: String,
    /// What it is called.
    pub title: Text,
    /// What of it.
    pub measure: Measure,
    /// The region.
    pub region: RegionCode,
    /// The period.
    pub period: Period,
    /// What was given, the newest first.
    pub given: Vec<Given>,
    /// Whether different values were given.
    pub differs: bool,
}

/// A value that was given, or is about to be.
#[derive(Clone, Debug)]
pub struct Given {
    /// The value in base units.
    pub value: Option<Decimal>,
    /// As it was said.
    pub said: String,
    /// The same value said plainly: what is compared.
    pub plain: String,
    /// To whom.
    pub to: Option<String>,
    /// When.
    pub on: Option<Date>,
    /// By what: a document's title, or what was noted.
    pub document: String,
    /// Whether it was given; else it stands in a document that was not sent.
    pub sent: bool,
    /// The release that it was frozen as.
    pub release: Option<String>,
    /// The record that says so: register and id.
    pub record: Option<(String, i64)>,
    /// Who noted or froze it.
    pub actor: String,
}

/// The history of what was given, of one indicator or of all; subjects in order of indicator and period.
///
/// # Errors
/// An unknown indicator; the database's.
pub async fn history(product: &Product, indicator: Option<&str>) -> Result<Vec<Subject>, AppError> {
    let mut tx = product.store.read().await?;
    let found = match indicator {
        Some(id) => {
            super::indicators::indicator(product, id)?;
            kept::of_indicator(&mut tx, id, MOST).await?
        }
        None => kept::latest(&mut tx, MOST).await?,
    };
    let mut subjects: BTreeMap<Key, Vec<Given>> = BTreeMap::new();
    let mut papers = BTreeMap::new();
    // The newest comes first: what a document says now is its last release of a thing.
    let mut told = BTreeSet::new();
    for it in &found {
        let release = releases::view(product, it)?;
        let key = Key {
            indicator: release.indicator.clone(),
            period: release.period,
            measure: release.measure,
            region: release.region.clone(),
        };
        if !told.insert((release.document.clone(), key.clone())) {
            continue;
        }
        if !papers.contains_key(&release.document) {
            let paper = writing::by_code(&mut tx, product, &release.document).await?;
            papers.insert(release.document.clone(), paper);
        }
        let paper = papers.get(&release.document).and_then(Option::as_ref);
        subjects.entry(key).or_default().push(Given {
            value: release.value,
            said: release.said.clone(),
            plain: releases::plainly(
                &product.pack,
                &release.indicator,
                release.measure,
                release.value,
            ),
            to: paper.and_then(|it| it.to.clone()),
            on: paper.and_then(|it| it.date),
            document: paper.map_or_else(|| release.document.clone(), |it| it.title.clone()),
            sent: paper.is_some_and(|it| it.sent),
            release: Some(release.id.clone()),
            record: paper.map(|it| (it.register.clone(), it.record)),
            actor: release.actor.clone(),
        });
    }
    if let Some(register) = product.pack.playing("report") {
        by_hand(&mut tx, product, register, indicator, &mut subjects).await?;
    }
    let subject = |(key, mut given): (Key, Vec<Given>)| {
        let said: BTreeSet<&str> = given
            .iter()
            .filter(|it| it.sent)
            .map(|it| it.plain.as_str())
            .collect();
        let differs = said.len() > 1;
        given.sort_by_key(|it| (std::cmp::Reverse(it.sent), std::cmp::Reverse(it.on)));
        let declared = product.pack.indicators.get(&key.indicator);
        Subject {
            title: declared.map_or_else(|| Text::zh(&key.indicator), |it| it.title.clone()),
            indicator: key.indicator,
            measure: key.measure,
            region: key.region,
            period: key.period,
            given,
            differs,
        }
    };
    Ok(subjects.into_iter().map(subject).collect())
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    indicator: String,
    period: Period,
    measure: Measure,
    region: RegionCode,
}

/// Entries by hand.
async fn by_hand(
    tx: &mut Tx,
    product: &Product,
    register: &Register,
    indicator: Option<&str>,
    subjects: &mut BTreeMap<Key, Vec<Given>>,
) -> Result<(), AppError> {
    let mut query = Query {
        limit: MOST,
        ..Query::default()
    };
    if let (Some(id), Some(field)) = (indicator, register.slot("indicator")) {
        let op = Op::Eq(Value::text(id));
        query.filters.push(Filter::new(field.id.clone(), op));
    }
    let page = list::list(tx, &register.id, &query).await?;
    for it in page.records {
        let Some((key, given)) = entry(product, register, &it) else {
            continue;
        };
        subjects.entry(key).or_default().push(given);
    }
    Ok(())
}

/// What a record of the register says; `None` where it names no indicator, measure or period that can be read.
fn entry(product: &Product, register: &Register, it: &Record) -> Option<(Key, Given)> {
    let text = |slot: &str| -> Option<String> {
        let field = register.slot(slot)?;
        it.value(&field.id).as_text().map(str::to_owned)
    };
    let value = match it.value(&register.slot("value")?.id) {
        Value::Decimal(value) => Some(*value),
        _ => None,
    };
    let on = match it.value(&register.slot("date")?.id) {
        Value::Date(day) => Some(*day),
        _ => None,
    };
    let key = Key {
        indicator: text("indicator")?,
        measure: text("measure")?.parse().ok()?,
        region: it.region.parse().ok()?,
        period: text("period")?.parse().ok()?,
    };
    let plain = releases::plainly(&product.pack, &key.indicator, key.measure, value);
    let given = Given {
        value,
        said: plain.clone(),
        plain,
        to: text("to"),
        on,
        document: text("document").unwrap_or_default(),
        sent: true,
        release: None,
        record: Some((register.id.clone(), it.id)),
        actor: String::new(),
    };
    Some((key, given))
}

/// Notes a value that was given, as people type it: values by slot of the part `report`. The new record.
///
/// # Errors
/// A pack in which no register plays `report`; a value that its field does not take.
pub async fn note(
    product: &Product,
    slots: &BTreeMap<String, String>,
) -> Result<(String, i64), AppError> {
    let register = product
        .pack
        .playing("report")
        .ok_or_else(|| AppError::not_found("register", "report", []))?;
    let mut texts = BTreeMap::new();
    for (slot, text) in slots {
        let field = register
            .slot(slot)
            .ok_or_else(|| AppError::not_found("field", slot, []))?;
        texts.insert(field.id.clone(), text.clone());
    }
    if let Some(id) = slots.get("indicator") {
        super::indicators::indicator(product, id)?;
    }
    if let Some(measure) = slots.get("measure") {
        measure.parse::<Measure>()?;
    }
    let values = typed::values(product, register, &texts).await?;
    let draft = Draft::new(values);
    let id = register.id.clone();
    let record = product
        .store
        .act::<_, i64, AppError>(&product.actor(), move |act| {
            let (id, draft) = (id.clone(), draft.clone());
            Box::pin(async move { Ok(records::create(act, &id, &draft).await?) })
        })
        .await?;
    Ok((register.id.clone(), record))
}

/// The register that holds entries by hand, where the pack has one.
#[must_use]
pub fn register(product: &Product) -> Option<registers::RegisterView> {
    let register = product.pack.playing("report")?;
    Some(registers::view(&product.pack, register, None))
}
