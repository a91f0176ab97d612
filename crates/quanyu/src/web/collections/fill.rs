//! The table that a party fills in, in the browser or as a workbook.

use std::collections::BTreeMap;

use axum::{
    extract::{FromRequestParts, Path, Request},
    http::{StatusCode, request::Parts},
    response::{IntoResponse, Redirect, Response},
};
use quanyu_core::text::Language;
use serde::Serialize;
use serde_json::json;

use super::{class, number};
use crate::{
    app::{
        AppError,
        collections::{
            self,
            answer::{self, Fault, Typed},
            files,
            grid::{self, Grid, GridCell, Line},
        },
        media::XLSX,
    },
    web::{
        frame::{Frame, Place},
        lists::download,
        problem::Problem,
        say::{Say, UNKNOWN},
        state::App,
        upload,
        view::{Format, View},
    },
};

/// A party's part of a request, as its address names it.
#[derive(Clone, Copy)]
pub(in crate::web) struct Part {
    id: i64,
    place: i64,
}

impl FromRequestParts<App> for Part {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let view = View::from_request_parts(parts, app).await?;
        let Ok(Path((id, place))) = Path::<(String, String)>::from_request_parts(parts, app).await
        else {
            let problem = Problem::of(app, view.language, "web_no_page");
            return Err(problem.fact("path", &view.path));
        };
        let read = |text: &str| number(text).map_err(|error| app.refused(&view, &error));
        Ok(Self {
            id: read(&id)?,
            place: read(&place)?,
        })
    }
}

/// `GET /collections/{collection}/{party}`: a party's table.
pub(in crate::web) async fn show(
    app: App,
    Part { id, place }: Part,
    view: View,
) -> Result<Response, Problem> {
    let refused = |error: AppError| app.refused(&view, &error);
    let grid = grid::grid(&app.product, id, place).await.map_err(refused)?;
    if view.format != Format::Html {
        return Ok(app.json(json!({
            "party": grid.party.title, "state": grid.party.state, "open": grid.open, "held": grid.held,
            "lines": grid.lines.iter().map(|line| json!({
                "line": line.number, "label": line.label.get(view.language), "unit": line.unit, "reason": line.reason,
                "cells": line.cells.iter().map(|it| json!({
                    "item": it.item, "held": it.held, "before": it.before, "value": it.value,
                })).collect::<Vec<_>>(),
            })).collect::<Vec<_>>(),
        })));
    }
    app.page(
        &view,
        "collections/fill.html",
        &FillPage::new(&app, &view, &grid, None),
    )
}

/// `POST /collections/{collection}/{party}`: takes the answers, or shows them again with what is wrong.
pub(in crate::web) async fn answer(
    app: App,
    Part { id, place }: Part,
    view: View,
    request: Request,
) -> Result<Response, Problem> {
    let refused = |error: AppError| app.refused(&view, &error);
    let form = upload::form(&app, &view, request).await?;
    let typed = typed(&form.fields);
    let faults = answer::submit(&app.product, id, place, &typed, None)
        .await
        .map_err(refused)?;
    if faults.is_empty() {
        return Ok(Redirect::to(&view.link(&format!("/collections/{id}/{place}"))).into_response());
    }
    let grid = grid::grid(&app.product, id, place).await.map_err(refused)?;
    let page = FillPage::new(&app, &view, &grid, Some((&typed, &faults)));
    let page = app.page(&view, "collections/fill.html", &page)?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

/// `GET /collections/{collection}/{party}/xlsx`: a party's table as a workbook to be passed on.
pub(in crate::web) async fn workbook(
    app: App,
    Part { id, place }: Part,
    view: View,
) -> Result<Response, Problem> {
    let refused = |error: AppError| app.refused(&view, &error);
    let (name, bytes) = files::workbook(&app.product, id, place)
        .await
        .map_err(refused)?;
    Ok(download(&name, XLSX, bytes))
}

/// Texts of a form: `v.{line}.{item}`, `why.{line}`.
fn typed(fields: &[(String, String)]) -> Typed {
    let mut typed = Typed::default();
    for (key, text) in fields {
        if let Some((line, item)) = key.strip_prefix("v.").and_then(|it| it.split_once('.')) {
            if let (Ok(line), Ok(item)) = (line.parse(), item.parse()) {
                typed.values.insert((line, item), text.clone());
            }
        } else if let Some(line) = key.strip_prefix("why.").and_then(|it| it.parse().ok()) {
            typed.reasons.insert(line, text.clone());
        }
    }
    typed
}

#[derive(Debug, Serialize)]
struct FillPage {
    frame: Frame,
    back: String,
    title: String,
    party: String,
    state: String,
    class: &'static str,
    remark: Option<String>,
    facts: String,
    note: Option<String>,
    known: String,
    heads: Vec<String>,
    lines: Vec<FillLine>,
    by_line: bool,
    compares: bool,
    takes: bool,
    action: String,
    workbook: String,
    faults: usize,
}

#[derive(Debug, Serialize)]
struct FillLine {
    number: i64,
    label: String,
    unit: String,
    cells: Vec<FillCell>,
    reason: String,
    why: Option<String>,
}

#[derive(Debug, Serialize)]
struct FillCell {
    item: i64,
    head: String,
    held: Option<String>,
    before: String,
    value: String,
    kind: &'static str,
    choices: Vec<String>,
    change: Option<String>,
    jumps: bool,
    why: Option<String>,
}

impl FillPage {
    fn new(app: &App, view: &View, grid: &Grid, wrong: Option<(&Typed, &[Fault])>) -> Self {
        let say = app.say(view);
        let collection = &grid.collection;
        let period = collection
            .period
            .parse()
            .map_or_else(|_| collection.period.clone(), |it| say.period(it));
        let mut facts = vec![
            say.fill("collections.period_is", &[("period", period)]),
            say.fill("collections.due_is", &[("due", collection.due.clone())]),
        ];
        if grid.compares {
            facts.push(say.fill(
                "collections.jump_is",
                &[("jump", collection.jump.to_string())],
            ));
        }
        let here = format!("/collections/{}/{}", collection.id, grid.party.place);
        let counts = [
            ("open", grid.open.to_string()),
            ("held", grid.held.to_string()),
        ];
        Self {
            frame: Frame::new(app, view, Place::Collections, &collection.title),
            back: match collections::manages(&app.product) {
                true => view.link(&format!("/collections/{}", collection.id)),
                false => view.link("/collections"),
            },
            title: collection.title.clone(),
            party: grid.party.title.clone(),
            state: say.word("party_state", &grid.party.state),
            class: class(&grid.party.state),
            remark: grid.party.remark.clone(),
            facts: facts.join(" · "),
            note: collection.note.clone(),
            known: say.fill("collections.known", &counts),
            heads: grid
                .columns
                .iter()
                .map(|it| it.head(view.language))
                .collect(),
            lines: grid
                .lines
                .iter()
                .map(|it| line(view, &say, grid, it, wrong))
                .collect(),
            by_line: collection.register.is_none(),
            compares: grid.compares,
            takes: grid.takes,
            action: view.link(&here),
            workbook: view.link(&format!("{here}/xlsx")),
            faults: wrong.map_or(0, |it| it.1.len()),
        }
    }
}

fn line(
    view: &View,
    say: &Say<'_>,
    grid: &Grid,
    it: &Line,
    wrong: Option<(&Typed, &[Fault])>,
) -> FillLine {
    let told: BTreeMap<Option<i64>, &Fault> = wrong
        .into_iter()
        .flat_map(|it| it.1)
        .filter(|fault| fault.line == it.number)
        .map(|fault| (fault.item, fault))
        .collect();
    let why = |item: Option<i64>| {
        let fault = told.get(&item)?;
        Some(match view.language {
            Language::Zh => fault.zh.clone(),
            Language::En => fault.en.clone(),
        })
    };
    let label = match it.label.get(view.language) {
        "" => say.text("collections.new_row"),
        label => label.to_owned(),
    };
    let cell = |(place, cell): (usize, &GridCell)| {
        let column = grid.columns.get(place);
        let typed = wrong.and_then(|wrong| wrong.0.values.get(&(it.number, cell.item)));
        FillCell {
            item: cell.item,
            head: column.map(|it| it.head(view.language)).unwrap_or_default(),
            held: cell.held.clone(),
            before: cell.before.clone().unwrap_or_else(|| UNKNOWN.to_owned()),
            value: typed.cloned().unwrap_or_else(|| cell.value.clone()),
            kind: match column.map(|it| it.kind) {
                Some("date") => "date",
                _ => "text",
            },
            choices: column
                .into_iter()
                .flat_map(|it| &it.choices)
                .map(|it| it.get(view.language).to_owned())
                .collect(),
            change: say.growth(cell.change),
            jumps: cell.jumps,
            why: why(Some(cell.item)),
        }
    };
    FillLine {
        number: it.number,
        label,
        unit: it.unit.as_ref().map(|it| say.unit(it)).unwrap_or_default(),
        cells: it.cells.iter().enumerate().map(cell).collect(),
        reason: wrong
            .and_then(|wrong| wrong.0.reasons.get(&it.number).cloned())
            .unwrap_or_else(|| it.reason.clone()),
        why: why(None),
    }
}
