//! 二维码: an address of ours as a picture, to be opened by a telephone inside WeChat or DingTalk; whoever opens it signs in first.
//!
//! Invariant: it shows addresses of the firms' side alone, under the name by which the browser reached us.

use axum::{
    http::{HeaderMap, HeaderValue, header},
    response::{IntoResponse, Response},
};
use qrcode::{EcLevel, QrCode, render::svg};

use super::{
    problem::Problem,
    state::App,
    view::{View, encode},
};
use crate::app::AppError;

/// Characters of a path.
const LONGEST: usize = 200;

/// `GET /qr.svg?to=/my/…`.
pub(super) async fn show(app: App, view: View, headers: HeaderMap) -> Result<Response, Problem> {
    let to = view.wish("to").unwrap_or_default();
    let unknown = || app.refused(&view, &AppError::not_found("page", to, []));
    if !ours(to) {
        return Err(unknown());
    }
    let host = headers.get(header::HOST).and_then(|it| it.to_str().ok());
    let scheme = if app.door.https { "https" } else { "http" };
    let address = format!("{scheme}://{}{to}", host.unwrap_or("localhost"));
    let code = QrCode::with_error_correction_level(address, EcLevel::M).map_err(|_| unknown())?;
    let picture = code
        .render::<svg::Color<'_>>()
        .min_dimensions(240, 240)
        .dark_color(svg::Color("#1a2433"))
        .build();
    let kind = HeaderValue::from_static("image/svg+xml");
    Ok(([(header::CONTENT_TYPE, kind)], picture).into_response())
}

/// The picture of a record that firms open: a call, or what one of them filed.
pub(super) fn of_record(app: &App, register: &str, id: i64) -> Option<String> {
    let pack = &app.product.pack;
    let call = pack.playing("call").is_some_and(|it| it.id == register);
    let filed = pack.filings.values().any(|it| it.register == register);
    match () {
        () if call => Some(of(&format!("/my/matters/{id}"))),
        () if filed => Some(of(&format!("/my/records/{register}/{id}"))),
        () => None,
    }
}

/// The address of the picture of an address.
pub(super) fn of(to: &str) -> String {
    let mut address = "/qr.svg?to=".to_owned();
    encode(to, &mut address);
    address
}

fn ours(to: &str) -> bool {
    let fine = |it: char| it.is_ascii_alphanumeric() || matches!(it, '/' | '_' | '-');
    (to == "/my" || to.starts_with("/my/")) && to.len() <= LONGEST && to.chars().all(fine)
}

#[cfg(test)]
mod tests {
    use super::ours;

    #[test]
    fn a_code_leads_to_pages_of_the_firms_side_alone() {
        let cases = [
            ("/my", true),
            ("/my/matters/12", true),
            ("/my/records/rd_forecast/7", true),
            ("/mystery", false),
            ("//evil.example/my", false),
            ("/my/../desk", false),
            ("/my?next=https://evil.example", false),
            ("https://evil.example/my/", false),
            ("", false),
        ];
        for (to, want) in cases {
            assert_eq!(ours(to), want, "{to}");
        }
    }
}
