//! The one table of functions, operators, casts and parts of dates that packs may use.
//!
//! What is not named here is refused. Keep `grammar.md`, section SQL, the same.

use sqlparser::ast::{BinaryOperator, DataType, DateTimeField, ExactNumberInfo, UnaryOperator};

use super::types::Kind;

/// Where a function may stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// On one row.
    Row,
    /// Over a group, or over a window.
    Group,
    /// Only over a window.
    Window,
}

/// What arguments a function takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Takes {
    /// Anything.
    Any,
    /// Numbers.
    Numbers,
    /// Texts.
    Texts,
    /// A text, then whole numbers.
    TextThenNumbers,
    /// Values that can be compared with each other.
    Alike,
}

/// What a function gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Gives {
    /// The type of its arguments.
    Same,
    /// Always this.
    Always(Kind),
}

/// A function.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Function {
    /// Its name.
    pub name: &'static str,
    /// Where it may stand.
    pub place: Place,
    /// Fewest and most arguments.
    pub count: (usize, usize),
    /// What it takes.
    pub takes: Takes,
    /// What it gives.
    pub gives: Gives,
}

const fn row(name: &'static str, count: (usize, usize), takes: Takes, gives: Gives) -> Function {
    Function {
        name,
        place: Place::Row,
        count,
        takes,
        gives,
    }
}

const fn group(name: &'static str, takes: Takes, gives: Gives) -> Function {
    Function {
        name,
        place: Place::Group,
        count: (1, 1),
        takes,
        gives,
    }
}

const fn window(name: &'static str, count: (usize, usize), gives: Gives) -> Function {
    Function {
        name,
        place: Place::Window,
        count,
        takes: Takes::Any,
        gives,
    }
}

/// Arguments without an upper bound.
const MANY: usize = 100;

/// All functions.
#[rustfmt::skip]
pub(crate) const FUNCTIONS: &[Function] = &[
    row("coalesce",    (1, MANY), Takes::Alike,           Gives::Same),
    row("nullif",      (2, 2),    Takes::Alike,           Gives::Same),
    row("greatest",    (1, MANY), Takes::Alike,           Gives::Same),
    row("least",       (1, MANY), Takes::Alike,           Gives::Same),
    row("abs",         (1, 1),    Takes::Numbers,         Gives::Same),
    row("round",       (1, 2),    Takes::Numbers,         Gives::Same),
    row("floor",       (1, 1),    Takes::Numbers,         Gives::Same),
    row("ceil",        (1, 1),    Takes::Numbers,         Gives::Same),
    row("ratio",       (2, 2),    Takes::Numbers,         Gives::Always(Kind::Decimal)),
    row("lower",       (1, 1),    Takes::Texts,           Gives::Always(Kind::Text)),
    row("upper",       (1, 1),    Takes::Texts,           Gives::Always(Kind::Text)),
    row("trim",        (1, 1),    Takes::Texts,           Gives::Always(Kind::Text)),
    row("length",      (1, 1),    Takes::Texts,           Gives::Always(Kind::Int)),
    row("substr",      (2, 3),    Takes::TextThenNumbers, Gives::Always(Kind::Text)),
    row("replace",     (3, 3),    Takes::Texts,           Gives::Always(Kind::Text)),
    row("concat",      (1, MANY), Takes::Any,             Gives::Always(Kind::Text)),
    row("starts_with", (2, 2),    Takes::Texts,           Gives::Always(Kind::Bool)),
    row("strpos",      (2, 2),    Takes::Texts,           Gives::Always(Kind::Int)),
    group("count",                Takes::Any,             Gives::Always(Kind::Int)),
    group("sum",                  Takes::Numbers,         Gives::Same),
    group("avg",                  Takes::Numbers,         Gives::Always(Kind::Decimal)),
    group("min",                  Takes::Any,             Gives::Same),
    group("max",                  Takes::Any,             Gives::Same),
    window("row_number",  (0, 0), Gives::Always(Kind::Int)),
    window("rank",        (0, 0), Gives::Always(Kind::Int)),
    window("dense_rank",  (0, 0), Gives::Always(Kind::Int)),
    window("lag",         (1, 2), Gives::Same),
    window("lead",        (1, 2), Gives::Same),
    window("first_value", (1, 1), Gives::Same),
    window("last_value",  (1, 1), Gives::Same),
];

/// What an operator does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operation {
    /// Numbers, or a date and an interval.
    Sum,
    /// Numbers.
    Product,
    /// Texts.
    Join,
    /// Two of a kind.
    Compare,
    /// Yes and no.
    Logic,
}

/// The operator, where it is allowed.
pub(crate) fn operation(op: &BinaryOperator) -> Option<Operation> {
    use BinaryOperator as Op;
    Some(match op {
        Op::Plus | Op::Minus => Operation::Sum,
        Op::Multiply | Op::Divide | Op::Modulo => Operation::Product,
        Op::StringConcat => Operation::Join,
        Op::Eq | Op::NotEq | Op::Lt | Op::LtEq | Op::Gt | Op::GtEq => Operation::Compare,
        Op::And | Op::Or => Operation::Logic,
        _ => return None,
    })
}

/// Whether a sign in front is allowed.
pub(crate) fn sign(op: UnaryOperator) -> Option<Operation> {
    match op {
        UnaryOperator::Minus | UnaryOperator::Plus => Some(Operation::Product),
        UnaryOperator::Not => Some(Operation::Logic),
        _ => None,
    }
}

/// What a cast gives, where it is allowed.
pub(crate) fn cast(to: &DataType) -> Option<Kind> {
    match to {
        DataType::BigInt(None) => Some(Kind::Int),
        DataType::Decimal(ExactNumberInfo::PrecisionAndScale(precision, scale))
            if *precision <= 38 && (0..=12).contains(scale) =>
        {
            Some(Kind::Decimal)
        }
        DataType::Text => Some(Kind::Text),
        DataType::Date => Some(Kind::Date),
        _ => None,
    }
}

/// Whether a part of a date can be asked for.
pub(crate) fn date_part(field: &DateTimeField) -> bool {
    matches!(
        field,
        DateTimeField::Year | DateTimeField::Quarter | DateTimeField::Month | DateTimeField::Day
    )
}

/// Whether an interval can be in this unit.
pub(crate) fn interval_unit(field: &DateTimeField) -> bool {
    matches!(
        field,
        DateTimeField::Year | DateTimeField::Month | DateTimeField::Day
    )
}
