//! Renewing (换数): the next period's number in the words of the last.
//!
//! Owns how a number is written ([`style`]), which number may stand beside a word such as 超 or 近 ([`claim`]), and the words
//! that must be looked at again whatever the number is ([`cues`]). Leaves which value a number is to the application, and
//! putting it into the file to [`crate::edit`].
//!
//! Invariant: the wording is never touched. Where no number makes the words true, or none can be written in their style,
//! that is said, and the old number stays.
//!
//! Start reading at [`renew`].

mod claim;
mod cues;
mod style;

use std::ops::Range;

use rust_decimal::Decimal;

pub use cues::{Cue, Cued, cues};

use style::Style;

/// A figure as a text has it.
#[derive(Clone, Copy, Debug)]
pub struct Written<'t> {
    /// Its words: `超68亿元`.
    pub text: &'t str,
    /// What it says, in base units.
    pub value: Decimal,
    /// The word that binds it: 超, 近, 达.
    pub idiom: Option<&'t str>,
    /// `eq`, `gt`, `ge`, `lt`, `le`, `approx`; heeded where there is no idiom.
    pub comparator: Option<&'t str>,
}

/// What becomes of a figure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Renewed {
    /// The same number stands for the new value too.
    Same,
    /// Another number, at these characters of the words.
    Number {
        /// Characters of [`Written::text`].
        range: Range<usize>,
        /// What stands there instead.
        text: String,
    },
    /// No number makes the words true.
    Untrue(Untrue),
    /// The number is written in a way that is not imitated: a fraction, a word, several numbers.
    Unsaid,
}

/// Why words are not true of a new value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Untrue {
    /// 增长 of what fell, 下降 of what grew.
    Direction,
    /// 突破 of a mark that was passed before.
    NotFirst,
    /// 近, 超 with no round number near.
    NotNear,
    /// Nothing: 新增0家 is no sentence.
    Zero,
}

/// The figure for a new value. `earlier` is the highest value of the series before, for what happens once.
#[must_use]
pub fn renew(old: &Written<'_>, value: Decimal, earlier: Option<Decimal>) -> Renewed {
    let Some(style) = Style::read(old.text, old.value) else {
        return Renewed::Unsaid;
    };
    let number = value / style.factor;
    if number < Decimal::ZERO {
        return Renewed::Untrue(Untrue::Direction);
    }
    if number.is_zero() && !style.printed.is_zero() {
        return Renewed::Untrue(Untrue::Zero);
    }
    let claim = claim::of(old.idiom, old.comparator);
    let earlier = earlier.map(|it| it / style.factor);
    match claim::number(claim, number, &style, earlier) {
        Err(untrue) => Renewed::Untrue(untrue),
        Ok(new) if new == style.printed => Renewed::Same,
        Ok(new) => match style.print(new) {
            Some(text) => Renewed::Number {
                range: style.range,
                text,
            },
            None => Renewed::Unsaid,
        },
    }
}

/// Whether a figure is true of a value; `None` where its number is written in a way that is not understood.
#[must_use]
pub fn agrees(old: &Written<'_>, value: Decimal) -> Option<bool> {
    let style = Style::read(old.text, old.value)?;
    let claim = claim::of(old.idiom, old.comparator);
    Some(claim::holds(claim, value / style.factor, &style))
}
