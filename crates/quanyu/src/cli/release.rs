//! `quanyu release`: figures frozen for documents, the records behind them, and what changed since.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{
    At, Ended, Format,
    output::{self, Cell},
};
use crate::app::{
    AppError, Product,
    releases::{self, Measure, Since, Wanted},
    writing,
};

/// Releases of a list without a document.
const LATEST: u32 = 1000;

/// Commands on releases.
#[derive(Subcommand)]
pub enum Release {
    /// List releases: those of a document, else the newest.
    List(List),
    /// Show a release with the records that it was made of.
    Show(Show),
    /// Compare releases with what is known now: who changed what. Exit code 1 where a figure is no longer what it was.
    Since(SinceWhat),
    /// Freeze figures for a document.
    Freeze(Freeze),
}

/// Arguments of `quanyu release list`.
#[derive(Args)]
pub struct List {
    /// The document, such as summary@2023.
    document: Option<String>,
    #[command(flatten)]
    at: At,
    /// How to print.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// Arguments of `quanyu release show`.
#[derive(Args)]
pub struct Show {
    /// The release.
    release: String,
    #[command(flatten)]
    at: At,
    /// How to print.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// Arguments of `quanyu release since`.
#[derive(Args)]
pub struct SinceWhat {
    /// A release, or a document such as summary@2023 (else all documents that were sent, where a figure moved).
    what: Option<String>,
    #[command(flatten)]
    at: At,
    /// How to print.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// Arguments of `quanyu release freeze`.
#[derive(Args)]
pub struct Freeze {
    /// The document, such as summary@2023.
    document: String,
    /// Indicators, each with `:growth`, `:rank`, `:share` or `:change` where that is meant.
    #[arg(required = true)]
    indicators: Vec<String>,
    #[command(flatten)]
    at: At,
    /// Region code or name (else the pack's).
    #[arg(long)]
    region: Option<String>,
    /// The period (else the last full year of the records).
    #[arg(long)]
    period: Option<String>,
    /// How to print.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

impl Release {
    pub(super) async fn run(&self, packs: Option<&PathBuf>) -> Result<Ended, AppError> {
        match self {
            Self::List(it) => it.run(packs).await,
            Self::Show(it) => it.run(packs).await,
            Self::Since(it) => it.run(packs).await,
            Self::Freeze(it) => it.run(packs).await,
        }
    }
}

const HEADS: [&str; 17] = [
    "id",
    "document",
    "indicator",
    "name",
    "measure",
    "region",
    "period",
    "value",
    "unit",
    "said",
    "source",
    "cited_from",
    "records",
    "sequence",
    "pack",
    "by",
    "at",
];

fn row(it: &releases::Release) -> Vec<Cell> {
    vec![
        it.id.as_str().into(),
        it.document.as_str().into(),
        it.indicator.as_str().into(),
        it.title.zh.as_str().into(),
        it.measure.as_str().into(),
        it.region.as_str().into(),
        it.period.to_string().into(),
        Cell::num(it.value),
        it.unit.as_str().into(),
        it.said.as_str().into(),
        it.source.as_str().into(),
        Cell::opt(it.citation.as_deref()),
        it.records.into(),
        it.sequence.into(),
        it.revision.into(),
        it.actor.as_str().into(),
        it.at.as_str().into(),
    ]
}

fn listed(format: Format, releases: &[releases::Release]) -> Result<Ended, AppError> {
    let rows: Vec<Vec<Cell>> = releases.iter().map(row).collect();
    output::print(format, &HEADS, &rows).map_err(AppError::output)?;
    Ok(Ended::Well)
}

impl List {
    async fn run(&self, packs: Option<&PathBuf>) -> Result<Ended, AppError> {
        let product = Product::open(&self.at.place(packs)).await?;
        let releases = match &self.document {
            Some(document) => releases::of_document(&product, document).await?,
            None => releases::latest(&product, LATEST).await?,
        };
        listed(self.format, &releases)
    }
}

impl Show {
    async fn run(&self, packs: Option<&PathBuf>) -> Result<Ended, AppError> {
        let product = Product::open(&self.at.place(packs)).await?;
        let release = releases::get(&product, &self.release).await?;
        let records = releases::records(&product, &self.release).await?;
        if self.format == Format::Table {
            listed(Format::Table, std::slice::from_ref(&release))?;
            output::text(&format!("{}\n", release.definition)).map_err(AppError::output)?;
        }
        let heads = [
            "release",
            "part",
            "register",
            "record",
            "version",
            "contribution",
            "label",
        ];
        let rows: Vec<Vec<Cell>> = records
            .into_iter()
            .map(|it| {
                vec![
                    release.id.as_str().into(),
                    it.part.into(),
                    it.register.into(),
                    it.record.into(),
                    it.version.into(),
                    Cell::num(it.contribution),
                    it.label.into(),
                ]
            })
            .collect();
        output::print(self.format, &heads, &rows).map_err(AppError::output)?;
        Ok(Ended::Well)
    }
}

impl SinceWhat {
    async fn run(&self, packs: Option<&PathBuf>) -> Result<Ended, AppError> {
        let product = Product::open(&self.at.place(packs)).await?;
        let all = match &self.what {
            Some(what) => {
                let document = releases::since_document(&product, what).await?;
                match document.is_empty() {
                    true => vec![releases::since(&product, what).await?],
                    false => document,
                }
            }
            None => {
                let sent = writing::superseded(&product).await?;
                sent.into_iter().flat_map(|it| it.moved).collect()
            }
        };
        let mut rows = Vec::new();
        for it in &all {
            compared(it, &mut rows);
        }
        let heads = [
            "id",
            "document",
            "indicator",
            "measure",
            "period",
            "said",
            "value",
            "now",
            "same",
            "redefined",
            "register",
            "record",
            "label",
            "how",
            "before",
            "after",
            "by",
            "at",
        ];
        output::print(self.format, &heads, &rows).map_err(AppError::output)?;
        if all.iter().all(|it| it.same) {
            Ok(Ended::Well)
        } else {
            Ok(Ended::Found)
        }
    }
}

/// A row for a release, or one for each record that makes its difference.
fn compared(it: &Since, rows: &mut Vec<Vec<Cell>>) {
    let redefined = it.redefined.as_ref().map(|(by, at)| format!("{by} {at}"));
    let head = || {
        vec![
            it.release.id.as_str().into(),
            it.release.document.as_str().into(),
            it.release.indicator.as_str().into(),
            it.release.measure.as_str().into(),
            it.release.period.to_string().into(),
            it.release.said.as_str().into(),
            Cell::num(it.release.value),
            Cell::num(it.now),
            Cell::Json(it.same.to_string()),
            Cell::opt(redefined.clone()),
        ]
    };
    if it.changes.is_empty() {
        let mut row = head();
        row.extend(std::iter::repeat_n(Cell::None, 8));
        rows.push(row);
    }
    for change in &it.changes {
        let mut row = head();
        let last = change.by.last();
        row.extend([
            change.register.as_str().into(),
            change.record.into(),
            change.label.as_str().into(),
            change.how.as_str().into(),
            Cell::num(change.before),
            Cell::num(change.after),
            Cell::opt(last.map(|it| it.actor.as_str())),
            Cell::opt(last.map(|it| it.at.as_str())),
        ]);
        rows.push(row);
    }
}

impl Freeze {
    async fn run(&self, packs: Option<&PathBuf>) -> Result<Ended, AppError> {
        let product = Product::open(&self.at.place(packs)).await?;
        let region = product.region(self.region.as_deref())?;
        let period = product.period(self.period.as_deref()).await?;
        let mut wanted = Vec::with_capacity(self.indicators.len());
        for text in &self.indicators {
            let (indicator, measure) = text.split_once(':').unwrap_or((text, "value"));
            wanted.push(Wanted {
                measure: measure.parse::<Measure>()?,
                ..Wanted::value(indicator, &region, period)
            });
        }
        let releases = releases::freeze(&product, &self.document, &wanted).await?;
        listed(self.format, &releases)
    }
}
