//! 数据指标: all indicators, and one with the evidence behind it.

use std::collections::BTreeMap;

use axum::{
    extract::{Path, State},
    response::Response,
};
use rust_decimal::Decimal;
use serde::Serialize;
use serde_json::json;

use super::{
    chart::{self, Bars},
    csv,
    figure::{Citation, Figure, Target, figure_json, group, target_json},
    frame::{Frame, Place},
    problem::Problem,
    say::Say,
    state::App,
    view::{Format, View},
};
use crate::app::{
    self, AppError,
    cockpit::TargetView,
    indicators::{EvidencePage, FigureView, IndicatorPage},
};

/// Records of evidence a page, and a step of an export.
const PAGE: u32 = 50;
const EXPORT_STEP: u32 = 500;
/// Rows an export holds at most; more is a matter for `quanyu export`.
const EXPORT_MOST: usize = 100_000;

/// `GET /indicators`: every indicator with its value.
pub(super) async fn list(State(app): State<App>, view: View) -> Result<Response, Problem> {
    let list = with_targets(&app, &view).await.map_err(|error| app.refused(&view, &error))?;
    match view.format {
        Format::Html => app.page(&view, "indicators/list.html", &ListPage::new(&app, &view, &list)),
        Format::Json => {
            let figures = list.iter().map(|(figure, target)| {
                let mut row = figure_json(figure, view.language);
                row["target"] = target.as_ref().map_or(serde_json::Value::Null, |it| target_json(it, view.language));
                row
            });
            Ok(app.json(json!({ "figures": figures.collect::<Vec<_>>() })))
        }
        Format::Csv => {
            let say = app.say(&view);
            let heads = ["figure.indicator", "figure.value", "figure.unit", "figure.growth", "figure.rank_head", "figure.source"];
            let rows = list.iter().map(|(figure, _)| {
                let said = Figure::new(figure, &view, &say);
                let cells = [said.title, figure.value.map(|it| it.normalize().to_string()).unwrap_or_default(), figure.unit.clone()];
                cells.into_iter().chain([said.growth.unwrap_or_default(), said.rank.unwrap_or_default(), said.source]).collect()
            });
            Ok(app.csv("indicators", csv::table(&heads.map(|it| say.text(it)), rows)))
        }
    }
}

/// Every figure with its target, where the plan has one.
async fn with_targets(app: &App, view: &View) -> Result<Vec<(FigureView, Option<TargetView>)>, AppError> {
    let figures = app::indicators::figures(&app.product, None, &view.region, view.period).await?;
    let targets = app::cockpit::targets(&app.product, &view.region, view.period).await?;
    let target = |it: &FigureView| targets.iter().find(|target| target.indicator == it.indicator).cloned();
    Ok(figures.into_iter().map(|it| (it.clone(), target(&it))).collect())
}

/// `GET /indicators/{indicator}`: one indicator with its evidence.
pub(super) async fn show(
    State(app): State<App>,
    Path(indicator): Path<String>,
    view: View,
) -> Result<Response, Problem> {
    let wish = |after: Option<&str>, limit| {
        let after = after.map(str::to_owned);
        let (app, view, indicator) = (app.clone(), view.clone(), indicator.clone());
        async move {
            let page = app::indicators::page(
                &app.product,
                &indicator,
                &view.region,
                view.period,
                after.as_deref(),
                limit,
                view.language,
            )
            .await;
            page.map_err(|error| app.refused(&view, &error))
        }
    };
    match view.format {
        Format::Html => {
            let page = wish(view.wish("after"), PAGE).await?;
            app.page(&view, "indicators/show.html", &ShowPage::new(&app, &view, &page))
        }
        Format::Json => Ok(app.json(indicator_json(&wish(view.wish("after"), PAGE).await?, &view))),
        Format::Csv => {
            let first = wish(None, EXPORT_STEP).await?;
            let mut heads = vec!["id".to_owned()];
            heads.extend(first.evidence.heads.iter().map(|it| it.get(view.language).to_owned()));
            heads.push(app.text(&view, "evidence.contribution"));
            let mut next = first.evidence.next.clone();
            let mut rows = first.evidence.rows;
            while let Some(after) = next.filter(|_| rows.len() < EXPORT_MOST) {
                let page = wish(Some(&after), EXPORT_STEP).await?.evidence;
                rows.extend(page.rows);
                next = page.next;
            }
            let rows = rows.into_iter().map(|row| {
                std::iter::once(row.id.to_string()).chain(row.cells).chain([row.contribution]).collect()
            });
            Ok(app.csv(&format!("{indicator}-{}", view.period), csv::table(&heads, rows)))
        }
    }
}

#[derive(Debug, Serialize)]
pub(super) struct ListPage {
    frame: Frame,
    groups: Vec<Group>,
    count: usize,
    csv: String,
    json: String,
}

#[derive(Debug, Serialize)]
struct Group {
    title: String,
    rows: Vec<GroupRow>,
}

#[derive(Debug, Serialize)]
struct GroupRow {
    figure: Figure,
    target: Option<Target>,
}

impl ListPage {
    pub(super) fn new(app: &App, view: &View, list: &[(FigureView, Option<TargetView>)]) -> Self {
        let say = app.say(view);
        let mut order: Vec<String> = Vec::new();
        let mut groups: BTreeMap<String, Vec<GroupRow>> = BTreeMap::new();
        for (figure, target) in list {
            let title = figure.group.as_ref().map_or_else(|| say.text("indicators.other"), |it| it.get(view.language).to_owned());
            if !order.contains(&title) {
                order.push(title.clone());
            }
            groups.entry(title).or_default().push(GroupRow {
                figure: Figure::new(figure, view, &say),
                target: target.as_ref().map(|it| Target::new(it, view, &say)),
            });
        }
        let groups = order.into_iter().filter_map(|title| Some(Group { rows: groups.remove(&title)?, title }));
        Self {
            frame: Frame::new(app, view, Place::Indicators, &say.text("menu.indicators")),
            groups: groups.collect(),
            count: list.len(),
            csv: view.change(&[("format", Some("csv"))]),
            json: view.change(&[("format", Some("json"))]),
        }
    }
}

#[derive(Debug, Serialize)]
pub(super) struct ShowPage {
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
    periods: Vec<super::frame::Choice>,
    sequence: i64,
    message: String,
    csv: String,
    json: String,
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
    pub(super) fn new(app: &App, view: &View, page: &IndicatorPage) -> Self {
        let say = app.say(view);
        let figure = Figure::new(&page.figure, view, &say);
        let region = super::frame::region_name(app, &view.region).unwrap_or_else(|| view.region.to_string());
        let figures = |list: &[FigureView]| list.iter().map(|it| Figure::new(it, view, &say)).collect::<Vec<_>>();
        let month = |it: &FigureView| say.month(usize::from(it.period.first_day().month().unsigned_abs()));
        let message = [
            say.fill("indicators.message", &[
                ("region", region.clone()),
                ("period", say.period(page.figure.period)),
                ("title", figure.title.clone()),
                ("value", figure.said(&say)),
            ]),
            figure.growth.as_ref().map(|it| say.fill("indicators.message_growth", &[("growth", it.clone())])).unwrap_or_default(),
            figure.rank.as_ref().map(|it| say.fill("indicators.message_rank", &[("rank", it.clone())])).unwrap_or_default(),
        ];
        Self {
            frame: Frame::new(app, view, Place::Indicators, &figure.title),
            list: view.link("/indicators"),
            region,
            period: say.period(view.period),
            definition: page.definition.iter().map(|(name, text)| (name.get(view.language).to_owned(), text.clone())).collect(),
            basis: page.basis.clone(),
            citation: page.figure.citation.as_ref().map(|it| Citation::new(it, view, &say)),
            years: history(&page.years, &say, |it| it.period.last_year().to_string(), &page.figure.period.last_year().to_string()),
            year_rows: figures(&page.years),
            months: history(&page.months, &say, month, ""),
            month_rows: figures(&page.months),
            parts_of: parts(page, view, &say),
            evidence: Evidence::new(&page.evidence, page, view, &say),
            periods: periods(view, &say),
            sequence: page.sequence,
            message: message.concat(),
            csv: view.change(&[("format", Some("csv"))]),
            json: view.change(&[("format", Some("json"))]),
            figure,
        }
    }
}

fn history(list: &[FigureView], say: &Say<'_>, words: impl Fn(&FigureView) -> String, current: &str) -> Option<Bars> {
    let bars = list.iter().map(|it| {
        let words = words(it);
        (words.clone(), it.value, say.number(&it.said, &it.said_unit), words == current)
    });
    chart::bars(&bars.collect::<Vec<_>>())
}

fn parts(page: &IndicatorPage, view: &View, say: &Say<'_>) -> Vec<Part> {
    let most = page.parts.iter().filter_map(|it| it.1.value).max().filter(|it| *it > Decimal::ZERO);
    let part = |(name, figure): &(String, FigureView)| {
        let width = figure.value.zip(most).map_or(Decimal::ZERO, |(value, most)| value.max(Decimal::ZERO) / most * Decimal::ONE_HUNDRED);
        Part { name: name.clone(), figure: Figure::new(figure, view, say), records: group(figure.records), width: width.round_dp(1).to_string() }
    };
    page.parts.iter().map(part).collect()
}

/// The forms of period people switch between, for the year shown.
fn periods(view: &View, say: &Say<'_>) -> Vec<super::frame::Choice> {
    let year = view.period.last_year();
    let spans = [(year - 1, 1, 12), (year, 1, 12), (year, 1, 6), (year, 7, 12), (year, 1, 3), (year, 4, 6), (year, 7, 9), (year, 10, 12)];
    let periods = spans.into_iter().filter_map(|(year, from, to)| quanyu_core::period::Period::months(year, from, year, to));
    let choice = |period: quanyu_core::period::Period| super::frame::Choice {
        value: view.change(&[("period", Some(&period.to_string()))]),
        title: say.period(period),
        chosen: period == view.period,
    };
    periods.map(choice).collect()
}

impl Evidence {
    fn new(evidence: &EvidencePage, page: &IndicatorPage, view: &View, say: &Say<'_>) -> Self {
        let line = |row: &app::indicators::EvidenceRow| EvidenceLine {
            id: row.id,
            href: view.link(&format!("/registers/{}/{}", evidence.register, row.id)),
            cells: row.cells.clone(),
            contribution: say.whole(&row.contribution),
        };
        Self {
            register: evidence.register_title.get(view.language).to_owned(),
            register_href: view.link(&format!("/registers/{}", evidence.register)),
            sql: evidence.sql.clone(),
            heads: evidence.heads.iter().map(|it| it.get(view.language).to_owned()).collect(),
            rows: evidence.rows.iter().map(line).collect(),
            total: group(evidence.total),
            sum: say.value(evidence.sum, &page.figure.unit),
            next: evidence.next.as_deref().map(|it| view.change(&[("after", Some(it))])),
            first: view.wish("after").map(|_| view.here()),
        }
    }
}

fn indicator_json(page: &IndicatorPage, view: &View) -> serde_json::Value {
    let figures = |list: &[FigureView]| list.iter().map(|it| figure_json(it, view.language)).collect::<Vec<_>>();
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
            "sum": super::say::json_number(evidence.sum),
            "next": evidence.next,
            "heads": evidence.heads.iter().map(|it| it.get(view.language)).collect::<Vec<_>>(),
            "rows": evidence.rows.iter().map(|it| json!({"id": it.id, "cells": it.cells, "contribution": it.contribution})).collect::<Vec<_>>(),
        },
        "sequence": page.sequence,
    })
}
