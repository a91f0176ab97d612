//! 录入 in the browser on a small district: what a form saves, refuses, keeps, and tells two people who change one record.

use axum::{
    body::Body,
    http::{Request, header},
};

use crate::{
    commands::{District, said},
    web::{Answer, Site},
};

/// A district of the pack made for forms.
pub(crate) fn office() -> District {
    let district = District::empty();
    let done = district.run(&["demo", "--pack", "office", "--no-serve"]);
    assert!(done.status.success(), "{}", said(&done));
    district
}

/// A file of a form: field, name, content.
pub(crate) type Sent<'a> = (&'a str, &'a str, &'a [u8]);

/// Sends a form as a browser does.
pub(crate) async fn post(
    site: &Site,
    path: &str,
    fields: &[(&str, &str)],
    files: &[Sent<'_>],
) -> Answer {
    let mut body = Vec::new();
    for (name, text) in fields {
        let part =
            format!("--edge\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{text}\r\n");
        body.extend_from_slice(part.as_bytes());
    }
    for (name, file, bytes) in files {
        let head = format!(
            "--edge\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"{file}\"\r\n\r\n"
        );
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(bytes);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(b"--edge--\r\n");
    let request = Request::post(path)
        .header(header::HOST, "localhost:8420")
        .header(header::ORIGIN, "http://localhost:8420")
        .header(header::CONTENT_TYPE, "multipart/form-data; boundary=edge");
    site.ask(request.body(Body::from(body)).unwrap()).await
}

/// The path that an answer leads to, without its query.
pub(crate) fn leads_to(answer: &Answer) -> String {
    let to = answer.headers.get(header::LOCATION);
    let to = to.unwrap_or_else(|| panic!("{}: {}", answer.status, answer.text));
    to.to_str().unwrap().split('?').next().unwrap().to_owned()
}

async fn make(site: &Site, fields: &[(&str, &str)]) -> String {
    leads_to(&post(site, "/registers/meeting/new", fields, &[]).await)
}

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n0000IHDR";

#[tokio::test(flavor = "multi_thread")]
async fn every_type_of_field_is_entered_as_people_type_it_and_comes_back_the_same() {
    let site = Site::of(office()).await;
    let fields = [
        ("do", "save"),
        ("f.title", "示例宣讲会"),
        ("f.kind", "lecture"),
        ("f.kinds", ""),
        ("f.kinds", "lecture"),
        ("f.kinds", "visit"),
        ("f.held_on", "2026年5月12日"),
        ("f.span", "2026年上半年"),
        ("f.firm", "示例01科技有限公司"),
        ("f.guests", "示例01科技有限公司、示例02科技有限公司"),
        ("f.firms", "３２家"),
        ("f.share", "0.95"),
        ("f.cost", "12.5万"),
        ("f.open", "1"),
        ("f.note", "第一行\n第二行"),
        ("f.spot", "120.38，36.06"),
        ("f.link", "https://example.cn/a"),
        ("f.host", "示例主持人"),
        ("l.matter", ""),
        ("l.matter.0", ""),
        ("f.matter.0.name", "议题一"),
        ("f.matter.0.cost", "3万元"),
        ("l.matter.1", ""),
        ("f.matter.1.name", ""),
    ];
    let saved = post(
        &site,
        "/registers/meeting/new",
        &fields,
        &[("up.scan", "签到.png", PNG)],
    )
    .await;
    let path = leads_to(&saved);
    let record = site.json(&format!("{path}?format=json")).await;
    let said = |id: &str| record["fields"][id].as_str().unwrap_or_default().to_owned();
    #[rustfmt::skip]
    let wanted = [
        ("kind", "政策宣讲"), ("kinds", "政策宣讲、走访"), ("held_on", "2026-05-12"), ("span", "2026年上半年"),
        ("firm", "示例01科技有限公司"), ("guests", "示例01科技有限公司、示例02科技有限公司"), ("firms", "32"),
        ("share", "0.95"), ("cost", "125,000.00"), ("open", "是"), ("spot", "120.380000,36.060000"),
        ("link", "https://example.cn/a"), ("host", "示****"), ("scan", "签到.png"),
    ];
    for (id, value) in wanted {
        assert_eq!(said(id), value, "{id}");
    }
    let page = site.get(&path).await.text;
    assert!(
        page.contains("议题一") && page.contains("30,000.00"),
        "{page}"
    );
    assert!(!page.contains("示例主持人"), "personal data are not shown");
    // The form sent back as it was shown changes nothing, though the person's box is empty.
    let form = site.get(&format!("{path}/edit")).await.text;
    let again = fields_of(&form);
    let again: Vec<(&str, &str)> = again
        .iter()
        .map(|(a, b)| (a.as_str(), b.as_str()))
        .collect();
    let same = post(&site, &format!("{path}/edit?format=json"), &again, &[]).await;
    assert!(same.text.contains("\"changed\":false"), "{}", same.text);
    let done = site.district.run(&["audit", "verify"]);
    assert!(done.status.success(), "{}", crate::commands::said(&done));
}

/// Names and values of a form as a browser would send it.
fn fields_of(page: &str) -> Vec<(String, String)> {
    let attribute = |tag: &str, name: &str| {
        let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
        Some(
            rest.split('"')
                .next()?
                .replace("&quot;", "\"")
                .replace("&amp;", "&"),
        )
    };
    let from = page.find("data-entry").unwrap();
    let to = page[from..].find("</form>").unwrap() + from;
    // What a template holds is not sent.
    let mut form = page[from..to].to_owned();
    while let (Some(a), Some(b)) = (form.find("<template"), form.find("</template>")) {
        form.replace_range(a..b + "</template>".len(), "");
    }
    let mut fields = vec![("do".to_owned(), "save".to_owned())];
    for tag in form.split('<').skip(1) {
        let Some(name) = attribute(tag, "name").filter(|it| it != "do") else {
            continue;
        };
        let box_or_not = tag.contains("type=\"checkbox\"") && !tag.contains(" checked");
        if tag.starts_with("input") && !box_or_not && !tag.contains("type=\"file\"") {
            fields.push((name, attribute(tag, "value").unwrap_or_default()));
        } else if tag.starts_with("textarea") {
            fields.push((name, tag.split_once('>').unwrap().1.to_owned()));
        } else if tag.starts_with("select") {
            let rest = &form[form.find(&format!("name=\"{name}\"")).unwrap()..];
            let options = rest.split("</select>").next().unwrap();
            let chosen = options.split("<option").find(|it| it.contains(" selected"));
            let value = chosen
                .and_then(|it| attribute(it, "value"))
                .unwrap_or_default();
            fields.push((name, value));
        }
    }
    fields
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_fit_is_told_in_its_place_and_nothing_of_the_form_is_lost() {
    let site = Site::of(office()).await;
    #[rustfmt::skip]
    let cases: &[(&str, &str, &str)] = &[
        ("f.title",   "",                     "必填"),
        ("f.held_on", "2026-02-30",           "没有“2026-02-30”这一天"),
        ("f.cost",    "约三万",                "约三万"),
        ("f.firms",   "-1",                   "-1"),
        ("f.firm",    "没有这家单位",           "没有这家单位"),
        ("f.kind",    "没有这种",              "没有这种"),
        ("f.link",    "javascript:alert(1)",  "javascript:alert(1)"),
        ("f.spot",    "500,500",              "500,500"),
        ("f.scan",    "00000000000000000000000000000000000000000000000000000000000000aa:x.pdf", "x.pdf"),
    ];
    for (field, text, told) in cases {
        let mut fields = vec![("do", "save"), ("f.note", "写了很久的纪要")];
        for (name, value) in [("f.title", "示例会"), ("f.held_on", "2026-05-12")] {
            if name != *field {
                fields.push((name, value));
            }
        }
        fields.push((*field, *text));
        let answer = post(&site, "/registers/meeting/new", &fields, &[]).await;
        assert_eq!(answer.status, 422, "{field}: {}", answer.text);
        assert!(answer.text.contains(told), "{field}: {}", answer.text);
        assert!(answer.text.contains("写了很久的纪要"), "{field}");
        let id = format!("f-{}", &field[2..]);
        assert!(answer.text.contains(&format!("href=\"#{id}\"")), "{field}");
    }
    let list = site.json("/registers/meeting?format=json").await;
    assert_eq!(list["count"], 0, "nothing was saved");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_looked_at_before_it_is_kept_and_kept_when_another_cell_is_wrong() {
    let site = Site::of(office()).await;
    let good = [("do", "save"), ("f.title", "示例会"), ("f.held_on", "昨天")];
    #[rustfmt::skip]
    let refused: &[(&str, &[u8], &str)] = &[
        ("签到.pdf", PNG,                             "与后缀不符"),
        ("工具.exe", b"MZ\x90\x00",                   "不接收"),
        ("通知.txt", "机密★1年\n示例".as_bytes(),       "机密"),
    ];
    for (name, bytes, told) in refused {
        let answer = post(
            &site,
            "/registers/meeting/new",
            &good,
            &[("up.scan", name, bytes)],
        )
        .await;
        assert_eq!(answer.status, 422, "{name}");
        assert!(answer.text.contains(told), "{name}: {}", answer.text);
    }
    // The date is wrong: the file need not be sent again.
    let wrong = [("do", "save"), ("f.title", "示例会"), ("f.held_on", "某天")];
    let answer = post(
        &site,
        "/registers/meeting/new",
        &wrong,
        &[("up.scan", "签到.png", PNG)],
    )
    .await;
    let kept = fields_of(&answer.text)
        .into_iter()
        .find(|(name, value)| name == "f.scan" && !value.is_empty());
    let (_, kept) = kept.expect("the form names the file");
    let again = [
        ("do", "save"),
        ("f.title", "示例会"),
        ("f.held_on", "昨天"),
        ("f.scan", kept.as_str()),
    ];
    let path = make(&site, &again).await;
    let hash = kept.split(':').next().unwrap();
    let other = site.get("/registers/firm/1/files/aa").await;
    assert_eq!(other.status, 404);
    let page = site.get(&path).await.text;
    assert!(page.contains(&format!("/files/{hash}")), "{page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_people_who_change_one_record_are_told_of_each_other() {
    let site = Site::of(office()).await;
    let path = make(
        &site,
        &[
            ("do", "save"),
            ("f.title", "示例会"),
            ("f.held_on", "2026-05-12"),
        ],
    )
    .await;
    let edit = format!("{path}/edit");
    let base = [
        ("do", "save"),
        ("version", "1"),
        ("f.title", "示例会"),
        ("f.held_on", "2026-05-12"),
    ];
    let one: Vec<_> = base
        .iter()
        .copied()
        .chain([("f.cost", "1万"), ("f.firms", "10")])
        .collect();
    let two: Vec<_> = base
        .iter()
        .copied()
        .chain([("f.cost", "2万"), ("f.firms", "")])
        .collect();
    assert_eq!(post(&site, &edit, &one, &[]).await.status, 303);
    let answer = post(&site, &edit, &two, &[]).await;
    assert_eq!(answer.status, 409, "{}", answer.text);
    for said in [
        "10,000.00",
        "20,000.00",
        "两人都改过",
        "name=\"version\" value=\"2\"",
    ] {
        assert!(answer.text.contains(said), "{said}: {}", answer.text);
    }
    let fields = fields_of(&answer.text);
    let value = |name: &str| fields.iter().find(|it| it.0 == name).unwrap().1.clone();
    assert_eq!(
        (value("f.cost"), value("f.firms")),
        ("2万".into(), "10".into())
    );
    let again: Vec<(&str, &str)> = fields
        .iter()
        .map(|(a, b)| (a.as_str(), b.as_str()))
        .collect();
    assert_eq!(post(&site, &edit, &again, &[]).await.status, 303);
    let record = site.json(&format!("{path}?format=json")).await;
    assert_eq!(record["fields"]["cost"], "20,000.00");
    assert_eq!(record["fields"]["firms"], "10");
    assert_eq!(record["version"], 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_is_removed_with_a_reason_and_comes_back_whole() {
    let site = Site::of(office()).await;
    let path = make(
        &site,
        &[
            ("do", "save"),
            ("f.title", "示例会"),
            ("f.held_on", "2026-05-12"),
            ("l.matter", ""),
            ("l.matter.0", ""),
            ("f.matter.0.name", "议题一"),
        ],
    )
    .await;
    let remove = format!("{path}/remove");
    let without = post(&site, &remove, &[("version", "1"), ("why", " ")], &[]).await;
    assert_eq!(without.status, 422, "{}", without.text);
    let done = post(
        &site,
        &remove,
        &[("version", "1"), ("why", "重复登记")],
        &[],
    )
    .await;
    assert_eq!(done.status, 303, "{}", done.text);
    let page = site.get(&path).await.text;
    assert!(
        page.contains("重复登记") && page.contains("已移除"),
        "{page}"
    );
    assert_eq!(
        site.json("/registers/meeting?format=json").await["count"],
        0
    );
    let twice = post(&site, &remove, &[("version", "2"), ("why", "再来")], &[]).await;
    assert_eq!(twice.status, 404);
    let restore = format!("{path}/restore");
    let done = post(&site, &restore, &[("why", "并非重复")], &[]).await;
    assert_eq!(done.status, 303, "{}", done.text);
    let page = site.get(&path).await.text;
    assert!(
        page.contains("议题一") && page.contains("并非重复"),
        "{page}"
    );
    assert_eq!(
        site.json("/registers/meeting?format=json").await["count"],
        1
    );
    let done = site.district.run(&["audit", "verify"]);
    assert!(done.status.success(), "{}", crate::commands::said(&done));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_sets_what_the_pack_says_with_its_day_in_one_change() {
    let site = Site::of(office()).await;
    let firm = site.json("/registers/firm?format=json").await["records"][0]["id"].to_string();
    let path = format!("/registers/firm/{firm}");
    let page = site.get(&format!("{path}/events/move_out")).await;
    assert_eq!(page.status, 200, "{}", page.text);
    let later = [("f.@day", "2999-01-01"), ("f.address", "外区示例路1号")];
    let refused = post(&site, &format!("{path}/events/move_out"), &later, &[]).await;
    assert_eq!(refused.status, 422, "{}", refused.text);
    let day = [
        ("f.@day", "2026-03-01"),
        ("f.address", "外区示例路1号"),
        ("f.uscc", "改不了"),
        ("note", "示例文号"),
    ];
    let done = post(&site, &format!("{path}/events/move_out"), &day, &[]).await;
    assert_eq!(done.status, 303, "{}", done.text);
    let name = [("f.name", "示例新名科技有限公司")];
    let done = post(&site, &format!("{path}/events/rename"), &name, &[]).await;
    assert_eq!(done.status, 303, "{}", done.text);
    let record = site.json(&format!("{path}?format=json")).await;
    assert_eq!(record["version"], 3);
    #[rustfmt::skip]
    let wanted = [
        ("left_on", "2026-03-01"), ("status", "迁出"), ("address", "外区示例路1号"),
        ("name", "示例新名科技有限公司"), ("former_names", "示例01科技有限公司"),
    ];
    for (id, value) in wanted {
        assert_eq!(record["fields"][id], value, "{id}");
    }
    assert_ne!(record["fields"]["uscc"], "改不了");
    assert!(
        record["history"][1]["why"]
            .as_str()
            .unwrap()
            .contains("示例文号")
    );
    let before = site
        .json(&format!("{path}?format=json&day=2026-02-28"))
        .await;
    assert_ne!(
        before["fields"]["address"], "外区示例路1号",
        "the address holds from its day"
    );
    assert_eq!(
        site.get(&format!("{path}/events/no_such")).await.status,
        404
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_stranger_types_is_text_and_never_a_page() {
    let site = Site::of(office()).await;
    let evil = "<script>alert(1)</script>\"'><img src=x>";
    let fields = [
        ("do", "save"),
        ("f.title", evil),
        ("f.held_on", "2026-05-12"),
        ("f.note", evil),
        ("l.matter", ""),
        ("l.matter.0", ""),
        ("f.matter.0.name", evil),
    ];
    let path = make(&site, &fields).await;
    for page in [
        path.clone(),
        format!("{path}/edit"),
        "/registers/meeting".into(),
        "/registers/meeting/duplicates".into(),
    ] {
        let text = site.get(&page).await.text;
        assert!(
            !text.contains("<script>alert") && !text.contains("<img src=x"),
            "{page}"
        );
    }
    #[rustfmt::skip]
    let asked = [
        ("/registers/nothing/new", 404), ("/registers/meeting/pick?path=nothing&q=x", 404),
        ("/registers/meeting/pick?path=firm&q=%27%20or%201=1", 200), ("/registers/meeting/999999/edit", 404),
        ("/registers/firm/999999", 404), ("/organizations/999999", 404),
        ("/registers/meeting?f.title.has=%27%3B%20drop%20table%20x", 200),
        ("/registers/meeting?f.nothing.is=1", 404), ("/registers/meeting?f.host.has=x", 200),
        ("/registers/meeting/import/00", 404), ("/registers/meeting/export?kind=exe", 400),
    ];
    for (path, status) in asked {
        let answer = site.get(path).await;
        assert_eq!(answer.status, status, "{path}: {}", answer.text);
    }
}
