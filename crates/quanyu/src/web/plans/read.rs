//! 导入计划: a plan is dropped, what was found stands beside its text, what is ticked becomes records.

use axum::{
    Form,
    extract::Request,
    response::{IntoResponse, Redirect, Response},
};
use serde::Serialize;
use serde_json::{Value, json};

use crate::{
    app::{
        self,
        documents::ReadDocument,
        plans::read::{FoundPlan, FoundTarget, FoundTask, Ticked, TickedTarget, TickedTask},
    },
    web::{
        appraisal::{Tab, Tabs},
        frame::{Frame, Place},
        problem::Problem,
        say::Say,
        state::App,
        upload,
        view::{Format, View},
    },
};

/// `GET /appraisal/plan`: where to drop a plan.
pub(in crate::web) async fn ask(app: App, view: View) -> Result<Response, Problem> {
    app::plans::read::allowed(&app.product).map_err(|error| app.refused(&view, &error))?;
    app.page(&view, "appraisal/plan.html", &AskPage::new(&app, &view))
}

/// `POST /appraisal/plan`: the plan with its targets and tasks.
pub(in crate::web) async fn show(
    app: App,
    view: View,
    request: Request,
) -> Result<Response, Problem> {
    let mut files = upload::files(&app, &view, request).await?;
    let (name, bytes) = files.swap_remove(0);
    app::plans::read::allowed(&app.product).map_err(|error| app.refused(&view, &error))?;
    let product = app.product.clone();
    let work = move || app::plans::read::read(&product, &name, &bytes);
    let read = match tokio::task::spawn_blocking(work).await {
        Ok(read) => read,
        // A reader that panics is met as any handler that does: the page of the panic.
        Err(error) => std::panic::resume_unwind(error.into_panic()),
    };
    let plan = read.map_err(|error| app.refused(&view, &error))?;
    match view.format {
        Format::Html => app.page(
            &view,
            "appraisal/found.html",
            &FoundPage::new(&app, &view, &plan),
        ),
        _ => Ok(app.json(plan_json(&plan))),
    }
}

/// `POST /appraisal/plan/confirm`: what was ticked is written.
pub(in crate::web) async fn confirm(
    app: App,
    view: View,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Result<Response, Problem> {
    let ticked = ticked(&pairs);
    let written = app::plans::read::confirm(&app.product, &ticked).await;
    let written = written.map_err(|error| app.refused(&view, &error))?;
    let (targets, tasks) = (written.targets.to_string(), written.tasks.to_string());
    let period = ticked.period.trim();
    let link = view.link_with(
        "/appraisal/plan",
        &[("period", period), ("targets", &targets), ("tasks", &tasks)],
    );
    Ok(Redirect::to(&link).into_response())
}

/// The rows that were ticked: `t3` and `w3` tick target 3 and task 3, `t3.value` is a value of the row.
fn ticked(pairs: &[(String, String)]) -> Ticked {
    let get = |key: &str| {
        let found = pairs.iter().find(|(it, _)| it == key);
        found.map(|it| it.1.clone()).unwrap_or_default()
    };
    let rows = |sort: char| {
        pairs.iter().filter_map(move |(key, _)| {
            let number = key.strip_prefix(sort)?;
            number.parse::<usize>().is_ok().then(|| key.clone())
        })
    };
    let part = |row: &str, key: &str| get(&format!("{row}.{key}"));
    Ticked {
        plan: get("plan"),
        period: get("year"),
        document: get("document"),
        targets: rows('t')
            .map(|row| TickedTarget {
                indicator: part(&row, "indicator"),
                growth: part(&row, "kind") == "growth",
                comparator: part(&row, "comparator"),
                value: part(&row, "value"),
                period: part(&row, "period"),
                text: part(&row, "text"),
                by: part(&row, "by"),
                level: part(&row, "level"),
                sentence: part(&row, "sentence"),
            })
            .collect(),
        tasks: rows('w')
            .map(|row| TickedTask {
                title: part(&row, "title"),
                owner: part(&row, "owner"),
                due: part(&row, "due"),
                sentence: part(&row, "sentence"),
            })
            .collect(),
    }
}

#[derive(Debug, Serialize)]
pub(in crate::web) struct AskPage {
    frame: Frame,
    tabs: Tabs,
    action: String,
    most: usize,
    /// What was written just now.
    written: Option<(String, String)>,
    tasks: String,
    cockpit: String,
}

impl AskPage {
    pub(in crate::web) fn new(app: &App, view: &View) -> Self {
        let count = |key: &str| view.wish(key).and_then(|it| it.parse::<usize>().ok());
        Self {
            frame: Frame::new(app, view, Place::Appraisal, &app.text(view, "plan.title")),
            tabs: Tabs::new(app, view, Tab::Plan, None),
            action: view.link("/appraisal/plan"),
            most: upload::MOST,
            written: count("targets")
                .zip(count("tasks"))
                .map(|(a, b)| (a.to_string(), b.to_string())),
            tasks: view.link("/appraisal/tasks"),
            cockpit: view.link("/"),
        }
    }
}

#[derive(Debug, Serialize)]
pub(in crate::web) struct FoundPage {
    frame: Frame,
    tabs: Tabs,
    back: String,
    action: String,
    name: String,
    plan: String,
    year: String,
    blocks: Vec<Block>,
    targets: Vec<Target>,
    tasks: Vec<Task>,
    indicators: Vec<String>,
    comparators: Vec<(&'static str, String)>,
    levels: Vec<(&'static str, String)>,
    warnings: Vec<String>,
    ready: usize,
}

#[derive(Debug, Serialize)]
struct Block {
    level: u8,
    pieces: Vec<(String, Option<usize>)>,
}

#[derive(Debug, Serialize)]
struct Target {
    mention: usize,
    text: String,
    sentence: String,
    /// Title of the indicator.
    indicator: String,
    growth: bool,
    comparator: &'static str,
    value: String,
    said: String,
    period: String,
    by: String,
    level: &'static str,
    sure: String,
    /// Why it is not ticked, where that is to be said.
    note: Option<String>,
    ticked: bool,
}

#[derive(Debug, Serialize)]
struct Task {
    title: String,
    path: String,
    sentence: String,
    owner: String,
    due: String,
    /// Where the day is from.
    due_from: String,
}

const COMPARATORS: [&str; 5] = ["ge", "gt", "eq", "le", "lt"];
const LEVELS: [&str; 3] = ["assigned", "own", "split"];

impl FoundPage {
    pub(in crate::web) fn new(app: &App, view: &View, plan: &FoundPlan) -> Self {
        let say = app.say(view);
        let targets: Vec<_> = plan
            .targets
            .iter()
            .map(|it| Target::new(it, plan, &say))
            .collect();
        Self {
            frame: Frame::new(app, view, Place::Appraisal, &plan.document.name),
            tabs: Tabs::new(app, view, Tab::Plan, None),
            back: view.link("/appraisal/plan"),
            action: view.link("/appraisal/plan/confirm"),
            name: plan.document.name.clone(),
            plan: plan.plan.clone(),
            year: plan.period.map_or_else(String::new, |it| it.to_string()),
            blocks: blocks(&plan.document, &plan.targets),
            ready: targets.iter().filter(|it| it.ticked).count(),
            targets,
            tasks: plan.tasks.iter().map(|it| Task::new(it, &say)).collect(),
            indicators: plan
                .indicators
                .iter()
                .map(|(_, title)| title.get(view.language).to_owned())
                .collect(),
            comparators: COMPARATORS
                .map(|it| (it, say.word("comparator_word", it)))
                .into(),
            levels: LEVELS.map(|it| (it, say.word("plan_level", it))).into(),
            warnings: plan
                .document
                .warnings
                .iter()
                .map(|it| say.word("flag", it))
                .collect(),
        }
    }
}

/// The text, with the places that targets were read from.
fn blocks(document: &ReadDocument, targets: &[FoundTarget]) -> Vec<Block> {
    let of = |mention: &Option<usize>| {
        mention.filter(|it| targets.iter().any(|target| target.mention == *it))
    };
    document
        .blocks
        .iter()
        .map(|block| Block {
            level: block.level.min(4),
            pieces: block
                .pieces
                .iter()
                .map(|(text, mention)| (text.clone(), of(mention)))
                .collect(),
        })
        .collect()
}

impl Target {
    fn new(it: &FoundTarget, plan: &FoundPlan, say: &Say<'_>) -> Self {
        let titled = it.indicator.as_ref().and_then(|id| {
            plan.indicators
                .iter()
                .find(|(other, _)| other == id)
                .map(|(_, title)| title.zh.clone())
        });
        Self {
            mention: it.mention,
            text: it.text.clone(),
            sentence: it.sentence.clone(),
            indicator: titled.unwrap_or_default(),
            growth: it.growth,
            comparator: it.comparator.word(),
            value: it.value.clone(),
            said: it.said.clone(),
            period: it.period.map_or_else(String::new, |it| it.to_string()),
            note: match it.again {
                Some((first, equal)) => {
                    let key = if equal {
                        "plan.again"
                    } else {
                        "plan.again_other"
                    };
                    let before = plan.targets.get(first);
                    let before = before.map_or_else(String::new, |it| it.text.clone());
                    Some(say.fill(key, &[("before", before)]))
                }
                None if it.period.is_none() && plan.period.is_some() => {
                    Some(say.text("plan.no_period"))
                }
                None if it.indicator.is_none() => Some(say.text("plan.no_indicator")),
                None => None,
            },
            by: it.by.map_or_else(String::new, |it| it.to_string()),
            level: it.level.unwrap_or(""),
            sure: format!("{}%", (it.sure.clamp(0.0, 1.0) * 100.0).round()),
            ticked: it.ready,
        }
    }
}

impl Task {
    fn new(it: &FoundTask, say: &Say<'_>) -> Self {
        Self {
            title: it.title.clone(),
            path: it.path.join(" › "),
            sentence: it.sentence.clone(),
            owner: it.owner.clone(),
            due: it.due.map_or_else(String::new, |it| it.to_string()),
            due_from: match (&it.due_text, it.due) {
                (Some(text), _) => format!("“{text}”"),
                (None, Some(_)) => say.text("plan.year_end"),
                (None, None) => say.text("plan.no_day"),
            },
        }
    }
}

fn plan_json(plan: &FoundPlan) -> Value {
    json!({
        "doc": plan.document.name,
        "plan": plan.plan,
        "period": plan.period.map(|it| it.to_string()),
        "targets": plan.targets.iter().map(|it| json!({
            "text": it.text,
            "sentence": it.sentence,
            "metric": it.metric,
            "indicator": it.indicator,
            "growth": it.growth,
            "comparator": it.comparator.word(),
            "value": it.value,
            "said": it.said,
            "period": it.period.map(|it| it.to_string()),
            "again": it.again.map(|it| it.0),
            "by": it.by.map(|it| it.to_string()),
            "level": it.level,
            "ready": it.ready,
        })).collect::<Vec<_>>(),
        "tasks": plan.tasks.iter().map(|it| json!({
            "title": it.title,
            "path": it.path,
            "owner": it.owner,
            "due": it.due.map(|it| it.to_string()),
            "stated": it.due_text,
            "sentence": it.sentence,
        })).collect::<Vec<_>>(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_rows_that_were_ticked_are_written_as_they_stand() {
        let pairs = [
            ("plan", "示例计划"),
            ("year", "2024"),
            ("document", "计划.docx"),
            ("t1", "on"),
            ("t0.value", "10家"),
            ("t1.indicator", "甲"),
            ("t1.value", "20%"),
            ("t1.kind", "growth"),
            ("w0", "on"),
            ("w0.title", "修订政策"),
            ("w1.title", "没有勾选"),
        ];
        let pairs: Vec<_> = pairs
            .iter()
            .map(|(a, b)| ((*a).to_owned(), (*b).to_owned()))
            .collect();
        let got = ticked(&pairs);
        assert_eq!(
            (got.plan.as_str(), got.period.as_str()),
            ("示例计划", "2024")
        );
        let targets: Vec<_> = got
            .targets
            .iter()
            .map(|it| (it.indicator.as_str(), it.value.as_str(), it.growth))
            .collect();
        assert_eq!(targets, [("甲", "20%", true)]);
        let tasks: Vec<_> = got.tasks.iter().map(|it| it.title.as_str()).collect();
        assert_eq!(tasks, ["修订政策"]);
    }
}
