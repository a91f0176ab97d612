//! What each indicator and dataset rests on, so that after one changed record only what depends on it is computed again.
//!
//! Owns the graph; it follows datasets down to registers and lines, and ratios and growths down to their parts.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    model::{Indicator, IndicatorKind, Pack},
    sql::{Analysis, Purpose, Uses},
};

/// What an indicator or dataset reads, directly or through others.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reads {
    /// Columns by register or lines (named `register_lines`); a table without columns is counted only.
    pub tables: BTreeMap<String, BTreeSet<String>>,
    /// Datasets on the way.
    pub datasets: BTreeSet<String>,
    /// Indicators on the way.
    pub indicators: BTreeSet<String>,
}

impl Reads {
    fn add(&mut self, other: &Self) {
        for (table, columns) in &other.tables {
            self.tables
                .entry(table.clone())
                .or_default()
                .extend(columns.iter().cloned());
        }
        self.datasets.extend(other.datasets.iter().cloned());
        self.indicators.extend(other.indicators.iter().cloned());
    }
}

/// The graph of a pack.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Dependencies {
    /// By indicator. A cited one reads the register that plays `observation`.
    pub indicators: BTreeMap<String, Reads>,
    /// By dataset.
    pub datasets: BTreeMap<String, Reads>,
}

impl Dependencies {
    /// The indicators that rest on a register (its lines too).
    pub fn on_register<'a>(&'a self, register: &'a str) -> impl Iterator<Item = &'a str> {
        let lines = format!("{register}_");
        self.indicators
            .iter()
            .filter(move |(_, reads)| {
                reads
                    .tables
                    .keys()
                    .any(|it| it == register || it.starts_with(&lines))
            })
            .map(|(id, _)| id.as_str())
    }
}

impl Pack {
    /// What its indicators and datasets rest on.
    #[must_use]
    pub fn dependencies(&self) -> Dependencies {
        let mut analysis = Analysis::new(self);
        for id in self.datasets.keys() {
            analysis.table(id);
        }
        let uses = analysis.uses.clone();
        let mut graph = Dependencies::default();
        for id in self.datasets.keys() {
            let reads = self.follow(uses.get(id).unwrap_or(&Uses::default()), &uses);
            graph.datasets.insert(id.clone(), reads);
        }
        for indicator in self.indicators.values() {
            let reads =
                self.indicator_reads(indicator, &mut analysis, &uses, self.indicators.len());
            graph.indicators.insert(indicator.id.clone(), reads);
        }
        graph
    }

    /// Follows tables down to registers. Terminates, since datasets of a checked pack do not read each other in a circle.
    fn follow(&self, uses: &Uses, datasets: &BTreeMap<String, Uses>) -> Reads {
        let mut reads = Reads::default();
        for table in &uses.tables {
            match datasets.get(table) {
                Some(inner) => {
                    reads.datasets.insert(table.clone());
                    reads.add(&self.follow(inner, datasets));
                }
                None => {
                    reads.tables.entry(table.clone()).or_default();
                }
            }
        }
        for column in &uses.columns {
            if let Some(columns) = reads.tables.get_mut(&column.table) {
                columns.insert(column.column.clone());
            }
        }
        reads
    }

    fn indicator_reads(
        &self,
        indicator: &Indicator,
        analysis: &mut Analysis<'_>,
        datasets: &BTreeMap<String, Uses>,
        left: usize,
    ) -> Reads {
        let mut reads = Reads::default();
        match &indicator.kind {
            IndicatorKind::Flow {
                of,
                value,
                filter,
                region,
                date,
            } => {
                let columns = [Some(date), region.as_ref()];
                let texts = [Some(value), filter.as_ref()];
                reads.add(&self.own(&of.value, &texts, &columns, analysis, datasets));
            }
            IndicatorKind::Stock {
                of,
                value,
                filter,
                from,
                to,
                region,
            } => {
                let columns = [Some(from), to.as_ref(), region.as_ref()];
                let texts = [Some(value), filter.as_ref()];
                reads.add(&self.own(&of.value, &texts, &columns, analysis, datasets));
            }
            IndicatorKind::Ratio {
                numerator,
                denominator,
            } => {
                self.others(
                    &[&numerator.value, &denominator.value],
                    analysis,
                    datasets,
                    left,
                    &mut reads,
                );
            }
            IndicatorKind::Growth { of } => {
                self.others(&[&of.value], analysis, datasets, left, &mut reads)
            }
            IndicatorKind::Cited => {
                if let Some(register) = self.playing("observation") {
                    let fields = register.fields.iter().map(|it| it.id.clone());
                    reads.tables.insert(register.id.clone(), fields.collect());
                }
            }
        }
        reads
    }

    fn others(
        &self,
        ids: &[&str],
        analysis: &mut Analysis<'_>,
        datasets: &BTreeMap<String, Uses>,
        left: usize,
        reads: &mut Reads,
    ) {
        // `left` ends the walk even in a pack that was put together by hand with a circle.
        for other in ids
            .iter()
            .filter_map(|it| self.indicators.get(*it))
            .filter(|_| left > 0)
        {
            reads.indicators.insert(other.id.clone());
            reads.add(&self.indicator_reads(other, analysis, datasets, left - 1));
        }
    }

    fn own(
        &self,
        of: &str,
        texts: &[Option<&crate::model::Declared<String>>],
        columns: &[Option<&crate::model::Declared<String>>],
        analysis: &mut Analysis<'_>,
        datasets: &BTreeMap<String, Uses>,
    ) -> Reads {
        let table = analysis.table(of).unwrap_or_default();
        let mut uses = Uses::default();
        uses.tables.insert(of.to_owned());
        for sql in texts.iter().flatten() {
            let (_, more) = analysis.expression(sql, of, table.clone(), Purpose::Aggregate);
            uses.columns.extend(more.columns);
        }
        let mut reads = self.follow(&uses, datasets);
        if let Some(all) = reads.tables.get_mut(of) {
            let given = columns.iter().flatten().map(|it| it.value.clone());
            all.extend(given);
            if columns.last().is_some_and(Option::is_none) {
                all.insert("region".to_owned());
            }
        }
        reads
    }
}
