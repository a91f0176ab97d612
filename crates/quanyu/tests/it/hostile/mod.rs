//! Hostile clients: markup in every field, SQL in every parameter, paths that lead out, forged tokens, bodies and clients that never end.
//!
//! Owns the tables by which hostile input meets everything there is: fields come from the pack, routes from the list of needs, parameters
//! from the source that reads them, so that what is added later is tested by being there. Leaves signing in itself to [`crate::account`].
//!
//! Start reading at [`parameters`].

mod markup;
mod paths;
mod slow;
mod sql;
mod tokens;

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

/// The routes that answer `GET`, with the names of the query that their handlers read, as the source says.
fn parameters() -> BTreeMap<String, BTreeSet<String>> {
    let web = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/web");
    let table = std::fs::read_to_string(web.join("mod.rs")).unwrap();
    let shared = ["view.rs", "frame.rs", "upload.rs", "respond.rs"].map(|it| web.join(it));
    let shared: BTreeSet<String> = shared.iter().flat_map(names).collect();
    let mut all = BTreeMap::new();
    for part in table.split(".route(").skip(1) {
        let route = part.split('"').nth(1).unwrap().to_owned();
        let Some((_, handler)) = part.split_once("get(") else {
            continue;
        };
        let handler = handler.split(')').next().unwrap();
        let mut read = shared.clone();
        let mut place = web.clone();
        for module in handler.split("::") {
            let file = place.join(format!("{module}.rs"));
            place.push(module);
            let mut files = vec![file];
            if place.is_dir() {
                let inside = std::fs::read_dir(&place).unwrap();
                files.extend(inside.map(|it| it.unwrap().path()));
            }
            read.extend(files.iter().flat_map(names));
        }
        all.insert(route, read);
    }
    assert!(all.len() > 60, "{all:?}");
    all
}

/// Names that a source file asks the query for.
fn names(file: &PathBuf) -> BTreeSet<String> {
    let Ok(text) = std::fs::read_to_string(file) else {
        return BTreeSet::new();
    };
    let mut found = BTreeSet::new();
    for call in [
        "wish(\"",
        "wishes(\"",
        "query(&uri, \"",
        "number(&app, &view, \"",
    ] {
        let asked = text.split(call).skip(1);
        found.extend(asked.map(|it| it.split('"').next().unwrap().to_owned()));
    }
    found
}

/// Percent-encoded, every byte of it.
fn encoded(text: &str) -> String {
    text.bytes().map(|it| format!("%{it:02X}")).collect()
}

#[test]
fn the_parameters_are_those_that_the_handlers_read() {
    let all = parameters();
    for (route, name) in [
        ("/search", "q"),
        ("/registers/{register}", "after"),
        ("/registers/{register}", "region"),
        ("/api/v1/registers/{register}/records", "limit"),
        ("/signin", "next"),
        ("/lists/compare", "a"),
    ] {
        assert!(
            all[route].contains(name),
            "{route} {name}: {:?}",
            all[route]
        );
    }
    assert_eq!(encoded("a/ü"), "%61%2F%C3%BC");
}
