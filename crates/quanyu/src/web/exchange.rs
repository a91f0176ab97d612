//! 两网交换: packages for the administrator of the system, conflicts for the officers.
//!
//! Owns the handlers and page structs. Leaves every act to `app::exchange`.

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
    state::App,
    steps, upload,
    view::{Format, View},
};
use crate::app::{
    AppError,
    exchange::{self, ConflictView, Side, Status},
};

#[derive(Debug, Serialize)]
struct AdminPage {
    frame: Frame,
    side: Option<String>,
    key: Option<(String, String)>,
    trusted: Vec<(String, String, i64)>,
    ready: bool,
    packages: Vec<PackageRow>,
    acknowledged: i64,
    conflicts: usize,
    conflicts_href: Option<String>,
    flows: Vec<FlowRow>,
    refused: Option<(String, String)>,
    done: Option<String>,
    most: usize,
}

#[derive(Debug, Serialize)]
struct PackageRow {
    out: bool,
    number: i64,
    hash: String,
    records: i64,
    conflicts: i64,
    at: String,
    actor: String,
    href: Option<String>,
    taken: bool,
}

#[derive(Debug, Serialize)]
struct FlowRow {
    title: String,
    register: String,
    to: String,
    person: String,
    files: String,
    state: bool,
}

/// `GET /admin/exchange`: which side this is, whose key is trusted, what went out and came in.
pub(super) async fn show(app: App, view: View) -> Result<Response, Problem> {
    let status = exchange::status(&app.product).await;
    let status = status.map_err(|error| app.refused(&view, &error))?;
    if view.format != Format::Html {
        return Ok(app.json(json!({
            "side": status.side.map(Side::word), "conflicts": status.conflicts,
            "acknowledged": status.acknowledged,
            "packages": status.packages.iter().map(|it| json!({
                "direction": it.direction, "number": it.number, "sha256": it.hash, "records": it.records,
            })).collect::<Vec<_>>(),
        })));
    }
    let page = AdminPage::new(&app, &view, &status, None, None);
    app.page(&view, "exchange/admin.html", &page)
}

impl AdminPage {
    fn new(
        app: &App,
        view: &View,
        status: &Status,
        refused: Option<(String, String)>,
        done: Option<String>,
    ) -> Self {
        let say = app.say(view);
        let side = |it: Side| say.word("side", it.word());
        let join = |it: &[quanyu_core::text::Text]| {
            let words: Vec<&str> = it.iter().map(|it| it.get(view.language)).collect();
            words.join("、")
        };
        let conflicts = view.link("/exchange");
        Self {
            side: status.side.map(side),
            key: status.key.clone(),
            trusted: status
                .trusted
                .iter()
                .map(|(key, from)| (key.clone(), exchange::fingerprint(key), *from))
                .collect(),
            ready: status.side.is_some() && !status.trusted.is_empty(),
            packages: status
                .packages
                .iter()
                .map(|it| {
                    let out = it.direction == "out";
                    PackageRow {
                        out,
                        number: it.number,
                        hash: it.hash.clone(),
                        records: it.records,
                        conflicts: it.conflicts,
                        at: crate::app::say::shanghai(&it.at),
                        actor: steps::acted(app, view, &it.actor, None),
                        href: out.then(|| format!("/admin/exchange/packages/{}", it.number)),
                        taken: out && it.number <= status.acknowledged,
                    }
                })
                .collect(),
            acknowledged: status.acknowledged,
            conflicts: status.conflicts,
            conflicts_href: super::needs::open(app, "/exchange").then_some(conflicts),
            flows: status
                .flows
                .iter()
                .map(|it| FlowRow {
                    title: it.title.get(view.language).to_owned(),
                    register: it.register.get(view.language).to_owned(),
                    to: side(it.to),
                    person: join(&it.person),
                    files: join(&it.files),
                    state: it.state,
                })
                .collect(),
            refused,
            done,
            most: upload::MOST,
            frame: Frame::new(
                app,
                view,
                Place::Elsewhere,
                &app.text(view, "exchange.title"),
            ),
        }
    }
}

/// `POST /admin/exchange`: says which side this is, trusts a key, makes a package, takes one in.
pub(super) async fn act(app: App, view: View, request: Request) -> Result<Response, Problem> {
    let mut form = upload::form(&app, &view, request).await?;
    let what = form.take("what").unwrap_or_default();
    let product = &app.product;
    let done: Result<Option<String>, AppError> = match what.as_str() {
        "begin" => {
            let wish = form.take("side").unwrap_or_default();
            match Side::parse(&wish) {
                Some(side) => exchange::begin(product, side).await.map(|_| None),
                None => Err(AppError::BadValue {
                    kind: "side",
                    value: wish,
                    why: crate::app::Why::written("inner, outer"),
                }),
            }
        }
        "trust" => {
            let key = form.take("key").unwrap_or_default();
            exchange::trust(product, &key).await.map(|()| None)
        }
        "export" => {
            let new_key = form.take("new_key").is_some();
            let made = exchange::export(product, new_key).await;
            made.map(|it| {
                let facts = [
                    ("number", it.number.to_string()),
                    ("records", it.records.to_string()),
                ];
                Some(app.say(&view).fill("exchange.exported", &facts))
            })
        }
        "import" => match form.files.pop() {
            Some((_, _, bytes)) => exchange::import(product, &bytes).await.map(|it| {
                let facts = [
                    ("number", it.number.to_string()),
                    ("made", it.made.to_string()),
                    ("changed", it.changed.to_string()),
                    ("conflicts", it.conflicts.to_string()),
                ];
                let key = if it.before {
                    "exchange.before"
                } else {
                    "exchange.imported"
                };
                Some(app.say(&view).fill(key, &facts))
            }),
            None => return Err(Problem::of(&app, view.language, "web_no_file")),
        },
        _ => Err(AppError::BadValue {
            kind: "what",
            value: what,
            why: crate::app::Why::written("begin, trust, export, import"),
        }),
    };
    let told = match done {
        Ok(None) => return Ok(Redirect::to(&view.link("/admin/exchange")).into_response()),
        Ok(Some(told)) => Ok(told),
        Err(AppError::Exchange(refusal)) => Err(AppError::Exchange(refusal)),
        Err(error) => return Err(app.refused(&view, &error)),
    };
    let status = exchange::status(product).await;
    let status = status.map_err(|error| app.refused(&view, &error))?;
    let (refused, done) = match told {
        Ok(told) => (None, Some(told)),
        Err(error) => {
            let facts = error.facts(view.language);
            let said = app.messages.say(error.code(), view.language, &facts);
            (Some((said.message, said.hint)), None)
        }
    };
    let wrong = refused.is_some();
    let page = AdminPage::new(&app, &view, &status, refused, done);
    let mut response = app.page(&view, "exchange/admin.html", &page)?;
    if wrong {
        *response.status_mut() = axum::http::StatusCode::UNPROCESSABLE_ENTITY;
    }
    Ok(response)
}

/// `GET /admin/exchange/packages/{number}`: the file of a package that went out.
pub(super) async fn package(
    app: App,
    Path(number): Path<String>,
    view: View,
) -> Result<Response, Problem> {
    let found = exchange::again(&app.product, number.parse().unwrap_or(0)).await;
    let found = found.map_err(|error| app.refused(&view, &error))?;
    Ok(download(
        &found.name,
        "application/octet-stream",
        found.bytes,
    ))
}

#[derive(Debug, Serialize)]
struct ConflictsPage {
    frame: Frame,
    rows: Vec<ConflictRow>,
}

#[derive(Debug, Serialize)]
struct ConflictRow {
    record: (String, String),
    register: String,
    field: String,
    was: String,
    ours: String,
    theirs: String,
    package: i64,
    settle: Option<String>,
}

/// `GET /exchange`: what both sides changed.
pub(super) async fn conflicts(app: App, view: View) -> Result<Response, Problem> {
    let found = exchange::conflicts(&app.product).await;
    let found = found.map_err(|error| app.refused(&view, &error))?;
    if view.format != Format::Html {
        return Ok(app.json(json!({
            "conflicts": found.iter().map(|it| json!({
                "id": it.id, "register": it.register.0, "record": it.record.0, "package": it.package,
                "was": it.was, "ours": it.ours, "theirs": it.theirs,
            })).collect::<Vec<_>>(),
        })));
    }
    let row = |it: &ConflictView| ConflictRow {
        record: (
            it.record.1.clone(),
            view.link(&format!("/registers/{}/{}", it.register.0, it.record.0)),
        ),
        register: it.register.1.get(view.language).to_owned(),
        field: it.field.get(view.language).to_owned(),
        was: it.was.clone(),
        ours: it.ours.clone(),
        theirs: it.theirs.clone(),
        package: it.package,
        settle: it
            .settles
            .then(|| view.link(&format!("/exchange/{}", it.id))),
    };
    let page = ConflictsPage {
        rows: found.iter().map(row).collect(),
        frame: Frame::new(
            &app,
            &view,
            Place::Elsewhere,
            &app.text(&view, "exchange.conflicts"),
        ),
    };
    app.page(&view, "exchange/conflicts.html", &page)
}

/// `POST /exchange/{conflict}`: settles a conflict.
pub(super) async fn settle(
    app: App,
    Path(id): Path<String>,
    view: View,
    request: Request,
) -> Result<Response, Problem> {
    let refused = |error: AppError| app.refused(&view, &error);
    let mut form = upload::form(&app, &view, request).await?;
    let theirs = match form.take("take").as_deref() {
        Some("ours") => false,
        Some("theirs") => true,
        other => {
            return Err(refused(AppError::BadValue {
                kind: "take",
                value: other.unwrap_or_default().to_owned(),
                why: crate::app::Why::written("ours, theirs"),
            }));
        }
    };
    let id = id.parse().unwrap_or(0);
    exchange::settle(&app.product, id, theirs)
        .await
        .map_err(refused)?;
    Ok(Redirect::to(&view.link("/exchange")).into_response())
}
