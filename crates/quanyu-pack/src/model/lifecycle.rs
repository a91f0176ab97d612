//! Lifecycles: the states of a register's records and the steps between them (办理流程).
//!
//! Owns the declarations. Leaves taking a step to the application.

use quanyu_core::text::Text;

use super::{At, Declared, PublicationAct};

/// States and transitions (办理流程).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Lifecycle {
    /// States; the first is where a record starts.
    pub states: Vec<State>,
    /// Steps between states.
    pub transitions: Vec<Transition>,
}

impl Lifecycle {
    /// The state of that name.
    #[must_use]
    pub fn state(&self, id: &str) -> Option<&State> {
        self.states.iter().find(|it| it.id == id)
    }

    /// The transition of that name.
    #[must_use]
    pub fn transition(&self, id: &str) -> Option<&Transition> {
        self.transitions.iter().find(|it| it.id == id)
    }

    /// Steps that lead on from a state.
    pub fn from<'a>(&'a self, state: &'a str) -> impl Iterator<Item = &'a Transition> {
        self.transitions
            .iter()
            .filter(move |it| it.from.iter().any(|from| from == state))
    }

    /// Steps that somebody is waited for to take from a state.
    pub fn expected<'a>(&'a self, state: &'a str) -> impl Iterator<Item = &'a Transition> {
        self.from(state).filter(|it| it.is_expected())
    }
}

/// A state of a record.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct State {
    /// Identifier.
    pub id: String,
    /// What it is called.
    pub title: Text,
    /// Nothing leads on from here.
    pub last: bool,
    /// The date field from which deadlines in this state count; else the day it was entered.
    pub since: Option<String>,
    /// Where it was declared.
    pub at: At,
}

/// What a step is, beside leading from one state to another.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum StepKind {
    /// The ordinary one.
    #[default]
    Forward,
    /// 退回: back to an earlier state, always with the reason.
    Return,
    /// 撤回: by whoever led the record here, as long as nobody went on.
    Withdraw,
    /// 会议决定: rests on minutes, whose number and day it asks for.
    Meeting,
}

impl StepKind {
    /// All words that a pack writes.
    pub const WORDS: [&'static str; 4] = ["forward", "return", "withdraw", "meeting"];

    /// The kind that a pack writes so.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        let kinds = [Self::Forward, Self::Return, Self::Withdraw, Self::Meeting];
        let place = Self::WORDS.iter().position(|it| *it == word)?;
        kinds.get(place).copied()
    }

    /// The word that a pack writes.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Forward => "forward",
            Self::Return => "return",
            Self::Withdraw => "withdraw",
            Self::Meeting => "meeting",
        }
    }
}

/// A step from one state to another.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Transition {
    /// Identifier.
    pub id: String,
    /// What the step is called.
    pub title: Text,
    /// What it is.
    pub kind: StepKind,
    /// States it leads from.
    pub from: Vec<String>,
    /// State it leads to.
    pub to: String,
    /// Roles that may take it.
    pub role: Vec<String>,
    /// Only whoever entered the record takes it, in one of the roles.
    pub own: bool,
    /// It may be taken, but nobody is waited for to do so.
    pub aside: bool,
    /// Condition on the record.
    pub guard: Option<Declared<String>>,
    /// Fields that must be known.
    pub requires: Vec<String>,
    /// Roles that each give an opinion first (会签).
    pub opinions: Vec<String>,
    /// Working days in which it is due.
    pub within: Option<u32>,
    /// The date field that says when it is due; before `within` where the record knows it.
    pub by: Option<String>,
    /// Working days before its day on which those who may take it are reminded; else as tasks are.
    pub remind: Option<u32>,
    /// Who is told when it is late.
    pub escalate: Option<Escalation>,
    /// The official number that the record gets with it.
    pub number: Option<Numbering>,
    /// What happens with it, in order.
    pub effects: Vec<Effect>,
    /// Where it was declared.
    pub at: At,
}

impl Transition {
    /// Whether somebody is waited for to take it.
    #[must_use]
    pub fn is_expected(&self) -> bool {
        !self.aside && matches!(self.kind, StepKind::Forward | StepKind::Meeting)
    }
}

/// Who is told when a step is late (逾期升级).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Escalation {
    /// Working days after its day.
    pub after: u32,
    /// Roles.
    pub to: Vec<String>,
}

/// An official number (发文字号) that a step gives: the next of its series in the year, without a gap.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Numbering {
    /// The field that gets the number.
    pub field: String,
    /// The field that holds the series (发文机关代字).
    pub series: String,
}

/// What happens with a step, in the same act.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Effect {
    /// What.
    pub what: EffectKind,
    /// Where it was declared.
    pub at: At,
}

/// Kinds of [`Effect`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EffectKind {
    /// Fields of the record get values: field, [`source`](Given::read).
    Set(Vec<(String, String)>),
    /// A record of another register is made.
    Create {
        /// The register.
        register: String,
        /// Its fields: field, [`source`](Given::read).
        values: Vec<(String, String)>,
    },
    /// What the record publishes is shown, corrected, settled or taken down.
    Publication(PublicationAct),
    /// Somebody is told.
    Notify {
        /// Roles, or `@entered` for whoever entered the record, `@last` for whoever took the step before.
        whom: Vec<String>,
        /// What: `{label}` is the record, `{note}` what was said with the step.
        text: Text,
    },
}

/// Where the value of an effect comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Given<'a> {
    /// `@today`: the day of the step.
    Today,
    /// `@note`: what was said with it.
    Note,
    /// `@label`: what the record is called.
    Label,
    /// `@record`: the record.
    Record,
    /// `@minutes`: the number of the minutes it rests on.
    Minutes,
    /// `@field.name`: another field of the record.
    Field(&'a str),
    /// Anything else: as people type it.
    Typed(&'a str),
}

/// People that a notice may name beside roles.
pub const PEOPLE: [&str; 2] = ["@entered", "@last"];

impl<'a> Given<'a> {
    /// The words that are no field and no typed value.
    pub const WORDS: [&'static str; 5] = ["@today", "@note", "@label", "@record", "@minutes"];

    /// Reads the text of a value; `None` for an unknown word behind `@`.
    #[must_use]
    pub fn read(text: &'a str) -> Option<Self> {
        match text {
            "@today" => Some(Self::Today),
            "@note" => Some(Self::Note),
            "@label" => Some(Self::Label),
            "@record" => Some(Self::Record),
            "@minutes" => Some(Self::Minutes),
            _ => match (text.strip_prefix("@field."), text.starts_with('@')) {
                (Some(field), _) => Some(Self::Field(field)),
                (None, true) => None,
                (None, false) => Some(Self::Typed(text)),
            },
        }
    }
}
