//! Exports end to end: registers and datasets into files, read back.

use quanyu_core::{columns::ColumnKind, value::Value};
use quanyu_figures::parquet;

use crate::commands::{District, said};

fn exported(district: &District, what: &str, name: &str) -> std::path::PathBuf {
    let file = district.file(name);
    let out = district.run(&["export", what, "--out", file.to_str().unwrap()]);
    assert!(out.status.success(), "{}", said(&out));
    file
}

#[test]
fn a_register_in_a_parquet_file_has_types_titles_and_names_of_what_it_refers_to() {
    let district = District::demo();
    let file = exported(&district, "contract", "contracts.parquet");
    let (columns, rows) = parquet::read(&file).unwrap();
    let about: Vec<_> = columns
        .iter()
        .map(|it| {
            (
                it.name.as_str(),
                it.title.as_ref().unwrap().zh.as_str(),
                it.kind,
            )
        })
        .collect();
    assert_eq!(
        about,
        [
            ("number", "合同编号", ColumnKind::Text),
            ("seller", "卖方", ColumnKind::Text),
            ("kind", "合同类型", ColumnKind::Text),
            ("amount", "成交额", ColumnKind::Money),
            ("signed_on", "签订日期", ColumnKind::Date),
            ("place", "街道", ColumnKind::Text),
        ]
    );
    assert_eq!(rows.len(), 70);
    assert!(
        rows.iter().all(|it| matches!(it[3], Value::Decimal(_))),
        "{:?}",
        rows[0]
    );
    assert!(
        rows.iter().all(|it| matches!(it[4], Value::Date(_))),
        "{:?}",
        rows[0]
    );
    let kinds = rows.iter().filter_map(|it| it[2].as_text());
    let mut kinds: Vec<&str> = kinds.collect();
    kinds.sort_unstable();
    kinds.dedup();
    assert_eq!(
        kinds,
        ["技术开发", "技术转让"],
        "codes are called by their names"
    );
}

#[test]
fn a_dataset_goes_into_every_kind_of_file_with_the_same_rows() {
    let district = District::demo();
    let file = exported(&district, "large_contract", "large.parquet");
    let (columns, rows) = parquet::read(&file).unwrap();
    let kinds: Vec<_> = columns
        .iter()
        .map(|it| (it.name.as_str(), it.kind))
        .collect();
    assert_eq!(
        kinds,
        [
            ("id", ColumnKind::Int),
            ("number", ColumnKind::Text),
            ("name", ColumnKind::Text),
            ("amount", ColumnKind::Decimal(2)),
            ("signed_on", ColumnKind::Date),
            ("large", ColumnKind::YesNo),
        ]
    );
    assert!(!rows.is_empty());
    let csv = exported(&district, "large_contract", "large.csv");
    let csv = std::fs::read_to_string(csv).unwrap();
    let lines: Vec<&str> = csv.trim_start_matches('\u{feff}').lines().collect();
    assert_eq!(lines.len(), rows.len() + 1, "{csv}");
    for (line, row) in lines[1..].iter().zip(&rows) {
        let number = row[1].as_text().unwrap();
        assert!(line.contains(number), "{line}: {number}");
    }
    let book = exported(&district, "large_contract", "large.xlsx");
    assert!(std::fs::metadata(book).unwrap().len() > 1_000);

    let unknown = district.run(&["export", "large_contracts", "--out", "it.csv"]);
    assert_eq!(unknown.status.code(), Some(1));
    assert!(
        said(&unknown).contains("large_contract"),
        "{}",
        said(&unknown)
    );
    let ending = district.run(&["export", "large_contract", "--out", "it.pdf"]);
    assert_eq!(ending.status.code(), Some(1), "{}", said(&ending));
}
