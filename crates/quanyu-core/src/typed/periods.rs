//! Periods as people type them: `2023年上半年`, `2023年1-9月`, and the forms of [`Period`] itself.

use super::{TypedError, date, dates::Precision, is_nothing, plain};
use crate::period::Period;

/// Reads a period; `None` for blank.
///
/// # Errors
/// [`TypedError::NotAPeriod`], saying what is allowed.
pub fn period(text: &str) -> Result<Option<Period>, TypedError> {
    let plain = plain(text).replace(' ', "");
    if is_nothing(&plain) {
        return Ok(None);
    }
    read(&plain)
        .map(Some)
        .ok_or_else(|| TypedError::NotAPeriod {
            text: text.to_owned(),
        })
}

fn read(plain: &str) -> Option<Period> {
    if let Ok(period) = plain.to_uppercase().parse() {
        return Some(period);
    }
    if let Some((year, rest)) = plain.split_once('年') {
        let year = year_of(year)?;
        return part_of_year(year, rest.trim_start_matches('度'));
    }
    if let Some((first, last)) = plain.split_once(['-', '—', '至', '~'])
        && let (Some(first), Some(last)) = (year_of(first), year_of(last))
    {
        return Period::months(first, 1, last, 12);
    }
    // 2023.9, 2023/09, 202309: a month as dates are typed; a day is no period.
    match date(plain).ok()?? {
        it if it.precision == Precision::Month => {
            Period::month(i32::from(it.date.year()), i32::from(it.date.month()))
        }
        _ => None,
    }
}

fn part_of_year(year: i32, rest: &str) -> Option<Period> {
    let months = |first, last| Period::months(year, first, year, last);
    match rest {
        "" | "全年" => return Period::year(year),
        "上半年" => return months(1, 6),
        "下半年" => return months(7, 12),
        "前三季度" | "一至三季度" | "一-三季度" | "1-3季度" => return months(1, 9),
        _ => {}
    }
    if let Some(quarter) = rest.strip_suffix("季度") {
        let quarter = match quarter.trim_start_matches('第') {
            "一" | "1" => 1,
            "二" | "2" => 2,
            "三" | "3" => 3,
            "四" | "4" => 4,
            _ => return None,
        };
        return months(quarter * 3 - 2, quarter * 3);
    }
    // 2023年1月-2024年3月
    for mark in ["月-", "月至", "月—", "月~"] {
        if let Some((first, last)) = rest.split_once(mark)
            && let Some((last_year, last)) = last.split_once('年')
        {
            return Period::months(
                year,
                first.parse().ok()?,
                year_of(last_year)?,
                last.strip_suffix('月')?.parse().ok()?,
            );
        }
    }
    if let Some(last_year) = rest
        .strip_prefix(['-', '—', '至', '~'])
        .and_then(|it| it.strip_suffix('年'))
    {
        return Period::months(year, 1, year_of(last_year)?, 12);
    }
    let rest = rest
        .strip_suffix("月份")
        .or_else(|| rest.strip_suffix('月'))?;
    match rest.split_once(['-', '—', '至', '~']) {
        Some((first, last)) => months(
            first.trim_end_matches('月').parse().ok()?,
            last.parse().ok()?,
        ),
        None => Period::month(year, rest.parse().ok()?),
    }
}

fn year_of(text: &str) -> Option<i32> {
    (text.len() == 4 && text.bytes().all(|b| b.is_ascii_digit()))
        .then(|| text.parse().ok())
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_are_read_as_people_type_them() {
        let cases = [
            ("2023", Some("2023")),
            ("2023年", Some("2023")),
            ("2023年度", Some("2023")),
            ("2023年全年", Some("2023")),
            ("2023年上半年", Some("2023H1")),
            ("２０２３年下半年", Some("2023H2")),
            ("2023H1", Some("2023H1")),
            ("2023h1", Some("2023H1")),
            ("2023年三季度", Some("2023Q3")),
            ("2023年第3季度", Some("2023Q3")),
            ("2023年前三季度", Some("2023-01/2023-09")),
            ("2023年1-9月", Some("2023-01/2023-09")),
            ("2023年1—9月", Some("2023-01/2023-09")),
            ("2023年1月至9月", Some("2023-01/2023-09")),
            ("2023年9月", Some("2023-09")),
            ("2023.9", Some("2023-09")),
            ("2023/09", Some("2023-09")),
            ("2023-09", Some("2023-09")),
            ("2022-2023", Some("2022-2023")),
            ("2022年-2023年", Some("2022-2023")),
            ("2022年11月-2023年3月", Some("2022-11/2023-03")),
            ("", Some("")),
            ("2023年13月", None),
            ("2023年9-1月", None),
            ("2023-05-01", None),
            ("今年", None),
        ];
        for (text, wanted) in cases {
            let got = period(text)
                .ok()
                .map(|it| it.map(|it| it.to_string()).unwrap_or_default());
            assert_eq!(got.as_deref(), wanted, "`{text}`");
        }
    }
}
