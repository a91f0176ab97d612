//! 驾驶舱: the page a leader sees first.
//!
//! The pattern of every page: extract, one act, respond. The page struct holds printable values; the template places them.

use axum::response::Response;
use rust_decimal::Decimal;
use serde::Serialize;
use serde_json::{Value, json};

use super::{
    chart::{self, Lines},
    figure::{CardPage, Target, figure_json, target_json},
    frame::{Frame, Place},
    problem::Problem,
    say::{Say, UNKNOWN, json_number, minus},
    state::App,
    view::{Format, View},
};
use crate::app::{
    self,
    cockpit::{Cockpit, TileMap, Trend},
};

/// `GET /`: the key figures of a region and period.
pub(super) async fn show(app: App, view: View) -> Result<Response, Problem> {
    let cockpit =
        app::cockpit::cockpit(&app.product, &view.region, view.period, view.wish("map")).await;
    let cockpit = cockpit.map_err(|error| app.refused(&view, &error))?;
    match view.format {
        Format::Json => Ok(app.json(cockpit_json(&cockpit, &view))),
        _ => app.page(
            &view,
            "cockpit/index.html",
            &CockpitPage::new(&app, &view, &cockpit),
        ),
    }
}

#[derive(Debug, Serialize)]
pub(super) struct CockpitPage {
    frame: Frame,
    region: String,
    period: String,
    cards: Vec<CardPage>,
    trend: Option<TrendPage>,
    map: Option<MapPage>,
    targets: Vec<Target>,
    sequence: i64,
    json: String,
}

#[derive(Debug, Serialize)]
struct TrendPage {
    title: String,
    href: String,
    unit: String,
    chart: Option<Lines>,
    /// The same numbers as a table: month, this year, the year before.
    rows: Vec<(String, String, String)>,
    this_year: String,
    last_year: String,
    /// The same numbers for the script.
    data: Value,
}

#[derive(Debug, Serialize)]
struct MapPage {
    title: String,
    unit: String,
    tiles: Vec<TilePage>,
    choices: Vec<super::frame::Choice>,
    carried: Vec<(String, String)>,
    list: String,
    /// How many columns the map has; the styles know up to twelve.
    columns: u32,
}

#[derive(Debug, Serialize)]
struct TilePage {
    name: String,
    said: String,
    step: u8,
    href: String,
    row: u32,
    column: u32,
    words: String,
    current: bool,
}

impl CockpitPage {
    pub(super) fn new(app: &App, view: &View, cockpit: &Cockpit) -> Self {
        let say = Say {
            texts: &app.templates,
            people: &app.people,
            language: view.language,
        };
        let cards: Vec<_> = cockpit
            .cards
            .iter()
            .map(|it| CardPage::new(it, view, &say))
            .collect();
        Self {
            frame: Frame::new(app, view, Place::Cockpit, &say.text("menu.cockpit")),
            region: cockpit.region_name.clone(),
            period: say.period(cockpit.period),
            trend: cockpit
                .trend
                .as_ref()
                .map(|it| TrendPage::new(it, view, &say, cockpit.period.last_year())),
            map: cockpit
                .map
                .as_ref()
                .map(|it| MapPage::new(it, cockpit, view, &say)),
            targets: cockpit
                .targets
                .iter()
                .map(|it| Target::new(it, view, &say))
                .collect(),
            sequence: cockpit.sequence,
            json: view.change(&[("format", Some("json"))]),
            cards,
        }
    }
}

impl TrendPage {
    fn new(trend: &Trend, view: &View, say: &Say<'_>, year: i32) -> Self {
        let factor = say.factor(&trend.unit);
        let scaled = |it: &Option<Decimal>| it.map(|it| (it * factor).round_dp(2).normalize());
        let now: Vec<_> = trend.this_year.iter().map(scaled).collect();
        let before: Vec<_> = trend.last_year.iter().map(scaled).collect();
        let target = scaled(&trend.target);
        let months: Vec<String> = (1..=12).map(|it| say.month(it)).collect();
        let plain = |it: Decimal| minus(&it.to_string());
        let end = |year: i32, values: &[Option<Decimal>]| {
            let last = values.iter().rev().flatten().next();
            format!(
                "{year}　{}",
                last.map_or_else(String::new, |it| plain(it.round_dp(1)))
            )
        };
        let series = [
            ("now", now.as_slice(), end(year, &now)),
            ("before", before.as_slice(), end(year - 1, &before)),
        ];
        let target_words =
            |value: Decimal| say.fill("cockpit.target_line", &[("value", plain(value))]);
        let numbers = |values: &[Option<Decimal>]| {
            values.iter().map(|it| json_number(*it)).collect::<Vec<_>>()
        };
        let row = |(place, month): (usize, &String)| {
            let cell = |values: &[Option<Decimal>]| {
                values
                    .get(place)
                    .copied()
                    .flatten()
                    .map_or_else(|| UNKNOWN.to_owned(), plain)
            };
            (month.clone(), cell(&now), cell(&before))
        };
        Self {
            title: trend.title.get(view.language).to_owned(),
            href: view.link(&format!("/indicators/{}", trend.indicator)),
            unit: say.unit(&trend.unit),
            chart: chart::lines(&months, &series, target.map(|it| (it, target_words(it)))),
            rows: months.iter().enumerate().map(row).collect(),
            this_year: year.to_string(),
            last_year: (year - 1).to_string(),
            data: json!({
                "ticks": months,
                "unit": say.unit(&trend.unit),
                "series": [
                    {"name": year.to_string(), "class": "now", "values": numbers(&now)},
                    {"name": (year - 1).to_string(), "class": "before", "values": numbers(&before)},
                ],
                "target": target.map(|it| json!({"value": json_number(Some(it)), "words": target_words(it)})),
            }),
        }
    }
}

impl MapPage {
    fn new(map: &TileMap, cockpit: &Cockpit, view: &View, say: &Say<'_>) -> Self {
        let unit = say.unit(&map.unit);
        let tiles: Vec<_> = map
            .tiles
            .iter()
            .map(|tile| TilePage {
                name: tile.name.clone(),
                said: say.number(&tile.said, &map.unit),
                step: tile.step.min(4),
                href: view.link_with(
                    &format!("/indicators/{}", map.indicator),
                    &[("region", tile.region.as_str())],
                ),
                row: tile.at.0 + 1,
                column: tile.at.1 + 1,
                words: say.word("map", &format!("step{}", tile.step.min(4))),
                current: tile.region == view.region,
            })
            .collect();
        let choices = cockpit.cards.iter().map(|card| super::frame::Choice {
            value: card.figure.indicator.clone(),
            title: card.figure.title.get(view.language).to_owned(),
            chosen: card.figure.indicator == map.indicator,
        });
        let mut choices: Vec<_> = choices.collect();
        if !choices.iter().any(|it| it.chosen) {
            let title = map.title.get(view.language).to_owned();
            choices.push(super::frame::Choice {
                value: map.indicator.clone(),
                title,
                chosen: true,
            });
        }
        Self {
            title: map.title.get(view.language).to_owned(),
            unit,
            columns: tiles.iter().map(|it| it.column).max().unwrap_or(1),
            tiles,
            choices,
            carried: view.carried(&["map"]),
            list: format!(
                "{}#parts",
                view.link(&format!("/indicators/{}", map.indicator))
            ),
        }
    }
}

fn cockpit_json(cockpit: &Cockpit, view: &View) -> Value {
    let numbers =
        |values: &[Option<Decimal>]| values.iter().map(|it| json_number(*it)).collect::<Vec<_>>();
    json!({
        "region": cockpit.region.to_string(),
        "period": cockpit.period.to_string(),
        "sequence": cockpit.sequence,
        "demo": cockpit.demo,
        "figures": cockpit.cards.iter().map(|it| figure_json(&it.figure, view.language)).collect::<Vec<_>>(),
        "trend": cockpit.trend.as_ref().map(|it| json!({
            "indicator": it.indicator, "unit": it.unit,
            "this_year": numbers(&it.this_year), "last_year": numbers(&it.last_year), "target": json_number(it.target),
        })),
        "map": cockpit.map.as_ref().map(|it| json!({
            "indicator": it.indicator,
            "tiles": it.tiles.iter().map(|tile| json!({
                "region": tile.region.to_string(), "name": tile.name, "value": json_number(tile.value),
            })).collect::<Vec<_>>(),
        })),
        "targets": cockpit.targets.iter().map(|it| target_json(it, view.language)).collect::<Vec<_>>(),
    })
}
