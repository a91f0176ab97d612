//! 录入: forms of records, the check of a cell while it is typed, suggestions, removing and bringing back, files.
//!
//! Owns the handlers and what a sent form means. How a form looks is in [`form`]. Leaves every act to `app::entries`.
//!
//! A form's names: `f.PATH` a text, `id.PATH` what it was chosen as, `from.PATH` since when it holds, `clear.PATH` to empty
//! what is not shown, `up.PATH` a file, `l.LINES.N` the line's id. A path is a field, or `lines.number.field`.

pub(super) mod form;

use std::collections::BTreeMap;

use axum::{
    extract::{Path, Request},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};
use serde_json::json;

use self::form::{FormPage, Told};
use super::{
    problem::Problem,
    state::App,
    upload::{self, Form},
    view::{Format, View, encode},
};
use crate::app::{
    self, AppError,
    entries::{Cells, Outcome, Typed, TypedLine, Understood},
};

/// Rows of one kind of lines in a form.
const MOST_ROWS: usize = 500;

/// `GET /registers/{register}/new`: an empty form; `with.FIELD` fills one in.
pub(super) async fn new(
    app: App,
    Path(register): Path<String>,
    view: View,
) -> Result<Response, Problem> {
    let given: Vec<(String, String)> = view
        .pairs
        .iter()
        .filter_map(|(key, value)| {
            let field = key.strip_prefix("with.")?;
            Some((field.to_owned(), value.clone()))
        })
        .collect();
    let form = app::entries::blank(&app.product, &register, &given).await;
    let form = form.map_err(|error| app.refused(&view, &error))?;
    let page = FormPage::new(&app, &view, &form, Told::default());
    app.page(&view, "entries/form.html", &page)
}

/// `GET /registers/{register}/{record}/edit`: a record as a form.
pub(super) async fn edit(
    app: App,
    Path((register, record)): Path<(String, i64)>,
    view: View,
) -> Result<Response, Problem> {
    let form = app::entries::filled(&app.product, &register, Some(record), None, &[]).await;
    let form = form.map_err(|error| app.refused(&view, &error))?;
    let page = FormPage::new(&app, &view, &form, Told::default());
    app.page(&view, "entries/form.html", &page)
}

/// `POST /registers/{register}/new`.
pub(super) async fn create(
    app: App,
    Path(register): Path<String>,
    view: View,
    request: Request,
) -> Result<Response, Problem> {
    save(app, register, None, view, request).await
}

/// `POST /registers/{register}/{record}/edit`.
pub(super) async fn update(
    app: App,
    Path((register, record)): Path<(String, i64)>,
    view: View,
    request: Request,
) -> Result<Response, Problem> {
    save(app, register, Some(record), view, request).await
}

async fn save(
    app: App,
    register: String,
    record: Option<i64>,
    view: View,
    request: Request,
) -> Result<Response, Problem> {
    let refused = |error: AppError| app.refused(&view, &error);
    let mut form = upload::form(&app, &view, request).await?;
    let wish = form.take("do").unwrap_or_default();
    let version = form.take("version").and_then(|it| it.parse::<i64>().ok());
    let mut typed = typed(form);
    // A row more or less is no saving: what was typed comes back with it.
    if rows(&mut typed, &wish) {
        let shown = app::entries::filled(&app.product, &register, record, Some(&typed), &[]).await;
        let told = Told {
            version,
            ..Told::default()
        };
        let page = FormPage::new(&app, &view, &shown.map_err(refused)?, told);
        return app.page(&view, "entries/form.html", &page);
    }
    let at = record.map(|id| (id, version.unwrap_or(0)));
    let outcome = app::entries::save(&app.product, &register, at, typed).await;
    let outcome = outcome.map_err(refused)?;
    if view.format == Format::Json {
        return Ok(app.json(form::outcome_json(&outcome, &view)));
    }
    let (typed, told, status) = match outcome {
        Outcome::Saved { id, .. } => {
            let (done, id) = (record.map_or("made", |_| "saved"), id.to_string());
            let to = match wish.as_str() {
                "again" => view.link_with(
                    &format!("/registers/{register}/new"),
                    &[("done", done), ("made", &id)],
                ),
                _ => view.link_with(&format!("/registers/{register}/{id}"), &[("done", done)]),
            };
            return Ok(Redirect::to(&to).into_response());
        }
        Outcome::Faulty(typed, faults) => {
            let told = Told {
                version,
                faults,
                conflict: None,
            };
            (typed, told, StatusCode::UNPROCESSABLE_ENTITY)
        }
        Outcome::Conflict(found) => {
            let told = Told {
                version: Some(found.version),
                faults: Vec::new(),
                conflict: Some((found.by, found.at, found.fields)),
            };
            (Box::new(found.typed), told, StatusCode::CONFLICT)
        }
    };
    let shown =
        app::entries::filled(&app.product, &register, record, Some(&typed), &told.faults).await;
    let page = FormPage::new(&app, &view, &shown.map_err(refused)?, told);
    let page = app.page(&view, "entries/form.html", &page)?;
    Ok((status, page).into_response())
}

/// `GET /registers/{register}/{record}/events/{event}`: what an event asks for.
pub(super) async fn event(
    app: App,
    Path((register, record, event)): Path<(String, i64, String)>,
    view: View,
) -> Result<Response, Problem> {
    let form = app::entries::event_form(&app.product, &register, record, &event, None, &[]).await;
    let (title, form) = form.map_err(|error| app.refused(&view, &error))?;
    let title = title.get(view.language).to_owned();
    let page = FormPage::new(&app, &view, &form, Told::default()).of_event(title);
    app.page(&view, "entries/form.html", &page)
}

/// `POST /registers/{register}/{record}/events/{event}`.
pub(super) async fn happen(
    app: App,
    Path((register, record, event)): Path<(String, i64, String)>,
    view: View,
    request: Request,
) -> Result<Response, Problem> {
    let refused = |error: AppError| app.refused(&view, &error);
    let mut form = upload::form(&app, &view, request).await?;
    let note = form.take("note").unwrap_or_default();
    let done =
        app::entries::happen(&app.product, &register, record, &event, &note, typed(form)).await;
    let (typed, faults) = match done.map_err(refused)? {
        Outcome::Faulty(typed, faults) => (typed, faults),
        _ => {
            let to = format!("/registers/{register}/{record}");
            return Ok(Redirect::to(&view.link_with(&to, &[("done", "saved")])).into_response());
        }
    };
    let shown = app::entries::event_form(
        &app.product,
        &register,
        record,
        &event,
        Some(&typed),
        &faults,
    );
    let (title, shown) = shown.await.map_err(refused)?;
    let told = Told {
        faults,
        ..Told::default()
    };
    let page = FormPage::new(&app, &view, &shown, told);
    let page = page.of_event(title.get(view.language).to_owned());
    let page = app.page(&view, "entries/form.html", &page)?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

/// `POST /registers/{register}/check?path=…`: what one cell was understood as, or why it does not fit.
pub(super) async fn check(
    app: App,
    Path(register): Path<String>,
    view: View,
    request: Request,
) -> Result<Response, Problem> {
    let form = upload::form(&app, &view, request).await?;
    let path = view.wish("path").unwrap_or_default();
    let typed = typed(form);
    let lines = path
        .split_once('.')
        .and_then(|(lines, _)| typed.lines.get(lines));
    let cells = match lines.and_then(|it| it.first()) {
        Some(line) => &line.cells,
        None => &typed.own,
    };
    let found =
        app::entries::check_field(&app.product, &register, path, cells, view.language).await;
    let found = found.map_err(|error| app.refused(&view, &error))?;
    let said = match found {
        Understood::Not(fault) => {
            return Ok(app.json(json!({ "fault": fault.said(view.language), "said": null })));
        }
        Understood::As(said) => said,
    };
    let text = cells
        .texts
        .get(path)
        .map(String::as_str)
        .unwrap_or_default();
    let own = view.wish("record").and_then(|it| it.parse().ok());
    let near = app::duplicates::near(&app.product, &register, path, text, own).await;
    let near = near.map_err(|error| app.refused(&view, &error))?;
    let near = near.iter().map(|(id, name)| {
        json!({
            "words": app.say(&view).fill("entry.near", &[("name", name.clone())]),
            "href": view.link(&format!("/registers/{register}/{id}")),
        })
    });
    Ok(app.json(json!({ "fault": null, "said": said, "near": near.collect::<Vec<_>>() })))
}

/// `GET /registers/{register}/pick?path=…&q=…`: what may be meant.
pub(super) async fn pick(
    app: App,
    Path(register): Path<String>,
    view: View,
) -> Result<Response, Problem> {
    let (path, text) = (
        view.wish("path").unwrap_or_default(),
        view.wish("q").unwrap_or_default(),
    );
    let found = app::entries::pick(&app.product, &register, path, text).await;
    let found = found.map_err(|error| app.refused(&view, &error))?;
    let found = found
        .iter()
        .map(|it| json!({ "chosen": it.chosen, "title": it.title, "note": it.note }));
    Ok(app.json(found.collect()))
}

/// `POST /registers/{register}/{record}/remove`.
pub(super) async fn remove(
    app: App,
    Path((register, record)): Path<(String, i64)>,
    view: View,
    request: Request,
) -> Result<Response, Problem> {
    let mut form = upload::form(&app, &view, request).await?;
    let version = form
        .take("version")
        .and_then(|it| it.parse().ok())
        .unwrap_or(0);
    let why = form.take("why").unwrap_or_default();
    let done = app::entries::remove(&app.product, &register, record, version, &why).await;
    done.map_err(|error| app.refused(&view, &error))?;
    let to = format!("/registers/{register}/{record}");
    Ok(Redirect::to(&view.link_with(&to, &[("done", "removed")])).into_response())
}

/// `POST /registers/{register}/{record}/restore`.
pub(super) async fn restore(
    app: App,
    Path((register, record)): Path<(String, i64)>,
    view: View,
    request: Request,
) -> Result<Response, Problem> {
    let mut form = upload::form(&app, &view, request).await?;
    let why = form.take("why").unwrap_or_default();
    let done = app::entries::restore(&app.product, &register, record, &why).await;
    done.map_err(|error| app.refused(&view, &error))?;
    let to = format!("/registers/{register}/{record}");
    Ok(Redirect::to(&view.link_with(&to, &[("done", "restored")])).into_response())
}

/// `GET /registers/{register}/{record}/files/{hash}`: a file of a record, to be kept and not opened here.
pub(super) async fn file(
    app: App,
    Path((register, record, hash)): Path<(String, i64, String)>,
    view: View,
) -> Result<Response, Problem> {
    let found = app::files::read(&app.product, &register, record, &hash).await;
    let (name, bytes) = found.map_err(|error| app.refused(&view, &error))?;
    Ok(download(&name, "application/octet-stream", bytes))
}

/// Bytes as a download under a name in any script.
pub(super) fn download(name: &str, kind: &'static str, bytes: Vec<u8>) -> Response {
    let mut encoded = String::new();
    encode(name, &mut encoded);
    let disposition = HeaderValue::from_str(&format!("attachment; filename*=UTF-8''{encoded}"))
        .expect("a percent-encoded name is a header value");
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(kind)),
        (header::CONTENT_DISPOSITION, disposition),
    ];
    (headers, bytes).into_response()
}

/// A sent form as typed.
pub(super) fn typed(form: Form) -> Typed {
    let mut typed = Typed::default();
    let mut lines: BTreeMap<String, BTreeMap<usize, TypedLine>> = BTreeMap::new();
    fn cells<'a>(
        typed: &'a mut Typed,
        lines: &'a mut BTreeMap<String, BTreeMap<usize, TypedLine>>,
        path: &str,
    ) -> Option<(&'a mut Cells, String)> {
        let mut parts = path.split('.');
        let first = parts.next()?;
        let Some(number) = parts.next() else {
            return Some((&mut typed.own, first.to_owned()));
        };
        let (number, field) = (number.parse().ok()?, parts.next()?);
        let rows = lines.entry(first.to_owned()).or_default();
        if rows.len() >= MOST_ROWS && !rows.contains_key(&number) {
            return None;
        }
        Some((&mut rows.entry(number).or_default().cells, field.to_owned()))
    }
    for (key, text) in form.fields {
        let Some((kind, path)) = key.split_once('.') else {
            continue;
        };
        match kind {
            "l" => {
                let Some((name, number)) = path.split_once('.') else {
                    // A kind of lines that is on the form, also where it has no row.
                    lines.entry(path.to_owned()).or_default();
                    continue;
                };
                if let Ok(number) = number.parse() {
                    let rows = lines.entry(name.to_owned()).or_default();
                    rows.entry(number).or_default().id = text.trim().parse().ok();
                }
            }
            "from" => {
                typed.from.insert(path.to_owned(), text);
            }
            "clear" => {
                typed.clear.insert(path.to_owned());
            }
            "f" => {
                if let Some((cells, field)) = cells(&mut typed, &mut lines, path) {
                    // Several boxes of one name are several values.
                    let kept = cells.texts.entry(field).or_default();
                    if !kept.is_empty() && !text.is_empty() {
                        kept.push(';');
                    }
                    kept.push_str(&text);
                }
            }
            "id" => {
                if let Some((cells, field)) = cells(&mut typed, &mut lines, path) {
                    cells.chosen.insert(field, text);
                }
            }
            _ => {}
        }
    }
    for (key, name, bytes) in form.files {
        if let Some(path) = key.strip_prefix("up.")
            && let Some((cells, field)) = cells(&mut typed, &mut lines, path)
        {
            cells.files.insert(field, (name, bytes));
        }
    }
    for (name, rows) in lines {
        typed.lines.insert(name, rows.into_values().collect());
    }
    typed
}

/// Adds or takes away a row, where that was asked: `more.LINES`, `less.LINES.N`.
pub(super) fn rows(typed: &mut Typed, wish: &str) -> bool {
    if let Some(lines) = wish.strip_prefix("more.") {
        let rows = typed.lines.entry(lines.to_owned()).or_default();
        if rows.len() < MOST_ROWS {
            rows.push(TypedLine::default());
        }
        return true;
    }
    let Some((lines, number)) = wish.strip_prefix("less.").and_then(|it| it.split_once('.')) else {
        return false;
    };
    let rows = typed.lines.entry(lines.to_owned()).or_default();
    if let Some(number) = number.parse::<usize>().ok().filter(|it| *it < rows.len()) {
        rows.remove(number);
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sent_form_says_which_cell_each_text_is_of() {
        let fields = [
            ("f.name", "示例科技"),
            ("f.kinds", ""),
            ("f.kinds", "a"),
            ("f.kinds", "b"),
            ("id.firm", "7"),
            ("from.name", "2026-01-01"),
            ("clear.phone", "1"),
            ("l.item", ""),
            ("l.item.4", "12"),
            ("f.item.4.title", "第二行"),
            ("f.item.2.title", "第一行"),
            ("f.item.x.title", "不是行"),
            ("other", "x"),
        ];
        let form = Form {
            fields: fields.map(|(a, b)| (a.to_owned(), b.to_owned())).to_vec(),
            files: vec![("up.scan".into(), "扫描.png".into(), vec![1])],
        };
        let mut typed = typed(form);
        assert_eq!(typed.own.texts["name"], "示例科技");
        assert_eq!(typed.own.texts["kinds"], "a;b");
        assert_eq!(typed.own.chosen["firm"], "7");
        assert_eq!(typed.own.files["scan"].0, "扫描.png");
        assert_eq!(typed.from["name"], "2026-01-01");
        assert!(typed.clear.contains("phone"));
        let titles = |typed: &Typed| -> Vec<(Option<i64>, String)> {
            let rows = typed.lines["item"].iter();
            rows.map(|it| {
                (
                    it.id,
                    it.cells.texts.get("title").cloned().unwrap_or_default(),
                )
            })
            .collect()
        };
        let both = vec![(None, "第一行".to_owned()), (Some(12), "第二行".to_owned())];
        assert_eq!(titles(&typed), both);
        assert!(rows(&mut typed, "more.item"));
        assert_eq!(titles(&typed).len(), 3);
        assert!(rows(&mut typed, "less.item.0"));
        assert_eq!(titles(&typed)[0].1, "第二行");
        assert!(!rows(&mut typed, "save"));
    }
}
