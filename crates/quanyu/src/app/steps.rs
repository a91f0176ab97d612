//! 办理: the steps of a record's lifecycle, for any register that has one.
//!
//! Owns which steps are open, what each still needs and who may take it, and what was done. Leaves taking one to [`take`],
//! whose hands it is in to [`hands`], opinions to [`opinions`], what happens with it to `effects`, guards to [`guard`].
//!
//! Invariant: what a step requires is looked at on the record inside the act that takes it.
//!
//! Start reading at [`open`], then [`take::take`].

mod effects;
pub mod guard;
pub mod hands;
mod number;
mod open;
pub mod opinions;
mod refusal;
pub mod take;
pub(super) mod typed;

use jiff::civil::Date;
use quanyu_core::text::Text;
use quanyu_pack::model::{FieldType, Lifecycle, Pack, Register, StepKind, Transition};
use quanyu_store::{
    Tx,
    duty::{self, Arrived},
    opinion,
    records::Record,
    step,
};

use self::opinions::Asked;
use super::{AppError, Product, Why, duties, registers, say};

pub use open::offered;
pub(super) use open::open_of;
pub use opinions::{Giving, Said, give};
pub use refusal::StepRefusal;
pub use take::{Done, Taking, take};

/// A step that is open from a record's state.
#[derive(Clone, Debug)]
pub struct StepView {
    /// The transition.
    pub id: String,
    /// What it is called.
    pub title: Text,
    /// What it is.
    pub kind: StepKind,
    /// Nobody is waited for to take it.
    pub aside: bool,
    /// The state it leads to: id and title.
    pub to: (String, Text),
    /// Roles that may take it: id and title.
    pub roles: Vec<(String, Text)>,
    /// Whether who looks may take it, in which role and for whom.
    pub hand: Option<hands::Hand>,
    /// Fields that it requires and the record does not know yet: id and title.
    pub missing: Vec<(String, Text)>,
    /// The condition that does not hold, as the pack writes it.
    pub unmet: Option<String>,
    /// Roles that are asked first, and what they said.
    pub asked: Vec<Asked>,
    /// Whether words have to be said with it.
    pub needs_note: bool,
    /// Whether it gives an official number.
    pub numbers: bool,
    /// The day it is due, where it has a deadline that the calendar knows.
    pub due: Option<Date>,
}

impl StepView {
    /// Whether a role that is asked has not answered.
    #[must_use]
    pub fn waits(&self) -> bool {
        self.asked.iter().any(|it| it.said.is_none())
    }
}

/// A step that was taken.
#[derive(Clone, Debug)]
pub struct Taken {
    /// The transition.
    pub id: String,
    /// What it is called today; its id where it is gone.
    pub title: Text,
    /// What it is.
    pub kind: StepKind,
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
    /// Number and day of the minutes that it rests on.
    pub minutes: Option<(String, String)>,
    /// Who noted it.
    pub actor: String,
    /// Whom the actor stood in for.
    pub behalf: Option<String>,
    /// When, as shown in Asia/Shanghai.
    pub at: String,
    /// Opinions given since the step before: role and what was said.
    pub opinions: Vec<((String, Text), Said)>,
}

/// A field that a step asks for.
#[derive(Clone, Debug, Default)]
pub struct FieldAsked {
    /// What it is called.
    pub title: Text,
    /// Its type, as a pack writes it.
    pub kind: &'static str,
    /// Codes that are offered.
    pub choices: Vec<(String, Text)>,
}

/// How a field is asked for.
#[must_use]
pub fn field(product: &Product, register: &str, id: &str) -> FieldAsked {
    let register = product.pack.registers.get(register);
    let Some(field) = register.and_then(|it| it.field(id)) else {
        return FieldAsked {
            title: Text::zh(id),
            kind: "text",
            choices: Vec::new(),
        };
    };
    let list = match &field.kind {
        FieldType::Code { list } => product.pack.codes.get(list),
        _ => None,
    };
    let items = list.into_iter().flat_map(|it| &it.items);
    FieldAsked {
        title: field.title.clone(),
        kind: field.kind.word(),
        choices: items
            .filter(|it| !it.retired)
            .map(|it| (it.code.clone(), it.title.clone()))
            .collect(),
    }
}

/// The lifecycle of a register, where it has one.
#[must_use]
pub fn lifecycle<'a>(product: &'a Product, register: &str) -> Option<&'a Lifecycle> {
    product.pack.registers.get(register)?.lifecycle.as_ref()
}

/// The steps taken with a record in order, each with the opinions given before it.
///
/// # Errors
/// An unknown register; the database's.
pub async fn taken(product: &Product, register: &str, record: i64) -> Result<Vec<Taken>, AppError> {
    let declared = registers::declared(product, register)?;
    let empty = Lifecycle::default();
    let lifecycle = declared.lifecycle.as_ref().unwrap_or(&empty);
    let mut tx = product.store.read().await?;
    let steps = step::of_record(&mut tx, record).await?;
    let mut opinions = opinions::given(&mut tx, record).await?;
    let shown = steps.into_iter().map(|it| {
        let transition = lifecycle.transition(&it.step.step);
        let before = opinions.iter().filter(|said| said.0 < it.seq).count();
        let given = opinions.drain(..before);
        let given = given.map(|(_, _, role, said)| (role_of(&product.pack, &role), said));
        Taken {
            opinions: given.collect(),
            title: transition.map_or_else(|| Text::zh(&it.step.step), |it| it.title.clone()),
            kind: transition.map(|it| it.kind).unwrap_or_default(),
            id: it.step.step,
            from: state_of(lifecycle, &it.step.from),
            to: state_of(lifecycle, &it.step.to),
            role: it.step.role.map(|id| role_of(&product.pack, &id)),
            note: it.step.note,
            file: it.step.file.as_deref().and_then(file_of),
            offline: it.step.offline,
            minutes: it.step.minutes.zip(it.step.met_on),
            actor: it.actor,
            behalf: it.step.behalf,
            at: say::shanghai(&it.at),
        }
    });
    Ok(shown.collect())
}

/// A file that a step of the record, or an opinion on one, names: name and content.
///
/// # Errors
/// When neither does.
pub async fn file(
    product: &Product,
    register: &str,
    record: i64,
    hash: &str,
) -> Result<(String, Vec<u8>), AppError> {
    let declared = registers::declared(product, register)?;
    let mut tx = product.store.read().await?;
    let found = arrived(&mut tx, declared, record).await?;
    let steps = step::of_record(&mut tx, record).await?;
    let said = opinion::of_record(&mut tx, record).await?;
    drop(tx);
    let fields = declared
        .fields
        .iter()
        .filter(|it| it.kind == FieldType::File);
    let values = fields.filter_map(|it| found.record.value(&it.id).as_text());
    let named = steps
        .iter()
        .filter_map(|it| it.step.file.as_deref())
        .chain(said.iter().filter_map(|it| it.said.file.as_deref()))
        .chain(values)
        .filter_map(file_of)
        .find(|it| it.0 == hash);
    let Some((hash, name)) = named else {
        return Err(AppError::not_found("file", hash, []));
    };
    let bytes = quanyu_store::files::read(&product.store, &hash).await?;
    Ok((name, bytes))
}

/// A record with how it came into its state.
async fn arrived(tx: &mut Tx, register: &Register, record: i64) -> Result<Arrived, AppError> {
    let found = duty::arrived(tx, &register.id, &[record]).await?;
    let found = found.into_iter().next();
    found.ok_or_else(|| no_record(&register.id, record))
}

/// The change with which a record came into its state.
fn entered_seq(it: &Arrived) -> i64 {
    it.step.as_ref().map_or(it.record.created_seq, |it| it.seq)
}

fn declared_step<'a>(register: &'a Register, id: &str) -> Result<&'a Transition, AppError> {
    let transitions = register
        .lifecycle
        .as_ref()
        .map_or(&[][..], |it| it.transitions.as_slice());
    let step = transitions.iter().find(|it| it.id == id);
    step.ok_or_else(|| {
        let valid = transitions.iter().map(|it| it.id.as_str());
        AppError::not_found("step", id, valid)
    })
}

/// Fields that a step requires and that are not known.
fn missing<'a>(register: &Register, step: &'a Transition, record: &Record) -> Vec<&'a str> {
    let unknown = |id: &&String| register.field(id).is_some() && record.value(id).is_null();
    let required = step.requires.iter().filter(unknown);
    required.map(String::as_str).collect()
}

/// Characters of words that go with a step.
const MOST_WORDS: usize = 2_000;

/// What was typed beside a form's fields; nothing where it is empty.
pub(super) fn words(text: &Option<String>) -> Result<Option<String>, AppError> {
    let text = text.as_deref().map(str::trim).filter(|it| !it.is_empty());
    match text {
        Some(text) if text.chars().count() > MOST_WORDS => Err(AppError::BadValue {
            kind: "note",
            value: text.chars().take(20).collect(),
            why: Why::new(
                format!("不能多于 {MOST_WORDS} 字"),
                format!("it has more than {MOST_WORDS} characters"),
            ),
        }),
        text => Ok(text.map(str::to_owned)),
    }
}

fn not_yours(pack: &Pack, step: &Transition, roles: &[String]) -> StepRefusal {
    let titles = roles.iter().map(|it| role_of(pack, it).1);
    StepRefusal::NotYours {
        step: step.title.clone(),
        roles: titles.collect(),
    }
}

fn no_record(register: &str, record: i64) -> AppError {
    AppError::NotFound {
        kind: "record",
        id: format!("{register}/{record}"),
        near: None,
    }
}

pub(super) fn state_of(lifecycle: &Lifecycle, id: &str) -> (String, Text) {
    let state = lifecycle.state(id);
    let title = state.map_or_else(|| Text::zh(id), |it| it.title.clone());
    (id.to_owned(), title)
}

fn title_of_state(register: &Register, id: &str) -> Text {
    let empty = Lifecycle::default();
    state_of(register.lifecycle.as_ref().unwrap_or(&empty), id).1
}

pub(super) fn role_of(pack: &Pack, id: &str) -> (String, Text) {
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

/// What waits of a record, and until when; nothing where it ended.
///
/// # Errors
/// An unknown register or record.
pub async fn task(
    product: &Product,
    register: &str,
    record: i64,
) -> Result<Option<super::desk::Task>, AppError> {
    let declared = registers::declared(product, register)?;
    let mut tx = product.store.read().await?;
    let found = arrived(&mut tx, declared, record).await?;
    let duty = duties::of_record(&product.pack, declared, &found);
    let person = duty::person(&mut tx, record, found.record.state.as_deref()).await?;
    let task = duty.and_then(|it| super::desk::task(product, &it, product.today()));
    Ok(task.map(|it| super::desk::Task { person, ..it }))
}

/// Names who handles a record in its state; nobody: whoever may.
///
/// # Errors
/// [`StepRefusal::NotYours`] for who may take no step with it.
pub async fn assign(
    product: &Product,
    register: &str,
    record: i64,
    person: Option<&str>,
) -> Result<(), AppError> {
    let declared = registers::declared(product, register)?;
    let open = offered(product, register, record).await?;
    let person = words(&person.map(str::to_owned))?;
    if let Some(person) = &person {
        super::delegations::somebody(product, person).await?;
    }
    let mine = open.iter().any(|it| it.hand.is_some());
    let Some(first) = open.iter().find(|it| !mine || it.hand.is_some()) else {
        return Err(no_record(register, record));
    };
    if !mine {
        return Err(StepRefusal::NotYours {
            step: first.title.clone(),
            roles: first.roles.iter().map(|it| it.1.clone()).collect(),
        }
        .into());
    }
    let mut tx = product.store.read().await?;
    let found = arrived(&mut tx, declared, record).await?;
    drop(tx);
    let order = std::sync::Arc::new((product.clone(), declared.clone(), found, person));
    let actor = product.actor();
    let done = product.store.act(&actor, move |act| {
        let order = std::sync::Arc::clone(&order);
        Box::pin(async move {
            let (product, register, found, person) = &*order;
            let state = found.record.state.clone().unwrap_or_default();
            let id = found.record.id;
            duty::assign(act, &register.id, id, &state, person.as_deref()).await?;
            if let Some(person) = person {
                let label = registers::label(register, &found.record);
                let told = super::notices::Told {
                    kind: "todo",
                    whom: vec![format!("person:{person}")],
                    about: Some(super::notices::About::of(register, &found.record)),
                    zh: format!("“{label}”交你办理"),
                    en: format!("`{label}` is yours to handle"),
                };
                super::notices::tell(act, &product.outgoing, &told).await?;
            }
            Ok::<_, AppError>(())
        })
    });
    done.await
}
