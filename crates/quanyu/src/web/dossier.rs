//! 一企一档: the page about an organization, on screen, on paper and in an archive.
//!
//! Owns the handlers and the page. Leaves what is gathered to `app::dossier`.

use axum::{extract::Path, response::Response};
use quanyu_core::measure;
use rust_decimal::Decimal;
use serde::Serialize;
use serde_json::json;

use super::{
    chart,
    entries::download,
    figure::group,
    frame::{Frame, Place},
    problem::Problem,
    registers::list::{CellShown, room_of},
    say::UNKNOWN,
    state::App,
    view::{Format, View},
};
use crate::app::{
    self,
    dossier::{Dossier, Years},
};

/// `GET /organizations/{id}`: everything about an organization.
pub(super) async fn show(app: App, Path(id): Path<i64>, view: View) -> Result<Response, Problem> {
    let whole = app::dossier::dossier(&app.product, id, view.language).await;
    let whole = whole.map_err(|error| app.refused(&view, &error))?;
    match view.format {
        Format::Html => app.page(
            &view,
            "dossier/show.html",
            &DossierPage::new(&app, &view, &whole),
        ),
        _ => Ok(app.json(dossier_json(&whole, &view))),
    }
}

/// `GET /organizations/{id}/zip`: the same with its workbooks and files, to be taken along.
pub(super) async fn zip(app: App, Path(id): Path<i64>, view: View) -> Result<Response, Problem> {
    let refused = |error: app::AppError| app.refused(&view, &error);
    let whole = app::dossier::dossier(&app.product, id, view.language)
        .await
        .map_err(refused)?;
    let mut parts = app::dossier::parts(&app.product, &whole)
        .await
        .map_err(refused)?;
    let page = DossierPage::new(&app, &view, &whole);
    let name = page.name.clone();
    let html = app.html(&view, "dossier/paper.html", &page)?;
    parts.insert(0, (format!("{name}.html"), html.into_bytes()));
    parts.push(("quanyu.css".to_owned(), app.assets.css().into_bytes()));
    let made = tokio::task::spawn_blocking(move || app::dossier::archive(&parts)).await;
    let made = made
        .map_err(|error| app::AppError::Output(error.to_string()))
        .and_then(|it| it);
    let bytes = made.map_err(refused)?;
    Ok(download(&format!("{name}.zip"), "application/zip", bytes))
}

#[derive(Debug, Serialize)]
struct DossierPage {
    frame: Frame,
    name: String,
    room: (String, String),
    register: (String, String),
    record: String,
    zip: String,
    json: String,
    day: String,
    state: Option<String>,
    /// Short fields, then long ones: title, cell.
    fields: Vec<(String, CellShown, bool)>,
    spans: Vec<LinesShown>,
    years: Vec<YearsShown>,
    sections: Vec<SectionShown>,
    moments: Vec<MomentShown>,
    files: Vec<(String, String, String)>,
    offers: Vec<(String, String)>,
}

#[derive(Debug, Serialize)]
struct LinesShown {
    title: String,
    heads: Vec<String>,
    rows: Vec<Vec<String>>,
}

#[derive(Debug, Serialize)]
struct YearsShown {
    title: String,
    href: String,
    years: Vec<String>,
    facts: Vec<(String, String, Vec<String>)>,
    /// The first fact that has values, drawn.
    chart: Option<chart::Bars>,
    charted: String,
}

#[derive(Debug, Serialize)]
struct SectionShown {
    title: String,
    count: String,
    all: Option<String>,
    heads: Vec<(String, bool)>,
    rows: Vec<(String, i64, Vec<CellShown>)>,
}

#[derive(Debug, Serialize)]
struct MomentShown {
    day: String,
    kind: String,
    title: String,
    href: String,
}

impl DossierPage {
    fn new(app: &App, view: &View, whole: &Dossier) -> Self {
        let say = app.say(view);
        let page = &whole.record;
        let register = &page.register;
        let base = format!("/registers/{}", register.id);
        let known = |it: &str| !it.is_empty() && it != UNKNOWN;
        let at = |(register, id): &(String, i64)| view.link(&format!("/registers/{register}/{id}"));
        let fields = page
            .fields
            .iter()
            .filter(|(head, cell)| known(&cell.said) && head.kind != "file")
            .map(|(head, cell)| {
                let long = head.kind == "long_text" || cell.said.chars().count() > 40;
                let mut shown = CellShown::new(cell, head.number, view);
                if let Some(unit) = head.unit.as_deref().map(|it| say.unit(it)) {
                    shown.said = format!("{} {unit}", shown.said).trim_end().to_owned();
                }
                (head.title.get(view.language).to_owned(), shown, long)
            });
        let own = format!("/organizations/{}", page.id);
        Self {
            name: page.label.clone(),
            room: (
                register.module.1.get(view.language).to_owned(),
                view.link_with("/registers", &[("module", &register.module.0)]),
            ),
            register: (
                register.title.get(view.language).to_owned(),
                view.link(&base),
            ),
            record: view.link(&format!("{base}/{}", page.id)),
            zip: view.link(&format!("{own}/zip")),
            json: view.change(&[("format", Some("json"))]),
            day: app.product.today().to_string(),
            state: page
                .state
                .as_ref()
                .map(|it| it.1.get(view.language).to_owned()),
            fields: fields.collect(),
            spans: page
                .lines
                .iter()
                .filter(|it| !it.2.is_empty())
                .map(|(title, heads, rows)| LinesShown {
                    title: title.get(view.language).to_owned(),
                    heads: heads
                        .iter()
                        .map(|it| it.title.get(view.language).to_owned())
                        .collect(),
                    rows: rows
                        .iter()
                        .map(|row| row.iter().map(|it| it.said.clone()).collect())
                        .collect(),
                })
                .collect(),
            years: whole.years.iter().map(|it| years(it, app, view)).collect(),
            sections: whole
                .sections
                .iter()
                .map(|it| {
                    let list = format!("/registers/{}", it.register.id);
                    let filter = format!("f.{}.is", it.field);
                    SectionShown {
                        title: it.register.title.get(view.language).to_owned(),
                        count: group(it.count),
                        all: (it.count > it.rows.len() as u64)
                            .then(|| view.link_with(&list, &[(&filter, &page.id.to_string())])),
                        heads: it
                            .heads
                            .iter()
                            .map(|it| (it.title.get(view.language).to_owned(), it.number))
                            .collect(),
                        rows: it
                            .rows
                            .iter()
                            .map(|(id, cells)| {
                                let cells = cells.iter().zip(&it.heads);
                                let cells = cells
                                    .map(|(cell, head)| CellShown::new(cell, head.number, view));
                                (view.link(&format!("{list}/{id}")), *id, cells.collect())
                            })
                            .collect(),
                    }
                })
                .collect(),
            moments: whole
                .moments
                .iter()
                .map(|it| MomentShown {
                    day: it.day.to_string(),
                    kind: it.kind.get(view.language).to_owned(),
                    title: it.title.clone(),
                    href: at(&it.link),
                })
                .collect(),
            files: whole
                .files
                .iter()
                .map(|it| {
                    let (register, id) = &it.link;
                    let href = format!("/registers/{register}/{id}/files/{}", it.hash);
                    (
                        it.register.get(view.language).to_owned(),
                        it.name.clone(),
                        view.link(&href),
                    )
                })
                .collect(),
            offers: page
                .offers
                .iter()
                .map(|(register, field, title)| {
                    (
                        title.get(view.language).to_owned(),
                        view.link_with(
                            &format!("/registers/{register}/new"),
                            &[(&format!("with.{field}"), &page.id.to_string())],
                        ),
                    )
                })
                .collect(),
            frame: Frame::new(app, view, Place::Registers(room_of(register)), &page.label),
        }
    }
}

fn years(years: &Years, app: &App, view: &View) -> YearsShown {
    let say = app.say(view);
    let unit = |it: &Option<String>| it.as_deref().map(|it| say.unit(it)).unwrap_or_default();
    let first = years
        .facts
        .iter()
        .find(|(_, values)| values.iter().any(|it| it.0.is_some()));
    let drawn = first.and_then(|(head, values)| {
        let base = head.unit.clone().unwrap_or_default();
        // One unit for all bars: that of the largest.
        let most = values.iter().filter_map(|it| it.0).max()?;
        let (unit, digits) = measure::handy(most, &base);
        let bars: Vec<(String, Option<Decimal>, String, bool)> = years
            .years
            .iter()
            .zip(values)
            .enumerate()
            .map(|(place, (year, (value, _)))| {
                let said = value.map_or_else(
                    || UNKNOWN.to_owned(),
                    |it| say.number(&measure::say(it, &unit, digits).0, &unit),
                );
                let year = year.trim_end_matches('年').to_owned();
                (year, *value, said, place + 1 == values.len())
            })
            .collect();
        let title = head.title.get(view.language);
        let unit = say.unit(&unit);
        let words = if unit.is_empty() {
            title.to_owned()
        } else {
            format!("{title}（{unit}）")
        };
        Some((chart::bars(&bars)?, words))
    });
    let (chart, charted) = drawn.map_or((None, String::new()), |(bars, words)| (Some(bars), words));
    YearsShown {
        title: years.register.title.get(view.language).to_owned(),
        href: view.link(&format!("/registers/{}", years.register.id)),
        years: years.years.clone(),
        facts: years
            .facts
            .iter()
            .map(|(head, values)| {
                (
                    head.title.get(view.language).to_owned(),
                    unit(&head.unit),
                    values.iter().map(|it| it.1.clone()).collect(),
                )
            })
            .collect(),
        chart,
        charted,
    }
}

fn dossier_json(whole: &Dossier, view: &View) -> serde_json::Value {
    json!({
        "id": whole.record.id,
        "name": whole.record.label,
        "fields": whole.record.fields.iter().map(|(head, cell)| (head.id.clone(), json!(cell.said))).collect::<serde_json::Map<_, _>>(),
        "years": whole.years.iter().map(|it| json!({
            "register": it.register.id, "years": it.years,
            "facts": it.facts.iter().map(|(head, values)| json!({
                "field": head.id, "values": values.iter().map(|it| &it.1).collect::<Vec<_>>(),
            })).collect::<Vec<_>>(),
        })).collect::<Vec<_>>(),
        "sections": whole.sections.iter().map(|it| json!({
            "register": it.register.id, "field": it.field, "count": it.count,
            "records": it.rows.iter().map(|it| it.0).collect::<Vec<_>>(),
        })).collect::<Vec<_>>(),
        "moments": whole.moments.iter().map(|it| json!({
            "day": it.day.to_string(), "kind": it.kind.get(view.language), "title": it.title,
        })).collect::<Vec<_>>(),
        "files": whole.files.iter().map(|it| &it.name).collect::<Vec<_>>(),
    })
}
