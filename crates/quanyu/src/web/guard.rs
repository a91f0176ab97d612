//! The door: who may speak to the server, and what its answers allow a browser to do.
//!
//! Owns the checks before any handler: the host named must be this machine (a page elsewhere cannot reach it by pointing its own name
//! here), and what changes or uploads must come from our own pages. Leaves sign-in to the sessions that come later.
//!
//! Invariant: every answer carries the same protective headers, refusals too.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, Method, header},
    middleware::Next,
    response::{IntoResponse, Response},
};

use super::{problem::Problem, state::App, view};
use crate::app::Who;

/// Scripts, styles, pictures and requests only to this server; nobody may frame it.
const CONTENT_SECURITY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; \
     connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// Checks host and origin, then adds the headers.
pub(super) async fn guard(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let language = view::language(request.headers(), request.uri().query());
    let asks_language = request
        .uri()
        .query()
        .is_some_and(|it| it.split('&').any(|pair| pair.starts_with("lang=")));
    request.extensions_mut().insert(Arc::new(Who::local()));
    let mut response = match refusal(request.method(), request.headers(), request.uri().host()) {
        Some(code) => Problem::of(&app, language, code).into_response(),
        None => next.run(request).await,
    };
    let headers = response.headers_mut();
    if asks_language {
        let cookie = format!(
            "lang={}; Path=/; Max-Age=31536000; SameSite=Lax",
            language.tag()
        );
        let cookie = HeaderValue::from_str(&cookie).expect("a language tag is a header value");
        headers.append(header::SET_COOKIE, cookie);
    }
    for (name, value) in [
        ("content-security-policy", CONTENT_SECURITY),
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
        ("referrer-policy", "same-origin"),
        ("cross-origin-opener-policy", "same-origin"),
        (
            "permissions-policy",
            "camera=(), geolocation=(), microphone=()",
        ),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers
        .entry(header::CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
    response
}

/// The message code of a refusal; `None` where the request may pass.
fn refusal(method: &Method, headers: &HeaderMap, uri_host: Option<&str>) -> Option<&'static str> {
    let text = |name: header::HeaderName| headers.get(name).and_then(|it| it.to_str().ok());
    let host = text(header::HOST).or(uri_host).unwrap_or_default();
    if !is_this_machine(host) {
        return Some("web_foreign_host");
    }
    if matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS) {
        return None;
    }
    // Browsers always send Origin with such requests; programs such as curl send neither header and carry no session of anybody.
    let site = headers
        .get("sec-fetch-site")
        .and_then(|it| it.to_str().ok());
    let same = match (site, text(header::ORIGIN)) {
        (Some(site), _) => matches!(site, "same-origin" | "none"),
        (None, Some(origin)) => origin.strip_prefix("http://") == Some(host),
        (None, None) => true,
    };
    (!same).then_some("web_foreign_origin")
}

/// Whether a Host header names the loopback interface, with or without a port.
fn is_this_machine(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|it| it.is_ascii_digit()) => name,
        _ => host,
    };
    name.eq_ignore_ascii_case("localhost") || name == "127.0.0.1" || name == "[::1]"
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Method, host, more headers, refusal.
    type Case = (
        &'static str,
        &'static str,
        &'static [(&'static str, &'static str)],
        Option<&'static str>,
    );

    #[test]
    fn only_this_machine_is_answered_and_only_our_pages_may_post() {
        #[rustfmt::skip]
        let cases: [Case; 14] = [
            ("GET", "localhost:8080", &[], None),
            ("GET", "127.0.0.1", &[], None),
            ("GET", "LOCALHOST", &[], None),
            ("GET", "[::1]:80", &[], None),
            ("GET", "evil.example", &[], Some("web_foreign_host")),
            ("GET", "localhost.evil.example", &[], Some("web_foreign_host")),
            ("GET", "127.0.0.1.evil.example:80", &[], Some("web_foreign_host")),
            ("GET", "", &[], Some("web_foreign_host")),
            ("POST", "localhost:80", &[], None),
            ("POST", "localhost:80", &[("origin", "http://localhost:80")], None),
            ("POST", "localhost:80", &[("origin", "http://localhost:81")], Some("web_foreign_origin")),
            ("POST", "localhost:80", &[("origin", "null")], Some("web_foreign_origin")),
            ("POST", "localhost:80", &[("sec-fetch-site", "cross-site"), ("origin", "http://localhost:80")], Some("web_foreign_origin")),
            ("POST", "localhost:80", &[("sec-fetch-site", "same-origin"), ("origin", "http://localhost:80")], None),
        ];
        for (method, host, more, want) in cases {
            let mut headers = HeaderMap::new();
            headers.insert(header::HOST, HeaderValue::from_str(host).unwrap());
            for (name, value) in more {
                headers.insert(
                    header::HeaderName::from_bytes(name.as_bytes()).unwrap(),
                    HeaderValue::from_str(value).unwrap(),
                );
            }
            let method = Method::from_bytes(method.as_bytes()).unwrap();
            assert_eq!(
                refusal(&method, &headers, None),
                want,
                "{method} {host} {more:?}"
            );
        }
    }
}
