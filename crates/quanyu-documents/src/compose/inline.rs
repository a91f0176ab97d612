//! The marks within a line: `**stressed**`, figures, and what takes away the meaning of a mark (`\*`).
//!
//! Owns the marks of lines and their escaping. Leaves what begins a line to [`super::blocks`].
//!
//! Invariant: text from data never becomes a mark: it goes through [`escaped`].

use super::model::{FigureRun, Run};

/// Stand around the index of a figure in what a template renders. Private characters, which no text of people holds.
const FIGURE: (char, char) = ('\u{e000}', '\u{e001}');

/// The mark of a figure.
pub(super) fn figure(index: usize) -> String {
    format!("{}{index}{}", FIGURE.0, FIGURE.1)
}

/// Data as text: what would be a mark is only a character, a line stays a line.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' | '*' | '#' | '@' | '|' => out.extend(['\\', c]),
            '\u{e000}'..='\u{e00f}' => {}
            _ if c.is_control()
                || matches!(c, '\u{2028}' | '\u{2029}' | '\u{fffe}' | '\u{ffff}') =>
            {
                out.push(' ')
            }
            _ => out.push(c),
        }
    }
    out
}

/// A line as runs.
pub(super) fn runs(line: &str, figures: &[FigureRun]) -> Vec<Run> {
    let mut out: Vec<Run> = Vec::new();
    let mut strong = false;
    let mut text = String::new();
    let mut chars = line.chars().peekable();
    let flush = |text: &mut String, strong: bool, out: &mut Vec<Run>| {
        if !text.is_empty() {
            out.push(Run {
                text: std::mem::take(text),
                strong,
                figure: None,
            });
        }
    };
    while let Some(c) = chars.next() {
        match c {
            '\\' => text.extend(chars.next().iter()),
            '*' if chars.peek() == Some(&'*') => {
                chars.next();
                flush(&mut text, strong, &mut out);
                strong = !strong;
            }
            _ if c == FIGURE.0 => {
                let number: String = chars.by_ref().take_while(|it| *it != FIGURE.1).collect();
                let index = number
                    .parse::<usize>()
                    .ok()
                    .filter(|it| *it < figures.len());
                if let Some(index) = index {
                    flush(&mut text, strong, &mut out);
                    out.push(Run {
                        text: figures[index].text.clone(),
                        strong,
                        figure: Some(index),
                    });
                }
            }
            _ => text.push(c),
        }
    }
    flush(&mut text, strong, &mut out);
    out
}

/// Cuts a line at each `|` that is a mark.
pub(super) fn cells(line: &str) -> Vec<&str> {
    let mut out = Vec::new();
    let (mut from, mut skip) = (0, false);
    for (at, c) in line.char_indices() {
        match c {
            _ if skip => skip = false,
            '\\' => skip = true,
            '|' => {
                out.push(line[from..at].trim());
                from = at + 1;
            }
            _ => {}
        }
    }
    out.push(line[from..].trim());
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_is_never_a_mark() {
        for text in [
            "**示例**公司",
            "# 示例",
            "@sign: 某人",
            "甲|乙",
            r"反斜\线",
            "两行\n# 题",
            "\u{e000}0\u{e001}",
        ] {
            let line = escaped(text);
            assert!(!line.contains('\n') && cells(&line).len() == 1, "{text}");
            let runs = runs(&line, &[]);
            let said: String = runs.iter().map(|it| it.text.as_str()).collect();
            let wanted: String = text
                .replace('\n', " ")
                .replace(['\u{e000}', '\u{e001}'], "");
            assert_eq!(said, wanted);
            assert!(
                runs.iter().all(|it| !it.strong && it.figure.is_none()),
                "{text}"
            );
        }
    }

    #[test]
    fn stress_and_cells_are_marks() {
        let found = runs("**一是抓培育。**全年", &[]);
        assert_eq!(
            found
                .iter()
                .map(|it| (it.text.as_str(), it.strong))
                .collect::<Vec<_>>(),
            [("一是抓培育。", true), ("全年", false)]
        );
        assert_eq!(cells(r" 甲 | 乙\|丙 |"), ["甲", r"乙\|丙", ""]);
    }
}
