//! 批量处理: choosing what is done with many records, doing it, and what became of them.
//!
//! Owns the handlers and the page. Leaves the doing to `app::bulk`.

use axum::{
    extract::{Path, Request},
    response::Response,
};
use serde::Serialize;

use super::{
    entries::{self, form::ControlShown},
    frame::{Frame, Place},
    problem::Problem,
    registers::{list::room_of, wish_of},
    state::App,
    upload,
    view::View,
};
use crate::app::{
    self, AppError,
    bulk::{Action, Done, Offer},
};

/// `POST /registers/{register}/bulk`: what can be done with the records chosen, and doing it.
pub(super) async fn run(
    app: App,
    Path(register): Path<String>,
    view: View,
    request: Request,
) -> Result<Response, Problem> {
    let refused = |error: AppError| app.refused(&view, &error);
    let mut form = upload::form(&app, &view, request).await?;
    let wish = form.take("do").unwrap_or_default();
    let all = form.take("all").is_some();
    let (field, step) = (form.take("field"), form.take("step"));
    let (note, why) = (form.take("note"), form.take("why"));
    let carried: Vec<(String, String)> = form
        .fields
        .iter()
        .filter_map(|(key, value)| Some((key.strip_prefix("q.")?.to_owned(), value.clone())))
        .collect();
    let ids: Vec<i64> = form
        .fields
        .iter()
        .filter(|(key, _)| key == "record")
        .filter_map(|(_, value)| value.parse().ok())
        .take(app::bulk::MOST)
        .collect();
    let list = wish_of(&carried);
    let meant = app::bulk::meant(&app.product, &register, &ids, all.then_some(&list)).await;
    let meant = meant.map_err(refused)?;
    let action = match wish.as_str() {
        "set" => field.map(|field| Action::Set {
            cells: entries::typed(form).own,
            field,
        }),
        "step" => step.map(|step| Action::Step {
            step,
            note: note.unwrap_or_default(),
        }),
        "remove" => Some(Action::Remove {
            why: why.unwrap_or_default(),
        }),
        _ => None,
    };
    let done = match &action {
        Some(action) => {
            let done = app::bulk::run(&app.product, &register, &meant, action, view.language).await;
            Some(done.map_err(refused)?)
        }
        None => None,
    };
    let offer = app::bulk::offer(&app.product, &register, &meant).await;
    let offer = offer.map_err(refused)?;
    let page = BulkPage::new(&app, &view, &register, &offer, done, (ids, all, carried));
    app.page(&view, "bulk/ask.html", &page)
}

#[derive(Debug, Serialize)]
struct BulkPage {
    frame: Frame,
    title: String,
    room: (String, String),
    register: (String, String),
    action: String,
    check: String,
    pick: String,
    count: usize,
    first: Vec<(String, String)>,
    more: usize,
    fields: Vec<ControlShown>,
    steps: Vec<(String, String)>,
    ids: Vec<i64>,
    all: bool,
    carried: Vec<(String, String)>,
    done: Option<DoneShown>,
}

#[derive(Debug, Serialize)]
struct DoneShown {
    changed: usize,
    unchanged: usize,
    refused_count: usize,
    refused: Vec<(String, String, String)>,
}

impl BulkPage {
    fn new(
        app: &App,
        view: &View,
        register: &str,
        offer: &Offer,
        done: Option<Done>,
        (ids, all, carried): (Vec<i64>, bool, Vec<(String, String)>),
    ) -> Self {
        let about = app::registers::about(&app.product, register);
        let name = about.title.get(view.language).to_owned();
        let title = app
            .say(view)
            .fill("bulk.title", &[("register", name.clone())]);
        let base = format!("/registers/{register}");
        let link = |id: i64| view.link(&format!("{base}/{id}"));
        let pairs: Vec<(&str, &str)> = carried
            .iter()
            .map(|(key, value)| (key.as_str(), value.as_str()))
            .collect();
        Self {
            frame: Frame::new(app, view, Place::Registers(room_of(&about)), &title),
            title,
            room: (
                about.module.1.get(view.language).to_owned(),
                view.link_with("/registers", &[("module", &about.module.0)]),
            ),
            register: (name, view.link_with(&base, &pairs)),
            action: view.link(&format!("{base}/bulk")),
            check: view.link(&format!("{base}/check")),
            pick: view.link(&format!("{base}/pick")),
            count: offer.count,
            first: offer
                .first
                .iter()
                .map(|(id, name)| (name.clone(), link(*id)))
                .collect(),
            more: offer.count.saturating_sub(offer.first.len()),
            fields: offer
                .fields
                .iter()
                .map(|it| ControlShown::new(it, view, &base, ""))
                .collect(),
            steps: offer
                .steps
                .iter()
                .map(|(id, title)| (id.clone(), title.get(view.language).to_owned()))
                .collect(),
            ids,
            all,
            done: done.map(|it| DoneShown {
                changed: it.changed,
                unchanged: it.unchanged,
                refused_count: it.refused_count,
                refused: it
                    .refused
                    .into_iter()
                    .map(|(id, name, why)| (name, link(id), why))
                    .collect(),
            }),
            carried,
        }
    }
}
