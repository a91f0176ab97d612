//! Files by their content.

use quanyu_store::{StoreError, files};
use quanyu_testkit::databases;

use crate::common::*;

#[tokio::test]
async fn a_file_is_kept_once_under_its_hash_and_damage_is_found() {
    for database in databases() {
        let store = database.open().await;
        let stored = files::put(&store, "示例".into()).await.unwrap();
        assert_eq!(files::put(&store, "示例".into()).await.unwrap(), stored);
        assert_eq!(
            files::read(&store, &stored.hash).await.unwrap(),
            "示例".as_bytes()
        );
        for name in ["a.txt", "b.txt"] {
            let stored = stored.clone();
            store
                .act::<_, (), StoreError>(&who(), move |act| {
                    let stored = stored.clone();
                    Box::pin(async move { files::name(act, &stored, name, "text/plain").await })
                })
                .await
                .unwrap();
        }
        let mut tx = store.read().await.unwrap();
        let named = files::get(&mut tx, &stored.hash).await.unwrap().unwrap();
        assert_eq!((named.name.as_str(), named.size), ("a.txt", 6));
        assert_eq!(
            files::hashes(&mut tx, "", 10).await.unwrap(),
            std::slice::from_ref(&stored.hash)
        );
        let path = store
            .folder()
            .join("files")
            .join(&stored.hash[..2])
            .join(&stored.hash);
        std::fs::write(&path, "示列").unwrap();
        let damaged = files::read(&store, &stored.hash).await;
        assert!(
            matches!(damaged, Err(StoreError::Unreadable(_))),
            "{damaged:?}"
        );
        // What is damaged on the disk is put right by the same content.
        files::put(&store, "示例".into()).await.unwrap();
        files::read(&store, &stored.hash).await.unwrap();
        let smuggled = files::read(&store, "../quanyu.db").await;
        assert!(
            matches!(smuggled, Err(StoreError::Unreadable(_))),
            "{smuggled:?}"
        );
    }
}
