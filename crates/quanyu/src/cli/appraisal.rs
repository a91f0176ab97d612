//! `quanyu appraisal`: a scheme item by item, or the leaderboard of the parts.

use std::path::PathBuf;

use clap::Args;
use rust_decimal::Decimal;

use super::{
    At, Ended, Format,
    output::{self, Cell},
};
use crate::app::{
    AppError, Product,
    appraisal::{self, ItemView, LIGHTS, board::Board},
};

/// Arguments of `quanyu appraisal`.
#[derive(Args)]
pub struct Appraisal {
    /// The scheme; else the first for the period.
    scheme: Option<String>,
    #[command(flatten)]
    at: At,
    /// Region code or name (else the pack's); a part shows its share of the targets.
    #[arg(long)]
    region: Option<String>,
    /// 2023, 2023H1, 2023Q3, 2023-09 or 2023-01/2023-09 (else the last full year of the records).
    #[arg(long)]
    period: Option<String>,
    /// The parts by points, the best first.
    #[arg(long)]
    board: bool,
    /// How to print.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

const HEADS: [&str; 24] = [
    "scheme",
    "item",
    "name",
    "section",
    "method",
    "indicator",
    "region",
    "period",
    "weight",
    "target",
    "value",
    "unit",
    "share",
    "pace",
    "status",
    "score",
    "forecast",
    "basis",
    "forecast_score",
    "lost",
    "gap",
    "gap_said",
    "last_year",
    "ready",
];

const BOARD: [&str; 7] = ["scheme", "place", "region", "name", "score", "full", "rate"];

impl Appraisal {
    pub(super) async fn run(&self, packs: Option<&PathBuf>) -> Result<Ended, AppError> {
        let product = Product::open(&self.at.place(packs)).await?;
        let region = product.region(self.region.as_deref())?;
        let period = product.period(self.period.as_deref()).await?;
        let id = match &self.scheme {
            Some(id) => id.clone(),
            None => appraisal::first(&product, period)?,
        };
        let today = product.today();
        if self.board {
            let board = appraisal::board::board(&product, &id, period, today).await?;
            let rows: Vec<Vec<Cell>> = board.rows.iter().map(|it| board_row(&board, it)).collect();
            output::print(self.format, &BOARD, &rows).map_err(AppError::output)?;
            return Ok(Ended::Well);
        }
        let scheme = appraisal::scheme(&product, &id, &region, period, today).await?;
        if self.format == Format::Table {
            let rows: Vec<Vec<Cell>> = scheme.items.iter().map(short).collect();
            output::print(Format::Table, &SHORT, &rows).map_err(AppError::output)?;
            let mut all = vec![
                said(scheme.totals.now),
                said(scheme.totals.full),
                said(scheme.totals.forecast),
            ];
            all.push(scheme.totals.last_year.map_or_else(|| "—".to_owned(), said));
            let counts: Vec<String> = LIGHTS
                .iter()
                .zip(scheme.totals.counts)
                .map(|(light, count)| format!("{} {count}", light_zh(light.word())))
                .collect();
            let line = format!(
                "得分 {}/{}　预估 {}　上年 {}　{}\n",
                all[0],
                all[1],
                all[2],
                all[3],
                counts.join("　")
            );
            return output::text(&line)
                .map_err(AppError::output)
                .map(|()| Ended::Well);
        }
        let rows: Vec<Vec<Cell>> = scheme.items.iter().map(|it| row(&id, it)).collect();
        output::print(self.format, &HEADS, &rows).map_err(AppError::output)?;
        Ok(Ended::Well)
    }
}

const SHORT: [&str; 10] = [
    "考核项",
    "科室",
    "分值",
    "目标",
    "完成",
    "进度",
    "得分",
    "预估",
    "差",
    "上年",
];

/// A row for people.
fn short(it: &ItemView) -> Vec<Cell> {
    vec![
        it.title.zh.as_str().into(),
        it.section.zh.as_str().into(),
        Cell::num(Some(it.weight)),
        it.target_said.as_str().into(),
        Cell::opt(it.found_said.clone()),
        light_zh(it.light.word()).into(),
        Cell::num(it.score),
        Cell::num(it.forecast_score),
        Cell::opt(it.gap_said.clone()),
        Cell::num(it.last_year),
    ]
}

fn row(scheme: &str, it: &ItemView) -> Vec<Cell> {
    vec![
        scheme.into(),
        it.id.as_str().into(),
        it.title.zh.as_str().into(),
        it.section.zh.as_str().into(),
        it.method.into(),
        Cell::opt(it.indicator.clone()),
        it.region.as_str().into(),
        it.period.to_string().into(),
        Cell::num(Some(it.weight)),
        Cell::num(Some(it.target)),
        Cell::num(it.found),
        it.unit.as_str().into(),
        Cell::num(it.share),
        Cell::num(Some(it.pace)),
        it.light.word().into(),
        Cell::num(it.score),
        Cell::num(it.forecast),
        Cell::opt(it.basis.map(|it| it.word())),
        Cell::num(it.forecast_score),
        Cell::num(it.lost),
        Cell::num(it.gap),
        Cell::opt(it.gap_said.clone()),
        Cell::num(it.last_year),
        Cell::opt(it.ready.map(|it| it.to_string())),
    ]
}

fn board_row(board: &Board, it: &appraisal::board::BoardRow) -> Vec<Cell> {
    vec![
        board.id.as_str().into(),
        it.place.map_or(Cell::None, |it| u64::from(it).into()),
        it.region.as_str().into(),
        it.name.as_str().into(),
        Cell::num(Some(it.totals.now)),
        Cell::num(Some(it.totals.full)),
        Cell::num(it.rate),
    ]
}

fn said(points: Decimal) -> String {
    points.normalize().to_string()
}

fn light_zh(word: &str) -> &'static str {
    match word {
        "done" => "已完成",
        "on_pace" => "达序时",
        "behind" => "滞后",
        _ => "待统计",
    }
}
