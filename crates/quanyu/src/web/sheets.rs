//! 审批单: the paper on which a step is signed, as a page to be printed and as a docx.

use axum::{extract::Path, response::Response};
use quanyu_core::text::Text;
use serde::Serialize;

use super::{
    frame::{Frame, Place},
    problem::Problem,
    state::App,
    steps,
    view::View,
};
use crate::app::{self, AppError, media::DOCX};

/// `GET /registers/{register}/{record}/sheet?step=`.
pub(super) async fn show(
    app: App,
    Path((register, record)): Path<(String, String)>,
    view: View,
) -> Result<Response, Problem> {
    let refused = |error: AppError| app.refused(&view, &error);
    let id = steps::number(&record).map_err(refused)?;
    let step = view.wish("step").unwrap_or_default();
    let sheet = app::sheets::sheet(&app.product, &register, id, step, view.language).await;
    let sheet = sheet.map_err(refused)?;
    let title = |it: &Text| it.get(view.language).to_owned();
    let path = format!("/registers/{register}/{id}");
    let page = SheetPage {
        frame: Frame::new(&app, &view, Place::Registers(None), &sheet.title),
        title: sheet.title,
        number: sheet.number,
        issuer: sheet.issuer,
        step: (title(&sheet.step.0), title(&sheet.step.1)),
        label: sheet.label,
        fields: sheet.fields,
        taken: sheet
            .taken
            .iter()
            .map(|it| {
                let who = steps::acted(&app, &view, &it.actor, it.behalf.as_deref());
                let note = it.note.clone().unwrap_or_default();
                (title(&it.title), format!("{} {who} {note}", it.at))
            })
            .collect(),
        signs: sheet.signs,
        day: sheet.day,
        back: view.link(&path),
        docx: view.link_with(&format!("{path}/sheet.docx"), &[("step", step)]),
    };
    app.page(&view, "sheets/show.html", &page)
}

/// `GET /registers/{register}/{record}/sheet.docx?step=`.
pub(super) async fn file(
    app: App,
    Path((register, record)): Path<(String, String)>,
    view: View,
) -> Result<Response, Problem> {
    let refused = |error: AppError| app.refused(&view, &error);
    let id = steps::number(&record).map_err(refused)?;
    let step = view.wish("step").unwrap_or_default();
    let made = app::sheets::file(&app.product, &register, id, step, view.language).await;
    let (name, bytes) = made.map_err(refused)?;
    Ok(steps::download(&name, DOCX, bytes))
}

#[derive(Debug, Serialize)]
struct SheetPage {
    frame: Frame,
    title: String,
    number: String,
    issuer: String,
    step: (String, String),
    label: String,
    fields: Vec<(String, String)>,
    taken: Vec<(String, String)>,
    signs: Vec<(String, bool)>,
    day: String,
    back: String,
    docx: String,
}
