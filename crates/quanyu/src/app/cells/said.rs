//! A value as people read it.

use quanyu_core::{period::Period, region::RegionCode, text::Language, value::Value};
use quanyu_pack::model::{Field, FieldType, Pack};
use rust_decimal::Decimal;

/// A value as people read it: codes by title, money with two decimals and grouping, missing as "—".
#[must_use]
pub fn say(pack: &Pack, field: &Field, value: &Value, language: Language) -> String {
    let title = |list: &str, code: &str| {
        let item = pack.codes.get(list).and_then(|it| it.item(code));
        item.map_or_else(|| code.to_owned(), |it| it.title.get(language).to_owned())
    };
    match (value, &field.kind) {
        (Value::Null, _) => "—".to_owned(),
        (Value::Text(text), FieldType::Code { list }) if field.many => text
            .split(';')
            .filter(|it| !it.is_empty())
            .map(|it| title(list, it))
            .collect::<Vec<_>>()
            .join("、"),
        (Value::Text(code), FieldType::Code { list }) => title(list, code),
        (Value::Text(code), FieldType::Region) => match code.parse::<RegionCode>() {
            Ok(region) => pack
                .regions
                .get(&region)
                .map_or_else(|| code.clone(), |it| it.name.clone()),
            Err(_) => code.clone(),
        },
        // The hash in front of a file's name says nothing to people.
        (Value::Text(text), FieldType::File) => text
            .split_once(':')
            .map_or_else(|| text.clone(), |(_, name)| name.to_owned()),
        (Value::Text(text), FieldType::Period) => match text.parse::<Period>() {
            Ok(period) if language == Language::Zh => period.name_zh(),
            _ => text.clone(),
        },
        (Value::Int(yes), FieldType::YesNo) => match (language, yes) {
            (Language::Zh, 0) => "否",
            (Language::Zh, _) => "是",
            (Language::En, 0) => "no",
            (Language::En, _) => "yes",
        }
        .to_owned(),
        (Value::Money(money), _) => quanyu_core::measure::say(money.yuan(), "元", 2).0,
        (Value::Int(int), FieldType::Integer) => {
            quanyu_core::measure::say(Decimal::from(*int), "", 0).0
        }
        (Value::Decimal(decimal), _) => {
            let digits = decimal.normalize().scale();
            quanyu_core::measure::say(*decimal, "", digits).0
        }
        (value, _) => value.canonical().unwrap_or_default(),
    }
}
