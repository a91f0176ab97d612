//! SQL of register tables: built from the pack, never written by hand elsewhere.
//!
//! Owns every statement whose text depends on a declaration. Names go through sea-query, which quotes them; values
//! are always bound.
//!
//! Invariant: a record of an import that is not applied is seen by none of these, except [`insert`] and [`settle`].

use jiff::civil::Date;
use sea_query::{
    ColumnDef, ColumnType, ConditionalStatement as _, DynIden, Expr, ExprTrait as _, Index,
    IntoIden as _, PostgresQueryBuilder, SqliteQueryBuilder, Table as Ddl,
};

use crate::{
    door::Engine,
    records::{FROM, TO},
    schema::{Column, LINE_COLUMNS, SYSTEM_COLUMNS, Table},
};

/// Longest name that PostgreSQL keeps whole.
pub(crate) const LONGEST_NAME: usize = 63;

/// What makes a row visible: made by an act, or by an import that was applied; and not removed.
pub(crate) const VISIBLE: &str = "removed_seq is null and (created_seq > 0 or exists \
    (select 1 from import_batch b where b.id = t.batch and b.seq is not null))";

/// The change that last touched the row; rows of an import leave it to their batch.
const CHANGED: &str = "case when t.changed_seq > 0 then t.changed_seq else \
    (select b.seq from import_batch b where b.id = t.batch) end";

/// The change that made the row.
const CREATED: &str = "case when t.created_seq > 0 then t.created_seq else \
    (select b.seq from import_batch b where b.id = t.batch) end";

fn iden(name: &str) -> DynIden {
    name.to_owned().into_iden()
}

/// Places `$first` and on of so many values, for `in (…)`.
pub(crate) fn places(first: usize, count: usize) -> String {
    let places: Vec<String> = (first..first + count).map(|it| format!("${it}")).collect();
    places.join(",")
}

/// A name between quotes.
pub(crate) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

fn definition(name: &str, int: bool, engine: Engine) -> ColumnDef {
    let kind = match (int, engine) {
        (true, _) => "bigint",
        (false, Engine::Sqlite) => "text",
        (false, Engine::Postgres) => "text collate \"C\"",
    };
    ColumnDef::new_with_type(iden(name), ColumnType::custom(kind))
}

fn is_int(system: &str) -> bool {
    !matches!(system, "region" | "owner_user" | "state")
}

/// Makes a table with its indexes.
pub(crate) fn create(table: &Table, engine: Engine) -> Vec<String> {
    let mut ddl = Ddl::create();
    ddl.table(iden(&table.name));
    let system: &[&str] = if table.parent.is_some() {
        &LINE_COLUMNS
    } else {
        &SYSTEM_COLUMNS
    };
    for name in system {
        let mut column = match (*name, engine) {
            ("id", Engine::Sqlite) => {
                ColumnDef::new_with_type(iden("id"), ColumnType::custom("integer"))
            }
            _ => definition(name, is_int(name), engine),
        };
        match *name {
            "id" => column.primary_key(),
            "version" | "created_seq" | "changed_seq" | "parent" | "line_no" => column.not_null(),
            _ => &mut column,
        };
        ddl.col(&mut column);
    }
    for column in &table.columns {
        if !table.is_system(&column.field) {
            ddl.col(definition(&column.field, column.is_int(), engine));
        }
    }
    let mut all = vec![match engine {
        Engine::Sqlite => ddl.build(SqliteQueryBuilder),
        Engine::Postgres => ddl.build(PostgresQueryBuilder),
    }];
    all.extend(indexes(table, engine));
    all
}

/// Every index of a table.
pub(crate) fn indexes(table: &Table, engine: Engine) -> Vec<String> {
    // What changed since a sequence, for the figures' delta; and the records of a batch.
    let mut all = vec![
        index(table, "changed_seq", &["changed_seq"], false, engine),
        index(table, "batch", &["batch"], false, engine),
    ];
    if table.parent.is_some() {
        all.push(index(table, "parent", &["parent"], false, engine));
    }
    all.extend(key_index(table, engine));
    for column in table.shown() {
        all.extend(column_index(table, column, engine));
    }
    all
}

/// Adds a column with its index.
pub(crate) fn add_column(table: &Table, column: &Column, engine: Engine) -> Vec<String> {
    let mut ddl = Ddl::alter();
    ddl.table(iden(&table.name))
        .add_column(definition(&column.field, column.is_int(), engine));
    let mut all = vec![match engine {
        Engine::Sqlite => ddl.build(SqliteQueryBuilder),
        Engine::Postgres => ddl.build(PostgresQueryBuilder),
    }];
    all.extend(column_index(table, column, engine));
    all
}

/// Makes the table in which changes of an import wait.
pub(crate) fn create_waiting(name: &str, engine: Engine) -> String {
    let key = match engine {
        Engine::Sqlite => "integer",
        Engine::Postgres => "bigint",
    };
    format!(
        "create table {} (id {key} primary key, version bigint not null)",
        quoted(name)
    )
}

/// Gives it a further column of the register, which holds what the records say.
pub(crate) fn add_waiting(name: &str, table: &Table, column: &str, engine: Engine) -> Vec<String> {
    let declared = table.columns.iter().find(|it| it.field == column);
    let int = match declared {
        Some(it) if !table.is_system(column) => it.is_int(),
        _ => is_int(column),
    };
    let mut ddl = Ddl::alter();
    ddl.table(iden(name))
        .add_column(definition(column, int, engine));
    let made = match engine {
        Engine::Sqlite => ddl.build(SqliteQueryBuilder),
        Engine::Postgres => ddl.build(PostgresQueryBuilder),
    };
    let (name, column) = (quoted(name), quoted(column));
    let filled = format!(
        "update {name} set {column} = (select t.{column} from {} t where t.id = {name}.id)",
        quoted(&table.name)
    );
    vec![made, filled]
}

/// Sets these columns of every record that waits in `from`, a quoted name; the change's number is $1.
pub(crate) fn update_from(table: &Table, from: &str, columns: &[String]) -> String {
    let name = quoted(&table.name);
    let sets: Vec<String> = columns
        .iter()
        .map(|it| format!(", {0} = s.{0}", quoted(it)))
        .collect();
    format!(
        "update {name} set version = {name}.version + 1, changed_seq = $1{} from {from} s where s.id = {name}.id",
        sets.concat()
    )
}

/// Renames a column.
pub(crate) fn rename_column(table: &str, was: &str, now: &str, engine: Engine) -> String {
    let mut ddl = Ddl::alter();
    ddl.table(iden(table)).rename_column(iden(was), iden(now));
    match engine {
        Engine::Sqlite => ddl.build(SqliteQueryBuilder),
        Engine::Postgres => ddl.build(PostgresQueryBuilder),
    }
}

/// Renames a table.
pub(crate) fn rename_table(was: &str, now: &str, engine: Engine) -> String {
    let mut ddl = Ddl::rename();
    ddl.table(iden(was), iden(now));
    match engine {
        Engine::Sqlite => ddl.build(SqliteQueryBuilder),
        Engine::Postgres => ddl.build(PostgresQueryBuilder),
    }
}

/// Drops an index that the declaration no longer asks for.
pub(crate) fn drop_index(table: &Table, end: &str) -> String {
    format!(
        "drop index if exists {}",
        quoted(&index_name(&table.name, end))
    )
}

/// The unique index of the natural key.
fn key_index(table: &Table, engine: Engine) -> Option<String> {
    if table.key.is_empty() {
        return None;
    }
    let columns: Vec<&str> = table.key.iter().map(String::as_str).collect();
    Some(index(table, "key", &columns, true, engine))
}

/// The index of a field: unique where it says so, plain where records are found by it.
fn column_index(table: &Table, column: &Column, engine: Engine) -> Option<String> {
    let plain = column.target.is_some() && !column.many;
    (column.unique || plain).then(|| {
        let end = column_index_end(column);
        index(table, &end, &[&column.field], column.unique, engine)
    })
}

/// The index that carries a list sorted by a field, made where it is not there.
pub(crate) fn sort_index(table: &Table, field: &str, engine: Engine) -> String {
    index(table, &format!("s_{field}"), &[field, "id"], false, engine).replacen(
        "CREATE INDEX",
        "CREATE INDEX IF NOT EXISTS",
        1,
    )
}

pub(crate) fn column_index_end(column: &Column) -> String {
    format!("f_{}", column.field)
}

fn index(table: &Table, end: &str, columns: &[&str], unique: bool, engine: Engine) -> String {
    let mut ddl = Index::create();
    ddl.name(index_name(&table.name, end))
        .table(iden(&table.name));
    for column in columns {
        ddl.col(iden(column));
    }
    if unique {
        ddl.unique();
        ddl.and_where(Expr::col(iden("removed_seq")).is_null());
    }
    match engine {
        Engine::Sqlite => ddl.build(SqliteQueryBuilder),
        Engine::Postgres => ddl.build(PostgresQueryBuilder),
    }
}

/// A name that both engines keep whole: long ones end in a hash of themselves.
fn index_name(table: &str, end: &str) -> String {
    let name = format!("{table}__{end}");
    if name.len() <= LONGEST_NAME {
        return name;
    }
    let sum = name.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    format!("{}_{sum:016x}", &name[..LONGEST_NAME - 17])
}

/// Inserts `rows` rows of these columns. SQLite looks named places up one after another, for each value again, so that
/// thousands of `$1` take seconds; a plain `?` is counted.
pub(crate) fn insert(table: &str, columns: &[&str], rows: usize, engine: Engine) -> String {
    let names: Vec<String> = columns.iter().map(|it| quoted(it)).collect();
    let mut sql = format!(
        "insert into {} ({}) values ",
        quoted(table),
        names.join(", ")
    );
    let mut place = 0;
    for row in 0..rows {
        sql.push_str(if row == 0 { "(" } else { ", (" });
        for column in 0..columns.len() {
            place += 1;
            if column > 0 {
                sql.push(',');
            }
            match engine {
                Engine::Sqlite => sql.push('?'),
                Engine::Postgres => {
                    sql.push('$');
                    sql.push_str(&place.to_string());
                }
            }
        }
        sql.push(')');
    }
    sql
}

/// Sets these columns of one row; its id is the last value.
pub(crate) fn update(table: &str, columns: &[&str]) -> String {
    let sets: Vec<String> = columns
        .iter()
        .zip(1..)
        .map(|(name, place)| format!("{} = ${place}", quoted(name)))
        .collect();
    format!(
        "update {} set {} where id = ${}",
        quoted(table),
        sets.join(", "),
        columns.len() + 1
    )
}

/// System columns of a record as [`crate::records`] reads them, then all fields, the hidden ones too.
pub(crate) fn record_columns(table: &Table) -> String {
    let mut sql = if table.parent.is_some() {
        "t.id, t.parent, t.line_no".to_owned()
    } else {
        format!(
            "t.id, t.version, t.region, t.owner_org, t.owner_user, t.state, t.batch, {CREATED}, {CHANGED}, t.removed_seq"
        )
    };
    for column in &table.columns {
        sql.push_str(", t.");
        sql.push_str(&quoted(&column.field));
    }
    sql
}

/// Selects records; `rest` is conditions after `and`, order and limit.
pub(crate) fn select(table: &Table, rest: &str) -> String {
    select_from(table, &quoted(&table.name), rest)
}

/// [`select`] from the table's rows as [`on_day`] says them.
pub(crate) fn select_from(table: &Table, from: &str, rest: &str) -> String {
    format!(
        "select {} from {from} t where {VISIBLE} {rest}",
        record_columns(table)
    )
}

/// What to select from: the table, or its rows with the values that dated fields had on a day.
pub(crate) fn on_day(table: &Table, spans: Option<&Table>, day: Option<Date>) -> String {
    let name = quoted(&table.name);
    let (Some(spans), Some(day)) = (spans, day) else {
        return name;
    };
    let from = format!(
        "from {} s where s.parent = o.id and s.removed_seq is null and (s.created_seq > 0 or exists \
         (select 1 from import_batch b where b.id = s.batch and b.seq is not null))",
        quoted(&spans.name)
    );
    let dated = |field: &str| {
        let field = quoted(field);
        // A field that never had a span holds its value since nobody knows when.
        format!(
            "case when exists (select 1 {from} and s.{field} is not null) \
             then (select s.{field} {from} and s.{field} is not null \
                   and (s.{FROM} is null or s.{FROM} <= '{day}') and (s.{TO} is null or s.{TO} > '{day}')) \
             else o.{field} end as {field}"
        )
    };
    let mut columns: Vec<String> = SYSTEM_COLUMNS
        .iter()
        .filter(|it| spans.column(it).is_none())
        .map(|it| format!("o.{it}"))
        .collect();
    for column in &table.columns {
        if spans.column(&column.field).is_some() {
            columns.push(dated(&column.field));
        } else if !table.is_system(&column.field) {
            columns.push(format!("o.{}", quoted(&column.field)));
        }
    }
    format!("(select {} from {name} o)", columns.join(", "))
}

/// Selects records, also removed ones, by conditions after `where`.
pub(crate) fn select_all(table: &Table, rest: &str) -> String {
    format!(
        "select {} from {} t where (t.created_seq > 0 or exists \
         (select 1 from import_batch b where b.id = t.batch and b.seq is not null and t.created_seq = 0)) {rest}",
        record_columns(table),
        quoted(&table.name)
    )
}

/// Counts records.
pub(crate) fn count(table: &Table, rest: &str) -> String {
    of_visible("count(*)", &quoted(&table.name), rest)
}

/// What is computed over rows as [`on_day`] says them.
pub(crate) fn of_visible(what: &str, from: &str, rest: &str) -> String {
    format!("select {what} from {from} t where {VISIBLE} {rest}")
}

/// Columns for computing: rows changed after $1, ids after $2, at most $3. `whole` leaves the sequence out, so that the
/// primary key carries the reading; else the changed ids come from two indexes, so that a large table in which little changed
/// is not read from end to end.
pub(crate) fn columns(table: &str, from: &str, names: &[&str], whole: bool) -> String {
    let mut sql = "select t.id".to_owned();
    for name in names {
        sql.push_str(", ");
        match *name {
            "created_seq" => sql.push_str(CREATED),
            "changed_seq" => sql.push_str(CHANGED),
            name => {
                sql.push_str("t.");
                sql.push_str(&quoted(name));
            }
        }
    }
    let since = if whole {
        "$1 >= 0".to_owned()
    } else {
        let table = quoted(table);
        format!(
            "t.id in (select c.id from {table} c where c.changed_seq > $1 and c.id > $2 union all \
             select c.id from import_batch b join {table} c on c.batch = b.id \
             where b.seq > $1 and c.changed_seq = 0 and c.id > $2)"
        )
    };
    format!("{sql} from {from} t where {since} and t.id > $2 and {VISIBLE} order by t.id limit $3")
}

/// Rows that were there at change $1 and that nothing touched since, ids after $2, at most $3.
pub(crate) fn columns_then(table: &Table, names: &[&str]) -> String {
    let mut sql = "select t.id".to_owned();
    for name in names {
        sql.push_str(", t.");
        sql.push_str(&quoted(name));
    }
    format!(
        "{sql} from {} t where {CHANGED} <= $1 and t.id > $2 and t.removed_seq is null order by t.id limit $3",
        quoted(&table.name)
    )
}

/// Records that were made by change $1 and touched after it (of lines: the records that they belong to), ids after $2, at
/// most $3.
pub(crate) fn touched(table: &Table) -> String {
    let id = if table.parent.is_some() {
        "parent"
    } else {
        "id"
    };
    format!(
        "select distinct t.{id} from {} t where {CHANGED} > $1 and {CREATED} <= $1 and t.{id} > $2 order by t.{id} limit $3",
        quoted(&table.name)
    )
}

/// Lines of records $2 to $3 that were made by change $1 and touched after it: their record and their id.
pub(crate) fn touched_lines(table: &Table) -> String {
    format!(
        "select t.parent, t.id from {} t where {CHANGED} > $1 and {CREATED} <= $1 \
         and t.parent > $2 and t.parent <= $3 order by t.parent, t.id",
        quoted(&table.name)
    )
}

/// Id, record, version, last change and removal of rows; lines have what their record has.
pub(crate) fn versions(table: &Table, parent: Option<&Table>, places: &str) -> String {
    match parent {
        None => format!(
            "select t.id, t.id, t.version, {CHANGED}, t.removed_seq from {} t where t.id in ({places})",
            quoted(&table.name)
        ),
        Some(parent) => format!(
            "select l.id, t.id, t.version, {CHANGED}, coalesce(l.removed_seq, t.removed_seq) from {} l join {} t \
             on t.id = l.parent where l.id in ({places})",
            quoted(&table.name),
            quoted(&parent.name)
        ),
    }
}

/// Ids of rows removed after $1, ids after $2, at most $3.
pub(crate) fn removed(table: &Table) -> String {
    format!(
        // A removal is a row's last change, and changes have an index.
        "select id from {} where removed_seq > $1 and changed_seq > $1 and id > $2 order by id limit $3",
        quoted(&table.name)
    )
}

/// A visible record that refers to record $1 through `field`.
pub(crate) fn referring(table: &Table, column: &Column) -> String {
    format!("{} limit 1", all_referring(table, column))
}

/// Selects every record that refers to $1 by a column; of lines, the record they are of.
pub(crate) fn all_referring(table: &Table, column: &Column) -> String {
    let field = quoted(&column.field);
    let condition = if column.many {
        format!("t.{field} like '%;' || $1 || ';%'")
    } else {
        format!("t.{field} = $1")
    };
    format!(
        "select t.{} from {} t where {VISIBLE} and {condition}",
        if table.parent.is_some() {
            "parent"
        } else {
            "id"
        },
        quoted(&table.name)
    )
}
