//! `quanyu figures`: values of indicators, or the records that add up to them.

use std::path::PathBuf;

use clap::Args;

use super::{
    At, Ended, Format,
    output::{self, Cell},
};
use crate::app::{AppError, Product, asof, indicators};

/// Arguments of `quanyu figures`.
#[derive(Args)]
pub struct Figures {
    /// Indicators; without any, all of the pack.
    indicators: Vec<String>,
    #[command(flatten)]
    at: At,
    /// Region code or name (else the pack's).
    #[arg(long)]
    region: Option<String>,
    /// 2023, 2023H1, 2023Q3, 2023-09, 2023-01/2023-09 or 2022-2023 (else the last full year of the records).
    #[arg(long)]
    period: Option<String>,
    /// What was known at the end of a day (2024-03-31, in China), or when a change (its number) was the last.
    #[arg(long, value_name = "DAY|CHANGE")]
    as_of: Option<String>,
    /// List the records behind each value.
    #[arg(long)]
    evidence: bool,
    /// How to print.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

const HEADS: [&str; 11] = [
    "indicator",
    "name",
    "region",
    "period",
    "value",
    "unit",
    "growth",
    "rank",
    "source",
    "records",
    "cited_from",
];

impl Figures {
    pub(super) async fn run(&self, packs: Option<&PathBuf>) -> Result<Ended, AppError> {
        let product = Product::open(&self.at.place(packs)).await?;
        let region = product.region(self.region.as_deref())?;
        let period = product.period(self.period.as_deref()).await?;
        let then = match &self.as_of {
            Some(text) => Some(asof::at(&product, text.parse()?).await?),
            None => None,
        };
        if self.evidence {
            return self
                .evidence(&product, then.as_ref(), &region, period)
                .await;
        }
        let wanted = (!self.indicators.is_empty()).then_some(self.indicators.as_slice());
        let figures = match &then {
            Some(then) => then.figures(wanted, &region, period).await?,
            None => indicators::figures(&product, wanted, &region, period).await?,
        };
        let rows: Vec<Vec<Cell>> = figures.iter().map(row).collect();
        output::print(self.format, &HEADS, &rows).map_err(AppError::output)?;
        Ok(Ended::Well)
    }

    async fn evidence(
        &self,
        product: &Product,
        then: Option<&asof::AsOf>,
        region: &quanyu_core::region::RegionCode,
        period: quanyu_core::period::Period,
    ) -> Result<Ended, AppError> {
        let mut rows = Vec::new();
        for indicator in &self.indicators {
            let evidence = match then {
                Some(then) => then.evidence(indicator, region, period).await?,
                None => indicators::evidence(product, indicator, region, period).await?,
            };
            for row in evidence.rows {
                rows.push(vec![
                    indicator.as_str().into(),
                    row.register.into(),
                    row.record.into(),
                    Cell::num(row.contribution),
                    row.label.into(),
                ]);
            }
        }
        output::print(
            self.format,
            &["indicator", "register", "record", "contribution", "label"],
            &rows,
        )
        .map_err(AppError::output)?;
        Ok(Ended::Well)
    }
}

fn row(it: &indicators::FigureView) -> Vec<Cell> {
    vec![
        it.indicator.as_str().into(),
        it.title.zh.as_str().into(),
        it.region.as_str().into(),
        it.period.to_string().into(),
        Cell::num(it.value),
        it.unit.as_str().into(),
        Cell::num(it.growth),
        it.rank
            .as_ref()
            .map_or(Cell::None, |rank| u64::from(rank.rank).into()),
        it.source.into(),
        it.records.into(),
        Cell::opt(it.citation.as_ref().map(|it| it.said().zh)),
    ]
}
