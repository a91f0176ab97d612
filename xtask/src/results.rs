//! `bench/RESULTS.md`: what every comparison of `bench/` measured last, in one file.
//!
//! Owns putting the parts together. Each part, `bench/*/RESULT.md`, is written by the `run` beside it.

use std::fmt::Write as _;

use crate::tree::Tree;

/// Where the collected results stand.
pub const PATH: &str = "bench/RESULTS.md";

/// The collected results.
#[must_use]
pub fn collect(tree: &Tree) -> String {
    let mut text = String::from(
        "# Results\n\nMade by `make bench` from the `RESULT.md` of each folder; each part names the command that repeats it.\n",
    );
    for (path, part) in
        tree.texts(|path| path.starts_with("bench/") && path.ends_with("/RESULT.md"))
    {
        // The part's headings move down a level, below this file's own.
        let moved: Vec<String> = headings_moved(part);
        write!(text, "\n{}\n\nFrom `{path}`.\n", moved.join("\n").trim())
            .expect("writing to a string cannot fail");
    }
    text
}

fn headings_moved(part: &str) -> Vec<String> {
    let mut in_code = false;
    part.lines()
        .map(|line| {
            in_code ^= line.starts_with("```");
            if line.starts_with('#') && !in_code {
                format!("#{line}")
            } else {
                line.to_owned()
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_stand_below_one_heading_and_code_is_left_alone() {
        let tree = Tree::of(&[
            (
                "bench/reader/RESULT.md",
                "# Reading\n\n```\n# a comment\n```\n",
            ),
            ("bench/reader/run", "#!/bin/sh\n"),
            ("bench/import/RESULT.md", "# Import\n\n## Memory\n"),
        ]);
        let text = collect(&tree);
        let headings: Vec<&str> = text.lines().filter(|line| line.starts_with('#')).collect();
        assert_eq!(
            headings,
            [
                "# Results",
                "## Import",
                "### Memory",
                "## Reading",
                "# a comment"
            ]
        );
    }
}
