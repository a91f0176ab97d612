//! 数据开放: records and rows that anybody may have, as files with a dictionary, a licence and a date.
//!
//! Owns which records are taken, leaving out counts too small to be told, writing the files, releasing them. Leaves handing them to
//! strangers to `app::public`.
//!
//! Invariant: no personal data, and only records in the states that the pack declares; what was released is frozen.
//!
//! Start reading at [`release`].

use std::{collections::BTreeMap, path::Path, sync::Arc};

use futures::FutureExt as _;
use jiff::civil::Time;
use quanyu_core::{
    access::{Right, Scope},
    person::scrub,
    text::Text,
    value::Value,
};
use quanyu_documents::workbook::Cell;
use quanyu_pack::model::{Field, OpenData, Register, Small};
use quanyu_store::{
    files,
    list::{self, Filter, Op, Query},
    publication::{self, NewRelease},
};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::{
    AppError, Product,
    exports::{self, Labels, Out},
    registers,
};

/// Records read together.
const PAGE: u32 = 5_000;
/// Rows of one release: what a workbook holds.
const MOST_ROWS: usize = 1_000_000;

/// What the catalogue says of a release.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Catalogued {
    /// What it is called, in Chinese and English.
    pub title: (String, String),
    /// What it holds.
    pub about: (String, String),
    /// The licence.
    pub licence: (String, String),
    /// Who gives it.
    pub issuer: (String, String),
    /// How often it comes out.
    pub every: String,
    /// The day of the release, ISO.
    pub date: String,
    /// Rows.
    pub rows: usize,
    /// Rows whose counts were left out because they are too small.
    pub small: usize,
    /// Its columns.
    pub columns: Vec<Dictionary>,
}

/// A line of the data dictionary.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dictionary {
    /// The name in the JSON file.
    pub id: String,
    /// The head in csv and workbook.
    pub head: String,
    /// What it is called in English.
    pub en: String,
    /// What it holds: `text`, `integer`, `decimal`, `money`, `date`, `code` …
    pub kind: String,
    /// Unit of a number.
    pub unit: Option<String>,
    /// Where the data come from.
    pub source: Option<String>,
    /// Codes, what they mean.
    pub codes: Vec<(String, String)>,
}

impl Catalogued {
    /// Reads what was kept.
    ///
    /// # Errors
    /// A text that is none.
    pub fn read(text: &str) -> Result<Self, AppError> {
        serde_json::from_str(text).map_err(|error| AppError::Format {
            name: "open data".to_owned(),
            zh: "存档内容无法读取".to_owned(),
            why: error.to_string(),
        })
    }
}

/// Open data, for officers.
#[derive(Clone, Debug)]
pub struct OpenRow {
    /// Identifier.
    pub id: String,
    /// What it is called.
    pub title: Text,
    /// The register or dataset.
    pub of: String,
    /// How often it comes out.
    pub every: String,
    /// Counts below this are left out.
    pub below: Option<u32>,
    /// Whether who looks may release it.
    pub releases: bool,
    /// The last release: number, day, rows, rows left out.
    pub last: Option<(i64, String, usize, usize)>,
}

/// All that is declared open, with what was released last.
///
/// # Errors
/// The database's.
pub async fn all(product: &Product) -> Result<Vec<OpenRow>, AppError> {
    let mut tx = product.store.seen_as(None).read().await?;
    let last = publication::last_releases(&mut tx).await?;
    let mut all = Vec::new();
    for it in product.pack.open_data.values() {
        let found = last.iter().find(|last| last.released.dataset == it.id);
        let last = match found {
            Some(found) => {
                let told = Catalogued::read(&found.released.body)?;
                Some((found.number, told.date, told.rows, told.small))
            }
            None => None,
        };
        all.push(OpenRow {
            id: it.id.clone(),
            title: it.title.clone(),
            of: it.of.clone(),
            every: it.every.clone(),
            below: it.small.as_ref().map(|it| it.below),
            releases: may(product, it).is_ok(),
            last,
        });
    }
    Ok(all)
}

/// Whoever releases takes out all of it, and answers for it.
fn may(product: &Product, it: &OpenData) -> Result<(), AppError> {
    let missing = |right: Right, what: &Text| AppError::NotAllowed {
        right: right.word(),
        register: what.clone(),
    };
    let Some(register) = product.pack.registers.get(&it.of) else {
        product.need_whole(&it.title)?;
        let confirms = |register: &Register| product.scope(Right::Confirm, register) == Scope::All;
        return match product.pack.registers.values().any(confirms) {
            true => Ok(()),
            false => Err(missing(Right::Confirm, &it.title)),
        };
    };
    for right in [Right::Export, Right::Confirm] {
        if product.scope(right, register) != Scope::All {
            return Err(missing(right, &register.title));
        }
    }
    Ok(())
}

/// A table that is about to be released.
struct Table {
    columns: Vec<(Dictionary, exports::Column)>,
    rows: Vec<Vec<Cell>>,
    small: usize,
}

/// Releases open data: files are made, frozen and shown from now on. The number of the release.
///
/// # Errors
/// A right that is missing, a column that the query does not have.
pub async fn release(product: &Product, id: &str) -> Result<i64, AppError> {
    let all = &product.pack.open_data;
    let open = all
        .get(id)
        .ok_or_else(|| AppError::not_found("dataset", id, all.keys().map(String::as_str)))?
        .clone();
    may(product, &open)?;
    let mut table = match product.pack.registers.get(&open.of) {
        Some(register) => of_register(product, &open, register).await?,
        None => of_dataset(product, &open).await?,
    };
    if let Some(small) = &open.small {
        table.small = leave_out(&mut table, small);
    }
    let both = |it: &Text| {
        let en = it.en.clone().unwrap_or_else(|| it.zh.clone());
        (it.zh.clone(), en)
    };
    let told = Catalogued {
        title: both(&open.title),
        about: both(&open.about),
        licence: both(&open.licence),
        issuer: both(&product.pack.title),
        every: open.every.clone(),
        date: product.today().to_string(),
        rows: table.rows.len(),
        small: table.small,
        columns: table.columns.iter().map(|it| it.0.clone()).collect(),
    };
    let title = open.title.zh.clone();
    let json = json(&told, &table);
    let made = tokio::task::spawn_blocking(move || sheets(&title, table)).await;
    let made = made.map_err(|it| AppError::Output(it.to_string()))??;
    let mut stored = Vec::new();
    let forms = [("csv", made.0), ("xlsx", made.1), ("json", json)];
    for (form, bytes) in forms {
        let file = files::put(&product.store, bytes).await?;
        stored.push((file, format!("{id}-{}.{form}", told.date)));
    }
    let body = serde_json::to_string(&told).expect("a text of texts is JSON");
    let order = Arc::new((open.id.clone(), body, stored));
    let actor = product.actor();
    let done = product.store.act(&actor, move |act| {
        let order = Arc::clone(&order);
        async move {
            let (id, body, stored) = &*order;
            for (file, name) in stored {
                files::name(act, file, name, "application/octet-stream").await?;
            }
            let value = |at: usize| stored.get(at).map(|(file, name)| file.value(name));
            let new = NewRelease {
                dataset: id.clone(),
                body: body.clone(),
                csv: value(0).unwrap_or_default(),
                xlsx: value(1).unwrap_or_default(),
                json: value(2).unwrap_or_default(),
            };
            Ok::<_, AppError>(publication::release(act, &new).await?)
        }
        .boxed()
    });
    done.await
}

async fn of_register(
    product: &Product,
    open: &OpenData,
    register: &Register,
) -> Result<Table, AppError> {
    let fields: Vec<&Field> = open
        .columns
        .iter()
        .filter_map(|it| register.field(it))
        .collect();
    let states = open.states.iter().map(|it| Value::text(it.as_str()));
    let states: Vec<Value> = states.collect();
    let mut query = Query {
        limit: PAGE,
        ..Query::default()
    };
    if !states.is_empty() {
        query.filters.push(Filter::new("@state", Op::In(states)));
    }
    let mut rows = Vec::new();
    let mut tx = product.store.read().await?;
    loop {
        let page = list::list(&mut tx, &register.id, &query).await?;
        let labels = Labels::of(&mut tx, &product.pack, &fields, &page.records).await?;
        for record in &page.records {
            let cells = fields.iter().map(|field| {
                let cell = labels.cell(&product.pack, field, record.value(&field.id));
                scrubbed(cell)
            });
            rows.push(cells.collect());
        }
        match page.next {
            Some(next) if rows.len() < MOST_ROWS => query.after = Some(next),
            _ => break,
        }
    }
    let columns = fields.iter().map(|field| {
        let column = exports::field_column(field);
        let list = match &field.kind {
            quanyu_pack::model::FieldType::Code { list } => product.pack.codes.get(list),
            _ => None,
        };
        let codes = list.into_iter().flat_map(|it| &it.items);
        let told = Dictionary {
            id: field.id.clone(),
            head: column.head.header.clone(),
            en: field.title.en.clone().unwrap_or_else(|| field.id.clone()),
            kind: field.kind.word().to_owned(),
            unit: registers::head(&product.pack, field, true).unit,
            source: field.source.clone().or_else(|| register.source.clone()),
            codes: codes
                .map(|it| (it.code.clone(), it.title.zh.clone()))
                .collect(),
        };
        (told, column)
    });
    Ok(Table {
        columns: columns.collect(),
        rows,
        small: 0,
    })
}

async fn of_dataset(product: &Product, open: &OpenData) -> Result<Table, AppError> {
    let mut found = product.figures.rows(&open.of).await?;
    let names: Vec<String> = found.columns.iter().map(|it| it.name.clone()).collect();
    let mut places = Vec::new();
    for column in &open.columns {
        let place = names.iter().position(|it| it == column);
        places.push(place.ok_or_else(|| {
            AppError::not_found("column", column, names.iter().map(String::as_str))
        })?);
    }
    let columns = places.iter().map(|place| {
        let spec = &found.columns[*place];
        let title = exports::title(&product.pack, &spec.name);
        let column = exports::plain_column(&spec.name, title.as_ref(), spec.kind);
        let told = Dictionary {
            id: spec.name.clone(),
            head: column.head.header.clone(),
            en: title
                .and_then(|it| it.en)
                .unwrap_or_else(|| spec.name.clone()),
            kind: exports::word(spec.kind).to_owned(),
            ..Dictionary::default()
        };
        (told, column)
    });
    let columns: Vec<_> = columns.collect();
    let kinds: Vec<_> = found.columns.iter().map(|it| it.kind).collect();
    let mut rows = Vec::new();
    while let Some(batch) = found.next().await? {
        for row in batch {
            let cells = places.iter().map(|place| {
                let value = row.get(*place).cloned().unwrap_or(Value::Null);
                scrubbed(exports::cell(kinds[*place], value))
            });
            rows.push(cells.collect());
        }
        if rows.len() >= MOST_ROWS {
            break;
        }
    }
    Ok(Table {
        columns,
        rows,
        small: 0,
    })
}

fn scrubbed(cell: Cell) -> Cell {
    match cell {
        Cell::Text(text) => Cell::Text(scrub(&text)),
        cell => cell,
    }
}

/// Empties the cells of rows that count too few; how many rows.
fn leave_out(table: &mut Table, small: &Small) -> usize {
    let place = |name: &str| table.columns.iter().position(|it| it.0.id == name);
    let Some(count) = place(&small.count) else {
        return 0;
    };
    let mut hidden: Vec<usize> = small.hide.iter().filter_map(|it| place(it)).collect();
    hidden.push(count);
    let below = Decimal::from(small.below);
    let mut rows = 0;
    for row in &mut table.rows {
        let few = matches!(&row[count], Cell::Number(it) if *it > Decimal::ZERO && *it < below);
        if few {
            rows += 1;
            for place in &hidden {
                row[*place] = Cell::Empty;
            }
        }
    }
    rows
}

/// The csv and the workbook.
fn sheets(title: &str, table: Table) -> Result<(Vec<u8>, Vec<u8>), AppError> {
    let folder = tempfile::tempdir().map_err(|it| AppError::file(Path::new("open data"), &it))?;
    let mut made = Vec::new();
    for form in ["csv", "xlsx"] {
        let target = folder.path().join(format!("data.{form}"));
        let columns = table.columns.iter().map(|it| it.1.clone());
        let mut out = Out::create(&target, title, columns.collect())?;
        for row in &table.rows {
            out.write_cells(row)?;
        }
        out.finish()?;
        made.push(std::fs::read(&target).map_err(|it| AppError::file(&target, &it))?);
    }
    let xlsx = made.pop().unwrap_or_default();
    Ok((made.pop().unwrap_or_default(), xlsx))
}

/// The JSON file: what the catalogue says, and the rows by column.
fn json(told: &Catalogued, table: &Table) -> Vec<u8> {
    let rows = table.rows.iter().map(|row| {
        let cells = table.columns.iter().zip(row);
        let cells = cells.map(|((told, _), cell)| {
            let value = match cell {
                Cell::Empty => serde_json::Value::Null,
                Cell::Number(number) => number.normalize().to_string().into(),
                Cell::Date(at) if at.time() == Time::midnight() => at.date().to_string().into(),
                Cell::Date(at) => at.to_string().into(),
                Cell::Text(text) => text.clone().into(),
                Cell::Bool(flag) => (*flag).into(),
                Cell::Percent(number) => number.normalize().to_string().into(),
                Cell::Error(_) => serde_json::Value::Null,
            };
            (told.id.clone(), value)
        });
        serde_json::Value::Object(cells.collect())
    });
    let rows: Vec<_> = rows.collect();
    let mut whole: BTreeMap<&str, serde_json::Value> = BTreeMap::new();
    whole.insert("about", serde_json::to_value(told).expect("texts are JSON"));
    whole.insert("rows", rows.into());
    serde_json::to_vec_pretty(&whole).expect("texts are JSON")
}
