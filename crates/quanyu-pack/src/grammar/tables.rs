//! The tables: every kind of declaration with its keys. `grammar.md` explains them to people.

use super::{
    Key, Shape,
    demo::DEMO,
    filing::FILING,
    lifecycle::LIFECYCLE,
    publication::{FLOW, OPEN_DATA, PUBLICATION},
};
use crate::model::FieldType;

pub(super) const fn may(name: &'static str, shape: Shape, doc: &'static str) -> Key {
    Key {
        name,
        shape,
        needed: false,
        doc,
    }
}

pub(super) const fn must(name: &'static str, shape: Shape, doc: &'static str) -> Key {
    Key {
        name,
        shape,
        needed: true,
        doc,
    }
}

pub(super) const WORDS: Shape = Shape::OneOrMore(&Shape::Word);
pub(super) const TITLE: Key = must("title", Shape::Text, "What it is called");

/// A text in two languages.
pub(crate) const TEXT: &[Key] = &[
    must("zh", Shape::Word, "Chinese"),
    may("en", Shape::Word, "English"),
];

/// Every file but `pack.toml`.
pub(crate) const FILE: &[Key] = &[
    may("demo", Shape::Table(DEMO), "Demonstration data"),
    may(
        "module",
        Shape::Map(&Shape::Table(MODULE)),
        "Rooms of the application",
    ),
    may("register", Shape::Map(&Shape::Table(REGISTER)), "Registers"),
    may("codes", Shape::Map(&Shape::Table(CODES)), "Code lists"),
    may(
        "dataset",
        Shape::Map(&Shape::Table(DATASET)),
        "Named SQL views",
    ),
    may(
        "indicator",
        Shape::Map(&Shape::Table(INDICATOR)),
        "Declared measures",
    ),
    may("plan", Shape::Map(&Shape::Table(PLAN)), "Work plans"),
    may(
        "name",
        Shape::Map(&Shape::Table(NAME)),
        "Names as documents have to write them",
    ),
    may(
        "appraisal",
        Shape::Map(&Shape::Table(APPRAISAL)),
        "Appraisal schemes",
    ),
    may(
        "filing",
        Shape::Map(&Shape::Table(FILING)),
        "What organizations file themselves",
    ),
    may(
        "supervision",
        Shape::Table(SUPERVISION),
        "How tasks are supervised",
    ),
    may(
        "document",
        Shape::Map(&Shape::Table(DOCUMENT)),
        "Documents the bureau writes",
    ),
    may(
        "publication",
        Shape::Map(&Shape::Table(PUBLICATION)),
        "What is published of registers",
    ),
    may(
        "open_data",
        Shape::Map(&Shape::Table(OPEN_DATA)),
        "What anybody may have as files",
    ),
    may(
        "flow",
        Shape::Map(&Shape::Table(FLOW)),
        "What goes to the other network",
    ),
    may("role", Shape::Map(&Shape::Table(ROLE)), "Roles"),
    may(
        "calendar",
        Shape::AnyMap(&Shape::Table(CALENDAR)),
        "Days that differ from the week, by year",
    ),
    may(
        "tiles",
        Shape::AnyMap(&Shape::Tuple(2, &Shape::Whole(0, 99))),
        "Places of the map's tiles: [row, column]",
    ),
    may(
        "case",
        Shape::List(&Shape::Table(CASE)),
        "Tests: facts in, figures out",
    ),
];

/// `pack.toml`.
pub(crate) const PACK: &[Key] = &[
    must("id", Shape::Id, "The pack's identifier, the folder's name"),
    TITLE,
    may(
        "region",
        Shape::Region,
        "The reporting region; left out: the nation",
    ),
    may(
        "demo",
        Shape::Flag,
        "Whether it is the demonstration district",
    ),
    may(
        "extends",
        Shape::List(&Shape::Id),
        "Packs this one builds on, nearest last",
    ),
];

const MODULE: &[Key] = &[TITLE];

const REGISTER: &[Key] = &[
    TITLE,
    must("module", Shape::Word, "The room it stands in"),
    may(
        "extend",
        Shape::Flag,
        "Adds to a register of an earlier pack",
    ),
    may("plays", Shape::Word, "The part it plays for an engine"),
    may(
        "slots",
        Shape::AnyMap(&Shape::Word),
        "Its fields for the part's slots, where names differ",
    ),
    may("key", WORDS, "Fields that together name a record"),
    may(
        "label",
        Shape::Word,
        "The field shown where a record is referred to",
    ),
    may(
        "read",
        WORDS,
        "Roles that read records, beside those that enter or confirm; left out: all that have the right",
    ),
    may("enter", WORDS, "Roles that enter records"),
    may("confirm", WORDS, "Roles that confirm them"),
    may("source", Shape::Word, "Where the data come from"),
    may("purpose", Shape::Word, "What they may be used for"),
    may(
        "region",
        Shape::Word,
        "The region field that says where a record belongs",
    ),
    may(
        "owner",
        Shape::Word,
        "The organization field that says whom a record belongs to; left out: the first",
    ),
    may("help", Shape::Text, "A note for those who enter"),
    may("was", Shape::Id, "Its earlier name"),
    must("field", Shape::Map(&Shape::Table(FIELD)), "Fields"),
    may(
        "lines",
        Shape::Map(&Shape::Table(LINES)),
        "Lines, each a child table",
    ),
    may(
        "lifecycle",
        Shape::Table(LIFECYCLE),
        "States and transitions",
    ),
    may(
        "quick",
        WORDS,
        "Fields in the order in which a line of free text fills them",
    ),
    may(
        "same",
        Shape::List(&WORDS),
        "Groups of fields that tell two records that may be one",
    ),
    may(
        "event",
        Shape::Map(&Shape::Table(EVENT)),
        "What may happen to a record as one action",
    ),
];

const EVENT: &[Key] = &[
    TITLE,
    may("date", Shape::Word, "The date field that gets its day"),
    may("ask", WORDS, "Fields that are asked for"),
    may(
        "set",
        Shape::AnyMap(&Shape::Cell),
        "Fields that it sets, with their values",
    ),
    may("clear", WORDS, "Fields that it empties"),
    may(
        "keep",
        Shape::AnyMap(&Shape::Word),
        "Fields whose earlier value goes to the end of another",
    ),
];

const FIELD: &[Key] = &[
    must("type", Shape::Choice(&FieldType::WORDS), "What it holds"),
    TITLE,
    may(
        "scale",
        Shape::Whole(0, 12),
        "Places after the point of a decimal",
    ),
    may("list", Shape::Word, "The code list of a code"),
    may("to", Shape::Word, "The register of a reference"),
    may("required", Shape::Flag, "Must be known"),
    may("unique", Shape::Flag, "No two records share a value"),
    may("many", Shape::Flag, "Several values"),
    may("dated", Shape::Flag, "The value holds from a day to a day"),
    may("min", Shape::Number, "Smallest number"),
    may("max", Shape::Number, "Largest number"),
    may(
        "max_length",
        Shape::Whole(1, 1_000_000),
        "Longest text in characters",
    ),
    may(
        "pattern",
        Shape::Pattern,
        "Regular expression that must match the whole text",
    ),
    may(
        "computed",
        Shape::Word,
        "SQL over the record's other fields",
    ),
    may("unit", Shape::Word, "Unit of a number"),
    may("synonyms", WORDS, "Other heads of this column in workbooks"),
    may("source", Shape::Word, "Where it comes from"),
    may("purpose", Shape::Word, "What it may be used for"),
    may("help", Shape::Text, "A hint for those who enter"),
    may("was", Shape::Id, "Its earlier name"),
];

const LINES: &[Key] = &[
    TITLE,
    must("field", Shape::Map(&Shape::Table(FIELD)), "Fields"),
];

const CODES: &[Key] = &[
    TITLE,
    may("extend", Shape::Flag, "Adds to a list of an earlier pack"),
    may("source", Shape::Word, "Where the list is from"),
    may(
        "csv",
        Shape::Word,
        "A CSV file beside this one with the codes",
    ),
    may(
        "items",
        Shape::AnyMap(&Shape::WordOr(CODE)),
        "Codes and what they mean",
    ),
];

const CODE: &[Key] = &[
    must("zh", Shape::Word, "What it means"),
    may("en", Shape::Word, "What it means, in English"),
    may("parent", Shape::Word, "The code above"),
    may("synonyms", WORDS, "Other texts that mean it"),
    may("retired", Shape::Flag, "Shown, but no longer offered"),
];

const DATASET: &[Key] = &[TITLE, must("sql", Shape::Word, "The query")];

const INDICATOR: &[Key] = &[
    TITLE,
    must("unit", Shape::Word, "Base unit: 元, 家, 项, `1`"),
    may("of", Shape::Word, "Register, lines or dataset"),
    may("value", Shape::Word, "SQL aggregate"),
    may("where", Shape::Word, "SQL condition"),
    may("date", Shape::Word, "Date or period column of a flow"),
    may("from", Shape::Word, "Column of the first day of a stock"),
    may("to", Shape::Word, "Column of the last day of a stock"),
    may("region", Shape::Word, "Region column"),
    may("numerator", Shape::Word, "Indicator above"),
    may("denominator", Shape::Word, "Indicator below"),
    may("growth_of", Shape::Word, "Indicator whose growth it is"),
    may("cited", Shape::Flag, "Given by others"),
    may(
        "lag",
        Shape::Whole(0, 5),
        "Years by which its statistics lag",
    ),
    may(
        "published",
        Shape::Whole(1, 12),
        "Month of the following year in which it comes out",
    ),
    may(
        "basis",
        Shape::Choice(&["现价", "可比价", "上年核实数"]),
        "Comparable basis",
    ),
    may(
        "empty",
        Shape::Choice(&["none", "zero"]),
        "What no records mean",
    ),
    may(
        "better",
        Shape::Choice(&["higher", "lower", "neither"]),
        "What more means",
    ),
    may("display", Shape::Table(DISPLAY), "How people say it"),
    may("aliases", WORDS, "Other names texts use"),
    may("group", Shape::Text, "Group on the pages"),
    may("cockpit", Shape::Whole(1, 999), "Place on the cockpit"),
    may("source", Shape::Word, "Definition, and what it is from"),
];

const DISPLAY: &[Key] = &[
    may("unit", Shape::Word, "Unit such as 亿元"),
    may("digits", Shape::Whole(0, 8), "Decimals"),
];

const PLAN: &[Key] = &[
    TITLE,
    must("period", Shape::Period, "The period it is for"),
    may("target", Shape::Map(&Shape::Table(TARGET)), "Targets"),
    may("task", Shape::Map(&Shape::Table(TASK)), "Tasks"),
];

/// Words for where a target comes from, and their Chinese.
pub(crate) const TARGET_LEVELS: [&str; 6] = ["下达", "自定", "分解", "assigned", "own", "split"];

const TARGET: &[Key] = &[
    must("indicator", Shape::Word, "The indicator"),
    must(
        "comparator",
        Shape::Choice(&["eq", "gt", "ge", "lt", "le"]),
        "How it is compared",
    ),
    must("value", Shape::Number, "With its unit, or in base units"),
    may(
        "growth",
        Shape::Flag,
        "`value` is growth against the year before",
    ),
    may(
        "by",
        Shape::Day,
        "Until when; left out: the end of the period",
    ),
    may(
        "level",
        Shape::Choice(&TARGET_LEVELS),
        "下达, 自定 or 分解; left out: 自定",
    ),
    must("text", Shape::Text, "As the plan says it"),
    PARTS,
    MONTHS,
];

/// A target by regions and by months.
const PARTS: Key = may(
    "parts",
    Shape::AnyMap(&Shape::Number),
    "The target by region below; adds up where the indicator does",
);
const MONTHS: Key = may(
    "months",
    Shape::List(&Shape::Number),
    "The target by month; adds up",
);

const SUPERVISION: &[Key] = &[may(
    "remind",
    Shape::Whole(0, 60),
    "Working days before its day from which a task is told as near; left out: 5",
)];

const APPRAISAL: &[Key] = &[
    TITLE,
    must("period", Shape::Period, "The period it is for"),
    must("set_by", Shape::Text, "Who set it"),
    may(
        "whom",
        Shape::Choice(&["whole", "parts"]),
        "The region as a whole, or each street and park; left out: whole",
    ),
    may("points", Shape::Number, "Points in all; left out: 100"),
    may("source", Shape::Word, "What it is from"),
    must("item", Shape::Map(&Shape::Table(ITEM)), "Items"),
];

const ITEM: &[Key] = &[
    TITLE,
    must("section", Shape::Text, "The section that leads"),
    must("weight", Shape::Number, "Points for all of it"),
    must(
        "method",
        Shape::Choice(&[
            "proportional",
            "banded",
            "rank",
            "yes_no",
            "deduct",
            "given",
        ]),
        "How points are earned",
    ),
    may("group", Shape::Text, "Group in the table"),
    may("indicator", Shape::Word, "The indicator"),
    may(
        "growth",
        Shape::Flag,
        "`target` is growth against the year before",
    ),
    may("target", Shape::Number, "With its unit, or in base units"),
    may(
        "zero_below",
        Shape::Number,
        "Share of the target below which nothing is earned",
    ),
    may(
        "bands",
        Shape::List(&Shape::Table(BAND)),
        "What each band of the share done gives",
    ),
    may(
        "ranks",
        Shape::List(&Shape::Table(RANK)),
        "What each step of places gives",
    ),
    may(
        "deduct",
        Shape::Table(DEDUCT),
        "Points for each step that is missing",
    ),
    may("cap", Shape::Number, "Most, as a share of the weight"),
    may("floor", Shape::Number, "Least, as a share of the weight"),
    may("ready", Shape::Day, "By when the statistics are out"),
    may("last_year", Shape::Number, "Points of the year before"),
    may("per", WORDS, "Indicators that a leaderboard divides by"),
    PARTS,
    MONTHS,
];

const BAND: &[Key] = &[
    must(
        "from",
        Shape::Number,
        "Share of the target from which it holds",
    ),
    must("share", Shape::Number, "Share of the weight it gives"),
];

const RANK: &[Key] = &[
    must("to", Shape::Whole(1, 10_000), "Last place in it"),
    must("share", Shape::Number, "Share of the weight it gives"),
];

const DEDUCT: &[Key] = &[
    must("per", Shape::Number, "A step, in the indicator's base unit"),
    must("points", Shape::Number, "Points for each step begun"),
];

const TASK: &[Key] = &[
    TITLE,
    must("owner", Shape::Text, "The section that answers for it"),
    may("due", Shape::Day, "Until when"),
];

const NAME: &[Key] = &[
    may(
        "kind",
        Shape::Choice(&["meeting", "plan", "body", "term"]),
        "What is named; left out: a term",
    ),
    must("standard", Shape::Word, "How it is written in full"),
    may("short", WORDS, "Short forms that may stand as well"),
    may("wrong", WORDS, "Forms that are wrong"),
    may(
        "unless",
        WORDS,
        "Words that hold a wrong form and are right",
    ),
    may(
        "damage",
        Shape::Flag,
        "Wrong forms are damage of texts, not other names",
    ),
    must("source", Shape::Text, "Where the standard form is from"),
];

const DOCUMENT: &[Key] = &[
    TITLE,
    must(
        "every",
        Shape::Choice(&["year", "half", "quarter", "month", "once"]),
        "How often",
    ),
    may(
        "template",
        Shape::Word,
        "The file it is composed from, as a path inside the pack",
    ),
];

const ROLE: &[Key] = &[
    TITLE,
    must(
        "scope",
        Shape::Choice(&["all", "region", "organization", "own"]),
        "Where it may act",
    ),
    must(
        "rights",
        Shape::OneOrMore(&Shape::Choice(&[
            "read",
            "enter",
            "confirm",
            "export",
            "see_person",
            "administer",
        ])),
        "What it may do",
    ),
    may(
        "side",
        Shape::Choice(&["staff", "firm"]),
        "Whose pages its holders see; left out: staff",
    ),
    may(
        "mandated",
        Shape::Flag,
        "Its holders act for organizations that give theirs a mandate",
    ),
    may(
        "office",
        Shape::Choice(&["system", "security", "audit"]),
        "The administrator's office that it holds; such a role does nothing but administer",
    ),
];

const CALENDAR: &[Key] = &[
    may("holidays", Shape::OneOrMore(&Shape::Days), "Days off"),
    may(
        "workdays",
        Shape::OneOrMore(&Shape::Days),
        "Weekend days that are worked",
    ),
    must("source", Shape::Word, "The notice that says so"),
];

const CASE: &[Key] = &[
    must("name", Shape::Word, "What it shows, a sentence"),
    must(
        "records",
        Shape::Map(&Shape::List(&Shape::AnyMap(&Shape::Cell))),
        "Records by register",
    ),
    must("expect", Shape::List(&Shape::Table(EXPECT)), "Figures"),
];

const EXPECT: &[Key] = &[
    must("indicator", Shape::Word, "The indicator"),
    must("period", Shape::Period, "The period"),
    may("region", Shape::Region, "The region; left out: the pack's"),
    may("value", Shape::Cell, "The figure, or `none`"),
    may(
        "growth",
        Shape::Cell,
        "Growth against the year before, or `none`",
    ),
];
