//! The HTTP interface for programs, described by `/api/openapi.json`.
//!
//! Owns what is common to its routes: refusals as `application/problem+json`, bodies, and the routes that are made of no register.
//! Records are in [`records`], the description in `app::interface`, how much one may ask in [`rate`].
//!
//! Invariant: the description names the routes there are, a test holds it.
//!
//! Start reading at [`records`].

pub(super) mod rate;
pub(super) mod records;
mod values;

use axum::{
    extract::{FromRequestParts, Request},
    http::request::Parts,
    response::{IntoResponse, Response},
};
use serde_json::json;

use super::{
    figure::figure_json,
    problem::Problem,
    search,
    state::App,
    view::{Format, View},
};
use crate::app::{self, AppError, search::Kind};

/// A view whose refusals are JSON, with the rest of the request.
async fn parts(app: &App, request: Request) -> Result<(View, Parts, axum::body::Body), Problem> {
    let (mut parts, body) = request.into_parts();
    let view = View::from_request_parts(&mut parts, app).await;
    let mut view = view.map_err(|it| it.json_if(true))?;
    view.format = Format::Json;
    Ok((view, parts, body))
}

async fn view(app: &App, request: Request) -> Result<View, Problem> {
    Ok(parts(app, request).await?.0)
}

/// A refusal of an act, in JSON.
fn refused(app: &App, view: &View, error: &AppError) -> Problem {
    Problem::new(app, view.language, error).json_if(true)
}

/// A refusal of the interface itself, in JSON.
fn problem(app: &App, view: &View, code: &'static str) -> Problem {
    Problem::of(app, view.language, code).json_if(true)
}

/// `GET /api/v1/figures?region=…&period=…&indicator=…`: values, all of them or those named.
pub(super) async fn figures(app: App, request: Request) -> Result<Response, Problem> {
    let view = view(&app, request).await?;
    let named: Vec<String> = view.wishes("indicator").map(str::to_owned).collect();
    let wanted = (!named.is_empty()).then_some(named.as_slice());
    let list = app::indicators::figures(&app.product, wanted, &view.region, view.period).await;
    let list = list.map_err(|error| refused(&app, &view, &error))?;
    let figures: Vec<_> = list
        .iter()
        .map(|it| figure_json(it, view.language))
        .collect();
    Ok(app.json(json!({ "figures": figures })))
}

/// `GET /api/v1/search?q=…&kind=…`: as the page of results.
pub(super) async fn find(app: App, request: Request) -> Result<Response, Problem> {
    let view = view(&app, request).await?;
    let kind = match view.wish("kind") {
        None => None,
        Some(word) => Some(Kind::parse(word).ok_or_else(|| {
            let problem = problem(&app, &view, "api_bad_parameter");
            problem.fact("name", "kind").fact("value", word)
        })?),
    };
    let limit = records::number(&app, &view, "limit", 20, 100)?;
    let found = search::ask(&app, &view, kind, limit as usize).await?;
    Ok(app.json(search::found_json(&found, &app, &view)))
}

/// `GET /api/openapi.json`.
pub(super) async fn openapi(app: App) -> Response {
    let described = app::interface::described(&app.product.pack);
    axum::Json(described).into_response()
}
