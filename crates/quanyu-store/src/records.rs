//! Records: made, changed, removed and read one by one.
//!
//! Owns the writing of a record with its lines, its version and its change entry. Leaves lists to [`crate::list`],
//! columns to [`crate::columns`], the check of what people typed to the application.
//!
//! Invariant: a write and its change entry are one; an edit of a version that is no longer there is a conflict.
//!
//! Start reading at [`create`].

use std::{collections::BTreeMap, sync::Arc};

use quanyu_core::value::Value;

use crate::{
    act::Act,
    body::Body,
    door::{Bind, Row, Tx},
    error::StoreError,
    import,
    schema::{Column, Schema, Table},
    tables,
    value::{decode, encode},
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
        body.set("@region", Some(self.region.clone()).filter(|it| !it.is_empty()));
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
    act.append("record.update", register, id, Some(before), Some(after))
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

/// A record with its lines; `None` where there is none or it was removed.
///
/// # Errors
/// The database's.
pub async fn get(tx: &mut Tx, register: &str, id: i64) -> Result<Option<Record>, StoreError> {
    let table = register_table(&tx.schema, register)?;
    load(tx, &table, id, false).await
}

/// The record of a natural key, with its lines.
///
/// # Errors
/// The database's, or a value that its field cannot hold.
pub async fn by_key(
    tx: &mut Tx,
    register: &str,
    key: &[Value],
) -> Result<Option<Record>, StoreError> {
    let table = register_table(&tx.schema, register)?;
    let mut sql = String::new();
    let mut values = Vec::new();
    for (field, value) in table.key.iter().zip(key) {
        let column = known(&table, field)?;
        values.push(encode(register, column, value)?);
        sql.push_str(&format!("and t.{} = ${} ", tables::quoted(field), values.len()));
    }
    if values.is_empty() || values.len() != table.key.len() {
        return Ok(None);
    }
    let found = tx.rows_built(tables::select(&table, &sql), &values).await?;
    match found.into_iter().next() {
        Some(row) => {
            let mut record = from_row(&table, row)?;
            read_lines(tx, &table, &mut record).await?;
            Ok(Some(record))
        }
        None => Ok(None),
    }
}

/// Which records have these texts in a field: for references typed by key or name in an import. Values that several
/// records have come several times.
///
/// # Errors
/// The database's.
pub async fn find(
    tx: &mut Tx,
    register: &str,
    field: &str,
    texts: &[String],
) -> Result<Vec<(String, i64)>, StoreError> {
    let table = register_table(&tx.schema, register)?;
    known(&table, field)?;
    let mut found = Vec::new();
    for part in texts.chunks(500) {
        let places: Vec<String> = (1..=part.len()).map(|it| format!("${it}")).collect();
        let field = tables::quoted(field);
        let rest = format!("and t.{field} in ({})", places.join(","));
        let sql = format!("select t.{field}, t.id from ({}) t", tables::select(&table, &rest));
        let values: Vec<Bind> = part.iter().map(|it| Bind::from(it.as_str())).collect();
        for row in tx.rows_built(sql, &values).await? {
            found.push((row.text(0)?, row.int(1)?));
        }
    }
    Ok(found)
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
    let Some(old) = load(&mut act.tx, table, id, false).await? else {
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
    merge(act, table, &empty, draft)
}

/// The record with a draft laid over it.
pub(crate) fn merge(
    act: &mut Act,
    table: &Table,
    old: &Record,
    draft: &Draft,
) -> Result<Record, StoreError> {
    let mut new = old.clone();
    for (field, value) in &draft.values {
        let column = known(table, field)?;
        let value = sealed(act, column, old.id, old.value(field), value)?;
        new.values.insert(field.clone(), value);
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
    let schema = Arc::clone(act.schema());
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
    let old = line.id.and_then(|id| was.iter().find(|it| it.id == Some(id)));
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

/// Columns and values of a row of this record.
pub(crate) fn row_of(
    table: &Table,
    record: &Record,
) -> Result<(Vec<String>, Vec<Bind>), StoreError> {
    let mut names: Vec<String> = [
        "id", "version", "region", "owner_org", "owner_user", "state", "batch", "created_seq",
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
    let mut names: Vec<String> = ["id", "parent", "line_no", "batch", "created_seq", "changed_seq"]
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

async fn insert(act: &mut Act, table: &Table, record: &Record) -> Result<(), StoreError> {
    let (names, values) = row_of(table, record)?;
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    act.tx
        .run_built(tables::insert(&table.name, &names, 1), &values)
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
    act.tx
        .run_built(tables::insert(&table.name, &names, 1), &values)
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
            None => insert_line(act, table, record, line, no).await?,
            Some(before) if before == place && was[before] == *line => {}
            Some(_) => {
                let (mut names, mut values) = line_row_of(table, record, line, no, (0, seq))?;
                for place in [4, 3, 1, 0] {
                    names.remove(place);
                    values.remove(place);
                }
                values.push(Bind::from(line.id));
                let names: Vec<&str> = names.iter().map(String::as_str).collect();
                act.tx
                    .run_built(tables::update(&table.name, &names), &values)
                    .await?;
            }
        }
    }
    Ok(())
}

/// What takes other records to check: keys, unique values, references.
async fn check_shared(
    act: &mut Act,
    table: &Table,
    old: Option<&Record>,
    new: &Record,
) -> Result<(), StoreError> {
    let mut groups: Vec<Vec<&Column>> = Vec::new();
    if !table.key.is_empty() {
        groups.push(table.key.iter().filter_map(|it| table.column(it)).collect());
    }
    groups.extend(table.shown().filter(|it| it.unique).map(|it| vec![it]));
    for columns in groups {
        let same = old.is_some_and(|old| {
            columns
                .iter()
                .all(|it| old.value(&it.field) == new.value(&it.field))
        });
        if !same {
            free(act, table, &columns, new).await?;
        }
    }
    for column in table.shown() {
        let value = new.value(&column.field);
        if old.is_none_or(|it| it.value(&column.field) != value) {
            check_reference(&mut act.tx, table, column, value).await?;
        }
    }
    let schema = Arc::clone(act.schema());
    for (name, lines) in &new.lines {
        let Some(child) = schema.tables.get(&format!("{}.{name}", table.id)) else {
            continue;
        };
        for line in lines {
            for column in child.shown().filter(|it| it.target.is_some()) {
                let value = line.values.get(&column.field).unwrap_or(&NOTHING);
                check_reference(&mut act.tx, child, column, value).await?;
            }
        }
    }
    Ok(())
}

/// Refuses values that another record has, also one of an import that is not applied yet.
async fn free(
    act: &mut Act,
    table: &Table,
    columns: &[&Column],
    new: &Record,
) -> Result<(), StoreError> {
    let mut sql = String::new();
    let mut values = Vec::new();
    let mut told = Vec::new();
    for column in columns {
        let value = new.value(&column.field);
        let Some(text) = value.canonical() else {
            return Ok(());
        };
        told.push(text);
        values.push(encode(&table.id, column, value)?);
        let field = tables::quoted(&column.field);
        sql.push_str(&format!("and {field} = ${} ", values.len()));
    }
    values.push(Bind::from(new.id));
    let sql = format!(
        "select id, batch, created_seq from {} where removed_seq is null {sql} and id <> ${} limit 1",
        tables::quoted(&table.name),
        values.len()
    );
    // A second look after a dead import was cleared away.
    for look in 0..2 {
        let found = act.tx.rows_built(sql.clone(), &values).await?;
        let Some(row) = found.first() else {
            return Ok(());
        };
        let batch = match (row.int(2)?, row.opt_int(1)?) {
            (0, Some(batch)) => import::pending(&mut act.tx, batch).await?,
            _ => None,
        };
        if look == 0 && batch.is_some() && import::sweep(act).await? > 0 {
            continue;
        }
        let fields: Vec<&str> = columns.iter().map(|it| it.field.as_str()).collect();
        return Err(StoreError::Taken {
            register: table.id.clone(),
            fields: fields.join(","),
            value: told.join(","),
            record: row.int(0)?,
            batch,
        });
    }
    Ok(())
}

async fn check_reference(
    tx: &mut Tx,
    table: &Table,
    column: &Column,
    value: &Value,
) -> Result<(), StoreError> {
    let Some(target) = &column.target else {
        return Ok(());
    };
    let ids: Vec<i64> = match value {
        Value::Int(id) => vec![*id],
        Value::Text(many) => many.split(';').filter_map(|it| it.parse().ok()).collect(),
        _ => return Ok(()),
    };
    let schema = Arc::clone(&tx.schema);
    let target = schema.table(target)?;
    for id in ids {
        let sql = tables::count(target, "and t.id = $1");
        let found = tx.rows_built(sql, &[Bind::from(id)]).await?;
        if found.first().map_or(Ok(0), |it| it.int(0))? == 0 {
            return Err(StoreError::WrongValue {
                register: table.id.clone(),
                field: column.field.clone(),
                value: id.to_string(),
                reason: "no such record",
            });
        }
    }
    Ok(())
}

/// A record that refers to this one.
async fn referrer(
    tx: &mut Tx,
    register: &str,
    id: i64,
) -> Result<Option<(String, i64)>, StoreError> {
    let schema = Arc::clone(&tx.schema);
    for table in schema.tables.values().filter(|it| !it.hidden) {
        for column in table.shown() {
            if column.target.as_deref() != Some(register) {
                continue;
            }
            let value = if column.many {
                Bind::from(id.to_string())
            } else {
                Bind::from(id)
            };
            let found = tx
                .rows_built(tables::referring(table, column), &[value])
                .await?;
            let Some(row) = found.first() else { continue };
            let by = row.int(0)?;
            let register = table.parent.as_ref().unwrap_or(&table.id);
            // A record may refer to itself.
            if by != id {
                return Ok(Some((register.clone(), by)));
            }
        }
    }
    Ok(None)
}

/// Reads a record with its lines.
pub(crate) async fn load(
    tx: &mut Tx,
    table: &Table,
    id: i64,
    removed: bool,
) -> Result<Option<Record>, StoreError> {
    let sql = if removed {
        tables::select_all(table, "and t.id = $1")
    } else {
        tables::select(table, "and t.id = $1")
    };
    let found = tx.rows_built(sql, &[Bind::from(id)]).await?;
    let Some(row) = found.into_iter().next() else {
        return Ok(None);
    };
    let mut record = from_row(table, row)?;
    read_lines(tx, table, &mut record).await?;
    Ok(Some(record))
}

pub(crate) async fn read_lines(
    tx: &mut Tx,
    table: &Table,
    record: &mut Record,
) -> Result<(), StoreError> {
    let schema = Arc::clone(&tx.schema);
    for child in table.lines.iter().filter_map(|it| schema.tables.get(it)) {
        let sql = tables::select(child, "and t.parent = $1 order by t.line_no, t.id");
        let mut lines = Vec::new();
        for row in tx.rows_built(sql, &[Bind::from(record.id)]).await? {
            lines.push(line_from_row(child, row)?.1);
        }
        if !lines.is_empty() {
            record.lines.insert(child.line_name().to_owned(), lines);
        }
    }
    Ok(())
}

/// A record from a row of [`tables::select`], without lines.
pub(crate) fn from_row(table: &Table, row: Row) -> Result<Record, StoreError> {
    let mut record = Record {
        register: table.id.clone(),
        id: row.int(0)?,
        version: row.int(1)?,
        region: row.opt_text(2)?.unwrap_or_default(),
        owner_org: row.opt_int(3)?,
        owner_user: row.opt_text(4)?,
        state: row.opt_text(5)?,
        batch: row.opt_int(6)?,
        created_seq: row.opt_int(7)?.unwrap_or(0),
        changed_seq: row.opt_int(8)?.unwrap_or(0),
        removed_seq: row.opt_int(9)?,
        ..Record::default()
    };
    (record.values, record.hidden) = values_of(table, row, 10)?;
    Ok(record)
}

/// A line from a row of [`tables::select`], with its record's id.
pub(crate) fn line_from_row(table: &Table, row: Row) -> Result<(i64, Line), StoreError> {
    let (id, parent) = (row.int(0)?, row.int(1)?);
    let (values, hidden) = values_of(table, row, 3)?;
    let line = Line {
        id: Some(id),
        values,
        hidden,
    };
    Ok((parent, line))
}

type Values = BTreeMap<String, Value>;

fn values_of(table: &Table, row: Row, skip: usize) -> Result<(Values, Values), StoreError> {
    let (mut shown, mut hidden) = (Values::new(), Values::new());
    for (column, cell) in table.columns.iter().zip(row.0.into_iter().skip(skip)) {
        let value = decode(column, cell)?;
        let values = if column.hidden {
            &mut hidden
        } else {
            &mut shown
        };
        values.insert(column.field.clone(), value);
    }
    Ok((shown, hidden))
}
