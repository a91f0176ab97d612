//! 业务台账: all registers, a register as a list, a record; for reading.

use axum::{
    extract::{Path, State},
    response::Response,
};
use serde::Serialize;
use serde_json::{Value, json};

use super::{
    csv,
    figure::group,
    frame::{Choice, Frame, Place},
    problem::Problem,
    record::RecordShown,
    state::App,
    view::{Format, View},
};
use crate::app::{
    self,
    registers::{Cell, FieldHead, ListPage, ListWish, RegisterView},
};

/// Rows a page of a list has.
const PAGE: u32 = 50;
const EXPORT_STEP: u32 = 500;
const EXPORT_MOST: usize = 100_000;

/// `GET /registers`: the registers by room.
pub(super) async fn list(State(app): State<App>, view: View) -> Result<Response, Problem> {
    let list = app::registers::all(&app.product).await;
    let list = list.map_err(|error| app.refused(&view, &error))?;
    match view.format {
        Format::Html => app.page(&view, "registers/list.html", &RoomsPage::new(&app, &view, &list)),
        _ => Ok(app.json(json!({
            "registers": list.iter().map(|it| register_json(it, &view)).collect::<Vec<_>>(),
        }))),
    }
}

/// `GET /registers/{register}`: a list with filters, sorting and totals.
pub(super) async fn show(State(app): State<App>, Path(register): Path<String>, view: View) -> Result<Response, Problem> {
    let wish = wish(&view);
    let page = ask(&app, &view, &register, &wish).await?;
    match view.format {
        Format::Html => app.page(&view, "registers/show.html", &RegisterPage::new(&app, &view, &page, &wish)),
        Format::Json => Ok(app.json(list_json(&page, &view))),
        Format::Csv => {
            let step = ListWish { after: None, limit: EXPORT_STEP, ..wish };
            let first = ask(&app, &view, &register, &step).await?;
            let shown: Vec<_> = first.fields.iter().filter(|it| it.shown).collect();
            let mut heads = vec!["id".to_owned()];
            heads.extend(shown.iter().map(|it| head_words(it, &view)));
            let mut rows = first.rows.clone();
            let mut next = first.next.clone();
            while let Some(after) = next.filter(|_| rows.len() < EXPORT_MOST) {
                let page = ask(&app, &view, &register, &ListWish { after: Some(after), ..step.clone() }).await?;
                rows.extend(page.rows);
                next = page.next;
            }
            let rows = rows.into_iter().map(|row| {
                let cells = row.cells.into_iter().map(|it| if it.said == super::say::UNKNOWN { String::new() } else { it.said });
                std::iter::once(row.id.to_string()).chain(cells).collect()
            });
            Ok(app.csv(&register, csv::table(&heads, rows)))
        }
    }
}

/// `GET /registers/{register}/{record}`: a record with everything about it.
pub(super) async fn record(
    State(app): State<App>,
    Path((register, record)): Path<(String, String)>,
    view: View,
) -> Result<Response, Problem> {
    let unknown = || Problem::of(&app, view.language, "web_no_page").fact("path", &view.path).as_json(view.format != Format::Html);
    let id: i64 = record.parse().map_err(|_| unknown())?;
    let page = app::registers::record(&app.product, &register, id, view.language).await;
    let page = page.map_err(|error| app.refused(&view, &error))?;
    match view.format {
        Format::Html => app.page(&view, "registers/record.html", &RecordShown::new(&app, &view, &page)),
        _ => Ok(app.json(super::record::record_json(&page, &view))),
    }
}

pub(super) async fn ask(app: &App, view: &View, register: &str, wish: &ListWish) -> Result<ListPage, Problem> {
    let page = app::registers::list(&app.product, register, wish, view.language).await;
    page.map_err(|error| app.refused(view, &error))
}

/// What the address asks of a list: `col=amount`, `f.amount.from=100`, `sort=amount`, `down=1`, `after=…`.
pub(super) fn wish(view: &View) -> ListWish {
    let filters = view.pairs.iter().filter_map(|(key, value)| {
        let (field, operator) = key.strip_prefix("f.")?.rsplit_once('.')?;
        let value = value.trim();
        (!value.is_empty()).then(|| (field.to_owned(), operator.to_owned(), value.to_owned()))
    });
    let limit = view.wish("limit").and_then(|it| it.parse().ok()).unwrap_or(PAGE).clamp(1, 500);
    ListWish {
        columns: view.wishes("col").map(str::to_owned).collect(),
        filters: filters.collect(),
        sort: view.wish("sort").map(str::to_owned),
        descending: view.wish("down").is_some(),
        after: view.wish("after").map(str::to_owned),
        limit,
    }
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
            count: group(register.count),
            source: register.source.clone().unwrap_or_else(|| super::say::UNKNOWN.to_owned()),
        }
    }
}

impl RoomsPage {
    pub(super) fn new(app: &App, view: &View, list: &[RegisterView]) -> Self {
        let only = view.wish("module");
        let mut rooms: Vec<(String, RoomOfRegisters)> = Vec::new();
        for register in list.iter().filter(|it| only.is_none_or(|only| it.module.0 == only)) {
            let (id, title) = &register.module;
            if rooms.iter().all(|(it, _)| it != id) {
                let title = title.get(view.language).to_owned();
                rooms.push((id.clone(), RoomOfRegisters { title, registers: Vec::new() }));
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

#[derive(Debug, Serialize)]
pub(super) struct RegisterPage {
    frame: Frame,
    register: RegisterShown,
    room: (String, String),
    columns: Vec<Column>,
    fields: Vec<Choice>,
    rows: Vec<RowShown>,
    totals: Option<Vec<String>>,
    count: String,
    faults: Vec<(String, String)>,
    /// The conditions in force, each with the address without it.
    conditions: Vec<(String, String)>,
    carried: Vec<(String, String)>,
    column_carried: Vec<(String, String)>,
    path: String,
    next: Option<String>,
    first: Option<String>,
    clear: String,
    csv: String,
    json: String,
}

#[derive(Debug, Serialize)]
struct Column {
    id: String,
    title: String,
    unit: Option<String>,
    number: bool,
    sort: String,
    /// `ascending`, `descending` or empty.
    sorted: &'static str,
    filters: Vec<Filter>,
}

#[derive(Debug, Serialize)]
struct Filter {
    name: String,
    value: String,
    /// `text`, `date`, `number` or `choice`.
    form: &'static str,
    label: String,
    choices: Vec<Choice>,
}

#[derive(Debug, Serialize)]
struct RowShown {
    id: i64,
    href: String,
    cells: Vec<CellShown>,
}

/// A cell, with where it leads.
#[derive(Debug, Serialize)]
pub(super) struct CellShown {
    pub said: String,
    pub href: Option<String>,
    pub number: bool,
}

impl CellShown {
    pub(super) fn new(cell: &Cell, number: bool, view: &View) -> Self {
        Self {
            said: if number { super::say::minus(&cell.said) } else { cell.said.clone() },
            href: cell.link.as_ref().map(|(register, id)| view.link(&format!("/registers/{register}/{id}"))),
            number,
        }
    }
}

impl RegisterPage {
    pub(super) fn new(app: &App, view: &View, page: &ListPage, wish: &ListWish) -> Self {
        let say = app.say(view);
        let shown: Vec<_> = page.fields.iter().filter(|it| it.shown).collect();
        let rows = page.rows.iter().map(|row| RowShown {
            id: row.id,
            href: view.link(&format!("/registers/{}/{}", page.register.id, row.id)),
            cells: row.cells.iter().zip(&shown).map(|(cell, head)| CellShown::new(cell, head.number, view)).collect(),
        });
        let conditions = wish.filters.iter().map(|(field, operator, value)| {
            let head = page.fields.iter().find(|it| it.id == *field);
            let title = head.map_or(field.as_str(), |it| it.title.get(view.language));
            let choice = head.and_then(|it| it.choices.iter().find(|(code, _)| code == value));
            let value = choice.map_or(value.as_str(), |(_, title)| title.get(view.language));
            let words = format!("{title} {} {value}", say.word("operator", operator));
            (words, view.change(&[(&format!("f.{field}.{operator}"), None)]))
        });
        let filter_names = shown.iter().flat_map(|head| {
            filter_forms(head.kind).into_iter().map(|(operator, _)| format!("f.{}.{operator}", head.id))
        });
        let filter_names: Vec<String> = filter_names.collect();
        let own: Vec<&str> = filter_names.iter().map(String::as_str).collect();
        Self {
            frame: Frame::new(app, view, Place::Registers(room_of(&page.register)), page.register.title.get(view.language)),
            register: RegisterShown::new(&page.register, view),
            room: (page.register.module.1.get(view.language).to_owned(), view.link_with("/registers", &[("module", &page.register.module.0)])),
            columns: shown.iter().map(|it| Column::new(it, view, wish, app)).collect(),
            fields: page.fields.iter().map(|it| Choice { value: it.id.clone(), title: it.title.get(view.language).to_owned(), chosen: it.shown }).collect(),
            rows: rows.collect(),
            totals: page.totals.iter().any(Option::is_some).then(|| page.totals.iter().map(|it| super::say::minus(it.as_deref().unwrap_or_default())).collect()),
            count: group(page.count),
            faults: page.faults.iter().map(|(field, why)| {
                let head = page.fields.iter().find(|it| it.id == *field);
                (head.map_or(field.clone(), |it| it.title.get(view.language).to_owned()), why.clone())
            }).collect(),
            conditions: conditions.collect(),
            carried: view.carried(&own),
            column_carried: view.carried(&["col"]),
            path: view.path.clone(),
            next: page.next.as_deref().map(|it| view.change(&[("after", Some(it))])),
            first: view.wish("after").map(|_| view.here()),
            clear: view.link(&view.path),
            csv: view.change(&[("format", Some("csv"))]),
            json: view.change(&[("format", Some("json"))]),
        }
    }
}

/// The menu's entry a register stands under.
fn room_of(register: &RegisterView) -> Option<&str> {
    let id = register.module.0.as_str();
    (!id.is_empty() && !super::frame::ENGINE_ROOMS.contains(&id)).then_some(id)
}

impl Column {
    fn new(head: &FieldHead, view: &View, wish: &ListWish, app: &App) -> Self {
        let sorted = match (wish.sort.as_deref() == Some(&head.id), wish.descending) {
            (false, _) => "",
            (true, false) => "ascending",
            (true, true) => "descending",
        };
        // A click sorts from the smallest up, a second from the largest down, a third not at all.
        let sort = match sorted {
            "" => view.change(&[("sort", Some(&head.id)), ("down", None)]),
            "ascending" => view.change(&[("sort", Some(&head.id)), ("down", Some("1"))]),
            _ => view.change(&[("sort", None), ("down", None)]),
        };
        let title = head.title.get(view.language).to_owned();
        let filters = filter_forms(head.kind).into_iter().map(|(operator, form)| {
            let name = format!("f.{}.{operator}", head.id);
            let value = view.wish(&name).unwrap_or_default().to_owned();
            let choices = head.choices.iter().map(|(code, title)| Choice {
                value: code.clone(),
                title: title.get(view.language).to_owned(),
                chosen: *code == value,
            });
            let label = format!("{title} {}", app.say(view).word("operator", operator));
            Filter { choices: choices.collect(), name, value, form, label }
        });
        Self {
            id: head.id.clone(),
            unit: head.unit.as_deref().map(|it| app.say(view).unit(it)).filter(|it| !it.is_empty()),
            number: head.number,
            sort,
            sorted,
            filters: filters.collect(),
            title,
        }
    }
}

/// The operators offered for a type, each with its form.
fn filter_forms(kind: &str) -> Vec<(&'static str, &'static str)> {
    match kind {
        "integer" | "decimal" | "money" => vec![("from", "number"), ("to", "number")],
        "date" => vec![("from", "date"), ("to", "date")],
        "code" | "yes_no" => vec![("is", "choice")],
        _ => vec![("has", "text")],
    }
}

/// A column's head with its unit, for exports.
fn head_words(head: &FieldHead, view: &View) -> String {
    let title = head.title.get(view.language);
    match &head.unit {
        Some(unit) => format!("{title}({unit})"),
        None => title.to_owned(),
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

/// A page of a list for programs.
pub(super) fn list_json(page: &ListPage, view: &View) -> Value {
    let shown: Vec<_> = page.fields.iter().filter(|it| it.shown).collect();
    let cell = |cell: &Cell| match cell.said.as_str() {
        super::say::UNKNOWN => Value::Null,
        said => Value::from(said),
    };
    let record = |row: &app::registers::ListRow| {
        let fields: serde_json::Map<_, _> = row.cells.iter().zip(&shown).map(|(it, head)| (head.id.clone(), cell(it))).collect();
        json!({ "id": row.id, "fields": fields })
    };
    json!({
        "register": page.register.id,
        "title": page.register.title.get(view.language),
        "fields": shown.iter().map(|it| json!({
            "id": it.id, "title": it.title.get(view.language), "unit": it.unit, "type": it.kind,
        })).collect::<Vec<_>>(),
        "count": page.count,
        "next": page.next,
        "faults": page.faults.iter().map(|(field, why)| json!({"field": field, "why": why})).collect::<Vec<_>>(),
        "records": page.rows.iter().map(record).collect::<Vec<_>>(),
    })
}
