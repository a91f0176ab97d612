//! The page of a paper: its text with figures to click, the releases beside it, the steps of its register below.

use serde::Serialize;
use serde_json::{Value, json};

use super::{class, listed_json};
use crate::{
    app::{
        releases::{Release, Since},
        steps::{StepView, Taken},
        writing::{Paper, PaperText},
    },
    web::{
        frame::{Frame, Place},
        releases::{SinceShown, release_json, since_json},
        say::UNKNOWN,
        state::App,
        steps::StepsShown,
        view::View,
    },
};

#[derive(Debug, Serialize)]
pub(super) struct ShowPage {
    frame: Frame,
    list: String,
    title: String,
    state: String,
    class: &'static str,
    facts: Vec<(String, String)>,
    blocks: Vec<Block>,
    has_text: bool,
    loose: usize,
    outline: Vec<(String, usize)>,
    releases: Vec<SinceShown>,
    moved: usize,
    sent: bool,
    steps: Option<StepsShown>,
    files: Vec<(String, String)>,
    record: String,
    reports: String,
    json: String,
}

#[derive(Debug, Serialize)]
struct Block {
    level: u8,
    row: bool,
    pieces: Vec<Piece>,
}

#[derive(Debug, Serialize)]
struct Piece {
    text: String,
    /// Place of its release in the list beside.
    release: Option<usize>,
    /// The page of its release, where that is of another document.
    href: Option<String>,
    /// `linked`, `damaged` (it moved since) or `counted` (no release).
    class: &'static str,
    words: String,
    first: bool,
}

impl ShowPage {
    pub(super) fn new(
        app: &App,
        view: &View,
        paper: &Paper,
        since: &[Since],
        text: Option<&PaperText>,
        steps: Option<StepsShown>,
    ) -> Self {
        let say = app.say(view);
        let releases: Vec<SinceShown> = since
            .iter()
            .map(|it| SinceShown::new(app, view, it))
            .collect();
        let blocks = blocks(view, text, since, &releases);
        let outline = blocks
            .iter()
            .enumerate()
            .filter(|(_, it)| it.level > 1)
            .map(|(place, it)| {
                let text: String = it.pieces.iter().map(|it| it.text.as_str()).collect();
                (text.chars().take(40).collect(), place)
            });
        let outline = outline.collect();
        let mut facts = Vec::new();
        let mut fact = |key: &str, value: Option<String>| {
            facts.push((say.text(key), value.unwrap_or_else(|| UNKNOWN.to_owned())));
        };
        fact("frame.period", paper.period.map(|it| say.period(it)));
        fact("writing.number", paper.number.clone());
        fact("writing.date", paper.date.map(|it| it.to_string()));
        fact("writing.to", paper.to.clone());
        let file = |(hash, name): &(String, String)| {
            let href = view.link(&format!("/writing/{}/files/{hash}", paper.record));
            (name.clone(), href)
        };
        Self {
            frame: Frame::new(app, view, Place::Writing, &paper.title),
            list: view.link("/writing"),
            title: paper.title.clone(),
            state: paper.state.1.get(view.language).to_owned(),
            class: class(paper),
            facts,
            has_text: text.is_some(),
            loose: text.map_or(0, |it| it.loose),
            blocks,
            outline,
            moved: since.iter().filter(|it| !it.same).count(),
            releases,
            sent: paper.sent,
            steps,
            files: paper.draft.iter().chain(&paper.scan).map(file).collect(),
            record: view.link(&format!("/registers/{}/{}", paper.register, paper.record)),
            reports: view.link("/reports"),
            json: view.change(&[("format", Some("json"))]),
        }
    }
}

fn blocks(
    view: &View,
    text: Option<&PaperText>,
    since: &[Since],
    shown: &[SinceShown],
) -> Vec<Block> {
    let mut told = std::collections::BTreeSet::new();
    let mut all = Vec::new();
    for line in text.map_or(&[][..], |it| it.blocks.as_slice()) {
        let pieces = line.pieces.iter().map(|it| {
            let place = it
                .release
                .as_ref()
                .and_then(|id| since.iter().position(|it| it.release.id == *id));
            let elsewhere = it.release.as_ref().filter(|_| place.is_none());
            let class = match (it.figure, place.map(|it| since[it].same)) {
                (_, Some(true)) => "linked",
                (_, Some(false)) => "damaged",
                (true, None) if elsewhere.is_some() => "linked",
                (true, None) => "counted",
                (false, None) => "",
            };
            Piece {
                text: it.text.clone(),
                first: place.is_some_and(|it| told.insert(it)),
                href: elsewhere.map(|id| view.link(&format!("/releases/{id}"))),
                release: place,
                class,
                words: place.map(|it| shown[it].words.clone()).unwrap_or_default(),
            }
        });
        all.push(Block {
            level: line.level.min(4),
            row: line.row,
            pieces: pieces.collect(),
        });
    }
    all
}

/// A paper for programs.
pub(super) fn paper_json(
    paper: &Paper,
    since: &[Since],
    open: &[StepView],
    taken: &[Taken],
    view: &View,
) -> Value {
    let mut value = listed_json(paper);
    let release = |it: &Since| {
        let mut value = release_json(&it.release as &Release);
        value["since"] = since_json(it);
        value
    };
    value["version"] = paper.version.into();
    value["figures"] = since.iter().map(release).collect::<Vec<_>>().into();
    value["open"] = open
        .iter()
        .map(|it| {
            json!({
                "step": it.id, "title": it.title.get(view.language), "to": it.to.0,
                "roles": it.roles.iter().map(|it| &it.0).collect::<Vec<_>>(),
                "missing": it.missing.iter().map(|it| &it.0).collect::<Vec<_>>(),
                "unmet": it.unmet, "due": it.due.map(|it| it.to_string()),
            })
        })
        .collect::<Vec<_>>()
        .into();
    value["steps"] = taken
        .iter()
        .map(|it| {
            json!({
                "step": it.id, "from": it.from.0, "to": it.to.0, "role": it.role.as_ref().map(|it| &it.0),
                "note": it.note, "file": it.file.as_ref().map(|it| &it.1), "offline": it.offline,
                "by": it.actor, "at": it.at,
            })
        })
        .collect::<Vec<_>>()
        .into();
    value
}
