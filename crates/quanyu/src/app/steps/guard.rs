//! Guards: whether the condition of a step holds for a record, and saying it to people.
//!
//! Owns the row that `quanyu-figures` is asked about. Invariant: what is unknown does not hold.

use jiff::civil::Date;
use quanyu_core::{
    columns::{Column, ColumnBatch, ColumnKind, ColumnSpec},
    text::{Language, Text},
    value::Value,
};
use quanyu_figures::Figures;
use quanyu_pack::model::{FieldType, Register};
use quanyu_store::records::{self, Record};
use rust_decimal::Decimal;

use crate::app::{AppError, Product, registers};

/// A condition in words, and the fields that it asks about with what the record says of each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explained {
    /// With the titles of fields for their names.
    pub words: String,
    /// Title and value of each field.
    pub found: Vec<(String, String)>,
}

/// Says a guard to people: what it asks, and what the record says.
///
/// # Errors
/// An unknown register or record.
pub async fn explained(
    product: &Product,
    register: &str,
    record: i64,
    guard: &str,
    language: Language,
) -> Result<Explained, AppError> {
    let declared = registers::declared(product, register)?;
    let mut tx = product.store.read().await?;
    let found = records::get(&mut tx, register, record).await?;
    let found = found.ok_or_else(|| super::no_record(register, record))?;
    let mut values: Vec<(String, String)> = Vec::new();
    for field in pieces(guard)
        .into_iter()
        .filter_map(|it| declared.field(it))
    {
        let title = field.title.get(language).to_owned();
        if !values.iter().any(|it| it.0 == title) {
            let value = found.value(&field.id);
            let cell = registers::cell(&mut tx, product, field, value, language).await?;
            values.push((title, cell.said));
        }
    }
    Ok(Explained {
        words: words(declared, guard, language),
        found: values,
    })
}

/// A condition in both languages.
pub(super) fn text(register: &Register, guard: &str) -> Text {
    Text {
        zh: words(register, guard, Language::Zh),
        en: Some(words(register, guard, Language::En)),
    }
}

/// A condition with the titles of fields for their names.
#[must_use]
pub fn words(register: &Register, guard: &str, language: Language) -> String {
    let named = |word| match register.field(word) {
        Some(field) => field.title.get(language).to_owned(),
        None => word.to_owned(),
    };
    let mut words: String = pieces(guard).into_iter().map(named).collect();
    let phrases = match language {
        Language::Zh => &[
            (" is not null", " 已填"),
            (" is null", " 未填"),
            (" and ", " 且 "),
            (" or ", " 或 "),
            (">=", "≥"),
            ("<=", "≤"),
            ("<>", "≠"),
        ][..],
        Language::En => &[(">=", "≥"), ("<=", "≤"), ("<>", "≠")][..],
    };
    for (from, to) in phrases {
        words = words.replace(from, to);
    }
    words
}

/// A text cut between names and what stands between them.
fn pieces(text: &str) -> Vec<&str> {
    let inside = |it: char| it.is_ascii_alphanumeric() || it == '_';
    let mut pieces = Vec::new();
    let mut start = 0;
    let mut was = None;
    for (place, it) in text.char_indices() {
        if was.is_some_and(|was| was != inside(it)) {
            pieces.push(&text[start..place]);
            start = place;
        }
        was = Some(inside(it));
    }
    pieces.push(&text[start..]);
    pieces
}

/// Whether a guard holds; what is unknown does not.
pub(in crate::app) async fn holds(
    figures: &Figures,
    register: &Register,
    record: &Record,
    guard: &str,
) -> Result<bool, AppError> {
    let Some(columns) = figures.guard_columns(&register.id) else {
        return Ok(false);
    };
    let cells = columns.iter().map(|it| cell(register, record, it));
    let row = ColumnBatch {
        ids: vec![record.id],
        columns: cells.collect(),
    };
    let holds = figures.holds(&register.id, guard, row).await?;
    Ok(holds == Some(true))
}

/// A value of a record as the column that rules read.
fn cell(register: &Register, record: &Record, spec: &ColumnSpec) -> Column {
    let field = register.field(&spec.name);
    let person = field.is_some_and(|it| it.kind == FieldType::Person);
    let text = |it: Option<String>| Column::Text(vec![it.filter(|_| !person)]);
    match (field, spec.name.as_str()) {
        (None, "region") => return text(Some(record.region.clone()).filter(|it| !it.is_empty())),
        (None, "state") => return text(record.state.clone()),
        (None, "owner_org") => return Column::Int(vec![record.owner_org]),
        _ => {}
    }
    let value = record.value(&spec.name);
    if spec.kind == ColumnKind::Text {
        return text(value.as_text().map(str::to_owned));
    }
    let int = match (value, spec.kind) {
        (Value::Int(int), ColumnKind::Decimal(scale)) => scaled(Decimal::from(*int), scale),
        (Value::Int(int), _) => Some(*int),
        (Value::Money(money), _) => Some(money.fen()),
        (Value::Decimal(decimal), ColumnKind::Decimal(scale)) => scaled(*decimal, scale),
        (Value::Date(day), _) => days(*day),
        _ => None,
    };
    Column::Int(vec![int])
}

fn scaled(decimal: Decimal, scale: u8) -> Option<i64> {
    let mut decimal = decimal;
    decimal.rescale(u32::from(scale));
    i64::try_from(decimal.mantissa()).ok()
}

fn days(day: Date) -> Option<i64> {
    let span = jiff::civil::date(1970, 1, 1).until(day).ok()?;
    Some(i64::from(span.get_days()))
}

#[cfg(test)]
mod tests {
    use super::pieces;

    #[test]
    fn a_condition_is_cut_at_its_names() {
        let cases = [
            (
                "closed_on >= visited_on",
                vec!["closed_on", " >= ", "visited_on"],
            ),
            ("(kind='a')", vec!["(", "kind", "='", "a", "')"]),
            ("x", vec!["x"]),
        ];
        for (text, want) in cases {
            assert_eq!(pieces(text), want, "{text}");
        }
    }
}
