//! What may stand in a pack's files, as tables.
//!
//! Owns the shape of every kind of declaration ([`tables`], [`demo`]) and the one walk that holds a file against them
//! ([`validate`]): unknown keys, missing keys, wrong types, words outside a choice, texts that are no day or number.
//! The JSON Schema is made from the same tables. Leaves names that point elsewhere to [`crate::check`].
//!
//! Invariant: whoever reads a node after [`validate`] found nothing may rely on its shape.

pub(crate) mod demo;
mod filing;
mod lifecycle;
mod publication;
pub(crate) mod tables;

use jiff::civil::Date;
use quanyu_core::{period::Period, region::RegionCode, typed};
use rust_decimal::Decimal;
use std::str::FromStr;
use toml::de::DeValue;

use crate::{
    diagnostic::Diagnostic,
    faults::{self, Noun},
    node::Node,
    pattern,
};

/// The shape of a value.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Shape {
    /// A string.
    Word,
    /// An identifier.
    Id,
    /// A string or a table `{ zh, en }`.
    Text,
    /// `true` or `false`.
    Flag,
    /// A whole number between two.
    Whole(i64, i64),
    /// A number, or a string that people read as one.
    Number,
    /// A day.
    Day,
    /// A day or `first/last`.
    Days,
    /// A period.
    Period,
    /// A region code.
    Region,
    /// A regular expression.
    Pattern,
    /// What a workbook cell holds: string, number, flag or day.
    Cell,
    /// One of some words.
    Choice(&'static [&'static str]),
    /// An array.
    List(&'static Shape),
    /// An array of that many.
    Tuple(usize, &'static Shape),
    /// One, or an array.
    OneOrMore(&'static Shape),
    /// A table with known keys.
    Table(&'static [Key]),
    /// A string, or a table with known keys.
    WordOr(&'static [Key]),
    /// A cell, or a table with known keys.
    CellOr(&'static [Key]),
    /// A table whose keys are identifiers.
    Map(&'static Shape),
    /// A table with any keys.
    AnyMap(&'static Shape),
}

/// A key of a table.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Key {
    /// The key.
    pub name: &'static str,
    /// What stands behind it.
    pub shape: Shape,
    /// Whether it must be there (not asked of tables with `extend = true`).
    pub needed: bool,
    /// What it means, for editors.
    pub doc: &'static str,
}

/// Holds a value against a shape and tells everything that is wrong with it.
pub(crate) fn validate(node: Node<'_>, shape: &Shape, faults: &mut Vec<Diagnostic>) {
    let found = node.value.get_ref();
    let fits = match shape {
        Shape::Word | Shape::Id | Shape::Pattern | Shape::Region | Shape::Choice(_) => {
            found.is_str()
        }
        Shape::Days | Shape::Day => found.is_str() || found.is_datetime(),
        Shape::Period => found.is_str() || found.is_integer(),
        Shape::Text | Shape::WordOr(_) => found.is_str() || found.is_table(),
        Shape::Flag => found.is_bool(),
        Shape::Whole(..) => found.is_integer(),
        Shape::Number => found.is_str() || found.is_integer() || found.is_float(),
        Shape::Cell => !found.is_array() && !found.is_table(),
        Shape::CellOr(_) => !found.is_array(),
        Shape::List(_) | Shape::Tuple(..) => found.is_array(),
        Shape::OneOrMore(_) => true,
        Shape::Table(_) | Shape::Map(_) | Shape::AnyMap(_) => found.is_table(),
    };
    if !fits {
        faults.push(faults::wrong_type(
            node.at(),
            noun_of(shape),
            noun_found(found),
        ));
        return;
    }
    match shape {
        Shape::Table(keys) => validate_keys(node, keys, faults),
        Shape::WordOr(keys) | Shape::CellOr(keys) if found.is_table() => {
            validate_keys(node, keys, faults)
        }
        Shape::Text if found.is_table() => validate_keys(node, tables::TEXT, faults),
        Shape::Map(shape) => {
            for (name, value) in node.entries() {
                if !is_identifier(name) {
                    faults.push(faults::bad_identifier(value.name, name));
                }
                validate(value, shape, faults);
            }
        }
        Shape::AnyMap(shape) => node
            .entries()
            .iter()
            .for_each(|(_, value)| validate(*value, shape, faults)),
        Shape::List(shape) => node
            .items()
            .iter()
            .for_each(|it| validate(*it, shape, faults)),
        Shape::Tuple(length, shape) => {
            let items = node.items();
            if items.len() != *length {
                let wanted = length.to_string();
                faults.push(faults::out_of_range(
                    node.at(),
                    &items.len().to_string(),
                    &wanted,
                    &wanted,
                ));
            }
            items.iter().for_each(|it| validate(*it, shape, faults));
        }
        Shape::OneOrMore(shape) => node
            .items()
            .iter()
            .for_each(|it| validate(*it, shape, faults)),
        _ => faults.extend(scalar(node, shape)),
    }
}

/// The fault of a value of the right type.
fn scalar(node: Node<'_>, shape: &Shape) -> Option<Diagnostic> {
    let at = node.at();
    match shape {
        Shape::Id => {
            let word = node.str()?;
            (!is_identifier(word)).then(|| faults::bad_identifier(at, word))
        }
        Shape::Whole(low, high) => {
            let fine = node
                .as_whole()
                .is_some_and(|it| (*low..=*high).contains(&it));
            (!fine).then(|| {
                let text = node
                    .value
                    .get_ref()
                    .as_integer()
                    .map(ToString::to_string)
                    .unwrap_or_default();
                faults::out_of_range(at, &text, &low.to_string(), &high.to_string())
            })
        }
        Shape::Number => match node.value.get_ref() {
            DeValue::String(text) => match typed::number(text) {
                Ok(Some(_)) => None,
                Ok(None) => Some(faults::not_a_number(at, text, "write a number")),
                Err(error) => Some(faults::not_a_number(at, text, &error.to_string())),
            },
            _ => node
                .as_number()
                .is_none()
                .then(|| faults::not_a_number(at, &raw(node), "write digits and a point")),
        },
        Shape::Cell | Shape::CellOr(_) => node
            .cell()
            .is_none()
            .then(|| faults::not_a_number(at, &raw(node), "write digits and a point")),
        Shape::Day => node
            .as_day()
            .is_none()
            .then(|| faults::not_a_day(at, &raw(node))),
        Shape::Days => days(node)
            .is_none()
            .then(|| faults::not_a_day(at, &raw(node))),
        Shape::Period => {
            let text = node.cell()?;
            text.parse::<Period>()
                .is_err()
                .then(|| faults::not_a_period(at, &text))
        }
        Shape::Region => {
            let text = node.str()?;
            text.parse::<RegionCode>()
                .is_err()
                .then(|| faults::not_a_region(at, text))
        }
        Shape::Pattern => {
            let text = node.str()?;
            let why = pattern::whole(text).err()?.to_string();
            // The last line says what, those before draw the anchored expression.
            let why = why
                .lines()
                .last()
                .unwrap_or_default()
                .trim_start_matches("error: ");
            Some(faults::not_a_pattern(at, text, why))
        }
        Shape::Choice(words) => {
            let word = node.str()?;
            (!words.contains(&word)).then(|| faults::not_a_choice(at, word, words))
        }
        _ => None,
    }
}

fn raw(node: Node<'_>) -> String {
    node.str()
        .or_else(|| node.source.get(node.value.span()))
        .unwrap_or_default()
        .to_owned()
}

fn validate_keys(node: Node<'_>, keys: &[Key], faults: &mut Vec<Diagnostic>) {
    for (name, value) in node.entries() {
        match keys.iter().find(|it| it.name == name) {
            Some(key) => validate(value, &key.shape, faults),
            None => {
                let valid: Vec<_> = keys.iter().map(|it| it.name).collect();
                faults.push(faults::unknown_key(value.name, name, &valid));
            }
        }
    }
    if node.flag("extend") == Some(true) {
        return;
    }
    for key in keys
        .iter()
        .filter(|it| it.needed && node.get(it.name).is_none())
    {
        let at = if node.name.end > node.name.start {
            node.name
        } else {
            node.at()
        };
        faults.push(faults::missing_key(at, key.name));
    }
}

/// A day, or the days from a first to a last one.
pub(crate) fn days(node: Node<'_>) -> Option<Vec<Date>> {
    if let Some(day) = node.as_day() {
        return Some(vec![day]);
    }
    let (first, last) = node.str()?.split_once('/')?;
    let (first, last) = (Date::from_str(first).ok()?, Date::from_str(last).ok()?);
    // A year has 366 days: more is a slip of the hand, and must not fill the memory.
    let fine = first <= last && (last - first).get_days() < 366;
    fine.then(|| {
        first
            .series(jiff::Span::new().days(1))
            .take_while(|day| *day <= last)
            .collect()
    })
}

/// Whether a word is `snake_case` ASCII.
pub(crate) fn is_identifier(word: &str) -> bool {
    let mut bytes = word.bytes();
    bytes.next().is_some_and(|it| it.is_ascii_lowercase())
        && bytes.all(|it| it.is_ascii_lowercase() || it.is_ascii_digit() || it == b'_')
        // PostgreSQL cuts names at 63 bytes; tables are `r_<register>_<lines>`.
        && word.len() <= 40
}

fn noun_of(shape: &Shape) -> Noun {
    match shape {
        Shape::Word | Shape::Id | Shape::Pattern | Shape::Region | Shape::Choice(_) => {
            Noun("文字", "a string")
        }
        Shape::Text => Noun("文字或 { zh, en }", "a string or { zh, en }"),
        Shape::WordOr(_) => Noun("文字或表", "a string or a table"),
        Shape::Flag => Noun("true 或 false", "true or false"),
        Shape::Whole(..) => Noun("整数", "a whole number"),
        Shape::Number => Noun("数", "a number"),
        Shape::Day | Shape::Days => Noun("日期", "a day"),
        Shape::Period => Noun("时期", "a period"),
        Shape::Cell => Noun("文字、数或日期", "a string, number or day"),
        Shape::CellOr(_) => Noun("文字、数、日期或表", "a string, number, day or table"),
        Shape::List(_) | Shape::Tuple(..) | Shape::OneOrMore(_) => Noun("数组", "an array"),
        Shape::Table(_) | Shape::Map(_) | Shape::AnyMap(_) => Noun("表", "a table"),
    }
}

fn noun_found(value: &DeValue<'_>) -> Noun {
    match value {
        DeValue::String(_) => Noun("文字", "a string"),
        DeValue::Integer(_) => Noun("整数", "a whole number"),
        DeValue::Float(_) => Noun("小数", "a decimal number"),
        DeValue::Boolean(_) => Noun("true 或 false", "true or false"),
        DeValue::Datetime(_) => Noun("日期", "a day"),
        DeValue::Array(_) => Noun("数组", "an array"),
        DeValue::Table(_) => Noun("表", "a table"),
    }
}

/// A decimal from a node's cell, for callers that already know the shape.
pub(crate) fn decimal(node: Node<'_>) -> Decimal {
    node.as_number().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use toml::{Spanned, de::DeTable};

    use super::*;

    #[test]
    fn every_example_of_the_page_for_writers_has_the_shape_it_shows() {
        let page = include_str!("../grammar.md");
        let examples: Vec<_> = page
            .split("```toml\n")
            .skip(1)
            .filter_map(|it| it.split("```").next())
            .collect();
        assert!(examples.len() >= 8, "{} examples", examples.len());
        for example in examples {
            let tree = DeTable::parse(example).unwrap_or_else(|it| panic!("{it}\n{example}"));
            let tree = Spanned::new(tree.span(), DeValue::Table(tree.into_inner()));
            let keys = if example.contains("extends =") {
                tables::PACK
            } else {
                tables::FILE
            };
            let mut faults = Vec::new();
            validate(
                Node::root(0, example, &tree),
                &Shape::Table(keys),
                &mut faults,
            );
            let told: Vec<_> = faults.iter().map(|it| it.en.as_str()).collect();
            assert!(told.is_empty(), "{told:?}\n{example}");
        }
    }

    #[test]
    fn days_are_counted_from_first_to_last() {
        #[rustfmt::skip]
        let cases = [
            ("2023-01-21",            Some(1)),
            ("2023-01-21/2023-01-27", Some(7)),
            ("2023-12-30/2024-01-01", Some(3)),
            ("2023-01-27/2023-01-21", None),
            ("2023-01-01/2033-01-01", None),
            ("2023-02-30",            None),
        ];
        for (text, count) in cases {
            let source = format!("day = \"{text}\"");
            let tree = DeTable::parse(&source).unwrap();
            let tree = Spanned::new(tree.span(), DeValue::Table(tree.into_inner()));
            let node = Node::root(0, &source, &tree).get("day").unwrap();
            assert_eq!(days(node).map(|it| it.len()), count, "{text}");
        }
    }
}
