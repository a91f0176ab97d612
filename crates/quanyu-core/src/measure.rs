//! Units of figures, and how people say a value.
//!
//! Owns multipliers (万, 亿), base units and the printing of a value in the unit people use (`68.3亿元`, `25.0%`).
//!
//! Invariant: values are in base units (25% is 0.25, 68亿元 is 6800000000); only printing scales them.

use rust_decimal::{Decimal, RoundingStrategy};

/// The multiplier in front of a unit and the base unit: `万元` is (10000, `元`), `%` is (0.01, `1`).
///
/// Units that begin with a multiplier as part of their name (千瓦, 千克 …) are whole.
#[must_use]
pub fn split_unit(unit: &str) -> (Decimal, &str) {
    match unit {
        "%" | "％" | "个百分点" | "百分点" => return (Decimal::new(1, 2), "1"),
        "‰" => return (Decimal::new(1, 3), "1"),
        _ => {}
    }
    for (head, factor) in [
        ("万亿", 1_000_000_000_000_i64),
        ("千万", 10_000_000),
        ("百万", 1_000_000),
        ("亿", 100_000_000),
        ("万", 10_000),
    ] {
        if let Some(base) = unit.strip_prefix(head) {
            return (Decimal::from(factor), base);
        }
    }
    (Decimal::ONE, unit)
}

/// A value as people say it in `unit` with `digits` decimals, rounded half away from zero: (`68.3`, `亿元`).
#[must_use]
pub fn say(value: Decimal, unit: &str, digits: u32) -> (String, String) {
    let (factor, _) = split_unit(unit);
    let scaled =
        (value / factor).round_dp_with_strategy(digits, RoundingStrategy::MidpointAwayFromZero);
    (
        group(&format!("{scaled:.*}", digits as usize)),
        unit.to_owned(),
    )
}

/// The unit people would use for a value of a base unit: money from 亿 up in 亿元, from 万 up in 万元; ratios in %.
#[must_use]
pub fn handy(value: Decimal, base: &str) -> (String, u32) {
    let size = value.abs();
    match base {
        "1" => ("%".to_owned(), 1),
        "元" if size >= Decimal::from(100_000_000) => ("亿元".to_owned(), 2),
        "元" if size >= Decimal::from(10_000) => ("万元".to_owned(), 2),
        "元" => ("元".to_owned(), 2),
        _ if size >= Decimal::from(100_000) => (format!("万{base}"), 2),
        _ if value.fract().is_zero() => (base.to_owned(), 0),
        _ => (base.to_owned(), 2),
    }
}

/// Thousands grouped with commas.
fn group(number: &str) -> String {
    let (sign, rest) = number
        .strip_prefix('-')
        .map_or(("", number), |rest| ("-", rest));
    let (whole, fraction) = rest
        .split_once('.')
        .map_or((rest, None), |(w, f)| (w, Some(f)));
    let mut out = String::from(sign);
    for (place, digit) in whole.chars().enumerate() {
        if place > 0 && (whole.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    if let Some(fraction) = fraction {
        out.push('.');
        out.push_str(fraction);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_said_in_the_unit_of_people() {
        let cases = [
            ("6830000000", "亿元", 1, "68.3"),
            ("0.25", "%", 1, "25.0"),
            ("0.0026", "个百分点", 2, "0.26"),
            ("12345", "家", 0, "12,345"),
            ("-1234.565", "元", 2, "-1,234.57"),
            ("28400", "万个", 2, "2.84"),
            ("10040000", "千瓦", 0, "10,040,000"),
        ];
        for (value, unit, digits, said) in cases {
            assert_eq!(
                say(value.parse().unwrap(), unit, digits).0,
                said,
                "{value} {unit}"
            );
        }
    }
}
