//! Number formats: which cells are dates or percentages.

use std::collections::BTreeMap;

use quick_xml::{Reader, events::Event};

use super::{super::WorkbookError, attribute, xml_fault};
use crate::package::Package;

/// How a number is shown, as far as it changes what the number means.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in super::super) enum Shown {
    /// As a number.
    #[default]
    Plain,
    /// As a date, with or without time.
    Date,
    /// As a time of day or a duration.
    Time,
    /// With a percent sign.
    Percent,
}

/// How the cells of each style are shown.
#[derive(Default)]
pub(super) struct Styles {
    shown: Vec<Shown>,
}

impl Styles {
    pub(super) fn get(&self, style: usize) -> Shown {
        self.shown.get(style).copied().unwrap_or_default()
    }

    pub(super) fn read(package: &Package, part: &str) -> Result<Self, WorkbookError> {
        let text = package.text(part)?;
        let mut reader = Reader::from_reader(text.as_bytes());
        let mut buffer = Vec::new();
        let mut own: BTreeMap<u32, Shown> = BTreeMap::new();
        let mut styles = Self::default();
        let mut in_cells = false;
        loop {
            match reader
                .read_event_into(&mut buffer)
                .map_err(|it| xml_fault(part, it))?
            {
                Event::Start(tag) | Event::Empty(tag) => {
                    let number = |name| attribute(&tag, name).and_then(|it| it.parse::<u32>().ok());
                    match tag.local_name().as_ref() {
                        "numFmt" => {
                            if let (Some(id), Some(code)) =
                                (number("numFmtId"), attribute(&tag, "formatCode"))
                            {
                                own.insert(id, shown_by(&code));
                            }
                        }
                        "cellXfs" => in_cells = true,
                        "xf" if in_cells => {
                            let id = number("numFmtId").unwrap_or(0);
                            styles
                                .shown
                                .push(own.get(&id).copied().unwrap_or_else(|| built_in(id)));
                        }
                        _ => {}
                    }
                }
                Event::End(tag) if tag.local_name().as_ref() == "cellXfs" => in_cells = false,
                Event::Eof => return Ok(styles),
                _ => {}
            }
            buffer.clear();
        }
    }
}

/// Formats that have a number and no code, in Chinese versions too (27–36, 50–58).
pub(in super::super) fn built_in(id: u32) -> Shown {
    match id {
        9 | 10 => Shown::Percent,
        14..=17 | 22 | 27..=31 | 36 | 50..=54 | 57 | 58 => Shown::Date,
        18..=21 | 32..=35 | 45..=47 | 55 | 56 => Shown::Time,
        _ => Shown::Plain,
    }
}

/// What a format code shows: letters outside quotes, escapes and `[Red]`.
pub(in super::super) fn shown_by(code: &str) -> Shown {
    let (mut date, mut time, mut month, mut percent) = (false, false, false, false);
    let mut chars = code.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' => drop(chars.by_ref().find(|it| *it == '"')),
            '\\' | '_' | '*' => drop(chars.next()),
            '[' => {
                let inner: String = chars.by_ref().take_while(|it| *it != ']').collect();
                time |= matches!(inner.to_ascii_lowercase().trim_matches(['h', 'm', 's']), "")
                    && !inner.is_empty();
            }
            ';' => break,
            '%' => percent = true,
            'y' | 'Y' | 'd' | 'D' | 'e' if !code.contains("General") => date = true,
            'h' | 'H' | 's' | 'S' => time = true,
            'm' | 'M' => month = true,
            'E' => {}
            _ => {}
        }
    }
    // `0.00E+00` has an E; `General` and `G/通用格式` have letters of no meaning here.
    if code.contains("General") || code.contains("通用格式") {
        return Shown::Plain;
    }
    match (date, time, month, percent) {
        (true, ..) => Shown::Date,
        (false, true, ..) => Shown::Time,
        (false, false, true, _) => Shown::Date,
        (.., true) => Shown::Percent,
        _ => Shown::Plain,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn format_codes_tell_dates_and_percentages() {
        let cases = [
            ("General", Shown::Plain),
            ("0.00_ ", Shown::Plain),
            ("#,##0.00;[Red]-#,##0.00", Shown::Plain),
            ("0.00E+00", Shown::Plain),
            ("0\"days\"", Shown::Plain),
            ("0!.0,\"万\"", Shown::Plain),
            ("@", Shown::Plain),
            ("0.0%", Shown::Percent),
            ("yyyy\"年\"m\"月\"d\"日\";@", Shown::Date),
            ("[$-804]yyyy-mm-dd", Shown::Date),
            ("m\"月\"", Shown::Date),
            ("h:mm:ss", Shown::Time),
            ("[h]:mm", Shown::Time),
        ];
        for (code, shown) in cases {
            assert_eq!(shown_by(code), shown, "`{code}`");
        }
    }
}
