//! 系统管理: accounts, roles, rules of sign-in and the log, each for its own administrator.
//!
//! Owns the pages and their forms. Leaves who may do what to the acts; a page shows an administrator the forms of that office alone.
//!
//! Invariant: a first password is on a page once, when it is made.

use std::collections::BTreeMap;

use axum::{
    Form,
    extract::Path,
    response::{IntoResponse, Redirect, Response},
};
use quanyu_core::access::Office;
use serde::{Deserialize, Serialize};

use super::{
    csv,
    frame::{Frame, Place},
    problem::Problem,
    say::Say,
    state::App,
    view::{Format, View},
};
use crate::app::{
    self, AppError, Why,
    account::{self, AccountView, Giving, Making, password, rules},
    audit::LogWish,
    say,
};

/// Entries of a page of the log.
const PAGE: u32 = 100;
/// Entries of a file of the log.
const FILE: u32 = 10_000;

#[derive(Serialize)]
struct AccountsPage {
    frame: Frame,
    makes: bool,
    gives: bool,
    accounts: Vec<AccountRow>,
    next: Option<String>,
    roles: Vec<(String, String)>,
    rules: Vec<RuleRow>,
    /// An account and its first password, made just now.
    made: Option<(String, String)>,
}

#[derive(Serialize)]
struct AccountRow {
    name: String,
    title: String,
    action: String,
    roles: Vec<(String, String)>,
    state: String,
    locked: bool,
    marks: Vec<String>,
    expires: String,
    signed_in_at: String,
}

#[derive(Serialize)]
struct RuleRow {
    name: &'static str,
    title: String,
    value: i64,
    least: i64,
    most: i64,
    source: &'static str,
}

/// `GET /admin/accounts`.
pub(super) async fn accounts(app: App, view: View) -> Result<Response, Problem> {
    page(&app, &view, None).await
}

async fn page(app: &App, view: &View, made: Option<(String, String)>) -> Result<Response, Problem> {
    let refuse = |error: AppError| app.refused(view, &error);
    let product = &app.product;
    let after = view.wish("after").unwrap_or_default();
    let all = account::list(product, after).await.map_err(refuse)?;
    let held = rules::of(product).await.map_err(refuse)?;
    let say = app.say(view);
    let gives = product.need(Office::Security).is_ok();
    let next = (all.len() >= 200).then(|| all.last().map(|it| it.name.clone()));
    let page = AccountsPage {
        frame: Frame::new(app, view, Place::Elsewhere, &say.text("admin.accounts")),
        makes: product.need(Office::System).is_ok(),
        gives,
        accounts: all.iter().map(|it| row(it, &say, view)).collect(),
        next: next
            .flatten()
            .map(|it| view.link_with("/admin/accounts", &[("after", &it)])),
        roles: product
            .pack
            .roles
            .values()
            .map(|it| (it.id.clone(), it.title.get(view.language).to_owned()))
            .collect(),
        rules: rules::RULES
            .iter()
            .filter(|_| gives)
            .map(|it| RuleRow {
                name: it.name,
                title: say.word("rule", it.name),
                value: held.get(it.name),
                least: it.bounds.0,
                most: it.bounds.1,
                source: it.source,
            })
            .collect(),
        made,
    };
    app.page(view, "admin/accounts.html", &page)
}

fn row(account: &AccountView, say: &Say<'_>, view: &View) -> AccountRow {
    let mut action = "/admin/accounts/".to_owned();
    super::view::encode(&account.name, &mut action);
    let mark = |holds: bool, key: &str| holds.then(|| say.text(key));
    let marks = [
        mark(account.second, "admin.second"),
        mark(account.must_change, "admin.must_change"),
        mark(account.demonstration, "admin.demonstration"),
    ];
    let state = match (account.locked, &account.locked_until) {
        (true, _) => say.text("admin.locked"),
        (false, Some(until)) => say.fill("admin.locked_until", &[("at", say::shanghai(until))]),
        (false, None) => say.text("admin.open"),
    };
    AccountRow {
        name: account.name.clone(),
        title: account.title.clone(),
        action,
        roles: account
            .roles
            .iter()
            .map(|(_, title, reach)| (title.get(view.language).to_owned(), reach.clone()))
            .collect(),
        state,
        locked: account.locked || account.locked_until.is_some(),
        marks: marks.into_iter().flatten().collect(),
        expires: account.expires.clone().unwrap_or_default(),
        signed_in_at: account
            .signed_in_at
            .as_deref()
            .map_or_else(|| super::say::UNKNOWN.to_owned(), say::shanghai),
    }
}

/// What the forms send.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Sent {
    what: String,
    name: String,
    title: String,
    expires: String,
    role: String,
    region: String,
    organization: String,
    value: String,
}

/// `POST /admin/accounts`: makes an account; its first password is shown once.
pub(super) async fn make_account(
    app: App,
    view: View,
    Form(sent): Form<Sent>,
) -> Result<Response, Problem> {
    let refuse = |error: AppError| app.refused(&view, &error);
    let first = password::random().map_err(refuse)?;
    let making = Making {
        name: sent.name.clone(),
        title: Some(sent.title.clone()),
        password: first.clone(),
        must_change: true,
        expires: sent.expires.parse().ok(),
        ..Making::default()
    };
    let made = account::create(&app.product, &making).await;
    made.map_err(refuse)?;
    page(&app, &view, Some((sent.name, first))).await
}

/// `POST /admin/accounts/{account}`: locks, opens, resets, ends an account or gives it roles.
pub(super) async fn change_account(
    app: App,
    view: View,
    Path(name): Path<String>,
    Form(sent): Form<Sent>,
) -> Result<Response, Problem> {
    let refuse = |error: AppError| app.refused(&view, &error);
    let product = &app.product;
    let typed = |text: &str| Some(text.trim().to_owned()).filter(|it| !it.is_empty());
    match sent.what.as_str() {
        "lock" | "unlock" => {
            let done = account::lock(product, &name, sent.what == "lock").await;
            done.map_err(refuse)?;
        }
        "expire" => {
            let day = match typed(&sent.expires) {
                None => None,
                Some(text) => Some(text.parse().map_err(|_| bad(&app, &view, "day", &text))?),
            };
            account::expire(product, &name, day).await.map_err(refuse)?;
        }
        "reset" => {
            let first = password::random().map_err(refuse)?;
            let done = account::reset(product, &name, &first).await;
            done.map_err(refuse)?;
            return page(&app, &view, Some((name, first))).await;
        }
        "roles" => {
            let giving = Giving {
                role: sent.role.clone(),
                region: typed(&sent.region),
                organization: typed(&sent.organization),
            };
            let givings: Vec<Giving> = typed(&sent.role).map(|_| giving).into_iter().collect();
            account::give(product, &name, &givings)
                .await
                .map_err(refuse)?;
        }
        other => return Err(bad(&app, &view, "step", other)),
    }
    Ok(Redirect::to("/admin/accounts").into_response())
}

fn bad(app: &App, view: &View, kind: &'static str, value: &str) -> Problem {
    let error = AppError::BadValue {
        kind,
        value: value.to_owned(),
        why: Why::unknown(),
    };
    app.refused(view, &error)
}

/// `POST /admin/rules`.
pub(super) async fn set_rule(
    app: App,
    view: View,
    Form(sent): Form<Sent>,
) -> Result<Response, Problem> {
    let value = sent.value.trim().parse();
    let value = value.map_err(|_| bad(&app, &view, "value", &sent.value))?;
    let set = rules::set(&app.product, &sent.name, value).await;
    set.map_err(|error| app.refused(&view, &error))?;
    Ok(Redirect::to("/admin/accounts").into_response())
}

#[derive(Serialize)]
struct AuditPage {
    frame: Frame,
    actor: String,
    act: String,
    from: String,
    to: String,
    entries: Vec<Entry>,
    next: Option<String>,
    csv: String,
}

#[derive(Serialize)]
struct Entry {
    seq: i64,
    at: String,
    actor: String,
    act: String,
    of: String,
    note: String,
}

/// `GET /admin/audit`: the log, newest first.
pub(super) async fn audit(app: App, view: View) -> Result<Response, Problem> {
    let refuse = |error: AppError| app.refused(&view, &error);
    let text = |key: &str| view.wish(key).unwrap_or_default().to_owned();
    let file = view.format == Format::Csv;
    let wish = LogWish {
        actor: text("actor"),
        act: text("act"),
        from: view.wish("from").and_then(|it| it.parse().ok()),
        to: view.wish("to").and_then(|it| it.parse().ok()),
        before: view
            .wish("after")
            .and_then(|it| it.parse().ok())
            .unwrap_or(0),
        limit: if file { FILE } else { PAGE },
    };
    let found = app::audit::log(&app.product, &wish).await.map_err(refuse)?;
    let say = app.say(&view);
    let entries: Vec<Entry> = found
        .iter()
        .map(|it| Entry {
            seq: it.seq,
            at: say::shanghai(&it.at),
            actor: match say.actor(&it.actor) {
                name if file || name == it.actor => it.actor.clone(),
                name => format!("{name} {}", it.actor),
            },
            act: say.word("act", &it.act),
            of: match it.record {
                0 => String::new(),
                record if file => format!("{}/{record}", it.register),
                record => {
                    let register = app::registers::about(&app.product, &it.register);
                    format!("{} #{record}", register.title.get(view.language))
                }
            },
            note: match &it.note {
                Some(note) if file => note.clone(),
                Some(note) => noted(&say, note),
                None => String::new(),
            },
        })
        .collect();
    let heads = ["seq", "at", "actor", "act", "of", "note"];
    if file {
        let noted = app::audit::log_taken(&app.product, entries.len()).await;
        noted.map_err(refuse)?;
        let heads: Vec<String> = heads
            .iter()
            .map(|it| say.text(&format!("admin.log_{it}")))
            .collect();
        let rows = entries.into_iter().map(|it| {
            let seq = it.seq.to_string();
            vec![seq, it.at, it.actor, it.act, it.of, it.note]
        });
        return Ok(app.csv("audit", csv::table(&heads, rows)));
    }
    let full = entries.len() >= PAGE as usize;
    let last = entries.last().filter(|_| full).map(|it| it.seq.to_string());
    let page = AuditPage {
        frame: Frame::new(&app, &view, Place::Elsewhere, &say.text("admin.audit")),
        actor: wish.actor,
        act: wish.act,
        from: text("from"),
        to: text("to"),
        entries,
        next: last.map(|it| view.change(&[("after", Some(&it))])),
        csv: view.change(&[("format", Some("csv"))]),
    };
    app.page(&view, "admin/audit.html", &page)
}

/// What an entry says, as people read it; as it stands where it is no list of words.
fn noted(say: &Say<'_>, note: &str) -> String {
    let Ok(said) = serde_json::from_str::<BTreeMap<String, serde_json::Value>>(note) else {
        return note.to_owned();
    };
    let pairs = said.iter().map(|(key, value)| {
        let value = match value {
            serde_json::Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        format!("{} {value}", say.word("log_key", key))
    });
    pairs.collect::<Vec<_>>().join(" · ")
}
