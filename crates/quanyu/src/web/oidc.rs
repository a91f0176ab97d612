//! The way to a provider of sign-in and back.
//!
//! Owns the cookie that a browser holds on the way, and the two addresses. Leaves everything else to `app::oidc`.
//!
//! Invariant: it leads on to addresses of ours alone; the cookie of the way is no session and is gone afterwards.

use axum::{
    extract::{Path, Request},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};
use cookie::{Cookie, SameSite};
use serde::Serialize;

use super::{
    frame::Bare, identity, problem::Problem, respond::bare_view, signin, state::App, view,
};
use crate::app::{
    account::{AccountRefusal, session::Attempt},
    oidc::{self, Back, Came},
};

/// What the browser holds on the way.
const COOKIE: &str = "quanyu_oidc";
/// As long as a trip takes, in seconds.
const SECONDS: u32 = 600;

#[derive(Serialize)]
struct WaitsPage {
    frame: Bare,
    name: String,
}

/// `GET /oidc/{provider}?next=…`: out.
pub(super) async fn out(app: App, Path(id): Path<String>, request: Request) -> Response {
    let language = view::language(request.headers(), request.uri().query());
    if app.tries.too_many(&identity::address(&request)) {
        return Problem::of(&app, language, AccountRefusal::TooFast.code()).into_response();
    }
    let next = signin::next(&signin::query(request.uri(), "next"));
    let back = back(&app, request.headers(), &id);
    // What is left of the request is not needed while the provider is asked.
    drop(request);
    let begun = oidc::begin(&app.product, &app.providers, &id, &back, &next);
    match begun.await {
        Ok(begun) => {
            let mut answer = Redirect::to(&begun.location).into_response();
            let cookie = held(&app, &begun.browser, SECONDS);
            answer.headers_mut().append(header::SET_COOKIE, cookie);
            answer
        }
        Err(error) => Problem::new(&app, language, &error).into_response(),
    }
}

/// `GET /oidc/{provider}/back?code=…&state=…`: back.
pub(super) async fn home(app: App, Path(id): Path<String>, request: Request) -> Response {
    let language = view::language(request.headers(), request.uri().query());
    let (sent, attempt, here) = read(&app, &id, &request);
    // What is left of the request is not needed while the provider is asked.
    drop(request);
    if app.tries.too_many(&attempt.address) {
        return Problem::of(&app, language, AccountRefusal::TooFast.code()).into_response();
    }
    let came = oidc::come_back(&app.product, &app.providers, &id, &here, &sent, &attempt).await;
    let mut answer = match came {
        Ok(Came::In { held, next }) => {
            let mut answer = Redirect::to(&next).into_response();
            let cookie = identity::cookie(&app, &held);
            answer.headers_mut().append(header::SET_COOKIE, cookie);
            answer
        }
        Ok(Came::Waits { name }) => waits(&app, language, name),
        Err(error) => Problem::new(&app, language, &error).into_response(),
    };
    answer
        .headers_mut()
        .append(header::SET_COOKIE, held(&app, "", 0));
    answer
}

/// What came back, who brings it, and the address that it came to.
fn read(app: &App, id: &str, request: &Request) -> (Back, Attempt, String) {
    let headers = request.headers();
    let query = |key| signin::query(request.uri(), key);
    let agent = headers
        .get(header::USER_AGENT)
        .and_then(|it| it.to_str().ok())
        .unwrap_or_default();
    let sent = Back {
        code: query("code"),
        state: query("state"),
        error: Some(query("error")).filter(|it| !it.is_empty()),
        browser: browser(headers),
    };
    let attempt = Attempt {
        agent: agent.to_owned(),
        address: identity::address(request),
        was: identity::held(app, headers),
        ..Attempt::default()
    };
    (sent, attempt, back(app, headers, id))
}

fn waits(app: &App, language: quanyu_core::text::Language, name: String) -> Response {
    let title = app.templates.text("signin.waits", language, &[]);
    let page = WaitsPage {
        frame: Bare::new(app, language, &title),
        name,
    };
    match bare_view(app, language, "signin/waits.html", &page) {
        Ok(answer) => (StatusCode::FORBIDDEN, answer).into_response(),
        Err(problem) => problem.into_response(),
    }
}

/// Where the provider sends people back to: under the name by which the browser reached us, which the door has looked at.
fn back(app: &App, headers: &HeaderMap, id: &str) -> String {
    let host = headers.get(header::HOST).and_then(|it| it.to_str().ok());
    let scheme = if app.door.https { "https" } else { "http" };
    format!("{scheme}://{}/oidc/{id}/back", host.unwrap_or("localhost"))
}

fn browser(headers: &HeaderMap) -> Option<String> {
    headers
        .get_all(header::COOKIE)
        .into_iter()
        .filter_map(|it| it.to_str().ok())
        .flat_map(Cookie::split_parse)
        .filter_map(Result::ok)
        .find(|it| it.name() == COOKIE)
        .map(|it| it.value().to_owned())
        .filter(|it| it.len() == 64)
}

/// The cookie of the way: it comes back with the provider's redirect, which another site's page cannot read.
fn held(app: &App, value: &str, seconds: u32) -> HeaderValue {
    let mut cookie = Cookie::new(COOKIE, value.to_owned());
    cookie.set_path("/oidc/");
    cookie.set_http_only(true);
    cookie.set_same_site(SameSite::Lax);
    cookie.set_secure(app.door.https);
    let text = format!("{cookie}; Max-Age={seconds}");
    HeaderValue::from_str(&text).expect("hexadecimal digits are a header value")
}
