//! LibreOffice opens what was edited. Where it is not installed the test says so.

use std::{fs, path::Path, process::Command};

use quanyu_documents::{edit::edit, formats::extract};

use crate::{change, fixtures, judge::parts, remark, text_of};

/// Whether LibreOffice is on the search path; tells where it is not.
pub fn installed() -> bool {
    let found = std::env::var_os("PATH").is_some_and(|path| {
        std::env::split_paths(&path).any(|folder| folder.join("soffice").is_file())
    });
    if !found {
        eprintln!("soffice is not on PATH: nothing was converted");
    }
    found
}

/// Converts a docx.
fn converted(docx: &[u8], folder: &Path, name: &str, to: &str) -> Vec<u8> {
    let input = folder.join(format!("{name}.docx"));
    fs::write(&input, docx).unwrap();
    let out = folder.join("out");
    let status = Command::new("soffice")
        .arg(format!(
            "-env:UserInstallation=file://{}",
            folder.join("profile").display()
        ))
        .args(["--headless", "--norestore", "--convert-to", to, "--outdir"])
        .arg(&out)
        .arg(&input)
        .output()
        .unwrap();
    assert!(status.status.success(), "{name}: {status:?}");
    fs::read(out.join(format!("{name}.{to}"))).unwrap()
}

#[test]
fn libreoffice_opens_saves_and_prints_what_was_edited() {
    if !installed() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    for (name, docx) in [
        ("word", fixtures::word()),
        ("reviewed", fixtures::reviewed()),
    ] {
        let text = text_of(&docx);
        let at = |wanted: &str| {
            let start = text[..text.find(wanted).unwrap()].chars().count();
            start..start + wanted.chars().count()
        };
        let (figure, new) = match name {
            "word" => ("12.5亿元", "13.1亿元"),
            _ => ("1024次", "1088次"),
        };
        let made = edit(
            &docx,
            &[remark(at(figure), "台账为另一个数"), remark(0..3, "请核对")],
            &[change(at(figure), new)],
        )
        .unwrap();
        let saved = converted(&made, folder.path(), name, "docx");
        let read = extract(&saved, "a.docx").unwrap().text;
        assert!(
            read.contains(new) && !read.contains(figure),
            "{name}: {read}"
        );
        let comments = String::from_utf8(parts(&saved)["word/comments.xml"].clone()).unwrap();
        for said in ["台账为另一个数", "请核对"] {
            assert!(comments.contains(said), "{name}: {comments}");
        }
        let printed = converted(&made, folder.path(), name, "pdf");
        let printed = extract(&printed, "a.pdf").unwrap().text;
        assert!(printed.contains(new), "{name}: {printed}");
    }
}
