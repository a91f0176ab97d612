//! Rights: role × endpoint × record, reading and writing, on both engines; and a scope is the same in lists, counts, figures,
//! search and exports.
//!
//! Owns the matrix, which is made of the list of routes, and the property that holds all renderings of a scope equal.

use std::{collections::BTreeSet, sync::Arc};

use axum::{
    body::{Body, to_bytes},
    http::{Request, header},
};
use proptest::{prelude::*, strategy::ValueTree as _, test_runner::TestRunner};
use quanyu::{
    app::{
        Product, Who,
        who::{Grant, Grants},
    },
    web::{App, Need, ROUTES, router},
};
use quanyu_core::{
    access::{Part, Scope},
    actor::Actor,
};
use quanyu_store::{
    audit::{self, ChainFault},
    list::{self, Query},
};
use serde_json::{Value, json};
use tower::ServiceExt as _;

use crate::account::{Answer, Browser, Gate, concrete, ids};

const ROLES: [&str; 7] = ["ke", "dong", "qi", "zhuan", "xi", "an", "shen"];
const LIST: &str = "/api/v1/registers/contract/records?limit=500";

/// Whether a role meets what a route asks for, said once more than the code says it.
fn meets(need: Need, name: &str) -> bool {
    match need {
        Need::Anyone | Need::SignedIn => true,
        Need::Any => !matches!(name, "xi" | "an" | "shen"),
        Need::Whole => name == "ke",
        Need::Office(it) => {
            [("xi", "system"), ("an", "security"), ("shen", "audit")].contains(&(name, it.word()))
        }
        Need::Accounts => matches!(name, "xi" | "an"),
        // This pack has no role of the firms' side.
        Need::Firm => false,
    }
}

/// Whether a route is of one record of a register.
fn of_record(route: &str) -> bool {
    let route = route.strip_prefix("/api/v1").unwrap_or(route);
    route.starts_with("/registers/{register}/{record}")
        || route.starts_with("/registers/{register}/records/{record}")
}

/// The contracts there are, and those of them that a role sees.
async fn seen(gate: &Gate, browser: &mut Browser) -> Vec<i64> {
    let answer = gate.get(browser, LIST).await;
    if answer.status != 200 {
        return Vec::new();
    }
    ids(&serde_json::from_str(&answer.text).unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn no_role_gets_content_that_its_rights_do_not_reach() {
    for gate in Gate::everywhere().await {
        let mut ke = gate.signed_in("ke").await;
        let all = seen(&gate, &mut ke).await;
        let mut wrong = Vec::new();
        for name in ROLES {
            let mut browser = gate.signed_in(name).await;
            let seen = seen(&gate, &mut browser).await;
            let inside = all.iter().find(|it| seen.contains(it));
            let outside = all.iter().find(|it| !seen.contains(it));
            for (route, need) in ROUTES {
                for (record, within) in [(inside, true), (outside, false)] {
                    let Some(record) = record else { continue };
                    let path = concrete(&route.replace("{record}", &record.to_string()));
                    let answer = gate.get(&mut browser, &path).await;
                    let may = meets(*need, name) && (within || !of_record(route));
                    let open = answer.status == 200;
                    if answer.status.is_server_error() || (open && !may) {
                        wrong.push(format!("{name} {path}: {}", answer.status));
                    }
                }
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }
}

/// Routes with the methods by which they change something, as the table of routes says.
fn writing() -> Vec<(String, &'static str)> {
    let table = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/web/mod.rs");
    let table = std::fs::read_to_string(table).unwrap();
    let mut all = Vec::new();
    for part in table.split(".route(").skip(1) {
        let route = part.split('"').nth(1).unwrap();
        for (word, method) in [
            ("post(", "POST"),
            (".patch(", "PATCH"),
            (".delete(", "DELETE"),
        ] {
            if part.contains(word) {
                all.push((route.to_owned(), method));
            }
        }
    }
    assert!(all.len() > 45, "{all:?}");
    all
}

async fn send(
    gate: &Gate,
    browser: &mut Browser,
    method: &str,
    path: &str,
    kind: &str,
    body: &str,
) -> Answer {
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header(header::ORIGIN, "http://localhost:8420")
        .header("x-csrf", browser.csrf())
        .header(header::IF_MATCH, "*")
        .header(header::CONTENT_TYPE, kind);
    gate.ask(browser, request.body(Body::from(body.to_owned())).unwrap())
        .await
}

const PARTS: &str = "multipart/form-data; boundary=edge";
const PAIRS: &str = "application/x-www-form-urlencoded";

/// A form in parts.
fn parts(pairs: &[(&str, &str)]) -> String {
    let part = |(name, text): &(&str, &str)| {
        format!("--edge\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{text}\r\n")
    };
    pairs.iter().map(part).collect::<String>() + "--edge--\r\n"
}

#[tokio::test(flavor = "multi_thread")]
async fn no_role_changes_what_its_rights_do_not_reach_by_any_method() {
    let (form, json) = (
        parts(&[
            ("do", "remove"),
            ("reason", "x"),
            ("why", "x"),
            ("version", "1"),
        ]),
        json!({ "fields": { "number": "W-1" } }).to_string(),
    );
    let bodies = [
        (PARTS, form.as_str()),
        (PAIRS, "do=save&reason=x&version=1"),
        ("application/json", json.as_str()),
    ];
    for gate in Gate::everywhere().await {
        let mut ke = gate.signed_in("ke").await;
        let all = seen(&gate, &mut ke).await;
        let mut wrong = Vec::new();
        for name in ROLES {
            let mut browser = gate.signed_in(name).await;
            let seen = seen(&gate, &mut browser).await;
            let outside = all.iter().find(|it| !seen.contains(it)).unwrap_or(&all[0]);
            for (route, method) in writing() {
                let need = ROUTES.iter().find(|it| it.0 == route).unwrap().1;
                let may = meets(need, name);
                // One's own account and the way out have tests of their own; others' records are asked of everybody.
                let own = matches!(need, Need::Anyone | Need::SignedIn);
                let reached = name == "ke" || !of_record(&route);
                if own || (may && reached) {
                    continue;
                }
                let path = concrete(&route.replace("{record}", &outside.to_string()));
                for (kind, body) in &bodies {
                    let before = gate.sequence().await;
                    let answer = send(&gate, &mut browser, method, &path, kind, body).await;
                    let moved = gate.sequence().await != before;
                    let told = answer.status.is_client_error() && (may || answer.status == 403);
                    if moved || !told {
                        wrong.push(format!(
                            "{name} {method} {path} {kind}: {} {moved}",
                            answer.status
                        ));
                    }
                }
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_within_rights_is_written_and_what_is_not_leaves_no_trace() {
    let contract = |number: &str, place: &str| {
        parts(&[
            ("do", "save"),
            ("f.number", number),
            ("f.amount", "1"),
            ("f.signed_on", "2023-05-06"),
            ("f.place", place),
        ])
    };
    let jury = |place: &str| {
        parts(&[
            ("do", "save"),
            ("f.scheme", "city"),
            ("f.item", "jury"),
            ("f.points", "3"),
            ("f.place", place),
        ])
    };
    let as_json = |number: &str, place: &str| {
        json!({ "fields": { "number": number, "amount": "1", "signed_on": "2023-05-06", "place": place } }).to_string()
    };
    for gate in Gate::everywhere().await {
        let mut ke = gate.signed_in("ke").await;
        let all = seen(&gate, &mut ke).await;
        let mut dong = gate.signed_in("dong").await;
        let own = seen(&gate, &mut dong).await;
        let other = all.iter().find(|it| !own.contains(it)).unwrap();
        let of = |id: &i64| format!("/api/v1/registers/contract/records/{id}");
        let remove = |id: &i64| format!("{}?reason=x", of(id));
        let edit = |id: &i64| format!("/registers/contract/{id}/edit");
        let changed = contract("W-9", "990102001")
            .replace("name=\"do\"\r\n\r\nsave", "name=\"version\"\r\n\r\n1");
        let (new, api, kind) = (
            "/registers/contract/new",
            "/api/v1/registers/contract/records",
            "application/json",
        );
        let patch = json!({ "fields": { "amount": "77" } }).to_string();
        #[rustfmt::skip]
        let cases: Vec<(&str, &str, String, &str, String, bool)> = vec![
            ("dong",  "POST",   new.into(),       PARTS, contract("A-1", "990102001"), true),
            ("dong",  "POST",   new.into(),       PARTS, contract("A-2", "990102002"), false),
            ("ke",    "POST",   new.into(),       PARTS, contract("A-3", "990102001"), false),
            ("qi",    "POST",   new.into(),       PARTS, contract("A-4", "990102001"), false),
            ("zhuan", "POST",   new.into(),       PARTS, contract("A-5", "990102001"), false),
            ("xi",    "POST",   new.into(),       PARTS, contract("A-6", "990102001"), false),
            ("dong",  "POST",   api.into(),       kind,  as_json("B-1", "990102001"),  true),
            ("dong",  "POST",   api.into(),       kind,  as_json("B-2", "990102002"),  false),
            ("ke",    "POST",   api.into(),       kind,  as_json("B-3", "990102001"),  false),
            ("shen",  "POST",   api.into(),       kind,  as_json("B-4", "990102001"),  false),
            ("dong",  "PATCH",  of(&own[0]),      kind,  patch.clone(),                true),
            ("dong",  "PATCH",  of(other),        kind,  patch.clone(),                false),
            ("ke",    "PATCH",  of(&own[0]),      kind,  patch.clone(),                false),
            ("qi",    "PATCH",  of(&own[0]),      kind,  patch.clone(),                false),
            ("dong",  "POST",   edit(&own[1]),    PARTS, changed.clone(),              true),
            ("dong",  "POST",   edit(other),      PARTS, changed.clone(),              false),
            ("ke",    "POST",   edit(&own[2]),    PARTS, changed.clone(),              false),
            ("ke",    "DELETE", remove(&own[3]),  kind,  String::new(),                false),
            ("dong",  "DELETE", remove(other),    kind,  String::new(),                false),
            ("dong",  "DELETE", remove(&own[3]),  kind,  String::new(),                true),
            ("ke",    "POST",   "/registers/jury/new".into(), PARTS, jury("990102002"), true),
            ("dong",  "POST",   "/registers/jury/new".into(), PARTS, jury("990102001"), true),
            ("dong",  "POST",   "/registers/jury/new".into(), PARTS, jury("990102002"), false),
            ("zhuan", "POST",   "/registers/jury/new".into(), PARTS, jury("990102002"), true),
            ("an",    "POST",   "/registers/jury/new".into(), PARTS, jury("990102001"), false),
        ];
        for (name, method, path, kind, body, may) in cases {
            let mut browser = gate.signed_in(name).await;
            let before = gate.sequence().await;
            let answer = send(&gate, &mut browser, method, &path, kind, &body).await;
            let moved = gate.sequence().await != before;
            assert_eq!(
                moved, may,
                "{name} {method} {path}: {} {}",
                answer.status, answer.text
            );
            assert_eq!(
                answer.status.is_client_error(),
                !may,
                "{name} {method} {path}: {}",
                answer.status
            );
        }
        // The form's token is asked of every method alike.
        for method in ["POST", "PATCH", "DELETE"] {
            let path = if method == "POST" {
                api.to_owned()
            } else {
                of(&own[0])
            };
            let request = Request::builder()
                .method(method)
                .uri(&path)
                .header(header::ORIGIN, "http://localhost:8420")
                .header(header::IF_MATCH, "*")
                .header(header::CONTENT_TYPE, "application/json");
            let request = request.body(Body::from(patch.clone())).unwrap();
            assert_eq!(
                gate.ask(&mut dong, request).await.status,
                403,
                "{method} without a token"
            );
        }
    }
}

fn scopes(firms: &[i64]) -> impl Strategy<Value = Scope> + use<> {
    let regions = ["99", "9901", "990102", "990102001", "990102002", "990103"];
    let region =
        proptest::sample::select(regions.to_vec()).prop_map(|it| Part::Region(it.parse().unwrap()));
    let organization = proptest::sample::select(firms.to_vec()).prop_map(Part::Organization);
    let owner = proptest::sample::select(vec!["job:demo", "jia", "' or 1 = 1 --"])
        .prop_map(|it| Part::Owner(it.to_owned()));
    let part = prop_oneof![3 => region, 3 => organization, 1 => owner];
    prop_oneof![
        1 => Just(Scope::All),
        12 => proptest::collection::vec(part, 0..4).prop_map(Scope::Parts),
    ]
}

/// Asks the district as somebody whose one role reaches so far.
async fn asked(product: &Arc<Product>, scope: &Scope, path: &str) -> (u16, String) {
    let who = Who {
        actor: Actor::named("somebody"),
        name: "somebody".to_owned(),
        grants: Grants::Roles(vec![Grant {
            role: "chief".to_owned(),
            scope: scope.clone(),
        }]),
        only: None,
    };
    let router = router(App::for_one(Arc::clone(product), who));
    let request = Request::get(path).header(header::HOST, "localhost");
    let answer = router
        .oneshot(request.body(Body::empty()).unwrap())
        .await
        .unwrap();
    let status = answer.status().as_u16();
    let bytes = to_bytes(answer.into_body(), 1 << 24).await.unwrap();
    (status, String::from_utf8_lossy(&bytes).into_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scope_is_the_same_in_lists_counts_figures_search_and_exports() {
    for gate in Gate::everywhere().await {
        let product = &gate.product;
        let mut tx = gate.beside.read().await.unwrap();
        let query = Query {
            limit: 500,
            ..Query::default()
        };
        let whole = list::list(&mut tx, "contract", &query)
            .await
            .unwrap()
            .records;
        let firms = list::list(&mut tx, "firm", &query).await.unwrap().records;
        drop(tx);
        let declared = &product.pack.registers["contract"];
        let label =
            |it: &quanyu_store::records::Record| it.value("number").as_text().unwrap().to_owned();
        let mut orgs: Vec<i64> = firms.iter().map(|it| it.id).collect();
        orgs.push(999_999);
        let mut runner = TestRunner::deterministic();
        let mut sizes = BTreeSet::new();
        for _ in 0..40 {
            let scope = scopes(&orgs).new_tree(&mut runner).unwrap().current();
            let held: Vec<_> = whole
                .iter()
                .filter(|it| Product::holds(&scope, declared, it))
                .collect();
            sizes.insert(held.len());
            let (status, text) = asked(product, &scope, LIST).await;
            if scope.is_nothing() {
                assert_eq!(status, 403, "{scope:?}: {text}");
                continue;
            }
            let list: Value = serde_json::from_str(&text).unwrap();
            let mut rows = ids(&list);
            rows.sort_unstable();
            let want: Vec<i64> = held.iter().map(|it| it.id).collect();
            assert_eq!(rows, want, "rows of {scope:?}");
            assert_eq!(
                list["count"].as_u64(),
                Some(held.len() as u64),
                "count of {scope:?}"
            );
            // The whole is asked for where one is not at home as well.
            let mut figures = 0;
            for year in [2022, 2023] {
                let path =
                    format!("/api/v1/figures?indicator=contract_count&region=990102&period={year}");
                let (_, text) = asked(product, &scope, &path).await;
                let told: Value = serde_json::from_str(&text).unwrap();
                figures += told["figures"][0]["value"].as_u64().unwrap_or(0);
            }
            assert_eq!(figures, held.len() as u64, "figures of {scope:?}");
            let (_, csv) = asked(product, &scope, "/api/v1/registers/contract/export/csv").await;
            let lines: Vec<&str> = csv.trim_end().lines().skip(1).collect();
            assert_eq!(lines.len(), held.len(), "export of {scope:?}");
            for record in held.iter().take(5) {
                assert!(lines.iter().any(|it| it.contains(&label(record))));
            }
            for record in whole.iter().step_by(9) {
                let there = held.iter().any(|it| it.id == record.id);
                let path = format!("/api/v1/search?kind=record&q={}", label(record));
                let (_, text) = asked(product, &scope, &path).await;
                let found: Value = serde_json::from_str(&text).unwrap();
                let hits = found["hits"].as_array().unwrap();
                let hit = hits.iter().any(|it| it["title"] == label(record).as_str());
                assert_eq!(
                    hit,
                    there,
                    "search of {} in {scope:?}: {text}",
                    label(record)
                );
            }
        }
        assert!(sizes.len() > 4, "scopes of many sizes: {sizes:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_that_no_act_gave_is_noticed() {
    let changes = [
        "update account_role set role = 'chief' where role = 'clerk'",
        "update account_role set region = '990102002' where region = '990102001'",
        "delete from account_role where role = 'expert'",
        "insert into account_role (account, place, role) select id, 7, 'chief' from account where name = 'qi'",
    ];
    for sql in changes {
        let gate = Gate::new().await;
        let report = audit::verify(&gate.beside, None).await.unwrap();
        assert_eq!(report.fault, None);
        audit::tamper_for_tests(&gate.beside, sql).await.unwrap();
        let fault = audit::verify(&gate.beside, None).await.unwrap().fault;
        assert!(
            matches!(
                &fault,
                Some(ChainFault::Kept {
                    table: "account_role",
                    ..
                })
            ),
            "{sql}: {fault:?}"
        );
    }
}
