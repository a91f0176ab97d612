//! Comparing register rows with what the history says of them.
//!
//! Owns the walk through a register, window by window of record ids, so that memory stays small however many there are.

use std::collections::BTreeMap;

use super::{ChainFault, PAGE};
use crate::{
    body::Body,
    change::{body, undone},
    door::{Bind, Tx},
    error::StoreError,
    records,
    schema::{Schema, Table},
    tables,
};

/// Number, act, register, before and after of the last thing said of a record.
type Told = (i64, String, String, Option<String>, Option<String>);

/// The last thing that the history says of a record.
struct Last {
    seq: i64,
    after: Option<Body>,
}

/// Compares the rows of a register with their last changes, window by window of ids.
pub(super) async fn rows(
    tx: &mut Tx,
    schema: &Schema,
    table: &Table,
    compared: &mut i64,
) -> Result<Option<ChainFault>, StoreError> {
    let mut low = 0;
    loop {
        let rest = format!("and t.id > $1 order by t.id limit {PAGE}");
        let found = tx
            .rows_built(tables::select_all(table, &rest), &[Bind::from(low)])
            .await?;
        let end = found.len() < PAGE as usize;
        let mut there = BTreeMap::new();
        for row in found {
            let record = records::from_row(table, row)?;
            there.insert(record.id, record);
        }
        let high = match there.last_key_value() {
            Some((id, _)) if !end => *id,
            _ => i64::MAX,
        };
        let mut said = last_changes(tx, schema, table, low, high).await?;
        if !table.lines.is_empty() {
            lines(tx, schema, table, &mut there, low, high).await?;
        }
        for (id, record) in there {
            *compared += 1;
            let Some(last) = said.remove(&id) else {
                return Ok(Some(ChainFault::Unmade {
                    register: table.id.clone(),
                    record: id,
                }));
            };
            if let Some(field) = differs(&record, &last) {
                return Ok(Some(ChainFault::Row {
                    register: table.id.clone(),
                    record: id,
                    seq: last.seq,
                    field,
                }));
            }
        }
        if let Some((id, last)) = said.first_key_value() {
            return Ok(Some(ChainFault::Gone {
                register: table.id.clone(),
                record: *id,
                seq: last.seq,
            }));
        }
        if end {
            return Ok(None);
        }
        low = high;
    }
}

/// The first field of a record that is not what its last change says.
fn differs(record: &records::Record, last: &Last) -> Option<String> {
    if record.changed_seq != last.seq {
        return Some("@changed_seq".into());
    }
    let Some(after) = &last.after else {
        return (record.removed_seq != Some(last.seq)).then(|| "@removed_seq".into());
    };
    if record.removed_seq.is_some() {
        return Some("@removed_seq".into());
    }
    let body = record.body();
    let names = body.fields.keys().chain(after.fields.keys());
    let mut names: Vec<&String> = names.collect();
    names.sort();
    for name in names {
        if body.fields.get(name) != after.fields.get(name) {
            return Some(name.clone());
        }
    }
    let names = body.lines.keys().chain(after.lines.keys());
    names
        .into_iter()
        .find(|it| body.lines.get(*it) != after.lines.get(*it))
        .cloned()
}

async fn last_changes(
    tx: &mut Tx,
    schema: &Schema,
    table: &Table,
    low: i64,
    high: i64,
) -> Result<BTreeMap<i64, Last>, StoreError> {
    let sql = "
        select c.record, c.seq, c.act, c.register, null, c.after
          from change c where c.record > $1 and c.record <= $2 and $3 like '%;' || c.register || ';%'
        union all
        select r.record, b.seq, 'import.apply', b.register, r.before, r.after
          from batch_row r join import_batch b on b.id = r.batch
         where r.record > $1 and r.record <= $2 and b.seq is not null
           and $3 like '%;' || b.register || ';%'
        union all
        select r.record, b.undo_seq, 'import.undo', b.register, r.after, r.before
          from batch_row r join import_batch b on b.id = r.batch
         where r.record > $1 and r.record <= $2 and b.undo_seq is not null
           and $3 like '%;' || b.register || ';%'
         order by 1, 2";
    let mut said: BTreeMap<i64, Told> = BTreeMap::new();
    // Only this register's, under whichever name: the windows of a small register span those of the large ones.
    let mut names = format!(";{};", table.id);
    for rename in schema.renames.iter().rev() {
        if rename.field.is_empty() && names.contains(&format!(";{};", rename.register)) {
            names.push_str(&format!("{};", rename.was));
        }
    }
    let values = [Bind::from(low), Bind::from(high), Bind::from(names)];
    tx.each(sql.to_owned(), &values, |row| {
        // In order of the change, so that the last one stays.
        said.insert(
            row.int(0)?,
            (
                row.int(1)?,
                row.text(2)?,
                row.text(3)?,
                row.opt_text(4)?,
                row.opt_text(5)?,
            ),
        );
        Ok(())
    })
    .await?;
    let mut last = BTreeMap::new();
    for (record, (seq, act, register, before, after)) in said {
        if schema.register_now(&register, seq) != table.id {
            continue;
        }
        let mut before = body(schema, &register, seq, before)?;
        let mut after = body(schema, &register, seq, after)?;
        if act == "import.undo" {
            undone(&mut before, &mut after);
        }
        last.insert(record, Last { seq, after });
    }
    Ok(last)
}

/// Gives the records of a window their lines.
async fn lines(
    tx: &mut Tx,
    schema: &Schema,
    table: &Table,
    there: &mut BTreeMap<i64, records::Record>,
    low: i64,
    high: i64,
) -> Result<(), StoreError> {
    for child in table.lines.iter().filter_map(|it| schema.tables.get(it)) {
        let rest = "and t.parent > $1 and t.parent <= $2 order by t.parent, t.line_no, t.id";
        let values = [Bind::from(low), Bind::from(high)];
        let found = tx.rows_built(tables::select(child, rest), &values).await?;
        for row in found {
            let (parent, line) = records::line_from_row(child, row)?;
            if let Some(record) = there.get_mut(&parent) {
                record
                    .lines
                    .entry(child.line_name().to_owned())
                    .or_default()
                    .push(line);
            }
        }
    }
    Ok(())
}
