//! A register as a list: columns, filters, sorting, totals, pages by key.

use serde::Serialize;
use serde_json::{Value, json};

use super::{RegisterShown, counted};
use crate::{
    app::{
        registers::{Cell, FieldHead, ListPage, ListRow, ListWish, RegisterView},
        views::SavedView,
    },
    web::{
        frame::{self, Choice, Frame, Place},
        say::{UNKNOWN, minus},
        state::App,
        view::View,
    },
};

#[derive(Debug, Serialize)]
pub(in crate::web) struct RegisterPage {
    frame: Frame,
    register: RegisterShown,
    room: (String, String),
    columns: Vec<Column>,
    fields: Vec<Choice>,
    rows: Vec<RowShown>,
    totals: Option<Vec<String>>,
    count: String,
    /// Where the page is asked for with its count, while there is none.
    counting: Option<String>,
    faults: Vec<(String, String)>,
    /// The conditions in force, each with the address without it.
    conditions: Vec<(String, String)>,
    carried: Vec<(String, String)>,
    column_carried: Vec<(String, String)>,
    path: String,
    next: Option<String>,
    first: Option<String>,
    clear: String,
    /// Where a record is made, by whoever may.
    make: Option<String>,
    import: String,
    quick: String,
    bulk: String,
    duplicates: String,
    xlsx: String,
    csv_file: String,
    views: Vec<ViewShown>,
    keep_view: String,
    /// The query of this list, for forms that carry it.
    query: Vec<(String, String)>,
    /// Fields that a condition can be about, with the operators of each.
    builder: Vec<Choice>,
    operators: Vec<(String, String)>,
    states: Vec<Choice>,
    /// What was just entered here.
    done: Option<String>,
    json: String,
}

#[derive(Debug, Serialize)]
struct ViewShown {
    id: i64,
    title: String,
    href: String,
    own: bool,
    shared: bool,
    current: bool,
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
pub(in crate::web) struct CellShown {
    pub said: String,
    pub href: Option<String>,
    pub number: bool,
}

impl CellShown {
    pub(in crate::web) fn new(cell: &Cell, number: bool, view: &View) -> Self {
        Self {
            said: if number {
                minus(&cell.said)
            } else {
                cell.said.clone()
            },
            href: cell
                .link
                .as_ref()
                .map(|(register, id)| view.link(&format!("/registers/{register}/{id}"))),
            number,
        }
    }
}

impl RegisterPage {
    pub(in crate::web) fn new(
        app: &App,
        view: &View,
        page: &ListPage,
        wish: &ListWish,
        views: &[SavedView],
    ) -> Self {
        let say = app.say(view);
        let query = query(view);
        let views = views.iter().map(|it| {
            let pairs: Vec<(&str, &str)> = it
                .pairs
                .iter()
                .map(|(a, b)| (a.as_str(), b.as_str()))
                .collect();
            ViewShown {
                id: it.id,
                title: it.title.clone(),
                href: view.link_with(&view.path, &pairs),
                own: it.own,
                shared: it.shared,
                current: it.pairs == query,
            }
        });
        let operators = ["has", "is", "not", "from", "to", "known", "unknown"];
        let shown: Vec<_> = page.fields.iter().filter(|it| it.shown).collect();
        let rows = page.rows.iter().map(|row| RowShown {
            id: row.id,
            href: view.link(&format!("/registers/{}/{}", page.register.id, row.id)),
            cells: row
                .cells
                .iter()
                .zip(&shown)
                .map(|(cell, head)| CellShown::new(cell, head.number, view))
                .collect(),
        });
        let conditions = wish.filters.iter().map(|(field, operator, value)| {
            let head = page.fields.iter().find(|it| it.id == *field);
            let title = head.map_or(field.as_str(), |it| it.title.get(view.language));
            let system = say.word("operator", field);
            let title = if field.starts_with('@') {
                system.as_str()
            } else {
                title
            };
            let states = (field == "@state").then_some(&page.states);
            let choices = head.map(|it| &it.choices).or(states);
            let choice = choices.and_then(|it| it.iter().find(|(code, _)| code == value));
            let value = choice.map_or(value.as_str(), |(_, title)| title.get(view.language));
            let bare = matches!(operator.as_str(), "known" | "unknown");
            let value = if bare { "" } else { value };
            let words = format!("{title} {} {value}", say.word("operator", operator));
            (
                words,
                view.change(&[(&format!("f.{field}.{operator}"), None)]),
            )
        });
        let filter_names = shown.iter().flat_map(|head| {
            filter_forms(head.kind)
                .into_iter()
                .map(|(operator, _)| format!("f.{}.{operator}", head.id))
        });
        let filter_names: Vec<String> = filter_names.collect();
        let own: Vec<&str> = filter_names.iter().map(String::as_str).collect();
        Self {
            frame: Frame::new(
                app,
                view,
                Place::Registers(room_of(&page.register)),
                page.register.title.get(view.language),
            ),
            register: RegisterShown::new(&page.register, view),
            room: (
                page.register.module.1.get(view.language).to_owned(),
                view.link_with("/registers", &[("module", &page.register.module.0)]),
            ),
            columns: shown
                .iter()
                .map(|it| Column::new(it, view, wish, app))
                .collect(),
            fields: page
                .fields
                .iter()
                .map(|it| Choice {
                    value: it.id.clone(),
                    title: it.title.get(view.language).to_owned(),
                    chosen: it.shown,
                })
                .collect(),
            rows: rows.collect(),
            totals: page.totals.iter().any(Option::is_some).then(|| {
                page.totals
                    .iter()
                    .map(|it| minus(it.as_deref().unwrap_or_default()))
                    .collect()
            }),
            count: counted(page.count),
            counting: page
                .count
                .is_none()
                .then(|| view.change(&[("counted", Some("1"))])),
            faults: page
                .faults
                .iter()
                .map(|(field, why)| {
                    let head = page.fields.iter().find(|it| it.id == *field);
                    (
                        head.map_or(field.clone(), |it| it.title.get(view.language).to_owned()),
                        why.clone(),
                    )
                })
                .collect(),
            conditions: conditions.collect(),
            carried: view.carried(&own),
            column_carried: view.carried(&["col"]),
            path: view.path.clone(),
            next: page
                .next
                .as_deref()
                .map(|it| view.change(&[("after", Some(it))])),
            first: view.wish("after").map(|_| view.here()),
            clear: view.link(&view.path),
            import: view.link(&format!("{}/import", view.path)),
            quick: view.link(&format!("{}/quick", view.path)),
            bulk: view.link(&format!("{}/bulk", view.path)),
            duplicates: view.link(&format!("{}/duplicates", view.path)),
            xlsx: with(view, &format!("{}/export", view.path), &query, "xlsx"),
            csv_file: with(view, &format!("{}/export", view.path), &query, "csv"),
            views: views.collect(),
            keep_view: view.link(&format!("{}/views", view.path)),
            builder: page
                .fields
                .iter()
                .filter(|it| it.kind != "person" && it.kind != "file")
                .map(|it| Choice {
                    value: it.id.clone(),
                    title: it.title.get(view.language).to_owned(),
                    chosen: false,
                })
                .collect(),
            operators: operators
                .map(|it| (it.to_owned(), say.word("operator", it)))
                .to_vec(),
            states: page
                .states
                .iter()
                .map(|(id, title)| Choice {
                    value: id.clone(),
                    title: title.get(view.language).to_owned(),
                    chosen: view.wish("f.@state.is") == Some(id),
                })
                .collect(),
            done: match (view.wish("done"), view.wish("made")) {
                (Some("entered"), Some(count)) => {
                    Some(say.fill("quick.entered", &[("count", count.to_owned())]))
                }
                _ => None,
            },
            make: page
                .enters
                .then(|| view.link(&format!("{}/new", view.path))),
            json: view.change(&[("format", Some("json"))]),
            query,
        }
    }
}

/// What of the address says how the list is shown, and nothing of where the reader is.
fn query(view: &View) -> Vec<(String, String)> {
    let own = |key: &str| {
        key.starts_with("f.") || matches!(key, "col" | "sort" | "down" | "day" | "limit")
    };
    let pairs = view.pairs.iter();
    pairs
        .filter(|(key, value)| own(key) && !value.is_empty())
        .cloned()
        .collect()
}

/// An address with the query of the list, for a file of a kind.
fn with(view: &View, path: &str, query: &[(String, String)], kind: &str) -> String {
    let mut pairs: Vec<(&str, &str)> = query
        .iter()
        .map(|(a, b)| (a.as_str(), b.as_str()))
        .collect();
    pairs.push(("kind", kind));
    view.link_with(path, &pairs)
}

/// The menu's entry a register stands under.
pub(in crate::web) fn room_of(register: &RegisterView) -> Option<&str> {
    let id = register.module.0.as_str();
    (!id.is_empty() && !frame::ENGINE_ROOMS.contains(&id)).then_some(id)
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
            Filter {
                choices: choices.collect(),
                name,
                value,
                form,
                label,
            }
        });
        Self {
            id: head.id.clone(),
            unit: head
                .unit
                .as_deref()
                .map(|it| app.say(view).unit(it))
                .filter(|it| !it.is_empty()),
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
        // Nobody sees what stands there, and a hash says nothing.
        "person" | "file" => Vec::new(),
        _ => vec![("has", "text")],
    }
}

/// A column's head with its unit, for exports.
pub(in crate::web) fn head_words(head: &FieldHead, view: &View) -> String {
    let title = head.title.get(view.language);
    match &head.unit {
        Some(unit) => format!("{title}({unit})"),
        None => title.to_owned(),
    }
}

/// A page of a list for programs.
pub(in crate::web) fn list_json(page: &ListPage, view: &View) -> Value {
    let shown: Vec<_> = page.fields.iter().filter(|it| it.shown).collect();
    let cell = |cell: &Cell| match cell.said.as_str() {
        UNKNOWN => Value::Null,
        said => Value::from(said),
    };
    let record = |row: &ListRow| {
        let fields: serde_json::Map<_, _> = row
            .cells
            .iter()
            .zip(&shown)
            .map(|(it, head)| (head.id.clone(), cell(it)))
            .collect();
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
