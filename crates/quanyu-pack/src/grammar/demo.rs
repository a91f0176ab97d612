//! What may stand in demonstration data: blocks of records, how values are made, files, the guided path.

use super::{
    Key, Shape,
    tables::{may, must},
};

pub(super) const DEMO: &[Key] = &[
    may(
        "seed",
        Shape::Whole(0, i64::MAX),
        "Seed of the random numbers",
    ),
    may(
        "rows",
        Shape::List(&Shape::Table(DEMO_ROWS)),
        "Blocks of records",
    ),
    may(
        "file",
        Shape::List(&Shape::Table(DEMO_FILE)),
        "Files as staff get them",
    ),
    may(
        "step",
        Shape::List(&Shape::Table(DEMO_STEP)),
        "The guided path",
    ),
    may(
        "account",
        Shape::List(&Shape::Table(DEMO_ACCOUNT)),
        "Who may sign in to the demonstration",
    ),
    may(
        "password",
        Shape::Word,
        "The password of all these accounts, which is no secret",
    ),
];

const DEMO_ACCOUNT: &[Key] = &[
    must("name", Shape::Word, "The name that is typed"),
    must("title", Shape::Word, "The name that people read"),
    must("role", Shape::Word, "The role"),
    may(
        "region",
        Shape::Region,
        "The region, for a role whose scope is one",
    ),
    may(
        "organization",
        Shape::Word,
        "Name or credit code, for a role whose scope is one; left out: the first there is",
    ),
];

const DEMO_STEP: &[Key] = &[
    must("title", Shape::Text, "What is done"),
    must("text", Shape::Text, "What there is to see"),
    must("room", Shape::Choice(STEP_ROOMS), "Where it is done"),
    may("of", Shape::Word, "The indicator or register opened"),
    may("file", Shape::Word, "The demonstration file dropped there"),
    may("period", Shape::Period, "The period shown"),
];

const DEMO_ROWS: &[Key] = &[
    must("register", Shape::Word, "The register"),
    may("name", Shape::Id, "A name for the block"),
    must("count", Shape::Whole(1, 10_000_000), "How many"),
    must(
        "field",
        Shape::Map(&Shape::CellOr(DRAW)),
        "How each field is made",
    ),
    may(
        "total",
        Shape::Map(&Shape::Number),
        "Sums that come out exactly",
    ),
];

/// Ways to make values: exactly one of the first eleven, and what goes with it.
pub(crate) const DRAW: &[Key] = &[
    may("set", Shape::Cell, "The same for all"),
    may("list", Shape::List(&Shape::Cell), "In turn"),
    may("pattern", Shape::Word, "A text with braces"),
    may(
        "choice",
        Shape::AnyMap(&Shape::Number),
        "Values and weights",
    ),
    may("spread", Shape::Table(SPREAD), "A right-skewed number"),
    may(
        "between",
        Shape::Tuple(2, &Shape::Whole(i64::MIN, i64::MAX)),
        "An even whole number",
    ),
    may("day", Shape::Table(DRAW_DAY), "A working day"),
    may(
        "ago",
        Shape::Tuple(2, &Shape::Whole(-400, 4_000)),
        "A working day so many days before the data are made",
    ),
    may(
        "after",
        Shape::Table(DRAW_AFTER),
        "A day after another field's day",
    ),
    may("record", Shape::Table(DRAW_RECORD), "A record made before"),
    may(
        "copy",
        Shape::Table(DRAW_COPY),
        "A value of the record referred to",
    ),
    may("uscc", Shape::Flag, "A synthetic credit code"),
    may("cycle", Shape::Flag, "The list starts again at its end"),
    may(
        "words",
        Shape::AnyMap(&Shape::List(&Shape::Word)),
        "Words by brace",
    ),
    may("exact", Shape::Flag, "Counts follow the weights exactly"),
];

/// How many keys of [`DRAW`] are ways; the rest go with one.
pub(crate) const WAYS: usize = 12;

const SPREAD: &[Key] = &[
    must("min", Shape::Number, "Smallest"),
    must("median", Shape::Number, "Half of the values are below"),
    must("max", Shape::Number, "Largest"),
    may("digits", Shape::Whole(0, 12), "Decimals"),
];

const DRAW_DAY: &[Key] = &[
    must("from", Shape::Day, "First day"),
    must("to", Shape::Day, "Last day"),
    may(
        "months",
        Shape::Tuple(12, &Shape::Number),
        "Weight of each month",
    ),
];

const DRAW_AFTER: &[Key] = &[
    must("field", Shape::Word, "The field with the day"),
    must(
        "days",
        Shape::Tuple(2, &Shape::Whole(0, 100_000)),
        "Least and most days",
    ),
];

const DRAW_RECORD: &[Key] = &[
    must("of", Shape::Word, "Register or block"),
    may("distinct", Shape::Flag, "No record twice within the block"),
];

const DRAW_COPY: &[Key] = &[
    must("from", Shape::Word, "The reference field"),
    must("field", Shape::Word, "The field of that record"),
];

/// What makers of files know.
/// Rooms that a step of the guided path may open. The application knows the way to each.
pub(crate) const STEP_ROOMS: &[&str] = &[
    "cockpit",
    "indicator",
    "register",
    "read",
    "check",
    "compare",
    "appraisal",
    "tasks",
    "renew",
    "writing",
];

pub(crate) const FILE_KINDS: &[&str] = &[
    "names_docx",
    "street_xlsx",
    "bulletin_pdf",
    "draft_docx",
    "summary_docx",
];

const DEMO_FILE: &[Key] = &[
    must("name", Shape::Word, "File name"),
    must("kind", Shape::Choice(FILE_KINDS), "What file it is"),
    may(
        "text",
        Shape::Word,
        "The text of a document, a paragraph a line",
    ),
    may("register", Shape::Word, "Register the rows come from"),
    may("limit", Shape::Whole(1, 100_000), "Most rows"),
    may(
        "errors",
        Shape::List(&Shape::Table(CORRECTION)),
        "Errors planted",
    ),
];

const CORRECTION: &[Key] = &[
    must("right", Shape::Word, "What the text would say"),
    must("wrong", Shape::Word, "What it says instead"),
];
