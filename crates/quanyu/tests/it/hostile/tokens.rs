//! Forged, cut, foreign and narrow tokens; what a browser holds over https.

use std::sync::Arc;

use axum::{
    body::{Body, to_bytes},
    http::{Request, header},
};
use quanyu::web::{App, Door, router};
use tower::ServiceExt as _;

use crate::account::{Answer, Browser, Gate};

const LIST: &str = "/api/v1/registers/contract/records";

async fn with(gate: &Gate, method: &str, path: &str, token: &str) -> Answer {
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header(header::AUTHORIZATION, format!("Bearer {token}"))
        .header(header::CONTENT_TYPE, "application/json");
    let body =
        r#"{"fields":{"number":"T-1","amount":"1","signed_on":"2023-05-06","place":"990102001"}}"#;
    let body = if method == "POST" {
        Body::from(body)
    } else {
        Body::empty()
    };
    gate.ask(&mut Browser::default(), request.body(body).unwrap())
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_opens_only_as_it_was_given_and_only_what_it_was_given_for() {
    let gate = Gate::new().await;
    let mut dong = gate.signed_in("dong").await;
    let day = gate.product.today().to_string();
    let mut tokens = Vec::new();
    for right in ["read", "enter"] {
        let body = format!("title=x&expires={day}&right={right}");
        let made = gate.form(&mut dong, "/account/tokens", &body).await;
        tokens.push(token_of(&made.text));
    }
    let [reading, entering] = &tokens[..] else {
        panic!("{tokens:?}")
    };
    let last = reading.chars().last().unwrap();
    let other = if last == '0' { '1' } else { '0' };
    let forged = [
        format!("{}{other}", &reading[..reading.len() - 1]),
        reading[..reading.len() - 1].to_owned(),
        format!("{reading}0"),
        reading.to_uppercase(),
        reading.replacen("qy_", "", 1),
        format!("{reading} {reading}"),
        format!("qy_{}", "0".repeat(reading.len() - 3)),
        "qy_' or '1'='1".to_owned(),
        dong.held(),
    ];
    for token in &forged {
        assert_eq!(with(&gate, "GET", LIST, token).await.status, 401, "{token}");
    }
    // A token is no session, and a session no token.
    let cookie =
        Request::get("/registers").header(header::COOKIE, format!("quanyu_session={reading}"));
    let answer = gate
        .ask(&mut Browser::default(), cookie.body(Body::empty()).unwrap())
        .await;
    assert_eq!(answer.status, 303, "a token in the cookie");
    #[rustfmt::skip]
    let cases = [
        (reading,  "GET",  LIST,              200),
        (reading,  "POST", LIST,              403),
        (entering, "GET",  LIST,              403),
        (reading,  "GET",  "/admin/accounts", 403),
        (reading,  "GET",  "/admin/audit",    403),
        (reading,  "GET",  "/metrics",        403),
        (reading,  "GET",  "/appraisal",      403),
    ];
    for (token, method, path, status) in cases {
        let answer = with(&gate, method, path, token).await;
        assert_eq!(answer.status, status, "{method} {path}: {}", answer.text);
    }
    // It sees what its owner sees and nothing besides.
    let own = gate.get(&mut dong, LIST).await;
    let count =
        |it: &Answer| serde_json::from_str::<serde_json::Value>(&it.text).unwrap()["count"].clone();
    let seen = with(&gate, "GET", LIST, reading).await;
    assert_eq!(count(&seen), count(&own));
    // Its owner is locked: it opens nothing any more.
    assert!(
        gate.district
            .run(&["account", "lock", "dong"])
            .status
            .success()
    );
    assert_eq!(
        with(&gate, "GET", LIST, reading).await.status,
        401,
        "its owner is locked"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn over_https_the_cookie_is_bound_to_the_host_and_no_other_name_is_taken() {
    let gate = Gate::new().await;
    let door = Door {
        hosts: vec!["kj.example".to_owned()],
        https: true,
    };
    let router = router(App::behind(Arc::clone(&gate.product), door));
    let send = async |request: Request<Body>| {
        let response = router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        (parts, to_bytes(body, 1 << 20).await.unwrap())
    };
    let form = "name=ke&password=Yanshi-2024&code=&next=/registers";
    let request = Request::post("/signin")
        .header(header::HOST, "kj.example")
        .header(header::ORIGIN, "https://kj.example")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    let (answer, _) = send(request.body(Body::from(form)).unwrap()).await;
    assert_eq!(answer.status, 303);
    let set = answer.headers[header::SET_COOKIE]
        .to_str()
        .unwrap()
        .to_owned();
    assert!(set.starts_with("__Host-quanyu="), "{set}");
    for part in ["; HttpOnly", "; SameSite=Lax", "; Secure", "; Path=/"] {
        assert!(set.contains(part), "{set}");
    }
    assert!(!set.contains("Domain"), "{set}");
    assert!(
        answer
            .headers
            .contains_key(header::STRICT_TRANSPORT_SECURITY)
    );
    let held = set.split(['=', ';']).nth(1).unwrap();
    for (cookie, status) in [
        (format!("__Host-quanyu={held}"), 200),
        (format!("quanyu_session={held}"), 303),
        (format!("__host-quanyu={held}"), 303),
    ] {
        let request = Request::get("/registers")
            .header(header::HOST, "kj.example")
            .header(header::COOKIE, &cookie);
        let (answer, _) = send(request.body(Body::empty()).unwrap()).await;
        assert_eq!(answer.status, status, "{cookie}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_opens_the_interface_within_its_rights_until_its_day() {
    let gate = Gate::new().await;
    let mut owner = gate.signed_in("dong").await;
    let day = gate.product.today().to_string();
    let none = gate
        .form(
            &mut owner,
            "/account/tokens",
            &format!("title=x&expires={day}"),
        )
        .await;
    assert!(none.text.contains("account_token_rights"));
    let body = format!("title=x&expires={day}&right=enter");
    let made = gate.form(&mut owner, "/account/tokens", &body).await;
    let blind = token_of(&made.text);
    let body = format!("title=x&expires={day}&right=read");
    let made = gate.form(&mut owner, "/account/tokens", &body).await;
    let reading = token_of(&made.text);
    let page = gate.get(&mut owner, "/account").await;
    assert!(!page.text.contains(&reading), "it is shown once");
    let ask = async |path: &str, sent: &str| {
        let request = Request::get(path).header(header::AUTHORIZATION, sent);
        gate.ask(
            &mut Browser::default(),
            request.body(Body::empty()).unwrap(),
        )
        .await
    };
    let list = "/api/v1/registers/contract/records";
    let with = |token: &str| format!("Bearer {token}");
    assert_eq!(ask(list, &with(&reading)).await.status, 200);
    assert_eq!(
        ask(list, &with(&blind)).await.status,
        403,
        "no right to read"
    );
    for bad in [
        "Bearer qy_00",
        "Bearer ",
        "Basic eDp5",
        "qy_",
        &with(&"qy_".repeat(30)),
    ] {
        assert_eq!(ask(list, bad).await.status, 401, "{bad}");
    }
    let post = Request::post("/account/tokens")
        .header(header::AUTHORIZATION, with(&reading))
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Body::from(format!("title=y&expires={day}&right=read")))
        .unwrap();
    let answer = gate.ask(&mut Browser::default(), post).await;
    assert_eq!(answer.status, 403, "a token makes no tokens");
    gate.clock.advance_seconds(2 * 86_400);
    assert_eq!(
        ask(list, &with(&reading)).await.status,
        401,
        "its day is over"
    );
}

fn token_of(page: &str) -> String {
    let (_, rest) = page.split_once(">qy_").unwrap_or_else(|| panic!("{page}"));
    format!("qy_{}", rest.split('<').next().unwrap())
}
