//! Values of the cells that a document's figures stand for.

use std::collections::{BTreeMap, BTreeSet};

use quanyu_core::{period::Period, region::RegionCode, text::Text};
use quanyu_figures::{Figure, Request};
use quanyu_pack::model::Display;
use rust_decimal::Decimal;

use crate::app::{AppError, Product, indicators, say};

/// What of an indicator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Measure {
    Value,
    Growth,
    Rank,
    Share,
    /// Against the year before, in the indicator's own unit.
    Delta,
}

impl Measure {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Value => "value",
            Self::Growth => "growth",
            Self::Rank => "rank",
            Self::Share => "share",
            Self::Delta => "delta",
        }
    }

    pub(super) fn of_word(word: &str) -> Option<Self> {
        [
            Self::Value,
            Self::Growth,
            Self::Rank,
            Self::Share,
            Self::Delta,
        ]
        .into_iter()
        .find(|it| it.word() == word)
    }

    /// What a figure of a kind may be, the likeliest first.
    pub(super) fn of_kind(kind: &str, unit: &str) -> Vec<Self> {
        match (kind, unit) {
            ("level", _) => vec![Self::Value],
            ("growth", "1") => vec![Self::Growth, Self::Value],
            ("growth", _) => vec![Self::Growth],
            ("share", "1") => vec![Self::Value, Self::Share],
            ("share", _) => vec![Self::Share],
            ("delta", _) => vec![Self::Delta],
            ("rank", _) => vec![Self::Rank],
            _ => Vec::new(),
        }
    }
}

type Cell = (String, RegionCode, Period);
/// Indicator, region, measure, period.
pub(super) type Wanted = (String, RegionCode, Measure, Period);

/// A value found.
pub(super) struct Found {
    pub(super) value: Decimal,
    /// The value a year before, for what happens once.
    pub(super) earlier: Option<Decimal>,
    pub(super) said: String,
    pub(super) source: Text,
}

/// Figures by cell.
#[derive(Default)]
pub(super) struct Values {
    figures: BTreeMap<Cell, Figure>,
}

impl Values {
    /// Takes in the cells that are asked for, and those a year before them.
    pub(super) async fn fetch(
        &mut self,
        product: &Product,
        wanted: &[Wanted],
    ) -> Result<(), AppError> {
        let mut by_region: BTreeMap<RegionCode, (BTreeSet<String>, BTreeSet<Period>)> =
            BTreeMap::new();
        for (indicator, region, _, period) in wanted {
            let (indicators, periods) = by_region.entry(region.clone()).or_default();
            indicators.insert(indicator.clone());
            periods.insert(*period);
            periods.extend(period.shift_years(-1));
        }
        for (region, (indicators, periods)) in by_region {
            let request = Request {
                indicators: Some(indicators.into_iter().collect()),
                region: region.clone(),
                periods: periods.into_iter().collect(),
                by: None,
            };
            for figure in product.figures.query(&request).await?.rows {
                let cell = (figure.indicator.clone(), region.clone(), figure.period);
                self.figures.insert(cell, figure);
            }
        }
        Ok(())
    }

    fn figure(&self, indicator: &str, region: &RegionCode, period: Period) -> Option<&Figure> {
        self.figures
            .get(&(indicator.to_owned(), region.clone(), period))
    }

    /// The value of a cell.
    pub(super) fn get(
        &self,
        product: &Product,
        indicator: &str,
        region: &RegionCode,
        measure: Measure,
        period: Period,
    ) -> Option<Found> {
        let figure = self.figure(indicator, region, period)?;
        let before = period
            .shift_years(-1)
            .and_then(|it| self.figure(indicator, region, it));
        let earlier = before.and_then(|it| it.value);
        let value = match measure {
            Measure::Value => figure.value,
            Measure::Growth => figure.growth,
            Measure::Share => figure.share,
            Measure::Rank => figure.rank.as_ref().map(|it| Decimal::from(it.place)),
            Measure::Delta => figure.value.zip(earlier).map(|(now, then)| now - then),
        }?;
        let pack = &product.pack;
        let declared = pack.indicators.get(indicator);
        let display = declared.map(|it| it.display.clone()).unwrap_or_default();
        let said = match measure {
            Measure::Value | Measure::Delta => say::whole(Some(value), &figure.unit, &display),
            Measure::Rank => format!("第{}", value.normalize()),
            Measure::Growth | Measure::Share => say::whole(Some(value), "1", &Display::default()),
        };
        let view = indicators::view(pack, figure);
        let source = match view.citation {
            Some(citation) => citation.said(),
            None => Text {
                zh: format!("{}条记录", figure.records),
                en: Some(format!("{} records", figure.records)),
            },
        };
        Some(Found {
            value,
            earlier: earlier.filter(|_| measure == Measure::Value),
            said,
            source,
        })
    }
}
