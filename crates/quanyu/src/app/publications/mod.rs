//! 公示、公告: records of a register shown to the public for objections, or as a notice.
//!
//! Owns choosing the records, what an officer sees of all publications and of one. Leaves the text to [`frozen`], showing, correcting and
//! ending it to [`effect`] (they are steps of the register that plays `publication`), strangers to `app::public`.
//!
//! Invariant: what was shown is frozen; a record stands in one publication at a time that is not over.
//!
//! Start reading at [`create`], then [`effect`].

pub(in crate::app) mod effect;
pub mod frozen;
mod refusal;
mod view;
pub(in crate::app) mod window;

use std::sync::Arc;

use futures::FutureExt as _;
use quanyu_core::{access::Right, value::Value};
use quanyu_pack::model::{Lifecycle, Pack, Publication as Kind, Register};
use quanyu_store::{
    Act, Tx,
    list::{self, Filter, Op, Query},
    publication::{self, Publication},
    records::{self, Draft, Record},
};

use super::{AppError, Product, duties, registers};

pub use quanyu_store::publication::Standing;
pub use refusal::PublicationRefusal;
pub use view::{
    AllView, Asked, Candidate, ItemView, KindView, Listed, ObjectionView, ShowView, all,
    candidates, docx, html, kinds, show,
};

/// Records that one publication shows at most: what people read as a list, and what one act moves on.
pub const MOST_ITEMS: usize = 1_000;

/// The register that plays a part.
pub(in crate::app) fn playing<'a>(pack: &'a Pack, part: &str) -> Result<&'a Register, AppError> {
    pack.playing(part)
        .ok_or_else(|| AppError::not_found("register", part, []))
}

/// The field that fills a slot of the part that a register plays.
pub(in crate::app) fn slot<'a>(register: &'a Register, slot: &'a str) -> Option<&'a str> {
    register.slot(slot).map(|it| it.id.as_str())
}

pub(in crate::app) fn kind<'a>(pack: &'a Pack, id: &str) -> Result<&'a Kind, AppError> {
    let all = &pack.publications;
    all.get(id)
        .ok_or_else(|| AppError::not_found("publication", id, all.keys().map(String::as_str)))
}

/// Makes a draft of a publication about these records; the record of the publication.
///
/// # Errors
/// [`PublicationRefusal`] for a record that cannot be shown; a right that is missing.
pub async fn create(product: &Product, wish: &str, chosen: &[i64]) -> Result<i64, AppError> {
    let declared = kind(&product.pack, wish)?.clone();
    let keeper = playing(&product.pack, "publication")?.clone();
    product.may(Right::Enter, &keeper)?;
    if chosen.is_empty() {
        return Err(PublicationRefusal::Empty.into());
    }
    if chosen.len() > MOST_ITEMS {
        return Err(PublicationRefusal::TooMany { most: MOST_ITEMS }.into());
    }
    let shown = registers::readable(product, &declared.register)?.clone();
    let order = Arc::new((declared, keeper, shown, chosen.to_vec(), product.clone()));
    let actor = product.actor();
    let done = product.store.act(&actor, move |act| {
        let order = Arc::clone(&order);
        async move {
            let (kind, keeper, shown, chosen, product) = &*order;
            let mut items = Vec::new();
            for record in chosen {
                fits(act, kind, shown, *record).await?;
                items.push((shown.id.clone(), *record));
            }
            let mut draft = Draft::new([
                ("kind", Value::text(kind.id.as_str())),
                ("title", Value::text(kind.title.zh.as_str())),
            ]);
            draft.values = draft
                .values
                .into_iter()
                .filter_map(|(it, value)| Some((slot(keeper, &it)?.to_owned(), value)))
                .collect();
            draft.owner_user = Some(act.actor.as_str().to_owned());
            let id = records::create(act, &keeper.id, &draft).await?;
            publication::draft(act, id, &kind.id, &items).await?;
            duties::refresh(act, &product.pack, keeper, &[id]).await?;
            Ok::<_, AppError>(id)
        }
        .boxed()
    });
    done.await
}

/// Puts a record to a draft.
///
/// # Errors
/// As [`create`].
pub async fn add(product: &Product, id: i64, record: i64) -> Result<(), AppError> {
    change(product, id, Change::Add(record)).await
}

/// Takes a record out of a draft.
///
/// # Errors
/// A right that is missing; a publication that is past drafting.
pub async fn leave_out(product: &Product, id: i64, record: i64) -> Result<(), AppError> {
    change(product, id, Change::LeaveOut(record)).await
}

/// Keeps a record from going on, with the reason; it is left out of the next version. No reason: it goes on again.
///
/// # Errors
/// A right that is missing; a publication that is over.
pub async fn withhold(
    product: &Product,
    id: i64,
    record: i64,
    why: Option<&str>,
) -> Result<(), AppError> {
    let why = super::steps::words(&why.map(str::to_owned))?;
    change(product, id, Change::Withhold(record, why)).await
}

enum Change {
    Add(i64),
    LeaveOut(i64),
    Withhold(i64, Option<String>),
}

async fn change(product: &Product, id: i64, what: Change) -> Result<(), AppError> {
    let keeper = playing(&product.pack, "publication")?.clone();
    product.may(Right::Enter, &keeper)?;
    let order = Arc::new((product.clone(), keeper, what));
    let actor = product.actor();
    let done = product.store.act(&actor, move |act| {
        let order = Arc::clone(&order);
        async move {
            let (product, keeper, what) = &*order;
            // Only who reaches the publication itself changes it.
            let found = records::get(&mut act.tx, &keeper.id, id).await?;
            let Some(held) = found else {
                return Err(missing(id));
            };
            let reach = product.scope(Right::Enter, keeper);
            if !Product::holds(&reach, keeper, &held) {
                return Err(AppError::NotAllowed {
                    right: Right::Enter.word(),
                    register: keeper.title.clone(),
                });
            }
            let found = known(&mut act.tx, id).await?;
            let wanted = match what {
                Change::Add(_) | Change::LeaveOut(_) => Standing::Draft,
                Change::Withhold(..) => Standing::Running,
            };
            if found.standing != wanted {
                return Err(PublicationRefusal::Standing {
                    standing: found.standing.word(),
                }
                .into());
            }
            match what {
                Change::Add(record) => {
                    let kind = kind(&product.pack, &found.kind)?;
                    let shown = registers::declared(product, &kind.register)?;
                    fits(act, kind, shown, *record).await?;
                    publication::add(act, id, &shown.id, *record).await?;
                    if publication::items(&mut act.tx, id).await?.len() > MOST_ITEMS {
                        return Err(PublicationRefusal::TooMany { most: MOST_ITEMS }.into());
                    }
                }
                Change::LeaveOut(record) => publication::leave_out(act, id, *record).await?,
                Change::Withhold(record, why) => {
                    publication::withhold(act, id, *record, why.as_deref()).await?;
                }
            }
            Ok::<_, AppError>(())
        }
        .boxed()
    });
    done.await
}

/// Whether a record may be shown now: within reach, in a state that is published, in no other publication that is not over.
async fn fits(act: &mut Act, kind: &Kind, register: &Register, id: i64) -> Result<(), AppError> {
    let found = records::get(&mut act.tx, &register.id, id).await?;
    let Some(record) = found else {
        return Err(AppError::not_found(
            "record",
            &format!("{}/{id}", register.id),
            [],
        ));
    };
    let label = registers::label(register, &record);
    if !in_state(kind, &record) {
        let lifecycle = register.lifecycle.clone().unwrap_or_default();
        let state = record.state.clone().unwrap_or_default();
        return Err(PublicationRefusal::State {
            record: label,
            state: super::steps::state_of(&lifecycle, &state).1,
        }
        .into());
    }
    for (other, withheld) in publication::of_record(&mut act.tx, id).await? {
        let open = matches!(other.standing, Standing::Draft | Standing::Running);
        if open && withheld.is_none() && other.kind == kind.id {
            return Err(PublicationRefusal::Elsewhere {
                record: label,
                publication: other.id,
            }
            .into());
        }
    }
    Ok(())
}

pub(in crate::app) fn in_state(kind: &Kind, record: &Record) -> bool {
    kind.states.is_empty()
        || record
            .state
            .as_ref()
            .is_some_and(|it| kind.states.contains(it))
}

pub(in crate::app) async fn known(tx: &mut Tx, id: i64) -> Result<Publication, AppError> {
    publication::get(tx, id).await?.ok_or_else(|| missing(id))
}

pub(in crate::app) fn missing(id: i64) -> AppError {
    AppError::not_found("publication", &id.to_string(), [])
}

/// States in which an objection is not answered yet.
pub(in crate::app) fn open_states(register: &Register) -> Vec<String> {
    let empty = Lifecycle::default();
    let states = &register.lifecycle.as_ref().unwrap_or(&empty).states;
    let open = states.iter().filter(|it| !it.last);
    open.map(|it| it.id.clone()).collect()
}

/// Objections against a publication that are not answered, as the query that finds them.
pub(in crate::app) fn open_objections(register: &Register, id: i64) -> Query {
    let field = slot(register, "publication").unwrap_or_default();
    let states = open_states(register).into_iter().map(Value::Text);
    Query {
        filters: vec![
            Filter::new(field, Op::Eq(Value::Int(id))),
            Filter::new("@state", Op::In(states.collect())),
        ],
        limit: list::LONGEST_PAGE,
        ..Query::default()
    }
}

/// Whether a step is one that a record takes when its publication has passed.
pub(in crate::app) fn guards<'a>(
    pack: &'a Pack,
    register: &'a str,
    step: &'a str,
) -> impl Iterator<Item = &'a Kind> {
    let all = pack.publications.values();
    all.filter(move |it| it.register == register && it.then.as_deref() == Some(step))
}

/// Whether a record stood in a publication of one of these kinds that has passed.
pub(in crate::app) async fn passed(
    tx: &mut Tx,
    record: i64,
    kinds: &[String],
) -> Result<bool, AppError> {
    let all = publication::of_record(tx, record).await?;
    Ok(all.iter().any(|(it, withheld)| {
        it.standing == Standing::Settled && withheld.is_none() && kinds.contains(&it.kind)
    }))
}
