//! Imports end to end: killed in the middle, taken back, asked about, round trips.

use std::{fmt::Write as _, process::Stdio, time::Duration};

use crate::commands::{District, said};

fn count(district: &District, period: &str) -> i64 {
    let rows = district.rows(&[
        "figures",
        "contract_count",
        "--period",
        period,
        "--format",
        "jsonl",
    ]);
    rows[0]["value"].as_i64().unwrap()
}

fn contracts(rows: usize, amount: &str) -> String {
    let mut text = String::from("合同编号,合同类型,合同额（万元）,签订日期,街道\n");
    for row in 0..rows {
        let _ = writeln!(
            text,
            "K-{row},技术开发,{amount},2023-05-{:02},东街道",
            row % 28 + 1
        );
    }
    text
}

#[test]
fn an_import_killed_at_any_moment_leaves_nothing_or_everything() {
    let district = District::demo();
    let file = district.write("many.csv", &contracts(30_000, "20"));
    let before = count(&district, "2023");
    let mut killed = 0;
    for millis in [30, 120, 400, 900] {
        let mut import = district
            .command(&["import", "contract", file.to_str().unwrap()])
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(Duration::from_millis(millis));
        if import.try_wait().unwrap().is_some() {
            break;
        }
        import.kill().unwrap();
        import.wait().unwrap();
        killed += 1;
        let now = count(&district, "2023");
        assert!(
            now == before || now == before + 30_000,
            "half a batch after {millis} ms: {now}"
        );
        if now > before {
            break;
        }
        let verified = district.run(&["audit", "verify"]);
        assert!(verified.status.success(), "{}", said(&verified));
    }
    assert!(killed > 0, "the import was never caught in the middle");
    if count(&district, "2023") == before {
        // What the dead process had written and not applied keeps its keys only until its lease ends.
        let mut done = district.run(&["import", "contract", file.to_str().unwrap()]);
        for _ in 0..40 {
            if done.status.success() {
                break;
            }
            std::thread::sleep(Duration::from_secs(1));
            done = district.run(&["import", "contract", file.to_str().unwrap()]);
        }
        assert!(done.status.success(), "{}", said(&done));
    }
    assert_eq!(count(&district, "2023"), before + 30_000);
}

#[test]
fn a_whole_import_is_taken_back_unless_a_record_was_changed_since() {
    let district = District::demo();
    let before = count(&district, "2023");
    let file = district.write("some.csv", &contracts(50, "20"));
    let done = district.run(&["import", "contract", file.to_str().unwrap()]);
    assert!(done.status.success(), "{}", said(&done));
    let batch = String::from_utf8_lossy(&done.stdout)
        .rsplit_once("--undo ")
        .unwrap()
        .1
        .split(' ')
        .next()
        .unwrap()
        .to_owned();
    assert_eq!(count(&district, "2023"), before + 50);
    let undone = district.run(&["import", "contract", "--undo", &batch]);
    assert!(undone.status.success(), "{}", said(&undone));
    assert_eq!(count(&district, "2023"), before);

    let again = district.run(&["import", "contract", file.to_str().unwrap()]);
    assert!(again.status.success(), "{}", said(&again));
    let batch = String::from_utf8_lossy(&again.stdout)
        .rsplit_once("--undo ")
        .unwrap()
        .1
        .split(' ')
        .next()
        .unwrap()
        .to_owned();
    let change = district.write("one.csv", "合同编号,合同额（万元）\nK-1,21\n");
    let changed = district.run(&["import", "contract", change.to_str().unwrap()]);
    assert!(changed.status.success(), "{}", said(&changed));
    let refused = district.run(&["import", "contract", "--undo", &batch]);
    assert_eq!(refused.status.code(), Some(1), "{}", said(&refused));
    assert_eq!(count(&district, "2023"), before + 50);
    let verified = district.run(&["audit", "verify"]);
    assert!(verified.status.success(), "{}", said(&verified));
}

#[test]
fn a_column_off_by_ten_thousand_is_asked_about_before_anything_is_taken() {
    let district = District::demo();
    let before = count(&district, "2023");
    // Amounts held are some hundred thousand yuan; these are yuan under a head that says 万元.
    let file = district.write("yuan.csv", &contracts(20, "200000"));
    let asked = district.run(&["import", "contract", file.to_str().unwrap()]);
    assert_eq!(asked.status.code(), Some(1), "{}", said(&asked));
    assert!(
        String::from_utf8_lossy(&asked.stdout).contains("10000"),
        "{}",
        said(&asked)
    );
    assert_eq!(count(&district, "2023"), before);
    let sure = district.run(&[
        "import",
        "contract",
        file.to_str().unwrap(),
        "--unit-is-right",
    ]);
    assert!(sure.status.success(), "{}", said(&sure));
    assert_eq!(count(&district, "2023"), before + 20);
}

#[test]
fn what_is_exported_is_what_is_held() {
    let district = District::demo();
    for name in ["contracts.xlsx", "contracts.csv"] {
        let file = district.file(name);
        let out = district.run(&["export", "contract", "--out", file.to_str().unwrap()]);
        assert!(out.status.success(), "{}", said(&out));
        let back = district.run(&["import", "contract", file.to_str().unwrap(), "--dry-run"]);
        assert!(
            String::from_utf8_lossy(&back.stdout)
                .contains("70 rows: 0 new, 0 changed, 70 as they were"),
            "{}",
            said(&back)
        );
    }
}

#[test]
fn a_backup_becomes_the_same_district_elsewhere() {
    let district = District::demo();
    let (file, other) = (district.file("backup.quanyu"), district.file("other"));
    let kept = district.run(&["backup", file.to_str().unwrap()]);
    assert!(kept.status.success(), "{}", said(&kept));
    let other = other.to_str().unwrap();
    let restored = district.run(&["restore", file.to_str().unwrap(), "--data", other]);
    assert!(restored.status.success(), "{}", said(&restored));
    let figures = |more: &[&str]| {
        let mut arguments = vec!["figures", "--period", "2023", "--format", "jsonl"];
        arguments.extend(more);
        district.rows(&arguments)
    };
    assert_eq!(figures(&[]), figures(&["--data", other]));
    let again = district.run(&["restore", file.to_str().unwrap(), "--data", other]);
    assert_eq!(
        again.status.code(),
        Some(1),
        "a district is never overwritten: {}",
        said(&again)
    );
}

#[test]
fn the_same_commands_run_on_postgresql() {
    let Some(database) = quanyu_testkit::postgres() else {
        return;
    };
    let quanyu_store::Location::Postgres { url, .. } = &database.location else {
        panic!("{database:?}")
    };
    let district = District::empty();
    let on = |arguments: &[&str]| {
        let mut all = arguments.to_vec();
        all.extend(["--database", url.as_str()]);
        district.run(&all)
    };
    let firms = district.write(
        "firms.csv",
        "统一社会信用代码,企业名称,所在街道\n91990000MA00000017,示例甲有限公司,东街道\n",
    );
    let made = on(&["import", "firm", firms.to_str().unwrap(), "--pack", "tiny"]);
    assert!(made.status.success(), "{}", said(&made));
    let file = district.write(
        "contracts.csv",
        "合同编号,卖方名称,合同类型,合同额（万元）,签订日期,街道\nA-1,示例甲有限公司,技术开发,1.5,2023-05-01,西街道\n",
    );
    let done = on(&["import", "contract", file.to_str().unwrap()]);
    assert!(done.status.success(), "{}", said(&done));
    let figures = on(&[
        "figures",
        "contract_value",
        "--period",
        "2023",
        "--format",
        "csv",
    ]);
    assert!(
        String::from_utf8_lossy(&figures.stdout).contains(",15000,"),
        "{}",
        said(&figures)
    );
    let verified = on(&["audit", "verify"]);
    assert!(verified.status.success(), "{}", said(&verified));
}
