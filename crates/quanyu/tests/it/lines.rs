//! Lines (明细) and dated values in workbooks: a sheet of their own, repeated rows, the template, faults in their cells.

use std::path::{Path, PathBuf};

use quanyu_core::text::Language;
use quanyu_documents::workbook::{
    self, Cell, Row, Wish,
    write::{Book, ProblemBook},
};
use quanyu_store::{Location, Store};
use quanyu_testkit::listing;

use crate::commands::{District, said};

/// A sheet: its name, heads and rows.
type Sheet<'a> = (&'a str, &'a [&'a str], &'a [&'a [&'a str]]);

/// Writes a workbook of these sheets.
fn book(district: &District, name: &str, sheets: &[Sheet<'_>]) -> PathBuf {
    let file = district.file(name);
    let mut all = sheets.iter();
    let (title, heads, rows) = all.next().unwrap();
    let book = Book {
        title: (*title).to_owned(),
        made_at: jiff::civil::date(2023, 6, 1).at(0, 0, 0, 0),
        language: Language::Zh,
    };
    let owned = |it: &[&str]| it.iter().map(|it| (*it).to_owned()).collect::<Vec<_>>();
    let fill = |book: &mut ProblemBook, rows: &[&[&str]]| {
        for (number, row) in (2..).zip(rows) {
            let text = |it: &&str| match *it {
                "" => Cell::Empty,
                it => Cell::Text(it.to_owned()),
            };
            let cells: Vec<Cell> = row.iter().map(text).collect();
            book.write_row(number, &cells, &[]).unwrap();
        }
    };
    let mut made = ProblemBook::new(&book, &owned(heads)).unwrap();
    fill(&mut made, rows);
    for (title, heads, rows) in all {
        made = made.next_sheet(title, &owned(heads)).unwrap();
        fill(&mut made, rows);
    }
    made.finish(&file, &[]).unwrap();
    file
}

fn import(district: &District, file: &Path, more: &[&str]) -> std::process::Output {
    let mut arguments = vec!["import", "project", file.to_str().unwrap()];
    arguments.extend(more);
    district.run(&arguments)
}

fn imported(district: &District, file: &Path, told: &str) -> String {
    let done = import(district, file, &[]);
    assert!(done.status.success(), "{}", said(&done));
    let out = String::from_utf8_lossy(&done.stdout).into_owned();
    assert!(out.contains(told), "{out}");
    let batch = out.split("--undo ").nth(1).unwrap_or_default();
    batch.split(' ').next().unwrap().to_owned()
}

/// What the projects say, without ids and versions.
fn projects(district: &District) -> Vec<String> {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let told = runtime.block_on(async {
        let store = Store::open(&Location::Sqlite(district.file("data"))).await;
        let store = store.unwrap();
        let told = listing(&store).await;
        store.close().await;
        told
    });
    let all = told.lines().filter_map(|it| it.strip_prefix("project "));
    all.map(|it| {
        let body: serde_json::Value = serde_json::from_str(it.split_once(' ').unwrap().1).unwrap();
        let line = |it: &serde_json::Value| {
            let say = |name: &str| it[name].as_str().unwrap_or("—").to_owned();
            format!("{} {} {}", say("name"), say("due_on"), say("cost"))
        };
        let lines = body["milestone[]"].as_array();
        let lines: Vec<String> = lines.into_iter().flatten().map(line).collect();
        let spans = body["_spans[]"].as_array();
        let span = |it: &serde_json::Value| {
            let say = |name: &str| it[name].as_str().unwrap_or("").to_owned();
            format!("{}@{}..{}", say("address"), say("_from"), say("_to"))
        };
        let spans: Vec<String> = spans.into_iter().flatten().map(span).collect();
        format!(
            "{} {} | {} | {}",
            body["number"].as_str().unwrap(),
            body["address"].as_str().unwrap_or("—"),
            lines.join(", "),
            spans.join(", ")
        )
    })
    .collect()
}

const HEADS: &[&str] = &["项目编号", "项目名称", "地址"];
const LINES: &[&str] = &["项目编号", "节点名称", "完成时限", "经费（万元）"];

#[test]
fn a_sheet_of_lines_goes_with_its_records_changes_them_and_is_taken_back() {
    let district = District::demo();
    let rows: &[&[&str]] = &[&["P1", "示例一", "甲路"], &["P2", "示例二", ""]];
    let lines: &[&[&str]] = &[
        &["P2", "开工", "2023.5.1", "1.5"],
        &["P1", "验收", "2023-12-31", ""],
        &["P2", "验收", "", "2"],
    ];
    let file = book(
        &district,
        "a.xlsx",
        &[("项目", HEADS, rows), ("节点", LINES, lines)],
    );
    imported(&district, &file, "2 rows: 2 new");
    let first = [
        "P1 甲路 | 验收 2023-12-31 — | ",
        "P2 — | 开工 2023-05-01 15000.00, 验收 — 20000.00 | ",
    ];
    assert_eq!(projects(&district), first);
    let again = import(&district, &file, &[]);
    let out = String::from_utf8_lossy(&again.stdout).into_owned();
    assert!(out.contains("0 changed, 2 as they were"), "{out}");
    // A record that is not in the file gets its lines from the sheet alone; one without lines there keeps its own.
    let rows: &[&[&str]] = &[&["P1", "示例一改", "甲路"]];
    let lines: &[&[&str]] = &[&["P2", "验收", "", "2"], &["P2", "运行", "2024-06-30", ""]];
    let file = book(
        &district,
        "b.xlsx",
        &[("项目", HEADS, rows), ("节点", LINES, lines)],
    );
    let batch = imported(&district, &file, "2 changed");
    let second = [
        "P1 甲路 | 验收 2023-12-31 — | ",
        "P2 — | 验收 — 20000.00, 运行 2024-06-30 — | ",
    ];
    assert_eq!(projects(&district), second);
    let undone = district.run(&["import", "project", "--undo", &batch]);
    assert!(undone.status.success(), "{}", said(&undone));
    assert_eq!(projects(&district), first);
    let verified = district.run(&["audit", "verify"]);
    assert!(verified.status.success(), "{}", said(&verified));
}

#[test]
fn rows_that_repeat_their_record_are_its_lines() {
    let district = District::demo();
    let mut rows = String::from("项目编号,项目名称,节点名称,完成时限\n");
    // More than a chunk, so that records go over its end.
    for n in 0..1500 {
        rows.push_str(&format!("R{n:04},示例{n},开工,2023-05-01\n"));
        rows.push_str(if n % 2 == 0 {
            ",,验收,2023-12-31\n"
        } else {
            "\n"
        });
    }
    let file = district.write("rows.csv", &rows);
    let batch = imported(&district, &file, "1500 new");
    let all = projects(&district);
    assert_eq!(all.len(), 1500);
    assert_eq!(
        all[998],
        "R0998 — | 开工 2023-05-01 —, 验收 2023-12-31 — | "
    );
    assert_eq!(all[999], "R0999 — | 开工 2023-05-01 — | ");
    let undone = district.run(&["import", "project", "--undo", &batch]);
    assert!(undone.status.success(), "{}", said(&undone));
    assert!(projects(&district).is_empty());
}

/// The reason in the last column but one of each row of a sheet of a report.
fn reasons(file: &Path, sheet: &str) -> Vec<String> {
    let wish = Wish {
        sheet: Some(sheet.to_owned()),
        known: vec!["问题".to_owned(), "项目编号".to_owned()],
    };
    let mut sheet = workbook::open(file, &wish).unwrap();
    let mut row = Row::default();
    let mut all = Vec::new();
    while sheet.read_row(&mut row).unwrap() {
        all.push(row.cells[row.cells.len() - 2].said());
    }
    all
}

#[test]
fn faults_of_lines_stand_in_their_cells_and_nothing_is_taken() {
    let district = District::demo();
    let rows: &[&[&str]] = &[&["P1", "示例一", "甲路"]];
    let lines: &[&[&str]] = &[
        &["P1", "开工", "2023-02-30", "1"],
        &["P1", "", "", "2"],
        &["P9", "验收", "", ""],
    ];
    let file = book(
        &district,
        "bad.xlsx",
        &[("项目", HEADS, rows), ("节点", LINES, lines)],
    );
    let done = import(&district, &file, &[]);
    assert_eq!(done.status.code(), Some(1), "{}", said(&done));
    assert!(projects(&district).is_empty());
    let report = district.file("bad.faults.xlsx");
    let told = reasons(&report, "节点");
    assert!(told[0].starts_with("完成时限"), "{told:?}");
    assert!(told[1].starts_with("节点名称"), "{told:?}");
    assert!(
        told[2].starts_with("项目编号") && told[2].contains("P9"),
        "{told:?}"
    );
    // With --partial the record whose lines are wrong stays out as a whole.
    let rows: &[&[&str]] = &[&["P1", "示例一", "甲路"], &["P2", "示例二", ""]];
    let file = book(
        &district,
        "some.xlsx",
        &[("项目", HEADS, rows), ("节点", LINES, lines)],
    );
    let done = import(&district, &file, &["--partial"]);
    assert_eq!(done.status.code(), Some(1), "{}", said(&done));
    assert_eq!(projects(&district), ["P2 — |  | "]);
    let file = district.write(
        "rows.csv",
        "项目编号,项目名称,节点名称\nQ1,示例一,开工\nQ1,示例别名,验收\n",
    );
    let done = import(&district, &file, &[]);
    assert_eq!(done.status.code(), Some(1), "{}", said(&done));
    let out = String::from_utf8_lossy(&done.stdout).into_owned();
    assert!(out.contains("B3 “示例别名”"), "{out}");
}

#[test]
fn the_template_is_read_back_with_its_sheet_of_lines() {
    let district = District::demo();
    let file = district.file("template.xlsx");
    let made = district.run(&["import", "project", "--template", file.to_str().unwrap()]);
    assert!(made.status.success(), "{}", said(&made));
    for (sheet, heads) in [
        ("试验项目", HEADS),
        ("节点", &["项目编号", "节点名称", "完成时限", "经费（元）"]),
    ] {
        let wish = Wish {
            sheet: Some(sheet.to_owned()),
            known: heads.iter().map(|it| (*it).to_owned()).collect(),
        };
        let sheet = workbook::open(&file, &wish).unwrap();
        let found: Vec<&str> = sheet
            .columns()
            .iter()
            .map(|it| it.header.as_str())
            .collect();
        assert_eq!(found, heads);
    }
    let empty = import(&district, &file, &["--dry-run"]);
    assert!(empty.status.success(), "{}", said(&empty));
}

#[test]
fn a_dated_value_is_imported_with_its_first_day() {
    let district = District::demo();
    let file = district.write(
        "a.csv",
        "项目编号,项目名称,地址,地址起始日期\nP1,示例一,甲路,2020-01-01\nP2,示例二,乙路,\n",
    );
    imported(&district, &file, "2 new");
    assert_eq!(
        projects(&district),
        ["P1 甲路 |  | 甲路@2020-01-01..", "P2 乙路 |  | "]
    );
    let again = import(&district, &file, &[]);
    let out = String::from_utf8_lossy(&again.stdout).into_owned();
    assert!(out.contains("2 as they were"), "{out}");
    let file = district.write("b.csv", "项目编号,地址\nP1,丙路\nP2,丙路\n");
    let done = import(&district, &file, &["--from", "2022-07-01"]);
    assert!(done.status.success(), "{}", said(&done));
    assert_eq!(
        projects(&district),
        [
            "P1 丙路 |  | 甲路@2020-01-01..2022-07-01, 丙路@2022-07-01..",
            "P2 丙路 |  | 乙路@..2022-07-01, 丙路@2022-07-01.."
        ]
    );
    let past = district.write(
        "c.csv",
        "项目编号,地址,地址起始日期,地址截止日期\nP1,丁路,2021-01-01,2021-06-01\n",
    );
    imported(&district, &past, "1 changed");
    assert!(projects(&district)[0].starts_with("P1 丙路"));
    let verified = district.run(&["audit", "verify"]);
    assert!(verified.status.success(), "{}", said(&verified));
}
