//! Whole packs in, model or diagnostics out.
#![allow(clippy::unwrap_used, reason = "a test fails where it is surprised")]

mod diagnostics;
mod diff;
mod mutilated;
mod valid;

use std::{fs, path::Path};

use quanyu_pack::{Diagnostics, Packs, load, model::Pack};

/// The files of the two small packs under `packs/`: `demo` extends `base`.
fn files() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/packs");
    let mut files = Vec::new();
    let mut open = vec![root.clone()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else {
                let name = path
                    .strip_prefix(&root)
                    .unwrap()
                    .to_str()
                    .unwrap()
                    .to_owned();
                files.push((name, fs::read_to_string(&path).unwrap()));
            }
        }
    }
    files.sort();
    files
}

/// The packs with one edit: the first `find` in `file` becomes `replace`. An empty `find` appends.
fn edited(file: &str, find: &str, replace: &str) -> Vec<(String, String)> {
    let mut files = files();
    let (_, text) = files
        .iter_mut()
        .find(|(name, _)| name == file)
        .expect("the case names a file");
    if find.is_empty() {
        text.push_str(replace);
    } else {
        assert!(text.contains(find), "`{find}` is not in {file}");
        *text = text.replacen(find, replace, 1);
    }
    files
}

fn loaded(files: Vec<(String, String)>) -> Result<Pack, Diagnostics> {
    load(&Packs::from_files(files), "demo")
}
