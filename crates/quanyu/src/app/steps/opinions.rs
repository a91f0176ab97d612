//! 会签: roles give their opinion before a step is taken.
//!
//! Owns who is asked, what was said, and giving one. Leaves taking the step to `take`.
//!
//! Invariant: the last opinion of a role in this stay of the record counts.
//!
//! Start reading at [`give`].

use std::sync::Arc;

use futures::FutureExt as _;
use quanyu_core::{region::RegionCode, text::Text};
use quanyu_pack::model::{Pack, Transition};
use quanyu_store::{
    Tx,
    duty::{self, Arrived},
    files,
    opinion::{self, NewOpinion, Opinion},
};

use super::{
    StepRefusal,
    hands::{self, Hands},
};
use crate::app::{
    AppError, Product, files as kept,
    notices::{self, About, Told},
    registers, say,
};

/// What a role that is asked has said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// The role: id and title.
    pub role: (String, Text),
    /// What it said; `None` while it is waited for.
    pub said: Option<Said>,
    /// Whether who looks may give it.
    pub mine: bool,
}

/// An opinion, as shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// For or against.
    pub agrees: bool,
    /// In words.
    pub note: Option<String>,
    /// A file: hash and name.
    pub file: Option<(String, String)>,
    /// On paper.
    pub offline: bool,
    /// Who, and for whom.
    pub actor: String,
    /// For whom.
    pub behalf: Option<String>,
    /// When, as shown in Asia/Shanghai.
    pub at: String,
}

/// An opinion to be given.
#[derive(Clone, Debug, Default)]
pub struct Giving {
    /// The register.
    pub register: String,
    /// The record.
    pub record: i64,
    /// The step it is about.
    pub step: String,
    /// The role; else the first that is held.
    pub role: Option<String>,
    /// For or against.
    pub agrees: bool,
    /// In words.
    pub note: Option<String>,
    /// A file: name and content.
    pub file: Option<(String, Vec<u8>)>,
    /// On paper: a scan is needed.
    pub offline: bool,
}

/// Opinions on a step in this stay of the record, a role each; the last one counts.
pub(super) fn current<'a>(
    step: &Transition,
    entered_seq: i64,
    all: &'a [Opinion],
) -> Vec<(String, Option<&'a Opinion>)> {
    let said = |role: &str| {
        all.iter().rev().find(|it| {
            it.said.step == step.id && it.said.entered_seq == entered_seq && it.said.role == role
        })
    };
    let roles = step.opinions.iter();
    roles.map(|role| (role.clone(), said(role))).collect()
}

/// What the roles that are asked have said.
pub(super) fn asked(
    pack: &Pack,
    hands: &Hands,
    step: &Transition,
    arrived: &Arrived,
    all: &[Opinion],
) -> Vec<Asked> {
    let region = arrived.record.region.parse::<RegionCode>().ok();
    let Some(register) = pack.registers.get(&arrived.record.register) else {
        return Vec::new();
    };
    let place = hands::place(register, &arrived.record, region.as_ref());
    let entered = super::entered_seq(arrived);
    let each = current(step, entered, all).into_iter();
    each.map(|(role, said)| Asked {
        mine: hands
            .holding(std::slice::from_ref(&role), None, place)
            .is_some(),
        said: said.map(shown),
        role: super::role_of(pack, &role),
    })
    .collect()
}

/// All opinions on a record in order, as shown, with step and role.
///
/// # Errors
/// The database's.
pub(super) async fn given(
    tx: &mut Tx,
    record: i64,
) -> Result<Vec<(i64, String, String, Said)>, AppError> {
    let all = opinion::of_record(tx, record).await?;
    let each = all.into_iter();
    Ok(each
        .map(|it| {
            let said = shown(&it);
            (it.seq, it.said.step, it.said.role, said)
        })
        .collect())
}

fn shown(it: &Opinion) -> Said {
    Said {
        agrees: it.said.agrees,
        note: it.said.note.clone(),
        file: it.said.file.as_deref().and_then(super::file_of),
        offline: it.said.offline,
        actor: it.actor.clone(),
        behalf: it.said.behalf.clone(),
        at: say::shanghai(&it.at),
    }
}

/// Gives an opinion.
///
/// # Errors
/// [`StepRefusal`] where nobody asks for it, or somebody else is asked; words are needed against.
pub async fn give(product: &Product, giving: &Giving) -> Result<(), AppError> {
    let register = registers::declared(product, &giving.register)?;
    let step = super::declared_step(register, &giving.step)?;
    let note = super::words(&giving.note)?;
    if !giving.agrees && note.is_none() {
        return Err(StepRefusal::NoReason {
            step: step.title.clone(),
        }
        .into());
    }
    if giving.offline && giving.file.is_none() {
        return Err(StepRefusal::NoScan {
            step: step.title.clone(),
        }
        .into());
    }
    let file = match &giving.file {
        Some((name, bytes)) => {
            kept::accept(name, bytes)?;
            let stored = files::put(&product.store, bytes.clone()).await?;
            Some((stored, name.clone()))
        }
        None => None,
    };
    let order = Arc::new((
        product.clone(),
        register.clone(),
        step.clone(),
        giving.clone(),
        note,
        file,
    ));
    let actor = product.actor();
    let given = product.store.act(&actor, move |act| {
        let order = Arc::clone(&order);
        async move {
            let (product, register, step, giving, note, file) = &*order;
            let day = act.day();
            let hands = Hands::of(&mut act.tx, product, day).await?;
            let arrived = super::arrived(&mut act.tx, register, giving.record).await?;
            let state = arrived.record.state.clone().unwrap_or_default();
            if !step.from.contains(&state) || step.opinions.is_empty() {
                return Err(StepRefusal::WrongState {
                    step: step.title.clone(),
                    state: super::title_of_state(register, &state),
                }
                .into());
            }
            let region = arrived.record.region.parse::<RegionCode>().ok();
            let place = hands::place(register, &arrived.record, region.as_ref());
            let wish = giving.role.as_deref().filter(|it| !it.is_empty());
            // Who holds several of the roles answers for one after the other; who answered may answer again.
            let entered = super::entered_seq(&arrived);
            let before = opinion::of_record(&mut act.tx, giving.record).await?;
            let open = current(step, entered, &before).into_iter();
            let open: Vec<String> = open.filter(|it| it.1.is_none()).map(|it| it.0).collect();
            let hand = hands
                .holding(&open, wish, place)
                .or_else(|| hands.holding(&step.opinions, wish, place));
            let hand = hand.ok_or_else(|| super::not_yours(&product.pack, step, &step.opinions))?;
            let file = match file {
                Some((stored, name)) => {
                    files::name(act, stored, name, "application/octet-stream").await?;
                    Some(stored.value(name))
                }
                None => None,
            };
            let role = hand.role.unwrap_or_default();
            let new = NewOpinion {
                record: giving.record,
                register: register.id.clone(),
                step: step.id.clone(),
                entered_seq: entered,
                role: role.clone(),
                agrees: giving.agrees,
                note: note.clone(),
                file,
                offline: giving.offline,
                behalf: hand.behalf,
            };
            opinion::give(act, &new).await?;
            // Once the last one is there, those who take the step are told.
            let all = opinion::of_record(&mut act.tx, giving.record).await?;
            let waiting = current(step, new.entered_seq, &all);
            if waiting.iter().all(|it| it.1.is_some()) {
                let label = registers::label(register, &arrived.record);
                let told = Told {
                    kind: "opinion",
                    whom: step.role.iter().map(|it| format!("role:{it}")).collect(),
                    about: Some(About::of(register, &arrived.record)),
                    zh: format!("“{label}”会签意见已齐，可以{}", step.title.zh),
                    en: format!(
                        "`{label}`: all opinions are there; next: {}",
                        step.title.en.as_deref().unwrap_or(&step.title.zh)
                    ),
                };
                notices::tell(act, &product.outgoing, &told).await?;
            }
            Ok::<_, AppError>(())
        }
        .boxed()
    });
    given.await
}

/// Roles that are still waited for on the steps from a record's state.
pub(in crate::app) async fn waited_for(
    tx: &mut Tx,
    register: &quanyu_pack::model::Register,
    duty: &duty::Duty,
) -> Result<Vec<String>, AppError> {
    let Some(lifecycle) = &register.lifecycle else {
        return Ok(Vec::new());
    };
    let mut roles = Vec::new();
    for step in lifecycle
        .from(&duty.state)
        .filter(|it| !it.opinions.is_empty())
    {
        let all = opinion::of_record(tx, duty.record).await?;
        let open = current(step, duty.entered_seq, &all);
        roles.extend(open.into_iter().filter(|it| it.1.is_none()).map(|it| it.0));
    }
    roles.dedup();
    Ok(roles)
}
