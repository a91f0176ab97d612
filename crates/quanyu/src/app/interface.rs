//! The description of the interface (OpenAPI 3.1), made from the pack.
//!
//! Owns the paths and schemas of registers: a register that is declared today is described today. What no pack changes stands in
//! `interface.json`.
//!
//! Invariant: what is described is what is answered; `scripts/schemathesis` asks for it.
//!
//! Start reading at [`described`].

use quanyu_pack::model::{Field, FieldType, Pack, Register};
use serde_json::{Map, Value, json};

use super::media::XLSX;

/// What no pack changes.
const COMMON: &str = include_str!("interface.json");

/// Operators of a condition on a field.
const OPERATORS: [&str; 5] = ["is", "not", "has", "from", "to"];

/// The interface of a district with this pack.
#[must_use]
pub fn described(pack: &Pack) -> Value {
    let mut all: Value = serde_json::from_str(COMMON).expect("a test reads interface.json");
    let tags: Vec<Value> = pack
        .registers
        .values()
        .map(|it| json!({ "name": it.id, "description": it.title.zh }))
        .collect();
    all["tags"] = Value::Array(tags);
    for register in pack.registers.values() {
        let base = format!("/api/v1/registers/{}", register.id);
        let one = format!("{base}/records/{{record}}");
        all["components"]["schemas"][record_name(register)] = record(pack, register);
        all["components"]["schemas"][given_name(register)] = given(pack, register);
        let paths = &mut all["paths"];
        paths[format!("{base}/records")] =
            json!({ "get": list(register), "post": create(register) });
        paths[&one] = json!({
            "parameters": [parameter("record")],
            "get": get(register), "patch": change(register), "delete": remove(register),
        });
        paths[format!("{one}/history")] = json!({
            "parameters": [parameter("record")],
            "get": history(register),
        });
        for it in &register.lines {
            paths[format!("{one}/lines/{}", it.id)] = json!({
                "parameters": [parameter("record")],
                "get": lines(pack, register, it),
            });
        }
        for (format, media) in FILES {
            paths[format!("{base}/export/{format}")] =
                json!({ "get": export(register, format, media) });
        }
    }
    all
}

const FILES: [(&str, &str); 3] = [
    ("csv", "text/csv"),
    ("xlsx", XLSX),
    ("parquet", "application/vnd.apache.parquet"),
];

fn record_name(register: &Register) -> String {
    format!("{}.record", register.id)
}

fn given_name(register: &Register) -> String {
    format!("{}.given", register.id)
}

fn parameter(name: &str) -> Value {
    json!({ "$ref": format!("#/components/parameters/{name}") })
}

fn schema(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

/// An operation with an answer and refusals.
fn operation(register: &Register, act: &str, summary: &str, status: &str, answer: Value) -> Value {
    let mut responses = Map::new();
    responses.insert(status.to_owned(), answer);
    responses.insert(
        "default".to_owned(),
        json!({ "$ref": "#/components/responses/Problem" }),
    );
    json!({
        "operationId": format!("{}.{act}", register.id),
        "tags": [register.id],
        "summary": format!("{}: {summary}", register.title.zh),
        "responses": responses,
    })
}

fn answered(what: &str, schema: Value) -> Value {
    json!({ "description": what, "content": { "application/json": { "schema": schema } } })
}

fn tagged(mut answer: Value) -> Value {
    answer["headers"] = json!({ "ETag": { "$ref": "#/components/headers/ETag" } });
    answer
}

fn list(register: &Register) -> Value {
    let page = json!({
        "type": "object",
        "required": ["register", "count", "next", "records"],
        "properties": {
            "register": { "const": register.id },
            "count": { "type": ["integer", "null"], "description": "Records that the conditions let through; null while a large register is being counted, ask again" },
            "next": { "type": ["string", "null"], "description": "Pass as `after`" },
            "records": { "type": "array", "items": schema(&record_name(register)) },
        },
    });
    let fields: Vec<&str> = register.fields.iter().map(|it| it.id.as_str()).collect();
    let mut parameters = vec![
        json!({ "name": "col", "in": "query", "description": "Fields to hand out; else all", "explode": true,
            "schema": { "type": "array", "items": { "enum": fields } } }),
        json!({ "name": "sort", "in": "query", "schema": { "enum": fields } }),
        json!({ "name": "down", "in": "query", "description": "From the largest down", "schema": { "const": "1" } }),
        json!({ "name": "after", "in": "query", "description": "`next` of the page before, with the same conditions and order",
            "schema": { "type": "string" } }),
        json!({ "name": "limit", "in": "query", "schema": { "type": "integer", "minimum": 1, "maximum": 500, "default": 50 } }),
    ];
    for field in register
        .fields
        .iter()
        .filter(|it| it.kind != FieldType::Person)
    {
        for operator in OPERATORS {
            parameters.push(json!({
                "name": format!("f.{}.{operator}", field.id), "in": "query",
                "description": format!("{} {operator}", field.title.zh), "schema": { "type": "string" },
            }));
        }
    }
    let mut operation = operation(
        register,
        "list",
        "a page by key",
        "200",
        answered("Records", page),
    );
    operation["parameters"] = Value::Array(parameters);
    operation
}

fn get(register: &Register) -> Value {
    let answer = tagged(answered(
        "The record with its lines",
        schema(&record_name(register)),
    ));
    let mut operation = operation(register, "get", "a record", "200", answer);
    operation["responses"]["304"] = json!({ "description": "The version of If-None-Match" });
    operation["parameters"] = json!([{
        "name": "If-None-Match", "in": "header", "required": false, "schema": { "type": "string" },
    }]);
    operation
}

fn create(register: &Register) -> Value {
    let answer = tagged(answered(
        "The record that was made",
        schema(&record_name(register)),
    ));
    let mut operation = operation(register, "create", "a new record", "201", answer);
    operation["parameters"] = json!([parameter("idempotency_key")]);
    operation["requestBody"] = body(register);
    operation
}

fn change(register: &Register) -> Value {
    let answer = tagged(answered(
        "The record as it is now",
        schema(&record_name(register)),
    ));
    let mut operation = operation(
        register,
        "change",
        "what is named is changed",
        "200",
        answer,
    );
    operation["parameters"] = json!([parameter("if_match")]);
    operation["requestBody"] = body(register);
    operation
}

fn remove(register: &Register) -> Value {
    let answer = json!({ "description": "It is removed; its history stays" });
    let mut operation = operation(register, "remove", "a record is removed", "204", answer);
    operation["parameters"] = json!([
        parameter("if_match"),
        { "name": "reason", "in": "query", "required": true, "schema": { "type": "string", "minLength": 1 } },
    ]);
    operation
}

fn history(register: &Register) -> Value {
    let changes = json!({
        "type": "object",
        "required": ["id", "changes"],
        "properties": {
            "id": { "type": "integer" },
            "changes": { "type": "array", "items": schema("Change") },
        },
    });
    operation(
        register,
        "history",
        "every change of a record",
        "200",
        answered("The newest first", changes),
    )
}

fn lines(pack: &Pack, register: &Register, lines: &quanyu_pack::model::Lines) -> Value {
    let rows = json!({
        "type": "object",
        "required": ["id", "lines"],
        "properties": { "id": { "type": "integer" }, "lines": line_rows(pack, &lines.fields) },
    });
    operation(
        register,
        &format!("lines.{}", lines.id),
        &lines.title.zh,
        "200",
        answered("Lines in order", rows),
    )
}

fn export(register: &Register, format: &str, media: &str) -> Value {
    let mut content = Map::new();
    content.insert(media.to_owned(), json!({}));
    let answer = json!({ "description": "All records, without personal data", "content": content });
    operation(
        register,
        &format!("export.{format}"),
        &format!("all records as {format}"),
        "200",
        answer,
    )
}

fn body(register: &Register) -> Value {
    json!({ "required": true, "content": { "application/json": { "schema": schema(&given_name(register)) } } })
}

fn record(pack: &Pack, register: &Register) -> Value {
    let mut properties = json!({
        "id": { "type": "integer" },
        "version": { "type": "integer", "minimum": 1 },
        "label": { "type": "string" },
        "region": { "type": "string" },
        "state": states(register),
        "fields": object(pack, &register.fields, false),
    });
    if !register.lines.is_empty() {
        let lines = register.lines.iter();
        let lines = lines.map(|it| (it.id.clone(), line_rows(pack, &it.fields)));
        properties["lines"] =
            json!({ "type": "object", "properties": lines.collect::<Map<_, _>>() });
    }
    json!({
        "type": "object",
        "required": ["id", "version", "label", "region", "state", "fields"],
        "properties": properties,
    })
}

fn given(pack: &Pack, register: &Register) -> Value {
    let mut properties = json!({ "fields": object(pack, &register.fields, true) });
    if !register.lines.is_empty() {
        let lines = register.lines.iter().map(|it| {
            let row = json!({
                "type": "object",
                "additionalProperties": false,
                "properties": {
                    "id": { "type": ["integer", "null"], "description": "The line that is there; none for a new one" },
                    "fields": object(pack, &it.fields, true),
                },
            });
            (it.id.clone(), json!({ "type": "array", "items": row }))
        });
        properties["lines"] = json!({
            "type": "object", "additionalProperties": false, "properties": lines.collect::<Map<_, _>>(),
        });
    }
    json!({ "type": "object", "additionalProperties": false, "properties": properties })
}

fn line_rows(pack: &Pack, fields: &[Field]) -> Value {
    json!({
        "type": "array",
        "items": {
            "type": "object",
            "required": ["id", "fields"],
            "properties": { "id": { "type": ["integer", "null"] }, "fields": object(pack, fields, false) },
        },
    })
}

fn states(register: &Register) -> Value {
    match &register.lifecycle {
        None => json!({ "type": ["string", "null"] }),
        Some(it) => {
            let ids = it.states.iter().map(|it| Value::from(it.id.as_str()));
            json!({ "enum": ids.chain([Value::Null]).collect::<Vec<_>>() })
        }
    }
}

/// Fields by id; of those that are given the computed ones are left out.
fn object(pack: &Pack, fields: &[Field], given: bool) -> Value {
    let fields = fields.iter().filter(|it| !given || it.computed.is_none());
    let properties = fields.map(|it| (it.id.clone(), value(pack, it, given)));
    let mut object = json!({ "type": "object", "properties": properties.collect::<Map<_, _>>() });
    if given {
        object["additionalProperties"] = Value::Bool(false);
    }
    object
}

/// The schema of a value: as it is handed out, or as it may be given.
fn value(pack: &Pack, field: &Field, given: bool) -> Value {
    let text = if given {
        json!(["string", "number", "null"])
    } else {
        json!(["string", "null"])
    };
    let one = match &field.kind {
        FieldType::Integer if given => json!({ "type": ["integer", "string", "null"] }),
        FieldType::Integer => json!({ "type": ["integer", "null"] }),
        FieldType::Organization | FieldType::Reference { .. } if given => {
            json!({ "type": if field.many { json!(["integer", "string"]) } else { json!(["integer", "string", "null"]) } })
        }
        FieldType::Organization | FieldType::Reference { .. } if field.many => {
            json!({ "type": "integer" })
        }
        FieldType::Organization | FieldType::Reference { .. } => {
            json!({ "type": ["integer", "null"] })
        }
        FieldType::YesNo if given => json!({ "type": ["boolean", "string", "null"] }),
        FieldType::YesNo => json!({ "type": ["boolean", "null"] }),
        FieldType::Decimal { .. } | FieldType::Money => json!({ "type": text }),
        FieldType::Code { list } if given && !field.many => {
            let items = pack
                .codes
                .get(list)
                .map(|it| it.items.as_slice())
                .unwrap_or_default();
            let codes: Vec<&str> = items.iter().map(|it| it.code.as_str()).collect();
            json!({ "type": ["string", "null"], "examples": codes })
        }
        FieldType::Person if !given => json!({ "type": "null" }),
        _ if field.many => json!({ "type": "string" }),
        _ => json!({ "type": ["string", "null"] }),
    };
    let mut schema = match (field.many, given) {
        (false, _) => one,
        (true, false) => json!({ "type": "array", "items": one }),
        (true, true) => json!({ "type": ["array", "string", "null"], "items": one }),
    };
    schema["title"] = Value::from(field.title.zh.as_str());
    let unit = match field.kind {
        FieldType::Money => Some("元"),
        _ => field.unit.as_deref(),
    };
    if let Some(unit) = unit {
        schema["description"] = Value::from(unit);
    }
    schema
}
