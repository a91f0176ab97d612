//! Places that all page writers share: where issuer and date stand, how wide columns are.
//!
//! Owns the measures in half characters. Leaves points and millimetres to the writers.

use super::model::{Run, Sign, Table, text_of};

/// Characters in a line of the type area.
pub(super) const LINE: u32 = 28;

/// Width of a text in half characters: Han are two, letters and digits one.
pub(super) fn half_widths(text: &str) -> u32 {
    text.chars()
        .map(|it| if it.is_ascii() { 1 } else { 2 })
        .sum()
}

/// How far issuer and date end from the right edge.
///
/// With a seal the date ends four characters in and the issuer is centred on it. Without, the issuer ends two in and the
/// date begins two behind the issuer's beginning; a date that is longer ends two in, and the issuer gives way.
pub(super) fn signature(sign: &Sign) -> (u32, u32) {
    let (issuer, date) = (half_widths(&sign.issuer), half_widths(&sign.date));
    let fit = |it: u32| it.min(2 * LINE);
    if sign.sealed {
        return (fit((8 + date / 2).saturating_sub(issuer / 2)), 8);
    }
    if date > issuer {
        return (fit(8 + date - issuer), 4);
    }
    (4, fit(issuer - date))
}

/// What each column asks for: its longest cell in half characters, from 6 to 40.
pub(super) fn shares(table: &Table) -> Vec<u32> {
    let length = |cell: &[Run]| half_widths(&text_of(cell));
    (0..table.head.len())
        .map(|column| {
            let cells = std::iter::once(&table.head).chain(&table.rows);
            let longest = cells
                .filter_map(|it| it.get(column))
                .map(|it| length(it))
                .max();
            longest.unwrap_or(0).clamp(6, 40) + 2
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn issuer_and_date_stand_where_the_standard_says() {
        #[rustfmt::skip]
        let cases = [
            // issuer,             date,                sealed, from the right
            ("示例区科学技术局",   "2024年1月8日",      false,  (4, 4)),
            ("示例区科技局",       "2024年12月28日",    false,  (10, 4)),
            ("示例区科学技术局",   "2024年1月8日",      true,   (6, 8)),
            ("示例区人民政府办公室", "2024年1月8日",    false,  (4, 8)),
        ];
        for (issuer, date, sealed, wanted) in cases {
            let sign = Sign {
                issuer: issuer.to_owned(),
                date: date.to_owned(),
                sealed,
            };
            assert_eq!(signature(&sign), wanted, "{issuer} {date}");
        }
    }
}
