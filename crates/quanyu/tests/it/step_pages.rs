//! The pages of steps on a small district: panel, sheet, opinions refused, files, boards for what has none.

use axum::{
    body::Body,
    http::{Request, header},
};

use crate::web::{Answer, Site};

async fn post(site: &Site, path: &str, fields: &[(&str, &str)]) -> Answer {
    let mut body = String::new();
    for (name, text) in fields {
        body.push_str(&format!(
            "--edge\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{text}\r\n"
        ));
    }
    body.push_str("--edge--\r\n");
    let request = Request::post(path)
        .header(header::HOST, "localhost:8420")
        .header(header::ORIGIN, "http://localhost:8420")
        .header(header::CONTENT_TYPE, "multipart/form-data; boundary=edge");
    site.ask(request.body(Body::from(body)).unwrap()).await
}

/// A task of the tiny pack, noted by hand.
async fn job(site: &Site) -> String {
    let file = site.district.write(
        "jobs.csv",
        "计划,任务名称,时间节点\nx,示例督办事项,2023-09-28\n",
    );
    let done = site
        .district
        .run(&["import", "job", file.to_str().unwrap()]);
    assert!(done.status.success(), "{}", crate::commands::said(&done));
    let list = site.json("/api/v1/registers/job/records").await;
    let id = list["records"][0]["id"].as_i64().unwrap();
    format!("/registers/job/{id}")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_page_offers_its_steps_and_takes_them() {
    let site = Site::demo().await;
    let path = job(&site).await;
    let page = site.get(&path).await.text;
    for part in [
        "确认完成",
        "打印审批单",
        "name=\"f.done_on\"",
        "示例督办事项",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
    let sheet = site.get(&format!("{path}/sheet?step=finish")).await;
    assert_eq!(sheet.status, 200, "{}", sheet.text);
    for part in ["任务审批单", "□ 同意", "编号：job-"] {
        assert!(sheet.text.contains(part), "{part}: {}", sheet.text);
    }
    type Case<'a> = (&'a str, &'a [(&'a str, &'a str)], u16);
    #[rustfmt::skip]
    let refused: [Case; 7] = [
        ("step",    &[("step", "finish")],                                       422),
        ("step",    &[("step", "finihs")],                                       404),
        ("step",    &[("step", "finish"), ("f.done_on", "昨天")],                 422),
        ("step",    &[("step", "finish"), ("met_on", "x")],                      400),
        ("opinion", &[("step", "finish"), ("agrees", "yes")],                    422),
        ("opinion", &[("step", "finish"), ("agrees", "<script>")],               400),
        ("step",    &[("step", "finish"), ("version", "99"), ("f.done_on", "2023-09-20")], 409),
    ];
    for (what, fields, status) in refused {
        let got = post(&site, &format!("{path}/{what}"), fields).await;
        assert_eq!(
            got.status.as_u16(),
            status,
            "{what} {fields:?} {}",
            got.text
        );
        assert!(!got.text.contains("<script>"), "{}", got.text);
    }
    let done = post(
        &site,
        &format!("{path}/step?format=json"),
        &[
            ("step", "finish"),
            ("f.done_on", "2023-09-20"),
            ("note", "<b>按期</b>"),
        ],
    )
    .await;
    assert_eq!(done.status, 200, "{}", done.text);
    let page = site.get(&path).await.text;
    assert!(
        page.contains("&lt;b&gt;按期&lt;/b&gt;") && page.contains("已办结，没有下一步"),
        "{page}"
    );
    let steps = site.json(&format!("{path}/steps?format=json")).await;
    assert_eq!(steps["taken"][0]["step"], "finish");
    assert_eq!(steps["open"].as_array().unwrap().len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_desk_and_its_rooms_show_what_waits_and_refuse_what_cannot_be() {
    let site = Site::demo().await;
    let path = job(&site).await;
    let desk = site.get("/desk").await.text;
    assert!(
        desk.contains("示例督办事项") && desk.contains(&path),
        "{desk}"
    );
    let month = site.get("/calendar?month=2023-09").await.text;
    assert!(month.contains("示例督办事项"), "{month}");
    let file = site.get("/calendar.ics").await;
    assert_eq!(
        file.headers[header::CONTENT_TYPE],
        "text/calendar; charset=utf-8"
    );
    #[rustfmt::skip]
    let refused = [
        ("/boards/contract", 404), ("/boards/nothing", 404), ("/calendar?month=2023-13", 400),
        ("/calendar?month=9999-01", 400), ("/calendar?month=..%2f", 400), ("/handover/99", 404),
        ("/registers/job/1/papers/..%2f..%2fetc", 404), ("/registers/job/x/steps", 404),
        ("/registers/contract/1/sheet?step=finish", 404), ("/registers/job/999999/steps", 404),
    ];
    for (path, status) in refused {
        let got = site.get(path).await;
        assert_eq!(got.status.as_u16(), status, "{path}: {}", got.text);
    }
    for path in [
        "/desk/delegations",
        "/desk/delegations/1/end",
        "/notices/read",
        "/handover",
    ] {
        let foreign = Request::post(path)
            .header(header::HOST, "localhost:8420")
            .header(header::ORIGIN, "http://evil.example")
            .header(header::CONTENT_TYPE, "multipart/form-data; boundary=edge");
        let got = site
            .ask(foreign.body(Body::from("--edge--\r\n")).unwrap())
            .await;
        assert_eq!(got.status, 403, "{path}");
    }
}
