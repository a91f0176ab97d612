//! A process that is killed while it imports: nothing that was answered is lost, no batch is half there.

use std::{
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Command, Stdio},
    time::Duration,
};

use quanyu_store::{
    Location, Store, audit,
    import::{self, ImportRow},
    list::{self, Filter, Op, Query},
};
use quanyu_testkit::databases;

use crate::common::*;

/// Kills in `make test`; the long run sets more.
const KILLS: u64 = 4;
const ROWS: i64 = 400;

/// The process that is killed: started by the test below, with the place of the database in its environment.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn child() {
    let Ok(location) = std::env::var("QUANYU_KILL_LOCATION") else {
        return;
    };
    let folder = std::env::var("QUANYU_KILL_FOLDER").unwrap();
    let store = Store::open(&Location::parse(&location, Path::new(&folder)))
        .await
        .unwrap();
    let run = std::process::id();
    for n in 0.. {
        let id = create(&store, "firm", firm(&format!("{run}-{n}"), "示例"))
            .await
            .unwrap();
        println!("\nwritten {id}");
        let title = format!("{run}-{n}");
        let batch = import::begin(&store, &who(), "contract", &title)
            .await
            .unwrap();
        for part in 0..4 {
            let rows = (0..ROWS / 4)
                .map(|row| ImportRow::Create(contract(&format!("{run}-{n}-{part}-{row}"), row)))
                .collect();
            import::append(&store, &who(), batch, rows).await.unwrap();
        }
        let done: Result<i64, quanyu_store::StoreError> = store
            .act(&who(), move |act| {
                Box::pin(async move { import::apply(act, batch).await })
            })
            .await;
        done.unwrap();
        println!("\napplied {batch}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_import_leaves_no_half_batch_and_loses_no_answered_write() {
    let kills = std::env::var("QUANYU_KILLS").map_or(KILLS, |it| it.parse().unwrap());
    for database in databases() {
        let store = ready(&database).await;
        let (mut written, mut applied) = (Vec::new(), Vec::new());
        for kill in 0..kills {
            let location = match &database.location {
                Location::Sqlite(folder) => folder.display().to_string(),
                Location::Postgres { url, .. } => url.clone(),
            };
            let mut child = Command::new(std::env::current_exe().unwrap())
                .args(["--exact", "kill::child", "--nocapture", "--test-threads=1"])
                .env("QUANYU_KILL_LOCATION", location)
                .env("QUANYU_KILL_FOLDER", database.location.folder())
                .stdout(Stdio::piped())
                .stderr(Stdio::null())
                .spawn()
                .unwrap();
            let lines = BufReader::new(child.stdout.take().unwrap());
            let reading = std::thread::spawn(move || {
                lines.lines().map_while(Result::ok).collect::<Vec<String>>()
            });
            // At another moment each time: between chunks, inside one, at the commit.
            tokio::time::sleep(Duration::from_millis(300 + kill * 137 % 500)).await;
            child.kill().unwrap();
            child.wait().unwrap();
            for line in reading.join().unwrap() {
                match line.split_once(' ') {
                    Some(("written", id)) => written.push(id.parse::<i64>().unwrap()),
                    Some(("applied", batch)) => applied.push(batch.parse::<i64>().unwrap()),
                    _ => {}
                }
            }
            let mut tx = store.read().await.unwrap();
            for id in &written {
                let found = quanyu_store::records::get(&mut tx, "firm", *id)
                    .await
                    .unwrap();
                assert!(
                    found.is_some(),
                    "{}: {id} was answered and is lost",
                    database.name
                );
            }
            for batch in import::latest(&mut tx, 10_000).await.unwrap() {
                let query = Query {
                    filters: vec![Filter::new(
                        "@batch",
                        Op::Eq(quanyu_core::value::Value::Int(batch.id)),
                    )],
                    ..Query::default()
                };
                let seen = list::count(&mut tx, "contract", &query).await.unwrap();
                let whole = if batch.seq.is_some() { ROWS } else { 0 };
                assert_eq!(
                    seen, whole,
                    "{}: batch {} is {}",
                    database.name, batch.id, batch.state
                );
                assert!(
                    batch.seq.is_some() || !applied.contains(&batch.id),
                    "an answered batch is lost"
                );
            }
            drop(tx);
            let report = audit::verify(&store, None).await.unwrap();
            assert_eq!(report.fault, None, "{}", database.name);
        }
        assert!(
            !written.is_empty(),
            "{}: the child never got to work",
            database.name
        );
        println!(
            "{}: {kills} kills, {} writes, {} batches",
            database.name,
            written.len(),
            applied.len()
        );
    }
}
