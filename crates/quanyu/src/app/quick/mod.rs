//! 一句话登记 and pasting: a line as people would say it, or rows of a sheet, become records of a register.
//!
//! Owns turning text into rows of a form and saving them all at once. How a line is understood is in [`line`]; that a cell fits is
//! looked at as in any form. A register may say in which order a line fills its fields (`quick`).
//!
//! Invariant: nothing is saved that its sender has not seen in its cells; all rows are saved or none.
//!
//! Start reading at [`read`], then [`save`].

mod line;
mod table;

use std::sync::Arc;

use futures::FutureExt as _;
use quanyu_core::access::Right;
use quanyu_pack::model::{Field, FieldType, Register};
use quanyu_store::{StoreError, records, records::Draft};

use super::{
    AppError, Product, Why,
    entries::{self, Cells, Fault, LinesForm, Typed, TypedLine},
    registers,
};

/// What rows are called in the paths of a form.
pub const ROW: &str = "row";
/// Rows of one text.
pub const MOST_ROWS: usize = 300;
/// Characters of one text.
const LONGEST: usize = 200_000;

/// What became of rows.
#[derive(Debug)]
pub enum Outcome {
    /// They are records now.
    Saved(Vec<i64>),
    /// Nothing was saved.
    Faulty(Vec<Fault>),
}

/// Reads a text into rows: pasted cells with or without heads, or one line for each record.
///
/// # Errors
/// An unknown register; a right that is missing; a text that is too long.
pub async fn read(
    product: &Product,
    register: &str,
    text: &str,
) -> Result<Vec<TypedLine>, AppError> {
    let declared = registers::declared(product, register)?;
    product.may(Right::Enter, declared)?;
    let lines: Vec<&str> = text.lines().filter(|it| !it.trim().is_empty()).collect();
    if text.len() > LONGEST || lines.len() > MOST_ROWS + 1 {
        return Err(AppError::BadValue {
            kind: "lines",
            value: lines.len().to_string(),
            why: Why::at_most(MOST_ROWS),
        });
    }
    let cells = match table::read(declared, &lines) {
        Some(rows) => rows,
        None => {
            let mut reader = line::Reader::new(product, declared).await?;
            let mut rows = Vec::with_capacity(lines.len());
            for text in lines {
                rows.push(reader.read(text).await?);
            }
            rows
        }
    };
    let row = |cells| TypedLine { id: None, cells };
    Ok(cells.into_iter().map(row).collect())
}

/// The rows as a form: the fields that a line fills, those that must be known, and those that a row has.
///
/// # Errors
/// An unknown register; a right that is missing.
pub fn form(
    product: &Product,
    register: &str,
    rows: &[TypedLine],
    faults: &[Fault],
) -> Result<LinesForm, AppError> {
    let declared = registers::declared(product, register)?;
    product.may(Right::Enter, declared)?;
    let used = |field: &&Field| {
        let filled = |row: &TypedLine| {
            let text = row.cells.texts.get(&field.id);
            text.is_some_and(|it| !it.trim().is_empty())
        };
        field.computed.is_none()
            && field.kind != FieldType::File
            && (field.required
                || order(declared).any(|it| it.id == field.id)
                || rows.iter().any(filled))
    };
    let mut fields: Vec<&Field> = declared.fields.iter().filter(used).collect();
    let place = |field: &&Field| declared.quick.iter().position(|it| *it == field.id);
    fields.sort_by_key(|it| place(it).unwrap_or(usize::MAX));
    Ok(entries::sheet(
        product, declared, ROW, &fields, rows, faults,
    ))
}

/// Fields in the order in which a line fills them.
fn order(register: &Register) -> Box<dyn Iterator<Item = &Field> + '_> {
    if register.quick.is_empty() {
        return Box::new(registers::first_fields(register).into_iter());
    }
    Box::new(register.quick.iter().filter_map(|it| register.field(it)))
}

/// Looks at rows and saves them all, or none.
///
/// # Errors
/// An unknown register; a right that is missing. What does not fit is an [`Outcome`].
pub async fn save(
    product: &Product,
    register: &str,
    rows: &[TypedLine],
) -> Result<Outcome, AppError> {
    let declared = registers::declared(product, register)?;
    let scope = product.may(Right::Enter, declared)?;
    let mut faults = Vec::new();
    let mut drafts: Vec<(usize, Draft)> = Vec::new();
    for (number, row) in rows.iter().enumerate().take(MOST_ROWS) {
        if row.cells.texts.values().all(|it| it.trim().is_empty()) {
            continue;
        }
        let typed = Typed {
            own: Cells {
                files: Default::default(),
                ..row.cells.clone()
            },
            ..Typed::default()
        };
        let checked = entries::check(product, declared, None, &typed).await?;
        faults.extend(checked.faults.into_iter().map(|it| at(number, it)));
        let draft = entries::owned(product, declared, None, checked.draft, &scope);
        if !entries::fits(product, &scope, declared, None, &draft) {
            return Err(AppError::NotAllowed {
                right: Right::Enter.word(),
                register: declared.title.clone(),
            });
        }
        drafts.push((number, draft));
    }
    if !faults.is_empty() || drafts.is_empty() {
        return Ok(Outcome::Faulty(faults));
    }
    let (id, drafts) = (declared.id.clone(), Arc::new(drafts));
    let written = product
        .store
        .act::<_, Vec<i64>, RowError>(&product.actor(), move |act| {
            let (register, drafts) = (id.clone(), Arc::clone(&drafts));
            async move {
                let mut ids = Vec::with_capacity(drafts.len());
                for (number, draft) in drafts.iter() {
                    let made = records::create(act, &register, draft).await;
                    ids.push(made.map_err(|error| RowError(Some(*number), error))?);
                }
                Ok(ids)
            }
            .boxed()
        })
        .await;
    match written {
        Ok(ids) => Ok(Outcome::Saved(ids)),
        Err(RowError(number, error)) => match (number, entries::placed(declared, &error)) {
            (Some(number), Some(fault)) => Ok(Outcome::Faulty(vec![at(number, fault)])),
            _ => Err(error.into()),
        },
    }
}

/// Which row was refused, and why.
struct RowError(Option<usize>, StoreError);

impl From<StoreError> for RowError {
    fn from(error: StoreError) -> Self {
        Self(None, error)
    }
}

fn at(number: usize, fault: Fault) -> Fault {
    Fault {
        path: format!("{ROW}.{number}.{}", fault.path),
        ..fault
    }
}
