//! 导入 in the browser: the template, sending a workbook, what it would do, taking it, taking it back.
//!
//! Owns the handlers and their pages. Leaves what waits to `app::imports::intake`, the import to `app::imports`.

use axum::{
    extract::{Path, Request},
    response::{IntoResponse, Redirect, Response},
};
use serde::Serialize;
use serde_json::json;

use super::{
    entries::download,
    figure::group,
    frame::{Frame, Place},
    problem::Problem,
    registers::list::room_of,
    state::App,
    upload,
    view::{Format, View},
};
use crate::app::{
    self, AppError,
    imports::{
        BatchView, Report,
        grid::Grid,
        intake::{Stage, Standing, Terms},
    },
    media::XLSX,
};

/// `GET /registers/{register}/import`: where a workbook is sent, and what was imported before.
pub(super) async fn ask(
    app: App,
    Path(register): Path<String>,
    view: View,
) -> Result<Response, Problem> {
    let batches = app::imports::batches(&app.product, &register).await;
    let batches = batches.map_err(|error| app.refused(&view, &error))?;
    if view.format != Format::Html {
        let batches = batches.iter().map(|it| {
            json!({ "batch": it.id, "title": it.title, "state": it.state, "actor": it.actor,
                    "at": it.at, "rows": it.rows, "changed": it.updates })
        });
        return Ok(app.json(json!({ "batches": batches.collect::<Vec<_>>() })));
    }
    let page = AskPage::new(&app, &view, &register, &batches);
    app.page(&view, "imports/ask.html", &page)
}

/// `GET /registers/{register}/template`: the workbook to fill in.
pub(super) async fn template(
    app: App,
    Path(register): Path<String>,
    view: View,
) -> Result<Response, Problem> {
    let made = app::imports::template_bytes(&app.product, &register).await;
    let (name, bytes) = made.map_err(|error| app.refused(&view, &error))?;
    Ok(download(&name, XLSX, bytes))
}

/// `POST /registers/{register}/import`: takes a workbook in and checks it.
pub(super) async fn send(
    app: App,
    Path(register): Path<String>,
    view: View,
    request: Request,
) -> Result<Response, Problem> {
    let form = upload::form(&app, &view, request).await?;
    let html = view.format == Format::Html;
    let (_, name, bytes) = form
        .files
        .into_iter()
        .next()
        .ok_or_else(|| Problem::of(&app, view.language, "web_no_file").json_if(!html))?;
    let taken = app
        .intake
        .take(&app.product, &register, &name, bytes, Terms::default())
        .await;
    let token = taken.map_err(|error| app.refused(&view, &error))?;
    let to = format!("/registers/{register}/import/{token}");
    Ok(Redirect::to(&view.link(&to)).into_response())
}

/// `GET /registers/{register}/import/{token}`: what a workbook would do, or did.
pub(super) async fn show(
    app: App,
    Path((register, token)): Path<(String, String)>,
    view: View,
) -> Result<Response, Problem> {
    let standing = app
        .intake
        .look(&app.product, &register, &token, view.language)
        .await;
    let standing = standing.map_err(|error| app.refused(&view, &error))?;
    match view.format {
        Format::Html => app.page(
            &view,
            "imports/show.html",
            &ShowPage::new(&app, &view, &register, &token, &standing),
        ),
        _ => Ok(app.json(standing_json(&standing))),
    }
}

/// `POST /registers/{register}/import/{token}`: takes it, or throws it away.
pub(super) async fn apply(
    app: App,
    Path((register, token)): Path<(String, String)>,
    view: View,
    request: Request,
) -> Result<Response, Problem> {
    let refused = |error: AppError| app.refused(&view, &error);
    let mut form = upload::form(&app, &view, request).await?;
    if form.take("do").as_deref() == Some("drop") {
        app.intake
            .throw(&app.product, &register, &token)
            .map_err(refused)?;
        let to = format!("/registers/{register}/import");
        return Ok(Redirect::to(&view.link(&to)).into_response());
    }
    let from = match form.take("from") {
        Some(text) => app::registers::day(Some(&text)).map_err(refused)?,
        None => None,
    };
    let terms = Terms {
        partial: form.take("partial").is_some(),
        unit_is_right: form.take("unit").is_some(),
        from,
    };
    app.intake
        .apply(&app.product, &register, &token, terms)
        .map_err(refused)?;
    let to = format!("/registers/{register}/import/{token}");
    Ok(Redirect::to(&view.link(&to)).into_response())
}

/// `GET /registers/{register}/import/{token}/faults`: the workbook with the reason in each bad cell.
pub(super) async fn faults(
    app: App,
    Path((register, token)): Path<(String, String)>,
    view: View,
) -> Result<Response, Problem> {
    let made = app.intake.faults(&app.product, &register, &token).await;
    let (name, bytes) = made.map_err(|error| app.refused(&view, &error))?;
    Ok(download(&name, XLSX, bytes))
}

/// `POST /registers/{register}/imports/{batch}/undo`: takes an import back.
pub(super) async fn undo(
    app: App,
    Path((register, batch)): Path<(String, i64)>,
    view: View,
) -> Result<Response, Problem> {
    let done = app::imports::undo(&app.product, batch).await;
    done.map_err(|error| app.refused(&view, &error))?;
    let to = format!("/registers/{register}/import");
    Ok(Redirect::to(&view.link_with(&to, &[("done", "undone")])).into_response())
}

#[derive(Debug, Serialize)]
struct AskPage {
    frame: Frame,
    title: String,
    room: (String, String),
    register: (String, String),
    action: String,
    template: String,
    most: usize,
    done: Option<String>,
    batches: Vec<BatchShown>,
}

#[derive(Debug, Serialize)]
struct BatchShown {
    id: i64,
    title: String,
    state: String,
    class: &'static str,
    actor: String,
    at: String,
    created: String,
    changed: String,
    records: String,
    undo: Option<String>,
}

impl AskPage {
    fn new(app: &App, view: &View, register: &str, batches: &[BatchView]) -> Self {
        let say = app.say(view);
        let head = head(app, view, register);
        let count = |it: i64| group(u64::try_from(it).unwrap_or(0));
        let batches = batches.iter().map(|it| BatchShown {
            id: it.id,
            title: it.title.clone(),
            state: say.word("batch", &it.state),
            class: match it.state.as_str() {
                "applied" => "done",
                "open" => "on_pace",
                _ => "waiting",
            },
            actor: say.actor(&it.actor),
            at: it.at.clone(),
            created: count(it.rows - it.updates),
            changed: count(it.updates),
            records: view.link_with(
                &format!("/registers/{register}"),
                &[("f.@batch.is", &it.id.to_string())],
            ),
            undo: (it.state == "applied")
                .then(|| view.link(&format!("/registers/{register}/imports/{}/undo", it.id))),
        });
        Self {
            action: view.link(&format!("/registers/{register}/import")),
            template: view.link(&format!("/registers/{register}/template")),
            most: upload::MOST,
            done: view.wish("done").map(|it| say.word("done", it)),
            batches: batches.collect(),
            frame: head.0,
            title: head.1,
            room: head.2,
            register: head.3,
        }
    }
}

type Head = (Frame, String, (String, String), (String, String));

/// Frame, title, room and register of a page about an import.
fn head(app: &App, view: &View, register: &str) -> Head {
    let shown = app::registers::about(&app.product, register);
    let name = shown.title.get(view.language).to_owned();
    let title = app
        .say(view)
        .fill("imports.title", &[("register", name.clone())]);
    let room = (
        shown.module.1.get(view.language).to_owned(),
        view.link_with("/registers", &[("module", &shown.module.0)]),
    );
    let frame = Frame::new(app, view, Place::Registers(room_of(&shown)), &title);
    let register = (name, view.link(&format!("/registers/{register}")));
    (frame, title, room, register)
}

#[derive(Debug, Serialize)]
struct ShowPage {
    frame: Frame,
    title: String,
    room: (String, String),
    register: (String, String),
    name: String,
    action: String,
    back: String,
    here: String,
    faults_file: String,
    stage: &'static str,
    written: String,
    failed: Option<(String, String)>,
    counts: Option<Counts>,
    questions: Vec<String>,
    ignored: Vec<String>,
    taken: Vec<(String, String)>,
    heads: Vec<String>,
    rows: Vec<RowShown>,
    others: Vec<(String, String)>,
    more_faults: String,
    samples: Vec<SampleShown>,
    undo: Option<String>,
    records: Option<String>,
    /// Whether right rows can be taken beside wrong ones.
    partly: bool,
    whole: bool,
}

#[derive(Debug, Serialize)]
struct Counts {
    rows: String,
    created: String,
    changed: String,
    unchanged: String,
    faults: String,
    faulty: bool,
}

#[derive(Debug, Serialize)]
struct RowShown {
    number: u32,
    cells: Vec<(String, Option<String>)>,
}

#[derive(Debug, Serialize)]
struct SampleShown {
    row: u32,
    href: Option<String>,
    fields: Vec<(String, String, String)>,
}

impl ShowPage {
    fn new(app: &App, view: &View, register: &str, token: &str, standing: &Standing) -> Self {
        let head = head(app, view, register);
        let here = format!("/registers/{register}/import/{token}");
        let (stage, written, failed) = match &standing.stage {
            Stage::Checked => ("checked", 0, None),
            Stage::Running(rows) => ("running", *rows, None),
            Stage::Done => ("done", 0, None),
            Stage::Failed(message, hint) => ("failed", 0, Some((message.clone(), hint.clone()))),
        };
        let empty = Report::default();
        let report = standing.report.as_deref().unwrap_or(&empty);
        let grid: &Grid = &standing.grid;
        let base = format!("/registers/{register}");
        let samples = report.samples.iter().map(|it| SampleShown {
            row: it.row,
            href: it.record.map(|id| view.link(&format!("{base}/{id}"))),
            fields: it
                .fields
                .iter()
                .map(|(title, before, after)| {
                    (
                        title.get(view.language).to_owned(),
                        before.clone(),
                        after.clone(),
                    )
                })
                .collect(),
        });
        let shown: usize = grid
            .rows
            .iter()
            .flat_map(|it| &it.cells)
            .filter(|it| it.1.is_some())
            .count()
            + grid.others.len();
        let left = report.fault_count.saturating_sub(shown as u64);
        let applied = report.applied.map(|(batch, _)| batch);
        Self {
            frame: head.0,
            title: head.1,
            room: head.2,
            register: head.3,
            name: standing.name.clone(),
            action: view.link(&here),
            back: view.link(&format!("{base}/import")),
            here: view.link(&here),
            faults_file: view.link(&format!("{here}/faults")),
            stage,
            written: group(written),
            failed,
            counts: standing.report.as_ref().map(|it| Counts {
                rows: group(it.rows),
                created: group(it.created),
                changed: group(it.changed),
                unchanged: group(it.unchanged),
                faults: group(it.fault_count),
                faulty: it.fault_count > 0,
            }),
            questions: report.questions.clone(),
            ignored: report.ignored.clone(),
            taken: report.taken.clone(),
            heads: grid.heads.clone(),
            rows: grid
                .rows
                .iter()
                .map(|it| RowShown {
                    number: it.number,
                    cells: it.cells.clone(),
                })
                .collect(),
            others: grid
                .others
                .iter()
                .map(|it| {
                    let sheet = it.sheet.as_ref().map(|it| format!("{it}!"));
                    let place = format!("{}{}{}", sheet.unwrap_or_default(), it.letters, it.row);
                    (place, it.why.clone())
                })
                .collect(),
            more_faults: if left > 0 { group(left) } else { String::new() },
            samples: samples.collect(),
            undo: applied.map(|it| view.link(&format!("{base}/imports/{it}/undo"))),
            records: applied.map(|it| view.link_with(&base, &[("f.@batch.is", &it.to_string())])),
            partly: report.fault_count > 0 && report.created + report.changed > 0,
            whole: report.fault_count == 0 && report.created + report.changed > 0,
        }
    }
}

fn standing_json(standing: &Standing) -> serde_json::Value {
    let stage = match &standing.stage {
        Stage::Checked => "checked",
        Stage::Running(_) => "running",
        Stage::Done => "done",
        Stage::Failed(..) => "failed",
    };
    let report = standing.report.as_deref();
    json!({
        "name": standing.name,
        "stage": stage,
        "why": match &standing.stage { Stage::Failed(message, _) => Some(message), _ => None },
        "rows": report.map(|it| it.rows),
        "created": report.map(|it| it.created),
        "changed": report.map(|it| it.changed),
        "unchanged": report.map(|it| it.unchanged),
        "faults": report.map(|it| it.faults.iter().take(200).map(|it| json!({
            "sheet": it.sheet, "row": it.row, "column": it.letters, "head": it.head, "text": it.text, "why": it.why,
        })).collect::<Vec<_>>()),
        "questions": report.map(|it| &it.questions),
        "batch": report.and_then(|it| it.applied).map(|it| it.0),
    })
}
