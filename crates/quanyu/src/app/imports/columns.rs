//! Columns of a sheet and fields of a register: which is which, by title and synonyms.
//!
//! Owns the likeness of heads: width, blanks and brackets do not count, the unit is taken off before.

use quanyu_core::typed;
use quanyu_documents::workbook;
use quanyu_pack::model::{Field, Register};

/// Which columns are taken, and which are not.
#[derive(Clone, Debug, Default)]
pub struct Mapping {
    /// Columns that fit a field.
    pub columns: Vec<Column>,
    /// Heads that fit none, or a field that another column has already.
    pub ignored: Vec<String>,
    /// Required fields without a column.
    pub missing: Vec<String>,
    /// Heads of all columns of the sheet.
    pub heads: Vec<String>,
}

/// A column that fits a field.
#[derive(Clone, Debug)]
pub struct Column {
    /// Place among the sheet's columns.
    pub place: usize,
    /// Letters in the sheet (A, B …).
    pub letters: String,
    /// The head as it stands.
    pub head: String,
    /// The unit of the head, or of the whole table.
    pub unit: Option<String>,
    /// The field.
    pub field: Field,
}

/// Every head that a column of the register may have.
pub(super) fn heads(register: &Register) -> Vec<String> {
    register.fields.iter().flat_map(names).collect()
}

fn names(field: &Field) -> Vec<String> {
    let mut names = vec![field.title.zh.clone(), field.id.clone()];
    names.extend(field.title.en.clone());
    names.extend(field.synonyms.iter().cloned());
    names
}

/// Brings columns and fields together.
pub(super) fn map(
    register: &Register,
    columns: &[workbook::Column],
    table_unit: Option<&str>,
) -> Mapping {
    let mut mapping = Mapping {
        heads: columns.iter().map(|it| it.header.clone()).collect(),
        ..Mapping::default()
    };
    for (place, column) in columns.iter().enumerate() {
        if column.header.trim().is_empty() {
            continue;
        }
        let found = find(register, column);
        let free = found.filter(|field| !mapping.columns.iter().any(|it| it.field.id == field.id));
        match free {
            Some(field) => mapping.columns.push(Column {
                place,
                letters: column.letters(),
                head: column.header.clone(),
                unit: column
                    .unit
                    .clone()
                    .or_else(|| table_unit.map(str::to_owned)),
                field: field.clone(),
            }),
            None => mapping.ignored.push(column.header.clone()),
        }
    }
    let has = |id: &str| mapping.columns.iter().any(|it| it.field.id == id);
    let missing = register
        .fields
        .iter()
        .filter(|it| it.required && it.computed.is_none() && !has(&it.id));
    mapping.missing = missing.map(|it| it.title.zh.clone()).collect();
    mapping
}

/// The field of a column: by its name, by its whole head, or by the lowest part of a head of several rows.
fn find<'a>(register: &'a Register, column: &workbook::Column) -> Option<&'a Field> {
    let lowest = column.name.rsplit('/').next().unwrap_or_default();
    [column.name.as_str(), column.header.as_str(), lowest]
        .into_iter()
        .find_map(|head| {
            let head = bare(head);
            let mut fields = register.fields.iter().filter(|it| it.computed.is_none());
            fields.find(|field| names(field).iter().any(|name| bare(name) == head))
        })
}

/// A head without what people write differently each time.
fn bare(head: &str) -> String {
    let plain = typed::plain(head).to_lowercase();
    plain
        .chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, '*' | '(' | ')' | ':' | '_' | '、' | '/'))
        .collect()
}
