//! What a figure was drawn from: its value, where it is from, and the records of each of its parts.
//!
//! Invariant: for each measure the records are those whose change could change it: of a growth those of both years, of a
//! rank or share those of the whole region above.

use std::collections::BTreeMap;

use quanyu_core::{growth, period::Period, region::RegionCode};
use quanyu_figures::{Citation, Figure, Figures, FiguresError, Origin, Request};
use quanyu_store::{Tx, asof, release::Member};
use rust_decimal::Decimal;

use super::{Measure, Wanted};
use crate::app::{AppError, Product, indicators};

/// A figure with what it was made of.
#[derive(Clone, Debug, Default)]
pub(super) struct Drawn {
    pub value: Option<Decimal>,
    pub of: Option<u32>,
    pub citation: Option<String>,
    /// The record of the observation that it is cited from.
    observation: Option<i64>,
    /// Records, whose registers and versions [`give_versions`] finds.
    pub members: Vec<Member>,
    /// Registers and lines that the records may stand in, as the figures call them.
    tables: Vec<String>,
    pub sequence: i64,
    /// Whether value and records are of the same change.
    pub agrees: bool,
}

/// All of them, in order, with their records.
pub(super) async fn all(figures: &Figures, wanted: &[Wanted]) -> Result<Vec<Drawn>, AppError> {
    let mut drawn = values(figures, wanted).await?;
    let pairs = wanted.iter().zip(&mut drawn).collect();
    traced(figures, pairs).await?;
    Ok(drawn)
}

/// Finds the records of some.
pub(super) async fn traced(
    figures: &Figures,
    pairs: Vec<(&Wanted, &mut Drawn)>,
) -> Result<(), AppError> {
    let mut gathered = BTreeMap::new();
    for (wanted, drawn) in pairs {
        trace(figures, wanted, drawn, &mut gathered).await?;
    }
    Ok(())
}

/// Their values alone, in order.
pub(super) async fn values(figures: &Figures, wanted: &[Wanted]) -> Result<Vec<Drawn>, AppError> {
    let mut groups: BTreeMap<(&RegionCode, Period), Vec<String>> = BTreeMap::new();
    for it in wanted {
        let before = it.measure.base(it.period).filter(|_| made_here(it.measure));
        for period in [Some(it.period), before].into_iter().flatten() {
            let group = groups.entry((&it.region, period)).or_default();
            if !group.contains(&it.indicator) {
                group.push(it.indicator.clone());
            }
        }
    }
    let mut answered: BTreeMap<(&RegionCode, Period, String), (Figure, i64)> = BTreeMap::new();
    for ((region, period), indicators) in groups {
        let request = Request {
            indicators: Some(indicators),
            region: region.clone(),
            periods: vec![period],
            by: None,
        };
        let answer = figures.query(&request).await?;
        for row in answer.rows {
            let key = (region, period, row.indicator.clone());
            answered.insert(key, (row, answer.sequence));
        }
    }
    let mut all = Vec::with_capacity(wanted.len());
    for it in wanted {
        let key = (&it.region, it.period, it.indicator.clone());
        let (figure, sequence) = answered
            .get(&key)
            .ok_or_else(|| AppError::not_found("indicator", &it.indicator, []))?;
        let mut drawn = measured(it.measure, figure);
        drawn.sequence = *sequence;
        drawn.agrees = true;
        if made_here(it.measure) {
            let before = it.measure.base(it.period);
            let before =
                before.and_then(|period| answered.get(&(&it.region, period, it.indicator.clone())));
            let both = figure.value.zip(before.and_then(|it| it.0.value));
            let value = both.and_then(|(now, before)| against(it.measure, now, before));
            drawn.value = value.map(|it| it.normalize());
            drawn.agrees = before.is_none_or(|it| it.1 == *sequence);
        }
        all.push(drawn);
    }
    Ok(all)
}

/// Whether a measure is made of two values here; growth over a year is the figures' own, which may be cited.
fn made_here(measure: Measure) -> bool {
    matches!(
        measure,
        Measure::Change | Measure::Sequential | Measure::Average(_)
    )
}

/// A measure of a value against its base.
pub(in crate::app) fn against(measure: Measure, now: Decimal, before: Decimal) -> Option<Decimal> {
    match measure {
        Measure::Change => now.checked_sub(before),
        Measure::Average(years) => growth::yearly(now, before, years),
        _ => growth::growth(now, before),
    }
}

/// The value of a measure, and where it is cited from.
fn measured(measure: Measure, figure: &Figure) -> Drawn {
    let origin = match &figure.source {
        Origin::Cited(citation) => Some(citation),
        Origin::Computed => None,
    };
    let (value, of, citation) = match measure {
        Measure::Value | Measure::Change | Measure::Sequential | Measure::Average(_) => {
            (figure.value, None, origin)
        }
        Measure::Growth => (figure.growth, None, figure.growth_cited.as_ref()),
        Measure::Share => (figure.share, None, figure.share_cited.as_ref()),
        Measure::Rank => {
            let rank = figure.rank.as_ref();
            (
                rank.map(|it| Decimal::from(it.place)),
                rank.and_then(|it| it.of),
                rank.and_then(|it| it.cited.as_ref()),
            )
        }
    };
    Drawn {
        value: value.map(|it| it.normalize()),
        of,
        citation: citation.map(cited),
        observation: citation.map(|it| it.record),
        ..Drawn::default()
    }
}

fn cited(it: &Citation) -> String {
    let mut parts = vec![format!(
        "{}《{}》",
        it.body.clone().unwrap_or_default(),
        it.document.clone().unwrap_or_default()
    )];
    parts.extend(it.number.clone());
    parts.extend(it.date.map(|it| it.to_string()));
    parts.extend(it.page.as_ref().map(|it| format!("第{it}页")));
    parts.join("，")
}

/// Which figure's records, and what they are to this one.
type Trail = (String, RegionCode, Period);

/// Records of a trail: the sequence, the tables, and each record with its contribution.
type Gathered = BTreeMap<Trail, (i64, Vec<String>, Vec<(i64, Option<Decimal>)>)>;

async fn trace(
    figures: &Figures,
    wanted: &Wanted,
    drawn: &mut Drawn,
    gathered: &mut Gathered,
) -> Result<(), AppError> {
    let id = &wanted.indicator;
    let trail = |region: &RegionCode, period| (id.clone(), region.clone(), period);
    let here = trail(&wanted.region, wanted.period);
    let mut trails: Vec<(&str, Trail)> = Vec::new();
    if let Some(record) = drawn
        .observation
        .filter(|_| wanted.measure != Measure::Value && !made_here(wanted.measure))
    {
        drawn.members.push(member("value", record, drawn.value));
    } else {
        match wanted.measure {
            Measure::Value => trails.push(("value", here)),
            Measure::Growth | Measure::Change | Measure::Sequential | Measure::Average(_) => {
                let before = wanted.measure.base(wanted.period);
                trails.push(("now", here));
                trails.extend(before.map(|it| ("before", trail(&wanted.region, it))));
            }
            Measure::Rank | Measure::Share => {
                let above = wanted.region.parent();
                let region = above.unwrap_or_else(|| wanted.region.clone());
                trails.push(("value", trail(&region, wanted.period)));
            }
        }
    }
    for (part, trail) in trails {
        if !gathered.contains_key(&trail) {
            let (id, region, period) = &trail;
            let found = match indicators::gathered(figures, id, region, *period).await {
                Ok(it) => {
                    let rows = it.rows.iter().map(|it| (it.record, it.value)).collect();
                    (it.sequence, it.registers, rows)
                }
                // A dataset without ids cannot name its records; the change sequence still does.
                Err(AppError::Figures(FiguresError::NoEvidence { .. })) => {
                    (drawn.sequence, Vec::new(), Vec::new())
                }
                Err(error) => return Err(error),
            };
            gathered.insert(trail.clone(), found);
        }
        if let Some((sequence, tables, rows)) = gathered.get(&trail) {
            drawn.agrees &= *sequence == drawn.sequence;
            drawn.tables.extend(tables.iter().cloned());
            let members = rows.iter().map(|(id, value)| member(part, *id, *value));
            drawn.members.extend(members);
        }
    }
    Ok(())
}

fn member(part: &str, record: i64, contribution: Option<Decimal>) -> Member {
    Member {
        part: part.to_owned(),
        register: String::new(),
        record,
        version: 0,
        contribution: contribution.map(|it| it.normalize()),
    }
}

/// Finds the register and the version of every record.
pub(super) async fn give_versions(
    tx: &mut Tx,
    product: &Product,
    drawn: &mut [Drawn],
    sequence: i64,
) -> Result<(), AppError> {
    let mut ids: BTreeMap<String, Vec<i64>> = BTreeMap::new();
    let observation = product.pack.playing("observation").map(|it| it.id.clone());
    let lines = crate::app::source::lines_of(&product.pack);
    for it in drawn.iter() {
        let cited = observation.iter().filter(|_| it.observation.is_some());
        for table in it.tables.iter().chain(cited) {
            let table = lines
                .iter()
                .find(|(name, _)| name == table)
                .map_or(table, |(_, table)| table);
            let of_table = ids.entry(table.clone()).or_default();
            of_table.extend(it.members.iter().map(|it| it.record));
        }
    }
    let mut known: BTreeMap<i64, (String, i64)> = BTreeMap::new();
    for (table, mut ids) in ids {
        ids.sort_unstable();
        ids.dedup();
        ids.retain(|it| !known.contains_key(it));
        for (id, version) in asof::versions(tx, &table, &ids, sequence).await? {
            known.insert(id, (table.clone(), version));
        }
    }
    for member in drawn.iter_mut().flat_map(|it| &mut it.members) {
        if let Some((register, version)) = known.get(&member.record) {
            member.register.clone_from(register);
            member.version = *version;
        }
    }
    Ok(())
}
