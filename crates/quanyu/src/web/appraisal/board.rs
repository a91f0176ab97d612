//! The leaderboard (晾晒) of the parts of the region.

use axum::response::Response;
use rust_decimal::Decimal;
use serde::Serialize;
use serde_json::json;

use super::{NonePage, Tab, Tabs, chosen, item_json, light, points, totals_json};
use crate::{
    app::{self, appraisal::board::Board},
    web::{
        figure::Light,
        frame::{Frame, Place},
        problem::Problem,
        say::{UNKNOWN, json_number},
        state::App,
        view::{Format, View},
    },
};

/// `GET /appraisal/board`.
pub(in crate::web) async fn show(app: App, view: View) -> Result<Response, Problem> {
    let product = &app.product;
    let Some(id) = chosen(&app, &view) else {
        return app.page(&view, "appraisal/none.html", &NonePage::new(&app, &view));
    };
    let board = app::appraisal::board::board(product, &id, view.period, product.today()).await;
    let board = board.map_err(|error| app.refused(&view, &error))?;
    match view.format {
        Format::Json => Ok(app.json(json!({
            "scheme": board.id,
            "title": board.title.get(view.language),
            "region": board.region.to_string(),
            "day": board.when.day.to_string(),
            "sequence": board.sequence,
            "rows": board.rows.iter().map(|row| json!({
                "place": row.place,
                "region": row.region.to_string(),
                "name": row.name,
                "rate": json_number(row.rate),
                "totals": totals_json(&row.totals),
                "items": row.cells.iter().flatten().map(|it| item_json(it, &view)).collect::<Vec<_>>(),
            })).collect::<Vec<_>>(),
        }))),
        _ => app.page(
            &view,
            "appraisal/board.html",
            &BoardPage::new(&app, &view, &board),
        ),
    }
}

#[derive(Debug, Serialize)]
pub(in crate::web) struct BoardPage {
    frame: Frame,
    tabs: Tabs,
    title: String,
    region: String,
    day: String,
    for_parts: bool,
    items: Vec<(String, String, String)>,
    rows: Vec<Row>,
    message: String,
    json: String,
    sequence: i64,
}

#[derive(Debug, Serialize)]
struct Row {
    place: String,
    name: String,
    href: String,
    score: String,
    full: String,
    rate: String,
    width: String,
    cells: Vec<Option<Cell>>,
}

#[derive(Debug, Serialize)]
struct Cell {
    score: String,
    found: String,
    light: Light,
    href: String,
}

impl BoardPage {
    pub fn new(app: &App, view: &View, board: &Board) -> Self {
        let say = app.say(view);
        let title = board.title.get(view.language).to_owned();
        let percent = |it: Decimal| {
            let (number, _) = quanyu_core::measure::say(it, "%", 1);
            format!("{number}%")
        };
        let rows: Vec<Row> = board
            .rows
            .iter()
            .map(|row| {
                let region = row.region.to_string();
                let linked = |path: &str| {
                    view.link_with(path, &[("scheme", &board.id), ("region", &region)])
                };
                Row {
                    place: row
                        .place
                        .map_or_else(|| UNKNOWN.to_owned(), |it| it.to_string()),
                    name: row.name.clone(),
                    href: linked("/appraisal"),
                    score: points(row.totals.now),
                    full: points(row.totals.full),
                    rate: row.rate.map_or_else(|| UNKNOWN.to_owned(), percent),
                    width: row.rate.map_or_else(
                        || "0".to_owned(),
                        |it| {
                            (it * Decimal::ONE_HUNDRED)
                                .min(Decimal::ONE_HUNDRED)
                                .round()
                                .to_string()
                        },
                    ),
                    cells: row
                        .cells
                        .iter()
                        .map(|it| {
                            it.as_ref().map(|it| Cell {
                                score: it.score.map_or_else(|| UNKNOWN.to_owned(), points),
                                found: it.found_said.as_deref().map_or_else(
                                    || UNKNOWN.to_owned(),
                                    |it| super::rank_or(&say, it),
                                ),
                                light: light(it.light, &say),
                                href: linked(&format!("/appraisal/items/{}", it.id)),
                            })
                        })
                        .collect(),
                }
            })
            .collect();
        let mut message = say.fill(
            "board.message",
            &[
                ("title", title.clone()),
                ("day", board.when.day.to_string()),
            ],
        );
        for row in &rows {
            message.push('\n');
            message.push_str(&say.fill(
                "board.message_row",
                &[
                    ("place", row.place.clone()),
                    ("name", row.name.clone()),
                    ("score", row.score.clone()),
                    ("full", row.full.clone()),
                ],
            ));
        }
        Self {
            frame: Frame::new(app, view, Place::Appraisal, &title),
            tabs: Tabs::new(app, view, Tab::Board, Some(&board.id)),
            region: board.region_name.clone(),
            day: board.when.day.to_string(),
            for_parts: board.for_parts,
            items: board
                .items
                .iter()
                .map(|(id, title, weight)| {
                    let path = format!("/appraisal/items/{id}");
                    let home = board.region.to_string();
                    (
                        title.get(view.language).to_owned(),
                        view.link_with(&path, &[("scheme", &board.id), ("region", &home)]),
                        points(*weight),
                    )
                })
                .collect(),
            rows,
            message,
            json: view.change(&[("format", Some("json"))]),
            sequence: board.sequence,
            title,
        }
    }
}
