//! 名单比对: lists kept, a new one, two held against each other.
//!
//! Owns the handlers. The page of one list is in [`show`], writing qualifications from it in [`qualify`]. Leaves every act to
//! `app::lists`.

mod qualify;
mod show;

use std::collections::BTreeMap;

use axum::{
    extract::{Path, Request},
    http::{HeaderValue, header},
    response::{IntoResponse, Redirect, Response},
};
use serde::Serialize;
use serde_json::json;

pub(super) use self::qualify::{ask as ask_qualify, undo, write};
use self::show::{ShowPage, list_json};
use super::{
    csv,
    frame::{Frame, Place},
    problem::Problem,
    say::UNKNOWN,
    state::App,
    upload,
    view::{Format, View, encode},
};
use crate::app::{
    AppError,
    lists::{self, Decision, Difference, Entry, fetch, read},
    media::XLSX,
};

/// Words of heads in an export, and the texts that say them.
const HEADS: [(&str, &str); 6] = [
    ("status", "lists.status"),
    ("why", "lists.why"),
    ("organization", "lists.organization"),
    ("code", "lists.code"),
    ("street", "lists.street"),
    ("held", "lists.held"),
];

/// `GET /lists`: where a list is put in; those that are kept.
pub(super) async fn all(app: App, view: View) -> Result<Response, Problem> {
    let kept = lists::all(&app.product).await;
    let kept = kept.map_err(|error| app.refused(&view, &error))?;
    match view.format {
        Format::Html => app.page(&view, "lists/all.html", &AllPage::new(&app, &view, &kept)),
        _ => Ok(app.json(json!({
            "lists": kept.iter().map(|(list, counts)| json!({
                "id": list.id, "title": list.title, "rows": counts.rows, "matched": counts.matched,
                "doubtful": counts.doubtful, "unmatched": counts.unmatched, "at": list.at,
            })).collect::<Vec<_>>(),
        }))),
    }
}

/// `POST /lists`: keeps what was pasted or sent, matches it, shows it.
pub(super) async fn create(app: App, view: View, request: Request) -> Result<Response, Problem> {
    let refused = |error: AppError| app.refused(&view, &error);
    // On the guided path the address names a file of the demonstration.
    let (mut form, files) = match view.wish("sample") {
        Some(_) => (
            upload::Form::default(),
            upload::files(&app, &view, request).await?,
        ),
        None => {
            let mut form = upload::form(&app, &view, request).await?;
            let files = std::mem::take(&mut form.files);
            (form, files.into_iter().map(|it| (it.1, it.2)).collect())
        }
    };
    let (source, sheet) = match (files.into_iter().next(), form.take("text")) {
        (Some((name, bytes)), _) => {
            let sheet = read::file(&app.product, &name, &bytes).map_err(refused)?;
            (Some(name), sheet)
        }
        (None, Some(text)) => (None, read::text(&app.product, &text).map_err(refused)?),
        (None, None) => return Err(Problem::of(&app, view.language, "web_no_file")),
    };
    let stem = source.as_ref().map(|it| {
        it.rsplit_once('.')
            .map_or(it.as_str(), |it| it.0)
            .to_owned()
    });
    let title = form.take("title").or(stem);
    let title = title.unwrap_or_else(|| app.say(&view).text("lists.pasted"));
    let id = lists::create(&app.product, &title, source.as_deref(), sheet).await;
    let id = id.map_err(refused)?;
    Ok(Redirect::to(&view.link(&format!("/lists/{id}"))).into_response())
}

/// `GET /lists/{list}`: a list, row by row.
pub(super) async fn show(
    app: App,
    Path(list): Path<String>,
    view: View,
) -> Result<Response, Problem> {
    let refused = |error: AppError| app.refused(&view, &error);
    let id = number(&list).map_err(refused)?;
    let from = view
        .wish("from")
        .and_then(|it| it.parse().ok())
        .unwrap_or_default();
    let status = view.wish("status").filter(|it| STATUSES.contains(it));
    let shown = lists::show(&app.product, id, status, from)
        .await
        .map_err(refused)?;
    match view.format {
        Format::Html => {
            let offers = fetch::offers(&app.product).map_err(refused)?;
            let batches = lists::qualify::batches(&app.product, &shown.list.batches).await;
            let batches = batches.map_err(refused)?;
            let page = ShowPage::new(&app, &view, &shown, &offers, &batches);
            app.page(&view, "lists/show.html", &page)
        }
        _ => Ok(app.json(list_json(&shown))),
    }
}

/// What a row may be.
pub(super) const STATUSES: [&str; 3] = ["matched", "doubtful", "unmatched"];

/// `POST /lists/{list}/settle`: what a person decided of rows.
pub(super) async fn settle(
    app: App,
    Path(list): Path<String>,
    view: View,
    request: Request,
) -> Result<Response, Problem> {
    let refused = |error: AppError| app.refused(&view, &error);
    let id = number(&list).map_err(refused)?;
    let mut form = upload::form(&app, &view, request).await?;
    let remember = form.take("remember").is_some();
    let back = form.take("status");
    if form.take("sole").is_some() {
        lists::settle_sole(&app.product, id, remember)
            .await
            .map_err(refused)?;
    } else {
        let decisions = decisions(&form.fields);
        lists::settle(&app.product, id, &decisions, remember)
            .await
            .map_err(refused)?;
    }
    let back = back.filter(|it| STATUSES.contains(&it.as_str()));
    let more: Vec<(&str, &str)> = back.iter().map(|it| ("status", it.as_str())).collect();
    Ok(Redirect::to(&view.link_with(&format!("/lists/{id}"), &more)).into_response())
}

/// Decisions of a form: `r.{place}` is an organization or `none`, `o.{place}` a code or name that goes before it.
fn decisions(fields: &[(String, String)]) -> BTreeMap<i64, Decision> {
    let mut all = BTreeMap::new();
    for (key, value) in fields {
        let value = value.trim();
        let part = |prefix: &str| {
            key.strip_prefix(prefix)
                .and_then(|it| it.parse::<i64>().ok())
        };
        if let Some(place) = part("r.") {
            let decision = match value.parse() {
                Ok(organization) => Decision::Is(organization),
                Err(_) if value == "none" => Decision::Nobody,
                Err(_) => continue,
            };
            all.entry(place).or_insert(decision);
        } else if let Some(place) = part("o.").filter(|_| !value.is_empty()) {
            all.insert(place, Decision::Named(value.to_owned()));
        }
    }
    all
}

/// `POST /lists/{list}/match`: matches again, by other columns where the form names them.
pub(super) async fn match_again(
    app: App,
    Path(list): Path<String>,
    view: View,
    request: Request,
) -> Result<Response, Problem> {
    let refused = |error: AppError| app.refused(&view, &error);
    let id = number(&list).map_err(refused)?;
    let mut form = upload::form(&app, &view, request).await?;
    let mut column = |key: &str| form.take(key).and_then(|it| it.parse::<usize>().ok());
    let columns = column("name_column").map(|name| (name, column("code_column")));
    lists::match_again(&app.product, id, columns)
        .await
        .map_err(refused)?;
    Ok(Redirect::to(&view.link(&format!("/lists/{id}"))).into_response())
}

/// `POST /lists/{list}/remove`: removes a list; what was written from it stays.
pub(super) async fn remove(
    app: App,
    Path(list): Path<String>,
    view: View,
) -> Result<Response, Problem> {
    let refused = |error: AppError| app.refused(&view, &error);
    let id = number(&list).map_err(refused)?;
    lists::remove(&app.product, id).await.map_err(refused)?;
    Ok(Redirect::to(&view.link("/lists")).into_response())
}

/// `GET /lists/{list}/xlsx`: the list with what it was matched with and the columns asked for.
pub(super) async fn xlsx(
    app: App,
    Path(list): Path<String>,
    view: View,
) -> Result<Response, Problem> {
    let refused = |error: AppError| app.refused(&view, &error);
    let id = number(&list).map_err(refused)?;
    let columns: Vec<fetch::Column> = view
        .wishes("column")
        .filter_map(fetch::Column::parse)
        .collect();
    let texts = app.templates.clone();
    let language = view.language;
    let say = move |word: &str| {
        let head = HEADS.iter().find(|(it, _)| *it == word);
        let key = head.map_or(word, |(_, key)| *key);
        texts.text_if_any(key, language).unwrap_or(key).to_owned()
    };
    let made = fetch::xlsx(&app.product, id, &columns, &say).await;
    let (title, bytes) = made.map_err(refused)?;
    Ok(download(&format!("{title}.xlsx"), XLSX, bytes))
}

/// `GET /lists/compare`: two lists held against each other.
pub(super) async fn compare(app: App, view: View) -> Result<Response, Problem> {
    let refused = |error: AppError| app.refused(&view, &error);
    let a = number(view.wish("a").unwrap_or_default()).map_err(refused)?;
    let b = number(view.wish("b").unwrap_or_default()).map_err(refused)?;
    let first = lists::get(&app.product, a).await.map_err(refused)?;
    let second = lists::get(&app.product, b).await.map_err(refused)?;
    let found = lists::difference(&app.product, a, b)
        .await
        .map_err(refused)?;
    let titles = [first.title, second.title];
    match view.format {
        Format::Html => {
            let page = ComparePage::new(&app, &view, &titles, &found);
            app.page(&view, "lists/compare.html", &page)
        }
        Format::Json => Ok(app.json(json!({
            "first": found.first.iter().map(entry_json).collect::<Vec<_>>(),
            "both": found.both.iter().map(entry_json).collect::<Vec<_>>(),
            "second": found.second.iter().map(entry_json).collect::<Vec<_>>(),
        }))),
        Format::Csv => {
            let say = app.say(&view);
            let heads =
                ["lists.where", "lists.name", "lists.code", "lists.street"].map(|it| say.text(it));
            let parts = parts(&app, &view, &titles, &found);
            let rows = parts.into_iter().flat_map(|(title, entries)| {
                let row = move |it: &Entry| {
                    vec![
                        title.clone(),
                        it.name.clone(),
                        it.code.clone(),
                        it.street.clone(),
                    ]
                };
                entries.iter().map(row).collect::<Vec<_>>()
            });
            Ok(app.csv("difference", csv::table(&heads, rows)))
        }
    }
}

fn entry_json(it: &Entry) -> serde_json::Value {
    json!({ "name": it.name, "organization": it.organization, "code": it.code, "street": it.street })
}

/// The number of a list in an address.
fn number(text: &str) -> Result<i64, AppError> {
    text.parse()
        .map_err(|_| AppError::not_found("list", text, []))
}

/// A file as a download, under its own name.
pub(super) fn download(name: &str, media: &'static str, bytes: Vec<u8>) -> Response {
    let mut encoded = String::new();
    encode(name, &mut encoded);
    let disposition = HeaderValue::from_str(&format!("attachment; filename*=UTF-8''{encoded}"))
        .expect("a percent-encoded name is a header value");
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(media)),
        (header::CONTENT_DISPOSITION, disposition),
    ];
    (headers, bytes).into_response()
}

#[derive(Debug, Serialize)]
struct AllPage {
    frame: Frame,
    action: String,
    compare: String,
    carried: Vec<(String, String)>,
    most: usize,
    lists: Vec<ListRow>,
}

#[derive(Debug, Serialize)]
struct ListRow {
    id: i64,
    title: String,
    href: String,
    rows: i64,
    matched: i64,
    doubtful: i64,
    unmatched: i64,
    actor: String,
    at: String,
}

impl AllPage {
    fn new(app: &App, view: &View, kept: &[(lists::NameList, lists::Counts)]) -> Self {
        let say = app.say(view);
        let row = |(list, counts): &(lists::NameList, lists::Counts)| ListRow {
            id: list.id,
            title: list.title.clone(),
            href: view.link(&format!("/lists/{}", list.id)),
            rows: counts.rows,
            matched: counts.matched,
            doubtful: counts.doubtful,
            unmatched: counts.unmatched,
            actor: say.actor(&list.actor),
            at: day(&list.at),
        };
        Self {
            frame: Frame::new(app, view, Place::Lists, &app.text(view, "lists.title")),
            action: view.link("/lists"),
            compare: "/lists/compare".to_owned(),
            carried: view.carried(&["a", "b"]),
            most: upload::MOST,
            lists: kept.iter().map(row).collect(),
        }
    }
}

/// The day of a stamp, as people in China write it.
pub(super) fn day(at: &str) -> String {
    let at: Option<jiff::Timestamp> = at.parse().ok();
    // The zone has had no changes since 1991, so that no zone data are needed.
    let at = at.map(|it| jiff::tz::Offset::constant(8).to_datetime(it));
    at.map_or_else(
        || UNKNOWN.to_owned(),
        |it| it.strftime("%Y-%m-%d %H:%M").to_string(),
    )
}

#[derive(Debug, Serialize)]
struct ComparePage {
    frame: Frame,
    back: String,
    csv: String,
    by_name: usize,
    parts: Vec<Part>,
}

#[derive(Debug, Serialize)]
struct Part {
    title: String,
    count: usize,
    entries: Vec<EntryRow>,
}

#[derive(Debug, Serialize)]
struct EntryRow {
    name: String,
    href: Option<String>,
    code: String,
    street: String,
}

fn parts<'a>(
    app: &App,
    view: &View,
    titles: &[String; 2],
    found: &'a Difference,
) -> Vec<(String, &'a [Entry])> {
    let say = app.say(view);
    let only = |title: &String| say.fill("lists.only", &[("title", title.clone())]);
    vec![
        (only(&titles[0]), found.first.as_slice()),
        (say.text("lists.both"), found.both.as_slice()),
        (only(&titles[1]), found.second.as_slice()),
    ]
}

impl ComparePage {
    fn new(app: &App, view: &View, titles: &[String; 2], found: &Difference) -> Self {
        let or_dash = |it: &String| {
            if it.is_empty() {
                UNKNOWN.to_owned()
            } else {
                it.clone()
            }
        };
        let register = show::organizations(app);
        let row = |it: &Entry| EntryRow {
            name: it.name.clone(),
            href: it
                .organization
                .map(|id| view.link(&format!("/registers/{register}/{id}"))),
            code: or_dash(&it.code),
            street: or_dash(&it.street),
        };
        let parts = parts(app, view, titles, found)
            .into_iter()
            .map(|(title, entries)| Part {
                title,
                count: entries.len(),
                entries: entries.iter().map(row).collect(),
            });
        Self {
            frame: Frame::new(app, view, Place::Lists, &app.text(view, "lists.difference")),
            back: view.link("/lists"),
            csv: view.change(&[("format", Some("csv"))]),
            by_name: found.by_name,
            parts: parts.collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_goes_before_what_is_chosen() {
        let fields = [
            ("r.0", "17"),
            ("r.1", "none"),
            ("r.2", "31"),
            ("o.2", " 海州蓝鲸科技有限公司 "),
            ("o.3", ""),
            ("r.x", "1"),
            ("r.4", "1; drop"),
        ];
        let fields = fields.map(|(a, b)| (a.to_owned(), b.to_owned()));
        let want = BTreeMap::from([
            (0, Decision::Is(17)),
            (1, Decision::Nobody),
            (2, Decision::Named("海州蓝鲸科技有限公司".to_owned())),
        ]);
        assert_eq!(decisions(&fields), want);
        let turned: Vec<_> = fields.iter().rev().cloned().collect();
        assert_eq!(decisions(&turned), want);
    }
}
