//! What each type of field takes: numbers with their unit, codes and regions by name, records by what they are called.

use quanyu_core::{money::Money, region::RegionCode, text::Text, typed, uscc::Uscc, value::Value};
use quanyu_pack::model::Pack;
use rust_decimal::Decimal;

use super::{CellFault, Found, Input, Names, fault, shown};

pub(super) fn keep(text: Option<String>) -> Value {
    text.map_or(Value::Null, Value::Text)
}

pub(super) fn number(input: &Input, unit: Option<&str>) -> Result<Option<Decimal>, CellFault> {
    let text = shown(input);
    match input {
        Input::Date(_) | Input::YesNo(_) => Err(fault("typed_not_a_number", vec![("text", text)])),
        _ => Ok(typed::number_in(&text, unit)?),
    }
}

pub(super) fn money(input: &Input, unit: Option<&str>, text: &str) -> Result<Value, CellFault> {
    let Some(yuan) = number(input, Some(unit.unwrap_or("元")))? else {
        return Ok(Value::Null);
    };
    // A workbook's own number may carry noise behind the fen; what a person typed may not.
    let money = if matches!(input, Input::Number(_)) {
        Money::round_yuan(yuan)
    } else {
        Money::from_yuan(yuan)
    };
    money
        .map(Value::Money)
        .map_err(|_| fault("cell_parts_of_a_fen", vec![("text", text.to_owned())]))
}

pub(super) fn code(pack: &Pack, list: &str, text: &str) -> Result<Value, CellFault> {
    let Some(text) = typed::text(text) else {
        return Ok(Value::Null);
    };
    let Some(list) = pack.codes.get(list) else {
        return Err(fault("cell_no_list", vec![("list", list.to_owned())]));
    };
    let plain = typed::plain(&text);
    let means = |title: &Text| {
        title.zh == text
            || title
                .en
                .as_deref()
                .is_some_and(|it| it.eq_ignore_ascii_case(&plain))
    };
    let found = list
        .items
        .iter()
        .find(|it| it.code.eq_ignore_ascii_case(&plain))
        .or_else(|| {
            list.items.iter().find(|it| {
                means(&it.title) || it.synonyms.iter().any(|s| *s == text || *s == plain)
            })
        });
    match found {
        Some(item) => Ok(Value::Text(item.code.clone())),
        None => {
            let some = list
                .items
                .iter()
                .filter(|it| !it.retired)
                .take(8)
                .map(|it| it.title.zh.as_str());
            let allowed = some.collect::<Vec<_>>().join("、");
            Err(fault(
                "cell_unknown_code",
                vec![
                    ("text", text),
                    ("list", list.title.zh.clone()),
                    ("allowed", allowed),
                ],
            ))
        }
    }
}

pub(super) fn region(pack: &Pack, text: &str) -> Result<Value, CellFault> {
    let Some(text) = typed::text(text) else {
        return Ok(Value::Null);
    };
    if let Ok(code) = typed::plain(&text).parse::<RegionCode>()
        && (pack.regions.contains_key(&code) || pack.regions.is_empty())
    {
        return Ok(Value::Text(code.to_string()));
    }
    // A name: those inside the reporting region first, since streets of one name exist in many districts.
    let mut named: Vec<_> = pack
        .regions
        .values()
        .filter(|it| it.name == text || it.aliases.contains(&text))
        .collect();
    if named.len() > 1 && named.iter().any(|it| pack.region.contains(&it.code)) {
        named.retain(|it| pack.region.contains(&it.code));
    }
    match named.as_slice() {
        [one] => Ok(Value::Text(one.code.to_string())),
        [] => Err(fault("cell_unknown_region", vec![("text", text)])),
        _ => Err(fault(
            "cell_many_regions",
            vec![("text", text), ("count", named.len().to_string())],
        )),
    }
}

pub(super) fn reference(to: &str, text: &str, names: &dyn Names) -> Result<Value, CellFault> {
    let Some(text) = typed::text(text) else {
        return Ok(Value::Null);
    };
    match names.find(to, &text) {
        Found::One(id) => Ok(Value::Int(id)),
        Found::Nobody => {
            let code = match text.parse::<Uscc>() {
                Ok(code) if !code.checks() => "cell_uscc_check",
                _ => "cell_unknown_reference",
            };
            Err(fault(
                code,
                vec![("text", text), ("register", to.to_owned())],
            ))
        }
        Found::Many(count) => Err(fault(
            "cell_many_references",
            vec![("text", text), ("count", count.to_string())],
        )),
    }
}

pub(super) fn location(text: &str) -> Result<Value, CellFault> {
    let plain = typed::plain(text);
    if plain.is_empty() {
        return Ok(Value::Null);
    }
    let wrong = || fault("cell_not_a_place", vec![("text", text.to_owned())]);
    let (east, north) = plain.split_once(',').ok_or_else(wrong)?;
    let degree = |it: &str, most: i64| {
        it.trim()
            .parse::<Decimal>()
            .ok()
            .filter(|it| it.abs() <= Decimal::from(most))
            .map(|it| it.round_dp(6))
    };
    let (east, north) = degree(east, 180).zip(degree(north, 90)).ok_or_else(wrong)?;
    Ok(Value::Text(format!("{east:.6},{north:.6}")))
}

pub(super) fn url(text: &str) -> Result<Value, CellFault> {
    let plain = typed::plain(text);
    if plain.is_empty() {
        return Ok(Value::Null);
    }
    let fine = ["http://", "https://"].iter().any(|it| {
        plain
            .strip_prefix(it)
            .is_some_and(|rest| rest.contains('.'))
    }) && !plain
        .chars()
        .any(|c| c.is_whitespace() || c.is_control() || matches!(c, '"' | '<' | '>'));
    if fine {
        Ok(Value::Text(plain))
    } else {
        Err(fault(
            "cell_not_a_web_address",
            vec![("text", text.to_owned())],
        ))
    }
}
