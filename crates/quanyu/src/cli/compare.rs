//! `quanyu compare`: one table, indicators × districts.

use std::path::PathBuf;

use clap::Args;

use super::{
    Ended, Format,
    output::{self, Cell},
    read::read_all,
};
use crate::app::{AppError, compare};

/// Arguments of `quanyu compare`.
#[derive(Args)]
pub struct Compare {
    /// Documents to compare.
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// How to print.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// The pack whose indicators are compared (else the one marked as demonstration).
    #[arg(long)]
    pack: Option<String>,
    /// Also list phrases that no indicator fits.
    #[arg(long)]
    all: bool,
}

/// The keys of a row with json, jsonl and csv.
const HEADS: [&str; 13] = [
    "indicator",
    "name",
    "district",
    "doc",
    "kind",
    "value",
    "unit",
    "comparator",
    "period",
    "nature",
    "start",
    "end",
    "sentence",
];

impl Compare {
    pub(super) fn run(&self, packs: Option<&PathBuf>) -> Result<Ended, AppError> {
        let (read, ended) = read_all(packs, self.pack.as_deref(), &self.files)?;
        let mut comparison = compare::compare(read);
        if !self.all {
            comparison.rows.retain(|it| !it.indicator.is_empty());
        }
        let printed = if self.format == Format::Table {
            table(&comparison)
        } else {
            self.list(&comparison)
        };
        printed.map_err(AppError::output)?;
        Ok(ended)
    }

    fn list(&self, comparison: &compare::Comparison) -> std::io::Result<()> {
        let mut rows = Vec::new();
        for row in &comparison.rows {
            for ((district, document), cells) in comparison.documents.iter().zip(&row.cells) {
                rows.extend(cells.iter().map(|cell| {
                    let it = &cell.mention;
                    vec![
                        if row.indicator.is_empty() {
                            Cell::None
                        } else {
                            row.indicator.as_str().into()
                        },
                        row.title.zh.as_str().into(),
                        district.as_str().into(),
                        document.name.as_str().into(),
                        it.kind.as_str().into(),
                        Cell::span(it.value),
                        Cell::opt(it.unit.clone()),
                        Cell::opt(it.comparator.clone()),
                        Cell::opt(it.period.clone()),
                        Cell::opt(it.nature.clone()),
                        (it.start as u64).into(),
                        (it.end as u64).into(),
                        cell.sentence.as_str().into(),
                    ]
                }));
            }
        }
        output::print(self.format, &HEADS, &rows)
    }
}

fn table(comparison: &compare::Comparison) -> std::io::Result<()> {
    let mut heads = vec!["指标"];
    heads.extend(
        comparison
            .documents
            .iter()
            .map(|(district, _)| district.as_str()),
    );
    let rows: Vec<Vec<Cell>> = comparison
        .rows
        .iter()
        .map(|row| {
            let mut cells = vec![Cell::from(row.title.zh.as_str())];
            cells.extend(row.cells.iter().map(|it| {
                let said: Vec<String> =
                    it.iter().map(|cell| compare::said(&cell.mention)).collect();
                Cell::from(said.join("\n"))
            }));
            cells
        })
        .collect();
    output::print(Format::Table, &heads, &rows)
}
