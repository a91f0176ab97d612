//! 登录: the one page that is open to anybody.
//!
//! Owns the form, where it leads on to, and how often it may be tried. Leaves who may come in to [`crate::app::account`].
//!
//! Invariant: it leads on to addresses of ours alone; a refusal is one text and takes as long, whatever was wrong.

use std::num::NonZeroU32;

use axum::{
    Form,
    extract::{FromRequest as _, Request},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use serde::{Deserialize, Serialize};

use super::{frame::Bare, identity, needs, problem::Problem, respond::bare_view, state::App, view};
use crate::app::account::{AccountRefusal, session};

/// Attempts from one address: a whole office behind one may come in at eight, a guesser gets nowhere.
const BURST: NonZeroU32 = NonZeroU32::new(30).expect("30 is not 0");
const A_MINUTE: NonZeroU32 = NonZeroU32::new(30).expect("30 is not 0");

/// Addresses are forgotten when there are more.
const ADDRESSES: usize = 10_000;

/// Attempts to sign in, by address.
pub(super) struct Tries(DefaultKeyedRateLimiter<String>);

impl Tries {
    /// Nobody has tried yet.
    pub fn new() -> Self {
        let quota = Quota::per_minute(A_MINUTE).allow_burst(BURST);
        Self(RateLimiter::keyed(quota))
    }

    /// Whether an attempt from there is one too many.
    pub fn too_many(&self, address: &str) -> bool {
        if self.0.len() > ADDRESSES {
            self.0.retain_recent();
        }
        self.0.check_key(&address.to_owned()).is_err()
    }
}

#[derive(Serialize)]
struct SignInPage {
    frame: Bare,
    action: &'static str,
    name: String,
    next: String,
    refused: Option<(String, String)>,
    demo: bool,
    other_language: String,
    /// Other ways in: what the button says, and where it leads.
    providers: Vec<(String, String)>,
}

/// What the form sends.
#[derive(Deserialize)]
pub(super) struct Sent {
    #[serde(default)]
    name: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    code: String,
    #[serde(default)]
    next: String,
}

/// The way from a page that asks for somebody to the form, and back.
pub(super) fn ask(request: &Request) -> Response {
    let here = request
        .uri()
        .path_and_query()
        .map_or("/", axum::http::uri::PathAndQuery::as_str);
    let mut to = "/signin".to_owned();
    if here != "/" {
        to.push_str("?next=");
        view::encode(here, &mut to);
    }
    if request.headers().contains_key("hx-request") {
        // A part of a page cannot hold the form: the whole page goes there.
        let mut answer = StatusCode::UNAUTHORIZED.into_response();
        if let Ok(to) = HeaderValue::from_str("/signin") {
            answer.headers_mut().insert("hx-redirect", to);
        }
        return answer;
    }
    Redirect::to(&to).into_response()
}

/// `GET /signin`.
pub(super) async fn show(app: App, headers: HeaderMap, uri: axum::http::Uri) -> Response {
    let next = next(&query(&uri, "next"));
    if needs::signed_in(app.product.who()) {
        return Redirect::to(&next).into_response();
    }
    let language = view::language(&headers, uri.query());
    page(&app, language, String::new(), next, None)
}

/// `POST /signin`.
pub(super) async fn enter(app: App, request: Request) -> Response {
    let language = view::language(request.headers(), request.uri().query());
    let address = identity::address(&request);
    if app.tries.too_many(&address) {
        let code = AccountRefusal::TooFast.code();
        return Problem::of(&app, language, code).into_response();
    }
    let headers = request.headers().clone();
    let agent = headers
        .get(header::USER_AGENT)
        .and_then(|it| it.to_str().ok())
        .unwrap_or_default()
        .to_owned();
    // A form of a few words: what is longer is none.
    let (parts, body) = request.into_parts();
    let Ok(bytes) = axum::body::to_bytes(body, 16 * 1024).await else {
        return Problem::of(&app, language, "web_too_large")
            .fact("most", "0")
            .fact("files", "0")
            .into_response();
    };
    let request = Request::from_parts(parts, axum::body::Body::from(bytes));
    let sent: Sent = match Form::<Sent>::from_request(request, &app).await {
        Ok(Form(sent)) => sent,
        Err(_) => return Problem::of(&app, language, "web_bad_upload").into_response(),
    };
    let attempt = session::Attempt {
        name: sent.name.clone(),
        password: sent.password,
        code: sent.code,
        agent,
        address,
        was: identity::held(&app, &headers),
    };
    let next = next(&sent.next);
    match session::sign_in(&app.product, &attempt).await {
        Ok(held) => {
            let mut answer = Redirect::to(&next).into_response();
            let cookie = identity::cookie(&app, &held);
            answer.headers_mut().append(header::SET_COOKIE, cookie);
            answer
        }
        Err(error) => {
            let problem = Problem::new(&app, language, &error);
            if error.code() != "account_sign_in" {
                return problem.into_response();
            }
            let said = app
                .messages
                .say(error.code(), language, &error.facts(language));
            let refused = Some((said.message, said.hint));
            page(&app, language, sent.name, next, refused)
        }
    }
}

/// `POST /signout`.
pub(super) async fn leave(app: App, headers: HeaderMap) -> Response {
    if let Some(session) = &app.sender.session {
        let account = app.product.who().actor.as_str();
        if let Err(error) = session::sign_out(&app.product, account, session).await {
            let language = view::language(&headers, None);
            return Problem::new(&app, language, &error).into_response();
        }
    }
    let mut answer = Redirect::to("/signin").into_response();
    let headers = answer.headers_mut();
    headers.append(header::SET_COOKIE, identity::cookie(&app, ""));
    // What the browser keeps of our pages goes too.
    headers.insert("clear-site-data", HeaderValue::from_static("\"cache\""));
    answer
}

fn page(
    app: &App,
    language: quanyu_core::text::Language,
    name: String,
    next: String,
    refused: Option<(String, String)>,
) -> Response {
    let title = app.templates.text("signin.title", language, &[]);
    let other = match language {
        quanyu_core::text::Language::Zh => "en",
        quanyu_core::text::Language::En => "zh",
    };
    let mut other_language = format!("/signin?lang={other}&next=");
    view::encode(&next, &mut other_language);
    let status = if refused.is_some() {
        StatusCode::UNAUTHORIZED
    } else {
        StatusCode::OK
    };
    let page = SignInPage {
        frame: Bare::new(app, language, &title),
        action: "/signin",
        name,
        refused,
        demo: app.product.demo(),
        other_language,
        providers: providers(app, language, &next),
        next,
    };
    match bare_view(app, language, "signin/show.html", &page) {
        Ok(answer) => (status, answer).into_response(),
        Err(problem) => problem.into_response(),
    }
}

/// Providers of sign-in, each with the way to it.
fn providers(
    app: &App,
    language: quanyu_core::text::Language,
    next: &str,
) -> Vec<(String, String)> {
    let all = app.providers.0.iter();
    all.map(|(id, it)| {
        let mut to = format!("/oidc/{id}?next=");
        view::encode(next, &mut to);
        (it.titled().get(language).to_owned(), to)
    })
    .collect()
}

pub(super) fn query(uri: &axum::http::Uri, key: &str) -> String {
    let pairs = axum::extract::Query::<Vec<(String, String)>>::try_from_uri(uri);
    let pairs = pairs.map(|it| it.0).unwrap_or_default();
    let found = pairs.into_iter().find(|(it, _)| it == key);
    found.map(|(_, value)| value).unwrap_or_default()
}

/// Where the form leads on to: a path of ours, else the desk.
pub(super) fn next(asked: &str) -> String {
    let ours = asked.starts_with('/')
        && !asked.starts_with("//")
        && !asked.starts_with("/signin")
        && !asked.contains(['\\', '\r', '\n', '\t'])
        && asked.is_ascii();
    if ours {
        asked.to_owned()
    } else {
        "/desk".to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_form_leads_on_to_addresses_of_ours_alone() {
        let cases = [
            ("/registers?period=2023", "/registers?period=2023"),
            ("", "/desk"),
            ("https://evil.example/", "/desk"),
            ("//evil.example/", "/desk"),
            ("/\\evil.example/", "/desk"),
            ("/\t/evil.example", "/desk"),
            ("/signin?next=/", "/desk"),
            ("/台账", "/desk"),
        ];
        for (asked, want) in cases {
            assert_eq!(next(asked), want, "{asked}");
        }
    }

    #[test]
    fn an_address_has_its_attempts_and_no_more() {
        let tries = Tries::new();
        let refused = (0..60).filter(|_| tries.too_many("192.0.2.1")).count();
        assert!((29..=30).contains(&refused), "{refused}");
        assert!(!tries.too_many("192.0.2.2"));
    }
}
