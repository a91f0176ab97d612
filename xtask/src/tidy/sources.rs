//! Rust sources: headers, length, and that no pack's content is named in them.
//!
//! Owns what counts as a test: files in a folder `tests`, `benches` or `examples`, `tests.rs`, and whatever follows `#[cfg(test)]`.

use std::collections::BTreeSet;

use toml::Table;

use super::Finding;
use crate::tree::Tree;

/// Where to start looking for a seam.
const LONG: usize = 400;
/// Where one is overdue.
const TOO_LONG: usize = 700;

/// Every module says at its head what it owns.
#[must_use]
pub fn modules_have_a_header(tree: &Tree) -> Vec<Finding> {
    tree.texts(is_rust)
        .filter(|(_, text)| !text.starts_with("//!"))
        .map(|(path, _)| {
            Finding::of_file(
                path,
                "does not start with `//!`: what it owns, leaves to others, where to start",
            )
        })
        .collect()
}

/// No file is so long that nobody reads it.
#[must_use]
pub fn files_have_a_seam(tree: &Tree) -> Vec<Finding> {
    longer_than(tree, TOO_LONG, &format!("over {TOO_LONG}: split it"))
}

/// Files where a seam may be due: told, not refused.
#[must_use]
pub fn long_files(tree: &Tree) -> Vec<Finding> {
    longer_than(tree, LONG, "is there a seam?")
}

fn longer_than(tree: &Tree, most: usize, hint: &str) -> Vec<Finding> {
    tree.texts(is_rust)
        .map(|(path, text)| (path, text.lines().count()))
        .filter(|(_, lines)| *lines > most)
        .map(|(path, lines)| Finding::of_file(path, format!("{lines} lines, {hint}")))
        .collect()
}

/// The engine knows nothing of any district: places, registers and indicators stand in packs alone.
#[must_use]
pub fn packs_are_not_named_in_code(tree: &Tree) -> Vec<Finding> {
    let places = places(tree);
    let declared = declared(tree);
    let mut found = Vec::new();
    for (path, text) in
        tree.texts(|path| is_rust(path) && path.starts_with("crates/") && !is_test(path))
    {
        for (index, line) in product_lines(text) {
            if let Some(place) = places.iter().find(|place| line.contains(place.as_str())) {
                found.push(Finding::of_line(
                    path,
                    index,
                    format!("names `{place}`, which belongs in a pack"),
                ));
            }
            for literal in literals(line).filter(|literal| declared.contains(*literal)) {
                found.push(Finding::of_line(
                    path,
                    index,
                    format!("names `{literal}`, which a pack declares"),
                ));
            }
        }
    }
    found
}

/// Packs of districts by id, and the cities, districts and streets of all packs by name. Provinces are not told apart from
/// common nouns of the language and are left out; so are short names of streets.
fn places(tree: &Tree) -> BTreeSet<String> {
    let mut places = BTreeSet::new();
    for (_, text) in tree.texts(|path| path.starts_with("packs/") && path.ends_with("/pack.toml")) {
        let Ok(pack) = text.parse::<Table>() else {
            continue;
        };
        if let (Some(id), Some(_)) = (
            pack.get("id").and_then(toml::Value::as_str),
            pack.get("region"),
        ) {
            places.insert(id.to_owned());
        }
    }
    let is_regions = |path: &str| {
        path.starts_with("packs/") && path.contains("/regions") && path.ends_with(".csv")
    };
    for (_, text) in tree.texts(is_regions) {
        for row in text.lines().skip(1) {
            let mut cells = row.split(',');
            let (Some(code), Some(name), aliases) = (cells.next(), cells.next(), cells.next())
            else {
                continue;
            };
            if code.len() < 4 {
                continue;
            }
            places.insert(name.to_owned());
            if code.len() <= 6 {
                places.extend(
                    aliases
                        .into_iter()
                        .flat_map(|it| it.split('|'))
                        .filter(|it| !it.is_empty())
                        .map(str::to_owned),
                );
            }
        }
    }
    places
}

/// Identifiers that packs declare. Those of one word are also words of the engine (`organization`) and are left out.
fn declared(tree: &Tree) -> BTreeSet<String> {
    let mut declared = BTreeSet::new();
    for (_, text) in tree.texts(|path| path.starts_with("packs/") && path.ends_with(".toml")) {
        for line in text.lines() {
            for kind in [
                "[register.",
                "[dataset.",
                "[indicator.",
                "[policy.",
                "[ladder.",
            ] {
                let Some(rest) = line.trim().strip_prefix(kind) else {
                    continue;
                };
                let id = rest.split([']', '.']).next().unwrap_or_default();
                if id.contains('_') {
                    declared.insert(id.to_owned());
                }
            }
        }
    }
    declared
}

/// Lines up to the tests at the end of a file.
fn product_lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines()
        .enumerate()
        .take_while(|(_, line)| line.trim() != "#[cfg(test)]")
}

fn literals(line: &str) -> impl Iterator<Item = &str> {
    line.split('"').skip(1).step_by(2)
}

fn is_rust(path: &str) -> bool {
    path.ends_with(".rs")
}

fn is_test(path: &str) -> bool {
    path.split('/')
        .any(|part| matches!(part, "tests" | "tests.rs" | "benches" | "examples"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_module_without_header_is_found() {
        let tree = Tree::of(&[
            ("crates/a/src/lib.rs", "//! Owns a.\n"),
            ("crates/a/src/b.rs", "fn b() {}\n"),
        ]);
        let found = modules_have_a_header(&tree);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].path, "crates/a/src/b.rs");
    }

    #[test]
    fn a_file_is_long_before_it_is_too_long() {
        for (lines, long, too_long) in [(400, 0, 0), (401, 1, 0), (700, 1, 0), (701, 1, 1)] {
            let text = "//!\n".repeat(lines);
            let tree = Tree::of(&[("crates/a/src/lib.rs", &text)]);
            assert_eq!(
                (long_files(&tree).len(), files_have_a_seam(&tree).len()),
                (long, too_long),
                "{lines} lines"
            );
        }
    }

    #[test]
    fn what_packs_declare_is_found_in_code_but_not_in_tests() {
        let packs = [
            (
                "packs/demo/pack.toml",
                "id = \"demo_town\"\nregion = \"110199\"\n",
            ),
            ("packs/all/pack.toml", "id = \"all_of_it\"\n"),
            (
                "packs/all/regions.csv",
                "code,name,aliases,from,to\n11,上级省,上级,,\n110199,示例区,示例|例区,,\n110199001,第一街道,第一,,\n",
            ),
            (
                "packs/demo/registers.toml",
                "[register.big_deal]\n[register.deal]\n[indicator.deal_value]\n",
            ),
        ];
        #[rustfmt::skip]
        let cases = [
            ("crates/a/src/a.rs",         "let x = \"big_deal\";",                Some("names `big_deal`, which a pack declares")),
            ("crates/a/src/a.rs",         "let x = (1, \"deal_value\");",         Some("names `deal_value`, which a pack declares")),
            ("crates/a/src/a.rs",         "let big_deal = \"deal\";",             None),
            ("crates/a/src/a.rs",         "// as in 例区",                         Some("names `例区`, which belongs in a pack")),
            ("crates/a/src/a.rs",         "let x = \"demo_town/x\";",             Some("names `demo_town`, which belongs in a pack")),
            ("crates/a/src/a.rs",         "let x = \"all_of_it\";",               None),
            ("crates/a/src/a.rs",         "let x = \"第一\";",                     None),
            ("crates/a/src/a.rs",         "let x = \"第一街道\";",                  Some("names `第一街道`, which belongs in a pack")),
            ("crates/a/src/a.rs",         "fn a() {}\n#[cfg(test)]\nmod tests { // 示例区 }", None),
            ("crates/a/tests/it/main.rs", "let x = \"big_deal\";",                None),
        ];
        for (path, text, wrong) in cases {
            let mut files = packs.to_vec();
            files.push((path, text));
            let found: Vec<String> = packs_are_not_named_in_code(&Tree::of(&files))
                .into_iter()
                .map(|it| it.what)
                .collect();
            assert_eq!(found.first().map(String::as_str), wrong, "{path}: {text}");
        }
    }
}
