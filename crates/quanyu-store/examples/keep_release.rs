//! Keeps a database as this version makes it, for the test that later versions still open it.
//!
//! `cargo run --locked --package quanyu-store --example keep_release 0.1.0` once for each release, before its tag is set;
//! never again for a release that is out. It writes into `crates/quanyu-store/tests/releases/VERSION`:
//!
//! - `sqlite/`: the folder of an embedded district, with its keys and files;
//! - `postgres.sql` and `postgres/`: the same acts on PostgreSQL, dumped as text, with keys and files;
//! - `sqlite.records`, `postgres.records`: what every record said, and the head of the chain.
//!
//! The acts reach every kind of change there is: records with lines and personal data made, changed and removed, a pack
//! that renames and hides, an import applied and one undone, one left open, a job, a file.

// Nobody but a developer runs it: what fails shall stop it, with its line.
#![allow(clippy::unwrap_used)]

use std::{
    fs,
    path::{Path, PathBuf},
};

use quanyu_core::{actor::Actor, money::Money, value::Value};
use quanyu_pack::model::FieldType;
use quanyu_store::{
    Clock, Store, StoreError, files,
    import::{self, ImportRow},
    jobs,
    records::{self, Draft, Line},
};
use quanyu_testkit::{databases, field, fixed_clock, listing, pack};

#[tokio::main]
async fn main() {
    let version = std::env::args().nth(1).unwrap_or_default();
    assert!(!version.is_empty(), "say which version, such as 0.1.0");
    let place = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/releases")
        .join(version);
    assert!(!place.exists(), "{} is kept already", place.display());
    for database in databases() {
        let clock = fixed_clock();
        let store = database.open_at(clock.clone()).await;
        lead_a_life(&store, &clock).await;
        let told = listing(&store).await;
        store.close().await;
        fs::create_dir_all(&place).unwrap();
        fs::write(place.join(format!("{}.records", database.name)), told).unwrap();
        let folder = place.join(database.name);
        copy(database.location.folder(), &folder);
        if let Some(dump) = database.dump() {
            fs::write(place.join("postgres.sql"), dump).unwrap();
        }
        println!("{} is kept in {}", database.name, folder.display());
    }
}

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

fn contract(number: &str, fen: i64) -> Draft {
    let mut draft = Draft::new([
        ("number", text(number)),
        ("amount", Value::Money(Money::from_fen(fen))),
    ]);
    let price = Value::Money(Money::from_fen(fen / 2));
    let lines = [
        Line::new([("title", text("第一项")), ("price", price)]),
        Line::new([("title", text("第二项"))]),
    ];
    draft.lines.insert("items".into(), lines.into());
    draft
}

async fn create(store: &Store, register: &'static str, draft: Draft) -> i64 {
    act(store, move |act| {
        let draft = draft.clone();
        Box::pin(async move { records::create(act, register, &draft).await })
    })
    .await
}

async fn act<F, T>(store: &Store, run: F) -> T
where
    F: for<'a> Fn(
            &'a mut quanyu_store::Act,
        ) -> futures::future::BoxFuture<'a, Result<T, StoreError>>
        + Send
        + Sync
        + 'static,
    T: Send + 'static,
{
    store.act(&who(), run).await.unwrap()
}

fn who() -> Actor {
    Actor::named("示例员")
}

async fn staged(store: &Store, title: &str, rows: Vec<ImportRow>) -> i64 {
    let batch = import::begin(store, &who(), "contract", title)
        .await
        .unwrap();
    import::append(store, &who(), batch, rows).await.unwrap();
    batch
}

async fn lead_a_life(store: &Store, clock: &Clock) {
    store.apply_pack(&pack("1"), &who()).await.unwrap();
    let mut firm = Draft::new([("code", text("F1")), ("name", text("示例公司"))]);
    firm.values.insert("kind".into(), text("a"));
    firm.values.insert("employees".into(), Value::Int(12));
    firm.values.insert(
        "founded".into(),
        Value::Date(jiff::civil::date(2020, 2, 29)),
    );
    firm.values.insert("active".into(), Value::Int(1));
    let firm = create(store, "firm", firm).await;
    let mut draft = contract("N1", 12_345);
    draft.values.insert("firm".into(), Value::Int(firm));
    draft.values.insert("contact".into(), text("示例联系人"));
    draft.values.insert("tags".into(), text(";a;c;"));
    draft
        .values
        .insert("rate".into(), Value::Decimal("0.1250".parse().unwrap()));
    draft
        .values
        .insert("note".into(), text("两行\n“引号”与\\反斜"));
    let first = create(store, "contract", draft).await;
    let gone = create(store, "contract", contract("N2", 200)).await;
    clock.advance_seconds(60);
    act(store, move |act| {
        Box::pin(async move {
            let draft = Draft::new([("amount", Value::Money(Money::from_fen(54_321)))]);
            records::update(act, "contract", first, 1, &draft).await?;
            records::remove(act, "contract", gone, 1).await
        })
    })
    .await;
    let rows = |from: i64, to: i64| {
        (from..to)
            .map(|n| ImportRow::Create(contract(&format!("I{n}"), n * 100)))
            .collect::<Vec<_>>()
    };
    let mut some = rows(0, 12);
    some.push(ImportRow::Update {
        record: first,
        version: 2,
        draft: Draft::new([("note", text("导入改过"))]),
    });
    let batch = staged(store, "一.xlsx", some).await;
    act(store, move |act| {
        Box::pin(async move { import::apply(act, batch).await })
    })
    .await;
    let undone = staged(store, "二.xlsx", rows(20, 24)).await;
    act(store, move |act| {
        Box::pin(async move { import::apply(act, undone).await })
    })
    .await;
    undo(store, undone).await;
    clock.advance_seconds(60);
    // A register and a field are renamed, a field is no longer declared, another has more places.
    let mut next = pack("2");
    let mut deal = next.registers.remove("contract").unwrap();
    deal.id = "deal".into();
    deal.was = Some("contract".into());
    deal.fields.retain(|it| it.id != "signed_on");
    for it in &mut deal.fields {
        match it.id.as_str() {
            "amount" => {
                it.id = "price".into();
                it.was = Some("amount".into());
            }
            "rate" => it.kind = FieldType::Decimal { scale: 6 },
            _ => {}
        }
    }
    deal.fields.push(field("place", FieldType::Location));
    next.registers.insert("deal".into(), deal);
    store.apply_pack(&next, &who()).await.unwrap();
    act(store, move |act| {
        Box::pin(async move {
            let draft = Draft::new([("place", text("120.380000,36.060000"))]);
            records::update(act, "deal", first, 3, &draft).await
        })
    })
    .await;
    let file = files::put(store, "示例文件".as_bytes().to_vec())
        .await
        .unwrap();
    act(store, move |act| {
        let file = file.clone();
        Box::pin(async move { files::name(act, &file, "示例.txt", "text/plain").await })
    })
    .await;
    act(store, |act| {
        Box::pin(async move {
            let job = jobs::NewJob {
                kind: "compact".into(),
                key: "compact-1".into(),
                payload: "{}".into(),
                max_attempts: 3,
                not_before: None,
            };
            jobs::enqueue(act, &job).await
        })
    })
    .await;
    // Left open, as by a process that died; whoever comes next clears it away.
    let rows = (30..33).map(|n| ImportRow::Create(firm_of(n))).collect();
    let open = import::begin(store, &who(), "firm", "三.xlsx").await;
    import::append(store, &who(), open.unwrap(), rows)
        .await
        .unwrap();
}

fn firm_of(n: i64) -> Draft {
    Draft::new([("code", text(&format!("O{n}")))])
}

async fn undo(store: &Store, batch: i64) {
    import::undo(store, &who(), batch).await.unwrap();
}

fn copy(from: &Path, to: &PathBuf) {
    fs::create_dir_all(to).unwrap();
    if !from.exists() {
        return;
    }
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let (path, name) = (entry.path(), entry.file_name());
        if path.is_dir() {
            copy(&path, &to.join(name));
        } else {
            fs::copy(&path, to.join(name)).unwrap();
        }
    }
}
