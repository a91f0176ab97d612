//! A disk that is full, a database server that is gone: work stops with a clear word and goes on by itself afterwards.

use std::{
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Command, Stdio},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use quanyu_store::{Location, Store, audit};
use quanyu_testkit::{crashing_postgres, sqlite};

use crate::common::*;

/// What a caller may be told when its act was not done. That the commit's fate is unclear is allowed, silence is not.
const CLEAR: [&str; 4] = [
    "store_not_committed",
    "store_commit_unclear",
    "store_database",
    "store_file",
];
/// Longest that recovery may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// The process whose files may not grow: started by the test below.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn child() {
    let Ok(folder) = std::env::var("QUANYU_FULL_FOLDER") else {
        return;
    };
    let store = Store::open(&Location::parse(&folder, Path::new(&folder)))
        .await
        .unwrap();
    let text = "长".repeat(2_000);
    let mut stopped = false;
    for n in 0.. {
        match create(&store, "firm", firm(&format!("X{n}"), &text)).await {
            Ok(id) if stopped => {
                println!("\nwent on {id}");
                return;
            }
            Ok(id) => println!("\nwritten {id}"),
            Err(error) => {
                println!("\nstopped {}", error.code());
                // What is there can be read all the while.
                let mut tx = store.read().await.unwrap();
                quanyu_store::records::get(&mut tx, "firm", 1)
                    .await
                    .unwrap();
                stopped = true;
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_stops_writing_with_a_clear_word_and_room_lets_it_go_on() {
    let database = sqlite();
    ready(&database).await.close().await;
    let Location::Sqlite(folder) = &database.location else {
        panic!("{database:?}")
    };
    // No file may grow past two megabytes: to the process that is a disk without room. The signal that the system sends
    // besides is for programs that know no errors.
    let mut child = Command::new("sh")
        .args(["-c", "trap '' XFSZ; ulimit -S -f 4096; exec \"$@\"", "sh"])
        .arg(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "faults::child",
            "--nocapture",
            "--test-threads=1",
        ])
        .env("QUANYU_FULL_FOLDER", folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let (mut written, mut refused, mut went_on) = (Vec::new(), 0, None);
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    for line in lines.map_while(Result::ok) {
        match line.rsplit_once(' ') {
            Some(("written", id)) => written.push(id.parse::<i64>().unwrap()),
            Some(("went on", id)) => went_on = Some(id.parse::<i64>().unwrap()),
            Some(("stopped", code)) => {
                assert!(CLEAR.contains(&code), "{code}");
                refused += 1;
                // Several times refused, so that it is no accident; then somebody makes room.
                if refused == 5 {
                    let done = Command::new("prlimit")
                        .args(["--fsize=unlimited:unlimited", "--pid"])
                        .arg(child.id().to_string())
                        .status()
                        .unwrap();
                    assert!(done.success());
                }
            }
            _ => {}
        }
    }
    assert!(child.wait().unwrap().success());
    assert!(
        written.len() > 10 && refused >= 5,
        "{} {refused}",
        written.len()
    );
    let went_on = went_on.expect("it goes on once there is room");
    let store = database.open().await;
    for id in written.iter().chain([&went_on]) {
        let found = get(&store, "firm", *id).await;
        assert!(found.is_some(), "{id} was answered and is lost");
    }
    let report = audit::verify(&store, None).await.unwrap();
    assert_eq!(report.fault, None);
    assert_eq!(
        report.rows,
        written.len() as i64 + 1,
        "nothing refused is there"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_server_that_crashes_under_load_loses_nothing_answered_and_is_found_again() {
    let Some(server) = crashing_postgres() else {
        return;
    };
    let store = ready(&server.database).await;
    let stop = Arc::new(AtomicBool::new(false));
    let answered = Arc::new(Mutex::new(Vec::new()));
    let refused = Arc::new(Mutex::new(Vec::new()));
    let clients: Vec<_> = (0..4)
        .map(|client| {
            let (store, stop) = (store.clone(), Arc::clone(&stop));
            let (answered, refused) = (Arc::clone(&answered), Arc::clone(&refused));
            tokio::spawn(async move {
                for n in 0.. {
                    if stop.load(Ordering::Relaxed) {
                        return;
                    }
                    let code = format!("{client}-{n}");
                    match create(&store, "firm", firm(&code, "示例")).await {
                        Ok(id) => answered.lock().unwrap().push(id),
                        Err(error) => {
                            refused.lock().unwrap().push(error.code());
                            tokio::time::sleep(Duration::from_millis(20)).await;
                        }
                    }
                }
            })
        })
        .collect();
    let count = || answered.lock().unwrap().len();
    for crash in 0..3 {
        let before = count();
        wait(|| count() > before + 20).await;
        server.crash();
        wait(|| refused.lock().unwrap().len() > crash * 4).await;
        server.start_again();
        let down = count();
        wait(|| count() > down + 20).await;
    }
    stop.store(true, Ordering::Relaxed);
    for client in clients {
        client.await.unwrap();
    }
    let refused = refused.lock().unwrap().clone();
    assert!(refused.iter().all(|it| CLEAR.contains(it)), "{refused:?}");
    let answered = answered.lock().unwrap().clone();
    for id in &answered {
        let found = get(&store, "firm", *id).await;
        assert!(found.is_some(), "{id} was answered and is lost");
    }
    let report = audit::verify(&store, None).await.unwrap();
    assert_eq!(report.fault, None);
    assert!(report.rows >= answered.len() as i64);
}

async fn wait(done: impl Fn() -> bool) {
    let start = Instant::now();
    while !done() {
        assert!(start.elapsed() < PATIENCE, "it never came");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}
