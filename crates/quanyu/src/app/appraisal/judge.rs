//! One item judged: rules of `quanyu_core::appraisal` on what was gathered, and the words for it.
//!
//! Start reading at [`item`].

use quanyu_core::{
    appraisal::{Course, Direction, Forecast, Goal, Gone, Method, Status, forecast, up_to_unit},
    measure,
    period::Period,
    region::RegionCode,
};
use quanyu_figures::Origin;
use quanyu_pack::model::{AppraisalItem, Display, Indicator, Measure};
use rust_decimal::Decimal;

use super::{
    ItemView,
    facts::{Facts, When, comes_late, own_period},
};
use crate::app::{Product, say};

/// What an item asks of a region, and what is known of it.
pub(super) struct Asked {
    pub goal: Goal,
    pub gone: Gone,
    pub found: Option<Decimal>,
    pub period: Period,
    /// How values are said.
    pub words: Words,
}

/// How the values of an item are said.
pub(super) struct Words {
    /// Base unit; `rank` for places.
    pub unit: String,
    pub display: Display,
}

impl Words {
    /// A value with its unit.
    pub fn said(&self, value: Decimal) -> String {
        match self.unit.as_str() {
            "rank" => format!("第{}", value.normalize()),
            "分" => format!("{}分", value.normalize()),
            unit => say::whole(Some(value), unit, &self.display),
        }
    }

    /// A gap with its unit, up to the next step of it.
    pub fn gap(&self, gap: Decimal) -> (Decimal, String) {
        match self.unit.as_str() {
            "rank" => (gap, format!("{}名", gap.normalize())),
            "分" => (gap, format!("{}分", gap.normalize())),
            base => {
                let handy = measure::handy(gap, base);
                let unit = self.display.unit.clone().unwrap_or(handy.0);
                // What is counted is missing in whole units, also where the gap itself is not whole.
                let counted = !matches!(base, "元" | "1") && self.display.unit.is_none();
                let digits = match self.display.digits {
                    Some(digits) => u32::from(digits),
                    None if counted && measure::split_unit(&unit).0 == Decimal::ONE => 0,
                    None => handy.1,
                };
                let (factor, _) = measure::split_unit(&unit);
                let gap = up_to_unit(gap, factor, digits);
                let display = Display {
                    unit: Some(unit),
                    digits: u8::try_from(digits).ok(),
                };
                // The difference of two percentages is in points.
                let said = say::whole(Some(gap), base, &display);
                let said = match said.strip_suffix('%') {
                    Some(number) => format!("{number}个百分点"),
                    None => said,
                };
                (gap, said)
            }
        }
    }
}

/// What an item asks of a region; `None` where it asks nothing.
pub(super) fn asked(
    product: &Product,
    item: &AppraisalItem,
    region: &RegionCode,
    when: &When,
    facts: &Facts,
) -> Option<Asked> {
    let Some(measure) = &item.measure else {
        return Some(Asked {
            goal: Goal {
                target: item.scoring.weight,
                direction: Direction::Up,
                course: Course::Rate,
                base: None,
            },
            gone: when.gone(&[]),
            found: facts.given(&item.id, region),
            period: when.so_far,
            words: Words {
                unit: "分".to_owned(),
                display: Display::default(),
            },
        });
    };
    let indicator = product.pack.indicators.get(&measure.indicator.value)?;
    let period = own_period(indicator, when);
    if let Method::Rank(_) = item.scoring.method {
        let figure = facts.figure(&indicator.id, region, period);
        let place = figure.and_then(|it| it.rank.as_ref()).map(|it| it.place);
        return Some(Asked {
            goal: Goal {
                target: measure.target,
                direction: Direction::Down,
                course: Course::Rate,
                base: None,
            },
            gone: gone(indicator, measure, when),
            found: place.map(Decimal::from),
            period,
            words: Words {
                unit: "rank".to_owned(),
                display: Display::default(),
            },
        });
    }
    let course = indicator.course(measure.growth);
    let target = target(product, measure, course, region)?;
    Some(Asked {
        goal: Goal {
            target,
            direction: indicator.direction()?,
            course,
            base: (course == Course::Stock)
                .then(|| facts.base(measure, region, when))
                .flatten(),
        },
        gone: gone(indicator, measure, when),
        found: facts.found(measure, region, period),
        period,
        words: words(indicator, measure.growth),
    })
}

/// The target of a region: the whole one, or its part. A rate holds for each alike where no part says otherwise.
fn target(
    product: &Product,
    measure: &Measure,
    course: Course,
    region: &RegionCode,
) -> Option<Decimal> {
    if *region == product.pack.region {
        return Some(measure.target);
    }
    let alike = course == Course::Rate && product.pack.is_part(region);
    let part = measure.split.part(region);
    part.or_else(|| alike.then_some(measure.target))
}

/// Statistics that come once are final when they are there.
fn gone(indicator: &Indicator, measure: &Measure, when: &When) -> Gone {
    if comes_late(indicator) {
        return Gone {
            share: Decimal::ONE,
            over: true,
        };
    }
    when.gone(&measure.split.months)
}

/// How an indicator's values, or its growth, are said.
pub(super) fn words(indicator: &Indicator, growth: bool) -> Words {
    if growth {
        return Words {
            unit: "1".to_owned(),
            display: Display {
                unit: Some("%".to_owned()),
                digits: Some(1),
            },
        };
    }
    Words {
        unit: indicator.unit.clone(),
        display: indicator.display.clone(),
    }
}

/// An item of a region as it stands; `None` where it asks nothing of it.
pub(super) fn item(
    product: &Product,
    item: &AppraisalItem,
    region: &RegionCode,
    when: &When,
    facts: &Facts,
) -> Option<ItemView> {
    let asked = asked(product, item, region, when, facts)?;
    let Asked {
        goal,
        gone,
        found,
        words,
        ..
    } = &asked;
    let indicator = item
        .measure
        .as_ref()
        .and_then(|it| product.pack.indicators.get(&it.indicator.value));
    let points = |value: Decimal| item.scoring.points(goal, value);
    let line = goal.line(*gone);
    let ends = found.and_then(|found| ends(item, &asked, found, region, when, facts));
    let forecast_score = ends.map(|it| points(it.value));
    let missing = found
        .map(|found| goal.short(found, item.scoring.full_at(goal)))
        .filter(|it| !it.is_zero())
        .map(|it| words.gap(it));
    // Points that people gave are no progress: once given, that is it.
    let light = match (&item.measure, found) {
        (None, Some(_)) => Status::Done,
        _ => goal.status(*found, *gone),
    };
    let behind = found
        .filter(|_| light == Status::Behind && !gone.over)
        .map(|found| goal.short(found, line))
        .filter(|it| !it.is_zero())
        .map(|it| words.gap(it).1);
    let ready = match indicator {
        Some(indicator) if light == Status::Waiting => {
            item.ready.or_else(|| indicator.published_by(asked.period))
        }
        _ => None,
    };
    let figure = indicator.and_then(|it| facts.figure(&it.id, region, asked.period));
    let comparator = match goal.direction {
        _ if words.unit == "rank" => "前",
        Direction::Up => "≥",
        Direction::Down => "≤",
    };
    let target_said = match words.unit.as_str() {
        "rank" => format!("{comparator}{}", goal.target.normalize()),
        _ => format!("{comparator}{}", words.said(goal.target)),
    };
    let rank = words.unit == "rank";
    Some(ItemView {
        id: item.id.clone(),
        title: item.title.clone(),
        group: item.group.clone(),
        section: item.section.clone(),
        method: item.scoring.method.word(),
        weight: item.scoring.weight,
        indicator: indicator.map(|it| it.id.clone()),
        growth: item.measure.as_ref().is_some_and(|it| it.growth),
        region: region.clone(),
        period: asked.period,
        unit: words.unit.clone(),
        target: goal.target,
        target_said,
        found: *found,
        found_said: found.map(|it| words.said(it)),
        // A place is no share of a place.
        share: found.filter(|_| !rank).and_then(|it| goal.share(it)),
        pace: if goal.course == Course::Rate {
            Decimal::ONE
        } else {
            gone.share
        },
        line_said: words.said(if rank {
            goal.target
        } else {
            line_to_say(line, words)
        }),
        light,
        score: found.map(points),
        forecast: ends.map(|it| it.value),
        forecast_said: ends.map(|it| words.said(it.value)),
        basis: ends.map(|it| it.basis),
        forecast_score,
        lost: forecast_score.map(|it| (item.scoring.weight - it).max(Decimal::ZERO)),
        gap: missing.as_ref().map(|it| it.0),
        gap_said: missing.map(|it| it.1),
        behind_said: behind,
        last_year: item.last_year,
        ready,
        overdue: ready.is_some_and(|it| it < when.today),
        source: match figure.map(|it| &it.source) {
            None => "given",
            Some(Origin::Computed) => "computed",
            Some(Origin::Cited(_)) => "cited",
        },
        records: figure.map_or(0, |it| it.records),
    })
}

/// Where an item ends at today's pace. What is counted ends at a whole number, on the careful side.
fn ends(
    item: &AppraisalItem,
    asked: &Asked,
    found: Decimal,
    region: &RegionCode,
    when: &When,
    facts: &Facts,
) -> Option<Forecast> {
    let Asked { goal, gone, .. } = asked;
    let season = item
        .measure
        .as_ref()
        .filter(|_| goal.course == Course::Flow && !gone.over)
        .and_then(|it| facts.season(it, region, when));
    let elapsed = if gone.over {
        Decimal::ONE
    } else {
        when.elapsed
    };
    let mut ends = forecast(goal.course, found, elapsed, season)?;
    let counted =
        !matches!(asked.words.unit.as_str(), "元" | "1" | "分") && found.fract().is_zero();
    if counted {
        ends.value = match goal.direction {
            Direction::Up => ends.value.floor(),
            Direction::Down => ends.value.ceil(),
        };
    }
    Some(ends)
}

/// Where a count should be is said in whole units.
fn line_to_say(line: Decimal, words: &Words) -> Decimal {
    if matches!(words.unit.as_str(), "元" | "1" | "分") {
        line
    } else {
        line.ceil()
    }
}
