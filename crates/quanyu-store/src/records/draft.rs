//! Laying a draft over a record.
//!
//! Owns what a single record's fields refuse, and the encryption of person fields. Leaves what takes other records to
//! check to [`super::shared`].

use std::sync::Arc;

use quanyu_core::value::Value;

use super::{Draft, Line, NOTHING, Record, dated, known, no_record};
use crate::{
    act::Act,
    error::StoreError,
    schema::{Column, Table},
    value::encode,
};

/// A new record from a draft: checked, person fields encrypted.
pub(crate) fn fresh(
    act: &mut Act,
    table: &Table,
    id: i64,
    draft: &Draft,
) -> Result<Record, StoreError> {
    let empty = Record {
        register: table.id.clone(),
        id,
        version: 1,
        state: table.first_state.clone(),
        created_seq: act.next_seq(),
        changed_seq: act.next_seq(),
        values: table
            .shown()
            .map(|it| (it.field.clone(), Value::Null))
            .collect(),
        ..Record::default()
    };
    let mut record = laid(act, table, &empty, draft)?;
    if act.tx.sight.is_some() && record.owner_user.is_none() {
        record.owner_user = Some(act.actor.as_str().to_owned());
    }
    act.may_make(&record)?;
    Ok(record)
}

/// The record with a draft laid over it, where this person may change it into that.
pub(crate) fn merge(
    act: &mut Act,
    table: &Table,
    old: &Record,
    draft: &Draft,
) -> Result<Record, StoreError> {
    act.may_change(old)?;
    let new = laid(act, table, old, draft)?;
    if new != *old {
        act.may_leave(&new)?;
    }
    Ok(new)
}

fn laid(act: &mut Act, table: &Table, old: &Record, draft: &Draft) -> Result<Record, StoreError> {
    let mut new = old.clone();
    for (field, value) in &draft.values {
        let column = known(table, field)?;
        let value = sealed(act, column, old.id, old.value(field), value)?;
        new.values.insert(field.clone(), value);
    }
    let schema = Arc::clone(act.schema());
    if let Some(spans) = schema.spans_of(table) {
        dated::lay(act, table, spans, (old, &mut new), draft)?;
    }
    for column in table.shown() {
        let value = new.value(&column.field);
        encode(&table.id, column, value)?;
        if column.required && value.is_null() {
            return Err(StoreError::Missing {
                register: table.id.clone(),
                field: column.field.clone(),
            });
        }
    }
    let region = table.region_field.as_deref().map(|it| new.value(it));
    new.region = region
        .and_then(Value::as_text)
        .unwrap_or(&table.region)
        .to_owned();
    if table.region_field.as_deref() == Some("region") {
        // The field is the system column itself, so that it shows what that holds.
        new.values
            .insert("region".to_owned(), Value::text(new.region.clone()));
    }
    new.state = draft.state.clone().or(new.state);
    new.owner_org = draft.owner_org.or(new.owner_org);
    new.owner_user = draft.owner_user.clone().or(new.owner_user);
    for (name, lines) in &draft.lines {
        let child = schema.table(&format!("{}.{name}", table.id))?;
        let was = old.lines.get(name).map_or(&[][..], Vec::as_slice);
        let lines: Result<Vec<Line>, StoreError> = lines
            .iter()
            .map(|line| merge_line(act, child, old.id, was, line))
            .collect();
        new.lines.insert(name.clone(), lines?);
    }
    new.lines.retain(|_, lines| !lines.is_empty());
    Ok(new)
}

fn merge_line(
    act: &mut Act,
    table: &Table,
    record: i64,
    was: &[Line],
    line: &Line,
) -> Result<Line, StoreError> {
    let old = line
        .id
        .and_then(|id| was.iter().find(|it| it.id == Some(id)));
    let mut new = match (old, line.id) {
        (Some(old), _) => old.clone(),
        // A line of another record is not moved here by naming its id.
        (None, Some(id)) => return Err(no_record(&table.id, id)),
        (None, None) => Line {
            id: Some(act.next_ids(1)),
            values: table
                .shown()
                .map(|it| (it.field.clone(), Value::Null))
                .collect(),
            ..Line::default()
        },
    };
    for (field, value) in &line.values {
        let column = known(table, field)?;
        let before = new.values.get(field).cloned().unwrap_or(Value::Null);
        let value = sealed(act, column, record, &before, value)?;
        new.values.insert(field.clone(), value);
    }
    for column in table.shown() {
        let value = new.values.get(&column.field).unwrap_or(&NOTHING);
        encode(&table.id, column, value)?;
        if column.required && value.is_null() {
            return Err(StoreError::Missing {
                register: table.id.clone(),
                field: column.field.clone(),
            });
        }
    }
    Ok(new)
}

/// A person's value encrypted, unless it says what was there before; any other as it is.
fn sealed(
    act: &Act,
    column: &Column,
    record: i64,
    before: &Value,
    value: &Value,
) -> Result<Value, StoreError> {
    let (true, Value::Text(plain)) = (column.is_person(), value) else {
        return Ok(value.clone());
    };
    if let Value::Text(before_sealed) = before
        && (before_sealed == plain
            || act.keys.open(record, before_sealed)?.as_deref() == Some(plain))
    {
        return Ok(before.clone());
    }
    Ok(Value::Text(act.keys.seal(record, plain)?))
}
