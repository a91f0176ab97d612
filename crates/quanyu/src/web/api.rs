//! The HTTP interface for programs, described by `/api/openapi.json`.

use axum::{
    extract::{FromRequestParts, Path, Request},
    http::header,
    response::{IntoResponse, Response},
};
use serde_json::json;

use super::{
    figure::figure_json,
    problem::Problem,
    registers,
    state::App,
    view::{Format, View},
};
use crate::app;

/// The description of the interface; a test holds its paths equal to the routes.
pub(super) const OPENAPI: &str = include_str!("openapi.json");

/// A view whose refusals are JSON.
async fn view(app: &App, request: Request) -> Result<View, Problem> {
    let (mut parts, _) = request.into_parts();
    let view = View::from_request_parts(&mut parts, app).await;
    let mut view = view.map_err(|it| it.json_if(true))?;
    view.format = Format::Json;
    Ok(view)
}

/// `GET /api/v1/figures?region=…&period=…&indicator=…`: values, all of them or those named.
pub(super) async fn figures(app: App, request: Request) -> Result<Response, Problem> {
    let view = view(&app, request).await?;
    let named: Vec<String> = view.wishes("indicator").map(str::to_owned).collect();
    let wanted = (!named.is_empty()).then_some(named.as_slice());
    let list = app::indicators::figures(&app.product, wanted, &view.region, view.period).await;
    let list = list.map_err(|error| app.refused(&view, &error))?;
    let figures: Vec<_> = list
        .iter()
        .map(|it| figure_json(it, view.language))
        .collect();
    Ok(app.json(json!({ "figures": figures })))
}

/// `GET /api/v1/registers/{register}/records`: a page of a register.
pub(super) async fn records(
    app: App,
    Path(register): Path<String>,
    request: Request,
) -> Result<Response, Problem> {
    let view = view(&app, request).await?;
    let page = registers::ask(&app, &view, &register, &registers::wish(&view)).await?;
    Ok(app.json(registers::list_json(&page, &view)))
}

/// `GET /api/openapi.json`.
pub(super) async fn openapi() -> Response {
    ([(header::CONTENT_TYPE, "application/json")], OPENAPI).into_response()
}
