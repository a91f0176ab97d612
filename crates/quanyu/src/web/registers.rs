//! 业务台账: all registers, a register as a list, a record; for reading.
//!
//! Owns the handlers and the page of all registers. The list is in [`list`], the record in [`record`].

pub(super) mod list;
pub(super) mod person;
mod record;

use axum::{
    extract::{Path, Request},
    response::{IntoResponse, Redirect, Response},
};
use serde::Serialize;
use serde_json::{Value, json};

pub(super) use self::list::list_json;
use self::{
    list::{RegisterPage, head_words},
    record::{RecordShown, record_json},
};
use super::{
    csv,
    figure::group,
    frame::{Frame, Place},
    problem::Problem,
    say::UNKNOWN,
    state::App,
    view::{Format, View},
};
use crate::app::{
    self,
    registers::{ListPage, ListWish, RegisterView},
};

/// Rows a page of a list has.
const PAGE: u32 = 50;
const EXPORT_STEP: u32 = 500;
const EXPORT_MOST: usize = 100_000;

/// `GET /registers`: the registers by room.
pub(super) async fn all(app: App, view: View) -> Result<Response, Problem> {
    let list = app::registers::all(&app.product).await;
    let list = list.map_err(|error| app.refused(&view, &error))?;
    match view.format {
        Format::Html => app.page(
            &view,
            "registers/list.html",
            &RoomsPage::new(&app, &view, &list),
        ),
        _ => Ok(app.json(json!({
            "registers": list.iter().map(|it| register_json(it, &view)).collect::<Vec<_>>(),
        }))),
    }
}

/// `GET /registers/{register}`: a list with filters, sorting and totals.
pub(super) async fn show(
    app: App,
    Path(register): Path<String>,
    view: View,
) -> Result<Response, Problem> {
    if let Some(to) = added(&view) {
        return Ok(Redirect::to(&to).into_response());
    }
    let wish = wish(&view);
    let page = ask(&app, &view, &register, &wish).await?;
    match view.format {
        Format::Html => {
            let views = app::views::all(&app.product, &register).await;
            let views = views.map_err(|error| app.refused(&view, &error))?;
            app.page(
                &view,
                "registers/show.html",
                &RegisterPage::new(&app, &view, &page, &wish, &views),
            )
        }
        Format::Json => Ok(app.json(list_json(&page, &view))),
        Format::Csv => {
            let step = ListWish {
                after: None,
                limit: EXPORT_STEP,
                ..wish
            };
            let first = ask(&app, &view, &register, &step).await?;
            let shown: Vec<_> = first.fields.iter().filter(|it| it.shown).collect();
            let mut heads = vec!["id".to_owned()];
            heads.extend(shown.iter().map(|it| head_words(it, &view)));
            let mut rows = first.rows.clone();
            let mut next = first.next.clone();
            while let Some(after) = next.filter(|_| rows.len() < EXPORT_MOST) {
                let page = ask(
                    &app,
                    &view,
                    &register,
                    &ListWish {
                        after: Some(after),
                        ..step.clone()
                    },
                )
                .await?;
                rows.extend(page.rows);
                next = page.next;
            }
            let rows = rows.into_iter().map(|row| {
                let cells = row.cells.into_iter().map(|it| {
                    if it.said == UNKNOWN {
                        String::new()
                    } else {
                        it.said
                    }
                });
                std::iter::once(row.id.to_string()).chain(cells).collect()
            });
            Ok(app.csv(&register, csv::table(&heads, rows)))
        }
    }
}

/// `GET /registers/{register}/{record}`: a record with everything about it.
pub(super) async fn record(
    app: App,
    Path((register, record)): Path<(String, String)>,
    view: View,
) -> Result<Response, Problem> {
    let unknown = || {
        Problem::of(&app, view.language, "web_no_page")
            .fact("path", &view.path)
            .json_if(view.format != Format::Html)
    };
    let id: i64 = record.parse().map_err(|_| unknown())?;
    let page =
        app::registers::record(&app.product, &register, id, view.wish("day"), view.language).await;
    let page = page.map_err(|error| app.refused(&view, &error))?;
    match view.format {
        Format::Html => {
            let steps = match page.removed {
                true => None,
                false => super::steps::panel(&app, &view, &register, id, page.version)
                    .await
                    .map_err(|error| app.refused(&view, &error))?,
            };
            app.page(
                &view,
                "registers/record.html",
                &RecordShown::new(&app, &view, &page, steps),
            )
        }
        _ => Ok(app.json(record_json(&page, &view))),
    }
}

pub(super) async fn ask(
    app: &App,
    view: &View,
    register: &str,
    wish: &ListWish,
) -> Result<ListPage, Problem> {
    let page = app::registers::list(&app.product, register, wish, view.language).await;
    page.map_err(|error| app.refused(view, &error))
}

/// What the address asks of a list: `col=amount`, `f.amount.from=100`, `sort=amount`, `down=1`, `after=…`.
pub(super) fn wish(view: &View) -> ListWish {
    wish_of(&view.pairs)
}

/// [`wish`] from the pairs of an address.
pub(super) fn wish_of(pairs: &[(String, String)]) -> ListWish {
    let one = |key: &str| {
        let found = pairs.iter().find(|(it, _)| it == key);
        found
            .map(|(_, value)| value.clone())
            .filter(|it| !it.is_empty())
    };
    let filters = pairs.iter().filter_map(|(key, value)| {
        let (field, operator) = key.strip_prefix("f.")?.rsplit_once('.')?;
        let value = value.trim();
        (!value.is_empty()).then(|| (field.to_owned(), operator.to_owned(), value.to_owned()))
    });
    let columns = pairs
        .iter()
        .filter(|(key, value)| key == "col" && !value.is_empty());
    ListWish {
        columns: columns.map(|(_, value)| value.clone()).collect(),
        filters: filters.collect(),
        sort: one("sort"),
        descending: one("down").is_some(),
        after: one("after"),
        limit: one("limit")
            .and_then(|it| it.parse().ok())
            .unwrap_or(PAGE)
            .clamp(1, 500),
        day: one("day"),
        counted: one("counted").is_some(),
    }
}

/// `GET /registers/{register}/export?kind=xlsx`: exactly what the list shows, as a file.
pub(super) async fn export(
    app: App,
    Path(register): Path<String>,
    view: View,
) -> Result<Response, Problem> {
    let kind = view.wish("kind").unwrap_or("xlsx");
    let made = app::exports::listed(&app.product, &register, &wish(&view), kind).await;
    let made = made.map_err(|error| app.refused(&view, &error))?;
    super::respond::file(made).map_err(|error| app.refused(&view, &error))
}

/// `POST /registers/{register}/views`: keeps the list as it is shown, or drops a view.
pub(super) async fn views(
    app: App,
    Path(register): Path<String>,
    view: View,
    request: Request,
) -> Result<Response, Problem> {
    let refused = |error: app::AppError| app.refused(&view, &error);
    let mut form = super::upload::form(&app, &view, request).await?;
    let pairs: Vec<(String, String)> = form
        .fields
        .iter()
        .filter_map(|(key, value)| Some((key.strip_prefix("q.")?.to_owned(), value.clone())))
        .collect();
    match form.take("drop").and_then(|it| it.parse().ok()) {
        Some(id) => app::views::drop(&app.product, id).await.map_err(refused)?,
        None => {
            let title = form.take("title").unwrap_or_default();
            let shared = form.take("shared").is_some();
            let kept = app::views::keep(&app.product, &register, &title, shared, &pairs).await;
            kept.map_err(refused)?;
        }
    }
    let pairs: Vec<(&str, &str)> = pairs
        .iter()
        .map(|(a, b)| (a.as_str(), b.as_str()))
        .collect();
    let to = view.link_with(&format!("/registers/{register}"), &pairs);
    Ok(Redirect::to(&to).into_response())
}

/// A condition chosen by field, operator and value becomes one of the address.
fn added(view: &View) -> Option<String> {
    let field = view.wish("add.field")?;
    let operator = view.wish("add.op").unwrap_or("has");
    let bare = matches!(operator, "known" | "unknown");
    let value = if bare { "1" } else { view.wish("add.value")? };
    let key = format!("f.{field}.{operator}");
    Some(view.change(&[
        ("add.field", None),
        ("add.op", None),
        ("add.value", None),
        (&key, Some(value)),
    ]))
}

#[derive(Debug, Serialize)]
pub(super) struct RoomsPage {
    frame: Frame,
    title: String,
    rooms: Vec<RoomOfRegisters>,
}

#[derive(Debug, Serialize)]
struct RoomOfRegisters {
    title: String,
    registers: Vec<RegisterShown>,
}

/// A register with its number of records.
/// A number of records, or that it is being counted.
fn counted(count: Option<u64>) -> String {
    count.map_or_else(|| "…".to_owned(), group)
}

#[derive(Debug, Serialize)]
pub(super) struct RegisterShown {
    pub title: String,
    pub href: String,
    pub count: String,
    pub source: String,
}

impl RegisterShown {
    pub(super) fn new(register: &RegisterView, view: &View) -> Self {
        Self {
            title: register.title.get(view.language).to_owned(),
            href: view.link(&format!("/registers/{}", register.id)),
            count: counted(register.count),
            source: register
                .source
                .clone()
                .unwrap_or_else(|| UNKNOWN.to_owned()),
        }
    }
}

impl RoomsPage {
    pub(super) fn new(app: &App, view: &View, list: &[RegisterView]) -> Self {
        let only = view.wish("module");
        let mut rooms: Vec<(String, RoomOfRegisters)> = Vec::new();
        for register in list
            .iter()
            .filter(|it| only.is_none_or(|only| it.module.0 == only))
        {
            let (id, title) = &register.module;
            if rooms.iter().all(|(it, _)| it != id) {
                let title = title.get(view.language).to_owned();
                rooms.push((
                    id.clone(),
                    RoomOfRegisters {
                        title,
                        registers: Vec::new(),
                    },
                ));
            }
            let room = rooms.iter_mut().find(|(it, _)| it == id);
            let (_, room) = room.expect("the room was pushed above");
            room.registers.push(RegisterShown::new(register, view));
        }
        let title = match (only, rooms.first()) {
            (Some(_), Some((_, room))) => room.title.clone(),
            _ => app.text(view, "menu.registers"),
        };
        Self {
            frame: Frame::new(app, view, Place::Registers(only), &title),
            title,
            rooms: rooms.into_iter().map(|(_, it)| it).collect(),
        }
    }
}

fn register_json(register: &RegisterView, view: &View) -> Value {
    json!({
        "register": register.id,
        "title": register.title.get(view.language),
        "module": register.module.0,
        "records": register.count,
        "source": register.source,
    })
}
