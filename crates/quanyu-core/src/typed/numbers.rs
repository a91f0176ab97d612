//! Numbers as people type them.
//!
//! Owns grouping, multipliers (千 百万 万 亿), percent, Han numerals, accounting brackets, and the unit behind the number.

use rust_decimal::{Decimal, RoundingStrategy};

use super::{TypedError, is_nothing, plain};
use crate::measure::split_unit;

/// A number read from a cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TypedNumber {
    /// The value in base units: 12.5万 is 125000, 25% is 0.25.
    pub value: Decimal,
    /// Whether a multiplier or percent sign stood in the text, so that the unit of the column does not apply.
    pub scaled: bool,
    /// The base unit typed behind it (`元`, `家`; `1` for percent), if any.
    pub unit: Option<String>,
}

/// Reads a number; `None` for blank and for the marks that mean "nothing" (`—`, `/`, `无`).
///
/// # Errors
/// What is wrong with the text, saying what is allowed.
pub fn number(text: &str) -> Result<Option<TypedNumber>, TypedError> {
    let plain = plain(text);
    if is_nothing(&plain) {
        return Ok(None);
    }
    let error = || TypedError::NotANumber {
        text: text.to_owned(),
    };
    if is_about(&plain) {
        return Err(TypedError::NotExact {
            text: text.to_owned(),
        });
    }
    let (body, minus) = unsign(&plain);
    let (digits, tail) = split_number(body);
    if digits.is_empty() {
        return Err(error());
    }
    if tail.starts_with(['-', '~', '至', '到', '—']) {
        return Err(TypedError::IsRange {
            text: text.to_owned(),
        });
    }
    let value = if digits.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
        arabic(digits, text)?
    } else {
        han(digits).ok_or_else(error)?
    };
    let tail = tail.trim_matches(' ');
    let (factor, unit) = tail_unit(tail).ok_or_else(error)?;
    let value = value
        .checked_mul(factor)
        .ok_or_else(|| TypedError::TooLarge {
            text: text.to_owned(),
        })?;
    let value = if minus { -value } else { value };
    let unit = (!unit.is_empty()).then(|| unit.to_owned());
    let whole_tail = unit.as_deref() == Some(tail);
    Ok(Some(TypedNumber {
        value: value.normalize(),
        scaled: !tail.is_empty() && !whole_tail,
        unit,
    }))
}

/// Reads a number of a column whose head says `unit` (`万元`), into base units. A multiplier typed in the cell
/// (`12.5万`, `3.2亿元`) takes the place of the column's; a bare number is in the column's.
///
/// # Errors
/// As [`number`], and [`TypedError::OtherUnit`] when the cell names another base unit than the column.
pub fn number_in(text: &str, unit: Option<&str>) -> Result<Option<Decimal>, TypedError> {
    let Some(typed) = number(text)? else {
        return Ok(None);
    };
    let (factor, base) = unit.map_or((Decimal::ONE, ""), scale_of);
    if let (Some(found), false) = (&typed.unit, base.is_empty())
        && !same_unit(found, base)
    {
        let (text, wanted) = (text.to_owned(), unit.unwrap_or_default().to_owned());
        return Err(TypedError::OtherUnit {
            text,
            found: found.clone(),
            wanted,
        });
    }
    if typed.scaled || typed.unit.is_some() {
        return Ok(Some(typed.value));
    }
    let value = typed
        .value
        .checked_mul(factor)
        .ok_or_else(|| TypedError::TooLarge {
            text: text.to_owned(),
        })?;
    Ok(Some(value.normalize()))
}

/// An amount of money in yuan, to whole fen; `unit` is what the head of the column says.
///
/// # Errors
/// As [`number_in`]; a unit that is not money is [`TypedError::OtherUnit`].
pub fn amount(text: &str, unit: Option<&str>) -> Result<Option<Decimal>, TypedError> {
    let value = number_in(text, Some(unit.unwrap_or("元")))?;
    Ok(value.map(|it| it.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero)))
}

/// Multiplier and base unit of a unit as it stands in a head; 千元 is money and not a unit of its own.
fn scale_of(unit: &str) -> (Decimal, &str) {
    match unit {
        "千元" => (Decimal::from(1_000), "元"),
        "百元" => (Decimal::from(100), "元"),
        _ => split_unit(unit),
    }
}

fn same_unit(found: &str, base: &str) -> bool {
    let kind = |unit: &str| match unit {
        "元人民币" | "人民币" | "圆" | "块" | "元整" => "元".to_owned(),
        "户" | "个" | "家" => "家".to_owned(),
        "人次" | "人" | "名" | "位" => "人".to_owned(),
        "㎡" | "平米" | "平方" => "平方米".to_owned(),
        other => other.to_owned(),
    };
    kind(found) == kind(base)
}

fn is_about(plain: &str) -> bool {
    plain.starts_with(['约', '近', '超', '逾', '≈', '>', '<', '≥', '≤'])
        || plain.starts_with("大约")
        || plain.starts_with("不少于")
        || plain.starts_with("不低于")
        || plain.ends_with("左右")
        || plain.ends_with("以上")
        || plain.ends_with("以下")
        || plain.ends_with('余')
        || plain.ends_with('+')
        || [
            "多家", "余家", "多万", "余万", "多人", "余人", "多个", "余个", "多亿", "余亿",
        ]
        .iter()
        .any(|it| plain.contains(it))
}

/// The text without sign, currency mark and accounting brackets.
fn unsign(plain: &str) -> (&str, bool) {
    let body = plain.trim_start_matches(['¥', '￥', ' ']);
    let body = body.strip_prefix("人民币").unwrap_or(body).trim_start();
    if let Some(inner) = body.strip_prefix('(').and_then(|it| it.strip_suffix(')')) {
        return (inner.trim(), true);
    }
    for mark in ["-", "负", "△", "▲"] {
        if let Some(rest) = body.strip_prefix(mark) {
            return (rest.trim_start_matches([' ', '¥', '￥']), true);
        }
    }
    let body = body.strip_prefix('+').unwrap_or(body);
    (body.trim_start_matches([' ', '¥', '￥']), false)
}

/// Where the number ends and the unit begins.
fn split_number(body: &str) -> (&str, &str) {
    let arabic = body.starts_with(|c: char| c.is_ascii_digit() || c == '.');
    if !arabic {
        let end = body.find(|c| !is_han_digit(c)).unwrap_or(body.len());
        return body.split_at(end);
    }
    let mut end = 0;
    let bytes = body.as_bytes();
    while end < bytes.len() {
        let next_digit = bytes.get(end + 1).is_some_and(u8::is_ascii_digit);
        let last_digit = end > 0 && bytes[end - 1].is_ascii_digit();
        let more = match bytes[end] {
            b'0'..=b'9' => true,
            b'.' => true,
            b',' | b' ' => last_digit && next_digit,
            b'E' | b'e' => {
                last_digit && (next_digit || matches!(bytes.get(end + 1), Some(b'+' | b'-')))
            }
            b'+' | b'-' => end > 0 && matches!(bytes[end - 1], b'E' | b'e') && next_digit,
            _ => false,
        };
        if !more {
            break;
        }
        end += 1;
    }
    body.split_at(end)
}

fn arabic(digits: &str, text: &str) -> Result<Decimal, TypedError> {
    let error = || TypedError::NotANumber {
        text: text.to_owned(),
    };
    let too_large = || TypedError::TooLarge {
        text: text.to_owned(),
    };
    if let Some((mantissa, power)) = digits.split_once(['E', 'e']) {
        let power: i32 = power.parse().map_err(|_| error())?;
        if mantissa.contains([',', ' ']) {
            return Err(error());
        }
        if power.abs() > 28 {
            return Err(too_large());
        }
        return Decimal::from_scientific(&format!("{mantissa}e{power}")).map_err(|_| error());
    }
    let (whole, fraction) = digits.split_once('.').map_or((digits, ""), |(w, f)| (w, f));
    if fraction.contains(['.', ',', ' ']) {
        return Err(error());
    }
    let groups: Vec<&str> = whole.split([',', ' ']).collect();
    let by = |size: usize| {
        groups[0].len() <= size
            && !groups[0].is_empty()
            && groups[1..].iter().all(|it| it.len() == size)
    };
    if groups.len() > 1 && !by(3) && !by(4) {
        return Err(TypedError::Grouping {
            text: text.to_owned(),
        });
    }
    let whole: String = groups.concat();
    if whole.is_empty() && fraction.is_empty() {
        return Err(error());
    }
    if whole.trim_start_matches('0').len() + fraction.len() > 28 {
        return Err(too_large());
    }
    let joined = if fraction.is_empty() {
        whole
    } else {
        format!("{whole}.{fraction}")
    };
    let joined = if joined.starts_with('.') {
        format!("0{joined}")
    } else {
        joined
    };
    joined.parse().map_err(|_| error())
}

/// The factor and the base unit behind a number; `None` for text that is no unit.
fn tail_unit(tail: &str) -> Option<(Decimal, &str)> {
    let tail = tail.strip_suffix('整').unwrap_or(tail);
    let (mut factor, mut rest) = (Decimal::ONE, tail);
    // `千` and `百` multiply only before a multiplier or 元: 千瓦 and 百分点 are units of their own.
    for (head, by) in [
        ("万亿", 1_000_000_000_000_i64),
        ("千亿", 100_000_000_000),
        ("百亿", 10_000_000_000),
        ("千万", 10_000_000),
        ("百万", 1_000_000),
        ("十万", 100_000),
        ("亿", 100_000_000),
        ("万", 10_000),
    ] {
        if let Some(after) = rest.strip_prefix(head) {
            (factor, rest) = (Decimal::from(by), after);
            break;
        }
    }
    match rest {
        "千元" => return Some((factor * Decimal::from(1_000), "元")),
        "百元" => return Some((factor * Decimal::from(100), "元")),
        "%" | "个百分点" | "百分点" => return Some((factor * Decimal::new(1, 2), "1")),
        "‰" => return Some((factor * Decimal::new(1, 3), "1")),
        _ => {}
    }
    let fine = rest.chars().count() <= 6
        && !rest.contains(|c: char| {
            c.is_ascii_digit()
                || c.is_ascii_punctuation() && c != '/'
                || matches!(c, '、' | '。' | '；')
        })
        && !rest.chars().any(|c| matches!(c, '约' | '共' | '第' | '号'));
    fine.then_some((factor, rest))
}

fn is_han_digit(c: char) -> bool {
    han_digit(c).is_some() || han_power(c).is_some() || c == '点'
}

fn han_digit(c: char) -> Option<u32> {
    Some(match c {
        '零' | '〇' | '○' => 0,
        '一' | '壹' => 1,
        '二' | '两' | '贰' => 2,
        '三' | '叁' => 3,
        '四' | '肆' => 4,
        '五' | '伍' => 5,
        '六' | '陆' => 6,
        '七' | '柒' => 7,
        '八' | '捌' => 8,
        '九' | '玖' => 9,
        _ => return None,
    })
}

fn han_power(c: char) -> Option<u32> {
    Some(match c {
        '十' | '拾' => 1,
        '百' | '佰' => 2,
        '千' | '仟' => 3,
        '万' | '萬' => 4,
        '亿' | '億' => 8,
        _ => return None,
    })
}

/// A Han numeral (`两百万`, `一百二十点五`, `二〇二三`).
fn han(text: &str) -> Option<Decimal> {
    let (whole, fraction) = text.split_once('点').map_or((text, ""), |(w, f)| (w, f));
    if whole.is_empty() || text.ends_with('点') || text.chars().count() > 24 {
        return None;
    }
    let fraction: String = fraction
        .chars()
        .map(|c| han_digit(c).and_then(|d| char::from_digit(d, 10)))
        .collect::<Option<_>>()?;
    let value: u64 = if whole.chars().all(|c| han_digit(c).is_some()) {
        let digits: String = whole
            .chars()
            .filter_map(|c| han_digit(c).and_then(|d| char::from_digit(d, 10)))
            .collect();
        // 三五 is a range ("three to five"), 二三 too; a row of digits is a number from three on.
        if digits.len() == 2 {
            return None;
        }
        digits.parse().ok()?
    } else {
        han_whole(whole)?
    };
    format!("{value}.{fraction}0")
        .parse::<Decimal>()
        .ok()
        .map(|it| it.normalize())
}

fn han_whole(text: &str) -> Option<u64> {
    let (mut total, mut section, mut digit, mut last) = (0_u64, 0_u64, None::<u64>, 9_u32);
    for c in text.chars() {
        if let Some(d) = han_digit(c) {
            if digit.is_some_and(|it| it != 0) {
                return None;
            }
            digit = Some(u64::from(d));
            continue;
        }
        let power = han_power(c)?;
        if power >= 4 {
            section += digit.take().unwrap_or(0);
            // 三万亿: 亿 multiplies all that stands before it.
            let before = if power == 8 { total + section } else { section };
            if before == 0 {
                return None;
            }
            total = if power == 8 {
                before.checked_mul(10_u64.pow(8))?
            } else {
                total.checked_add(before.checked_mul(10_u64.pow(4))?)?
            };
            (section, last) = (0, 9);
        } else {
            if power >= last {
                return None;
            }
            let count = match digit.take() {
                None | Some(0) if power == 1 => 1,
                None => return None,
                Some(d) => d,
            };
            section += count * 10_u64.pow(power);
            last = power;
        }
    }
    total.checked_add(section)?.checked_add(digit.unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_people_type_them() {
        let cases = [
            ("1234.5", Ok("1234.5")),
            ("1,234.5", Ok("1234.5")),
            ("１２，５００", Ok("12500")),
            ("1 234 567", Ok("1234567")),
            ("1,0000", Ok("10000")),
            ("12.5万", Ok("125000")),
            ("3.2亿元", Ok("320000000")),
            ("1.5万亿元", Ok("1500000000000")),
            ("5千元", Ok("5000")),
            ("3百万", Ok("3000000")),
            ("1004万千瓦", Ok("10040000")),
            ("25%", Ok("0.25")),
            ("２５．５％", Ok("0.255")),
            ("'0012", Ok("12")),
            ("-5", Ok("-5")),
            ("－５", Ok("-5")),
            ("(1,200.00)", Ok("-1200")),
            ("¥1,200.50", Ok("1200.5")),
            ("300元整", Ok("300")),
            ("两百万", Ok("2000000")),
            ("三千五百二十", Ok("3520")),
            ("十五", Ok("15")),
            ("一百零五家", Ok("105")),
            ("一万亿", Ok("1000000000000")),
            ("人民币壹佰贰拾万元整", Ok("1200000")),
            ("三点五", Ok("3.5")),
            (".5", Ok("0.5")),
            ("1.2E+05", Ok("120000")),
            ("12 家", Ok("12")),
            ("1.2.3", Err("typed_not_a_number")),
            ("12,34", Err("typed_grouping")),
            ("1.234,5", Err("typed_not_a_number")),
            ("约300", Err("typed_not_exact")),
            ("300余家", Err("typed_not_exact")),
            ("300左右", Err("typed_not_exact")),
            ("3-5", Err("typed_is_range")),
            ("3～5万", Err("typed_is_range")),
            ("三五", Err("typed_not_a_number")),
            ("十百", Err("typed_not_a_number")),
            ("12345678901234567890123456789", Err("typed_too_large")),
            ("1e99", Err("typed_too_large")),
            ("示例公司", Err("typed_not_a_number")),
            ("12、13", Err("typed_not_a_number")),
        ];
        for (text, wanted) in cases {
            let got = number(text).map(|it| it.expect("not blank").value.to_string());
            assert_eq!(got.as_deref().map_err(TypedError::code), wanted, "`{text}`");
        }
    }

    #[test]
    fn marks_for_nothing_are_blank_and_never_zero() {
        for text in ["", " ", "　", "—", "-", "/", "无", "'"] {
            assert_eq!(number(text), Ok(None), "`{text}`");
        }
    }

    #[test]
    fn the_cell_wins_over_the_unit_of_its_column() {
        let cases = [
            ("1200", Some("万元"), Ok("12000000")),
            ("12.5万", Some("万元"), Ok("125000")),
            ("3.2亿元", Some("万元"), Ok("320000000")),
            ("500元", Some("万元"), Ok("500")),
            ("7", Some("千元"), Ok("7000")),
            ("25", Some("%"), Ok("0.25")),
            ("25%", Some("%"), Ok("0.25")),
            ("25", None, Ok("25")),
            ("30家", Some("个"), Ok("30")),
            ("30家", Some("万元"), Err("typed_other_unit")),
            ("0.5万人次", Some("人次"), Ok("5000")),
        ];
        for (text, unit, wanted) in cases {
            let got = number_in(text, unit).map(|it| it.expect("not blank").to_string());
            assert_eq!(
                got.as_deref().map_err(TypedError::code),
                wanted,
                "`{text}` in {unit:?}"
            );
        }
    }

    #[test]
    fn amounts_are_whole_fen() {
        let cases = [
            ("12.34565", Some("万元"), Ok("123456.5")),
            ("0.125", None, Ok("0.13")),
            ("5家", None, Err("typed_other_unit")),
        ];
        for (text, unit, wanted) in cases {
            let got = amount(text, unit).map(|it| it.expect("not blank").normalize().to_string());
            assert_eq!(
                got.as_deref().map_err(TypedError::code),
                wanted,
                "`{text}` in {unit:?}"
            );
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read_or_refused_without_panic(text in "\\PC{0,24}") {
            let _ = number(&text);
            let _ = crate::typed::date(&text);
            let _ = crate::typed::period(&text);
        }

        #[test]
        fn what_is_printed_is_read_back(units in -10_000_000_000_i64..10_000_000_000, scale in 0_u32..6) {
            let value = Decimal::new(units, scale);
            let read = number(&value.to_string()).unwrap().unwrap();
            proptest::prop_assert_eq!(read.value, value);
        }
    }
}
