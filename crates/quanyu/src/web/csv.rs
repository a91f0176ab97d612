//! Tables as CSV that Excel opens well: UTF-8 with its mark, and no cell that a spreadsheet would run as a formula.

/// A table as text.
pub(super) fn table(heads: &[String], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let mut out = String::from("\u{feff}");
    line(&mut out, heads);
    for row in rows {
        line(&mut out, &row);
    }
    out
}

fn line(out: &mut String, cells: &[String]) {
    for (place, cell) in cells.iter().enumerate() {
        if place > 0 {
            out.push(',');
        }
        let guard = is_formula(cell);
        let quote = guard || cell.contains(['"', ',', '\n', '\r']);
        if quote {
            out.push('"');
        }
        if guard {
            out.push('\'');
        }
        out.push_str(&cell.replace('"', "\"\""));
        if quote {
            out.push('"');
        }
    }
    out.push_str("\r\n");
}

/// Whether a spreadsheet would run the cell. A negative number is no formula.
fn is_formula(cell: &str) -> bool {
    match cell.chars().next() {
        Some('=' | '@' | '\t' | '\r') => true,
        Some('+' | '-') => !cell[1..]
            .chars()
            .all(|it| it.is_ascii_digit() || matches!(it, '.' | ',' | '%')),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_quoted_and_formulas_are_disarmed() {
        let cases = [
            ("甲", "甲"),
            ("1,234.5", "\"1,234.5\""),
            ("说\"好\"", "\"说\"\"好\"\"\""),
            ("=1+1", "\"'=1+1\""),
            ("@x", "\"'@x\""),
            ("-cmd|' /C calc'!A0", "\"'-cmd|' /C calc'!A0\""),
            ("-12.5", "-12.5"),
            ("+3%", "+3%"),
        ];
        for (cell, want) in cases {
            let text = table(&["头".into()], [vec![cell.to_owned()]]);
            assert_eq!(text, format!("\u{feff}头\r\n{want}\r\n"), "{cell}");
        }
    }
}
