//! 办理: the panel of steps on a record's page, and what its forms send.
//!
//! Owns the handlers and the panel's struct. Leaves every act to `app::steps`, the paper to `web::sheets`.

use std::collections::BTreeMap;

use axum::{
    extract::{Path, Request},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};
use quanyu_core::{appraisal::task::Standing, text::Text};
use serde::Serialize;
use serde_json::{Value, json};

use super::{
    desk::left_words,
    problem::Problem,
    state::App,
    upload,
    view::{Format, View, encode},
};
use crate::app::{
    self, AppError, Why,
    desk::Task,
    steps::{Giving, Said, StepView, Taken, Taking},
};

/// `POST /registers/{register}/{record}/step`: takes a step.
pub(super) async fn take(
    app: App,
    Path((register, record)): Path<(String, String)>,
    view: View,
    request: Request,
) -> Result<Response, Problem> {
    let refused = |error: AppError| app.refused(&view, &error);
    let id = number(&record).map_err(refused)?;
    let form = upload::form(&app, &view, request).await?;
    let taking = taking(&register, id, form).map_err(refused)?;
    let done = app::steps::take(&app.product, &taking).await;
    let done = done.map_err(refused)?;
    if view.format == Format::Json {
        return Ok(app.json(json!({
            "version": done.version, "state": done.state, "number": done.number,
        })));
    }
    back(&view, &register, id)
}

/// What the form of a step says.
pub(super) fn taking(
    register: &str,
    record: i64,
    mut form: upload::Form,
) -> Result<Taking, AppError> {
    let mut taking = Taking {
        register: register.to_owned(),
        record,
        version: form.take("version").and_then(|it| it.parse().ok()),
        step: form.take("step").unwrap_or_default(),
        role: form.take("role"),
        note: form.take("note"),
        offline: form.take("offline").is_some(),
        number: form.take("number"),
        minutes: form.take("minutes"),
        met_on: day(form.take("met_on"))?,
        person: form.take("person"),
        ..Taking::default()
    };
    for (name, text) in std::mem::take(&mut form.fields) {
        if let Some(field) = name.strip_prefix("f.") {
            taking.values.insert(field.to_owned(), text);
        }
    }
    for (field, name, bytes) in form.files {
        match field.strip_prefix("f.") {
            Some(field) => taking.files.push((field.to_owned(), name, bytes)),
            None => taking.file = Some((name, bytes)),
        }
    }
    Ok(taking)
}

/// `POST /registers/{register}/{record}/opinion`: gives an opinion on a step.
pub(super) async fn opine(
    app: App,
    Path((register, record)): Path<(String, String)>,
    view: View,
    request: Request,
) -> Result<Response, Problem> {
    let refused = |error: AppError| app.refused(&view, &error);
    let id = number(&record).map_err(refused)?;
    let mut form = upload::form(&app, &view, request).await?;
    let agrees = match form.take("agrees").as_deref() {
        Some("yes") => true,
        Some("no") => false,
        other => {
            return Err(refused(AppError::BadValue {
                kind: "opinion",
                value: other.unwrap_or_default().to_owned(),
                why: Why::written("yes, no"),
            }));
        }
    };
    let giving = Giving {
        register: register.clone(),
        record: id,
        step: form.take("step").unwrap_or_default(),
        role: form.take("role"),
        agrees,
        note: form.take("note"),
        offline: form.take("offline").is_some(),
        file: form.files.pop().map(|it| (it.1, it.2)),
    };
    app::steps::give(&app.product, &giving)
        .await
        .map_err(refused)?;
    if view.format == Format::Json {
        return Ok(app.json(json!({ "given": true })));
    }
    back(&view, &register, id)
}

/// `POST /registers/{register}/{record}/assign`: names who handles the record.
pub(super) async fn assign(
    app: App,
    Path((register, record)): Path<(String, String)>,
    view: View,
    request: Request,
) -> Result<Response, Problem> {
    let refused = |error: AppError| app.refused(&view, &error);
    let id = number(&record).map_err(refused)?;
    let mut form = upload::form(&app, &view, request).await?;
    let person = form.take("person");
    app::steps::assign(&app.product, &register, id, person.as_deref())
        .await
        .map_err(refused)?;
    back(&view, &register, id)
}

/// `GET /registers/{register}/{record}/steps`: what may be done and what was done, for programs.
pub(super) async fn show(
    app: App,
    Path((register, record)): Path<(String, String)>,
    view: View,
) -> Result<Response, Problem> {
    let refused = |error: AppError| app.refused(&view, &error);
    let id = number(&record).map_err(refused)?;
    let open = app::steps::offered(&app.product, &register, id).await;
    let open = open.map_err(refused)?;
    let taken = app::steps::taken(&app.product, &register, id).await;
    let taken = taken.map_err(refused)?;
    if view.format == Format::Html {
        return back(&view, &register, id);
    }
    Ok(app.json(json!({
        "open": open.iter().map(open_json).collect::<Vec<_>>(),
        "taken": taken.iter().map(taken_json).collect::<Vec<_>>(),
    })))
}

/// `GET /registers/{register}/{record}/papers/{hash}`: a file of a step, an opinion or a field.
pub(super) async fn paper(
    app: App,
    Path((register, record, hash)): Path<(String, String, String)>,
    view: View,
) -> Result<Response, Problem> {
    let refused = |error: AppError| app.refused(&view, &error);
    let id = number(&record).map_err(refused)?;
    let found = app::steps::file(&app.product, &register, id, &hash).await;
    let (name, bytes) = found.map_err(refused)?;
    Ok(download(&name, "application/octet-stream", bytes))
}

/// A file to be kept by the browser.
pub(super) fn download(name: &str, media: &'static str, bytes: Vec<u8>) -> Response {
    let mut encoded = String::new();
    encode(name, &mut encoded);
    let disposition = HeaderValue::from_str(&format!("attachment; filename*=UTF-8''{encoded}"))
        .expect("a percent-encoded name is a header value");
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(media)),
        (header::CONTENT_DISPOSITION, disposition),
    ];
    (StatusCode::OK, headers, bytes).into_response()
}

fn back(view: &View, register: &str, id: i64) -> Result<Response, Problem> {
    let path = format!("/registers/{register}/{id}");
    Ok(Redirect::to(&view.link(&path)).into_response())
}

pub(super) fn number(text: &str) -> Result<i64, AppError> {
    text.parse()
        .map_err(|_| AppError::not_found("record", text, []))
}

/// A day as a form sends it.
pub(super) fn day(text: Option<String>) -> Result<Option<jiff::civil::Date>, AppError> {
    let Some(text) = text else { return Ok(None) };
    text.parse().map(Some).map_err(|_| AppError::BadValue {
        kind: "day",
        value: text,
        why: Why::written("2023-01-31"),
    })
}

/// The panel of steps on a record's page.
#[derive(Debug, Serialize)]
pub(super) struct StepsShown {
    way: Vec<Stage>,
    open: Vec<Open>,
    taken: Vec<Done>,
    due: Option<(String, &'static str)>,
    person: Option<String>,
    people: Vec<(String, String)>,
    waits: bool,
    action: String,
    opinion: String,
    assign: String,
    board: String,
    version: i64,
    message: String,
}

impl StepsShown {
    /// The same steps on another page, whose own address takes them and comes back to it.
    pub(super) fn taken_at(self, action: String) -> Self {
        Self { action, ..self }
    }
}

/// A state on the way.
#[derive(Debug, Serialize)]
struct Stage {
    title: String,
    here: bool,
    passed: bool,
}

#[derive(Debug, Serialize)]
struct Open {
    id: String,
    title: String,
    to: String,
    kind: &'static str,
    may: bool,
    roles: String,
    behalf: Option<String>,
    missing: Vec<Field>,
    unmet: Option<Unmet>,
    asked: Vec<AskedShown>,
    opines: bool,
    needs_note: bool,
    numbers: bool,
    due: Option<String>,
    sheet: String,
    docx: String,
}

/// A condition that does not hold.
#[derive(Debug, Serialize)]
struct Unmet {
    words: String,
    found: Vec<(String, String)>,
}

/// A field that is filled in with a step.
#[derive(Debug, Serialize)]
struct Field {
    id: String,
    title: String,
    kind: &'static str,
    choices: Vec<(String, String)>,
}

#[derive(Debug, Serialize)]
struct AskedShown {
    role: String,
    said: Option<SaidShown>,
}

#[derive(Debug, Serialize)]
struct SaidShown {
    agrees: bool,
    note: Option<String>,
    file: Option<(String, String)>,
    offline: bool,
    who: String,
    at: String,
}

#[derive(Debug, Serialize)]
struct Done {
    title: String,
    kind: &'static str,
    to: String,
    role: String,
    note: Option<String>,
    file: Option<(String, String)>,
    minutes: Option<String>,
    offline: bool,
    who: String,
    at: String,
    opinions: Vec<(String, SaidShown)>,
}

/// The panel of a record; nothing where its register has no lifecycle.
pub(super) async fn panel(
    app: &App,
    view: &View,
    register: &str,
    record: i64,
    version: i64,
) -> Result<Option<StepsShown>, AppError> {
    let Some(lifecycle) = app::steps::lifecycle(&app.product, register) else {
        return Ok(None);
    };
    let open = app::steps::offered(&app.product, register, record).await?;
    let taken = app::steps::taken(&app.product, register, record).await?;
    let task = app::steps::task(&app.product, register, record).await?;
    let path = format!("/registers/{register}/{record}");
    let say = app.say(view);
    let title = |it: &Text| it.get(view.language).to_owned();
    let said = |it: &Said| SaidShown {
        agrees: it.agrees,
        note: it.note.clone(),
        file: it
            .file
            .as_ref()
            .map(|(hash, name)| (name.clone(), view.link(&format!("{path}/papers/{hash}")))),
        offline: it.offline,
        who: acted(app, view, &it.actor, it.behalf.as_deref()),
        at: it.at.clone(),
    };
    let mut shown = Vec::new();
    for it in &open {
        let unmet = match &it.unmet {
            Some(guard) => {
                let told = app::steps::guard::explained(
                    &app.product,
                    register,
                    record,
                    guard,
                    view.language,
                );
                let told = told.await?;
                Some(Unmet {
                    words: told.words,
                    found: told.found,
                })
            }
            None => None,
        };
        let roles: Vec<String> = it.roles.iter().map(|it| title(&it.1)).collect();
        let wish = [("step", it.id.as_str())];
        shown.push(Open {
            id: it.id.clone(),
            title: title(&it.title),
            to: title(&it.to.1),
            kind: it.kind.word(),
            may: it.hand.is_some(),
            roles: roles.join(&say.text("record.and")),
            behalf: it.hand.as_ref().and_then(|it| it.behalf.clone()),
            missing: it
                .missing
                .iter()
                .map(|(id, _)| field(app, view, register, id))
                .collect(),
            unmet,
            opines: it.asked.iter().any(|it| it.mine && it.said.is_none()),
            asked: it
                .asked
                .iter()
                .map(|it| AskedShown {
                    role: title(&it.role.1),
                    said: it.said.as_ref().map(said),
                })
                .collect(),
            needs_note: it.needs_note,
            numbers: it.numbers,
            due: it.due.map(|it| it.to_string()),
            sheet: view.link_with(&format!("{path}/sheet"), &wish),
            docx: view.link_with(&format!("{path}/sheet.docx"), &wish),
        });
    }
    let state = task.as_ref().map(|it| it.state.0.clone());
    let state = state.or_else(|| taken.last().map(|it| it.to.0.clone()));
    let visited = |id: &str| taken.iter().any(|it| it.from.0 == id || it.to.0 == id);
    let ended = task.is_none();
    let way = lifecycle.states.iter().filter_map(|it| {
        let here = state.as_deref() == Some(it.id.as_str());
        // A state beside the way is shown only where the record is.
        let on_the_way = lifecycle
            .transitions
            .iter()
            .any(|step| step.is_expected() && step.to == it.id);
        let beside = it.last && !here && (ended || !on_the_way);
        (!beside).then(|| Stage {
            title: title(&it.title),
            here,
            passed: !here && visited(&it.id),
        })
    });
    let done = taken.iter().rev().map(|it| Done {
        title: title(&it.title),
        kind: it.kind.word(),
        to: title(&it.to.1),
        role: it.role.as_ref().map(|it| title(&it.1)).unwrap_or_default(),
        note: it.note.clone(),
        file: it
            .file
            .as_ref()
            .map(|(hash, name)| (name.clone(), view.link(&format!("{path}/papers/{hash}")))),
        minutes: it.minutes.as_ref().map(|(number, day)| {
            say.fill(
                "steps.by_minutes",
                &[("number", number.clone()), ("day", day.clone())],
            )
        }),
        offline: it.offline,
        who: acted(app, view, &it.actor, it.behalf.as_deref()),
        at: it.at.clone(),
        opinions: it
            .opinions
            .iter()
            .map(|(role, it)| (title(&role.1), said(it)))
            .collect(),
    });
    Ok(Some(StepsShown {
        way: way.collect(),
        taken: done.collect(),
        due: task.as_ref().and_then(|it| {
            let words = left_words(&say, it)?;
            Some((words, class(it.standing)))
        }),
        person: task.as_ref().and_then(|it| it.person.clone()),
        people: app::delegations::people(&app.product).await?,
        waits: task.is_some(),
        message: task
            .as_ref()
            .map(|it| message(app, view, it))
            .unwrap_or_default(),
        open: shown,
        action: view.link(&format!("{path}/step")),
        opinion: view.link(&format!("{path}/opinion")),
        assign: view.link(&format!("{path}/assign")),
        board: view.link(&format!("/boards/{register}")),
        version,
    }))
}

/// A task as a plain message for a chat, without personal data.
pub(super) fn message(app: &App, view: &View, it: &Task) -> String {
    let say = app.say(view);
    let steps: Vec<&str> = it.steps.iter().map(|it| it.get(view.language)).collect();
    say.fill(
        "steps.message",
        &[
            ("register", it.register.1.get(view.language).to_owned()),
            ("label", it.label.clone()),
            ("state", it.state.1.get(view.language).to_owned()),
            ("steps", steps.join("/")),
            (
                "due",
                left_words(&say, it).unwrap_or_else(|| say.text("desk.no_day")),
            ),
        ],
    )
}

/// How a task is marked.
pub(super) fn class(standing: Standing) -> &'static str {
    match standing {
        Standing::Late => "error",
        Standing::Soon => "behind",
        Standing::Ahead => "on_pace",
        Standing::Done => "done",
        Standing::Dropped => "waiting",
    }
}

/// Who acted, and for whom.
pub(super) fn acted(app: &App, view: &View, actor: &str, behalf: Option<&str>) -> String {
    let say = app.say(view);
    let actor = say.actor(actor);
    match behalf {
        Some(person) => say.fill(
            "steps.for_whom",
            &[("actor", actor), ("person", person.to_owned())],
        ),
        None => actor,
    }
}

fn field(app: &App, view: &View, register: &str, id: &str) -> Field {
    let say = app.say(view);
    let field = app::steps::field(&app.product, register, id);
    let choices = match field.kind {
        "yes_no" => ["yes", "no"]
            .map(|it| (it.to_owned(), say.word("yes_no", it)))
            .to_vec(),
        _ => {
            let all = field.choices.iter();
            all.map(|(code, it)| (code.clone(), it.get(view.language).to_owned()))
                .collect()
        }
    };
    Field {
        id: id.to_owned(),
        title: field.title.get(view.language).to_owned(),
        kind: field.kind,
        choices,
    }
}

fn open_json(it: &StepView) -> Value {
    json!({
        "step": it.id, "kind": it.kind.word(), "to": it.to.0, "aside": it.aside,
        "roles": it.roles.iter().map(|it| &it.0).collect::<Vec<_>>(),
        "may": it.hand.is_some(),
        "behalf": it.hand.as_ref().and_then(|it| it.behalf.clone()),
        "missing": it.missing.iter().map(|it| &it.0).collect::<Vec<_>>(),
        "unmet": it.unmet, "due": it.due.map(|it| it.to_string()),
        "needs_minutes": it.kind.word() == "meeting", "needs_note": it.needs_note,
        "opinions": it.asked.iter().map(|it| {
            let said: BTreeMap<&str, Value> = match &it.said {
                Some(said) => [("agrees", said.agrees.into()), ("note", said.note.clone().into())].into(),
                None => BTreeMap::new(),
            };
            json!({ "role": it.role.0, "said": said })
        }).collect::<Vec<_>>(),
    })
}

fn taken_json(it: &Taken) -> Value {
    json!({
        "step": it.id, "kind": it.kind.word(), "from": it.from.0, "to": it.to.0,
        "role": it.role.as_ref().map(|it| &it.0), "note": it.note,
        "file": it.file.as_ref().map(|it| &it.1), "offline": it.offline,
        "minutes": it.minutes.as_ref().map(|it| &it.0), "met_on": it.minutes.as_ref().map(|it| &it.1),
        "by": it.actor, "behalf": it.behalf, "at": it.at,
    })
}
