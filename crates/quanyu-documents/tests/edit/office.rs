//! LibreOffice opens what was edited. Where it is not installed the test says so.

use std::{fs, path::Path, process::Command};

use quanyu_documents::{
    edit::edit,
    formats::{SimpleBlock, extract, write_docx_simple},
    workbook::{Wish, open_bytes},
};

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
    fs::write(folder.join(format!("{name}.docx")), docx).unwrap();
    convert_file(folder, &format!("{name}.docx"), name, to)
}

/// Converts a file of the folder.
fn convert_file(folder: &Path, input: &str, name: &str, to: &str) -> Vec<u8> {
    let out = folder.join("out");
    let status = Command::new("soffice")
        .arg(format!(
            "-env:UserInstallation=file://{}",
            folder.join("profile").display()
        ))
        // A csv of UTF-8, comma and quote; other formats do not look at it.
        .args(
            ["--infilter=CSV:44,34,76,1"]
                .iter()
                .filter(|_| input.ends_with(".csv")),
        )
        .args(["--headless", "--norestore", "--convert-to", to, "--outdir"])
        .arg(&out)
        .arg(folder.join(input))
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

#[test]
fn old_formats_are_read_through_libreoffice() {
    if !installed() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let docx = write_docx_simple(&[
        SimpleBlock::Title("示例区工作总结".to_owned()),
        SimpleBlock::Paragraph("全年完成合同额12.5亿元，增长25%。".to_owned()),
    ]);
    let doc = converted(&docx, folder.path(), "old", "doc");
    for name in ["总结.doc", "总结.wps"] {
        let read = extract(&doc, name).unwrap();
        assert_eq!(
            read.text, "示例区工作总结\n全年完成合同额12.5亿元，增长25%。\n",
            "{name}"
        );
    }
    let sheet = "企业名称,成交额（万元）\n示例甲,12.5\n示例乙,7\n";
    fs::write(folder.path().join("table.csv"), sheet).unwrap();
    let xls = convert_file(folder.path(), "table.csv", "table", "xls");
    for name in ["台账.xls", "台账.et"] {
        let mut sheet = open_bytes(xls.clone(), name, &Wish::default()).unwrap();
        let names: Vec<&str> = sheet.columns().iter().map(|it| it.name.as_str()).collect();
        assert_eq!(names, ["企业名称", "成交额"], "{name}");
        assert_eq!(sheet.by_ref().filter(Result::is_ok).count(), 2, "{name}");
    }
}
