//! 考核任务: a scheme at a glance, where points are lost, item by item.
//!
//! Owns the page of a scheme and what its pages share: tabs, points, an item as a row. One item is in [`item`], the
//! leaderboard in [`board`]; tasks and plans are in `web::plans`.

pub(super) mod board;
pub(super) mod item;

use axum::response::{IntoResponse, Redirect, Response};
use quanyu_core::appraisal::Status;
use rust_decimal::Decimal;
use serde::Serialize;
use serde_json::{Value, json};

use super::{
    figure::Light,
    frame::{Choice, Frame, Place},
    problem::Problem,
    say::{Say, UNKNOWN, json_number, minus},
    state::App,
    view::{Format, View},
};
use crate::app::{
    self,
    appraisal::{ItemView, LIGHTS, SchemeView, Totals},
};

/// `GET /appraisal`: the scheme asked for, else the first for the period. A scheme for parts shows its leaderboard.
pub(super) async fn show(app: App, view: View) -> Result<Response, Problem> {
    let product = &app.product;
    let Some(id) = chosen(&app, &view) else {
        return app.page(&view, "appraisal/none.html", &NonePage::new(&app, &view));
    };
    let scheme = app::appraisal::scheme(product, &id, &view.region, view.period, product.today());
    let scheme = scheme.await.map_err(|error| app.refused(&view, &error))?;
    if scheme.for_parts && view.region == product.pack.region && view.format == Format::Html {
        let board = view.link_with("/appraisal/board", &[("scheme", &id)]);
        return Ok(Redirect::to(&board).into_response());
    }
    match view.format {
        Format::Json => Ok(app.json(scheme_json(&scheme, &view))),
        _ => app.page(
            &view,
            "appraisal/show.html",
            &ShowPage::new(&app, &view, &scheme),
        ),
    }
}

/// The scheme asked for, else the first for the period.
pub(super) fn chosen(app: &App, view: &View) -> Option<String> {
    let asked = view.wish("scheme").map(str::to_owned);
    asked.or_else(|| app::appraisal::first(&app.product, view.period).ok())
}

/// Where a page of this room is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tab {
    Scheme,
    Board,
    Tasks,
    Plan,
}

/// The tabs of the room, and the schemes of the period.
#[derive(Debug, Serialize)]
pub(super) struct Tabs {
    schemes: Vec<Choice>,
    tabs: Vec<Choice>,
}

impl Tabs {
    pub fn new(app: &App, view: &View, here: Tab, scheme: Option<&str>) -> Self {
        let say = app.say(view);
        let path = match here {
            Tab::Board => "/appraisal/board",
            _ => "/appraisal",
        };
        let schemes = app::appraisal::schemes(&app.product.pack, view.period);
        let with = |path: &str| match scheme {
            Some(id) => view.link_with(path, &[("scheme", id)]),
            None => view.link(path),
        };
        let tab = |tab: Tab, href: String, key: &str| Choice {
            value: href,
            title: say.text(key),
            chosen: tab == here,
        };
        let mut tabs = Vec::new();
        if !schemes.is_empty() {
            tabs.push(tab(Tab::Scheme, with("/appraisal"), "appraisal.tab_scheme"));
            tabs.push(tab(
                Tab::Board,
                with("/appraisal/board"),
                "appraisal.tab_board",
            ));
        }
        tabs.push(tab(
            Tab::Tasks,
            view.link("/appraisal/tasks"),
            "appraisal.tab_tasks",
        ));
        if app::plans::read::allowed(&app.product).is_ok() {
            tabs.push(tab(
                Tab::Plan,
                view.link("/appraisal/plan"),
                "appraisal.tab_plan",
            ));
        }
        let schemes = schemes.iter().map(|it| Choice {
            value: view.link_with(path, &[("scheme", &it.id)]),
            title: it.title.get(view.language).to_owned(),
            chosen: scheme == Some(it.id.as_str()),
        });
        Self {
            // Tasks are of no scheme.
            schemes: match here {
                Tab::Scheme | Tab::Board => schemes.collect(),
                Tab::Tasks | Tab::Plan => Vec::new(),
            },
            tabs,
        }
    }
}

/// No scheme is declared for the period.
#[derive(Debug, Serialize)]
pub(super) struct NonePage {
    frame: Frame,
    tabs: Tabs,
    period: String,
}

impl NonePage {
    pub fn new(app: &App, view: &View) -> Self {
        Self {
            frame: Frame::new(
                app,
                view,
                Place::Appraisal,
                &app.text(view, "appraisal.room"),
            ),
            tabs: Tabs::new(app, view, Tab::Scheme, None),
            period: app.say(view).period(view.period),
        }
    }
}

#[derive(Debug, Serialize)]
pub(super) struct ShowPage {
    frame: Frame,
    tabs: Tabs,
    title: String,
    set_by: String,
    source: Option<String>,
    region: String,
    day: String,
    elapsed: String,
    over: bool,
    points: Points,
    lights: Vec<Lit>,
    lost: Vec<Row>,
    waiting: Vec<Row>,
    groups: Vec<(Option<String>, Vec<Row>)>,
    message: String,
    json: String,
    sequence: i64,
}

/// Totals in words.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Points {
    pub now: String,
    pub full: String,
    pub forecast: String,
    /// Of the forecast, what is last year's.
    pub assumed: Option<String>,
    /// Weight that nothing is known of.
    pub open: Option<String>,
    pub last_year: String,
    /// Forecast against last year, with its sign.
    pub change: Option<String>,
    pub tone: &'static str,
    pub done: String,
}

/// A light with its items and weight.
#[derive(Clone, Debug, Serialize)]
struct Lit {
    light: Light,
    count: usize,
    weight: String,
}

/// An item as a row.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Row {
    pub title: String,
    pub href: String,
    pub section: String,
    pub weight: String,
    pub target: String,
    pub found: String,
    pub light: Light,
    pub share: Option<String>,
    /// Widths of the bar and of the mark of what should be there, 0 to 100.
    pub width: Option<String>,
    pub mark: Option<String>,
    /// The bar in words.
    pub bar: String,
    pub gap: String,
    pub score: String,
    pub forecast_score: String,
    pub lost: String,
    pub last_year: String,
    pub ready: Option<String>,
    pub overdue: bool,
}

/// Points as people write them.
pub(super) fn points(value: Decimal) -> String {
    minus(&value.round_dp(2).normalize().to_string())
}

fn points_or(value: Option<Decimal>) -> String {
    value.map_or_else(|| UNKNOWN.to_owned(), points)
}

pub(super) fn light(status: Status, say: &Say<'_>) -> Light {
    Light {
        class: status.word(),
        words: say.word("light", status.word()),
    }
}

impl Points {
    pub fn new(totals: &Totals) -> Self {
        let change = totals.last_year.map(|it| totals.forecast - it);
        let positive = |it: Decimal| (it > Decimal::ZERO).then(|| points(it));
        Self {
            now: points(totals.now),
            full: points(totals.full),
            forecast: points(totals.forecast),
            assumed: positive(totals.assumed),
            open: positive(totals.open),
            last_year: points_or(totals.last_year),
            change: change.map(|it| {
                let sign = if it > Decimal::ZERO { "+" } else { "" };
                format!("{sign}{}", points(it))
            }),
            tone: match change {
                Some(it) if it > Decimal::ZERO => "good",
                Some(it) if it < Decimal::ZERO => "bad",
                _ => "",
            },
            done: points(totals.weights[0]),
        }
    }
}

impl Row {
    pub fn new(item: &ItemView, scheme: &str, view: &View, say: &Say<'_>) -> Self {
        let region = item.region.to_string();
        let path = format!("/appraisal/items/{}", item.id);
        let width = |share: Decimal| {
            (share * Decimal::ONE_HUNDRED)
                .clamp(Decimal::ZERO, Decimal::ONE_HUNDRED)
                .round()
                .to_string()
        };
        let light = light(item.light, say);
        let share = item.share.map(|it| say.percent(it));
        let bar = say.fill(
            "appraisal.bar",
            &[
                ("share", share.clone().unwrap_or_else(|| UNKNOWN.to_owned())),
                ("pace", say.percent(item.pace)),
            ],
        );
        Self {
            title: item.title.get(say.language).to_owned(),
            href: view.link_with(&path, &[("scheme", scheme), ("region", &region)]),
            section: item.section.get(say.language).to_owned(),
            weight: points(item.weight),
            target: rank_or(say, &item.target_said),
            found: item
                .found_said
                .as_deref()
                .map_or_else(|| UNKNOWN.to_owned(), |it| rank_or(say, it)),
            width: item.share.map(width),
            mark: item.share.map(|_| width(item.pace)),
            share,
            bar,
            gap: gap(item, say),
            score: points_or(item.score),
            forecast_score: points_or(item.forecast_score),
            lost: points_or(item.lost),
            last_year: points_or(item.last_year),
            ready: item.ready.map(|day| {
                let key = if item.overdue {
                    "appraisal.overdue"
                } else {
                    "appraisal.ready"
                };
                say.fill(key, &[("day", day.to_string())])
            }),
            overdue: item.overdue,
            light,
        }
    }
}

/// What is missing, in words.
pub(super) fn gap(item: &ItemView, say: &Say<'_>) -> String {
    match (&item.gap_said, item.found) {
        (Some(gap), _) => say.fill("appraisal.gap", &[("gap", rank_or(say, gap))]),
        (None, Some(_)) => say.text("appraisal.no_gap"),
        (None, None) => UNKNOWN.to_owned(),
    }
}

/// Values as the act says them, also those that are places (第3, 前3, 1名) or points (9.2分).
pub(super) fn rank_or(say: &Say<'_>, said: &str) -> String {
    let place = |key: &str, number: &str| say.fill(key, &[("place", number.to_owned())]);
    if let Some(number) = said.strip_prefix('第') {
        return place("appraisal.place", number);
    }
    if let Some(number) = said.strip_prefix('前') {
        return place("appraisal.first_places", number);
    }
    if let Some(number) = said.strip_suffix('名') {
        return place("appraisal.places", number);
    }
    if let Some(number) = said.strip_suffix("个百分点") {
        return say.fill("appraisal.percent_points", &[("number", number.to_owned())]);
    }
    if let Some(number) = said.strip_suffix('分') {
        return say.fill("appraisal.points_said", &[("points", number.to_owned())]);
    }
    say.whole(said)
}

impl ShowPage {
    pub(super) fn new(app: &App, view: &View, scheme: &SchemeView) -> Self {
        let say = app.say(view);
        let row = |it: &ItemView| Row::new(it, &scheme.id, view, &say);
        let mut groups: Vec<(Option<String>, Vec<Row>)> = Vec::new();
        for item in &scheme.items {
            let group = item
                .group
                .as_ref()
                .map(|it| it.get(view.language).to_owned());
            match groups.last_mut().filter(|(it, _)| *it == group) {
                Some((_, rows)) => rows.push(row(item)),
                None => groups.push((group, vec![row(item)])),
            }
        }
        let totals = &scheme.totals;
        let lights = LIGHTS.iter().enumerate().map(|(place, it)| Lit {
            light: light(*it, &say),
            count: totals.counts[place],
            weight: points(totals.weights[place]),
        });
        let lost = app::appraisal::lost(&scheme.items);
        let title = scheme.title.get(view.language).to_owned();
        Self {
            frame: Frame::new(app, view, Place::Appraisal, &title),
            tabs: Tabs::new(app, view, Tab::Scheme, Some(&scheme.id)),
            set_by: scheme.set_by.get(view.language).to_owned(),
            source: scheme.source.clone(),
            region: scheme.region_name.clone(),
            day: scheme.when.day.to_string(),
            elapsed: say.percent(scheme.when.elapsed),
            over: scheme.when.over,
            points: Points::new(totals),
            lights: lights.collect(),
            message: message(scheme, &lost, view, &say),
            lost: lost.into_iter().map(row).collect(),
            waiting: scheme
                .items
                .iter()
                .filter(|it| it.light == Status::Waiting)
                .map(row)
                .collect(),
            groups,
            json: view.change(&[("format", Some("json"))]),
            sequence: scheme.sequence,
            title,
        }
    }
}

/// The scheme as a short text to be sent on.
fn message(scheme: &SchemeView, lost: &[&ItemView], view: &View, say: &Say<'_>) -> String {
    let totals = &scheme.totals;
    let mut text = say.fill(
        "appraisal.message",
        &[
            ("title", scheme.title.get(view.language).to_owned()),
            ("region", scheme.region_name.clone()),
            ("day", scheme.when.day.to_string()),
            ("now", points(totals.now)),
            ("full", points(totals.full)),
            ("forecast", points(totals.forecast)),
            ("done", totals.counts[0].to_string()),
            ("on_pace", totals.counts[1].to_string()),
            ("behind", totals.counts[2].to_string()),
            ("waiting", totals.counts[3].to_string()),
        ],
    );
    for item in lost {
        text.push('\n');
        text.push_str(&say.fill(
            "appraisal.message_lost",
            &[
                ("title", item.title.get(view.language).to_owned()),
                ("section", item.section.get(view.language).to_owned()),
                ("lost", points_or(item.lost)),
                ("gap", gap(item, say)),
            ],
        ));
    }
    text
}

fn scheme_json(scheme: &SchemeView, view: &View) -> Value {
    let totals = &scheme.totals;
    json!({
        "scheme": scheme.id,
        "title": scheme.title.get(view.language),
        "set_by": scheme.set_by.get(view.language),
        "region": scheme.region.to_string(),
        "period": scheme.when.so_far.to_string(),
        "day": scheme.when.day.to_string(),
        "elapsed": json_number(Some(scheme.when.elapsed)),
        "sequence": scheme.sequence,
        "totals": totals_json(totals),
        "items": scheme.items.iter().map(|it| item_json(it, view)).collect::<Vec<_>>(),
    })
}

pub(super) fn totals_json(totals: &Totals) -> Value {
    let lights: serde_json::Map<String, Value> = LIGHTS
        .iter()
        .zip(totals.counts)
        .map(|(light, count)| (light.word().to_owned(), count.into()))
        .collect();
    json!({
        "full": json_number(Some(totals.full)),
        "score": json_number(Some(totals.now)),
        "forecast": json_number(Some(totals.forecast)),
        "assumed": json_number(Some(totals.assumed)),
        "open": json_number(Some(totals.open)),
        "last_year": json_number(totals.last_year),
        "weight_done": json_number(Some(totals.weights[0])),
        "counts": lights,
    })
}

/// An item for programs, in the shape of `quanyu appraisal --format json`.
pub(super) fn item_json(item: &ItemView, view: &View) -> Value {
    json!({
        "item": item.id,
        "name": item.title.get(view.language),
        "section": item.section.get(view.language),
        "method": item.method,
        "indicator": item.indicator,
        "region": item.region.to_string(),
        "period": item.period.to_string(),
        "weight": json_number(Some(item.weight)),
        "target": json_number(Some(item.target)),
        "value": json_number(item.found),
        "unit": item.unit,
        "share": json_number(item.share),
        "pace": json_number(Some(item.pace)),
        "status": item.light.word(),
        "score": json_number(item.score),
        "forecast": json_number(item.forecast),
        "basis": item.basis.map(|it| it.word()),
        "forecast_score": json_number(item.forecast_score),
        "lost": json_number(item.lost),
        "gap": json_number(item.gap),
        "gap_said": item.gap_said,
        "last_year": json_number(item.last_year),
        "ready": item.ready.map(|it| it.to_string()),
        "source": item.source,
        "records": item.records,
    })
}
