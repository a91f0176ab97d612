//! Registers as they were: rows at an earlier change, so that a figure can be computed as it was known then.
//!
//! Owns which change was the last one by a moment, which pack applied then, and the rows of that time. A row that no later
//! change touched is read from its table; one that was touched since is taken from the change chain. That both say the
//! same is what [`crate::audit::verify`] proves. Leaves what is computed of them to `quanyu-figures`.
//!
//! Invariant: what is delivered for a change is what [`crate::columns`] delivered when it was the last one, whatever was
//! edited, removed, undone or renamed since.
//!
//! Start reading at [`Then`].

use std::{collections::BTreeMap, str::FromStr as _, sync::Arc};

use jiff::{Timestamp, civil::Date};
use quanyu_core::{
    columns::{BATCH_ROWS, Column, ColumnBatch, ColumnKind, ColumnSpec},
    money::Money,
};
use rust_decimal::Decimal;

use crate::{
    body::Body,
    change::{body, undone},
    clock::stamp,
    columns::days,
    door::{Bind, Cell, Row, Tx},
    error::StoreError,
    migrate::PackRevision,
    schema::{Schema, Table},
    tables,
};

/// Records whose changes are asked for together: as many places as both engines bind with ease.
const TOGETHER: usize = 500;

/// The last change made before a moment; 0 where there was none.
///
/// # Errors
/// The database's.
pub async fn last_before(tx: &mut Tx, moment: Timestamp) -> Result<i64, StoreError> {
    // From the end, so that the number of changes made since is what it costs.
    let sql = "select seq from change where at < $1 order by seq desc limit 1";
    let row = tx.row(sql, &[Bind::from(stamp(moment))]).await?;
    row.map_or(Ok(0), |it| it.int(0))
}

/// The pack that applied when `seq` was the last change.
///
/// # Errors
/// The database's.
pub async fn revision(tx: &mut Tx, seq: i64) -> Result<Option<PackRevision>, StoreError> {
    let sql = "
        select number, id, hash, at, seq from pack_revision
         where seq <= $1 order by number desc limit 1";
    let row = tx.row(sql, &[Bind::from(seq)]).await?;
    row.map(|row| {
        Ok(PackRevision {
            number: row.int(0)?,
            id: row.text(1)?,
            hash: row.text(2)?,
            at: row.text(3)?,
            seq: row.int(4)?,
        })
    })
    .transpose()
}

/// What records said when `seq` was the last change, and in which register, under the names of today; those that were not
/// there are left out.
///
/// # Errors
/// The database's.
pub async fn registers(
    tx: &mut Tx,
    records: &[i64],
    seq: i64,
) -> Result<BTreeMap<i64, (String, Body)>, StoreError> {
    let mut found = BTreeMap::new();
    for some in records.chunks(TOGETHER) {
        let places: Vec<String> = (2..some.len() + 2).map(|it| format!("${it}")).collect();
        let places = places.join(",");
        let sql = format!(
            "select c.record, c.seq, c.act, c.register, null, c.after
               from change c where c.record > 0 and c.seq <= $1 and c.record in ({places})
             union all
             select r.record, b.seq, 'import.apply', b.register, r.before, r.after
               from batch_row r join import_batch b on b.id = r.batch
              where b.seq <= $1 and r.record in ({places})
             union all
             select r.record, b.undo_seq, 'import.undo', b.register, r.after, r.before
               from batch_row r join import_batch b on b.id = r.batch
              where b.undo_seq <= $1 and r.record in ({places})
              order by 1, 2"
        );
        let mut values = vec![Bind::from(seq)];
        values.extend(some.iter().map(|it| Bind::from(*it)));
        let mut last: BTreeMap<i64, Row> = BTreeMap::new();
        tx.each(sql, &values, |row| {
            // In order of the change, so that the last one stays.
            last.insert(row.int(0)?, row);
            Ok(())
        })
        .await?;
        for (record, row) in last {
            let (at, register) = (row.int(1)?, row.text(3)?);
            let mut before = body(&tx.schema, &register, at, row.opt_text(4)?)?;
            let mut after = body(&tx.schema, &register, at, row.opt_text(5)?)?;
            if row.text(2)? == "import.undo" {
                undone(&mut before, &mut after);
            }
            if let Some(after) = after {
                let register = tx.schema.register_now(&register, at);
                found.insert(record, (register, after));
            }
        }
    }
    Ok(found)
}

/// [`registers`] without the registers.
async fn bodies(tx: &mut Tx, records: &[i64], seq: i64) -> Result<BTreeMap<i64, Body>, StoreError> {
    let found = registers(tx, records, seq).await?;
    Ok(found
        .into_iter()
        .map(|(record, (_, body))| (record, body))
        .collect())
}

/// The versions of records when `seq` was the last change; records that were not there are left out. Lines have the
/// version of their record.
///
/// # Errors
/// [`StoreError::NoRegister`], or the database's.
pub async fn versions(
    tx: &mut Tx,
    table: &str,
    ids: &[i64],
    seq: i64,
) -> Result<BTreeMap<i64, i64>, StoreError> {
    let table = Arc::clone(known_table(&tx.schema, table)?);
    let parent = match &table.parent {
        Some(parent) => Some(Arc::clone(known_table(&tx.schema, parent)?)),
        None => None,
    };
    let mut versions = BTreeMap::new();
    let mut older: BTreeMap<i64, i64> = BTreeMap::new();
    for some in ids.chunks(TOGETHER) {
        let places: Vec<String> = (1..=some.len()).map(|it| format!("${it}")).collect();
        let sql = tables::versions(&table, parent.as_deref(), &places.join(","));
        let values: Vec<Bind> = some.iter().map(|it| Bind::from(*it)).collect();
        for row in tx.rows_built(sql, &values).await? {
            let (id, record, version) = (row.int(0)?, row.int(1)?, row.int(2)?);
            match row.opt_int(3)? {
                Some(changed) if changed <= seq && row.opt_int(4)?.is_none() => {
                    versions.insert(id, version);
                }
                _ => {
                    older.insert(id, record);
                }
            }
        }
    }
    let records: Vec<i64> = older.values().copied().collect();
    let bodies = bodies(tx, &records, seq).await?;
    for (id, record) in older {
        let there = bodies
            .get(&record)
            .filter(|body| table.parent.is_none() || line(body, table.line_name(), id).is_some());
        if let Some(body) = there {
            versions.insert(id, number(body.fields.get("@version"))?.unwrap_or(0));
        }
    }
    Ok(versions)
}

/// A table as it was when a change was the last.
#[derive(Debug)]
pub struct Then {
    table: Arc<Table>,
    specs: Vec<ColumnSpec>,
    /// Today's names of the columns.
    names: Vec<String>,
    seq: i64,
}

impl Then {
    /// A register (`contract`) or its lines (`contract.items`) with these columns, all under the names of that time.
    ///
    /// # Errors
    /// [`StoreError::NoRegister`], [`StoreError::NoField`].
    pub fn new(tx: &Tx, table: &str, specs: &[ColumnSpec], seq: i64) -> Result<Self, StoreError> {
        let mut names = Vec::with_capacity(specs.len());
        let now = tx.schema.register_now(table, seq);
        let found = Arc::clone(known_table(&tx.schema, &now)?);
        for spec in specs {
            let name = field_now(&tx.schema, table, &spec.name, seq);
            let there = found.is_system(&name) || found.columns.iter().any(|it| it.field == name);
            if !there {
                return Err(StoreError::NoField {
                    register: table.to_owned(),
                    field: spec.name.clone(),
                });
            }
            names.push(name);
        }
        Ok(Self {
            table: found,
            specs: specs.to_vec(),
            names,
            seq,
        })
    }

    /// The next rows that nothing touched since, with ids after `after`; an empty batch is the end.
    ///
    /// # Errors
    /// The database's.
    pub async fn untouched(&self, tx: &mut Tx, after: i64) -> Result<ColumnBatch, StoreError> {
        let names: Vec<&str> = self.names.iter().map(String::as_str).collect();
        let sql = tables::columns_then(&self.table, &names);
        let values = [
            Bind::from(self.seq),
            Bind::from(after),
            Bind::from(BATCH_ROWS as i64),
        ];
        let mut batch = self.batch();
        tx.each(sql, &values, |row| {
            batch.ids.push(row.int(0)?);
            let cells = row.0.into_iter().skip(1);
            for (place, cell) in cells.enumerate() {
                let value = self.converted(place, cell)?;
                put(&mut batch.columns[place], value);
            }
            Ok(())
        })
        .await?;
        Ok(batch)
    }

    /// The rows that were there and were touched since, from the change chain: those after `after` (an id of the
    /// register, not of its lines), and where to go on.
    ///
    /// # Errors
    /// The database's; [`StoreError::Unreadable`] where the chain says what the column cannot hold.
    pub async fn touched(
        &self,
        tx: &mut Tx,
        after: i64,
    ) -> Result<Option<(ColumnBatch, i64)>, StoreError> {
        let values = [
            Bind::from(self.seq),
            Bind::from(after),
            Bind::from(TOGETHER as i64),
        ];
        let found = tx.rows_built(tables::touched(&self.table), &values).await?;
        let mut records = Vec::with_capacity(found.len());
        for row in &found {
            records.push(row.int(0)?);
        }
        let Some(last) = records.last().copied() else {
            return Ok(None);
        };
        let bodies = bodies(tx, &records, self.seq).await?;
        let lines = if self.table.parent.is_some() {
            self.touched_lines(tx, after, last).await?
        } else {
            Vec::new()
        };
        let mut batch = self.batch();
        for (record, body) in &bodies {
            if self.table.parent.is_none() {
                self.said(&mut batch, *record, *record, &body.fields)?;
                continue;
            }
            for id in lines.iter().filter(|it| it.0 == *record).map(|it| it.1) {
                if let Some(line) = line(body, self.table.line_name(), id) {
                    self.said(&mut batch, id, *record, line)?;
                }
            }
        }
        Ok(Some((batch, last)))
    }

    async fn touched_lines(
        &self,
        tx: &mut Tx,
        after: i64,
        last: i64,
    ) -> Result<Vec<(i64, i64)>, StoreError> {
        let values = [Bind::from(self.seq), Bind::from(after), Bind::from(last)];
        let rows = tx
            .rows_built(tables::touched_lines(&self.table), &values)
            .await?;
        rows.iter().map(|it| Ok((it.int(0)?, it.int(1)?))).collect()
    }

    fn batch(&self) -> ColumnBatch {
        let columns = self.specs.iter().map(|it| match it.kind {
            ColumnKind::Text => Column::Text(Vec::new()),
            _ => Column::Int(Vec::new()),
        });
        ColumnBatch {
            ids: Vec::new(),
            columns: columns.collect(),
        }
    }

    /// A row of the chain.
    fn said(
        &self,
        batch: &mut ColumnBatch,
        id: i64,
        record: i64,
        fields: &BTreeMap<String, String>,
    ) -> Result<(), StoreError> {
        batch.ids.push(id);
        for (place, (spec, name)) in self.specs.iter().zip(&self.names).enumerate() {
            let value = if self.table.is_system(name) {
                match name.as_str() {
                    "id" => Some(id.to_string()),
                    "parent" => Some(record.to_string()),
                    system => fields.get(&format!("@{system}")).cloned(),
                }
            } else {
                fields.get(name).cloned()
            };
            let value = match value {
                Some(text) => read(spec, &text)?,
                None => Read::None,
            };
            put(&mut batch.columns[place], value);
        }
        Ok(())
    }

    /// A cell of today's column as the column of that time held it.
    fn converted(&self, place: usize, cell: Cell) -> Result<Read, StoreError> {
        let spec = &self.specs[place];
        Ok(match (spec.kind, cell) {
            (_, Cell::Null) => Read::None,
            (ColumnKind::Text, Cell::Text(text)) => Read::Text(text),
            (ColumnKind::Date, Cell::Text(text)) => Read::Int(days(&text)?),
            (_, Cell::Int(int)) => Read::Int(self.rescaled(place, int)?),
            (kind, cell) => {
                return Err(StoreError::Unreadable(format!(
                    "{cell:?} in `{}`, which was {kind:?}",
                    spec.name
                )));
            }
        })
    }

    /// A number whose field got more places since.
    fn rescaled(&self, place: usize, int: i64) -> Result<i64, StoreError> {
        let now = self
            .table
            .columns
            .iter()
            .find(|it| it.field == self.names[place])
            .map(crate::schema::Column::kind);
        let places = match (self.specs[place].kind, now) {
            (ColumnKind::Decimal(was), Some(ColumnKind::Decimal(now))) => now.saturating_sub(was),
            (ColumnKind::Int, Some(ColumnKind::Decimal(now))) => now,
            _ => 0,
        };
        let factor = 10_i64.checked_pow(u32::from(places)).unwrap_or(i64::MAX);
        if int % factor != 0 {
            return Err(StoreError::Unreadable(format!(
                "{int} in `{}` has more places than it had",
                self.names[place]
            )));
        }
        Ok(int / factor)
    }
}

/// A value on its way into a column.
enum Read {
    None,
    Text(String),
    Int(i64),
}

fn put(column: &mut Column, value: Read) {
    match (column, value) {
        (Column::Text(values), Read::Text(text)) => values.push(Some(text)),
        (Column::Int(values), Read::Int(int)) => values.push(Some(int)),
        (Column::Text(values), _) => values.push(None),
        (Column::Int(values), _) => values.push(None),
    }
}

/// A canonical text as a column of that kind holds it.
fn read(spec: &ColumnSpec, text: &str) -> Result<Read, StoreError> {
    let bad = || StoreError::Unreadable(format!("`{text}` in `{}`", spec.name));
    Ok(match spec.kind {
        ColumnKind::Text => Read::Text(text.to_owned()),
        ColumnKind::Int | ColumnKind::YesNo => Read::Int(text.parse().map_err(|_| bad())?),
        ColumnKind::Money => {
            let money: Money = text.parse().map_err(|_| bad())?;
            Read::Int(money.fen())
        }
        ColumnKind::Decimal(scale) => {
            let mut decimal = Decimal::from_str_exact(text).map_err(|_| bad())?;
            decimal.rescale(u32::from(scale));
            Read::Int(i64::try_from(decimal.mantissa()).map_err(|_| bad())?)
        }
        ColumnKind::Date => {
            Date::from_str(text).map_err(|_| bad())?;
            Read::Int(days(text)?)
        }
    })
}

/// The line of that id in what a record said.
fn line<'a>(body: &'a Body, name: &str, id: i64) -> Option<&'a BTreeMap<String, String>> {
    let id = id.to_string();
    body.lines
        .get(name)?
        .iter()
        .find(|it| it.get("@id") == Some(&id))
}

fn number(text: Option<&String>) -> Result<Option<i64>, StoreError> {
    text.map(|it| {
        it.parse()
            .map_err(|_| StoreError::Unreadable(format!("`{it}` is no number")))
    })
    .transpose()
}

/// A table, also one that is no longer declared.
fn known_table<'a>(schema: &'a Schema, id: &str) -> Result<&'a Arc<Table>, StoreError> {
    schema
        .tables
        .get(id)
        .ok_or_else(|| StoreError::NoRegister(id.to_owned()))
}

/// Today's name of a field that was called so after change `seq`.
fn field_now(schema: &Schema, register: &str, field: &str, seq: i64) -> String {
    let (mut register, mut field) = (register.to_owned(), field.to_owned());
    for rename in schema.renames.iter().filter(|it| it.seq > seq) {
        if rename.field.is_empty() {
            if rename.was == register {
                register.clone_from(&rename.register);
            }
        } else if rename.register == register && rename.was == field {
            field.clone_from(&rename.field);
        }
    }
    field
}
