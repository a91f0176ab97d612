//! SQL in every parameter of every route, in paths, forms and bodies: nothing fails, and nobody sees a row more.

use std::collections::BTreeSet;

use axum::{body::Body, http::Request};
use serde_json::Value;

use super::{encoded, parameters};
use crate::account::Gate;

const SQL: [&str; 6] = [
    "' or 1=1 --",
    "\" or \"\"=\"",
    "1) or 1=1 union select * from account --",
    "'; drop table r_contract; --",
    "%' or '%'='",
    "1\u{0}' or 1=1 --",
];

/// Operators of conditions, and fields that they are about.
const CONDITIONS: [&str; 9] = [
    "f.number.has",
    "f.number.is",
    "f.amount.from",
    "f.signed_on.to",
    "f.seller.is",
    "f.place.is",
    "f.kind.not",
    "f.@state.is",
    "f.1=1 or number.is",
];

#[tokio::test(flavor = "multi_thread")]
async fn no_parameter_of_any_route_reaches_the_database_as_words() {
    let gate = Gate::new().await;
    let (mut ke, mut dong) = (gate.signed_in("ke").await, gate.signed_in("dong").await);
    let list = "/api/v1/registers/contract/records?limit=500";
    let numbers = |text: &str| -> BTreeSet<String> {
        let list: Value = serde_json::from_str(text).unwrap();
        let rows = list["records"].as_array().unwrap().iter();
        rows.map(|it| it["label"].as_str().unwrap().to_owned())
            .collect()
    };
    let all = numbers(&gate.get(&mut ke, list).await.text);
    let own = numbers(&gate.get(&mut dong, list).await.text);
    let foreign: Vec<&String> = all.difference(&own).collect();
    assert!(!own.is_empty() && !foreign.is_empty());
    let one = gate
        .get(&mut dong, "/api/v1/registers/contract/records?limit=1")
        .await;
    let one: Value = serde_json::from_str(&one.text).unwrap();
    let record = one["records"][0]["id"].to_string();

    let (mut wrong, mut asked) = (Vec::new(), 0);
    for (number, (route, mut names)) in parameters().into_iter().enumerate() {
        let path = route
            .replace("{register}", "contract")
            .replace("{record}", &record)
            .replace("{indicator}", "contract_value")
            .replace(['{', '}'], "");
        if route.contains("registers/{register}") {
            names.extend(["sort", "columns", "q"].map(str::to_owned));
            names.extend(CONDITIONS.map(encoded));
        }
        for (place, name) in names.iter().enumerate() {
            // Each name meets two of the texts, so that every text meets every kind of name.
            for text in [
                SQL[(number + place) % SQL.len()],
                SQL[(number + place + 3) % SQL.len()],
            ] {
                let path = format!("{path}?{name}={}", encoded(text));
                let answer = gate.get(&mut dong, &path).await;
                asked += 1;
                let leaked = foreign.iter().find(|it| answer.text.contains(it.as_str()));
                if answer.status.is_server_error() || leaked.is_some() {
                    wrong.push(format!("{path}: {} {leaked:?}", answer.status));
                }
            }
        }
    }
    assert!(asked > 1000, "{asked}");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));

    // In the path itself, and in what is sent.
    for text in SQL {
        for path in [
            format!("/registers/{}", encoded(text)),
            format!("/registers/contract/{}", encoded(text)),
            format!("/api/v1/registers/{}/records", encoded(text)),
            format!(
                "/api/v1/registers/contract/records/{record}/lines/{}",
                encoded(text)
            ),
        ] {
            let answer = gate.get(&mut dong, &path).await;
            assert!(
                answer.status.is_client_error() || answer.status == 303,
                "{path}"
            );
        }
        let given = serde_json::json!({ "fields": {
            "number": text, "amount": text, "signed_on": text, "seller": text, "place": text, "kind": text, text: text,
        } });
        let request = Request::post("/api/v1/registers/contract/records")
            .header("content-type", "application/json")
            .header("x-csrf", dong.csrf())
            .header("origin", "http://localhost:8420");
        let request = request.body(Body::from(given.to_string())).unwrap();
        let answer = gate.ask(&mut dong, request).await;
        assert_eq!(answer.status, 422, "{text}: {}", answer.text);
    }
    assert_eq!(
        numbers(&gate.get(&mut ke, list).await.text),
        all,
        "no row more or less"
    );
    let verified = gate.district.run(&["audit", "verify"]);
    assert!(
        verified.status.success(),
        "{}",
        crate::commands::said(&verified)
    );
}
