//! The number as it was printed: its value, the unit of its last digit, the step of its last digit that is not zero.
//!
//! Owns how fine a printed number is. Invariant: `unit` and `step` are above zero.

use rust_decimal::Decimal;

use crate::{
    read::{Mention, Value},
    rounding::rounded,
};

/// A printed number, in base units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Printed {
    /// What it says.
    pub value: Decimal,
    /// The other end of a range.
    pub high: Option<Decimal>,
    /// One unit of its last digit: 68.3亿 has 0.1亿.
    pub unit: Decimal,
    /// One unit of its last digit that is not zero: 180 has 10.
    pub step: Decimal,
}

impl Printed {
    /// The number of a mention; `None` where it gives none.
    #[must_use]
    pub fn of(mention: &Mention) -> Option<Self> {
        let (value, high) = match mention.value {
            Value::None => return None,
            Value::One(value) => (value, None),
            Value::Range(low, high) => (low, Some(high)),
        };
        let unit = unit_of(&mention.text, value.abs());
        Some(Self {
            value,
            high,
            unit,
            step: step(value.abs(), unit),
        })
    }

    /// A number with its fineness, for values that no text printed.
    #[must_use]
    pub fn exact(value: Decimal, unit: Decimal) -> Self {
        Self {
            value,
            high: None,
            unit,
            step: step(value.abs(), unit),
        }
    }

    /// The values that print as this number.
    #[must_use]
    pub fn span(&self) -> (Decimal, Decimal) {
        let half = self.unit / Decimal::TWO;
        (self.value - half, self.high.unwrap_or(self.value) + half)
    }

    /// `value` rounded as finely as this number, half away from zero.
    #[must_use]
    pub fn round(&self, value: Decimal) -> Decimal {
        rounded(value, self.unit)
    }
}

/// A character without its full width.
pub(crate) fn narrow(ch: char) -> char {
    match ch {
        '\u{ff01}'..='\u{ff5e}' => {
            char::from_u32(ch as u32 - 0xfee0).expect("the block is as long as ASCII's")
        }
        '\u{3000}' => ' ',
        ch => ch,
    }
}

/// One unit of the last digit printed.
fn unit_of(text: &str, value: Decimal) -> Decimal {
    let chars: Vec<char> = text.chars().map(narrow).collect();
    let Some(from) = chars.iter().position(char::is_ascii_digit) else {
        return han_unit(value);
    };
    let mut digits = String::new();
    let mut places = 0u32;
    let mut at = from;
    while let Some(&ch) = chars.get(at) {
        let next = chars.get(at + 1).is_some_and(char::is_ascii_digit);
        match ch {
            '0'..='9' => {
                digits.push(ch);
                places += u32::from(digits.contains('.'));
            }
            ',' if next => {}
            '.' if next && !digits.contains('.') => digits.push('.'),
            ' ' if next => {}
            _ => break,
        }
        at += 1;
    }
    // 2/3: four places, as the reader keeps it.
    let fraction = matches!(chars.get(at), Some('/' | '∶' | '／')) && value < Decimal::ONE;
    let printed: Decimal = digits.parse().unwrap_or_default();
    if fraction || printed.is_zero() || value.is_zero() {
        let percent = chars.contains(&'%') || fraction;
        return Decimal::new(
            1,
            if percent {
                places + 2 + 2 * u32::from(fraction)
            } else {
                places
            },
        );
    }
    let scale = value / printed;
    let unit = (scale * Decimal::new(1, places)).normalize();
    if unit > Decimal::ZERO {
        unit
    } else {
        Decimal::ONE
    }
}

/// Numbers in characters: whole ones are exact, parts have their own places.
fn han_unit(value: Decimal) -> Decimal {
    let value = value.normalize();
    if value.scale() > 0 {
        Decimal::new(1, value.scale().min(20))
    } else {
        Decimal::ONE
    }
}

fn step(value: Decimal, unit: Decimal) -> Decimal {
    let mut step = unit;
    if value.is_zero() {
        return step;
    }
    let ten = Decimal::TEN;
    while ((value / step) % ten).is_zero() && step < value {
        step *= ten;
    }
    step
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::{Hints, Lexicon, read_text};

    #[test]
    fn a_printed_number_is_as_fine_as_its_last_digit() {
        #[rustfmt::skip]
        let cases = [
            ("成交额68.3亿元",   "6830000000", "10000000", "10000000"),
            ("成交额68亿元",     "6800000000", "100000000", "100000000"),
            ("成交额2400亿元",   "240000000000", "100000000", "10000000000"),
            ("增长25%",          "0.25", "0.01", "0.01"),
            ("增长25.0%",        "0.25", "0.001", "0.01"),
            ("提升0.26个百分点", "0.0026", "0.0001", "0.0001"),
            ("泊位2.84万个",     "28400", "100", "100"),
            ("走访1,024家企业",  "1024", "1", "1"),
            ("企业180家",        "180", "1", "10"),
            ("占全市2/3",        "0.6667", "0.0001", "0.0001"),
            ("下降3.5%",         "-0.035", "0.001", "0.001"),
        ];
        for (text, value, unit, step) in cases {
            let text = format!("某区2023年工作总结\n一、2023年工作\n全年{text}。");
            let read = read_text(&text, &Lexicon::empty(), &Hints::default());
            let mention = read
                .mentions
                .iter()
                .rfind(|it| it.kind.is_figure())
                .unwrap();
            let printed = Printed::of(mention).unwrap();
            let told =
                [printed.value, printed.unit, printed.step].map(|it| it.normalize().to_string());
            assert_eq!(told, [value, unit, step], "{text}");
        }
    }
}
