//! For those who run the server: whether it lives, and what it counts.

use axum::{
    Json,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::json;

use super::state::App;

/// `GET /healthz`: whether the store answers.
pub(super) async fn health(app: App) -> Response {
    match app.product.sequence().await {
        Ok(sequence) => Json(json!({
            "status": "ok",
            "version": env!("CARGO_PKG_VERSION"),
            "pack": app.product.pack.id,
            "sequence": sequence,
        }))
        .into_response(),
        Err(error) => {
            tracing::error!(%error, "the store does not answer");
            (
                StatusCode::SERVICE_UNAVAILABLE,
                Json(json!({ "status": "store does not answer" })),
            )
                .into_response()
        }
    }
}

/// `GET /metrics`: the text that Prometheus reads.
pub(super) async fn metrics(app: App) -> Response {
    let sequence = app.product.sequence().await.ok();
    let kind = [(
        header::CONTENT_TYPE,
        "text/plain; version=0.0.4; charset=utf-8",
    )];
    (kind, app.metrics.text(sequence)).into_response()
}
