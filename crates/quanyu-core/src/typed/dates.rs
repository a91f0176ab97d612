//! Dates as people type them, and the date serials of spreadsheets.

use jiff::{
    ToSpan,
    civil::{Date, DateTime, Time, date as civil},
};
use rust_decimal::{Decimal, prelude::ToPrimitive};

use super::{TypedError, is_nothing, plain};

/// How much of a date was typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Precision {
    /// Year, month and day.
    Day,
    /// Year and month; the date is the first day.
    Month,
    /// Only a year; the date is 1 January.
    Year,
}

/// A date read from a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TypedDate {
    /// The day, or the first day of the month or year.
    pub date: Date,
    /// What was typed of it.
    pub precision: Precision,
}

/// Years a typed date may lie in: before it nobody alive was born, after it is a slip of the hand.
const YEARS: std::ops::RangeInclusive<i32> = 1900..=2200;

/// Serials taken for dates in a cell that is not formatted as one: 1954 to 2119. Smaller ones are counts.
const LIKELY_SERIALS: std::ops::RangeInclusive<i64> = 20_000..=80_000;

/// Reads a date of any precision; `None` for blank.
///
/// # Errors
/// What is wrong with the text, saying what is allowed.
pub fn date(text: &str) -> Result<Option<TypedDate>, TypedError> {
    let plain = plain(text);
    if is_nothing(&plain) {
        return Ok(None);
    }
    let error = || TypedError::NotADate {
        text: text.to_owned(),
    };
    let day_only = without_time(&plain);
    let arabic = han_years(day_only);
    let compact = arabic.replace(' ', "");
    if compact.bytes().all(|b| b.is_ascii_digit()) {
        return bare_digits(&compact, text).map(Some);
    }
    let parts = split(&compact).ok_or_else(error)?;
    let numbers: Vec<i32> = parts
        .iter()
        .map(|it| it.parse().map_err(|_| error()))
        .collect::<Result<_, _>>()?;
    if parts[0].len() != 4 {
        return Err(
            if parts.iter().all(|it| it.len() <= 2) || parts.last().is_some_and(|it| it.len() == 4)
            {
                TypedError::YearMissing {
                    text: text.to_owned(),
                }
            } else {
                error()
            },
        );
    }
    let (precision, month, day) = match numbers[1..] {
        [] => (Precision::Year, 1, 1),
        [month] => (Precision::Month, month, 1),
        [month, day] => (Precision::Day, month, day),
        _ => return Err(error()),
    };
    make(numbers[0], month, day, precision, text).map(Some)
}

/// Reads a day; a month or a year alone is refused.
///
/// # Errors
/// As [`date`], and [`TypedError::DayMissing`].
pub fn day(text: &str) -> Result<Option<Date>, TypedError> {
    match date(text)? {
        None => Ok(None),
        Some(TypedDate {
            date,
            precision: Precision::Day,
        }) => Ok(Some(date)),
        Some(_) => Err(TypedError::DayMissing {
            text: text.to_owned(),
        }),
    }
}

/// A date that stands in a cell as a number without a date format: `20230501`, `202305`, `2023`, or a serial (`45231`).
///
/// # Errors
/// [`TypedError::Ambiguous`] for `2023.1`, which may be January or, with its zero lost, October.
pub fn date_from_number(value: Decimal) -> Result<TypedDate, TypedError> {
    let text = value.normalize().to_string();
    if !value.fract().is_zero() {
        let whole = value.trunc().to_i64().unwrap_or(0);
        if LIKELY_SERIALS.contains(&whole) {
            return bare_digits(&whole.to_string(), &text);
        }
        return Err(TypedError::Ambiguous { text });
    }
    bare_digits(&text, &text)
}

/// The day and time of a spreadsheet's serial. In the 1900 system day 60 is 29 February 1900, which did not exist:
/// serials after it are one too large, and 60 itself is `None`. Seconds are rounded.
#[must_use]
pub fn excel_date_time(serial: f64, from_1904: bool) -> Option<DateTime> {
    if !serial.is_finite() || !(0.0..2_958_466.0).contains(&serial) {
        return None;
    }
    let (mut days, mut seconds) = (
        serial.trunc() as i64,
        (serial.fract() * 86_400.0).round() as i64,
    );
    if seconds == 86_400 {
        (days, seconds) = (days + 1, 0);
    }
    let base = match (from_1904, days) {
        (true, _) => civil(1904, 1, 1),
        (false, 60) => return None,
        (false, 0..60) => civil(1899, 12, 31),
        (false, _) => civil(1899, 12, 30),
    };
    let date = base.checked_add(days.days()).ok()?;
    let time = Time::midnight().checked_add(seconds.seconds()).ok()?;
    Some(date.to_datetime(time))
}

/// `20230501`, `202305`, `2023`, or a serial.
fn bare_digits(digits: &str, text: &str) -> Result<TypedDate, TypedError> {
    let error = || TypedError::NotADate {
        text: text.to_owned(),
    };
    let number: i64 = digits.parse().map_err(|_| error())?;
    let part = |range: std::ops::Range<usize>| digits[range].parse::<i32>().map_err(|_| error());
    match digits.len() {
        8 => make(part(0..4)?, part(4..6)?, part(6..8)?, Precision::Day, text),
        6 if (1..=12).contains(&part(4..6)?) && YEARS.contains(&part(0..4)?) => {
            make(part(0..4)?, part(4..6)?, 1, Precision::Month, text)
        }
        4 if YEARS.contains(&part(0..4)?) => make(part(0..4)?, 1, 1, Precision::Year, text),
        5 if LIKELY_SERIALS.contains(&number) => {
            let at = excel_date_time(number as f64, false).ok_or_else(error)?;
            Ok(TypedDate {
                date: at.date(),
                precision: Precision::Day,
            })
        }
        _ => Err(error()),
    }
}

fn make(
    year: i32,
    month: i32,
    day: i32,
    precision: Precision,
    text: &str,
) -> Result<TypedDate, TypedError> {
    let none = || TypedError::NoSuchDay {
        text: text.to_owned(),
    };
    if !YEARS.contains(&year) {
        return Err(none());
    }
    let narrow = |n: i32| i8::try_from(n).map_err(|_| none());
    let year = i16::try_from(year).map_err(|_| none())?;
    let date = Date::new(year, narrow(month)?, narrow(day)?).map_err(|_| none())?;
    Ok(TypedDate { date, precision })
}

/// The text before a time of day (`2023-05-01 00:00:00`, `2023-05-01T08:00`).
fn without_time(plain: &str) -> &str {
    let Some(colon) = plain.find(':') else {
        return plain;
    };
    let before = &plain[..colon];
    match before.rfind([' ', 'T']) {
        Some(blank) => plain[..blank].trim_end(),
        None => plain,
    }
}

/// Year, month and day by their separators; the marks 年月日 only in that order.
fn split(compact: &str) -> Option<Vec<&str>> {
    let text = compact.trim_end_matches(['日', '号']);
    let mut parts = Vec::new();
    let (mut rest, mut marks) = (text, Vec::new());
    while let Some(at) = rest.find(|c: char| !c.is_ascii_digit()) {
        let mark = rest[at..].chars().next()?;
        parts.push(&rest[..at]);
        marks.push(mark);
        rest = &rest[at + mark.len_utf8()..];
    }
    if !rest.is_empty() {
        parts.push(rest);
    }
    if parts.is_empty() || parts.len() > 3 || parts.iter().any(|it| it.is_empty() || it.len() > 4) {
        return None;
    }
    let fine = match marks.as_slice() {
        ['年'] => parts.len() <= 2,
        ['年', '月'] => parts.len() >= 2,
        ['月'] => parts.len() <= 2,
        [one] => matches!(one, '.' | '-' | '/' | '、' | '\\') && parts.len() == 2,
        [one, two] => {
            one == two && matches!(one, '.' | '-' | '/' | '、' | '\\' | '_') && parts.len() == 3
        }
        _ => false,
    };
    fine.then_some(parts)
}

/// Han digits of a date (二〇二三年五月十二日) as Arabic ones.
fn han_years(text: &str) -> String {
    let digit = |c: char| {
        "〇一二三四五六七八九"
            .chars()
            .position(|it| it == c || (c == '零' || c == '○') && it == '〇')
    };
    let mut out = String::new();
    let chars: Vec<char> = text.chars().collect();
    for (at, &c) in chars.iter().enumerate() {
        let before = at > 0 && digit(chars[at - 1]).is_some();
        let after = chars.get(at + 1).is_some_and(|&it| digit(it).is_some());
        match (c, before, after) {
            ('十', true, true) => {}
            ('十', true, false) => out.push('0'),
            ('十', false, true) => out.push('1'),
            ('十', false, false) => out.push_str("10"),
            _ => match digit(c) {
                Some(d) => out.push_str(&d.to_string()),
                None => out.push(c),
            },
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(got: &Result<Option<TypedDate>, TypedError>) -> Result<String, &'static str> {
        match got {
            Err(error) => Err(error.code()),
            Ok(None) => Ok(String::new()),
            Ok(Some(it)) => Ok(match it.precision {
                Precision::Day => it.date.to_string(),
                Precision::Month => it.date.strftime("%Y-%m").to_string(),
                Precision::Year => it.date.year().to_string(),
            }),
        }
    }

    #[test]
    fn dates_are_read_as_people_type_them() {
        let cases = [
            ("2023.5.1", Ok("2023-05-01")),
            ("2023-5-1", Ok("2023-05-01")),
            ("2023/05/01", Ok("2023-05-01")),
            ("2023年5月1日", Ok("2023-05-01")),
            ("2023 年 5 月 1 日", Ok("2023-05-01")),
            ("２０２３．０５．０１", Ok("2023-05-01")),
            ("二〇二三年十二月二十五日", Ok("2023-12-25")),
            ("二零二三年十月三十日", Ok("2023-10-30")),
            ("20230501", Ok("2023-05-01")),
            ("2023-05-01 00:00:00", Ok("2023-05-01")),
            ("2023-05-01T08:30", Ok("2023-05-01")),
            ("45231", Ok("2023-11-01")),
            ("2023/05", Ok("2023-05")),
            ("2023年5月", Ok("2023-05")),
            ("202305", Ok("2023-05")),
            ("2023.10", Ok("2023-10")),
            ("2023年", Ok("2023")),
            ("2023", Ok("2023")),
            ("'2023-05-01", Ok("2023-05-01")),
            ("—", Ok("")),
            ("2023-02-30", Err("typed_no_such_day")),
            ("2023年13月", Err("typed_no_such_day")),
            ("20231301", Err("typed_no_such_day")),
            ("5月1日", Err("typed_year_missing")),
            ("23.5.1", Err("typed_year_missing")),
            ("5/1/2023", Err("typed_year_missing")),
            ("2023.5-1", Err("typed_not_a_date")),
            ("2023年5月至6月", Err("typed_not_a_date")),
            ("去年", Err("typed_not_a_date")),
            ("12", Err("typed_not_a_date")),
        ];
        for (text, wanted) in cases {
            let got = date(text);
            assert_eq!(said(&got).as_deref().map_err(|it| *it), wanted, "`{text}`");
        }
    }

    #[test]
    fn a_day_needs_its_day() {
        assert_eq!(
            day("2023年5月").map_err(|it| it.code()),
            Err("typed_day_missing")
        );
        assert_eq!(day("2023年5月6日"), Ok(Some(civil(2023, 5, 6))));
    }

    #[test]
    fn serials_know_the_leap_day_that_never_was() {
        let cases = [
            (1.0, false, Some("1900-01-01T00:00:00")),
            (59.0, false, Some("1900-02-28T00:00:00")),
            (60.0, false, None),
            (61.0, false, Some("1900-03-01T00:00:00")),
            (45231.0, false, Some("2023-11-01T00:00:00")),
            (45231.5, false, Some("2023-11-01T12:00:00")),
            (45_231.999_999_99, false, Some("2023-11-02T00:00:00")),
            (43769.0, true, Some("2023-11-01T00:00:00")),
            (-1.0, false, None),
            (3e6, false, None),
            (f64::NAN, false, None),
        ];
        for (serial, from_1904, wanted) in cases {
            let got = excel_date_time(serial, from_1904).map(|it| it.to_string());
            assert_eq!(got.as_deref(), wanted, "{serial}");
        }
    }

    #[test]
    fn numbers_without_a_date_format_are_dates_only_where_sure() {
        let cases = [
            ("45231", Ok("2023-11-01")),
            ("45231.75", Ok("2023-11-01")),
            ("20230501", Ok("2023-05-01")),
            ("2023.1", Err("typed_ambiguous")),
            ("300", Err("typed_not_a_date")),
        ];
        for (text, wanted) in cases {
            let got = date_from_number(text.parse().unwrap()).map(Some);
            assert_eq!(said(&got).as_deref().map_err(|it| *it), wanted, "{text}");
        }
    }
}
