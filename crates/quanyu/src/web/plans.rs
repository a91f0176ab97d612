//! 任务督办: the tasks of a period on their timeline, what is late, and the steps that people confirm. Reading a plan is in
//! [`read`].

pub(super) mod read;

use axum::{
    Form,
    response::{IntoResponse, Redirect, Response},
};
use quanyu_core::appraisal::task::Standing;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    appraisal::{Tab, Tabs},
    figure::Light,
    frame::{Frame, Place},
    problem::Problem,
    say::{Say, UNKNOWN},
    state::App,
    view::{Format, View},
};
use crate::app::{
    self, AppError, Why,
    plans::tasks::{Confirmed, TaskView, Tasks},
    steps::{StepView, guard},
};

/// `GET /appraisal/tasks`.
pub(super) async fn show(app: App, view: View) -> Result<Response, Problem> {
    let tasks = app::plans::tasks::tasks(&app.product, view.period, app.product.today()).await;
    let tasks = tasks.map_err(|error| app.refused(&view, &error))?;
    match view.format {
        Format::Json => Ok(app.json(tasks_json(&tasks, &view))),
        _ => app.page(
            &view,
            "appraisal/tasks.html",
            &TasksPage::new(&app, &view, &tasks),
        ),
    }
}

/// What the form of a task sends.
#[derive(Debug, Deserialize)]
pub(super) struct Sent {
    plan: String,
    item: String,
    record: String,
    version: String,
    step: String,
    done_on: String,
    progress: String,
}

/// `POST /appraisal/tasks`: what somebody confirms of a task.
pub(super) async fn confirm(
    app: App,
    view: View,
    Form(sent): Form<Sent>,
) -> Result<Response, Problem> {
    let bad = |kind: &'static str, value: &str| {
        let error = AppError::BadValue {
            kind,
            value: value.to_owned(),
            why: Why::unknown(),
        };
        app.refused(&view, &error)
    };
    let record = match (sent.record.as_str(), sent.version.as_str()) {
        ("", _) => None,
        (record, version) => Some((
            record.parse().map_err(|_| bad("record", record))?,
            version.parse().map_err(|_| bad("record", version))?,
        )),
    };
    let done_on = match sent.done_on.trim() {
        "" => None,
        day => Some(day.parse().map_err(|_| bad("day", day))?),
    };
    let confirmed = Confirmed {
        plan: sent.plan,
        item: sent.item,
        record,
        step: sent.step,
        done_on,
        progress: sent.progress,
    };
    let done = app::plans::tasks::confirm(&app.product, &confirmed).await;
    done.map_err(|error| app.refused(&view, &error))?;
    Ok(Redirect::to(&view.link("/appraisal/tasks")).into_response())
}

#[derive(Debug, Serialize)]
pub(super) struct TasksPage {
    frame: Frame,
    tabs: Tabs,
    period: String,
    day: String,
    remind: u32,
    counts: Vec<(Light, usize)>,
    supervised: Vec<Task>,
    months: Vec<(String, Vec<Task>)>,
    total: usize,
    /// All reminders in one text.
    message: String,
    register: Option<String>,
    enters: bool,
    action: String,
    json: String,
    sequence: i64,
}

#[derive(Clone, Debug, Serialize)]
struct Task {
    number: usize,
    plan: String,
    plan_title: String,
    item: String,
    record: String,
    version: String,
    href: Option<String>,
    title: String,
    owner: String,
    due: String,
    state: String,
    light: Light,
    left: Option<String>,
    done_on: Option<String>,
    progress: Option<String>,
    reminder: String,
    /// Steps that are taken here: id, title.
    steps: Vec<(String, String)>,
    /// What has to hold for them: step and condition.
    conditions: Vec<(String, String)>,
    /// Steps that ask for more than a day and words; they are taken on the record's page.
    elsewhere: Vec<String>,
    open: bool,
}

/// Standings in the order of the counts.
const STANDINGS: [Standing; 5] = [
    Standing::Late,
    Standing::Soon,
    Standing::Ahead,
    Standing::Done,
    Standing::Dropped,
];

fn light(standing: Standing, say: &Say<'_>) -> Light {
    Light {
        class: match standing {
            Standing::Late => "error",
            Standing::Soon => "behind",
            Standing::Ahead => "on_pace",
            Standing::Done => "done",
            Standing::Dropped => "",
        },
        words: say.word("standing", standing.word()),
    }
}

impl TasksPage {
    pub(super) fn new(app: &App, view: &View, tasks: &Tasks) -> Self {
        let say = app.say(view);
        let shown: Vec<Task> = tasks
            .rows
            .iter()
            .enumerate()
            .map(|(number, it)| Task::new(it, number, tasks, (app, view), &say))
            .collect();
        let near = |it: &&TaskView| matches!(it.standing, Standing::Late | Standing::Soon);
        let near = tasks.rows.iter().filter(near).count();
        let mut by_day: Vec<(&TaskView, &Task)> = tasks.rows.iter().zip(&shown).collect();
        by_day.sort_by_key(|(it, _)| (it.due.is_none(), it.due));
        let mut months: Vec<(String, Vec<Task>)> = Vec::new();
        for (task, shown) in by_day {
            let month = task.due.map_or_else(
                || say.text("tasks.no_day"),
                |due| {
                    let month = usize::from(due.month().unsigned_abs());
                    say.fill(
                        "tasks.month",
                        &[
                            ("year", due.year().to_string()),
                            ("month", say.month(month)),
                        ],
                    )
                },
            );
            match months.last_mut().filter(|(it, _)| *it == month) {
                Some((_, rows)) => rows.push(shown.clone()),
                None => months.push((month, vec![shown.clone()])),
            }
        }
        let supervised: Vec<Task> = shown[..near].to_vec();
        let reminders: Vec<&str> = supervised.iter().map(|it| it.reminder.as_str()).collect();
        Self {
            frame: Frame::new(app, view, Place::Appraisal, &say.text("tasks.title")),
            tabs: Tabs::new(app, view, Tab::Tasks, None),
            period: say.period(view.period),
            day: tasks.day.to_string(),
            remind: tasks.remind,
            counts: STANDINGS
                .iter()
                .map(|it| (light(*it, &say), tasks.standing(*it).count()))
                .collect(),
            message: reminders.join("\n"),
            supervised,
            months,
            total: shown.len(),
            register: tasks
                .register
                .as_ref()
                .map(|it| view.link(&format!("/registers/{it}"))),
            enters: tasks.enters,
            action: view.link("/appraisal/tasks"),
            json: view.change(&[("format", Some("json"))]),
            sequence: tasks.sequence,
        }
    }
}

impl Task {
    fn new(
        task: &TaskView,
        number: usize,
        tasks: &Tasks,
        (app, view): (&App, &View),
        say: &Say<'_>,
    ) -> Self {
        let title = task.title.get(view.language).to_owned();
        let owner = task.owner.get(view.language).to_owned();
        let plan_title = task.plan_title.get(view.language).to_owned();
        let due = task
            .due
            .map_or_else(|| UNKNOWN.to_owned(), |it| it.to_string());
        let left = task
            .left
            .filter(|_| {
                matches!(
                    task.standing,
                    Standing::Late | Standing::Soon | Standing::Ahead
                )
            })
            .map(|left| match left {
                0 if task.standing == Standing::Late => say.text("tasks.late_rest"),
                0 => say.text("tasks.today"),
                days if days < 0 => say.fill("tasks.late_by", &[("days", (-days).to_string())]),
                days => say.fill("tasks.left", &[("days", days.to_string())]),
            });
        let state = task.state.as_ref().map_or_else(
            || UNKNOWN.to_owned(),
            |(_, it)| it.get(view.language).to_owned(),
        );
        let key = match task.standing {
            Standing::Late => "tasks.remind_late",
            _ => "tasks.remind_soon",
        };
        let reminder = say.fill(
            key,
            &[
                ("plan", plan_title.clone()),
                ("title", title.clone()),
                ("owner", owner.clone()),
                ("due", due.clone()),
                ("left", left.clone().unwrap_or_default()),
                ("state", state.clone()),
            ],
        );
        let register = app.product.pack.playing("task");
        let simple = |it: &&StepView| register.is_some_and(|all| task.is_simple(all, it));
        let (here, more): (Vec<&StepView>, Vec<&StepView>) = task.steps.iter().partition(simple);
        let titled = |it: &StepView| it.title.get(view.language).to_owned();
        let conditions = here.iter().filter_map(|it| {
            let words = guard::words(register?, it.unmet.as_ref()?, view.language);
            Some((titled(it), words))
        });
        let waits = !matches!(task.standing, Standing::Done | Standing::Dropped);
        Self {
            conditions: conditions.collect(),
            elsewhere: more.into_iter().map(titled).collect(),
            open: !here.is_empty() || tasks.enters && waits,
            steps: here
                .into_iter()
                .map(|it| (it.id.clone(), titled(it)))
                .collect(),
            number,
            plan: task.plan.clone(),
            plan_title,
            item: task.item.clone().unwrap_or_default(),
            record: task.record.map_or_else(String::new, |it| it.0.to_string()),
            version: task.record.map_or_else(String::new, |it| it.1.to_string()),
            href: task
                .record
                .zip(tasks.register.as_ref())
                .map(|((id, _), register)| view.link(&format!("/registers/{register}/{id}"))),
            title,
            owner,
            due,
            light: light(task.standing, say),
            state,
            left,
            done_on: task.done_on.map(|it| it.to_string()),
            progress: task.progress.clone(),
            reminder,
        }
    }
}

fn tasks_json(tasks: &Tasks, view: &View) -> Value {
    json!({
        "day": tasks.day.to_string(),
        "sequence": tasks.sequence,
        "tasks": tasks.rows.iter().map(|it| json!({
            "plan": it.plan,
            "item": it.item,
            "record": it.record.map(|it| it.0),
            "title": it.title.get(view.language),
            "owner": it.owner.get(view.language),
            "due": it.due.map(|it| it.to_string()),
            "state": it.state.as_ref().map(|it| it.0.as_str()),
            "standing": it.standing.word(),
            "working_days_left": it.left,
            "done_on": it.done_on.map(|it| it.to_string()),
            "progress": it.progress,
            "steps": it.steps.iter().map(|it| it.id.as_str()).collect::<Vec<_>>(),
        })).collect::<Vec<_>>(),
    })
}
