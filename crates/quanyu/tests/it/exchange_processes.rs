//! Two installations as processes: packages carried between them while they are killed, the same records in the end.

use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Duration,
};

use quanyu_store::Location;
use quanyu_testkit::postgres;

use crate::commands::{packs, said};

/// A side as an installation: its folder, its database, the real command.
struct Installation {
    data: PathBuf,
    database: Option<String>,
}

impl Installation {
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_quanyu"));
        command
            .args(arguments)
            .arg("--data")
            .arg(&self.data)
            .env("QUANYU_PACKS", packs())
            .env("QUANYU_LOG", "error");
        if let Some(url) = &self.database {
            command.args(["--database", url]);
        }
        command
    }

    fn run(&self, arguments: &[&str]) -> serde_json::Value {
        let done = self.command(arguments).output().unwrap();
        assert!(done.status.success(), "{arguments:?} {}", said(&done));
        let text = String::from_utf8(done.stdout).unwrap();
        serde_json::from_str(text.trim()).unwrap_or(serde_json::Value::String(text.trim().into()))
    }

    /// Begins something and kills it after a while.
    fn killed(&self, arguments: &[&str], after: Duration) {
        let mut child = self
            .command(arguments)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(after);
        let _ = child.kill();
        child.wait().unwrap();
    }

    fn numbers(&self, direction: &str) -> i64 {
        let status = self.run(&["exchange", "status"]);
        let packages = status["packages"].as_array().unwrap();
        let own = packages.iter().filter(|it| it["direction"] == direction);
        own.map(|it| it["number"].as_i64().unwrap())
            .max()
            .unwrap_or(0)
    }

    /// The rows of a register, in order of what they say.
    fn rows(&self, register: &str, folder: &Path) -> Vec<String> {
        let target = folder.join("rows.csv");
        let done = self
            .command(&["export", register, "--out", target.to_str().unwrap()])
            .output()
            .unwrap();
        assert!(done.status.success(), "{}", said(&done));
        let text = std::fs::read_to_string(&target).unwrap();
        let mut rows: Vec<String> = text.lines().skip(1).map(str::to_owned).collect();
        rows.sort();
        rows
    }
}

/// Brings over every package that went out there and is not in here, each begun and killed before it is done in earnest.
fn carry(from: &Installation, to: &Installation, stick: &Path, wait: &mut u64) {
    let mut next = || {
        *wait = (*wait * 7 + 113) % 900;
        Duration::from_millis(*wait)
    };
    let stick = stick.to_str().unwrap();
    from.killed(&["exchange", "export", "--out", stick], next());
    from.run(&["exchange", "export", "--out", stick]);
    for number in to.numbers("in") + 1..=from.numbers("out") {
        let number = number.to_string();
        // Whether the one that was killed reached the stick or not: the same file once more.
        let made = from.run(&["exchange", "export", "--again", &number, "--out", stick]);
        let file = made["file"].as_str().unwrap();
        to.killed(&["exchange", "import", file], next());
        to.run(&["exchange", "import", file]);
        let twice = to.run(&["exchange", "import", file]);
        assert_eq!(twice["before"], true, "{twice}");
    }
}

#[test]
fn two_processes_that_are_killed_in_the_middle_end_with_the_same_records() {
    let other = postgres();
    let folder = tempfile::tempdir().unwrap();
    let stick = folder.path().join("stick");
    std::fs::create_dir(&stick).unwrap();
    let inner = Installation {
        data: folder.path().join("inner"),
        database: None,
    };
    let outer = match &other {
        Some(it) => match &it.location {
            Location::Postgres { url, files } => Installation {
                data: files.clone(),
                database: Some(url.clone()),
            },
            Location::Sqlite(_) => unreachable!("it is PostgreSQL"),
        },
        None => Installation {
            data: folder.path().join("outer"),
            database: None,
        },
    };
    let mut keys = Vec::new();
    for (side, it) in [("inner", &inner), ("outer", &outer)] {
        let key = it.run(&["exchange", "keys", "begin", side, "--pack", "tiny"]);
        keys.push(key.as_str().unwrap().to_owned());
    }
    for (it, key) in [(&inner, &keys[1]), (&outer, &keys[0])] {
        let done = it
            .command(&["exchange", "keys", "trust", key])
            .output()
            .unwrap();
        assert!(done.status.success(), "{}", said(&done));
    }
    let mut wait = 40;
    for round in 0..3 {
        let firms = folder.path().join("firms.csv");
        let mut text = String::from("统一社会信用代码,企业名称\n");
        for n in 0..40 {
            text.push_str(&format!("91370202MA3R{round}{n:04}X,示例{round}企业{n}\n"));
        }
        std::fs::write(&firms, text).unwrap();
        let projects = folder.path().join("projects.csv");
        let mut text = String::from("项目编号,项目名称\n");
        for n in 0..25 {
            text.push_str(&format!("P-{round}-{n},示例项目{n}\n"));
        }
        std::fs::write(&projects, text).unwrap();
        for (it, register, file) in [(&inner, "firm", &firms), (&outer, "project", &projects)] {
            let done = it
                .command(&["import", register, file.to_str().unwrap()])
                .output()
                .unwrap();
            assert!(done.status.success(), "{}", said(&done));
        }
        carry(&inner, &outer, &stick, &mut wait);
        carry(&outer, &inner, &stick, &mut wait);
    }
    for (register, count) in [("firm", 120), ("project", 75)] {
        let (a, b) = (
            inner.rows(register, folder.path()),
            outer.rows(register, folder.path()),
        );
        assert_eq!(a.len(), count, "{register}");
        assert_eq!(a, b, "{register}");
    }
    for it in [&inner, &outer] {
        let done = it.command(&["audit", "verify"]).output().unwrap();
        assert!(done.status.success(), "{}", said(&done));
    }
}
