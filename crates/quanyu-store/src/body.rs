//! What a record says, as the change chain keeps it.
//!
//! Owns [`Body`] and its one text form: JSON with ordered names and canonical texts as values; what is not known is
//! left out, so that a field added later changes no earlier body.
//!
//! Invariant: equal bodies have equal texts.

use std::collections::BTreeMap;

use crate::error::StoreError;

/// The state of a record: system values under `@name`, fields under their names, lines under theirs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Body {
    /// Values by field.
    pub fields: BTreeMap<String, String>,
    /// Lines by name, each with its values; `@id` is the line's id.
    pub lines: BTreeMap<String, Vec<BTreeMap<String, String>>>,
}

impl Body {
    /// Notes a value unless it is unknown.
    pub fn set(&mut self, name: &str, value: Option<String>) {
        if let Some(value) = value {
            self.fields.insert(name.to_owned(), value);
        }
    }

    /// The text.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = String::with_capacity(64 * (self.fields.len() + 1));
        object(&mut text, &self.fields, |text| {
            for (name, rows) in &self.lines {
                if rows.is_empty() {
                    continue;
                }
                if text.len() > 1 {
                    text.push(',');
                }
                // Field names hold no brackets, so lines never meet a field.
                string(text, &format!("{name}[]"));
                text.push_str(":[");
                for (place, row) in rows.iter().enumerate() {
                    if place > 0 {
                        text.push(',');
                    }
                    object(text, row, |_| ());
                }
                text.push(']');
            }
        });
        text
    }

    /// Reads the text.
    ///
    /// # Errors
    /// [`StoreError::Unreadable`] where it is not such a text.
    pub fn parse(text: &str) -> Result<Self, StoreError> {
        let bad = || StoreError::Unreadable(format!("a change says `{text}`"));
        let all: BTreeMap<String, serde_json::Value> =
            serde_json::from_str(text).map_err(|_| bad())?;
        let mut body = Self::default();
        for (name, value) in all {
            match value {
                serde_json::Value::String(value) => {
                    body.fields.insert(name, value);
                }
                serde_json::Value::Array(rows) => {
                    let rows: Result<Vec<_>, _> =
                        rows.into_iter().map(serde_json::from_value).collect();
                    let name = name.strip_suffix("[]").ok_or_else(bad)?;
                    body.lines.insert(name.to_owned(), rows.map_err(|_| bad())?);
                }
                _ => return Err(bad()),
            }
        }
        Ok(body)
    }
}

fn object(text: &mut String, fields: &BTreeMap<String, String>, more: impl FnOnce(&mut String)) {
    let mut inner = String::new();
    for (name, value) in fields {
        inner.push(if inner.is_empty() { '{' } else { ',' });
        string(&mut inner, name);
        inner.push(':');
        string(&mut inner, value);
    }
    if inner.is_empty() {
        inner.push('{');
    }
    more(&mut inner);
    inner.push('}');
    text.push_str(&inner);
}

/// A JSON string: quotes, backslashes and control characters escaped, nothing else.
fn string(text: &mut String, value: &str) {
    text.push('"');
    let mut plain = 0;
    for (place, byte) in value.bytes().enumerate() {
        if byte >= 0x20 && byte != b'"' && byte != b'\\' {
            continue;
        }
        text.push_str(&value[plain..place]);
        match byte {
            b'"' => text.push_str("\\\""),
            b'\\' => text.push_str("\\\\"),
            other => text.push_str(&format!("\\u{other:04x}")),
        }
        plain = place + 1;
    }
    text.push_str(&value[plain..]);
    text.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn a_body_is_read_back_from_its_text(
            fields in proptest::collection::btree_map("@?[a-z_]{1,8}", "\\PC*|[\"\\\\\u{1}\n]*", 0..6),
            rows in proptest::collection::vec(
                proptest::collection::btree_map("@?[a-z_]{1,8}", "\\PC*", 0..4), 0..4),
        ) {
            let mut body = Body { fields, ..Body::default() };
            if !rows.is_empty() {
                body.lines.insert("items".into(), rows);
            }
            proptest::prop_assert_eq!(Body::parse(&body.text()).unwrap(), body);
        }
    }
}
