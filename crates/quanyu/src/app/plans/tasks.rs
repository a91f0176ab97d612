//! Tasks (重点任务) with their days, and what is late (督办).
//!
//! Owns the union of the pack's tasks with the register that plays `task`. Leaves the counting of days to
//! `quanyu_core::appraisal::task`, which steps are open and taking them to `app::steps`, what people confirm here to [`confirm`].
//!
//! Invariant: a task is done only because somebody took the step that ends it.
//!
//! Start reading at [`tasks`].

mod confirm;

use std::collections::BTreeMap;

use jiff::civil::Date;
use quanyu_core::{
    access::Right,
    appraisal::task::{Standing, standing, working_days},
    period::Period,
    text::Text,
};
use quanyu_pack::model::{Register, StepKind};
use quanyu_store::{
    duty::{self, Arrived},
    list::{self as rows, Query},
    records::Record,
};

pub use confirm::{Confirmed, confirm};

use super::{day_of, text_of};
use crate::app::{
    AppError, Product,
    steps::{self, StepView},
};

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
    /// Whether who looks may note progress.
    pub enters: bool,
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
    /// Steps that who looks may take from its state.
    pub steps: Vec<StepView>,
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
    let enters = register.is_some_and(|it| !product.scope(Right::Enter, it).is_nothing());
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
    drop(tx);
    if let Some(register) = register {
        open(product, register, &mut views).await?;
    }
    views.sort_by_key(|it| (it.standing, it.due.is_none(), it.due, it.title.zh.clone()));
    Ok(Tasks {
        day,
        remind: product.pack.supervision.remind,
        rows: views,
        register: register.map(|it| it.id.clone()),
        enters,
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
}

/// The steps that who looks may take with each task that has not ended.
async fn open(
    product: &Product,
    register: &Register,
    views: &mut [TaskView],
) -> Result<(), AppError> {
    let waits = |it: &&mut TaskView| !matches!(it.standing, Standing::Done | Standing::Dropped);
    let mut waiting: Vec<&mut TaskView> = views.iter_mut().filter(waits).collect();
    let ids: Vec<i64> = waiting.iter().filter_map(|it| Some(it.record?.0)).collect();
    let mut tx = product.store.read().await?;
    let mut kept: BTreeMap<i64, Arrived> = BTreeMap::new();
    for ids in ids.chunks(AT_ONCE) {
        let arrived = duty::arrived(&mut tx, &register.id, ids).await?;
        kept.extend(arrived.into_iter().map(|it| (it.record.id, it)));
    }
    drop(tx);
    let arrived: Vec<Arrived> = waiting
        .iter()
        .map(|it| match it.record.and_then(|(id, _)| kept.remove(&id)) {
            Some(arrived) => arrived,
            None => unrecorded(product, register, it),
        })
        .collect();
    let open = steps::open_of(product, register, &arrived).await?;
    for (view, open) in waiting.iter_mut().zip(open) {
        view.steps = open.into_iter().filter(|it| it.hand.is_some()).collect();
    }
    Ok(())
}

/// Records that are asked for at once: each is a parameter of the statement.
const AT_ONCE: usize = 500;

/// A task of the pack of which nothing was recorded yet, as its record would begin.
fn unrecorded(product: &Product, register: &Register, view: &TaskView) -> Arrived {
    let mut record = Record::default();
    record.register.clone_from(&register.id);
    record.region = product.pack.region.as_str().to_owned();
    record.state = view.state.as_ref().map(|it| it.0.clone());
    let declared = product.pack.plans.get(&view.plan).and_then(|plan| {
        let item = view.item.as_ref()?;
        Some((plan, plan.tasks.iter().find(|it| it.id == *item)?))
    });
    if let Some((plan, task)) = declared {
        record.values = confirm::values(register, plan, task);
    }
    Arrived {
        record,
        made_by: product.actor().as_str().to_owned(),
        made_at: String::new(),
        step: None,
    }
}

impl TaskView {
    /// Whether a step asks for no more than the day and the progress, so that it can be taken in the list; the others
    /// are taken on the record's page.
    #[must_use]
    pub fn is_simple(&self, register: &Register, step: &StepView) -> bool {
        let asked = ["done_on", "progress"].map(|it| register.slot(it).map(|it| it.id.as_str()));
        step.kind == StepKind::Forward
            && !step.numbers
            && !step.needs_note
            && step.asked.is_empty()
            && step.missing.iter().all(|(id, _)| asked.contains(&Some(id)))
    }
}
