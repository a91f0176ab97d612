//! What edges show of a checked draft.
//!
//! Owns the printable shapes. Invariant: judged figures stand beside the mentions they are of, one for one.

use std::time::Duration;

use quanyu_core::{period::Period, region::RegionCode, text::Text};
use quanyu_documents::check::{Checked, Judged, Measure, Verdict};
use rust_decimal::Decimal;

use super::VERDICTS;
use crate::app::{Product, documents::ReadDocument};

/// A draft with the verdict of each of its figures.
#[derive(Clone, Debug)]
pub struct CheckedDocument {
    /// The draft as read.
    pub document: ReadDocument,
    /// The period it was held against.
    pub period: Period,
    /// The region whose records it was held against.
    pub region: String,
    /// One for each mention of the draft.
    pub judged: Vec<JudgedView>,
    /// What is wrong with the text itself.
    pub problems: Vec<ProblemView>,
    /// The draft names another district than the one whose records these are.
    pub other_district: Option<String>,
    /// How long it took.
    pub took: Duration,
}

/// The verdict of a mention.
#[derive(Clone, Debug, Default)]
pub struct JudgedView {
    /// `agrees`, `loose`, `differs`, `derivable`, `no_source`; none for what is no figure.
    pub verdict: Option<&'static str>,
    /// The value on record in base units, the place for ranks.
    pub found: Option<Decimal>,
    /// The value on record as the text would print it.
    pub said: Option<String>,
    /// Why.
    pub reason: Text,
    /// What a differing number most likely comes from.
    pub fault: Option<&'static str>,
    /// What it was held against.
    pub evidence: Option<Evidence>,
    /// The release that the document carries here.
    pub release: Option<String>,
    /// Problems at this place, as places in [`CheckedDocument::problems`].
    pub problems: Vec<usize>,
}

/// What a mention was held against.
#[derive(Clone, Debug)]
pub struct Evidence {
    /// The indicator.
    pub indicator: String,
    /// What it is called.
    pub title: Text,
    /// `value`, `growth`, `share`, `rank` …
    pub measure: &'static str,
    /// The region of the value.
    pub region: RegionCode,
    /// The period of the value.
    pub period: Period,
    /// Whether it was cited.
    pub cited: bool,
    /// Records it is made of.
    pub records: u64,
    /// Issuing body, document, date, page.
    pub source: Option<String>,
    /// The record of a cited value: register and id.
    pub record: Option<(String, i64)>,
}

/// Something wrong with the text itself.
#[derive(Clone, Debug)]
pub struct ProblemView {
    /// Which check found it.
    pub code: &'static str,
    /// First character.
    pub start: usize,
    /// One past the last.
    pub end: usize,
    /// The text there.
    pub text: String,
    /// Whether it is to be looked at rather than wrong.
    pub note: bool,
    /// What is wrong.
    pub what: Text,
    /// Why.
    pub why: Text,
    /// What to write or do.
    pub suggestion: Option<Text>,
}

impl CheckedDocument {
    /// How many figures have a verdict.
    #[must_use]
    pub fn count(&self, verdict: &str) -> usize {
        self.judged
            .iter()
            .filter(|it| it.verdict == Some(verdict))
            .count()
    }

    /// How many figures were judged.
    #[must_use]
    pub fn figures(&self) -> usize {
        self.judged.iter().filter(|it| it.verdict.is_some()).count()
    }

    /// Whether a figure differs.
    #[must_use]
    pub fn differs(&self) -> bool {
        self.count(VERDICTS[0]) > 0
    }
}

impl ProblemView {
    /// In one line of Chinese: what, why, suggestion.
    #[must_use]
    pub fn said(&self) -> String {
        let mut said = format!("{}（{}）", self.what.zh, self.why.zh);
        if let Some(it) = &self.suggestion {
            said.push_str("；建议：");
            said.push_str(&it.zh);
        }
        said
    }
}

/// Puts a checked draft into the shapes of edges.
pub(super) fn shown(
    product: &Product,
    document: ReadDocument,
    checked: &Checked,
    period: Period,
    took: Duration,
) -> CheckedDocument {
    let chars: Vec<char> = document.text.chars().collect();
    let problems: Vec<ProblemView> = checked
        .problems
        .iter()
        .map(|it| ProblemView {
            code: it.code.as_str(),
            start: it.start,
            end: it.end,
            text: chars[it.start.min(chars.len())..it.end.min(chars.len())]
                .iter()
                .collect(),
            note: it.note,
            what: it.what.clone(),
            why: it.why.clone(),
            suggestion: it.suggestion.clone(),
        })
        .collect();
    let judged = checked
        .judged
        .iter()
        .zip(&document.mentions)
        .map(|(judged, mention)| {
            let here = problems
                .iter()
                .enumerate()
                .filter(|(_, it)| it.start < mention.end && mention.start < it.end);
            JudgedView {
                problems: here.map(|it| it.0).collect(),
                ..view(product, judged)
            }
        })
        .collect();
    let region = product.region_name(&product.pack.region);
    let other_district = document
        .district
        .clone()
        .filter(|it| *it != region && !region.ends_with(it.as_str()) && !it.ends_with(&region));
    CheckedDocument {
        document,
        period,
        region,
        judged,
        problems,
        other_district,
        took,
    }
}

fn view(product: &Product, judged: &Judged) -> JudgedView {
    let indicator = judged
        .indicator
        .as_deref()
        .and_then(|id| product.pack.indicators.get(id));
    let evidence = indicator.zip(judged.period).zip(judged.region.clone()).map(
        |((indicator, period), region)| {
            let origin = judged.origin.clone().unwrap_or_default();
            Evidence {
                indicator: indicator.id.clone(),
                title: indicator.title.clone(),
                measure: measure(judged.measure),
                region,
                period,
                cited: origin.cited,
                records: origin.records,
                source: origin.source,
                record: origin.record,
            }
        },
    );
    JudgedView {
        verdict: judged.verdict.map(Verdict::as_str),
        found: judged.found,
        said: judged.said.clone(),
        reason: judged.reason.clone(),
        fault: judged.fault.as_ref().map(|it| it.as_str()),
        evidence,
        release: judged.release.clone(),
        problems: Vec::new(),
    }
}

fn measure(measure: Option<Measure>) -> &'static str {
    match measure {
        Some(Measure::Growth) => "growth",
        Some(Measure::Sequential) => "sequential",
        Some(Measure::SinceYearEnd) => "since_year_end",
        Some(Measure::Average(_)) => "average",
        Some(Measure::Change) => "change",
        Some(Measure::Share) => "share",
        Some(Measure::Completion) => "completion",
        Some(Measure::Rank) => "rank",
        Some(Measure::GrowthRank) => "growth_rank",
        Some(Measure::Value) | None => "value",
    }
}
