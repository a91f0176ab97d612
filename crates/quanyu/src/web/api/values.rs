//! Values of records as JSON, both ways.
//!
//! Owns what JSON a value is. Money and decimals are texts, so that no program reads them as floating point. Leaves what a field
//! takes to `app`.

use serde_json::{Map, Value, json};

use crate::app::resources::{Given, GivenLine, GivenRecord, Resource, Shown};

/// A record.
pub(super) fn resource(it: &Resource) -> Value {
    let mut out = json!({
        "id": it.id,
        "version": it.version,
        "label": it.label,
        "region": it.region,
        "state": it.state,
        "fields": fields(&it.fields),
    });
    if !it.lines.is_empty() {
        let lines = it
            .lines
            .iter()
            .map(|(name, rows)| (name.clone(), lines(rows)));
        out["lines"] = Value::Object(lines.collect());
    }
    out
}

/// The lines of a name.
pub(super) fn lines(rows: &[crate::app::resources::LineShown]) -> Value {
    let rows = rows.iter();
    rows.map(|it| json!({ "id": it.id, "fields": fields(&it.fields) }))
        .collect()
}

fn fields(all: &[(String, Shown)]) -> Map<String, Value> {
    all.iter().map(|(id, it)| (id.clone(), shown(it))).collect()
}

fn shown(it: &Shown) -> Value {
    match it {
        Shown::Nothing => Value::Null,
        Shown::Text(text) => Value::from(text.as_str()),
        Shown::Int(int) => Value::from(*int),
        Shown::Truth(truth) => Value::from(*truth),
        Shown::Many(parts) => parts.iter().map(shown).collect(),
    }
}

/// A record as it was sent: `{"fields": {…}, "lines": {…}}`; `None` where it has another shape.
pub(super) fn given(body: &Value) -> Option<GivenRecord> {
    let body = body.as_object()?;
    if body
        .keys()
        .any(|it| !["fields", "lines"].contains(&it.as_str()))
    {
        return None;
    }
    let mut record = GivenRecord {
        fields: given_fields(body.get("fields"))?,
        ..GivenRecord::default()
    };
    if let Some(all) = body.get("lines") {
        for (name, rows) in all.as_object()? {
            let rows = rows.as_array()?.iter().map(given_line);
            record
                .lines
                .insert(name.clone(), rows.collect::<Option<_>>()?);
        }
    }
    Some(record)
}

fn given_line(row: &Value) -> Option<GivenLine> {
    let row = row.as_object()?;
    if row
        .keys()
        .any(|it| !["fields", "id"].contains(&it.as_str()))
    {
        return None;
    }
    let id = match row.get("id") {
        None | Some(Value::Null) => None,
        Some(id) => Some(id.as_i64()?),
    };
    Some(GivenLine {
        id,
        fields: given_fields(row.get("fields"))?,
    })
}

fn given_fields(all: Option<&Value>) -> Option<std::collections::BTreeMap<String, Given>> {
    let Some(all) = all else {
        return Some(Default::default());
    };
    let all = all.as_object()?.iter();
    all.map(|(id, value)| Some((id.clone(), one(value)?)))
        .collect()
}

fn one(value: &Value) -> Option<Given> {
    Some(match value {
        Value::Null => Given::Nothing,
        Value::Bool(truth) => Given::Truth(*truth),
        Value::Number(number) => Given::Number(number.to_string()),
        Value::String(text) if text.trim().is_empty() => Given::Nothing,
        Value::String(text) => Given::Text(text.clone()),
        Value::Array(parts) => Given::Many(parts.iter().map(one).collect::<Option<_>>()?),
        Value::Object(_) => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_of_another_shape_is_no_record() {
        #[rustfmt::skip]
        let cases = [
            (r#"{"fields": {"a": "x", "b": 1.5, "c": null, "d": [1, 2], "e": true, "f": " "}}"#, true),
            (r#"{"lines": {"items": [{"id": 3, "fields": {"a": "x"}}, {"fields": {}}]}}"#, true),
            (r#"{}"#, true),
            (r#"[]"#, false),
            (r#"{"fields": []}"#, false),
            (r#"{"fields": {"a": {}}}"#, false),
            (r#"{"lines": {"items": {}}}"#, false),
            (r#"{"lines": {"items": [{"id": "3"}]}}"#, false),
            (r#"{"field": {}}"#, false),
        ];
        for (text, want) in cases {
            assert_eq!(
                given(&serde_json::from_str(text).unwrap()).is_some(),
                want,
                "{text}"
            );
        }
    }
}
