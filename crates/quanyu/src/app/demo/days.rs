//! Working days from which demonstration records draw theirs.

use jiff::civil::{Date, Weekday};
use quanyu_pack::model::Pack;
use rand::Rng;
use rust_decimal::{Decimal, prelude::ToPrimitive};

use super::draw::{DrawError, unit};

/// Working days of a span with the weight of their month.
pub(super) fn working_days(
    pack: &Pack,
    field: &str,
    from: &str,
    to: &str,
    months: &[Decimal],
) -> Result<Vec<(Date, f64)>, DrawError> {
    let senseless = |why| DrawError::Senseless {
        field: field.to_owned(),
        why,
    };
    let day = |text: &str| {
        text.parse::<Date>()
            .map_err(|_| senseless("a day is written 2023-01-31"))
    };
    let (first, last) = (day(from)?, day(to)?);
    let mut days = Vec::new();
    let mut sum = 0.0;
    let mut today = first;
    while today <= last {
        if pack
            .is_working_day(today)
            .ok_or_else(|| senseless("the calendar does not hold this year"))?
        {
            let weight = months
                .get(today.month() as usize - 1)
                .map_or(1.0, |it| it.to_f64().unwrap_or(0.0));
            sum += weight;
            days.push((today, sum));
        }
        today = today
            .tomorrow()
            .map_err(|_| senseless("the span leaves the calendar"))?;
    }
    if days.is_empty() || sum <= 0.0 {
        return Err(senseless("there is no working day in the span"));
    }
    Ok(days)
}

/// A day by its weight.
pub(super) fn pick(days: &[(Date, f64)], rng: &mut impl Rng) -> Date {
    let sum = days.last().map_or(0.0, |it| it.1);
    let at = unit(rng) * sum;
    let place = days.partition_point(|(_, upto)| *upto <= at);
    days[place.min(days.len() - 1)].0
}

/// The day so many working days before another; below zero after it. A day of a year that the calendar does not hold counts by
/// its weekday.
pub(super) fn days_back(
    pack: &Pack,
    field: &str,
    today: Date,
    back: i64,
) -> Result<Date, DrawError> {
    let outside = |_| DrawError::Senseless {
        field: field.to_owned(),
        why: "the day lies outside the calendar",
    };
    let worked = |day: Date| {
        let weekend = matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday);
        pack.is_working_day(day).unwrap_or(!weekend)
    };
    let (mut day, mut left) = (today, back.unsigned_abs());
    while left > 0 {
        day = if back > 0 {
            day.yesterday().map_err(outside)?
        } else {
            day.tomorrow().map_err(outside)?
        };
        left -= u64::from(worked(day));
    }
    Ok(day)
}
