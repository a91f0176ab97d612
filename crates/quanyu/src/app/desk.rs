//! 工作台: what somebody has to do today, what came back, what he may begin.
//!
//! Owns which duties are whose. Leaves making them to `duties`, taking a step to `steps`.
//!
//! Invariant: a task is listed only for who may take a step with it, give an opinion on it, or was named for it.
//!
//! Start reading at [`desk`].

use jiff::{civil::Date, tz::Offset};
use quanyu_core::{
    access::{Right, Scope},
    appraisal::task::{Standing, standing, working_days},
    region::RegionCode,
    text::Text,
};
use quanyu_pack::model::{Pack, Register};
use quanyu_store::{
    Tx, asof, change,
    duty::{self, Duty, Reach, Wanted},
};

use super::{
    AppError, Product,
    collections::waiting::{self, Asking},
    demo, duties,
    registers::tally,
    steps::{self, hands::Hands, opinions},
};

/// Tasks listed at most; the count is over all.
const MOST: u32 = 300;

/// Everything on somebody's desk.
#[derive(Clone, Debug)]
pub struct Desk {
    /// The day.
    pub today: Date,
    /// What he may do now, by day.
    pub tasks: Vec<Task>,
    /// What he has to check or decide of others, by day.
    pub checks: Vec<Task>,
    /// What waits for the opinion of others before he can go on.
    pub waiting: Vec<Task>,
    /// What was returned to him.
    pub returned: Vec<Task>,
    /// Requests for figures that he has to answer or confirm, by day.
    pub asked: Vec<Asking>,
    /// How many there are in all, late, due today, due within a week of work.
    pub counts: Counts,
    /// Registers in which he may enter records: id and title.
    pub enter: Vec<(String, Text)>,
    /// People that he stands in for.
    pub stands_in: Vec<String>,
    /// What came into the registers that he sees whole since the working day before.
    pub news: Vec<News>,
}

/// What came into a register.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct News {
    /// The register: id and title.
    pub register: (String, Text),
    /// Records made.
    pub made: i64,
    /// Other records changed or removed.
    pub changed: i64,
}

/// Counts over all tasks of somebody.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// In all.
    pub all: i64,
    /// Past their day.
    pub late: i64,
    /// Due today.
    pub today: i64,
    /// Due within the days in which people are reminded.
    pub soon: i64,
    /// Returned.
    pub returned: i64,
}

/// A task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Task {
    /// The register: id and title.
    pub register: (String, Text),
    /// The record.
    pub record: i64,
    /// What it is called.
    pub label: String,
    /// The state it waits in: id and title.
    pub state: (String, Text),
    /// What may be done.
    pub steps: Vec<Text>,
    /// Since when.
    pub since: Option<Date>,
    /// Until when.
    pub due: Option<Date>,
    /// Working days until its day, below zero past it; `None` where a year has no calendar, or without a day.
    pub left: Option<i64>,
    /// Working days that it has, where no day can be told because the calendar of work does not reach so far yet.
    pub beyond: Option<u32>,
    /// Where it is.
    pub standing: Standing,
    /// Who led it here, and by which step.
    pub last: (String, Option<Text>),
    /// What was said with that.
    pub reason: Option<String>,
    /// Who handles it.
    pub person: Option<String>,
    /// Whom one would stand in for.
    pub behalf: Option<String>,
    /// An opinion is asked, not the step.
    pub opinion: bool,
    /// Roles whose opinion is waited for.
    pub waits: Vec<Text>,
}

/// The desk of who looks.
///
/// # Errors
/// The database's.
pub async fn desk(product: &Product) -> Result<Desk, AppError> {
    duties::follow(product).await?;
    let today = product.today();
    let mut tx = product.store.read().await?;
    let hands = Hands::of(&mut tx, product, today).await?;
    let wanted = wanted(product, &hands);
    let found = duty::list(&mut tx, &wanted, MOST).await?;
    let (all, late, due_today) = duty::count(&mut tx, &wanted, &today.to_string()).await?;
    let mut desk = Desk {
        today,
        tasks: Vec::new(),
        checks: Vec::new(),
        waiting: Vec::new(),
        returned: Vec::new(),
        asked: waiting::waiting(&mut tx, product, today).await?,
        counts: Counts {
            all,
            late,
            today: due_today,
            ..Counts::default()
        },
        enter: enter(product),
        stands_in: hands.lent.iter().map(|it| it.0.clone()).collect(),
        news: news(&mut tx, product, today).await?,
    };
    for name in hands.names() {
        for it in duty::returned_to(&mut tx, name, MOST).await? {
            if !desk.returned.iter().any(|seen| seen.record == it.record) {
                desk.returned.extend(task(product, &it, today));
            }
        }
    }
    for it in &found {
        let Some((register, task)) = mine(&mut tx, product, &hands, it, today).await? else {
            continue;
        };
        // What came back stands apart, once.
        if desk.returned.iter().any(|seen| seen.record == task.record) {
            continue;
        }
        if task.opinion || task.waits.is_empty() {
            if task.opinion || checks(register, it) {
                desk.checks.push(task);
            } else {
                desk.tasks.push(task);
            }
        } else {
            desk.waiting.push(task);
        }
    }
    let near = |it: &&Task| it.standing == Standing::Soon;
    let lists = [&desk.tasks, &desk.checks, &desk.waiting];
    let soon = lists.iter().flat_map(|it| it.iter()).filter(near).count();
    desk.counts.soon = i64::try_from(soon).unwrap_or(0);
    desk.counts.returned = i64::try_from(desk.returned.len()).unwrap_or(0);
    for it in &desk.asked {
        desk.counts.all += 1;
        desk.counts.late += i64::from(it.standing == Standing::Late);
        desk.counts.today += i64::from(it.due == today);
        desk.counts.soon += i64::from(it.standing == Standing::Soon);
        desk.counts.returned += i64::from(it.what == waiting::What::Again);
    }
    Ok(desk)
}

/// Which duties may be somebody's: states from which a step, or an opinion on one, is in his hands.
pub(super) fn wanted(product: &Product, hands: &Hands) -> Wanted {
    let mut reaches: Vec<Reach> = Vec::new();
    let mut add = |register: &str, state: &str, scope: &Scope, own: Option<&str>| {
        let known = reaches
            .iter_mut()
            .find(|it| it.register == register && it.scope == *scope && it.own.as_deref() == own);
        match known {
            Some(reach) if reach.states.iter().any(|it| it == state) => {}
            Some(reach) => reach.states.push(state.to_owned()),
            None => reaches.push(Reach {
                register: register.to_owned(),
                states: vec![state.to_owned()],
                scope: scope.clone(),
                own: own.map(str::to_owned),
            }),
        }
    };
    for register in product.pack.registers.values() {
        let Some(lifecycle) = &register.lifecycle else {
            continue;
        };
        for state in &lifecycle.states {
            for step in lifecycle.expected(&state.id) {
                if hands.own.is_none() {
                    add(&register.id, &state.id, &Scope::All, None);
                    continue;
                }
                if step.role.is_empty() {
                    let scope = product.scope(Right::Enter, register);
                    let own = step.own.then_some(hands.name.as_str());
                    if !scope.is_nothing() {
                        add(&register.id, &state.id, &scope, own);
                    }
                }
                for (grant, person) in hands.all() {
                    if step.role.contains(&grant.role) {
                        let own = step.own.then_some(person);
                        add(&register.id, &state.id, &grant.scope, own);
                    }
                    if step.opinions.contains(&grant.role) {
                        add(&register.id, &state.id, &grant.scope, None);
                    }
                }
            }
        }
    }
    Wanted {
        reaches,
        person: Some(hands.name.clone()),
        ..Wanted::default()
    }
}

/// The task of a duty, where a step or an opinion is in these hands.
async fn mine<'a>(
    tx: &mut Tx,
    product: &'a Product,
    hands: &Hands,
    it: &Duty,
    today: Date,
) -> Result<Option<(&'a Register, Task)>, AppError> {
    let pack = &product.pack;
    let Some(register) = pack.registers.get(&it.register) else {
        return Ok(None);
    };
    let Some(lifecycle) = &register.lifecycle else {
        return Ok(None);
    };
    let Some(mut task) = task(product, it, today) else {
        return Ok(None);
    };
    let region = it.region.parse::<RegionCode>().ok();
    let place = quanyu_core::access::Place {
        region: region.as_ref(),
        organization: it.owner_org,
        owner: it.owner_user.as_deref(),
    };
    let waited = opinions::waited_for(tx, register, it).await?;
    let own = it.person.as_deref() == Some(hands.name.as_str());
    let mut takes = own;
    for step in lifecycle.expected(&it.state) {
        if step.role.is_empty() {
            takes |= hands.own.is_none() || product.scope(Right::Enter, register).holds(place);
        }
        if let Some(hand) = hands.holding(&step.role, None, place) {
            let person = hand.behalf.as_deref().unwrap_or(&hands.name);
            takes |= !step.own || hands.own.is_none() || it.entered_by == person;
            task.behalf = task.behalf.take().or(hand.behalf);
        }
    }
    let asked = hands.holding(&waited, None, place);
    // Somebody else was named for it: it stays open to him alone.
    if it.person.is_some() && !own && asked.is_none() && hands.own.is_some() {
        return Ok(None);
    }
    if !takes && asked.is_none() {
        return Ok(None);
    }
    task.opinion = asked.is_some();
    if let Some(hand) = asked {
        task.behalf = hand.behalf;
    }
    task.waits = waited.iter().map(|it| steps::role_of(pack, it).1).collect();
    Ok(Some((register, task)))
}

/// A duty as a task. `None` where the pack no longer knows its register.
pub(super) fn task(product: &Product, it: &Duty, today: Date) -> Option<Task> {
    let pack: &Pack = &product.pack;
    let register = pack.registers.get(&it.register)?;
    let lifecycle = register.lifecycle.as_ref()?;
    let due: Option<Date> = it.due.as_deref().and_then(|it| it.parse().ok());
    let left = due.and_then(|due| working_days(today, due, |it| pack.is_working_day(it)));
    let expected = lifecycle.expected(&it.state);
    let remind = expected.filter_map(|it| it.remind).max();
    let soon = remind.unwrap_or(pack.supervision.remind);
    let mut within = lifecycle.expected(&it.state).filter_map(|it| it.within);
    let last = it.last_step.as_deref().map(|id| {
        let step = lifecycle.transition(id);
        step.map_or_else(|| Text::zh(id), |it| it.title.clone())
    });
    Some(Task {
        register: (register.id.clone(), register.title.clone()),
        record: it.record,
        label: it.label.clone(),
        state: steps::state_of(lifecycle, &it.state),
        steps: lifecycle
            .expected(&it.state)
            .map(|it| it.title.clone())
            .collect(),
        since: it.entered_on.parse().ok(),
        due,
        left,
        beyond: within.next().filter(|_| due.is_none()),
        standing: standing(due, today, left, soon),
        last: (it.last_by.clone(), last),
        reason: it.reason.clone(),
        person: it.person.clone(),
        behalf: None,
        opinion: false,
        waits: Vec::new(),
    })
}

/// Whether a step from this state is one of those who confirm what others entered.
fn checks(register: &Register, it: &Duty) -> bool {
    let lifecycle = register.lifecycle.as_ref();
    let mut steps = lifecycle
        .into_iter()
        .flat_map(|life| life.expected(&it.state));
    steps.any(|step| {
        let confirms =
            |role: &String| register.confirm.contains(role) && !register.enter.contains(role);
        !step.role.is_empty() && step.role.iter().all(confirms)
    })
}

/// What came in since the beginning of the working day before.
async fn news(tx: &mut Tx, product: &Product, today: Date) -> Result<Vec<News>, AppError> {
    let mut day = today.yesterday().unwrap_or(today);
    while product.pack.is_working_day(day) == Some(false) {
        day = day.yesterday().unwrap_or(day);
    }
    let begins = Offset::constant(8).to_timestamp(day.at(0, 0, 0, 0));
    let mut since = asof::last_before(tx, begins.unwrap_or_default()).await?;
    if product.demo() {
        // What was made up is no news.
        since = since.max(change::last_by(tx, demo::BUILDER).await?);
    }
    let mut all = Vec::new();
    for it in product.pack.registers.values() {
        // A count over more than somebody reaches would tell of what he does not.
        if product.scope(Right::Read, it) != Scope::All {
            continue;
        }
        let (made, changed) = tally::touched(product, tx, &it.id, since).await?;
        if made + changed > 0 {
            all.push(News {
                register: (it.id.clone(), it.title.clone()),
                made,
                changed,
            });
        }
    }
    all.sort_by_key(|it| std::cmp::Reverse(it.made + it.changed));
    Ok(all)
}

/// Registers in which who looks may enter records.
fn enter(product: &Product) -> Vec<(String, Text)> {
    let registers = product.pack.registers.values();
    registers
        .filter(|it| it.lifecycle.is_some())
        .filter(|it| !product.scope(Right::Enter, it).is_nothing())
        .map(|it| (it.id.clone(), it.title.clone()))
        .collect()
}
