//! Remarks and tracked changes put into docx files as Word, WPS and LibreOffice save them.

// Helpers of tests unwrap too: a panic there is a failure with a line number.
#![allow(clippy::unwrap_used)]

#[path = "edit/fixtures.rs"]
mod fixtures;
#[path = "edit/judge.rs"]
mod judge;
#[path = "edit/office.rs"]
mod office;
#[path = "edit/refusals.rs"]
mod refusals;
#[path = "edit/tree.rs"]
mod tree;

use std::ops::Range;

use jiff::civil::date;
use quanyu_documents::{
    edit::{Comment, EditError, Revision, comment, edit, revise},
    formats::extract,
};

use fixtures::all;
use judge::{judge, parts};
use tree::{Keep, normal};

pub(crate) const AUTHOR: &str = "核稿 <测试> & \"验\"";

pub(crate) fn remark(range: Range<usize>, text: &str) -> Comment {
    Comment {
        range,
        author: AUTHOR.to_owned(),
        time: date(2024, 1, 8).at(9, 30, 0, 0),
        text: text.to_owned(),
    }
}

pub(crate) fn change(range: Range<usize>, new_text: &str) -> Revision {
    Revision {
        range,
        new_text: new_text.to_owned(),
        author: AUTHOR.to_owned(),
        time: date(2024, 1, 8).at(9, 30, 0, 0),
    }
}

pub(crate) fn text_of(docx: &[u8]) -> String {
    extract(docx, "a.docx").unwrap().text
}

/// Ranges of one or four characters at every place, and some long ones.
fn ranges(text: &str) -> Vec<Range<usize>> {
    let chars = text.chars().count();
    let mut ranges: Vec<Range<usize>> = (0..chars)
        .flat_map(|at| [1, 4].map(|length| at..at + length))
        .filter(|it| it.end <= chars)
        .collect();
    ranges.extend((0..chars).step_by(7).map(|at| at..(at + 40).min(chars)));
    ranges.push(0..chars);
    ranges
}

/// The parts that are not among `edited` are the same bytes.
fn others_are_untouched(name: &str, before: &[u8], after: &[u8], edited: &[&str]) {
    let (before, after) = (parts(before), parts(after));
    for (part, bytes) in &before {
        if !edited.contains(&part.as_str()) {
            assert!(after.get(part) == Some(bytes), "{name}: `{part}` changed");
        }
    }
}

#[test]
fn a_remark_at_any_range_leaves_text_and_structure_as_they_were() {
    for (name, docx) in all() {
        let text = text_of(&docx);
        for range in ranges(&text) {
            let case = format!("{name} {range:?}");
            let made = comment(&docx, &[remark(range.clone(), "请核对")]);
            let made = match made {
                Ok(made) => made,
                // A line end alone, between two blocks, is nowhere.
                Err(EditError::NoPlace { .. })
                    if text
                        .chars()
                        .skip(range.start)
                        .take(range.len())
                        .all(char::is_whitespace) =>
                {
                    continue;
                }
                Err(error) => panic!("{case}: {error}"),
            };
            assert_eq!(text_of(&made), text, "{case}");
            judge(&case, &made);
            let edited = [
                "word/document.xml",
                "word/comments.xml",
                "word/_rels/document.xml.rels",
                "[Content_Types].xml",
            ];
            others_are_untouched(&case, &docx, &made, &edited);
            let (before, after) = (normal(&docx, Keep::Old), normal(&made, Keep::Old));
            same(&case, &before, &after);
        }
    }
}

/// Two normal forms are equal; else the first line that differs is told.
fn same(case: &str, before: &str, after: &str) {
    let differs = before.lines().zip(after.lines()).find(|it| it.0 != it.1);
    assert_eq!(differs, None, "{case}");
    assert_eq!(before.len(), after.len(), "{case}");
}

#[test]
fn a_revision_at_any_range_is_taken_or_taken_back_whole() {
    for (name, docx) in all() {
        let text = text_of(&docx);
        let chars: Vec<char> = text.chars().collect();
        let mut refused = 0;
        let all = ranges(&text);
        for (number, range) in all.iter().enumerate() {
            for new in [["", "＜新&数＞", "1 2\t3"][number % 3]] {
                let case = format!("{name} {range:?} {new}");
                let made = match revise(&docx, &[change(range.clone(), new)]) {
                    Ok(made) => made,
                    Err(EditError::NoPlace { .. }) => {
                        refused += 1;
                        continue;
                    }
                    Err(error) => panic!("{case}: {error}"),
                };
                judge(&case, &made);
                let (before, after) = (normal(&docx, Keep::Old), normal(&made, Keep::Old));
                same(&case, &before, &after);
                let wanted: String = chars[..range.start]
                    .iter()
                    .copied()
                    .chain(new.chars())
                    .chain(chars[range.end..].iter().copied())
                    .collect();
                // White space at the edges of blocks is not text; an empty paragraph of a list has no number.
                let bare = |it: &str| {
                    it.replace("一、", "")
                        .split_whitespace()
                        .collect::<String>()
                };
                assert_eq!(bare(&text_of(&made)), bare(&wanted), "{case}");
            }
        }
        assert!(refused < all.len() * 3 / 4, "{name}: {refused} refused");
    }
}

#[test]
fn many_edits_of_one_run_stand_in_their_order() {
    let docx = fixtures::one(
        "<w:r><w:rPr><w:b/></w:rPr><w:t>合同额12.5亿元，增长25%，居第2位。</w:t></w:r>",
    );
    let made = edit(
        &docx,
        &[
            remark(3..7, "甲"),
            remark(3..14, "乙"),
            remark(7..9, "丙\n丁"),
        ],
        &[
            change(3..7, "13.1"),
            change(12..14, "26"),
            change(18..18, "并"),
            change(19..21, ""),
        ],
    )
    .unwrap();
    judge("many", &made);
    assert_eq!(text_of(&made), "合同额13.1亿元，增长26%，居第并2\n");
    let xml = String::from_utf8(parts(&made)["word/document.xml"].clone()).unwrap();
    insta::assert_snapshot!(tree::shown(&xml), @r#"
    <w:p>
    <w:r><w:rPr><w:b/></w:rPr><w:t>合同额</w:t></w:r>
    <w:commentRangeStart w:id="0"/>
    <w:commentRangeStart w:id="1"/>
    <w:del w:id="3" w:author="AUTHOR" w:date="2024-01-08T09:30:00Z">
    <w:r><w:rPr><w:b/></w:rPr><w:delText xml:space="preserve">12.5</w:delText></w:r></w:del>
    <w:ins w:id="4" w:author="AUTHOR" w:date="2024-01-08T09:30:00Z">
    <w:r><w:rPr><w:b/></w:rPr><w:t xml:space="preserve">13.1</w:t></w:r></w:ins>
    <w:commentRangeEnd w:id="0"/>
    <w:r>
    <w:commentReference w:id="0"/></w:r>
    <w:commentRangeStart w:id="2"/>
    <w:r><w:rPr><w:b/></w:rPr><w:t xml:space="preserve">亿元</w:t></w:r>
    <w:commentRangeEnd w:id="2"/>
    <w:r>
    <w:commentReference w:id="2"/></w:r>
    <w:r><w:rPr><w:b/></w:rPr><w:t xml:space="preserve">，增长</w:t></w:r>
    <w:del w:id="5" w:author="AUTHOR" w:date="2024-01-08T09:30:00Z">
    <w:r><w:rPr><w:b/></w:rPr><w:delText xml:space="preserve">25</w:delText></w:r></w:del>
    <w:ins w:id="6" w:author="AUTHOR" w:date="2024-01-08T09:30:00Z">
    <w:r><w:rPr><w:b/></w:rPr><w:t xml:space="preserve">26</w:t></w:r></w:ins>
    <w:commentRangeEnd w:id="1"/>
    <w:r>
    <w:commentReference w:id="1"/></w:r>
    <w:r><w:rPr><w:b/></w:rPr><w:t xml:space="preserve">%，居第</w:t></w:r>
    <w:ins w:id="7" w:author="AUTHOR" w:date="2024-01-08T09:30:00Z">
    <w:r><w:rPr><w:b/></w:rPr><w:t xml:space="preserve">并</w:t></w:r></w:ins>
    <w:r><w:rPr><w:b/></w:rPr><w:t xml:space="preserve">2</w:t></w:r>
    <w:del w:id="8" w:author="AUTHOR" w:date="2024-01-08T09:30:00Z">
    <w:r><w:rPr><w:b/></w:rPr><w:delText xml:space="preserve">位。</w:delText></w:r></w:del></w:p>
    "#);
}

#[test]
fn remarks_are_added_to_those_that_are_there() {
    for (name, docx) in all() {
        let once = comment(&docx, &[remark(0..3, "第一")]).unwrap();
        let twice = comment(&once, &[remark(1..4, "第二"), remark(0..1, "第三")]).unwrap();
        judge(name, &twice);
        let comments = String::from_utf8(parts(&twice)["word/comments.xml"].clone()).unwrap();
        let first = comments.find("第一").unwrap();
        assert!(first < comments.find("第二").unwrap(), "{name}");
        assert_eq!(text_of(&twice), text_of(&docx), "{name}");
        if let Some(before) = parts(&docx).get("word/comments.xml") {
            let kept = String::from_utf8_lossy(before).replace("</w:comments>", "");
            assert!(comments.starts_with(&kept), "{name}");
        }
    }
}

#[test]
fn the_same_edit_gives_the_same_bytes() {
    for (name, docx) in all() {
        let once = || edit(&docx, &[remark(2..5, "请核对")], &[]).unwrap();
        assert!(once() == once(), "{name}");
        assert!(edit(&docx, &[], &[]).unwrap() == docx, "{name}");
    }
}
