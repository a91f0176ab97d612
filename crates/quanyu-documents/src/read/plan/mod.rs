//! A work plan read: its targets and its tasks, each with where it stands.
//!
//! Owns what of a plan can be confirmed on a page: figures that are aimed at, with day and level; measures with
//! their headings, owners and days. Leaves mentions to the reader and the register they go to to others.
//! Knows the words of the genre, no district: owners are whatever the text names.
//!
//! Invariant: every span counts Unicode characters of the raw text, and its slice is what was read; nothing is
//! made up: a day stands only where the text gives one, or the plan's year closes it (said by [`Due::stated`]).
//!
//! Start reading at [`read_plan`]; `outline` cuts the text into items, `due` reads days, `owner` who does it,
//! `grid` tables of tasks.

mod due;
mod grid;
mod outline;
mod owner;
mod task;

use super::text::{Class, Text, any_of};
use super::{Comparator, Kind, Mention, Nature, Reading, Value};
use jiff::civil::Date;

/// What a plan says.
#[derive(Clone, Debug, Default)]
pub struct PlanDraft {
    /// The document's title, where one is found.
    pub title: Option<String>,
    /// The district it names.
    pub district: Option<String>,
    /// The year planned for.
    pub year: Option<i32>,
    /// The parts of the text that plan, in characters.
    pub parts: Vec<Span>,
    /// Figures aimed at, in text order.
    pub targets: Vec<PlanTarget>,
    /// What is to be done, in text order.
    pub tasks: Vec<PlanTask>,
}

/// A stretch of the raw text, in characters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    /// First character.
    pub start: usize,
    /// One past the last.
    pub end: usize,
}

/// A figure that is aimed at.
#[derive(Clone, Debug)]
pub struct PlanTarget {
    /// Index of the mention in the reading.
    pub mention: usize,
    /// The mention.
    pub at: Span,
    /// The sentence it stands in.
    pub sentence: Span,
    /// That sentence, without line breaks.
    pub text: String,
    /// The indicator it was linked to.
    pub indicator: Option<String>,
    /// What is measured, in the text's words.
    pub metric: Option<String>,
    /// Level, growth, share, delta or rank of it.
    pub kind: Kind,
    /// At least, more than …
    pub comparator: Comparator,
    /// The value in base units.
    pub value: Value,
    /// Base unit.
    pub unit: Option<String>,
    /// Of what whole, within what field.
    pub of: Option<String>,
    /// The area, where the sentence states one.
    pub scope: Option<String>,
    /// The period it is for: `2024`, `2024H1` …
    pub period: Option<String>,
    /// By when.
    pub due: Option<Due>,
    /// Who set it, where the text says.
    pub level: Option<Level>,
    /// Who answers for it, where the text says.
    pub owners: Vec<Owner>,
    /// Titles of the headings it stands under, outermost first.
    pub path: Vec<String>,
    /// 0 to 1: how sure the reading and the link are.
    pub confidence: f32,
}

/// Who set a target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// 下达: set from above.
    Assigned,
    /// 自定: set by the unit itself.
    Own,
    /// 分解: handed down to streets, parks, sections.
    Split,
}

impl Level {
    /// `assigned`, `own`, `split`.
    pub fn id(self) -> &'static str {
        match self {
            Level::Assigned => "assigned",
            Level::Own => "own",
            Level::Split => "split",
        }
    }

    /// The word of the design: 下达, 自定, 分解.
    pub fn as_str(self) -> &'static str {
        match self {
            Level::Assigned => "下达",
            Level::Own => "自定",
            Level::Split => "分解",
        }
    }
}

/// Something to be done.
#[derive(Clone, Debug)]
pub struct PlanTask {
    /// Marker, title and measures together.
    pub at: Span,
    /// What it is called: the heading or first clause of it, without its number.
    pub title: String,
    /// Where the title stands.
    pub title_at: Span,
    /// Its sentences, or cells of a table, as they stand.
    pub measures: Vec<Measure>,
    /// Titles of the headings above it, outermost first.
    pub path: Vec<String>,
    /// Who does it.
    pub owners: Vec<Owner>,
    /// By when the whole is due: the day that a label gives, else the last one that its measures give.
    pub due: Option<Due>,
    /// Indexes in [`PlanDraft::targets`] of the figures that stand in it.
    pub targets: Vec<usize>,
}

impl PlanTask {
    /// The day that a label or a column gives for the whole, not one of its sentences.
    fn labelled(&self) -> Option<&Due> {
        let due = self.due.as_ref()?;
        let said = self.measures.iter().any(|it| it.due.as_ref() == Some(due));
        (!said).then_some(due)
    }
}

/// One sentence of a task.
#[derive(Clone, Debug)]
pub struct Measure {
    /// Where it stands.
    pub at: Span,
    /// Its words, without line breaks.
    pub text: String,
    /// By when, where the sentence says.
    pub due: Option<Due>,
}

/// A day by which something is due.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due {
    /// The last day.
    pub day: Date,
    /// The words that say so; `None` where only the plan's year does.
    pub stated: Option<Span>,
    /// Those words.
    pub text: String,
}

/// What somebody has to do with a task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// 牵头, 主办.
    Lead,
    /// 责任单位, 责任科室, or named without a word for it.
    Responsible,
    /// 配合, 协办.
    Support,
    /// A person: 责任人, 分管领导.
    Person,
}

/// A unit or person named for a task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owner {
    /// As it stands.
    pub name: String,
    /// What it has to do with it.
    pub role: Role,
    /// Where it stands.
    pub at: Span,
}

/// Reads the plan in a text that was read before with [`super::read_text`].
pub fn read_plan(raw: &str, reading: &Reading) -> PlanDraft {
    let text = Text::new(raw);
    let year = reading.plan_year;
    let parts: Vec<Span> = reading.plans.iter().map(|part| part.at).collect();
    let mut draft = PlanDraft {
        title: reading.title.clone(),
        district: reading.district.clone(),
        year,
        parts,
        targets: Vec::new(),
        tasks: Vec::new(),
    };
    for part in &reading.plans {
        let year = part.year.or(year);
        let (from, to) = (text.index_of(part.at.start), text.index_of(part.at.end));
        let items = outline::cut(&text, from, to);
        task::tasks(&text, &items, year, &mut draft.tasks);
        let tables = grid::read(&text, from, to, year);
        draft.tasks.extend(tables);
    }
    draft.tasks.sort_by_key(|task| task.at);
    for (nth, mention) in reading.mentions.iter().enumerate() {
        if let Some(target) = target(&text, raw, reading, &draft, nth, mention) {
            draft.targets.push(target);
        }
    }
    for (nth, target) in draft.targets.iter().enumerate() {
        let inside =
            |task: &&mut PlanTask| task.at.start <= target.at.start && target.at.end <= task.at.end;
        if let Some(task) = draft.tasks.iter_mut().find(inside) {
            task.targets.push(nth);
        }
    }
    draft
}

/// The target that a mention states, if it states one of this plan.
fn target(
    text: &Text,
    raw: &str,
    reading: &Reading,
    draft: &PlanDraft,
    nth: usize,
    mention: &Mention,
) -> Option<PlanTarget> {
    if mention.nature != Some(Nature::Target) || !mention.kind.is_figure() {
        return None;
    }
    let at = Span {
        start: mention.start,
        end: mention.end,
    };
    let planned = reading
        .plans
        .iter()
        .find(|part| part.at.start <= at.start && at.end <= part.at.end);
    let last = mention.period.as_deref().and_then(due::last_day);
    let year = planned.and_then(|part| part.year).or(draft.year);
    // A retrospect may quote the target of its own year; that is no part of this plan.
    if planned.is_none()
        && !matches!((last, year), (Some(day), Some(year)) if i32::from(day.year()) >= year)
    {
        return None;
    }
    let sentence = reading
        .sentences
        .partition_point(|&(start, _)| start <= at.start)
        .checked_sub(1)
        .and_then(|nth| reading.sentences.get(nth))
        .map_or(at, |&(start, end)| Span {
            start,
            end: end.max(at.end),
        });
    let (from, to) = (text.index_of(sentence.start), text.index_of(sentence.end));
    let place = text.index_of(at.start);
    let task = draft
        .tasks
        .iter()
        .find(|task| task.at.start <= at.start && at.end <= task.at.end);
    let mut path = task.map_or_else(Vec::new, |task| task.path.clone());
    if let Some(task) = task.filter(|task| task.title_at.end <= at.start) {
        path.push(task.title.clone());
    }
    if path.is_empty() {
        path = outline::path_to(
            text,
            planned.map_or(0, |part| text.index_of(part.at.start)),
            place,
        );
    }
    let closes = last.map(|day| Due {
        day,
        stated: None,
        text: String::new(),
    });
    Some(PlanTarget {
        mention: nth,
        at,
        sentence,
        text: raw_slice(raw, sentence),
        indicator: mention.indicator.clone(),
        metric: mention.metric.clone(),
        kind: mention.kind,
        comparator: mention.comparator.unwrap_or(Comparator::Eq),
        value: mention.value,
        unit: mention.unit.clone(),
        of: mention.of.clone(),
        scope: mention.scope.clone(),
        period: mention.period.clone(),
        due: due::before(text, from, place, year)
            .or_else(|| task.and_then(PlanTask::labelled).cloned())
            .or(closes),
        level: level(text, from, to, at, &path),
        owners: task.map_or_else(Vec::new, |task| task.owners.clone()),
        path,
        confidence: mention.confidence,
    })
}

/// 市下达目标, 自定目标, 分解到街道: the nearest such word before the figure, up to a semicolon; else one behind it
/// in its clause; else one of its headings.
fn level(text: &Text, from: usize, to: usize, at: Span, path: &[String]) -> Option<Level> {
    let (start, end) = (text.index_of(at.start), text.index_of(at.end));
    let low = text
        .find_back(any_of(&[Class::Semi]), from, start)
        .unwrap_or(from);
    let high = text
        .find(any_of(&[Class::Comma, Class::Semi, Class::Stop]), end, to)
        .unwrap_or(to);
    let before = text.slice(low, start);
    let found = LEVELS
        .iter()
        .filter_map(|&(word, level)| Some((before.rfind(word)?, word.len(), level)));
    // 分解下达 ends where 下达 does: the longer word tells.
    if let Some((.., level)) = found.max_by_key(|&(place, length, _)| (place + length, length)) {
        return Some(level);
    }
    let behind = text.slice(end, high);
    let headings = path.iter().rev().map(String::as_str);
    std::iter::once(behind.as_str())
        .chain(headings)
        .find_map(|words| {
            let mut levels = LEVELS.iter();
            levels
                .find(|(word, _)| words.contains(word))
                .map(|&(_, level)| level)
        })
}

/// Words that say who set a target. 分解下达到街道 hands down, so it stands before 下达.
const LEVELS: &[(&str, Level)] = &[
    ("分解下达", Level::Split),
    ("分解到", Level::Split),
    ("分解至", Level::Split),
    ("分解任务", Level::Split),
    ("分解目标", Level::Split),
    ("分解落实", Level::Split),
    ("任务分解", Level::Split),
    ("目标分解", Level::Split),
    ("下达", Level::Assigned),
    ("市定目标", Level::Assigned),
    ("省定目标", Level::Assigned),
    ("市考核目标", Level::Assigned),
    ("省考核目标", Level::Assigned),
    ("上级考核", Level::Assigned),
    ("自定", Level::Own),
    ("自加压力", Level::Own),
    ("奋斗目标", Level::Own),
    ("内控目标", Level::Own),
    ("奋力冲刺", Level::Own),
];

/// The raw text of a span without line breaks.
fn raw_slice(raw: &str, span: Span) -> String {
    let chars = raw.chars().skip(span.start);
    let words = chars.take(span.end.saturating_sub(span.start));
    let words: String = words.filter(|ch| !ch.is_control()).collect();
    words.trim().to_owned()
}

/// The span of a stretch of the squeezed text.
fn span(text: &Text, from: usize, to: usize) -> Span {
    let (start, end) = text.span(from, to);
    Span { start, end }
}
