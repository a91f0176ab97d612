//! What must hold of the repository as a whole.
//!
//! Owns the list of checks and what a finding looks like. Each check is a function from the [`Tree`] to what is wrong, so that
//! its test can hand it a small tree with the fault in it.
//!
//! Start reading at [`all`].

mod documents;
mod files;
mod layout;
mod sources;

use std::fmt;

use crate::tree::Tree;

pub use documents::{named_paths_exist, readmes_say_the_same, results_are_collected};
pub use files::{
    lock_files_name_no_mirror, nothing_is_large, nothing_is_left_open, nothing_is_pending,
};
pub use layout::{core_is_pure, crates_see_what_the_layout_allows, edges_call_app_alone};
pub use sources::{
    files_have_a_seam, long_files, modules_have_a_header, packs_are_not_named_in_code,
};

/// Something that is not as it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The file.
    pub path: String,
    /// The line, from 1, where one is to blame.
    pub line: Option<usize>,
    /// What is wrong.
    pub what: String,
}

impl Finding {
    fn of_file(path: &str, what: impl Into<String>) -> Self {
        Self {
            path: path.to_owned(),
            line: None,
            what: what.into(),
        }
    }

    fn of_line(path: &str, index: usize, what: impl Into<String>) -> Self {
        Self {
            path: path.to_owned(),
            line: Some(index + 1),
            what: what.into(),
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(out, "{}:{line}: {}", self.path, self.what),
            None => write!(out, "{}: {}", self.path, self.what),
        }
    }
}

/// Everything that any check finds.
#[must_use]
pub fn all(tree: &Tree) -> Vec<Finding> {
    let checks: [fn(&Tree) -> Vec<Finding>; 13] = [
        crates_see_what_the_layout_allows,
        core_is_pure,
        edges_call_app_alone,
        modules_have_a_header,
        files_have_a_seam,
        packs_are_not_named_in_code,
        named_paths_exist,
        readmes_say_the_same,
        results_are_collected,
        nothing_is_left_open,
        nothing_is_pending,
        lock_files_name_no_mirror,
        nothing_is_large,
    ];
    checks.iter().flat_map(|check| check(tree)).collect()
}
