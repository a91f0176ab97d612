//! 业务台账: lists and records, for reading.
//!
//! Owns the shapes that pages show, which columns come first, and how a cell is said. Leaves rows to `quanyu-store`.
//!
//! Invariant: a list never counts or sums other rows than it shows.
//!
//! Start reading at [`list`].

use futures::future::BoxFuture;
use quanyu_core::{
    money::Money,
    text::{Language, Text},
    value::Value,
};
use quanyu_pack::model::{Field, FieldType, Pack, Register};
use quanyu_store::{
    Tx,
    change::{self, Change},
    list::{self, Cursor, Filter, Op, Query},
    records::{self, Record},
};
use rust_decimal::Decimal;

use super::{AppError, Product, cells, names::NameMap};

/// Columns of a list that nobody chose: enough to know a record by, few enough for a screen.
const FIRST_COLUMNS: usize = 7;
/// Records shown of each register that refers to one.
const FIRST_RELATED: u32 = 5;

/// A register in the list of registers.
#[derive(Clone, Debug)]
pub struct RegisterView {
    /// Identifier.
    pub id: String,
    /// What it is called.
    pub title: Text,
    /// Room it stands in (id and title).
    pub module: (String, Text),
    /// Records, not counting removed ones.
    pub count: u64,
    /// Where the data come from.
    pub source: Option<String>,
}

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

/// A column's head.
#[derive(Clone, Debug)]
pub struct FieldHead {
    /// Field id.
    pub id: String,
    /// What it is called.
    pub title: Text,
    /// Unit in the head, such as 万元.
    pub unit: Option<String>,
    /// Type word of the pack (`money`, `date` …).
    pub kind: &'static str,
    /// Whether it is among the columns shown.
    pub shown: bool,
    /// Right-aligned.
    pub number: bool,
    /// Choices of a code field: code and title.
    pub choices: Vec<(String, Text)>,
}

/// A row of a list.
#[derive(Clone, Debug)]
pub struct ListRow {
    /// Record id.
    pub id: i64,
    /// Cells in the order of the columns shown.
    pub cells: Vec<Cell>,
}

/// A cell as shown.
#[derive(Clone, Debug, Default)]
pub struct Cell {
    /// As people read it; "—" where unknown.
    pub said: String,
    /// The record it refers to.
    pub link: Option<(String, i64)>,
}

/// A record with everything about it.
#[derive(Clone, Debug)]
pub struct RecordPage {
    /// The register.
    pub register: RegisterView,
    /// Record id.
    pub id: i64,
    /// What it is called.
    pub label: String,
    /// Version, 1 for the first.
    pub version: i64,
    /// State and its title, where the register has a lifecycle.
    pub state: Option<(String, Text)>,
    /// Fields and cells.
    pub fields: Vec<(FieldHead, Cell)>,
    /// Lines: title, heads, rows.
    pub lines: Vec<(Text, Vec<FieldHead>, Vec<Vec<Cell>>)>,
    /// Every change, newest first.
    pub history: Vec<ChangeView>,
    /// Records that refer to this one: register, title, count, and the first few (id, label).
    pub related: Vec<Related>,
    /// Whether it was removed.
    pub removed: bool,
}

/// Records of one register that refer to a record.
#[derive(Clone, Debug)]
pub struct Related {
    /// Register id.
    pub register: String,
    /// Its title.
    pub title: Text,
    /// The field that refers.
    pub field: String,
    /// How many.
    pub count: u64,
    /// The first few.
    pub first: Vec<(i64, String)>,
}

/// One change of a record.
#[derive(Clone, Debug)]
pub struct ChangeView {
    /// Its number in the chain.
    pub sequence: i64,
    /// Who.
    pub actor: String,
    /// When, as shown in Asia/Shanghai.
    pub at: String,
    /// What was done, as a message code such as `record.create`.
    pub act: String,
    /// Field, before, after, as shown.
    pub fields: Vec<(Text, String, String)>,
}

/// Every register of the pack with its number of records, in order of the menu.
///
/// # Errors
/// The database's.
pub async fn all(product: &Product) -> Result<Vec<RegisterView>, AppError> {
    let mut tx = product.store.read().await?;
    let mut views = Vec::new();
    for register in product.pack.registers.values() {
        let count = list::count(&mut tx, &register.id, &Query::default()).await?;
        views.push(view(&product.pack, register, count));
    }
    let place = |it: &RegisterView| {
        product
            .pack
            .modules
            .iter()
            .position(|module| module.id == it.module.0)
    };
    views.sort_by_key(|it| (place(it), it.id.clone()));
    Ok(views)
}

fn view(pack: &Pack, register: &Register, count: i64) -> RegisterView {
    let module = pack.modules.iter().find(|it| it.id == register.module);
    RegisterView {
        id: register.id.clone(),
        title: register.title.clone(),
        module: (
            register.module.clone(),
            module.map(|it| it.title.clone()).unwrap_or_default(),
        ),
        count: u64::try_from(count).unwrap_or(0),
        source: register.source.clone(),
    }
}

/// The register of that id.
///
/// # Errors
/// When there is none, with the nearest name.
pub fn declared<'a>(product: &'a Product, id: &str) -> Result<&'a Register, AppError> {
    let all = &product.pack.registers;
    all.get(id)
        .ok_or_else(|| AppError::not_found("register", id, all.keys().map(String::as_str)))
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
    let register = declared(product, id)?;
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
    };
    let page = list::list(&mut tx, id, &query).await?;
    let all_rows = Query {
        after: None,
        ..query.clone()
    };
    let count = list::count(&mut tx, id, &all_rows).await?;
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
    let sums = list::sums(&mut tx, id, &all_rows, &summed).await?;
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

/// The fields shown where nobody chose, in order of declaration: the key and the label, the first of each kind that
/// people look for (whom, what sort, how much, when, where), then what there is room for. Long texts and personal data
/// are left out.
#[must_use]
pub fn first_fields(register: &Register) -> Vec<&Field> {
    let plain = |it: &&Field| {
        !matches!(
            it.kind,
            FieldType::LongText
                | FieldType::Person
                | FieldType::File
                | FieldType::Url
                | FieldType::Location
        )
    };
    let mut chosen: Vec<&str> = register.key.iter().map(String::as_str).collect();
    chosen.push(&register.label);
    let first = |wanted: fn(&FieldType) -> bool| {
        register
            .fields
            .iter()
            .filter(plain)
            .find(|it| wanted(&it.kind))
    };
    let sorts: [fn(&FieldType) -> bool; 5] = [
        |it| matches!(it, FieldType::Organization | FieldType::Reference { .. }),
        |it| matches!(it, FieldType::Code { .. }),
        |it| {
            matches!(
                it,
                FieldType::Money | FieldType::Decimal { .. } | FieldType::Integer
            )
        },
        |it| matches!(it, FieldType::Date | FieldType::Period),
        |it| matches!(it, FieldType::Region),
    ];
    chosen.extend(sorts.into_iter().filter_map(first).map(|it| it.id.as_str()));
    chosen.extend(
        register
            .fields
            .iter()
            .filter(plain)
            .map(|it| it.id.as_str()),
    );
    let mut kept: Vec<&str> = Vec::new();
    for id in chosen {
        if kept.len() < FIRST_COLUMNS && !kept.contains(&id) {
            kept.push(id);
        }
    }
    register
        .fields
        .iter()
        .filter(|it| kept.contains(&it.id.as_str()))
        .collect()
}

fn head(pack: &Pack, field: &Field, shown: bool) -> FieldHead {
    let choices = match &field.kind {
        FieldType::Code { list } => pack
            .codes
            .get(list)
            .map(|it| it.items.as_slice())
            .unwrap_or_default(),
        _ => &[],
    };
    FieldHead {
        id: field.id.clone(),
        title: field.title.clone(),
        unit: match field.kind {
            FieldType::Money => Some("元".to_owned()),
            _ => field.unit.clone(),
        },
        kind: field.kind.word(),
        shown,
        number: matches!(
            field.kind,
            FieldType::Integer | FieldType::Decimal { .. } | FieldType::Money
        ),
        choices: choices
            .iter()
            .map(|it| (it.code.clone(), it.title.clone()))
            .collect(),
    }
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
    let found = list::list(tx, &target.id, &query).await?;
    Ok(Op::In(
        found.records.iter().map(|it| Value::Int(it.id)).collect(),
    ))
}

/// The register that a field refers to, where it does.
pub fn target<'a>(pack: &'a Pack, field: &Field) -> Option<&'a Register> {
    match &field.kind {
        FieldType::Organization => pack.playing("organization"),
        FieldType::Reference { to } => pack.registers.get(to),
        _ => None,
    }
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

/// A value from its canonical text, as the change chain and cursors hold it.
fn from_canonical(field: &Field, text: &str) -> Option<Value> {
    if field.many {
        return Some(Value::Text(text.to_owned()));
    }
    Some(match &field.kind {
        FieldType::Integer
        | FieldType::YesNo
        | FieldType::Reference { .. }
        | FieldType::Organization => Value::Int(text.parse().ok()?),
        FieldType::Decimal { .. } => Value::Decimal(text.parse::<Decimal>().ok()?),
        FieldType::Money => Value::Money(text.parse::<Money>().ok()?),
        FieldType::Date => Value::Date(text.parse().ok()?),
        _ => Value::Text(text.to_owned()),
    })
}

/// What a record is called: its label, else its number.
#[must_use]
pub fn label(register: &Register, record: &Record) -> String {
    record
        .value(&register.label)
        .canonical()
        .unwrap_or_else(|| format!("#{}", record.id))
}

/// A value as shown; references by the label of their record.
pub fn cell<'a>(
    tx: &'a mut Tx,
    product: &'a Product,
    field: &'a Field,
    value: &'a Value,
    language: Language,
) -> BoxFuture<'a, Result<Cell, AppError>> {
    Box::pin(async move {
        let target = target(&product.pack, field);
        match (target, value) {
            (Some(register), Value::Int(id)) => {
                let record = records::get(tx, &register.id, *id).await?;
                let said = record.map_or_else(|| format!("#{id}"), |it| label(register, &it));
                Ok(Cell {
                    said,
                    link: Some((register.id.clone(), *id)),
                })
            }
            (Some(register), Value::Text(many)) => {
                let ids: Vec<i64> = many.split(';').filter_map(|it| it.parse().ok()).collect();
                let found = list::by_ids(tx, &register.id, &ids).await?;
                let said: Vec<String> = found.iter().map(|it| label(register, it)).collect();
                Ok(Cell {
                    said: said.join("、"),
                    link: None,
                })
            }
            // Personal data stay masked until somebody signs in who may see them.
            (_, value) if field.kind == FieldType::Person && !value.is_null() => Ok(Cell {
                said: "•••".to_owned(),
                link: None,
            }),
            (_, value) => Ok(Cell {
                said: cells::say(&product.pack, field, value, language),
                link: None,
            }),
        }
    })
}

/// A record with everything about it.
///
/// # Errors
/// An unknown register or record.
pub async fn record(
    product: &Product,
    id: &str,
    record: i64,
    language: Language,
) -> Result<RecordPage, AppError> {
    let register = declared(product, id)?;
    let mut tx = product.store.read().await?;
    let history = change::history(&mut tx, record).await?;
    let found = records::get(&mut tx, id, record).await?;
    let Some(found) = found else {
        return Err(AppError::NotFound {
            kind: "record",
            id: format!("{id}/{record}"),
            near: None,
        });
    };
    let mut fields = Vec::new();
    for field in &register.fields {
        let shown = cell(&mut tx, product, field, found.value(&field.id), language).await?;
        fields.push((head(&product.pack, field, true), shown));
    }
    let mut lines = Vec::new();
    for declared in &register.lines {
        let heads = declared
            .fields
            .iter()
            .map(|it| head(&product.pack, it, true))
            .collect();
        let mut rows = Vec::new();
        for line in found.lines.get(&declared.id).into_iter().flatten() {
            let mut row = Vec::new();
            for field in &declared.fields {
                let value = line.values.get(&field.id).unwrap_or(&Value::Null);
                row.push(cell(&mut tx, product, field, value, language).await?);
            }
            rows.push(row);
        }
        lines.push((declared.title.clone(), heads, rows));
    }
    let state = found.state.clone().map(|state| {
        let known = register
            .lifecycle
            .as_ref()
            .and_then(|it| it.states.iter().find(|it| it.id == state));
        (
            state.clone(),
            known.map_or_else(|| Text::zh(state), |it| it.title.clone()),
        )
    });
    let mut changes = Vec::new();
    for change in history.iter().rev() {
        changes.push(changed(&mut tx, product, register, change, language).await?);
    }
    Ok(RecordPage {
        register: view(&product.pack, register, 0),
        id: record,
        label: label(register, &found),
        version: found.version,
        state,
        fields,
        lines,
        history: changes,
        related: related(&mut tx, product, register, record).await?,
        removed: false,
    })
}

async fn changed(
    tx: &mut Tx,
    product: &Product,
    register: &Register,
    change: &Change,
    language: Language,
) -> Result<ChangeView, AppError> {
    let mut fields = Vec::new();
    let text = |body: &Option<quanyu_store::body::Body>, id: &str| {
        body.as_ref().and_then(|it| it.fields.get(id)).cloned()
    };
    for field in &register.fields {
        let (before, after) = (
            text(&change.before, &field.id),
            text(&change.after, &field.id),
        );
        if before == after {
            continue;
        }
        let value = |text: Option<String>| {
            text.and_then(|it| from_canonical(field, &it))
                .unwrap_or(Value::Null)
        };
        let (before, after) = (value(before), value(after));
        let before = cell(tx, product, field, &before, language).await?.said;
        let after = cell(tx, product, field, &after, language).await?.said;
        fields.push((field.title.clone(), before, after));
    }
    Ok(ChangeView {
        sequence: change.seq,
        actor: change.actor.clone(),
        at: shanghai(&change.at),
        act: change.act.clone(),
        fields,
    })
}

/// A UTC time as people in China read it. The zone has had no changes since 1991, so no zone data are needed.
fn shanghai(utc: &str) -> String {
    const EIGHT_HOURS: i32 = 8 * 3600;
    let zone = jiff::tz::Offset::from_seconds(EIGHT_HOURS);
    match (utc.parse::<jiff::Timestamp>(), zone) {
        (Ok(at), Ok(zone)) => zone
            .to_datetime(at)
            .strftime("%Y-%m-%d %H:%M:%S")
            .to_string(),
        _ => utc.to_owned(),
    }
}

/// Records of other registers that refer to this one.
async fn related(
    tx: &mut Tx,
    product: &Product,
    register: &Register,
    id: i64,
) -> Result<Vec<Related>, AppError> {
    let mut all = Vec::new();
    for other in product.pack.registers.values() {
        for field in &other.fields {
            if target(&product.pack, field).is_none_or(|it| it.id != register.id) {
                continue;
            }
            let op = if field.many {
                Op::Has(id.to_string())
            } else {
                Op::Eq(Value::Int(id))
            };
            let query = Query {
                filters: vec![Filter::new(field.id.clone(), op)],
                limit: FIRST_RELATED,
                ..Query::default()
            };
            let count = list::count(tx, &other.id, &query).await?;
            if count > 0 {
                let page = list::list(tx, &other.id, &query).await?;
                all.push(Related {
                    register: other.id.clone(),
                    title: other.title.clone(),
                    field: field.id.clone(),
                    count: u64::try_from(count).unwrap_or(0),
                    first: page
                        .records
                        .iter()
                        .map(|it| (it.id, label(other, it)))
                        .collect(),
                });
            }
        }
    }
    Ok(all)
}
