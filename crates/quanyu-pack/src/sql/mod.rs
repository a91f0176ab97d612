//! SQL texts of packs: the written subset, names, types, and what each text reads.
//!
//! Owns parsing, the refusal of everything outside the subset ([`functions`]), the resolving of names against
//! registers, lines and datasets, and simple types. Leaves planning to `quanyu-figures`, which parses with the same parser.
//!
//! Invariant: a text that passes names only tables and columns that exist, and nothing in it can change data or reach
//! outside the pack.
//!
//! Start reading at [`Analysis`].

mod call;
mod expr;
mod functions;
mod names;
mod query;
mod types;

use std::collections::{BTreeMap, BTreeSet};

use sqlparser::{
    ast::{Expr, Query},
    dialect::GenericDialect,
    parser::{Parser, ParserError},
    tokenizer::{Location, Span, Token},
};

use crate::{
    diagnostic::Diagnostic,
    faults,
    model::{At, Declared, Pack},
};

pub(crate) use types::{Column, Kind, lines_name, table_columns};

/// Texts longer than this are refused: nobody could check them, and deep ones would use up the stack.
const LONGEST: usize = 8_000;

/// A use of a column of a register, lines or dataset.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct ColumnUse {
    /// Register, lines or dataset.
    pub table: String,
    /// Column.
    pub column: String,
    /// Whether it stands inside an aggregate.
    pub aggregated: bool,
    /// Where.
    pub at: At,
}

/// What a text reads.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Uses {
    /// Tables, also those of which no column is named.
    pub tables: BTreeSet<String>,
    /// Columns.
    pub columns: BTreeSet<ColumnUse>,
}

/// How a text may be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// An aggregate over the rows of a table.
    Aggregate,
    /// A value or condition on one row.
    Row,
}

/// What an expression gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Typed {
    /// Type.
    pub kind: Kind,
    /// Unit: [`Unit::Unknown`] where it cannot be told.
    pub unit: Unit,
    /// The text of a text literal.
    pub literal: Option<String>,
}

/// The unit of a number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Unit {
    /// Cannot be told.
    Unknown,
    /// A count of records.
    Count,
    /// This one.
    Of(String),
}

/// Reads the SQL texts of a pack; remembers the columns of datasets.
pub(crate) struct Analysis<'a> {
    pack: &'a Pack,
    unsure: BTreeSet<At>,
    datasets: BTreeMap<String, Vec<Column>>,
    open: Vec<String>,
    /// What each dataset reads.
    pub uses: BTreeMap<String, Uses>,
    /// What is wrong.
    pub faults: Vec<Diagnostic>,
}

impl<'a> Analysis<'a> {
    pub(crate) fn new(pack: &'a Pack) -> Self {
        Self::with_unsure(pack, BTreeSet::new())
    }

    /// As [`Analysis::new`], with the places of fields whose type was told as wrong: they go with everything.
    pub(crate) fn with_unsure(pack: &'a Pack, unsure: BTreeSet<At>) -> Self {
        Self {
            pack,
            unsure,
            datasets: BTreeMap::new(),
            open: Vec::new(),
            uses: BTreeMap::new(),
            faults: Vec::new(),
        }
    }

    /// The columns of a register, lines or dataset; `None` where there is none of that name.
    pub(crate) fn table(&mut self, name: &str) -> Option<Vec<Column>> {
        if let Some(columns) = self.datasets.get(name) {
            return Some(columns.clone());
        }
        let Some(dataset) = self.pack.datasets.get(name) else {
            let mut columns = table_columns(self.pack, name)?;
            let fields = self
                .pack
                .registers
                .get(name)
                .map(|it| it.fields.as_slice())
                .unwrap_or_default();
            for field in fields.iter().filter(|it| self.unsure.contains(&it.at)) {
                columns
                    .iter_mut()
                    .filter(|it| it.name == field.id)
                    .for_each(|it| it.kind = Kind::Any);
            }
            return Some(columns);
        };
        if let Some(first) = self.open.iter().position(|it| it == name) {
            let mut path = self.open[first..].to_vec();
            path.push(name.to_owned());
            self.faults
                .push(faults::cycle(dataset.at, &path.join(" → ")));
            return Some(Vec::new());
        }
        self.open.push(name.to_owned());
        let text = SqlText::new(&dataset.sql);
        let (columns, uses) = match parse(&text, |parser| parser.parse_query()) {
            Ok(query) => self.dataset(&text, &query),
            Err(fault) => {
                self.faults.push(*fault);
                Default::default()
            }
        };
        self.open.pop();
        self.datasets.insert(name.to_owned(), columns.clone());
        self.uses.insert(name.to_owned(), uses);
        Some(columns)
    }

    /// Names of all tables.
    pub(crate) fn table_names(&self) -> Vec<String> {
        let lines = self
            .pack
            .registers
            .values()
            .flat_map(|register| register.lines.iter().map(|it| lines_name(register, &it.id)));
        self.pack
            .registers
            .keys()
            .chain(self.pack.datasets.keys())
            .cloned()
            .chain(lines)
            .collect()
    }

    /// Reads an expression over the rows of `table`.
    pub(crate) fn expression(
        &mut self,
        sql: &Declared<String>,
        table: &str,
        columns: Vec<Column>,
        purpose: Purpose,
    ) -> (Typed, Uses) {
        let text = SqlText::new(sql);
        match parse(&text, |parser| parser.parse_expr()) {
            Ok(expr) => self.over_rows(&text, &expr, table, columns, purpose),
            Err(fault) => {
                self.faults.push(*fault);
                (Typed::any(), Uses::default())
            }
        }
    }

    fn dataset(&mut self, text: &SqlText<'_>, query: &Query) -> (Vec<Column>, Uses) {
        let mut walk = expr::Walk::new(self, text);
        let columns = walk.query(query, None, true);
        let uses = std::mem::take(&mut walk.uses);
        (columns, uses)
    }

    fn over_rows(
        &mut self,
        text: &SqlText<'_>,
        expr: &Expr,
        table: &str,
        columns: Vec<Column>,
        purpose: Purpose,
    ) -> (Typed, Uses) {
        let mut walk = expr::Walk::new(self, text);
        walk.uses.tables.insert(table.to_owned());
        let typed = walk.top(expr, table, columns, purpose);
        let uses = std::mem::take(&mut walk.uses);
        (typed, uses)
    }
}

impl Typed {
    /// Goes with everything.
    pub(crate) fn any() -> Self {
        Self::of(Kind::Any)
    }

    /// A type without a unit.
    pub(crate) fn of(kind: Kind) -> Self {
        Self {
            kind,
            unit: Unit::Unknown,
            literal: None,
        }
    }
}

/// An SQL text inside a TOML string.
pub(crate) struct SqlText<'a> {
    /// The text.
    pub sql: &'a str,
    /// Where its content stands.
    pub at: At,
    /// Byte offsets of its lines; empty where the text has escapes, so that places in it are not places in the file.
    lines: Vec<usize>,
}

impl<'a> SqlText<'a> {
    pub(crate) fn new(declared: &'a Declared<String>) -> Self {
        let sql = declared.value.as_str();
        let plain = (declared.at.end - declared.at.start) as usize == sql.len();
        let lines = if plain {
            std::iter::once(0)
                .chain(sql.match_indices('\n').map(|(at, _)| at + 1))
                .collect()
        } else {
            Vec::new()
        };
        Self {
            sql,
            at: declared.at,
            lines,
        }
    }

    /// The place of a span of the text; the whole text where it has none.
    pub(crate) fn place(&self, span: Span) -> At {
        match (self.offset(span.start), self.offset(span.end)) {
            (Some(start), Some(end)) if start <= end => self.range(start, end),
            _ => self.at,
        }
    }

    fn range(&self, start: usize, end: usize) -> At {
        let fit = |it: usize| self.at.start + u32::try_from(it).unwrap_or_default();
        At {
            file: self.at.file,
            start: fit(start),
            end: fit(end),
        }
    }

    fn offset(&self, location: Location) -> Option<usize> {
        let line = usize::try_from(location.line).ok()?.checked_sub(1)?;
        let column = usize::try_from(location.column).ok()?.checked_sub(1)?;
        let start = *self.lines.get(line)?;
        let rest = self.sql.get(start..)?;
        Some(
            start
                + rest
                    .char_indices()
                    .nth(column)
                    .map_or(rest.len(), |(at, _)| at),
        )
    }
}

/// Parses a whole text.
fn parse<T>(
    text: &SqlText<'_>,
    read: impl FnOnce(&mut Parser<'_>) -> Result<T, ParserError>,
) -> Result<T, Box<Diagnostic>> {
    if text.sql.len() > LONGEST {
        let fault = faults::sql_refused(
            text.at,
            "超过 8,000 字节的文本",
            "a text of more than 8,000 bytes",
        );
        return Err(Box::new(fault));
    }
    let dialect = GenericDialect {};
    let parsed = Parser::new(&dialect)
        .try_with_sql(text.sql)
        .and_then(|mut parser| {
            let tree = read(&mut parser)?;
            let next = parser.peek_token();
            Ok((tree, next))
        });
    match parsed {
        Ok((tree, next)) if next.token == Token::EOF => Ok(tree),
        Ok((_, next)) => {
            let what = format!("unexpected `{}`", next.token);
            Err(Box::new(faults::sql_syntax(text.place(next.span), &what)))
        }
        Err(error) => Err(Box::new(syntax(text, &error))),
    }
}

/// The parser tells its place only in words: `… at Line: 2, Column: 5`.
fn syntax(text: &SqlText<'_>, error: &ParserError) -> Diagnostic {
    let message = match error {
        ParserError::TokenizerError(message) | ParserError::ParserError(message) => {
            message.as_str()
        }
        ParserError::RecursionLimitExceeded => "nested too deeply",
    };
    let Some((what, place)) = message.rsplit_once(" at Line: ") else {
        return faults::sql_syntax(text.at, message);
    };
    let mut numbers = place
        .split(", Column: ")
        .map(|it| it.parse::<u64>().unwrap_or_default());
    let start = Location {
        line: numbers.next().unwrap_or_default(),
        column: numbers.next().unwrap_or_default(),
    };
    let end = Location {
        column: start.column + 1,
        ..start
    };
    faults::sql_syntax(text.place(Span { start, end }), what)
}
