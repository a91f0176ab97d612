//! Imports 400,000 records of 30 fields while another client writes, then changes all of them by a second import and takes
//! that back, and says how long each took and how long the other client had to wait.
//!
//! `cargo run --release -p quanyu-store --example import_load [ROWS]`

use std::{
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
    time::{Duration, Instant},
};

use quanyu_core::{actor::Actor, money::Money, value::Value};
use quanyu_pack::model::FieldType;
use quanyu_store::{
    Store, StoreError, audit, columns,
    import::{self, ImportRow},
    records::{self, Draft},
};
use quanyu_testkit::{databases, field, pack, register};
use tokio::task::JoinHandle;

const CHUNK: i64 = 2_000;

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> Result<(), StoreError> {
    let rows: i64 = std::env::args()
        .nth(1)
        .and_then(|it| it.parse().ok())
        .unwrap_or(400_000);
    for database in databases() {
        let store = database.open().await;
        let mut pack = pack("load");
        let fields = (0..30).map(|n| {
            let kind = match n % 5 {
                0 => FieldType::Text,
                1 => FieldType::Money,
                2 => FieldType::Integer,
                3 => FieldType::Date,
                _ => FieldType::Decimal { scale: 4 },
            };
            field(&format!("f{n:02}"), kind)
        });
        let wide = register("wide", fields.collect());
        pack.registers.insert("wide".into(), wide);
        let who = Actor::local();
        store.apply_pack(&pack, &who).await?;
        let batch = import::begin(&store, &who, "wide", "load").await?;
        let make = |n: i64| ImportRow::Create(draft(n));
        let told = timed(&store, &who, batch, rows, &make).await?;
        println!("{}: {rows} rows × 30 made: {told}", database.name);
        let ids = ids(&store).await?;
        let batch = import::begin(&store, &who, "wide", "change").await?;
        let change = |n: i64| ImportRow::Update {
            record: ids[n as usize],
            version: 1,
            draft: changed(n),
        };
        let told = timed(&store, &who, batch, rows, &change).await?;
        println!("{}: {rows} rows × 3 changed: {told}", database.name);
        let other = other_writer(&store, &who);
        let undoing = Instant::now();
        import::undo(&store, &who, batch).await?;
        let undone = undoing.elapsed();
        let (longest, writes) = stopped(other).await;
        println!(
            "{}: taken back {undone:.1?}; {writes} other writes, the longest {longest:.1?}",
            database.name
        );
        let checking = Instant::now();
        let report = audit::verify(&store, None).await?;
        println!(
            "{}: verify {:.1?}, fault {:?}; peak memory {} MB",
            database.name,
            checking.elapsed(),
            report.fault,
            peak_megabytes()
        );
    }
    Ok(())
}

/// Writes and applies a batch while another client writes; how long it took.
async fn timed(
    store: &Store,
    who: &Actor,
    batch: i64,
    rows: i64,
    row: &(dyn Fn(i64) -> ImportRow + Sync),
) -> Result<String, StoreError> {
    let other = other_writer(store, who);
    let start = Instant::now();
    let mut from = 0;
    while from < rows {
        let to = (from + CHUNK).min(rows);
        import::append(store, who, batch, (from..to).map(row).collect()).await?;
        from = to;
    }
    let staged = start.elapsed();
    let applying = Instant::now();
    let _: i64 = store
        .act::<_, i64, StoreError>(who, move |act| {
            Box::pin(async move { import::apply(act, batch).await })
        })
        .await?;
    let applied = applying.elapsed();
    let (longest, writes) = stopped(other).await;
    import::clear(store, who, batch).await?;
    Ok(format!(
        "written {staged:.1?}, applied {applied:.1?}; {writes} other writes, the longest {longest:.1?}"
    ))
}

/// Another client, who writes a small record every 5 ms; the longest wait and how many.
fn other_writer(store: &Store, who: &Actor) -> JoinHandle<(Duration, u64)> {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    STOP.store(false, Ordering::Relaxed);
    let (store, who) = (store.clone(), who.clone());
    tokio::spawn(async move {
        let (mut longest, mut writes) = (Duration::ZERO, 0);
        while !STOP.load(Ordering::Relaxed) {
            let start = Instant::now();
            let n = NEXT.fetch_add(1, Ordering::Relaxed);
            let made = store
                .act::<_, i64, StoreError>(&who, move |act| {
                    let code = Value::Text(format!("W{n}"));
                    let draft = Draft::new([("code", code)]);
                    Box::pin(async move { records::create(act, "firm", &draft).await })
                })
                .await;
            if made.is_err() {
                break;
            }
            longest = longest.max(start.elapsed());
            writes += 1;
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        (longest, writes)
    })
}

async fn stopped(other: JoinHandle<(Duration, u64)>) -> (Duration, u64) {
    STOP.store(true, Ordering::Relaxed);
    other.await.unwrap_or_default()
}

async fn ids(store: &Store) -> Result<Vec<i64>, StoreError> {
    let mut tx = store.read().await?;
    let specs = [];
    let mut ids = Vec::new();
    loop {
        let after = ids.last().copied().unwrap_or(0);
        let batch = columns::next(&mut tx, "wide", &specs, 0, after).await?;
        if batch.ids.is_empty() {
            return Ok(ids);
        }
        ids.extend(batch.ids);
    }
}

/// Three fields of record `n` otherwise.
fn changed(n: i64) -> Draft {
    let mut draft = draft(n + 1);
    draft
        .values
        .retain(|field, _| matches!(field.as_str(), "f05" | "f06" | "f07"));
    draft
}

static STOP: AtomicBool = AtomicBool::new(false);

fn draft(n: i64) -> Draft {
    Draft::new((0..30).map(|field| {
        let value = match field % 5 {
            0 => Value::Text(format!("示例第{n}号{field}")),
            1 => Value::Money(Money::from_fen(n * 100 + field)),
            2 => Value::Int(n + field),
            3 => Value::Date(jiff::civil::date(
                2023,
                1 + (n % 12) as i8,
                1 + (field % 28) as i8,
            )),
            _ => Value::Decimal(rust_decimal::Decimal::new(n * 7 + field, 4)),
        };
        (format!("f{field:02}"), value)
    }))
}

fn peak_megabytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|it| it.strip_prefix("VmHWM:"));
    let kilobytes = line.and_then(|it| it.split_whitespace().next()?.parse().ok());
    kilobytes.unwrap_or(0_u64) / 1024
}
