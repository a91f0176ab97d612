//! What is asked and answered, and how an answer is put together from what is known.

use std::sync::{Arc, PoisonError};

use jiff::civil::Date;
use quanyu_core::{period::Period, region::RegionCode, text::Text};
use quanyu_pack::model::{Better, Indicator, IndicatorKind};
use rust_decimal::{Decimal, prelude::ToPrimitive};

use super::{Beside, Known, Worth, cell, grows, year_before};
use crate::{
    cited::{Measured, Observation},
    compute::Raw,
    declared::Measure,
    error::FiguresError,
    evidence::{Part, PartRole, Row},
    number,
};

/// What is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// Indicators in order; `None`: all.
    pub indicators: Option<Vec<String>>,
    /// The region.
    pub region: RegionCode,
    /// Periods in order.
    pub periods: Vec<Period>,
    /// Taken apart by what.
    pub by: Option<By>,
}

/// How an answer is taken apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// The regions right below the one asked, without it.
    Children,
    /// The months of each period.
    Months,
}

/// Figures at one change sequence.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// The change sequence.
    pub sequence: i64,
    /// The figures.
    pub rows: Vec<Figure>,
}

/// An indicator's value for a region and a period.
#[derive(Clone, Debug, PartialEq)]
pub struct Figure {
    /// The indicator.
    pub indicator: String,
    /// What it is called.
    pub name: Text,
    /// The region.
    pub region: RegionCode,
    /// The period that the value is of. An indicator that lags is not shifted: see `lag`.
    pub period: Period,
    /// The value in base units; `None`: nothing is known.
    pub value: Option<Decimal>,
    /// Base unit.
    pub unit: String,
    /// Growth against the same period a year before (0.25 is 25%).
    pub growth: Option<Decimal>,
    /// Where the growth is cited from; `None`: it is computed (or there is none).
    pub growth_cited: Option<Citation>,
    /// Place among other regions.
    pub rank: Option<Rank>,
    /// Share of the region above.
    pub share: Option<Decimal>,
    /// Where the share is cited from; `None`: it is computed (or there is none).
    pub share_cited: Option<Citation>,
    /// Where the value is from.
    pub source: Origin,
    /// What was published of an indicator that is computed here, for comparison.
    pub published: Option<(Decimal, Citation)>,
    /// How many records it is made of; for cited values how many observations there are.
    pub records: u64,
    /// Years by which the indicator's statistics lag: a report of 2023 holds this indicator of 2023 − lag.
    pub lag: u8,
}

/// Where a value is from.
#[derive(Clone, Debug, PartialEq)]
pub enum Origin {
    /// Computed from records (台账数).
    Computed,
    /// Cited (引用数).
    Cited(Citation),
}

/// Where a value was cited from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Citation {
    /// The record of the observation.
    pub record: i64,
    /// Who issued it.
    pub body: Option<String>,
    /// Its title.
    pub document: Option<String>,
    /// Its document number.
    pub number: Option<String>,
    /// Its day.
    pub date: Option<Date>,
    /// The page.
    pub page: Option<String>,
    /// 预计, 快报, 初步核算, 年报, 修订, as the register holds it.
    pub status: Option<String>,
}

/// A place among regions.
#[derive(Clone, Debug, PartialEq)]
pub struct Rank {
    /// The place, 1 first; equal values share one.
    pub place: u32,
    /// Among how many, where that is known.
    pub of: Option<u32>,
    /// Among which, as cited; for computed ranks the regions right below the same one.
    pub scope: Option<String>,
    /// Where it is cited from; `None`: computed among regions whose records are here.
    pub cited: Option<Citation>,
}

impl Known<'_> {
    /// A figure with all that belongs to it.
    pub(super) fn figure(
        &self,
        indicator: &Indicator,
        region: RegionCode,
        period: Period,
    ) -> Figure {
        let worth = self.worth(indicator, &region, period);
        let (growth, growth_cited) = self.growth(indicator, &worth, &region, period);
        let published = match &worth.cited {
            Some(_) => None,
            None => self
                .best(indicator, Measured::Value, &region, period)
                .map(|it| (it.value, it.citation.clone())),
        };
        Figure {
            indicator: indicator.id.clone(),
            name: indicator.title.clone(),
            value: worth.value,
            unit: indicator.unit.clone(),
            growth,
            growth_cited,
            rank: self.rank(indicator, &worth, &region, period),
            share: self.share(indicator, &worth, &region, period),
            share_cited: self
                .best(indicator, Measured::Share, &region, period)
                .map(|it| it.citation.clone()),
            source: worth.cited.map_or(Origin::Computed, Origin::Cited),
            published,
            records: worth.records,
            lag: indicator.lag,
            region,
            period,
        }
    }

    /// The value alone.
    pub(super) fn worth(
        &self,
        indicator: &Indicator,
        region: &RegionCode,
        period: Period,
    ) -> Worth {
        let of = |id: &str, period| match self.figures.pack.indicators.get(id) {
            Some(part) => self.worth(part, region, period),
            None => Worth::default(),
        };
        let computed = match &indicator.kind {
            IndicatorKind::Flow { .. } | IndicatorKind::Stock { .. } => {
                let raw = self.raw(indicator, region, period);
                let empty = (indicator.empty_is_zero && raw.is_some()).then_some(Decimal::ZERO);
                let raw = raw.unwrap_or_default();
                let value = if raw.records == 0 { empty } else { raw.value };
                Worth {
                    value,
                    records: raw.records,
                    cited: None,
                }
            }
            IndicatorKind::Ratio {
                numerator,
                denominator,
            } => {
                let (above, below) = (of(&numerator.value, period), of(&denominator.value, period));
                let both = above.value.zip(below.value);
                Worth {
                    value: both.and_then(|(a, b)| number::quotient(a, b)),
                    records: above.records + below.records,
                    cited: None,
                }
            }
            IndicatorKind::Growth { of: grown } => {
                let parent = self.figures.pack.indicators.get(&grown.value);
                let cited = parent.and_then(|it| self.best(it, Measured::Growth, region, period));
                if let Some(observation) = cited {
                    return self.cited(observation, 1);
                }
                let now = of(&grown.value, period);
                let before = year_before(period)
                    .map(|it| of(&grown.value, it))
                    .unwrap_or_default();
                let both = now.value.zip(before.value);
                Worth {
                    value: both.and_then(|(now, before)| number::growth(now, before)),
                    records: now.records + before.records,
                    cited: None,
                }
            }
            IndicatorKind::Cited => Worth::default(),
        };
        // Where no record speaks, what was published does: years before the first record, regions around ours.
        if computed.value.is_some() || computed.records > 0 {
            return computed;
        }
        let observations = self
            .observations
            .all(&indicator.id, Measured::Value, region, period);
        match observations.first() {
            Some(first) => self.cited(first, observations.len()),
            None => computed,
        }
    }

    fn cited(&self, observation: &Observation, records: usize) -> Worth {
        Worth {
            value: Some(observation.value),
            records: records as u64,
            cited: Some(observation.citation.clone()),
        }
    }

    fn best(
        &self,
        indicator: &Indicator,
        measured: Measured,
        region: &RegionCode,
        period: Period,
    ) -> Option<&Observation> {
        self.observations
            .best(&indicator.id, measured, region, period)
    }

    /// Growth: computed from records where both years are, cited where the value is.
    fn growth(
        &self,
        indicator: &Indicator,
        worth: &Worth,
        region: &RegionCode,
        period: Period,
    ) -> (Option<Decimal>, Option<Citation>) {
        let cited = self
            .best(indicator, Measured::Growth, region, period)
            .map(|it| (Some(it.value), Some(it.citation.clone())));
        let before = year_before(period)
            .filter(|_| grows(&indicator.kind))
            .map(|it| self.worth(indicator, region, it));
        let both = worth.value.zip(before.as_ref().and_then(|it| it.value));
        let computed = both.and_then(|(now, before)| number::growth(now, before));
        let from_records = worth.cited.is_none() && before.is_some_and(|it| it.cited.is_none());
        match (cited, computed) {
            (Some(cited), computed) if computed.is_none() || !from_records => cited,
            (_, computed) => (computed, None),
        }
    }

    /// What was computed from rows; `None` outside the reporting region, whose records are not here.
    fn raw(&self, indicator: &Indicator, region: &RegionCode, period: Period) -> Option<Raw> {
        if !self.figures.pack.region.contains(region) {
            return None;
        }
        let Some(cube) = self.cubes.get(&indicator.id) else {
            return self
                .cells
                .get(&cell(&indicator.id, region, period))
                .copied();
        };
        let raw = cube.raw(region, period);
        if raw.is_err() {
            self.too_large.get_or_init(|| indicator.id.clone());
        }
        raw.ok()
    }

    /// Refuses an answer in which a sum did not fit.
    pub(super) fn fits(&self) -> Result<(), FiguresError> {
        match self.too_large.get() {
            Some(id) => Err(FiguresError::TooLarge(id.clone())),
            None => Ok(()),
        }
    }

    /// A region's value and those of the regions right below it.
    fn beside(&self, indicator: &Indicator, above: &RegionCode, period: Period) -> Arc<Beside> {
        let mut held = self.beside.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (indicator.id.clone(), above.clone(), period);
        let values = held.entry(key).or_insert_with(|| {
            let regions = self.figures.below.get(above).into_iter().flatten();
            let values = regions.filter_map(|it| self.worth(indicator, it, period).value);
            Arc::new(Beside {
                values: values.collect(),
                whole: self.worth(indicator, above, period).value,
            })
        });
        Arc::clone(values)
    }

    /// A cited rank, or the place among the regions beside this one whose records are here.
    fn rank(
        &self,
        indicator: &Indicator,
        worth: &Worth,
        region: &RegionCode,
        period: Period,
    ) -> Option<Rank> {
        if let Some(it) = self.best(indicator, Measured::Rank, region, period) {
            return Some(Rank {
                place: it.value.to_u32()?,
                of: it.of_units,
                scope: it.scope.clone(),
                cited: Some(it.citation.clone()),
            });
        }
        let value = worth.value?;
        if !self.figures.is_part(region) {
            return None;
        }
        let beside = &self.beside(indicator, &region.parent()?, period).values;
        let ahead = match indicator.better {
            Better::Higher => beside.iter().filter(|other| **other > value).count(),
            Better::Lower => beside.iter().filter(|other| **other < value).count(),
            Better::Neither => return None,
        };
        Some(Rank {
            place: u32::try_from(ahead).ok()? + 1,
            of: u32::try_from(beside.len()).ok(),
            scope: None,
            cited: None,
        })
    }

    /// A cited share, or that of the region above, of what adds up.
    fn share(
        &self,
        indicator: &Indicator,
        worth: &Worth,
        region: &RegionCode,
        period: Period,
    ) -> Option<Decimal> {
        if let Some(it) = self.best(indicator, Measured::Share, region, period) {
            return Some(it.value);
        }
        let base = self
            .figures
            .plans
            .indicators
            .get(&indicator.id)?
            .base
            .as_ref()?;
        let adds_up = matches!(
            base.measure,
            Measure::Rows | Measure::Count(_) | Measure::Sum(_)
        );
        if !adds_up || !self.figures.is_part(region) || worth.cited.is_some() {
            return None;
        }
        let whole = self.beside(indicator, &region.parent()?, period).whole;
        number::quotient(worth.value?, whole?)
    }

    /// A part of a ratio or growth.
    pub(super) fn part(
        &self,
        role: PartRole,
        id: &str,
        region: &RegionCode,
        period: Period,
    ) -> Option<Part> {
        let indicator = self.figures.pack.indicators.get(id)?;
        Some(Part {
            role,
            indicator: id.to_owned(),
            period,
            value: self.worth(indicator, region, period).value,
        })
    }

    /// The observations behind a cited value, the one that counts first.
    pub(super) fn cited_rows(
        &self,
        indicator: &Indicator,
        region: &RegionCode,
        period: Period,
    ) -> Vec<Row> {
        let mut found = self
            .observations
            .all(&indicator.id, Measured::Value, region, period);
        if let (true, IndicatorKind::Growth { of }) = (found.is_empty(), &indicator.kind) {
            found = self
                .observations
                .all(&of.value, Measured::Growth, region, period);
        }
        found
            .iter()
            .map(|it| Row {
                record: it.citation.record,
                value: Some(it.value),
                citation: Some(it.citation.clone()),
            })
            .collect()
    }
}

/// The definition as a query that people may read.
pub(super) fn sql(kind: &IndicatorKind, region: &RegionCode, period: Period) -> Option<String> {
    let (first, last) = (period.first_day(), period.last_day());
    let (of, value, filter, at, when) = match kind {
        IndicatorKind::Flow {
            of,
            value,
            filter,
            date,
            region,
        } => {
            let date = &date.value;
            let when = format!("{date} between '{first}' and '{last}'");
            (of, value, filter, region, when)
        }
        IndicatorKind::Stock {
            of,
            value,
            filter,
            from,
            to,
            region,
        } => {
            let mut when = format!("{} <= '{last}'", from.value);
            if let Some(to) = to {
                when += &format!(" and ({0} is null or {0} >= '{last}')", to.value);
            }
            (of, value, filter, region, when)
        }
        _ => return None,
    };
    let mut sql = format!("select {} from {} where {when}", value.value, of.value);
    let column = at.as_ref().map_or("region", |it| it.value.as_str());
    if !region.as_str().is_empty() {
        sql += &format!(" and {column} like '{region}%'");
    }
    if let Some(filter) = filter {
        sql += &format!(" and ({})", filter.value);
    }
    Some(sql)
}
