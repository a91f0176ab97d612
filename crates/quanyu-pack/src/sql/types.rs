//! Types of expressions, and the columns of registers, lines and datasets.

use crate::model::{FieldType, Pack, Register};

/// What an expression gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Text, code, region, period.
    Text,
    /// Whole number.
    Int,
    /// A record's number: compared and counted, never added.
    Key,
    /// Decimal.
    Decimal,
    /// Money in yuan.
    Money,
    /// Day.
    Date,
    /// Yes or no.
    Bool,
    /// A span of days, months or years.
    Interval,
    /// Null, or something already told as wrong: goes with everything.
    Any,
}

impl Kind {
    /// Its name in messages: Chinese, English.
    pub(crate) fn name(self) -> (&'static str, &'static str) {
        match self {
            Self::Text => ("文字", "text"),
            Self::Int => ("整数", "a whole number"),
            Self::Key => ("记录", "a record"),
            Self::Decimal => ("小数", "a decimal"),
            Self::Money => ("金额", "money"),
            Self::Date => ("日期", "a date"),
            Self::Bool => ("是或否", "yes or no"),
            Self::Interval => ("时间间隔", "an interval"),
            Self::Any => ("任意值", "anything"),
        }
    }

    /// Whether it can be added and multiplied.
    pub(crate) fn is_number(self) -> bool {
        matches!(self, Self::Int | Self::Decimal | Self::Money | Self::Any)
    }

    /// The kind that holds both; `None` where they do not go together.
    pub(crate) fn common(self, other: Self) -> Option<Self> {
        match (self, other) {
            (Self::Any, kind) | (kind, Self::Any) => Some(kind),
            (a, b) if a == b => Some(a),
            (Self::Key, Self::Int) | (Self::Int, Self::Key) => Some(Self::Int),
            (Self::Money, Self::Int) | (Self::Int, Self::Money) => Some(Self::Money),
            (a, b) if a.is_number() && b.is_number() => Some(Self::Decimal),
            _ => None,
        }
    }
}

/// Texts a column can hold, where they are declared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Words {
    /// Codes of a list.
    Codes(String),
    /// States of a register.
    States(String),
}

/// A column of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Column {
    /// Its name.
    pub name: String,
    /// Its type.
    pub kind: Kind,
    /// Its unit, where it has one.
    pub unit: Option<String>,
    /// What texts it can hold.
    pub words: Option<Words>,
    /// Whether it holds periods.
    pub period: bool,
}

impl Column {
    pub(crate) fn plain(name: &str, kind: Kind) -> Self {
        Self {
            name: name.to_owned(),
            kind,
            unit: None,
            words: None,
            period: false,
        }
    }
}

/// The columns of a register or of lines; `None` where there is neither.
pub(crate) fn table_columns(pack: &Pack, name: &str) -> Option<Vec<Column>> {
    if let Some(register) = pack.registers.get(name) {
        return Some(register_columns(register));
    }
    let (register, lines) = pack.registers.values().find_map(|register| {
        Some((
            register,
            register
                .lines
                .iter()
                .find(|it| lines_name(register, &it.id) == name)?,
        ))
    })?;
    let system = ["id", "parent", "line"]
        .map(|name| Column::plain(name, if name == "line" { Kind::Int } else { Kind::Key }));
    let fields = lines.fields.iter().map(field_column);
    debug_assert!(register.lines.contains(lines));
    Some(system.into_iter().chain(fields).collect())
}

/// The name of lines in SQL.
pub(crate) fn lines_name(register: &Register, lines: &str) -> String {
    format!("{}_{lines}", register.id)
}

fn register_columns(register: &Register) -> Vec<Column> {
    #[rustfmt::skip]
    let mut columns: Vec<_> = [
        ("id", Kind::Key), ("version", Kind::Int), ("region", Kind::Text), ("owner_org", Kind::Key),
        ("owner_user", Kind::Key), ("state", Kind::Text), ("batch", Kind::Key), ("created_seq", Kind::Int),
        ("changed_seq", Kind::Int),
    ]
    .map(|(name, kind)| Column::plain(name, kind))
    .into();
    if register.lifecycle.is_some()
        && let Some(state) = columns.iter_mut().find(|it| it.name == "state")
    {
        state.words = Some(Words::States(register.id.clone()));
    }
    columns.extend(register.fields.iter().map(field_column));
    columns
}

fn field_column(field: &crate::model::Field) -> Column {
    let kind = match &field.kind {
        // Several values are one text: `;a;b;`.
        _ if field.many => Kind::Text,
        FieldType::Integer => Kind::Int,
        FieldType::Reference { .. } | FieldType::Organization => Kind::Key,
        FieldType::Decimal { .. } => Kind::Decimal,
        FieldType::Money => Kind::Money,
        FieldType::Date => Kind::Date,
        FieldType::YesNo => Kind::Bool,
        _ => Kind::Text,
    };
    let words = match &field.kind {
        FieldType::Code { list } if !field.many => Some(Words::Codes(list.clone())),
        _ => None,
    };
    let unit = if kind == Kind::Money {
        Some("元".to_owned())
    } else {
        field.unit.clone()
    };
    Column {
        name: field.id.clone(),
        kind,
        unit,
        words,
        period: field.kind == FieldType::Period,
    }
}
