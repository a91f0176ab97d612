//! Writing a record's rows.
//!
//! Owns which columns a record and its lines fill. The change entry is the caller's.

use std::sync::Arc;

use super::{Line, NOTHING, Record};
use crate::{act::Act, door::Bind, error::StoreError, schema::Table, tables, value::encode};

/// Columns and values of a row of this record.
pub(crate) fn row_of(
    table: &Table,
    record: &Record,
) -> Result<(Vec<String>, Vec<Bind>), StoreError> {
    let mut names: Vec<String> = [
        "id",
        "version",
        "region",
        "owner_org",
        "owner_user",
        "state",
        "batch",
        "created_seq",
        "changed_seq",
    ]
    .map(str::to_owned)
    .to_vec();
    let mut values = vec![
        Bind::from(record.id),
        Bind::from(record.version),
        Bind::from(Some(record.region.clone()).filter(|it| !it.is_empty())),
        Bind::from(record.owner_org),
        Bind::from(record.owner_user.clone()),
        Bind::from(record.state.clone()),
        Bind::from(record.batch),
        Bind::from(record.created_seq),
        Bind::from(record.changed_seq),
    ];
    for column in table.shown().filter(|it| !table.is_system(&it.field)) {
        names.push(column.field.clone());
        values.push(encode(&table.id, column, record.value(&column.field))?);
    }
    Ok((names, values))
}

/// Columns and values of a row of a line.
pub(crate) fn line_row_of(
    table: &Table,
    record: &Record,
    line: &Line,
    line_no: i64,
    seqs: (i64, i64),
) -> Result<(Vec<String>, Vec<Bind>), StoreError> {
    let mut names: Vec<String> = [
        "id",
        "parent",
        "line_no",
        "batch",
        "created_seq",
        "changed_seq",
    ]
    .map(str::to_owned)
    .to_vec();
    let mut values = vec![
        Bind::from(line.id),
        Bind::from(record.id),
        Bind::from(line_no),
        Bind::from(record.batch),
        Bind::from(seqs.0),
        Bind::from(seqs.1),
    ];
    for column in table.shown() {
        names.push(column.field.clone());
        let value = line.values.get(&column.field).unwrap_or(&NOTHING);
        values.push(encode(&table.id, column, value)?);
    }
    Ok((names, values))
}

pub(super) async fn insert(
    act: &mut Act,
    table: &Table,
    record: &Record,
) -> Result<(), StoreError> {
    let (names, values) = row_of(table, record)?;
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let engine = act.tx.engine();
    act.tx
        .run_built(tables::insert(&table.name, &names, 1, engine), &values)
        .await?;
    let schema = Arc::clone(act.schema());
    for (name, lines) in &record.lines {
        let child = schema.table(&format!("{}.{name}", table.id))?;
        for (line, no) in lines.iter().zip(1..) {
            insert_line(act, child, record, line, no).await?;
        }
    }
    Ok(())
}

async fn insert_line(
    act: &mut Act,
    table: &Table,
    record: &Record,
    line: &Line,
    no: i64,
) -> Result<(), StoreError> {
    let seqs = (record.changed_seq, record.changed_seq);
    let (names, values) = line_row_of(table, record, line, no, seqs)?;
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let engine = act.tx.engine();
    act.tx
        .run_built(tables::insert(&table.name, &names, 1, engine), &values)
        .await?;
    Ok(())
}

/// Writes what differs between two states of a record.
pub(crate) async fn write(
    act: &mut Act,
    table: &Table,
    old: &Record,
    new: &Record,
) -> Result<(), StoreError> {
    let (mut names, mut values) = row_of(table, new)?;
    // The id finds the row; who made it stays.
    for place in [7, 0] {
        names.remove(place);
        values.remove(place);
    }
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    values.push(Bind::from(new.id));
    act.tx
        .run_built(tables::update(&table.name, &names), &values)
        .await?;
    let schema = Arc::clone(act.schema());
    for child in table.lines.iter().filter_map(|it| schema.tables.get(it)) {
        let name = child.line_name();
        let was = old.lines.get(name).map_or(&[][..], Vec::as_slice);
        let now = new.lines.get(name).map_or(&[][..], Vec::as_slice);
        if was != now {
            write_lines(act, child, new, was, now).await?;
        }
    }
    Ok(())
}

async fn write_lines(
    act: &mut Act,
    table: &Table,
    record: &Record,
    was: &[Line],
    now: &[Line],
) -> Result<(), StoreError> {
    let seq = record.changed_seq;
    for line in was {
        if !now.iter().any(|it| it.id == line.id) {
            let values = [Bind::from(seq), Bind::from(seq), Bind::from(line.id)];
            let sql = tables::update(&table.name, &["changed_seq", "removed_seq"]);
            act.tx.run_built(sql, &values).await?;
        }
    }
    for (place, line) in now.iter().enumerate() {
        let no = place as i64 + 1;
        match was.iter().position(|it| it.id == line.id) {
            None => {
                if !revive_line(act, table, record, line, no).await? {
                    insert_line(act, table, record, line, no).await?;
                }
            }
            Some(before) if before == place && was[before] == *line => {}
            Some(_) => {
                revive_line(act, table, record, line, no).await?;
            }
        }
    }
    Ok(())
}

/// Writes a line that is there, also one that was removed: an import taken back brings its lines back as they were.
/// Whether it was there.
async fn revive_line(
    act: &mut Act,
    table: &Table,
    record: &Record,
    line: &Line,
    no: i64,
) -> Result<bool, StoreError> {
    let seqs = (0, record.changed_seq);
    let (mut names, mut values) = line_row_of(table, record, line, no, seqs)?;
    // Its id finds it; whose it is and who made it stays.
    for place in [4, 3, 1, 0] {
        names.remove(place);
        values.remove(place);
    }
    names.push("removed_seq".to_owned());
    values.push(Bind::Int(None));
    values.push(Bind::from(line.id));
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let sql = tables::update(&table.name, &names);
    Ok(act.tx.run_built(sql, &values).await? > 0)
}
