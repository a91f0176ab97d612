//! Requests for figures and rows: what is known is not asked, what comes back merges by itself, nobody sees another's part.

use quanyu::app::{
    Product, Who,
    collections::{
        self,
        answer::{self, Typed},
        ask::{self, Wish},
        confirm, files, grid,
    },
    product::Place,
    who::{Grant, Grants},
};
use quanyu_core::{
    access::{Part, Scope},
    actor::Actor,
    text::Language,
};
use quanyu_documents::workbook::{
    Cell, Row, Wish as Sheet, open_bytes,
    write::{Asked, Book, Field, HIDDEN, Kind, Request, request},
};
use serde_json::Value;

use crate::{
    commands::{District, packs, said},
    web::Site,
    writing_pages::post,
};

const EAST: &str = "990102001";
const WEST: &str = "990102002";

async fn product(district: &District) -> Product {
    let place = Place {
        packs: Some(packs()),
        pack: Some("asked".to_owned()),
        data: Some(district.file("data")),
        ..Place::default()
    };
    Product::open(&place).await.unwrap()
}

fn street(product: &Product, region: &str) -> Product {
    product.seen_by(Who {
        actor: Actor::named(format!("street:{region}")),
        name: "街道".to_owned(),
        only: None,
        grants: Grants::Roles(vec![Grant {
            role: "clerk".to_owned(),
            scope: Scope::Parts(vec![Part::Region(region.parse().unwrap())]),
        }]),
    })
}

fn wish(period: &str, items: &[&str]) -> Wish {
    Wish {
        title: format!("{period}年研发投入"),
        period: period.to_owned(),
        due: Some("2099-01-08".to_owned()),
        jump: 20,
        items: items.iter().map(|it| (*it).to_owned()).collect(),
        regions: vec![EAST.to_owned(), WEST.to_owned()],
        ..Wish::default()
    }
}

fn typed(values: &[((i64, i64), &str)], reasons: &[(i64, &str)]) -> Typed {
    Typed {
        values: values
            .iter()
            .map(|(at, it)| (*at, (*it).to_owned()))
            .collect(),
        reasons: reasons
            .iter()
            .map(|(at, it)| (*at, (*it).to_owned()))
            .collect(),
    }
}

/// A figure as the command line says it.
fn figure(district: &District, id: &str, region: &str, period: &str) -> Value {
    let mut rows = district.rows(&[
        "figures", id, "--region", region, "--period", period, "--format", "jsonl",
    ]);
    rows.remove(0)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_known_is_not_asked_and_what_is_confirmed_is_known() {
    let district = District::demo();
    let product = product(&district).await;
    // The count of contracts is computed, the spending nobody knows.
    let id = ask::create(&product, &wish("2022", &["contract_count", "spending"]))
        .await
        .unwrap();
    let shown = collections::show(&product, id).await.unwrap();
    assert_eq!(
        (shown.cells_asked, shown.cells_held, shown.cells_twice),
        (2, 2, 0)
    );
    let east = grid::grid(&product, id, 0).await.unwrap();
    assert!(east.lines[0].cells[0].held.is_some() && east.lines[1].cells[0].held.is_none());
    assert_eq!(east.lines[1].unit.as_deref(), Some("万元"));

    let faults = answer::submit(&product, id, 0, &typed(&[((1, 1), "约100")], &[]), None)
        .await
        .unwrap();
    assert_eq!(faults.len(), 1, "{faults:?}");
    assert_eq!(
        confirm::confirm(&product, id, 0).await.unwrap_err().code(),
        "collection_not_reported"
    );
    for (place, text) in [(0, "100"), (1, "2.5亿元")] {
        let faults = answer::submit(&product, id, place, &typed(&[((1, 1), text)], &[]), None)
            .await
            .unwrap();
        assert_eq!(faults, []);
        assert_eq!(confirm::confirm(&product, id, place).await.unwrap(), 1);
    }
    assert_eq!(
        answer::submit(&product, id, 0, &Typed::default(), None)
            .await
            .unwrap_err()
            .code(),
        "collection_closed"
    );
    let known = figure(&district, "spending", EAST, "2022");
    assert_eq!(
        (
            known["value"].to_string().as_str(),
            known["source"].as_str()
        ),
        ("1000000", Some("cited"))
    );
    assert_eq!(
        figure(&district, "spending", WEST, "2022")["value"].to_string(),
        "250000000"
    );

    // Known now: nothing is left to ask.
    let again = ask::create(&product, &wish("2022", &["contract_count", "spending"])).await;
    assert_eq!(again.unwrap_err().code(), "collection_all_held");
    // The year after, each value stands beside the one before; a jump needs a reason.
    let id = ask::create(&product, &wish("2023", &["spending"]))
        .await
        .unwrap();
    let east = grid::grid(&product, id, 0).await.unwrap();
    assert_eq!(east.lines[0].cells[0].before.as_deref(), Some("100"));
    let jump = answer::submit(&product, id, 0, &typed(&[((0, 0), "121")], &[]), None)
        .await
        .unwrap();
    assert!(
        jump.len() == 1 && jump[0].item.is_none() && jump[0].zh.contains("21%"),
        "{jump:?}"
    );
    let steady = answer::submit(&product, id, 1, &typed(&[((0, 0), "26000")], &[]), None)
        .await
        .unwrap();
    assert_eq!(steady, []);
    let reasoned = typed(&[((0, 0), "121")], &[(0, "新增两家企业")]);
    assert_eq!(
        answer::submit(&product, id, 0, &reasoned, None)
            .await
            .unwrap(),
        []
    );
    // Sent back with a reason, reported again, confirmed.
    assert_eq!(
        answer::send_back(&product, id, 0, " ")
            .await
            .unwrap_err()
            .code(),
        "collection_no_remark"
    );
    answer::send_back(&product, id, 0, "请核对").await.unwrap();
    assert_eq!(
        grid::grid(&product, id, 0)
            .await
            .unwrap()
            .party
            .remark
            .as_deref(),
        Some("请核对")
    );
    assert_eq!(
        answer::submit(&product, id, 0, &reasoned, None)
            .await
            .unwrap(),
        []
    );
    confirm::confirm(&product, id, 0).await.unwrap();
    assert_eq!(
        figure(&district, "spending", EAST, "2023")["value"].to_string(),
        "1210000"
    );
    // The same asked again while the west street's is not confirmed counts as asked twice.
    ask::create(&product, &wish("2023", &["spending"]))
        .await
        .unwrap();
    let asked = collections::all(&product).await.unwrap().asked.unwrap();
    assert_eq!((asked.cells, asked.twice), (5, 1), "{asked:?}");
    let verified = district.run(&["audit", "verify"]);
    assert!(verified.status.success(), "{}", said(&verified));
}

/// A workbook as somebody sends it back: the id of the one made for them, their values.
fn sent_back(made: &[u8], change: impl Fn(&mut Request)) -> Vec<u8> {
    let wish = Sheet {
        sheet: Some(HIDDEN.to_owned()),
        known: vec!["key".to_owned(), "value".to_owned()],
    };
    let mut row = Row::default();
    let mut sheet = open_bytes(made.to_vec(), "a.xlsx", &wish).unwrap();
    assert!(sheet.read_row(&mut row).unwrap());
    let id = row.cells[1].said();
    let mut sheet = open_bytes(
        made.to_vec(),
        "a.xlsx",
        &Sheet {
            sheet: None,
            known: vec!["序号".to_owned(), "指标".to_owned()],
        },
    )
    .unwrap();
    let mut asked = Request {
        id,
        lines: vec!["报送表".to_owned()],
        columns: sheet
            .columns()
            .iter()
            .map(|it| Field::new(&it.header, Kind::Text))
            .collect(),
        rows: Vec::new(),
    };
    while sheet.read_row(&mut row).unwrap() {
        asked
            .rows
            .push(row.cells.iter().cloned().map(Asked::Open).collect());
    }
    change(&mut asked);
    let book = Book {
        title: "报送表".to_owned(),
        made_at: jiff::civil::date(2024, 1, 2).at(0, 0, 0, 0),
        language: Language::Zh,
    };
    request(&book, &asked).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn workbooks_that_come_back_merge_by_themselves_or_say_why_not() {
    let district = District::demo();
    let product = product(&district).await;
    let id = ask::create(&product, &wish("2022", &["contract_count", "spending"]))
        .await
        .unwrap();
    let other = ask::create(&product, &wish("2021", &["spending"]))
        .await
        .unwrap();
    let (name, east) = files::workbook(&product, id, 0).await.unwrap();
    assert!(name.contains("东街道"), "{name}");
    let (_, west) = files::workbook(&product, id, 1).await.unwrap();
    let (_, foreign) = files::workbook(&product, other, 0).await.unwrap();
    let value = |text: &'static str| {
        move |it: &mut Request| it.rows[1][5] = Asked::Open(Cell::Text(text.to_owned()))
    };
    let renamed = |it: &mut Request| it.columns[5] = Field::new("本年", Kind::Text);
    let unknown = |it: &mut Request| it.id = "0".repeat(32);
    // Somebody made it another place's, or another request's.
    let moved = |it: &mut Request| it.id = it.id.replacen("-1-", "-0-", 1);
    let lent = |it: &mut Request| {
        let (_, rest) = it.id.split_once('-').unwrap();
        it.id = format!("{other}-{rest}");
    };
    let sent = vec![
        (
            "副本 东街道(1).xlsx".to_owned(),
            sent_back(&east, value("12.5")),
        ),
        ("西.xlsx".to_owned(), sent_back(&west, value("很多"))),
        ("别的.xlsx".to_owned(), foreign),
        ("改头.xlsx".to_owned(), sent_back(&west, renamed)),
        ("无号.xlsx".to_owned(), sent_back(&west, unknown)),
        ("不是表.xlsx".to_owned(), b"not a workbook".to_vec()),
        ("换街道.xlsx".to_owned(), sent_back(&west, moved)),
        ("换任务.xlsx".to_owned(), sent_back(&west, lent)),
    ];
    let merged = files::merge(&product, Some(id), sent).await.unwrap();
    let told: Vec<(bool, &str)> = merged
        .iter()
        .map(|it| {
            (
                it.faults.is_empty(),
                it.refused.as_ref().map_or("", |it| it.code()),
            )
        })
        .collect();
    #[rustfmt::skip]
    let want = [
        (true, ""), (false, ""), (true, "collection_other_request"), (true, "collection_head_changed"),
        (true, "collection_no_id"), (true, "format_trouble"), (true, "collection_no_id"), (true, "collection_no_id"),
    ];
    assert_eq!(told, want, "{merged:?}");
    let shown = collections::show(&product, id).await.unwrap();
    let states: Vec<&str> = shown.parties.iter().map(|it| it.state.as_str()).collect();
    assert_eq!(states, ["reported", "open"]);
    confirm::confirm(&product, id, 0).await.unwrap();
    assert_eq!(
        figure(&district, "spending", EAST, "2022")["value"].to_string(),
        "125000"
    );
    // The workbook is kept as the evidence of the figure.
    let out = district.file("cited.csv");
    district.run(&["export", "cited_value", "--out", out.to_str().unwrap()]);
    let cited = std::fs::read_to_string(out).unwrap();
    for part in ["副本 东街道(1).xlsx", "2022年研发投入（报数1）", "东街道"] {
        assert!(cited.contains(part), "{part}: {cited}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_are_asked_where_something_is_missing_and_become_records() {
    let district = District::demo();
    let product = product(&district).await;
    // Contracts of 2022 have no kind; number and amount are known. One row for a new contract.
    let asked = Wish {
        register: Some("contract".to_owned()),
        items: ["number", "kind", "amount", "signed_on"]
            .map(str::to_owned)
            .to_vec(),
        blank: 1,
        ..wish("2022", &[])
    };
    let lacking = Wish {
        items: vec!["kind".to_owned()],
        ..asked.clone()
    };
    assert_eq!(
        ask::create(&product, &lacking).await.unwrap_err().code(),
        "collection_key_missing"
    );
    let id = ask::create(&product, &asked).await.unwrap();
    let east = grid::grid(&product, id, 0).await.unwrap();
    let last = east.lines.len() as i64 - 1;
    assert!(east.lines[0].cells[0].held.is_some() && east.lines[0].cells[1].held.is_none());
    let count = collections::show(&product, id).await.unwrap();
    assert_eq!(count.cells_asked, 30 + 2 * 4);
    let wrong = typed(&[((0, 1), "租赁"), ((last, 0), "新-1")], &[]);
    let faults = answer::submit(&product, id, 0, &wrong, None).await.unwrap();
    // An unknown kind; amount and day of the new contract.
    assert_eq!(faults.len(), 3, "{faults:?}");
    let right = typed(
        &[
            ((0, 1), "技术转让"),
            ((last, 0), "新-1"),
            ((last, 2), "12.5万"),
            ((last, 3), "2022-08-08"),
        ],
        &[],
    );
    assert_eq!(
        answer::submit(&product, id, 0, &right, None).await.unwrap(),
        []
    );
    assert_eq!(confirm::confirm(&product, id, 0).await.unwrap(), 2);
    let out = district.file("contracts.csv");
    district.run(&["export", "contract", "--out", out.to_str().unwrap()]);
    let contracts = std::fs::read_to_string(out).unwrap();
    let number = east.lines[0].cells[0].held.clone().unwrap();
    let line = |number: &str| {
        contracts
            .lines()
            .find(|it| it.starts_with(number))
            .unwrap()
            .to_owned()
    };
    assert!(line(&number).contains("技术转让"), "{contracts}");
    assert!(
        line("新-1").contains("125000") && line("新-1").contains("东街道"),
        "{}",
        line("新-1")
    );
    // A value that came into a record meanwhile is not overwritten.
    assert_eq!(
        answer::submit(&product, id, 1, &typed(&[((0, 1), "技术转让")], &[]), None)
            .await
            .unwrap(),
        []
    );
    let west = grid::grid(&product, id, 1).await.unwrap().lines[0].cells[0]
        .held
        .clone()
        .unwrap();
    let file = district.write("kind.csv", &format!("合同编号,合同类型\n{west},技术开发\n"));
    let done = district.run(&["import", "contract", file.to_str().unwrap()]);
    assert!(done.status.success(), "{}", said(&done));
    assert_eq!(
        confirm::confirm(&product, id, 1).await.unwrap_err().code(),
        "collection_moved"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_street_sees_and_answers_its_own_part_only() {
    let district = District::demo();
    let product = product(&district).await;
    let id = ask::create(&product, &wish("2022", &["spending"]))
        .await
        .unwrap();
    let east = street(&product, EAST);
    let mine = collections::all(&east).await.unwrap();
    assert_eq!((mine.manages, mine.asked), (false, None));
    let parties: Vec<&str> = mine.all[0]
        .parties
        .iter()
        .map(|it| it.title.as_str())
        .collect();
    assert_eq!(parties, ["东街道"]);
    let value = typed(&[((0, 0), "7")], &[]);
    assert_eq!(
        answer::submit(&east, id, 0, &value, None).await.unwrap(),
        []
    );
    let (_, west) = files::workbook(&product, id, 1).await.unwrap();
    let refusals = [
        collections::show(&east, id).await.map(drop),
        grid::grid(&east, id, 1).await.map(drop),
        answer::submit(&east, id, 1, &value, None).await.map(drop),
        files::workbook(&east, id, 1).await.map(drop),
        confirm::confirm(&east, id, 0).await.map(drop),
        answer::send_back(&east, id, 0, "x").await,
        answer::close(&east, id).await,
        ask::create(&east, &wish("2021", &["spending"]))
            .await
            .map(drop),
    ];
    for (place, refusal) in refusals.into_iter().enumerate() {
        assert_eq!(refusal.unwrap_err().code(), "not_found", "{place}");
    }
    // Nor is it told whose a workbook is.
    let merged = files::merge(&east, None, vec![("西.xlsx".to_owned(), west)])
        .await
        .unwrap();
    assert_eq!(
        (
            merged[0].party.as_ref(),
            merged[0].refused.as_ref().unwrap().code()
        ),
        (None, "collection_no_id")
    );
    let nobody = product.seen_by(Who::nobody());
    assert!(collections::all(&nobody).await.unwrap().all.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_is_made_answered_and_confirmed_in_the_browser() {
    let district = District::demo();
    drop(product(&district).await);
    let site = Site::of(district).await;
    let form = site.get("/collections/new").await.text;
    for part in ["研发投入", "东街道", "几个工作日内"] {
        assert!(form.contains(part), "{part}: {form}");
    }
    assert!(
        site.get("/collections/new?register=contract")
            .await
            .text
            .contains("成交额")
    );
    let fields = [
        ("title", "年度投入"),
        ("period", "2022"),
        ("due", "2099-01-08"),
        ("jump", "30"),
        ("item", "spending"),
        ("item", "contract_count"),
        ("party", EAST),
        ("party", WEST),
        ("names", "综合科\n"),
        ("status", "flash"),
    ];
    let made = post(&site, "/collections", &fields, None).await;
    assert_eq!(made.status, 303, "{}", made.text);
    let page = site.get("/collections/1").await.text;
    for part in [
        "年度投入",
        "未报",
        "综合科",
        "其中 3 格台账已有",
        "尚未报送：东街道、西街道、综合科",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
    let fill = site.get("/collections/1/0").await.text;
    assert!(
        fill.contains("台账已有") && fill.contains("name=\"v.0.0\""),
        "{fill}"
    );
    let wrong = post(&site, "/collections/1/0", &[("v.0.0", "不少")], None).await;
    assert_eq!(wrong.status, 422);
    assert!(
        wrong.text.contains("value=\"不少\"") && wrong.text.contains("1 处需要改正"),
        "{}",
        wrong.text
    );
    assert_eq!(
        post(&site, "/collections/1/0", &[("v.0.0", "30")], None)
            .await
            .status,
        303
    );
    let page = site.get("/collections/1").await.text;
    assert!(page.contains("确认全部已报（1）"), "{page}");
    assert_eq!(
        post(&site, "/collections/1/confirm", &[], None)
            .await
            .status,
        303
    );
    let json = site.json("/collections/1?format=json").await;
    assert_eq!(json["parties"][0]["state"], "confirmed");
    let list = site.get("/collections").await.text;
    assert!(
        list.contains("年度投入") && list.contains("重复要数"),
        "{list}"
    );
    let csv = site.get("/collections/1?format=csv").await.text;
    assert!(csv.contains("东街道,已确认"), "{csv}");
    assert!(
        site.download("/collections/1/1/xlsx")
            .await
            .starts_with(b"PK")
    );
    let sent = site
        .send(
            "/collections/1/files",
            &[("x.xlsx", b"PK\x03\x04".to_vec())],
        )
        .await;
    assert!(sent.text.contains("未合并"), "{}", sent.text);
    assert_eq!(
        post(&site, "/collections/1/close", &[], None).await.status,
        303
    );
    assert_eq!(
        post(&site, "/collections/1/1", &[("v.0.0", "3")], None)
            .await
            .status,
        422
    );
    for path in [
        "/collections/9",
        "/collections/1/9",
        "/collections/x",
        "/collections/1/x",
    ] {
        assert_eq!(site.get(path).await.status, 404, "{path}");
    }
}
