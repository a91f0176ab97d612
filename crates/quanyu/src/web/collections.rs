//! 报数: requests for figures and rows, for those who ask and those who answer.
//!
//! Owns the handlers. Making a request is in [`new`], the page of one in [`show`], the table to fill in in [`fill`]. Leaves every act to
//! `app::collections`.

mod fill;
mod new;
mod show;

use axum::{
    extract::{Path, Request},
    response::{IntoResponse, Redirect, Response},
};
use serde::Serialize;
use serde_json::json;

use self::show::{MergedPage, ShowPage, show_json};
pub(super) use self::{
    fill::{answer, show as part, workbook},
    new::{ask, create},
};
use super::{
    csv,
    frame::{Frame, Place},
    problem::Problem,
    state::App,
    upload,
    view::{Format, View},
};
use crate::app::{
    AppError,
    collections::{self, AllView, Listed, answer as answers, confirm as confirming, files},
};

/// `GET /collections`: requests, those that wait first to be seen.
pub(super) async fn all(app: App, view: View) -> Result<Response, Problem> {
    let found = collections::all(&app.product).await;
    let found = found.map_err(|error| app.refused(&view, &error))?;
    match view.format {
        Format::Html => app.page(
            &view,
            "collections/all.html",
            &AllPage::new(&app, &view, &found),
        ),
        _ => Ok(app.json(json!({
            "collections": found.all.iter().map(|it| json!({
                "id": it.collection.id, "title": it.collection.title, "due": it.collection.due,
                "period": it.collection.period, "overdue": it.overdue,
                "parties": it.parties.iter().map(|it| json!({
                    "place": it.place, "title": it.title, "state": it.state,
                })).collect::<Vec<_>>(),
            })).collect::<Vec<_>>(),
            "asked": found.asked.map(|it| json!({
                "cells": it.cells, "held": it.held, "twice": it.twice,
            })),
        }))),
    }
}

/// `GET /collections/{collection}`: who has reported what.
pub(super) async fn show(
    app: App,
    Path(id): Path<String>,
    view: View,
) -> Result<Response, Problem> {
    let refused = |error: AppError| app.refused(&view, &error);
    let id = number(&id).map_err(refused)?;
    let found = collections::show(&app.product, id).await.map_err(refused)?;
    match view.format {
        Format::Html => app.page(
            &view,
            "collections/show.html",
            &ShowPage::new(&app, &view, &found),
        ),
        Format::Json => Ok(app.json(show_json(&found))),
        Format::Csv => {
            let page = ShowPage::new(&app, &view, &found);
            let (heads, rows) = page.table(&app.say(&view));
            Ok(app.csv("collection", csv::table(&heads, rows)))
        }
    }
}

/// `POST /collections/{collection}/files`: workbooks that came back, merged by themselves.
pub(super) async fn merge(
    app: App,
    Path(id): Path<String>,
    view: View,
    request: Request,
) -> Result<Response, Problem> {
    let refused = |error: AppError| app.refused(&view, &error);
    let id = number(&id).map_err(refused)?;
    let sent = upload::files(&app, &view, request).await?;
    let merged = files::merge(&app.product, Some(id), sent)
        .await
        .map_err(refused)?;
    let page = MergedPage::new(&app, &view, &format!("/collections/{id}"), &merged);
    app.page(&view, "collections/merged.html", &page)
}

/// `POST /collections/files`: workbooks that came back, of whatever request.
pub(super) async fn merge_any(app: App, view: View, request: Request) -> Result<Response, Problem> {
    let refused = |error: AppError| app.refused(&view, &error);
    let sent = upload::files(&app, &view, request).await?;
    let merged = files::merge(&app.product, None, sent)
        .await
        .map_err(refused)?;
    let page = MergedPage::new(&app, &view, "/collections", &merged);
    app.page(&view, "collections/merged.html", &page)
}

/// `POST /collections/{collection}/confirm`: the parties that the form names; all that have reported where it names none.
pub(super) async fn confirm(
    app: App,
    Path(id): Path<String>,
    view: View,
    request: Request,
) -> Result<Response, Problem> {
    let refused = |error: AppError| app.refused(&view, &error);
    let id = number(&id).map_err(refused)?;
    let form = upload::form(&app, &view, request).await?;
    let named = form.fields.iter().filter(|it| it.0 == "party");
    let mut places: Vec<i64> = named.filter_map(|it| it.1.parse().ok()).collect();
    if places.is_empty() {
        let found = collections::show(&app.product, id).await.map_err(refused)?;
        let reported = found.parties.iter().filter(|it| it.state == "reported");
        places = reported.map(|it| it.place).collect();
    }
    for place in places {
        confirming::confirm(&app.product, id, place)
            .await
            .map_err(refused)?;
    }
    Ok(back(&view, id))
}

/// `POST /collections/{collection}/return`: sends a part back with the reason.
pub(super) async fn send_back(
    app: App,
    Path(id): Path<String>,
    view: View,
    request: Request,
) -> Result<Response, Problem> {
    let refused = |error: AppError| app.refused(&view, &error);
    let id = number(&id).map_err(refused)?;
    let mut form = upload::form(&app, &view, request).await?;
    let place = form
        .take("party")
        .and_then(|it| it.parse().ok())
        .unwrap_or(-1);
    let remark = form.take("remark").unwrap_or_default();
    answers::send_back(&app.product, id, place, &remark)
        .await
        .map_err(refused)?;
    Ok(back(&view, id))
}

/// `POST /collections/{collection}/close`: nothing more is taken.
pub(super) async fn close(
    app: App,
    Path(id): Path<String>,
    view: View,
) -> Result<Response, Problem> {
    let refused = |error: AppError| app.refused(&view, &error);
    let id = number(&id).map_err(refused)?;
    answers::close(&app.product, id).await.map_err(refused)?;
    Ok(back(&view, id))
}

fn back(view: &View, id: i64) -> Response {
    Redirect::to(&view.link(&format!("/collections/{id}"))).into_response()
}

fn number(text: &str) -> Result<i64, AppError> {
    text.parse()
        .map_err(|_| AppError::not_found("collection", text, []))
}

/// How a party's state is marked.
pub(super) fn class(state: &str) -> &'static str {
    match state {
        "confirmed" => "done",
        "reported" => "on_pace",
        "returned" => "behind",
        _ => "waiting",
    }
}

#[derive(Debug, Serialize)]
struct AllPage {
    frame: Frame,
    manages: bool,
    new: String,
    files: String,
    most: usize,
    asked: Option<[i64; 3]>,
    rows: Vec<Row>,
    mine: Vec<Mine>,
}

/// A request, for those who ask.
#[derive(Debug, Serialize)]
struct Row {
    title: String,
    href: String,
    period: String,
    due: String,
    overdue: bool,
    closed: bool,
    parties: usize,
    reported: usize,
    returned: usize,
    confirmed: usize,
}

/// A part, for those who answer.
#[derive(Debug, Serialize)]
struct Mine {
    title: String,
    party: String,
    href: String,
    period: String,
    due: String,
    overdue: bool,
    state: String,
    class: &'static str,
    remark: Option<String>,
}

impl AllPage {
    fn new(app: &App, view: &View, found: &AllView) -> Self {
        let say = app.say(view);
        let period = |it: &Listed| {
            it.collection
                .period
                .parse()
                .map_or_else(|_| it.collection.period.clone(), |it| say.period(it))
        };
        let row = |it: &Listed| {
            let count = |states: &[&str]| {
                it.parties
                    .iter()
                    .filter(|it| states.contains(&it.state.as_str()))
                    .count()
            };
            Row {
                title: it.collection.title.clone(),
                href: view.link(&format!("/collections/{}", it.collection.id)),
                period: period(it),
                due: it.collection.due.clone(),
                overdue: it.overdue,
                closed: it.collection.closed_at.is_some(),
                parties: it.parties.len(),
                reported: count(&["reported", "confirmed"]),
                returned: count(&["returned"]),
                confirmed: count(&["confirmed"]),
            }
        };
        let mine = |it: &Listed| {
            let (title, due, period, overdue) = (
                it.collection.title.clone(),
                it.collection.due.clone(),
                period(it),
                it.overdue,
            );
            let id = it.collection.id;
            let parts: Vec<Mine> = it
                .parties
                .iter()
                .map(|it| Mine {
                    title: title.clone(),
                    party: it.title.clone(),
                    href: view.link(&format!("/collections/{id}/{}", it.place)),
                    period: period.clone(),
                    due: due.clone(),
                    overdue,
                    state: say.word("party_state", &it.state),
                    class: class(&it.state),
                    remark: it.remark.clone(),
                })
                .collect();
            parts
        };
        Self {
            frame: Frame::new(
                app,
                view,
                Place::Collections,
                &app.text(view, "collections.title"),
            ),
            manages: found.manages,
            new: view.link("/collections/new"),
            files: view.link("/collections/files"),
            most: upload::MOST,
            asked: found.asked.map(|it| [it.cells, it.held, it.twice]),
            rows: if found.manages {
                found.all.iter().map(row).collect()
            } else {
                Vec::new()
            },
            mine: if found.manages {
                Vec::new()
            } else {
                found.all.iter().flat_map(mine).collect()
            },
        }
    }
}
