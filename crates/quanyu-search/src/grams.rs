//! Names as pairs of characters.
//!
//! Owns which terms a name has and which of them a part of a name must have. A name needs no words: any part of it is found by
//! its pairs. Pairs with one character between them (`示_电`) find the name when that character is wrong.

use crate::terms::{Class, Terms};

/// Characters of a name that are looked at; what follows is no name.
pub(crate) const LONGEST_NAME: usize = 200;

/// The terms of a name.
pub(crate) fn push(terms: &mut Terms, chars: &[char]) {
    let chars = &chars[..chars.len().min(LONGEST_NAME)];
    for (at, char) in chars.iter().enumerate() {
        terms.push_chars(Class::Gram, &[*char]);
        if let Some(next) = chars.get(at + 1) {
            terms.push_chars(Class::Gram, &[*char, *next]);
        }
        if let Some(next) = chars.get(at + 2) {
            terms.push_chars(Class::Skip, &[*char, *next]);
        }
    }
}

/// What a name must have that has these characters in a row.
pub(crate) fn wanted(chars: &[char]) -> Vec<(Class, String)> {
    let mut all: Vec<String> = match chars {
        [] => Vec::new(),
        [one] => vec![one.to_string()],
        more => more.windows(2).map(|it| it.iter().collect()).collect(),
    };
    all.sort();
    all.dedup();
    all.into_iter().map(|it| (Class::Gram, it)).collect()
}
