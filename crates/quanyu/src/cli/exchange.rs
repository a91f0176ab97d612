//! `quanyu exchange`: packages between the staff side and the firms' side.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand, ValueEnum};
use serde_json::json;

use super::{At, Ended};
use crate::app::{AppError, Product, exchange};

/// Packages between the two networks.
#[derive(Subcommand)]
pub enum Exchange {
    /// Say which side this is, make its key, trust the other side's.
    #[command(subcommand)]
    Keys(Keys),
    /// Make the next package.
    Export(Export),
    /// Take a package in.
    Import(Import),
    /// Look at a package without taking it in.
    Verify(Import),
    /// What was exchanged, and what both sides changed.
    Status(Status),
}

/// Keys of the two sides.
#[derive(Subcommand)]
pub enum Keys {
    /// Say which side this is, once, and make its key.
    Begin(Begin),
    /// Trust a key of the other side, read to you by telephone or carried on paper.
    Trust(Trust),
    /// Print this side's key and the keys that are trusted.
    Show(Status),
}

/// Which of the two sides.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Wish {
    /// Where staff work.
    Inner,
    /// Where firms and the public come.
    Outer,
}

/// Arguments of `quanyu exchange keys begin`.
#[derive(Args)]
pub struct Begin {
    #[command(flatten)]
    at: At,
    /// Which side this is.
    side: Wish,
}

/// Arguments of `quanyu exchange keys trust`.
#[derive(Args)]
pub struct Trust {
    #[command(flatten)]
    at: At,
    /// The key, 64 hexadecimal digits.
    key: String,
}

/// Arguments of `quanyu exchange export`.
#[derive(Args)]
pub struct Export {
    #[command(flatten)]
    at: At,
    /// The folder that the package is put into.
    #[arg(long, value_name = "DIR", default_value = ".")]
    out: PathBuf,
    /// Put a package that was made before there once more.
    #[arg(long, value_name = "NUMBER", conflicts_with = "new_key")]
    again: Option<i64>,
    /// Hand over to a new key, which signs from the next package on.
    #[arg(long)]
    new_key: bool,
}

/// Arguments of `quanyu exchange import` and `verify`.
#[derive(Args)]
pub struct Import {
    #[command(flatten)]
    at: At,
    /// The package.
    file: PathBuf,
}

/// Arguments of `quanyu exchange status`.
#[derive(Args)]
pub struct Status {
    #[command(flatten)]
    at: At,
}

/// Bytes of a package that is read: a year's files.
const MOST: u64 = 2 * 1024 * 1024 * 1024;

fn read(file: &Path) -> Result<Vec<u8>, AppError> {
    let size = std::fs::metadata(file).map_err(|it| AppError::file(file, &it))?;
    if size.len() > MOST {
        return Err(AppError::TooLarge {
            name: file.display().to_string(),
            size: size.len(),
            most: MOST,
        });
    }
    std::fs::read(file).map_err(|it| AppError::file(file, &it))
}

impl Exchange {
    pub(super) async fn run(&self, packs: Option<&PathBuf>) -> Result<Ended, AppError> {
        match self {
            Self::Keys(it) => it.run(packs).await?,
            Self::Export(it) => {
                let product = Product::open(&it.at.place(packs)).await?;
                let made = match it.again {
                    Some(number) => exchange::again(&product, number).await?,
                    None => exchange::export(&product, it.new_key).await?,
                };
                let target = it.out.join(&made.name);
                // Under another name until it is whole: a stick that is pulled out holds no half package under its name.
                let draft = target.with_extension("part");
                std::fs::write(&draft, &made.bytes)
                    .and_then(|()| std::fs::File::open(&draft)?.sync_all())
                    .and_then(|()| std::fs::rename(&draft, &target))
                    .map_err(|it| AppError::file(&target, &it))?;
                println!(
                    "{}",
                    json!({
                        "number": made.number, "file": target.display().to_string(), "sha256": made.hash,
                        "bytes": made.bytes.len(), "records": made.records, "left_out": made.left_out,
                    })
                );
            }
            Self::Import(it) => {
                let product = Product::open(&it.at.place(packs)).await?;
                let done = exchange::import(&product, &read(&it.file)?).await?;
                println!(
                    "{}",
                    json!({
                        "number": done.number, "before": done.before, "made": done.made,
                        "changed": done.changed, "conflicts": done.conflicts, "others": done.others,
                    })
                );
            }
            Self::Verify(it) => {
                let product = Product::open(&it.at.place(packs)).await?;
                let (manifest, before) = exchange::verify(&product, &read(&it.file)?).await?;
                println!(
                    "{}",
                    json!({
                        "number": manifest.number, "from": manifest.from, "to": manifest.to,
                        "made_at": manifest.made_at, "key": manifest.key, "before": before,
                        "holds": manifest.holds, "left_out": manifest.left_out,
                        "acknowledges": manifest.acknowledges,
                    })
                );
            }
            Self::Status(it) => {
                let product = Product::open(&it.at.place(packs)).await?;
                let status = exchange::status(&product).await?;
                let packages = status.packages.iter().map(|it| {
                    json!({
                        "direction": it.direction, "number": it.number, "sha256": it.hash,
                        "records": it.records, "conflicts": it.conflicts, "at": it.at,
                    })
                });
                println!(
                    "{}",
                    json!({
                        "side": status.side.map(|it| it.word()), "conflicts": status.conflicts,
                        "acknowledged": status.acknowledged,
                        "packages": packages.collect::<Vec<_>>(),
                    })
                );
            }
        }
        Ok(Ended::Well)
    }
}

impl Keys {
    async fn run(&self, packs: Option<&PathBuf>) -> Result<(), AppError> {
        match self {
            Self::Begin(it) => {
                let product = Product::open(&it.at.place(packs)).await?;
                let wish = match it.side {
                    Wish::Inner => exchange::Side::Inner,
                    Wish::Outer => exchange::Side::Outer,
                };
                println!("{}", exchange::begin(&product, wish).await?);
            }
            Self::Trust(it) => {
                let product = Product::open(&it.at.place(packs)).await?;
                exchange::trust(&product, &it.key).await?;
            }
            Self::Show(it) => {
                let product = Product::open(&it.at.place(packs)).await?;
                let status = exchange::status(&product).await?;
                println!(
                    "{}",
                    json!({
                        "side": status.side.map(|it| it.word()),
                        "key": status.key.as_ref().map(|it| &it.0),
                        "fingerprint": status.key.as_ref().map(|it| &it.1),
                        "trusted": status.trusted,
                    })
                );
            }
        }
        Ok(())
    }
}
