//! The page of a document before it is frozen: what can be composed, how it reads, every figure beside it.

use quanyu_core::period::Period;
use serde::Serialize;

use crate::{
    app::{
        self, AppError,
        compose::{self, Order, Preview, Shown},
        writing::Paper,
    },
    web::{
        frame::{self, Frame, Place},
        state::App,
        view::{View, encode},
    },
};

/// The period that a document of a rhythm reports, seen from another: a half-year report from its year is that of the first half,
/// a yearly one from a quarter that of its year.
fn fitting(every: &str, period: Period) -> Period {
    let year = period.last_year();
    let found = match (every, period.len_months()) {
        ("year", _) => Period::year(year),
        ("half", 12) => Period::months(year, 1, year, 6),
        _ => None,
    };
    found.unwrap_or(period)
}

const FORMS: [(&str, &str); 4] = [
    ("docx", "Word"),
    ("pdf", "PDF"),
    ("html", "HTML"),
    ("md", "Markdown"),
];

#[derive(Debug, Serialize)]
pub(super) struct ComposePage {
    frame: Frame,
    list: String,
    kinds: Vec<Kind>,
    /// The document that is looked at.
    chosen: Option<Chosen>,
    action: String,
    region: String,
    /// Whether who looks may make papers: then it is kept, and its figures are frozen.
    enters: bool,
}

#[derive(Debug, Serialize)]
struct Kind {
    title: String,
    period: String,
    href: String,
    chosen: bool,
}

#[derive(Debug, Serialize)]
struct Chosen {
    document: String,
    title: String,
    period: String,
    date: String,
    number: String,
    said: Option<Said>,
    /// Why it cannot be composed, and what to do.
    refused: Option<(String, String)>,
    /// The paper that is there already: its title, state, address, and whether its text may be replaced.
    paper: Option<(String, String, String, bool)>,
    files: Vec<(&'static str, String)>,
}

#[derive(Debug, Serialize)]
struct Said {
    title: Vec<String>,
    head: Vec<String>,
    foot: Vec<String>,
    blocks: Vec<Block>,
    figures: Vec<Figure>,
    length: usize,
}

/// A block: one of the three has content.
#[derive(Debug, Serialize)]
struct Block {
    level: u8,
    pieces: Vec<Piece>,
    table: Option<Table>,
    chart: Option<(String, String)>,
}

#[derive(Debug, Serialize)]
struct Table {
    caption: Vec<Piece>,
    head: Vec<Vec<Piece>>,
    /// Cells with whether they are set to the right.
    rows: Vec<Vec<(bool, Vec<Piece>)>>,
}

#[derive(Debug, Serialize)]
struct Piece {
    text: String,
    strong: bool,
    figure: Option<usize>,
}

#[derive(Debug, Serialize)]
struct Figure {
    said: String,
    plain: String,
    indicator: String,
    href: String,
    measure: String,
    region: String,
    period: String,
}

impl ComposePage {
    pub(super) fn new(
        app: &App,
        view: &View,
        order: Option<&Order>,
        made: Option<&Result<Preview, AppError>>,
        paper: Option<&Paper>,
    ) -> Self {
        let say = app.say(view);
        let kinds = compose::composable(&app.product.pack);
        let kinds = kinds.iter().filter_map(|id| {
            let document = app.product.pack.documents.get(id)?;
            let period = fitting(&document.every, view.period);
            let asked = period.to_string();
            Some(Kind {
                title: document.title.get(view.language).to_owned(),
                period: say.period(period),
                href: view.link_with(
                    "/writing/compose",
                    &[("document", id), ("period", asked.as_str())],
                ),
                chosen: order.is_some_and(|it| it.document == *id),
            })
        });
        let kinds = kinds.collect();
        Self {
            frame: Frame::new(app, view, Place::Writing, &say.text("compose.title")),
            list: view.link("/writing"),
            kinds,
            chosen: order.map(|order| Chosen::new(app, view, order, made, paper)),
            action: view.link("/writing/compose"),
            region: view.region.to_string(),
            enters: app::writing::enters(&app.product),
        }
    }
}

impl Chosen {
    fn new(
        app: &App,
        view: &View,
        order: &Order,
        made: Option<&Result<Preview, AppError>>,
        paper: Option<&Paper>,
    ) -> Self {
        let document = app.product.pack.documents.get(&order.document);
        let (date, number) = (
            order.date.to_string(),
            order.number.clone().unwrap_or_default(),
        );
        let file = |(ending, title): (&'static str, &'static str)| {
            let path = format!("/documents/compose/{}.{ending}", order.document);
            let more = [("date", date.as_str()), ("number", number.as_str())];
            (title, view.link_with(&path, &more))
        };
        let refused = made.and_then(|it| it.as_ref().err()).map(|error| {
            let facts = error.facts(view.language);
            let said = app.messages.say(error.code(), view.language, &facts);
            (said.message, said.hint)
        });
        Self {
            document: order.document.clone(),
            title: document.map_or_else(
                || order.document.clone(),
                |it| it.title.get(view.language).to_owned(),
            ),
            period: order.period.to_string(),
            files: FORMS.map(file).into(),
            said: made
                .and_then(|it| it.as_ref().ok())
                .map(|it| Said::new(app, view, it)),
            refused,
            paper: paper.map(|it| {
                (
                    it.title.clone(),
                    it.state.1.get(view.language).to_owned(),
                    view.link(&format!("/writing/{}", it.record)),
                    app::writing::open(&app.product, it).is_ok(),
                )
            }),
            date,
            number,
        }
    }
}

impl Said {
    fn new(app: &App, view: &View, it: &Preview) -> Self {
        let say = app.say(view);
        let figure = |it: &compose::Printed| Figure {
            said: it.said.clone(),
            plain: say.whole(&it.plain),
            indicator: it.indicator.1.get(view.language).to_owned(),
            href: view.link_with(
                &format!("/indicators/{}", it.indicator.0),
                &[
                    ("region", it.region.as_str()),
                    ("period", &it.period.to_string()),
                ],
            ),
            measure: say.word("measure", it.measure.word()),
            region: frame::region_name(app, &it.region).unwrap_or_else(|| it.region.to_string()),
            period: say.period(it.period),
        };
        Self {
            title: it.title.clone(),
            head: it.head.clone(),
            foot: it.foot.clone(),
            blocks: it.blocks.iter().map(block).collect(),
            figures: it.figures.iter().map(figure).collect(),
            length: it.length,
        }
    }
}

fn block(it: &Shown) -> Block {
    let mut block = Block {
        level: 0,
        pieces: Vec::new(),
        table: None,
        chart: None,
    };
    match it {
        Shown::Text { level, pieces: all } => {
            block.level = (*level).min(4);
            block.pieces = pieces(all);
        }
        Shown::Table {
            caption,
            head,
            rows,
            right,
        } => {
            let row = |row: &Vec<Vec<compose::Piece>>| {
                let cells = row.iter().enumerate().map(|(column, cell)| {
                    let right = right.get(column).copied().unwrap_or_default();
                    (right, pieces(cell))
                });
                cells.collect()
            };
            block.table = Some(Table {
                caption: pieces(caption),
                head: head.iter().map(|it| pieces(it)).collect(),
                rows: rows.iter().map(row).collect(),
            });
        }
        Shown::Chart(draw) => {
            let mut address = "data:image/svg+xml,".to_owned();
            encode(&draw.svg, &mut address);
            block.chart = Some((address, draw.words.clone()));
        }
    }
    block
}

fn pieces(all: &[compose::Piece]) -> Vec<Piece> {
    let piece = |it: &compose::Piece| Piece {
        text: it.text.clone(),
        strong: it.strong,
        figure: it.figure,
    };
    all.iter().map(piece).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_is_offered_for_the_period_of_its_rhythm() {
        #[rustfmt::skip]
        let cases = [
            ("year",    "2023",    "2023"),
            ("year",    "2023Q3",  "2023"),
            ("half",    "2023",    "2023H1"),
            ("half",    "2023H2",  "2023H2"),
            ("quarter", "2023",    "2023"),
            ("month",   "2023-09", "2023-09"),
        ];
        for (every, seen, wanted) in cases {
            let got = fitting(every, seen.parse().unwrap());
            assert_eq!(got.to_string(), wanted, "{every} from {seen}");
        }
    }
}
