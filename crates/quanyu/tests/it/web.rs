//! The pages and the HTTP interface on a small district: what they show, trace, refuse and never let through.

use std::sync::Arc;

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Request, StatusCode, header},
};
use quanyu::{
    app::{Product, Who, product::Place},
    web::{App, router},
};
use serde_json::Value;
use tower::ServiceExt;

use crate::commands::{District, packs, said};

/// A served district.
pub(crate) struct Site {
    router: Router,
    // Goes when the test ends.
    pub(crate) district: District,
}

/// An answer, read whole.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Site {
    pub(crate) async fn demo() -> Self {
        Self::of(District::demo()).await
    }

    pub(crate) async fn of(district: District) -> Self {
        let place = Place {
            packs: Some(packs()),
            pack: None,
            data: Some(district.file("data")),
            database: None,
        };
        let product = Product::open(&place).await.unwrap();
        Self {
            router: router(App::for_one(Arc::new(product), Who::local())),
            district,
        }
    }

    pub(crate) async fn ask(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, 64 * 1024 * 1024).await.unwrap();
        // The template engine escapes slashes too; the tests read addresses as people do.
        let text = String::from_utf8_lossy(&bytes).replace("&#x2f;", "/");
        Answer {
            status: parts.status,
            headers: parts.headers,
            text,
        }
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        let request = Request::get(path).header(header::HOST, "localhost:8420");
        self.ask(request.body(Body::empty()).unwrap()).await
    }

    /// The bytes of a download.
    pub(crate) async fn download(&self, path: &str) -> Vec<u8> {
        let request = Request::get(path).header(header::HOST, "localhost:8420");
        let request = request.body(Body::empty()).unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        assert_eq!(response.status(), 200, "{path}");
        to_bytes(response.into_body(), 64 * 1024 * 1024)
            .await
            .unwrap()
            .to_vec()
    }

    /// The bytes of a download.
    pub(crate) async fn raw(&self, path: &str) -> Vec<u8> {
        let request = Request::get(path).header(header::HOST, "localhost:8420");
        let request = request.body(Body::empty()).unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        assert_eq!(response.status(), 200, "{path}");
        let bytes = to_bytes(response.into_body(), 64 * 1024 * 1024).await;
        bytes.unwrap().to_vec()
    }

    pub(crate) async fn json(&self, path: &str) -> Value {
        let answer = self.get(path).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text);
        serde_json::from_str(&answer.text).unwrap()
    }

    pub(crate) async fn form(&self, path: &str, body: &str) -> Answer {
        let request = Request::post(path)
            .header(header::HOST, "localhost:8420")
            .header(header::ORIGIN, "http://localhost:8420")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.ask(request.body(Body::from(body.to_owned())).unwrap())
            .await
    }

    pub(crate) async fn send(&self, path: &str, files: &[(&str, Vec<u8>)]) -> Answer {
        let mut body = Vec::new();
        for (name, bytes) in files {
            let head = format!(
                "--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\nContent-Type: application/octet-stream\r\n\r\n"
            );
            body.extend_from_slice(head.as_bytes());
            body.extend_from_slice(bytes);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(b"--edge--\r\n");
        let request = Request::post(path)
            .header(header::HOST, "localhost:8420")
            .header(header::ORIGIN, "http://localhost:8420")
            .header(header::CONTENT_TYPE, "multipart/form-data; boundary=edge");
        self.ask(request.body(Body::from(body)).unwrap()).await
    }
}

const PAGES: [&str; 30] = [
    "/collections",
    "/lists",
    "/",
    "/desk",
    "/boards/job",
    "/calendar",
    "/notices",
    "/handover",
    "/appraisal",
    "/appraisal?scheme=city",
    "/appraisal/board",
    "/appraisal/items/value",
    "/appraisal/tasks",
    "/appraisal/plan",
    "/indicators",
    "/indicators/contract_value",
    "/indicators/contract_count",
    "/registers",
    "/registers?module=contracts",
    "/registers/contract",
    "/compare",
    "/writing/compose",
    "/writing/compose?document=summary&period=2023",
    "/writing/changed",
    "/documents/read",
    "/writing",
    "/reports",
    "/documents/check",
    "/search?q=%E6%8A%80%E6%9C%AF",
    "/_styleguide",
];

const REPORT: &str =
    "试验区2023年科技工作总结\n一、主要成效\n全年技术合同成交额达到0.12亿元，同比增长23.5%。\n";

fn with(path: &str, more: &str) -> String {
    format!("{path}{}{more}", if path.contains('?') { '&' } else { '?' })
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_is_whole_in_both_languages_small_and_guarded() {
    let site = Site::demo().await;
    for path in PAGES {
        for (language, tag, word) in [("zh", "zh-CN", "驾驶舱"), ("en", "en", "Cockpit")] {
            let path = with(path, &format!("lang={language}&period=2023"));
            let answer = site.get(&path).await;
            assert_eq!(answer.status, 200, "{path}: {}", answer.text);
            assert!(
                answer.text.contains(&format!("<html lang=\"{tag}\">")),
                "{path}"
            );
            assert!(answer.text.contains(word), "{path}");
            assert!(answer.text.trim_end().ends_with("</html>"), "{path}");
            assert!(
                answer.text.contains("region=990102&amp;period=2023"),
                "{path}: links keep region and period"
            );
            assert!(
                answer.text.len() < 100_000,
                "{path} has {} bytes",
                answer.text.len()
            );
            assert!(
                !answer.text.contains("//cdn") && !answer.text.contains("src=\"http"),
                "{path}"
            );
            let header = |name: &str| {
                answer
                    .headers
                    .get(name)
                    .and_then(|it| it.to_str().ok())
                    .unwrap_or_default()
                    .to_owned()
            };
            let policy = header("content-security-policy");
            assert!(
                policy.contains("default-src 'none'") && !policy.contains("unsafe"),
                "{path}: {policy}"
            );
            assert_eq!(
                (
                    header("x-content-type-options").as_str(),
                    header("x-frame-options").as_str()
                ),
                ("nosniff", "DENY")
            );
            assert!(
                header("set-cookie").starts_with(&format!("lang={tag};")),
                "{path}"
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_on_the_cockpit_leads_to_its_records_and_they_add_up_to_it() {
    let site = Site::demo().await;
    let cockpit = site.get("/?period=2023").await.text;
    assert!(
        cockpit.contains("/indicators/contract_value?region=990102&amp;period=2023"),
        "{cockpit}"
    );
    assert!(cockpit.contains("0.12"), "{cockpit}");

    let figure = site
        .json("/indicators/contract_value?period=2023&format=json")
        .await;
    assert_eq!(figure["figure"]["value"].to_string(), "12345678.9");
    assert_eq!(figure["evidence"]["total"], 40);
    let record = figure["evidence"]["rows"][0]["id"].as_i64().unwrap();

    let page = site
        .get("/indicators/contract_value?period=2023")
        .await
        .text;
    assert!(
        page.contains(&format!("/registers/contract/{record}?")),
        "{page}"
    );
    let shown = site
        .get(&format!("/registers/contract/{record}?period=2023"))
        .await;
    assert_eq!(shown.status, 200);
    assert!(
        shown.text.contains("新增"),
        "the record tells its history: {}",
        shown.text
    );

    let all = site
        .get("/indicators/contract_value?period=2023&format=csv")
        .await;
    assert!(
        all.headers["content-type"]
            .to_str()
            .unwrap()
            .starts_with("text/csv")
    );
    assert_eq!(all.text.lines().count(), 41, "{}", all.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_and_programs_get_the_same_figures() {
    let site = Site::demo().await;
    let listed = site.json("/indicators?period=2023&format=json").await;
    let api = site.json("/api/v1/figures?period=2023").await;
    for (one, two) in listed["figures"]
        .as_array()
        .unwrap()
        .iter()
        .zip(api["figures"].as_array().unwrap())
    {
        for key in [
            "indicator",
            "name",
            "region",
            "period",
            "value",
            "unit",
            "growth",
            "rank",
            "source",
            "records",
        ] {
            assert_eq!(one[key], two[key], "{key}");
        }
    }
    let one = site
        .json("/api/v1/figures?period=2023&indicator=contract_count")
        .await;
    assert_eq!(one["figures"].as_array().unwrap().len(), 1);
    assert_eq!(one["figures"][0]["value"], 40);
    let street = site
        .json("/api/v1/figures?period=2023&region=990102001&indicator=contract_count")
        .await;
    let other = site
        .json("/api/v1/figures?period=2023&region=990102002&indicator=contract_count")
        .await;
    let value = |it: &Value| it["figures"][0]["value"].as_i64().unwrap();
    assert_eq!(value(&street) + value(&other), 40);
    let health = site.json("/healthz").await;
    assert_eq!(health["status"], "ok");
    assert!(site.json("/api/openapi.json").await["paths"].is_object());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_register_is_paged_sorted_and_filtered_without_losing_or_repeating_a_record() {
    let site = Site::demo().await;
    for more in [
        "",
        "&sort=amount",
        "&sort=amount&down=1",
        "&sort=kind",
        "&f.signed_on.from=2023-01-01",
    ] {
        let mut seen = Vec::new();
        let mut after = String::new();
        let count = loop {
            let page = site
                .json(&format!(
                    "/api/v1/registers/contract/records?limit=9{more}{after}"
                ))
                .await;
            seen.extend(
                page["records"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|it| it["id"].as_i64().unwrap()),
            );
            match page["next"].as_str() {
                Some(next) => after = format!("&after={}", escaped(next)),
                None => break page["count"].as_u64().unwrap() as usize,
            }
        };
        let total = seen.len();
        seen.sort_unstable();
        seen.dedup();
        assert_eq!((seen.len(), total), (count, count), "{more}");
        assert_eq!(count, if more.contains("f.") { 40 } else { 70 }, "{more}");
    }
    let fault = site.get("/registers/contract?f.amount.from=abc").await;
    assert_eq!(fault.status, 200);
    assert!(
        fault.text.contains("role=\"alert\""),
        "a condition that makes no sense is told: {}",
        fault.text
    );
}

fn escaped(text: &str) -> String {
    text.bytes().map(|it| format!("%{it:02X}")).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn text_from_records_and_addresses_never_becomes_markup() {
    let district = District::demo();
    // At most 40 characters, as the register allows.
    let evil = "\"><img src=x onerror=alert(1)><script>'";
    let file = district.write(
        "evil.csv",
        &format!(
            "合同编号,成交额,签订日期,街道\n\"{}\",100,2023-05-01,东街道\n",
            evil.replace('"', "\"\"")
        ),
    );
    let done = district.run(&["import", "contract", file.to_str().unwrap()]);
    assert!(done.status.success(), "{}", said(&done));
    let site = Site::of(district).await;
    let found = site
        .json("/api/v1/registers/contract/records?f.number.has=img")
        .await;
    let record = found["records"][0]["id"]
        .as_i64()
        .expect("the hostile record was imported");

    let escaped = escaped(evil);
    let paths = [
        format!("/registers/contract/{record}"),
        "/registers/contract?sort=number&down=1".to_owned(),
        format!("/registers/contract?f.number.has={escaped}"),
        format!("/registers/contract?f.{escaped}.has={escaped}"),
        format!("/registers/contract?col={escaped}"),
        format!("/registers/contract?sort={escaped}"),
        format!("/registers/contract?after={escaped}"),
        format!("/registers/contract?x{escaped}={escaped}"),
        format!("/registers?module={escaped}"),
        "/indicators/contract_value?period=2023-05".to_owned(),
        format!("/indicators/{escaped}"),
        format!("/indicators/contract_value?after={escaped}"),
        format!("/search?q={escaped}"),
        format!("/?map={escaped}"),
        format!("/?region={escaped}"),
        format!("/?period={escaped}"),
        format!("/?format={escaped}"),
        format!("/?lang={escaped}"),
        format!("/{escaped}"),
        format!("/registers/{escaped}/{escaped}"),
    ];
    for path in &paths {
        let answer = site.get(path).await;
        assert!(!answer.status.is_server_error(), "{path}: {}", answer.text);
        for mark in ["<img", "<script>"] {
            assert!(
                !answer.text.contains(mark),
                "{path} lets {mark} through: {}",
                answer.text
            );
        }
    }
    let sent = site
        .send(
            "/documents/read",
            &[(
                "a\\\"><img src=x>.txt",
                format!("{REPORT}{evil}达到12家").into_bytes(),
            )],
        )
        .await;
    assert_eq!(sent.status, 200, "{}", sent.text);
    assert!(
        !sent.text.contains("<img") && !sent.text.contains("<script>"),
        "{}",
        sent.text
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_is_refused_with_words_in_the_language_of_the_page() {
    let site = Site::demo().await;
    #[rustfmt::skip]
    let cases = [
        ("/nope", 404, "没有这个页面", "no such page"),
        ("/indicators/nope", 404, "没有找到", "not found"),
        ("/registers/nope", 404, "没有找到", "not found"),
        ("/registers/contract/999999", 404, "没有找到", "not found"),
        ("/registers/contract/x", 404, "没有这个页面", "no such page"),
        ("/?map=nope", 404, "没有找到", "not found"),
        ("/?region=12345", 400, "不是行政区划代码", "is not a region code"),
        ("/?region=11", 404, "没有代码为", "no region has the code"),
        ("/?period=2023Q9", 400, "不是期间", "is not a period"),
        ("/?format=xml", 400, "不提供", "there is no format"),
    ];
    for (path, status, zh, en) in cases {
        for (language, words) in [("zh", zh), ("en", en)] {
            let answer = site.get(&with(path, &format!("lang={language}"))).await;
            assert_eq!(answer.status.as_u16(), status, "{path}: {}", answer.text);
            assert!(
                answer.text.contains(words),
                "{path} {language}: {}",
                answer.text
            );
            assert!(
                answer.headers.contains_key("content-security-policy"),
                "{path}"
            );
        }
    }
    for path in [
        "/api/v1/figures?period=x",
        "/api/v1/registers/nope/records",
        "/api/v1/figures?indicator=nope",
        "/api/nope",
    ] {
        let answer = site.get(path).await;
        assert!(answer.status.is_client_error(), "{path}");
        let body: Value = serde_json::from_str(&answer.text).unwrap();
        assert!(
            body["title"].is_string() && body["detail"].is_string() && body["code"].is_string(),
            "{path}: {body}"
        );
    }
    let wrong = Request::post("/indicators")
        .header(header::HOST, "localhost")
        .body(Body::empty())
        .unwrap();
    assert_eq!(site.ask(wrong).await.status, 405);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_this_machine_and_only_its_own_pages_are_served() {
    let site = Site::demo().await;
    for (host, origin, status) in [
        ("evil.example", None, 403),
        ("localhost", Some("http://evil.example"), 403),
        ("localhost", Some("http://localhost"), 400),
    ] {
        let mut request = Request::post("/documents/read").header(header::HOST, host);
        if let Some(origin) = origin {
            request = request.header(header::ORIGIN, origin);
        }
        let answer = site.ask(request.body(Body::empty()).unwrap()).await;
        assert_eq!(
            answer.status.as_u16(),
            status,
            "{host} {origin:?}: {}",
            answer.text
        );
        assert_eq!(answer.headers["x-frame-options"], "DENY");
    }
    for path in [
        "/assets/..%2f..%2fCargo.toml",
        "/assets/%2e%2e%2fquanyu.db",
        "/assets/quanyu.css",
        "/assets/..\\x",
        "/assets/",
    ] {
        assert_eq!(site.get(path).await.status, 404, "{path}");
    }
    let page = site.get("/").await.text;
    let at = page
        .find("/assets/quanyu.")
        .expect("the page names its styles");
    let style = site.get(page[at..].split('"').next().unwrap()).await;
    assert_eq!(style.status, 200);
    assert!(
        style.headers["cache-control"]
            .to_str()
            .unwrap()
            .contains("immutable")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn reports_are_read_and_compared_and_what_is_too_large_is_told() {
    let site = Site::demo().await;
    let read = site
        .send("/documents/read", &[("总结.txt", REPORT.into())])
        .await;
    assert_eq!(read.status, 200, "{}", read.text);
    for part in [
        "id=\"t0\"",
        "id=\"m0\"",
        "class=\"mark linked\"",
        "技术合同成交额",
    ] {
        assert!(read.text.contains(part), "{part}: {}", read.text);
    }
    let mentions = site
        .send(
            "/documents/read?format=json",
            &[("总结.txt", REPORT.into())],
        )
        .await;
    let mentions: Value = serde_json::from_str(&mentions.text).unwrap();
    let level = mentions["mentions"]
        .as_array()
        .unwrap()
        .iter()
        .find(|it| it["kind"] == "level")
        .unwrap();
    assert_eq!(
        (level["indicator"].as_str(), level["value"].as_i64()),
        (Some("contract_value"), Some(12_000_000))
    );

    let other = REPORT
        .replace("0.12亿元", "1500万元")
        .replace("试验区", "示例县");
    let files = [
        ("甲.txt", REPORT.as_bytes().to_vec()),
        ("乙.txt", other.into_bytes()),
    ];
    let compared = site.send("/compare", &files).await;
    assert_eq!(compared.status, 200, "{}", compared.text);
    assert!(
        compared.text.contains("<mark>") && compared.text.contains("1,500")
            || compared.text.contains("1500"),
        "{}",
        compared.text
    );

    let none = site
        .send("/documents/read", &[("空.txt", Vec::new())])
        .await;
    assert_eq!(none.status, 400);
    assert!(none.text.contains("没有收到文件"), "{}", none.text);
    let large = site
        .send(
            "/documents/read",
            &[("大.txt", vec![b'a'; 33 * 1024 * 1024])],
        )
        .await;
    assert_eq!(large.status, 413);
    assert!(large.text.contains("32 MB"), "{}", large.text);
    let scan = site
        .send(
            "/documents/read",
            &[("图.docx", b"PK\x03\x04 not a document".to_vec())],
        )
        .await;
    assert!(
        scan.status.is_client_error(),
        "{}: {}",
        scan.status,
        scan.text
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_server_counts_names_routes_and_never_addresses() {
    let site = Site::demo().await;
    site.get("/indicators/contract_value?period=2023").await;
    site.get("/indicators/secret-word").await;
    let metrics = site.get("/metrics").await.text;
    assert!(metrics.contains("quanyu_http_requests_total{route=\"/indicators/{indicator}\",method=\"GET\",status=\"200\"} 1"), "{metrics}");
    assert!(
        metrics.contains("route=\"/indicators/{indicator}\",method=\"GET\",status=\"404\""),
        "{metrics}"
    );
    assert!(metrics.contains("quanyu_change_sequence "), "{metrics}");
    assert!(!metrics.contains("secret"), "{metrics}");
}
