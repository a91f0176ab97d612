//! 我的账号: one's own password, second factor, sessions and tokens.
//!
//! Owns the page and its forms. Leaves what may be done to [`crate::app::account`].
//!
//! Invariant: a secret or token is on a page once, when it is made; a changed password leaves the browser with another cookie.

use axum::{
    Form,
    extract::FromRequestParts,
    http::{header, request::Parts},
    response::{IntoResponse, Redirect, Response},
};
use qrcode::{QrCode, render::svg};
use quanyu_core::access::Right;
use serde::{Deserialize, Serialize};

use super::{
    frame::{Frame, Place},
    identity,
    problem::Problem,
    state::App,
    view::{self, View},
};
use crate::app::{
    AppError,
    account::{
        AccountRefusal, own, rules, second,
        session::Must,
        token::{self, TokenView},
    },
    say,
};

#[derive(Serialize)]
struct AccountPage {
    frame: Frame,
    name: String,
    title: String,
    roles: Vec<(String, String)>,
    /// What has to be done before anything else.
    must: Option<&'static str>,
    /// What was done just now.
    done: Option<String>,
    has_password: bool,
    password_at: String,
    rules: Vec<String>,
    second: bool,
    offer: Option<OfferView>,
    offer_href: String,
    sessions: Vec<SessionRow>,
    tokens: Vec<TokenRow>,
    rights: Vec<(&'static str, String)>,
    /// A token that was made just now, shown this once.
    made: Option<String>,
}

#[derive(Serialize)]
struct OfferView {
    secret: String,
    /// The secret in groups of four, to be typed.
    said: String,
    picture: String,
}

#[derive(Serialize)]
struct SessionRow {
    mark: String,
    agent: String,
    address: String,
    made_at: String,
    seen_at: String,
    this: bool,
}

#[derive(Serialize)]
struct TokenRow {
    id: i64,
    title: String,
    rights: String,
    made_at: String,
    expires: String,
    seen_at: String,
}

/// Rights that a program may be given: running the system is for people.
const RIGHTS: [Right; 5] = [
    Right::Read,
    Right::Enter,
    Right::Confirm,
    Right::Export,
    Right::SeePerson,
];

/// `GET /account`.
pub(super) async fn show(app: App, view: View) -> Result<Response, Problem> {
    page(&app, &view, None).await
}

async fn page(app: &App, view: &View, made: Option<String>) -> Result<Response, Problem> {
    let refuse = |error: AppError| app.refused(view, &error);
    let product = &app.product;
    let session = app.sender.session.as_deref();
    let own = own::show(product, session).await.map_err(refuse)?;
    let rules = rules::of(product).await.map_err(refuse)?;
    let tokens = token::own(product).await.map_err(refuse)?;
    let offer = match view.wish("second") {
        Some("new") if !own.second => Some(second::offer(product).map_err(refuse)?),
        _ => None,
    };
    let say = app.say(view);
    let number = |key: &str, rule: &str| say.fill(key, &[("n", rules.get(rule).to_string())]);
    let must = app.sender.must.map(|it| match it {
        Must::Password => "password",
        Must::Second => "second",
    });
    let page = AccountPage {
        frame: Frame::new(app, view, Place::Elsewhere, &say.text("account.title")),
        name: own.name,
        title: own.title,
        roles: own
            .roles
            .iter()
            .map(|(_, title, reach)| (title.get(view.language).to_owned(), reach.clone()))
            .collect(),
        must,
        done: view
            .wish("done")
            .and_then(|it| {
                app.templates
                    .text_if_any(&format!("account_done.{it}"), view.language)
            })
            .map(str::to_owned),
        has_password: own.has_password,
        password_at: say::shanghai(&own.password_at),
        rules: vec![
            number("account.rule_length", "length"),
            number("account.rule_classes", "classes"),
            number("account.rule_history", "history"),
            number("account.rule_days", "days"),
        ],
        second: own.second,
        offer: offer.map(|it| OfferView::new(&it)),
        offer_href: "/account?second=new".to_owned(),
        sessions: own
            .sessions
            .into_iter()
            .map(|it| SessionRow {
                mark: it.mark,
                agent: browser(&it.agent),
                address: it.address,
                made_at: say::shanghai(&it.made_at),
                seen_at: say::shanghai(&it.seen_at),
                this: it.this,
            })
            .collect(),
        tokens: tokens.iter().map(|it| token_row(it, &say)).collect(),
        rights: RIGHTS
            .iter()
            .map(|it| (it.word(), say.word("right", it.word())))
            .collect(),
        made,
    };
    app.page(view, "account/show.html", &page)
}

fn token_row(token: &TokenView, say: &super::say::Say<'_>) -> TokenRow {
    let rights: Vec<String> = token
        .rights
        .iter()
        .map(|it| say.word("right", it))
        .collect();
    TokenRow {
        id: token.id,
        title: token.title.clone(),
        rights: rights.join("、"),
        made_at: say::shanghai(&token.made_at),
        expires: token.expires.clone(),
        seen_at: token
            .seen_at
            .as_deref()
            .map_or_else(|| super::say::UNKNOWN.to_owned(), say::shanghai),
    }
}

impl OfferView {
    fn new(offer: &second::Offer) -> Self {
        let letters: Vec<char> = offer.secret.chars().collect();
        let groups: Vec<String> = letters.chunks(4).map(|it| it.iter().collect()).collect();
        Self {
            secret: offer.secret.clone(),
            said: groups.join(" "),
            picture: picture(&offer.address),
        }
    }
}

/// A QR code as the address of a picture; empty for what is too long for one.
fn picture(text: &str) -> String {
    let Ok(code) = QrCode::new(text.as_bytes()) else {
        return String::new();
    };
    let drawn = code
        .render::<svg::Color<'_>>()
        .min_dimensions(200, 200)
        .build();
    let mut address = "data:image/svg+xml,".to_owned();
    view::encode(&drawn, &mut address);
    address
}

/// The browser and the system in what a browser calls itself.
fn browser(agent: &str) -> String {
    let names = [
        ("MicroMessenger", "微信"),
        ("DingTalk", "钉钉"),
        ("Edg/", "Edge"),
        ("Firefox/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
    ];
    let systems = [
        ("Windows", "Windows"),
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("Mac OS", "macOS"),
        ("UOS", "统信"),
        ("Kylin", "麒麟"),
        ("Linux", "Linux"),
    ];
    let found = |all: &[(&str, &'static str)]| {
        all.iter()
            .find(|(mark, _)| agent.contains(mark))
            .map(|(_, name)| *name)
    };
    match (found(&names), found(&systems)) {
        (Some(name), Some(system)) => format!("{name} · {system}"),
        (Some(one), None) | (None, Some(one)) => one.to_owned(),
        (None, None) => agent.chars().take(40).collect(),
    }
}

/// What the forms of the page send.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Sent {
    present: String,
    new: String,
    again: String,
    secret: String,
    code: String,
    mark: String,
    id: String,
}

/// The session of whoever sends these forms; a token has no password to change.
pub(super) struct Session(String);

impl FromRequestParts<App> for Session {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let Ok(app) = App::from_request_parts(parts, app).await;
        let language = view::language(&parts.headers, parts.uri.query());
        let session = app.sender.session.clone().map(Self);
        session.ok_or_else(|| Problem::of(&app, language, "web_no_right"))
    }
}

/// The session of somebody who proves once more who he is, which may be tried a few times a minute.
pub(super) struct Proving(String);

impl FromRequestParts<App> for Proving {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let Session(session) = Session::from_request_parts(parts, app).await?;
        let Ok(app) = App::from_request_parts(parts, app).await;
        if app
            .tries
            .too_many(&format!("account {}", app.product.who().actor))
        {
            let language = view::language(&parts.headers, parts.uri.query());
            let code = AccountRefusal::TooFast.code();
            return Err(Problem::of(&app, language, code));
        }
        Ok(Self(session))
    }
}

fn done(app: &App, what: &str, held: Option<&str>) -> Response {
    let mut answer = Redirect::to(&format!("/account?done={what}")).into_response();
    if let Some(held) = held {
        let cookie = identity::cookie(app, held);
        answer.headers_mut().append(header::SET_COOKIE, cookie);
    }
    answer
}

/// `POST /account/password`.
pub(super) async fn password(
    app: App,
    view: View,
    Proving(session): Proving,
    Form(sent): Form<Sent>,
) -> Result<Response, Problem> {
    if sent.new != sent.again {
        return Err(Problem::of(&app, view.language, "web_again"));
    }
    let held = own::set_password(&app.product, &session, &sent.present, &sent.new).await;
    let held = held.map_err(|error| app.refused(&view, &error))?;
    Ok(done(&app, "password", Some(&held)))
}

/// `POST /account/second`.
pub(super) async fn second(
    app: App,
    view: View,
    Proving(session): Proving,
    Form(sent): Form<Sent>,
) -> Result<Response, Problem> {
    let held = own::set_second(
        &app.product,
        &session,
        &sent.present,
        &sent.secret,
        &sent.code,
    );
    let held = held.await.map_err(|error| app.refused(&view, &error))?;
    Ok(done(&app, "second", Some(&held)))
}

/// `POST /account/second/end`.
pub(super) async fn end_second(
    app: App,
    view: View,
    Proving(session): Proving,
    Form(sent): Form<Sent>,
) -> Result<Response, Problem> {
    let held = own::end_second(&app.product, &session, &sent.present).await;
    let held = held.map_err(|error| app.refused(&view, &error))?;
    Ok(done(&app, "second_end", Some(&held)))
}

/// `POST /account/sessions/end`.
pub(super) async fn end_session(
    app: App,
    view: View,
    Form(sent): Form<Sent>,
) -> Result<Response, Problem> {
    let ended = own::end_session(&app.product, &sent.mark).await;
    ended.map_err(|error| app.refused(&view, &error))?;
    Ok(done(&app, "session", None))
}

/// `POST /account/tokens`.
pub(super) async fn make_token(
    app: App,
    view: View,
    // A token makes no further tokens.
    _: Session,
    Form(sent): Form<Vec<(String, String)>>,
) -> Result<Response, Problem> {
    let text = |name: &str| {
        let found = sent.iter().find(|(it, _)| it == name);
        found.map(|(_, value)| value.trim()).unwrap_or_default()
    };
    let rights: Vec<Right> = RIGHTS
        .into_iter()
        .filter(|right| {
            sent.iter()
                .any(|(it, value)| it == "right" && value == right.word())
        })
        .collect();
    let refuse = |error: AppError| app.refused(&view, &error);
    let day = text("expires").parse();
    let day = day.map_err(|_| refuse(AccountRefusal::BadToken { what: "expires" }.into()))?;
    let name = app.product.who().actor.as_str();
    let made = token::create(&app.product, name, text("title"), &rights, day).await;
    let made = made.map_err(refuse)?;
    page(&app, &view, Some(made)).await
}

/// `POST /account/tokens/end`.
pub(super) async fn end_token(
    app: App,
    view: View,
    Form(sent): Form<Sent>,
) -> Result<Response, Problem> {
    let id = sent.id.parse().unwrap_or_default();
    let ended = token::end(&app.product, id).await;
    ended.map_err(|error| app.refused(&view, &error))?;
    Ok(done(&app, "token", None))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_is_said_in_two_words() {
        let chrome =
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/120.0 Safari/537.36";
        let wechat = "Mozilla/5.0 (Linux; Android 14) Chrome/116 MicroMessenger/8.0";
        for (agent, want) in [
            (chrome, "Chrome · Linux"),
            (wechat, "微信 · Android"),
            ("curl/8.5", "curl/8.5"),
        ] {
            assert_eq!(browser(agent), want);
        }
    }

    #[test]
    fn a_picture_is_an_address_without_a_bare_quote() {
        let address = picture("otpauth://totp/x?secret=ABC");
        assert!(address.starts_with("data:image/svg+xml,%3C%3Fxml"));
        assert!(!address.contains(['"', '<', ' ']));
        assert_eq!(picture(&"x".repeat(8000)), "");
    }
}
