//! Automatic numbers of paragraphs, and what styles say of them.

use std::collections::BTreeMap;

use quick_xml::{Reader, events::Event};

use super::{super::FormatError, attribute, fault};
use crate::package::Package;

/// Levels of a list.
const LEVELS: usize = 9;

#[derive(Clone, Debug, Default)]
struct Level {
    start: u32,
    format: String,
    text: String,
}

/// What a style says, its base included.
#[derive(Clone, Debug, Default)]
pub(super) struct Style {
    pub(super) list: Option<String>,
    pub(super) level: u8,
    pub(super) outline: Option<u8>,
    pub(super) is_title: bool,
    base: Option<String>,
}

/// The lists of a document, counting.
#[derive(Default)]
pub(super) struct Numbering {
    abstracts: BTreeMap<String, Vec<Level>>,
    lists: BTreeMap<String, (String, BTreeMap<u8, u32>)>,
    counts: BTreeMap<String, [u32; LEVELS]>,
    styles: BTreeMap<String, Style>,
}

impl Numbering {
    pub(super) fn read(package: &Package) -> Result<Self, FormatError> {
        let mut read = Self::default();
        if package.has("word/numbering.xml") {
            read.lists_of(&package.text("word/numbering.xml")?)?;
        }
        if package.has("word/styles.xml") {
            read.styles_of(&package.text("word/styles.xml")?)?;
        }
        Ok(read)
    }

    /// What a style and those it is based on say.
    pub(super) fn style(&self, id: Option<&str>) -> Style {
        let mut found = Style::default();
        let mut next = id.map(str::to_owned);
        // Bases may name each other in a circle; no honest chain is this long.
        for _ in 0..16 {
            let Some(style) = next.as_ref().and_then(|it| self.styles.get(it)) else {
                break;
            };
            if found.list.is_none() && style.list.is_some() {
                (found.list, found.level) = (style.list.clone(), style.level);
            }
            found.outline = found.outline.or(style.outline);
            found.is_title |= style.is_title;
            next.clone_from(&style.base);
        }
        found
    }

    /// The next number of a list at a level, as it is shown; empty for bullets.
    pub(super) fn next(&mut self, list: &str, level: u8) -> String {
        let Some((of, overrides)) = self.lists.get(list) else {
            return String::new();
        };
        let Some(levels) = self.abstracts.get(of) else {
            return String::new();
        };
        let at = usize::from(level).min(LEVELS - 1);
        let Some(this) = levels.get(at) else {
            return String::new();
        };
        let start = |at: usize| {
            overrides
                .get(&(at as u8))
                .copied()
                .unwrap_or_else(|| levels.get(at).map_or(1, |it| it.start))
        };
        // Lists that share their definition count on together, unless one begins anew.
        let key = if overrides.is_empty() {
            of.clone()
        } else {
            format!("list {list}")
        };
        let counts = self.counts.entry(key).or_insert([0; LEVELS]);
        counts[at] = if counts[at] == 0 {
            start(at)
        } else {
            counts[at].saturating_add(1)
        };
        counts[at + 1..].fill(0);
        for (above, count) in counts.iter_mut().enumerate().take(at) {
            if *count == 0 {
                *count = start(above);
            }
        }
        if matches!(this.format.as_str(), "bullet" | "none") {
            return String::new();
        }
        let mut shown = this.text.clone();
        for (place, count) in counts.iter().enumerate() {
            let format = levels.get(place).map_or("decimal", |it| it.format.as_str());
            shown = shown.replace(&format!("%{}", place + 1), &number(*count, format));
        }
        shown
    }

    fn lists_of(&mut self, xml: &str) -> Result<(), FormatError> {
        let mut reader = Reader::from_str(xml);
        let (mut of, mut list, mut level) = (None::<String>, None::<String>, 0_u8);
        loop {
            match reader
                .read_event()
                .map_err(|it| fault("word/numbering.xml", &it))?
            {
                Event::Start(tag) | Event::Empty(tag) => {
                    let value = || attribute(&tag, "val");
                    let current = |all: &mut BTreeMap<String, Vec<Level>>,
                                   change: &dyn Fn(&mut Level)| {
                        if let (Some(id), None) = (&of, &list)
                            && let Some(one) = all
                                .get_mut(id)
                                .and_then(|it| it.get_mut(usize::from(level)))
                        {
                            change(one);
                        }
                    };
                    match tag.local_name().as_ref() {
                        "abstractNum" => {
                            of = attribute(&tag, "abstractNumId");
                            list = None;
                            if let Some(id) = &of {
                                self.abstracts.insert(
                                    id.clone(),
                                    vec![
                                        Level {
                                            start: 1,
                                            ..Level::default()
                                        };
                                        LEVELS
                                    ],
                                );
                            }
                        }
                        "num" => list = attribute(&tag, "numId"),
                        "abstractNumId" => {
                            if let (Some(list), Some(id)) = (&list, value()) {
                                self.lists.insert(list.clone(), (id, BTreeMap::new()));
                            }
                        }
                        "lvl" | "lvlOverride" => {
                            level = attribute(&tag, "ilvl")
                                .and_then(|it| it.parse().ok())
                                .filter(|it| usize::from(*it) < LEVELS)
                                .unwrap_or(0)
                        }
                        "startOverride" => {
                            if let (Some((_, overrides)), Some(start)) = (
                                list.as_ref().and_then(|it| self.lists.get_mut(it)),
                                value().and_then(|it| it.parse().ok()),
                            ) {
                                overrides.insert(level, start);
                            }
                        }
                        "start" => current(&mut self.abstracts, &|it| {
                            it.start = value().and_then(|it| it.parse().ok()).unwrap_or(1)
                        }),
                        "numFmt" => current(&mut self.abstracts, &|it| {
                            it.format = value().unwrap_or_default()
                        }),
                        "lvlText" => current(&mut self.abstracts, &|it| {
                            it.text = value().unwrap_or_default()
                        }),
                        _ => {}
                    }
                }
                Event::Eof => return Ok(()),
                _ => {}
            }
        }
    }

    fn styles_of(&mut self, xml: &str) -> Result<(), FormatError> {
        let mut reader = Reader::from_str(xml);
        let mut id = None::<String>;
        loop {
            match reader
                .read_event()
                .map_err(|it| fault("word/styles.xml", &it))?
            {
                Event::Start(tag) | Event::Empty(tag) => {
                    let value = || attribute(&tag, "val");
                    if tag.local_name().as_ref() == "style" {
                        id = attribute(&tag, "styleId");
                        if let Some(id) = &id {
                            self.styles.insert(id.clone(), Style::default());
                        }
                        continue;
                    }
                    let Some(style) = id.as_ref().and_then(|it| self.styles.get_mut(it)) else {
                        continue;
                    };
                    match tag.local_name().as_ref() {
                        "name" => {
                            style.is_title = value().is_some_and(|it| {
                                matches!(it.to_lowercase().as_str(), "title" | "标题" | "公文标题")
                            })
                        }
                        "basedOn" => style.base = value(),
                        "outlineLvl" => {
                            style.outline =
                                value().and_then(|it| it.parse().ok()).filter(|it| *it < 9)
                        }
                        "numId" => style.list = value().filter(|it| it != "0"),
                        "ilvl" => style.level = value().and_then(|it| it.parse().ok()).unwrap_or(0),
                        _ => {}
                    }
                }
                Event::End(tag) if tag.local_name().as_ref() == "style" => id = None,
                Event::Eof => return Ok(()),
                _ => {}
            }
        }
    }
}

/// A number in a format of Word.
fn number(count: u32, format: &str) -> String {
    match format {
        "chineseCounting"
        | "chineseCountingThousand"
        | "japaneseCounting"
        | "taiwaneseCounting"
        | "taiwaneseCountingThousand"
        | "koreanCounting" => han(count),
        "ideographDigital" | "taiwaneseDigital" | "japaneseDigitalTenThousand" => count
            .to_string()
            .chars()
            .filter_map(|c| "〇一二三四五六七八九".chars().nth(c.to_digit(10)? as usize))
            .collect(),
        "decimalEnclosedCircle" | "decimalEnclosedCircleChinese" if (1..=20).contains(&count) => {
            char::from_u32(0x2460 + count - 1)
                .map(String::from)
                .unwrap_or_default()
        }
        "decimalZero" => format!("{count:02}"),
        "decimalFullWidth" | "decimalFullWidth2" => count
            .to_string()
            .chars()
            .filter_map(|c| char::from_u32(u32::from(c) + 0xfee0))
            .collect(),
        "upperLetter" | "lowerLetter" => {
            let base = if format == "upperLetter" { b'A' } else { b'a' };
            let letter = char::from(base + (count.saturating_sub(1) % 26) as u8);
            letter
                .to_string()
                .repeat((count.saturating_sub(1) / 26 + 1).min(20) as usize)
        }
        "upperRoman" => roman(count),
        "lowerRoman" => roman(count).to_lowercase(),
        _ => count.to_string(),
    }
}

/// 1 to 9999 in Han numerals.
fn han(count: u32) -> String {
    let digit = |it: u32| {
        "〇一二三四五六七八九"
            .chars()
            .nth(it as usize)
            .unwrap_or('〇')
    };
    if count >= 10_000 {
        return count.to_string();
    }
    let (mut out, mut gap) = (String::new(), false);
    for (power, name) in [(1000, "千"), (100, "百"), (10, "十"), (1, "")] {
        let here = count / power % 10;
        if here == 0 {
            gap = !out.is_empty();
            continue;
        }
        if gap {
            out.push('零');
            gap = false;
        }
        if !(power == 10 && here == 1 && out.is_empty()) {
            out.push(digit(here));
        }
        out.push_str(name);
    }
    out
}

fn roman(count: u32) -> String {
    let mut rest = count.min(3999);
    let mut out = String::new();
    for (value, sign) in [
        (1000, "M"),
        (900, "CM"),
        (500, "D"),
        (400, "CD"),
        (100, "C"),
        (90, "XC"),
        (50, "L"),
        (40, "XL"),
        (10, "X"),
        (9, "IX"),
        (5, "V"),
        (4, "IV"),
        (1, "I"),
    ] {
        while rest >= value {
            out.push_str(sign);
            rest -= value;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_shown_as_word_does() {
        let cases = [
            (1, "chineseCounting", "一"),
            (10, "chineseCounting", "十"),
            (21, "chineseCountingThousand", "二十一"),
            (105, "chineseCounting", "一百零五"),
            (3, "decimalEnclosedCircle", "③"),
            (4, "lowerRoman", "iv"),
            (28, "upperLetter", "BB"),
            (7, "decimal", "7"),
        ];
        for (count, format, wanted) in cases {
            assert_eq!(number(count, format), wanted, "{count} {format}");
        }
    }
}
