//! The one writer: sequence, conflicts, groups, panics.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicI64, Ordering},
};

use quanyu_core::value::Value;
use quanyu_store::{Store, StoreError, audit, change, list};
use quanyu_testkit::databases;

use crate::common::*;

/// Sixteen clients write at once, on PostgreSQL through two servers.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn sixteen_clients_get_gapless_numbers_in_commit_order() {
    for database in databases() {
        let store = ready(&database).await;
        let second = database.open().await;
        let start = store.head().await.unwrap();
        // A watcher sees the head grow; whatever it has seen stays complete below.
        let stop = Arc::new(AtomicBool::new(false));
        let watcher = {
            let (store, stop) = (store.clone(), Arc::clone(&stop));
            let highest = AtomicI64::new(0);
            tokio::spawn(async move {
                while !stop.load(Ordering::Relaxed) {
                    let mut tx = store.read().await.unwrap();
                    let seen = change::latest(&mut tx, i64::MAX, 10_000).await.unwrap();
                    assert_eq!(seen.first().map_or(0, |it| it.seq), tx.head());
                    assert_eq!(seen.len() as i64, tx.head(), "a gap below the head");
                    assert!(tx.head() >= highest.fetch_max(tx.head(), Ordering::Relaxed));
                    tokio::time::sleep(std::time::Duration::from_millis(2)).await;
                }
            })
        };
        let mut clients = Vec::new();
        for client in 0..16 {
            let store: Store = if client % 2 == 0 {
                store.clone()
            } else {
                second.clone()
            };
            clients.push(tokio::spawn(async move {
                for n in 0..20 {
                    let id = create(&store, "firm", firm(&format!("{client}-{n}"), "示例")).await;
                    let head = store.head().await.unwrap();
                    let mut tx = store.read().await.unwrap();
                    let made = change::history(&mut tx, id.unwrap()).await.unwrap();
                    assert!(made[0].seq <= head, "answered before the commit");
                }
            }));
        }
        for client in clients {
            client.await.unwrap();
        }
        stop.store(true, Ordering::Relaxed);
        watcher.await.unwrap();
        let mut tx = store.read().await.unwrap();
        assert_eq!(tx.head(), start + 16 * 20, "{}", database.name);
        let all = list::count(&mut tx, "firm", &list::Query::default()).await;
        assert_eq!(all.unwrap(), 320);
        drop(tx);
        let report = audit::verify(&store, None).await.unwrap();
        assert_eq!((report.fault, report.changes), (None, start + 320));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_two_edits_of_one_version_one_is_a_conflict() {
    for database in databases() {
        let store = ready(&database).await;
        for round in 0..20 {
            let id = create(&store, "firm", firm(&format!("r{round}"), "示例"))
                .await
                .unwrap();
            let edit = |name: &'static str| {
                let store = store.clone();
                tokio::spawn(async move {
                    update(&store, "firm", (id, 1), firm(&format!("r{round}"), name)).await
                })
            };
            let (one, two) = (edit("示例甲"), edit("示例乙"));
            let all = [one.await.unwrap(), two.await.unwrap()];
            assert_eq!(all.iter().filter(|it| it.is_ok()).count(), 1);
            let Some(Err(StoreError::Conflict {
                version, by, at, ..
            })) = all.iter().find(|it| it.is_err())
            else {
                panic!("{}: {all:?}", database.name);
            };
            assert_eq!((*version, by.as_str()), (2, "tester"));
            assert!(at.starts_with("20"), "{at}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_act_that_fails_or_panics_leaves_nothing_and_harms_nobody() {
    for database in databases() {
        let store = ready(&database).await;
        let before = store.head().await.unwrap();
        let mut all = Vec::new();
        for n in 0..60 {
            let store = store.clone();
            all.push(tokio::spawn(async move {
                store
                    .act::<_, i64, StoreError>(&who(), move |act| {
                        Box::pin(async move {
                            let draft = firm(&format!("n{n}"), "示例");
                            let id = quanyu_store::records::create(act, "firm", &draft).await?;
                            match n % 3 {
                                0 => Ok(id),
                                1 => Err(StoreError::NoRegister("refused".into())),
                                _ => panic!("planted"),
                            }
                        })
                    })
                    .await
            }));
        }
        let mut kept = 0;
        for (n, it) in all.into_iter().enumerate() {
            match (n % 3, it.await.unwrap()) {
                (0, Ok(_)) => kept += 1,
                (1, Err(StoreError::NoRegister(_))) => {}
                (2, Err(StoreError::Panicked(text))) => assert_eq!(text, "planted"),
                (_, other) => panic!("{}: {n}: {other:?}", database.name),
            }
        }
        let mut tx = store.read().await.unwrap();
        assert_eq!(tx.head(), before + kept);
        let query = list::Query {
            filters: vec![list::Filter::new("name", list::Op::Eq(Value::text("示例")))],
            ..list::Query::default()
        };
        assert_eq!(list::count(&mut tx, "firm", &query).await.unwrap(), kept);
        drop(tx);
        assert_eq!(audit::verify(&store, None).await.unwrap().fault, None);
    }
}
