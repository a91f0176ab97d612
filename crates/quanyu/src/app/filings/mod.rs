//! 企业填报: what organizations hand in themselves, each year or when they apply for something.
//!
//! Owns what is open to a firm ([`matters`]) and what it has on its way ([`mine`]). Where values come from is in [`origins`], making and
//! handing in in [`form`], one's own record with its steps in [`standing`], what is looked up beforehand in [`conditions`], what
//! binds a step, whoever takes it and however, in [`fits`].
//!
//! Invariants: a filing goes the way of every record, through `entries` and `steps`, so that forms, rights and steps are the register's
//! own; which register that is, and what is asked, the pack declares.
//!
//! Start reading at [`matters`], then [`form::file`].

pub mod conditions;
mod fits;
pub mod form;
pub mod origins;
mod refusal;
pub mod standing;

use jiff::civil::Date;
use quanyu_core::{
    access::{Belongs, Right},
    appraisal::task::working_days,
    text::Text,
    value::Value,
};
use quanyu_pack::model::{Field, FieldType, Filing, FilingKind, Register};
use quanyu_store::{
    Tx,
    list::{self, Filter, Op, Query},
    records::Record,
};

use super::{AppError, Product, duties, firms::Firm, registers, steps};

pub(super) use fits::fits;
pub use refusal::FilingRefusal;

/// Calls and records listed at most.
const MOST: u32 = 200;
/// Days before its first one from which a call is shown.
const AHEAD: i64 = 60;
/// Days after its last one until which a call is shown.
const BEHIND: i64 = 30;

/// A call for a filing.
#[derive(Clone, Debug)]
pub struct Call {
    /// Its record.
    pub id: i64,
    /// What it is called.
    pub title: String,
    /// The period that it asks about.
    pub period: Option<String>,
    /// First and last day.
    pub days: (Option<Date>, Option<Date>),
    /// For whom, as the call says it.
    pub who: Option<String>,
    /// What to hand in, as the call says it.
    pub materials: Option<String>,
    /// A note.
    pub note: Option<String>,
    /// Where the whole text is.
    pub link: Option<String>,
    /// Whom to ask.
    pub contact: Option<String>,
}

/// Something that a firm may file.
#[derive(Clone, Debug)]
pub struct Matter {
    /// The filing.
    pub filing: String,
    /// What it is called.
    pub title: Text,
    /// What it is.
    pub kind: FilingKind,
    /// The call for it; none for what is always open.
    pub call: Option<Call>,
    /// `open`, `soon`, `over`.
    pub state: &'static str,
    /// Working days that are left; `None` beyond the calendar, or without a last day.
    pub left: Option<i64>,
    /// The firm's own record under it: the last one.
    pub begun: Option<Mine>,
    /// Whom it is for, what to hand in, a note: as the pack says it.
    pub who: Option<Text>,
    /// What to hand in.
    pub materials: Vec<Text>,
    /// A note.
    pub note: Option<Text>,
}

/// A record that a firm filed, and where it stands.
#[derive(Clone, Debug)]
pub struct Mine {
    /// The register: id and title.
    pub register: (String, Text),
    /// The filing, where it is one's.
    pub filing: Option<(String, Text)>,
    /// The record.
    pub id: i64,
    /// What it is called.
    pub label: String,
    /// State: id and title.
    pub state: (String, Text),
    /// `mine`: the firm has to do something; `theirs`: others have; `over`.
    pub whose: &'static str,
    /// It came back.
    pub returned: bool,
    /// What was said with that.
    pub reason: Option<String>,
    /// Who is waited for.
    pub hands: Vec<Text>,
    /// Until when.
    pub due: Option<Date>,
    /// Working days until then, below zero past it.
    pub left: Option<i64>,
    /// The call that it answers.
    pub call: Option<i64>,
    /// Its period.
    pub period: Option<String>,
}

/// What a firm may file: calls that are open, soon to open or just over, and what is always open.
///
/// # Errors
/// The database's.
pub async fn matters(product: &Product, firm: &Firm) -> Result<Vec<Matter>, AppError> {
    let mine = mine(product, firm).await?;
    let today = product.today();
    let mut all = Vec::new();
    for call in calls(product, today).await? {
        let (id, call) = call;
        let Some(filing) = product.pack.filings.get(&id) else {
            continue;
        };
        if offers(product, firm, filing) {
            all.push(matter(product, filing, Some(call), &mine, today));
        }
    }
    for filing in product.pack.filings.values().filter(|it| !it.called) {
        if offers(product, firm, filing) {
            all.push(matter(product, filing, None, &mine, today));
        }
    }
    let order = |it: &Matter| ["open", "soon", "over"].iter().position(|s| *s == it.state);
    all.sort_by_key(|it| (order(it), it.call.as_ref().and_then(|it| it.days.1)));
    Ok(all)
}

/// Something that a firm may file, by its call or, where it needs none, by its own id.
///
/// # Errors
/// Where there is none for this firm.
pub async fn one(product: &Product, firm: &Firm, key: &str) -> Result<Matter, AppError> {
    let all = matters(product, firm).await?;
    let found = all.into_iter().find(|it| match &it.call {
        Some(call) => call.id.to_string() == key,
        None => it.filing == key,
    });
    found.ok_or_else(|| AppError::not_found("matter", key, []))
}

/// What a firm has filed, what waits for it first.
///
/// # Errors
/// The database's.
pub async fn mine(product: &Product, firm: &Firm) -> Result<Vec<Mine>, AppError> {
    let mut tx = product.store.read().await?;
    let mut all = Vec::new();
    for register in product.pack.registers.values() {
        let filing = of_register(product, &register.id);
        let corrects = register.plays.as_deref() == Some("correction");
        if filing.is_none() && !corrects || product.scope(Right::Read, register).is_nothing() {
            continue;
        }
        for record in of_firm(&mut tx, register, firm.id, MOST).await? {
            all.push(standing(&mut tx, product, register, filing, &record).await?);
        }
    }
    let order = |it: &Mine| match (it.whose, it.returned) {
        ("mine", true) => 0,
        ("mine", false) => 1,
        ("theirs", _) => 2,
        _ => 3,
    };
    all.sort_by_key(|it| (order(it), std::cmp::Reverse(it.id)));
    Ok(all)
}

/// The filing of a register.
#[must_use]
pub fn of_register<'a>(product: &'a Product, register: &str) -> Option<&'a Filing> {
    let mut all = product.pack.filings.values();
    all.find(|it| it.register == register)
}

/// The filing of that id.
pub(super) fn declared<'a>(product: &'a Product, id: &str) -> Result<&'a Filing, AppError> {
    let all = &product.pack.filings;
    let found = all.get(id);
    found.ok_or_else(|| AppError::not_found("matter", id, all.keys().map(String::as_str)))
}

/// Records of a register that belong to a firm, the last first.
pub(super) async fn of_firm(
    tx: &mut Tx,
    register: &Register,
    firm: i64,
    limit: u32,
) -> Result<Vec<Record>, AppError> {
    let field = match register.belongs() {
        Belongs::Itself => "@id".to_owned(),
        Belongs::Field(field) => field,
        Belongs::Owner => "@owner_org".to_owned(),
    };
    let query = Query {
        filters: vec![Filter::new(field, Op::Eq(Value::Int(firm)))],
        descending: true,
        limit,
        ..Query::default()
    };
    Ok(list::list(tx, &register.id, &query).await?.records)
}

/// The field by which the records of a register are told by period.
pub(super) fn period_of(register: &Register) -> Option<&Field> {
    let mut key = register.key.iter().filter_map(|it| register.field(it));
    key.find(|it| it.kind == FieldType::Period)
}

/// The field that names the call which a record answers.
pub(super) fn call_of<'a>(product: &Product, register: &'a Register) -> Option<&'a Field> {
    let call = &product.pack.playing("call")?.id;
    let names = |it: &&Field| matches!(&it.kind, FieldType::Reference { to } if to == call);
    register.fields.iter().find(names)
}

/// Whether a filing is open to whoever acts for this firm.
fn offers(product: &Product, firm: &Firm, filing: &Filing) -> bool {
    let register = product.pack.registers.get(&filing.register);
    let enters = register.is_some_and(|it| !product.scope(Right::Enter, it).is_nothing());
    let named = |matters: &Vec<String>| matters.contains(&filing.id);
    enters && firm.matters.as_ref().is_none_or(named)
}

/// Calls that are shown on a day, each with the filing that it opens.
async fn calls(product: &Product, today: Date) -> Result<Vec<(String, Call)>, AppError> {
    let Some(register) = product.pack.playing("call") else {
        return Ok(Vec::new());
    };
    let slot = |name: &str| register.slot(name).map(|it| it.id.clone());
    let span = |days: i64| jiff::Span::new().days(days);
    let mut filters = Vec::new();
    if let (Some(opens), Ok(day)) = (slot("opens_on"), today.checked_add(span(AHEAD))) {
        filters.push(Filter::new(opens, Op::Le(Value::Date(day))));
    }
    if let (Some(closes), Ok(day)) = (slot("closes_on"), today.checked_sub(span(BEHIND))) {
        filters.push(Filter::new(closes, Op::Ge(Value::Date(day))));
    }
    let query = Query {
        filters,
        order: slot("closes_on"),
        limit: MOST,
        ..Query::default()
    };
    let mut tx = product.store.read().await?;
    let found = list::list(&mut tx, &register.id, &query).await?.records;
    let read = |it: &Record| {
        let text = |name: &str| {
            let field = slot(name)?;
            let text = it.value(&field).as_text()?.trim();
            Some(text.to_owned()).filter(|it| !it.is_empty())
        };
        let day = |name: &str| match slot(name).map(|field| it.value(&field)) {
            Some(Value::Date(day)) => Some(*day),
            _ => None,
        };
        let call = Call {
            id: it.id,
            title: registers::label(register, it),
            period: text("period"),
            days: (day("opens_on"), day("closes_on")),
            who: text("who"),
            materials: text("materials"),
            note: text("note"),
            link: text("link"),
            contact: text("contact"),
        };
        Some((text("filing")?, call))
    };
    Ok(found.iter().filter_map(read).collect())
}

fn matter(
    product: &Product,
    filing: &Filing,
    call: Option<Call>,
    mine: &[Mine],
    today: Date,
) -> Matter {
    let (from, to) = call.as_ref().map_or((None, None), |it| it.days);
    let state = match () {
        () if from.is_some_and(|it| it > today) => "soon",
        () if to.is_some_and(|it| it < today) => "over",
        () => "open",
    };
    // Yearly facts are found by their period, applications by the call that they answer.
    let answers = |it: &&Mine| {
        let same = it.filing.as_ref().is_some_and(|(id, _)| *id == filing.id);
        same && match (&call, filing.kind) {
            (Some(call), FilingKind::Yearly) => call.period.is_some() && it.period == call.period,
            (Some(call), FilingKind::Application) => it.call == Some(call.id),
            (None, FilingKind::Yearly) => true,
            (None, FilingKind::Application) => false,
        }
    };
    Matter {
        filing: filing.id.clone(),
        title: filing.title.clone(),
        kind: filing.kind,
        state,
        left: to.and_then(|it| working_days(today, it, |day| product.pack.is_working_day(day))),
        begun: mine.iter().find(answers).cloned(),
        who: filing.who.clone(),
        materials: filing.materials.clone(),
        note: filing.note.clone(),
        call,
    }
}

/// Where a record stands, as its firm sees it.
pub(super) async fn standing(
    tx: &mut Tx,
    product: &Product,
    register: &Register,
    filing: Option<&Filing>,
    record: &Record,
) -> Result<Mine, AppError> {
    let pack = &product.pack;
    let found = quanyu_store::duty::arrived(tx, &register.id, &[record.id]).await?;
    let duty = found
        .first()
        .and_then(|it| duties::of_record(pack, register, it));
    let state = record.state.clone().unwrap_or_default();
    let lifecycle = register.lifecycle.as_ref();
    let firm_takes = |roles: &Vec<String>| {
        let firm = |it: &String| pack.roles.get(it).is_some_and(|role| role.firm);
        roles.is_empty() || roles.iter().any(firm)
    };
    let expected: Vec<_> = lifecycle
        .into_iter()
        .flat_map(|it| it.expected(&state))
        .collect();
    let whose = match () {
        () if expected.is_empty() => "over",
        () if expected.iter().any(|it| firm_takes(&it.role)) => "mine",
        () => "theirs",
    };
    let mut hands: Vec<Text> = Vec::new();
    for role in expected
        .iter()
        .flat_map(|it| it.opinions.iter().chain(&it.role))
    {
        let (_, title) = steps::role_of(pack, role);
        let firm = pack.roles.get(role).is_some_and(|it| it.firm);
        if firm == (whose == "mine") && !hands.contains(&title) {
            hands.push(title);
        }
    }
    let today = product.today();
    let due: Option<Date> = duty.as_ref().and_then(|it| it.due.as_ref()?.parse().ok());
    let returned = duty.as_ref().is_some_and(|it| it.returned);
    let call = call_of(product, register).and_then(|it| record.value(&it.id).as_int());
    let period = period_of(register).and_then(|it| record.value(&it.id).canonical());
    Ok(Mine {
        register: (register.id.clone(), register.title.clone()),
        filing: filing.map(|it| (it.id.clone(), it.title.clone())),
        id: record.id,
        label: registers::label(register, record),
        state: lifecycle.map_or_else(
            || (state.clone(), Text::default()),
            |it| steps::state_of(it, &state),
        ),
        whose,
        returned: returned && whose == "mine",
        reason: duty.as_ref().and_then(|it| it.reason.clone()),
        hands,
        left: due.and_then(|it| working_days(today, it, |day| pack.is_working_day(day))),
        due,
        call,
        period,
    })
}

/// The register of a filing; empty for one that there is not.
#[must_use]
pub fn register_of(product: &Product, filing: &str) -> String {
    let found = product.pack.filings.get(filing);
    found.map(|it| it.register.clone()).unwrap_or_default()
}
