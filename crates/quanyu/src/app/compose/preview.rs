//! A document before it is frozen: what it would say, block by block, with every figure and where it is from.
//!
//! Owns the shapes that pages show. Invariant: it is the same document that freezing would give, from the same template and
//! figures; nothing is written.
//!
//! Start reading at [`preview`].

use quanyu_core::{period::Period, region::RegionCode, text::Text};
use quanyu_documents::compose::{
    Doc,
    chart::svg,
    model::{Align, Block, Run},
};

use super::{Order, draft, measure};
use crate::app::{
    AppError, Product,
    releases::{self, Measure},
};

/// A document as it would be written now.
#[derive(Clone, Debug)]
pub struct Preview {
    /// Its title, a line each.
    pub title: Vec<String>,
    /// What stands above the title: issuer, number.
    pub head: Vec<String>,
    /// Its blocks, attachments behind the body.
    pub blocks: Vec<Shown>,
    /// What stands below the body: issuer, date.
    pub foot: Vec<String>,
    /// Its figures in order; pieces name them by place.
    pub figures: Vec<Printed>,
    /// Characters, as people count the length of a text.
    pub length: usize,
}

/// A block.
#[derive(Clone, Debug)]
pub enum Shown {
    /// A heading (levels 1 to 4) or a paragraph (0).
    Text {
        /// Its level.
        level: u8,
        /// Its pieces.
        pieces: Vec<Piece>,
    },
    /// A table: caption, head, rows, and which columns hold numbers.
    Table {
        /// What stands above it.
        caption: Vec<Piece>,
        /// Its head.
        head: Vec<Vec<Piece>>,
        /// Its rows.
        rows: Vec<Vec<Vec<Piece>>>,
        /// Columns that are set to the right.
        right: Vec<bool>,
    },
    /// A chart.
    Chart(Draw),
}

/// A chart as a picture, and what it says.
#[derive(Clone, Debug)]
pub struct Draw {
    /// An SVG document.
    pub svg: String,
    /// For those who do not see it.
    pub words: String,
}

/// A piece of text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// What it says.
    pub text: String,
    /// Stressed.
    pub strong: bool,
    /// The figure that it prints.
    pub figure: Option<usize>,
}

/// A figure as it would be printed.
#[derive(Clone, Debug)]
pub struct Printed {
    /// As it stands in the text: 超68亿元.
    pub said: String,
    /// The value behind it, said plainly.
    pub plain: String,
    /// The indicator: id and title.
    pub indicator: (String, Text),
    /// What of it.
    pub measure: Measure,
    /// The region.
    pub region: RegionCode,
    /// The period.
    pub period: Period,
}

/// A document as it would be written now; nothing is frozen.
///
/// # Errors
/// As [`super::compose`].
pub async fn preview(product: &Product, order: &Order) -> Result<Preview, AppError> {
    Ok(shown(product, &draft(product, order).await?))
}

fn shown(product: &Product, doc: &Doc) -> Preview {
    let mut blocks: Vec<Shown> = doc.body.iter().map(block).collect();
    for annex in &doc.annexes {
        blocks.push(plain(1, &format!("附件：{}", annex.title)));
        blocks.extend(annex.body.iter().map(block));
    }
    let head = [&doc.head.issuer, &doc.head.number];
    let mut foot: Vec<String> = Vec::new();
    if let Some(sign) = &doc.sign {
        foot.extend([sign.issuer.clone(), sign.date.clone()]);
    }
    let figures = doc.figures.iter().map(|it| {
        let title = product.pack.indicators.get(&it.indicator);
        Printed {
            said: it.text.clone(),
            plain: releases::plainly(
                &product.pack,
                &it.indicator,
                measure(it.measure),
                Some(it.value),
            ),
            indicator: (
                it.indicator.clone(),
                title.map_or_else(|| Text::zh(&it.indicator), |it| it.title.clone()),
            ),
            measure: measure(it.measure),
            region: it.region.clone(),
            period: it.period,
        }
    });
    Preview {
        title: doc.title.clone(),
        head: head.into_iter().flatten().cloned().collect(),
        figures: figures.collect(),
        length: doc.length(),
        blocks,
        foot,
    }
}

fn block(block: &Block) -> Shown {
    match block {
        Block::Heading {
            level,
            number,
            text,
            rest,
        } => {
            let mut all = vec![piece(number)];
            all.extend(pieces(text));
            all.extend(pieces(rest));
            Shown::Text {
                // What runs on is a paragraph that begins with its topic.
                level: if rest.is_empty() { *level } else { 0 },
                pieces: all,
            }
        }
        Block::Paragraph(runs) => Shown::Text {
            level: 0,
            pieces: pieces(runs),
        },
        Block::Table(table) => Shown::Table {
            caption: pieces(&table.caption),
            head: table.head.iter().map(|it| pieces(it)).collect(),
            rows: table
                .rows
                .iter()
                .map(|row| row.iter().map(|it| pieces(it)).collect())
                .collect(),
            right: table.align.iter().map(|it| *it == Align::Right).collect(),
        },
        Block::Chart(chart) => Shown::Chart(Draw {
            svg: svg(chart, "SimHei, sans-serif"),
            words: chart.words(),
        }),
    }
}

fn plain(level: u8, text: &str) -> Shown {
    Shown::Text {
        level,
        pieces: vec![piece(text)],
    }
}

fn piece(text: &str) -> Piece {
    Piece {
        text: text.to_owned(),
        strong: false,
        figure: None,
    }
}

fn pieces(runs: &[Run]) -> Vec<Piece> {
    let pieces = runs.iter().map(|it| Piece {
        text: it.text.clone(),
        strong: it.strong,
        figure: it.figure,
    });
    pieces.collect()
}
