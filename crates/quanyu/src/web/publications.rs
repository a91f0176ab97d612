//! 公示公开: what officers publish, which windows run, which objections wait, what is open as data.
//!
//! Owns the handlers and page structs. Leaves every act to `app::publications` and `app::open_data`, steps to `web::steps`.

use axum::{
    extract::{Path, Request},
    response::{IntoResponse, Redirect, Response},
};
use serde::Serialize;
use serde_json::json;

use super::{
    entries::download,
    frame::{Frame, Place},
    problem::Problem,
    public::Shown,
    state::App,
    steps::{self, StepsShown},
    upload,
    view::{Format, View},
};
use crate::app::{
    AppError, open_data,
    publications::{self, AllView, Asked, Listed, ObjectionView, ShowView, Standing},
};

#[derive(Debug, Serialize)]
struct AllPage {
    frame: Frame,
    tallies: Vec<(String, usize, &'static str)>,
    running: Vec<Row>,
    drafts: Vec<Row>,
    ended: Vec<Row>,
    objections: Vec<Objection>,
    new: Option<String>,
    data: String,
    public: String,
}

#[derive(Debug, Serialize)]
struct Row {
    title: String,
    kind: String,
    href: String,
    window: Option<(String, String)>,
    light: (&'static str, String),
    open: i64,
    items: usize,
    version: i64,
    link: Option<String>,
    posted_on: Option<String>,
}

#[derive(Debug, Serialize)]
struct Objection {
    about: String,
    content: String,
    href: String,
    publication: (String, String),
    received_on: String,
    due: Option<String>,
    late: bool,
    state: String,
    closed: bool,
}

/// `GET /publications`: windows that run, that end today, objections that wait.
pub(super) async fn all(app: App, view: View) -> Result<Response, Problem> {
    let found = publications::all(&app.product).await;
    let found = found.map_err(|error| app.refused(&view, &error))?;
    if view.format != Format::Html {
        let row = |it: &Listed| {
            json!({
                "id": it.id, "title": it.title, "standing": it.standing.word(), "window": it.window,
                "left": it.left, "open_objections": it.open, "items": it.items, "version": it.version,
                "link": it.link,
            })
        };
        return Ok(app.json(json!({
            "running": found.running.iter().map(row).collect::<Vec<_>>(),
            "drafts": found.drafts.iter().map(row).collect::<Vec<_>>(),
            "ended": found.ended.iter().map(row).collect::<Vec<_>>(),
            "objections": found.objections.iter().map(|it| json!({
                "id": it.id, "publication": it.publication.0, "received_on": it.received_on,
                "due": it.due, "state": it.state.0,
            })).collect::<Vec<_>>(),
        })));
    }
    app.page(
        &view,
        "publications/all.html",
        &AllPage::new(&app, &view, &found),
    )
}

impl AllPage {
    fn new(app: &App, view: &View, found: &AllView) -> Self {
        let rows = |it: &[Listed]| it.iter().map(|it| row(app, view, it)).collect();
        let count = |test: fn(&&Listed) -> bool| found.running.iter().filter(test).count();
        let said = |key: &str| app.text(view, key);
        let late = found.objections.iter().filter(|it| it.late).count();
        Self {
            tallies: vec![
                (said("publications.running"), found.running.len(), "on_pace"),
                (
                    said("publications.ends_today"),
                    count(|it| it.ends_today),
                    "behind",
                ),
                (said("publications.over"), count(|it| it.over), "behind"),
                (
                    said("publications.objections"),
                    found.objections.len(),
                    "waiting",
                ),
                (said("publications.late"), late, "error"),
            ],
            running: rows(&found.running),
            drafts: rows(&found.drafts),
            ended: rows(&found.ended),
            objections: found
                .objections
                .iter()
                .map(|it| objection(view, it))
                .collect(),
            new: found.makes.then(|| view.link("/publications/new")),
            data: view.link("/publications/data"),
            public: super::public::ROOM.to_owned(),
            frame: Frame::new(app, view, Place::Publications, &said("publications.title")),
        }
    }
}

fn row(app: &App, view: &View, it: &Listed) -> Row {
    let say = app.say(view);
    let light = match it.standing {
        Standing::Draft => ("waiting", app.text(view, "publications.draft")),
        Standing::Settled => ("done", app.text(view, "publications.settled")),
        Standing::Withdrawn => ("waiting", app.text(view, "publications.withdrawn")),
        Standing::Running if it.ends_today => ("behind", app.text(view, "publications.ends_today")),
        Standing::Running if it.over => ("behind", app.text(view, "publications.over")),
        Standing::Running => match it.left {
            Some(left) => {
                let left = [("days", left.to_string())];
                ("on_pace", say.fill("publications.left", &left))
            }
            None => ("on_pace", app.text(view, "publications.shown")),
        },
    };
    Row {
        title: it.title.clone(),
        kind: it.kind.get(view.language).to_owned(),
        href: view.link(&format!("/publications/{}", it.id)),
        window: it.window.clone(),
        light,
        open: it.open,
        items: it.items,
        version: it.version,
        link: it.link.clone(),
        posted_on: it.posted_on.clone(),
    }
}

fn objection(view: &View, it: &ObjectionView) -> Objection {
    Objection {
        about: it.about.clone(),
        content: it.content.clone(),
        href: view.link(&format!("/registers/{}/{}", it.register, it.id)),
        publication: (
            it.publication.1.clone(),
            view.link(&format!("/publications/{}", it.publication.0)),
        ),
        received_on: it.received_on.clone(),
        due: it.due.clone(),
        late: it.late,
        state: it.state.1.get(view.language).to_owned(),
        closed: it.closed,
    }
}

#[derive(Debug, Serialize)]
struct NewPage {
    frame: Frame,
    back: String,
    action: String,
    kinds: Vec<Kind>,
    asked: Option<AskedShown>,
}

#[derive(Debug, Serialize)]
struct Kind {
    title: String,
    register: String,
    window: Option<(u32, String)>,
    count: i64,
    href: String,
    chosen: bool,
}

#[derive(Debug, Serialize)]
struct AskedShown {
    id: String,
    heads: Vec<String>,
    rows: Vec<(i64, String, Vec<String>)>,
    more: bool,
    register: String,
}

/// `GET /publications/new?kind=…`: which records shall be shown.
pub(super) async fn new(app: App, view: View) -> Result<Response, Problem> {
    let refused = |error: AppError| app.refused(&view, &error);
    let kinds = publications::kinds(&app.product).await.map_err(refused)?;
    let wish = view.wish("kind").map(str::to_owned);
    let asked = match &wish {
        Some(id) => {
            let asked = publications::candidates(&app.product, id).await;
            Some(asked.map_err(refused)?)
        }
        None => None,
    };
    let shown = |it: Asked| AskedShown {
        register: it.kind.register.get(view.language).to_owned(),
        id: it.kind.id,
        heads: it
            .heads
            .iter()
            .map(|it| it.get(view.language).to_owned())
            .collect(),
        rows: it
            .records
            .into_iter()
            .map(|it| (it.id, it.label, it.cells))
            .collect(),
        more: it.more,
    };
    let page = NewPage {
        back: view.link("/publications"),
        action: view.link("/publications"),
        kinds: kinds
            .into_iter()
            .map(|it| Kind {
                title: it.title.get(view.language).to_owned(),
                register: it.register.get(view.language).to_owned(),
                window: it.window,
                count: it.count,
                chosen: wish.as_deref() == Some(it.id.as_str()),
                href: view.link_with("/publications/new", &[("kind", &it.id)]),
            })
            .collect(),
        asked: asked.map(shown),
        frame: Frame::new(
            &app,
            &view,
            Place::Publications,
            &app.text(&view, "publications.new"),
        ),
    };
    app.page(&view, "publications/new.html", &page)
}

/// `POST /publications`: makes a draft.
pub(super) async fn create(app: App, view: View, request: Request) -> Result<Response, Problem> {
    let refused = |error: AppError| app.refused(&view, &error);
    let mut form = upload::form(&app, &view, request).await?;
    let kind = form.take("kind").unwrap_or_default();
    let chosen = form.fields.iter().filter(|it| it.0 == "record");
    let chosen: Vec<i64> = chosen.filter_map(|it| it.1.parse().ok()).collect();
    let id = publications::create(&app.product, &kind, &chosen)
        .await
        .map_err(refused)?;
    if view.format == Format::Json {
        return Ok(app.json(json!({ "id": id })));
    }
    Ok(back(&view, id))
}

fn back(view: &View, id: i64) -> Response {
    Redirect::to(&view.link(&format!("/publications/{id}"))).into_response()
}

#[derive(Debug, Serialize)]
struct ShowPage {
    frame: Frame,
    list: String,
    row: Row,
    record: String,
    edit: Option<String>,
    docx: String,
    html: String,
    public: Option<String>,
    source: Option<String>,
    register: (String, String),
    then: Option<String>,
    draft: bool,
    items: Vec<ItemRow>,
    act: String,
    changes: bool,
    text: Option<Shown>,
    refused: Option<(String, String)>,
    versions: Vec<VersionRow>,
    objections: Vec<Objection>,
    steps: Option<StepsShown>,
    json: String,
}

#[derive(Debug, Serialize)]
struct ItemRow {
    id: i64,
    label: String,
    href: Option<String>,
    state: Option<String>,
    withheld: Option<String>,
}

#[derive(Debug, Serialize)]
struct VersionRow {
    number: i64,
    at: String,
    actor: String,
    hash: String,
    reason: Option<String>,
    window: Option<(String, String)>,
    docx: String,
    html: String,
}

/// `GET /publications/{publication}`: what is shown, of which records, objected to by whom.
pub(super) async fn show(
    app: App,
    Path(id): Path<String>,
    view: View,
) -> Result<Response, Problem> {
    let refused = |error: AppError| app.refused(&view, &error);
    let id = number(&id).map_err(refused)?;
    let found = publications::show(&app.product, id)
        .await
        .map_err(refused)?;
    if view.format != Format::Html {
        return Ok(app.json(json!({
            "id": id, "title": found.listed.title, "standing": found.listed.standing.word(),
            "window": found.listed.window, "open_objections": found.listed.open,
            "items": found.items.iter().map(|it| json!({
                "record": it.id, "label": it.label, "withheld": it.withheld,
            })).collect::<Vec<_>>(),
            "versions": found.versions.iter().map(|it| json!({
                "number": it.number, "hash": it.shown.hash, "at": it.at, "reason": it.shown.reason,
            })).collect::<Vec<_>>(),
        })));
    }
    let steps = steps::panel(&app, &view, &found.keeper, id, found.record_version).await;
    let steps = steps.map_err(refused)?;
    let page = ShowPage::new(&app, &view, id, found, steps);
    app.page(&view, "publications/show.html", &page)
}

impl ShowPage {
    fn new(app: &App, view: &View, id: i64, found: ShowView, steps: Option<StepsShown>) -> Self {
        let said = |it: &quanyu_core::text::Text| it.get(view.language).to_owned();
        let (text, refused) = match found.text {
            Ok(text) => (Some(text.into()), None),
            Err((what, hint)) => (None, Some((said(&what), said(&hint)))),
        };
        let running = found.listed.standing == Standing::Running;
        let register = found.register.0.clone();
        let file = |kind: &str, number: Option<i64>| match number {
            Some(number) => format!("/publications/{id}/{kind}?version={number}"),
            None => format!("/publications/{id}/{kind}"),
        };
        Self {
            list: view.link("/publications"),
            row: row(app, view, &found.listed),
            record: view.link(&format!("/registers/{}/{id}", found.keeper)),
            edit: found
                .changes
                .then(|| view.link(&format!("/registers/{}/{id}/edit", found.keeper))),
            docx: file("docx", None),
            html: file("html", None),
            public: running.then(|| format!("/public/notices/{id}")),
            source: found.source,
            register: (
                said(&found.register.1),
                view.link(&format!("/registers/{register}")),
            ),
            then: found.then.as_ref().map(said),
            draft: found.listed.standing == Standing::Draft,
            items: found
                .items
                .into_iter()
                .map(|it| ItemRow {
                    href: it
                        .label
                        .as_ref()
                        .map(|_| view.link(&format!("/registers/{register}/{}", it.id))),
                    label: it.label.unwrap_or_else(|| format!("#{}", it.id)),
                    state: it.state.as_ref().map(said),
                    id: it.id,
                    withheld: it.withheld,
                })
                .collect(),
            act: view.link(&format!("/publications/{id}/items")),
            changes: found.changes,
            text,
            refused,
            versions: found
                .versions
                .into_iter()
                .map(|it| VersionRow {
                    number: it.number,
                    at: crate::app::say::shanghai(&it.at),
                    actor: steps::acted(app, view, &it.actor, None),
                    docx: file("docx", Some(it.number)),
                    html: file("html", Some(it.number)),
                    hash: it.shown.hash,
                    reason: it.shown.reason,
                    window: it.shown.window,
                })
                .collect(),
            objections: found
                .objections
                .iter()
                .map(|it| objection(view, it))
                .collect(),
            steps,
            json: view.change(&[("format", Some("json"))]),
            frame: Frame::new(app, view, Place::Publications, &found.listed.title),
        }
    }
}

fn number(text: &str) -> Result<i64, AppError> {
    text.parse()
        .map_err(|_| AppError::not_found("publication", text, []))
}

/// `POST /publications/{publication}/items`: adds, leaves out, withholds a record, or lets it go on again.
pub(super) async fn change(
    app: App,
    Path(id): Path<String>,
    view: View,
    request: Request,
) -> Result<Response, Problem> {
    let refused = |error: AppError| app.refused(&view, &error);
    let id = number(&id).map_err(refused)?;
    let mut form = upload::form(&app, &view, request).await?;
    let record = form.take("record").and_then(|it| it.parse().ok());
    let record = record.unwrap_or(-1);
    let why = form.take("why");
    let what = form.take("what").unwrap_or_default();
    let product = &app.product;
    let done = match (what.as_str(), why.as_deref()) {
        ("add", _) => publications::add(product, id, record).await,
        ("leave_out", _) => publications::leave_out(product, id, record).await,
        ("withhold", Some(why)) => publications::withhold(product, id, record, Some(why)).await,
        ("release", _) => publications::withhold(product, id, record, None).await,
        _ => Err(AppError::BadValue {
            kind: "what",
            value: what,
            why: crate::app::Why::written("add, leave_out, withhold, release"),
        }),
    };
    done.map_err(refused)?;
    Ok(back(&view, id))
}

/// `GET /publications/{publication}/docx?version=…`: for the portal.
pub(super) async fn docx(
    app: App,
    Path(id): Path<String>,
    view: View,
) -> Result<Response, Problem> {
    let refused = |error: AppError| app.refused(&view, &error);
    let id = number(&id).map_err(refused)?;
    let wish = version(&view).map_err(refused)?;
    let made = publications::docx(&app.product, id, wish).await;
    let (name, bytes) = made.map_err(refused)?;
    const KIND: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
    Ok(download(&name, KIND, bytes))
}

/// `GET /publications/{publication}/html?version=…`: the same as a page to be uploaded.
pub(super) async fn html(
    app: App,
    Path(id): Path<String>,
    view: View,
) -> Result<Response, Problem> {
    let refused = |error: AppError| app.refused(&view, &error);
    let id = number(&id).map_err(refused)?;
    let wish = version(&view).map_err(refused)?;
    let made = publications::html(&app.product, id, wish).await;
    let (name, text) = made.map_err(refused)?;
    Ok(download(
        &name,
        "text/html; charset=utf-8",
        text.into_bytes(),
    ))
}

fn version(view: &View) -> Result<Option<i64>, AppError> {
    let wish = view.wish("version").map(|it| {
        it.parse()
            .map_err(|_| AppError::not_found("publication", it, []))
    });
    wish.transpose()
}

#[derive(Debug, Serialize)]
struct DataPage {
    frame: Frame,
    list: String,
    public: &'static str,
    rows: Vec<DataRow>,
}

#[derive(Debug, Serialize)]
struct DataRow {
    title: String,
    of: String,
    every: String,
    below: Option<u32>,
    last: Option<(i64, String, usize, usize)>,
    release: Option<String>,
    href: Option<String>,
}

/// `GET /publications/data`: what is declared open, and what was released.
pub(super) async fn data(app: App, view: View) -> Result<Response, Problem> {
    let found = open_data::all(&app.product).await;
    let found = found.map_err(|error| app.refused(&view, &error))?;
    let say = app.say(&view);
    let rows = found.into_iter().map(|it| DataRow {
        title: it.title.get(view.language).to_owned(),
        of: it.of,
        every: say.word("every", &it.every),
        below: it.below,
        href: it.last.as_ref().map(|_| format!("/public/data/{}", it.id)),
        release: it
            .releases
            .then(|| view.link(&format!("/publications/data/{}", it.id))),
        last: it.last,
    });
    let page = DataPage {
        list: view.link("/publications"),
        public: "/public/data",
        rows: rows.collect(),
        frame: Frame::new(
            &app,
            &view,
            Place::Publications,
            &app.text(&view, "publications.data"),
        ),
    };
    app.page(&view, "publications/data.html", &page)
}

/// `POST /publications/data/{dataset}`: releases it as it is now.
pub(super) async fn release(
    app: App,
    Path(id): Path<String>,
    view: View,
) -> Result<Response, Problem> {
    let done = open_data::release(&app.product, &id).await;
    let number = done.map_err(|error| app.refused(&view, &error))?;
    if view.format == Format::Json {
        return Ok(app.json(json!({ "number": number })));
    }
    Ok(Redirect::to(&view.link("/publications/data")).into_response())
}
