//! What is not edited, and why.

use quanyu_documents::{
    edit::{EditError, comment, revise},
    formats::extract,
};

use crate::{change, fixtures, judge::judge, remark, text_of};

#[test]
fn edits_that_have_no_sense_are_refused_with_their_range() {
    let docx = fixtures::one("<w:r><w:t>全年完成12.5亿元。</w:t></w:r>");
    let chars = text_of(&docx).chars().count();
    let cases = [
        (comment(&docx, &[remark(3..3, "空")]), "edit_nothing"),
        (comment(&docx, &[remark(3..4, " \n")]), "edit_nothing"),
        (
            comment(&docx, &[remark(3..chars + 1, "外")]),
            "edit_out_of_text",
        ),
        (revise(&docx, &[change(4..8, "12.5")]), "edit_nothing"),
        (revise(&docx, &[change(4..4, "")]), "edit_nothing"),
        (
            revise(&docx, &[change(chars + 3..chars + 4, "x")]),
            "edit_out_of_text",
        ),
        (
            revise(&docx, &[change(4..8, "1"), change(7..9, "2")]),
            "edit_overlap",
        ),
        (
            revise(&docx, &[change(4..8, "1"), change(4..8, "2")]),
            "edit_overlap",
        ),
        (revise(&docx, &[change(8..chars, "2")]), "edit_no_place"),
        (comment(b"%PDF-1.5", &[remark(0..1, "x")]), "edit_not_docx"),
        (comment(b"", &[]), "edit_not_docx"),
        (
            comment(&docx, &vec![remark(0..1, "x"); 50_001]),
            "edit_too_many",
        ),
    ];
    for (number, (got, code)) in cases.into_iter().enumerate() {
        assert_eq!(got.map_err(|it| it.code()), Err(code), "case {number}");
    }
    #[allow(clippy::reversed_empty_ranges)]
    let backwards = revise(&docx, &[change(5..4, "x")]);
    assert_eq!(backwards.map_err(|it| it.code()), Err("edit_out_of_text"));
}

#[test]
fn made_and_drawn_characters_take_remarks_and_refuse_revisions() {
    let docx = fixtures::word();
    let text = text_of(&docx);
    let at = |wanted: &str| {
        let byte = text.find(wanted).unwrap();
        let start = text[..byte].chars().count();
        start..start + wanted.chars().count()
    };
    for wanted in ["一、", "x=1", "注音"] {
        let range = at(wanted);
        let made = comment(&docx, &[remark(range.clone(), "看")]).unwrap();
        judge(wanted, &made);
        assert_eq!(text_of(&made), text, "{wanted}");
        let refused = revise(&docx, &[change(range.clone(), "新")]);
        assert!(
            matches!(refused, Err(EditError::NoPlace { start, end, .. }) if (start..end) == range),
            "{wanted}"
        );
    }
    // A remark on a note or a text box stands at the run that holds it.
    for wanted in ["为快报数", "框中12家"] {
        let made = comment(&docx, &[remark(at(wanted), "看")]).unwrap();
        judge(wanted, &made);
        let made = revise(&docx, &[change(at(wanted), "新文字")]).unwrap();
        judge(wanted, &made);
        assert_eq!(text_of(&made), text.replace(wanted, "新文字"), "{wanted}");
    }
}

#[test]
fn hostile_packages_are_refused_in_time() {
    let deep = format!(
        "{}{}",
        "<w:smartTag>".repeat(3000),
        "</w:smartTag>".repeat(3000)
    );
    let cases = [
        (
            fixtures::one(&format!("<w:r><w:t>文字</w:t></w:r>{deep}")),
            "document_too_large",
        ),
        (
            fixtures::raw("<document><body><p><r><t>文字</t></r></p></body></document>"),
            "edit_unusual",
        ),
        (
            fixtures::raw("<w:document><w:body><w:p><w:r><w:t>文字"),
            "document_damaged",
        ),
        (
            fixtures::zip(&[
                (
                    "word/document.xml",
                    fixtures::document("<w:p><w:r><w:t>文字</w:t></w:r></w:p>").as_bytes(),
                ),
                ("word/_rels/document.xml.rels", b"<Relationships"),
            ]),
            "document_damaged",
        ),
    ];
    for (number, (docx, code)) in cases.into_iter().enumerate() {
        let got = comment(&docx, &[remark(0..1, "x")]);
        assert_eq!(got.map_err(|it| it.code()), Err(code), "case {number}");
    }
    // Half of a good one, cut anywhere.
    let docx = fixtures::word();
    for part in 1..16 {
        let cut = &docx[..docx.len() * part / 16];
        assert!(comment(cut, &[remark(0..1, "x")]).is_err(), "{part}");
    }
}

#[test]
fn a_part_in_utf_16_is_read_and_not_edited() {
    let wide: Vec<u8> = [0xFF, 0xFE]
        .into_iter()
        .chain(
            fixtures::document("<w:p><w:r><w:t>文字</w:t></w:r></w:p>")
                .encode_utf16()
                .flat_map(u16::to_le_bytes),
        )
        .collect();
    let docx = fixtures::zip(&[("word/document.xml", &wide)]);
    assert_eq!(extract(&docx, "a.docx").unwrap().text, "文字\n");
    let got = comment(&docx, &[remark(0..1, "x")]);
    assert_eq!(got.map_err(|it| it.code()), Err("edit_unusual"));
}
