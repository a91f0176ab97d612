//! A chunk of an import: rows into the register's table, their bodies aside.
//!
//! Owns the few large statements that write many rows, and finding the row that a unique index refused.

use std::collections::{BTreeMap, BTreeSet};

use quanyu_core::{change, value::Value};

use super::{
    ImportRow,
    changes::{self, Waiting},
    conflict, get, in_state, step,
};
use crate::{
    Store,
    act::Act,
    door::Bind,
    error::StoreError,
    records::{self, Record, register_table},
    schema::Table,
    tables,
};

/// Values that one statement binds at most: SQLite takes 32,766.
const MOST_VALUES: usize = 30_000;
/// Rows of one statement at most: more gain nothing.
const MOST_ROWS: usize = 400;

/// One chunk: rows into the register's table and their bodies aside.
pub(super) async fn chunk(act: &mut Act, batch: i64, rows: &[ImportRow]) -> Result<(), StoreError> {
    let mut open = in_state(&mut act.tx, batch, "open").await?;
    let table = register_table(act.schema(), &open.register)?;
    let mut digest = change::seal_from_text(&open.digest)
        .ok_or_else(|| StoreError::Unreadable(format!("digest of batch {batch}")))?;
    let mut many = Many::default();
    let mut waiting = Vec::new();
    let ids: Vec<i64> = rows
        .iter()
        .filter_map(|it| match it {
            ImportRow::Create(_) => None,
            ImportRow::Update { record, .. } => Some(*record),
        })
        .collect();
    let there = records::load_many(&mut act.tx, &table, &ids).await?;
    for row in rows {
        let (record, before, after, apart) = match row {
            ImportRow::Create(draft) => {
                let id = act.next_ids(1);
                let record = unborn(records::fresh(act, &table, id, draft)?, batch);
                let after = record.body().text();
                many.record(act, &table, &record)?;
                (id, None, after, false)
            }
            ImportRow::Update {
                record,
                version,
                draft,
            } => {
                let Some(old) = there.get(record) else {
                    return Err(StoreError::NoRecord {
                        register: table.id.clone(),
                        record: *record,
                    });
                };
                if old.version != *version {
                    return Err(conflict(act, old, *version).await?);
                }
                let mut new = records::merge(act, &table, old, draft)?;
                if new == *old {
                    continue;
                }
                open.updates += 1;
                let change = Waiting::new(&table, old, &new)?;
                let apart = change.is_none();
                open.apart += i64::from(apart);
                waiting.extend(change);
                new.version += 1;
                (*record, Some(old.body().text()), new.body().text(), apart)
            }
        };
        open.rows += 1;
        digest = step(&digest, &open, open.rows, record, before.as_deref(), &after);
        many.body(batch, open.rows, (record, apart), before, after);
    }
    many.write(act).await?;
    changes::put(act, &table, &mut open, &waiting).await?;
    changes::keep(act, &open).await?;
    let values = [
        Bind::from(open.rows),
        Bind::from(open.updates),
        Bind::from(change::seal_text(&digest)),
        Bind::from(batch),
    ];
    let sql = "update import_batch set row_count = $1, updates = $2, digest = $3 where id = $4";
    act.tx.run(sql, &values).await?;
    Ok(())
}

/// A record that is there but not visible: it leaves its change number to its batch.
fn unborn(mut record: Record, batch: i64) -> Record {
    record.batch = Some(batch);
    record.created_seq = 0;
    record.changed_seq = 0;
    record
}

/// Rows that wait to be written, by table.
#[derive(Default)]
struct Many {
    tables: BTreeMap<String, (Vec<String>, Vec<Bind>)>,
    bodies: Vec<Bind>,
}

impl Many {
    fn record(&mut self, act: &Act, table: &Table, record: &Record) -> Result<(), StoreError> {
        let row = records::row_of(table, record)?;
        self.row(&table.name, row);
        for (name, lines) in &record.lines {
            let child = act.schema().table(&format!("{}.{name}", table.id))?;
            for (line, no) in lines.iter().zip(1..) {
                let row = records::line_row_of(child, record, line, no, (0, 0))?;
                self.row(&child.name, row);
            }
        }
        Ok(())
    }

    fn row(&mut self, table: &str, (names, values): (Vec<String>, Vec<Bind>)) {
        match self.tables.get_mut(table) {
            Some((_, all)) => all.extend(values),
            None => {
                self.tables.insert(table.to_owned(), (names, values));
            }
        }
    }

    fn body(
        &mut self,
        batch: i64,
        n: i64,
        (record, apart): (i64, bool),
        before: Option<String>,
        after: String,
    ) {
        self.bodies.extend([
            Bind::from(batch),
            Bind::from(n),
            Bind::from(record),
            Bind::from(before),
            Bind::from(after),
            Bind::from(apart.then_some(1)),
        ]);
    }

    async fn write(self, act: &mut Act) -> Result<(), StoreError> {
        for (table, (names, values)) in &self.tables {
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            write_many(act, table, &names, values).await?;
        }
        let names = ["batch", "n", "record", "before", "after", "apart"];
        write_many(act, "batch_row", &names, &self.bodies).await
    }
}

/// Inserts many rows with few statements.
pub(super) async fn write_many(
    act: &mut Act,
    table: &str,
    names: &[&str],
    values: &[Bind],
) -> Result<(), StoreError> {
    let most = (MOST_VALUES / names.len()).clamp(1, MOST_ROWS);
    for part in values.chunks(most * names.len()) {
        let sql = tables::insert(table, names, part.len() / names.len(), act.tx.engine());
        act.tx.run_built(sql, part).await?;
    }
    Ok(())
}

/// Which row of a chunk has a key or unique value that is another record's.
pub(super) async fn taken(
    store: &Store,
    batch: i64,
    rows: &[ImportRow],
) -> Result<Option<StoreError>, StoreError> {
    let mut tx = store.read().await?;
    let Some(open) = get(&mut tx, batch).await? else {
        return Ok(None);
    };
    let table = register_table(&tx.schema, &open.register)?;
    let mut groups: Vec<Vec<String>> = table
        .shown()
        .filter(|it| it.unique)
        .map(|it| vec![it.field.clone()])
        .collect();
    groups.push(table.key.clone());
    for fields in groups.iter().filter(|it| !it.is_empty()) {
        let mut seen = BTreeSet::new();
        for row in rows {
            let ImportRow::Create(draft) = row else {
                continue;
            };
            let mut values = Vec::new();
            let mut told = Vec::new();
            for field in fields {
                let column = records::known(&table, field)?;
                let value = draft.values.get(field).unwrap_or(&Value::Null);
                told.extend(value.canonical());
                values.push(crate::value::encode(&table.id, column, value)?);
            }
            if told.len() < fields.len() {
                continue;
            }
            let conditions: Vec<String> = fields
                .iter()
                .zip(1..)
                .map(|(it, place)| format!("{} = ${place}", tables::quoted(it)))
                .collect();
            let sql = format!(
                "select id, batch, created_seq from {} where removed_seq is null and {} limit 1",
                tables::quoted(&table.name),
                conditions.join(" and ")
            );
            let found = tx.rows_built(sql, &values).await?;
            let told = told.join(",");
            let (record, by) = match found.first() {
                Some(row) => (
                    row.int(0)?,
                    row.opt_int(1)?
                        .filter(|_| row.int(2).is_ok_and(|it| it == 0)),
                ),
                None if !seen.insert(told.clone()) => (0, Some(batch)),
                None => continue,
            };
            return Ok(Some(StoreError::Taken {
                register: table.id.clone(),
                fields: fields.join(","),
                value: told,
                record,
                batch: by,
            }));
        }
    }
    Ok(None)
}
