//! Two networks: packages pass both ways, once, in order, whole or not at all; what both changed is told; nothing undeclared leaves.

use std::{path::PathBuf, sync::Arc};

use jiff::Timestamp;
use quanyu::app::{
    AppError, Product,
    exchange::{self, Side, container},
    product::load_pack,
};
use quanyu_core::{actor::Actor, value::Value};
use quanyu_pack::Packs;
use quanyu_store::{
    Clock, Store, StoreError, audit, files,
    list::{self, Query},
    notice::{self, Notice},
    records::{self, Draft, Record},
};
use quanyu_testkit::{Database, postgres, sqlite};

/// Matters that go out with their state, and come back with an answer; notes that go nowhere.
const PACK: &str = r#"
[module.work]
title = "事务"
[role.clerk]
title = "经办人"
scope = "all"
rights = ["read", "enter"]
[role.agent]
title = "企业经办人"
scope = "all"
rights = ["read", "enter"]
[register.firm]
title = "企业"
module = "work"
plays = "organization"
key = ["uscc"]
label = "name"
[register.firm.field]
uscc = { type = "text", title = "信用代码", required = true, unique = true }
name = { type = "text", title = "名称", required = true }
former_names = { type = "text", title = "曾用名" }
phone = { type = "person", title = "电话" }
secret_note = { type = "text", title = "内部备注" }
[register.filing]
title = "申报"
module = "work"
key = ["code"]
label = "code"
[register.filing.field]
code = { type = "text", title = "编号", required = true }
firm = { type = "organization", title = "企业" }
before = { type = "reference", to = "filing", title = "上一次申报" }
amount = { type = "money", title = "金额" }
filed_on = { type = "date", title = "日期" }
contact = { type = "person", title = "联系人" }
bank = { type = "person", title = "账号" }
paper = { type = "file", title = "申报书" }
reply = { type = "text", title = "答复" }
[register.filing.lines.item]
title = "明细"
[register.filing.lines.item.field]
name = { type = "text", title = "名称", required = true }
cost = { type = "money", title = "金额" }
[register.filing.lifecycle]
states = [
  { id = "filed", title = "已申报" },
  { id = "taken", title = "已受理", last = true },
]
transitions = [
  { id = "take", title = "受理", from = "filed", to = "taken" },
]
[register.diary]
title = "日记"
module = "work"
label = "title"
[register.diary.field]
title = { type = "text", title = "标题", required = true }
[flow.firms]
title = "企业"
register = "firm"
to = "outer"
fields = ["uscc", "name", "former_names"]
[flow.filings]
title = "申报"
register = "filing"
to = "inner"
fields = ["code", "firm", "before", "amount", "filed_on"]
person = ["contact"]
files = ["paper"]
[flow.lines]
title = "明细"
register = "filing"
to = "inner"
[flow.answers]
title = "答复"
register = "filing"
to = "outer"
fields = ["reply", "amount"]
state = true
notices = ["agent"]
"#;

struct Station {
    store: Store,
    product: Product,
    folder: PathBuf,
}

impl Station {
    async fn of(database: &Database, side: Side) -> Self {
        let head = "id = \"two\"\ntitle = \"试验局\"\nregion = \"990102\"\n";
        let regions = "code,name,aliases,from,to\n99,试验省,,,\n9901,试验市,,,\n990102,试验区,,,\n";
        let files = vec![
            ("two/pack.toml".to_owned(), head.to_owned()),
            ("two/regions.csv".to_owned(), regions.to_owned()),
            ("two/two.toml".to_owned(), PACK.to_owned()),
        ];
        let pack = Arc::new(load_pack(&Packs::from_files(files), "two").unwrap());
        let clock = Clock::fixed("2024-01-08T01:00:00Z".parse::<Timestamp>().unwrap());
        let store = database.open_at(clock).await;
        store
            .apply_pack(&pack, &Actor::named("builder"))
            .await
            .unwrap();
        let product = Product::new(store.clone(), pack).unwrap();
        exchange::begin(&product, side).await.unwrap();
        Self {
            folder: store.folder().to_owned(),
            store,
            product,
        }
    }

    async fn key(&self) -> String {
        let status = exchange::status(&self.product).await.unwrap();
        status.key.unwrap().0
    }

    async fn create(&self, register: &'static str, draft: Draft) -> i64 {
        self.store
            .act::<_, _, StoreError>(&Actor::named("wang"), move |act| {
                let draft = draft.clone();
                Box::pin(async move { records::create(act, register, &draft).await })
            })
            .await
            .unwrap()
    }

    async fn set(&self, register: &'static str, id: i64, field: &'static str, value: Value) {
        let version = self.record(register, id).await.version;
        self.store
            .act::<_, _, StoreError>(&Actor::named("wang"), move |act| {
                let draft = Draft::new([(field, value.clone())]);
                Box::pin(async move {
                    records::update(act, register, id, version, &draft)
                        .await
                        .map(drop)
                })
            })
            .await
            .unwrap();
    }

    async fn record(&self, register: &str, id: i64) -> Record {
        let mut tx = self.store.read().await.unwrap();
        let mut found = records::get(&mut tx, register, id).await.unwrap().unwrap();
        self.store.keys().reveal(tx.schema(), &mut found).unwrap();
        found
    }

    /// The record of a natural key.
    async fn by(&self, register: &str, key: &str) -> Record {
        let mut tx = self.store.read().await.unwrap();
        let found = records::by_key(&mut tx, register, &[Value::text(key)])
            .await
            .unwrap();
        let id = found.unwrap_or_else(|| panic!("no {register} {key}")).id;
        drop(tx);
        self.record(register, id).await
    }

    async fn count(&self, register: &str) -> i64 {
        let mut tx = self.store.read().await.unwrap();
        list::count(&mut tx, register, &Query::default())
            .await
            .unwrap()
    }

    async fn export(&self) -> Vec<u8> {
        exchange::export(&self.product, false).await.unwrap().bytes
    }

    async fn import(&self, bytes: &[u8]) -> Result<exchange::Imported, AppError> {
        exchange::import(&self.product, bytes).await
    }

    async fn sound(&self) {
        let report = audit::verify(&self.store, None).await.unwrap();
        assert_eq!(report.fault, None, "{}", self.folder.display());
    }
}

fn code(done: Result<impl std::fmt::Debug, AppError>) -> &'static str {
    done.map_or_else(|it| it.code(), |_| "done")
}

/// The two sides, on two engines where there are two, each trusting the other's key.
async fn pair() -> (Station, Station, Vec<Database>) {
    let (a, b) = (sqlite(), postgres().unwrap_or_else(sqlite));
    let inner = Station::of(&a, Side::Inner).await;
    let outer = Station::of(&b, Side::Outer).await;
    exchange::trust(&inner.product, &outer.key().await)
        .await
        .unwrap();
    exchange::trust(&outer.product, &inner.key().await)
        .await
        .unwrap();
    (inner, outer, vec![a, b])
}

fn firm(uscc: &str, name: &str) -> Draft {
    Draft::new([
        ("uscc", Value::text(uscc)),
        ("name", Value::text(name)),
        ("phone", Value::text("13812345678")),
        ("secret_note", Value::text("只在内网")),
    ])
}

#[tokio::test(flavor = "multi_thread")]
async fn packages_pass_both_ways_and_only_what_is_declared_is_in_them() {
    let (inner, outer, _kept) = pair().await;
    inner.create("firm", firm("91A", "示例甲公司")).await;
    inner
        .create("diary", Draft::new([("title", Value::text("不出网"))]))
        .await;
    // Both sides knew this one before.
    inner.create("firm", firm("91B", "示例乙公司")).await;
    let known = outer
        .create(
            "firm",
            Draft::new([
                ("uscc", Value::text("91B")),
                ("name", Value::text("示例乙公司")),
            ]),
        )
        .await;

    let first = inner.export().await;
    let text = String::from_utf8_lossy(&first).into_owned();
    for secret in ["13812345678", "只在内网", "不出网"] {
        assert!(!text.contains(secret), "{secret} leaves");
    }
    let done = outer.import(&first).await.unwrap();
    assert_eq!(
        (done.made, done.changed, done.conflicts),
        (1, 0, 0),
        "{done:?}"
    );
    assert_eq!(
        outer.by("firm", "91B").await.id,
        known,
        "one record, not two"
    );
    assert_eq!(
        outer.by("firm", "91A").await.value("name"),
        &Value::text("示例甲公司")
    );
    assert_eq!(outer.count("diary").await, 0);
    let head = outer.store.head().await.unwrap();
    assert!(outer.import(&first).await.unwrap().before);
    assert_eq!(
        outer.store.head().await.unwrap(),
        head,
        "a second time changes nothing"
    );

    // What goes out only in part never begins there.
    inner
        .create("filing", Draft::new([("code", Value::text("I-1"))]))
        .await;
    outer.import(&inner.export().await).await.unwrap();
    assert_eq!(outer.count("filing").await, 0);

    // A firm files outside: with lines, a paper, a person, and one that refers to another.
    let firm_there = outer.by("firm", "91A").await.id;
    let paper = files::put(&outer.store, b"%PDF-1.4 filing".to_vec())
        .await
        .unwrap();
    let value = paper.value("申报书.pdf");
    let mut draft = Draft::new([
        ("code", Value::text("F-1")),
        ("firm", Value::Int(firm_there)),
        ("amount", Value::Money("12.30".parse().unwrap())),
        ("filed_on", Value::Date("2024-01-05".parse().unwrap())),
        ("contact", Value::text("示例联系人")),
        ("bank", Value::text("6222020200112341234")),
        ("paper", Value::text(value)),
    ]);
    draft.lines.insert(
        "item".into(),
        vec![records::Line::new([
            ("name", Value::text("设备")),
            ("cost", Value::Money("7".parse().unwrap())),
        ])],
    );
    let filed = outer.create("filing", draft).await;
    outer
        .create(
            "filing",
            Draft::new([("code", Value::text("F-2")), ("before", Value::Int(filed))]),
        )
        .await;
    let back = outer.export().await;
    let text = String::from_utf8_lossy(&back).into_owned();
    assert!(
        !text.contains("6222020200112341234"),
        "an undeclared person leaves"
    );
    assert!(text.contains("示例联系人"), "declared persons go");
    let done = inner.import(&back).await.unwrap();
    assert_eq!((done.made, done.conflicts), (2, 0), "{done:?}");
    let here = inner.by("filing", "F-1").await;
    assert_eq!(
        here.value("firm"),
        &Value::Int(inner.by("firm", "91A").await.id)
    );
    assert_eq!(here.value("contact"), &Value::text("示例联系人"));
    assert_eq!(here.value("bank"), &Value::Null);
    assert_eq!(here.lines["item"][0].values["name"], Value::text("设备"));
    assert_eq!(
        inner.by("filing", "F-2").await.value("before"),
        &Value::Int(here.id),
        "references lead to the same record"
    );
    let bytes = files::read(&inner.store, &paper.hash).await.unwrap();
    assert_eq!(bytes, b"%PDF-1.4 filing");

    // The officer takes it up and answers; the state and a notice go out, a receipt comes back.
    inner
        .set("filing", here.id, "reply", Value::text("已受理"))
        .await;
    let (id, version) = (here.id, inner.record("filing", here.id).await.version);
    inner
        .store
        .act::<_, _, StoreError>(&Actor::named("wang"), move |act| {
            Box::pin(async move {
                let draft = Draft {
                    state: Some("taken".into()),
                    ..Draft::default()
                };
                records::update(act, "filing", id, version, &draft).await?;
                let told = Notice {
                    kind: "effect".into(),
                    whom: "role:agent".into(),
                    about: Some(("filing".into(), id)),
                    zh: "申报已受理".into(),
                    en: "taken up".into(),
                    ..Notice::default()
                };
                notice::tell(act, &told).await.map(drop)
            })
        })
        .await
        .unwrap();
    let done = outer.import(&inner.export().await).await.unwrap();
    assert_eq!(
        (done.changed, done.conflicts, done.others),
        (1, 0, 1),
        "{done:?}"
    );
    let there = outer.record("filing", filed).await;
    assert_eq!(there.state.as_deref(), Some("taken"));
    assert_eq!(there.value("reply"), &Value::text("已受理"));
    let done = inner.import(&outer.export().await).await.unwrap();
    assert_eq!(
        done.made + done.changed,
        0,
        "nothing comes back as an echo: {done:?}"
    );
    for station in [&inner, &outer] {
        station.sound().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_damaged_foreign_early_or_undeclared_is_refused_whole() {
    let (inner, outer, _kept) = pair().await;
    inner.create("firm", firm("91A", "示例甲公司")).await;
    let first = inner.export().await;
    inner.create("firm", firm("91B", "示例乙公司")).await;
    let second = inner.export().await;
    inner.create("firm", firm("91C", "示例丙公司")).await;
    let third = exchange::export(&inner.product, true).await.unwrap().bytes;
    inner.create("firm", firm("91D", "示例丁公司")).await;
    let fourth = inner.export().await;

    assert_eq!(code(outer.import(&second).await), "exchange_gap");
    assert_eq!(
        code(inner.import(&first).await),
        "exchange_foreign",
        "one's own"
    );
    for place in (0..first.len()).step_by(7) {
        let mut wrong = first.clone();
        wrong[place] ^= 1;
        let refused = code(outer.import(&wrong).await);
        assert!(
            matches!(refused, "exchange_damaged" | "exchange_foreign"),
            "byte {place}: {refused}"
        );
    }
    assert_eq!(outer.count("firm").await, 0, "nothing of them was kept");
    let (manifest, before) = exchange::verify(&outer.product, &first).await.unwrap();
    assert_eq!((manifest.number, before), (1, false));
    outer.import(&first).await.unwrap();
    let refused = outer.import(&fourth).await;
    assert_eq!(
        code(refused),
        "exchange_foreign",
        "its key was not handed over yet"
    );
    outer.import(&second).await.unwrap();
    outer.import(&third).await.unwrap();
    outer.import(&fourth).await.unwrap();
    assert_eq!(outer.count("firm").await, 4);
    // A lost one is the same file once more.
    let again = exchange::again(&inner.product, 2).await.unwrap();
    assert_eq!(again.bytes, second);

    // A side that signs what no flow declares is not believed.
    let secret = std::fs::read_to_string(outer.folder.join("keys/exchange")).unwrap();
    let key = container::unhex::<32>(secret.trim()).unwrap();
    let key = ed25519_dalek::SigningKey::from_bytes(&key);
    let forged = |line: &str| {
        let manifest = container::Manifest {
            pack: "two".into(),
            from: "outer".into(),
            to: "inner".into(),
            number: 1,
            previous: "0".repeat(64),
            ..container::Manifest::default()
        };
        container::write(
            manifest,
            &[("records.jsonl".into(), line.as_bytes().to_vec())],
            &key,
        )
    };
    #[rustfmt::skip]
    let cases = [
        (r#"{"register":"diary","origin":["outer",1],"fields":{},"removed":false}"#, "exchange_undeclared"),
        (r#"{"register":"filing","origin":["outer",1],"fields":{"bank":{"was":null,"now":"1"}},"removed":false}"#, "exchange_undeclared"),
        (r#"{"register":"filing","origin":["outer",1],"fields":{"@state":{"was":null,"now":"taken"}},"removed":false}"#, "exchange_undeclared"),
        (r#"{"register":"filing","origin":["inner",99],"fields":{},"removed":false}"#, "exchange_undeclared"),
        (r#"{"register":"filing","origin":["outer",1],"fields":{"code":{"was":null,"now":"F-9"},"amount":{"was":null,"now":"x"}},"removed":false}"#, "bad_value"),
        (r#"{"register":"filing","more":1}"#, "exchange_damaged"),
    ];
    for (line, want) in cases {
        assert_eq!(code(inner.import(&forged(line)).await), want, "{line}");
    }
    assert_eq!(inner.count("filing").await, 0);
    let mut stranger = Vec::new();
    stranger.extend_from_slice(&second);
    assert_eq!(code(inner.import(&stranger).await), "exchange_foreign");
    inner.sound().await;
    outer.sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_bears_a_mark_of_secrecy_never_leaves() {
    let (inner, outer, _kept) = pair().await;
    // It is in the store of the outer side, however it got there.
    let marked = "机密★10年\n示例局文件\n".as_bytes().to_vec();
    let paper = files::put(&outer.store, marked).await.unwrap();
    let value = paper.value("说明.txt");
    outer
        .create(
            "filing",
            Draft::new([("code", Value::text("F-1")), ("paper", Value::text(value))]),
        )
        .await;
    let made = exchange::export(&outer.product, false).await.unwrap();
    assert_eq!(made.left_out.get("secret"), Some(&1));
    let text = String::from_utf8_lossy(&made.bytes);
    assert!(
        !text.contains("机密") && !text.contains(&paper.hash),
        "it left"
    );
    inner.import(&made.bytes).await.unwrap();
    assert_eq!(inner.by("filing", "F-1").await.value("paper"), &Value::Null);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_both_sides_changed_waits_for_the_officer_and_ends_the_same_on_both() {
    for theirs in [false, true] {
        let (inner, outer, _kept) = pair().await;
        let filed = outer
            .create(
                "filing",
                Draft::new([
                    ("code", Value::text("F-1")),
                    ("amount", Value::Money("10".parse().unwrap())),
                ]),
            )
            .await;
        inner.import(&outer.export().await).await.unwrap();
        let here = inner.by("filing", "F-1").await.id;
        outer.import(&inner.export().await).await.unwrap();
        // Both change the amount before they hear of each other.
        inner
            .set(
                "filing",
                here,
                "amount",
                Value::Money("20".parse().unwrap()),
            )
            .await;
        outer
            .set(
                "filing",
                filed,
                "amount",
                Value::Money("30".parse().unwrap()),
            )
            .await;
        let (out, back) = (inner.export().await, outer.export().await);
        assert_eq!(inner.import(&back).await.unwrap().conflicts, 1);
        assert_eq!(outer.import(&out).await.unwrap().conflicts, 1);
        let money = |text: &str| Value::Money(text.parse().unwrap());
        assert_eq!(
            inner.record("filing", here).await.value("amount"),
            &money("20")
        );
        assert_eq!(
            outer.record("filing", filed).await.value("amount"),
            &money("30")
        );
        let open = exchange::conflicts(&inner.product).await.unwrap();
        assert_eq!((open.len(), open[0].settles), (1, true));
        assert!(!exchange::conflicts(&outer.product).await.unwrap()[0].settles);
        assert_eq!(
            code(exchange::settle(&outer.product, open[0].id, theirs).await),
            "exchange_side"
        );
        // While it is open neither side sends it again.
        let quiet = outer.export().await;
        assert_eq!(inner.import(&quiet).await.unwrap().conflicts, 0);
        exchange::settle(&inner.product, open[0].id, theirs)
            .await
            .unwrap();
        assert_eq!(
            code(exchange::settle(&inner.product, open[0].id, theirs).await),
            "not_found"
        );
        outer.import(&inner.export().await).await.unwrap();
        let want = if theirs { money("30") } else { money("20") };
        assert_eq!(
            inner.record("filing", here).await.value("amount"),
            &want,
            "{theirs}"
        );
        assert_eq!(
            outer.record("filing", filed).await.value("amount"),
            &want,
            "{theirs}"
        );
        assert!(
            exchange::conflicts(&outer.product)
                .await
                .unwrap()
                .is_empty(),
            "{theirs}"
        );
        inner.import(&outer.export().await).await.unwrap();
        assert_eq!(
            inner.record("filing", here).await.value("amount"),
            &want,
            "{theirs}"
        );
    }
}
