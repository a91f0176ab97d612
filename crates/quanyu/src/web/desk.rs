//! 工作台: what somebody has to do today, by day.
//!
//! Owns the page and the forms of delegations. Leaves whose a task is to `app::desk`.

use axum::{
    extract::{Path, Request},
    response::{IntoResponse, Redirect, Response},
};
use jiff::civil::Date;
use quanyu_core::appraisal::task::Standing;
use serde::Serialize;
use serde_json::{Value, json};

use super::{
    frame::{Frame, Place},
    problem::Problem,
    say::Say,
    state::App,
    steps, upload,
    view::{Format, View},
};
use crate::app::{
    self, AppError,
    collections::waiting::Asking,
    delegations::{DelegationView, NewDelegation},
    desk::{Desk, Task},
};

/// Registers with news shown on the desk.
const MOST_NEWS: usize = 8;

/// `GET /desk`.
pub(super) async fn show(app: App, view: View) -> Result<Response, Problem> {
    let refused = |error: AppError| app.refused(&view, &error);
    let desk = app::desk::desk(&app.product).await.map_err(refused)?;
    match view.format {
        Format::Html => {
            let given = app::delegations::list(&app.product).await;
            let given = given.map_err(refused)?;
            // Whoever sees a part of the records would take tasks for late whose records others have.
            let late = if app.product.sees_whole() {
                let today = app.product.today();
                let plan = app::plans::tasks::tasks(&app.product, view.period, today).await;
                let plan = plan.map_err(refused)?;
                [Standing::Late, Standing::Soon]
                    .map(|it| plan.standing(it).filter(|it| it.record.is_none()).count())
            } else {
                [0, 0]
            };
            let mut page = DeskPage::new(&app, &view, &desk, &given, late);
            page.people = app::delegations::people(&app.product)
                .await
                .map_err(refused)?;
            app.page(&view, "desk/show.html", &page)
        }
        _ => Ok(app.json(desk_json(&desk))),
    }
}

/// `POST /desk/delegations`: somebody stands in.
pub(super) async fn delegate(app: App, view: View, request: Request) -> Result<Response, Problem> {
    let refused = |error: AppError| app.refused(&view, &error);
    let mut form = upload::form(&app, &view, request).await?;
    let new = NewDelegation {
        person: form.take("person").unwrap_or_default(),
        deputy: form.take("deputy").unwrap_or_default(),
        from: steps::day(form.take("from")).map_err(refused)?,
        to: steps::day(form.take("to")).map_err(refused)?,
        note: form.take("note"),
    };
    app::delegations::give(&app.product, &new)
        .await
        .map_err(refused)?;
    Ok(Redirect::to(&view.link("/desk")).into_response())
}

/// `POST /desk/delegations/{id}/end`.
pub(super) async fn end(app: App, Path(id): Path<String>, view: View) -> Result<Response, Problem> {
    let refused = |error: AppError| app.refused(&view, &error);
    let id = steps::number(&id).map_err(refused)?;
    app::delegations::end(&app.product, id)
        .await
        .map_err(refused)?;
    Ok(Redirect::to(&view.link("/desk")).into_response())
}

#[derive(Debug, Serialize)]
struct DeskPage {
    frame: Frame,
    day: String,
    counts: Vec<(String, i64, &'static str)>,
    lists: Vec<List>,
    asked: Vec<AskedRow>,
    collections: String,
    enter: Vec<Enter>,
    registers: String,
    news: Vec<(String, String, String)>,
    delegations: Vec<Delegation>,
    stands_in: String,
    people: Vec<(String, String)>,
    delegate: String,
    today: String,
    plan: Option<(String, String)>,
    calendar: String,
    boards: String,
    handover: String,
    json: String,
}

/// A register that may be entered, with the ways in.
#[derive(Debug, Serialize)]
struct Enter {
    title: String,
    href: String,
    new: String,
    quick: String,
    import: String,
}

/// A request for figures.
#[derive(Debug, Serialize)]
struct AskedRow {
    href: String,
    title: String,
    what: String,
    parties: String,
    remark: Option<String>,
    left: String,
    class: &'static str,
}

/// Tasks of one sort.
#[derive(Debug, Serialize)]
struct List {
    key: &'static str,
    title: String,
    hint: String,
    rows: Vec<Row>,
}

#[derive(Clone, Debug, Serialize)]
pub(super) struct Row {
    pub href: String,
    pub label: String,
    pub register: String,
    pub state: String,
    pub steps: String,
    pub due: Option<String>,
    pub left: Option<String>,
    pub class: &'static str,
    pub last: String,
    pub reason: Option<String>,
    pub person: Option<String>,
    pub behalf: Option<String>,
    pub opinion: bool,
    pub waits: Option<String>,
    pub message: String,
}

#[derive(Debug, Serialize)]
struct Delegation {
    person: String,
    deputy: String,
    days: String,
    roles: String,
    note: Option<String>,
    holds: bool,
    end: Option<String>,
}

impl DeskPage {
    fn new(
        app: &App,
        view: &View,
        desk: &Desk,
        given: &[DelegationView],
        plan: [usize; 2],
    ) -> Self {
        let say = app.say(view);
        let counts = [
            ("late", desk.counts.late, "error"),
            ("today", desk.counts.today, "behind"),
            ("soon", desk.counts.soon, "behind"),
            ("returned", desk.counts.returned, "error"),
            ("all", desk.counts.all, "on_pace"),
        ];
        let lists = [
            ("returned", &desk.returned),
            ("checks", &desk.checks),
            ("tasks", &desk.tasks),
            ("waiting", &desk.waiting),
        ];
        let lists = lists
            .into_iter()
            .filter(|(key, tasks)| *key == "tasks" || !tasks.is_empty())
            .map(|(key, tasks)| List {
                key,
                title: say.word("desk_list", key),
                hint: say.word("desk_hint", key),
                rows: tasks.iter().map(|it| row(app, view, it)).collect(),
            });
        let delegations = given.iter().map(|it| Delegation {
            person: say.actor(&it.person),
            deputy: say.actor(&it.deputy),
            days: format!("{} — {}", it.days.0, it.days.1),
            roles: it
                .roles
                .iter()
                .map(|it| it.1.get(view.language))
                .collect::<Vec<_>>()
                .join(&say.text("record.and")),
            note: it.note.clone(),
            holds: it.holds,
            end: it
                .may_end
                .then(|| view.link(&format!("/desk/delegations/{}/end", it.id))),
        });
        let [late, near] = plan;
        Self {
            frame: Frame::new(app, view, Place::Desk, &say.text("desk.title")),
            day: say.fill(
                "desk.day",
                &[
                    ("day", desk.today.to_string()),
                    ("weekday", weekday(&say, desk.today)),
                ],
            ),
            counts: counts
                .into_iter()
                .map(|(key, count, class)| {
                    let class = if count == 0 { "waiting" } else { class };
                    (say.word("desk_count", key), count, class)
                })
                .collect(),
            lists: lists.collect(),
            asked: desk.asked.iter().map(|it| asked(&say, view, it)).collect(),
            collections: view.link("/collections"),
            enter: desk
                .enter
                .iter()
                .map(|(id, title)| {
                    let path = format!("/registers/{id}");
                    Enter {
                        title: title.get(view.language).to_owned(),
                        href: view.link(&path),
                        new: view.link(&format!("{path}/new")),
                        quick: view.link(&format!("{path}/quick")),
                        import: view.link(&format!("{path}/import")),
                    }
                })
                .collect(),
            registers: view.link("/registers"),
            news: desk
                .news
                .iter()
                .take(MOST_NEWS)
                .map(|it| {
                    let href = view.link(&format!("/registers/{}", it.register.0));
                    let values = [
                        ("made", it.made.to_string()),
                        ("changed", it.changed.to_string()),
                    ];
                    let words = say.fill("desk.touched", &values);
                    (it.register.1.get(view.language).to_owned(), href, words)
                })
                .collect(),
            delegations: delegations.collect(),
            stands_in: desk.stands_in.join(&say.text("record.and")),
            people: Vec::new(),
            delegate: view.link("/desk/delegations"),
            today: desk.today.to_string(),
            plan: (late + near > 0).then(|| {
                let values = [
                    ("late", late.to_string()),
                    ("soon", near.to_string()),
                    ("period", say.period(view.period)),
                ];
                (
                    say.fill("desk.plan", &values),
                    view.link("/appraisal/tasks"),
                )
            }),
            calendar: view.link("/calendar"),
            boards: view.link("/boards"),
            handover: view.link("/handover"),
            json: view.change(&[("format", Some("json"))]),
        }
    }
}

/// A request as a row.
fn asked(say: &Say<'_>, view: &View, it: &Asking) -> AskedRow {
    let path = match it.place {
        Some(place) => format!("/collections/{}/{place}", it.collection),
        None => format!("/collections/{}", it.collection),
    };
    let count = it.parties.len();
    let parties = match &it.parties[..] {
        [one] => one.clone(),
        [first, ..] => {
            let values = [("first", first.clone()), ("count", count.to_string())];
            say.fill("desk.parties", &values)
        }
        [] => String::new(),
    };
    AskedRow {
        href: view.link(&path),
        title: it.title.clone(),
        what: say.word("desk_asked", it.what.word()),
        parties,
        remark: it.remark.clone(),
        left: left(say, it.due, it.left, it.standing),
        class: steps::class(it.standing),
    }
}

/// A task as a row of a page.
pub(super) fn row(app: &App, view: &View, it: &Task) -> Row {
    let say = app.say(view);
    let join = |all: &[quanyu_core::text::Text]| {
        let all: Vec<&str> = all.iter().map(|it| it.get(view.language)).collect();
        all.join(&say.text("record.and"))
    };
    let by = steps::acted(app, view, &it.last.0, None);
    Row {
        href: view.link(&format!("/registers/{}/{}", it.register.0, it.record)),
        label: it.label.clone(),
        register: it.register.1.get(view.language).to_owned(),
        state: it.state.1.get(view.language).to_owned(),
        steps: join(&it.steps),
        due: it.due.map(|it| it.to_string()),
        left: left_words(&say, it),
        class: steps::class(it.standing),
        last: match &it.last.1 {
            Some(step) => format!("{by} · {}", step.get(view.language)),
            None => by,
        },
        reason: it.reason.clone(),
        person: it.person.as_ref().map(|it| say.actor(it)),
        behalf: it.behalf.clone(),
        opinion: it.opinion,
        waits: (!it.waits.is_empty()).then(|| join(&it.waits)),
        message: steps::message(app, view, it),
    }
}

/// How long is left, in words.
pub(super) fn left_words(say: &Say<'_>, it: &Task) -> Option<String> {
    match (it.due, it.beyond) {
        (Some(due), _) => Some(left(say, due, it.left, it.standing)),
        (None, Some(days)) => Some(say.fill("desk.beyond", &[("days", days.to_string())])),
        (None, None) => None,
    }
}

fn left(say: &Say<'_>, due: Date, left: Option<i64>, standing: Standing) -> String {
    let day = ("day", due.to_string());
    match left {
        None => say.fill("desk.by", &[day]),
        Some(0) if standing == Standing::Late => say.fill("desk.just_late", &[day]),
        Some(0) => say.text("desk.due_today"),
        Some(left) if left < 0 => say.fill("desk.late", &[("days", (-left).to_string()), day]),
        Some(left) => say.fill("desk.left", &[("days", left.to_string()), day]),
    }
}

/// The day of the week.
pub(super) fn weekday(say: &Say<'_>, day: Date) -> String {
    let number = day.weekday().to_monday_one_offset();
    say.word("weekday", &number.to_string())
}

fn desk_json(desk: &Desk) -> Value {
    let list = |all: &[Task]| -> Vec<Value> { all.iter().map(task_json).collect() };
    json!({
        "today": desk.today.to_string(),
        "counts": {
            "all": desk.counts.all, "late": desk.counts.late, "today": desk.counts.today,
            "soon": desk.counts.soon, "returned": desk.counts.returned,
        },
        "tasks": list(&desk.tasks), "checks": list(&desk.checks),
        "waiting": list(&desk.waiting), "returned": list(&desk.returned),
        "stands_in_for": desk.stands_in,
        "asked": desk.asked.iter().map(|it| json!({
            "collection": it.collection, "place": it.place, "title": it.title, "parties": it.parties,
            "what": it.what.word(), "due": it.due.to_string(), "left": it.left, "standing": it.standing.word(),
            "remark": it.remark,
        })).collect::<Vec<_>>(),
    })
}

/// A task for programs.
pub(super) fn task_json(it: &Task) -> Value {
    json!({
        "register": it.register.0, "record": it.record, "label": it.label, "state": it.state.0,
        "due": it.due.map(|it| it.to_string()), "left": it.left, "standing": it.standing.word(),
        "last_by": it.last.0, "reason": it.reason, "person": it.person, "behalf": it.behalf,
        "opinion": it.opinion,
    })
}
