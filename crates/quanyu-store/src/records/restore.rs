//! Bringing a removed record back, as it was when it was removed.

use std::sync::Arc;

use super::{Record, load, no_record, read::line_from_row, register_table, shared::check_shared};
use crate::{act::Act, door::Bind, error::StoreError, schema::Table, tables};

/// Brings a removed record back, with its lines; its new version.
///
/// # Errors
/// [`StoreError::NoRecord`] unless it was removed; [`StoreError::Taken`] where its key is another record's by now;
/// [`StoreError::WrongValue`] where it refers to a record that is gone.
pub async fn restore(act: &mut Act, register: &str, id: i64) -> Result<i64, StoreError> {
    let table = register_table(act.schema(), register)?;
    let mut record = removed(act, &table, id)
        .await?
        .filter(|it| act.tx.reaches(it))
        .ok_or_else(|| no_record(register, id))?;
    act.may_make(&record)?;
    let seq = act.next_seq();
    record.version += 1;
    record.changed_seq = seq;
    record.removed_seq = None;
    check_shared(act, &table, None, &record).await?;
    let names = ["version", "changed_seq", "removed_seq"];
    let values = [
        Bind::from(record.version),
        Bind::from(seq),
        Bind::Int(None),
        Bind::from(id),
    ];
    act.tx
        .run_built(tables::update(&table.name, &names), &values)
        .await?;
    let schema = Arc::clone(act.schema());
    for child in table.lines.iter().filter_map(|it| schema.tables.get(it)) {
        let lines = record.lines.get(child.line_name()).into_iter().flatten();
        for line in lines.filter_map(|it| it.id) {
            let values = [Bind::from(seq), Bind::Int(None), Bind::from(line)];
            let sql = tables::update(&child.name, &["changed_seq", "removed_seq"]);
            act.tx.run_built(sql, &values).await?;
        }
    }
    let after = record.body().text();
    act.append("record.restore", register, id, None, Some(after))
        .await?;
    Ok(record.version)
}

/// A removed record with the lines that went with it.
async fn removed(act: &mut Act, table: &Table, id: i64) -> Result<Option<Record>, StoreError> {
    let Some(mut record) = load(&mut act.tx, table, id, true).await? else {
        return Ok(None);
    };
    let Some(seq) = record.removed_seq else {
        return Ok(None);
    };
    let schema = Arc::clone(act.schema());
    for child in table.lines.iter().filter_map(|it| schema.tables.get(it)) {
        let sql = tables::select_all(
            child,
            "and t.parent = $1 and t.removed_seq = $2 order by t.line_no, t.id",
        );
        let values = [Bind::from(id), Bind::from(seq)];
        let mut lines = Vec::new();
        for row in act.tx.rows_built(sql, &values).await? {
            lines.push(line_from_row(child, row)?.1);
        }
        if !lines.is_empty() {
            record.lines.insert(child.line_name().to_owned(), lines);
        }
    }
    Ok(Some(record))
}
