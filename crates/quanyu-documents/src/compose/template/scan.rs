//! What can be said of a template without rendering it: its syntax, and the indicators that it names.
//!
//! Owns finding `fig("…"`, `can("…"`, `parts("…"`, `chart("…"` in tags. A name that is put together while the template runs
//! is looked at then.

use std::ops::Range;

use minijinja::Error;

use super::{environment, reason};

/// The functions whose first argument names an indicator.
const NAMING: [&str; 4] = ["fig", "can", "parts", "chart"];

/// Something wrong with a template, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// What it is.
    pub kind: FaultKind,
    /// The bytes of the text that it is about.
    pub range: Range<usize>,
}

/// What is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FaultKind {
    /// The template engine cannot read it; what it said.
    Syntax(String),
    /// No indicator of that name.
    Indicator(String),
    /// Half-width punctuation behind a Han character, in the text itself.
    Punctuation(char),
}

/// Everything wrong with a template that can be told without figures. `is_indicator` knows the names.
#[must_use]
pub fn check(source: &str, is_indicator: impl Fn(&str) -> bool) -> Vec<Fault> {
    let mut faults = Vec::new();
    if let Err(error) = environment().template_from_str(source) {
        faults.push(Fault {
            range: place(source, &error),
            kind: FaultKind::Syntax(reason(&error)),
        });
        // Past a slip of syntax the tags may be anything.
        return faults;
    }
    for (inside, range) in pieces(source) {
        let text = &source[range.clone()];
        if inside {
            for (name, at) in names(text) {
                if !is_indicator(&name) {
                    let start = range.start + at;
                    faults.push(Fault {
                        range: start..start + name.len(),
                        kind: FaultKind::Indicator(name),
                    });
                }
            }
        } else {
            faults.extend(punctuation(text).map(|(at, c)| Fault {
                kind: FaultKind::Punctuation(c),
                range: range.start + at..range.start + at + c.len_utf8(),
            }));
        }
    }
    faults
}

/// Where the engine stumbled: the range that it says, else the whole line.
fn place(source: &str, error: &Error) -> Range<usize> {
    if let Some(range) = error.range().filter(|it| it.end <= source.len()) {
        return range;
    }
    let wanted = error.line().unwrap_or(1);
    let mut from = 0;
    for (number, line) in source.split_inclusive('\n').enumerate() {
        if number + 1 == wanted {
            return from..from + line.trim_end().len();
        }
        from += line.len();
    }
    0..0
}

/// Text and tags in turn: whether it is inside a tag, and its bytes. Comments are left out.
fn pieces(source: &str) -> Vec<(bool, Range<usize>)> {
    let mut out = Vec::new();
    let mut at = 0;
    while let Some(open) = source[at..].find('{').map(|it| at + it) {
        let close = match source[open..].get(..2) {
            Some("{{") => "}}",
            Some("{%") => "%}",
            Some("{#") => "#}",
            _ => {
                out.push((false, at..open + 1));
                at = open + 1;
                continue;
            }
        };
        out.push((false, at..open));
        let end = source[open..]
            .find(close)
            .map_or(source.len(), |it| open + it);
        if close != "#}" {
            out.push((true, open + 2..end));
        }
        at = (end + 2).min(source.len());
    }
    out.push((false, at..source.len()));
    out
}

/// The names of indicators in a tag, and where each stands.
fn names(tag: &str) -> Vec<(String, usize)> {
    let mut out = Vec::new();
    for function in NAMING {
        let mut from = 0;
        while let Some(found) = tag[from..].find(function).map(|it| from + it) {
            from = found + function.len();
            let before = tag[..found].chars().next_back();
            if before.is_some_and(|it| it.is_alphanumeric() || it == '_' || it == '.') {
                continue;
            }
            let rest = tag[from..].trim_start();
            let Some(rest) = rest.strip_prefix('(').map(str::trim_start) else {
                continue;
            };
            let Some(quote) = rest.chars().next().filter(|it| matches!(it, '"' | '\'')) else {
                continue;
            };
            if let Some(end) = rest[1..].find(quote) {
                let at = tag.len() - rest.len() + 1;
                out.push((rest[1..=end].to_owned(), at));
            }
        }
    }
    out.sort_by_key(|it| it.1);
    out
}

/// Half-width marks behind a Han character.
fn punctuation(text: &str) -> impl Iterator<Item = (usize, char)> {
    let han = |it: char| ('\u{4e00}'..='\u{9fff}').contains(&it);
    let next = text.char_indices().skip(1);
    text.chars()
        .zip(next)
        .filter(move |(before, (_, c))| {
            han(*before) && matches!(c, ',' | ';' | '?' | '!' | '(' | ':')
        })
        .map(|(_, it)| it)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_is_checked_without_figures() {
        #[rustfmt::skip]
        let cases = [
            ("{{ fig(\"known\", \"超\") }}和{{ can('known') }}",    "[]"),
            ("一\n{{ fig(\"knwon\") }}",                            "[Indicator(\"knwon\") knwon]"),
            ("{% for it in parts( 'no' ) %}{% endfor %}",           "[Indicator(\"no\") no]"),
            ("{# fig('no') #} fig('no') {{ config('no') }}",        "[]"),
            ("{{ fig(name) }}",                                     "[]"),
            ("全年,完成",                                           "[Punctuation(',') ,]"),
            ("@to: 各科室：\n增长3,000",                            "[]"),
        ];
        for (source, wanted) in cases {
            let faults = check(source, |it| it == "known");
            let told: Vec<String> = faults
                .iter()
                .map(|it| format!("{:?} {}", it.kind, &source[it.range.clone()]))
                .collect();
            assert_eq!(format!("[{}]", told.join(", ")), wanted, "{source}");
        }
        let faults = check("一\n{% if %}", |_| true);
        assert!(
            matches!(
                faults[..],
                [Fault {
                    kind: FaultKind::Syntax(_),
                    ..
                }]
            ),
            "{faults:?}"
        );
    }
}
