//! 文稿校核: drop a draft or paste its text, see each number with its verdict, and print the 核对单.
//!
//! Owns the routes. Leaves the act to `app::check`, the shapes of the pages to [`page`]. A draft stays on the shelf in memory,
//! so that a view of it can be filtered, printed and downloaded by address.

pub(super) mod page;

use std::sync::Arc;

use axum::{
    Form,
    body::{Body, to_bytes},
    extract::{FromRequest, Path, Request},
    http::header,
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    csv,
    documents::mention_json,
    problem::Problem,
    say::json_number,
    state::App,
    upload,
    view::{Format, View, encode},
};
use crate::app::{
    check::{self, CheckedDocument, shelf::Draft},
    compare::sentence,
    media::DOCX,
};
use page::{AskPage, SheetPage, ShowPage};

/// Bytes of a pasted text.
const MOST_TEXT: usize = 4 * 1024 * 1024;

/// `GET /documents/check`: where to drop a draft.
pub(super) async fn ask(app: App, view: View) -> Result<Response, Problem> {
    app.page(&view, "check/ask.html", &AskPage::new(&app, &view, false))
}

#[derive(Deserialize)]
struct Pasted {
    text: String,
}

/// `POST /documents/check`: takes a file or a pasted text, and leads to its page; a program that asks for JSON gets it at once.
pub(super) async fn put(app: App, view: View, request: Request) -> Result<Response, Problem> {
    let kind = request.headers().get(header::CONTENT_TYPE);
    let form = kind
        .and_then(|it| it.to_str().ok())
        .is_some_and(|it| it.starts_with("application/x-www-form-urlencoded"));
    let (name, bytes) = if form {
        (
            format!("{}.txt", app.text(&view, "check.paste_name")),
            pasted(&app, &view, request).await?.into_bytes(),
        )
    } else {
        upload::files(&app, &view, request).await?.swap_remove(0)
    };
    let draft = app.shelf.put(&name, bytes);
    if view.format != Format::Html {
        return answer(&app, &view, &draft).await;
    }
    // A draft that cannot be read is told here, not on a page that promises it. Its own year is taken unless the address
    // asks for a period, and stands in the address from here on.
    let period = checked(&app, &view, &draft).await?.period.to_string();
    let path = format!("/documents/check/{}", draft.key);
    let to = view.link_with(&path, &[("period", &period)]);
    Ok(Redirect::to(&to).into_response())
}

async fn pasted(app: &App, view: &View, request: Request) -> Result<String, Problem> {
    let problem = |code| Problem::of(app, view.language, code).json_if(view.format != Format::Html);
    let (parts, body) = request.into_parts();
    let bytes = to_bytes(body, MOST_TEXT).await.map_err(|_| {
        problem("web_too_large")
            .fact("most", &(MOST_TEXT / 1024 / 1024).to_string())
            .fact("files", "1")
    })?;
    let request = Request::from_parts(parts, Body::from(bytes));
    match Form::<Pasted>::from_request(request, app).await {
        Ok(Form(pasted)) if !pasted.text.trim().is_empty() => Ok(pasted.text),
        Ok(_) => Err(problem("web_no_file")),
        Err(error) => {
            tracing::warn!(error = %error, "a form could not be read");
            Err(problem("web_bad_upload"))
        }
    }
}

/// `GET /documents/check/{draft}`: the draft with its verdicts.
pub(super) async fn show(
    app: App,
    view: View,
    Path(key): Path<String>,
) -> Result<Response, Problem> {
    let Some(draft) = app.shelf.get(&key) else {
        return app.page(&view, "check/ask.html", &AskPage::new(&app, &view, true));
    };
    answer(&app, &view, &draft).await
}

/// `GET /documents/check/{draft}/sheet`: the 核对单, to be printed and signed.
pub(super) async fn sheet(
    app: App,
    view: View,
    Path(key): Path<String>,
) -> Result<Response, Problem> {
    let Some(draft) = app.shelf.get(&key) else {
        return app.page(&view, "check/ask.html", &AskPage::new(&app, &view, true));
    };
    let checked = checked(&app, &view, &draft).await?;
    app.page(
        &view,
        "check/sheet.html",
        &SheetPage::new(&app, &view, &key, &checked),
    )
}

/// `GET /documents/check/{draft}/comments`: the same docx with a comment at each number.
pub(super) async fn comments(
    app: App,
    view: View,
    Path(key): Path<String>,
) -> Result<Response, Problem> {
    let Some(draft) = app.shelf.get(&key) else {
        return app.page(&view, "check/ask.html", &AskPage::new(&app, &view, true));
    };
    let checked = checked(&app, &view, &draft).await?;
    let say = app.say(&view);
    let time = jiff::Zoned::now().datetime();
    let docx = check::commented(&checked, &draft.bytes, view.language, time, |it| {
        say.word("verdict", it)
    })
    .map_err(|error| app.refused(&view, &error))?;
    let mut name = String::new();
    encode(
        &with_mark(&draft.name, &say.text("check.commented")),
        &mut name,
    );
    let headers = [
        (header::CONTENT_TYPE, DOCX.to_owned()),
        (
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"checked.docx\"; filename*=UTF-8''{name}"),
        ),
    ];
    Ok((headers, docx).into_response())
}

/// 总结.docx → 总结（批注）.docx.
fn with_mark(name: &str, mark: &str) -> String {
    match name.rsplit_once('.') {
        Some((stem, ending)) => format!("{stem}{mark}.{ending}"),
        None => format!("{name}{mark}.docx"),
    }
}

async fn checked(app: &App, view: &View, draft: &Arc<Draft>) -> Result<CheckedDocument, Problem> {
    let period = view.wish("period").map(|_| view.period);
    check::check(&app.product, &draft.name, &draft.bytes, period)
        .await
        .map_err(|error| app.refused(view, &error))
}

async fn answer(app: &App, view: &View, draft: &Arc<Draft>) -> Result<Response, Problem> {
    let checked = checked(app, view, draft).await?;
    match view.format {
        Format::Html => app.page(
            view,
            "check/show.html",
            &ShowPage::new(app, view, &draft.key, &checked),
        ),
        Format::Json => Ok(app.json(checked_json(&checked, view))),
        Format::Csv => {
            let say = app.say(view);
            let heads = [
                "check.original",
                "check.data",
                "check.conclusion",
                "check.checked_value",
                "check.why",
            ];
            let chars: Vec<char> = checked.document.text.chars().collect();
            let figures = checked.document.mentions.iter().zip(&checked.judged);
            let rows = figures.filter_map(|(mention, judged)| {
                Some(vec![
                    sentence(&checked.document, &chars, mention),
                    mention.text.clone(),
                    say.word("verdict", judged.verdict?),
                    judged.said.clone().unwrap_or_default(),
                    judged.reason.get(view.language).to_owned(),
                ])
            });
            Ok(app.csv("check", csv::table(&heads.map(|it| say.text(it)), rows)))
        }
    }
}

/// The same as `quanyu check --format json`, with the problems of the text beside.
fn checked_json(checked: &CheckedDocument, view: &View) -> Value {
    let mentions: Vec<Value> = checked
        .document
        .mentions
        .iter()
        .zip(&checked.judged)
        .map(|(mention, judged)| {
            let mut row = mention_json(mention, &checked.document.name);
            let problems: Vec<String> = judged
                .problems
                .iter()
                .map(|&it| checked.problems[it].said())
                .collect();
            row["verdict"] = json!(judged.verdict);
            row["found"] = json_number(judged.found);
            row["reason"] = json!(judged.verdict.map(|_| judged.reason.get(view.language)));
            row["problems"] = json!(problems);
            row
        })
        .collect();
    let problems: Vec<Value> = checked
        .problems
        .iter()
        .map(|it| {
            json!({
                "code": it.code,
                "start": it.start,
                "end": it.end,
                "text": it.text,
                "note": it.note,
                "what": it.what.get(view.language),
                "why": it.why.get(view.language),
                "suggestion": it.suggestion.as_ref().map(|it| it.get(view.language)),
            })
        })
        .collect();
    json!({
        "doc": checked.document.name,
        "period": checked.period.to_string(),
        "counts": check::VERDICTS.map(|it| (it, checked.count(it))).into_iter().collect::<std::collections::BTreeMap<_, _>>(),
        "mentions": mentions,
        "problems": problems,
    })
}
