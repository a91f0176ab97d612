//! 数据比对: several documents in one table, indicators × districts; each cell opens its sentence.

use axum::{extract::Request, response::Response};
use serde::Serialize;
use serde_json::{Value, json};

use super::{
    csv,
    documents::{self, Mention, mention_json},
    frame::{Frame, Place},
    problem::Problem,
    say::Say,
    state::App,
    upload,
    view::{Format, View},
};
use crate::app::{
    self,
    compare::{CompareCell, Comparison},
};

/// `GET /compare`: where to drop the documents.
pub(super) async fn ask(app: App, view: View) -> Result<Response, Problem> {
    app.page(&view, "compare/ask.html", &AskPage::new(&app, &view))
}

/// `POST /compare`: the table.
pub(super) async fn show(app: App, view: View, request: Request) -> Result<Response, Problem> {
    let files = upload::files(&app, &view, request).await?;
    let documents = documents::read(&app, files)
        .await
        .map_err(|error| app.refused(&view, &error))?;
    let comparison = app::compare::compare(documents);
    match view.format {
        Format::Html => app.page(
            &view,
            "compare/show.html",
            &ComparePage::new(&app, &view, &comparison),
        ),
        Format::Json => Ok(app.json(comparison_json(&comparison, &view))),
        Format::Csv => {
            let mut heads = vec![app.text(&view, "figure.indicator")];
            heads.extend(comparison.documents.iter().map(|it| it.0.clone()));
            let rows = comparison.rows.iter().map(|row| {
                let words = |cells: &Vec<CompareCell>| {
                    cells
                        .iter()
                        .map(|it| it.mention.text.as_str())
                        .collect::<Vec<_>>()
                        .join("；")
                };
                std::iter::once(row.title.get(view.language).to_owned())
                    .chain(row.cells.iter().map(words))
                    .collect()
            });
            Ok(app.csv("compare", csv::table(&heads, rows)))
        }
    }
}

#[derive(Debug, Serialize)]
pub(super) struct AskPage {
    frame: Frame,
    action: String,
    most: usize,
}

impl AskPage {
    pub(super) fn new(app: &App, view: &View) -> Self {
        Self {
            frame: Frame::new(app, view, Place::Compare, &app.text(view, "compare.title")),
            action: view.link("/compare"),
            most: upload::MOST,
        }
    }
}

#[derive(Debug, Serialize)]
pub(super) struct ComparePage {
    frame: Frame,
    action: String,
    most: usize,
    documents: Vec<Compared>,
    rows: Vec<Row>,
    shared: usize,
    warnings: Vec<(String, String)>,
}

#[derive(Debug, Serialize)]
struct Compared {
    name: String,
    file: String,
    year: String,
    figures: usize,
}

#[derive(Debug, Serialize)]
struct Row {
    title: String,
    href: Option<String>,
    found: usize,
    cells: Vec<Vec<Saying>>,
}

/// One thing a document says of an indicator.
#[derive(Debug, Serialize)]
struct Saying {
    /// `level`, `growth`, `rank`, `target` …: what stands before the value.
    label: String,
    class: &'static str,
    said: String,
    period: String,
    /// The sentence, cut around the mention.
    before: String,
    text: String,
    after: String,
    facts: Vec<(String, String)>,
}

impl ComparePage {
    pub(super) fn new(app: &App, view: &View, comparison: &Comparison) -> Self {
        let say = app.say(view);
        let documents = comparison
            .documents
            .iter()
            .map(|(name, document)| Compared {
                name: name.clone(),
                file: document.name.clone(),
                year: document
                    .year
                    .map_or_else(|| super::say::UNKNOWN.to_owned(), |it| it.to_string()),
                figures: document.mentions.iter().filter(|it| it.is_figure()).count(),
            });
        let rows = comparison.rows.iter().map(|row| Row {
            title: row.title.get(view.language).to_owned(),
            href: (!row.indicator.is_empty())
                .then(|| view.link(&format!("/indicators/{}", row.indicator))),
            found: row.cells.iter().filter(|it| !it.is_empty()).count(),
            cells: row
                .cells
                .iter()
                .map(|cells| sayings(cells, view, &say))
                .collect(),
        });
        let rows: Vec<_> = rows.collect();
        let warnings = comparison.documents.iter().flat_map(|(name, document)| {
            document
                .warnings
                .iter()
                .map(|it| (name.clone(), say.word("flag", it)))
        });
        Self {
            frame: Frame::new(app, view, Place::Compare, &say.text("compare.title")),
            action: view.link("/compare"),
            most: upload::MOST,
            documents: documents.collect(),
            shared: rows.iter().filter(|it| it.found > 1).count(),
            rows,
            warnings: warnings.collect(),
        }
    }
}

/// What a document says of an indicator, what is reached before what is aimed at, levels before growth.
fn sayings(cells: &[CompareCell], view: &View, say: &Say<'_>) -> Vec<Saying> {
    let rank = |it: &&CompareCell| {
        let target = it.mention.nature.as_deref() == Some("target");
        let order = ["level", "growth", "delta", "share", "rank"];
        (
            target,
            order
                .iter()
                .position(|kind| *kind == it.mention.kind)
                .unwrap_or(order.len()),
        )
    };
    let mut ordered: Vec<_> = cells.iter().collect();
    ordered.sort_by_key(rank);
    ordered
        .into_iter()
        .map(|it| saying(it, view, say))
        .collect()
}

fn saying(cell: &CompareCell, view: &View, say: &Say<'_>) -> Saying {
    let target = cell.mention.nature.as_deref() == Some("target");
    let mention = Mention::new(&cell.mention, 0, view, say);
    let (before, after) = cell
        .sentence
        .split_once(&cell.mention.text)
        .unwrap_or((&cell.sentence, ""));
    Saying {
        label: if target {
            say.word("nature", "target")
        } else {
            say.word("kind", &cell.mention.kind)
        },
        class: if target { "target" } else { "reached" },
        said: mention.said.clone(),
        period: mention.period.clone(),
        before: before.to_owned(),
        text: if cell.sentence.contains(&cell.mention.text) {
            cell.mention.text.clone()
        } else {
            String::new()
        },
        after: after.to_owned(),
        facts: mention.facts,
    }
}

fn comparison_json(comparison: &Comparison, view: &View) -> Value {
    let cell = |cell: &CompareCell,
                (district, document): &(String, app::documents::ReadDocument),
                row: &app::compare::CompareRow| {
        let mut value = mention_json(&cell.mention, &document.name);
        value["indicator"] = row.indicator.clone().into();
        value["name"] = row.title.get(view.language).into();
        value["district"] = district.clone().into();
        value["sentence"] = cell.sentence.clone().into();
        value
    };
    let rows = comparison.rows.iter().flat_map(|row| {
        row.cells
            .iter()
            .zip(&comparison.documents)
            .flat_map(move |(cells, document)| cells.iter().map(move |it| cell(it, document, row)))
    });
    json!({ "rows": rows.collect::<Vec<_>>() })
}
