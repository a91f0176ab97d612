//! 通知: what somebody was told.

use axum::{
    extract::Request,
    response::{IntoResponse, Redirect, Response},
};
use serde::Serialize;
use serde_json::json;

use super::{
    frame::{Frame, Place},
    problem::Problem,
    state::App,
    steps, upload,
    view::{Format, View},
};
use crate::app::{self, AppError, notices::NoticeView};

/// `GET /notices`.
pub(super) async fn show(app: App, view: View) -> Result<Response, Problem> {
    let all = app::notices::list(&app.product).await;
    let all = all.map_err(|error| app.refused(&view, &error))?;
    match view.format {
        Format::Html => app.page(&view, "notices/show.html", &Page::new(&app, &view, &all)),
        _ => Ok(app.json(json!({
            "notices": all.iter().map(|it| json!({
                "id": it.id, "at": it.at, "kind": it.kind, "text": it.text.get(view.language),
                "register": it.about.as_ref().map(|it| &it.0), "record": it.about.as_ref().map(|it| it.1),
                "read": it.read,
            })).collect::<Vec<_>>(),
        }))),
    }
}

/// `POST /notices/read`: one, or all.
pub(super) async fn read(app: App, view: View, request: Request) -> Result<Response, Problem> {
    let refused = |error: AppError| app.refused(&view, &error);
    let mut form = upload::form(&app, &view, request).await?;
    let only = match form.take("notice") {
        Some(text) => Some(steps::number(&text).map_err(refused)?),
        None => None,
    };
    app::notices::read(&app.product, only)
        .await
        .map_err(refused)?;
    Ok(Redirect::to(&view.link("/notices")).into_response())
}

#[derive(Debug, Serialize)]
struct Page {
    frame: Frame,
    rows: Vec<Row>,
    unread: usize,
    action: String,
    desk: String,
    json: String,
}

#[derive(Debug, Serialize)]
struct Row {
    id: i64,
    at: String,
    kind: String,
    text: String,
    href: Option<String>,
    read: bool,
}

impl Page {
    fn new(app: &App, view: &View, all: &[NoticeView]) -> Self {
        let say = app.say(view);
        let rows = all.iter().map(|it| Row {
            id: it.id,
            at: it.at.clone(),
            kind: say.word("notice_kind", &it.kind),
            text: it.text.get(view.language).to_owned(),
            href: it
                .about
                .as_ref()
                .map(|(register, id)| view.link(&format!("/registers/{register}/{id}"))),
            read: it.read,
        });
        Self {
            frame: Frame::new(app, view, Place::Desk, &say.text("notices.title")),
            rows: rows.collect(),
            unread: all.iter().filter(|it| !it.read).count(),
            action: view.link("/notices/read"),
            desk: view.link("/desk"),
            json: view.change(&[("format", Some("json"))]),
        }
    }
}
