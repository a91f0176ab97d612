//! Examples: a small year of contracts and firms.

use quanyu_core::value::Value;
use quanyu_figures::{By, Figure, Figures, FiguresError, Origin, Request, number};
use quanyu_pack::model::{Better, FieldType, Lines, Pack};

use crate::support::{
    Fields, Memory, dataset, day, dec, field, fields, flow, growth, indicator, open, pack, period,
    ratio, region, register, stock, text, yuan,
};

fn contracts() -> Pack {
    let mut contract = register(
        "contract",
        [
            ("signed_on", FieldType::Date),
            ("amount", FieldType::Money),
            ("kinds", FieldType::Text),
        ],
    );
    contract.lines.push(Lines {
        id: "parts".into(),
        title: "明细".into_title(),
        fields: vec![field("share", FieldType::Money)],
        at: Default::default(),
    });
    let firm = register(
        "firm",
        [
            ("valid_from", FieldType::Date),
            ("valid_to", FieldType::Date),
            ("staff", FieldType::Integer),
        ],
    );
    let fact = register(
        "fact",
        [("span", FieldType::Period), ("income", FieldType::Money)],
    );
    let mut firms = indicator(
        "firms",
        stock("firm", "count(*)", None, "valid_from", Some("valid_to")),
    );
    firms.empty_is_zero = true;
    let mut idle = indicator(
        "least_staff",
        stock("firm", "min(staff)", None, "valid_from", None),
    );
    idle.better = Better::Lower;
    pack(
        vec![contract, firm, fact],
        vec![dataset(
            "part",
            "select p.id, c.region, c.signed_on, p.share from contract_parts p join contract c on c.id = p.parent",
        )],
        vec![
            indicator("value", flow("contract", "sum(amount)", None, "signed_on")),
            indicator(
                "large",
                flow(
                    "contract",
                    "count(*)",
                    Some("amount >= 1000.00"),
                    "signed_on",
                ),
            ),
            indicator(
                "software",
                flow(
                    "contract",
                    "count(*)",
                    Some("has_code(kinds, 'soft')"),
                    "signed_on",
                ),
            ),
            indicator("parts", flow("part", "sum(share)", None, "signed_on")),
            indicator("income", flow("fact", "sum(income)", None, "span")),
            indicator("mean", ratio("value", "large")),
            indicator("rise", growth("value")),
            firms,
            idle,
        ],
    )
}

trait IntoTitle {
    fn into_title(self) -> quanyu_core::text::Text;
}

impl IntoTitle for &str {
    fn into_title(self) -> quanyu_core::text::Text {
        quanyu_core::text::Text::zh(self)
    }
}

fn contract(code: &str, signed: &str, amount: &str, kinds: &str) -> Fields {
    fields([
        ("region", text(code)),
        ("signed_on", day(signed)),
        (
            "amount",
            if amount.is_empty() {
                Value::Null
            } else {
                yuan(amount)
            },
        ),
        ("kinds", text(kinds)),
    ])
}

fn fill(memory: &Memory) -> Vec<i64> {
    #[rustfmt::skip]
    let rows = [
        ("990101001", "2022-03-01", "800.00",  ";soft;"),
        ("990102001", "2022-12-31", "200.00",  ";hard;"),
        ("990101001", "2023-01-01", "1000.00", ";soft;chip;"),
        ("990101002", "2023-06-30", "249.99",  ";software;"),
        ("990102001", "2023-07-01", "0.01",    ""),
        ("990102",    "2023-12-31", "",        ""),
    ];
    rows.map(|(code, on, amount, kinds)| memory.add("contract", contract(code, on, amount, kinds)))
        .into()
}

async fn one(figures: &Figures, id: &str, code: &str, when: &str) -> Figure {
    let answer = figures
        .series(id, &region(code), &[period(when)])
        .await
        .unwrap();
    answer.rows.into_iter().next().unwrap()
}

#[tokio::test]
async fn sums_counts_growths_and_shares_are_those_of_the_records() {
    let (memory, figures) = open(&contracts());
    fill(&memory);
    #[rustfmt::skip]
    let cases = [
        // indicator, region,    period,            value,           growth,       records
        ("value",    "9901",      "2023",            Some("1250"),    Some("0.25"), 4),
        ("value",    "9901",      "2022",            Some("1000"),    None,         2),
        ("value",    "9901",      "2023H1",          Some("1249.99"), Some("0.5624875"), 2),
        ("value",    "9901",      "2023Q3",          Some("0.01"),    None,         1),
        ("value",    "9901",      "2023-12",         None,            None,         1),
        ("value",    "9901",      "2023-01/2023-09", Some("1250"),    Some("0.5625"), 3),
        ("value",    "9901",      "2022-2023",       Some("2250"),    None,         6),
        ("value",    "9901",      "2024",            None,            None,         0),
        ("value",    "990102",    "2023",            Some("0.01"),    Some("-0.99995"), 2),
        ("value",    "990101001", "2023",            Some("1000"),    Some("0.25"), 1),
        ("large",    "9901",      "2023",            Some("1"),       None,         1),
        ("software", "9901",      "2023",            Some("1"),       Some("0"),    1),
        ("mean",     "9901",      "2023",            Some("1250"),    None,         5),
        ("mean",     "9901",      "2022",            None,            None,         2),
        ("rise",     "9901",      "2023",            Some("0.25"),    None,         6),
        ("rise",     "9901",      "2022",            None,            None,         2),
        ("firms",    "9901",      "2023",            Some("0"),       None,         0),
        // Nobody here holds the records of the province.
        ("value",    "99",        "2023",            None,            None,         0),
    ];
    for (id, code, when, value, growth, records) in cases {
        let got = one(&figures, id, code, when).await;
        let name = format!("{id} {code} {when}");
        assert_eq!(got.value, value.map(dec), "{name}");
        assert_eq!(got.growth, growth.map(dec), "{name}");
        assert_eq!(got.records, records, "{name}");
        assert_eq!(got.source, Origin::Computed, "{name}");
        let evidence = figures
            .evidence(id, &region(code), period(when))
            .await
            .unwrap();
        assert_eq!(evidence.total(), got.value, "{name}");
    }
}

#[tokio::test]
async fn a_stock_is_what_is_valid_on_the_last_day() {
    let (memory, figures) = open(&contracts());
    #[rustfmt::skip]
    let firms = [
        ("990101001", "2021-05-01", Some("2022-12-30"), 40),
        ("990101001", "2022-12-31", Some("2022-12-31"), 30),
        ("990102001", "2023-01-01", None,               20),
        ("990102001", "2023-12-31", Some("2024-06-30"), 10),
    ];
    for (code, from, to, staff) in firms {
        memory.add(
            "firm",
            fields([
                ("region", text(code)),
                ("valid_from", day(from)),
                ("valid_to", to.map_or(Value::Null, day)),
                ("staff", Value::Int(staff)),
            ]),
        );
    }
    #[rustfmt::skip]
    let cases = [("2021", "1"), ("2022", "1"), ("2022-11", "1"), ("2023H1", "1"), ("2023", "2"), ("2024", "1")];
    for (when, value) in cases {
        let got = one(&figures, "firms", "9901", when).await;
        assert_eq!(got.value, Some(dec(value)), "{when}");
    }
    let least = figures
        .children("least_staff", &region("9901"), period("2023"))
        .await
        .unwrap();
    let ranks: Vec<_> = least
        .rows
        .iter()
        .map(|it| (it.value, it.rank.as_ref().map(|it| it.place)))
        .collect();
    assert_eq!(
        ranks,
        [(Some(dec("30")), Some(2)), (Some(dec("10")), Some(1))]
    );
}

#[tokio::test]
async fn children_come_with_ranks_and_shares_and_months_one_by_one() {
    let (memory, figures) = open(&contracts());
    fill(&memory);
    let answer = figures
        .children("value", &region("9901"), period("2023"))
        .await
        .unwrap();
    let got: Vec<_> = answer
        .rows
        .iter()
        .map(|it| {
            let rank = it.rank.as_ref().unwrap();
            (
                it.region.as_str(),
                it.value.unwrap(),
                rank.place,
                rank.of,
                it.share.unwrap(),
            )
        })
        .collect();
    assert_eq!(
        got,
        [
            ("990101", dec("1249.99"), 1, Some(2), dec("0.999992")),
            ("990102", dec("0.01"), 2, Some(2), dec("0.000008")),
        ]
    );
    let request = Request {
        indicators: Some(vec!["value".into()]),
        region: region("9901"),
        periods: vec![period("2023H1")],
        by: Some(By::Months),
    };
    let months = figures.query(&request).await.unwrap();
    let got: Vec<_> = months
        .rows
        .iter()
        .map(|it| (it.period.to_string(), it.value))
        .collect();
    assert_eq!(got[0], ("2023-01".into(), Some(dec("1000"))));
    assert_eq!(got[1], ("2023-02".into(), None));
    assert_eq!(got[5], ("2023-06".into(), Some(dec("249.99"))));
}

#[tokio::test]
async fn a_change_shows_in_the_next_answer_and_only_what_changed_is_read() {
    let (memory, figures) = open(&contracts());
    let ids = fill(&memory);
    assert_eq!(
        one(&figures, "value", "9901", "2023").await.value,
        Some(dec("1250"))
    );
    memory.reads();
    memory.change(
        "contract",
        ids[3],
        contract("990101002", "2023-06-30", "349.99", ""),
    );
    memory.remove("contract", ids[4]);
    let answer = figures
        .series("value", &region("9901"), &[period("2023")])
        .await
        .unwrap();
    assert_eq!(answer.rows[0].value, Some(dec("1349.99")));
    assert_eq!(answer.sequence, 8);
    assert_eq!(memory.reads(), [("contract".to_owned(), Some(6), 1)]);
    // Nothing changed: nothing is read.
    assert_eq!(
        one(&figures, "value", "9901", "2023").await.value,
        Some(dec("1349.99"))
    );
    assert_eq!(memory.reads(), []);
}

#[tokio::test]
async fn a_changed_record_costs_what_it_changed() {
    let (memory, figures) = open(&contracts());
    let ids = fill(&memory);
    let over_contracts = ["value", "large", "software", "rise", "mean"];
    let ask = async |ids: &[&str]| {
        let before = figures.rows_scanned();
        let request = Request {
            indicators: Some(ids.iter().map(|it| (*it).to_owned()).collect()),
            region: region("9901"),
            periods: vec![period("2023"), period("2023H1"), period("2022")],
            by: Some(By::Children),
        };
        figures.query(&request).await.unwrap();
        figures.rows_scanned() - before
    };
    // All indicators over the same rows are added up in one pass over the six of them, for any period and region.
    assert_eq!(ask(&over_contracts).await, 6);
    assert_eq!(ask(&over_contracts).await, 0);
    memory.change(
        "contract",
        ids[3],
        contract("990101002", "2023-06-30", "349.99", ""),
    );
    // The record as it was and as it is.
    assert_eq!(ask(&over_contracts).await, 2);
    memory.add(
        "fact",
        fields([("region", text("9901")), ("span", text("2023"))]),
    );
    assert_eq!(ask(&over_contracts).await, 0);
    assert_eq!(ask(&["income"]).await, 1);
}

#[tokio::test]
async fn evidence_lists_the_records_and_what_each_contributes() {
    let (memory, figures) = open(&contracts());
    let ids = fill(&memory);
    let evidence = figures
        .evidence("value", &region("9901"), period("2023"))
        .await
        .unwrap();
    let got: Vec<_> = evidence
        .rows
        .iter()
        .map(|it| (it.record, it.value))
        .collect();
    assert_eq!(
        got,
        [
            (ids[2], Some(dec("1000"))),
            (ids[3], Some(dec("249.99"))),
            (ids[4], Some(dec("0.01"))),
            (ids[5], None),
        ]
    );
    assert_eq!(evidence.registers, ["contract"]);
    assert_eq!(
        evidence.definition.sql.as_deref(),
        Some(
            "select sum(amount) from contract where signed_on between '2023-01-01' and '2023-12-31' and region like '9901%'"
        )
    );
    let parts = figures
        .evidence("mean", &region("9901"), period("2023"))
        .await
        .unwrap()
        .parts;
    let parts: Vec<_> = parts
        .iter()
        .map(|it| (it.indicator.as_str(), it.value))
        .collect();
    assert_eq!(
        parts,
        [("value", Some(dec("1250"))), ("large", Some(dec("1")))]
    );
}

#[tokio::test]
async fn datasets_join_lines_with_their_parents_and_periods_count_where_they_lie() {
    let (memory, figures) = open(&contracts());
    let ids = fill(&memory);
    for (parent, share) in [(ids[2], "600.00"), (ids[2], "400.00"), (ids[0], "1.00")] {
        memory.add(
            "contract_parts",
            fields([("parent", Value::Int(parent)), ("share", yuan(share))]),
        );
    }
    assert_eq!(
        one(&figures, "parts", "990101", "2023").await.value,
        Some(dec("1000"))
    );
    for (span, income) in [
        ("2023-01", "1.00"),
        ("2023Q1", "10.00"),
        ("2023", "100.00"),
        ("half", "9.00"),
    ] {
        memory.add(
            "fact",
            fields([
                ("region", text("990101")),
                ("span", text(span)),
                ("income", yuan(income)),
            ]),
        );
    }
    for (when, value) in [("2023-01", "1"), ("2023Q1", "11"), ("2023", "111")] {
        assert_eq!(
            one(&figures, "income", "9901", when).await.value,
            Some(dec(value)),
            "{when}"
        );
    }
}

#[tokio::test]
async fn what_is_not_declared_is_refused() {
    let (_memory, figures) = open(&contracts());
    let error = figures
        .series("valeu", &region("9901"), &[])
        .await
        .unwrap_err();
    assert!(matches!(error, FiguresError::UnknownIndicator { asked } if asked == "valeu"));
}

#[test]
fn growth_is_rounded_half_away_and_needs_something_to_grow_from() {
    #[rustfmt::skip]
    let cases = [
        // now,  before, growth
        ("125",  "100",  Some("0.25")),
        ("75",   "100",  Some("-0.25")),
        ("2",    "3",    Some("-0.333333333333")),
        ("5",    "3",    Some("0.666666666667")),
        ("5",    "0",    None),
        ("5",    "-1",   None),
    ];
    for (now, before, want) in cases {
        assert_eq!(
            number::growth(dec(now), dec(before)),
            want.map(dec),
            "{before} to {now}"
        );
    }
}

#[tokio::test]
async fn division_is_exact_to_twelve_places_at_any_width_and_says_where_it_cannot_be() {
    #[rustfmt::skip]
    let cases = [
        // expression over an amount of 90,000,000,000,000.01, value
        ("amount / 3", Ok("30000000000000.003333333333")),
        ("(amount * amount) / amount", Ok("90000000000000.01")),
        ("0 - amount / 70000000000000.00", Ok("-1.285714285714")),
        ("1 / amount", Ok("0")),
        ("amount / 180000000000000.02", Ok("0.5")),
        ("1.0 / 3 * 3", Ok("0.999999999999")),
        ("ratio(amount, amount - amount)", Ok("")),
        ("amount / (amount - amount)", Err("division by zero")),
        ("(amount * amount) / 0.000000000001", Err("38 digits")),
    ];
    for (expression, want) in cases {
        let big = register(
            "big",
            [("signed_on", FieldType::Date), ("amount", FieldType::Money)],
        );
        let value = format!("max({expression})");
        let (memory, figures) = open(&pack(
            vec![big],
            vec![],
            vec![indicator("it", flow("big", &value, None, "signed_on"))],
        ));
        memory.add(
            "big",
            fields([
                ("region", text("9901")),
                ("signed_on", day("2023-05-05")),
                ("amount", yuan("90000000000000.01")),
            ]),
        );
        let got = figures
            .series("it", &region("9901"), &[period("2023")])
            .await;
        match (got, want) {
            (Ok(answer), Ok("")) => assert_eq!(answer.rows[0].value, None, "{expression}"),
            (Ok(answer), Ok(want)) => {
                assert_eq!(answer.rows[0].value, Some(dec(want)), "{expression}")
            }
            (Err(error), Err(words)) => {
                assert!(error.to_string().contains(words), "{expression}: {error}")
            }
            other => panic!("{expression}: {other:?}"),
        }
    }
}

#[tokio::test]
async fn distinct_values_are_counted_once_in_stocks_and_flows() {
    let thing = register(
        "thing",
        [
            ("span", FieldType::Period),
            ("day", FieldType::Date),
            ("kind", FieldType::Text),
        ],
    );
    let (memory, figures) = open(&pack(
        vec![thing],
        vec![],
        vec![
            indicator(
                "held",
                stock("thing", "count(distinct kind)", None, "span", Some("span")),
            ),
            indicator("flown", flow("thing", "count(distinct kind)", None, "day")),
        ],
    ));
    for (span, kind) in [("2022", "b"), ("2022-10/2023-03", "b"), ("2022", "a")] {
        memory.add(
            "thing",
            fields([
                ("region", text("9901")),
                ("span", text(span)),
                ("day", day("2022-02-02")),
                ("kind", text(kind)),
            ]),
        );
    }
    assert_eq!(
        one(&figures, "flown", "9901", "2022").await.value,
        Some(dec("2"))
    );
    assert_eq!(
        one(&figures, "held", "9901", "2022").await.value,
        Some(dec("2"))
    );
}
