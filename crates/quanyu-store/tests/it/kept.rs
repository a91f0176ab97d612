//! A database of every release opens with this version: nothing it says is lost, and it goes on from there.

use std::{fs, path::Path};

use quanyu_store::{
    Store, audit, change,
    import::{self, ImportRow},
    list, migrate,
    records::Draft,
};
use quanyu_testkit::{Database, field, listing, pack, postgres, sqlite};

use crate::common::*;

/// A kept database of one engine, copied to where a test may change it.
fn copy_of(release: &Path, database: Database) -> Database {
    let from = release.join(database.name);
    copy(&from, database.location.folder());
    if database.name == "postgres" {
        database.load(&fs::read_to_string(release.join("postgres.sql")).unwrap());
    }
    database
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &target);
        } else {
            fs::copy(&path, target).unwrap();
        }
    }
}

#[tokio::test]
async fn a_database_of_every_release_opens_says_what_it_said_and_goes_on() {
    let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/releases");
    let mut releases: Vec<_> = fs::read_dir(&kept)
        .unwrap()
        .map(|it| it.unwrap().path())
        .collect();
    releases.sort();
    assert!(!releases.is_empty(), "no release is kept");
    for release in releases {
        for database in std::iter::once(sqlite()).chain(postgres()) {
            let told = format!("{} on {}", release.display(), database.name);
            let database = copy_of(&release, database);
            let store = database.open().await;
            let records = release.join(format!("{}.records", database.name));
            let said = fs::read_to_string(&records).unwrap();
            assert_eq!(listing(&store).await, said, "{told}");
            let head = said.lines().next().unwrap().strip_prefix("head ").unwrap();
            let head = audit::ChainHead::parse(head).unwrap();
            let report = audit::verify(&store, Some(&head)).await.unwrap();
            assert_eq!(report.fault, None, "{told}");
            assert!(report.rows > 10, "{told}: {report:?}");
            history_is_readable(&store, &told).await;
            goes_on(&store, &told).await;
            let report = audit::verify(&store, Some(&head)).await.unwrap();
            assert_eq!(report.fault, None, "{told}");
        }
    }
}

/// The contract `N1` was made, changed, imported over, renamed and changed again.
async fn history_is_readable(store: &Store, told: &str) {
    let mut tx = store.read().await.unwrap();
    let found = quanyu_store::records::by_key(&mut tx, "deal", &[text("N1")]).await;
    let record = found.unwrap().unwrap();
    assert_eq!(record.value("price"), &fen(54_321), "{told}");
    assert_eq!(record.lines["items"].len(), 2, "{told}");
    let mut person = record.clone();
    store.keys().reveal(tx.schema(), &mut person).unwrap();
    assert_eq!(person.value("contact"), &text("示例联系人"), "{told}");
    let history = change::history(&mut tx, record.id).await.unwrap();
    let acts: Vec<&str> = history.iter().map(|it| it.act.as_str()).collect();
    let all = [
        "record.create",
        "record.update",
        "import.apply",
        "record.update",
    ];
    assert_eq!(acts, all, "{told}");
    let first = history[0].after.as_ref().unwrap();
    assert_eq!(first.fields["price"], "123.45", "{told}");
    assert_eq!(
        migrate::revisions(&mut tx).await.unwrap().len(),
        2,
        "{told}"
    );
}

/// A further pack is applied over the tables; records are written one by one and by an import.
async fn goes_on(store: &Store, told: &str) {
    let mut next = pack("next");
    let mut deal = next.registers.remove("contract").unwrap();
    deal.id = "deal".into();
    for it in &mut deal.fields {
        match it.id.as_str() {
            "amount" => it.id = "price".into(),
            "rate" => it.kind = quanyu_pack::model::FieldType::Decimal { scale: 6 },
            _ => {}
        }
    }
    deal.fields
        .push(field("place", quanyu_pack::model::FieldType::Location));
    deal.fields
        .push(field("later", quanyu_pack::model::FieldType::Text));
    next.registers.insert("deal".into(), deal);
    store.apply_pack(&next, &who()).await.unwrap();
    let made = create(
        store,
        "deal",
        Draft::new([("number", text("NEW")), ("later", text("新"))]),
    )
    .await
    .unwrap();
    update(store, "deal", (made, 1), Draft::new([("price", fen(5))]))
        .await
        .unwrap();
    // The import that was left open holds its keys no longer.
    create(store, "firm", firm("O30", "示例")).await.unwrap();
    let batch = import::begin(store, &who(), "deal", "新.xlsx")
        .await
        .unwrap();
    let rows =
        (0..5).map(|n| ImportRow::Create(Draft::new([("number", text(&format!("NEW{n}")))])));
    import::append(store, &who(), batch, rows.collect())
        .await
        .unwrap();
    store
        .act::<_, i64, quanyu_store::StoreError>(&who(), move |act| {
            Box::pin(async move { import::apply(act, batch).await })
        })
        .await
        .unwrap();
    let mut tx = store.read().await.unwrap();
    let count = list::count(&mut tx, "deal", &list::Query::default()).await;
    assert_eq!(count.unwrap(), 1 + 12 + 1 + 5, "{told}");
}
