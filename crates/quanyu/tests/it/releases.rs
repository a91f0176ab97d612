//! Figures as they were known, frozen figures and what changed since: on both engines.

use std::sync::Arc;

use proptest::prelude::*;
use quanyu::app::{
    Product,
    asof::{self, When},
    indicators,
    product::load_pack,
    releases::{self, How, Measure, Wanted},
};
use quanyu_core::{actor::Actor, money::Money, period::Period, region::RegionCode, value::Value};
use quanyu_pack::{Packs, model::Pack};
use quanyu_store::{
    Store, StoreError, audit,
    records::{self, Draft},
};
use quanyu_testkit::{Database, databases};

use crate::commands::{District, packs, said};

/// The tiny pack, or the revision of it in which the amount has another name and the indicator another definition.
fn tiny(revision: u32) -> Arc<Pack> {
    let folder = packs().join("tiny");
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        // Records and the pack's own tests come from the tests here.
        if name == "demo.toml" || path.is_dir() {
            continue;
        }
        let mut text = std::fs::read_to_string(&path).unwrap();
        if revision > 1 {
            text = text
                .replace("amount    = {", "price = { was = \"amount\", ")
                .replace("sum(amount)", "sum(price)")
                .replace("c.amount", "c.price")
                .replace(
                    "source  = \"试验用\"",
                    "where = \"price >= 1000\"\nsource  = \"试验用\"",
                );
        }
        files.push((format!("tiny/{name}"), text));
    }
    Arc::new(load_pack(&Packs::from_files(files), "tiny").unwrap())
}

pub(crate) async fn district(database: &Database) -> (Store, Product) {
    let store = database.open().await;
    let pack = tiny(1);
    store
        .apply_pack(&pack, &Actor::named("builder"))
        .await
        .unwrap();
    let product = Product::new(store.clone(), pack).unwrap();
    (store, product)
}

fn year(year: i32) -> Period {
    Period::year(year).unwrap()
}

fn here() -> RegionCode {
    "990102".parse().unwrap()
}

pub(crate) fn draft(number: usize, yuan: i64, day: &str, street: &str) -> Draft {
    Draft::new([
        ("number", Value::text(format!("H{number}"))),
        ("amount", Value::Money(Money::from_fen(yuan * 100))),
        ("signed_on", Value::Date(day.parse().unwrap())),
        ("place", Value::text(street)),
    ])
}

pub(crate) async fn create(store: &Store, who: &str, draft: Draft) -> i64 {
    store
        .act::<_, _, StoreError>(&Actor::named(who), move |act| {
            let draft = draft.clone();
            Box::pin(async move { records::create(act, "contract", &draft).await })
        })
        .await
        .unwrap()
}

async fn update(store: &Store, who: &str, (id, version): (i64, i64), draft: Draft) {
    store
        .act::<_, _, StoreError>(&Actor::named(who), move |act| {
            let draft = draft.clone();
            Box::pin(async move { records::update(act, "contract", id, version, &draft).await })
        })
        .await
        .unwrap();
}

async fn remove(store: &Store, who: &str, (id, version): (i64, i64)) {
    store
        .act::<_, _, StoreError>(&Actor::named(who), move |act| {
            Box::pin(async move { records::remove(act, "contract", id, version).await })
        })
        .await
        .unwrap();
}

/// Values and records of all that is asked about.
type Told = Vec<String>;

const REGIONS: [&str; 2] = ["990102", "990102001"];

async fn known(product: &Product) -> Told {
    let mut told = Told::new();
    for region in REGIONS {
        let region: RegionCode = region.parse().unwrap();
        for period in [year(2022), year(2023)] {
            let figures = indicators::figures(product, None, &region, period)
                .await
                .unwrap();
            for it in figures {
                let id = &it.indicator;
                let evidence = indicators::evidence(product, id, &region, period)
                    .await
                    .unwrap();
                let rows: Vec<_> = evidence
                    .rows
                    .iter()
                    .map(|it| (it.record, it.contribution))
                    .collect();
                told.push(format!(
                    "{id} {region} {period} {:?} {:?} {rows:?}",
                    it.value, it.growth
                ));
            }
        }
    }
    told
}

async fn known_then(product: &Product, seq: i64) -> Told {
    let then = asof::at(product, When::Change(seq)).await.unwrap();
    assert_eq!(then.sequence, seq);
    let mut told = Told::new();
    for region in REGIONS {
        let region: RegionCode = region.parse().unwrap();
        for period in [year(2022), year(2023)] {
            for it in then.figures(None, &region, period).await.unwrap() {
                let id = &it.indicator;
                let evidence = then.evidence(id, &region, period).await.unwrap();
                let rows: Vec<_> = evidence
                    .rows
                    .iter()
                    .map(|it| (it.record, it.contribution))
                    .collect();
                told.push(format!(
                    "{id} {region} {period} {:?} {:?} {rows:?}",
                    it.value, it.growth
                ));
            }
        }
    }
    told
}

#[test]
fn figures_as_of_a_change_are_those_that_were_computed_when_it_was_the_last() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    let deed = (
        0..4_u8,
        any::<usize>(),
        1..5_000_i64,
        any::<bool>(),
        any::<bool>(),
    );
    let deeds = proptest::collection::vec(deed, 3..9);
    proptest!(ProptestConfig::with_cases(4), |(deeds in deeds)| {
        for database in databases() {
            runtime.block_on(async {
                let (store, mut product) = district(&database).await;
                let mut live: Vec<(i64, i64)> = Vec::new();
                let mut past = Vec::new();
                for (n, (what, at, yuan, first, later)) in deeds.iter().enumerate() {
                    past.push((store.head().await.unwrap(), known(&product).await));
                    let day = if *later { "2023-03-04" } else { "2022-05-06" };
                    let street = if *first { "990102001" } else { "990102002" };
                    let mut draft = draft(n, *yuan, day, street);
                    if product.pack.registers["contract"].field("price").is_some() {
                        let amount = draft.values.remove("amount").unwrap();
                        draft.values.insert("price".into(), amount);
                    }
                    let len = live.len().max(1);
                    match (what, live.get(at % len).copied()) {
                        (1, Some((id, version))) => {
                            update(&store, "b", (id, version), draft).await;
                            live[at % len].1 += 1;
                        }
                        (2, Some(it)) => {
                            remove(&store, "c", it).await;
                            live.remove(at % len);
                        }
                        (3, _) => {
                            let pack = tiny(2);
                            store.apply_pack(&pack, &Actor::named("builder")).await.unwrap();
                            product = Product::new(store.clone(), pack).unwrap();
                        }
                        _ => live.push((create(&store, "a", draft).await, 1)),
                    }
                }
                past.push((store.head().await.unwrap(), known(&product).await));
                for (seq, told) in past {
                    let found = known_then(&product, seq).await;
                    prop_assert_eq!(found, told, "{} as of {}: {:?}", database.name, seq, deeds);
                }
                Ok(())
            })?;
        }
    });
}

pub(crate) fn wanted(indicator: &str, measure: Measure) -> Wanted {
    Wanted {
        measure,
        ..Wanted::value(indicator, &here(), year(2023))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_release_stays_and_tells_who_changed_what_since() {
    for database in databases() {
        let (store, product) = district(&database).await;
        let mut ids = Vec::new();
        for (n, yuan) in [1_000, 2_000, 3_000].into_iter().enumerate() {
            ids.push(create(&store, "a", draft(n, yuan, "2023-03-04", "990102001")).await);
        }
        create(&store, "a", draft(9, 4_000, "2022-03-04", "990102001")).await;
        let idle = create(&store, "a", draft(10, 500, "2023-03-04", "990102002")).await;
        let all = [
            Wanted {
                said: Some("超6000元".into()),
                idiom: Some("超".into()),
                ..wanted("contract_value", Measure::Value)
            },
            wanted("contract_value", Measure::Growth),
            wanted("contract_count", Measure::Value),
        ];
        let frozen = releases::freeze(&product, "summary@2023", &all)
            .await
            .unwrap();
        let told: Vec<_> = frozen
            .iter()
            .map(|it| (it.said.as_str(), it.records))
            .collect();
        assert_eq!(
            told,
            [("超6000元", 4), ("62.5%", 5), ("4项", 4)],
            "{}",
            database.name
        );
        assert_eq!(frozen[0].value, Some(6_500.into()));
        assert!(
            frozen[0].definition.contains("sum(amount)"),
            "{}",
            frozen[0].definition
        );
        let again = releases::freeze(&product, "summary@2023", &all)
            .await
            .unwrap();
        assert_eq!(again, frozen, "frozen once");
        for it in releases::since_document(&product, "summary@2023")
            .await
            .unwrap()
        {
            assert!(
                it.same && it.changes.is_empty() && it.redefined.is_none(),
                "{it:?}"
            );
        }

        update(
            &store,
            "b",
            (ids[0], 1),
            draft(0, 1_500, "2023-03-04", "990102001"),
        )
        .await;
        update(
            &store,
            "b",
            (ids[1], 1),
            draft(1, 2_000, "2024-01-04", "990102001"),
        )
        .await;
        remove(&store, "c", (ids[2], 1)).await;
        create(&store, "d", draft(11, 9_000, "2023-07-08", "990102001")).await;
        update(
            &store,
            "e",
            (idle, 1),
            draft(10, 500, "2023-05-05", "990102002"),
        )
        .await;

        let kept = releases::get(&product, &frozen[0].id).await.unwrap();
        assert_eq!(kept, frozen[0], "later edits do not move it");
        let since = releases::since(&product, &frozen[0].id).await.unwrap();
        assert!(!since.same);
        assert_eq!(since.now, Some(11_000.into()));
        assert_eq!((since.count, since.idle), (4, 1));
        let told: Vec<_> = since
            .changes
            .iter()
            .map(|it| {
                (
                    it.label.as_str(),
                    it.how,
                    it.by.last().map(|it| it.actor.as_str()),
                )
            })
            .collect();
        assert_eq!(
            told,
            [
                ("H11", How::Made, Some("d")),
                ("H2", How::Removed, Some("c")),
                ("H1", How::Left, Some("b")),
                ("H0", How::Changed, Some("b")),
            ]
        );
        let moved: rust_decimal::Decimal = since
            .changes
            .iter()
            .map(|it| it.after.unwrap_or_default() - it.before.unwrap_or_default())
            .sum();
        assert_eq!(
            Some(moved),
            since.now.zip(kept.value).map(|(now, was)| now - was)
        );
        let records = releases::records(&product, &frozen[0].id).await.unwrap();
        let labels: Vec<_> = records
            .iter()
            .map(|it| (it.label.as_str(), it.version))
            .collect();
        assert_eq!(
            labels,
            [("H0", 1), ("H1", 1), ("H2", 1), ("H10", 1)],
            "as they were called"
        );

        // A text that was printed from another value is not frozen.
        let stale = Wanted {
            value: Some(6_500.into()),
            ..wanted("contract_value", Measure::Value)
        };
        let refused = releases::freeze(&product, "summary@2023", &[stale]).await;
        assert_eq!(refused.map_err(|it| it.code()), Err("release_moved"));

        // Another pack: who applied it is told.
        let pack = tiny(2);
        store
            .apply_pack(&pack, &Actor::named("editor"))
            .await
            .unwrap();
        let product = Product::new(store.clone(), pack).unwrap();
        let since = releases::since(&product, &frozen[0].id).await.unwrap();
        assert_eq!(since.redefined.map(|it| it.0).as_deref(), Some("editor"));
        assert_eq!(audit::verify(&store, None).await.unwrap().fault, None);
    }
}

#[test]
fn releases_and_the_past_are_asked_for_on_the_command_line() {
    let district = District::demo();
    let jsonl = ["--format", "jsonl"];
    let with = |arguments: &[&'static str]| district.rows(&[arguments, &jsonl].concat());
    let head = district.run(&["audit", "head"]);
    let text = String::from_utf8(head.stdout).unwrap();
    let seq: String = text.split(':').next().unwrap().trim().to_owned();
    let frozen = with(&[
        "release",
        "freeze",
        "summary@2023",
        "contract_value",
        "contract_value:growth",
        "--period",
        "2023",
    ]);
    assert_eq!(frozen[0]["value"].to_string(), "12345678.9");
    assert_eq!(frozen[1]["said"], "23.5%");
    assert_eq!(with(&["release", "list", "summary@2023"]), frozen);
    let id = frozen[0]["id"].as_str().unwrap();
    let shown = district.rows(&["release", "show", id, "--format", "jsonl"]);
    assert_eq!(shown.len(), 40);
    let same = district.run(&["release", "since", "summary@2023", "--format", "jsonl"]);
    assert_eq!(same.status.code(), Some(0), "{}", said(&same));

    let file = district.write(
        "more.csv",
        "合同编号,成交额,签订日期\nX-1,100万,2023-08-08\n",
    );
    let done = district.run(&["import", "contract", file.to_str().unwrap()]);
    assert!(done.status.success(), "{}", said(&done));
    let since = district.run(&["release", "since", id, "--format", "jsonl"]);
    assert_eq!(since.status.code(), Some(1), "{}", said(&since));
    let row: serde_json::Value = serde_json::from_slice(&since.stdout).unwrap();
    assert_eq!(
        (
            row["how"].as_str(),
            row["after"].to_string(),
            row["label"].as_str()
        ),
        (Some("made"), "1000000".to_owned(), Some("X-1"))
    );
    let value = |more: &[&str]| {
        let all = [
            &[
                "figures",
                "contract_value",
                "--period",
                "2023",
                "--format",
                "jsonl",
            ],
            more,
        ]
        .concat();
        district.rows(&all)[0]["value"].to_string()
    };
    assert_eq!(value(&[]), "13345678.9");
    assert_eq!(value(&["--as-of", &seq]), "12345678.9");
    let evidence = |more: &[&str]| {
        let all = [
            &[
                "figures",
                "contract_value",
                "--period",
                "2023",
                "--evidence",
                "--format",
                "jsonl",
            ],
            more,
        ]
        .concat();
        district.rows(&all).len()
    };
    assert_eq!((evidence(&[]), evidence(&["--as-of", &seq])), (41, 40));
    #[rustfmt::skip]
    let refused = [
        (&["figures", "--as-of", "2001-01-01"][..], "还没有任何记录"),
        (&["figures", "--as-of", "999999"][..],     "时点"),
        (&["figures", "--as-of", "昨天"][..],        "时点"),
        (&["release", "show", "zzzzzzzz"][..],      "定版数据"),
        (&["release", "since", "zzzzzzzz"][..],     "定版数据"),
    ];
    for (arguments, word) in refused {
        let done = district.run(arguments);
        assert_eq!(done.status.code(), Some(1), "{arguments:?}");
        assert!(said(&done).contains(word), "{}", said(&done));
    }
    let verified = district.run(&["audit", "verify"]);
    assert!(verified.status.success(), "{}", said(&verified));
}
