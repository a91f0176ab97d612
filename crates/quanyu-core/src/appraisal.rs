//! Appraisal (考核): how far a target is, how the year goes on, what points come of it, who stands where.
//!
//! Owns the rules, pure. Leaves which schemes there are to packs, values to the figures, what is said of it to the
//! application. [`pace`] has time, [`score`] points, [`place`] ranks, [`task`] dates of tasks.
//!
//! Invariant: nothing known is [`Status::Waiting`], never zero points and never behind. Every rule knows which way is
//! better; more of what should be less is never progress.
//!
//! Start reading at [`Goal::status`]; its cases are at the end.

pub mod pace;
pub mod place;
pub mod score;
pub mod task;

pub use pace::{Basis, Forecast, Season, elapsed, forecast, planned};
pub use place::places;
pub use score::{Band, Method, Scoring, Step};

use rust_decimal::Decimal;

/// Which way is better.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// More.
    Up,
    /// Less.
    Down,
}

impl Direction {
    /// Whether `a` is better than `b`.
    #[must_use]
    pub fn beats(self, a: Decimal, b: Decimal) -> bool {
        match self {
            Self::Up => a > b,
            Self::Down => a < b,
        }
    }
}

/// How a value moves through a year.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Course {
    /// Adds up from nothing: a year's contracts.
    Flow,
    /// Stands, and starts where the last year ended: enterprises with a valid certificate.
    Stock,
    /// Is judged as it stands and may go either way until the year is over: growth, shares, places.
    Rate,
}

/// Where something is with its target.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    /// 滞后: not where it should be today, or not there when the time is over.
    Behind,
    /// 待统计: nothing is known yet.
    Waiting,
    /// 达序时: not there yet, but where it should be today.
    OnPace,
    /// 已完成.
    Done,
}

impl Status {
    /// `behind`, `waiting`, `on_pace`, `done`.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Behind => "behind",
            Self::Waiting => "waiting",
            Self::OnPace => "on_pace",
            Self::Done => "done",
        }
    }
}

/// What is to be reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Goal {
    /// In base units.
    pub target: Decimal,
    /// Which way is better.
    pub direction: Direction,
    /// How the value moves.
    pub course: Course,
    /// Where a stock stood when the time began, where that is known.
    pub base: Option<Decimal>,
}

/// How much of the time is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gone {
    /// Share of the target that should be there (序时进度), 0 to 1.
    pub share: Decimal,
    /// Nothing can be added any more.
    pub over: bool,
}

impl Goal {
    /// Whether `found` is what was asked.
    #[must_use]
    pub fn met(&self, found: Decimal) -> bool {
        !self.direction.beats(self.target, found)
    }

    /// What should be there today. A stock goes from where it stood to its target; where it already stood past that, it
    /// only has to stay. What may go either way has to be at its target all the time.
    #[must_use]
    pub fn line(&self, gone: Gone) -> Decimal {
        match (self.course, self.base) {
            (Course::Rate, _) => self.target,
            (Course::Stock, Some(base)) if !self.met(base) => {
                base + (self.target - base) * gone.share
            }
            (Course::Stock, Some(_)) => self.target,
            // Where it stood is not known: what should be little has to be little all the time.
            (Course::Stock, None) if self.direction == Direction::Down => self.target,
            _ => self.target * gone.share,
        }
    }

    /// 已完成, 达序时, 滞后 or 待统计. What may still fall short before the time is over is never done.
    #[must_use]
    pub fn status(&self, found: Option<Decimal>, gone: Gone) -> Status {
        let Some(found) = found else {
            return Status::Waiting;
        };
        let met = self.met(found);
        // A flow that should stay small can still grow past its limit.
        let firm = match (self.course, self.direction) {
            (Course::Rate, _) | (Course::Flow, Direction::Down) => gone.over,
            _ => true,
        };
        if met && firm {
            Status::Done
        } else if !gone.over && !self.direction.beats(self.line(gone), found) {
            Status::OnPace
        } else {
            Status::Behind
        }
    }

    /// Share of the target that is done; above 1 where more is. `None` where that makes no sense: nothing was asked.
    ///
    /// Of what should be little, it is the target over the value: twice as much as allowed is half done.
    #[must_use]
    pub fn share(&self, found: Decimal) -> Option<Decimal> {
        let (above, below) = match self.direction {
            Direction::Up => (found, self.target),
            Direction::Down if found <= Decimal::ZERO => {
                return Some(Decimal::ONE);
            }
            Direction::Down => (self.target, found),
        };
        if below <= Decimal::ZERO {
            return None;
        }
        Some(rounded(above.checked_div(below)?, 6))
    }

    /// Units between `found` and `wanted`; nothing where it is there.
    #[must_use]
    pub fn short(&self, found: Decimal, wanted: Decimal) -> Decimal {
        let short = match self.direction {
            Direction::Up => wanted - found,
            Direction::Down => found - wanted,
        };
        short.max(Decimal::ZERO)
    }
}

/// Half away from zero.
pub(crate) fn rounded(value: Decimal, places: u32) -> Decimal {
    value
        .round_dp_with_strategy(places, rust_decimal::RoundingStrategy::MidpointAwayFromZero)
        .normalize()
}

/// A gap as it is said: up to the next whole step of the unit, so that doing what is said is enough. `factor` is the
/// unit's (亿元: 100,000,000), `digits` its decimals; a count has neither.
#[must_use]
pub fn up_to_unit(gap: Decimal, factor: Decimal, digits: u32) -> Decimal {
    let steps =
        (gap / factor).round_dp_with_strategy(digits, rust_decimal::RoundingStrategy::AwayFromZero);
    (steps * factor).normalize()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn dec(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    fn goal(target: &str, direction: Direction, course: Course, base: Option<&str>) -> Goal {
        Goal {
            target: dec(target),
            direction,
            course,
            base: base.map(dec),
        }
    }

    #[test]
    fn lights_follow_the_time_that_is_gone_the_way_that_is_better_and_how_the_value_moves() {
        use Course::{Flow, Rate, Stock};
        use Direction::{Down, Up};
        use Status::{Behind, Done, OnPace, Waiting};
        #[rustfmt::skip]
        let cases = [
            // target, better, moves, stood,      found,         gone,   over,  light
            ("100", Up,   Flow,  None,         Some("50"),    "0.5",  false, OnPace),
            ("100", Up,   Flow,  None,         Some("49"),    "0.5",  false, Behind),
            ("100", Up,   Flow,  None,         Some("100"),   "0.5",  false, Done),
            ("100", Up,   Flow,  None,         Some("99"),    "1",    true,  Behind),
            ("100", Up,   Flow,  None,         None,          "1",    true,  Waiting),
            ("100", Up,   Flow,  None,         Some("0"),     "0.01", false, Behind),
            // A stock goes from where it stood: 226 + half of 54.
            ("280", Up,   Stock, Some("226"),  Some("253"),   "0.5",  false, OnPace),
            ("280", Up,   Stock, Some("226"),  Some("252"),   "0.5",  false, Behind),
            ("280", Up,   Stock, Some("290"),  Some("279"),   "0.1",  false, Behind),
            ("280", Up,   Stock, None,         Some("150"),   "0.5",  false, OnPace),
            // Growth and shares are never done before the end.
            ("0.2", Up,   Rate,  None,         Some("0.29"),  "0.5",  false, OnPace),
            ("0.2", Up,   Rate,  None,         Some("0.29"),  "1",    true,  Done),
            ("0.2", Up,   Rate,  None,         Some("0.19"),  "0.5",  false, Behind),
            // What should be little.
            ("10",  Down, Flow,  None,         Some("5"),     "0.5",  false, OnPace),
            ("10",  Down, Flow,  None,         Some("6"),     "0.5",  false, Behind),
            ("10",  Down, Flow,  None,         Some("11"),    "0.9",  false, Behind),
            ("10",  Down, Flow,  None,         Some("10"),    "1",    true,  Done),
            ("10",  Down, Stock, Some("20"),   Some("15"),    "0.5",  false, OnPace),
            ("10",  Down, Stock, Some("20"),   Some("16"),    "0.5",  false, Behind),
            ("10",  Down, Stock, Some("20"),   Some("9"),     "0.5",  false, Done),
            ("3",   Down, Rate,  None,         Some("4"),     "1",    true,  Behind),
            ("3",   Down, Rate,  None,         Some("3"),     "1",    true,  Done),
        ];
        for (target, direction, course, base, found, gone, over, light) in cases {
            let gone = Gone {
                share: dec(gone),
                over,
            };
            let got = goal(target, direction, course, base).status(found.map(dec), gone);
            assert_eq!(
                got, light,
                "{target} {direction:?} {course:?} {base:?}: {found:?} at {gone:?}"
            );
        }
    }

    #[test]
    fn gaps_are_said_so_that_doing_what_is_said_is_enough() {
        #[rustfmt::skip]
        let cases = [
            // gap,        factor,      digits, said in base units
            ("13",        "1",         0, "13"),
            ("12.2",      "1",         0, "13"),
            ("76300000",  "100000000", 2, "77000000"),
            ("76000000",  "100000000", 2, "76000000"),
            ("0.0012",    "0.01",      1, "0.002"),
            ("0",         "1",         0, "0"),
        ];
        for (gap, factor, digits, want) in cases {
            assert_eq!(
                up_to_unit(dec(gap), dec(factor), digits),
                dec(want),
                "{gap} in {factor}"
            );
        }
    }

    fn any_goal() -> impl Strategy<Value = Goal> {
        let direction = prop_oneof![Just(Direction::Up), Just(Direction::Down)];
        let course = prop_oneof![Just(Course::Flow), Just(Course::Stock), Just(Course::Rate)];
        (
            1..10_000i64,
            direction,
            course,
            proptest::option::of(0..10_000i64),
        )
            .prop_map(|(target, direction, course, base)| Goal {
                target: Decimal::new(target, 1),
                direction,
                course,
                base: base.map(|it| Decimal::new(it, 1)),
            })
    }

    proptest! {
        #[test]
        fn when_the_time_is_over_it_is_done_or_behind(goal in any_goal(), found in 0..20_000i64) {
            let found = Decimal::new(found, 1);
            let gone = Gone { share: Decimal::ONE, over: true };
            let want = if goal.met(found) { Status::Done } else { Status::Behind };
            prop_assert_eq!(goal.status(Some(found), gone), want);
        }

        #[test]
        fn a_better_value_never_has_a_worse_light(goal in any_goal(), a in 0..20_000i64, b in 0..20_000i64, share in 0..=100i64) {
            let (a, b) = (Decimal::new(a, 1), Decimal::new(b, 1));
            let gone = Gone { share: Decimal::new(share, 2), over: false };
            if goal.direction.beats(a, b) {
                prop_assert!(goal.status(Some(a), gone) >= goal.status(Some(b), gone));
            }
        }

        #[test]
        fn what_is_short_added_is_enough(goal in any_goal(), found in 0..20_000i64) {
            let found = Decimal::new(found, 1);
            let short = goal.short(found, goal.target);
            let then = match goal.direction { Direction::Up => found + short, Direction::Down => found - short };
            prop_assert!(goal.met(then));
            prop_assert_eq!(short.is_zero(), goal.met(found));
        }

        #[test]
        fn a_gap_is_said_less_than_a_step_too_large(gap in 0..1_000_000_000i64, digits in 0..4u32) {
            let (gap, factor) = (Decimal::new(gap, 2), Decimal::from(10_000));
            let said = up_to_unit(gap, factor, digits);
            prop_assert!(said >= gap);
            prop_assert!(said - gap < factor / Decimal::from(10_i64.pow(digits)));
        }
    }
}
