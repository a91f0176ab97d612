//! A page of a register: columns, conditions as people type them, sums and the way on.
//!
//! Owns conditions and cursors. Invariant: sums and counts are over exactly the rows that the conditions let through.
//!
//! Start reading at [`list`].

use quanyu_core::{text::Language, value::Value};
use quanyu_pack::model::{Field, FieldType, Register};
use quanyu_store::{
    Tx,
    list::{self as rows, Cursor, Filter, Op, Query},
};

use super::{
    Cell, FieldHead, RegisterView, cell, day, first_fields, from_canonical, head, readable, target,
    view,
};
use crate::app::{AppError, Product, cells, names::NameMap};

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
    /// Rows that the filters let through.
    pub count: u64,
    /// Start of the next page.
    pub next: Option<String>,
    /// Conditions that could not be understood: field and why, in words.
    pub faults: Vec<(String, String)>,
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
    let (filters, faults) = conditions(product, &mut tx, register, &wish.filters, language).await?;
    let order = match wish.sort.as_deref().filter(|it| !it.is_empty()) {
        Some(field) => Some(field_of(register, field)?.id.clone()),
        None => None,
    };
    let after = match wish.after.as_deref().filter(|it| !it.is_empty()) {
        Some(text) => Some(cursor_from(register, order.as_deref(), text)?),
        None => None,
    };
    let query = Query {
        filters,
        order,
        descending: wish.descending,
        after,
        limit: wish.limit.clamp(1, 500),
        search: None,
        day: day(wish.day.as_deref())?,
    };
    let page = rows::list(&mut tx, id, &query).await?;
    let all_rows = Query {
        after: None,
        ..query.clone()
    };
    let count = rows::count(&mut tx, id, &all_rows).await?;
    let shown: Vec<&Field> = if wish.columns.is_empty() {
        first_fields(register)
    } else {
        wish.columns
            .iter()
            .map(|it| field_of(register, it))
            .collect::<Result<_, _>>()?
    };
    let mut rows = Vec::with_capacity(page.records.len());
    for record in &page.records {
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
    let sums = rows::sums(&mut tx, id, &all_rows, &summed).await?;
    let totals = shown
        .iter()
        .map(|field| {
            let place = summed.iter().position(|it| *it == field.id)?;
            Some(cells::say(&product.pack, field, &sums[place], language))
        })
        .collect();
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
        count: u64::try_from(count).unwrap_or(0),
        next: page.next.as_ref().map(cursor_text),
        faults,
    })
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

fn field_of<'a>(register: &'a Register, id: &str) -> Result<&'a Field, AppError> {
    register.field(id).ok_or_else(|| {
        AppError::not_found("field", id, register.fields.iter().map(|it| it.id.as_str()))
    })
}

/// Conditions as people type them; those that make no sense are told and left out.
async fn conditions(
    product: &Product,
    tx: &mut Tx,
    register: &Register,
    wished: &[(String, String, String)],
    language: Language,
) -> Result<(Vec<Filter>, Vec<(String, String)>), AppError> {
    let (mut filters, mut faults) = (Vec::new(), Vec::new());
    for (id, op, text) in wished.iter().filter(|(_, _, text)| !text.trim().is_empty()) {
        let field = field_of(register, id)?;
        match condition(product, tx, field, op, text.trim()).await? {
            Ok(op) => filters.push(Filter::new(id.clone(), op)),
            Err(fault) => faults.push((
                id.clone(),
                crate::messages::text(language, fault.code, &fault.facts).0,
            )),
        }
    }
    Ok((filters, faults))
}

async fn condition(
    product: &Product,
    tx: &mut Tx,
    field: &Field,
    op: &str,
    text: &str,
) -> Result<Result<Op, cells::CellFault>, AppError> {
    let pack = &product.pack;
    let has = op == "has";
    match &field.kind {
        FieldType::Text
        | FieldType::LongText
        | FieldType::Url
        | FieldType::Location
        | FieldType::File
            if has =>
        {
            return Ok(Ok(Op::Contains(text.to_owned())));
        }
        FieldType::Organization | FieldType::Reference { .. } => {
            return Ok(Ok(referred(product, tx, field, text).await?));
        }
        FieldType::Region => {
            let region = product.region(Some(text));
            return Ok(region
                .map(|it| Op::Starts(it.to_string()))
                .map_err(|_| cells::CellFault {
                    code: "cell_unknown_region",
                    facts: vec![("text", text.to_owned())],
                }));
        }
        _ => {}
    }
    // A condition asks for one value, and bounds of the field do not bind it.
    let lone = Field {
        many: false,
        required: false,
        min: None,
        max: None,
        ..field.clone()
    };
    let value = match cells::read(
        pack,
        &lone,
        &cells::Input::Text(text.to_owned()),
        None,
        &NameMap::default(),
    ) {
        Ok(value) => value,
        Err(fault) => return Ok(Err(fault)),
    };
    Ok(Ok(match op {
        _ if field.many => Op::Has(value.canonical().unwrap_or_default()),
        "from" => Op::Ge(value),
        "to" => Op::Le(value),
        _ => Op::Eq(value),
    }))
}

/// Records whose reference is called so: at most a thousand of them are looked for.
async fn referred(
    product: &Product,
    tx: &mut Tx,
    field: &Field,
    text: &str,
) -> Result<Op, AppError> {
    let Some(target) = target(&product.pack, field) else {
        return Ok(Op::In(Vec::new()));
    };
    let query = Query {
        filters: vec![Filter::new(
            target.label.clone(),
            Op::Contains(text.to_owned()),
        )],
        limit: 1_000,
        ..Query::default()
    };
    let found = rows::list(tx, &target.id, &query).await?;
    Ok(Op::In(
        found.records.iter().map(|it| Value::Int(it.id)).collect(),
    ))
}

/// `id` or `id~value`: what a page hands out as `next`.
fn cursor_text(cursor: &Cursor) -> String {
    match cursor.value.canonical() {
        Some(value) => format!("{}~{value}", cursor.id),
        None => cursor.id.to_string(),
    }
}

fn cursor_from(register: &Register, order: Option<&str>, text: &str) -> Result<Cursor, AppError> {
    let wrong = || AppError::BadValue {
        kind: "cursor",
        value: text.to_owned(),
        why: "a cursor is taken from a page before".to_owned(),
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
