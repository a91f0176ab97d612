//! 办理: the steps of a record's lifecycle, for any register that has one.
//!
//! Owns which steps are open, what each still needs, and taking one: state, required fields, guard, role, official number,
//! the paper that goes with it. Leaves the rows to `quanyu_store::step`, guards to `quanyu-figures`. Rights come with
//! sign-in; until then the role that a step was taken in is noted, not proved.
//!
//! Invariant: what a step requires is looked at on the record inside the act that takes it.
//!
//! Start reading at [`take`].

mod refusal;
pub(super) mod typed;

use std::{collections::BTreeMap, sync::Arc};

use jiff::civil::Date;
use quanyu_core::{
    columns::{Column, ColumnBatch, ColumnKind, ColumnSpec},
    text::Text,
    value::Value,
};
use quanyu_figures::Figures;
use quanyu_pack::model::{FieldType, Lifecycle, Pack, Register, Transition};
use quanyu_store::{
    Act, document, files,
    records::{self, Draft, Record},
    step::{self, NewStep},
};
use rust_decimal::Decimal;

use super::{AppError, Product, registers, say};

pub use refusal::StepRefusal;

/// A step that is open from a record's state.
#[derive(Clone, Debug)]
pub struct StepView {
    /// The transition.
    pub id: String,
    /// What it is called.
    pub title: Text,
    /// The state it leads to: id and title.
    pub to: (String, Text),
    /// Roles that may take it: id and title.
    pub roles: Vec<(String, Text)>,
    /// Fields that it requires and the record does not know yet: id and title.
    pub missing: Vec<(String, Text)>,
    /// The condition that does not hold, as the pack writes it.
    pub unmet: Option<String>,
    /// Whether it gives an official number.
    pub numbers: bool,
    /// The day it is due, where it has a deadline that the calendar knows.
    pub due: Option<Date>,
}

/// A step that was taken.
#[derive(Clone, Debug)]
pub struct Taken {
    /// The transition.
    pub id: String,
    /// What it is called today; its id where it is gone.
    pub title: Text,
    /// The state it led from.
    pub from: (String, Text),
    /// The state it led to.
    pub to: (String, Text),
    /// The role it was taken in.
    pub role: Option<(String, Text)>,
    /// What was said with it.
    pub note: Option<String>,
    /// The paper that goes with it: hash and name.
    pub file: Option<(String, String)>,
    /// Taken on paper and noted here.
    pub offline: bool,
    /// Who noted it.
    pub actor: String,
    /// When, as shown in Asia/Shanghai.
    pub at: String,
}

/// A step to be taken.
#[derive(Clone, Debug, Default)]
pub struct Taking {
    /// The register.
    pub register: String,
    /// The record.
    pub record: i64,
    /// The version that was read; `None`: as it is.
    pub version: Option<i64>,
    /// The transition.
    pub step: String,
    /// The role; else the first that the step names.
    pub role: Option<String>,
    /// What is said with it.
    pub note: Option<String>,
    /// A file that goes with it, such as the scan of a signed sheet: name and content.
    pub file: Option<(String, Vec<u8>)>,
    /// Taken on paper: a scan is needed.
    pub offline: bool,
    /// The official number that stands on the paper; else the next one.
    pub number: Option<String>,
    /// Fields that are filled in with it, as people type them.
    pub values: BTreeMap<String, String>,
}

/// What a step did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Done {
    /// The record's new version.
    pub version: i64,
    /// Its new state.
    pub state: String,
    /// The official number it got.
    pub number: Option<String>,
}

/// The steps that are open for a record, in the order of the pack.
///
/// # Errors
/// An unknown register or record.
pub async fn offered(
    product: &Product,
    register: &str,
    record: i64,
) -> Result<Vec<StepView>, AppError> {
    let declared = registers::declared(product, register)?;
    let Some(lifecycle) = &declared.lifecycle else {
        return Ok(Vec::new());
    };
    let mut tx = product.store.read().await?;
    let found = records::get(&mut tx, register, record).await?;
    let found = found.ok_or_else(|| no_record(register, record))?;
    let steps = step::of_record(&mut tx, record).await?;
    let history = quanyu_store::change::history(&mut tx, record).await?;
    drop(tx);
    let state = found.state.clone().unwrap_or_default();
    let entered = steps.iter().rev().find(|it| it.step.to == state);
    let entered = entered
        .map(|it| it.at.clone())
        .or_else(|| history.first().map(|it| it.at.clone()));
    let mut open = Vec::new();
    for it in lifecycle
        .transitions
        .iter()
        .filter(|it| it.from.contains(&state))
    {
        let unmet = match &it.guard {
            Some(guard) if !holds(&product.figures, declared, &found, &guard.value).await? => {
                Some(guard.value.clone())
            }
            _ => None,
        };
        let since = entered.as_deref().and_then(say::shanghai_day);
        open.push(StepView {
            id: it.id.clone(),
            title: it.title.clone(),
            to: state_of(lifecycle, &it.to),
            roles: it
                .role
                .iter()
                .map(|id| role_of(&product.pack, id))
                .collect(),
            missing: missing(declared, it, &found)
                .into_iter()
                .map(|id| (id.to_owned(), title_of(declared, id)))
                .collect(),
            unmet,
            numbers: it.number.is_some(),
            due: since
                .zip(it.within)
                .and_then(|(day, within)| due(&product.pack, day, within)),
        });
    }
    Ok(open)
}

/// The steps taken with a record in order.
///
/// # Errors
/// An unknown register; the database's.
pub async fn taken(product: &Product, register: &str, record: i64) -> Result<Vec<Taken>, AppError> {
    let declared = registers::declared(product, register)?;
    let empty = Lifecycle::default();
    let lifecycle = declared.lifecycle.as_ref().unwrap_or(&empty);
    let mut tx = product.store.read().await?;
    let steps = step::of_record(&mut tx, record).await?;
    let shown = steps.into_iter().map(|it| {
        let transition = lifecycle
            .transitions
            .iter()
            .find(|step| step.id == it.step.step);
        Taken {
            title: transition.map_or_else(|| Text::zh(&it.step.step), |it| it.title.clone()),
            id: it.step.step,
            from: state_of(lifecycle, &it.step.from),
            to: state_of(lifecycle, &it.step.to),
            role: it.step.role.map(|id| role_of(&product.pack, &id)),
            note: it.step.note,
            file: it.step.file.as_deref().and_then(file_of),
            offline: it.step.offline,
            actor: it.actor,
            at: say::shanghai(&it.at),
        }
    });
    Ok(shown.collect())
}

/// Takes a step.
///
/// # Errors
/// [`StepRefusal`] where the step is not open or lacks something; `store_conflict` where somebody changed the record.
pub async fn take(product: &Product, taking: &Taking) -> Result<Done, AppError> {
    let register = registers::declared(product, &taking.register)?;
    let transitions = register
        .lifecycle
        .as_ref()
        .map_or(&[][..], |it| it.transitions.as_slice());
    let step = transitions.iter().find(|it| it.id == taking.step);
    let step = step.ok_or_else(|| {
        let valid = transitions.iter().map(|it| it.id.as_str());
        AppError::not_found("step", &taking.step, valid)
    })?;
    let role = role(step, taking)?;
    if taking.offline && taking.file.is_none() {
        return Err(StepRefusal::NoScan {
            step: step.title.clone(),
        }
        .into());
    }
    let values = typed::values(product, register, &taking.values).await?;
    // Safe on the disk first; the act names it.
    let file = match &taking.file {
        Some((name, bytes)) => {
            let stored = files::put(&product.store, bytes.clone()).await?;
            Some((stored, name.clone()))
        }
        None => None,
    };
    let order = Arc::new(Order {
        register: register.clone(),
        step: step.clone(),
        record: taking.record,
        version: taking.version,
        role,
        note: taking.note.clone().filter(|it| !it.trim().is_empty()),
        file,
        offline: taking.offline,
        number: taking.number.clone().filter(|it| !it.trim().is_empty()),
        values,
    });
    let figures = Arc::clone(&product.figures);
    product
        .store
        .act(&product.actor(), move |act| {
            let (order, figures) = (Arc::clone(&order), Arc::clone(&figures));
            Box::pin(async move { order.run(act, &figures).await })
        })
        .await
}

/// Everything that the act needs.
struct Order {
    register: Register,
    step: Transition,
    record: i64,
    version: Option<i64>,
    role: Option<String>,
    note: Option<String>,
    file: Option<(files::Stored, String)>,
    offline: bool,
    number: Option<String>,
    values: BTreeMap<String, Value>,
}

impl Order {
    async fn run(&self, act: &mut Act, figures: &Figures) -> Result<Done, AppError> {
        let id = &self.register.id;
        let found = records::get(&mut act.tx, id, self.record).await?;
        let found = found.ok_or_else(|| no_record(id, self.record))?;
        let from = found.state.clone().unwrap_or_default();
        if !self.step.from.contains(&from) {
            return Err(StepRefusal::WrongState {
                step: self.step.title.clone(),
                state: title_of_state(&self.register, &from),
            }
            .into());
        }
        let mut draft = Draft::new(self.values.clone());
        let mut after = found.clone();
        after.values.extend(self.values.clone());
        let missing = missing(&self.register, &self.step, &after);
        if !missing.is_empty() {
            let fields = missing.iter().map(|it| title_of(&self.register, it));
            return Err(StepRefusal::Missing {
                step: self.step.title.clone(),
                fields: fields.collect(),
            }
            .into());
        }
        if let Some(guard) = &self.step.guard
            && !holds(figures, &self.register, &after, &guard.value).await?
        {
            return Err(StepRefusal::Guard {
                step: self.step.title.clone(),
                guard: guard.value.clone(),
            }
            .into());
        }
        let number = self.number(act, &after).await?;
        if let (Some(number), Some(declared)) = (&number, &self.step.number) {
            let value = Value::Text(number.clone());
            draft.values.insert(declared.field.clone(), value);
        }
        let file = match &self.file {
            Some((stored, name)) => {
                files::name(act, stored, name, "application/octet-stream").await?;
                Some(stored.value(name))
            }
            None => None,
        };
        let step = NewStep {
            step: self.step.id.clone(),
            from,
            to: self.step.to.clone(),
            role: self.role.clone(),
            note: self.note.clone(),
            file,
            offline: self.offline,
        };
        let version = self.version.unwrap_or(found.version);
        let version = step::take(act, id, self.record, version, &draft, &step).await?;
        Ok(Done {
            version,
            state: self.step.to.clone(),
            number,
        })
    }

    /// The official number that the record gets with the step.
    async fn number(&self, act: &mut Act, after: &Record) -> Result<Option<String>, AppError> {
        let Some(declared) = &self.step.number else {
            return Ok(None);
        };
        let series = after.value(&declared.series).as_text().unwrap_or_default();
        if series.is_empty() {
            return Err(StepRefusal::Missing {
                step: self.step.title.clone(),
                fields: vec![title_of(&self.register, &declared.series)],
            }
            .into());
        }
        let today = say::shanghai_day(&act.at).map_or(0, |it| i64::from(it.year()));
        let (year, n) = match &self.number {
            None => (today, None),
            Some(text) => match written(text) {
                Some((head, year, n)) if head == series => (year, Some(n)),
                _ => {
                    return Err(StepRefusal::BadNumber {
                        number: text.clone(),
                        series: series.to_owned(),
                    }
                    .into());
                }
            },
        };
        let given = document::give(act, series, year, n, &self.register.id, self.record).await?;
        Ok(Some(given))
    }
}

/// A number as people write it, with brackets of either kind: series, year, number.
fn written(text: &str) -> Option<(String, i64, i64)> {
    let text = text.trim();
    let (series, rest) = text.split_once(['〔', '［', '[', '（', '('])?;
    let (year, rest) = rest.split_once(['〕', '］', ']', '）', ')'])?;
    let n = rest.trim().trim_end_matches('号').trim();
    let whole = |it: &str| {
        let digits = !it.is_empty() && it.bytes().all(|it| it.is_ascii_digit());
        digits.then(|| it.parse::<i64>().ok()).flatten()
    };
    let year = whole(year.trim()).filter(|it| (1949..=2200).contains(it))?;
    Some((series.trim().to_owned(), year, whole(n)?))
}

/// The role that a step is taken in.
fn role(step: &Transition, taking: &Taking) -> Result<Option<String>, AppError> {
    match taking.role.as_ref().filter(|it| !it.is_empty()) {
        None => Ok(step.role.first().cloned()),
        Some(role) if step.role.is_empty() || step.role.contains(role) => Ok(Some(role.clone())),
        Some(role) => Err(StepRefusal::Role {
            step: step.title.clone(),
            role: role.clone(),
        }
        .into()),
    }
}

/// Fields that a step requires and that are not known.
fn missing<'a>(register: &Register, step: &'a Transition, record: &Record) -> Vec<&'a str> {
    let known = |id: &&String| {
        let value = record.value(id);
        register.field(id).is_some() && value.is_null()
    };
    let required = step.requires.iter().filter(known);
    required.map(String::as_str).collect()
}

/// Whether a guard holds; what is unknown does not.
async fn holds(
    figures: &Figures,
    register: &Register,
    record: &Record,
    guard: &str,
) -> Result<bool, AppError> {
    let Some(columns) = figures.guard_columns(&register.id) else {
        return Ok(false);
    };
    let cells = columns.iter().map(|it| cell(register, record, it));
    let row = ColumnBatch {
        ids: vec![record.id],
        columns: cells.collect(),
    };
    let holds = figures.holds(&register.id, guard, row).await?;
    Ok(holds == Some(true))
}

/// A value of a record as the column that rules read.
fn cell(register: &Register, record: &Record, spec: &ColumnSpec) -> Column {
    let field = register.field(&spec.name);
    let person = field.is_some_and(|it| it.kind == FieldType::Person);
    let text = |it: Option<String>| Column::Text(vec![it.filter(|_| !person)]);
    match (field, spec.name.as_str()) {
        (None, "region") => return text(Some(record.region.clone()).filter(|it| !it.is_empty())),
        (None, "state") => return text(record.state.clone()),
        (None, "owner_org") => return Column::Int(vec![record.owner_org]),
        _ => {}
    }
    let value = record.value(&spec.name);
    if spec.kind == ColumnKind::Text {
        return text(value.as_text().map(str::to_owned));
    }
    let int = match (value, spec.kind) {
        (Value::Int(int), ColumnKind::Decimal(scale)) => scaled(Decimal::from(*int), scale),
        (Value::Int(int), _) => Some(*int),
        (Value::Money(money), _) => Some(money.fen()),
        (Value::Decimal(decimal), ColumnKind::Decimal(scale)) => scaled(*decimal, scale),
        (Value::Date(day), _) => days(*day),
        _ => None,
    };
    Column::Int(vec![int])
}

fn scaled(decimal: Decimal, scale: u8) -> Option<i64> {
    let mut decimal = decimal;
    decimal.rescale(u32::from(scale));
    i64::try_from(decimal.mantissa()).ok()
}

fn days(day: Date) -> Option<i64> {
    let span = jiff::civil::date(1970, 1, 1).until(day).ok()?;
    Some(i64::from(span.get_days()))
}

/// The day that lies so many working days after another; `None` beyond the years that the calendar knows.
fn due(pack: &Pack, since: Date, within: u32) -> Option<Date> {
    let (mut day, mut left) = (since, within);
    while left > 0 {
        day = day.tomorrow().ok()?;
        left -= u32::from(pack.is_working_day(day)?);
    }
    Some(day)
}

fn no_record(register: &str, record: i64) -> AppError {
    AppError::NotFound {
        kind: "record",
        id: format!("{register}/{record}"),
        near: None,
    }
}

fn state_of(lifecycle: &Lifecycle, id: &str) -> (String, Text) {
    let state = lifecycle.states.iter().find(|it| it.id == id);
    let title = state.map_or_else(|| Text::zh(id), |it| it.title.clone());
    (id.to_owned(), title)
}

fn title_of_state(register: &Register, id: &str) -> Text {
    let empty = Lifecycle::default();
    state_of(register.lifecycle.as_ref().unwrap_or(&empty), id).1
}

fn role_of(pack: &Pack, id: &str) -> (String, Text) {
    let role = pack.roles.get(id);
    let title = role.map_or_else(|| Text::zh(id), |it| it.title.clone());
    (id.to_owned(), title)
}

fn title_of(register: &Register, field: &str) -> Text {
    register
        .field(field)
        .map_or_else(|| Text::zh(field), |it| it.title.clone())
}

/// Hash and name of a stored file.
#[must_use]
pub fn file_of(value: &str) -> Option<(String, String)> {
    let (hash, name) = value.split_once(':')?;
    Some((hash.to_owned(), name.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_on_paper_is_read_with_either_brackets() {
        #[rustfmt::skip]
        let cases = [
            ("示科〔2023〕5号",    Some(("示科", 2023, 5))),
            (" 示科[2023]12号 ",   Some(("示科", 2023, 12))),
            ("示科函（2024）3",     Some(("示科函", 2024, 3))),
            ("示科〔23〕5号",       None),
            ("示科2023第5号",       None),
            ("示科〔2023〕五号",    None),
            ("",                   None),
        ];
        for (text, want) in cases {
            let got = written(text);
            let want = want.map(|(series, year, n)| (series.to_owned(), year, n));
            assert_eq!(got, want, "{text}");
        }
    }
}
