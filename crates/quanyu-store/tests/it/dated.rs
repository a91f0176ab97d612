//! Fields whose values hold from a day to a day.

use quanyu_core::value::Value;
use quanyu_pack::model::{FieldType, Pack};
use quanyu_store::{
    Store, StoreError, audit, backup, change, columns,
    import::{self, ImportRow},
    list::{self, Filter, Op, Query},
    migrate,
    records::{self, Draft, Span},
};
use quanyu_testkit::{databases, fixed_clock, pack, sqlite};

use crate::common::*;

/// The small pack, whose firms move and change their size.
fn dated(version: &str) -> Pack {
    let mut pack = pack(version);
    let firm = pack.registers.get_mut("firm").unwrap();
    for field in &mut firm.fields {
        field.dated = matches!(field.id.as_str(), "name" | "employees" | "kind");
    }
    pack
}

fn day(text: &str) -> jiff::civil::Date {
    text.parse().unwrap()
}

fn since(mut draft: Draft, from: &str) -> Draft {
    draft.from = Some(day(from));
    draft
}

/// `A ..2021-01-01, B 2021-01-01..`
fn told(record: &records::Record, field: &str) -> String {
    let said = |it: Option<jiff::civil::Date>| it.map(|it| it.to_string()).unwrap_or_default();
    let spans = record.spans(field).into_iter().map(|(span, value)| {
        let value = value.canonical().unwrap_or_default();
        format!("{value} {}..{}", said(span.from), said(span.to))
    });
    spans.collect::<Vec<_>>().join(", ")
}

async fn names(store: &Store, query: Query) -> Vec<String> {
    let mut tx = store.read().await.unwrap();
    let query = Query {
        order: Some("code".into()),
        limit: 100,
        ..query
    };
    let page = list::list(&mut tx, "firm", &query).await.unwrap();
    let names = page.records.iter();
    names
        .map(|it| it.value("name").canonical().unwrap_or_default())
        .collect()
}

#[tokio::test]
async fn a_changed_value_ends_the_one_before_and_each_day_has_its_own() {
    for database in databases() {
        let clock = fixed_clock();
        let store = database.open_at(clock.clone()).await;
        store.apply_pack(&dated("1"), &who()).await.unwrap();
        let id = create(&store, "firm", firm("F1", "甲")).await.unwrap();
        let other = create(&store, "firm", since(firm("F2", "子"), "2023-01-01"))
            .await
            .unwrap();
        let read = get(&store, "firm", id).await.unwrap();
        assert_eq!(told(&read, "name"), "甲 ..", "nobody said since when");
        // On the day of the act, 1 June 2023; then a day that was said; then one further back.
        let name = |it: &str| Draft::new([("name", text(it))]);
        update(&store, "firm", (id, 1), name("乙")).await.unwrap();
        let read = get(&store, "firm", id).await.unwrap();
        assert_eq!(told(&read, "name"), "甲 ..2023-06-01, 乙 2023-06-01..");
        let before = store.head().await.unwrap();
        clock.advance_seconds(40 * 86_400);
        update(&store, "firm", (id, 2), since(name("丙"), "2023-07-01"))
            .await
            .unwrap();
        let mut draft = Draft::new([("employees", Value::Int(9))]);
        draft.spans.insert(
            "employees".into(),
            Span {
                from: Some(day("2022-01-01")),
                to: None,
            },
        );
        update(&store, "firm", (id, 3), draft).await.unwrap();
        let read = get(&store, "firm", id).await.unwrap();
        assert_eq!(
            told(&read, "name"),
            "甲 ..2023-06-01, 乙 2023-06-01..2023-07-01, 丙 2023-07-01.."
        );
        assert_eq!(told(&read, "employees"), "9 2022-01-01..");
        #[rustfmt::skip]
        let cases = [
            // day, name, employees, names in a list, found by the name of the day
            ("2021-12-31", "甲", None,    ["甲", ""],  "甲"),
            ("2022-01-01", "甲", Some(9), ["甲", ""],  "甲"),
            ("2023-05-31", "甲", Some(9), ["甲", "子"], "甲"),
            ("2023-06-01", "乙", Some(9), ["乙", "子"], "乙"),
            ("2023-07-01", "丙", Some(9), ["丙", "子"], "丙"),
        ];
        for (on, name, employees, listed, found) in cases {
            let told = format!("{} on {on}", database.name);
            let mut tx = store.read().await.unwrap();
            let was = records::get_on(&mut tx, "firm", id, day(on)).await;
            let was = was.unwrap().unwrap();
            assert_eq!(was.value("name"), &text(name), "{told}");
            let employees = employees.map_or(Value::Null, Value::Int);
            assert_eq!(was.value("employees"), &employees, "{told}");
            assert_eq!(was.value("code"), &text("F1"), "{told}");
            let query = Query {
                day: Some(day(on)),
                ..Query::default()
            };
            assert_eq!(names(&store, query.clone()).await, listed, "{told}");
            let filters = vec![Filter::new("name", Op::Eq(text(found)))];
            let query = Query { filters, ..query };
            let count = list::count(&mut tx, "firm", &query).await.unwrap();
            assert_eq!(count, 1, "{told}");
            let sum = list::totals(&mut tx, "firm", &query, &["employees"]).await;
            assert_eq!(sum.unwrap(), (1, vec![employees]), "{told}");
            let specs: Vec<_> = columns::specs(&tx, "firm").unwrap();
            let specs: Vec<_> = specs.into_iter().filter(|it| it.name == "name").collect();
            let batch = columns::next_on(&mut tx, "firm", &specs, 0, 0, Some(day(on)))
                .await
                .unwrap();
            let quanyu_core::columns::Column::Text(column) = &batch.columns[0] else {
                panic!("{told}");
            };
            assert_eq!(column[0].as_deref(), Some(name), "{told}");
        }
        // What was known at an earlier change is in the history.
        let mut tx = store.read().await.unwrap();
        let was = change::as_of(&mut tx, id, before).await.unwrap().unwrap();
        assert_eq!(was.fields["name"], "乙");
        assert_eq!(was.lines["_spans"].len(), 2);
        assert_eq!(change::history(&mut tx, id).await.unwrap().len(), 4);
        drop(tx);
        remove(&store, "firm", (other, 1)).await.unwrap();
        assert_eq!(audit::verify(&store, None).await.unwrap().fault, None);
        tamper(
            &store,
            "update \"r_firm__spans\" set \"_from\" = '2023-06-02' where \"_from\" = '2023-06-01'",
        )
        .await;
        let fault = audit::verify(&store, None).await.unwrap().fault;
        assert!(
            matches!(&fault, Some(audit::ChainFault::Row { field, .. }) if field == "_spans"),
            "{fault:?}"
        );
    }
}

#[tokio::test]
async fn a_value_may_be_laid_into_the_past_but_not_into_the_future() {
    for database in databases() {
        let store = database.open_at(fixed_clock()).await;
        store.apply_pack(&dated("1"), &who()).await.unwrap();
        let id = create(&store, "firm", since(firm("F1", "甲"), "2020-01-01"))
            .await
            .unwrap();
        let laid = |value: Value, from: Option<&str>, to: Option<&str>| {
            let mut draft = Draft::new([("name", value)]);
            let span = Span {
                from: from.map(day),
                to: to.map(day),
            };
            draft.spans.insert("name".into(), span);
            draft
        };
        let past = laid(text("乙"), Some("2021-01-01"), Some("2022-01-01"));
        update(&store, "firm", (id, 1), past.clone()).await.unwrap();
        let read = get(&store, "firm", id).await.unwrap();
        assert_eq!(
            told(&read, "name"),
            "甲 2020-01-01..2021-01-01, 乙 2021-01-01..2022-01-01, 甲 2022-01-01.."
        );
        assert_eq!(read.value("name"), &text("甲"), "today's value stays");
        let again = update(&store, "firm", (id, 2), past).await.unwrap();
        assert_eq!(again, 2, "the same once more changes nothing");
        let ended = laid(Value::Null, Some("2023-01-01"), None);
        update(&store, "firm", (id, 2), ended).await.unwrap();
        let read = get(&store, "firm", id).await.unwrap();
        assert_eq!(read.value("name"), &Value::Null);
        assert_eq!(read.on(day("2022-12-31")).value("name"), &text("甲"));
        for (from, to) in [("2023-06-02", None), ("2022-05-01", Some("2022-05-01"))] {
            let refused = update(&store, "firm", (id, 3), laid(text("丁"), Some(from), to)).await;
            assert!(
                matches!(&refused, Err(StoreError::WrongValue { field, .. }) if field == "name"),
                "{refused:?}"
            );
        }
        assert_eq!(audit::verify(&store, None).await.unwrap().fault, None);
    }
}

#[tokio::test]
async fn spans_are_imported_taken_back_and_carried_by_a_backup() {
    for database in databases() {
        let store = database.open_at(fixed_clock()).await;
        store.apply_pack(&dated("1"), &who()).await.unwrap();
        let old = create(&store, "firm", firm("F1", "甲")).await.unwrap();
        let batch = import::begin(&store, &who(), "firm", "a.xlsx")
            .await
            .unwrap();
        let mut rows: Vec<_> = (0..20)
            .map(|n| ImportRow::Create(since(firm(&format!("I{n}"), "子"), "2022-01-01")))
            .collect();
        rows.push(ImportRow::Update {
            record: old,
            version: 1,
            draft: since(Draft::new([("name", text("乙"))]), "2023-02-01"),
        });
        import::append(&store, &who(), batch, rows).await.unwrap();
        store
            .act::<_, i64, StoreError>(&who(), move |act| {
                Box::pin(async move { import::apply(act, batch).await })
            })
            .await
            .unwrap();
        let read = get(&store, "firm", old).await.unwrap();
        assert_eq!(told(&read, "name"), "甲 ..2023-02-01, 乙 2023-02-01..");
        let query = Query {
            filters: vec![Filter::new("name", Op::Eq(text("子")))],
            day: Some(day("2022-01-01")),
            ..Query::default()
        };
        let mut tx = store.read().await.unwrap();
        assert_eq!(list::count(&mut tx, "firm", &query).await.unwrap(), 20);
        drop(tx);
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("backup.quanyu");
        backup::backup(&store, &file).await.unwrap();
        let target = sqlite();
        backup::restore(&target.location, &file).await.unwrap();
        let restored = target.open().await;
        assert_eq!(get(&restored, "firm", old).await.unwrap(), read);
        import::undo(&store, &who(), batch).await.unwrap();
        let read = get(&store, "firm", old).await.unwrap();
        assert_eq!(told(&read, "name"), "甲 ..");
        assert_eq!(names(&store, Query::default()).await, ["甲"]);
        assert_eq!(audit::verify(&store, None).await.unwrap().fault, None);
    }
}

#[tokio::test]
async fn fields_become_dated_are_renamed_and_cease_to_be_dated_without_loss() {
    for database in databases() {
        let store = ready(&database).await;
        let id = create(&store, "firm", firm("F1", "甲")).await.unwrap();
        store.apply_pack(&dated("2"), &who()).await.unwrap();
        let draft = since(Draft::new([("name", text("乙"))]), "2021-01-01");
        update(&store, "firm", (id, 1), draft).await.unwrap();
        let mut renamed = dated("3");
        let company = renamed.registers.get_mut("firm").unwrap();
        for field in &mut company.fields {
            if field.id == "name" {
                field.id = "title".into();
                field.was = Some("name".into());
            }
            if field.id == "employees" {
                field.kind = FieldType::Decimal { scale: 1 };
            }
        }
        store.apply_pack(&renamed, &who()).await.unwrap();
        let read = get(&store, "firm", id).await.unwrap();
        assert_eq!(told(&read, "title"), "甲 ..2021-01-01, 乙 2021-01-01..");
        let mut tx = store.read().await.unwrap();
        let history = change::history(&mut tx, id).await.unwrap();
        let last = history.last().unwrap().after.as_ref().unwrap();
        assert_eq!(last.lines["_spans"][0]["title"], "甲");
        assert!(migrate::is_current(&mut tx, &renamed).await.unwrap());
        drop(tx);
        assert_eq!(audit::verify(&store, None).await.unwrap().fault, None);
        let mut plain = renamed.clone();
        plain.files[0].text = "4".into();
        for field in &mut plain.registers.get_mut("firm").unwrap().fields {
            field.dated = false;
        }
        store.apply_pack(&plain, &who()).await.unwrap();
        let version = update(&store, "firm", (id, 2), Draft::new([("title", text("丙"))])).await;
        assert_eq!(version.unwrap(), 3);
        let read = get(&store, "firm", id).await.unwrap();
        assert_eq!(read.value("title"), &text("丙"));
        let report = audit::verify(&store, None).await.unwrap();
        assert_eq!(report.fault, None, "{}", database.name);
    }
}
