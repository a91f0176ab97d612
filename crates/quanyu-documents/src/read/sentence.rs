//! From the items of a sentence to mentions.
//!
//! Owns what a sentence carries from one figure to the next and the order in which the parts of a
//! mention are found. Leaves the items to `scan`, kinds to `kind`, period and scope to `period`,
//! nature to `nature`, the base of shares and ranks to `whole`, the metric's words to `metric`.
//! Invariant: looks back at most [`REACH`] characters from any number.
//!
//! Start reading at [`Reader::sentence`].

use super::context::{self, Context};
use super::date::When;
use super::item::{Figure, Item, What};
use super::kind::{is_source, listed, share_units};
use super::layout::{About, Part, Section};
use super::lexicon::{Lexicon, Link, Quick, Scratch};
use super::mention::{Comparator, Flag, Kind, Mention, Nature, Value};
use super::raw::RawText;
use super::scan::scan;
use super::table::Head;
use super::text::{Class, Text, any_of};
use super::unit::Sort;
use super::{metric, whole};
use rust_decimal::Decimal;
use std::collections::HashSet;

/// How far back the words of a figure are looked for.
pub(crate) const REACH: usize = 48;

/// The classes that part clauses.
const CLAUSE: u32 = any_of(&[
    Class::Comma,
    Class::Semi,
    Class::Stop,
    Class::Break,
    Class::Open,
    Class::Cell,
    Class::Close,
]);

/// Reads sentence after sentence.
pub(crate) struct Reader<'a> {
    pub text: &'a Text,
    pub raw: RawText<'a>,
    pub lexicon: &'a Lexicon,
    pub about: About,
    pub section: Section,
    pub out: Vec<Mention>,
    pub items: Vec<Item>,
    pub context: Context,
    pub scratch: Scratch,
    pub seen: HashSet<u64, Quick>,
    /// The head of the table whose rows are being read.
    pub(super) head: Option<Head>,
}

/// What a sentence has said so far.
#[derive(Default)]
pub(super) struct Said {
    /// The stated period; the outer `None` where only the section tells.
    pub period: Option<Option<When>>,
    /// The area stated, and whether it holds beyond its clause.
    pub scope: Option<(usize, usize)>,
    pub scope_stays: bool,
    /// Kind of the last figure and whether it fell.
    pub kind: Option<(Kind, bool)>,
    /// The whole of the last share or the field of the last rank.
    pub of: Option<String>,
    pub metric: Option<String>,
    pub indicator: Option<Link>,
    /// The entry that the figure being read was linked to.
    pub link: Option<u32>,
    /// Which of the subjects of a list this figure belongs to.
    pub subject: Option<String>,
    /// No figure comes after: nothing need be kept.
    pub last: bool,
    /// The figure before is where a change came from (从A…).
    pub source: bool,
}

/// Where an item stands.
#[derive(Clone, Copy)]
pub(super) struct Place {
    /// Start of the sentence.
    pub from: usize,
    /// End of the sentence.
    pub to: usize,
    /// End of the item before, or start of the sentence.
    pub floor: usize,
    /// Start of the clause, not before `floor`.
    pub clause: usize,
    /// Follows the item before as in a list.
    pub listed: bool,
    /// The item is where a change came from.
    pub source: bool,
}

impl Reader<'_> {
    /// Reads `from..to`, one sentence.
    pub fn sentence(&mut self, from: usize, to: usize, heading: bool) {
        let mut items = std::mem::take(&mut self.items);
        items.clear();
        scan(self.text, from, to, heading, &mut items);
        if !items.is_empty() {
            share_units(self.text, &mut items);
            self.context.fill(self.text, from, to);
            self.resolve(from, to, &items);
        }
        self.items = items;
    }

    fn resolve(&mut self, from: usize, to: usize, items: &[Item]) {
        let mut said = Said::default();
        let subjects = self.subjects(from, items);
        for (nth, item) in items.iter().enumerate() {
            said.last = nth + 1 == items.len();
            said.subject = subjects.get(nth).cloned().flatten();
            // 投入强度首次突破3%, 比例由5年前的3.2%: 首次 and the day part nothing.
            let through = |it: &Item| match it.what {
                What::Ordinal { first: true, .. } => it.end == item.start,
                What::Date(_) => it.end + 1 == item.start && self.text.ch(it.end) == '的',
                _ => false,
            };
            let before = items[..nth].iter().rposition(|it| !through(it));
            let floor = before.map_or(from, |it| items[it].end);
            self.note_scope(&mut said, floor, item.start, from);
            let place = Place {
                from,
                to,
                floor,
                clause: self.clause(floor, item.start),
                listed: before.is_some() && listed(self.text, floor, item.start),
                source: false,
            };
            match item.what {
                What::Date(when) => {
                    self.note_date(&mut said, from, item, when);
                    self.plain(item, Kind::Date, Value::None, None);
                }
                What::Name => {
                    self.note_plan_period(&mut said, item);
                    self.note_masked(&mut said, floor, item);
                    self.plain(item, Kind::Name, Value::None, None);
                }
                What::Ordinal { value, unit, .. } => {
                    let value = value.map_or(Value::None, Value::One);
                    self.plain(item, Kind::OrdinalEvent, value, unit);
                }
                What::Growth(value, bound, idiom) => {
                    let mut mention = self.blank(item, Kind::Growth, Value::One(value));
                    mention.unit = Some("1".to_owned());
                    mention.comparator = Some(bound);
                    mention.idiom = Some(idiom);
                    self.complete(&mut said, place, item, &mut mention);
                    said.kind = Some((Kind::Growth, false));
                    self.push(&mut said, mention);
                }
                What::Rank {
                    value,
                    bound,
                    idiom,
                } => {
                    let source = is_source(self.text, item);
                    let mut mention =
                        self.blank(item, Kind::Rank, value.map_or(Value::None, Value::One));
                    mention.unit = Some("rank".to_owned());
                    mention.comparator = Some(bound);
                    mention.idiom = idiom;
                    mention.of = whole::of_rank(self, place, item, said.of.as_deref());
                    self.complete(&mut said, Place { source, ..place }, item, &mut mention);
                    said.kind = Some((Kind::Rank, false));
                    said.source = source;
                    if mention.of.is_some() {
                        said.of.clone_from(&mention.of);
                    }
                    self.push(&mut said, mention);
                }
                What::Figure(figure) => {
                    let source = is_source(self.text, item);
                    self.figure(&mut said, Place { source, ..place }, item, figure);
                }
            }
        }
    }

    /// The clause that ends at `at`, not before `floor`.
    pub fn clause(&self, floor: usize, at: usize) -> usize {
        let low = floor.max(at.saturating_sub(REACH));
        self.text.find_back(CLAUSE, low, at).unwrap_or(low.min(at))
    }

    pub(super) fn figure(&mut self, said: &mut Said, place: Place, item: &Item, figure: Figure) {
        let ratio = |(kind, negative)| (kind, negative, None, "1".to_owned());
        let (mut kind, negative, mut of, unit): (Kind, bool, Option<String>, String) =
            match figure.sort() {
                None => match self.unsaid_unit(place, item, &figure) {
                    Some(unit) => (Kind::Level, false, None, unit),
                    None => return self.plain(item, Kind::Name, Value::None, None),
                },
                Some(Sort::Ratio | Sort::Tenths) => ratio(self.ratio(said, place, item)),
                Some(Sort::Points) => ratio((Kind::Delta, self.falls(said, place, item))),
                Some(Sort::Steps) => (
                    Kind::Delta,
                    self.falls(said, place, item),
                    None,
                    "rank".to_owned(),
                ),
                Some(Sort::Times) => {
                    let (kind, of) = self.times(place, item);
                    (kind, false, of, "1".to_owned())
                }
                Some(_) => {
                    let unit = figure.unit.map_or("", |unit| unit.base);
                    match self.changes(said, place, item) {
                        Some(down) => (
                            Kind::Delta,
                            down,
                            None,
                            if unit == "位" { "rank" } else { unit }.to_owned(),
                        ),
                        None => (Kind::Level, false, None, unit.to_owned()),
                    }
                }
            };
        if place.source && kind == Kind::Delta && unit != "1" && unit != "rank" {
            kind = Kind::Level;
        }
        if kind == Kind::Share && of.is_none() {
            of = whole::of_share(self, place, item, said);
            let goes_on = said.kind.is_some_and(|(kind, _)| kind == Kind::Share);
            if of.is_none()
                && goes_on
                && (place.listed || said.source || place.clause == item.start)
            {
                of.clone_from(&said.of);
            }
        } else if kind == Kind::Delta && unit == "1" {
            of = whole::of_delta(self, place, item, said);
        }
        let sign = |value: Decimal| if negative { -value } else { value };
        let low = sign(figure.base(figure.low));
        let value = match figure.high.map(|high| sign(figure.base(high))) {
            Some(high) if high < low => Value::Range(high, low),
            Some(high) => Value::Range(low, high),
            None => Value::One(low),
        };
        let mut comparator = figure.bound.unwrap_or(Comparator::Eq);
        // 完成任务56个,超8个百分点: 超 is the verb, not a bound.
        if figure.sort() == Some(Sort::Points)
            && place.clause == item.start
            && comparator == Comparator::Gt
        {
            comparator = Comparator::Eq;
            of = Some(whole::TARGET.to_owned());
        }
        let mut idiom = figure.idiom;
        // 至少培育高企2家: the bound stands before the verb.
        if comparator == Comparator::Eq
            && kind == Kind::Level
            && (place.clause..item.start).any(|at| self.text.has(at, "至少"))
        {
            (comparator, idiom) = (Comparator::Ge, Some("至少"));
        }
        let mut mention = self.blank(item, kind, value);
        mention.unit = Some(unit);
        mention.comparator = Some(comparator);
        mention.idiom = idiom;
        if mention.idiom.is_none() && kind == Kind::Growth {
            mention.idiom = Some(self.growth_idiom(place.clause, item.start, negative));
        }
        mention.of.clone_from(&of);
        self.complete(said, place, item, &mut mention);
        if kind == Kind::Level && mention.metric.as_deref().is_some_and(added) {
            mention.flags.push(Flag::New);
        }
        said.kind = Some((kind, negative));
        said.source = place.source;
        if of.is_some() {
            said.of = of;
        }
        self.push(said, mention);
    }

    /// Fills what every figure has: metric, link, period, nature, scope.
    pub(super) fn complete(
        &mut self,
        said: &mut Said,
        place: Place,
        item: &Item,
        mention: &mut Mention,
    ) {
        metric::fill(self, said, place, item, mention);
        let near = self.clause(place.from.max(place.floor.saturating_sub(1)), item.start);
        mention.period = self.period(said, place, item, near);
        mention.nature = Some(if place.source {
            Nature::Reference
        } else {
            self.nature(said, place, item, mention)
        });
        mention.scope = self.scope(said, item, mention);
        if self.context.has(context::ESTIMATE, near, item.start) || self.text.has(item.end, "(预计")
        {
            mention.flags.push(Flag::Estimate);
        }
    }

    pub(super) fn blank(&mut self, item: &Item, kind: Kind, value: Value) -> Mention {
        let (start, end) = self.text.span(item.start, item.end);
        let text = self.raw.take(start, end).to_owned();
        Mention {
            start,
            end,
            text,
            kind,
            metric: None,
            value,
            unit: None,
            comparator: None,
            period: None,
            nature: None,
            scope: None,
            of: None,
            idiom: None,
            indicator: None,
            confidence: 0.9,
            flags: item.flag.into_iter().collect(),
        }
    }

    /// A date, a name, an ordinal: no figure, so little is said of it.
    fn plain(&mut self, item: &Item, kind: Kind, value: Value, unit: Option<&str>) {
        let mut mention = self.blank(item, kind, value);
        mention.unit = unit.map(str::to_owned);
        if let (Kind::Date, What::Date(when)) = (kind, item.what) {
            mention.period = when.period(self.section.year);
            if let Some(year) = when.year() {
                mention.value = Value::One(Decimal::from(year));
                mention.unit = Some("年".to_owned());
            }
        }
        if let What::Ordinal { first: true, .. } = item.what {
            let plan = self.section.part == Part::Plan;
            mention.nature = Some(if plan { Nature::Target } else { Nature::Actual });
            mention.period = self.section.year.map(|year| year.to_string());
            mention.scope =
                (item.core > item.start).then(|| self.text.slice(item.start, item.core));
        }
        self.out.push(mention);
    }

    pub(super) fn push(&mut self, said: &mut Said, mut mention: Mention) {
        if mention.metric.is_some() && !said.last {
            said.metric.clone_from(&mention.metric);
        }
        if let (Some(entry), Some(_)) = (said.link, &mention.indicator) {
            said.indicator = Some(Link {
                entry,
                sure: mention.confidence,
            });
        } else if mention.kind == Kind::Level {
            said.indicator = None;
        }
        if let Some(fact) = fact(&mention)
            && !self.seen.insert(fact)
        {
            mention.flags.push(Flag::Repeat);
        }
        if mention.flags.contains(&Flag::Damaged) {
            mention.confidence *= 0.8;
        }
        self.out.push(mention);
    }
}

/// Whether a metric says of itself that it counts what was added: 新增, 新建, not 新能源.
fn added(metric: &str) -> bool {
    let mut chars = metric.chars();
    chars.next() == Some('新')
        && chars
            .next()
            .is_some_and(|ch| !"能材型兴一质产媒基农".contains(ch))
}

/// A number that is the same for the same fact said twice; none where the metric is too short to
/// tell two facts apart.
fn fact(mention: &Mention) -> Option<u64> {
    let metric = mention
        .metric
        .as_deref()
        .filter(|metric| metric.len() >= 12)?;
    let Value::One(value) = mention.value else {
        return None;
    };
    let value = value.normalize();
    let mut sum = 0xcbf2_9ce4_8422_2325u64;
    let mut mix = |word: u64| {
        sum = (sum ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        sum ^= sum >> 31;
    };
    for text in [
        metric,
        mention.unit.as_deref().unwrap_or(""),
        mention.period.as_deref().unwrap_or(""),
    ] {
        for part in text.as_bytes().chunks(8) {
            let mut word = [0u8; 8];
            word[..part.len()].copy_from_slice(part);
            mix(u64::from_le_bytes(word));
        }
        mix(1);
    }
    mix(value.mantissa() as u64);
    mix(u64::from(value.scale()));
    mix(mention.kind as u64);
    mix(mention.nature.map_or(9, |nature| nature as u64));
    Some(sum)
}
