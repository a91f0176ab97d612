//! Backup and restore, across engines and under load.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use quanyu_store::{
    StoreError, audit, backup, change, files,
    import::{self, ImportRow},
    records::Line,
};
use quanyu_testkit::{Database, databases, postgres, sqlite};

use crate::common::*;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_backup_made_under_load_restores_to_either_engine() {
    for database in databases() {
        let store = ready(&database).await;
        let mut draft = contract("N1", 7);
        draft.values.insert("contact".into(), text("示例联系人"));
        draft
            .lines
            .insert("items".into(), vec![Line::new([("title", text("一"))])]);
        let id = create(&store, "contract", draft).await.unwrap();
        let stored = files::put(&store, vec![7; 2_500_000]).await.unwrap();
        let empty = files::put(&store, Vec::new()).await.unwrap();
        for file in [stored.clone(), empty] {
            store
                .act::<_, (), StoreError>(&who(), move |act| {
                    let file = file.clone();
                    Box::pin(async move {
                        files::name(act, &file, "a.bin", "application/octet-stream").await
                    })
                })
                .await
                .unwrap();
        }
        let batch = import::begin(&store, &who(), "firm", "a.xlsx")
            .await
            .unwrap();
        let rows = (0..3000)
            .map(|n| ImportRow::Create(firm(&format!("I{n}"), "示例")))
            .collect();
        import::append(&store, &who(), batch, rows).await.unwrap();
        store
            .act::<_, i64, StoreError>(&who(), move |act| {
                Box::pin(async move { import::apply(act, batch).await })
            })
            .await
            .unwrap();
        let stop = Arc::new(AtomicBool::new(false));
        let load = {
            let (store, stop) = (store.clone(), Arc::clone(&stop));
            tokio::spawn(async move {
                let mut n = 0;
                while !stop.load(Ordering::Relaxed) {
                    create(&store, "firm", firm(&format!("L{n}"), "示例"))
                        .await
                        .unwrap();
                    n += 1;
                }
                n
            })
        };
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("backup.quanyu");
        let kept = backup::backup(&store, &file).await.unwrap();
        stop.store(true, Ordering::Relaxed);
        let written = load.await.unwrap();
        assert!(written > 0, "others went on writing");
        let again = backup::backup(&store, &file).await;
        assert!(matches!(again, Err(StoreError::NotEmpty(_))), "{again:?}");
        let left: Vec<_> = std::fs::read_dir(folder.path()).unwrap().collect();
        assert_eq!(left.len(), 1, "one file and nothing else: {left:?}");
        let mut targets: Vec<Database> = vec![sqlite()];
        targets.extend(postgres());
        for target in targets {
            let told = format!("{} to {}", database.name, target.name);
            let back = backup::restore(&target.location, &file).await.unwrap();
            assert_eq!(
                (back.head.clone(), back.files),
                (kept.head.clone(), 2),
                "{told}"
            );
            let restored = target.open().await;
            let report = audit::verify(&restored, Some(&kept.head)).await.unwrap();
            assert_eq!(report.fault, None, "{told}");
            let was = get(&store, "contract", id).await.unwrap();
            assert_eq!(get(&restored, "contract", id).await.unwrap(), was, "{told}");
            assert_eq!(
                files::read(&restored, &stored.hash).await.unwrap(),
                vec![7; 2_500_000]
            );
            // It goes on where the backup ended.
            let next = create(&restored, "firm", firm("NEXT", "示例"))
                .await
                .unwrap();
            let mut tx = restored.read().await.unwrap();
            assert_eq!(tx.head(), kept.head.seq + 1);
            assert!(!change::history(&mut tx, next).await.unwrap().is_empty());
            drop(tx);
            assert_eq!(
                audit::verify(&restored, None).await.unwrap().fault,
                None,
                "{told}"
            );
            let full = backup::restore(&target.location, &file).await;
            assert!(
                matches!(full, Err(StoreError::NotEmpty(_))),
                "{told}: {full:?}"
            );
        }
    }
}

#[tokio::test]
async fn a_backup_that_was_touched_is_not_restored() {
    let database = sqlite();
    let store = ready(&database).await;
    create(&store, "firm", firm("A", "示例甲")).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("backup.quanyu");
    backup::backup(&store, &file).await.unwrap();
    let bytes = std::fs::read(&file).unwrap();
    let place = bytes
        .windows(9)
        .position(|it| it == "示例甲".as_bytes())
        .unwrap();
    let mut touched = bytes.clone();
    touched[place..place + 9].copy_from_slice("示例乙".as_bytes());
    let cases = [
        touched,
        bytes[..bytes.len() / 2].to_vec(),
        b"not a backup".to_vec(),
    ];
    for (place, bytes) in cases.iter().enumerate() {
        let bad = folder.path().join(format!("bad{place}"));
        std::fs::write(&bad, bytes).unwrap();
        for target in databases() {
            let refused = backup::restore(&target.location, &bad).await;
            let code = refused.map_err(|it| it.code());
            assert!(
                matches!(code, Err("store_backup_unsound" | "store_database")),
                "{} case {place}: {code:?}",
                target.name
            );
            let empty = target.open().await;
            assert_eq!(empty.head().await.unwrap(), 0, "nothing was changed");
        }
    }
}
