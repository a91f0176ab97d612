//! Tables: the fixed ones by numbered migrations, and what is known of the register tables.
//!
//! Owns the migrations' texts and [`Schema`], which is read from the database itself, so that a process that did not
//! apply the pack knows the tables as well. Leaves changing register tables to [`crate::migrate`].
//!
//! Invariant: a migration that was released is never edited.

use std::{collections::BTreeMap, sync::Arc};

use quanyu_core::columns::ColumnKind;

use crate::{
    clock::{Clock, stamp},
    door::{Bind, Engine, Tx},
    error::StoreError,
};

const MIGRATIONS: [&str; 11] = [
    include_str!("schema/0001.sql"),
    include_str!("schema/0002.sql"),
    include_str!("schema/0003.sql"),
    include_str!("schema/0004.sql"),
    include_str!("schema/0005.sql"),
    include_str!("schema/0006.sql"),
    include_str!("schema/0007.sql"),
    include_str!("schema/0008.sql"),
    include_str!("schema/0009.sql"),
    include_str!("schema/0010.sql"),
    include_str!("schema/0011.sql"),
];

/// Columns that every register table has.
pub const SYSTEM_COLUMNS: [&str; 10] = [
    "id",
    "version",
    "region",
    "owner_org",
    "owner_user",
    "state",
    "batch",
    "created_seq",
    "changed_seq",
    "removed_seq",
];

/// Columns that every table of lines has.
pub const LINE_COLUMNS: [&str; 7] = [
    "id",
    "parent",
    "line_no",
    "batch",
    "created_seq",
    "changed_seq",
    "removed_seq",
];

/// All register tables of one pack revision.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Schema {
    /// The pack revision; 0 before the first.
    pub revision: i64,
    /// Tables by id: a register's (`contract`) or that of its lines (`contract.items`).
    pub tables: BTreeMap<String, Arc<Table>>,
    /// Renames in order of their change.
    pub renames: Vec<Rename>,
}

/// A register that was called otherwise, or a field of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rename {
    /// Changes before this one use the earlier name.
    pub seq: i64,
    /// Table id as it is called since.
    pub register: String,
    /// The field as it is called since; empty for the register itself.
    pub field: String,
    /// The earlier name.
    pub was: String,
}

/// A register's table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// `contract` or `contract.items`.
    pub id: String,
    /// Its name in the database, such as `r_contract`.
    pub name: String,
    /// The register that these are lines of.
    pub parent: Option<String>,
    /// Table ids of its lines.
    pub lines: Vec<String>,
    /// Declared fields in order.
    pub columns: Vec<Column>,
    /// Fields of the natural key.
    pub key: Vec<String>,
    /// The field whose region is the record's.
    pub region_field: Option<String>,
    /// The region of records whose field gives none.
    pub region: String,
    /// Where a record starts.
    pub first_state: Option<String>,
    /// No longer declared; the rows are kept.
    pub hidden: bool,
}

/// A declared field's column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub field: String,
    /// The type, as a pack writes it.
    pub word: String,
    /// Places of a decimal.
    pub scale: u8,
    /// The register that it refers to.
    pub target: Option<String>,
    /// The code list.
    pub list: Option<String>,
    /// Must be known.
    pub required: bool,
    /// No two records share a value.
    pub unique: bool,
    /// Several values, `;a;b;`.
    pub many: bool,
    /// No longer declared; the values are kept.
    pub hidden: bool,
}

impl Column {
    /// How the column is read by rules and indicators.
    #[must_use]
    pub fn kind(&self) -> ColumnKind {
        if self.many {
            return ColumnKind::Text;
        }
        match self.word.as_str() {
            "integer" | "reference" | "organization" => ColumnKind::Int,
            "decimal" => ColumnKind::Decimal(self.scale),
            "money" => ColumnKind::Money,
            "date" => ColumnKind::Date,
            "yes_no" => ColumnKind::YesNo,
            _ => ColumnKind::Text,
        }
    }

    /// Whether the database keeps it as an integer; else as text.
    #[must_use]
    pub fn is_int(&self) -> bool {
        !matches!(self.kind(), ColumnKind::Text | ColumnKind::Date)
    }

    /// Whether the values are encrypted under the record's key.
    #[must_use]
    pub fn is_person(&self) -> bool {
        self.word == "person"
    }
}

impl Table {
    /// The declared field of that name, unless it is hidden.
    #[must_use]
    pub fn column(&self, field: &str) -> Option<&Column> {
        self.columns
            .iter()
            .find(|it| it.field == field && !it.hidden)
    }

    /// Fields that are declared today.
    pub fn shown(&self) -> impl Iterator<Item = &Column> {
        self.columns.iter().filter(|it| !it.hidden)
    }

    /// Whether the column is one of the system's own, so that it stands in the table once.
    #[must_use]
    pub fn is_system(&self, column: &str) -> bool {
        if self.parent.is_some() {
            LINE_COLUMNS.contains(&column)
        } else {
            SYSTEM_COLUMNS.contains(&column)
        }
    }

    /// The short name of lines inside their register.
    #[must_use]
    pub fn line_name(&self) -> &str {
        self.id.split_once('.').map_or("", |(_, it)| it)
    }
}

impl Schema {
    /// A register's table.
    ///
    /// # Errors
    /// [`StoreError::NoRegister`] where the pack declares none.
    pub fn table(&self, id: &str) -> Result<&Arc<Table>, StoreError> {
        self.tables
            .get(id)
            .filter(|it| !it.hidden)
            .ok_or_else(|| StoreError::NoRegister(id.to_owned()))
    }

    /// The tables of a register's lines that are declared today.
    pub fn lines_of(&self, table: &Table) -> impl Iterator<Item = &Arc<Table>> {
        table
            .lines
            .iter()
            .filter_map(|id| self.tables.get(id))
            .filter(|it| !it.hidden)
    }

    /// The table of the spans of a register's dated fields, where it has any.
    #[must_use]
    pub fn spans_of(&self, table: &Table) -> Option<&Arc<Table>> {
        self.tables
            .get(&format!("{}.{}", table.id, crate::records::SPANS))
            .filter(|it| !it.hidden)
    }

    /// Today's name of a register that a change called `register`.
    #[must_use]
    pub fn register_now(&self, register: &str, seq: i64) -> String {
        let mut name = register.to_owned();
        for rename in &self.renames {
            if rename.field.is_empty() && rename.seq > seq && rename.was == name {
                name.clone_from(&rename.register);
            }
        }
        name
    }
}

/// Brings the fixed tables to what this program knows.
pub(crate) async fn bring_up(tx: &mut Tx, clock: &Clock) -> Result<(), StoreError> {
    let sql = match tx.engine() {
        Engine::Sqlite => {
            "select count(*) from sqlite_master where type = 'table' and name = 'migration'"
        }
        Engine::Postgres => "select count(*) from pg_class where oid = to_regclass('migration')",
    };
    let made = tx.row(sql, &[]).await?;
    let found = match made.map(|it| it.int(0)).transpose()? {
        Some(1..) => tx
            .row("select coalesce(max(number), 0) from migration", &[])
            .await?
            .map_or(Ok(0), |it| it.int(0))?,
        _ => 0,
    };
    let known = MIGRATIONS.len() as i64;
    if found > known {
        return Err(StoreError::TooNew { found, known });
    }
    for (number, text) in (1..).zip(MIGRATIONS).skip(found as usize) {
        tx.script(for_engine(text, tx.engine())).await?;
        let values = [Bind::from(number), Bind::from(stamp(clock.now()))];
        tx.run(
            "insert into migration (number, at) values ($1, $2)",
            &values,
        )
        .await?;
    }
    Ok(())
}

/// The text of a migration for one engine.
pub(crate) fn for_engine(text: &str, engine: Engine) -> String {
    let (key, plain) = match engine {
        Engine::Sqlite => ("integer primary key", "text"),
        Engine::Postgres => ("bigint primary key", "text collate \"C\""),
    };
    text.replace("{key}", key).replace("{text}", plain)
}

/// Reads what the register tables look like.
pub(crate) async fn load(tx: &mut Tx, revision: i64) -> Result<Schema, StoreError> {
    let mut tables = BTreeMap::new();
    let sql = "
        select id, table_name, parent, natural_key, region_field, region, first_state, hidden
          from register_table order by id";
    for row in tx.rows(sql, &[]).await? {
        let id = row.text(0)?;
        tables.insert(
            id.clone(),
            Table {
                id,
                name: row.text(1)?,
                parent: row.opt_text(2)?,
                lines: Vec::new(),
                columns: Vec::new(),
                key: list(&row.text(3)?),
                region_field: row.opt_text(4)?,
                region: row.text(5)?,
                first_state: row.opt_text(6)?,
                hidden: row.int(7)? != 0,
            },
        );
    }
    let sql = "
        select register, field, word, scale, target, list, required, is_unique, is_many, hidden
          from register_column order by register, place, field";
    for row in tx.rows(sql, &[]).await? {
        let Some(table) = tables.get_mut(&row.text(0)?) else {
            continue;
        };
        table.columns.push(Column {
            field: row.text(1)?,
            word: row.text(2)?,
            scale: u8::try_from(row.int(3)?).unwrap_or(0),
            target: row.opt_text(4)?,
            list: row.opt_text(5)?,
            required: row.int(6)? != 0,
            unique: row.int(7)? != 0,
            many: row.int(8)? != 0,
            hidden: row.int(9)? != 0,
        });
    }
    let lines: Vec<(String, String)> = tables
        .values()
        .filter_map(|it| Some((it.parent.clone()?, it.id.clone())))
        .collect();
    for (parent, id) in lines {
        if let Some(table) = tables.get_mut(&parent) {
            table.lines.push(id);
        }
    }
    let mut renames = Vec::new();
    let sql = "select seq, register, field, was from renamed order by seq, register, field";
    for row in tx.rows(sql, &[]).await? {
        renames.push(Rename {
            seq: row.int(0)?,
            register: row.text(1)?,
            field: row.text(2)?,
            was: row.text(3)?,
        });
    }
    Ok(Schema {
        revision,
        tables: tables
            .into_iter()
            .map(|(id, table)| (id, Arc::new(table)))
            .collect(),
        renames,
    })
}

/// Names joined by commas, as the database keeps them.
pub(crate) fn list(text: &str) -> Vec<String> {
    text.split(',')
        .filter(|it| !it.is_empty())
        .map(str::to_owned)
        .collect()
}
