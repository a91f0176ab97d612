//! Releases, steps and official numbers: kept as they were made, in the chain, and named when tampered with.

use std::sync::Arc;

use quanyu_store::{
    Store, StoreError, asof, audit, backup, document,
    records::{Draft, Line},
    release::{self, Frozen, Member, Release},
    step::{self, NewStep},
};
use quanyu_testkit::databases;
use rust_decimal::Decimal;

use crate::common::*;

fn figure(indicator: &str, value: i64) -> Frozen {
    Frozen {
        indicator: indicator.into(),
        measure: "value".into(),
        region: "990102".into(),
        period: "2023".into(),
        value: Some(Decimal::new(value, 2).normalize()),
        of: None,
        unit: "元".into(),
        said: format!("{value}分"),
        idiom: Some("超".into()),
        definition: "取数台账：合同\n计算：sum(amount)".into(),
        sequence: 3,
        revision: 1,
        source: "computed".into(),
        citation: None,
    }
}

fn member(record: i64, version: i64) -> Member {
    Member {
        part: "value".into(),
        register: "contract".into(),
        record,
        version,
        contribution: Some(Decimal::from(record)),
    }
}

async fn freeze(
    store: &Store,
    document: &'static str,
    figures: Vec<(Frozen, Vec<Member>)>,
) -> Vec<Release> {
    let figures: Vec<_> = figures
        .into_iter()
        .map(|(it, members)| (it, Arc::new(members)))
        .collect();
    let figures = Arc::new(figures);
    store
        .act::<_, _, StoreError>(&who(), move |act| {
            let figures = Arc::clone(&figures);
            Box::pin(async move { release::freeze(act, document, &figures).await })
        })
        .await
        .unwrap()
}

async fn number(
    store: &Store,
    series: &'static str,
    year: i64,
    given: Option<i64>,
) -> Result<String, StoreError> {
    store
        .act(&who(), move |act| {
            Box::pin(async move { document::give(act, series, year, given, "contract", 1).await })
        })
        .await
}

async fn take(
    store: &Store,
    (record, version): (i64, i64),
    step: NewStep,
) -> Result<i64, StoreError> {
    store
        .act(&who(), move |act| {
            let (draft, step) = (Draft::new([("note", text("办结"))]), step.clone());
            Box::pin(
                async move { step::take(act, "contract", record, version, &draft, &step).await },
            )
        })
        .await
}

fn finish() -> NewStep {
    NewStep {
        step: "finish".into(),
        from: "draft".into(),
        to: "done".into(),
        role: Some("chief".into()),
        note: Some("同意".into()),
        file: Some(format!("{}:签批单.pdf", "a".repeat(64))),
        offline: true,
        ..NewStep::default()
    }
}

#[tokio::test]
async fn a_frozen_figure_stays_as_it_was_and_is_frozen_once() {
    for database in databases() {
        let store = ready(&database).await;
        let first = freeze(
            &store,
            "summary@2023",
            vec![
                (figure("value", 100), vec![member(2, 1), member(1, 1)]),
                (figure("count", 2), vec![member(1, 1), member(2, 1)]),
            ],
        )
        .await;
        assert_ne!(first[0].id, first[1].id);
        assert_eq!(
            first[0].digest, first[1].digest,
            "the same records are kept once"
        );
        let head = store.head().await.unwrap();
        let again = freeze(
            &store,
            "summary@2023",
            vec![(figure("count", 2), vec![member(1, 1), member(2, 1)])],
        )
        .await;
        assert_eq!(again, [first[1].clone()], "{}", database.name);
        assert_eq!(store.head().await.unwrap(), head, "nothing was written");
        // Another version of a record, another text, another document: another release.
        let others = [
            (
                "summary@2023",
                figure("count", 2),
                vec![member(1, 2), member(2, 1)],
            ),
            (
                "summary@2023",
                Frozen {
                    said: "2项".into(),
                    ..figure("count", 2)
                },
                vec![member(1, 1), member(2, 1)],
            ),
            (
                "brief@2023",
                figure("count", 2),
                vec![member(1, 1), member(2, 1)],
            ),
        ];
        for (document, figure, members) in others {
            let other = freeze(&store, document, vec![(figure, members)]).await;
            assert!(first.iter().all(|it| it.id != other[0].id));
        }
        let mut tx = store.read().await.unwrap();
        let kept = release::get(&mut tx, &first[0].id).await.unwrap();
        assert_eq!(kept.as_ref(), Some(&first[0]));
        let members = release::members(&mut tx, &first[0]).await.unwrap();
        assert_eq!(members, [member(1, 1), member(2, 1)]);
        assert_eq!(
            release::of_document(&mut tx, "summary@2023")
                .await
                .unwrap()
                .len(),
            4
        );
        assert_eq!(
            release::of_indicator(&mut tx, "count", 10)
                .await
                .unwrap()
                .len(),
            4
        );
        assert_eq!(release::latest(&mut tx, 2).await.unwrap().len(), 2);
        let documents = release::documents(&mut tx).await.unwrap();
        assert_eq!(documents.len(), 2);
        drop(tx);
        assert_eq!(audit::verify(&store, None).await.unwrap().fault, None);
    }
}

#[tokio::test]
async fn the_versions_of_records_are_those_of_the_moment() {
    for database in databases() {
        let store = ready(&database).await;
        let mut draft = contract("N1", 1);
        let line = Line::new([("title", text("一"))]);
        draft.lines.insert("items".into(), vec![line]);
        let a = create(&store, "contract", draft).await.unwrap();
        let b = create(&store, "contract", contract("N2", 2)).await.unwrap();
        let line = get(&store, "contract", a).await.unwrap().lines["items"][0]
            .id
            .unwrap();
        let before = store.head().await.unwrap();
        update(&store, "contract", (a, 1), Draft::new([("amount", fen(5))]))
            .await
            .unwrap();
        remove(&store, "contract", (b, 1)).await.unwrap();
        let now = store.head().await.unwrap();
        let mut tx = store.read().await.unwrap();
        let cases = [
            ("contract", before, vec![(a, 1), (b, 1)]),
            ("contract", now, vec![(a, 2)]),
            ("contract.items", before, vec![(line, 1)]),
            ("contract.items", now, vec![(line, 2)]),
            ("firm", now, vec![]),
        ];
        for (table, seq, want) in cases {
            let found = asof::versions(&mut tx, table, &[a, b, line], seq)
                .await
                .unwrap();
            let found: Vec<_> = found.into_iter().collect();
            assert_eq!(found, want, "{} {table} at {seq}", database.name);
        }
        let bodies = asof::registers(&mut tx, &[a, b], before).await.unwrap();
        assert_eq!(bodies[&b].0, "contract");
        assert_eq!(bodies[&b].1.fields["number"], "N2");
    }
}

#[tokio::test]
async fn official_numbers_leave_no_gap_and_are_given_once() {
    for database in databases() {
        let store = ready(&database).await;
        let many: Vec<_> = (0..40)
            .map(|_| {
                let store = store.clone();
                tokio::spawn(async move { number(&store, "示科", 2023, None).await.unwrap() })
            })
            .collect();
        let mut given = Vec::new();
        for it in many {
            given.push(it.await.unwrap());
        }
        given.sort_by_key(|it| it.len());
        let mut want: Vec<String> = (1..=40)
            .map(|n| document::written("示科", 2023, n))
            .collect();
        want.sort_by_key(String::len);
        given.sort();
        want.sort();
        assert_eq!(given, want, "{}", database.name);
        #[rustfmt::skip]
        let cases = [
            ("示科",   2023, None,     Ok("示科〔2023〕41号")),
            ("示科",   2023, Some(42), Ok("示科〔2023〕42号")),
            ("示科",   2023, Some(44), Err("store_not_next")),
            ("示科",   2023, Some(7),  Err("store_not_next")),
            ("示科",   2024, None,     Ok("示科〔2024〕1号")),
            ("示科函", 2023, Some(9),  Ok("示科函〔2023〕9号")),
            ("示科函", 2023, None,     Ok("示科函〔2023〕10号")),
            ("示科纪", 2023, Some(0),  Err("store_not_next")),
        ];
        for (series, year, n, want) in cases {
            let got = number(&store, series, year, n).await;
            let got = got.as_deref().map_err(StoreError::code);
            assert_eq!(got, want, "{} {series} {year} {n:?}", database.name);
        }
        let mut tx = store.read().await.unwrap();
        assert_eq!(document::last(&mut tx, "示科", 2023).await.unwrap(), 42);
        assert_eq!(
            document::series(&mut tx).await.unwrap(),
            ["示科函", "示科"],
            "the last one used first"
        );
    }
}

#[tokio::test]
async fn a_step_moves_the_record_and_is_kept_with_its_paper() {
    for database in databases() {
        let store = ready(&database).await;
        let id = create(&store, "contract", contract("N1", 1)).await.unwrap();
        let version = take(&store, (id, 1), finish()).await.unwrap();
        let record = get(&store, "contract", id).await.unwrap();
        assert_eq!(
            (record.version, record.state.as_deref()),
            (version, Some("done"))
        );
        assert_eq!(record.value("note"), &text("办结"));
        let refused = take(&store, (id, 1), finish()).await;
        assert_eq!(refused.map_err(|it| it.code()), Err("store_conflict"));
        let mut tx = store.read().await.unwrap();
        let steps = step::of_record(&mut tx, id).await.unwrap();
        assert_eq!(steps.len(), 1, "{}", database.name);
        assert_eq!(steps[0].step, finish());
        let history = quanyu_store::change::history(&mut tx, id).await.unwrap();
        let acts: Vec<_> = history.iter().map(|it| it.act.as_str()).collect();
        assert_eq!(acts, ["record.create", "record.step"]);
        drop(tx);
        assert_eq!(audit::verify(&store, None).await.unwrap().fault, None);
    }
}

#[tokio::test]
async fn what_was_kept_is_named_when_it_is_tampered_with() {
    #[rustfmt::skip]
    let cases = [
        "update release set value = '2' where indicator = 'value'",
        "update release set said = 'x' where indicator = 'count'",
        "update release set definition = 'x'",
        "update release set value = null",
        "update release set place = place + 10",
        "delete from release where indicator = 'count'",
        "insert into release select 'zzzzzzzz', seq, 99, document, indicator, measure, region, period, value, of_units, unit, said, \
         idiom, definition, pack, computed_seq, source, citation, records, actor, at from release where place = 1",
        "update record_set set content = replace(content, '1 1', '1 2')",
        "update record_set set count = 9",
        "update step set note = 'x'",
        "update step set offline = 0",
        "delete from step",
        "insert into step (seq, record, register, step, from_state, to_state, role, note, file, offline, actor, at) select seq + 1000, record, register, step, from_state, to_state, role, note, file, offline, actor, at from step",
        "update document_number set number = 'x'",
        "update document_number set n = 7",
        "delete from document_number",
    ];
    for sql in cases {
        for database in databases() {
            let store = ready(&database).await;
            let id = create(&store, "contract", contract("N1", 1)).await.unwrap();
            let figures = vec![
                (figure("value", 100), vec![member(1, 1)]),
                (figure("count", 2), vec![member(1, 1), member(2, 1)]),
            ];
            freeze(&store, "summary@2023", figures).await;
            take(&store, (id, 1), finish()).await.unwrap();
            number(&store, "示科", 2023, None).await.unwrap();
            assert_eq!(audit::verify(&store, None).await.unwrap().fault, None);
            tamper(&store, sql).await;
            let found = audit::verify(&store, None).await.unwrap().fault;
            let code = found.map(|it| it.code());
            assert_eq!(code, Some("audit_kept"), "{}: {sql}", database.name);
        }
    }
}

#[tokio::test]
async fn a_backup_holds_releases_steps_and_numbers() {
    for database in databases() {
        let store = ready(&database).await;
        let id = create(&store, "contract", contract("N1", 1)).await.unwrap();
        freeze(
            &store,
            "summary@2023",
            vec![(figure("value", 100), vec![member(1, 1)])],
        )
        .await;
        take(&store, (id, 1), finish()).await.unwrap();
        number(&store, "示科", 2023, None).await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("all.backup");
        backup::backup(&store, &file).await.unwrap();
        for target in databases() {
            backup::restore(&target.location, &file).await.unwrap();
            let copy = target.open().await;
            let mut tx = copy.read().await.unwrap();
            let releases = release::of_document(&mut tx, "summary@2023").await.unwrap();
            assert_eq!(releases.len(), 1, "{} to {}", database.name, target.name);
            assert_eq!(
                release::members(&mut tx, &releases[0]).await.unwrap().len(),
                1
            );
            assert_eq!(step::of_record(&mut tx, id).await.unwrap().len(), 1);
            assert_eq!(document::last(&mut tx, "示科", 2023).await.unwrap(), 1);
            drop(tx);
            assert_eq!(audit::verify(&copy, None).await.unwrap().fault, None);
            assert_eq!(
                get(&copy, "contract", id).await.map(|it| it.version),
                Some(2)
            );
        }
    }
}
