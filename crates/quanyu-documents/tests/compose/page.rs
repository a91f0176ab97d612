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

/// Where each piece of text stands on the pages of a PDF, as pdftotext sees it: page, left, top, right, bottom in points.
fn places(bytes: &[u8]) -> Option<Vec<(usize, [f64; 4], String)>> {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("in.pdf"), bytes).unwrap();
    let status = std::process::Command::new("pdftotext")
        .args(["-bbox-layout", "in.pdf", "out.html"])
        .current_dir(folder.path())
        .status()
        .ok()?;
    assert!(status.success());
    let text = std::fs::read_to_string(folder.path().join("out.html")).unwrap();
    let (mut page, mut found) = (0, Vec::new());
    for line in text.lines().map(str::trim) {
        page += usize::from(line.starts_with("<page "));
        let Some(rest) = line.strip_prefix("<word ") else {
            continue;
        };
        let numbers: Vec<f64> = rest
            .split('"')
            .skip(1)
            .step_by(2)
            .take(4)
            .map(|it| it.parse().unwrap())
            .collect();
        let word = rest.split_once('>').unwrap().1.trim_end_matches("</word>");
        found.push((
            page,
            [numbers[0], numbers[1], numbers[2], numbers[3]],
            word.to_owned(),
        ));
    }
    Some(found)
}

/// 22 lines of 28 characters fill the type area; numbers stand under it, odd ones right, even ones left; a heading never ends a page.
#[test]
fn the_page_is_that_of_the_standard() {
    const MM: f64 = 72.0 / 25.4;
    let line = "测".repeat(28);
    let long = line.repeat(60);
    // 20 lines of text, then a heading that would be the last line of the first page.
    let text = format!("# 题\n@to: {long}\n## 不在页末的标题\n正文在标题之后。\n{long}");
    let doc = composed(&text);
    let bytes = pdf::write(&doc, fonts()).unwrap();
    let Some(places) = places(&bytes) else {
        eprintln!("pdftotext is not installed: the places on the page were not looked at");
        return;
    };
    let body = |page: usize| {
        let of_page = places
            .iter()
            .filter(move |it| it.0 == page && it.2.contains('测'));
        let mut lines: Vec<(i64, usize, f64, f64)> = Vec::new();
        for (_, [left, top, right, _], word) in of_page {
            let count = word.matches('测').count();
            match lines
                .iter_mut()
                .find(|it| (it.0 - (top * 10.0) as i64).abs() < 20)
            {
                Some(line) => {
                    line.1 += count;
                    line.2 = line.2.min(*left);
                    line.3 = line.3.max(*right);
                }
                None => lines.push(((top * 10.0) as i64, count, *left, *right)),
            }
        }
        lines
    };
    // A whole page of text: the second.
    let lines = body(2);
    assert_eq!(lines.len(), 22, "lines of a page");
    for (top, count, left, right) in &lines {
        assert_eq!(*count, 28, "characters of the line at {top}");
        assert!(
            (left - 28.0 * MM).abs() < 1.5 && (right - 184.0 * MM).abs() < 1.5,
            "{left} {right}"
        );
    }
    let pitch = (lines[21].0 - lines[0].0) as f64 / 10.0 / 21.0;
    assert!((pitch - 28.95).abs() < 0.1, "{pitch}");
    // Numbers: top of the glyph's line between the area's edge and 7 mm under it, right and left by turns.
    for page in 1..=3 {
        let number = places
            .iter()
            .find(|it| it.0 == page && it.2 == page.to_string() && it.1[1] > 262.0 * MM);
        let (_, [left, top, right, bottom], _) =
            number.unwrap_or_else(|| panic!("page {page} has no number"));
        let middle = (top + bottom) / 2.0 / MM;
        assert!(
            (middle - 269.0).abs() < 2.0,
            "the dash lies 7 mm under the area: {middle} mm"
        );
        let odd = page % 2 == 1;
        assert_eq!(*left > 150.0 * MM, odd, "page {page}: {left}..{right}");
    }
    // The heading stands on the page of its text.
    let page_of = |word: &str| places.iter().find(|it| it.2.contains(word)).map(|it| it.0);
    assert_eq!(page_of("不在页末"), page_of("正文在标题"));
}

/// M5: the issuer and the date never stand on a page by themselves, wherever the text ends.
#[test]
fn no_page_holds_the_signature_alone() {
    let mut turned = 0;
    // A last paragraph that begins on the first page, after another, and ends about the end of that page or of the second; and the
    // only paragraph there is.
    let ends = (12..=20).chain(33..=42);
    for (lines, others) in ends.flat_map(|it| [(it, 2), (it, 0)]) {
        let text = "测".repeat(26 + 28 * (lines - 1));
        let before = "文".repeat(20) + "\n";
        let doc = composed(&format!(
            "# 题\n{}{text}\n@sign: 示例区科学技术局\n@date: {{{{ date }}}}",
            before.repeat(others)
        ));
        let bytes = pdf::write(&doc, fonts()).unwrap();
        let Some(places) = places(&bytes) else {
            eprintln!("pdftotext is not installed: the last page was not looked at");
            return;
        };
        let page_of = |word: &str| places.iter().rfind(|it| it.2.contains(word)).map(|it| it.0);
        let (text, issuer, date) = (page_of("测"), page_of("示例区"), page_of("2024"));
        assert!(issuer.is_some(), "{lines}: {places:?}");
        assert_eq!(
            (text, date),
            (issuer, issuer),
            "{lines} lines of text after {others} paragraphs"
        );
        turned += usize::from(issuer > Some(1));
    }
    assert!((1..38).contains(&turned), "{turned} of 38 turned the page");
}

/// Pages as grey pictures of a few pixels, compared with a tolerance: what moves, vanishes or overlaps is seen.
#[test]
fn pages_look_as_they_did() {
    let bytes = pdf::write(&composed(WHOLE), fonts()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("in.pdf"), bytes).unwrap();
    let drawn = std::process::Command::new("pdftoppm")
        .args([
            "-gray",
            "-scale-to-x",
            "42",
            "-scale-to-y",
            "59",
            "in.pdf",
            "page",
        ])
        .current_dir(folder.path())
        .status();
    let Ok(status) = drawn else {
        eprintln!("pdftoppm is not installed: the pictures of the pages were not compared");
        return;
    };
    assert!(status.success());
    let mut pages: Vec<_> = std::fs::read_dir(folder.path())
        .unwrap()
        .map(|it| it.unwrap().path())
        .collect();
    pages.retain(|it| it.extension().is_some_and(|it| it == "pgm"));
    pages.sort();
    let mut now = String::new();
    for page in &pages {
        let bytes = std::fs::read(page).unwrap();
        // Nine shades from white to black, a line each: a picture that a diff shows.
        for row in bytes[bytes.len() - 42 * 59..].chunks(42) {
            now.extend(row.iter().map(|it| char::from(b'0' + (255 - it) / 29)));
            now.push('\n');
        }
        now.push('\n');
    }
    let file =
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/compose/snapshots/pages.txt");
    if std::env::var_os("INSTA_UPDATE").is_some_and(|it| it == "always") {
        std::fs::write(&file, &now).unwrap();
    }
    let then = std::fs::read_to_string(&file).unwrap();
    assert_eq!(then.len(), now.len(), "other pages than before");
    let off: u32 = then
        .bytes()
        .zip(now.bytes())
        .map(|(a, b)| u32::from(a.abs_diff(b)))
        .sum();
    // A hundredth of a shade a pixel: other hinting is less, a line that moves is more.
    let limit = u32::try_from(now.len()).unwrap() / 100;
    assert!(
        off <= limit,
        "the pages differ by {off} shades, at most {limit}:\n{now}"
    );
}
