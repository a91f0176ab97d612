//! Indicators that are made of others.

use std::collections::{BTreeMap, BTreeSet};

use quanyu_pack::model::{Declared, IndicatorKind, Pack};

use super::{Planned, Planner};

impl Planner {
    /// Ratios and growths: what they name exists and does not lead back to them; their tables are those of their parts.
    pub(super) fn references(&mut self, pack: &Pack, indicators: &mut BTreeMap<String, Planned>) {
        let observation = pack.playing("observation").map(|it| it.id.clone());
        for indicator in pack.indicators.values() {
            for part in parts(&indicator.kind) {
                if !pack.indicators.contains_key(&part.value) {
                    let message = format!("there is no indicator `{}`", part.value);
                    self.fault(&indicator.id, part.at, message);
                }
            }
            if matches!(indicator.kind, IndicatorKind::Cited) && observation.is_none() {
                self.fault(
                    &indicator.id,
                    indicator.at,
                    "no register plays `observation`",
                );
            }
            let mut below = BTreeSet::new();
            let mut open: Vec<&str> = vec![&indicator.id];
            while let Some(id) = open.pop() {
                let Some(next) = pack.indicators.get(id) else {
                    continue;
                };
                for part in parts(&next.kind) {
                    if below.insert(part.value.as_str()) {
                        open.push(&part.value);
                    }
                }
            }
            if below.contains(indicator.id.as_str()) {
                let message = "the indicator is a part of itself";
                self.fault(&indicator.id, indicator.at, message);
            }
            let tables = below
                .iter()
                .filter_map(|it| indicators.get(*it))
                .flat_map(|it| it.tables.clone())
                // Any indicator may have a cited growth, rank or value beside what is computed.
                .chain(observation.clone())
                .collect::<Vec<_>>();
            if let Some(planned) = indicators.get_mut(&indicator.id) {
                planned.tables.extend(tables);
            }
        }
    }
}

/// Indicators that an indicator is made of.
pub(crate) fn parts(kind: &IndicatorKind) -> Vec<&Declared<String>> {
    match kind {
        IndicatorKind::Ratio {
            numerator,
            denominator,
        } => vec![numerator, denominator],
        IndicatorKind::Growth { of } => vec![of],
        _ => Vec::new(),
    }
}
