//! 报数: figures and rows asked of sections, streets, parks and firms, answered in the browser or in a workbook, confirmed into records.
//!
//! Owns who sees a request and what is shown of it. Leaves making one to [`ask`], the table that a party fills in to [`grid`], answers
//! to [`answer`], workbooks to [`files`], confirming to [`confirm`].
//!
//! Invariants: what a register holds is shown and never asked; nobody sees or answers another's part of a request; an answer becomes a
//! record only when somebody who may confirm says so.
//!
//! Start reading at [`ask::create`], then [`answer::submit`].

pub mod answer;
pub mod ask;
pub mod confirm;
pub mod files;
pub mod grid;
mod refusal;
mod stamp;
pub mod waiting;

use quanyu_core::{
    access::{self, Right, Scope},
    period::{Period, PeriodError},
    region::RegionCode,
    text::Text,
};
use quanyu_pack::model::{Field, Indicator, Register};
use quanyu_store::{Tx, collections as kept};

use super::{AppError, Product, Why, who::Grants};
pub use quanyu_store::collections::{Asked, Collection, CollectionCell, Party};
pub use refusal::CollectionRefusal;

/// Requests that are listed.
const LISTED: u32 = 200;

/// A request in the list of requests.
#[derive(Clone, Debug)]
pub struct Listed {
    /// The request.
    pub collection: Collection,
    /// Those of it that the person before us may see.
    pub parties: Vec<Party>,
    /// Whether the day is past and somebody has not reported.
    pub overdue: bool,
}

/// All requests that the person before us has to do with.
#[derive(Clone, Debug)]
pub struct AllView {
    /// The requests, the last one first.
    pub all: Vec<Listed>,
    /// Whether the person before us asks others; else answers.
    pub manages: bool,
    /// How much was asked in all, and how much of it twice; for those who ask.
    pub asked: Option<Asked>,
}

/// A request with everything that came in.
#[derive(Clone, Debug)]
pub struct CollectionView {
    /// The request.
    pub collection: Collection,
    /// What it asks.
    pub items: Vec<ItemView>,
    /// Those who are asked.
    pub parties: Vec<Party>,
    /// All cells of theirs.
    pub cells: Vec<CollectionCell>,
    /// Cells that are asked of somebody.
    pub cells_asked: usize,
    /// Cells that a register held already.
    pub cells_held: usize,
    /// Cells that an earlier request asks as well.
    pub cells_twice: i64,
    /// Whether the person before us may send back, confirm and close.
    pub manages: bool,
    /// Whether the day is past.
    pub late: bool,
}

/// Something that is asked.
#[derive(Clone, Debug)]
pub struct ItemView {
    /// The indicator or field.
    pub id: String,
    /// What it is called.
    pub title: Text,
    /// The unit it is asked in.
    pub unit: Option<String>,
    /// Whether it is a number.
    pub number: bool,
}

/// What a request asks, found in the pack.
pub(super) enum Subject<'a> {
    /// Indicators, in order of the items.
    Indicators(Vec<&'a Indicator>),
    /// Fields of a register.
    Rows(&'a Register, Vec<&'a Field>),
}

/// All requests that the person before us has to do with.
///
/// # Errors
/// The database's.
pub async fn all(product: &Product) -> Result<AllView, AppError> {
    let manages = manages(product);
    let today = product.today().to_string();
    let mut tx = product.store.read().await?;
    let mut all = Vec::new();
    for collection in kept::latest(&mut tx, LISTED).await? {
        let mut parties = kept::parties(&mut tx, collection.id).await?;
        parties.retain(|it| sees(product, it));
        if parties.is_empty() && !manages {
            continue;
        }
        let waits = parties
            .iter()
            .any(|it| matches!(it.state.as_str(), "open" | "returned"));
        all.push(Listed {
            overdue: waits && collection.closed_at.is_none() && collection.due < today,
            collection,
            parties,
        });
    }
    let asked = match manages {
        true => Some(kept::asked(&mut tx).await?),
        false => None,
    };
    Ok(AllView {
        all,
        manages,
        asked,
    })
}

/// A request with what came in, for those who ask.
///
/// # Errors
/// Where there is none, or the person before us only answers.
pub async fn show(product: &Product, id: i64) -> Result<CollectionView, AppError> {
    if !manages(product) {
        return Err(not_found(id));
    }
    let mut tx = product.store.read().await?;
    let collection = kept::get(&mut tx, id).await?.ok_or_else(|| not_found(id))?;
    let parties = kept::parties(&mut tx, id).await?;
    let cells = kept::cells(&mut tx, id, None).await?;
    let items = match subject(product, &collection)? {
        Subject::Indicators(all) => all.into_iter().map(of_indicator).collect(),
        Subject::Rows(_, fields) => fields.into_iter().map(of_field).collect(),
    };
    Ok(CollectionView {
        cells_asked: cells.iter().filter(|it| it.held.is_none()).count(),
        cells_held: cells.iter().filter(|it| it.held.is_some()).count(),
        cells_twice: kept::asked_before(&mut tx, id).await?,
        late: collection.due < product.today().to_string(),
        items,
        parties,
        cells,
        manages: true,
        collection,
    })
}

fn of_indicator(it: &Indicator) -> ItemView {
    ItemView {
        id: it.id.clone(),
        title: it.title.clone(),
        unit: Some(grid::unit(it)),
        number: true,
    }
}

fn of_field(it: &Field) -> ItemView {
    ItemView {
        id: it.id.clone(),
        title: it.title.clone(),
        unit: grid::field_unit(it),
        number: grid::is_number(it),
    }
}

/// A party of a request, where the person before us may see it.
pub(super) async fn party(
    product: &Product,
    tx: &mut Tx,
    id: i64,
    place: i64,
) -> Result<(Collection, Party), AppError> {
    let collection = kept::get(tx, id).await?.ok_or_else(|| not_found(id))?;
    let parties = kept::parties(tx, id).await?;
    let found = parties.into_iter().find(|it| it.place == place);
    let found = found
        .filter(|it| sees(product, it))
        .ok_or_else(|| not_found(id))?;
    Ok((collection, found))
}

/// Refuses those who only answer.
///
/// # Errors
/// As if there were no such request.
pub(super) fn need_manager(product: &Product, id: i64) -> Result<(), AppError> {
    if manages(product) {
        Ok(())
    } else {
        Err(not_found(id))
    }
}

/// What a request asks. A later pack may have dropped it.
pub(super) fn subject<'a>(
    product: &'a Product,
    collection: &Collection,
) -> Result<Subject<'a>, AppError> {
    let Some(register) = &collection.register else {
        let all = collection
            .items
            .iter()
            .map(|it| super::indicators::indicator(product, it));
        return Ok(Subject::Indicators(all.collect::<Result<_, _>>()?));
    };
    let register = super::registers::declared(product, register)?;
    let fields = collection.items.iter().map(|id| {
        let ids = register.fields.iter().map(|it| it.id.as_str());
        register
            .field(id)
            .ok_or_else(|| AppError::not_found("field", id, ids))
    });
    Ok(Subject::Rows(register, fields.collect::<Result<_, _>>()?))
}

/// The period that a request asks about.
pub(super) fn period(collection: &Collection) -> Result<Period, AppError> {
    collection
        .period
        .parse()
        .map_err(|error: PeriodError| AppError::BadValue {
            kind: "period",
            value: collection.period.clone(),
            why: error.into(),
        })
}

/// Whether the person before us asks others: whoever may enter or confirm everywhere.
#[must_use]
pub fn manages(product: &Product) -> bool {
    reach(product, Right::Enter) == Scope::All || reach(product, Right::Confirm) == Scope::All
}

/// Whether the person before us may see a party's part.
pub(super) fn sees(product: &Product, party: &Party) -> bool {
    let region = party
        .region
        .as_ref()
        .and_then(|it| it.parse::<RegionCode>().ok());
    let place = access::Place {
        region: region.as_ref(),
        organization: party.organization,
        owner: None,
    };
    manages(product) || reach(product, Right::Enter).holds(place)
}

/// How far a right reaches whatever the register: a request is of no register before it is confirmed.
fn reach(product: &Product, right: Right) -> Scope {
    let Grants::Roles(grants) = &product.who().grants else {
        return Scope::All;
    };
    let roles = &product.pack.roles;
    let given = grants.iter().filter(|it| {
        let role = roles.get(&it.role);
        role.is_some_and(|role| role.rights.iter().any(|word| word == right.word()))
    });
    given.fold(Scope::nothing(), |all, it| all.or(it.scope.clone()))
}

fn not_found(id: i64) -> AppError {
    AppError::not_found("collection", &id.to_string(), [])
}
