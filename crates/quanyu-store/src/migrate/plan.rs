//! What becomes of the tables there are.
//!
//! Owns the comparison of a table with what a pack asks for: made, altered, hidden, or refused with the reason.

use std::collections::BTreeMap;

use quanyu_pack::model::Pack;

use super::{Fault, declared::Wanted};
use crate::{
    act::Act,
    error::StoreError,
    schema::{Column, Schema, Table},
    tables,
};

/// What is done so far, and what stands in the way.
pub(super) struct Plan {
    pub seq: i64,
    pub tables: BTreeMap<String, Table>,
    pub faults: Vec<Fault>,
    /// Table, field (empty for the table itself), earlier name.
    pub renamed: Vec<(String, String, String)>,
}

impl Plan {
    pub fn new(seq: i64, faults: Vec<Fault>) -> Self {
        Self {
            seq,
            tables: BTreeMap::new(),
            faults,
            renamed: Vec::new(),
        }
    }

    /// Tables that the pack no longer declares stay, hidden.
    pub fn hide_the_rest(&mut self, old: &Schema) {
        for (id, table) in &old.tables {
            let renamed = self.renamed.iter().any(|it| it.2 == *id && it.1.is_empty());
            if !renamed && !self.tables.contains_key(id) {
                let hidden = Table {
                    hidden: true,
                    ..Table::clone(table)
                };
                self.tables.insert(id.clone(), hidden);
            }
        }
    }

    /// Makes one table what the pack declares, and notes what stands in the way.
    pub async fn table(
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
