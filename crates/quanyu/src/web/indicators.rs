//! 数据指标: all indicators, and one with the evidence behind it.
//!
//! Owns the handlers and the list. One indicator's page is in [`show`](mod@show).

mod show;

use std::collections::BTreeMap;

use axum::{extract::Path, response::Response};
use serde::Serialize;
use serde_json::json;

use self::show::{ShowPage, indicator_json};
use super::{
    csv,
    figure::{Figure, Target, figure_json, target_json},
    frame::{Frame, Place},
    problem::Problem,
    state::App,
    view::{Format, View},
};
use crate::app::{self, AppError, cockpit::TargetView, indicators::FigureView};

/// Records of evidence a page, and a step of an export.
const PAGE: u32 = 50;
/// Releases that the page of an indicator lists.
const USED: u32 = 20;
const EXPORT_STEP: u32 = 500;
/// Rows an export holds at most; more is a matter for `quanyu export`.
const EXPORT_MOST: usize = 100_000;

/// `GET /indicators`: every indicator with its value.
pub(super) async fn list(app: App, view: View) -> Result<Response, Problem> {
    let list = with_targets(&app, &view)
        .await
        .map_err(|error| app.refused(&view, &error))?;
    match view.format {
        Format::Html => app.page(
            &view,
            "indicators/list.html",
            &ListPage::new(&app, &view, &list),
        ),
        Format::Json => {
            let figures = list.iter().map(|(figure, target)| {
                let mut row = figure_json(figure, view.language);
                row["target"] = target
                    .as_ref()
                    .map_or(serde_json::Value::Null, |it| target_json(it, view.language));
                row
            });
            Ok(app.json(json!({ "figures": figures.collect::<Vec<_>>() })))
        }
        Format::Csv => {
            let say = app.say(&view);
            let heads = [
                "figure.indicator",
                "figure.value",
                "figure.unit",
                "figure.growth",
                "figure.rank_head",
                "figure.source",
            ];
            let rows = list.iter().map(|(figure, _)| {
                let said = Figure::new(figure, &view, &say);
                let cells = [
                    said.title,
                    figure
                        .value
                        .map(|it| it.normalize().to_string())
                        .unwrap_or_default(),
                    figure.unit.clone(),
                ];
                cells
                    .into_iter()
                    .chain([
                        said.growth.unwrap_or_default(),
                        said.rank.unwrap_or_default(),
                        said.source,
                    ])
                    .collect()
            });
            Ok(app.csv(
                "indicators",
                csv::table(&heads.map(|it| say.text(it)), rows),
            ))
        }
    }
}

/// Every figure with its target, where the plan has one.
async fn with_targets(
    app: &App,
    view: &View,
) -> Result<Vec<(FigureView, Option<TargetView>)>, AppError> {
    let figures = app::indicators::figures(&app.product, None, &view.region, view.period).await?;
    let targets = app::cockpit::targets(&app.product, &view.region, view.period).await?;
    let target = |it: &FigureView| {
        targets
            .iter()
            .find(|target| target.indicator == it.indicator)
            .cloned()
    };
    Ok(figures
        .into_iter()
        .map(|it| (it.clone(), target(&it)))
        .collect())
}

/// `GET /indicators/{indicator}`: one indicator with its evidence.
pub(super) async fn show(
    app: App,
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
            let used = app::releases::of_indicator(&app.product, &indicator, USED).await;
            let used = used.map_err(|error| app.refused(&view, &error))?;
            app.page(
                &view,
                "indicators/show.html",
                &ShowPage::new(&app, &view, &page, &used),
            )
        }
        Format::Json => Ok(app.json(indicator_json(
            &wish(view.wish("after"), PAGE).await?,
            &view,
        ))),
        Format::Csv => {
            let first = wish(None, EXPORT_STEP).await?;
            let mut heads = vec!["id".to_owned()];
            heads.extend(
                first
                    .evidence
                    .heads
                    .iter()
                    .map(|it| it.get(view.language).to_owned()),
            );
            heads.push(app.text(&view, "evidence.contribution"));
            let mut next = first.evidence.next.clone();
            let mut rows = first.evidence.rows;
            while let Some(after) = next.filter(|_| rows.len() < EXPORT_MOST) {
                let page = wish(Some(&after), EXPORT_STEP).await?.evidence;
                rows.extend(page.rows);
                next = page.next;
            }
            let rows = rows.into_iter().map(|row| {
                std::iter::once(row.id.to_string())
                    .chain(row.cells)
                    .chain([row.contribution])
                    .collect()
            });
            Ok(app.csv(
                &format!("{indicator}-{}", view.period),
                csv::table(&heads, rows),
            ))
        }
    }
}

#[derive(Debug, Serialize)]
pub(super) struct ListPage {
    frame: Frame,
    groups: Vec<Group>,
    /// Title and address of indicators about which nothing is known and nothing is aimed at: told apart, or they drown the others.
    unknown: Vec<(String, String)>,
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
        let mut unknown = Vec::new();
        for (figure, target) in list {
            if figure.value.is_none() && target.is_none() {
                let href = view.link(&format!("/indicators/{}", figure.indicator));
                unknown.push((figure.title.get(view.language).to_owned(), href));
                continue;
            }
            let title = figure.group.as_ref().map_or_else(
                || say.text("indicators.other"),
                |it| it.get(view.language).to_owned(),
            );
            if !order.contains(&title) {
                order.push(title.clone());
            }
            groups.entry(title).or_default().push(GroupRow {
                figure: Figure::new(figure, view, &say),
                target: target.as_ref().map(|it| Target::new(it, view, &say)),
            });
        }
        let groups = order.into_iter().filter_map(|title| {
            Some(Group {
                rows: groups.remove(&title)?,
                title,
            })
        });
        Self {
            frame: Frame::new(app, view, Place::Indicators, &say.text("menu.indicators")),
            groups: groups.collect(),
            unknown,
            count: list.len(),
            csv: view.change(&[("format", Some("csv"))]),
            json: view.change(&[("format", Some("json"))]),
        }
    }
}
