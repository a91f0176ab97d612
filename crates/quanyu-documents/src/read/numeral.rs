//! Numerals: Arabic with separators and decimals, Han in both manners, bare multipliers, fractions.
//!
//! Owns the number itself, up to and including its multiplier; leaves units to `unit` and meaning
//! to `figure`. Invariant: a numeral longer than eighteen digits is a code and gives nothing.

use super::text::{Class, Text};
use rust_decimal::Decimal;

/// A number as it stands, before its unit.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Numeral {
    /// The digits, without the multiplier.
    pub value: Decimal,
    /// Power of ten of the multiplier: 4 for 万.
    pub power: u32,
    /// One past the last character.
    pub end: usize,
    /// Written in Han numerals.
    pub han: bool,
    /// A multiplier without a digit: 百家, 超千亿.
    pub bare: bool,
    /// Upper end where two neighbours stand for about: 三四个.
    pub pair: Option<Decimal>,
    /// Digits one by one without a place: 二〇二三, 一二三九.
    pub spelled: bool,
    /// 多, 余 inside the number.
    pub odd: Option<char>,
}

impl Numeral {
    /// The number multiplied out.
    pub fn scaled(&self, value: Decimal) -> Decimal {
        scale(value, self.power)
    }
}

/// A value times ten to the power.
pub(crate) fn scale(value: Decimal, power: u32) -> Decimal {
    if power == 0 {
        return value;
    }
    let factor = Decimal::from_i128_with_scale(10i128.pow(power.min(20)), 0);
    value.checked_mul(factor).unwrap_or(value)
}

/// The value of a Han digit.
pub(crate) fn digit(ch: char) -> Option<u32> {
    Some(match ch {
        '零' | '〇' => 0,
        '一' => 1,
        '二' | '两' => 2,
        '三' => 3,
        '四' => 4,
        '五' => 5,
        '六' => 6,
        '七' => 7,
        '八' => 8,
        '九' => 9,
        _ => return None,
    })
}

fn power(ch: char) -> Option<u32> {
    Some(match ch {
        '十' => 1,
        '百' => 2,
        '千' => 3,
        '万' => 4,
        '亿' => 8,
        _ => return None,
    })
}

/// Whether 百, 千 here belong to what follows: 千瓦, 千克, 百分点, 百帕.
fn bound(text: &Text, at: usize) -> bool {
    let next = text.ch(at + 1);
    match text.ch(at) {
        '千' => matches!(
            next,
            '瓦' | '克' | '伏' | '米' | '帕' | '卡' | '焦' | '赫' | '安' | '乏' | '字' | '比'
        ),
        '百' => matches!(next, '分' | '帕'),
        _ => false,
    }
}

/// Digits with thousands separators and a decimal part, at `at`: value and end.
pub(crate) fn arabic(text: &Text, at: usize) -> Option<(Decimal, usize)> {
    let mut digits: i64 = 0;
    // Eighteen digits fit; what is longer wraps and is refused.
    let more = |digits: i64, ch: char| {
        let digit = i64::from(ch as u32 - '0' as u32);
        digits.wrapping_mul(10).wrapping_add(digit)
    };
    let mut count = 0usize;
    let mut end = at;
    let mut head = 0usize;
    while let ch @ '0'..='9' = text.ch(end) {
        digits = more(digits, ch);
        count += 1;
        head += 1;
        end += 1;
        if count > 18 {
            return None;
        }
    }
    if head == 0 {
        return None;
    }
    // 12,345,678: groups of exactly three after a head of at most three.
    while head <= 3
        && text.ch(end) == ','
        && (1..=3).all(|nth| text.ch(end + nth).is_ascii_digit())
        && !text.ch(end + 4).is_ascii_digit()
    {
        for nth in 1..=3 {
            digits = more(digits, text.ch(end + nth));
        }
        count += 3;
        end += 4;
        if count > 18 {
            return None;
        }
    }
    let mut places = 0u32;
    if text.ch(end) == '.' && text.ch(end + 1).is_ascii_digit() {
        let mut at = end + 1;
        while let ch @ '0'..='9' = text.ch(at) {
            digits = more(digits, ch);
            places += 1;
            count += 1;
            at += 1;
            if count > 18 {
                return None;
            }
        }
        end = at;
    }
    Some((Decimal::new(digits, places), end))
}

/// A Han numeral at `at`.
fn han(text: &Text, at: usize) -> Option<Numeral> {
    let mut end = at;
    while text.class(end) == Class::Han && !bound(text, end) && end - at < 24 {
        end += 1;
    }
    if end == at {
        return None;
    }
    let run = &text.c[at..end];
    let placed = run.iter().any(|&ch| power(ch).is_some());
    if !placed {
        return Some(spelled(text, run, end));
    }
    let bare = matches!(run[0], '百' | '千' | '万' | '亿');
    let (mut total, mut section, mut last, mut last_power) = (0i128, 0i128, None::<u32>, 0u32);
    let mut pair = None;
    for (nth, &ch) in run.iter().enumerate() {
        if let Some(value) = digit(ch) {
            if let Some(low) = last {
                // 三四百: two neighbours; anything else one after another is no number.
                let rest = run.get(nth + 1).copied().and_then(power);
                if value == low + 1 && low > 0 && nth == 1 && run.len() <= 3 {
                    let factor = 10i128.pow(rest.unwrap_or(0));
                    let low = Decimal::from_i128_with_scale(i128::from(low) * factor, 0);
                    let high = Decimal::from_i128_with_scale(i128::from(value) * factor, 0);
                    return Some(Numeral {
                        pair: Some(high),
                        ..plain(low, end, true)
                    });
                }
                return Some(Numeral {
                    spelled: true,
                    ..plain(Decimal::ZERO, end, true)
                });
            }
            last = if ch == '零' || ch == '〇' {
                None
            } else {
                Some(value)
            };
            if last.is_none() {
                last_power = 1;
            }
        } else if let Some(exponent) = power(ch) {
            let factor = 10i128.pow(exponent);
            if exponent >= 4 {
                section += i128::from(last.unwrap_or(0));
                // 亿 alone is one of them; in 万亿 it multiplies what stands before.
                if section == 0 && (exponent != 8 || total == 0) {
                    section = 1;
                }
                if exponent == 8 {
                    total = (total + section).saturating_mul(factor);
                } else {
                    total += section.saturating_mul(factor);
                }
                section = 0;
            } else {
                let by = last.map_or(1, i128::from);
                section += by * factor;
            }
            last = None;
            last_power = exponent;
            if total > 1_000_000_000_000_000_000 {
                return None;
            }
        }
        pair = None::<Decimal>;
    }
    if let Some(value) = last {
        // 三千五 is 3500, 三十五 is 35.
        let place = if last_power >= 2 { last_power - 1 } else { 0 };
        section += i128::from(value) * 10i128.pow(place);
    }
    let value = Decimal::from_i128_with_scale(total + section, 0);
    Some(Numeral {
        bare,
        pair,
        ..plain(value, end, true)
    })
}

fn spelled(text: &Text, run: &[char], end: usize) -> Numeral {
    let digits: Vec<u32> = run.iter().filter_map(|&ch| digit(ch)).collect();
    if digits.len() == 1 {
        // 三点五 only before a percent, a multiple or a unit of measure; 点 is also a word.
        if text.ch(end) == '点'
            && digit(text.ch(end + 1)).is_some()
            && matches!(text.ch(end + 2), '万' | '亿' | '个' | '倍')
        {
            let tenths = digit(text.ch(end + 1)).unwrap_or(0);
            let value = Decimal::from_i128_with_scale(i128::from(digits[0] * 10 + tenths), 1);
            return plain(value, end + 2, true);
        }
        return plain(Decimal::from(digits[0]), end, true);
    }
    if digits.len() == 2 && digits[1] == digits[0] + 1 && digits[0] > 0 && run[1] != '两' {
        return Numeral {
            pair: Some(Decimal::from(digits[1])),
            spelled: true,
            ..plain(Decimal::from(digits[0]), end, true)
        };
    }
    let value = digits
        .iter()
        .take(9)
        .fold(0u64, |sum, &digit| sum * 10 + u64::from(digit));
    Numeral {
        spelled: true,
        ..plain(Decimal::from(value), end, true)
    }
}

fn plain(value: Decimal, end: usize, han: bool) -> Numeral {
    Numeral {
        value,
        power: 0,
        end,
        han,
        bare: false,
        pair: None,
        spelled: false,
        odd: None,
    }
}

/// A number with its multiplier: 2.84万, 2400多亿, 三百, 千万.
pub(crate) fn numeral(text: &Text, at: usize) -> Option<Numeral> {
    let mut found = if text.class(at) == Class::Digit {
        let (value, end) = arabic(text, at)?;
        plain(value, end, false)
    } else {
        han(text, at)?
    };
    odd(text, &mut found);
    while let Some(exponent) = power(text.ch(found.end)) {
        if bound(text, found.end) || found.power + exponent > 16 {
            break;
        }
        found.power += exponent;
        found.end += 1;
    }
    odd(text, &mut found);
    // 2个亿, 3个多亿.
    if text.has(found.end, "个亿") {
        found.power += 8;
        found.end += 2;
    } else if text.has(found.end, "个多亿") {
        found.power += 8;
        found.end += 3;
        found.odd = Some('多');
    }
    Some(found)
}

/// 多, 余 between digits, multiplier and unit; not 多 before a word of its own (多家, 多元).
fn odd(text: &Text, found: &mut Numeral) {
    let ch = text.ch(found.end);
    if found.odd.is_some() || !matches!(ch, '多' | '余') {
        return;
    }
    let next = text.ch(found.end + 1);
    if ch == '多' && matches!(next, '样' | '方' | '边' | '式' | '位' | '部') {
        return;
    }
    found.odd = Some(ch);
    found.end += 1;
}
