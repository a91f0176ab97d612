//! Figures are found again in a docx, whatever an office program made of it.

use std::io::{Read, Write};

use quanyu_documents::{
    compose::{marks::read_marks, write_docx},
    formats::extract,
};
use zip::{ZipArchive, ZipWriter, write::SimpleFileOptions};

use crate::kit::{WHOLE, composed};

fn part(docx: &[u8], name: &str) -> String {
    let mut archive = ZipArchive::new(std::io::Cursor::new(docx)).unwrap();
    let mut text = String::new();
    archive
        .by_name(name)
        .unwrap()
        .read_to_string(&mut text)
        .unwrap();
    text
}

/// A docx with this body.
fn docx(body: &str) -> Vec<u8> {
    let mut writer = ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let xml = format!(
        r#"<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:w15="http://schemas.microsoft.com/office/word/2012/wordml"><w:body>{body}</w:body></w:document>"#
    );
    writer
        .start_file("word/document.xml", SimpleFileOptions::default())
        .unwrap();
    writer.write_all(xml.as_bytes()).unwrap();
    writer.finish().unwrap().into_inner()
}

/// Release, number and text of each mark, with the place checked against the text as it is read without looking at controls.
fn told(docx: &[u8]) -> Vec<String> {
    let text: Vec<char> = extract(docx, "x.docx").unwrap().text.chars().collect();
    let marks = read_marks(docx).unwrap();
    let told = marks.iter().map(|it| {
        let there: String = text[it.range.clone()].iter().collect();
        assert_eq!(there, it.text, "the range is of the text as it is read");
        format!("{} {} {}", it.release, it.number, it.text)
    });
    told.collect()
}

#[test]
fn every_figure_is_found_with_its_release() {
    let doc = composed(WHOLE);
    let wanted: Vec<String> = (1..)
        .zip(&doc.figures)
        .map(|(number, it)| format!("{} {number} {}", it.release, it.text))
        .collect();
    assert_eq!(told(&write_docx(&doc)), wanted);
}

#[test]
fn controls_are_found_as_word_and_wps_leave_them() {
    let tag = |tag: &str| {
        format!(
            r#"<w:sdtPr><w:rPr><w:rFonts w:hint="eastAsia"/></w:rPr><w:alias w:val="x"/><w:tag w:val="{tag}"/><w:id w:val="-17"/><w15:appearance w15:val="hidden"/></w:sdtPr>"#
        )
    };
    let run = |text: &str| {
        format!(
            r#"<w:r w:rsidR="00AA"><w:rPr><w:rFonts w:hint="eastAsia"/></w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>"#
        )
    };
    let control = |name: &str, inside: &str| {
        format!(
            "<w:sdt>{}<w:sdtContent>{inside}</w:sdtContent></w:sdt>",
            tag(name)
        )
    };
    #[rustfmt::skip]
    let cases = [
        // Split runs, a spelling mark and a bookmark between them.
        (format!("<w:p>{}{}{}</w:p>", run("成交额"),
            control("quanyu:fig:r1:1", &format!("{}<w:proofErr w:type=\"gramStart\"/>{}<w:bookmarkStart w:id=\"0\" w:name=\"_GoBack\"/>{}", run("超"), run("68"), run("亿元"))), run("。")),
         vec!["r1 1 超68亿元"]),
        // Moved into another paragraph; WPS writes the control around the whole paragraph.
        (format!("<w:p>{}</w:p>{}", run("前文。"), control("quanyu:fig:r1:1", &format!("<w:p>{}</w:p>", run("超68亿元")))),
         vec!["r1 1 超68亿元"]),
        // Around a cell.
        (format!("<w:tbl><w:tr><w:tc><w:p>{}</w:p></w:tc>{}</w:tr></w:tbl>", run("街道"), control("quanyu:fig:r2:7", &format!("<w:tc><w:p>{}</w:p></w:tc>", run(" 12个 ")))),
         vec!["r2 7 12个"]),
        // Copied, so that one tag stands twice; a foreign control; one that was emptied; one within another.
        (format!("<w:p>{}{}{}{}{}{}</w:p>", control("quanyu:fig:r3:2", &run("25%")), run("，"), control("quanyu:fig:r3:2", &run("25%")),
            control("customer", &run("某")), control("quanyu:fig:r4:3", ""), control("outer", &format!("{}{}", run("达"), control("quanyu:fig:r5:4", &run("9项"))))),
         vec!["r3 2 25%", "r3 2 25%", "r5 4 9项"]),
        // Changed inside, with tracking: what was deleted is left out.
        (format!("<w:p>{}</w:p>", control("quanyu:fig:r6:1", &format!("{}<w:del w:id=\"1\"><w:r><w:delText>68</w:delText></w:r></w:del><w:ins w:id=\"2\">{}</w:ins>{}", run("超"), run("70"), run("亿元")))),
         vec!["r6 1 超70亿元"]),
        // An office program that knows no tags: the bookmark is left.
        (format!("<w:p><w:bookmarkStart w:id=\"0\" w:name=\"quanyu_fig_ab12cd34_5\"/><w:sdt><w:sdtContent>{}</w:sdtContent></w:sdt><w:bookmarkEnd w:id=\"0\"/>{}</w:p>", run("近30%"), run("，后文。")),
         vec!["ab12cd34 5 近30%"]),
        // A release with colons of its own.
        (format!("<w:p>{}</w:p>", control("quanyu:fig:a:b:12", &run("第2"))), vec!["a:b 12 第2"]),
    ];
    for (body, wanted) in cases {
        assert_eq!(told(&docx(&body)), wanted, "{body}");
    }
}

/// Edited and saved by LibreOffice: the figures are still known. The file was written by `soffice --convert-to docx` from what
/// [`write_docx`] gives, which is done again where LibreOffice is installed.
#[test]
fn controls_outlive_libreoffice() {
    let doc = composed(WHOLE);
    let Some(saved) = saved_by_libreoffice(&write_docx(&doc)) else {
        eprintln!("LibreOffice is not installed: its edit and save was not tried");
        return;
    };
    let wanted: Vec<String> = (1..)
        .zip(&doc.figures)
        .map(|(number, it)| format!("{} {number} {}", it.release, it.text))
        .collect();
    assert_eq!(
        told(&saved),
        wanted,
        "{}",
        part(&saved, "word/document.xml")
    );
}

fn saved_by_libreoffice(docx: &[u8]) -> Option<Vec<u8>> {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("in.docx"), docx).unwrap();
    let profile = format!(
        "-env:UserInstallation=file://{}",
        folder.path().join("profile").display()
    );
    let status = std::process::Command::new("soffice")
        .args([
            &profile,
            "--headless",
            "--convert-to",
            "docx:MS Word 2007 XML",
            "--outdir",
        ])
        .arg(folder.path().join("out"))
        .arg(folder.path().join("in.docx"))
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .status()
        .ok()?;
    assert!(status.success());
    Some(std::fs::read(folder.path().join("out/in.docx")).unwrap())
}
