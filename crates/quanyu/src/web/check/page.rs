//! The pages of a checked draft as printable values.

use serde::Serialize;

use crate::app::{
    check::{CheckedDocument, Evidence, JudgedView, VERDICTS},
    compare::sentence,
    documents::MentionView,
};
use crate::web::{
    frame::{Frame, Place},
    say::{Say, UNKNOWN},
    state::App,
    upload,
    view::View,
};

/// Where drafts are sent: without a period, so that the year of the draft itself is taken.
const ACTION: &str = "/documents/check";

#[derive(Debug, Serialize)]
pub(in crate::web) struct AskPage {
    frame: Frame,
    action: String,
    most: usize,
    gone: bool,
    verdicts: Vec<(&'static str, String, String)>,
}

impl AskPage {
    pub fn new(app: &App, view: &View, gone: bool) -> Self {
        let say = app.say(view);
        let meaning = |it: &'static str| {
            (
                it,
                say.word("verdict", it),
                say.word("verdict", &format!("{it}_text")),
            )
        };
        Self {
            frame: Frame::new(app, view, Place::Check, &say.text("check.title")),
            action: ACTION.to_owned(),
            most: upload::MOST,
            gone,
            verdicts: VERDICTS.map(meaning).to_vec(),
        }
    }
}

#[derive(Debug, Serialize)]
pub(in crate::web) struct ShowPage {
    frame: Frame,
    name: String,
    sub: String,
    again: String,
    sheet: String,
    csv: String,
    downloads: Vec<(String, String)>,
    other: Option<String>,
    warnings: Vec<String>,
    most: usize,
    all: Count,
    counts: Vec<Count>,
    blocks: Vec<Block>,
    chosen: Option<Chosen>,
    items: Vec<Item>,
    problems: Vec<Found>,
}

#[derive(Debug, Serialize)]
struct Count {
    class: &'static str,
    words: String,
    count: usize,
    href: String,
    current: bool,
}

#[derive(Debug, Serialize)]
struct Block {
    level: u8,
    pieces: Vec<Piece>,
}

#[derive(Debug, Default, Serialize)]
struct Piece {
    text: String,
    class: &'static str,
    id: String,
    href: String,
    words: String,
    current: bool,
}

/// The figure whose evidence is shown.
#[derive(Debug, Serialize)]
struct Chosen {
    title: String,
    class: &'static str,
    verdict: String,
    fault: Option<String>,
    text: String,
    said: String,
    reason: String,
    facts: Vec<String>,
    problems: Vec<String>,
    links: Vec<(String, String)>,
}

#[derive(Debug, Serialize)]
struct Item {
    place: usize,
    href: String,
    current: bool,
    class: &'static str,
    verdict: String,
    title: String,
    text: String,
    said: Option<String>,
    reason: Option<String>,
}

#[derive(Debug, Serialize)]
struct Found {
    place: usize,
    kind: String,
    text: String,
    note: bool,
    what: String,
    why: String,
    suggestion: String,
}

impl ShowPage {
    pub fn new(app: &App, view: &View, key: &str, checked: &CheckedDocument) -> Self {
        let say = app.say(view);
        let wanted = view
            .wish("verdict")
            .and_then(|it| VERDICTS.into_iter().find(|word| *word == it));
        let shown =
            |it: &JudgedView| it.verdict.is_some() && (wanted.is_none() || it.verdict == wanted);
        let at = view
            .wish("at")
            .and_then(|it| it.parse::<usize>().ok())
            .filter(|it| {
                checked
                    .judged
                    .get(*it)
                    .is_some_and(|it| it.verdict.is_some())
            })
            .or_else(|| first(checked, shown));
        let href = |place: usize| view.change(&[("at", Some(&place.to_string()))]);
        let count = |word: &'static str| Count {
            class: word,
            words: say.word("verdict", word),
            count: checked.count(word),
            href: view.change(&[("verdict", Some(word)), ("at", None)]),
            current: wanted == Some(word),
        };
        let order = |it: &JudgedView| VERDICTS.iter().position(|word| it.verdict == Some(word));
        let mut places: Vec<usize> = (0..checked.judged.len())
            .filter(|&it| shown(&checked.judged[it]))
            .collect();
        places.sort_by_key(|&it| (order(&checked.judged[it]), it));
        let items = places
            .into_iter()
            .map(|place| item(checked, place, &say, view, at == Some(place), href(place)));
        Self {
            frame: Frame::new(app, view, Place::Check, &checked.document.name),
            name: checked.document.name.clone(),
            sub: sub(checked, &say),
            again: ACTION.to_owned(),
            sheet: view.link(&format!("/documents/check/{key}/sheet")),
            csv: view.change(&[("format", Some("csv"))]),
            downloads: if checked.document.name.to_lowercase().ends_with(".docx") {
                vec![(
                    say.text("check.comments"),
                    view.link(&format!("/documents/check/{key}/comments")),
                )]
            } else {
                Vec::new()
            },
            other: other(checked, &say),
            warnings: checked
                .document
                .warnings
                .iter()
                .map(|it| say.word("flag", it))
                .collect(),
            most: upload::MOST,
            all: Count {
                class: "",
                words: String::new(),
                count: checked.figures(),
                href: view.change(&[("verdict", None), ("at", None)]),
                current: wanted.is_none(),
            },
            counts: VERDICTS
                .map(count)
                .into_iter()
                .filter(|it| it.count > 0)
                .collect(),
            blocks: blocks(checked, &say, view, at),
            chosen: at.map(|at| chosen(checked, at, &say, view)),
            items: items.collect(),
            problems: found(checked, &say, view),
        }
    }
}

/// What is looked at first: what differs, then what is loose, and so on.
fn first(checked: &CheckedDocument, shown: impl Fn(&JudgedView) -> bool) -> Option<usize> {
    VERDICTS.iter().find_map(|word| {
        checked
            .judged
            .iter()
            .position(|it| it.verdict == Some(word) && shown(it))
    })
}

fn sub(checked: &CheckedDocument, say: &Say<'_>) -> String {
    let took = checked.took.as_millis().to_string();
    say.fill(
        "check.against",
        &[
            ("count", checked.figures().to_string()),
            ("region", checked.region.clone()),
            ("period", say.period(checked.period)),
            ("took", took),
        ],
    )
}

fn other(checked: &CheckedDocument, say: &Say<'_>) -> Option<String> {
    let other = checked.other_district.clone()?;
    Some(say.fill(
        "check.other_district",
        &[("other", other), ("region", checked.region.clone())],
    ))
}

/// What a figure is called: its indicator, else the words of the text.
fn title(mention: &MentionView, judged: &JudgedView, view: &View) -> String {
    match &judged.evidence {
        Some(it) => it.title.get(view.language).to_owned(),
        None => mention
            .metric
            .clone()
            .unwrap_or_else(|| mention.text.clone()),
    }
}

fn verdict(judged: &JudgedView) -> &'static str {
    judged.verdict.unwrap_or_default()
}

fn item(
    checked: &CheckedDocument,
    place: usize,
    say: &Say<'_>,
    view: &View,
    current: bool,
    href: String,
) -> Item {
    let (mention, judged) = (&checked.document.mentions[place], &checked.judged[place]);
    let word = verdict(judged);
    let apart = word != "agrees";
    Item {
        place,
        href,
        current,
        class: word,
        verdict: say.word("verdict", word),
        title: title(mention, judged, view),
        text: mention.text.clone(),
        said: judged.said.clone().filter(|_| apart),
        reason: apart.then(|| judged.reason.get(view.language).to_owned()),
    }
}

fn chosen(checked: &CheckedDocument, place: usize, say: &Say<'_>, view: &View) -> Chosen {
    let (mention, judged) = (&checked.document.mentions[place], &checked.judged[place]);
    let word = verdict(judged);
    let mut facts = Vec::new();
    let mut links = Vec::new();
    if let Some(it) = &judged.evidence {
        facts.push(format!(
            "{} · {}",
            say.period(it.period),
            say.word("measure", it.measure)
        ));
        facts.extend(it.source.clone());
        if !it.cited && it.records > 0 {
            facts.push(say.fill("check.computed", &[("count", it.records.to_string())]));
        }
        let (region, period) = (it.region.to_string(), it.period.to_string());
        let of = [("region", region.as_str()), ("period", period.as_str())];
        links.push((
            say.text("check.look"),
            view.link_with(&format!("/indicators/{}", it.indicator), &of),
        ));
        if let Some((register, record)) = &it.record {
            links.push((
                say.text("check.record"),
                view.link(&format!("/registers/{register}/{record}")),
            ));
        }
    }
    facts.extend(
        judged
            .release
            .as_ref()
            .map(|it| format!("{} {it}", say.text("check.release"))),
    );
    Chosen {
        title: title(mention, judged, view),
        class: word,
        verdict: say.word("verdict", word),
        fault: judged.fault.map(|it| say.word("fault", it)),
        text: mention.text.clone(),
        said: judged.said.clone().unwrap_or_else(|| UNKNOWN.to_owned()),
        reason: judged.reason.get(view.language).to_owned(),
        facts,
        problems: judged
            .problems
            .iter()
            .map(|&it| checked.problems[it].what.get(view.language).to_owned())
            .collect(),
        links,
    }
}

fn found(checked: &CheckedDocument, say: &Say<'_>, view: &View) -> Vec<Found> {
    let all = checked.problems.iter().enumerate();
    all.map(|(place, it)| Found {
        place,
        kind: say.word("problem_code", it.code),
        text: it.text.clone(),
        note: it.note,
        what: it.what.get(view.language).to_owned(),
        why: it.why.get(view.language).to_owned(),
        suggestion: it
            .suggestion
            .as_ref()
            .map_or_else(|| UNKNOWN.to_owned(), |it| it.get(view.language).to_owned()),
    })
    .collect()
}

/// The text by blocks, cut at mentions and at problems between them.
fn blocks(checked: &CheckedDocument, say: &Say<'_>, view: &View, at: Option<usize>) -> Vec<Block> {
    let block = |it: &crate::app::documents::BlockView| {
        let mut from = it.start;
        let mut pieces = Vec::new();
        for (text, mention) in &it.pieces {
            let to = from + text.chars().count();
            match mention.filter(|&it| {
                checked.judged[it].verdict.is_some() || !checked.judged[it].problems.is_empty()
            }) {
                Some(place) => pieces.push(mark(checked, place, text, say, view, at)),
                None => cut(checked, text, from, view, &mut pieces),
            }
            from = to;
        }
        Block {
            level: it.level.min(4),
            pieces,
        }
    };
    checked.document.blocks.iter().map(block).collect()
}

fn mark(
    checked: &CheckedDocument,
    place: usize,
    text: &str,
    say: &Say<'_>,
    view: &View,
    at: Option<usize>,
) -> Piece {
    let judged = &checked.judged[place];
    let problem = judged.problems.first();
    let what = problem.map(|&it| checked.problems[it].what.get(view.language).to_owned());
    let Some(word) = judged.verdict else {
        let nth = problem.copied().unwrap_or_default();
        return Piece {
            text: text.to_owned(),
            class: "problem",
            id: format!("q{nth}"),
            href: format!("#p{nth}"),
            words: what.unwrap_or_default(),
            current: false,
        };
    };
    let mut words = vec![say.word("verdict", word)];
    words.extend(judged.said.clone());
    words.extend(what);
    Piece {
        text: text.to_owned(),
        class: word,
        id: problem.map_or_else(|| format!("t{place}"), |it| format!("q{it}")),
        href: view.change(&[("at", Some(&place.to_string()))]) + "#proof",
        words: words.join(" · "),
        current: at == Some(place),
    }
}

/// A piece without a figure, cut at the problems that begin in it.
fn cut(checked: &CheckedDocument, text: &str, from: usize, view: &View, pieces: &mut Vec<Piece>) {
    let chars: Vec<char> = text.chars().collect();
    let plain = |from: usize, to: usize| Piece {
        text: chars[from..to].iter().collect(),
        ..Piece::default()
    };
    let mut done = 0;
    for (nth, it) in checked.problems.iter().enumerate() {
        if it.start < from + done || it.start >= from + chars.len() {
            continue;
        }
        let (start, end) = (it.start - from, (it.end - from).min(chars.len()));
        if start > done {
            pieces.push(plain(done, start));
        }
        pieces.push(Piece {
            class: "problem",
            id: format!("q{nth}"),
            href: format!("#p{nth}"),
            words: it.what.get(view.language).to_owned(),
            ..plain(start, end)
        });
        done = end;
    }
    if done < chars.len() {
        pieces.push(plain(done, chars.len()));
    }
}

#[derive(Debug, Serialize)]
pub(in crate::web) struct SheetPage {
    frame: Frame,
    name: String,
    sub: String,
    back: String,
    counts: Vec<(String, usize)>,
    rows: Vec<Row>,
    problems: Vec<Found>,
}

#[derive(Debug, Serialize)]
struct Row {
    number: usize,
    sentence: String,
    text: String,
    said: String,
    class: &'static str,
    verdict: String,
    source: String,
}

impl SheetPage {
    pub fn new(app: &App, view: &View, key: &str, checked: &CheckedDocument) -> Self {
        let say = app.say(view);
        let chars: Vec<char> = checked.document.text.chars().collect();
        let figures = checked.document.mentions.iter().zip(&checked.judged);
        let rows = figures
            .filter(|(_, it)| it.verdict.is_some())
            .enumerate()
            .map(|(nth, (mention, judged))| Row {
                number: nth + 1,
                sentence: short(&sentence(&checked.document, &chars, mention), mention),
                text: mention.text.clone(),
                said: judged.said.clone().unwrap_or_else(|| UNKNOWN.to_owned()),
                class: verdict(judged),
                verdict: say.word("verdict", verdict(judged)),
                source: judged
                    .evidence
                    .as_ref()
                    .map_or_else(|| UNKNOWN.to_owned(), |it| source(it, &say, view)),
            });
        Self {
            frame: Frame::new(app, view, Place::Check, &say.text("check.sheet")),
            name: checked.document.name.clone(),
            sub: sub(checked, &say),
            back: view.link(&format!("/documents/check/{key}")),
            counts: VERDICTS
                .map(|it| (say.word("verdict", it), checked.count(it)))
                .to_vec(),
            rows: rows.collect(),
            problems: found(checked, &say, view),
        }
    }
}

/// Where a value is from, in a cell.
fn source(it: &Evidence, say: &Say<'_>, view: &View) -> String {
    let title = it.title.get(view.language);
    match &it.source {
        Some(source) => format!("{title}, {source}"),
        None if it.records > 0 => format!(
            "{title}, {}, {}",
            say.period(it.period),
            say.fill("check.computed", &[("count", it.records.to_string())])
        ),
        None => format!("{title}, {}", say.period(it.period)),
    }
}

/// The words around a figure: a sentence of a report may be a page long.
fn short(sentence: &str, mention: &MentionView) -> String {
    const AROUND: usize = 24;
    let chars: Vec<char> = sentence.chars().collect();
    let Some(byte) = sentence.find(&mention.text) else {
        return chars.iter().take(2 * AROUND).collect();
    };
    let at = sentence[..byte].chars().count();
    let end = at + mention.text.chars().count();
    let (from, to) = (
        at.saturating_sub(AROUND),
        (end + AROUND / 2).min(chars.len()),
    );
    let mut out = String::new();
    if from > 0 {
        out.push('…');
    }
    out.extend(&chars[from..to]);
    if to < chars.len() {
        out.push('…');
    }
    out
}
