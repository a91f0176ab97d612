//! Running text as words.
//!
//! Owns the segmenter. Its dictionary takes tens of megabytes and is only held while texts are put in; who asks needs none,
//! because the words of a question are those that the index has ([`crate::query`]).

use std::sync::{Arc, Mutex, PoisonError};

use jieba_rs::Jieba;

use crate::{
    terms::{Class, Terms},
    text::fold,
};

/// Characters of a text that are indexed: a report has tens of thousands.
const LONGEST_TEXT: usize = 200_000;
/// Characters of a word; what is longer is no word.
pub(crate) const LONGEST_WORD: usize = 24;

/// The dictionary, once it is needed.
#[derive(Default)]
pub(crate) struct Words {
    jieba: Mutex<Option<Arc<Jieba>>>,
}

impl Words {
    /// The terms of a text: its words, and the words within them.
    pub fn push(&self, terms: &mut Terms, text: &str) {
        if text.trim().is_empty() {
            return;
        }
        let jieba = {
            let mut held = self.jieba.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(held.get_or_insert_with(|| Arc::new(Jieba::new())))
        };
        let folded: String = text.chars().take(LONGEST_TEXT).map(fold).collect();
        let mut seen = std::collections::BTreeSet::new();
        for token in jieba.cut_for_search(&folded, true) {
            let word = token.word;
            let fits =
                word.chars().any(char::is_alphanumeric) && word.chars().count() <= LONGEST_WORD;
            if fits && seen.insert(word) {
                terms.push(Class::Word, word);
            }
        }
    }

    /// Lets the dictionary go.
    pub fn rest(&self) {
        *self.jieba.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}
