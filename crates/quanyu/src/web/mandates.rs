//! 授权委托: which agencies may act for the firm, given and ended on a phone.
//!
//! Owns the page. Leaves every act to `app::mandates`.

use axum::{
    extract::{Path, Request},
    response::{IntoResponse, Redirect, Response},
};
use serde::Serialize;

use super::{firms::me, frame::Frame, problem::Problem, state::App, steps, upload, view::View};
use crate::app::{
    self, AppError,
    mandates::{Giving, MandateView},
};

#[derive(Debug, Serialize)]
struct MandatesPage {
    frame: Frame,
    mandates: Vec<MandateShown>,
    /// Filings: id and title.
    matters: Vec<(String, String)>,
    action: String,
    today: String,
}

#[derive(Debug, Serialize)]
struct MandateShown {
    agency: String,
    matters: String,
    span: String,
    note: Option<String>,
    by: String,
    state: String,
    class: &'static str,
    end: Option<String>,
}

/// `GET /my/mandates`.
pub(super) async fn show(app: App, view: View) -> Result<Response, Problem> {
    let me = match me(&app, &view).await? {
        Ok(me) => me,
        Err(choose) => return Ok(choose),
    };
    let all = app::mandates::list(&app.product, &me.firm).await;
    let all = all.map_err(|error| app.refused(&view, &error))?;
    let say = app.say(&view);
    let shown = |it: &MandateView| {
        let matters = it.matters.iter().map(|it| it.get(view.language));
        let matters: Vec<&str> = matters.collect();
        MandateShown {
            agency: it.agency.clone(),
            matters: matters.join("、"),
            span: format!("{} → {}", it.from, it.to),
            note: it.note.clone(),
            by: it.by.clone(),
            state: say.word("mandate_state", it.state),
            class: match it.state {
                "holds" => "done",
                "later" => "on_pace",
                _ => "waiting",
            },
            end: matches!(it.state, "holds" | "later")
                .then(|| me.link(&format!("/my/mandates/{}/end", it.id))),
        }
    };
    let filings = app.product.pack.filings.values();
    let page = MandatesPage {
        frame: me.frame(&app, &view, &say.text("firms.mandates")),
        mandates: all.iter().map(shown).collect(),
        matters: filings
            .map(|it| (it.id.clone(), it.title.get(view.language).to_owned()))
            .collect(),
        action: me.link("/my/mandates"),
        today: app.product.today().to_string(),
    };
    app.page(&view, "firms/mandates.html", &page)
}

/// `POST /my/mandates`.
pub(super) async fn give(app: App, view: View, request: Request) -> Result<Response, Problem> {
    let refused = |error: AppError| app.refused(&view, &error);
    let me = match me(&app, &view).await? {
        Ok(me) => me,
        Err(choose) => return Ok(choose),
    };
    let mut form = upload::form(&app, &view, request).await?;
    let giving = Giving {
        agency: form.take("agency").unwrap_or_default(),
        from: steps::day(form.take("from")).map_err(refused)?,
        to: steps::day(form.take("to")).map_err(refused)?,
        note: form.take("note").unwrap_or_default(),
        matters: form
            .fields
            .iter()
            .filter(|it| it.0 == "matter")
            .map(|it| it.1.clone())
            .collect(),
    };
    app::mandates::give(&app.product, &me.firm, &giving)
        .await
        .map_err(refused)?;
    Ok(Redirect::to(&me.link("/my/mandates")).into_response())
}

/// `POST /my/mandates/{mandate}/end`.
pub(super) async fn end(
    app: App,
    Path(mandate): Path<String>,
    view: View,
) -> Result<Response, Problem> {
    let refused = |error: AppError| app.refused(&view, &error);
    let me = match me(&app, &view).await? {
        Ok(me) => me,
        Err(choose) => return Ok(choose),
    };
    let id = steps::number(&mandate).map_err(refused)?;
    app::mandates::end(&app.product, &me.firm, id)
        .await
        .map_err(refused)?;
    Ok(Redirect::to(&me.link("/my/mandates")).into_response())
}
