//! Papers on their way, their numbers, and what was reported to whom: on both engines.

use std::{collections::BTreeMap, sync::Arc};

use quanyu::app::{
    AppError,
    releases::{self, Measure},
    reports,
    steps::{self, Taking},
    writing::{self, NewPaper},
};
use quanyu_store::audit;
use quanyu_testkit::databases;

use crate::releases::{create, district, draft, wanted};

fn paper(code: &str) -> NewPaper {
    let slots = [
        ("title", "试验区年度总结"),
        ("period", "2023"),
        ("kind", "summary"),
    ];
    NewPaper {
        code: code.to_owned(),
        slots: slots.map(|(k, v)| (k.to_owned(), v.to_owned())).into(),
        fields: [("pages".to_owned(), "12".to_owned())].into(),
        draft: Some(("总结.txt".to_owned(), "试验".as_bytes().to_vec())),
    }
}

fn taking(record: i64, step: &str, values: &[(&str, &str)]) -> Taking {
    let values = values
        .iter()
        .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()));
    Taking {
        register: "paper".into(),
        record,
        step: step.into(),
        values: values.collect(),
        ..Taking::default()
    }
}

const SENT: [(&str, &str); 3] = [
    ("word", "示科"),
    ("sent_on", "2024-01-05"),
    ("sent_to", "示例市科技局"),
];

#[tokio::test(flavor = "multi_thread")]
async fn a_paper_goes_its_way_step_by_step() {
    for database in databases() {
        let (store, product) = district(&database).await;
        let id = writing::keep(&product, &paper("summary@2023"))
            .await
            .unwrap();
        #[rustfmt::skip]
        let refused: [(Taking, &str); 9] = [
            (taking(id, "sign", &[]), "not_found"),
            (taking(id, "sumbit", &[]), "not_found_near"),
            (taking(id, "register", &SENT), "step_wrong_state"),
            (taking(id, "submit", &[]), "step_missing"),
            (taking(id, "submit", &[("note", "请核"), ("pages", "30")]), "step_guard"),
            (taking(id, "submit", &[("note", "请核"), ("pages", "")]), "step_guard"),
            (taking(id, "submit", &[("note", "请核"), ("pages", "许多")]), "bad_cell"),
            (Taking { role: Some("chief".into()), ..taking(id, "submit", &[("note", "请核")]) }, "step_role"),
            (Taking { offline: true, ..taking(id, "submit", &[("note", "请核")]) }, "step_no_scan"),
        ];
        let before = store.head().await.unwrap();
        for (it, code) in refused {
            let got = steps::take(&product, &it).await;
            assert_eq!(
                got.map_err(|it| it.code()),
                Err(code),
                "{}: {it:?}",
                database.name
            );
        }
        assert_eq!(store.head().await.unwrap(), before, "nothing was written");
        let open = steps::offered(&product, "paper", id).await.unwrap();
        assert_eq!(open.len(), 1);
        assert_eq!(open[0].missing.len(), 1, "the note");
        assert_eq!(open[0].unmet, None);

        let done = steps::take(&product, &taking(id, "submit", &[("note", "请核")]))
            .await
            .unwrap();
        assert_eq!(done.state, "review");
        let back = Taking {
            note: Some("口径再核".into()),
            ..taking(id, "send_back", &[])
        };
        steps::take(&product, &back).await.unwrap();
        // Drafting again, its text may be replaced; the record stays the same.
        assert_eq!(
            writing::keep(&product, &paper("summary@2023"))
                .await
                .unwrap(),
            id
        );
        let offline = Taking {
            offline: true,
            file: Some(("签批单.pdf".into(), b"%PDF-1.4".to_vec())),
            role: Some("clerk".into()),
            ..taking(id, "submit", &[("note", "请核")])
        };
        steps::take(&product, &offline).await.unwrap();
        let closed = writing::keep(&product, &paper("summary@2023")).await;
        assert_eq!(closed.map_err(|it| it.code()), Err("paper_closed"));
        let wrong = Taking {
            number: Some("他科〔2024〕1号".into()),
            ..taking(id, "register", &SENT)
        };
        let got = steps::take(&product, &wrong).await;
        assert_eq!(got.map_err(|it| it.code()), Err("step_bad_number"));
        let done = steps::take(
            &product,
            &Taking {
                number: Some("示科[2024]7号".into()),
                ..taking(id, "register", &SENT)
            },
        )
        .await
        .unwrap();
        assert_eq!(done.number.as_deref(), Some("示科〔2024〕7号"));
        let paper = writing::get(&product, id).await.unwrap();
        assert!(paper.sent && paper.ended);
        assert_eq!(paper.number, done.number);
        let taken = steps::taken(&product, "paper", id).await.unwrap();
        let told: Vec<_> = taken
            .iter()
            .map(|it| (it.id.as_str(), it.offline, it.file.is_some()))
            .collect();
        assert_eq!(
            told,
            [
                ("submit", false, false),
                ("send_back", false, false),
                ("submit", true, true),
                ("register", false, false)
            ]
        );
        let scan = &taken[2].file.as_ref().unwrap().0;
        assert_eq!(
            writing::file(&product, id, scan).await.unwrap().1,
            b"%PDF-1.4"
        );
        assert!(writing::file(&product, id, &"0".repeat(64)).await.is_err());
        assert!(
            steps::offered(&product, "paper", id)
                .await
                .unwrap()
                .is_empty()
        );
        assert_eq!(audit::verify(&store, None).await.unwrap().fault, None);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn papers_registered_at_once_get_numbers_without_a_gap() {
    for database in databases() {
        let (_, product) = district(&database).await;
        let product = Arc::new(product);
        let mut ids = Vec::new();
        for n in 0..12 {
            let id = writing::keep(&product, &paper(&format!("p{n}")))
                .await
                .unwrap();
            steps::take(&product, &taking(id, "submit", &[("note", "请核")]))
                .await
                .unwrap();
            ids.push(id);
        }
        let many: Vec<_> = ids
            .into_iter()
            .map(|id| {
                let product = Arc::clone(&product);
                tokio::spawn(
                    async move { steps::take(&product, &taking(id, "register", &SENT)).await },
                )
            })
            .collect();
        let mut numbers = Vec::new();
        for it in many {
            let number = it.await.unwrap().unwrap().number.unwrap();
            let (head, n) = number.split_once('〕').unwrap();
            assert!(head.starts_with("示科〔"), "{number}");
            numbers.push(n.trim_end_matches('号').parse::<i64>().unwrap());
        }
        numbers.sort_unstable();
        assert_eq!(numbers, (1..=12).collect::<Vec<_>>(), "{}", database.name);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_values_that_were_given_of_one_thing_stand_out() {
    for database in databases() {
        let (store, product) = district(&database).await;
        create(
            &store,
            "a",
            draft(1, 123_456_789, "2023-03-04", "990102001"),
        )
        .await;
        let frozen = [
            wanted("contract_value", Measure::Value),
            wanted("contract_count", Measure::Value),
        ];
        releases::freeze(&product, "summary@2023", &frozen)
            .await
            .unwrap();
        let differs = async || -> Vec<(String, bool, usize)> {
            let all = reports::history(&product, None).await.unwrap();
            all.into_iter()
                .map(|it| (it.indicator, it.differs, it.given.len()))
                .collect()
        };
        let pair = |a: (&str, bool, usize), b: (&str, bool, usize)| {
            [(a.0.to_owned(), a.1, a.2), (b.0.to_owned(), b.1, b.2)]
        };
        let note = async |value: &str, to: &str| {
            let slots: BTreeMap<String, String> = [
                ("indicator", "contract_value"),
                ("measure", "value"),
                ("region", "990102"),
                ("period", "2023"),
                ("value", value),
                ("to", to),
                ("date", "2024-01-08"),
            ]
            .map(|(k, v)| (k.to_owned(), v.to_owned()))
            .into();
            reports::note(&product, &slots).await
        };
        // Said in the unit of people they are the same: 1.23亿元.
        note("123460000", "示例市统计局").await.unwrap();
        assert_eq!(
            differs().await,
            pair(("contract_count", false, 1), ("contract_value", false, 2)),
            "{}",
            database.name
        );
        note("130000000", "示例市财政局").await.unwrap();
        assert_eq!(
            differs().await,
            pair(("contract_count", false, 1), ("contract_value", true, 3))
        );
        let bad = note("很多", "示例市财政局").await;
        assert_eq!(bad.map_err(|it: AppError| it.code()), Err("bad_cell"));

        // The document counts once it is sent.
        let given = |all: Vec<reports::Subject>| {
            all[0]
                .given
                .iter()
                .map(|it| (it.sent, it.to.clone()))
                .collect::<Vec<_>>()
        };
        let count = reports::history(&product, Some("contract_count"))
            .await
            .unwrap();
        assert_eq!(given(count), [(false, None)]);
        let id = writing::keep(&product, &paper("summary@2023"))
            .await
            .unwrap();
        steps::take(&product, &taking(id, "submit", &[("note", "请核")]))
            .await
            .unwrap();
        steps::take(&product, &taking(id, "register", &SENT))
            .await
            .unwrap();
        let count = reports::history(&product, Some("contract_count"))
            .await
            .unwrap();
        assert_eq!(given(count), [(true, Some("示例市科技局".to_owned()))]);
    }
}
