//! Registers: typed tables with fields, lines and a lifecycle.

use quanyu_core::{access::Belongs, columns::ColumnKind, text::Text};
use rust_decimal::Decimal;

use super::{At, Declared, Lifecycle};

/// A register (台账): becomes the table `r_<id>`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Register {
    /// Identifier.
    pub id: String,
    /// What it is called.
    pub title: Text,
    /// The room it stands in.
    pub module: String,
    /// The part it plays for an engine (`organization`, `observation` …), where it plays one.
    pub plays: Option<String>,
    /// Field of this register for each slot of the part, where the names differ (`slot` → field).
    pub slots: Vec<(String, String)>,
    /// Fields that together name a record; unique among records that are not removed. Empty: no natural key.
    pub key: Vec<String>,
    /// The field shown where a record is referred to.
    pub label: String,
    /// Who reads records (role ids), beside those who enter or confirm; empty: whoever has the right.
    pub read: Vec<String>,
    /// Who enters records (role ids).
    pub enter: Vec<String>,
    /// Who confirms them (role ids).
    pub confirm: Vec<String>,
    /// Where the data come from: 企业填报, 专项审计, 税务授权, 统计, 通报 …
    pub source: Option<String>,
    /// What they may be used for; `None` is any purpose.
    pub purpose: Option<String>,
    /// The field whose region is the record's region; else the reporting region of the pack.
    pub region: Option<String>,
    /// The field whose organization a record belongs to; see [`Register::belongs`].
    pub owner: Option<String>,
    /// Fields in order of declaration.
    pub fields: Vec<Field>,
    /// Lines (明细), each a child table `r_<id>_<lines>`.
    pub lines: Vec<Lines>,
    /// States and transitions, where it has any.
    pub lifecycle: Option<Lifecycle>,
    /// Fields in the order in which a line of free text fills them; empty: as they are declared.
    pub quick: Vec<String>,
    /// Groups of fields: two records that agree in all of a group may be one.
    pub same: Vec<Vec<String>>,
    /// What may happen to a record as one action.
    pub events: Vec<Event>,
    /// A note for those who enter.
    pub help: Option<Text>,
    /// Its earlier name.
    pub was: Option<String>,
    /// Where it was declared.
    pub at: At,
}

impl Register {
    /// The field of that name.
    #[must_use]
    pub fn field(&self, id: &str) -> Option<&Field> {
        self.fields.iter().find(|it| it.id == id)
    }

    /// Where a record says to which organization it belongs: the field declared so, else the first that holds one.
    #[must_use]
    pub fn belongs(&self) -> Belongs {
        if self.plays.as_deref() == Some("organization") {
            return Belongs::Itself;
        }
        let holds_one = |it: &&Field| it.kind == FieldType::Organization && !it.many;
        let first = || self.fields.iter().find(holds_one).map(|it| it.id.clone());
        let field = self.owner.clone().or_else(first);
        field.map_or(Belongs::Owner, Belongs::Field)
    }

    /// The field that fills a slot of the part this register plays.
    #[must_use]
    pub fn slot(&self, slot: &str) -> Option<&Field> {
        let name = self
            .slots
            .iter()
            .find(|(it, _)| it == slot)
            .map_or(slot, |(_, field)| field);
        self.field(name)
    }
}

/// A field of a register.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Field {
    /// Identifier, the column's name.
    pub id: String,
    /// What it is called.
    pub title: Text,
    /// Type.
    pub kind: FieldType,
    /// Must be known.
    pub required: bool,
    /// No two records share a value.
    pub unique: bool,
    /// Several values (codes and references only), stored in order as `;a;b;`.
    pub many: bool,
    /// The value holds from a day to a day: every value keeps its span in the history.
    pub dated: bool,
    /// Smallest number.
    pub min: Option<Decimal>,
    /// Largest number.
    pub max: Option<Decimal>,
    /// Longest text in characters.
    pub max_length: Option<u32>,
    /// What a text must look like (the regular expression must match the whole text).
    pub pattern: Option<String>,
    /// Computed by this expression over the record's other fields.
    pub computed: Option<Declared<String>>,
    /// Unit of a number, such as 元, 人, m2.
    pub unit: Option<String>,
    /// Other heads this column has in workbooks.
    pub synonyms: Vec<String>,
    /// Where it comes from, if other than the register says.
    pub source: Option<String>,
    /// What it may be used for, if other than the register says.
    pub purpose: Option<String>,
    /// A hint for those who enter.
    pub help: Option<Text>,
    /// Its earlier name: a renamed column, no data is lost.
    pub was: Option<String>,
    /// Where it was declared.
    pub at: At,
}

/// What a field holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum FieldType {
    /// A line of text.
    #[default]
    Text,
    /// Text of several lines.
    LongText,
    /// A whole number.
    Integer,
    /// A decimal of `scale` places, stored times ten to the scale.
    Decimal {
        /// Places after the point, 0 to 12.
        scale: u8,
    },
    /// Money, in fen.
    Money,
    /// A day, as ISO text.
    Date,
    /// A period such as 2023H1.
    Period,
    /// Yes or no, as 1 and 0.
    YesNo,
    /// A code of a list.
    Code {
        /// The list.
        list: String,
    },
    /// A record of another register, by id.
    Reference {
        /// The register.
        to: String,
    },
    /// A region code.
    Region,
    /// An organization, by id of the register that plays `organization`; typed by credit code or name.
    Organization,
    /// Personal data: masked unless the role may see it.
    Person,
    /// A file's content hash and name (`sha256:name`).
    File,
    /// A place: `longitude,latitude` with six decimals.
    Location,
    /// A web address, http or https.
    Url,
}

impl FieldType {
    /// The word a pack writes.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::LongText => "long_text",
            Self::Integer => "integer",
            Self::Decimal { .. } => "decimal",
            Self::Money => "money",
            Self::Date => "date",
            Self::Period => "period",
            Self::YesNo => "yes_no",
            Self::Code { .. } => "code",
            Self::Reference { .. } => "reference",
            Self::Region => "region",
            Self::Organization => "organization",
            Self::Person => "person",
            Self::File => "file",
            Self::Location => "location",
            Self::Url => "url",
        }
    }

    /// All words, for messages.
    pub const WORDS: [&'static str; 16] = [
        "text",
        "long_text",
        "integer",
        "decimal",
        "money",
        "date",
        "period",
        "yes_no",
        "code",
        "reference",
        "region",
        "organization",
        "person",
        "file",
        "location",
        "url",
    ];

    /// How its column is read by rules and indicators.
    #[must_use]
    pub fn column(&self) -> ColumnKind {
        match self {
            Self::Integer | Self::Reference { .. } | Self::Organization => ColumnKind::Int,
            Self::Decimal { scale } => ColumnKind::Decimal(*scale),
            Self::Money => ColumnKind::Money,
            Self::Date => ColumnKind::Date,
            Self::YesNo => ColumnKind::YesNo,
            Self::Text
            | Self::LongText
            | Self::Period
            | Self::Code { .. }
            | Self::Region
            | Self::Person
            | Self::File
            | Self::Location
            | Self::Url => ColumnKind::Text,
        }
    }
}

/// Something that happens to a record on a day (迁入, 迁出, 更名, 注销): one action that sets several fields.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Event {
    /// Identifier.
    pub id: String,
    /// What it is called.
    pub title: Text,
    /// The date field that gets its day.
    pub date: Option<String>,
    /// Fields that are asked for; values of dated ones hold from the day on.
    pub ask: Vec<String>,
    /// Fields that it sets, each to a value as a workbook would say it.
    pub set: Vec<(String, String)>,
    /// Fields that it empties.
    pub clear: Vec<String>,
    /// Fields whose value goes to the end of another, before it changes (`name` into `former_names`).
    pub keep: Vec<(String, String)>,
    /// Where it was declared.
    pub at: At,
}

/// Lines of a register (明细): a child table saved, versioned, imported and shown with its parent.
#[derive(Clone, Debug, PartialEq)]
pub struct Lines {
    /// Identifier inside the register.
    pub id: String,
    /// What they are called.
    pub title: Text,
    /// Fields.
    pub fields: Vec<Field>,
    /// Where they were declared.
    pub at: At,
}

/// The parts a register may play for an engine: name, slots that must be filled, further slots. One register plays each
/// part. An observation holds one measure of one indicator: its value, its growth, its rank or its share. A task is of a plan
/// (`plan` and `item` name one that a pack declares), and open until it is in a state that nothing leads on from. A score is
/// the points that people gave for an item of an appraisal. A qualification is what a list of recognised organizations says of each
/// of them. A publication is what was shown to the public, an objection what somebody said against it. A document is what the bureau
/// writes, a report a value that was given to somebody. A call opens a filing of the pack from a day to a day. A correction is what an
/// organization says of its own record.
pub const PARTS: [(&str, &[&str], &[&str]); 12] = [
    ("organization", &["uscc", "name"], &["former_names"]),
    (
        "observation",
        &[
            "indicator",
            "measure",
            "period",
            "value",
            "body",
            "document",
            "status",
        ],
        &[
            "region", "of_units", "scope", "number", "date", "page", "note", "scan",
        ],
    ),
    (
        "document",
        &["code", "title", "period"],
        &["kind", "number", "date", "to", "draft", "scan", "note"],
    ),
    (
        "report",
        &["indicator", "measure", "period", "value", "to", "date"],
        &["region", "document", "note", "scan"],
    ),
    (
        "task",
        &["title", "due"],
        &[
            "plan", "item", "period", "owner", "done_on", "progress", "document", "sentence",
        ],
    ),
    (
        "target",
        &["indicator", "comparator", "value", "period"],
        &[
            "growth", "by", "level", "text", "plan", "document", "sentence",
        ],
    ),
    (
        "score",
        &["scheme", "item", "points"],
        &["region", "date", "body", "document", "note"],
    ),
    (
        "qualification",
        &["organization", "kind", "valid_from"],
        &["document", "batch", "valid_to"],
    ),
    (
        "publication",
        &["kind", "title", "starts_on", "ends_on"],
        &["link", "posted_on", "taken_down_on"],
    ),
    (
        "objection",
        &["publication", "content", "received_on"],
        &["about", "name", "phone", "due", "channel"],
    ),
    (
        "call",
        &["title", "filing", "opens_on", "closes_on"],
        &["period", "who", "materials", "note", "link", "contact"],
    ),
    (
        "correction",
        &["organization", "subject", "should"],
        &["says", "proof"],
    ),
];
