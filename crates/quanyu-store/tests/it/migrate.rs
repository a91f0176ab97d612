//! Applying packs: what is added, renamed, hidden, refused.

use quanyu_core::value::Value;
use quanyu_pack::model::{FieldType, Pack};
use quanyu_store::{StoreError, audit, change, migrate};
use quanyu_testkit::{databases, field, pack, register};

use crate::common::*;

fn edited(version: &str, edit: impl FnOnce(&mut Pack)) -> Pack {
    let mut pack = pack(version);
    edit(&mut pack);
    pack
}

#[tokio::test]
async fn a_pack_is_stored_whole_and_the_same_one_does_nothing() {
    for database in databases() {
        let store = ready(&database).await;
        let head = store.head().await.unwrap();
        let again = store.apply_pack(&pack("1"), &who()).await.unwrap();
        assert_eq!((again.number, store.head().await.unwrap()), (1, head));
        let two = store.apply_pack(&pack("2"), &who()).await.unwrap();
        assert_eq!(two.number, 2);
        let mut tx = store.read().await.unwrap();
        let files = migrate::files(&mut tx, 1).await.unwrap();
        assert_eq!(files, [("test/pack.toml".to_owned(), "1".to_owned())]);
        assert_eq!(migrate::revisions(&mut tx).await.unwrap().len(), 2);
    }
}

#[tokio::test]
async fn fields_and_registers_are_added_renamed_and_hidden_without_loss() {
    for database in databases() {
        let store = ready(&database).await;
        let other = database.open().await;
        let mut draft = contract("N1", 150);
        draft.values.insert("note".into(), text("旧"));
        draft
            .values
            .insert("rate".into(), Value::Decimal("0.5".parse().unwrap()));
        draft.lines.insert(
            "items".into(),
            vec![quanyu_store::records::Line::new([("title", text("一"))])],
        );
        let id = create(&store, "contract", draft).await.unwrap();
        let next = edited("2", |pack| {
            let mut deal = pack.registers.remove("contract").unwrap();
            deal.id = "deal".into();
            deal.was = Some("contract".into());
            deal.fields.retain(|it| it.id != "note");
            for it in &mut deal.fields {
                match it.id.as_str() {
                    "amount" => {
                        it.id = "price".into();
                        it.was = Some("amount".into());
                    }
                    "rate" => it.kind = FieldType::Decimal { scale: 6 },
                    _ => {}
                }
            }
            deal.fields.push(field("place", FieldType::Location));
            deal.fields.last_mut().unwrap().unique = true;
            pack.registers.insert("deal".into(), deal);
            let visit = register("visit", vec![field("title", FieldType::Text)]);
            pack.registers.insert("visit".into(), visit);
        });
        store.apply_pack(&next, &who()).await.unwrap();
        // Another process learns of it by itself.
        let read = get(&other, "deal", id).await.unwrap();
        assert_eq!(read.value("price"), &fen(150));
        assert_eq!(read.value("rate"), &Value::Decimal("0.5".parse().unwrap()));
        assert!(!read.values.contains_key("note"));
        assert_eq!(read.lines["items"].len(), 1);
        let version = update(&store, "deal", (id, 1), contractless(160))
            .await
            .unwrap();
        create(
            &store,
            "visit",
            quanyu_store::records::Draft::new([("title", text("示例"))]),
        )
        .await
        .unwrap();
        let mut tx = store.read().await.unwrap();
        let history = change::history(&mut tx, id).await.unwrap();
        assert_eq!(history[0].register, "deal");
        assert_eq!(history[0].after.as_ref().unwrap().fields["price"], "1.50");
        drop(tx);
        let report = audit::verify(&store, None).await.unwrap();
        assert_eq!(report.fault, None, "{}", database.name);
        // Declared again, the hidden field has its values.
        let mut back = next.clone();
        back.files[0].text = "3".into();
        let deal = back.registers.get_mut("deal").unwrap();
        deal.fields.push(field("note", FieldType::LongText));
        store.apply_pack(&back, &who()).await.unwrap();
        let read = get(&store, "deal", id).await.unwrap();
        assert_eq!((read.value("note"), read.version), (&text("旧"), version));
        assert_eq!(audit::verify(&store, None).await.unwrap().fault, None);
    }
}

fn contractless(amount: i64) -> quanyu_store::records::Draft {
    quanyu_store::records::Draft::new([("price", fen(amount))])
}

#[tokio::test]
async fn a_change_that_could_lose_data_is_refused_and_changes_nothing() {
    for database in databases() {
        let store = ready(&database).await;
        let mut draft = firm("A", "示例");
        draft.values.insert("kind".into(), text("b"));
        draft.values.insert("employees".into(), Value::Int(7));
        create(&store, "firm", draft.clone()).await.unwrap();
        draft.values.insert("code".into(), text("B"));
        create(&store, "firm", draft).await.unwrap();
        let of = |pack: &mut Pack, name: &str, edit: &dyn Fn(&mut quanyu_pack::model::Field)| {
            let firm = pack.registers.get_mut("firm").unwrap();
            edit(firm.fields.iter_mut().find(|it| it.id == name).unwrap());
        };
        type Edit<'a> = Box<dyn Fn(&mut Pack) + 'a>;
        #[rustfmt::skip]
        let cases: [(&str, Edit<'_>); 6] = [
            ("pack_fault_type_changed", Box::new(|it| of(it, "employees", &|it| it.kind = FieldType::Text))),
            ("pack_fault_type_changed", Box::new(|it| of(it, "employees", &|it| it.kind = FieldType::Money))),
            ("pack_fault_code_removed", Box::new(|it| { it.codes.get_mut("kind").unwrap().items.remove(1); })),
            ("pack_fault_not_unique",   Box::new(|it| of(it, "name", &|it| it.unique = true))),
            ("pack_fault_not_unique",   Box::new(|it| it.registers.get_mut("firm").unwrap().key = vec!["name".into()])),
            ("pack_fault_system_name",  Box::new(|it| of(it, "active", &|it| it.id = "version".into()))),
        ];
        for (place, (code, edit)) in cases.iter().enumerate() {
            let next = edited(&format!("next {place}"), |it| edit(it));
            let head = store.head().await.unwrap();
            let Err(StoreError::PackRefused(faults)) = store.apply_pack(&next, &who()).await else {
                panic!("{} case {place} was applied", database.name);
            };
            assert_eq!(faults[0].code(), *code, "{} case {place}", database.name);
            assert_eq!(store.head().await.unwrap(), head);
            create(&store, "firm", firm(&format!("after {place}"), "示例"))
                .await
                .unwrap();
            remove_last(&store).await;
        }
        // What loses nothing is taken over.
        let next = edited("wider", |it| {
            of(it, "employees", &|it| {
                it.kind = FieldType::Decimal { scale: 2 }
            });
            of(it, "kind", &|it| it.kind = FieldType::Text);
            of(it, "founded", &|it| it.kind = FieldType::Integer);
        });
        store.apply_pack(&next, &who()).await.unwrap();
        assert_eq!(
            audit::verify(&store, None).await.unwrap().fault,
            None,
            "{}",
            database.name
        );
    }
}

async fn remove_last(store: &quanyu_store::Store) {
    let mut tx = store.read().await.unwrap();
    let last = change::latest(&mut tx, i64::MAX, 1).await.unwrap();
    drop(tx);
    remove(store, "firm", (last[0].record, 1)).await.unwrap();
}
