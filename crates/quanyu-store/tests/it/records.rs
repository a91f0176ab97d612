//! Records: round trips, keys, references, lines, lists, history, personal data.

use jiff::civil::date;
use proptest::prelude::*;
use quanyu_core::{columns::Column, value::Value};
use quanyu_store::{
    StoreError, audit, change, columns,
    list::{self, Filter, Op, Query},
    records::{self, Draft, Line},
};
use quanyu_testkit::databases;
use rust_decimal::Decimal;

use crate::common::*;

fn drafts() -> impl Strategy<Value = Draft> {
    let text = |pattern: &'static str| {
        proptest::option::of(pattern.prop_map(Value::Text)).prop_map(|it| it.unwrap_or(Value::Null))
    };
    let money = proptest::option::of(any::<i64>()).prop_map(|it| it.map_or(Value::Null, fen));
    let rate = proptest::option::of(any::<i64>()).prop_map(|it| {
        it.map_or(Value::Null, |it| {
            Value::Decimal(Decimal::new(it, 4).normalize())
        })
    });
    let day = proptest::option::of(0..40_000_i64).prop_map(|it| {
        it.map_or(Value::Null, |it| {
            Value::Date(date(1960, 1, 1).saturating_add(jiff::Span::new().days(it)))
        })
    });
    let line = (text("[^\0]{1,20}"), money.clone())
        .prop_filter("a title", |(it, _)| !it.is_null())
        .prop_map(|(title, price)| Line::new([("title", title), ("price", price)]));
    (
        text("[^\0]{1,40}"),
        money,
        rate,
        day,
        proptest::collection::vec(line, 0..4),
    )
        .prop_map(|(note, amount, rate, day, items)| {
            let mut draft = Draft::new([
                ("note", note),
                ("amount", amount),
                ("rate", rate),
                ("signed_on", day),
            ]);
            draft.lines.insert("items".into(), items);
            draft
        })
}

#[test]
fn whatever_a_record_holds_is_read_back_and_verifies() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    for database in databases() {
        let store = runtime.block_on(ready(&database));
        let next = std::cell::Cell::new(0);
        proptest!(ProptestConfig::with_cases(48), |(one in drafts(), two in drafts())| {
            next.set(next.get() + 1);
            runtime.block_on(async {
                let mut one = one;
                one.values.insert("number".into(), text(&format!("N{}", next.get())));
                let id = create(&store, "contract", one.clone()).await.unwrap();
                let read = get(&store, "contract", id).await.unwrap();
                same(&one, &read);
                let version = update(&store, "contract", (id, 1), two.clone()).await.unwrap();
                let read = get(&store, "contract", id).await.unwrap();
                prop_assert_eq!(read.version, version);
                same(&two, &read);
                let mut tx = store.read().await.unwrap();
                let history = change::history(&mut tx, id).await.unwrap();
                prop_assert_eq!(history.len() as i64, version);
                let last = history.last().and_then(|it| it.after.clone());
                prop_assert_eq!(last, Some(read.body()));
                let first = change::as_of(&mut tx, id, history[0].seq).await.unwrap();
                prop_assert_eq!(first, history[0].after.clone());
                Ok(())
            })?;
        });
        let report = runtime.block_on(audit::verify(&store, None)).unwrap();
        assert_eq!(report.fault, None, "{}", database.name);
        assert!(report.rows > 40);
    }
}

fn same(draft: &Draft, record: &records::Record) {
    for (field, value) in &draft.values {
        assert_eq!(record.value(field), value, "{field}");
    }
    let lines = record.lines.get("items").cloned().unwrap_or_default();
    let wanted = &draft.lines["items"];
    assert_eq!(lines.len(), wanted.len());
    for (line, wanted) in lines.iter().zip(wanted) {
        for (field, value) in &wanted.values {
            assert_eq!(line.values.get(field), Some(value), "{field}");
        }
    }
}

#[tokio::test]
async fn what_a_register_cannot_hold_is_refused() {
    for database in databases() {
        let store = ready(&database).await;
        let f = create(&store, "firm", firm("A", "示例甲")).await.unwrap();
        let with = |field: &str, value: Value| {
            let mut draft = contract("N1", 1);
            draft.values.insert(field.into(), value);
            draft
        };
        #[rustfmt::skip]
        let cases = [
            ("store_missing",     "contract", Draft::new([("amount", fen(1))])),
            ("store_no_field",    "contract", with("colour", text("red"))),
            ("store_wrong_value", "contract", with("amount", text("1"))),
            ("store_wrong_value", "contract", with("rate", Value::Decimal(Decimal::new(1, 5)))),
            ("store_wrong_value", "contract", with("note", text(""))),
            ("store_wrong_value", "contract", with("tags", text("a"))),
            ("store_wrong_value", "contract", with("firm", Value::Int(f + 1000))),
            ("store_taken",       "firm",     firm("A", "示例乙")),
            ("store_no_register", "lease",    firm("A", "示例乙")),
            ("store_no_register", "contract.items", firm("A", "示例乙")),
        ];
        let before = store.head().await.unwrap();
        for (code, register, draft) in cases {
            let told = format!("{} {draft:?}", database.name);
            let got = create(&store, register, draft).await;
            assert_eq!(got.map_err(|it| it.code()), Err(code), "{told}");
        }
        assert_eq!(store.head().await.unwrap(), before);
        // A key is free again once its record was removed; a record that is referred to is not removed.
        let c = create(&store, "contract", with("firm", Value::Int(f)))
            .await
            .unwrap();
        let refused = remove(&store, "firm", (f, 1)).await;
        assert!(matches!(refused, Err(StoreError::ReferredTo { by, .. }) if by == c));
        remove(&store, "contract", (c, 1)).await.unwrap();
        remove(&store, "firm", (f, 1)).await.unwrap();
        let again = create(&store, "firm", firm("A", "示例丙")).await.unwrap();
        assert!(again > c, "an id is never given out twice");
        assert_eq!(get(&store, "firm", f).await, None);
        assert_eq!(audit::verify(&store, None).await.unwrap().fault, None);
    }
}

#[tokio::test]
async fn lines_keep_their_ids_and_go_with_their_record() {
    for database in databases() {
        let store = ready(&database).await;
        let mut draft = contract("N1", 5);
        let line = |title: &str, price| Line::new([("title", text(title)), ("price", fen(price))]);
        draft.lines.insert(
            "items".into(),
            vec![line("一", 1), line("二", 2), line("三", 3)],
        );
        let id = create(&store, "contract", draft.clone()).await.unwrap();
        let read = get(&store, "contract", id).await.unwrap();
        let mut items = read.lines["items"].clone();
        items.remove(1);
        items.swap(0, 1);
        items[0].values.insert("price".into(), fen(9));
        items.push(line("四", 4));
        let mut edit = Draft::default();
        edit.lines.insert("items".into(), items.clone());
        assert_eq!(
            update(&store, "contract", (id, 1), edit.clone())
                .await
                .unwrap(),
            2
        );
        let read = get(&store, "contract", id).await.unwrap();
        let titles: Vec<_> = read.lines["items"]
            .iter()
            .map(|it| &it.values["title"])
            .collect();
        assert_eq!(titles, [&text("三"), &text("一"), &text("四")]);
        assert_eq!(read.lines["items"][0].id, items[0].id);
        assert_eq!(read.lines["items"][0].values["price"], fen(9));
        // The same again changes nothing, so there is no entry.
        let mut same = Draft::default();
        same.lines
            .insert("items".into(), read.lines["items"].clone());
        assert_eq!(update(&store, "contract", (id, 2), same).await.unwrap(), 2);
        let mut tx = store.read().await.unwrap();
        let specs = columns::specs(&tx, "contract.items").unwrap();
        let batch = columns::next(&mut tx, "contract.items", &specs, 0, 0)
            .await
            .unwrap();
        assert_eq!(batch.ids.len(), 3);
        drop(tx);
        assert_eq!(audit::verify(&store, None).await.unwrap().fault, None);
        remove(&store, "contract", (id, 2)).await.unwrap();
        let mut tx = store.read().await.unwrap();
        let batch = columns::next(&mut tx, "contract.items", &specs, 0, 0)
            .await
            .unwrap();
        assert!(batch.ids.is_empty());
        let removed = columns::removed(&mut tx, "contract.items", 0)
            .await
            .unwrap();
        assert_eq!(removed.len(), 4);
        drop(tx);
        assert_eq!(audit::verify(&store, None).await.unwrap().fault, None);
    }
}

#[tokio::test]
async fn every_page_of_a_list_goes_on_where_the_last_one_ended() {
    for database in databases() {
        let store = ready(&database).await;
        for n in 0..57_i64 {
            let mut draft = contract(&format!("N{n:03}"), n % 7);
            if n % 5 == 0 {
                draft.values.remove("amount");
            }
            draft
                .values
                .insert("note".into(), text(&format!("第{n}条 50%_Ab")));
            if n % 2 == 0 {
                draft.values.insert("tags".into(), text(";a;c;"));
            }
            create(&store, "contract", draft).await.unwrap();
        }
        let mut tx = store.read().await.unwrap();
        for (order, descending) in [
            (None, false),
            (None, true),
            (Some("amount"), false),
            (Some("amount"), true),
            (Some("number"), true),
        ] {
            let mut seen = Vec::new();
            let mut query = Query {
                order: order.map(str::to_owned),
                descending,
                limit: 10,
                ..Query::default()
            };
            loop {
                let page = list::list(&mut tx, "contract", &query).await.unwrap();
                seen.extend(page.records);
                match page.next {
                    Some(next) => query.after = Some(next),
                    None => break,
                }
            }
            query.after = None;
            query.limit = 1000;
            let whole = list::list(&mut tx, "contract", &query).await.unwrap();
            assert_eq!(
                seen, whole.records,
                "{} {order:?} {descending}",
                database.name
            );
            assert_eq!(seen.len(), 57);
            if order == Some("amount") {
                assert!(
                    seen.last().unwrap().value("amount").is_null(),
                    "unknown comes last"
                );
            }
        }
        #[rustfmt::skip]
        let cases = [
            (Filter::new("amount", Op::Unknown), 12),
            (Filter::new("amount", Op::Eq(fen(3))), 6),
            (Filter::new("amount", Op::In(vec![fen(3), fen(4)])), 13),
            (Filter::new("number", Op::Ge(text("N050"))), 7),
            (Filter::new("number", Op::Starts("N00".into())), 10),
            (Filter::new("note", Op::Contains("%_aB".into())), 57),
            (Filter::new("note", Op::Contains("0%_x".into())), 0),
            (Filter::new("tags", Op::Has("c".into())), 29),
            (Filter::new("@state", Op::Eq(text("draft"))), 57),
            (Filter::new("@region", Op::Starts("99".into())), 57),
        ];
        for (filter, want) in cases {
            let query = Query {
                filters: vec![filter.clone()],
                ..Query::default()
            };
            let got = list::count(&mut tx, "contract", &query).await.unwrap();
            assert_eq!(got, want, "{} {filter:?}", database.name);
        }
        let query = Query {
            search: Some("第7条".into()),
            limit: 5,
            ..Query::default()
        };
        assert_eq!(
            list::list(&mut tx, "contract", &query)
                .await
                .unwrap()
                .records
                .len(),
            1
        );
    }
}

#[tokio::test]
async fn columns_bring_what_changed_since_a_sequence() {
    for database in databases() {
        let store = ready(&database).await;
        let mut draft = firm("A", "示例甲");
        draft
            .values
            .insert("founded".into(), Value::Date(date(1970, 1, 11)));
        draft.values.insert("region".into(), text("990101"));
        let a = create(&store, "firm", draft).await.unwrap();
        let b = create(&store, "firm", firm("B", "示例乙")).await.unwrap();
        let mut tx = store.read().await.unwrap();
        let seq = tx.head();
        let specs: Vec<_> = columns::specs(&tx, "firm")
            .unwrap()
            .into_iter()
            .filter(|it| ["founded", "region", "name"].contains(&it.name.as_str()))
            .collect();
        let batch = columns::next(&mut tx, "firm", &specs, 0, 0).await.unwrap();
        assert_eq!(batch.ids, [a, b]);
        let place = |name: &str| specs.iter().position(|it| it.name == name).unwrap();
        assert_eq!(
            batch.columns[place("founded")],
            Column::Int(vec![Some(10), None])
        );
        let regions = Column::Text(vec![Some("990101".into()), Some("99".into())]);
        assert_eq!(batch.columns[place("region")], regions);
        assert!(
            columns::next(&mut tx, "firm", &specs, 0, b)
                .await
                .unwrap()
                .ids
                .is_empty()
        );
        drop(tx);
        update(&store, "firm", (b, 1), firm("B", "示例丙"))
            .await
            .unwrap();
        remove(&store, "firm", (a, 1)).await.unwrap();
        let mut tx = store.read().await.unwrap();
        let batch = columns::next(&mut tx, "firm", &specs, seq, 0)
            .await
            .unwrap();
        assert_eq!(batch.ids, [b]);
        assert_eq!(columns::removed(&mut tx, "firm", seq).await.unwrap(), [a]);
    }
}

#[tokio::test]
async fn a_destroyed_key_erases_a_person_and_the_chain_still_verifies() {
    for database in databases() {
        let store = ready(&database).await;
        let mut draft = contract("N1", 1);
        draft.values.insert("contact".into(), text("示例联系人"));
        let id = create(&store, "contract", draft).await.unwrap();
        let stored = get(&store, "contract", id).await.unwrap();
        let sealed = stored.value("contact").as_text().unwrap().to_owned();
        assert!(!sealed.contains("示例"), "{sealed}");
        let mut tx = store.read().await.unwrap();
        let schema = tx.schema().clone();
        let mut open = stored.clone();
        store.keys().reveal(&schema, &mut open).unwrap();
        assert_eq!(open.value("contact"), &text("示例联系人"));
        let history = change::history(&mut tx, id).await.unwrap();
        assert_eq!(history[0].after.as_ref().unwrap().fields["contact"], sealed);
        drop(tx);
        // The same person again is no change, another one is.
        let same = Draft::new([("contact", text("示例联系人"))]);
        assert_eq!(update(&store, "contract", (id, 1), same).await.unwrap(), 1);
        store
            .act::<_, (), StoreError>(&who(), move |act| {
                Box::pin(async move { records::erase_person(act, "contract", id).await })
            })
            .await
            .unwrap();
        let mut open = stored.clone();
        store.keys().reveal(&schema, &mut open).unwrap();
        assert_eq!(open.value("contact"), &Value::Null);
        assert_eq!(audit::verify(&store, None).await.unwrap().fault, None);
    }
}
