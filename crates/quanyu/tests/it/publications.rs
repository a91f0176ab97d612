//! What is shown to the public: by declaration, frozen, objected to, settled; open data; what a stranger gets. On both engines.

use std::sync::Arc;

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Request, StatusCode, header},
};
use jiff::Timestamp;
use quanyu::{
    app::{
        AppError, Product, Who, open_data,
        product::load_pack,
        public::{self, Filing},
        publications,
        steps::{self, Taking},
        who::{Grant, Grants},
    },
    web::{App, router},
};
use quanyu_core::{access::Scope, actor::Actor, value::Value};
use quanyu_pack::Packs;
use quanyu_store::{
    Clock, Store, StoreError, audit,
    list::{self, Query},
    records::{self, Draft, Record},
};
use quanyu_testkit::{Database, databases};
use tower::ServiceExt as _;

/// An office that recognises firms, shows them first, and opens its list.
pub(crate) const PACK: &str = r#"
[module.work]
title = "事务"
[role.clerk]
title = "经办人"
scope = "all"
rights = ["read", "enter", "export"]
[role.head]
title = "科室负责人"
scope = "all"
rights = ["read", "enter", "confirm", "export"]
[calendar.2024]
holidays = ["2024-01-01", "2024-02-10/2024-02-17"]
workdays = ["2024-02-04", "2024-02-18"]
source = "试验用"

[register.award]
title = { zh = "资助名单", en = "Grants" }
module = "work"
key = ["code"]
label = "code"
enter = ["clerk"]
[register.award.field]
code = { type = "text", title = "编号", required = true }
title = { type = "text", title = "项目名称", required = true }
leader = { type = "person", title = "负责人" }
phone = { type = "person", title = "电话" }
amount = { type = "money", title = "金额" }
note = { type = "text", title = "说明" }
granted_on = { type = "date", title = "资助日期" }
[register.award.lifecycle]
states = [
  { id = "proposed", title = "拟资助" },
  { id = "granted", title = "已资助", last = true },
]
transitions = [
  { id = "grant", title = "资助", aside = true, from = "proposed", to = "granted", role = "head", effects = [{ set = { granted_on = "@today" } }] },
]

[register.shown]
title = "公示登记"
module = "work"
plays = "publication"
label = "title"
enter = ["clerk", "head"]
[register.shown.field]
title = { type = "text", title = "标题", required = true }
kind = { type = "text", title = "类别", required = true }
starts_on = { type = "date", title = "起" }
ends_on = { type = "date", title = "止" }
link = { type = "url", title = "链接" }
posted_on = { type = "date", title = "发布日期" }
[register.shown.lifecycle]
states = [
  { id = "draft", title = "草稿" },
  { id = "running", title = "公示中" },
  { id = "settled", title = "已办结", last = true },
  { id = "withdrawn", title = "已撤下", last = true },
]
transitions = [
  { id = "publish", title = "发布", from = "draft", to = "running", role = "head", effects = [{ publication = "publish" }] },
  { id = "correct", title = "更正", aside = true, from = "running", to = "running", role = "head", effects = [{ publication = "correct" }] },
  { id = "settle", title = "办结", from = "running", to = "settled", role = "head", by = "ends_on", effects = [{ publication = "settle" }] },
  { id = "withdraw", title = "撤下", aside = true, from = ["draft", "running"], to = "withdrawn", role = "head", effects = [{ publication = "withdraw" }] },
]

[register.protest]
title = "异议登记"
module = "work"
plays = "objection"
slots = { publication = "against" }
label = "about"
enter = ["clerk", "head"]
[register.protest.field]
against = { type = "reference", to = "shown", title = "公示", required = true }
about = { type = "text", title = "对象" }
content = { type = "long_text", title = "内容", required = true }
name = { type = "person", title = "姓名" }
phone = { type = "person", title = "电话" }
received_on = { type = "date", title = "收到日期", required = true }
due = { type = "date", title = "期限" }
reply = { type = "long_text", title = "答复" }
[register.protest.lifecycle]
states = [
  { id = "received", title = "已收到", since = "received_on" },
  { id = "answered", title = "已答复", last = true },
]
transitions = [
  { id = "answer", title = "答复", from = "received", to = "answered", role = "head", requires = ["reply"], by = "due" },
]

[publication.grants]
title = { zh = "拟资助项目公示", en = "Proposed grants" }
register = "award"
states = ["proposed"]
columns = ["code", "title", "leader", "amount", "note"]
mask = { leader = "name" }
text = ["拟资助{count}项，公示期{from}至{to}（{days}个工作日）。", "{contact}"]
annex = "拟资助名单"
issuer = "试验局"
contact = "试验路1号"
then = "grant"
window = { days = 3, begins = "next_working_day", answer = 5, real_name = true, source = "试验办法第3条" }

[dataset.grant_counts]
title = "金额分组"
sql = "select note, count(*) as items, sum(amount) as amount from award group by note"

[open_data.granted]
title = { zh = "资助名单", en = "Grants" }
about = "一行一项"
of = "award"
states = ["granted"]
columns = ["code", "title", "amount", "note"]
licence = "注明来源"
every = "year"

[open_data.counts]
title = "金额分组"
about = "小计数不公开"
of = "grant_counts"
columns = ["note", "items", "amount"]
licence = "注明来源"
every = "year"
small = { count = "items", below = 3, hide = ["amount"] }
"#;

/// Monday morning, 8 January 2024, in China.
const MONDAY: &str = "2024-01-08T01:00:00Z";

struct Hall {
    store: Store,
    product: Product,
    clock: Clock,
    router: Router,
}

impl Hall {
    async fn of(database: &Database) -> Self {
        let head = "id = \"hall\"\ntitle = \"试验局\"\nregion = \"990102\"\n";
        let regions = "code,name,aliases,from,to\n99,试验省,,,\n9901,试验市,,,\n990102,试验区,,,\n";
        let files = vec![
            ("hall/pack.toml".to_owned(), head.to_owned()),
            ("hall/regions.csv".to_owned(), regions.to_owned()),
            ("hall/hall.toml".to_owned(), PACK.to_owned()),
        ];
        let pack = Arc::new(load_pack(&Packs::from_files(files), "hall").unwrap());
        let clock = Clock::fixed(MONDAY.parse::<Timestamp>().unwrap());
        let store = database.open_at(clock.clone()).await;
        store
            .apply_pack(&pack, &Actor::named("builder"))
            .await
            .unwrap();
        let product = Product::new(store.clone(), pack).unwrap();
        Self {
            router: router(App::new(Arc::new(product.clone()))),
            store,
            product,
            clock,
        }
    }

    fn seen(&self, name: &str, role: &str) -> Product {
        self.product.seen_by(Who {
            actor: Actor::named(name),
            name: name.to_owned(),
            grants: Grants::Roles(vec![Grant {
                role: role.to_owned(),
                scope: Scope::All,
            }]),
            only: None,
        })
    }

    fn clerk(&self) -> Product {
        self.seen("wang", "clerk")
    }

    fn head(&self) -> Product {
        self.seen("li", "head")
    }

    async fn grant(&self, code: &str, leader: &str, note: &str) -> i64 {
        let draft = Draft::new([
            ("code", Value::text(code)),
            ("title", Value::text(format!("示例项目{code}"))),
            ("leader", Value::text(leader)),
            ("phone", Value::text("13812345678")),
            ("amount", Value::Money("1200".parse().unwrap())),
            ("note", Value::text(note)),
        ]);
        self.store
            .act::<_, _, StoreError>(&Actor::named("wang"), move |act| {
                let draft = draft.clone();
                Box::pin(async move { records::create(act, "award", &draft).await })
            })
            .await
            .unwrap()
    }

    async fn record(&self, register: &str, id: i64) -> Record {
        let mut tx = self.store.read().await.unwrap();
        records::get(&mut tx, register, id).await.unwrap().unwrap()
    }

    async fn state(&self, register: &str, id: i64) -> String {
        self.record(register, id).await.state.unwrap()
    }

    async fn step(
        &self,
        product: &Product,
        register: &str,
        record: i64,
        step: &str,
        values: &[(&str, &str)],
    ) -> Result<(), AppError> {
        let taking = Taking {
            register: register.into(),
            record,
            step: step.into(),
            note: Some("说明".into()),
            values: values
                .iter()
                .map(|(a, b)| ((*a).to_owned(), (*b).to_owned()))
                .collect(),
            ..Taking::default()
        };
        steps::take(product, &taking).await.map(drop)
    }

    fn days(&self, days: i64) {
        self.clock.advance_seconds(days * 86_400);
    }

    async fn ask(&self, request: Request<Body>) -> (StatusCode, HeaderMap, String) {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, 1 << 24).await.unwrap();
        let text = String::from_utf8_lossy(&bytes).replace("&#x2f;", "/");
        (parts.status, parts.headers, text)
    }

    async fn get(&self, path: &str) -> (StatusCode, HeaderMap, String) {
        let request = Request::get(path).header(header::HOST, "localhost:8420");
        self.ask(request.body(Body::empty()).unwrap()).await
    }

    async fn post(&self, path: &str, body: &str, origin: &str) -> (StatusCode, HeaderMap, String) {
        let request = Request::post(path)
            .header(header::HOST, "localhost:8420")
            .header(header::ORIGIN, origin)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.ask(request.body(Body::from(body.to_owned())).unwrap())
            .await
    }
}

fn code(done: Result<impl std::fmt::Debug, AppError>) -> &'static str {
    done.map_or_else(|it| it.code(), |_| "done")
}

fn filing(content: &str) -> Filing {
    Filing {
        about: String::new(),
        name: "示例人甲".into(),
        phone: "13900001111".into(),
        content: content.into(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_is_shown_frozen_objected_to_corrected_and_settled_with_its_records_gone_on() {
    for database in databases() {
        let hall = Hall::of(&database).await;
        let name = database.name;
        let (clerk, head) = (hall.clerk(), hall.head());
        let a = hall.grant("A-1", "张三丰", "联系13812345678").await;
        let b = hall.grant("A-2", "欧阳示例", "").await;
        let c = hall.grant("A-3", "李四", "").await;

        // Nobody takes the step past the publication.
        assert_eq!(
            code(hall.step(&head, "award", a, "grant", &[]).await),
            "publication_unpublished"
        );
        let open = steps::offered(&head, "award", a).await.unwrap();
        assert!(open.is_empty(), "{open:?}");

        assert_eq!(
            code(publications::create(&clerk, "grants", &[]).await),
            "publication_empty"
        );
        assert_eq!(
            code(publications::create(&clerk, "grnats", &[a]).await),
            "not_found_near"
        );
        let id = publications::create(&clerk, "grants", &[a, b, c])
            .await
            .unwrap();
        assert_eq!(
            code(publications::create(&clerk, "grants", &[b]).await),
            "publication_elsewhere"
        );
        publications::leave_out(&clerk, id, c).await.unwrap();
        publications::add(&clerk, id, c).await.unwrap();
        assert!(public::notices(&clerk).await.unwrap().is_empty());

        // Only who may publish does, and what is shown is masked and frozen.
        assert_eq!(
            code(hall.step(&clerk, "shown", id, "publish", &[]).await),
            "step_not_yours"
        );
        hall.step(&head, "shown", id, "publish", &[]).await.unwrap();
        let shown = public::notice(&clerk, id).await.unwrap();
        let terms = shown.frozen.terms.clone().unwrap();
        assert_eq!(
            (terms.from.as_str(), terms.to.as_str()),
            ("2024-01-09", "2024-01-11"),
            "{name}"
        );
        #[rustfmt::skip]
        let want = [
            ["A-1", "示例项目A-1", "张**", "1,200.00", "联系138****5678"],
            ["A-2", "示例项目A-2", "欧阳**", "1,200.00", ""],
            ["A-3", "示例项目A-3", "李*", "1,200.00", ""],
        ];
        let got: Vec<Vec<String>> = shown
            .frozen
            .rows
            .iter()
            .map(|row| row.iter().map(|it| it.replace(['—'], "")).collect())
            .collect();
        for (row, want) in got.iter().zip(want) {
            for (place, (cell, want)) in row.iter().zip(want).enumerate() {
                // How money is said is not this test's.
                assert!(place == 3 || cell == want, "{row:?}");
            }
        }
        assert_eq!(
            shown.frozen.paragraphs[0],
            "拟资助3项，公示期2024年1月9日至2024年1月11日（3个工作日）。"
        );
        let text = shown.frozen.text();
        for secret in ["张三丰", "欧阳示例", "13812345678"] {
            assert!(!text.contains(secret), "{secret}");
        }
        let (file, docx) = public::docx(&clerk, id).await.unwrap();
        assert!(file.ends_with(".docx") && docx.starts_with(b"PK"));
        let record = hall.record("shown", id).await;
        assert_eq!(
            record.value("ends_on"),
            &Value::Date("2024-01-11".parse().unwrap())
        );

        // The record changes afterwards; what was shown does not.
        let mut tx = hall.store.read().await.unwrap();
        let version = records::get(&mut tx, "award", b)
            .await
            .unwrap()
            .unwrap()
            .version;
        drop(tx);
        hall.store
            .act::<_, _, StoreError>(&Actor::named("wang"), move |act| {
                let draft = Draft::new([("title", Value::text("改了名的项目"))]);
                Box::pin(async move {
                    records::update(act, "award", b, version, &draft)
                        .await
                        .map(drop)
                })
            })
            .await
            .unwrap();
        let again = public::notice(&clerk, id).await.unwrap();
        assert_eq!(again.frozen, shown.frozen);
        assert_eq!(again.hash, shown.hash);

        // An objection comes in, is due in working days, holds up the end.
        let receipt = public::object(&clerk, id, &filing("该项目不符合申报条件，请核查。"))
            .await
            .unwrap();
        assert_eq!(receipt.due, "2024-01-15");
        let mut tx = hall.store.read().await.unwrap();
        let found = list::list(
            &mut tx,
            "protest",
            &Query {
                limit: 10,
                ..Query::default()
            },
        )
        .await
        .unwrap();
        let objection = found.records[0].clone();
        drop(tx);
        let sealed = objection.value("name").as_text().unwrap();
        assert!(!sealed.contains("示例人甲"), "a name in clear: {sealed}");
        let all = publications::all(&head).await.unwrap();
        assert_eq!((all.running[0].open, all.objections.len()), (1, 1));

        assert_eq!(
            code(hall.step(&head, "shown", id, "settle", &[]).await),
            "publication_running"
        );
        hall.days(3);
        let all = publications::all(&head).await.unwrap();
        assert!(all.running[0].ends_today, "{name}: {:?}", all.running[0]);
        hall.days(1);
        assert_eq!(
            code(hall.step(&head, "shown", id, "settle", &[]).await),
            "publication_objections"
        );
        assert_eq!(hall.state("shown", id).await, "running");
        assert_eq!(
            code(public::object(&clerk, id, &filing("公示期过后才提出的异议。")).await),
            "objection_closed"
        );
        hall.step(
            &head,
            "protest",
            objection.id,
            "answer",
            &[("reply", "经核查，异议成立")],
        )
        .await
        .unwrap();

        // The objection was right: one record is withheld, the text corrected, the window begins anew.
        publications::withhold(&clerk, id, c, Some("异议成立"))
            .await
            .unwrap();
        hall.step(&head, "shown", id, "correct", &[]).await.unwrap();
        let corrected = public::notice(&clerk, id).await.unwrap();
        assert_eq!(corrected.version, 2);
        assert_eq!(corrected.frozen.rows.len(), 2);
        assert_eq!(corrected.frozen.correction.as_deref(), Some("说明"));
        let view = publications::show(&head, id).await.unwrap();
        let hashes: Vec<&str> = view
            .versions
            .iter()
            .map(|it| it.shown.hash.as_str())
            .collect();
        assert_eq!(hashes[1], shown.hash, "the first version is kept");
        assert_eq!(
            code(hall.step(&head, "shown", id, "settle", &[]).await),
            "publication_running"
        );
        hall.days(7);
        hall.step(&head, "shown", id, "settle", &[]).await.unwrap();
        for (record, state) in [(a, "granted"), (b, "granted"), (c, "proposed")] {
            assert_eq!(hall.state("award", record).await, state, "{name} {record}");
        }
        assert_eq!(
            hall.record("award", a).await.value("granted_on"),
            &Value::Date("2024-01-19".parse().unwrap())
        );
        assert_eq!(
            code(public::notice(&clerk, id).await.map(drop)),
            "not_found"
        );
        assert_eq!(
            code(hall.step(&head, "award", c, "grant", &[]).await),
            "publication_unpublished"
        );
        let report = audit::verify(&hall.store, None).await.unwrap();
        assert_eq!(report.fault, None, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stranger_reads_what_is_shown_objects_and_gets_nothing_else() {
    for database in databases() {
        let hall = Hall::of(&database).await;
        let head = hall.head();
        let a = hall.grant("A-1", "张三丰", "").await;
        let hidden = hall.grant("B-9", "赵六", "").await;
        let id = publications::create(&hall.clerk(), "grants", &[a])
            .await
            .unwrap();
        let draft = publications::create(&hall.clerk(), "grants", &[hidden])
            .await
            .unwrap();
        hall.step(&head, "shown", id, "publish", &[]).await.unwrap();
        open_data::release(&head, "granted").await.unwrap();

        let notice = format!("/public/notices/{id}");
        #[rustfmt::skip]
        let pages = [
            ("/public".to_owned(), "拟资助项目公示"),
            (notice.clone(), "张**"),
            (format!("{notice}/object"), "提出异议"),
            ("/public/data".to_owned(), "资助名单"),
            ("/public/data/granted".to_owned(), "数据字典"),
            ("/public/data/granted/csv".to_owned(), "编号"),
            ("/public/data/granted/json".to_owned(), "\"rows\""),
        ];
        for (path, word) in &pages {
            let (status, headers, text) = hall.get(path).await;
            assert_eq!(status, 200, "{path}: {text}");
            assert!(text.contains(word), "{path}: {text}");
            for secret in ["张三丰", "赵六", "B-9", "138", "/registers", "/desk"] {
                assert!(!text.contains(secret), "{path} holds {secret}");
            }
            assert!(!headers.contains_key(header::SET_COOKIE), "{path}");
            let kept = headers[header::CACHE_CONTROL].to_str().unwrap();
            assert!(kept.starts_with("public, max-age="), "{path}: {kept}");
            // Whoever holds it already is sent nothing.
            let again = Request::get(path.as_str())
                .header(header::HOST, "localhost:8420")
                .header(header::IF_NONE_MATCH, &headers[header::ETAG]);
            let (status, _, text) = hall.ask(again.body(Body::empty()).unwrap()).await;
            assert_eq!((status.as_u16(), text.as_str()), (304, ""), "{path}");
        }
        let (_, headers, text) = hall.get("/public?lang=en").await;
        assert!(text.contains("<html lang=\"en\">") && !headers.contains_key(header::SET_COOKIE));

        let draft = format!("/public/notices/{draft}");
        let others = format!("/public/notices/{a}");
        #[rustfmt::skip]
        let shut = [
            draft.as_str(), others.as_str(), "/public/notices/0", "/public/notices/-1",
            "/public/notices/x", "/public/notices/..%2f..%2fetc", "/public/data/counts",
            "/public/data/award", "/public/data/granted/parquet", "/public/data/granted/..%2fx",
        ];
        for path in shut {
            let (status, _, text) = hall.get(path).await;
            assert_eq!(status, 404, "{path}: {text}");
        }
        for path in [
            "/publications",
            "/registers/award",
            "/registers/protest",
            "/desk",
            "/",
        ] {
            let (status, headers, _) = hall.get(path).await;
            assert_eq!(status, 303, "{path}");
            assert!(
                headers[header::LOCATION]
                    .to_str()
                    .unwrap()
                    .starts_with("/signin")
            );
        }

        let object = format!("{notice}/object");
        let ours = "http://localhost:8420";
        let good = "name=%E7%A4%BA%E4%BE%8B%E4%BA%BA&phone=13900001111&about=&content=%E8%AF%A5%E9%A1%B9%E7%9B%AE%E4%B8%8D%E7%AC%A6%E5%90%88%E7%94%B3%E6%8A%A5%E6%9D%A1%E4%BB%B6";
        let (status, _, _) = hall.post(&object, good, "http://evil.example").await;
        assert_eq!(status, 403);
        let (status, _, text) = hall
            .post(
                &object,
                "name=&phone=1&content=%3Cscript%3Ealert(1)%3C/script%3E",
                ours,
            )
            .await;
        assert_eq!(status, 422);
        assert!(!text.contains("<script>"), "{text}");
        let (status, _, _) = hall.post(&object, &"a".repeat(100_000), ours).await;
        assert_eq!(status, 400);
        let (status, headers, text) = hall.post(&object, good, ours).await;
        assert_eq!(status, 200, "{text}");
        assert!(
            text.contains("20240108-") && text.contains("2024-01-15"),
            "{text}"
        );
        assert!(!headers.contains_key(header::SET_COOKIE));
        assert_eq!(headers[header::CACHE_CONTROL], "no-store");
        let (status, _, _) = hall.post(&notice, good, ours).await;
        assert_eq!(status, 405);
        // One address files so many and no more.
        let mut refused = 0;
        for _ in 0..12 {
            let (status, _, _) = hall.post(&object, good, ours).await;
            refused += i32::from(status == 429);
        }
        assert!(refused >= 2, "{refused}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn open_data_hold_confirmed_records_alone_and_no_count_that_points_at_one() {
    for database in databases() {
        let hall = Hall::of(&database).await;
        let (clerk, head) = (hall.clerk(), hall.head());
        let a = hall.grant("A-1", "张三丰", "甲类").await;
        for n in 2..=4 {
            hall.grant(&format!("A-{n}"), "李四", "乙类").await;
        }
        let id = publications::create(&clerk, "grants", &[a]).await.unwrap();
        hall.step(&head, "shown", id, "publish", &[]).await.unwrap();
        hall.days(4);
        hall.step(&head, "shown", id, "settle", &[]).await.unwrap();

        assert_eq!(
            code(open_data::release(&clerk, "granted").await),
            "not_allowed"
        );
        assert_eq!(open_data::release(&head, "granted").await.unwrap(), 1);
        let (_, _, bytes) = public::file(&clerk, "granted", "json").await.unwrap();
        let told: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
        let rows = told["rows"].as_array().unwrap();
        assert_eq!(rows.len(), 1, "only what was confirmed: {rows:?}");
        assert_eq!(rows[0]["code"], "A-1");
        assert_eq!(told["about"]["columns"][2]["kind"], "money");
        assert!(
            !String::from_utf8_lossy(&bytes).contains("张"),
            "no persons"
        );

        open_data::release(&head, "counts").await.unwrap();
        let (_, _, bytes) = public::file(&clerk, "counts", "json").await.unwrap();
        let told: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
        assert_eq!(told["about"]["small"], 1);
        for row in told["rows"].as_array().unwrap() {
            let few = row["note"] == "甲类";
            assert_eq!(row["items"].is_null(), few, "{row}");
            assert_eq!(row["amount"].is_null(), few, "{row}");
        }
        let (name, _, bytes) = public::file(&clerk, "counts", "xlsx").await.unwrap();
        assert!(name.ends_with(".xlsx") && bytes.starts_with(b"PK"));
        assert_eq!(open_data::release(&head, "counts").await.unwrap(), 2);
        let report = audit::verify(&hall.store, None).await.unwrap();
        assert_eq!(report.fault, None, "{}", database.name);
    }
}
