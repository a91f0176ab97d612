//! Patterns of fields: regular expressions that must match a whole text.
//!
//! Owns compiling them, once a thread: an import asks the same pattern of every row.

use std::{cell::RefCell, collections::HashMap};

use regex::Regex;

thread_local! {
    static COMPILED: RefCell<HashMap<String, Option<Regex>>> = RefCell::default();
}

/// The expression of a field's `pattern`, anchored at both ends.
///
/// # Errors
/// The text is no regular expression (the syntax of the `regex` crate: linear time, no back references).
pub fn whole(pattern: &str) -> Result<Regex, regex::Error> {
    Regex::new(&format!("^(?:{pattern})$"))
}

/// Whether the whole text has the pattern. A pattern that is none matches nothing: a checked pack has no such.
#[must_use]
pub fn matches(pattern: &str, text: &str) -> bool {
    COMPILED.with_borrow_mut(|compiled| {
        if !compiled.contains_key(pattern) {
            compiled.insert(pattern.to_owned(), whole(pattern).ok());
        }
        compiled
            .get(pattern)
            .and_then(Option::as_ref)
            .is_some_and(|it| it.is_match(text))
    })
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn a_pattern_is_asked_of_the_whole_text() {
        let cases = [
            ("[A-Z]-[0-9]+", "A-12", true),
            ("[A-Z]-[0-9]+", "xA-12", false),
            ("a|b", "ab", false),
            ("(", "(", false),
        ];
        for (pattern, text, want) in cases {
            assert_eq!(matches(pattern, text), want, "{pattern} {text}");
        }
    }
}
