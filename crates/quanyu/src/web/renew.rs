//! 换数: drop last year's document, choose a period, get it with the new numbers as tracked changes.

use axum::{
    extract::{Path, Request},
    http::{HeaderValue, header},
    response::{IntoResponse, Redirect, Response},
};
use quanyu_core::period::Period;
use serde::Serialize;
use serde_json::{Value, json};

use super::{
    csv,
    frame::{Frame, Place},
    problem::Problem,
    say::Say,
    state::App,
    upload,
    view::{Format, View, encode},
};
use crate::app::{
    AppError,
    media::DOCX,
    renew::{self, BoundDocument, Change, Notice, Renewal},
};

/// `GET /documents/renew`: where to drop the document; those bound before.
pub(super) async fn ask(app: App, view: View) -> Result<Response, Problem> {
    let bound = renew::bound(&app.product).await;
    let bound = bound.map_err(|error| app.refused(&view, &error))?;
    app.page(&view, "renew/ask.html", &AskPage::new(&app, &view, &bound))
}

/// `POST /documents/renew`: binds the document, then shows it for the period of the view.
pub(super) async fn bind(app: App, view: View, request: Request) -> Result<Response, Problem> {
    let mut files = upload::files(&app, &view, request).await?;
    let (name, bytes) = files.swap_remove(0);
    let from = from(&view).map_err(|error| app.refused(&view, &error))?;
    let bound = renew::bind(&app.product, &name, bytes, from).await;
    let bound = bound.map_err(|error| app.refused(&view, &error))?;
    Ok(Redirect::to(&address(&view, &bound, "")).into_response())
}

/// `GET /documents/renew/{file}`: what changes, what is no longer true, what is left.
pub(super) async fn show(
    app: App,
    view: View,
    Path(file): Path<String>,
) -> Result<Response, Problem> {
    let renewal = renewed(&app, &view, &file).await?;
    match view.format {
        Format::Html => app.page(
            &view,
            "renew/show.html",
            &RenewPage::new(&app, &view, &renewal),
        ),
        Format::Json => Ok(app.json(renewal_json(&renewal))),
        Format::Csv => {
            let say = app.say(&view);
            let heads = [
                "renew.old",
                "renew.new",
                "renew.indicator",
                "renew.found",
                "renew.why",
            ];
            let rows = renewal.changes.iter().map(|it| {
                vec![
                    it.old.clone(),
                    it.new.clone(),
                    it.indicator.1.get(view.language).to_owned(),
                    it.said.clone(),
                    it.source.get(view.language).to_owned(),
                ]
            });
            Ok(app.csv("renew", csv::table(&heads.map(|it| say.text(it)), rows)))
        }
    }
}

/// `GET /documents/renew/{file}/docx`: the document with tracked changes.
pub(super) async fn docx(
    app: App,
    view: View,
    Path(file): Path<String>,
) -> Result<Response, Problem> {
    let renewal = renewed(&app, &view, &file).await?;
    let stem = renewal.document.name.trim_end_matches(".docx");
    let mut name = String::new();
    encode(&format!("{stem}-{}.docx", renewal.to.name_zh()), &mut name);
    // The old form of the name for old browsers, the true one for all others.
    let disposition = format!("attachment; filename=\"renewed.docx\"; filename*=UTF-8''{name}");
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(DOCX)),
        (
            header::CONTENT_DISPOSITION,
            HeaderValue::from_str(&disposition).expect("an encoded name is a header value"),
        ),
    ];
    Ok((headers, renewal.docx).into_response())
}

async fn renewed(app: &App, view: &View, file: &str) -> Result<Renewal, Problem> {
    let from = from(view).map_err(|error| app.refused(view, &error))?;
    let renewal = renew::renew(&app.product, file, from, view.period).await;
    renewal.map_err(|error| app.refused(view, &error))
}

/// The period that the document reports, where the address says it.
fn from(view: &View) -> Result<Option<Period>, AppError> {
    let parsed = |text: &str| {
        text.parse::<Period>().map_err(|error| AppError::BadValue {
            kind: "period",
            value: text.to_owned(),
            why: error.into(),
        })
    };
    view.wish("from").map(parsed).transpose()
}

fn address(view: &View, bound: &BoundDocument, more: &str) -> String {
    let from = bound.from.to_string();
    view.link_with(
        &format!("/documents/renew/{}{more}", bound.file),
        &[("from", &from)],
    )
}

#[derive(Debug, Serialize)]
pub(super) struct AskPage {
    frame: Frame,
    action: String,
    most: usize,
    to: String,
    bound: Vec<BoundRow>,
}

#[derive(Debug, Serialize)]
struct BoundRow {
    name: String,
    href: String,
    from: String,
    figures: usize,
}

impl AskPage {
    pub(super) fn new(app: &App, view: &View, bound: &[BoundDocument]) -> Self {
        let say = app.say(view);
        let row = |it: &BoundDocument| BoundRow {
            name: it.name.clone(),
            href: address(view, it, ""),
            from: say.period(it.from),
            figures: it.figures,
        };
        Self {
            frame: Frame::new(app, view, Place::Renew, &app.text(view, "renew.title")),
            action: view.link("/documents/renew"),
            most: upload::MOST,
            to: say.period(view.period),
            bound: bound.iter().map(row).collect(),
        }
    }
}

#[derive(Debug, Serialize)]
pub(super) struct RenewPage {
    frame: Frame,
    back: String,
    download: String,
    name: String,
    from: String,
    to: String,
    same_period: bool,
    bound: usize,
    changes: Vec<ChangeRow>,
    untrue: Vec<NoticeRow>,
    leftovers: Vec<(String, Vec<NoticeRow>)>,
    left: usize,
}

#[derive(Debug, Serialize)]
struct ChangeRow {
    old: String,
    new: String,
    sentence: String,
    indicator: String,
    href: String,
    period: String,
    said: String,
    source: String,
}

#[derive(Debug, Serialize)]
struct NoticeRow {
    sort: String,
    text: String,
    sentence: String,
    found: String,
}

impl RenewPage {
    pub(super) fn new(app: &App, view: &View, renewal: &Renewal) -> Self {
        let say = app.say(view);
        let document = &renewal.document;
        let change = |it: &Change| {
            let period = it.period.to_string();
            ChangeRow {
                old: it.old.clone(),
                new: it.new.clone(),
                sentence: it.sentence.clone(),
                indicator: it.indicator.1.get(view.language).to_owned(),
                href: view.link_with(
                    &format!("/indicators/{}", it.indicator.0),
                    &[("period", &period)],
                ),
                period: say.period(it.period),
                said: say.whole(&it.said),
                source: it.source.get(view.language).to_owned(),
            }
        };
        let mut sorts: Vec<renew::Sort> = renewal.leftovers.iter().map(|it| it.sort).collect();
        sorts.sort_unstable();
        sorts.dedup();
        let leftovers = sorts.into_iter().map(|sort| {
            let of_sort = renewal.leftovers.iter().filter(|it| it.sort == sort);
            (
                say.word("renew_sort", sort.as_str()),
                of_sort.map(|it| notice(it, &say)).collect(),
            )
        });
        Self {
            frame: Frame::new(app, view, Place::Renew, &document.name),
            back: view.link("/documents/renew"),
            download: address(view, document, "/docx"),
            name: document.name.clone(),
            from: say.period(document.from),
            to: say.period(renewal.to),
            same_period: document.from == renewal.to,
            bound: document.figures,
            changes: renewal.changes.iter().map(change).collect(),
            untrue: renewal.untrue.iter().map(|it| notice(it, &say)).collect(),
            leftovers: leftovers.collect(),
            left: renewal.leftovers.len(),
        }
    }
}

fn notice(it: &Notice, say: &Say<'_>) -> NoticeRow {
    NoticeRow {
        sort: say.word("renew_sort", it.sort.as_str()),
        text: it.text.clone(),
        sentence: it.sentence.clone(),
        found: it.found.clone().unwrap_or_else(|| "—".to_owned()),
    }
}

fn renewal_json(renewal: &Renewal) -> Value {
    let notice = |it: &Notice| {
        json!({
            "sort": it.sort.as_str(),
            "start": it.range.start,
            "end": it.range.end,
            "text": it.text,
            "sentence": it.sentence,
            "found": it.found,
        })
    };
    let change = |it: &Change| {
        json!({
            "start": it.range.start,
            "end": it.range.end,
            "old": it.old,
            "new": it.new,
            "sentence": it.sentence,
            "indicator": it.indicator.0,
            "measure": it.measure,
            "period": it.period.to_string(),
            "found": it.said,
            "source": it.source.zh,
        })
    };
    json!({
        "doc": renewal.document.name,
        "file": renewal.document.file,
        "from": renewal.document.from.to_string(),
        "to": renewal.to.to_string(),
        "changes": renewal.changes.iter().map(change).collect::<Vec<_>>(),
        "untrue": renewal.untrue.iter().map(notice).collect::<Vec<_>>(),
        "leftovers": renewal.leftovers.iter().map(notice).collect::<Vec<_>>(),
    })
}
