//! The repository as it stands passes every check of `xtask::tidy`. One test a check, so that a failure says which.

use xtask::{tidy, tree::Tree};

fn nothing_found(check: fn(&Tree) -> Vec<tidy::Finding>) {
    let tree = Tree::of_repository().expect("the repository can be read");
    assert!(
        tree.files().count() > 20,
        "the repository is more than a few files"
    );
    let found: Vec<String> = check(&tree).iter().map(ToString::to_string).collect();
    assert!(found.is_empty(), "\n{}", found.join("\n"));
}

macro_rules! holds {
    ($($check:ident),+ $(,)?) => {$(
        #[test]
        fn $check() {
            nothing_found(tidy::$check);
        }
    )+};
}

holds!(
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
);
