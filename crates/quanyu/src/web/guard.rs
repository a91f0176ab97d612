//! The door: who may speak to the server, and what its answers allow a browser to do.
//!
//! Owns the checks before any handler: the host named must be ours (a page elsewhere cannot reach it by pointing its own name
//! here), what changes or uploads must come from our own pages, and the sender must meet what the route needs. Leaves who somebody
//! is to [`super::identity`], the needs to [`super::needs`], the token of forms to [`super::csrf`].
//!
//! Invariant: every answer carries the same protective headers, refusals too; no handler runs before all checks have passed.
//!
//! Start reading at [`guard`].

use std::sync::Arc;

use axum::{
    extract::{MatchedPath, Request, State},
    http::{HeaderMap, HeaderValue, Method, header},
    middleware::Next,
    response::{IntoResponse, Redirect, Response},
};
use quanyu_core::text::Language;

use super::{
    csrf, firms,
    identity::{self, Sender},
    needs::{self, Need},
    patience,
    problem::{self, Problem},
    public, signin,
    state::App,
    upload, view,
};
use crate::app::{Who, who::Grants};

/// Scripts, styles, pictures and requests only to this server; nobody may frame it.
const CONTENT_SECURITY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; \
     connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// Under which names the pages are reached, and how.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Door {
    /// Names beside those of this machine, with the port where it is not the usual one.
    pub hosts: Vec<String>,
    /// Whether browsers come by https, through a proxy that speaks it.
    pub https: bool,
}

/// Checks host, origin, session, right and token, then adds the headers.
pub(super) async fn guard(State(app): State<App>, request: Request, next: Next) -> Response {
    let language = view::language(request.headers(), request.uri().query());
    let asks_language = request
        .uri()
        .query()
        .is_some_and(|it| it.split('&').any(|pair| pair.starts_with("lang=")));
    // The public pages keep nothing in the browser.
    let stranger = public::is_public(request.uri().path());
    let mut response = match enter(&app, language, request).await {
        Ok(request) => next.run(request).await,
        Err(refused) => *refused,
    };
    let headers = response.headers_mut();
    if asks_language && !stranger {
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
        ("cross-origin-resource-policy", "same-origin"),
        (
            "permissions-policy",
            "camera=(), geolocation=(), microphone=()",
        ),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if app.door.https {
        let year = HeaderValue::from_static("max-age=31536000");
        headers.insert(header::STRICT_TRANSPORT_SECURITY, year);
    }
    headers
        .entry(header::CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
    response
}

/// The request with a note of who sends it, or what is answered instead.
async fn enter(
    app: &App,
    language: Language,
    mut request: Request,
) -> Result<Request, Box<Response>> {
    let json = problem::wants_json(request.headers(), request.uri());
    let problem = |app: &App, code| {
        let problem = Problem::of(app, language, code).json_if(json);
        Box::new(problem.into_response())
    };
    let host = request.uri().host();
    if let Some(code) = refusal(&app.door, request.method(), request.headers(), host) {
        return Err(problem(app, code));
    }
    if patience::says_too_large(request.headers()) {
        let most = upload::MOST / 1024 / 1024;
        let problem = Problem::of(app, language, "web_too_large").json_if(json);
        let problem = problem
            .fact("most", &most.to_string())
            .fact("files", &upload::MOST_FILES.to_string());
        return Err(Box::new(problem.into_response()));
    }
    let headers = request.headers().clone();
    // Whoever looks at a public page is nobody, signed in or not.
    let known = match public::is_public(request.uri().path()) {
        true => Ok(Some(Sender::plain(Arc::new(Who::nobody())))),
        false => identity::of(app, &headers).await,
    };
    let sender = match known {
        Ok(Some(sender)) => sender,
        Ok(None) => return Err(problem(app, "web_bad_token")),
        Err(error) => {
            let problem = Problem::new(app, language, &error).json_if(json);
            return Err(Box::new(problem.into_response()));
        }
    };
    let seen = app.seen_by(Some(sender.clone()));
    let route = request.extensions().get::<MatchedPath>();
    // What is no page is told so, but only to somebody.
    let need = match route {
        Some(route) => needs::of(route.as_str()),
        None => Some(Need::SignedIn),
    };
    let path = request.uri().path();
    let everything = seen.product.who().grants == Grants::Everything;
    if !need.map_or(everything, |it| it.met(&seen.product)) {
        if needs::signed_in(&sender.who) {
            // Whoever comes to the front door without seeing the whole begins elsewhere.
            if path == "/" && *request.method() == Method::GET {
                return Err(Box::new(Redirect::to(needs::home(&seen)).into_response()));
            }
            return Err(problem(&seen, "web_no_right"));
        }
        if json || *request.method() != Method::GET {
            return Err(problem(&seen, "web_sign_in"));
        }
        return Err(Box::new(signin::ask(&request)));
    }
    // People of firms see no rooms of staff and send nothing to them: imports and changes of many records know no hands.
    if seen.product.of_firms() && firms::is_of_staff(path) {
        match (request.method(), json) {
            (&Method::GET, false) => {
                return Err(Box::new(Redirect::to("/my").into_response()));
            }
            (&Method::GET, true) => {}
            _ => return Err(problem(&seen, "web_no_right")),
        }
    }
    // Nothing else is open before the password is one's own.
    let ways_out = ["/account", "/signout", "/assets/", "/healthz"];
    if sender.must.is_some() && !ways_out.iter().any(|it| path.starts_with(it)) {
        if json {
            return Err(problem(&seen, "web_must"));
        }
        return Err(Box::new(Redirect::to("/account").into_response()));
    }
    let changes = !matches!(
        *request.method(),
        Method::GET | Method::HEAD | Method::OPTIONS
    );
    let signs_in = path == "/signin";
    request.extensions_mut().insert(sender.clone());
    if changes {
        request = request.map(|it| patience::timed(it, app.patience));
    }
    match sender.csrf {
        // Whoever signs in anew in another tab has a form of before.
        Some(token) if changes && !signs_in => csrf::take(request, &token)
            .await
            .ok_or_else(|| problem(&seen, "web_stale_form")),
        _ => Ok(request),
    }
}

/// The message code of a refusal; `None` where the request may pass.
fn refusal(
    door: &Door,
    method: &Method,
    headers: &HeaderMap,
    uri_host: Option<&str>,
) -> Option<&'static str> {
    let text = |name: header::HeaderName| headers.get(name).and_then(|it| it.to_str().ok());
    let host = text(header::HOST).or(uri_host).unwrap_or_default();
    let ours = door.hosts.iter().any(|it| it.eq_ignore_ascii_case(host));
    if !ours && !is_this_machine(host) {
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
        (None, Some(origin)) => {
            let scheme = if door.https { "https://" } else { "http://" };
            origin.strip_prefix(scheme) == Some(host)
        }
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
    fn only_our_names_are_answered_and_only_our_pages_may_post() {
        #[rustfmt::skip]
        let cases: [Case; 16] = [
            ("GET", "localhost:8080", &[], None),
            ("GET", "127.0.0.1", &[], None),
            ("GET", "LOCALHOST", &[], None),
            ("GET", "[::1]:80", &[], None),
            ("GET", "evil.example", &[], Some("web_foreign_host")),
            ("GET", "localhost.evil.example", &[], Some("web_foreign_host")),
            ("GET", "127.0.0.1.evil.example:80", &[], Some("web_foreign_host")),
            ("GET", "", &[], Some("web_foreign_host")),
            ("GET", "district.example", &[], None),
            ("POST", "district.example", &[("origin", "http://evil.example")], Some("web_foreign_origin")),
            ("POST", "localhost:80", &[], None),
            ("POST", "localhost:80", &[("origin", "http://localhost:80")], None),
            ("POST", "localhost:80", &[("origin", "http://localhost:81")], Some("web_foreign_origin")),
            ("POST", "localhost:80", &[("origin", "null")], Some("web_foreign_origin")),
            ("POST", "localhost:80", &[("sec-fetch-site", "cross-site"), ("origin", "http://localhost:80")], Some("web_foreign_origin")),
            ("POST", "localhost:80", &[("sec-fetch-site", "same-origin"), ("origin", "http://localhost:80")], None),
        ];
        let door = Door {
            hosts: vec!["district.example".to_owned()],
            https: false,
        };
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
                refusal(&door, &method, &headers, None),
                want,
                "{method} {host} {more:?}"
            );
        }
    }
}
