//! 看板: the records of a register by state.

use axum::{
    extract::Path,
    response::{IntoResponse, Redirect, Response},
};
use serde::Serialize;
use serde_json::json;

use super::{
    desk::{Row, row, task_json},
    frame::{Frame, Place},
    problem::Problem,
    state::App,
    view::{Format, View},
};
use crate::app::{self, AppError, boards::Board};

/// `GET /boards`: the board of the first register that has one.
pub(super) async fn all(app: App, view: View) -> Result<Response, Problem> {
    let with = app::boards::registers_with(&app.product);
    match with.first() {
        Some((id, _)) => Ok(Redirect::to(&view.link(&format!("/boards/{id}"))).into_response()),
        None => Err(app.refused(&view, &AppError::not_found("board", "", []))),
    }
}

/// `GET /boards/{register}`.
pub(super) async fn show(
    app: App,
    Path(register): Path<String>,
    view: View,
) -> Result<Response, Problem> {
    let board = app::boards::board(&app.product, &register).await;
    let board = board.map_err(|error| app.refused(&view, &error))?;
    match view.format {
        Format::Html => app.page(
            &view,
            "boards/show.html",
            &BoardPage::new(&app, &view, &board),
        ),
        _ => Ok(app.json(json!({
            "register": board.register.0,
            "states": board.columns.iter().map(|it| json!({
                "state": it.state.0, "count": it.count, "late": it.late, "last": it.last,
                "cards": it.cards.iter().map(task_json).collect::<Vec<_>>(),
            })).collect::<Vec<_>>(),
        }))),
    }
}

#[derive(Debug, Serialize)]
struct BoardPage {
    frame: Frame,
    title: String,
    list: String,
    others: Vec<(String, String, bool)>,
    columns: Vec<Column>,
    json: String,
}

#[derive(Debug, Serialize)]
struct Column {
    title: String,
    href: String,
    count: i64,
    late: i64,
    last: bool,
    more: i64,
    cards: Vec<Row>,
}

impl BoardPage {
    fn new(app: &App, view: &View, board: &Board) -> Self {
        let list = format!("/registers/{}", board.register.0);
        let title = board.register.1.get(view.language).to_owned();
        let others = app::boards::registers_with(&app.product).into_iter();
        let columns = board.columns.iter().map(|it| Column {
            title: it.state.1.get(view.language).to_owned(),
            href: view.link_with(&list, &[("f.@state.is", &it.state.0)]),
            count: it.count,
            late: it.late,
            last: it.last,
            more: it.count - i64::try_from(it.cards.len()).unwrap_or(0),
            cards: it.cards.iter().map(|it| row(app, view, it)).collect(),
        });
        Self {
            frame: Frame::new(app, view, Place::Boards, &title),
            others: others
                .map(|(id, it)| {
                    let href = view.link(&format!("/boards/{id}"));
                    (
                        it.get(view.language).to_owned(),
                        href,
                        id == board.register.0,
                    )
                })
                .collect(),
            title,
            list: view.link(&list),
            columns: columns.collect(),
            json: view.change(&[("format", Some("json"))]),
        }
    }
}
