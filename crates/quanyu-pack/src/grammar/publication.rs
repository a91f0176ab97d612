//! The tables of what is published, opened and exchanged.

use quanyu_core::person::Mask;

use super::{
    Key, Shape,
    tables::{TITLE, WORDS, may, must},
};
use crate::model::Side;

/// `publication`.
pub(super) const PUBLICATION: &[Key] = &[
    TITLE,
    must(
        "register",
        Shape::Word,
        "The register whose records are published",
    ),
    may("states", WORDS, "States in which a record may be chosen"),
    must("columns", WORDS, "Fields that are published, in order"),
    may(
        "mask",
        Shape::AnyMap(&Shape::Choice(&Mask::WORDS)),
        "How fields are masked; every personal field needs it",
    ),
    must(
        "text",
        Shape::OneOrMore(&Shape::Text),
        "Paragraphs above the list",
    ),
    may("annex", Shape::Text, "What the list is called"),
    may(
        "issuer",
        Shape::Text,
        "Who signs; left out: the district's name",
    ),
    must(
        "contact",
        Shape::Text,
        "Office, address and telephone for questions and objections",
    ),
    may(
        "window",
        Shape::Table(WINDOW),
        "How long objections are taken; left out: none are",
    ),
    may(
        "then",
        Shape::Word,
        "The step that the records take when the window passed without open objections",
    ),
];

const WINDOW: &[Key] = &[
    must("days", Shape::Whole(1, 250), "Working days"),
    may(
        "begins",
        Shape::Choice(&["same_day", "next_working_day"]),
        "Its first day; left out: next_working_day",
    ),
    must(
        "answer",
        Shape::Whole(1, 250),
        "Working days in which an objection is answered",
    ),
    may(
        "real_name",
        Shape::Flag,
        "Who objects gives name and telephone",
    ),
    must("source", Shape::Word, "What says so"),
];

/// `open_data`.
pub(super) const OPEN_DATA: &[Key] = &[
    TITLE,
    must("about", Shape::Text, "What it holds"),
    must(
        "of",
        Shape::Word,
        "The register or dataset that it is taken from",
    ),
    may("states", WORDS, "Only records in these states"),
    must("columns", WORDS, "Fields or columns, in order"),
    must("licence", Shape::Text, "Under which terms it is given"),
    must(
        "every",
        Shape::Choice(&["year", "half", "quarter", "month", "once"]),
        "How often it comes out",
    ),
    may("small", Shape::Table(SMALL), "Counts too small to be told"),
];

const SMALL: &[Key] = &[
    must("count", Shape::Word, "The column that counts"),
    must(
        "below",
        Shape::Whole(2, 100),
        "Counts from 1 to below this are not told",
    ),
    may("hide", WORDS, "Columns that are left empty with them"),
];

/// `flow`.
pub(super) const FLOW: &[Key] = &[
    TITLE,
    must("register", Shape::Word, "The register whose records go"),
    must("to", Shape::Choice(&Side::WORDS), "The side they go to"),
    may(
        "fields",
        WORDS,
        "Fields that go; left out: all that hold neither persons nor files",
    ),
    may("person", WORDS, "Personal fields that go all the same"),
    may("files", WORDS, "File fields that go"),
    may("states", WORDS, "Only records in these states"),
    may("state", Shape::Flag, "The record's state goes too"),
    may(
        "notices",
        WORDS,
        "Roles of the other side whose notices about these records go along",
    ),
];
