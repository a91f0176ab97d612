//! How a number is written: digits, places, groups, the multiplier behind it.
//!
//! Invariant: a number read and printed in its own style is the same text; what is not understood is `None`, never a guess.

use std::ops::Range;

use rust_decimal::Decimal;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Digits {
    Ascii,
    /// １２３
    Wide,
    /// 十二; 两 for 2 where `liang`.
    Han {
        liang: bool,
    },
}

/// The number in a figure's words.
#[derive(Clone, Debug)]
pub(super) struct Style {
    /// Its characters.
    pub(super) range: Range<usize>,
    /// What is printed: 68.3 of 68.3亿元.
    pub(super) printed: Decimal,
    /// Decimals.
    pub(super) places: u32,
    /// Base units of one: 100,000,000 of 亿元, 0.01 of %; negative where the words say that it fell.
    pub(super) factor: Decimal,
    digits: Digits,
    grouped: Option<char>,
}

impl Style {
    /// The style of the one number in `text`, which says `value`.
    pub(super) fn read(text: &str, value: Decimal) -> Option<Self> {
        let chars: Vec<char> = text.chars().collect();
        let mut found = arabic(&chars)?;
        if found.is_empty() {
            found = han(&chars);
        }
        let [(range, printed, places, digits, grouped)] = found.as_slice() else {
            return None;
        };
        let factor = match printed.is_zero() {
            true => return None,
            false => (value / *printed).normalize(),
        };
        // Ten times anything is a multiplier; two thirds of something is not.
        let mantissa = factor.abs().mantissa().to_string();
        if mantissa.trim_end_matches('0') != "1" {
            return None;
        }
        Some(Self {
            range: range.clone(),
            printed: *printed,
            places: *places,
            factor,
            digits: *digits,
            grouped: *grouped,
        })
    }

    /// Another number in this style.
    pub(super) fn print(&self, number: Decimal) -> Option<String> {
        if let Digits::Han { liang } = self.digits {
            return in_han(number, liang);
        }
        let plain = format!("{:.*}", self.places as usize, number);
        let (whole, fraction) = plain
            .split_once('.')
            .map_or((plain.as_str(), None), |(a, b)| (a, Some(b)));
        let mut out = String::new();
        for (at, digit) in whole.chars().enumerate() {
            if let Some(mark) = self
                .grouped
                .filter(|_| at > 0 && (whole.len() - at) % 3 == 0)
            {
                out.push(mark);
            }
            out.push(digit);
        }
        if let Some(fraction) = fraction {
            out.push('.');
            out.push_str(fraction);
        }
        let wide = |c: char| match c {
            '0'..='9' | '.' => char::from_u32(u32::from(c) + 0xFEE0).unwrap_or(c),
            c => c,
        };
        Some(match self.digits {
            Digits::Wide => out.chars().map(wide).collect(),
            _ => out,
        })
    }
}

type Found = (Range<usize>, Decimal, u32, Digits, Option<char>);

/// Numbers in digits; `None` where one is not understood.
fn arabic(chars: &[char]) -> Option<Vec<Found>> {
    let digit = |c: &char| match c {
        '0'..='9' => Some(*c),
        '０'..='９' => char::from_u32(u32::from(*c) - 0xFEE0),
        _ => None,
    };
    let is_digit = |at: usize| chars.get(at).is_some_and(|c| digit(c).is_some());
    let (mut found, mut at) = (Vec::new(), 0);
    while at < chars.len() {
        if !is_digit(at) {
            at += 1;
            continue;
        }
        let start = at;
        let (mut text, mut places, mut grouped) = (String::new(), None, None);
        while let Some(c) = chars.get(at) {
            match c {
                _ if is_digit(at) => {
                    text.extend(digit(c));
                    places = places.map(|it: u32| it + 1);
                }
                '.' | '．' if places.is_none() && is_digit(at + 1) => {
                    text.push('.');
                    places = Some(0);
                }
                ',' | '，'
                    if places.is_none()
                        && (1..=3).all(|it| is_digit(at + it))
                        && !is_digit(at + 4) =>
                {
                    grouped = Some(*c);
                }
                _ => break,
            }
            at += 1;
        }
        if matches!(chars.get(at), Some('/' | '／' | '∶')) {
            return None;
        }
        let digits = match chars[start] {
            '0'..='9' => Digits::Ascii,
            _ => Digits::Wide,
        };
        let mixed = chars[start..at].iter().any(|c| match digits {
            Digits::Wide => c.is_ascii_digit(),
            _ => ('０'..='９').contains(c),
        });
        if mixed {
            return None;
        }
        found.push((
            start..at,
            text.parse().ok()?,
            places.unwrap_or(0),
            digits,
            grouped,
        ));
    }
    Some(found)
}

const HAN: &str = "零一二三四五六七八九";

/// Numbers in characters, whole ones below ten thousand.
fn han(chars: &[char]) -> Vec<Found> {
    let is = |c: &char| "零〇一二两三四五六七八九十百千".contains(*c);
    let (mut found, mut at) = (Vec::new(), 0);
    while at < chars.len() {
        let end = (at..chars.len())
            .find(|it| !is(&chars[*it]))
            .unwrap_or(chars.len());
        // 百分点, 千瓦: no numbers.
        let unit = matches!(
            chars.get(end),
            Some('分' | '瓦' | '克' | '米' | '卡' | '伏')
        );
        if end > at
            && !unit
            && let Some(number) = value_of(&chars[at..end])
        {
            let liang = chars[at..end].contains(&'两');
            found.push((
                at..end,
                Decimal::from(number),
                0,
                Digits::Han { liang },
                None,
            ));
        }
        at = end.max(at + 1);
    }
    found
}

fn value_of(chars: &[char]) -> Option<u32> {
    let (mut sum, mut digit) = (0, None);
    for c in chars {
        let unit = match c {
            '十' => 10,
            '百' => 100,
            '千' => 1000,
            '零' | '〇' => continue,
            '两' => {
                digit = Some(2);
                continue;
            }
            c => {
                if digit.is_some() {
                    return None;
                }
                digit = HAN.chars().position(|it| it == *c).map(|it| it as u32);
                continue;
            }
        };
        sum += digit.take().unwrap_or(1) * unit;
    }
    Some(sum + digit.unwrap_or(0)).filter(|it| *it > 0)
}

fn in_han(number: Decimal, liang: bool) -> Option<String> {
    let number: u32 = number.normalize().to_string().parse().ok()?;
    if number == 0 || number >= 10_000 {
        return None;
    }
    if number == 2 && liang {
        return Some("两".to_owned());
    }
    let digits: Vec<char> = HAN.chars().collect();
    let (mut out, mut zero) = (String::new(), false);
    for (unit, name) in [(1000, "千"), (100, "百"), (10, "十"), (1, "")] {
        let digit = number / unit % 10;
        if digit == 0 {
            zero = !out.is_empty();
            continue;
        }
        if zero {
            out.push('零');
            zero = false;
        }
        // 十二, not 一十二, where nothing stands before it.
        if !(unit == 10 && digit == 1 && out.is_empty()) {
            out.push(digits[digit as usize]);
        }
        out.push_str(name);
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_printed_in_its_own_style_is_the_same_text() {
        let cases = [
            ("超68.30亿元", "6830000000", "68.30"),
            ("1，024家", "1024", "1，024"),
            ("２．８４万个", "28400", "２.８４"),
            ("一千零二十四家", "1024", "一千零二十四"),
            ("二百一十家", "210", "二百一十"),
            ("两家", "2", "两"),
            ("提升0.26个百分点", "0.0026", "0.26"),
        ];
        for (text, value, want) in cases {
            let style = Style::read(text, value.parse().unwrap()).unwrap();
            let printed = style.print(style.printed).unwrap();
            assert_eq!(printed.replace('．', "."), want, "{text}");
        }
        for (number, want) in [
            (10, "十"),
            (11, "十一"),
            (20, "二十"),
            (101, "一百零一"),
            (1010, "一千零一十"),
        ] {
            assert_eq!(in_han(number.into(), false).as_deref(), Some(want));
        }
    }
}
