//! 企业填报: what may be filed, the form with where each value comes from, and where a filed record stands. For a phone.
//!
//! Owns the handlers and page structs. Leaves every act to `app::filings`, which firm a page is about to [`super::firms`].
//!
//! Cards are in [`cards`], the page of a record in [`standing`]. Start reading at [`begin`].

mod cards;
mod standing;

use axum::{
    extract::{Path, Request},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use quanyu_core::text::Text;
use rust_decimal::Decimal;
use serde::Serialize;

pub(super) use self::{
    cards::{MatterShown, MineShown},
    standing::{file, show, step},
};
use super::{
    entries::{self, form::ControlShown},
    firms::{Me, me},
    frame::Frame,
    problem::Problem,
    say::Say,
    state::App,
    upload,
    view::View,
};
use crate::{
    app::{
        self, AppError,
        entries::{Fault, Outcome, Typed},
        filings::{
            conditions,
            form::{self, Filed, FilingForm},
            origins::Origin,
        },
    },
    messages,
};

#[derive(Debug, Serialize)]
struct MattersPage {
    frame: Frame,
    matters: Vec<MatterShown>,
}

/// `GET /my/matters`: what may be filed.
pub(super) async fn matters(app: App, view: View) -> Result<Response, Problem> {
    let me = match me(&app, &view).await? {
        Ok(me) => me,
        Err(choose) => return Ok(choose),
    };
    let all = app::filings::matters(&app.product, &me.firm).await;
    let all = all.map_err(|error| app.refused(&view, &error))?;
    let say = app.say(&view);
    let page = MattersPage {
        frame: me.frame(&app, &view, &say.text("firms.matters")),
        matters: all
            .iter()
            .map(|it| MatterShown::new(&say, &me, it))
            .collect(),
    };
    app.page(&view, "firms/matters.html", &page)
}

#[derive(Debug, Serialize)]
struct MatterPage {
    frame: Frame,
    matter: MatterShown,
    who: Vec<String>,
    materials: Vec<String>,
    notes: Vec<String>,
    contact: Option<String>,
    link: Option<String>,
    conditions: Vec<ConditionShown>,
    begin: Option<String>,
    back: String,
}

#[derive(Debug, Serialize)]
struct ConditionShown {
    title: String,
    met: bool,
    found: String,
}

/// `GET /my/matters/{matter}`: for whom, what is asked, what to hand in.
pub(super) async fn matter(
    app: App,
    Path(key): Path<String>,
    view: View,
) -> Result<Response, Problem> {
    let refused = |error: AppError| app.refused(&view, &error);
    let me = match me(&app, &view).await? {
        Ok(me) => me,
        Err(choose) => return Ok(choose),
    };
    let it = app::filings::one(&app.product, &me.firm, &key).await;
    let it = it.map_err(refused)?;
    let found = conditions::looked_up(&app.product, &me.firm, &it.filing, view.language).await;
    let found = found.map_err(refused)?;
    let say = app.say(&view);
    let lines = |text: &Option<String>| -> Vec<String> {
        let text = text.iter().flat_map(|it| it.lines());
        text.map(|it| it.trim().to_owned())
            .filter(|it| !it.is_empty())
            .collect()
    };
    let said = |it: &Text| it.get(view.language).to_owned();
    let call = it.call.as_ref();
    let of = |pick: fn(&app::filings::Call) -> &Option<String>| {
        call.map(|it| lines(pick(it))).unwrap_or_default()
    };
    let or = |own: Vec<String>, else_: Vec<String>| if own.is_empty() { else_ } else { own };
    let page = MatterPage {
        frame: me.frame(&app, &view, &say.text("firms.matters")),
        who: or(of(|it| &it.who), it.who.iter().map(said).collect()),
        materials: or(
            of(|it| &it.materials),
            it.materials.iter().map(said).collect(),
        ),
        notes: it.note.iter().map(said).chain(of(|it| &it.note)).collect(),
        contact: call.and_then(|it| it.contact.clone()),
        link: call.and_then(|it| it.link.clone()),
        conditions: found
            .iter()
            .map(|it| ConditionShown {
                title: said(&it.title),
                met: it.met,
                found: if it.by.is_empty() {
                    let register = said(&it.register);
                    say.fill("firms.not_found", &[("register", register)])
                } else {
                    it.by.join("；")
                },
            })
            .collect(),
        begin: (it.state == "open" && it.begun.is_none())
            .then(|| me.link(&format!("/my/matters/{key}/file"))),
        matter: MatterShown::new(&say, &me, &it),
        back: me.link("/my/matters"),
    };
    app.page(&view, "firms/matter.html", &page)
}

#[derive(Debug, Serialize)]
struct FormPage {
    frame: Frame,
    title: String,
    period: Option<String>,
    help: Option<String>,
    action: String,
    check: String,
    pick: String,
    cancel: String,
    version: i64,
    controls: Vec<(ControlShown, Option<OriginShown>)>,
    faults: Vec<(String, String, String)>,
    refused: Option<(String, String)>,
    kept: bool,
    percent: Option<i64>,
}

#[derive(Debug, Serialize)]
struct OriginShown {
    said: String,
    whence: String,
    before: bool,
    moved: Option<String>,
}

/// What is told with a form.
#[derive(Default)]
struct Told {
    faults: Vec<Fault>,
    refused: Option<(String, String)>,
    kept: bool,
    version: Option<i64>,
}

impl FormPage {
    fn new(
        app: &App,
        view: &View,
        me: &Me,
        form: &FilingForm,
        (action, cancel): (String, String),
        told: Told,
    ) -> Self {
        let say = app.say(view);
        let register = &form.form.register;
        let base = format!("/registers/{}", register.id);
        let held = form
            .form
            .record
            .as_ref()
            .map_or_else(String::new, |(id, _, _)| {
                format!("/my/records/{}/{id}", register.id)
            });
        let title = form.filing.1.get(view.language).to_owned();
        let named = |path: &str| {
            let found = form.form.controls.iter().find(|it| it.path == path);
            found.map_or_else(
                || path.to_owned(),
                |it| it.title.get(view.language).to_owned(),
            )
        };
        let faults = told.faults.iter().map(|it| {
            (
                format!("f-{}", it.path.replace('.', "-")),
                named(&it.path),
                it.said(view.language),
            )
        });
        let faults = faults.collect();
        let controls = form.form.controls.iter().map(|it| {
            let origin = form.origins.get(&it.path);
            let moved = form.moved.get(&it.path);
            (
                ControlShown::new(it, view, &base, &held),
                origin.map(|origin| OriginShown::new(&say, origin, moved)),
            )
        });
        let check = match &form.form.record {
            Some((id, _, _)) => format!("{base}/check?record={id}"),
            None => format!("{base}/check"),
        };
        Self {
            frame: me.frame(app, view, &title),
            title,
            period: form.period.clone(),
            help: form
                .form
                .help
                .as_ref()
                .map(|it| it.get(view.language).to_owned()),
            action,
            check,
            pick: format!("{base}/pick"),
            cancel,
            version: told
                .version
                .or_else(|| form.form.record.as_ref().map(|it| it.1))
                .unwrap_or(0),
            controls: controls.collect(),
            faults,
            refused: told.refused,
            kept: told.kept,
            percent: form.jump.as_ref().map(|it| it.1),
        }
    }
}

impl OriginShown {
    fn new(say: &Say<'_>, it: &Origin, moved: Option<&Decimal>) -> Self {
        let mut whence = vec![it.register.get(say.language).to_owned()];
        whence.extend(it.period.clone());
        whence.push(it.field.get(say.language).to_owned());
        let mut facts = vec![whence.join(" · ")];
        facts.extend(it.source.clone());
        let by = say.actor(&it.by);
        facts.push(match it.on {
            Some(day) => format!("{by} {day}"),
            None => by,
        });
        Self {
            said: it.said.clone(),
            whence: facts.join("，"),
            before: it.before,
            moved: moved.map(|it| {
                let percent = (*it * Decimal::ONE_HUNDRED).round_dp(1).normalize();
                let sign = if percent.is_sign_positive() { "+" } else { "" };
                format!("{sign}{percent}%")
            }),
        }
    }
}

/// `GET /my/matters/{matter}/file`: the form of something new; what was begun is gone on with.
pub(super) async fn begin(
    app: App,
    Path(key): Path<String>,
    view: View,
) -> Result<Response, Problem> {
    let refused = |error: AppError| app.refused(&view, &error);
    let me = match me(&app, &view).await? {
        Ok(me) => me,
        Err(choose) => return Ok(choose),
    };
    let matter = app::filings::one(&app.product, &me.firm, &key).await;
    let matter = matter.map_err(refused)?;
    if let Some(begun) = &matter.begun {
        let to = format!("/my/records/{}/{}", begun.register.0, begun.id);
        return Ok(Redirect::to(&me.link(&to)).into_response());
    }
    let form = form::begin(&app.product, &me.firm, &matter, None, &[], view.language).await;
    let form = form.map_err(refused)?;
    let to = new_links(&me, &key);
    let page = FormPage::new(&app, &view, &me, &form, to, Told::default());
    app.page(&view, "firms/form.html", &page)
}

fn new_links(me: &Me, key: &str) -> (String, String) {
    (
        me.link(&format!("/my/matters/{key}/file")),
        me.link(&format!("/my/matters/{key}")),
    )
}

fn record_links(me: &Me, register: &str, id: i64) -> (String, String) {
    (
        me.link(&format!("/my/records/{register}/{id}/edit")),
        me.link(&format!("/my/records/{register}/{id}")),
    )
}

/// `POST /my/matters/{matter}/file`.
pub(super) async fn create(
    app: App,
    Path(key): Path<String>,
    view: View,
    request: Request,
) -> Result<Response, Problem> {
    let refused = |error: AppError| app.refused(&view, &error);
    let me = match me(&app, &view).await? {
        Ok(me) => me,
        Err(choose) => return Ok(choose),
    };
    let matter = app::filings::one(&app.product, &me.firm, &key).await;
    let matter = matter.map_err(refused)?;
    let (typed, submit, _) = sent(&app, &view, request).await?;
    let done = form::file(&app.product, &me.firm, (Some(&matter), None), typed, submit);
    match done.await.map_err(refused)? {
        Filed::Not(outcome) => {
            let (typed, told) = not_kept(*outcome, &view);
            let form = form::begin(
                &app.product,
                &me.firm,
                &matter,
                Some(&typed),
                &told.faults,
                view.language,
            );
            let form = form.await.map_err(refused)?;
            let page = FormPage::new(&app, &view, &me, &form, new_links(&me, &key), told);
            let page = app.page(&view, "firms/form.html", &page)?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
        filed => {
            let register = app::filings::register_of(&app.product, &matter.filing);
            after(&app, &view, &me, &register, filed).await
        }
    }
}

/// `GET /my/records/{register}/{record}/edit`.
pub(super) async fn edit(
    app: App,
    Path((register, id)): Path<(String, i64)>,
    view: View,
) -> Result<Response, Problem> {
    let me = match me(&app, &view).await? {
        Ok(me) => me,
        Err(choose) => return Ok(choose),
    };
    let at = (register.as_str(), id);
    let form = form::again(&app.product, &me.firm, at, None, &[], view.language).await;
    let form = form.map_err(|error| app.refused(&view, &error))?;
    let to = record_links(&me, &register, id);
    let page = FormPage::new(&app, &view, &me, &form, to, Told::default());
    app.page(&view, "firms/form.html", &page)
}

/// `POST /my/records/{register}/{record}/edit`.
pub(super) async fn update(
    app: App,
    Path((register, id)): Path<(String, i64)>,
    view: View,
    request: Request,
) -> Result<Response, Problem> {
    let refused = |error: AppError| app.refused(&view, &error);
    let me = match me(&app, &view).await? {
        Ok(me) => me,
        Err(choose) => return Ok(choose),
    };
    let (typed, submit, version) = sent(&app, &view, request).await?;
    let at = Some((register.as_str(), id, version));
    let done = form::file(&app.product, &me.firm, (None, at), typed, submit).await;
    match done.map_err(refused)? {
        Filed::Not(outcome) => {
            let (typed, told) = not_kept(*outcome, &view);
            mend(&app, &view, &me, (&register, id), Some(&typed), told).await
        }
        filed => after(&app, &view, &me, &register, filed).await,
    }
}

/// A form as sent, whether it is handed in, and the version that it stands on.
async fn sent(app: &App, view: &View, request: Request) -> Result<(Typed, bool, i64), Problem> {
    let mut form = upload::form(app, view, request).await?;
    let submit = form.take("do").as_deref() == Some("submit");
    let version = form.take("version").and_then(|it| it.parse().ok());
    Ok((entries::typed(form), submit, version.unwrap_or(0)))
}

/// What was typed and why it was not kept. Where somebody else changed the record, what was typed comes back over theirs.
fn not_kept(outcome: Outcome, view: &View) -> (Typed, Told) {
    match outcome {
        Outcome::Faulty(typed, faults) => {
            let told = Told {
                faults,
                ..Told::default()
            };
            (*typed, told)
        }
        Outcome::Conflict(found) => {
            let facts = [("by", found.by.clone())];
            let told = Told {
                refused: Some(messages::text(view.language, "filing_changed", &facts)),
                version: Some(found.version),
                ..Told::default()
            };
            (found.typed, told)
        }
        Outcome::Saved { .. } => (Typed::default(), Told::default()),
    }
}

/// What follows once a form was kept.
async fn after(
    app: &App,
    view: &View,
    me: &Me,
    register: &str,
    filed: Filed,
) -> Result<Response, Problem> {
    match filed {
        Filed::Done { id, submitted, .. } => {
            let done = if submitted { "submitted" } else { "kept" };
            let to = format!("/my/records/{register}/{id}");
            Ok(Redirect::to(&me.link_with(&to, &[("done", done)])).into_response())
        }
        Filed::Kept {
            id,
            faults,
            refused,
        } => {
            let refused = refused.map(|error| {
                let said =
                    app.messages
                        .say(error.code(), view.language, &error.facts(view.language));
                (said.message, said.hint)
            });
            let told = Told {
                faults,
                refused,
                kept: true,
                version: None,
            };
            mend(app, view, me, (register, id), None, told).await
        }
        Filed::Not(_) => Err(app.refused(view, &AppError::not_found("record", register, []))),
    }
}

/// The form of a record again, with what does not fit.
async fn mend(
    app: &App,
    view: &View,
    me: &Me,
    (register, id): (&str, i64),
    typed: Option<&Typed>,
    told: Told,
) -> Result<Response, Problem> {
    let form = form::again(
        &app.product,
        &me.firm,
        (register, id),
        typed,
        &told.faults,
        view.language,
    );
    let form = form.await.map_err(|error| app.refused(view, &error))?;
    let to = record_links(me, register, id);
    let page = FormPage::new(app, view, me, &form, to, told);
    let page = app.page(view, "firms/form.html", &page)?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

#[derive(Debug, Serialize)]
struct RecordsPage {
    frame: Frame,
    records: Vec<MineShown>,
    matters: String,
}

/// `GET /my/records`: what the firm has filed.
pub(super) async fn mine(app: App, view: View) -> Result<Response, Problem> {
    let me = match me(&app, &view).await? {
        Ok(me) => me,
        Err(choose) => return Ok(choose),
    };
    let all = app::filings::mine(&app.product, &me.firm).await;
    let all = all.map_err(|error| app.refused(&view, &error))?;
    let say = app.say(&view);
    let page = RecordsPage {
        frame: me.frame(&app, &view, &say.text("firms.records")),
        records: all.iter().map(|it| MineShown::new(&say, &me, it)).collect(),
        matters: me.link("/my/matters"),
    };
    app.page(&view, "firms/records.html", &page)
}
