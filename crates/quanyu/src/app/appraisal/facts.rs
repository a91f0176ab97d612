//! What a scheme's items are judged by: figures in few queries, points that people gave.
//!
//! Owns which periods an item needs: until today, the same a year before (for the season and for where a stock stood), or
//! the year that its statistics lag behind.
//!
//! Invariant: all figures of a view come from at most one query for each lag.

use std::collections::BTreeMap;

use jiff::civil::Date;
use quanyu_core::{
    appraisal::{self, Gone, Season},
    period::Period,
    region::RegionCode,
    value::Value,
};
use quanyu_figures::{By, Figure, Request};
use quanyu_pack::model::{Appraisal, AppraisalItem, Indicator, Measure};
use quanyu_store::list::{self as rows, Filter, Op, Query};
use rust_decimal::Decimal;

use crate::app::{AppError, Product};

/// The time of a scheme, seen from a period and a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct When {
    /// The scheme's period.
    pub whole: Period,
    /// From its first month to the one that is looked at.
    pub so_far: Period,
    /// The day it is looked at: the end of `so_far`, or the day of the asker where that is before.
    pub day: Date,
    /// Share of the days that are gone.
    pub elapsed: Decimal,
    /// Nothing can be added any more.
    pub over: bool,
    /// The asker's day, which may be long after.
    pub today: Date,
}

/// Whether what is for `whole` is to be shown for `asked`: the end of what is asked lies in it.
pub(crate) fn holds(whole: Period, asked: Period) -> bool {
    (whole.first_day()..=whole.last_day()).contains(&asked.last_day())
}

impl When {
    /// `None` where `asked` does not end within `whole`.
    #[must_use]
    pub fn new(whole: Period, asked: Period, today: Date) -> Option<Self> {
        if !holds(whole, asked) {
            return None;
        }
        let (first, last) = (whole.first_day(), asked.last_day());
        let day = last.min(today).max(first);
        let so_far = months(first, day)?;
        Some(Self {
            whole,
            so_far,
            day,
            elapsed: appraisal::elapsed(first, whole.last_day(), last.min(today)),
            over: last.min(today) >= whole.last_day(),
            today,
        })
    }

    /// What should be there of a target: by its months where it has any, else by days.
    #[must_use]
    pub fn gone(&self, months: &[Decimal]) -> Gone {
        let planned = appraisal::planned(self.whole.first_day(), months, self.day);
        Gone {
            share: planned.filter(|_| !self.over).unwrap_or(self.elapsed),
            over: self.over,
        }
    }
}

/// Whole months from one day's to another's.
fn months(first: Date, last: Date) -> Option<Period> {
    Period::months(
        i32::from(first.year()),
        i32::from(first.month()),
        i32::from(last.year()),
        i32::from(last.month()),
    )
}

/// Figures and points by what they are of.
#[derive(Debug, Default)]
pub(super) struct Facts {
    figures: BTreeMap<(String, RegionCode, Period), Figure>,
    /// Points given by item and region.
    given: BTreeMap<(String, RegionCode), Decimal>,
    pub sequence: i64,
}

/// Whether an indicator's statistics come once for the whole time, after it: then its value is judged as final.
pub(super) fn comes_late(indicator: &Indicator) -> bool {
    indicator.lag > 0 || indicator.published.is_some()
}

/// The period of an item's value.
pub(super) fn own_period(indicator: &Indicator, when: &When) -> Period {
    if !comes_late(indicator) {
        return when.so_far;
    }
    let lag = -i32::from(indicator.lag);
    when.whole.shift_years(lag).unwrap_or(when.whole)
}

impl Facts {
    /// The figure of an indicator.
    pub fn figure(&self, id: &str, region: &RegionCode, period: Period) -> Option<&Figure> {
        self.figures.get(&(id.to_owned(), region.clone(), period))
    }

    /// What was measured: value or growth.
    pub fn found(&self, measure: &Measure, region: &RegionCode, period: Period) -> Option<Decimal> {
        let figure = self.figure(&measure.indicator.value, region, period)?;
        if measure.growth {
            figure.growth
        } else {
            figure.value
        }
    }

    /// Points that people gave for an item.
    pub fn given(&self, item: &str, region: &RegionCode) -> Option<Decimal> {
        self.given.get(&(item.to_owned(), region.clone())).copied()
    }

    /// The value a year before, at the end of the whole time: where a stock stood.
    pub fn base(&self, measure: &Measure, region: &RegionCode, when: &When) -> Option<Decimal> {
        self.found(measure, region, when.whole.shift_years(-1)?)
    }

    /// The shape of the year before.
    pub fn season(&self, measure: &Measure, region: &RegionCode, when: &When) -> Option<Season> {
        let ago = |period: Period| self.found(measure, region, period.shift_years(-1)?);
        let begun = when.day.first_of_month();
        let before = month_before(when);
        Some(Season {
            month_before: match before {
                Some(before) => ago(before)?,
                None => Decimal::ZERO,
            },
            month: ago(when.so_far)?,
            year: ago(when.whole)?,
            gone: appraisal::elapsed(begun, begun.last_of_month(), when.day),
        })
    }
}

/// From the first month to the one before today's, where today's is not the first.
fn month_before(when: &When) -> Option<Period> {
    let last = when.day.first_of_month().yesterday().ok()?;
    (last >= when.so_far.first_day()).then(|| months(when.so_far.first_day(), last))?
}

/// Reads everything that the items need: for `region`, or (`parts`) for each region right below it.
pub(super) async fn gather(
    product: &Product,
    scheme: &Appraisal,
    items: &[&AppraisalItem],
    region: &RegionCode,
    parts: bool,
    when: &When,
) -> Result<Facts, AppError> {
    let mut facts = Facts {
        sequence: product.sequence().await?,
        ..Facts::default()
    };
    let mut current = Vec::new();
    let mut late: BTreeMap<u8, Vec<String>> = BTreeMap::new();
    let measured = items
        .iter()
        .filter_map(|it| it.measure.as_ref())
        .map(|it| it.indicator.value.as_str())
        .chain(
            items
                .iter()
                .flat_map(|it| &it.per)
                .map(|it| it.value.as_str()),
        );
    for id in measured {
        let Some(indicator) = product.pack.indicators.get(id) else {
            continue;
        };
        let wanted = if comes_late(indicator) {
            late.entry(indicator.lag).or_default()
        } else {
            &mut current
        };
        if !wanted.iter().any(|it| it == id) {
            wanted.push(id.to_owned());
        }
    }
    let mut periods = vec![when.so_far];
    let ago = [Some(when.so_far), Some(when.whole), month_before(when)];
    for period in ago
        .into_iter()
        .flatten()
        .filter_map(|it| it.shift_years(-1))
    {
        if !periods.contains(&period) {
            periods.push(period);
        }
    }
    read(product, &mut facts, current, region, parts, periods).await?;
    for (lag, wanted) in late {
        let own = when
            .whole
            .shift_years(-i32::from(lag))
            .unwrap_or(when.whole);
        read(product, &mut facts, wanted, region, parts, vec![own]).await?;
    }
    if items.iter().any(|it| it.measure.is_none()) {
        points_given(product, scheme, &mut facts).await?;
    }
    Ok(facts)
}

async fn read(
    product: &Product,
    facts: &mut Facts,
    indicators: Vec<String>,
    region: &RegionCode,
    parts: bool,
    periods: Vec<Period>,
) -> Result<(), AppError> {
    if indicators.is_empty() {
        return Ok(());
    }
    let request = Request {
        indicators: Some(indicators),
        region: region.clone(),
        periods,
        by: parts.then_some(By::Children),
    };
    let answer = product.figures.query(&request).await?;
    facts.sequence = answer.sequence;
    facts.figures.extend(
        answer
            .rows
            .into_iter()
            .map(|it| ((it.indicator.clone(), it.region.clone(), it.period), it)),
    );
    Ok(())
}

/// Points in the register that plays `score`.
async fn points_given(
    product: &Product,
    scheme: &Appraisal,
    facts: &mut Facts,
) -> Result<(), AppError> {
    let Some(register) = product.pack.playing("score") else {
        return Ok(());
    };
    let slot = |slot: &str| register.slot(slot).map(|it| it.id.clone());
    let (Some(of), Some(item), Some(points)) = (slot("scheme"), slot("item"), slot("points"))
    else {
        return Ok(());
    };
    let mut tx = product.store.read().await?;
    let query = Query {
        filters: vec![Filter::new(of, Op::Eq(Value::Text(scheme.id.clone())))],
        limit: rows::LONGEST_PAGE,
        ..Query::default()
    };
    let page = rows::list(&mut tx, &register.id, &query).await?;
    for record in &page.records {
        let place = slot("region").and_then(|it| record.value(&it).as_text().map(str::to_owned));
        let place = place.and_then(|it| it.parse().ok());
        let key = record.value(&item).as_text().unwrap_or_default().to_owned();
        if let Value::Decimal(points) = record.value(&points) {
            let place = place.unwrap_or_else(|| product.pack.region.clone());
            facts.given.insert((key, place), *points);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scheme_is_seen_at_the_end_of_what_is_asked_or_today() {
        #[rustfmt::skip]
        let cases = [
            // asked,            today,        so far,            day,          over
            ("2023",            "2026-11-22", "2023",            "2023-12-31", true),
            ("2023H1",          "2026-11-22", "2023H1",          "2023-06-30", false),
            ("2023Q3",          "2026-11-22", "2023-01/2023-09", "2023-09-30", false),
            ("2023",            "2023-05-15", "2023-01/2023-05", "2023-05-15", false),
            ("2023-01",         "2023-05-15", "2023-01",         "2023-01-31", false),
            ("2023",            "2022-12-15", "2023-01",         "2023-01-01", false),
        ];
        for (asked, today, so_far, day, over) in cases {
            let when = When::new(
                "2023".parse().unwrap(),
                asked.parse().unwrap(),
                today.parse().unwrap(),
            )
            .unwrap();
            assert_eq!(
                (
                    when.so_far.to_string().as_str(),
                    when.day.to_string().as_str(),
                    when.over
                ),
                (so_far, day, over),
                "{asked} on {today}"
            );
        }
        let early = When::new(
            "2023".parse().unwrap(),
            "2023".parse().unwrap(),
            "2022-12-15".parse().unwrap(),
        )
        .unwrap();
        assert_eq!(
            early.elapsed,
            Decimal::ZERO,
            "nothing is gone before the first day"
        );
        assert_eq!(
            When::new(
                "2023".parse().unwrap(),
                "2024".parse().unwrap(),
                "2026-01-01".parse().unwrap()
            ),
            None
        );
    }
}
