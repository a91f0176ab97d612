//! `quanyu search`: organizations, records, documents, indicators and registers by name, code, pinyin or words.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{
    At, Ended, Format,
    output::{self, Cell},
};
use crate::app::{
    AppError, Product,
    search::{self, Hit, Kind},
};

/// Arguments of `quanyu search`.
#[derive(Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Search {
    #[command(subcommand)]
    act: Option<Act>,
    /// Part of a name, a credit code or its beginning, pinyin, words of a text; several must all be there.
    #[arg(required = true)]
    words: Vec<String>,
    #[command(flatten)]
    at: At,
    /// Look among these only.
    #[arg(long = "kind", value_name = "KIND", value_parser = ["organization", "record", "document", "indicator", "register"])]
    kinds: Vec<String>,
    /// Hits of a kind.
    #[arg(long, default_value_t = 20)]
    limit: usize,
    /// How to print.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

#[derive(Subcommand)]
enum Act {
    /// Make the index anew from the records.
    Rebuild(Rebuild),
}

#[derive(Args)]
struct Rebuild {
    #[command(flatten)]
    at: At,
}

const HEADS: [&str; 7] = ["kind", "register", "id", "title", "code", "note", "way"];

impl Search {
    pub(super) async fn run(&self, packs: Option<&PathBuf>) -> Result<Ended, AppError> {
        if let Some(Act::Rebuild(it)) = &self.act {
            let product = Product::open(&it.at.place(packs)).await?;
            let standing = search::rebuild(&product).await?;
            println!(
                "{} entries, up to change {}",
                standing.entries, standing.sequence
            );
            return Ok(Ended::Well);
        }
        let product = Product::open(&self.at.place(packs)).await?;
        let kinds: Vec<Kind> = match self.kinds.as_slice() {
            [] => Kind::ALL.to_vec(),
            named => Kind::ALL
                .into_iter()
                .filter(|it| named.iter().any(|name| name == it.word()))
                .collect(),
        };
        let found = search::search(&product, &self.words.join(" "), &kinds, self.limit).await?;
        let hits = found.groups.iter().flat_map(|it| &it.hits);
        let rows: Vec<Vec<Cell>> = hits.map(row).collect();
        output::print(self.format, &HEADS, &rows).map_err(AppError::output)?;
        if found.filling {
            eprintln!("the index is being built by another process; more may be found later");
        }
        Ok(Ended::Well)
    }
}

fn row(hit: &Hit) -> Vec<Cell> {
    let id = if hit.kind.is_record() {
        hit.record.into()
    } else {
        hit.register.as_str().into()
    };
    vec![
        hit.kind.word().into(),
        hit.register.as_str().into(),
        id,
        hit.title.text.as_str().into(),
        Cell::opt(hit.code.clone()),
        Cell::opt(hit.note.as_ref().map(|it| it.text.clone())),
        hit.way.word().into(),
    ]
}
