//! An appraisal, a leaderboard and tasks on the tiny district: what the command and the pages say, and what a
//! confirmation writes.

use serde_json::Value;

use crate::{
    commands::{District, said},
    web::Site,
};

fn column<'a>(rows: &'a [Value], key: &str) -> Vec<&'a Value> {
    rows.iter().map(|it| &it[key]).collect()
}

#[test]
fn a_scheme_says_light_points_and_gap_of_each_item() {
    let district = District::demo();
    let rows = district.rows(&["appraisal", "--period", "2023", "--format", "jsonl"]);
    assert_eq!(column(&rows, "item"), ["value", "growth", "count", "jury"]);
    assert_eq!(
        column(&rows, "status"),
        ["done", "behind", "behind", "waiting"]
    );
    // 40 of 50: two steps of five are missing, so two points.
    assert_eq!(
        (&rows[2]["score"], &rows[2]["gap_said"]),
        (&6.into(), &"10项".into())
    );
    assert_eq!(
        (&rows[1]["score"], &rows[1]["gap_said"]),
        (&0.into(), &"6.6个百分点".into())
    );
    assert_eq!(
        (&rows[0]["score"], &rows[0]["gap"]),
        (&20.into(), &Value::Null)
    );
    assert_eq!(
        rows[3]["score"],
        Value::Null,
        "nothing known earns nothing and loses nothing"
    );
    // Points that a jury gave stand in a record.
    let file = district.write("points.csv", "考核,考核项,得分\ncity,jury,3.25\n");
    let done = district.run(&["import", "jury", file.to_str().unwrap()]);
    assert!(done.status.success(), "{}", said(&done));
    let rows = district.rows(&["appraisal", "city", "--period", "2023", "--format", "jsonl"]);
    assert_eq!(
        (&rows[3]["score"], &rows[3]["lost"]),
        (&3.25.into(), &0.75.into())
    );
    let half = district.rows(&["appraisal", "--period", "2023H1", "--format", "jsonl"]);
    assert!(
        half[0]["pace"]
            .as_f64()
            .is_some_and(|it| (it - 181.0 / 365.0).abs() < 1e-5),
        "{}",
        half[0]["pace"]
    );
    assert_eq!(half[0]["basis"], "season");
    assert!(
        half[1]["status"] != "done",
        "growth is never done before the end"
    );
}

#[test]
fn the_parts_of_a_target_are_ranked_by_points() {
    let district = District::demo();
    let rows = district.rows(&[
        "appraisal",
        "--board",
        "--period",
        "2023",
        "--format",
        "jsonl",
    ]);
    assert_eq!(
        column(&rows, "full"),
        [20, 20],
        "only the item that is split"
    );
    let score = |row: &Value| row["score"].as_f64().unwrap();
    assert!(score(&rows[0]) >= score(&rows[1]));
    // Who has as many points shares the place.
    let places = if score(&rows[0]) > score(&rows[1]) {
        [1, 2]
    } else {
        [1, 1]
    };
    assert_eq!(column(&rows, "place"), places);
    let part = rows[1]["region"].as_str().unwrap();
    let own = district.rows(&[
        "appraisal",
        "--region",
        part,
        "--period",
        "2023",
        "--format",
        "jsonl",
    ]);
    assert_eq!(
        own[0]["score"], rows[1]["score"],
        "a part's own page says the same"
    );
}

#[test]
fn a_scheme_that_is_not_there_is_told() {
    let district = District::demo();
    for (arguments, words) in [
        (["appraisal", "citty", "--period", "2023"], "city"),
        (["appraisal", "city", "--period", "2022"], "2022"),
    ] {
        let done = district.run(&arguments);
        assert_eq!(done.status.code(), Some(1), "{}", said(&done));
        assert!(said(&done).contains(words), "{}", said(&done));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_say_what_the_command_says_and_lead_to_the_records() {
    let site = Site::demo().await;
    let scheme = site.json("/appraisal?period=2023&format=json").await;
    assert_eq!(scheme["totals"]["score"], 26);
    // 26, and last year's 3.5 for what nobody has given yet.
    assert_eq!(scheme["totals"]["forecast"], 29.5);
    assert_eq!(scheme["totals"]["last_year"], 32.5);
    assert_eq!(scheme["totals"]["counts"]["behind"], 2);
    let page = site.get("/appraisal?period=2023").await;
    let lost = page.text.find("失分项").unwrap();
    let items = page.text.find("class=\"scheme\"").unwrap();
    assert!(lost < items, "where points are lost comes first");
    assert!(page.text.contains("差 10项"), "{}", page.text);
    let item = site.get("/appraisal/items/value?period=2023").await;
    assert!(
        item.text
            .contains("/indicators/contract_value?region=990102"),
        "{}",
        item.text
    );
    let parts = site
        .json("/appraisal/items/value?period=2023&by=contract_count&format=json")
        .await;
    assert_eq!(parts["parts"]["by"], "contract_count");
    assert_eq!(parts["parts"]["rows"][0]["place"], 1);
    let curve = parts["curve"]["this_year"].as_array().unwrap();
    assert_eq!((curve.len(), &curve[11]), (12, &12345678.9.into()));
    let line = parts["curve"]["line"].as_array().unwrap();
    assert_eq!(line[11], 12000000, "the line ends at the target");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_is_done_when_somebody_confirms_it_and_only_as_its_state_allows() {
    let site = Site::demo().await;
    let tasks = |period: &'static str| site.json(period);
    let all = tasks("/appraisal/tasks?period=2023&format=json").await;
    let of = |all: &Value, item: &str, key: &str| {
        let found = all["tasks"]
            .as_array()
            .unwrap()
            .iter()
            .find(|it| it["item"] == item)
            .unwrap();
        found[key].clone()
    };
    assert_eq!(of(&all, "rules", "standing"), "late");
    // 2023-12-31 is two days after the other's.
    assert_eq!(of(&all, "review", "standing"), "late");
    let early = tasks("/appraisal/tasks?period=2023-09&format=json").await;
    assert_eq!(
        (
            of(&early, "rules", "standing"),
            of(&early, "review", "standing")
        ),
        ("late".into(), "ahead".into())
    );
    let send = |body: &'static str| site.form("/appraisal/tasks?period=2023", body);
    let refused =
        send("plan=year&item=rules&record=&version=&step=finish&done_on=&progress=").await;
    assert_eq!(
        refused.status, 422,
        "the step needs its day: {}",
        refused.text
    );
    let refused = send("plan=year&item=rules&record=&version=&step=drop&done_on=&progress=x").await;
    assert_eq!(refused.status, 404, "no such step: {}", refused.text);
    let refused = send("plan=year&item=nothing&record=&version=&step=&done_on=&progress=x").await;
    assert_eq!(refused.status, 404, "no such task: {}", refused.text);
    let noted = send("plan=year&item=rules&record=&version=&step=&done_on=&progress=%E8%8D%89%E7%A8%BF%E5%B7%B2%E6%88%90").await;
    assert_eq!(noted.status, 303, "{}", noted.text);
    let all = tasks("/appraisal/tasks?period=2023&format=json").await;
    assert_eq!(
        (of(&all, "rules", "progress"), of(&all, "rules", "standing")),
        ("草稿已成".into(), "late".into())
    );
    let record = of(&all, "rules", "record").as_i64().unwrap();
    let body = |version: i64| {
        format!(
            "plan=year&item=rules&record={record}&version={version}&step=finish&done_on=2023-10-09&progress="
        )
    };
    let done = site.form("/appraisal/tasks?period=2023", &body(1)).await;
    assert_eq!(done.status, 303, "{}", done.text);
    let all = tasks("/appraisal/tasks?period=2023&format=json").await;
    assert_eq!(
        (of(&all, "rules", "standing"), of(&all, "rules", "done_on")),
        ("done".into(), "2023-10-09".into())
    );
    assert_eq!(
        of(&all, "rules", "progress"),
        "草稿已成",
        "what is not said again stays"
    );
    let late = site.form("/appraisal/tasks?period=2023", &body(1)).await;
    assert_eq!(
        late.status, 422,
        "a task that is done has no such step: {}",
        late.text
    );
    let steps = format!("/registers/job/{record}/steps?format=json");
    let steps = site.json(&steps).await;
    assert_eq!(steps["taken"][0]["step"], "finish", "{steps}");
    let history = site.get(&format!("/registers/job/{record}")).await;
    assert!(history.text.contains("2023-10-09"), "every step is kept");
    // A guarded step is offered with its condition, which is looked at with what was typed.
    let page = site.get("/appraisal/tasks?period=2023").await.text;
    assert!(page.contains("“办结”的条件：进展 已填"), "{page}");
    let close = |progress: &str| {
        format!(
            "plan=year&item=review&record=&version=&step=close&done_on=2023-12-20&progress={progress}"
        )
    };
    let refused = site.form("/appraisal/tasks?period=2023", &close("")).await;
    assert_eq!(refused.status, 422, "{}", refused.text);
    assert!(refused.text.contains("进展 已填"), "{}", refused.text);
    let all = tasks("/appraisal/tasks?period=2023&format=json").await;
    assert_eq!(
        of(&all, "review", "record"),
        Value::Null,
        "nothing was made"
    );
    let closed = site.form("/appraisal/tasks?period=2023", &close("x")).await;
    assert_eq!(closed.status, 303, "{}", closed.text);
    let all = tasks("/appraisal/tasks?period=2023&format=json").await;
    assert_eq!(of(&all, "review", "standing"), "done");
}

const PLAN: &str = "试验区2024年科技工作计划\n一、总体目标\n2024年，力争技术合同成交额达到1.5亿元以上，登记技术合同项数达到60项。\n二、重点任务\n（一）完善合同登记服务\n6月底前出台合同登记服务细则，由成果科牵头。\n（二）组织技术对接\n全年组织技术对接活动。\n";

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_is_read_and_only_what_was_ticked_becomes_targets_and_tasks() {
    let site = Site::demo().await;
    let file = || [("2024年工作计划.txt", PLAN.as_bytes().to_vec())];
    let page = site.send("/appraisal/plan?period=2024", &file()).await;
    assert_eq!(page.status, 200, "{}", page.text);
    assert!(page.text.contains("name=\"t0.indicator\""), "{}", page.text);
    let found = site
        .send("/appraisal/plan?period=2024&format=json", &file())
        .await;
    let found: Value = serde_json::from_str(&found.text).unwrap();
    let target = &found["targets"][0];
    assert_eq!(
        (&target["indicator"], &target["value"]),
        (&"contract_value".into(), &"1.5亿元".into()),
        "{found}"
    );
    assert!(!found["tasks"].as_array().unwrap().is_empty(), "{found}");
    let body = "plan=%E8%AE%A1%E5%88%92&year=2024&document=a.txt&t0=on&t0.indicator=contract_value&t0.kind=value&t0.comparator=ge&t0.value=1.5%E4%BA%BF%E5%85%83&t0.by=&t0.level=own&t0.sentence=%E7%9B%AE%E6%A0%87\
        &w0=on&w0.title=%E7%BB%86%E5%88%99&w0.owner=%E6%88%90%E6%9E%9C%E7%A7%91&w0.due=2024-06-30&w0.sentence=&w1.title=%E4%B8%8D";
    for wrong in ["1.5%E4%BA%BF%E4%BA%BA", "%E8%8B%A5%E5%B9%B2"] {
        let refused = site
            .form(
                "/appraisal/plan/confirm",
                &body.replace("1.5%E4%BA%BF%E5%85%83", wrong),
            )
            .await;
        assert_eq!(
            refused.status, 400,
            "a value of another unit or none: {}",
            refused.text
        );
    }
    for _ in 0..2 {
        let done = site.form("/appraisal/plan/confirm", body).await;
        assert_eq!(done.status, 303, "{}", done.text);
    }
    let cockpit = site.json("/?period=2024&format=json").await;
    let targets = cockpit["targets"].as_array().unwrap();
    assert_eq!(
        targets.len(),
        1,
        "confirming again changes the record: {targets:?}"
    );
    assert_eq!(
        (&targets[0]["asked"], &targets[0]["light"]),
        (&"≥1.50亿元".into(), &"waiting".into())
    );
    let tasks = site.json("/appraisal/tasks?period=2024&format=json").await;
    let rows = tasks["tasks"].as_array().unwrap();
    assert_eq!(rows.len(), 1, "only what was ticked, and once: {rows:?}");
    assert_eq!(
        (&rows[0]["title"], &rows[0]["due"]),
        (&"细则".into(), &"2024-06-30".into())
    );
}

const TWICE: &str = "试验区2024年科技工作计划\n一、总体目标\n2024年，力争技术合同成交额达到1.5亿元以上，上半年技术合同项数达到25项，五年内技术合同项数达到500项。\n二、重点任务\n（一）扩大技术交易\n技术合同成交额达到1.5亿元以上。\n（二）做好登记服务\n技术合同成交额突破1.6亿元。\n";

#[tokio::test(flavor = "multi_thread")]
async fn a_target_has_its_own_period_and_one_that_was_set_before_is_not_ticked_again() {
    let site = Site::demo().await;
    let file = || [("计划.txt", TWICE.as_bytes().to_vec())];
    let found = site
        .send("/appraisal/plan?period=2024&format=json", &file())
        .await;
    let found: Value = serde_json::from_str(&found.text).unwrap();
    let told: Vec<(&str, Option<&str>, Option<u64>, bool)> = found["targets"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| {
            (
                it["said"].as_str().unwrap(),
                it["period"].as_str(),
                it["again"].as_u64(),
                it["ready"].as_bool().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            ("技术合同成交额达到1.5亿元以上", Some("2024"), None, true),
            ("技术合同项数达到25项", Some("2024H1"), None, true),
            ("技术合同项数达到500项", None, None, false),
            (
                "技术合同成交额达到1.5亿元以上",
                Some("2024"),
                Some(0),
                false
            ),
            ("技术合同成交额突破1.6亿元", Some("2024"), Some(0), false),
        ]
    );
    for (language, words) in [
        (
            "zh",
            ["前面已有同一目标", "前面同一目标写的是", "期限说得不明"],
        ),
        (
            "en",
            [
                "Set before in the same words",
                "choose one",
                "The period is not told",
            ],
        ),
    ] {
        let page = site
            .send(
                &format!("/appraisal/plan?period=2024&lang={language}"),
                &file(),
            )
            .await;
        for part in words {
            assert!(page.text.contains(part), "{part}: {}", page.text);
        }
    }
    let body = "plan=计划&year=2024&document=a.txt&t1=on&t1.indicator=contract_count&t1.kind=value&t1.comparator=ge&t1.value=25项&t1.period=2024H1&t1.text=技术合同项数达到25项&t1.sentence=很长的一句";
    let done = site.form("/appraisal/plan/confirm", body).await;
    assert_eq!(done.status, 303, "{}", done.text);
    let wrong = body.replace("2024H1", "五年内");
    let refused = site.form("/appraisal/plan/confirm", &wrong).await;
    assert_eq!(refused.status, 400, "{}", refused.text);
    let cockpit = site.json("/?period=2024H1&format=json").await;
    let targets = cockpit["targets"].as_array().unwrap();
    assert_eq!(targets.len(), 1, "{targets:?}");
    assert_eq!(targets[0]["text"], "技术合同项数达到25项");
}
