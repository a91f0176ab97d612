//! 一句话登记, pasting, many at once, views, exports, duplicates and 一企一档 on a small district.

use serde_json::Value;

use crate::{
    entries::{leads_to, office, post},
    web::Site,
};

async fn firms(site: &Site) -> Vec<(i64, String)> {
    let list = site.json("/registers/firm?format=json&col=name").await;
    let records = list["records"].as_array().unwrap();
    let one = |it: &Value| {
        (
            it["id"].as_i64().unwrap(),
            it["fields"]["name"].as_str().unwrap().to_owned(),
        )
    };
    records.iter().map(one).collect()
}

/// The value of a control of a page.
fn value(page: &str, name: &str) -> String {
    let at = page
        .find(&format!("name=\"{name}\""))
        .unwrap_or_else(|| panic!("{name}: {page}"));
    let tag = &page[page[..at].rfind('<').unwrap()..];
    if tag.starts_with("<select") {
        let options = tag.split("</select>").next().unwrap();
        let chosen = options.split("<option").find(|it| it.contains(" selected"));
        return chosen
            .and_then(|it| it.split("value=\"").nth(1))
            .map_or(String::new(), |it| it.split('"').next().unwrap().to_owned());
    }
    let rest = tag.split(" value=\"").nth(1).unwrap();
    rest.split('"').next().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_as_people_say_it_and_pasted_rows_become_cells_and_then_records() {
    let site = Site::of(office()).await;
    let path = "/registers/meeting/quick";
    let text = "2026年5月12日 示例01 高企政策宣讲 参加企业32家 经费：3万";
    let page = post(&site, path, &[("do", "read"), ("text", text)], &[]).await;
    assert_eq!(page.status, 200, "{}", page.text);
    #[rustfmt::skip]
    let wanted = [
        ("f.row.0.held_on", "2026-05-12"), ("f.row.0.firm", "示例01科技有限公司"), ("f.row.0.title", "高企政策宣讲"),
        ("f.row.0.firms", "32家"), ("f.row.0.kind", "lecture"), ("f.row.0.cost", "3万"),
    ];
    for (name, said) in wanted {
        assert_eq!(value(&page.text, name), said, "{name}");
    }
    let pasted = "活动名称\t举办日期\t经费（万元）\n示例会一\t2026.5.1\t2\n示例会二\t2026-5-2\t\n";
    let page = post(&site, path, &[("do", "read"), ("text", pasted)], &[])
        .await
        .text;
    assert_eq!(value(&page, "f.row.1.title"), "示例会二");
    assert_eq!(value(&page, "f.row.0.cost"), "2万元");
    let rows = [
        ("do", "save"),
        ("l.row", ""),
        ("f.row.0.title", "示例会一"),
        ("f.row.0.held_on", "2026.5.1"),
        ("f.row.0.cost", "2万元"),
        ("f.row.1.title", "示例会一"),
        ("f.row.1.held_on", "2026.5.1"),
    ];
    let twice = post(&site, path, &rows, &[]).await;
    assert_eq!(twice.status, 422, "a key twice: {}", twice.text);
    assert_eq!(
        site.json("/registers/meeting?format=json").await["count"],
        0,
        "all or none"
    );
    let mut rows = rows;
    rows[5].1 = "示例会二";
    let saved = post(&site, path, &rows, &[]).await;
    assert_eq!(leads_to(&saved), "/registers/meeting");
    let list = site
        .json("/registers/meeting?format=json&col=cost&f.cost.from=1")
        .await;
    assert_eq!(list["records"][0]["fields"]["cost"], "20,000.00");
    let long = "行\n".repeat(400);
    let refused = post(&site, path, &[("do", "read"), ("text", long.as_str())], &[]).await;
    assert!(refused.status.is_client_error(), "{}", refused.status);
}

#[tokio::test(flavor = "multi_thread")]
async fn conditions_columns_views_and_exports_are_of_the_same_records() {
    let site = Site::of(office()).await;
    for (title, firms, note) in [
        ("甲会", "10", "有纪要"),
        ("乙会", "20", ""),
        ("丙会", "30", ""),
    ] {
        let fields = [
            ("do", "save"),
            ("f.title", title),
            ("f.held_on", "2026-05-12"),
            ("f.firms", firms),
            ("f.note", note),
            (
                "f.kind",
                if title == "丙会" {
                    "visit"
                } else {
                    "lecture"
                },
            ),
        ];
        post(&site, "/registers/meeting/new", &fields, &[]).await;
    }
    #[rustfmt::skip]
    let cases = [
        ("f.firms.from=15", 2), ("f.firms.from=15&f.firms.to=25", 1), ("f.note.known=1", 1), ("f.note.unknown=1", 2),
        ("f.kind.is=lecture&f.kind.is=visit", 3), ("f.kind.is=visit", 1), ("f.kind.not=visit", 2),
        ("f.title.has=%E7%94%B2", 1), ("f.firm.unknown=1", 3), ("f.held_on.from=2026-05-13", 0),
    ];
    for (query, count) in cases {
        let list = site
            .json(&format!("/registers/meeting?format=json&{query}"))
            .await;
        assert_eq!(list["count"], count, "{query}");
    }
    let added = site
        .get("/registers/meeting?add.field=firms&add.op=from&add.value=15")
        .await;
    assert_eq!(added.status, 303);
    let kept = [
        ("title", "多的"),
        ("shared", "1"),
        ("q.f.firms.from", "15"),
        ("q.col", "title"),
        ("q.col", "firms"),
    ];
    assert_eq!(
        post(&site, "/registers/meeting/views", &kept, &[])
            .await
            .status,
        303
    );
    let page = site.get("/registers/meeting").await.text;
    assert!(
        page.contains("多的") && page.contains("f.firms.from=15"),
        "{page}"
    );
    let none = post(&site, "/registers/meeting/views", &[("title", " ")], &[]).await;
    assert!(none.status.is_client_error());
    let csv = site.get("/registers/meeting/export?kind=csv&f.firms.from=15&col=title&col=firms&sort=firms&down=1").await;
    assert_eq!(csv.status, 200, "{}", csv.text);
    assert_eq!(
        csv.text,
        "\u{feff}活动名称,参加企业数\r\n丙会,30\r\n乙会,20\r\n"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn many_records_are_changed_at_once_and_what_one_refuses_is_told() {
    let site = Site::of(office()).await;
    let mut ids = Vec::new();
    for title in ["甲会", "乙会", "丙会"] {
        let fields = [
            ("do", "save"),
            ("f.title", title),
            ("f.held_on", "2026-05-12"),
        ];
        let path = leads_to(&post(&site, "/registers/meeting/new", &fields, &[]).await);
        ids.push(path.rsplit('/').next().unwrap().to_owned());
    }
    let path = "/registers/meeting/bulk";
    let set = [
        ("do", "set"),
        ("field", "cost"),
        ("f.cost", "1.5万"),
        ("record", ids[0].as_str()),
        ("record", ids[1].as_str()),
    ];
    let page = post(&site, path, &set, &[]).await;
    assert!(page.text.contains("已改 2 条"), "{}", page.text);
    let all = [
        ("do", "set"),
        ("field", "cost"),
        ("f.cost", "1.5万"),
        ("all", "1"),
        ("q.f.title.has", "会"),
    ];
    let page = post(&site, path, &all, &[]).await.text;
    assert!(page.contains("已改 1 条，本来如此 2 条"), "{page}");
    let wrong = [
        ("do", "set"),
        ("field", "cost"),
        ("f.cost", "很多"),
        ("all", "1"),
    ];
    let page = post(&site, path, &wrong, &[]).await.text;
    assert!(page.contains("未能处理 3 条"), "{page}");
    // A condition that is not understood must not widen what is removed.
    let unclear = [
        ("do", "remove"),
        ("why", "试"),
        ("all", "1"),
        ("q.f.firms.from", "很多"),
    ];
    assert!(
        post(&site, path, &unclear, &[])
            .await
            .status
            .is_client_error()
    );
    let remove = [
        ("do", "remove"),
        ("why", "试验"),
        ("all", "1"),
        ("q.f.title.has", "丙"),
    ];
    assert!(
        post(&site, path, &remove, &[])
            .await
            .text
            .contains("已改 1 条")
    );
    assert_eq!(
        site.json("/registers/meeting?format=json").await["count"],
        2
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn two_records_become_one_with_all_that_refers_to_them_and_part_again() {
    let site = Site::of(office()).await;
    let all = firms(&site).await;
    let (kept, gone) = (all[0].0.to_string(), all[1].0.to_string());
    let edit = format!("/registers/firm/{gone}/edit");
    let near = [
        ("do", "save"),
        ("version", "1"),
        ("f.name", "示例01科技有限责任公司"),
        ("f.address", "示例路9号"),
    ];
    assert_eq!(post(&site, &edit, &near, &[]).await.status, 303);
    let fields = [
        ("do", "save"),
        ("f.title", "示例会"),
        ("f.held_on", "2026-05-12"),
        ("f.firm", "示例01科技有限责任公司"),
        ("f.guests", "示例01科技有限公司、示例01科技有限责任公司"),
    ];
    let meeting = leads_to(&post(&site, "/registers/meeting/new", &fields, &[]).await);
    let found = site.get("/registers/firm/duplicates").await.text;
    assert!(found.contains(&format!("gone={gone}")), "{found}");
    let pair = site
        .get(&format!(
            "/registers/firm/duplicates?kept={kept}&gone={gone}"
        ))
        .await
        .text;
    assert!(pair.contains("示例路9号"), "{pair}");
    let order = [
        ("kept", kept.as_str()),
        ("kept_version", "1"),
        ("gone", gone.as_str()),
        ("gone_version", "2"),
        ("take", "address"),
        ("why", "同一家"),
    ];
    let stale = [
        order[0],
        order[1],
        order[2],
        ("gone_version", "1"),
        order[5],
    ];
    assert_eq!(
        post(&site, "/registers/firm/duplicates", &stale, &[])
            .await
            .status,
        409
    );
    let done = post(&site, "/registers/firm/duplicates", &order, &[]).await;
    assert_eq!(done.status, 303, "{}", done.text);
    let record = |text: &str| format!("{text}?format=json");
    let after = site.json(&record(&meeting)).await;
    assert_eq!(after["fields"]["firm"], "示例01科技有限公司");
    assert_eq!(after["fields"]["guests"], "示例01科技有限公司");
    let firm = site.json(&record(&format!("/registers/firm/{kept}"))).await;
    assert_eq!(firm["fields"]["address"], "示例路9号");
    assert_eq!(firm["fields"]["former_names"], "示例01科技有限责任公司");
    let page = site.get(&format!("/registers/firm/{kept}")).await.text;
    let undo = page
        .split("action=\"")
        .find(|it| it.contains("/merges/"))
        .unwrap();
    let undo = undo.split('?').next().unwrap().to_owned();
    let done = post(&site, &undo, &[], &[]).await;
    assert_eq!(done.status, 303, "{}", done.text);
    let after = site.json(&record(&meeting)).await;
    assert_eq!(after["fields"]["firm"], "示例01科技有限责任公司");
    assert_eq!(
        after["fields"]["guests"],
        "示例01科技有限公司、示例01科技有限责任公司"
    );
    assert_eq!(site.json("/registers/firm?format=json").await["count"], 3);
    assert_eq!(post(&site, &undo, &[], &[]).await.status, 404, "once");
    let done = site.district.run(&["audit", "verify"]);
    assert!(done.status.success(), "{}", crate::commands::said(&done));
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_about_a_firm_stands_on_one_page_without_personal_data() {
    let site = Site::of(office()).await;
    let (id, name) = firms(&site).await.remove(0);
    let edit = [("do", "save"), ("version", "1"), ("f.phone", "13900000000")];
    post(&site, &format!("/registers/firm/{id}/edit"), &edit, &[]).await;
    for (year, income) in [("2024", "100万"), ("2025", "150万")] {
        let fields = [
            ("do", "save"),
            ("f.firm", name.as_str()),
            ("f.year", year),
            ("f.income", income),
            ("f.staff", "12"),
        ];
        assert_eq!(
            post(&site, "/registers/fact/new", &fields, &[])
                .await
                .status,
            303
        );
    }
    let fields = [
        ("do", "save"),
        ("f.title", "示例对接会"),
        ("f.held_on", "2026-05-12"),
        ("f.firm", name.as_str()),
    ];
    post(
        &site,
        "/registers/meeting/new",
        &fields,
        &[("up.scan", "签到.png", b"\x89PNG\r\n\x1a\n0000")],
    )
    .await;
    let page = site.get(&format!("/organizations/{id}")).await;
    assert_eq!(page.status, 200, "{}", page.text);
    for said in [
        "1,500,000.00",
        "示例对接会",
        "签到.png",
        "2026-05-12",
        &name,
    ] {
        assert!(page.text.contains(said), "{said}: {}", page.text);
    }
    assert!(!page.text.contains("13900000000"));
    let whole = site.json(&format!("/organizations/{id}?format=json")).await;
    assert_eq!(whole["years"][0]["years"].as_array().unwrap().len(), 2);
    assert_eq!(whole["files"][0], "签到.png");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_workbook_is_seen_before_it_is_taken_and_nobody_takes_anothers() {
    let site = Site::of(office()).await;
    let csv = "企业名称,信用代码,街道\n示例新增有限公司,91990000MA00000990,东街道\n,91990000MA00000991,没有这条街\n";
    let sent = post(
        &site,
        "/registers/firm/import",
        &[],
        &[("file", "企业.csv", csv.as_bytes())],
    )
    .await;
    let path = leads_to(&sent);
    let standing = site.json(&format!("{path}?format=json")).await;
    assert_eq!(standing["created"], 1, "{standing}");
    assert_eq!(standing["faults"].as_array().unwrap().len(), 2);
    let page = site.get(&path).await.text;
    assert!(
        page.contains("bad-cell") && page.contains("没有这条街"),
        "{page}"
    );
    assert_eq!(
        site.json("/registers/firm?format=json").await["count"],
        3,
        "nothing was taken yet"
    );
    assert_eq!(
        site.get(&path.replace("/firm/", "/meeting/")).await.status,
        404
    );
    let done = post(&site, &path, &[("do", "apply"), ("partial", "1")], &[]).await;
    assert_eq!(done.status, 303, "{}", done.text);
    let mut standing = site.json(&format!("{path}?format=json")).await;
    for _ in 0..100 {
        if standing["stage"] != "running" {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        standing = site.json(&format!("{path}?format=json")).await;
    }
    assert_eq!(standing["stage"], "done", "{standing}");
    let batch = standing["batch"].to_string();
    assert_eq!(
        site.json(&format!("/registers/firm?format=json&f.@batch.is={batch}"))
            .await["count"],
        1
    );
    let undone = post(
        &site,
        &format!("/registers/firm/imports/{batch}/undo"),
        &[],
        &[],
    )
    .await;
    assert_eq!(undone.status, 303, "{}", undone.text);
    assert_eq!(site.json("/registers/firm?format=json").await["count"], 3);
    #[rustfmt::skip]
    let refused: [(&str, &[u8]); 3] = [
        ("宏.xlsm", b"PK\x03\x04"), ("名单.csv", "机密★1年\n企业名称\n".as_bytes()), ("图.xlsx", b"\x89PNG\r\n\x1a\n"),
    ];
    for (name, bytes) in refused {
        let answer = post(
            &site,
            "/registers/firm/import",
            &[],
            &[("file", name, bytes)],
        )
        .await;
        assert_eq!(answer.status, 422, "{name}: {}", answer.text);
    }
}
