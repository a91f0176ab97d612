//! Views for BI tools.

use quanyu_core::value::Value;
use quanyu_pack::model::{FieldType, Pack};
use quanyu_store::{
    Store, audit, backup,
    import::{self, ImportRow},
    migrate,
    records::Line,
};
use quanyu_testkit::{databases, field, pack, sqlite};

use crate::common::*;

/// What a BI tool reads of a view, columns parted by `|`; numbers cast, since the store itself reads no fractions.
async fn rows(store: &Store, sql: &'static str) -> Vec<String> {
    audit::query_for_tests(store, sql).await.unwrap()
}

fn full(number: &str, firm: i64) -> quanyu_store::records::Draft {
    let mut draft = contract(number, 123_456);
    draft.values.insert("firm".into(), Value::Int(firm));
    draft.values.insert("contact".into(), text("不可外传"));
    draft.values.insert("tags".into(), text(";c;a;"));
    draft
        .values
        .insert("rate".into(), Value::Decimal("0.125".parse().unwrap()));
    let day = jiff::civil::date(2023, 5, 1);
    draft.values.insert("signed_on".into(), Value::Date(day));
    let mut line = Line::new([("title", text("一")), ("price", fen(250))]);
    line.values.insert("maker".into(), Value::Int(firm));
    draft.lines.insert("items".into(), vec![line]);
    draft
}

#[tokio::test]
async fn a_view_says_money_in_yuan_and_what_codes_and_references_are_called() {
    for database in databases() {
        let store = database.open().await;
        let mut pack = pack("1");
        // Titles that would end a literal or a comment, were they not written as text.
        let codes = pack.codes.get_mut("kind").unwrap();
        codes.items[0].title.zh = "甲'类*/".into();
        let contract = pack.registers.get_mut("contract").unwrap();
        contract.title.zh = "合同*/；'".into();
        contract.label = "contact".into();
        pack.registers.get_mut("firm").unwrap().label = "name".into();
        store.apply_pack(&pack, &who()).await.unwrap();
        let mut draft = firm("F1", "示例公司");
        draft.values.insert("kind".into(), text("a"));
        draft.values.insert("active".into(), Value::Int(1));
        let firm = create(&store, "firm", draft).await.unwrap();
        create(&store, "contract", full("N1", firm)).await.unwrap();
        let gone = create(&store, "contract", full("N2", firm)).await.unwrap();
        remove(&store, "contract", (gone, 1)).await.unwrap();
        let batch = import::begin(&store, &who(), "contract", "a.xlsx")
            .await
            .unwrap();
        let row = ImportRow::Create(full("N3", firm));
        import::append(&store, &who(), batch, vec![row])
            .await
            .unwrap();
        let all = rows(
            &store,
            "select number, cast(amount as text), cast(rate as text), firm_label, tags_title, state_title, cast(signed_on as text) from v_contract",
        )
        .await;
        let amount = all[0].split('|').nth(1).unwrap();
        assert_eq!(amount, "1234.56", "{}: {all:?}", database.name);
        let rate = all[0].split('|').nth(2).unwrap();
        assert!(rate.starts_with("0.125"), "{all:?}");
        let rest: Vec<&str> = all[0].split('|').skip(3).collect();
        assert_eq!(rest, ["示例公司", "甲'类*/、c", "draft", "2023-05-01"]);
        assert_eq!(all.len(), 1, "only what is visible");
        let lines = rows(
            &store,
            "select title, cast(price as text), maker_label from v_contract_items",
        )
        .await;
        assert_eq!(lines.len(), 1);
        assert!(lines[0].starts_with("一|2.5"), "{lines:?}");
        let firms = rows(&store, "select code, kind, kind_title from v_firm").await;
        assert_eq!(firms, ["F1|a|甲'类*/"], "{}", database.name);
        if database.name == "postgres" {
            let told = rows(
                &store,
                "select col_description('v_contract'::regclass, attnum) from pg_attribute
                  where attrelid = 'v_contract'::regclass and attname = 'amount'",
            )
            .await;
            assert_eq!(told, ["amount（元）"]);
        }
    }
}

#[tokio::test]
async fn no_view_shows_a_personal_field_and_none_is_called_after_one() {
    for database in databases() {
        let store = database.open().await;
        let mut pack = pack("1");
        for register in pack.registers.values_mut() {
            register
                .fields
                .push(field("legal_person", FieldType::Person));
            register.fields.last_mut().unwrap().dated = true;
            for lines in &mut register.lines {
                lines.fields.push(field("handler", FieldType::Person));
            }
        }
        pack.registers.get_mut("firm").unwrap().label = "legal_person".into();
        store.apply_pack(&pack, &who()).await.unwrap();
        let sql = match database.name {
            "sqlite" => {
                "select m.name, c.name from sqlite_master m, pragma_table_info(m.name) c where m.type = 'view'"
            }
            _ => {
                "select c.relname::text, a.attname::text from pg_class c join pg_attribute a on a.attrelid = c.oid
                  where c.relkind = 'v' and c.relnamespace = current_schema()::regnamespace"
            }
        };
        let shown = rows(&store, sql).await;
        assert!(shown.len() > 20, "{shown:?}");
        for personal in [
            "contact",
            "legal_person",
            "handler",
            "firm_label",
            "maker_label",
        ] {
            let end = format!("|{personal}");
            let found = shown.iter().find(|it| it.ends_with(&end));
            assert_eq!(found, None, "{}", database.name);
        }
        assert!(shown.contains(&"v_firm|employees".to_owned()), "{shown:?}");
    }
}

fn wider(version: &str) -> Pack {
    let mut pack = pack(version);
    let contract = pack.registers.get_mut("contract").unwrap();
    contract.fields.push(field("later", FieldType::Money));
    for field in &mut contract.fields {
        match field.id.as_str() {
            "amount" => {
                field.id = "price".into();
                field.was = Some("amount".into());
            }
            "rate" => field.kind = FieldType::Decimal { scale: 6 },
            _ => {}
        }
    }
    // Holds nothing yet, so that its column is made anew under the views.
    let firm = pack.registers.get_mut("firm").unwrap();
    let founded = firm.fields.iter_mut().find(|it| it.id == "founded");
    founded.unwrap().kind = FieldType::Integer;
    pack
}

#[tokio::test]
async fn views_and_the_rights_to_them_outlive_a_migration_and_a_restore() {
    for database in databases() {
        let store = ready(&database).await;
        let firm = create(&store, "firm", firm("F1", "示例公司"))
            .await
            .unwrap();
        create(&store, "contract", full("N1", firm)).await.unwrap();
        if database.name == "postgres" {
            tamper(
                &store,
                "do $$ begin create role quanyu_bi; exception when duplicate_object then null; end $$;
                 grant select on v_contract to quanyu_bi",
            )
            .await;
        }
        store.apply_pack(&wider("2"), &who()).await.unwrap();
        let all = rows(
            &store,
            "select number, cast(price as text), cast(later as text) from v_contract",
        )
        .await;
        assert!(
            all[0].starts_with("N1|1234.56"),
            "{}: {all:?}",
            database.name
        );
        if database.name == "postgres" {
            let allowed = "select has_table_privilege('quanyu_bi', 'v_contract', 'select')::text";
            assert_eq!(rows(&store, allowed).await, ["true"]);
        }
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("backup.quanyu");
        backup::backup(&store, &file).await.unwrap();
        let target = sqlite();
        backup::restore(&target.location, &file).await.unwrap();
        let restored = target.open().await;
        let mut tx = restored.read().await.unwrap();
        assert!(!migrate::is_current(&mut tx, &wider("2")).await.unwrap());
        drop(tx);
        restored.apply_pack(&wider("2"), &who()).await.unwrap();
        let all = rows(
            &restored,
            "select number, cast(price as text) from v_contract",
        )
        .await;
        assert!(all[0].starts_with("N1|1234.56"), "{all:?}");
        assert_eq!(audit::verify(&restored, None).await.unwrap().fault, None);
    }
}
