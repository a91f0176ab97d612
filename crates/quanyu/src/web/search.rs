//! Search over organizations, indicators and registers.

use axum::response::Response;
use serde::Serialize;
use serde_json::json;

use super::{
    frame::{Frame, Place},
    problem::Problem,
    state::App,
    view::{Format, View},
};
use crate::app::{self, search::Hit};

/// Hits a page shows.
const MOST: u32 = 50;

/// `GET /search?q=…`.
pub(super) async fn show(app: App, view: View) -> Result<Response, Problem> {
    let words = view.wish("q").map(str::trim).unwrap_or_default().to_owned();
    let hits = if words.is_empty() {
        Vec::new()
    } else {
        let hits = app::search::search(&app.product, &words, MOST).await;
        hits.map_err(|error| app.refused(&view, &error))?
    };
    match view.format {
        Format::Html => app.page(
            &view,
            "search/results.html",
            &SearchPage::new(&app, &view, &words, &hits),
        ),
        _ => Ok(app.json(json!({
            "hits": hits.iter().map(|it| json!({
                "kind": it.kind, "register": it.register, "id": it.id,
                "title": it.title.get(view.language), "note": it.note, "href": href(it, &view),
            })).collect::<Vec<_>>(),
        }))),
    }
}

#[derive(Debug, Serialize)]
pub(super) struct SearchPage {
    frame: Frame,
    words: String,
    groups: Vec<(String, Vec<Found>)>,
    count: usize,
    full: bool,
}

#[derive(Debug, Serialize)]
struct Found {
    title: String,
    note: String,
    href: String,
}

impl SearchPage {
    pub(super) fn new(app: &App, view: &View, words: &str, hits: &[Hit]) -> Self {
        let group = |kind: &str| {
            let found = hits.iter().filter(|it| it.kind == kind).map(|it| Found {
                title: it.title.get(view.language).to_owned(),
                note: it.note.clone(),
                href: href(it, view),
            });
            (app.say(view).word("hit", kind), found.collect::<Vec<_>>())
        };
        let groups = ["indicator", "register", "record"].map(group);
        Self {
            frame: Frame::new(app, view, Place::Elsewhere, &app.text(view, "search.title")),
            words: words.to_owned(),
            groups: groups.into_iter().filter(|it| !it.1.is_empty()).collect(),
            count: hits.len(),
            full: hits.len() >= MOST as usize,
        }
    }
}

fn href(hit: &Hit, view: &View) -> String {
    match hit.kind {
        "indicator" => view.link(&format!("/indicators/{}", hit.id)),
        "register" => view.link(&format!("/registers/{}", hit.id)),
        _ => view.link(&format!("/registers/{}/{}", hit.register, hit.id)),
    }
}
