//! The command line end to end: `quanyu …` on a tiny pack in a folder of its own.

use std::{
    path::{Path, PathBuf},
    process::{Command, Output},
};

use serde_json::Value;

/// A district of the tiny pack in a folder that goes with the test.
pub(crate) struct District {
    folder: tempfile::TempDir,
}

impl District {
    /// A folder with nothing in it.
    pub(crate) fn empty() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    /// The tiny pack's demonstration records on SQLite.
    pub(crate) fn demo() -> Self {
        let district = Self::empty();
        let done = district.run(&["demo", "--pack", "tiny", "--no-serve"]);
        assert!(done.status.success(), "{}", said(&done));
        district
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, text: &str) -> PathBuf {
        let file = self.file(name);
        std::fs::write(&file, text).unwrap();
        file
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_quanyu"));
        command
            .args(arguments)
            .current_dir(self.folder.path())
            .env("QUANYU_DATA", self.folder.path().join("data"))
            .env("QUANYU_PACKS", packs())
            .env("QUANYU_LOG", "error");
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    pub(crate) fn rows(&self, arguments: &[&str]) -> Vec<Value> {
        let done = self.run(arguments);
        assert!(done.status.success(), "{}", said(&done));
        String::from_utf8(done.stdout)
            .unwrap()
            .lines()
            .map(|it| serde_json::from_str(it).unwrap())
            .collect()
    }
}

pub(crate) fn packs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/packs")
}

pub(crate) fn said(done: &Output) -> String {
    format!(
        "exit {:?}\n{}\n{}",
        done.status.code(),
        String::from_utf8_lossy(&done.stdout),
        String::from_utf8_lossy(&done.stderr)
    )
}

#[test]
fn the_demonstration_gives_exactly_the_declared_figures_with_evidence() {
    let district = District::demo();
    let rows = district.rows(&["figures", "--period", "2023", "--format", "jsonl"]);
    let value = |id: &str| rows.iter().find(|it| it["indicator"] == id).unwrap();
    assert_eq!(value("contract_value")["value"].to_string(), "12345678.9");
    assert_eq!(value("contract_value")["growth"].to_string(), "0.23456789");
    assert_eq!(value("contract_value")["source"], "computed");
    assert_eq!(value("contract_count")["value"], 40);

    let evidence = district.rows(&[
        "figures",
        "contract_value",
        "--period",
        "2023",
        "--evidence",
        "--format",
        "jsonl",
    ]);
    assert_eq!(evidence.len(), 40);
    let fen: i64 = evidence
        .iter()
        .map(|it| {
            let yuan: rust_decimal::Decimal = it["contribution"].to_string().parse().unwrap();
            i64::try_from(yuan * rust_decimal::Decimal::ONE_HUNDRED).unwrap()
        })
        .sum();
    assert_eq!(fen, 1_234_567_890);
    // Regions roll up: the streets add up to the district.
    let streets: Vec<Value> = ["990102001", "990102002"]
        .iter()
        .flat_map(|it| {
            district.rows(&[
                "figures",
                "contract_count",
                "--region",
                it,
                "--period",
                "2023",
                "--format",
                "jsonl",
            ])
        })
        .collect();
    assert_eq!(
        streets
            .iter()
            .map(|it| it["value"].as_i64().unwrap())
            .sum::<i64>(),
        40
    );
    let verified = district.run(&["audit", "verify"]);
    assert!(verified.status.success(), "{}", said(&verified));
}

#[test]
fn a_workbook_becomes_records_and_its_faults_become_a_workbook() {
    let district = District::demo();
    let good = district.write(
        "good.csv",
        "合同编号,卖方名称,合同类型,合同额（万元）,签订日期,街道\n\
         A-1,,开发,12.5,2023.5.1,东街道\n\
         A-2,,技术转让,１，０００,45231,西街道\n\
         A-3,,开发,3.2万元,2023年12月31日,东街道\n",
    );
    let before = district.rows(&[
        "figures",
        "contract_value",
        "--period",
        "2023",
        "--format",
        "jsonl",
    ]);
    let dry = district.run(&["import", "contract", good.to_str().unwrap(), "--dry-run"]);
    assert!(dry.status.success(), "{}", said(&dry));
    let done = district.run(&["import", "contract", good.to_str().unwrap()]);
    assert!(done.status.success(), "{}", said(&done));
    let after = district.rows(&[
        "figures",
        "contract_value",
        "--period",
        "2023",
        "--format",
        "jsonl",
    ]);
    let yuan = |rows: &[Value]| {
        rows[0]["value"]
            .to_string()
            .parse::<rust_decimal::Decimal>()
            .unwrap()
    };
    // 12.5万 + 1000万 + 3.2万
    assert_eq!(
        yuan(&after) - yuan(&before),
        rust_decimal::Decimal::from(10_157_000)
    );

    let bad = district.write(
        "bad.csv",
        "合同编号,合同类型,合同额（万元）,签订日期,街道\n\
         B-1,开发,约300,2023-05-01,东街道\n\
         B-2,租赁,5,2023-02-30,东街道\n\
         B-1,开发,5,2023-05-01,没有这条街\n",
    );
    let report = district.file("report.xlsx");
    let refused = district.run(&[
        "import",
        "contract",
        bad.to_str().unwrap(),
        "--report",
        report.to_str().unwrap(),
    ]);
    assert_eq!(refused.status.code(), Some(1), "{}", said(&refused));
    assert!(report.exists());
    let now = district.rows(&[
        "figures",
        "contract_count",
        "--period",
        "2023",
        "--format",
        "jsonl",
    ]);
    assert_eq!(now[0]["value"], 43, "a refused import changes nothing");
}

#[test]
fn a_text_becomes_mentions_as_the_contract_says() {
    let district = District::empty();
    let text = "2023年，全区技术合同成交额超57亿元，增长18%。";
    let file = district.write("说明.txt", text);
    let rows = district.rows(&[
        "read",
        file.to_str().unwrap(),
        "--format",
        "jsonl",
        "--pack",
        "tiny",
    ]);
    let level = rows.iter().find(|it| it["kind"] == "level").unwrap();
    assert_eq!(level["value"].to_string(), "5700000000");
    assert_eq!(level["unit"], "元");
    assert_eq!(level["comparator"], "gt");
    assert_eq!(level["period"], "2023");
    assert_eq!(level["nature"], "actual");
    assert_eq!(level["scope"], "全区");
    assert_eq!(level["indicator"], "contract_value");
    let (start, end) = (
        level["start"].as_u64().unwrap() as usize,
        level["end"].as_u64().unwrap() as usize,
    );
    let slice: String = text.chars().skip(start).take(end - start).collect();
    assert_eq!(level["text"], slice.as_str());
    let growth = rows.iter().find(|it| it["kind"] == "growth").unwrap();
    assert_eq!(growth["value"].to_string(), "0.18");
}

#[test]
fn wrong_words_end_with_2_and_things_that_are_not_there_with_1() {
    let district = District::demo();
    let cases: [(&[&str], i32, &str); 5] = [
        (&["figurs"], 2, "figures"),
        (&["figures", "--period", "2023年"], 1, "2023H1"),
        (&["figures", "contract_valu"], 1, "contract_value"),
        (&["import", "contrat", "x.csv"], 1, "contract"),
        (&["read", "not-there.txt"], 1, "not-there.txt"),
    ];
    for (arguments, code, hint) in cases {
        let done = district.run(arguments);
        assert_eq!(
            done.status.code(),
            Some(code),
            "{arguments:?} {}",
            said(&done)
        );
        assert!(
            String::from_utf8_lossy(&done.stderr).contains(hint),
            "{arguments:?} {}",
            said(&done)
        );
    }
}

#[test]
fn the_pack_that_was_applied_last_is_the_one_that_opens() {
    let district = District::demo();
    let newer = district.file("packs/tiny");
    std::fs::create_dir_all(&newer).unwrap();
    for entry in std::fs::read_dir(packs().join("tiny"))
        .unwrap()
        .map(Result::unwrap)
    {
        if entry.file_type().unwrap().is_file() {
            std::fs::copy(entry.path(), newer.join(entry.file_name())).unwrap();
        }
    }
    let shop = "[register.shop]\ntitle = \"驿站\"\nmodule = \"contracts\"\nkey = [\"name\"]\nenter = [\"clerk\"]\n\
                [register.shop.field]\nname = { type = \"text\", title = \"名称\", required = true }\n";
    std::fs::write(newer.join("shops.toml"), shop).unwrap();

    let before = district.run(&["export", "shop", "--out", "before.csv"]);
    assert_eq!(before.status.code(), Some(1), "{}", said(&before));
    let folder = district.file("packs");
    let applied = district.run(&[
        "--packs",
        folder.to_str().unwrap(),
        "export",
        "shop",
        "--pack",
        "tiny",
        "--out",
        "now.csv",
    ]);
    assert!(applied.status.success(), "{}", said(&applied));
    let after = district.run(&["export", "shop", "--out", "after.csv"]);
    assert!(after.status.success(), "{}", said(&after));
}
