//! One indicator: value, definition, history, parts, and the records behind it.

use quanyu_core::period::Period;
use rust_decimal::Decimal;
use serde::Serialize;
use serde_json::{Value, json};

use crate::{
    app::{
        indicators::{EvidencePage, EvidenceRow, FigureView, IndicatorPage},
        releases::Release,
    },
    web::{
        chart::{self, Bars},
        figure::{Citation, Figure, figure_json, group},
        frame::{self, Choice, Frame, Place},
        say::{Say, json_number},
        state::App,
        view::View,
    },
};

#[derive(Debug, Serialize)]
pub(in crate::web) struct ShowPage {
    frame: Frame,
    list: String,
    figure: Figure,
    region: String,
    period: String,
    definition: Vec<(String, String)>,
    basis: Option<String>,
    citation: Option<Citation>,
    years: Option<Bars>,
    year_rows: Vec<Figure>,
    months: Option<Bars>,
    month_rows: Vec<Figure>,
    parts_of: Vec<Part>,
    evidence: Evidence,
    periods: Vec<Choice>,
    used: Vec<UsedIn>,
    sequence: i64,
    message: String,
    csv: String,
    json: String,
}

/// A document that a value was frozen for.
#[derive(Debug, Serialize)]
struct UsedIn {
    id: String,
    href: String,
    document: String,
    said: String,
    measure: String,
    period: String,
    at: String,
}

#[derive(Debug, Serialize)]
struct Part {
    name: String,
    figure: Figure,
    records: String,
    /// Width of its bar, 0 to 100.
    width: String,
}

#[derive(Debug, Serialize)]
struct Evidence {
    register: String,
    register_href: String,
    sql: String,
    heads: Vec<String>,
    rows: Vec<EvidenceLine>,
    total: String,
    sum: String,
    next: Option<String>,
    first: Option<String>,
}

#[derive(Debug, Serialize)]
struct EvidenceLine {
    id: i64,
    href: String,
    cells: Vec<String>,
    contribution: String,
}

impl ShowPage {
    pub(in crate::web) fn new(
        app: &App,
        view: &View,
        page: &IndicatorPage,
        used: &[Release],
    ) -> Self {
        let say = app.say(view);
        let figure = Figure::new(&page.figure, view, &say);
        let region =
            frame::region_name(app, &view.region).unwrap_or_else(|| view.region.to_string());
        let figures = |list: &[FigureView]| {
            list.iter()
                .map(|it| Figure::new(it, view, &say))
                .collect::<Vec<_>>()
        };
        let month =
            |it: &FigureView| say.month(usize::from(it.period.first_day().month().unsigned_abs()));
        let message = [
            say.fill(
                "indicators.message",
                &[
                    ("region", region.clone()),
                    ("period", say.period(page.figure.period)),
                    ("title", figure.title.clone()),
                    ("value", figure.said(&say)),
                ],
            ),
            figure
                .growth
                .as_ref()
                .map(|it| say.fill("indicators.message_growth", &[("growth", it.clone())]))
                .unwrap_or_default(),
            figure
                .rank
                .as_ref()
                .map(|it| say.fill("indicators.message_rank", &[("rank", it.clone())]))
                .unwrap_or_default(),
        ];
        Self {
            frame: Frame::new(app, view, Place::Indicators, &figure.title),
            list: view.link("/indicators"),
            region,
            period: say.period(view.period),
            definition: page
                .definition
                .iter()
                .map(|(name, text)| (name.get(view.language).to_owned(), text.clone()))
                .collect(),
            basis: page.basis.clone(),
            citation: page
                .figure
                .citation
                .as_ref()
                .map(|it| Citation::new(it, view, &say)),
            years: history(
                &page.years,
                &say,
                |it| it.period.last_year().to_string(),
                &page.figure.period.last_year().to_string(),
            ),
            year_rows: figures(&page.years),
            months: history(&page.months, &say, month, ""),
            month_rows: figures(&page.months),
            parts_of: parts(page, view, &say),
            evidence: Evidence::new(&page.evidence, page, view, &say),
            periods: periods(view, &say),
            used: used
                .iter()
                .map(|it| UsedIn {
                    href: view.link(&format!("/releases/{}", it.id)),
                    id: it.id.clone(),
                    document: it.document.clone(),
                    said: it.said.clone(),
                    measure: say.word("measure", it.measure.word()),
                    period: say.period(it.period),
                    at: it.at.clone(),
                })
                .collect(),
            sequence: page.sequence,
            message: message.concat(),
            csv: view.change(&[("format", Some("csv"))]),
            json: view.change(&[("format", Some("json"))]),
            figure,
        }
    }
}

fn history(
    list: &[FigureView],
    say: &Say<'_>,
    words: impl Fn(&FigureView) -> String,
    current: &str,
) -> Option<Bars> {
    let bars = list.iter().map(|it| {
        let words = words(it);
        (
            words.clone(),
            it.value,
            say.number(&it.said, &it.said_unit),
            words == current,
        )
    });
    chart::bars(&bars.collect::<Vec<_>>())
}

fn parts(page: &IndicatorPage, view: &View, say: &Say<'_>) -> Vec<Part> {
    let most = page
        .parts
        .iter()
        .filter_map(|it| it.1.value)
        .max()
        .filter(|it| *it > Decimal::ZERO);
    let part = |(name, figure): &(String, FigureView)| {
        let width = figure
            .value
            .zip(most)
            .map_or(Decimal::ZERO, |(value, most)| {
                value.max(Decimal::ZERO) / most * Decimal::ONE_HUNDRED
            });
        Part {
            name: name.clone(),
            figure: Figure::new(figure, view, say),
            records: group(figure.records),
            width: width.round_dp(1).to_string(),
        }
    };
    page.parts.iter().map(part).collect()
}

/// The forms of period people switch between, for the year shown.
fn periods(view: &View, say: &Say<'_>) -> Vec<Choice> {
    let year = view.period.last_year();
    let spans = [
        (year - 1, 1, 12),
        (year, 1, 12),
        (year, 1, 6),
        (year, 7, 12),
        (year, 1, 3),
        (year, 4, 6),
        (year, 7, 9),
        (year, 10, 12),
    ];
    let periods = spans
        .into_iter()
        .filter_map(|(year, from, to)| Period::months(year, from, year, to));
    let choice = |period: Period| Choice {
        value: view.change(&[("period", Some(&period.to_string()))]),
        title: say.period(period),
        chosen: period == view.period,
    };
    periods.map(choice).collect()
}

impl Evidence {
    fn new(evidence: &EvidencePage, page: &IndicatorPage, view: &View, say: &Say<'_>) -> Self {
        let line = |row: &EvidenceRow| EvidenceLine {
            id: row.id,
            href: view.link(&format!("/registers/{}/{}", evidence.register, row.id)),
            cells: row.cells.clone(),
            contribution: say.whole(&row.contribution),
        };
        Self {
            register: evidence.register_title.get(view.language).to_owned(),
            register_href: view.link(&format!("/registers/{}", evidence.register)),
            sql: evidence.sql.clone(),
            heads: evidence
                .heads
                .iter()
                .map(|it| it.get(view.language).to_owned())
                .collect(),
            rows: evidence.rows.iter().map(line).collect(),
            total: group(evidence.total),
            sum: say.value(evidence.sum, &page.figure.unit),
            next: evidence
                .next
                .as_deref()
                .map(|it| view.change(&[("after", Some(it))])),
            first: view.wish("after").map(|_| view.here()),
        }
    }
}

pub(in crate::web) fn indicator_json(page: &IndicatorPage, view: &View) -> Value {
    let figures = |list: &[FigureView]| {
        list.iter()
            .map(|it| figure_json(it, view.language))
            .collect::<Vec<_>>()
    };
    let evidence = &page.evidence;
    json!({
        "figure": figure_json(&page.figure, view.language),
        "definition": page.definition.iter().map(|(name, text)| json!({"name": name.get(view.language), "text": text})).collect::<Vec<_>>(),
        "years": figures(&page.years),
        "months": figures(&page.months),
        "parts": page.parts.iter().map(|(_, it)| figure_json(it, view.language)).collect::<Vec<_>>(),
        "evidence": {
            "register": evidence.register,
            "sql": evidence.sql,
            "total": evidence.total,
            "sum": json_number(evidence.sum),
            "next": evidence.next,
            "heads": evidence.heads.iter().map(|it| it.get(view.language)).collect::<Vec<_>>(),
            "rows": evidence.rows.iter().map(|it| json!({"id": it.id, "cells": it.cells, "contribution": it.contribution})).collect::<Vec<_>>(),
        },
        "sequence": page.sequence,
    })
}
