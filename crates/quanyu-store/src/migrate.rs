//! Applying a pack: its registers become tables, or change the tables that are there.
//!
//! Owns what may change and what is refused: what would lose data is refused with what to do instead; what a pack no
//! longer declares stays, hidden. The pack is stored whole, so that an old figure can be asked again under its own
//! declarations.
//!
//! Invariant: a refused pack changes nothing.
//!
//! Start reading at [`apply`].

use std::{collections::BTreeMap, sync::Arc};

use quanyu_pack::model::{Field, FieldType, Pack, Register};
use sha2::{Digest as _, Sha256};

use crate::{
    act::Act,
    body::Body,
    door::{Bind, Tx},
    error::StoreError,
    schema::{self, Column, LINE_COLUMNS, SYSTEM_COLUMNS, Schema, Table},
    tables,
};

/// A pack as it was applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackRevision {
    /// Its number, from 1.
    pub number: i64,
    /// The pack.
    pub id: String,
    /// SHA-256 of all its files, in hexadecimal.
    pub hash: String,
    /// When it was applied, UTC.
    pub at: String,
    /// The change that applied it.
    pub seq: i64,
}

/// Why a pack cannot be applied, and what to do instead.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Fault {
    /// A field changed its type and its values would not fit.
    #[error(
        "`{register}.{field}` holds {was} values and cannot become {now}: declare a new field beside it and keep this one"
    )]
    TypeChanged {
        /// Register.
        register: String,
        /// Field.
        field: String,
        /// Type of the values there are.
        was: String,
        /// Type that the pack declares.
        now: String,
    },
    /// Records hold a code that the list no longer has.
    #[error(
        "records of `{register}.{field}` hold `{code}`, which `{list}` no longer has: mark the code retired instead of removing it"
    )]
    CodeRemoved {
        /// Register.
        register: String,
        /// Field.
        field: String,
        /// List.
        list: String,
        /// Code.
        code: String,
    },
    /// Records share a value that shall be unique.
    #[error(
        "{count} values of `{register}` ({fields}) are shared by several records and cannot become unique: put the records right first"
    )]
    NotUnique {
        /// Register.
        register: String,
        /// Fields with commas.
        fields: String,
        /// How many values.
        count: i64,
    },
    /// A field has the name of a column that every register has.
    #[error("`{register}.{field}` has the name of a system column: give it another name")]
    SystemName {
        /// Register.
        register: String,
        /// Field.
        field: String,
    },
    /// A name that is too long for the database.
    #[error("the name `{name}` is longer than {most} letters")]
    LongName {
        /// The table's or column's name.
        name: String,
        /// How many letters there may be.
        most: usize,
    },
}

impl Fault {
    /// The name under which `messages.toml` explains it.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::TypeChanged { .. } => "pack_fault_type_changed",
            Self::CodeRemoved { .. } => "pack_fault_code_removed",
            Self::NotUnique { .. } => "pack_fault_not_unique",
            Self::SystemName { .. } => "pack_fault_system_name",
            Self::LongName { .. } => "pack_fault_long_name",
        }
    }
}

/// SHA-256 of everything that a pack's files say.
#[must_use]
pub fn hash(pack: &Pack) -> String {
    let mut hash = Sha256::new();
    for text in
        std::iter::once(&pack.id).chain(pack.files.iter().flat_map(|it| [&it.name, &it.text]))
    {
        hash.update((text.len() as u64).to_be_bytes());
        hash.update(text.as_bytes());
    }
    quanyu_core::change::seal_text(&hash.finalize().into())
}

/// The packs applied so far, the last one first.
///
/// # Errors
/// The database's.
pub async fn revisions(tx: &mut Tx) -> Result<Vec<PackRevision>, StoreError> {
    let sql = "select number, id, hash, at, seq from pack_revision order by number desc limit 1000";
    let rows = tx.rows(sql, &[]).await?;
    rows.iter()
        .map(|row| {
            Ok(PackRevision {
                number: row.int(0)?,
                id: row.text(1)?,
                hash: row.text(2)?,
                at: row.text(3)?,
                seq: row.int(4)?,
            })
        })
        .collect()
}

/// The files of an applied pack in order: name and text.
///
/// # Errors
/// The database's.
pub async fn files(tx: &mut Tx, revision: i64) -> Result<Vec<(String, String)>, StoreError> {
    let sql = "select name, content from pack_file where revision = $1 order by place";
    let rows = tx.rows(sql, &[Bind::from(revision)]).await?;
    rows.iter()
        .map(|row| Ok((row.text(0)?, row.text(1)?)))
        .collect()
}

/// Applies a pack inside an act.
///
/// # Errors
/// [`StoreError::PackRefused`] with all that stands in the way.
pub async fn apply(act: &mut Act, pack: &Pack) -> Result<PackRevision, StoreError> {
    let hash = hash(pack);
    if let Some(last) = revisions(&mut act.tx).await?.into_iter().next()
        && last.hash == hash
    {
        return Ok(last);
    }
    let old = Arc::clone(act.schema());
    let revision = PackRevision {
        number: act.head.pack + 1,
        id: pack.id.clone(),
        hash,
        at: act.at.clone(),
        seq: act.next_seq(),
    };
    act.head.pack = revision.number;
    let mut plan = Plan {
        seq: revision.seq,
        tables: BTreeMap::new(),
        faults: Vec::new(),
        renamed: Vec::new(),
    };
    for table in declared(pack, &mut plan.faults) {
        plan.table(act, &old, table, pack).await?;
    }
    for (id, table) in &old.tables {
        let renamed = plan.renamed.iter().any(|it| it.2 == *id && it.1.is_empty());
        if !renamed && !plan.tables.contains_key(id) {
            let hidden = Table {
                hidden: true,
                ..Table::clone(table)
            };
            plan.tables.insert(id.clone(), hidden);
        }
    }
    if !plan.faults.is_empty() {
        return Err(StoreError::PackRefused(plan.faults));
    }
    keep(act, &plan, &revision, pack).await?;
    let mut body = Body::default();
    body.set("pack", Some(pack.id.clone()));
    body.set("number", Some(revision.number.to_string()));
    body.set("hash", Some(revision.hash.clone()));
    act.log("pack.apply", Some(body.text())).await?;
    act.tx.schema = Arc::new(schema::load(&mut act.tx, revision.number).await?);
    Ok(revision)
}

struct Plan {
    seq: i64,
    tables: BTreeMap<String, Table>,
    faults: Vec<Fault>,
    /// Table, field (empty for the table itself), earlier name.
    renamed: Vec<(String, String, String)>,
}

/// A table that the pack declares, with the earlier names of it and its fields.
struct Wanted {
    table: Table,
    was: Option<String>,
    fields_were: BTreeMap<String, String>,
}

fn declared(pack: &Pack, faults: &mut Vec<Fault>) -> Vec<Wanted> {
    let mut all = Vec::new();
    for register in pack.registers.values() {
        let state = register
            .lifecycle
            .as_ref()
            .and_then(|it| it.states.first())
            .map(|it| it.id.clone());
        all.push(wanted(
            pack,
            Table {
                id: register.id.clone(),
                name: format!("r_{}", register.id),
                parent: None,
                lines: Vec::new(),
                columns: Vec::new(),
                key: register.key.clone(),
                region_field: register.region.clone(),
                region: pack.region.to_string(),
                first_state: state,
                hidden: false,
            },
            register.was.clone(),
            &register.fields,
        ));
        for lines in &register.lines {
            let was = register.was.as_ref().map(|it| format!("{it}.{}", lines.id));
            all.push(wanted(
                pack,
                Table {
                    id: format!("{}.{}", register.id, lines.id),
                    name: format!("r_{}_{}", register.id, lines.id),
                    parent: Some(register.id.clone()),
                    lines: Vec::new(),
                    columns: Vec::new(),
                    key: Vec::new(),
                    region_field: None,
                    region: String::new(),
                    first_state: None,
                    hidden: false,
                },
                was,
                &lines.fields,
            ));
        }
    }
    for wanted in &all {
        names(&wanted.table, faults);
    }
    all
}

fn wanted(pack: &Pack, mut table: Table, was: Option<String>, fields: &[Field]) -> Wanted {
    table.columns = fields.iter().map(|it| column(pack, it)).collect();
    let fields_were = fields
        .iter()
        .filter_map(|it| Some((it.id.clone(), it.was.clone()?)))
        .collect();
    Wanted {
        table,
        was,
        fields_were,
    }
}

fn column(pack: &Pack, field: &Field) -> Column {
    let (scale, target, list) = match &field.kind {
        FieldType::Decimal { scale } => (*scale, None, None),
        FieldType::Reference { to } => (0, Some(to.clone()), None),
        FieldType::Organization => {
            let organizations = pack.playing("organization");
            (0, organizations.map(|it: &Register| it.id.clone()), None)
        }
        FieldType::Code { list } => (0, None, Some(list.clone())),
        _ => (0, None, None),
    };
    Column {
        field: field.id.clone(),
        word: field.kind.word().to_owned(),
        scale,
        target,
        list,
        required: field.required && field.computed.is_none(),
        unique: field.unique,
        many: field.many,
        hidden: false,
    }
}

fn names(table: &Table, faults: &mut Vec<Fault>) {
    let system: &[&str] = if table.parent.is_some() {
        &LINE_COLUMNS
    } else {
        &SYSTEM_COLUMNS
    };
    for column in &table.columns {
        // A field called `region` is the record's region itself.
        let is_region = table.region_field.as_deref() == Some("region") && column.field == "region";
        if system.contains(&column.field.as_str()) && !is_region {
            faults.push(Fault::SystemName {
                register: table.id.clone(),
                field: column.field.clone(),
            });
        }
    }
    let names = std::iter::once(&table.name).chain(table.columns.iter().map(|it| &it.field));
    for name in names.filter(|it| it.len() > tables::LONGEST_NAME) {
        faults.push(Fault::LongName {
            name: name.clone(),
            most: tables::LONGEST_NAME,
        });
    }
}

impl Plan {
    /// Makes one table what the pack declares, and notes what stands in the way.
    async fn table(
        &mut self,
        act: &mut Act,
        old: &Schema,
        wanted: Wanted,
        pack: &Pack,
    ) -> Result<(), StoreError> {
        let engine = act.tx.engine();
        let Wanted {
            mut table,
            was,
            fields_were,
        } = wanted;
        let renamed =
            was.filter(|it| old.tables.contains_key(it) && !old.tables.contains_key(&table.id));
        let Some(found) = old.tables.get(renamed.as_ref().unwrap_or(&table.id)) else {
            if self.faults.is_empty() {
                for sql in tables::create(&table, engine) {
                    act.tx.script(sql).await?;
                }
            }
            self.tables.insert(table.id.clone(), table);
            return Ok(());
        };
        let mut now = Table::clone(found);
        drop_indexes(act, &now).await?;
        if let Some(was) = renamed {
            let sql = tables::rename_table(&now.name, &table.name, engine);
            act.tx.script(sql).await?;
            self.renamed.push((table.id.clone(), String::new(), was));
        }
        now.name.clone_from(&table.name);
        for (field, was) in &fields_were {
            let taken = now.columns.iter().any(|it| it.field == *field);
            if let (false, Some(column)) = (
                taken,
                now.columns
                    .iter_mut()
                    .find(|it| it.field == *was && !it.hidden),
            ) {
                let sql = tables::rename_column(&now.name, was, field, engine);
                act.tx.script(sql).await?;
                column.field.clone_from(field);
                self.renamed
                    .push((table.id.clone(), field.clone(), was.clone()));
            }
        }
        for column in &table.columns {
            match now.columns.iter().find(|it| it.field == column.field) {
                None if table.is_system(&column.field) => {}
                None => {
                    let plain = Column {
                        unique: false,
                        target: None,
                        ..column.clone()
                    };
                    for sql in tables::add_column(&table, &plain, engine) {
                        act.tx.script(sql).await?;
                    }
                }
                Some(there) => self.retype(act, &table, there, column).await?,
            }
            self.codes(act, &table, column, pack).await?;
        }
        for gone in &now.columns {
            if table.columns.iter().all(|it| it.field != gone.field) {
                table.columns.push(Column {
                    hidden: true,
                    required: false,
                    unique: false,
                    ..gone.clone()
                });
            }
        }
        self.uniques(act, &table).await?;
        if self.faults.is_empty() {
            make_indexes(act, &table).await?;
        }
        self.tables.insert(table.id.clone(), table);
        Ok(())
    }

    /// Takes the values of a column over to another type where none is lost.
    async fn retype(
        &mut self,
        act: &mut Act,
        table: &Table,
        was: &Column,
        now: &Column,
    ) -> Result<(), StoreError> {
        let same = was.word == now.word && was.scale == now.scale && was.many == now.many;
        let text = |it: &Column| !it.is_int() && !it.is_person() && it.word != "date";
        let to_text = text(was)
            && text(now)
            && !was.many
            && matches!(now.word.as_str(), "text" | "long_text" | "code");
        let same_target = was.target == now.target || now.target.is_none();
        if (same && same_target)
            || (to_text && !now.many)
            || (was.word == "yes_no" && now.word == "integer")
        {
            return Ok(());
        }
        let field = tables::quoted(&now.field);
        let name = tables::quoted(&table.name);
        let sql = format!("select count(*) from {name} where {field} is not null");
        let rows = act.tx.rows_built(sql, &[]).await?;
        let used = rows.first().map_or(Ok(0), |it| it.int(0))?;
        if used == 0 {
            let engine = act.tx.engine();
            if was.is_int() != now.is_int() {
                act.tx
                    .script(format!("alter table {name} drop column {field}"))
                    .await?;
                let plain = Column {
                    unique: false,
                    target: None,
                    ..now.clone()
                };
                for sql in tables::add_column(table, &plain, engine) {
                    act.tx.script(sql).await?;
                }
            }
            return Ok(());
        }
        // A number may get more places: its canonical text, which the chain holds, stays the same.
        let places = match (was.word.as_str(), now.word.as_str()) {
            ("decimal", "decimal") if now.scale > was.scale && was.many == now.many => {
                now.scale - was.scale
            }
            ("integer", "decimal") if was.many == now.many => now.scale,
            _ => 0,
        };
        let factor = 10_i64.checked_pow(u32::from(places)).unwrap_or(1);
        if factor > 1 {
            let most = i64::MAX / factor;
            let sql =
                format!("select count(*) from {name} where {field} > {most} or {field} < -{most}");
            let rows = act.tx.rows_built(sql, &[]).await?;
            if rows.first().map_or(Ok(0), |it| it.int(0))? == 0 {
                let sql = format!(
                    "update {name} set {field} = {field} * {factor} where {field} is not null"
                );
                act.tx.run_built(sql, &[]).await?;
                return Ok(());
            }
        }
        let told = |it: &Column| match (it.word.as_str(), &it.target) {
            ("decimal", _) => format!("decimal({})", it.scale),
            (word, Some(target)) => format!("{word} to {target}"),
            (word, None) => word.to_owned(),
        };
        self.faults.push(Fault::TypeChanged {
            register: table.id.clone(),
            field: now.field.clone(),
            was: told(was),
            now: told(now),
        });
        Ok(())
    }

    /// Codes that records hold must be in the list.
    async fn codes(
        &mut self,
        act: &mut Act,
        table: &Table,
        column: &Column,
        pack: &Pack,
    ) -> Result<(), StoreError> {
        let Some((id, list)) = column
            .list
            .as_ref()
            .and_then(|it| Some((it, pack.codes.get(it)?)))
        else {
            return Ok(());
        };
        let sql = format!(
            "select distinct {0} from {1} where removed_seq is null and {0} is not null limit 100000",
            tables::quoted(&column.field),
            tables::quoted(&table.name)
        );
        // The column may be about to change from another type, which is refused elsewhere.
        let rows = act.tx.rows_built(sql, &[]).await?;
        for row in rows {
            let Ok(Some(held)) = row.opt_text(0) else {
                continue;
            };
            let lost = held
                .split(';')
                .find(|it| !it.is_empty() && list.item(it).is_none());
            if let Some(code) = lost {
                self.faults.push(Fault::CodeRemoved {
                    register: table.id.clone(),
                    field: column.field.clone(),
                    list: id.clone(),
                    code: code.to_owned(),
                });
                break;
            }
        }
        Ok(())
    }

    /// Values that shall be unique must be so already.
    async fn uniques(&mut self, act: &mut Act, table: &Table) -> Result<(), StoreError> {
        let mut groups: Vec<Vec<String>> = table
            .shown()
            .filter(|it| it.unique)
            .map(|it| vec![it.field.clone()])
            .collect();
        if !table.key.is_empty() {
            groups.push(table.key.clone());
        }
        for fields in groups {
            let names: Vec<String> = fields.iter().map(|it| tables::quoted(it)).collect();
            let known: Vec<String> = names.iter().map(|it| format!("{it} is not null")).collect();
            let sql = format!(
                "select count(*) from (select 1 from {} where removed_seq is null and {} group by {} having count(*) > 1) s",
                tables::quoted(&table.name),
                known.join(" and "),
                names.join(", ")
            );
            let rows = act.tx.rows_built(sql, &[]).await?;
            let count = rows.first().map_or(Ok(0), |it| it.int(0))?;
            if count > 0 {
                self.faults.push(Fault::NotUnique {
                    register: table.id.clone(),
                    fields: fields.join(","),
                    count,
                });
            }
        }
        Ok(())
    }
}

async fn drop_indexes(act: &mut Act, table: &Table) -> Result<(), StoreError> {
    for end in ["key", "changed_seq", "batch", "parent"] {
        act.tx.script(tables::drop_index(table, end)).await?;
    }
    for column in &table.columns {
        let end = tables::column_index_end(column);
        act.tx.script(tables::drop_index(table, &end)).await?;
    }
    Ok(())
}

async fn make_indexes(act: &mut Act, table: &Table) -> Result<(), StoreError> {
    let engine = act.tx.engine();
    for sql in tables::indexes(table, engine) {
        act.tx.script(sql).await?;
    }
    Ok(())
}

/// Writes the revision, its files and what the tables look like.
async fn keep(
    act: &mut Act,
    plan: &Plan,
    revision: &PackRevision,
    pack: &Pack,
) -> Result<(), StoreError> {
    let values = [
        Bind::from(revision.number),
        Bind::from(revision.id.as_str()),
        Bind::from(revision.hash.as_str()),
        Bind::from(revision.at.as_str()),
        Bind::from(act.actor.as_str()),
        Bind::from(revision.seq),
    ];
    let sql = "
        insert into pack_revision (number, id, hash, at, actor, seq)
        values ($1, $2, $3, $4, $5, $6)";
    act.tx.run(sql, &values).await?;
    for (file, place) in pack.files.iter().zip(1_i64..) {
        let values = [
            Bind::from(revision.number),
            Bind::from(place),
            Bind::from(file.name.as_str()),
            Bind::from(file.text.as_str()),
        ];
        let sql = "insert into pack_file (revision, place, name, content) values ($1, $2, $3, $4)";
        act.tx.run(sql, &values).await?;
    }
    for (register, field, was) in &plan.renamed {
        let values = [
            Bind::from(plan.seq),
            Bind::from(register.as_str()),
            Bind::from(field.as_str()),
            Bind::from(was.as_str()),
        ];
        let sql = "insert into renamed (seq, register, field, was) values ($1, $2, $3, $4)";
        act.tx.run(sql, &values).await?;
    }
    act.tx.run("delete from register_column", &[]).await?;
    act.tx.run("delete from register_table", &[]).await?;
    for table in plan.tables.values() {
        keep_table(&mut act.tx, table).await?;
    }
    Ok(())
}

async fn keep_table(tx: &mut Tx, table: &Table) -> Result<(), StoreError> {
    let values = [
        Bind::from(table.id.as_str()),
        Bind::from(table.name.as_str()),
        Bind::from(table.parent.clone()),
        Bind::from(table.key.join(",")),
        Bind::from(table.region_field.clone()),
        Bind::from(table.region.as_str()),
        Bind::from(table.first_state.clone()),
        Bind::from(i64::from(table.hidden)),
    ];
    let sql = "
        insert into register_table
               (id, table_name, parent, natural_key, region_field, region, first_state, hidden)
        values ($1, $2, $3, $4, $5, $6, $7, $8)";
    tx.run(sql, &values).await?;
    for (column, place) in table.columns.iter().zip(1_i64..) {
        let values = [
            Bind::from(table.id.as_str()),
            Bind::from(column.field.as_str()),
            Bind::from(place),
            Bind::from(column.word.as_str()),
            Bind::from(i64::from(column.scale)),
            Bind::from(column.target.clone()),
            Bind::from(column.list.clone()),
            Bind::from(i64::from(column.required)),
            Bind::from(i64::from(column.unique)),
            Bind::from(i64::from(column.many)),
            Bind::from(i64::from(column.hidden)),
        ];
        let sql = "
            insert into register_column
                   (register, field, place, word, scale, target, list, required, is_unique, is_many, hidden)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
        tx.run(sql, &values).await?;
    }
    Ok(())
}
