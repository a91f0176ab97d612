//! Bindings of documents, kept with the file.

use quanyu_store::{
    Store, StoreError,
    backup::{backup, restore},
    bindings::{self, Binding},
    files,
};
use quanyu_testkit::databases;

use crate::common::*;

fn binding(start: i64, text: &str) -> Binding {
    Binding {
        start,
        end: start + 3,
        text: text.to_owned(),
        indicator: "contract_value".to_owned(),
        measure: "value".to_owned(),
        region: "990102".to_owned(),
        role: "-1".to_owned(),
        agreed: start > 0,
    }
}

async fn keep(store: &Store, file: &files::Stored, period: &str, pack: i64, all: Vec<Binding>) {
    let (file, period) = (file.clone(), period.to_owned());
    store
        .act::<_, (), StoreError>(&who(), move |act| {
            let (file, period, all) = (file.clone(), period.clone(), all.clone());
            Box::pin(async move {
                files::name(act, &file, "总结.docx", "application/x").await?;
                bindings::keep(act, &file.hash, &period, pack, &all).await
            })
        })
        .await
        .unwrap();
}

#[tokio::test]
async fn bindings_are_kept_by_file_and_period_and_come_back_from_a_backup() {
    for database in databases() {
        let store = database.open().await;
        let file = files::put(&store, "示例总结".into()).await.unwrap();
        let first = vec![binding(0, "68家"), binding(9, "25%")];
        keep(&store, &file, "2022", 1, first.clone()).await;
        keep(&store, &file, "2021", 1, vec![binding(4, "7项")]).await;
        let mut tx = store.read().await.unwrap();
        let of = |period: &'static str| (file.hash.clone(), period);
        let (hash, period) = of("2022");
        let got = bindings::of_file(&mut tx, &hash, period).await.unwrap();
        assert_eq!(got, first, "{}", database.name);
        let bound = bindings::bound(&mut tx, Some(&hash), 9).await.unwrap();
        let told: Vec<(&str, &str, i64, i64)> = bound
            .iter()
            .map(|it| (it.name.as_str(), it.period.as_str(), it.pack, it.figures))
            .collect();
        assert_eq!(
            told,
            [("总结.docx", "2021", 1, 1), ("总结.docx", "2022", 1, 2)]
        );
        drop(tx);
        // A later pack binds anew, in place of the old.
        keep(&store, &file, "2022", 2, vec![binding(5, "9家")]).await;
        let folder = tempfile::tempdir().unwrap();
        let copy = folder.path().join("copy.quanyu");
        backup(&store, &copy).await.unwrap();
        let other = folder.path().join("restored");
        let location = quanyu_store::Location::Sqlite(other);
        restore(&location, &copy).await.unwrap();
        let again = Store::open(&location).await.unwrap();
        let mut tx = again.read().await.unwrap();
        let got = bindings::of_file(&mut tx, &hash, "2022").await.unwrap();
        assert_eq!(got, [binding(5, "9家")], "{}", database.name);
    }
}
