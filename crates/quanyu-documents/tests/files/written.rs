//! What we write is read back the same.

use std::fs;

use jiff::civil::date;
use quanyu_core::text::Language;
use quanyu_documents::workbook::{
    Cell,
    write::{Book, CsvWriter, Fault, Field, Kind, ProblemBook, XlsxWriter, template},
};

use crate::kit::told;

fn book() -> Book {
    Book {
        title: "示例台账".to_owned(),
        made_at: date(2024, 1, 2).at(8, 0, 0, 0),
        language: Language::Zh,
    }
}

fn fields() -> Vec<Field> {
    vec![
        Field::new("编号", Kind::Text),
        Field::new("金额（元）", Kind::Money),
        Field::new("占比", Kind::Percent),
        Field::new("日期", Kind::Date),
        Field::new("通过", Kind::YesNo),
    ]
}

fn rows() -> Vec<Vec<Cell>> {
    let number = |text: &str| Cell::Number(text.parse().unwrap());
    vec![
        vec![
            Cell::Text("0012".to_owned()),
            number("1234567.89"),
            Cell::Percent("0.255".parse().unwrap()),
            Cell::Date(date(2023, 5, 1).into()),
            Cell::Bool(true),
        ],
        vec![
            Cell::Text("=1+1".to_owned()),
            number("12345678901234567.89"),
            Cell::Empty,
            Cell::Date(date(1890, 1, 1).into()),
            Cell::Bool(false),
        ],
    ]
}

#[test]
fn an_export_is_read_back_with_its_zeros_and_digits() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.xlsx");
    let write = || {
        let mut writer = XlsxWriter::new(&book(), &fields()).unwrap();
        rows().iter().for_each(|it| writer.write_row(it).unwrap());
        writer.finish(&path).unwrap();
        fs::read(&path).unwrap()
    };
    insta::assert_snapshot!(told(write(), "a.xlsx"), @r"
    head: 编号 | 金额[元] | 占比 | 日期 | 通过
    2: 0012 | n:1234567.89 | p:25.5% | d:2023-05-01 | 是
    3: =1+1 | 12345678901234567.89 |  | 1890-01-01 | 否
    ");
    assert!(write() == write(), "equal rows give equal bytes");
}

#[test]
fn a_csv_keeps_formulas_from_running() {
    let mut out = Vec::new();
    let mut writer = CsvWriter::new(&mut out, &fields(), Language::Zh).unwrap();
    rows().iter().for_each(|it| writer.write_row(it).unwrap());
    writer.finish().unwrap();
    let text = String::from_utf8(out).unwrap();
    assert_eq!(
        text,
        "\u{feff}编号,金额（元）,占比,日期,通过\r\n0012,1234567.89,25.5%,2023-05-01,是\r\n'=1+1,12345678901234567.89,,1890-01-01,否\r\n"
    );
}

#[test]
fn a_template_holds_head_lists_and_explanation() {
    let mut fields = fields();
    fields[0].required = true;
    fields[0].hint = Some("如 0012".to_owned());
    fields[1].choices = (0..80).map(|it| format!("选项{it}")).collect();
    let bytes = template(&book(), &fields, &[]).unwrap();
    let part = |name: &str| {
        let mut zip = zip::ZipArchive::new(std::io::Cursor::new(bytes.clone())).unwrap();
        let mut text = String::new();
        std::io::Read::read_to_string(&mut zip.by_name(name).unwrap(), &mut text).unwrap();
        text
    };
    let sheet = part("xl/worksheets/sheet1.xml");
    assert!(
        sheet.contains("&quot;是,否&quot;") || sheet.contains("\"是,否\""),
        "{sheet}"
    );
    assert!(sheet.contains("选项!$A$1:$A$80"), "{sheet}");
    assert!(part("xl/comments1.xml").contains("如 0012"));
    assert!(
        told(bytes.clone(), "a.xlsx").starts_with("head: 编号 | 金额[元]"),
        "{}",
        told(bytes.clone(), "a.xlsx")
    );
}

#[test]
fn a_problem_report_can_be_corrected_and_imported_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.xlsx");
    let headers = ["编号".to_owned(), "金额（元）".to_owned()];
    let mut report = ProblemBook::new(&book(), &headers).unwrap();
    let fault = Fault {
        column: Some(1),
        reason: "不是数字".to_owned(),
    };
    report
        .write_row(
            7,
            &[Cell::Text("0012".to_owned()), Cell::Text("若干".to_owned())],
            std::slice::from_ref(&fault),
        )
        .unwrap();
    report
        .write_row(
            9,
            &[Cell::Text("0013".to_owned()), Cell::Text("很多".to_owned())],
            &[
                fault,
                Fault {
                    column: None,
                    reason: "重复".to_owned(),
                },
            ],
        )
        .unwrap();
    report.finish(&path, &["共 2 行".to_owned()]).unwrap();
    insta::assert_snapshot!(told(fs::read(&path).unwrap(), "a.xlsx"), @r"
    head: 编号 | 金额[元] | 问题 | 原行号
    2: 0012 | 若干 | 金额（元）：不是数字 | n:7
    3: 0013 | 很多 | 金额（元）：不是数字；重复 | n:9
    ");
}
