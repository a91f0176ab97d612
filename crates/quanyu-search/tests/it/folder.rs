//! A folder is believed or thrown away; changes are followed.

use std::fs;

use quanyu_search::{Index, Opening, SearchError};

use crate::common::{filled, firm, stamp};

#[test]
fn an_index_is_found_as_it_was_left() {
    let filled = filled(&[firm(1, "示例电子")]);
    let folder = filled.folder;
    drop(filled.index);
    let (index, opening) = Index::open(folder.path(), "pack").unwrap();
    assert_eq!(
        (opening, index.stamp(), index.len()),
        (Opening::Whole, Some(stamp(1)), 1)
    );
}

#[test]
fn changes_take_the_place_of_what_was_known() {
    let filled = filled(&[firm(1, "示例电子"), firm(2, "示例重工")]);
    let mut writing = filled.index.begin().unwrap();
    writing.put(&firm(1, "海蓝生物")).unwrap();
    writing.put(&firm(3, "示例软件")).unwrap();
    writing.remove(2);
    assert_eq!(
        filled.ask("示例")[0].hits.len(),
        2,
        "nothing is seen before the commit"
    );
    writing.commit(Some(&stamp(2))).unwrap();
    writing.finish().unwrap();
    let names: Vec<_> = filled.ask("示例")[0]
        .hits
        .iter()
        .map(|it| it.title.text.clone())
        .collect();
    assert_eq!(names, ["示例软件"]);
    assert_eq!(filled.ask("海蓝").len(), 1);
    assert_eq!(filled.index.stamp(), Some(stamp(2)));
}

#[test]
fn a_folder_of_another_pack_is_thrown_away() {
    let filled = filled(&[firm(1, "示例电子")]);
    let folder = filled.folder;
    drop(filled.index);
    let (index, opening) = Index::open(folder.path(), "other").unwrap();
    assert!(matches!(opening, Opening::Thrown(_)), "{opening:?}");
    assert_eq!((index.stamp(), index.len()), (None, 0));
}

#[test]
fn an_index_that_was_not_filled_to_the_end_has_no_stamp() {
    let filled = filled(&[firm(1, "示例电子")]);
    let mut writing = filled.index.fill().unwrap();
    writing.put(&firm(1, "示例电子")).unwrap();
    writing.commit(None).unwrap();
    drop(writing);
    assert_eq!(filled.index.stamp(), None);
    let folder = filled.folder;
    drop(filled.index);
    let (index, opening) = Index::open(folder.path(), "pack").unwrap();
    assert_eq!((opening, index.stamp()), (Opening::Empty, None));
}

#[test]
fn a_byte_changed_in_any_file_is_noticed() {
    let names: Vec<String> = {
        let filled = filled(&[firm(1, "示例电子")]);
        let files = fs::read_dir(filled.folder.path()).unwrap();
        files
            .map(|it| it.unwrap().path())
            .filter(|it| it.extension().is_none_or(|it| it != "lock"))
            .map(|it| it.extension().unwrap().to_string_lossy().into_owned())
            .collect()
    };
    assert!(names.len() > 4, "{names:?}");
    for extension in names {
        let filled = filled(&[firm(1, "示例电子")]);
        let folder = filled.folder;
        drop(filled.index);
        let mut files = fs::read_dir(folder.path())
            .unwrap()
            .map(|it| it.unwrap().path());
        let Some(file) = files.find(|it| {
            it.extension().is_some_and(|it| it == extension.as_str())
                && !it.ends_with(".managed.json")
        }) else {
            continue;
        };
        let mut bytes = fs::read(&file).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 0xff;
        fs::write(&file, bytes).unwrap();
        let (index, opening) = Index::open(folder.path(), "pack").unwrap();
        assert!(
            matches!(opening, Opening::Thrown(_)),
            "{}: {opening:?}",
            file.display()
        );
        assert_eq!(index.len(), 0);
    }
}

#[test]
fn two_do_not_write_at_once() {
    let filled = filled(&[firm(1, "示例电子")]);
    let (other, _) = Index::open(filled.folder.path(), "pack").unwrap();
    let writing = filled.index.begin().unwrap();
    assert!(matches!(other.begin(), Err(SearchError::Busy)));
    assert!(matches!(other.reset(), Err(SearchError::Busy)));
    drop(writing);
    let mut writing = other.begin().unwrap();
    writing.put(&firm(2, "海蓝生物")).unwrap();
    writing.commit(Some(&stamp(2))).unwrap();
    writing.finish().unwrap();
    assert_eq!(
        filled.index.stamp(),
        Some(stamp(2)),
        "what the other committed is known at once"
    );
    filled.index.refresh().unwrap();
    assert_eq!(filled.ask("海蓝").len(), 1);
}
