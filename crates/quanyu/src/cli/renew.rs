//! `quanyu renew`: a docx with the numbers of the next period, as tracked changes.

use std::path::PathBuf;

use clap::Args;

use super::{
    At, Ended, Format,
    output::{self, Cell},
};
use crate::app::{AppError, Product, renew};

/// Arguments of `quanyu renew`.
#[derive(Args)]
pub struct Renew {
    /// The document of the earlier period, a docx.
    file: PathBuf,
    #[command(flatten)]
    at: At,
    /// The period it reports (else the year that it names).
    #[arg(long, value_name = "PERIOD")]
    from: Option<String>,
    /// The period it is to report.
    #[arg(long, value_name = "PERIOD")]
    to: String,
    /// Where the docx with tracked changes goes.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// How to print.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// The keys of a row: `state` is `changed`, `untrue` or `left`.
const HEADS: [&str; 10] = [
    "state",
    "sort",
    "start",
    "end",
    "old",
    "new",
    "indicator",
    "period",
    "found",
    "source",
];

impl Renew {
    pub(super) async fn run(&self, packs: Option<&PathBuf>) -> Result<Ended, AppError> {
        let product = Product::open(&self.at.place(packs)).await?;
        let from = match &self.from {
            Some(text) => Some(product.period(Some(text)).await?),
            None => None,
        };
        let to = product.period(Some(&self.to)).await?;
        let name = self.file.file_name().map_or_else(
            || self.file.display().to_string(),
            |it| it.to_string_lossy().into_owned(),
        );
        let bytes = std::fs::read(&self.file).map_err(|it| AppError::file(&self.file, &it))?;
        let bound = renew::bind(&product, &name, bytes, from).await?;
        let renewal = renew::renew(&product, &bound.file, Some(bound.from), to).await?;
        std::fs::write(&self.out, &renewal.docx).map_err(|it| AppError::file(&self.out, &it))?;
        let mut rows: Vec<Vec<Cell>> = renewal.changes.iter().map(changed).collect();
        rows.extend(renewal.untrue.iter().map(|it| left("untrue", it)));
        rows.extend(renewal.leftovers.iter().map(|it| left("left", it)));
        output::print(self.format, &HEADS, &rows).map_err(AppError::output)?;
        eprintln!(
            "{} → {}: {} changed, {} no longer sure, {} left; {}",
            bound.from,
            to,
            renewal.changes.len(),
            renewal.untrue.len(),
            renewal.leftovers.len(),
            self.out.display()
        );
        Ok(Ended::Well)
    }
}

fn changed(it: &renew::Change) -> Vec<Cell> {
    vec![
        "changed".into(),
        it.measure.into(),
        (it.range.start as u64).into(),
        (it.range.end as u64).into(),
        it.old.as_str().into(),
        it.new.as_str().into(),
        it.indicator.0.as_str().into(),
        it.period.to_string().into(),
        it.said.as_str().into(),
        it.source.zh.as_str().into(),
    ]
}

fn left(state: &str, it: &renew::Notice) -> Vec<Cell> {
    vec![
        state.into(),
        it.sort.as_str().into(),
        (it.range.start as u64).into(),
        (it.range.end as u64).into(),
        it.text.as_str().into(),
        Cell::None,
        Cell::None,
        Cell::None,
        Cell::opt(it.found.clone()),
        Cell::None,
    ]
}
