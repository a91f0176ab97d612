//! Columns for computing, end to end and on both databases: kept from one command to the next, thrown away without harm.

use std::{fmt::Write as _, path::PathBuf};

use crate::commands::{District, said};

/// Contracts from one number to another; in each month some.
fn contracts(numbers: std::ops::Range<u32>) -> String {
    let mut text = String::from("合同编号,合同类型,合同额（万元）,签订日期,街道\n");
    for at in numbers {
        let (month, day) = (at % 12 + 1, at % 28 + 1);
        let _ = writeln!(
            text,
            "L-{at},技术开发,{}.5,2021-{month:02}-{day:02},西街道",
            at % 90 + 1
        );
    }
    text
}

fn parts(district: &District) -> Vec<String> {
    let folder = district.file("data/columns/contract");
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .map(|it| it.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

fn told(district: &District, on: &[&str]) -> String {
    let mut all = vec!["figures", "--period", "2021", "--format", "csv"];
    all.extend(on);
    let out = district.run(&all);
    assert!(out.status.success(), "{}", said(&out));
    String::from_utf8(out.stdout).unwrap()
}

fn kept_and_thrown_away(district: &District, on: &[&str]) {
    let import = |name: &str, rows: std::ops::Range<u32>| {
        let file = district.write(name, &contracts(rows));
        let mut all = vec![
            "import",
            "contract",
            file.to_str().unwrap(),
            "--unit-is-right",
        ];
        all.extend(on);
        let out = district.run(&all);
        assert!(out.status.success(), "{}", said(&out));
    };
    import("many.csv", 0..9_000);
    let first = told(district, on);
    let made = parts(district);
    assert_eq!(made.len(), 1, "{made:?}");
    assert_eq!(told(district, on), first);

    // A changed record and a new one; the part stays as it is.
    import("more.csv", 8_999..9_002);
    let second = told(district, on);
    assert_ne!(second, first);
    assert_eq!(parts(district), made);
    let path = district.file("data/columns/contract").join(&made[0]);
    let mut bytes = std::fs::read(&path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 4;
    std::fs::write(&path, bytes).unwrap();
    assert_eq!(told(district, on), second);
    let again = parts(district);
    assert_ne!(again, made, "what was damaged is made anew, up to now");

    let columns: PathBuf = district.file("data/columns");
    std::fs::remove_dir_all(columns).unwrap();
    assert_eq!(told(district, on), second);
    assert_eq!(parts(district), again);
}

#[test]
fn columns_are_kept_from_one_command_to_the_next_and_thrown_away_without_harm() {
    kept_and_thrown_away(&District::demo(), &[]);
}

#[test]
fn columns_are_kept_for_a_district_on_postgresql_too() {
    let Some(database) = quanyu_testkit::postgres() else {
        return;
    };
    let quanyu_store::Location::Postgres { url, .. } = &database.location else {
        panic!("{database:?}")
    };
    let district = District::empty();
    let done = district.run(&[
        "import",
        "firm",
        "none.csv",
        "--pack",
        "tiny",
        "--database",
        url,
    ]);
    assert_eq!(
        done.status.code(),
        Some(1),
        "only the pack is applied: {}",
        said(&done)
    );
    kept_and_thrown_away(&district, &["--database", url]);
}
