//! Writing qualifications from a list: what is asked once for all, what would be written, writing it, taking it back.

use std::collections::BTreeMap;

use axum::{
    extract::{Path, Request},
    response::{IntoResponse, Redirect, Response},
};
use quanyu_core::text::Text;
use serde::Serialize;
use serde_json::json;

use super::number;
use crate::{
    app::{
        AppError,
        lists::{
            self,
            qualify::{self, Entry},
        },
    },
    web::{
        frame::{Frame, Place},
        problem::Problem,
        state::App,
        upload,
        view::{Format, View},
    },
};

/// `GET /lists/{list}/qualify`: what is asked once for all.
pub(in crate::web) async fn ask(
    app: App,
    Path(list): Path<String>,
    view: View,
) -> Result<Response, Problem> {
    let refused = |error: AppError| app.refused(&view, &error);
    let id = number(&list).map_err(refused)?;
    let page = QualifyPage::new(&app, &view, id, &BTreeMap::new(), None)
        .await
        .map_err(refused)?;
    app.page(&view, "lists/qualify.html", &page)
}

/// `POST /lists/{list}/qualify`: says what would be written; with `sure` it is written.
pub(in crate::web) async fn write(
    app: App,
    Path(list): Path<String>,
    view: View,
    request: Request,
) -> Result<Response, Problem> {
    let refused = |error: AppError| app.refused(&view, &error);
    let id = number(&list).map_err(refused)?;
    let form = upload::form(&app, &view, request).await?;
    let sure = form.fields.iter().any(|it| it.0 == "sure");
    let values: BTreeMap<String, String> = form
        .fields
        .into_iter()
        .filter_map(|(key, value)| Some((key.strip_prefix("f.")?.to_owned(), value)))
        .collect();
    let written = qualify::write(&app.product, id, &values, !sure)
        .await
        .map_err(refused)?;
    if view.format == Format::Json {
        let report = &written.report;
        return Ok(app.json(json!({
            "created": report.created, "changed": report.changed, "unchanged": report.unchanged,
            "faults": report.fault_count, "batch": report.applied.map(|it| it.0),
        })));
    }
    if written.report.applied.is_some() {
        return Ok(Redirect::to(&view.link(&format!("/lists/{id}"))).into_response());
    }
    let page = QualifyPage::new(&app, &view, id, &values, Some(&written))
        .await
        .map_err(refused)?;
    app.page(&view, "lists/qualify.html", &page)
}

/// `POST /lists/{list}/undo`: takes a batch back that was written from the list.
pub(in crate::web) async fn undo(
    app: App,
    Path(list): Path<String>,
    view: View,
    request: Request,
) -> Result<Response, Problem> {
    let refused = |error: AppError| app.refused(&view, &error);
    let id = number(&list).map_err(refused)?;
    let mut form = upload::form(&app, &view, request).await?;
    let batch = form.take("batch").unwrap_or_default();
    let batch = number(&batch).map_err(refused)?;
    qualify::undo(&app.product, id, batch)
        .await
        .map_err(refused)?;
    Ok(Redirect::to(&view.link(&format!("/lists/{id}"))).into_response())
}

#[derive(Debug, Serialize)]
struct QualifyPage {
    frame: Frame,
    back: String,
    title: String,
    register: String,
    action: String,
    fields: Vec<Input>,
    outcome: Option<Outcome>,
    ready: bool,
}

/// A field to fill in, once for all rows.
#[derive(Debug, Serialize)]
struct Input {
    id: String,
    title: String,
    kind: &'static str,
    required: bool,
    value: String,
    choices: Vec<(String, String)>,
}

#[derive(Debug, Serialize)]
struct Outcome {
    said: String,
    left_out: i64,
    faults: Vec<(String, String)>,
    more: u64,
    questions: Vec<String>,
}

/// Faults that are shown: they repeat from row to row.
const FAULTS: usize = 20;

impl QualifyPage {
    async fn new(
        app: &App,
        view: &View,
        id: i64,
        values: &BTreeMap<String, String>,
        written: Option<&qualify::Written>,
    ) -> Result<Self, AppError> {
        let list = lists::get(&app.product, id).await?;
        let say = app.say(view);
        let (register, fields) = qualify::asks(&app.product)?;
        let input = |asked: qualify::Asked| Input {
            title: asked.title.get(view.language).to_owned(),
            kind: match asked.entry {
                Entry::Day => "date",
                Entry::Choice(_) | Entry::YesNo => "choice",
                Entry::Text => "text",
            },
            required: asked.required,
            value: values.get(&asked.id).cloned().unwrap_or_default(),
            choices: match asked.entry {
                Entry::Choice(codes) => {
                    let said =
                        |(code, title): (String, Text)| (code, title.get(view.language).to_owned());
                    codes.into_iter().map(said).collect()
                }
                Entry::YesNo => ["flag.yes", "flag.no"]
                    .map(|it| say.text(it))
                    .map(|it| (it.clone(), it))
                    .to_vec(),
                Entry::Day | Entry::Text => Vec::new(),
            },
            id: asked.id,
        };
        let outcome = written.map(|it| {
            let report = &it.report;
            let mut faults: Vec<(String, String)> = Vec::new();
            for fault in &report.faults {
                let told = (fault.head.clone(), fault.why.clone());
                if !faults.contains(&told) && faults.len() < FAULTS {
                    faults.push(told);
                }
            }
            let counts = [
                ("organizations", it.organizations.to_string()),
                ("created", report.created.to_string()),
                ("changed", report.changed.to_string()),
                ("unchanged", report.unchanged.to_string()),
            ];
            Outcome {
                said: say.fill("lists.would", &counts),
                left_out: it.left_out,
                more: report.fault_count,
                faults,
                questions: report.questions.clone(),
            }
        });
        let writes = |it: &qualify::Written| it.report.created + it.report.changed > 0;
        Ok(Self {
            frame: Frame::new(app, view, Place::Lists, &say.text("lists.qualify")),
            back: view.link(&format!("/lists/{id}")),
            title: list.title,
            register: register.get(view.language).to_owned(),
            action: view.link(&format!("/lists/{id}/qualify")),
            fields: fields.into_iter().map(input).collect(),
            ready: written.is_some_and(|it| it.report.faults.is_empty() && writes(it)),
            outcome,
        })
    }
}
