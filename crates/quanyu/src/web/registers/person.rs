//! 个人信息: the personal data of a record in clear, shown once for a reason that is noted.

use axum::{Form, extract::Path, response::Response};
use serde::{Deserialize, Serialize};

use crate::{
    app::registers::person,
    web::{
        frame::{Frame, Place},
        problem::Problem,
        state::App,
        view::View,
    },
};

/// What the form sends.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(in crate::web) struct Sent {
    reason: String,
}

#[derive(Serialize)]
struct PersonPage {
    frame: Frame,
    label: String,
    register: String,
    back: String,
    fields: Vec<(String, String)>,
}

/// `POST /registers/{register}/{record}/person`.
pub(in crate::web) async fn see(
    app: App,
    view: View,
    Path((register, record)): Path<(String, i64)>,
    Form(sent): Form<Sent>,
) -> Result<Response, Problem> {
    let seen = person::see(&app.product, &register, record, &sent.reason).await;
    let seen = seen.map_err(|error| app.refused(&view, &error))?;
    let fields = seen.fields.iter();
    let page = PersonPage {
        frame: Frame::new(&app, &view, Place::Registers(None), &seen.label),
        register: seen.register.get(view.language).to_owned(),
        back: view.link(&format!("/registers/{register}/{record}")),
        fields: fields
            .map(|(title, value)| (title.get(view.language).to_owned(), value.clone()))
            .collect(),
        label: seen.label,
    };
    app.page(&view, "registers/person.html", &page)
}
