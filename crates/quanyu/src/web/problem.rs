//! What a person is told when something is refused or fails.
//!
//! Owns the error response: a page (or JSON) with what happened, what was kept and what to do, in the language of the page. Leaves the words
//! to `messages.toml`. The cause goes to the log, once, here.
//!
//! Invariant: an answer never carries a cause; only facts that its message names.

use std::any::Any;

use axum::{
    http::{HeaderMap, Method, StatusCode, Uri, header},
    response::{Html, IntoResponse, Response},
};
use quanyu_core::text::Language;
use serde::Serialize;
use tower_http::catch_panic::ResponseForPanic;

use super::{frame::Bare, state::App, view};
use crate::app::AppError;

/// An error response.
pub struct Problem {
    app: Box<App>,
    language: Language,
    code: &'static str,
    facts: Vec<(&'static str, String)>,
    /// What does not fit of what was sent: place and why.
    faults: Vec<(String, String)>,
    json: bool,
}

/// What the template shows.
#[derive(Serialize)]
struct ProblemPage {
    frame: Bare,
    status: u16,
    code: &'static str,
    message: String,
    hint: String,
}

impl Problem {
    /// A refusal of the web itself.
    pub(super) fn of(app: &App, language: Language, code: &'static str) -> Self {
        Self {
            app: Box::new(app.clone()),
            language,
            code,
            facts: Vec::new(),
            faults: Vec::new(),
            json: false,
        }
    }

    /// A refusal or failure of an act.
    pub(super) fn new(app: &App, language: Language, error: &AppError) -> Self {
        let problem = Self::of(app, language, error.code());
        if problem.status().is_server_error() {
            tracing::error!(code = error.code(), error = %chain(error), "an act failed");
        }
        Self {
            facts: error.facts(language),
            ..problem
        }
    }

    /// With a fact that the message names. Long inputs are cut, so that a message stays one.
    pub(super) fn fact(mut self, key: &'static str, value: &str) -> Self {
        let cut: String = value.chars().take(120).collect();
        let more = if cut.len() < value.len() { "…" } else { "" };
        self.facts.push((key, cut + more));
        self
    }

    /// With what does not fit, by place.
    pub(super) fn faults(mut self, faults: Vec<(String, String)>) -> Self {
        self.faults = faults;
        self
    }

    /// As JSON, for programs.
    pub(super) fn json_if(mut self, json: bool) -> Self {
        self.json |= json;
        self
    }

    fn status(&self) -> StatusCode {
        match self.code {
            "web_foreign_host"
            | "web_foreign_origin"
            | "web_no_right"
            | "web_stale_form"
            | "web_must"
            | "not_allowed"
            | "account_no_office"
            | "store_no_reach"
            | "filing_no_firm"
            | "mandate_not_for_agencies"
            | "oidc_trip"
            | "oidc_denied"
            | "oidc_token"
            | "oidc_no_code" => StatusCode::FORBIDDEN,
            "web_sign_in" | "web_bad_token" | "account_sign_in" => StatusCode::UNAUTHORIZED,
            "account_too_fast" | "public_too_many" => StatusCode::TOO_MANY_REQUESTS,
            "web_bad_query" | "web_bad_region" | "web_bad_period" | "web_bad_format"
            | "web_bad_upload" | "web_no_file" | "web_again" | "bad_value" => {
                StatusCode::BAD_REQUEST
            }
            "web_too_large" | "too_large" => StatusCode::PAYLOAD_TOO_LARGE,
            "web_wrong_method" => StatusCode::METHOD_NOT_ALLOWED,
            "web_no_page" | "web_unknown_region" | "store_no_record" | "not_found"
            | "not_found_near" => StatusCode::NOT_FOUND,
            "api_bad_parameter" | "api_bad_body" => StatusCode::BAD_REQUEST,
            "api_wrong_type" => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "api_no_version" => StatusCode::PRECONDITION_REQUIRED,
            "api_stale" => StatusCode::PRECONDITION_FAILED,
            "api_too_many" => StatusCode::TOO_MANY_REQUESTS,
            "store_conflict" | "api_key_pending" => StatusCode::CONFLICT,
            "web_panic" | "web_template" | "store_database" | "store_file"
            | "store_writer_gone" | "store_panicked" | "store_unreadable" | "figures_engine"
            | "figures_source" | "search_folder" | "search_engine" => {
                StatusCode::INTERNAL_SERVER_ERROR
            }
            "search_busy" => StatusCode::SERVICE_UNAVAILABLE,
            "oidc_away" => StatusCode::BAD_GATEWAY,
            // What an act refuses is about its input.
            _ => StatusCode::UNPROCESSABLE_ENTITY,
        }
    }
}

/// An error and its sources, for the log.
fn chain(error: &dyn std::error::Error) -> String {
    let mut out = error.to_string();
    let mut next = error.source();
    while let Some(source) = next {
        out.push_str(": ");
        out.push_str(&source.to_string());
        next = source.source();
    }
    out
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = self.status();
        let said = self.app.messages.say(self.code, self.language, &self.facts);
        if self.json {
            let mut body = serde_json::json!({
                "type": "about:blank", "title": said.message, "status": status.as_u16(),
                "detail": said.hint, "code": self.code,
            });
            if !self.faults.is_empty() {
                let faults = self.faults.iter();
                let faults =
                    faults.map(|(path, it)| serde_json::json!({ "path": path, "message": it }));
                body["faults"] = faults.collect();
            }
            let media = [(header::CONTENT_TYPE, "application/problem+json")];
            return (status, media, body.to_string()).into_response();
        }
        let page = ProblemPage {
            frame: Bare::new(&self.app, self.language, &said.message),
            status: status.as_u16(),
            code: self.code,
            message: said.message,
            hint: said.hint,
        };
        match self
            .app
            .templates
            .render("problem.html", self.language, &page)
        {
            Ok(html) => (status, Html(html)).into_response(),
            Err(error) => {
                tracing::error!(error = %error, "the error page cannot be rendered");
                (status, format!("{}\n{}\n", page.message, page.hint)).into_response()
            }
        }
    }
}

/// Answers for addresses that are no page.
pub(super) async fn no_such_page(app: App, headers: HeaderMap, uri: Uri) -> Problem {
    let language = view::language(&headers, uri.query());
    Problem::of(&app, language, "web_no_page")
        .fact("path", uri.path())
        .json_if(wants_json(&headers, &uri))
}

/// Answers for pages that are asked in a way they do not know.
pub(super) async fn wrong_method(
    app: App,
    method: Method,
    headers: HeaderMap,
    uri: Uri,
) -> Problem {
    let language = view::language(&headers, uri.query());
    Problem::of(&app, language, "web_wrong_method")
        .fact("method", method.as_str())
        .fact("path", uri.path())
        .json_if(wants_json(&headers, &uri))
}

/// Whether the asker is a program.
pub(super) fn wants_json(headers: &HeaderMap, uri: &Uri) -> bool {
    let accepts = headers
        .get(header::ACCEPT)
        .and_then(|it| it.to_str().ok())
        .unwrap_or_default();
    uri.path().starts_with("/api/")
        || uri
            .query()
            .is_some_and(|it| it.split('&').any(|pair| pair == "format=json"))
        || accepts.starts_with("application/json")
}

/// The page shown when a handler panics: the process lives on, the other requests too.
#[derive(Clone)]
pub(super) struct PanicPage {
    app: App,
}

impl PanicPage {
    pub fn new(app: App) -> Self {
        Self { app }
    }
}

impl ResponseForPanic for PanicPage {
    type ResponseBody = axum::body::Body;

    fn response_for_panic(
        &mut self,
        panic: Box<dyn Any + Send + 'static>,
    ) -> axum::http::Response<Self::ResponseBody> {
        let text = panic
            .downcast_ref::<String>()
            .map(String::as_str)
            .or_else(|| panic.downcast_ref::<&str>().copied())
            .unwrap_or("no text");
        tracing::error!(panic = text, "a handler panicked");
        Problem::of(&self.app, Language::Zh, "web_panic").into_response()
    }
}
