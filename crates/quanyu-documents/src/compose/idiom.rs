//! Figures in the idioms of reports: 超68亿元, 增长25%, 居全市第2, 提升0.26个百分点.
//!
//! Owns reading an idiom ([`Idiom::parse`]) and choosing the number that makes it true ([`say`]). Leaves the exact test to
//! [`crate::claim`], values to [`Figure`], where it is printed to the template.
//!
//! Invariant: what is said is true. Rounding goes towards the side that the idiom claims; where no number makes it
//! true, nothing is printed.
//!
//! Start reading at [`say`].

mod choose;
mod parse;
mod times;

use quanyu_core::{growth, measure::split_unit};
use rust_decimal::{Decimal, RoundingStrategy};

use super::figure::{Also, Figure, MOST_YEARS, Measure};
use crate::claim::{Claim, Printed, Truth};

/// What the words around a number claim of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Bound {
    /// 为, 是 or nothing: rounded to the digits printed.
    Exact,
    /// 达: reached, by less than one of the last digit.
    Reach,
    /// 超: more, by at most [`NEAR`].
    Over,
    /// 突破: reached for the first time.
    Break,
    /// 近: less, by at most [`NEAR`].
    Near,
    /// 约: off by at most [`NEAR`].
    About,
    /// 多, 余: more, by less than a step.
    Odd,
    /// 不足: less.
    Under,
    /// 以上: at least.
    Least,
    /// 第n: the place itself.
    Place,
    /// 前n: the place or better.
    Leading,
    /// 持平: rounded to nothing.
    Flat,
    /// 翻番, 翻两番: twice, four times what it was.
    Doubled,
}

impl Bound {
    /// What it claims of the number beside it.
    #[must_use]
    pub fn claim(self) -> Claim {
        match self {
            Self::Exact | Self::Place | Self::Flat => Claim::Exact,
            Self::Reach => Claim::Reaches,
            Self::Over => Claim::Exceeds,
            Self::Break => Claim::Breaks,
            Self::Near => Claim::Nearly,
            Self::About => Claim::About,
            Self::Odd => Claim::Odd,
            Self::Under => Claim::NotFull,
            Self::Least => Claim::AtLeast,
            Self::Leading => Claim::AtMost,
            Self::Doubled => Claim::Doubles,
        }
    }
}

pub use crate::claim::NEAR;

/// Which way a growth or change goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Up,
    Down,
    /// Said as it turns out: 增长, 下降 or 持平.
    Either,
}

/// An idiom, read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Idiom {
    measure: Option<Measure>,
    bound: Bound,
    /// Words before the verb or number, such as 同比, 居全市第.
    lead: String,
    /// The verb, up and down: 增长, 下降.
    verb: Option<(Way, String, String)>,
    /// The bound's word before the number: 超.
    before: String,
    /// The bound's word between number and unit: 余.
    inside: String,
    /// The bound's word behind the unit: 以上; or what follows a place.
    after: String,
    /// Of [`Bound::Leading`], the last place meant; of [`Bound::Doubled`], the growth.
    limit: u32,
    /// Said in times: 增长1.5倍.
    times: bool,
    /// Averaged over years: 年均.
    yearly: bool,
}

impl Idiom {
    /// Which other values it is made of: a first time is shown by earlier years alone.
    #[must_use]
    pub fn needs(&self) -> Also {
        match self.measure {
            Some(Measure::Sequential) => Also::Preceding,
            _ if self.bound == Bound::Break || self.yearly => Also::Earlier,
            _ => Also::Nothing,
        }
    }
}

/// What the template asks for besides the idiom.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wish {
    /// Which measure; else what the idiom implies, else the value.
    pub measure: Option<Measure>,
    /// The unit to print.
    pub unit: Option<String>,
    /// Decimals to print; else chosen by the idiom.
    pub digits: Option<u32>,
    /// Whether trailing zeros stay, as in a column of a table.
    pub fixed: bool,
    /// The number to print, in the unit printed; else it is chosen.
    pub to: Option<Decimal>,
    /// Over how many years 年均 is.
    pub years: Option<u8>,
}

/// A figure as it is said.
#[derive(Clone, Debug, PartialEq)]
pub struct Said {
    /// The words: `超68亿元`.
    pub text: String,
    /// Which measure it is of.
    pub measure: Measure,
    /// The value, in base units.
    pub value: Decimal,
    /// The number that is printed, in base units.
    pub printed: Decimal,
    /// Base unit of both.
    pub unit: String,
    /// What is claimed.
    pub bound: Bound,
}

/// Why a figure cannot be said so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// There is nothing to say.
    NoValue(Measure),
    /// It is not true; what is.
    NotTrue(String),
    /// The wish contradicts itself.
    Wrong(String),
}

/// A number to be said: in the unit printed, with the unit's name and base.
struct Scaled<'a> {
    number: Decimal,
    unit: &'a str,
    base: &'a str,
    digits: u32,
}

/// Says a figure.
///
/// # Errors
/// [`Refusal`]: no value, an idiom that is not true of it, a unit of something else.
pub fn say(idiom: &Idiom, figure: &Figure, wish: &Wish) -> Result<Said, Refusal> {
    let measure = if idiom.yearly {
        let two = (idiom.lead == "两年平均").then_some(2);
        let years = wish
            .years
            .or(two)
            .filter(|it| (2..=MOST_YEARS).contains(it));
        Measure::Average(
            years.ok_or_else(|| Refusal::Wrong(format!("年均 is over years=2 to {MOST_YEARS}")))?,
        )
    } else {
        wish.measure.or(idiom.measure).unwrap_or(Measure::Value)
    };
    if idiom.measure.is_some_and(|it| it != measure) {
        return Err(Refusal::Wrong(format!(
            "the idiom says a {}, asked is a {}",
            idiom.measure.map_or("", Measure::word),
            measure.word()
        )));
    }
    let none = || Refusal::NoValue(measure);
    if measure == Measure::Rank {
        return place(idiom, figure);
    }
    let points = figure.unit == "1" && figure.said_unit == "%";
    let (value, base, unit, digits) = match measure {
        Measure::Value => (
            figure.value,
            figure.unit.as_str(),
            figure.said_unit.as_str(),
            figure.digits,
        ),
        Measure::Growth => (figure.growth, "1", "%", 1),
        Measure::Share => (figure.share, "1", "%", 1),
        Measure::Sequential => (grown(figure, figure.preceding), "1", "%", 1),
        Measure::Average(years) => {
            let both = figure.value.zip(figure.earlier.get(&years));
            let mean = both.and_then(|(now, before)| growth::yearly(now, *before, years));
            (mean, "1", "%", 1)
        }
        Measure::Change if points => (change(figure), "1", "个百分点", figure.digits.max(1)),
        Measure::Change => (
            change(figure),
            figure.unit.as_str(),
            figure.said_unit.as_str(),
            figure.digits,
        ),
        Measure::Rank => return Err(none()),
    };
    let value = value.ok_or_else(none)?;
    if idiom.bound == Bound::Doubled {
        return times::doubled(idiom, value);
    }
    if idiom.times {
        return times::times(idiom, value, wish);
    }
    let unit = wish.unit.as_deref().unwrap_or(unit);
    let (factor, of) = if unit.is_empty() {
        (Decimal::ONE, base)
    } else {
        split_unit(unit)
    };
    // 万元 is also said of what is in 元/项.
    let whole = split_unit(base).1;
    if of != whole && whole.split('/').next() != Some(of) {
        return Err(Refusal::Wrong(format!(
            "`{unit}` is no unit of what is in {base}"
        )));
    }
    let scaled = Scaled {
        number: value / factor,
        unit,
        base,
        digits,
    };
    let (word, number) = match &idiom.verb {
        None => (String::new(), scaled.number),
        Some(verb) => match turned(verb, &scaled, wish.digits)? {
            Some(found) => found,
            None => return Ok(flat(idiom, measure, value, &scaled)),
        },
    };
    let scaled = Scaled { number, ..scaled };
    let chosen = choose::number(
        idiom.bound,
        &scaled,
        wish,
        &earlier(figure, measure, factor),
    )
    .ok_or_else(|| Refusal::NotTrue(plain(&scaled)))?;
    let digits = if wish.fixed {
        wish.digits.unwrap_or(scaled.digits)
    } else {
        chosen.scale()
    };
    let number = format!("{chosen:.*}", digits as usize);
    let text = format!(
        "{}{word}{}{}{}",
        idiom.lead,
        idiom.before,
        with_unit(&number, &idiom.inside, unit),
        idiom.after
    );
    // 下降3.2% is printed from −0.032.
    let sign = if scaled.number == value / factor {
        Decimal::ONE
    } else {
        Decimal::NEGATIVE_ONE
    };
    Ok(Said {
        text,
        measure,
        value,
        printed: (chosen * factor * sign).normalize(),
        unit: base.to_owned(),
        bound: idiom.bound,
    })
}

/// Whether it is true of `value` that it is `bound` `number`, where `unit` is one of the number's last digit and `earlier`
/// are the values of earlier years. All in one unit.
#[must_use]
pub fn holds(
    bound: Bound,
    value: Decimal,
    number: Decimal,
    unit: Decimal,
    earlier: &[Decimal],
) -> bool {
    let printed = Printed {
        value: number,
        high: None,
        unit,
        step: unit,
    };
    // Without earlier years nothing shows that it is the first time.
    let shown = bound != Bound::Break || !earlier.is_empty();
    let best = earlier.iter().copied().max();
    shown && bound.claim().test(&printed, value, best, false) == Truth::Holds
}

fn grown(figure: &Figure, before: Option<Decimal>) -> Option<Decimal> {
    growth::growth(figure.value?, before?)
}

fn change(figure: &Figure) -> Option<Decimal> {
    Some(figure.value? - figure.before?)
}

fn earlier(figure: &Figure, measure: Measure, factor: Decimal) -> Vec<Decimal> {
    match measure {
        Measure::Value => figure.earlier.values().map(|it| it / factor).collect(),
        _ => Vec::new(),
    }
}

/// The verb and the size of a growth or change; `None`: it is flat and may be said so.
fn turned(
    (way, up, down): &(Way, String, String),
    scaled: &Scaled<'_>,
    digits: Option<u32>,
) -> Result<Option<(String, Decimal)>, Refusal> {
    let digits = digits.unwrap_or(scaled.digits);
    let shown = scaled
        .number
        .round_dp_with_strategy(digits, RoundingStrategy::MidpointAwayFromZero);
    match way {
        Way::Either if shown.is_zero() => Ok(None),
        Way::Up | Way::Either if scaled.number > Decimal::ZERO => {
            Ok(Some((up.clone(), scaled.number)))
        }
        Way::Down | Way::Either if scaled.number < Decimal::ZERO => {
            Ok(Some((down.clone(), -scaled.number)))
        }
        _ => Err(Refusal::NotTrue(plain(scaled))),
    }
}

fn flat(idiom: &Idiom, measure: Measure, value: Decimal, scaled: &Scaled<'_>) -> Said {
    // 同比持平, but 与上年持平.
    let lead = match idiom.lead.as_str() {
        "较上年" | "比上年" => "与上年",
        other => other,
    };
    Said {
        text: format!("{lead}持平"),
        measure,
        value,
        printed: Decimal::ZERO,
        unit: scaled.base.to_owned(),
        bound: Bound::Flat,
    }
}

fn place(idiom: &Idiom, figure: &Figure) -> Result<Said, Refusal> {
    let (place, _) = figure.rank.ok_or(Refusal::NoValue(Measure::Rank))?;
    let told = format!("{}第{place}", figure.scope.as_deref().unwrap_or_default());
    let claimed = AREAS.iter().find(|it| idiom.lead.contains(**it));
    if let (Some(claimed), Some(scope)) = (claimed, &figure.scope)
        && !scope.contains(*claimed)
    {
        return Err(Refusal::NotTrue(told));
    }
    let (text, printed) = match idiom.bound {
        Bound::Place => (format!("{}{place}{}", idiom.lead, idiom.after), place),
        Bound::Leading if place <= idiom.limit => {
            (format!("{}{}", idiom.lead, idiom.after), idiom.limit)
        }
        Bound::Leading => return Err(Refusal::NotTrue(told)),
        _ => return Err(Refusal::Wrong("a place is said as 第n or 前3".to_owned())),
    };
    Ok(Said {
        text,
        measure: Measure::Rank,
        value: place.into(),
        printed: printed.into(),
        unit: "rank".to_owned(),
        bound: idiom.bound,
    })
}

/// Areas that a place may be claimed in; the one in the idiom must be the one that the place is known in.
const AREAS: [&str; 5] = ["全国", "全省", "全市", "全区", "全县"];

/// `68.31亿元`, as it is, for a refusal.
fn plain(scaled: &Scaled<'_>) -> String {
    let rounded = scaled
        .number
        .round_dp_with_strategy(scaled.digits.max(2), RoundingStrategy::MidpointAwayFromZero)
        .normalize();
    format!("{rounded}{}", scaled.unit)
}

/// Number and unit; 多 and 余 stand behind the number's own 万 and 亿.
fn with_unit(number: &str, inside: &str, unit: &str) -> String {
    let (factor, base) = split_unit(unit);
    match inside {
        "" => format!("{number}{unit}"),
        _ if factor > Decimal::ONE => {
            let scale = unit.strip_suffix(base).unwrap_or_default();
            format!("{number}{scale}{inside}{base}")
        }
        _ => format!("{number}{inside}{unit}"),
    }
}
