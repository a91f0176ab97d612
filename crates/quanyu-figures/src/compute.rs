//! Computing flows and stocks: many figures in few passes over the rows.
//!
//! Owns how asked cells are put together: one pass for all indicators over the same rows, dates and regions, with one
//! group for each region and period. Leaves growth, ratio and rank to [`crate::figures`].
//!
//! Invariant: a cell's conditions are those of [`crate::evidence`]: [`in_region`], [`in_period`] and the filter.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use datafusion::{
    arrow::{
        array::{Array, AsArray},
        datatypes::{DataType, Int32Type},
        record_batch::RecordBatch,
    },
    common::{DataFusionError, ScalarValue},
    execution::session_state::SessionState,
    functions_aggregate::expr_fn::{count, count_distinct, max, min, sum},
    logical_expr::{Expr, ExprSchemable, LogicalPlan, ScalarUDF, cast, lit},
    physical_plan,
};
use quanyu_core::{period::Period, region::RegionCode};
use rust_decimal::Decimal;

use crate::{
    cube::same_rows,
    declared::{Base, Measure, Plans, Shape},
    error::FiguresError,
    functions::{PeriodBucket, RegionBucket, epoch_day},
    number,
    snapshot::Snapshot,
};

/// Aggregates in one pass at most: a stock takes some for each period, and plans grow with them.
const PASS: usize = 96;

/// One figure to be computed from rows.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Cell {
    pub(crate) indicator: String,
    pub(crate) region: RegionCode,
    pub(crate) period: Period,
}

/// What was computed: the value and how many records it is made of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Raw {
    pub(crate) value: Option<Decimal>,
    pub(crate) records: u64,
}

/// Computes all cells on one snapshot. More than was asked for may come back: what the passes gave for free.
pub(crate) async fn compute(
    plans: &Plans,
    snapshot: &Arc<Snapshot>,
    cells: &BTreeSet<Cell>,
) -> Result<BTreeMap<Cell, Raw>, FiguresError> {
    let mut found = BTreeMap::new();
    for pass in passes(plans, cells) {
        pass.run(plans, snapshot, &mut found).await?;
    }
    Ok(found)
}

/// Runs a plan on a snapshot.
pub(crate) async fn run(
    plans: &Plans,
    snapshot: &Arc<Snapshot>,
    plan: &LogicalPlan,
) -> Result<Vec<RecordBatch>, DataFusionError> {
    let state = on_snapshot(&plans.state, snapshot);
    let physical = state.create_physical_plan(plan).await?;
    physical_plan::collect(physical, state.task_ctx()).await
}

/// A session that runs plans on a snapshot, and holds it.
pub(crate) fn on_snapshot(state: &SessionState, snapshot: &Arc<Snapshot>) -> SessionState {
    let mut state = state.clone();
    state.config_mut().set_extension(Arc::clone(snapshot));
    state
}

/// The condition that a row lies in a region; the nation holds every row that has a region.
pub(crate) fn in_region(base: &Base, regions: &[RegionCode]) -> Expr {
    region_bucket(base, regions).is_not_null()
}

/// The condition that a row counts in a period.
pub(crate) fn in_period(base: &Base, period: Period) -> Expr {
    match &base.shape {
        Shape::Flow(date) => period_bucket(date, &[period]).is_not_null(),
        Shape::Stock(from, to) => {
            let day = day(period.last_day());
            let begun = from.clone().lt_eq(day.clone());
            match to {
                None => begun,
                Some(to) => begun.and(to.clone().is_null().or(to.clone().gt_eq(day))),
            }
        }
    }
}

fn region_bucket(base: &Base, regions: &[RegionCode]) -> Expr {
    let codes = regions.iter().map(|it| it.as_str().to_owned()).collect();
    ScalarUDF::from(RegionBucket::new(codes)).call(vec![base.region.clone()])
}

fn period_bucket(date: &Expr, periods: &[Period]) -> Expr {
    ScalarUDF::from(PeriodBucket::new(periods)).call(vec![date.clone()])
}

fn day(day: jiff::civil::Date) -> Expr {
    lit(ScalarValue::Date32(Some(epoch_day(day))))
}

/// Indicators over the same rows, for regions of one level and periods that do not overlap (flows) or any (stocks).
struct Pass<'a> {
    indicators: Vec<(&'a str, &'a Base)>,
    regions: Vec<RegionCode>,
    periods: Vec<Period>,
}

fn passes<'a>(plans: &'a Plans, cells: &BTreeSet<Cell>) -> Vec<Pass<'a>> {
    // What can share a pass: the same rows, date and region, and the same asked regions and periods.
    type Asked = (Vec<RegionCode>, Vec<Period>);
    // By length of the region's code, then by indicator.
    type Levels<'a> = BTreeMap<usize, BTreeMap<&'a str, Asked>>;
    let mut groups: Vec<(&Base, Levels<'_>)> = Vec::new();
    for cell in cells {
        let Some((id, planned)) = plans.indicators.get_key_value(&cell.indicator) else {
            continue;
        };
        let Some(base) = &planned.base else { continue };
        let at = groups
            .iter()
            .position(|(it, _)| same_rows(it, base))
            .unwrap_or_else(|| {
                groups.push((base, BTreeMap::new()));
                groups.len() - 1
            });
        let level = groups[at].1.entry(cell.region.as_str().len()).or_default();
        let asked = level.entry(id.as_str()).or_default();
        asked.0.push(cell.region.clone());
        asked.1.push(cell.period);
    }
    let mut passes = Vec::new();
    for (_, levels) in groups {
        for indicators in levels.into_values() {
            let mut regions = BTreeSet::new();
            let mut periods = BTreeSet::new();
            for (these, those) in indicators.values() {
                regions.extend(these.iter().cloned());
                periods.extend(those.iter().copied());
            }
            let regions: Vec<_> = regions.into_iter().collect();
            let bases: Vec<(&str, &Base)> = indicators
                .into_keys()
                .filter_map(|it| Some((it, plans.indicators.get(it)?.base.as_ref()?)))
                .collect();
            let flow = bases
                .iter()
                .all(|(_, it)| matches!(it.shape, Shape::Flow(_)));
            let layers = if flow {
                layers(&periods)
            } else {
                vec![periods.into_iter().collect()]
            };
            for periods in layers {
                let width = if flow { 1 } else { periods.len() };
                for some in bases.chunks((PASS / width).max(1)) {
                    for periods in periods.chunks(if flow { periods.len() } else { PASS }) {
                        passes.push(Pass {
                            indicators: some.to_vec(),
                            regions: regions.clone(),
                            periods: periods.to_vec(),
                        });
                    }
                }
            }
        }
    }
    passes
}

/// Periods dealt into layers in each of which none overlap.
fn layers(periods: &BTreeSet<Period>) -> Vec<Vec<Period>> {
    let mut layers: Vec<Vec<Period>> = Vec::new();
    for period in periods {
        let free = |it: &Vec<Period>| {
            it.last()
                .is_none_or(|last| last.last_day() < period.first_day())
        };
        match layers.iter().position(free) {
            Some(at) => layers[at].push(*period),
            None => layers.push(vec![*period]),
        }
    }
    layers
}

impl Pass<'_> {
    async fn run(
        &self,
        plans: &Plans,
        snapshot: &Arc<Snapshot>,
        found: &mut BTreeMap<Cell, Raw>,
    ) -> Result<(), FiguresError> {
        for (indicator, _) in &self.indicators {
            for region in &self.regions {
                for period in &self.periods {
                    // What no row speaks of is known to be empty.
                    found.insert(cell(indicator, region, *period), Raw::default());
                }
            }
        }
        let Some(plan) = self.plan(plans)? else {
            return Ok(());
        };
        for batch in run(plans, snapshot, &plan).await? {
            self.take(&batch, found)?;
        }
        Ok(())
    }

    fn plan(&self, plans: &Plans) -> Result<Option<LogicalPlan>, DataFusionError> {
        let Some((_, first)) = self.indicators.first() else {
            return Ok(None);
        };
        let mut rows = plans.scan(&first.of)?;
        let schema = Arc::clone(rows.schema());
        let alone = self.indicators.len() == 1;
        if let (true, Some(filter)) = (alone, &first.filter) {
            rows = rows.filter(filter.clone())?;
        }
        let mut groups = vec![region_bucket(first, &self.regions).alias("region_bucket")];
        if let Shape::Flow(date) = &first.shape {
            groups.push(period_bucket(date, &self.periods).alias("period_bucket"));
            if date.get_type(&schema)? == DataType::Date32 {
                let ends = self.periods.first().zip(self.periods.last());
                let (from, to) = ends.expect("a pass has periods");
                let (from, to) = (day(from.first_day()), day(to.last_day()));
                rows = rows.filter(date.clone().between(from, to))?;
            }
        }
        let mut aggregates = Vec::new();
        for (at, (_, base)) in self.indicators.iter().enumerate() {
            let filter = base.filter.clone().filter(|_| !alone);
            for when in self.times() {
                let counts = when.map(|(_, period)| in_period(base, period));
                let filter = filter.iter().cloned().chain(counts).reduce(Expr::and);
                let column = format!("{at}_{}", when.map_or(0, |(it, _)| it));
                let named = |expr: Expr, part: &str| {
                    filtered(expr, filter.as_ref()).alias(format!("{part}{column}"))
                };
                aggregates.push(named(count(lit(1_i64)), "n"));
                match &base.measure {
                    Measure::Rows => {}
                    Measure::Count(it) => aggregates.push(named(count(it.clone()), "v")),
                    Measure::Distinct(it) => {
                        aggregates.push(named(count_distinct(it.clone()), "v"));
                    }
                    Measure::Least(it) => aggregates.push(named(min(it.clone()), "v")),
                    Measure::Greatest(it) => aggregates.push(named(max(it.clone()), "v")),
                    Measure::Sum(it) => aggregates.push(named(sum(widened(it, &schema)?), "v")),
                    Measure::Average(it) => {
                        aggregates.push(named(sum(widened(it, &schema)?), "v"));
                        aggregates.push(named(count(it.clone()), "c"));
                    }
                }
            }
        }
        rows.aggregate(groups, aggregates)?.build().map(Some)
    }

    /// For stocks each period has aggregates of its own; for flows it is a group.
    fn times(&self) -> Vec<Option<(usize, Period)>> {
        match self.indicators.first().map(|(_, it)| &it.shape) {
            Some(Shape::Stock(..)) => self.periods.iter().copied().enumerate().map(Some).collect(),
            _ => vec![None],
        }
    }

    fn take(
        &self,
        batch: &RecordBatch,
        found: &mut BTreeMap<Cell, Raw>,
    ) -> Result<(), FiguresError> {
        let column = |name: &str| batch.column_by_name(name);
        let bucket = |name: &str, row: usize| -> Option<usize> {
            let buckets = column(name)?.as_primitive::<Int32Type>();
            let bucket = buckets.is_valid(row).then(|| buckets.value(row))?;
            usize::try_from(bucket).ok()
        };
        for row in 0..batch.num_rows() {
            let Some(region) = bucket("region_bucket", row).map(|it| &self.regions[it]) else {
                continue;
            };
            for (at, (indicator, base)) in self.indicators.iter().enumerate() {
                for when in self.times() {
                    let period = when
                        .map(|(_, period)| period)
                        .or_else(|| bucket("period_bucket", row).map(|it| self.periods[it]));
                    let Some(period) = period else { continue };
                    let suffix = format!("{at}_{}", when.map_or(0, |(it, _)| it));
                    let value = |part: &str| match column(&format!("{part}{suffix}")) {
                        Some(column) => number::number(column, row)
                            .map_err(|_| FiguresError::TooLarge((*indicator).to_owned())),
                        None => Ok(None),
                    };
                    let records = value("n")?.unwrap_or_default();
                    let value = match &base.measure {
                        Measure::Rows => Some(records),
                        Measure::Average(_) => value("v")?
                            .zip(value("c")?)
                            .and_then(|(sum, count)| number::quotient(sum, count)),
                        _ => value("v")?,
                    };
                    let records = u64::try_from(records).unwrap_or_default();
                    let raw = Raw {
                        value: value.filter(|_| records > 0),
                        records,
                    };
                    found.insert(cell(indicator, region, period), raw);
                }
            }
        }
        Ok(())
    }
}

fn cell(indicator: &str, region: &RegionCode, period: Period) -> Cell {
    Cell {
        indicator: indicator.to_owned(),
        region: region.clone(),
        period,
    }
}

/// An aggregate over the rows that pass a filter. (The engine's own builder for this forgets `distinct`.)
pub(crate) fn filtered(mut expr: Expr, filter: Option<&Expr>) -> Expr {
    if let Expr::AggregateFunction(aggregate) = &mut expr {
        aggregate.params.filter = filter.cloned().map(Box::new);
    }
    expr
}

/// Whole numbers are summed as decimals, so that no sum can wrap around.
pub(crate) fn widened(
    expr: &Expr,
    schema: &datafusion::common::DFSchema,
) -> Result<Expr, DataFusionError> {
    Ok(if expr.get_type(schema)?.is_integer() {
        cast(expr.clone(), DataType::Decimal128(20, 0))
    } else {
        expr.clone()
    })
}
