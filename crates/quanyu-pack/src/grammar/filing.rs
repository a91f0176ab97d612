//! The keys of filings.

use super::{
    Key, Shape,
    tables::{TITLE, WORDS, may, must},
};
use crate::model::FilingKind;

pub(super) const FILING: &[Key] = &[
    TITLE,
    must("register", Shape::Word, "The register of its records"),
    may(
        "kind",
        Shape::Choice(&FilingKind::WORDS),
        "Facts of a year, or an application; left out: application",
    ),
    must("submit", Shape::Word, "The step by which it is handed in"),
    may(
        "called",
        Shape::Flag,
        "Only while a call for it is open; left out: true",
    ),
    may(
        "prefill",
        Shape::AnyMap(&WORDS),
        "Fields filled from others: `register.field`, the first that is known",
    ),
    may(
        "jump",
        Shape::Table(JUMP),
        "From which change a reason is asked for",
    ),
    may("who", Shape::Text, "Whom it is for"),
    may(
        "materials",
        Shape::List(&Shape::Text),
        "What has to be handed in",
    ),
    may("note", Shape::Text, "A note for those who file"),
    may(
        "condition",
        Shape::Map(&Shape::Table(CONDITION)),
        "What is asked of whoever files",
    ),
];

const JUMP: &[Key] = &[
    must(
        "percent",
        Shape::Whole(1, 10_000),
        "Change against the period before",
    ),
    must("reason", Shape::Word, "The field that takes the reason"),
];

const CONDITION: &[Key] = &[
    TITLE,
    may(
        "of",
        Shape::Word,
        "The register whose records are looked at; left out: the organization's own record",
    ),
    must("where", Shape::Word, "What one of them has to meet"),
    may("from", Shape::Word, "The date field from which it holds"),
    may("to", Shape::Word, "The date field until which it holds"),
];
