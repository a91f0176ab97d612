//! One cell of a workbook, a form or a demonstration draw becomes one value of a field, or a fault in words.
//!
//! Owns what a field allows: type, bounds, pattern, codes, references by key or name. Leaves how numbers and dates are
//! typed to `quanyu_core::typed`, and finding records to whoever implements [`Names`].
//!
//! Invariant: a value that comes out fits its field; nothing is rounded or cut without a fault.
//!
//! Start reading at [`read`]. What each type takes is in [`kinds`], how a value is shown in [`said`].

mod kinds;
mod said;

use jiff::civil::Date;
use quanyu_core::{
    period::Period,
    typed::{self, TypedError},
    value::Value,
};
use quanyu_pack::{
    model::{Field, FieldType, Pack},
    pattern,
};
use rust_decimal::Decimal;

use self::kinds::{code, keep, location, money, number, reference, region, url};
pub use self::said::say;

/// What parts several codes or references in one cell.
pub const PARTING: [char; 6] = ['、', ';', '；', ',', '，', '\n'];

/// A cell before it is understood.
#[derive(Clone, Debug, PartialEq)]
pub enum Input {
    /// Nothing there.
    Empty,
    /// Text as typed.
    Text(String),
    /// A number the workbook holds as one.
    Number(Decimal),
    /// A date the workbook holds as one.
    Date(Date),
    /// A truth value the workbook holds as one.
    YesNo(bool),
    /// A formula that went wrong, such as `#REF!`.
    Broken(String),
}

/// Who can be referred to: records by natural key, label or other known names.
pub trait Names {
    /// Records of `register` that `text` names.
    fn find(&self, register: &str, text: &str) -> Found;
}

/// What a name led to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// No record.
    Nobody,
    /// Just this one.
    One(i64),
    /// Several records bear the name.
    Many(usize),
}

/// Why a cell does not fit its field: the key of the texts and the facts they name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CellFault {
    /// Key in `messages.toml`.
    pub code: &'static str,
    /// Facts, each for `{name}` in the text.
    pub facts: Vec<(&'static str, String)>,
}

fn fault(code: &'static str, facts: Vec<(&'static str, String)>) -> CellFault {
    CellFault { code, facts }
}

impl From<TypedError> for CellFault {
    fn from(error: TypedError) -> Self {
        let facts = match &error {
            TypedError::OtherUnit {
                text,
                found,
                wanted,
            } => {
                vec![
                    ("text", text.clone()),
                    ("found", found.clone()),
                    ("wanted", wanted.clone()),
                ]
            }
            TypedError::NotANumber { text }
            | TypedError::NotExact { text }
            | TypedError::IsRange { text }
            | TypedError::Grouping { text }
            | TypedError::TooLarge { text }
            | TypedError::NotADate { text }
            | TypedError::NoSuchDay { text }
            | TypedError::YearMissing { text }
            | TypedError::DayMissing { text }
            | TypedError::Ambiguous { text }
            | TypedError::NotYesNo { text }
            | TypedError::NotAPeriod { text }
            | TypedError::LostDigits { text } => vec![("text", text.clone())],
            _ => Vec::new(),
        };
        fault(error.code(), facts)
    }
}

/// Reads a cell into a value of `field`. `unit` is what the column's head says, where it says one.
///
/// # Errors
/// A fault in words for whoever typed it.
pub fn read(
    pack: &Pack,
    field: &Field,
    input: &Input,
    unit: Option<&str>,
    names: &dyn Names,
) -> Result<Value, CellFault> {
    if let Input::Broken(error) = input {
        return Err(fault("cell_formula", vec![("text", error.clone())]));
    }
    let value = if field.many {
        several(pack, field, input, names)?
    } else {
        one(pack, field, input, unit, names)?
    };
    if value.is_null() {
        return if field.required {
            Err(fault("cell_required", Vec::new()))
        } else {
            Ok(Value::Null)
        };
    }
    bounds(field, &value)?;
    Ok(value)
}

/// Codes or references of one cell, parted by 、;；,， or lines: kept as `;a;b;`.
fn several(
    pack: &Pack,
    field: &Field,
    input: &Input,
    names: &dyn Names,
) -> Result<Value, CellFault> {
    let text = shown(input);
    let mut kept = Vec::new();
    for part in text.split(PARTING).filter(|it| !it.trim().is_empty()) {
        let value = one(pack, field, &Input::Text(part.to_owned()), None, names)?;
        if let Some(text) = value.canonical()
            && !kept.contains(&text)
        {
            kept.push(text);
        }
    }
    Ok(if kept.is_empty() {
        Value::Null
    } else {
        Value::Text(format!(";{};", kept.join(";")))
    })
}

fn one(
    pack: &Pack,
    field: &Field,
    input: &Input,
    unit: Option<&str>,
    names: &dyn Names,
) -> Result<Value, CellFault> {
    if *input == Input::Empty {
        return Ok(Value::Null);
    }
    let text = shown(input);
    Ok(match &field.kind {
        FieldType::Text | FieldType::Person | FieldType::File => keep(typed::text(&text)),
        FieldType::LongText => keep(typed::text(&text)),
        FieldType::Integer => match number(input, unit)? {
            None => Value::Null,
            Some(number) if !number.fract().is_zero() => {
                return Err(fault("cell_not_whole", vec![("text", text)]));
            }
            Some(number) => Value::Int(
                i64::try_from(number)
                    .map_err(|_| fault("typed_too_large", vec![("text", text)]))?,
            ),
        },
        FieldType::Decimal { scale } => match number(input, unit.or(field.unit.as_deref()))? {
            None => Value::Null,
            Some(number) if number.normalize().scale() > u32::from(*scale) => {
                return Err(fault(
                    "cell_too_precise",
                    vec![("text", text), ("digits", scale.to_string())],
                ));
            }
            Some(number) => Value::Decimal(number),
        },
        FieldType::Money => money(input, unit.or(field.unit.as_deref()), &text)?,
        FieldType::Date => match input {
            Input::Date(date) => Value::Date(*date),
            Input::Number(number) => Value::Date(typed::date_from_number(*number)?.date),
            _ => typed::day(&text)?.map_or(Value::Null, Value::Date),
        },
        FieldType::Period => match input {
            Input::Date(date) => Period::month(i32::from(date.year()), i32::from(date.month()))
                .map_or(Value::Null, |it| Value::Text(it.to_string())),
            _ => typed::period(&text)?.map_or(Value::Null, |it| Value::Text(it.to_string())),
        },
        FieldType::YesNo => match input {
            Input::YesNo(yes) => Value::Int(i64::from(*yes)),
            _ => typed::yes_no(&text)?.map_or(Value::Null, |yes| Value::Int(i64::from(yes))),
        },
        FieldType::Code { list } => code(pack, list, &text)?,
        FieldType::Region => region(pack, &text)?,
        FieldType::Reference { to } => reference(to, &text, names)?,
        FieldType::Organization => match pack.playing("organization") {
            Some(register) => reference(&register.id, &text, names)?,
            None => return Err(fault("cell_no_organizations", Vec::new())),
        },
        FieldType::Location => location(&text)?,
        FieldType::Url => url(&text)?,
    })
}

/// The cell as text, for fields that hold text.
pub fn shown(input: &Input) -> String {
    match input {
        Input::Empty => String::new(),
        Input::Text(text) | Input::Broken(text) => text.clone(),
        Input::Number(number) => number.normalize().to_string(),
        Input::Date(date) => date.to_string(),
        Input::YesNo(yes) => if *yes { "是" } else { "否" }.to_owned(),
    }
}

fn bounds(field: &Field, value: &Value) -> Result<(), CellFault> {
    let number = match value {
        Value::Int(int) if !field.many => Some(Decimal::from(*int)),
        Value::Decimal(decimal) => Some(*decimal),
        Value::Money(money) => Some(money.yuan()),
        _ => None,
    };
    if let Some(number) = number {
        if field.min.is_some_and(|min| number < min) {
            let min = field.min.unwrap_or_default().to_string();
            return Err(fault(
                "cell_too_small",
                vec![("text", number.normalize().to_string()), ("min", min)],
            ));
        }
        if field.max.is_some_and(|max| number > max) {
            let max = field.max.unwrap_or_default().to_string();
            return Err(fault(
                "cell_too_big",
                vec![("text", number.normalize().to_string()), ("max", max)],
            ));
        }
    }
    if let Value::Text(text) = value {
        let length = text.chars().count();
        let most = field.max_length.map_or(
            if field.kind == FieldType::LongText {
                20_000
            } else {
                500
            },
            |it| it as usize,
        );
        if length > most {
            return Err(fault(
                "cell_too_long",
                vec![("length", length.to_string()), ("most", most.to_string())],
            ));
        }
        if let Some(pattern) = &field.pattern
            && !pattern::matches(pattern, text)
        {
            return Err(fault("cell_pattern", vec![("text", text.clone())]));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use quanyu_core::text::Language;
    use quanyu_pack::{Packs, load};

    use super::*;

    const PACK: &str = r#"
[module.room]
title = "台账"
[role.clerk]
title = "经办人"
scope = "region"
rights = ["enter"]
[codes.kind]
title = "合同类型"
[codes.kind.items]
develop  = { zh = "技术开发", en = "Development", synonyms = ["开发"] }
transfer = "技术转让"
[register.thing]
title  = "事项"
module = "room"
key    = ["number"]
[register.thing.field]
number = { type = "text", title = "编号", required = true, max_length = 6, pattern = "[A-Z]-[0-9]+" }
count  = { type = "integer", title = "数量", min = 0, max = 1000 }
score  = { type = "decimal", scale = 2, title = "得分" }
amount = { type = "money", title = "金额" }
day    = { type = "date", title = "日期" }
span   = { type = "period", title = "期间" }
done   = { type = "yes_no", title = "办结" }
kind   = { type = "code", list = "kind", title = "类型" }
kinds  = { type = "code", list = "kind", title = "类型（多选）", many = true }
parent = { type = "reference", to = "thing", title = "上级" }
place  = { type = "region", title = "街道" }
spot   = { type = "location", title = "位置" }
site   = { type = "url", title = "网址" }
"#;

    fn pack() -> Pack {
        let files = [
            (
                "t/pack.toml",
                "id = \"t\"\ntitle = \"试验\"\nregion = \"990102\"\n",
            ),
            ("t/all.toml", PACK),
            (
                "t/regions.csv",
                "code,name\n99,甲省\n9901,甲市\n990102,甲区\n990102001,东街道\n990103,乙区\n990103001,东街道\n",
            ),
        ];
        let files = files
            .map(|(name, text)| (name.to_owned(), text.to_owned()))
            .to_vec();
        load(&Packs::from_files(files), "t")
            .unwrap_or_else(|faults| panic!("{}", faults.render(Language::En, false)))
    }

    struct Two;

    impl Names for Two {
        fn find(&self, _: &str, text: &str) -> Found {
            match text {
                "A-1" => Found::One(1),
                "同名" => Found::Many(2),
                _ => Found::Nobody,
            }
        }
    }

    /// Field, cell, unit of the head, canonical value or code of the fault.
    type Case<'a> = (
        &'a str,
        &'a str,
        Option<&'a str>,
        Result<Option<&'a str>, &'a str>,
    );

    #[test]
    fn a_cell_becomes_the_value_of_its_field_or_a_fault() {
        let pack = pack();
        #[rustfmt::skip]
        let cases: &[Case] = &[
            ("number", "A-12", None, Ok(Some("A-12"))),
            ("number", "  ", None, Err("cell_required")),
            ("number", "A12", None, Err("cell_pattern")),
            ("number", "A-12345", None, Err("cell_too_long")),
            ("count", "１２", None, Ok(Some("12"))),
            ("count", "1.5", None, Err("cell_not_whole")),
            ("count", "-1", None, Err("cell_too_small")),
            ("count", "1001", None, Err("cell_too_big")),
            ("count", "约300", None, Err("typed_not_exact")),
            ("score", "99.5", None, Ok(Some("99.5"))),
            ("score", "99.555", None, Err("cell_too_precise")),
            ("amount", "12.5", Some("万元"), Ok(Some("125000.00"))),
            ("amount", "3.2亿元", Some("万元"), Ok(Some("320000000.00"))),
            ("amount", "1.234", None, Err("cell_parts_of_a_fen")),
            ("day", "2023.5.1", None, Ok(Some("2023-05-01"))),
            ("day", "2023-02-30", None, Err("typed_no_such_day")),
            ("span", "2023年上半年", None, Ok(Some("2023H1"))),
            ("done", "√", None, Ok(Some("1"))),
            ("kind", "开发", None, Ok(Some("develop"))),
            ("kind", "租赁", None, Err("cell_unknown_code")),
            ("kinds", "技术转让、技术开发、技术转让", None, Ok(Some(";transfer;develop;"))),
            ("parent", "A-1", None, Ok(Some("1"))),
            ("parent", "同名", None, Err("cell_many_references")),
            ("parent", "Z-9", None, Err("cell_unknown_reference")),
            ("place", "东街道", None, Ok(Some("990102001"))),
            ("place", "990103001", None, Ok(Some("990103001"))),
            ("place", "没有这里", None, Err("cell_unknown_region")),
            ("spot", "120.38，36.06", None, Ok(Some("120.380000,36.060000"))),
            ("spot", "200,36", None, Err("cell_not_a_place")),
            ("site", "https://example.cn/a", None, Ok(Some("https://example.cn/a"))),
            ("site", "javascript:alert(1)", None, Err("cell_not_a_web_address")),
        ];
        for (id, text, unit, wanted) in cases {
            let field = pack.registers["thing"].field(id).unwrap();
            let got = read(&pack, field, &Input::Text((*text).to_owned()), *unit, &Two);
            let got = got.map(|it| it.canonical()).map_err(|it| it.code);
            let got = got.as_ref().map(|it| it.as_deref()).map_err(|it| *it);
            assert_eq!(got, *wanted, "{id} `{text}`");
        }
    }

    #[test]
    fn what_a_workbook_holds_as_a_number_or_date_is_taken_as_one() {
        let pack = pack();
        let field = |id: &str| pack.registers["thing"].field(id).unwrap().clone();
        let number = |text: &str| Input::Number(text.parse().unwrap());
        let day: Date = "2023-10-31".parse().unwrap();
        let cases = [
            ("amount", number("12.345"), Ok("12.35")),
            ("day", number("45231"), Ok("2023-11-01")),
            ("day", Input::Date(day), Ok("2023-10-31")),
            ("span", Input::Date(day), Ok("2023-10")),
            ("count", Input::YesNo(true), Err("typed_not_a_number")),
            ("count", Input::Broken("#REF!".into()), Err("cell_formula")),
        ];
        for (id, input, wanted) in cases {
            let got = read(&pack, &field(id), &input, None, &Two);
            let got = got
                .map(|it| it.canonical().unwrap_or_default())
                .map_err(|it| it.code);
            assert_eq!(got.as_deref().map_err(|it| *it), wanted, "{id} {input:?}");
        }
    }
}
