//! 工作交接: everything that one person has open goes to another, with a list to be signed.

use axum::{
    extract::{Path, Request},
    response::{IntoResponse, Redirect, Response},
};
use serde::Serialize;

use super::{
    frame::{Frame, Place},
    problem::Problem,
    say::UNKNOWN,
    state::App,
    steps, upload,
    view::View,
};
use crate::app::{self, AppError, handover::HandoverView};

/// `GET /handover?person=`: what somebody has open, and what was handed over.
pub(super) async fn ask(app: App, view: View) -> Result<Response, Problem> {
    let refused = |error: AppError| app.refused(&view, &error);
    let name = app.product.actor().as_str().to_owned();
    let person = view.wish("person").unwrap_or(&name).to_owned();
    let open = app::handover::preview(&app.product, &person).await;
    let open = open.map_err(refused)?;
    let before = app::handover::list(&app.product).await.map_err(refused)?;
    let people = app::delegations::people(&app.product).await;
    let people = people.map_err(refused)?;
    let say = app.say(&view);
    let page = AskPage {
        people,
        frame: Frame::new(&app, &view, Place::Desk, &say.text("handover.title")),
        desk: view.link("/desk"),
        person: person.clone(),
        list: List::new(&app, &view, &open),
        before: before.iter().map(|it| List::new(&app, &view, it)).collect(),
        action: view.link("/handover"),
    };
    app.page(&view, "handover/ask.html", &page)
}

/// `POST /handover`.
pub(super) async fn hand_over(app: App, view: View, request: Request) -> Result<Response, Problem> {
    let refused = |error: AppError| app.refused(&view, &error);
    let mut form = upload::form(&app, &view, request).await?;
    let person = form.take("person").unwrap_or_default();
    let successor = form.take("successor").unwrap_or_default();
    let note = form.take("note");
    let id = app::handover::hand_over(&app.product, &person, &successor, note).await;
    let id = id.map_err(refused)?;
    Ok(Redirect::to(&view.link(&format!("/handover/{id}"))).into_response())
}

/// `GET /handover/{id}`: the list to be printed and signed.
pub(super) async fn show(
    app: App,
    Path(id): Path<String>,
    view: View,
) -> Result<Response, Problem> {
    let refused = |error: AppError| app.refused(&view, &error);
    let id = steps::number(&id).map_err(refused)?;
    let found = app::handover::get(&app.product, id)
        .await
        .map_err(refused)?;
    let say = app.say(&view);
    let page = ShowPage {
        frame: Frame::new(&app, &view, Place::Desk, &say.text("handover.title")),
        back: view.link("/handover"),
        list: List::new(&app, &view, &found),
    };
    app.page(&view, "handover/show.html", &page)
}

#[derive(Debug, Serialize)]
struct AskPage {
    frame: Frame,
    desk: String,
    person: String,
    people: Vec<(String, String)>,
    list: List,
    before: Vec<List>,
    action: String,
}

#[derive(Debug, Serialize)]
struct ShowPage {
    frame: Frame,
    back: String,
    list: List,
}

#[derive(Debug, Serialize)]
struct List {
    href: String,
    person: String,
    successor: String,
    note: Option<String>,
    at: String,
    actor: String,
    rows: Vec<Row>,
    delegations: Vec<(String, String)>,
}

#[derive(Debug, Serialize)]
struct Row {
    href: String,
    label: String,
    register: String,
    state: String,
    due: String,
}

impl List {
    fn new(app: &App, view: &View, it: &HandoverView) -> Self {
        let say = app.say(view);
        let rows = it.items.iter().map(|(register, state, item)| Row {
            href: view.link(&format!("/registers/{}/{}", item.register, item.record)),
            label: item.label.clone(),
            register: register.get(view.language).to_owned(),
            state: state.get(view.language).to_owned(),
            due: item.due.clone().unwrap_or_else(|| UNKNOWN.to_owned()),
        });
        let days = |(person, from, to): &(String, String, String)| {
            (say.actor(person), format!("{from} — {to}"))
        };
        Self {
            href: view.link(&format!("/handover/{}", it.id)),
            person: say.actor(&it.person),
            successor: say.actor(&it.successor),
            note: it.note.clone(),
            at: it.at.clone(),
            actor: say.actor(&it.actor),
            rows: rows.collect(),
            delegations: it.delegations.iter().map(days).collect(),
        }
    }
}
