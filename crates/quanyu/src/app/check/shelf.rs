//! Drafts at hand while somebody looks at them.
//!
//! Owns a small store in memory, so that a page can be filtered, printed and downloaded without sending the file again.
//! Invariant: bounded in number and bytes; the oldest goes first; nothing is written to disk.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
};

use sha2::{Digest, Sha256};

/// Drafts held at most.
const MOST: usize = 32;
/// Bytes of all drafts together.
const MOST_BYTES: usize = 96 * 1024 * 1024;

/// A draft as it was sent.
#[derive(Debug)]
pub struct Draft {
    /// Its key in addresses.
    pub key: String,
    /// File name.
    pub name: String,
    /// The file.
    pub bytes: Vec<u8>,
}

/// The drafts at hand.
#[derive(Debug, Default)]
pub struct Shelf {
    drafts: Mutex<VecDeque<Arc<Draft>>>,
}

impl Shelf {
    /// Puts a draft on the shelf. The same bytes under the same name keep their key.
    pub fn put(&self, name: &str, bytes: Vec<u8>) -> Arc<Draft> {
        let mut hash = Sha256::new();
        hash.update(name.as_bytes());
        hash.update([0]);
        hash.update(&bytes);
        let key: String = hash
            .finalize()
            .iter()
            .take(16)
            .map(|it| format!("{it:02x}"))
            .collect();
        let draft = Arc::new(Draft {
            key,
            name: name.to_owned(),
            bytes,
        });
        let mut drafts = self.drafts.lock().unwrap_or_else(PoisonError::into_inner);
        drafts.retain(|it| it.key != draft.key);
        drafts.push_back(draft.clone());
        let size = |all: &VecDeque<Arc<Draft>>| all.iter().map(|it| it.bytes.len()).sum::<usize>();
        while drafts.len() > 1 && (drafts.len() > MOST || size(&drafts) > MOST_BYTES) {
            drafts.pop_front();
        }
        draft
    }

    /// The draft of a key, while it is at hand.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<Arc<Draft>> {
        let drafts = self.drafts.lock().unwrap_or_else(PoisonError::into_inner);
        drafts.iter().find(|it| it.key == key).cloned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_draft_leaves_a_full_shelf() {
        let shelf = Shelf::default();
        let first = shelf.put("甲.txt", vec![1]);
        assert_eq!(shelf.put("甲.txt", vec![1]).key, first.key);
        assert_ne!(shelf.put("乙.txt", vec![1]).key, first.key);
        for nth in 0..MOST {
            shelf.put(&format!("{nth}.txt"), vec![2]);
        }
        assert!(shelf.get(&first.key).is_none());
        assert_eq!(
            shelf.get(&shelf.put("丙.txt", vec![3]).key).unwrap().name,
            "丙.txt"
        );
    }
}
