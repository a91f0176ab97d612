//! 文稿材料: drop a report, see every mention in place with what was understood.

use axum::{extract::Request, response::Response};
use rust_decimal::Decimal;
use serde::Serialize;
use serde_json::{Value, json};

use super::{
    csv,
    figure::Light,
    frame::{Frame, Place},
    problem::Problem,
    say::{Say, UNKNOWN, json_number},
    state::App,
    upload,
    view::{Format, View},
};
use crate::app::{
    AppError,
    documents::{MentionView, ReadDocument},
};

/// `GET /documents/read`: where to drop a report.
pub(super) async fn ask(app: App, view: View) -> Result<Response, Problem> {
    app.page(&view, "documents/ask.html", &AskPage::new(&app, &view))
}

/// `POST /documents/read`: the report with its mentions.
pub(super) async fn show(app: App, view: View, request: Request) -> Result<Response, Problem> {
    let mut files = upload::files(&app, &view, request).await?;
    let (name, bytes) = files.swap_remove(0);
    let document = read(&app, vec![(name, bytes)])
        .await
        .map(|mut it| it.swap_remove(0));
    let document = document.map_err(|error| app.refused(&view, &error))?;
    match view.format {
        Format::Html => app.page(
            &view,
            "documents/read.html",
            &ReadPage::new(&app, &view, &document),
        ),
        Format::Json => Ok(app.json(document_json(&document))),
        Format::Csv => {
            let say = app.say(&view);
            let heads = [
                "mention.text",
                "mention.kind",
                "mention.metric",
                "mention.value",
                "mention.unit",
                "mention.comparator",
                "mention.period",
                "mention.nature",
            ];
            let rows = document
                .mentions
                .iter()
                .filter(|it| it.is_figure())
                .map(|it| {
                    let or_empty = |it: &Option<String>| it.clone().unwrap_or_default();
                    let value = it.value.map(|(low, high)| {
                        if low == high {
                            low.normalize().to_string()
                        } else {
                            format!("{}–{}", low.normalize(), high.normalize())
                        }
                    });
                    vec![
                        it.text.clone(),
                        say.word("kind", &it.kind),
                        or_empty(&it.metric),
                        or_empty(&value),
                        or_empty(&it.unit),
                        or_empty(&it.comparator),
                        or_empty(&it.period),
                        or_empty(&it.nature),
                    ]
                });
            Ok(app.csv("mentions", csv::table(&heads.map(|it| say.text(it)), rows)))
        }
    }
}

/// Reads files aside from the threads that answer requests: a long report takes its time.
pub(super) async fn read(
    app: &App,
    files: Vec<upload::Sent>,
) -> Result<Vec<ReadDocument>, AppError> {
    let reader = app.product.reader();
    let work = move || {
        files
            .iter()
            .map(|(name, bytes)| reader.read(name, bytes))
            .collect()
    };
    match tokio::task::spawn_blocking(work).await {
        Ok(read) => read,
        // A reader that panics is met as any handler that does: the page of the panic.
        Err(error) => std::panic::resume_unwind(error.into_panic()),
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
            frame: Frame::new(app, view, Place::Read, &app.text(view, "read.title")),
            action: view.link("/documents/read"),
            most: upload::MOST,
        }
    }
}

#[derive(Debug, Serialize)]
pub(super) struct ReadPage {
    frame: Frame,
    action: String,
    most: usize,
    name: String,
    facts: Vec<(String, String)>,
    counts: Vec<(String, usize, &'static str)>,
    blocks: Vec<Block>,
    mentions: Vec<Mention>,
    figures: usize,
    warnings: Vec<String>,
}

#[derive(Debug, Serialize)]
struct Block {
    level: u8,
    pieces: Vec<Piece>,
}

#[derive(Debug, Serialize)]
struct Piece {
    text: String,
    mention: Option<usize>,
    class: &'static str,
    words: String,
}

/// A mention in words.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Mention {
    pub place: usize,
    pub text: String,
    pub kind: Light,
    pub is_figure: bool,
    pub metric: String,
    pub said: String,
    pub comparator: String,
    pub period: String,
    pub nature: String,
    pub scope: String,
    pub indicator: Option<(String, String)>,
    pub sure: String,
    pub flags: Vec<String>,
    pub facts: Vec<(String, String)>,
}

impl Mention {
    pub(super) fn new(mention: &MentionView, place: usize, view: &View, say: &Say<'_>) -> Self {
        let text = |it: &Option<String>| it.clone().unwrap_or_else(|| UNKNOWN.to_owned());
        let word = |group: &str, it: &Option<String>| {
            it.as_deref()
                .map_or_else(|| UNKNOWN.to_owned(), |it| say.word(group, it))
        };
        let period = mention.period.as_deref().map(|it| {
            it.parse()
                .map_or_else(|_| it.to_owned(), |it| say.period(it))
        });
        let said = match mention.kind.as_str() {
            // A year is no number to be grouped.
            "date" | "name" => mention.text.clone(),
            _ if mention.said.is_empty() => UNKNOWN.to_owned(),
            _ => say.whole(&mention.said),
        };
        let indicator = mention.indicator.as_ref().map(|(id, title)| {
            (
                title.get(view.language).to_owned(),
                view.link(&format!("/indicators/{id}")),
            )
        });
        let mut facts = vec![(say.text("mention.value"), said.clone())];
        let mut fact = |key: &str, value: String| {
            if value != UNKNOWN {
                facts.push((say.text(key), value));
            }
        };
        fact(
            "mention.comparator",
            word("comparator_word", &mention.comparator),
        );
        fact("mention.period", text(&period));
        fact("mention.nature", word("nature", &mention.nature));
        fact("mention.scope", text(&mention.scope));
        fact("mention.of", text(&mention.of));
        fact("mention.idiom", text(&mention.idiom));
        let percent = (mention.confidence.clamp(0.0, 1.0) * 100.0).round();
        Self {
            place,
            text: mention.text.clone(),
            kind: Light {
                class: class(mention),
                words: say.word("kind", &mention.kind),
            },
            is_figure: mention.is_figure(),
            metric: text(&mention.metric),
            said,
            comparator: word("comparator_word", &mention.comparator),
            period: text(&period),
            nature: word("nature", &mention.nature),
            scope: text(&mention.scope),
            sure: if indicator.is_some() {
                format!("{percent}%")
            } else {
                UNKNOWN.to_owned()
            },
            indicator,
            flags: mention
                .flags
                .iter()
                .map(|it| say.word("flag", it))
                .collect(),
            facts,
        }
    }
}

/// How a mention is marked: damaged text, a figure of an indicator, another figure, no figure.
fn class(mention: &MentionView) -> &'static str {
    let damaged = mention
        .flags
        .iter()
        .any(|it| matches!(it.as_str(), "damaged" | "bad_date"));
    match (damaged, mention.is_figure(), mention.indicator.is_some()) {
        (true, _, _) => "damaged",
        (false, true, true) => "linked",
        (false, true, false) => "counted",
        (false, false, _) => "other",
    }
}

impl ReadPage {
    pub(super) fn new(app: &App, view: &View, document: &ReadDocument) -> Self {
        let say = app.say(view);
        let mentions: Vec<_> = document
            .mentions
            .iter()
            .enumerate()
            .map(|(place, it)| Mention::new(it, place, view, &say))
            .collect();
        let count = |class: &str| mentions.iter().filter(|it| it.kind.class == class).count();
        let counts = ["linked", "counted", "damaged", "other"]
            .map(|class| (say.word("mark", class), count(class), class));
        let piece = |(text, mention): &(String, Option<usize>)| {
            let known = mention.and_then(|it| mentions.get(it));
            Piece {
                text: text.clone(),
                mention: known.map(|it| it.place),
                class: known.map_or("", |it| it.kind.class),
                words: known
                    .map(|it| format!("{} {}", it.kind.words, it.said))
                    .unwrap_or_default(),
            }
        };
        let blocks = document.blocks.iter().map(|it| Block {
            level: it.level.min(4),
            pieces: it.pieces.iter().map(piece).collect(),
        });
        let mut facts = Vec::new();
        let mut fact =
            |key: &str, value: Option<String>| facts.extend(value.map(|it| (say.text(key), it)));
        fact("read.document_title", document.title.clone());
        fact("read.district", document.district.clone());
        fact("read.year", document.year.map(|it| it.to_string()));
        Self {
            frame: Frame::new(app, view, Place::Read, &document.name),
            action: view.link("/documents/read"),
            most: upload::MOST,
            name: document.name.clone(),
            facts,
            counts: counts.into_iter().filter(|it| it.1 > 0).collect(),
            blocks: blocks.collect(),
            figures: mentions.iter().filter(|it| it.is_figure).count(),
            mentions,
            warnings: document
                .warnings
                .iter()
                .map(|it| say.word("flag", it))
                .collect(),
        }
    }
}

/// A mention in the shape of `quanyu read --format jsonl`.
pub(super) fn mention_json(mention: &MentionView, doc: &str) -> Value {
    let value = match mention.value {
        None => Value::Null,
        Some((low, high)) if low == high => json_number(Some(low)),
        Some((low, high)) => json!([json_number(Some(low)), json_number(Some(high))]),
    };
    json!({
        "doc": doc,
        "start": mention.start,
        "end": mention.end,
        "text": mention.text,
        "kind": mention.kind,
        "metric": mention.metric,
        "value": value,
        "unit": mention.unit,
        "comparator": mention.comparator,
        "period": mention.period,
        "nature": mention.nature,
        "scope": mention.scope,
        "of": mention.of,
        "idiom": mention.idiom,
        "indicator": mention.indicator.as_ref().map(|it| &it.0),
        "confidence": json_number(Decimal::from_f64_retain(mention.confidence).map(|it| it.round_dp(4))),
        "flags": mention.flags,
    })
}

fn document_json(document: &ReadDocument) -> Value {
    json!({
        "doc": document.name,
        "title": document.title,
        "district": document.district,
        "year": document.year,
        "warnings": document.warnings,
        "mentions": document.mentions.iter().map(|it| mention_json(it, &document.name)).collect::<Vec<_>>(),
    })
}
