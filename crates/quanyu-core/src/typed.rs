//! Values as people type them into a cell: numbers, dates, periods, yes and no, codes.
//!
//! Owns the reading of one cell's text (`12.5万`, `１２，５００`, `2023.5.1`, `２０２３年上半年`, `√`, `'0012`) and of a
//! spreadsheet's date serials. Leaves running text to the reader of documents, what a field allows to the pack.
//!
//! Invariant: a text is read in the one way it can be meant, or refused with what is allowed; a blank is `None`,
//! never 0. Nothing is guessed: `约300` and `3-5` are no numbers, `2023.1` typed as a number is no month.
//!
//! Start reading at [`number`], then [`date`]; the cases are at the end of each file.

mod dates;
mod numbers;
mod periods;

pub use dates::{Precision, TypedDate, date, date_from_number, day, excel_date_time};
pub use numbers::{TypedNumber, amount, number, number_in};
pub use periods::period;

/// Why a typed value was refused. The texts for people are found by [`TypedError::code`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TypedError {
    /// Not a number in any form that is read.
    #[error("`{text}` is not a number; write 1234.5, 1,234.5, 12.5万, 3.2亿元 or 25%")]
    NotANumber {
        /// What was typed.
        text: String,
    },
    /// Said to be about so much, or more than so much.
    #[error("`{text}` is not exact; write the number itself")]
    NotExact {
        /// What was typed.
        text: String,
    },
    /// Two numbers where one belongs.
    #[error("`{text}` is a range; write one number")]
    IsRange {
        /// What was typed.
        text: String,
    },
    /// Commas that group neither by three nor by four.
    #[error("the commas of `{text}` group neither thousands nor ten thousands")]
    Grouping {
        /// What was typed.
        text: String,
    },
    /// More digits than are kept (28).
    #[error("`{text}` is too large or too precise")]
    TooLarge {
        /// What was typed.
        text: String,
    },
    /// The unit typed is another kind than the column's.
    #[error("`{text}` is in {found}, the column in {wanted}")]
    OtherUnit {
        /// What was typed.
        text: String,
        /// The unit found in it.
        found: String,
        /// The unit of the column.
        wanted: String,
    },
    /// Not a date in any form that is read.
    #[error("`{text}` is not a date; write 2023-05-01, 2023.5.1 or 2023年5月1日")]
    NotADate {
        /// What was typed.
        text: String,
    },
    /// The form is a date, the day does not exist.
    #[error("there is no day `{text}`")]
    NoSuchDay {
        /// What was typed.
        text: String,
    },
    /// A year with two digits, or none.
    #[error("`{text}` has no year of four digits; write 2023-05-01")]
    YearMissing {
        /// What was typed.
        text: String,
    },
    /// A month or a year where a day is needed.
    #[error("`{text}` has no day; write 2023-05-01")]
    DayMissing {
        /// What was typed.
        text: String,
    },
    /// Can be read in two ways.
    #[error("`{text}` can be meant in two ways; write 2023-05-01 or 2023年5月")]
    Ambiguous {
        /// What was typed.
        text: String,
    },
    /// Neither yes nor no.
    #[error("`{text}` is neither yes nor no; write 是 or 否")]
    NotYesNo {
        /// What was typed.
        text: String,
    },
    /// Not a period.
    #[error("`{text}` is not a period; write 2023年, 2023年上半年, 2023年1-9月, 2023H1 or 2023-09")]
    NotAPeriod {
        /// What was typed.
        text: String,
    },
    /// A spreadsheet has turned a long code into a number and dropped digits.
    #[error(
        "`{text}` has lost digits in a spreadsheet; format the column as text and type the code again"
    )]
    LostDigits {
        /// What was typed.
        text: String,
    },
}

impl TypedError {
    /// The key of the texts for people.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotANumber { .. } => "typed_not_a_number",
            Self::NotExact { .. } => "typed_not_exact",
            Self::IsRange { .. } => "typed_is_range",
            Self::Grouping { .. } => "typed_grouping",
            Self::TooLarge { .. } => "typed_too_large",
            Self::OtherUnit { .. } => "typed_other_unit",
            Self::NotADate { .. } => "typed_not_a_date",
            Self::NoSuchDay { .. } => "typed_no_such_day",
            Self::YearMissing { .. } => "typed_year_missing",
            Self::DayMissing { .. } => "typed_day_missing",
            Self::Ambiguous { .. } => "typed_ambiguous",
            Self::NotYesNo { .. } => "typed_not_yes_no",
            Self::NotAPeriod { .. } => "typed_not_a_period",
            Self::LostDigits { .. } => "typed_lost_digits",
        }
    }
}

/// The text of a cell in one width: full-width digits, letters and punctuation become ASCII, blanks of every kind are
/// trimmed, the apostrophe that forces text is dropped. Han characters and their punctuation (`、。《》`) stay.
#[must_use]
pub fn plain(text: &str) -> String {
    let narrow: String = text.chars().filter_map(narrow).collect();
    let trimmed = narrow.trim();
    trimmed
        .strip_prefix('\'')
        .unwrap_or(trimmed)
        .trim()
        .to_owned()
}

/// Free text of a cell: `None` when nothing but blanks and the marks for "nothing" stand there. Width is left alone.
#[must_use]
pub fn text(text: &str) -> Option<String> {
    let trimmed = text.trim_matches(is_blank);
    let trimmed = trimmed
        .strip_prefix(['\'', '＇'])
        .unwrap_or(trimmed)
        .trim_matches(is_blank);
    (!trimmed.is_empty()).then(|| trimmed.to_owned())
}

/// A code (credit code, document number, telephone): width and blanks put right, zeros in front kept, `None` for blank.
///
/// # Errors
/// [`TypedError::LostDigits`] for `9.13702E+17`, which a spreadsheet makes of a long code.
pub fn code(text: &str) -> Result<Option<String>, TypedError> {
    let plain = plain(text);
    if is_nothing(&plain) {
        return Ok(None);
    }
    let powers = plain.split_once("E+").is_some_and(|(digits, power)| {
        digits.contains('.')
            && digits.bytes().all(|b| b.is_ascii_digit() || b == b'.')
            && !power.is_empty()
            && power.bytes().all(|b| b.is_ascii_digit())
    });
    if powers {
        return Err(TypedError::LostDigits {
            text: text.to_owned(),
        });
    }
    Ok(Some(plain))
}

/// Yes or no: 是, 有, √, Y, 1 … and 否, 无, ×, N, 0 …; `None` for blank.
///
/// # Errors
/// [`TypedError::NotYesNo`] for anything else.
pub fn yes_no(text: &str) -> Result<Option<bool>, TypedError> {
    let plain = plain(text);
    let answer = match plain.trim_end_matches(['.', '。']).to_lowercase().as_str() {
        "" | "-" | "--" | "—" | "——" | "/" => return Ok(None),
        "是" | "有" | "对" | "已" | "√" | "✓" | "✔" | "☑" | "y" | "yes" | "true" | "t" | "1"
        | "是的" | "属实" => true,
        "否" | "无" | "没有" | "未" | "不是" | "×" | "✗" | "✘" | "☒" | "x" | "n" | "no"
        | "false" | "f" | "0" => false,
        _ => {
            return Err(TypedError::NotYesNo {
                text: text.to_owned(),
            });
        }
    };
    Ok(Some(answer))
}

/// Whether a plain text says that nothing is there: blank or one of the marks tables use for it.
pub(crate) fn is_nothing(plain: &str) -> bool {
    matches!(
        plain,
        "" | "-"
            | "--"
            | "---"
            | "—"
            | "——"
            | "–"
            | "/"
            | "\\"
            | "//"
            | "…"
            | "……"
            | "无"
            | "暂无"
            | "空"
    )
}

fn is_blank(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{feff}' | '\u{200b}')
}

fn narrow(c: char) -> Option<char> {
    Some(match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        '\u{feff}' | '\u{200b}'..='\u{200d}' => return None,
        '‘' | '’' => '\'',
        '−' | '‐' | '‑' | '‒' | '–' | '﹣' => '-',
        c if c.is_whitespace() => ' ',
        c => c,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn yes_and_no_are_read_as_people_tick_them() {
        let cases = [
            ("是", Some(Some(true))),
            (" 有 ", Some(Some(true))),
            ("√", Some(Some(true))),
            ("Ｙ", Some(Some(true))),
            ("否", Some(Some(false))),
            ("无", Some(Some(false))),
            ("×", Some(Some(false))),
            ("No", Some(Some(false))),
            ("", Some(None)),
            ("　", Some(None)),
            ("/", Some(None)),
            ("也许", None),
            ("是否", None),
        ];
        for (text, answer) in cases {
            assert_eq!(yes_no(text).ok(), answer, "`{text}`");
        }
    }

    #[test]
    fn codes_keep_their_zeros_and_lost_digits_are_told() {
        let cases = [
            ("'0012", Ok(Some("0012"))),
            ("９１３７０２ＭＡ", Ok(Some("913702MA"))),
            (" 0532-8888 ", Ok(Some("0532-8888"))),
            ("", Ok(None)),
            ("—", Ok(None)),
            ("9.13702E+17", Err("typed_lost_digits")),
        ];
        for (text, wanted) in cases {
            let got = code(text);
            assert_eq!(
                got.as_ref().map(Option::as_deref).map_err(TypedError::code),
                wanted,
                "`{text}`"
            );
        }
    }

    #[test]
    fn free_text_loses_blanks_around_it_and_nothing_else() {
        let cases = [
            ("　１２，５００ ", Some("１２，５００")),
            ("'0012", Some("0012")),
            (" \u{feff}\t", None),
            ("无", Some("无")),
        ];
        for (typed, kept) in cases {
            assert_eq!(text(typed).as_deref(), kept, "`{typed}`");
        }
    }
}
