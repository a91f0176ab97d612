//! Whether a docx keeps the rules that Word opens a file by.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{Cursor, Read as _},
};

use crate::tree::{Element, parse};

/// All parts of a package.
pub fn parts(docx: &[u8]) -> BTreeMap<String, Vec<u8>> {
    let mut archive = zip::ZipArchive::new(Cursor::new(docx)).unwrap();
    let mut parts = BTreeMap::new();
    for index in 0..archive.len() {
        let mut part = archive.by_index(index).unwrap();
        let mut bytes = Vec::new();
        part.read_to_end(&mut bytes).unwrap();
        parts.insert(String::from_utf8(part.name_raw().to_vec()).unwrap(), bytes);
    }
    parts
}

/// Well formed; properties first; annotations numbered once; remarks begun, ended, referred to and kept; deleted text only
/// in deletions; nothing where it must not be.
pub fn judge(case: &str, docx: &[u8]) {
    let parts = parts(docx);
    let mut seen = Seen::default();
    for (name, bytes) in &parts {
        if name.ends_with(".xml") || name.ends_with(".rels") {
            let text = std::str::from_utf8(bytes).unwrap();
            let root = parse(text.trim_start_matches('\u{feff}'))
                .unwrap_or_else(|error| panic!("{case}: {name}: {error}"));
            if name.starts_with("word/") && !name.contains("_rels") {
                walk(case, &root, &mut Vec::new(), &mut seen);
            }
        }
    }
    assert_eq!(seen.starts, seen.ends, "{case}: begun and ended");
    assert_eq!(
        seen.starts, seen.references,
        "{case}: begun and referred to"
    );
    assert_eq!(seen.starts, seen.comments, "{case}: begun and kept");
    if !seen.comments.is_empty() {
        let relations =
            String::from_utf8_lossy(&parts["word/_rels/document.xml.rels"]).into_owned();
        assert_eq!(
            relations.matches("/comments\"").count(),
            1,
            "{case}: {relations}"
        );
        let types = String::from_utf8_lossy(&parts["[Content_Types].xml"]).into_owned();
        assert_eq!(
            types.matches("\"/word/comments.xml\"").count(),
            1,
            "{case}: {types}"
        );
    }
}

#[derive(Default)]
struct Seen {
    numbers: BTreeSet<String>,
    starts: BTreeSet<String>,
    ends: BTreeSet<String>,
    references: BTreeSet<String>,
    comments: BTreeSet<String>,
}

const CONTENT: [&str; 11] = [
    "w:p",
    "w:ins",
    "w:del",
    "w:moveTo",
    "w:hyperlink",
    "w:smartTag",
    "w:sdtContent",
    "w:fldSimple",
    "w:rubyBase",
    "w:rt",
    "m:oMath",
];

fn walk(case: &str, element: &Element, above: &mut Vec<String>, seen: &mut Seen) {
    let name = element.name.as_str();
    let parent = above.last().map_or("", String::as_str);
    for (own, of) in [
        ("w:pPr", "w:p"),
        ("w:rPr", "w:r"),
        ("w:tcPr", "w:tc"),
        ("w:sdtPr", "w:sdt"),
    ] {
        if name == of {
            let place = element.elements().position(|it| it.name == own);
            assert!(
                matches!(place, None | Some(0)),
                "{case}: {own} is not first"
            );
            let count = element.elements().filter(|it| it.name == own).count();
            assert!(count <= 1, "{case}: {own} twice");
        }
    }
    let id = || element.attribute("w:id").unwrap().to_owned();
    match name {
        "w:ins" | "w:del" | "w:moveTo" | "w:moveFrom" | "w:rPrChange" | "w:comment" => {
            let number = id();
            assert!(number.parse::<i32>().is_ok(), "{case}: {number}");
            assert!(
                seen.numbers.insert(number.clone()),
                "{case}: {number} twice"
            );
            assert!(element.attribute("w:author").is_some(), "{case}");
            if name == "w:comment" {
                seen.comments.insert(number);
                assert!(element.elements().all(|it| it.name == "w:p"), "{case}");
            }
        }
        "w:commentRangeStart" => assert!(seen.starts.insert(id()), "{case}: begun twice"),
        "w:commentRangeEnd" => assert!(seen.ends.insert(id()), "{case}: ended twice"),
        "w:commentReference" => {
            assert!(seen.references.insert(id()), "{case}: referred to twice");
            assert!(
                !above.iter().any(|it| it == "w:del"),
                "{case}: a deleted reference"
            );
            assert_eq!(parent, "w:r", "{case}");
        }
        "w:r" => assert!(
            CONTENT.contains(&parent) || parent == "w:sdtContent",
            "{case}: a run in {parent}"
        ),
        "w:t" => {
            let runs = above.iter().rposition(|it| it == "w:r").unwrap();
            let boxed = above
                .iter()
                .rposition(|it| it == "w:txbxContent")
                .unwrap_or(0);
            let deleted = above[boxed..runs].iter().any(|it| it == "w:del");
            assert!(!deleted, "{case}: text in a deletion");
            assert_eq!(parent, "w:r", "{case}");
        }
        "w:delText" => assert!(above.iter().any(|it| it == "w:del"), "{case}"),
        _ => {}
    }
    if matches!(
        name,
        "w:commentRangeStart" | "w:commentRangeEnd" | "w:ins" | "w:del"
    ) && parent != "w:rPr"
        && parent != "w:trPr"
    {
        assert!(CONTENT.contains(&parent), "{case}: {name} in {parent}");
        let boxed = above.iter().any(|it| it == "w:txbxContent");
        assert!(
            !boxed || !name.starts_with("w:comment"),
            "{case}: a remark in a text box"
        );
    }
    above.push(name.to_owned());
    element
        .elements()
        .for_each(|it| walk(case, it, above, seen));
    above.pop();
}
