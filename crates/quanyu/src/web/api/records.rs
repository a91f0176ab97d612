//! Records of a register for programs: listed, read, made, changed, removed, their history and lines, and the register as a file.
//!
//! Owns the protocol around them: versions as `ETag` and `If-Match`, keys under which asking again does nothing twice, pages by key.
//! Leaves every act to `app::resources`, which saves as forms do.
//!
//! Invariant: no record is changed or removed by who has not said which version it read.
//!
//! Start reading at [`list`] and [`create`].

use axum::{
    body::{Body, to_bytes},
    extract::{Path, Request},
    http::{HeaderMap, HeaderValue, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};

use super::{parts, problem, refused, values};
use crate::{
    app::{
        self, AppError,
        media::XLSX,
        registers::{ChangeView, ListWish},
        resources::{self, Resource, Saved, Taken},
    },
    web::{problem::Problem, registers, state::App, view::View},
};

/// Bytes of a record that is sent.
const MOST: usize = 1024 * 1024;
/// Characters of a key.
const LONGEST_KEY: usize = 200;
/// Records of a page.
const MOST_RECORDS: u32 = 500;

/// `GET /api/v1/registers/{register}/records`: a page.
pub(in crate::web) async fn list(
    app: App,
    Path(register): Path<String>,
    request: Request,
) -> Result<Response, Problem> {
    let (view, ..) = parts(&app, request).await?;
    let wish = ListWish {
        limit: number(&app, &view, "limit", 50, MOST_RECORDS)?,
        ..registers::wish(&view)
    };
    let page = resources::list(&app.product, &register, &wish, view.language).await;
    let page = page.map_err(|error| refused(&app, &view, &error))?;
    Ok(app.json(json!({
        "register": register,
        "count": page.count,
        "next": page.next,
        "records": page.records.iter().map(values::resource).collect::<Vec<_>>(),
    })))
}

/// `GET /api/v1/registers/{register}/records/{record}`: a record with its lines.
pub(in crate::web) async fn get(
    app: App,
    Path((register, record)): Path<(String, String)>,
    request: Request,
) -> Result<Response, Problem> {
    let (view, parts, _) = parts(&app, request).await?;
    let found = held(&app, &view, &register, &record).await?;
    let tag = tag(&found);
    let known = parts.headers.get(header::IF_NONE_MATCH);
    if known.is_some_and(|it| names(it, &tag)) {
        return Ok((StatusCode::NOT_MODIFIED, [(header::ETAG, tag)]).into_response());
    }
    Ok(([(header::ETAG, tag)], app.json(values::resource(&found))).into_response())
}

/// `POST /api/v1/registers/{register}/records`: a new record; under an `Idempotency-Key` only once.
pub(in crate::web) async fn create(
    app: App,
    Path(register): Path<String>,
    request: Request,
) -> Result<Response, Problem> {
    let (view, parts, body) = parts(&app, request).await?;
    let bytes = bytes(&app, &view, &parts, body).await?;
    let Some(key) = parts.headers.get("idempotency-key") else {
        return made(&app, &view, &register, &bytes)
            .await
            .map(Made::response);
    };
    let key = key.to_str().unwrap_or_default().trim();
    if key.is_empty() || key.len() > LONGEST_KEY {
        let problem = problem(&app, &view, "api_bad_parameter");
        return Err(problem.fact("name", "Idempotency-Key").fact("value", key));
    }
    let digest = digest(&register, &bytes);
    let taken = resources::take_key(&app.product, key, &digest).await;
    match taken.map_err(|error| refused(&app, &view, &error))? {
        Taken::New => {}
        Taken::Pending => return Err(problem(&app, &view, "api_key_pending").fact("key", key)),
        Taken::Other => return Err(problem(&app, &view, "api_key_reused").fact("key", key)),
        Taken::Answered(_, body) => {
            let value: Value = serde_json::from_str(&body).unwrap_or(Value::Null);
            // What was answered once is said again only to whoever may still see the record.
            let id = value["id"].as_i64().unwrap_or_default();
            let seen = resources::get(&app.product, &register, id).await;
            seen.map_err(|error| refused(&app, &view, &error))?;
            return Ok(Made { register, value }.response());
        }
    }
    let done = made(&app, &view, &register, &bytes).await;
    let answer = done.as_ref().ok().map(|it| (201, it.value.to_string()));
    let kept = resources::end_key(&app.product, key, answer).await;
    kept.map_err(|error| refused(&app, &view, &error))?;
    done.map(Made::response)
}

/// `PATCH /api/v1/registers/{register}/records/{record}`: what is named is changed, over the version of `If-Match`.
pub(in crate::web) async fn change(
    app: App,
    Path((register, record)): Path<(String, String)>,
    request: Request,
) -> Result<Response, Problem> {
    let (view, parts, body) = parts(&app, request).await?;
    let bytes = bytes(&app, &view, &parts, body).await?;
    let found = held(&app, &view, &register, &record).await?;
    matched(&app, &view, &parts.headers, &found)?;
    let at = Some((found.id, found.version));
    let saved = kept(&app, &view, &register, at, &bytes).await?;
    Ok((
        [(header::ETAG, tag(&saved))],
        app.json(values::resource(&saved)),
    )
        .into_response())
}

/// `DELETE /api/v1/registers/{register}/records/{record}?reason=…`: the record is removed, its history stays.
pub(in crate::web) async fn remove(
    app: App,
    Path((register, record)): Path<(String, String)>,
    request: Request,
) -> Result<Response, Problem> {
    let (view, parts, _) = parts(&app, request).await?;
    let found = held(&app, &view, &register, &record).await?;
    matched(&app, &view, &parts.headers, &found)?;
    let why = view.wish("reason").unwrap_or_default();
    let done = app::entries::remove(&app.product, &register, found.id, found.version, why).await;
    done.map_err(|error| refused(&app, &view, &error))?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// `GET /api/v1/registers/{register}/records/{record}/history`: every change, the newest first.
pub(in crate::web) async fn history(
    app: App,
    Path((register, record)): Path<(String, String)>,
    request: Request,
) -> Result<Response, Problem> {
    let (view, ..) = parts(&app, request).await?;
    let found = held(&app, &view, &register, &record).await?;
    let page = app::registers::record(&app.product, &register, found.id, None, view.language).await;
    let page = page.map_err(|error| refused(&app, &view, &error))?;
    let change = |it: &ChangeView| {
        let fields = it.fields.iter().map(|(title, before, after)| {
            json!({ "title": title.get(view.language), "before": before, "after": after })
        });
        json!({
            "sequence": it.sequence, "actor": it.actor, "at": it.at, "act": it.act, "why": it.why,
            "fields": fields.collect::<Vec<_>>(),
        })
    };
    let changes: Vec<Value> = page.history.iter().map(change).collect();
    Ok(app.json(json!({ "id": found.id, "changes": changes })))
}

/// `GET /api/v1/registers/{register}/records/{record}/lines/{lines}`: the lines of a name.
pub(in crate::web) async fn lines(
    app: App,
    Path((register, record, name)): Path<(String, String, String)>,
    request: Request,
) -> Result<Response, Problem> {
    let (view, ..) = parts(&app, request).await?;
    let found = held(&app, &view, &register, &record).await?;
    let Some((_, rows)) = found.lines.iter().find(|(it, _)| *it == name) else {
        let valid: Vec<&str> = found.lines.iter().map(|(it, _)| it.as_str()).collect();
        let error = AppError::not_found("field", &name, valid);
        return Err(refused(&app, &view, &error));
    };
    Ok(app.json(json!({ "id": found.id, "lines": values::lines(rows) })))
}

/// `GET /api/v1/registers/{register}/export/{format}`: all records as csv, xlsx or parquet.
pub(in crate::web) async fn export(
    app: App,
    Path((register, format)): Path<(String, String)>,
    request: Request,
) -> Result<Response, Problem> {
    let (view, ..) = parts(&app, request).await?;
    let media = match format.as_str() {
        "csv" => "text/csv; charset=utf-8",
        "xlsx" => XLSX,
        "parquet" => "application/vnd.apache.parquet",
        other => {
            let problem = problem(&app, &view, "api_bad_parameter");
            return Err(problem.fact("name", "format").fact("value", other));
        }
    };
    let file = app::exports::as_file(&app.product, &register, &format).await;
    let file = file.map_err(|error| refused(&app, &view, &error))?;
    let disposition = format!("attachment; filename=\"{register}.{format}\"");
    let disposition = HeaderValue::from_str(&disposition).expect("a register's id is of letters");
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(media)),
        (header::CONTENT_DISPOSITION, disposition),
    ];
    Ok((headers, Body::from_stream(file.chunks())).into_response())
}

/// A number of the query between 1 and `most`.
pub(super) fn number(
    app: &App,
    view: &View,
    name: &'static str,
    without: u32,
    most: u32,
) -> Result<u32, Problem> {
    let Some(text) = view.wish(name) else {
        return Ok(without);
    };
    let number = text.parse().ok().filter(|it| (1..=most).contains(it));
    number.ok_or_else(|| {
        let problem = problem(app, view, "api_bad_parameter");
        problem.fact("name", name).fact("value", text)
    })
}

/// A record that was made.
struct Made {
    register: String,
    value: Value,
}

impl Made {
    fn response(self) -> Response {
        let id = self.value["id"].as_i64().unwrap_or_default();
        let version = self.value["version"].as_i64().unwrap_or_default();
        let place = format!("/api/v1/registers/{}/records/{id}", self.register);
        let headers = [
            (
                header::LOCATION,
                HeaderValue::from_str(&place).expect("an id is of letters"),
            ),
            (header::ETAG, version_tag(version)),
        ];
        (StatusCode::CREATED, headers, axum::Json(self.value)).into_response()
    }
}

async fn made(app: &App, view: &View, register: &str, bytes: &[u8]) -> Result<Made, Problem> {
    let saved = kept(app, view, register, None, bytes).await?;
    Ok(Made {
        register: register.to_owned(),
        value: values::resource(&saved),
    })
}

async fn kept(
    app: &App,
    view: &View,
    register: &str,
    at: Option<(i64, i64)>,
    bytes: &[u8],
) -> Result<Resource, Problem> {
    let read: Result<Value, _> = serde_json::from_slice(bytes);
    let read = read.map_err(|error| error.to_string());
    let given =
        read.and_then(|it| values::given(&it).ok_or_else(|| "{\"fields\": {…}}".to_owned()));
    let given = given.map_err(|why| problem(app, view, "api_bad_body").fact("why", &why))?;
    let saved = resources::save(&app.product, register, at, &given, view.language).await;
    match saved.map_err(|error| refused(app, view, &error))? {
        Saved::Kept(it) => Ok(*it),
        Saved::Faulty(faults) => Err(problem(app, view, "api_faults").faults(faults)),
        Saved::Stale => Err(problem(app, view, "api_stale")),
    }
}

async fn held(app: &App, view: &View, register: &str, record: &str) -> Result<Resource, Problem> {
    let id = record
        .parse::<i64>()
        .map_err(|_| refused(app, view, &AppError::not_found("record", record, [])))?;
    let found = resources::get(&app.product, register, id).await;
    found.map_err(|error| refused(app, view, &error))
}

/// Asks for the version that the sender read.
fn matched(app: &App, view: &View, headers: &HeaderMap, found: &Resource) -> Result<(), Problem> {
    match headers.get(header::IF_MATCH) {
        None => Err(problem(app, view, "api_no_version")),
        Some(it) if names(it, &tag(found)) => Ok(()),
        Some(_) => Err(problem(app, view, "api_stale")),
    }
}

fn tag(found: &Resource) -> HeaderValue {
    version_tag(found.version)
}

fn version_tag(version: i64) -> HeaderValue {
    HeaderValue::from_str(&format!("\"{version}\"")).expect("a number is a header value")
}

/// Whether a header names a tag, or any.
fn names(header: &HeaderValue, tag: &HeaderValue) -> bool {
    let (Ok(header), Ok(tag)) = (header.to_str(), tag.to_str()) else {
        return false;
    };
    let mut all = header.split(',').map(str::trim);
    all.any(|it| it == "*" || it.strip_prefix("W/").unwrap_or(it) == tag)
}

/// The body of a request that sends JSON.
async fn bytes(app: &App, view: &View, parts: &Parts, body: Body) -> Result<Vec<u8>, Problem> {
    let media = parts
        .headers
        .get(header::CONTENT_TYPE)
        .and_then(|it| it.to_str().ok());
    let media = media
        .and_then(|it| it.split(';').next())
        .unwrap_or_default()
        .trim();
    if !media.eq_ignore_ascii_case("application/json") {
        return Err(problem(app, view, "api_wrong_type").fact("type", media));
    }
    let read = to_bytes(body, MOST).await;
    let read = read.map_err(|_| {
        let problem = problem(app, view, "web_too_large");
        problem.fact("most", &(MOST / 1024 / 1024).to_string())
    })?;
    Ok(read.to_vec())
}

fn digest(register: &str, bytes: &[u8]) -> String {
    use sha2::{Digest as _, Sha256};
    let mut hash = Sha256::new();
    hash.update(register.as_bytes());
    hash.update([0]);
    hash.update(bytes);
    hash.finalize()
        .iter()
        .map(|it| format!("{it:02x}"))
        .collect()
}
