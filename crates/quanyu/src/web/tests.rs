//! What must hold of all templates and routes together. Pages on a real district are tested in `tests/it/web.rs`.

use std::{collections::BTreeSet, path::PathBuf};

use quanyu_core::text::Language;

use super::{assets::Assets, templates};

/// The templates with their names.
fn all_templates() -> Vec<(String, &'static str)> {
    fn walk(dir: &'static include_dir::Dir<'static>, out: &mut Vec<(String, &'static str)>) {
        for file in dir.files() {
            let name = file.path().to_string_lossy().replace('\\', "/");
            if name.ends_with(".html") {
                out.push((name, file.contents_utf8().unwrap()));
            }
        }
        dir.dirs().for_each(|it| walk(it, out));
    }
    let mut out = Vec::new();
    walk(&templates::BUILT_IN, &mut out);
    assert!(out.len() > 10);
    out
}

/// All Rust of the pages, but this file.
fn rust_of_the_pages() -> String {
    let mut folders = vec![PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src/web")];
    let mut all = String::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if !path.ends_with("tests.rs") {
                all.push_str(&std::fs::read_to_string(path).unwrap());
            }
        }
    }
    all
}

#[test]
fn every_text_a_template_asks_for_is_there_in_both_languages_and_every_text_is_asked_for() {
    let texts = templates::built_in_texts();
    let mut asked = BTreeSet::new();
    for (name, source) in all_templates() {
        for call in source.split("t(\"").skip(1) {
            let key = call.split('"').next().unwrap();
            if key.contains('.')
                && !key.ends_with(".js")
                && !key.ends_with(".css")
                && !key.ends_with(".svg")
            {
                let key = key.to_owned();
                for language in [Language::Zh, Language::En] {
                    assert!(
                        texts.get(&key, language).is_some(),
                        "{name} asks for `{key}`"
                    );
                }
                asked.insert(key);
            }
        }
    }
    // Rust puts some texts together; groups of words are looked up by a value.
    let rust = rust_of_the_pages();
    let words = [
        "flag",
        "unit",
        "scale",
        "status",
        "light",
        "operator",
        "act",
        "actor",
        "kind",
        "nature",
        "renew_sort",
        "comparator_word",
        "hit",
        "hit_way",
        "mark",
        "verdict",
        "fault",
        "problem_code",
        "measure",
        "map",
        "how",
        "part",
        "method",
        "basis",
        "board",
        "standing",
        "plan_level",
        "right",
        "account_done",
        "rule",
        "done",
        "batch",
        "batch_state",
        "list_status",
        "list_why",
        "party_state",
        "desk_count",
        "desk_list",
        "desk_asked",
        "log_key",
        "desk_hint",
        "notice_kind",
        "weekday",
        "yes_no",
        "every",
        "held",
        "side",
        "filing_kind",
        "matter_state",
        "firm_done",
        "mandate_state",
    ];
    for key in texts.keys() {
        let group = key.split('.').next().unwrap();
        let used =
            asked.contains(key) || rust.contains(&format!("\"{key}\"")) || words.contains(&group);
        assert!(used, "nothing asks for `{key}`");
    }
}

#[test]
fn fixed_words_of_templates_stand_in_the_texts_and_no_template_carries_a_style_or_a_handler() {
    for (name, source) in all_templates() {
        let chinese = source
            .chars()
            .find(|it| ('\u{4e00}'..='\u{9fff}').contains(it));
        assert_eq!(chinese, None, "{name} holds a fixed Chinese word");
        for forbidden in [
            " style=",
            "<style",
            "javascript:",
            " onclick=",
            " onload=",
            "http://",
            "https://",
            "|safe",
        ] {
            assert!(
                !source.contains(forbidden),
                "{name} holds {forbidden:?}, which the content policy forbids"
            );
        }
    }
}

#[test]
fn every_template_compiles() {
    let assets = std::sync::Arc::new(Assets::from_folder(None));
    let templates = templates::Templates::new(assets);
    for (name, _) in all_templates() {
        for language in [Language::Zh, Language::En] {
            templates
                .compiles(&name, language)
                .unwrap_or_else(|error| panic!("{name}: {error:#}"));
        }
    }
}

#[test]
fn the_description_of_the_interface_names_the_routes_there_are() {
    let place = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/it/packs");
    let packs = crate::app::product::packs(Some(&place));
    let pack = crate::app::product::load_pack(&packs, "tiny").unwrap();
    let described = crate::app::interface::described(&pack);
    // Each register has paths of its own; a route stands for those of all of them.
    let route = |path: &str| {
        let mut parts: Vec<&str> = path.split('/').collect();
        for (before, name) in [
            ("registers", "{register}"),
            ("lines", "{lines}"),
            ("export", "{format}"),
        ] {
            if let Some(at) = parts.iter().position(|it| *it == before) {
                parts[at + 1] = name;
            }
        }
        parts.join("/")
    };
    let paths = described["paths"].as_object().unwrap();
    let paths: BTreeSet<String> = paths.keys().map(|it| route(it)).collect();
    let source = include_str!("mod.rs");
    let routes: BTreeSet<String> = source
        .split(".route(")
        .skip(1)
        .filter_map(|it| it.trim_start().strip_prefix('"')?.split('"').next())
        .filter(|it| it.starts_with("/api/v1/"))
        .map(str::to_owned)
        .collect();
    assert!(routes.len() > 6, "{routes:?}");
    assert_eq!(paths, routes);
    // Every reference leads somewhere.
    let text = described.to_string();
    for part in text.split("\"$ref\":\"#").skip(1) {
        let pointer = part.split('"').next().unwrap();
        assert!(
            described.pointer(pointer).is_some(),
            "{pointer} leads nowhere"
        );
    }
}

#[test]
fn every_route_says_what_it_asks_for() {
    let routes: BTreeSet<&str> = include_str!("mod.rs")
        .split(".route(")
        .skip(1)
        .filter_map(|it| it.split('"').nth(1))
        .collect();
    let listed: BTreeSet<&str> = super::ROUTES.iter().map(|(route, _)| *route).collect();
    assert_eq!(routes, listed);
    assert_eq!(listed.len(), super::ROUTES.len(), "a route is listed once");
}
