//! `quanyu compose` on the districts that are shipped: every document comes, carries its releases, and comes the same again.

use std::{fs, path::Path};

use quanyu_documents::compose::marks::read_marks;

use crate::{
    commands::District,
    looks::{same_pages, same_shape},
};

/// The packs of the repository.
fn packs() -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packs");
    folder.display().to_string()
}

fn compose(district: &District, document: &str, period: &str, file: &str) -> (String, Vec<u8>) {
    let arguments = [
        "compose",
        document,
        "--period",
        period,
        "--date",
        "2024-01-08",
        "--out",
        file,
    ];
    let done = district
        .command(&arguments)
        .env("QUANYU_PACKS", packs())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&done.stdout).into_owned();
    assert!(
        done.status.success(),
        "{document}: {said}{}",
        String::from_utf8_lossy(&done.stderr)
    );
    (said, fs::read(district.file(file)).unwrap())
}

fn demo(pack: &str) -> District {
    let district = District::empty();
    let arguments = ["demo", "--pack", pack, "--no-serve"];
    let done = district
        .command(&arguments)
        .env("QUANYU_PACKS", packs())
        .output()
        .unwrap();
    assert!(
        done.status.success(),
        "{}",
        String::from_utf8_lossy(&done.stderr)
    );
    district
}

#[test]
fn the_documents_of_the_demonstration_are_composed_with_their_releases() {
    let district = demo("shinan");
    #[rustfmt::skip]
    let cases = [
        // document, period,  figures at least, characters at least
        ("summary",  "2023",   80,               3_000),
        ("midyear",  "2023H1", 40,               800),
        ("bulletin", "2023",   40,               500),
        ("brief",    "2023",   15,               300),
    ];
    for (document, period, figures, characters) in cases {
        let (said, first) = compose(&district, document, period, "first.docx");
        let length: usize = said
            .split('》')
            .nth(1)
            .and_then(|it| it.split(' ').next())
            .unwrap()
            .parse()
            .unwrap();
        assert!(length >= characters, "{said}");
        let marks = read_marks(&first).unwrap();
        assert!(marks.len() >= figures, "{document}: {}", marks.len());
        assert!(marks.iter().all(|it| it.release.len() == 8), "{marks:?}");
        // Every figure that it prints agrees with the release that it carries.
        let arguments = [
            "check",
            "first.docx",
            "--period",
            period,
            "--format",
            "jsonl",
        ];
        let done = district
            .command(&arguments)
            .env("QUANYU_PACKS", packs())
            .output()
            .unwrap();
        let rows: Vec<serde_json::Value> = String::from_utf8(done.stdout)
            .unwrap()
            .lines()
            .map(|it| serde_json::from_str(it).unwrap())
            .collect();
        for mark in &marks {
            let inside = rows.iter().find(|it| {
                let at = |key: &str| it[key].as_u64().unwrap_or(u64::MAX) as usize;
                it["verdict"].is_string()
                    && at("start") < mark.range.end
                    && mark.range.start < at("end")
            });
            let row = inside.unwrap_or_else(|| panic!("{document}: {} is not read", mark.text));
            assert_eq!(row["verdict"], "agrees", "{document}: {row}");
        }
        let (_, again) = compose(&district, document, period, "again.docx");
        assert!(
            first == again,
            "{document} comes the same from the same records"
        );
        same_shape(&format!("shinan-{document}"), &first);
        let (_, pdf) = compose(&district, document, period, "pages.pdf");
        same_pages(&format!("shinan-{document}"), &pdf);
    }
}

#[test]
fn a_second_district_composes_its_summary_from_cited_figures() {
    let district = demo("zhenhai");
    let (_, docx) = compose(&district, "summary", "2023", "summary.docx");
    let marks = read_marks(&docx).unwrap();
    assert!(marks.len() >= 30, "{}", marks.len());
    assert!(marks.iter().any(|it| it.text == "达3.4%"), "{marks:?}");
    same_shape("zhenhai-summary", &docx);
    let (_, pdf) = compose(&district, "summary", "2023", "pages.pdf");
    same_pages("zhenhai-summary", &pdf);
}
