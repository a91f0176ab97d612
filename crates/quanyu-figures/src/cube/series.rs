//! The sums of one region by time, in the form in which a period's figure is had fastest.
//!
//! Where every row counts in one month and what was added can be taken away, a series holds running totals: any period is
//! one subtraction. Else it holds the sums themselves.
//!
//! Invariant: a [`Series`] says the same in both forms.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::{Cube, Kind, Months, Sum};
use crate::{
    compute::Raw,
    number::{self, TooLarge},
};

/// Sums of a region and all below it.
#[derive(Debug)]
pub(crate) struct Series {
    measure: Kind,
    stock: bool,
    scale: i8,
    form: Form,
}

#[derive(Debug)]
enum Form {
    /// Months ascending, and the total up to and with each.
    Running(Vec<i32>, Vec<Sum>),
    /// Sums as they are, ascending.
    Single(Vec<(Months, Sum)>),
}

impl Series {
    pub(super) fn new(cube: &Cube, parts: &[&BTreeMap<Months, Sum>]) -> Self {
        let form = match parts {
            [] => Form::Running(Vec::new(), Vec::new()),
            [one] => Form::of(one, cube.measure),
            many => match joined(many, cube.measure) {
                Ok(sums) => Form::of(&sums, cube.measure),
                // Together they do not fit, those of a period may.
                Err(TooLarge) => Form::apart(many),
            },
        };
        Self {
            measure: cube.measure,
            stock: cube.stock,
            scale: cube.scale,
            form,
        }
    }

    /// The figure of a period, said as its months.
    pub(crate) fn raw(&self, (first, last): Months) -> Result<Raw, TooLarge> {
        let total = self.total(first, last)?;
        let value = || number::decimal(total.value, self.scale);
        let value = match self.measure {
            Kind::Rows => Some(Decimal::from(total.records)),
            Kind::Count => Some(Decimal::from(total.known)),
            Kind::Sum | Kind::Least | Kind::Greatest if total.known > 0 => Some(value()?),
            Kind::Average if total.known > 0 => number::quotient(value()?, total.known.into()),
            _ => None,
        };
        let records = u64::try_from(total.records).map_err(|_| TooLarge)?;
        Ok(Raw {
            value: value.filter(|_| records > 0),
            records,
        })
    }

    fn total(&self, first: i32, last: i32) -> Result<Sum, TooLarge> {
        match &self.form {
            Form::Running(months, totals) => {
                let up_to = |end: usize| end.checked_sub(1).map_or(Sum::default(), |it| totals[it]);
                let all = up_to(months.partition_point(|it| *it <= last));
                if self.stock {
                    return Ok(all);
                }
                let before = up_to(months.partition_point(|it| *it < first));
                Ok(Sum {
                    records: all.records - before.records,
                    known: all.known - before.known,
                    value: all.value.checked_sub(before.value).ok_or(TooLarge)?,
                })
            }
            Form::Single(sums) => {
                let mut total = Sum::default();
                let from = match self.stock {
                    true => 0,
                    false => sums.partition_point(|((begins, _), _)| *begins < first),
                };
                for ((begins, ends), sum) in &sums[from..] {
                    if *begins > last {
                        break;
                    }
                    // A row's period counts where it lies within the one asked for.
                    if self.stock || *ends <= last {
                        total.join(*sum, self.measure)?;
                    }
                }
                Ok(total)
            }
        }
    }
}

impl Form {
    fn of(sums: &BTreeMap<Months, Sum>, measure: Kind) -> Self {
        let single = || Self::Single(sums.iter().map(|(months, sum)| (*months, *sum)).collect());
        if !measure.subtracts() || sums.keys().any(|(begins, ends)| begins != ends) {
            return single();
        }
        let mut total = Sum::default();
        let mut totals = Vec::with_capacity(sums.len());
        for sum in sums.values() {
            if total.join(*sum, measure).is_err() {
                // All of it does not fit, a period of it may.
                return single();
            }
            totals.push(total);
        }
        Self::Running(sums.keys().map(|(month, _)| *month).collect(), totals)
    }

    fn apart(parts: &[&BTreeMap<Months, Sum>]) -> Self {
        let all = parts.iter().flat_map(|it| it.iter());
        let mut sums: Vec<_> = all.map(|(months, sum)| (*months, *sum)).collect();
        sums.sort_by_key(|(months, _)| *months);
        Self::Single(sums)
    }
}

fn joined(
    parts: &[&BTreeMap<Months, Sum>],
    measure: Kind,
) -> Result<BTreeMap<Months, Sum>, TooLarge> {
    let mut sums = BTreeMap::<Months, Sum>::new();
    for part in parts {
        for (months, sum) in *part {
            sums.entry(*months).or_default().join(*sum, measure)?;
        }
    }
    Ok(sums)
}
