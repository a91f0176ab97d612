//! How a composed document looks: its paragraphs in the docx's own XML, and its pages as pictures of a few pixels.
//!
//! Both are compared with a tolerance for what records move: digits of the XML are set to 0, pictures may differ by a hundredth of
//! a shade a pixel. `INSTA_UPDATE=always` takes them anew.

use std::{fs, path::Path, process::Command};

use quanyu_documents::archive;

/// Width and height of a page's picture in pixels: a character is half a pixel, a line one.
const PAGE: (usize, usize) = (42, 59);

/// Compares the paragraphs of a docx with those that were kept under a name.
pub fn same_shape(name: &str, docx: &[u8]) {
    let xml = archive::text(docx, "word/document.xml").unwrap();
    insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!(name, shape(&xml));
    });
}

/// A line a paragraph: its style, in a table or not, the figures that carry a release, the words with 0 for every number.
fn shape(xml: &str) -> String {
    let mut lines = String::new();
    let mut rows = 0;
    for paragraph in xml.split("<w:p>").skip(1) {
        let style = between(paragraph, "<w:pStyle w:val=\"", "\"").unwrap_or("Normal");
        let marks = paragraph.matches("w:val=\"quanyu:fig:").count();
        let pictures = paragraph.matches("<w:drawing>").count();
        let mut words = String::new();
        for run in paragraph.split("<w:t xml:space=\"preserve\">").skip(1) {
            words.push_str(run.split("</w:t>").next().unwrap_or_default());
        }
        lines.push_str(style);
        if marks > 0 {
            lines.push_str(&format!(" [{marks}]"));
        }
        if pictures > 0 {
            lines.push_str(" picture");
        }
        lines.push_str(&format!(" {}\n", nought(&words)));
        rows += paragraph.matches("</w:tr>").count();
    }
    lines.push_str(&format!("{rows} rows of tables\n"));
    lines
}

fn between<'a>(text: &'a str, from: &str, to: &str) -> Option<&'a str> {
    text.split_once(from)?.1.split_once(to).map(|it| it.0)
}

/// Runs of digits as one 0, so that a figure may change and a sentence may not.
fn nought(words: &str) -> String {
    let mut out = String::new();
    let mut number = false;
    for it in words.chars() {
        let digit = it.is_ascii_digit() || number && matches!(it, '.' | ',');
        if !digit {
            out.push(it);
        } else if !number {
            out.push('0');
        }
        number = digit;
    }
    out
}

/// Compares the pages of a PDF with the pictures that were kept under a name. Where pdftoppm is not installed it says so.
pub fn same_pages(name: &str, pdf: &[u8]) {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("in.pdf"), pdf).unwrap();
    let (width, height) = PAGE;
    let drawn = Command::new("pdftoppm")
        .args(["-gray", "-scale-to-x", &width.to_string()])
        .args(["-scale-to-y", &height.to_string(), "in.pdf", "page"])
        .current_dir(folder.path())
        .status();
    let Ok(status) = drawn else {
        eprintln!("pdftoppm is not installed: the pictures of {name} were not compared");
        return;
    };
    assert!(status.success(), "{name}");
    let mut pages: Vec<_> = fs::read_dir(folder.path())
        .unwrap()
        .map(|it| it.unwrap().path())
        .filter(|it| it.extension().is_some_and(|it| it == "pgm"))
        .collect();
    pages.sort();
    let mut now = String::new();
    for page in &pages {
        let bytes = fs::read(page).unwrap();
        // Nine shades from white to black, a line each: a picture that a diff shows.
        for row in bytes[bytes.len() - width * height..].chunks(width) {
            now.extend(row.iter().map(|it| char::from(b'0' + (255 - it) / 29)));
            now.push('\n');
        }
        now.push('\n');
    }
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/it/pages/{name}.txt"));
    if std::env::var_os("INSTA_UPDATE").is_some_and(|it| it == "always") {
        fs::write(&file, &now).unwrap();
    }
    let then = fs::read_to_string(&file).unwrap_or_else(|_| panic!("no pictures of {name}"));
    assert_eq!(then.len(), now.len(), "{name} has other pages than before");
    let differ = |(a, b): (u8, u8)| u32::from(a.abs_diff(b));
    let off: u32 = then.bytes().zip(now.bytes()).map(differ).sum();
    let limit = u32::try_from(now.len()).unwrap() / 100;
    assert!(
        off <= limit,
        "the pages of {name} differ by {off} shades, at most {limit}:\n{now}"
    );
}
