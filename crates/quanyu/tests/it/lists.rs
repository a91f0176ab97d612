//! Lists of names: read from what people have, matched, settled, written, taken back; nobody sees whom they may not.

use std::collections::BTreeMap;

use quanyu::app::{
    Product, Who,
    lists::{self, Decision, read},
    product::Place,
    who::{Grant, Grants},
};
use quanyu_core::{
    access::{Part, Scope},
    actor::Actor,
};
use quanyu_documents::formats::{SimpleBlock, write_docx_simple, write_pdf_simple};
use serde_json::Value;

use crate::{
    commands::{District, packs, said},
    web::Site,
    writing_pages::post,
};

/// Names of the tiny district, in order of their records.
fn firms(district: &District) -> Vec<(String, String)> {
    let out = district.file("firms.csv");
    let done = district.run(&["export", "firm", "--out", out.to_str().unwrap()]);
    assert!(done.status.success(), "{}", said(&done));
    let text = std::fs::read_to_string(out).unwrap();
    let rows = text
        .lines()
        .skip(1)
        .map(|it| it.split(',').collect::<Vec<_>>());
    rows.map(|it| (it[1].to_owned(), it[0].to_owned()))
        .collect()
}

async fn product(district: &District) -> Product {
    let place = Place {
        packs: Some(packs()),
        data: Some(district.file("data")),
        ..Place::default()
    };
    Product::open(&place).await.unwrap()
}

fn row(cells: &[&str]) -> Vec<String> {
    cells.iter().map(|it| (*it).to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_column_of_names_is_found_in_whatever_people_send() {
    let district = District::demo();
    let product = product(&district).await;
    let blocks = [
        SimpleBlock::Title("第一批名单".to_owned()),
        SimpleBlock::Paragraph("现将下列企业予以公示，请核对。".to_owned()),
        SimpleBlock::Table(vec![
            row(&["序号", "获认定者", "说明"]),
            row(&["1", "海州蓝鲸科技有限公司", "首次"]),
            row(&["2", "海州红杉电子有限公司", "重新"]),
        ]),
    ];
    let bare = [
        SimpleBlock::Title("名单".to_owned()),
        SimpleBlock::Paragraph("1. 海州蓝鲸科技有限公司".to_owned()),
        SimpleBlock::Paragraph("2. 海州红杉电子有限公司".to_owned()),
    ];
    let csv = "\u{feff}信用代码,单位名称,人数\n91990102MA00000012,海州蓝鲸科技有限公司,3\n,海州红杉电子有限公司,4\n合计,,7\n";
    let headless = "海州蓝鲸科技有限公司,城南\n海州红杉电子有限公司,城北\n";
    #[rustfmt::skip]
    let cases: [(&str, Vec<u8>, usize, bool); 6] = [
        ("表.docx",   write_docx_simple(&blocks), 1, false),
        ("段落.docx", write_docx_simple(&bare), 0, false),
        ("名单.pdf",  write_pdf_simple(&bare), 0, false),
        ("名单.csv",  csv.as_bytes().to_vec(), 1, true),
        ("无表头.csv", headless.as_bytes().to_vec(), 0, false),
        ("名单.txt",  "海州蓝鲸科技有限公司、海州红杉电子有限公司".as_bytes().to_vec(), 0, false),
    ];
    for (name, bytes, column, coded) in cases {
        let sheet = read::file(&product, name, &bytes).unwrap_or_else(|it| panic!("{name}: {it}"));
        let names: Vec<String> = sheet.asked().map(|it| it.name).collect();
        assert_eq!(
            names,
            ["海州蓝鲸科技有限公司", "海州红杉电子有限公司"],
            "{name}: {sheet:?}"
        );
        assert_eq!(
            (sheet.name_column, sheet.code_column.is_some()),
            (column, coded),
            "{name}"
        );
    }
    let pasted = "企业名称\t批次\n蓝鲸\t一\n海州红杉电子有限公司\t二\n";
    let sheet = read::text(&product, pasted).unwrap();
    assert_eq!(sheet.heads, ["企业名称", "批次"]);
    assert_eq!(
        sheet.asked().map(|it| it.name).collect::<Vec<_>>(),
        ["蓝鲸", "海州红杉电子有限公司"]
    );
    for (text, code) in [
        ("\n \n", "list_no_names"),
        ("机密★1年\n海州蓝鲸科技有限公司", "secret_file"),
    ] {
        assert_eq!(
            read::text(&product, text).unwrap_err().code(),
            code,
            "{text}"
        );
    }
}

#[test]
fn the_command_line_says_of_each_name_whom_it_means() {
    let district = District::demo();
    let known = firms(&district);
    let (name, code) = &known[0];
    let wrong = name.replace("有限公司", "有限公斯");
    let list = district.write(
        "list.txt",
        &format!(
            "{name}\n{}\n{wrong}\n北原没有这家有限公司\n",
            name.replace("有限公司", "有限责任公司")
        ),
    );
    let done = district.run(&[
        "match",
        list.to_str().unwrap(),
        "--register",
        "contract",
        "--format",
        "jsonl",
    ]);
    // Something is left for a person.
    assert_eq!(done.status.code(), Some(1), "{}", said(&done));
    let rows: Vec<Value> = String::from_utf8(done.stdout)
        .unwrap()
        .lines()
        .map(|it| serde_json::from_str(it).unwrap())
        .collect();
    let told: Vec<(&str, &str)> = rows
        .iter()
        .map(|it| {
            (
                it["status"].as_str().unwrap(),
                it["why"].as_str().unwrap_or_default(),
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            ("matched", "same"),
            ("matched", "form"),
            ("doubtful", "one_off"),
            ("unmatched", "")
        ]
    );
    assert_eq!(rows[0]["code"], Value::from(code.as_str()));
    assert_eq!(rows[2]["candidates"][0]["name"], Value::from(name.as_str()));
    assert!(rows[0]["records"].as_i64().unwrap() > 0, "{}", rows[0]);
    let table = district.run(&["match", list.to_str().unwrap()]);
    assert!(
        String::from_utf8(table.stdout)
            .unwrap()
            .contains("共 4 行：已匹配 2，待核 1，未匹配 1")
    );
    let csv = district.run(&["match", list.to_str().unwrap(), "--format", "csv"]);
    assert!(
        String::from_utf8(csv.stdout)
            .unwrap()
            .starts_with("row,name,status,why,organization,found,code,street,candidates\n")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_is_matched_settled_remembered_written_and_taken_back() {
    let site = Site::demo().await;
    let known = firms(&site.district);
    let spoiled = known[2].0.replace("有限公司", "有限公斯");
    let text = format!(
        "企业名称\t证书编号\n{}\tA-1\n{}\tA-2\n{}\tA-3\n{spoiled}\tA-4\n北原没有这家有限公司\tA-5\n",
        known[0].0, known[1].0, known[1].0
    );
    let made = post(
        &site,
        "/lists",
        &[("text", &text), ("title", "第一批")],
        None,
    )
    .await;
    assert_eq!(made.status, 303, "{}", made.text);
    let json = site.json("/lists/1?format=json").await;
    let counts =
        ["rows", "matched", "doubtful", "unmatched", "twice"].map(|it| json[it].as_i64().unwrap());
    assert_eq!(counts, [5, 3, 1, 1, 1]);
    let page = site.get("/lists/1").await.text;
    for part in ["第一批", "已匹配", "待核", "差一个字", &known[2].1, "重复"] {
        assert!(page.contains(part), "{part}: {page}");
    }
    // A person says who is meant, and the spelling is remembered.
    let meant = json["names"][3]["candidates"][0]["id"]
        .as_i64()
        .unwrap()
        .to_string();
    let settled = post(
        &site,
        "/lists/1/settle",
        &[("r.3", &meant), ("r.4", "none"), ("remember", "1")],
        None,
    )
    .await;
    assert_eq!(settled.status, 303, "{}", settled.text);
    post(
        &site,
        "/lists",
        &[("text", &spoiled), ("title", "第二批")],
        None,
    )
    .await;
    let again = site.json("/lists/2?format=json").await;
    assert_eq!(again["names"][0]["why"], "alias");
    assert_eq!(again["names"][0]["organization"]["id"].to_string(), meant);
    let lost = post(&site, "/lists/1/settle", &[("o.4", "没有的单位")], None).await;
    assert_eq!(lost.status, 422);
    assert!(lost.text.contains("没有的单位"), "{}", lost.text);

    // Written as one batch, with the list's own column; faults are told first.
    let ask = site.get("/lists/1/qualify").await.text;
    for part in ["公布文号", "批次", "有效期起", "高企"] {
        assert!(ask.contains(part), "{part}: {ask}");
    }
    let mut fields = vec![
        ("f.kind", "high"),
        ("f.paper", "示例〔2023〕1号"),
        ("f.round", "第一批"),
        ("f.valid_from", "某日"),
    ];
    let faulty = post(&site, "/lists/1/qualify", &fields, None).await;
    assert!(
        faulty.text.contains("某日") && !faulty.text.contains("name=\"sure\""),
        "{}",
        faulty.text
    );
    fields[3].1 = "2023-11-01";
    let preview = post(&site, "/lists/1/qualify", &fields, None).await;
    assert!(
        preview.text.contains("3 家单位：新增 3 条") && preview.text.contains("另有 1 行"),
        "{}",
        preview.text
    );
    fields.push(("sure", "1"));
    let written = post(&site, "/lists/1/qualify", &fields, None).await;
    assert_eq!(written.status, 303, "{}", written.text);
    let held = site.json("/api/v1/registers/listed/records").await;
    assert_eq!(held["records"].as_array().unwrap().len(), 3, "{held}");
    let out = site.district.file("listed.csv");
    site.district
        .run(&["export", "listed", "--out", out.to_str().unwrap()]);
    let listed = std::fs::read_to_string(out).unwrap();
    for part in ["A-4", "示例〔2023〕1号", "西街道"] {
        assert!(listed.contains(part), "{part}: {listed}");
    }
    let page = site.get("/lists/1").await.text;
    assert!(page.contains("3 条，已写入"), "{page}");
    let batch = site.json("/lists/1?format=json").await["batches"][0].to_string();
    assert_eq!(
        post(&site, "/lists/2/undo", &[("batch", &batch)], None)
            .await
            .status,
        422
    );
    assert_eq!(
        post(&site, "/lists/1/undo", &[("batch", &batch)], None)
            .await
            .status,
        303
    );
    let held = site.json("/api/v1/registers/listed/records").await;
    assert_eq!(held["records"].as_array().unwrap().len(), 0, "{held}");

    // Two lists held against each other.
    let difference = site.json("/lists/compare?a=1&b=2&format=json").await;
    let sizes = ["first", "both", "second"].map(|it| difference[it].as_array().unwrap().len());
    assert_eq!(sizes, [3, 1, 0]);
    assert!(
        site.get("/lists/compare?a=1&b=2")
            .await
            .text
            .contains("两份都有")
    );
    let csv = site.get("/lists/compare?a=1&b=2&format=csv").await.text;
    assert!(csv.contains("北原没有这家有限公司"), "{csv}");

    // Columns of registers beside the list.
    let book = site
        .download("/lists/1/xlsx?column=contract.@&column=firm.street&column=contract.amount")
        .await;
    let mut sheet =
        quanyu_documents::workbook::open_bytes(book, "a.xlsx", &Default::default()).unwrap();
    let heads: Vec<String> = sheet.columns().iter().map(|it| it.header.clone()).collect();
    assert_eq!(
        heads,
        [
            "企业名称",
            "证书编号",
            "比对结果",
            "差异",
            "台账中的单位",
            "统一社会信用代码",
            "所在街道",
            "技术合同·台账记录数",
            "所在街道",
            "技术合同·成交额（元）"
        ]
    );
    let mut first = quanyu_documents::workbook::Row::default();
    assert!(sheet.read_row(&mut first).unwrap());
    assert_eq!(first.cells[4].said(), known[0].0);
    assert!(first.cells[7].said().parse::<i64>().unwrap() > 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_list_is_refused_and_a_removed_one_is_gone() {
    let site = Site::demo().await;
    let name = &firms(&site.district)[0].0;
    post(&site, "/lists", &[("text", name)], None).await;
    for path in [
        "/lists/9",
        "/lists/x",
        "/lists/9/qualify",
        "/lists/9/xlsx",
        "/lists/compare?a=1&b=9",
        "/lists/compare",
    ] {
        assert_eq!(site.get(path).await.status, 404, "{path}");
    }
    let column = post(&site, "/lists/1/match", &[("name_column", "7")], None).await;
    assert_eq!(column.status, 404);
    let field = site.get("/lists/1/xlsx?column=firm.nothing").await;
    assert_eq!(field.status, 404);
    let empty = post(&site, "/lists", &[("text", " ")], None).await;
    assert_eq!(empty.status, 400, "{}", empty.text);
    let other = post(&site, "/lists/1/settle", &[("r.0", "999999")], None).await;
    assert_eq!(other.status, 404, "{}", other.text);
    assert_eq!(
        post(&site, "/lists/1/match", &[("name_column", "0")], None)
            .await
            .status,
        303
    );
    assert_eq!(post(&site, "/lists/1/remove", &[], None).await.status, 303);
    assert_eq!(site.get("/lists/1").await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_street_matches_its_own_organizations_and_sees_its_own_lists() {
    let district = District::demo();
    let product = product(&district).await;
    let street = product.seen_by(Who {
        actor: Actor::named("street"),
        name: "街道".to_owned(),
        only: None,
        grants: Grants::Roles(vec![Grant {
            role: "clerk".to_owned(),
            scope: Scope::Parts(vec![Part::Region("990102001".parse().unwrap())]),
        }]),
    });
    let names: String = firms(&district).into_iter().map(|it| it.0 + "\n").collect();
    let whole = lists::create(
        &product,
        "全部",
        None,
        read::text(&product, &names).unwrap(),
    )
    .await
    .unwrap();
    let own = lists::create(&street, "街道", None, read::text(&street, &names).unwrap())
        .await
        .unwrap();
    let seen = lists::show(&product, whole, None, 0).await.unwrap();
    let part = lists::show(&street, own, None, 0).await.unwrap();
    assert_eq!(seen.counts.matched, 12);
    // Two of three firms of the tiny district are of the first street; the others are nobody to it.
    assert_eq!((part.counts.matched, part.counts.rows), (8, 12));
    assert_eq!(part.streets.len(), 1, "{:?}", part.streets);
    assert!(part.rows.iter().all(|it| {
        it.candidates
            .iter()
            .all(|it| it.street == part.streets[0].1)
    }));
    assert_eq!(
        lists::get(&street, whole).await.unwrap_err().code(),
        "not_found"
    );
    assert_eq!(lists::all(&street).await.unwrap().len(), 1);
    assert_eq!(lists::all(&product).await.unwrap().len(), 2);
    // Nor can it choose one by number.
    let hidden = seen
        .rows
        .iter()
        .filter_map(|it| it.organization.as_ref())
        .find(|it| it.street != part.streets[0].1);
    let choice = BTreeMap::from([(0, Decision::Is(hidden.unwrap().id))]);
    assert_eq!(
        lists::settle(&street, own, &choice, true)
            .await
            .unwrap_err()
            .code(),
        "not_found"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn names_follow_the_records_they_stand_in() {
    let district = District::demo();
    let product = product(&district).await;
    let find = async |name: &str| {
        let asked = [lists::find::Asked {
            name: name.to_owned(),
            code: None,
        }];
        lists::find::find(&product, &asked)
            .await
            .unwrap()
            .remove(0)
            .found
    };
    assert_eq!(find("海州新来科技有限公司").await.status, "unmatched");
    let (_, code) = firms(&district).remove(0);
    let file = district.write(
        "new.csv",
        &format!("信用代码,企业名称,曾用名\n91990102MA0000000X,海州新来科技有限公司,\n{code},海州改名科技有限公司,海州旧名科技有限公司；海州更旧科技有限公司\n"),
    );
    let done = district.run(&["import", "firm", file.to_str().unwrap()]);
    assert!(done.status.success(), "{}", said(&done));
    assert_eq!(
        find("海州新来科技有限公司").await.why.as_deref(),
        Some("same")
    );
    assert_eq!(
        find("海州改名科技有限公司").await.why.as_deref(),
        Some("same")
    );
    assert_eq!(
        find("海州更旧科技有限公司").await.why.as_deref(),
        Some("former")
    );
}
