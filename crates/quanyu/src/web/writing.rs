//! 文稿材料: papers by state, a paper with its text, its frozen figures and its steps.
//!
//! Owns the list, the handlers and the forms. The page of a paper is in [`show`], what moved of sent ones in [`changed`]. Leaves
//! every act to `app::writing` and `app::steps`.

pub(super) mod changed;
mod show;

use std::collections::BTreeMap;

use axum::{
    extract::{Path, Request},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};
use serde::Serialize;
use serde_json::{Value, json};

use self::show::{ShowPage, paper_json};
use super::{
    csv,
    frame::{Frame, Place},
    problem::Problem,
    say::UNKNOWN,
    state::App,
    steps, upload,
    view::{Format, View, encode},
};
use crate::app::{
    self, AppError, releases,
    writing::{NewPaper, Paper},
};

/// `GET /writing`: papers by state.
pub(super) async fn list(app: App, view: View) -> Result<Response, Problem> {
    let within = view.wish("within").map(|_| view.period);
    let all = app::writing::list(&app.product, None, within).await;
    let all = all.map_err(|error| app.refused(&view, &error))?;
    let state = view.wish("state");
    let shown: Vec<&Paper> = all
        .iter()
        .filter(|it| state.is_none_or(|state| it.state.0 == state))
        .collect();
    match view.format {
        Format::Html => app.page(
            &view,
            "writing/list.html",
            &ListPage::new(&app, &view, &all, &shown),
        ),
        Format::Json => Ok(app.json(json!({
            "documents": shown.iter().map(|it| listed_json(it)).collect::<Vec<_>>(),
        }))),
        Format::Csv => {
            let say = app.say(&view);
            let heads = [
                "writing.head_title",
                "writing.state",
                "frame.period",
                "writing.number",
                "writing.date",
                "writing.to",
            ];
            let rows = shown.iter().map(|it| {
                vec![
                    it.title.clone(),
                    it.state.1.get(view.language).to_owned(),
                    it.period.map(|it| it.to_string()).unwrap_or_default(),
                    it.number.clone().unwrap_or_default(),
                    it.date.map(|it| it.to_string()).unwrap_or_default(),
                    it.to.clone().unwrap_or_default(),
                ]
            });
            Ok(app.csv("documents", csv::table(&heads.map(|it| say.text(it)), rows)))
        }
    }
}

/// `POST /writing`: a new paper.
pub(super) async fn create(app: App, view: View, request: Request) -> Result<Response, Problem> {
    let mut form = upload::form(&app, &view, request).await?;
    let mut slots = BTreeMap::new();
    for slot in ["title", "kind", "period"] {
        if let Some(text) = form.take(slot) {
            slots.insert(slot.to_owned(), text);
        }
    }
    let kind = slots.get("kind").cloned().unwrap_or_default();
    let period = slots.get("period").cloned().unwrap_or_default();
    // A document of the pack has one paper a period; any other goes by its title.
    let code = match period.parse() {
        Ok(period) if !kind.is_empty() => releases::document_key(&kind, period),
        _ => slots.get("title").cloned().unwrap_or_default(),
    };
    let paper = NewPaper {
        code,
        slots,
        draft: form.files.pop().map(|it| (it.1, it.2)),
        ..NewPaper::default()
    };
    let made = app::writing::keep(&app.product, &paper).await;
    let record = made.map_err(|error| app.refused(&view, &error))?;
    Ok(Redirect::to(&view.link(&format!("/writing/{record}"))).into_response())
}

/// `GET /writing/{record}`: a paper.
pub(super) async fn show(
    app: App,
    Path(record): Path<String>,
    view: View,
) -> Result<Response, Problem> {
    let refused = |error: AppError| app.refused(&view, &error);
    let record = number(&record).map_err(refused)?;
    let paper = app::writing::get(&app.product, record)
        .await
        .map_err(refused)?;
    let frozen = app::releases::of_document(&app.product, &paper.code).await;
    let frozen = frozen.map_err(refused)?;
    // A page lists the records of what moved; a program gets them all.
    let since = match view.format {
        Format::Html => app::releases::moved_document(&app.product, &paper.code).await,
        _ => app::releases::since_document(&app.product, &paper.code).await,
    };
    let mut since = since.map_err(refused)?;
    let text = app::writing::text(&app.product, &paper, &frozen).await;
    let text = text.map_err(refused)?;
    // Figures of an earlier draft stand in no text any more.
    if let Some(carried) = text.as_ref().and_then(|it| it.carried.as_ref()) {
        since.retain(|it| carried.contains(&it.release.id));
    }
    if view.format != Format::Html {
        let open = app::steps::offered(&app.product, &paper.register, record).await;
        let taken = app::steps::taken(&app.product, &paper.register, record).await;
        let (open, taken) = (open.map_err(refused)?, taken.map_err(refused)?);
        return Ok(app.json(paper_json(&paper, &since, &open, &taken, &view)));
    }
    let panel = steps::panel(&app, &view, &paper.register, record, paper.version).await;
    let action = view.link(&format!("/writing/{record}/step"));
    let panel = panel.map_err(refused)?.map(|it| it.taken_at(action));
    let page = ShowPage::new(&app, &view, &paper, &since, text.as_ref(), panel);
    app.page(&view, "writing/show.html", &page)
}

/// `POST /writing/{record}/step`: takes a step.
pub(super) async fn step(
    app: App,
    Path(record): Path<String>,
    view: View,
    request: Request,
) -> Result<Response, Problem> {
    let refused = |error: AppError| app.refused(&view, &error);
    let id = number(&record).map_err(refused)?;
    let paper = app::writing::get(&app.product, id).await.map_err(refused)?;
    let form = upload::form(&app, &view, request).await?;
    let taking = steps::taking(&paper.register, id, form).map_err(refused)?;
    let done = app::steps::take(&app.product, &taking)
        .await
        .map_err(refused)?;
    if view.format == Format::Json {
        let done = json!({ "version": done.version, "state": done.state, "number": done.number });
        return Ok(app.json(done));
    }
    Ok(Redirect::to(&view.link(&format!("/writing/{id}"))).into_response())
}

/// `GET /writing/{record}/files/{hash}`: a file that the paper or one of its steps names.
pub(super) async fn file(
    app: App,
    Path((record, hash)): Path<(String, String)>,
    view: View,
) -> Result<Response, Problem> {
    let refused = |error: AppError| app.refused(&view, &error);
    let record = number(&record).map_err(refused)?;
    let found = app::writing::file(&app.product, record, &hash).await;
    let (name, bytes) = found.map_err(refused)?;
    let mut encoded = String::new();
    encode(&name, &mut encoded);
    let disposition = HeaderValue::from_str(&format!("attachment; filename*=UTF-8''{encoded}"))
        .expect("a percent-encoded name is a header value");
    let headers = [
        (
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/octet-stream"),
        ),
        (header::CONTENT_DISPOSITION, disposition),
    ];
    Ok((StatusCode::OK, headers, bytes).into_response())
}

fn number(text: &str) -> Result<i64, AppError> {
    text.parse()
        .map_err(|_| AppError::not_found("document", text, []))
}

#[derive(Debug, Serialize)]
struct ListPage {
    frame: Frame,
    states: Vec<Chip>,
    within: Chip,
    papers: Vec<Row>,
    total: usize,
    /// Where a new paper goes, for who may enter one.
    action: Option<String>,
    /// Where a document is composed, where the pack has one that can be.
    compose: Option<String>,
    changed: String,
    kinds: Vec<(String, String)>,
    period: String,
    csv: String,
    json: String,
}

#[derive(Debug, Serialize)]
struct Chip {
    title: String,
    count: usize,
    href: String,
    chosen: bool,
}

#[derive(Debug, Serialize)]
struct Row {
    href: String,
    title: String,
    kind: String,
    period: String,
    state: String,
    class: &'static str,
    number: String,
    date: String,
    to: String,
    releases: u64,
}

/// How a state is marked.
fn class(paper: &Paper) -> &'static str {
    match (paper.sent, paper.ended) {
        (true, _) => "done",
        (false, true) => "waiting",
        (false, false) => "on_pace",
    }
}

impl ListPage {
    fn new(app: &App, view: &View, all: &[Paper], shown: &[&Paper]) -> Self {
        let say = app.say(view);
        let chosen = view.wish("state");
        let mut states = vec![Chip {
            title: say.text("writing.all"),
            count: all.len(),
            href: view.change(&[("state", None)]),
            chosen: chosen.is_none(),
        }];
        for (id, title) in app::writing::states(&app.product) {
            states.push(Chip {
                title: title.get(view.language).to_owned(),
                count: all.iter().filter(|it| it.state.0 == id).count(),
                href: view.change(&[("state", Some(&id))]),
                chosen: chosen == Some(id.as_str()),
            });
        }
        let within = view.wish("within").is_some();
        let or_dash = |it: Option<String>| it.unwrap_or_else(|| UNKNOWN.to_owned());
        let row = |it: &&Paper| Row {
            href: view.link(&format!("/writing/{}", it.record)),
            title: it.title.clone(),
            kind: or_dash(
                it.kind
                    .as_ref()
                    .map(|it| it.1.get(view.language).to_owned()),
            ),
            period: or_dash(it.period.map(|it| say.period(it))),
            state: it.state.1.get(view.language).to_owned(),
            class: class(it),
            number: or_dash(it.number.clone()),
            date: or_dash(it.date.map(|it| it.to_string())),
            to: or_dash(it.to.clone()),
            releases: it.releases,
        };
        let kinds = app.product.pack.documents.values();
        Self {
            frame: Frame::new(app, view, Place::Writing, &app.text(view, "writing.title")),
            states,
            within: Chip {
                title: say.fill("writing.within", &[("period", say.period(view.period))]),
                count: 0,
                href: view.change(&[("within", (!within).then_some("1"))]),
                chosen: within,
            },
            papers: shown.iter().map(row).collect(),
            total: all.len(),
            action: app::writing::enters(&app.product).then(|| view.link("/writing")),
            compose: (!app::compose::composable(&app.product.pack).is_empty())
                .then(|| view.link("/writing/compose")),
            changed: view.link("/writing/changed"),
            kinds: kinds
                .map(|it| (it.id.clone(), it.title.get(view.language).to_owned()))
                .collect(),
            period: view.period.to_string(),
            csv: view.change(&[("format", Some("csv"))]),
            json: view.change(&[("format", Some("json"))]),
        }
    }
}

fn listed_json(it: &Paper) -> Value {
    json!({
        "record": it.record, "code": it.code, "title": it.title,
        "kind": it.kind.as_ref().map(|it| &it.0),
        "period": it.period.map(|it| it.to_string()),
        "state": it.state.0, "sent": it.sent, "number": it.number,
        "date": it.date.map(|it| it.to_string()), "to": it.to, "releases": it.releases,
    })
}
