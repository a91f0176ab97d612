//! `quanyu pack check`, `pack test`, `pack diff`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::Ended;
use crate::app::{AppError, packs};

/// Commands on packs.
#[derive(Subcommand)]
pub enum Pack {
    /// Find everything that is wrong in a pack.
    Check(One),
    /// Run the cases of a pack's tests/ folder.
    Test(One),
    /// What changes from one pack to another, and whether data could be lost.
    Diff(Two),
}

/// Arguments of check and test.
#[derive(Args)]
pub struct One {
    /// The pack's folder.
    dir: PathBuf,
}

/// Arguments of diff.
#[derive(Args)]
pub struct Two {
    /// The pack as it is.
    old: PathBuf,
    /// The pack as it shall be.
    new: PathBuf,
}

impl Pack {
    pub(super) async fn run(&self, packs: Option<&PathBuf>) -> Result<Ended, AppError> {
        let packs = packs.map(PathBuf::as_path);
        let outcome = match self {
            Self::Check(it) => packs::check(packs, &it.dir).await?,
            Self::Test(it) => packs::test(packs, &it.dir).await?,
            Self::Diff(it) => packs::diff(packs, &it.old, &it.new)?,
        };
        println!("{}", outcome.text);
        Ok(if outcome.fine {
            Ended::Well
        } else {
            Ended::Found
        })
    }
}
