//! `quanyu import`: a workbook into a register.

use std::path::PathBuf;

use clap::Args;

use super::{At, Ended};
use crate::app::{AppError, Product, imports};

/// Arguments of `quanyu import`.
#[derive(Args)]
pub struct Import {
    /// The register.
    register: String,
    /// xlsx, xls or csv (.et through LibreOffice where present).
    #[arg(required_unless_present_any = ["undo", "template"])]
    file: Option<PathBuf>,
    /// Take a whole import back, by the number it was given.
    #[arg(long, value_name = "BATCH", conflicts_with = "file")]
    undo: Option<i64>,
    /// Write a workbook to fill in, with a sheet for the lines where the register has any.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["file", "undo"])]
    template: Option<PathBuf>,
    #[command(flatten)]
    at: At,
    /// The day from which changed values of dated fields hold (else today; a column 起始日期 of the field goes before it).
    #[arg(long, value_name = "DATE")]
    from: Option<jiff::civil::Date>,
    /// The sheet; else the first that has rows.
    #[arg(long)]
    sheet: Option<String>,
    /// Check everything, change nothing.
    #[arg(long)]
    dry_run: bool,
    /// Take the rows that are right and leave the others in the report.
    #[arg(long)]
    partial: bool,
    /// Take a column although its values are off by a thousand or ten thousand against those held.
    #[arg(long)]
    unit_is_right: bool,
    /// Where to write the workbook with the reason in each bad cell (else beside the file).
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
}

impl Import {
    pub(super) async fn run(&self, packs: Option<&PathBuf>) -> Result<Ended, AppError> {
        let product = Product::open(&self.at.place(packs)).await?;
        if let Some(batch) = self.undo {
            let seq = imports::undo(&product, batch).await?;
            println!("已撤销批次 {batch}，变更 {seq} · batch {batch} was taken back");
            return Ok(Ended::Well);
        }
        if let Some(out) = &self.template {
            imports::template(&product, &self.register, out)?;
            println!("已写入 · written: {}", out.display());
            return Ok(Ended::Well);
        }
        let wish = imports::Wish {
            register: self.register.clone(),
            file: self.file.clone().unwrap_or_default(),
            sheet: self.sheet.clone(),
            dry_run: self.dry_run,
            partial: self.partial,
            unit_is_right: self.unit_is_right,
            from: self.from,
            report: self.report.clone(),
        };
        let report = imports::import(&product, &wish).await?;
        println!("{}", report.said());
        Ok(if report.faults.is_empty() && report.questions.is_empty() {
            Ended::Well
        } else {
            Ended::Found
        })
    }
}
