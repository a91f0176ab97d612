//! What an idiom claims, and whether a value bears it out: one table for checking, composing and renewing.
//!
//! Owns the exact test of each idiom, and the number as it was printed ([`Printed`]). Leaves which value a mention is held against
//! to `check`, which number is printed to `compose` and `renew`.
//!
//! Invariant: the claim goes by the idiom; by the comparator only where there is none that binds. A claim that is true
//! but says less than it could is `Loose`; one that says more than is so is `False`, however near.

use rust_decimal::Decimal;

mod printed;

use crate::read::Comparator;
use crate::rounding::rounded;

pub use printed::Printed;
pub(crate) use printed::narrow;

pub use crate::rounding::NEAR;

/// What is claimed of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Claim {
    /// 为, 是, no word at all: rounds to what is printed.
    Exact,
    /// 达, 达到: at least what is printed, by less than a unit of its last digit.
    Reaches,
    /// 超, 超过, 逾: above.
    Exceeds,
    /// 突破: at least, and for the first time.
    Breaks,
    /// 近, 接近: just below.
    Nearly,
    /// 约, 左右.
    About,
    /// 余, 多: above, by less than a step.
    Odd,
    /// 不足, 不到.
    NotFull,
    /// 以上, 不少于.
    AtLeast,
    /// 以下, 以内, 不超过.
    AtMost,
    /// 翻番: grew by once, thrice … what there was, the growth being what is printed.
    Doubles,
}

/// Whether a claim holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Truth {
    /// It holds.
    Holds,
    /// True, but it could say more.
    Loose,
    /// Not true.
    False,
}

impl Claim {
    /// What a mention claims.
    #[must_use]
    pub fn of(idiom: Option<&str>, comparator: Option<Comparator>) -> Self {
        match idiom.unwrap_or_default() {
            "达" | "达到" => Self::Reaches,
            "超" | "超过" | "超出" | "逾" | "多于" | "大于" | "高于" | "不止" | "过" | ">"
            | "＞" | "以外" => Self::Exceeds,
            "突破" | "破" => Self::Breaks,
            "近" | "接近" => Self::Nearly,
            "约" | "左右" => Self::About,
            "余" | "多" => Self::Odd,
            "不足" | "不到" | "低于" | "少于" | "小于" | "不满" | "<" => Self::NotFull,
            "以上" | "不少于" | "不低于" | "至少" | "上" | "≥" | "起" => {
                Self::AtLeast
            }
            "以下" | "以内" | "不超过" | "不高于" | "至多" | "最高" | "≤" | "前" => {
                Self::AtMost
            }
            "翻番" => Self::Doubles,
            "为" | "是" | "仅" | "至" | "到" => Self::Exact,
            _ => match comparator {
                Some(Comparator::Gt) => Self::Exceeds,
                Some(Comparator::Ge) => Self::AtLeast,
                Some(Comparator::Lt) => Self::NotFull,
                Some(Comparator::Le) => Self::AtMost,
                Some(Comparator::Approx) => Self::About,
                Some(Comparator::Eq) | None => Self::Exact,
            },
        }
    }

    /// Whether `value` bears the claim of `printed` out. `earlier` is the highest value of the series before, for what is
    /// said to happen for the first time. Ratios (`ratio`) are quotients with endless digits: that they reach a number is
    /// asked of them rounded one digit finer than it is printed.
    #[must_use]
    pub fn test(
        self,
        printed: &Printed,
        value: Decimal,
        earlier: Option<Decimal>,
        ratio: bool,
    ) -> Truth {
        // 下降近5%: the claim is on how much it fell.
        let fell = printed.value < Decimal::ZERO;
        let sign = if fell { -Decimal::ONE } else { Decimal::ONE };
        let (x, v) = (printed.value * sign, value * sign);
        let near = x * NEAR;
        if let Some(high) = printed.high {
            let (low, high) = if fell { (-high, x) } else { (x, high) };
            let half = printed.unit / Decimal::TWO;
            return truth(low - half <= v && v <= high + half, true);
        }
        match self {
            Self::Exact => truth(rounded(v, printed.unit) == x, true),
            Self::Reaches => {
                let v = if ratio {
                    rounded(v, printed.unit / Decimal::TEN)
                } else {
                    v
                };
                truth(v >= x, v - x < printed.unit)
            }
            Self::Exceeds => truth(v > x, v - x <= near),
            Self::Breaks => truth(v >= x && earlier.is_none_or(|it| it * sign < x), true),
            Self::Nearly => truth(x - near <= v && v < x, true),
            Self::About => truth((v - x).abs() <= near, true),
            Self::Odd => truth(v > x, v < x + printed.step),
            Self::NotFull => truth(v < x, true),
            Self::AtLeast => truth(v >= x, true),
            Self::AtMost => truth(v <= x, true),
            // The base counts too: 翻一番 is twice of it, and 5% more is still near that.
            Self::Doubles => {
                let v = rounded(v, DOUBLED);
                truth(v >= x, v - x <= NEAR * (x + Decimal::ONE))
            }
        }
    }

    /// The values under which two statements of one figure go together: low and high, where there is such a bound.
    #[must_use]
    pub fn allows(self, printed: &Printed) -> (Option<Decimal>, Option<Decimal>) {
        let x = printed.value;
        let near = x.abs() * NEAR;
        let (low, high) = printed.span();
        match self {
            Self::Exact => (Some(low), Some(high)),
            Self::Reaches => (Some(low), Some(x + printed.unit)),
            Self::Exceeds | Self::Breaks | Self::Odd | Self::AtLeast => (Some(low), None),
            Self::Nearly => (Some(x - near), Some(x)),
            Self::About => (Some(x - near), Some(x + near)),
            Self::NotFull | Self::AtMost => (None, Some(high)),
            Self::Doubles => (Some(x), None),
        }
    }
}

/// A growth that doubles is asked for to a tenth of a per cent: quotients have endless digits.
const DOUBLED: Decimal = Decimal::from_parts(1, 0, 0, false, 3);

fn truth(holds: bool, near: bool) -> Truth {
    match (holds, near) {
        (false, _) => Truth::False,
        (true, false) => Truth::Loose,
        (true, true) => Truth::Holds,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    #[test]
    fn an_idiom_is_held_to_its_exact_test() {
        use Truth::{False, Holds, Loose};
        #[rustfmt::skip]
        let cases = [
            // idiom, printed, unit, value, wanted
            ("",     "41",   "1",    "41",    Holds),
            ("",     "41",   "1",    "42",    False),
            ("为",   "68.3", "0.1",  "68.31", Holds),
            ("为",   "68.3", "0.1",  "68.36", False),
            ("达到", "21",   "1",    "21",    Holds),
            ("达到", "21",   "1",    "20",    False),
            ("达到", "21",   "1",    "22",    Loose),
            ("达",   "68",   "1",    "67.99", False),
            ("超",   "68",   "1",    "68.3",  Holds),
            ("超",   "68",   "1",    "67.9",  False),
            ("超",   "68",   "1",    "68",    False),
            ("超",   "68",   "1",    "75",    Loose),
            ("超过", "180",  "1",    "203",   Loose),
            ("逾",   "200",  "1",    "207",   Holds),
            ("近",   "30",   "1",    "29.3",  Holds),
            ("近",   "30",   "1",    "30.2",  False),
            ("近",   "30",   "1",    "20",    False),
            ("接近", "30",   "1",    "30",    False),
            ("约",   "100",  "1",    "105",   Holds),
            ("左右", "100",  "1",    "106",   False),
            ("多",   "180",  "1",    "186",   Holds),
            ("多",   "180",  "1",    "190",   Loose),
            ("多",   "180",  "1",    "180",   False),
            ("余",   "180",  "1",    "179",   False),
            ("不足", "10",   "1",    "9",     Holds),
            ("不到", "10",   "1",    "10",    False),
            ("以上", "100",  "1",    "100",   Holds),
            ("不少于", "100", "1",   "99",    False),
            ("以内", "10",   "1",    "10",    Holds),
            ("不满", "10",   "1",    "10",    False),
            ("前",   "6",    "1",    "5",     Holds),
            ("前",   "6",    "1",    "7",     False),
            ("翻番", "1",    "1",    "1",     Holds),
            ("翻番", "1",    "1",    "0.9996", Holds),
            ("翻番", "1",    "1",    "0.6",   False),
            ("翻番", "1",    "1",    "1.08",  Holds),
            ("翻番", "1",    "1",    "2",     Loose),
            ("翻番", "3",    "1",    "2.9",   False),
        ];
        for (idiom, printed, unit, value, wanted) in cases {
            let printed = Printed::exact(number(printed), number(unit));
            let got = Claim::of(Some(idiom), None).test(&printed, number(value), None, false);
            assert_eq!(got, wanted, "{idiom}{} with {value}", printed.value);
        }
    }

    #[test]
    fn a_number_is_broken_through_once() {
        let printed = Printed::exact(number("100"), Decimal::ONE);
        let cases = [
            ("104", Some("87"), Truth::Holds),
            ("104", Some("101"), Truth::False),
            ("99", Some("87"), Truth::False),
            ("104", None, Truth::Holds),
        ];
        for (value, earlier, wanted) in cases {
            let got = Claim::Breaks.test(&printed, number(value), earlier.map(number), false);
            assert_eq!(got, wanted, "{value} after {earlier:?}");
        }
    }

    #[test]
    fn the_comparator_speaks_only_where_no_idiom_does() {
        let cases = [
            (Some("同比增长"), Some(Comparator::Eq), Claim::Exact),
            (Some("达到"), Some(Comparator::Ge), Claim::Reaches),
            (None, Some(Comparator::Ge), Claim::AtLeast),
            (None, Some(Comparator::Approx), Claim::About),
            (None, None, Claim::Exact),
        ];
        for (idiom, comparator, wanted) in cases {
            assert_eq!(
                Claim::of(idiom, comparator),
                wanted,
                "{idiom:?} {comparator:?}"
            );
        }
    }

    #[test]
    fn a_fall_is_measured_by_how_much_it_fell() {
        let printed = Printed::exact(number("-0.05"), number("0.01"));
        let cases = [
            ("-0.048", Truth::Holds),
            ("-0.052", Truth::False),
            ("0.048", Truth::False),
        ];
        for (value, wanted) in cases {
            assert_eq!(
                Claim::Nearly.test(&printed, number(value), None, true),
                wanted,
                "{value}"
            );
        }
    }
}
