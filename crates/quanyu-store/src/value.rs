//! Values between a record and its columns.
//!
//! Owns which database value a field's value becomes: money is fen, a decimal is scaled to an integer, a date is ISO
//! text. Leaves what people type to the application.
//!
//! Invariant: what was stored is read back equal, on both databases; what a field cannot hold is refused, never rounded.

use std::str::FromStr as _;

use jiff::civil::Date;
use quanyu_core::{columns::ColumnKind, money::Money, value::Value};
use rust_decimal::Decimal;

use crate::{
    door::{Bind, Cell},
    error::StoreError,
    schema::Column,
};

/// The database's form of a value.
///
/// # Errors
/// [`StoreError::WrongValue`] where the field cannot hold it.
pub(crate) fn encode(register: &str, column: &Column, value: &Value) -> Result<Bind, StoreError> {
    let wrong = |reason| StoreError::WrongValue {
        register: register.to_owned(),
        field: column.field.clone(),
        value: value.canonical().unwrap_or_default(),
        reason,
    };
    if value.is_null() {
        return Ok(if column.is_int() {
            Bind::Int(None)
        } else {
            Bind::Text(None)
        });
    }
    match (column.kind(), value) {
        (ColumnKind::Text, Value::Text(text)) => {
            if text.is_empty() {
                return Err(wrong("nothing is known is not an empty text"));
            }
            if text.contains('\0') {
                return Err(wrong("a text without the character NUL"));
            }
            if column.many && !(text.len() > 2 && text.starts_with(';') && text.ends_with(';')) {
                return Err(wrong("several values are written as ;a;b;"));
            }
            Ok(Bind::Text(Some(text.clone())))
        }
        (ColumnKind::Int, Value::Int(int)) => Ok(Bind::Int(Some(*int))),
        (ColumnKind::YesNo, Value::Int(int @ (0 | 1))) => Ok(Bind::Int(Some(*int))),
        (ColumnKind::YesNo, _) => Err(wrong("1 is yes, 0 is no")),
        (ColumnKind::Money, Value::Money(money)) => Ok(Bind::Int(Some(money.fen()))),
        (ColumnKind::Decimal(scale), Value::Decimal(decimal)) => scaled(*decimal, scale)
            .map(|int| Bind::Int(Some(int)))
            .ok_or_else(|| wrong("more places or digits than the field has")),
        (ColumnKind::Decimal(scale), Value::Int(int)) => scaled(Decimal::from(*int), scale)
            .map(|int| Bind::Int(Some(int)))
            .ok_or_else(|| wrong("more digits than the field has")),
        (ColumnKind::Date, Value::Date(date)) => Ok(Bind::Text(Some(date.to_string()))),
        _ => Err(wrong("a value of another type")),
    }
}

/// A decimal times ten to `scale`, where that is a whole number that fits.
fn scaled(decimal: Decimal, scale: u8) -> Option<i64> {
    let decimal = decimal.normalize();
    let missing = u32::from(scale).checked_sub(decimal.scale())?;
    let whole = decimal
        .mantissa()
        .checked_mul(10_i128.checked_pow(missing)?)?;
    i64::try_from(whole).ok()
}

/// The value of a database's cell.
pub(crate) fn decode(column: &Column, cell: Cell) -> Result<Value, StoreError> {
    Ok(match (column.kind(), cell) {
        (_, Cell::Null) => Value::Null,
        (ColumnKind::Text, Cell::Text(text)) => Value::Text(text),
        (ColumnKind::Int | ColumnKind::YesNo, Cell::Int(int)) => Value::Int(int),
        (ColumnKind::Money, Cell::Int(int)) => Value::Money(Money::from_fen(int)),
        (ColumnKind::Decimal(scale), Cell::Int(int)) => {
            Value::Decimal(Decimal::new(int, u32::from(scale)).normalize())
        }
        (ColumnKind::Date, Cell::Text(text)) => Value::Date(
            Date::from_str(&text)
                .map_err(|_| StoreError::Unreadable(format!("`{text}` in `{}`", column.field)))?,
        ),
        (kind, cell) => {
            return Err(StoreError::Unreadable(format!(
                "{cell:?} in `{}`, which is {kind:?}",
                column.field
            )));
        }
    })
}

/// The value of a canonical text, as the change chain holds it.
pub(crate) fn from_canonical(column: &Column, text: &str) -> Result<Value, StoreError> {
    let bad = || StoreError::Unreadable(format!("`{text}` in `{}`", column.field));
    Ok(match column.kind() {
        ColumnKind::Text => Value::Text(text.to_owned()),
        ColumnKind::Int | ColumnKind::YesNo => Value::Int(text.parse().map_err(|_| bad())?),
        ColumnKind::Money => Value::Money(text.parse().map_err(|_| bad())?),
        ColumnKind::Decimal(_) => Value::Decimal(Decimal::from_str_exact(text).map_err(|_| bad())?),
        ColumnKind::Date => Value::Date(Date::from_str(text).map_err(|_| bad())?),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decimal_is_scaled_or_refused_but_never_rounded() {
        #[rustfmt::skip]
        let cases = [
            ("12.5",  2, Some(1250)),
            ("-0.07", 2, Some(-7)),
            ("1.100", 1, Some(11)),
            ("1.15",  1, None),
            ("92233720368547758.07", 2, Some(i64::MAX)),
            ("92233720368547758.08", 2, None),
            ("0",     12, Some(0)),
        ];
        for (text, scale, want) in cases {
            let decimal = Decimal::from_str_exact(text).unwrap();
            assert_eq!(scaled(decimal, scale), want, "{text} at {scale}");
        }
    }
}
