//! Cells as they stand in a sheet.

use std::fmt;

use jiff::civil::DateTime;
use rust_decimal::{Decimal, prelude::FromPrimitive};

/// One cell.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Cell {
    /// Nothing there.
    #[default]
    Empty,
    /// Text as typed, a number typed as text included.
    Text(String),
    /// A number: the digits of the file, or rounded to 15 where the file has the noise of binary fractions.
    Number(Decimal),
    /// A number shown with a percent sign; the value is the fraction (`25%` is 0.25).
    Percent(Decimal),
    /// A number shown as a date or time.
    Date(DateTime),
    /// TRUE or FALSE.
    Bool(bool),
    /// A formula that did not give a value.
    Error(FormulaError),
}

/// What a formula gave instead of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum FormulaError {
    /// `#DIV/0!`
    Div0,
    /// `#N/A`
    NotAvailable,
    /// `#NAME?`
    Name,
    /// `#NULL!`
    Null,
    /// `#NUM!`
    Num,
    /// `#REF!`
    Ref,
    /// `#VALUE!`
    Value,
    /// The file holds the formula and no result: it was made by a program that does not calculate.
    NotCalculated,
    /// Any other (`#SPILL!`, `#CALC!`, `#GETTING_DATA` …).
    Other,
}

impl FormulaError {
    /// The error that a sheet shows as `text`.
    pub(crate) fn shown_as(text: &str) -> Self {
        match text.trim() {
            "#DIV/0!" => Self::Div0,
            "#N/A" => Self::NotAvailable,
            "#NAME?" => Self::Name,
            "#NULL!" => Self::Null,
            "#NUM!" => Self::Num,
            "#REF!" => Self::Ref,
            "#VALUE!" => Self::Value,
            _ => Self::Other,
        }
    }
}

impl fmt::Display for FormulaError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Div0 => "#DIV/0!",
            Self::NotAvailable => "#N/A",
            Self::Name => "#NAME?",
            Self::Null => "#NULL!",
            Self::Num => "#NUM!",
            Self::Ref => "#REF!",
            Self::Value => "#VALUE!",
            Self::NotCalculated => "#?",
            Self::Other => "#ERROR",
        })
    }
}

impl Cell {
    /// Whether nothing is there; blanks count as nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        match self {
            Self::Empty => true,
            Self::Text(text) => text.chars().all(char::is_whitespace),
            _ => false,
        }
    }

    /// What the cell says, for messages and for reading as text: numbers with their digits, dates as `2023-05-01`.
    #[must_use]
    pub fn said(&self) -> String {
        match self {
            Self::Empty => String::new(),
            Self::Text(text) => text.clone(),
            Self::Number(value) => value.to_string(),
            Self::Percent(value) => format!("{}%", (value * Decimal::ONE_HUNDRED).normalize()),
            Self::Date(at) if at.time() == jiff::civil::Time::midnight() => at.date().to_string(),
            Self::Date(at) => at.strftime("%Y-%m-%d %H:%M:%S").to_string(),
            Self::Bool(true) => "TRUE".to_owned(),
            Self::Bool(false) => "FALSE".to_owned(),
            Self::Error(error) => error.to_string(),
        }
    }
}

/// The decimal behind the text of a number in a file; `None` for text that is no number, or one out of range.
pub(crate) fn decimal(text: &str) -> Option<Decimal> {
    let bytes = text.as_bytes();
    // Up to 18 plain digits fit an i64: by far the most cells, so the way without allocation comes first.
    if bytes.len() <= 19 {
        let (sign, digits) = match bytes {
            [b'-', rest @ ..] => (-1, rest),
            rest => (1, rest),
        };
        let (mut units, mut scale, mut seen) = (0_i64, None, 0_u32);
        let plain = !digits.is_empty()
            && digits.iter().all(|b| match b {
                b'0'..=b'9' => {
                    seen += u32::from(units != 0 || *b != b'0');
                    units = units.wrapping_mul(10).wrapping_add(i64::from(b - b'0'));
                    scale = scale.map(|it: u32| it + 1);
                    true
                }
                b'.' if scale.is_none() => {
                    scale = Some(0);
                    true
                }
                _ => false,
            });
        if plain && (seen <= 15 || scale.is_none() && seen <= 18) {
            return Some(Decimal::new(sign * units, scale.unwrap_or(0)).normalize());
        }
    }
    if bytes.iter().all(|b| b.is_ascii_digit() || *b == b'-') {
        return text.parse().ok();
    }
    from_float(text.parse().ok()?)
}

/// A binary fraction as people mean it: 15 significant digits, as spreadsheets show.
pub(crate) fn from_float(value: f64) -> Option<Decimal> {
    if !value.is_finite() {
        return None;
    }
    let rounded = format!("{value:.14e}");
    Decimal::from_scientific(&rounded)
        .ok()
        .or_else(|| Decimal::from_f64(value))
        .map(|it| it.normalize())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_the_digits_of_the_file_without_binary_noise() {
        let cases = [
            ("0", Some("0")),
            ("-12.50", Some("-12.5")),
            ("0.30000000000000004", Some("0.3")),
            ("1234.5600000000001", Some("1234.56")),
            ("6800000000.12", Some("6800000000.12")),
            ("123456789012345678", Some("123456789012345678")),
            ("91370200000000000123", Some("91370200000000000123")),
            ("1.5E-3", Some("0.0015")),
            ("3.7E+17", Some("370000000000000000")),
            ("1E+300", None),
            ("", None),
            ("-", None),
            ("1.2.3", None),
            ("NaN", None),
        ];
        for (text, wanted) in cases {
            assert_eq!(
                decimal(text).map(|it| it.to_string()).as_deref(),
                wanted,
                "`{text}`"
            );
        }
    }
}
