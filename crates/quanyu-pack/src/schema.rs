//! JSON Schema of the files of a pack, so that editors complete and mark while one writes.
//!
//! Owns the translation of the tables in [`crate::grammar::tables`]; what only the whole pack can tell (names that
//! point elsewhere, units) is left to `pack check`.

use serde_json::{Value, json};

use crate::grammar::{Key, Shape, tables};

/// The schemas by kind of file: `pack` for `pack.toml`, `declarations` for every other TOML file.
#[must_use]
pub fn schemas() -> [(&'static str, Value); 2] {
    [
        ("pack", schema("pack.toml", tables::PACK)),
        (
            "declarations",
            schema("Declarations of a pack", tables::FILE),
        ),
    ]
}

fn schema(title: &str, keys: &[Key]) -> Value {
    let mut schema = table(keys);
    schema["$schema"] = json!("https://json-schema.org/draft/2020-12/schema");
    schema["title"] = json!(title);
    schema
}

fn table(keys: &[Key]) -> Value {
    let properties: serde_json::Map<String, Value> = keys
        .iter()
        .map(|key| {
            let mut value = shape(&key.shape);
            value["description"] = json!(key.doc);
            (key.name.to_owned(), value)
        })
        .collect();
    // A table that can extend an earlier one needs nothing more when it does.
    let extends = keys.iter().any(|it| it.name == "extend");
    let needed: Vec<_> = keys
        .iter()
        .filter(|it| it.needed)
        .map(|it| it.name)
        .collect();
    let mut value =
        json!({ "type": "object", "additionalProperties": false, "properties": properties });
    if extends {
        value["if"] = json!({ "not": { "properties": { "extend": { "const": true } }, "required": ["extend"] } });
        value["then"] = json!({ "required": needed });
    } else if !needed.is_empty() {
        value["required"] = json!(needed);
    }
    value
}

fn shape(it: &Shape) -> Value {
    const IDENTIFIER: &str = "^[a-z][a-z0-9_]{0,39}$";
    let cell = json!({ "type": ["string", "number", "boolean"] });
    match it {
        Shape::Word => json!({ "type": "string" }),
        Shape::Pattern => json!({ "type": "string", "format": "regex" }),
        Shape::Id => json!({ "type": "string", "pattern": IDENTIFIER }),
        Shape::Region => json!({ "type": "string", "pattern": "^[0-9]{2,12}$" }),
        Shape::Text => json!({ "anyOf": [{ "type": "string" }, table(tables::TEXT)] }),
        Shape::Flag => json!({ "type": "boolean" }),
        Shape::Whole(low, high) => json!({ "type": "integer", "minimum": low, "maximum": high }),
        Shape::Number => json!({ "type": ["number", "string"] }),
        // A day without quotes is a string to JSON.
        Shape::Day => json!({ "type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$" }),
        Shape::Days => {
            json!({ "type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}(/[0-9]{4}-[0-9]{2}-[0-9]{2})?$" })
        }
        Shape::Period => json!({ "type": ["string", "integer"] }),
        Shape::Cell => cell,
        Shape::Choice(words) => json!({ "type": "string", "enum": words }),
        Shape::List(inner) => json!({ "type": "array", "items": shape(inner) }),
        Shape::Tuple(length, inner) => {
            json!({ "type": "array", "items": shape(inner), "minItems": length, "maxItems": length })
        }
        Shape::OneOrMore(inner) => {
            json!({ "anyOf": [shape(inner), { "type": "array", "items": shape(inner) }] })
        }
        Shape::Table(keys) => table(keys),
        Shape::WordOr(keys) => json!({ "anyOf": [{ "type": "string" }, table(keys)] }),
        Shape::CellOr(keys) => json!({ "anyOf": [cell, table(keys)] }),
        Shape::Map(inner) => {
            json!({ "type": "object", "propertyNames": { "pattern": IDENTIFIER }, "additionalProperties": shape(inner) })
        }
        Shape::AnyMap(inner) => json!({ "type": "object", "additionalProperties": shape(inner) }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every object of a schema with its path.
    fn objects<'v>(value: &'v Value, path: &str, out: &mut Vec<(String, &'v Value)>) {
        match value {
            Value::Object(map) => {
                out.push((path.to_owned(), value));
                map.iter()
                    .for_each(|(key, inner)| objects(inner, &format!("{path}/{key}"), out));
            }
            Value::Array(list) => list.iter().for_each(|inner| objects(inner, path, out)),
            _ => {}
        }
    }

    #[test]
    fn every_key_is_explained_and_no_other_is_allowed() {
        for (kind, schema) in schemas() {
            let mut all = Vec::new();
            objects(&schema, kind, &mut all);
            for (path, object) in all {
                let Some(properties) = object
                    .get("properties")
                    .filter(|_| object.get("type").is_some())
                else {
                    continue;
                };
                assert_eq!(object["additionalProperties"], json!(false), "{path}");
                for (key, value) in properties.as_object().unwrap() {
                    assert!(
                        value["description"]
                            .as_str()
                            .is_some_and(|it| !it.is_empty()),
                        "{path}: {key}"
                    );
                }
            }
        }
    }

    #[test]
    fn a_register_says_what_it_needs_unless_it_extends_another() {
        let (_, schema) = &schemas()[1];
        let register = &schema["properties"]["register"]["additionalProperties"];
        assert_eq!(
            register["then"]["required"],
            json!(["title", "module", "field"])
        );
        let field = &register["properties"]["field"]["additionalProperties"];
        assert_eq!(field["required"], json!(["type", "title"]));
        assert!(
            field["properties"]["type"]["enum"]
                .as_array()
                .unwrap()
                .contains(&json!("money"))
        );
    }
}
