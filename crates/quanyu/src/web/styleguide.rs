//! `/_styleguide`: every component in every state, from made-up values.
//!
//! What is shown is built by the same page structs as on the pages, so that a state that breaks, breaks here first.

use axum::response::Response;
use quanyu_core::text::Text;
use rust_decimal::Decimal;
use serde::Serialize;
use serde_json::{Value, json};

use super::{
    chart::{self, Bars, Lines},
    figure::{CardPage, Light},
    frame::{Frame, Place},
    problem::Problem,
    say::Say,
    state::App,
    view::View,
};
use crate::app::{
    cockpit::{Card, TargetView},
    indicators::{CitationView, FigureView, RankView},
};

/// `GET /_styleguide`.
pub(super) async fn show(app: App, view: View) -> Result<Response, Problem> {
    app.page(&view, "styleguide.html", &StylePage::new(&app, &view))
}

#[derive(Debug, Serialize)]
pub(super) struct StylePage {
    frame: Frame,
    cards: Vec<CardPage>,
    lights: Vec<Light>,
    lines: Option<Lines>,
    data: Value,
    bars: Option<Bars>,
    swatches: Vec<&'static str>,
}

impl StylePage {
    pub(super) fn new(app: &App, view: &View) -> Self {
        let say = app.say(view);
        let lights = ["done", "on_pace", "behind", "waiting"];
        let cards = [
            sample(view, &say, Some(Decimal::new(25, 2)), Some("done"), None),
            sample(view, &say, Some(Decimal::new(2, 2)), Some("on_pace"), None),
            sample(view, &say, Some(Decimal::new(-36, 3)), Some("behind"), None),
            sample(view, &say, None, Some("waiting"), None),
            sample(
                view,
                &say,
                Some(Decimal::new(297, 3)),
                None,
                Some(say.text("styleguide.sample_body")),
            ),
        ];
        let (now, before) = (
            values(&[3, 7, 13, 18, 24, 30, 36, 42, 48, 55, 61, 68]),
            values(&[2, 5, 9, 14, 18, 24, 28, 33, 38, 44, 49, 55]),
        );
        let months: Vec<_> = (1..=12).map(|it| say.month(it)).collect();
        let target = say.fill("cockpit.target_line", &[("value", "60".to_owned())]);
        let bar = |(year, value): (i32, Option<i64>)| {
            let said = value.map_or_else(|| super::say::UNKNOWN.to_owned(), |it| it.to_string());
            (
                year.to_string(),
                value.map(Decimal::from),
                said,
                year == 2023,
            )
        };
        let bars: Vec<_> = [
            (2019, None),
            (2020, Some(164)),
            (2021, Some(201)),
            (2022, Some(250)),
            (2023, Some(312)),
        ]
        .map(bar)
        .into();
        let numbers = |values: &[Option<Decimal>]| {
            values
                .iter()
                .map(|it| super::say::json_number(*it))
                .collect::<Vec<_>>()
        };
        Self {
            frame: Frame::new(app, view, Place::Elsewhere, &say.text("styleguide.title")),
            cards: cards
                .iter()
                .map(|it| CardPage::new(it, view, &say))
                .collect(),
            lights: lights
                .iter()
                .map(|class| Light {
                    class,
                    words: say.word("light", class),
                })
                .collect(),
            data: json!({
                "ticks": months,
                "unit": "",
                "series": [
                    {"name": "2023", "class": "now", "values": numbers(&now)},
                    {"name": "2022", "class": "before", "values": numbers(&before)},
                ],
                "target": {"value": 60, "words": target},
            }),
            lines: chart::lines(
                &months,
                &[
                    ("now", &now, "2023　68".into()),
                    ("before", &before, "2022　55".into()),
                ],
                Some((Decimal::from(60), target)),
            ),
            bars: chart::bars(&bars),
            swatches: vec![
                "ground",
                "ink",
                "ink-2",
                "ink-3",
                "line",
                "accent",
                "done-fill",
                "pace-fill",
                "behind-fill",
                "waiting-fill",
                "error-fill",
                "map-0",
                "map-2",
                "map-4",
            ],
        }
    }
}

fn values(list: &[i64]) -> Vec<Option<Decimal>> {
    list.iter().map(|it| Some(Decimal::from(*it))).collect()
}

/// A made-up card: its growth, its light, and whether it is cited from somebody.
fn sample(
    view: &View,
    say: &Say<'_>,
    growth: Option<Decimal>,
    light: Option<&'static str>,
    body: Option<String>,
) -> Card {
    let title = Text::zh(say.text("styleguide.sample_indicator"));
    let known = growth.is_some();
    let citation = body.map(|body| CitationView {
        body,
        document: say.text("styleguide.sample"),
        number: None,
        date: None,
        page: None,
        status: None,
        record: None,
    });
    let figure = FigureView {
        indicator: "sample".into(),
        title: title.clone(),
        region: view.region.clone(),
        period: view.period,
        value: known.then(|| Decimal::from(312)),
        unit: "家".into(),
        said: if known {
            "312".into()
        } else {
            super::say::UNKNOWN.into()
        },
        said_unit: "家".into(),
        growth,
        rank: citation.is_some().then(|| RankView {
            rank: 1,
            of: Some(10),
            scope: say.text("styleguide.sample_scope"),
            of_growth: true,
        }),
        source: if citation.is_some() {
            "cited"
        } else {
            "computed"
        },
        citation,
        records: 312,
        better: "higher",
        lag: 0,
        group: None,
    };
    let target = light.map(|light| TargetView {
        plan: "sample".into(),
        id: "sample".into(),
        text: Text::zh(say.text("styleguide.sample_text")),
        indicator: "sample".into(),
        title,
        level: Some("own".into()),
        comparator: "ge",
        asked: "≥300".into(),
        reached: known.then(|| "312".into()),
        share: known.then(|| {
            Decimal::new(
                match light {
                    "done" => 104,
                    "on_pace" => 76,
                    _ => 41,
                },
                2,
            )
        }),
        light,
        by: format!("{}-12-31", view.period.last_year()),
    });
    let months = if known {
        values(&[18, 22, 20, 25, 27, 24, 29, 31, 30, 28, 33, 35])
    } else {
        Vec::new()
    };
    Card {
        figure,
        target,
        months,
    }
}
