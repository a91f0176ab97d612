//! What is asked and answered, and how an answer is put together from what is known.

use jiff::civil::Date;
use quanyu_core::{period::Period, region::RegionCode, text::Text};
use quanyu_pack::model::{Indicator, IndicatorKind};
use rust_decimal::Decimal;

use super::{Known, Worth, cell, year_before};
use crate::{
    cited::{Found, Measured, Observation},
    compute::Raw,
    cube,
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
    /// The value alone.
    pub(super) fn worth(
        &self,
        indicator: &Indicator,
        region: &RegionCode,
        period: Period,
    ) -> Worth<'_> {
        let found = self.observations.of(&indicator.id);
        self.worth_of(indicator, region, period, found, || {
            self.raw(indicator, region, period)
        })
    }

    /// The value, where what was observed of the indicator is at hand, and how what is computed from rows is had.
    pub(super) fn worth_of<'a>(
        &'a self,
        indicator: &Indicator,
        region: &RegionCode,
        period: Period,
        found: Option<&'a Found>,
        raw: impl FnOnce() -> Option<Raw>,
    ) -> Worth<'a> {
        let of = |id: &str, period| match self.figures.pack.indicators.get(id) {
            Some(part) => self.worth(part, region, period),
            None => Worth::default(),
        };
        let computed = match &indicator.kind {
            IndicatorKind::Flow { .. } | IndicatorKind::Stock { .. } => {
                let raw = raw();
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
                let found = self.observations.of(&grown.value);
                let cited = found.and_then(|it| it.best(Measured::Growth, region, period));
                let known = self.figures.pack.indicators.contains_key(&grown.value);
                if let Some(observation) = cited.filter(|_| known) {
                    return cited_worth(observation, 1);
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
        let observations = found.map_or(&[][..], |it| it.all(Measured::Value, region, period));
        match observations.first() {
            Some(first) => cited_worth(first, observations.len()),
            None => computed,
        }
    }

    /// What was computed from rows; `None` outside the reporting region, whose records are not here.
    fn raw(&self, indicator: &Indicator, region: &RegionCode, period: Period) -> Option<Raw> {
        if !self.figures.pack.region.contains(region) {
            return None;
        }
        match self.cubes.get(&indicator.id) {
            Some(cube) => self.fitting(indicator, cube.series(region).raw(cube::months(period))),
            None => self.cell(indicator, region, period),
        }
    }

    /// A cell that was computed by itself.
    pub(super) fn cell(
        &self,
        indicator: &Indicator,
        region: &RegionCode,
        period: Period,
    ) -> Option<Raw> {
        let cell = cell(&indicator.id, region, period);
        self.cells.get(&cell).copied()
    }

    /// Notes a sum that does not fit.
    pub(super) fn fitting(
        &self,
        indicator: &Indicator,
        raw: Result<Raw, number::TooLarge>,
    ) -> Option<Raw> {
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
        let of = |id: &str, measured| match self.observations.of(id) {
            Some(found) => found.all(measured, region, period),
            None => &[],
        };
        let mut found = of(&indicator.id, Measured::Value);
        if let (true, IndicatorKind::Growth { of: grown }) = (found.is_empty(), &indicator.kind) {
            found = of(&grown.value, Measured::Growth);
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

fn cited_worth(observation: &Observation, records: usize) -> Worth<'_> {
    Worth {
        value: Some(observation.value),
        records: records as u64,
        cited: Some(&observation.citation),
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
