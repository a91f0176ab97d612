//! Lists of records: filtered, ordered, page by page.
//!
//! Owns the conditions a list may have and its pages, which go on after the last record seen, so that a list of a
//! million records costs no more on its last page. Totals are over all rows. What the reader does not reach
//! ([`crate::reach`]) is in none of them.
//!
//! Invariant: records without a value come last, whichever the order and the engine; ties go by id.

use jiff::civil::Date;
use quanyu_core::value::Value;

use crate::{
    act::Act,
    door::{Bind, Tx},
    error::StoreError,
    reach,
    records::{self, Record, known, register_table},
    schema::{Column, Table},
    tables,
    value::{decode, encode},
};

/// Records of a page at most.
pub const LONGEST_PAGE: u32 = 10_000;

/// Which records, in which order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query {
    /// All must hold.
    pub filters: Vec<Filter>,
    /// A text that one of the register's text fields must contain; letters of either case.
    pub search: Option<String>,
    /// Only these records, where it is known beforehand that no others can hold the conditions.
    pub among: Option<Vec<i64>>,
    /// Field to order by; else by id.
    pub order: Option<String>,
    /// From the last to the first.
    pub descending: bool,
    /// Where the page before ended.
    pub after: Option<Cursor>,
    /// Records on a page.
    pub limit: u32,
    /// Dated fields say, and are asked, what held on this day; else today's values.
    pub day: Option<Date>,
}

/// A condition on a field. System values are named `@state`, `@region`, `@batch`, `@id`, `@owner_org`, `@owner_user`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filter {
    /// The field.
    pub field: String,
    /// What must hold.
    pub op: Op,
}

impl Filter {
    /// A condition.
    pub fn new(field: impl Into<String>, op: Op) -> Self {
        Self {
            field: field.into(),
            op,
        }
    }
}

/// What must hold of a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Op {
    /// Is this value.
    Eq(Value),
    /// Is known, and another one.
    Ne(Value),
    /// Is less.
    Lt(Value),
    /// Is at most.
    Le(Value),
    /// Is more.
    Gt(Value),
    /// Is at least.
    Ge(Value),
    /// Is one of these.
    In(Vec<Value>),
    /// Has this text in it; letters of either case.
    Contains(String),
    /// Begins with this text: a region and all below it.
    Starts(String),
    /// Has this one among its several values.
    Has(String),
    /// Is known.
    Known,
    /// Is not known.
    Unknown,
}

/// Where a page ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// Value of the field that orders, of the last record.
    pub value: Value,
    /// Its id.
    pub id: i64,
}

/// Records of a page, without their lines, and where the next page goes on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    /// The records.
    pub records: Vec<Record>,
    /// `None` on the last page.
    pub next: Option<Cursor>,
}

/// A page of records.
///
/// # Errors
/// A field that is not there, a value that it cannot hold, or the database's.
pub async fn list(tx: &mut Tx, register: &str, query: &Query) -> Result<Page, StoreError> {
    let table = register_table(&tx.schema, register)?;
    let limit = query.limit.clamp(1, LONGEST_PAGE) as usize;
    let order = query.order.as_deref().filter(|it| *it != "@id");
    let mut rows = Vec::new();
    for part in parts(order, query.after.as_ref()) {
        let wanted = limit + 1 - rows.len();
        if wanted == 0 {
            break;
        }
        let mut built = Built::default();
        built.reach(tx, &table);
        built.conditions(&table, query)?;
        built.part(&table, part, query, wanted)?;
        let sql = tables::select_from(&table, &source(tx, &table, query), &built.sql);
        rows.extend(tx.rows_built(sql, &built.values).await?);
    }
    let mut page = Page::default();
    let more = rows.len() > limit;
    for row in rows.into_iter().take(limit) {
        page.records.push(records::from_row(&table, row)?);
    }
    if let (true, Some(last)) = (more, page.records.last()) {
        let value = order.map_or(Value::Null, |it| value_of(last, it));
        page.next = Some(Cursor { value, id: last.id });
    }
    Ok(page)
}

/// A stretch of a list: records with a value of the ordering field come before those without, each asked for by itself, so that an
/// index over the field and the id carries either way on both engines.
#[derive(Clone, Copy)]
enum Part<'a> {
    /// By id alone.
    ById,
    /// Records that have a value of this field.
    With(&'a str),
    /// Records that have none.
    Without(&'a str),
}

/// The stretches from where the page before ended.
fn parts<'a>(order: Option<&'a str>, after: Option<&Cursor>) -> Vec<Part<'a>> {
    match order {
        None => vec![Part::ById],
        Some(field) if after.is_some_and(|it| it.value.is_null()) => vec![Part::Without(field)],
        Some(field) => vec![Part::With(field), Part::Without(field)],
    }
}

/// What the query selects from.
fn source(tx: &Tx, table: &Table, query: &Query) -> String {
    let spans = tx.schema.spans_of(table).map(std::sync::Arc::as_ref);
    tables::on_day(table, spans, query.day)
}

/// How many records there are in all.
///
/// # Errors
/// As [`list`].
pub async fn count(tx: &mut Tx, register: &str, query: &Query) -> Result<i64, StoreError> {
    Ok(totals(tx, register, query, &[]).await?.0)
}

/// How many records the conditions let through, and what number fields add up to over them, in the order of `fields`; nothing where no
/// record has a value. One pass over the rows.
///
/// # Errors
/// As [`list`], and a field that holds no number.
pub async fn totals(
    tx: &mut Tx,
    register: &str,
    query: &Query,
    fields: &[&str],
) -> Result<(i64, Vec<Value>), StoreError> {
    let table = register_table(&tx.schema, register)?;
    let mut columns = Vec::with_capacity(fields.len());
    for field in fields {
        let column = known(&table, field)?;
        if !column.is_int() {
            return Err(StoreError::WrongValue {
                register: register.to_owned(),
                field: (*field).to_owned(),
                value: String::new(),
                reason: "a field that holds no number",
            });
        }
        columns.push(column);
    }
    let mut built = Built::default();
    built.reach(tx, &table);
    built.conditions(&table, query)?;
    // SQLite sums integers exactly and fails where they do not fit; PostgreSQL's numeric has to be brought back.
    let parts = columns
        .iter()
        .map(|it| format!(", cast(sum(t.{}) as bigint)", tables::quoted(&it.field)));
    let what = format!("count(*){}", parts.collect::<String>());
    let sql = tables::of_visible(&what, &source(tx, &table, query), &built.sql);
    let rows = tx.rows_built(sql, &built.values).await?;
    let Some(row) = rows.into_iter().next() else {
        return Ok((0, vec![Value::Null; fields.len()]));
    };
    let count = row.int(0)?;
    let sums = columns.iter().zip(row.0.into_iter().skip(1));
    let sums = sums.map(|(column, cell)| decode(column, cell));
    Ok((count, sums.collect::<Result<_, _>>()?))
}

/// Whether a register has more rows than this, whoever sees them; costs no more than counting so many.
///
/// # Errors
/// As [`list`].
pub async fn more_than(tx: &mut Tx, register: &str, rows: u64) -> Result<bool, StoreError> {
    let table = register_table(&tx.schema, register)?;
    let sql = format!(
        "select count(*) from (select 1 from {} limit {}) s",
        tables::quoted(&table.name),
        rows.saturating_add(1)
    );
    let found = tx.rows_built(sql, &[]).await?;
    let found = found.first().map_or(Ok(0), |it| it.int(0))?;
    Ok(u64::try_from(found).is_ok_and(|it| it > rows))
}

/// Makes the index by which a list is sorted, where it is not there yet.
///
/// # Errors
/// As [`list`].
pub async fn sorted_by(act: &mut Act, register: &str, field: &str) -> Result<(), StoreError> {
    let table = register_table(&act.tx.schema, register)?;
    let field = known(&table, field)?.field.clone();
    let sql = tables::sort_index(&table, &field, act.tx.engine());
    act.tx.script(sql).await
}

/// These records with their lines, in order of id; ids of records that are not there are left out.
///
/// # Errors
/// The database's.
pub async fn by_ids(tx: &mut Tx, register: &str, ids: &[i64]) -> Result<Vec<Record>, StoreError> {
    let table = register_table(&tx.schema, register)?;
    let found = records::load_many(tx, &table, ids).await?;
    Ok(found.into_values().filter(|it| tx.reaches(it)).collect())
}

#[derive(Default)]
struct Built {
    sql: String,
    values: Vec<Bind>,
}

/// A column that a list may speak of.
enum Named<'a> {
    Field(&'a Column),
    System(&'static str, bool),
}

impl Named<'_> {
    fn name(&self) -> &str {
        match self {
            Self::Field(column) => &column.field,
            Self::System(name, _) => name,
        }
    }

    fn bind(&self, register: &str, value: &Value) -> Result<Bind, StoreError> {
        match (self, value) {
            (Self::Field(column), value) => encode(register, column, value),
            (Self::System(_, true), Value::Int(int)) => Ok(Bind::from(*int)),
            (Self::System(_, false), Value::Text(text)) => Ok(Bind::from(text.as_str())),
            (Self::System(name, _), value) => Err(StoreError::WrongValue {
                register: register.to_owned(),
                field: (*name).to_owned(),
                value: value.canonical().unwrap_or_default(),
                reason: "a value of another type",
            }),
        }
    }
}

fn column<'a>(table: &'a Table, field: &str) -> Result<Named<'a>, StoreError> {
    let system = match field {
        "@id" => Some(("id", true)),
        "@batch" => Some(("batch", true)),
        "@owner_org" => Some(("owner_org", true)),
        "@region" => Some(("region", false)),
        "@state" => Some(("state", false)),
        "@owner_user" => Some(("owner_user", false)),
        _ => None,
    };
    match system {
        Some((name, int)) => Ok(Named::System(name, int)),
        None => known(table, field).map(Named::Field),
    }
}

fn value_of(record: &Record, field: &str) -> Value {
    match field {
        "@region" => Value::text(record.region.clone()),
        "@state" => record.state.clone().map_or(Value::Null, Value::Text),
        "@owner_user" => record.owner_user.clone().map_or(Value::Null, Value::Text),
        "@owner_org" => record.owner_org.map_or(Value::Null, Value::Int),
        "@batch" => record.batch.map_or(Value::Null, Value::Int),
        field => record.value(field).clone(),
    }
}

impl Built {
    fn put(&mut self, value: Bind) -> String {
        self.values.push(value);
        format!("${}", self.values.len())
    }

    /// Only what the reader reaches.
    fn reach(&mut self, tx: &Tx, table: &Table) {
        if let Some(reach) = tx.reach(&table.id) {
            let sql = reach::condition(&reach, |value| self.put(value));
            self.sql.push_str(&sql);
        }
    }

    fn conditions(&mut self, table: &Table, query: &Query) -> Result<(), StoreError> {
        for filter in &query.filters {
            self.filter(table, filter)?;
        }
        if let Some(ids) = &query.among {
            // Numbers need no binding; thousands of places would.
            let ids: Vec<String> = ids.iter().map(i64::to_string).collect();
            let all = if ids.is_empty() {
                "null".to_owned()
            } else {
                ids.join(",")
            };
            self.sql.push_str(&format!("and t.id in ({all}) "));
        }
        if let Some(text) = query.search.as_deref().filter(|it| !it.is_empty()) {
            let place = self.put(Bind::from(format!("%{}%", escaped(&text.to_lowercase()))));
            let fields: Vec<String> = table
                .shown()
                .filter(|it| !it.is_int() && !it.is_person())
                .map(|it| {
                    let name = tables::quoted(&it.field);
                    format!("lower(t.{name}) like {place} escape '\\'")
                })
                .collect();
            if fields.is_empty() {
                self.sql.push_str("and 1 = 0 ");
                self.values.pop();
            } else {
                self.sql
                    .push_str(&format!("and ({}) ", fields.join(" or ")));
            }
        }
        Ok(())
    }

    fn filter(&mut self, table: &Table, filter: &Filter) -> Result<(), StoreError> {
        let column = column(table, &filter.field)?;
        let name = format!("t.{}", tables::quoted(column.name()));
        let register = &table.id;
        let text = match &filter.op {
            Op::Known => format!("{name} is not null"),
            Op::Unknown => format!("{name} is null"),
            Op::Eq(Value::Null) => format!("{name} is null"),
            Op::Eq(value) => format!("{name} = {}", self.put(column.bind(register, value)?)),
            Op::Ne(value) => format!("{name} <> {}", self.put(column.bind(register, value)?)),
            Op::Lt(value) => format!("{name} < {}", self.put(column.bind(register, value)?)),
            Op::Le(value) => format!("{name} <= {}", self.put(column.bind(register, value)?)),
            Op::Gt(value) => format!("{name} > {}", self.put(column.bind(register, value)?)),
            Op::Ge(value) => format!("{name} >= {}", self.put(column.bind(register, value)?)),
            Op::In(values) if values.is_empty() => "1 = 0".to_owned(),
            Op::In(values) => {
                let mut places = Vec::new();
                for value in values {
                    places.push(self.put(column.bind(register, value)?));
                }
                format!("{name} in ({})", places.join(","))
            }
            Op::Contains(text) => {
                let pattern = format!("%{}%", escaped(&text.to_lowercase()));
                let place = self.put(Bind::from(pattern));
                format!("lower(cast({name} as text)) like {place} escape '\\'")
            }
            Op::Starts(text) => {
                // Code point order is the order of both engines, so a prefix is a span.
                let first = self.put(Bind::from(text.as_str()));
                let last = self.put(Bind::from(format!("{text}\u{10ffff}")));
                format!("{name} >= {first} and {name} <= {last}")
            }
            Op::Has(text) => {
                let place = self.put(Bind::from(format!("%;{};%", escaped(text))));
                format!("{name} like {place} escape '\\'")
            }
        };
        self.sql.push_str(&format!("and ({text}) "));
        Ok(())
    }

    /// A stretch of the list, from after the cursor, in order.
    fn part(
        &mut self,
        table: &Table,
        part: Part<'_>,
        query: &Query,
        limit: usize,
    ) -> Result<(), StoreError> {
        let (than, way) = if query.descending {
            ("<", "desc")
        } else {
            (">", "asc")
        };
        let after = query.after.as_ref();
        let order = match part {
            Part::With(field) => {
                let column = column(table, field)?;
                let name = format!("t.{}", tables::quoted(column.name()));
                match after.filter(|it| !it.value.is_null()) {
                    Some(after) => {
                        let value = self.put(column.bind(&table.id, &after.value)?);
                        let id = self.put(Bind::from(after.id));
                        self.sql
                            .push_str(&format!("and ({name}, t.id) {than} ({value}, {id}) "));
                    }
                    None => self.sql.push_str(&format!("and {name} is not null ")),
                }
                format!("{name} {way}, t.id {way}")
            }
            Part::Without(field) => {
                let name = tables::quoted(column(table, field)?.name());
                self.sql.push_str(&format!("and t.{name} is null "));
                self.after_id(after.filter(|it| it.value.is_null()), than);
                format!("t.id {way}")
            }
            Part::ById => {
                self.after_id(after, than);
                format!("t.id {way}")
            }
        };
        self.sql
            .push_str(&format!("order by {order} limit {limit}"));
        Ok(())
    }

    fn after_id(&mut self, after: Option<&Cursor>, than: &str) {
        if let Some(after) = after {
            let id = self.put(Bind::from(after.id));
            self.sql.push_str(&format!("and t.id {than} {id} "));
        }
    }
}

fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\")
        .replace('%', "\\%")
        .replace('_', "\\_")
}
