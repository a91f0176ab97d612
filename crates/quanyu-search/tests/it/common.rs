//! An index of made-up entries.

use quanyu_search::{Entry, Group, Index, Kind, Opening, Reach, Stamp, Wish};
use tempfile::TempDir;

/// An index in a folder that is gone with it.
pub struct Filled {
    pub index: Index,
    pub folder: TempDir,
}

pub fn stamp(sequence: i64) -> Stamp {
    Stamp {
        sequence,
        seal: format!("seal{sequence}"),
    }
}

/// An index of these entries.
pub fn filled(entries: &[Entry]) -> Filled {
    let folder = TempDir::new().unwrap();
    let (index, opening) = Index::open(folder.path(), "pack").unwrap();
    assert_eq!(opening, Opening::Empty);
    let mut writing = index.fill().unwrap();
    for entry in entries {
        writing.put(entry).unwrap();
    }
    writing.commit(Some(&stamp(1))).unwrap();
    writing.finish().unwrap();
    Filled { index, folder }
}

impl Filled {
    pub fn ask(&self, words: &str) -> Vec<Group> {
        self.ask_as(words, &Reach::everything())
    }

    pub fn ask_as(&self, words: &str, reach: &Reach) -> Vec<Group> {
        let wish = Wish {
            words,
            kinds: &Kind::ALL,
            limit: 5,
            reach,
        };
        self.index.find(&wish).unwrap()
    }
}

pub fn firm(record: i64, name: &str) -> Entry {
    Entry::new(Kind::Organization, "firm", record, name)
}

/// A title or text with what is marked between brackets.
pub fn shown(marked: &quanyu_search::Marked) -> String {
    let pieces = marked.pieces().into_iter();
    pieces
        .map(|(text, mark)| {
            if mark {
                format!("[{text}]")
            } else {
                text.to_owned()
            }
        })
        .collect()
}
