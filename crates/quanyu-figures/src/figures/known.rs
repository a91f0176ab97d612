//! What an answer needs, and how it becomes known: cubes brought up to the snapshot, single cells computed, observations
//! read.
//!
//! Invariant: what is kept from one answer to the next carries the sequence at which its tables last changed, and is
//! used only while that is still so.

use std::{
    collections::{BTreeSet, HashMap},
    sync::{Arc, OnceLock, PoisonError},
};

use quanyu_core::{period::Period, region::RegionCode};
use quanyu_pack::model::{Indicator, IndicatorKind};

use super::{Figures, Known, READY, cell, grows, year_before};
use crate::{
    cited::Observations,
    compute::{self, Cell},
    cube::{self, Cube},
    declared::{Base, parts},
    error::FiguresError,
    snapshot::Snapshot,
};

/// What an answer needs.
#[derive(Default)]
pub(super) struct Needs {
    /// Indicators by their cubes.
    cubes: BTreeSet<String>,
    /// Figures of indicators that have none.
    cells: BTreeSet<Cell>,
}

/// Indicators over the same rows whose cubes are of the same age (or not there), so that one pass serves all.
struct Behind<'a> {
    age: Option<i64>,
    indicators: Vec<(String, &'a Base)>,
}

impl Figures {
    /// Notes the cubes that an indicator is made from; `false` where a part of it has none.
    pub(super) fn by_cubes(&self, indicator: &Indicator, needs: &mut Needs) -> bool {
        match &indicator.kind {
            IndicatorKind::Cited => true,
            IndicatorKind::Flow { .. } | IndicatorKind::Stock { .. } => {
                let planned = self.plans.indicators.get(&indicator.id);
                let has = planned
                    .and_then(|it| it.base.as_ref())
                    .is_some_and(cube::has_cube);
                if has {
                    needs.cubes.insert(indicator.id.clone());
                }
                has
            }
            made => {
                let parts = parts(made)
                    .into_iter()
                    .filter_map(|it| self.pack.indicators.get(&it.value));
                // Each part is noted, also after one that has no cube.
                let mut all = true;
                for part in parts {
                    all &= self.by_cubes(part, needs);
                }
                all
            }
        }
    }

    /// The cells that a figure with its growth, rank and share needs.
    pub(super) fn needs(
        &self,
        indicator: &Indicator,
        region: &RegionCode,
        period: Period,
        needs: &mut Needs,
    ) {
        self.value_needs(indicator, region, period, needs);
        if let (true, Some(before)) = (grows(&indicator.kind), year_before(period)) {
            self.value_needs(indicator, region, before, needs);
        }
        if !self.is_part(region) {
            return;
        }
        let Some(above) = region.parent() else { return };
        self.value_needs(indicator, &above, period, needs);
        for beside in self.below.get(&above).into_iter().flatten() {
            self.value_needs(indicator, beside, period, needs);
        }
    }

    fn value_needs(
        &self,
        indicator: &Indicator,
        region: &RegionCode,
        period: Period,
        needs: &mut Needs,
    ) {
        let mut of = |id: &str, period| {
            if let Some(part) = self.pack.indicators.get(id) {
                self.value_needs(part, region, period, needs);
            }
        };
        match &indicator.kind {
            IndicatorKind::Flow { .. } | IndicatorKind::Stock { .. } => {
                let by_cube = self.by_cubes(indicator, needs);
                if !by_cube && self.pack.region.contains(region) {
                    needs.cells.insert(cell(&indicator.id, region, period));
                }
            }
            IndicatorKind::Ratio {
                numerator,
                denominator,
            } => {
                of(&numerator.value, period);
                of(&denominator.value, period);
            }
            IndicatorKind::Growth { of: grown } => {
                of(&grown.value, period);
                if let Some(before) = year_before(period) {
                    of(&grown.value, before);
                }
            }
            IndicatorKind::Cited => {}
        }
    }

    /// Makes everything known that an answer needs: what is ready and still right, the rest computed.
    pub(super) async fn know(
        &self,
        snapshot: &Arc<Snapshot>,
        needs: Needs,
    ) -> Result<Known<'_>, FiguresError> {
        let stamp = |cell: &Cell| {
            let base = self.plans.indicators.get(&cell.indicator)?.base.as_ref()?;
            Some(snapshot.stamp(self.base_tables(&base.of)))
        };
        let mut known = HashMap::with_capacity(needs.cells.len());
        let mut missing = BTreeSet::new();
        {
            let ready = self.ready.lock().unwrap_or_else(PoisonError::into_inner);
            for cell in needs.cells {
                match ready.get(&cell) {
                    Some((at, raw)) if Some(*at) == stamp(&cell) => {
                        known.insert(cell, *raw);
                    }
                    _ => {
                        missing.insert(cell);
                    }
                }
            }
        }
        if !missing.is_empty() {
            let computed = compute::compute(&self.plans, snapshot, &missing).await?;
            let mut ready = self.ready.lock().unwrap_or_else(PoisonError::into_inner);
            if ready.len() + computed.len() > READY {
                ready.clear();
            }
            for (cell, raw) in computed {
                if let Some(at) = stamp(&cell) {
                    ready.insert(cell.clone(), (at, raw));
                }
                known.insert(cell, raw);
            }
        }
        Ok(Known {
            figures: self,
            cells: known,
            cubes: self.cubes(snapshot, needs.cubes).await?,
            observations: self.observations(snapshot)?,
            too_large: OnceLock::new(),
        })
    }

    /// The cubes of these indicators at the snapshot: as they are, moved on by what changed, or built.
    async fn cubes(
        &self,
        snapshot: &Arc<Snapshot>,
        needed: BTreeSet<String>,
    ) -> Result<HashMap<String, Arc<Cube>>, FiguresError> {
        let mut held = self.cubes.lock().await;
        let mut found = HashMap::with_capacity(needed.len());
        let mut behind: Vec<Behind<'_>> = Vec::new();
        for id in needed {
            let Some(base) = self
                .plans
                .indicators
                .get(&id)
                .and_then(|it| it.base.as_ref())
            else {
                continue;
            };
            let changed = snapshot.stamp(self.base_tables(&base.of));
            let cube = held.get(&id);
            if let Some(cube) = cube.filter(|it| it.changed == changed) {
                found.insert(id, Arc::clone(cube));
                continue;
            }
            let age = cube.map(|it| it.changed);
            let alike = behind
                .iter_mut()
                .find(|it| it.age == age && cube::same_rows(it.indicators[0].1, base));
            match alike {
                Some(it) => it.indicators.push((id, base)),
                None => behind.push(Behind {
                    age,
                    indicators: vec![(id, base)],
                }),
            }
        }
        for Behind {
            indicators: those, ..
        } in behind
        {
            let bases: Vec<&Base> = those.iter().map(|(_, base)| *base).collect();
            let changed = snapshot.stamp(self.base_tables(&bases[0].of));
            let mut cubes: Vec<Cube> = those
                .iter()
                .filter_map(|(id, _)| held.get(id).map(|it| Cube::clone(it)))
                .collect();
            let moved = cubes.len() == those.len()
                && cube::advance(&self.plans, snapshot, &bases, &mut cubes).await?;
            if !moved {
                cubes = cube::build(&self.plans, snapshot, &bases, changed).await?;
            }
            for ((id, _), cube) in those.into_iter().zip(cubes) {
                let cube = Arc::new(cube);
                // A query that began earlier may still be on an older snapshot; what is newer stays.
                if held.get(&id).is_none_or(|it| it.changed <= cube.changed) {
                    held.insert(id.clone(), Arc::clone(&cube));
                }
                found.insert(id, cube);
            }
        }
        Ok(found)
    }

    fn observations(&self, snapshot: &Snapshot) -> Result<Arc<Observations>, FiguresError> {
        let Some(register) = self.pack.playing("observation") else {
            return Ok(Arc::default());
        };
        let Some(data) = snapshot.tables.get(&register.id) else {
            return Ok(Arc::default());
        };
        let mut held = self
            .observations
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if held.changed != data.changed {
            *held = Arc::new(Observations::read(&self.pack, register, snapshot)?);
        }
        Ok(Arc::clone(&held))
    }
}
