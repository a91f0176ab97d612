//! Observations that others published.

use quanyu_core::value::Value;
use quanyu_figures::{Figures, Origin};
use quanyu_pack::model::{Code, CodeList, FieldType, IndicatorKind, Pack};

use crate::support::{
    Memory, day, dec, fields, flow, growth, indicator, open, pack, period, region, register, text,
    yuan,
};

fn bulletin(status: FieldType) -> Pack {
    let mut observation = register(
        "seen",
        [
            ("what", FieldType::Text),
            ("measure", FieldType::Text),
            ("area", FieldType::Region),
            ("period", FieldType::Period),
            ("value", FieldType::Decimal { scale: 4 }),
            ("of_units", FieldType::Integer),
            ("body", FieldType::Text),
            ("document", FieldType::Text),
            ("date", FieldType::Date),
            ("page", FieldType::Integer),
            ("status", status),
        ],
    );
    observation.plays = Some("observation".into());
    observation.slots = vec![
        ("indicator".into(), "what".into()),
        ("region".into(), "area".into()),
    ];
    let sale = register(
        "sale",
        [("sold_on", FieldType::Date), ("amount", FieldType::Money)],
    );
    pack(
        vec![observation, sale],
        vec![],
        vec![
            indicator("research", IndicatorKind::Cited),
            indicator("research_growth", growth("research")),
            indicator("sales", flow("sale", "sum(amount)", None, "sold_on")),
            indicator("sales_growth", growth("sales")),
        ],
    )
}

fn see(memory: &Memory, row: [&str; 7]) -> i64 {
    let [what, measure, area, when, value, status, on] = row;
    memory.add(
        "seen",
        fields([
            ("what", text(what)),
            ("measure", text(measure)),
            ("area", text(area)),
            ("period", text(when)),
            ("value", Value::Decimal(dec(value))),
            (
                "of_units",
                if measure == "rank" {
                    Value::Int(7)
                } else {
                    Value::Null
                },
            ),
            ("body", text("示例市统计局")),
            ("document", text("示例公报")),
            ("date", day(on)),
            ("page", Value::Int(12)),
            ("status", text(status)),
        ]),
    )
}

async fn value(
    figures: &Figures,
    id: &str,
    code: &str,
    when: &str,
) -> (Option<String>, Option<String>) {
    let answer = figures
        .series(id, &region(code), &[period(when)])
        .await
        .unwrap();
    let figure = &answer.rows[0];
    let body = match &figure.source {
        Origin::Computed => None,
        Origin::Cited(it) => it.body.clone(),
    };
    (figure.value.map(|it| it.to_string()), body)
}

#[tokio::test]
async fn the_latest_status_counts_and_all_are_kept() {
    let list = CodeList {
        items: ["flash", "first", "final"]
            .map(|it| Code {
                code: it.into(),
                ..Code::default()
            })
            .into(),
        ..CodeList::default()
    };
    let coded = FieldType::Code {
        list: "status".into(),
    };
    for (kind, statuses) in [
        (FieldType::Text, ["快报", "年报", "预计"]),
        (coded, ["first", "final", "flash"]),
    ] {
        let mut pack = bulletin(kind);
        pack.codes.insert("status".into(), list.clone());
        let (memory, figures) = open(&pack);
        let [middle, best, worst] = statuses;
        see(
            &memory,
            [
                "research",
                "value",
                "9901",
                "2023",
                "10.5",
                middle,
                "2024-05-01",
            ],
        );
        let final_one = see(
            &memory,
            [
                "research",
                "value",
                "9901",
                "2023",
                "11.25",
                best,
                "2024-03-01",
            ],
        );
        see(
            &memory,
            [
                "research",
                "value",
                "9901",
                "2023",
                "9",
                worst,
                "2024-06-01",
            ],
        );
        assert_eq!(
            value(&figures, "research", "9901", "2023")
                .await
                .0
                .as_deref(),
            Some("11.25")
        );
        let evidence = figures
            .evidence("research", &region("9901"), period("2023"))
            .await
            .unwrap();
        assert_eq!(evidence.total(), Some(dec("11.25")));
        assert_eq!(evidence.rows[0].record, final_one);
        let citations: Vec<_> = evidence
            .rows
            .iter()
            .filter_map(|it| it.citation.as_ref()?.status.clone())
            .collect();
        assert_eq!(citations, [best, middle, worst]);
        assert_eq!(
            evidence.rows[0].citation.as_ref().unwrap().page.as_deref(),
            Some("12")
        );
        // A later one of the same status takes its place.
        see(
            &memory,
            [
                "research",
                "value",
                "9901",
                "2023",
                "11.3",
                best,
                "2024-09-01",
            ],
        );
        assert_eq!(
            value(&figures, "research", "9901", "2023")
                .await
                .0
                .as_deref(),
            Some("11.3")
        );
    }
}

#[tokio::test]
async fn cited_growths_and_ranks_stand_where_the_value_is_cited() {
    let (memory, figures) = open(&bulletin(FieldType::Text));
    see(
        &memory,
        [
            "research",
            "value",
            "9901",
            "2022",
            "100",
            "年报",
            "2023-05-01",
        ],
    );
    see(
        &memory,
        [
            "research",
            "value",
            "9901",
            "2023",
            "110",
            "年报",
            "2024-05-01",
        ],
    );
    let answer = async || {
        figures
            .series("research", &region("9901"), &[period("2023")])
            .await
            .unwrap()
    };
    assert_eq!(answer().await.rows[0].growth, Some(dec("0.1")));
    assert_eq!(
        value(&figures, "research_growth", "9901", "2023").await,
        (Some("0.1".into()), None)
    );
    // Comparable prices: what the bulletin says is not what one would compute.
    see(
        &memory,
        [
            "research",
            "growth",
            "9901",
            "2023",
            "0.082",
            "年报",
            "2024-05-01",
        ],
    );
    see(
        &memory,
        [
            "research",
            "rank",
            "9901",
            "2023",
            "3",
            "年报",
            "2024-05-01",
        ],
    );
    see(
        &memory,
        [
            "research",
            "share",
            "9901",
            "2023",
            "0.21",
            "年报",
            "2024-05-01",
        ],
    );
    let answer = answer().await;
    let got = &answer.rows[0];
    assert_eq!(got.growth, Some(dec("0.082")));
    assert!(got.growth_cited.is_some());
    assert_eq!(got.share, Some(dec("0.21")));
    let rank = got.rank.as_ref().unwrap();
    assert_eq!((rank.place, rank.of), (3, Some(7)));
    let (grown, body) = value(&figures, "research_growth", "9901", "2023").await;
    assert_eq!(
        (grown.as_deref(), body.as_deref()),
        (Some("0.082"), Some("示例市统计局"))
    );
    let evidence = figures
        .evidence("research_growth", &region("9901"), period("2023"))
        .await
        .unwrap();
    assert_eq!(evidence.total(), Some(dec("0.082")));
}

#[tokio::test]
async fn a_published_value_never_replaces_a_computed_one_but_stands_beside_it() {
    let (memory, figures) = open(&bulletin(FieldType::Text));
    see(
        &memory,
        ["sales", "value", "9901", "2022", "80", "年报", "2023-05-01"],
    );
    see(
        &memory,
        ["sales", "value", "9901", "2023", "90", "年报", "2024-05-01"],
    );
    see(
        &memory,
        ["sales", "value", "99", "2023", "900", "年报", "2024-05-01"],
    );
    memory.add(
        "sale",
        fields([
            ("region", text("990101")),
            ("sold_on", day("2023-04-01")),
            ("amount", yuan("100.00")),
        ]),
    );
    let answer = figures
        .series("sales", &region("9901"), &[period("2023")])
        .await
        .unwrap();
    let figure = &answer.rows[0];
    assert_eq!(
        (figure.value, &figure.source),
        (Some(dec("100")), &Origin::Computed)
    );
    assert_eq!(figure.published.as_ref().map(|it| it.0), Some(dec("90")));
    // Where there are no records, the published value is all there is, and says so.
    let cited = Some("示例市统计局".to_owned());
    assert_eq!(
        value(&figures, "sales", "9901", "2022").await,
        (Some("80".into()), cited.clone())
    );
    assert_eq!(
        value(&figures, "sales", "99", "2023").await,
        (Some("900".into()), cited)
    );
    assert_eq!(value(&figures, "sales", "9901", "2021").await, (None, None));
}
