//! Who sends a request: the session in a cookie, or a token.
//!
//! Owns the cookie. Leaves what a session or token is to [`crate::app::account`], and what is open to whom to [`super::needs`].
//!
//! Invariant: a token is never taken from a cookie nor a session from a header, so that no other site's page can send either.

use std::sync::Arc;

use axum::{
    extract::{ConnectInfo, Request},
    http::{HeaderMap, HeaderValue, header},
};
use cookie::{Cookie, SameSite};

use super::{csrf, patience::Peer, state::App};
use crate::app::{
    AppError, Who,
    account::{
        session::{self, Known, Must},
        token,
    },
    mandates,
};

/// Who sends the request that is being answered.
#[derive(Clone, Debug)]
pub(super) struct Sender {
    /// The person.
    pub who: Arc<Who>,
    /// Hash of the session, where there is one.
    pub session: Option<String>,
    /// The token of its forms, where there is a session.
    pub csrf: Option<String>,
    /// What has to be done before anything else.
    pub must: Option<Must>,
    /// For whom this person acts besides, by mandates.
    pub mandates: Arc<Vec<mandates::Held>>,
}

impl Sender {
    /// Somebody who brings nothing: the tests' one person, or nobody.
    pub fn plain(who: Arc<Who>) -> Self {
        Self {
            who,
            session: None,
            csrf: None,
            must: None,
            mandates: Arc::default(),
        }
    }

    fn known(known: Known) -> Self {
        Self {
            csrf: known.session.as_deref().map(csrf::token),
            who: Arc::new(known.who),
            session: known.session,
            must: known.must,
            mandates: Arc::new(known.mandates),
        }
    }
}

/// Who sends a request; nobody where nothing says so, `None` for a token that is none.
pub(super) async fn of(app: &App, headers: &HeaderMap) -> Result<Option<Sender>, AppError> {
    if let Some(one) = &app.one {
        return Ok(Some(Sender::plain(Arc::clone(one))));
    }
    if let Some(sent) = headers.get(header::AUTHORIZATION) {
        let text = sent.to_str().unwrap_or_default();
        let held = text.strip_prefix("Bearer ").map(str::trim);
        let Some(held) = held.filter(|it| it.starts_with(token::PREFIX)) else {
            return Ok(None);
        };
        return Ok(token::of(&app.product, held).await?.map(Sender::known));
    }
    let known = match held(app, headers) {
        Some(held) => session::of(&app.product, &held).await?,
        None => None,
    };
    Ok(Some(known.map_or_else(
        || Sender::plain(Arc::new(Who::nobody())),
        Sender::known,
    )))
}

/// What the browser holds.
pub(super) fn held(app: &App, headers: &HeaderMap) -> Option<String> {
    let name = name(app);
    headers
        .get_all(header::COOKIE)
        .into_iter()
        .filter_map(|it| it.to_str().ok())
        .flat_map(Cookie::split_parse)
        .filter_map(Result::ok)
        .find(|it| it.name() == name)
        .map(|it| it.value().to_owned())
        .filter(|it| it.len() == 64)
}

/// Over https the name binds the cookie to this host and to https.
fn name(app: &App) -> &'static str {
    if app.door.https {
        "__Host-quanyu"
    } else {
        "quanyu_session"
    }
}

/// The cookie by which a browser holds a session; an empty text takes it back.
pub(super) fn cookie(app: &App, held: &str) -> HeaderValue {
    let mut cookie = Cookie::new(name(app), held.to_owned());
    cookie.set_path("/");
    cookie.set_http_only(true);
    cookie.set_same_site(SameSite::Lax);
    cookie.set_secure(app.door.https);
    let mut text = cookie.to_string();
    if held.is_empty() {
        text.push_str("; Max-Age=0");
    }
    HeaderValue::from_str(&text).expect("hexadecimal digits are a header value")
}

/// From where a request comes; empty where the listener does not say.
pub(super) fn address(request: &Request) -> String {
    let info = request.extensions().get::<ConnectInfo<Peer>>();
    info.map(|it| it.0.0.ip().to_string()).unwrap_or_default()
}
