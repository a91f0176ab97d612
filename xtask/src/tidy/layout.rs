//! Which crate may see which, and which alone sees a heavy dependency.
//!
//! Owns the picture of the layout as a table. The compiler holds the arrows between crates; this holds that nobody adds one.

use toml::Table;

use super::Finding;
use crate::tree::Tree;

/// A crate and the crates of ours that it may depend on.
const LAYOUT: [(&str, &[&str]); 8] = [
    ("quanyu-core", &[]),
    ("quanyu-pack", &["quanyu-core"]),
    ("quanyu-store", &["quanyu-core", "quanyu-pack"]),
    ("quanyu-figures", &["quanyu-core", "quanyu-pack"]),
    ("quanyu-documents", &["quanyu-core", "quanyu-pack"]),
    ("quanyu-search", &["quanyu-core"]),
    (
        "quanyu",
        &[
            "quanyu-core",
            "quanyu-pack",
            "quanyu-store",
            "quanyu-figures",
            "quanyu-documents",
            "quanyu-search",
        ],
    ),
    (
        "quanyu-testkit",
        &["quanyu-core", "quanyu-pack", "quanyu-store"],
    ),
];

/// A dependency, by the start of its name, and the one crate that sees it outside tests.
const FENCES: [(&str, &str); 18] = [
    ("datafusion", "quanyu-figures"),
    ("arrow", "quanyu-figures"),
    ("parquet", "quanyu-figures"),
    ("sqlx", "quanyu-store"),
    ("sea-query", "quanyu-store"),
    ("calamine", "quanyu-documents"),
    ("rust_xlsxwriter", "quanyu-documents"),
    ("quick-xml", "quanyu-documents"),
    ("zip", "quanyu-documents"),
    ("hayro", "quanyu-documents"),
    ("html5ever", "quanyu-documents"),
    ("docx", "quanyu-documents"),
    ("tantivy", "quanyu-search"),
    ("jieba", "quanyu-search"),
    ("pinyin", "quanyu-search"),
    ("axum", "quanyu"),
    ("tower", "quanyu"),
    ("clap", "quanyu"),
];

/// What `quanyu-core` must not reach for: clocks, files, network, tasks, chance.
const IMPURE: [&str; 9] = [
    "std::fs",
    "std::net",
    "std::env",
    "std::process",
    "std::thread",
    "SystemTime",
    "Instant::now",
    "Zoned::now",
    "async fn",
];

/// The edges of the application, and the crates that they reach only through `app`. The core is not among them: its values
/// are the words in which edges and `app` talk, and it can do nothing by itself.
const EDGES: [&str; 3] = ["web", "cli", "jobs"];
const BELOW_APP: [&str; 5] = [
    "quanyu_pack",
    "quanyu_store",
    "quanyu_figures",
    "quanyu_documents",
    "quanyu_search",
];

/// Manifests of crates against the layout.
#[must_use]
pub fn crates_see_what_the_layout_allows(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    for (path, text) in
        tree.texts(|path| path.starts_with("crates/") && path.ends_with("/Cargo.toml"))
    {
        let name = path.split('/').nth(1).unwrap_or_default();
        // Folders below a crate, such as its fuzz targets, are built by themselves.
        if path.split('/').count() != 3 {
            continue;
        }
        let Ok(manifest) = text.parse::<Table>() else {
            found.push(Finding::of_file(path, "is not TOML"));
            continue;
        };
        let Some((_, allowed)) = LAYOUT.iter().find(|(known, _)| *known == name) else {
            found.push(Finding::of_file(
                path,
                format!("`{name}` has no place in the layout (xtask/src/tidy/layout.rs)"),
            ));
            continue;
        };
        if manifest.contains_key("features") {
            found.push(Finding::of_file(
                path,
                "has cargo features: the product is built in one way",
            ));
        }
        for dependency in
            keys(&manifest, "dependencies").chain(keys(&manifest, "build-dependencies"))
        {
            let ours = dependency == "quanyu" || dependency.starts_with("quanyu-");
            if ours && !allowed.contains(&dependency) {
                found.push(Finding::of_file(
                    path,
                    format!("`{name}` may not depend on `{dependency}`"),
                ));
            }
            for (fenced, owner) in FENCES {
                if dependency.starts_with(fenced) && owner != name {
                    found.push(Finding::of_file(
                        path,
                        format!("only `{owner}` may depend on `{dependency}`"),
                    ));
                }
            }
        }
        for dependency in keys(&manifest, "dev-dependencies") {
            let ours = dependency == "quanyu" || dependency.starts_with("quanyu-");
            if ours && dependency != "quanyu-testkit" && !allowed.contains(&dependency) {
                found.push(Finding::of_file(
                    path,
                    format!("tests of `{name}` may not see `{dependency}`"),
                ));
            }
        }
    }
    found
}

fn keys<'a>(manifest: &'a Table, table: &str) -> impl Iterator<Item = &'a str> {
    manifest
        .get(table)
        .and_then(toml::Value::as_table)
        .into_iter()
        .flat_map(|it| it.keys())
        .map(String::as_str)
}

/// The core knows no clock, file, network or task.
#[must_use]
pub fn core_is_pure(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    for (path, text) in
        tree.texts(|path| path.starts_with("crates/quanyu-core/src/") && path.ends_with(".rs"))
    {
        for (index, line) in text.lines().enumerate() {
            if let Some(word) = IMPURE
                .iter()
                .find(|word| line.contains(**word) && !is_comment(line))
            {
                found.push(Finding::of_line(
                    path,
                    index,
                    format!("the core is pure, and this is `{word}`"),
                ));
            }
        }
    }
    found
}

/// Pages, commands and jobs reach the engines only through `app`.
#[must_use]
pub fn edges_call_app_alone(tree: &Tree) -> Vec<Finding> {
    let is_edge = |path: &str| {
        let inside = path.strip_prefix("crates/quanyu/src/").unwrap_or_default();
        let first = inside.split('/').next().unwrap_or_default();
        path.ends_with(".rs") && EDGES.contains(&first.trim_end_matches(".rs"))
    };
    let mut found = Vec::new();
    for (path, text) in tree.texts(is_edge) {
        for (index, line) in text.lines().enumerate() {
            if let Some(below) = BELOW_APP
                .iter()
                .find(|name| line.contains(**name) && !is_comment(line))
            {
                found.push(Finding::of_line(
                    path,
                    index,
                    format!("names `{below}`: edges call `app` and nothing below it"),
                ));
            }
        }
    }
    found
}

fn is_comment(line: &str) -> bool {
    line.trim_start().starts_with("//")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(found: &[Finding]) -> Vec<String> {
        found.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn an_arrow_that_points_up_or_sideways_is_found() {
        #[rustfmt::skip]
        let cases = [
            ("quanyu-store",     "[dependencies]\nquanyu-pack = {}\nsqlx = {}",       None),
            ("quanyu-store",     "[dependencies]\nquanyu-figures = {}",               Some("`quanyu-store` may not depend on `quanyu-figures`")),
            ("quanyu-core",      "[dependencies]\nquanyu-pack = {}",                  Some("`quanyu-core` may not depend on `quanyu-pack`")),
            ("quanyu-pack",      "[build-dependencies]\nquanyu-store = {}",           Some("`quanyu-pack` may not depend on `quanyu-store`")),
            ("quanyu",           "[dependencies]\nsqlx = {}",                         Some("only `quanyu-store` may depend on `sqlx`")),
            ("quanyu",           "[dev-dependencies]\ncalamine = {}",                 None),
            ("quanyu",           "[dependencies]\ndatafusion-expr = {}",              Some("only `quanyu-figures` may depend on `datafusion-expr`")),
            ("quanyu-store",     "[dev-dependencies]\nquanyu-testkit = {}",           None),
            ("quanyu",           "[dependencies]\nquanyu-testkit = {}",               Some("`quanyu` may not depend on `quanyu-testkit`")),
            ("quanyu-documents", "[dev-dependencies]\nquanyu-store = {}",             Some("tests of `quanyu-documents` may not see `quanyu-store`")),
            ("quanyu-other",     "[dependencies]",                                    Some("`quanyu-other` has no place in the layout (xtask/src/tidy/layout.rs)")),
            ("quanyu-core",      "[features]\nextra = []",                            Some("has cargo features: the product is built in one way")),
        ];
        for (name, manifest, wrong) in cases {
            let path = format!("crates/{name}/Cargo.toml");
            let found = crates_see_what_the_layout_allows(&Tree::of(&[(&path, manifest)]));
            let wrong: Vec<String> = wrong.iter().map(|what| format!("{path}: {what}")).collect();
            assert_eq!(told(&found), wrong, "{name}: {manifest}");
        }
    }

    #[test]
    fn a_clock_in_the_core_is_found_and_a_word_about_it_is_not() {
        let text = "//! Knows no std::fs.\nfn now() -> SystemTime {}\n";
        let found = core_is_pure(&Tree::of(&[("crates/quanyu-core/src/now.rs", text)]));
        assert_eq!(
            told(&found),
            ["crates/quanyu-core/src/now.rs:2: the core is pure, and this is `SystemTime`"]
        );
    }

    #[test]
    fn a_page_that_asks_the_store_is_found() {
        let tree = Tree::of(&[
            (
                "crates/quanyu/src/web/page.rs",
                "use crate::app;\nuse quanyu_store::Tx;\n",
            ),
            ("crates/quanyu/src/cli.rs", "use quanyu_figures::Figures;\n"),
            ("crates/quanyu/src/app/page.rs", "use quanyu_store::Tx;\n"),
        ]);
        assert_eq!(
            told(&edges_call_app_alone(&tree)),
            [
                "crates/quanyu/src/cli.rs:1: names `quanyu_figures`: edges call `app` and nothing below it",
                "crates/quanyu/src/web/page.rs:2: names `quanyu_store`: edges call `app` and nothing below it",
            ]
        );
    }
}
