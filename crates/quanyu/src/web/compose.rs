//! 文稿生成: a document of the pack as a download.

use axum::{
    extract::Path,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};

use super::{
    problem::Problem,
    state::App,
    view::{View, encode},
};
use crate::app::{
    AppError,
    compose::{self, Form, Order},
};

/// `GET /documents/compose/{file}`: `summary.docx`, `bulletin.pdf`, for the period of the view, dated today. Composing freezes
/// figures; asked again from the same records it gives the same releases and bytes, so that it may be asked with GET.
pub(super) async fn file(
    app: App,
    view: View,
    Path(file): Path<String>,
) -> Result<Response, Problem> {
    let (document, ending) = file.rsplit_once('.').unwrap_or((file.as_str(), "docx"));
    let made = async {
        let form = Form::of_ending(ending)?;
        let order = Order {
            document: document.to_owned(),
            period: view.period,
            date: jiff::Zoned::now().date(),
            number: None,
        };
        let composed = compose::compose(&app.product, &order).await?;
        let bytes = compose::write(&app.product, &composed, form).await?;
        Ok::<_, AppError>((composed.title(), form, bytes))
    };
    let (title, form, bytes) = made.await.map_err(|error| app.refused(&view, &error))?;
    let mut name = String::new();
    encode(&format!("{title}.{ending}"), &mut name);
    let kind = match form {
        Form::Docx => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        Form::Pdf => "application/pdf",
        Form::Html => "text/html; charset=utf-8",
        Form::Md => "text/markdown; charset=utf-8",
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
