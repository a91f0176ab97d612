//! A page of a register: columns, conditions as people type them, sums and the way on.
//!
//! Owns cursors; leaves conditions to [`super::conditions`]. Invariant: sums and counts are over exactly the rows that the conditions let through.
//!
//! Start reading at [`list`].

use quanyu_core::{
    access::Right,
    text::{Language, Text},
    value::Value,
};
use quanyu_pack::model::{Field, FieldType, Register};
use quanyu_store::{
    Tx,
    list::{self as rows, Cursor, Filter, Op, Query},
};

use super::{
    Cell, FieldHead, RegisterView, cell,
    conditions::conditions,
    day, first_fields, from_canonical, head, readable,
    tally::{self, Wait},
    view,
};
use crate::app::{AppError, Product, Why, cells, search};

/// What a list is asked for.
#[derive(Clone, Debug, Default)]
pub struct ListWish {
    /// Columns by field id; empty: the pack's first ones.
    pub columns: Vec<String>,
    /// Conditions: field, operator (`is`, `has`, `from`, `to`), text as people type it.
    pub filters: Vec<(String, String, String)>,
    /// Field to sort by; `None` is by id.
    pub sort: Option<String>,
    /// From the largest down.
    pub descending: bool,
    /// The cursor of the page before.
    pub after: Option<String>,
    /// Rows a page, at most 500.
    pub limit: u32,
    /// A day, as typed: dated fields say, and are asked, what held then; else today's values.
    pub day: Option<String>,
    /// Whether to wait for the count of a large register.
    pub counted: bool,
}

/// A page of a register.
#[derive(Clone, Debug)]
pub struct ListPage {
    /// The register.
    pub register: RegisterView,
    /// All fields that could be shown: first those that are, in the order of the cells, then the others.
    pub fields: Vec<FieldHead>,
    /// Rows.
    pub rows: Vec<ListRow>,
    /// Sums of the number columns shown, over all rows that the filters let through, as shown; `None` for other columns.
    pub totals: Vec<Option<String>>,
    /// Rows that the filters let through; `None` while they are being counted.
    pub count: Option<u64>,
    /// Start of the next page.
    pub next: Option<String>,
    /// Conditions that could not be understood: field and why, in words.
    pub faults: Vec<(String, String)>,
    /// Whether the person before us may make records here.
    pub enters: bool,
    /// States of its lifecycle: id and title.
    pub states: Vec<(String, Text)>,
}

/// A row of a list.
#[derive(Clone, Debug)]
pub struct ListRow {
    /// Record id.
    pub id: i64,
    /// Cells in the order of the columns shown.
    pub cells: Vec<Cell>,
}

/// A page of a register.
///
/// # Errors
/// An unknown register or column, a cursor that is none.
pub async fn list(
    product: &Product,
    id: &str,
    wish: &ListWish,
    language: Language,
) -> Result<ListPage, AppError> {
    let register = readable(product, id)?;
    let mut tx = product.store.read().await?;
    let (query, faults) = query_of(product, &mut tx, register, wish, language).await?;
    let page = rows::list(&mut tx, id, &query).await?;
    let shown = shown_of(register, wish)?;
    let mut rows = Vec::with_capacity(page.records.len());
    for record in &page.records {
        let record = &super::person::masked(product, register, record)?;
        let mut cells = Vec::with_capacity(shown.len());
        for field in &shown {
            cells.push(cell(&mut tx, product, field, record.value(&field.id), language).await?);
        }
        rows.push(ListRow {
            id: record.id,
            cells,
        });
    }
    let summed: Vec<&str> = shown
        .iter()
        .filter(|it| adds_up(it))
        .map(|it| it.id.as_str())
        .collect();
    let wait = if wish.counted {
        Wait::Whole
    } else {
        Wait::Moment
    };
    let tally = tally::of(product, &mut tx, register, &query, &summed, wait).await?;
    let totals = shown
        .iter()
        .map(|field| {
            let place = summed.iter().position(|it| *it == field.id)?;
            let sum = &tally.as_ref()?.sums[place];
            Some(cells::say(&product.pack, field, sum, language))
        })
        .collect();
    let count = tally.as_ref().map(|it| it.count);
    // Heads stand as the cells do; what is not shown comes after.
    let hidden = register
        .fields
        .iter()
        .filter(|field| shown.iter().all(|it| it.id != field.id));
    let heads = shown.iter().map(|field| head(&product.pack, field, true));
    let heads = heads.chain(hidden.map(|field| head(&product.pack, field, false)));
    Ok(ListPage {
        register: view(&product.pack, register, count),
        fields: heads.collect(),
        rows,
        totals,
        count,
        next: page.next.as_ref().map(cursor_text),
        faults,
        states: register
            .lifecycle
            .iter()
            .flat_map(|it| &it.states)
            .map(|it| (it.id.clone(), it.title.clone()))
            .collect(),
        enters: !product.scope(Right::Enter, register).is_nothing(),
    })
}

/// What the store is asked for, and the conditions that make no sense.
pub(in crate::app) async fn query_of(
    product: &Product,
    tx: &mut Tx,
    register: &Register,
    wish: &ListWish,
    language: Language,
) -> Result<(Query, Vec<(String, String)>), AppError> {
    let (filters, faults) = conditions(product, tx, register, &wish.filters, language).await?;
    let order = match wish.sort.as_deref().filter(|it| !it.is_empty()) {
        Some(field) => Some(field_of(register, field)?.id.clone()),
        None => None,
    };
    let after = match wish.after.as_deref().filter(|it| !it.is_empty()) {
        Some(text) => Some(cursor_from(register, order.as_deref(), text)?),
        None => None,
    };
    if let Some(field) = &order {
        tally::sorted(product, tx, register, field).await?;
    }
    let among = bearing(product, tx, register, &filters).await?;
    let query = Query {
        among,
        filters,
        order,
        descending: wish.descending,
        after,
        limit: wish.limit.clamp(1, 500),
        day: day(wish.day.as_deref())?,
        ..Query::default()
    };
    Ok((query, faults))
}

/// The records of a register that may have the names asked for, where the search index knows them: a list by name then looks at these
/// alone instead of at every row.
async fn bearing(
    product: &Product,
    tx: &mut Tx,
    register: &Register,
    filters: &[Filter],
) -> Result<Option<Vec<i64>>, AppError> {
    let asked = filters.iter().find_map(|it| match &it.op {
        Op::Contains(text) if it.field == register.label => Some(text),
        _ => None,
    });
    match asked {
        Some(text) if tally::large(product, tx, register).await? => {
            search::bearing(product, tx.head(), register, text).await
        }
        _ => Ok(None),
    }
}

/// The columns that a list shows: those asked for, else the first ones.
pub(in crate::app) fn shown_of<'a>(
    register: &'a Register,
    wish: &ListWish,
) -> Result<Vec<&'a Field>, AppError> {
    if wish.columns.is_empty() {
        return Ok(first_fields(register));
    }
    let columns = wish.columns.iter();
    columns.map(|it| field_of(register, it)).collect()
}

/// Whether a column's values make sense added up: counts and money, but no shares, scores or years.
fn adds_up(field: &Field) -> bool {
    match &field.kind {
        FieldType::Money => true,
        FieldType::Integer | FieldType::Decimal { .. } => field
            .unit
            .as_deref()
            .is_some_and(|it| !matches!(it, "1" | "%" | "年" | "分" | "岁" | "名次")),
        _ => false,
    }
}

pub(super) fn field_of<'a>(register: &'a Register, id: &str) -> Result<&'a Field, AppError> {
    register.field(id).ok_or_else(|| {
        AppError::not_found("field", id, register.fields.iter().map(|it| it.id.as_str()))
    })
}

/// `id` or `id~value`: what a page hands out as `next`.
pub(in crate::app) fn cursor_text(cursor: &Cursor) -> String {
    match cursor.value.canonical() {
        Some(value) => format!("{}~{value}", cursor.id),
        None => cursor.id.to_string(),
    }
}

fn cursor_from(register: &Register, order: Option<&str>, text: &str) -> Result<Cursor, AppError> {
    let wrong = || AppError::BadValue {
        kind: "cursor",
        value: text.to_owned(),
        why: Why::new("请从第一页重新翻起", "a cursor is taken from a page before"),
    };
    let (id, value) = text
        .split_once('~')
        .map_or((text, None), |(id, value)| (id, Some(value)));
    let id = id.parse().map_err(|_| wrong())?;
    let value = match (order.and_then(|it| register.field(it)), value) {
        (Some(field), Some(value)) => from_canonical(field, value).ok_or_else(wrong)?,
        _ => Value::Null,
    };
    Ok(Cursor { value, id })
}
