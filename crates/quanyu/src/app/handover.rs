//! 工作交接: everything that one person has open goes to another in one act, with a list to be signed.
//!
//! Owns what counts as one's own: what one was named for, what one entered and nobody has taken on yet, what came back, and
//! delegations. Leaves roles to accounts: a task of a role is nobody's own.
//!
//! Invariant: the list that is printed is what went over.
//!
//! Start reading at [`preview`], then [`hand_over`].

use std::sync::Arc;

use futures::FutureExt as _;
use quanyu_core::{access::Right, text::Text};
use quanyu_pack::model::{Lifecycle, Register};
use quanyu_store::{
    Tx,
    delegation::{self, Delegation},
    duty::{self, Duty},
    handover::{self, Handover},
    records::{self, Draft},
};
use serde::{Deserialize, Serialize};

use super::{
    AppError, Product, Why, duties,
    notices::{self, Told},
    say, steps,
    who::Grants,
};

/// Tasks handed over at once.
const MOST: u32 = 2_000;
/// Handovers listed.
const SHOWN: u32 = 50;

/// What goes over.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Items {
    /// Tasks and drafts.
    pub tasks: Vec<Item>,
    /// Delegations from and to the person: other person, first and last day.
    pub delegations: Vec<(String, String, String)>,
}

/// A task that goes over.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// The register.
    pub register: String,
    /// The record.
    pub record: i64,
    /// What it is called.
    pub label: String,
    /// Its state.
    pub state: String,
    /// Until when, ISO.
    pub due: Option<String>,
    /// Whether the person entered it and it is still his: it changes its owner.
    pub own: bool,
}

/// A handover, as shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HandoverView {
    /// Its number.
    pub id: i64,
    /// Who handed over.
    pub person: String,
    /// Who took over.
    pub successor: String,
    /// Why.
    pub note: Option<String>,
    /// What went over: register and state by title.
    pub items: Vec<(Text, Text, Item)>,
    /// Delegations that ended with it.
    pub delegations: Vec<(String, String, String)>,
    /// Who noted it.
    pub actor: String,
    /// When, as shown in Asia/Shanghai.
    pub at: String,
}

/// What a person has open.
///
/// # Errors
/// Somebody else's, where who asks may not confirm.
pub async fn preview(product: &Product, person: &str) -> Result<HandoverView, AppError> {
    allowed(product, person)?;
    duties::follow(product).await?;
    let mut tx = product.store.read().await?;
    let (items, _) = open(&mut tx, product, person).await?;
    Ok(shown(
        product,
        Handover {
            person: person.to_owned(),
            content: written(&items),
            ..Handover::default()
        },
    ))
}

/// Hands everything over.
///
/// # Errors
/// Somebody else's, where who asks may not confirm; a successor who is nobody or the same.
pub async fn hand_over(
    product: &Product,
    person: &str,
    successor: &str,
    note: Option<String>,
) -> Result<i64, AppError> {
    allowed(product, person)?;
    let (person, successor) = (person.trim().to_owned(), successor.trim().to_owned());
    let note = super::steps::words(&note)?;
    if successor.is_empty() || successor == person {
        return Err(AppError::BadValue {
            kind: "handover",
            value: successor,
            why: Why::new(
                "请写明由谁接手，不能是本人",
                "name somebody else to take over",
            ),
        });
    }
    super::delegations::somebody(product, &successor).await?;
    duties::follow(product).await?;
    let order = Arc::new((product.clone(), person, successor, note));
    let actor = product.actor();
    let done = product.store.act(&actor, move |act| {
        let order = Arc::clone(&order);
        async move {
            let (product, person, successor, note) = &*order;
            // Whose tasks they are was asked; they go over wherever they are.
            act.everywhere();
            let (items, ended) = open(&mut act.tx, product, person).await?;
            for it in &items.tasks {
                let Some(register) = product.pack.registers.get(&it.register) else {
                    continue;
                };
                if it.own {
                    let found = records::get(&mut act.tx, &it.register, it.record).await?;
                    let Some(found) = found else { continue };
                    let draft = Draft {
                        owner_user: Some(successor.clone()),
                        ..Draft::default()
                    };
                    records::update(act, &it.register, it.record, found.version, &draft).await?;
                } else {
                    duty::assign(act, &it.register, it.record, &it.state, Some(successor)).await?;
                }
                duties::refresh(act, &product.pack, register, &[it.record]).await?;
            }
            for it in ended {
                delegation::end(act, it.seq).await?;
            }
            let new = Handover {
                person: person.clone(),
                successor: successor.clone(),
                note: note.clone(),
                content: written(&items),
                ..Handover::default()
            };
            let id = handover::note(act, &new).await?;
            let count = items.tasks.len();
            let told = Told::person(
                "handover",
                successor,
                format!("{person} 向你交接了 {count} 项工作"),
                format!("{person} handed {count} tasks over to you"),
            );
            notices::tell(act, &product.outgoing, &told).await?;
            Ok::<_, AppError>(id)
        }
        .boxed()
    });
    done.await
}

/// A handover with its list.
///
/// # Errors
/// When there is none of that number that who asks may see.
pub async fn get(product: &Product, id: i64) -> Result<HandoverView, AppError> {
    let mut tx = product.store.read().await?;
    let found = handover::get(&mut tx, id).await?;
    let found = found.filter(|it| may_see(product, it));
    let found = found.ok_or_else(|| AppError::not_found("handover", &id.to_string(), []))?;
    Ok(shown(product, found))
}

/// The last handovers that who asks may see.
///
/// # Errors
/// The database's.
pub async fn list(product: &Product) -> Result<Vec<HandoverView>, AppError> {
    let mut tx = product.store.read().await?;
    let found = handover::latest(&mut tx, SHOWN).await?;
    let seen = found.into_iter().filter(|it| may_see(product, it));
    Ok(seen.map(|it| shown(product, it)).collect())
}

fn may_see(product: &Product, it: &Handover) -> bool {
    let name = product.actor();
    it.person == name.as_str() || it.successor == name.as_str() || confirms(product)
}

/// Oneself, and those who confirm the work of others.
fn allowed(product: &Product, person: &str) -> Result<(), AppError> {
    let person = person.trim();
    if !person.is_empty() && (product.actor().as_str() == person || confirms(product)) {
        return Ok(());
    }
    Err(AppError::not_found("handover", person, []))
}

fn confirms(product: &Product) -> bool {
    if product.who().grants == Grants::Everything {
        return true;
    }
    let registers = product.pack.registers.values();
    let mut with = registers.filter(|it| it.lifecycle.is_some());
    with.any(|it| product.scope(Right::Confirm, it) == quanyu_core::access::Scope::All)
}

/// What a person has open, and the delegations that end with a handover.
async fn open(
    tx: &mut Tx,
    product: &Product,
    person: &str,
) -> Result<(Items, Vec<Delegation>), AppError> {
    let mut items = Items::default();
    let mut all = duty::of_person(tx, person, MOST).await?;
    let known: Vec<i64> = all.iter().map(|it| it.record).collect();
    let returned = duty::returned_to(tx, person, MOST).await?;
    all.extend(
        returned
            .into_iter()
            .filter(|it| !known.contains(&it.record)),
    );
    for it in all {
        let Some(register) = product.pack.registers.get(&it.register) else {
            continue;
        };
        let Some(own) = whose(register, &it, person) else {
            continue;
        };
        items.tasks.push(Item {
            register: it.register,
            record: it.record,
            label: it.label,
            state: it.state,
            due: it.due,
            own,
        });
    }
    let ended = delegation::of_person(tx, person, product.today()).await?;
    items.delegations = ended
        .iter()
        .map(|it| {
            let other = if it.person == person {
                &it.deputy
            } else {
                &it.person
            };
            (other.clone(), it.from.clone(), it.to.clone())
        })
        .collect();
    Ok((items, ended))
}

/// Whether a duty is the person's: `Some(true)` where he owns the record, `Some(false)` where he is named for it or it came back to
/// him; `None` where a role waits for it.
fn whose(register: &Register, it: &Duty, person: &str) -> Option<bool> {
    let lifecycle: &Lifecycle = register.lifecycle.as_ref()?;
    if it.person.as_deref() == Some(person) {
        return Some(false);
    }
    let first = lifecycle
        .states
        .first()
        .is_some_and(|state| state.id == it.state);
    let own = lifecycle.expected(&it.state).any(|step| step.own);
    if it.entered_by == person && (own || first) {
        return Some(true);
    }
    it.returned.then_some(false)
}

fn written(items: &Items) -> String {
    serde_json::to_string(items).expect("texts and numbers are JSON")
}

fn shown(product: &Product, it: Handover) -> HandoverView {
    let items: Items = serde_json::from_str(&it.content).unwrap_or_default();
    let title = |item: Item| {
        let register = product.pack.registers.get(&item.register);
        let named = register.map_or_else(|| Text::zh(&item.register), |it| it.title.clone());
        let lifecycle = register.and_then(|it| it.lifecycle.as_ref());
        let state = lifecycle.map(|it| steps::state_of(it, &item.state).1);
        (named, state.unwrap_or_else(|| Text::zh(&item.state)), item)
    };
    HandoverView {
        id: it.seq,
        person: it.person,
        successor: it.successor,
        note: it.note,
        items: items.tasks.into_iter().map(title).collect(),
        delegations: items.delegations,
        actor: it.actor,
        at: say::shanghai(&it.at),
    }
}
