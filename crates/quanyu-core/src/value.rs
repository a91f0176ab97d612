//! Values of fields, as registers store them and rules read them.
//!
//! Owns [`Value`] and its canonical text, which the change chain hashes. Leaves what a field allows to
//! `quanyu-pack`, what people type to the import.
//!
//! Invariant: a missing value is [`Value::Null`], never 0 or "".

use jiff::civil::Date;
use rust_decimal::Decimal;

use crate::money::Money;

/// One value of a field.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Value {
    /// Nothing is known.
    Null,
    /// Text, code, region, period, file name, web address.
    Text(String),
    /// Integer, reference (a record's id), yes/no as 1 and 0.
    Int(i64),
    /// A decimal of the field's scale.
    Decimal(Decimal),
    /// Money.
    Money(Money),
    /// A day.
    Date(Date),
}

impl Value {
    /// Text, or nothing where it is empty.
    pub fn text(text: impl Into<String>) -> Self {
        let text = text.into();
        if text.is_empty() {
            Self::Null
        } else {
            Self::Text(text)
        }
    }

    /// Whether nothing is known.
    #[must_use]
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// The canonical text: the same value always gives the same text, on both databases. `None` for nothing.
    #[must_use]
    pub fn canonical(&self) -> Option<String> {
        Some(match self {
            Self::Null => return None,
            Self::Text(text) => text.clone(),
            Self::Int(int) => int.to_string(),
            Self::Decimal(decimal) => decimal.normalize().to_string(),
            Self::Money(money) => money.to_string(),
            Self::Date(date) => date.to_string(),
        })
    }

    /// The text of a text value.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The integer of an integer value.
    #[must_use]
    pub fn as_int(&self) -> Option<i64> {
        match self {
            Self::Int(int) => Some(*int),
            _ => None,
        }
    }
}
