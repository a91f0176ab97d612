//! `quanyu export`: a register or dataset into a file.

use std::path::PathBuf;

use clap::Args;

use super::{At, Ended};
use crate::app::{AppError, Product, exports};

/// Arguments of `quanyu export`.
#[derive(Args)]
pub struct Export {
    /// Register or dataset.
    what: String,
    /// xlsx, csv or parquet, by its ending.
    #[arg(long)]
    out: PathBuf,
    #[command(flatten)]
    at: At,
}

impl Export {
    pub(super) async fn run(&self, packs: Option<&PathBuf>) -> Result<Ended, AppError> {
        let product = Product::open(&self.at.place(packs)).await?;
        let rows = exports::export(&product, &self.what, &self.out).await?;
        println!(
            "已导出 {rows} 行：{0} · {rows} rows written to {0}",
            self.out.display()
        );
        Ok(Ended::Well)
    }
}
