//! 演示: the guided path of a demonstration district, step by step, each with the file that is dropped there.
//!
//! Owns the page and the way from a declared room to its address. Leaves what is shown there to the rooms, the files to
//! `app::demo::files`. A district that is no demonstration has no such page.

use axum::response::Response;
use quanyu_core::period::Period;
use serde::Serialize;

use super::{
    frame::{Frame, Place},
    problem::Problem,
    state::App,
    view::View,
};

/// `GET /tour`: the steps.
pub(super) async fn show(app: App, view: View) -> Result<Response, Problem> {
    if !offered(&app) {
        return Err(Problem::of(&app, view.language, "web_no_page"));
    }
    app.page(&view, "tour/show.html", &TourPage::new(&app, &view))
}

/// Whether this district has a guided path.
pub(super) fn offered(app: &App) -> bool {
    let demo = app.product.pack.demo.as_ref();
    app.product.demo() && demo.is_some_and(|it| !it.steps.is_empty())
}

#[derive(Debug, Serialize)]
pub(super) struct TourPage {
    frame: Frame,
    steps: Vec<Step>,
}

#[derive(Debug, Serialize)]
struct Step {
    number: usize,
    title: String,
    text: String,
    /// The file that is dropped, by name.
    file: Option<String>,
    /// Where it leads: opened where nothing is dropped, else what the form is sent to.
    href: String,
}

impl TourPage {
    pub(super) fn new(app: &App, view: &View) -> Self {
        let steps = app.product.pack.demo.iter().flat_map(|it| &it.steps);
        let steps = steps.enumerate().map(|(place, step)| Step {
            number: place + 1,
            title: step.title.get(view.language).to_owned(),
            text: step.text.get(view.language).to_owned(),
            file: step.file.clone(),
            href: {
                let path = path(&step.room, step.of.as_deref().unwrap_or_default());
                let period = step.period.as_ref().map(Period::to_string);
                let more = [
                    ("period", period.as_deref()),
                    ("sample", step.file.as_deref()),
                ];
                let more: Vec<_> = more
                    .into_iter()
                    .filter_map(|(key, value)| Some((key, value?)))
                    .collect();
                view.link_with(&path, &more)
            },
        });
        Self {
            frame: Frame::new(app, view, Place::Tour, &app.text(view, "tour.title")),
            steps: steps.collect(),
        }
    }
}

/// The way to a declared room.
fn path(room: &str, of: &str) -> String {
    match room {
        "indicator" => format!("/indicators/{of}"),
        "register" => format!("/registers/{of}"),
        "read" => "/documents/read".to_owned(),
        "check" => "/documents/check".to_owned(),
        "compare" => "/compare".to_owned(),
        "appraisal" => "/appraisal".to_owned(),
        "tasks" => "/appraisal/tasks".to_owned(),
        "renew" => "/documents/renew".to_owned(),
        "writing" => "/writing".to_owned(),
        // The pack check lets no other room through.
        _ => "/".to_owned(),
    }
}
