//! Sent documents that say what is no longer so: which figures, what changed, who changed it.

use axum::response::Response;
use serde::Serialize;
use serde_json::json;

use super::listed_json;
use crate::{
    app::{self, writing::Superseded},
    web::{
        csv,
        frame::{Frame, Place},
        problem::Problem,
        releases::{SinceShown, release_json, since_json},
        say::UNKNOWN,
        state::App,
        view::{Format, View},
    },
};

/// `GET /writing/changed`.
pub(in crate::web) async fn show(app: App, view: View) -> Result<Response, Problem> {
    let all = app::writing::superseded(&app.product).await;
    let all = all.map_err(|error| app.refused(&view, &error))?;
    match view.format {
        Format::Html => app.page(
            &view,
            "writing/changed.html",
            &ChangedPage::new(&app, &view, &all),
        ),
        Format::Json => Ok(app.json(json!({
            "documents": all.iter().map(|it| {
                let mut value = listed_json(&it.paper);
                value["moved"] = it.moved.iter().map(|it| {
                    let mut value = release_json(&it.release);
                    value["since"] = since_json(it);
                    value
                }).collect::<Vec<_>>().into();
                value
            }).collect::<Vec<_>>(),
        }))),
        Format::Csv => {
            let page = ChangedPage::new(&app, &view, &all);
            let heads = [
                "writing.head_title",
                "writing.number",
                "figure.indicator",
                "frame.period",
                "changed.said",
                "changed.now",
                "release.record",
                "release.who",
            ];
            let say = app.say(&view);
            let rows = page.papers.iter().flat_map(|paper| {
                paper.moved.iter().map(|it| {
                    let records = it.changes.iter().map(|it| it.label.as_str());
                    let who = it.changes.iter().filter_map(|it| it.by.as_ref());
                    let who = who.map(|(by, at)| format!("{by} {at}"));
                    vec![
                        paper.title.clone(),
                        paper.number.clone(),
                        it.indicator.clone(),
                        it.period.clone(),
                        it.said.clone(),
                        it.now.clone(),
                        records.collect::<Vec<_>>().join("；"),
                        who.collect::<Vec<_>>().join("；"),
                    ]
                })
            });
            Ok(app.csv("changed", csv::table(&heads.map(|it| say.text(it)), rows)))
        }
    }
}

#[derive(Debug, Serialize)]
pub(in crate::web) struct ChangedPage {
    frame: Frame,
    list: String,
    papers: Vec<Changed>,
    total: usize,
    /// Figures of which the words are no longer true.
    untrue: usize,
    csv: String,
    json: String,
}

#[derive(Debug, Serialize)]
struct Changed {
    title: String,
    href: String,
    number: String,
    date: String,
    to: String,
    moved: Vec<SinceShown>,
}

impl ChangedPage {
    pub(in crate::web) fn new(app: &App, view: &View, all: &[Superseded]) -> Self {
        let or_dash = |it: Option<String>| it.unwrap_or_else(|| UNKNOWN.to_owned());
        let paper = |it: &Superseded| Changed {
            title: it.paper.title.clone(),
            href: view.link(&format!("/writing/{}", it.paper.record)),
            number: or_dash(it.paper.number.clone()),
            date: or_dash(it.paper.date.map(|it| it.to_string())),
            to: or_dash(it.paper.to.clone()),
            moved: it
                .moved
                .iter()
                .map(|it| SinceShown::new(app, view, it))
                .collect(),
        };
        Self {
            frame: Frame::new(app, view, Place::Writing, &app.text(view, "changed.title")),
            list: view.link("/writing"),
            papers: all.iter().map(paper).collect(),
            total: all.iter().map(|it| it.moved.len()).sum(),
            untrue: all
                .iter()
                .flat_map(|it| &it.moved)
                .filter(|it| it.still == Some(false))
                .count(),
            csv: view.change(&[("format", Some("csv"))]),
            json: view.change(&[("format", Some("json"))]),
        }
    }
}
