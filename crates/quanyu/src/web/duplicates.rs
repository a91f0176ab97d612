//! 重复记录: records that may be one, two of them side by side, making them one and taking that back.
//!
//! Owns the handlers and their pages. Leaves finding and merging to `app::duplicates`.

use axum::{
    extract::{Path, Request},
    response::{IntoResponse, Redirect, Response},
};
use serde::Serialize;

use super::{
    figure::group,
    frame::{Frame, Place},
    problem::Problem,
    registers::list::room_of,
    state::App,
    upload,
    view::View,
};
use crate::app::{
    self, AppError,
    duplicates::{Group, Pair},
};

/// `GET /registers/{register}/duplicates`: records that may be one; with `kept` and `gone`, the two side by side.
pub(super) async fn show(
    app: App,
    Path(register): Path<String>,
    view: View,
) -> Result<Response, Problem> {
    let refused = |error: AppError| app.refused(&view, &error);
    let id = |key: &str| view.wish(key).and_then(|it| it.parse::<i64>().ok());
    if let (Some(kept), Some(gone)) = (id("kept"), id("gone")) {
        let pair = app::duplicates::pair(&app.product, &register, kept, gone, view.language).await;
        let page = PairPage::new(&app, &view, &register, &pair.map_err(refused)?);
        return app.page(&view, "duplicates/pair.html", &page);
    }
    let groups = app::duplicates::find(&app.product, &register).await;
    let page = GroupsPage::new(&app, &view, &register, &groups.map_err(refused)?);
    app.page(&view, "duplicates/list.html", &page)
}

/// `POST /registers/{register}/duplicates`: makes one record of two.
pub(super) async fn merge(
    app: App,
    Path(register): Path<String>,
    view: View,
    request: Request,
) -> Result<Response, Problem> {
    let mut form = upload::form(&app, &view, request).await?;
    let taken: Vec<String> = form
        .fields
        .iter()
        .filter(|(key, _)| key == "take")
        .map(|(_, value)| value.clone())
        .collect();
    let mut number =
        |key: &str| -> i64 { form.take(key).and_then(|it| it.parse().ok()).unwrap_or(0) };
    let kept = (number("kept"), number("kept_version"));
    let gone = (number("gone"), number("gone_version"));
    let why = form.take("why").unwrap_or_default();
    let done = app::duplicates::merge(&app.product, &register, kept, gone, &taken, &why).await;
    done.map_err(|error| app.refused(&view, &error))?;
    let to = format!("/registers/{register}/{}", kept.0);
    Ok(Redirect::to(&view.link_with(&to, &[("done", "merged")])).into_response())
}

/// `POST /registers/{register}/merges/{merge}/undo`: takes a merge back.
pub(super) async fn undo(
    app: App,
    Path((register, merge)): Path<(String, i64)>,
    view: View,
) -> Result<Response, Problem> {
    let done = app::duplicates::undo(&app.product, &register, merge).await;
    let kept = done.map_err(|error| app.refused(&view, &error))?;
    let to = format!("/registers/{register}/{kept}");
    Ok(Redirect::to(&view.link_with(&to, &[("done", "unmerged")])).into_response())
}

#[derive(Debug, Serialize)]
struct GroupsPage {
    frame: Frame,
    title: String,
    room: (String, String),
    register: (String, String),
    groups: Vec<GroupShown>,
}

#[derive(Debug, Serialize)]
struct GroupShown {
    by: String,
    said: String,
    /// Name, address, and the address that sets it beside the first.
    records: Vec<(String, String, Option<String>)>,
}

#[derive(Debug, Serialize)]
struct PairPage {
    frame: Frame,
    title: String,
    room: (String, String),
    register: (String, String),
    action: String,
    other_way: String,
    kept: (i64, i64, String, String),
    gone: (i64, i64, String, String),
    moves: String,
    fields: Vec<BesideShown>,
}

#[derive(Debug, Serialize)]
struct BesideShown {
    id: String,
    title: String,
    kept: String,
    gone: String,
    differ: bool,
    fills: bool,
}

type Head = (Frame, String, (String, String), (String, String));

fn head(app: &App, view: &View, register: &str) -> Head {
    let about = app::registers::about(&app.product, register);
    let name = about.title.get(view.language).to_owned();
    let title = app
        .say(view)
        .fill("duplicates.title", &[("register", name.clone())]);
    let room = (
        about.module.1.get(view.language).to_owned(),
        view.link_with("/registers", &[("module", &about.module.0)]),
    );
    let frame = Frame::new(app, view, Place::Registers(room_of(&about)), &title);
    let register = (name, view.link(&format!("/registers/{register}")));
    (frame, title, room, register)
}

impl GroupsPage {
    fn new(app: &App, view: &View, register: &str, groups: &[Group]) -> Self {
        let base = format!("/registers/{register}");
        let groups = groups.iter().map(|it| {
            let first = it
                .records
                .first()
                .map(|it| it.0.to_string())
                .unwrap_or_default();
            let beside = |id: i64| {
                let pair = [("kept", first.as_str()), ("gone", &id.to_string())];
                view.link_with(&format!("{base}/duplicates"), &pair)
            };
            let by: Vec<&str> = it.by.iter().map(|it| it.get(view.language)).collect();
            GroupShown {
                by: by.join(" + "),
                said: it.said.clone(),
                records: it
                    .records
                    .iter()
                    .enumerate()
                    .map(|(place, (id, name))| {
                        (
                            format!("{name} #{id}"),
                            view.link(&format!("{base}/{id}")),
                            (place > 0).then(|| beside(*id)),
                        )
                    })
                    .collect(),
            }
        });
        let head = head(app, view, register);
        Self {
            groups: groups.collect(),
            frame: head.0,
            title: head.1,
            room: head.2,
            register: head.3,
        }
    }
}

impl PairPage {
    fn new(app: &App, view: &View, register: &str, pair: &Pair) -> Self {
        let head = head(app, view, register);
        let base = format!("/registers/{register}");
        let named = |(id, version, name): &(i64, i64, String)| {
            (
                *id,
                *version,
                name.clone(),
                view.link(&format!("{base}/{id}")),
            )
        };
        let (kept, gone) = (pair.kept.0.to_string(), pair.gone.0.to_string());
        Self {
            frame: head.0,
            title: head.1,
            room: head.2,
            register: head.3,
            action: view.link(&format!("{base}/duplicates")),
            other_way: view.change(&[("kept", Some(&gone)), ("gone", Some(&kept))]),
            kept: named(&pair.kept),
            gone: named(&pair.gone),
            moves: group(pair.moves),
            fields: pair
                .fields
                .iter()
                .map(|it| BesideShown {
                    id: it.id.clone(),
                    title: it.title.get(view.language).to_owned(),
                    kept: it.kept.clone(),
                    gone: it.gone.clone(),
                    differ: it.differ,
                    fills: it.fills,
                })
                .collect(),
        }
    }
}
