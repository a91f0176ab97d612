//! 日程: what is due on which day, as a month, as a list on a phone, as a file for other calendars.

use axum::{
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use jiff::{ToSpan as _, civil::Date};
use serde::Serialize;
use serde_json::json;

use super::{
    desk::{Row, row, task_json, weekday},
    frame::{Frame, Place},
    problem::Problem,
    state::App,
    view::{Format, View},
};
use crate::app::{self, AppError, Why, calendar::Month};

/// Tasks shown on a day of the month; the list has all.
const SHOWN: usize = 4;

/// `GET /calendar?month=2024-01`.
pub(super) async fn show(app: App, view: View) -> Result<Response, Problem> {
    let refused = |error: AppError| app.refused(&view, &error);
    let day = month_of(view.wish("month"), app.product.today()).map_err(refused)?;
    let mine = view.wish("mine").is_some();
    let month = app::calendar::month(&app.product, day, mine).await;
    let month = month.map_err(refused)?;
    match view.format {
        Format::Html => app.page(
            &view,
            "calendar/show.html",
            &MonthPage::new(&app, &view, &month, mine),
        ),
        _ => {
            let days = month.days.iter().filter(|it| !it.tasks.is_empty());
            let days = days.map(|it| {
                json!({
                    "day": it.day.to_string(), "worked": it.worked,
                    "tasks": it.tasks.iter().map(task_json).collect::<Vec<_>>(),
                })
            });
            Ok(app.json(json!({ "days": days.collect::<Vec<_>>() })))
        }
    }
}

/// `GET /calendar.ics`: the same for other calendars.
pub(super) async fn file(app: App, view: View) -> Result<Response, Problem> {
    let mine = view.wish("mine").is_some();
    let text = app::calendar::file(&app.product, mine, view.language).await;
    let text = text.map_err(|error| app.refused(&view, &error))?;
    let headers = [
        (
            header::CONTENT_TYPE,
            HeaderValue::from_static("text/calendar; charset=utf-8"),
        ),
        (
            header::CONTENT_DISPOSITION,
            HeaderValue::from_static("attachment; filename=\"deadlines.ics\""),
        ),
    ];
    Ok((headers, text).into_response())
}

/// The first day of the month that is asked for.
fn month_of(wish: Option<&str>, today: Date) -> Result<Date, AppError> {
    let Some(text) = wish else { return Ok(today) };
    let day = format!("{text}-01").parse::<Date>();
    let near = day.ok().filter(|it| (1950..=2200).contains(&it.year()));
    near.ok_or_else(|| AppError::BadValue {
        kind: "month",
        value: text.to_owned(),
        why: Why::written("2023-01"),
    })
}

#[derive(Debug, Serialize)]
struct MonthPage {
    frame: Frame,
    month: String,
    weekdays: Vec<String>,
    weeks: Vec<Vec<DayShown>>,
    /// Days with something due, for the list.
    days: Vec<DayShown>,
    before: String,
    after: String,
    now: String,
    mine: (String, bool),
    everybody: String,
    ics: String,
    json: String,
}

#[derive(Clone, Debug, Serialize)]
struct DayShown {
    number: i8,
    day: String,
    weekday: String,
    inside: bool,
    today: bool,
    rest: bool,
    count: usize,
    more: usize,
    rows: Vec<Row>,
}

impl MonthPage {
    fn new(app: &App, view: &View, month: &Month, mine: bool) -> Self {
        let say = app.say(view);
        let days: Vec<DayShown> = month
            .days
            .iter()
            .map(|it| DayShown {
                number: it.day.day(),
                day: it.day.to_string(),
                weekday: weekday(&say, it.day),
                inside: it.inside,
                today: it.day == month.today,
                rest: it.worked == Some(false),
                count: it.tasks.len(),
                more: it.tasks.len().saturating_sub(SHOWN),
                rows: it.tasks.iter().map(|it| row(app, view, it)).collect(),
            })
            .collect();
        let other = |months: i32| {
            let day = month.first.checked_add(months.months());
            let day = day.unwrap_or(month.first);
            view.change(&[("month", Some(&day.strftime("%Y-%m").to_string()))])
        };
        let shown = month.first.strftime("%Y-%m").to_string();
        Self {
            frame: Frame::new(app, view, Place::Calendar, &say.text("calendar.title")),
            month: shown.clone(),
            weekdays: days.iter().take(7).map(|it| it.weekday.clone()).collect(),
            weeks: days.chunks(7).map(<[DayShown]>::to_vec).collect(),
            days: days
                .iter()
                .filter(|it| it.inside && it.count > 0)
                .cloned()
                .collect(),
            before: other(-1),
            after: other(1),
            now: view.change(&[("month", None)]),
            mine: (view.change(&[("mine", Some("1"))]), mine),
            everybody: view.change(&[("mine", None)]),
            ics: view.link_with("/calendar.ics", if mine { &[("mine", "1")] } else { &[] }),
            json: view.change(&[("month", Some(&shown)), ("format", Some("json"))]),
        }
    }
}
