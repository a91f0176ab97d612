//! Two records that were one: what refers to the one refers to the other from then on, in one act.
//!
//! Owns moving references and taking that back. Which records are the same, and which values the one that stays gets, is
//! decided by people.
//!
//! Invariant: nothing refers to a record that is gone; the changes of a merge stand together in the chain, from `first` to
//! `seq`, and are taken back only while nobody has changed their records since.
//!
//! Start reading at [`merge`], then [`undo`].

use std::{collections::BTreeMap, sync::Arc};

use quanyu_core::value::Value;

use crate::{
    act::Act,
    body::Body,
    door::{Bind, Tx},
    error::StoreError,
    reason,
    records::{self, Draft, Line, Record, register_table},
    schema::{Column, Table},
    tables,
    value::from_canonical,
};

/// A merge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Merge {
    /// Its number: the last change that belongs to it.
    pub seq: i64,
    /// Its first change.
    pub first: i64,
    /// The register.
    pub register: String,
    /// The record that stays.
    pub kept: i64,
    /// The record that went into it.
    pub gone: i64,
    /// The change that took it back.
    pub undone: Option<i64>,
}

/// Makes one record of two: moves all references from `gone` to `kept`, removes `gone`, and gives `kept` what the draft
/// says. The number of the merge.
///
/// # Errors
/// [`StoreError::Conflict`]; [`StoreError::Taken`] where a record that is moved would be there twice.
pub async fn merge(
    act: &mut Act,
    register: &str,
    (kept, kept_version): (i64, i64),
    (gone, gone_version): (i64, i64),
    draft: &Draft,
    why: &str,
) -> Result<i64, StoreError> {
    let first = act.next_seq();
    let schema = Arc::clone(act.schema());
    register_table(&schema, register)?;
    let mut kept_version = kept_version;
    let plain = |it: &&Arc<Table>| !it.hidden && it.parent.is_none();
    for table in schema.tables.values().filter(plain) {
        for id in referring(act, table, register, gone).await? {
            if id == gone {
                continue;
            }
            let Some(record) = records::get(&mut act.tx, &table.id, id).await? else {
                continue;
            };
            let moved = moved(&schema, table, &record, register, (gone, kept));
            let version = records::update(act, &table.id, id, record.version, &moved).await?;
            if id == kept {
                kept_version = version;
            }
        }
    }
    let mut draft = draft.clone();
    people(act, register, (kept, gone), &mut draft).await?;
    records::remove(act, register, gone, gone_version).await?;
    reason::give(act, gone, why).await?;
    records::update(act, register, kept, kept_version, &draft).await?;
    let mut body = Body::default();
    body.set("first", Some(first.to_string()));
    body.set("register", Some(register.to_owned()));
    body.set("kept", Some(kept.to_string()));
    body.set("gone", Some(gone.to_string()));
    let seq = act.log("record.merge", Some(body.text())).await?;
    let values = [
        Bind::from(seq),
        Bind::from(first),
        Bind::from(register),
        Bind::from(kept),
        Bind::from(gone),
    ];
    let sql = "insert into merge (seq, first, register, kept, gone) values ($1, $2, $3, $4, $5)";
    act.tx.run(sql, &values).await?;
    Ok(seq)
}

/// Takes a merge back: every record says again what it said before.
///
/// # Errors
/// [`StoreError::ChangedAfter`] where one of them was changed since; [`StoreError::NoRecord`] where there is no such merge.
pub async fn undo(act: &mut Act, seq: i64) -> Result<(), StoreError> {
    let found = get(&mut act.tx, seq).await?;
    let found = found
        .filter(|it| it.undone.is_none())
        .ok_or(StoreError::NoRecord {
            register: "merge".to_owned(),
            record: seq,
        })?;
    // The entries that the undo reads may still wait in memory.
    act.flush().await?;
    let sql = "
        select seq, act, register, record, before from change
         where seq >= $1 and seq < $2 and record > 0 order by seq desc";
    let values = [Bind::from(found.first), Bind::from(seq)];
    let changes = act.tx.rows(sql, &values).await?;
    for change in changes {
        let (at, name) = (change.int(0)?, change.text(1)?);
        let register = act.schema().register_now(&change.text(2)?, at);
        let record = change.int(3)?;
        if name == "record.remove" {
            records::restore(act, &register, record).await?;
            continue;
        }
        let table = register_table(act.schema(), &register)?;
        let now = records::get(&mut act.tx, &register, record).await?;
        // Either the merge made its last change, or this act has brought a later one of the merge back already.
        let first = act.first_seq();
        let now = now.filter(|it| it.changed_seq == at || it.changed_seq >= first);
        let now = now.ok_or(StoreError::ChangedAfter {
            register: register.clone(),
            record,
        })?;
        let before = crate::change::body(act.schema(), &register, at, change.opt_text(4)?)?;
        let draft = as_it_was(&table, &now, &before.unwrap_or_default())?;
        records::update(act, &register, record, now.version, &draft).await?;
    }
    let mut body = Body::default();
    body.set("merge", Some(seq.to_string()));
    let undone = act.log("record.unmerge", Some(body.text())).await?;
    let sql = "update merge set undone = $1 where seq = $2";
    act.tx
        .run(sql, &[Bind::from(undone), Bind::from(seq)])
        .await?;
    Ok(())
}

/// A merge by its number.
///
/// # Errors
/// The database's.
pub async fn get(tx: &mut Tx, seq: i64) -> Result<Option<Merge>, StoreError> {
    let sql = "select seq, first, register, kept, gone, undone from merge where seq = $1";
    let row = tx.row(sql, &[Bind::from(seq)]).await?;
    row.as_ref().map(from_row).transpose()
}

/// The merges that a record had part in, the last first.
///
/// # Errors
/// The database's.
pub async fn of_record(tx: &mut Tx, record: i64) -> Result<Vec<Merge>, StoreError> {
    let sql = "
        select seq, first, register, kept, gone, undone from merge
         where kept = $1 or gone = $1 order by seq desc limit 100";
    let rows = tx.rows(sql, &[Bind::from(record)]).await?;
    rows.iter().map(from_row).collect()
}

fn from_row(row: &crate::Row) -> Result<Merge, StoreError> {
    Ok(Merge {
        seq: row.int(0)?,
        first: row.int(1)?,
        register: row.text(2)?,
        kept: row.int(3)?,
        gone: row.int(4)?,
        undone: row.opt_int(5)?,
    })
}

/// Personal data that the record that stays lacks come from the one that goes, under the key of their new record.
async fn people(
    act: &mut Act,
    register: &str,
    (kept, gone): (i64, i64),
    draft: &mut Draft,
) -> Result<(), StoreError> {
    let table = register_table(act.schema(), register)?;
    let (Some(stays), Some(goes)) = (
        records::get(&mut act.tx, register, kept).await?,
        records::get(&mut act.tx, register, gone).await?,
    ) else {
        return Ok(());
    };
    for column in table.shown().filter(|it| it.is_person()) {
        let field = &column.field;
        if !stays.value(field).is_null() || draft.values.contains_key(field) {
            continue;
        }
        if let Some(sealed) = goes.value(field).as_text()
            && let Some(plain) = act.keys.open(gone, sealed)?
        {
            draft.values.insert(field.clone(), Value::Text(plain));
        }
    }
    Ok(())
}

fn points<'a>(table: &'a Table, register: &'a str) -> impl Iterator<Item = &'a Column> {
    table
        .shown()
        .filter(move |it| it.target.as_deref() == Some(register))
}

/// Records of a register that refer to one, by themselves or by a line.
async fn referring(
    act: &mut Act,
    table: &Table,
    register: &str,
    gone: i64,
) -> Result<Vec<i64>, StoreError> {
    let schema = Arc::clone(act.schema());
    let mut ids = Vec::new();
    let lines = table.lines.iter().filter_map(|it| schema.tables.get(it));
    for part in std::iter::once(table).chain(lines.map(AsRef::as_ref)) {
        for column in points(part, register) {
            let value = if column.many {
                Bind::from(gone.to_string())
            } else {
                Bind::from(gone)
            };
            let sql = tables::all_referring(part, column);
            for row in act.tx.rows_built(sql, &[value]).await? {
                ids.push(row.int(0)?);
            }
        }
    }
    ids.sort_unstable();
    ids.dedup();
    Ok(ids)
}

/// The record with its references turned from one to another.
fn moved(
    schema: &crate::schema::Schema,
    table: &Table,
    record: &Record,
    register: &str,
    (gone, kept): (i64, i64),
) -> Draft {
    let turn = |column: &Column, value: &Value, own: i64| -> Option<Value> {
        // What stays does not refer to itself.
        let to = (own != kept).then_some(kept);
        match value {
            Value::Int(id) if *id == gone => Some(to.map_or(Value::Null, Value::Int)),
            Value::Text(many) if column.many => {
                let ids: Vec<i64> = many.split(';').filter_map(|it| it.parse().ok()).collect();
                if !ids.contains(&gone) {
                    return None;
                }
                let mut turned: Vec<String> = Vec::new();
                for id in ids {
                    let id = if id == gone { to } else { Some(id) };
                    let Some(text) = id.map(|it| it.to_string()) else {
                        continue;
                    };
                    if !turned.contains(&text) {
                        turned.push(text);
                    }
                }
                let text = turned.join(";");
                Some(if text.is_empty() {
                    Value::Null
                } else {
                    Value::Text(format!(";{text};"))
                })
            }
            _ => None,
        }
    };
    let mut draft = Draft::default();
    for column in points(table, register) {
        if let Some(value) = turn(column, record.value(&column.field), record.id) {
            draft.values.insert(column.field.clone(), value);
        }
    }
    for child in schema.lines_of(table) {
        let name = child.line_name();
        let Some(lines) = record.lines.get(name).filter(|_| name != records::SPANS) else {
            continue;
        };
        let mut lines: Vec<Line> = lines.clone();
        let mut turned = false;
        for line in &mut lines {
            for column in points(child, register) {
                let value = line.values.get(&column.field).unwrap_or(&Value::Null);
                if let Some(value) = turn(column, value, record.id) {
                    line.values.insert(column.field.clone(), value);
                    turned = true;
                }
            }
        }
        if turned {
            draft.lines.insert(name.to_owned(), lines);
        }
    }
    draft
}

/// A draft that brings a record back to what a body says.
fn as_it_was(table: &Table, now: &Record, before: &Body) -> Result<Draft, StoreError> {
    let mut draft = Draft::default();
    for column in table.shown() {
        let value = match before.fields.get(&column.field) {
            Some(text) => from_canonical(column, text)?,
            None => Value::Null,
        };
        if value != *now.value(&column.field) {
            draft.values.insert(column.field.clone(), value);
        }
    }
    for (name, rows) in &before.lines {
        if name == records::SPANS {
            continue;
        }
        let mut lines: Vec<Line> = now.lines.get(name).cloned().unwrap_or_default();
        let was: BTreeMap<i64, &BTreeMap<String, String>> = rows
            .iter()
            .filter_map(|row| Some((row.get("@id")?.parse().ok()?, row)))
            .collect();
        for line in &mut lines {
            let Some(row) = line.id.and_then(|id| was.get(&id)) else {
                continue;
            };
            for (field, value) in &mut line.values {
                // A merge turns references only, which are numbers or lists of them.
                match (row.get(field), &value) {
                    (Some(text), Value::Int(_)) => {
                        if let Ok(id) = text.parse() {
                            *value = Value::Int(id);
                        }
                    }
                    (Some(text), Value::Text(_)) => *value = Value::Text(text.clone()),
                    _ => {}
                }
            }
        }
        draft.lines.insert(name.clone(), lines);
    }
    Ok(draft)
}
