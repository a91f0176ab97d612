//! Official numbers as they stand on paper.

/// A number as people write it, with brackets of either kind: series, year, number.
pub(super) fn written(text: &str) -> Option<(String, i64, i64)> {
    let text = text.trim();
    let (series, rest) = text.split_once(['〔', '［', '[', '（', '('])?;
    let (year, rest) = rest.split_once(['〕', '］', ']', '）', ')'])?;
    let n = rest.trim().trim_end_matches('号').trim();
    let whole = |it: &str| {
        let digits = !it.is_empty() && it.bytes().all(|it| it.is_ascii_digit());
        digits.then(|| it.parse::<i64>().ok()).flatten()
    };
    let year = whole(year.trim()).filter(|it| (1949..=2200).contains(it))?;
    Some((series.trim().to_owned(), year, whole(n)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_on_paper_is_read_with_either_brackets() {
        #[rustfmt::skip]
        let cases = [
            ("示科〔2023〕5号",    Some(("示科", 2023, 5))),
            (" 示科[2023]12号 ",   Some(("示科", 2023, 12))),
            ("示科函（2024）3",     Some(("示科函", 2024, 3))),
            ("示科〔23〕5号",       None),
            ("示科2023第5号",       None),
            ("示科〔2023〕五号",    None),
            ("",                   None),
        ];
        for (text, want) in cases {
            let got = written(text);
            let want = want.map(|(series, year, n)| (series.to_owned(), year, n));
            assert_eq!(got, want, "{text}");
        }
    }
}
