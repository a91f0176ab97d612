//! The tables that a pack asks for.
//!
//! Owns which table a register, its lines and the spans of its dated fields become, and which names cannot be columns.

use std::collections::BTreeMap;

use quanyu_pack::model::{Field, FieldType, Pack, Register};

use super::Fault;
use crate::{
    records::{FROM, SPANS, TO},
    schema::{Column, LINE_COLUMNS, SYSTEM_COLUMNS, Table},
    tables,
};

/// A table that the pack declares, with the earlier names of it and its fields.
pub(super) struct Wanted {
    pub table: Table,
    pub was: Option<String>,
    pub fields_were: BTreeMap<String, String>,
}

/// Every table that the pack asks for.
pub(super) fn declared(pack: &Pack, faults: &mut Vec<Fault>) -> Vec<Wanted> {
    let mut all = Vec::new();
    for register in pack.registers.values() {
        let state = register
            .lifecycle
            .as_ref()
            .and_then(|it| it.states.first())
            .map(|it| it.id.clone());
        all.push(wanted(
            pack,
            Table {
                id: register.id.clone(),
                name: format!("r_{}", register.id),
                parent: None,
                lines: Vec::new(),
                columns: Vec::new(),
                key: register.key.clone(),
                region_field: register.region.clone(),
                region: pack.region.to_string(),
                first_state: state,
                hidden: false,
            },
            register.was.clone(),
            &register.fields,
        ));
        all.extend(spans(pack, register));
        for lines in &register.lines {
            let was = register.was.as_ref().map(|it| format!("{it}.{}", lines.id));
            all.push(wanted(
                pack,
                Table {
                    id: format!("{}.{}", register.id, lines.id),
                    name: format!("r_{}_{}", register.id, lines.id),
                    parent: Some(register.id.clone()),
                    lines: Vec::new(),
                    columns: Vec::new(),
                    key: Vec::new(),
                    region_field: None,
                    region: String::new(),
                    first_state: None,
                    hidden: false,
                },
                was,
                &lines.fields,
            ));
        }
    }
    for wanted in &all {
        names(&wanted.table, faults);
    }
    all
}

/// The table that keeps from when to when each value of a dated field held: see [`crate::records`].
fn spans(pack: &Pack, register: &Register) -> Option<Wanted> {
    let fields: Vec<Field> = register
        .fields
        .iter()
        .filter(|it| it.dated)
        .cloned()
        .collect();
    if fields.is_empty() {
        return None;
    }
    let table = Table {
        id: format!("{}.{SPANS}", register.id),
        name: format!("r_{}_{SPANS}", register.id),
        parent: Some(register.id.clone()),
        lines: Vec::new(),
        columns: Vec::new(),
        key: Vec::new(),
        region_field: None,
        region: String::new(),
        first_state: None,
        hidden: false,
    };
    let was = register.was.as_ref().map(|it| format!("{it}.{SPANS}"));
    let mut wanted = wanted(pack, table, was, &fields);
    for column in &mut wanted.table.columns {
        // One span holds one field's value, and others may have had it before.
        column.required = false;
        column.unique = false;
    }
    let day = |name: &str| Column {
        field: name.to_owned(),
        word: FieldType::Date.word().to_owned(),
        scale: 0,
        target: None,
        list: None,
        required: false,
        unique: false,
        many: false,
        hidden: false,
    };
    wanted.table.columns.splice(0..0, [day(FROM), day(TO)]);
    Some(wanted)
}

fn wanted(pack: &Pack, mut table: Table, was: Option<String>, fields: &[Field]) -> Wanted {
    table.columns = fields.iter().map(|it| column(pack, it)).collect();
    let fields_were = fields
        .iter()
        .filter_map(|it| Some((it.id.clone(), it.was.clone()?)))
        .collect();
    Wanted {
        table,
        was,
        fields_were,
    }
}

fn column(pack: &Pack, field: &Field) -> Column {
    let (scale, target, list) = match &field.kind {
        FieldType::Decimal { scale } => (*scale, None, None),
        FieldType::Reference { to } => (0, Some(to.clone()), None),
        FieldType::Organization => {
            let organizations = pack.playing("organization");
            (0, organizations.map(|it: &Register| it.id.clone()), None)
        }
        FieldType::Code { list } => (0, None, Some(list.clone())),
        _ => (0, None, None),
    };
    Column {
        field: field.id.clone(),
        word: field.kind.word().to_owned(),
        scale,
        target,
        list,
        required: field.required && field.computed.is_none(),
        unique: field.unique,
        many: field.many,
        hidden: false,
    }
}

fn names(table: &Table, faults: &mut Vec<Fault>) {
    let system: &[&str] = if table.parent.is_some() {
        &LINE_COLUMNS
    } else {
        &SYSTEM_COLUMNS
    };
    for column in &table.columns {
        // A field called `region` is the record's region itself.
        let is_region = table.region_field.as_deref() == Some("region") && column.field == "region";
        if system.contains(&column.field.as_str()) && !is_region {
            faults.push(Fault::SystemName {
                register: table.id.clone(),
                field: column.field.clone(),
            });
        }
    }
    let names = std::iter::once(&table.name).chain(table.columns.iter().map(|it| &it.field));
    for name in names.filter(|it| it.len() > tables::LONGEST_NAME) {
        faults.push(Fault::LongName {
            name: name.clone(),
            most: tables::LONGEST_NAME,
        });
    }
}
