//! Check: a text read, against what is on record and against itself.
//!
//! Owns verdicts of mentions, and the checks that need no records: parts and totals, growth and levels, repetition, points
//! and per cent, places, headings, number style, names. Knows no register and no pack: what is on record comes in as
//! [`Known`], names as [`Names`].
//!
//! Invariant: pure and in linear time; a mention differs only from a value that is on record; a problem says where it
//! stands, what it is and why.
//!
//! Start reading at [`check`]; the exact test of each idiom is in `idiom`.

mod derive;
mod draft;
mod growths;
mod headings;
mod known;
mod links;
mod names;
mod parts;
mod passed;
mod points;
mod problem;
mod reason;
mod style;
mod target;
mod twice;
mod verdict;
mod why;
mod words;

use std::collections::{BTreeMap, BTreeSet};

use quanyu_core::{period::Period, region::RegionCode};

pub use crate::claim::{Claim, NEAR, Printed, Truth};
pub use known::{Fact, Known, Measure, Origin, Other, Place, Released, Sort, Subject, Target};
pub use names::{Name, Names};
pub use problem::{Code, Problem};
pub use verdict::{Judged, Verdict};
pub use why::Fault;

use crate::read::{Kind, Nature, Reading};
use draft::Draft;
use verdict::Against;

/// What is checked.
#[derive(Clone, Copy)]
pub struct Request<'a> {
    /// The text as read.
    pub text: &'a str,
    /// What was read from it.
    pub reading: &'a Reading,
    /// What is on record.
    pub known: &'a Known,
    /// Names as they are written.
    pub names: &'a Names,
    /// The period reported on; else each mention's own.
    pub period: Option<Period>,
    /// Releases that the document carries at its figures.
    pub tags: &'a [Tag],
}

/// A release that a document carries at a range of its text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tag {
    /// First character.
    pub start: usize,
    /// One past the last.
    pub end: usize,
    /// Id of the release.
    pub release: String,
}

/// A text checked.
#[derive(Clone, Debug, Default)]
pub struct Checked {
    /// One for each mention, in order.
    pub judged: Vec<Judged>,
    /// What is wrong with the text itself, in order of place.
    pub problems: Vec<Problem>,
}

impl Checked {
    /// How many mentions have a verdict.
    #[must_use]
    pub fn count(&self, verdict: Verdict) -> usize {
        self.judged
            .iter()
            .filter(|it| it.verdict == Some(verdict))
            .count()
    }

    /// Indicators of mentions that differ: another period or caliber may explain them.
    #[must_use]
    pub fn unexplained(&self) -> BTreeSet<String> {
        let differs = |it: &&Judged| {
            it.verdict == Some(Verdict::Differs)
                && matches!(
                    it.fault,
                    Some(Fault::Plain | Fault::Bound | Fault::Swapped | Fault::Unit)
                )
        };
        self.judged
            .iter()
            .filter(differs)
            .filter_map(|it| it.indicator.clone())
            .collect()
    }
}

/// What has to be known before a text can be checked: indicators and periods by region.
#[must_use]
pub fn asks(
    text: &str,
    reading: &Reading,
    known: &Known,
    period: Option<Period>,
) -> BTreeMap<RegionCode, (BTreeSet<String>, BTreeSet<Period>)> {
    let mut all: BTreeMap<RegionCode, (BTreeSet<String>, BTreeSet<Period>)> = BTreeMap::new();
    let links = links::links(&Draft::new(text, reading), known);
    for (mention, link) in reading.mentions.iter().zip(&links) {
        let Some(id) = link.as_deref() else {
            continue;
        };
        if mention.nature == Some(Nature::Target) || matches!(mention.kind, Kind::Name | Kind::Date)
        {
            continue;
        }
        let (Some(subject), Some(region)) = (
            known.subjects.get(id),
            known.region_of(mention.scope.as_deref()),
        ) else {
            continue;
        };
        let stated = mention.period.as_deref().and_then(|it| it.parse().ok());
        let (indicators, periods) = all.entry(region.clone()).or_default();
        indicators.insert(id.to_owned());
        for base in [stated, period].into_iter().flatten() {
            let base: Period = base;
            for back in [0, i32::from(subject.lag)] {
                let Some(at) = base.shift_years(-back) else {
                    continue;
                };
                periods.extend(
                    [Some(at), at.shift_years(-1), Period::year(at.last_year())]
                        .into_iter()
                        .flatten(),
                );
                // 年均 is told of the years it names, from the one before them.
                let years = at.len_months() / 12;
                if (2..=10).contains(&years) {
                    periods.extend(Period::year(at.last_year() - years));
                }
                // 环比 alone looks at the period right before.
                if at.len_months() < 12 {
                    periods.extend(at.before());
                }
            }
        }
        // The series before: what 突破 is asked against, and where an old number comes from.
        if let Some(last) = period.or(stated) {
            let year = last.last_year();
            periods.extend((year - 3..=year).filter_map(Period::year));
        }
    }
    all
}

/// Checks a text.
#[must_use]
pub fn check(request: &Request<'_>) -> Checked {
    let draft = Draft::new(request.text, request.reading);
    let against = Against {
        known: request.known,
        links: links::links(&draft, request.known),
        draft: &draft,
        period: request.period,
    };
    let judged = (0..request.reading.mentions.len())
        .map(|nth| tagged(request, &draft, nth).unwrap_or_else(|| verdict::judge(&against, nth)))
        .collect::<Vec<_>>();
    let mut problems = Vec::new();
    parts::find(&draft, &mut problems);
    growths::find(&draft, &mut problems);
    twice::find(&draft, &judged, &mut problems);
    points::find(&draft, &mut problems);
    passed::find(&against, &judged, &mut problems);
    headings::find(&draft, &mut problems);
    style::find(&draft, &mut problems);
    names::find(&draft, request.names, &mut problems);
    problems.sort_by_key(|it| (it.start, it.end, it.code));
    problems.dedup_by(|later, first| {
        later.start == first.start && later.end == first.end && later.code == first.code
    });
    Checked { judged, problems }
}

/// A mention that carries a release is held against that alone.
fn tagged(request: &Request<'_>, draft: &Draft<'_>, nth: usize) -> Option<Judged> {
    let mention = &draft.reading.mentions[nth];
    if !mention.kind.is_figure() {
        return None;
    }
    let tag = request
        .tags
        .iter()
        .find(|it| it.start < mention.end && mention.start < it.end)?;
    let release = request.known.releases.get(&tag.release)?;
    let printed = Printed::of(mention)?;
    let truth =
        verdict::claim_of(mention).test(&printed, release.value, None, verdict::is_ratio(mention));
    let value = words::like(release.value, mention, &printed);
    let now = release.now.map(|it| words::like(it, mention, &printed));
    let verdict = match truth {
        Truth::Holds => Verdict::Agrees,
        Truth::Loose => Verdict::Loose,
        Truth::False => Verdict::Differs,
    };
    Some(Judged {
        verdict: Some(verdict),
        found: Some(release.value),
        reason: if verdict == Verdict::Differs {
            reason::release_differs(&tag.release, mention, &value)
        } else {
            reason::release(&tag.release, &value, now.as_deref())
        },
        said: Some(value),
        indicator: Some(release.indicator.clone()),
        measure: Some(release.measure),
        period: Some(release.period),
        region: Some(request.known.region.clone()),
        release: Some(tag.release.clone()),
        fault: (verdict == Verdict::Differs).then_some(Fault::Plain),
        origin: None,
    })
}
