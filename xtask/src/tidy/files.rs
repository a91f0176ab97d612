//! All files: nothing left open, nothing large, no mirror in a lock file.

use super::Finding;
use crate::tree::Tree;

/// Largest file, in bytes. What is larger is made, or comes from a package.
const LARGE: usize = 1_000_000;
/// Words that say that something is left for later. In two parts, so that they do not stand here.
const OPEN: [&str; 3] = [
    concat!("TO", "DO"),
    concat!("FIX", "ME"),
    concat!("XX", "X:"),
];
/// Where the registries of the two lock files stand.
const CARGO_REGISTRY: &str = "registry+https://github.com/rust-lang/crates.io-index";
const NPM_REGISTRY: &str = "https://registry.npmjs.org/";

/// Nothing says that it is to be done later: that is an issue.
#[must_use]
pub fn nothing_is_left_open(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    for (path, text) in tree.texts(|path| !path.ends_with("-lock.json") && !path.ends_with(".lock"))
    {
        for (index, line) in text.lines().enumerate() {
            if let Some(word) = OPEN.iter().find(|word| holds_word(line, word)) {
                found.push(Finding::of_line(
                    path,
                    index,
                    format!("says {word}: file an issue instead"),
                ));
            }
        }
    }
    found
}

/// No work in progress of a tool is kept: snapshots not accepted, merges not made.
#[must_use]
pub fn nothing_is_pending(tree: &Tree) -> Vec<Finding> {
    tree.files()
        .filter(|(path, _)| {
            [".snap.new", ".pending-snap", ".orig", ".rej"]
                .iter()
                .any(|end| path.ends_with(end))
        })
        .map(|(path, _)| {
            Finding::of_file(path, "is a tool's work in progress: accept it or remove it")
        })
        .collect()
}

/// Nothing large is kept in git.
#[must_use]
pub fn nothing_is_large(tree: &Tree) -> Vec<Finding> {
    tree.files()
        .filter(|(_, bytes)| bytes.len() > LARGE)
        .map(|(path, bytes)| {
            Finding::of_file(
                path,
                format!("{} bytes, at most {LARGE} are kept in git", bytes.len()),
            )
        })
        .collect()
}

/// Lock files name the public registries or none, so that they hold on every machine.
#[must_use]
pub fn lock_files_name_no_mirror(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    for (path, text) in
        tree.texts(|path| path.ends_with("Cargo.lock") || path.ends_with("package-lock.json"))
    {
        for (index, line) in text.lines().enumerate() {
            let line = line.trim();
            let cargo = line
                .strip_prefix("source = \"")
                .map(|source| !source.starts_with(CARGO_REGISTRY));
            let npm = line
                .strip_prefix("\"resolved\": \"")
                .map(|source| !source.starts_with(NPM_REGISTRY));
            if cargo == Some(true) || npm == Some(true) {
                found.push(Finding::of_line(
                    path,
                    index,
                    format!("is from elsewhere: {line}"),
                ));
            }
        }
    }
    found
}

fn holds_word(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let after = line[at + word.len()..].chars().next();
        let letter =
            |it: Option<char>| it.is_some_and(|it| it.is_ascii_alphanumeric() || it == '_');
        !letter(before) && !letter(after)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_open_end_is_found_as_a_word() {
        let cases = [
            (format!("// {}: later", OPEN[0]), 1),
            (format!("{}LIST", OPEN[0]), 0),
            ("done".to_owned(), 0),
        ];
        for (text, count) in cases {
            assert_eq!(
                nothing_is_left_open(&Tree::of(&[("a.rs", &text)])).len(),
                count,
                "{text}"
            );
        }
    }

    #[test]
    fn a_mirror_in_a_lock_file_is_found() {
        #[rustfmt::skip]
        let cases = [
            ("Cargo.lock",            "source = \"registry+https://github.com/rust-lang/crates.io-index\"", 0),
            ("Cargo.lock",            "source = \"registry+https://mirror.example/index\"",                 1),
            ("Cargo.lock",            "source = \"git+https://github.com/a/b\"",                            1),
            ("web/package-lock.json", "\"resolved\": \"https://registry.npmjs.org/a/-/a-1.tgz\",",          0),
            ("web/package-lock.json", "\"resolved\": \"https://mirror.example/a-1.tgz\",",                  1),
            ("notes.txt",             "source = \"registry+https://mirror.example/index\"",                 0),
        ];
        for (path, text, count) in cases {
            assert_eq!(
                lock_files_name_no_mirror(&Tree::of(&[(path, text)])).len(),
                count,
                "{path}: {text}"
            );
        }
    }

    #[test]
    fn a_snapshot_that_nobody_accepted_is_found() {
        for (path, count) in [
            ("tests/a.snap", 0),
            ("tests/a.snap.new", 1),
            ("tests/.a.rs.pending-snap", 1),
        ] {
            assert_eq!(
                nothing_is_pending(&Tree::of(&[(path, "")])).len(),
                count,
                "{path}"
            );
        }
    }

    #[test]
    fn a_file_may_hold_a_million_bytes_and_no_more() {
        for (bytes, count) in [(LARGE, 0), (LARGE + 1, 1)] {
            assert_eq!(
                nothing_is_large(&Tree::of(&[("a.bin", &"x".repeat(bytes))])).len(),
                count,
                "{bytes}"
            );
        }
    }
}
