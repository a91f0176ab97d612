//! What a query engine finds wrong in a pack.

use quanyu_figures::check;
use quanyu_pack::model::{FieldType, IndicatorKind, Pack};

use crate::support::{dataset, flow, growth, indicator, pack, ratio, register, said, stock};

fn with(datasets: &[(&str, &str)], kinds: &[(&str, IndicatorKind)]) -> Pack {
    let sale = register(
        "sale",
        [
            ("sold_on", FieldType::Date),
            ("amount", FieldType::Money),
            ("pieces", FieldType::Integer),
            ("weight", FieldType::Decimal { scale: 3 }),
            ("paid", FieldType::YesNo),
            ("label", FieldType::Text),
            ("span", FieldType::Period),
        ],
    );
    pack(
        vec![sale],
        datasets.iter().map(|(id, sql)| dataset(id, sql)).collect(),
        kinds
            .iter()
            .map(|(id, kind)| indicator(id, kind.clone()))
            .collect(),
    )
}

#[test]
fn each_faulty_text_is_told_with_its_place() {
    #[rustfmt::skip]
    let cases = [
        // value, filter, date, the faulty text, words of the message
        ("sum(amuont)", None, "sold_on", "sum(amuont)", "amuont"),
        ("sum(label)", None, "sold_on", "sum(label)", "a text, not of a number"),
        ("amount", None, "sold_on", "amount", "one aggregate"),
        ("sum(amount) / count(*)", None, "sold_on", "sum(amount) / count(*)", "one aggregate"),
        ("stddev(amount)", None, "sold_on", "stddev(amount)", "stddev"),
        ("count(distinct amount, label)", None, "sold_on", "count(distinct amount, label)", "one aggregate"),
        ("sum(amount)", Some("amount"), "sold_on", "amount", "not true or false"),
        ("sum(amount)", Some("label > "), "sold_on", "label > ", "Expected"),
        ("sum(amount)", Some("sqrt(weight) > 1"), "sold_on", "sqrt(weight) > 1", "sqrt"),
        ("sum(amount)", Some("cast(label as double) > 1"), "sold_on", "cast(label as double) > 1", "floating"),
        ("sum(cast(amount as float))", None, "sold_on", "sum(cast(amount as float))", "floating"),
        ("sum(amount)", Some("label = 1.5e0"), "sold_on", "label = 1.5e0", ""),
        ("sum(amount)", None, "paid", "paid", "not a date or a period"),
        ("sum(amount)", Some("paid / 2 > 1"), "sold_on", "paid / 2 > 1", "exact number"),
    ];
    for (value, filter, date, faulty, words) in cases {
        let pack = with(&[], &[("it", flow("sale", value, filter, date))]);
        let faults = check(&pack);
        if words.is_empty() {
            assert!(faults.is_empty(), "{faulty}: {faults:?}");
            continue;
        }
        assert_eq!(faults.len(), 1, "{faulty}: {faults:?}");
        assert_eq!(
            (faults[0].of.as_str(), faults[0].at),
            ("it", said(faulty).at),
            "{faults:?}"
        );
        assert!(faults[0].message.contains(words), "{}", faults[0].message);
    }
}

#[test]
fn datasets_are_queries_over_what_there_is_and_not_over_themselves() {
    #[rustfmt::skip]
    let cases = [
        (vec![("a", "select id, region from sale")], vec![]),
        (vec![("a", "select * from b"), ("b", "select id, amount / 3 as third from sale")], vec![]),
        (vec![("a", "select avg(pieces) as mean from sale group by label")], vec![]),
        (vec![("a", "select id from sales")], vec![("a", "sales")]),
        (vec![("a", "delete from sale")], vec![("a", "a dataset is a query")]),
        (vec![("a", "select id from sale where")], vec![("a", "")]),
        (vec![("a", "select * from b"), ("b", "select * from a")], vec![("a", "reads itself"), ("b", "reads itself")]),
        (vec![("a", "select cast(amount as double) as x from sale")], vec![("a", "floating")]),
        (vec![("a", "select id from sale where cast(weight as real) > 1")], vec![("a", "floating")]),
        (vec![("a", "select date_part('epoch', sold_on) as x from sale")], vec![("a", "floating")]),
    ];
    for (datasets, wanted) in cases {
        let faults = check(&with(&datasets, &[]));
        assert_eq!(faults.len(), wanted.len(), "{datasets:?}: {faults:?}");
        for (fault, (of, words)) in faults.iter().zip(wanted) {
            assert_eq!(fault.of, of);
            assert!(fault.message.contains(words), "{}", fault.message);
        }
    }
}

#[test]
fn indicators_are_made_of_indicators_that_exist_and_not_of_themselves() {
    let sales = ("sales", flow("sale", "sum(amount)", None, "sold_on"));
    #[rustfmt::skip]
    let cases = [
        (vec![sales.clone(), ("rise", growth("sales"))], 0),
        (vec![sales.clone(), ("rise", growth("sale"))], 1),
        (vec![("a", ratio("b", "b")), ("b", growth("a"))], 2),
        (vec![("a", IndicatorKind::Cited)], 1),
        (vec![("a", flow("nothing", "count(*)", None, "sold_on"))], 1),
        (vec![("a", stock("sale", "avg(pieces)", Some("paid"), "span", Some("span")))], 0),
        (vec![("a", stock("sale", "max(weight)", Some("paid and weight * 2 > 0.5"), "sold_on", None))], 0),
        (vec![("a", flow("sale", "count(distinct label)", Some("extract(year from sold_on) > 2000"), "span"))], 0),
    ];
    for (kinds, count) in cases {
        let faults = check(&with(&[], &kinds));
        assert_eq!(faults.len(), count, "{kinds:?}: {faults:?}");
    }
}
