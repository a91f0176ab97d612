//! Search over organizations, records, documents, indicators and registers.
//!
//! Owns the page of results and what the frame shows while somebody types. Invariant: both show what the same act found.

use axum::response::Response;
use quanyu_core::text::Language;
use serde::Serialize;
use serde_json::{Value, json};

use super::{
    frame::{Frame, Place},
    problem::Problem,
    state::App,
    view::{Format, View},
};
use crate::app::{
    self,
    search::{Found, Group, Hit, Kind, Marked, Way},
};

/// Hits of a kind on the page of all kinds.
const SOME: usize = 10;
/// Hits on the page of one kind.
const MANY: usize = 100;
/// Hits of a kind while typing.
const FEW: usize = 4;

/// `GET /search?q=…&kind=…`.
pub(super) async fn show(app: App, view: View) -> Result<Response, Problem> {
    let kind = view.wish("kind").and_then(Kind::parse);
    let limit = if kind.is_some() { MANY } else { SOME };
    let found = ask(&app, &view, kind, limit).await?;
    match view.format {
        Format::Html => app.page(
            &view,
            "search/results.html",
            &SearchPage::new(&app, &view, kind, &found),
        ),
        _ => Ok(app.json(found_json(&found, &app, &view))),
    }
}

/// `GET /search/hits?q=…`: what the frame shows while somebody types.
pub(super) async fn hits(app: App, view: View) -> Result<Response, Problem> {
    let found = ask(&app, &view, None, FEW).await?;
    let words = words(&view);
    let page = HitsPage {
        groups: sections(&app, &view, &found.groups, false),
        all: view.link_with("/search", &[("q", &words)]),
        words,
    };
    app.page(&view, "search/hits.html", &page)
}

pub(super) async fn ask(
    app: &App,
    view: &View,
    kind: Option<Kind>,
    limit: usize,
) -> Result<Found, Problem> {
    let words = words(view);
    let kinds = kind.map_or(Kind::ALL.to_vec(), |it| vec![it]);
    let found = app::search::search(&app.product, &words, &kinds, limit).await;
    found.map_err(|error| app.refused(view, &error))
}

fn words(view: &View) -> String {
    view.wish("q").map(str::trim).unwrap_or_default().to_owned()
}

/// What was found, for programs.
pub(super) fn found_json(found: &Found, app: &App, view: &View) -> Value {
    let hits = found.groups.iter().flat_map(|it| &it.hits);
    json!({
        "hits": hits.map(|it| json!({
            "kind": it.kind.word(),
            "register": it.register,
            "id": id(it),
            "title": title(app, view, it).text,
            "code": it.code,
            "note": it.note.as_ref().map(|it| it.text.as_str()),
            "way": it.way.word(),
            "href": href(it, view),
        })).collect::<Vec<_>>(),
        "more": found.groups.iter().any(|it| it.more),
        "complete": !found.filling,
    })
}

#[derive(Debug, Serialize)]
struct HitsPage {
    words: String,
    groups: Vec<Section>,
    all: String,
}

#[derive(Debug, Serialize)]
struct SearchPage {
    frame: Frame,
    words: String,
    kinds: Vec<Tab>,
    groups: Vec<Section>,
    filling: bool,
}

#[derive(Debug, Serialize)]
struct Tab {
    title: String,
    href: String,
    current: bool,
}

#[derive(Debug, Serialize)]
struct Section {
    title: String,
    hits: Vec<HitShown>,
    more: Option<String>,
}

#[derive(Debug, Serialize)]
struct HitShown {
    title: Vec<(String, bool)>,
    note: Vec<(String, bool)>,
    badge: Option<String>,
    href: String,
}

impl SearchPage {
    fn new(app: &App, view: &View, kind: Option<Kind>, found: &Found) -> Self {
        let tab = |kind: Option<Kind>, current| Tab {
            title: match kind {
                Some(kind) => app.say(view).word("hit", kind.word()),
                None => app.text(view, "search.all"),
            },
            href: view.change(&[("kind", kind.map(Kind::word))]),
            current,
        };
        let words = words(view);
        let kinds = Kind::ALL.into_iter().map(Some);
        let tabs = std::iter::once(None)
            .chain(kinds)
            .map(|it| tab(it, it == kind));
        Self {
            frame: Frame::new(app, view, Place::Elsewhere, &app.text(view, "search.title")),
            kinds: if words.is_empty() {
                Vec::new()
            } else {
                tabs.collect()
            },
            words,
            groups: sections(app, view, &found.groups, kind.is_none()),
            filling: found.filling,
        }
    }
}

/// Hits under the names that people know: records under their registers.
fn sections(app: &App, view: &View, groups: &[Group], leads_on: bool) -> Vec<Section> {
    let mut sections = Vec::new();
    for group in groups {
        let mut of_group: Vec<(&str, Section)> = Vec::new();
        for hit in &group.hits {
            let register = if hit.kind.is_record() {
                hit.register.as_str()
            } else {
                ""
            };
            let place = of_group.iter().position(|(it, _)| *it == register);
            let place = place.unwrap_or_else(|| {
                let declared = app.product.pack.registers.get(register);
                let title = match declared {
                    Some(it) => it.title.get(view.language).to_owned(),
                    None => app.say(view).word("hit", group.kind.word()),
                };
                of_group.push((
                    register,
                    Section {
                        title,
                        hits: Vec::new(),
                        more: None,
                    },
                ));
                of_group.len() - 1
            });
            of_group[place].1.hits.push(HitShown::new(app, view, hit));
        }
        if let Some((_, last)) = of_group.last_mut().filter(|_| group.more && leads_on) {
            last.more = Some(view.change(&[("kind", Some(group.kind.word()))]));
        }
        sections.extend(of_group.into_iter().map(|it| it.1));
    }
    sections
}

impl HitShown {
    fn new(app: &App, view: &View, hit: &Hit) -> Self {
        let plain = |text: &str| vec![(text.to_owned(), false)];
        let own = title(app, view, hit);
        let note = match &hit.note {
            // The other name is what the page calls it already.
            Some(note) if note.text == own.text => Vec::new(),
            Some(note) => pieces(note),
            None => hit.code.as_deref().map(plain).unwrap_or_default(),
        };
        let badge = match hit.way {
            Way::Near => Some("near"),
            Way::OtherName | Way::Sound if hit.note.is_some() && !note.is_empty() => {
                Some("other_name")
            }
            _ => None,
        };
        Self {
            title: pieces(&own),
            note,
            badge: badge.map(|it| app.say(view).word("hit_way", it)),
            href: href(hit, view),
        }
    }
}

fn pieces(marked: &Marked) -> Vec<(String, bool)> {
    marked
        .pieces()
        .into_iter()
        .map(|(text, mark)| (text.to_owned(), mark))
        .collect()
}

/// What a hit is called in the language of the page: titles of a pack may have an English form.
fn title(app: &App, view: &View, hit: &Hit) -> Marked {
    let pack = &app.product.pack;
    let declared = match hit.kind {
        Kind::Indicator => pack.indicators.get(&hit.register).map(|it| &it.title),
        Kind::Register => pack.registers.get(&hit.register).map(|it| &it.title),
        _ => None,
    };
    let english = declared
        .and_then(|it| it.en.as_deref())
        .filter(|_| view.language == Language::En);
    match (english, &hit.note) {
        (Some(english), Some(note)) if note.text == english => note.clone(),
        (Some(english), _) => Marked {
            text: english.to_owned(),
            marks: Vec::new(),
        },
        (None, _) => hit.title.clone(),
    }
}

fn id(hit: &Hit) -> Value {
    if hit.kind.is_record() {
        Value::from(hit.record)
    } else {
        Value::from(hit.register.as_str())
    }
}

fn href(hit: &Hit, view: &View) -> String {
    match hit.kind {
        Kind::Indicator => view.link(&format!("/indicators/{}", hit.register)),
        Kind::Register => view.link(&format!("/registers/{}", hit.register)),
        Kind::Document => view.link(&format!("/writing/{}", hit.record)),
        Kind::Organization | Kind::Record => {
            view.link(&format!("/registers/{}/{}", hit.register, hit.record))
        }
    }
}
