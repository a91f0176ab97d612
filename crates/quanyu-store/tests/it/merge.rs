//! Records that come back, two that become one and part again, reasons, views of lists, uploads: on both engines.

use quanyu_core::{actor::Actor, value::Value};
use quanyu_store::{
    Store, StoreError, audit, files, list_view, merge, reason,
    records::{self, Draft, Line},
    upload,
};
use quanyu_testkit::databases;

use crate::common::*;

async fn restore(store: &Store, register: &'static str, id: i64) -> Result<i64, StoreError> {
    store
        .act(&who(), move |act| {
            Box::pin(async move { records::restore(act, register, id).await })
        })
        .await
}

async fn join(
    store: &Store,
    kept: (i64, i64),
    gone: (i64, i64),
    draft: Draft,
) -> Result<i64, StoreError> {
    store
        .act(&who(), move |act| {
            let draft = draft.clone();
            Box::pin(async move { merge::merge(act, "firm", kept, gone, &draft, "同一家").await })
        })
        .await
}

async fn part(store: &Store, seq: i64) -> Result<(), StoreError> {
    store
        .act(&who(), move |act| {
            Box::pin(async move { merge::undo(act, seq).await })
        })
        .await
}

async fn sound(store: &Store) {
    let report = audit::verify(store, None).await.unwrap();
    assert_eq!(report.fault, None);
}

#[tokio::test]
async fn a_removed_record_comes_back_with_its_lines_unless_its_key_is_taken() {
    for database in databases() {
        let store = ready(&database).await;
        let mut draft = contract("1", 5);
        draft
            .lines
            .insert("items".into(), vec![Line::new([("title", text("一"))])]);
        let id = create(&store, "contract", draft).await.unwrap();
        let before = get(&store, "contract", id).await.unwrap();
        remove(&store, "contract", (id, 1)).await.unwrap();
        assert_eq!(get(&store, "contract", id).await, None);
        let other = create(&store, "contract", contract("1", 6)).await.unwrap();
        let taken = restore(&store, "contract", id).await;
        assert!(
            matches!(taken, Err(StoreError::Taken { record, .. }) if record == other),
            "{taken:?}"
        );
        remove(&store, "contract", (other, 1)).await.unwrap();
        assert_eq!(restore(&store, "contract", id).await.unwrap(), 3);
        let after = get(&store, "contract", id).await.unwrap();
        assert_eq!((after.values, after.lines), (before.values, before.lines));
        let twice = restore(&store, "contract", id).await;
        assert!(
            matches!(twice, Err(StoreError::NoRecord { .. })),
            "{twice:?}"
        );
        sound(&store).await;
    }
}

#[tokio::test]
async fn what_refers_to_one_of_two_refers_to_the_other_and_back_again() {
    for database in databases() {
        let store = ready(&database).await;
        let kept = create(&store, "firm", firm("A", "甲")).await.unwrap();
        let gone = create(&store, "firm", firm("B", "乙")).await.unwrap();
        let mut draft = contract("1", 5);
        draft.values.insert("firm".into(), Value::Int(gone));
        let line = Line::new([("title", text("一")), ("maker", Value::Int(gone))]);
        draft.lines.insert("items".into(), vec![line]);
        let id = create(&store, "contract", draft).await.unwrap();
        let stale = join(&store, (kept, 1), (gone, 7), Draft::default()).await;
        assert!(
            matches!(stale, Err(StoreError::Conflict { .. })),
            "{stale:?}"
        );
        let seq = join(
            &store,
            (kept, 1),
            (gone, 1),
            Draft::new([("name", text("乙"))]),
        )
        .await
        .unwrap();
        let after = get(&store, "contract", id).await.unwrap();
        assert_eq!(after.value("firm"), &Value::Int(kept));
        assert_eq!(after.lines["items"][0].values["maker"], Value::Int(kept));
        assert_eq!(
            get(&store, "firm", kept).await.unwrap().value("name"),
            &text("乙")
        );
        assert_eq!(get(&store, "firm", gone).await, None);
        sound(&store).await;
        part(&store, seq).await.unwrap();
        let after = get(&store, "contract", id).await.unwrap();
        assert_eq!(after.value("firm"), &Value::Int(gone));
        assert_eq!(after.lines["items"][0].values["maker"], Value::Int(gone));
        assert_eq!(
            get(&store, "firm", kept).await.unwrap().value("name"),
            &text("甲")
        );
        assert_eq!(
            get(&store, "firm", gone).await.unwrap().value("name"),
            &text("乙")
        );
        assert!(part(&store, seq).await.is_err(), "once");
        sound(&store).await;
        // Once somebody has gone on, it is no longer taken back whole.
        let versions = (
            get(&store, "firm", kept).await.unwrap().version,
            get(&store, "firm", gone).await.unwrap().version,
        );
        let seq = join(
            &store,
            (kept, versions.0),
            (gone, versions.1),
            Draft::default(),
        )
        .await
        .unwrap();
        let now = get(&store, "contract", id).await.unwrap();
        update(
            &store,
            "contract",
            (id, now.version),
            Draft::new([("note", text("改"))]),
        )
        .await
        .unwrap();
        let refused = part(&store, seq).await;
        assert!(
            matches!(refused, Err(StoreError::ChangedAfter { record, .. }) if record == id),
            "{refused:?}"
        );
        assert_eq!(
            get(&store, "firm", gone).await,
            None,
            "nothing of it was done"
        );
        sound(&store).await;
    }
}

#[tokio::test]
async fn a_reason_that_was_rewritten_is_found() {
    for database in databases() {
        let store = ready(&database).await;
        let id = create(&store, "firm", firm("A", "甲")).await.unwrap();
        store
            .act::<_, (), StoreError>(&who(), move |act| {
                Box::pin(async move {
                    records::remove(act, "firm", id, 1).await?;
                    reason::give(act, id, "重复").await
                })
            })
            .await
            .unwrap();
        let mut tx = store.read().await.unwrap();
        let told = reason::of_record(&mut tx, id).await.unwrap();
        assert_eq!(
            told.iter().map(|it| it.1.as_str()).collect::<Vec<_>>(),
            ["重复"]
        );
        drop(tx);
        sound(&store).await;
        tamper(&store, "update reason set why = '别的'").await;
        let report = audit::verify(&store, None).await.unwrap();
        assert_eq!(report.fault.map(|it| it.code()), Some("audit_kept"));
    }
}

#[tokio::test]
async fn views_are_their_owners_and_uploads_their_senders() {
    for database in databases() {
        let store = ready(&database).await;
        let keep = |actor: &'static str, title: &'static str, shared: bool| {
            let store = store.clone();
            async move {
                store
                    .act::<_, i64, StoreError>(&Actor::named(actor), move |act| {
                        Box::pin(
                            async move { list_view::keep(act, "firm", title, shared, "[]").await },
                        )
                    })
                    .await
                    .unwrap()
            }
        };
        keep("a", "共用", true).await;
        let own = keep("a", "自用", false).await;
        let again = keep("a", "自用", false).await;
        keep("b", "乙的", false).await;
        let titles = |actor: &'static str| {
            let store = store.clone();
            async move {
                let mut tx = store.read().await.unwrap();
                let views = list_view::of_register(&mut tx, "firm", actor)
                    .await
                    .unwrap();
                views.into_iter().map(|it| it.title).collect::<Vec<_>>()
            }
        };
        assert_eq!(titles("a").await.len(), 2, "the same title is replaced");
        assert_eq!(titles("b").await, ["乙的", "共用"]);
        assert_ne!(own, 0);
        let drop = |actor: &'static str| {
            let store = store.clone();
            async move {
                store
                    .act::<_, bool, StoreError>(&Actor::named(actor), move |act| {
                        Box::pin(async move { list_view::drop(act, again).await })
                    })
                    .await
                    .unwrap()
            }
        };
        assert!(!drop("b").await, "another's view stays");
        assert!(drop("a").await);
        let file = files::put(&store, b"x".to_vec()).await.unwrap();
        let hash = file.hash.clone();
        store
            .act::<_, (), StoreError>(&Actor::named("a"), move |act| {
                let file = file.clone();
                Box::pin(async move { upload::note(act, &file, "x.txt").await })
            })
            .await
            .unwrap();
        let mut tx = store.read().await.unwrap();
        assert!(upload::sent(&mut tx, &hash, "a").await.unwrap());
        assert!(!upload::sent(&mut tx, &hash, "b").await.unwrap());
    }
}

#[tokio::test]
async fn personal_data_go_along_under_their_new_records_key_where_it_has_none() {
    for database in databases() {
        let store = ready(&database).await;
        let with = |number: &str, person: Option<&str>| {
            let mut draft = contract(number, 5);
            let person = person.map(|it| ("contact".to_owned(), text(it)));
            draft.values.extend(person);
            draft
        };
        for (own, want) in [(None, "示例联系人"), (Some("示例本人"), "示例本人")] {
            let number = want;
            let kept = create(&store, "contract", with(number, own)).await.unwrap();
            let other = with(&format!("{number}二"), Some("示例联系人"));
            let gone = create(&store, "contract", other).await.unwrap();
            let seq: i64 = store
                .act::<_, _, StoreError>(&who(), move |act| {
                    let draft = Draft::default();
                    Box::pin(async move {
                        merge::merge(act, "contract", (kept, 1), (gone, 1), &draft, "同一份").await
                    })
                })
                .await
                .unwrap();
            let said = async |id: i64| {
                let mut record = get(&store, "contract", id).await.unwrap();
                let tx = store.read().await.unwrap();
                store.keys().reveal(tx.schema(), &mut record).unwrap();
                record.value("contact").clone()
            };
            assert_eq!(said(kept).await, text(want));
            part(&store, seq).await.unwrap();
            assert_eq!(said(kept).await, own.map_or(Value::Null, text));
            assert_eq!(said(gone).await, text("示例联系人"));
            sound(&store).await;
        }
    }
}
