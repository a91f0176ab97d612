//! `quanyu read`: one mention a line, in text order.

use std::path::PathBuf;

use clap::Args;

use super::{
    Ended, Format,
    output::{self, Cell},
};
use crate::app::{AppError, documents, product};

/// Arguments of `quanyu read`.
#[derive(Args)]
pub struct Read {
    /// Documents: txt, html, docx or PDF with text.
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// How to print.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// The pack whose indicators are linked (else the one marked as demonstration).
    #[arg(long)]
    pack: Option<String>,
}

/// The keys of a mention, in the order of the contract.
pub(super) const HEADS: [&str; 17] = [
    "doc",
    "start",
    "end",
    "text",
    "kind",
    "metric",
    "value",
    "unit",
    "comparator",
    "period",
    "nature",
    "scope",
    "of",
    "idiom",
    "indicator",
    "confidence",
    "flags",
];

impl Read {
    pub(super) fn run(&self, packs: Option<&PathBuf>) -> Result<Ended, AppError> {
        let (documents, ended) = read_all(packs, self.pack.as_deref(), &self.files)?;
        let mut rows = Vec::new();
        for document in &documents {
            for warning in &document.warnings {
                eprintln!("{}: {warning}", document.name);
            }
            rows.extend(document.mentions.iter().map(|it| row(&document.name, it)));
        }
        output::print(self.format, &HEADS, &rows).map_err(AppError::output)?;
        Ok(ended)
    }
}

/// Reads the files that can be read and tells which cannot: [`Ended::Found`] where there was one.
pub(super) fn read_all(
    packs: Option<&PathBuf>,
    pack: Option<&str>,
    files: &[PathBuf],
) -> Result<(Vec<documents::ReadDocument>, Ended), AppError> {
    let reader = documents::Reader::new(&product::pack_for_reading(packs, pack)?);
    let mut read = Vec::new();
    let mut ended = Ended::Well;
    for file in files {
        match reader.read_file(file) {
            Ok(document) => read.push(document),
            Err(error) => {
                ended = Ended::Found;
                eprintln!("{}", crate::messages::told(&error));
            }
        }
    }
    Ok((read, ended))
}

/// A mention as a row under [`HEADS`].
pub(super) fn row(name: &str, it: &documents::MentionView) -> Vec<Cell> {
    let flags: Vec<String> = it.flags.iter().map(|it| output::json_text(it)).collect();
    vec![
        name.into(),
        (it.start as u64).into(),
        (it.end as u64).into(),
        it.text.as_str().into(),
        it.kind.as_str().into(),
        Cell::opt(it.metric.clone()),
        Cell::span(it.value),
        Cell::opt(it.unit.clone()),
        Cell::opt(it.comparator.clone()),
        Cell::opt(it.period.clone()),
        Cell::opt(it.nature.clone()),
        Cell::opt(it.scope.clone()),
        Cell::opt(it.of.clone()),
        Cell::opt(it.idiom.clone()),
        Cell::opt(it.indicator.as_ref().map(|(id, _)| id.clone())),
        Cell::Json(format!("{:.2}", it.confidence)),
        Cell::Json(format!("[{}]", flags.join(","))),
    ]
}
