//! 数据定版: a frozen figure with its definition, its records, and what changed since; what was reported to whom.

use std::collections::BTreeMap;

use axum::{
    extract::{Path, Request},
    response::{IntoResponse, Redirect, Response},
};
use rust_decimal::Decimal;
use serde::Serialize;
use serde_json::{Value, json};

use super::{
    frame::{self, Frame, Place},
    problem::Problem,
    say::{Say, UNKNOWN, json_number},
    state::App,
    upload,
    view::{Format, View},
};
use crate::app::{
    self, AppError,
    releases::{Measure, Release, Since, Used},
    reports::Subject,
};

/// Records of a release that its page lists; the command line lists all.
const RECORDS: usize = 200;

/// `GET /releases/{release}`.
pub(super) async fn show(
    app: App,
    Path(release): Path<String>,
    view: View,
) -> Result<Response, Problem> {
    let refused = |error: AppError| app.refused(&view, &error);
    let since = app::releases::since(&app.product, &release)
        .await
        .map_err(refused)?;
    let records = app::releases::records(&app.product, &release)
        .await
        .map_err(refused)?;
    match view.format {
        Format::Html => app.page(
            &view,
            "releases/show.html",
            &ShowPage::new(&app, &view, &since, &records),
        ),
        _ => {
            let mut value = release_json(&since.release);
            value["since"] = since_json(&since);
            value["evidence"] = records.iter().map(used_json).collect::<Vec<_>>().into();
            Ok(app.json(value))
        }
    }
}

/// `GET /reports`: what was given to whom.
pub(super) async fn reports(app: App, view: View) -> Result<Response, Problem> {
    let all = app::reports::history(&app.product, view.wish("indicator")).await;
    let mut all = all.map_err(|error| app.refused(&view, &error))?;
    if view.wish("differs").is_some() {
        all.retain(|it| it.differs);
    }
    match view.format {
        Format::Html => app.page(
            &view,
            "releases/reports.html",
            &ReportsPage::new(&app, &view, &all),
        ),
        _ => Ok(app.json(json!({
            "subjects": all.iter().map(subject_json).collect::<Vec<_>>(),
        }))),
    }
}

/// `POST /reports`: notes a value that was given otherwise than by a paper.
pub(super) async fn note(app: App, view: View, request: Request) -> Result<Response, Problem> {
    let form = upload::form(&app, &view, request).await?;
    let slots: BTreeMap<String, String> = form
        .fields
        .into_iter()
        .filter(|(_, text)| !text.trim().is_empty())
        .collect();
    let noted = app::reports::note(&app.product, &slots).await;
    noted.map_err(|error| app.refused(&view, &error))?;
    Ok(Redirect::to(&view.link("/reports")).into_response())
}

/// A release and what became of it, ready to print.
#[derive(Debug, Serialize)]
pub(super) struct SinceShown {
    pub id: String,
    pub href: String,
    pub indicator: String,
    pub indicator_href: String,
    pub measure: String,
    pub region: String,
    pub period: String,
    pub said: String,
    pub same: bool,
    pub light: &'static str,
    /// Whether what the document says is true still, in words; `None` where it did not move or is not understood.
    pub still: Option<(&'static str, String)>,
    /// What became of it, in words.
    pub words: String,
    pub now: String,
    pub source: String,
    pub records: u64,
    pub citation: Option<String>,
    pub redefined: Option<String>,
    pub changes: Vec<ChangeShown>,
    pub more: u64,
    pub idle: u64,
    pub actor: String,
    pub at: String,
}

/// A record that makes a difference.
#[derive(Debug, Serialize)]
pub(super) struct ChangeShown {
    pub register: String,
    pub label: String,
    pub href: Option<String>,
    pub how: String,
    pub before: String,
    pub after: String,
    pub by: Option<(String, String)>,
}

impl SinceShown {
    pub fn new(app: &App, view: &View, it: &Since) -> Self {
        let say = app.say(view);
        let release = &it.release;
        let words = match (it.gone, it.same) {
            (true, _) => say.text("release.gone"),
            (false, true) => say.text("release.same"),
            (false, false) => say.fill("release.moved", &[("now", say.whole(&it.now_said))]),
        };
        Self {
            id: release.id.clone(),
            href: view.link(&format!("/releases/{}", release.id)),
            indicator: release.title.get(view.language).to_owned(),
            indicator_href: view.link_with(
                &format!("/indicators/{}", release.indicator),
                &[
                    ("region", release.region.as_str()),
                    ("period", &release.period.to_string()),
                ],
            ),
            measure: say.word("measure", release.measure.word()),
            region: region(app, release),
            period: say.period(release.period),
            said: release.said.clone(),
            same: it.same,
            light: if it.same { "done" } else { "behind" },
            still: it.still.map(|still| match still {
                true => ("done", say.text("release.still")),
                false => ("error", say.text("release.untrue")),
            }),
            words,
            now: say.whole(&it.now_said),
            source: source(&say, release),
            records: release.records,
            citation: release.citation.clone(),
            redefined: it.redefined.as_ref().map(|(by, at)| {
                let by = say.actor(by);
                say.fill("release.redefined", &[("by", by), ("at", at.clone())])
            }),
            changes: it
                .changes
                .iter()
                .take(50)
                .map(|it| ChangeShown::new(app, view, release, it))
                .collect(),
            more: it.count.saturating_sub(50),
            idle: it.idle,
            actor: say.actor(&release.actor),
            at: release.at.clone(),
        }
    }
}

impl ChangeShown {
    fn new(app: &App, view: &View, release: &Release, it: &app::releases::Change) -> Self {
        let say = app.say(view);
        let known = app.product.pack.registers.contains_key(&it.register);
        let there = !matches!(it.how, app::releases::How::Removed);
        Self {
            register: it.title.get(view.language).to_owned(),
            label: it.label.clone(),
            href: (known && there)
                .then(|| view.link(&format!("/registers/{}/{}", it.register, it.record))),
            how: say.word("how", it.how.as_str()),
            before: contribution(&say, release, it.before),
            after: contribution(&say, release, it.after),
            by: it.by.last().map(|it| (say.actor(&it.actor), it.at.clone())),
        }
    }
}

fn region(app: &App, release: &Release) -> String {
    frame::region_name(app, &release.region).unwrap_or_else(|| release.region.to_string())
}

fn source(say: &Say<'_>, release: &Release) -> String {
    if release.source == "cited" {
        say.text("figure.cited")
    } else {
        say.fill(
            "figure.computed_from",
            &[("count", release.records.to_string())],
        )
    }
}

/// What a record contributes: in the indicator's unit where that of the measure is another.
fn contribution(say: &Say<'_>, release: &Release, value: Option<Decimal>) -> String {
    match (release.measure, value) {
        (_, None) => UNKNOWN.to_owned(),
        (Measure::Value, value) => say.value(value, &release.unit),
        (_, Some(value)) => value.normalize().to_string(),
    }
}

#[derive(Debug, Serialize)]
struct ShowPage {
    frame: Frame,
    list: String,
    document: String,
    it: SinceShown,
    definition: Vec<String>,
    facts: Vec<(String, String)>,
    rows: Vec<Row>,
    total: usize,
    json: String,
}

#[derive(Debug, Serialize)]
struct Row {
    register: String,
    record: i64,
    href: String,
    label: String,
    part: String,
    version: i64,
    contribution: String,
}

impl ShowPage {
    fn new(app: &App, view: &View, since: &Since, records: &[Used]) -> Self {
        let say = app.say(view);
        let release = &since.release;
        let title = |id: &str| {
            let declared = app
                .product
                .pack
                .registers
                .get(id.split('.').next().unwrap_or(id));
            declared.map_or_else(
                || id.to_owned(),
                |it| it.title.get(view.language).to_owned(),
            )
        };
        let facts = [
            (
                "release.value",
                release
                    .value
                    .map_or_else(|| UNKNOWN.to_owned(), |it| it.normalize().to_string()),
            ),
            ("release.document", release.document.clone()),
            ("release.pack", release.revision.to_string()),
            ("release.sequence", release.sequence.to_string()),
            ("release.digest", release.digest.chars().take(16).collect()),
            (
                "release.by",
                format!("{} {}", say.actor(&release.actor), release.at),
            ),
        ];
        Self {
            frame: Frame::new(
                app,
                view,
                Place::Writing,
                &format!("{} {}", release.title.get(view.language), release.id),
            ),
            list: view.link("/writing"),
            document: release.document.clone(),
            it: SinceShown::new(app, view, since),
            definition: release.definition.lines().map(str::to_owned).collect(),
            facts: facts.map(|(key, value)| (say.text(key), value)).to_vec(),
            rows: records
                .iter()
                .take(RECORDS)
                .map(|it| Row {
                    register: title(&it.register),
                    record: it.record,
                    href: view.link(&format!("/registers/{}/{}", it.register, it.record)),
                    label: it.label.clone(),
                    part: say.word("part", &it.part),
                    version: it.version,
                    contribution: contribution(&say, release, it.contribution),
                })
                .collect(),
            total: records.len(),
            json: view.change(&[("format", Some("json"))]),
        }
    }
}

#[derive(Debug, Serialize)]
struct ReportsPage {
    frame: Frame,
    list: String,
    subjects: Vec<SubjectShown>,
    differing: usize,
    only: (String, bool),
    action: String,
    can_note: bool,
    indicators: Vec<(String, String)>,
    measures: Vec<(String, String)>,
    region: String,
    period: String,
    json: String,
}

#[derive(Debug, Serialize)]
struct SubjectShown {
    title: String,
    href: String,
    measure: String,
    region: String,
    period: String,
    differs: bool,
    given: Vec<GivenShown>,
}

#[derive(Debug, Serialize)]
struct GivenShown {
    said: String,
    plain: String,
    to: String,
    on: String,
    document: String,
    href: Option<String>,
    release: Option<String>,
    sent: bool,
}

impl ReportsPage {
    fn new(app: &App, view: &View, all: &[Subject]) -> Self {
        let say = app.say(view);
        let paper = app.product.pack.playing("document").map(|it| it.id.clone());
        let or_dash = |it: Option<String>| it.unwrap_or_else(|| UNKNOWN.to_owned());
        let subject = |it: &Subject| SubjectShown {
            title: it.title.get(view.language).to_owned(),
            href: view.link_with(
                &format!("/indicators/{}", it.indicator),
                &[
                    ("region", it.region.as_str()),
                    ("period", &it.period.to_string()),
                ],
            ),
            measure: say.word("measure", it.measure.word()),
            region: frame::region_name(app, &it.region).unwrap_or_else(|| it.region.to_string()),
            period: say.period(it.period),
            differs: it.differs,
            given: it
                .given
                .iter()
                .map(|it| GivenShown {
                    said: it.said.clone(),
                    plain: say.whole(&it.plain),
                    to: or_dash(it.to.clone()),
                    on: or_dash(it.on.map(|it| it.to_string())),
                    document: it.document.clone(),
                    href: it.record.as_ref().map(|(register, id)| {
                        if Some(register) == paper.as_ref() {
                            view.link(&format!("/writing/{id}"))
                        } else {
                            view.link(&format!("/registers/{register}/{id}"))
                        }
                    }),
                    release: it
                        .release
                        .as_ref()
                        .map(|id| view.link(&format!("/releases/{id}"))),
                    sent: it.sent,
                })
                .collect(),
        };
        let only = view.wish("differs").is_some();
        let indicators = app.product.pack.indicators.values();
        let measures = [
            Measure::Value,
            Measure::Growth,
            Measure::Rank,
            Measure::Share,
        ];
        Self {
            frame: Frame::new(app, view, Place::Reports, &app.text(view, "reports.title")),
            list: view.link("/writing"),
            subjects: all.iter().map(subject).collect(),
            differing: all.iter().filter(|it| it.differs).count(),
            only: (view.change(&[("differs", (!only).then_some("1"))]), only),
            action: view.link("/reports"),
            can_note: app::reports::register(&app.product).is_some(),
            indicators: indicators
                .map(|it| (it.id.clone(), it.title.get(view.language).to_owned()))
                .collect(),
            measures: measures
                .map(|it| (it.as_str().to_owned(), say.word("measure", it.word())))
                .to_vec(),
            region: view.region.to_string(),
            period: view.period.to_string(),
            json: view.change(&[("format", Some("json"))]),
        }
    }
}

/// A release for programs.
pub(super) fn release_json(it: &Release) -> Value {
    json!({
        "id": it.id, "document": it.document, "indicator": it.indicator, "measure": it.measure.as_str(),
        "region": it.region.as_str(), "period": it.period.to_string(), "value": json_number(it.value),
        "of": it.of, "unit": it.unit, "said": it.said, "idiom": it.idiom, "definition": it.definition,
        "pack": it.revision, "sequence": it.sequence, "source": it.source, "cited_from": it.citation,
        "records": it.records, "digest": it.digest, "by": it.actor, "at": it.at,
    })
}

/// What became of a release, for programs.
pub(super) fn since_json(it: &Since) -> Value {
    json!({
        "same": it.same, "still": it.still, "now": json_number(it.now), "now_said": it.now_said, "sequence": it.sequence,
        "redefined": it.redefined.as_ref().map(|(by, at)| json!({ "by": by, "at": at })),
        "count": it.count, "idle": it.idle,
        "changes": it.changes.iter().map(|it| json!({
            "register": it.register, "record": it.record, "label": it.label, "part": it.part, "how": it.how.as_str(),
            "before": json_number(it.before), "after": json_number(it.after),
            "by": it.by.iter().map(|it| json!({
                "sequence": it.sequence, "actor": it.actor, "at": it.at, "act": it.act,
            })).collect::<Vec<_>>(),
        })).collect::<Vec<_>>(),
    })
}

fn used_json(it: &Used) -> Value {
    json!({
        "part": it.part, "register": it.register, "record": it.record, "version": it.version,
        "contribution": json_number(it.contribution), "label": it.label,
    })
}

fn subject_json(it: &Subject) -> Value {
    json!({
        "indicator": it.indicator, "measure": it.measure.as_str(), "region": it.region.as_str(),
        "period": it.period.to_string(), "differs": it.differs,
        "given": it.given.iter().map(|it| json!({
            "value": json_number(it.value), "said": it.said, "to": it.to, "on": it.on.map(|it| it.to_string()),
            "document": it.document, "sent": it.sent, "release": it.release,
            "record": it.record.as_ref().map(|(register, id)| json!({ "register": register, "id": id })),
        })).collect::<Vec<_>>(),
    })
}
