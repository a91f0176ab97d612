//! Taking a step: state, hand, required fields, opinions, guard, number, paper, effects, notices, all in one act.
//!
//! Invariant: the record's new state, the step, what happens with it and who is told of it are written together or not at
//! all.
//!
//! Start reading at [`take`].

use std::{collections::BTreeMap, sync::Arc};

use futures::FutureExt as _;
use jiff::civil::Date;
use quanyu_core::{access::Right, text::Text, value::Value};
use quanyu_pack::model::{FieldType, Register, StepKind, Transition};
use quanyu_store::{
    Act, document, duty,
    duty::Arrived,
    files, opinion,
    records::{self, Draft, Record},
    step::{self, NewStep},
};

use super::{
    StepRefusal, arrived, declared_step,
    effects::{Facts, Prepared},
    entered_seq, guard,
    hands::{Hand, Hands},
    missing, not_yours, number, opinions, title_of, title_of_state, typed,
};
use crate::app::{
    AppError, Product, duties, files as kept, filings,
    notices::{self, About, Told},
    publications::{self, PublicationRefusal},
    registers, say,
};

/// A step to be taken.
#[derive(Clone, Debug, Default)]
pub struct Taking {
    /// The register.
    pub register: String,
    /// The record; it is not looked at where `new` makes one.
    pub record: i64,
    /// A record that is made with its first step, where what is handled was only declared so far.
    pub new: Option<Draft>,
    /// The version that was read; `None`: as it is.
    pub version: Option<i64>,
    /// The transition.
    pub step: String,
    /// The role; else the first of the step's that is held.
    pub role: Option<String>,
    /// What is said with it.
    pub note: Option<String>,
    /// A file that goes with it, such as the scan of a signed sheet: name and content.
    pub file: Option<(String, Vec<u8>)>,
    /// Taken on paper: a scan is needed.
    pub offline: bool,
    /// The official number that stands on the paper; else the next one.
    pub number: Option<String>,
    /// Number of the minutes that it rests on.
    pub minutes: Option<String>,
    /// The day of that meeting.
    pub met_on: Option<Date>,
    /// Who handles the record from now on.
    pub person: Option<String>,
    /// Fields that are filled in with it, as people type them.
    pub values: BTreeMap<String, String>,
    /// Fields that hold files: field, name, content.
    pub files: Vec<(String, String, Vec<u8>)>,
}

/// What a step did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Done {
    /// The record.
    pub record: i64,
    /// The record's new version.
    pub version: i64,
    /// Its new state.
    pub state: String,
    /// The official number it got.
    pub number: Option<String>,
}

/// Takes a step.
///
/// # Errors
/// [`StepRefusal`] where the step is not open or lacks something; `store_conflict` where somebody changed the record.
pub async fn take(product: &Product, taking: &Taking) -> Result<Done, AppError> {
    let order = Arc::new(plan(product, taking).await?);
    let actor = product.actor();
    let done = product.store.act(&actor, move |act| {
        let order = Arc::clone(&order);
        async move { order.run(act).await }.boxed()
    });
    done.await
}

/// Everything that a step needs before its act.
///
/// # Errors
/// As [`take`].
pub(in crate::app) async fn plan(product: &Product, taking: &Taking) -> Result<Order, AppError> {
    let register = registers::declared(product, &taking.register)?;
    let step = declared_step(register, &taking.step)?;
    let wish = taking.role.clone().filter(|it| !it.is_empty());
    if let Some(role) = &wish
        && !step.role.is_empty()
        && !step.role.contains(role)
    {
        return Err(StepRefusal::Role {
            step: step.title.clone(),
            role: role.clone(),
        }
        .into());
    }
    let note = super::words(&taking.note)?;
    if step.kind == StepKind::Return && note.is_none() {
        return Err(StepRefusal::NoReason {
            step: step.title.clone(),
        }
        .into());
    }
    if taking.offline && taking.file.is_none() {
        return Err(StepRefusal::NoScan {
            step: step.title.clone(),
        }
        .into());
    }
    let person = super::words(&taking.person)?;
    if let Some(person) = &person {
        crate::app::delegations::somebody(product, person).await?;
    }
    let minutes = match (step.kind, super::words(&taking.minutes)?, taking.met_on) {
        (StepKind::Meeting, Some(number), Some(day)) if day <= product.today() => {
            Some((number, day))
        }
        (StepKind::Meeting, ..) => {
            return Err(StepRefusal::NoMinutes {
                step: step.title.clone(),
            }
            .into());
        }
        _ => None,
    };
    let mut values = typed::values(product, register, &taking.values).await?;
    let prepared = Prepared::of(product, register, step, (taking.record, note.as_deref())).await?;
    // Safe on the disk first; the act names them.
    let mut stored = Vec::new();
    for (field, name, bytes) in &taking.files {
        let declared = register.field(field);
        if declared.is_none_or(|it| it.kind != FieldType::File) {
            let fields = register.fields.iter();
            let valid = fields.filter(|it| it.kind == FieldType::File);
            return Err(AppError::not_found(
                "field",
                field,
                valid.map(|it| it.id.as_str()),
            ));
        }
        kept::accept(name, bytes)?;
        let file = files::put(&product.store, bytes.clone()).await?;
        values.insert(field.clone(), Value::Text(file.value(name)));
        stored.push((file, name.clone()));
    }
    let scan = match &taking.file {
        Some((name, bytes)) => {
            kept::accept(name, bytes)?;
            let file = files::put(&product.store, bytes.clone()).await?;
            Some((file, name.clone()))
        }
        None => None,
    };
    Ok(Order {
        product: product.clone(),
        register: register.clone(),
        step: step.clone(),
        record: taking.record,
        new: taking.new.clone(),
        version: taking.version,
        wish,
        note,
        scan,
        stored,
        offline: taking.offline,
        number: super::words(&taking.number)?,
        minutes,
        person,
        values,
        prepared,
        follows: false,
    })
}

/// Everything that the act needs.
#[derive(Clone)]
pub(in crate::app) struct Order {
    product: Product,
    register: Register,
    step: Transition,
    record: i64,
    new: Option<Draft>,
    version: Option<i64>,
    wish: Option<String>,
    note: Option<String>,
    scan: Option<(files::Stored, String)>,
    stored: Vec<(files::Stored, String)>,
    offline: bool,
    number: Option<String>,
    minutes: Option<(String, Date)>,
    person: Option<String>,
    values: BTreeMap<String, Value>,
    prepared: Prepared,
    /// It follows from the step of another record, whose taker answers for it.
    follows: bool,
}

impl Order {
    /// The same, as what follows from another record's step.
    pub(in crate::app) fn following(mut self) -> Self {
        self.follows = true;
        self
    }

    /// Takes the step inside an act.
    pub(in crate::app) async fn run(&self, act: &mut Act) -> Result<Done, AppError> {
        let id = &self.register.id;
        let day = act.day();
        let hands = Hands::of(&mut act.tx, &self.product, day).await?;
        let record = match &self.new {
            Some(draft) => {
                let record = records::create(act, id, draft).await?;
                // Who made it stands in the chain.
                act.flush().await?;
                record
            }
            None => self.record,
        };
        let found = arrived(&mut act.tx, &self.register, record).await?;
        let from = found.record.state.clone().unwrap_or_default();
        if !self.step.from.contains(&from) {
            return Err(StepRefusal::WrongState {
                step: self.step.title.clone(),
                state: title_of_state(&self.register, &from),
            }
            .into());
        }
        let hand = if self.follows {
            act.everywhere();
            Hand {
                role: None,
                behalf: None,
            }
        } else {
            self.published(act).await?;
            let hand = self.hand(&hands, &found)?;
            self.beside(&found)?;
            hand
        };
        // Who stands in does what the other may, also where he himself reaches nothing.
        if hand.behalf.is_some() {
            act.everywhere();
        }
        self.asked(act, &found).await?;
        let mut after = found.record.clone();
        after.values.extend(self.values.clone());
        self.fits(&after).await?;
        let facts = self.facts(&after, &found);
        let mut draft = Draft::new(self.values.clone());
        draft.values.extend(self.prepared.set(act, &facts));
        let number = self.give_number(act, &after).await?;
        if let (Some(number), Some(declared)) = (&number, &self.step.number) {
            let value = Value::Text(number.clone());
            draft.values.insert(declared.field.clone(), value);
        }
        const MEDIA: &str = "application/octet-stream";
        for (file, name) in &self.stored {
            files::name(act, file, name, MEDIA).await?;
        }
        let file = match &self.scan {
            Some((file, name)) => {
                files::name(act, file, name, MEDIA).await?;
                Some(file.value(name))
            }
            None => None,
        };
        let new = NewStep {
            step: self.step.id.clone(),
            from,
            to: self.step.to.clone(),
            role: hand.role,
            note: self.note.clone(),
            file,
            offline: self.offline,
            minutes: self.minutes.as_ref().map(|it| it.0.clone()),
            met_on: self.minutes.as_ref().map(|it| it.1.to_string()),
            behalf: hand.behalf,
        };
        let version = self.version.unwrap_or(found.record.version);
        let version = step::take(act, id, record, version, &draft, &new).await?;
        // The step is this person's; what follows from it is the pack's.
        act.everywhere();
        after.values.extend(draft.values);
        after.state = Some(self.step.to.clone());
        let facts = self.facts(&after, &found);
        let outgoing = self.product.outgoing.clone();
        let pack = self.product.pack.clone();
        self.prepared.run(act, (&pack, &outgoing), &facts).await?;
        for planned in &self.prepared.publication {
            planned.run(act, &self.product).await?;
        }
        if let Some(person) = &self.person {
            duty::assign(act, id, record, &self.step.to, Some(person)).await?;
        }
        duties::refresh(act, &pack, &self.register, &[record]).await?;
        self.tell(act, &after, &found).await?;
        Ok(Done {
            record,
            version,
            state: self.step.to.clone(),
            number,
        })
    }

    /// A step that records take when their publication has passed waits for that.
    async fn published(&self, act: &mut Act) -> Result<(), AppError> {
        let pack = &self.product.pack;
        let kinds = publications::guards(pack, &self.register.id, &self.step.id);
        let kinds: Vec<String> = kinds.map(|it| it.id.clone()).collect();
        if kinds.is_empty() || publications::passed(&mut act.tx, self.record, &kinds).await? {
            return Ok(());
        }
        let step = self.step.title.clone();
        Err(PublicationRefusal::Unpublished { step }.into())
    }

    fn hand(&self, hands: &Hands, found: &Arrived) -> Result<Hand, AppError> {
        let wish = self.wish.as_deref();
        let hand = hands.taking(&self.product, &self.register, &self.step, wish, found);
        Ok(hand.ok_or_else(|| not_yours(&self.product.pack, &self.step, &self.step.role))?)
    }

    /// A step fills in what it requires; other fields take the right to enter.
    fn beside(&self, found: &Arrived) -> Result<(), AppError> {
        let series = self.step.number.as_ref().map(|it| &it.series);
        let own = |field: &String| self.step.requires.contains(field) || series == Some(field);
        let region = found.record.region.parse().ok();
        let place = super::hands::place(&self.register, &found.record, region.as_ref());
        let enters = self.product.scope(Right::Enter, &self.register);
        if self.values.keys().all(own) || enters.holds(place) {
            return Ok(());
        }
        Err(AppError::NotAllowed {
            right: Right::Enter.word(),
            register: self.register.title.clone(),
        })
    }

    /// Whether everybody who is asked has answered, and who is against was answered in turn.
    async fn asked(&self, act: &mut Act, found: &Arrived) -> Result<(), AppError> {
        if self.step.opinions.is_empty() {
            return Ok(());
        }
        let all = opinion::of_record(&mut act.tx, found.record.id).await?;
        let said = opinions::current(&self.step, entered_seq(found), &all);
        let waiting = said.iter().filter(|it| it.1.is_none());
        let waiting: Vec<Text> = waiting
            .map(|it| super::role_of(&self.product.pack, &it.0).1)
            .collect();
        if !waiting.is_empty() {
            return Err(StepRefusal::Opinions {
                step: self.step.title.clone(),
                roles: waiting,
            }
            .into());
        }
        let against = said.iter().any(|it| it.1.is_some_and(|it| !it.said.agrees));
        if against && self.note.is_none() {
            return Err(StepRefusal::NoReason {
                step: self.step.title.clone(),
            }
            .into());
        }
        Ok(())
    }

    /// Whether the record knows what the step requires, and its condition holds.
    async fn fits(&self, after: &Record) -> Result<(), AppError> {
        let missing = missing(&self.register, &self.step, after);
        if !missing.is_empty() {
            let fields = missing.iter().map(|it| title_of(&self.register, it));
            return Err(StepRefusal::Missing {
                step: self.step.title.clone(),
                fields: fields.collect(),
            }
            .into());
        }
        if let Some(rule) = &self.step.guard
            && !guard::holds(&self.product.figures, &self.register, after, &rule.value).await?
        {
            return Err(StepRefusal::Guard {
                step: self.step.title.clone(),
                guard: guard::text(&self.register, &rule.value),
            }
            .into());
        }
        filings::fits(&self.product, &self.register, &self.step.id, after).await
    }

    fn facts<'a>(&'a self, record: &'a Record, found: &'a Arrived) -> Facts<'a> {
        let last = found.step.as_ref();
        Facts {
            record,
            register: &self.register,
            note: self.note.as_deref(),
            minutes: self.minutes.as_ref().map(|it| it.0.as_str()),
            people: (
                &found.made_by,
                last.map(|it| it.step.behalf.as_deref().unwrap_or(&it.actor)),
            ),
        }
    }

    /// The official number that the record gets with the step.
    async fn give_number(&self, act: &mut Act, after: &Record) -> Result<Option<String>, AppError> {
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
            Some(text) => match number::written(text) {
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
        let given = document::give(act, series, year, n, &self.register.id, after.id).await?;
        Ok(Some(given))
    }

    /// Tells who is waited for next; what was returned, to who led it here.
    async fn tell(&self, act: &mut Act, after: &Record, found: &Arrived) -> Result<(), AppError> {
        let lifecycle = self.register.lifecycle.as_ref();
        let state = lifecycle.map(|it| super::state_of(it, &self.step.to).1);
        let state = state.unwrap_or_default();
        let label = registers::label(&self.register, after);
        let about = Some(About::of(&self.register, after));
        let note = self.note.as_deref().unwrap_or_default();
        let title = |it: &Text| it.en.clone().unwrap_or_else(|| it.zh.clone());
        if self.step.kind == StepKind::Return {
            let facts = self.facts(after, found);
            let told = Told {
                kind: "returned",
                whom: vec![format!(
                    "person:{}",
                    facts.people.1.unwrap_or(facts.people.0)
                )],
                about,
                zh: format!("“{label}”被退回：{note}"),
                en: format!("`{label}` was returned: {note}"),
            };
            return Ok(notices::tell(act, &self.product.outgoing, &told).await?);
        }
        if self.step.kind == StepKind::Withdraw {
            return Ok(());
        }
        let whom = match &self.person {
            Some(person) => vec![format!("person:{person}")],
            None => {
                let next = lifecycle
                    .into_iter()
                    .flat_map(|it| it.expected(&self.step.to));
                let mut roles: Vec<String> = next
                    .filter(|it| !it.own)
                    .flat_map(|it| it.opinions.iter().chain(&it.role))
                    .map(|it| format!("role:{it}"))
                    .collect();
                roles.sort();
                roles.dedup();
                roles
            }
        };
        let told = Told {
            kind: "todo",
            whom,
            about,
            zh: format!(
                "“{label}”已{}，现为“{}”，请办理",
                self.step.title.zh, state.zh
            ),
            en: format!(
                "`{label}`: {} done, now at {}",
                title(&self.step.title),
                title(&state)
            ),
        };
        Ok(notices::tell(act, &self.product.outgoing, &told).await?)
    }
}
