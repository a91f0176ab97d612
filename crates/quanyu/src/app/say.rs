//! How values, definitions and codes are said to people.
//!
//! Owns the wording that the application itself gives; titles come from the pack.

use quanyu_core::{
    measure,
    text::{Language, Text},
};
use quanyu_pack::model::{
    Comparator, Display, FieldType, Indicator, IndicatorKind, Pack, Register,
};
use rust_decimal::Decimal;

/// A value in the unit people use: (`68.31`, `亿元`); (`—`, unit) where it is unknown.
#[must_use]
pub fn value(value: Option<Decimal>, base: &str, display: &Display) -> (String, String) {
    let handy = measure::handy(value.unwrap_or_default(), base);
    let unit = display.unit.clone().unwrap_or(handy.0);
    let digits = display.digits.map_or(handy.1, u32::from);
    match value {
        Some(value) => measure::say(value, &unit, digits),
        None => ("—".to_owned(), unit),
    }
}

/// Value and unit in one word: `68.31亿元`, `25.0%`, `—`.
#[must_use]
pub fn whole(number: Option<Decimal>, base: &str, display: &Display) -> String {
    match value(number, base, display) {
        (said, _) if number.is_none() => said,
        (said, unit) => format!("{said}{unit}"),
    }
}

/// A comparator in front of a value.
#[must_use]
pub fn comparator(it: Comparator) -> &'static str {
    match it {
        Comparator::Eq => "=",
        Comparator::Gt => ">",
        Comparator::Ge => "≥",
        Comparator::Lt => "<",
        Comparator::Le => "≤",
    }
}

/// The title of a code that stands in a slot of a part, where the slot is a code field.
#[must_use]
pub fn slot_code(pack: &Pack, register: Option<&Register>, slot: &str, code: &str) -> String {
    let list = match register.and_then(|it| it.slot(slot)).map(|it| &it.kind) {
        Some(FieldType::Code { list }) => pack.codes.get(list),
        _ => None,
    };
    list.and_then(|it| it.item(code))
        .map_or_else(|| code.to_owned(), |it| it.title.zh.clone())
}

/// What a register or dataset is called.
fn relation(pack: &Pack, id: &str, language: Language) -> String {
    let title = pack
        .registers
        .get(id)
        .map(|it| &it.title)
        .or_else(|| pack.datasets.get(id).map(|it| &it.title));
    title.map_or_else(|| id.to_owned(), |it| it.get(language).to_owned())
}

/// The definition of an indicator in words: what each line is about, and what it says.
#[must_use]
pub fn definition(pack: &Pack, indicator: &Indicator, language: Language) -> Vec<(Text, String)> {
    let mut lines = Vec::new();
    let mut line = |zh: &str, en: &str, said: String| {
        lines.push((
            Text {
                zh: zh.to_owned(),
                en: Some(en.to_owned()),
            },
            said,
        ));
    };
    let chosen = |zh: &str, en: &str| {
        if language == Language::Zh {
            zh.to_owned()
        } else {
            en.to_owned()
        }
    };
    let other = |id: &str| {
        let title = pack
            .indicators
            .get(id)
            .map(|it| it.title.get(language).to_owned());
        title.unwrap_or_else(|| id.to_owned())
    };
    match &indicator.kind {
        IndicatorKind::Flow {
            of,
            value,
            filter,
            date,
            ..
        } => {
            line(
                "取数台账",
                "Counted over",
                relation(pack, &of.value, language),
            );
            line("计算", "Value", value.value.clone());
            if let Some(filter) = filter {
                line("条件", "Condition", filter.value.clone());
            }
            line("所属期间", "Counted when", date.value.clone());
        }
        IndicatorKind::Stock {
            of,
            value,
            filter,
            from,
            to,
            ..
        } => {
            line(
                "取数台账",
                "Counted over",
                relation(pack, &of.value, language),
            );
            line("计算", "Value", value.value.clone());
            if let Some(filter) = filter {
                line("条件", "Condition", filter.value.clone());
            }
            let to = to
                .as_ref()
                .map_or_else(|| "…".to_owned(), |it| it.value.clone());
            line("有效期", "Valid", format!("{} — {to}", from.value));
        }
        IndicatorKind::Ratio {
            numerator,
            denominator,
        } => {
            line(
                "计算",
                "Value",
                format!(
                    "{} ÷ {}",
                    other(&numerator.value),
                    other(&denominator.value)
                ),
            );
        }
        IndicatorKind::Growth { of } => {
            line(
                "计算",
                "Value",
                format!(
                    "{} {}",
                    other(&of.value),
                    chosen("比上年同期增长", "against a year before")
                ),
            );
        }
        IndicatorKind::Cited => {
            line(
                "来源",
                "Source",
                chosen(
                    "引用外部发布的数据",
                    "cited from what others have published",
                ),
            );
        }
    }
    line("计量单位", "Unit", indicator.unit.clone());
    if indicator.lag > 0 {
        line(
            "统计滞后",
            "Lag",
            format!("{} {}", indicator.lag, chosen("年", "year(s)")),
        );
    }
    if let Some(basis) = &indicator.basis {
        line("可比口径", "Basis", basis.clone());
    }
    if !indicator.aliases.is_empty() {
        line("又称", "Also called", indicator.aliases.join("、"));
    }
    lines
}

/// A UTC time as people in China read it. The zone has had no changes since 1991, so no zone data are needed.
#[must_use]
pub fn shanghai(utc: &str) -> String {
    const EIGHT_HOURS: i32 = 8 * 3600;
    let zone = jiff::tz::Offset::from_seconds(EIGHT_HOURS);
    match (utc.parse::<jiff::Timestamp>(), zone) {
        (Ok(at), Ok(zone)) => zone
            .to_datetime(at)
            .strftime("%Y-%m-%d %H:%M:%S")
            .to_string(),
        _ => utc.to_owned(),
    }
}

/// The day of a UTC time in China.
#[must_use]
pub fn shanghai_day(utc: &str) -> Option<jiff::civil::Date> {
    shanghai(utc).get(..10)?.parse().ok()
}
