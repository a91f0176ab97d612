//! The page of GB/T 9704-2012, in the XML of the docx and on the pages of the PDF.

use std::io::Read;

use quanyu_documents::{
    compose::{pdf, write_docx},
    formats::extract,
};
use zip::ZipArchive;

use crate::kit::{WHOLE, composed, fonts};

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

#[test]
fn equal_documents_give_equal_bytes() {
    let (one, two) = (composed(WHOLE), composed(WHOLE));
    assert!(write_docx(&one) == write_docx(&two));
    assert!(pdf::write(&one, fonts()).unwrap() == pdf::write(&two, fonts()).unwrap());
    if let Ok(folder) = std::env::var("QUANYU_KEEP") {
        std::fs::write(format!("{folder}/whole.docx"), write_docx(&one)).unwrap();
        std::fs::write(
            format!("{folder}/whole.pdf"),
            pdf::write(&one, fonts()).unwrap(),
        )
        .unwrap();
    }
}

#[test]
fn the_pdf_holds_the_text_and_its_fonts() {
    let doc = composed(WHOLE);
    let bytes = pdf::write(&doc, fonts()).unwrap();
    let read = extract(&bytes, "x.pdf").unwrap();
    let text: String = read.text.chars().filter(|it| !it.is_whitespace()).collect();
    for figure in &doc.figures {
        assert!(text.contains(&figure.text), "{} in {text}", figure.text);
    }
    for wanted in [
        "示例区科学技术局关于2023年工作情况的报告",
        "一、主要指标完成情况",
        "（二）抓平台、聚资源",
        "1.推进平台建设。支持企业牵头",
        "（1）完善机制",
        "2024年1月8日",
        "附件：1.重点平台名单",
        "抄送：示例区委办公室",
    ] {
        assert!(text.contains(wanted), "{wanted} in {text}");
    }
}

#[test]
fn the_parts_of_a_docx_are_as_they_were() {
    let docx = write_docx(&composed(WHOLE));
    for name in [
        "word/document.xml",
        "word/styles.xml",
        "word/footer1.xml",
        "word/footer2.xml",
        "word/settings.xml",
    ] {
        let text = part(&docx, name)
            .replace("<w:p>", "\n<w:p>")
            .replace("<w:style ", "\n<w:style ")
            .replace("<w:sectPr>", "\n<w:sectPr>");
        insta::assert_snapshot!(name.replace('/', "-"), text);
    }
}
