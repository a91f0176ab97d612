//! Imports 400,000 records of 30 fields while another client writes, and says how long each took.
//!
//! `cargo run --release -p quanyu-store --example import_load [ROWS]`

use std::time::{Duration, Instant};

use quanyu_core::{actor::Actor, money::Money, value::Value};
use quanyu_pack::model::FieldType;
use quanyu_store::{
    StoreError, audit,
    import::{self, ImportRow},
    records::{self, Draft},
};
use quanyu_testkit::{databases, field, pack, register};

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
        let waiting = {
            let (store, who) = (store.clone(), who.clone());
            tokio::spawn(async move {
                let (mut longest, mut n) = (Duration::ZERO, 0_u64);
                loop {
                    let start = Instant::now();
                    let made = store
                        .act::<_, i64, StoreError>(&who, move |act| {
                            let code = Value::Text(format!("W{n}"));
                            let draft = Draft::new([("code", code)]);
                            Box::pin(async move { records::create(act, "firm", &draft).await })
                        })
                        .await;
                    if made.is_err() {
                        return (longest, n);
                    }
                    longest = longest.max(start.elapsed());
                    n += 1;
                    tokio::time::sleep(Duration::from_millis(5)).await;
                    if n == u64::MAX || STOP.load(std::sync::atomic::Ordering::Relaxed) {
                        return (longest, n);
                    }
                }
            })
        };
        let start = Instant::now();
        let batch = import::begin(&store, &who, "wide", "load").await?;
        let mut from = 0;
        while from < rows {
            let to = (from + CHUNK).min(rows);
            let chunk = (from..to).map(|n| ImportRow::Create(draft(n))).collect();
            import::append(&store, &who, batch, chunk).await?;
            from = to;
        }
        let staged = start.elapsed();
        let applying = Instant::now();
        let _: i64 = store
            .act::<_, i64, StoreError>(&who, move |act| {
                Box::pin(async move { import::apply(act, batch).await })
            })
            .await?;
        let applied = applying.elapsed();
        STOP.store(true, std::sync::atomic::Ordering::Relaxed);
        let (longest, writes) = waiting.await.unwrap_or_default();
        STOP.store(false, std::sync::atomic::Ordering::Relaxed);
        let checking = Instant::now();
        let report = audit::verify(&store, None).await?;
        println!(
            "{}: {rows} rows × 30: written {staged:.1?}, applied {applied:.1?}; {writes} other writes, the longest \
             {longest:.1?}; verify {:.1?}, fault {:?}; peak memory {} MB",
            database.name,
            checking.elapsed(),
            report.fault,
            peak_megabytes()
        );
    }
    Ok(())
}

static STOP: std::sync::atomic::AtomicBool = std::sync::atomic::AtomicBool::new(false);

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
