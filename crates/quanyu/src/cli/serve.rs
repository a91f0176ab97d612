//! `quanyu serve`: the pages of a district on 127.0.0.1.

use std::{path::PathBuf, sync::Arc};

use clap::Args;

use super::{At, Ended};
use crate::{
    app::{AppError, Product},
    web,
};

/// Arguments of `quanyu serve`.
#[derive(Args)]
pub struct Serve {
    #[command(flatten)]
    at: At,
    /// Port; 0 takes a free one.
    #[arg(long, default_value_t = 8420)]
    port: u16,
}

impl Serve {
    pub(super) async fn run(&self, packs: Option<&PathBuf>) -> Result<Ended, AppError> {
        let product = Product::open(&self.at.place(packs)).await?;
        web::serve(Arc::new(product), self.port).await?;
        Ok(Ended::Well)
    }
}
