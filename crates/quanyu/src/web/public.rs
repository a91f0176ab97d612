//! 公众页: what anybody may open without signing in, and the objection that he may send.
//!
//! Owns the handlers, how long an answer may be kept, and how much one address may ask. Leaves what is shown to `app::public`.
//!
//! Invariant: no cookie is read or set here, whoever looks gets the same; an answer that may be kept says so and bears a tag.
//!
//! Start reading at [`notices`].

use std::{num::NonZeroU32, sync::Arc};

use axum::{
    Form,
    body::{Body, to_bytes},
    extract::{FromRequest as _, Path, Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    middleware::Next,
    response::{Html, IntoResponse, Response},
};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use quanyu_core::{change::seal_text, text::Language};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::{entries::download, frame::Bare, identity, problem::Problem, say::Say, state::App};
use crate::app::{
    AppError,
    public::{self, Filing, NoticeView, OpenView},
    publications::frozen::Frozen,
};

/// Where these pages are.
pub(super) const ROOM: &str = "/public";
/// Seconds for which a page may be kept: a correction is seen by everybody within a minute.
const KEPT: u32 = 60;
/// Requests a second of one address in the long run, and at once: a house full of people may stand behind one.
const A_SECOND: u32 = 20;
const AT_ONCE: u32 = 200;
/// Objections an hour of one address, and at once.
const AN_HOUR: u32 = 30;
const OBJECTIONS_AT_ONCE: u32 = 10;
/// Addresses that are remembered before those that asked nothing lately are forgotten.
const ADDRESSES: usize = 10_000;
/// Bytes of an objection as it is sent.
const LARGEST: usize = 32 * 1024;

/// Who asked how much.
#[derive(Clone)]
pub(super) struct Crowd {
    reads: Arc<DefaultKeyedRateLimiter<String>>,
    objections: Arc<DefaultKeyedRateLimiter<String>>,
}

impl Default for Crowd {
    fn default() -> Self {
        let nonzero = |it| NonZeroU32::new(it).expect("the bounds are not zero");
        let reads = Quota::per_second(nonzero(A_SECOND)).allow_burst(nonzero(AT_ONCE));
        let objections = Quota::per_hour(nonzero(AN_HOUR)).allow_burst(nonzero(OBJECTIONS_AT_ONCE));
        Self {
            reads: Arc::new(RateLimiter::keyed(reads)),
            objections: Arc::new(RateLimiter::keyed(objections)),
        }
    }
}

impl Crowd {
    fn too_many(limiter: &DefaultKeyedRateLimiter<String>, address: &str) -> bool {
        if limiter.len() > ADDRESSES {
            limiter.retain_recent();
        }
        limiter.check_key(&address.to_owned()).is_err()
    }
}

/// Whether an address is one of these pages.
pub(super) fn is_public(path: &str) -> bool {
    path == ROOM
        || path
            .strip_prefix(ROOM)
            .is_some_and(|it| it.starts_with('/'))
}

/// Refuses what is too much.
pub(super) async fn limit(State(app): State<App>, request: Request, next: Next) -> Response {
    if !is_public(request.uri().path()) {
        return next.run(request).await;
    }
    let address = identity::address(&request);
    let writes = request.method() == axum::http::Method::POST;
    if Crowd::too_many(&app.crowd.reads, &address)
        || (writes && Crowd::too_many(&app.crowd.objections, &address))
    {
        let language = language(&request);
        return Problem::of(&app, language, "public_too_many").into_response();
    }
    next.run(request).await
}

/// The language that the address asks for: a choice that was kept in a cookie is not looked at.
fn language(request: &Request) -> Language {
    super::view::language(&HeaderMap::new(), request.uri().query())
}

/// What a page is made with.
struct Looks {
    app: App,
    language: Language,
    path: String,
    known: Option<HeaderValue>,
}

impl Looks {
    fn new(app: App, request: &Request) -> Self {
        Self {
            language: language(request),
            path: request.uri().path().to_owned(),
            known: request.headers().get(header::IF_NONE_MATCH).cloned(),
            app,
        }
    }

    fn refused(&self, error: &AppError) -> Problem {
        Problem::new(&self.app, self.language, error)
    }

    fn say(&self) -> Say<'_> {
        Say {
            texts: &self.app.templates,
            language: self.language,
        }
    }

    /// An address of ours in the same language.
    fn link(&self, path: &str) -> String {
        match self.language {
            Language::Zh => path.to_owned(),
            Language::En => format!("{path}?lang=en"),
        }
    }

    fn frame(&self, title: &str) -> PublicFrame {
        let other = match self.language {
            Language::Zh => format!("{}?lang=en", self.path),
            Language::En => self.path.clone(),
        };
        PublicFrame {
            bare: Bare::new(&self.app, self.language, title),
            notices: self.link(ROOM),
            data: self.link("/public/data"),
            other_language: other,
            demo: self.app.product.demo(),
        }
    }

    fn html(&self, template: &str, page: &impl Serialize) -> Result<String, Problem> {
        let rendered = self.app.templates.render(template, self.language, page);
        rendered.map_err(|error| {
            tracing::error!(template, error = %error, detail = ?error, "a page cannot be rendered");
            Problem::of(&self.app, self.language, "web_template")
        })
    }

    /// A page that may be kept for a while.
    fn page(&self, template: &str, page: &impl Serialize) -> Result<Response, Problem> {
        let html = self.html(template, page)?;
        let tag = seal_text(&Sha256::digest(html.as_bytes()).into());
        Ok(self.kept(&tag[..32], || Html(html).into_response()))
    }

    /// An answer with its tag; nothing more to who holds it already.
    fn kept(&self, tag: &str, answer: impl FnOnce() -> Response) -> Response {
        let tag = format!("W/\"{tag}\"");
        let same = self.known.as_ref().and_then(|it| it.to_str().ok());
        let same = same.is_some_and(|it| it.split(',').any(|it| it.trim() == tag));
        let mut response = if same {
            StatusCode::NOT_MODIFIED.into_response()
        } else {
            answer()
        };
        let headers = response.headers_mut();
        let kept = HeaderValue::from_str(&format!("public, max-age={KEPT}"));
        headers.insert(
            header::CACHE_CONTROL,
            kept.expect("a number is a header value"),
        );
        let tag = HeaderValue::from_str(&tag).expect("hexadecimal digits are a header value");
        headers.insert(header::ETAG, tag);
        response
    }
}

#[derive(Debug, Serialize)]
struct PublicFrame {
    #[serde(flatten)]
    bare: Bare,
    notices: String,
    data: String,
    other_language: String,
    demo: bool,
}

#[derive(Debug, Serialize)]
struct NoticesPage {
    frame: PublicFrame,
    rows: Vec<NoticeRow>,
}

#[derive(Debug, Serialize)]
struct NoticeRow {
    title: String,
    href: String,
    issuer: String,
    date: String,
    window: Option<(String, String)>,
    open: bool,
    count: usize,
}

/// `GET /public`: what is shown now.
pub(super) async fn notices(app: App, request: Request) -> Result<Response, Problem> {
    let looks = Looks::new(app, &request);
    let found = public::notices(&looks.app.product).await;
    let found = found.map_err(|it| looks.refused(&it))?;
    let rows = found.into_iter().map(|it| NoticeRow {
        href: looks.link(&format!("/public/notices/{}", it.id)),
        window: it.frozen.terms.map(|it| (it.from, it.to)),
        title: it.frozen.title,
        issuer: it.frozen.issuer,
        date: it.frozen.date,
        open: it.open,
        count: it.frozen.rows.len(),
    });
    let page = NoticesPage {
        rows: rows.collect(),
        frame: looks.frame(&looks.say().text("public.notices")),
    };
    looks.page("public/notices.html", &page)
}

#[derive(Debug, Serialize)]
struct NoticePage {
    frame: PublicFrame,
    text: Shown,
    docx: String,
    object: Option<String>,
    open: bool,
    version: i64,
    hash: String,
}

/// A frozen text as a page prints it.
#[derive(Debug, Serialize)]
pub(super) struct Shown {
    title: String,
    correction: Option<String>,
    paragraphs: Vec<String>,
    annex: String,
    columns: Vec<String>,
    rows: Vec<Vec<String>>,
    issuer: String,
    contact: String,
    date: String,
    window: Option<(String, String, u32)>,
    answer: Option<u32>,
}

impl From<Frozen> for Shown {
    fn from(it: Frozen) -> Self {
        Self {
            answer: it.terms.as_ref().map(|it| it.answer),
            window: it.terms.map(|it| (it.from, it.to, it.days)),
            title: it.title,
            correction: it.correction,
            paragraphs: it.paragraphs,
            annex: it.annex,
            columns: it.columns,
            rows: it.rows,
            issuer: it.issuer,
            contact: it.contact,
            date: day(&it.date),
        }
    }
}

/// A day as the text says it.
fn day(iso: &str) -> String {
    let day = iso.parse::<jiff::civil::Date>();
    day.map_or_else(
        |_| iso.to_owned(),
        |it| it.strftime("%Y年%-m月%-d日").to_string(),
    )
}

/// `GET /public/notices/{publication}`: the text.
pub(super) async fn notice(
    app: App,
    Path(id): Path<String>,
    request: Request,
) -> Result<Response, Problem> {
    let looks = Looks::new(app, &request);
    let it = found(&looks, &id).await?;
    let page = NoticePage {
        frame: looks.frame(&it.frozen.title),
        docx: format!("/public/notices/{}/docx", it.id),
        object: it
            .frozen
            .terms
            .as_ref()
            .map(|_| looks.link(&format!("/public/notices/{}/object", it.id))),
        open: it.open,
        version: it.version,
        hash: it.hash,
        text: it.frozen.into(),
    };
    looks.page("public/notice.html", &page)
}

async fn found(looks: &Looks, id: &str) -> Result<NoticeView, Problem> {
    let id = id.parse().unwrap_or(-1);
    let found = public::notice(&looks.app.product, id).await;
    found.map_err(|it| looks.refused(&it))
}

/// `GET /public/notices/{publication}/docx`: the file as it was frozen.
pub(super) async fn docx(
    app: App,
    Path(id): Path<String>,
    request: Request,
) -> Result<Response, Problem> {
    let looks = Looks::new(app, &request);
    let it = found(&looks, &id).await?;
    let (name, bytes) = public::docx(&looks.app.product, it.id)
        .await
        .map_err(|it| looks.refused(&it))?;
    const KIND: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
    Ok(looks.kept(&it.hash[..32], || download(&name, KIND, bytes)))
}

#[derive(Debug, Serialize)]
struct ObjectPage {
    frame: PublicFrame,
    title: String,
    back: String,
    action: String,
    open: bool,
    window: (String, String),
    answer: u32,
    contact: String,
    real_name: bool,
    items: Vec<String>,
    typed: Typed,
    refused: Option<(String, String)>,
}

/// What the form sends.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
struct Typed {
    about: String,
    name: String,
    phone: String,
    content: String,
}

/// `GET /public/notices/{publication}/object`: the form.
pub(super) async fn ask(
    app: App,
    Path(id): Path<String>,
    request: Request,
) -> Result<Response, Problem> {
    let looks = Looks::new(app, &request);
    let it = found(&looks, &id).await?;
    let page = form(&looks, it, Typed::default(), None)?;
    looks.page("public/object.html", &page)
}

fn form(
    looks: &Looks,
    it: NoticeView,
    typed: Typed,
    refused: Option<(String, String)>,
) -> Result<ObjectPage, Problem> {
    let Some(terms) = it.frozen.terms else {
        let gone = AppError::not_found("publication", &it.id.to_string(), []);
        return Err(looks.refused(&gone));
    };
    Ok(ObjectPage {
        frame: looks.frame(&looks.say().text("public.object")),
        back: looks.link(&format!("/public/notices/{}", it.id)),
        action: looks.link(&format!("/public/notices/{}/object", it.id)),
        open: it.open,
        window: (terms.from, terms.to),
        answer: terms.answer,
        contact: it.frozen.contact,
        real_name: terms.real_name,
        items: it.frozen.rows.iter().map(|it| public::about(it)).collect(),
        title: it.frozen.title,
        typed,
        refused,
    })
}

#[derive(Debug, Serialize)]
struct ReceiptPage {
    frame: PublicFrame,
    title: String,
    number: String,
    due: String,
    contact: String,
    back: String,
}

/// `POST /public/notices/{publication}/object`: files an objection.
pub(super) async fn object(
    app: App,
    Path(id): Path<String>,
    request: Request,
) -> Result<Response, Problem> {
    let looks = Looks::new(app, &request);
    let it = found(&looks, &id).await?;
    let bad = || Problem::of(&looks.app, looks.language, "web_bad_upload");
    let (parts, body) = request.into_parts();
    let bytes = to_bytes(body, LARGEST).await.map_err(|_| bad())?;
    let whole = Request::from_parts(parts, Body::from(bytes));
    let Form(typed): Form<Typed> = Form::from_request(whole, &()).await.map_err(|_| bad())?;
    let filing = Filing {
        about: typed.about.clone(),
        name: typed.name.clone(),
        phone: typed.phone.clone(),
        content: typed.content.replace("\r\n", "\n"),
    };
    match public::object(&looks.app.product, it.id, &filing).await {
        Ok(receipt) => {
            let page = ReceiptPage {
                frame: looks.frame(&looks.say().text("public.received")),
                back: looks.link(&format!("/public/notices/{}", it.id)),
                title: it.frozen.title,
                number: receipt.number,
                due: receipt.due,
                contact: it.frozen.contact,
            };
            Ok(Html(looks.html("public/receipt.html", &page)?).into_response())
        }
        Err(AppError::Publication(_) | AppError::Secret { .. }) if !it.open => {
            let page = form(&looks, it, typed, None)?;
            refusal(&looks, &page)
        }
        Err(error @ (AppError::Publication(_) | AppError::Secret { .. })) => {
            let facts = error.facts(looks.language);
            let said = looks.app.messages.say(error.code(), looks.language, &facts);
            let page = form(&looks, it, typed, Some((said.message, said.hint)))?;
            refusal(&looks, &page)
        }
        Err(error) => Err(looks.refused(&error)),
    }
}

fn refusal(looks: &Looks, page: &ObjectPage) -> Result<Response, Problem> {
    let html = Html(looks.html("public/object.html", page)?);
    Ok((StatusCode::UNPROCESSABLE_ENTITY, html).into_response())
}

#[derive(Debug, Serialize)]
struct CataloguePage {
    frame: PublicFrame,
    rows: Vec<DataRow>,
}

#[derive(Debug, Serialize)]
struct DataRow {
    title: String,
    about: String,
    href: String,
    date: String,
    every: String,
    rows: usize,
    forms: Vec<(&'static str, String)>,
}

/// `GET /public/data`: the catalogue.
pub(super) async fn catalogue(app: App, request: Request) -> Result<Response, Problem> {
    let looks = Looks::new(app, &request);
    let found = public::catalogue(&looks.app.product).await;
    let found = found.map_err(|it| looks.refused(&it))?;
    let page = CataloguePage {
        rows: found.iter().map(|it| data_row(&looks, it)).collect(),
        frame: looks.frame(&looks.say().text("public.data")),
    };
    looks.page("public/catalogue.html", &page)
}

fn data_row(looks: &Looks, it: &OpenView) -> DataRow {
    let told = &it.catalogued;
    DataRow {
        title: both(looks.language, &told.title),
        about: both(looks.language, &told.about),
        href: looks.link(&format!("/public/data/{}", it.id)),
        date: told.date.clone(),
        every: looks.say().word("every", &told.every),
        rows: told.rows,
        forms: forms(it),
    }
}

fn forms(it: &OpenView) -> Vec<(&'static str, String)> {
    let forms = it.files.iter();
    forms
        .map(|(form, ..)| (*form, format!("/public/data/{}/{form}", it.id)))
        .collect()
}

fn both(language: Language, (zh, en): &(String, String)) -> String {
    match language {
        Language::Zh => zh.clone(),
        Language::En => en.clone(),
    }
}

#[derive(Debug, Serialize)]
struct DataPage {
    frame: PublicFrame,
    row: DataRow,
    number: i64,
    small: usize,
    issuer: String,
    licence: String,
    columns: Vec<ColumnRow>,
    hashes: Vec<(&'static str, String)>,
}

#[derive(Debug, Serialize)]
struct ColumnRow {
    id: String,
    title: String,
    kind: String,
    unit: String,
    source: String,
    codes: String,
}

/// `GET /public/data/{dataset}`: what it holds, under which terms, and its files.
pub(super) async fn dataset(
    app: App,
    Path(id): Path<String>,
    request: Request,
) -> Result<Response, Problem> {
    /// Codes that are written out; the file has all.
    const CODES: usize = 12;
    let looks = Looks::new(app, &request);
    let it = public::dataset(&looks.app.product, &id).await;
    let it = it.map_err(|it| looks.refused(&it))?;
    let told = &it.catalogued;
    let columns = told.columns.iter().map(|column| {
        let codes = column.codes.iter().take(CODES);
        let mut codes: Vec<String> = codes
            .map(|(code, title)| format!("{code} {title}"))
            .collect();
        if column.codes.len() > CODES {
            codes.push("…".to_owned());
        }
        ColumnRow {
            id: column.id.clone(),
            title: match looks.language {
                Language::Zh => column.head.clone(),
                Language::En => column.en.clone(),
            },
            kind: looks.say().word("held", &column.kind),
            unit: column.unit.clone().unwrap_or_default(),
            source: column.source.clone().unwrap_or_default(),
            codes: codes.join("；"),
        }
    });
    let row = data_row(&looks, &it);
    let page = DataPage {
        columns: columns.collect(),
        frame: looks.frame(&row.title),
        row,
        number: it.number,
        small: told.small,
        issuer: both(looks.language, &told.issuer),
        licence: both(looks.language, &told.licence),
        hashes: it
            .files
            .iter()
            .map(|(form, _, hash)| (*form, hash.clone()))
            .collect(),
    };
    looks.page("public/dataset.html", &page)
}

/// `GET /public/data/{dataset}/{form}`: a file.
pub(super) async fn file(
    app: App,
    Path((id, form)): Path<(String, String)>,
    request: Request,
) -> Result<Response, Problem> {
    let looks = Looks::new(app, &request);
    let found = public::file(&looks.app.product, &id, &form).await;
    let (name, hash, bytes) = found.map_err(|it| looks.refused(&it))?;
    let kind = match form.as_str() {
        "csv" => "text/csv; charset=utf-8",
        "json" => "application/json",
        _ => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    };
    Ok(looks.kept(&hash[..32], || download(&name, kind, bytes)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_files_so_many_objections_and_no_more() {
        let crowd = Crowd::default();
        let passed = (0..50)
            .filter(|_| !Crowd::too_many(&crowd.objections, "192.0.2.1"))
            .count();
        assert_eq!(passed, OBJECTIONS_AT_ONCE as usize);
        assert!(!Crowd::too_many(&crowd.objections, "192.0.2.2"));
    }

    #[test]
    fn the_public_room_is_told_by_its_whole_name() {
        let cases = [
            ("/public", true),
            ("/public/data/x", true),
            ("/publications", false),
            ("/publicity", false),
            ("/", false),
        ];
        for (path, want) in cases {
            assert_eq!(is_public(path), want, "{path}");
        }
    }
}
