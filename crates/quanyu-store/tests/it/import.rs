//! Imports: whole batches, invisible until applied, undone as a whole.

use std::time::{Duration, Instant};

use quanyu_store::{
    Store, StoreError, audit, change, columns,
    import::{self, ImportRow},
    list,
    records::{Draft, Line},
};
use quanyu_testkit::{databases, fixed_clock, listing};

use crate::common::*;

async fn apply(store: &Store, batch: i64) -> Result<i64, StoreError> {
    store
        .act(&who(), move |act| {
            Box::pin(async move { import::apply(act, batch).await })
        })
        .await
}

async fn undo(store: &Store, batch: i64) -> Result<i64, StoreError> {
    import::undo(store, &who(), batch).await
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

/// Changes of records that were there: columns that only some chunks know, lines for some, in one statement and apart.
#[tokio::test]
async fn many_records_are_changed_together_and_taken_back_to_what_each_said() {
    for database in databases() {
        let store = ready(&database).await;
        let first = import::begin(&store, &who(), "contract", "a.xlsx")
            .await
            .unwrap();
        import::append(&store, &who(), first, rows(0, 900))
            .await
            .unwrap();
        apply(&store, first).await.unwrap();
        import::clear(&store, &who(), first).await.unwrap();
        let said = listing(&store).await;
        let records = {
            let mut tx = store.read().await.unwrap();
            let query = list::Query {
                limit: 1_000,
                ..list::Query::default()
            };
            let page = list::list(&mut tx, "contract", &query).await.unwrap();
            page.records
        };
        let second = import::begin(&store, &who(), "contract", "b.xlsx")
            .await
            .unwrap();
        for (part, chunk) in records.chunks(300).enumerate() {
            let rows = chunk.iter().enumerate().map(|(n, record)| {
                let mut draft = Draft::new([("amount", fen(7_000 + record.id))]);
                if part == 1 {
                    draft.values.insert("note".into(), text("改过"));
                    draft.values.insert("contact".into(), text("示例联系人"));
                }
                if part == 2 && n % 100 == 0 {
                    let line = Line::new([("title", text("另一"))]);
                    draft.lines.insert("items".into(), vec![line]);
                }
                draft.state = (part == 2).then(|| "done".to_owned());
                ImportRow::Update {
                    record: record.id,
                    version: 1,
                    draft,
                }
            });
            import::append(&store, &who(), second, rows.collect())
                .await
                .unwrap();
        }
        import::append(&store, &who(), second, rows(900, 905))
            .await
            .unwrap();
        assert_eq!(
            listing(&store).await,
            said,
            "nothing is seen before its time"
        );
        let seq = apply(&store, second).await.unwrap();
        for (place, record) in records.iter().enumerate() {
            let now = get(&store, "contract", record.id).await.unwrap();
            let told = format!("{} {}", database.name, record.id);
            assert_eq!(now.value("amount"), &fen(7_000 + record.id), "{told}");
            assert_eq!((now.version, now.changed_seq), (2, seq), "{told}");
            let noted = place / 300 == 1;
            assert_eq!(!now.value("note").is_null(), noted, "{told}");
            let title = if place / 300 == 2 && place % 100 == 0 {
                "另一"
            } else {
                "一"
            };
            assert_eq!(now.lines["items"][0].values["title"], text(title), "{told}");
        }
        assert_eq!(audit::verify(&store, None).await.unwrap().fault, None);
        import::clear(&store, &who(), second).await.unwrap();
        undo(&store, second).await.unwrap();
        let back = listing(&store).await;
        let plain = |told: &str| -> Vec<String> {
            let lines = told.lines().skip(1);
            // The version goes on, and a line that comes back has an id of its own.
            lines
                .map(|it| it.replace("\"@version\":\"3\"", "\"@version\":\"1\""))
                .map(|it| it.split("\"@id\":").next().unwrap_or_default().to_owned())
                .collect()
        };
        assert_eq!(plain(&back), plain(&said), "{}", database.name);
        assert_eq!(audit::verify(&store, None).await.unwrap().fault, None);
        assert_eq!(count(&store, "contract").await, 900);
    }
}

#[tokio::test]
async fn a_record_listed_among_several_elsewhere_is_not_taken_back() {
    for database in databases() {
        let store = database.open().await;
        let mut pack = quanyu_testkit::pack("1");
        let contract = pack.registers.get_mut("contract").unwrap();
        let mut partners = quanyu_testkit::field(
            "partners",
            quanyu_pack::model::FieldType::Reference { to: "firm".into() },
        );
        partners.many = true;
        contract.fields.push(partners);
        store.apply_pack(&pack, &who()).await.unwrap();
        let other = create(&store, "firm", firm("OLD", "示例")).await.unwrap();
        let batch = import::begin(&store, &who(), "firm", "a.xlsx")
            .await
            .unwrap();
        let firms = (0..10).map(|n| ImportRow::Create(firm(&format!("F{n}"), "示例")));
        import::append(&store, &who(), batch, firms.collect())
            .await
            .unwrap();
        apply(&store, batch).await.unwrap();
        let mut tx = store.read().await.unwrap();
        let key = [text("F7")];
        let found = quanyu_store::records::by_key(&mut tx, "firm", &key).await;
        let listed = found.unwrap().unwrap().id;
        drop(tx);
        let mut draft = contract_of("N1", &[other, listed]);
        let by = create(&store, "contract", draft.clone()).await.unwrap();
        let refused = undo(&store, batch).await;
        assert!(
            matches!(&refused, Err(StoreError::ReferredTo { record, by: it, .. }) if (*record, *it) == (listed, by)),
            "{}: {refused:?}",
            database.name
        );
        draft
            .values
            .insert("partners".into(), text(&format!(";{other};")));
        update(&store, "contract", (by, 1), draft).await.unwrap();
        undo(&store, batch).await.unwrap();
        assert_eq!(audit::verify(&store, None).await.unwrap().fault, None);
    }
}

fn contract_of(number: &str, partners: &[i64]) -> Draft {
    let mut draft = contract(number, 5);
    let ids: Vec<String> = partners.iter().map(ToString::to_string).collect();
    let many = format!(";{};", ids.join(";"));
    draft.values.insert("partners".into(), text(&many));
    draft
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
