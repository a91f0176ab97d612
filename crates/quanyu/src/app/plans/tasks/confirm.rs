//! What people confirm of a task where the tasks are listed: progress, and a step.
//!
//! Owns the record of a task that a pack declares, which is made with what is noted first. Leaves the step itself to
//! `app::steps`: who may take it, what it requires, and the row that it leaves.
//!
//! Start reading at [`confirm`].

use std::collections::BTreeMap;

use futures::FutureExt as _;
use jiff::civil::Date;
use quanyu_core::{access::Right, value::Value};
use quanyu_pack::model::{Plan, PlanTask, Register};
use quanyu_store::records::{self, Draft};

use crate::app::{
    AppError, Product, duties, entries,
    steps::{self, Taking},
};

/// What somebody confirms of a task.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Confirmed {
    /// Plan and task, as [`super::TaskView`] has them.
    pub plan: String,
    /// Task of the pack; empty where it is none.
    pub item: String,
    /// Record and version as they were shown; `None` where there was none.
    pub record: Option<(i64, i64)>,
    /// The step taken; empty: only the progress is noted.
    pub step: String,
    /// When it was done.
    pub done_on: Option<Date>,
    /// What was done so far.
    pub progress: String,
}

/// Notes what somebody confirms: progress, or a step with what it requires. Returns the record.
///
/// # Errors
/// A task that is not there; [`crate::app::steps::StepRefusal`]; a right that is missing;
/// [`quanyu_store::StoreError::Conflict`] where somebody else was faster.
pub async fn confirm(product: &Product, it: &Confirmed) -> Result<i64, AppError> {
    let playing = product.pack.playing("task");
    let register = playing.ok_or_else(|| AppError::not_found("register", "task", []))?;
    let new = match it.record {
        Some(_) => None,
        None => {
            let plan = product.pack.plans.get(&it.plan);
            let task = plan.and_then(|plan| {
                let task = plan.tasks.iter().find(|task| task.id == it.item)?;
                Some(Draft::new(values(register, plan, task)))
            });
            Some(task.ok_or_else(|| missing(it))?)
        }
    };
    if it.step.is_empty() {
        return note(product, register, it, new).await;
    }
    let mut values = BTreeMap::new();
    let mut fill = |slot: &str, text: String| {
        if let Some(field) = register.slot(slot).filter(|_| !text.is_empty()) {
            values.insert(field.id.clone(), text);
        }
    };
    fill(
        "done_on",
        it.done_on.map_or_else(String::new, |it| it.to_string()),
    );
    fill("progress", it.progress.trim().to_owned());
    let taking = Taking {
        register: register.id.clone(),
        record: it.record.map_or(0, |it| it.0),
        version: it.record.map(|it| it.1),
        new,
        step: it.step.clone(),
        values,
        ..Taking::default()
    };
    Ok(steps::take(product, &taking).await?.record)
}

/// What a pack says of its task, as the record holds it.
pub(super) fn values(register: &Register, plan: &Plan, task: &PlanTask) -> BTreeMap<String, Value> {
    let due = task.due.map_or(Value::Null, Value::Date);
    let said = [
        ("plan", Value::text(plan.id.clone())),
        ("item", Value::text(task.id.clone())),
        ("title", Value::text(task.title.zh.clone())),
        ("owner", Value::text(task.owner.zh.clone())),
        ("due", due),
    ];
    let fields = said.into_iter();
    let fields = fields.filter_map(|(slot, value)| Some((register.slot(slot)?.id.clone(), value)));
    fields.collect()
}

/// Notes progress alone: an entry like any other, by who may enter.
async fn note(
    product: &Product,
    register: &Register,
    it: &Confirmed,
    new: Option<Draft>,
) -> Result<i64, AppError> {
    let scope = product.may(Right::Enter, register)?;
    if let Some((id, _)) = it.record {
        entries::held(product, register, &scope, id).await?;
    }
    let record = it.record;
    let mut draft = new.unwrap_or_default();
    if let Some(field) = register
        .slot("progress")
        .filter(|_| !it.progress.trim().is_empty())
    {
        let progress = Value::text(it.progress.trim());
        draft.values.insert(field.id.clone(), progress);
    }
    let (pack, register) = (product.pack.clone(), register.clone());
    let actor = product.actor();
    let done = product.store.act(&actor, move |act| {
        let (pack, register, draft) = (pack.clone(), register.clone(), draft.clone());
        async move {
            let id = match record {
                Some((record, version)) => {
                    records::update(act, &register.id, record, version, &draft).await?;
                    record
                }
                None => records::create(act, &register.id, &draft).await?,
            };
            duties::refresh(act, &pack, &register, &[id]).await?;
            Ok::<_, AppError>(id)
        }
        .boxed()
    });
    done.await
}

fn missing(it: &Confirmed) -> AppError {
    AppError::NotFound {
        kind: "task",
        id: format!("{} {}", it.plan, it.item),
        near: None,
    }
}
