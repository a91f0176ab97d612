//! The tables of a pack: which columns expressions may name.
//!
//! Invariant: no column holds personal data.

use std::collections::BTreeMap;

use quanyu_core::columns::{ColumnKind, ColumnSpec};
use quanyu_pack::model::{Field, FieldType, Pack, Register};

/// The columns of a register that expressions may name, besides `id`.
pub(crate) fn register_columns(register: &Register) -> Vec<ColumnSpec> {
    let system = [
        ("region", ColumnKind::Text),
        ("owner_org", ColumnKind::Int),
        ("state", ColumnKind::Text),
    ];
    with_fields(&system, &register.fields)
}

fn with_fields(system: &[(&str, ColumnKind)], fields: &[Field]) -> Vec<ColumnSpec> {
    let mut columns: Vec<ColumnSpec> = system
        .iter()
        .map(|(name, kind)| ColumnSpec {
            name: (*name).to_owned(),
            kind: *kind,
        })
        .collect();
    for field in fields {
        // Personal data are in no dataset and no figure.
        if field.kind == FieldType::Person {
            continue;
        }
        if field.id != "id" && columns.iter().all(|it| it.name != field.id) {
            columns.push(ColumnSpec {
                name: field.id.clone(),
                kind: if field.many {
                    ColumnKind::Text
                } else {
                    field.kind.column()
                },
            });
        }
    }
    columns
}

/// All tables of a pack: registers, and `register_lines` for lines, which have `id` and `parent`.
pub(super) fn tables(pack: &Pack) -> BTreeMap<String, Vec<ColumnSpec>> {
    let mut tables = BTreeMap::new();
    for register in pack.registers.values() {
        tables.insert(register.id.clone(), register_columns(register));
        for lines in &register.lines {
            let columns = with_fields(&[("parent", ColumnKind::Int)], &lines.fields);
            tables.insert(format!("{}_{}", register.id, lines.id), columns);
        }
    }
    tables
}
