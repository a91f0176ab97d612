//! The page of one list: its rows, doubts to settle, counts by street, columns to fetch.

use serde::Serialize;
use serde_json::{Value, json};

use super::{super::figure::group, day};
use crate::{
    app::lists::{Candidate, ListView, RowView, fetch::Offer},
    web::{
        frame::{Frame, Place},
        say::{Say, UNKNOWN},
        state::App,
        view::View,
    },
};

/// The id of the register of organizations, for links to its records.
pub(super) fn organizations(app: &App) -> String {
    let register = app.product.pack.playing("organization");
    register.map(|it| it.id.clone()).unwrap_or_default()
}

/// The page.
#[derive(Debug, Serialize)]
pub(super) struct ShowPage {
    frame: Frame,
    back: String,
    title: String,
    facts: String,
    chips: Vec<Chip>,
    status: String,
    rows: Vec<Row>,
    first: Option<String>,
    next: Option<String>,
    total: String,
    settle: String,
    again: String,
    remove: String,
    qualify: Option<String>,
    undo: String,
    batches: Vec<Batch>,
    xlsx: String,
    carried: Vec<(String, String)>,
    streets: Vec<Street>,
    sole: usize,
    twice: usize,
    columns: Vec<Choice>,
    code_columns: Vec<Choice>,
    registers: Vec<Register>,
    fetched: Vec<Fetched>,
    json: String,
}

#[derive(Debug, Serialize)]
struct Chip {
    title: String,
    count: String,
    href: String,
    chosen: bool,
}

#[derive(Debug, Serialize)]
struct Row {
    place: i64,
    number: i64,
    name: String,
    status: String,
    class: &'static str,
    why: Option<String>,
    own: Option<Own>,
    candidates: Vec<Own>,
    person: bool,
}

#[derive(Debug, Serialize)]
struct Own {
    id: i64,
    name: String,
    href: String,
    former: Option<String>,
    why: Option<String>,
    code: String,
    street: String,
}

#[derive(Debug, Serialize)]
struct Street {
    name: String,
    count: usize,
    width: usize,
}

#[derive(Debug, Serialize)]
struct Choice {
    value: usize,
    title: String,
    chosen: bool,
}

#[derive(Debug, Serialize)]
struct Register {
    title: String,
    href: String,
    chosen: bool,
}

#[derive(Debug, Serialize)]
struct Fetched {
    title: String,
    mark: Option<String>,
    fields: Vec<(String, String)>,
}

#[derive(Debug, Serialize)]
struct Batch {
    id: i64,
    said: String,
    open: bool,
}

impl ShowPage {
    pub(super) fn new(
        app: &App,
        view: &View,
        shown: &ListView,
        offers: &[Offer],
        batches: &[(i64, String, i64)],
    ) -> Self {
        let say = app.say(view);
        let list = &shown.list;
        let here = format!("/lists/{}", list.id);
        let path = |more: &str| view.link(&format!("{here}/{more}"));
        let status = view.wish("status").unwrap_or_default();
        let counts = shown.counts;
        let chips = [
            ("", "lists.all", counts.rows),
            ("matched", "list_status.matched", counts.matched),
            ("doubtful", "list_status.doubtful", counts.doubtful),
            ("unmatched", "list_status.unmatched", counts.unmatched),
        ];
        let chip = |(word, key, count): (&str, &str, i64)| Chip {
            title: say.text(key),
            count: counted(count),
            href: view.change(&[
                ("status", Some(word).filter(|it| !it.is_empty())),
                ("from", None),
            ]),
            chosen: status == word,
        };
        let register = organizations(app);
        let most = shown.streets.iter().map(|it| it.2).max().unwrap_or(1);
        let street = |(_, name, count): &(_, String, usize)| Street {
            name: if name.is_empty() {
                say.text("lists.no_street")
            } else {
                name.clone()
            },
            count: *count,
            width: count * 100 / most.max(1),
        };
        let column = |chosen: Option<usize>| {
            let heads = list.heads.iter().enumerate();
            heads
                .map(|(value, title)| Choice {
                    value,
                    title: title.clone(),
                    chosen: chosen == Some(value),
                })
                .collect()
        };
        let wished: Vec<&str> = view.wishes("fetch").collect();
        let is_open = |it: &&Offer| it.own || wished.contains(&it.register.as_str());
        let facts = [
            list.source
                .clone()
                .unwrap_or_else(|| say.text("lists.pasted")),
            say.fill("lists.rows", &[("rows", counted(counts.rows))]),
            day(&list.at),
            say.actor(&list.actor),
        ];
        Self {
            frame: Frame::new(app, view, Place::Lists, &list.title),
            back: view.link("/lists"),
            title: list.title.clone(),
            facts: facts.join(" · "),
            chips: chips.into_iter().map(chip).collect(),
            status: status.to_owned(),
            rows: shown
                .rows
                .iter()
                .map(|it| row(view, &say, &register, it))
                .collect(),
            first: view.wish("from").map(|_| view.change(&[("from", None)])),
            next: shown
                .next
                .map(|it| view.change(&[("from", Some(&it.to_string()))])),
            total: say.fill("lists.rows", &[("rows", group(shown.rows.len() as u64))]),
            settle: path("settle"),
            again: path("match"),
            remove: path("remove"),
            qualify: shown.qualifies.then(|| path("qualify")),
            undo: path("undo"),
            batches: batches
                .iter()
                .map(|(id, state, rows)| Batch {
                    id: *id,
                    said: say.fill(
                        "lists.batch",
                        &[
                            ("batch", id.to_string()),
                            ("rows", rows.to_string()),
                            ("state", say.word("batch_state", state)),
                        ],
                    ),
                    open: state == "applied",
                })
                .collect(),
            xlsx: format!("{here}/xlsx"),
            carried: view.carried(&["column", "fetch", "status", "from"]),
            streets: shown.streets.iter().map(street).collect(),
            sole: shown.sole,
            twice: shown.twice,
            columns: column(Some(list.name_column)),
            code_columns: column(list.code_column),
            registers: offers
                .iter()
                .filter(|it| !it.own)
                .map(|it| register_chip(view, &wished, it))
                .collect(),
            fetched: offers
                .iter()
                .filter(is_open)
                .map(|it| fetched(view, it))
                .collect(),
            json: view.change(&[("format", Some("json"))]),
        }
    }
}

/// A register whose columns are shown or folded away by a click.
fn register_chip(view: &View, wished: &[&str], offer: &Offer) -> Register {
    let chosen = wished.contains(&offer.register.as_str());
    let kept = wished.iter().filter(|it| **it != offer.register);
    let mut more: Vec<(&str, &str)> = kept.map(|it| ("fetch", *it)).collect();
    if !chosen {
        more.push(("fetch", &offer.register));
    }
    if let Some(status) = view.wish("status") {
        more.push(("status", status));
    }
    Register {
        title: offer.title.get(view.language).to_owned(),
        href: format!("{}#fetch", view.link_with(&view.path, &more)),
        chosen,
    }
}

fn fetched(view: &View, offer: &Offer) -> Fetched {
    let column = |field: &str| format!("{}.{field}", offer.register);
    Fetched {
        title: offer.title.get(view.language).to_owned(),
        mark: (!offer.own).then(|| column(crate::app::lists::fetch::MARK)),
        fields: offer
            .fields
            .iter()
            .map(|(id, title)| (column(id), title.get(view.language).to_owned()))
            .collect(),
    }
}

fn row(view: &View, say: &Say<'_>, register: &str, it: &RowView) -> Row {
    let own = |it: &Candidate| Own {
        id: it.id,
        name: it.name.clone(),
        href: view.link(&format!("/registers/{register}/{}", it.id)),
        former: it.former.clone(),
        why: it.why.as_ref().map(|it| say.word("list_why", it)),
        code: or_dash(&it.code),
        street: or_dash(&it.street),
    };
    Row {
        place: it.place,
        number: it.place + 1,
        name: or_dash(&it.name),
        class: match it.status.as_str() {
            "matched" => "done",
            "doubtful" => "behind",
            _ => "waiting",
        },
        status: say.word("list_status", &it.status),
        why: it
            .why
            .as_ref()
            .filter(|it| *it != "same")
            .map(|it| say.word("list_why", it)),
        own: it.organization.as_ref().map(own),
        candidates: it.candidates.iter().map(own).collect(),
        person: it.settled_by.is_some(),
    }
}

fn counted(count: i64) -> String {
    group(u64::try_from(count).unwrap_or_default())
}

fn or_dash(text: &str) -> String {
    if text.is_empty() {
        UNKNOWN.to_owned()
    } else {
        text.to_owned()
    }
}

/// The list for programs.
pub(super) fn list_json(shown: &ListView) -> Value {
    let own = |it: &Candidate| json!({ "id": it.id, "name": it.name, "code": it.code, "street": it.street, "why": it.why });
    json!({
        "id": shown.list.id,
        "title": shown.list.title,
        "rows": shown.counts.rows,
        "matched": shown.counts.matched,
        "doubtful": shown.counts.doubtful,
        "unmatched": shown.counts.unmatched,
        "sole": shown.sole,
        "twice": shown.twice,
        "batches": shown.list.batches,
        "next": shown.next,
        "streets": shown.streets.iter().map(|(code, name, count)| json!({
            "region": code.as_ref().map(ToString::to_string), "name": name, "count": count,
        })).collect::<Vec<_>>(),
        "names": shown.rows.iter().map(|it| json!({
            "place": it.place, "name": it.name, "status": it.status, "why": it.why,
            "organization": it.organization.as_ref().map(own),
            "candidates": it.candidates.iter().map(own).collect::<Vec<_>>(),
        })).collect::<Vec<_>>(),
    })
}
