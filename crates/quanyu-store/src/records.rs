//! Records: made, changed, removed and read one by one.
//!
//! Owns the writing of a record with its lines, its version and its change entry. Leaves lists to [`crate::list`],
//! columns to [`crate::columns`], the check of what people typed to the application.
//!
//! Invariant: a write and its change entry are one; an edit of a version that is no longer there is a conflict.
//!
//! Start reading at [`create`].

mod dated;
mod draft;
mod read;
mod restore;
mod rows;
mod shared;

use std::{collections::BTreeMap, sync::Arc};

use jiff::civil::Date;
use quanyu_core::value::Value;

pub use self::{
    dated::{FROM, SPANS, Span, TO},
    read::{by_key, find, get, get_on, get_with_removed, ids_by_key, referred},
    restore::restore,
};
pub(crate) use self::{
    draft::{fresh, merge},
    read::{from_row, line_from_row, load, load_many},
    rows::{line_row_of, row_of, write},
};
use self::{
    rows::insert,
    shared::{check_shared, referrer},
};
use crate::{
    act::Act,
    body::Body,
    door::Bind,
    error::StoreError,
    schema::{Column, Schema, Table},
    tables,
};

/// A record as it is stored: person fields are ciphertext until [`crate::keys::Keys::reveal`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Record {
    /// The register.
    pub register: String,
    /// Its id, never reused.
    pub id: i64,
    /// Its version, from 1; an edit names the version that it read.
    pub version: i64,
    /// Its region's code.
    pub region: String,
    /// The organization that owns it.
    pub owner_org: Option<i64>,
    /// The user who owns it.
    pub owner_user: Option<String>,
    /// Its state, where the register has a lifecycle.
    pub state: Option<String>,
    /// The import that made it.
    pub batch: Option<i64>,
    /// The change that made it.
    pub created_seq: i64,
    /// The change that last touched it.
    pub changed_seq: i64,
    /// The change that removed it.
    pub removed_seq: Option<i64>,
    /// Values of all declared fields.
    pub values: BTreeMap<String, Value>,
    /// Lines by name; empty where the record was read in a list.
    pub lines: BTreeMap<String, Vec<Line>>,
    /// Values of fields that are no longer declared.
    pub(crate) hidden: BTreeMap<String, Value>,
}

/// A line of a record.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Line {
    /// Its id; `None` for a new one.
    pub id: Option<i64>,
    /// Values of its fields.
    pub values: BTreeMap<String, Value>,
    pub(crate) hidden: BTreeMap<String, Value>,
}

impl Line {
    /// A new line.
    pub fn new<K: Into<String>>(values: impl IntoIterator<Item = (K, Value)>) -> Self {
        Self {
            values: values.into_iter().map(|(k, v)| (k.into(), v)).collect(),
            ..Self::default()
        }
    }
}

/// What a record shall say: all of a new one, or what changes of one that is there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Draft {
    /// Values by field; a field that is not named stays as it is.
    pub values: BTreeMap<String, Value>,
    /// Lines by name; lines that are not named stay as they are.
    pub lines: BTreeMap<String, Vec<Line>>,
    /// State; else the first of the lifecycle, or as it is.
    pub state: Option<String>,
    /// The organization that owns it.
    pub owner_org: Option<i64>,
    /// The user who owns it.
    pub owner_user: Option<String>,
    /// The day from which changed values of dated fields hold; else the day of the act, and nobody knows for a new record.
    pub from: Option<Date>,
    /// From when to when values of single fields hold, also those that no longer do.
    pub spans: BTreeMap<String, Span>,
}

impl Draft {
    /// A draft of these values.
    pub fn new<K: Into<String>>(values: impl IntoIterator<Item = (K, Value)>) -> Self {
        Self {
            values: values.into_iter().map(|(k, v)| (k.into(), v)).collect(),
            ..Self::default()
        }
    }
}

const NOTHING: Value = Value::Null;

impl Record {
    /// The value of a field; nothing for one that it does not have.
    #[must_use]
    pub fn value(&self, field: &str) -> &Value {
        self.values.get(field).unwrap_or(&NOTHING)
    }

    /// What it says, as the change chain keeps it.
    #[must_use]
    pub fn body(&self) -> Body {
        let mut body = Body::default();
        body.set("@version", Some(self.version.to_string()));
        body.set(
            "@region",
            Some(self.region.clone()).filter(|it| !it.is_empty()),
        );
        body.set("@owner_org", self.owner_org.map(|it| it.to_string()));
        body.set("@owner_user", self.owner_user.clone());
        body.set("@state", self.state.clone());
        for (field, value) in self.values.iter().chain(&self.hidden) {
            body.set(field, value.canonical());
        }
        for (name, lines) in &self.lines {
            let lines = lines.iter().map(|line| {
                let mut row = BTreeMap::new();
                row.insert("@id".to_owned(), line.id.unwrap_or(0).to_string());
                for (field, value) in line.values.iter().chain(&line.hidden) {
                    if let Some(value) = value.canonical() {
                        row.insert(field.clone(), value);
                    }
                }
                row
            });
            body.lines.insert(name.clone(), lines.collect());
        }
        body
    }
}

/// Makes a record; its id.
///
/// # Errors
/// What the fields refuse, and [`StoreError::Taken`] where the key or a unique value is another record's.
pub async fn create(act: &mut Act, register: &str, draft: &Draft) -> Result<i64, StoreError> {
    let table = register_table(act.schema(), register)?;
    let id = act.next_ids(1);
    let record = fresh(act, &table, id, draft)?;
    check_shared(&mut *act, &table, None, &record).await?;
    insert(act, &table, &record).await?;
    let after = record.body().text();
    act.append("record.create", register, id, None, Some(after))
        .await?;
    Ok(id)
}

/// Changes a record that the caller read at `version`; its new version. Nothing is written where nothing would change.
///
/// # Errors
/// [`StoreError::Conflict`] where someone else changed it since; otherwise as [`create`].
pub async fn update(
    act: &mut Act,
    register: &str,
    id: i64,
    version: i64,
    draft: &Draft,
) -> Result<i64, StoreError> {
    update_as(act, "record.update", register, id, version, draft).await
}

/// [`update`] under the name of another act.
pub(crate) async fn update_as(
    act: &mut Act,
    name: &str,
    register: &str,
    id: i64,
    version: i64,
    draft: &Draft,
) -> Result<i64, StoreError> {
    let table = register_table(act.schema(), register)?;
    let old = at_version(act, &table, id, version).await?;
    let mut new = merge(act, &table, &old, draft)?;
    if new == old {
        return Ok(version);
    }
    new.version += 1;
    new.changed_seq = act.next_seq();
    check_shared(act, &table, Some(&old), &new).await?;
    write(act, &table, &old, &new).await?;
    let (before, after) = (old.body().text(), new.body().text());
    act.append(name, register, id, Some(before), Some(after))
        .await?;
    Ok(new.version)
}

/// Removes a record that the caller read at `version`. Its row and history stay.
///
/// # Errors
/// [`StoreError::Conflict`]; [`StoreError::ReferredTo`] where another record refers to it.
pub async fn remove(
    act: &mut Act,
    register: &str,
    id: i64,
    version: i64,
) -> Result<(), StoreError> {
    let table = register_table(act.schema(), register)?;
    let old = at_version(act, &table, id, version).await?;
    act.may_make(&old)?;
    if let Some((by_register, by)) = referrer(&mut act.tx, register, id).await? {
        return Err(StoreError::ReferredTo {
            register: register.to_owned(),
            record: id,
            by_register,
            by,
        });
    }
    let seq = act.next_seq();
    let names = ["version", "changed_seq", "removed_seq"];
    let values = [
        Bind::from(version + 1),
        Bind::from(seq),
        Bind::from(seq),
        Bind::from(id),
    ];
    act.tx
        .run_built(tables::update(&table.name, &names), &values)
        .await?;
    let schema = Arc::clone(act.schema());
    for lines in table.lines.iter().filter_map(|it| schema.tables.get(it)) {
        let removed = old.lines.get(lines.line_name()).into_iter().flatten();
        for line in removed.filter_map(|it| it.id) {
            let values = [Bind::from(seq), Bind::from(seq), Bind::from(line)];
            let sql = tables::update(&lines.name, &["changed_seq", "removed_seq"]);
            act.tx.run_built(sql, &values).await?;
        }
    }
    let before = old.body().text();
    act.append("record.remove", register, id, Some(before), None)
        .await?;
    Ok(())
}

/// Destroys the key of a record's personal data and notes it: they can never be read again, the chain still verifies.
/// The key goes at once; an act that is rolled back later does not bring it back, which is the safe side.
///
/// # Errors
/// [`StoreError::NoRecord`], or the disk's.
pub async fn erase_person(act: &mut Act, register: &str, id: i64) -> Result<(), StoreError> {
    let table = register_table(act.schema(), register)?;
    if load(&mut act.tx, &table, id, true).await?.is_none() {
        return Err(no_record(register, id));
    }
    act.keys.destroy(id)?;
    let mut body = Body::default();
    body.set("register", Some(register.to_owned()));
    body.set("record", Some(id.to_string()));
    act.log("person.erase", Some(body.text())).await?;
    Ok(())
}

pub(crate) fn register_table(schema: &Schema, register: &str) -> Result<Arc<Table>, StoreError> {
    let table = schema.table(register)?;
    if table.parent.is_some() {
        return Err(StoreError::NoRegister(register.to_owned()));
    }
    Ok(Arc::clone(table))
}

pub(crate) fn known<'a>(table: &'a Table, field: &str) -> Result<&'a Column, StoreError> {
    table.column(field).ok_or_else(|| StoreError::NoField {
        register: table.id.clone(),
        field: field.to_owned(),
    })
}

fn no_record(register: &str, record: i64) -> StoreError {
    StoreError::NoRecord {
        register: register.to_owned(),
        record,
    }
}

async fn at_version(
    act: &mut Act,
    table: &Table,
    id: i64,
    version: i64,
) -> Result<Record, StoreError> {
    // The change that a conflict names may still wait in memory.
    let old = load(&mut act.tx, table, id, false).await?;
    let Some(old) = old.filter(|it| act.tx.reaches(it)) else {
        return Err(no_record(&table.id, id));
    };
    if old.version == version {
        return Ok(old);
    }
    act.flush().await?;
    let sql = "select actor, at from change where seq = $1";
    let last = act.tx.row(sql, &[Bind::from(old.changed_seq)]).await?;
    let (by, at) = match last {
        Some(row) => (row.text(0)?, row.text(1)?),
        None => Default::default(),
    };
    Err(StoreError::Conflict {
        register: table.id.clone(),
        record: id,
        expected: version,
        version: old.version,
        by,
        at,
    })
}
