//! The token in every form: what changes anything must come from a page that this session was given.
//!
//! Owns putting it into each form of a rendered page, as the first input, and taking it from the head of what a form sends, so
//! that no template can forget it and no handler sees it. Leaves the check of the origin, which comes before, to the guard.
//!
//! Invariant: a body is passed on without its token, and only when the token is the session's.
//!
//! Start reading at [`mark`], then [`take`].

use axum::{
    body::{Body, Bytes},
    extract::Request,
    http::header,
};
use futures::StreamExt as _;
use quanyu_core::change::seal_text;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

/// Name of the input, and behind `x-` of the header that scripts may send.
const NAME: &str = "csrf";
/// Bytes of a body within which the token stands.
const HEAD: usize = 2048;

/// The token of a session, by the hash that is kept of it: who knows one session's pages knows nothing of another's.
pub(super) fn token(session: &str) -> String {
    let digest = Sha256::digest(format!("form of {session}").as_bytes());
    seal_text(&digest.into())[..32].to_owned()
}

/// A page with the token in each of its forms that send something. Values never hold a bare `<`, so that every `<form` is ours.
pub(super) fn mark(html: String, token: &str) -> String {
    const FORM: &str = "<form";
    if !html.contains(FORM) {
        return html;
    }
    let input = format!("<input type=\"hidden\" name=\"{NAME}\" value=\"{token}\">");
    let mut out = String::with_capacity(html.len() + 256);
    let mut rest = html.as_str();
    while let Some(at) = rest.find(FORM) {
        let end = rest[at..].find('>').map_or(rest.len(), |it| at + it + 1);
        let (head, tail) = rest.split_at(end);
        out.push_str(head);
        if head[at..].contains("method=\"post\"") {
            out.push_str(&input);
        }
        rest = tail;
    }
    out.push_str(rest);
    out
}

/// The request without its token; `None` where it is not there or not the right one.
pub(super) async fn take(request: Request, token: &str) -> Option<Request> {
    let same = |found: &[u8]| bool::from(found.ct_eq(token.as_bytes()));
    let (mut parts, body) = request.into_parts();
    if let Some(sent) = parts.headers.get(format!("x-{NAME}")) {
        return same(sent.as_bytes()).then(|| Request::from_parts(parts, body));
    }
    let kind = parts.headers.get(header::CONTENT_TYPE);
    let kind = kind.and_then(|it| it.to_str().ok()).unwrap_or_default();
    let edge = kind
        .strip_prefix("multipart/form-data")
        .and_then(|it| it.split_once("boundary="))
        .map(|(_, it)| {
            it.split(';')
                .next()
                .unwrap_or_default()
                .trim_matches('"')
                .to_owned()
        });
    if edge.is_none() && !kind.starts_with("application/x-www-form-urlencoded") {
        return None;
    }
    let mut stream = body.into_data_stream();
    let mut head: Vec<u8> = Vec::new();
    while head.len() < HEAD {
        match stream.next().await {
            Some(Ok(chunk)) => head.extend_from_slice(&chunk),
            Some(Err(_)) => return None,
            None => break,
        }
    }
    let (found, left) = match &edge {
        Some(edge) => first_part(&head, edge)?,
        None => first_pair(&head)?,
    };
    if !same(found) {
        return None;
    }
    let left = Bytes::copy_from_slice(left);
    let rest = futures::stream::once(async move { Ok(left) }).chain(stream);
    // The body is shorter than its sender said.
    parts.headers.remove(header::CONTENT_LENGTH);
    Some(Request::from_parts(parts, Body::from_stream(rest)))
}

/// `csrf=…` at the head, and what follows it.
fn first_pair(head: &[u8]) -> Option<(&[u8], &[u8])> {
    let rest = head.strip_prefix(NAME.as_bytes())?.strip_prefix(b"=")?;
    let end = rest.iter().position(|it| *it == b'&');
    Some(match end {
        Some(end) => (&rest[..end], &rest[end + 1..]),
        None => (rest, &[]),
    })
}

/// The first part of a multipart body, where it is the token, and the body from its second edge on.
fn first_part<'a>(head: &'a [u8], edge: &str) -> Option<(&'a [u8], &'a [u8])> {
    let find = |text: &[u8], what: &[u8]| text.windows(what.len()).position(|it| it == what);
    let edge = format!("--{edge}");
    let rest = head.strip_prefix(edge.as_bytes())?.strip_prefix(b"\r\n")?;
    let body = find(rest, b"\r\n\r\n")?;
    let named = format!("name=\"{NAME}\"");
    find(&rest[..body], named.as_bytes())?;
    let rest = &rest[body + 4..];
    let next = find(rest, format!("\r\n{edge}").as_bytes())?;
    Some((&rest[..next], &rest[next + 2..]))
}

#[cfg(test)]
mod tests {
    use axum::body::to_bytes;

    use super::*;

    #[test]
    fn every_form_that_sends_something_gets_the_token_first() {
        let page = "<form class=\"a\" method=\"post\" action=\"/x\"><input name=\"b\"></form>\
                    <form method=\"get\"></form><p>&lt;form method=\"post\"&gt;</p>";
        let marked = mark(page.to_owned(), "T");
        assert_eq!(
            marked,
            "<form class=\"a\" method=\"post\" action=\"/x\"><input type=\"hidden\" name=\"csrf\" value=\"T\">\
             <input name=\"b\"></form><form method=\"get\"></form><p>&lt;form method=\"post\"&gt;</p>"
        );
        assert_eq!(mark("<p>".to_owned(), "T"), "<p>");
    }

    #[tokio::test]
    async fn the_token_is_taken_off_and_the_rest_arrives_as_it_was_sent() {
        let form = "application/x-www-form-urlencoded";
        let parts = "multipart/form-data; boundary=edge";
        let part = |name: &str, value: &str| {
            format!("--edge\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
        };
        let token = token("s");
        let long = "长".repeat(4000);
        let pair = format!("csrf={token}&a={long}");
        let sent = format!("{}{}--edge--\r\n", part("csrf", &token), part("a", &long));
        let left = format!("{}--edge--\r\n", part("a", &long));
        let cases = [
            (form, pair.clone(), Some(format!("a={long}"))),
            (form, format!("csrf={token}"), Some(String::new())),
            (form, "csrf=x&a=1".to_owned(), None),
            (form, format!("csrf={}&a=1", &token[1..]), None),
            (form, format!("a=1&csrf={token}"), None),
            (form, String::new(), None),
            ("text/plain", pair, None),
            (parts, sent, Some(left.clone())),
            (parts, left, None),
            (parts, format!("{}--edge--\r\n", part("csrf", "x")), None),
        ];
        for (kind, body, want) in cases {
            let request = Request::post("/")
                .header(header::CONTENT_TYPE, kind)
                .body(Body::from(body.clone()))
                .unwrap();
            let got = match take(request, &token).await {
                Some(it) => Some(to_bytes(it.into_body(), 1 << 20).await.unwrap()),
                None => None,
            };
            let got = got.map(|it| String::from_utf8(it.to_vec()).unwrap());
            assert_eq!(got, want, "{kind} {}", &body[..body.len().min(60)]);
        }
    }
}
