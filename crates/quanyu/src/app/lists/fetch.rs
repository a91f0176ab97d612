//! Columns of registers fetched for the names of a list, and the list as a workbook.
//!
//! Owns which columns may be fetched and how several records of one organization stand in a cell. Leaves the workbook to
//! `quanyu-documents`. Personal data are not fetched.
//!
//! Start reading at [`xlsx`].

use std::collections::{BTreeMap, HashMap};

use jiff::civil::Time;
use quanyu_core::{
    access::{Place, Right},
    region::RegionCode,
    text::{Language, Text},
    value::Value,
};
use quanyu_documents::workbook::{
    Cell,
    write::{Book, Field as Head, Kind, XlsxWriter},
};
use quanyu_pack::model::{Field, FieldType, Register};
use quanyu_store::{
    Tx,
    list::{self, Filter, Op, Query},
    lists as kept,
    records::Record,
};
use rust_decimal::Decimal;

use super::{ALL, AppError, Candidate, Product, get, known, organization_ids, organizations};
use crate::app::registers;

/// The field of a column that says whether an organization stands in a register at all.
pub const MARK: &str = "@";
/// Organizations asked for at once.
const PART: usize = 500;

/// A register whose columns may be fetched.
#[derive(Clone, Debug)]
pub struct Offer {
    /// The register.
    pub register: String,
    /// What it is called.
    pub title: Text,
    /// Whether it is the register of organizations itself, of which each has one record.
    pub own: bool,
    /// Its fields: id and title.
    pub fields: Vec<(String, Text)>,
}

/// A column that is fetched.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Column {
    /// The register.
    pub register: String,
    /// Its field, or [`MARK`].
    pub field: String,
}

impl Column {
    /// A column as an address writes it: `register.field`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (register, field) = text.split_once('.')?;
        Some(Self {
            register: register.to_owned(),
            field: field.to_owned(),
        })
    }
}

/// What may be fetched: columns of organizations, and of registers whose records belong to one.
///
/// # Errors
/// Where the pack declares no organizations.
pub fn offers(product: &Product) -> Result<Vec<Offer>, AppError> {
    let own = organizations(product)?;
    let others = product
        .pack
        .registers
        .values()
        .filter(|it| it.id != own.id && link(it).is_some());
    let all = std::iter::once(own).chain(others);
    let seen = all.filter(|it| !product.scope(Right::Read, it).is_nothing());
    Ok(seen
        .map(|it| Offer {
            register: it.id.clone(),
            title: it.title.clone(),
            own: it.id == own.id,
            fields: fetched(it)
                .map(|it| (it.id.clone(), it.title.clone()))
                .collect(),
        })
        .collect())
}

/// The list as a workbook: its own columns, what it was matched with, and the columns asked for. `say` gives the words of heads
/// (`status`, `why`, `organization`, `code`, `street`, `held`) and of what stands below them (`list_status.…`, `list_why.…`).
///
/// # Errors
/// As [`get`]; a column that is not offered.
pub async fn xlsx(
    product: &Product,
    id: i64,
    columns: &[Column],
    say: &(dyn Fn(&str) -> String + Send + Sync),
) -> Result<(String, Vec<u8>), AppError> {
    product.may(Right::Export, organizations(product)?)?;
    let list = get(product, id).await?;
    let mut tx = product.store.read().await?;
    let rows = kept::rows(&mut tx, id, None, 0, ALL).await?;
    let ids = organization_ids(&rows);
    let known = known(product, &mut tx, ids.clone()).await?;
    let mut heads: Vec<Head> = list
        .heads
        .iter()
        .map(|it| Head::new(it, Kind::Text))
        .collect();
    for key in ["status", "why", "organization", "code", "street"] {
        heads.push(Head::new(say(key), Kind::Text));
    }
    let visible: Vec<i64> = ids
        .into_iter()
        .filter(|it| known.contains_key(it))
        .collect();
    let mut fetched = Vec::new();
    for column in columns {
        let (head, cells) = fetch(product, &mut tx, column, &visible, say).await?;
        heads.push(head);
        fetched.push(cells);
    }
    let book = Book {
        title: list.title.clone(),
        made_at: product.today().to_datetime(Time::midnight()),
        language: Language::Zh,
    };
    let trouble = |error: &dyn std::fmt::Display| AppError::Output(error.to_string());
    let mut out = XlsxWriter::new(&book, &heads).map_err(|it| trouble(&it))?;
    for row in &rows {
        let own = row.found.organization.and_then(|it| known.get(&it));
        let mut cells: Vec<Cell> = row.cells.iter().map(|it| text(it)).collect();
        cells.resize(list.heads.len(), Cell::Empty);
        cells.push(text(&say(&format!("list_status.{}", row.found.status))));
        let why = row.found.why.as_ref();
        cells.push(why.map_or(Cell::Empty, |it| text(&say(&format!("list_why.{it}")))));
        let of = |part: fn(&Candidate) -> &String| own.map_or(Cell::Empty, |it| text(part(it)));
        cells.extend([of(|it| &it.name), of(|it| &it.code), of(|it| &it.street)]);
        for column in &fetched {
            let cell = own.and_then(|it| column.get(&it.id));
            cells.push(cell.cloned().unwrap_or_default());
        }
        out.write_row(&cells).map_err(|it| trouble(&it))?;
    }
    let mut bytes = Vec::new();
    out.finish_into(std::io::Cursor::new(&mut bytes))
        .map_err(|it| trouble(&it))?;
    Ok((list.title, bytes))
}

/// Of which organizations of a list a register holds records: how many of each.
///
/// # Errors
/// An unknown register, or one whose records belong to nobody.
pub async fn held(
    product: &Product,
    register: &str,
    organizations: &[i64],
) -> Result<BTreeMap<i64, usize>, AppError> {
    let register = registers::declared(product, register)?;
    let mut tx = product.store.read().await?;
    let records = of(product, &mut tx, register, organizations).await?;
    Ok(records
        .into_iter()
        .map(|(id, all)| (id, all.len()))
        .collect())
}

fn text(text: &str) -> Cell {
    if text.is_empty() {
        Cell::Empty
    } else {
        Cell::Text(text.to_owned())
    }
}

/// Head and cells, by organization, of a column.
async fn fetch(
    product: &Product,
    tx: &mut Tx,
    column: &Column,
    organizations: &[i64],
    say: &(dyn Fn(&str) -> String + Send + Sync),
) -> Result<(Head, HashMap<i64, Cell>), AppError> {
    let register = registers::declared(product, &column.register)?;
    let records = of(product, tx, register, organizations).await?;
    if column.field == MARK {
        let head = Head::new(
            format!("{}·{}", register.title.zh, say("held")),
            Kind::Integer,
        );
        let count = |all: Vec<Record>| Cell::Number(Decimal::from(all.len()));
        return Ok((
            head,
            records
                .into_iter()
                .map(|(id, all)| (id, count(all)))
                .collect(),
        ));
    }
    let ids = || fetched(register).map(|it| it.id.as_str());
    let field = fetched(register).find(|it| it.id == column.field);
    let field = field.ok_or_else(|| AppError::not_found("field", &column.field, ids()))?;
    let mut cells = HashMap::new();
    for (organization, all) in records {
        let cell = match all.as_slice() {
            [one] => one_cell(tx, product, field, one.value(&field.id)).await?,
            several => {
                let mut said: Vec<String> = Vec::new();
                for record in several {
                    let cell = one_cell(tx, product, field, record.value(&field.id))
                        .await?
                        .said();
                    if !cell.is_empty() && !said.contains(&cell) {
                        said.push(cell);
                    }
                }
                text(&said.join("；"))
            }
        };
        cells.insert(organization, cell);
    }
    Ok((head(product, register, field), cells))
}

/// Records of a register by the organization that they belong to.
async fn of(
    product: &Product,
    tx: &mut Tx,
    register: &Register,
    ids: &[i64],
) -> Result<BTreeMap<i64, Vec<Record>>, AppError> {
    let scope = product.may(Right::Read, register)?;
    let mut all: BTreeMap<i64, Vec<Record>> = BTreeMap::new();
    if register.id == organizations(product)?.id {
        for record in list::by_ids(tx, &register.id, ids).await? {
            all.insert(record.id, vec![record]);
        }
        return Ok(all);
    }
    let link = link(register).ok_or_else(|| AppError::not_found("register", &register.id, []))?;
    for part in ids.chunks(PART) {
        let wanted = part.iter().map(|it| Value::Int(*it)).collect();
        let mut query = Query {
            filters: vec![Filter::new(link.id.as_str(), Op::In(wanted))],
            limit: list::LONGEST_PAGE,
            ..Query::default()
        };
        loop {
            let page = list::list(tx, &register.id, &query).await?;
            for record in page.records {
                let Value::Int(organization) = *record.value(&link.id) else {
                    continue;
                };
                let region = record.region.parse::<RegionCode>().ok();
                let place = Place {
                    region: region.as_ref(),
                    organization: Some(organization),
                    owner: record.owner_user.as_deref(),
                };
                if scope.holds(place) {
                    all.entry(organization).or_default().push(record);
                }
            }
            match page.next {
                Some(next) => query.after = Some(next),
                None => break,
            }
        }
    }
    Ok(all)
}

/// The field that says which organization a record belongs to.
fn link(register: &Register) -> Option<&Field> {
    let mut fields = register.fields.iter();
    fields.find(|it| it.kind == FieldType::Organization && !it.many)
}

/// The fields of a register that are fetched.
fn fetched(register: &Register) -> impl Iterator<Item = &Field> {
    let link = link(register).map(|it| it.id.as_str());
    register.fields.iter().filter(move |it| {
        !matches!(it.kind, FieldType::Person | FieldType::File) && Some(it.id.as_str()) != link
    })
}

fn head(product: &Product, register: &Register, field: &Field) -> Head {
    let unit = match &field.kind {
        FieldType::Money => "（元）".to_owned(),
        FieldType::Decimal { .. } | FieldType::Integer => {
            let unit = field.unit.as_deref().filter(|it| *it != "1");
            unit.map(|it| format!("（{it}）")).unwrap_or_default()
        }
        _ => String::new(),
    };
    let kind = match &field.kind {
        FieldType::Integer => Kind::Integer,
        FieldType::Decimal { scale } => Kind::Decimal(*scale),
        FieldType::Money => Kind::Money,
        FieldType::Date => Kind::Date,
        FieldType::LongText => Kind::LongText,
        _ => Kind::Text,
    };
    let own = product
        .pack
        .playing("organization")
        .is_some_and(|it| it.id == register.id);
    let title = &field.title.zh;
    let title = if own {
        title.clone()
    } else {
        format!("{}·{title}", register.title.zh)
    };
    Head::new(format!("{title}{unit}"), kind)
}

async fn one_cell(
    tx: &mut Tx,
    product: &Product,
    field: &Field,
    value: &Value,
) -> Result<Cell, AppError> {
    Ok(match value {
        Value::Null => Cell::Empty,
        Value::Int(int) if field.kind == FieldType::Integer => Cell::Number(Decimal::from(*int)),
        Value::Decimal(decimal) => Cell::Number(*decimal),
        Value::Money(money) => Cell::Number(money.yuan()),
        Value::Date(day) => Cell::Date(day.to_datetime(Time::midnight())),
        value => text(
            &registers::cell(tx, product, field, value, Language::Zh)
                .await?
                .said,
        ),
    })
}
