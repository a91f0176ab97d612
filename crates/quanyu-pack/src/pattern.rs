//! Patterns of fields: regular expressions that must match a whole text.

use regex::Regex;

/// The expression of a field's `pattern`, anchored at both ends.
///
/// # Errors
/// The text is no regular expression (the syntax of the `regex` crate: linear time, no back references).
pub fn whole(pattern: &str) -> Result<Regex, regex::Error> {
    Regex::new(&format!("^(?:{pattern})$"))
}
