//! What the server counts of itself: requests by route, method and status, and how long they took.
//!
//! Owns the numbers behind `/metrics`. Routes, not addresses, so that no id or search word gets into a time series.

use std::{
    collections::BTreeMap,
    fmt::Write,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use axum::{
    extract::{MatchedPath, Request, State},
    middleware::Next,
    response::Response,
};

use super::state::App;

/// Counters since the start.
#[derive(Default)]
pub(super) struct Metrics {
    by_route: Mutex<BTreeMap<(String, &'static str, u16), Cost>>,
}

#[derive(Clone, Copy, Default)]
struct Cost {
    requests: u64,
    spent: Duration,
}

impl Metrics {
    fn add(&self, route: &str, method: &'static str, status: u16, spent: Duration) {
        let mut by_route = self.by_route.lock().unwrap_or_else(PoisonError::into_inner);
        let cost = by_route
            .entry((route.to_owned(), method, status))
            .or_default();
        cost.requests += 1;
        cost.spent += spent;
    }

    /// The text form that Prometheus reads; `sequence` is the number of the last change, where the store answers.
    pub fn text(&self, sequence: Option<i64>) -> String {
        let by_route = self
            .by_route
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        let mut out = String::from(
            "# HELP quanyu_http_requests_total Requests answered.\n# TYPE quanyu_http_requests_total counter\n",
        );
        let labels = |(route, method, status): &(String, &str, u16)| {
            format!("route=\"{route}\",method=\"{method}\",status=\"{status}\"")
        };
        for (key, cost) in &by_route {
            let _ = writeln!(
                out,
                "quanyu_http_requests_total{{{}}} {}",
                labels(key),
                cost.requests
            );
        }
        out.push_str(
            "# HELP quanyu_http_request_seconds Time from request to answer.\n# TYPE quanyu_http_request_seconds summary\n",
        );
        for (key, cost) in &by_route {
            let labels = labels(key);
            let _ = writeln!(
                out,
                "quanyu_http_request_seconds_sum{{{labels}}} {:.6}",
                cost.spent.as_secs_f64()
            );
            let _ = writeln!(
                out,
                "quanyu_http_request_seconds_count{{{labels}}} {}",
                cost.requests
            );
        }
        if let Some(sequence) = sequence {
            let _ = writeln!(
                out,
                "# HELP quanyu_change_sequence Number of the last change in the chain.\n# TYPE quanyu_change_sequence gauge\nquanyu_change_sequence {sequence}"
            );
        }
        out
    }
}

/// Counts a request when it has been answered.
pub(super) async fn count(State(app): State<App>, request: Request, next: Next) -> Response {
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or_else(|| "none".to_owned(), |it| it.as_str().to_owned());
    // A fixed set of words: a method may be any token, and each would be a series of its own.
    let method = match request.method().as_str() {
        "GET" => "GET",
        "HEAD" => "HEAD",
        "POST" => "POST",
        _ => "other",
    };
    let began = Instant::now();
    let response = next.run(request).await;
    app.metrics
        .add(&route, method, response.status().as_u16(), began.elapsed());
    response
}
