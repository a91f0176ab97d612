//! The verdict of one mention: which value it speaks of, and whether that bears it out.
//!
//! Owns the choice of measure, period and region. Leaves the exact test to [`crate::claim`], what a wrong number may come from to
//! `why`, figures that others in the text make up to `derive`, targets to `target`.
//!
//! Invariant: a mention differs only from a value that is on record; what is not known has no source.

use quanyu_core::{growth, period::Period, region::RegionCode, text::Text};
use rust_decimal::Decimal;

use super::{
    derive,
    draft::{Draft, Named},
    known::{Fact, Known, Measure, Origin, Sort, Subject},
    reason, target, why,
};
use crate::claim::{Claim, Printed, Truth};
use crate::read::{Flag, Kind, Mention, Nature};

/// What was found of a mention.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Verdict {
    /// 不一致: the record says otherwise.
    Differs,
    /// 表述偏保守: true, but it could say more.
    Loose,
    /// 待补来源: nothing on record to hold it against.
    NoSource,
    /// 可推算: follows from other figures of the text.
    Derivable,
    /// 一致.
    Agrees,
}

impl Verdict {
    /// All, those to be looked at first.
    pub const ALL: [Self; 5] = [
        Self::Differs,
        Self::Loose,
        Self::NoSource,
        Self::Derivable,
        Self::Agrees,
    ];

    /// The word of the contract.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Agrees => "agrees",
            Self::Loose => "loose",
            Self::Differs => "differs",
            Self::Derivable => "derivable",
            Self::NoSource => "no_source",
        }
    }
}

/// A mention judged.
#[derive(Clone, Debug, Default)]
pub struct Judged {
    /// The verdict; none for what is no figure.
    pub verdict: Option<Verdict>,
    /// The value on record, in base units; the place for ranks.
    pub found: Option<Decimal>,
    /// The value on record, as the text would print it.
    pub said: Option<String>,
    /// The indicator it was held against.
    pub indicator: Option<String>,
    /// What of it.
    pub measure: Option<Measure>,
    /// The region it was held against.
    pub region: Option<RegionCode>,
    /// The period of the value.
    pub period: Option<Period>,
    /// Where the value is from.
    pub origin: Option<Origin>,
    /// Why, in words.
    pub reason: Text,
    /// What a differing number most likely comes from.
    pub fault: Option<why::Fault>,
    /// The release it carries.
    pub release: Option<String>,
}

/// Below this the link between words and indicator is a guess: a value that differs then says nothing.
const SURE: f32 = 0.55;

/// What a mention is held against.
pub(super) struct Against<'a> {
    pub known: &'a Known,
    pub draft: &'a Draft<'a>,
    /// The indicator of each mention.
    pub links: Vec<Option<String>>,
    /// The period reported on.
    pub period: Option<Period>,
}

/// Where to look for the value of a mention.
pub(super) struct Look<'a> {
    pub id: &'a str,
    pub subject: &'a Subject,
    pub region: &'a RegionCode,
    pub period: Period,
    /// How the sentence names the period.
    pub named: Named,
    /// The period was moved back by the indicator's lag.
    pub lagged: bool,
    pub measures: Vec<Measure>,
}

/// A value that was found.
#[derive(Clone, Copy)]
pub(super) struct Found<'a> {
    pub measure: Measure,
    pub value: Decimal,
    pub fact: Option<&'a Fact>,
}

/// Judges a mention.
pub(super) fn judge(against: &Against<'_>, nth: usize) -> Judged {
    let mention = &against.draft.reading.mentions[nth];
    let linked = against.links[nth].as_deref();
    if !mention.kind.is_figure() && (mention.kind != Kind::OrdinalEvent || linked.is_none()) {
        return Judged::default();
    }
    let neutral = [Flag::Enumeration, Flag::Denominator];
    if mention.flags.iter().any(|it| neutral.contains(it)) {
        return Judged::default();
    }
    let Some(printed) = Printed::of(mention) else {
        return no_source(reason::no_number());
    };
    if mention.nature == Some(Nature::Target) {
        return target::judge(against, mention, &printed);
    }
    let Some(look) = look(against, mention, linked) else {
        return derive::judge(against, nth, &printed)
            .unwrap_or_else(|| no_source(reason::no_indicator(mention)));
    };
    let reference = mention.nature == Some(Nature::Reference);
    let found = look
        .measures
        .iter()
        .find_map(|&measure| value(against.known, &look, look.period, measure));
    let base = Judged {
        indicator: Some(look.id.to_owned()),
        measure: look.measures.first().copied(),
        region: Some(look.region.clone()),
        period: Some(look.period),
        ..Judged::default()
    };
    let Some(found) = found.filter(|it| !empty(against, &look, it, &printed)) else {
        return unknown(against, nth, &look, &printed, base);
    };
    let (claim, ratio) = (claim_of(mention), is_ratio(mention));
    let on_record = held(mention, found);
    let truth = claim.test(
        &printed,
        on_record.value,
        earlier(against.known, &look, claim),
        ratio,
    );
    let mut judged = Judged {
        found: Some(on_record.value),
        said: Some(match truth {
            Truth::False => super::words::apart(on_record.value, mention, &printed),
            _ => super::words::like(on_record.value, mention, &printed),
        }),
        measure: Some(found.measure),
        origin: Some(on_record.origin),
        ..base
    };
    match truth {
        Truth::Holds => {
            judged.verdict = Some(Verdict::Agrees);
            judged.reason = reason::agrees(&look, &judged, against.known.through);
        }
        Truth::Loose => {
            judged.verdict = Some(Verdict::Loose);
            judged.reason = reason::loose(&look, &judged, mention, &printed, claim);
        }
        Truth::False if reference || mention.confidence < SURE => {
            if let Some(derived) = derive::judge(against, nth, &printed) {
                return derived;
            }
            judged.verdict = Some(Verdict::NoSource);
            judged.reason = reason::unsure(&look, &judged, reference);
        }
        Truth::False
            if let Some((other, found)) =
                why::meant(against, &look, mention, &printed, found.measure) =>
        {
            let held = held(mention, found);
            judged.verdict = Some(Verdict::Agrees);
            judged.indicator = Some(other.id.to_owned());
            judged.found = Some(held.value);
            judged.said = Some(super::words::like(held.value, mention, &printed));
            judged.origin = Some(held.origin);
            judged.reason = reason::agrees(&other, &judged, against.known.through);
        }
        Truth::False => {
            let fault = why::fault(against, &look, mention, &printed, found, claim);
            judged.verdict = Some(Verdict::Differs);
            judged.reason = reason::differs(&look, &judged, mention, &printed, &fault);
            judged.fault = Some(fault);
        }
    }
    judged
}

/// Whether the value is the zero of a register that holds nothing of the indicator for that time: entering has not begun,
/// so that it says nothing against the text.
fn empty(against: &Against<'_>, look: &Look<'_>, found: &Found<'_>, printed: &Printed) -> bool {
    let known = against.known;
    let nothing = |fact: &Fact| !fact.origin.cited && fact.origin.records == 0;
    if !found.fact.is_some_and(nothing) || printed.value.is_zero() {
        return false;
    }
    let used = known
        .periods(look.id, look.region)
        .into_iter()
        .filter(|it| {
            known
                .fact(look.id, look.region, *it)
                .is_some_and(|it| !nothing(it))
        })
        .map(Period::last_day)
        .max();
    let reported = against.period.is_some_and(|it| it.contains(look.period));
    used.is_none_or(|last| last < look.period.first_day() && !reported)
}

/// A value that is held, with where it is from: an estimate is held against an estimate.
struct Held {
    value: Decimal,
    origin: Origin,
}

fn held(mention: &Mention, found: Found<'_>) -> Held {
    let origin = found.fact.map(|it| it.origin.clone()).unwrap_or_default();
    if mention.flags.contains(&Flag::Estimate)
        && let Some(other) = found.fact.and_then(|fact| {
            fact.others
                .iter()
                .find(|it| it.estimate && it.measure == found.measure)
        })
    {
        return Held {
            value: other.value,
            origin: Origin {
                cited: true,
                status: Some(other.status.clone()),
                source: other.source.clone(),
                ..origin
            },
        };
    }
    Held {
        value: found.value,
        origin,
    }
}

/// Nothing is on record for the period meant.
fn unknown(
    against: &Against<'_>,
    nth: usize,
    look: &Look<'_>,
    printed: &Printed,
    base: Judged,
) -> Judged {
    let mention = &against.draft.reading.mentions[nth];
    // The year stands right before a figure whose statistics are not out yet, and another year's value fits exactly.
    if look.named == Named::Near
        && look.subject.lag > 0
        && let Some(fault) = why::other_year(against, look, mention, printed)
        && let why::Fault::Period { period, .. } = fault
        && let Some(found) = look
            .measures
            .iter()
            .find_map(|&it| value(against.known, look, period, it))
    {
        let judged = Judged {
            verdict: Some(Verdict::Differs),
            found: Some(found.value),
            said: Some(super::words::like(found.value, mention, printed)),
            measure: Some(found.measure),
            period: Some(period),
            origin: found.fact.map(|it| it.origin.clone()),
            ..base
        };
        return Judged {
            reason: reason::wrong_year(look, &judged, period),
            fault: Some(why::Fault::WrongYear { period }),
            ..judged
        };
    }
    if let Some(derived) = derive::judge(against, nth, printed) {
        return derived;
    }
    Judged {
        verdict: Some(Verdict::NoSource),
        reason: reason::unknown(look),
        ..base
    }
}

pub(super) fn no_source(reason: Text) -> Judged {
    Judged {
        verdict: Some(Verdict::NoSource),
        reason,
        ..Judged::default()
    }
}

/// What the mention claims. A rank, and 首位 or 唯一, is exact.
pub(super) fn claim_of(mention: &Mention) -> Claim {
    match (mention.kind, mention.idiom) {
        (Kind::Rank, Some("前")) => Claim::AtMost,
        (Kind::Rank, _) => Claim::of(None, mention.comparator),
        (_, idiom) => Claim::of(idiom, mention.comparator),
    }
}

pub(super) fn is_ratio(mention: &Mention) -> bool {
    mention.unit.as_deref() == Some("1")
}

/// The highest value of the years before: what 突破 is asked against.
fn earlier(known: &Known, look: &Look<'_>, claim: Claim) -> Option<Decimal> {
    if claim != Claim::Breaks {
        return None;
    }
    let before = known
        .periods(look.id, look.region)
        .into_iter()
        .filter(|it| {
            it.len_months() == look.period.len_months() && it.last_day() < look.period.first_day()
        });
    before
        .filter_map(|it| known.value(look.id, look.region, it))
        .max()
}

/// Where the value of a mention is to be looked for; `None` where it is linked to nothing that fits.
pub(super) fn look<'a>(
    against: &'a Against<'_>,
    mention: &'a Mention,
    linked: Option<&'a str>,
) -> Option<Look<'a>> {
    let known = against.known;
    let id = linked?;
    let subject = known.subjects.get(id)?;
    let region = known.region_of(mention.scope.as_deref())?;
    let named = against.draft.names_period(mention);
    let stated: Option<Period> = mention.period.as_deref().and_then(|it| it.parse().ok());
    let mut period = stated.or(against.period)?;
    // 连续2年 is told of the last of the years.
    if mention.text.starts_with("连续") {
        period = Period::year(period.last_year())?;
    }
    // A section of the year reported on speaks of the period reported on.
    if named == Named::No
        && let Some(reported) = against.period
        && period.contains(reported)
        && period.len_months() == 12
    {
        period = reported;
    }
    let current = against
        .period
        .is_none_or(|it| period.last_year() == it.last_year());
    let lagged = subject.lag > 0 && current && named != Named::Near;
    if lagged {
        period = period.shift_years(-i32::from(subject.lag))?;
    }
    let measures = measures(against, mention, subject, period);
    (!measures.is_empty()).then_some(Look {
        id,
        subject,
        region,
        period,
        named,
        lagged,
        measures,
    })
}

/// What of an indicator a mention may speak of, the likeliest first.
fn measures(
    against: &Against<'_>,
    mention: &Mention,
    subject: &Subject,
    period: Period,
) -> Vec<Measure> {
    let draft = against.draft;
    let clause = draft.clause_start(mention.start);
    let said = |words: &[&str]| draft.any(clause, mention.end, words);
    let ratio = matches!(subject.sort, Sort::Ratio | Sort::Growth) || subject.unit == "1";
    match mention.kind {
        Kind::Level if ratio != is_ratio(mention) => Vec::new(),
        Kind::Level if mention.flags.contains(&Flag::New) && subject.sort == Sort::Stock => {
            Vec::new()
        }
        Kind::Level | Kind::OrdinalEvent => vec![Measure::Value],
        Kind::Growth if said(&["环比"]) => vec![Measure::Sequential],
        Kind::Growth
            if said(&[
                "较年初",
                "比年初",
                "较上年末",
                "比上年末",
                "较去年底",
                "较上年底",
            ]) =>
        {
            vec![Measure::SinceYearEnd]
        }
        Kind::Growth if said(&["两年平均"]) => vec![Measure::Average(2)],
        Kind::Growth if said(&["年均"]) => {
            let years = period.len_months() / 12;
            let years = u8::try_from(years.max(1)).unwrap_or(1);
            vec![Measure::Average(years)]
        }
        Kind::Growth if subject.sort == Sort::Growth => vec![Measure::Growth],
        // The growth of a share is told in points; in per cent it is the share's own value that grows.
        Kind::Growth => vec![Measure::Growth],
        Kind::Delta if mention.unit.as_deref() == Some("rank") => Vec::new(),
        Kind::Delta if is_ratio(mention) != ratio => Vec::new(),
        Kind::Delta => vec![Measure::Change],
        Kind::Share if target::of_target(mention) => vec![Measure::Completion],
        Kind::Share if ratio => vec![Measure::Value],
        Kind::Share => vec![Measure::Share],
        Kind::Rank if said(&["增速", "增幅", "增长率", "增长"]) => {
            vec![Measure::GrowthRank, Measure::Rank]
        }
        Kind::Rank => vec![Measure::Rank, Measure::GrowthRank],
        Kind::Name | Kind::Date => Vec::new(),
    }
}

/// The value of a measure in a period.
pub(super) fn value<'a>(
    known: &'a Known,
    look: &Look<'_>,
    period: Period,
    measure: Measure,
) -> Option<Found<'a>> {
    let fact = known.fact(look.id, look.region, period);
    let at = |period: Option<Period>| known.value(look.id, look.region, period?);
    let now = fact.and_then(|it| it.value);
    let grown = |before: Option<Decimal>| growth::growth(now?, before?);
    let place = |it: Option<super::known::Place>| it.map(|it| Decimal::from(it.place));
    let value = match measure {
        Measure::Value => now,
        Measure::Growth if look.subject.sort == Sort::Growth => now,
        Measure::Growth => fact.and_then(|it| it.growth),
        Measure::Sequential => grown(at(period.before())),
        Measure::SinceYearEnd => grown(at(Period::year(period.last_year() - 1))),
        Measure::Average(years) => {
            let last = Period::year(period.last_year());
            let base = last.and_then(|it| it.shift_years(-i32::from(years)));
            let both = at(last).zip(at(base));
            both.and_then(|(now, before)| growth::yearly(now, before, years))
        }
        Measure::Change => {
            let before = at(period.shift_years(-1));
            now.zip(before).map(|(now, before)| now - before)
        }
        Measure::Share => fact.and_then(|it| it.share),
        Measure::Completion => {
            let asked = known.targets.iter().find(|it| {
                it.indicator == look.id
                    && !it.growth
                    && it.period.contains(period)
                    && it.value > Decimal::ZERO
            });
            now.zip(asked).map(|(now, asked)| now / asked.value)
        }
        Measure::Rank => place(fact.and_then(|it| it.rank)),
        Measure::GrowthRank if look.subject.sort == Sort::Growth => {
            place(fact.and_then(|it| it.rank))
        }
        Measure::GrowthRank => place(fact.and_then(|it| it.growth_rank)),
    };
    Some(Found {
        measure,
        value: value?,
        fact,
    })
}
