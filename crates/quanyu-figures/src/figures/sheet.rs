//! The figures of one indicator: for some regions and periods, with growth, rank and share.
//!
//! Owns [`Sheet`], in which each value is made once, whether it is asked for itself, as a region beside another, as the region
//! above, or as the year before. Leaves values to [`super::answer`].
//!
//! Invariant: a figure does not depend on what else was asked with it.

use std::{collections::HashMap, sync::Arc};

use quanyu_core::{period::Period, region::RegionCode};
use quanyu_pack::model::{Better, Indicator};
use rust_decimal::{Decimal, prelude::ToPrimitive};

use super::{Citation, Figure, Known, Origin, Rank, Worth, grows, year_before};
use crate::{
    cited::{Found, Measured, Observation},
    cube::{self, Cube, Months, Series},
    declared::Measure,
    number,
};

/// One indicator's values.
pub(super) struct Sheet<'a> {
    known: &'a Known<'a>,
    indicator: &'a Indicator,
    found: Option<&'a Found>,
    cube: Option<&'a Arc<Cube>>,
    adds_up: bool,
    lines: Vec<Line<'a>>,
    /// Lines by region.
    at: HashMap<&'a str, usize>,
    groups: Vec<Group>,
    periods: Vec<Period>,
    months: Vec<Months>,
    /// The place of the same months a year before.
    before: Vec<Option<usize>>,
    asked: (Vec<usize>, usize),
}

/// One region's values.
struct Line<'a> {
    region: &'a RegionCode,
    /// Whether its records are here.
    ours: bool,
    /// The region above with those beside this one, where ranks and shares are computed.
    group: Option<usize>,
    series: Option<Arc<Series>>,
    worths: Vec<Option<Worth<'a>>>,
}

/// A region and those right below it, as lines.
struct Group {
    whole: usize,
    parts: Vec<usize>,
    /// For each period the known values of the parts, ascending.
    ranked: Vec<Option<Vec<Decimal>>>,
}

impl<'a> Sheet<'a> {
    pub(super) fn new(
        known: &'a Known<'a>,
        indicator: &'a Indicator,
        regions: &'a [RegionCode],
        periods: &[Period],
    ) -> Self {
        let planned = known.figures.plans.indicators.get(&indicator.id);
        let measure = planned
            .and_then(|it| it.base.as_ref())
            .map(|it| &it.measure);
        let mut all = periods.to_vec();
        let before = periods.iter().map(|period| {
            let before = year_before(*period).filter(|_| grows(&indicator.kind))?;
            let at = all.iter().position(|it| *it == before);
            Some(at.unwrap_or_else(|| {
                all.push(before);
                all.len() - 1
            }))
        });
        let before = before.collect();
        let mut sheet = Self {
            known,
            indicator,
            found: known.observations.of(&indicator.id),
            cube: known.cubes.get(&indicator.id),
            adds_up: matches!(
                measure,
                Some(Measure::Rows | Measure::Count(_) | Measure::Sum(_))
            ),
            lines: Vec::with_capacity(regions.len() + 1),
            at: HashMap::with_capacity(regions.len() + 1),
            groups: Vec::new(),
            months: all.iter().map(|it| cube::months(*it)).collect(),
            periods: all,
            before,
            asked: (Vec::with_capacity(regions.len()), periods.len()),
        };
        for region in regions {
            let line = sheet.line(region);
            sheet.asked.0.push(line);
        }
        for line in 0..sheet.lines.len() {
            sheet.lines[line].group = sheet.group(sheet.lines[line].region);
        }
        sheet
    }

    fn line(&mut self, region: &'a RegionCode) -> usize {
        *self.at.entry(region.as_str()).or_insert_with(|| {
            self.lines.push(Line {
                region,
                ours: self.known.figures.pack.region.contains(region),
                group: None,
                series: None,
                worths: vec![None; self.periods.len()],
            });
            self.lines.len() - 1
        })
    }

    /// The group that a region is a part of.
    fn group(&mut self, region: &RegionCode) -> Option<usize> {
        let figures = self.known.figures;
        if !figures.is_part(region) {
            return None;
        }
        let (above, below) = figures.below.get_key_value(&region.parent()?)?;
        let whole = self.line(above);
        if let Some(at) = self.groups.iter().position(|it| it.whole == whole) {
            return Some(at);
        }
        let parts = below.iter().map(|it| self.line(it)).collect();
        self.groups.push(Group {
            whole,
            parts,
            ranked: vec![None; self.periods.len()],
        });
        Some(self.groups.len() - 1)
    }

    /// All figures, by region, then by period.
    pub(super) fn figures(mut self, into: &mut Vec<Figure>) {
        let (lines, periods) = std::mem::take(&mut self.asked);
        for line in lines {
            for period in 0..periods {
                into.push(self.figure(line, period));
            }
        }
    }

    fn figure(&mut self, line: usize, at: usize) -> Figure {
        let worth = self.worth(line, at);
        let (growth, growth_cited) = self.growth(line, at, &worth);
        let published = match worth.cited {
            Some(_) => None,
            None => self.best(Measured::Value, line, at),
        };
        let indicator = self.indicator;
        Figure {
            indicator: indicator.id.clone(),
            name: indicator.title.clone(),
            region: self.lines[line].region.clone(),
            period: self.periods[at],
            value: worth.value,
            unit: indicator.unit.clone(),
            growth,
            growth_cited,
            rank: self.rank(line, at, &worth),
            share: self.share(line, at, &worth),
            share_cited: self
                .best(Measured::Share, line, at)
                .map(|it| it.citation.clone()),
            source: worth
                .cited
                .map_or(Origin::Computed, |it| Origin::Cited(it.clone())),
            published: published.map(|it| (it.value, it.citation.clone())),
            records: worth.records,
            lag: indicator.lag,
        }
    }

    fn worth(&mut self, line: usize, at: usize) -> Worth<'a> {
        let (period, months, cube) = (self.periods[at], self.months[at], self.cube);
        let line = &mut self.lines[line];
        if let Some(worth) = line.worths[at] {
            return worth;
        }
        let (known, indicator, region) = (self.known, self.indicator, line.region);
        let worth = known.worth_of(indicator, region, period, self.found, || {
            if !line.ours {
                return None;
            }
            let Some(cube) = cube else {
                return known.cell(indicator, region, period);
            };
            let series = line.series.get_or_insert_with(|| cube.series(region));
            known.fitting(indicator, series.raw(months))
        });
        line.worths[at] = Some(worth);
        worth
    }

    fn best(&self, measured: Measured, line: usize, at: usize) -> Option<&'a Observation> {
        let region = self.lines[line].region;
        self.found?.best(measured, region, self.periods[at])
    }

    /// Growth: computed from records where both years are, cited where the value is.
    fn growth(
        &mut self,
        line: usize,
        at: usize,
        worth: &Worth<'_>,
    ) -> (Option<Decimal>, Option<Citation>) {
        let cited = self.best(Measured::Growth, line, at);
        let before = self.before[at].map(|it| self.worth(line, it));
        let both = worth.value.zip(before.and_then(|it| it.value));
        let computed = both.and_then(|(now, before)| number::growth(now, before));
        let from_records = worth.cited.is_none() && before.is_some_and(|it| it.cited.is_none());
        match (cited, computed) {
            (Some(it), computed) if computed.is_none() || !from_records => {
                (Some(it.value), Some(it.citation.clone()))
            }
            (_, computed) => (computed, None),
        }
    }

    /// A cited rank, or the place among the regions beside this one whose records are here.
    fn rank(&mut self, line: usize, at: usize, worth: &Worth<'_>) -> Option<Rank> {
        if let Some(it) = self.best(Measured::Rank, line, at) {
            return Some(Rank {
                place: it.value.to_u32()?,
                of: it.of_units,
                scope: it.scope.clone(),
                cited: Some(it.citation.clone()),
            });
        }
        let (value, group) = (worth.value?, self.lines[line].group?);
        let better = self.indicator.better;
        if better == Better::Neither {
            return None;
        }
        if self.groups[group].ranked[at].is_none() {
            let parts = self.groups[group].parts.clone();
            let values = parts.into_iter().filter_map(|it| self.worth(it, at).value);
            let mut values: Vec<Decimal> = values.collect();
            values.sort_unstable();
            self.groups[group].ranked[at] = Some(values);
        }
        let beside = self.groups[group].ranked[at].as_deref().unwrap_or_default();
        let ahead = match better {
            Better::Lower => beside.partition_point(|it| *it < value),
            _ => beside.len() - beside.partition_point(|it| *it <= value),
        };
        Some(Rank {
            place: u32::try_from(ahead).ok()? + 1,
            of: u32::try_from(beside.len()).ok(),
            scope: None,
            cited: None,
        })
    }

    /// A cited share, or that of the region above, of what adds up.
    fn share(&mut self, line: usize, at: usize, worth: &Worth<'_>) -> Option<Decimal> {
        if let Some(it) = self.best(Measured::Share, line, at) {
            return Some(it.value);
        }
        let group = self.lines[line].group?;
        if !self.adds_up || worth.cited.is_some() {
            return None;
        }
        let whole = self.worth(self.groups[group].whole, at).value;
        number::quotient(worth.value?, whole?)
    }
}
