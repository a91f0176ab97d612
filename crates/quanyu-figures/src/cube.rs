//! Cubes: an indicator's sums by region and month, from which any figure of it is a short addition.
//!
//! Owns which indicators have a cube (flows, and stocks of what can be subtracted; distinct values cannot be added up and
//! are left to [`crate::compute`]), how it is built in one pass for all indicators over the same rows, and how a changed
//! record moves only the sums it is in: its old form is taken away, its new one added.
//!
//! A stock is kept as what begins and what ends: a row counts on the last day of a month from the month of its first day
//! up to, but not with, the month of the day after its last.
//!
//! Invariant: a cube says for every region and period what a pass over all rows would say.
//!
//! Start reading at [`Cube::series`].

mod series;

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    ops::Bound,
    sync::{Arc, Mutex, PoisonError},
};

use datafusion::{
    arrow::{
        array::{Array, AsArray},
        compute::cast as cast_array,
        datatypes::{DataType, Decimal128Type, Int32Type, Int64Type},
        record_batch::RecordBatch,
    },
    common::DataFusionError,
    functions_aggregate::expr_fn::{count, max, min, sum},
    logical_expr::{Expr, ExprSchemable, LogicalPlan, ScalarUDF, lit},
};
use jiff::civil::Date;
use quanyu_core::{period::Period, region::RegionCode};

pub(crate) use series::Series;

use crate::{
    compute::{filtered, run, widened},
    declared::{Base, Measure, Plans, Shape},
    error::FiguresError,
    functions::MonthOf,
    number::TooLarge,
    snapshot::Snapshot,
};

/// The sums of one indicator.
#[derive(Clone, Debug)]
pub(crate) struct Cube {
    /// When its tables last changed.
    pub(crate) changed: i64,
    measure: Kind,
    stock: bool,
    /// Places of the sums.
    scale: i8,
    /// Sums by region as the rows name it. Cubes of one age and the next share what did not change.
    regions: BTreeMap<String, Arc<BTreeMap<Months, Sum>>>,
    /// Series of regions that were asked for.
    rolled: Rolled,
}

/// Series of a cube that are held at most: those of a city with its districts and streets, a megabyte for five years.
const SERIES: usize = 512;

/// Series made so far, by region.
#[derive(Debug, Default)]
struct Rolled(Mutex<HashMap<RegionCode, Arc<Series>>>);

impl Clone for Rolled {
    fn clone(&self) -> Self {
        let held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Self(Mutex::new(held.clone()))
    }
}

/// First and last month, as `year * 12 + month - 1`; for dates both are the same.
pub(crate) type Months = (i32, i32);

/// What becomes of the sums.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Rows,
    Count,
    Sum,
    Average,
    Least,
    Greatest,
}

/// Rows of one region and month.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Sum {
    records: i64,
    /// How many of them know the value.
    known: i64,
    /// The sum (or the least, the greatest) of those.
    value: i128,
}

impl Kind {
    fn of(measure: &Measure) -> Option<Self> {
        Some(match measure {
            Measure::Rows => Self::Rows,
            Measure::Count(_) => Self::Count,
            Measure::Sum(_) => Self::Sum,
            Measure::Average(_) => Self::Average,
            Measure::Least(_) => Self::Least,
            Measure::Greatest(_) => Self::Greatest,
            Measure::Distinct(_) => return None,
        })
    }

    /// Whether what was added can be taken away again.
    fn subtracts(self) -> bool {
        !matches!(self, Self::Least | Self::Greatest)
    }
}

/// Whether an indicator has a cube.
pub(crate) fn has_cube(base: &Base) -> bool {
    match (Kind::of(&base.measure), &base.shape) {
        (None, _) => false,
        (Some(_), Shape::Flow(_)) => true,
        (Some(kind), Shape::Stock(..)) => kind.subtracts(),
    }
}

/// Whether two indicators look at the same rows in the same way, so that one pass serves both.
pub(crate) fn same_rows(a: &Base, b: &Base) -> bool {
    a.of == b.of && a.shape == b.shape && a.region == b.region
}

/// Builds the cubes of indicators over the same rows.
pub(crate) async fn build(
    plans: &Plans,
    snapshot: &Arc<Snapshot>,
    bases: &[&Base],
    changed: i64,
) -> Result<Vec<Cube>, FiguresError> {
    let mut cubes: Vec<Cube> = bases
        .iter()
        .filter_map(|base| {
            Some(Cube {
                changed,
                measure: Kind::of(&base.measure)?,
                stock: matches!(base.shape, Shape::Stock(..)),
                scale: 0,
                regions: BTreeMap::new(),
                rolled: Rolled::default(),
            })
        })
        .collect();
    add(plans, snapshot, bases, &mut cubes, 1).await?;
    Ok(cubes)
}

/// Moves cubes on by what changed in their register; `false` where only building anew will do.
pub(crate) async fn advance(
    plans: &Plans,
    snapshot: &Arc<Snapshot>,
    bases: &[&Base],
    cubes: &mut [Cube],
) -> Result<bool, FiguresError> {
    let Some(first) = bases.first() else {
        return Ok(true);
    };
    if snapshot.sight.is_some() {
        return Ok(false);
    }
    // A dataset's rows do not follow from a register's changed rows alone.
    let Some(table) = snapshot.tables.get(&first.of) else {
        return Ok(false);
    };
    let Some(from) = cubes.first().map(|it| it.changed) else {
        return Ok(true);
    };
    let Some((gone, fresh)) = table.since(from) else {
        return Ok(false);
    };
    let lost = gone.rows() > 0;
    if cubes
        .iter()
        .any(|it| it.changed != from || (lost && !it.measure.subtracts()))
    {
        return Ok(false);
    }
    for (rows, sign) in [(gone, -1), (fresh, 1)] {
        if rows.rows() > 0 {
            let part = Snapshot {
                sequence: snapshot.sequence,
                tables: BTreeMap::from([(first.of.clone(), Arc::new(rows))]),
                sight: None,
            };
            add(plans, &Arc::new(part), bases, cubes, sign).await?;
        }
    }
    for cube in cubes {
        cube.changed = table.changed;
    }
    Ok(true)
}

/// Adds (or takes away) all rows of a snapshot.
async fn add(
    plans: &Plans,
    snapshot: &Arc<Snapshot>,
    bases: &[&Base],
    cubes: &mut [Cube],
    sign: i64,
) -> Result<(), FiguresError> {
    let Some(first) = bases.first() else {
        return Ok(());
    };
    let passes = match &first.shape {
        Shape::Flow(when) | Shape::Stock(when, None) => vec![(when, None, sign)],
        Shape::Stock(from, Some(to)) => vec![(from, None, sign), (from, Some(to), -sign)],
    };
    for (from, to, sign) in passes {
        let plan = plan(plans, bases, from, to)?;
        for batch in run(plans, snapshot, &plan).await? {
            for (at, cube) in cubes.iter_mut().enumerate() {
                cube.take(&batch, at, sign).map_err(|TooLarge| {
                    FiguresError::TooLarge(format!("an indicator over {}", first.of))
                })?;
            }
        }
    }
    Ok(())
}

/// One group for each region and month (or period, where that is what the rows have).
fn plan(
    plans: &Plans,
    bases: &[&Base],
    from: &Expr,
    to: Option<&Expr>,
) -> Result<LogicalPlan, DataFusionError> {
    let first = bases[0];
    let mut rows = plans.scan(&first.of)?;
    let schema = Arc::clone(rows.schema());
    let alone = bases.len() == 1;
    if let (true, Some(filter)) = (alone, &first.filter) {
        rows = rows.filter(filter.clone())?;
    }
    let when = match (from.get_type(&schema)?, to) {
        (DataType::Date32, to) => {
            let days = std::iter::once(from).chain(to).cloned().collect();
            ScalarUDF::from(MonthOf::new()).call(days)
        }
        _ => from.clone(),
    };
    let groups = vec![
        first.region.clone().alias("region_of"),
        when.alias("month_of"),
    ];
    let mut aggregates = Vec::new();
    for (at, base) in bases.iter().enumerate() {
        let filter = base.filter.as_ref().filter(|_| !alone);
        let mut put = |expr: Expr, part: &str| {
            aggregates.push(filtered(expr, filter).alias(format!("{part}{at}")));
        };
        put(count(lit(1_i64)), "n");
        match &base.measure {
            Measure::Rows | Measure::Distinct(_) => {}
            Measure::Count(it) => put(count(it.clone()), "k"),
            Measure::Sum(it) | Measure::Average(it) => {
                put(count(it.clone()), "k");
                put(sum(widened(it, &schema)?), "v");
            }
            Measure::Least(it) => {
                put(count(it.clone()), "k");
                put(min(widened(it, &schema)?), "v");
            }
            Measure::Greatest(it) => {
                put(count(it.clone()), "k");
                put(max(widened(it, &schema)?), "v");
            }
        }
    }
    rows.aggregate(groups, aggregates)?.build()
}

impl Cube {
    fn take(&mut self, batch: &RecordBatch, at: usize, sign: i64) -> Result<(), TooLarge> {
        let regions = text(batch, "region_of")?;
        let regions = regions.as_string::<i32>();
        let when = batch.column_by_name("month_of").ok_or(TooLarge)?;
        let months: Vec<Option<Months>> = if when.data_type() == &DataType::Int32 {
            let months = when.as_primitive::<Int32Type>();
            months
                .iter()
                .map(|it| it.map(|month| (month, month)))
                .collect()
        } else {
            let texts = text(batch, "month_of")?;
            let texts = texts.as_string::<i32>();
            let read = |it: &str| it.parse::<Period>().ok().map(months);
            texts.iter().map(|it| it.and_then(read)).collect()
        };
        let counts = |part: &str| {
            let column = batch.column_by_name(&format!("{part}{at}"))?;
            Some(column.as_primitive::<Int64Type>())
        };
        let values = batch.column_by_name(&format!("v{at}"));
        let values = values.map(|it| it.as_primitive::<Decimal128Type>());
        if let Some(values) = values {
            self.scale = values.scale();
        }
        let (records, known) = (counts("n").ok_or(TooLarge)?, counts("k"));
        let mut touched = BTreeSet::new();
        for row in 0..batch.num_rows() {
            let Some(months) = months[row] else { continue };
            if regions.is_null(row) || records.value(row) == 0 {
                continue;
            }
            let value = values.filter(|it| it.is_valid(row)).map(|it| it.value(row));
            let part = Sum {
                records: sign * records.value(row),
                known: sign * known.map_or(0, |it| it.value(row)),
                value: value.map_or(0, |it| i128::from(sign) * it),
            };
            let name = regions.value(row);
            if !self.regions.contains_key(name) {
                self.regions.insert(name.to_owned(), Arc::default());
            }
            touched.insert(name);
            let sums = self.regions.get_mut(name).expect("it was just put there");
            let sums = Arc::make_mut(sums);
            let sum = sums.entry(months).or_default();
            sum.join(part, self.measure)?;
            if !self.stock && sum.records == 0 {
                sums.remove(&months);
            }
        }
        let rolled = &mut self.rolled.0;
        let rolled = rolled.get_mut().unwrap_or_else(PoisonError::into_inner);
        rolled.retain(|region, _| !touched.iter().any(|it| it.starts_with(region.as_str())));
        Ok(())
    }

    /// The sums of a region and all below it, by time.
    pub(crate) fn series(&self, region: &RegionCode) -> Arc<Series> {
        let mut rolled = self.rolled.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(series) = rolled.get(region) {
            return Arc::clone(series);
        }
        let from = (Bound::Included(region.as_str()), Bound::Unbounded);
        let within = self.regions.range::<str, _>(from);
        let within = within.take_while(|(it, _)| it.starts_with(region.as_str()));
        let parts: Vec<_> = within.map(|(_, sums)| sums.as_ref()).collect();
        let series = Arc::new(Series::new(self, &parts));
        if rolled.len() >= SERIES {
            rolled.clear();
        }
        rolled.insert(region.clone(), Arc::clone(&series));
        series
    }
}

impl Sum {
    fn join(&mut self, other: Self, kind: Kind) -> Result<(), TooLarge> {
        self.value = match kind {
            _ if other.known == 0 && !kind.subtracts() => self.value,
            Kind::Least | Kind::Greatest if self.known == 0 => other.value,
            Kind::Least => self.value.min(other.value),
            Kind::Greatest => self.value.max(other.value),
            _ => self.value.checked_add(other.value).ok_or(TooLarge)?,
        };
        self.records += other.records;
        self.known += other.known;
        Ok(())
    }
}

/// The months of a period.
pub(crate) fn months(period: Period) -> Months {
    let month = |day: Date| i32::from(day.year()) * 12 + i32::from(day.month()) - 1;
    (month(period.first_day()), month(period.last_day()))
}

fn text(batch: &RecordBatch, name: &str) -> Result<datafusion::arrow::array::ArrayRef, TooLarge> {
    let column = batch.column_by_name(name).ok_or(TooLarge)?;
    cast_array(column, &DataType::Utf8).map_err(|_| TooLarge)
}
