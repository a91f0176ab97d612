//! The tables of lifecycles: states, steps, what happens with a step.

use super::{
    Key, Shape,
    tables::{TITLE, WORDS, may, must},
};
use crate::model::{PublicationAct, StepKind};

/// `lifecycle` of a register.
pub(super) const LIFECYCLE: &[Key] = &[
    must(
        "states",
        Shape::List(&Shape::Table(STATE)),
        "States; a record starts in the first",
    ),
    may(
        "transitions",
        Shape::List(&Shape::Table(TRANSITION)),
        "Steps between states",
    ),
];

const STATE: &[Key] = &[
    must("id", Shape::Id, "Identifier"),
    TITLE,
    may("last", Shape::Flag, "Nothing leads on from here"),
    may(
        "since",
        Shape::Word,
        "Date field from which deadlines in this state count",
    ),
];

const TRANSITION: &[Key] = &[
    must("id", Shape::Id, "Identifier"),
    TITLE,
    may("kind", Shape::Choice(&StepKind::WORDS), "What it is"),
    must("from", WORDS, "States it leads from"),
    must("to", Shape::Word, "State it leads to"),
    may("role", WORDS, "Roles that may take it"),
    may(
        "own",
        Shape::Flag,
        "Only whoever entered the record takes it",
    ),
    may(
        "aside",
        Shape::Flag,
        "It may be taken, but nobody is waited for to do so",
    ),
    may("guard", Shape::Word, "SQL condition on the record"),
    may("requires", WORDS, "Fields that must be known"),
    may(
        "opinions",
        WORDS,
        "Roles that each give an opinion before it is taken",
    ),
    may(
        "within",
        Shape::Whole(1, 1000),
        "Working days in which it is due",
    ),
    may("by", Shape::Word, "Date field that says when it is due"),
    may(
        "remind",
        Shape::Whole(0, 100),
        "Working days before its day on which people are reminded",
    ),
    may(
        "escalate",
        Shape::Table(ESCALATION),
        "Who is told when it is late",
    ),
    may(
        "number",
        Shape::Table(NUMBERING),
        "The official number that the record gets with it",
    ),
    may(
        "effects",
        Shape::List(&Shape::Table(EFFECT)),
        "What happens with it, in order",
    ),
];

const ESCALATION: &[Key] = &[
    must("after", Shape::Whole(1, 1000), "Working days after its day"),
    must("to", WORDS, "Roles that are told"),
];

const NUMBERING: &[Key] = &[
    must("field", Shape::Word, "The field that gets the number"),
    must("series", Shape::Word, "The field that holds its series"),
];

const EFFECT: &[Key] = &[
    may(
        "set",
        Shape::AnyMap(&Shape::Cell),
        "Fields of the record and their values",
    ),
    may(
        "create",
        Shape::Word,
        "The register in which a record is made",
    ),
    may(
        "values",
        Shape::AnyMap(&Shape::Cell),
        "Fields of the record that is made",
    ),
    may(
        "notify",
        WORDS,
        "Roles that are told; `@entered` and `@last` for people",
    ),
    may("text", Shape::Text, "What they are told"),
    may(
        "publication",
        Shape::Choice(&PublicationAct::WORDS),
        "What happens to what the record publishes",
    ),
];
