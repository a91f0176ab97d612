//! A list of recognised organizations written into the register that holds qualifications: one import, taken back as one.
//!
//! Owns which fields are asked once for the whole list, and which the list has of its own. Leaves checking, writing and undoing
//! to `imports`.
//!
//! Invariant: only rows that are matched are written, each organization once.
//!
//! Start reading at [`write`].

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::File,
    io::BufWriter,
};

use futures::FutureExt;
use quanyu_core::{
    access::Right,
    text::{Language, Text},
    typed,
};
use quanyu_documents::workbook::{
    Cell,
    write::{CsvWriter, Field as Head, Kind},
};
use quanyu_pack::model::{Field, FieldType, Register};
use quanyu_store::{StoreError, lists as kept};

use super::{ALL, AppError, ListRefusal, Product, get, known, organization_ids};
use crate::app::imports::{self, Report};

/// The part that the register plays.
const PART: &str = "qualification";

/// What was written, or would be.
#[derive(Clone, Debug)]
pub struct Written {
    /// What the import says.
    pub report: Report,
    /// Organizations that it speaks of.
    pub organizations: usize,
    /// Rows of the list that are not matched and therefore left out.
    pub left_out: i64,
}

/// A value that is asked once for a whole list.
#[derive(Clone, Debug)]
pub struct Asked {
    /// The field.
    pub id: String,
    /// What it is called.
    pub title: Text,
    /// How it is entered.
    pub entry: Entry,
    /// Must be known.
    pub required: bool,
}

/// How a value is entered.
#[derive(Clone, Debug)]
pub enum Entry {
    /// As text.
    Text,
    /// As a day.
    Day,
    /// One of these codes, each with what it is called.
    Choice(Vec<(String, Text)>),
    /// Yes or no.
    YesNo,
}

/// What a page asks before it writes: the register's name and the values that hold for the whole list.
///
/// # Errors
/// Where the pack declares no such register, or the person before us may not enter it.
pub fn asks(product: &Product) -> Result<(Text, Vec<Asked>), AppError> {
    let (register, fields) = asked(product)?;
    let ask = |field: &&Field| Asked {
        id: field.id.clone(),
        title: field.title.clone(),
        required: field.required,
        entry: match &field.kind {
            FieldType::Date => Entry::Day,
            FieldType::YesNo => Entry::YesNo,
            FieldType::Code { list } => {
                let list = product.pack.codes.get(list);
                let items = list.into_iter().flat_map(|it| &it.items);
                let current = items.filter(|it| !it.retired);
                Entry::Choice(
                    current
                        .map(|it| (it.code.clone(), it.title.clone()))
                        .collect(),
                )
            }
            _ => Entry::Text,
        },
    };
    Ok((register.title.clone(), fields.iter().map(ask).collect()))
}

/// The register that holds qualifications, and what of it is asked once for a list: what the part asks first.
///
/// # Errors
/// Where the pack declares none, or the person before us may not enter it.
fn asked(product: &Product) -> Result<(&Register, Vec<&Field>), AppError> {
    let none = AppError::List(ListRefusal::NoPart { part: PART });
    let register = product.pack.playing(PART).ok_or(none)?;
    product.may(Right::Enter, register)?;
    let slots = ["kind", "document", "batch", "valid_from", "valid_to"];
    let first: Vec<&Field> = slots.iter().filter_map(|it| register.slot(it)).collect();
    let more = register.fields.iter().filter(|it| {
        let asked = matches!(
            it.kind,
            FieldType::Text
                | FieldType::LongText
                | FieldType::Code { .. }
                | FieldType::Date
                | FieldType::Integer
                | FieldType::Decimal { .. }
                | FieldType::Money
                | FieldType::Period
                | FieldType::YesNo
                | FieldType::Url
        );
        asked && !it.many && it.computed.is_none() && !first.iter().any(|known| known.id == it.id)
    });
    let more: Vec<&Field> = more.collect();
    Ok((register, [first, more].concat()))
}

/// Writes a record for each matched organization with these values, or says what would be written. Further columns of the list
/// that bear the name of a field go along.
///
/// # Errors
/// As [`asked`]; nothing matched; the database's. Faults of values are in the report.
pub async fn write(
    product: &Product,
    id: i64,
    values: &BTreeMap<String, String>,
    dry_run: bool,
) -> Result<Written, AppError> {
    let list = get(product, id).await?;
    let (register, fields) = asked(product)?;
    let link = register
        .slot("organization")
        .expect("the part's check holds the slot");
    let mut tx = product.store.read().await?;
    let rows = kept::rows(&mut tx, id, Some("matched"), 0, ALL).await?;
    let counts = kept::counts(&mut tx, id).await?;
    let known = known(product, &mut tx, organization_ids(&rows)).await?;
    drop(tx);
    let given: Vec<(&Field, &str)> = fields
        .iter()
        .filter_map(|it| Some((*it, values.get(&it.id)?.trim())))
        .filter(|it| !it.1.is_empty())
        .collect();
    let along: Vec<(&Field, usize)> = fields
        .iter()
        .filter(|it| !given.iter().any(|(known, _)| known.id == it.id))
        .filter_map(|it| {
            let place = list.heads.iter().position(|head| is_called(it, head))?;
            (place != list.name_column && Some(place) != list.code_column).then_some((*it, place))
        })
        .collect();
    let region = register.region.as_deref().and_then(|it| register.field(it));
    let mut heads = vec![link];
    heads.extend(region);
    heads.extend(given.iter().map(|it| it.0));
    heads.extend(along.iter().map(|it| it.0));
    let heads: Vec<Head> = heads
        .iter()
        .map(|it| Head::new(&it.title.zh, Kind::Text))
        .collect();
    let folder = tempfile::tempdir().map_err(|it| AppError::Output(it.to_string()))?;
    let path = folder
        .path()
        .join(format!("{}.csv", file_name(&list.title)));
    let trouble = |error: &dyn std::fmt::Display| AppError::Output(error.to_string());
    let file = File::create(&path).map_err(|it| trouble(&it))?;
    let mut out =
        CsvWriter::new(BufWriter::new(file), &heads, Language::Zh).map_err(|it| trouble(&it))?;
    let mut written = BTreeSet::new();
    for row in &rows {
        let Some(own) = row.found.organization.and_then(|it| known.get(&it)) else {
            continue;
        };
        if !written.insert(own.id) {
            continue;
        }
        let called = if own.code.is_empty() {
            &own.name
        } else {
            &own.code
        };
        let mut cells = vec![called.clone()];
        if region.is_some() {
            cells.push(
                own.region
                    .as_ref()
                    .map(ToString::to_string)
                    .unwrap_or_default(),
            );
        }
        cells.extend(given.iter().map(|it| it.1.to_owned()));
        let cell = |place: usize| row.cells.get(place).cloned().unwrap_or_default();
        cells.extend(along.iter().map(|it| cell(it.1)));
        let cells: Vec<Cell> = cells.into_iter().map(Cell::Text).collect();
        out.write_row(&cells).map_err(|it| trouble(&it))?;
    }
    out.finish().map_err(|it| trouble(&it))?;
    if written.is_empty() {
        return Err(AppError::List(ListRefusal::NothingMatched));
    }
    let wish = imports::Wish {
        register: register.id.clone(),
        file: path,
        sheet: None,
        dry_run,
        partial: false,
        unit_is_right: true,
        from: None,
        report: None,
    };
    let report = imports::import(product, &wish).await?;
    if let Some((batch, _)) = report.applied {
        product
            .store
            .act::<_, (), StoreError>(&product.actor(), move |act| {
                async move { kept::note_batch(act, id, batch).await }.boxed()
            })
            .await?;
    }
    Ok(Written {
        report,
        organizations: written.len(),
        left_out: counts.rows - counts.matched,
    })
}

/// Takes back what was written from a list.
///
/// # Errors
/// A batch of another list; as `imports::undo`.
pub async fn undo(product: &Product, id: i64, batch: i64) -> Result<(), AppError> {
    let list = get(product, id).await?;
    if !list.batches.contains(&batch) {
        return Err(AppError::List(ListRefusal::OtherBatch { batch }));
    }
    let (_register, _) = asked(product)?;
    imports::undo(product, batch).await?;
    Ok(())
}

/// Imports written from a list as they stand: number, state, records.
///
/// # Errors
/// The database's.
pub async fn batches(
    product: &Product,
    batches: &[i64],
) -> Result<Vec<(i64, String, i64)>, AppError> {
    let mut tx = product.store.read().await?;
    let mut all = Vec::new();
    for id in batches {
        if let Some(batch) = quanyu_store::import::get(&mut tx, *id).await? {
            all.push((batch.id, batch.state, batch.rows));
        }
    }
    Ok(all)
}

fn is_called(field: &Field, head: &str) -> bool {
    let bare = |it: &str| typed::plain(it).replace(' ', "").to_lowercase();
    let own = [Some(field.title.zh.as_str()), field.title.en.as_deref()];
    let names = own
        .into_iter()
        .flatten()
        .chain(field.synonyms.iter().map(String::as_str));
    names.map(bare).any(|it| it == bare(head))
}

/// A title as the name of a file: it is shown with the import.
fn file_name(title: &str) -> String {
    let fine = |c: char| {
        if c.is_alphanumeric() || "（）()〔〕-_ ".contains(c) {
            c
        } else {
            '_'
        }
    };
    let name: String = title.chars().map(fine).take(60).collect();
    if name.trim().is_empty() {
        "list".to_owned()
    } else {
        name
    }
}
