//! One item: where it is, how its points are earned, its curve, its parts.

use axum::{extract::Path, response::Response};
use quanyu_core::appraisal::{Method, Scoring};
use rust_decimal::Decimal;
use serde::Serialize;
use serde_json::{Value, json};

use super::{Row, chosen, item_json, light, points, rank_or};
use crate::{
    app::{
        self, AppError,
        appraisal::{
            board::{Measured, Parts},
            item::{Curve, ItemPage},
        },
    },
    web::{
        chart::{self, Lines},
        figure::Light,
        frame::{Choice, Frame, Place},
        problem::Problem,
        say::{Say, UNKNOWN, json_number, minus},
        state::App,
        view::{Format, View},
    },
};

/// `GET /appraisal/items/{item}`.
pub(in crate::web) async fn show(
    app: App,
    Path(item): Path<String>,
    view: View,
) -> Result<Response, Problem> {
    let product = &app.product;
    let id = chosen(&app, &view).ok_or_else(|| {
        let error = AppError::not_found("appraisal", &view.period.to_string(), []);
        app.refused(&view, &error)
    })?;
    let by = view.wish("by").map(Measured::from_word);
    let page = app::appraisal::item::item(
        product,
        (&id, &item),
        &view.region,
        view.period,
        product.today(),
        by,
    );
    let page = page.await.map_err(|error| app.refused(&view, &error))?;
    match view.format {
        Format::Json => Ok(app.json(page_json(&page, &view))),
        _ => app.page(&view, "appraisal/item.html", &Page::new(&app, &view, &page)),
    }
}

#[derive(Debug, Serialize)]
pub(in crate::web) struct Page {
    frame: Frame,
    back: String,
    scheme: String,
    region: String,
    day: String,
    row: Row,
    /// What a value rests on: indicator, period, records.
    evidence: Option<(String, String)>,
    facts: Vec<(String, String)>,
    rules: Vec<(String, String)>,
    curve: Option<CurvePage>,
    parts_of: Option<PartsPage>,
    json: String,
    sequence: i64,
}

#[derive(Debug, Serialize)]
struct CurvePage {
    unit: String,
    chart: Option<Lines>,
    rows: Vec<(String, String, String, String)>,
    words: String,
    this_year: String,
    last_year: String,
}

#[derive(Debug, Serialize)]
struct PartsPage {
    choices: Vec<Choice>,
    /// Heads of the columns of denominators.
    per: Vec<String>,
    split: bool,
    rows: Vec<Part>,
}

#[derive(Debug, Serialize)]
struct Part {
    place: String,
    name: String,
    href: String,
    found: String,
    target: String,
    share: String,
    width: Option<String>,
    mark: Option<String>,
    light: Option<Light>,
    gap: String,
    per: Vec<String>,
}

impl Page {
    pub fn new(app: &App, view: &View, page: &ItemPage) -> Self {
        let say = app.say(view);
        let item = &page.item;
        let row = Row::new(item, &page.scheme.0, view, &say);
        let said = |it: &Option<String>| it.as_deref().map(|it| rank_or(&say, it));
        let mut facts = Vec::new();
        let mut fact = |key: &str, value: Option<String>| {
            facts.extend(value.map(|it| (say.text(key), it)));
        };
        fact("appraisal.target", Some(row.target.clone()));
        fact("appraisal.share", row.share.clone());
        fact(
            "appraisal.line",
            Some(rank_or(&say, &item.line_said))
                .filter(|_| !page.when.over && item.found.is_some()),
        );
        fact("appraisal.behind_line", said(&item.behind_said));
        fact(
            "appraisal.gap_head",
            Some(row.gap.clone()).filter(|_| item.found.is_some()),
        );
        fact("appraisal.score", item.score.map(points));
        fact(
            "appraisal.ends",
            said(&item.forecast_said).map(|it| {
                let basis = item.basis.map(|it| say.word("basis", it.word()));
                format!("{it}（{}）", basis.unwrap_or_default())
            }),
        );
        fact("appraisal.forecast_score", item.forecast_score.map(points));
        fact("appraisal.lost", item.lost.map(points));
        fact("appraisal.last_year", item.last_year.map(points));
        fact("appraisal.ready_head", row.ready.clone());
        let evidence = item.indicator.as_ref().map(|id| {
            let (region, period) = (item.region.to_string(), item.period.to_string());
            let href = view.link_with(
                &format!("/indicators/{id}"),
                &[("region", &region), ("period", &period)],
            );
            let words = match item.source {
                "cited" => say.text("figure.cited"),
                _ => say.fill(
                    "figure.computed_from",
                    &[("count", item.records.to_string())],
                ),
            };
            (words, format!("{href}#evidence"))
        });
        let title = item.title.get(view.language).to_owned();
        Self {
            frame: Frame::new(app, view, Place::Appraisal, &title),
            back: view.link_with("/appraisal", &[("scheme", &page.scheme.0)]),
            scheme: page.scheme.1.get(view.language).to_owned(),
            region: page.region_name.clone(),
            day: page.when.day.to_string(),
            evidence,
            facts,
            rules: rules(&page.scoring, &say),
            curve: page
                .curve
                .as_ref()
                .map(|it| CurvePage::new(it, page.when.whole.last_year(), &title, &say)),
            parts_of: page
                .parts
                .as_ref()
                .map(|it| PartsPage::new(it, &page.scheme.0, view, &say)),
            json: view.change(&[("format", Some("json"))]),
            sequence: page.sequence,
            row,
        }
    }
}

/// How points are earned, in words.
fn rules(scoring: &Scoring, say: &Say<'_>) -> Vec<(String, String)> {
    let mut rules = vec![
        (say.text("appraisal.weight"), points(scoring.weight)),
        (
            say.text("appraisal.method"),
            say.word("method", scoring.method.word()),
        ),
    ];
    let percent = |it: Decimal| say.percent(it);
    match &scoring.method {
        Method::Proportional { from } if *from > Decimal::ZERO => {
            rules.push((say.text("appraisal.zero_below"), percent(*from)));
        }
        Method::Banded(bands) => {
            for band in bands.iter().rev() {
                let from = say.fill("appraisal.band", &[("from", percent(band.from))]);
                rules.push((from, points(band.share * scoring.weight)));
            }
        }
        Method::Rank(steps) => {
            for step in steps {
                let to = say.fill("appraisal.first_places", &[("place", step.to.to_string())]);
                rules.push((to, points(step.share * scoring.weight)));
            }
        }
        Method::Deduct { per, points: each } => {
            let per = per.normalize().to_string();
            rules.push((
                say.fill("appraisal.each", &[("per", per)]),
                format!("−{}", points(*each)),
            ));
        }
        _ => {}
    }
    if scoring.cap > Decimal::ONE {
        rules.push((
            say.text("appraisal.cap"),
            points(scoring.cap * scoring.weight),
        ));
    }
    if scoring.floor > Decimal::ZERO {
        rules.push((
            say.text("appraisal.floor"),
            points(scoring.floor * scoring.weight),
        ));
    }
    rules
}

impl CurvePage {
    fn new(curve: &Curve, year: i32, title: &str, say: &Say<'_>) -> Self {
        let (unit, factor) = &curve.unit;
        let more = say.factor(unit);
        let scaled = |it: &Option<Decimal>| {
            it.and_then(|it| it.checked_div(*factor))
                .map(|it| (it * more).round_dp(2).normalize())
        };
        let now: Vec<_> = curve.this_year.iter().map(scaled).collect();
        let before: Vec<_> = curve.last_year.iter().map(scaled).collect();
        let line: Vec<_> = curve.line.iter().map(scaled).collect();
        let months: Vec<String> = (1..=line.len())
            .map(|it| say.month((it - 1) % 12 + 1))
            .collect();
        let plain = |it: Decimal| minus(&it.to_string());
        let end = |words: String, values: &[Option<Decimal>]| {
            let last = values.iter().rev().flatten().next();
            format!(
                "{words}　{}",
                last.map_or_else(String::new, |it| plain(it.round_dp(1)))
            )
        };
        let series = [
            ("now", now.as_slice(), end(year.to_string(), &now)),
            (
                "pace",
                line.as_slice(),
                end(say.text("appraisal.line_short"), &line),
            ),
            (
                "before",
                before.as_slice(),
                end((year - 1).to_string(), &before),
            ),
        ];
        let cell = |values: &[Option<Decimal>], place: usize| {
            values
                .get(place)
                .copied()
                .flatten()
                .map_or_else(|| UNKNOWN.to_owned(), plain)
        };
        Self {
            unit: say.unit(unit),
            chart: chart::lines(&months, &series, None),
            rows: months
                .iter()
                .enumerate()
                .map(|(place, month)| {
                    (
                        month.clone(),
                        cell(&now, place),
                        cell(&line, place),
                        cell(&before, place),
                    )
                })
                .collect(),
            words: say.fill("appraisal.curve_words", &[("title", title.to_owned())]),
            this_year: year.to_string(),
            last_year: (year - 1).to_string(),
        }
    }
}

impl PartsPage {
    fn new(parts: &Parts, scheme: &str, view: &View, say: &Say<'_>) -> Self {
        let choices = parts.choices.iter().map(|(by, title)| Choice {
            value: view.change(&[("by", Some(by.word()))]),
            title: match title {
                Some(title) => {
                    let title = title.get(view.language).to_owned();
                    say.fill("board.per", &[("title", title)])
                }
                None => say.text(&format!("board.{}", by.word())),
            },
            chosen: *by == parts.by,
        });
        let per = parts.choices.iter().filter_map(|(_, title)| title.as_ref());
        let rows = parts.rows.iter().map(|row| {
            let of = row.item.as_ref().map(|it| Row::new(it, scheme, view, say));
            let region = row.region.to_string();
            let or = |it: Option<String>| it.unwrap_or_else(|| UNKNOWN.to_owned());
            Part {
                place: or(row.place.map(|it| it.to_string())),
                name: row.name.clone(),
                href: view.link_with("/appraisal", &[("scheme", scheme), ("region", &region)]),
                found: or(row.found_said.as_deref().map(|it| rank_or(say, it))),
                target: or(of.as_ref().map(|it| it.target.clone())),
                share: or(of.as_ref().and_then(|it| it.share.clone())),
                width: of.as_ref().and_then(|it| it.width.clone()),
                mark: of.as_ref().and_then(|it| it.mark.clone()),
                light: row.item.as_ref().map(|it| light(it.light, say)),
                gap: or(of.map(|it| it.gap)),
                per: row.per.iter().map(|it| or(it.clone())).collect(),
            }
        });
        Self {
            per: per
                .map(|it| say.fill("board.per", &[("title", it.get(view.language).to_owned())]))
                .collect(),
            split: parts.rows.iter().any(|it| it.item.is_some()),
            choices: choices.collect(),
            rows: rows.collect(),
        }
    }
}

fn page_json(page: &ItemPage, view: &View) -> Value {
    let numbers =
        |values: &[Option<Decimal>]| values.iter().map(|it| json_number(*it)).collect::<Vec<_>>();
    json!({
        "scheme": page.scheme.0,
        "day": page.when.day.to_string(),
        "sequence": page.sequence,
        "item": item_json(&page.item, view),
        "curve": page.curve.as_ref().map(|it| json!({
            "this_year": numbers(&it.this_year),
            "last_year": numbers(&it.last_year),
            "line": numbers(&it.line),
            "target": json_number(Some(it.target)),
        })),
        "parts": page.parts.as_ref().map(|it| json!({
            "by": it.by.word(),
            "rows": it.rows.iter().map(|row| json!({
                "place": row.place,
                "region": row.region.to_string(),
                "name": row.name,
                "value": row.found_said,
                "per": row.per,
                "item": row.item.as_ref().map(|it| item_json(it, view)),
            })).collect::<Vec<_>>(),
        })),
    })
}
