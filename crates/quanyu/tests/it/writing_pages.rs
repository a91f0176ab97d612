//! The pages of papers: registered, traced, taken step by step, reported.

use axum::{
    body::Body,
    http::{Request, header},
};

use crate::web::{Answer, Site};

const TEXT: &str = "试验区2023年工作总结\n一、主要成效\n2023年，技术合同成交额达到0.12亿元，同比增长23.5%，技术合同项数40项。\n";

pub(crate) async fn post(
    site: &Site,
    path: &str,
    fields: &[(&str, &str)],
    file: Option<(&str, &[u8])>,
) -> Answer {
    let mut body = Vec::new();
    for (name, text) in fields {
        let part =
            format!("--edge\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{text}\r\n");
        body.extend_from_slice(part.as_bytes());
    }
    let (name, bytes) = file.unwrap_or_default();
    let head = format!(
        "--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\nContent-Type: application/octet-stream\r\n\r\n"
    );
    body.extend_from_slice(head.as_bytes());
    body.extend_from_slice(bytes);
    body.extend_from_slice(b"\r\n--edge--\r\n");
    let request = Request::post(path)
        .header(header::HOST, "localhost:8420")
        .header(header::ORIGIN, "http://localhost:8420")
        .header(header::CONTENT_TYPE, "multipart/form-data; boundary=edge");
    site.ask(request.body(Body::from(body)).unwrap()).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_paper_is_registered_traced_taken_on_and_reported() {
    let site = Site::demo().await;
    let fields = [
        ("title", "试验区2023年工作总结"),
        ("kind", "summary"),
        ("period", "2023"),
    ];
    let made = post(
        &site,
        "/writing",
        &fields,
        Some(("总结.txt", TEXT.as_bytes())),
    )
    .await;
    assert_eq!(made.status, 303, "{}", made.text);
    let place = made.headers[header::LOCATION].to_str().unwrap().to_owned();
    let path = place.split('?').next().unwrap().to_owned();

    let freeze = [
        "release",
        "freeze",
        "summary@2023",
        "contract_value",
        "contract_value:growth",
        "contract_count",
        "--period",
        "2023",
    ];
    let done = site.district.run(&freeze);
    assert!(done.status.success(), "{}", crate::commands::said(&done));
    let page = site.get(&place).await.text;
    // The value is said otherwise in the text (0.12亿元) than nothing but its words: it is linked by them.
    for part in [
        "class=\"mark linked\"",
        "0.12亿元",
        "23.5%",
        "定版 3 个数",
        "与现在一致",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
    let json = site.json(&format!("{path}?format=json")).await;
    assert_eq!(json["figures"].as_array().unwrap().len(), 3);
    let release = json["figures"][0]["id"].as_str().unwrap().to_owned();

    // A contract that comes later moves the figure, and the page says who.
    let file = site.district.write(
        "more.csv",
        "合同编号,成交额,签订日期\nX-1,100万,2023-08-08\n",
    );
    let done = site
        .district
        .run(&["import", "contract", file.to_str().unwrap()]);
    assert!(done.status.success(), "{}", crate::commands::said(&done));
    let page = site.get(&place).await.text;
    for part in [
        "class=\"mark damaged\"",
        "3 个已变",
        "X-1",
        "现在是 0.13亿元",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
    let shown = site.get(&format!("/releases/{release}?period=2023")).await;
    for part in ["sum(amount)", "X-1", "新增", "本机操作员"] {
        assert!(shown.text.contains(part), "{part}: {}", shown.text);
    }
    let page = site
        .get("/indicators/contract_value?period=2023")
        .await
        .text;
    assert!(page.contains(&format!("/releases/{release}")), "{page}");

    // Steps: refused with what is missing, then taken; the file comes back.
    let step = format!("{path}/step");
    let missing = post(&site, &step, &[("step", "submit")], None).await;
    assert_eq!(
        (missing.status.as_u16(), missing.text.contains("备注")),
        (422, true),
        "{}",
        missing.text
    );
    let fields = [
        ("step", "submit"),
        ("f.note", "请核"),
        ("f.pages", "3"),
        ("offline", "1"),
    ];
    let taken = post(&site, &step, &fields, Some(("签批单.pdf", b"%PDF-1.4"))).await;
    assert_eq!(taken.status, 303, "{}", taken.text);
    let page = site.get(&place).await.text;
    assert!(
        page.contains("签批单.pdf") && page.contains("线下"),
        "{page}"
    );
    let href = page
        .split("href=\"")
        .find(|it| it.starts_with(&format!("{path}/files/")))
        .unwrap();
    let file = site
        .get(&href.split('"').next().unwrap().replace("&amp;", "&"))
        .await;
    assert_eq!(file.status, 200);
    let fields = [
        ("step", "register"),
        ("f.word", "示科"),
        ("f.sent_on", "2024-01-05"),
        ("f.sent_to", "示例市科技局"),
    ];
    let taken = post(&site, &step, &fields, None).await;
    assert_eq!(taken.status, 303, "{}", taken.text);
    let page = site.get(&place).await.text;
    assert!(
        page.contains("示科〔") && page.contains("已印发的文稿有 3 个数"),
        "{page}"
    );
    let list = site.json("/writing?format=json&state=sent").await;
    assert_eq!(list["documents"].as_array().unwrap().len(), 1);
    let list = site.json("/writing?format=json&state=drafting").await;
    assert_eq!(list["documents"].as_array().unwrap().len(), 0);

    // Reported: what was noted by hand differs from what the document says.
    let fields = [
        ("indicator", "contract_value"),
        ("measure", "value"),
        ("region", "990102"),
        ("period", "2023"),
        ("value", "15000000"),
        ("to", "示例市统计局"),
        ("date", "2024-01-08"),
    ];
    let noted = post(&site, "/reports", &fields, None).await;
    assert_eq!(noted.status, 303, "{}", noted.text);
    let page = site.get("/reports").await.text;
    assert!(
        page.contains("报出的数不一致") && page.contains("示例市统计局"),
        "{page}"
    );
    let json = site.json("/reports?format=json&differs=1").await;
    assert_eq!(json["subjects"].as_array().unwrap().len(), 1);
    assert_eq!(json["subjects"][0]["given"].as_array().unwrap().len(), 2);

    for (path, status) in [
        ("/writing/999999", 404),
        ("/writing/x", 404),
        ("/releases/zzzzzzzz", 404),
        (&format!("{path}/files/x"), 404),
    ] {
        assert_eq!(site.get(path).await.status.as_u16(), status, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_is_looked_at_frozen_kept_and_told_when_its_figures_move() {
    let site = Site::demo().await;
    let offered = site.get("/writing/compose?period=2023").await.text;
    assert!(
        offered.contains("年度总结") && offered.contains("document=summary"),
        "{offered}"
    );
    let asked = "/writing/compose?document=summary&period=2023&date=2024-01-08";
    let page = site.get(asked).await.text;
    for part in [
        "试验区2023年工作总结",
        "达0.12亿元",
        "同比增长23.5%",
        "净增10项",
        "2024年1月8日",
        "5 个数待定版",
        "data:image/svg+xml,",
        "定版并存为文稿",
        "/documents/compose/summary.pdf?",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
    let english = site.get(&format!("{asked}&lang=en")).await;
    assert_eq!(english.status, 200, "{}", english.text);
    let json = site.json(&format!("{asked}&format=json")).await;
    assert_eq!(json["figures"].as_array().unwrap().len(), 5);
    assert_eq!(json["figures"][3]["measure"], "change");
    // Looking freezes nothing.
    let none = site
        .district
        .run(&["release", "list", "summary@2023", "--format", "jsonl"]);
    assert!(none.status.success() && none.stdout.is_empty());

    // What cannot be said is told beside the form; what is no document is not there.
    let missing = site
        .get("/writing/compose?document=summary&period=2020")
        .await;
    assert_eq!(missing.status, 200, "{}", missing.text);
    assert!(
        missing.text.contains("role=\"alert\"") && missing.text.contains("name=\"period\""),
        "{}",
        missing.text
    );
    for (path, status) in [
        (
            "/writing/compose?document=sumary&period=2023&format=json",
            404,
        ),
        ("/writing/compose?document=summary&period=2023&date=x", 400),
    ] {
        assert_eq!(site.get(path).await.status.as_u16(), status, "{path}");
    }

    let form = "document=summary&period=2023&date=2024-01-08&number=";
    let kept = site.form("/writing/compose", form).await;
    assert_eq!(kept.status, 303, "{}", kept.text);
    let place = kept.headers[header::LOCATION].to_str().unwrap().to_owned();
    let path = place.split('?').next().unwrap().to_owned();
    let page = site.get(&place).await.text;
    // Each number of the text is its release's, by the tag in the file.
    assert_eq!(page.matches("class=\"mark linked\"").count(), 5, "{page}");
    assert!(!page.contains("class=\"mark counted\""), "{page}");
    assert!(page.contains("定版 5 个数"), "{page}");
    // Kept again while it is drafted, it is the same paper with the same figures.
    let again = site.form("/writing/compose", form).await;
    assert_eq!(again.headers[header::LOCATION].to_str().unwrap(), place);
    let json = site.json(&format!("{path}?format=json")).await;
    assert_eq!(json["figures"].as_array().unwrap().len(), 5);

    // The file agrees with the records on every figure, the difference too.
    let file = site
        .get("/documents/compose/summary.md?period=2023&date=2024-01-08")
        .await;
    assert_eq!(file.status, 200);
    let done = site.district.run(&[
        "compose",
        "summary",
        "--period",
        "2023",
        "--date",
        "2024-01-08",
        "--out",
        "check.docx",
    ]);
    assert!(done.status.success(), "{}", crate::commands::said(&done));
    let docx = site.district.file("check.docx");
    let done = site.district.run(&[
        "check",
        docx.to_str().unwrap(),
        "--period",
        "2023",
        "--format",
        "jsonl",
    ]);
    assert!(done.status.success(), "{}", crate::commands::said(&done));

    // A contract that comes later moves figures; the paper is told of once it was sent.
    let more = site.district.write(
        "more.csv",
        "合同编号,成交额,签订日期\nX-1,100万,2023-08-08\n",
    );
    let done = site
        .district
        .run(&["import", "contract", more.to_str().unwrap()]);
    assert!(done.status.success(), "{}", crate::commands::said(&done));
    let page = site.get("/writing/changed").await.text;
    assert!(page.contains("已印发的文稿都与台账一致"), "{page}");
    let step = format!("{path}/step");
    let steps: [&[(&str, &str)]; 2] = [
        &[("step", "submit"), ("f.note", "请核"), ("f.pages", "3")],
        &[
            ("step", "register"),
            ("f.word", "示科"),
            ("f.sent_on", "2024-01-08"),
            ("f.sent_to", "示例市科技局"),
        ],
    ];
    for fields in steps {
        let taken = post(&site, &step, fields, None).await;
        assert_eq!(taken.status, 303, "{}", taken.text);
    }
    for (language, words) in [
        ("zh", "其中 4 个按原来的说法已不成立"),
        ("en", "4 are no longer true"),
    ] {
        let page = site
            .get(&format!("/writing/changed?lang={language}"))
            .await
            .text;
        for part in [words, "达0.12亿元", "X-1", "净增10项"] {
            assert!(page.contains(part), "{part}: {page}");
        }
    }
    let json = site.json("/writing/changed?format=json").await;
    let moved = json["documents"][0]["moved"].as_array().unwrap();
    assert_eq!(moved.len(), 5, "{json}");
    assert_eq!(moved[0]["since"]["changes"][0]["label"], "X-1");
    let csv = site.get("/writing/changed?format=csv").await.text;
    assert_eq!(csv.lines().count(), 6, "{csv}");

    // Sent, it keeps its text and its figures.
    let closed = site.form("/writing/compose", form).await;
    assert_eq!(closed.status.as_u16(), 422, "{}", closed.text);
    let file = site
        .get("/documents/compose/summary.docx?period=2023")
        .await;
    assert_eq!(file.status.as_u16(), 422);
    let json = site.json(&format!("{path}?format=json")).await;
    assert_eq!(json["figures"].as_array().unwrap().len(), 5);
    let page = site.get(asked).await.text;
    assert!(page.contains(" disabled"), "{page}");
}
