//! Damaged and hostile workbooks: each is refused with its reason, within bounds of time and memory.

use std::time::{Duration, Instant};

use quanyu_documents::workbook::Row;

use crate::kit::{opened, row, told, xlsx_of, xlsx_with_sheet, zip};

/// The code of the refusal, at opening or while reading.
fn refusal(bytes: Vec<u8>, name: &str) -> Option<&'static str> {
    match opened(bytes, name) {
        Err(error) => Some(error.code()),
        Ok(sheet) => sheet.filter_map(Result::err).map(|it| it.code()).next(),
    }
}

#[test]
fn files_that_are_no_workbook_are_told_by_what_they_are() {
    let cases: [(&str, Vec<u8>, &str); 10] = [
        ("a.xlsx", Vec::new(), "workbook_empty"),
        (
            "a.xlsx",
            b"%PDF-1.7 ...".to_vec(),
            "workbook_not_a_workbook",
        ),
        ("a.xlsx", b"\x89PNG\r\n".to_vec(), "workbook_not_a_workbook"),
        ("a.xlsx", b"just text".to_vec(), "workbook_not_a_workbook"),
        (
            "a.xlsx",
            zip(&[("word/document.xml", b"<w/>")]),
            "workbook_not_a_workbook",
        ),
        (
            "a.xlsx",
            zip(&[("readme.txt", b"hello")]),
            "workbook_not_a_workbook",
        ),
        (
            "a.csv",
            b"a,b\n\x00\x01\x02\x03".repeat(9),
            "workbook_not_a_workbook",
        ),
        (
            "a.csv",
            b"\xff\xff\xff,\xff\n".to_vec(),
            "workbook_encoding",
        ),
        ("a.csv", b"\n\n\n".to_vec(), "workbook_empty"),
        (
            "a.xls",
            [b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1".as_slice(), &[0; 600]].concat(),
            "workbook_not_a_workbook",
        ),
    ];
    for (name, bytes, code) in cases {
        let start: Vec<u8> = bytes.iter().take(12).copied().collect();
        assert_eq!(refusal(bytes, name), Some(code), "{name} {start:?}");
    }
}

#[test]
fn a_locked_workbook_says_so() {
    let mut bytes = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1".to_vec();
    bytes.extend([0; 600]);
    bytes.extend("EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes));
    assert_eq!(refusal(bytes, "a.xlsx"), Some("workbook_password"));
}

#[test]
fn a_workbook_that_bears_a_mark_of_secrecy_is_refused_wherever_the_mark_stands() {
    let table = [row(1, "名称|街道"), row(2, "示例甲|示例街道")].concat();
    let head = |text: &str| format!("<headerFooter><oddHeader>{text}</oddHeader></headerFooter>");
    let shared = r#"<row r="3"><c r="A3" t="s"><v>0</v></c></row>"#;
    let cases = [
        (xlsx_of(&table, "", &[]), None),
        // In a cell far below the head, in a text that another sheet shares, in the middle of a page head.
        (
            xlsx_of(&[table.as_str(), &row(900, "机密★1年|")].concat(), "", &[]),
            Some("secret_file"),
        ),
        (
            xlsx_of(
                &[table.as_str(), shared].concat(),
                "",
                &["示例乙", "秘密★长期"],
            ),
            Some("secret_file"),
        ),
        (
            xlsx_of(
                &table,
                &head("&amp;L示例&amp;C&amp;\"黑体,常规\"绝密★"),
                &[],
            ),
            Some("secret_file"),
        ),
        (xlsx_of(&table, &head("&amp;C秘密事项表"), &[]), None),
    ];
    for (case, (bytes, code)) in cases.into_iter().enumerate() {
        assert_eq!(refusal(bytes, "a.xlsx"), code, "case {case}");
    }
    let text = "名称,街道\n示例甲,示例街道\n机密★,示例街道\n";
    assert_eq!(refusal(text.into(), "a.csv"), Some("secret_file"));
}

#[test]
fn a_workbook_cut_off_anywhere_is_refused_and_never_half_read() {
    let rows: String = (1..400)
        .map(|it| row(it, &format!("名称{it}|街道|示例")))
        .collect();
    let whole = xlsx_of(&rows, "", &[]);
    assert_eq!(refusal(whole.clone(), "a.xlsx"), None);
    for part in 1..40 {
        let cut = whole[..whole.len() * part / 40].to_vec();
        assert!(refusal(cut, "a.xlsx").is_some(), "cut at {part}/40");
    }
}

#[test]
fn bytes_changed_inside_a_part_are_noticed() {
    let rows: String = (1..400)
        .map(|it| row(it, &format!("名称{it}|街道|示例")))
        .collect();
    let mut bytes = xlsx_of(&rows, "", &[]);
    let name = b"xl/worksheets/sheet1.xml";
    let at = bytes.windows(name.len()).position(|it| it == name).unwrap() + name.len() + 900;
    bytes[at] ^= 0x10;
    assert!(refusal(bytes, "a.xlsx").is_some());
}

#[test]
fn xml_that_ends_too_early_is_truncated() {
    let sheet = format!(
        r#"<worksheet><sheetData>{}<row r="2"><c r="A2"><v>1"#,
        row(1, "甲|乙")
    );
    assert!(matches!(
        refusal(xlsx_with_sheet(sheet.as_bytes(), &[]), "a.xlsx"),
        Some("workbook_truncated" | "workbook_damaged")
    ));
}

#[test]
fn a_zip_bomb_ends_early() {
    let start = Instant::now();
    let mut sheet = b"<worksheet><sheetData><row><c><v>".to_vec();
    sheet.resize(200 << 20, b' ');
    assert_eq!(
        refusal(xlsx_with_sheet(&sheet, &[]), "a.xlsx"),
        Some("workbook_bomb")
    );
    assert!(start.elapsed() < Duration::from_secs(30));
}

#[test]
fn a_million_empty_cells_are_nothing() {
    let mut rows = row(1, "甲|乙|丙");
    for number in 2..=10_001 {
        rows.push_str(&format!(r#"<row r="{number}">"#));
        for column in 0..100 {
            rows.push_str(&format!(
                r#"<c r="{}{}{number}" s="1"/>"#,
                char::from(b'A' + column / 26),
                char::from(b'A' + column % 26)
            ));
        }
        rows.push_str("</row>");
    }
    rows.push_str(&row(10_002, "一|二|三"));
    assert_eq!(
        told(xlsx_of(&rows, "", &[]), "a.xlsx"),
        "head: 甲 | 乙 | 丙\n10002: 一 | 二 | 三"
    );
}

#[test]
fn absurd_places_and_sizes_are_refused_or_counted() {
    let head = row(1, "甲|乙|丙");
    let far_row = format!(r#"{head}<row r="4000000"><c r="A4000000"><v>1</v></c></row>"#);
    assert_eq!(
        refusal(xlsx_of(&far_row, "", &[]), "a.xlsx"),
        Some("workbook_too_large")
    );
    let far_column = format!(r#"{head}<row r="2"><c r="XFD2"><v>1</v></c></row>"#);
    assert_eq!(
        refusal(xlsx_of(&far_column, "", &[]), "a.xlsx"),
        Some("workbook_too_large")
    );
    let stray = format!("{head}{}", row(2, "7|2|3|4|5"));
    let mut sheet = opened(
        xlsx_of(
            &stray,
            r#"<mergeCells><mergeCell ref="A5:XFD1048576"/></mergeCells>"#,
            &[],
        ),
        "a.xlsx",
    )
    .unwrap();
    let mut read = Row::default();
    while sheet.read_row(&mut read).unwrap() {}
    assert_eq!((sheet.report().rows, sheet.report().stray_cells), (1, 2));
    let wide: Vec<u8> = "甲,".repeat(3_000).into_bytes();
    assert_eq!(refusal(wide, "a.csv"), Some("workbook_too_large"));
    let open_quote = format!("甲,乙\n\"{}", "x".repeat(20 << 20)).into_bytes();
    assert_eq!(refusal(open_quote, "a.csv"), Some("workbook_too_large"));
}

#[test]
fn entities_are_not_expanded() {
    let sheet = format!(
        r#"<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><worksheet><sheetData>{}<row r="2"><c r="A2" t="inlineStr"><is><t>&b;</t></is></c></row></sheetData></worksheet>"#,
        row(1, "甲|乙")
    );
    assert_eq!(
        told(xlsx_with_sheet(sheet.as_bytes(), &[]), "a.xlsx"),
        "head: 甲 | 乙\n2: &b; | "
    );
}

#[test]
fn files_with_bytes_changed_anywhere_are_read_or_refused() {
    use quanyu_documents::formats::{SimpleBlock, extract, write_docx_simple, write_pdf_simple};
    let blocks = [
        SimpleBlock::Title("示例".to_owned()),
        SimpleBlock::Paragraph("全年完成 12.5 亿元。".repeat(9)),
    ];
    let rows: String = (1..60).map(|it| row(it, "名称|街道|示例")).collect();
    let files: [(&str, Vec<u8>); 6] = [
        ("a.xls", include_bytes!("street.xls").to_vec()),
        ("a.xlsx", xlsx_of(&rows, "", &["一", "二"])),
        ("a.docx", write_docx_simple(&blocks)),
        ("a.pdf", write_pdf_simple(&blocks)),
        ("b.pdf", include_bytes!("libreoffice.pdf").to_vec()),
        (
            "a.html",
            "<html><body><div><p>文字，一。</div><table><tr><td>二"
                .as_bytes()
                .to_vec(),
        ),
    ];
    // A small generator of its own keeps the cases the same on every machine.
    let mut state = 0x2023_u64;
    let mut draw = |below: usize| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % below
    };
    for (name, whole) in files {
        let start = Instant::now();
        for _ in 0..60 {
            let mut bytes = whole.clone();
            for _ in 0..=draw(6) {
                let at = draw(bytes.len());
                bytes[at] = draw(256) as u8;
            }
            if name.ends_with('x') && name.contains("xls") || name.ends_with("xls") {
                let _ = refusal(bytes, name);
            } else if let Ok(doc) = extract(&bytes, name) {
                let length = doc.text.chars().count();
                assert!(
                    doc.blocks
                        .iter()
                        .all(|it| it.start_char <= it.end_char && it.end_char <= length)
                );
            }
        }
        assert!(
            start.elapsed() < Duration::from_secs(120),
            "{name} took {:?}",
            start.elapsed()
        );
    }
}
