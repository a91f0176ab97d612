//! `quanyu match`: the names on a list, and which organizations they mean.

use std::path::PathBuf;

use clap::Args;
use rust_decimal::Decimal;

use super::{
    At, Ended, Format,
    output::{self, Cell},
};
use crate::app::{
    AppError, Product,
    lists::{self, MatchedRow},
};

/// Arguments of `quanyu match`.
#[derive(Args)]
pub struct Match {
    /// xlsx, xls, csv, a docx or PDF with a table, or lines of text.
    file: PathBuf,
    /// Also say how many records of this register belong to each organization.
    #[arg(long, value_name = "REGISTER")]
    register: Option<String>,
    #[command(flatten)]
    at: At,
    /// How to print.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// The keys of a row: `status` is `matched`, `doubtful` or `unmatched`; `why` how the name differs; `candidates` are organizations that
/// may be meant, the likeliest first.
const HEADS: [&str; 9] = [
    "row",
    "name",
    "status",
    "why",
    "organization",
    "found",
    "code",
    "street",
    "candidates",
];

impl Match {
    pub(super) async fn run(&self, packs: Option<&PathBuf>) -> Result<Ended, AppError> {
        let product = Product::open(&self.at.place(packs)).await?;
        let rows = lists::of_file(&product, &self.file, self.register.as_deref()).await?;
        let mut heads = HEADS.to_vec();
        if self.register.is_some() {
            heads.push("records");
        }
        let cells: Vec<Vec<Cell>> = rows.iter().map(|it| self.row(it)).collect();
        output::print(self.format, &heads, &cells).map_err(AppError::output)?;
        if self.format == Format::Table {
            let count = |status: &str| rows.iter().filter(|it| it.status == status).count();
            let (matched, doubtful) = (count("matched"), count("doubtful"));
            let unmatched = rows.len() - matched - doubtful;
            let said = format!(
                "\n共 {} 行：已匹配 {matched}，待核 {doubtful}，未匹配 {unmatched} · {} rows: {matched} matched, {doubtful} doubtful, {unmatched} unmatched\n",
                rows.len(),
                rows.len(),
            );
            output::text(&said).map_err(AppError::output)?;
        }
        let whole = rows.iter().all(|it| it.status == "matched");
        Ok(if whole { Ended::Well } else { Ended::Found })
    }

    fn row(&self, it: &MatchedRow) -> Vec<Cell> {
        let own = it.organization.as_ref();
        let candidates: Vec<String> = it
            .candidates
            .iter()
            .map(|it| {
                format!(
                    "{{\"organization\":{},\"name\":{},\"code\":{},\"street\":{},\"why\":{}}}",
                    it.id,
                    output::json_text(&it.name),
                    output::json_text(&it.code),
                    output::json_text(&it.street),
                    output::json_text(it.why.as_deref().unwrap_or_default()),
                )
            })
            .collect();
        let names: Vec<&str> = it.candidates.iter().map(|it| it.name.as_str()).collect();
        let mut row = vec![
            Cell::Number(Decimal::from(it.row)),
            Cell::from(it.name.as_str()),
            Cell::from(it.status.as_str()),
            Cell::opt(it.why.clone()),
            Cell::num(own.map(|it| Decimal::from(it.id))),
            Cell::opt(own.map(|it| it.name.clone())),
            Cell::opt(own.map(|it| it.code.clone())),
            Cell::opt(own.map(|it| it.street.clone())),
            match self.format {
                Format::Json | Format::Jsonl => Cell::Json(format!("[{}]", candidates.join(","))),
                Format::Table | Format::Csv => Cell::Text(names.join("；")),
            },
        ];
        if self.register.is_some() {
            row.push(Cell::Number(Decimal::from(it.records)));
        }
        row
    }
}
