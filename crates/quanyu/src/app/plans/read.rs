//! A plan read from a document: what was found, and what somebody confirms of it.
//!
//! Owns the way from found targets and tasks to records of the registers that play `target` and `task`. Leaves reading to
//! `quanyu-documents`.
//!
//! Invariant: nothing is written but what somebody ticked, as it stands in the form; confirming the same plan again changes
//! its records and makes no second ones.
//!
//! Start reading at [`read`], then [`confirm`].

use futures::FutureExt;
use jiff::civil::Date;
use quanyu_core::{
    access::Right,
    measure,
    period::{Period, PeriodError},
    text::{Language, Text},
    typed,
    value::Value as Kept,
};
use quanyu_documents::read::{
    Kind, Value,
    plan::{PlanDraft, PlanTarget, PlanTask, Role, read_plan},
};
use quanyu_pack::model::{Comparator, FieldType, Indicator, Pack, Register};
use quanyu_store::{
    Act, StoreError,
    records::{self, Draft},
};
use rust_decimal::Decimal;

use super::comparator;
use crate::app::{AppError, Product, Why, documents::ReadDocument};

/// A plan as it was read.
#[derive(Clone, Debug)]
pub struct FoundPlan {
    /// The document.
    pub document: ReadDocument,
    /// What the plan is called: its title, else the file's name.
    pub plan: String,
    /// The year planned for.
    pub period: Option<Period>,
    /// Targets in text order.
    pub targets: Vec<FoundTarget>,
    /// Tasks in text order.
    pub tasks: Vec<FoundTask>,
    /// Indicators that a target can be linked to: id and title.
    pub indicators: Vec<(String, Text)>,
}

/// A target that was found.
#[derive(Clone, Debug, PartialEq)]
pub struct FoundTarget {
    /// The mention in the document.
    pub mention: usize,
    /// What was read.
    pub text: String,
    /// The sentence.
    pub sentence: String,
    /// What is measured, in the text's words.
    pub metric: Option<String>,
    /// The indicator that it was linked to.
    pub indicator: Option<String>,
    /// Growth against the year before, not a value.
    pub growth: bool,
    /// How it is compared.
    pub comparator: Comparator,
    /// The value as people type it: `75亿元`, `20%`.
    pub value: String,
    /// What it is, said by itself: `技术合同成交额达到75亿元`.
    pub said: String,
    /// What it is for: the period that the sentence names, else the plan's; `None` where it names one that is not told, such as
    /// 五年内.
    pub period: Option<Period>,
    /// By when.
    pub by: Option<Date>,
    /// The target before it that sets the same, and whether to the same value.
    pub again: Option<(usize, bool)>,
    /// `assigned`, `own`, `split`, where the text says.
    pub level: Option<&'static str>,
    /// How sure the reading and the link are, 0 to 1.
    pub sure: f64,
    /// It can be judged as it stands: an indicator is linked, there is one value and a period, and nothing before it sets the same.
    pub ready: bool,
}

/// A task that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundTask {
    /// What is to be done.
    pub title: String,
    /// Headings above it.
    pub path: Vec<String>,
    /// Its sentences.
    pub sentence: String,
    /// Who answers for it.
    pub owner: String,
    /// By when.
    pub due: Option<Date>,
    /// The words that say so; `None` where only the plan's year does.
    pub due_text: Option<String>,
}

/// Reads the plan in a file.
///
/// # Errors
/// As [`crate::app::documents::Reader::read`].
pub fn read(product: &Product, name: &str, bytes: &[u8]) -> Result<FoundPlan, AppError> {
    let reader = product.reader();
    let parts = reader.parts(name, bytes, None)?;
    let draft = read_plan(&parts.document.text, &parts.reading);
    Ok(found(&product.pack, reader.shown(name, &parts), &draft))
}

fn found(pack: &Pack, document: ReadDocument, draft: &PlanDraft) -> FoundPlan {
    let stem = document
        .name
        .rsplit_once('.')
        .map_or(document.name.as_str(), |it| it.0);
    let plan = draft.title.clone().unwrap_or_else(|| stem.to_owned());
    let period = draft.year.and_then(Period::year);
    let targets = draft.targets.iter();
    let mut targets: Vec<FoundTarget> = targets
        .map(|it| target(pack, &document, it, period))
        .collect();
    repeated(&mut targets);
    FoundPlan {
        plan: cut(&plan, 100),
        period,
        targets,
        tasks: draft.tasks.iter().map(task).collect(),
        indicators: pack
            .indicators
            .values()
            .map(|it| (it.id.clone(), it.title.clone()))
            .collect(),
        document,
    }
}

/// Tells of targets that were set before in the same plan: one record is made of both.
fn repeated(targets: &mut [FoundTarget]) {
    for nth in 1..targets.len() {
        let (before, rest) = targets.split_at_mut(nth);
        let it = &mut rest[0];
        let same = |other: &FoundTarget| {
            other.indicator.is_some()
                && other.indicator == it.indicator
                && other.growth == it.growth
                && other.period == it.period
                && other.level == it.level
                && !other.value.is_empty()
        };
        if let Some(first) = before.iter().position(same) {
            let equal = before[first].value == it.value;
            it.again = Some((first, equal));
            it.ready = false;
        }
    }
}

fn target(
    pack: &Pack,
    document: &ReadDocument,
    it: &PlanTarget,
    plan: Option<Period>,
) -> FoundTarget {
    let linked = it
        .indicator
        .as_deref()
        .and_then(|id| pack.indicators.get(id));
    let one = match it.value {
        Value::One(value) => Some(value),
        _ => None,
    };
    let growth = it.kind == Kind::Growth;
    let fits = |indicator: &Indicator| {
        let unit = it.unit.as_deref().unwrap_or("1");
        growth || measure::split_unit(unit).1 == indicator.unit
    };
    let mention = document.mentions.get(it.mention);
    let text = mention.map(|it| it.text.clone()).unwrap_or_default();
    let title = linked.map(|it| it.title.zh.as_str());
    // 占GDP比重: what of is said before it.
    let whole = |it: &&str| it.chars().count() >= 4 && !it.starts_with('占');
    let named = it.metric.as_deref().filter(whole);
    let named = named.or(title).or(it.metric.as_deref()).unwrap_or_default();
    let rises = if growth && !text.contains("增") {
        "增长"
    } else {
        ""
    };
    // A target of a plan has its year; without one it says 五年内, of which the day is not told either.
    let period = it.period.as_deref().and_then(|own| own.parse().ok());
    let open = period.is_none() && plan.is_some();
    FoundTarget {
        mention: it.mention,
        said: cut(&format!("{named}{rises}{text}"), 300),
        period,
        again: None,
        text,
        sentence: it.text.clone(),
        metric: it.metric.clone(),
        growth,
        comparator: comparator(it.comparator.as_str()),
        value: one.map_or_else(String::new, |value| typed_value(value, it.unit.as_deref())),
        by: it.due.as_ref().map(|it| it.day).filter(|_| !open),
        level: it.level.map(|it| it.id()),
        sure: f64::from(it.confidence),
        ready: one.is_some()
            && !open
            && matches!(it.kind, Kind::Level | Kind::Growth | Kind::Share)
            && linked.is_some_and(fits),
        indicator: linked.map(|it| it.id.clone()),
    }
}

/// A value so that it is read back the same: all its digits, in the unit people use.
fn typed_value(value: Decimal, unit: Option<&str>) -> String {
    let base = unit.unwrap_or("1");
    let (handy, _) = measure::handy(value, base);
    let (factor, _) = measure::split_unit(&handy);
    let scaled = value.checked_div(factor).unwrap_or(value);
    format!("{}{handy}", scaled.normalize())
}

fn task(it: &PlanTask) -> FoundTask {
    let mut owners: Vec<&str> = Vec::new();
    // Who leads comes first; persons are no sections.
    for wanted in [Role::Lead, Role::Responsible] {
        let named = it.owners.iter().filter(|it| it.role == wanted);
        owners.extend(named.map(|it| it.name.as_str()));
    }
    owners.dedup();
    let sentences: Vec<&str> = it.measures.iter().map(|it| it.text.as_str()).collect();
    FoundTask {
        title: cut(&it.title, 300),
        path: it.path.clone(),
        sentence: cut(&sentences.concat(), 2000),
        owner: cut(&owners.join("、"), 80),
        due: it.due.as_ref().map(|it| it.day),
        due_text: it
            .due
            .as_ref()
            .filter(|it| it.stated.is_some())
            .map(|it| it.text.clone()),
    }
}

fn cut(text: &str, most: usize) -> String {
    text.chars().take(most).collect()
}

/// What somebody confirmed of a plan.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ticked {
    /// What the plan is called.
    pub plan: String,
    /// The year planned for.
    pub period: String,
    /// The file that it was read from.
    pub document: String,
    /// Targets that were ticked, as the form has them.
    pub targets: Vec<TickedTarget>,
    /// Tasks that were ticked, as the form has them.
    pub tasks: Vec<TickedTask>,
}

/// A target as the form has it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TickedTarget {
    /// Id or title of an indicator.
    pub indicator: String,
    /// Growth, not a value.
    pub growth: bool,
    /// `eq`, `gt`, `ge`, `lt`, `le`.
    pub comparator: String,
    /// As people type it.
    pub value: String,
    /// What it is for; nothing: the plan's year.
    pub period: String,
    /// As it is said by itself.
    pub text: String,
    /// A day, or nothing.
    pub by: String,
    /// `assigned`, `own`, `split`, or nothing.
    pub level: String,
    /// The sentence.
    pub sentence: String,
}

/// A task as the form has it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TickedTask {
    /// What is to be done.
    pub title: String,
    /// Who answers for it.
    pub owner: String,
    /// A day, or nothing.
    pub due: String,
    /// Its sentences.
    pub sentence: String,
}

/// What was written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// Targets made or changed.
    pub targets: usize,
    /// Tasks made or changed.
    pub tasks: usize,
}

/// Asks whether who looks may make targets and tasks of a plan.
///
/// # Errors
/// [`AppError::NotAllowed`] where one of the two registers is not theirs to enter.
pub fn allowed(product: &Product) -> Result<(), AppError> {
    let registers = ["target", "task"].map(|it| product.pack.playing(it));
    for register in registers.into_iter().flatten() {
        product.may(Right::Enter, register)?;
    }
    Ok(())
}

/// Writes what was ticked, all of it or nothing.
///
/// # Errors
/// A value, day, year or indicator that cannot be read, naming it; a register that nobody plays; the store's.
pub async fn confirm(product: &Product, ticked: &Ticked) -> Result<Written, AppError> {
    allowed(product)?;
    let playing = |part: &'static str| {
        let register = product.pack.playing(part);
        register.ok_or_else(|| AppError::not_found("register", part, []))
    };
    let period = period_of(&ticked.period)?;
    if ticked.plan.trim().is_empty() {
        return Err(bad("plan", &ticked.plan, empty()));
    }
    let mut drafts = Vec::new();
    for it in &ticked.targets {
        let register = playing("target")?;
        drafts.push((
            register.clone(),
            target_draft(product, register, ticked, period, it)?,
        ));
    }
    for it in &ticked.tasks {
        let register = playing("task")?;
        drafts.push((register.clone(), task_draft(register, ticked, period, it)?));
    }
    let written = Written {
        targets: ticked.targets.len(),
        tasks: ticked.tasks.len(),
    };
    let actor = product.actor();
    let done = product.store.act(&actor, move |act| {
        let drafts = drafts.clone();
        async move {
            for (register, draft) in &drafts {
                put(act, register, draft).await?;
            }
            Ok::<_, AppError>(())
        }
        .boxed()
    });
    done.await?;
    Ok(written)
}

/// Makes the record, or changes the one of the same key.
async fn put(act: &mut Act, register: &Register, draft: &Draft) -> Result<(), StoreError> {
    let key: Vec<Kept> = register
        .key
        .iter()
        .map(|it| draft.values.get(it).cloned().unwrap_or(Kept::Null))
        .collect();
    let there = if key.is_empty() || key.iter().any(Kept::is_null) {
        None
    } else {
        records::by_key(&mut act.tx, &register.id, &key).await?
    };
    match there {
        Some(record) => {
            records::update(act, &register.id, record.id, record.version, draft).await?;
        }
        None => {
            records::create(act, &register.id, draft).await?;
        }
    }
    Ok(())
}

/// Why a name is none.
fn empty() -> Why {
    Why::new("名称不能为空", "the name is empty")
}

fn bad(kind: &'static str, value: &str, why: impl Into<Why>) -> AppError {
    AppError::BadValue {
        kind,
        value: value.to_owned(),
        why: why.into(),
    }
}

fn period_of(text: &str) -> Result<Period, AppError> {
    let read = text.trim().parse();
    read.map_err(|error: PeriodError| bad("period", text, error))
}

fn day(text: &str) -> Result<Kept, AppError> {
    match text.trim() {
        "" => Ok(Kept::Null),
        text => text
            .parse()
            .map(Kept::Date)
            .map_err(|_| bad("day", text, Why::written("2024-06-30"))),
    }
}

/// Puts a value into the slot of a register, where it has one.
struct Slots<'a> {
    register: &'a Register,
    draft: Draft,
}

impl<'a> Slots<'a> {
    fn new(register: &'a Register) -> Self {
        Self {
            register,
            draft: Draft::default(),
        }
    }

    fn set(&mut self, slot: &str, value: Kept) {
        if let Some(field) = self.register.slot(slot) {
            let value = match (&value, field.max_length) {
                (Kept::Text(text), Some(most)) => Kept::text(cut(text, most as usize)),
                _ => value,
            };
            self.draft.values.insert(field.id.clone(), value);
        }
    }
}

fn target_draft(
    product: &Product,
    register: &Register,
    ticked: &Ticked,
    period: Period,
    it: &TickedTarget,
) -> Result<Draft, AppError> {
    let wish = it.indicator.trim();
    let all = &product.pack.indicators;
    let named = all.get(wish).or_else(|| {
        let says = |text: &Text| text.zh == wish || text.en.as_deref() == Some(wish);
        all.values().find(|it| says(&it.title))
    });
    let indicator = named.ok_or_else(|| {
        AppError::not_found(
            "indicator",
            wish,
            all.values().map(|it| it.title.zh.as_str()),
        )
    })?;
    let number = typed::number(&it.value).map_err(|error| bad("value", &it.value, error))?;
    let number = number.ok_or_else(|| bad("value", &it.value, &indicator.title))?;
    let wanted = if it.growth {
        "1"
    } else {
        indicator.unit.as_str()
    };
    if let Some(unit) = number.unit.as_deref().filter(|it| *it != wanted) {
        return Err(bad(
            "value",
            &it.value,
            Why::new(
                format!("{}的单位是{wanted}，不是{unit}", indicator.title.zh),
                format!(
                    "{} is in {wanted}, not {unit}",
                    indicator.title.get(Language::En)
                ),
            ),
        ));
    }
    let mut slots = Slots::new(register);
    slots.set("plan", Kept::text(ticked.plan.trim()));
    slots.set("indicator", Kept::text(indicator.id.clone()));
    slots.set("comparator", Kept::text(comparator(&it.comparator).word()));
    slots.set("value", Kept::Decimal(number.value));
    slots.set("growth", Kept::Int(i64::from(it.growth)));
    let own = match it.period.trim() {
        "" => period,
        own => period_of(own)?,
    };
    slots.set("period", Kept::text(own.to_string()));
    slots.set("by", day(&it.by)?);
    slots.set(
        "level",
        Kept::text(level(&product.pack, register, &it.level)),
    );
    let said = [&it.text, &it.sentence, &indicator.title.zh];
    let said = said.into_iter().find(|it| !it.trim().is_empty());
    let text = said.map_or("", |it| it.as_str());
    slots.set("text", Kept::text(text.trim()));
    slots.set("document", Kept::text(ticked.document.clone()));
    slots.set("sentence", Kept::text(it.sentence.trim()));
    Ok(slots.draft)
}

/// A level as the register's list has it.
fn level(pack: &Pack, register: &Register, word: &str) -> String {
    let known = |word: &str| match register.slot("level").map(|it| &it.kind) {
        Some(FieldType::Code { list }) => pack
            .codes
            .get(list)
            .is_some_and(|it| it.item(word).is_some()),
        _ => true,
    };
    // The level is part of the key: what nobody says is the bureau's own.
    let word = if word.is_empty() { OWN } else { word };
    let word = Some(word)
        .filter(|it| known(it))
        .or(Some(OWN).filter(|it| known(it)));
    word.unwrap_or_default().to_owned()
}

/// 自定.
const OWN: &str = "own";

fn task_draft(
    register: &Register,
    ticked: &Ticked,
    period: Period,
    it: &TickedTask,
) -> Result<Draft, AppError> {
    if it.title.trim().is_empty() {
        return Err(bad("task", &it.sentence, empty()));
    }
    let mut slots = Slots::new(register);
    slots.set("plan", Kept::text(ticked.plan.trim()));
    slots.set("period", Kept::text(period.to_string()));
    slots.set("title", Kept::text(it.title.trim()));
    slots.set("owner", Kept::text(it.owner.trim()));
    slots.set("due", day(&it.due)?);
    slots.set("document", Kept::text(ticked.document.clone()));
    slots.set("sentence", Kept::text(it.sentence.trim()));
    Ok(slots.draft)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_shown_so_that_it_is_read_back_the_same() {
        #[rustfmt::skip]
        let cases = [
            ("7500000000", Some("元"), "75亿元"),
            ("7512345678", Some("元"), "75.12345678亿元"),
            ("0.2",        Some("1"),  "20%"),
            ("0.0312",     None,       "3.12%"),
            ("280",        Some("家"), "280家"),
            ("123456",     Some("人"), "12.3456万人"),
        ];
        for (value, unit, said) in cases {
            let value: Decimal = value.parse().unwrap();
            let got = typed_value(value, unit);
            assert_eq!(got, said);
            assert_eq!(typed::number(&got).unwrap().unwrap().value, value, "{got}");
        }
    }
}
