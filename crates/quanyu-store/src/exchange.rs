//! Two networks: which side this is, whose keys are trusted, packages that went out and came in, which records are the same on both
//! sides, what both know of them, where both changed the same.
//!
//! Owns these tables. Leaves packages, signatures and what goes where to the application.
//!
//! Invariant: packages of a direction are numbered without a gap; what both sides know of personal data is kept as ciphertext.
//!
//! Start reading at [`last`].

use std::collections::BTreeMap;

use crate::{
    act::Act,
    body::Body,
    door::{Bind, Row, Tx},
    error::StoreError,
    keys::{Keys, is_sealed},
    records::{Record, register_table},
    tables,
};

/// A package that went out or came in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Package {
    /// `out` or `in`.
    pub direction: String,
    /// From 1, for each direction.
    pub number: i64,
    /// SHA-256 of the file.
    pub hash: String,
    /// The file, `hash:name`.
    pub file: String,
    /// Changes up to this one are in it; of one that came in, the change that noted it.
    pub upto: i64,
    /// Records in it.
    pub records: i64,
    /// Conflicts it made.
    pub conflicts: i64,
    /// The last package of the other direction that its sender knew.
    pub acknowledged: i64,
    /// Who.
    pub actor: String,
    /// When, UTC.
    pub at: String,
}

/// The same thing changed on both sides.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Conflict {
    /// Its number.
    pub id: i64,
    /// The register.
    pub register: String,
    /// The record.
    pub record: i64,
    /// The field; `@state`, `@removed` and `lines:NAME` besides.
    pub field: String,
    /// What both knew.
    pub was: Option<String>,
    /// What it says here.
    pub ours: Option<String>,
    /// What it says there.
    pub theirs: Option<String>,
    /// The package that brought it.
    pub package: i64,
    /// `ours`, `theirs` or `there` once it is settled.
    pub settled: Option<String>,
}

const PACKAGE: &str =
    "direction, number, hash, file, upto, records, conflicts, acknowledged, actor, at";

/// Which side this is; `None` where it was never said.
///
/// # Errors
/// The database's.
pub async fn side(tx: &mut Tx) -> Result<Option<String>, StoreError> {
    let row = tx.row("select side from exchange_side", &[]).await?;
    row.map(|it| it.text(0)).transpose()
}

/// Says which side this is, once and for all.
///
/// # Errors
/// The database's.
pub async fn set_side(act: &mut Act, side: &str) -> Result<(), StoreError> {
    let values = [Bind::from(side), Bind::from(act.next_seq())];
    let sql = "insert into exchange_side (side, seq) values ($1, $2)";
    act.tx.run(sql, &values).await?;
    note(act, "exchange.side", side).await
}

/// Keys of a side in order, each with the number of the first package that it signs.
///
/// # Errors
/// The database's.
pub async fn keys(tx: &mut Tx, side: &str) -> Result<Vec<(String, i64)>, StoreError> {
    let sql = "select public, from_number from exchange_key where side = $1 order by place";
    let rows = tx.rows(sql, &[Bind::from(side)]).await?;
    let each = rows.iter().map(|row| Ok((row.text(0)?, row.int(1)?)));
    each.collect()
}

/// Trusts a key of a side from a package on.
///
/// # Errors
/// The database's.
pub async fn trust(act: &mut Act, side: &str, public: &str, from: i64) -> Result<(), StoreError> {
    let sql = "
        insert into exchange_key (side, place, public, from_number, at)
        values ($1, (select coalesce(max(place), 0) + 1 from exchange_key where side = $1), $2, $3, $4)";
    let values = [
        Bind::from(side),
        Bind::from(public),
        Bind::from(from),
        Bind::from(act.at.as_str()),
    ];
    act.tx.run(sql, &values).await?;
    note(
        act,
        "exchange.trust",
        &format!("{side} {public} from {from}"),
    )
    .await
}

/// The last package of a direction.
///
/// # Errors
/// The database's.
pub async fn last(tx: &mut Tx, direction: &str) -> Result<Option<Package>, StoreError> {
    let sql = format!(
        "select {PACKAGE} from exchange_package where direction = $1 order by number desc limit 1"
    );
    let rows = tx.rows_built(sql, &[Bind::from(direction)]).await?;
    rows.first().map(package).transpose()
}

/// The package of a number.
///
/// # Errors
/// The database's.
pub async fn get(tx: &mut Tx, direction: &str, number: i64) -> Result<Option<Package>, StoreError> {
    let sql =
        format!("select {PACKAGE} from exchange_package where direction = $1 and number = $2");
    let values = [Bind::from(direction), Bind::from(number)];
    let rows = tx.rows_built(sql, &values).await?;
    rows.first().map(package).transpose()
}

/// The packages of both directions, the last first.
///
/// # Errors
/// The database's.
pub async fn packages(tx: &mut Tx, limit: u32) -> Result<Vec<Package>, StoreError> {
    let sql = format!(
        "select {PACKAGE} from exchange_package order by at desc, direction, number desc limit $1"
    );
    let rows = tx.rows_built(sql, &[Bind::from(i64::from(limit))]).await?;
    rows.iter().map(package).collect()
}

/// Notes a package.
///
/// # Errors
/// The database's: a number that is taken.
pub async fn keep(act: &mut Act, it: &Package) -> Result<(), StoreError> {
    let values = [
        Bind::from(it.direction.as_str()),
        Bind::from(it.number),
        Bind::from(it.hash.as_str()),
        Bind::from(it.file.as_str()),
        Bind::from(it.upto),
        Bind::from(it.records),
        Bind::from(it.conflicts),
        Bind::from(it.acknowledged),
        Bind::from(it.actor.as_str()),
        Bind::from(act.at.as_str()),
    ];
    let sql = "
        insert into exchange_package
               (direction, number, hash, file, upto, records, conflicts, acknowledged, actor, at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    act.tx.run(sql, &values).await?;
    let said = format!(
        "{} {} {} by {}: {} records, {} conflicts",
        it.direction, it.number, it.hash, it.actor, it.records, it.conflicts
    );
    note(act, &format!("exchange.{}", it.direction), &said).await
}

async fn note(act: &mut Act, what: &str, said: &str) -> Result<(), StoreError> {
    let mut body = Body::default();
    body.set("said", Some(said.to_owned()));
    act.log(what, Some(body.text())).await?;
    Ok(())
}

fn package(row: &Row) -> Result<Package, StoreError> {
    Ok(Package {
        direction: row.text(0)?,
        number: row.int(1)?,
        hash: row.text(2)?,
        file: row.text(3)?,
        upto: row.int(4)?,
        records: row.int(5)?,
        conflicts: row.int(6)?,
        acknowledged: row.int(7)?,
        actor: row.text(8)?,
        at: row.text(9)?,
    })
}

/// Records of a register that were made, touched or removed after a change, or whose conflict was settled, in order of id.
///
/// # Errors
/// The database's.
pub async fn changed(
    tx: &mut Tx,
    register: &str,
    since: i64,
    after: i64,
    limit: u32,
) -> Result<Vec<i64>, StoreError> {
    let table = register_table(&tx.schema, register)?;
    let name = tables::quoted(&table.name);
    let sql = format!(
        "select id from (
            select id from {name} where changed_seq > $1
            union select id from {name} where removed_seq > $1
            union select id from {name} where batch in (select b.id from import_batch b where b.seq > $1)
            union select record from exchange_conflict where settled_seq > $1 and register = $3) t
          where id > $2 order by id limit {limit}"
    );
    let values = [Bind::from(since), Bind::from(after), Bind::from(register)];
    let rows = tx.rows_built(sql, &values).await?;
    rows.iter().map(|it| it.int(0)).collect()
}

/// Where a record was made first: side and id there; `None` for one that never crossed.
///
/// # Errors
/// The database's.
pub async fn origin(
    tx: &mut Tx,
    register: &str,
    record: i64,
) -> Result<Option<(String, i64)>, StoreError> {
    let sql = "select origin, origin_id from exchange_record where register = $1 and record = $2";
    let values = [Bind::from(register), Bind::from(record)];
    let row = tx.row(sql, &values).await?;
    row.map(|it| Ok((it.text(0)?, it.int(1)?))).transpose()
}

/// The record here of one that was made there.
///
/// # Errors
/// The database's.
pub async fn here(
    tx: &mut Tx,
    register: &str,
    origin: &str,
    id: i64,
) -> Result<Option<i64>, StoreError> {
    let sql = "
        select record from exchange_record
         where register = $1 and origin = $2 and origin_id = $3";
    let values = [Bind::from(register), Bind::from(origin), Bind::from(id)];
    let row = tx.row(sql, &values).await?;
    row.map(|it| it.int(0)).transpose()
}

/// Notes that a record is the same on both sides.
///
/// # Errors
/// The database's.
pub async fn join(
    act: &mut Act,
    register: &str,
    record: i64,
    origin: &str,
    id: i64,
) -> Result<(), StoreError> {
    let sql = "
        insert into exchange_record (register, record, origin, origin_id)
        values ($1, $2, $3, $4) on conflict (register, record) do nothing";
    let values = [
        Bind::from(register),
        Bind::from(record),
        Bind::from(origin),
        Bind::from(id),
    ];
    act.tx.run(sql, &values).await?;
    Ok(())
}

/// What both sides know of a record, in clear.
///
/// # Errors
/// The database's, the key file's.
pub async fn base(
    tx: &mut Tx,
    keys: &Keys,
    record: i64,
) -> Result<BTreeMap<String, Option<String>>, StoreError> {
    let sql = "select field, value from exchange_base where record = $1";
    let rows = tx.rows(sql, &[Bind::from(record)]).await?;
    let each = rows.iter().map(|row| {
        let value = clear(keys, record, row.opt_text(1)?)?;
        Ok((row.text(0)?, value))
    });
    each.collect()
}

/// A field of a record: what both know of it, and whether that is personal.
pub type Known<'a> = (i64, &'a str, Option<&'a str>, bool);

/// Notes what both sides know of a field.
///
/// # Errors
/// The database's, the key file's.
pub async fn put_base(
    act: &mut Act,
    record: i64,
    field: &str,
    value: Option<&str>,
    person: bool,
) -> Result<(), StoreError> {
    put_bases(act, &[(record, field, value, person)]).await
}

/// Notes what both sides know of many fields, none twice.
///
/// # Errors
/// The database's, the key file's.
pub async fn put_bases(act: &mut Act, all: &[Known<'_>]) -> Result<(), StoreError> {
    /// Rows of one statement: three values each stay below what both engines bind.
    const ROWS: usize = 1_000;
    for part in all.chunks(ROWS) {
        let mut values = Vec::with_capacity(part.len() * 3);
        for (record, field, value, person) in part {
            let kept = kept(act, *record, *value, *person)?;
            values.extend([Bind::from(*record), Bind::from(*field), Bind::from(kept)]);
        }
        let rows: Vec<String> = (0..part.len())
            .map(|row| format!("({})", tables::places(row * 3 + 1, 3)))
            .collect();
        let sql = format!(
            "insert into exchange_base (record, field, value) values {}
             on conflict (record, field) do update set value = excluded.value",
            rows.join(",")
        );
        act.tx.run_built(sql, &values).await?;
    }
    Ok(())
}

fn clear(keys: &Keys, record: i64, text: Option<String>) -> Result<Option<String>, StoreError> {
    match text {
        Some(text) if is_sealed(&text) => keys.open(record, &text),
        text => Ok(text),
    }
}

fn kept(
    act: &Act,
    record: i64,
    value: Option<&str>,
    person: bool,
) -> Result<Option<String>, StoreError> {
    match value {
        Some(text) if person => Ok(Some(act.keys.seal(record, text)?)),
        text => Ok(text.map(str::to_owned)),
    }
}

const CONFLICT: &str = "id, register, record, field, was, ours, theirs, package, settled";

/// Notes a conflict; one of the field that is open already is brought up to date.
///
/// # Errors
/// The database's, the key file's.
pub async fn conflict(act: &mut Act, it: &Conflict, person: bool) -> Result<(), StoreError> {
    close(act, it.record, &it.field, "there").await?;
    let sql = "select coalesce(max(id), 0) + 1 from exchange_conflict";
    let id = act.tx.row(sql, &[]).await?.map_or(Ok(1), |it| it.int(0))?;
    let seal = |text: &Option<String>| kept(act, it.record, text.as_deref(), person);
    let values = [
        Bind::from(id),
        Bind::from(it.register.as_str()),
        Bind::from(it.record),
        Bind::from(it.field.as_str()),
        Bind::from(seal(&it.was)?),
        Bind::from(seal(&it.ours)?),
        Bind::from(seal(&it.theirs)?),
        Bind::from(it.package),
    ];
    let sql = "
        insert into exchange_conflict (id, register, record, field, was, ours, theirs, package)
        values ($1, $2, $3, $4, $5, $6, $7, $8)";
    act.tx.run(sql, &values).await?;
    let said = format!("{} {} {}", it.register, it.record, it.field);
    note(act, "exchange.conflict", &said).await
}

/// Notes how the open conflicts of a field ended.
///
/// # Errors
/// The database's.
pub async fn close(act: &mut Act, record: i64, field: &str, how: &str) -> Result<(), StoreError> {
    let open = fields_open(&mut act.tx, record).await?;
    if !open.iter().any(|it| it == field) {
        return Ok(());
    }
    let sql = "
        update exchange_conflict set settled = $1, settled_seq = $2, actor = $3, at = $4
         where record = $5 and field = $6 and settled is null";
    let values = [
        Bind::from(how),
        Bind::from(act.next_seq()),
        Bind::from(act.actor.as_str()),
        Bind::from(act.at.as_str()),
        Bind::from(record),
        Bind::from(field),
    ];
    act.tx.run(sql, &values).await?;
    note(act, "exchange.settle", &format!("{record} {field}: {how}")).await
}

/// Fields of a record whose conflicts are open.
///
/// # Errors
/// The database's.
pub async fn fields_open(tx: &mut Tx, record: i64) -> Result<Vec<String>, StoreError> {
    let sql = "select field from exchange_conflict where record = $1 and settled is null";
    let rows = tx.rows(sql, &[Bind::from(record)]).await?;
    rows.iter().map(|it| it.text(0)).collect()
}

/// Conflicts that are open, the first first, in clear.
///
/// # Errors
/// The database's, the key file's.
pub async fn conflicts(tx: &mut Tx, keys: &Keys, limit: u32) -> Result<Vec<Conflict>, StoreError> {
    let sql = format!(
        "select {CONFLICT} from exchange_conflict where settled is null order by id limit $1"
    );
    let rows = tx.rows_built(sql, &[Bind::from(i64::from(limit))]).await?;
    rows.iter().map(|it| conflict_of(keys, it)).collect()
}

/// A conflict.
///
/// # Errors
/// The database's, the key file's.
pub async fn conflict_by(
    tx: &mut Tx,
    keys: &Keys,
    id: i64,
) -> Result<Option<Conflict>, StoreError> {
    let sql = format!("select {CONFLICT} from exchange_conflict where id = $1");
    let rows = tx.rows_built(sql, &[Bind::from(id)]).await?;
    rows.first().map(|it| conflict_of(keys, it)).transpose()
}

fn conflict_of(keys: &Keys, row: &Row) -> Result<Conflict, StoreError> {
    let record = row.int(2)?;
    Ok(Conflict {
        id: row.int(0)?,
        register: row.text(1)?,
        record,
        field: row.text(3)?,
        was: clear(keys, record, row.opt_text(4)?)?,
        ours: clear(keys, record, row.opt_text(5)?)?,
        theirs: clear(keys, record, row.opt_text(6)?)?,
        package: row.int(7)?,
        settled: row.opt_text(8)?,
    })
}

/// Notices since a time to any of these (`role:ID`) about records of a register: id, record, whom, Chinese, English.
///
/// # Errors
/// The database's.
pub async fn notices(
    tx: &mut Tx,
    register: &str,
    whom: &[String],
    since: &str,
) -> Result<Vec<(i64, i64, String, String, String)>, StoreError> {
    if whom.is_empty() {
        return Ok(Vec::new());
    }
    let sql = format!(
        "select id, record, whom, zh, en from notice
          where register = $1 and at >= $2 and whom in ({}) order by id limit 10000",
        tables::places(3, whom.len())
    );
    let mut values = vec![Bind::from(register), Bind::from(since)];
    values.extend(whom.iter().map(|it| Bind::from(it.as_str())));
    let rows = tx.rows_built(sql, &values).await?;
    let each = rows.iter().map(|row| {
        Ok((
            row.int(0)?,
            row.int(1)?,
            row.text(2)?,
            row.text(3)?,
            row.text(4)?,
        ))
    });
    each.collect()
}

/// The notice here of one that was told there.
///
/// # Errors
/// The database's.
pub async fn notice_here(tx: &mut Tx, id: i64) -> Result<Option<i64>, StoreError> {
    let sql = "select notice from exchange_notice where origin_id = $1";
    let row = tx.row(sql, &[Bind::from(id)]).await?;
    row.map(|it| it.int(0)).transpose()
}

/// Notes that a notice came from there.
///
/// # Errors
/// The database's.
pub async fn join_notice(act: &mut Act, there: i64, here: i64) -> Result<(), StoreError> {
    let sql = "insert into exchange_notice (origin_id, notice) values ($1, $2)";
    let values = [Bind::from(there), Bind::from(here)];
    act.tx.run(sql, &values).await?;
    Ok(())
}

/// Who has read notices that came from there: their number there, person.
///
/// # Errors
/// The database's.
pub async fn read_here(tx: &mut Tx) -> Result<Vec<(i64, String)>, StoreError> {
    let sql = "
        select e.origin_id, r.person from exchange_notice e join notice_read r on r.notice = e.notice
         order by 1, 2 limit 100000";
    let rows = tx.rows(sql, &[]).await?;
    let each = rows.iter().map(|row| Ok((row.int(0)?, row.text(1)?)));
    each.collect()
}

/// Notes that somebody there has read a notice.
///
/// # Errors
/// The database's.
pub async fn receipt(
    act: &mut Act,
    notice: i64,
    person: &str,
    package: i64,
) -> Result<(), StoreError> {
    let sql = "
        insert into exchange_receipt (notice, person, at, package)
        values ($1, $2, $3, $4) on conflict (notice, person) do nothing";
    let values = [
        Bind::from(notice),
        Bind::from(person),
        Bind::from(act.at.as_str()),
        Bind::from(package),
    ];
    act.tx.run(sql, &values).await?;
    Ok(())
}

/// Who there has read a notice.
///
/// # Errors
/// The database's.
pub async fn receipts(tx: &mut Tx, notice: i64) -> Result<Vec<String>, StoreError> {
    let sql = "select person from exchange_receipt where notice = $1 order by person limit 1000";
    let rows = tx.rows(sql, &[Bind::from(notice)]).await?;
    rows.iter().map(|it| it.text(0)).collect()
}

/// Whether a record was removed.
#[must_use]
pub fn is_removed(it: &Record) -> bool {
    it.removed_seq.is_some()
}
