//! `quanyu backup` and `quanyu restore`.

use std::path::PathBuf;

use clap::Args;

use super::{At, Ended};
use crate::app::{AppError, backup};

/// Arguments of both commands.
#[derive(Args)]
pub struct Backup {
    /// The file.
    file: PathBuf,
    #[command(flatten)]
    at: At,
}

/// Arguments of `quanyu restore`.
#[derive(Args)]
pub struct Restore {
    /// The file.
    file: PathBuf,
    #[command(flatten)]
    at: At,
}

impl Backup {
    pub(super) async fn run(&self, packs: Option<&PathBuf>) -> Result<Ended, AppError> {
        println!(
            "{}",
            backup::backup(&self.at.place(packs), &self.file).await?
        );
        Ok(Ended::Well)
    }
}

impl Restore {
    pub(super) async fn run(&self, packs: Option<&PathBuf>) -> Result<Ended, AppError> {
        println!(
            "{}",
            backup::restore(&self.at.place(packs), &self.file).await?
        );
        Ok(Ended::Well)
    }
}
