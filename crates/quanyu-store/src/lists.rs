//! Lists of names (名单): rows as they came, what each was matched with, and names that people write for an organization.
//!
//! Owns their tables. Leaves matching to `quanyu_core::lists`, who may see a list to the application. A list is working
//! paper: its rows are changed in place, and the change chain notes that it was made, settled, matched anew and removed.
//!
//! Start reading at [`create`].

use crate::{
    act::Act,
    body::Body,
    door::{Bind, Row, Tx},
    error::StoreError,
    tables,
};

/// What parts cells and heads in one text.
pub const PARTING: char = '\u{1f}';
/// Rows written by one statement.
const ROWS: usize = 500;

/// A list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NameList {
    /// Its number.
    pub id: i64,
    /// What it is called.
    pub title: String,
    /// The file that it came from; nothing where it was pasted.
    pub source: Option<String>,
    /// Heads of its columns.
    pub heads: Vec<String>,
    /// The column of names.
    pub name_column: usize,
    /// The column of credit codes, where it has one.
    pub code_column: Option<usize>,
    /// Who made it.
    pub actor: String,
    /// When, UTC.
    pub at: String,
    /// The change sequence that it was matched at.
    pub matched_seq: i64,
    /// Imports that were written from it.
    pub batches: Vec<i64>,
}

/// A row of a list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NameRow {
    /// Its place, from 0.
    pub place: i64,
    /// Its cells as they came.
    pub cells: Vec<String>,
    /// What became of it.
    pub found: Found,
    /// Who settled it, where a person did.
    pub settled_by: Option<String>,
    /// When.
    pub settled_at: Option<String>,
}

/// What became of a row.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// `matched`, `doubtful`, `unmatched`.
    pub status: String,
    /// What led to it, a word of the application's.
    pub why: Option<String>,
    /// The organization.
    pub organization: Option<i64>,
}

/// How many rows of a list have each status.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// All.
    pub rows: i64,
    /// Of these matched.
    pub matched: i64,
    /// Of these doubtful.
    pub doubtful: i64,
    /// Of these unmatched.
    pub unmatched: i64,
}

/// A list that is to be made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewList {
    /// What it is called.
    pub title: String,
    /// The file that it came from.
    pub source: Option<String>,
    /// Heads of its columns.
    pub heads: Vec<String>,
    /// The column of names.
    pub name_column: usize,
    /// The column of credit codes.
    pub code_column: Option<usize>,
    /// The change sequence that it was matched at.
    pub matched_seq: i64,
    /// Rows: cells, and what became of them.
    pub rows: Vec<(Vec<String>, Found)>,
}

/// Makes a list; its number.
///
/// # Errors
/// The database's.
pub async fn create(act: &mut Act, list: &NewList) -> Result<i64, StoreError> {
    let row = act
        .tx
        .row("select coalesce(max(id), 0) + 1 from name_list", &[])
        .await?;
    let id = row.map_or(Ok(1), |it| it.int(0))?;
    let values = [
        Bind::from(id),
        Bind::from(list.title.as_str()),
        Bind::from(list.source.clone()),
        Bind::from(joined(&list.heads)),
        Bind::from(number(list.name_column)),
        Bind::from(list.code_column.map(number)),
        Bind::from(act.actor.as_str()),
        Bind::from(act.at.as_str()),
        Bind::from(list.matched_seq),
    ];
    let sql = "
        insert into name_list (id, title, source, heads, name_column, code_column, actor, at, matched_seq, batches)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, '')";
    act.tx.run(sql, &values).await?;
    let columns = ["list", "place", "cells", "status", "why", "organization"];
    for (part, rows) in list.rows.chunks(ROWS).enumerate() {
        let mut values = Vec::with_capacity(rows.len() * columns.len());
        for (place, (cells, found)) in (part * ROWS..).zip(rows) {
            values.extend([
                Bind::from(id),
                Bind::from(number(place)),
                Bind::from(joined(cells)),
                Bind::from(found.status.as_str()),
                Bind::from(found.why.clone()),
                Bind::from(found.organization),
            ]);
        }
        let sql = tables::insert("name_row", &columns, rows.len(), act.tx.engine());
        act.tx.run_built(sql, &values).await?;
    }
    let mut body = told(id, &list.title);
    body.set("rows", Some(list.rows.len().to_string()));
    act.log("list.create", Some(body.text())).await?;
    Ok(id)
}

/// A list.
///
/// # Errors
/// The database's.
pub async fn get(tx: &mut Tx, id: i64) -> Result<Option<NameList>, StoreError> {
    let sql = "
        select id, title, source, heads, name_column, code_column, actor, at, matched_seq, batches
          from name_list where id = $1";
    let row = tx.row(sql, &[Bind::from(id)]).await?;
    row.as_ref().map(list_from_row).transpose()
}

/// The lists made last, with their counts; of one person alone where `actor` names one.
///
/// # Errors
/// The database's.
pub async fn latest(
    tx: &mut Tx,
    actor: Option<&str>,
    limit: u32,
) -> Result<Vec<(NameList, Counts)>, StoreError> {
    let sql = "
        select id, title, source, heads, name_column, code_column, actor, at, matched_seq, batches
          from name_list where ($1 = '' or actor = $1) order by id desc limit $2";
    let values = [
        Bind::from(actor.unwrap_or_default()),
        Bind::from(i64::from(limit)),
    ];
    let mut all = Vec::new();
    for row in tx.rows(sql, &values).await? {
        let list = list_from_row(&row)?;
        let counts = counts(tx, list.id).await?;
        all.push((list, counts));
    }
    Ok(all)
}

/// How many rows of a list have each status.
///
/// # Errors
/// The database's.
pub async fn counts(tx: &mut Tx, list: i64) -> Result<Counts, StoreError> {
    let mut counts = Counts::default();
    let sql = "select status, count(*) from name_row where list = $1 group by status";
    for row in tx.rows(sql, &[Bind::from(list)]).await? {
        let count = row.int(1)?;
        counts.rows += count;
        match row.text(0)?.as_str() {
            "matched" => counts.matched = count,
            "doubtful" => counts.doubtful = count,
            _ => counts.unmatched = count,
        }
    }
    Ok(counts)
}

/// Rows of a list in order, from `from` on, at most `limit`; of one status alone where one is named.
///
/// # Errors
/// The database's.
pub async fn rows(
    tx: &mut Tx,
    list: i64,
    status: Option<&str>,
    from: i64,
    limit: u32,
) -> Result<Vec<NameRow>, StoreError> {
    let sql = "
        select place, cells, status, why, organization, settled_by, settled_at
          from name_row where list = $1 and ($2 = '' or status = $2) and place >= $3 order by place limit $4";
    let values = [
        Bind::from(list),
        Bind::from(status.unwrap_or_default()),
        Bind::from(from),
        Bind::from(i64::from(limit)),
    ];
    let rows = tx.rows(sql, &values).await?;
    rows.iter()
        .map(|row| {
            Ok(NameRow {
                place: row.int(0)?,
                cells: parted(&row.text(1)?),
                found: Found {
                    status: row.text(2)?,
                    why: row.opt_text(3)?,
                    organization: row.opt_int(4)?,
                },
                settled_by: row.opt_text(5)?,
                settled_at: row.opt_text(6)?,
            })
        })
        .collect()
}

/// Notes what a person decided of rows; how many of them there are.
///
/// # Errors
/// The database's.
pub async fn settle(act: &mut Act, list: i64, settled: &[(i64, Found)]) -> Result<u64, StoreError> {
    let mut changed = 0;
    for (place, found) in settled {
        let values = [
            Bind::from(found.status.as_str()),
            Bind::from(found.why.clone()),
            Bind::from(found.organization),
            Bind::from(act.actor.as_str()),
            Bind::from(act.at.as_str()),
            Bind::from(list),
            Bind::from(*place),
        ];
        let sql = "
            update name_row set status = $1, why = $2, organization = $3, settled_by = $4, settled_at = $5
             where list = $6 and place = $7";
        changed += act.tx.run(sql, &values).await?;
    }
    if changed > 0 {
        let mut body = told(list, "");
        body.set("rows", Some(changed.to_string()));
        act.log("list.settle", Some(body.text())).await?;
    }
    Ok(changed)
}

/// Notes how rows were matched anew, by these columns.
///
/// # Errors
/// The database's.
pub async fn match_again(
    act: &mut Act,
    list: i64,
    columns: (usize, Option<usize>),
    seq: i64,
    found: &[(i64, Found)],
) -> Result<(), StoreError> {
    let values = [
        Bind::from(number(columns.0)),
        Bind::from(columns.1.map(number)),
        Bind::from(seq),
        Bind::from(list),
    ];
    let sql =
        "update name_list set name_column = $1, code_column = $2, matched_seq = $3 where id = $4";
    act.tx.run(sql, &values).await?;
    for (place, found) in found {
        let values = [
            Bind::from(found.status.as_str()),
            Bind::from(found.why.clone()),
            Bind::from(found.organization),
            Bind::from(list),
            Bind::from(*place),
        ];
        let sql = "
            update name_row set status = $1, why = $2, organization = $3, settled_by = null, settled_at = null
             where list = $4 and place = $5";
        act.tx.run(sql, &values).await?;
    }
    let mut body = told(list, "");
    body.set("rows", Some(found.len().to_string()));
    act.log("list.match", Some(body.text())).await?;
    Ok(())
}

/// Notes that an import was written from a list.
///
/// # Errors
/// The database's.
pub async fn note_batch(act: &mut Act, list: i64, batch: i64) -> Result<(), StoreError> {
    let sql = "
        update name_list set batches = case when batches = '' then $1 else batches || ',' || $1 end
         where id = $2";
    let values = [Bind::from(batch.to_string()), Bind::from(list)];
    act.tx.run(sql, &values).await?;
    let mut body = told(list, "");
    body.set("batch", Some(batch.to_string()));
    act.log("list.write", Some(body.text())).await?;
    Ok(())
}

/// Removes a list with its rows. What was written from it stays.
///
/// # Errors
/// The database's.
pub async fn remove(act: &mut Act, list: i64) -> Result<(), StoreError> {
    for sql in [
        "delete from name_row where list = $1",
        "delete from name_list where id = $1",
    ] {
        act.tx.run(sql, &[Bind::from(list)]).await?;
    }
    act.log("list.remove", Some(told(list, "").text())).await?;
    Ok(())
}

/// Remembers that a name means an organization; `alias` is the name without what is only writing.
///
/// # Errors
/// The database's.
pub async fn remember(act: &mut Act, alias: &str, organization: i64) -> Result<(), StoreError> {
    let values = [
        Bind::from(alias),
        Bind::from(organization),
        Bind::from(act.actor.as_str()),
        Bind::from(act.at.as_str()),
    ];
    let sql = "
        insert into name_alias (alias, organization, actor, at) values ($1, $2, $3, $4)
            on conflict (alias) do update set organization = excluded.organization, actor = excluded.actor, at = excluded.at";
    act.tx.run(sql, &values).await?;
    let mut body = Body::default();
    body.set("alias", Some(alias.to_owned()));
    body.set("organization", Some(organization.to_string()));
    act.log("list.alias", Some(body.text())).await?;
    Ok(())
}

/// What of these names is remembered.
///
/// # Errors
/// The database's.
pub async fn aliases(tx: &mut Tx, names: &[String]) -> Result<Vec<(String, i64)>, StoreError> {
    let mut all = Vec::new();
    for part in names.chunks(ROWS) {
        let places: Vec<String> = (1..=part.len()).map(|it| format!("${it}")).collect();
        let sql = format!(
            "select alias, organization from name_alias where alias in ({})",
            places.join(",")
        );
        let values: Vec<Bind> = part.iter().map(|it| Bind::from(it.as_str())).collect();
        for row in tx.rows_built(sql, &values).await? {
            all.push((row.text(0)?, row.int(1)?));
        }
    }
    Ok(all)
}

/// Whether anything of a register was made, changed or removed after a change.
///
/// # Errors
/// The database's.
pub async fn touched(tx: &mut Tx, register: &str, since: i64) -> Result<bool, StoreError> {
    let sql = "select seq from change where seq > $1 and register = $2 limit 1";
    let row = tx
        .row(sql, &[Bind::from(since), Bind::from(register)])
        .await?;
    Ok(row.is_some())
}

fn told(id: i64, title: &str) -> Body {
    let mut body = Body::default();
    body.set("list", Some(id.to_string()));
    body.set("title", Some(title.to_owned()).filter(|it| !it.is_empty()));
    body
}

fn list_from_row(row: &Row) -> Result<NameList, StoreError> {
    let place = |it: i64| usize::try_from(it).unwrap_or_default();
    Ok(NameList {
        id: row.int(0)?,
        title: row.text(1)?,
        source: row.opt_text(2)?,
        heads: parted(&row.text(3)?),
        name_column: place(row.int(4)?),
        code_column: row.opt_int(5)?.map(place),
        actor: row.text(6)?,
        at: row.text(7)?,
        matched_seq: row.int(8)?,
        batches: row
            .text(9)?
            .split(',')
            .filter_map(|it| it.parse().ok())
            .collect(),
    })
}

fn number(place: usize) -> i64 {
    i64::try_from(place).expect("a place in memory is far below 2^63")
}

fn joined(texts: &[String]) -> String {
    let texts: Vec<String> = texts.iter().map(|it| it.replace(PARTING, " ")).collect();
    texts.join(&PARTING.to_string())
}

fn parted(text: &str) -> Vec<String> {
    text.split(PARTING).map(str::to_owned).collect()
}
