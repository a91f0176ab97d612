//! Making a request: who is asked for what, what is known already, until when.
//!
//! Owns the cells of a new request. A cell that the records or figures know is kept as held: it is shown to be looked over, and not
//! asked. Leaves tables to `quanyu-store`.
//!
//! Start reading at [`create`].

use std::collections::BTreeSet;

use futures::FutureExt;
use jiff::{ToSpan as _, civil::Date};
use quanyu_core::{
    access::{self, Right},
    period::Period,
    region::RegionCode,
    text::Language,
    value::Value,
};
use quanyu_pack::model::{Field, FieldType, Indicator, Pack, Register};
use quanyu_store::{
    StoreError, Tx,
    collections::{self as kept, Collection, CollectionCell, Party},
    list::{self, Filter, Op, Query},
    lists as names,
    records::{self, Record},
};

use super::{AppError, CollectionRefusal, Product, Subject, Why, grid, need_manager};
use crate::app::{indicators, lists, registers};

/// Rows that one party may be asked for.
pub const MOST_LINES: usize = 1_000;
/// Empty rows that a party may get for new records.
const MOST_BLANK: u32 = 200;

/// What is to be asked.
#[derive(Clone, Debug, Default)]
pub struct Wish {
    /// What the request is called.
    pub title: String,
    /// What those who are asked should know.
    pub note: Option<String>,
    /// The period that is asked about.
    pub period: String,
    /// The day until which, as typed.
    pub due: Option<String>,
    /// Working days until then, where no day is given.
    pub within: Option<u32>,
    /// Percent by which a value may move before a reason is asked for.
    pub jump: i64,
    /// What the status of an observation is that comes of it.
    pub status: Option<String>,
    /// The register whose rows are asked for; nothing where indicators are.
    pub register: Option<String>,
    /// Indicators, or fields of the register.
    pub items: Vec<String>,
    /// Empty rows for new records.
    pub blank: u32,
    /// Also rows that have nothing missing, to be looked over.
    pub whole: bool,
    /// Regions that are asked.
    pub regions: Vec<String>,
    /// Sections, parks or others that are asked, by name.
    pub names: Vec<String>,
    /// A list of names whose organizations are asked.
    pub list: Option<i64>,
}

/// Makes a request; its number.
///
/// # Errors
/// Nothing asked of nobody, everything known, a day that cannot be told; without a right to enter everywhere.
pub async fn create(product: &Product, wish: &Wish) -> Result<i64, AppError> {
    need_manager(product, 0)?;
    if wish.items.is_empty() {
        return Err(CollectionRefusal::NoItems.into());
    }
    let period = product.period(Some(&wish.period)).await?;
    let mut collection = Collection {
        title: wish.title.trim().chars().take(100).collect(),
        note: wish.note.clone().filter(|it| !it.trim().is_empty()),
        register: wish.register.clone(),
        period: period.to_string(),
        due: due(product, wish)?.to_string(),
        jump: wish.jump.clamp(0, 100_000),
        status: wish.status.clone(),
        items: wish.items.clone(),
        ..Collection::default()
    };
    let parties = parties(product, wish).await?;
    if parties.is_empty() {
        return Err(CollectionRefusal::NoParties.into());
    }
    let mut cells = Vec::new();
    match super::subject(product, &collection)? {
        Subject::Indicators(all) => {
            if wish.list.is_some() {
                return Err(CollectionRefusal::FirmsHaveRows.into());
            }
            collection.status = collection.status.or_else(|| first_status(product));
            for party in &parties {
                cells.extend(of_indicators(product, &all, party, period).await?);
            }
        }
        Subject::Rows(register, fields) => {
            product.may(Right::Read, register)?;
            may_be_new(register, &fields, wish)?;
            let mut tx = product.store.read().await?;
            for party in &parties {
                let rows = Rows {
                    register,
                    fields: &fields,
                    party,
                    period,
                    wish,
                };
                cells.extend(rows.cells(product, &mut tx).await?);
            }
        }
    }
    if cells.iter().all(|it| it.held.is_some()) {
        return Err(CollectionRefusal::AllHeld { cells: cells.len() }.into());
    }
    // Whoever has nothing to answer is not asked.
    let asked: BTreeSet<i64> = cells
        .iter()
        .filter(|it| it.held.is_none())
        .map(|it| it.party)
        .collect();
    let parties: Vec<Party> = parties
        .into_iter()
        .filter(|it| asked.contains(&it.place))
        .collect();
    cells.retain(|it| asked.contains(&it.party));
    let made = product
        .store
        .act::<_, i64, StoreError>(&product.actor(), move |act| {
            let (collection, parties, cells) = (collection.clone(), parties.clone(), cells.clone());
            async move { kept::create(act, &collection, &parties, &cells).await }.boxed()
        })
        .await?;
    Ok(made)
}

/// Choices of the status of observations: code and title, where the pack has them as codes.
#[must_use]
pub fn statuses(product: &Product) -> Vec<(String, quanyu_core::text::Text)> {
    let slot = product
        .pack
        .playing("observation")
        .and_then(|it| it.slot("status"));
    match slot.map(|it| &it.kind) {
        Some(FieldType::Code { list }) => {
            let list = product
                .pack
                .codes
                .get(list)
                .into_iter()
                .flat_map(|it| &it.items);
            let current = list.filter(|it| !it.retired);
            current
                .map(|it| (it.code.clone(), it.title.clone()))
                .collect()
        }
        _ => Vec::new(),
    }
}

fn first_status(product: &Product) -> Option<String> {
    statuses(product).into_iter().next().map(|it| it.0)
}

/// The fields of a register that may be asked for.
pub fn askable(register: &Register) -> impl Iterator<Item = &Field> {
    register.fields.iter().filter(|it| {
        !matches!(it.kind, FieldType::Person | FieldType::File) && it.computed.is_none() && !it.many
    })
}

fn due(product: &Product, wish: &Wish) -> Result<Date, AppError> {
    if let Some(text) = wish
        .due
        .as_deref()
        .map(str::trim)
        .filter(|it| !it.is_empty())
    {
        let day = quanyu_core::typed::day(text).ok().flatten();
        return day.ok_or_else(|| AppError::BadValue {
            kind: "day",
            value: text.to_owned(),
            why: Why::written("2024-06-30"),
        });
    }
    let within = wish.within.unwrap_or(5).min(250);
    let today = product.today();
    worked(&product.pack, today, within).ok_or_else(|| {
        let day = today.to_string();
        CollectionRefusal::NoCalendar { within, day }.into()
    })
}

/// The day that lies so many working days after another; `None` beyond the years that the calendar knows.
fn worked(pack: &Pack, since: Date, within: u32) -> Option<Date> {
    let (mut day, mut left) = (since, within);
    while left > 0 {
        day = day.tomorrow().ok()?;
        left -= u32::from(pack.is_working_day(day)?);
    }
    Some(day)
}

async fn parties(product: &Product, wish: &Wish) -> Result<Vec<Party>, AppError> {
    let mut all = Vec::new();
    for code in &wish.regions {
        let region = product.region(Some(code))?;
        all.push((product.region_name(&region), region.to_string(), None));
    }
    let named = wish
        .names
        .iter()
        .map(|it| it.trim())
        .filter(|it| !it.is_empty());
    all.extend(named.map(|it| (it.to_owned(), product.pack.region.to_string(), None)));
    if let Some(list) = wish.list {
        lists::get(product, list).await?;
        let mut tx = product.store.read().await?;
        let rows = names::rows(&mut tx, list, Some("matched"), 0, u32::MAX).await?;
        let ids: BTreeSet<i64> = rows.iter().filter_map(|it| it.found.organization).collect();
        let known = lists::known(product, &mut tx, ids).await?;
        let mut firms: Vec<_> = known.into_values().collect();
        firms.sort_by(|a, b| (&a.name, a.id).cmp(&(&b.name, b.id)));
        for firm in firms {
            let region = firm.region.unwrap_or_else(|| product.pack.region.clone());
            all.push((firm.name, region.to_string(), Some(firm.id)));
        }
    }
    let mut seen = BTreeSet::new();
    all.retain(|it| seen.insert((it.0.clone(), it.2)));
    (0..)
        .zip(all)
        .map(|(place, (title, region, organization))| {
            Ok(Party {
                place,
                token: token()?,
                title,
                region: Some(region),
                organization,
                ..Party::default()
            })
        })
        .collect()
}

/// An id that nobody guesses: 128 random bits.
fn token() -> Result<String, AppError> {
    let mut bytes = [0_u8; 16];
    getrandom::fill(&mut bytes).map_err(|it| AppError::Output(it.to_string()))?;
    Ok(format!("{:032x}", u128::from_be_bytes(bytes)))
}

/// A cell for each indicator: what the figures know of the region is held.
async fn of_indicators(
    product: &Product,
    all: &[&Indicator],
    party: &Party,
    period: Period,
) -> Result<Vec<CollectionCell>, AppError> {
    let ids: Vec<String> = all.iter().map(|it| it.id.clone()).collect();
    let region = party.region.as_deref().unwrap_or_default();
    let code: RegionCode = region
        .parse()
        .unwrap_or_else(|_| product.pack.region.clone());
    let now = indicators::figures(product, Some(&ids), &code, period).await?;
    let before = match previous(period) {
        Some(previous) => indicators::figures(product, Some(&ids), &code, previous).await?,
        None => Vec::new(),
    };
    let value = |figures: &[indicators::FigureView], id: &str| {
        let found = figures.iter().find(|it| it.indicator == id)?;
        found.value.map(|it| it.normalize().to_string())
    };
    let cells = (0_i64..).zip(all).map(|(place, it)| CollectionCell {
        party: party.place,
        line: place,
        item: place,
        subject: format!("{}@{region}@{period}", it.id),
        held: value(&now, &it.id),
        before: value(&before, &it.id),
        ..CollectionCell::default()
    });
    Ok(cells.collect())
}

/// The period of the same length right before.
pub(super) fn previous(period: Period) -> Option<Period> {
    let first = period
        .first_day()
        .checked_sub(period.len_months().months())
        .ok()?;
    let last = period.first_day().yesterday().ok()?;
    Period::months(
        i32::from(first.year()),
        i32::from(first.month()),
        i32::from(last.year()),
        i32::from(last.month()),
    )
}

/// Whether rows for new records hold what tells them apart.
fn may_be_new(register: &Register, fields: &[&Field], wish: &Wish) -> Result<(), AppError> {
    if wish.blank == 0 {
        return Ok(());
    }
    let given = |field: &Field| {
        let asked = fields.iter().any(|it| it.id == field.id);
        let of_party = Some(field.id.as_str()) == register.region.as_deref()
            || (wish.list.is_some() && field.kind == FieldType::Organization);
        asked || of_party || field.kind == FieldType::Period
    };
    let needed = register
        .fields
        .iter()
        .filter(|it| it.required || register.key.contains(&it.id));
    let missing = needed.filter(|it| !given(it)).map(|it| it.title.clone());
    let missing: Vec<_> = missing.collect();
    if missing.is_empty() {
        return Ok(());
    }
    Err(CollectionRefusal::KeyMissing { fields: missing }.into())
}

/// The rows that one party is asked for.
struct Rows<'a> {
    register: &'a Register,
    fields: &'a [&'a Field],
    party: &'a Party,
    period: Period,
    wish: &'a Wish,
}

impl Rows<'_> {
    async fn cells(&self, product: &Product, tx: &mut Tx) -> Result<Vec<CollectionCell>, AppError> {
        let scope = product.may(Right::Read, self.register)?;
        let mut cells = Vec::new();
        let mut line = 0;
        for record in self.records(product, tx).await? {
            let region = record.region.parse::<RegionCode>().ok();
            let place = access::Place {
                region: region.as_ref(),
                organization: record.owner_org.or(self.party.organization),
                owner: record.owner_user.as_deref(),
            };
            let missing = self.fields.iter().any(|it| record.value(&it.id).is_null());
            if !scope.holds(place) || (!missing && !self.wish.whole) {
                continue;
            }
            let before = self.before(tx, &record).await?;
            for (item, field) in (0_i64..).zip(self.fields) {
                let value = record.value(&field.id);
                let held = match value {
                    Value::Null => None,
                    value => Some(
                        registers::cell(tx, product, field, value, Language::Zh)
                            .await?
                            .said,
                    ),
                };
                let before = before.as_ref().filter(|_| grid::is_number(field));
                cells.push(CollectionCell {
                    party: self.party.place,
                    line,
                    item,
                    subject: format!("{}/{}/{}", self.register.id, record.id, field.id),
                    record: Some(record.id),
                    held,
                    before: before.and_then(|it| it.value(&field.id).canonical()),
                    ..CollectionCell::default()
                });
            }
            line += 1;
            self.bounded(line)?;
        }
        for _ in 0..self.wish.blank.min(MOST_BLANK) {
            for (item, field) in (0_i64..).zip(self.fields) {
                cells.push(CollectionCell {
                    party: self.party.place,
                    line,
                    item,
                    // A row that is not there yet is asked once.
                    subject: format!(
                        "{}/+{}.{line}/{}",
                        self.register.id, self.party.token, field.id
                    ),
                    ..CollectionCell::default()
                });
            }
            line += 1;
        }
        self.bounded(line)?;
        Ok(cells)
    }

    fn bounded(&self, lines: i64) -> Result<(), AppError> {
        let rows = usize::try_from(lines).unwrap_or_default();
        if rows <= MOST_LINES + MOST_BLANK as usize {
            return Ok(());
        }
        let party = self.party.title.clone();
        Err(CollectionRefusal::TooLong {
            party,
            rows,
            most: MOST_LINES,
        }
        .into())
    }

    /// The records that are the party's: of its organization, else of its region; of the period, where records have one.
    async fn records(&self, product: &Product, tx: &mut Tx) -> Result<Vec<Record>, AppError> {
        let mut filters = Vec::new();
        match (self.party.organization, &self.party.region) {
            (Some(id), _) => match self.link(product) {
                Some(field) => filters.push(Filter::new(field, Op::Eq(Value::Int(id)))),
                None => return Ok(Vec::new()),
            },
            (None, Some(region)) if *region != product.pack.region.as_str() => {
                filters.push(Filter::new("@region", Op::Starts(region.clone())));
            }
            // A section has no records of its own.
            _ => return Ok(Vec::new()),
        }
        if let Some(field) = self.period_field() {
            let value = Value::text(self.period.to_string());
            filters.push(Filter::new(field.id.as_str(), Op::Eq(value)));
        }
        let mut query = Query {
            filters,
            limit: 1_000,
            ..Query::default()
        };
        let mut all = Vec::new();
        loop {
            let page = list::list(tx, &self.register.id, &query).await?;
            all.extend(page.records);
            match page.next {
                Some(next) => query.after = Some(next),
                None => return Ok(all),
            }
        }
    }

    fn link(&self, product: &Product) -> Option<String> {
        if product
            .pack
            .playing("organization")
            .is_some_and(|it| it.id == self.register.id)
        {
            return Some("@id".to_owned());
        }
        link(self.register).map(|it| it.id.clone())
    }

    fn period_field(&self) -> Option<&Field> {
        period_field(self.register)
    }

    /// The record of the same key for the period before, where the key has a period.
    async fn before(&self, tx: &mut Tx, record: &Record) -> Result<Option<Record>, AppError> {
        let (Some(field), Some(previous)) = (self.period_field(), previous(self.period)) else {
            return Ok(None);
        };
        let key = self.register.key.iter().map(|id| match *id == field.id {
            true => Value::text(previous.to_string()),
            false => record.value(id).clone(),
        });
        let key: Vec<Value> = key.collect();
        Ok(records::by_key(tx, &self.register.id, &key).await?)
    }
}

/// The field of the key that holds a period.
pub(super) fn period_field(register: &Register) -> Option<&Field> {
    let key = register.key.iter().filter_map(|it| register.field(it));
    key.into_iter().find(|it| it.kind == FieldType::Period)
}

/// The field that says which organization a record belongs to.
pub(super) fn link(register: &Register) -> Option<&Field> {
    let mut fields = register.fields.iter();
    fields.find(|it| it.kind == FieldType::Organization && !it.many)
}
