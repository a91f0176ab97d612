//! 文稿生成: a document of the pack looked at before anything is frozen, downloaded, or kept as a paper.
//!
//! Owns the handlers and the form. The page is in [`page`]. Leaves every act to `app::compose`.

mod page;

use std::collections::BTreeMap;

use axum::{
    Form,
    extract::Path,
    http::{HeaderValue, header},
    response::{IntoResponse, Redirect, Response},
};
use jiff::civil::Date;
use quanyu_core::period::{Period, PeriodError};
use serde_json::{Value, json};

use self::page::ComposePage;
use super::{
    problem::Problem,
    state::App,
    view::{Format, View, encode},
};
use crate::app::{
    self, AppError, Why,
    compose::{self, Order, Preview},
    media::DOCX,
    releases,
};

/// `GET /writing/compose`: what can be composed; with `document`, how it would read.
pub(super) async fn ask(app: App, view: View) -> Result<Response, Problem> {
    let refused = |error: AppError| app.refused(&view, &error);
    let wish = |key: &str| view.wish(key).unwrap_or_default().to_owned();
    let order = match view.wish("document") {
        None => None,
        Some(document) => {
            let order = order(document, view.period, &wish("date"), &wish("number"));
            Some(order.map_err(refused)?)
        }
    };
    let Some(order) = order else {
        return app.page(
            &view,
            "writing/compose.html",
            &ComposePage::new(&app, &view, None, None, None),
        );
    };
    let made = compose::preview(&app.product, &order).await;
    if view.format != Format::Html {
        return Ok(app.json(preview_json(&made.map_err(refused)?)));
    }
    let code = releases::document_key(&order.document, order.period);
    let paper = app::writing::coded(&app.product, &code).await;
    let paper = paper.map_err(refused)?;
    // What a template misses is told on the page, beside the form that can be changed.
    let page = ComposePage::new(&app, &view, Some(&order), Some(&made), paper.as_ref());
    app.page(&view, "writing/compose.html", &page)
}

/// `POST /writing/compose`: freezes the figures and keeps the document as a paper.
pub(super) async fn keep(
    app: App,
    view: View,
    Form(sent): Form<BTreeMap<String, String>>,
) -> Result<Response, Problem> {
    let refused = |error: AppError| app.refused(&view, &error);
    let text = |key: &str| sent.get(key).map_or("", |it| it.trim());
    let period: Period = text("period").parse().map_err(|error: PeriodError| {
        refused(AppError::BadValue {
            kind: "period",
            value: text("period").to_owned(),
            why: error.into(),
        })
    })?;
    let order = order(text("document"), period, text("date"), text("number")).map_err(refused)?;
    let record = compose::keep(&app.product, &order).await.map_err(refused)?;
    Ok(Redirect::to(&view.link(&format!("/writing/{record}"))).into_response())
}

/// `GET /documents/compose/{file}`: `summary.docx`, `bulletin.pdf`, for the period of the view, dated `date` or today. Composing
/// freezes figures; asked again from the same records it gives the same releases and bytes, so that it may be asked with GET.
pub(super) async fn file(
    app: App,
    view: View,
    Path(file): Path<String>,
) -> Result<Response, Problem> {
    let (document, ending) = file.rsplit_once('.').unwrap_or((file.as_str(), "docx"));
    let wish = |key: &str| view.wish(key).unwrap_or_default();
    let made = async {
        let form = compose::Form::of_ending(ending)?;
        let order = order(document, view.period, wish("date"), wish("number"))?;
        let composed = compose::compose(&app.product, &order).await?;
        let bytes = compose::write(&app.product, &composed, form).await?;
        Ok::<_, AppError>((composed.title(), form, bytes))
    };
    let (title, form, bytes) = made.await.map_err(|error| app.refused(&view, &error))?;
    let mut name = String::new();
    encode(&format!("{title}.{ending}"), &mut name);
    let kind = match form {
        compose::Form::Docx => DOCX,
        compose::Form::Pdf => "application/pdf",
        compose::Form::Html => "text/html; charset=utf-8",
        compose::Form::Md => "text/markdown; charset=utf-8",
    };
    let disposition = format!("attachment; filename*=UTF-8''{name}");
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(kind)),
        (
            header::CONTENT_DISPOSITION,
            HeaderValue::from_str(&disposition).expect("an encoded name is a header value"),
        ),
    ];
    Ok((headers, bytes).into_response())
}

fn order(document: &str, period: Period, date: &str, number: &str) -> Result<Order, AppError> {
    let date: Date = match date.trim() {
        "" => jiff::Zoned::now().date(),
        text => text.parse().map_err(|_| AppError::BadValue {
            kind: "day",
            value: text.to_owned(),
            why: Why::written("2024-01-08"),
        })?,
    };
    Ok(Order {
        document: document.to_owned(),
        period,
        date,
        number: Some(number.trim().to_owned()).filter(|it| !it.is_empty()),
    })
}

fn preview_json(it: &Preview) -> Value {
    json!({
        "title": it.title.concat(),
        "characters": it.length,
        "figures": it.figures.iter().map(|it| json!({
            "said": it.said, "indicator": it.indicator.0, "measure": it.measure.as_str(),
            "region": it.region.as_str(), "period": it.period.to_string(),
        })).collect::<Vec<_>>(),
    })
}
