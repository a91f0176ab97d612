//! A draft against the records: command, page, 核对单.

use serde_json::Value;

use crate::{
    commands::{District, said},
    web::Site,
};

const DRAFT: &str = "试验区2023年科技工作总结\n一、主要成效\n全年技术合同成交额达到0.12亿元，同比增长23.5%。技术合同项数40项。\n";

/// Rows of `quanyu check`, whatever it ends with.
fn checked(district: &District, file: &str, wanted: i32) -> Vec<Value> {
    let done = district.run(&["check", file, "--period", "2023", "--format", "jsonl"]);
    assert_eq!(done.status.code(), Some(wanted), "{}", said(&done));
    String::from_utf8(done.stdout)
        .unwrap()
        .lines()
        .map(|it| serde_json::from_str(it).unwrap())
        .collect()
}

fn verdicts(rows: &[Value]) -> Vec<(String, String)> {
    rows.iter()
        .filter(|it| it["verdict"].is_string())
        .map(|it| {
            (
                it["text"].as_str().unwrap().to_owned(),
                it["verdict"].as_str().unwrap().to_owned(),
            )
        })
        .collect()
}

#[test]
fn figures_of_a_draft_are_held_against_the_records_and_one_that_differs_ends_with_1() {
    let district = District::demo();
    let file = district.write("draft.txt", DRAFT);
    let rows = checked(&district, file.to_str().unwrap(), 0);
    let all = verdicts(&rows);
    assert_eq!(all.len(), 3, "{all:?}");
    assert!(all.iter().all(|it| it.1 == "agrees"), "{all:?}");
    for row in &rows {
        for key in [
            "doc", "start", "end", "kind", "verdict", "found", "reason", "problems",
        ] {
            assert!(row.get(key).is_some(), "{key}: {row}");
        }
        // What is no figure has no verdict.
        let figure = ["level", "growth", "delta", "share", "rank"]
            .iter()
            .any(|it| row["kind"] == *it);
        assert_eq!(row["verdict"].is_string(), figure, "{row}");
    }
    #[rustfmt::skip]
    let edits = [
        ("0.12亿", "0.13亿", "达到0.13亿元", "differs"),
        ("0.12亿", "0.11亿", "达到0.11亿元", "loose"),
        ("23.5%",  "24.5%",  "增长24.5%",    "differs"),
        ("40项",   "41项",   "41项",         "differs"),
    ];
    for (find, replace, _, wanted) in edits {
        let file = district.write("edited.txt", &DRAFT.replace(find, replace));
        let rows = checked(
            &district,
            file.to_str().unwrap(),
            i32::from(wanted == "differs"),
        );
        let all = verdicts(&rows);
        let other: Vec<_> = all.iter().filter(|it| it.1 != "agrees").collect();
        assert_eq!(other.len(), 1, "{replace}: {all:?}");
        assert_eq!(other[0].1, wanted, "{replace}");
    }
}

#[test]
fn a_problem_that_stands_at_no_figure_is_a_row_without_kind() {
    let district = District::demo();
    let text = DRAFT.replace("一、主要成效", "二、主要成效");
    let file = district.write("draft.txt", &text);
    let rows = checked(&district, file.to_str().unwrap(), 0);
    let row = rows
        .iter()
        .find(|it| it["kind"].is_null())
        .expect("the heading is out of order");
    assert_eq!(row["text"], "二、");
    assert_eq!(row["problems"].as_array().unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dropped_draft_is_marked_in_place_with_its_evidence_and_can_be_printed() {
    let site = Site::demo().await;
    let draft = DRAFT.replace("40项", "41项");
    let sent = site
        .send("/documents/check", &[("初稿.txt", draft.into_bytes())])
        .await;
    assert_eq!(sent.status, 303, "{}", sent.text);
    let to = sent.headers["location"].to_str().unwrap().to_owned();
    assert!(to.contains("period=2023"), "{to}");
    for (language, differs) in [("zh", "不一致"), ("en", "differs")] {
        let page = site.get(&format!("{to}&lang={language}")).await;
        assert_eq!(page.status, 200, "{}", page.text);
        assert!(
            page.text.contains("class=\"mark differs\""),
            "{}",
            page.text
        );
        assert!(page.text.contains(differs), "{}", page.text);
        // What differs is shown first, with the way to its records.
        assert!(
            page.text.contains("/indicators/contract_count?"),
            "{}",
            page.text
        );
        assert!(page.text.len() < 100_000);
    }
    let agreeing = site.get(&format!("{to}&verdict=agrees")).await.text;
    let list = agreeing.split("<ol").nth(1).unwrap();
    assert!(
        !list.contains("tag differs") && list.contains("tag agrees"),
        "{list}"
    );
    let sheet = to.replace('?', "/sheet?");
    let sheet = site.get(&sheet).await;
    assert_eq!(sheet.status, 200, "{}", sheet.text);
    for word in ["序号", "核对人签字", "41项", "40"] {
        assert!(sheet.text.contains(word), "{word}: {}", sheet.text);
    }
    let json = site.json(&format!("{to}&format=json")).await;
    assert_eq!(json["counts"]["differs"], 1);
    let csv = site.get(&format!("{to}&format=csv")).await;
    assert!(csv.text.contains("41项,不一致"), "{}", csv.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_that_is_no_longer_at_hand_is_asked_for_again() {
    let site = Site::demo().await;
    let page = site.get("/documents/check/0123?period=2023").await;
    assert_eq!(page.status, 200);
    assert!(page.text.contains("data-drop"), "{}", page.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_target_is_judged_by_what_was_confirmed_of_a_plan() {
    let site = Site::demo().await;
    let draft = |value: &str| {
        format!(
            "试验区2023年工作总结和2024年工作计划\n一、2023年工作\n全年技术合同成交额达到0.12亿元。\n二、2024年工作计划\n力争技术合同成交额达到{value}。\n"
        )
    };
    let verdict = async |value: &str| {
        let sent = site
            .send(
                "/documents/check?format=json",
                &[("初稿.txt", draft(value).into_bytes())],
            )
            .await;
        let json: Value = serde_json::from_str(&sent.text).unwrap();
        let mentions = json["mentions"].as_array().unwrap();
        let target = mentions.iter().find(|it| it["nature"] == "target");
        target.unwrap()["verdict"].as_str().unwrap().to_owned()
    };
    assert_eq!(verdict("0.2亿元").await, "no_source");
    for (value, agrees, differs) in [
        ("0.2亿元", "0.2亿元", "0.3亿元"),
        ("0.3亿元", "0.3亿元", "0.2亿元"),
    ] {
        let form = format!(
            "plan=示例计划&year=2024&document=计划.txt&t0=on&t0.indicator=contract_value&t0.kind=value&t0.comparator=ge&t0.value={value}&t0.sentence=力争"
        );
        let done = site.form("/appraisal/plan/confirm", &form).await;
        assert_eq!(done.status, 303, "{}", done.text);
        assert_eq!(verdict(agrees).await, "agrees", "{value} confirmed");
        assert_eq!(verdict(differs).await, "differs", "{value} confirmed");
    }
}
