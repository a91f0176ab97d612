//! Whatever is written, loading ends with a pack or with diagnostics that can be shown.

use proptest::prelude::*;
use quanyu_core::text::Language;

use crate::{files, loaded};

/// Loads and shows; says whether there were faults.
fn show(files: Vec<(String, String)>) -> bool {
    let Err(told) = loaded(files) else {
        return false;
    };
    assert!(!told.list.is_empty());
    for language in [Language::Zh, Language::En] {
        assert!(!told.render(language, false).is_empty());
    }
    assert!(!told.to_string().is_empty());
    true
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn cut_and_garbled_files_never_panic(
        file in 0..9_usize,
        start in 0.0..1.0_f64,
        length in 0..60_usize,
        instead in "[\\[\\]{}='\",.a-z0-9\n中（#\\\\ -]{0,12}",
    ) {
        let mut files = files();
        let count = files.len();
        let (_, text) = &mut files[file % count];
        let chars: Vec<char> = text.chars().collect();
        let from = (start * chars.len() as f64) as usize;
        let to = (from + length).min(chars.len());
        *text = chars[..from].iter().copied().chain(instead.chars()).chain(chars[to..].iter().copied()).collect();
        show(files);
    }

    #[test]
    fn lines_taken_from_one_place_and_put_in_another_never_panic(from in 0..200_usize, to in 0..200_usize, file in 0..9_usize) {
        let mut files = files();
        let count = files.len();
        let (_, text) = &mut files[file % count];
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        if !lines.is_empty() {
            let line = lines.remove(from % lines.len());
            let to = to % (lines.len() + 1);
            lines.insert(to, line);
        }
        *text = lines.join("\n");
        show(files);
    }

    #[test]
    fn sql_of_any_kind_is_refused_or_read(sql in "(select|from|where|sum|count|amount|contract|case|when|end|and|or|not|in|over|partition|by|union|with|as|,|\\(|\\)|\\*|=|'a'|1|\\+|null| ){1,30}") {
        let mut files = files();
        let (_, text) = files.iter_mut().find(|(name, _)| name == "demo/figures.toml").unwrap();
        *text = text.replace("sum(amount)", &sql);
        show(files);
    }
}

#[test]
fn deep_and_long_texts_are_told_and_do_not_use_up_the_stack() {
    for sql in [
        "1+".repeat(3_000) + "1",
        "(".repeat(3_000),
        "not ".repeat(1_900) + "true",
        "x".repeat(100_000),
    ] {
        let mut files = files();
        let (_, text) = files
            .iter_mut()
            .find(|(name, _)| name == "demo/figures.toml")
            .unwrap();
        *text = text.replace("sum(amount)", &sql);
        assert!(show(files), "{} bytes", sql.len());
    }
    for toml in [
        "[".repeat(50_000),
        "a = ".to_owned() + &"[".repeat(50_000),
        "a.".repeat(20_000) + "b = 1",
    ] {
        let mut files = files();
        files.push(("demo/deep.toml".to_owned(), toml));
        assert!(show(files));
    }
}
