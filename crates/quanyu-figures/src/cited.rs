//! Cited observations (引用数): values, growths, ranks and shares that others have published.
//!
//! Owns how the register that plays `observation` is read, and which of several observations is the figure: the one of
//! the latest status (预计, 快报, 初步核算, 年报, 修订; for a code field the order of its list), then of the latest date,
//! then the one entered last. All are kept.
//!
//! Invariant: an observation counts for exactly its region and period; nothing is added up.

use std::{cmp::Reverse, collections::HashMap};

use datafusion::{
    arrow::{
        array::{Array, ArrayRef, AsArray},
        compute::cast,
        datatypes::{DataType, Date32Type, Int64Type},
    },
    common::Result as EngineResult,
};
use jiff::{
    ToSpan,
    civil::{Date, date},
};
use quanyu_core::{period::Period, region::RegionCode};
use quanyu_pack::model::{FieldType, Pack, Register};
use rust_decimal::Decimal;

use crate::{figures::Citation, number, snapshot::Snapshot};

/// The slots of the part `observation`. `indicator`, `region`, `period` and `value` are needed, the others may be missing.
pub(crate) const SLOTS: &[&str] = &[
    "indicator",
    "measure",
    "region",
    "period",
    "value",
    "of_units",
    "scope",
    "body",
    "document",
    "number",
    "date",
    "page",
    "status",
];

/// Statuses of a text field, worst first.
const STATUSES: [&str; 5] = ["预计", "快报", "初步核算", "年报", "修订"];

/// What was observed of an indicator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Measured {
    Value,
    Growth,
    Rank,
    Share,
}

impl Measured {
    fn read(word: Option<&str>) -> Option<Self> {
        Some(match word {
            None | Some("value") => Self::Value,
            Some("growth") => Self::Growth,
            Some("rank") => Self::Rank,
            Some("share") => Self::Share,
            Some(_) => return None,
        })
    }
}

/// One observation.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Observation {
    pub(crate) value: Decimal,
    pub(crate) of_units: Option<u32>,
    pub(crate) scope: Option<String>,
    pub(crate) citation: Citation,
    standing: usize,
}

/// Observations of one indicator.
#[derive(Debug, Default)]
pub(crate) struct Found(HashMap<RegionCode, HashMap<(Measured, Period), Vec<Observation>>>);

impl Found {
    /// All of a kind, the one that counts first.
    pub(crate) fn all(
        &self,
        measured: Measured,
        region: &RegionCode,
        period: Period,
    ) -> &[Observation] {
        let here = self
            .0
            .get(region)
            .and_then(|it| it.get(&(measured, period)));
        here.map_or(&[], Vec::as_slice)
    }

    /// The one that counts.
    pub(crate) fn best(
        &self,
        measured: Measured,
        region: &RegionCode,
        period: Period,
    ) -> Option<&Observation> {
        self.all(measured, region, period).first()
    }
}

/// All observations at one sequence.
#[derive(Debug, Default)]
pub(crate) struct Observations {
    /// The register's last change.
    pub(crate) changed: i64,
    found: HashMap<String, Found>,
}

impl Observations {
    /// Those of an indicator, where there are any.
    pub(crate) fn of(&self, indicator: &str) -> Option<&Found> {
        self.found.get(indicator)
    }

    /// Reads the register; rows that lack indicator, region, period or value are no observations.
    pub(crate) fn read(
        pack: &Pack,
        register: &Register,
        snapshot: &Snapshot,
    ) -> EngineResult<Self> {
        let mut read = Self::default();
        let Some(data) = snapshot.tables.get(&register.id) else {
            return Ok(read);
        };
        read.changed = data.changed;
        let standings = standings(pack, register);
        for batch in data.batches() {
            let seen = snapshot.sight.as_ref();
            let seen = seen
                .map(|it| it.seen(&register.id, data, batch))
                .transpose()?;
            let batch = seen.as_ref().unwrap_or(batch);
            let slot = |slot: &str| -> Option<&ArrayRef> {
                batch.column_by_name(&register.slot(slot)?.id)
            };
            let texts = |name: &str| slot(name).and_then(|it| cast(it, &DataType::Utf8).ok());
            let columns: HashMap<&str, ArrayRef> = SLOTS
                .iter()
                .filter_map(|it| Some((*it, texts(it)?)))
                .collect();
            let days = slot("date").filter(|it| it.data_type() == &DataType::Date32);
            let values = slot("value");
            let ids = batch.column(0).as_primitive::<Int64Type>();
            for row in 0..batch.num_rows() {
                let text = |name: &str| -> Option<String> {
                    let column = columns.get(name)?.as_string::<i32>();
                    let text = column.is_valid(row).then(|| column.value(row).trim())?;
                    (!text.is_empty()).then(|| text.to_owned())
                };
                let value = match values {
                    Some(it) if number::is_number(it.data_type()) => {
                        number::number(it, row).ok().flatten()
                    }
                    _ => text("value").and_then(|it| it.parse().ok()),
                };
                let key = (|| {
                    let region: RegionCode = text("region")?.parse().ok()?;
                    let period: Period = text("period")?.parse().ok()?;
                    let measured = Measured::read(text("measure").as_deref())?;
                    Some((text("indicator")?, measured, region, period))
                })();
                let Some(((indicator, measured, region, period), value)) = key.zip(value) else {
                    continue;
                };
                let status = text("status");
                let standing = status.as_ref().and_then(|it| standings.get(it)).copied();
                let observation = Observation {
                    value: value.normalize(),
                    of_units: text("of_units").and_then(|it| it.parse().ok()),
                    scope: text("scope"),
                    standing: standing.unwrap_or(0),
                    citation: Citation {
                        record: ids.value(row),
                        body: text("body"),
                        document: text("document"),
                        number: text("number"),
                        date: days.and_then(|it| {
                            let days = it.as_primitive::<Date32Type>();
                            days.is_valid(row).then(|| day(days.value(row))).flatten()
                        }),
                        page: text("page"),
                        status,
                    },
                };
                let found = read.found.entry(indicator).or_default();
                let here = found.0.entry(region).or_default();
                here.entry((measured, period))
                    .or_default()
                    .push(observation);
            }
        }
        let regions = read.found.values_mut().flat_map(|it| it.0.values_mut());
        for observations in regions.flat_map(HashMap::values_mut) {
            observations
                .sort_by_key(|it| Reverse((it.standing, it.citation.date, it.citation.record)));
        }
        Ok(read)
    }
}

/// How much each status counts: 1 for the least.
fn standings(pack: &Pack, register: &Register) -> HashMap<String, usize> {
    let list = match register.slot("status").map(|it| &it.kind) {
        Some(FieldType::Code { list }) => pack.codes.get(list),
        _ => None,
    };
    match list {
        Some(list) => (1..)
            .zip(&list.items)
            .map(|(n, it)| (it.code.clone(), n))
            .collect(),
        None => (1..)
            .zip(STATUSES)
            .map(|(n, it)| (it.to_owned(), n))
            .collect(),
    }
}

fn day(days: i32) -> Option<Date> {
    date(1970, 1, 1).checked_add(days.days()).ok()
}
