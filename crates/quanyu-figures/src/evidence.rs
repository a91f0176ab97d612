//! Evidence: the records behind a figure.
//!
//! Owns [`Evidence`]: rows with what each contributes, how they are put together, and the definition. It takes the
//! conditions from where values take them, so both say the same.
//!
//! Invariant: [`Evidence::total`] is the figure's value.

use std::{collections::HashSet, sync::Arc};

use datafusion::{
    arrow::{
        array::{Array, AsArray},
        compute::cast as cast_array,
        datatypes::{DataType, Int64Type},
    },
    logical_expr::{LogicalPlanBuilder, col},
};
use quanyu_core::{period::Period, region::RegionCode, text::Text};
use rust_decimal::Decimal;

use crate::{
    compute::{Cell, in_period, in_region, run},
    declared::{Base, Measure, Plans},
    error::FiguresError,
    figures::Citation,
    number,
    snapshot::Snapshot,
};

/// What a figure is made of.
#[derive(Clone, Debug, PartialEq)]
pub struct Evidence {
    /// The change sequence at which it was computed.
    pub sequence: i64,
    /// The definition.
    pub definition: Definition,
    /// The register or dataset; for cited values the register of observations.
    pub of: Option<String>,
    /// The registers whose records these are.
    pub registers: Vec<String>,
    /// Records in order of id.
    pub rows: Vec<Row>,
    /// How the rows' contributions make the value.
    pub combine: Combine,
    /// The value as the figure shows it, `None` where nothing is known.
    pub value: Option<Decimal>,
    /// What no records at all mean: 0 or nothing.
    pub empty: Option<Decimal>,
    /// Indicators it is made of, each with evidence of its own: for ratios and growths.
    pub parts: Vec<Part>,
}

/// How an indicator is defined.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Definition {
    /// The indicator.
    pub indicator: String,
    /// What it is called.
    pub title: Text,
    /// In words, and what the caliber is from.
    pub source: Option<String>,
    /// The query that lists the records, as people may read it.
    pub sql: Option<String>,
}

/// A record and what it contributes.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// The record's id, unique over all registers.
    pub record: i64,
    /// Its contribution; `None` where the record does not know (it counts among the records but adds nothing).
    pub value: Option<Decimal>,
    /// What a cited value was cited from.
    pub citation: Option<Citation>,
}

/// An indicator that another is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// What it is to the whole.
    pub role: PartRole,
    /// The indicator.
    pub indicator: String,
    /// Of which period.
    pub period: Period,
    /// Its value.
    pub value: Option<Decimal>,
}

/// What a part is to the whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PartRole {
    /// Above the line of a ratio.
    Numerator,
    /// Below it.
    Denominator,
    /// The value that grew.
    Now,
    /// The value a year before.
    Before,
}

/// How contributions make the value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Combine {
    /// Added up. For distinct values the first record of each contributes 1.
    Sum,
    /// Added up and divided by how many are known.
    Average,
    /// The least one.
    Least,
    /// The greatest one.
    Greatest,
    /// The one of the best status; the others are shown beside it.
    Chosen,
    /// Made of parts.
    Parts,
}

impl Evidence {
    /// The value as the rows give it.
    #[must_use]
    pub fn total(&self) -> Option<Decimal> {
        if self.rows.is_empty() && self.combine != Combine::Parts {
            return self.empty;
        }
        let mut known = self.rows.iter().filter_map(|it| it.value);
        match self.combine {
            Combine::Sum => known.try_fold(None, |sum: Option<Decimal>, it| {
                sum.unwrap_or_default().checked_add(it).map(Some)
            })?,
            Combine::Average => {
                let (mut sum, mut count) = (Decimal::ZERO, 0_u64);
                for it in known {
                    sum = sum.checked_add(it)?;
                    count += 1;
                }
                number::quotient(sum, Decimal::from(count))
            }
            Combine::Least => known.min(),
            Combine::Greatest => known.max(),
            Combine::Chosen => known.next(),
            Combine::Parts => self.value,
        }
    }
}

impl Measure {
    pub(crate) fn combine(&self) -> Combine {
        match self {
            Self::Rows | Self::Count(_) | Self::Distinct(_) | Self::Sum(_) => Combine::Sum,
            Self::Average(_) => Combine::Average,
            Self::Least(_) => Combine::Least,
            Self::Greatest(_) => Combine::Greatest,
        }
    }
}

/// The records of a flow or stock with their contributions, in order of id.
pub(crate) async fn rows(
    plans: &Plans,
    snapshot: &Arc<Snapshot>,
    base: &Base,
    cell: &Cell,
) -> Result<Vec<Row>, FiguresError> {
    let rows = plans.scan(&base.of)?;
    if !rows.schema().has_column_with_unqualified_name("id") {
        return Err(FiguresError::NoEvidence {
            indicator: cell.indicator.clone(),
            of: base.of.clone(),
        });
    }
    let mut rows = listed(rows, base, &cell.region, cell.period)?;
    let argument = base
        .measure
        .argument()
        .map(|it| it.clone().alias("argument"));
    rows = rows.project(std::iter::once(col("id")).chain(argument))?;
    let plan = rows.sort_by([col("id")])?.build()?;
    let mut seen = HashSet::new();
    let mut found = Vec::new();
    for batch in run(plans, snapshot, &plan).await? {
        let ids = cast_array(batch.column(0), &DataType::Int64)?;
        let ids = ids.as_primitive::<Int64Type>();
        let texts = match base.measure {
            Measure::Distinct(_) => Some(cast_array(batch.column(1), &DataType::Utf8)?),
            _ => None,
        };
        for row in 0..batch.num_rows() {
            let known = || batch.column(1).is_valid(row);
            let value = match &base.measure {
                Measure::Rows => Some(Decimal::ONE),
                Measure::Count(_) => Some(Decimal::from(u8::from(known()))),
                Measure::Distinct(_) => {
                    let text = texts
                        .as_ref()
                        .map(|it| it.as_string::<i32>().value(row).to_owned());
                    let first = known() && text.is_some_and(|it| seen.insert(it));
                    Some(Decimal::from(u8::from(first)))
                }
                _ => number::number(batch.column(1), row)
                    .map_err(|_| FiguresError::TooLarge(cell.indicator.clone()))?,
            };
            found.push(Row {
                record: ids.value(row),
                value,
                citation: None,
            });
        }
    }
    Ok(found)
}

/// The rows that count for a region and a period.
fn listed(
    rows: LogicalPlanBuilder,
    base: &Base,
    region: &RegionCode,
    period: Period,
) -> Result<LogicalPlanBuilder, FiguresError> {
    let mut condition = in_period(base, period).and(in_region(base, std::slice::from_ref(region)));
    if let Some(filter) = &base.filter {
        condition = condition.and(filter.clone());
    }
    Ok(rows.filter(condition)?)
}
