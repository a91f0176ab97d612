//! Writing down which pack was applied and what the tables look like since.

use quanyu_pack::model::Pack;

use super::{PackRevision, plan::Plan};
use crate::{
    act::Act,
    door::{Bind, Tx},
    error::StoreError,
    schema::Table,
};

/// Writes the revision, its files and what the tables look like.
pub(super) async fn keep(
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
