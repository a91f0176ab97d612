//! The interface for programs on a small district: records made, read, changed and removed; keys, versions, bounds, rights.

use axum::{
    body::Body,
    http::{Request, header},
};
use serde_json::{Value, json};

use crate::{
    account::Gate,
    web::{Answer, Site},
};

const CONTRACTS: &str = "/api/v1/registers/contract/records";
const PROJECTS: &str = "/api/v1/registers/project/records";

async fn ask(
    site: &Site,
    method: &str,
    path: &str,
    more: &[(&str, &str)],
    body: Option<&Value>,
) -> Answer {
    let mut request = Request::builder()
        .method(method)
        .uri(path)
        .header(header::HOST, "localhost:8420");
    if body.is_some() {
        request = request.header(header::CONTENT_TYPE, "application/json");
    }
    for (name, value) in more {
        request = request.header(*name, *value);
    }
    let body = body.map_or_else(Body::empty, |it| Body::from(it.to_string()));
    site.ask(request.body(body).unwrap()).await
}

fn read(answer: &Answer) -> Value {
    serde_json::from_str(&answer.text)
        .unwrap_or_else(|_| panic!("{}: {}", answer.status, answer.text))
}

fn tag(answer: &Answer) -> String {
    answer.headers[header::ETAG].to_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_is_made_read_changed_and_removed_over_the_version_that_was_read() {
    let site = Site::demo().await;
    let firm = site.json("/api/v1/registers/firm/records?limit=1").await["records"][0].clone();
    let given = json!({ "fields": {
        "number": "API-1", "seller": firm["id"], "kind": "develop", "amount": "1234.50", "signed_on": "2023-05-06",
        "place": "990102001",
    } });
    let made = ask(&site, "POST", CONTRACTS, &[], Some(&given)).await;
    assert_eq!(made.status, 201, "{}", made.text);
    let place = made.headers[header::LOCATION].to_str().unwrap().to_owned();
    assert_eq!(tag(&made), "\"1\"");
    let found = ask(&site, "GET", &place, &[], None).await;
    let record = read(&found);
    assert_eq!(
        (record["label"].as_str(), record["version"].as_i64()),
        (Some("API-1"), Some(1))
    );
    assert_eq!(record["region"], "990102001");
    for (field, want) in [
        ("seller", firm["id"].clone()),
        ("kind", json!("develop")),
        ("amount", json!("1234.50")),
        ("signed_on", json!("2023-05-06")),
    ] {
        assert_eq!(record["fields"][field], want, "{field}");
    }
    let same = ask(&site, "GET", &place, &[("if-none-match", "\"1\"")], None).await;
    assert_eq!(same.status, 304);

    let change = json!({ "fields": { "amount": 99, "kind": null } });
    type Case<'a> = (&'a [(&'a str, &'a str)], u16, &'a str);
    let cases: [Case; 3] = [
        (&[], 428, "api_no_version"),
        (&[("if-match", "\"7\"")], 412, "api_stale"),
        (&[("if-match", "\"1\"")], 200, ""),
    ];
    for (headers, status, code) in cases {
        let answer = ask(&site, "PATCH", &place, headers, Some(&change)).await;
        assert_eq!(answer.status.as_u16(), status, "{}", answer.text);
        assert_eq!(read(&answer)["code"].as_str().unwrap_or_default(), code);
    }
    let now = ask(&site, "GET", &place, &[], None).await;
    assert_eq!(tag(&now), "\"2\"");
    assert_eq!(read(&now)["fields"]["amount"], "99.00");
    assert_eq!(read(&now)["fields"]["kind"], Value::Null);
    assert_eq!(
        read(&now)["fields"]["number"],
        "API-1",
        "what is not named stays"
    );

    let history = read(&ask(&site, "GET", &format!("{place}/history"), &[], None).await);
    let acts: Vec<&str> = history["changes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["act"].as_str().unwrap())
        .collect();
    assert_eq!(acts, ["record.update", "record.create"]);

    let silent = ask(&site, "DELETE", &place, &[("if-match", "\"2\"")], None).await;
    assert_eq!(silent.status, 422, "a removal says why: {}", silent.text);
    let path = format!("{place}?reason=typed%20twice");
    let gone = ask(&site, "DELETE", &path, &[("if-match", "\"2\"")], None).await;
    assert_eq!(gone.status, 204, "{}", gone.text);
    assert_eq!(ask(&site, "GET", &place, &[], None).await.status, 404);
    let verified = site.district.run(&["audit", "verify"]);
    assert!(
        verified.status.success(),
        "{}",
        crate::commands::said(&verified)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_fit_is_told_by_place_and_nothing_is_kept() {
    let site = Site::demo().await;
    let before = site.json(CONTRACTS).await["count"].clone();
    #[rustfmt::skip]
    let cases = [
        (json!({ "fields": {} }), 422, vec!["number", "amount", "signed_on"]),
        (json!({ "fields": { "number": "X", "amount": "many", "signed_on": "2023-05-06" } }), 422, vec!["amount"]),
        (json!({ "fields": { "number": "X", "amount": -1, "signed_on": "2023-05-06" } }), 422, vec!["amount"]),
        (json!({ "fields": { "number": "X", "amount": 1, "signed_on": "2023-05-06", "nope": 1 } }), 422, vec!["nope"]),
        (json!({ "fields": { "number": "X", "amount": true, "signed_on": "2023-05-06" } }), 422, vec!["amount"]),
        (json!({ "fields": { "number": "X", "amount": 1, "signed_on": "2023-05-06", "seller": 999_999 } }), 422, vec!["seller"]),
        (json!({ "fields": { "number": "X", "amount": 1, "signed_on": "2023-05-06" }, "lines": { "nope": [] } }), 422, vec!["nope"]),
        (json!({ "fields": { "number": "2023-0001", "amount": 1, "signed_on": "2023-05-06" } }), 422, vec!["number"]),
        (json!({ "fields": { "number": {} } }), 400, vec![]),
        (json!([]), 400, vec![]),
    ];
    for (given, status, places) in cases {
        let answer = ask(&site, "POST", CONTRACTS, &[], Some(&given)).await;
        assert_eq!(answer.status.as_u16(), status, "{given}: {}", answer.text);
        assert_eq!(
            answer.headers[header::CONTENT_TYPE],
            "application/problem+json"
        );
        let faults = read(&answer)["faults"].clone();
        let paths: Vec<&str> = faults
            .as_array()
            .into_iter()
            .flatten()
            .map(|it| it["path"].as_str().unwrap())
            .collect();
        assert_eq!(paths, places, "{given}");
    }
    let plain = [(header::CONTENT_TYPE.as_str(), "text/plain")];
    let request = Request::post(CONTRACTS)
        .header(header::HOST, "localhost")
        .header(plain[0].0, plain[0].1);
    assert_eq!(
        site.ask(request.body(Body::from("{}")).unwrap())
            .await
            .status,
        415
    );
    let huge = json!({ "fields": { "number": "x".repeat(2_000_000) } });
    assert_eq!(
        ask(&site, "POST", CONTRACTS, &[], Some(&huge)).await.status,
        413
    );
    assert_eq!(site.json(CONTRACTS).await["count"], before);
}

#[tokio::test(flavor = "multi_thread")]
async fn asking_again_under_a_key_does_nothing_twice() {
    let site = Site::demo().await;
    let given = |number: &str| json!({ "fields": { "number": number, "amount": 1, "signed_on": "2023-05-06" } });
    let key = [("idempotency-key", "k-1")];
    let first = ask(&site, "POST", CONTRACTS, &key, Some(&given("K-1"))).await;
    let again = ask(&site, "POST", CONTRACTS, &key, Some(&given("K-1"))).await;
    assert_eq!(
        (first.status.as_u16(), again.status.as_u16()),
        (201, 201),
        "{}",
        again.text
    );
    assert_eq!(
        first.headers[header::LOCATION],
        again.headers[header::LOCATION]
    );
    assert_eq!(read(&first), read(&again));
    let other = ask(&site, "POST", CONTRACTS, &key, Some(&given("K-2"))).await;
    assert_eq!(
        (other.status.as_u16(), read(&other)["code"].as_str()),
        (422, Some("api_key_reused"))
    );
    // What was refused keeps no key.
    let key = [("idempotency-key", "k-2")];
    assert_eq!(
        ask(
            &site,
            "POST",
            CONTRACTS,
            &key,
            Some(&json!({ "fields": {} }))
        )
        .await
        .status,
        422
    );
    assert_eq!(
        ask(&site, "POST", CONTRACTS, &key, Some(&given("K-3")))
            .await
            .status,
        201
    );
    // Of two at once one makes the record, and the other makes no second one.
    let key = [("idempotency-key", "k-3")];
    let body = given("K-4");
    let (a, b) = tokio::join!(
        ask(&site, "POST", CONTRACTS, &key, Some(&body)),
        ask(&site, "POST", CONTRACTS, &key, Some(&body)),
    );
    assert!(
        [a.status.as_u16(), b.status.as_u16()].contains(&201),
        "{} {}",
        a.text,
        b.text
    );
    for answer in [&a, &b] {
        assert!(
            [201, 409].contains(&answer.status.as_u16()),
            "{}",
            answer.text
        );
    }
    assert_eq!(
        site.json(&format!("{CONTRACTS}?f.number.is=K-4")).await["count"],
        1
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn lines_come_and_go_with_their_record() {
    let site = Site::demo().await;
    let given = json!({
        "fields": { "number": "P-1", "name": "示例项目" },
        "lines": { "milestone": [
            { "fields": { "name": "方案", "due_on": "2023-03-01", "cost": "12.34" } },
            { "fields": { "name": "验收" } },
        ] },
    });
    let made = ask(&site, "POST", PROJECTS, &[], Some(&given)).await;
    assert_eq!(made.status, 201, "{}", made.text);
    let place = made.headers[header::LOCATION].to_str().unwrap().to_owned();
    let lines =
        read(&ask(&site, "GET", &format!("{place}/lines/milestone"), &[], None).await)["lines"]
            .clone();
    assert_eq!(
        lines[0]["fields"],
        json!({ "name": "方案", "due_on": "2023-03-01", "cost": "12.34" })
    );
    let kept = json!({ "lines": { "milestone": [{ "id": lines[1]["id"], "fields": { "name": "结题" } }] } });
    let changed = ask(
        &site,
        "PATCH",
        &place,
        &[("if-match", "\"1\"")],
        Some(&kept),
    )
    .await;
    assert_eq!(changed.status, 200, "{}", changed.text);
    let left = read(&changed)["lines"]["milestone"].clone();
    assert_eq!(
        (left.as_array().unwrap().len(), left[0]["id"].clone()),
        (1, lines[1]["id"].clone())
    );
    assert_eq!(left[0]["fields"]["name"], "结题");
    assert_eq!(
        ask(&site, "GET", &format!("{place}/lines/nope"), &[], None)
            .await
            .status,
        404
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_register_is_handed_out_as_a_file_and_found_by_search() {
    let site = Site::demo().await;
    let csv = site.get("/api/v1/registers/contract/export/csv").await;
    assert_eq!(csv.status, 200, "{}", csv.text);
    assert_eq!(csv.text.trim_end().lines().count(), 71);
    let router_answer = site.raw("/api/v1/registers/contract/export/parquet").await;
    assert!(router_answer.starts_with(b"PAR1"));
    assert_eq!(
        site.get("/api/v1/registers/contract/export/exe")
            .await
            .status,
        400
    );
    let found = site.json("/api/v1/search?q=2023-0007&kind=record").await;
    assert_eq!(found["hits"][0]["title"], "2023-0007", "{found}");
    assert_eq!(site.get("/api/v1/search?q=x&kind=nope").await.status, 400);
    assert_eq!(site.get(&format!("{CONTRACTS}?limit=0")).await.status, 400);
    assert_eq!(
        site.get(&format!("{CONTRACTS}?f.amount.from=much"))
            .await
            .status,
        400
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_asks_too_much_is_told_when_to_ask_again() {
    let site = Site::demo().await;
    let mut refused = None;
    for _ in 0..2_000 {
        let answer = site.get("/api/v1/registers/nope/records").await;
        if answer.status == 429 {
            refused = Some(answer);
            break;
        }
    }
    let refused = refused.expect("two thousand requests at once are too many");
    assert!(
        refused.headers[header::RETRY_AFTER]
            .to_str()
            .unwrap()
            .parse::<u64>()
            .unwrap()
            > 0
    );
    assert_eq!(read(&refused)["code"], "api_too_many");
    assert_eq!(
        site.get("/registers?period=2023").await.status,
        200,
        "pages are not held up"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_under_a_key_is_said_again_for_a_day_and_only_of_a_record_that_is_still_seen() {
    let gate = Gate::new().await;
    let send = async |number: &str, key: &str| {
        let mut dong = gate.signed_in("dong").await;
        let given = json!({ "fields": { "number": number, "amount": 1, "signed_on": "2023-05-06", "place": "990102001" } });
        let request = Request::post(CONTRACTS)
            .header(header::ORIGIN, "http://localhost:8420")
            .header(header::CONTENT_TYPE, "application/json")
            .header("x-csrf", dong.csrf())
            .header("idempotency-key", key);
        let request = request.body(Body::from(given.to_string())).unwrap();
        let answer = gate.ask(&mut dong, request).await;
        let place = answer.header("location").to_owned();
        (answer.status.as_u16(), place, dong)
    };
    let (status, first, mut dong) = send("D-1", "k").await;
    assert_eq!(status, 201);
    let (status, again, _) = send("D-1", "k").await;
    assert_eq!((status, &again), (201, &first));
    let request = Request::delete(format!("{first}?reason=x"))
        .header(header::ORIGIN, "http://localhost:8420")
        .header(header::CONTENT_TYPE, "application/json")
        .header("x-csrf", dong.csrf())
        .header(header::IF_MATCH, "*");
    let gone = gate
        .ask(&mut dong, request.body(Body::empty()).unwrap())
        .await;
    assert_eq!(gone.status, 204, "{}", gone.text);
    assert_eq!(
        send("D-1", "k").await.0,
        404,
        "what is seen no more is not told"
    );
    // The key is still taken, then it is forgotten and means something new.
    gate.clock.advance_seconds(23 * 3600);
    assert_eq!(send("D-2", "k").await.0, 422);
    gate.clock.advance_seconds(2 * 3600);
    let (status, second, _) = send("D-2", "k").await;
    assert_eq!(status, 201);
    assert_ne!(second, first);
}
