//! Points: what a value earns of an item's weight, and how much is missing until it earns all of it.
//!
//! Owns the five ways to score. Invariant: points lie between floor and cap of the weight, and a better value never earns
//! less.
//!
//! Start reading at [`Scoring::points`].

use rust_decimal::Decimal;

use super::{Direction, Goal, rounded};

/// How an item earns its points.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scoring {
    /// Points for all of it (权重, 分值).
    pub weight: Decimal,
    /// Most that can be earned, as a share of the weight (封顶); above 1 there are extra points.
    pub cap: Decimal,
    /// Least that is given, as a share of the weight (保底).
    pub floor: Decimal,
    /// The way.
    pub method: Method,
}

/// The ways to score.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Method {
    /// 按比例: the share of the target that is done; nothing below `from`.
    Proportional {
        /// Share done below which nothing is earned.
        from: Decimal,
    },
    /// 分档: what the highest band reached gives. Bands come with the smallest first.
    Banded(Vec<Band>),
    /// 按位次: what the first step gives that the place is in; nothing past the last. The value is a place. Steps come
    /// with the best first.
    Rank(Vec<Step>),
    /// 是否完成: all or nothing.
    YesNo,
    /// 扣分: for each step begun that is missing.
    Deduct {
        /// A step, in base units.
        per: Decimal,
        /// Points for each.
        points: Decimal,
    },
    /// 评分: points that people give.
    Given,
}

/// A band of a share done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Band {
    /// Share of the target from which it holds.
    pub from: Decimal,
    /// Share of the weight that it gives.
    pub share: Decimal,
}

/// A step of places.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// Last place in it.
    pub to: u32,
    /// Share of the weight that it gives.
    pub share: Decimal,
}

impl Method {
    /// `proportional`, `banded`, `rank`, `yes_no`, `deduct`, `given`.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Proportional { .. } => "proportional",
            Self::Banded(_) => "banded",
            Self::Rank(_) => "rank",
            Self::YesNo => "yes_no",
            Self::Deduct { .. } => "deduct",
            Self::Given => "given",
        }
    }
}

impl Scoring {
    /// Points for `found`, to two decimals. A place is a `found` too; given points are themselves.
    #[must_use]
    pub fn points(&self, goal: &Goal, found: Decimal) -> Decimal {
        let share = match &self.method {
            Method::Given => {
                return rounded(
                    found.clamp(self.floor * self.weight, self.cap * self.weight),
                    2,
                );
            }
            Method::Proportional { from } => {
                let done = done(goal, found);
                if done < *from { Decimal::ZERO } else { done }
            }
            Method::Banded(bands) => {
                let done = done(goal, found);
                let reached = bands.iter().filter(|it| it.from <= done);
                reached.map(|it| it.share).max().unwrap_or_default()
            }
            Method::Rank(steps) => {
                let step = steps.iter().find(|it| found <= Decimal::from(it.to));
                step.map(|it| it.share).unwrap_or_default()
            }
            Method::YesNo if goal.met(found) => Decimal::ONE,
            Method::YesNo => Decimal::ZERO,
            Method::Deduct { per, points } => {
                let steps = (goal.short(found, goal.target) / per).ceil();
                Decimal::ONE - steps * points / self.weight
            }
        };
        rounded(share.clamp(self.floor, self.cap) * self.weight, 2)
    }

    /// The value from which all of the weight is earned: the target, or where the band begins that gives all. Where
    /// none does, the best band.
    #[must_use]
    pub fn full_at(&self, goal: &Goal) -> Decimal {
        match &self.method {
            Method::Banded(bands) => {
                let full = bands.iter().find(|it| it.share >= Decimal::ONE);
                let Some(band) = full.or(bands.last()) else {
                    return goal.target;
                };
                match goal.direction {
                    Direction::Up => goal.target * band.from,
                    Direction::Down => goal.target.checked_div(band.from).unwrap_or(goal.target),
                }
            }
            Method::Rank(steps) => Decimal::from(best_places(steps)),
            Method::Given => self.weight,
            _ => goal.target,
        }
    }
}

/// The last place that earns most.
#[must_use]
pub fn best_places(steps: &[Step]) -> u32 {
    let most = steps.iter().map(|it| it.share).max().unwrap_or_default();
    let full = most.min(Decimal::ONE);
    let best = steps
        .iter()
        .filter(|it| it.share >= full)
        .map(|it| it.to)
        .max();
    best.unwrap_or(1)
}

/// Share done for points: where nothing was asked, all or nothing. None at all of what shall be little is more than any other number,
/// so that one earns no more than none.
fn done(goal: &Goal, found: Decimal) -> Decimal {
    let little = goal.direction == Direction::Down && goal.target > Decimal::ZERO;
    if little && found <= Decimal::ZERO {
        return Decimal::from(i32::MAX);
    }
    let all = if goal.met(found) {
        Decimal::ONE
    } else {
        Decimal::ZERO
    };
    goal.share(found).unwrap_or(all)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{
        super::{Course, Direction},
        *,
    };

    fn dec(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    fn scoring(weight: i64, cap: &str, floor: &str, method: Method) -> Scoring {
        Scoring {
            weight: Decimal::from(weight),
            cap: dec(cap),
            floor: dec(floor),
            method,
        }
    }

    fn goal(target: &str, direction: Direction) -> Goal {
        Goal {
            target: dec(target),
            direction,
            course: Course::Flow,
            base: None,
        }
    }

    fn bands() -> Method {
        let band = |from, share| Band {
            from: dec(from),
            share: dec(share),
        };
        Method::Banded(vec![
            band("0.8", "0.5"),
            band("0.9", "0.8"),
            band("1", "1"),
            band("1.2", "1.1"),
        ])
    }

    fn steps() -> Method {
        let step = |to, share| Step {
            to,
            share: dec(share),
        };
        Method::Rank(vec![step(1, "1.1"), step(3, "1"), step(6, "0.8")])
    }

    #[test]
    fn each_way_scores_as_it_says() {
        use Direction::{Down, Up};
        let proportional = |from: &str| Method::Proportional { from: dec(from) };
        let deduct = |per: &str, points: &str| Method::Deduct {
            per: dec(per),
            points: dec(points),
        };
        #[rustfmt::skip]
        let cases = [
            // weight, cap, floor, way,            target, better, found, points, missing until all is earned
            (10, "1",   "0",   proportional("0"),   "280", Up,   "267",  "9.54", "13"),
            (10, "1",   "0",   proportional("0"),   "280", Up,   "300",  "10",   "0"),
            (10, "1.1", "0",   proportional("0"),   "280", Up,   "300",  "10.71", "0"),
            (10, "1.1", "0",   proportional("0"),   "280", Up,   "500",  "11",   "0"),
            (10, "1",   "0",   proportional("0.6"), "100", Up,   "59",   "0",    "41"),
            (10, "1",   "0.2", proportional("0.6"), "100", Up,   "59",   "2",    "41"),
            (10, "1",   "0",   proportional("0"),   "0.1", Up,   "-0.02", "0",   "0.12"),
            (10, "1",   "0",   proportional("0"),   "4",   Down, "5",    "8",    "1"),
            (10, "1",   "0",   proportional("0"),   "4",   Down, "0",    "10",   "0"),
            (10, "1",   "0",   proportional("0"),   "0",   Down, "1",    "0",    "1"),
            (10, "1",   "0",   proportional("0"),   "0",   Down, "0",    "10",   "0"),
            (10, "1.1", "0",   bands(),             "20",  Up,   "15",   "0",    "5"),
            (10, "1.1", "0",   bands(),             "20",  Up,   "18",   "8",    "2"),
            (10, "1.1", "0",   bands(),             "20",  Up,   "20",   "10",   "0"),
            (10, "1.1", "0",   bands(),             "20",  Up,   "24",   "11",   "0"),
            (10, "1",   "0",   bands(),             "20",  Up,   "24",   "10",   "0"),
            (8,  "1.1", "0",   steps(),             "3",   Down, "1",    "8.8",  "0"),
            (8,  "1.1", "0",   steps(),             "3",   Down, "4",    "6.4",  "1"),
            (8,  "1.1", "0",   steps(),             "3",   Down, "7",    "0",    "4"),
            (6,  "1",   "0",   Method::YesNo,       "0.2", Up,   "0.199", "0",   "0.001"),
            (6,  "1",   "0",   Method::YesNo,       "0.2", Up,   "0.2",  "6",    "0"),
            (4,  "1",   "0",   deduct("1", "0.5"),  "10",  Up,   "8",    "3",    "2"),
            (4,  "1",   "0",   deduct("1", "0.5"),  "10",  Up,   "0",    "0",    "10"),
            (4,  "1",   "0.25", deduct("1", "0.5"), "10",  Up,   "0",    "1",    "10"),
            // A step begun counts.
            (4,  "1",   "0",   deduct("0.01", "1"), "0.2", Up,   "0.195", "3",   "0.005"),
            (4,  "1",   "0",   deduct("1", "1"),    "2",   Down, "5",    "1",    "3"),
            (5,  "1",   "0",   Method::Given,       "5",   Up,   "4.25", "4.25", "0.75"),
            (5,  "1",   "0",   Method::Given,       "5",   Up,   "7",    "5",    "0"),
        ];
        for (weight, cap, floor, method, target, direction, found, points, missing) in cases {
            let (scoring, goal) = (scoring(weight, cap, floor, method), goal(target, direction));
            let told = format!("{scoring:?} {goal:?} {found}");
            assert_eq!(scoring.points(&goal, dec(found)), dec(points), "{told}");
            assert_eq!(
                goal.short(dec(found), scoring.full_at(&goal)),
                dec(missing),
                "{told}"
            );
        }
    }

    fn any_method() -> impl Strategy<Value = Method> {
        prop_oneof![
            (0..9i64).prop_map(|it| Method::Proportional {
                from: Decimal::new(it, 1)
            }),
            Just(bands()),
            Just(Method::YesNo),
            (1..50i64, 1..50i64).prop_map(|(per, points)| Method::Deduct {
                per: Decimal::new(per, 1),
                points: Decimal::new(points, 1)
            }),
        ]
    }

    proptest! {
        #[test]
        fn points_stay_within_floor_and_cap_and_a_better_value_never_earns_less(
            method in any_method(), weight in 1..20i64, target in 1..500i64, up in proptest::bool::ANY,
            a in 0..1000i64, b in 0..1000i64, floor in 0..4i64,
        ) {
            let floor = Decimal::new(floor, 1);
            let scoring = Scoring { weight: Decimal::from(weight), cap: dec("1.2"), floor, method };
            let direction = if up { Direction::Up } else { Direction::Down };
            let goal = Goal { target: Decimal::from(target), direction, course: Course::Flow, base: None };
            let (a, b) = (Decimal::from(a), Decimal::from(b));
            let points = scoring.points(&goal, a);
            prop_assert!(points >= rounded(floor * scoring.weight, 2) && points <= dec("1.2") * scoring.weight);
            if direction.beats(a, b) {
                prop_assert!(points >= scoring.points(&goal, b));
            }
        }

        #[test]
        fn what_is_missing_added_earns_the_whole_weight(
            method in any_method(), weight in 1..20i64, target in 1..500i64, found in 0..1000i64,
        ) {
            let scoring = Scoring { weight: Decimal::from(weight), cap: dec("1.2"), floor: Decimal::ZERO, method };
            let goal = Goal { target: Decimal::from(target), direction: Direction::Up, course: Course::Flow, base: None };
            let found = Decimal::from(found);
            let short = goal.short(found, scoring.full_at(&goal));
            prop_assert!(scoring.points(&goal, found + short) >= scoring.weight);
            if !short.is_zero() {
                prop_assert!(scoring.points(&goal, found) < scoring.weight || found + Decimal::ONE >= goal.target);
            }
        }
    }
}
