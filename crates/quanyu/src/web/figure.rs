//! A figure as pages and programs show it.
//!
//! Owns the page structs of a figure, a target and a citation, which several rooms share, and their JSON form.

use serde::Serialize;
use serde_json::{Value, json};

use super::{
    chart::{self, Spark},
    say::{Say, UNKNOWN, json_number},
    view::View,
};
use crate::app::{
    cockpit::{Card, TargetView},
    indicators::{CitationView, FigureView},
};

/// A figure in words.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Figure {
    pub id: String,
    pub title: String,
    pub href: String,
    pub number: String,
    pub unit: String,
    /// `+25.0%`, where known.
    pub growth: Option<String>,
    /// `good`, `bad` or empty: what the growth means for this indicator.
    pub tone: &'static str,
    pub rank: Option<String>,
    pub cited: bool,
    /// 引用数 with its issuing body, 台账数 with the number of records.
    pub source: String,
    pub lag: Option<String>,
    pub period: String,
    pub known: bool,
}

/// A target in words.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Target {
    pub id: String,
    pub title: String,
    pub href: String,
    pub text: String,
    /// Where it comes from, in words.
    pub level: Option<String>,
    pub asked: String,
    pub reached: String,
    pub share: Option<String>,
    /// Width of the bar, 0 to 100.
    pub width: Option<String>,
    pub light: Light,
    pub by: String,
}

/// A light: never a colour alone.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Light {
    pub class: &'static str,
    pub words: String,
}

/// A key figure card.
#[derive(Debug, Serialize)]
pub(super) struct CardPage {
    pub figure: Figure,
    pub target: Option<Target>,
    pub spark: Option<Spark>,
}

/// What a value was cited from.
#[derive(Debug, Serialize)]
pub(super) struct Citation {
    pub body: String,
    pub document: String,
    pub number: String,
    pub date: String,
    pub page: String,
    pub status: String,
    pub record: Option<String>,
}

impl Figure {
    /// The figure of a view, linked to its evidence.
    pub fn new(figure: &FigureView, view: &View, say: &Say<'_>) -> Self {
        let path = format!("/indicators/{}", figure.indicator);
        let period = figure.period.to_string();
        let region = figure.region.to_string();
        let source = match (&figure.citation, figure.source) {
            (Some(citation), "cited") => {
                say.fill("figure.cited_from", &[("body", citation.body.clone())])
            }
            (_, "cited") => say.text("figure.cited"),
            _ => say.fill("figure.computed_from", &[("count", group(figure.records))]),
        };
        Self {
            id: figure.indicator.clone(),
            title: figure.title.get(say.language).to_owned(),
            href: view.link_with(&path, &[("region", &region), ("period", &period)]),
            number: say.number(&figure.said, &figure.said_unit),
            unit: if figure.value.is_some() {
                say.unit(&figure.said_unit)
            } else {
                String::new()
            },
            growth: say.growth(figure.growth),
            tone: match (
                figure
                    .growth
                    .map(|it| it.is_sign_positive() && !it.is_zero()),
                figure.better,
            ) {
                (None, _) | (_, "neither") => "",
                (Some(up), better) if up == (better == "higher") => "good",
                _ => "bad",
            },
            rank: figure.rank.as_ref().map(|it| say.rank(it)),
            cited: figure.source == "cited",
            source,
            lag: (figure.lag > 0).then(|| match figure.period == view.period {
                true => say.fill("figure.lag_years", &[("years", figure.lag.to_string())]),
                false => say.fill("figure.lag", &[("period", say.period(figure.period))]),
            }),
            period: say.period(figure.period),
            known: figure.value.is_some(),
        }
    }

    /// The value with its unit.
    pub fn said(&self, say: &Say<'_>) -> String {
        match say.language {
            quanyu_core::text::Language::En if !self.unit.is_empty() && self.unit != "%" => {
                format!("{} {}", self.number, self.unit)
            }
            _ => format!("{}{}", self.number, self.unit),
        }
    }
}

impl Target {
    /// A target of a plan.
    pub fn new(target: &TargetView, view: &View, say: &Say<'_>) -> Self {
        let share = target.share;
        Self {
            id: target.id.clone(),
            title: target.title.get(say.language).to_owned(),
            href: view.link(&format!("/indicators/{}", target.indicator)),
            text: target.text.get(say.language).to_owned(),
            level: target
                .level
                .as_deref()
                .filter(|it| matches!(*it, "assigned" | "own" | "split"))
                .map(|it| say.word("plan_level", it)),
            asked: say.whole(&target.asked),
            reached: target
                .reached
                .as_deref()
                .map_or_else(|| UNKNOWN.to_owned(), |it| say.whole(it)),
            share: share.map(|it| say.percent(it)),
            width: share.map(|it| {
                let hundred = rust_decimal::Decimal::ONE_HUNDRED;
                (it * hundred)
                    .clamp(rust_decimal::Decimal::ZERO, hundred)
                    .round()
                    .to_string()
            }),
            light: Light {
                class: target.light,
                words: say.word("light", target.light),
            },
            by: target.by.clone(),
        }
    }
}

impl CardPage {
    /// A card of the cockpit.
    pub fn new(card: &Card, view: &View, say: &Say<'_>) -> Self {
        Self {
            figure: Figure::new(&card.figure, view, say),
            target: card.target.as_ref().map(|it| Target::new(it, view, say)),
            spark: chart::spark(&card.months),
        }
    }
}

impl Citation {
    /// A citation; what is not known is "—".
    pub fn new(citation: &CitationView, view: &View, say: &Say<'_>) -> Self {
        let or_unknown = |it: &Option<String>| it.clone().unwrap_or_else(|| UNKNOWN.to_owned());
        Self {
            body: citation.body.clone(),
            document: citation.document.clone(),
            number: or_unknown(&citation.number),
            date: or_unknown(&citation.date),
            page: or_unknown(&citation.page),
            status: citation
                .status
                .as_deref()
                .map_or_else(|| UNKNOWN.to_owned(), |it| say.word("status", it)),
            record: citation
                .record
                .as_ref()
                .map(|(register, id)| view.link(&format!("/registers/{register}/{id}"))),
        }
    }
}

/// A figure for programs, in the shape of `quanyu figures --format json`.
pub(super) fn figure_json(figure: &FigureView, language: quanyu_core::text::Language) -> Value {
    json!({
        "indicator": figure.indicator,
        "name": figure.title.get(language),
        "region": figure.region.to_string(),
        "period": figure.period.to_string(),
        "value": json_number(figure.value),
        "unit": figure.unit,
        "growth": json_number(figure.growth),
        "rank": figure.rank.as_ref().map(|it| json!({
            "rank": it.rank, "of": it.of, "scope": it.scope, "of_growth": it.of_growth,
        })),
        "source": figure.source,
        "citation": figure.citation.as_ref().map(citation_json),
        "records": figure.records,
    })
}

fn citation_json(citation: &CitationView) -> Value {
    json!({
        "body": citation.body,
        "document": citation.document,
        "number": citation.number,
        "date": citation.date,
        "page": citation.page,
        "status": citation.status,
        "record": citation.record.as_ref().map(|(register, id)| json!({"register": register, "id": id})),
    })
}

/// A target for programs.
pub(super) fn target_json(target: &TargetView, language: quanyu_core::text::Language) -> Value {
    json!({
        "plan": target.plan,
        "id": target.id,
        "indicator": target.indicator,
        "text": target.text.get(language),
        "level": target.level,
        "comparator": target.comparator,
        "asked": target.asked,
        "reached": target.reached,
        "share": json_number(target.share),
        "light": target.light,
        "by": target.by,
    })
}

/// A count with its thousands grouped.
pub(super) fn group(count: u64) -> String {
    quanyu_core::measure::say(rust_decimal::Decimal::from(count), "", 0).0
}
