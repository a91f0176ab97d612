//! How the check says a value: in the unit and as finely as the text does.
//!
//! Owns words around found values. Leaves sentences to `reason`.

use quanyu_core::period::Period;
use rust_decimal::Decimal;

use crate::claim::Printed;
use crate::read::Mention;
use crate::rounding::rounded;

/// A found value as the text would print it, a little finer.
pub(super) fn like(value: Decimal, mention: &Mention, printed: &Printed) -> String {
    said(value, mention, printed, false)
}

/// A found value with as many digits as tell it from what the text prints.
pub(super) fn apart(value: Decimal, mention: &Mention, printed: &Printed) -> String {
    said(value, mention, printed, true)
}

fn said(value: Decimal, mention: &Mention, printed: &Printed, apart: bool) -> String {
    let unit = mention.unit.as_deref().unwrap_or_default();
    let text = mention.text.as_str();
    let (scale, tail) = match unit {
        "rank" => return format!("第{}", value.normalize()),
        "1" if text.contains("百分点") => (Decimal::new(1, 2), "个百分点".to_owned()),
        "1" if text.contains('倍') => (Decimal::ONE, "倍".to_owned()),
        "1" => (Decimal::new(1, 2), "%".to_owned()),
        _ if text.contains('亿') => (Decimal::from(100_000_000), format!("亿{unit}")),
        _ if text.contains('万') => (Decimal::from(10_000), format!("万{unit}")),
        _ => (Decimal::ONE, unit.to_owned()),
    };
    let places = (printed.unit / scale).normalize().scale();
    let said = |digits: u32| {
        (value / scale)
            .round_dp_with_strategy(digits, rust_decimal::RoundingStrategy::MidpointAwayFromZero)
    };
    let shown = printed.value / scale;
    let most = if unit == "1" {
        places + 1
    } else {
        places.max(2) + 2
    };
    let mut digits = places;
    while digits < most && said(digits) * scale != value {
        digits += 1;
    }
    // A difference is shown however small it is.
    while apart && digits < most + 4 && said(digits) == shown && value != printed.value {
        digits += 1;
    }
    format!("{}{tail}", said(digits).normalize())
}

/// A value without a text to follow: `68.31亿元`, `25%`, `第2`.
pub(super) fn plain(value: Decimal, unit: &str) -> String {
    let (scale, tail) = match unit {
        "rank" => return format!("第{}", value.normalize()),
        "1" => (Decimal::new(1, 2), "%".to_owned()),
        _ if value.abs() >= Decimal::from(100_000_000) => {
            (Decimal::from(100_000_000), format!("亿{unit}"))
        }
        _ if value.abs() >= Decimal::from(100_000) => (Decimal::from(10_000), format!("万{unit}")),
        _ => (Decimal::ONE, unit.to_owned()),
    };
    let number = rounded(
        value / scale,
        Decimal::new(1, if unit == "1" { 2 } else { 4 }),
    );
    format!("{}{tail}", number.normalize())
}

/// A period in English.
pub(super) fn period_en(period: Period) -> String {
    period.to_string()
}
