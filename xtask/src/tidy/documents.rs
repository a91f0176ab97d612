//! The documents of the repository: what they name exists, and both languages say the same.

use super::Finding;
use crate::{results, tree::Tree};

/// Documents whose paths are checked.
const CHECKED: [&str; 5] = [
    "README.md",
    "README.zh-CN.md",
    "ARCHITECTURE.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
];

/// Every path that a document names is there. A path is a link's target, or `code` of path characters with a `/` in it;
/// a route begins with `/`, a pattern holds a `*`, neither is looked for.
#[must_use]
pub fn named_paths_exist(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    for (path, text) in tree.texts(|path| CHECKED.contains(&path)) {
        let mut in_code = false;
        for (index, line) in text.lines().enumerate() {
            if line.trim_start().starts_with("```") {
                in_code = !in_code;
                continue;
            }
            if in_code {
                continue;
            }
            for named in code_spans(line)
                .filter(|span| is_path(span))
                .chain(link_targets(line))
            {
                if !tree.has(named) {
                    found.push(Finding::of_line(
                        path,
                        index,
                        format!("names `{named}`, which is not there"),
                    ));
                }
            }
        }
    }
    found
}

/// `README.md` and `README.zh-CN.md` have the same headings, commands, pictures and links.
#[must_use]
pub fn readmes_say_the_same(tree: &Tree) -> Vec<Finding> {
    let (Some(english), Some(chinese)) = (tree.text("README.md"), tree.text("README.zh-CN.md"))
    else {
        return vec![Finding::of_file(
            "README.md",
            "is missing, or README.zh-CN.md is",
        )];
    };
    let parts = [
        ("headings", headings(english), headings(chinese)),
        ("commands", commands(english), commands(chinese)),
        ("links", links(english), links(chinese)),
    ];
    let mut found = Vec::new();
    for (what, english, chinese) in parts {
        if english != chinese {
            let at = english
                .iter()
                .zip(&chinese)
                .position(|(a, b)| a != b)
                .unwrap_or(english.len().min(chinese.len()));
            let show = |it: &[String]| it.get(at).cloned().unwrap_or_else(|| "nothing".to_owned());
            let said = format!(
                "{what}: README.md has `{}` where it has `{}`",
                show(&english),
                show(&chinese)
            );
            found.push(Finding::of_file("README.zh-CN.md", said));
        }
    }
    found
}

/// `bench/RESULTS.md` is what the parts say.
#[must_use]
pub fn results_are_collected(tree: &Tree) -> Vec<Finding> {
    let any = tree
        .texts(|path| path.starts_with("bench/") && path.ends_with("/RESULT.md"))
        .next()
        .is_some();
    if !any || tree.text(results::PATH) == Some(results::collect(tree).as_str()) {
        return Vec::new();
    }
    vec![Finding::of_file(
        results::PATH,
        "is not what bench/*/RESULT.md say: run `cargo xtask results`",
    )]
}

/// Levels of the headings in order: the words differ by language.
fn headings(text: &str) -> Vec<String> {
    outside_code(text)
        .filter(|line| line.starts_with('#'))
        .map(|line| line.chars().take_while(|it| *it == '#').collect())
        .collect()
}

/// Lines of code blocks, without comments.
fn commands(text: &str) -> Vec<String> {
    let mut in_code = false;
    let mut lines = Vec::new();
    for line in text.lines() {
        if line.starts_with("```") {
            in_code = !in_code;
            // A drawing is a text: its words differ.
            if in_code && line.trim_end() != "```sh" {
                in_code = false;
                lines.push("a drawing".to_owned());
            }
        } else if in_code {
            let command = line.split("  #").next().unwrap_or_default().trim_end();
            if !command.is_empty() {
                lines.push(command.to_owned());
            }
        }
    }
    lines
}

fn links(text: &str) -> Vec<String> {
    // Each names the other.
    outside_code(text)
        .flat_map(link_targets)
        .filter(|it| !it.starts_with("README"))
        .map(str::to_owned)
        .collect()
}

fn outside_code(text: &str) -> impl Iterator<Item = &str> {
    let mut in_code = false;
    text.lines().filter(move |line| {
        let fence = line.starts_with("```");
        in_code ^= fence;
        !in_code && !fence
    })
}

fn code_spans(line: &str) -> impl Iterator<Item = &str> {
    line.split('`').skip(1).step_by(2)
}

fn link_targets(line: &str) -> impl Iterator<Item = &str> {
    line.split("](")
        .skip(1)
        .filter_map(|rest| rest.split(')').next())
        .map(|target| target.split('#').next().unwrap_or_default())
        .filter(|target| !target.is_empty() && !target.contains("://"))
}

fn is_path(span: &str) -> bool {
    let path_like = span
        .chars()
        .all(|it| it.is_ascii_alphanumeric() || "_-./".contains(it));
    let made = span.starts_with("target/") || span.starts_with("quanyu-data");
    path_like && span.contains('/') && !span.starts_with('/') && !span.starts_with("../") && !made
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_that_is_not_there_is_found() {
        #[rustfmt::skip]
        let cases = [
            ("see `docs/there.md`",          None),
            ("see `docs/gone.md`",           Some("docs/gone.md")),
            ("see [this](docs/gone.md#top)", Some("docs/gone.md")),
            ("see [it](https://a.example/)", None),
            ("all of `docs/`",               None),
            ("all of `doc/`",                Some("doc/")),
            ("`/api/v1/figures`",            None),
            ("`packs/*/pack.toml`",          None),
            ("`make test`, `cargo/x y`",     None),
        ];
        for (line, gone) in cases {
            let found = named_paths_exist(&Tree::of(&[
                ("ARCHITECTURE.md", line),
                ("docs/there.md", ""),
            ]));
            let told: Vec<String> = found.into_iter().map(|it| it.what).collect();
            let expected: Vec<String> = gone
                .iter()
                .map(|it| format!("names `{it}`, which is not there"))
                .collect();
            assert_eq!(told, expected, "{line}");
        }
    }

    #[test]
    fn a_command_in_one_language_only_is_found() {
        let english = "# A\n\n```sh\nmake demo  # builds\n```\n";
        #[rustfmt::skip]
        let cases = [
            ("# 甲\n\n```sh\nmake demo  # 构建\n```\n",            None),
            ("# 甲\n\n```sh\nmake test\n```\n",                   Some("commands: README.md has `make demo` where it has `make test`")),
            ("# 甲\n\n## 乙\n\n```sh\nmake demo\n```\n",           Some("headings: README.md has `nothing` where it has `##`")),
            ("# 甲\n\n[x](a.md)\n\n```sh\nmake demo\n```\n",       Some("links: README.md has `nothing` where it has `a.md`")),
        ];
        for (chinese, wrong) in cases {
            let tree = Tree::of(&[("README.md", english), ("README.zh-CN.md", chinese)]);
            let told: Vec<String> = readmes_say_the_same(&tree)
                .into_iter()
                .map(|it| it.what)
                .collect();
            assert_eq!(told.first().map(String::as_str), wrong, "{chinese}");
        }
    }

    #[test]
    fn results_that_were_not_collected_are_found() {
        let part = ("bench/reader/RESULT.md", "# Reading\n");
        assert_eq!(results_are_collected(&Tree::of(&[part])).len(), 1);
        let text = results::collect(&Tree::of(&[part]));
        assert_eq!(
            results_are_collected(&Tree::of(&[part, (results::PATH, &text)])).len(),
            0
        );
    }
}
