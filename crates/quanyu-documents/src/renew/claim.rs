//! Which number may stand beside a word: above 超, below 近, never again after 突破.

use rust_decimal::Decimal;

use super::{Untrue, style::Style};
use crate::rounding::{NEAR, rounded};

/// What a word says of the value beside its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Claim {
    /// 为, or no word: rounds to it.
    Exact,
    /// 达: at least it, by less than its last digit.
    Reaches,
    /// 超, 逾, 余: above it, and near.
    Above,
    /// 突破: at least it, for the first time.
    Breaks,
    /// 近: below it, and near.
    Nearly,
    /// 约.
    About,
    /// 不足: below it.
    Below,
    /// 以上.
    AtLeast,
    /// 以内, 前.
    AtMost,
}

impl Claim {
    pub(super) fn of(idiom: Option<&str>, comparator: Option<&str>) -> Self {
        match idiom.unwrap_or_default() {
            "达" | "达到" => Self::Reaches,
            "超" | "超过" | "超出" | "逾" | "多于" | "大于" | "高于" | "余" | "多" | "不止" => {
                Self::Above
            }
            "突破" | "破" => Self::Breaks,
            "近" | "接近" => Self::Nearly,
            "约" | "左右" => Self::About,
            "不足" | "不到" | "低于" | "少于" | "小于" | "不满" => Self::Below,
            "以上" | "不少于" | "不低于" | "至少" => Self::AtLeast,
            "以下" | "以内" | "不超过" | "不高于" | "至多" | "前" => Self::AtMost,
            "为" | "是" => Self::Exact,
            _ => match comparator {
                Some("gt") => Self::Above,
                Some("ge") => Self::AtLeast,
                Some("lt") => Self::Below,
                Some("le") => Self::AtMost,
                Some("approx") => Self::About,
                _ => Self::Exact,
            },
        }
    }

    /// Whether it is true of `value`, in units of the printed number.
    pub(super) fn holds(self, value: Decimal, style: &Style) -> bool {
        let (x, unit) = (style.printed, unit(style));
        match self {
            Self::Exact => rounded(value, unit) == x,
            // Quotients have endless digits: they reach what they round to one digit finer.
            Self::Reaches => rounded(value, unit / Decimal::TEN) >= x,
            Self::Above => value > x,
            Self::Breaks | Self::AtLeast => value >= x,
            Self::Nearly => value < x && x - value <= x * NEAR,
            Self::About => (value - x).abs() <= x * NEAR,
            Self::Below => value < x,
            Self::AtMost => value <= x,
        }
    }

    /// The number to print for `value`: as round as the old one while it is near, then finer.
    pub(super) fn number(
        self,
        value: Decimal,
        style: &Style,
        earlier: Option<Decimal>,
    ) -> Result<Decimal, Untrue> {
        let unit = unit(style);
        let floor = |step: Decimal| (value / step).floor() * step;
        let under = |step: Decimal| (value / step).ceil() * step - step;
        let steps = steps(style);
        let near = |x: Decimal| x > Decimal::ZERO && (value - x).abs() <= x * NEAR;
        // The roundest that is near; where none is, the finest that still says something.
        let roundest = |of: &dyn Fn(Decimal) -> Decimal| {
            let all: Vec<Decimal> = steps.iter().map(|it| of(*it)).collect();
            let found = all.iter().copied().find(|it| near(*it));
            found.or(all.last().copied().filter(|it| *it > Decimal::ZERO))
        };
        match self {
            Self::Exact => Ok(rounded(value, unit)),
            Self::Reaches => Ok((rounded(value, unit / Decimal::TEN) / unit).floor() * unit),
            Self::Above if near(style.printed) && value > style.printed => Ok(style.printed),
            Self::Above => roundest(&under).ok_or(Untrue::NotNear),
            Self::AtLeast => roundest(&floor).ok_or(Untrue::NotNear),
            Self::Breaks => {
                let x = floor(steps[0]);
                match x > Decimal::ZERO && earlier.is_none_or(|it| it < x) {
                    true => Ok(x),
                    false => Err(Untrue::NotFirst),
                }
            }
            Self::Nearly if self.holds(value, style) => Ok(style.printed),
            Self::Nearly => roundest(&|step| floor(step) + step)
                .filter(|it| near(*it))
                .ok_or(Untrue::NotNear),
            Self::About => roundest(&|step| rounded(value, step))
                .filter(|it| near(*it))
                .ok_or(Untrue::NotNear),
            Self::Below => roundest(&|step| floor(step) + step).ok_or(Untrue::NotNear),
            Self::AtMost => Ok((value / unit).ceil() * unit),
        }
    }
}

/// One of the last digit.
fn unit(style: &Style) -> Decimal {
    Decimal::new(1, style.places)
}

/// Steps from that of the old number's last digit that is not zero to one of its last digit.
fn steps(style: &Style) -> Vec<Decimal> {
    let mut steps = vec![unit(style)];
    let mut step = unit(style) * Decimal::TEN;
    while style.places == 0 && (style.printed % step).is_zero() && step <= style.printed {
        steps.insert(0, step);
        step *= Decimal::TEN;
    }
    steps
}
