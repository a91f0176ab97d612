//! Tasks (重点任务) with their days, and what is late (督办).
//!
//! Owns the union of the pack's tasks with the register that plays `task`, and the steps that people confirm. Leaves the
//! counting of days to `quanyu_core::appraisal::task`.
//!
//! Invariant: a task is done only because somebody confirmed it; a step that the register's lifecycle does not know from
//! the task's state is refused.
//!
//! Start reading at [`tasks`].

use std::collections::BTreeMap;

use futures::FutureExt;
use jiff::civil::Date;
use quanyu_core::{
    appraisal::task::{Standing, standing, working_days},
    period::Period,
    text::Text,
    value::Value,
};
use quanyu_pack::model::{Lifecycle, Register, State, Transition};
use quanyu_store::{
    list::{self as rows, Query},
    records::{self, Draft, Record},
};

use super::{day_of, text_of};
use crate::app::{AppError, Product};

/// The tasks of a period.
#[derive(Clone, Debug)]
pub struct Tasks {
    /// The day that they are looked at.
    pub day: Date,
    /// Working days before its day from which a task is near.
    pub remind: u32,
    /// Late first, then near, then by day.
    pub rows: Vec<TaskView>,
    /// The register that holds them, where one does.
    pub register: Option<String>,
    /// The change sequence that they were read at.
    pub sequence: i64,
}

/// A task.
#[derive(Clone, Debug)]
pub struct TaskView {
    /// Plan: an id of the pack, else as the document calls it.
    pub plan: String,
    /// What the plan is called.
    pub plan_title: Text,
    /// Task of the pack, where it is one.
    pub item: Option<String>,
    /// The record: id and version; `None` where nothing was recorded yet.
    pub record: Option<(i64, i64)>,
    /// What is to be done.
    pub title: Text,
    /// The section that answers for it.
    pub owner: Text,
    /// Until when.
    pub due: Option<Date>,
    /// State and its title.
    pub state: Option<(String, Text)>,
    /// Where it is.
    pub standing: Standing,
    /// Working days until its day, below zero where that is past; `None` where a year has no calendar.
    pub left: Option<i64>,
    /// When it was done.
    pub done_on: Option<Date>,
    /// What was done so far.
    pub progress: Option<String>,
    /// Steps that may be taken from its state: id, title, whether a day of completion and progress are needed.
    pub steps: Vec<Step>,
}

/// A step that may be taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Id of the transition.
    pub id: String,
    /// What it is called.
    pub title: Text,
    /// A day of completion is needed.
    pub needs_day: bool,
    /// Words on progress are needed.
    pub needs_progress: bool,
}

impl Tasks {
    /// Tasks that stand so.
    pub fn standing(&self, wanted: Standing) -> impl Iterator<Item = &TaskView> {
        self.rows.iter().filter(move |it| it.standing == wanted)
    }
}

/// The tasks of the plans that `period` ends in, as they stand at its end (or on `today`, where that is before).
///
/// # Errors
/// The database's.
pub async fn tasks(product: &Product, period: Period, today: Date) -> Result<Tasks, AppError> {
    let day = period.last_day().min(today);
    let register = product.pack.playing("task");
    let mut tx = product.store.read().await?;
    let sequence = tx.head();
    let mut recorded: Vec<Record> = Vec::new();
    if let Some(register) = register {
        let query = Query {
            limit: rows::LONGEST_PAGE,
            ..Query::default()
        };
        recorded = rows::list(&mut tx, &register.id, &query).await?.records;
    }
    let mut of_pack: BTreeMap<(String, String), Record> = BTreeMap::new();
    let mut others = Vec::new();
    for record in recorded {
        let Some(register) = register else { break };
        let plan = text_of(register, &record, "plan").unwrap_or_default();
        let item = text_of(register, &record, "item").unwrap_or_default();
        let known = product.pack.plans.get(&plan);
        if known.is_some_and(|it| it.tasks.iter().any(|task| task.id == item)) {
            of_pack.insert((plan, item), record);
        } else {
            others.push((plan, record));
        }
    }
    let mut views = Vec::new();
    for plan in product.pack.plans.values() {
        if !holds(plan.period, period) {
            continue;
        }
        for task in &plan.tasks {
            let record = of_pack.get(&(plan.id.clone(), task.id.clone()));
            let mut view = TaskView {
                plan: plan.id.clone(),
                plan_title: plan.title.clone(),
                item: Some(task.id.clone()),
                record: None,
                title: task.title.clone(),
                owner: task.owner.clone(),
                due: task.due,
                state: None,
                standing: Standing::Ahead,
                left: None,
                done_on: None,
                progress: None,
                steps: Vec::new(),
            };
            fill(product, register, record, &mut view, day);
            views.push(view);
        }
    }
    for (plan, record) in &others {
        let Some(register) = register else { break };
        let due = day_of(register, record, "due");
        let own = text_of(register, record, "period").and_then(|it| it.parse::<Period>().ok());
        let planned = product.pack.plans.get(plan).map(|it| it.period).or(own);
        let year = Period::year(period.last_year());
        let here = match (planned, due, year) {
            (Some(own), _, _) => holds(own, period),
            (None, Some(due), Some(year)) => (year.first_day()..=year.last_day()).contains(&due),
            _ => false,
        };
        if !here {
            continue;
        }
        let text = |slot: &str| Text::zh(text_of(register, record, slot).unwrap_or_default());
        let titled = product.pack.plans.get(plan).map(|it| it.title.clone());
        let mut view = TaskView {
            plan: plan.clone(),
            plan_title: titled.unwrap_or_else(|| Text::zh(plan.clone())),
            item: None,
            record: None,
            title: text("title"),
            owner: text("owner"),
            due,
            state: None,
            standing: Standing::Ahead,
            left: None,
            done_on: None,
            progress: None,
            steps: Vec::new(),
        };
        fill(product, Some(register), Some(record), &mut view, day);
        views.push(view);
    }
    views.sort_by_key(|it| (it.standing, it.due.is_none(), it.due, it.title.zh.clone()));
    Ok(Tasks {
        day,
        remind: product.pack.supervision.remind,
        rows: views,
        register: register.map(|it| it.id.clone()),
        sequence,
    })
}

/// Whether what is for `whole` is to be shown for `asked`.
fn holds(whole: Period, asked: Period) -> bool {
    (whole.first_day()..=whole.last_day()).contains(&asked.last_day())
}

/// What the record says, and where the task stands on `day`.
fn fill(
    product: &Product,
    register: Option<&Register>,
    record: Option<&Record>,
    view: &mut TaskView,
    day: Date,
) {
    let lifecycle = register.and_then(|it| it.lifecycle.as_ref());
    let first = lifecycle
        .and_then(|it| it.states.first())
        .map(|it| it.id.clone());
    let mut state = first;
    if let (Some(register), Some(record)) = (register, record) {
        view.record = Some((record.id, record.version));
        view.due = day_of(register, record, "due").or(view.due);
        view.done_on = day_of(register, record, "done_on");
        view.progress = text_of(register, record, "progress");
        if let Some(owner) = text_of(register, record, "owner").filter(|it| *it != view.owner.zh) {
            view.owner = Text::zh(owner);
        }
        state = record.state.clone().or(state);
    }
    let declared = lifecycle
        .zip(state.as_ref())
        .and_then(|(all, id)| all.states.iter().find(|it| it.id == *id));
    view.state = declared.map(|it| (it.id.clone(), it.title.clone()));
    view.left = view
        .due
        .and_then(|due| working_days(day, due, |it| product.pack.is_working_day(it)));
    let closed = declared.is_some_and(|it| it.last);
    view.standing = match (closed, view.done_on) {
        (_, Some(_)) if closed || lifecycle.is_none() => Standing::Done,
        (true, _) => Standing::Dropped,
        (false, _) => standing(view.due, day, view.left, product.pack.supervision.remind),
    };
    if let (Some(register), Some(lifecycle), Some(state)) = (register, lifecycle, declared) {
        view.steps = steps(register, lifecycle, state);
    }
}

fn steps(register: &Register, lifecycle: &Lifecycle, state: &State) -> Vec<Step> {
    let needs = |it: &Transition, slot: &str| {
        let field = register.slot(slot).map(|it| it.id.as_str());
        field.is_some_and(|field| it.requires.iter().any(|it| it == field))
    };
    lifecycle
        .transitions
        .iter()
        // A guard takes the engine of expressions; such a step is taken where records are edited.
        .filter(|it| it.guard.is_none() && it.from.contains(&state.id))
        .map(|it| Step {
            id: it.id.clone(),
            title: it.title.clone(),
            needs_day: needs(it, "done_on"),
            needs_progress: needs(it, "progress"),
        })
        .collect()
}

/// What somebody confirms of a task.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Confirmed {
    /// Plan and task, as [`TaskView`] has them.
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

/// Notes what somebody confirms: progress, and the step taken, in one act. Returns the record.
///
/// # Errors
/// A task that is not there, a step that its state does not know, a day or progress that the step needs and that is
/// missing, [`quanyu_store::StoreError::Conflict`] where somebody else was faster.
pub async fn confirm(product: &Product, it: &Confirmed) -> Result<i64, AppError> {
    let register = product
        .pack
        .playing("task")
        .ok_or_else(|| AppError::NotFound {
            kind: "register",
            id: "task".to_owned(),
            near: None,
        })?;
    let missing = || AppError::NotFound {
        kind: "task",
        id: format!("{} {}", it.plan, it.item),
        near: None,
    };
    let state = match it.record {
        Some((id, _)) => {
            let mut tx = product.store.read().await?;
            records::get(&mut tx, &register.id, id)
                .await?
                .ok_or_else(missing)?
                .state
        }
        None => None,
    };
    let lifecycle = register.lifecycle.as_ref();
    let state = state.or_else(|| Some(lifecycle?.states.first()?.id.clone()));
    let mut draft = Draft::default();
    let mut set = |slot: &str, value: Value| {
        if let Some(field) = register.slot(slot) {
            draft.values.insert(field.id.clone(), value);
        }
    };
    if !it.progress.trim().is_empty() {
        set("progress", Value::text(it.progress.trim()));
    }
    if let Some(day) = it.done_on.filter(|_| !it.step.is_empty()) {
        set("done_on", Value::Date(day));
    }
    if it.record.is_none() {
        let plan = product.pack.plans.get(&it.plan).ok_or_else(missing)?;
        let task = plan.tasks.iter().find(|task| task.id == it.item);
        let task = task.ok_or_else(missing)?;
        set("plan", Value::text(plan.id.clone()));
        set("item", Value::text(task.id.clone()));
        set("title", Value::text(task.title.zh.clone()));
        set("owner", Value::text(task.owner.zh.clone()));
        set("due", task.due.map_or(Value::Null, Value::Date));
    }
    if !it.step.is_empty() {
        draft.state = Some(stepped(register, state.as_deref(), it)?);
    }
    let (id, record) = (register.id.clone(), it.record);
    let actor = product.actor();
    let done = product.store.act(&actor, move |act| {
        let (id, draft) = (id.clone(), draft.clone());
        async move {
            match record {
                Some((record, version)) => {
                    records::update(act, &id, record, version, &draft).await?;
                    Ok(record)
                }
                None => records::create(act, &id, &draft).await,
            }
        }
        .boxed()
    });
    Ok(done.await?)
}

/// The state that a step leads to.
fn stepped(register: &Register, state: Option<&str>, it: &Confirmed) -> Result<String, AppError> {
    let refused = |why: String| AppError::BadValue {
        kind: "step",
        value: it.step.clone(),
        why,
    };
    let from = register
        .lifecycle
        .as_ref()
        .zip(state)
        .and_then(|(all, id)| Some((all, all.states.iter().find(|it| it.id == id)?)));
    let Some((lifecycle, from)) = from else {
        return Err(refused(register.title.zh.clone()));
    };
    let open = steps(register, lifecycle, from);
    let Some(step) = open.iter().find(|step| step.id == it.step) else {
        let titles: Vec<&str> = open.iter().map(|it| it.title.zh.as_str()).collect();
        return Err(refused(format!(
            "{} → {}",
            from.title.zh,
            titles.join("、")
        )));
    };
    let field = |slot: &str| {
        let field = register.slot(slot);
        field.map_or_else(|| slot.to_owned(), |it| it.title.zh.clone())
    };
    if step.needs_day && it.done_on.is_none() {
        return Err(refused(field("done_on")));
    }
    if step.needs_progress && it.progress.trim().is_empty() {
        return Err(refused(field("progress")));
    }
    let found = lifecycle.transitions.iter().find(|all| all.id == step.id);
    found
        .map(|it| it.to.clone())
        .ok_or_else(|| refused(from.title.zh.clone()))
}
