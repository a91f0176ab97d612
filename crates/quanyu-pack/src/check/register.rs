//! Registers: names of columns, what goes with which type, references, parts.

use std::collections::BTreeMap;

use super::{Check, known};
use crate::{
    diagnostic::Diagnostic,
    faults,
    model::{At, Field, FieldType, PARTS, Register},
};

/// Columns every register has; a field cannot have such a name. `parent` and `line` belong to lines.
pub(crate) const SYSTEM_COLUMNS: [&str; 10] = [
    "id",
    "version",
    "region",
    "owner_org",
    "owner_user",
    "state",
    "batch",
    "created_seq",
    "changed_seq",
    "removed_seq",
];

/// Columns that lines have besides their fields.
pub(crate) const LINES_COLUMNS: [&str; 3] = ["id", "parent", "line"];

/// Words that PostgreSQL, SQLite or DataFusion would not take as a bare name.
const RESERVED: [&str; 82] = [
    "all",
    "analyse",
    "analyze",
    "and",
    "any",
    "array",
    "as",
    "asc",
    "between",
    "both",
    "by",
    "case",
    "cast",
    "check",
    "collate",
    "column",
    "constraint",
    "create",
    "cross",
    "current_date",
    "current_time",
    "current_timestamp",
    "default",
    "deferrable",
    "delete",
    "desc",
    "distinct",
    "do",
    "drop",
    "else",
    "end",
    "except",
    "exists",
    "false",
    "fetch",
    "for",
    "foreign",
    "from",
    "full",
    "grant",
    "group",
    "having",
    "in",
    "index",
    "inner",
    "insert",
    "intersect",
    "interval",
    "into",
    "is",
    "join",
    "leading",
    "left",
    "like",
    "limit",
    "natural",
    "not",
    "null",
    "offset",
    "on",
    "or",
    "order",
    "outer",
    "over",
    "primary",
    "references",
    "right",
    "select",
    "set",
    "some",
    "table",
    "then",
    "to",
    "trailing",
    "true",
    "union",
    "unique",
    "update",
    "user",
    "using",
    "when",
    "where",
];

pub(super) fn check(cx: &Check<'_>, faults: &mut Vec<Diagnostic>) {
    let mut tables: BTreeMap<String, At> = BTreeMap::new();
    let mut names: Vec<(String, At)> = Vec::new();
    for register in cx.pack.registers.values() {
        names.push((register.id.clone(), register.at));
        names.extend(
            register
                .lines
                .iter()
                .map(|it| (format!("{}_{}", register.id, it.id), it.at)),
        );
    }
    names.extend(cx.pack.datasets.values().map(|it| (it.id.clone(), it.at)));
    for (name, at) in names {
        if RESERVED.contains(&name.as_str()) {
            faults.push(faults::reserved_word(at, &name));
        }
        if let Some(first) = tables.insert(name.clone(), at) {
            faults.push(faults::duplicate(at, faults::TABLE, &name, first));
        }
    }
    for register in cx.pack.registers.values() {
        one(cx, register, faults);
    }
    parts(cx, faults);
}

fn one(cx: &Check<'_>, register: &Register, faults: &mut Vec<Diagnostic>) {
    let at = register.at;
    let modules = cx.pack.modules.iter().map(|it| it.id.as_str());
    if !register.module.is_empty() {
        known(
            cx.place(at, "module"),
            faults::MODULE,
            &register.module,
            modules,
            faults,
        );
    }
    for (key, roles) in [
        ("read", &register.read),
        ("enter", &register.enter),
        ("confirm", &register.confirm),
    ] {
        for (number, role) in roles.iter().enumerate() {
            let at = cx.reading.item_place(at, key, number);
            known(
                at,
                faults::ROLE,
                role,
                cx.pack.roles.keys().map(String::as_str),
                faults,
            );
        }
    }
    let field_names = register.fields.iter().map(|it| it.id.as_str());
    for (number, key) in register.key.iter().enumerate() {
        known(
            cx.reading.item_place(at, "key", number),
            faults::FIELD,
            key,
            field_names.clone(),
            faults,
        );
    }
    if register.label.is_empty() {
        faults.push(faults::no_label(at));
    } else {
        known(
            cx.place(at, "label"),
            faults::FIELD,
            &register.label,
            field_names.clone(),
            faults,
        );
    }
    if let Some(owner) = &register.owner {
        let at = cx.place(at, "owner");
        if known(at, faults::FIELD, owner, field_names.clone(), faults)
            && let Some(field) = register.field(owner)
            && (field.kind != FieldType::Organization || field.many)
        {
            let word = field.kind.word();
            faults.push(faults::field_of_type(at, owner, word, "organization"));
        }
    }
    if let Some(region) = &register.region {
        let at = cx.place(at, "region");
        if known(at, faults::FIELD, region, field_names, faults)
            && let Some(field) = register.field(region)
            && field.kind != FieldType::Region
        {
            faults.push(faults::field_of_type(
                at,
                region,
                field.kind.word(),
                "region",
            ));
        }
    }
    if let Some(was) = &register.was
        && let Some(other) = cx.pack.registers.get(was)
    {
        faults.push(faults::still_there(cx.place(at, "was"), was, other.at));
    }
    super::event::check(cx, register, faults);
    fields(cx, &register.fields, &SYSTEM_COLUMNS, faults);
    for lines in &register.lines {
        fields(cx, &lines.fields, &LINES_COLUMNS, faults);
    }
}

fn fields(cx: &Check<'_>, all: &[Field], taken: &[&str], faults: &mut Vec<Diagnostic>) {
    let mut heads: BTreeMap<&str, &Field> = BTreeMap::new();
    for field in all {
        if taken.contains(&field.id.as_str()) {
            faults.push(faults::system_column(field.at, &field.id));
        } else if RESERVED.contains(&field.id.as_str()) {
            faults.push(faults::reserved_word(field.at, &field.id));
        }
        for head in std::iter::once(&field.title.zh)
            .chain(&field.synonyms)
            .filter(|it| !it.is_empty())
        {
            let first = *heads.entry(head).or_insert(field);
            if first.id != field.id {
                faults.push(faults::same_head(field.at, head, first.at));
            }
        }
        if let Some(was) = &field.was
            && let Some(other) = all
                .iter()
                .find(|it| it.id == *was || it.id != field.id && it.was == field.was)
        {
            faults.push(faults::still_there(
                cx.place(field.at, "was"),
                was,
                other.at,
            ));
        }
        one_field(cx, field, faults);
    }
}

fn one_field(cx: &Check<'_>, field: &Field, faults: &mut Vec<Diagnostic>) {
    if cx.reading.unsure.contains(&field.at) {
        return;
    }
    let given = |key: &str| cx.reading.given(field.at, key, 0);
    let word = field.kind.word();
    let kind = &field.kind;
    let number = matches!(
        kind,
        FieldType::Integer | FieldType::Decimal { .. } | FieldType::Money
    );
    let texts = matches!(
        kind,
        FieldType::Text | FieldType::LongText | FieldType::Person | FieldType::Url
    );
    let points = matches!(
        kind,
        FieldType::Code { .. }
            | FieldType::Reference { .. }
            | FieldType::Organization
            | FieldType::Region
    );
    #[rustfmt::skip]
    let goes = [
        ("scale",      matches!(kind, FieldType::Decimal { .. })),
        ("list",       matches!(kind, FieldType::Code { .. })),
        ("to",         matches!(kind, FieldType::Reference { .. })),
        ("min",        number),
        ("max",        number),
        ("unit",       matches!(kind, FieldType::Integer | FieldType::Decimal { .. })),
        ("max_length", texts),
        ("pattern",    texts),
        ("many",       points),
    ];
    for (key, fine) in goes {
        if let (false, Some(at)) = (fine, given(key)) {
            // `many = false` says nothing.
            if key != "many" || field.many {
                faults.push(faults::not_for_this_type(at, key, word));
            }
        }
    }
    if let (Some(min), Some(max)) = (field.min, field.max)
        && min > max
    {
        faults.push(faults::min_above_max(
            cx.place(field.at, "min"),
            &min.to_string(),
            &max.to_string(),
        ));
    }
    match kind {
        FieldType::Decimal { .. } if given("scale").is_none() => {
            faults.push(faults::type_needs(field.at, word, "scale"));
        }
        FieldType::Code { list } if list.is_empty() => {
            faults.push(faults::type_needs(field.at, word, "list"))
        }
        FieldType::Code { list } => {
            known(
                cx.place(field.at, "list"),
                faults::CODES,
                list,
                cx.pack.codes.keys().map(String::as_str),
                faults,
            );
        }
        FieldType::Reference { to } if to.is_empty() => {
            faults.push(faults::type_needs(field.at, word, "to"))
        }
        FieldType::Reference { to } => {
            let names = cx.pack.registers.keys().map(String::as_str);
            known(
                cx.place(field.at, "to"),
                faults::REGISTER,
                to,
                names,
                faults,
            );
        }
        FieldType::Organization if cx.pack.playing("organization").is_none() => {
            faults.push(faults::nobody_plays(
                cx.place(field.at, "type"),
                "organization",
            ));
        }
        _ => {}
    }
}

/// What the field of a slot must be; slots not named here are text.
fn slot_fits(part: &str, slot: &str, kind: &FieldType) -> Result<(), &'static str> {
    let (fine, wanted) = match slot {
        "period" => (matches!(kind, FieldType::Period), "period"),
        "value" | "points" => (matches!(kind, FieldType::Decimal { .. }), "decimal"),
        "region" => (matches!(kind, FieldType::Region), "region"),
        "of_units" => (matches!(kind, FieldType::Integer), "integer"),
        "date" | "due" | "by" | "done_on" | "valid_from" | "valid_to" | "starts_on" | "ends_on"
        | "posted_on" | "taken_down_on" | "received_on" | "opens_on" | "closes_on" => {
            (matches!(kind, FieldType::Date), "date")
        }
        "publication" => (matches!(kind, FieldType::Reference { .. }), "reference"),
        "name" | "phone" if part == "objection" => (matches!(kind, FieldType::Person), "person"),
        "organization" => (matches!(kind, FieldType::Organization), "organization"),
        "growth" => (matches!(kind, FieldType::YesNo), "yes_no"),
        "scan" | "draft" | "proof" => (matches!(kind, FieldType::File), "file"),
        "status" | "measure" | "comparator" | "level" | "filing" => (
            matches!(kind, FieldType::Code { .. } | FieldType::Text),
            "code",
        ),
        // Of a paper it is a document of the pack, of a qualification one of a list.
        "kind" if part == "qualification" => (
            matches!(kind, FieldType::Code { .. } | FieldType::Text),
            "code",
        ),
        _ => (
            matches!(kind, FieldType::Text | FieldType::LongText | FieldType::Url),
            "text",
        ),
    };
    if fine { Ok(()) } else { Err(wanted) }
}

fn parts(cx: &Check<'_>, faults: &mut Vec<Diagnostic>) {
    let mut taken: BTreeMap<&str, At> = BTreeMap::new();
    for register in cx.pack.registers.values() {
        let Some(part) = &register.plays else {
            if let Some((slot, _)) = register.slots.first() {
                let at = cx.place(register.at, &format!("slots.{slot}"));
                faults.push(faults::missing_key(at, "plays"));
            }
            continue;
        };
        let at = cx.place(register.at, "plays");
        let Some((_, needed, more)) = PARTS.iter().find(|(it, ..)| it == part) else {
            known(
                at,
                faults::PART,
                part,
                PARTS.iter().map(|(it, ..)| *it),
                faults,
            );
            continue;
        };
        if let Some(first) = taken.insert(part, at) {
            faults.push(faults::part_taken(at, part, first));
        }
        let slots = needed.iter().chain(*more).copied();
        for (slot, field) in &register.slots {
            let at = cx.place(register.at, &format!("slots.{slot}"));
            let fields = register.fields.iter().map(|it| it.id.as_str());
            if known(at, faults::SLOT, slot, slots.clone(), faults) {
                known(at, faults::FIELD, field, fields, faults);
            }
        }
        for slot in slots {
            let named = register.slots.iter().any(|(it, _)| it == slot);
            match register.slot(slot) {
                Some(field) => {
                    if let Err(wanted) = slot_fits(part, slot, &field.kind) {
                        faults.push(faults::field_of_type(
                            field.at,
                            &field.id,
                            field.kind.word(),
                            wanted,
                        ));
                    }
                }
                None if needed.contains(&slot) && !named => {
                    faults.push(faults::slot_empty(at, part, slot))
                }
                None => {}
            }
        }
    }
}
