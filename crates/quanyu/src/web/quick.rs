//! 一句话登记 and pasting: the text, its rows as cells, saving them all.
//!
//! Owns the handlers and the page. Leaves understanding and saving to `app::quick`.

use axum::{
    extract::{Path, Request},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use serde::Serialize;

use super::{
    entries::{
        self,
        form::{FaultShown, LinesShown},
    },
    frame::{Frame, Place},
    problem::Problem,
    registers::list::room_of,
    state::App,
    upload,
    view::View,
};
use crate::app::{
    self, AppError,
    entries::{Fault, LinesForm, TypedLine},
    quick::{MOST_ROWS, Outcome, ROW},
};

/// `GET /registers/{register}/quick`: where a line is typed or rows are pasted.
pub(super) async fn ask(
    app: App,
    Path(register): Path<String>,
    view: View,
) -> Result<Response, Problem> {
    let form = app::quick::form(&app.product, &register, &[], &[]);
    let form = form.map_err(|error| app.refused(&view, &error))?;
    let page = QuickPage::new(&app, &view, &register, "", &form, &[]);
    app.page(&view, "quick/ask.html", &page)
}

/// `POST /registers/{register}/quick`: reads the text, or saves the rows.
pub(super) async fn send(
    app: App,
    Path(register): Path<String>,
    view: View,
    request: Request,
) -> Result<Response, Problem> {
    let refused = |error: AppError| app.refused(&view, &error);
    let mut form = upload::form(&app, &view, request).await?;
    let wish = form.take("do").unwrap_or_default();
    let text = form.take("text").unwrap_or_default();
    let mut typed = entries::typed(form);
    let mut faults = Vec::new();
    let rows: Vec<TypedLine> = if wish == "save" {
        let rows = typed.lines.remove(ROW).unwrap_or_default();
        match app::quick::save(&app.product, &register, &rows)
            .await
            .map_err(refused)?
        {
            Outcome::Saved(ids) => {
                let to = format!("/registers/{register}");
                let count = ids.len().to_string();
                let to = view.link_with(&to, &[("done", "entered"), ("made", &count)]);
                return Ok(Redirect::to(&to).into_response());
            }
            Outcome::Faulty(found) => {
                faults = found;
                rows
            }
        }
    } else if entries::rows(&mut typed, &wish) {
        typed.lines.remove(ROW).unwrap_or_default()
    } else {
        app::quick::read(&app.product, &register, &text)
            .await
            .map_err(refused)?
    };
    let form = app::quick::form(&app.product, &register, &rows, &faults).map_err(refused)?;
    let page = QuickPage::new(&app, &view, &register, &text, &form, &faults);
    let page = app.page(&view, "quick/ask.html", &page)?;
    let status = if faults.is_empty() {
        StatusCode::OK
    } else {
        StatusCode::UNPROCESSABLE_ENTITY
    };
    Ok((status, page).into_response())
}

#[derive(Debug, Serialize)]
struct QuickPage {
    frame: Frame,
    title: String,
    room: (String, String),
    register: (String, String),
    action: String,
    check: String,
    pick: String,
    text: String,
    /// The names of the fields in the order in which a line fills them.
    order: Vec<String>,
    most: usize,
    lines: LinesShown,
    faults: Vec<FaultShown>,
}

impl QuickPage {
    fn new(
        app: &App,
        view: &View,
        register: &str,
        text: &str,
        form: &LinesForm,
        faults: &[Fault],
    ) -> Self {
        let about = app::registers::about(&app.product, register);
        let name = about.title.get(view.language).to_owned();
        let title = app
            .say(view)
            .fill("quick.title", &[("register", name.clone())]);
        let base = format!("/registers/{register}");
        Self {
            frame: Frame::new(app, view, Place::Registers(room_of(&about)), &title),
            title,
            room: (
                about.module.1.get(view.language).to_owned(),
                view.link_with("/registers", &[("module", &about.module.0)]),
            ),
            register: (name, view.link(&base)),
            action: view.link(&format!("{base}/quick")),
            check: view.link(&format!("{base}/check")),
            pick: view.link(&format!("{base}/pick")),
            text: text.to_owned(),
            order: form
                .heads
                .iter()
                .map(|it| it.title.get(view.language).to_owned())
                .collect(),
            most: MOST_ROWS,
            lines: LinesShown::new(form, view, &base),
            faults: faults
                .iter()
                .map(|it| FaultShown::of_row(form, it, view))
                .collect(),
        }
    }
}
