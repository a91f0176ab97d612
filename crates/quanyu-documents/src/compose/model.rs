//! The one block model that every writer takes: what stands in an official document, in order.
//!
//! Owns the types only. Numbers of headings stand in the blocks as text, so that every writer and every reader sees the
//! same; fonts and places are the writers' (GB/T 9704-2012).
//!
//! Invariant: a run that names a figure holds exactly what is printed of it.

use quanyu_core::{period::Period, region::RegionCode};
use rust_decimal::Decimal;

use super::{chart::Chart, figure::Measure, idiom::Bound};

/// A document.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Doc {
    /// Red head, number, urgency: what stands above the title.
    pub head: Head,
    /// The title, a line each, broken by sense.
    pub title: Vec<String>,
    /// 主送机关 with its colon.
    pub to: Option<String>,
    /// The body.
    pub body: Vec<Block>,
    /// Issuer and date below the body.
    pub sign: Option<Sign>,
    /// 附注, without brackets.
    pub note: Option<String>,
    /// Attachments, each on a new page; the note below the body lists them.
    pub annexes: Vec<Annex>,
    /// 版记.
    pub imprint: Option<Imprint>,
    /// The figures that runs name by index.
    pub figures: Vec<FigureRun>,
}

/// What stands above the title (版头). Empty: none of it. There is no 密级: what bears one is not written here.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Head {
    /// 份号, six digits.
    pub copy: Option<String>,
    /// 紧急程度.
    pub urgency: Option<String>,
    /// 发文机关标志.
    pub issuer: Option<String>,
    /// 发文字号.
    pub number: Option<String>,
    /// 签发人, in documents to a body above.
    pub signer: Option<String>,
}

/// Issuer and date (发文机关署名, 成文日期).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sign {
    /// The issuer.
    pub issuer: String,
    /// The day, as it is printed.
    pub date: String,
    /// Whether a seal is pressed on it, which moves both.
    pub sealed: bool,
}

/// An attachment.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Annex {
    /// What it is called, in the note and above it alike.
    pub title: String,
    /// What it holds.
    pub body: Vec<Block>,
}

/// 版记.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Imprint {
    /// 抄送, without the word and the full stop.
    pub copies: Option<String>,
    /// 印发机关.
    pub printer: String,
    /// 印发日期, as it is printed.
    pub date: String,
}

/// A block.
#[derive(Clone, Debug, PartialEq)]
pub enum Block {
    /// A heading; the text that runs on behind it in the same paragraph, where any does.
    Heading {
        /// 1 一、, 2 （一）, 3 1., 4 （1）.
        level: u8,
        /// The number as it is printed.
        number: String,
        /// The heading.
        text: Vec<Run>,
        /// What follows it in the paragraph.
        rest: Vec<Run>,
    },
    /// A paragraph.
    Paragraph(Vec<Run>),
    /// A table.
    Table(Table),
    /// A chart.
    Chart(Chart),
}

/// A piece of text in one manner.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Run {
    /// What it says.
    pub text: String,
    /// Stressed: the topic sentence of a paragraph.
    pub strong: bool,
    /// The figure that is printed here, in [`Doc::figures`].
    pub figure: Option<usize>,
}

/// A table.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Table {
    /// What stands above it.
    pub caption: Vec<Run>,
    /// Its head.
    pub head: Vec<Vec<Run>>,
    /// Its rows, each as long as the head.
    pub rows: Vec<Vec<Vec<Run>>>,
    /// How each column is set; left for words, right or centred for figures.
    pub align: Vec<Align>,
}

/// How a column is set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Align {
    /// To the left.
    Left,
    /// In the middle.
    #[default]
    Centre,
    /// To the right.
    Right,
}

/// A figure as it was printed.
#[derive(Clone, Debug, PartialEq)]
pub struct FigureRun {
    /// The release that froze it; empty until the caller says.
    pub release: String,
    /// What is printed: `超68亿元`.
    pub text: String,
    /// The indicator.
    pub indicator: String,
    /// Which of its measures.
    pub measure: Measure,
    /// The region.
    pub region: RegionCode,
    /// The period.
    pub period: Period,
    /// The value behind it, in base units.
    pub value: Decimal,
    /// The number that is printed, in base units.
    pub printed: Decimal,
    /// Base unit.
    pub unit: String,
    /// What the words around the number claim.
    pub bound: Bound,
}

impl Doc {
    /// Says the release of every figure. Called once figures are frozen.
    pub fn release(&mut self, mut of: impl FnMut(&FigureRun) -> String) {
        for figure in &mut self.figures {
            figure.release = of(figure);
        }
    }

    /// The tag of the figure of an index, as it stands in a docx: `quanyu:fig:RELEASE:N`, N from 1.
    #[must_use]
    pub fn tag(&self, figure: usize) -> String {
        let release = self.figures.get(figure).map_or("", |it| &it.release);
        format!("quanyu:fig:{release}:{}", figure + 1)
    }

    /// All blocks, those of attachments behind those of the body.
    pub fn blocks(&self) -> impl Iterator<Item = &Block> {
        self.body
            .iter()
            .chain(self.annexes.iter().flat_map(|it| &it.body))
    }

    /// Characters of the title, the body and the attachments, as people count the length of a text: without white space.
    #[must_use]
    pub fn length(&self) -> usize {
        let count = |text: &str| text.chars().filter(|it| !it.is_whitespace()).count();
        let runs = |runs: &[Run]| runs.iter().map(|it| count(&it.text)).sum::<usize>();
        let block = |block: &Block| match block {
            Block::Heading {
                number, text, rest, ..
            } => count(number) + runs(text) + runs(rest),
            Block::Paragraph(text) => runs(text),
            Block::Table(table) => {
                let cells = table.head.iter().chain(table.rows.iter().flatten());
                runs(&table.caption) + cells.map(|it| runs(it)).sum::<usize>()
            }
            Block::Chart(_) => 0,
        };
        self.title.iter().map(|it| count(it)).sum::<usize>()
            + self.blocks().map(block).sum::<usize>()
    }
}

impl Run {
    /// Plain text.
    pub fn plain(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            ..Self::default()
        }
    }
}

/// The text of runs.
#[must_use]
pub fn text_of(runs: &[Run]) -> String {
    runs.iter().map(|it| it.text.as_str()).collect()
}
