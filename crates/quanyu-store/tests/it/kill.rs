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
    records::Draft,
};
use quanyu_testkit::{Database, databases};

use crate::common::*;

/// Kills in `make test`; the long run sets more.
const KILLS: u64 = 4;
const ROWS: i64 = 400;
/// Kills before a database becomes too large to be looked through each time.
const FRESH: u64 = 20;

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
        // All of them are changed by a second import.
        let ids = batch_ids(&store, batch).await;
        let title = format!("{run}-{n} changed");
        let change = import::begin(&store, &who(), "contract", &title)
            .await
            .unwrap();
        for part in ids.chunks(ROWS as usize / 4) {
            let rows = part.iter().map(|record| ImportRow::Update {
                record: *record,
                version: 1,
                draft: Draft::new([("note", text("改过"))]),
            });
            import::append(&store, &who(), change, rows.collect())
                .await
                .unwrap();
        }
        let done: Result<i64, quanyu_store::StoreError> = store
            .act(&who(), move |act| {
                Box::pin(async move { import::apply(act, change).await })
            })
            .await;
        done.unwrap();
        if n % 2 == 0 {
            import::undo(&store, &who(), change).await.unwrap();
            println!("\nundone {batch}");
        } else {
            println!("\nkept {batch}");
        }
    }
}

async fn batch_ids(store: &Store, batch: i64) -> Vec<i64> {
    let mut tx = store.read().await.unwrap();
    let query = Query {
        filters: vec![of_batch(batch)],
        limit: ROWS as u32,
        ..Query::default()
    };
    let page = list::list(&mut tx, "contract", &query).await.unwrap();
    page.records.iter().map(|it| it.id).collect()
}

fn of_batch(batch: i64) -> Filter {
    Filter::new("@batch", Op::Eq(quanyu_core::value::Value::Int(batch)))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_import_leaves_no_half_batch_and_loses_no_answered_write() {
    let kills = std::env::var("QUANYU_KILLS").map_or(KILLS, |it| it.parse().unwrap());
    let mut left = kills;
    while left > 0 {
        // A fresh database now and then, so that looking through it stays quick.
        let some = left.min(FRESH);
        left -= some;
        for database in databases() {
            killed(&database, some).await;
        }
        println!("{} of {kills} kills on each database", kills - left);
    }
}

async fn killed(database: &Database, kills: u64) {
    let store = ready(database).await;
    let mut told = Told::default();
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
            told.hear(&line);
        }
        look(database, &store, &told).await;
    }
    assert!(
        !told.written.is_empty(),
        "{}: the child never got to work",
        database.name
    );
    println!(
        "{}: {kills} kills, {} writes, {} batches, {} changed and kept, {} taken back",
        database.name,
        told.written.len(),
        told.applied.len(),
        told.kept.len(),
        told.undone.len()
    );
}

/// What the killed processes were answered.
#[derive(Default)]
struct Told {
    written: Vec<i64>,
    applied: Vec<i64>,
    kept: Vec<i64>,
    undone: Vec<i64>,
}

impl Told {
    fn hear(&mut self, line: &str) {
        let Some((what, id)) = line.split_once(' ') else {
            return;
        };
        let Ok(id) = id.parse() else { return };
        match what {
            "written" => self.written.push(id),
            "applied" => self.applied.push(id),
            "kept" => self.kept.push(id),
            "undone" => self.undone.push(id),
            _ => {}
        }
    }
}

/// Everything answered is there, every batch is there whole or not at all, and the chain holds.
async fn look(database: &Database, store: &Store, told: &Told) {
    let name = database.name;
    let mut tx = store.read().await.unwrap();
    for id in &told.written {
        let found = quanyu_store::records::get(&mut tx, "firm", *id).await;
        assert!(
            found.unwrap().is_some(),
            "{name}: {id} was answered and is lost"
        );
    }
    for batch in import::latest(&mut tx, 10_000).await.unwrap() {
        if batch.title.ends_with("changed") {
            continue;
        }
        let mut count = async |filters: Vec<Filter>| {
            let query = Query {
                filters,
                ..Query::default()
            };
            list::count(&mut tx, "contract", &query).await.unwrap()
        };
        let (id, seen) = (batch.id, count(vec![of_batch(batch.id)]).await);
        let whole = if batch.seq.is_some() { ROWS } else { 0 };
        assert_eq!(seen, whole, "{name}: batch {id} is {}", batch.state);
        let lost = batch.seq.is_none() && told.applied.contains(&id);
        assert!(!lost, "{name}: an answered batch is lost");
        let noted = Filter::new("note", Op::Known);
        let changed = count(vec![of_batch(id), noted]).await;
        assert!(
            changed == 0 || changed == ROWS,
            "{name}: {changed} of {id} are changed"
        );
        let (kept, undone) = (told.kept.contains(&id), told.undone.contains(&id));
        assert!(
            !kept || changed == ROWS,
            "{name}: {id} was changed and is not"
        );
        assert!(
            !undone || changed == 0,
            "{name}: {id} was taken back and is changed"
        );
    }
    drop(tx);
    let report = audit::verify(store, None).await.unwrap();
    assert_eq!(report.fault, None, "{name}");
}
