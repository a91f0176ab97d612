//! 待办的底账: which records wait in which state, since when and until when.
//!
//! Owns making duties of records, and following the registers. Leaves the table to `quanyu_store::duty`, whose they are to
//! `desk`.
//!
//! Invariant: a duty is made by this one rule, inside a step as well as when following an import.
//!
//! Start reading at [`follow`].

use futures::FutureExt as _;
use jiff::civil::{Date, Weekday};
use quanyu_core::{actor::Actor, value::Value};
use quanyu_pack::model::{Pack, Register, StepKind, Transition};
use quanyu_store::{
    Act, StoreError,
    duty::{self, Arrived, Duty},
};

use super::{AppError, Product, registers, say};

/// Records looked at by one act: short enough that other writers hardly wait.
const PER_ACT: u32 = 500;

/// Brings the table to what the registers say now. Costs two small queries where nothing happened.
///
/// # Errors
/// The database's.
pub async fn follow(product: &Product) -> Result<(), AppError> {
    let mut tx = product.store.read().await?;
    let (seq, pack) = duty::seen(&mut tx).await?;
    let (head, revision) = (tx.head(), tx.schema().revision);
    let anew = pack != revision;
    if !anew && seq >= head {
        return Ok(());
    }
    let since = if anew { -1 } else { seq };
    if anew {
        write(product, |act| async move { duty::clear(act).await }.boxed()).await?;
    }
    let mut touched = anew;
    for register in product.pack.registers.values() {
        let Some(lifecycle) = &register.lifecycle else {
            continue;
        };
        let states: Vec<String> = lifecycle
            .states
            .iter()
            .filter(|it| lifecycle.expected(&it.id).next().is_some())
            .map(|it| it.id.clone())
            .collect();
        if states.is_empty() {
            continue;
        }
        let mut after = 0;
        loop {
            let id = &register.id;
            let ids = duty::changed(&mut tx, id, (since, anew), after, &states, PER_ACT).await?;
            let Some(last) = ids.last() else { break };
            after = *last;
            touched = true;
            let (pack, register) = (product.pack.clone(), register.clone());
            write(product, move |act| {
                let (pack, register, ids) = (pack.clone(), register.clone(), ids.clone());
                async move { refresh(act, &pack, &register, &ids).await }.boxed()
            })
            .await?;
        }
    }
    // Where nothing concerned it, it is looked at again: the index answers at once.
    const FAR: i64 = 2_000;
    if touched || head - seq > FAR {
        write(product, move |act| {
            async move { duty::note_seen(act, head).await }.boxed()
        })
        .await?;
    }
    Ok(())
}

async fn write(
    product: &Product,
    act: impl for<'a> Fn(&'a mut Act) -> futures::future::BoxFuture<'a, Result<(), StoreError>>
    + Send
    + Sync
    + 'static,
) -> Result<(), AppError> {
    let whole = product.store.seen_as(None);
    Ok(whole.act(&Actor::named("job:duties"), act).await?)
}

/// Notes anew, inside an act, what of these records waits.
///
/// # Errors
/// The database's.
pub(super) async fn refresh(
    act: &mut Act,
    pack: &Pack,
    register: &Register,
    ids: &[i64],
) -> Result<(), StoreError> {
    // Who made a record stands in the chain, where it may still wait in memory.
    act.flush().await?;
    let arrived = duty::arrived(&mut act.tx, &register.id, ids).await?;
    let duties: Vec<Duty> = arrived
        .iter()
        .filter_map(|it| of_record(pack, register, it))
        .collect();
    duty::put(act, ids, &duties).await
}

/// The duty of a record, where it waits for somebody.
#[must_use]
pub fn of_record(pack: &Pack, register: &Register, it: &Arrived) -> Option<Duty> {
    let lifecycle = register.lifecycle.as_ref()?;
    let state = it.record.state.as_deref()?;
    lifecycle.expected(state).next()?;
    let step = it.step.as_ref();
    let returned = step.is_some_and(|it| {
        let kind = lifecycle.transition(&it.step.step).map(|it| it.kind);
        kind == Some(StepKind::Return)
    });
    let since = since(register, it, returned);
    let deadlines = lifecycle.expected(state);
    let deadline = deadlines
        .filter_map(|step| Some((due(pack, step, it, since)?, step)))
        .min_by_key(|(day, _)| *day);
    let remind = |day: Date, step: &Transition| {
        let before = step.remind.unwrap_or(pack.supervision.remind);
        worked(pack, day, -i64::from(before))
    };
    let escalate = |day: Date, step: &Transition| {
        let after = step.escalate.as_ref()?.after;
        Some(worked(pack, day, i64::from(after)))
    };
    let told = |day: Date| day.to_string();
    Some(Duty {
        record: it.record.id,
        register: register.id.clone(),
        state: state.to_owned(),
        label: registers::label(register, &it.record),
        region: it.record.region.clone(),
        owner_org: super::who::organization_of(register, &it.record),
        owner_user: it.record.owner_user.clone(),
        entered_by: it.made_by.clone(),
        entered_seq: step.map_or(it.record.created_seq, |it| it.seq),
        entered_on: since.map(told).unwrap_or_default(),
        last_by: step.map_or_else(
            || it.made_by.clone(),
            |it| it.step.behalf.clone().unwrap_or_else(|| it.actor.clone()),
        ),
        last_step: step.map(|it| it.step.step.clone()),
        returned,
        reason: step.and_then(|it| it.step.note.clone()),
        due: deadline.map(|(day, _)| told(day)),
        remind_on: deadline.map(|(day, step)| told(remind(day, step))),
        escalate_on: deadline.and_then(|(day, step)| escalate(day, step).map(told)),
        person: None,
    })
}

/// The day from which deadlines count: what the record says, where the state names a field, else the day it came into the
/// state. What was sent back counts anew.
fn since(register: &Register, it: &Arrived, returned: bool) -> Option<Date> {
    let lifecycle = register.lifecycle.as_ref()?;
    let state = lifecycle.state(it.record.state.as_deref()?);
    let named = state
        .and_then(|it| it.since.as_deref())
        .filter(|_| !returned);
    if let Some(Value::Date(day)) = named.map(|field| it.record.value(field)) {
        return Some(*day);
    }
    let at = it.step.as_ref().map_or(&it.made_at, |it| &it.at);
    say::shanghai_day(at)
}

/// The day a step is due: the record's own, else so many working days on. `None` without a deadline, and beyond the years that the
/// calendar knows.
#[must_use]
pub fn due(pack: &Pack, step: &Transition, it: &Arrived, since: Option<Date>) -> Option<Date> {
    if let Some(Value::Date(day)) = step.by.as_deref().map(|field| it.record.value(field)) {
        return Some(*day);
    }
    let (mut day, mut left) = (since?, step.within?);
    while left > 0 {
        day = day.tomorrow().ok()?;
        left -= u32::from(pack.is_working_day(day)?);
    }
    Some(day)
}

/// The day that lies so many working days from another. Where a year has no calendar yet weekdays count: it only says when people
/// are told.
fn worked(pack: &Pack, day: Date, count: i64) -> Date {
    let (mut day, mut left) = (day, count.unsigned_abs());
    while left > 0 {
        let next = if count < 0 {
            day.yesterday()
        } else {
            day.tomorrow()
        };
        let Ok(next) = next else { break };
        day = next;
        let weekend = matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday);
        left -= u64::from(pack.is_working_day(day).unwrap_or(!weekend));
    }
    day
}
