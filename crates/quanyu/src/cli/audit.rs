//! `quanyu audit verify`: is the chain of changes whole, and does every row agree with it.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{At, Ended};
use crate::app::{AppError, Product, audit};

/// Commands on the chain of changes.
#[derive(Subcommand)]
pub enum Audit {
    /// Check the chain, every row against its last change, and the head.
    Verify(Verify),
    /// Print the head, to be kept where nobody who can write the database can write.
    Head(Head),
}

/// Arguments of `quanyu audit verify`.
#[derive(Args)]
pub struct Verify {
    #[command(flatten)]
    at: At,
    /// A head exported before.
    #[arg(long, value_name = "FILE")]
    head: Option<PathBuf>,
}

/// Arguments of `quanyu audit head`.
#[derive(Args)]
pub struct Head {
    #[command(flatten)]
    at: At,
}

impl Audit {
    pub(super) async fn run(&self, packs: Option<&PathBuf>) -> Result<Ended, AppError> {
        match self {
            Self::Verify(it) => {
                let product = Product::open(&it.at.place(packs)).await?;
                let report = audit::verify(&product, it.head.as_deref()).await?;
                println!("{}", report.said());
                Ok(if report.fault.is_none() {
                    Ended::Well
                } else {
                    Ended::Found
                })
            }
            Self::Head(it) => {
                let product = Product::open(&it.at.place(packs)).await?;
                println!("{}", audit::head(&product).await?);
                Ok(Ended::Well)
            }
        }
    }
}
