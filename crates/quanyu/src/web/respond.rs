//! From an act's result to an answer: page, JSON or CSV.

use std::sync::PoisonError;

use axum::{
    Json,
    http::{HeaderValue, header},
    response::{Html, IntoResponse, Response},
};
use quanyu_core::{period::Period, text::Language};
use serde::Serialize;

use super::{
    csrf,
    problem::Problem,
    say::Say,
    state::App,
    view::{Format, View},
};
use crate::app::{AppError, media::XLSX};

/// A page outside the frame.
pub(super) fn bare_view(
    app: &App,
    language: Language,
    template: &str,
    page: &impl Serialize,
) -> Result<Response, Problem> {
    match app.templates.render(template, language, page) {
        Ok(html) => {
            let html = match &app.sender.csrf {
                Some(token) => csrf::mark(html, token),
                None => html,
            };
            Ok(Html(html).into_response())
        }
        Err(error) => {
            tracing::error!(template, error = %error, detail = ?error, "a page cannot be rendered");
            Err(Problem::of(app, language, "web_template"))
        }
    }
}

impl App {
    /// The period of an address that names none: the last year the records know, or last year where they know none.
    pub(super) async fn latest(&self) -> Period {
        // What others' records know is no default of somebody who sees a part of them.
        let whole = self.product.sees_whole();
        let sequence = self.product.sequence().await.ok().filter(|_| whole);
        let kept = *self.latest.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((at, period)) = kept
            && Some(at) == sequence
        {
            return period;
        }
        let known = self.product.period(None).await.ok();
        let last_year = || Period::year(i32::from(jiff::Zoned::now().year()) - 1);
        let period = known
            .or_else(last_year)
            .expect("the clock of this machine says a year of 1950 to 2200");
        if let Some(at) = sequence {
            *self.latest.lock().unwrap_or_else(PoisonError::into_inner) = Some((at, period));
        }
        period
    }

    /// A page.
    pub(super) fn page(
        &self,
        view: &View,
        template: &str,
        page: &impl Serialize,
    ) -> Result<Response, Problem> {
        bare_view(self, view.language, template, page)
    }

    /// A page as text, without tokens in its forms: for a file.
    pub(super) fn html(
        &self,
        view: &View,
        template: &str,
        page: &impl Serialize,
    ) -> Result<String, Problem> {
        self.templates
            .render(template, view.language, page)
            .map_err(|error| {
                tracing::error!(template, error = %error, detail = ?error, "a page cannot be rendered");
                Problem::of(self, view.language, "web_template")
            })
    }

    /// The figures of a page, for programs.
    pub(super) fn json(&self, value: serde_json::Value) -> Response {
        Json(value).into_response()
    }

    /// A table for Excel, as a download.
    pub(super) fn csv(&self, name: &str, text: String) -> Response {
        let safe: String = name
            .chars()
            .map(|it| {
                if it.is_ascii_alphanumeric() || matches!(it, '-' | '_') {
                    it
                } else {
                    '_'
                }
            })
            .collect();
        let disposition = HeaderValue::from_str(&format!("attachment; filename=\"{safe}.csv\""))
            .expect("letters, digits, - and _ are a header value");
        let headers = [
            (
                header::CONTENT_TYPE,
                HeaderValue::from_static("text/csv; charset=utf-8"),
            ),
            (header::CONTENT_DISPOSITION, disposition),
        ];
        (headers, text).into_response()
    }

    /// The error response of an act, in the form asked for.
    pub(super) fn refused(&self, view: &View, error: &AppError) -> Problem {
        Problem::new(self, view.language, error).json_if(view.format != Format::Html)
    }

    /// Says values in the language of the page.
    pub(super) fn say(&self, view: &View) -> Say<'_> {
        Say {
            texts: &self.templates,
            people: &self.people,
            language: view.language,
        }
    }

    /// A fixed text.
    pub(super) fn text(&self, view: &View, key: &str) -> String {
        self.templates.text(key, view.language, &[])
    }
}

/// Bytes of a file that are read at a time.
const CHUNK: usize = 64 * 1024;

/// A file that was made for this answer: sent piece by piece, gone afterwards.
pub(super) fn file(made: crate::app::exports::Made) -> Result<Response, AppError> {
    use std::io::Read as _;
    let open = std::fs::File::open(&made.path);
    let open = open.map_err(|error| AppError::file(&made.path, &error))?;
    let kind = match made.path.extension().and_then(|it| it.to_str()) {
        Some("csv") => "text/csv; charset=utf-8",
        _ => XLSX,
    };
    let name = made.name.clone();
    // The folder lives as long as the stream does.
    let stream = futures::stream::try_unfold((open, made), |(mut open, made)| async move {
        let read = tokio::task::spawn_blocking(move || {
            let mut chunk = vec![0; CHUNK];
            let size = open.read(&mut chunk)?;
            chunk.truncate(size);
            Ok::<_, std::io::Error>((open, chunk))
        });
        let (open, chunk) = read.await.map_err(std::io::Error::other)??;
        Ok::<_, std::io::Error>((!chunk.is_empty()).then_some((chunk, (open, made))))
    });
    let mut response = super::entries::download(&name, kind, Vec::new());
    *response.body_mut() = axum::body::Body::from_stream(stream);
    Ok(response)
}
