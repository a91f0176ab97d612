//! `quanyu compose`: a document of the pack, written as a file.

use std::{fs, path::PathBuf};

use clap::Args;
use jiff::civil::Date;

use super::{At, Ended};
use crate::app::{
    AppError, Product,
    compose::{self, Form, Order},
};

/// Arguments of `quanyu compose`.
#[derive(Args)]
pub struct Compose {
    /// The document: summary, midyear, bulletin, brief, or another of the pack that has a template.
    document: String,
    #[command(flatten)]
    at: At,
    /// 2023, 2023H1, 2023Q3, 2023-09, 2023-01/2023-09 or 2022-2023 (else the last full year of the records).
    #[arg(long)]
    period: Option<String>,
    /// The file to write: .docx, .pdf, .html or .md.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// The day of the document, such as 2024-01-08 (else today).
    #[arg(long)]
    date: Option<Date>,
    /// Its document number, such as 示科〔2024〕3号.
    #[arg(long)]
    number: Option<String>,
}

impl Compose {
    pub(super) async fn run(&self, packs: Option<&PathBuf>) -> Result<Ended, AppError> {
        let form = Form::of_file(&self.out)?;
        let product = Product::open(&self.at.place(packs)).await?;
        let order = Order {
            document: self.document.clone(),
            period: product.period(self.period.as_deref()).await?,
            date: self.date.unwrap_or_else(|| jiff::Zoned::now().date()),
            number: self.number.clone(),
        };
        let composed = compose::compose(&product, &order).await?;
        let bytes = compose::write(&product, &composed, form).await?;
        fs::write(&self.out, bytes).map_err(|error| AppError::file(&self.out, &error))?;
        let (length, figures) = (composed.length(), composed.figures());
        println!(
            "《{title}》{length} 字，{figures} 个数据已定版：{file} · {length} characters, {figures} figures frozen as {key}",
            title = composed.title(),
            file = self.out.display(),
            key = composed.key,
        );
        Ok(Ended::Well)
    }
}
