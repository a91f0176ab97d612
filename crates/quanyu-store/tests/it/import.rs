//! Imports: whole batches, invisible until applied, undone as a whole.

use std::time::{Duration, Instant};

use quanyu_store::{
    Store, StoreError, audit, change, columns,
    import::{self, ImportRow},
    list,
    records::{Draft, Line},
};
use quanyu_testkit::{databases, fixed_clock};

use crate::common::*;

async fn apply(store: &Store, batch: i64) -> Result<i64, StoreError> {
    store
        .act(&who(), move |act| {
            Box::pin(async move { import::apply(act, batch).await })
        })
        .await
}

async fn undo(store: &Store, batch: i64) -> Result<i64, StoreError> {
    store
        .act(&who(), move |act| {
            Box::pin(async move { import::undo(act, batch).await })
        })
        .await
}

async fn count(store: &Store, register: &str) -> i64 {
    let mut tx = store.read().await.unwrap();
    list::count(&mut tx, register, &list::Query::default())
        .await
        .unwrap()
}

fn rows(from: i64, to: i64) -> Vec<ImportRow> {
    (from..to)
        .map(|n| {
            let mut draft = contract(&format!("N{n}"), n);
            let line = Line::new([("title", text("一")), ("price", fen(n))]);
            draft.lines.insert("items".into(), vec![line]);
            ImportRow::Create(draft)
        })
        .collect()
}

#[tokio::test]
async fn a_batch_is_seen_whole_or_not_at_all_and_undone_as_a_whole() {
    for database in databases() {
        let store = ready(&database).await;
        let old = create(&store, "contract", contract("OLD", 5))
            .await
            .unwrap();
        let batch = import::begin(&store, &who(), "contract", "a.xlsx")
            .await
            .unwrap();
        import::append(&store, &who(), batch, rows(0, 700))
            .await
            .unwrap();
        let mut more = rows(700, 1000);
        more.push(ImportRow::Update {
            record: old,
            version: 1,
            draft: Draft::new([("amount", fen(6))]),
        });
        import::append(&store, &who(), batch, more).await.unwrap();
        let before = store.head().await.unwrap();
        assert_eq!(count(&store, "contract").await, 1);
        assert_eq!(audit::verify(&store, None).await.unwrap().fault, None);
        let seq = apply(&store, batch).await.unwrap();
        assert_eq!((seq, store.head().await.unwrap()), (before + 1, before + 1));
        assert_eq!(count(&store, "contract").await, 1001);
        let mut tx = store.read().await.unwrap();
        let specs = columns::specs(&tx, "contract").unwrap();
        let delta = columns::next(&mut tx, "contract", &specs, before, 0)
            .await
            .unwrap();
        assert_eq!(delta.ids.len(), 1001, "the figures hear of all of them");
        let lines = columns::specs(&tx, "contract.items").unwrap();
        let delta = columns::next(&mut tx, "contract.items", &lines, before, 0)
            .await
            .unwrap();
        assert_eq!(delta.ids.len(), 1000);
        let found = quanyu_store::records::by_key(&mut tx, "contract", &[text("N17")])
            .await
            .unwrap();
        let record = found.unwrap();
        assert_eq!(
            (record.created_seq, record.changed_seq, record.batch),
            (seq, seq, Some(batch))
        );
        let history = change::history(&mut tx, record.id).await.unwrap();
        assert_eq!(history.len(), 1);
        assert_eq!(history[0].after, Some(record.body()));
        drop(tx);
        let report = audit::verify(&store, None).await.unwrap();
        assert_eq!(
            (report.fault, report.rows),
            (None, 1001),
            "{}",
            database.name
        );
        // A record changed since stands in the way of undoing.
        update(
            &store,
            "contract",
            (record.id, 1),
            Draft::new([("amount", fen(1))]),
        )
        .await
        .unwrap();
        let refused = undo(&store, batch).await;
        assert!(
            matches!(refused, Err(StoreError::ChangedSince { count: 1, .. })),
            "{refused:?}"
        );
        let other = import::begin(&store, &who(), "contract", "b.xlsx")
            .await
            .unwrap();
        let update = ImportRow::Update {
            record: old,
            version: 2,
            draft: Draft::new([("amount", fen(7))]),
        };
        let mut all = rows(2000, 2500);
        all.push(update);
        import::append(&store, &who(), other, all).await.unwrap();
        apply(&store, other).await.unwrap();
        undo(&store, other).await.unwrap();
        assert_eq!(count(&store, "contract").await, 1001);
        let back = get(&store, "contract", old).await.unwrap();
        assert_eq!((back.value("amount"), back.version), (&fen(6), 4));
        assert!(matches!(
            undo(&store, other).await,
            Err(StoreError::BatchState {
                state: "undone",
                ..
            })
        ));
        let report = audit::verify(&store, None).await.unwrap();
        assert_eq!(report.fault, None, "{}", database.name);
        // The keys are free again.
        let third = import::begin(&store, &who(), "contract", "c.xlsx")
            .await
            .unwrap();
        import::append(&store, &who(), third, rows(2000, 2500))
            .await
            .unwrap();
        apply(&store, third).await.unwrap();
        assert_eq!(audit::verify(&store, None).await.unwrap().fault, None);
    }
}

#[tokio::test]
async fn a_key_that_is_taken_names_its_record_and_a_conflict_stops_the_batch() {
    for database in databases() {
        let store = ready(&database).await;
        let old = create(&store, "contract", contract("N5", 5)).await.unwrap();
        let batch = import::begin(&store, &who(), "contract", "a.xlsx")
            .await
            .unwrap();
        let refused = import::append(&store, &who(), batch, rows(0, 10)).await;
        let Err(StoreError::Taken {
            record,
            value,
            fields,
            batch: None,
            ..
        }) = refused
        else {
            panic!("{}: {refused:?}", database.name);
        };
        assert_eq!(
            (record, value.as_str(), fields.as_str()),
            (old, "N5", "number")
        );
        // The chunk left nothing; the batch goes on with others.
        import::append(&store, &who(), batch, rows(10, 20))
            .await
            .unwrap();
        let twice = import::append(&store, &who(), batch, rows(19, 21)).await;
        assert!(
            matches!(twice, Err(StoreError::Taken { batch: Some(by), .. }) if by == batch),
            "{twice:?}"
        );
        let taken = create(&store, "contract", contract("N15", 1)).await;
        assert!(
            matches!(taken, Err(StoreError::Taken { batch: Some(by), .. }) if by == batch),
            "{taken:?}"
        );
        let change = ImportRow::Update {
            record: old,
            version: 1,
            draft: Draft::new([("amount", fen(6))]),
        };
        import::append(&store, &who(), batch, vec![change])
            .await
            .unwrap();
        update(
            &store,
            "contract",
            (old, 1),
            Draft::new([("amount", fen(7))]),
        )
        .await
        .unwrap();
        let refused = apply(&store, batch).await;
        assert!(
            matches!(refused, Err(StoreError::Conflict { version: 2, .. })),
            "{refused:?}"
        );
        assert_eq!(count(&store, "contract").await, 1);
        import::discard(&store, &who(), batch).await.unwrap();
        create(&store, "contract", contract("N15", 1))
            .await
            .unwrap();
        assert_eq!(audit::verify(&store, None).await.unwrap().fault, None);
    }
}

#[tokio::test]
async fn an_import_that_was_broken_off_gives_its_keys_back() {
    for database in databases() {
        let clock = fixed_clock();
        let store = database.open_at(clock.clone()).await;
        store
            .apply_pack(&quanyu_testkit::pack("1"), &who())
            .await
            .unwrap();
        let batch = import::begin(&store, &who(), "contract", "a.xlsx")
            .await
            .unwrap();
        import::append(&store, &who(), batch, rows(0, 10))
            .await
            .unwrap();
        assert!(create(&store, "contract", contract("N1", 1)).await.is_err());
        clock.advance_seconds(31);
        create(&store, "contract", contract("N1", 1)).await.unwrap();
        let late = import::append(&store, &who(), batch, rows(10, 20)).await;
        assert!(
            matches!(
                late,
                Err(StoreError::BatchState {
                    state: "discarded",
                    ..
                })
            ),
            "{late:?}"
        );
        assert_eq!(count(&store, "contract").await, 1);
        assert_eq!(audit::verify(&store, None).await.unwrap().fault, None);
    }
}

/// A sample of the long run: other writers go on while a large batch is written and applied.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn other_writers_wait_little_while_a_batch_is_applied() {
    for database in databases() {
        let store = ready(&database).await;
        let importing = {
            let store = store.clone();
            tokio::spawn(async move {
                let batch = import::begin(&store, &who(), "contract", "a.xlsx")
                    .await
                    .unwrap();
                for chunk in 0..10 {
                    let rows = rows(chunk * 1000, (chunk + 1) * 1000);
                    import::append(&store, &who(), batch, rows).await.unwrap();
                }
                apply(&store, batch).await.unwrap();
            })
        };
        let mut longest = Duration::ZERO;
        let mut n = 0;
        while !importing.is_finished() {
            let start = Instant::now();
            create(&store, "firm", firm(&format!("W{n}"), "示例"))
                .await
                .unwrap();
            longest = longest.max(start.elapsed());
            n += 1;
        }
        importing.await.unwrap();
        println!(
            "{}: {n} writes, the longest took {longest:?}",
            database.name
        );
        assert!(
            longest < Duration::from_secs(3),
            "{}: {longest:?}",
            database.name
        );
        assert_eq!(count(&store, "contract").await, 10_000);
    }
}
