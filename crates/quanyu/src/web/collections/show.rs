//! The page of a request: who has reported, what they said beside the period before, what to do next; and what became of files.

use quanyu_core::text::Language;
use rust_decimal::Decimal;
use serde::Serialize;
use serde_json::{Value, json};

use super::class;
use crate::{
    app::collections::{CollectionCell, CollectionView, ItemView, Party, files::Merged, grid},
    web::{
        frame::{Frame, Place},
        lists::day,
        qr,
        say::{Say, UNKNOWN},
        state::App,
        upload,
        view::View,
    },
};

/// The page.
#[derive(Debug, Serialize)]
pub(super) struct ShowPage {
    frame: Frame,
    back: String,
    title: String,
    facts: String,
    note: Option<String>,
    asks: String,
    counts: Vec<(String, usize, &'static str)>,
    reminder: Option<String>,
    parties: Vec<Row>,
    heads: Vec<String>,
    values: Vec<ValueRow>,
    reported: usize,
    closed: bool,
    files: String,
    confirm: String,
    send_back: String,
    close: String,
    /// The picture by which firms open it on a telephone.
    code: String,
    most: usize,
    csv: String,
    json: String,
}

#[derive(Debug, Serialize)]
struct Row {
    place: i64,
    title: String,
    href: String,
    workbook: String,
    state: String,
    class: &'static str,
    open: bool,
    reported: bool,
    who: String,
    at: String,
    remark: Option<String>,
    filled: usize,
    asked: usize,
    held: usize,
}

/// What a party said, item by item.
#[derive(Debug, Serialize)]
struct ValueRow {
    title: String,
    cells: Vec<ValueCell>,
}

#[derive(Debug, Serialize)]
struct ValueCell {
    value: String,
    held: bool,
    before: String,
    change: Option<String>,
    jumps: bool,
    reason: Option<String>,
}

impl ShowPage {
    pub(super) fn new(app: &App, view: &View, found: &CollectionView) -> Self {
        let say = app.say(view);
        let collection = &found.collection;
        let path = format!("/collections/{}", collection.id);
        let link = |more: &str| view.link(&format!("{path}{more}"));
        let period = collection
            .period
            .parse()
            .map_or_else(|_| collection.period.clone(), |it| say.period(it));
        let facts = [
            say.fill("collections.period_is", &[("period", period)]),
            say.fill("collections.due_is", &[("due", collection.due.clone())]),
            say.fill(
                "collections.jump_is",
                &[("jump", collection.jump.to_string())],
            ),
            say.actor(&collection.actor),
        ];
        let numbers = [
            ("cells", (found.cells_asked + found.cells_held).to_string()),
            ("held", found.cells_held.to_string()),
            ("asked", found.cells_asked.to_string()),
            ("twice", found.cells_twice.to_string()),
        ];
        let mut asks = say.fill("collections.asks", &numbers);
        if found.cells_twice > 0 {
            asks.push(' ');
            asks.push_str(&say.fill("collections.asks_twice", &numbers));
        }
        let count = |state: &str| found.parties.iter().filter(|it| it.state == state).count();
        let states = ["open", "reported", "returned", "confirmed"];
        let counts = states.map(|it| (say.word("party_state", it), count(it), class(it)));
        let row = |it: &Party| {
            let own = || found.cells.iter().filter(|cell| cell.party == it.place);
            Row {
                place: it.place,
                title: it.title.clone(),
                href: link(&format!("/{}", it.place)),
                workbook: link(&format!("/{}/xlsx", it.place)),
                state: say.word("party_state", &it.state),
                class: class(&it.state),
                open: matches!(it.state.as_str(), "open" | "returned"),
                reported: it.state == "reported",
                who: it
                    .reported_by
                    .as_ref()
                    .map_or_else(|| UNKNOWN.to_owned(), |it| say.actor(it)),
                at: it
                    .reported_at
                    .as_ref()
                    .map_or_else(|| UNKNOWN.to_owned(), |it| day(it)),
                remark: it.remark.clone(),
                filled: own().filter(|it| it.value.is_some()).count(),
                asked: own().filter(|it| it.held.is_none()).count(),
                held: own().filter(|it| it.held.is_some()).count(),
            }
        };
        let by_item = collection.register.is_none();
        let values = found.parties.iter().map(|party| ValueRow {
            title: party.title.clone(),
            cells: (0_i64..)
                .zip(&found.items)
                .map(|(place, item)| {
                    let mut own = found.cells.iter().filter(|it| it.party == party.place);
                    value_cell(&say, item, own.find(|it| it.item == place), collection.jump)
                })
                .collect(),
        });
        let heads = found.items.iter().map(|it| {
            let title = it.title.get(view.language);
            it.unit.as_ref().map_or_else(
                || title.to_owned(),
                |unit| format!("{title}（{}）", say.unit(unit)),
            )
        });
        Self {
            frame: Frame::new(app, view, Place::Collections, &collection.title),
            back: view.link("/collections"),
            title: collection.title.clone(),
            facts: facts.join(" · "),
            note: collection.note.clone(),
            asks,
            counts: counts.to_vec(),
            reminder: reminder(&say, found),
            parties: found.parties.iter().map(row).collect(),
            heads: if by_item { heads.collect() } else { Vec::new() },
            values: if by_item {
                values.collect()
            } else {
                Vec::new()
            },
            reported: count("reported"),
            closed: collection.closed_at.is_some(),
            files: link("/files"),
            confirm: link("/confirm"),
            send_back: link("/return"),
            close: link("/close"),
            code: qr::of(&format!("/my/asked/{}", collection.id)),
            most: upload::MOST,
            csv: view.change(&[("format", Some("csv"))]),
            json: view.change(&[("format", Some("json"))]),
        }
    }

    /// What came in as a table.
    pub(super) fn table(&self, say: &Say<'_>) -> (Vec<String>, Vec<Vec<String>>) {
        let mut heads: Vec<String> = [
            "collections.party",
            "collections.state",
            "collections.who",
            "collections.at",
        ]
        .map(|it| say.text(it))
        .to_vec();
        heads.extend(self.heads.iter().cloned());
        let rows = self.parties.iter().enumerate().map(|(place, it)| {
            let mut row = vec![
                it.title.clone(),
                it.state.clone(),
                it.who.clone(),
                it.at.clone(),
            ];
            let values = self.values.get(place).into_iter().flat_map(|it| &it.cells);
            row.extend(values.map(|it| it.value.clone()));
            row
        });
        (heads, rows.collect())
    }
}

/// A short plain text for a message to those who have not reported.
fn reminder(say: &Say<'_>, found: &CollectionView) -> Option<String> {
    let named = |state: &str| {
        let names: Vec<&str> = found
            .parties
            .iter()
            .filter(|it| it.state == state)
            .map(|it| it.title.as_str())
            .collect();
        names.join(match say.language {
            Language::Zh => "、",
            Language::En => ", ",
        })
    };
    let (open, returned) = (named("open"), named("returned"));
    if open.is_empty() && returned.is_empty() {
        return None;
    }
    let facts = [
        ("title", found.collection.title.clone()),
        ("due", found.collection.due.clone()),
        ("open", open.clone()),
        ("returned", returned.clone()),
    ];
    let mut said = say.fill(
        if found.late {
            "collections.remind_late"
        } else {
            "collections.remind"
        },
        &facts,
    );
    if !open.is_empty() {
        said.push_str(&say.fill("collections.remind_open", &facts));
    }
    if !returned.is_empty() {
        said.push_str(&say.fill("collections.remind_returned", &facts));
    }
    Some(said)
}

fn value_cell(
    say: &Say<'_>,
    item: &ItemView,
    cell: Option<&CollectionCell>,
    jump: i64,
) -> ValueCell {
    let unit = item.unit.clone().unwrap_or_default();
    let said = |text: Option<&String>| {
        text.map_or_else(
            || UNKNOWN.to_owned(),
            |it| grid::rounded(&grid::scaled(it, &unit)),
        )
    };
    let value = cell.and_then(|it| it.held.as_ref().or(it.value.as_ref()));
    let change = cell.and_then(|it| grid::moved(it.before.as_deref(), value.map(String::as_str)));
    ValueCell {
        value: said(value),
        held: cell.is_some_and(|it| it.held.is_some()),
        before: said(cell.and_then(|it| it.before.as_ref())),
        jumps: change.is_some_and(|it| grid::jumps(it, jump))
            && cell.is_some_and(|it| it.held.is_none()),
        change: say.growth(change.filter(|it| *it != Decimal::ZERO)),
        reason: cell.and_then(|it| it.reason.clone()),
    }
}

/// A request for programs.
pub(super) fn show_json(found: &CollectionView) -> Value {
    json!({
        "id": found.collection.id,
        "title": found.collection.title,
        "period": found.collection.period,
        "due": found.collection.due,
        "closed": found.collection.closed_at.is_some(),
        "items": found.items.iter().map(|it| json!({ "id": it.id, "unit": it.unit })).collect::<Vec<_>>(),
        "asked": found.cells_asked, "held": found.cells_held, "twice": found.cells_twice,
        "parties": found.parties.iter().map(|party| json!({
            "place": party.place, "title": party.title, "state": party.state, "remark": party.remark,
            "reported_at": party.reported_at, "reported_by": party.reported_by,
            "cells": found.cells.iter().filter(|it| it.party == party.place).map(|it| json!({
                "line": it.line, "item": it.item, "held": it.held, "before": it.before,
                "value": it.value, "reason": it.reason, "record": it.record,
            })).collect::<Vec<_>>(),
        })).collect::<Vec<_>>(),
    })
}

/// What became of files.
#[derive(Debug, Serialize)]
pub(super) struct MergedPage {
    frame: Frame,
    back: String,
    files: Vec<FileRow>,
    taken: usize,
}

#[derive(Debug, Serialize)]
struct FileRow {
    file: String,
    party: String,
    taken: bool,
    why: Option<String>,
    hint: Option<String>,
    faults: Vec<(i64, String, String)>,
}

impl MergedPage {
    pub(super) fn new(app: &App, view: &View, back: &str, merged: &[Merged]) -> Self {
        let row = |it: &Merged| {
            let said = it.refused.as_ref().map(|it| {
                app.messages
                    .say(it.code(), view.language, &it.facts(view.language))
            });
            FileRow {
                file: it.file.clone(),
                party: it.party.clone().unwrap_or_else(|| UNKNOWN.to_owned()),
                taken: it.faults.is_empty() && it.refused.is_none(),
                why: said.as_ref().map(|it| it.message.clone()),
                hint: said.map(|it| it.hint),
                faults: it
                    .faults
                    .iter()
                    .map(|it| {
                        let why = match view.language {
                            Language::Zh => &it.zh,
                            Language::En => &it.en,
                        };
                        (it.line + 1, it.text.clone(), why.clone())
                    })
                    .collect(),
            }
        };
        let files: Vec<FileRow> = merged.iter().map(row).collect();
        Self {
            frame: Frame::new(
                app,
                view,
                Place::Collections,
                &app.text(view, "collections.merged"),
            ),
            back: view.link(back),
            taken: files.iter().filter(|it| it.taken).count(),
            files,
        }
    }
}
