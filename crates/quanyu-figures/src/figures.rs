//! Figures as they are asked for: values with growth, rank, share, and where each is from.
//!
//! Owns [`Figures`], the one way in: what is asked, which cells that needs, and how ratios, growths, ranks and shares
//! are made of them. Leaves rows to [`crate::snapshot`], flows and stocks to [`crate::compute`].
//!
//! Invariant: an answer is made on one snapshot. A flow or stock is computed only inside the reporting region, since
//! only its records are here: of other regions there are cited values or none.
//!
//! Start reading at [`Figures::query`].

mod answer;
mod known;
mod sheet;

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::{Arc, Mutex, OnceLock, atomic::Ordering},
};

use quanyu_core::{period::Period, region::RegionCode};
use quanyu_pack::model::{Indicator, IndicatorKind, Pack};
use rust_decimal::Decimal;

use known::Needs;
use sheet::Sheet;

pub use answer::{Answer, By, Citation, Figure, Origin, Rank, Request};

use crate::{
    cited::Observations,
    compute::{Cell, Raw},
    cube::Cube,
    declared::Plans,
    error::FiguresError,
    evidence::{self, Combine, Definition, Evidence, PartRole},
    parts::{Folder, Place},
    reach::{self, Reaches, Sight},
    snapshot::{Keeper, Snapshot},
    source::Source,
};

/// Figures held ready at most; more than all pages of a district show, and about 30 MB.
const READY: usize = 200_000;

/// The figures of one pack over one source.
pub struct Figures {
    pub(crate) pack: Arc<Pack>,
    pub(crate) plans: Arc<Plans>,
    keeper: Keeper,
    /// Through whose eyes; `None` sees every record.
    sight: Option<Arc<Sight>>,
    source: Arc<dyn Source>,
    /// Regions right below each region.
    below: Arc<BTreeMap<RegionCode, Vec<RegionCode>>>,
    /// Computed cells with the sequence at which their tables last changed.
    ready: Mutex<HashMap<Cell, (i64, Raw)>>,
    observations: Mutex<Arc<Observations>>,
    cubes: tokio::sync::Mutex<HashMap<String, Arc<Cube>>>,
}

/// A value and where it is from.
#[derive(Clone, Copy, Debug, Default)]
struct Worth<'a> {
    value: Option<Decimal>,
    records: u64,
    cited: Option<&'a Citation>,
}

/// What is known on one snapshot: all cells of an answer and the observations.
struct Known<'a> {
    figures: &'a Figures,
    cells: HashMap<Cell, Raw>,
    cubes: HashMap<String, Arc<Cube>>,
    observations: Arc<Observations>,
    /// An indicator with a sum that does not fit.
    too_large: OnceLock<String>,
}

impl Figures {
    /// Plans the pack. No rows are read yet; those that queries need are held in memory.
    ///
    /// # Errors
    /// [`FiguresError::Pack`] when [`crate::check`] finds anything.
    pub fn new(pack: Arc<Pack>, source: Arc<dyn Source>) -> Result<Self, FiguresError> {
        Self::planned(pack, source, None)
    }

    /// As [`Figures::new`], with rows in sealed parts in a folder: memory does not grow with them, and the next start does
    /// not read them again. The folder is a cache; where it cannot be written rows are held in memory.
    ///
    /// # Errors
    /// As [`Figures::new`].
    pub fn with_parts(
        pack: Arc<Pack>,
        source: Arc<dyn Source>,
        place: Place,
    ) -> Result<Self, FiguresError> {
        Self::planned(pack, source, Some(place))
    }

    fn planned(
        pack: Arc<Pack>,
        source: Arc<dyn Source>,
        place: Option<Place>,
    ) -> Result<Self, FiguresError> {
        let (plans, faults) = Plans::new(&pack);
        if !faults.is_empty() {
            return Err(FiguresError::Pack(faults));
        }
        let mut below: BTreeMap<RegionCode, Vec<RegionCode>> = BTreeMap::new();
        for region in pack.regions.keys() {
            if let Some(above) = region.parent() {
                below.entry(above).or_default().push(region.clone());
            }
        }
        Ok(Self {
            keeper: Keeper::new(
                Arc::clone(&source),
                plans.columns.clone(),
                pack.playing("observation").map(|it| it.id.clone()),
                place.map(Folder::open),
            ),
            pack,
            plans: Arc::new(plans),
            sight: None,
            source,
            below: Arc::new(below),
            ready: Mutex::default(),
            observations: Mutex::default(),
            cubes: tokio::sync::Mutex::default(),
        })
    }

    /// The same figures over rows that know to whom they belong, held apart from those that everybody's figures are made of: what
    /// [`Figures::seen_as`] needs. With a place of its own, rows lie there.
    #[must_use]
    pub fn by_reach(&self, place: Option<Place>) -> Self {
        let keeper = Keeper::new(
            Arc::clone(&self.source),
            reach::columns(&self.pack, &self.plans.columns),
            self.pack.playing("observation").map(|it| it.id.clone()),
            place.map(Folder::open),
        );
        Self {
            keeper,
            ..self.fresh(None)
        }
    }

    /// The figures of [`Figures::by_reach`] as somebody may see them: of the records within reach alone. A register that is not
    /// named is not seen.
    #[must_use]
    pub fn seen_as(&self, reaches: Reaches) -> Self {
        self.fresh(Some(Arc::new(Sight::new(&self.pack, reaches))))
    }

    /// The same rows, and nothing computed yet.
    fn fresh(&self, sight: Option<Arc<Sight>>) -> Self {
        Self {
            pack: Arc::clone(&self.pack),
            plans: Arc::clone(&self.plans),
            keeper: self.keeper.clone(),
            sight,
            source: Arc::clone(&self.source),
            below: Arc::clone(&self.below),
            ready: Mutex::default(),
            observations: Mutex::default(),
            cubes: tokio::sync::Mutex::default(),
        }
    }

    /// The rows of these tables at the head, as far as they are seen.
    pub(crate) async fn snapshot(
        &self,
        tables: &BTreeSet<String>,
    ) -> Result<Arc<Snapshot>, FiguresError> {
        let Some(sight) = &self.sight else {
            return Ok(self.keeper.at_head(tables).await?);
        };
        let snapshot = self.keeper.at_head(&sight.with_parents(tables)).await?;
        Ok(Arc::new(snapshot.seen_as(sight)))
    }

    /// Brings the rows of all indicators to the head, so that the next query need not. Returns the sequence.
    ///
    /// # Errors
    /// When the source cannot be read.
    pub async fn refresh(&self) -> Result<i64, FiguresError> {
        let all: BTreeSet<String> = self.plans.columns.keys().cloned().collect();
        Ok(self.keeper.at_head(&all).await?.sequence)
    }

    /// Seals the rows that are in memory into parts, where there is a folder for them. It happens by itself when there are
    /// many; a process that ends may do it so that the next one starts sooner.
    pub async fn seal(&self) {
        self.keeper.seal().await;
    }

    /// Answers a request at the head. Rows come by indicator, then region, then period, each in the order asked.
    ///
    /// # Errors
    /// [`FiguresError::UnknownIndicator`]; when the source cannot be read or a record cannot be computed with.
    pub async fn query(&self, request: &Request) -> Result<Answer, FiguresError> {
        let indicators: Vec<&Indicator> = match &request.indicators {
            None => self.pack.indicators.values().collect(),
            Some(ids) => ids
                .iter()
                .map(|it| self.indicator(it))
                .collect::<Result<_, _>>()?,
        };
        let mut regions = vec![request.region.clone()];
        let mut periods = request.periods.clone();
        match request.by {
            Some(By::Children) => {
                regions = self.below.get(&request.region).cloned().unwrap_or_default();
            }
            Some(By::Months) => {
                periods = periods.into_iter().flat_map(Period::each_month).collect();
            }
            None => {}
        }
        let tables = indicators
            .iter()
            .flat_map(|it| self.tables(&it.id))
            .collect();
        let snapshot = self.snapshot(&tables).await?;
        let mut needs = Needs::default();
        for indicator in &indicators {
            if self.by_cubes(indicator, &mut needs) {
                continue;
            }
            for region in &regions {
                for period in &periods {
                    self.needs(indicator, region, *period, &mut needs);
                }
            }
        }
        let known = self.know(&snapshot, needs).await?;
        let mut rows = Vec::with_capacity(indicators.len() * regions.len() * periods.len());
        for indicator in indicators {
            Sheet::new(&known, indicator, &regions, &periods).figures(&mut rows);
        }
        known.fits()?;
        Ok(Answer {
            sequence: snapshot.sequence,
            rows,
        })
    }

    /// One indicator over periods.
    ///
    /// # Errors
    /// As [`Figures::query`].
    pub async fn series(
        &self,
        indicator: &str,
        region: &RegionCode,
        periods: &[Period],
    ) -> Result<Answer, FiguresError> {
        self.query(&Request {
            indicators: Some(vec![indicator.to_owned()]),
            region: region.clone(),
            periods: periods.to_vec(),
            by: None,
        })
        .await
    }

    /// One indicator for each region right below, with ranks among them.
    ///
    /// # Errors
    /// As [`Figures::query`].
    pub async fn children(
        &self,
        indicator: &str,
        region: &RegionCode,
        period: Period,
    ) -> Result<Answer, FiguresError> {
        self.query(&Request {
            indicators: Some(vec![indicator.to_owned()]),
            region: region.clone(),
            periods: vec![period],
            by: Some(By::Children),
        })
        .await
    }

    /// The records, the source or the parts behind a figure.
    ///
    /// # Errors
    /// As [`Figures::query`], and [`FiguresError::NoEvidence`].
    pub async fn evidence(
        &self,
        indicator: &str,
        region: &RegionCode,
        period: Period,
    ) -> Result<Evidence, FiguresError> {
        let indicator = self.indicator(indicator)?;
        let tables = self.tables(&indicator.id).collect();
        let snapshot = self.snapshot(&tables).await?;
        let mut needs = Needs::default();
        self.needs(indicator, region, period, &mut needs);
        let known = self.know(&snapshot, needs).await?;
        let worth = known.worth(indicator, region, period);
        known.fits()?;
        let mut evidence = Evidence {
            sequence: snapshot.sequence,
            definition: Definition {
                indicator: indicator.id.clone(),
                title: indicator.title.clone(),
                source: indicator.source.clone(),
                sql: answer::sql(&indicator.kind, region, period),
            },
            of: None,
            registers: Vec::new(),
            rows: Vec::new(),
            combine: Combine::Parts,
            value: worth.value,
            empty: None,
            parts: Vec::new(),
        };
        let base = self
            .plans
            .indicators
            .get(&indicator.id)
            .and_then(|it| it.base.as_ref());
        let cited = worth.cited.is_some() || indicator.kind == IndicatorKind::Cited;
        match (&indicator.kind, base) {
            _ if cited => {
                let register = self.pack.playing("observation").map(|it| it.id.clone());
                evidence.of.clone_from(&register);
                evidence.registers.extend(register);
                evidence.combine = Combine::Chosen;
                evidence.rows = known.cited_rows(indicator, region, period);
            }
            (_, Some(base)) => {
                let cell = cell(&indicator.id, region, period);
                evidence.of = Some(base.of.clone());
                evidence
                    .registers
                    .extend(self.base_tables(&base.of).cloned());
                evidence.combine = base.measure.combine();
                if self.pack.region.contains(region) {
                    evidence.empty = indicator.empty_is_zero.then_some(Decimal::ZERO);
                    evidence.rows = evidence::rows(&self.plans, &snapshot, base, &cell).await?;
                }
            }
            (
                IndicatorKind::Ratio {
                    numerator,
                    denominator,
                },
                _,
            ) => {
                let part = |role, id: &str| known.part(role, id, region, period);
                evidence
                    .parts
                    .extend(part(PartRole::Numerator, &numerator.value));
                evidence
                    .parts
                    .extend(part(PartRole::Denominator, &denominator.value));
            }
            (IndicatorKind::Growth { of }, _) => {
                evidence
                    .parts
                    .extend(known.part(PartRole::Now, &of.value, region, period));
                if let Some(before) = year_before(period) {
                    evidence
                        .parts
                        .extend(known.part(PartRole::Before, &of.value, region, before));
                }
            }
            _ => {}
        }
        Ok(evidence)
    }

    /// Rows that queries have looked at since the start: for metrics, and to see that a change costs what it changed.
    #[must_use]
    pub fn rows_scanned(&self) -> u64 {
        self.plans.scanned.load(Ordering::Relaxed)
    }

    fn indicator(&self, id: &str) -> Result<&Indicator, FiguresError> {
        let unknown = || FiguresError::UnknownIndicator {
            asked: id.to_owned(),
        };
        self.pack.indicators.get(id).ok_or_else(unknown)
    }

    /// The tables that an indicator depends on.
    fn tables(&self, id: &str) -> impl Iterator<Item = String> {
        let tables = self.plans.indicators.get(id).map(|it| it.tables.clone());
        tables.into_iter().flatten()
    }

    fn base_tables(&self, of: &str) -> impl Iterator<Item = &String> {
        self.plans
            .relations
            .get(of)
            .into_iter()
            .flat_map(|it| &it.tables)
    }

    /// Whether a region lies inside the reporting region and is not the whole of it.
    fn is_part(&self, region: &RegionCode) -> bool {
        self.pack.region.contains(region) && self.pack.region != *region
    }
}

fn cell(indicator: &str, region: &RegionCode, period: Period) -> Cell {
    Cell {
        indicator: indicator.to_owned(),
        region: region.clone(),
        period,
    }
}

/// The same months a year before. Spans of years overlap with theirs and have no growth.
fn year_before(period: Period) -> Option<Period> {
    period.shift_years(-1).filter(|_| period.len_months() <= 12)
}

/// Whether growth of it is shown: shares and growths move by percentage points instead.
fn grows(kind: &IndicatorKind) -> bool {
    matches!(
        kind,
        IndicatorKind::Flow { .. } | IndicatorKind::Stock { .. } | IndicatorKind::Cited
    )
}
