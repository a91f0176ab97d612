//! Answers: what was typed, held against what its field takes and against the period before.
//!
//! Owns when answers are taken. Leaves the reading of a cell to `cells`. Nothing is taken unless all of it is right: a half reported
//! table looks like a whole one.
//!
//! Start reading at [`submit`].

use std::collections::{BTreeMap, BTreeSet};

use futures::FutureExt;
use quanyu_core::{text::Language, typed, value::Value};
use quanyu_pack::model::{Field, Indicator};
use quanyu_store::{
    StoreError, Tx,
    collections::{self as kept, Collection, CollectionCell, Party},
    files,
};

use super::{AppError, CollectionRefusal, Product, Subject, grid, party, subject};
use crate::{
    app::{
        cells::{self, CellFault, Input},
        imports,
        media::XLSX,
        names::NameMap,
    },
    messages,
};

/// What was typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Typed {
    /// Texts by line and item.
    pub values: BTreeMap<(i64, i64), String>,
    /// Reasons by line.
    pub reasons: BTreeMap<i64, String>,
}

/// A cell that is not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Its line.
    pub line: i64,
    /// Its item; nothing where the reason of the line is missing.
    pub item: Option<i64>,
    /// What was typed.
    pub text: String,
    /// Why not, in Chinese.
    pub zh: String,
    /// Why not, in English.
    pub en: String,
}

/// A workbook that answers came in: name, bytes.
pub type Workbook = (String, Vec<u8>);

/// Takes a party's answers, or says what is wrong with them.
///
/// # Errors
/// Where there is no such part, or it takes no answers.
pub async fn submit(
    product: &Product,
    id: i64,
    place: i64,
    typed: &Typed,
    workbook: Option<Workbook>,
) -> Result<Vec<Fault>, AppError> {
    let mut tx = product.store.read().await?;
    let (collection, party) = party(product, &mut tx, id, place).await?;
    if !grid::takes(&collection, &party) {
        return Err(CollectionRefusal::Closed {
            title: collection.title,
        }
        .into());
    }
    let cells = kept::cells(&mut tx, id, Some(place)).await?;
    let (answers, faults) = read(product, &mut tx, &collection, &party, &cells, typed).await?;
    drop(tx);
    if !faults.is_empty() {
        return Ok(faults);
    }
    let stored = match workbook {
        Some((name, bytes)) => Some((files::put(&product.store, bytes).await?, name)),
        None => None,
    };
    let title = collection.title.clone();
    product
        .store
        .act::<_, (), AppError>(&product.actor(), move |act| {
            let (answers, stored, title) = (answers.clone(), stored.clone(), title.clone());
            async move {
                // It may have been confirmed since it was read.
                if kept::state(act, id, place).await?.as_deref() == Some("confirmed") {
                    return Err(CollectionRefusal::Closed { title }.into());
                }
                let mut value = None;
                if let Some((file, name)) = &stored {
                    files::name(act, file, name, XLSX).await?;
                    value = Some(file.value(name));
                }
                kept::answer(act, id, place, &answers, value.as_deref()).await?;
                Ok::<_, AppError>(())
            }
            .boxed()
        })
        .await?;
    Ok(Vec::new())
}

/// Sends a party's answers back with the reason.
///
/// # Errors
/// Where it has not reported, was confirmed, or no reason is given.
pub async fn send_back(
    product: &Product,
    id: i64,
    place: i64,
    remark: &str,
) -> Result<(), AppError> {
    super::need_manager(product, id)?;
    let remark: String = remark.trim().chars().take(500).collect();
    if remark.is_empty() {
        return Err(CollectionRefusal::NoRemark.into());
    }
    let mut tx = product.store.read().await?;
    let (_, found) = party(product, &mut tx, id, place).await?;
    drop(tx);
    if found.state != "reported" {
        return Err(CollectionRefusal::NotReported { party: found.title }.into());
    }
    product
        .store
        .act::<_, (), StoreError>(&product.actor(), move |act| {
            let remark = remark.clone();
            async move { kept::send_back(act, id, place, &remark).await }.boxed()
        })
        .await?;
    Ok(())
}

/// Closes a request: nothing more is taken.
///
/// # Errors
/// Where there is none.
pub async fn close(product: &Product, id: i64) -> Result<(), AppError> {
    super::need_manager(product, id)?;
    let mut tx = product.store.read().await?;
    if kept::get(&mut tx, id).await?.is_none() {
        return Err(AppError::not_found("collection", &id.to_string(), []));
    }
    drop(tx);
    product
        .store
        .act::<_, (), StoreError>(&product.actor(), move |act| {
            async move { kept::close(act, id).await }.boxed()
        })
        .await?;
    Ok(())
}

/// Answers as they are kept, and what is wrong with them.
async fn read(
    product: &Product,
    tx: &mut Tx,
    collection: &Collection,
    party: &Party,
    cells: &[CollectionCell],
    typed: &Typed,
) -> Result<(Vec<CollectionCell>, Vec<Fault>), AppError> {
    let asked = subject(product, collection)?;
    let filled: BTreeSet<i64> = typed
        .values
        .iter()
        .filter(|(_, text)| !text.trim().is_empty())
        .map(|((line, _), _)| *line)
        .collect();
    let mut names = NameMap::default();
    let (mut answers, mut faults) = (Vec::new(), Vec::new());
    for cell in cells.iter().filter(|it| it.held.is_none()) {
        let text = typed
            .values
            .get(&(cell.line, cell.item))
            .map(|it| it.trim())
            .unwrap_or_default();
        let item = usize::try_from(cell.item).unwrap_or(usize::MAX);
        let read = match &asked {
            Subject::Indicators(all) => match all.get(item) {
                Some(indicator) => of_indicator(indicator, text),
                None => Ok(None),
            },
            Subject::Rows(_, fields) => match fields.get(item) {
                // An empty line makes no record.
                Some(_) if cell.record.is_none() && !filled.contains(&cell.line) => Ok(None),
                Some(field) => of_field(product, tx, field, text, &mut names).await?,
                None => Ok(None),
            },
        };
        let value = match read {
            Ok(value) => value,
            Err(fault) => {
                faults.push(told(cell, Some(cell.item), text, fault.code, &fault.facts));
                continue;
            }
        };
        let reason = typed
            .reasons
            .get(&cell.line)
            .map(|it| it.trim())
            .filter(|it| !it.is_empty());
        let change = grid::moved(cell.before.as_deref(), value.as_deref());
        let jumps = change.is_some_and(|it| grid::jumps(it, collection.jump));
        if jumps && reason.is_none() {
            let percent =
                (change.unwrap_or_default() * rust_decimal::Decimal::ONE_HUNDRED).round_dp(1);
            let facts = [
                ("change", percent.normalize().to_string()),
                ("most", collection.jump.to_string()),
            ];
            faults.push(told(cell, None, text, "collection_jump", &facts));
        }
        answers.push(CollectionCell {
            party: party.place,
            value,
            reason: reason
                .filter(|_| jumps)
                .map(|it| it.chars().take(200).collect()),
            ..cell.clone()
        });
    }
    if answers.iter().all(|it| it.value.is_none()) && faults.is_empty() {
        let first = cells.iter().find(|it| it.held.is_none());
        faults.extend(first.map(|it| told(it, Some(it.item), "", "cell_required", &[])));
    }
    Ok((answers, faults))
}

fn of_indicator(indicator: &Indicator, text: &str) -> Result<Option<String>, CellFault> {
    let unit = grid::unit(indicator);
    match typed::number_in(text, Some(&unit))? {
        Some(value) => Ok(Some(value.normalize().to_string())),
        None => Err(CellFault {
            code: "cell_required",
            facts: Vec::new(),
        }),
    }
}

/// What a field takes of a text, in the form in which it is read again when it is confirmed.
async fn of_field(
    product: &Product,
    tx: &mut Tx,
    field: &Field,
    text: &str,
    names: &mut NameMap,
) -> Result<Result<Option<String>, CellFault>, AppError> {
    let value = value(product, tx, field, text, names).await?;
    Ok(value.map(|value| match value {
        Value::Null => None,
        // Numbers are kept in base units, so that they can be held against those of the period before.
        value if grid::is_number(field) => value.canonical(),
        _ => Some(text.to_owned()),
    }))
}

/// The value of a text for a field.
pub(super) async fn value(
    product: &Product,
    tx: &mut Tx,
    field: &Field,
    text: &str,
    names: &mut NameMap,
) -> Result<Result<Value, CellFault>, AppError> {
    let input = match text {
        "" => Input::Empty,
        text => Input::Text(text.to_owned()),
    };
    names
        .look_up(
            tx,
            &product.pack,
            &imports::named_by(&product.pack, field, text),
        )
        .await?;
    Ok(cells::read(&product.pack, field, &input, None, names))
}

fn told(
    cell: &CollectionCell,
    item: Option<i64>,
    text: &str,
    code: &str,
    facts: &[(&'static str, String)],
) -> Fault {
    let said = |language| messages::text(language, code, facts).0;
    Fault {
        line: cell.line,
        item,
        text: text.to_owned(),
        zh: said(Language::Zh),
        en: said(Language::En),
    }
}
